//! The rules that a schema cannot say.
//!
//! Each has a name, listed in `schemas/README.md`, and points at the value that breaks it.

use crate::dates::instant;
use crate::wire::{Category, Document, Measure, Media, Offer, Page, Price, Product, Variant};
use frontage_shared::model::money::{Currency, Money};
use frontage_shared::model::slug;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::Hash;
use url::Url;

use super::terms;

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) pointer: String,
    pub(super) rule: String,
    pub(super) message: String,
    pub(super) value: String,
    /// Names of fields that have no place there.
    pub(super) unexpected: Vec<String>,
}

impl Fault {
    pub(super) fn new(
        pointer: impl Into<String>,
        rule: &str,
        message: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            rule: rule.to_owned(),
            message: message.into(),
            value: value.into(),
            unexpected: Vec::new(),
        }
    }
}

/// Checks a document whose schema is kept; the first rule it breaks, if any.
pub(super) fn check(document: &Document) -> Result<(), Fault> {
    match document {
        Document::Product(product) => check_product(product),
        Document::Variant(variant) => check_variant("", variant),
        Document::Offer(offer) => check_offer(offer),
        Document::Category(category) => check_category(category),
        Document::Page(page) => {
            check_window(page.publish_from.as_deref(), page.publish_until.as_deref())?;
            check_slug("", Some(&page.slug))?;
            let translations = page.translations.iter();
            check_slugs(translations.map(|(tag, own)| (tag, &own.slug)))?;
            check_sections(page)
        }
        Document::Redirect(redirect) => check_url(|| "/to".to_owned(), &redirect.to),
        Document::Promotion(promotion) => terms::check_promotion(promotion),
        Document::DeliveryMethod(method) => terms::check_method(method),
        Document::Tax(tax) => terms::check_tax(tax),
        Document::OrderStatus(status) => match &status.tracking_url {
            Some(url) => check_url(|| "/tracking_url".to_owned(), url),
            None => Ok(()),
        },
        Document::Attribute(_)
        | Document::Placement(_)
        | Document::Review(_)
        | Document::Synonym(_)
        | Document::Delete(_) => Ok(()),
    }
}

/// Addresses of pictures and buttons in the sections of a page, in all its languages.
fn check_sections(page: &Page) -> Result<(), Fault> {
    let own = std::iter::once((String::new(), &page.sections));
    let translations = page.translations.iter();
    let all =
        own.chain(translations.map(|(tag, own)| (format!("/translations/{tag}"), &own.sections)));
    for (pointer, sections) in all {
        for (number, section) in sections.iter().enumerate() {
            let pointer = format!("{pointer}/sections/{number}");
            if let Some(image) = &section.image {
                check_url(|| format!("{pointer}/image/url"), &image.url)?;
            }
            if let Some(link) = &section.link {
                check_url(|| format!("{pointer}/link/href"), &link.href)?;
            }
        }
    }
    Ok(())
}

/// When something is part of the shop.
fn check_window(from: Option<&str>, until: Option<&str>) -> Result<(), Fault> {
    match [from, until].map(|time| time.and_then(instant)) {
        [Some(first), Some(last)] if last <= first => Err(Fault::new(
            "/publish_until",
            "window",
            "it would be gone before it comes",
            until.unwrap_or_default(),
        )),
        _ => Ok(()),
    }
}

fn check_product(product: &Product) -> Result<(), Fault> {
    check_window(
        product.publish_from.as_deref(),
        product.publish_until.as_deref(),
    )?;
    check_slug("", product.slug.as_deref())?;
    let translations = product.translations.iter();
    check_slugs(translations.map(|(tag, own)| (tag, &own.slug)))?;
    check_prices("", &product.prices)?;
    check_measure("", product.measure.as_ref())?;
    terms::check_weight("", product.weight.as_ref())?;
    check_media("", &product.media)?;
    let mut codes = Seen::default();
    for (number, option) in product.options.iter().enumerate() {
        unique(
            &mut codes,
            &option.code,
            || format!("/options/{number}/code"),
            "option code",
        )?;
        let mut values = Seen::default();
        for (place, value) in option.values.iter().enumerate() {
            unique(
                &mut values,
                &value.code,
                || format!("/options/{number}/values/{place}/code"),
                "value code",
            )?;
            if let Some(swatch) = value
                .swatch
                .as_deref()
                .filter(|swatch| !swatch.starts_with('#'))
            {
                check_url(
                    || format!("/options/{number}/values/{place}/swatch"),
                    swatch,
                )?;
            }
        }
    }
    check_variants(&product.variants)
}

