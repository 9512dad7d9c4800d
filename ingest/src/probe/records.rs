//! Where the records are: a JSON array somewhere in the document, or one JSON document a line.

use super::{ProbeError, fields};
use serde_json::Value;

/// More are not looked at.
const SAMPLE: usize = 500;
/// Arrays deeper than this are parts of records.
const MAX_DEPTH: usize = 5;

/// The records of a document.
#[derive(Debug)]
pub(super) struct Found {
    /// As in the configuration.
    pub(super) format: &'static str,
    /// JSON pointer.
    pub(super) pointer: String,
    /// How many there are.
    pub(super) count: usize,
    /// The first ones.
    pub(super) sample: Vec<Value>,
}

/// Finds them.
pub(super) fn find(bytes: &[u8]) -> Result<Found, ProbeError> {
    let problem = match serde_json::from_slice::<Value>(bytes) {
        Ok(document) => {
            let mut arrays = Vec::new();
            arrays_of(&document, String::new(), 0, &mut arrays);
            let best = arrays.into_iter().max_by_key(|(pointer, items)| {
                let sample: Vec<Value> = items.iter().take(50).cloned().collect();
                let known = fields::recognise(&sample).fields.len();
                (known, items.len(), std::cmp::Reverse(pointer.len()))
            });
            if let Some((pointer, items)) = best {
                return Ok(Found {
                    format: "json",
                    pointer,
                    count: items.len(),
                    sample: items.iter().take(SAMPLE).cloned().collect(),
                });
            }
            "the JSON document has no list of objects".to_owned()
        }
        Err(error) => format!("it is neither JSON ({error}) nor one JSON object a line"),
    };
    lines(bytes).ok_or(ProbeError::Records(problem))
}

fn arrays_of<'a>(
    value: &'a Value,
    pointer: String,
    depth: usize,
    found: &mut Vec<(String, &'a Vec<Value>)>,
) {
    const MOST: usize = 50;
    if depth > MAX_DEPTH || found.len() >= MOST {
        return;
    }
    match value {
        Value::Array(items) if items.first().is_some_and(Value::is_object) => {
            found.push((pointer, items));
        }
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                arrays_of(value, format!("{pointer}/{name}"), depth + 1, found);
            }
        }
        _ => {}
    }
}

fn lines(bytes: &[u8]) -> Option<Found> {
    let lines = || {
        bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty())
    };
    let sample: Vec<Value> = lines()
        .take(SAMPLE)
        .map_while(|line| serde_json::from_slice(line).ok())
        .filter(Value::is_object)
        .collect();
    (!sample.is_empty()).then(|| Found {
        format: "ndjson",
        pointer: String::new(),
        count: lines().count(),
        sample,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_with_products_is_found() {
        let text = br#"{"errors":[{"x":1},{"x":2},{"x":3}],"a/b":{"items":[{"id":1,"name":"Mug","price":"1.50"}]}}"#;
        let found = find(text).expect("records");
        assert_eq!(
            (found.format, found.pointer.as_str()),
            ("json", "/a~1b/items")
        );
        let found = find(b"{\"id\":1}\n\n{\"id\":2}\n").expect("records");
        assert_eq!((found.format, found.count), ("ndjson", 2));
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "<html></html>",
            "[1,2]",
            "{",
            "\u{1f}\u{8b}",
            deep.as_str(),
        ] {
            assert!(find(text.as_bytes()).is_err(), "{:.20}", text);
        }
    }
}
