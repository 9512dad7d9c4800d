//! Every page of a shop, found by following its own links, as a crawler and a shopper would.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use frontage_tests::catalogue::Catalogue;
use frontage_tests::catalogue::product::Lifecycle;
use frontage_tests::documents;
use frontage_tests::shop::{Page, Shop, ShopBuilder};
use serde_json::Value;

/// More pages than this, and the crawl has found a way to invent addresses.
const MOST_PAGES: usize = 3000;

#[tokio::test]
async fn every_link_leads_to_a_page() {
    let mut shop = ShopBuilder::generated(120).start();
    shop.open().await;
    let (mut waiting, mut seen) = (VecDeque::from(["/".to_owned()]), BTreeMap::new());
    while let Some(path) = waiting.pop_front() {
        let page = shop.get(&path).await;
        assert_eq!(
            page.status,
            200,
            "{path}, linked from {:?}",
            seen.get(&path)
        );
        assert_eq!(page.generation(), 1, "{path}");
        if page.header("content-type").starts_with("text/html") {
            sound(&path, &page);
            for link in links(&page.body) {
                if !seen.contains_key(&link) {
                    seen.insert(link.clone(), path.clone());
                    waiting.push_back(link);
                }
            }
        }
        assert!(
            seen.len() < MOST_PAGES,
            "{:?}",
            seen.keys().rev().take(5).collect::<Vec<_>>()
        );
    }
    let products = seen
        .keys()
        .filter(|path| path.starts_with("/p/") && !path.contains('?'))
        .count();
    let on_sale = Catalogue::new(120)
        .products()
        .filter(|product| product.lifecycle() == Lifecycle::Active)
        .count();
    assert_eq!(
        products, on_sale,
        "every product on sale is linked from somewhere"
    );
    println!("pages reached by links: {}, broken: 0", seen.len());
}

#[tokio::test]
async fn the_sitemap_names_every_page_once() {
    let mut shop = ShopBuilder::generated(150).start();
    shop.open().await;
    let robots = shop.get("/robots.txt").await;
    let index = robots
        .body
        .lines()
        .find_map(|line| line.strip_prefix("Sitemap: "))
        .expect("robots.txt names the sitemap");
    let index = shop.get(&path_of(&shop, index)).await;
    let mut pages = Vec::new();
    for sitemap in locations(&index.body) {
        pages.extend(locations(&shop.get(&path_of(&shop, &sitemap)).await.body));
    }
    let different: BTreeSet<&String> = pages.iter().collect();
    assert_eq!(different.len(), pages.len());
    for page in &pages {
        let path = path_of(&shop, page);
        assert_eq!(shop.get(&path).await.status, 200, "{path}");
    }
    let products = pages.iter().filter(|page| page.contains("/p/")).count();
    let on_sale = Catalogue::new(150)
        .products()
        .filter(|product| product.lifecycle() == Lifecycle::Active)
        .count();
    assert_eq!(products, on_sale);
}

