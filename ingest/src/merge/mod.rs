//! **merge**: the accepted documents of all sources, as one catalog and one set of offers.
//!
//! Documents are read from the feed cache in sorted order, so that memory does not grow with the catalog. A source
//! only ever adds its own documents; where several bring the same one, each field comes from the source that owns it, or
//! from the first by precedence that states it, and what only their names decided is reported.

mod join; // what belongs to products
mod offers; // prices and stock of variants
mod reserve; // what orders took from stock
mod reviews; // what shoppers say

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

use self::join::{Attached, Joined};
pub use self::offers::{MappedOffers, OfferTable, Stated};
pub use self::reserve::Reserved;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::rc::Rc;

use frontage_shared::manifest::SourceState;
use frontage_shared::store::StoreError;
use serde_json::Value;

use crate::basis::BasisHalf;
use crate::config::{Config, Provides};
use crate::dates::{self, Dates};
use crate::feed::{Feed, FeedError, FeedFolder, Half, Line};
use crate::ownership::{self, Say, Version};
use crate::wire::{
    AttributeDefinition, Category, DeliveryMethod, Document, Kind, Page, Product, Promotion,
    Redirect, Synonym, Tax, variant_key_ids,
};

/// Conflicts that are reported one by one; more are only counted.
const MAX_SAMPLES: usize = 20;

/// What the shop is to be made of.
pub struct Merged {
    /// Feeds by source name.
    feeds: BTreeMap<String, (FeedFolder, Feed)>,
    /// What each source may say in documents that others bring, too.
    says: BTreeMap<String, Say>,
    /// Hash over all documents that the catalog part is compiled from.
    pub documents: [u8; 32],
    /// The same with the last instant at which some of them came or went by themselves.
    pub catalog_hash: [u8; 32],
    /// Hash over all that the offers part is compiled from, the catalog aside.
    pub offers_hash: [u8; 32],
    /// What orders took from stock that the feeds cannot know yet.
    pub reserved: Reserved,
}

/// The small documents of a catalog.
#[derive(Debug, Default)]
pub struct Structure {
    /// The category tree's nodes.
    pub categories: Vec<Category>,
    /// Content pages.
    pub pages: Vec<Page>,
    /// Meanings of attribute codes.
    pub attributes: Vec<AttributeDefinition>,
    /// Redirects of the merchant's, in the order of ids.
    pub redirects: Vec<Redirect>,
    /// Words that mean the same, in the order of ids.
    pub synonyms: Vec<Synonym>,
}

/// The documents that decide what a cart costs besides its prices, each kind in the order of ids.
#[derive(Debug, Default)]
pub struct TermsDocuments {
    /// What makes a cart cheaper.
    pub promotions: Vec<Promotion>,
    /// Ways to the shopper.
    pub delivery_methods: Vec<DeliveryMethod>,
    /// Taxes.
    pub taxes: Vec<Tax>,
}

/// Conflicts between sources.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Conflicts {
    /// How many.
    pub count: u64,
    /// Some of them, in sentences.
    pub samples: Vec<String>,
}

