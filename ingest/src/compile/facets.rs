//! What shoppers can filter by: brands, options, and those attributes that help to choose.
//!
//! An option and an attribute with the same code are one facet. Which attributes become facets is the merchant's
//! choice, in the configuration or by attribute documents; without one, those that enough products share and that
//! have neither one value nor too many.
//!
//! Options and brands are collected while products pass by. What attributes say stands in the tables already, and is
//! counted there once all products are known: most attributes never become a facet.

use std::collections::HashMap;
use std::sync::Arc;

use frontage_shared::model::collation::Collation;
use frontage_shared::model::slug;
use frontage_shared::snapshot::facets::{FacetRecord, FacetValueRecord};
use frontage_shared::snapshot::heap::HeapFull;
use frontage_shared::snapshot::record::{List, RowRef};
use frontage_shared::snapshot::tables::CatalogTables;

use super::facet_attributes::{Stated, add_attributes};
use crate::config::{Config, Facets};
use crate::half_hash::{Known, Sought};
use crate::wire::AttributeDefinition;

/// Attributes chosen without the merchant's word: at most this many, the most common ones.
const MAX_CHOSEN: usize = 40;
/// An attribute that fewer products have helps nobody to choose.
const MIN_PRODUCTS: usize = 4;
/// A longer text is a description, not a value to filter by.
const MAX_LABEL_CHARS: usize = 48;
/// Brands are always worth filtering by; this bound only keeps a broken feed from flooding the file.
const MAX_BRANDS: usize = 5_000;

/// Where a facet comes from; the number in the record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Origin {
    Brand,
    Option,
    Attribute,
}

/// Collects values while products pass by.
#[derive(Debug, Default)]
pub(super) struct FacetBuilder {
    facets: Vec<Collected>,
    /// Index by the code as products spell it; none if it makes no code of an address.
    known: hashbrown::HashMap<String, Option<usize>>,
}

/// A facet in the making.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) code: String,
    pub(super) origin: Origin,
    pub(super) label: String,
    /// Products with at least one value.
    pub(super) products: usize,
    /// The latest of them; rows come in ascending order.
    last_product: Option<u32>,
    values: Vec<Value>,
    /// Values by label with unit: `28 l` is one value, whether an option or an attribute says it.
    by_label: Known<u32>,
}

#[derive(Debug, Default)]
struct Value {
    /// With unit.
    label: String,
    swatch: String,
    /// Label without unit, and the unit, if it was stated apart.
    parts: Option<(String, String)>,
    products: Vec<u32>,
}

/// What a product says for a facet.
pub(super) struct Statement<'a> {
    pub(super) origin: Origin,
    pub(super) code: &'a str,
    pub(super) label: &'a str,
    pub(super) value: &'a str,
    pub(super) swatch: &'a str,
}

/// Whether a text is short enough to be chosen by.
pub(super) fn is_value(text: &str) -> bool {
    !text.is_empty() && (text.len() <= MAX_LABEL_CHARS || text.chars().count() <= MAX_LABEL_CHARS)
}

impl Collected {
    pub(super) fn new(code: String, origin: Origin, label: &str) -> Self {
        Self {
            code,
            origin,
            label: label.to_owned(),
            products: 0,
            last_product: None,
            values: Vec::new(),
            by_label: Known::default(),
        }
    }

    /// The number of a value; with a unit that was stated apart, the label is text and unit.
    pub(super) fn value(&mut self, text: &str, unit: &str) -> u32 {
        let full;
        let label = match unit {
            "" => text,
            unit => {
                full = format!("{text} {unit}");
                &full
            }
        };
        let sought = Sought::text(label);
        let has = |value: u32| {
            let value = self.values.get(value as usize);
            value.is_some_and(|value| value.label == label)
        };
        let number = self.by_label.find(sought, has).unwrap_or_else(|| {
            let number = row_count(&self.values);
            self.by_label.add(sought, number);
            self.values.push(Value {
                label: label.to_owned(),
                ..Value::default()
            });
            number
        });
        if let Some(value) = self
            .values
            .get_mut(number as usize)
            .filter(|_| !unit.is_empty())
        {
            value.parts = Some((text.to_owned(), unit.to_owned()));
        }
        number
    }

