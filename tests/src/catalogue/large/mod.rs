//! Large catalogues: what the products of a shop with a million of them are like.
//!
//! Figures are drawn from published data sets of real and sample shops, and written down here; a product stays a pure
//! function of seed and index.
//!
//! | what | measured | here |
//! |---|---|---|
//! | variants of a product | one for each of 19,406 (electronics) and 3,291 (electronics, household); of 510 products in six sample shops 211 have several, 10 on average, at most 15 | one for 92 %, 2–30 for 8 %, 1,000 for one in 20,000; 1.4 on average |
//! | attributes of a product | 5 % up to 2, half up to 12, 95 % up to 62, mean 19; elsewhere 0 and 11 | 5 % one, half up to 12, at most 45, mean 14 |
//! | different attributes | 5,354, of which 100 are on 3 % of products or more; 45 % text, 41 % numbers, 14 % yes or no | 40 for each kind of product beside its own, about 2,900, in these shares |
//! | name | 55 (5 % up to 25, 95 % up to 98) and 66 characters; 16–21 in sample shops | about 40, and the brand beside it |
//! | description | 284 on average, half up to 295; 51 and 157 in others, 386 and 475 in sample shops | none for 15 %, one, two or four paragraphs; 240 with markup |
//! | price | 5 % up to 7, half up to 53, 90 % up to 427, 99 % up to 2,837; half up to 40 elsewhere | the same percentiles |
//! | brands | 161 and 263, sizes falling with rank to the power of -1.2 to -1.4 | about 140, -1.2 in each of six departments |
//! | categories | 4,584 in six levels; sizes falling with rank to the power of -0.6 to -1.1, the largest 9–24 % | about 3,000 in five levels; kinds of product with -0.7, the largest of them 10.5 % |
//! | pictures | 1; 2.4, 1.7 and 1.5 in sample shops | one for 70 %, up to four |

use std::sync::LazyLock;

use serde::Deserialize;

use super::assortment::{Assortment, Category, Slots};
use super::fact::{Fact, FactRule, FactValue};
use super::variant::{self, Axis, AxisValue};
use super::{Dice, Product, prose};

/// The one product that comes in [`GIANT_VARIANTS`] variants, where a catalogue has it.
pub const GIANT: u64 = 7;
/// How many variants it has.
pub const GIANT_VARIANTS: usize = 60_000;
/// One product of so many comes in 1,000 variants.
const THOUSAND_EVERY: u64 = 20_000;
const FIRST_THOUSAND: u64 = 4_321;
/// Percentage of products with 2 to 30 variants.
const SEVERAL_PERCENT: u64 = 8;

/// Attributes of a kind of product beside those of the assortment.
const MORE_FACTS: usize = 40;
const BRANDS: usize = 27;
/// Categories of a brand within a title.
const SHELVES: usize = 10;
/// Exponents of sizes by rank.
const KIND_EXPONENT: f64 = 0.7;
const BRAND_EXPONENT: f64 = 1.2;
/// Products after which the sequence of kinds repeats, about.
const BLOCK: f64 = 4_000.0;

/// Percentiles of prices, in cents, and of numbers of attributes: (per ten thousand, value).
const PRICES: [(u64, u64); 9] = [
    (0, 150),
    (500, 700),
    (2_500, 2_100),
    (5_000, 5_200),
    (7_500, 15_000),
    (9_000, 42_000),
    (9_500, 79_000),
    (9_900, 280_000),
    (10_000, 2_000_000),
];
const FACTS: [(u64, u64); 7] = [
    (0, 1),
    (500, 2),
    (2_500, 6),
    (5_000, 12),
    (7_500, 20),
    (9_000, 31),
    (10_000, 45),
];

/// Words of the attributes that are added.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    first: Vec<String>,
    second: Vec<String>,
    values: Vec<String>,
    units: Vec<String>,
    numbers: Vec<String>,
}

static LARGE: LazyLock<Large> = LazyLock::new(Large::load);

/// What all large catalogues have in common.
#[derive(Debug)]
pub(super) struct Large {
    /// Which kind each product of a block is.
    pub(super) slots: Slots,
    /// Brands by department.
    brands: Vec<Vec<String>>,
    /// How many of ten thousand products have a brand up to each.
    brand_shares: Vec<u64>,
    /// All that can be stated of a product, by kind: what is stated most often first.
    facts: Vec<Vec<FactRule>>,
    /// Names of the categories below each kind, with what follows the kind in their ids.
    shelves: Vec<Vec<(String, String)>>,
    finishes: Vec<String>,
    widths: Vec<String>,
    heights: Vec<String>,
}

