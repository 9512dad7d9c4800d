//! Shoppers and crawlers at once: whatever crawlers do, shoppers are answered.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::{Outcome, percentile};
use crate::shop::{Shop, ShopBuilder};

/// A small lane, so that crawlers fill it, and no kept pages, so that each one has to be made.
const SERVER: &str = "body_cache_bytes = 0\n[bots]\nwaiting = 4\nwait_ms = 200";
const PRODUCTS: u64 = 100;
const SHOPPERS: u64 = 4;
const CRAWLERS: u64 = 64;
const CRAWLER: &str = "Mozilla/5.0 (compatible; Soakbot/1.0)";

/// Statuses that clients got, and how long that took.
#[derive(Debug, Default)]
struct Got {
    statuses: Vec<u16>,
    /// Those of 503 that did not say when to come back.
    without_retry: usize,
    times: Vec<Duration>,
}

/// Lets shoppers ask for so many pages, alone and beside a crowd of crawlers.
///
/// # Errors
/// The shop could not be set up, or a request failed.
pub fn soak_bots(requests: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut shop = ShopBuilder::generated(PRODUCTS).server(SERVER).start();
        shop.open().await;
        let paths = paths(&shop);
        let each = (requests / SHOPPERS).max(1);
        let alone = visit(&shop, &paths, SHOPPERS, each, "Firefox").await?;
        let crowd = visit(&shop, &paths, CRAWLERS, each, CRAWLER);
        let (beside, crowd) = tokio::try_join!(
            visit(&shop, &paths, SHOPPERS, each, "Firefox"),
            crowd
        )?;
        let mut findings = Vec::new();
        for status in alone.statuses.iter().chain(&beside.statuses) {
            if *status != 200 {
                findings.push(format!("a shopper got {status}"));
            }
        }
        let sent_away = crowd.statuses.iter().filter(|status| **status == 503);
        let sent_away = sent_away.count();
        if crowd.without_retry > 0 {
            findings.push(format!("{} crawlers are not told when to come back", crowd.without_retry));
        }
        let made = crowd.statuses.iter().filter(|status| **status == 200);
        let made = made.count();
        if made + sent_away != crowd.statuses.len() || made == 0 {
            findings.push(format!("crawlers got {made} pages and {sent_away} refusals"));
        }
        findings.extend(counted(&shop, made, sent_away).await);
        let name = format!(
            "findings with {SHOPPERS} shoppers beside {CRAWLERS} crawlers, who got {made} pages and {sent_away} times 503; \
             shoppers' p99 {:?} alone, {:?} beside them",
            percentile(alone.times, 99),
            percentile(beside.times, 99)
        );
        Ok(Outcome::of_findings(18, name, findings))
    })
}

/// Whether the server counted what crawlers saw.
async fn counted(shop: &Shop, made: usize, sent_away: usize) -> Option<String> {
    let metrics = shop.admin("/metrics").await.body;
    let count = |answer: &str| {
        let name = format!("frontage_bot_requests_total{{answer=\"{answer}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
        line.and_then(|count| count.parse::<usize>().ok())
            .unwrap_or_default()
    };
    let told = (count("made") + count("waited"), count("busy"));
    (told != (made, sent_away)).then(|| {
        format!("crawlers got {made} pages and {sent_away} refusals, the server counted {told:?}")
    })
}

fn paths(shop: &Shop) -> Vec<String> {
    let generation = shop.published();
    let products = generation
        .catalog
        .products()
        .filter(|product| product.is_listed());
    products
        .map(|product| format!("/p/{}", product.slug()))
        .collect()
}

async fn visit(
    shop: &Shop,
    paths: &[String],
    clients: u64,
    requests: u64,
    agent: &str,
) -> anyhow::Result<Got> {
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let http = reqwest::Client::builder()
            .no_proxy()
            .user_agent(agent)
            .build()?;
        let urls: Vec<String> = paths.iter().map(|path| shop.url(path)).collect();
        tasks.spawn(async move {
            let mut got = Got::default();
            let urls = urls.iter().cycle().skip(usize::try_from(client)?);
            for (_, url) in (0..requests).zip(urls) {
                let started = Instant::now();
                let response = http.get(url).send().await?;
                let status = response.status().as_u16();
                let says_when = response.headers().contains_key("retry-after");
                response.bytes().await?;
                got.times.push(started.elapsed());
                got.statuses.push(status);
                got.without_retry += usize::from(status == 503 && !says_when);
            }
            anyhow::Ok(got)
        });
    }
    let mut all = Got::default();
    while let Some(got) = tasks.join_next().await {
        let got = got.context("a client panicked")??;
        all.statuses.extend(got.statuses);
        all.times.extend(got.times);
        all.without_retry += got.without_retry;
    }
    Ok(all)
}
