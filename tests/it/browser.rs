//! The shop in a real browser: home, category, product, search; desktop and phone; with JavaScript and without.

use std::sync::Arc;
use std::time::{Duration, Instant};

use frontage_shared::order::Order;
use frontage_tests::backend::merchant::{Merchant, Mood, ORDERS};
use frontage_tests::backend::{Backend, Config, Response};
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

/// A page that somebody is about to open is fetched when the pointer rests on its link; nothing else is.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_to_be_opened_is_fetched_ahead() {
    let mut shop = ShopBuilder::generated(60).start();
    shop.open().await;
    let browser = Browser::open(Screen::Desktop, true).await;
    browser.go(&shop.url("/")).await;
    let link = "main .card h3 a[href^='/p/']";
    let product = first(&browser, link).await;
    let asked = async || {
        let metrics = shop.admin("/metrics").await.body;
        let counted = "frontage_http_requests_total{kind=\"product\"";
        metrics.lines().any(|line| line.starts_with(counted))
    };
    assert!(!asked().await, "a product before anybody pointed at one");
    browser.point_at(link).await;
    assert!(shop.comes_to_pass(&asked).await, "nothing is fetched ahead");
    browser.click(link).await;
    assert_eq!(browser.url().await, shop.url(&product));
    let how = "performance.getEntriesByType('navigation')[0].deliveryType";
    assert_eq!(browser.value(how).await, "navigational-prefetch");
    assert_eq!(browser.console().await, Vec::<String>::new());
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