/// Merging failed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The feed cache cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// Orders cannot be read.
    #[error("orders: {0}")]
    Orders(#[from] StoreError),
    /// A cached document is not a document.
    #[error("cached {kind} `{key}` cannot be read: {source}")]
    Document {
        /// Its kind.
        kind: Kind,
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Merged {
    /// Takes the given feeds together; nothing is read yet but their hashes.
    ///
    /// # Errors
    /// A feed folder cannot be opened.
    pub fn new(config: &Config, feeds: BTreeMap<String, Feed>) -> Result<Self, MergeError> {
        let mut with_folders = BTreeMap::new();
        for (source, feed) in feeds {
            with_folders.insert(
                source.clone(),
                (FeedFolder::open(&config.state, &source)?, feed),
            );
        }
        let says: BTreeMap<String, Say> = config
            .sources
            .iter()
            .map(|source| (source.name.clone(), source.say.clone()))
            .collect();
        let hash = |label: &str, half: fn(&Feed) -> &Half| {
            let mut hasher = blake3::Hasher::new();
            // The crate's version is part of the recipe: a new compiler may lay out the same documents differently.
            hasher.update(
                format!(
                    "{label} {}\n{:?}\n{:?}\n",
                    env!("CARGO_PKG_VERSION"),
                    config.shop,
                    config.facets
                )
                .as_bytes(),
            );
            for (source, (_, feed)) in &with_folders {
                hasher.update(format!("{source} {}\n", half(feed).hash).as_bytes());
                let say = says.get(source).filter(|say| **say != Say::default());
                let is_resolved = label == "catalog" || brings_terms(config, source);
                if let Some(say) = say.filter(|_| is_resolved) {
                    hasher.update(format!("{say:?}\n").as_bytes());
                }
            }
            *hasher.finalize().as_bytes()
        };
        let (catalog_hash, offers_hash) = (
            hash("catalog", |feed| &feed.catalog),
            hash("offers", |feed| &feed.offers),
        );
        Ok(Self {
            feeds: with_folders,
            says,
            documents: catalog_hash,
            catalog_hash,
            offers_hash,
            reserved: Reserved::new(),
        })
    }

    /// The same at an instant, as far as it is known what comes and goes.
    #[must_use]
    pub fn at(mut self, config: &Config, now: i64) -> Self {
        let known = Dates::load(&config.state, self.documents);
        let passed = known.unwrap_or_default().passed(now);
        self.catalog_hash = dates::catalog_hash(self.documents, passed);
        self
    }

    /// How many bytes the documents of the catalog take, as they lie on disk.
    pub fn catalog_bytes(&self) -> u64 {
        let feeds = self.feeds.values();
        feeds
            .map(|(folder, feed)| folder.bytes(&feed.catalog))
            .sum()
    }

    /// How many documents of a kind the sources bring; some of them may bring the same.
    pub fn documents(&self, kind: Kind) -> u64 {
        let feeds = self.feeds.values();
        feeds.filter_map(|(_, feed)| feed.counts.get(&kind)).sum()
    }

    /// Last good run of each source, for the manifest.
    pub fn sources(&self) -> BTreeMap<String, SourceState> {
        let state = |feed: &Feed| SourceState {
            as_of: feed.as_of,
            documents: feed.documents(),
        };
        self.feeds
            .iter()
            .map(|(source, (_, feed))| (source.clone(), state(feed)))
            .collect()
    }

    /// Categories, pages, attributes, redirects and synonyms.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn structure(&self, conflicts: &mut Conflicts) -> Result<Structure, MergeError> {
        let mut structure = Structure::default();
        for line in self.lines(
            |feed| &feed.catalog,
            |kind| {
                matches!(
                    kind,
                    Kind::Category | Kind::Page | Kind::Attribute | Kind::Redirect | Kind::Synonym
                )
            },
        )? {
            match resolve(line?, conflicts)? {
                Document::Category(category) => structure.categories.push(category),
                Document::Page(page) => structure.pages.push(page),
                Document::Attribute(attribute) => structure.attributes.push(attribute),
                Document::Redirect(redirect) => structure.redirects.push(redirect),
                Document::Synonym(synonym) => structure.synonyms.push(synonym),
                Document::Product(_)
                | Document::Variant(_)
                | Document::Placement(_)
                | Document::Review(_)
                | Document::Offer(_)
                | Document::Promotion(_)
                | Document::DeliveryMethod(_)
                | Document::Tax(_)
                | Document::OrderStatus(_)
                | Document::Delete(_) => {}
            }
        }
        Ok(structure)
    }

    /// Promotions, delivery methods and taxes.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn terms(&self, conflicts: &mut Conflicts) -> Result<TermsDocuments, MergeError> {
        let mut terms = TermsDocuments::default();
        for line in self.lines(|feed| &feed.offers, Kind::is_terms)? {
            match resolve(line?, conflicts)? {
                Document::Promotion(promotion) => terms.promotions.push(*promotion),
                Document::DeliveryMethod(method) => terms.delivery_methods.push(*method),
                Document::Tax(tax) => terms.taxes.push(tax),
                _ => {}
            }
        }
        Ok(terms)
    }

    /// Products in the order of their ids, each with the variants and the categories that documents of their own say.
    ///
    /// # Errors
    /// The feed cache cannot be opened; items carry their own errors.
    pub fn products<'a>(
        &self,
        conflicts: &'a mut Conflicts,
    ) -> Result<impl Iterator<Item = Result<Box<Product>, MergeError>> + use<'a>, MergeError> {
        Ok(Joined {
            products: self.catalog_lines(|kind| kind == Kind::Product)?,
            variants: self.attached(|kind| kind == Kind::Variant)?,
            placements: self.attached(|kind| kind == Kind::Placement)?,
            conflicts,
        })
    }

    /// Reads what comes into the shop and goes by itself, as compiling does.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn dates(&self, now: i64) -> Result<Dates, MergeError> {
        let (mut dates, mut conflicts) = (Dates::default(), Conflicts::default());
        for product in self.products(&mut conflicts)? {
            dates.admit_product(&*product?, now);
        }
        for page in self.structure(&mut conflicts)?.pages {
            dates.admit_page(&page, now);
        }
        Ok(dates)
    }

    /// Documents of a kind that belong to products.
    fn attached(&self, wanted: fn(Kind) -> bool) -> Result<Attached, MergeError> {
        let lines: Box<dyn Iterator<Item = _>> = Box::new(self.catalog_lines(wanted)?);
        Ok(lines.peekable())
    }

    /// All prices and stock where they lie, for whoever looks up every variant.
    ///
    /// # Errors
    /// The feed cache cannot be opened.
    pub fn offers(&self, config: &Config) -> Result<MappedOffers, MergeError> {
        let mut offers = self.mapped_offers(config)?;
        offers.index()?;
        Ok(offers)
    }

    /// The offers half of each source.
    pub fn offer_halves(&self, config: &Config) -> BTreeMap<String, BasisHalf> {
        let half = |source: &String, feed: &Feed| BasisHalf {
            is_stated: is_stated(config, source),
            half: feed.offers.clone(),
        };
        let feeds = self.feeds.iter();
        feeds
            .map(|(source, (_, feed))| (source.clone(), half(source, feed)))
            .collect()
    }

    /// All prices and stock where they lie, for whoever looks up few.
    ///
    /// # Errors
    /// The feed cache cannot be opened.
    pub fn mapped_offers(&self, config: &Config) -> Result<MappedOffers, MergeError> {
        let mut offers = MappedOffers::default();
        for (source, (folder, feed)) in &self.feeds {
            offers.add(is_stated(config, source), folder.map(&feed.offers)?);
        }
        Ok(offers)
    }

    fn catalog_lines(
        &self,
        wanted: fn(Kind) -> bool,
    ) -> Result<impl Iterator<Item = Result<Group, MergeError>> + use<>, MergeError> {
        self.lines(|feed| &feed.catalog, wanted)
    }

    /// Lines of one half of all feeds that bring such documents, those of one kind and key together.
    fn lines(
        &self,
        half: fn(&Feed) -> &Half,
        wanted: fn(Kind) -> bool,
    ) -> Result<impl Iterator<Item = Result<Group, MergeError>> + use<>, MergeError> {
        let mut streams = Vec::new();
        for (source, (folder, feed)) in &self.feeds {
            if !feed.counts.keys().any(|kind| wanted(*kind)) {
                continue;
            }
            let lines: Lines = Box::new(folder.lines_of(half(feed), wanted)?);
            let say = self.says.get(source).cloned().unwrap_or_default();
            streams.push((Rc::new((source.clone(), say)), lines.peekable()));
        }
        // A stable sort: among equals, the first by name stays the first.
        streams.sort_by_key(|(origin, _)| Reverse(origin.1.priority));
        Ok(Groups { streams })
    }
}

