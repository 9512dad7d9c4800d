//! One product with sixty thousand variants, in a shop of its own.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::figures::{Figures, float, percentile};
use super::ground::Ground;
use super::load::{self, Asking, BROWSER_CODINGS, Pace};
use super::targets::Targets;

/// Products of its shop: its page is the same in a larger one.
pub const PRODUCTS: u64 = 2_000;
const TIME: Duration = Duration::from_secs(3);
const RATE: f64 = 100.0;

/// Its page, and pages of what can be chosen on it.
pub fn page(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let generation = ground.generation()?;
    let giant = generation
        .catalog
        .products()
        .max_by_key(|product| product.variants().count());
    let giant = giant.context("nothing is on sale")?;
    figures.set("giant: variants", float(giant.variants().count() as u64))?;
    ensure!(
        giant.variants().count() > 1_000,
        "the product with 60,000 variants was refused"
    );
    let path = format!("/p/{}", giant.slug());
    let (server, _) = ground.serve(&path)?;
    let first = load::get(ground.listen, &path, None)?;
    figures.set("giant: page", float(first.body.len() as u64) / 1024.0)?;
    let targets = Targets::each(choices(&String::from_utf8_lossy(&first.body), &path));
    let asking = Asking {
        address: ground.listen,
        targets: &targets,
        codings: Some(BROWSER_CODINGS),
    };
    let cpu = server.daemon.cpu_seconds()?;
    let mut outcome = load::run(asking, Pace::PerSecond(RATE), TIME)?;
    ensure!(
        outcome.failed == 0,
        "{} answers were not 200",
        outcome.failed
    );
    let cpu = server.daemon.cpu_seconds()? - cpu;
    figures.set(
        "giant: CPU per request",
        cpu * 1e6 / float(outcome.answered),
    )?;
    let mut note = |what: &str, percent| {
        let value = percentile(&mut outcome.latencies, percent);
        figures.set(what, float(value) / 1e6)
    };
    note("giant: p50", 50)?;
    note("giant: p99", 99)
}

/// The page, and the pages that it links to of itself.
fn choices(html: &str, path: &str) -> Vec<String> {
    let links = html.split("href=\"").skip(1);
    let mut seen = HashSet::new();
    let own = links
        .filter_map(|link| link.split('"').next())
        .filter(|link| {
            link.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('?'))
        })
        .map(|link| link.replace("&amp;", "&"))
        .filter(|link| seen.insert(link.clone()));
    std::iter::once(path.to_owned()).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_links_to_the_same_page() {
        let html = r#"<a href="/p/a?x=1&amp;y=2">1</a><a href="/p/ab?x=1">2</a><a href="/p/a?x=1&amp;y=2">3</a>"#;
        assert_eq!(choices(html, "/p/a"), ["/p/a", "/p/a?x=1&y=2"]);
    }
}
