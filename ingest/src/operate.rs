//! What operators do by hand: approve a held feed, go back to an older generation, let go of it again, compare two.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::totals::{DeliveryMethod, Promotion, Terms};

use crate::cycle::{Context, CycleError, ShopOutcome};
use crate::difference::{self, Difference};
use crate::feed::FeedFolder;
use crate::flip::{self, Flip};
use crate::guard;
use crate::lock;
use crate::publish;
use crate::release;

/// Names in each list of a diff; the counts are always exact.
const MAX_SAMPLES: usize = 20;

/// An operator's command could not be carried out; nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// No source holds a feed with this hash.
    #[error("no held feed has the hash `{hash}`{}", hint(held))]
    NotHeld {
        /// As given.
        hash: String,
        /// What is held.
        held: Vec<String>,
    },
    /// There is no such generation, or its parts are gone.
    #[error("generation {wanted} is not in the store; it has {}", list(kept))]
    NoGeneration {
        /// As given.
        wanted: u64,
        /// What the store has.
        kept: Vec<u64>,
    },
    /// Nothing was published yet.
    #[error("nothing has been published yet")]
    NothingPublished,
    /// The current generation is not pinned.
    #[error("generation {0} is not pinned")]
    NotPinned(u64),
    /// The current generation is pinned already.
    #[error("generation {0} is pinned already")]
    Pinned(u64),
    /// What is no instant.
    #[error("`{0}` is no instant such as 2026-11-27T08:00:00, or 2026-11-27T08:00:00+01:00")]
    NoInstant(String),
    /// A pin that would have ended already.
    #[error("{} has passed; a pin ends in the future", flip::shown(*.0))]
    Passed(i64),
    /// The stages below failed.
    #[error(transparent)]
    Cycle(#[from] CycleError),
}

/// What differs between two generations.
#[derive(Debug, Default, serde::Serialize)]
pub struct Diff {
    /// The older generation.
    pub from: u64,
    /// The newer generation.
    pub to: u64,
    /// Products only in the newer one.
    pub added: Changes,
    /// Products only in the older one.
    pub removed: Changes,
    /// Products whose text, images or categories differ.
    pub changed: Changes,
    /// Variants whose price differs, as `SKU: was → now`, those that moved most first; then those whose price in numbers
    /// does.
    pub prices: Changes,
    /// Variants whose stock differs.
    pub stock: Changes,
    /// Promotions, delivery methods and taxes that differ, and variants whose tax class or weight does.
    pub terms: Changes,
    /// Addresses that led somewhere and would be gone.
    pub vanished: Changes,
}

