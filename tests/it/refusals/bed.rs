//! The shops that suffer, and what must hold of them afterwards.
//!
//! A shop has three sources: products as lines, more products on linked JSON pages, and offers. One of them misbehaves
//! at a time; what all three say when nobody disturbs them is the same for all.

use std::path::PathBuf;

use frontage_tests::backend::{Backend, Response};
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, OFFERS, Shop, ShopBuilder};
use serde_json::{Value, json};

use super::{content, transport};

/// Where the first page of the paged source is.
pub(super) const LISTED: &str = "/export/list";
/// Products of the source of lines, each with an offer in the source of offers.
pub(super) const PRODUCTS: usize = 40;
/// Products on each of the three pages of the paged source.
pub(super) const ON_A_PAGE: usize = 10;

/// A shopper's view of the shop, as fixed as it can be.
const PATHS: [&str; 3] = ["/p/thing-number-1", "/c/things", "/p/listed-number-30"];

/// A hostile feed has seconds and megabytes, not minutes and gigabytes.
const LIMITS: &str = "retries = 0\ntimeout_ms = 1500\nstall_timeout_ms = 500\ndeadline_ms = 2500\n\
    max_page_bytes = 12000000\nmax_run_bytes = 20000000\nmax_records = 3000\nmax_pages = 6\n";

/// Which source misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Products as lines.
    Catalog,
    /// Products on linked JSON pages.
    Listed,
    /// Offers as lines.
    Stock,
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
    /// A shop is published; the state folder was deleted.
    Forgotten,
    /// Nothing was ever published.
    Cold,
}

struct Bed {
    shop: Shop,
    before: Before,
    /// `HEAD`, manifests and pages, as they have to stay.
    fixed: Vec<String>,
}

#[tokio::test]
async fn no_hostile_feed_reaches_shoppers() {
    let (warm, forgotten, cold) = tokio::join!(
        suffer(Before::Warm),
        suffer(Before::Forgotten),
        suffer(Before::Cold)
    );
    let failures: Vec<String> = [&warm, &forgotten, &cold]
        .into_iter()
        .flat_map(|(_, failures)| failures.clone())
        .collect();
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
    let feeds = warm.0 + forgotten.0 + cold.0;
    assert!(warm.0 >= 80, "the table has {} feeds", warm.0);
    println!(
        "refusals: {feeds} feeds ({} to an open shop, {} after its memory was lost, {} to a new one), published 0",
        warm.0, forgotten.0, cold.0
    );
}

/// Sends the whole table to one shop; how many feeds there were, and what went wrong.
async fn suffer(before: Before) -> (usize, Vec<String>) {
    let mut bed = Bed::make(before).await;
    let table = table(&bed.shop.backend);
    let mut sent = 0;
    let mut failures = Vec::new();
    let matters = |hostile: &&Hostile| match before {
        Before::Warm => true,
        Before::Forgotten => hostile.anew,
        Before::Cold => hostile.cold,
    };
    for hostile in table.iter().filter(matters) {
        sent += 1;
        if let Err(failure) = bed.refuse(hostile).await {
            failures.push(format!("{before:?}, {}: {failure}", hostile.name));
            // What follows is judged against a shop that nothing happened to.
            bed = Bed::make(before).await;
        }
    }
    if let Err(failure) = bed.recover().await {
        failures.push(format!("{before:?}, good feeds afterwards: {failure}"));
    }
    (sent, failures)
}

fn table(backend: &Backend) -> Vec<Hostile> {
    let mut table = transport::feeds();
    table.extend(transport::pages(backend));
    table.extend(content::lines());
    table.extend(content::pages());
    table.extend(content::offers());
    table
}

