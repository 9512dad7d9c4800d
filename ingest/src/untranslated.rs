//! What documents lack in the further languages of a shop: shoppers read it in the shop's own language there.
//!
//! It is worked out when a catalog is made, from the catalog itself, and nothing else depends on the file.

use std::fmt;
use std::path::{Path, PathBuf};

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::locales::Field;
use serde::{Deserialize, Serialize};

/// Documents named for each language and kind.
const EXAMPLES: usize = 5;

/// What a language lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untranslated {
    /// The language.
    pub locale: String,
    /// What it lacks; kinds that lack nothing are left out.
    pub lacks: Vec<Lack>,
}

/// Documents of a kind without a text in a language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// The kind of document: `product`, `category` or `page`.
    pub kind: String,
    /// Which of its texts: `name`, `description`, `title` or `body`.
    pub field: String,
    /// How many lack it.
    pub missing: u64,
    /// How many have it in the shop's own language.
    pub of: u64,
    /// The first of them: ids of products, paths of categories, slugs of pages.
    pub examples: Vec<String>,
}

/// What the further languages of a catalog lack. One of the same language as the shop's own, such as `de-AT` beside
/// `de`, lacks nothing, and neither does a customer group.
pub fn of(catalog: &Catalog) -> Vec<Untranslated> {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or(tag).to_lowercase();
    let own = language(catalog.shop().locale);
    let further = catalog.locales().iter();
    further
        .filter(|local| local.group().is_none() && language(local.shop().locale) != own)
        .map(|local| Untranslated {
            locale: local.shop().locale.to_owned(),
            lacks: lacks(catalog, local),
        })
        .filter(|found| !found.lacks.is_empty())
        .collect()
}

fn lacks(own: &Catalog, local: &Catalog) -> Vec<Lack> {
    let described = own
        .products()
        .filter(|product| !product.description().is_empty());
    let written = own.pages().filter(|page| !page.body().is_empty());
    let found = [
        Lack::count(
            (local, Field::ProductName, "product", "name"),
            own.products().map(|product| (product.row, product.id())),
        ),
        Lack::count(
            (local, Field::ProductDescription, "product", "description"),
            described.map(|product| (product.row, product.id())),
        ),
        Lack::count(
            (local, Field::CategoryName, "category", "name"),
            own.categories()
                .map(|category| (category.row, category.path())),
        ),
        Lack::count(
            (local, Field::PageTitle, "page", "title"),
            own.pages().map(|page| (page.row, page.slug())),
        ),
        Lack::count(
            (local, Field::PageBody, "page", "body"),
            written.map(|page| (page.row, page.slug())),
        ),
    ];
    found.into_iter().filter(|lack| lack.missing > 0).collect()
}

impl Lack {
    /// Which of these rows, and what they are called, lack a text in a language.
    fn count<'n>(
        (local, text, kind, field): (&Catalog, Field, &str, &str),
        rows: impl Iterator<Item = (u32, &'n str)>,
    ) -> Self {
        let mut lack = Self {
            kind: kind.to_owned(),
            field: field.to_owned(),
            ..Self::default()
        };
        for (row, name) in rows {
            lack.of += 1;
            if local.translated(text, row).is_some() {
                continue;
            }
            lack.missing += 1;
            if lack.examples.len() < EXAMPLES {
                lack.examples.push(name.to_owned());
            }
        }
        lack
    }
}

/// `product name: 12 of 300 (p1, p2, …)`.
impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = match self.missing > self.examples.len() as u64 {
            true => ", …",
            false => "",
        };
        write!(
            f,
            "{} {}: {} of {} ({}{more})",
            self.kind,
            self.field,
            self.missing,
            self.of,
            self.examples.join(", ")
        )
    }
}

/// Keeps what a catalog lacks. Failing to is a warning and no more.
pub fn keep(state: &Path, found: &[Untranslated]) {
    let written = serde_json::to_vec(found)
        .map_err(|error| error.to_string())
        .and_then(|text| {
            crate::feed::replace(&file(state), &text).map_err(|error| error.to_string())
        });
    if let Err(error) = written {
        tracing::warn!(error, "texts that languages lack are not kept for the desk");
    }
}

/// What was kept last; nothing if there is none.
pub fn kept(state: &Path) -> Vec<Untranslated> {
    let text = std::fs::read(file(state)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Where it lies while it is being written.
pub fn part_file(state: &Path) -> PathBuf {
    file(state).with_extension("part")
}

fn file(state: &Path) -> PathBuf {
    state.join("untranslated.json")
}
