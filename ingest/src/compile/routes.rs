//! Current and former paths. The routes of the last generation are the ledger: what had a path keeps it, and a path
//! that something left leads to where it went.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::{Heap, HeapFull};
use frontage_shared::snapshot::ledger::{self, LeftPath, LeftPathRecord};
use frontage_shared::snapshot::products::ProductRecord;
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};

/// For how long an address that leads nowhere is remembered: two years.
const GONE_SECONDS: i64 = 730 * 24 * 60 * 60;
use xxhash_rust::xxh3::xxh3_64;

use super::facets::row_count;
use crate::half_hash::{Known, Sought};

/// Gives products their slugs.
pub(super) struct ProductSlugs<'a> {
    previous: Option<&'a Catalog>,
    /// Hashes of slugs in use: two of one hash would cost a product its id behind its slug, and nothing else.
    taken: hashbrown::HashSet<u64>,
    /// The last slugs of products that the last generation did not have, by their ids.
    gone: HashMap<&'a str, &'a str>,
}

impl<'a> ProductSlugs<'a> {
    pub(super) fn new(previous: Option<&'a Catalog>) -> Self {
        let left = previous.into_iter().flat_map(|was| was.left_paths());
        let mut left: Vec<LeftPath<'_>> = left
            .filter(|left| left.gone && left.kind == RouteKind::Product)
            .collect();
        left.sort_by_key(|left| left.since);
        Self {
            previous,
            taken: hashbrown::HashSet::new(),
            gone: left.iter().map(|left| (left.id, left.path)).collect(),
        }
    }

    /// The merchant's slug, else the one it had, else one from its name. A slug in use, or pinned to another product
    /// of the last generation, gets the product's id appended, then a number.
    pub(super) fn assign(&mut self, id: &str, wanted: Option<&str>, name: &str) -> String {
        let had = self
            .previous
            .and_then(|previous| previous.product_by_id(id))
            .map(|product| product.slug())
            .or_else(|| self.gone.get(id).copied());
        let wanted = wanted.filter(|slug| slug::is_valid(slug));
        let derived = || Some(slug::from_text(name)).filter(|slug| !slug.is_empty());
        let base = wanted
            .or(had)
            .map(str::to_owned)
            .or_else(derived)
            .unwrap_or_else(|| "product".to_owned());
        let with_id = Some(slug::from_text(id))
            .filter(|id| !id.is_empty())
            .map(|id| format!("{base}-{id}"));
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let mut candidates = std::iter::once(base.clone()).chain(with_id).chain(numbered);
        let slug = candidates
            .find(|slug| self.is_free(slug, id))
            .unwrap_or(base);
        self.taken.insert(xxh3_64(slug.as_bytes()));
        slug
    }

    fn is_free(&self, slug: &str, id: &str) -> bool {
        if self.taken.contains(&xxh3_64(slug.as_bytes())) {
            return false;
        }
        let holder = self.previous.and_then(|previous| {
            let target = previous
                .route(RouteKind::Product, slug)
                .filter(|target| !target.former)?;
            previous.product(target.row)
        });
        holder.is_none_or(|holder| holder.id() == id)
    }
}

/// Collects all routes of the new generation.
#[derive(Default)]
pub(super) struct Routes {
    records: Vec<RouteRecord>,
    /// Current records by kind and path.
    current: Known<u32>,
}

impl Routes {
    /// Adds the current path of a row.
    pub(super) fn add(
        &mut self,
        strings: &mut Heap,
        kind: RouteKind,
        path: &str,
        row: u32,
    ) -> Result<(), HeapFull> {
        let record = row_count(&self.records);
        self.current.add(Sought::of(kind.number(), path), record);
        self.push(strings, kind, path, row, false)
    }

    /// The row that has a path now; of two that were given one path, either.
    pub(super) fn row(&self, strings: &Heap, kind: RouteKind, path: &str) -> Option<u32> {
        let record = |at: u32| self.records.get(at as usize);
        let is_it = |at: u32| {
            record(at).is_some_and(|record| {
                record.kind.get() == kind.number() && strings.get(record.path) == path
            })
        };
        let found = self.current.find(Sought::of(kind.number(), path), is_it)?;
        record(found).map(|record| record.row.get())
    }

    /// Carries over what the last generation knew in one language: every path it had leads to where what had it is now,
    /// or is remembered as gone. `was` is the last generation in that language, `locale` the language's number now.
    pub(super) fn carry_over(
        &mut self,
        strings: &mut Heap,
        (was, locale): (&Catalog, u32),
        places: &Places<'_>,
    ) -> Result<Vec<LeftPathRecord>, HeapFull> {
        let left = self.left_behind(strings, was, places);
        let mut records = Vec::with_capacity(left.len());
        for (left, row) in left {
            if let Some(row) = row {
                self.push(strings, left.kind, left.path, row, true)?;
            }
            records.push(ledger::left_path(strings, locale, &left)?);
        }
        Ok(records)
    }

