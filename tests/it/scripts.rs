//! Promise 17: feed text never becomes script.
//!
//! Every way out of a text that we know of, joined with every way to run something, stands in every text field of
//! every kind of document. A real browser opens the pages: nothing may run, nothing may be refused by the content
//! security policy (for that would mean that something got through the escaping), no element or handler may appear
//! that a template does not have, and the text must be there to read, as it was sent.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

/// Ways out of where a text stands: text, attributes, comments, raw text elements, scripts.
const BREAKOUTS: [&str; 10] = [
    "",
    "\">",
    "'>",
    "--><!-- -->",
    "</title>",
    "</textarea>",
    "</script>",
    "]]>",
    "</style></noscript>",
    "`\\\">",
];

/// Ways to run something; `RUN` is what they run.
const VECTORS: [&str; 24] = [
    "<script>RUN</script>",
    "<img src=x onerror=RUN>",
    "<svg onload=RUN>",
    "<svg><script>RUN</script></svg>",
    "<iframe srcdoc='<script>parent.RUN</script>'>",
    "<a href=\"javascript:RUN\">x</a>",
    "<a href=\"java\tscript:RUN\">x</a>",
    "<details open ontoggle=RUN>x</details>",
    "<input autofocus onfocus=RUN>",
    "<math><a xlink:href=\"javascript:RUN\">x</a></math>",
    "<object data=\"javascript:RUN\"></object>",
    "<embed src=\"javascript:RUN\">",
    "<form action=\"javascript:RUN\"><button>x</button></form>",
    "<video><source onerror=RUN></video>",
    "<marquee onstart=RUN>x</marquee>",
    "<style>@import 'javascript:RUN';</style>",
    "<base href=\"javascript:RUN//\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:RUN\">",
    "<x onmouseover=RUN style=position:fixed;inset:0>x</x>",
    "<template><script>RUN</script></template>",
    "&lt;img src=x onerror=RUN&gt;",
    "<!--<script>RUN",
    "x onerror=RUN autofocus onfocus=RUN x=",
    "{{constructor.constructor('RUN')()}}",
];

/// One in so many of the smaller pages is opened in the browser; all of them are read.
const OPENED: usize = 12;

/// What is wrong with the page that a browser shows; empty for nothing.
const COMPLAINTS: &str = r#"(() => {
    const wrong = [];
    if (window.ran) wrong.push('something ran');
    const known = 'script[src^="/assets/"], script[type="application/ld+json"]';
    for (const element of document.querySelectorAll('*')) {
        const name = element.localName;
        if (name === 'script' && !element.matches(known)) wrong.push('a script');
        if (/^(iframe|object|embed|base|template|style|marquee|source|textarea|noscript|math|x)$/.test(name)) wrong.push(name);
        if (name === 'video' && !element.matches('.films video[controls]')) wrong.push(name);
        for (const attribute of element.attributes) {
            if (/^on/i.test(attribute.name)) wrong.push(name + ' ' + attribute.name);
            if (/^(href|src|action|formaction|xlink:href|data)$/i.test(attribute.name)
                && /^[\s\x00-\x1f]*j[\s]*a[\s]*v[\s]*a[\s]*s/i.test(attribute.value)) wrong.push(attribute.value);
        }
    }
    for (const data of document.querySelectorAll('script[type="application/ld+json"]')) {
        try { JSON.parse(data.textContent); } catch (error) { wrong.push(String(error)); }
    }
    return wrong;
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn feed_text_never_becomes_script() {
    let payloads: Vec<String> = BREAKOUTS
        .iter()
        .flat_map(|breakout| VECTORS.map(|vector| format!("{breakout}{vector}")))
        .map(|payload| payload.replace("RUN", "window.ran=1"))
        .collect();
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let documents = payloads
        .iter()
        .enumerate()
        .flat_map(|(at, payload)| documents(at, payload));
    let attack = &payloads[2];
    let mut shop = ShopBuilder::of(documents.collect())
        .shop(&format!(
            "tagline = {0}\ndescription = {0}",
            Value::from(format!("Shop {attack}"))
        ))
        .start();
    shop.open().await;
    let browser = Browser::open(Screen::Desktop, true).await;
    let mut opened = 0;
    for (at, payload) in payloads.iter().enumerate() {
        let name = format!("Name {payload}");
        opened += show(&shop, &browser, &format!("/p/p{at}"), Some(&name)).await;
        let others = [
            (format!("/c/c{at}"), Some(name.as_str())),
            (format!("/pages/t{at}"), Some(name.as_str())),
            (format!("/p/p{at}/reviews"), None),
            (format!("/p/p{at}?variant=v{at}-2"), Some(name.as_str())),
            (format!("/partials/offer/p{at}"), None),
            (search(payload), None),
        ];
        for (path, heading) in others {
            if at % OPENED == 0 {
                opened += show(&shop, &browser, &path, heading).await;
            } else {
                read(&shop, &path).await;
            }
        }
    }
    for path in ["/", "/c/c0?page=2", "/no-such-page"] {
        opened += show(&shop, &browser, path, None).await;
    }
    // What a browser shows of XML is a page of its own.
    for path in ["/sitemaps/2.xml", "/feeds/google.xml"] {
        browser.go(&shop.url(path)).await;
        assert_eq!(
            browser.value("window.ran ?? null").await,
            Value::Null,
            "{path}"
        );
    }
    println!(
        "XSS payloads in every text field: {}, pages opened in a browser: {opened}, executions: 0",
        payloads.len()
    );
}

