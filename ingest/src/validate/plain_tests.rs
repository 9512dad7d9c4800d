//! What is plainly sound keeps its schema, however a document is broken.

use std::path::Path;

use bumpalo::Bump;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::super::borrowed::Borrowed;
use super::super::schemas;
use super::*;

/// Documents with all that is looked at here, so that there is something to break.
fn whole() -> Vec<Value> {
    let price = json!({
        "amount": "12.90", "currency": "EUR", "group": "b2b", "compare_at": "15.00", "sale_price": "9.5",
        "sale_from": "2026-01-01T00:00:00Z", "sale_until": "2026-02-28T23:59:59Z",
        "tiers": [{"min_quantity": 10, "amount": "8.50"}],
    });
    let stock = json!({
        "availability": "in_stock", "quantity": 12.5, "available_at": "2026-03-31T08:00:00Z", "lead_time_days": 3,
    });
    let weight = json!({"value": "0.25", "unit": "kg"});
    let media = json!([{"url": "https://a.example/1.jpg", "type": "image", "alt": "A cup", "width": 800, "height": 600}]);
    let common = json!({
        "type": "product", "id": "p 1", "name": "Cup", "slug": "cup", "status": "active", "visibility": "everywhere",
        "publish_from": "2026-01-31T00:00:00Z", "publish_until": "2028-02-29T00:00:00Z", "description": "<p>Holds tea.</p>",
        "short_description": "Holds tea", "brand": "Ämilia", "category_ids": ["cups"], "primary_category_id": "cups",
        "position": 3, "tags": ["new"], "condition": "new", "gtin": "4006381333931", "mpn": "C-1", "tax_class": "standard",
        "weight": weight, "media": media, "related": [{"relation": "upsell", "product_id": "p2"}], "replaced_by": "p3",
        "seo": {"title": "Cups", "description": "All cups", "noindex": false},
        "attributes": [
            {"code": "colour", "label": "Colour", "group": "Looks", "value": "blue"},
            {"code": "height", "value": 9.50, "unit": "cm"}, {"code": "safe", "value": true},
            {"code": "uses", "value": ["tea", 2]},
        ],
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
    });
    let (mut alone, mut several) = (common.clone(), common);
    alone["sku"] = json!("C1");
    alone["prices"] = json!([price]);
    alone["stock"] = stock.clone();
    several["options"] = json!([{"code": "size", "name": "Size", "values": [
        {"code": "s", "name": "Small", "swatch": "#1a2b3c"}, {"code": "l", "swatch": "/l.png"}]}]);
    several["variants"] = json!([{
        "id": "v1", "sku": "C1-S", "gtin": "40063812", "mpn": "x", "tax_class": "reduced", "weight": weight, "name": "Small",
        "position": 1, "default": true, "status": "draft", "options": {"size": "s"}, "option_values": ["s"],
        "prices": [price], "stock": stock, "media": media,
    }]);
    let offer = json!({
        "type": "offer", "variant_id": "v1", "sku": "C1-S", "prices": [price], "stock": stock, "tax_class": "reduced",
        "locations": [{"id": "berlin", "availability": "in_stock", "quantity": 2}], "weight": weight,
        "updated_at": "2026-01-01T00:00:00Z",
    });
    vec![alone, several, offer]
}

/// A member that is said twice, or with an escape, has no place in a tree, so that texts are asked.
fn is_plain(text: &str) -> Option<Document> {
    document(kind(text)?, text)
}

/// Texts that one rule or another just allows, or just does not.
const ODD_TEXTS: [&str; 54] = [
    "",
    " ",
    "x",
    " x",
    "x ",
    "a b",
    "a/b",
    "/",
    "//a",
    "\u{a0}",
    "\u{feff}",
    "\u{200b}",
    "a\tb",
    "a\u{7f}",
    "ä",
    "…",
    "0",
    "00",
    "01.5",
    "1.",
    ".5",
    "1.1234567",
    "123456789012345",
    "1234567890",
    "-1",
    "1,5",
    "eur",
    "EURO",
    "B2B",
    "b2bb2bb2b",
    "#12",
    "#12345g",
    "#abc",
    "ftp://a",
    "http://",
    "https://a b",
    "https://ä.example/",
    "/a\\b",
    "1234567",
    "123456789",
    "12345678",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T23:59:60Z",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+01:00",
    "2026-01-01t00:00:00z",
    "in_stock",
    "active",
    "new",
    "kg",
    "nothing",
];

/// What a document is replaced with in places.
fn odd_values() -> Vec<Value> {
    let long = |count: usize| json!("x".repeat(count));
    let many = |count: usize, item: Value| Value::Array(vec![item; count]);
    let others = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(1_000_001),
        json!(4e9),
        json!(-2e9),
        long(8),
        long(9),
        long(41),
        long(200),
        long(201),
        long(500),
        long(501),
        long(5000),
        long(5001),
        long(20_001),
        json!("ä".repeat(200)),
        json!("ä".repeat(201)),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([["a"]]),
        json!({"a": null}),
        json!({"a": "b"}),
        json!({"in_stock": null}),
        json!([{}]),
        json!(["a", 1, true]),
        many(21, json!("a")),
        many(51, json!({"amount": "1", "currency": "EUR"})),
        many(201, json!("a")),
        many(501, json!("a")),
        many(17, json!({"min_quantity": 2, "amount": "1"})),
        json!([{"min_quantity": 1, "amount": "1"}]),
    ];
    ODD_TEXTS
        .map(Value::from)
        .into_iter()
        .chain(others)
        .collect()
}

