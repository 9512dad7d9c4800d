//! Opening a generation, and swapping it under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::figures::{Figures, float, percentile};
use super::ground::{Ground, Server};
use super::load::{self, Asking, Outcome, Pace};
use super::targets::{Shop, Targets};

/// How often the server is started from its own cache.
const STARTS: usize = 3;
/// How long connections live.
const WINDOW: Duration = Duration::from_secs(1);
/// How often the shop is swapped, and how long that may take.
const SWAPS: usize = 8;
const SWAPS_PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing happens before each swap, and what of the time after it belongs to it.
const QUIET: Duration = Duration::from_millis(1500);
const AFTER: Duration = Duration::from_millis(500);
/// How long after a swap it may be noticed.
const LOOK: Duration = Duration::from_millis(50);
/// Requests a second while a swap happens.
const RATE: f64 = 500.0;

/// Starts the server with an empty cache and from its cache; the last one started goes on.
pub fn start(ground: &Ground, shop: &Shop, figures: &mut Figures) -> anyhow::Result<Server> {
    let path = &shop.products[0];
    ground.empty_cache()?;
    let (first, took) = ground.serve(path)?;
    figures.set(
        "server: start to first page, empty cache",
        milliseconds(took),
    )?;
    drop(first);
    let (mut starts, mut opens, mut firsts, mut running) =
        (Vec::new(), Vec::new(), Vec::new(), None);
    for _ in 0..STARTS {
        // The one before must be gone before its port can be taken.
        drop(running.take());
        let (server, took) = ground.serve(path)?;
        starts.push(milliseconds(took));
        let opened = server.swaps().first().copied();
        opens.push(float(opened.context("the server logs no swap")?));
        // A page that was not asked for before.
        let asked = Instant::now();
        let answer = load::get(ground.listen, &shop.products[shop.products.len() / 2], None)?;
        ensure!(
            answer.status == 200,
            "a product page is answered with {}",
            answer.status
        );
        firsts.push(milliseconds(asked.elapsed()));
        running = Some(server);
    }
    figures.set_all("server: start to first page, from its cache", &starts)?;
    figures.set_all("server: open, verify and swap", &opens)?;
    figures.set_all("server: first page after opening", &firsts)?;
    running.context("the server was not started")
}

/// Goes back to another catalog, several times over, while visitors look at products at a fixed rate.
///
/// Answers are told apart by when they came: around a swap, while only the command worked, and while nothing happened.
pub fn under_load(
    ground: &Ground,
    server: &Server,
    shop: &Shop,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let targets = Targets::any(shop.products.clone());
    let asking = Asking {
        address: ground.listen,
        targets: &targets,
        codings: None,
    };
    let is_over = AtomicBool::new(false);
    let (all, times) = std::thread::scope(|scope| -> anyhow::Result<(Outcome, Times)> {
        let load = scope.spawn(|| -> anyhow::Result<Outcome> {
            let mut all = Outcome::default();
            while !is_over.load(Ordering::Relaxed) {
                all.add(load::run(asking, Pace::PerSecond(RATE), WINDOW)?);
            }
            Ok(all)
        });
        let times = swap_repeatedly(ground, server);
        is_over.store(true, Ordering::Relaxed);
        let all = load
            .join()
            .map_err(|_| anyhow::anyhow!("the load failed by a bug"))?;
        Ok((all?, times?))
    })?;
    let (mut quiet, mut busy, mut around) = (vec![], vec![], vec![]);
    for (&moment, &latency) in all.moments.iter().zip(&all.latencies) {
        let within = |spans: &[(Instant, Instant)]| {
            spans
                .iter()
                .any(|&(from, to)| from <= moment && moment <= to)
        };
        match (within(&times.swaps), within(&times.commands)) {
            (true, _) => around.push(latency),
            (false, true) => busy.push(latency),
            (false, false) => quiet.push(latency),
        }
    }
    let quiet_p99 = float(percentile(&mut quiet, 99)) / 1e6;
    let around_p99 = float(percentile(&mut around, 99)) / 1e6;
    let busy_p99 = float(percentile(&mut busy, 99)) / 1e6;
    let name = |what: &str| format!("swap under load: {what}");
    figures.set(&name("swaps"), float(times.swaps.len() as u64))?;
    figures.set(&name("failed requests"), float(all.failed))?;
    figures.set(&name("p99 quiet"), quiet_p99)?;
    figures.set(&name("p99 while ingest works"), busy_p99)?;
    figures.set(&name("p99 of swap windows"), around_p99)?;
    figures.set(&name("p99 rises by"), (around_p99 - quiet_p99).max(0.0))
}

/// From when to when something happened.
#[derive(Default)]
struct Times {
    commands: Vec<(Instant, Instant)>,
    swaps: Vec<(Instant, Instant)>,
}

fn swap_repeatedly(ground: &Ground, server: &Server) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let latest = ground.manifest()?.generation;
    let begun = Instant::now();
    for number in 0..SWAPS {
        if number > 1 && begun.elapsed() > SWAPS_PATIENCE {
            break;
        }
        std::thread::sleep(QUIET);
        let (before, swaps) = (ground.manifest()?, server.swaps().len());
        let wanted = if number % 2 == 0 { 1 } else { latest };
        let started = Instant::now();
        ground.ingest(&["rollback", &wanted.to_string()])?;
        ensure!(
            ground.manifest()?.catalog != before.catalog,
            "the other generation has the same catalog"
        );
        let took = loop {
            let all = server.swaps();
            if let Some(&took) = all.last().filter(|_| all.len() > swaps) {
                break Duration::from_millis(took);
            }
            ensure!(
                started.elapsed() < SWAPS_PATIENCE,
                "no swap happened in {SWAPS_PATIENCE:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        let seen = Instant::now();
        let from = seen.checked_sub(took + LOOK).unwrap_or(started);
        times.commands.push((started, from));
        times.swaps.push((from, seen + AFTER));
        std::thread::sleep(AFTER);
    }
    Ok(times)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
