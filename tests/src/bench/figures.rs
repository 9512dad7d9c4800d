//! What is to be measured, what it was, and whether that is good enough.
//!
//! The list of figures is fixed before anything runs, so a figure that was not measured cannot go unnoticed.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde::Serialize;

use Budget::{AtLeast, AtMost, AtMostAtMillion};

/// What a figure must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No more than the first for a million products, in proportion for fewer, and never less than the second.
    AtMostAtMillion(f64, f64),
}

/// One figure, as `target/bench.json` has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// The median of all repeats; missing if it could not be measured.
    pub value: Option<f64>,
    /// What it counts.
    pub unit: &'static str,
    /// What it must keep to, such as `<= 5`, if there is a budget for it.
    pub budget: Option<String>,
    /// Whether it does.
    pub pass: bool,
    /// The smallest and the largest repeat, if there was more than one.
    pub spread: Option<[f64; 2]>,
}

/// All figures of a run.
#[derive(Debug)]
pub struct Figures {
    products: u64,
    rows: Vec<Figure>,
}

/// Name, unit and budget of every figure, in the order of the table.
const ROWS: &[(&str, &str, Option<Budget>)] = &[
    ("feed: products", "products", None),
    ("feed: variants", "variants", None),
    ("feed: size of documents", "MiB", None),
    ("full cycle: time", "s", Some(AtMostAtMillion(60.0, 1.0))),
    ("full cycle: CPU time", "s", None),
    (
        "full cycle: peak memory",
        "MiB",
        Some(AtMostAtMillion(1536.0, 192.0)),
    ),
    ("full cycle: rate", "products/s", None),
    ("full cycle: until documents are checked", "s", None),
    ("full cycle: size of both parts", "MiB", None),
    ("unchanged cycle: time", "s", None),
    ("unchanged cycle: peak memory", "MiB", None),
    ("one product renamed: time", "s", None),
    (
        "one price changed: bytes in to visible",
        "s",
        Some(AtMost(1.0)),
    ),
    ("one price changed: command to visible", "s", None),
    ("one price changed: peak memory", "MiB", None),
    ("mapped cycle: time", "s", None),
    ("mapped cycle: peak memory", "MiB", None),
    (
        "mapped cycle: rate until documents are checked",
        "records/s",
        None,
    ),
    ("server: start to first page, empty cache", "ms", None),
    ("server: start to first page, from its cache", "ms", None),
    ("server: open, verify and swap", "ms", None),
    ("server: first page after opening", "ms", Some(AtMost(50.0))),
    ("server: private memory, highest", "MiB", Some(AtMost(96.0))),
    (
        "swap under load: failed requests",
        "requests",
        Some(AtMost(0.0)),
    ),
    ("swap under load: p99 without", "ms", None),
    ("swap under load: p99 rises by", "ms", Some(AtMost(1.0))),
    (
        "product page: HTML, largest of a sample",
        "KiB",
        Some(AtMost(30.0)),
    ),
    (
        "product page: compressed, against zlib level 6",
        "ratio",
        Some(AtMost(1.1)),
    ),
    ("stylesheet: compressed", "KiB", Some(AtMost(12.0))),
    ("script: plain", "KiB", Some(AtMost(2.0))),
];

/// What is measured of every kind of load, and the unit.
const PER_LOAD: &[(&str, &str)] = &[
    ("throughput of fixed bytes", "ratio"),
    ("CPU of fixed bytes", "ratio"),
    ("CPU per request", "us"),
    ("CPU per request, fixed bytes", "us"),
    ("requests per second", "1/s"),
    ("p50 at half load", "ms"),
    ("p99 at half load", "ms"),
    ("p99 of fixed bytes at this rate", "ms"),
    ("body", "KiB"),
    ("answered from the body cache", "%"),
];

/// The kinds of load; `per_load` budgets by position in `PER_LOAD`.
pub const LOADS: &[(&str, &str, Option<Budget>, Option<Budget>)] = &[
    ("product", "any of all, plain", Some(AtLeast(0.8)), None),
    (
        "product cold",
        "any of all, compressed",
        Some(AtLeast(0.35)),
        None,
    ),
    (
        "product warm",
        "the same 200, compressed",
        Some(AtLeast(0.9)),
        None,
    ),
    (
        "category",
        "the largest, always other filters, plain",
        None,
        Some(AtMost(5.0)),
    ),
    (
        "category compressed",
        "the same, compressed",
        None,
        Some(AtMost(5.0)),
    ),
    (
        "search",
        "always other words or filters, plain",
        None,
        Some(AtMost(10.0)),
    ),
    (
        "search compressed",
        "the same, compressed",
        None,
        Some(AtMost(10.0)),
    ),
    ("home", "compressed", None, None),
];

/// Positions in `PER_LOAD` that have a budget.
const THROUGHPUT: &str = "throughput of fixed bytes";
const P99: &str = "p99 at half load";

impl Figures {
    /// All figures, none of them measured.
    pub fn new(products: u64) -> Self {
        let mut rows: Vec<Figure> = ROWS
            .iter()
            .map(|&(name, unit, budget)| unmeasured(name, unit, budget, products))
            .collect();
        for &(load, _, ratio, p99) in LOADS {
            for &(what, unit) in PER_LOAD {
                let budget = match what {
                    THROUGHPUT => ratio,
                    P99 => p99,
                    _ => None,
                };
                // The list is made once a run and lives as long as it.
                let name = String::leak(format!("{load}: {what}"));
                rows.push(unmeasured(name, unit, budget, products));
            }
        }
        Self { products, rows }
    }

    /// Notes a figure that was measured once.
    pub fn set(&mut self, name: &str, value: f64) -> anyhow::Result<()> {
        self.set_all(name, &[value])
    }

