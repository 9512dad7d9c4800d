//! Structured data of a product page, from the same offers as the visible price.
//!
//! A product with variants is a `ProductGroup`; the shown variant always stands in it, others as far as a page has room.

use frontage_shared::snapshot::measures::Measure;
use frontage_shared::snapshot::products::{OptionValue, Product, Variant};
use frontage_shared::snapshot::tiers::Tier;

use super::bundle;
use super::card::Image;
use super::format;
use super::frame::Frame;
use super::json_ld::Json;
use super::policies::OfOffers;
use super::product;
use super::reviews;
use super::text;
use super::variants;
use super::view::{self, View};
use crate::route::Route;

/// Variants listed; the page stays small, and the others are reachable by link.
const VARIANTS: usize = 24;
/// How much of the description is repeated.
const DESCRIPTION_CHARS: usize = 400;
/// The type of a price of one.
const UNIT_PRICE: &str = "UnitPriceSpecification";
/// Option codes that schema.org has a property for.
const KNOWN_PROPERTIES: [(&str, &str); 6] = [
    ("color", "color"),
    ("colour", "color"),
    ("farbe", "color"),
    ("size", "size"),
    ("material", "material"),
    ("pattern", "pattern"),
];

/// The graph of a product page.
pub(crate) fn graph(
    view: &View<'_>,
    frame: &Frame<'_>,
    product: &Product<'_>,
    chosen: &Variant<'_>,
    images: &[Image<'_>],
) -> String {
    let mut json = Json::graph();
    let mut policies = OfOffers::new(view);
    if variants::are_several(product) {
        json.item("ProductGroup", |group| {
            group.text("productGroupID", product.id());
            about(view, group, product, images);
            group.list("variesBy", |list| varies_by(list, product));
            group.list("hasVariant", |list| {
                let others = product
                    .variants()
                    .filter(|variant| variant.row != chosen.row);
                for variant in std::iter::once(*chosen).chain(others).take(VARIANTS) {
                    list.item("Product", |item| {
                        item.text("name", &variants::full_name(product, &variant));
                        if let Some(image) = variant.media().find(|media| media.is_image()) {
                            item.text("image", &view.absolute(image.url()));
                        }
                        one_variant(view, item, product, &variant, &mut policies);
                    });
                }
            });
        });
    } else {
        json.item("Product", |item| {
            about(view, item, product, images);
            one_variant(view, item, product, chosen, &mut policies);
        });
    }
    frame.crumbs_as_data(view, &mut json);
    json.finish()
}

/// What all variants have in common.
fn about(view: &View<'_>, json: &mut Json, product: &Product<'_>, images: &[Image<'_>]) {
    json.text("name", product.name());
    json.text("url", &view.url(&Route::product(product.slug())));
    let html = if product.description().is_empty() {
        product.short_description()
    } else {
        product.description()
    };
    json.text("description", &text::plain(html, DESCRIPTION_CHARS));
    if let Some(brand) = product.brand() {
        json.object("brand", "Brand", |json| json.text("name", brand.name()));
    }
    if !images.is_empty() {
        json.list("image", |list| {
            for image in images.iter().take(3) {
                list.text_item(&view.absolute(image.url));
            }
        });
    }
    let mut models = product.media().filter(product::is_model);
    if let Some(model) = models.find(|model| view::is_fetchable(model.url())) {
        json.object("subjectOf", "3DModel", |json| {
            json.object("encoding", "MediaObject", |json| {
                json.text("contentUrl", &view.absolute(model.url()));
            });
        });
    }
    reviews::as_data(view, json, product);
}

/// What is a variant's own: numbers, options, offer.
fn one_variant<'v>(
    view: &View<'v>,
    json: &mut Json,
    product: &Product<'_>,
    variant: &Variant<'_>,
    policies: &mut OfOffers<'v>,
) {
    json.text(
        "sku",
        if variant.sku().is_empty() {
            variant.id()
        } else {
            variant.sku()
        },
    );
    json.text("gtin", variant.gtin());
    json.text("mpn", variant.mpn());
    for (property, value) in properties(product, variant) {
        json.text(property, value.name());
    }
    let offer = view.offers.variant(variant.row);
    let Some(price) = offer.price.filter(|&price| price > 0) else {
        return;
    };
    json.object("offers", "Offer", |json| {
        json.text("url", &view.url(&variants::route(product, variant)));
        json.text("price", &view.money(price).to_string());
        json.text("priceCurrency", view.currency.code());
        if let Some(until) = super::offer::reduced_until(view, variant, &offer) {
            json.text("priceValidUntil", &format::iso_instant(until));
        }
        let tiers: Vec<Tier> = view.offers.tiers(variant.row).collect();
        match (variant.measure(), tiers.as_slice()) {
            (None, []) => {}
            (measure, []) => json.object("priceSpecification", UNIT_PRICE, |json| {
                unit_price(view, json, price, measure, None);
            }),
            (measure, tiers) => json.list("priceSpecification", |list| {
                list.item(UNIT_PRICE, |json| {
                    unit_price(view, json, price, measure, Some(1))
                });
                for tier in tiers {
                    let from = Some(tier.min_quantity);
                    list.item(UNIT_PRICE, |json| {
                        unit_price(view, json, tier.amount, measure, from);
                    });
                }
            }),
        }
        json.text(
            "availability",
            &format!("https://schema.org/{}", offer.availability.schema_org()),
        );
        if let Some(days) = super::offer::lead_time(view, variant.row, &offer) {
            json.object("deliveryLeadTime", "QuantitativeValue", |json| {
                json.number("maxValue", days.into());
                json.text("unitCode", "DAY");
            });
        }
        bundle::as_data(view, json, product);
        json.text(
            "itemCondition",
            &format!("https://schema.org/{}Condition", product.condition()),
        );
        policies.tell(view, variant, price, json);
    });
}

/// A price of one: how much that holds and what its price per unit is told for, and from how many on it is paid.
fn unit_price(
    view: &View<'_>,
    json: &mut Json,
    price: i64,
    measure: Option<Measure<'_>>,
    from: Option<u32>,
) {
    json.text("price", &view.money(price).to_string());
    json.text("priceCurrency", view.currency.code());
    if let Some(from) = from {
        json.object("eligibleQuantity", "QuantitativeValue", |json| {
            json.number("minValue", from as usize);
            json.text("unitCode", unit_code("piece"));
        });
    }
    let Some(measure) = measure else {
        return;
    };
    let code = unit_code(measure.unit);
    json.object("referenceQuantity", "QuantitativeValue", |json| {
        json.text("value", &measure.content_in_units());
        json.text("unitCode", code);
        json.object("valueReference", "QuantitativeValue", |json| {
            json.text("value", &measure.per.to_string());
            json.text("unitCode", code);
        });
    });
}

/// The code of UN/CEFACT that schema.org wants; none for what is no unit of ours.
fn unit_code(unit: &str) -> &'static str {
    match unit {
        "mg" => "MGM",
        "g" => "GRM",
        "kg" => "KGM",
        "ml" => "MLT",
        "cl" => "CLT",
        "l" => "LTR",
        "m3" => "MTQ",
        "mm" => "MMT",
        "cm" => "CMT",
        "m" => "MTR",
        "m2" => "MTK",
        "piece" => "C62",
        _ => "",
    }
}

/// The options that schema.org has properties for, and the variant's values in them.
pub(crate) fn properties<'a>(
    product: &Product<'a>,
    variant: &Variant<'a>,
) -> Vec<(&'static str, OptionValue<'a>)> {
    let own: Vec<u32> = variant.value_rows().collect();
    let known = product.options().filter_map(|option| {
        let property = known_property(option.code())?;
        Some((
            property,
            option.values().find(|value| own.contains(&value.row))?,
        ))
    });
    known.collect()
}

fn varies_by(json: &mut Json, product: &Product<'_>) {
    for option in product.options() {
        if let Some(property) = known_property(option.code()) {
            json.text_item(&format!("https://schema.org/{property}"));
        }
    }
}

fn known_property(code: &str) -> Option<&'static str> {
    KNOWN_PROPERTIES
        .into_iter()
        .find(|(known, _)| code.eq_ignore_ascii_case(known))
        .map(|(_, property)| property)
}