    /// A product has a value; products come in ascending order.
    pub(super) fn add(&mut self, product: u32, value: u32) {
        if self.last_product.replace(product) != Some(product) {
            self.products += 1;
        }
        let Some(value) = self.values.get_mut(value as usize) else {
            return;
        };
        if value.products.last() != Some(&product) {
            value.products.push(product);
        }
    }

    /// Whether options or brands said something before attributes.
    pub(super) fn is_begun(&self) -> bool {
        self.products > 0
    }

    /// Sorts what was said twice, first by options and then by attributes, into one.
    pub(super) fn settle(&mut self) {
        let mut all: Vec<u32> = Vec::new();
        for value in &mut self.values {
            value.products.sort_unstable();
            value.products.dedup();
            all.extend(&value.products);
        }
        all.sort_unstable();
        all.dedup();
        self.products = all.len();
    }
}

impl FacetBuilder {
    /// Records a value of a product; products come in ascending order of their rows.
    pub(super) fn add(&mut self, product: u32, statement: &Statement<'_>) {
        if !is_value(statement.value) {
            return;
        }
        let known = self.known.get(statement.code).copied();
        let Some(facet) = known.unwrap_or_else(|| self.begin(statement)) else {
            return;
        };
        let Some(facet) = self.facets.get_mut(facet) else {
            return;
        };
        facet.origin = facet.origin.min(statement.origin);
        let value = facet.value(statement.value, "");
        facet.add(product, value);
        if let Some(value) = facet.values.get_mut(value as usize)
            && value.swatch.is_empty()
        {
            statement.swatch.clone_into(&mut value.swatch);
        }
    }

    /// The facet of a code that was not met before in this spelling.
    fn begin(&mut self, statement: &Statement<'_>) -> Option<usize> {
        let code = slug::from_text(statement.code);
        let mut facets = self.facets.iter();
        let facet = match facets.position(|facet| facet.code == code) {
            _ if code.is_empty() => None,
            Some(facet) => Some(facet),
            None => {
                let facet = Collected::new(code, statement.origin, statement.label);
                self.facets.push(facet);
                Some(self.facets.len() - 1)
            }
        };
        self.known.insert(statement.code.to_owned(), facet);
        facet
    }

    /// Chooses the facets and writes their tables, and each product's list of values. The tables have all products and
    /// attributes, and `stated` says what these say.
    pub(super) fn finish(
        self,
        config: &Config,
        definitions: &HashMap<String, Arc<AttributeDefinition>>,
        stated: Stated,
        tables: &mut CatalogTables,
    ) -> Result<(), HeapFull> {
        let settings = &config.facets;
        let collation = Collation::of(&config.shop.locale);
        let mut chosen = self.facets;
        for code in choose(&stated, &chosen, settings, definitions) {
            let label = stated.label(&code, tables);
            chosen.push(Collected::new(code, Origin::Attribute, label));
        }
        add_attributes(&mut chosen, stated, tables);
        chosen.sort_by_cached_key(|facet| {
            (
                facet.origin,
                position(&facet.code, settings, definitions),
                usize::MAX - facet.products,
                facet.code.clone(),
            )
        });
        for facet in chosen {
            write_facet(facet, settings, &collation, tables)?;
        }
        write_lists(tables);
        Ok(())
    }
}

