//! The shops that suffer, and what must hold of them afterwards.
//!
//! A shop has three sources, of lines and pages (products as lines, more products on linked JSON pages, and offers) or
//! of files (rows, elements, and rows in a zip archive). One of them misbehaves at a time; what all three say when
//! nobody disturbs them is the same for all.

use std::path::PathBuf;

use frontage_tests::backend::{Backend, Response};
use frontage_tests::shop::{CATALOG, OFFERS, Shop, ShopBuilder};
use serde_json::Value;

use super::{content, elements, files, packed, rows, said, transport};

/// Where the first page of the paged source is.
pub(super) const LISTED: &str = "/export/list";
/// Where the files are.
pub(super) const ROWS: &str = "/export/rows.csv";
pub(super) const ELEMENTS: &str = "/export/elements.xml";
pub(super) const PACKED: &str = "/export/packed.zip";

/// A hostile feed has seconds and megabytes, not minutes and gigabytes.
const LIMITS: &str = "retries = 0\ntimeout_ms = 1500\nstall_timeout_ms = 500\ndeadline_ms = 2500\n\
    max_page_bytes = 12000000\nmax_run_bytes = 20000000\nmax_records = 3000\nmax_pages = 6\n";

/// A file may be larger, so that it is not the size alone that ends a bomb.
const FILE_LIMITS: &str = "retries = 0\ntimeout_ms = 1500\nstall_timeout_ms = 500\ndeadline_ms = 20000\n\
    max_page_bytes = 64000000\nmax_run_bytes = 80000000\nmax_records = 3000\n";

/// What a shop is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stall {
    /// Lines and pages of JSON.
    Lines,
    /// CSV, XML and archives.
    Files,
}

/// Which source misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Products as lines.
    Catalog,
    /// Products on linked JSON pages.
    Listed,
    /// Offers as lines.
    Stock,
    /// Products as rows of a CSV file.
    Rows,
    /// Products as elements of an XML file.
    Elements,
    /// Products as rows of a CSV file in a zip archive.
    Packed,
}

/// One line of the table.
#[derive(Debug)]
pub(super) struct Hostile {
    pub(super) name: String,
    target: Target,
    /// What is answered at which path.
    answers: Vec<(String, Response)>,
    /// 3 when it cannot be read, 4 when a guard holds it.
    exit: i32,
    /// A distinctive part of what `status` says.
    says: &'static str,
    /// The same for a source that ingest knows nothing of any more; `None` where that says as much as `says`.
    says_anew: Option<&'static str>,
    /// Whether it is bad beside the published shop, when ingest has forgotten what the source brought before.
    anew: bool,
    /// Whether it is bad by itself, so that it cannot be the first feed of a shop either.
    cold: bool,
}

/// What ingest and shoppers know when a hostile feed comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A shop is published, and ingest remembers what it is made of.
    Warm,
    /// A shop is published, and of every source a feed waits for an operator.
    Held,
    /// A shop is published; the state folder was deleted.
    Forgotten,
    /// Nothing was ever published.
    Cold,
}

struct Bed {
    shop: Shop,
    stall: Stall,
    before: Before,
    /// `HEAD`, manifests and pages, as they have to stay.
    fixed: Vec<String>,
}

#[tokio::test]
async fn no_hostile_feed_reaches_shoppers() {
    nothing_reaches_shoppers(Stall::Lines).await;
}

#[tokio::test]
async fn no_hostile_file_reaches_shoppers() {
    nothing_reaches_shoppers(Stall::Files).await;
}

async fn nothing_reaches_shoppers(stall: Stall) {
    let (warm, held, forgotten, cold) = tokio::join!(
        suffer(stall, Before::Warm),
        suffer(stall, Before::Held),
        suffer(stall, Before::Forgotten),
        suffer(stall, Before::Cold)
    );
    let all = [&warm, &held, &forgotten, &cold];
    let failures: Vec<String> = all
        .into_iter()
        .flat_map(|(_, failures)| failures.clone())
        .collect();
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(warm.0 >= 80, "the table has {} feeds", warm.0);
    assert!(cold.0 >= 80, "{} feeds are bad by themselves", cold.0);
    println!(
        "refusals of {stall:?}: {} feeds ({} to an open shop, {} beside a held feed, {} after its memory was lost, {} to \
         a new one), published 0",
        all.into_iter().map(|(sent, _)| sent).sum::<usize>(),
        warm.0,
        held.0,
        forgotten.0,
        cold.0
    );
}

