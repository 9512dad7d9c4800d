//! The format's document and the format's code say the same.
//!
//! `docs/snapshot-format.md` is what another reader would be written from. Its tables are read here and compared with
//! the records and constants of the code, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use frontage_shared::snapshot::bundles::BundleItemRecord;
use frontage_shared::snapshot::categories::{self, BrandRecord, CategoryRecord, PageRecord};
use frontage_shared::snapshot::facets::{
    AttributeRecord, AttributeValueRecord, FacetCodeRecord, FacetListRecord, FacetRecord,
    FacetValueRecord, RankRecord, TextFileRecord,
};
use frontage_shared::snapshot::layout::{self, HeaderRecord, PartKind, SectionRecord, section};
use frontage_shared::snapshot::lead_times::LeadTimeRecord;
use frontage_shared::snapshot::ledger::{ContentChangeRecord, LeftPathRecord, RedirectRecord};
use frontage_shared::snapshot::locales::{
    Field, LocalColumnRecord, LocalRankRecord, LocalStringRecord, LocalTextRecord,
    LocaleCurrencyRecord, LocaleRecord,
};
use frontage_shared::snapshot::location_stock::{
    LocalAvailability, LocationRecord, LocationStockRecord, NO_LOCAL_QUANTITY,
};
use frontage_shared::snapshot::measures::MeasureRecord;
use frontage_shared::snapshot::offers::{
    Availability, NO_PRICE, NO_QUANTITY, OffersMetaRecord, ProductOfferRecord, VariantOfferRecord,
};
use frontage_shared::snapshot::page_sections::{self, PageSectionRecord};
use frontage_shared::snapshot::past_prices::WINDOW_SECONDS;
use frontage_shared::snapshot::price_lists::{
    ListGroupRecord, ListPriceRecord, ListProductRecord, MAX_PRICE_LISTS, PastPriceRecord,
    PriceChangeRecord, PriceListRecord,
};
use frontage_shared::snapshot::products::{
    self, MediaRecord, OptionRecord, OptionValueRecord, ProductRecord, RelatedRecord, ShopRecord,
    VariantKeyRecord, VariantRecord,
};
use frontage_shared::snapshot::record::{FieldLayout, Record, RowRef, StrRef};
use frontage_shared::snapshot::reviews::{self, RatingRecord, ReviewRecord};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord};
use frontage_shared::snapshot::terms::{
    MAX_TERMS_BYTES, NO_TAX_CLASS, NO_WEIGHT, VariantGoodsRecord,
};
use frontage_shared::snapshot::tiers::TierRecord;

/// A record as the code defines it.
struct Known {
    name: &'static str,
    section: u32,
    size: usize,
    fields: &'static [FieldLayout],
}

fn known<T: Record>() -> Known {
    Known {
        name: T::NAME,
        section: T::SECTION,
        size: size_of::<T>(),
        fields: T::FIELDS,
    }
}

/// Every record type; `every_section_has_its_record` notices one that is missing.
fn records() -> Vec<Known> {
    vec![
        known::<HeaderRecord>(),
        known::<SectionRecord>(),
        known::<ShopRecord>(),
        known::<ProductRecord>(),
        known::<VariantRecord>(),
        known::<VariantKeyRecord>(),
        known::<OptionRecord>(),
        known::<OptionValueRecord>(),
        known::<MediaRecord>(),
        known::<RelatedRecord>(),
        known::<AttributeRecord>(),
        known::<AttributeValueRecord>(),
        known::<FacetRecord>(),
        known::<FacetValueRecord>(),
        known::<FacetListRecord>(),
        known::<FacetCodeRecord>(),
        known::<MeasureRecord>(),
        known::<PageSectionRecord>(),
        known::<ReviewRecord>(),
        known::<RatingRecord>(),
        known::<BundleItemRecord>(),
        known::<LocaleRecord>(),
        known::<LocalColumnRecord>(),
        known::<LocalStringRecord>(),
        known::<LocalTextRecord>(),
        known::<LocalRankRecord>(),
        known::<LocaleCurrencyRecord>(),
        known::<LeftPathRecord>(),
        known::<RedirectRecord>(),
        known::<ContentChangeRecord>(),
        known::<RankRecord>(),
        known::<TextFileRecord>(),
        known::<CategoryRecord>(),
        known::<BrandRecord>(),
        known::<PageRecord>(),
        known::<RouteRecord>(),
        known::<OffersMetaRecord>(),
        known::<VariantOfferRecord>(),
        known::<ProductOfferRecord>(),
        known::<VariantGoodsRecord>(),
        known::<PriceListRecord>(),
        known::<ListGroupRecord>(),
        known::<ListPriceRecord>(),
        known::<ListProductRecord>(),
        known::<PriceChangeRecord>(),
        known::<PastPriceRecord>(),
        known::<LocationRecord>(),
        known::<LocationStockRecord>(),
        known::<TierRecord>(),
        known::<LeadTimeRecord>(),
        known::<StrRef>(),
        known::<RowRef<{ section::NONE }>>(),
    ]
}

