//! Where the records are, by trying: each place that could hold them is read as a source would read it.

use super::fields::{self, Meaning};
use super::roles::Taste;
use super::shape::{self, Shape};
use super::{ProbeError, kinds::Kinds, paging};
use crate::decode::{self, DecodeError};
use crate::fetch::RawPage;
use crate::preset::Preset;
use serde_json::Value;
use std::collections::BTreeSet;

/// More are not looked at closely.
const SAMPLE: usize = 500;
/// Enough to say whether a place holds products.
const TASTE: usize = 50;
/// Arrays deeper than this are parts of records.
const MAX_DEPTH: usize = 5;
/// Places that are tried.
const MOST: usize = 50;

/// The records of a page.
pub(super) struct Found {
    /// How they are read.
    pub(super) shape: Shape,
    /// How many there are.
    pub(super) count: usize,
    /// How many of them cannot be used as they are.
    pub(super) flawed: usize,
    /// The first ones that become documents.
    pub(super) sample: Vec<Value>,
    /// What their fields mean.
    pub(super) meaning: Meaning,
    /// Where the page names the next one.
    pub(super) next: Option<String>,
    /// What the page says of others.
    pub(super) pages: paging::Body,
    /// What a person should look at.
    pub(super) unsure: Vec<String>,
}

/// Finds them.
pub(super) fn find(page: &RawPage, taste: &Taste) -> Result<Found, ProbeError> {
    let seen = shape::see(page)?;
    let mut shape = seen.shape;
    let mut unsure = seen.unsure;
    let mut next = None;
    let mut pages = paging::Body::default();
    match shape.format {
        "json" => {
            let document = serde_json::from_str(&seen.text).unwrap_or_default();
            if let Some(pointer) = array_of_products(&document, taste) {
                next = next_page(&document);
                pages = paging::Body::of(&document);
                shape.records = pointer;
            } else {
                // A file of one line, perhaps.
                shape.format = "ndjson";
            }
        }
        "xml" => elements(page, &mut shape, taste)?,
        _ => {}
    }
    drop(seen.text);
    let mut read = Read::all(page, &shape)?;
    if shape.format == "xml" {
        shape.lists = mixed(&read.sample);
        if !shape.lists.is_empty() {
            read = Read::all(page, &shape)?;
        }
    }
    let mut meaning = fields::recognise(&read.sample, taste);
    if let Some((condition, sample)) = read.kinds.best(&meaning, taste) {
        meaning = fields::recognise(&sample, taste);
        unsure.push(format!("kinds: records are of several kinds, and only those are taken for products with {condition}"));
        meaning.only.insert(0, condition);
        read.sample = sample;
    }
    if let Some(variants) = &meaning.variants
        && !variants.split.fill_down.is_empty()
    {
        if matches!(shape.format, "csv" | "tsv") {
            let split = &variants.split;
            shape.fill_down.clone_from(&split.fill_down);
            shape.takes_first = split.of_products.len() > split.fill_down.len();
            read = Read::all(page, &shape)?;
        } else {
            // Only rows are filled from above.
            meaning.variants = None;
        }
    }
    Ok(Found {
        shape,
        count: read.count,
        flawed: read.flawed,
        sample: read.sample,
        meaning,
        next,
        pages,
        unsure,
    })
}

/// What was read of a page.
struct Read {
    count: usize,
    flawed: usize,
    sample: Vec<Value>,
    kinds: Kinds,
}

impl Read {
    fn all(page: &RawPage, shape: &Shape) -> Result<Self, ProbeError> {
        let source = shape.source()?;
        let mut read = Self {
            count: 0,
            flawed: 0,
            sample: Vec::new(),
            kinds: Kinds::default(),
        };
        for record in decode::records(std::slice::from_ref(page), &source) {
            let record = record.map_err(broken)?;
            read.count += 1;
            if record.flaw.is_some() {
                read.flawed += 1;
                continue;
            }
            read.kinds.add(&record.value);
            if read.sample.len() < SAMPLE {
                read.sample.push(record.value);
            }
        }
        if read.sample.iter().any(|record| !record.is_object()) {
            return Err(ProbeError::Records("the records are no objects".to_owned()));
        }
        Ok(read)
    }
}

fn broken(error: DecodeError) -> ProbeError {
    ProbeError::Records(error.to_string())
}

/// How good a place is: products before other things, several before one, what is understood before what is not.
type Rate = (bool, bool, usize, u64);

fn rate(sample: &[Value], count: u64, taste: &Taste) -> Rate {
    let meaning = fields::recognise(sample, taste);
    (meaning.is_usable(), count > 1, meaning.known(), count)
}

/// The pointer to the array that looks most like products.
fn array_of_products(document: &Value, taste: &Taste) -> Option<String> {
    let mut arrays = Vec::new();
    arrays_of(document, String::new(), 0, &mut arrays);
    let best = arrays.into_iter().max_by_key(|(pointer, items)| {
        let sample: Vec<Value> = items.iter().take(TASTE).cloned().collect();
        let rate = rate(&sample, items.len() as u64, taste);
        (rate, std::cmp::Reverse(pointer.len()))
    });
    best.map(|(pointer, _)| pointer)
}

