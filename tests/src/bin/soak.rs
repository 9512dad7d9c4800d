//! `make soak`: runs the long tests, all or one, and writes `target/soak.json`.
//!
//! It ends well only if every promise that was tested is kept.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use frontage_tests::{corruption, soak};
use serde::Serialize;

/// Runs the long tests, and writes what came of them to `target/soak.json`.
///
/// SOAK_FIGURE=N in the environment makes every chosen test as long as N says.
#[derive(Debug, Parser)]
#[command(name = "soak", version)]
struct Arguments {
    /// The test to run; all of them if none is named.
    name: Option<String>,
    /// Says which tests there are, and how long each is.
    #[arg(long)]
    list: bool,
}

/// A long test.
struct Soak {
    name: &'static str,
    /// How often the promise says that it is tried.
    figure: u64,
    what: &'static str,
    run: fn(u64) -> anyhow::Result<Vec<Line>>,
}

/// A line of `target/soak.json`.
#[derive(Debug, Serialize)]
struct Line {
    promise: u32,
    name: String,
    value: Option<u64>,
    pass: bool,
}

const SOAKS: &[Soak] = &[
    Soak {
        name: "swaps",
        figure: 10_000,
        what: "swaps under 32 shoppers: no response mixes two generations",
        run: |figure| one(soak::soak_swaps(figure)),
    },
    Soak {
        name: "corruption",
        figure: 1_000_000,
        what: "flipped bits in a generation, and changes behind its checksums: nothing damaged is accepted, nothing panics",
        run: |figure| Ok(corruption_lines(figure)),
    },
    Soak {
        name: "store-damage",
        figure: 3_000,
        what: "blows to the store under load: no request fails",
        run: |figure| one(soak::soak_store_damage(figure)),
    },
    Soak {
        name: "kills-at-calls",
        figure: 100_000,
        what: "system calls of one cycle, killed at each: always a whole shop",
        run: |figure| one(soak::soak_kills_at_calls(figure)),
    },
    Soak {
        name: "failing-calls",
        figure: 100_000,
        what: "system calls of one cycle, each failing once: the old generation or the new, and no false word",
        run: |figure| one(soak::soak_failing_calls(figure)),
    },
    Soak {
        name: "random-kills",
        figure: 10_000,
        what: "cycles killed at random instants: always a whole shop",
        run: |figure| one(soak::soak_random_kills(figure)),
    },
    Soak {
        name: "order-kills",
        figure: 10_000,
        what: "servers and as many deliverers killed while shoppers order, at a merchant who may do anything: nothing lost or doubled",
        run: |figure| one(soak::soak_order_kills(figure, say)),
    },
    Soak {
        name: "crawl",
        figure: 5_000,
        what: "products crawled by whoever obeys robots.txt and by whoever does not: each found once, no trap, no dead end",
        run: |figure| one(soak::soak_crawl(figure)),
    },
    Soak {
        name: "bots",
        figure: 20_000,
        what: "pages for shoppers, alone and beside 64 crawlers: no shopper is refused, every crawler is told when to come back",
        run: |figure| one(soak::soak_bots(figure)),
    },
    Soak {
        name: "prices",
        figure: 10_000,
        what: "random products: every price of each, on pages, in lists, structured data, partials and feeds, in every currency",
        run: |figure| one(soak::soak_prices(figure)),
    },
    Soak {
        name: "lighthouse",
        figure: 5,
        what: "runs of Lighthouse on each page of the demo shop, of which the median counts: 100 on a desktop, 98 on a phone",
        run: |figure| one(soak::soak_lighthouse(figure)),
    },
    Soak {
        name: "restarts",
        figure: 100,
        what: "restarts on a socket that stays, and twice as many reloads, under load: no request fails",
        run: |figure| one(soak::soak_restarts(figure)),
    },
    Soak {
        name: "islands",
        figure: 100,
        what: "restarts with every back end and the bucket down: the last generation is served within 500 ms",
        run: |figure| several(soak::soak_islands(figure, soak::Clock::Counts)),
    },
    Soak {
        name: "fleet",
        figure: 1_000,
        what: "publishes through a bucket to three servers under load: no request fails, no server goes back",
        run: |figure| {
            let outcomes = soak::soak_fleet(figure)?;
            anyhow::ensure!(
                !outcomes.is_empty(),
                "no store engine is installed; `make store-engines` installs some"
            );
            several(Ok(outcomes))
        },
    },
    Soak {
        name: "neighbours",
        figure: 10,
        what: "rounds of a shop whose neighbour in the same server is fed garbage and hammered: its p99 moves by 10 % at most",
        run: |figure| one(soak::soak_neighbours(figure, soak::Clock::Counts)),
    },
    Soak {
        name: "takeovers",
        figure: 100,
        what: "blows to whichever of two daemons publishes, killed or stopped: the other one goes on, nothing is lost or doubled",
        run: |figure| one(soak::soak_takeovers(figure)),
    },
    Soak {
        name: "writers",
        figure: 1_000,
        what: "publishes of each of four writers that fight for a folder and for buckets: no reader goes back",
        run: |figure| several(soak::soak_writers(figure)),
    },
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        say(&list());
        return ExitCode::SUCCESS;
    }
    match run(arguments.name.as_deref()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&format!("soak: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(name: Option<&str>) -> anyhow::Result<u8> {
    let figure = match std::env::var("SOAK_FIGURE")
        .ok()
        .filter(|text| !text.is_empty())
    {
        Some(text) => Some(
            text.parse::<u64>()
                .with_context(|| format!("SOAK_FIGURE={text} is not a number"))?,
        ),
        None => None,
    };
    let chosen: Vec<&Soak> = SOAKS
        .iter()
        .filter(|soak| name.is_none_or(|name| name == soak.name))
        .collect();
    if chosen.is_empty() {
        anyhow::bail!(
            "there is no soak test `{}`; there are\n{}",
            name.unwrap_or_default(),
            list()
        );
    }
    let mut lines = Vec::new();
    for soak in chosen {
        let started = Instant::now();
        let figure = figure.unwrap_or(soak.figure);
        say(&format!("{}: {figure} {}", soak.name, soak.what));
        match (soak.run)(figure) {
            Ok(found) => lines.extend(found),
            Err(error) => {
                say(&format!("  could not be run: {error:#}"));
                // A missing figure is a failing figure. No promise has the number 0.
                lines.push(Line {
                    promise: 0,
                    name: format!("{}: could not be run", soak.name),
                    value: None,
                    pass: false,
                });
            }
        }
        say(&format!("  {} s", started.elapsed().as_secs()));
    }
    for line in &lines {
        let value = line
            .value
            .map_or_else(|| "missing".to_owned(), |value| value.to_string());
        let verdict = if line.pass { "kept" } else { "BROKEN" };
        say(&format!(
            "promise {:>2}  {verdict:<6}  {value:>8}  {}",
            line.promise, line.name
        ));
    }
    let own = std::env::current_exe().context("this program's own path is unknown")?;
    let target = own
        .ancestors()
        .nth(2)
        .context("this program lies in no folder of builds")?;
    let path = target.join("soak.json");
    std::fs::write(&path, serde_json::to_string_pretty(&lines)? + "\n")
        .with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("figures are in {}", path.display()));
    Ok(u8::from(!lines.iter().all(|line| line.pass)))
}

