//! What the shop sells, read from the tables in `assortment/`.
//!
//! The tables are part of the program: they are parsed once, and a mistake in them fails the first test.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Dice;
use super::fact::FactRule;

const DEPARTMENTS: [&str; 6] = [
    include_str!("assortment/outdoor.toml"),
    include_str!("assortment/home.toml"),
    include_str!("assortment/kitchen.toml"),
    include_str!("assortment/clothing.toml"),
    include_str!("assortment/audio.toml"),
    include_str!("assortment/office.toml"),
];

static ASSORTMENT: LazyLock<Assortment> = LazyLock::new(load);

/// Everything the shop may sell.
#[derive(Debug)]
pub struct Assortment {
    /// The top of the category tree.
    pub departments: Vec<Department>,
    /// Colours and sizes.
    pub scales: Scales,
    /// Position of each kind: department, group, kind within the group.
    places: Vec<(usize, usize, usize)>,
    /// Which kind each product of the small shop is.
    pub(super) slots: Slots,
}

/// The sequence of kinds: it repeats block by block, and kinds recur in a block by their weight.
#[derive(Debug)]
pub(super) struct Slots {
    /// The kind at each position of a block.
    kinds: Vec<usize>,
    /// The other way round: the positions in a block that a kind takes.
    positions: Vec<Vec<u64>>,
}

/// A top-level category with what its products have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its part of category ids, such as `OUT`.
    pub code: String,
    /// What shoppers read.
    pub name: String,
    /// One sentence about it.
    pub text: String,
    /// Brands it carries; the first sell the most.
    pub brands: Vec<String>,
    /// Words that tell models of a series apart.
    pub series: Vec<String>,
    /// Sentences on how things are made.
    pub build: Vec<String>,
    /// Sentences on how to look after things.
    pub care: Vec<String>,
    /// Sentences that end a description.
    pub close: Vec<String>,
    /// Its second level.
    pub group: Vec<Group>,
}

/// A second-level category.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its part of category ids.
    pub code: String,
    /// What shoppers read.
    pub name: String,
    /// One sentence about it.
    pub text: String,
    /// Its third level.
    pub kind: Vec<Kind>,
}

/// A third-level category, all of whose products are of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its part of category ids.
    pub code: String,
    /// What shoppers read.
    pub name: String,
    /// What a product may be called.
    pub titles: Vec<String>,
    /// What a product is, in a sentence.
    pub noun: String,
    /// The silhouette of its pictures.
    pub shape: String,
    /// Its share of the catalogue.
    pub weight: usize,
    /// Cheapest and dearest, in whole euros.
    pub price: (i64, i64),
    /// Which colours it may have.
    pub palette: String,
    /// Fewest and most colours of one product.
    pub colours: (usize, usize),
    /// Scales of sizes it comes in, besides colours.
    pub options: Vec<String>,
    /// Percentage of products that come in every colour and size there is.
    #[serde(default)]
    pub many: u64,
    /// Further categories its products stand in.
    #[serde(default)]
    pub also: Vec<String>,
    /// What can be stated about a product.
    pub facts: Vec<FactRule>,
    /// What it is good for, to end a sentence.
    pub uses: Vec<String>,
    /// Sentences about the product.
    pub about: Vec<String>,
    /// Selling points.
    pub features: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// Colours by palette and sizes by scale.
#[derive(Debug, Deserialize)]
pub struct Scales {
    palette: BTreeMap<String, Vec<Colour>>,
    scale: BTreeMap<String, Scale>,
}

/// A colour as `code|name|#rrggbb`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour {
    /// Its machine name.
    pub code: String,
    /// What shoppers read.
    pub name: String,
    /// Its swatch.
    pub hex: String,
}

/// Sizes of one sort.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Machine name of the option.
    pub code: String,
    /// What shoppers read.
    pub label: String,
    /// The usual values, smallest first.
    pub values: Vec<String>,
    /// All values, for the few products that come in every size.
    #[serde(default)]
    pub long: Vec<String>,
    /// How much dearer each value is than the one before.
    #[serde(default)]
    pub step_percent: i64,
    /// Fewest and most values of one product; all of them when missing.
    pub pick: Option<(usize, usize)>,
}

/// A category, whatever its level.
#[derive(Debug, Clone)]
pub struct Category<'a> {
    /// Its id, such as `OUT-20-01`.
    pub id: String,
    /// The id of the category above.
    pub parent: Option<String>,
    /// What shoppers read.
    pub name: &'a str,
    /// One sentence about it, if it has one.
    pub text: Option<&'a str>,
    /// Order among its siblings.
    pub position: usize,
    /// The silhouette that stands for it.
    pub shape: &'a str,
}

/// Where a kind stands in the tree.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its department.
    pub department: &'a Department,
    /// Its group.
    pub group: &'a Group,
    /// The kind itself.
    pub kind: &'a Kind,
}

