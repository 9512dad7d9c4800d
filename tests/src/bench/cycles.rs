//! Whole cycles of ingest.
//!
//! Each is one run of `frontage-ingest once`, from its start to its end, with everything that is in between: the first
//! one, one that changes nothing, one that renames a product, and changes of a single price while a server follows.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::feeds::{DOCUMENTS, OFFERS, edit};
use super::figures::{Figures, float, mib};
use super::ground::Ground;
use super::process::Ended;
use super::targets::Shop;

/// How often a single price is changed, and for how long.
const PRICE_CHANGES: u32 = 5;
const PRICE_PATIENCE: Duration = Duration::from_secs(20);
/// What stands before a name in a document.
const NAME: &str = "\"name\":\"";

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
    let seconds = ground.seconds_to_publish(&ended)?;
    figures.set("full cycle: time", seconds)?;
    figures.set("full cycle: until the process ends", ended.seconds)?;
    figures.set("full cycle: CPU time", ended.cpu_seconds)?;
    figures.set("full cycle: peak memory", mib(ended.peak_bytes))?;
    figures.set("full cycle: rate", f64::from(counts.products) / seconds)?;
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

/// One product of a hundred gets another name: the feed is sent as a whole.
pub fn one_percent(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let before = ground.manifest()?;
    let changed = edit(&ground.feeds.path(DOCUMENTS), |number, line| {
        (number % 100 == 7).then(|| rename(line, "Revised"))?
    })?;
    ensure!(changed > 0, "no product was changed");
    let (ended, _) = ground.ingest(&["once"])?;
    ensure!(
        ground.manifest()?.catalog != before.catalog,
        "renamed products were not published"
    );
    let seconds = ground.seconds_to_publish(&ended)?;
    figures.set("1 % of products changed: time", seconds)?;
    figures.set("1 % of products changed: CPU time", ended.cpu_seconds)?;
    figures.set(
        "1 % of products changed: peak memory",
        mib(ended.peak_bytes),
    )?;
    let full = figures.value("full cycle: CPU time");
    let full = full.context("the full cycle was not measured")?;
    figures.set(
        "1 % of products changed: CPU of the full cycle",
        ended.cpu_seconds / full,
    )
}

