//! The category tree: from documents that name their parents to rows in pre-order.
//!
//! A node whose parent is unknown, or that is its own ancestor, becomes a root; nothing is lost, everything is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use frontage_shared::model::collation::Collation;
use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;

use crate::merge::Conflicts;
use crate::wire::{Category, Status};

/// Deeper nodes are cut off from their parents; no shop's navigation is that deep.
const MAX_DEPTH: usize = 32;

/// The tree in pre-order.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Nodes; a parent stands before its children.
    pub(super) nodes: Vec<Node>,
    /// Rows by the merchant's id.
    pub(super) rows: HashMap<String, u32>,
}

/// A node of the tree.
#[derive(Debug)]
pub(super) struct Node {
    /// The document.
    pub(super) document: Category,
    /// Slugs from the root, joined by `/`.
    pub(super) path: String,
    /// Row of the node above.
    pub(super) parent: Option<u32>,
    /// Rows of the nodes below, in order.
    pub(super) children: Vec<u32>,
    /// Distance from the root.
    pub(super) depth: u32,
}

impl Tree {
    /// Orders siblings by position, then name, then id, and gives every node its path.
    pub(super) fn build(
        documents: Vec<Category>,
        collation: &Collation,
        previous: Option<&Catalog>,
        conflicts: &mut Conflicts,
    ) -> Self {
        let active: Vec<Category> = documents
            .into_iter()
            .filter(|category| category.status.unwrap_or_default() == Status::Active)
            .collect();
        let parents = parents(&active, conflicts);
        let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (index, parent) in parents.iter().enumerate() {
            children.entry(*parent).or_default().push(index);
        }
        for siblings in children.values_mut() {
            siblings.sort_by(|&one, &other| {
                let (one, other) = (&active[one], &active[other]);
                let position = |category: &Category| category.position.unwrap_or(i64::MAX);
                let by_position = position(one).cmp(&position(other));
                by_position
                    .then_with(|| collation.compare(&one.name, &other.name))
                    .then_with(|| one.id.cmp(&other.id))
            });
        }
        let pinned = previous.map(pinned_slugs).unwrap_or_default();
        let mut tree = Self::default();
        let mut active: Vec<Option<Category>> = active.into_iter().map(Some).collect();
        tree.add_level(None, None, &children, &mut active, &pinned);
        tree
    }

    /// The node and all above it.
    pub(super) fn with_ancestors(&self, row: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(row), |row| self.nodes.get(*row as usize)?.parent)
    }

    fn add_level(
        &mut self,
        parent_index: Option<usize>,
        parent_row: Option<u32>,
        children: &BTreeMap<Option<usize>, Vec<usize>>,
        documents: &mut [Option<Category>],
        pinned: &HashMap<String, String>,
    ) {
        let mut taken = HashSet::new();
        for &index in children.get(&parent_index).into_iter().flatten() {
            let Some(document) = documents.get_mut(index).and_then(Option::take) else {
                continue;
            };
            let slug = free_slug(&document, pinned, &mut taken);
            let row = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let above = parent_row.and_then(|parent| self.nodes.get_mut(parent as usize));
            let (path, depth) = match above {
                Some(above) => {
                    above.children.push(row);
                    (format!("{}/{slug}", above.path), above.depth + 1)
                }
                None => (slug, 0),
            };
            self.rows.insert(document.id.clone(), row);
            self.nodes.push(Node {
                document,
                path,
                parent: parent_row,
                children: Vec::new(),
                depth,
            });
            self.add_level(Some(index), Some(row), children, documents, pinned);
        }
    }
}

/// The parent of each category, by index; none for roots and for those whose parent cannot be.
fn parents(categories: &[Category], conflicts: &mut Conflicts) -> Vec<Option<usize>> {
    let index: HashMap<&str, usize> = categories
        .iter()
        .enumerate()
        .map(|(at, category)| (category.id.as_str(), at))
        .collect();
    let mut parents: Vec<Option<usize>> = Vec::with_capacity(categories.len());
    for category in categories {
        let parent = category
            .parent_id
            .as_deref()
            .and_then(|id| index.get(id).copied());
        if let (Some(id), None) = (&category.parent_id, parent) {
            conflicts.add(|| {
                format!(
                    "category `{}` names a parent `{id}` that does not exist; it becomes a root",
                    category.id
                )
            });
        }
        parents.push(parent);
    }
    for at in 0..parents.len() {
        let above = std::iter::successors(Some(at), |&at| parents.get(at).copied().flatten());
        if above.take(MAX_DEPTH + 1).count() > MAX_DEPTH {
            conflicts.add(|| too_deep(categories, &parents, at));
            if let Some(parent) = parents.get_mut(at) {
                *parent = None;
            }
        }
    }
    parents
}

