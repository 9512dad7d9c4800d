//! What is to be measured, what it was, and whether that is good enough.
//!
//! The list of figures is fixed before anything runs, so a figure that was not measured cannot go unnoticed.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde::Serialize;

use super::rows::{self, LOADS, P99, PER_LOAD, ROWS, THROUGHPUT, THROUGHPUT_OF_NGINX};

/// What a figure must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// No more than this, at any size.
    AtMost(f64),
    /// No less than this, at any size.
    AtLeast(f64),
    /// No more than this for a million products; for fewer it is no budget.
    AtMostAtMillion(f64),
}

/// The size that budgets for a million products are about.
const MILLION: u64 = 1_000_000;

/// One figure, as `target/bench.json` has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// The median of all repeats; missing if it could not be measured.
    pub value: Option<f64>,
    /// What it counts.
    pub unit: &'static str,
    /// What it must keep to at this size, such as `<= 5`, if there is a budget for it.
    pub budget: Option<String>,
    /// Whether it does.
    pub pass: bool,
    /// The smallest and the largest repeat, if there was more than one.
    pub spread: Option<[f64; 2]>,
    /// Why it is not measured, if that is no failure.
    pub skipped: Option<String>,
}

/// All figures of a run.
#[derive(Debug)]
pub struct Figures {
    products: u64,
    rows: Vec<Figure>,
}

impl Figures {
    /// All figures, none of them measured.
    pub fn new(products: u64) -> Self {
        let mut rows: Vec<Figure> = ROWS
            .iter()
            .map(|&(name, unit, budget)| unmeasured(name, unit, budget, products))
            .collect();
        for &(load, _, ratio, p99) in LOADS {
            for &(what, unit) in PER_LOAD.iter().filter(|(what, _)| rows::has(load, what)) {
                let budget = per_load(what, ratio, p99, load);
                // The list is made once a run and lives as long as it.
                let name = String::leak(format!("{load}: {what}"));
                rows.push(unmeasured(name, unit, budget, products));
            }
        }
        Self { products, rows }
    }

    /// Leaves out what only other parts of the bench measure.
    pub fn keep_part(&mut self, part: &str) {
        self.rows.retain(|row| rows::part_of(row.name) == part);
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

    /// Notes why a figure cannot be had here, which is no failure.
    pub fn skip(&mut self, name: &str, why: &str) -> anyhow::Result<()> {
        let row = self.rows.iter_mut().find(|row| row.name == name);
        let row = row.with_context(|| format!("no figure is called `{name}`"))?;
        row.skipped = Some(why.to_owned());
        Ok(())
    }

    /// The value of a figure that was measured.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.name == name)?.value
    }

    /// What a figure counts, if there is such a figure.
    pub fn unit(&self, name: &str) -> Option<&'static str> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        Some(row.unit)
    }

    /// Names of the figures that are still missing.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = self
            .rows
            .iter()
            .filter(|row| row.value.is_none() && row.skipped.is_none());
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
            let value = match (row.value, &row.skipped) {
                (Some(value), _) => shown(value),
                (None, Some(_)) => "skipped".to_owned(),
                (None, None) => "missing".to_owned(),
            };
            let spread = row.spread.map_or_else(String::new, |[low, high]| {
                format!("{}..{}", shown(low), shown(high))
            });
            let verdict = match (&row.budget, row.pass, &row.skipped) {
                (_, _, Some(why)) => why.clone(),
                (Some(budget), true, None) => format!("{budget}  kept"),
                (Some(budget), false, None) => format!("{budget}  MISSED"),
                (None, true, None) => String::new(),
                (None, false, None) => "MISSING".to_owned(),
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
    /// The limit, at sizes at which there is one.
    fn limit(self, products: u64) -> Option<f64> {
        match self {
            Self::AtMost(limit) | Self::AtLeast(limit) => Some(limit),
            Self::AtMostAtMillion(limit) => (products >= MILLION).then_some(limit),
        }
    }

    fn holds(self, value: f64, products: u64) -> bool {
        self.limit(products).is_none_or(|limit| match self {
            Self::AtLeast(_) => value >= limit,
            Self::AtMost(_) | Self::AtMostAtMillion(_) => value <= limit,
        })
    }

    fn text(self, products: u64) -> Option<String> {
        let sign = if matches!(self, Self::AtLeast(_)) {
            ">="
        } else {
            "<="
        };
        self.limit(products)
            .map(|limit| format!("{sign} {}", shown(limit)))
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
    per_load(what, ratio, p99, load)
}

/// The budget of a figure that every load has.
fn per_load(what: &str, ratio: Option<Budget>, p99: Option<Budget>, load: &str) -> Option<Budget> {
    match what {
        THROUGHPUT => ratio,
        P99 => p99,
        // Compressed pages are compared with files that lie there compressed; only plain ones have a budget.
        THROUGHPUT_OF_NGINX if load == "product" => Some(Budget::AtLeast(2.0)),
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
        budget: budget.and_then(|budget| budget.text(products)),
        pass: false,
        spread: None,
        skipped: None,
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

pub(super) fn shown(value: f64) -> String {
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
    fn budgets_of_a_million_are_none_for_fewer() {
        for (products, seconds, passes, budget) in [
            (1_000_000, 59.0, true, Some("<= 60.0")),
            (1_000_000, 61.0, false, Some("<= 60.0")),
            (100_000, 61.0, true, None),
        ] {
            let mut figures = Figures::new(products);
            figures.set("full cycle: time", seconds).unwrap();
            let row = figures
                .rows()
                .iter()
                .find(|row| row.name == "full cycle: time")
                .unwrap();
            assert_eq!((row.pass, row.budget.as_deref()), (passes, budget));
        }
    }

    #[test]
    fn a_part_alone_has_its_own_figures() {
        let all = Figures::new(1).rows().len();
        let rest = ["shop", "giant", "preset", "mapped", "buying"].map(|part| {
            let mut figures = Figures::new(1);
            figures.keep_part(part);
            figures.rows().len()
        });
        assert!(rest.iter().all(|&count| count > 0), "{rest:?}");
        assert_eq!(rest.iter().sum::<usize>(), all);
    }

    #[test]
    fn what_is_skipped_for_a_reason_is_not_missing() {
        let mut figures = Figures::new(1000);
        let before = figures.missing().len();
        figures.skip("home: body", "there is no home").unwrap();
        assert_eq!(figures.missing().len(), before - 1);
        assert!(figures.table().contains("there is no home"));
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let mut values: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(percentile(&mut values, 50), 100);
        assert_eq!(percentile(&mut values, 99), 198);
        assert_eq!(percentile(&mut [], 99), 0);
    }
}
