//! What the sources of files send when nobody disturbs them: forty products each, as rows, elements or packed rows.

use frontage_tests::backend::{Backend, Response};

use super::bed::{Hostile, Target};
use super::packed::{Packing, archive};

/// Products of each source.
pub(super) const PRODUCTS: usize = 40;
/// The names of the columns.
pub(super) const HEADER: &str = "id;slug;name;price;text";
/// How an XML file begins.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// A product: id, slug, name, price and text.
pub(super) type Record = [String; 5];

/// How the sources are read.
pub(super) fn format(target: Target) -> String {
    let (format, id) = match target {
        Target::Elements => ("format = \"xml\"\nrecords = \"/shop/item\"", "'.\"@id\"'"),
        Target::Packed => (
            "format = \"csv\"\ncsv = { separator = \";\" }\nentries = \"*.csv\"",
            "\".id\"",
        ),
        _ => ("format = \"csv\"\ncsv = { separator = \";\" }", "\".id\""),
    };
    format!(
        "{format}\nmap = {{ type = '\"product\"', id = {id}, slug = \".slug\", name = \".name\", description = \".text\", \
         \"prices.0.amount\" = \".price\", \"prices.0.currency\" = \"$currency\" }}"
    )
}

/// Lets all three sources say what they should. With a suffix the products of rows have another name.
pub(super) fn behave(backend: &Backend, suffix: &str) {
    let rows: Vec<Record> = records(Target::Rows)
        .into_iter()
        .map(|[id, slug, name, price, text]| [id, slug, name + suffix, price, text])
        .collect();
    send(
        backend,
        [rows, records(Target::Elements), records(Target::Packed)],
    );
}

/// Lets all three sources say only half of it.
pub(super) fn halve(backend: &Backend) {
    let half = |target| records(target)[..PRODUCTS / 2].to_vec();
    send(
        backend,
        [Target::Rows, Target::Elements, Target::Packed].map(half),
    );
}

fn send(backend: &Backend, [rows, elements, packed]: [Vec<Record>; 3]) {
    backend.respond_with(Target::Rows.path(), answer(Target::Rows, csv(&rows)));
    backend.respond_with(
        Target::Elements.path(),
        answer(Target::Elements, xml(&elements)),
    );
    let zip = archive(&[Packing::of("products.csv", csv(&packed))]);
    backend.respond_with(Target::Packed.path(), answer(Target::Packed, zip));
}

/// The products of a source.
pub(super) fn records(target: Target) -> Vec<Record> {
    let word = target.source();
    let initial = &word[..1];
    let mut letters = word.chars();
    let title: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    (1..=PRODUCTS)
        .map(|number| {
            [
                format!("{initial}{number}"),
                format!("{word}-number-{number}"),
                format!("{title} number {number}"),
                format!("{}.50", 9 + number),
                format!("\"All about number {number}; and more\""),
            ]
        })
        .collect()
}

/// A CSV file.
pub(super) fn csv(records: &[Record]) -> String {
    let rows = records
        .iter()
        .map(|record| format!("{}\n", record.join(";")));
    std::iter::once(format!("{HEADER}\n")).chain(rows).collect()
}

/// An XML file.
pub(super) fn xml(records: &[Record]) -> String {
    let items: String = records.iter().map(item).collect();
    format!("{DECLARATION}<shop>\n{items}</shop>\n")
}

/// An element of an XML file.
pub(super) fn item([id, slug, name, price, text]: &Record) -> String {
    format!(
        "<item id=\"{id}\"><slug>{slug}</slug><name>{name}</name><price>{price}</price><text>{text}</text></item>\n"
    )
}

/// What the tables call a feed of a source.
pub(super) fn named(target: Target, name: &str) -> String {
    format!("{}: {name}", target.source())
}

/// A body that no feed can be read from.
pub(super) fn unreadable(
    target: Target,
    name: &str,
    body: impl Into<bytes::Bytes>,
    says: &'static str,
) -> Hostile {
    Hostile::unreadable(named(target, name), target, answer(target, body), says)
}

/// A body that can be read, and is bad by itself.
pub(super) fn absurd(
    target: Target,
    name: &str,
    body: impl Into<bytes::Bytes>,
    says: &'static str,
) -> Hostile {
    Hostile::absurd(named(target, name), target, answer(target, body), says)
}

/// A body that is bad beside what was there before.
pub(super) fn suspicious(
    target: Target,
    name: &str,
    body: impl Into<bytes::Bytes>,
    says: &'static str,
) -> Hostile {
    Hostile::suspicious(named(target, name), target, answer(target, body), says)
}

/// A body that says it is what the source sends.
pub(super) fn answer(target: Target, body: impl Into<bytes::Bytes>) -> Response {
    let kind = match target {
        Target::Elements => "application/xml",
        Target::Packed => "application/zip",
        _ => "text/csv",
    };
    Response::ok(kind, body)
}