const NAMES: [&str; 22] = [
    "type",
    "id",
    "bundle",
    "translations",
    "custom",
    "seo",
    "measure",
    "category_positions",
    "prices",
    "stock",
    "variants",
    "options",
    "unit",
    "unknown",
    "product_id",
    "quantity",
    "availability",
    "sku",
    "variant_id",
    "tiers",
    "media",
    "group",
];

#[derive(Clone, Debug)]
enum Blow {
    Replace(Value),
    Remove,
    Add(&'static str, Value),
}

fn blows() -> impl Strategy<Value = (Index, Blow)> {
    let value = select(odd_values());
    let blow = prop_oneof![
        value.clone().prop_map(Blow::Replace),
        Just(Blow::Remove),
        (select(NAMES.to_vec()), value).prop_map(|(name, value)| Blow::Add(name, value)),
    ];
    (any::<Index>(), blow)
}

/// The places of all values in a document, the document itself among them.
fn places(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, format!("{at}/{name}"), all)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(number, value)| places(value, format!("{at}/{number}"), all)),
        _ => {}
    }
    all.push(at);
}

fn strike(document: &mut Value, (place, blow): &(Index, Blow)) {
    let mut all = Vec::new();
    places(document, String::new(), &mut all);
    let at = place.get(&all);
    match blow {
        Blow::Replace(value) if !at.is_empty() => {
            *document.pointer_mut(at).unwrap() = value.clone()
        }
        Blow::Remove if !at.is_empty() => {
            let (parent, last) = at.rsplit_once('/').unwrap();
            match document.pointer_mut(parent).unwrap() {
                Value::Object(members) => drop(members.remove(last)),
                Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                _ => unreachable!(),
            }
        }
        Blow::Add(name, value) => {
            if let Some(members) = document.pointer_mut(at).unwrap().as_object_mut() {
                members.insert((*name).to_owned(), value.clone());
            }
        }
        Blow::Replace(_) | Blow::Remove => {}
    }
}

/// The text with its type in front, as documents are written.
fn text_of(document: &Value) -> String {
    let mut rest = document.clone();
    let members = rest.as_object_mut().unwrap();
    let kind = members.remove("type").unwrap_or_default();
    let rest = rest.to_string();
    format!("{{\"type\":{kind},{}", rest.strip_prefix('{').unwrap())
}

fn expect_sound(text: &str, document: &Document) {
    let arena = Bump::new();
    let tree = Borrowed::read(text, &arena).unwrap();
    let kind = document.kind();
    assert!(schemas::is_valid(kind, &tree), "against its schema: {text}");
    assert!(!tree.is_deeper(DEPTH), "deeper than {DEPTH}: {text}");
    let of_tree = Document::read(kind, &tree).unwrap();
    assert_eq!(&of_tree, document, "{text}");
}

#[test]
fn whole_documents_are_plain() {
    for document in whole() {
        let text = text_of(&document);
        let plain = is_plain(&text).unwrap_or_else(|| panic!("not plain: {text}"));
        expect_sound(&text, &plain);
    }
}

#[test]
fn no_example_of_what_is_wrong_is_plain() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/examples");
    let mut plain = 0;
    for is_valid in [true, false] {
        let folder = folder.join(if is_valid { "valid" } else { "invalid" });
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            if let Some(document) = is_plain(&text) {
                expect_sound(&text, &document);
                plain += 1;
            }
        }
    }
    assert!(plain > 0, "no example is plain");
}

#[test]
fn what_trees_do_not_show_is_not_plain() {
    for text in [
        r#"{"type":"product","type":"product","id":"a","name":"b"}"#,
        r#"{"type":"product","id":"a","id":"b","name":"b"}"#,
        r#"{"type":"product","id":"a","name":"b"} x"#,
        r#"{"type":"product","id":"a","name":"b","more":1}"#,
        r#"{"type":"product","id":"a","name":"b","media":[{"url":"/a","more":1}]}"#,
        r#"{"type":"product","id":"a","name":"b","bundle":[]}"#,
        r#"{"type":"product","id":"a","name":"b","prices":[],"variants":[{"id":"v"}]}"#,
        r#"{"type":"product","id":"a","name":"b","slug":null}"#,
        r#"{"type":"product","id":"a","name":"b","status":{"active":null}}"#,
    ] {
        assert!(is_plain(text).is_none(), "{text}");
    }
    assert!(is_plain(r#" { "type" : "product", "id": "a", "name": "b" }"#).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_is_plain_keeps_its_schema(
        which in any::<Index>(),
        blows in proptest::collection::vec(blows(), 1..4),
    ) {
        let documents = whole();
        let mut document = which.get(&documents).clone();
        blows.iter().for_each(|blow| strike(&mut document, blow));
        let text = text_of(&document);
        if let Some(document) = is_plain(&text) {
            expect_sound(&text, &document);
        }
    }
}
