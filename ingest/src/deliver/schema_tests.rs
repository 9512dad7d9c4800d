//! The schemas of orders and withdrawals, and the types that the server writes, say the same.

use std::path::{Path, PathBuf};

use frontage_shared::order::{Order, OrderId};
use frontage_shared::stock_request::StockRequest;
use frontage_shared::withdrawal::Withdrawal;
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Validator {
    schema_of(include_str!("../../../schemas/order.schema.json"))
}

fn schema_of(text: &str) -> Validator {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let common = read(include_str!("../../../schemas/common.schema.json"));
    let registry = jsonschema::Registry::new()
        .add("frontage:///schemas/common.schema.json", &common)
        .unwrap()
        .prepare()
        .unwrap();
    jsonschema::options()
        .with_base_uri("frontage:///schemas/order.schema.json")
        .with_registry(&registry)
        .should_validate_formats(true)
        .offline()
        .build(&read(text))
        .unwrap()
}

fn examples(folder: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../schemas/examples/orders")
        .join(folder);
    let files = std::fs::read_dir(folder).unwrap();
    let read = |path: PathBuf| {
        let value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        (path, value)
    };
    files.map(|entry| read(entry.unwrap().path())).collect()
}

fn decode(value: &Value) -> Result<Order, serde_json::Error> {
    Order::decode(value.to_string().as_bytes())
}

/// Every way to break a document in one place: a field gone, a field more, a value of another type.
fn broken(value: &Value, at: &str, found: &mut Vec<(String, Value)>, whole: &Value) {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut copy = whole.clone();
        change(copy.pointer_mut(at).unwrap());
        copy
    };
    match value {
        Value::Object(fields) => {
            let more = with(&|place| place["no_such_field"] = json!(1));
            found.push((format!("{at}: a field more"), more));
            for (name, value) in fields {
                let less = with(&|place| drop(place.as_object_mut().unwrap().remove(name)));
                found.push((format!("{at}/{name} is gone"), less));
                broken(value, &format!("{at}/{name}"), found, whole);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                broken(item, &format!("{at}/{index}"), found, whole);
            }
        }
        _ => {}
    }
    for other in [
        json!(null),
        json!(7),
        json!(true),
        json!({}),
        json!([]),
        json!("x"),
    ] {
        found.push((
            format!("{at} = {other}"),
            with(&|place| *place = other.clone()),
        ));
    }
}

#[test]
fn valid_examples_are_orders_and_come_through_whole() {
    let schema = schema();
    let examples = examples("valid");
    assert!(examples.len() >= 2);
    for (path, example) in examples {
        assert!(schema.is_valid(&example), "{path:?}");
        let order = decode(&example).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let written: Value = serde_json::from_slice(&order.encode().unwrap()).unwrap();
        assert_eq!(written, example, "{path:?}");
        assert!(order.id.parse::<OrderId>().is_ok(), "{path:?}");
    }
}

#[test]
fn invalid_examples_break_the_rule_of_their_name() {
    let schema = schema();
    let examples = examples("invalid");
    assert!(examples.len() >= 16);
    for (path, example) in examples {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let parts: Vec<&str> = name.split("__").collect();
        let place = match parts[1] {
            "root" => String::new(),
            place => format!("/{}", place.replace('.', "/")),
        };
        let errors: Vec<(String, String)> = schema
            .iter_errors(&example)
            .map(|error| {
                let keyword = error.kind().keyword().to_owned();
                (error.instance_path().as_str().to_owned(), keyword)
            })
            .collect();
        assert_eq!(errors, [(place, parts[2].to_owned())], "{name}");
    }
}

#[test]
fn withdrawals_and_their_schema_say_the_same() {
    let schema = schema_of(include_str!("../../../schemas/withdrawal.schema.json"));
    let example = json!({
        "type": "withdrawal", "id": "01JDKX5V3Q8YB2M4N6P7R9STVW", "shop": "demo",
        "received_at": "2026-07-01T10:00:00Z", "locale": "de", "order_number": "SO-17",
        "order_id": "01JDKX5V3Q8YB2M4N6P7R9STVA", "name": "Ann Lee", "email": "ann@mail.example",
        "articles": "the red mug", "date": "1 July",
    });
    let decode = |bytes: &[u8]| Withdrawal::decode(bytes).and_then(|read| read.encode());
    assert!(refused_by_both(&schema, &example, decode) > 50);
}

#[test]
fn requests_for_stock_and_their_schema_say_the_same() {
    let schema = schema_of(include_str!("../../../schemas/stock_request.schema.json"));
    let example = json!({
        "type": "stock_request", "id": "01JDKX5V3Q8YB2M4N6P7R9STVW", "shop": "demo",
        "received_at": "2026-07-01T10:00:00Z", "locale": "de", "product_id": "4711", "variant_id": "4711-red",
        "sku": "M-R", "name": "Mug, red", "email": "ann@mail.example",
    });
    let decode = |bytes: &[u8]| StockRequest::decode(bytes).and_then(|read| read.encode());
    assert!(refused_by_both(&schema, &example, decode) > 40);
}

/// How many broken forms of an example its type refuses, all of which its schema must refuse, too; the example itself is
/// read and written back as it was.
fn refused_by_both(
    schema: &Validator,
    example: &Value,
    read_and_write: impl Fn(&[u8]) -> Result<Vec<u8>, serde_json::Error>,
) -> usize {
    assert!(schema.is_valid(example));
    let through = |value: &Value| read_and_write(value.to_string().as_bytes());
    let written = through(example).unwrap();
    assert_eq!(&serde_json::from_slice::<Value>(&written).unwrap(), example);
    let mut found = Vec::new();
    broken(example, "", &mut found, example);
    // The type writes what is absent as absent, and reads null as that.
    found.retain(|(_, document)| through(document).is_err());
    for (what, document) in &found {
        assert!(!schema.is_valid(document), "{what}");
    }
    found.len()
}

#[test]
fn the_examples_of_carts_and_quotes_fit_their_schemas() {
    for (schema, example) in [
        (
            include_str!("../../../schemas/cart.schema.json"),
            include_str!("../../../schemas/examples/pricing/cart.json"),
        ),
        (
            include_str!("../../../schemas/quote.schema.json"),
            include_str!("../../../schemas/examples/pricing/quote.json"),
        ),
    ] {
        let schema = schema_of(schema);
        let example: Value = serde_json::from_str(example).unwrap();
        assert!(schema.is_valid(&example), "{example}");
        let mut more = example.clone();
        more["discont"] = json!("1.00");
        assert!(!schema.is_valid(&more));
        let mut wrong = example;
        wrong["lines"][0]["unit_price"] = json!(2.5);
        assert!(!schema.is_valid(&wrong));
    }
}

#[test]
fn the_schema_refuses_what_the_type_refuses() {
    let schema = schema();
    let (mut tried, mut refused) = (0, 0);
    for (path, example) in examples("valid") {
        let mut found = Vec::new();
        broken(&example, "", &mut found, &example);
        for (what, document) in found {
            tried += 1;
            if decode(&document).is_err() {
                refused += 1;
                assert!(!schema.is_valid(&document), "{path:?}: {what}");
            }
        }
    }
    assert!(tried > 800 && refused > 500, "{refused} of {tried}");
}