/// What a crawler ends up with: each page that is to be indexed once, and nothing that filters or sorts.
#[tokio::test]
async fn a_crawler_finds_what_is_to_be_indexed_and_no_trap() {
    let mut shop = ShopBuilder::generated(90).start();
    shop.open().await;
    let robots = robots_rules(&shop.get("/robots.txt").await.body);
    let (mut waiting, mut seen) = (VecDeque::from(["/".to_owned()]), BTreeSet::new());
    let mut indexed = BTreeSet::new();
    while let Some(path) = waiting.pop_front() {
        let page = shop.get(&path).await;
        let canonical = page.body.split("<link rel=\"canonical\" href=\"").nth(1);
        let canonical = canonical.and_then(|rest| rest.split('"').next());
        let noindex = page
            .body
            .contains("<meta name=\"robots\" content=\"noindex");
        if !page.header("content-type").starts_with("text/html") || path.starts_with("/partials/") {
            continue;
        }
        assert_eq!(canonical.is_none(), noindex, "{path}: canonical or noindex");
        let Some(canonical) = canonical.map(|url| path_of(&shop, &url.replace("&amp;", "&")))
        else {
            continue;
        };
        assert!(
            canonical == path
                || path == format!("{canonical}?{}", path.split('?').nth(1).unwrap_or_default()),
            "{path} says that it is {canonical}"
        );
        indexed.insert(canonical);
        for link in links(&page.body) {
            let trap = ["f.", "sort=", "price-min=", "price-max=", "stock="];
            let query = link.split('?').nth(1).unwrap_or_default();
            let is_trap = query
                .split('&')
                .any(|pair| trap.iter().any(|trap| pair.starts_with(trap)));
            assert!(!is_trap, "{path} leads crawlers to {link}");
            let is_allowed = !robots.iter().any(|rule| link.starts_with(rule.as_str()));
            if is_allowed && seen.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
    }
    let mut listed = BTreeSet::new();
    for sitemap in locations(&shop.get("/sitemap.xml").await.body) {
        let file = shop.get(&path_of(&shop, &sitemap)).await.body;
        listed.extend(locations(&file).iter().map(|url| path_of(&shop, url)));
    }
    // Further pages of a list are indexed for their links, and no entrance.
    indexed.retain(|path| !path.contains("?page="));
    assert_eq!(indexed, listed);
    println!(
        "pages that a crawler may index: {}, in the sitemap: {}, traps: 0",
        indexed.len(),
        listed.len()
    );
}

/// Beginnings of paths that robots.txt keeps from crawlers.
fn robots_rules(robots: &str) -> Vec<String> {
    let rules = robots
        .lines()
        .filter_map(|line| line.strip_prefix("Disallow: "));
    rules
        .filter(|rule| !rule.contains('*'))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_product_page_states_what_the_feed_says() {
    let mut shop = ShopBuilder::generated(60).start();
    shop.open().await;
    for product in Catalogue::new(60)
        .products()
        .filter(|product| product.lifecycle() == Lifecycle::Active)
    {
        let slug = frontage_shared::model::slug::from_text(&product.name());
        let page = shop.get(&format!("/p/{slug}")).await;
        assert_eq!(page.status, 200, "{slug}");
        assert!(
            page.body.contains(product.brand())
                || page.body.contains(&product.brand().replace('&', "&amp;")),
            "{slug}"
        );
        let data = json_ld(&page.body);
        let mut things = data
            .iter()
            .flat_map(|value| value["@graph"].as_array().into_iter().flatten());
        let found =
            things.find(|value| value["@type"] == "Product" || value["@type"] == "ProductGroup");
        let found = found.unwrap_or_else(|| panic!("{slug}: {data:?}"));
        assert_eq!(found["name"], product.name(), "{slug}");
        for variant in product.variants().into_iter().take(3) {
            let page = shop
                .get(&format!("/p/{slug}?variant={}", variant.sku))
                .await;
            let euros = format!("{}", variant.offer.cents / 100 % 1000);
            assert!(
                page.status == 200 && page.body.contains(&euros),
                "{slug}?variant={}: {euros}",
                variant.sku
            );
        }
    }
}

#[tokio::test]
async fn listings_can_be_narrowed_sorted_and_paged_by_address_alone() {
    let mut shop = ShopBuilder::of(documents::shop(75)).start();
    shop.open().await;
    let names = async |path: &str| {
        let page = shop.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let links: Vec<String> = links(&page.body)
            .into_iter()
            .filter(|link| link.starts_with("/p/thing"))
            .collect();
        links
    };
    let cheapest = names("/c/things?sort=price-asc").await;
    let dearest = names("/c/things?sort=price-desc").await;
    assert!(
        cheapest.contains(&"/p/thing-number-1".to_owned())
            && !cheapest.contains(&"/p/thing-number-75".to_owned())
    );
    assert!(
        dearest.contains(&"/p/thing-number-75".to_owned())
            && !dearest.contains(&"/p/thing-number-1".to_owned())
    );
    let some = names("/c/things?price-min=20&price-max=22").await;
    assert_eq!(some, ["/p/thing-number-11", "/p/thing-number-12"]);
    let second = names("/c/things?sort=price-asc&page=2").await;
    assert!(!second.is_empty() && second.iter().all(|name| !cheapest.contains(name)));
    let unknown = shop.get("/c/things?colour-of-the-sky=blue").await;
    assert!(
        matches!(unknown.status, 301 | 302 | 303 | 307 | 308),
        "{}",
        unknown.status
    );
    assert_eq!(unknown.header("location"), "/c/things");
}

#[tokio::test]
async fn what_is_not_there_is_said_with_help() {
    let mut shop = ShopBuilder::of(documents::shop(5)).start();
    shop.open().await;
    for path in [
        "/p/thing-number-99",
        "/c/nothing",
        "/pages/nothing",
        "/nothing",
        "/b/nobody",
        "/p/",
        "/partials/offer/nothing",
    ] {
        let page = shop.get(path).await;
        assert_eq!(page.status, 404, "{path}");
    }
    let page = shop.get("/p/thing-number-99").await;
    assert!(
        page.body.contains("/p/thing-number-"),
        "suggestions are products with a similar name"
    );
}

#[tokio::test]
async fn films_models_and_documents_of_a_product_can_be_had() {
    let mut documents = documents::shop(1);
    documents[2]["media"] = serde_json::json!([
        {"url": "http://media.example/a.jpg"},
        {"type": "video", "url": "http://films.example/how.mp4", "alt": "How it works"},
        {"type": "document", "url": "/files/manual.pdf?v=2"},
        {"type": "model", "url": "/files/thing.glb", "alt": "The thing"},
    ]);
    let mut shop = ShopBuilder::of(documents).start();
    shop.open().await;
    let page = shop.get("/p/thing-number-1").await;
    assert!(
        page.body
            .contains("<video src=\"http://films.example/how.mp4\" controls")
    );
    assert!(page.body.contains("aria-label=\"How it works\""));
    assert!(
        page.body.contains("href=\"/files/manual.pdf?v=2\"") && page.body.contains(">manual.pdf<")
    );
    let model = "<a class=\"pill\" href=\"/files/thing.glb\" rel=\"noopener\">The thing</a>";
    assert!(page.body.contains("View in 3D") && page.body.contains(model));
    let data = &json_ld(&page.body)[0]["@graph"][0]["subjectOf"];
    assert_eq!(data["@type"], "3DModel", "{data}");
    let address = data["encoding"]["contentUrl"].as_str().unwrap_or_default();
    assert!(address.ends_with("/files/thing.glb"), "{data}");
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("media-src 'self'") && policy.contains("http://films.example"),
        "{policy}"
    );
}

#[tokio::test]
async fn feed_text_stays_text() {
    let mut documents = documents::shop(3);
    let attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    documents[2]["name"] = Value::from(format!("Lamp {attack}"));
    documents[2]["description"] = Value::from(format!(
        "<p onclick=\"x()\">Good {attack}</p><a href=\"javascript:x()\">a</a>"
    ));
    documents[2]["brand"] = Value::from(attack);
    documents[2]["slug"] = Value::from("lamp");
    let mut shop = ShopBuilder::of(documents).start();
    shop.open().await;
    for path in [
        "/p/lamp",
        "/",
        "/c/things",
        "/search?q=lamp",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let page = shop.get(path).await;
        let lower = page.body.to_lowercase();
        assert!(
            !lower.contains("<script>alert") && !lower.contains("<img src=x"),
            "{path}"
        );
        assert!(
            !lower.contains("javascript:x") && !lower.contains("onclick="),
            "{path}"
        );
    }
}

/// What every HTML page must be, whatever it shows.
fn sound(path: &str, page: &Page) {
    let body = &page.body;
    assert!(
        body.starts_with("<!doctype html>") || body.starts_with("<!DOCTYPE html>"),
        "{path}"
    );
    for (part, count) in [("<title>", 1), ("<h1", 1), ("<main", 1), ("<html lang=", 1)] {
        assert_eq!(body.matches(part).count(), count, "{path}: {part}");
    }
    assert!(
        !body.contains(" style=\"") && !body.contains("<style"),
        "{path}: inline styles"
    );
    let inline = body.split("<script").skip(1).filter(|script| {
        let tag = script.split('>').next().unwrap_or_default();
        !tag.contains("src=") && !tag.contains("application/ld+json")
    });
    assert_eq!(inline.count(), 0, "{path}: inline scripts");
    assert!(
        body.split("<img").skip(1).all(|image| image
            .split('>')
            .next()
            .is_some_and(|tag| tag.contains("alt="))),
        "{path}"
    );
    for value in json_ld(body) {
        assert_eq!(value["@context"], "https://schema.org", "{path}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src") && !policy.contains("unsafe-inline"),
        "{path}: {policy}"
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
    assert!(
        page.header("set-cookie").is_empty() && page.header("etag").starts_with('"'),
        "{path}"
    );
}

/// Addresses within the shop that a page links to.
pub(crate) fn links(html: &str) -> Vec<String> {
    let mut links: Vec<String> = html
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with('/') && !link.starts_with("//"))
        .map(|link| {
            link.split('#')
                .next()
                .unwrap_or_default()
                .replace("&amp;", "&")
        })
        .filter(|link| !link.is_empty())
        .collect();
    links.sort();
    links.dedup();
    links
}

pub(crate) fn json_ld(html: &str) -> Vec<Value> {
    html.split("<script type=\"application/ld+json\">")
        .skip(1)
        .map(|rest| {
            let text = rest.split("</script>").next().unwrap_or_default();
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
        })
        .collect()
}

/// The addresses in a sitemap or an index of sitemaps.
pub(crate) fn locations(xml: &str) -> Vec<String> {
    xml.split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split("</loc>").next())
        .map(|url| url.replace("&amp;", "&"))
        .collect()
}

pub(crate) fn path_of(shop: &Shop, url: &str) -> String {
    url.strip_prefix(&shop.url(""))
        .unwrap_or_else(|| panic!("{url} is not in the shop"))
        .to_owned()
}
