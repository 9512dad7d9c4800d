//! A shop whose pages tell what they were made from: every price says which generation or feed, every text which edition.
//!
//! The price is ten thousand euros and as many cents as the number, so that no guard minds the next one; the edition
//! stands in the descriptions, which belong to the other part of a generation.

use std::collections::BTreeSet;
use std::path::Path;

use frontage_shared::snapshot::Generation;
use frontage_shared::store::Store;
use serde_json::{Value, json};

use crate::documents;

/// How many products there are.
pub const PRODUCTS: usize = 12;
/// A product's page.
pub const PRODUCT: &str = "/p/thing-number-1";
/// Its price and stock alone.
pub const PARTIAL: &str = "/partials/offer/thing-number-1";
/// The category of all products.
pub const CATEGORY: &str = "/c/things";

/// The price of number 0, in cents.
const BASE: u64 = 1_000_000;
const EDITION: &str = "Edition ";

/// What a page told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The numbers in its prices.
    pub numbers: BTreeSet<u64>,
    /// How many prices it showed.
    pub prices: usize,
    /// The editions in its texts.
    pub editions: BTreeSet<u64>,
}

/// A feed of this number and edition.
pub fn feed(number: u64, edition: u64) -> Vec<Value> {
    let mut documents = documents::shop(PRODUCTS);
    for document in &mut documents {
        match document["type"].as_str() {
            Some("product") => {
                document["prices"][0]["amount"] = json!(amount(number));
                document["description"] = json!(format!("<p>{EDITION}{edition}.</p>"));
            }
            Some("category") => {
                document["description"] = json!(format!("<p>{EDITION}{edition}.</p>"));
            }
            _ => {}
        }
    }
    documents
}

/// The price of this number, in cents.
pub fn cents(number: u64) -> i64 {
    i64::try_from(BASE + number).unwrap_or(i64::MAX)
}

/// Reads a page.
pub fn told(body: &str) -> Told {
    let mut told = Told::default();
    let separator = |byte: char| !(byte.is_ascii_digit() || byte == '.' || byte == ',');
    for number in body.split(separator).filter_map(number) {
        told.prices += 1;
        told.numbers.insert(number);
    }
    for (at, _) in body.match_indices(EDITION) {
        let digits = body[at + EDITION.len()..]
            .split(|character: char| !character.is_ascii_digit())
            .next();
        told.editions
            .extend(digits.and_then(|digits| digits.parse::<u64>().ok()));
    }
    told
}

/// The store's current generation and the feed that it was made from, if it is whole to the last byte.
///
/// # Errors
/// What is not whole, in words.
pub async fn whole(store: &Store) -> Result<(u64, u64), String> {
    let current = store.current().await.map_err(|error| error.to_string())?;
    let manifest = current.ok_or("HEAD is gone")?;
    for (kind, entry) in manifest.parts() {
        match store.part_is_whole(kind, entry).await {
            Ok(true) => {}
            Ok(false) => return Err(format!("{} is damaged", entry.file_name(kind))),
            Err(error) => return Err(error.to_string()),
        }
    }
    let generation = Generation::map(manifest, &parts(store)).map_err(|error| error.to_string())?;
    generation.verify().map_err(|error| error.to_string())?;
    let mut numbers = BTreeSet::new();
    for row in 0..generation.offers.variant_count() {
        let price = generation.offers.variant(row).price.unwrap_or(0);
        numbers.insert(u64::try_from(price).unwrap_or(0).saturating_sub(BASE));
    }
    let editions: BTreeSet<u64> = generation
        .catalog
        .products()
        .flat_map(|product| told(product.description()).editions)
        .collect();
    let number = *numbers.first().ok_or("there are no prices")?;
    if generation.catalog.products().count() != PRODUCTS
        || numbers.len() != 1
        || editions != BTreeSet::from([number])
    {
        return Err(format!(
            "generation {} is of feeds {numbers:?} and {editions:?}",
            generation.number()
        ));
    }
    Ok((generation.number(), number))
}

fn parts(store: &Store) -> std::path::PathBuf {
    let folder: &Path = store.folder();
    folder.join("parts")
}

/// `10000.07`, as a feed writes it.
fn amount(number: u64) -> String {
    let cents = BASE + number;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `10,000.07` or `10000.07` is number 7; anything else is none of our prices.
fn number(text: &str) -> Option<u64> {
    let text = text.trim_matches(['.', ',']);
    let (whole, fraction) = text.rsplit_once('.')?;
    if fraction.len() != 2 {
        return None;
    }
    let cents: u64 = format!("{}{fraction}", whole.replace(',', ""))
        .parse()
        .ok()?;
    cents.checked_sub(BASE).filter(|&number| number < BASE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_its_prices_and_editions() {
        let page =
            r#"<p>Edition 2.</p> €10,000.07 {"price":"10000.07"} 1.50 12,345 <b>€10,001.07.</b>"#;
        let told = told(page);
        assert_eq!(told.numbers, BTreeSet::from([7, 107]));
        assert_eq!(told.prices, 3);
        assert_eq!(told.editions, BTreeSet::from([2]));
    }

    #[test]
    fn a_feed_tells_its_number() {
        let text = json!(feed(31, 4)).to_string();
        let told = told(&text);
        assert_eq!(told.numbers, BTreeSet::from([31]));
        assert_eq!(told.prices, PRODUCTS);
        assert_eq!(told.editions, BTreeSet::from([4]));
        assert_eq!(cents(31), 1_000_031);
    }
}
