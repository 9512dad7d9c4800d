//! Opening a generation, and swapping it under load.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::figures::{Figures, float, percentile};
use super::ground::{Ground, Server};
use super::load::{self, Asking, Outcome, Pace};
use super::targets::{Shop, Targets};

/// How often the server is started from its own cache.
const STARTS: usize = 3;
/// How long is measured without a swap, and how long at a time until there was one.
const WINDOW: Duration = Duration::from_secs(4);
/// How many windows a swap may take.
const WINDOWS: usize = 10;
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

/// Goes back to an older generation, with another catalog, while visitors look at products.
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
    let mut calm = load::run(asking, Pace::PerSecond(RATE), WINDOW)?;
    let (before, swaps) = (ground.manifest()?, server.swaps().len());
    let mut busy = std::thread::scope(|scope| -> anyhow::Result<Outcome> {
        let command = scope.spawn(|| ground.ingest(&["rollback", "1"]));
        let mut busy = Outcome::default();
        for _ in 0..WINDOWS {
            busy.add(load::run(asking, Pace::PerSecond(RATE), WINDOW)?);
            if server.swaps().len() > swaps {
                break;
            }
        }
        let ended = command.join();
        ended.map_err(|_| anyhow::anyhow!("the command failed by a bug"))??;
        Ok(busy)
    })?;
    ensure!(
        ground.manifest()?.catalog != before.catalog,
        "the older generation has the same catalog"
    );
    ensure!(
        server.swaps().len() > swaps,
        "no swap happened in {WINDOWS} windows of {WINDOW:?}"
    );
    let (without, with) = (
        percentile(&mut calm.latencies, 99),
        percentile(&mut busy.latencies, 99),
    );
    figures.set(
        "swap under load: failed requests",
        float(calm.failed + busy.failed),
    )?;
    figures.set("swap under load: p99 without", float(without) / 1e6)?;
    figures.set(
        "swap under load: p99 rises by",
        float(with.saturating_sub(without)) / 1e6,
    )
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
