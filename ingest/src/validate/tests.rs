//! The examples beside the schemas, and runs of documents good and bad.

use super::*;
use crate::config::{self, Source};
use crate::decode::Origin;
use crate::map::{Mapped, Refusal};
use crate::wire::{Document, Kind};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn source(provides: &str, tables: &str) -> Source {
    let text = format!(
        "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"{provides}\"\n\
         schedule = \"@daily\"\nurl = \"http://shop.example/feed\"\n{tables}"
    );
    config::from_text(&text, Path::new("test.toml"), Path::new("/"))
        .unwrap()
        .sources
        .remove(0)
}

fn mapped(record: u64, documents: Vec<Value>) -> Mapped {
    Mapped {
        origin: Origin {
            page: Arc::from("http://shop.example/feed"),
            record,
            line: record + 1,
        },
        documents: Ok(documents),
    }
}

fn judged(record: u64, documents: Vec<Value>) -> Examined<Document> {
    examine(&source("catalog", ""), mapped(record, documents), whole)
}

/// A document as it is, and the hash of its content.
fn whole(document: Document) -> (Document, u64) {
    let hash = xxhash_rust::xxh3::xxh3_64(document.to_json().as_bytes());
    (document, hash)
}

fn run(provides: &str, records: Vec<Vec<Value>>) -> (Vec<Document>, Report) {
    run_with(provides, "", records)
}

pub(super) fn run_with(
    provides: &str,
    tables: &str,
    records: Vec<Vec<Value>>,
) -> (Vec<Document>, Report) {
    run_known(provides, tables, Known::default(), records)
}

pub(super) fn run_known(
    provides: &str,
    tables: &str,
    known: Known,
    records: Vec<Vec<Value>>,
) -> (Vec<Document>, Report) {
    let source = source(provides, tables);
    let mut validation = Validation::start(&source, None, known).unwrap();
    let mut documents = Vec::new();
    for (number, record) in records.into_iter().enumerate() {
        let examined = examine(&source, mapped(number as u64, record), whole);
        documents.extend(validation.admit(examined).unwrap());
    }
    let report = validation.finish().unwrap();
    assert!(report.adds_up(), "{report}");
    (documents, report)
}

fn provides(document: &Value) -> &'static str {
    let kind = document["type"].as_str().and_then(Kind::parse);
    match kind {
        Some(Kind::Offer) => "offers",
        Some(Kind::OrderStatus) => "orders",
        Some(kind) if kind.is_terms() => "terms",
        _ if document["of"] == "promotion" => "terms",
        _ => "catalog",
    }
}

fn examples(folder: &str) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../schemas/examples")
        .join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            (
                path.clone(),
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(),
            )
        })
        .collect()
}

/// Container lines are read by decode; their schemas are for those who write feeds, and are tried here.
fn container_schema(document: &Value) -> Option<jsonschema::Validator> {
    let schema = match document["type"].as_str() {
        Some("feed") => include_str!("../../../schemas/feed.schema.json"),
        Some("end") => include_str!("../../../schemas/end.schema.json"),
        _ => return None,
    };
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    schema["$defs"] = json!({});
    let common: Value =
        serde_json::from_str(include_str!("../../../schemas/common.schema.json")).unwrap();
    let registry = jsonschema::Registry::new()
        .add("frontage:///schemas/common.schema.json", &common)
        .unwrap()
        .prepare()
        .unwrap();
    Some(
        jsonschema::options()
            .with_base_uri("frontage:///schemas/x.json")
            .with_registry(&registry)
            .offline()
            .build(&schema)
            .unwrap(),
    )
}

