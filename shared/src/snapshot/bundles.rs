//! §15 What a product consists of that is sold as a set; version 1.5 added it.

use zerocopy::little_endian::U32;

use super::SnapshotError;
use super::catalog::Catalog;
use super::layout::section;
use super::products::{Product, Variant};
use super::record::{Bounds, RowRef, record};
use super::verify::sorted;

record! {
    /// One thing in a bundle.
    pub struct BundleItemRecord in section::BUNDLE_ITEMS {
        /// The product that is a bundle; the sort key.
        product: RowRef<{ section::PRODUCTS }>,
        /// What is in it.
        item: RowRef<{ section::PRODUCTS }>,
        /// Which variant of that; none for any.
        variant: RowRef<{ section::VARIANTS }>,
        /// How many of it; never 0.
        quantity: U32,
    }
}

/// One thing in a bundle, as pages read it.
#[derive(Clone, Copy)]
pub struct BundleItem<'a> {
    /// What it is.
    pub product: Product<'a>,
    /// Which variant of it; none for any.
    pub variant: Option<Variant<'a>>,
    /// How many of it; at least one.
    pub quantity: u32,
}

impl<'a> Product<'a> {
    /// What it consists of, in the merchant's order; nothing for a product that is no bundle.
    pub fn bundle(&self) -> impl Iterator<Item = BundleItem<'a>> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog.rows::<BundleItemRecord>();
        let first = rows.partition_point(|item| item.product.0.get() < self.row);
        let own = rows.slice(first..rows.len());
        let row = self.row;
        let own = own
            .iter()
            .take_while(move |item| item.product.get() == Some(row));
        own.filter_map(|item| {
            Some(BundleItem {
                product: catalog.product(item.item.get()?)?,
                variant: item.variant.get().and_then(|row| catalog.variant(row)),
                quantity: item.quantity.get().max(1),
            })
        })
    }
}

impl Catalog {
    /// All products that consist of others, in the order of rows.
    pub fn bundles(&self) -> impl Iterator<Item = Product<'_>> {
        let mut last = None;
        self.rows::<BundleItemRecord>()
            .iter()
            .filter_map(move |item| {
                let row = item.product.get().filter(|row| last != Some(*row))?;
                last = Some(row);
                self.product(row)
            })
    }

    /// Every field, where the section is there.
    pub(super) fn verify_bundle_records(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        match self.part.has(section::BUNDLE_ITEMS) {
            true => self
                .part
                .verify_rows::<BundleItemRecord>(section::BUNDLE_ITEMS, bounds),
            false => Ok(()),
        }
    }

    /// Bundles are found by the row of their product, and quantities are divided by.
    pub(super) fn verify_bundles(&self) -> Result<(), SnapshotError> {
        let items = self.rows::<BundleItemRecord>();
        let products = items.iter().map(|item| item.product.0.get());
        sorted(section::BUNDLE_ITEMS, products, false)?;
        let is_wrong = |item: &BundleItemRecord| {
            let variant = item.variant.get().and_then(|row| self.variant(row));
            let is_other = variant.is_some_and(|variant| {
                variant.product().map(|product| product.row) != item.item.get()
            });
            item.quantity.get() == 0 || is_other
        };
        match (0..).zip(items.iter()).find(|(_, item)| is_wrong(item)) {
            Some((row, _)) => Err(super::verify::order(
                section::BUNDLE_ITEMS,
                row,
                "there is at least one, and the variant is one of the product",
            )),
            None => Ok(()),
        }
    }
}
