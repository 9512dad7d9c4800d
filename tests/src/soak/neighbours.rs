//! Two shops in one server: one is fed garbage and hammered, and shoppers of the other do not notice.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::json;

use super::away::{self, Watch};
use super::class::{self, Class};
use super::{Clock, Outcome, percentile};
use crate::backend::Response;
use crate::house::House;
use crate::shop::{CATALOG, Daemon, Shop, ShopBuilder};

const PRODUCTS: u64 = 500;
/// What the shopper of the quiet shop asks for in a second, whether or not earlier answers are there.
const RATE: u32 = 300;
/// How long each situation lasts in a round.
const WINDOW: Duration = Duration::from_secs(3);
/// What passes before a situation is measured.
const SETTLE: Duration = Duration::from_millis(500);
/// Connections of those who hammer, each asking again as soon as it has its answer.
const HAMMERS: usize = 64;
/// Lines of garbage that a back end sends each second.
const GARBAGE: usize = 20_000;
/// The threads that are back ends.
const ELSEWHERE: &str = "elsewhere";
/// The threads of the server that are for shops beyond their share.
const BACK_ROOM: &str = "frontage-back";
/// What has to be left of a situation's requests.
const FEWEST: usize = 500;
/// By how many percent the 99th percentile may move.
const MOST_PERCENT: u64 = 10;

/// What happens to the other shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Situation {
    /// Nothing.
    Quiet,
    /// Nothing, on a machine whose cores are all busy with what has nothing to do with any shop.
    Busy,
    /// It is hammered, but in a process of its own: what the machine has left when somebody hammers.
    Apart,
    /// It is hammered in the same process.
    Beside,
}

/// What a shopper saw in one situation.
#[derive(Debug, Default)]
struct Seen {
    /// Of each round, in microseconds.
    latencies: Vec<Vec<u64>>,
    /// The same with requests that met a core which was away.
    all: Vec<Vec<u64>>,
    /// How long the server's own threads could run and had no core, whoever they worked for, over the shopper's requests; of
    /// each round, in microseconds.
    waits: Vec<u64>,
    /// Whether anybody saw to it when a core was away.
    is_watched: bool,
    findings: Vec<String>,
}

impl Seen {
    /// The median over all rounds of their percentile: a machine that is away for a moment spoils a round, not all.
    fn percentile(rounds: &[Vec<u64>], percent: usize) -> u64 {
        let of_rounds = rounds
            .iter()
            .map(|round| percentile(round.clone(), percent));
        percentile(of_rounds.collect(), 50)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p90, p99] =
            [50, 90, 99].map(|percent| Self::percentile(&self.latencies, percent));
        let wait = percentile(self.waits.clone(), 50);
        write!(
            f,
            "p50 {p50}, p90 {p90}, p99 {p99} µs, {wait} µs for a core"
        )?;
        if !self.is_watched {
            return write!(f, " (nobody watched the cores)");
        }
        let [kept, all] =
            [&self.latencies, &self.all].map(|rounds| rounds.iter().map(Vec::len).sum::<usize>());
        let everything = Self::percentile(&self.all, 99);
        write!(
            f,
            " ({} of {all} left out, p99 {everything} µs with them)",
            all - kept
        )
    }
}

/// Asks one shop for pages in so many rounds while nothing happens to its neighbour, and while that is fed garbage and
/// hammered.
///
/// # Errors
/// The shops cannot be set up.
pub fn soak_neighbours(rounds: u64, clock: Clock) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name(ELSEWHERE)
        .enable_all()
        .build()?;
    let street = runtime.block_on(Street::open())?;
    let situations = [
        Situation::Quiet,
        Situation::Busy,
        Situation::Apart,
        Situation::Beside,
    ];
    let mut all = situations.map(|situation| (situation, Seen::default()));
    let mut hammered = 0;
    for _ in 0..rounds {
        for (situation, seen) in &mut all {
            hammered += street.round(*situation, seen)?;
        }
    }
    let mut findings = Vec::new();
    let all = all.map(|(situation, mut seen)| {
        findings.append(&mut seen.findings);
        let left: usize = seen.latencies.iter().map(Vec::len).sum();
        if left < FEWEST && clock == Clock::Counts {
            findings.push(format!("{left} requests are left of {situation:?}"));
        }
        seen
    });
    let [quiet, busy, _, beside] = all
        .each_ref()
        .map(|seen| Seen::percentile(&seen.latencies, 99));
    let percent = |of: u64| (beside * 100).checked_div(of).unwrap_or(0);
    // A machine that is busy is slower whoever keeps it so, most of all one that shares its cores with other machines.
    if percent(quiet.max(busy)) > 100 + MOST_PERCENT && clock == Clock::Counts {
        findings.push(format!(
            "the 99th percentile is {} % of what it was, and {} % of what it is on a machine that is busy with something else",
            percent(quiet),
            percent(busy)
        ));
    }
    let name = format!(
        "failed requests of a shop whose neighbour is fed garbage and hammered ({hammered} answers); {} while nothing happens, {} \
         while the machine is busy with something else, {} with the neighbour in a process of its own, {} beside it (p99 {} % of \
         the first and {} % of the second)",
        all[0],
        all[1],
        all[2],
        all[3],
        percent(quiet),
        percent(busy)
    );
    Ok(Outcome::of_findings(0, name, findings))
}

