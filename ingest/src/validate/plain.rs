//! Products and offers that plainly keep their schema, read from their text in one go.
//!
//! Of a million records nearly all are such. What their schema asks is asked here of the typed document, more strictly
//! where that is simpler; so whatever is let through would pass the schema, and what is not goes the way that asks the
//! schema itself. A test compares both on documents that are broken in every way it can think of, and a change of a
//! schema must come with a look at this file.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::strict::Strict;
use crate::wire::{
    Attribute, AttributeValue, Document, Kind, LocationStock, Media, Offer, OptionValue, Price,
    PriceTier, Product, ProductOption, Related, Seo, Short, Stock, Variant, Weight,
};

/// The deepest that objects and lists lie in each other here: product, variants, variant, prices, price, tiers, tier.
pub(super) const DEPTH: usize = 7;

/// What all products of some shops have, and is not looked at here: it is seen before such a product is read in vain.
const AT_LENGTH: [&str; 2] = ["\"translations\"", "\"custom\""];
/// What only a product has that is its own one variant.
const BOUGHT_ITSELF: [&str; 3] = ["prices", "stock", "measure"];
/// Members of a document, as a rule.
const MEMBERS: usize = 32;

/// A document of a kind from its text, if it plainly keeps its schema.
pub(super) fn document(kind: Kind, text: &str) -> Option<Document> {
    let is_named = |name: &&str| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    if !matches!(kind, Kind::Product | Kind::Offer) || AT_LENGTH.iter().any(is_named) {
        return None;
    }
    let mut names = Vec::with_capacity(MEMBERS);
    let mut from = serde_json::Deserializer::from_str(text);
    let document = Document::read(kind, Strict::document(&mut from, &mut names)).ok()?;
    from.end().ok()?;
    let keeps = match &document {
        Document::Product(one) => product(one, &names),
        Document::Offer(one) => offer(one),
        _ => false,
    };
    keeps.then_some(document)
}

/// The kind that a text says first of all, as documents are written as a rule.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let rest = text.trim_start().strip_prefix('{')?.trim_start();
    let rest = rest.strip_prefix("\"type\"")?.trim_start();
    let rest = rest.strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (kind, _) = rest.split_once('"')?;
    Kind::parse(kind)
}

/// Members that an empty list would not show.
fn has(names: &[&str], wanted: &[&str]) -> bool {
    names.iter().any(|name| wanted.contains(name))
}

fn product(product: &Product, names: &[&str]) -> bool {
    let Product {
        id,
        name,
        slug,
        status: _,
        publish_from,
        publish_until,
        visibility: _,
        description,
        short_description,
        brand,
        category_ids,
        primary_category_id,
        position: _,
        category_positions,
        tags,
        condition: _,
        gtin,
        mpn,
        sku,
        measure,
        tax_class,
        weight,
        options,
        variants,
        attributes,
        media,
        related,
        bundle: _,
        seo,
        replaced_by,
        translations,
        prices,
        stock,
        created_at,
        updated_at,
        custom,
    } = product;
    // What few have is not looked at here.
    let is_usual = category_positions.is_empty()
        && measure.is_none()
        && !has(names, &["bundle"])
        && translations.is_empty()
        && custom.is_empty();
    is_usual
        && (variants.is_empty() || !has(names, &BOUGHT_ITSELF))
        && is_id(id)
        && is_line(name)
        && all([slug], is_slug)
        && all(
            [publish_from, publish_until, created_at, updated_at],
            is_time,
        )
        && all([description, short_description], is_html)
        && all([brand], is_line)
        && all([primary_category_id, tax_class, replaced_by], is_id)
        && is_numbered([sku, gtin, mpn])
        && each(category_ids, 200, |id| is_id(id))
        && each(tags, 500, |tag| is_line(tag))
        && weight.as_ref().is_none_or(is_weight)
        && each(options, 20, is_option)
        && each(variants, 100_000, is_variant)
        && each(attributes, 1000, is_attribute)
        && each(media, 500, is_media)
        && each(related, 1000, is_related)
        && seo.as_ref().is_none_or(is_seo)
        && are_prices(prices)
        && stock.as_ref().is_none_or(is_stock)
}

