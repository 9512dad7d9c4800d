//! Mappings as merchants write them, right and wrong.

use super::*;
use crate::config::{self, Config};
use crate::decode::{Origin, Record};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

fn config(source: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let program = source.split_once("PROGRAM").map(|(_, program)| program);
    if let Some(program) = program {
        std::fs::write(folder.path().join("x.jq"), program).unwrap();
    }
    let toml = source.split("PROGRAM").next().unwrap();
    let map_file = if program.is_some() {
        "map_file = \"x.jq\""
    } else {
        ""
    };
    let text = format!(
        "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Berlin\"\n[source.x]\n\
         provides = \"catalog\"\nschedule = \"@daily\"\nurl = \"http://shop.example/\"\n{map_file}\n{toml}"
    );
    config::from_text(&text, Path::new("test.toml"), folder.path()).unwrap()
}

fn record(number: u64, value: Value) -> Record {
    Record {
        origin: Origin {
            page: Arc::from("http://shop.example/"),
            record: number,
            line: number + 1,
        },
        value,
        flaw: None,
    }
}

fn run(source: &str, records: Vec<Value>) -> Result<Vec<Mapped>, MapError> {
    let config = config(source);
    let records = records
        .into_iter()
        .enumerate()
        .map(|(number, value)| record(number as u64, value));
    Mapper::start(&config.sources[0], &config.shop)?.map(records.collect())
}

/// One record, one document: the document's fields must be these.
#[track_caller]
fn check(source: &str, given: Value, expected: &Value) {
    let mut mapped = run(source, vec![given]).unwrap();
    let documents = mapped.remove(0).documents.unwrap();
    assert_eq!(documents, std::slice::from_ref(expected), "{source}");
}

#[track_caller]
fn program(code: &str, given: &str, expected: &str) {
    let given = serde_json::from_str(given).unwrap();
    let mut mapped = run(&format!("PROGRAM{code}"), vec![given]).unwrap();
    let got = mapped
        .remove(0)
        .documents
        .map_err(|refusal| refusal.to_string())
        .map(|documents| serde_json::to_string(&documents).unwrap());
    assert_eq!(got.unwrap_or_else(|refusal| refusal), expected, "{code}");
}

#[track_caller]
fn refuse(source: &str, expected: &str) {
    let error = run(source, vec![json!({})]).unwrap_err().to_string();
    assert!(
        error.contains(expected),
        "expected `{expected}` in `{error}`"
    );
    assert!(error.contains("`x`"), "no source in `{error}`");
}

#[test]
fn documents_pass_without_a_mapping() {
    check(
        "",
        json!({"type": "product", "id": 1, "name": null}),
        &json!({"type": "product", "id": 1, "name": null}),
    );
}

#[test]
fn a_field_map_runs_natively_and_with_jq() {
    let map = "[source.x.map]\ntype = '\"product\"'\nid = '.id'\nname = '.title'\nbrand = '.brand // .maker'\n\
               \"prices.0.amount\" = '.cents | money_minor($currency)'\n\"prices.0.currency\" = '$currency'\n\
               tags = '[.keywords[] | ascii_downcase]'\ngtin = '.ean[0] | gtin'\nupdated_at = '.changed | time($time_zone)'\n\
               short_description = '$greeting'\n[source.x.vars]\ngreeting = \"Hello\"";
    check(
        map,
        json!({"id": 7, "title": "Mug", "maker": "Kiln", "cents": 4995, "keywords": ["A", "B"], "ean": ["4006381333931"],
               "changed": "2017-11-29 20:40:07"}),
        &json!({"type": "product", "id": "7", "name": "Mug", "brand": "Kiln", "prices": [{"amount": "49.95", "currency": "EUR"}],
                "tags": ["a", "b"], "gtin": "4006381333931", "updated_at": "2017-11-29T20:40:07+01:00", "short_description": "Hello"}),
    );
}

