//! Promise 9: a server that is started while every back end and the bucket are down serves what it served last.

use std::time::{Duration, Instant};

use frontage_shared::store::Store;

use super::{Clock, Outcome, percentile, stamped};
use crate::backend::Response;
use crate::engines::{Engine, Kind};
use crate::shop::{CATALOG, Daemon, Shop, ShopBuilder};

/// How soon the first page is there, as the promise says.
const SOON: Duration = Duration::from_millis(500);
/// Between two attempts to get it.
const LOOK: Duration = Duration::from_millis(1);
/// How long it may take before it counts as never.
const PATIENCE: Duration = Duration::from_secs(60);

/// Restarts a server so many times with nothing there but its own cache: starts that serve nothing, something else, or not
/// soon. The store is a bucket that is down, one that kept to conditions and one that ignored them as far as they are
/// installed, or else a folder that is gone.
///
/// # Errors
/// The shop cannot be set up.
pub fn soak_islands(restarts: u64, clock: Clock) -> anyhow::Result<Vec<Outcome>> {
    super::runtime()?.block_on(async {
        let mut outcomes = Vec::new();
        for kind in Kind::one_of_each() {
            let place = format!("a bucket of {kind}");
            outcomes.push(maroon(&place, Engine::start(kind), restarts, clock).await?);
        }
        if outcomes.is_empty() {
            outcomes.push(maroon("a folder", None, restarts, clock).await?);
        }
        Ok(outcomes)
    })
}

async fn maroon(
    place: &str,
    engine: Option<Engine>,
    restarts: u64,
    clock: Clock,
) -> anyhow::Result<Outcome> {
    let (shop, generation) = cut_off(engine.as_ref()).await?;
    let (mut findings, mut times) = (Vec::new(), Vec::new());
    for restart in 0..restarts {
        let mut server = shop.own_server();
        match first_page(&shop, generation).await {
            Ok(time) if time > SOON && clock == Clock::Counts => {
                findings.push(format!("restart {restart} took {} ms", time.as_millis()));
                times.push(time);
            }
            Ok(time) => times.push(time),
            Err(finding) => findings.push(format!("restart {restart}: {finding}")),
        }
        findings.extend(is_told(&shop, generation).await);
        end(&mut server, restart).await?;
    }
    let at = |percent| percentile(times.clone(), percent).as_millis();
    let name = format!(
        "starts that serve nothing or not soon, of {restarts} with every back end and {place} down; the first page came after \
         {} ms in the middle, {} ms at most",
        at(50),
        at(100)
    );
    Ok(Outcome::of_findings(9, name, findings))
}

/// A shop that was served once, and of which nothing is left but the server's cache.
async fn cut_off(engine: Option<&Engine>) -> anyhow::Result<(Shop, u64)> {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    if let Some(engine) = engine {
        engine.hold(&shop, "island");
    }
    shop.open().await;
    let generation = shop.generation().await;
    shop.kill("frontage-server");
    shop.backend.respond_with(CATALOG, Response::none());
    match engine {
        Some(engine) => engine.between.set_down(true),
        None => {
            let store = Store::open("store", shop.folder(), "demo")?;
            std::fs::remove_dir_all(store.folder())?;
        }
    }
    Ok((shop, generation))
}

/// How long after now the home page comes, of this generation.
async fn first_page(shop: &Shop, generation: u64) -> Result<Duration, String> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(answer) = shop.client().get(shop.url("/")).send().await {
            let time = began.elapsed();
            let served = answer.headers().get("x-frontage-generation").cloned();
            match (answer.status().as_u16(), served) {
                (200, Some(served)) if served == generation.to_string().as_str() => {
                    return Ok(time);
                }
                // It listens, and opens its cache.
                (503, _) => {}
                (status, served) => return Err(format!("{status} of generation {served:?}")),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err("nothing is ever served".to_owned())
}

/// The server says how old what it serves is.
async fn is_told(shop: &Shop, generation: u64) -> Option<String> {
    let status = shop.status().await;
    let told = &status["generation"];
    let is_told = told["number"] == generation && told["age_seconds"].is_number();
    (!is_told).then(|| format!("the status tells {told}"))
}

/// Every other one is killed, the others end as they like.
async fn end(server: &mut Daemon, restart: u64) -> anyhow::Result<()> {
    if restart.is_multiple_of(2) {
        server.signal("TERM")?;
        let began = Instant::now();
        while !server.has_ended() && began.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK).await;
        }
    }
    server.kill();
    Ok(())
}