/// Opens a page in the browser and looks for what should not be there.
async fn show(shop: &Shop, browser: &Browser, path: &str, heading: Option<&str>) -> usize {
    browser.go(&shop.url(path)).await;
    let complaints = browser.value(COMPLAINTS).await;
    assert_eq!(complaints, json!([]), "{path}");
    let console = browser.console().await;
    let refused = console
        .iter()
        .find(|line| !line.contains("404 (Not Found)"));
    assert_eq!(refused, None, "{path}");
    if let Some(heading) = heading {
        let shown = browser
            .value("document.querySelector('h1').textContent")
            .await;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            words(shown.as_str().unwrap_or_default()),
            words(heading),
            "{path}"
        );
    }
    1
}

/// Reads a page, and looks for what a template would not write.
async fn read(shop: &Shop, path: &str) {
    let page = shop.get(path).await;
    assert!(
        page.status == 200 || page.status == 302,
        "{path}: {}",
        page.status
    );
    // Where the payload is text, its angle brackets are escaped; in a handler there would be none before it.
    let lower = page.body.to_lowercase();
    for sign in [
        "<script>",
        "<svg onload",
        "<img src=x",
        "<iframe",
        "href=\"java",
        "<x ",
        "<base",
        "<style",
    ] {
        assert!(!lower.contains(sign), "{path}: {sign}");
    }
}

fn search(payload: &str) -> String {
    let mut url = reqwest::Url::parse("http://shop/search").expect("a URL");
    // The shop keeps so many characters of a search, and one space between words.
    let words: String = payload.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(120).collect();
    url.query_pairs_mut().append_pair("q", words.trim_end());
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// A product with everything it can have, a category and a page, with a payload in every text field.
fn documents(at: usize, payload: &str) -> Vec<Value> {
    let name = format!("Name {payload}");
    let id = payload.trim().replace('\t', " ");
    let html =
        format!("<p title=\"{payload}\">Text {payload}</p>{payload}<a href=\"{payload}\">x</a>");
    let seo = json!({"title": name, "description": name});
    let media = json!([
        {"url": "/media/x.jpg", "alt": name, "width": 10, "height": 10},
        {"type": "video", "url": "/media/x.mp4", "alt": name},
        {"type": "document", "url": "/media/x.pdf", "alt": name},
    ]);
    let variant = |number: usize, value: &str| {
        json!({
            "id": format!("v{at}-{number}"), "sku": format!("{id}{number}"), "name": name, "mpn": name,
            "options": {(id.clone()): value}, "prices": [{"amount": "9.50", "currency": "EUR", "compare_at": "12.00"}],
            "stock": {"availability": "in_stock"}, "media": media,
        })
    };
    let product = json!({
        "type": "product", "id": format!("p{at}"), "slug": format!("p{at}"), "name": name, "brand": name,
        "description": html, "short_description": html, "category_ids": [format!("c{at}"), "c0"],
        "primary_category_id": format!("c{at}"), "tags": [name], "seo": seo, "media": media,
        "options": [{"code": id, "name": name, "values": [
            {"code": format!("{id}1"), "name": format!("First {payload}")},
            {"code": format!("{id}2"), "name": format!("Second {payload}"), "swatch": "#aabbcc"},
        ]}],
        "variants": [variant(1, &format!("{id}1")), variant(2, &format!("{id}2"))],
        "attributes": [
            {"code": id, "label": name, "group": name, "value": name},
            {"code": "facet", "label": "Facet", "value": name, "unit": payload.chars().take(40).collect::<String>()},
        ],
        "related": [{"relation": "related", "product_id": "p0"}],
        "bundle": [{"product_id": format!("p{}", (at + 1) % 200), "variant_id": format!("v{}-1", (at + 1) % 200)}],
    });
    let category = json!({
        "type": "category", "id": format!("c{at}"), "slug": format!("c{at}"), "name": name, "description": html,
        "seo": seo, "media": media,
    });
    let link = json!({"href": "/c/c0", "label": name});
    let image = json!({"url": "/media/x.jpg", "alt": name, "width": 10, "height": 10});
    let page = json!({
        "type": "page", "id": format!("t{at}"), "slug": format!("t{at}"), "title": name, "body": html, "seo": seo,
        "sections": [
            {"kind": "hero", "title": name, "body": html, "image": image, "link": link},
            {"kind": "products", "title": name, "body": html, "product_ids": [format!("p{at}")], "link": link},
            {"kind": "categories", "title": name, "category_ids": [format!("c{at}")]},
            {"kind": "text", "title": name, "body": html, "image": image, "link": link},
        ],
    });
    let review = json!({
        "type": "review", "id": format!("r{at}"), "product_id": format!("p{at}"), "rating": 4, "title": name,
        "body": format!("Text {payload}"), "author": name, "answer": format!("Answer {payload}"), "verified": true,
    });
    vec![category, page, product, review]
}
