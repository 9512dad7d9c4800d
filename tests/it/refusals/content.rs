//! Feeds that arrive, and say what they should not: not JSON, not records, not documents, or not the shop that was there.

use frontage_tests::backend::Response;
use serde_json::{Value, json};

use super::bed::{Hostile, Target};
use super::said::{self, PRODUCTS, ndjson};

/// The source of lines.
pub(super) fn lines() -> Vec<Hostile> {
    let mut feeds = not_lines();
    feeds.extend(not_json());
    feeds.extend(too_much());
    feeds.extend(not_a_container());
    feeds.extend(not_documents());
    feeds.extend(shrunk());
    feeds.extend(turned());
    feeds
}

/// Bodies of another shape than lines of objects.
fn not_lines() -> Vec<Hostile> {
    let good = said::lines(&said::products(""));
    let text = |name: &str, body: &str, says| {
        Hostile::unreadable(name, Target::Catalog, ndjson(body.to_owned()), says)
    };
    let shape = |name: &str, body: &str| text(name, body, "expected one object per line");
    let web_page = "<!doctype html>\n<title>Maintenance</title><h1>Back soon</h1>";
    let html = Response::ok("text/html; charset=utf-8", web_page);
    vec![
        text("empty", "", "is empty"),
        text("nothing but line ends", "\n\r\n\n", "is empty"),
        shape("an empty list", "[]"),
        shape("null", "null"),
        shape("a text", "\"maintenance\""),
        shape("a number", "404"),
        shape(
            "a list of everything",
            &Value::from(said::products("")).to_string(),
        ),
        shape("a web page that says it is lines", web_page),
        shape(
            "a warning before the feed",
            &format!("PHP Warning: timeout\n{good}"),
        ),
        shape("a byte order mark and garbage", "\u{feff}\u{feff}%PDF-1.7"),
        Hostile::unreadable(
            "a web page",
            Target::Catalog,
            html,
            "answered with a web page",
        ),
    ]
}

/// Lines that are not JSON, or not text.
fn not_json() -> Vec<Hostile> {
    let good = said::lines(&said::products(""));
    let bytes = |name: &str, body: Vec<u8>, says| {
        Hostile::unreadable(name, Target::Catalog, ndjson(body), says)
    };
    let syntax = |name: &str, body: &str| bytes(name, body.as_bytes().to_vec(), "is not JSON");
    let utf16 = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut latin1 = good.clone().into_bytes();
    let mut binary = latin1.clone();
    latin1[good.find("Thing").expect("a name")] = 0xfc;
    binary[good.len() / 2] = 0xff;
    let number = |text: &str| good.replace("\"quantity\":5", &format!("\"quantity\":{text}"));
    let surrogate = good.replacen("Thing number 1\"", "\\ud800\"", 1);
    vec![
        bytes("UTF-16", utf16, "is not JSON"),
        bytes("Latin-1", latin1, "not UTF-8"),
        bytes("bytes that are no text", binary, "not UTF-8"),
        syntax("half a surrogate pair", &surrogate),
        syntax(
            "a warning in the feed",
            &good.replacen("\n{", "\nPHP Warning: timeout\n{", 1),
        ),
        syntax(
            "a warning after the feed",
            &format!("{good}done, 42 records\n"),
        ),
        syntax("two records in a line", &good.replacen("}\n{", "}{", 1)),
        syntax("zero bytes", &good.replace(',', "\0,")),
        syntax("single quotes", &good.replace('"', "'")),
        syntax("NaN", &number("NaN")),
        syntax("Infinity", &number("-Infinity")),
    ]
}

/// Lines that cost more than they may.
fn too_much() -> Vec<Hostile> {
    let text = |name: &str, body: String, says| {
        Hostile::unreadable(name, Target::Catalog, ndjson(body), says)
    };
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(10_000), close.repeat(10_000));
        format!("{{\"type\":\"product\",\"custom\":{open}1{close}}}\n")
    };
    let name = "x".repeat(10 << 20);
    let long = format!("{{\"type\":\"product\",\"id\":\"p1\",\"name\":\"{name}\"}}\n");
    vec![
        text("a name of ten megabytes", long, "(max_record_bytes)"),
        text(
            "ten thousand lists deep",
            deep("[", "]"),
            "recursion limit exceeded",
        ),
        text(
            "ten thousand objects deep",
            deep("{\"a\":", "}"),
            "recursion limit exceeded",
        ),
        text(
            "more records than allowed",
            "{}\n".repeat(3001),
            "(max_records)",
        ),
    ]
}