#[test]
fn feeds_can_count_and_delete_every_kind() {
    use crate::wire::Kind;
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let names = |kinds: Vec<Kind>| {
        let names = kinds.into_iter().map(|kind| kind.as_str().to_owned());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let of = |skip: &[Kind]| {
        let kinds = Kind::ALL.into_iter().filter(|kind| !skip.contains(kind));
        names(kinds.collect())
    };
    let end = parse(include_str!("../../../schemas/end.schema.json"));
    let counts = &end["properties"]["counts"]["properties"];
    let counted = counts.as_object().unwrap().keys().cloned().collect();
    // What back ends say of orders is answered to a request, not written into a feed with a last line.
    assert_eq!(of(&[Kind::OrderStatus]), counted);
    let delete = parse(include_str!("../../../schemas/delete.schema.json"));
    let deleted = delete["properties"]["of"]["enum"].as_array().unwrap();
    let deleted = deleted.iter().map(|one| one.as_str().unwrap().to_owned());
    assert_eq!(of(&[Kind::OrderStatus, Kind::Delete]), deleted.collect());
}

#[test]
fn valid_examples_are_accepted_and_come_through_whole() {
    let examples = examples("valid");
    assert!(examples.len() >= 5);
    for (path, example) in examples {
        if let Some(schema) = container_schema(&example) {
            assert!(schema.is_valid(&example), "{path:?}");
            continue;
        }
        let (documents, report) = run(provides(&example), vec![vec![example.clone()]]);
        assert_eq!(documents.len(), 1, "{path:?}: {report}");
        let json = documents[0].to_json();
        assert!(
            json.starts_with(&format!("{{\"type\":\"{}\"", documents[0].kind())),
            "{json}"
        );
        assert_eq!(
            Document::from_json(&json).unwrap(),
            documents[0],
            "{path:?}"
        );
        assert_eq!(
            serde_json::from_str::<Document>(&json).unwrap(),
            documents[0],
            "{path:?}"
        );
        // Numbers are the one thing that may be written differently: 12 is 12.0 as a quantity.
        let again: Value = serde_json::from_str(&json).unwrap();
        assert!(same(&again, &example), "{path:?}\n{again}\n{example}");
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[test]
fn invalid_examples_are_refused_for_the_reason_in_their_name() {
    let examples = examples("invalid");
    assert!(examples.len() >= 20);
    for (path, example) in examples {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let [_, pointer, rule, _] = name.split("__").collect::<Vec<_>>()[..] else {
            panic!("{name}")
        };
        let pointer = if pointer == "root" {
            String::new()
        } else {
            format!("/{}", pointer.replace('.', "/"))
        };
        if let Some(schema) = container_schema(&example) {
            let error = schema.validate(&example).unwrap_err();
            assert_eq!(
                (error.instance_path().as_str(), error.kind().keyword()),
                (pointer.as_str(), rule),
                "{name}"
            );
            continue;
        }
        let (documents, report) = run(provides(&example), vec![vec![example]]);
        assert!(documents.is_empty(), "{name}");
        let refused = &report.groups[0].samples[0];
        assert_eq!(
            (refused.pointer.as_str(), refused.rule.as_str()),
            (pointer.as_str(), rule),
            "{name}: {refused:?}"
        );
    }
}

fn product(id: &str, name: &str) -> Value {
    json!({"type": "product", "id": id, "name": name})
}

/// Two products, a category twice, a duplicate, an incomplete product, nothing, and a record that is not mapped.
fn mixed() -> Report {
    let mut validation = Validation::start(&source("catalog", ""), None, Known::default()).unwrap();
    validation
        .admit(judged(
            0,
            vec![
                product("1", "Mug"),
                json!({"type": "category", "id": "c", "name": "Mugs"}),
            ],
        ))
        .unwrap();
    validation
        .admit(judged(
            1,
            vec![
                product("2", "Cup"),
                json!({"type": "category", "id": "c", "name": "Mugs"}),
            ],
        ))
        .unwrap();
    validation
        .admit(judged(2, vec![product("1", "Another mug")]))
        .unwrap();
    validation
        .admit(judged(3, vec![json!({"type": "product", "id": "3"})]))
        .unwrap();
    validation.admit(judged(4, vec![])).unwrap();
    let refusal = Refusal {
        field: Some("prices.0.amount".to_owned()),
        message: "no number".to_owned(),
        about: None,
    };
    validation
        .admit(examine(
            &source("catalog", ""),
            Mapped {
                documents: Err(refusal),
                ..mapped(5, vec![])
            },
            whole,
        ))
        .unwrap();
    validation.finish().unwrap()
}

#[test]
fn everything_is_counted() {
    let report = mixed();
    assert!(report.adds_up());
    assert_eq!(
        (
            report.records,
            report.left_out,
            report.unmapped,
            report.documents
        ),
        (6, 1, 1, 6)
    );
    assert_eq!(
        (report.accepted(), report.refused, report.repeated),
        (3, 2, 1)
    );
    assert_eq!(report.accepted[&Kind::Product], 2);
    assert!((report.invalid_percent() - 300.0 / 7.0).abs() < 1e-9);
    let rules: Vec<(&str, &str)> = report
        .groups
        .iter()
        .map(|group| (group.rule.as_str(), group.pointer.as_str()))
        .collect();
    assert_eq!(
        rules,
        [
            ("duplicate", ""),
            ("required", ""),
            ("map", "/prices/*/amount")
        ]
    );
    let duplicate = &report.groups[0].samples[0];
    assert!(
        duplicate.message.contains("record 0") && duplicate.record == 2,
        "{duplicate:?}"
    );
    let text = report.to_string();
    assert!(
        text.contains("6 records read")
            && text.contains("refused 1 × product as a whole [required]"),
        "{text}"
    );
    let json = serde_json::to_string(&report).unwrap();
    let read: Report = serde_json::from_str(&json).unwrap();
    let known = report.known.clone();
    assert_eq!(Report { known, ..read }, report);
}

#[test]
fn reasons_are_grouped_and_samples_are_few() {
    let bad = |number: usize| json!({"type": "product", "id": number.to_string(), "name": "a", "media": [{"url": "/a"}, {"url": format!("javascript:{number}")}]});
    let (_, report) = run(
        "catalog",
        (0..20)
            .map(|number| vec![bad(number)])
            .chain([vec![json!(7)]])
            .collect(),
    );
    let [media, whole] = &report.groups[..] else {
        panic!("{report}")
    };
    assert_eq!(
        (media.count, media.samples.len(), media.pointer.as_str()),
        (20, 5, "/media/*/url")
    );
    assert_eq!(media.samples[4].pointer, "/media/1/url");
    assert_eq!(media.samples[4].value, "javascript:4");
    assert_eq!(
        (whole.count, whole.kind, whole.rule.as_str()),
        (1, None, "type")
    );
}

#[test]
fn refused_documents_are_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quarantine.ndjson");
    let mut validation =
        Validation::start(&source("catalog", ""), Some(&path), Known::default()).unwrap();
    let long = "x".repeat(5000);
    for number in 0..3 {
        validation
            .admit(judged(number, vec![product("", &long)]))
            .unwrap();
    }
    validation.finish().unwrap();
    let lines: Vec<Quarantined> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (lines[2].record, lines[2].line, lines[2].kind),
        (2, 3, Some(Kind::Product))
    );
    assert!(
        lines
            .iter()
            .all(|line| line.value.len() < 300 && line.message.len() < 300),
        "{:?}",
        lines[0]
    );
    let error = Validation::start(
        &source("catalog", ""),
        Some(folder.path()),
        Known::default(),
    )
    .err()
    .unwrap();
    assert!(matches!(error, ValidateError::Quarantine { .. }));
}

#[test]
fn texts_are_cleaned_and_identifiers_are_not() {
    let dirty = json!({"type": "product", "id": "1", "name": "Mu\u{0}g\u{202e}", "description": "<p>a\u{7}<script>x</script></p>",
        "short_description": "<script>x</script>", "custom": {"note": "a\u{1}\nb"}});
    let (documents, report) = run("catalog", vec![vec![dirty]]);
    let Document::Product(product) = &documents[0] else {
        panic!("{report}")
    };
    assert_eq!(
        (product.name.as_str(), product.description.as_deref()),
        ("Mug", Some("<p>a</p>"))
    );
    assert_eq!(product.short_description, None);
    assert_eq!(product.custom["note"], "a\nb");
    let (_, report) = run(
        "catalog",
        vec![
            vec![json!({"type": "product", "id": "a\u{0}b", "name": "x"})],
            vec![json!({"type": "product", "id": "c", "name": "\u{0}"})],
        ],
    );
    let places: Vec<&str> = report
        .groups
        .iter()
        .map(|group| group.pointer.as_str())
        .collect();
    assert_eq!(places, ["/id", "/name"]);
}

#[test]
fn a_source_brings_what_it_provides() {
    let offer = json!({"type": "offer", "sku": "1", "stock": {"availability": "in_stock"}});
    for (side, document) in [("catalog", offer), ("offers", product("1", "a"))] {
        let (documents, report) = run(side, vec![vec![document]]);
        assert!(documents.is_empty());
        assert_eq!(report.groups[0].rule, "provides");
    }
}

#[test]
fn numbers_too_large_to_keep_are_refused() {
    for quantity in ["1e400", "1e30", "-1e30"] {
        let offer: Value =
            serde_json::from_str(&format!(r#"{{"type":"offer","sku":"1","stock":{{"availability":"in_stock","quantity":{quantity}}}}}"#)).unwrap();
        let (documents, report) = run("offers", vec![vec![offer]]);
        assert!(documents.is_empty(), "{quantity} {report}");
    }
}