/// The categories that are each other's ancestors, or how deep a category is.
fn too_deep(categories: &[Category], parents: &[Option<usize>], at: usize) -> String {
    let name = |at: usize| {
        let category = categories.get(at);
        format!("`{}`", category.map_or("", |category| category.id.as_str()))
    };
    let mut way = vec![at];
    while let Some(above) = parents.get(way[way.len() - 1]).copied().flatten() {
        if let Some(begin) = way.iter().position(|&seen| seen == above) {
            let round: Vec<String> = way[begin..].iter().map(|&at| name(at)).collect();
            let first = name(at);
            return match round.contains(&first) {
                true => format!(
                    "categories {} are each other's ancestors; {first} becomes a root",
                    round.join(" in ")
                ),
                false => format!(
                    "category {first} is below {}, which are each other's ancestors; {first} becomes a root",
                    round.join(" in ")
                ),
            };
        }
        way.push(above);
    }
    format!(
        "category {} is deeper than {MAX_DEPTH}; it becomes a root",
        name(at)
    )
}

/// Last path segments of the previous generation, by id.
fn pinned_slugs(previous: &Catalog) -> HashMap<String, String> {
    let segment = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    previous
        .categories()
        .map(|category| (category.id().to_owned(), segment(category.path())))
        .collect()
}

/// The merchant's slug, else the one it had, else one from its name; unique among siblings.
fn free_slug(
    category: &Category,
    pinned: &HashMap<String, String>,
    taken: &mut HashSet<String>,
) -> String {
    let derived = || Some(slug::from_text(&category.name)).filter(|slug| !slug.is_empty());
    let wanted = category
        .slug
        .clone()
        .filter(|slug| slug::is_valid(slug))
        .or_else(|| pinned.get(&category.id).cloned())
        .or_else(derived)
        .or_else(|| Some(slug::from_text(&category.id)).filter(|slug| !slug.is_empty()))
        .unwrap_or_else(|| "category".to_owned());
    let free = (1..).map(|number| {
        if number == 1 {
            wanted.clone()
        } else {
            format!("{wanted}-{number}")
        }
    });
    let slug = free
        .into_iter()
        .find(|slug| !taken.contains(slug))
        .unwrap_or(wanted);
    taken.insert(slug.clone());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(id: &str, parent: Option<&str>, name: &str) -> Category {
        Category {
            id: id.to_owned(),
            name: name.to_owned(),
            parent_id: parent.map(str::to_owned),
            ..Category::default()
        }
    }

    #[track_caller]
    fn check(documents: Vec<Category>, paths: &[&str], expected_conflicts: u64) {
        let mut conflicts = Conflicts::default();
        let tree = Tree::build(documents, &Collation::of("en"), None, &mut conflicts);
        let got: Vec<_> = tree.nodes.iter().map(|node| node.path.as_str()).collect();
        assert_eq!(got, paths);
        assert_eq!(
            conflicts.count, expected_conflicts,
            "{:?}",
            conflicts.samples
        );
    }

    #[test]
    fn a_tree_is_laid_out_in_pre_order() {
        check(
            vec![
                category("3", Some("1"), "Mugs"),
                category("2", None, "Audio"),
                category("1", None, "Kitchen"),
                category("4", Some("1"), "Mugs"),
            ],
            &["audio", "kitchen", "kitchen/mugs", "kitchen/mugs-2"],
            0,
        );
    }

    #[test]
    fn what_cannot_be_a_tree_loses_no_category() {
        check(vec![category("1", Some("9"), "Lost")], &["lost"], 1);
        check(
            vec![category("1", Some("2"), "A"), category("2", Some("1"), "B")],
            &["a", "a/b"],
            1,
        );
        check(vec![category("1", Some("1"), "Self")], &["self"], 1);
        let deep = (0..40)
            .map(|at| {
                category(
                    &at.to_string(),
                    (at > 0).then(|| (at - 1).to_string()).as_deref(),
                    "x",
                )
            })
            .collect();
        let tree = Tree::build(deep, &Collation::of("en"), None, &mut Conflicts::default());
        assert_eq!(tree.nodes.len(), 40);
        assert!(
            tree.nodes
                .iter()
                .all(|node| (node.depth as usize) < MAX_DEPTH)
        );
    }
}