/// `feed` and `end` lines that do not fit what is between them.
fn not_a_container() -> Vec<Hostile> {
    let between = |name: &str, first: Value, last: Option<Value>, says| {
        let mut documents = vec![first];
        documents.extend(said::products(""));
        documents.extend(last);
        Hostile::unreadable(name, Target::Catalog, ndjson(said::lines(&documents)), says)
    };
    let feed = || json!({"type": "feed", "version": "1", "mode": "full"});
    let end = |products: usize| {
        Some(json!({"type": "end", "counts": {"product": products, "category": 1, "page": 1}}))
    };
    let mut after = vec![feed()];
    after.extend(said::products(""));
    after.extend(end(PRODUCTS));
    after.push(json!({"type": "product", "id": "late", "name": "Late"}));
    vec![
        between(
            "a feed without end",
            feed(),
            None,
            "the `end` line is missing",
        ),
        between(
            "an end that counts one more",
            feed(),
            end(PRODUCTS + 1),
            "the `end` line counts",
        ),
        between(
            "an end that counts one less",
            feed(),
            end(PRODUCTS - 1),
            "the `end` line counts",
        ),
        between(
            "an end without counts",
            feed(),
            Some(json!({"type": "end"})),
            "has no `counts`",
        ),
        between(
            "a version of the future",
            json!({"type": "feed", "version": "2", "mode": "full"}),
            end(PRODUCTS),
            "has version `2`",
        ),
        between(
            "a mode of another time",
            json!({"type": "feed", "version": "1", "mode": "partial"}),
            end(PRODUCTS),
            "has mode `partial`",
        ),
        Hostile::unreadable(
            "more after the end",
            Target::Catalog,
            ndjson(said::lines(&after)),
            "there is more after the `end` line",
        ),
    ]
}

/// Lines of JSON that are no documents; the budget for errors is spent at once.
fn not_documents() -> Vec<Hostile> {
    let absurd =
        |name: &str, answer: Response, says| Hostile::absurd(name, Target::Catalog, answer, says);
    let error = "{\"error\":{\"code\":7,\"message\":\"licence expired\"}}";
    let same_id = edited(&|product| product["id"] = json!("p1"));
    let free = edited(&|product| product["prices"][0]["amount"] = json!("0.00"));
    let third = edited(&|product| {
        if product["id"]
            .as_str()
            .is_some_and(|id| id.ends_with(['1', '4', '7']))
        {
            product["prices"] = json!("9.50");
        }
    });
    let mut feeds = vec![
        absurd(
            "an empty object",
            ndjson("{}"),
            "1 of 1 records were refused",
        ),
        absurd(
            "an error as JSON",
            ndjson(error),
            "1 of 1 records were refused",
        ),
        absurd("one id for all", same_id, "39 of 42 records were refused"),
        absurd("a third is wrong", third, "records were refused"),
        absurd(
            "all prices are zero",
            free,
            "40 of 40 prices would become zero",
        ),
    ];
    feeds.extend(spoilt());
    feeds
}

/// Every product has one wrong value.
fn spoilt() -> Vec<Hostile> {
    let absurd = |name: &str, answer: Response| {
        let says = "40 of 42 records were refused";
        Hostile::absurd(name, Target::Catalog, answer, says)
    };
    let spoilt: [(&str, &str, Value); 17] = [
        ("a type that does not exist", "/type", json!("article")),
        ("no type", "/type", Value::Null),
        (
            "offers in a catalog",
            "",
            json!({"type": "offer", "sku": "p1"}),
        ),
        ("no names", "/name", Value::Null),
        ("names that are numbers", "/name", json!(17)),
        ("names of spaces", "/name", json!("   ")),
        ("no ids", "/id", json!("")),
        ("ids that are numbers", "/id", json!(4)),
        ("lists instead of products", "", json!([])),
        ("prices with a comma", "/prices/0/amount", json!("9,50")),
        ("prices that are numbers", "/prices/0/amount", json!(9.5)),
        ("negative prices", "/prices/0/amount", json!("-9.50")),
        ("prices with an exponent", "/prices/0/amount", json!("1e9")),
        (
            "prices too large to keep",
            "/prices/0/amount",
            json!("9".repeat(40)),
        ),
        (
            "prices finer than cents",
            "/prices/0/amount",
            json!("9.505"),
        ),
        ("money of no country", "/prices/0/currency", json!("QQQ")),
        ("slugs with a slash", "/slug", json!("a/../b")),
    ];
    let mut feeds: Vec<Hostile> = Vec::new();
    feeds.extend(spoilt.into_iter().map(|(name, pointer, value)| {
        let answer = edited(&|product| {
            *product.pointer_mut(pointer).expect("a field") = value.clone();
        });
        absurd(name, answer)
    }));
    let unknown = edited(&|product| product["preis"] = json!("9.50"));
    let script = json!([{"url": "javascript:alert(1)"}]);
    let scripts = edited(&|product| product["media"] = script.clone());
    feeds.extend([
        absurd("fields nobody knows", unknown),
        absurd("pictures that are scripts", scripts),
    ]);
    feeds
}

