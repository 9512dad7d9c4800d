//! Wishlist and comparison over HTTP; with suggestions and what was looked at in a real browser.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents::{product, shop};
use frontage_tests::page_tools;
use frontage_tests::shop::{Page, Shop, ShopBuilder};
use frontage_tests::shopper::{Shopper, fields, location};
use serde_json::{Value, json};

use crate::browser::{in_order, is_open_to_all, press, until, wait_for};
use crate::buying::{CHECKOUT, open, publish};

/// Sends a form to a list, and opens the page that it leads to.
async fn change(shop: &Shop, who: &mut Shopper, list: &str, name: &str, value: &str) -> Page {
    let form = fields(&[("list", list), (name, value)]);
    let answer = who.post(shop, "/lists", &form).await;
    assert_eq!(answer.status, 303, "{list} {name}: {}", answer.body);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    who.get(shop, &location(&answer)).await
}

/// The key of the product that stands first on a list's page.
fn first_key(page: &str) -> String {
    let button = page
        .split_once("name=\"remove\" value=\"")
        .expect("a button");
    button.1[..16].to_owned()
}

#[tokio::test]
async fn a_wishlist_is_kept_by_its_shopper_alone_even_in_a_catalogue() {
    let mut shop = ShopBuilder::of(shop(3)).start();
    shop.open().await;
    let mut ann = Shopper::new();
    let empty = ann.get(&shop, "/wishlist").await;
    assert_eq!(empty.status, 200);
    assert_eq!(empty.header("cache-control"), "private, no-store");
    assert!(empty.body.contains("content=\"noindex, follow\""));
    assert!(
        empty
            .body
            .contains("There is nothing on your wishlist yet.")
    );
    let page = change(&shop, &mut ann, "wish", "add", "p1").await;
    assert!(
        page.body.contains("Thing number 1 is on your wishlist."),
        "{}",
        page.body
    );
    change(&shop, &mut ann, "wish", "add", "p3").await;
    change(&shop, &mut ann, "wish", "add", "p1").await;
    let page = ann.get(&shop, "/wishlist").await;
    for text in ["Thing number 1", "Thing number 3", "€10.50", "Only 5 left"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(
        !page.body.contains("action=\"/cart\""),
        "nothing is sold here"
    );
    assert_eq!(page.body.matches("name=\"remove\"").count(), 2);

    // Whoever has the address sees the list, and can have it.
    let shared = page
        .body
        .split_once("/wishlist?shared=")
        .expect("an address")
        .1;
    let token = shared.split_once('"').expect("its end").0;
    let mut ben = Shopper::new();
    let page = ben.get(&shop, &format!("/wishlist?shared={token}")).await;
    assert!(page.body.contains("Somebody shared this wishlist with you"));
    assert!(page.body.contains("Thing number 3") && ben.cookies.is_empty());
    let page = change(&shop, &mut ben, "wish", "take", token).await;
    assert!(
        page.body.contains("2 articles were put on the list."),
        "{}",
        page.body
    );
    assert_eq!(ben.cookies["wish"], token);

    let key = first_key(&page.body);
    let page = change(&shop, &mut ben, "wish", "remove", &key).await;
    assert!(page.body.contains("Thing number 1 was taken off the list."));
    assert!(page.body.contains(">Undo</button>"));
    let page = change(&shop, &mut ben, "wish", "clear", "1").await;
    assert!(page.body.contains("The list is empty now.") && ben.cookies.is_empty());
    assert_eq!(ann.cookies["wish"], token, "lists are nobody else's");
    let metrics = shop.admin("/metrics").await.body;
    assert!(
        metrics.contains("kind=\"wishlist\",status=\"2xx\""),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_cookie_says_how_long_and_to_whom_it_goes() {
    let shop = open(shop(1)).await;
    let form = fields(&[("list", "wish"), ("add", "p1"), ("partial", "1")]);
    let answer = Shopper::new().post(&shop, "/lists", &form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(
        answer.body.contains("href=\"/wishlist\">View wishlist"),
        "{}",
        answer.body
    );
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("wish=")
            && cookie.ends_with("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test]
async fn over_https_a_list_stays_there() {
    let mut shop = ShopBuilder::of(shop(1)).start();
    let config = shop.folder().join("server.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let text = text.replace("base_url = \"http:", "base_url = \"https:");
    std::fs::write(&config, text).expect("a configuration");
    shop.open().await;
    let form = fields(&[("list", "compare"), ("add", "p1")]);
    let answer = shop
        .request(Shopper::new().request(&shop, "/lists", &form))
        .await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("compare=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn full_lists_tampered_cookies_and_strange_forms_harm_nobody() {
    let shop = open(shop(70)).await;
    let mut ann = Shopper::new();
    for number in 1..=60 {
        let form = fields(&[("list", "wish"), ("add", &format!("p{number}"))]);
        ann.post(&shop, "/lists", &form).await;
    }
    let page = change(&shop, &mut ann, "wish", "add", "p61").await;
    assert!(
        page.body.contains("This list holds 60 articles."),
        "{}",
        page.body
    );
    assert_eq!(page.body.matches("name=\"remove\"").count(), 60);
    for number in 1..=5 {
        let page = change(&shop, &mut ann, "compare", "add", &format!("p{number}")).await;
        assert_eq!(
            page.body.contains("This list holds 4 articles."),
            number == 5
        );
    }
    let page = change(&shop, &mut ann, "wish", "add", "no-such-thing").await;
    assert!(page.body.contains("This is no longer in the shop."));

    let longer = format!("{0}{0}{0}", ann.cookies["wish"]);
    for cookie in ["", "x", "%00", "AAAA", "AAAAAAAAAAA", "<script>", &longer] {
        let mut mallory = Shopper::new();
        mallory.cookies.insert("wish".to_owned(), cookie.to_owned());
        let page = mallory.get(&shop, "/wishlist").await;
        assert_eq!(page.status, 200, "{cookie}");
        assert!(
            !page.body.contains("<script>") && page.body.matches("name=\"remove\"").count() <= 60
        );
    }
    for form in [
        fields(&[]),
        fields(&[("list", "wish")]),
        fields(&[("list", "x"), ("add", "p1")]),
        fields(&[("list", "wish"), ("remove", "zz")]),
    ] {
        let answer = Shopper::new().post(&shop, "/lists", &form).await;
        assert_eq!(answer.status, 400, "{form:?}");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    let json = shop
        .client()
        .post(shop.url("/lists"))
        .header("content-type", "application/json");
    assert_eq!(shop.request(json.body("{}")).await.status, 415);
    assert_eq!(location(&shop.get("/lists").await), "/wishlist");
    let page = shop.get("/wishlist?notice=added.%3Cscript%3E").await;
    assert!(page.status == 200 && !page.body.contains("<script>"));
}

#[tokio::test]
async fn forms_of_other_sites_change_no_list() {
    let shop = open(shop(1)).await;
    let form = fields(&[("list", "wish"), ("add", "p1")]);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("referer", "https://evil.example/"),
    ] {
        let request = Shopper::new()
            .request(&shop, "/lists", &form)
            .header(name, value);
        let page = shop.request(request).await;
        assert_eq!(page.status, 403, "{name}: {value}");
        assert!(!page.headers.contains_key("set-cookie"));
    }
    let metrics = shop.admin("/metrics").await.body;
    assert!(
        metrics.contains("frontage_forged_forms_total 4"),
        "{metrics}"
    );
}

#[tokio::test]
async fn what_left_the_shop_leaves_the_list_and_that_is_said_once() {
    let shop = open(shop(4)).await;
    let mut ann = Shopper::new();
    for id in ["p1", "p2", "p3"] {
        change(&shop, &mut ann, "wish", "add", id).await;
        change(&shop, &mut ann, "compare", "add", id).await;
    }
    let mut documents = frontage_tests::documents::shop(4);
    documents.retain(|document| document["id"] != "p1" && document["id"] != "p3");
    publish(&shop, &documents).await;
    for path in ["/wishlist", "/compare"] {
        let page = ann.get(&shop, path).await;
        assert!(
            page.body.contains(
                "2 articles on this list are no longer in the shop and were taken off it."
            ),
            "{path}: {}",
            page.body
        );
        assert_eq!(page.body.matches("name=\"remove\"").count(), 1, "{path}");
        let page = ann.get(&shop, path).await;
        assert!(!page.body.contains("no longer in the shop"), "{path}");
    }
}

#[tokio::test]
async fn a_comparison_tells_differences_in_words() {
    let with = |id: &str, name: &str, amount: &str, attributes: Value| {
        let mut document = product(id, name, amount);
        document["brand"] = json!("Acme");
        document["attributes"] = attributes;
        document
    };
    let attribute = |code: &str, value: &str| json!({"code": code, "label": code.to_uppercase(), "value": value});
    let documents = vec![
        frontage_tests::documents::category(),
        with(
            "a",
            "First",
            "5.00",
            json!([attribute("wood", "oak"), attribute("legs", "4")]),
        ),
        with(
            "b",
            "Second",
            "7.00",
            json!([attribute("legs", "4"), attribute("glass", "clear")]),
        ),
    ];
    let shop = open(documents).await;
    let mut ann = Shopper::new();
    change(&shop, &mut ann, "compare", "add", "a").await;
    let page = change(&shop, &mut ann, "compare", "add", "b").await;
    let row = |label: &str| {
        let (_, rest) = page
            .body
            .split_once(&format!("<th scope=\"row\">{label}"))
            .expect(label);
        rest.split_once("</tr>").expect("its end").0.to_owned()
    };
    assert!(!row("Brand").contains("differs") && !row("LEGS").contains("differs"));
    assert!(row("WOOD").contains("differs") && row("WOOD").contains("not stated"));
    assert!(row("GLASS").contains("clear"));
    assert!(row("Price").contains("€5.00") && row("Price").contains("€7.00"));
    assert!(page.body.contains("role=\"region\"") && page.body.contains("action=\"/cart\""));
}

#[tokio::test]
async fn pages_of_lists_are_valid_html() {
    let shop = open(shop(3)).await;
    let mut ann = Shopper::new();
    let mut documents = Vec::new();
    for list in ["wish", "compare"] {
        documents.push((
            list.to_owned(),
            ann.get(
                &shop,
                &format!("/{}", ["wishlist", "compare"][usize::from(list != "wish")]),
            )
            .await
            .body,
        ));
        change(&shop, &mut ann, list, "add", "p1").await;
        let page = change(&shop, &mut ann, list, "add", "p2").await;
        documents.push((format!("{list}, filled"), page.body));
    }
    let shared = format!("/wishlist?shared={}", ann.cookies["wish"]);
    documents.push(("shared".to_owned(), ann.get(&shop, &shared).await.body));
    for path in [
        "/partials/suggest?q=thi",
        "/partials/recent?p=thing-number-1",
        "/p/thing-number-1?part=buybox",
        "/partials?u=%2Fpartials%2Fsuggest%3Fq%3Dthi",
    ] {
        let around = "<!DOCTYPE html><html lang=\"en\"><head><title>Part</title></head><body><main><h1>Part</h1>";
        let body = shop.get(path).await.body;
        documents.push((
            path.to_owned(),
            format!("{around}{body}</main></body></html>"),
        ));
    }
    let complaints = page_tools::html_complaints(&documents).unwrap_or_default();
    assert_eq!(complaints, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_work_on_any_screen_with_and_without_javascript() {
    let axe = page_tools::axe();
    let mut shop = ShopBuilder::generated(120).server(CHECKOUT).start();
    shop.open().await;
    for screen in [Screen::Desktop, Screen::Phone] {
        for scripts in [true, false] {
            let axe = axe.as_deref().filter(|_| scripts);
            keep(&shop, screen, scripts, axe).await;
        }
    }
}

async fn keep(shop: &Shop, screen: Screen, scripts: bool, axe: Option<&str>) {
    let browser = Browser::open(screen, scripts).await;
    let scheme = if screen == Screen::Phone {
        "light"
    } else {
        "dark"
    };
    browser.prefer_colours(scheme).await;
    let case = format!("{screen:?}, scripts {scripts}");
    let catalogue = frontage_tests::catalogue::Catalogue::new(120);
    let on_sale = catalogue.products().filter(|product| {
        product.lifecycle() == frontage_tests::catalogue::product::Lifecycle::Active
    });
    for product in on_sale.take(3) {
        let path = format!(
            "/p/{}",
            frontage_shared::model::slug::from_text(&product.name())
        );
        for (nth, list) in [(1, "/wishlist"), (2, "/compare")] {
            browser.go(&shop.url(&path)).await;
            let form = format!(".keep form:nth-child({nth})");
            press(&browser, &format!("{form} button"), scripts).await;
            if scripts {
                let said = format!("document.querySelector('{form} .notice') ? 1 : 0");
                assert!(
                    wait_for(&browser, &said, true).await,
                    "{case}: nothing is said"
                );
                browser.click(&format!("{form} .notice a")).await;
            }
            until(&browser, list, &case).await;
            in_order(&browser, &case, list).await;
        }
    }
    for (path, item) in [
        ("/wishlist", ".grid .card"),
        ("/compare", ".compare thead th"),
    ] {
        browser.go(&shop.url(path)).await;
        in_order(&browser, &case, path).await;
        is_open_to_all(&browser, &case, path, axe).await;
        let count = format!("document.querySelectorAll('{item}').length");
        assert_eq!(browser.value(&count).await, 3, "{case}: {path}");
        // A page that is too wide makes a phone show more than its own width.
        let width = browser.value("window.innerWidth").await;
        assert!(
            screen == Screen::Desktop || width == 390,
            "{case}: {path}: {width}"
        );
        press(&browser, "button[name=remove]", scripts).await;
        let one = format!(
            "document.readyState === 'complete' && document.querySelectorAll('{item}').length === 2 ? 1 : 0"
        );
        assert!(wait_for(&browser, &one, true).await, "{case}: {path}");
    }
    if scripts {
        search(&browser, shop, &case, axe).await;
        remember(&browser, shop, &case, axe).await;
    }
}

/// Types, and walks through what is suggested and back.
async fn search(browser: &Browser, shop: &Shop, case: &str, axe: Option<&str>) {
    browser.go(&shop.url("/")).await;
    browser.write("#q", "la").await;
    let open = "document.querySelectorAll('.suggest:not([hidden]) a').length > 3 ? 1 : 0";
    assert!(
        wait_for(browser, open, true).await,
        "{case}: nothing is suggested"
    );
    let said = browser
        .value("document.querySelector('.search [role=status]').textContent")
        .await;
    assert!(
        said.as_str()
            .is_some_and(|said| said.contains("suggestions")),
        "{case}: {said}"
    );
    is_open_to_all(browser, case, "suggestions", axe).await;
    browser.write("#q", "\u{e015}").await;
    let first = "document.activeElement === document.querySelector('.suggest a') ? 1 : 0";
    assert!(
        wait_for(browser, first, true).await,
        "{case}: the arrow leads nowhere"
    );
    browser.write(".suggest a", "\u{e013}").await;
    assert_eq!(
        browser.value("document.activeElement.id").await,
        "q",
        "{case}"
    );
    in_order(browser, case, "suggestions").await;
    browser.write("#q", "\u{e00c}").await;
    assert!(
        wait_for(
            browser,
            "document.querySelector('.suggest').hidden ? 1 : 0",
            true
        )
        .await
    );
    assert_eq!(
        browser.value("document.activeElement.id").await,
        "q",
        "{case}"
    );
    assert_eq!(
        browser.value("document.activeElement.value").await,
        "la",
        "{case}"
    );
}

/// What was looked at stands on the home page, and only there and in the browser.
async fn remember(browser: &Browser, shop: &Shop, case: &str, axe: Option<&str>) {
    browser.go(&shop.url("/")).await;
    let seen = "document.querySelectorAll('[data-recent] .card').length === 3 ? 1 : 0";
    assert!(
        wait_for(browser, seen, true).await,
        "{case}: nothing was remembered"
    );
    is_open_to_all(browser, case, "home", axe).await;
}