/// Each product's list of values. Those of a category lie together, so that who counts in it reads memory in a row.
fn write_lists(tables: &mut CatalogTables) {
    let products = tables.products.len();
    let mut lengths = vec![0_u32; products];
    let value_products = |value: &FacetValueRecord| value.products.range();
    for at in tables.facet_values.iter().flat_map(value_products) {
        if let Some(length) = length_of(tables, &mut lengths, at) {
            *length += 1;
        }
    }
    let mut order: Vec<u32> = (0..row_count(&tables.products)).collect();
    order.sort_by_key(|&row| {
        let product = tables.products.get(row as usize);
        product.and_then(|product| product.primary_category.get())
    });
    let mut next = 0;
    let mut places = vec![0_u32; products];
    for row in order {
        let length = lengths.get(row as usize).copied().unwrap_or_default();
        if let Some(place) = places.get_mut(row as usize) {
            *place = next;
        }
        if let Some(product) = tables.products.get_mut(row as usize) {
            product.facet_values = List::between(next, next + length);
        }
        next += length;
    }
    // Values come in ascending order, and so they stand in every list.
    let mut lists = vec![RowRef::NONE; next as usize];
    for (value, record) in (0..).zip(&tables.facet_values) {
        for at in record.products.range() {
            let Some(place) = length_of(tables, &mut places, at) else {
                continue;
            };
            if let Some(entry) = lists.get_mut(*place as usize) {
                *entry = RowRef::new(Some(value));
            }
            *place += 1;
        }
    }
    tables.product_facets = lists;
}

/// The number that belongs to the product of a posting.
fn length_of<'n>(
    tables: &CatalogTables,
    numbers: &'n mut [u32],
    posting: u32,
) -> Option<&'n mut u32> {
    let product = tables.postings.get(posting as usize)?.get()?;
    numbers.get_mut(product as usize)
}

pub(super) fn row_count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

/// The codes of attributes that become facets of their own.
fn choose(
    stated: &Stated,
    begun: &[Collected],
    settings: &Facets,
    definitions: &HashMap<String, Arc<AttributeDefinition>>,
) -> Vec<String> {
    let named = |code: &str| {
        settings
            .attributes
            .as_ref()
            .is_some_and(|codes| codes.iter().any(|known| slug::from_text(known) == code))
    };
    let filterable = |code: &str| {
        definitions
            .get(code)
            .and_then(|definition| definition.filterable)
    };
    let merchant_chose = settings.attributes.is_some()
        || definitions
            .values()
            .any(|definition| definition.filterable == Some(true));
    let is_begun = |code: &str| begun.iter().any(|facet| facet.code == code);
    let mut candidates: Vec<(usize, String)> = stated
        .counts()
        .filter(|(code, ..)| !is_begun(code))
        .filter(|&(code, products, values)| match merchant_chose {
            true if settings.attributes.is_some() => named(code),
            true => filterable(code) == Some(true),
            false => {
                products >= MIN_PRODUCTS
                    && (2..=settings.max_values as usize).contains(&values)
                    && values * 2 <= products
            }
        })
        .map(|(code, products, _)| (usize::MAX - products, code.to_owned()))
        .collect();
    if !merchant_chose {
        candidates.sort();
        candidates.truncate(MAX_CHOSEN);
    }
    candidates.into_iter().map(|(_, code)| code).collect()
}

fn position(
    code: &str,
    settings: &Facets,
    definitions: &HashMap<String, Arc<AttributeDefinition>>,
) -> i64 {
    let listed = settings.attributes.as_ref().and_then(|codes| {
        codes
            .iter()
            .position(|known| slug::from_text(known) == code)
    });
    let defined = definitions
        .get(code)
        .and_then(|definition| definition.position);
    listed
        .and_then(|at| i64::try_from(at).ok())
        .or(defined)
        .unwrap_or(i64::MAX)
}

