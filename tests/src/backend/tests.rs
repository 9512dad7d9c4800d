//! The back end as its clients see it: over HTTP.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Backend, Config, Data, Response};

fn backend(count: u64) -> Backend {
    Backend::start(Config::generated(count)).expect("a free port")
}

async fn get(backend: &Backend, path: &str) -> reqwest::Response {
    let client = reqwest::Client::builder()
        .no_gzip()
        .no_proxy()
        .build()
        .expect("a client");
    client
        .get(backend.url(path))
        .send()
        .await
        .expect("an answer")
}

async fn json_of(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}

fn header(response: &reqwest::Response, name: &str) -> String {
    response.headers().get(name).map_or(String::new(), |value| {
        value.to_str().expect("a text").to_owned()
    })
}

/// The address after `rel="next"`, as a client would read it.
fn next(response: &reqwest::Response) -> Option<String> {
    let link = header(response, "link");
    let part = link
        .split(", ")
        .find(|part| part.ends_with("rel=\"next\""))?;
    Some(part[1..part.find('>')?].to_owned())
}

#[tokio::test]
async fn pages_link_to_the_next_until_all_products_are_there() {
    let backend = backend(25);
    let mut url = backend.url("/export/products?page=1&size=10");
    let mut numbers = Vec::new();
    loop {
        let response = reqwest::get(&url).await.expect("an answer");
        let following = next(&response);
        let page: Value = json_of(response).await;
        assert_eq!(page["meta"]["pages"], 3);
        assert_eq!(page["meta"]["total"], 25);
        numbers.extend(
            page["data"]
                .as_array()
                .expect("records")
                .iter()
                .map(|item| item["itemNo"].to_string()),
        );
        match following {
            Some(following) => url = following,
            None => break,
        }
    }
    numbers.dedup();
    assert_eq!(numbers.len(), 25);
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let backend = backend(20);
    let client = reqwest::Client::builder()
        .no_gzip()
        .build()
        .expect("a client");
    for path in [
        "/export/products",
        "/export/categories",
        "/export/properties",
        "/export/content",
        "/export/conditions",
        "/export/windows",
        "/export/sets",
        "/export/opinions.ndjson",
        "/export/stock.ndjson",
    ] {
        let first = get(&backend, path).await;
        let (etag, modified) = (header(&first, "etag"), header(&first, "last-modified"));
        assert!(
            etag.starts_with('"') && !modified.is_empty(),
            "{path}: {etag}"
        );
        for (name, value) in [("if-none-match", &etag), ("if-modified-since", &modified)] {
            let again = client
                .get(backend.url(path))
                .header(name, value)
                .send()
                .await
                .expect("an answer");
            assert_eq!(again.status(), 304, "{path} {name}");
            assert!(again.bytes().await.expect("a body").is_empty());
        }
        let other = client
            .get(backend.url(path))
            .header("if-none-match", "\"other\"")
            .send()
            .await
            .expect("an answer");
        assert_eq!(other.status(), 200);
    }
}

#[tokio::test]
async fn a_tick_changes_the_stock_feed_and_nothing_else() {
    let backend = backend(20);
    let tags = async || {
        (
            header(&get(&backend, "/export/products").await, "etag"),
            header(&get(&backend, "/export/stock.ndjson").await, "etag"),
        )
    };
    let (products, stock) = tags().await;
    assert!(!backend.tick().is_empty());
    let (products_after, stock_after) = tags().await;
    assert_eq!(products, products_after);
    assert_ne!(stock, stock_after);
}

