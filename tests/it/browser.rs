//! The shop in a real browser: home, category, product, search; desktop and phone; with JavaScript and without.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::{Shop, ShopBuilder};

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_get_around_with_any_screen_with_and_without_javascript() {
    let mut shop = ShopBuilder::generated(200).start();
    shop.open().await;
    for screen in [Screen::Desktop, Screen::Phone] {
        for scripts in [true, false] {
            visit(&shop, screen, scripts).await;
        }
    }
}

async fn visit(shop: &Shop, screen: Screen, scripts: bool) {
    let browser = Browser::open(screen, scripts).await;
    let case = format!("{screen:?}, scripts {scripts}");
    browser.go(&shop.url("/")).await;
    in_order(&browser, &case, "home").await;

    browser
        .go(&shop.url(&first(&browser, "main a[href^='/c/']").await))
        .await;
    in_order(&browser, &case, "category").await;
    let product = first(&browser, "main a[href^='/p/']").await;

    browser.go(&shop.url(&product)).await;
    in_order(&browser, &case, "product").await;
    let loaded = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('/partials/')).length";
    let partials = wait_for(&browser, loaded, scripts).await;
    assert_eq!(
        partials, scripts,
        "{case}: the partial is loaded by the script and by nothing else"
    );
    assert!(
        browser
            .value("document.querySelector('.offer, [data-partial]').innerText")
            .await
            .to_string()
            .contains('€'),
        "{case}"
    );

    let name = browser
        .value("document.querySelector('h1').innerText")
        .await;
    let word = name
        .as_str()
        .and_then(|name| name.split(' ').next_back())
        .expect("a name")
        .to_owned();
    browser.search_for("input[name=q]", &word).await;
    let arrived = "document.readyState === 'complete' && location.pathname === '/search' ? 1 : 0";
    assert!(
        wait_for(&browser, arrived, true).await,
        "{case}: {}",
        browser.url().await
    );
    in_order(&browser, &case, "search").await;
    assert!(
        browser
            .value("document.querySelectorAll(\"main a[href^='/p/']\").length")
            .await
            .as_u64()
            > Some(0),
        "{case}"
    );
}

/// A choice among variants is a matter of one form, with no script behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_chosen_without_javascript() {
    let mut shop = ShopBuilder::generated(200).start();
    shop.open().await;
    let catalogue = frontage_tests::catalogue::Catalogue::new(200);
    let product = catalogue
        .products()
        .find(|product| product.variants().len() > 3)
        .expect("a product with a choice");
    let sku = product.variants()[2].sku.clone();
    let slug = frontage_shared::model::slug::from_text(&product.name());
    let browser = Browser::open(Screen::Desktop, false).await;
    browser
        .go(&shop.url(&format!("/p/{slug}?variant={sku}")))
        .await;
    in_order(&browser, "variant", "product").await;
    assert!(
        browser
            .value("document.body.innerText")
            .await
            .to_string()
            .contains(&sku),
        "{sku} is shown as the article number"
    );
}

/// What must hold of any page on any screen.
pub(crate) async fn in_order(browser: &Browser, case: &str, page: &str) {
    let complaints = browser.console().await;
    assert!(complaints.is_empty(), "{case}, {page}: {complaints:?}");
    let overflow = browser
        .value("document.documentElement.scrollWidth - window.innerWidth")
        .await;
    assert!(
        overflow.as_i64() <= Some(0),
        "{case}, {page}: {overflow} pixels wider than the screen"
    );
    assert_eq!(
        browser
            .value("document.querySelectorAll('h1').length")
            .await,
        1,
        "{case}, {page}"
    );
    let styled = browser
        .value("getComputedStyle(document.body).margin + [...document.styleSheets].length")
        .await;
    assert!(
        styled.as_str().is_some_and(|text| text.ends_with('1')),
        "{case}, {page}: {styled}"
    );
    let broken = "[...document.images].filter(image => image.complete && image.naturalWidth === 0 && image.currentSrc).length";
    assert_eq!(
        browser.value(broken).await,
        0,
        "{case}, {page}: pictures that do not load"
    );
}

/// Where the first of these links leads.
async fn first(browser: &Browser, selector: &str) -> String {
    let found = browser
        .value(&format!(
            "document.querySelector(\"{selector}\")?.getAttribute('href')"
        ))
        .await;
    found
        .as_str()
        .unwrap_or_else(|| panic!("no link is `{selector}`"))
        .to_owned()
}

/// Whether an expression becomes true; asked for a while only if it is expected to.
pub(crate) async fn wait_for(browser: &Browser, expression: &str, expected: bool) -> bool {
    for _ in 0..if expected { 200 } else { 10 } {
        if browser.value(expression).await.as_u64() > Some(0) {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    false
}
