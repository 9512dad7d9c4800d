//! Attributes of a product: each distinct value is stored once, and offered as a facet.

use frontage_shared::snapshot::facets::{AttributeRecord, AttributeValueRecord};
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::record::{List, RowRef, StrRef};

use super::facets::{Origin, Statement, row_count};
use super::products::{Tables, heap_text};
use super::{CompileError, words};
use crate::wire::{Attribute, AttributeDefinition};

impl Tables<'_> {
    pub(super) fn product_attributes(
        &mut self,
        row: u32,
        attributes: &[Attribute],
    ) -> Result<List<{ section::PRODUCT_ATTRIBUTES }>, CompileError> {
        let first = row_count(&self.tables.product_attributes);
        for attribute in attributes {
            let index = self.attribute(attribute)?;
            let record = self.attribute_list.get(index).map(|(_, record)| *record);
            let text =
                |at: Option<StrRef>| at.map(|at| heap_text(&self.tables, at)).unwrap_or_default();
            let (label, unit) = (
                text(record.map(|record| record.label)),
                text(record.map(|record| record.unit)),
            );
            for value in words::value_texts(&attribute.value) {
                let value_row = match self.attribute_values.get(&(index, value.clone())) {
                    Some(&row) => row,
                    None => self.attribute_value(index, &value)?,
                };
                self.tables
                    .product_attributes
                    .push(RowRef::new(Some(value_row)));
                let statement = Statement {
                    origin: Origin::Attribute,
                    code: &attribute.code,
                    label: &label,
                    unit: &unit,
                    value: &value,
                    swatch: "",
                };
                self.facets.add(row, &statement);
            }
        }
        Ok(List::between(
            first,
            row_count(&self.tables.product_attributes),
        ))
    }

    /// The attribute's index; its words come from its definition, else from the product that names it first.
    fn attribute(&mut self, attribute: &Attribute) -> Result<usize, CompileError> {
        if let Some(&index) = self.attributes.get(&attribute.code) {
            return Ok(index);
        }
        let definition = self.labels.attribute(&attribute.code);
        let word = |own: &Option<String>, defined: fn(&AttributeDefinition) -> &Option<String>| {
            definition
                .and_then(|definition| defined(definition).clone())
                .or_else(|| own.clone())
                .unwrap_or_default()
        };
        let label = word(&attribute.label, |definition| &definition.label);
        let (group, unit) = (
            word(&attribute.group, |d| &d.group),
            word(&attribute.unit, |d| &d.unit),
        );
        let strings = &mut self.tables.strings;
        let record = AttributeRecord {
            code: strings.string(&attribute.code)?,
            label: strings.string(if label.is_empty() {
                &attribute.code
            } else {
                &label
            })?,
            group: strings.string(&group)?,
            unit: strings.string(&unit)?,
        };
        let index = self.attribute_list.len();
        self.attribute_list.push((attribute.code.clone(), record));
        self.attributes.insert(attribute.code.clone(), index);
        Ok(index)
    }

    fn attribute_value(&mut self, attribute: usize, value: &str) -> Result<u32, CompileError> {
        let row = row_count(&self.tables.attribute_values);
        let label = self.tables.strings.string(value)?;
        let index = u32::try_from(attribute).unwrap_or(u32::MAX);
        // The index becomes a row when attributes are sorted.
        self.tables.attribute_values.push(AttributeValueRecord {
            attribute: RowRef::new(Some(index)),
            label,
        });
        self.attribute_values
            .insert((attribute, value.to_owned()), row);
        Ok(row)
    }
}