fn check_variants(variants: &[Variant]) -> Result<(), Fault> {
    let mut ids = Seen::default();
    let mut choices = Seen::default();
    for (number, variant) in variants.iter().enumerate() {
        let prefix = format!("/variants/{number}");
        unique(
            &mut ids,
            &variant.id,
            || format!("{prefix}/id"),
            "variant id",
        )?;
        if !variant.options.is_empty() && !choices.insert(&variant.options) {
            let choice: Vec<String> = variant
                .options
                .iter()
                .map(|(code, value)| format!("{code}={value}"))
                .collect();
            let message = "another variant stands for the same choice";
            return Err(Fault::new(
                format!("{prefix}/options"),
                "unique",
                message,
                choice.join(", "),
            ));
        }
        check_variant(&prefix, variant)?;
    }
    Ok(())
}

fn check_variant(prefix: &str, variant: &Variant) -> Result<(), Fault> {
    check_prices(prefix, &variant.prices)?;
    check_measure(prefix, variant.measure.as_ref())?;
    terms::check_weight(prefix, variant.weight.as_ref())?;
    check_media(prefix, &variant.media)
}

fn check_measure(prefix: &str, measure: Option<&Measure>) -> Result<(), Fault> {
    let Some(measure) = measure.filter(|measure| measure.millionths().is_none()) else {
        return Ok(());
    };
    let pointer = |field: &str| format!("{prefix}/measure/{field}");
    let told_for = measure.told_for();
    if measure.unit.size_beside(told_for).is_none() {
        let message = format!("{} is not measured in this", measure.unit.code());
        return Err(Fault::new(
            pointer("per_unit"),
            "unit",
            message,
            told_for.code(),
        ));
    }
    let message = "too little for a price per unit";
    Err(Fault::new(
        pointer("content"),
        "measure",
        message,
        &measure.content,
    ))
}

fn check_offer(offer: &Offer) -> Result<(), Fault> {
    check_prices("", &offer.prices)?;
    let mut places = Seen::default();
    for (number, place) in offer.locations.iter().enumerate() {
        let pointer = || format!("/locations/{number}/id");
        unique(&mut places, &place.id, pointer, "location")?;
    }
    terms::check_weight("", offer.weight.as_ref())
}

fn check_category(category: &Category) -> Result<(), Fault> {
    if category.parent_id.as_deref() == Some(&category.id) {
        return Err(Fault::new(
            "/parent_id",
            "cycle",
            "a category cannot be its own parent",
            &category.id,
        ));
    }
    check_slug("", category.slug.as_deref())?;
    let translations = category.translations.iter();
    check_slugs(translations.map(|(tag, own)| (tag, &own.slug)))?;
    check_media("", &category.media)
}

/// Slugs in other languages, by their tags.
fn check_slugs<'a>(
    mut slugs: impl Iterator<Item = (&'a String, &'a Option<String>)>,
) -> Result<(), Fault> {
    slugs.try_for_each(|(tag, slug)| check_slug(&format!("/translations/{tag}"), slug.as_deref()))
}

fn check_slug(prefix: &str, text: Option<&str>) -> Result<(), Fault> {
    match text {
        Some(text) if !slug::is_valid(text) => Err(Fault::new(
            format!("{prefix}/slug"),
            "slug",
            "cannot stand in an address (it is at most 200 bytes, not . or ..)",
            text,
        )),
        _ => Ok(()),
    }
}