/// Documents that are fine by themselves, but are not all that are published.
fn shrunk() -> Vec<Hostile> {
    let good = said::products("");
    let suspicious = |name: &str, answer: Response, says| {
        Hostile::suspicious(name, Target::Catalog, answer, says)
    };
    let first = |products: usize| Response::ndjson(&good[..2 + products]);
    let whole_lines = |percent: usize| {
        let text = said::lines(&good);
        let end = text[..text.len() * percent / 100]
            .rfind('\n')
            .unwrap_or_default();
        ndjson(text[..=end].to_owned())
    };
    vec![
        suspicious(
            "half is gone",
            first(PRODUCTS / 2),
            "20 of 40 documents of kind product would go",
        )
        .or_anew("22 documents where 42 are published"),
        suspicious(
            "a quarter is gone",
            first(PRODUCTS * 3 / 4),
            "10 of 40 documents of kind product would go",
        )
        .or_anew("32 documents where 42 are published"),
        suspicious(
            "one product is left",
            first(1),
            "39 of 40 documents of kind product would go",
        )
        .or_anew("3 documents where 42 are published"),
        suspicious(
            "no product is left",
            first(0),
            "40 of 40 documents of kind product would go",
        )
        .or_anew("2 documents where 42 are published"),
        suspicious(
            "cut between records at 25 %",
            whole_lines(25),
            "documents of kind product would go",
        )
        .or_anew("where 42 are published"),
        suspicious(
            "cut between records at 70 %",
            whole_lines(70),
            "documents of kind product would go",
        )
        .or_anew("where 42 are published"),
    ]
}

/// As many documents as are published, but not the same shop.
fn turned() -> Vec<Hostile> {
    let suspicious = |name: &str, answer: Response, says| {
        Hostile::suspicious(name, Target::Catalog, answer, says)
    };
    let renumbered = |product: &mut Value| {
        let id = format!("new-{}", product["id"].as_str().unwrap_or_default());
        product["id"] = json!(id);
        product["sku"] = json!(id);
    };
    vec![
        suspicious(
            "every product has another id",
            edited(&renumbered),
            "40 of 40 documents of kind product would go",
        )
        .or_anew("only 2 of 42 published documents would stay"),
        suspicious(
            "every product is a draft",
            edited(&|product| product["status"] = json!("draft")),
            "40 of 40 documents of kind product would go",
        )
        .or_anew("only 2 of 42 published documents would stay"),
        suspicious(
            "prices in cents",
            edited(&|product| rescale(product, 100.0)),
            "the median price would move by",
        ),
        suspicious(
            "prices in hundreds",
            edited(&|product| rescale(product, 0.01)),
            "the median price would move by",
        ),
        suspicious(
            "prices in another currency",
            edited(&|product| product["prices"][0]["currency"] = json!("USD")),
            "40 of 40 prices would go",
        ),
        suspicious(
            "no prices",
            edited(&|product| product["prices"] = json!([])),
            "40 of 40 prices would go",
        )
        .but_not_anew(),
    ]
}