impl Bed {
    async fn make(before: Before) -> Self {
        let mut shop = ShopBuilder::of(Vec::new()).catalog_source(LIMITS).start();
        let config = shop.folder().join("ingest.toml");
        let mut text = std::fs::read_to_string(&config).expect("a configuration file");
        for (name, rest) in [
            (
                "listed",
                format!(
                    "provides = \"catalog\"\nurl = \"{}\"\nformat = \"json\"\nrecords = \"/data\"\nnext = \"link\"",
                    shop.backend.url(LISTED)
                ),
            ),
            (
                "stock",
                format!(
                    "provides = \"offers\"\nurl = \"{}\"\nformat = \"ndjson\"",
                    shop.backend.url(OFFERS)
                ),
            ),
        ] {
            text += &format!("\n[source.{name}]\n{rest}\nschedule = \"0 0 * * *\"\n{LIMITS}");
        }
        std::fs::write(&config, text).expect("a configuration file");
        behave(&shop.backend, "");
        if before == Before::Cold {
            shop.start_server();
        } else {
            shop.open().await;
        }
        let mut bed = Self {
            shop,
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
        for path in PATHS {
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
        if self.before != Before::Warm && state.exists() {
            std::fs::remove_dir_all(&state).map_err(|error| error.to_string())?;
        }
        behave(&self.shop.backend, "");
        for (path, response) in &hostile.answers {
            self.shop.backend.respond_with(path, response.clone());
        }
        let name = hostile.target.source();
        let ended = match self.before {
            // Another source alone would be a shop, too.
            Before::Cold => self.shop.ingest(&["once", name]).await,
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
        let status = self.shop.ingest(&["status", "--json"]).await;
        let expected = match self.before {
            Before::Forgotten => hostile.says_anew.unwrap_or(hostile.says),
            Before::Warm | Before::Cold => hostile.says,
        };
        explains(&status.stdout, hostile, expected)
    }

    /// After all that, a good feed is published as if nothing had been.
    async fn recover(&self) -> Result<(), String> {
        behave(&self.shop.backend, " again");
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
                let page = shop.get("/p/thing-number-1").await;
                (page.generation() == generation && page.body.contains("Thing number 1 again"))
                    .then_some(())
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
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Listed => "listed",
            Self::Stock => "stock",
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

/// Lets all three sources say what they should. With a suffix the products of lines have another name.
fn behave(backend: &Backend, suffix: &str) {
    backend.respond_with(CATALOG, Response::ndjson(&products(suffix)));
    backend.respond_with(OFFERS, Response::ndjson(&offers()));
    let next = |page: usize| format!("{LISTED}?page={page}");
    backend.respond_with(LISTED, page(1, Some(&next(2))));
    backend.respond_with(&next(2), page(2, Some(&next(3))));
    backend.respond_with(&next(3), page(3, None));
}

/// What the source of lines sends.
pub(super) fn products(suffix: &str) -> Vec<Value> {
    let mut documents = documents::shop(PRODUCTS);
    for product in documents
        .iter_mut()
        .filter(|document| document["type"] == "product")
    {
        product["slug"] = json!(format!(
            "thing-number-{}",
            &product["id"].as_str().unwrap_or_default()[1..]
        ));
        product["name"] = json!(format!(
            "{}{suffix}",
            product["name"].as_str().unwrap_or_default()
        ));
    }
    documents
}

/// What stands on a page of the paged source, from 1.
pub(super) fn listed(page: usize) -> Vec<Value> {
    let first = (page - 1) * ON_A_PAGE + 1;
    let product = |number: usize| {
        documents::product(
            &format!("l{number}"),
            &format!("Listed number {number}"),
            "20.00",
        )
    };
    (first..first + ON_A_PAGE).map(product).collect()
}

/// A page of the paged source.
pub(super) fn page(number: usize, next: Option<&str>) -> Response {
    let response = Response::json(&json!({"data": listed(number)}));
    match next {
        Some(next) => response.header("link", &format!("<{next}>; rel=\"next\"")),
        None => response,
    }
}

/// What the source of offers sends.
pub(super) fn offers() -> Vec<Value> {
    (1..=PRODUCTS)
        .map(|number| documents::offer(&format!("p{number}"), &format!("{}.50", 9 + number), 5))
        .collect()
}

/// One JSON value a line, without the validators of [`Response::ndjson`].
pub(super) fn lines(documents: &[Value]) -> String {
    documents
        .iter()
        .map(|document| format!("{document}\n"))
        .collect()
}

/// A body that says it is lines.
pub(super) fn ndjson(body: impl Into<bytes::Bytes>) -> Response {
    Response::ok("application/x-ndjson", body)
}

fn names(folder: PathBuf) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
