//! What a shopper may be about to search for: words that continue what was typed, places, and products.
//!
//! Words come from the names of the products that fit best, so they are spelled as the merchant spells them and each
//! of them finds something.

use frontage_shared::model::slug;
use frontage_shared::snapshot::products::Product;
use sailfish::TemplateSimple;

use super::card::Card;
use super::fragment::kept;
use super::order;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render};
use crate::cache_policy::CachePolicy;
use crate::route::{Listing, Route};

/// How much of each is suggested.
const PRODUCTS: usize = 6;
const PLACES: usize = 3;
const SEARCHES: usize = 3;
/// The best products, whose names and categories are looked at.
const LOOKED_AT: usize = 40;
/// Categories, and brands, whose names are compared with what was typed.
const NAMES_LOOKED_AT: usize = 1000;

/// The list under the search box.
#[derive(TemplateSimple)]
#[template(path = "suggest.stpl", rm_whitespace = true)]
pub(crate) struct SuggestPartial<'a> {
    pub(crate) words: &'static Words,
    /// How much there is, in words: read aloud.
    pub(crate) said: String,
    pub(crate) searches: Vec<Search>,
    pub(crate) places: Vec<Place<'a>>,
    pub(crate) products: Vec<Card<'a>>,
    /// All that the words find; none if they find nothing.
    pub(crate) all: Option<Search>,
}

/// A search on offer.
pub(crate) struct Search {
    pub(crate) words: String,
    pub(crate) href: String,
}

/// A category or brand.
pub(crate) struct Place<'a> {
    pub(crate) name: &'a str,
    /// Which of both, in words.
    pub(crate) what: &'static str,
    pub(crate) href: String,
}

/// Builds the list.
pub(crate) fn build(view: &View<'_>, q: &str) -> Page {
    let hits = match view.catalog.search(q) {
        Ok(hits) => hits,
        Err(error) => return error::broken(view, &error),
    };
    let total = hits.rows.len() as usize;
    let best = order::by_relevance(view.generation, &hits, &hits.rows, total, 0..LOOKED_AT);
    let found: Vec<Product<'_>> = best
        .iter()
        .filter_map(|row| view.catalog.product(*row))
        .collect();
    let search = |words: String| Search {
        href: view.href(&Route::search(Listing::search(&words))),
        words,
    };
    let names = found.iter().map(|product| product.name());
    let searches: Vec<_> = continued(q, names).into_iter().map(search).collect();
    let places = places(view, q, &found);
    let products = view.cards(best.iter().copied().take(PRODUCTS), 0);
    let count = searches.len() + places.len() + products.len();
    let all = (total > 0).then(|| Search {
        words: view.words.results_for.fill(&[&q]),
        ..search(q.to_owned())
    });
    let partial = SuggestPartial {
        words: view.words,
        said: view.count(&view.words.suggestions_found, count, &[]),
        searches,
        places,
        products,
        all,
    };
    kept(
        render(view, Kind::Suggest, true, partial),
        CachePolicy::Partial,
    )
}

/// The query with its last word continued by words of these names, those first that most names have.
fn continued<'n>(q: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let (before, last) = q
        .rsplit_once(' ')
        .map_or(("", q), |(before, last)| (before, last));
    let beginning = slug::from_text(last);
    if beginning.is_empty() {
        return Vec::new();
    }
    let mut words: Vec<(String, usize)> = Vec::new();
    for word in names.flat_map(|name| name.split(|c: char| !c.is_alphanumeric())) {
        let folded = slug::from_text(word);
        if folded.len() == beginning.len() || !folded.starts_with(&beginning) {
            continue;
        }
        let word = word.to_lowercase();
        match words.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => words.push((word, 1)),
        }
    }
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let whole = |(word, _): (String, usize)| match before {
        "" => word,
        before => format!("{before} {word}"),
    };
    words.into_iter().take(SEARCHES).map(whole).collect()
}

/// Categories and brands with such a name, then categories of what was found.
fn places<'a>(view: &View<'a>, q: &str, found: &[Product<'a>]) -> Vec<Place<'a>> {
    let typed = slug::from_text(q);
    if typed.is_empty() {
        return Vec::new();
    }
    // Every word that was typed begins a word of the name.
    let is_meant = |name: &str| {
        let name = slug::from_text(name);
        typed
            .split('-')
            .all(|typed| name.split('-').any(|word| word.starts_with(typed)))
    };
    let words = view.words;
    let named = view.catalog.categories().take(NAMES_LOOKED_AT);
    let named = named.filter(|category| is_meant(category.name()));
    let of_found = found
        .iter()
        .filter_map(|product| product.primary_category());
    let category = |category: frontage_shared::snapshot::categories::Category<'a>| {
        (category.products().len() > 0).then(|| Place {
            name: category.name(),
            what: &words.department,
            href: view.href(&Route::category(category.path())),
        })
    };
    let brands = view.catalog.brands().take(NAMES_LOOKED_AT);
    let brands = brands.filter(|brand| is_meant(brand.name()) && brand.products().len() > 0);
    let brands = brands.map(|brand| Place {
        name: brand.name(),
        what: &words.brand,
        href: view.href(&Route::brand(brand.slug())),
    });
    let all = named.filter_map(category).chain(brands);
    let mut places: Vec<Place<'a>> = Vec::new();
    for place in all.chain(of_found.filter_map(category)) {
        if places.len() == PLACES {
            break;
        }
        if places.iter().all(|known| known.href != place.href) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_continued_as_names_spell_it() {
        let names = [
            "Stehlampe Möbius",
            "Tisch-Lampe klein",
            "LAMPE, groß",
            "Lamé",
        ];
        let of = |q| continued(q, names.into_iter());
        assert_eq!(of("lam"), ["lampe", "lamé"]);
        assert_eq!(of("kleine möb"), ["kleine möbius"]);
        assert_eq!(of("LAMP"), ["lampe"]);
        for q in ["lampe", "x", "", "…", "lampe "] {
            assert!(of(q).is_empty(), "{q}");
        }
    }
}
