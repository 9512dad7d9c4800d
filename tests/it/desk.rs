//! The operator's desk in a real browser, and who may do what there.
//!
//! `DESK_PICTURES=FOLDER` keeps a picture of every page, for people to look at.

use frontage_tests::backend::Response;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Page, Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::browser::{in_order, wait_for};

const TOKEN: &str = "a-token-that-nobody-guesses";

/// Hold, read the diff, approve; roll back; unpin; pin; run now; log out. On both screens, with and without script.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_does_a_whole_shift_at_the_desk() {
    for (screen, scripts) in [
        (Screen::Desktop, true),
        (Screen::Phone, true),
        (Screen::Desktop, false),
    ] {
        let shop = with_desk().await;
        let desk = Visitor::new(&shop, screen, scripts).await;
        desk.logs_in().await;
        desk.approves_what_is_held().await;
        desk.goes_back_and_lets_go().await;
        desk.pins().await;
        desk.runs_a_source().await;
        desk.go("/actions").await;
        desk.sees(
            "actions",
            &["Approve", "Roll back to generation 1", "Pin the current"],
        )
        .await;
        desk.browser.click(".leave button").await;
        assert!(
            wait_for(
                &desk.browser,
                "location.pathname === '/login' ? 1 : 0",
                true
            )
            .await
        );
        desk.go("/generations").await;
        desk.sees("login", &["Log in"]).await;
    }
}

/// A browser at the desk.
struct Visitor<'a> {
    shop: &'a Shop,
    browser: Browser,
    case: String,
}

impl<'a> Visitor<'a> {
    async fn new(shop: &'a Shop, screen: Screen, scripts: bool) -> Self {
        Self {
            shop,
            browser: Browser::open(screen, scripts).await,
            case: format!("{screen:?}-{}", if scripts { "script" } else { "plain" }),
        }
    }

    async fn go(&self, path: &str) {
        self.browser.go(&self.shop.desk_url(path)).await;
    }

    /// The page is in order and says all this.
    async fn sees(&self, page: &str, texts: &[&str]) {
        in_order(&self.browser, &self.case, page).await;
        let text = self.text().await;
        for wanted in texts {
            assert!(
                text.contains(wanted),
                "{}, {page}: no `{wanted}` in {text}",
                self.case
            );
        }
        let unnamed = "[...document.querySelectorAll('button, a, input:not([type=hidden], [hidden])')].filter(element => \
            !(element.innerText || element.labels?.length || element.getAttribute('aria-label'))).length";
        assert_eq!(
            self.browser.value(unnamed).await,
            0,
            "{}, {page}",
            self.case
        );
        if let Some(folder) = std::env::var_os("DESK_PICTURES") {
            let file = std::path::Path::new(&folder).join(format!("{page}-{}.png", self.case));
            std::fs::write(file, self.browser.picture().await).expect("a picture is written");
        }
    }