fn check_prices(prefix: &str, prices: &[Price]) -> Result<(), Fault> {
    let keys = prices.iter().map(|price| match &price.group {
        Some(group) => Cow::Owned(format!("{} {group}", price.currency)),
        None => Cow::Borrowed(price.currency.as_str()),
    });
    let keys: Vec<Cow<'_, str>> = keys.collect();
    let mut currencies = Seen::default();
    for (number, (price, key)) in prices.iter().zip(&keys).enumerate() {
        let pointer = |field: &str| format!("{prefix}/prices/{number}/{field}");
        let currency = Currency::parse(&price.currency).map_err(|error| {
            Fault::new(
                pointer("currency"),
                "currency",
                error.to_string(),
                price.currency.as_str(),
            )
        })?;
        unique(&mut currencies, key, || pointer("currency"), "currency")?;
        let amounts = [
            ("amount", Some(&price.amount)),
            ("compare_at", price.compare_at.as_ref()),
            ("sale_price", price.sale_price.as_ref()),
        ];
        for (field, amount) in amounts {
            if let Some(amount) = amount {
                Money::parse_decimal(amount, currency).map_err(|error| {
                    Fault::new(pointer(field), "money", error.to_string(), amount.as_str())
                })?;
            }
        }
        check_sale(price, pointer)?;
        check_tiers(price, currency, pointer)?;
    }
    Ok(())
}

/// Quantities rise, and every tier costs something. Whether one is below the price is no matter of form: that is told
/// where prices are compiled, and the price stays.
fn check_tiers(
    price: &Price,
    currency: Currency,
    pointer: impl Fn(&str) -> String,
) -> Result<(), Fault> {
    let mut above = 1;
    for (number, tier) in price.tiers.iter().enumerate() {
        let fault = |field: &str, rule, message: String, value: &str| {
            let place = pointer(&format!("tiers/{number}/{field}"));
            Err(Fault::new(place, rule, message, value))
        };
        if tier.min_quantity <= above {
            let message =
                format!("the quantities of tiers must rise: this one is not above {above}");
            let value = tier.min_quantity.to_string();
            return fault("min_quantity", "tiers", message, &value);
        }
        above = tier.min_quantity;
        match Money::parse_decimal(&tier.amount, currency) {
            Err(error) => return fault("amount", "money", error.to_string(), &tier.amount),
            Ok(money) if money.minor <= 0 => {
                let message = "what is bought in numbers costs something as well".to_owned();
                return fault("amount", "tiers", message, &tier.amount);
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// A sale has a price, and begins before it is over.
fn check_sale(price: &Price, pointer: impl Fn(&str) -> String) -> Result<(), Fault> {
    let bounds = [
        ("sale_from", price.sale_from.as_deref()),
        ("sale_until", price.sale_until.as_deref()),
    ];
    if price.sale_price.is_none() {
        let stray = bounds
            .iter()
            .find_map(|(field, time)| Some((field, (*time)?)));
        return match stray {
            Some((field, time)) => {
                let message = "there is no sale_price that it could be about";
                Err(Fault::new(pointer(field), "sale", message, time))
            }
            None => Ok(()),
        };
    }
    match bounds.map(|(_, time)| time.and_then(instant)) {
        [Some(from), Some(until)] if until <= from => Err(Fault::new(
            pointer("sale_until"),
            "sale",
            "the sale would be over before it begins",
            price.sale_until.as_deref().unwrap_or_default(),
        )),
        _ => Ok(()),
    }
}

fn check_media(prefix: &str, media: &[Media]) -> Result<(), Fault> {
    media.iter().enumerate().try_for_each(|(number, medium)| {
        check_url(|| format!("{prefix}/media/{number}/url"), &medium.url)
    })
}

/// The schema has looked at the beginning; here the rest of it.
fn check_url(pointer: impl Fn() -> String, url: &str) -> Result<(), Fault> {
    thread_local! {
        static SOUND: RefCell<String> = const { RefCell::new(String::new()) };
    }
    if url.starts_with('/') || SOUND.with_borrow(|sound| is_below(url, sound)) {
        return Ok(());
    }
    match Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => {
            SOUND.with_borrow_mut(|sound| origin(url).unwrap_or_default().clone_into(sound));
            Ok(())
        }
        Ok(_) => Err(Fault::new(pointer(), "url", "expected http or https", url)),
        Err(error) => Err(Fault::new(pointer(), "url", error.to_string(), url)),
    }
}

/// What ends the host and port of an address.
const BEHIND_HOST: [char; 4] = ['/', '?', '#', '\\'];

/// An address up to its host and port; nothing else in it can be wrong.
fn origin(url: &str) -> Option<&str> {
    let inside = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))?;
    let length = inside.find(BEHIND_HOST).unwrap_or(inside.len());
    // Where slashes are repeated, the host comes behind them.
    let end = url.len() - inside.len() + length;
    url.get(..end).filter(|_| length > 0)
}

/// Whether an address is that of an origin, or of something below it. Most pictures of a shop come from one.
fn is_below(url: &str, origin: &str) -> bool {
    let rest = url.strip_prefix(origin).filter(|_| !origin.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(BEHIND_HOST))
}

/// What came before. A few are compared one by one, which costs less than hashing them.
struct Seen<T> {
    few: Vec<T>,
    many: HashSet<T>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self {
            few: Vec::new(),
            many: HashSet::new(),
        }
    }
}