fn arrays_of<'a>(
    value: &'a Value,
    pointer: String,
    depth: usize,
    found: &mut Vec<(String, &'a Vec<Value>)>,
) {
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

/// Where a page of JSON names the next one.
fn next_page(document: &Value) -> Option<String> {
    const POINTERS: [&str; 9] = [
        "/_links/next/href",
        "/links/next/href",
        "/links/next",
        "/@odata.nextLink",
        "/next",
        "/paging/next",
        "/pagination/next",
        "/meta/next",
        "/next_page_url",
    ];
    let found = POINTERS.into_iter().find(|pointer| {
        let next = document.pointer(pointer).and_then(Value::as_str);
        next.is_some_and(|next| next.starts_with("http") || next.starts_with('/'))
    });
    found.map(str::to_owned)
}

/// Sets the path of the elements that look most like products.
fn elements(page: &RawPage, shape: &mut Shape, taste: &Taste) -> Result<(), ProbeError> {
    let outline = decode::outline(page, &shape.source_of("//x")?).map_err(broken)?;
    let mut places: Vec<(String, u64)> = outline
        .into_iter()
        .filter(|(_, seen)| seen.has_parts)
        .map(|(path, seen)| (path, seen.count))
        .collect();
    places.sort_by_key(|(path, count)| (std::cmp::Reverse(*count), path.len()));
    places.truncate(MOST);
    let mut best: Option<(Rate, String)> = None;
    for (path, count) in places {
        let source = shape.source_of(&path)?;
        let records = decode::records(std::slice::from_ref(page), &source).take(TASTE);
        let sample: Vec<Value> = records
            .map_while(Result::ok)
            .map(|record| record.value)
            .collect();
        if Preset::recognise("xml", &path, &sample).is_some() {
            shape.records = path;
            return Ok(());
        }
        let rate = rate(&sample, count, taste);
        if best.as_ref().is_none_or(|(other, _)| rate > *other) {
            best = Some((rate, path));
        }
    }
    let Some((_, path)) = best else {
        return Err(ProbeError::Records(
            "the XML document has no elements with parts".to_owned(),
        ));
    };
    shape.records = path;
    Ok(())
}

/// Elements that come several times in some records and once in others.
fn mixed(records: &[Value]) -> Vec<String> {
    fn walk(value: &Value, many: &mut BTreeSet<String>, one: &mut BTreeSet<String>) {
        let Value::Object(members) = value else {
            return;
        };
        for (name, value) in members {
            if let Value::Array(items) = value {
                many.insert(name.clone());
                for item in items {
                    walk(item, many, one);
                }
            } else {
                one.insert(name.clone());
                walk(value, many, one);
            }
        }
    }
    let (mut many, mut one) = (BTreeSet::new(), BTreeSet::new());
    for record in records {
        walk(record, &mut many, &mut one);
    }
    many.intersection(&one).take(20).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;

    fn found(text: &[u8]) -> Result<Found, ProbeError> {
        let scratch = Scratch::new(text, "http://a.example/x").unwrap();
        find(&scratch.page, &Taste::default())
    }

    #[test]
    fn the_list_with_products_is_found() {
        let text = br#"{"errors":[{"x":1},{"x":2},{"x":3}],"next":"/p2","a/b":{"items":[{"id":1,"name":"Mug","price":"1.50"}]}}"#;
        let json = found(text).unwrap();
        assert_eq!(
            (json.shape.format, json.shape.records.as_str()),
            ("json", "/a~1b/items")
        );
        assert_eq!(json.next.as_deref(), Some("/next"));
        let lines = found(b"{\"id\":1}\n\n{\"id\":2}\n").unwrap();
        assert_eq!((lines.shape.format, lines.count), ("ndjson", 2));
    }

    #[test]
    fn the_element_with_products_is_found() {
        let text = b"<BMECAT><HEADER><CATALOG><NAME>x</NAME></CATALOG></HEADER><T_NEW_CATALOG>\
            <ARTICLE><SUPPLIER_AID>1</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Mug</DESCRIPTION_SHORT></ARTICLE_DETAILS>\
            <MIME_INFO><MIME><MIME_SOURCE>/a.jpg</MIME_SOURCE></MIME><MIME><MIME_SOURCE>/b.jpg</MIME_SOURCE></MIME></MIME_INFO></ARTICLE>\
            <ARTICLE><SUPPLIER_AID>2</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Cup</DESCRIPTION_SHORT></ARTICLE_DETAILS>\
            <MIME_INFO><MIME><MIME_SOURCE>/c.jpg</MIME_SOURCE></MIME></MIME_INFO></ARTICLE></T_NEW_CATALOG></BMECAT>";
        let xml = found(text).unwrap();
        assert_eq!(xml.shape.records, "/BMECAT/T_NEW_CATALOG/ARTICLE");
        assert_eq!(xml.shape.lists, ["MIME"]);
        let media = xml
            .meaning
            .fields
            .iter()
            .find(|(field, _)| *field == "media");
        assert_eq!(
            media.map(|(_, text)| text.as_str()),
            Some("[.MIME_INFO.MIME[]?.MIME_SOURCE | {url: ., type: \"image\"}]")
        );
    }

    #[test]
    fn one_kind_of_several_is_taken() {
        let mut lines = String::new();
        for number in 0..600 {
            lines.push_str(&format!(
                "{{\"model\":\"stock\",\"pk\":{number},\"fields\":{{\"quantity\":1}}}}\n"
            ));
        }
        for number in 0..9 {
            lines.push_str(&format!("{{\"model\":\"product\",\"pk\":{number},\"fields\":{{\"name\":\"Mug {number}\"}}}}\n"));
        }
        let found = found(lines.as_bytes()).unwrap();
        assert_eq!(found.meaning.only, [".model == \"product\""]);
        assert!(found.meaning.is_usable());
        assert_eq!((found.count, found.sample.len()), (609, 9));
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "<html></html>",
            "<a>",
            "[1,2]",
            "{",
            "\u{1f}\u{8b}",
            deep.as_str(),
        ] {
            assert!(found(text.as_bytes()).is_err(), "{text:.20}");
        }
    }
}