impl Large {
    pub(super) fn get() -> &'static Self {
        &LARGE
    }

    fn load() -> Self {
        let assortment = Assortment::get();
        let words: Words = toml::from_str(include_str!("words.toml"))
            .expect("the table of words is part of the program and tested");
        let mut ranks: Vec<usize> = (1..=assortment.kinds()).collect();
        Dice::new(0, "rank", 0).shuffle(&mut ranks);
        let total: f64 = ranks.iter().map(|&rank| share(rank, KIND_EXPONENT)).sum();
        let weights: Vec<usize> = ranks
            .iter()
            .map(|&rank| whole(BLOCK * share(rank, KIND_EXPONENT) / total))
            .collect();
        let brands: Vec<Vec<String>> = (0_u64..)
            .zip(&assortment.departments)
            .map(|(number, department)| brands(number, &department.brands))
            .collect();
        let facts = (0..assortment.kinds())
            .map(|kind| {
                let own = assortment.place(kind).kind.facts.iter().cloned();
                own.chain(
                    (0..MORE_FACTS).map(|number| more_fact(kind * MORE_FACTS + number, &words)),
                )
                .collect()
            })
            .collect();
        let shelves = (0..assortment.kinds())
            .map(|kind| shelves(kind, &brands))
            .collect();
        let sizes = |count: usize, step: usize, unit: &str| {
            (1..=count)
                .map(|number| format!("{} {unit}", 20 + number * step))
                .collect()
        };
        Self {
            slots: Slots::new(&weights, "large slots"),
            brands,
            brand_shares: shares(BRANDS, BRAND_EXPONENT),
            facts,
            shelves,
            finishes: words.values[..20].to_vec(),
            widths: sizes(60, 5, "cm"),
            heights: sizes(50, 2, "mm"),
        }
    }
}

/// The facts that kinds of product have, each rule once for every kind.
pub(super) fn rules() -> impl Iterator<Item = &'static FactRule> {
    Large::get().facts.iter().flatten()
}

/// All categories: those of the assortment, and two more levels below each kind.
pub(super) fn categories() -> Vec<Category<'static>> {
    let assortment = Assortment::get();
    let mut all = assortment.categories();
    for (kind, shelves) in Large::get().shelves.iter().enumerate() {
        let place = assortment.place(kind);
        let id = place.category_id();
        all.extend(shelves.iter().enumerate().map(|(position, (end, name))| {
            let own = format!("{id}-{end}");
            Category {
                parent: own.rsplit_once('-').map(|(parent, _)| parent.to_owned()),
                id: own,
                name,
                text: None,
                position,
                shape: &place.kind.shape,
            }
        }));
    }
    all
}

/// Title by title, each followed by its best known brands.
fn shelves(kind: usize, brands: &[Vec<String>]) -> Vec<(String, String)> {
    let assortment = Assortment::get();
    let kind = assortment.place(kind);
    let at = assortment
        .departments
        .iter()
        .position(|department| department.code == kind.department.code);
    let brands = &brands[at.unwrap_or(0)][..SHELVES];
    let mut all = Vec::new();
    for (title, text) in kind.kind.titles.iter().enumerate() {
        all.push((format!("{title}"), text.clone()));
        let below = brands.iter().enumerate();
        all.extend(
            below.map(|(brand, name)| (format!("{title}-{brand}"), format!("{name} {text}"))),
        );
    }
    all
}

/// The assortment's own brands and invented ones.
fn brands(department: u64, own: &[String]) -> Vec<String> {
    let mut all = own.to_vec();
    let mut number = 0;
    while all.len() < BRANDS {
        let mut dice = Dice::new(department, "more brands", number);
        let brand = format!(
            "{} {}",
            prose::invented(&mut dice),
            dice.pick(&["Works", "Supply", "Labs", "& Co", "Line"])
        );
        if !all.contains(&brand) {
            all.push(brand);
        }
        number += 1;
    }
    all
}