impl<T: Eq + Hash> Seen<T> {
    const FEW: usize = 8;

    /// False when it came before.
    fn insert(&mut self, value: T) -> bool {
        if self.many.is_empty() && self.few.len() < Self::FEW {
            let is_new = !self.few.contains(&value);
            if is_new {
                self.few.push(value);
            }
            return is_new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(value)
    }
}

fn unique<'a>(
    seen: &mut Seen<&'a str>,
    value: &'a str,
    pointer: impl Fn() -> String,
    what: &str,
) -> Result<(), Fault> {
    if seen.insert(value) {
        Ok(())
    } else {
        Err(Fault::new(
            pointer(),
            "unique",
            format!("this {what} is there twice"),
            value,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever was sound before, each address is judged as the parser judges it.
    #[test]
    fn an_address_is_judged_by_itself() {
        let hosts = [
            "cdn.example",
            "cdn.example:8080",
            "cdn.example:99999",
            "cdn example",
            "u:p@cdn.example",
            "[::1]",
            "[::1",
            "",
            "/cdn.example",
            "cdn.example%",
            "1.2.3.4.5",
            "\u{e4}.example",
            "xn--a",
        ];
        let behind = [
            "",
            "/",
            "/a.jpg",
            "?q",
            "#f",
            "\\a",
            ":1/",
            "@other.example/",
            ".evil.example",
            "/%zz ?\u{fc}#\t",
        ];
        let all = || {
            hosts
                .iter()
                .flat_map(|host| behind.map(|behind| format!("{host}{behind}")))
        };
        let is_sound = |url: &str| check_url(String::new, url).is_ok();
        for (scheme, sound) in [
            ("https://", "https://cdn.example/1.jpg"),
            ("http://", "http://u:p@cdn.example"),
        ] {
            for url in all().map(|rest| format!("{scheme}{rest}")) {
                assert!(is_sound(sound));
                let parsed = Url::parse(&url).is_ok_and(|parsed| parsed.has_host());
                assert_eq!(is_sound(&url), parsed, "{url}");
                // What was sound itself is what comes before the next.
                assert_eq!(is_sound(&url), parsed, "{url}");
            }
        }
        assert!(!is_sound("ftp://cdn.example/a") && !is_sound("cdn.example") && is_sound("/a"));
    }

    #[test]
    fn what_came_before_is_known_however_much_it_is() {
        let mut seen = Seen::default();
        for number in 0..100 {
            assert!(seen.insert(number));
            assert!((0..=number).all(|earlier| !seen.insert(earlier)));
        }
    }
}
