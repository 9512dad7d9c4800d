//! Current and former paths. The routes of the last generation are the ledger: what had a path keeps it, and a path
//! that something left leads to where it went.

use std::collections::{HashMap, HashSet};

use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::{Heap, HeapFull};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};

/// Gives products their slugs.
pub(super) struct ProductSlugs<'a> {
    previous: Option<&'a Catalog>,
    taken: HashSet<String>,
}

impl<'a> ProductSlugs<'a> {
    pub(super) fn new(previous: Option<&'a Catalog>) -> Self {
        Self {
            previous,
            taken: HashSet::new(),
        }
    }

    /// The merchant's slug, else the one it had, else one from its name. A slug in use, or pinned to another product
    /// of the last generation, gets the product's id appended, then a number.
    pub(super) fn assign(&mut self, id: &str, wanted: Option<&str>, name: &str) -> String {
        let had = self
            .previous
            .and_then(|previous| previous.product_by_id(id))
            .map(|product| product.slug());
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
        self.taken.insert(slug.clone());
        slug
    }

    fn is_free(&self, slug: &str, id: &str) -> bool {
        if self.taken.contains(slug) {
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
    /// Row by (kind's number, path).
    current: HashMap<(u32, String), u32>,
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
        self.current.insert((kind.number(), path.to_owned()), row);
        self.push(strings, kind, path, row, false)
    }

    /// The row that has a path now.
    pub(super) fn row(&self, kind: RouteKind, path: &str) -> Option<u32> {
        self.current.get(&(kind.number(), path.to_owned())).copied()
    }

    /// Carries over what the last generation knew: every path it had for something that still exists elsewhere.
    /// `row_of` finds the new row of what an old row showed.
    pub(super) fn carry_over(
        &mut self,
        strings: &mut Heap,
        previous: &Catalog,
        row_of: impl Fn(RouteKind, u32) -> Option<u32>,
    ) -> Result<(), HeapFull> {
        for (kind, path, target) in previous.routes() {
            if self.row(kind, path).is_some() {
                continue;
            }
            if let Some(row) = row_of(kind, target.row) {
                self.push(strings, kind, path, row, true)?;
            }
        }
        Ok(())
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
