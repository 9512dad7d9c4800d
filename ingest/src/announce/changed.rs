//! Addresses whose pages differ between two generations: new ones, changed ones, and those that are gone.
//!
//! Only pages that search engines may index are looked at. What counts is what a visitor would notice: texts, pictures,
//! prices, whether something can be had, and which products stand in a list; not how many of them lie in stock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher as _};

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::locales::LocaleIndex;
use frontage_shared::snapshot::page_sections::PageSection;
use frontage_shared::snapshot::products::Product;
use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use crate::difference;

type Pages = HashMap<u64, u64, BuildHasherDefault<Xxh3Default>>;

/// The absolute addresses, language by language; `site` is the shop's origin.
pub(super) fn addresses(from: &Generation, to: &Generation, site: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, new) in languages(to) {
        let old = languages(from)
            .find(|(known, old)| *known == index && old.prefix() == new.prefix())
            .map(|(_, old)| old);
        // A language may have a currency of its own.
        let locale = LocaleIndex(index);
        let (from, to) = (from.in_locale(locale), to.in_locale(locale));
        let mut before = Pages::default();
        if let Some(old) = old {
            pages(from, old, |path, content| {
                before.insert(hash(&path), content);
            });
        }
        pages(to, new, |path, content| {
            if before.remove(&hash(&path)) != Some(content) {
                found.extend(absolute(site, &path));
            }
        });
        // What is left was there and is not any more: it is gone, or not to be indexed.
        if let Some(old) = old.filter(|_| !before.is_empty()) {
            pages(from, old, |path, _| {
                if before.contains_key(&hash(&path)) {
                    found.extend(absolute(site, &path));
                }
            });
        }
    }
    found
}

/// The shop in each of its languages, its own first.
fn languages(generation: &Generation) -> impl Iterator<Item = (usize, &Catalog)> {
    let catalog = &generation.catalog;
    let count = 1 + catalog.locales().len();
    let all = (0..count).filter_map(|index| Some((index, catalog.in_locale(LocaleIndex(index))?)));
    // Nobody is told of what is for one customer group.
    all.filter(|(_, catalog)| catalog.group().is_none())
}

/// Gives each page that may be indexed: its path, not yet encoded, and a hash of what it says.
fn pages(generation: &Generation, catalog: &Catalog, mut see: impl FnMut(String, u64)) {
    let prefix = catalog.prefix();
    for product in catalog.products() {
        if product.is_indexable() && product.is_listed() {
            let path = format!("{prefix}/p/{}", product.slug());
            see(path, product_content(generation, &product));
        }
    }
    let ids = |rows: &mut dyn Iterator<Item = u32>| {
        let ids = rows.filter_map(|row| Some(catalog.product(row)?.id()));
        hash(&ids.collect::<Vec<_>>())
    };
    for category in catalog.categories() {
        if category.is_indexable() && category.products().len() > 0 {
            let texts = (
                category.name(),
                category.description(),
                category.seo_title(),
            );
            let content = hash(&(texts, ids(&mut category.products())));
            see(format!("{prefix}/c/{}", category.path()), content);
        }
    }
    for brand in catalog.brands() {
        if brand.products().len() > 0 {
            let content = hash(&(brand.name(), ids(&mut brand.products())));
            see(format!("{prefix}/b/{}", brand.slug()), content);
        }
    }
    for page in catalog.pages() {
        if page.is_indexable() {
            let texts = (page.title(), page.body(), page.seo_title());
            let sections: Vec<u64> = page
                .sections()
                .iter()
                .map(|one| section_content(catalog, one))
                .collect();
            let content = hash(&(texts, sections));
            see(format!("{prefix}/pages/{}", page.slug()), content);
        }
    }
}

fn product_content(generation: &Generation, product: &Product<'_>) -> u64 {
    let offers: Vec<_> = product
        .variants()
        .map(|variant| {
            let offer = generation.offers.variant(variant.row);
            let tiers = generation.offers.tiers(variant.row);
            let tiers: Vec<_> = tiers.map(|tier| (tier.min_quantity, tier.amount)).collect();
            let availability = offer.availability.number();
            let days = generation.offers.lead_time(variant.row);
            (offer.price, offer.compare_at, availability, tiers, days)
        })
        .collect();
    let seo = (product.seo_title(), product.seo_description());
    hash(&(difference::fingerprint(product), seo, offers))
}

/// What a section says, and what it shows as long as nothing is sold out.
fn section_content(catalog: &Catalog, section: &PageSection<'_>) -> u64 {
    let texts = (section.title(), section.body(), section.href());
    let asks = (
        section.kind().number(),
        section.limit(),
        section.is_on_sale(),
        section.is_in_stock(),
    );
    let media: Vec<_> = section.media().map(|one| (one.url(), one.alt())).collect();
    // Rows are others as soon as a product comes.
    let products = section
        .products()
        .filter_map(|row| Some(catalog.product(row)?.id()));
    let products: Vec<_> = products.collect();
    let categories: Vec<_> = section.categories().map(|one| one.path()).collect();
    hash(&(texts, section.label(), asks, media, products, categories))
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = Xxh3Default::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// An absolute address; slugs may hold any letters, so they are encoded.
fn absolute(site: &str, path: &str) -> Option<String> {
    let mut url = Url::parse(site).ok()?;
    url.path_segments_mut()
        .ok()?
        .clear()
        .extend(path.trim_start_matches('/').split('/'));
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::absolute;

    #[test]
    fn addresses_are_encoded() {
        let url = absolute("https://shop.example", "/ar/p/كوب 1").unwrap();
        assert_eq!(url, "https://shop.example/ar/p/%D9%83%D9%88%D8%A8%201");
    }
}