    async fn text(&self) -> String {
        let text = self.browser.value("document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks, and waits for the page that the answer leads to.
    async fn clicks(&self, selector: &str, path: &str) {
        self.browser.click(selector).await;
        let there = format!(
            "document.readyState === 'complete' && location.pathname.startsWith('{path}') ? 1 : 0"
        );
        assert!(
            wait_for(&self.browser, &there, true).await,
            "{}: {}",
            self.case,
            self.text().await
        );
    }

    async fn logs_in(&self) {
        self.go("/generations").await;
        self.sees("login", &["Log in", "Token"]).await;
        self.browser
            .search_for("#token", "not-the-token-at-all")
            .await;
        assert!(
            wait_for(
                &self.browser,
                "document.querySelector('[role=alert]') ? 1 : 0",
                true
            )
            .await
        );
        // The browser itself complains about the status.
        self.browser.console().await;
        self.sees("login-wrong", &["This token is not the one"])
            .await;
        self.browser.search_for("#token", TOKEN).await;
        assert!(
            wait_for(
                &self.browser,
                "document.querySelector('table') ? 1 : 0",
                true
            )
            .await,
            "{}",
            self.text().await
        );
        assert!(
            self.browser.url().await.ends_with("/generations"),
            "login leads to where one wanted to be"
        );
        let cookies = self.browser.value("document.cookie").await;
        assert_eq!(cookies, "", "no script can read the session");
        self.go("/").await;
        self.sees("overview", &["generation 1", "catalog", "Run now"])
            .await;
    }

    async fn approves_what_is_held(&self) {
        self.shop.sends(&documents::shop(4));
        self.shop
            .until("the small feed is held", async |shop| {
                (!held(shop).await.is_null()).then_some(())
            })
            .await;
        self.go("/").await;
        self.sees(
            "overview-held",
            &["catalog is held", "documents of kind product would go"],
        )
        .await;
        self.clicks("#held a.button", "/held/").await;
        self.until_shown(".tally").await;
        self.sees(
            "held",
            &[
                "Why it is held",
                "8\nproducts removed",
                "Thing number 12",
                "8\naddresses gone",
                "/p/thing-number-5",
                "Approve and publish",
            ],
        )
        .await;
        self.clicks(".decide button", "/actions/").await;
        self.until_done().await;
        self.sees("approved", &["done", "published generation 2: 4 products"])
            .await;
        assert_eq!(live(self.shop).await["generation"], 2);
    }

    async fn goes_back_and_lets_go(&self) {
        self.go("/generations").await;
        self.sees("generations", &["current", "Roll back"]).await;
        self.clicks(
            "a[href='/generations/1/rollback']",
            "/generations/1/rollback",
        )
        .await;
        self.sees(
            "rollback",
            &["Roll back to generation 1", "8\nproducts added"],
        )
        .await;
        self.clicks(".decide button", "/actions/").await;
        self.until_done().await;
        self.sees(
            "rolled-back",
            &["published generation 3, pinned: 12 products"],
        )
        .await;
        assert_eq!(live(self.shop).await["pinned"], true);
        self.go("/").await;
        self.sees("overview-pinned", &["Pinned."]).await;
        self.clicks("form[action='/unpin'] button", "/actions/")
            .await;
        self.until_done().await;
        self.sees("unpinned", &["published generation 4: 12 products"])
            .await;
        self.shop
            .until("the accepted feed is published again", async |shop| {
                (live(shop).await["generation"] == 5).then_some(())
            })
            .await;
    }

    async fn pins(&self) {
        self.go("/generations").await;
        self.clicks("form[action='/pin'] button", "/actions/").await;
        self.until_done().await;
        self.sees("pinned", &["published generation 6, pinned: 4 products"])
            .await;
        // The second time there is nothing to pin, and the page says so.
        self.go("/generations").await;
        self.sees("generations-pinned", &["Generation 6 is pinned", "Unpin"])
            .await;
    }

    async fn runs_a_source(&self) {
        let mut spoilt = documents::shop(4);
        spoilt[3]["name"] = json!(17);
        spoilt.push(documents::product("p9", "Thing number 9", "not a price"));
        self.shop.sends(&spoilt);
        self.go("/sources/catalog").await;
        self.clicks("form[action='/sources/catalog/run'] button", "/actions/")
            .await;
        self.sees("run", &["catalog is asked for now"]).await;
        for (what, told) in [
            ("the desk's run is in the history", "\"trigger\":\"desk\""),
            ("something is refused", "\"refused\":2"),
        ] {
            self.shop
                .until(what, async |shop| {
                    let runs = shop.history().await;
                    runs.iter().any(|run| run.contains(told)).then_some(())
                })
                .await;
        }
        self.go("/sources/catalog").await;
        self.sees(
            "source",
            &["What was refused", "/name", "Records a run", "desk"],
        )
        .await;
        self.go("/sources/catalog/refused").await;
        self.sees("refused", &["not a price", "/prices/0/amount", "record"])
            .await;
    }

    async fn until_shown(&self, selector: &str) {
        let shown = format!("document.querySelector('{selector}') ? 1 : 0");
        assert!(
            wait_for(&self.browser, &shown, true).await,
            "{}: {}",
            self.case,
            self.text().await
        );
    }

    /// An action that takes long says so, and the page asks again by itself.
    async fn until_done(&self) {
        self.until_shown(".banner.good").await;
    }
}

#[tokio::test]
async fn nobody_without_the_token_sees_or_does_anything() {
    let shop = with_desk().await;
    for path in [
        "/",
        "/generations",
        "/sources/catalog",
        "/actions",
        "/partials/live",
        "/held/0",
    ] {
        let page = get(&shop, path, &[]).await;
        assert!(
            page.body.contains("<h1>Log in</h1>") && !page.body.contains("generation 1"),
            "{path}: {}",
            page.body
        );
        assert_eq!(page.header("set-cookie"), "", "{path}");
    }
    for path in ["/pin", "/sources/catalog/run", "/generations/1/rollback"] {
        assert_eq!(post(&shop, path, &[], "").await.status, 403, "{path}");
    }
    let wrong = post(&shop, "/login", &[], "token=guess&to=/").await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, ""));
    let elsewhere = post(
        &shop,
        "/login",
        &[],
        &format!("token={TOKEN}&to=//evil.example/"),
    )
    .await;
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/"));
    let cookie = elsewhere.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let page = get(
        &shop,
        "/",
        &[("cookie", cookie.split(';').next().unwrap_or_default())],
    )
    .await;
    assert!(page.body.contains("<h1>Overview</h1>"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!shop.logs().contains(TOKEN) && !page.body.contains(TOKEN));
    assert_eq!(live(&shop).await["generation"], 1);
}

#[tokio::test]
async fn a_page_of_another_site_can_do_nothing() {
    let shop = with_desk().await;
    let opened = post(&shop, "/login", &[], &format!("token={TOKEN}")).await;
    let cookie = opened
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    let page = get(&shop, "/generations", &[("cookie", &cookie)]).await;
    let (_, rest) = page
        .body
        .split_once("name=\"form_token\" value=\"")
        .expect("a form");
    let form = format!("form_token={}", rest.split('"').next().unwrap_or_default());
    let own = shop.desk_url("");
    for (headers, form) in [
        (vec![], ""),
        (vec![], "form_token=0"),
        (vec![("origin", "http://evil.example")], form.as_str()),
        (vec![("origin", "null")], form.as_str()),
        (vec![("sec-fetch-site", "cross-site")], form.as_str()),
        (vec![("sec-fetch-site", "same-site")], form.as_str()),
    ] {
        let headers = [headers.clone(), vec![("cookie", cookie.as_str())]].concat();
        let page = post(&shop, "/pin", &headers, form).await;
        assert_eq!(page.status, 403, "{headers:?}");
        assert!(page.body.contains("Nothing was done"));
    }
    assert_eq!(live(&shop).await["pinned"], false);
    let done = post(
        &shop,
        "/pin",
        &[("cookie", &cookie), ("origin", &own)],
        &form,
    )
    .await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(live(&shop).await["pinned"], true);
    let again = post(
        &shop,
        "/pin",
        &[("cookie", &cookie), ("origin", &own)],
        &form,
    )
    .await;
    let told = get(&shop, again.header("location"), &[("cookie", &cookie)]).await;
    assert!(told.body.contains("is pinned already"), "{}", told.body);
}

#[tokio::test]
async fn a_monitor_learns_what_is_held_and_what_fails() {
    let shop = with_desk().await;
    assert_eq!(get(&shop, "/healthz", &[]).await.body, "ok\n");
    assert_eq!(get(&shop, "/metrics", &[]).await.status, 401);
    let bearer = format!("Bearer {TOKEN}");
    let says = async |line: &str| {
        let page = get(&shop, "/metrics", &[("authorization", &bearer)]).await;
        page.body.lines().any(|found| found == line)
    };
    assert!(says("frontage_ingest_generation 1").await);
    assert!(says("frontage_ingest_source_held{source=\"catalog\"} 0").await);
    shop.sends(&documents::shop(2));
    let held = "frontage_ingest_source_held{source=\"catalog\"} 1";
    assert!(shop.comes_to_pass(|| says(held)).await);
    shop.backend.respond_with(CATALOG, Response::status(500));
    let failed = "frontage_ingest_source_failed{source=\"catalog\"} 1";
    assert!(shop.comes_to_pass(|| says(failed)).await);
}

/// Without a token the desk is for this machine alone, under names that only this machine has.
#[tokio::test]
async fn without_a_token_no_other_name_leads_to_the_desk() {
    let mut shop = ShopBuilder::of(documents::shop(3)).desk("").start();
    shop.run_ingest();
    shop.until("the desk is open", async |shop| {
        let page = shop.client().get(shop.desk_url("/")).send().await.ok()?;
        (page.status() == 200).then_some(())
    })
    .await;
    let rebound = get(&shop, "/", &[("host", "evil.example")]).await;
    assert_eq!(rebound.status, 403);
    assert_eq!(
        get(&shop, "/", &[("host", "localhost:8091")]).await.status,
        200
    );
    assert_eq!(
        post(&shop, "/pin", &[], "").await.status,
        403,
        "a form without a session"
    );
    let foreign = post(
        &shop,
        "/poke/catalog",
        &[("origin", "http://evil.example")],
        "",
    )
    .await;
    assert_eq!(foreign.status, 403);
    assert_eq!(post(&shop, "/poke/catalog", &[], "").await.status, 202);
}

/// Twelve products, published by a daemon with a desk that wants the token.
async fn with_desk() -> Shop {
    let mut shop = ShopBuilder::of(documents::shop(12))
        .desk("token_file = \"token\"")
        .start();
    std::fs::write(shop.folder().join("token"), format!("{TOKEN}\n")).expect("a file");
    shop.run_ingest();
    shop.until("the first generation is published", async |shop| {
        (live(shop).await["generation"] == 1).then_some(())
    })
    .await;
    shop
}

async fn live(shop: &Shop) -> Value {
    status(shop).await["live"].clone()
}

async fn held(shop: &Shop) -> Value {
    status(shop).await["sources"][0]["held"].clone()
}

async fn status(shop: &Shop) -> Value {
    let ended = shop.ingest(&["status", "--json"]).await;
    serde_json::from_str(&ended.stdout).unwrap_or_default()
}

async fn get(shop: &Shop, path: &str, headers: &[(&str, &str)]) -> Page {
    let mut request = shop.client().get(shop.desk_url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.request(request).await
}

pub(crate) async fn post(shop: &Shop, path: &str, headers: &[(&str, &str)], form: &str) -> Page {
    let mut request = shop
        .client()
        .post(shop.desk_url(path))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.request(request).await
}