impl Diff {
    /// Every list with its name, in the order in which they are told.
    pub fn lists(&self) -> [(&'static str, &Changes); 7] {
        [
            ("products added", &self.added),
            ("products removed", &self.removed),
            ("products changed", &self.changed),
            ("prices changed", &self.prices),
            ("stock changed", &self.stock),
            ("terms changed", &self.terms),
            ("addresses gone", &self.vanished),
        ]
    }
}

/// A count and some of what was counted.
#[derive(Debug, Default, serde::Serialize)]
pub struct Changes {
    /// How many.
    pub count: u64,
    /// Some of them.
    pub samples: Vec<String>,
}

/// Publishes the held feed with this hash, whatever the guard says.
///
/// # Errors
/// There is no such feed, or publishing failed.
pub async fn approve(context: &Context, hash: &str, now: i64) -> Result<ShopOutcome, OperateError> {
    let mut held = Vec::new();
    for source in &context.config.sources {
        let folder =
            FeedFolder::open(&context.config.state, &source.name).map_err(CycleError::from)?;
        // A source that holds something else need not be waited for, however long its run takes.
        let cache = folder.load().map_err(CycleError::from)?;
        if cache.held.as_ref().is_none_or(|held| held.hash != hash) {
            held.extend(cache.held.map(|waiting| waiting.hash));
            continue;
        }
        // As in a cycle, a source's lock comes before the one of all publishers: who reads a source holds its lock for as
        // long as the back end takes, and nobody waits that long with the other in hand.
        let _source_lock = lock::hold(&folder.lock_file())
            .await
            .map_err(CycleError::from)?;
        let _lock = context.lock().await?;
        let mut cache = folder.load().map_err(CycleError::from)?;
        match cache.held.take() {
            Some(waiting) if waiting.hash == hash => {
                cache.accepted = Some(guard::approve(waiting.feed).into_feed());
                folder.save(&cache).map_err(CycleError::from)?;
                let current = context.current().await?;
                let (outcome, _) =
                    release::accepted(context, current.as_ref(), "approve", now).await?;
                return Ok(outcome);
            }
            // The run that this waited for brought something else.
            other => held.extend(other.map(|waiting| waiting.hash)),
        }
    }
    Err(OperateError::NotHeld {
        hash: hash.to_owned(),
        held,
    })
}

/// The number of the current generation.
///
/// # Errors
/// The store cannot be read, or nothing was published yet.
pub async fn newest(context: &Context) -> Result<u64, OperateError> {
    let current = context.store.current().await.map_err(CycleError::from)?;
    Ok(current.ok_or(OperateError::NothingPublished)?.generation)
}

/// Publishes an older generation's parts as a new, pinned generation.
///
/// # Errors
/// There is no such generation, its parts are gone or damaged, or publishing failed.
pub async fn rollback(
    context: &Context,
    generation: u64,
    now: i64,
) -> Result<Manifest, OperateError> {
    let _lock = context.lock().await?;
    let older = manifest_of(context, generation).await?;
    Ok(release::republish(context, older, "rollback", true, now).await?)
}

/// Publishes the current parts as a new generation that later cycles may publish over.
///
/// # Errors
/// Nothing is pinned, or publishing failed.
pub async fn unpin(context: &Context, now: i64) -> Result<Manifest, OperateError> {
    let _lock = context.lock().await?;
    let current = context
        .current()
        .await?
        .ok_or(OperateError::NothingPublished)?;
    if !current.pinned {
        return Err(OperateError::NotPinned(current.generation));
    }
    let published = release::republish(context, current, "unpin", false, now).await?;
    Flip::forget(&context.config.state);
    Ok(published)
}

/// An instant as operators write it.
///
/// # Errors
/// It is none, or the clocks of the shop leave it out.
pub fn instant(context: &Context, text: &str) -> Result<i64, OperateError> {
    let parsed = flip::parse(text, context.config.shop.time_zone);
    parsed.ok_or_else(|| OperateError::NoInstant(text.to_owned()))
}

/// Publishes the current parts as a new generation that ingest does not publish over: until `unpin`, or until an instant.
/// What is pinned already is given an end, or another one.
///
/// # Errors
/// Something is pinned already and no end is given, the end has passed, or publishing failed.
pub async fn pin(
    context: &Context,
    until: Option<i64>,
    now: i64,
) -> Result<Manifest, OperateError> {
    if let Some(until) = until.filter(|until| *until <= now) {
        return Err(OperateError::Passed(until));
    }
    let _lock = context.lock().await?;
    let current = context
        .current()
        .await?
        .ok_or(OperateError::NothingPublished)?;
    let pinned = match (current.pinned, until) {
        (true, None) => return Err(OperateError::Pinned(current.generation)),
        (true, Some(_)) => current,
        (false, _) => release::republish(context, current, "pin", true, now).await?,
    };
    if let Some(at) = until {
        let flip = Flip {
            at,
            generation: pinned.generation,
        };
        flip.keep(&context.config.state).map_err(CycleError::from)?;
    }
    Ok(pinned)
}

/// The manifest of a generation.
///
/// # Errors
/// There is none, or the store cannot be read.
pub async fn manifest_of(context: &Context, generation: u64) -> Result<Manifest, OperateError> {
    let names = context.store.manifests().await.map_err(CycleError::from)?;
    match names
        .iter()
        .rev()
        .find(|name| name.generation == generation)
    {
        Some(name) => Ok(context
            .store
            .manifest_named(&name.name)
            .await
            .map_err(CycleError::from)?),
        None => Err(OperateError::NoGeneration {
            wanted: generation,
            kept: names.iter().map(|name| name.generation).collect(),
        }),
    }
}

/// Opens a stored generation from local copies.
///
/// # Errors
/// There is no such generation, or its parts are gone or damaged.
pub async fn open(context: &Context, generation: u64) -> Result<Generation, OperateError> {
    let manifest = manifest_of(context, generation).await?;
    let folder = context.config.state.join("opened");
    let opened = publish::opened(&context.store, &folder, &manifest, &context.verified()).await;
    let opened = opened.map_err(CycleError::from)?;
    let _lock = publish::hold_folder(&folder)
        .await
        .map_err(CycleError::from)?;
    forget_opened(&folder);
    Ok(opened)
}

/// Keeps the copies that were made last, for the next comparison. Whoever reads a removed one has it mapped.
fn forget_opened(folder: &std::path::Path) {
    const KEPT: usize = 6;
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    for (_, path) in files.iter().rev().skip(KEPT) {
        // What cannot be removed now is tried again the next time.
        let _ = std::fs::remove_file(path);
    }
}

/// Compares two generations, product by product and variant by variant.
pub fn diff(from: &Generation, to: &Generation) -> Diff {
    let mut diff = Diff {
        from: from.number(),
        to: to.number(),
        ..Diff::default()
    };
    let mut movers = Movers::default();
    let named = |product: Product<'_>| format!("{} ({})", product.name(), product.id());
    difference::each(from, to, |difference| match difference {
        Difference::Removed(product) => diff.removed.add(|| named(product)),
        Difference::Added(product) => diff.added.add(|| named(product)),
        Difference::Changed(product) => diff.changed.add(|| named(product)),
        Difference::Offer(_, variant, was, now) => {
            let name = match variant.sku() {
                "" => variant.id(),
                sku => sku,
            };
            if was.price != now.price {
                movers.add(to, name, was.price, now.price);
            }
            if (was.quantity, was.availability) != (now.quantity, now.availability) {
                diff.stock.add(|| {
                    format!(
                        "{name}: {:?} {:?} → {:?} {:?}",
                        was.availability, was.quantity, now.availability, now.quantity
                    )
                });
            }
        }
    });
    diff.prices = movers.into_changes();
    changed_tiers(from, to, &mut diff.prices);
    changed_places(from, to, &mut diff.stock);
    changed_goods(from, to, &mut diff.terms);
    changed_terms(from.terms(), to.terms(), &mut diff.terms);
    for (kind, path, _) in from.catalog.routes() {
        if to.catalog.route(kind, path).is_none() {
            diff.vanished.add(|| address(kind, path));
        }
    }
    diff
}

/// Variants that were there before, with the row that they had.
fn in_both<'g>(from: &Generation, to: &'g Generation) -> impl Iterator<Item = (Variant<'g>, u32)> {
    let rows = 0..to.offers.variant_count();
    let variants = rows.filter_map(|row| to.catalog.variant(row));
    variants.filter_map(|variant| {
        let before = from.catalog.variant_by_id(variant.id())?;
        Some((variant, before.row))
    })
}