    /// Paths of the last generation that nothing has now, and where what had them is.
    fn left_behind<'w>(
        &self,
        strings: &Heap,
        was: &'w Catalog,
        places: &Places<'w>,
    ) -> Vec<(LeftPath<'w>, Option<u32>)> {
        let mut all = Vec::new();
        for (kind, path, target) in was.routes() {
            if self.row(strings, kind, path).is_some() {
                continue;
            }
            let known = was.left_here(kind, path);
            let own = places.old_id(kind, target.row).unwrap_or_default();
            let id = known.map_or(own, |left| left.id);
            let row = places.find(strings, (kind, id), Some(target.row));
            // Versions before 1.4 did not say since when; that is long ago.
            let unknown = if target.former { 0 } else { places.now };
            let since = match (known, row) {
                (Some(left), Some(_)) => left.since,
                (None, Some(_)) => unknown,
                (_, None) => places.now,
            };
            let gone = row.is_none();
            let left = LeftPath {
                kind,
                path,
                id,
                since,
                gone,
            };
            all.push((left, row));
        }
        for left in was.left_paths().filter(|left| left.gone) {
            let is_old = places.now.saturating_sub(left.since) > GONE_SECONDS;
            if is_old || self.row(strings, left.kind, left.path).is_some() {
                continue;
            }
            let row = places.find(strings, (left.kind, left.id), None);
            let since = if row.is_some() {
                places.now
            } else {
                left.since
            };
            let gone = row.is_none();
            all.push((
                LeftPath {
                    since,
                    gone,
                    ..left
                },
                row,
            ));
        }
        all
    }

    pub(super) fn into_records(self) -> Vec<RouteRecord> {
        self.records
    }

    fn push(
        &mut self,
        strings: &mut Heap,
        kind: RouteKind,
        path: &str,
        row: u32,
        former: bool,
    ) -> Result<(), HeapFull> {
        self.records.push(RouteRecord {
            hash: hash(kind, path).into(),
            path: strings.string(path)?,
            kind: kind.number().into(),
            row: row.into(),
            former: u32::from(former).into(),
        });
        Ok(())
    }
}

/// Finds where things are now that had a path in the last generation.
pub(super) struct Places<'p> {
    pub(super) previous: &'p Catalog,
    /// When this generation is made, Unix seconds.
    pub(super) now: i64,
    /// Sorted by id.
    pub(super) products: &'p [ProductRecord],
    /// Rows by id.
    pub(super) pages: &'p HashMap<&'p str, u32>,
    pub(super) categories: &'p HashMap<String, u32>,
    /// Rows by slug.
    pub(super) brands: &'p HashMap<&'p str, u32>,
    pub(super) successors: &'p Successors,
}

/// What documents name as the successors of things, by kind and id.
pub(super) type Successors = HashMap<(RouteKind, String), String>;

/// Successors of successors are followed this far.
const MAX_STEPS: usize = 32;
/// Products of a brand that are asked where they are now.
const ASKED_PRODUCTS: usize = 1_000;

impl<'p> Places<'p> {
    /// The row now of what had `id`, or of what a path led to: of itself, else of its successor.
    fn find(
        &self,
        strings: &Heap,
        (kind, id): (RouteKind, &str),
        old_row: Option<u32>,
    ) -> Option<u32> {
        let led_to = old_row.and_then(|row| self.old_id(kind, row));
        let by_id = self.or_successor(strings, kind, id);
        let by_target = || self.or_successor(strings, kind, led_to.filter(|led_to| *led_to != id)?);
        let found = by_id.or_else(by_target);
        found.or_else(|| match kind {
            RouteKind::Brand => self.most_products(strings, old_row?),
            _ => None,
        })
    }

    fn or_successor(&self, strings: &Heap, kind: RouteKind, id: &str) -> Option<u32> {
        let mut id = id;
        for _ in 0..MAX_STEPS {
            if let Some(row) = self.row(strings, kind, id) {
                return Some(row);
            }
            id = self.successors.get(&(kind, id.to_owned()))?;
        }
        None
    }

    fn row(&self, strings: &Heap, kind: RouteKind, id: &str) -> Option<u32> {
        match kind {
            RouteKind::Product => {
                let by_id = |one: &ProductRecord| strings.get(one.id).cmp(id);
                u32::try_from(self.products.binary_search_by(by_id).ok()?).ok()
            }
            RouteKind::Category => self.categories.get(id).copied(),
            RouteKind::Brand => self.brands.get(id).copied(),
            RouteKind::Page => self.pages.get(id).copied(),
        }
    }

    /// The id of what stood at a row; of a brand, its slug.
    fn old_id(&self, kind: RouteKind, row: u32) -> Option<&'p str> {
        let was = self.previous;
        match kind {
            RouteKind::Product => was.product(row).map(|product| product.id()),
            RouteKind::Category => was.category(row).map(|category| category.id()),
            RouteKind::Brand => was.brand(row).map(|brand| brand.slug()),
            RouteKind::Page => was.page(row).map(|page| page.id()),
        }
    }

    /// A brand has no id: it is where at least half of the products are that it had and that are still there.
    fn most_products(&self, strings: &Heap, old_row: u32) -> Option<u32> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        let mut asked = 0;
        for old in self
            .previous
            .brand(old_row)?
            .products()
            .take(ASKED_PRODUCTS)
        {
            let id = self.previous.product(old).map(|product| product.id());
            let row = id.and_then(|id| self.row(strings, RouteKind::Product, id));
            let Some(product) = row.and_then(|row| self.products.get(row as usize)) else {
                continue;
            };
            asked += 1;
            if let Some(brand) = product.brand.get() {
                *counts.entry(brand).or_default() += 1;
            }
        }
        let (brand, count) = counts
            .into_iter()
            .max_by_key(|&(row, count)| (count, Reverse(row)))?;
        (count * 2 >= asked).then_some(brand)
    }
}