#[test]
fn a_field_that_fails_refuses_its_record_by_name() {
    let map = "[source.x.map]\ntype = '\"product\"'\nid = '.id'\nname = '.names[]'";
    let mapped = run(
        map,
        vec![
            json!({"id": 1, "names": ["a"]}),
            json!({"id": 2, "names": ["a", "b"]}),
            json!({"id": 3, "names": 4}),
        ],
    )
    .unwrap();
    assert_eq!(mapped[0].documents.as_ref().unwrap()[0]["name"], "a");
    let refusals: Vec<String> = mapped[1..]
        .iter()
        .map(|mapped| mapped.documents.as_ref().unwrap_err().to_string())
        .collect();
    assert!(
        refusals[0].starts_with("name: gives more than one value"),
        "{refusals:?}"
    );
    assert!(refusals[1].starts_with("name: cannot"), "{refusals:?}");
    assert_eq!(mapped[2].origin.record, 2);
}

#[test]
fn a_program_makes_any_number_of_documents() {
    let code = "if .skip then empty else {type: \"category\", id: .c, name: .c}, {type: \"product\", id, name: .n, category_ids: [.c]}, null end";
    let mapped = run(
        &format!("PROGRAM{code}"),
        vec![
            json!({"id": 1, "n": "Mug", "c": "Mugs"}),
            json!({"skip": true}),
        ],
    )
    .unwrap();
    let documents = mapped[0].documents.as_ref().unwrap();
    assert_eq!(documents.len(), 2);
    assert_eq!(
        documents[1],
        json!({"type": "product", "id": "1", "name": "Mug", "category_ids": ["Mugs"]})
    );
    assert_eq!(mapped[1].documents, Ok(vec![]));
}