#[tokio::test]
async fn a_price_can_be_set_and_is_in_the_feed() {
    let backend = backend(5);
    let (sku, _) = backend.offers().next().expect("an offer");
    let client = reqwest::Client::new();
    let url = backend.url(&format!("/control/price?sku={sku}&amount=12.34"));
    assert_eq!(
        client.post(url).send().await.expect("an answer").status(),
        200
    );
    let feed = get(&backend, "/export/stock.ndjson")
        .await
        .text()
        .await
        .expect("a body");
    let line: Value = feed
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .find(|line: &Value| line["sku"] == sku.as_str())
        .expect("the article");
    assert_eq!(line["price"], "12.34");
    let refused = client
        .post(backend.url("/control/price?sku=nothing&amount=1"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 404);
    let refused = client
        .post(backend.url("/control/price?sku=nothing&amount=x"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn gzip_is_another_representation_of_the_same_body() {
    let backend = backend(300);
    for path in ["/export/products", "/feed/documents.ndjson"] {
        let plain = get(&backend, path).await;
        let packed = reqwest::Client::new()
            .get(backend.url(path))
            .send()
            .await
            .expect("an answer");
        assert_ne!(header(&plain, "etag"), header(&packed, "etag"));
        let (plain, packed) = (
            plain.bytes().await.expect("a body"),
            packed.bytes().await.expect("a body"),
        );
        assert!(
            plain == packed,
            "{path}: {} and {} bytes",
            plain.len(),
            packed.len()
        );
    }
}

#[tokio::test]
async fn pictures_are_standalone_svg() {
    let backend = backend(5);
    let page: Value = json_of(get(&backend, "/export/products").await).await;
    for item in page["data"].as_array().expect("records") {
        for picture in item["pictures"].as_array().expect("pictures") {
            let response = reqwest::get(picture["href"].as_str().expect("an address"))
                .await
                .expect("an answer");
            assert_eq!(
                (
                    response.status().as_u16(),
                    header(&response, "content-type").as_str()
                ),
                (200, "image/svg+xml")
            );
        }
    }
    assert_eq!(get(&backend, "/images/nothing.svg").await.status(), 404);
}

#[tokio::test]
async fn scripted_answers_come_first_and_can_be_taken_back() {
    let backend = backend(5);
    backend.respond_with(
        "/export/products",
        Response::status(503).header("retry-after", "7"),
    );
    backend.respond_with("/export/products?page=2", Response::json(&json!([])));
    let busy = get(&backend, "/export/products?page=1").await;
    assert_eq!(
        (
            busy.status().as_u16(),
            header(&busy, "retry-after").as_str()
        ),
        (503, "7")
    );
    assert_eq!(
        get(&backend, "/export/products?page=2")
            .await
            .text()
            .await
            .expect("a body"),
        "[]"
    );
    backend.behave("/export/products");
    assert_eq!(get(&backend, "/export/products").await.status(), 200);
    let targets: Vec<String> = backend
        .requests()
        .into_iter()
        .map(|seen| seen.target)
        .collect();
    assert_eq!(
        targets,
        [
            "/export/products?page=1",
            "/export/products?page=2",
            "/export/products"
        ]
    );
}

#[tokio::test]
async fn faults_look_like_faults_to_a_client() {
    let backend = backend(1);
    let body = Response::ok("text/plain", "0123456789");
    backend.respond_with("/cut", body.clone().cut_at(4));
    backend.respond_with("/drip", body.clone().dripping(3, Duration::from_millis(1)));
    backend.respond_with("/bomb", Response::gzip_bomb(3 << 20));
    backend.respond_with("/loop", Response::redirect(302, "/loop"));
    assert!(get(&backend, "/cut").await.bytes().await.is_err());
    assert_eq!(
        get(&backend, "/drip").await.text().await.expect("a body"),
        "0123456789"
    );
    let bomb = reqwest::Client::new()
        .get(backend.url("/bomb"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(bomb.bytes().await.expect("a body").len(), (3 << 20) + 4);
    assert!(
        reqwest::get(backend.url("/loop"))
            .await
            .is_err_and(|error| error.is_redirect())
    );
}

#[tokio::test]
async fn a_data_set_is_served_as_its_back_end_would() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 1..=4 {
        let records: Vec<Value> = (0..3)
            .map(|index| json!({"id": format!("{number}{index}"), "title": "Toner", "price": 4995 + index}))
            .collect();
        write_gz(
            &folder.path().join(format!("{number}.json.gz")),
            &json!(records).to_string(),
        );
    }
    let data = Data::open(folder.path()).expect("a data set");
    let backend = Backend::start(Config::of(data)).expect("a free port");
    let page = get(&backend, "/api/products?page=2&size=5").await;
    assert!(
        next(&page)
            .expect("a link")
            .ends_with("/api/products?page=3&size=5")
    );
    let page: Value = json_of(page).await;
    assert_eq!(page["meta"], json!({"page": 2, "pages": 3, "total": 12}));
    assert_eq!(page["data"][0]["id"], "22");
    assert!(page["data"][0]["updated_at"].is_string());
    let file: Value = json_of(get(&backend, "/export/3.json").await).await;
    assert_eq!(
        file,
        json!([
            {"id": "30", "title": "Toner", "price": 4995},
            {"id": "31", "title": "Toner", "price": 4996},
            {"id": "32", "title": "Toner", "price": 4997},
        ])
    );
    assert_eq!(get(&backend, "/export/5.json").await.status(), 404);
    let lines = get(&backend, "/export/products.ndjson")
        .await
        .text()
        .await
        .expect("a body");
    assert_eq!(lines.lines().count(), 12);
    let stock = get(&backend, "/export/stock.ndjson")
        .await
        .text()
        .await
        .expect("a body");
    assert!(stock.contains(r#""sku":"10","price":"49.95""#), "{stock}");
    let none: Value = json_of(get(&backend, "/api/products?updated_since=2030-01-01").await).await;
    assert_eq!(none["meta"]["total"], 0);
}

fn write_gz(path: &Path, text: &str) {
    let file = std::fs::File::create(path).expect("a file");
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("written");
    encoder.finish().expect("written");
}
