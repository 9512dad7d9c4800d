//! Lists that name their records: what is asked for each, and what becomes of what is missing there.

use super::back_end::*;
use crate::config::Source;
use crate::fetch::*;

/// Two pages of a list; the details of 1 take two pages, those of "b c" are empty.
fn listing() -> BackEnd {
    BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => ok(
            "Link: </feed?2>; rel=\"next\"\r\n",
            "{\"items\": [\n {\"id\": 1, \"kind\": \"many\", \"price\": 1.10},\n {\"id\": 2, \"kind\": \"one\"}]}",
        ),
        "/feed?2" => ok(
            "",
            r#"{"items": [{"id": "b c/d?", "kind": "many", "parts": [7]}]}"#,
        ),
        "/feed/1/parts?size=2" => ok(
            "Link: </feed/1/parts?size=2&page=2>; rel=\"next\"\r\n",
            r#"[{"no": 1}, {"no": 2.50}]"#,
        ),
        "/feed/1/parts?size=2&page=2" => ok("", r#"[{"no": 3}]"#),
        "/feed/b%20c%2Fd%3F/parts?size=2" => ok("", "[]"),
        _ => answer("404 Not Found", "", b""),
    })
}

fn source(back_end: &BackEnd, expand: &str) -> Source {
    back_end.source(&format!("records = \"/items\"\nexpand = {{ {expand} }}\n"))
}

const PARTS: &str = r#"url = "feed/{/id}/parts?size=2", when = { "/kind" = "many" }, next = "link", into = "parts""#;

#[tokio::test]
async fn details_are_put_into_the_records_of_the_list() {
    let back_end = listing();
    let source = source(&back_end, PARTS);
    let spool = tempfile::tempdir().unwrap();
    let first = feed(&source, None, spool.path()).await;
    assert_eq!(
        content(&first),
        [
            "{\"id\":1,\"kind\":\"many\",\"parts\":[{\"no\":1},{\"no\":2.50},{\"no\":3}],\"price\":1.10}\n{\"id\":2,\"kind\":\"one\"}\n",
            "{\"id\":\"b c/d?\",\"kind\":\"many\",\"parts\":[]}\n",
        ]
    );
    assert_eq!(first.requests, 5);
    let lengths: u64 = content(&first).iter().map(|page| page.len() as u64).sum();
    assert_eq!(first.bytes, lengths);
    // The records come as lines, and read as such.
    let records = crate::decode::records(&first.pages, &source);
    assert_eq!(records.map(Result::unwrap).count(), 3);

    let again = fetch(&source, Some(&first.validators), spool.path()).await;
    assert!(matches!(again.unwrap(), Fetched::Unchanged(_)));
    prune(spool.path(), &[&first.validators]).unwrap();
    let left = std::fs::read_dir(spool.path()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test]
async fn details_may_take_the_place_of_the_record() {
    let back_end = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => ok("", r#"{"items": [{"name": "A"}, {"name": "B"}]}"#),
        "/feed/A" => ok("", r#"{"data": {"name": "A", "rows": [1]}}"#),
        _ => ok("", r#"{"data": {"name": "B", "rows": []}}"#),
    });
    let source = source(
        &back_end,
        r#"url = "feed/{/name}", records = "/data", into = """#,
    );
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        content(&feed(&source, None, spool.path()).await),
        ["{\"name\":\"A\",\"rows\":[1]}\n{\"name\":\"B\",\"rows\":[]}\n"]
    );
}

#[tokio::test]
async fn a_record_that_was_deleted_behind_the_list_is_left_out_by_name() {
    for (status, of) in [("404 Not Found", 404), ("410 Gone", 410)] {
        let back_end = BackEnd::start(move |asked, _| match asked.path.as_str() {
            "/feed" => ok("", r#"{"items": [{"id": 1}, {"id": "a b"}, {"id": 3}]}"#),
            "/feed/a%20b/parts" => answer(status, "", b""),
            _ => ok("", r#"[{"no": 1}]"#),
        });
        let source = source(&back_end, r#"url = "feed/{/id}/parts", into = "parts""#);
        let spool = tempfile::tempdir().unwrap();
        let fetched = feed(&source, None, spool.path()).await;
        assert_eq!(fetched.requests, 4);
        let records: Vec<_> = crate::decode::records(&fetched.pages, &source)
            .map(Result::unwrap)
            .collect();
        let flaws: Vec<_> = records.iter().map(|record| record.flaw.clone()).collect();
        let gone = crate::decode::Flaw {
            message: format!("the list names it, but its details answered {of}"),
            key: Some("a b".to_owned()),
        };
        assert_eq!(flaws, [None, Some(gone), None]);
        assert_eq!(records[2].value["parts"][0]["no"], 1);
    }
}

#[tokio::test]
async fn only_the_record_itself_can_be_gone() {
    // A second page of details that is not there says nothing of the record, and no status but two says that it is gone.
    let second = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => ok("", r#"{"items": [{"id": 1}, {"id": 2}]}"#),
        "/feed/1" => ok("Link: </feed/1?2>; rel=\"next\"\r\n", "[]"),
        "/feed/2" => ok("", "[]"),
        _ => answer("404 Not Found", "", b""),
    });
    let expand = r#"url = "feed/{/id}", into = "parts", next = "link""#;
    let error = failure(&source(&second, expand)).await.to_string();
    assert!(error.contains("/feed/1?2 answered 404"), "{error}");
    let forbidden = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => ok("", r#"{"items": [{"id": 1}, {"id": 2}]}"#),
        "/feed/1" => ok("", "[]"),
        _ => answer("403 Forbidden", "", b""),
    });
    let error = failure(&source(&forbidden, expand)).await.to_string();
    assert!(error.contains("/feed/2 answered 403"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_completed_fails_the_run_by_name() {
    for (expand, told) in [
        (
            r#"url = "gone/{/id}", into = "parts""#,
            "/gone/1 answered 404",
        ),
        (
            r#"url = "feed/{/id}/parts?size=2", into = """#,
            "record 0 of http://127.0.0.1:PORT/feed cannot be completed: expected one object",
        ),
        (
            r#"url = "feed/{/sku}", into = "parts""#,
            "there is no text and no number at `/sku`",
        ),
        (
            r#"url = "feed/{/id}/parts?size=2", records = "/data", into = "parts""#,
            "there is nothing at `/data` of http://127.0.0.1:PORT/feed/1/parts?size=2",
        ),
    ] {
        let back_end = listing();
        let error = failure(&source(&back_end, expand)).await.to_string();
        let told = told.replace("PORT", &back_end.port.to_string());
        assert!(error.contains(&told), "{error}");
    }
}

#[tokio::test]
async fn a_value_is_no_step_in_an_address() {
    let back_end = BackEnd::start(|_, _| ok("", r#"{"items": [{"id": ".."}]}"#));
    let source = source(&back_end, r#"url = "feed/{/id}/parts", into = "parts""#);
    let error = failure(&source).await.to_string();
    assert!(
        error.contains("`..` at `/id` is no part of an address"),
        "{error}"
    );
    assert_eq!(back_end.requests(), ["/feed"]);
}

#[tokio::test]
async fn what_is_transferred_for_details_counts() {
    let back_end = listing();
    let mut source = source(&back_end, PARTS);
    source.limits.max_wire_bytes = 160;
    let error = failure(&source).await;
    assert!(matches!(error, FetchError::WireTooLarge { .. }), "{error}");
    source.limits.max_wire_bytes = 1000;
    source.limits.max_run_bytes = 130;
    let error = failure(&source).await;
    assert!(matches!(error, FetchError::RunTooLarge { .. }), "{error}");
}