/// Two shops in one server, and the second one in a server of its own as well.
struct Street {
    house: House,
    _alone: Daemon,
    _ingest: [Daemon; 2],
    paths: Vec<String>,
}

impl Street {
    async fn open() -> anyhow::Result<Self> {
        let build = || ShopBuilder::generated(PRODUCTS).without_offers();
        let shops = vec![("oak", build()), ("ash", build())];
        let mut house = House::of_shops(shops).await;
        for id in ["oak", "ash"] {
            // Every page is made: a page that is kept costs nobody anything.
            house.drop_in(id, "body_cache_bytes = 0");
        }
        house.serve(&["oak", "ash"]).await;
        let ash = &house.others[0];
        let config = ash.folder().join("server.toml");
        let text = std::fs::read_to_string(&config)?.replace("shop = \"demo\"", "shop = \"ash\"");
        std::fs::write(
            &config,
            format!("body_cache_bytes = 0\nhosts = [\"ash.example\"]\n{text}"),
        )?;
        let alone = ash.own_server();
        ash.until("the neighbour is served alone", async |shop| {
            shop.ready().await.then_some(())
        })
        .await;
        let ingest = [house.server.own_ingest(), ash.own_ingest()];
        let paths = paths(&house.server)?;
        // The back ends are elsewhere in reality, as those are who hammer.
        class::put_all(Class::Leftover, ELSEWHERE)?;
        Ok(Self {
            house,
            _alone: alone,
            _ingest: ingest,
            paths,
        })
    }

    /// Measures one situation; gives how many answers those who hammer got.
    fn round(&self, situation: Situation, seen: &mut Seen) -> anyhow::Result<u64> {
        let ash = &self.house.others[0];
        let target = match situation {
            Situation::Quiet | Situation::Busy => None,
            Situation::Apart => Some(address(ash)?),
            Situation::Beside => Some(address(&self.house.server)?),
        };
        match target {
            None => ash.backend.behave(CATALOG),
            Some(_) => ash.backend.respond_with(CATALOG, garbage()),
        }
        let over = Arc::new(AtomicBool::new(false));
        let hammer = target.map(|target| {
            let (over, paths) = (Arc::clone(&over), self.paths.clone());
            thread::spawn(move || hammer(target, &paths, &over))
        });
        let spinning = (situation == Situation::Busy).then(|| {
            let over = Arc::clone(&over);
            thread::spawn(move || spin(&over))
        });
        thread::sleep(SETTLE);
        ash.backend.forget_requests();
        let looked = thread::scope(|scope| {
            let shopper = scope.spawn(|| {
                // Without the right to it, waking up takes its part of what is measured.
                let _ = class::enter(Class::Own);
                self.look(seen)
            });
            shopper.join()
        });
        let looked = looked.ok().context("the shopper failed by a bug");
        over.store(true, Ordering::Relaxed);
        let answers = match hammer {
            Some(hammer) => hammer
                .join()
                .ok()
                .context("who hammers failed by a bug")??,
            None => 0,
        };
        if let Some(spinning) = spinning {
            spinning
                .join()
                .ok()
                .context("who spins failed by a bug")??;
        }
        looked??;
        if target.is_some() && answers == 0 {
            bail!("nobody was hammered");
        }
        let is_fed = ash
            .backend
            .requests()
            .iter()
            .any(|seen| seen.target.starts_with(CATALOG));
        if !is_fed {
            bail!("nobody asked for the feed of the neighbour");
        }
        Ok(answers)
    }