/// An attribute that only one kind of product has.
fn more_fact(number: usize, words: &Words) -> FactRule {
    let mut dice = Dice::new(0, "more facts", number as u64);
    let label = format!(
        "{} {}",
        words.first[number % words.first.len()],
        words.second[number % words.second.len()]
    );
    let rule = match dice.below(100) {
        0..45 => {
            let count = *dice.pick(&[3, 5, 8, 12, 40]);
            let mut values: Vec<String> = (0..count)
                .map(|_| match dice.below(3) {
                    0 => format!(
                        "{} {} {}",
                        dice.word(&words.values),
                        dice.word(&words.values),
                        dice.word(&words.values)
                    ),
                    1 => format!("{} {}", dice.word(&words.values), dice.word(&words.values)),
                    _ => dice.word(&words.values).to_owned(),
                })
                .collect();
            values.sort();
            values.dedup();
            format!("{label} = {}", values.join(" | "))
        }
        45..86 => format!(
            "{label} ~ {} {}",
            dice.word(&words.numbers),
            dice.word(&words.units)
        ),
        _ => format!("{label} ? {}", dice.range(10, 90)),
    };
    FactRule::parse(&rule).expect("the notation of facts is tested")
}

/// The maker: a few make most of what a department has.
pub(super) fn brand(product: &Product) -> &'static str {
    &brands_of(product)[brand_rank(product)]
}

fn brand_rank(product: &Product) -> usize {
    let roll = product.dice("brand").below(10_000);
    Large::get()
        .brand_shares
        .partition_point(|&share| share <= roll)
        .min(BRANDS - 1)
}

fn brands_of(product: &Product) -> &'static [String] {
    let code = &product.place().department.code;
    let departments = &Assortment::get().departments;
    let at = departments
        .iter()
        .position(|department| department.code == *code);
    &Large::get().brands[at.unwrap_or(0)]
}

/// Model, title and part number, and sometimes what it is made of.
pub(super) fn name(product: &Product) -> String {
    let mut dice = product.dice("name");
    let model = prose::invented(&mut dice);
    let place = product.place();
    let title = &place.kind.titles[title(product)];
    let mut name = format!("{model} ");
    if dice.percent(60) {
        name.extend([dice.word(&place.department.series), " "]);
    }
    name.extend([title, " ", &part_number(product)]);
    if dice.percent(75) {
        let text = product
            .facts()
            .into_iter()
            .find_map(|fact| match fact.value {
                FactValue::Text(text) => Some(text),
                _ => None,
            });
        name.extend(text.into_iter().flat_map(|text| [", ", text]));
    }
    name
}

/// Which of its kind's titles it has; the first are the most common.
fn title(product: &Product) -> usize {
    let mut dice = product.dice("title");
    let count = product.place().kind.titles.len();
    dice.index(count).min(dice.index(count))
}

/// The maker's own number, as good as unique.
pub(super) fn part_number(product: &Product) -> String {
    let mut dice = product.dice("part");
    let initials: String = brand(product)
        .chars()
        .filter(char::is_ascii_uppercase)
        .take(2)
        .collect();
    let letter = |dice: &mut Dice| char::from(b'A' + u8::try_from(dice.below(26)).unwrap_or(0));
    let (one, other) = (letter(&mut dice), letter(&mut dice));
    format!("{initials}{}{one}{other}", 1_000 + dice.below(99_000))
}

/// How much of a description there is: none, one paragraph, two, or all.
pub(super) fn description(product: &Product) -> String {
    match product.dice("length").below(100) {
        0..15 => String::new(),
        15..65 => prose::paragraph(product),
        65..90 => prose::paragraph(product) + &prose::second_paragraph(product),
        _ => prose::description(product),
    }
}

/// A sentence for most.
pub(super) fn teaser(product: &Product) -> Option<String> {
    product
        .dice("has teaser")
        .percent(90)
        .then(|| prose::teaser(product))
}

/// The one category it is in: as far down as there is one.
pub(super) fn category(product: &Product) -> String {
    let (kind, title, brand) = (
        product.place().category_id(),
        title(product),
        brand_rank(product),
    );
    match product.dice("shelf").below(100) {
        0..15 => kind,
        40.. if brand < SHELVES => format!("{kind}-{title}-{brand}"),
        _ => format!("{kind}-{title}"),
    }
}

/// What is known about it: half of it what is known of most, half anything.
pub(super) fn facts(product: &Product) -> Vec<Fact<'static>> {
    let rules = &Large::get().facts[product.kind()];
    let mut dice = product.dice("facts");
    let count = usize::try_from(at_percentile(&FACTS, dice.below(10_000))).unwrap_or(0);
    let count = count.min(rules.len());
    let mut facts: Vec<Fact<'_>> = Vec::with_capacity(count);
    let usual = count.div_ceil(2);
    facts.extend(rules[..usual].iter().map(|rule| rule.roll(&mut dice)));
    for (at, rule) in rules.iter().enumerate().skip(usual) {
        // Every choice of the wanted size is as likely as every other.
        if dice.index(rules.len() - at) < count - facts.len() {
            facts.push(rule.roll(&mut dice));
        }
    }
    facts
}

