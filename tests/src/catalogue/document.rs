//! The catalogue as our own canonical documents: a feed that needs no mapping.
//!
//! One line is one document; the lines of a whole feed stand between `feed` and `end`, with counts.

use serde::Serialize;
use serde_json::json;

use super::content::PAGES;
use super::fact::{Fact, FactValue};
use super::picture::{SIDE, View};
use super::product::{Catalogue, Lifecycle, Product, Relation, rfc3339};
use super::variant::{self, Axis, AxisValue, Offer, Variant};

/// The currency of all prices.
pub const CURRENCY: &str = "EUR";

/// A line of the feed for each document, without line ends. `origin` is where pictures are served from.
pub fn feed(catalogue: Catalogue, origin: String) -> impl Iterator<Item = String> + Send {
    let (head, end) = around_products(catalogue, &origin);
    let products = catalogue
        .products()
        .map(move |each| product(&each, &origin));
    head.into_iter().chain(products).chain(std::iter::once(end))
}

/// The lines that stand before all products, and the one that stands after them.
pub fn around_products(catalogue: Catalogue, origin: &str) -> (Vec<String>, String) {
    let mut head = vec![json!({"type": "feed", "version": "1", "mode": "full"}).to_string()];
    let (categories, attributes) = (categories(catalogue, origin), attributes(catalogue));
    let counts = json!({
        "product": catalogue.count(), "category": categories.len(), "page": PAGES.len(), "attribute": attributes.len(),
    });
    head.extend(categories);
    head.extend(attributes);
    head.extend(pages());
    (head, json!({"type": "end", "counts": counts}).to_string())
}

/// Category documents.
pub fn categories(catalogue: Catalogue, origin: &str) -> Vec<String> {
    let all = catalogue.categories();
    all.iter()
        .map(|category| {
            let url = format!("{origin}/images/category-{}.svg", category.id);
            let mut document = json!({
                "type": "category", "id": category.id, "name": category.name, "position": category.position,
                "media": [{"url": url, "type": "image", "alt": category.name, "width": SIDE, "height": SIDE}],
            });
            if let Some(parent) = &category.parent {
                document["parent_id"] = json!(parent);
            }
            if let Some(text) = category.text {
                document["description"] = json!(format!("<p>{text}</p>"));
            }
            document.to_string()
        })
        .collect()
}

/// Attribute definitions: one for each fact, whatever kinds of product have it.
fn attributes(catalogue: Catalogue) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for rule in catalogue.fact_rules() {
        if seen.insert(rule.code.as_str()) {
            let (value, unit) = rule.kind_and_unit();
            let mut document =
                json!({"type": "attribute", "code": rule.code, "label": rule.label, "kind": value});
            if !unit.is_empty() {
                document["unit"] = json!(unit);
            }
            lines.push(document.to_string());
        }
    }
    lines
}

/// Page documents.
fn pages() -> Vec<String> {
    let document = |page: &super::content::ContentPage| {
        json!({
            "type": "page", "id": page.id, "slug": page.slug, "title": page.title, "body": page.body,
            "kind": page.kind, "updated_at": page.updated_at,
        })
    };
    PAGES
        .iter()
        .map(|page| document(page).to_string())
        .collect()
}

/// One product document.
pub fn product(product: &Product, origin: &str) -> String {
    let axes = product.axes();
    let variants = variant::of_product(product, &axes);
    let facts = product.facts();
    let name = product.name();
    let colours = variant::colours(product);
    let picture = |colour: &str, label: &str, view: usize| Media {
        url: format!(
            "{origin}/images/{}-{colour}-{}.svg",
            product.number(),
            view + 1
        ),
        kind: "image",
        alt: format!("{name}, {label}, {}", View::ALL[view].caption()),
        width: SIDE,
        height: SIDE,
    };
    let views = usize::try_from(product.views()).unwrap_or(1);
    let single = axes.is_empty().then(|| &variants[0]);
    let document = ProductDocument {
        kind: "product",
        id: product.number(),
        name: name.clone(),
        status: status(product.lifecycle()),
        brand: product.brand(),
        description: product.description(),
        short_description: product.teaser(),
        category_ids: product.categories(),
        tags: product.tags(),
        mpn: product.part_number(),
        sku: single.map(|variant| variant.sku.as_str()),
        gtin: single.map(|variant| variant.gtin.as_str()),
        prices: single.map(|variant| [price(&variant.offer)]),
        stock: single.map(|variant| stock(&variant.offer)),
        options: axes.iter().map(option).collect(),
        variants: match single {
            Some(_) => Vec::new(),
            None => variants
                .iter()
                .map(|variant| in_product(variant, &axes, &picture))
                .collect(),
        },
        attributes: facts.iter().map(attribute).collect(),
        media: (0..views)
            .map(|view| picture(&colours[0].code, &colours[0].name, view))
            .collect(),
        related: product.related().into_iter().map(related).collect(),
        seo: product
            .seo()
            .map(|(title, description)| Seo { title, description }),
        created_at: rfc3339(product.created_at()),
        updated_at: rfc3339(product.updated_at()),
    };
    serde_json::to_string(&document)
        .expect("a document of strings and numbers can be written as JSON")
}