/// Sections whose items are bare rows, bare texts or bytes, with what the document calls them.
const BARE: &[(u32, &str)] = &[
    (section::STRINGS, "bytes"),
    (section::TEXTS, "bytes"),
    (section::TEXT_INDEX, "bytes"),
    (section::TERMS, "bytes"),
    (section::LIST_TERMS, "bytes"),
    (section::LOCATION_IDS, "bytes"),
    (section::ORIGINS, "StrRef"),
    (section::VARIANT_VALUES, "RowRef of OPTION_VALUES"),
    (section::SKUS, "RowRef of VARIANTS"),
    (section::PRODUCT_ATTRIBUTES, "RowRef of ATTRIBUTE_VALUES"),
    (section::PRODUCT_CATEGORIES, "RowRef of CATEGORIES"),
    (section::CHILDREN, "RowRef of CATEGORIES"),
    (section::LISTINGS, "RowRef of PRODUCTS"),
    (section::POSTINGS, "RowRef of PRODUCTS"),
    (section::PRODUCT_FACETS, "RowRef of FACET_VALUES"),
    (section::PRICE_ORDER, "RowRef of PRODUCT_OFFERS"),
    (section::SECTION_PRODUCTS, "RowRef of PRODUCTS"),
    (section::SECTION_CATEGORIES, "RowRef of CATEGORIES"),
    (section::LOCAL_ROUTES, "RouteRecord"),
    (section::LOCAL_TEXT_FILES, "TextFileRecord"),
    (section::LOCAL_TEXT_INDEX, "bytes"),
];