/// Sends the whole table to one shop; how many feeds there were, and what went wrong.
async fn suffer(stall: Stall, before: Before) -> (usize, Vec<String>) {
    let mut bed = Bed::make(stall, before).await;
    let table = stall.table(&bed.shop.backend);
    let mut sent = 0;
    let mut failures = Vec::new();
    let matters = |hostile: &&Hostile| match before {
        Before::Warm | Before::Held => true,
        Before::Forgotten => hostile.anew,
        Before::Cold => hostile.cold,
    };
    for hostile in table.iter().filter(matters) {
        sent += 1;
        if let Err(failure) = bed.refuse(hostile).await {
            failures.push(format!("{before:?}, {}: {failure}", hostile.name));
            // What follows is judged against a shop that nothing happened to.
            bed = Bed::make(stall, before).await;
        }
    }
    if let Err(failure) = bed.recover().await {
        failures.push(format!("{before:?}, good feeds afterwards: {failure}"));
    }
    (sent, failures)
}

impl Stall {
    fn targets(self) -> [Target; 3] {
        match self {
            Self::Lines => [Target::Catalog, Target::Listed, Target::Stock],
            Self::Files => [Target::Rows, Target::Elements, Target::Packed],
        }
    }

    fn table(self, backend: &Backend) -> Vec<Hostile> {
        let mut table = Vec::new();
        match self {
            Self::Lines => {
                table.extend(transport::feeds());
                table.extend(transport::pages(backend));
                table.extend(content::lines());
                table.extend(content::pages());
                table.extend(content::offers());
            }
            Self::Files => {
                table.extend(rows::feeds());
                table.extend(elements::feeds());
                table.extend(packed::feeds());
            }
        }
        table
    }

    /// A shopper's view of the shop, as fixed as it can be.
    fn paths(self) -> [&'static str; 3] {
        match self {
            Self::Lines => ["/p/thing-number-1", "/c/things", "/p/listed-number-30"],
            Self::Files => [
                "/p/rows-number-1",
                "/p/elements-number-7",
                "/p/packed-number-40",
            ],
        }
    }

    /// The product whose name tells that a good feed came at last.
    fn renamed(self) -> (&'static str, &'static str) {
        match self {
            Self::Lines => ("/p/thing-number-1", "Thing number 1 again"),
            Self::Files => ("/p/rows-number-1", "Rows number 1 again"),
        }
    }

    /// Lets all three sources say what they should. With a suffix the products of lines or rows have another name.
    fn behave(self, backend: &Backend, suffix: &str) {
        match self {
            Self::Lines => said::behave(backend, suffix),
            Self::Files => files::behave(backend, suffix),
        }
    }

    /// Lets all three sources say only half of it.
    fn halve(self, backend: &Backend) {
        match self {
            Self::Lines => said::halve(backend),
            Self::Files => files::halve(backend),
        }
    }
}

impl Bed {
    async fn make(stall: Stall, before: Before) -> Self {
        let mut shop = ShopBuilder::of(Vec::new()).start();
        let config = shop.folder().join("ingest.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration file");
        let (head, _) = text.split_once("[source.").expect("a source");
        let mut whole = head.to_owned();
        for target in stall.targets() {
            whole += &target.configuration(&shop.backend);
        }
        std::fs::write(&config, whole).expect("a configuration file");
        stall.behave(&shop.backend, "");
        if before == Before::Cold {
            shop.start_server();
        } else {
            shop.open().await;
        }
        if before == Before::Held {
            stall.halve(&shop.backend);
            let held = shop.ingest(&["once"]).await;
            assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
        }
        let mut bed = Self {
            shop,
            stall,
            before,
            fixed: Vec::new(),
        };
        bed.fixed = bed.look().await;
        bed
    }

