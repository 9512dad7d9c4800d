//! What attributes say for facets, read from the tables when all products are in them.
//!
//! Numbers of rows are counted, no text is kept: a large catalog has millions of values, and few of them are ever
//! filtered by.

use std::collections::{BTreeMap, HashSet};

use frontage_shared::model::slug;
use frontage_shared::snapshot::record::StrRef;
use frontage_shared::snapshot::tables::CatalogTables;

use super::facets::{Collected, is_value};

/// In tables of numbers: none.
const NONE: u32 = u32::MAX;

/// All codes that attributes have, and how much each of them says.
pub(super) struct Stated {
    /// By code, where the others are.
    codes: BTreeMap<String, usize>,
    all: Vec<Saying>,
    /// For each row of attribute values the index of its code, or [`NONE`].
    code_of_value: Vec<u32>,
}

/// What the attributes of one code say.
#[derive(Default)]
struct Saying {
    /// Of the first attribute.
    label: StrRef,
    attributes: usize,
    products: usize,
    values: usize,
    /// The latest product that was counted.
    last: Option<u32>,
}

impl Stated {
    /// Counts products and values of every code.
    pub(super) fn gather(tables: &CatalogTables) -> Self {
        let mut stated = Self {
            codes: BTreeMap::new(),
            all: Vec::new(),
            code_of_value: Vec::with_capacity(tables.attribute_values.len()),
        };
        let by_attribute = stated.number_codes(tables);
        for value in &tables.attribute_values {
            let code = value.attribute.get();
            let code = code.and_then(|row| by_attribute.get(row as usize).copied());
            let is_value = is_value(tables.strings.get(value.label));
            stated
                .code_of_value
                .push(code.filter(|_| is_value).unwrap_or(NONE));
        }
        stated.count_values(tables);
        stated.count_products(tables);
        stated
    }

    /// The index of the code of each attribute.
    fn number_codes(&mut self, tables: &CatalogTables) -> Vec<u32> {
        let attributes = tables.attributes.iter();
        let number = |attribute: &frontage_shared::snapshot::facets::AttributeRecord| {
            let code = slug::from_text(tables.strings.get(attribute.code));
            if code.is_empty() {
                return NONE;
            }
            let at = *self.codes.entry(code).or_insert_with(|| {
                self.all.push(Saying {
                    label: attribute.label,
                    ..Saying::default()
                });
                self.all.len() - 1
            });
            if let Some(saying) = self.all.get_mut(at) {
                saying.attributes += 1;
            }
            u32::try_from(at).unwrap_or(NONE)
        };
        attributes.map(number).collect()
    }

    fn count_values(&mut self, tables: &CatalogTables) {
        let mut labels: HashSet<(u32, &str)> = HashSet::new();
        for (&code, value) in self.code_of_value.iter().zip(&tables.attribute_values) {
            let Some(saying) = self.all.get_mut(code as usize) else {
                continue;
            };
            // The values of one attribute are distinct; two attributes of one code may say the same.
            let is_new =
                saying.attributes < 2 || labels.insert((code, tables.strings.get(value.label)));
            saying.values += usize::from(is_new);
        }
    }

    fn count_products(&mut self, tables: &CatalogTables) {
        for (row, product) in (0..).zip(&tables.products) {
            for at in product.attributes.range() {
                let value = tables.product_attributes.get(at as usize);
                let value = value.and_then(|value| value.get());
                let code = value.and_then(|value| self.code_of_value.get(value as usize));
                let Some(saying) = code.and_then(|&code| self.all.get_mut(code as usize)) else {
                    continue;
                };
                if saying.last.replace(row) != Some(row) {
                    saying.products += 1;
                }
            }
        }
    }

    /// Every code with the numbers of its products and values.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        self.codes.iter().filter_map(|(code, &at)| {
            let saying = self.all.get(at)?;
            Some((code.as_str(), saying.products, saying.values))
        })
    }

    /// What shoppers read for a code.
    pub(super) fn label<'t>(&self, code: &str, tables: &'t CatalogTables) -> &'t str {
        let saying = self.codes.get(code).and_then(|&at| self.all.get(at));
        saying.map_or("", |saying| tables.strings.get(saying.label))
    }
}

/// Gives facets what attributes of their code say.
pub(super) fn add_attributes(facets: &mut [Collected], stated: Stated, tables: &CatalogTables) {
    let mut facet_of_code = vec![NONE; stated.all.len()];
    for (number, facet) in (0..).zip(facets.iter()) {
        let code = stated.codes.get(&facet.code);
        if let Some(entry) = code.and_then(|&code| facet_of_code.get_mut(code)) {
            *entry = number;
        }
    }
    let begun: Vec<bool> = facets.iter().map(Collected::is_begun).collect();
    // For each row of attribute values: the facet, and the value's number in it.
    let mut places = vec![(NONE, NONE); stated.code_of_value.len()];
    let values = stated.code_of_value.iter().zip(&tables.attribute_values);
    for ((&code, value), place) in values.zip(&mut places) {
        let facet = facet_of_code.get(code as usize).copied().unwrap_or(NONE);
        let Some(collected) = facets.get_mut(facet as usize) else {
            continue;
        };
        let attribute = value.attribute.get();
        let attribute = attribute.and_then(|row| tables.attributes.get(row as usize));
        let unit = attribute.map_or("", |attribute| tables.strings.get(attribute.unit));
        *place = (
            facet,
            collected.value(tables.strings.get(value.label), unit),
        );
    }
    drop(stated);
    for (row, product) in (0..).zip(&tables.products) {
        for at in product.attributes.range() {
            let value = tables.product_attributes.get(at as usize);
            let value = value.and_then(|value| value.get());
            let place = value.and_then(|value| places.get(value as usize));
            if let Some(&(facet, value)) = place
                && let Some(facet) = facets.get_mut(facet as usize)
            {
                facet.add(row, value);
            }
        }
    }
    let begun = facets.iter_mut().zip(begun).filter(|(_, begun)| *begun);
    begun.for_each(|(facet, _)| facet.settle());
}