#[test]
fn decimals_come_through_exactly() {
    let custom = |code: &str| {
        format!("{{type: \"product\", id: \"1\", name: \"a\", custom: {{v: ({code})}}}}")
    };
    let expected = |value: &str| {
        format!(r#"[{{"custom":{{"v":{value}}},"id":"1","name":"a","type":"product"}}]"#)
    };
    program(&custom(".p"), r#"{"p": 59.90}"#, &expected("59.90"));
    program(
        &custom(".p"),
        r#"{"p": 0.1000000000000000055511151231257827}"#,
        &expected("0.1000000000000000055511151231257827"),
    );
    program(
        &custom(".p"),
        r#"{"p": 12345678901234567890}"#,
        &expected("12345678901234567890"),
    );
    program(
        &custom(".p | dec(\".\")"),
        r#"{"p": 59.90}"#,
        &expected("\"59.90\""),
    );
    program(
        &custom(".a + .b"),
        r#"{"a": 3.5, "b": 3.5}"#,
        &expected("7"),
    );
    program(
        &custom("\"\\(.p)\""),
        r#"{"p": 59.90}"#,
        &expected("\"59.90\""),
    );
}

#[test]
fn helpers_are_there() {
    let custom = |code: &str| {
        format!("{{type: \"product\", id: \"1\", name: \"a\", custom: {{v: ({code})}}}}")
    };
    let expected = |value: &str| {
        format!(r#"[{{"custom":{{"v":{value}}},"id":"1","name":"a","type":"product"}}]"#)
    };
    program(
        &custom(".p | money(\"EUR\")"),
        r#"{"p": 12.9}"#,
        &expected("\"12.90\""),
    );
    program(
        &custom(".p | dec(\",\")"),
        r#"{"p": "1.234,5"}"#,
        &expected("\"1234.5\""),
    );
    program(
        &custom(".p | split_path(\">\")"),
        r#"{"p": "A > B"}"#,
        &expected(r#"["A","B"]"#),
    );
    program(
        &custom(".p | slug"),
        r#"{"p": "Café"}"#,
        &expected("\"cafe\""),
    );
    program(
        &custom(".p | text"),
        r#"{"p": "<p>a<br>b</p>"}"#,
        &expected("\"a b\""),
    );
    program(
        &custom(".p | html"),
        r#"{"p": "<b onclick=x>a</b>"}"#,
        &expected("\"<b>a</b>\""),
    );
    program(
        &custom("[.p | money(\"EUR\"), gtin, slug, text, html, time, dec(\",\")]"),
        r#"{"p": null}"#,
        &expected("[null,null,null,null,null,null,null]"),
    );
    program(
        &custom(".p | money_minor(\"EUR\")"),
        r#"{"p": 1.5}"#,
        "`1.5` is not a whole number of minor units",
    );
    program(
        &custom(".p | gtin"),
        r#"{"p": []}"#,
        "cannot use [] as a text or a number",
    );
}

#[test]
fn programs_fail_record_by_record() {
    let mapped = run(
        "PROGRAMif .bad then error(\"no such \\(.bad)\") else {type: \"page\"} end",
        vec![json!({"bad": 1}), json!({})],
    )
    .unwrap();
    assert_eq!(
        mapped[0].documents.as_ref().unwrap_err().to_string(),
        "no such 1"
    );
    assert!(mapped[1].documents.is_ok());
    program(".a | .[0]", r#"{"a": "x"}"#, "cannot index \"x\" with 0");
    program("infinite", "{}", "a calculation gave no number");
    program(
        "reduce range(200) as $i (null; [.])",
        "{}",
        "the output is nested deeper than 100",
    );
}

#[test]
fn wrong_mappings_are_refused_with_their_place() {
    refuse(
        "PROGRAM{type: \"product\",\n id: (.id }",
        "line 2: expected closing parenthesis",
    );
    refuse(
        "PROGRAM.a |\n nonsense(1)",
        "line 2: there is no filter `nonsense`",
    );
    refuse("PROGRAM$missing", "there is no variable `$missing`");
    refuse("PROGRAM", "x.jq: line 1: expected term");
    refuse(
        "[source.x.map]\ntype = '\"product\"'\nid = '.id |'",
        "map.id: line 1: expected term",
    );
    refuse(
        "[source.x.map]\ntype = '\"product\"'\nids = '.id'",
        "map.ids: a product has no such field",
    );
    refuse("[source.x.map]\nid = '.id'", "map.type: missing");
}

#[test]
fn nothing_reaches_outside_of_the_record() {
    for code in [
        "input",
        "[inputs]",
        "env",
        "now",
        "halt",
        "halt_error",
        "debug",
        "stderr",
        "input_filename",
        "localtime",
        "$ENV",
    ] {
        refuse(&format!("PROGRAM{code}"), "cannot be used in a mapping");
    }
    refuse(
        "PROGRAMinclude \"a\"; .",
        "modules cannot be used in a mapping",
    );
    refuse(
        "PROGRAMimport \"a\" as a; .",
        "modules cannot be used in a mapping",
    );
}

#[test]
fn a_program_without_end_is_given_up() {
    let source = "map_timeout_ms = 200\nPROGRAM";
    let error = run(&format!("{source}repeat(.)"), vec![json!({})]).unwrap();
    assert!(
        error[0]
            .documents
            .as_ref()
            .unwrap_err()
            .message
            .contains("max_documents")
    );
    // A loop that never gives anything holds its thread for ever; the run still ends, and names the record.
    let error = run(
        &format!("{source}if .loop then last(repeat(.)) else . end"),
        vec![json!({}), json!({"loop": true})],
    )
    .unwrap_err();
    assert!(
        matches!(&error, MapError::Timeout { origin, .. } if origin.record == 1),
        "{error}"
    );
    assert!(error.to_string().contains("map_timeout_ms"));
}

#[test]
fn many_records_keep_their_order() {
    let records: Vec<Value> = (0..1000).map(|number| json!({"id": number})).collect();
    let mapped = run("PROGRAM{type: \"product\", id, name: \"a\"}", records).unwrap();
    assert_eq!(mapped.len(), 1000);
    for (number, mapped) in mapped.iter().enumerate() {
        assert_eq!(mapped.origin.record, number as u64);
        assert_eq!(
            mapped.documents.as_ref().unwrap()[0]["id"],
            number.to_string()
        );
    }
}
