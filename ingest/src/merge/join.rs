//! Products, joined with what documents of their own say of them: variants, and the categories that list them.
//!
//! All come in the order of the products' ids, so that one of each is in memory at a time.

use std::collections::HashSet;
use std::iter::Peekable;

use super::{Conflicts, Group, MergeError, resolve};
use crate::wire::{Document, Placement, Product, Variant, variant_key_ids};

/// Documents that belong to products.
pub(super) type Attached = Peekable<Box<dyn Iterator<Item = Result<Group, MergeError>>>>;

/// Products with all that belongs to them.
pub(super) struct Joined<'a, P> {
    pub(super) products: P,
    pub(super) variants: Attached,
    pub(super) placements: Attached,
    pub(super) conflicts: &'a mut Conflicts,
}

/// The next document, if it belongs to this product, or to one before it that is not there; without a product, whatever
/// is left.
fn next_due(
    attached: &mut Attached,
    product: Option<&str>,
    conflicts: &mut Conflicts,
) -> Result<Option<Document>, MergeError> {
    let is_due = |group: &Result<Group, MergeError>| match (group, product) {
        (Ok(group), Some(id)) => variant_key_ids(&group.first.1.key).0 <= id,
        (Ok(_), None) | (Err(_), _) => true,
    };
    match attached.next_if(is_due) {
        Some(group) => resolve(group?, conflicts).map(Some),
        None => Ok(None),
    }
}

impl<P: Iterator<Item = Result<Group, MergeError>>> Joined<'_, P> {
    fn variant(&mut self, product: Option<&str>) -> Result<Option<Box<Variant>>, MergeError> {
        match next_due(&mut self.variants, product, self.conflicts)? {
            Some(Document::Variant(variant)) => Ok(Some(variant)),
            _ => Ok(None),
        }
    }

    fn placement(&mut self, product: Option<&str>) -> Result<Option<Placement>, MergeError> {
        match next_due(&mut self.placements, product, self.conflicts)? {
            Some(Document::Placement(placement)) => Ok(Some(placement)),
            _ => Ok(None),
        }
    }

    /// Puts variants in the product they belong to.
    fn join(&mut self, product: &mut Product) -> Result<(), MergeError> {
        let mut own = Vec::new();
        while let Some(mut variant) = self.variant(Some(&product.id))? {
            let wanted = variant.product_id.take().unwrap_or_default();
            match wanted == product.id {
                true => own.push(*variant),
                false => self.conflicts.add(|| nowhere(&variant.id, &wanted)),
            }
        }
        if own.is_empty() {
            return Ok(());
        }
        let inside: HashSet<&str> = product
            .variants
            .iter()
            .map(|variant| variant.id.as_str())
            .collect();
        own.retain(|Variant { id, .. }| {
            let is_new = !inside.contains(id.as_str());
            if !is_new {
                let product = &product.id;
                self.conflicts.add(|| {
                    format!("variant `{id}` stands inside of product `{product}` and in a document of its own; the one inside counts for all but price and stock")
                });
            }
            is_new
        });
        product.variants.append(&mut own);
        Ok(())
    }

    /// Adds the categories that a product is placed in to those that it names.
    fn place(&mut self, product: &mut Product) -> Result<(), MergeError> {
        while let Some(placement) = self.placement(Some(&product.id))? {
            if placement.product_id != product.id {
                self.conflicts.add(|| placed_nowhere(&placement));
                continue;
            }
            if placement.primary == Some(true) && product.primary_category_id.is_none() {
                product.primary_category_id = Some(placement.category_id.clone());
            }
            if let Some(position) = placement.position {
                let category = placement.category_id.clone();
                let said = product.category_positions.entry(category.into());
                said.or_insert(position);
            }
            if !product.category_ids.contains(&placement.category_id) {
                product.category_ids.push(placement.category_id);
            }
        }
        Ok(())
    }

    /// Tells of what belongs to products that are not there.
    fn leftovers(&mut self) -> Result<(), MergeError> {
        while let Some(variant) = self.variant(None)? {
            let wanted = variant.product_id.as_deref().unwrap_or_default();
            self.conflicts.add(|| nowhere(&variant.id, wanted));
        }
        while let Some(placement) = self.placement(None)? {
            self.conflicts.add(|| placed_nowhere(&placement));
        }
        Ok(())
    }
}

impl<P: Iterator<Item = Result<Group, MergeError>>> Iterator for Joined<'_, P> {
    type Item = Result<Box<Product>, MergeError>;

    fn next(&mut self) -> Option<Self::Item> {
        for group in self.products.by_ref() {
            let joined = match group.and_then(|group| resolve(group, self.conflicts)) {
                Ok(Document::Product(mut product)) => self
                    .join(&mut product)
                    .and_then(|()| self.place(&mut product))
                    .map(|()| product),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            return Some(joined);
        }
        self.leftovers().err().map(Err)
    }
}

fn nowhere(variant: &str, product: &str) -> String {
    format!(
        "variant `{variant}` belongs to product `{product}`, which no source brings; it is left out"
    )
}

fn placed_nowhere(placement: &Placement) -> String {
    let (product, category) = (&placement.product_id, &placement.category_id);
    format!("product `{product}`, which no source brings, is placed in category `{category}`")
}
