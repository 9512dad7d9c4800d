//! Ways through the shop, without script: the menu of departments, all brands, lists in two shapes.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::Value;

async fn open() -> Shop {
    let mut shop = ShopBuilder::generated(150).start();
    shop.open().await;
    shop
}

/// The links of a page that begin like this.
fn links<'a>(page: &'a str, start: &str) -> Vec<&'a str> {
    let links = page.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split('"').next());
    let mut links: Vec<_> = links.filter(|link| link.starts_with(start)).collect();
    links.sort_unstable();
    links.dedup();
    links
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_opens_by_key_without_script_on_every_screen() {
    let shop = open().await;
    for screen in [Screen::Desktop, Screen::Phone] {
        let browser = Browser::open(screen, false).await;
        browser.go(&shop.url("/")).await;
        let shown = "document.querySelector('.mega').checkVisibility()";
        assert_eq!(browser.value(shown).await, Value::Bool(false), "{screen:?}");
        browser.write(".menu > summary", "\u{e007}").await;
        assert_eq!(browser.value(shown).await, Value::Bool(true), "{screen:?}");
        let fits = "document.documentElement.scrollWidth <= window.innerWidth";
        assert_eq!(browser.value(fits).await, Value::Bool(true), "{screen:?}");
        browser.follow(".mega ul ul a").await;
        let url = browser.url().await;
        assert_eq!(
            url.matches('/').count(),
            5,
            "a department below another: {url}"
        );
    }
}

#[tokio::test]
async fn all_brands_stand_from_a_to_z_and_lead_to_their_products() {
    let shop = open().await;
    let page = shop.get("/b").await;
    assert_eq!(page.status, 200);
    let brands = links(&page.body, "/b/");
    assert!(brands.len() > 5, "{brands:?}");
    for brand in &brands {
        assert_eq!(shop.get(brand).await.status, 200, "{brand}");
    }
    let letters = page.body.split("id=\"letter-").skip(1);
    let letters: Vec<_> = letters
        .map(|rest| rest.split_once('>').unwrap().1.chars().next().unwrap())
        .collect();
    assert!(letters.len() > 3 && letters.is_sorted(), "{letters:?}");
    let sitemap = shop.get("/sitemaps/1.xml").await.body;
    assert!(
        sitemap.contains(&format!("{}</loc>", shop.url("/b"))),
        "{sitemap}"
    );
    assert!(page.body.contains("rel=\"canonical\""));
}

#[tokio::test]
async fn a_list_one_below_the_other_is_the_same_list_and_not_indexed() {
    let shop = open().await;
    let grid = shop.get("/c/outdoor").await.body;
    let list = shop.get("/c/outdoor?view=list").await.body;
    assert_eq!(links(&grid, "/p/"), links(&list, "/p/"));
    assert!(list.contains("class=\"rows\"") && !grid.contains("class=\"rows\""));
    assert!(list.contains("noindex") && !grid.contains("noindex"));
    assert!(
        list.contains("<p class=\"about\">"),
        "no words about the products"
    );
    // Only a form leads there, so crawlers do not find every list twice.
    assert!(!grid.contains("view=list\""), "a link to the other shape");
    let turned = shop.get("/c/outdoor?view=list&stock=in").await;
    assert_eq!(turned.headers["location"], "/c/outdoor?stock=in&view=list");
    let plain = shop.get("/c/outdoor?view=grid").await;
    assert_eq!(plain.headers["location"], "/c/outdoor");
}
