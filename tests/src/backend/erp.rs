//! The shape in which the ERP exports its records: its own words, flat lists of cells, cents, codes in capitals.
//!
//! It is not the shape of our documents on purpose: the demo's mapping has real work to do.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Value, json};

use super::conditions::BRANCHES;
use crate::catalogue::Catalogue;
use crate::catalogue::content::PAGES;
use crate::catalogue::document::{CURRENCY, decimal};
use crate::catalogue::fact::{Fact, FactValue};
use crate::catalogue::german::German;
use crate::catalogue::picture::View;
use crate::catalogue::product::{Lifecycle, Product, Relation, rfc3339};
use crate::catalogue::variant::{self, Availability, Axis, Offer, Variant};

/// The department that is taxed like printed matter.
const NOTEBOOKS: &str = "OFF-30-01";

/// One article of the export.
pub(super) fn item(product: &Product, origin: &str) -> String {
    let axes = product.axes();
    let variants = variant::of_product(product, &axes);
    let categories = product.categories();
    let facts = product.facts();
    let item = Item {
        item_no: product.number(),
        state: match product.lifecycle() {
            Lifecycle::Active => "ACTIVE",
            Lifecycle::Draft => "IN_PREPARATION",
            Lifecycle::PhasedOut => "PHASED_OUT",
        },
        title: product.name(),
        manufacturer: Manufacturer {
            name: product.brand(),
            part_no: product.part_number(),
        },
        teaser: product.teaser(),
        long_text: product.description(),
        dept_path: dept_path(&categories[0]),
        also_in: &categories[1..],
        keywords: product.tags().join(";"),
        variant_matrix: Matrix {
            axes: axes.iter().map(axis).collect(),
            rows: variants.iter().map(|variant| row(variant, &axes)).collect(),
        },
        tax_key: match categories[0].as_str() {
            NOTEBOOKS => "REDUCED",
            _ => "NORMAL",
        },
        properties: facts.iter().map(property).collect(),
        pictures: pictures(product, origin),
        see_also: product.related().into_iter().map(see_also).collect(),
        web: product
            .seo()
            .map(|(title, meta_text)| Web { title, meta_text }),
        created_on: rfc3339(product.created_at())[..10].to_owned(),
        changed_at: rfc3339(product.updated_at()),
    };
    serde_json::to_string(&item).expect("a record of strings and numbers can be written as JSON")
}

/// All departments of the export.
pub(super) fn departments(catalogue: Catalogue, origin: &str) -> Vec<Value> {
    let record = |category: &crate::catalogue::assortment::Category<'_>| {
        json!({
            "deptNo": category.id,
            "parentNo": category.parent,
            "caption": category.name,
            "captionDe": German::get().departments.get(category.name),
            "text": category.text,
            "sort": category.position,
            "picture": format!("{origin}/images/category-{}.svg", category.id),
        })
    };
    catalogue.categories().iter().map(record).collect()
}

/// All properties of articles, with the German words for them and for their values.
pub(super) fn properties(catalogue: Catalogue) -> Vec<Value> {
    let german = German::get();
    let mut all: BTreeMap<String, (String, BTreeMap<&str, &String>)> = BTreeMap::new();
    let mut add = |code: &str, label: &str, words: Vec<&'static str>| {
        let (_, known) = all
            .entry(code.to_owned())
            .or_insert_with(|| (label.to_owned(), BTreeMap::new()));
        let words = words.into_iter();
        known.extend(words.filter_map(|word| Some((word, german.words.get(word)?))));
    };
    for rule in catalogue.fact_rules() {
        add(&rule.code, &rule.label, rule.choices());
    }
    add(
        "colour",
        "Colour",
        german.words.keys().map(String::as_str).collect(),
    );
    add("size", "Size", Vec::new());
    let record = |(key, (caption, words)): (String, (String, _))| {
        let german = german.properties.get(&caption);
        json!({"key": key, "caption": caption, "captionDe": german, "wordsDe": words})
    };
    all.into_iter().map(record).collect()
}

