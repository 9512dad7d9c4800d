//! Pages that no link leads to: by number, by offset, by cursor, by the last id, in the query or in a body.
//!
//! The back end holds records 1 to 7 and answers exactly what it is asked for.

use super::back_end::*;
use serde_json::{Value, json};

/// The parameters of a path's query.
fn parameters(asked: &Asked) -> Vec<(String, String)> {
    let url = url::Url::parse(&format!("http://x{}", asked.path)).unwrap();
    url.query_pairs().into_owned().collect()
}

fn parameter(asked: &Asked, name: &str) -> Option<u64> {
    let all = parameters(asked);
    let (_, value) = all.iter().find(|(known, _)| known == name)?;
    value.parse().ok()
}

/// Records behind the first `offset`, at most `size` of them.
fn part(offset: u64, size: u64) -> Vec<Value> {
    let records = (1..=7_u64).skip(offset.try_into().unwrap());
    let records = records.take(size.try_into().unwrap());
    records.map(|id| json!({"id": id})).collect()
}

fn page(body: &Value) -> Reply {
    ok("", body.to_string())
}

async fn ids(source: &crate::config::Source) -> Vec<u64> {
    let spool = tempfile::tempdir().unwrap();
    let feed = feed(source, None, spool.path()).await;
    let pages = content(&feed).into_iter();
    let pages = pages.map(|page| serde_json::from_str::<Value>(&page).unwrap());
    pages
        .flat_map(|page| page["items"].as_array().unwrap().clone())
        .map(|record| record["id"].as_u64().unwrap())
        .collect()
}

const ALL: [u64; 7] = [1, 2, 3, 4, 5, 6, 7];

#[tokio::test]
async fn pages_by_number_end_with_one_that_is_not_full() {
    let back_end = BackEnd::start(|asked, _| {
        let (number, size) = (
            parameter(asked, "p").unwrap(),
            parameter(asked, "n").unwrap(),
        );
        page(&json!({"items": part((number - 1) * size, size)}))
    });
    let source = back_end.source(
        "next = \"none\"\nrecords = \"/items\"\nquery = { p = \"{page}\", n = \"{size}\", all = true }\npaging = { kind = \"page\", size = 3 }",
    );
    assert_eq!(ids(&source).await, ALL);
    assert_eq!(
        back_end.requests(),
        [1, 2, 3].map(|number| format!("/feed?all=true&n=3&p={number}"))
    );
}

#[tokio::test]
async fn a_total_ends_a_back_end_that_repeats_its_last_page() {
    // As Magento does: behind the end stands the last page once more, and a page may be short in the middle.
    let back_end = BackEnd::start(|asked, _| {
        let number = parameter(asked, "page").unwrap().min(4);
        let items = match number {
            1 => part(0, 2),
            2 => part(2, 1),
            3 => part(3, 2),
            _ => part(5, 2),
        };
        page(&json!({"items": items, "total_count": 7}))
    });
    let paged = |paging: &str| {
        back_end.source(&format!(
            "next = \"none\"\nrecords = \"/items\"\nquery = {{ page = \"{{page}}\" }}\npaging = {paging}"
        ))
    };
    let with_total = paged("{ kind = \"page\", size = 2, total_at = \"/total_count\" }");
    assert_eq!(ids(&with_total).await, ALL);
    // Without it, the repetition is told, and no feed comes of it.
    let error = failure(&paged("{ kind = \"page\", size = 1 }")).await;
    assert!(error.to_string().contains("repeats itself"), "{error}");
    let error = failure(&paged("{ kind = \"page\", total_at = \"/count\" }")).await;
    assert!(
        error
            .to_string()
            .contains("no number of records at `/count`"),
        "{error}"
    );
}

