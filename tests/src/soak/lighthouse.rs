//! Lighthouse on the demo shop: home, a department, a product and a search, on a desktop and a phone.
//!
//! A page's score is the median of its runs. Searches are kept out of indexes on purpose, which Lighthouse's audit
//! `is-crawlable` takes for a fault; on that page alone the audit is skipped, and it is said.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::Outcome;
use crate::demo::running::Running;

/// The four categories, and the least score in each on a desktop and on a phone.
const CATEGORIES: [&str; 4] = ["performance", "accessibility", "best-practices", "seo"];
const BARS: [(Device, u32); 2] = [(Device::Desktop, 100), (Device::Phone, 98)];
/// What chromium needs to run anywhere.
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";
/// How much slower than this machine a phone is taken to be, by the index that Lighthouse gives the machine itself. Its
/// manual (docs/throttling.md) has 4 for desktops with an index of 1,500 to 2,000, which is its default, and 2 for those
/// from 1,000 on; these are the middles of both, and what lies between and below them is on one line.
const SLOWER: [(f64, f64); 2] = [(1_250.0, 2.0), (1_750.0, 4.0)];
/// A phone is never taken to be quicker than this machine, and never slower than Lighthouse takes it by itself.
const SLOWER_BOUNDS: (f64, f64) = (1.0, SLOWER[1].1);
/// How often a run that gave no score is tried.
const ATTEMPTS: u32 = 3;
/// The demo ends by itself after this, should nobody end it.
const DEMO_SECONDS: u64 = 4 * 3600;

/// What Lighthouse pretends to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Desktop,
    /// A middling phone on a slow network: Lighthouse's own preset.
    Phone,
}

/// A page of the demo shop.
struct Visited {
    name: &'static str,
    path: String,
    /// The audit that is skipped there.
    skipped: Option<&'static str>,
}

/// Runs Lighthouse so many times on each page and device, says the medians, and finds those below the bar.
///
/// # Errors
/// Lighthouse is not installed, or the demo did not open.
pub fn soak_lighthouse(runs: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let program = lighthouse()?;
        let seconds = DEMO_SECONDS.to_string();
        let demo = Running::start(&[("DEMO_SECONDS", &seconds)]).await?;
        let found = measure(&program, &demo.shop, runs.max(1)).await;
        demo.stop().await;
        let name = format!("Lighthouse scores below the bar, median of {runs}");
        Ok(Outcome::of_findings(0, name, found?))
    })
}

async fn measure(program: &Path, shop: &str, runs: u64) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    let folder = tempfile::tempdir()?;
    // Desktops come first, and tell how quick this machine is.
    let mut indices = Vec::new();
    for page in pages(shop).await? {
        if let Some(audit) = page.skipped {
            say(&format!(
                "  {}: without the audit {audit}, which calls a page that is kept out of indexes on purpose a fault",
                page.name
            ));
        }
        for (device, bar) in BARS {
            let mut scores: [Vec<u32>; 4] = Default::default();
            let index = median(&mut indices);
            let slower = slower(index);
            if device == Device::Phone {
                say(&format!(
                    "  a phone is taken to be {slower:.1} times slower than this machine, whose index is {index:.0}"
                ));
            }
            for _ in 0..runs {
                let run = run(program, shop, &page, (device, slower), folder.path()).await?;
                indices.push(run.index);
                for (all, score) in scores.iter_mut().zip(run.scores) {
                    all.push(score);
                }
            }
            let medians = scores.map(|mut all| {
                all.sort_unstable();
                all.get(all.len() / 2).copied().unwrap_or(0)
            });
            let told: Vec<_> = CATEGORIES
                .iter()
                .zip(medians)
                .map(|(name, score)| format!("{name} {score}"))
                .collect();
            let told = format!("{} on a {device:?}: {}", page.name, told.join(", "));
            say(&format!("  {told}"));
            if medians.iter().any(|&score| score < bar) {
                findings.push(format!("{told}; the bar is {bar}"));
            }
        }
    }
    Ok(findings)
}

/// What one run says.
struct Run {
    /// In the order of the categories.
    scores: [u32; 4],
    /// How quick Lighthouse finds this machine.
    index: f64,
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}

/// How much slower a phone is than a machine with this index.
fn slower(index: f64) -> f64 {
    let [(low, few), (high, many)] = SLOWER;
    let (least, most) = SLOWER_BOUNDS;
    (few + (index - low) / (high - low) * (many - few)).clamp(least, most)
}