/// Variants that cost something else where many are bought.
fn changed_tiers(from: &Generation, to: &Generation, changes: &mut Changes) {
    if from.offers.has_no_tiers() && to.offers.has_no_tiers() {
        return;
    }
    for (variant, before) in in_both(from, to) {
        let was = from.offers.stated_tiers(before);
        if !was.eq(to.offers.stated_tiers(variant.row)) {
            changes.add(|| {
                let was = difference::tiers(&from.offers, before, from.currency());
                let now = difference::tiers(&to.offers, variant.row, to.currency());
                format!("{} in numbers: {was} → {now}", variant.id())
            });
        }
    }
}

/// Variants that are in stock elsewhere than before.
fn changed_places(from: &Generation, to: &Generation, changes: &mut Changes) {
    if from
        .offers
        .location_ids()
        .chain(to.offers.location_ids())
        .next()
        .is_none()
    {
        return;
    }
    for (variant, before) in in_both(from, to) {
        let (was, now) = (
            from.offers.locations(before),
            to.offers.locations(variant.row),
        );
        if !was.eq(now) {
            let was = difference::places(&from.offers, before);
            let now = difference::places(&to.offers, variant.row);
            changes.add(|| format!("{} by place: {was} → {now}", variant.id()));
        }
    }
}

/// Variants whose tax class or weight differs.
fn changed_goods(from: &Generation, to: &Generation, changes: &mut Changes) {
    for (variant, before) in in_both(from, to) {
        let was = (from.offers.tax_class(before), from.offers.weight(before));
        let now = (
            to.offers.tax_class(variant.row),
            to.offers.weight(variant.row),
        );
        let told = |(class, grams): (&str, Option<u32>)| {
            let class = if class.is_empty() {
                "no tax class"
            } else {
                class
            };
            let weight = grams.map_or("no weight".to_owned(), |grams| format!("{grams} g"));
            format!("{class}, {weight}")
        };
        if was != now {
            changes.add(|| format!("{}: {} → {}", variant.id(), told(was), told(now)));
        }
    }
}