fn write_facet(
    facet: Collected,
    settings: &Facets,
    collation: &Collation,
    tables: &mut CatalogTables,
) -> Result<(), HeapFull> {
    let most = if facet.origin == Origin::Brand {
        MAX_BRANDS
    } else {
        settings.max_values as usize
    };
    let mut values = facet.values;
    values.sort_by(|left, right| {
        let by_products = right.products.len().cmp(&left.products.len());
        by_products.then_with(|| left.label.cmp(&right.label))
    });
    values.truncate(most);
    values.sort_by(|left, right| natural(collation, &left.label, &right.label));
    let unit = common_unit(&values);
    let row = row_count(&tables.facets);
    let first = row_count(&tables.facet_values);
    let mut taken = HashMap::new();
    for value in values {
        let start = row_count(&tables.postings);
        let products = value.products.iter();
        tables
            .postings
            .extend(products.map(|&product| RowRef::new(Some(product))));
        let bare = value.parts.filter(|_| unit.is_some());
        let label = bare.map_or(value.label, |(bare, _)| bare);
        let record = FacetValueRecord {
            code: tables.strings.string(&free_code(&label, &mut taken))?,
            label: tables.strings.string(&label)?,
            swatch: tables.strings.string(&value.swatch)?,
            facet: RowRef::new(Some(row)),
            products: List::between(start, row_count(&tables.postings)),
        };
        tables.facet_values.push(record);
    }
    let record = FacetRecord {
        code: tables.strings.string(&facet.code)?,
        label: tables.strings.string(&facet.label)?,
        unit: tables.strings.string(unit.as_deref().unwrap_or_default())?,
        values: List::between(first, row_count(&tables.facet_values)),
        kind: (facet.origin as u32).into(),
    };
    tables.facets.push(record);
    Ok(())
}

/// The unit that all values share; none if one has another or has it inside its text.
fn common_unit(values: &[Value]) -> Option<String> {
    let units: Option<Vec<&String>> = values
        .iter()
        .map(|value| value.parts.as_ref().map(|(_, unit)| unit))
        .collect();
    let units = units?;
    let first = units.first()?;
    units
        .iter()
        .all(|unit| unit == first)
        .then(|| (*first).clone())
}

/// A value's code in URLs: its slug, with a number where two values share one.
fn free_code(label: &str, taken: &mut HashMap<String, u32>) -> String {
    let base = Some(slug::from_text(label))
        .filter(|slug| !slug.is_empty())
        .unwrap_or_else(|| "value".to_owned());
    let uses = taken.entry(base.clone()).or_default();
    *uses += 1;
    if *uses == 1 {
        base
    } else {
        format!("{base}~{uses}")
    }
}

/// Numbers by value before texts by letter: 2, 10, 2 GB, 10 GB, XL.
fn natural(collation: &Collation, a: &str, b: &str) -> std::cmp::Ordering {
    fn key(text: &str) -> (f64, &str) {
        let digits: String = text
            .chars()
            .take_while(|character| character.is_ascii_digit() || *character == '.')
            .collect();
        let number = digits.parse::<f64>().unwrap_or(f64::INFINITY);
        (number, text.get(digits.len()..).unwrap_or_default())
    }
    let ((number_a, rest_a), (number_b, rest_b)) = (key(a), key(b));
    number_a
        .total_cmp(&number_b)
        .then_with(|| collation.compare(rest_a, rest_b))
        .then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_sort_as_people_expect() {
        let collation = Collation::of("de");
        let mut values = vec!["XL", "10 GB", "2 GB", "blue", "Ähre", "1.5 GB"];
        values.sort_by(|a, b| natural(&collation, a, b));
        assert_eq!(values, ["1.5 GB", "2 GB", "10 GB", "Ähre", "blue", "XL"]);
    }

    #[test]
    fn an_option_and_an_attribute_of_one_code_are_one_facet() {
        let mut facet = Collected::new("volume".to_owned(), Origin::Option, "Volume");
        let option = facet.value("28 l", "");
        facet.add(1, option);
        facet.add(1, option);
        for (product, text) in [(0, "28"), (1, "28"), (2, "30")] {
            let value = facet.value(text, "l");
            facet.add(product, value);
        }
        facet.settle();
        assert_eq!(facet.products, 3);
        assert_eq!(facet.values[0].products, [0, 1]);
        assert_eq!(facet.values[1].products, [2]);
        assert_eq!(common_unit(&facet.values).as_deref(), Some("l"));
    }

    #[test]
    fn a_unit_inside_one_text_stays_inside_all() {
        let mut facet = Collected::new("volume".to_owned(), Origin::Option, "Volume");
        facet.value("14", "l");
        facet.value("28 l", "");
        assert_eq!(common_unit(&facet.values), None);
    }
}