#[tokio::test]
async fn offsets_stand_in_the_query_or_in_a_body() {
    let back_end = BackEnd::start(|asked, _| {
        let all = parameters(asked);
        let (offset, size) = match all.iter().find(|(name, _)| name == "limit") {
            Some((_, limit)) => {
                let (offset, size) = limit.split_once(',').unwrap();
                (offset.parse().unwrap(), size.parse().unwrap())
            }
            None => {
                let body: Value = serde_json::from_str(&asked.body).unwrap();
                assert_eq!(asked.header("content-type"), Some("application/json"));
                (
                    body["offset"].as_u64().unwrap(),
                    body["limit"].as_u64().unwrap(),
                )
            }
        };
        page(&json!({"items": part(offset, size)}))
    });
    for extra in [
        "query = { limit = \"{offset},{size}\" }",
        "body = '{\"offset\": {offset}, \"limit\": {size}, \"domain\": [[\"sale_ok\", \"=\", true]]}'",
    ] {
        let source = back_end.source(&format!(
            "next = \"none\"\nrecords = \"/items\"\n{extra}\npaging = {{ kind = \"offset\", size = 4 }}"
        ));
        assert_eq!(ids(&source).await, ALL, "{extra}");
    }
}

#[tokio::test]
async fn cursors_stand_in_the_page_or_in_its_last_record() {
    let back_end = BackEnd::start(|asked, _| {
        if asked.body.is_empty() {
            let after = parameter(asked, "since_id").unwrap();
            return page(&json!({"items": part(after, 3)}));
        }
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let after = match &body["variables"]["after"] {
            Value::Null => 0,
            cursor => cursor
                .as_str()
                .unwrap()
                .trim_start_matches("after \"")
                .parse()
                .unwrap(),
        };
        // The cursor never ends by itself.
        page(
            &json!({"items": part(after, 3), "info": {"more": after + 3 < 7, "end": format!("after \"{}", after + 3)}}),
        )
    });
    let by_cursor = back_end.source(
        "next = \"none\"\nrecords = \"/items\"\nbody = '{\"query\": \"{ items }\", \"variables\": {\"after\": \"{cursor}\"}}'\n\
         paging = { kind = \"cursor\", at = \"/info/end\", more_at = \"/info/more\" }",
    );
    assert_eq!(ids(&by_cursor).await, ALL);
    let by_id = back_end.source(
        "next = \"none\"\nrecords = \"/items\"\nquery = { since_id = \"{cursor}\" }\npaging = { kind = \"since_id\", at = \"/id\", size = 3 }",
    );
    assert_eq!(ids(&by_id).await, ALL);
}

#[tokio::test]
async fn errors_in_a_page_of_status_200_fail_the_run() {
    let back_end = BackEnd::start(|asked, _| match asked.body.as_str() {
        "moved" => answer("307 Temporary Redirect", "Location: /elsewhere\r\n", b""),
        "fine" => page(&json!({"error": null, "result": []})),
        _ => page(&json!({"error": {"message": "access denied"}})),
    });
    let source = |body: &str| {
        back_end.source(&format!(
            "next = \"none\"\nrecords = \"/result\"\nerror_at = \"/error\"\nbody = \"{body}\""
        ))
    };
    let error = failure(&source("{}")).await.to_string();
    assert!(
        error.contains("at `/error`") && error.contains("access denied"),
        "{error}"
    );
    let error = failure(&source("moved")).await.to_string();
    assert!(error.contains("sent to no other address"), "{error}");
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        content(&feed(&source("fine"), None, spool.path()).await).len(),
        1
    );
}

#[tokio::test]
async fn an_empty_object_that_php_wrote_as_a_list_is_the_end() {
    let back_end = BackEnd::start(|asked, _| {
        let offset = parameter(asked, "from").unwrap();
        match part(offset, 7) {
            none if none.is_empty() => page(&json!([])),
            some => page(&json!({ "items": some })),
        }
    });
    let source = back_end.source(
        "next = \"none\"\nrecords = \"/items\"\nquery = { from = \"{offset}\" }\npaging = { kind = \"offset\", size = 7 }",
    );
    let spool = tempfile::tempdir().unwrap();
    let feed = feed(&source, None, spool.path()).await;
    let records = crate::decode::records(&feed.pages, &source);
    let ids: Vec<u64> = records
        .map(|record| record.unwrap().value["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, ALL);
    assert_eq!(back_end.requests().len(), 2);
    assert_eq!(feed.pages.len(), 1, "what has no records is no page");
}
