//! A line of a basket from what a generation says of a variant.

use super::basket::Line;
use crate::snapshot::Generation;

impl Line {
    /// So many units of the variant at a row, at the price that one has in this generation where so many are bought;
    /// none if it does not exist or has no price.
    pub fn of(generation: &Generation, row: u32, quantity: u32) -> Option<Self> {
        let variant = generation.catalog.variant(row)?;
        let product = variant.product()?;
        let unit_price = generation.offers.unit_price(row, quantity)?;
        let mut categories: Vec<String> = Vec::new();
        for category in product.categories() {
            let above = category.breadcrumb();
            let ids = above.iter().map(|category| category.id());
            categories.extend(ids.chain([category.id()]).map(str::to_owned));
        }
        categories.sort_unstable();
        categories.dedup();
        let brand = product.brand();
        let brand = brand.map(|brand| vec![brand.slug().to_owned(), brand.name().to_owned()]);
        Some(Self {
            unit_price,
            quantity,
            variant: variant.id().to_owned(),
            product: product.id().to_owned(),
            categories,
            brands: brand.unwrap_or_default(),
            tax_class: generation.offers.tax_class(row).to_owned(),
            weight: generation.offers.weight(row),
        })
    }
}
