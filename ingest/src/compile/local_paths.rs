//! Paths in a shop's further languages. They are kept as the shop's own are: what had a path keeps it unless its
//! document wants another, and a path that something left leads to where it went.
//!
//! What is not translated is found under the shop's own path, so a path of a language never is the own path of
//! something else.

use std::collections::{HashMap, HashSet};

use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::{Heap, HeapFull};
use frontage_shared::snapshot::ledger::LeftPathRecord;
use frontage_shared::snapshot::locales::Field;
use frontage_shared::snapshot::record::StrRef;
use frontage_shared::snapshot::routes::RouteKind;

use super::categories::Tree;
use super::languages::{Language, Wanted, of};
use super::routes::{Places, Routes};

/// The shop's own addresses, for which those of a language must be told apart.
pub(super) struct OwnPaths<'o> {
    /// Id and slug of each product and page, by row.
    pub(super) products: &'o [(String, String)],
    pub(super) pages: &'o [(String, String)],
    pub(super) tree: &'o Tree,
    pub(super) routes: &'o Routes,
}

/// Something with a slug of its own among others of its kind.
struct Slugged<'s> {
    kind: RouteKind,
    field: Field,
    /// Id and own slug by row.
    all: &'s [(String, String)],
}

impl Language<'_> {
    /// Gives paths to all that is translated, and carries over those that are no longer in use, which it gives.
    pub(super) fn paths(
        &mut self,
        strings: &mut Heap,
        own: &OwnPaths<'_>,
        places: Option<&Places<'_>>,
        number: u32,
    ) -> Result<Vec<LeftPathRecord>, HeapFull> {
        let mut routes = Routes::default();
        let products = Slugged {
            kind: RouteKind::Product,
            field: Field::ProductSlug,
            all: own.products,
        };
        let pages = Slugged {
            kind: RouteKind::Page,
            field: Field::PageSlug,
            all: own.pages,
        };
        let wanted = std::mem::take(&mut self.products);
        self.slugs(strings, own, &products, &wanted, &mut routes)?;
        let wanted = std::mem::take(&mut self.pages);
        self.slugs(strings, own, &pages, &wanted, &mut routes)?;
        for (row, path) in self.category_paths(own.tree) {
            self.string(strings, Field::CategoryPath, row, Some(&path))?;
            routes.add(strings, RouteKind::Category, &path, row)?;
        }
        let mut left = Vec::new();
        if let Some((previous, places)) = self.previous.zip(places) {
            left = routes.carry_over(strings, (previous, number), places)?;
        }
        self.tables.routes = routes.into_records();
        Ok(left)
    }

    /// The merchant's slug, else the one it had, else one from its name; one that is taken gets the id appended, then
    /// a number.
    fn slugs(
        &mut self,
        strings: &mut Heap,
        own: &OwnPaths<'_>,
        slugged: &Slugged<'_>,
        wanted: &[Wanted],
        routes: &mut Routes,
    ) -> Result<(), HeapFull> {
        let mut taken: HashSet<String> = HashSet::new();
        for one in wanted {
            let Some((id, own_slug)) = slugged.all.get(one.row as usize) else {
                continue;
            };
            let text = |at: StrRef| Some(strings.get(at)).filter(|text| !text.is_empty());
            let stated = text(one.slug).filter(|slug| slug::is_valid(slug));
            let derived = text(one.name).map(slug::from_text);
            let base = stated
                .or_else(|| had(self.previous, slugged, id))
                .map(str::to_owned)
                .or(derived.filter(|slug| !slug.is_empty()))
                .unwrap_or_else(|| own_slug.clone());
            let with_id = Some(slug::from_text(id))
                .filter(|id| !id.is_empty())
                .map(|id| format!("{base}-{id}"));
            let numbered = (2..).map(|number| format!("{base}-{number}"));
            let is_free = |slug: &String| {
                let owner = own.routes.row(strings, slugged.kind, slug);
                !taken.contains(slug)
                    && owner.is_none_or(|owner| owner == one.row)
                    && is_unpinned(self.previous, slugged, slug, id)
            };
            let mut candidates = std::iter::once(base.clone()).chain(with_id).chain(numbered);
            let slug = candidates.find(is_free).unwrap_or(base);
            routes.add(strings, slugged.kind, &slug, one.row)?;
            self.string(strings, slugged.field, one.row, Some(&slug))?;
            taken.insert(slug);
        }
        Ok(())
    }

    /// Paths of categories where they are others than the shop's own.
    fn category_paths(&self, tree: &Tree) -> Vec<(u32, String)> {
        let pinned = self.previous.map(pinned_segments).unwrap_or_default();
        let mut paths: Vec<String> = vec![String::new(); tree.nodes.len()];
        let roots = (0..).zip(&tree.nodes);
        let roots = roots.filter_map(|(row, node)| node.parent.is_none().then_some(row));
        let mut levels: Vec<(String, Vec<u32>)> = vec![(String::new(), roots.collect())];
        while let Some((above, rows)) = levels.pop() {
            for (row, segment) in self.segments(tree, &rows, &pinned) {
                let path = match above.as_str() {
                    "" => segment,
                    above => format!("{above}/{segment}"),
                };
                if let Some(node) = tree.nodes.get(row as usize) {
                    levels.push((path.clone(), node.children.clone()));
                }
                if let Some(place) = paths.get_mut(row as usize) {
                    *place = path;
                }
            }
        }
        let paths = (0..).zip(paths).zip(&tree.nodes);
        paths
            .filter(|((_, path), node)| *path != node.path)
            .map(|(place, _)| place)
            .collect()
    }

    /// The last segments of siblings. What is not translated keeps the shop's own, so it comes first.
    fn segments(
        &self,
        tree: &Tree,
        rows: &[u32],
        pinned: &HashMap<String, String>,
    ) -> Vec<(u32, String)> {
        let mut taken: HashSet<String> = HashSet::new();
        let (mut segments, mut translated) = (Vec::new(), Vec::new());
        for &row in rows {
            let Some(node) = tree.nodes.get(row as usize) else {
                continue;
            };
            let own_segment = last_segment(&node.path);
            let translation = of(&self.tables.tag, &node.document.translations);
            match translation.filter(|own| own.slug.is_some() || own.name.is_some()) {
                Some(translation) => translated.push((row, node, translation, own_segment)),
                None => {
                    taken.insert(own_segment.to_owned());
                    segments.push((row, own_segment.to_owned()));
                }
            }
        }
        for (row, node, translation, own_segment) in translated {
            let stated = translation.slug.clone().filter(|slug| slug::is_valid(slug));
            let derived = translation.name.as_deref().map(slug::from_text);
            let wanted = stated
                .or_else(|| pinned.get(&node.document.id).cloned())
                .or(derived.filter(|slug| !slug.is_empty()))
                .unwrap_or_else(|| own_segment.to_owned());
            let numbered = (2..).map(|number| format!("{wanted}-{number}"));
            let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
            let segment = candidates.find(|segment| !taken.contains(segment));
            let segment = segment.unwrap_or(wanted);
            taken.insert(segment.clone());
            segments.push((row, segment));
        }
        segments
    }
}

