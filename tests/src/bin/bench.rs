//! `make bench`: measures a whole shop and writes `target/bench.json`.
//!
//! It ends well when everything could be measured, whether or not budgets were kept: figures are for people to judge.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use frontage_tests::bench::figures::Figures;
use frontage_tests::bench::ground::Ground;
use frontage_tests::bench::pages::Fixed;
use frontage_tests::bench::targets::Shop;
use frontage_tests::bench::{cycles, feeds, fixed, pages, swaps};
use frontage_tests::catalogue::Catalogue;

/// Products of the main shop, unless `BENCH_PRODUCTS` says otherwise.
const PRODUCTS: u64 = 100_000;
/// Products of the shop that needs a mapping.
const MAPPED_PRODUCTS: u64 = 20_000;
/// Fewer make no shop: the largest category could not be narrowed.
const FEWEST_PRODUCTS: u64 = 500;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        None => bench(),
        Some(fixed::ARGUMENT) => fixed::serve().map(|()| true),
        Some(other) => Err(anyhow::anyhow!(
            "the bench is configured by BENCH_PRODUCTS alone, not by {other:?}"
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
    let products = products(std::env::var("BENCH_PRODUCTS").ok().as_deref())?;
    let own = std::env::current_exe().context("this program's own path is unknown")?;
    let programs = own.parent().context("this program lies in no folder")?;
    let target = programs.parent().unwrap_or(programs);
    let folder = target.join("bench");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    if cfg!(debug_assertions) {
        say("This is a debug build: its figures mean nothing.");
    }
    let mut figures = Figures::new(products);
    let mut is_whole = true;
    for (name, part) in [
        (
            "mapped",
            mapped as fn(&Bench<'_>, &mut Figures) -> anyhow::Result<()>,
        ),
        ("shop", shop),
    ] {
        let bench = Bench {
            folder: &folder.join(name),
            programs,
            products,
            started,
        };
        if let Err(error) = part(&bench, &mut figures) {
            is_whole = false;
            say(&format!("bench: {name}: {error:#}"));
        }
    }
    say(&format!("\n{}", figures.table()));
    let path = target.join("bench.json");
    let json = serde_json::to_string_pretty(figures.rows())? + "\n";
    std::fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
    let seconds = started.elapsed().as_secs();
    say(&format!(
        "{products} products, {seconds} s; figures are in {}",
        path.display()
    ));
    let missing = figures.missing();
    if !missing.is_empty() {
        say(&format!("could not be measured: {}", missing.join(", ")));
    }
    if is_whole && missing.is_empty() {
        // What was measured is kept for a look; the feeds and stores behind it would only fill the disk.
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Ok(is_whole && missing.is_empty())
}

struct Bench<'a> {
    folder: &'a Path,
    programs: &'a Path,
    products: u64,
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

/// A cycle through the demo's mapping.
fn mapped(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let products = bench.products.min(MAPPED_PRODUCTS);
    let ground = bench.ground()?.with_export()?;
    bench.tell(&format!("writing an export of {products} products"));
    feeds::write_export(&bench.folder.join("feeds"), products)?;
    bench.tell("cycle: all of it, mapped");
    cycles::mapped(&ground, figures)
}

/// Cycles of our own documents, and the shop that comes of them.
fn shop(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let ground = bench.ground()?.with_documents()?;
    bench.tell(&format!("writing feeds of {} products", bench.products));
    feeds::write(&bench.folder.join("feeds"), Catalogue::new(bench.products))?;
    bench.tell("cycle: all of it");
    cycles::full(&ground, figures)?;
    bench.tell("cycle: nothing changed");
    cycles::unchanged(&ground, figures)?;
    let shop = Shop::of(&ground.generation()?)?;
    bench.tell("cycle: one product renamed");
    cycles::renamed(&ground, figures, &shop)?;
    bench.tell("server: starting");
    let server = swaps::start(&ground, &shop, figures)?;
    bench.tell("cycle: one price changed");
    cycles::one_price(&ground, figures, &shop)?;
    bench.tell(&format!(
        "the largest category has {} products",
        shop.category_products
    ));
    let fixed = Fixed::start(&bench.folder.join("fixed.log"))?;
    pages::all(&ground, &server, &fixed, &shop, figures, &|what| {
        bench.tell(what)
    })?;
    pages::sizes(&ground, &shop, figures)?;
    bench.tell("swap under load");
    swaps::under_load(&ground, &server, &shop, figures)
}

fn products(text: Option<&str>) -> anyhow::Result<u64> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(PRODUCTS);
    };
    let Ok(products) = text.replace('_', "").parse() else {
        bail!("BENCH_PRODUCTS={text} is not a number");
    };
    ensure!(
        products >= FEWEST_PRODUCTS,
        "BENCH_PRODUCTS={text} is too few; {FEWEST_PRODUCTS} make a shop"
    );
    Ok(products)
}

fn say(line: &str) {
    // Nobody may be reading any more; the figures are in a file all the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}
