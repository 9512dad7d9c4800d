//! Crawlers, who say so in their `User-Agent`: their pages are made in a lane of their own, so that shoppers never wait
//! behind them, and what robots.txt closes costs next to nothing.
//!
//! A page that is kept from before is answered at once, whoever asks. Only so many others are made for crawlers at a
//! time; a few more requests wait, and whoever comes then is asked to come back.

/// How crawlers name themselves.
mod agents;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{self, HeaderMap};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::handle::Shop;
use crate::listen::{Reply, Request};
use crate::live::Serving;
use crate::metrics::BotAnswer;
use crate::respond::{self, Response};
use crate::table::Keys;

/// When a crawler that found no place may come back.
const RETRY_SECONDS: u64 = 30;
/// Longer than any `User-Agent` that means well.
const MOST_AGENT_BYTES: usize = 512;

/// What crawlers are, and what they may cost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Words that they are known by, in lower case.
    pub agents: Vec<String>,
    /// Words of those who are none all the same.
    pub except: Vec<String>,
    /// Pages made for them at once; 0 treats them like shoppers.
    pub renders_at_once: usize,
    /// How many may wait for that.
    pub waiting: usize,
    /// For how long.
    pub wait: Duration,
    /// Whether they are refused what robots.txt closes.
    pub refuse_closed: bool,
}

/// The lane.
#[derive(Debug)]
pub struct Bots {
    settings: Settings,
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Whether there is room in the lane.
enum Entrance {
    /// Now.
    Open(OwnedSemaphorePermit),
    /// Soon.
    Queue(Waiting),
    /// Not before long.
    Full,
}

/// A place in the queue, given back when dropped.
struct Waiting {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Settings {
    /// Reads the table `[bots]`.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let word = |text: &str| {
            let is_word = !text.is_empty() && !text.bytes().any(|byte| byte.is_ascii_uppercase());
            is_word.then(|| text.to_owned())
        };
        let what = "words in lower case such as [\"bot\"]";
        let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let settings = Self {
            agents: keys
                .list_or("agents", what, word)
                .unwrap_or_else(|| own(&agents::AGENTS)),
            except: keys
                .list_or("except", what, word)
                .unwrap_or_else(|| own(&agents::EXCEPT)),
            renders_at_once: keys.size("renders_at_once", 1, 0..=1000),
            waiting: keys.size("waiting", 64, 0..=100_000),
            wait: keys.millis("wait_ms", 2000, 1..=60_000),
            refuse_closed: keys.boolean_or("refuse_closed", true),
        };
        keys.refuse_the_rest();
        settings
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::read(Keys::of(toml::Table::new(), "bots.", &mut Vec::new()))
    }
}

impl Bots {
    /// An empty lane.
    pub fn new(settings: Settings) -> Self {
        let places = Semaphore::new(settings.renders_at_once.max(1));
        Self {
            settings,
            places: Arc::new(places),
            waiting: Arc::default(),
        }
    }

    /// Whether a request says that it comes from a crawler.
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(agent) = headers.get(header::USER_AGENT) else {
            return false;
        };
        if self.settings.renders_at_once == 0 {
            return false;
        }
        let agent = agent.as_bytes();
        let agent = agent.get(..MOST_AGENT_BYTES).unwrap_or(agent);
        let agent = String::from_utf8_lossy(agent).to_ascii_lowercase();
        let has_one_of = |words: &[String]| words.iter().any(|word| agent.contains(&**word));
        has_one_of(&self.settings.agents) && !has_one_of(&self.settings.except)
    }

    /// Whether crawlers are refused what robots.txt closes.
    pub fn refuses_closed(&self) -> bool {
        self.settings.refuse_closed
    }

    fn enter(&self) -> Entrance {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Entrance::Open(place);
        }
        let free = |waiting: usize| (waiting < self.settings.waiting).then_some(waiting + 1);
        match self
            .waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, free)
        {
            Ok(_) => Entrance::Queue(Waiting {
                places: Arc::clone(&self.places),
                waiting: Arc::clone(&self.waiting),
            }),
            Err(_) => Entrance::Full,
        }
    }
}

impl Waiting {
    async fn enter(self, wait: Duration) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).acquire_owned();
        tokio::time::timeout(wait, place).await.ok()?.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers a crawler for whom a page must be made, when the lane has room.
pub(crate) fn in_lane<'a>(
    shop: &'a Shop,
    bots: &Bots,
    serving: &Arc<Serving>,
    make: impl FnOnce(&Serving) -> Response + Send + 'a,
) -> Reply<'a> {
    match bots.enter() {
        Entrance::Open(place) => {
            shop.metrics.bot(BotAnswer::Made);
            let response = make(serving);
            drop(place);
            Reply::Now(response)
        }
        Entrance::Queue(queue) => {
            let (serving, wait) = (Arc::clone(serving), bots.settings.wait);
            Reply::Later(Box::pin(async move {
                let Some(place) = queue.enter(wait).await else {
                    return busy(shop, &serving);
                };
                shop.metrics.bot(BotAnswer::Waited);
                let response = make(&serving);
                drop(place);
                response
            }))
        }
        Entrance::Full => Reply::Now(busy(shop, serving)),
    }
}