fn offer(offer: &Offer) -> bool {
    let Offer {
        variant_id,
        sku,
        prices,
        stock,
        locations,
        tax_class,
        weight,
        updated_at,
    } = offer;
    (variant_id.is_some() || sku.is_some())
        && all([variant_id, sku], is_id)
        && all([tax_class], is_id)
        && are_prices(prices)
        && stock.as_ref().is_none_or(is_stock)
        && each(locations, 1000, is_location)
        && weight.as_ref().is_none_or(is_weight)
        && all([updated_at], is_time)
}

fn is_variant(variant: &Variant) -> bool {
    let Variant {
        product_id,
        id,
        sku,
        gtin,
        mpn,
        measure,
        tax_class,
        weight,
        name,
        position,
        default: _,
        status: _,
        options,
        option_values,
        prices,
        stock,
        media,
        translations,
        custom,
    } = variant;
    let is_usual = measure.is_none() && translations.is_empty() && custom.is_empty();
    is_usual
        && product_id.is_none()
        && is_id(id)
        && all([tax_class], is_id)
        && is_numbered([sku, gtin, mpn])
        && all([name], is_line)
        && position.is_none_or(|place| (-1_000_000..=1_000_000).contains(&place))
        && are_choices(options)
        && each(option_values, 20, |code| is_id(code))
        && weight.as_ref().is_none_or(is_weight)
        && are_prices(prices)
        && stock.as_ref().is_none_or(is_stock)
        && each(media, 200, is_media)
}

/// The numbers that what is bought has.
fn is_numbered([sku, gtin, mpn]: [&Option<Short>; 3]) -> bool {
    all([sku], is_id) && all([gtin], is_gtin) && all([mpn], is_line)
}

fn are_choices(options: &BTreeMap<Short, Short>) -> bool {
    let is_choice = |(code, value): (&Short, &Short)| is_within(code, 200) && is_id(value);
    options.len() <= 20 && options.iter().all(is_choice)
}

fn is_option(option: &ProductOption) -> bool {
    let ProductOption { code, name, values } = option;
    let is_value = |value: &OptionValue| {
        let OptionValue { code, name, swatch } = value;
        is_id(code) && all([name], is_line) && all([swatch], is_swatch)
    };
    is_id(code) && all([name], is_line) && !values.is_empty() && each(values, 2000, is_value)
}

fn is_attribute(attribute: &Attribute) -> bool {
    let Attribute {
        code,
        label,
        group,
        value,
        unit,
    } = attribute;
    let is_item = |item: &AttributeValue| match item {
        AttributeValue::Text(text) => is_text(text, 5000),
        AttributeValue::Number(_) => true,
        AttributeValue::Boolean(_) | AttributeValue::List(_) => false,
    };
    let is_value = match value {
        AttributeValue::Text(text) => is_text(text, 20_000),
        AttributeValue::Number(_) | AttributeValue::Boolean(_) => true,
        AttributeValue::List(items) => !items.is_empty() && each(items, 1000, is_item),
    };
    is_value && is_id(code) && all([label, group], is_line) && all([unit], |unit| is_text(unit, 40))
}

fn is_media(media: &Media) -> bool {
    let Media {
        url,
        kind: _,
        alt,
        width,
        height,
    } = media;
    let is_side = |side: &Option<u32>| side.is_none_or(|side| (1..=100_000).contains(&side));
    is_url(url) && all([alt], |alt| is_text(alt, 5000)) && is_side(width) && is_side(height)
}

fn is_related(related: &Related) -> bool {
    let Related {
        relation: _,
        product_id,
    } = related;
    is_id(product_id)
}

fn is_seo(seo: &Seo) -> bool {
    let Seo {
        title,
        description,
        noindex: _,
    } = seo;
    all([title], is_line) && all([description], |text| is_text(text, 5000))
}

fn are_prices(prices: &[Price]) -> bool {
    let is_tier = |tier: &PriceTier| {
        let PriceTier {
            min_quantity,
            amount,
        } = tier;
        (2..=1_000_000_000).contains(min_quantity) && is_money(amount)
    };
    each(prices, 50, |price| {
        let Price {
            amount,
            currency,
            group,
            compare_at,
            sale_price,
            sale_from,
            sale_until,
            tiers,
        } = price;
        is_money(amount)
            && currency.len() == 3
            && currency.bytes().all(|byte| byte.is_ascii_uppercase())
            && all([group], is_group)
            && all([compare_at, sale_price], is_money)
            && all([sale_from, sale_until], is_time)
            && each(tiers, 16, is_tier)
    })
}