/// One run; a phone is so many times slower than this machine.
async fn run(
    program: &Path,
    shop: &str,
    page: &Visited,
    (device, slower): (Device, f64),
    folder: &Path,
) -> anyhow::Result<Run> {
    let report = folder.join("report.json");
    let mut command = Command::new("node");
    command
        .arg(program)
        .arg(format!("{shop}{}", page.path))
        .args([
            "--quiet",
            "--output=json",
            &format!("--output-path={}", report.display()),
        ])
        .arg(format!("--chrome-flags={FLAGS}"))
        .env("CHROME_PATH", "/usr/bin/chromium")
        .stdin(Stdio::null());
    match device {
        Device::Desktop => command.arg("--preset=desktop"),
        Device::Phone => command.arg(format!("--throttling.cpuSlowdownMultiplier={slower:.2}")),
    };
    if let Some(audit) = page.skipped {
        command.arg(format!("--skip-audits={audit}"));
    }
    let mut output = command.output().await.context("node does not start")?;
    // On a busy machine chromium sometimes paints nothing in time; that is no score.
    for _ in 1..ATTEMPTS {
        if output.status.success() {
            break;
        }
        output = command.output().await?;
    }
    ensure!(
        output.status.success(),
        "Lighthouse failed on {}: {}",
        page.path,
        String::from_utf8_lossy(&output.stderr)
    );
    let report: Value = serde_json::from_slice(&std::fs::read(&report)?)?;
    let score = |name: &str| {
        let score = report["categories"][name]["score"].as_f64();
        score.with_context(|| format!("Lighthouse has no score for {name} of {}", page.path))
    };
    let mut scores = [0; 4];
    for (place, name) in scores.iter_mut().zip(CATEGORIES) {
        // Scores are whole hundredths.
        *place = format!("{:.0}", score(name)? * 100.0).parse()?;
    }
    tell_faults(&report, page);
    let index = report["environment"]["benchmarkIndex"].as_f64();
    let index = index.context("Lighthouse does not say how quick this machine is")?;
    Ok(Run { scores, index })
}

/// Says which audits cost points, so that a low score can be understood.
fn tell_faults(report: &Value, page: &Visited) {
    for name in CATEGORIES {
        let weighed = report["categories"][name]["auditRefs"].as_array();
        for audit in weighed.into_iter().flatten() {
            let id = audit["id"].as_str().unwrap_or_default();
            let result = &report["audits"][id];
            let costs = audit["weight"].as_f64().unwrap_or(0.0) > 0.0;
            if costs && result["score"].as_f64().is_some_and(|score| score < 0.9) {
                say(&format!(
                    "    {}: {id}: {}",
                    page.name,
                    result["displayValue"].as_str().unwrap_or_default()
                ));
            }
        }
    }
}

/// Pages of the demo shop, found by its own links.
async fn pages(shop: &str) -> anyhow::Result<Vec<Visited>> {
    let text = async |path: &str| -> anyhow::Result<String> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(client
            .get(format!("{shop}{path}"))
            .send()
            .await?
            .text()
            .await?)
    };
    let link = |page: &str, start: &str| -> anyhow::Result<String> {
        let links = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let found = links.into_iter().find(|link| link.starts_with(start));
        found
            .map(str::to_owned)
            .with_context(|| format!("no link to {start}… in the demo"))
    };
    let home = text("/").await?;
    let department = link(&home, "/c/")?;
    let product = link(&text(&department).await?, "/p/")?;
    let page = |name, path: String| Visited {
        name,
        path,
        skipped: None,
    };
    Ok(vec![
        page("home", "/".to_owned()),
        page("category", department),
        page("product", product),
        Visited {
            skipped: Some("is-crawlable"),
            ..page("search", "/search?q=lamp".to_owned())
        },
    ])
}

fn lighthouse() -> anyhow::Result<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/page-tools/node_modules");
    let program = tools.join("lighthouse/cli/index.js");
    ensure!(
        program.is_file(),
        "{} is missing; `make page-tools` installs it",
        program.display()
    );
    Ok(program)
}

#[expect(clippy::print_stdout, reason = "scores are what this test is for")]
fn say(text: &str) {
    println!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_slower_the_quicker_the_machine_is() {
        let at = [0.0, 900.0, 1_250.0, 1_500.0, 1_750.0, 3_000.0];
        let told = at.map(|index| format!("{:.1}", slower(index)));
        assert_eq!(told, ["1.0", "1.0", "2.0", "3.0", "4.0", "4.0"]);
        assert_eq!(format!("{:.1}", median(&mut [3.0, 1.0, 2.0])), "2.0");
    }
}
