//! `make bench`: measures a whole shop and writes `target/bench.json`.
//!
//! `BENCH_ONLY` names one part (shop, giant, preset, mapped, buying) to be measured alone.
//! It ends well when everything could be measured, whether or not budgets were kept: figures are for people to judge.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use frontage_tests::bench::figures::Figures;
use frontage_tests::bench::ground::Ground;
use frontage_tests::bench::nginx::Nginx;
use frontage_tests::bench::pages::Fixed;
use frontage_tests::bench::targets::Shop;
use frontage_tests::bench::{buying, curve, cycles, feeds, fixed, giant, items, pages, swaps};
use frontage_tests::catalogue::Catalogue;
use frontage_tests::shopper::UNLIMITED;

/// Products of the main shop, unless `BENCH_PRODUCTS` says otherwise.
const PRODUCTS: u64 = 100_000;
/// Products of the shop that needs a mapping, at most, unless `BENCH_MAPPED_PRODUCTS` says otherwise.
const MAPPED_PRODUCTS: u64 = 20_000;
/// The smallest and the largest size of a curve.
const FIRST_OF_CURVE: u64 = 1_000;
const CURVE_PRODUCTS: u64 = 1_000_000;
/// Fewer make no shop: the largest category could not be narrowed.
const FEWEST_PRODUCTS: u64 = 500;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        None => bench(),
        Some(fixed::ARGUMENT) => fixed::serve().map(|()| true),
        Some(other) => Err(anyhow::anyhow!(
            "the bench is configured by BENCH_PRODUCTS, BENCH_MAPPED_PRODUCTS and BENCH_CURVE, not by {other:?}"
        )),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("bench: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether every figure could be measured.
fn bench() -> anyhow::Result<bool> {
    let started = Instant::now();
    let own = std::env::current_exe().context("this program's own path is unknown")?;
    let programs = own.parent().context("this program lies in no folder")?;
    let target = programs.parent().unwrap_or(programs);
    if cfg!(debug_assertions) {
        say("This is a debug build: its figures mean nothing.");
    }
    let is_curve = setting("BENCH_CURVE").is_some();
    let sizes = match is_curve {
        true => curve_sizes(number("BENCH_PRODUCTS", CURVE_PRODUCTS)?),
        false => vec![number("BENCH_PRODUCTS", PRODUCTS)?],
    };
    let (mut is_whole, mut runs) = (true, Vec::new());
    for products in sizes {
        let (figures, all) = measure(programs, &target.join("bench"), products, started)?;
        say(&format!("\n{}", figures.table()));
        let missing = figures.missing();
        if !missing.is_empty() {
            say(&format!("could not be measured: {}", missing.join(", ")));
        }
        is_whole &= all && missing.is_empty();
        // The largest comes last, and its figures stay.
        write(&target.join("bench.json"), &json(&figures.rows())?)?;
        runs.push((products, figures));
        if is_curve {
            // A run that is broken off has said something, too.
            let all: Vec<_> = runs
                .iter()
                .map(|(products, figures)| serde_json::json!({"products": products, "figures": figures.rows()}))
                .collect();
            write(&target.join("bench-curve.json"), &json(&all)?)?;
            write(&target.join("performance-curve.svg"), &curve::draw(&runs))?;
            write(&target.join("performance-curve.md"), &curve::table(&runs))?;
        }
    }
    say(&format!(
        "{} s; figures are in {}",
        started.elapsed().as_secs(),
        target.join("bench.json").display()
    ));
    Ok(is_whole)
}

/// Powers of ten up to the largest.
fn curve_sizes(largest: u64) -> Vec<u64> {
    let powers = std::iter::successors(Some(FIRST_OF_CURVE), |size| size.checked_mul(10));
    powers.take_while(|&size| size <= largest).collect()
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

struct Bench<'a> {
    folder: &'a Path,
    programs: &'a Path,
    products: u64,
    mapped_products: u64,
    started: Instant,
}

impl Bench<'_> {
    fn tell(&self, what: &str) {
        say(&format!(
            "{:>5} s  {what}",
            self.started.elapsed().as_secs()
        ));
    }

    /// An empty shop, and the folder of its feeds.
    fn ground(&self) -> anyhow::Result<Ground> {
        let feeds = self.folder.join("feeds");
        std::fs::create_dir_all(&feeds)
            .with_context(|| format!("cannot make {}", feeds.display()))?;
        Ground::new(self.folder.to_owned(), self.programs, &feeds)
    }
}

/// A cycle through a preset's mapping.
fn preset(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = bench.ground()?.with_items()?;
    bench.tell(&format!("writing {} items", bench.products));
    let catalogue = Catalogue::large(bench.products);
    let url = |name: &str| ground.feeds.url(name);
    items::write(&bench.folder.join("feeds"), catalogue, url)?;
    bench.tell("cycle: all of it, through a preset");
    cycles::mapped(&ground, figures, "preset cycle")
}