/// Promotions and delivery methods that come, go or differ, and whether taxes do.
fn changed_terms(from: &Terms, to: &Terms, changes: &mut Changes) {
    let promotions = |terms| by_name("promotion", terms, |one: &Promotion| (&one.name, &one.id));
    compare(
        &promotions(&from.promotions),
        &promotions(&to.promotions),
        changes,
    );
    let methods = |terms| {
        by_name("delivery", terms, |one: &DeliveryMethod| {
            (&one.name, &one.id)
        })
    };
    compare(
        &methods(&from.delivery_methods),
        &methods(&to.delivery_methods),
        changes,
    );
    if from.taxes != to.taxes {
        changes.add(|| "taxes".to_owned());
    }
}

fn by_name<'a, T>(
    what: &str,
    all: &'a [T],
    name: impl Fn(&'a T) -> (&'a String, &'a String),
) -> BTreeMap<String, &'a T> {
    let named = all.iter().map(|one| {
        let (name, id) = name(one);
        (format!("{what} {name} ({id})"), one)
    });
    named.collect()
}

fn compare<T: PartialEq>(
    from: &BTreeMap<String, &T>,
    to: &BTreeMap<String, &T>,
    changes: &mut Changes,
) {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    for name in names {
        match (from.get(name), to.get(name)) {
            (None, Some(_)) => changes.add(|| format!("{name}: new")),
            (Some(_), None) => changes.add(|| format!("{name}: gone")),
            (was, now) if was != now => changes.add(|| name.clone()),
            _ => {}
        }
    }
}

/// As the server answers it.
pub(crate) fn address(kind: RouteKind, path: &str) -> String {
    let folder = match kind {
        RouteKind::Product => "p",
        RouteKind::Category => "c",
        RouteKind::Brand => "b",
        RouteKind::Page => "pages",
    };
    format!("/{folder}/{path}")
}

/// Prices that changed, those that moved most first.
#[derive(Default)]
struct Movers {
    count: u64,
    /// By how much, in percent, and in words. Not more than twice as many as are told.
    largest: Vec<(f64, String)>,
}

impl Movers {
    fn add(&mut self, generation: &Generation, name: &str, was: Option<i64>, now: Option<i64>) {
        self.count += 1;
        // Prices are far below 2^52 minor units, and nothing is published from this.
        #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
        let percent = match (was, now) {
            (Some(was), Some(now)) if was != 0 => (now - was) as f64 * 100.0 / was as f64,
            // A price that comes or goes is the largest move of all.
            _ => f64::INFINITY,
        };
        let share = match percent.is_finite() {
            true => format!(" ({percent:+.1} %)"),
            false => String::new(),
        };
        let (was, now) = (price(generation, was), price(generation, now));
        let text = format!("{name}: {was} → {now}{share}");
        self.largest.push((percent.abs(), text));
        if self.largest.len() >= 2 * MAX_SAMPLES {
            self.order();
        }
    }

    fn order(&mut self) {
        // A stable sort: equal moves stay in the order of the catalog.
        self.largest
            .sort_by(|(one, _), (other, _)| other.total_cmp(one));
        self.largest.truncate(MAX_SAMPLES);
    }

    fn into_changes(mut self) -> Changes {
        self.order();
        Changes {
            count: self.count,
            samples: self.largest.into_iter().map(|(_, text)| text).collect(),
        }
    }
}

impl Changes {
    /// Counts one more, and keeps it if there are few yet.
    pub fn add(&mut self, sample: impl FnOnce() -> String) {
        self.count += 1;
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push(sample());
        }
    }
}

fn price(generation: &Generation, minor: Option<i64>) -> String {
    let currency = generation.currency();
    minor.map_or_else(
        || "none".to_owned(),
        |minor| frontage_shared::model::money::Money { minor, currency }.to_string(),
    )
}

fn hint(held: &[String]) -> String {
    if held.is_empty() {
        "; nothing is held".to_owned()
    } else {
        format!("; held are {}", held.join(", "))
    }
}

fn list(numbers: &[u64]) -> String {
    match numbers {
        [] => "none".to_owned(),
        numbers => numbers
            .iter()
            .map(u64::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    }
}
