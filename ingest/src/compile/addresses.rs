//! All addresses of a generation: current ones, former ones and where they lead, and those that lead nowhere any more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use frontage_shared::snapshot::heap::Heap;
use frontage_shared::snapshot::ledger::{self, LeftPathRecord, RedirectRecord};
use frontage_shared::snapshot::record::StrRef;
use frontage_shared::snapshot::routes::RouteKind;

use super::CompileError;
use super::local_paths::OwnPaths;
use super::products::{Tables, heap_text};
use super::routes::{Places, Routes};
use crate::merge::Conflicts;
use crate::wire::Redirect;

/// Redirects that lead to redirects are followed this far.
const MAX_HOPS: usize = 32;
/// Addresses that lead nowhere are remembered up to this many, the latest ones.
const MAX_GONE: usize = 1_000_000;

impl Tables<'_> {
    /// Lays out the routes of the shop's own language and of the further ones.
    pub(super) fn finish_routes(&mut self, brand_slugs: &[String]) -> Result<(), CompileError> {
        let mut routes = Routes::default();
        let slugs = self.tables.products.iter();
        let slugs: Vec<StrRef> = slugs.map(|product| product.slug).collect();
        let text = |at| heap_text(&self.tables, at);
        // Only what is translated is told apart by these.
        let products: Vec<(String, String)> = match self.languages.all.is_empty() {
            true => Vec::new(),
            false => {
                let products = self.tables.products.iter();
                let both = products.map(|product| (text(product.id), text(product.slug)));
                both.collect()
            }
        };
        let pages = self.tables.pages.iter();
        let pages: Vec<(String, String)> =
            pages.map(|page| (text(page.id), text(page.slug))).collect();
        let strings = &mut self.tables.strings;
        for (row, slug) in (0..).zip(slugs) {
            let slug = strings.get(slug).to_owned();
            routes.add(strings, RouteKind::Product, &slug, row)?;
        }
        for (row, node) in (0..).zip(&self.tree.nodes) {
            routes.add(strings, RouteKind::Category, &node.path, row)?;
        }
        for (row, slug) in (0..).zip(brand_slugs) {
            routes.add(strings, RouteKind::Brand, slug, row)?;
        }
        for (row, (_, slug)) in (0..).zip(&pages) {
            routes.add(strings, RouteKind::Page, slug, row)?;
        }
        let page_rows = rows_by_id(&pages);
        let brands = (0..).zip(brand_slugs);
        let brands: HashMap<&str, u32> = brands.map(|(row, slug)| (slug.as_str(), row)).collect();
        let places = self.previous.map(|previous| Places {
            previous,
            now: self.now,
            products: &self.tables.products,
            pages: &page_rows,
            categories: &self.tree.rows,
            brands: &brands,
            successors: &self.successors,
        });
        let mut left = Vec::new();
        if let Some(places) = &places {
            left = routes.carry_over(strings, (places.previous, 0), places)?;
        }
        let own = OwnPaths {
            products: &products,
            pages: &pages,
            tree: &self.tree,
            routes: &routes,
        };
        for (number, language) in (1..).zip(&mut self.languages.all) {
            left.extend(language.paths(strings, &own, places.as_ref(), number)?);
        }
        self.tables.routes = routes.into_records();
        self.tables.left_paths = bounded(left);
        Ok(())
    }

    /// The merchant's redirects. One that leads to another leads where that one does; one that leads back to itself is
    /// none.
    pub(super) fn finish_redirects(
        &mut self,
        redirects: &[Redirect],
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        let mut all: HashMap<&str, &str> = HashMap::new();
        let mut records = Vec::with_capacity(redirects.len());
        let mut firsts = Vec::with_capacity(redirects.len());
        for one in redirects {
            match all.entry(&one.from) {
                Entry::Vacant(entry) => {
                    entry.insert(&one.to);
                    firsts.push(one);
                }
                Entry::Occupied(entry) => {
                    let (first, from, to) = (*entry.get(), &one.from, &one.to);
                    conflicts.add(|| {
                        format!("redirects lead from `{from}` to both `{first}` and `{to}`; the first stays")
                    });
                }
            }
        }
        for one in firsts {
            let Some(to) = end_of(&all, &one.from) else {
                conflicts.add(|| {
                    format!(
                        "redirect `{}` leads back to itself and is left out",
                        one.from
                    )
                });
                continue;
            };
            let known = self
                .previous
                .and_then(|previous| previous.redirect(&one.from));
            let since = known.filter(|(known, _)| *known == to);
            let since = since.map_or(self.now, |(_, since)| since);
            records.push(record(&mut self.tables.strings, (&one.from, to), since)?);
        }
        self.tables.redirects = records;
        Ok(())
    }
}

fn record(
    strings: &mut Heap,
    ends: (&str, &str),
    since: i64,
) -> Result<RedirectRecord, CompileError> {
    Ok(ledger::redirect(strings, ends, since)?)
}

/// Where redirects lead in the end, from one of them. One without a query holds for its path with any query, as it does
/// for whoever asks.
fn end_of<'r>(all: &HashMap<&str, &'r str>, from: &str) -> Option<&'r str> {
    let mut to = *all.get(from)?;
    for _ in 0..MAX_HOPS {
        let path = to.split('?').next().unwrap_or_default();
        match all.get(to).or_else(|| all.get(path)) {
            Some(next) => to = next,
            None => return Some(to).filter(|to| *to != from),
        }
    }
    None
}

/// The latest of those that lead nowhere, and all others.
fn bounded(mut left: Vec<LeftPathRecord>) -> Vec<LeftPathRecord> {
    let is_gone = |one: &LeftPathRecord| one.gone.get() != 0;
    let mut gone: Vec<i64> = left
        .iter()
        .filter(|one| is_gone(one))
        .map(|one| one.since.get())
        .collect();
    if gone.len() > MAX_GONE {
        gone.sort_unstable_by_key(|&since| std::cmp::Reverse(since));
        let oldest = gone.get(MAX_GONE).copied().unwrap_or(i64::MIN);
        left.retain(|one| !is_gone(one) || one.since.get() > oldest);
    }
    left
}

fn rows_by_id(all: &[(String, String)]) -> HashMap<&str, u32> {
    let rows = (0..).zip(all);
    rows.map(|(row, (id, _))| (id.as_str(), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_to_their_end_and_never_round() {
        let all = HashMap::from([
            ("/a", "/b"),
            ("/b", "/c"),
            ("/x", "/y"),
            ("/y", "/x"),
            ("/z", "/x"),
            ("/s", "/s"),
            ("/d", "/e?y=1"),
            ("/e", "/d?x=1"),
            ("/f", "/f?x=1"),
            ("/g", "/h?x=1"),
            ("/h", "/i?y=1"),
            ("/k?x=1", "/k"),
        ]);
        assert_eq!(end_of(&all, "/a"), Some("/c"));
        assert_eq!(end_of(&all, "/b"), Some("/c"));
        assert_eq!(end_of(&all, "/g"), Some("/i?y=1"));
        assert_eq!(end_of(&all, "/k?x=1"), Some("/k"));
        for from in ["/x", "/y", "/z", "/s", "/d", "/e", "/f"] {
            assert_eq!(end_of(&all, from), None, "{from}");
        }
    }
}