fn is_stock(stock: &Stock) -> bool {
    let Stock {
        availability: _,
        quantity,
        available_at,
        lead_time_days,
    } = stock;
    is_quantity(*quantity)
        && all([available_at], is_time)
        && lead_time_days.is_none_or(|days| days <= 1000)
}

fn is_location(location: &LocationStock) -> bool {
    let LocationStock {
        id,
        availability,
        quantity,
    } = location;
    is_id(id) && (availability.is_some() || quantity.is_some()) && is_quantity(*quantity)
}

fn is_weight(weight: &Weight) -> bool {
    let Weight { value, unit: _ } = weight;
    is_decimal(value, 9)
}

/// Whether a rule is kept by all that is there of some texts.
fn all<T: AsRef<str>, const N: usize>(
    texts: [&Option<T>; N],
    keeps: impl Fn(&str) -> bool,
) -> bool {
    let mut there = texts.into_iter().flatten();
    there.all(|text| keeps(text.as_ref()))
}

/// Whether there are no more items than allowed, and all keep a rule.
fn each<T>(items: &[T], most: usize, keeps: impl Fn(&T) -> bool) -> bool {
    items.len() <= most && items.iter().all(keeps)
}

/// Whether a text has at most so many characters. One that has more bytes is rare enough to be counted.
fn is_within(text: &str, most: usize) -> bool {
    text.len() <= most || text.chars().count() <= most
}

fn is_text(text: &str, most: usize) -> bool {
    !text.is_empty() && is_within(text, most)
}

fn is_html(text: &str) -> bool {
    is_within(text, 1_000_000)
}

fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_space = |end: Option<&u8>| end == Some(&b' ');
    is_text(text, 200)
        && bytes.iter().all(|byte| *byte >= b' ' && *byte != 0x7f)
        && !is_space(bytes.first())
        && !is_space(bytes.last())
}

/// With a letter or a digit it surely is not white space alone.
fn is_line(text: &str) -> bool {
    is_text(text, 500) && text.chars().any(char::is_alphanumeric)
}

fn is_slug(text: &str) -> bool {
    let is_plain = |one: char| one.is_alphanumeric() || matches!(one, '-' | '_' | '.' | '~');
    is_text(text, 200) && text.chars().all(is_plain)
}

fn is_group(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=8).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_gtin(text: &str) -> bool {
    matches!(text.len(), 8 | 12..=14) && are_digits(text)
}

fn is_money(text: &str) -> bool {
    is_decimal(text, 14)
}

/// Digits, at most so many and without a zero in front, and up to six behind a point.
fn is_decimal(text: &str, most: usize) -> bool {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let is_whole = (1..=most).contains(&whole.len()) && (whole == "0" || !whole.starts_with('0'));
    let is_fraction = |digits: &str| (1..=6).contains(&digits.len()) && are_digits(digits);
    is_whole && are_digits(whole) && fraction.is_none_or(is_fraction)
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_quantity(quantity: Option<f64>) -> bool {
    quantity.is_none_or(|quantity| (-1e9..=1e9).contains(&quantity))
}

fn is_url(text: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'<' | b'>' | b'"');
    let is_address = match text.strip_prefix('/') {
        Some(path) => !path.starts_with('/'),
        None => ["https://", "http://"]
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme)),
    };
    is_address && text.len() <= 4000 && text.bytes().all(is_plain)
}

fn is_swatch(text: &str) -> bool {
    match text.strip_prefix('#') {
        Some(digits) => {
            matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        None => is_url(text),
    }
}

/// An instant in UTC to the second, such as `2026-03-01T08:00:00Z`.
fn is_time(text: &str) -> bool {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to).filter(|digits| are_digits(digits));
        digits.and_then(|digits| digits.parse::<u32>().ok())
    };
    let is_below = |from: usize, limit: u32| number(from, from + 2).is_some_and(|it| it < limit);
    let is_day = match (number(0, 4), number(5, 7), number(8, 10)) {
        (Some(year), Some(month), Some(day)) => i32::try_from(year)
            .is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some()),
        _ => false,
    };
    let signs = [b'-', b'-', b'T', b':', b':', b'Z'];
    let places = [4, 7, 10, 13, 16, 19];
    let mut signs = signs.iter().zip(places);
    text.len() == 20
        && signs.all(|(sign, at)| text.as_bytes().get(at) == Some(sign))
        && is_day
        && is_below(11, 24)
        && is_below(14, 60)
        && is_below(17, 60)
}

#[cfg(test)]
#[path = "plain_tests.rs"]
mod tests;
