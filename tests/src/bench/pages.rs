//! Pages under load, beside fixed bytes and files.
//!
//! The shop and its comparators are asked by turns, so that whatever else the machine does meets both. Fixed bytes are
//! as many as the shop's bodies have on average.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::figures::{Figures, float, percentile};
use super::fixed;
use super::ground::{Ground, Server};
use super::load::{self, Asking, BROWSER_CODINGS, Outcome, Pace};
use super::nginx::Nginx;
use super::process::{self, Daemon};
use super::rows::{
    self, CPU_OF_NGINX, CPU_PER_REQUEST_OF_NGINX, LOADS, P99, THROUGHPUT, THROUGHPUT_OF_NGINX,
};
use super::targets::{Shelf, Shop, Targets, choices};

/// How often the shop and its comparators take turns.
const REPEATS: usize = 5;
const TURN: Duration = Duration::from_millis(800);
const WARM_UP: Duration = Duration::from_millis(400);
/// How long latency is measured at half load.
const HALF_LOAD: Duration = Duration::from_secs(2);
/// Nobody needs more requests for a percentile, and the client would only get in the way.
const MAX_HALF_LOAD: f64 = 4000.0;
/// How many product pages sizes are looked at.
const SAMPLE: usize = 500;

/// What a kind of load asks for.
struct Visit {
    load: &'static str,
    targets: Targets,
    codings: Option<&'static str>,
}

/// The shop, and whom it is compared with.
pub struct Field<'a> {
    /// Where the shop is.
    pub address: SocketAddr,
    /// Its server.
    pub server: &'a Server,
    /// Fixed bytes.
    pub fixed: &'a Fixed,
    /// The same product pages as files, or why there are none.
    pub nginx: Result<&'a Nginx, String>,
}

/// The comparator as a process.
pub struct Fixed {
    daemon: Daemon,
    address: SocketAddr,
}

impl Fixed {
    /// Starts it: this program again, in another role.
    pub fn start(log: &Path) -> anyhow::Result<Self> {
        let daemon = Daemon::start(&std::env::current_exe()?, &[fixed::ARGUMENT], log)?;
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            let said = daemon.log();
            let said = said
                .strip_prefix(fixed::LISTENING)
                .filter(|said| said.ends_with('\n'));
            if let Some(address) = said.and_then(|said| said.trim().parse().ok()) {
                return Ok(Self { daemon, address });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("the comparator does not start: {}", daemon.log())
    }
}

/// Measures every kind of load.
pub fn all(
    field: &Field<'_>,
    shop: &Shop,
    figures: &mut Figures,
    say: &dyn Fn(&str),
) -> anyhow::Result<()> {
    figures.set(
        "category: products in it",
        float(shop.category.products as u64),
    )?;
    figures.set(
        "category largest: products in it",
        float(shop.largest.products as u64),
    )?;
    match &field.nginx {
        Ok(nginx) => figures.set("nginx: pages", float(nginx.targets.paths().len() as u64))?,
        Err(why) => figures.skip("nginx: pages", why)?,
    }
    let mut most_private = 0;
    for visit in visits(field.address, shop)? {
        say(&format!("load: {} ({})", visit.load, what(visit.load)));
        one(field, &visit, figures)?;
        most_private = most_private.max(field.server.daemon.private_bytes()?);
    }
    figures.set(
        "server: private memory, highest",
        super::figures::mib(most_private),
    )
}

fn what(load: &str) -> &'static str {
    LOADS
        .iter()
        .find(|row| row.0 == load)
        .map_or("", |row| row.1)
}

/// The filters that a category offers.
fn facets(address: SocketAddr, shelf: &Shelf) -> anyhow::Result<Vec<(String, String)>> {
    let page = load::get(address, &shelf.path, None)?;
    ensure!(
        page.status == 200,
        "{} is answered with {}",
        shelf.path,
        page.status
    );
    let facets = choices(&String::from_utf8_lossy(&page.body));
    ensure!(!facets.is_empty(), "{} offers no filters", shelf.path);
    Ok(facets)
}