/// A product gets another name: the catalog part is made anew.
pub fn renamed(ground: &Ground, figures: &mut Figures, shop: &Shop) -> anyhow::Result<()> {
    let before = ground.manifest()?;
    let sku = format!("\"sku\":\"{}\"", shop.simple.1);
    let changed = edit(&ground.feeds.path(DOCUMENTS), |_, line| {
        line.contains(&sku).then(|| rename(line, "Renamed"))?
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
    let seconds = ground.seconds_to_publish(&ended)?;
    figures.set("one product renamed: time", seconds)
}

/// Gives a single price that nothing else has; gives the text that the page then shows.
fn change_price(ground: &Ground, sku: &str, number: u32) -> anyhow::Result<String> {
    let mark = format!("\"sku\":\"{sku}\"");
    // Nothing else costs as much, and no two prices are the same.
    let cents = 31 + 2 * number;
    let changed = edit(&ground.feeds.path(OFFERS), |_, line| {
        line.contains(&mark)
            .then(|| reprice(line, &format!("99753.{cents}")))?
    })?;
    ensure!(changed == 1, "{changed} offers have the SKU {sku}");
    Ok(format!("753.{cents}"))
}

/// One price changes, several times over, and the server's page is watched.
pub fn one_price(ground: &Ground, figures: &mut Figures, shop: &Shop) -> anyhow::Result<()> {
    let (path, sku) = &shop.simple;
    let (mut since_bytes, mut since_start, mut cpus, mut peaks) = (vec![], vec![], vec![], vec![]);
    let begun = Instant::now();
    for number in 0..PRICE_CHANGES {
        // Where it takes long, it takes long every time.
        if number > 0 && begun.elapsed() > PRICE_PATIENCE {
            break;
        }
        let text = change_price(ground, sku, number)?;
        let (visible, ended) = std::thread::scope(|scope| {
            let watching = scope.spawn(|| ground.until_visible(path, &text));
            let ended = ground.ingest(&["once", "stock"]);
            let visible = watching
                .join()
                .map_err(|_| anyhow::anyhow!("watching failed by a bug"))?;
            anyhow::Ok((visible?, ended?.0))
        })?;
        let bytes_in = ground.feeds.last_byte(OFFERS).context("nothing was sent")?;
        ensure!(bytes_in > ended.started, "the offers were not asked for");
        let since = |instant| visible.saturating_duration_since(instant).as_secs_f64();
        since_bytes.push(since(bytes_in));
        since_start.push(since(ended.started));
        cpus.push(ended.cpu_seconds);
        peaks.push(mib(ended.peak_bytes));
    }
    let name = |what: &str| format!("one price changed, `once`: {what}");
    figures.set_all(&name("bytes in to visible"), &since_bytes)?;
    figures.set_all(&name("command to visible"), &since_start)?;
    figures.set_all(&name("CPU time"), &cpus)?;
    figures.set_all(&name("peak memory"), &peaks)
}

/// The same while the daemon runs and looks for changes every second.
pub fn one_price_daemon(ground: &Ground, figures: &mut Figures, shop: &Shop) -> anyhow::Result<()> {
    let (path, sku) = &shop.simple;
    let _daemon = ground.run_daemon()?;
    let (mut since_bytes, mut since_change) = (vec![], vec![]);
    let begun = Instant::now();
    // The first change only shows that the daemon is at work.
    for number in 0..=PRICE_CHANGES {
        if number > 1 && begun.elapsed() > PRICE_PATIENCE {
            break;
        }
        let text = change_price(ground, sku, PRICE_CHANGES + number)?;
        let changed = Instant::now();
        let visible = ground.until_visible(path, &text)?;
        let bytes_in = ground.feeds.last_byte(OFFERS).context("nothing was sent")?;
        ensure!(bytes_in > changed, "the offers were not asked for");
        if number > 0 {
            let since = |instant| visible.saturating_duration_since(instant).as_secs_f64();
            since_bytes.push(since(bytes_in));
            since_change.push(since(changed));
        }
    }
    let name = |what: &str| format!("one price changed, daemon: {what}");
    figures.set_all(&name("bytes in to visible"), &since_bytes)?;
    figures.set_all(&name("change to visible"), &since_change)
}

/// The first cycle of a shop whose records need a mapping; `name` says which.
pub fn mapped(ground: &Ground, figures: &mut Figures, name: &str) -> anyhow::Result<()> {
    let (ended, lines): (Ended, _) = ground.ingest(&["once"])?;
    let (milliseconds, records) = run_of(&lines, "catalog")?;
    let rate = float(records) * 1000.0 / float(milliseconds.max(1));
    for (what, value) in [
        ("products", float(records)),
        ("time", ground.seconds_to_publish(&ended)?),
        ("CPU time", ended.cpu_seconds),
        ("peak memory", mib(ended.peak_bytes)),
        ("rate until documents are checked", rate),
    ] {
        figures.set(&format!("{name}: {what}"), value)?;
    }
    Ok(())
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

/// A product with a word before its name.
fn rename(line: &str, word: &str) -> Option<String> {
    let is_product = line.starts_with("{\"type\":\"product\"");
    let (head, name) = line.split_at(line.find(NAME).filter(|_| is_product)? + NAME.len());
    Some(format!("{head}{word} {name}"))
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
    fn only_products_are_renamed() {
        let line = r#"{"type":"product","id":"1","name":"Chair","options":[{"name":"Size"}]}"#;
        let expected =
            r#"{"type":"product","id":"1","name":"New Chair","options":[{"name":"Size"}]}"#;
        assert_eq!(rename(line, "New").as_deref(), Some(expected));
        assert_eq!(rename(r#"{"type":"page","name":"x"}"#, "New"), None);
    }

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