/// A cycle through the demo's mapping.
fn mapped(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let products = bench.mapped_products;
    let ground = bench.ground()?.with_export()?;
    bench.tell(&format!("writing an export of {products} products"));
    feeds::write_export(&bench.folder.join("feeds"), Catalogue::large(products))?;
    bench.tell("cycle: all of it, mapped");
    cycles::mapped(&ground, figures, "mapped cycle")
}

/// The product with 60,000 variants.
fn with_giant(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = bench.ground()?.with_documents()?;
    let catalogue = Catalogue::large(giant::PRODUCTS).with_giant();
    feeds::write(&bench.folder.join("feeds"), catalogue)?;
    bench.tell("one product with 60,000 variants");
    ground.ingest(&["once"])?;
    giant::page(&ground, figures)
}

/// Carts and orders.
fn with_cart(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = bench.ground()?.with_documents()?;
    let ground = ground.with_server(UNLIMITED)?;
    feeds::write(
        &bench.folder.join("feeds"),
        Catalogue::large(buying::PRODUCTS),
    )?;
    bench.tell("carts and orders");
    ground.ingest(&["once"])?;
    buying::measure(&ground, figures)
}

/// Cycles of our own documents, and the shop that comes of them.
fn shop(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = bench.ground()?.with_documents()?;
    bench.tell(&format!("writing feeds of {} products", bench.products));
    let catalogue = Catalogue::large(bench.products);
    feeds::write(&bench.folder.join("feeds"), catalogue)?;
    bench.tell("cycle: all of it");
    cycles::full(&ground, figures)?;
    bench.tell("cycle: nothing changed");
    cycles::unchanged(&ground, figures)?;
    bench.tell("cycle: 1 % of products changed");
    cycles::one_percent(&ground, figures)?;
    let shop = Shop::of(&ground.generation()?)?;
    bench.tell("cycle: one product renamed");
    cycles::renamed(&ground, figures, &shop)?;
    bench.tell("server: starting");
    let server = swaps::start(&ground, &shop, figures)?;
    bench.tell("cycle: one price changed");
    cycles::one_price(&ground, figures, &shop)?;
    bench.tell("cycle: one price changed while the daemon runs");
    cycles::one_price_daemon(&ground, figures, &shop)?;
    bench.tell("writing pages for nginx");
    let fixed = Fixed::start(&bench.folder.join("fixed.log"))?;
    let nginx = Nginx::start(&bench.folder.join("nginx"), ground.listen, &shop.products);
    let nginx = nginx.map_err(|error| format!("{error:#}"));
    if let Err(why) = &nginx {
        bench.tell(&format!("no comparison with nginx: {why}"));
    }
    let field = pages::Field {
        address: ground.listen,
        server: &server,
        fixed: &fixed,
        nginx: nginx.as_ref().map_err(Clone::clone),
    };
    pages::all(&field, &shop, figures, &|what| bench.tell(what))?;
    pages::sizes(&ground, &shop, figures)?;
    bench.tell("swap under load");
    swaps::under_load(&ground, &server, &shop, figures)
}

/// Everything at one size; gives the figures, and whether each part went to its end.
fn measure(
    programs: &Path,
    folder: &Path,
    products: u64,
    started: Instant,
) -> anyhow::Result<(Figures, bool)> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let mapped_products = number("BENCH_MAPPED_PRODUCTS", MAPPED_PRODUCTS)?.min(products);
    let mut figures = Figures::new(products);
    let mut is_whole = true;
    type Part = fn(&Bench<'_>, &mut Figures) -> anyhow::Result<()>;
    let parts: [(&str, Part); 5] = [
        ("shop", shop),
        ("giant", with_giant),
        ("preset", preset),
        ("mapped", mapped),
        ("buying", with_cart),
    ];
    let only = setting("BENCH_ONLY");
    if let Some(only) = &only {
        let names = parts.map(|(name, _)| name);
        ensure!(
            names.contains(&only.as_str()),
            "BENCH_ONLY={only} is none of {}",
            names.join(", ")
        );
        figures.keep_part(only);
    }
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    for (name, part) in parts.into_iter().filter(|(name, _)| wanted(name)) {
        let bench = Bench {
            folder: &folder.join(name),
            programs,
            products,
            mapped_products,
            started,
        };
        match part(&bench, &mut figures) {
            // The feeds and stores behind the figures would only fill the disk.
            Ok(()) => std::fs::remove_dir_all(bench.folder)?,
            Err(error) => {
                is_whole = false;
                say(&format!("bench: {name}: {error:#}"));
            }
        }
    }
    Ok((figures, is_whole))
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

/// A number of products from the environment.
fn number(name: &str, usual: u64) -> anyhow::Result<u64> {
    let Some(text) = setting(name) else {
        return Ok(usual);
    };
    let Ok(products) = text.replace('_', "").parse() else {
        bail!("{name}={text} is not a number");
    };
    ensure!(
        products >= FEWEST_PRODUCTS,
        "{name}={text} is too few; {FEWEST_PRODUCTS} make a shop"
    );
    Ok(products)
}

fn say(line: &str) {
    // Nobody may be reading any more; the figures are in a file all the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}
