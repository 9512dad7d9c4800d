//! One ingest, three servers and a bucket, under load: every server follows every publish, and none goes back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use frontage_shared::store::Store;

use super::load::{Load, Seen};
use super::publisher::edition;
use super::{Outcome, percentile, stamped};
use crate::another::Another;
use crate::engines::{Engine, Kind};
use crate::shop::{Daemon, Shop, ShopBuilder};

/// Servers.
const SERVERS: usize = 3;
/// Shoppers of each server.
const SHOPPERS: usize = 2;
/// What a shopper rests after each page: some 500 pages a second in all, beside which publishes are what is measured.
const REST: Duration = Duration::from_millis(10);
/// How often a server asks the bucket, a tenth more or less.
const POLL: Duration = Duration::from_millis(200);
/// Between two looks at which generation is served, or published.
const LOOK: Duration = Duration::from_millis(5);
/// How long a generation may take to arrive before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a back end pokes ingest with.
const TOKEN: &str = "the-token-of-the-back-end";

/// A server, where it is, and how long each generation took to it from the bucket.
#[derive(Debug)]
struct Server {
    process: Another,
    delays: Vec<Duration>,
}

/// The daemons, and the bucket between them.
struct Fleet {
    shop: Shop,
    store: Store,
    servers: Vec<Server>,
    _ingest: Daemon,
    _engine: Engine,
}

/// Publishes so many generations into a bucket while shoppers ask three servers for pages: failed requests, mixed
/// generations, servers that go back and generations that do not arrive. In a bucket that keeps to conditions and in one that
/// ignores them, as far as they are installed.
///
/// # Errors
/// The fleet cannot be set up.
pub fn soak_fleet(publishes: u64) -> anyhow::Result<Vec<Outcome>> {
    super::runtime()?.block_on(async {
        let mut outcomes = Vec::new();
        for kind in Kind::one_of_each() {
            let Some(engine) = Engine::start(kind) else {
                continue;
            };
            let place = format!("a bucket of {kind}");
            outcomes.push(follow(&place, Fleet::start(engine).await?, publishes).await?);
        }
        Ok(outcomes)
    })
}

async fn follow(place: &str, mut fleet: Fleet, publishes: u64) -> anyhow::Result<Outcome> {
    let loads = fleet.servers.iter();
    let loads = loads.map(|server| Load::on(&server.process.url(""), SHOPPERS, REST));
    let loads = loads.collect::<anyhow::Result<Vec<_>>>()?;
    let mut findings = Vec::new();
    for number in 2..2 + publishes {
        if let Err(error) = fleet.publish(number).await {
            findings.push(format!("generation {number}: {error:#}"));
            break;
        }
    }
    let mut seen = Seen::default();
    for load in loads {
        seen.add(load.stop().await?);
    }
    findings.append(&mut seen.findings);
    if (seen.generations.len() as u64) < publishes / 2 {
        let few = seen.generations.len();
        findings.push(format!("shoppers saw only {few} generations"));
    }
    let name = format!(
        "failed requests, mixed generations, servers that go back and generations that do not arrive, in {} responses over \
         {publishes} publishes of one ingest through {place} to {SERVERS} servers; {}",
        seen.responses,
        fleet.told().await?
    );
    Ok(Outcome::of_findings(0, name, findings))
}

impl Fleet {
    async fn start(engine: Engine) -> anyhow::Result<Self> {
        let shop = ShopBuilder::of(stamped::feed(1, edition(1)))
            .desk("poke_token_file = \"poke\"\npoke_settle_ms = 0")
            .start();
        std::fs::write(shop.folder().join("poke"), TOKEN)?;
        // Nothing is read but when the back end says so: every feed becomes one generation.
        shop.reconfigure(|text| text.replace("\"* * * * * *\"", "\"0 0 29 2 *\""));
        engine.hold(&shop, "fleet");
        let ingest = shop.own_ingest();
        let store = engine.store("fleet", "demo");
        let mut servers = Vec::new();
        for number in 0..SERVERS {
            servers.push(Server::start(&shop, number));
        }
        let mut fleet = Self {
            shop,
            store,
            servers,
            _ingest: ingest,
            _engine: engine,
        };
        fleet.arrives(1).await?;
        Ok(fleet)
    }