/// All texts of the export.
pub(super) fn content() -> Vec<Value> {
    let record = |page: &crate::catalogue::content::ContentPage| {
        json!({
            "key": page.id,
            "headline": page.title,
            "html": page.body,
            "class": page.kind.to_uppercase(),
            "changedAt": page.updated_at,
        })
    };
    PAGES.iter().map(record).collect()
}

/// One line of the price and stock feed.
pub(super) fn stock_line(sku: &str, offer: &Offer) -> String {
    let sale = sale(sku, offer);
    let line = StockLine {
        sku,
        price: decimal(sale.as_ref().map_or(offer.cents, |(was, _)| *was)),
        was: offer.was.filter(|_| sale.is_none()).map(decimal),
        action: sale.map(|(_, until)| Action {
            price: decimal(offer.cents),
            until,
        }),
        currency: CURRENCY,
        qty: offer.quantity,
        state: state(offer.availability),
        due: offer.available_at.as_deref(),
        shelves: shelves(sku, offer),
    };
    serde_json::to_string(&line).expect("a record of strings and numbers can be written as JSON")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    item_no: String,
    state: &'static str,
    title: String,
    manufacturer: Manufacturer<'a>,
    teaser: String,
    long_text: String,
    dept_path: Vec<String>,
    also_in: &'a [String],
    keywords: String,
    variant_matrix: Matrix<'a>,
    tax_key: &'static str,
    properties: Vec<Property<'a>>,
    pictures: Vec<Picture>,
    see_also: Vec<SeeAlso>,
    web: Option<Web>,
    created_on: String,
    changed_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manufacturer<'a> {
    name: &'a str,
    part_no: String,
}

#[derive(Serialize)]
struct Matrix<'a> {
    axes: Vec<AxisRecord<'a>>,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct AxisRecord<'a> {
    key: &'a str,
    caption: &'a str,
    cells: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    k: &'a str,
    t: &'a str,
    hex: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    article: &'a str,
    ean: &'a str,
    cells: Vec<&'a str>,
    sales_price_cents: i64,
    was_price_cents: Option<i64>,
}

#[derive(Serialize)]
struct Property<'a> {
    key: &'a str,
    caption: &'a str,
    /// `T` text, `L` list, `B` yes or no, `N` number.
    class: &'static str,
    value: Value,
    uom: Option<&'a str>,
}

#[derive(Serialize)]
struct Picture {
    href: String,
    caption: String,
    /// The colour that it shows.
    cell: String,
}

#[derive(Serialize)]
struct SeeAlso {
    item: String,
    how: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Web {
    title: String,
    meta_text: String,
}

#[derive(Serialize)]
struct Action {
    price: String,
    until: &'static str,
}

#[derive(Serialize)]
struct StockLine<'a> {
    sku: &'a str,
    price: String,
    was: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<Action>,
    currency: &'static str,
    qty: i64,
    state: &'static str,
    due: Option<&'a str>,
    shelves: [Shelf; BRANCHES.len()],
}

/// What stands in one of the merchant's own shops.
#[derive(Serialize)]
struct Shelf {
    branch: &'static str,
    qty: i64,
}

/// Some of what is there stands in one shop, a little in another, and nothing in the third; which is which goes by the
/// article.
fn shelves(sku: &str, offer: &Offer) -> [Shelf; BRANCHES.len()] {
    let there = offer.quantity.max(0);
    let amounts = [there / 2, there.min(2), 0];
    let turn: usize = sku.bytes().map(usize::from).sum();
    std::array::from_fn(|place| Shelf {
        branch: BRANCHES[place].0,
        qty: amounts[(place + turn) % amounts.len()],
    })
}

/// Of every second reduced article: the price before, and when the sale is over by itself.
fn sale(sku: &str, offer: &Offer) -> Option<(i64, &'static str)> {
    let was = offer.was.filter(|&was| was > offer.cents)?;
    let number = sku.split('-').next()?.parse::<u64>().ok()?;
    number
        .is_multiple_of(2)
        .then_some((was, SALE_ENDS.as_str()))
}

