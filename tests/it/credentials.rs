//! Credentials come from the environment or from files, go to their own origin, and stay out of everything else.

use std::path::Path;

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Ended, Shop, ShopBuilder};

const SECRETS: [&str; 4] = [
    "s3cret-passw0rd",
    "b3arer-t0ken",
    "h3ader-value",
    "qu3ry-key",
];

/// A shop whose only source is let in like this, with the secrets in files beside its configuration.
fn shop(auth: &str) -> Shop {
    shop_of(ShopBuilder::of(documents::shop(3)), auth)
}

fn shop_of(shop: ShopBuilder, auth: &str) -> Shop {
    let shop = shop
        .catalog_source(&format!("retries = 0\nauth = {auth}\n"))
        .start();
    for (number, secret) in SECRETS.iter().enumerate() {
        let file = shop.folder().join(format!("secret-{number}"));
        std::fs::write(file, format!("{secret}\n")).expect("a file");
    }
    // What the back end gives is a secret like any other.
    shop.fill_in("TOKEN-URL", "/token");
    let token = serde_json::json!({"access_token": SECRETS[1], "expires_in": 3600});
    let gives = Response::json(&token).header("set-cookie", "session=h3ader-value; HttpOnly");
    shop.backend.respond_with("/token", gives);
    shop
}

/// Files below a folder that hold one of the secrets, those that are meant to aside.
fn leaks(folder: &Path) -> Vec<String> {
    let mut leaks = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            leaks.extend(self::leaks(&path));
        } else if !name.starts_with("secret-") {
            let bytes = std::fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let is_leak = SECRETS.iter().any(|secret| text.contains(secret));
            leaks.extend(is_leak.then(|| path.display().to_string()));
        }
    }
    leaks
}

/// Every kind of credential: how it is configured, the header that carries it ("" for the query), and what that holds.
const KINDS: [(&str, &str, &str); 6] = [
    (
        r#"{ kind = "basic", user = "shop", password = { file = "secret-0" } }"#,
        "authorization",
        // shop:s3cret-passw0rd
        "Basic c2hvcDpzM2NyZXQtcGFzc3cwcmQ=",
    ),
    (
        r#"{ kind = "bearer", token = { file = "secret-1" } }"#,
        "authorization",
        "Bearer b3arer-t0ken",
    ),
    (
        r#"{ kind = "header", name = "X-Token", value = { file = "secret-2" }, prefix = "token " }"#,
        "x-token",
        "token h3ader-value",
    ),
    (
        r#"{ kind = "query", params = { key = { file = "secret-3" } } }"#,
        "",
        "key=qu3ry-key",
    ),
    (
        r#"{ kind = "oauth2", token_url = "TOKEN-URL", client_id = "shop", client_secret = { file = "secret-0" } }"#,
        "authorization",
        "Bearer b3arer-t0ken",
    ),
    (
        r#"{ kind = "login", url = "TOKEN-URL", fields = { password = { file = "secret-3" } } }"#,
        "cookie",
        "session=h3ader-value",
    ),
];

#[tokio::test]
async fn every_kind_of_credential_arrives_and_is_told_to_nobody() {
    for (auth, header, expected) in KINDS {
        let shop = shop(auth);
        shop.once().await;
        // A second run, so that whatever is remembered is there; then one that fails, and one that is sent elsewhere.
        shop.sends(&documents::shop(4));
        let mut told = vec![shop.once().await];
        shop.backend.respond_with(CATALOG, Response::status(500));
        told.push(shop.ingest(&["once"]).await);
        let elsewhere = ShopBuilder::of(documents::shop(1)).start();
        let to = elsewhere.backend.url(CATALOG);
        shop.backend
            .respond_with(CATALOG, Response::status(302).header("location", &to));
        told.push(shop.ingest(&["once"]).await);
        told.push(shop.ingest(&["status", "--json"]).await);
        told.push(shop.ingest(&["history", "--json"]).await);
        let pages = shop.backend.requests().into_iter();
        for seen in pages.filter(|seen| seen.target != "/token") {
            match header {
                "" => assert!(seen.target.contains(expected), "{}", seen.target),
                name => assert_eq!(seen.headers[name], expected),
            }
        }
        assert!(elsewhere.backend.requests().is_empty());
        check(&shop, &told, auth);
    }
}