/// The paged source.
pub(super) fn pages() -> Vec<Hostile> {
    let page = |name: &str, body: &str, says| {
        let answer = Response::ok("application/json", body.to_owned());
        Hostile::unreadable(format!("page: {name}"), Target::Listed, answer, says)
    };
    let whole = json!({"data": said::listed(1)}).to_string();
    let list = Value::from(said::listed(1)).to_string();
    let elsewhere = whole.replacen("data", "items", 1);
    let nothing = [
        ("an empty object", "{}"),
        ("an empty list", "[]"),
        ("an error", "{\"error\":\"database is away\"}"),
        ("a list where an object was", list.as_str()),
        ("records are null", "{\"data\":null}"),
        ("records are an object", "{\"data\":{\"l1\":{}}}"),
        ("records are a text", "{\"data\":\"none\"}"),
        ("records behind another name", elsewhere.as_str()),
    ];
    let nothing = nothing.map(|(name, body)| page(name, body, "has nothing at `/data`"));
    let comment = format!("{whole}\n<!-- 0.02 s -->");
    let comma = whole.replace("]}", ",]}");
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let absurd = |name: &str, data: Value, says| {
        let answer = Response::json(&json!({"data": data}));
        Hostile::absurd(format!("page: {name}"), Target::Listed, answer, says)
    };
    let mut feeds = vec![
        page("empty", "", "is empty"),
        page("null", "null", "an array of records at `/data`"),
        page("something after the end", &comment, "expected"),
        page("two documents", &whole.repeat(2), "expected"),
        page("a comma too many", &comma, "a record after the comma"),
        page("ten thousand lists deep", &deep, "(max_depth)"),
        page(
            "a web page",
            "<html><body>Sign in</body></html>",
            "expected",
        ),
        absurd("no records", json!([]), "the feed has no documents at all"),
        absurd(
            "no objects",
            json!([null, 1, "x", []]),
            "4 of 4 records were refused",
        ),
    ];
    feeds.extend(nothing);
    feeds
}

/// The source of offers.
pub(super) fn offers() -> Vec<Hostile> {
    let good = said::offers();
    let changed = |edit: &dyn Fn(&mut Value)| {
        let mut documents = good.clone();
        documents.iter_mut().for_each(edit);
        Response::ndjson(&documents)
    };
    let priced = |amount: &str| changed(&|offer| offer["prices"][0]["amount"] = json!(amount));
    let nameless = changed(&|offer| offer["sku"] = Value::Null);
    let strange = changed(&|offer| offer["sku"] = json!(format!("x-{}", offer["sku"])));
    let foreign = changed(&|offer| offer["prices"][0]["currency"] = json!("USD"));
    let silent = changed(&|offer| offer["prices"] = json!([]));
    let cents = changed(&|offer| rescale(offer, 100.0));
    let hundreds = changed(&|offer| rescale(offer, 0.01));
    let half = Response::ndjson(&good[..PRODUCTS / 2]);
    let products = Response::ndjson(&said::products(""));
    let named = |name: &str| format!("offers: {name}");
    let suspicious = |name: &str, answer: Response, says| {
        Hostile::suspicious(named(name), Target::Stock, answer, says)
    };
    let absurd = |name: &str, answer: Response, says| {
        Hostile::absurd(named(name), Target::Stock, answer, says)
    };
    let (moved, gone) = ("the median price would move by", "40 of 40 prices would go");
    let refused = "40 of 40 records were refused";
    vec![
        absurd(
            "an empty object",
            ndjson("{}"),
            "1 of 1 records were refused",
        ),
        absurd("products", products, "42 of 42 records were refused"),
        absurd("no article numbers", nameless, refused),
        absurd("negative prices", priced("-1.00"), refused),
        absurd("all free", priced("0"), "40 of 40 prices would become zero"),
        suspicious("prices in cents", cents, moved),
        suspicious("prices in hundreds", hundreds, moved),
        suspicious("another currency", foreign, gone),
        suspicious("no prices", silent, gone).but_not_anew(),
        suspicious(
            "articles nobody sells",
            strange,
            "40 of 40 documents of kind offer would go",
        )
        .or_anew("only 0 of 40 published documents would stay"),
        suspicious(
            "half is gone",
            half,
            "20 of 40 documents of kind offer would go",
        )
        .or_anew("20 documents where 40 are published"),
    ]
}

/// The products of lines, each edited.
fn edited(edit: &dyn Fn(&mut Value)) -> Response {
    let mut documents = said::products("");
    documents
        .iter_mut()
        .filter(|document| document["type"] == "product")
        .for_each(edit);
    Response::ndjson(&documents)
}

fn rescale(document: &mut Value, factor: f64) {
    let amount = &mut document["prices"][0]["amount"];
    let before: f64 = amount
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    *amount = json!(format!("{:.2}", before * factor));
}
