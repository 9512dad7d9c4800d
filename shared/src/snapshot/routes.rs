//! §8 From a URL path to what it shows.
//!
//! One table for all kinds, sorted by the hash of `<kind>/<path>`. An entry that is not current is a former path of
//! what it names: the table of one generation is the ledger from which the next one keeps slugs and redirects.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};
use zerocopy::little_endian::{U32, U64};

use super::catalog::Catalog;
use super::layout::section;
use super::part::Rows;
use super::record::{StrRef, record};

record! {
    /// A path.
    pub struct RouteRecord in section::ROUTES {
        /// [`hash`] of kind and path; the sort key, then the path.
        hash: U64,
        /// The path below the kind's prefix.
        path: StrRef,
        /// 1 product, 2 category, 3 brand, 4 page.
        kind: U32,
        /// Row in the kind's section.
        row: U32,
        /// 0 the current path, 1 a former one.
        former: U32,
    }
}

/// What kind of thing a path names; each has its own space of paths.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum RouteKind {
    /// `/p/<slug>`
    Product,
    /// `/c/<path>`
    Category,
    /// `/b/<slug>`
    Brand,
    /// `/pages/<slug>`
    Page,
}

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// Row in the kind's section.
    pub row: u32,
    /// The path is a former one: answer with a redirect to the current path.
    pub former: bool,
}

impl RouteKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Product, Self::Category, Self::Brand, Self::Page];

    /// The number in the record.
    pub fn number(self) -> u32 {
        match self {
            Self::Product => 1,
            Self::Category => 2,
            Self::Brand => 3,
            Self::Page => 4,
        }
    }

    /// The section whose rows it names.
    pub fn section(self) -> u32 {
        match self {
            Self::Product => section::PRODUCTS,
            Self::Category => section::CATEGORIES,
            Self::Brand => section::BRANDS,
            Self::Page => section::PAGES,
        }
    }

    /// The kind with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// Paths up to this long are hashed at once, which takes a fraction of the time.
const SHORT_PATH: usize = 255;

/// XXH3-64 of the kind's number as one byte, then the path's bytes.
pub fn hash(kind: RouteKind, path: &str) -> u64 {
    let kind = u8::try_from(kind.number()).unwrap_or(0);
    let mut whole = [kind; SHORT_PATH + 1];
    match whole.get_mut(1..=path.len()) {
        Some(place) => {
            place.copy_from_slice(path.as_bytes());
            xxh3_64(whole.get(..=path.len()).unwrap_or_default())
        }
        None => {
            let mut hasher = Xxh3Default::new();
            hasher.update(&[kind]);
            hasher.update(path.as_bytes());
            hasher.digest()
        }
    }
}

impl Catalog {
    /// What a path shows in this language, or used to show.
    pub fn route(&self, kind: RouteKind, path: &str) -> Option<Target> {
        let own = || self.find_route(self.part().rows::<RouteRecord>(section::ROUTES), kind, path);
        if self.local.is_none() {
            return own();
        }
        let local = self.find_route(self.local_routes(), kind, path);
        if local.is_some_and(|target| !target.former) {
            return local;
        }
        match own() {
            // What has a path of its own in this language is to be found there.
            Some(target) if !target.former && !self.has_local_path(kind, target.row) => {
                Some(target)
            }
            own => local.or(own.map(|target| Target {
                former: true,
                ..target
            })),
        }
    }

    fn find_route(
        &self,
        rows: Rows<'_, RouteRecord>,
        kind: RouteKind,
        path: &str,
    ) -> Option<Target> {
        let wanted = hash(kind, path);
        let start = rows.partition_point(|route| route.hash.get() < wanted);
        rows.slice(start..rows.len())
            .iter()
            .take_while(|route| route.hash.get() == wanted)
            .find(|route| route.kind.get() == kind.number() && self.part().str(route.path) == path)
            .map(|route| Target {
                row: route.row.get(),
                former: route.former.get() != 0,
            })
    }

    /// Every path of every kind, current and former: (kind, path, target). In a further language, those that are
    /// others than the shop's own.
    pub fn routes(&self) -> impl Iterator<Item = (RouteKind, &str, Target)> {
        let rows = match &self.local {
            Some(_) => self.local_routes(),
            None => self.part().rows::<RouteRecord>(section::ROUTES),
        };
        rows.iter().filter_map(|route| {
            let target = Target {
                row: route.row.get(),
                former: route.former.get() != 0,
            };
            Some((
                RouteKind::from_number(route.kind.get())?,
                self.part().str(route.path),
                target,
            ))
        })
    }
}