fn brings_terms(config: &Config, source: &str) -> bool {
    let source = config.source(source);
    source.is_some_and(|source| source.provides == Provides::Terms)
}

fn is_stated(config: &Config, source: &str) -> bool {
    let source = config.source(source);
    source.is_some_and(|source| source.provides == Provides::Offers)
}

impl Conflicts {
    /// Records one.
    pub fn add(&mut self, sentence: impl FnOnce() -> String) {
        self.count += 1;
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push(sentence());
        }
    }
}

/// Lines with the same kind and key, in the order of precedence.
struct Group {
    first: (Origin, Line),
    others: Vec<(Origin, Line)>,
}

/// A source, and what it may say.
type Origin = Rc<(String, Say)>;

/// The lines of one half of a feed.
type Lines = Box<dyn Iterator<Item = Result<Line, FeedError>>>;

/// Merges sorted streams into groups, in order.
struct Groups {
    /// Sorted lines by source, in the order of precedence.
    streams: Vec<(Origin, Peekable<Lines>)>,
}

impl Iterator for Groups {
    type Item = Result<Group, MergeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut first: Option<(Kind, String)> = None;
        for (_, lines) in &mut self.streams {
            if lines.peek().is_some_and(Result::is_err) {
                let error = lines.next()?.err()?;
                return Some(Err(error.into()));
            }
            let Some(Ok(line)) = lines.peek() else {
                continue;
            };
            let key = (line.kind, &line.key);
            if first
                .as_ref()
                .is_none_or(|(kind, first)| key < (*kind, first))
            {
                first = Some((line.kind, line.key.clone()));
            }
        }
        let (kind, key) = first?;
        let mut lines = Vec::new();
        for (origin, stream) in &mut self.streams {
            while let Some(Ok(line)) = stream
                .next_if(|line| matches!(line, Ok(line) if line.kind == kind && line.key == key))
            {
                lines.push((Rc::clone(origin), line));
            }
        }
        let mut lines = lines.into_iter();
        lines.next().map(|first| {
            Ok(Group {
                first,
                others: lines.collect(),
            })
        })
    }
}