/// One offer document, as a price and stock feed of our own would send it.
pub fn offer(sku: &str, offer: &Offer) -> String {
    let document = OfferDocument {
        kind: "offer",
        sku,
        prices: [price(offer)],
        stock: stock(offer),
    };
    serde_json::to_string(&document)
        .expect("a document of strings and numbers can be written as JSON")
}

/// Cents as a decimal number of euros.
pub fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[derive(Serialize)]
struct ProductDocument<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    name: String,
    status: &'static str,
    brand: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    short_description: String,
    category_ids: Vec<String>,
    tags: Vec<&'a str>,
    mpn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gtin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<[Price; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<Stock<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<OptionOf<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variants: Vec<VariantOf<'a>>,
    attributes: Vec<AttributeOf<'a>>,
    media: Vec<Media>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seo: Option<Seo>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct OfferDocument<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    sku: &'a str,
    prices: [Price; 1],
    stock: Stock<'a>,
}

#[derive(Serialize)]
struct Price {
    amount: String,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare_at: Option<String>,
}

#[derive(Serialize)]
struct Stock<'a> {
    availability: &'static str,
    quantity: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_at: Option<&'a str>,
}

#[derive(Serialize)]
struct OptionOf<'a> {
    code: &'a str,
    name: &'a str,
    values: Vec<OptionValue<'a>>,
}

#[derive(Serialize)]
struct OptionValue<'a> {
    code: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    swatch: Option<&'a str>,
}

#[derive(Serialize)]
struct VariantOf<'a> {
    id: &'a str,
    sku: &'a str,
    gtin: &'a str,
    options: serde_json::Map<String, serde_json::Value>,
    prices: [Price; 1],
    stock: Stock<'a>,
    media: Vec<Media>,
}

#[derive(Serialize)]
struct AttributeOf<'a> {
    code: &'a str,
    label: &'a str,
    value: serde_json::Value,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'a str,
}

#[derive(Serialize)]
struct Media {
    url: String,
    #[serde(rename = "type")]
    kind: &'static str,
    alt: String,
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct Related {
    relation: &'static str,
    product_id: String,
}

#[derive(Serialize)]
struct Seo {
    title: String,
    description: String,
}

fn status(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "active",
        Lifecycle::Draft => "draft",
        Lifecycle::PhasedOut => "archived",
    }
}

fn price(offer: &Offer) -> Price {
    Price {
        amount: decimal(offer.cents),
        currency: CURRENCY,
        compare_at: offer.was.map(decimal),
    }
}

fn stock(offer: &Offer) -> Stock<'_> {
    let availability = offer.availability.word();
    Stock {
        availability,
        quantity: offer.quantity,
        available_at: offer.available_at.as_deref(),
    }
}

fn option<'a>(axis: &'a Axis<'_>) -> OptionOf<'a> {
    let value = |value: &'a AxisValue<'_>| OptionValue {
        code: &value.code,
        name: value.label,
        swatch: value.swatch,
    };
    OptionOf {
        code: axis.code,
        name: axis.label,
        values: axis.values.iter().map(value).collect(),
    }
}

fn in_product<'a>(
    variant: &'a Variant,
    axes: &[Axis<'_>],
    picture: &impl Fn(&str, &str, usize) -> Media,
) -> VariantOf<'a> {
    let chosen = axes
        .iter()
        .zip(&variant.chosen)
        .map(|(axis, &position)| (axis, &axis.values[position]));
    let colour = chosen.clone().find(|(axis, _)| axis.code == "colour");
    VariantOf {
        id: &variant.sku,
        sku: &variant.sku,
        gtin: &variant.gtin,
        options: chosen
            .map(|(axis, value)| (axis.code.to_owned(), json!(value.code)))
            .collect(),
        prices: [price(&variant.offer)],
        stock: stock(&variant.offer),
        media: colour
            .map(|(_, value)| picture(&value.code, value.label, 0))
            .into_iter()
            .collect(),
    }
}

fn attribute<'a>(fact: &'a Fact<'_>) -> AttributeOf<'a> {
    let (value, unit) = match &fact.value {
        FactValue::Text(text) => (json!(text), ""),
        FactValue::Texts(texts) => (json!(texts), ""),
        FactValue::Flag(flag) => (json!(flag), ""),
        FactValue::Number(number, unit) => (json!(number), *unit),
    };
    AttributeOf {
        code: fact.code,
        label: fact.label,
        value,
        unit,
    }
}

fn related((relation, product_id): (Relation, String)) -> Related {
    let relation = match relation {
        Relation::Similar => "related",
        Relation::GoesWith => "cross_sell",
    };
    Related {
        relation,
        product_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_line_counts_what_the_feed_holds() {
        let lines: Vec<serde_json::Value> = feed(Catalogue::new(25), "http://x".to_owned())
            .map(|line| serde_json::from_str(&line).expect("a line of JSON"))
            .collect();
        assert_eq!(lines[0]["type"], "feed");
        let end = &lines[lines.len() - 1];
        for (kind, count) in end["counts"].as_object().expect("counts") {
            let found = lines
                .iter()
                .filter(|line| line["type"] == kind.as_str())
                .count();
            assert_eq!(count, found, "{kind}");
        }
        assert_eq!(end["counts"]["product"], 25);
    }

    #[test]
    fn cents_become_euros() {
        assert_eq!(decimal(1205), "12.05");
        assert_eq!(decimal(99), "0.99");
    }
}
