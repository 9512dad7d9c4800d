//! Pages under load, beside fixed bytes.
//!
//! The shop and the comparator are asked by turns, so that whatever else the machine does meets both. Fixed bytes are
//! as many as the shop's bodies have on average.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::figures::{Figures, LOADS, float, percentile};
use super::fixed;
use super::ground::{Ground, Server};
use super::load::{self, Asking, BROWSER_CODINGS, Outcome, Pace};
use super::process::Daemon;
use super::targets::{Shop, Targets, choices};

/// How often the shop and the comparator take turns.
const REPEATS: usize = 5;
const TURN: Duration = Duration::from_millis(1000);
const WARM_UP: Duration = Duration::from_millis(500);
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
    ground: &Ground,
    server: &Server,
    fixed: &Fixed,
    shop: &Shop,
    figures: &mut Figures,
    say: &dyn Fn(&str),
) -> anyhow::Result<()> {
    let mut most_private = 0;
    for visit in visits(ground, shop)? {
        say(&format!("load: {} ({})", visit.load, what(visit.load)));
        one(ground.listen, server, fixed, &visit, figures)?;
        most_private = most_private.max(server.daemon.private_bytes()?);
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

fn visits(ground: &Ground, shop: &Shop) -> anyhow::Result<Vec<Visit>> {
    let page = load::get(ground.listen, &shop.category, None)?;
    ensure!(
        page.status == 200,
        "{} is answered with {}",
        shop.category,
        page.status
    );
    let facets = choices(&String::from_utf8_lossy(&page.body));
    ensure!(!facets.is_empty(), "{} offers no filters", shop.category);
    let visit = |load, targets, codings| Visit {
        load,
        targets,
        codings,
    };
    let browser = Some(BROWSER_CODINGS);
    Ok(vec![
        visit("product", Targets::any(shop.products.clone()), None),
        visit("product cold", Targets::any(shop.products.clone()), browser),
        visit("product warm", Targets::any(shop.warm()), browser),
        visit("category", Targets::each(shop.filtered(&facets)), None),
        visit(
            "category compressed",
            Targets::each(shop.filtered(&facets)),
            browser,
        ),
        visit("search", Targets::each(shop.searches()), None),
        visit("search compressed", Targets::each(shop.searches()), browser),
        visit("home", Targets::each(vec!["/".to_owned()]), browser),
    ])
}

fn one(
    address: SocketAddr,
    server: &Server,
    fixed: &Fixed,
    visit: &Visit,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let asking = Asking {
        address,
        targets: &visit.targets,
        codings: visit.codings,
    };
    let warmed = whole(load::run(asking, Pace::Flat, WARM_UP)?, visit.load)?;
    let body = warmed.body_bytes / warmed.answered;
    let path = Targets::each(vec![format!("/{body}")]);
    let fixed_asking = Asking {
        address: fixed.address,
        targets: &path,
        ..asking
    };
    whole(
        load::run(fixed_asking, Pace::Flat, WARM_UP / 2)?,
        "fixed bytes",
    )?;
    let before = server.body_cache()?;
    let (mut rates, mut cpus, mut ratios, mut fixed_cpus, mut cpu_ratios) =
        (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..REPEATS {
        let (rate, cpu) = turn(&server.daemon, asking, visit.load)?;
        let (fixed_rate, fixed_cpu) = turn(&fixed.daemon, fixed_asking, "fixed bytes")?;
        ratios.push(rate / fixed_rate);
        cpu_ratios.push(cpu / fixed_cpu);
        rates.push(rate);
        cpus.push(cpu);
        fixed_cpus.push(fixed_cpu);
    }
    let after = server.body_cache()?;
    let pace = Pace::PerSecond((median(&rates) / 2.0).min(MAX_HALF_LOAD));
    let mut calm = whole(load::run(asking, pace, HALF_LOAD)?, visit.load)?.latencies;
    let fixed_calm = load::run(fixed_asking, pace, HALF_LOAD)?;
    let mut fixed_calm = whole(fixed_calm, "fixed bytes")?.latencies;
    let name = |what: &str| format!("{}: {what}", visit.load);
    figures.set_all(&name("throughput of fixed bytes"), &ratios)?;
    figures.set_all(&name("CPU of fixed bytes"), &cpu_ratios)?;
    figures.set_all(&name("CPU per request"), &cpus)?;
    figures.set_all(&name("CPU per request, fixed bytes"), &fixed_cpus)?;
    figures.set_all(&name("requests per second"), &rates)?;
    figures.set(
        &name("p50 at half load"),
        float(percentile(&mut calm, 50)) / 1e6,
    )?;
    figures.set(
        &name("p99 of fixed bytes at this rate"),
        float(percentile(&mut fixed_calm, 99)) / 1e6,
    )?;
    figures.set(
        &name("p99 at half load"),
        float(percentile(&mut calm, 99)) / 1e6,
    )?;
    figures.set(&name("body"), float(body) / 1024.0)?;
    let (hits, misses) = (after.0 - before.0, after.1 - before.1);
    figures.set(
        &name("answered from the body cache"),
        100.0 * float(hits) / float((hits + misses).max(1)),
    )
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Requests a second, and microseconds of the server's CPU time for each.
fn turn(daemon: &Daemon, asking: Asking<'_>, what: &str) -> anyhow::Result<(f64, f64)> {
    let before = daemon.cpu_seconds()?;
    let outcome = whole(load::run(asking, Pace::Flat, TURN)?, what)?;
    let cpu = daemon.cpu_seconds()? - before;
    Ok((outcome.rate(), cpu * 1e6 / float(outcome.answered)))
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
    let js = load::get(ground.listen, asset(&page, ".js")?, None)?;
    ensure!(
        (css.status, js.status) == (200, 200),
        "a page names files that are not there"
    );
    figures.set(
        "stylesheet: compressed",
        float(css.body.len() as u64) / 1024.0,
    )?;
    figures.set("script: plain", float(js.body.len() as u64) / 1024.0)
}

/// The first address of a file of ours with this ending.
fn asset<'a>(page: &'a str, ending: &str) -> anyhow::Result<&'a str> {
    let mut paths = page.split('"').filter(|text| text.starts_with("/assets/"));
    paths
        .find(|path| path.ends_with(ending))
        .with_context(|| format!("a page names no {ending} of ours"))
}