    /// Everything that a hostile feed must not change.
    async fn look(&self) -> Vec<String> {
        let store = self.shop.store();
        let mut seen = vec![std::fs::read_to_string(store.join("HEAD")).unwrap_or_default()];
        seen.extend(names(store.join("manifests")));
        for path in self.stall.paths() {
            let page = self.shop.until("the server answers", async |shop| {
                shop.client().get(shop.url(path)).send().await.ok()
            });
            let page = page.await;
            let (status, generation) = (
                page.status(),
                format!("{:?}", page.headers().get("x-frontage-generation")),
            );
            let body = page.bytes().await.expect("a whole body");
            let expected = if self.before == Before::Cold {
                503
            } else {
                200
            };
            assert_eq!(status.as_u16(), expected, "{path}");
            seen.push(format!(
                "{path} {status} {generation} {}",
                blake3::hash(&body)
            ));
        }
        seen
    }

    /// One hostile feed, from the poll to what `status` says of it.
    async fn refuse(&self, hostile: &Hostile) -> Result<(), String> {
        let state = self.shop.folder().join("ingest");
        let forgets = matches!(self.before, Before::Forgotten | Before::Cold);
        if forgets && state.exists() {
            std::fs::remove_dir_all(&state).map_err(|error| error.to_string())?;
        }
        self.stall.behave(&self.shop.backend, "");
        for (path, response) in &hostile.answers {
            self.shop.backend.respond_with(path, response.clone());
        }
        let name = hostile.target.source();
        let held = self.held(name).await;
        let ended = match self.before {
            // Another source alone would be a shop, too; and those whose feeds are held would recover.
            Before::Cold | Before::Held => self.shop.ingest(&["once", name]).await,
            Before::Warm | Before::Forgotten => self.shop.ingest(&["once"]).await,
        };
        let said = format!("exit {:?}\n{}{}", ended.code, ended.stdout, ended.stderr);
        if ended.code != Some(hostile.exit) || ended.stdout.contains("published generation") {
            return Err(said);
        }
        let now = self.look().await;
        if now != self.fixed {
            return Err(format!(
                "the shop changed from {:?} to {now:?}\n{said}",
                self.fixed
            ));
        }
        if hostile.exit == 3 && self.held(name).await != held {
            return Err(format!("it took the place of a feed that is held\n{said}"));
        }
        let status = self.shop.ingest(&["status", "--json"]).await;
        let expected = match self.before {
            Before::Forgotten => hostile.says_anew.unwrap_or(hostile.says),
            Before::Warm | Before::Held | Before::Cold => hostile.says,
        };
        explains(&status.stdout, hostile, expected)
    }

    /// The feed of the source that waits for an operator, if one should.
    async fn held(&self, source: &str) -> Value {
        if self.before != Before::Held {
            return Value::Null;
        }
        let status = self.shop.ingest(&["status", "--json"]).await;
        let status: Value = serde_json::from_str(&status.stdout).unwrap_or_default();
        let sources = status["sources"].as_array();
        let found = sources.and_then(|all| all.iter().find(|one| one["source"] == source));
        found.map_or(Value::Null, |found| found["held"]["hash"].clone())
    }

    /// After all that, a good feed is published as if nothing had been.
    async fn recover(&self) -> Result<(), String> {
        self.stall.behave(&self.shop.backend, " again");
        let (path, name) = self.stall.renamed();
        let ended = self.shop.ingest(&["once"]).await;
        if ended.code != Some(0) || !ended.stdout.contains("published generation") {
            return Err(format!(
                "exit {:?}\n{}{}",
                ended.code, ended.stdout, ended.stderr
            ));
        }
        let generation = if self.before == Before::Cold { 1 } else { 2 };
        self.shop
            .until("the good feed is served", async |shop| {
                let page = shop.get(path).await;
                (page.generation() == generation && page.body.contains(name)).then_some(())
            })
            .await;
        Ok(())
    }
}