    /// Asks the quiet shop at a fixed rate, and notes how late each answer is.
    fn look(&self, seen: &mut Seen) -> anyhow::Result<()> {
        let mut asking = Asking::open(address(&self.house.server)?, "oak.example")?;
        let server = self.house.server.pid("frontage-server");
        let server = server.context("the server runs")?;
        let watch = Watch::begin()?;
        seen.is_watched = watch.is_some();
        let waited = class::waited_for_a_core(server, BACK_ROOM)?;
        let mut answers = Vec::new();
        let (began, interval) = (Instant::now(), Duration::from_secs(1) / RATE);
        for (turn, path) in (0_u32..).zip(self.paths.iter().cycle()) {
            let due = began + interval * turn;
            if due.duration_since(began) >= WINDOW {
                break;
            }
            // Whoever is early counts from when it wakes up, whoever is late from when it was due.
            let mut from = due;
            if let Some(left) = due.checked_duration_since(Instant::now()) {
                thread::sleep(left);
                from = Instant::now();
            }
            let status = asking.get(path)?;
            answers.push((from, Instant::now()));
            if status != 200 {
                seen.findings
                    .push(format!("{path} is answered with {status}"));
            }
        }
        let waited = class::waited_for_a_core(server, BACK_ROOM)?.saturating_sub(waited);
        let requests = u64::try_from(answers.len())?.max(1);
        seen.waits.push(waited / 1_000 / requests);
        let spans = watch.map_or(Ok(Vec::new()), Watch::end)?;
        let late = |(from, to): &away::Span| u64::try_from((*to - *from).as_micros());
        let all: Result<_, _> = answers.iter().map(late).collect();
        seen.all.push(all?);
        answers.retain(|(from, _)| !spans.iter().any(|span| away::is_in(*from, *span)));
        let latencies: Result<Vec<_>, _> = answers.iter().map(late).collect();
        seen.latencies.push(latencies?);
        Ok(())
    }
}

/// Asks over many connections at once until it is over; gives how many answers came.
fn hammer(target: SocketAddr, paths: &[String], over: &AtomicBool) -> anyhow::Result<u64> {
    let answers = AtomicU64::new(0);
    class::enter(Class::Leftover)?;
    thread::scope(|scope| {
        for number in 0..HAMMERS {
            let answers = &answers;
            scope.spawn(move || {
                let paths = paths.iter().cycle().skip(number * 7);
                let Ok(mut asking) = Asking::open(target, "ash.example") else {
                    return;
                };
                for path in paths {
                    if over.load(Ordering::Relaxed) || asking.get(path).is_err() {
                        return;
                    }
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    Ok(answers.into_inner())
}

/// Keeps every core busy that nobody else wants, until it is over.
fn spin(over: &AtomicBool) -> anyhow::Result<()> {
    class::enter(Class::Leftover)?;
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
    });
    Ok(())
}

/// A connection on which one thing is asked after the other.
struct Asking {
    stream: TcpStream,
    host: &'static str,
    received: Vec<u8>,
}

impl Asking {
    fn open(address: SocketAddr, host: &'static str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream,
            host,
            received: Vec::new(),
        })
    }

    /// The status of an answer that was read to its end.
    fn get(&mut self, path: &str) -> anyhow::Result<u16> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.stream.write_all(request.as_bytes())?;
        self.received.clear();
        let head = loop {
            self.receive()?;
            let end = self
                .received
                .windows(4)
                .position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.received[..head])?.to_ascii_lowercase();
        let mut lines = text.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        let length = lines.find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length
            .context("an answer says its length")?
            .trim()
            .parse()?;
        while self.received.len() < head + length {
            self.receive()?;
        }
        status.context("an answer has a status")
    }

    fn receive(&mut self) -> anyhow::Result<()> {
        let mut buffer = [0; 64 << 10];
        let got = self.stream.read(&mut buffer)?;
        anyhow::ensure!(got > 0, "the connection was closed");
        self.received.extend_from_slice(&buffer[..got]);
        Ok(())
    }
}

fn address(shop: &Shop) -> anyhow::Result<SocketAddr> {
    Ok(shop.url("").trim_start_matches("http://").parse()?)
}

fn paths(shop: &Shop) -> anyhow::Result<Vec<String>> {
    let store = frontage_shared::store::Store::open("store", shop.folder(), "oak")?;
    let folder = store.folder().join("manifests");
    let newest = std::fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path());
    let bytes = std::fs::read(newest.max().context("nothing is published")?)?;
    let manifest = frontage_shared::manifest::Manifest::decode(&bytes)?;
    let parts = store.folder().join("parts");
    let generation = frontage_shared::snapshot::Generation::map(manifest, &parts)?;
    let products = generation.catalog.products();
    let listed = products.filter(|product| product.is_listed());
    Ok(listed
        .map(|product| format!("/p/{}", product.slug()))
        .collect())
}

/// Lines that are documents until somebody looks: each is read, judged and put aside.
fn garbage() -> Response {
    let lines: Vec<_> = (0..GARBAGE)
        .map(|number| {
            let nonsense = "nonsense ".repeat(20);
            json!({"type": "product", "id": number, "name": nonsense, "prices": {"amount": "free"}})
        })
        .collect();
    Response::ndjson(&lines)
}