    /// Notes the median and the spread of a figure that was measured several times.
    pub fn set_all(&mut self, name: &str, values: &[f64]) -> anyhow::Result<()> {
        let products = self.products;
        let budget = budget_of(name);
        let row = self.rows.iter_mut().find(|row| row.name == name);
        let row = row.with_context(|| format!("no figure is called `{name}`"))?;
        ensure!(
            !values.is_empty() && values.iter().all(|value| value.is_finite()),
            "`{name}` was measured as {values:?}"
        );
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let value = sorted[sorted.len() / 2];
        row.value = Some(rounded(value));
        row.spread =
            (sorted.len() > 1).then(|| [rounded(sorted[0]), rounded(sorted[sorted.len() - 1])]);
        row.pass = budget.is_none_or(|budget| budget.holds(value, products));
        Ok(())
    }

    /// Names of the figures that are still missing.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = self.rows.iter().filter(|row| row.value.is_none());
        missing.map(|row| row.name).collect()
    }

    /// All figures, as they stand in `target/bench.json`.
    pub fn rows(&self) -> &[Figure] {
        &self.rows
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let width = self
            .rows
            .iter()
            .map(|row| row.name.len())
            .max()
            .unwrap_or(0);
        for row in &self.rows {
            let value = row.value.map_or_else(|| "missing".to_owned(), shown);
            let spread = row.spread.map_or_else(String::new, |[low, high]| {
                format!("{}..{}", shown(low), shown(high))
            });
            let verdict = match (&row.budget, row.pass) {
                (Some(budget), true) => format!("{budget}  kept"),
                (Some(budget), false) => format!("{budget}  MISSED"),
                (None, true) => String::new(),
                (None, false) => "MISSING".to_owned(),
            };
            let line = format!(
                "{:width$}  {value:>10} {:<10} {spread:<18} {verdict}",
                row.name, row.unit
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

impl Budget {
    fn limit(self, products: u64) -> f64 {
        match self {
            AtMost(limit) | AtLeast(limit) => limit,
            AtMostAtMillion(limit, floor) => (limit * float(products) / 1e6).max(floor),
        }
    }

    fn holds(self, value: f64, products: u64) -> bool {
        let limit = self.limit(products);
        match self {
            AtLeast(_) => value >= limit,
            AtMost(_) | AtMostAtMillion(..) => value <= limit,
        }
    }

    fn text(self, products: u64) -> String {
        let sign = if matches!(self, AtLeast(_)) {
            ">="
        } else {
            "<="
        };
        format!("{sign} {}", shown(self.limit(products)))
    }
}

/// Figures are far below the 53 bits that a float holds exactly.
pub fn float(number: u64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of a bench are far below 2^53"
    )]
    let float = number as f64;
    float
}

/// Bytes in MiB.
pub fn mib(bytes: u64) -> f64 {
    float(bytes) / 1_048_576.0
}

/// The value that a share of all values does not exceed; 0 of nothing.
pub fn percentile(values: &mut [u64], percent: usize) -> u64 {
    values.sort_unstable();
    let at = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or(0)
}

fn budget_of(name: &str) -> Option<Budget> {
    let row = ROWS.iter().find(|row| row.0 == name);
    if let Some(&(_, _, budget)) = row {
        return budget;
    }
    let (load, what) = name.rsplit_once(": ")?;
    let &(_, _, ratio, p99) = LOADS.iter().find(|row| row.0 == load)?;
    match what {
        THROUGHPUT => ratio,
        P99 => p99,
        _ => None,
    }
}

fn unmeasured(
    name: &'static str,
    unit: &'static str,
    budget: Option<Budget>,
    products: u64,
) -> Figure {
    Figure {
        name,
        value: None,
        unit,
        budget: budget.map(|budget| budget.text(products)),
        pass: false,
        spread: None,
    }
}

/// Four digits are more than any of these measurements is good for.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let digits = value.abs().log10().floor();
    let scale = 10_f64.powf(3.0 - digits);
    if digits >= 3.0 {
        value.round()
    } else {
        (value * scale).round() / scale
    }
}

fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || size == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_was_not_measured_fails() {
        let figures = Figures::new(1000);
        assert!(
            figures
                .rows()
                .iter()
                .all(|row| row.value.is_none() && !row.pass)
        );
        assert_eq!(figures.missing().len(), figures.rows().len());
    }

    #[test]
    fn the_median_decides_and_the_spread_is_told() {
        let mut figures = Figures::new(1000);
        let name = "product: throughput of fixed bytes";
        figures.set_all(name, &[0.2, 0.9, 0.85]).unwrap();
        let row = figures.rows().iter().find(|row| row.name == name).unwrap();
        assert_eq!(
            (row.value, row.spread, row.pass),
            (Some(0.85), Some([0.2, 0.9]), true)
        );
        assert_eq!(row.budget.as_deref(), Some(">= 0.800"));
        assert!(figures.set("no such figure", 1.0).is_err());
        assert!(figures.set("home: body", f64::NAN).is_err());
    }

    #[test]
    fn budgets_of_a_million_shrink_with_the_catalogue_and_have_a_floor() {
        for (products, seconds, passes) in [
            (1_000_000, 59.0, true),
            (1_000_000, 61.0, false),
            (100_000, 7.0, false),
            (2_000, 0.9, true),
        ] {
            let mut figures = Figures::new(products);
            figures.set("full cycle: time", seconds).unwrap();
            let row = figures
                .rows()
                .iter()
                .find(|row| row.name == "full cycle: time")
                .unwrap();
            assert_eq!(row.pass, passes, "{products} products in {seconds} s");
        }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let mut values: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(percentile(&mut values, 50), 100);
        assert_eq!(percentile(&mut values, 99), 198);
        assert_eq!(percentile(&mut [], 99), 0);
    }
}
