//! Events of a generation: what differs from the one before, in bodies of a bounded size.

use std::collections::BTreeMap;

use frontage_shared::manifest::Manifest;
use frontage_shared::model::money::{Currency, Money};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::VariantOffer;
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::snapshot::routes::RouteKind;
use serde_json::{Map, Value, json};

use super::WebhookError;
use super::event::{Event, EventKind};
use crate::difference::{self, Difference};
use crate::operate::address;

/// A body holds no more than so many changes,
const MOST_ITEMS: usize = 1_000;
/// and is finished when it is longer than this.
const ENOUGH_BYTES: usize = 256 << 10;

/// Where finished events go, one after the other.
pub(super) type Put<'p> = &'p mut dyn FnMut(Event) -> Result<(), WebhookError>;

/// What all events of one generation have in common.
pub(super) struct Occasion<'a> {
    pub(super) wanted: &'a [EventKind],
    pub(super) manifest: &'a Manifest,
    /// What marks events of what changed by itself; empty for those of the generation.
    pub(super) mark: &'a str,
    /// The generation that it is compared with; none if that is not there any more.
    pub(super) compared_with: Option<u64>,
    /// When the events are made, RFC 3339.
    pub(super) created_at: &'a str,
}

/// Makes the events of a generation, the one of its publishing last.
///
/// # Errors
/// An event cannot be put where it belongs.
pub(super) fn events(
    occasion: &Occasion<'_>,
    generations: Option<(&Generation, &Generation)>,
    put: Put<'_>,
) -> Result<(), WebhookError> {
    let mut batches = Batches {
        occasion,
        open: BTreeMap::new(),
        counts: BTreeMap::new(),
        failed: None,
        put,
    };
    if let Some((from, to)) = generations {
        difference::each(from, to, |difference| batches.observe(to, difference));
        // In further price lists, only prices differ.
        for to in to.others() {
            let mut others = from.others().iter();
            // Customer groups may pay in the same currency, and not the same.
            let same = |from: &&Generation| list_of(from) == list_of(to);
            if let Some(from) = others.find(same) {
                difference::each(from, to, |difference| batches.observe_price(to, difference));
            }
        }
    }
    batches.finish()
}

/// Changes of one kind that wait for their body to be full.
#[derive(Default)]
struct Batch {
    items: Vec<Value>,
    bytes: usize,
    /// Bodies that were full before.
    number: u32,
}

struct Batches<'a, 'p> {
    occasion: &'a Occasion<'a>,
    open: BTreeMap<EventKind, Batch>,
    counts: BTreeMap<EventKind, u64>,
    /// After this nothing more is tried.
    failed: Option<WebhookError>,
    put: Put<'p>,
}

impl Batches<'_, '_> {
    fn observe(&mut self, to: &Generation, difference: Difference<'_>) {
        match difference {
            Difference::Removed(it) => self.add(EventKind::ProductRemoved, || product(&it)),
            Difference::Added(it) => self.add(EventKind::ProductAdded, || product(&it)),
            Difference::Changed(it) => self.add(EventKind::ProductChanged, || product(&it)),
            Difference::Offer(product, it, was, now) => {
                self.observe_price(to, difference);
                let can = |offer: &VariantOffer| offer.availability.can_be_ordered();
                match (can(&was), can(&now)) {
                    (true, false) => {
                        self.add(EventKind::StockOut, || variant(&product, &it, &now));
                    }
                    (false, true) => {
                        self.add(EventKind::StockBack, || variant(&product, &it, &now));
                    }
                    _ => {}
                }
            }
        }
    }

    fn observe_price(&mut self, to: &Generation, difference: Difference<'_>) {
        let Difference::Offer(product, it, was, now) = difference else {
            return;
        };
        if was.price != now.price {
            self.add(EventKind::PriceChanged, || {
                let mut item = variant(&product, &it, &now);
                if let Some(group) = to.offers.group() {
                    item["customer_group"] = group.into();
                }
                item["before"] = amount(to, was.price);
                item["after"] = amount(to, now.price);
                item
            });
        }
    }