/// The price of the cheapest variant in cents.
pub(super) fn cents(dice: &mut Dice) -> i64 {
    let roll = dice.below(10_000);
    let next = at_percentile(&PRICES, roll + 1);
    let cents = at_percentile(&PRICES, roll);
    i64::try_from(cents + dice.below(next - cents + 1)).unwrap_or(i64::MAX)
}

/// How many pictures there are.
pub(super) fn views(product: &Product) -> u64 {
    match product.dice("views").below(100) {
        0..70 => 1,
        70..90 => 2,
        other => 3 + other % 2,
    }
}

/// How many of a hundred products have so many variants is told above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    One,
    Several,
    Thousand,
    Giant,
}

fn choice(product: &Product) -> Choice {
    match product.index() {
        GIANT if product.catalogue().has_giant() => Choice::Giant,
        index if index % THOUSAND_EVERY == FIRST_THOUSAND => Choice::Thousand,
        _ if product.dice("several").percent(SEVERAL_PERCENT) => Choice::Several,
        _ => Choice::One,
    }
}

/// Whether it has a thousand variants or more; such a product is always on sale.
pub(super) fn is_outsize(product: &Product) -> bool {
    matches!(choice(product), Choice::Thousand | Choice::Giant)
}

/// How many colours it comes in.
pub(super) fn colours(product: &Product, palette: usize) -> usize {
    if choice(product) != Choice::Several {
        return 1;
    }
    let mut dice = product.dice("how many colours");
    // Where there is nothing else to choose, there are two at least.
    match product.place().kind.options.is_empty() {
        true => 2 + dice.index(palette.min(8) - 1),
        false => 1 + dice.index(palette.min(5)),
    }
}

/// The options of a product.
pub(super) fn axes(product: &Product) -> Vec<Axis<'static>> {
    let large = Large::get();
    let made = |counts: [usize; 3]| {
        vec![
            axis("finish", "Finish", &large.finishes[..counts[0]]),
            axis("width", "Width", &large.widths[..counts[1]]),
            axis("height", "Height", &large.heights[..counts[2]]),
        ]
    };
    match choice(product) {
        Choice::One => Vec::new(),
        Choice::Several => {
            let mut axes = vec![variant::colour_axis(product)];
            let scale = product.place().kind.options.first();
            axes.extend(scale.map(|name| {
                let scale = Assortment::get().scales.scale(name);
                let mut axis = variant::scale_axis(product, scale);
                let most = axis.values.len().min(6);
                axis.values
                    .truncate(2 + product.dice("how many sizes").index(most.max(2) - 1));
                axis
            }));
            axes
        }
        Choice::Thousand => made([10, 10, 10]),
        Choice::Giant => made([20, 60, 50]),
    }
}

fn axis(code: &'static str, label: &'static str, values: &'static [String]) -> Axis<'static> {
    let values = values.iter().map(|label| AxisValue {
        code: label.replace(' ', "-"),
        label,
        swatch: None,
        factor: 100,
    });
    Axis {
        code,
        label,
        values: values.collect(),
    }
}

/// How large the thing at this rank is beside the first.
fn share(rank: usize, exponent: f64) -> f64 {
    f64::from(u32::try_from(rank).unwrap_or(u32::MAX)).powf(-exponent)
}

/// Running sums of shares, of ten thousand.
fn shares(count: usize, exponent: f64) -> Vec<u64> {
    let total: f64 = (1..=count).map(|rank| share(rank, exponent)).sum();
    let mut sum = 0.0;
    (1..=count)
        .map(|rank| {
            sum += share(rank, exponent) / total;
            whole(sum * 10_000.0) as u64
        })
        .collect()
}

fn whole(number: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares of a few thousand are small and not negative"
    )]
    let whole = number.round() as usize;
    whole
}

/// The value at a place of a distribution, between the nearest that are known.
fn at_percentile(table: &[(u64, u64)], place: u64) -> u64 {
    let above = table
        .partition_point(|&(at, _)| at <= place)
        .clamp(1, table.len() - 1);
    let ((from, low), (to, high)) = (table[above - 1], table[above]);
    low + (high - low) * (place - from) / (to - from)
}

#[cfg(test)]
mod tests;