/// The night after the second Sunday from now: sales are never over while somebody looks.
#[expect(
    clippy::disallowed_methods,
    reason = "the back end is another machine, with a calendar of its own"
)]
static SALE_ENDS: LazyLock<String> = LazyLock::new(|| {
    const DAY: u64 = 86_400;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let today = now.map_or(0, |since| since.as_secs() / DAY);
    // The first day of 1970 was a Thursday.
    let monday = today - (today + 3) % 7 + 14;
    rfc3339(i64::try_from(monday * DAY).unwrap_or_default())
});

/// `OUT-20-01` as the numbers of all departments from the top.
fn dept_path(id: &str) -> Vec<String> {
    let ends = id.match_indices('-').map(|(at, _)| at).chain([id.len()]);
    ends.map(|end| id[..end].to_owned()).collect()
}

fn axis<'a>(axis: &'a Axis<'_>) -> AxisRecord<'a> {
    let cells = axis
        .values
        .iter()
        .map(|value| Cell {
            k: &value.code,
            t: value.label,
            hex: value.swatch,
        })
        .collect();
    AxisRecord {
        key: axis.code,
        caption: axis.label,
        cells,
    }
}

fn row<'a>(variant: &'a Variant, axes: &'a [Axis<'_>]) -> Row<'a> {
    Row {
        article: &variant.sku,
        ean: &variant.gtin,
        cells: axes
            .iter()
            .zip(&variant.chosen)
            .map(|(axis, &position)| axis.values[position].code.as_str())
            .collect(),
        sales_price_cents: variant.offer.cents,
        was_price_cents: variant.offer.was,
    }
}

fn property<'a>(fact: &'a Fact<'_>) -> Property<'a> {
    let (class, value, uom) = match &fact.value {
        FactValue::Text(text) => ("T", json!(text), None),
        FactValue::Texts(texts) => ("L", json!(texts), None),
        FactValue::Flag(flag) => ("B", json!(flag), None),
        FactValue::Number(number, unit) => (
            "N",
            json!(number),
            Some(*unit).filter(|unit| !unit.is_empty()),
        ),
    };
    Property {
        key: fact.code,
        caption: fact.label,
        class,
        value,
        uom,
    }
}

/// All views of the first colour, then the front of each other one.
fn pictures(product: &Product, origin: &str) -> Vec<Picture> {
    let (name, number) = (product.name(), product.number());
    let mut pictures = Vec::new();
    for (position, colour) in variant::colours(product).into_iter().enumerate() {
        let views = if position == 0 {
            usize::try_from(product.views()).unwrap_or(1)
        } else {
            1
        };
        pictures.extend(
            View::ALL
                .iter()
                .take(views)
                .enumerate()
                .map(|(view, what)| Picture {
                    href: format!("{origin}/images/{number}-{}-{}.svg", colour.code, view + 1),
                    caption: format!("{name}, {}, {}", colour.name, what.caption()),
                    cell: colour.code.clone(),
                }),
        );
    }
    pictures
}

fn see_also((relation, item): (Relation, String)) -> SeeAlso {
    let how = match relation {
        Relation::Similar => "SIMILAR",
        Relation::GoesWith => "GOES_WITH",
    };
    SeeAlso { item, how }
}

fn state(availability: Availability) -> &'static str {
    match availability {
        Availability::InStock => "AVAILABLE",
        Availability::OutOfStock => "NONE",
        Availability::Backorder => "LATER",
        Availability::Preorder => "ANNOUNCED",
        Availability::MadeToOrder => "ON_DEMAND",
        Availability::Discontinued => "ENDED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn department_paths_lead_down_from_the_top() {
        assert_eq!(dept_path("OUT-20-01"), ["OUT", "OUT-20", "OUT-20-01"]);
        assert_eq!(dept_path("OUT"), ["OUT"]);
    }
}