    fn add(&mut self, kind: EventKind, item: impl FnOnce() -> Value) {
        *self.counts.entry(kind).or_default() += 1;
        if self.failed.is_some() || !self.occasion.wanted.contains(&kind) {
            return;
        }
        let item = item();
        let batch = self.open.entry(kind).or_default();
        batch.bytes += item.to_string().len();
        batch.items.push(item);
        if batch.items.len() >= MOST_ITEMS || batch.bytes >= ENOUGH_BYTES {
            self.close(kind);
        }
    }

    /// Finishes a body.
    fn close(&mut self, kind: EventKind) {
        let batch = self.open.entry(kind).or_default();
        if batch.items.is_empty() || self.failed.is_some() {
            return;
        }
        batch.number += 1;
        let (items, number) = (std::mem::take(&mut batch.items), batch.number);
        batch.bytes = 0;
        let mut about = self.about();
        about.insert("items".to_owned(), Value::Array(items));
        self.put(kind, &format!(".{number}"), about);
    }

    fn put(&mut self, kind: EventKind, mark: &str, about: Map<String, Value>) {
        let occasion = self.occasion;
        let generation = occasion.manifest.generation;
        let event = Event {
            id: format!("g{generation}{}.{}{mark}", occasion.mark, kind.name()),
            kind,
            shop: occasion.manifest.shop.clone(),
            created_at: occasion.created_at.to_owned(),
            about,
        };
        if let Err(error) = (self.put)(event) {
            self.failed = Some(error);
        }
    }

    fn about(&self) -> Map<String, Value> {
        let mut about = Map::new();
        about.insert(
            "generation".to_owned(),
            self.occasion.manifest.generation.into(),
        );
        about.insert(
            "compared_with".to_owned(),
            self.occasion.compared_with.into(),
        );
        about
    }

    fn finish(mut self) -> Result<(), WebhookError> {
        for kind in EventKind::ALL {
            self.close(kind);
        }
        let kind = EventKind::GenerationPublished;
        let is_published = self.occasion.mark.is_empty();
        if is_published && self.failed.is_none() && self.occasion.wanted.contains(&kind) {
            let manifest = self.occasion.manifest;
            let mut about = self.about();
            about.insert("reason".to_owned(), manifest.reason.clone().into());
            about.insert("published_at".to_owned(), manifest.created_at.into());
            about.insert("products".to_owned(), manifest.counts.products.into());
            // What is not compared is not counted: the receiver has to look for itself.
            if self.occasion.compared_with.is_some() {
                let counts = EventKind::ALL.into_iter().filter(|kind| {
                    kind.is_of_generation() && *kind != EventKind::GenerationPublished
                });
                let counts = counts.map(|kind| {
                    let count = self.counts.get(&kind).copied().unwrap_or(0);
                    (kind.name().to_owned(), count.into())
                });
                about.insert("counts".to_owned(), Value::Object(counts.collect()));
            }
            self.put(kind, "", about);
        }
        self.failed.map_or(Ok(()), Err)
    }
}

fn product(product: &Product<'_>) -> Value {
    json!({
        "product_id": product.id(),
        "name": product.name(),
        "path": address(RouteKind::Product, product.slug()),
    })
}

fn variant(product: &Product<'_>, variant: &Variant<'_>, now: &VariantOffer) -> Value {
    let mut item = json!({"product_id": product.id(), "variant_id": variant.id()});
    if !variant.sku().is_empty() {
        item["sku"] = variant.sku().into();
    }
    if let Some(quantity) = now.quantity {
        item["quantity"] = quantity.into();
    }
    item
}

/// What tells a price list from the others of a shop.
fn list_of(generation: &Generation) -> (Option<Currency>, Option<&str>) {
    let offers = &generation.offers;
    (offers.currency(), offers.group())
}

/// An amount and its currency; null for none.
fn amount(generation: &Generation, minor: Option<i64>) -> Value {
    let currency = generation.currency();
    minor.map_or(Value::Null, |minor| {
        let amount = Money { minor, currency }.to_string();
        json!({"amount": amount, "currency": currency.code()})
    })
}