    /// Has the back end send a new feed and say so, and waits until every server has it.
    async fn publish(&mut self, number: u64) -> anyhow::Result<()> {
        self.shop.sends(&stamped::feed(number, edition(number)));
        let poke = self.shop.client().post(self.shop.desk_url("/poke/catalog"));
        let poked = poke.bearer_auth(TOKEN).send().await?;
        anyhow::ensure!(
            poked.status() == 202,
            "a poke ended with {}",
            poked.status()
        );
        self.arrives(number).await
    }

    async fn arrives(&mut self, number: u64) -> anyhow::Result<()> {
        let began = Instant::now();
        until(began, "it is published", async || {
            let current = self.store.current().await?;
            Ok(current.is_some_and(|current| current.generation >= number))
        })
        .await?;
        let published = Instant::now();
        let client = self.shop.client();
        let arrivals = self.servers.iter().map(async |server| {
            let what = format!("{} serves it", server.process.url(""));
            let path = server.process.url("/robots.txt");
            until(began, &what, async || {
                let Ok(answer) = client.head(&path).send().await else {
                    // Its first generation is what it waits for.
                    return Ok(false);
                };
                let generation = answer.headers().get("x-frontage-generation");
                let generation = generation.and_then(|value| value.to_str().ok()?.parse().ok());
                Ok(generation.is_some_and(|served: u64| served >= number))
            })
            .await?;
            anyhow::Ok(published.elapsed())
        });
        let arrivals = futures_util::future::try_join_all(arrivals).await?;
        if number > 1 {
            for (server, delay) in self.servers.iter_mut().zip(arrivals) {
                server.delays.push(delay);
            }
        }
        Ok(())
    }

    /// How long generations took to the servers, and how much of that is copying.
    async fn told(&self) -> anyhow::Result<String> {
        let delays: Vec<u128> = self
            .servers
            .iter()
            .flat_map(|server| server.delays.iter().map(Duration::as_millis))
            .collect();
        let at = |percent| percentile(delays.clone(), percent);
        let late = delays.iter().filter(|delay| **delay > limit().as_millis());
        Ok(format!(
            "from the bucket to a server {} ms in the middle, {} ms at the 99th percentile, {} ms at most, with polls every {} ms \
             and {} ms to copy both parts; {} of {} took longer than {} ms",
            at(50),
            at(99),
            at(100),
            POLL.as_millis(),
            self.copying().await?.as_millis(),
            late.count(),
            delays.len(),
            limit().as_millis(),
        ))
    }

    /// How long it takes to copy both parts of the current generation out of the bucket.
    async fn copying(&self) -> anyhow::Result<Duration> {
        let manifest = self
            .store
            .current()
            .await?
            .context("nothing is published")?;
        let folder = tempfile::tempdir()?;
        let began = Instant::now();
        for (kind, entry) in manifest.parts() {
            let file = folder.path().join(entry.file_name(kind));
            self.store.copy_part(kind, entry, &file).await?;
        }
        Ok(began.elapsed())
    }
}

impl Server {
    fn start(shop: &Shop, number: usize) -> Self {
        let poll = format!("poll_interval_ms = {}", POLL.as_millis());
        let asks_seldom = |text: String| text.replace("poll_interval_ms = 50", &poll);
        Self {
            process: Another::start(shop, &format!("server-{number}"), asks_seldom),
            delays: Vec::new(),
        }
    }
}

/// A poll that has just been missed, with its tenth more, and as long again for copying, verifying and looking.
fn limit() -> Duration {
    POLL * 11 / 10 + POLL
}

async fn until(
    began: Instant,
    what: &str,
    question: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    while began.elapsed() < PATIENCE {
        if question().await? {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("it never came to pass that {what}")
}
