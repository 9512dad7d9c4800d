//! **compile**: the merged documents of a shop, laid out as the two parts of a generation.
//!
//! Deterministic: the same documents and the same previous generation give the same bytes. Products are read one at
//! a time, in the order of their ids; what needs all of them at once is a number or a reference, not a document.

mod addresses; // current and former ones, and redirects
mod attributes; // properties, each distinct value once
mod bundles; // what consists of others
mod categories; // the tree, its paths and its order
mod changed_offers; // the fast half from the one before
mod changes; // when content changed
mod facet_attributes; // what attributes say for that
mod facets; // what shoppers can filter by
mod finish; // what needs all products at once
mod history; // prices that were
mod labels; // words for the codes of values
mod languages; // what documents say in further languages
mod lead_times; // within how many days something leaves
mod local_paths; // addresses in them
mod locations; // where variants are in stock
mod offers; // the fast half
mod places; // where merchants put products in lists
mod prices; // price lists, and prices that change by themselves
mod products; // one product after another into the tables
mod reviews; // what shoppers say
mod routes; // current and former paths, pinned to the last generation
mod sections; // what pages are made of
mod synonyms; // other words by which products are looked for
mod terms; // promotions, delivery methods, taxes
mod text; // the text index, on threads of its own
mod tiers; // what one costs where many are bought
mod variants; // options, and what each choice is
mod words; // what search knows about a product

#[cfg(test)]
mod changed_offers_tests;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use frontage_shared::manifest::{Counts, PartEntry};
use frontage_shared::model::collation::Collation;
use frontage_shared::model::money::{Currency, Money, MoneyError};
use frontage_shared::snapshot::SnapshotError;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::HeapFull;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::tables::WriteError;
use frontage_shared::snapshot::text::TextError;
use frontage_shared::snapshot::text_heap::TextHeap;

pub use self::changed_offers::Before;
use self::history::Previous;
use crate::basis::Tally;
use crate::config::{Config, PriceList};
use crate::dates::{self, Dates};
use crate::merge::{Conflicts, MappedOffers, MergeError, Merged};
use crate::threads::{self, breathe};
use crate::wire::Product;

/// Products that go from the reading thread to the tables at once.
const BATCH_PRODUCTS: usize = 64;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 16;

/// A part that lies finished in the scratch folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compiled {
    /// Its hash and length.
    pub entry: PartEntry,
    /// How much it holds.
    pub counts: Counts,
}

/// Compiling failed.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The documents cannot be read.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The part cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The text index cannot be built.
    #[error("text index: {0}")]
    Text(#[from] TextError),
    /// The scratch file failed.
    #[error("scratch file {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The operating system has no thread left.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// A price that validation let through does not fit the currency.
    #[error("offer `{key}`: {source}")]
    Price {
        /// The offer's key.
        key: String,
        /// What is wrong with the price.
        source: MoneyError,
    },
    /// There is nothing to sell yet.
    #[error("no source has brought a product yet")]
    NoProducts,
    /// The catalog part that offers are compiled for cannot be read.
    #[error("catalog part: {0}")]
    Catalog(#[from] SnapshotError),
}

impl From<HeapFull> for CompileError {
    fn from(error: HeapFull) -> Self {
        Self::Write(error.into())
    }
}

/// A finished catalog part, and what comes with it.
#[derive(Debug)]
pub struct Catalogued {
    /// The part.
    pub compiled: Compiled,
    /// When documents come into it or go by themselves.
    pub dates: Dates,
    /// The offers that its own are compiled from, found ready to be looked up while it was written.
    pub offers: MappedOffers,
}

/// Writes the catalog part into `file`.
///
/// # Errors
/// The documents cannot be read or the file not written.
pub fn catalog(
    config: &Config,
    merged: &Merged,
    (previous, now): (Option<&Catalog>, i64),
    conflicts: &mut Conflicts,
    file: &Path,
) -> Result<Catalogued, CompileError> {
    let structure = merged.structure(conflicts)?;
    let mut replaced = Vec::new();
    for category in &structure.categories {
        let successor = category.replaced_by.clone();
        replaced.extend(successor.map(|successor| (category.id.clone(), successor)));
    }
    let collation = Collation::of(&config.shop.locale);
    let tree = categories::Tree::build(structure.categories, &collation, previous, conflicts);
    let texts = file.with_extension("texts");
    let mut tables = products::Tables::start(
        config,
        TextHeap::in_file(&texts).map_err(io_error(&texts))?,
        merged.documents,
        (previous, now),
        tree,
        (&structure.attributes, &structure.synonyms),
    )?;
    tables.make_room(merged);
    for (id, successor) in &replaced {
        tables.succeeds(RouteKind::Category, id, Some(successor));
    }
    let mut own_conflicts = Conflicts::default();
    // Reading a document takes as long as laying it out, so a thread of its own reads ahead.
    let (to_tables, batches) = sync_channel(BATCHES_AHEAD);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new()
            .name("merge".to_owned())
            .spawn_scoped(scope, || read_ahead(merged, conflicts, to_tables))
            .map_err(CompileError::Thread)?;
        for product in batches.into_iter().flatten() {
            breathe();
            tables.add(*product, &mut own_conflicts)?;
        }
        threads::ended(reader.join()).map_err(CompileError::from)
    })?;
    conflicts.count += own_conflicts.count;
    conflicts.samples.append(&mut own_conflicts.samples);
    let reviews = merged.reviews()?;
    let (tables, counts, dates) =
        tables.finish(structure.pages, reviews, &structure.redirects, conflicts)?;
    if counts.products == 0 {
        return Err(CompileError::NoProducts);
    }
    let sink = BufWriter::with_capacity(1 << 20, create(file)?);
    let offers = std::thread::scope(|scope| {
        let offers = scope.spawn(|| merged.offers(config));
        tables.write_with(sink, |tables| changes::of(tables, (previous, now)))?;
        Ok::<_, CompileError>(threads::ended(offers.join())?)
    })?;
    let compiled = Compiled {
        entry: entry_of(file)?,
        counts,
    };
    Ok(Catalogued {
        compiled,
        dates,
        offers,
    })
}

