//! A feed in the making: documents as lines, counted, sorted and written as two halves.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::model::money::Currency;
use xxhash_rust::xxh3::Xxh3;

use super::sort::Sorter;
use super::{Facts, Feed, FeedError, FeedFolder, Name, Summary, line_head};
use crate::wire::{Document, Kind, Offer, Product, Variant};

/// Bytes of most lines: one that begins with less room is copied while it grows.
const LINE_BYTES: usize = 2 << 10;

/// The documents of a run as they come, already as the lines that they will be: a document takes several times the
/// memory of its line.
#[derive(Debug)]
pub struct Draft {
    pub(super) counts: BTreeMap<Kind, u64>,
    pub(super) summary: Summary,
    /// Kind and key of documents that are gone.
    pub(super) deleted: Vec<(Kind, String)>,
    pub(super) catalog: (Sorter, u64),
    pub(super) offers: (Sorter, u64),
}

/// A document as the lines it becomes in both halves.
#[derive(Debug)]
pub struct Lines {
    kind: Kind,
    catalog: Option<Prepared>,
    offers: Vec<Prepared>,
    /// Kind and key of the document that is gone.
    deleted: Option<(Kind, String)>,
}

/// A line as it will be written, and what is counted of it.
#[derive(Debug)]
struct Prepared {
    key: String,
    text: Vec<u8>,
    facts: Facts,
}

impl FeedFolder {
    /// Writes documents, split into their halves, and gives the feed.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(
        &self,
        documents: Vec<Document>,
        currency: Currency,
        as_of: i64,
    ) -> Result<Feed, FeedError> {
        let mut draft = self.draft("all", currency);
        for document in documents {
            draft.add(&Lines::of(document, currency))?;
        }
        self.write_draft(draft, as_of)
    }

    /// Begins a feed. Lines that do not fit into memory go to files that begin with `name`.
    pub fn draft(&self, name: &str, currency: Currency) -> Draft {
        let sorter = |half: &str| Sorter::new(self, format!("{name}-{half}"));
        Draft {
            counts: BTreeMap::new(),
            summary: Summary::new(currency),
            deleted: Vec::new(),
            catalog: (sorter("catalog"), 0),
            offers: (sorter("offers"), 0),
        }
    }

    /// Writes both halves of a draft, and gives the feed.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_draft(&self, draft: Draft, as_of: i64) -> Result<Feed, FeedError> {
        Ok(Feed {
            as_of,
            offers_since: as_of,
            counts: draft.counts,
            summary: draft.summary,
            catalog: draft.catalog.0.finish_half(draft.catalog.1)?,
            offers: draft.offers.0.finish_half(draft.offers.1)?,
            kept: None,
        })
    }
}

impl Draft {
    /// Whether it names documents that are gone.
    pub fn deletes(&self) -> bool {
        !self.deleted.is_empty()
    }

    /// Kind and key of the documents that are gone.
    pub fn deleted(&self) -> BTreeSet<Name> {
        self.deleted.iter().cloned().collect()
    }

    /// Adds a document.
    ///
    /// # Errors
    /// Lines that no longer fit into memory cannot be written.
    pub fn add(&mut self, lines: &Lines) -> Result<(), FeedError> {
        if let Some(deleted) = &lines.deleted {
            self.deleted.push(deleted.clone());
            return Ok(());
        }
        *self.counts.entry(lines.kind).or_default() += 1;
        for (half, lines) in [
            (&mut self.catalog, lines.catalog.as_slice()),
            (&mut self.offers, lines.offers.as_slice()),
        ] {
            for line in lines {
                half.1 += 1;
                half.0.add(line.facts.kind, &line.key, &line.text)?;
                self.summary.add(&line.facts);
            }
        }
        Ok(())
    }
}

impl Lines {
    /// Splits a document into its halves; prices in the shop's currency are counted.
    pub fn of(document: Document, currency: Currency) -> Self {
        let kind = document.kind();
        let prepared = |document| Prepared::of(&document, currency);
        let nothing = Self {
            kind,
            catalog: None,
            offers: Vec::new(),
            deleted: None,
        };
        match document {
            Document::Offer(_)
            | Document::Promotion(_)
            | Document::DeliveryMethod(_)
            | Document::Tax(_) => Self {
                offers: vec![prepared(document)],
                ..nothing
            },
            Document::Delete(delete) => Self {
                deleted: Some((delete.of, delete.deleted_key())),
                ..nothing
            },
            Document::Product(mut product) => {
                let offers = take_offers(&mut product).into_iter().map(Document::Offer);
                Self {
                    offers: offers.map(prepared).collect(),
                    catalog: Some(prepared(Document::Product(product))),
                    ..nothing
                }
            }
            Document::Variant(mut variant) => {
                let offer = take_variant_offer(&mut variant);
                Self {
                    offers: offer
                        .map(Document::Offer)
                        .map(prepared)
                        .into_iter()
                        .collect(),
                    catalog: Some(prepared(Document::Variant(variant))),
                    ..nothing
                }
            }
            other => Self {
                catalog: Some(prepared(other)),
                ..nothing
            },
        }
    }

    /// Hash of all that the document says: equal documents, equal hash.
    pub fn content(&self) -> u64 {
        let mut hasher = Xxh3::new();
        for line in self.catalog.iter().chain(&self.offers) {
            hasher.update(&line.text);
        }
        if let Some((kind, key)) = &self.deleted {
            hasher.update(format!("delete {kind} {key}").as_bytes());
        }
        hasher.digest()
    }
}

impl Prepared {
    fn of(document: &Document, currency: Currency) -> Self {
        let key = document.key();
        let mut text = Vec::with_capacity(LINE_BYTES);
        line_head(&mut text, document.kind(), &key);
        document.push_json(&mut text);
        text.push(b'\n');
        Self {
            text,
            key,
            facts: Facts::of(document, currency),
        }
    }
}

/// Moves prices, stock, tax class and weight out of a product: they belong to the fast half.
fn take_offers(product: &mut Product) -> Vec<Offer> {
    let own = offer(Offer {
        variant_id: Some(product.id.clone()),
        prices: std::mem::take(&mut product.prices),
        stock: product.stock.take(),
        tax_class: product.tax_class.take(),
        weight: product.weight.take(),
        ..Offer::default()
    });
    let variants = product.variants.iter_mut().filter_map(take_variant_offer);
    variants.chain(own).collect()
}

fn take_variant_offer(variant: &mut Variant) -> Option<Offer> {
    offer(Offer {
        variant_id: Some(variant.id.clone()),
        prices: std::mem::take(&mut variant.prices),
        stock: variant.stock.take(),
        tax_class: variant.tax_class.take(),
        weight: variant.weight.take(),
        ..Offer::default()
    })
}

/// An offer, if it says anything.
fn offer(offer: Offer) -> Option<Offer> {
    let says_something = !offer.prices.is_empty()
        || offer.stock.is_some()
        || offer.tax_class.is_some()
        || offer.weight.is_some();
    says_something.then_some(offer)
}
