//! Where merchants put products in lists that are in the shop's own order. Few products have such a place, so only these
//! take room.

use hashbrown::HashMap;

use super::categories::Tree;
use crate::wire::Product;

/// Places by product; the lowest stands first, and what has none last.
#[derive(Debug, Default)]
pub(super) struct Places {
    in_lists: HashMap<u32, i64>,
    /// By category and product.
    in_categories: HashMap<(u32, u32), i64>,
}

impl Places {
    /// Notes what a product says, and its placements.
    pub(super) fn note(&mut self, row: u32, product: &Product, tree: &Tree) {
        if let Some(position) = product.position {
            self.in_lists.insert(row, position);
        }
        for (id, &position) in &product.category_positions {
            if let Some(&category) = tree.rows.get(id) {
                self.in_categories.insert((category, row), position);
            }
        }
    }

    /// The place in every list.
    pub(super) fn in_lists(&self, row: u32) -> i64 {
        self.in_lists.get(&row).copied().unwrap_or(i64::MAX)
    }

    /// The place in one category.
    pub(super) fn in_category(&self, category: u32, row: u32) -> i64 {
        let place = self.in_categories.get(&(category, row));
        place.copied().unwrap_or(i64::MAX)
    }
}