fn busy(shop: &Shop, serving: &Serving) -> Response {
    shop.metrics.bot(BotAnswer::Busy);
    let text = "Too many crawlers are here; come back later.";
    respond::busy(&serving.stamp, "refused", text, RETRY_SECONDS)
}

/// What a crawler is told at an address that robots.txt keeps it from.
pub(crate) fn closed(shop: &Shop, serving: &Serving, request: &Request<'_>) -> Response {
    shop.metrics.bot(BotAnswer::Closed);
    let path = request.target.split('?').next().unwrap_or_default();
    let text = format!(
        "robots.txt closes this address to crawlers; {path} without parameters may be open."
    );
    respond::sentence(&serving.stamp, StatusCode::FORBIDDEN, "refused", &text)
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;
    use crate::handle::Clients;
    use crate::listen::Answer as _;
    use crate::testing::{Bench, Process, noon};

    fn bots(renders_at_once: usize) -> Bots {
        let mut problems = Vec::new();
        let text = format!("renders_at_once = {renders_at_once}");
        let keys = Keys::of(text.parse().unwrap(), "bots.", &mut problems);
        let bots = Bots::new(Settings::read(keys));
        assert!(problems.is_empty(), "{problems:?}");
        bots
    }

    fn saying(agent: &str) -> HeaderMap {
        let agent = HeaderValue::from_str(agent).unwrap();
        HeaderMap::from_iter([(header::USER_AGENT, agent)])
    }

    #[test]
    fn crawlers_are_known_by_what_they_call_themselves() {
        let lane = bots(1);
        for (agent, is_bot) in [
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                true,
            ),
            (
                "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider)",
                true,
            ),
            (
                "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
                true,
            ),
            ("Scrapy/2.11 (+https://scrapy.org)", true),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                false,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36",
                false,
            ),
            ("Twitterbot/1.0", false),
            ("curl/8.5.0", false),
            ("", false),
        ] {
            assert_eq!(lane.knows(&saying(agent)), is_bot, "{agent}");
        }
        assert!(!lane.knows(&HeaderMap::new()));
        assert!(!bots(0).knows(&saying("Googlebot/2.1")));
    }

    async fn ask(process: &Process, target: &str, agent: &str) -> Result<u16, StatusCode> {
        let (shop, headers) = (Arc::clone(&process.shop), saying(agent));
        let request = Request {
            host: None,
            method: &hyper::Method::GET,
            target,
            headers: &headers,
            body: &[],
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            now: noon(),
        };
        match shop.answer(&request) {
            Reply::Now(response) => Ok(response.http.status().as_u16()),
            Reply::Later(response) => Err(response.await.http.status()),
        }
    }

    #[tokio::test]
    async fn a_full_lane_holds_up_no_shopper() {
        let bench = Bench::new();
        let mut process = bench.process();
        bench.publish(1, "Oak").await;
        process.watch.look().await;
        let settings = Settings {
            waiting: 1,
            wait: Duration::from_secs(60),
            ..Settings::default()
        };
        let lane = Arc::new(Bots::new(settings));
        process.shop.clients.store(Arc::new(Clients {
            bots: Arc::clone(&lane),
            ..Clients::default()
        }));
        let crawler = "Examplebot/1.0";
        assert_eq!(ask(&process, "/", crawler).await, Ok(200));

        let place = Arc::clone(&lane.places).try_acquire_owned().unwrap();
        let mut first = Box::pin(ask(&process, "/", crawler));
        assert!(futures_util::poll!(&mut first).is_pending());
        assert_eq!(ask(&process, "/", crawler).await, Ok(503));
        assert_eq!(ask(&process, "/", "Firefox").await, Ok(200));
        // What was made for the shopper is there for everybody.
        assert_eq!(ask(&process, "/", crawler).await, Ok(200));
        drop(place);
        assert_eq!(first.await, Err(StatusCode::OK));
        assert_eq!(lane.waiting.load(Ordering::Relaxed), 0);
        assert_eq!(ask(&process, "/robots.txt", crawler).await, Ok(200));

        assert_eq!(ask(&process, "/search?q=oak", crawler).await, Ok(403));
        assert_eq!(ask(&process, "/search?q=oak", "Firefox").await, Ok(200));
    }

    #[tokio::test]
    async fn whoever_waits_too_long_is_asked_to_come_back() {
        let bench = Bench::new();
        let mut process = bench.process();
        bench.publish(1, "Oak").await;
        process.watch.look().await;
        let lane = Arc::new(Bots::new(Settings {
            wait: Duration::from_millis(5),
            ..Settings::default()
        }));
        let _place = Arc::clone(&lane.places).try_acquire_owned().unwrap();
        process.shop.clients.store(Arc::new(Clients {
            bots: lane,
            ..Clients::default()
        }));
        let answer = ask(&process, "/", "Examplebot/1.0").await;
        assert_eq!(answer, Err(StatusCode::SERVICE_UNAVAILABLE));
    }
}
