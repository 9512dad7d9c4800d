//! Files of the data sets, read in the plainest way there is: what a shop is compared with must not come from the code
//! that made it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");

/// Cells by the names of their columns.
pub(crate) type Row = BTreeMap<String, String>;

/// A file of a data set; without it, a line that says so.
pub(crate) fn raw(file: &str) -> Option<Vec<u8>> {
    let path = Path::new(DATA).join(file);
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        println!("skipped, ../shared/data/{file} is not here");
    }
    bytes.ok()
}

/// An amount in cents, rounded.
pub(crate) fn cents(amount: &str) -> Option<i64> {
    let amount: f64 = amount.trim().parse().ok()?;
    format!("{amount:.2}").replace('.', "").parse().ok()
}

/// Rows of separated values, read without the program's own reader.
pub(crate) fn rows(bytes: &[u8], separator: char) -> Vec<Row> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut last = '\n';
    for next in text.trim_start_matches('\u{feff}').chars() {
        let row = rows.last_mut().expect("a row");
        let cell = row.last_mut().expect("a cell");
        match next {
            '"' if is_quoted => is_quoted = false,
            // A quote behind a closing one is a quote.
            '"' if last == '"' => {
                is_quoted = true;
                cell.push('"');
            }
            '"' if cell.trim().is_empty() => {
                is_quoted = true;
                cell.clear();
            }
            _ if is_quoted => cell.push(next),
            '\n' => rows.push(vec![String::new()]),
            _ if next == separator => row.push(String::new()),
            _ => cell.push(next),
        }
        last = next;
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim().is_empty()));
    let names = rows.remove(0);
    let named = |row: Vec<String>| {
        let cells = row.into_iter().map(|cell| cell.trim().to_owned());
        names
            .iter()
            .map(|name| name.trim().to_owned())
            .zip(cells)
            .collect()
    };
    rows.into_iter().map(named).collect()
}

pub(crate) fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// A text or number as text.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(bytes);
    reader.read_to_end(&mut plain).expect("gzip");
    plain
}