/// Nothing that a command says, and no file beside those that are meant to, holds a secret.
fn check(shop: &Shop, told: &[Ended], auth: &str) {
    for told in told {
        let text = format!("{}{}", told.stdout, told.stderr);
        let leaked = SECRETS.iter().find(|secret| text.contains(*secret));
        assert_eq!(leaked, None, "{text}");
    }
    assert_eq!(leaks(shop.folder()), Vec::<String>::new(), "{auth}");
}

/// Answers that repeat what they were asked with.
fn repeated(elsewhere: &str, expected: &str, known: &[&str]) -> Vec<Response> {
    let echo = format!("{expected}/{}", known.join("/"));
    let away = format!("{}/{echo}?key={}", elsewhere, echo);
    let link = |to: &str| format!("<{to}>; rel=\"next\"");
    let here = format!("{CATALOG}?page=2&{expected}");
    let page = Response::json(&serde_json::json!({"data": documents::shop(2)}));
    vec![
        Response::ok("text/html", format!("<h1>Who is {echo}?</h1>")),
        Response::json(&serde_json::json!({"error": {"asked": known}})),
        Response::status(401).header("x-asked", &echo),
        Response::status(302).header("location", &away),
        Response::status(302).header("location", &format!("http://{echo}:x/")),
        page.clone().header("link", &link(&away)),
        page.clone().header("link", &format!("<{echo}")),
        page.clone().header("link", &link(&here)),
    ]
}

/// Back ends repeat what they were asked with: in error pages, in links, in addresses that lead elsewhere.
#[tokio::test]
async fn what_a_back_end_repeats_is_told_to_nobody() {
    let elsewhere = ShopBuilder::of(documents::shop(1)).start();
    let mut ways = 0;
    for (auth, _, expected) in KINDS {
        let mut known: Vec<&str> = SECRETS
            .into_iter()
            .filter(|secret| expected.contains(secret))
            .collect();
        if auth.contains("basic") {
            known.push(SECRETS[0]);
        }
        let repeated = repeated(&elsewhere.backend.url(CATALOG), expected, &known);
        let paged = ShopBuilder::of(documents::shop(3)).paged_json();
        let shop = shop_of(paged.catalog_source("\nerror_at = \"/error\"\n"), auth);
        let mut told = Vec::new();
        for answer in repeated {
            ways += 1;
            shop.backend.respond_with(CATALOG, answer);
            let ended = shop.ingest(&["once"]).await;
            assert_eq!(ended.code, Some(3), "{}{}", ended.stdout, ended.stderr);
            told.push(ended);
        }
        told.push(shop.ingest(&["status", "--json"]).await);
        told.push(shop.ingest(&["history", "--json"]).await);
        assert!(elsewhere.backend.requests().is_empty());
        check(&shop, &told, auth);
    }
    println!("credentials: repeated in {ways} ways, leaks 0");
}

#[tokio::test]
async fn a_secret_that_is_missing_is_named_and_a_wrong_one_is_not_repeated() {
    for (auth, told) in [
        (
            r#"{ kind = "bearer", token = { env = "FRONTAGE_NO_SUCH_VARIABLE" } }"#,
            "`FRONTAGE_NO_SUCH_VARIABLE` is not set",
        ),
        (
            r#"{ kind = "bearer", token = { file = "missing" } }"#,
            "cannot read the file `missing`",
        ),
        (r#"{ kind = "bearer" }"#, "auth.token"),
        (r#"{ kind = "kerberos" }"#, "expected none, basic"),
        (
            r#"{ kind = "bearer", token = "t", user = "u" }"#,
            r#"auth.user: is no key of kind = "bearer""#,
        ),
        (
            r#"{ kind = "oauth2", token_url = "https://u:s3cret-passw0rd@a.example/" }"#,
            "auth.token_url: expected",
        ),
        (
            r#"{ kind = "login", url = "https://other.example/login", fields = { a = "b" } }"#,
            "cookies go to the origin that sets them",
        ),
        (
            r#"{ kind = "login", url = "https://a.example/", fields = { a = { b = { env = "FRONTAGE_NO_SUCH_VARIABLE" } } } }"#,
            "auth.fields.a.b: the environment variable",
        ),
        (
            r#"{ kind = "bearer", token = { text = "s3cret-passw0rd" } }"#,
            "auth.token",
        ),
    ] {
        let ended = shop(auth).ingest(&["once"]).await;
        assert_eq!(ended.code, Some(2), "{auth}");
        assert!(ended.stderr.contains(told), "{auth}: {}", ended.stderr);
        assert!(!ended.stderr.contains(SECRETS[0]), "{}", ended.stderr);
    }
}
