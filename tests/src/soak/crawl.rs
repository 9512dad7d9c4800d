//! Crawlers in a shop: each product and category is found once, and nothing leads astray.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;

use super::Outcome;
use crate::crawler::{self, Crawl, Manners};
use crate::shop::{Shop, ShopBuilder};

/// A shop in two languages that sells, so that carts and lists are linked as well.
const SERVER: &str = "[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]";
/// Addresses a language that do not grow with the shop: the home page, searches, lists, cart, sitemaps and the like.
const FIXED: usize = 60;
/// Products on one page of a list.
const PER_PAGE: usize = 24;

/// Lets a crawler that obeys robots.txt and one that does not loose on a shop of so many products.
///
/// # Errors
/// The shop could not be set up, or a request failed.
pub fn soak_crawl(products: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let shop = ShopBuilder::generated(products).shop("locale = \"en\"\nlocales = [\"de\"]");
        let mut shop = shop.server(SERVER).start();
        shop.open().await;
        let (mut findings, mut figures) = (Vec::new(), Vec::new());
        for manners in [Manners::Obeys, Manners::Ignores] {
            let (found, addresses) = judge(&shop, manners).await?;
            findings.extend(found.into_iter().map(|found| format!("{manners:?}: {found}")));
            figures.push(addresses);
        }
        let name = format!(
            "findings of crawlers that follow every link of {products} products in two languages: {} addresses with robots.txt, {} without",
            figures[0], figures[1]
        );
        Ok(Outcome::of_findings(0, name, findings))
    })
}

/// What a crawl of a shop brings to light that should not be, and how many addresses it asked for.
///
/// # Errors
/// A request failed.
pub async fn judge(shop: &Shop, manners: Manners) -> anyhow::Result<(Vec<String>, usize)> {
    let generation = shop.published();
    let most = most_addresses(&generation, manners);
    let entrances = entrances(&generation.catalog);
    let crawl = crawler::crawl(&shop.url(""), manners, &entrances, most).await?;
    let mut findings = crawl.findings.clone();
    let languages = std::iter::once(&*generation.catalog).chain(generation.catalog.locales());
    for catalog in languages {
        once(
            "product",
            &crawl,
            &products(catalog),
            "/p/",
            catalog,
            &mut findings,
        );
        once(
            "category",
            &crawl,
            &categories(catalog),
            "/c/",
            catalog,
            &mut findings,
        );
    }
    sitemaps(&crawl, &mut findings);
    traps(&crawl, manners, &mut findings);
    Ok((findings, crawl.visits.len()))
}

/// Lists that somebody filtered, sorted or searched for, and linked to from elsewhere: what they lead to must end too.
fn entrances(catalog: &Catalog) -> Vec<String> {
    let largest = catalog.categories().max_by_key(|one| one.products().len());
    let lists = largest.into_iter().flat_map(|category| {
        let path = category.path();
        ["?sort=price-asc&stock=in", "?price-min=20&price-max=200"]
            .map(|query| format!("/c/{path}{query}"))
    });
    lists
        .chain(["/search?q=steel&sort=price-asc".to_owned()])
        .collect()
}

/// More addresses than this, and a crawler has found a way to make them up: in each language a page for each product
/// and list of products, and for whoever does not obey each variant and what is chosen on the way to it.
fn most_addresses(generation: &Generation, manners: Manners) -> usize {
    let catalog = &generation.catalog;
    let languages = 1 + catalog.locales().len();
    let pages = |products: usize| products.div_ceil(PER_PAGE).max(1);
    let lists = catalog
        .categories()
        .map(|category| pages(category.products().len()));
    let lists = lists.chain(catalog.brands().map(|brand| pages(brand.products().len())));
    let documents = catalog.pages().count() + catalog.products().count() + lists.sum::<usize>();
    let variants = catalog.variant_count() as usize;
    let chosen = match manners {
        Manners::Obeys => variants,
        // Pages of the filtered lists that others link to.
        Manners::Ignores => variants + 3 * pages(catalog.products().count()),
    };
    languages * (documents + chosen + FIXED)
}

/// Whether each address of a kind is the canonical one of exactly one page, and there is none beside them.
fn once(
    what: &str,
    crawl: &Crawl,
    expected: &BTreeSet<String>,
    folder: &str,
    catalog: &Catalog,
    findings: &mut Vec<String>,
) {
    let folder = format!("{}{folder}", catalog.prefix());
    let canonical = crawl.canonical_pages();
    let found: BTreeSet<&str> = canonical
        .into_iter()
        .filter(|path| path.starts_with(&folder) && !path.contains("?page="))
        .collect();
    for path in expected
        .iter()
        .filter(|path| !found.contains(path.as_str()))
    {
        findings.push(format!("the {what} {path} is not found"));
    }
    for path in found.iter().filter(|path| !expected.contains(**path)) {
        findings.push(format!("{path} is no {what} that is to be indexed"));
    }
}

fn products(catalog: &Catalog) -> BTreeSet<String> {
    let listed = catalog
        .products()
        .filter(|product| product.is_listed() && product.is_indexable());
    listed
        .map(|product| format!("{}/p/{}", catalog.prefix(), product.slug()))
        .collect()
}

fn categories(catalog: &Catalog) -> BTreeSet<String> {
    let worth = catalog
        .categories()
        .filter(|category| category.is_indexable() && category.products().len() > 0);
    worth
        .map(|category| format!("{}/c/{}", catalog.prefix(), category.path()))
        .collect()
}

/// Whether sitemaps list what is canonical, each once.
fn sitemaps(crawl: &Crawl, findings: &mut Vec<String>) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &crawl.listed {
        *times.entry(path).or_default() += 1;
    }
    let canonical = crawl.canonical_pages();
    for (path, count) in &times {
        if *count > 1 {
            findings.push(format!("sitemaps list {path} {count} times"));
        }
        if !canonical.contains(path) {
            findings.push(format!("sitemaps list {path}, which is not canonical"));
        }
    }
    for path in canonical.iter().filter(|path| !path.contains("?page=")) {
        if !times.contains_key(path) {
            findings.push(format!("{path} is canonical, and in no sitemap"));
        }
    }
}

/// Whether some page leads into lists that are filtered or sorted, and what is indexed is of one spelling.
fn traps(crawl: &Crawl, manners: Manners, findings: &mut Vec<String>) {
    for (path, visit) in &crawl.visits {
        let is_trap = |name: &String| {
            name.starts_with("f.")
                || ["sort", "price-min", "price-max", "stock"].contains(&name.as_str())
        };
        let from = &visit.from;
        if manners == Manners::Obeys && visit.parameters.iter().any(is_trap) {
            findings.push(format!("{from} leads to {path}"));
        }
        let Some(canonical) = visit.canonical.as_deref().filter(|_| visit.is_page) else {
            continue;
        };
        if crawl
            .visits
            .get(canonical)
            .is_none_or(|known| known.canonical.as_deref() != Some(canonical))
        {
            findings.push(format!(
                "{path} is known by {canonical}, which is not known by itself"
            ));
        }
    }
}