/// The one document of a group; what sources of the same rank say differently is told.
fn resolve(group: Group, conflicts: &mut Conflicts) -> Result<Document, MergeError> {
    if group.others.is_empty() {
        return read(group.first.1);
    }
    let (kind, key) = (group.first.1.kind, shown(&group.first.1.key));
    let wrong = |source| MergeError::Document {
        kind,
        key: key.clone(),
        source,
    };
    let mut versions = Vec::new();
    for (origin, line) in std::iter::once(&group.first).chain(&group.others) {
        versions.push(Version {
            source: &origin.0,
            say: &origin.1,
            fields: ownership::spread(serde_json::from_str(&line.json).map_err(wrong)?),
        });
    }
    let together = ownership::together(&versions);
    if !together.disputed.is_empty()
        && let [winner, other, ..] = versions.as_slice()
    {
        let (winner, other) = (winner.source, other.source);
        let fields = together.disputed.join("`, `");
        conflicts.add(|| {
            format!("{kind} `{key}` comes from both `{winner}` and `{other}`, which differ in `{fields}`; `{winner}` wins")
        });
    }
    let fields = ownership::gathered(together.fields);
    Document::from_value(Value::Object(fields)).map_err(wrong)
}

fn read(line: Line) -> Result<Document, MergeError> {
    Document::of_kind(line.kind, &line.json)
        .map_err(|source| unreadable(line.kind, &line.key, source))
}

fn unreadable(kind: Kind, key: &str, source: serde_json::Error) -> MergeError {
    MergeError::Document {
        kind,
        key: shown(key),
        source,
    }
}

/// A key for people to read.
fn shown(key: &str) -> String {
    let (first, second) = variant_key_ids(key);
    match second {
        "" => first.to_owned(),
        id => format!("{first} / {id}"),
    }
}
