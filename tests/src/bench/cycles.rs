//! Whole cycles of ingest.
//!
//! Each is one run of `frontage-ingest once`, from its start to its end, with everything that is in between: the first
//! one, one that changes nothing, one that renames a product, and changes of a single price while a server follows.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::feeds::{DOCUMENTS, OFFERS, edit};
use super::figures::{Figures, float, mib};
use super::ground::Ground;
use super::process::Ended;
use super::targets::Shop;

/// How often a single price is changed.
const PRICE_CHANGES: u32 = 5;

/// The first cycle: everything is new.
pub fn full(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let (ended, lines) = ground.ingest(&["once"])?;
    let counts = ground.manifest()?.counts;
    figures.set("feed: products", f64::from(counts.products))?;
    figures.set("feed: variants", f64::from(counts.variants))?;
    figures.set(
        "feed: size of documents",
        file_mib(&ground.feeds.path(DOCUMENTS))?,
    )?;
    figures.set("full cycle: time", ended.seconds)?;
    figures.set("full cycle: CPU time", ended.cpu_seconds)?;
    figures.set("full cycle: peak memory", mib(ended.peak_bytes))?;
    figures.set(
        "full cycle: rate",
        f64::from(counts.products) / ended.seconds,
    )?;
    let (milliseconds, _) = run_of(&lines, "catalog")?;
    figures.set(
        "full cycle: until documents are checked",
        float(milliseconds) / 1000.0,
    )?;
    let manifest = ground.manifest()?;
    figures.set(
        "full cycle: size of both parts",
        mib(manifest.catalog.length + manifest.offers.length),
    )
}

/// The second cycle: the back end says that nothing has changed.
pub fn unchanged(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let before = ground.manifest()?.generation;
    let (ended, _) = ground.ingest(&["once"])?;
    ensure!(
        ground.manifest()?.generation == before,
        "a feed that did not change was published again"
    );
    figures.set("unchanged cycle: time", ended.seconds)?;
    figures.set("unchanged cycle: peak memory", mib(ended.peak_bytes))
}

/// A product gets another name: the catalog part is made anew.
pub fn renamed(ground: &Ground, figures: &mut Figures, shop: &Shop) -> anyhow::Result<()> {
    let before = ground.manifest()?;
    let sku = format!("\"sku\":\"{}\"", shop.simple.1);
    let changed = edit(&ground.feeds.path(DOCUMENTS), |line| {
        let at = line.contains(&sku).then(|| line.find("\"name\":\""))??;
        let (head, name) = line.split_at(at + "\"name\":\"".len());
        Some(format!("{head}Renamed {name}"))
    })?;
    ensure!(
        changed == 1,
        "{changed} products have the SKU {}",
        shop.simple.1
    );
    let (ended, _) = ground.ingest(&["once"])?;
    ensure!(
        ground.manifest()?.catalog != before.catalog,
        "a renamed product was not published"
    );
    figures.set("one product renamed: time", ended.seconds)
}

/// One price changes, several times over, and the server's page is watched.
pub fn one_price(ground: &Ground, figures: &mut Figures, shop: &Shop) -> anyhow::Result<()> {
    let (path, sku) = &shop.simple;
    let mark = format!("\"sku\":\"{sku}\"");
    let (mut since_bytes, mut since_start, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..PRICE_CHANGES {
        // Nothing else costs as much, and no two prices are the same.
        let cents = 31 + 2 * number;
        let changed = edit(&ground.feeds.path(OFFERS), |line| {
            line.contains(&mark)
                .then(|| reprice(line, &format!("9753.{cents}")))
                .flatten()
        })?;
        ensure!(changed == 1, "{changed} offers have the SKU {sku}");
        let (visible, ended) = std::thread::scope(|scope| {
            let watching = scope.spawn(|| ground.until_visible(path, &format!("753.{cents}")));
            let ended = ground.ingest(&["once", "stock"]);
            let visible = watching
                .join()
                .map_err(|_| anyhow::anyhow!("watching failed by a bug"))?;
            anyhow::Ok((visible?, ended?.0))
        })?;
        let bytes_in = ground.feeds.last_byte().context("nothing was sent")?;
        ensure!(bytes_in > ended.started, "the offers were not asked for");
        since_bytes.push(visible.saturating_duration_since(bytes_in).as_secs_f64());
        since_start.push(
            visible
                .saturating_duration_since(ended.started)
                .as_secs_f64(),
        );
        peaks.push(mib(ended.peak_bytes));
    }
    figures.set_all("one price changed: bytes in to visible", &since_bytes)?;
    figures.set_all("one price changed: command to visible", &since_start)?;
    figures.set_all("one price changed: peak memory", &peaks)
}

/// The first cycle of a shop whose records need a mapping.
pub fn mapped(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let (ended, lines): (Ended, _) = ground.ingest(&["once"])?;
    let (milliseconds, records) = run_of(&lines, "catalog")?;
    figures.set("mapped cycle: time", ended.seconds)?;
    figures.set("mapped cycle: peak memory", mib(ended.peak_bytes))?;
    let rate = float(records) * 1000.0 / float(milliseconds.max(1));
    figures.set("mapped cycle: rate until documents are checked", rate)
}

/// Milliseconds and records of a source's run.
fn run_of(lines: &[Value], source: &str) -> anyhow::Result<(u64, u64)> {
    let run = lines.iter().find(|line| line["source"] == source);
    let run = run.with_context(|| format!("`once` told nothing of `{source}`: {lines:?}"))?;
    ensure!(
        run["result"] == "accepted" && run["refused"] == 0,
        "the feed is to be accepted whole: {run}"
    );
    let figures = run["duration_ms"].as_u64().zip(run["records"].as_u64());
    figures.with_context(|| format!("no duration or no records: {run}"))
}

/// An offer with another amount.
fn reprice(line: &str, amount: &str) -> Option<String> {
    let (head, rest) = line.split_once("\"amount\":\"")?;
    let (_, rest) = rest.split_once('"')?;
    Some(format!("{head}\"amount\":\"{amount}\"{rest}"))
}

fn file_mib(path: &Path) -> anyhow::Result<f64> {
    Ok(mib(std::fs::metadata(path)?.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_repriced() {
        let line =
            r#"{"sku":"a","prices":[{"amount":"1.00","currency":"EUR","compare_at":"2.00"}]}"#;
        let expected =
            r#"{"sku":"a","prices":[{"amount":"9.99","currency":"EUR","compare_at":"2.00"}]}"#;
        assert_eq!(reprice(line, "9.99").as_deref(), Some(expected));
        assert_eq!(reprice("{}", "9.99"), None);
    }
}