fn one(outcome: anyhow::Result<soak::Outcome>) -> anyhow::Result<Vec<Line>> {
    Ok(vec![line(outcome?)])
}

fn several(outcomes: anyhow::Result<Vec<soak::Outcome>>) -> anyhow::Result<Vec<Line>> {
    Ok(outcomes?.into_iter().map(line).collect())
}

fn line(outcome: soak::Outcome) -> Line {
    for detail in &outcome.details {
        say(&format!("  {detail}"));
    }
    Line {
        promise: outcome.promise,
        name: outcome.name,
        value: Some(outcome.value),
        pass: outcome.pass,
    }
}

fn corruption_lines(figure: u64) -> Vec<Line> {
    let flipped = corruption::soak_corruption(figure);
    let resealed = corruption::soak_resealed(figure);
    let forged = corruption::soak_forged_text(figure);
    let line = |name: String, value: u64| Line {
        promise: 4,
        name,
        value: Some(value),
        pass: value == 0,
    };
    vec![
        line(
            format!("damaged generations accepted, of {figure} flipped bits"),
            flipped.accepted,
        ),
        line(format!("panics, of {figure} flipped bits"), flipped.panics),
        line(
            format!("panics, of {figure} changes behind the checksums"),
            resealed.panics,
        ),
        line(
            format!("panics, of {figure} changes inside the text index"),
            forged.panics,
        ),
    ]
}

fn list() -> String {
    let lines = SOAKS
        .iter()
        .map(|soak| format!("  {:<15} {:>9} {}", soak.name, soak.figure, soak.what));
    lines.collect::<Vec<_>>().join("\n")
}

fn say(line: &str) {
    // Nobody may be reading any more; the figures are in a file all the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}
