//! Swaps under load: no response mixes two generations, and generations that nobody reads any more are let go.

use std::collections::HashSet;
use std::time::Duration;

use super::load::{Load, Seen};
use super::publisher::Publisher;
use super::{Outcome, stamped};
use crate::shop::{Shop, ShopBuilder};

/// Shoppers at a time.
const SHOPPERS: usize = 32;
/// Between two looks at which generation is served.
const LOOK: Duration = Duration::from_millis(5);
/// The current generation and the one before have two parts each.
const MAPPED_AT_REST: usize = 4;

/// Swaps so many generations under the eyes of 32 shoppers.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_swaps(swaps: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
        let publisher = Publisher::take_over(&shop).await?;
        shop.serve().await;
        let load = Load::start(&shop, SHOPPERS)?;
        let mut findings = Vec::new();
        for number in 3..3 + swaps {
            publisher.publish(number).await?;
            if let Err(finding) = until_served(&shop, number).await {
                findings.push(finding);
                break;
            }
        }
        let seen = load.stop().await?;
        findings.extend(judge(&shop, swaps, &seen).await);
        let name = format!(
            "failed requests and responses that mix generations, in {} responses ({} of them 304) over {swaps} swaps",
            seen.responses, seen.not_modified
        );
        Ok(Outcome::of_findings(2, name, findings))
    })
}

/// Files of parts that a process has mapped. Those that are deleted count as well.
///
/// # Errors
/// The process is gone.
pub fn mapped_parts(process: u32) -> std::io::Result<HashSet<String>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let parts = maps
        .lines()
        .filter(|line| line.contains(".catalog") || line.contains(".offers"))
        .filter_map(|line| line.split_once('/'));
    Ok(parts.map(|(_, path)| path.to_owned()).collect())
}

async fn until_served(shop: &Shop, number: u64) -> Result<(), String> {
    let patience = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            let response = shop.client().head(shop.url("/robots.txt")).send().await;
            let response = response.map_err(|error| error.to_string())?;
            let generation = response.headers().get("x-frontage-generation");
            if generation.is_some_and(|value| value.as_bytes() == number.to_string().as_bytes()) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    match patience.await {
        Ok(result) => result,
        Err(_) => Err(format!("generation {number} is never served")),
    }
}

/// Whether shoppers have really seen swaps, and what is left of them.
async fn judge(shop: &Shop, swaps: u64, seen: &Seen) -> Vec<String> {
    let mut findings = seen.findings.clone();
    let generations = seen.generations.len() as u64;
    if generations * 2 < swaps {
        findings.push(format!("shoppers saw only {generations} generations"));
    }
    if seen.not_modified == 0 {
        findings.push("nobody was ever told that a page is still good".to_owned());
    }
    let Some(process) = shop.pid("frontage-server") else {
        findings.push("the server is gone".to_owned());
        return findings;
    };
    let at_rest = shop
        .comes_to_pass(async || {
            mapped_parts(process).is_ok_and(|parts| parts.len() <= MAPPED_AT_REST)
        })
        .await;
    if !at_rest {
        findings.push(format!("still mapped: {:?}", mapped_parts(process)));
    }
    findings
}