fn visits(address: SocketAddr, shop: &Shop) -> anyhow::Result<Vec<Visit>> {
    let category = shop.category.filtered(&facets(address, &shop.category)?);
    let largest = shop.largest.filtered(&facets(address, &shop.largest)?);
    let visit = |load, targets, codings| Visit {
        load,
        targets,
        codings,
    };
    let browser = Some(BROWSER_CODINGS);
    let any = || Targets::any(shop.products.clone());
    Ok(vec![
        visit("product", any(), None),
        visit("product cold", any(), browser),
        visit("product warm", Targets::any(shop.warm()), browser),
        visit("category", Targets::each(category.clone()), None),
        visit("category compressed", Targets::each(category), browser),
        visit(
            "category deep",
            Targets::each(shop.category.deep()),
            browser,
        ),
        visit("category largest", Targets::each(largest), browser),
        visit("search rare", Targets::each(shop.rare()), browser),
        visit("search broad", Targets::each(shop.broad()), browser),
        visit("search typo", Targets::each(shop.typo()), browser),
        visit("home", Targets::each(vec!["/".to_owned()]), browser),
    ])
}

/// What the turns of one program came to.
#[derive(Default)]
struct Turns {
    rates: Vec<f64>,
    cpus: Vec<f64>,
    client_shares: Vec<f64>,
}

impl Turns {
    /// One more turn: requests a second, microseconds of the program's CPU time for each, and the client's share.
    fn take(
        &mut self,
        asking: Asking<'_>,
        cpu_seconds: &dyn Fn() -> anyhow::Result<f64>,
        what: &str,
    ) -> anyhow::Result<()> {
        let (before, own) = (cpu_seconds()?, process::own_cpu_seconds()?);
        let outcome = whole(load::run(asking, Pace::Flat, TURN)?, what)?;
        let (cpu, client) = (cpu_seconds()? - before, process::own_cpu_seconds()? - own);
        self.rates.push(outcome.rate());
        self.cpus.push(cpu * 1e6 / float(outcome.answered));
        self.client_shares
            .push(100.0 * client / (client + cpu).max(f64::EPSILON));
        Ok(())
    }

    fn rates_of(&self, other: &Self) -> Vec<f64> {
        ratios(&self.rates, &other.rates)
    }

    fn cpus_of(&self, other: &Self) -> Vec<f64> {
        ratios(&self.cpus, &other.cpus)
    }
}

/// What was measured by turns, one by the other.
fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    let pairs = ours.iter().zip(theirs);
    pairs
        .map(|(ours, theirs)| ours / theirs.max(f64::EPSILON))
        .collect()
}

fn one(field: &Field<'_>, visit: &Visit, figures: &mut Figures) -> anyhow::Result<()> {
    let asking = Asking {
        address: field.address,
        targets: &visit.targets,
        codings: visit.codings,
    };
    let warmed = whole(load::run(asking, Pace::Flat, WARM_UP)?, visit.load)?;
    let body = warmed.body_bytes / warmed.answered;
    let path = Targets::each(vec![format!("/{body}")]);
    let fixed_asking = Asking {
        address: field.fixed.address,
        targets: &path,
        ..asking
    };
    let nginx = field.nginx.as_ref().ok();
    let nginx = nginx.filter(|_| rows::has(visit.load, THROUGHPUT_OF_NGINX));
    let nginx_asking = nginx.map(|nginx| Asking {
        address: nginx.address,
        targets: &nginx.targets,
        ..asking
    });
    for other in nginx_asking.iter().chain([&fixed_asking]) {
        whole(load::run(*other, Pace::Flat, WARM_UP)?, "a comparator")?;
    }
    let before = field.server.body_cache()?;
    let (mut shop, mut fixed, mut files) = (Turns::default(), Turns::default(), Turns::default());
    for _ in 0..REPEATS {
        shop.take(asking, &|| field.server.daemon.cpu_seconds(), visit.load)?;
        fixed.take(
            fixed_asking,
            &|| field.fixed.daemon.cpu_seconds(),
            "fixed bytes",
        )?;
        if let (Some(nginx), Some(asking)) = (nginx, nginx_asking) {
            files.take(asking, &|| nginx.cpu_seconds(), "nginx")?;
        }
    }
    let after = field.server.body_cache()?;
    let name = |what: &str| format!("{}: {what}", visit.load);
    let (hits, misses) = (after.0 - before.0, after.1 - before.1);
    figures.set(
        &name("answered from the body cache"),
        100.0 * float(hits) / float((hits + misses).max(1)),
    )?;
    figures.set(&name("body"), float(body) / 1024.0)?;
    note_turns(&name, &shop, &fixed, figures)?;
    for (what, values) in [
        (THROUGHPUT_OF_NGINX, shop.rates_of(&files)),
        (CPU_OF_NGINX, shop.cpus_of(&files)),
        (CPU_PER_REQUEST_OF_NGINX, files.cpus.clone()),
    ] {
        match &field.nginx {
            _ if !rows::has(visit.load, what) => {}
            Ok(_) => figures.set_all(&name(what), &values)?,
            Err(why) => figures.skip(&name(what), why)?,
        }
    }
    let pace = Pace::PerSecond((median(&shop.rates) / 2.0).min(MAX_HALF_LOAD));
    note_latencies(&name, asking, fixed_asking, pace, figures)
}

