//! Prices and stock of variants, from all sources that say something of them.

use super::{MergeError, unreadable};
use crate::feed::MappedHalf;
use crate::threads;
use crate::wire::{Kind, LocationStock, Offer, Price, Stock, Weight};

/// Prices and stock of one variant, as sources say them.
#[derive(Debug, Default)]
pub struct OfferTable {
    /// From sources of offers: these win.
    stated: Vec<Offer>,
    /// From inside products.
    embedded: Vec<Offer>,
}

/// The offers of all sources as they lie on disk: what is asked for is read there.
#[derive(Debug, Default)]
pub struct MappedOffers {
    /// Whether the source is one of offers, and its half; in the order of the sources' names.
    sources: Vec<(bool, MappedHalf)>,
}

/// What is known of a variant's price and stock, and of what it is.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    /// Prices in any currency.
    pub prices: &'a [Price],
    /// Stock.
    pub stock: Option<&'a Stock>,
    /// Stock by place.
    pub locations: &'a [LocationStock],
    /// Tax class.
    pub tax_class: Option<&'a str>,
    /// Weight of one.
    pub weight: Option<&'a Weight>,
    /// Whether a source of offers said any of it.
    pub is_stated: bool,
}

impl OfferTable {
    /// What is known of a variant: by its id, then by its SKU, then from inside its product; prices and stock each
    /// from the first that states them.
    pub fn find(&self, variant_id: &str, sku: &str) -> Option<Stated<'_>> {
        let by_id = named(&self.stated, |key| key == variant_id);
        let is_sku = |key: &str| key.strip_prefix("sku:") == Some(sku);
        let by_sku = named(&self.stated, is_sku).filter(|_| !sku.is_empty());
        let stated = [by_id, by_sku];
        let is_stated = stated.iter().any(Option::is_some);
        let known = stated
            .into_iter()
            .chain([named(&self.embedded, |key| key == variant_id)])
            .flatten();
        let all = Stated {
            prices: known
                .clone()
                .map(|offer| offer.prices.as_slice())
                .find(|prices| !prices.is_empty())
                .unwrap_or_default(),
            stock: known.clone().find_map(|offer| offer.stock.as_ref()),
            locations: known
                .clone()
                .map(|offer| offer.locations.as_slice())
                .find(|places| !places.is_empty())
                .unwrap_or_default(),
            tax_class: known.clone().find_map(|offer| offer.tax_class.as_deref()),
            weight: known.clone().find_map(|offer| offer.weight.as_ref()),
            is_stated,
        };
        known.into_iter().next().map(|_| all)
    }
}

impl MappedOffers {
    /// Adds a source's half; sources come in the order of their names.
    pub fn add(&mut self, is_stated: bool, half: MappedHalf) {
        self.sources.push((is_stated, half));
    }

    /// Learns where every key lies, for whoever looks up most of them.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn index(&mut self) -> Result<(), MergeError> {
        std::thread::scope(|scope| {
            let sources = self.sources.iter_mut();
            let work: Vec<_> = sources
                .map(|(_, half)| scope.spawn(|| half.index()))
                .collect();
            let done = work.into_iter().map(|one| threads::ended(one.join()));
            Ok(done.collect::<Result<(), _>>()?)
        })
    }

    /// The halves in the order of the sources' names.
    pub fn halves(&self) -> impl Iterator<Item = &MappedHalf> {
        self.sources.iter().map(|(_, half)| half)
    }

    /// Whether a source of offers has this key.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn is_stated(&self, key: &str) -> Result<bool, MergeError> {
        for (is_stated, half) in &self.sources {
            if *is_stated && !half.texts(Kind::Offer, key)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All that the sources say of one variant.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn table_of(&self, variant_id: &str, sku: &str) -> Result<OfferTable, MergeError> {
        let mut table = OfferTable::default();
        let by_sku = (!sku.is_empty()).then(|| format!("sku:{sku}"));
        let by_sku = by_sku.as_deref().filter(|key| *key != variant_id);
        for (is_stated, half) in &self.sources {
            let offers = if *is_stated {
                &mut table.stated
            } else {
                &mut table.embedded
            };
            for key in std::iter::once(variant_id).chain(by_sku) {
                for text in half.texts(Kind::Offer, key)? {
                    let offer = serde_json::from_str(text);
                    add(
                        offers,
                        offer.map_err(|source| unreadable(Kind::Offer, key, source))?,
                    );
                }
            }
        }
        Ok(table)
    }

    /// How many offers the sources of offers brought.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn stated(&self) -> Result<usize, MergeError> {
        let (mut halves, mut stated) = (Vec::new(), 0);
        for (_, half) in self.sources.iter().filter(|(is_stated, _)| *is_stated) {
            stated += half.keys_beside(&halves)?;
            halves.push(half);
        }
        Ok(stated)
    }
}

/// The offer with a key.
fn named(offers: &[Offer], is: impl Fn(&str) -> bool) -> Option<&Offer> {
    offers.iter().find(|offer| match &offer.variant_id {
        Some(id) => is(id),
        None => is(&offer.key()),
    })
}

/// A later offer replaces only what it states.
fn add(offers: &mut Vec<Offer>, offer: Offer) {
    match offers.iter_mut().find(|known| known.key() == offer.key()) {
        None => offers.push(offer),
        Some(known) => {
            if !offer.prices.is_empty() {
                known.prices = offer.prices;
            }
            if !offer.locations.is_empty() {
                known.locations = offer.locations;
            }
            known.stock = offer.stock.or_else(|| known.stock.take());
            known.tax_class = offer.tax_class.or_else(|| known.tax_class.take());
            known.weight = offer.weight.or_else(|| known.weight.take());
        }
    }
}
