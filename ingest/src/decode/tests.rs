//! Pages of every shape, whole and broken.

use super::*;
use crate::config::{self, Source};
use crate::fetch::RawPage;
use std::path::Path;

const PAGE: &str = "http://shop.example/feed";

pub(super) fn source(extra: &str) -> Source {
    let text = format!(
        "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
         schedule = \"@daily\"\nurl = \"{PAGE}\"\n{extra}"
    );
    config::from_text(&text, Path::new("test.toml"), Path::new("/"))
        .unwrap()
        .sources
        .remove(0)
}

pub(super) fn read(source: &Source, pages: &[&[u8]]) -> Result<Vec<Record>, DecodeError> {
    let folder = tempfile::tempdir().unwrap();
    let page = |(number, bytes): (usize, &&[u8])| {
        let file = folder.path().join(format!("{number}.page"));
        std::fs::write(&file, bytes).unwrap();
        RawPage {
            url: format!("{PAGE}?page={}", number + 1),
            file,
            bytes: bytes.len() as u64,
        }
    };
    let pages: Vec<RawPage> = pages.iter().enumerate().map(page).collect();
    records(&pages, source).collect()
}

#[track_caller]
pub(super) fn check(extra: &str, pages: &[&str], expected: &str) {
    let pages: Vec<&[u8]> = pages.iter().map(|page| page.as_bytes()).collect();
    let values: Vec<_> = read(&source(extra), &pages)
        .unwrap()
        .into_iter()
        .map(|record| record.value)
        .collect();
    assert_eq!(serde_json::to_string(&values).unwrap(), expected);
}

#[track_caller]
pub(super) fn refuse(extra: &str, page: impl AsRef<[u8]>, expected: &str) {
    let error = read(&source(extra), &[page.as_ref()])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(expected),
        "expected `{expected}` in `{error}`"
    );
    assert!(error.contains(PAGE), "no page in `{error}`");
}

const NDJSON: &str = "format = \"ndjson\"";

