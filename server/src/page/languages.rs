//! The same page in each of the shop's languages: for shoppers who switch, and for search engines.

use std::borrow::Cow;

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::routes::RouteKind;

use super::view::View;
use crate::route::Route;

/// What speakers call their language.
const NAMES: [(&str, &str); 36] = [
    ("ar", "العربية"),
    ("bg", "Български"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("nb", "Norsk"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sv", "Svenska"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

/// A page in one language.
pub(crate) struct Alternate<'a> {
    /// BCP 47 tag.
    pub(crate) tag: &'a str,
    /// What its speakers call the language.
    pub(crate) name: Cow<'a, str>,
    /// A path.
    pub(crate) href: String,
    /// Whether it is the language of this page.
    pub(crate) current: bool,
}

/// A route in each of the shop's languages, its own first; nothing in a shop with one language.
pub(crate) fn alternates<'a>(view: &View<'a>, route: &Route) -> Vec<Alternate<'a>> {
    let all = catalogs(view);
    if all.len() < 2 {
        return Vec::new();
    }
    let tags: Vec<&str> = all.iter().map(|catalog| catalog.shop().locale).collect();
    let alternates = all.into_iter().map(|catalog| {
        let tag = catalog.shop().locale;
        let route = translated(route, view.catalog, catalog);
        Alternate {
            tag,
            name: name(tag, &tags),
            href: route.href_in(catalog.prefix()),
            current: catalog.locale_index() == view.catalog.locale_index(),
        }
    });
    alternates.collect()
}

/// The shop in each of its languages, its own first: those that are open to everybody, and those of the customer group
/// that the page is for.
pub(crate) fn catalogs<'a>(view: &View<'a>) -> Vec<&'a Catalog> {
    let own: &Catalog = &view.generation.catalog;
    let group = view.catalog.group();
    let is_shown = |catalog: &&Catalog| catalog.group().is_none() || catalog.group() == group;
    let all = std::iter::once(own).chain(own.locales());
    all.filter(is_shown).collect()
}

/// The view of the shop in each of its languages, its own first.
pub(crate) fn views<'a>(view: &View<'a>) -> impl Iterator<Item = View<'a>> + use<'a> {
    let view = *view;
    let all = catalogs(&view).into_iter();
    all.map(move |catalog| view.in_language(catalog))
}

/// The address in another language of what a route shows in this one.
fn translated(route: &Route, from: &Catalog, to: &Catalog) -> Route {
    let row = |kind, path: &str| Some(from.route(kind, path)?.row);
    let mut other = route.clone();
    match &mut other {
        Route::Product { slug, .. } | Route::Offer { slug, .. } | Route::Reviews { slug, .. } => {
            let product = row(RouteKind::Product, slug).and_then(|row| to.product(row));
            product.inspect(|product| product.slug().clone_into(slug));
        }
        Route::Category { path, .. } => {
            let category = row(RouteKind::Category, path).and_then(|row| to.category(row));
            category.inspect(|category| category.path().clone_into(path));
        }
        Route::Content { slug } => {
            let page = row(RouteKind::Page, slug).and_then(|row| to.page(row));
            page.inspect(|page| page.slug().clone_into(slug));
        }
        // All others have the same words in every language.
        _ => {}
    }
    other
}

/// What a language is called; with its region, if the shop has several of one language.
fn name<'a>(tag: &'a str, all: &[&str]) -> Cow<'a, str> {
    let language = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let own = language(tag);
    let Some((_, known)) = NAMES.iter().find(|(code, _)| *code == own) else {
        return Cow::Borrowed(tag);
    };
    let alike = all.iter().filter(|other| language(other) == own).count();
    match tag.split_once('-').filter(|_| alike > 1) {
        Some((_, region)) => {
            let region = region.strip_prefix("x-").unwrap_or(region);
            let region = region.replace("-x-", ", ");
            Cow::Owned(format!("{known} ({region})"))
        }
        None => Cow::Borrowed(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_called_as_its_speakers_do() {
        assert_eq!(name("de-AT", &["en", "de-AT"]), "Deutsch");
        assert_eq!(name("de-AT", &["de", "de-AT"]), "Deutsch (AT)");
        assert_eq!(name("eo", &["eo", "de"]), "eo");
        assert_eq!(name("de-x-trade", &["de", "de-x-trade"]), "Deutsch (trade)");
    }
}