/// The slug that something had in this language.
fn had<'a>(previous: Option<&'a Catalog>, slugged: &Slugged<'_>, id: &str) -> Option<&'a str> {
    let previous = previous?;
    let row = match slugged.kind {
        RouteKind::Product => previous.product_by_id(id)?.row,
        _ => previous.pages().find(|page| page.id() == id)?.row,
    };
    previous.translated(slugged.field, row)
}

/// Whether no other thing had this slug in the last generation.
fn is_unpinned(previous: Option<&Catalog>, slugged: &Slugged<'_>, slug: &str, id: &str) -> bool {
    let holder = previous.and_then(|previous| {
        let target = previous.route(slugged.kind, slug);
        let target = target.filter(|target| !target.former)?;
        match slugged.kind {
            RouteKind::Product => previous.product(target.row).map(|product| product.id()),
            _ => previous.page(target.row).map(|page| page.id()),
        }
    });
    holder.is_none_or(|holder| holder == id)
}

/// Last path segments of categories in the last generation, by id, where this language had others than the shop's own.
fn pinned_segments(previous: &Catalog) -> HashMap<String, String> {
    let categories = previous.categories();
    categories
        .filter_map(|category| {
            let segment = last_segment(category.path());
            let differs = segment != last_segment(category.own_path());
            differs.then(|| (category.id().to_owned(), segment.to_owned()))
        })
        .collect()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
