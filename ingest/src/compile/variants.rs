//! Options and variants of a product: what can be chosen, and what each choice is.

use std::collections::{HashMap, HashSet};

use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::measures::MeasureRecord;
use frontage_shared::snapshot::products::{OptionRecord, OptionValueRecord, VariantRecord};
use frontage_shared::snapshot::record::{List, RowRef};
use frontage_shared::snapshot::tables::variant_key_record;

use super::CompileError;
use super::facets::{Origin, Statement, row_count};
use super::products::Tables;
use crate::wire::{OptionValue, Product, ProductOption, Short, Variant};

impl Tables<'_> {
    pub(super) fn options_and_variants(
        &mut self,
        product: &Product,
        variants: &[Variant],
        row: u32,
    ) -> Result<(List<{ section::OPTIONS }>, List<{ section::VARIANTS }>), CompileError> {
        let options = &product.options;
        let first_option = row_count(&self.tables.options);
        let mut value_rows: HashMap<(&str, &str), u32> = HashMap::new();
        for option in options {
            let first = row_count(&self.tables.option_values);
            for value in &option.values {
                value_rows.insert(
                    (&option.code, &value.code),
                    row_count(&self.tables.option_values),
                );
                let record = self.option_value(value)?;
                self.tables.option_values.push(record);
            }
            let record = OptionRecord {
                code: self.tables.strings.string(&option.code)?,
                name: self
                    .tables
                    .strings
                    .string(option.name.as_deref().unwrap_or(&option.code))?,
                values: List::between(first, row_count(&self.tables.option_values)),
            };
            self.tables.options.push(record);
        }
        let first_variant = row_count(&self.tables.variants);
        for variant in variants {
            let first = row_count(&self.tables.variant_values);
            for option in options {
                let chosen = variant
                    .options
                    .get(&option.code)
                    .and_then(|value| value_rows.get(&(option.code.as_str(), value.as_str())));
                // A variant that leaves an option open is shown under the option's first value.
                let fallback = || {
                    option.values.first().and_then(|value| {
                        value_rows.get(&(option.code.as_str(), value.code.as_str()))
                    })
                };
                self.tables
                    .variant_values
                    .extend(chosen.or_else(fallback).map(|&row| RowRef::new(Some(row))));
            }
            let values = List::between(first, row_count(&self.tables.variant_values));
            self.variant(variant, row, values)?;
        }
        self.facet_options(row, options, variants);
        Ok((
            List::between(first_option, row_count(&self.tables.options)),
            List::between(first_variant, row_count(&self.tables.variants)),
        ))
    }

    fn option_value(&mut self, value: &OptionValue) -> Result<OptionValueRecord, CompileError> {
        let swatch = value
            .swatch
            .as_deref()
            .filter(|swatch| is_colour(swatch))
            .unwrap_or_default();
        Ok(OptionValueRecord {
            code: self.tables.strings.string(&value.code)?,
            name: self
                .tables
                .strings
                .string(value.name.as_deref().unwrap_or(&value.code))?,
            swatch: self.tables.strings.string(swatch)?,
        })
    }

    fn variant(
        &mut self,
        variant: &Variant,
        product: u32,
        values: List<{ section::VARIANT_VALUES }>,
    ) -> Result<(), CompileError> {
        let row = row_count(&self.tables.variants);
        let mut text = |text: &Option<Short>| {
            self.tables
                .strings
                .string(text.as_deref().unwrap_or_default())
        };
        let (sku, gtin, mpn, name) = (
            text(&variant.sku)?,
            text(&variant.gtin)?,
            text(&variant.mpn)?,
            text(&variant.name)?,
        );
        let record = VariantRecord {
            id: self.tables.strings.string(&variant.id)?,
            sku,
            gtin,
            mpn,
            name,
            product: RowRef::new(Some(product)),
            values,
            media: self.media(&variant.media)?,
        };
        self.tables.variants.push(record);
        self.measure(variant, row)?;
        self.tables
            .variant_keys
            .push(variant_key_record(&variant.id, row));
        if variant.sku.as_deref().is_some_and(|sku| !sku.is_empty()) {
            self.tables.skus.push(RowRef::new(Some(row)));
        }
        Ok(())
    }

    fn measure(&mut self, variant: &Variant, row: u32) -> Result<(), CompileError> {
        let measure = variant.measure.as_ref();
        let Some((measure, content)) = measure.and_then(|own| Some((own, own.millionths()?)))
        else {
            return Ok(());
        };
        let unit = self.tables.strings.string(measure.told_for().code())?;
        self.tables.measures.push(MeasureRecord {
            variant: RowRef::new(Some(row)),
            content: content.into(),
            per: measure.per.unwrap_or(1).into(),
            unit,
        });
        Ok(())
    }

    fn facet_options(&mut self, row: u32, options: &[ProductOption], variants: &[Variant]) {
        for option in options {
            let sold: HashSet<&str> = variants
                .iter()
                .filter_map(|variant| variant.options.get(&option.code).map(Short::as_str))
                .collect();
            for value in option
                .values
                .iter()
                .filter(|value| sold.contains(value.code.as_str()))
            {
                self.facets.add(
                    row,
                    &Statement {
                        origin: Origin::Option,
                        code: &option.code,
                        label: option.name.as_deref().unwrap_or(&option.code),
                        value: value.name.as_deref().unwrap_or(&value.code),
                        swatch: value
                            .swatch
                            .as_deref()
                            .filter(|swatch| is_colour(swatch))
                            .unwrap_or_default(),
                    },
                );
            }
        }
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