fn note_turns(
    name: &dyn Fn(&str) -> String,
    shop: &Turns,
    fixed: &Turns,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    figures.set_all(&name(THROUGHPUT), &shop.rates_of(fixed))?;
    figures.set_all(&name("CPU of fixed bytes"), &shop.cpus_of(fixed))?;
    figures.set_all(&name("CPU per request"), &shop.cpus)?;
    figures.set_all(&name("CPU per request, fixed bytes"), &fixed.cpus)?;
    figures.set_all(&name("requests per second"), &shop.rates)?;
    figures.set_all(&name("client's share of CPU"), &shop.client_shares)?;
    figures.set_all(
        &name("client's share of CPU, fixed bytes"),
        &fixed.client_shares,
    )
}

fn note_latencies(
    name: &dyn Fn(&str) -> String,
    asking: Asking<'_>,
    fixed_asking: Asking<'_>,
    pace: Pace,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut calm = whole(load::run(asking, pace, HALF_LOAD)?, "the shop")?.latencies;
    let fixed = load::run(fixed_asking, pace, HALF_LOAD)?;
    let mut fixed = whole(fixed, "fixed bytes")?.latencies;
    let mut note = |what: &str, values: &mut Vec<u64>, percent| {
        figures.set(&name(what), float(percentile(values, percent)) / 1e6)
    };
    note("p50 at half load", &mut calm, 50)?;
    note(P99, &mut calm, 99)?;
    note("p99 of fixed bytes at this rate", &mut fixed, 99)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

fn whole(outcome: Outcome, what: &str) -> anyhow::Result<Outcome> {
    ensure!(
        outcome.failed == 0,
        "{what}: {} of {} answers were not 200",
        outcome.failed,
        outcome.answered
    );
    Ok(outcome)
}

/// How large pages and files are.
pub fn sizes(ground: &Ground, shop: &Shop, figures: &mut Figures) -> anyhow::Result<()> {
    let step = (shop.products.len() / SAMPLE).max(1);
    let (mut largest, mut sent, mut zlib) = (0, 0, 0);
    let mut page = String::new();
    for path in shop.products.iter().step_by(step).take(SAMPLE) {
        let plain = load::get(ground.listen, path, None)?.body;
        sent += load::get(ground.listen, path, Some(BROWSER_CODINGS))?
            .body
            .len();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&plain)?;
        zlib += encoder.finish()?.len();
        largest = largest.max(plain.len());
        page = String::from_utf8_lossy(&plain).into_owned();
    }
    figures.set(
        "product page: HTML, largest of a sample",
        float(largest as u64) / 1024.0,
    )?;
    figures.set(
        "product page: compressed, against zlib level 6",
        float(sent as u64) / float(zlib as u64),
    )?;
    let css = load::get(ground.listen, asset(&page, ".css")?, Some(BROWSER_CODINGS))?;
    let js = load::get(ground.listen, asset(&page, ".js")?, Some(BROWSER_CODINGS))?;
    ensure!(
        (css.status, js.status) == (200, 200),
        "a page names files that are not there"
    );
    figures.set(
        "stylesheet: compressed",
        float(css.body.len() as u64) / 1024.0,
    )?;
    figures.set("script: compressed", float(js.body.len() as u64) / 1024.0)
}

/// The first address of a file of ours with this ending.
fn asset<'a>(page: &'a str, ending: &str) -> anyhow::Result<&'a str> {
    let mut paths = page.split('"').filter(|text| text.starts_with("/assets/"));
    paths
        .find(|path| path.ends_with(ending))
        .with_context(|| format!("a page names no {ending} of ours"))
}