#[test]
fn arrays_are_read_at_their_pointer() {
    check(
        "",
        &["[1, {\"a\":[2,\"]\"]}, \"x\\\"]\", null, true]"],
        r#"[1,{"a":[2,"]"]},"x\"]",null,true]"#,
    );
    check("", &[" [ ] "], "[]");
    check(
        "records = \"/data\"",
        &[r#"{"meta":{"data":[9]},"data":[1,2],"more":[{}]}"#],
        "[1,2]",
    );
    check(
        "records = \"/a~1b/c~0d\"",
        &[r#"{"a/b":{"x":1,"c~d":[3]}}"#],
        "[3]",
    );
    check(
        "records = \"/d/results\"",
        &[r#"{"d":{"results":[{"x":1}],"__next":"y"}}"#],
        r#"[{"x":1}]"#,
    );
    check(
        "records = \"/1/items\"",
        &[r#"[{"n":1},{"items":[4]},5]"#],
        "[4]",
    );
    check(
        "records = \"/d\\u00e4ta\"",
        &[r#"{"d\u00e4ta":[5]}"#],
        "[5]",
    );
    check("", &["\u{feff}[1]"], "[1]");
}

#[test]
fn pages_follow_one_another_and_records_know_their_place() {
    let records = read(
        &source("records = \"/data\""),
        &[
            b"{\"data\":[\n{\"a\":1},\n{\"a\":2}]}",
            b"{\"data\":[{\"a\":3}]}",
        ],
    )
    .unwrap();
    let places: Vec<String> = records
        .iter()
        .map(|record| record.origin.to_string())
        .collect();
    assert_eq!(
        places,
        [
            format!("record 0 ({PAGE}?page=1 line 2)"),
            format!("record 1 ({PAGE}?page=1 line 3)"),
            format!("record 2 ({PAGE}?page=2 line 1)"),
        ]
    );
}

#[test]
fn numbers_keep_their_digits() {
    check(
        "",
        &["[59.90, 12345678901234567890123, 1.0, 1E2]"],
        "[59.90,12345678901234567890123,1.0,1e+2]",
    );
}

#[test]
fn lines_are_read_one_by_one() {
    check(
        NDJSON,
        &["{\"a\":1}\r\n\n{\"a\":2}"],
        r#"[{"a":1},{"a":2}]"#,
    );
    check(
        NDJSON,
        &["\u{feff}{\"a\":1}\n", "{\"a\":2}\n"],
        r#"[{"a":1},{"a":2}]"#,
    );
}

#[test]
fn a_container_must_be_whole() {
    let begin = "{\"type\":\"feed\",\"version\":\"1\",\"mode\":\"full\"}\n";
    let product = "{\"type\":\"product\",\"id\":\"1\"}\n";
    let end = |count: u32| {
        format!("{{\"type\":\"end\",\"counts\":{{\"product\":{count},\"page\":0}}}}\n")
    };
    check(
        NDJSON,
        &[&format!("{begin}{product}{}", end(1))],
        r#"[{"id":"1","type":"product"}]"#,
    );
    check(
        NDJSON,
        &[&format!("{begin}{product}"), &end(1)],
        r#"[{"id":"1","type":"product"}]"#,
    );
    // Without a feed line these are records like any other.
    check(NDJSON, &["{\"type\":\"end\"}"], r#"[{"type":"end"}]"#);
    refuse(NDJSON, format!("{begin}{product}"), "`end` line is missing");
    refuse(
        NDJSON,
        format!("{begin}{product}{}", end(2)),
        "counts 2 product, but 1 product came",
    );
    refuse(
        NDJSON,
        format!("{begin}{}", end(1)),
        "counts 1 product, but nothing came",
    );
    refuse(
        NDJSON,
        format!("{begin}{product}{}{product}", end(1)),
        "more after the `end` line",
    );
    refuse(NDJSON, format!("{begin}{begin}"), "second `feed` line");
    refuse(
        NDJSON,
        format!("{begin}{{\"type\":\"end\"}}"),
        "no `counts`",
    );
    refuse(
        NDJSON,
        "{\"type\":\"feed\",\"version\":\"2\",\"mode\":\"full\"}",
        "version `2`",
    );
    refuse(
        NDJSON,
        "{\"type\":\"feed\",\"version\":\"1\",\"mode\":\"partial\"}",
        "mode `partial`",
    );
}

#[test]
fn what_is_not_an_array_of_records_is_refused() {
    refuse("", "", "is empty; expected an array of records");
    refuse("", " \n ", "is empty");
    refuse("", "{}", "expected an array of records, got an object");
    refuse("", "\"x\"", "got a text");
    refuse("", "null", "got `n`");
    refuse("", "<html>", "looks like HTML or XML");
    refuse("packed = \"none\"", [0x1f, 0x8b, 8, 0], "gzip header");
    refuse(
        "records = \"/data\"",
        "[]",
        "`` is an array, and `data` is not an index",
    );
    refuse("records = \"/data\"", "{}", "`` has no `data`");
    refuse(
        "records = \"/data\"",
        r#"{"data":{}}"#,
        "expected an array, got an object",
    );
    refuse(
        "records = \"/data\"",
        r#"{"data":null}"#,
        "expected an array, got `n`",
    );
    refuse(
        "records = \"/a/b\"",
        r#"{"a":7,"b":[]}"#,
        "`/a` is a number",
    );
    refuse("records = \"/3\"", "[[1]]", "has no `3`");
    refuse(
        "records = \"/data\"",
        r#"{"data":[1],"data":[2]}"#,
        "`data` a second time",
    );
    refuse(
        "records = \"/data\"",
        "17",
        "expected a document with an array of records at `/data`, got a number",
    );
}

#[test]
fn what_is_cut_off_is_refused() {
    refuse("", "[", "the page ends here");
    refuse(
        "",
        "[{\"a\":1}",
        "comma or the end of the array of records is still to come",
    );
    refuse("", "[{\"a\":1},", "a value is still to come");
    refuse("", "[{\"a\":1", "the end of an object is still to come");
    refuse("", "[{\"a\":\"1", "the end of a text is still to come");
    refuse("", "[[1", "the end of an array is still to come");
    refuse("records = \"/data\"", "{\"data\":[1]", "cut off");
    refuse("records = \"/data\"", "{\"meta\":{\"a\":", "cut off");
    refuse("records = \"/data\"", "{\"data\"", "a colon after the key");
    refuse(
        "records = \"/data\"",
        "{\"data\":[1],\"next\":\"x",
        "cut off",
    );
    refuse(NDJSON, "{\"a\":1}\n{\"a\":", "record 1 is not JSON");
}

#[test]
fn what_is_not_json_is_refused() {
    refuse("", "[1,]", "a record after the comma");
    refuse("", "[1 2]", "comma or the end of the array of records");
    refuse("", "[1]x", "expected the end of the page, got `x`");
    refuse("", "[1][2]", "expected the end of the page, got an array");
    refuse("", "[{\"a\":1]]", "the other kind of closing bracket");
    refuse("", "[NaN]", "record 0 is not JSON");
    refuse("", "[{'a':1}]", "record 0 is not JSON");
    refuse("", "[1,\n\n{\"a\":01}]", "line 3");
    refuse("", "[tru]", "record 0 is not JSON");
    refuse("records = \"/data\"", "{data:[1]}", "a key in quotes");
    refuse(NDJSON, "[{\"a\":1}]", "one object per line");
    refuse(NDJSON, "{\"a\":1} {\"a\":2}", "record 0 is not JSON");
}

#[test]
fn what_is_not_utf_8_is_refused() {
    refuse("", b"[\"Gr\xfc\xdfe\"]", "byte 4: not UTF-8");
    refuse(NDJSON, b"{\"a\":\"\xe4\"}", "not UTF-8");
    refuse("", b"\xff\xfe[\x001\x00]\x00", "not UTF-8");
}

#[test]
fn depth_size_and_number_are_bounded() {
    let deep = |depth: usize| format!("[{}{}]", "[".repeat(depth), "]".repeat(depth));
    check("max_depth = 3", &[&deep(3)], "[[[[]]]]");
    refuse("max_depth = 3", deep(4), "nested deeper than 3 (max_depth)");
    refuse("", deep(1_000_000), "nested deeper than 64");
    refuse(
        "records = \"/data\"",
        format!("{{\"a\":{}}}", deep(1_000_000)),
        "nested deeper than 64",
    );
    refuse(
        "format = \"ndjson\"\nmax_depth = 3",
        "{\"a\":[[[1]]]}",
        "nested deeper than 3",
    );
    refuse(
        NDJSON,
        format!("{{\"a\":{}}}", deep(1_000_000)),
        "is not JSON",
    );
    refuse(
        "max_record_bytes = 10",
        "[1,\"0123456789\"]",
        "record 1 is larger than 10 bytes",
    );
    refuse(
        "format = \"ndjson\"\nmax_record_bytes = 10",
        "{\"a\":12345}",
        "record 0 is larger than 10 bytes",
    );
    refuse("max_records = 2", "[1,2,3]", "more than 2 records");
    refuse(
        "format = \"ndjson\"\nmax_records = 2",
        "{}\n{}\n{}",
        "more than 2 records",
    );
    check("max_records = 3", &["[1,2,3]"], "[1,2,3]");
}

#[test]
fn records_cross_the_edges_of_the_read_buffer() {
    let record = format!("{{\"text\":\"{}\"}}", "é\\\"]".repeat(40_000));
    let page = format!("[{}]", [record.as_str(); 5].join(",\n"));
    let read = read(&source(""), &[page.as_bytes()]).unwrap();
    assert_eq!(read.len(), 5);
    assert!(read.iter().all(|entry| entry.value == serde_json::from_str::<serde_json::Value>(&record).unwrap()));
    assert_eq!(read[4].origin.line, 5);
}

#[test]
fn nothing_follows_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x");
    std::fs::write(&file, "[1,x,3]").unwrap();
    let page = RawPage {
        url: PAGE.to_owned(),
        file,
        bytes: 7,
    };
    let mut records = records(&[page], &source(""));
    assert!(records.next().unwrap().is_ok());
    assert!(records.next().unwrap().is_err());
    assert!(records.next().is_none());
}