/// Whether `status` names the reason, and says whether the feed could not be read or is held.
fn explains(status: &str, hostile: &Hostile, expected: &str) -> Result<(), String> {
    let status: Value =
        serde_json::from_str(status).map_err(|error| format!("{error} in {status}"))?;
    let sources = status["sources"]
        .as_array()
        .ok_or("status lists no sources")?;
    let source = sources
        .iter()
        .find(|source| source["source"] == hostile.target.source())
        .ok_or("status does not list the source")?;
    let run = &source["last_run"];
    let (result, reasons) = match hostile.exit {
        4 => ("held", &source["held"]["reasons"]),
        _ => ("failed", &run["reasons"]),
    };
    let found = reasons.as_array().is_some_and(|reasons| {
        reasons.iter().any(|reason| {
            reason
                .as_str()
                .is_some_and(|reason| reason.contains(expected))
        })
    });
    if found && run["result"] == result {
        Ok(())
    } else {
        Err(format!(
            "`{expected}` is not why status says that it {result}: {source}"
        ))
    }
}

impl Target {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Catalog => CATALOG,
            Self::Listed => LISTED,
            Self::Stock => OFFERS,
            Self::Rows => ROWS,
            Self::Elements => ELEMENTS,
            Self::Packed => PACKED,
        }
    }

    /// Its table in the configuration.
    fn configuration(self, backend: &Backend) -> String {
        let (provides, format) = match self {
            Self::Catalog => ("catalog", "format = \"ndjson\"".to_owned()),
            Self::Stock => ("offers", "format = \"ndjson\"".to_owned()),
            Self::Listed => (
                "catalog",
                "format = \"json\"\nrecords = \"/data\"\nnext = \"link\"".to_owned(),
            ),
            Self::Rows | Self::Elements | Self::Packed => ("catalog", files::format(self)),
        };
        let limits = match self {
            Self::Catalog | Self::Listed | Self::Stock => LIMITS,
            Self::Rows | Self::Elements | Self::Packed => FILE_LIMITS,
        };
        let (name, url) = (self.source(), backend.url(self.path()));
        format!(
            "[source.{name}]\nprovides = \"{provides}\"\nurl = \"{url}\"\nschedule = \"0 0 * * *\"\n{limits}{format}\n\n"
        )
    }

    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Listed => "listed",
            Self::Stock => "stock",
            Self::Rows => "rows",
            Self::Elements => "elements",
            Self::Packed => "packed",
        }
    }
}

impl Hostile {
    /// A feed that cannot be read, whatever was there before.
    pub(super) fn unreadable(
        name: impl Into<String>,
        target: Target,
        answer: Response,
        says: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            target,
            answers: vec![(target.path().to_owned(), answer)],
            exit: 3,
            says,
            says_anew: None,
            anew: true,
            cold: true,
        }
    }

    /// A feed that can be read, but is suspicious beside what is published.
    pub(super) fn suspicious(
        name: impl Into<String>,
        target: Target,
        answer: Response,
        says: &'static str,
    ) -> Self {
        Self {
            exit: 4,
            cold: false,
            ..Self::unreadable(name, target, answer, says)
        }
    }

    /// A feed that can be read, but is suspicious by itself.
    pub(super) fn absurd(
        name: impl Into<String>,
        target: Target,
        answer: Response,
        says: &'static str,
    ) -> Self {
        Self {
            cold: true,
            ..Self::suspicious(name, target, answer, says)
        }
    }

    /// Without a memory, another reason is given.
    pub(super) fn or_anew(self, says: &'static str) -> Self {
        Self {
            says_anew: Some(says),
            ..self
        }
    }

    /// Without a memory nobody can tell: another source may have said what this one leaves out.
    pub(super) fn but_not_anew(self) -> Self {
        Self {
            anew: false,
            ..self
        }
    }

    /// Another answer that belongs to it.
    pub(super) fn with(mut self, path: &str, answer: Response) -> Self {
        self.answers.push((path.to_owned(), answer));
        self
    }
}

fn names(folder: PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