/// Whether an expression becomes true; asked for long only if it is expected to, as other tests may have the machine.
pub(crate) async fn wait_for(browser: &Browser, expression: &str, expected: bool) -> bool {
    let patience = Duration::from_millis(if expected { 30_000 } else { 250 });
    let asked = Instant::now();
    loop {
        if browser.value(expression).await.as_u64() > Some(0) {
            return true;
        }
        if asked.elapsed() > patience {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Somebody buys something, in two languages, with any screen, with and without script; the merchant's system receives
/// each order once, with the total that the page said.
#[tokio::test(flavor = "multi_thread")]
async fn shoppers_buy_with_any_screen_with_and_without_javascript() {
    const CHECKOUT: &str =
        "[checkout]\nmethods = [\"invoice\", \"cash_on_delivery\"]\ncountries = [\"DE\", \"AT\"]";
    let axe = frontage_tests::page_tools::axe();
    let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
    let mut shop = ShopBuilder::generated(200)
        .shop("locales = [\"de\"]")
        .ingest("[orders]\nurl = \"ORDERS\"")
        .server(CHECKOUT)
        .start();
    shop.fill_in("ORDERS", ORDERS);
    shop.backend.play(merchant.clone());
    shop.open().await;
    shop.run_ingest();
    let mut bought = 0;
    for screen in [Screen::Desktop, Screen::Phone] {
        // Every method with and without script on each screen, and each of these in both languages.
        for (scripts, method) in [
            (true, "invoice"),
            (true, "cash_on_delivery"),
            (false, "invoice"),
            (false, "cash_on_delivery"),
        ] {
            let is_odd = (screen == Screen::Phone) ^ scripts ^ (method == "invoice");
            let prefix = if is_odd { "/de" } else { "" };
            let total = buy(&shop, screen, scripts, method, prefix, axe.as_deref()).await;
            bought += 1;
            let case = format!("{screen:?}, scripts {scripts}, {method}, {prefix}");
            let taken = || {
                let taken = merchant.taken();
                (taken.len() == bought).then_some(taken)
            };
            let taken = shop.until("the order arrives", async |_| taken()).await;
            let orders = taken
                .values()
                .map(|bytes| Order::decode(bytes).expect("an order"));
            let newest = orders
                .max_by_key(|order| order.id.clone())
                .expect("an order");
            let digits = |text: &str| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
            };
            assert_eq!(digits(&newest.totals.total), digits(&total), "{case}");
            assert_eq!(newest.payment.method, method, "{case}");
            assert_eq!(
                newest.locale,
                if prefix.is_empty() { "en" } else { "de" },
                "{case}"
            );
        }
    }
}

/// Where another system takes over, it is handed what is in the cart, and in which language.
#[tokio::test(flavor = "multi_thread")]
async fn another_system_is_handed_the_cart_from_any_screen() {
    let till = Backend::start(Config::generated(1)).expect("a free port");
    let page = "<!doctype html><html lang=en><title>Till</title><h1>Till</h1></html>";
    till.respond_with("/till", Response::ok("text/html", page));
    let handoff = format!(
        "[checkout]\nmethods = [\"handoff\"]\nhandoff_url = \"{}?items={{lines}}&lang={{locale}}\"",
        till.url("/till")
    );
    let mut shop = ShopBuilder::generated(200)
        .shop("locales = [\"de\"]")
        .server(&handoff)
        .start();
    shop.open().await;
    for screen in [Screen::Desktop, Screen::Phone] {
        for scripts in [true, false] {
            let (prefix, language) = match (screen == Screen::Phone) ^ scripts {
                true => ("", "en"),
                false => ("/de", "de"),
            };
            let browser = Browser::open(screen, scripts).await;
            let case = format!("{screen:?}, scripts {scripts}");
            put_into_cart(&shop, &browser, scripts, prefix).await;
            browser.go(&shop.url(&format!("{prefix}/cart"))).await;
            until(&browser, &format!("{prefix}/cart"), &case).await;
            press(&browser, "button[name=checkout]", scripts).await;
            until(&browser, "/till", &case).await;
            let address = browser.url().await;
            let sku = address
                .strip_prefix(&till.url("/till?items="))
                .and_then(|rest| rest.strip_suffix(&format!(":1&lang={language}")))
                .unwrap_or_else(|| panic!("{case}: {address}"));
            let catalog = shop.published().catalog;
            let mut variants = catalog.products().flat_map(|product| product.variants());
            assert!(
                variants.any(|variant| variant.sku() == sku),
                "{case}: {sku}"
            );
        }
    }
}

/// Puts the first thing of the first category into the cart.
async fn put_into_cart(shop: &Shop, browser: &Browser, scripts: bool, prefix: &str) {
    browser.go(&shop.url(&format!("{prefix}/"))).await;
    let category = first(browser, &format!("main a[href^='{prefix}/c/']")).await;
    browser
        .go(&shop.url(&format!("{category}?in_stock=1")))
        .await;
    let product = first(browser, &format!("main .card a[href^='{prefix}/p/']")).await;
    browser.go(&shop.url(&product)).await;
    press(browser, "form.add button", scripts).await;
    if scripts {
        let said = "document.querySelector('form.add output .notice') ? 1 : 0";
        assert!(wait_for(browser, said, true).await, "nothing is said");
    } else {
        until(browser, &format!("{prefix}/cart"), "a cart").await;
    }
}

/// Buys the first thing of the first category; gives the total that the last page shows.
async fn buy(
    shop: &Shop,
    screen: Screen,
    scripts: bool,
    method: &str,
    prefix: &str,
    axe: Option<&str>,
) -> String {
    let browser = Browser::open(screen, scripts).await;
    let case = format!("{screen:?}, scripts {scripts}");
    // What looks at pages is a script itself.
    let axe = axe.filter(|_| scripts);
    browser.go(&shop.url(&format!("{prefix}/"))).await;
    let category = first(&browser, &format!("main a[href^='{prefix}/c/']")).await;
    browser
        .go(&shop.url(&format!("{category}?in_stock=1")))
        .await;
    let product = first(&browser, &format!("main .card a[href^='{prefix}/p/']")).await;
    browser.go(&shop.url(&product)).await;
    press(&browser, "form.add button", scripts).await;
    if scripts {
        let said = "document.querySelector('form.add output .notice') && document.querySelector('.basket .count') ? 1 : 0";
        assert!(
            wait_for(&browser, said, true).await,
            "{case}: nothing is said"
        );
        assert_eq!(
            browser.url().await,
            shop.url(&product),
            "{case}: the page was left"
        );
        is_open_to_all(&browser, &case, "product", axe).await;
        browser.click("a.basket").await;
    }
    until(&browser, &format!("{prefix}/cart"), &case).await;
    in_order(&browser, &case, "cart").await;
    is_open_to_all(&browser, &case, "cart", axe).await;
    press(&browser, "button[name=checkout]", scripts).await;
    until(&browser, &format!("{prefix}/checkout"), &case).await;
    in_order(&browser, &case, "checkout").await;
    fill_in(&browser).await;
    browser.write(&format!("#payment-{method}"), " ").await;
    // Germany is chosen, and this is no postcode there: the form comes back, with what was typed.
    press(&browser, ".summary button[name=order]", scripts).await;
    let fault = "document.querySelector('#shipping_postcode-fault') ? 1 : 0";
    assert!(
        wait_for(&browser, fault, true).await,
        "{case}: no fault is shown"
    );
    is_open_to_all(&browser, &case, "checkout", axe).await;
    // The browser notes that the form came back with 422; that is so wanted.
    browser.console().await;
    let austria = if prefix.is_empty() { "Aus" } else { "Öst" };
    browser.write("#shipping_country", austria).await;
    let total = browser
        .value("document.querySelector('.sums .total dd').innerText")
        .await;
    press(&browser, ".summary button[name=order]", scripts).await;
    until(&browser, &format!("{prefix}/orders/"), &case).await;
    in_order(&browser, &case, "order").await;
    is_open_to_all(&browser, &case, "order", axe).await;
    let paid = browser
        .value("document.querySelector('.sums .total dd').innerText")
        .await;
    assert_eq!(paid, total, "{case}");
    paid.as_str().unwrap_or_default().to_owned()
}

async fn fill_in(browser: &Browser) {
    for (field, text) in [
        ("email", "ann@mail.example"),
        ("shipping_name", "Ann Lee"),
        ("shipping_line1", "Weg 1"),
        ("shipping_postcode", "1011"),
        ("shipping_city", "Wien"),
    ] {
        browser.write(&format!("#{field}"), text).await;
    }
}

/// Presses a button: with the pointer, or with the key. The driver's finger needs scripts; a keyboard never does.
pub(crate) async fn press(browser: &Browser, button: &str, scripts: bool) {
    match scripts {
        true => browser.click(button).await,
        false => browser.search_for(button, "").await,
    }
}

pub(crate) async fn until(browser: &Browser, path: &str, case: &str) {
    let arrived = format!(
        "document.readyState === 'complete' && location.pathname.startsWith('{path}') ? 1 : 0"
    );
    assert!(
        wait_for(browser, &arrived, true).await,
        "{case}: {} is not {path}",
        browser.url().await
    );
}

/// Nothing that axe-core knows of keeps anybody out; not asked where it is not installed.
pub(crate) async fn is_open_to_all(browser: &Browser, case: &str, page: &str, axe: Option<&str>) {
    let Some(axe) = axe else { return };
    browser.run(axe).await;
    let violations = browser.answer(frontage_tests::page_tools::ASK_AXE).await;
    assert_eq!(violations, serde_json::json!([]), "{case}: {page}");
}