impl Assortment {
    /// The one assortment there is.
    pub fn get() -> &'static Self {
        &ASSORTMENT
    }

    /// How many kinds there are.
    pub fn kinds(&self) -> usize {
        self.places.len()
    }

    /// A kind with what stands above it.
    pub fn place(&self, kind: usize) -> Place<'_> {
        let (department, group, kind) = self.places[kind];
        let department = &self.departments[department];
        let group = &department.group[group];
        Place {
            department,
            group,
            kind: &group.kind[kind],
        }
    }

    /// All categories, parents before children.
    pub fn categories(&self) -> Vec<Category<'_>> {
        let mut all = Vec::new();
        for (position, department) in self.departments.iter().enumerate() {
            let shape = &department.group[0].kind[0].shape;
            let (name, text) = (&department.name, Some(department.text.as_str()));
            all.push(Category {
                id: department.code.clone(),
                parent: None,
                name,
                text,
                position,
                shape,
            });
            for (position, group) in department.group.iter().enumerate() {
                let id = format!("{}-{}", department.code, group.code);
                let (parent, text) = (Some(department.code.clone()), Some(group.text.as_str()));
                let shape = &group.kind[0].shape;
                all.push(Category {
                    id: id.clone(),
                    parent,
                    name: &group.name,
                    text,
                    position,
                    shape,
                });
                all.extend(
                    group
                        .kind
                        .iter()
                        .enumerate()
                        .map(|(position, kind)| Category {
                            id: format!("{id}-{}", kind.code),
                            parent: Some(id.clone()),
                            name: &kind.name,
                            text: None,
                            position,
                            shape: &kind.shape,
                        }),
                );
            }
        }
        all
    }
}

impl Slots {
    /// So many positions for each kind, in random order.
    pub(super) fn new(weights: &[usize], topic: &str) -> Self {
        let mut kinds: Vec<usize> = weights
            .iter()
            .enumerate()
            .flat_map(|(kind, &weight)| std::iter::repeat_n(kind, weight))
            .collect();
        Dice::new(0, topic, 0).shuffle(&mut kinds);
        let mut positions = vec![Vec::new(); weights.len()];
        for (position, &kind) in (0_u64..).zip(&kinds) {
            positions[kind].push(position);
        }
        Self { kinds, positions }
    }

    /// After how many products the sequence repeats.
    pub(super) fn block(&self) -> u64 {
        u64::try_from(self.kinds.len()).unwrap_or(u64::MAX)
    }

    /// Which kind the product at this index is of.
    pub(super) fn kind_of(&self, index: u64) -> usize {
        self.kinds[usize::try_from(index % self.block()).unwrap_or(0)]
    }

    /// The positions within a block at which products of this kind stand.
    pub(super) fn positions_of(&self, kind: usize) -> &[u64] {
        &self.positions[kind]
    }
}

impl Place<'_> {
    /// The id of the third-level category.
    pub fn category_id(&self) -> String {
        format!(
            "{}-{}-{}",
            self.department.code, self.group.code, self.kind.code
        )
    }
}

impl Scales {
    /// The colours of a palette.
    pub fn palette(&self, name: &str) -> &[Colour] {
        &self.palette[name]
    }

    /// A scale of sizes.
    pub fn scale(&self, name: &str) -> &Scale {
        &self.scale[name]
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('|').collect();
        match parts[..] {
            [code, name, hex] if hex.len() == 7 && hex.starts_with('#') => Ok(Self {
                code: code.to_owned(),
                name: name.to_owned(),
                hex: hex.to_owned(),
            }),
            _ => Err(format!("`{text}` is not `code|name|#rrggbb`")),
        }
    }
}

fn load() -> Assortment {
    let departments: Vec<Department> = DEPARTMENTS
        .iter()
        .map(|text| {
            toml::from_str(text)
                .expect("the assortment's tables are part of the program and tested")
        })
        .collect();
    let scales = toml::from_str(include_str!("assortment/scales.toml"))
        .expect("the table of scales is tested");
    let mut places = Vec::new();
    for (d, department) in departments.iter().enumerate() {
        for (g, group) in department.group.iter().enumerate() {
            places.extend((0..group.kind.len()).map(|k| (d, g, k)));
        }
    }
    let weight = |&(d, g, k): &(usize, usize, usize)| departments[d].group[g].kind[k].weight;
    let weights: Vec<usize> = places.iter().map(weight).collect();
    Assortment {
        departments,
        scales,
        places,
        slots: Slots::new(&weights, "slots"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reference_in_the_tables_leads_somewhere() {
        let assortment = Assortment::get();
        let ids: HashSet<String> = assortment
            .categories()
            .into_iter()
            .map(|category| category.id)
            .collect();
        for index in 0..assortment.kinds() {
            let place = assortment.place(index);
            let kind = place.kind;
            assert!(ids.contains(&place.category_id()));
            assert!(
                kind.also.iter().all(|id| ids.contains(id)),
                "{}: {:?}",
                kind.name,
                kind.also
            );
            assert!(!assortment.scales.palette(&kind.palette).is_empty());
            assert!(
                kind.options
                    .iter()
                    .all(|scale| !assortment.scales.scale(scale).values.is_empty())
            );
            assert!(
                kind.price.0 < kind.price.1 && kind.colours.0 <= kind.colours.1,
                "{}",
                kind.name
            );
            assert!(
                crate::catalogue::picture::has_shape(&kind.shape),
                "{}",
                kind.shape
            );
        }
    }

    #[test]
    fn the_tree_has_three_levels_of_useful_size() {
        let categories = Assortment::get().categories();
        let ids: HashSet<&str> = categories
            .iter()
            .map(|category| category.id.as_str())
            .collect();
        assert_eq!(ids.len(), categories.len());
        assert!(
            (60..=110).contains(&categories.len()),
            "{}",
            categories.len()
        );
        assert!(categories.iter().all(|category| {
            category
                .parent
                .as_ref()
                .is_none_or(|id| ids.contains(id.as_str()))
        }));
    }
}