/// Reads all products, in order, until nobody wants more.
#[expect(
    clippy::vec_box,
    reason = "a product is large, and goes from thread to thread in the box it was read into"
)]
fn read_ahead(
    merged: &Merged,
    conflicts: &mut Conflicts,
    to_tables: SyncSender<Vec<Box<Product>>>,
) -> Result<(), MergeError> {
    let mut batch = Vec::with_capacity(BATCH_PRODUCTS);
    for product in merged.products(conflicts)? {
        breathe();
        batch.push(product?);
        if batch.len() >= BATCH_PRODUCTS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_PRODUCTS));
            if to_tables.send(full).is_err() {
                return Ok(());
            }
        }
    }
    let _ = to_tables.send(batch);
    Ok(())
}

/// When it is compiled, and what was published by then.
#[derive(Clone, Copy)]
pub struct Since<'a> {
    /// Unix seconds.
    pub now: i64,
    /// Both parts of the published generation.
    pub published: Option<(&'a Catalog, &'a Offers)>,
}

/// Writes the offers part for an opened catalog part into `file`; from the one before, where that is at hand and was
/// for the same catalog part. What [`catalog`] found for it need not be found again.
///
/// # Errors
/// The documents cannot be read, a price does not fit, or the file cannot be written.
pub fn offers(
    config: &Config,
    (merged, found): (&Merged, Option<MappedOffers>),
    catalog: (&Catalog, &PartEntry),
    since: Since<'_>,
    before: Option<Before<'_>>,
    conflicts: &mut Conflicts,
    file: &Path,
) -> Result<(Compiled, Tally), CompileError> {
    let previous = since.published.map(|published| {
        let is_same = published.1.catalog_hash() == offers::hash_of(catalog.1);
        Previous::new(published, catalog.0, is_same, since.now)
    });
    let at = (since.now, previous.as_ref());
    let changed = match before {
        Some(before) => changed_offers::tables(config, merged, catalog, at, before, conflicts)?,
        None => None,
    };
    let (tables, tally) = match changed {
        Some(changed) => changed,
        None => offers::tables(config, (merged, found), catalog, at, conflicts)?,
    };
    let counts = Counts {
        products: catalog.0.product_count(),
        variants: catalog.0.variant_count(),
        categories: u32::try_from(catalog.0.categories().count()).unwrap_or(u32::MAX),
        pages: u32::try_from(catalog.0.pages().count()).unwrap_or(u32::MAX),
    };
    let sink = BufWriter::with_capacity(1 << 20, create(file)?);
    tables.write(sink).map_err(io_error(file))?;
    let entry = entry_of(file)?;
    Ok((Compiled { entry, counts }, tally))
}

fn create(file: &Path) -> Result<File, CompileError> {
    File::create(file).map_err(io_error(file))
}

fn io_error(file: &Path) -> impl Fn(std::io::Error) -> CompileError {
    let path = file.display().to_string();
    move |source| CompileError::Io {
        path: path.clone(),
        source,
    }
}

fn entry_of(file: &Path) -> Result<PartEntry, CompileError> {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update_reader(create_reader(file)?)
        .map_err(io_error(file))?;
    Ok(PartEntry {
        hash: hasher.finalize().to_hex().to_string(),
        length: hasher.count(),
    })
}

fn create_reader(file: &Path) -> Result<File, CompileError> {
    File::open(file).map_err(io_error(file))
}

/// What documents state for a list: for its group, else for everybody.
fn price_in<'p>(
    prices: &'p [crate::wire::Price],
    list: &PriceList,
) -> Option<&'p crate::wire::Price> {
    let stated = |group: Option<&str>| {
        let mut all = prices.iter();
        all.find(|price| price.currency == list.currency.code() && price.group.as_deref() == group)
    };
    stated(list.group.as_deref()).or_else(|| stated(None))
}

/// An amount in minor units; `key` says whose it is, should it be none.
fn minor(
    key: impl FnOnce() -> String,
    amount: &str,
    currency: Currency,
) -> Result<i64, CompileError> {
    let money = Money::parse_decimal(amount, currency);
    money
        .map(|money| money.minor)
        .map_err(|source| CompileError::Price { key: key(), source })
}

/// Unix seconds of an RFC 3339 text; validation let nothing else through.
fn seconds(text: Option<&str>) -> i64 {
    text.and_then(dates::instant).unwrap_or(0)
}
