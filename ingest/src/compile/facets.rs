//! What shoppers can filter by: brands, options, and those attributes that help to choose.
//!
//! An option and an attribute with the same code are one facet. Which attributes become facets is the merchant's
//! choice, in the configuration or by attribute documents; without one, those that enough products share and that
//! have neither one value nor too many.

use std::collections::{BTreeMap, HashMap};

use frontage_shared::model::slug;
use frontage_shared::snapshot::facets::{FacetRecord, FacetValueRecord};
use frontage_shared::snapshot::heap::HeapFull;
use frontage_shared::snapshot::record::{List, RowRef};
use frontage_shared::snapshot::tables::CatalogTables;

use crate::config::Facets;
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
    facets: BTreeMap<String, Collected>,
}

#[derive(Debug)]
struct Collected {
    origin: Origin,
    label: String,
    /// Products with at least one value; rows come in ascending order.
    products: usize,
    last_product: Option<u32>,
    /// By label with unit: `28 l` is one value, whether an option or an attribute says it.
    values: HashMap<String, Value>,
}

#[derive(Debug, Default)]
struct Value {
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
    pub(super) unit: &'a str,
    pub(super) value: &'a str,
    pub(super) swatch: &'a str,
}

impl Statement<'_> {
    fn full_label(&self) -> String {
        match self.unit {
            "" => self.value.to_owned(),
            unit => format!("{} {unit}", self.value),
        }
    }
}

impl FacetBuilder {
    /// Records a value of a product; products come in ascending order of their rows.
    pub(super) fn add(&mut self, product: u32, statement: &Statement<'_>) {
        let code = slug::from_text(statement.code);
        if code.is_empty()
            || statement.value.is_empty()
            || statement.value.chars().count() > MAX_LABEL_CHARS
        {
            return;
        }
        let facet = self.facets.entry(code).or_insert_with(|| Collected {
            origin: statement.origin,
            label: statement.label.to_owned(),
            products: 0,
            last_product: None,
            values: HashMap::new(),
        });
        facet.origin = facet.origin.min(statement.origin);
        if facet.last_product.replace(product) != Some(product) {
            facet.products += 1;
        }
        let value = facet.values.entry(statement.full_label()).or_default();
        if !statement.unit.is_empty() {
            value.parts = Some((statement.value.to_owned(), statement.unit.to_owned()));
        }
        if value.swatch.is_empty() {
            value.swatch = statement.swatch.to_owned();
        }
        if value.products.last() != Some(&product) {
            value.products.push(product);
        }
    }

    /// Chooses the facets and writes their tables, and each product's list of values.
    pub(super) fn finish(
        self,
        settings: &Facets,
        definitions: &HashMap<String, AttributeDefinition>,
        tables: &mut CatalogTables,
    ) -> Result<(), HeapFull> {
        let mut chosen = choose(self.facets, settings, definitions);
        chosen.sort_by_key(|(code, facet)| {
            (
                facet.origin,
                position(code, settings, definitions),
                usize::MAX - facet.products,
                code.clone(),
            )
        });
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (code, facet) in chosen {
            write_facet(&code, facet, settings, tables, &mut pairs)?;
        }
        write_lists(pairs, tables);
        Ok(())
    }
}

/// Each product's list of values. Those of a category lie together, so that who counts in it reads memory in a row.
fn write_lists(mut pairs: Vec<(u32, u32)>, tables: &mut CatalogTables) {
    let mut order: Vec<u32> = (0..row_count(&tables.products)).collect();
    order.sort_by_key(|&row| {
        let product = tables.products.get(row as usize);
        product.and_then(|product| product.primary_category.get())
    });
    pairs.sort_unstable();
    for row in order {
        let first = row_count(&tables.product_facets);
        let start = pairs.partition_point(|&(owner, _)| owner < row);
        let own = pairs.iter().skip(start);
        let values = own.take_while(|&&(owner, _)| owner == row);
        let values = values.map(|&(_, value)| RowRef::new(Some(value)));
        tables.product_facets.extend(values);
        if let Some(product) = tables.products.get_mut(row as usize) {
            product.facet_values = List::between(first, row_count(&tables.product_facets));
        }
    }
}

pub(super) fn row_count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