/// A table of the document: the heading above it, the names of its columns, its rows.
struct Table {
    heading: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[test]
fn every_field_stands_in_the_document_at_its_place() {
    let tables = tables_with(&["offset", "size", "field", "meaning"]);
    let mut wrong = Vec::new();
    for record in records() {
        let Some(table) = tables
            .iter()
            .find(|table| table.heading.contains(&format!("`{}`", record.name)))
        else {
            wrong.push(format!("the document has no table for {}", record.name));
            continue;
        };
        compare_fields(&record, table, &mut wrong);
    }
    let names: BTreeSet<String> = records()
        .iter()
        .map(|record| format!("`{}`", record.name))
        .collect();
    for table in &tables {
        if !names.iter().any(|name| table.heading.contains(name)) {
            wrong.push(format!(
                "the document's table under `{}` is of no record in the code",
                table.heading
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_section_has_its_record() {
    let tables = tables_with(&["number", "section", "record"]);
    let in_document: BTreeMap<u32, (String, String)> = tables
        .iter()
        .flat_map(|table| &table.rows)
        .map(|row| {
            (
                row[0].parse().expect("a section number"),
                (bare(&row[1]), bare(&row[2])),
            )
        })
        .collect();
    let mut wrong = Vec::new();
    for &(number, name) in section::ALL
        .iter()
        .filter(|(number, _)| *number != section::NONE)
    {
        let records = records();
        let own = records
            .iter()
            .find(|record| record.section == number)
            .map(|record| record.name);
        let expected = own.or_else(|| {
            BARE.iter()
                .find(|(bare, _)| *bare == number)
                .map(|(_, what)| *what)
        });
        let Some(expected) = expected else {
            wrong.push(format!(
                "this test does not know the record of section {name}"
            ));
            continue;
        };
        match in_document.get(&number) {
            None => wrong.push(format!(
                "section {number} {name} is missing in the document"
            )),
            Some(found) if *found == (name.to_owned(), expected.to_owned()) => {}
            Some(found) => wrong.push(format!(
                "section {number}: the document says {found:?}, the code {name}, {expected}"
            )),
        }
    }
    for (number, (name, _)) in &in_document {
        if section::name(*number) != name {
            wrong.push(format!(
                "section {number} {name} of the document is not in the code"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_hold_the_sections_that_the_document_says() {
    let text = document();
    for kind in [PartKind::Catalog, PartKind::Offers] {
        let sections = kind.sections();
        let sentence = format!(
            "sections {} to {} make the {} part",
            sections.start(),
            sections.end(),
            kind.extension()
        );
        assert!(
            text.contains(&sentence),
            "the document does not say that `{sentence}`"
        );
    }
}

#[test]
fn every_constant_has_the_documented_value() {
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    let mut constant = |name: &str, value: String| expected.insert(name.to_owned(), value);
    constant(
        "MAGIC",
        String::from_utf8_lossy(&layout::MAGIC).into_owned(),
    );
    constant(
        "END_MAGIC",
        String::from_utf8_lossy(&layout::END_MAGIC).into_owned(),
    );
    constant("MAJOR", layout::MAJOR.to_string());
    constant("MINOR", layout::MINOR.to_string());
    constant("KNOWN_FEATURES", layout::KNOWN_FEATURES.to_string());
    constant("ALIGNMENT", layout::ALIGNMENT.to_string());
    constant("HEADER_LEN", layout::HEADER_LEN.to_string());
    constant("SECTION_LEN", layout::SECTION_LEN.to_string());
    constant("TRAILER_LEN", layout::TRAILER_LEN.to_string());
    constant("MAX_SECTIONS", layout::MAX_SECTIONS.to_string());
    constant("NO_ROW", layout::NO_ROW.to_string());
    constant("NO_PRICE", NO_PRICE.to_string());
    constant("NO_QUANTITY", NO_QUANTITY.to_string());
    constant("NO_LOCAL_QUANTITY", NO_LOCAL_QUANTITY.to_string());
    constant("NO_WEIGHT", NO_WEIGHT.to_string());
    constant("NO_TAX_CLASS", NO_TAX_CLASS.to_string());
    constant("MAX_TERMS_BYTES", MAX_TERMS_BYTES.to_string());
    constant("MAX_PRICE_LISTS", MAX_PRICE_LISTS.to_string());
    constant("WINDOW_SECONDS", WINDOW_SECONDS.to_string());
    constant("products::NOT_LISTED", products::NOT_LISTED.to_string());
    constant(
        "products::NOT_SEARCHABLE",
        products::NOT_SEARCHABLE.to_string(),
    );
    constant("products::NOINDEX", products::NOINDEX.to_string());
    constant("categories::NOINDEX", categories::NOINDEX.to_string());
    constant("page_sections::ON_SALE", page_sections::ON_SALE.to_string());
    constant(
        "page_sections::IN_STOCK",
        page_sections::IN_STOCK.to_string(),
    );
    constant("reviews::VERIFIED", reviews::VERIFIED.to_string());
    compare_maps(
        "constant",
        &expected,
        &pairs(&["constant", "value", "meaning"], 0, 1),
    );
}

#[test]
fn every_number_that_stands_for_a_word_is_documented() {
    let availabilities = Availability::ALL.map(|it| (it.number().to_string(), format!("{it:?}")));
    compare_maps(
        "availability",
        &availabilities.into(),
        &pairs(&["number", "availability", "meaning"], 0, 1),
    );
    let local = LocalAvailability::ALL.map(|it| (it.number().to_string(), format!("{it:?}")));
    compare_maps(
        "availability at a place",
        &local.into(),
        &pairs(&["number", "availability at a place", "meaning"], 0, 1),
    );
    let kinds = RouteKind::ALL.map(|kind| {
        (
            kind.number().to_string(),
            format!("{kind:?} {}", section::name(kind.section())),
        )
    });
    let documented = tables_with(&["number", "kind of path", "row in"]);
    let documented = documented.iter().flat_map(|table| &table.rows);
    let documented = documented
        .map(|row| {
            (
                row[0].clone(),
                format!("{} {}", bare(&row[1]), bare(&row[2])),
            )
        })
        .collect();
    compare_maps("route kind", &kinds.into(), &documented);
    let parts = [PartKind::Catalog, PartKind::Offers]
        .map(|kind| (kind.number().to_string(), kind.extension().to_owned()));
    compare_maps(
        "part kind",
        &parts.into(),
        &pairs(&["number", "kind of part", "holds"], 0, 1),
    );
}

#[test]
fn every_field_that_may_be_translated_is_documented() {
    let heap = |field: &Field| if field.is_long() { "TEXTS" } else { "STRINGS" };
    let fields = Field::ALL.iter().map(|field| {
        let section = section::name(field.section());
        let said = format!("{} {section} {}", field.name(), heap(field));
        (field.number().to_string(), said)
    });
    let tables = tables_with(&["number", "field", "section", "heap"]);
    let rows = tables.iter().flat_map(|table| &table.rows);
    let documented = rows.map(|row| {
        let said = format!("{} {} {}", bare(&row[1]), bare(&row[2]), bare(&row[3]));
        (row[0].clone(), said)
    });
    compare_maps("field", &fields.collect(), &documented.collect());
}

#[test]
fn prose_has_one_sentence_a_line() {
    let text = document();
    let mut wrong = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        in_code ^= line.starts_with("```");
        let is_prose = !in_code && !line.starts_with(['|', '#', '`']);
        // The number of a list's item ends with a full stop of its own.
        let line = line
            .trim_start_matches(|character: char| character.is_ascii_digit())
            .trim_start_matches(". ");
        if is_prose
            && line
                .match_indices(". ")
                .any(|(at, _)| line[at + 2..].starts_with(char::is_uppercase))
        {
            wrong.push(format!("line {number}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare_fields(record: &Known, table: &Table, wrong: &mut Vec<String>) {
    let name = record.name;
    let size = format!("{} bytes", record.size);
    if !table.heading.contains(&size) {
        wrong.push(format!(
            "{name} has {size}, the document's heading says `{}`",
            table.heading
        ));
    }
    let documented: BTreeMap<String, (&str, &str)> = table
        .rows
        .iter()
        .map(|row| (bare(&row[2]), (row[0].as_str(), row[1].as_str())))
        .collect();
    for field in record.fields {
        let expected = (field.offset.to_string(), field.size.to_string());
        match documented.get(field.name) {
            None => wrong.push(format!("{name}.{} is missing in the document", field.name)),
            Some(&(offset, size)) if (offset, size) == (&*expected.0, &*expected.1) => {}
            Some((offset, size)) => wrong.push(format!(
                "{name}.{} is at {} with {} bytes, the document says {offset} and {size}",
                field.name, expected.0, expected.1
            )),
        }
    }
    for field in documented.keys() {
        if !record.fields.iter().any(|known| known.name == field) {
            wrong.push(format!("{name}.{field} of the document is not in the code"));
        }
    }
    if table.rows.iter().any(|row| row[3].is_empty()) {
        wrong.push(format!("a field of {name} has no meaning in the document"));
    }
}

fn compare_maps(what: &str, code: &BTreeMap<String, String>, document: &BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    for name in code.keys().chain(document.keys()).collect::<BTreeSet<_>>() {
        let (code, document) = (code.get(name), document.get(name));
        if code != document {
            wrong.push(format!(
                "{what} {name}: the code says {code:?}, the document {document:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn pairs(columns: &[&str], key: usize, value: usize) -> BTreeMap<String, String> {
    let tables = tables_with(columns);
    tables
        .iter()
        .flat_map(|table| &table.rows)
        .map(|row| (bare(&row[key]), bare(&row[value])))
        .collect()
}

fn tables_with(columns: &[&str]) -> Vec<Table> {
    let found: Vec<Table> = tables(&document())
        .into_iter()
        .filter(|table| table.columns == columns)
        .collect();
    assert!(
        !found.is_empty(),
        "the document has no table with the columns {columns:?}"
    );
    found
}

fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let (mut heading, mut in_table) = (String::new(), false);
    for line in text.lines() {
        if line.starts_with('#') {
            heading = line.to_owned();
        }
        let Some(cells) = line
            .strip_prefix("| ")
            .and_then(|line| line.strip_suffix(" |"))
        else {
            in_table = line.starts_with("|-") && in_table;
            continue;
        };
        let cells: Vec<String> = cells
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect();
        if in_table {
            let table = tables.last_mut().expect("a table was begun");
            assert_eq!(
                cells.len(),
                table.columns.len(),
                "a row of `{heading}` has the wrong number of cells: {line}"
            );
            table.rows.push(cells);
        } else {
            tables.push(Table {
                heading: heading.clone(),
                columns: cells,
                rows: Vec::new(),
            });
            in_table = true;
        }
    }
    tables
}

/// Without code marks.
fn bare(cell: &str) -> String {
    cell.replace('`', "")
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/snapshot-format.md");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
