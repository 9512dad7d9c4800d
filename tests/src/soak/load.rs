//! Shoppers who ask for pages, as fast as they can or at their leisure, and check every response against the generation that it names.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::{ETAG, IF_NONE_MATCH};

use super::publisher::edition;
use super::stamped::{self, CATEGORY, PARTIAL, PRODUCT, PRODUCTS, Told};
use crate::shop::Shop;

/// Pages that shoppers ask for: the path, how many prices it shows at least, whether it shows an edition.
const PAGES: [(&str, usize, bool); 4] = [
    // The visible price and that in the JSON-LD.
    (PRODUCT, 2, true),
    (PARTIAL, 1, false),
    (CATEGORY, PRODUCTS, true),
    ("/search?q=thing", PRODUCTS, false),
];

/// Shoppers at work.
#[derive(Debug)]
pub struct Load {
    over: Arc<AtomicBool>,
    shoppers: Vec<tokio::task::JoinHandle<Seen>>,
}

/// What shoppers have seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// Responses, checked.
    pub responses: u64,
    /// Of these, how many were 304.
    pub not_modified: u64,
    /// Generations that they came from.
    pub generations: BTreeSet<u64>,
    /// Failed requests and responses that contradict themselves, in words.
    pub findings: Vec<String>,
}

/// A shopper with a connection of its own, who remembers what was sent before.
struct Shopper {
    client: reqwest::Client,
    origin: String,
    /// What the shopper rests after each page.
    rest: Duration,
    /// The highest generation that was seen: nothing may come from a lower one.
    highest: u64,
    /// ETag and generation of the last whole response of a page.
    kept: HashMap<&'static str, (String, u64)>,
    seen: Seen,
}

impl Load {
    /// Sends shoppers in who never rest.
    ///
    /// # Errors
    /// A client cannot be made.
    pub fn start(shop: &Shop, shoppers: usize) -> anyhow::Result<Self> {
        Self::on(&shop.url(""), shoppers, Duration::ZERO)
    }

    /// Sends shoppers to an origin who rest after each page.
    ///
    /// # Errors
    /// A client cannot be made.
    pub fn on(origin: &str, shoppers: usize, rest: Duration) -> anyhow::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        for number in 0..shoppers {
            let client = reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(Duration::from_secs(60))
                .build()?;
            let shopper = Shopper {
                client,
                origin: origin.to_owned(),
                rest,
                highest: 0,
                kept: HashMap::new(),
                seen: Seen::default(),
            };
            tasks.push(tokio::spawn(shopper.stroll(number, Arc::clone(&over))));
        }
        Ok(Self {
            over,
            shoppers: tasks,
        })
    }

    /// Calls them back and adds up what they have seen.
    ///
    /// # Errors
    /// A shopper panicked.
    pub async fn stop(self) -> anyhow::Result<Seen> {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for shopper in self.shoppers {
            all.add(shopper.await.context("a shopper panicked")?);
        }
        Ok(all)
    }
}

impl Seen {
    /// Takes in what others have seen.
    pub fn add(&mut self, other: Self) {
        self.responses += other.responses;
        self.not_modified += other.not_modified;
        self.generations.extend(other.generations);
        self.findings.extend(other.findings);
    }
}

impl Shopper {
    async fn stroll(mut self, start: usize, over: Arc<AtomicBool>) -> Seen {
        let mut turn = start;
        while !over.load(Ordering::Relaxed) {
            // Every third time round, the shopper asks whether what it has is still good.
            let (path, prices, has_edition) = PAGES[turn % PAGES.len()];
            let asks = (turn / PAGES.len()).is_multiple_of(3);
            self.seen.responses += 1;
            if let Err(finding) = self.visit(path, prices, has_edition, asks).await {
                self.seen.findings.push(format!("{path}: {finding}"));
            }
            turn += 1;
            if !self.rest.is_zero() {
                tokio::time::sleep(self.rest).await;
            }
        }
        self.seen
    }

    async fn visit(
        &mut self,
        path: &'static str,
        prices: usize,
        has_edition: bool,
        asks: bool,
    ) -> Result<(), String> {
        let kept = self.kept.get(path).filter(|_| asks).cloned();
        let mut request = self.client.get(format!("{}{path}", self.origin));
        if let Some((etag, _)) = &kept {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let failed = |error: reqwest::Error| format!("{:#}", anyhow::Error::from(error));
        let response = request.send().await.map_err(failed)?;
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let generation: u64 = header("x-frontage-generation")
            .and_then(|text| text.parse().ok())
            .ok_or("no generation")?;
        let (status, etag) = (response.status().as_u16(), header(ETAG.as_str()));
        let body = response.text().await.map_err(failed)?;
        self.seen.generations.insert(generation);
        if generation < self.highest {
            return Err(format!("generation {generation} after {}", self.highest));
        }
        self.highest = generation;
        match (status, kept) {
            // Every generation has other prices, so what was good in one is not in another.
            (304, Some((_, kept))) if kept == generation && body.is_empty() => {
                self.seen.not_modified += 1;
                return Ok(());
            }
            (304, kept) => {
                return Err(format!("304 of generation {generation}, kept was {kept:?}"));
            }
            (200, _) => {}
            (status, _) => return Err(format!("status {status}")),
        }
        let told = stamped::told(&body);
        let expected = Told {
            numbers: BTreeSet::from([generation]),
            prices: told.prices,
            editions: has_edition
                .then(|| edition(generation))
                .into_iter()
                .collect(),
        };
        if told != expected || told.prices < prices {
            return Err(format!("generation {generation}, but it tells {told:?}"));
        }
        let etag = etag.ok_or("no ETag")?;
        self.kept.insert(path, (etag, generation));
        Ok(())
    }
}
