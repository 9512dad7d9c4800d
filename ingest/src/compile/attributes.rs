//! Attributes of a product: each distinct value is stored once.

use frontage_shared::snapshot::facets::{AttributeRecord, AttributeValueRecord};
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::record::{List, RowRef};

use super::facets::row_count;
use super::products::Tables;
use super::{CompileError, words};
use crate::half_hash::Sought;
use crate::wire::{Attribute, AttributeDefinition, Short};

impl Tables<'_> {
    pub(super) fn product_attributes(
        &mut self,
        attributes: &[Attribute],
    ) -> Result<List<{ section::PRODUCT_ATTRIBUTES }>, CompileError> {
        let first = row_count(&self.tables.product_attributes);
        for attribute in attributes {
            let index = self.attribute(attribute)?;
            let mut rows = Ok(());
            words::each_text(&attribute.value, &mut |value| {
                if rows.is_ok() {
                    rows = self.product_attribute(index, value);
                }
            });
            rows?;
        }
        Ok(List::between(
            first,
            row_count(&self.tables.product_attributes),
        ))
    }

    fn product_attribute(&mut self, attribute: u32, value: &str) -> Result<(), CompileError> {
        let sought = Sought::of(attribute, value);
        let found = self.attribute_values.find(sought, |row| {
            let known = self.tables.attribute_values.get(row as usize);
            known.is_some_and(|known| {
                known.attribute.get() == Some(attribute)
                    && self.tables.strings.get(known.label) == value
            })
        });
        let row = match found {
            Some(row) => row,
            None => {
                let row = row_count(&self.tables.attribute_values);
                // The index becomes a row when attributes are sorted.
                self.tables.attribute_values.push(AttributeValueRecord {
                    attribute: RowRef::new(Some(attribute)),
                    label: self.tables.strings.string(value)?,
                });
                self.attribute_values.add(sought, row);
                row
            }
        };
        self.tables.product_attributes.push(RowRef::new(Some(row)));
        Ok(())
    }

    /// The attribute's index; its words come from its definition, else from the product that names it first.
    fn attribute(&mut self, attribute: &Attribute) -> Result<u32, CompileError> {
        if let Some(&index) = self.attributes.get(attribute.code.as_str()) {
            return Ok(index);
        }
        let definition = self.labels.attribute(&attribute.code);
        let word = |own: &Option<Short>, defined: fn(&AttributeDefinition) -> &Option<String>| {
            let defined = definition.and_then(|definition| defined(definition).as_deref());
            let word = defined.or(own.as_deref());
            word.unwrap_or_default().to_owned()
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
        let index = row_count(&self.attribute_list);
        let code = attribute.code.as_str();
        self.attribute_list.push((code.to_owned(), record));
        self.attributes.insert(code.to_owned(), index);
        Ok(index)
    }
}