fn choose(
    facets: BTreeMap<String, Collected>,
    settings: &Facets,
    definitions: &HashMap<String, AttributeDefinition>,
) -> Vec<(String, Collected)> {
    let (mut chosen, attributes): (Vec<_>, Vec<_>) = facets
        .into_iter()
        .partition(|(_, facet)| facet.origin != Origin::Attribute);
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
    let mut candidates: Vec<_> = attributes
        .into_iter()
        .filter(|(code, facet)| match merchant_chose {
            true if settings.attributes.is_some() => named(code),
            true => filterable(code) == Some(true),
            false => {
                let values = facet.values.len();
                facet.products >= MIN_PRODUCTS
                    && (2..=settings.max_values as usize).contains(&values)
                    && values * 2 <= facet.products
            }
        })
        .collect();
    if !merchant_chose {
        candidates.sort_by_key(|(code, facet)| (usize::MAX - facet.products, code.clone()));
        candidates.truncate(MAX_CHOSEN);
    }
    chosen.append(&mut candidates);
    chosen
}

fn position(
    code: &str,
    settings: &Facets,
    definitions: &HashMap<String, AttributeDefinition>,
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
    code: &str,
    facet: Collected,
    settings: &Facets,
    tables: &mut CatalogTables,
    pairs: &mut Vec<(u32, u32)>,
) -> Result<(), HeapFull> {
    let most = if facet.origin == Origin::Brand {
        MAX_BRANDS
    } else {
        settings.max_values as usize
    };
    let mut values: Vec<(String, Value)> = facet.values.into_iter().collect();
    values.sort_by(|(a, left), (b, right)| {
        right
            .products
            .len()
            .cmp(&left.products.len())
            .then_with(|| a.cmp(b))
    });
    values.truncate(most);
    values.sort_by(|(a, _), (b, _)| natural(a, b));
    let unit = common_unit(&values);
    let row = row_count(&tables.facets);
    let first = row_count(&tables.facet_values);
    let mut taken = HashMap::new();
    for (label, value) in values {
        let value_row = row_count(&tables.facet_values);
        let start = row_count(&tables.postings);
        tables.postings.extend(
            value
                .products
                .iter()
                .map(|&product| RowRef::new(Some(product))),
        );
        pairs.extend(value.products.iter().map(|&product| (product, value_row)));
        let bare = value.parts.filter(|_| unit.is_some());
        let label = bare.map_or(label, |(bare, _)| bare);
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
        code: tables.strings.string(code)?,
        label: tables.strings.string(&facet.label)?,
        unit: tables.strings.string(unit.as_deref().unwrap_or_default())?,
        values: List::between(first, row_count(&tables.facet_values)),
        kind: (facet.origin as u32).into(),
    };
    tables.facets.push(record);
    Ok(())
}

/// The unit that all values share; none if one has another or has it inside its text.
fn common_unit(values: &[(String, Value)]) -> Option<String> {
    let units: Option<Vec<&String>> = values
        .iter()
        .map(|(_, value)| value.parts.as_ref().map(|(_, unit)| unit))
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
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let key = |text: &str| {
        let digits: String = text
            .chars()
            .take_while(|character| character.is_ascii_digit() || *character == '.')
            .collect();
        let rest = text.get(digits.len()..).unwrap_or_default().to_lowercase();
        (digits.parse::<f64>().unwrap_or(f64::INFINITY), rest)
    };
    let ((number_a, rest_a), (number_b, rest_b)) = (key(a), key(b));
    number_a
        .total_cmp(&number_b)
        .then_with(|| rest_a.cmp(&rest_b))
        .then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_sort_as_people_expect() {
        let mut values = vec!["XL", "10 GB", "2 GB", "blue", "1.5 GB"];
        values.sort_by(|a, b| natural(a, b));
        assert_eq!(values, ["1.5 GB", "2 GB", "10 GB", "blue", "XL"]);
    }

    #[test]
    fn an_option_and_an_attribute_of_one_code_are_one_facet() {
        let mut builder = FacetBuilder::default();
        let say = |origin, value, unit| Statement {
            origin,
            code: "volume",
            label: "Volume",
            unit,
            value,
            swatch: "",
        };
        builder.add(0, &say(Origin::Attribute, "28", "l"));
        builder.add(1, &say(Origin::Option, "28 l", ""));
        builder.add(1, &say(Origin::Option, "28 l", ""));
        builder.add(2, &say(Origin::Attribute, "30", "l"));
        let facet = builder.facets.remove("volume").unwrap();
        assert_eq!((facet.origin, facet.products), (Origin::Option, 3));
        assert_eq!(facet.values["28 l"].products, [0, 1]);
        assert_eq!(
            common_unit(&facet.values.into_iter().collect::<Vec<_>>()).as_deref(),
            Some("l")
        );
    }

    #[test]
    fn a_unit_inside_one_text_stays_inside_all() {
        let apart = Value {
            parts: Some(("14".into(), "l".into())),
            ..Value::default()
        };
        assert_eq!(
            common_unit(&[("14 l".into(), apart), ("28 l".into(), Value::default())]),
            None
        );
    }
}
