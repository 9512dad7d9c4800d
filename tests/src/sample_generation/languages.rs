//! The further languages of a sample: made from a seed, written and read back.
//!
//! They are made when the rest of the shop is, so that a sample of a seed is otherwise what it was without them.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::local_tables::LocalTables;
use frontage_shared::snapshot::locales::{Field, LocalRankRecord};
use frontage_shared::snapshot::record::Counts as _;
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use frontage_shared::snapshot::tables::CatalogTables;
use frontage_shared::snapshot::text::{TextDocument, TextIndexBuilder};

use super::shop::{FormerPath, Shop};
use crate::catalogue::Dice;

const TAGS: [&str; 3] = ["ar", "pt-BR", "fr"];
const WORDS: [&str; 6] = ["Lampe", "مصباح", "caneca", "", "étagère", "<b>"];

/// A further language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Language {
    /// BCP 47 tag.
    pub tag: String,
    /// ISO 4217 code; empty for the shop's own currency.
    pub currency: String,
    /// Texts by the number of their field and by row.
    pub texts: BTreeMap<(u32, u32), String>,
    /// Current paths.
    pub paths: Vec<FormerPath>,
    /// Former ones.
    pub former_paths: Vec<FormerPath>,
    /// Positions of products by name.
    pub names: Vec<u32>,
}

/// The languages of a shop that is otherwise whole.
pub(super) fn random(seed: u64, shop: &Shop) -> Vec<Language> {
    let mut dice = Dice::new(seed, "languages", 0);
    let most = dice.index(TAGS.len() + 1).max(usize::from(seed == 1) * 2);
    let tags = TAGS.iter().take(most);
    tags.map(|tag| language(&mut dice, tag, shop)).collect()
}

fn language(dice: &mut Dice, tag: &str, shop: &Shop) -> Language {
    let mut texts = BTreeMap::new();
    for &field in Field::ALL {
        for row in 0..rows(shop, field) {
            if dice.percent(40) {
                let words = [*dice.pick(&WORDS), *dice.pick(&WORDS)].join(" ");
                texts.insert((field.number(), row), words);
            }
        }
    }
    let path = |kind, field: Field, is_former: bool| {
        let rows = texts.keys().filter(|(number, _)| *number == field.number());
        let rows: Vec<u32> = rows.map(|&(_, row)| row).collect();
        rows.into_iter().map(move |row| FormerPath {
            kind,
            path: format!("{tag}/{}{row}", if is_former { "former-" } else { "" }),
            row,
        })
    };
    let all = |is_former| {
        let products = path(RouteKind::Product, Field::ProductSlug, is_former);
        let pages = path(RouteKind::Page, Field::PageSlug, is_former);
        let mut paths: Vec<FormerPath> = products.chain(pages).collect();
        paths.sort();
        paths
    };
    let (paths, former_paths) = (all(false), all(true));
    for path in &paths {
        let field = match path.kind {
            RouteKind::Product => Field::ProductSlug,
            _ => Field::PageSlug,
        };
        texts.insert((field.number(), path.row), path.path.clone());
    }
    let own: Vec<u32> = shop
        .products
        .iter()
        .map(|product| product.ranks[0])
        .collect();
    let names = match dice.percent(50) {
        true => own.into_iter().rev().collect(),
        false => own,
    };
    Language {
        tag: tag.to_owned(),
        currency: match tag {
            "pt-BR" => "CHF".to_owned(),
            _ => String::new(),
        },
        texts,
        paths,
        former_paths,
        names,
    }
}

/// How many rows a field has; in sections that depend on more than their own list, the first ones will do.
fn rows(shop: &Shop, field: Field) -> u32 {
    let count = match field.section() {
        section::SHOP => 1,
        section::CATEGORIES => shop.categories.len(),
        section::PAGES => shop.pages.len(),
        section::FACETS => shop.facets.len(),
        section::PRODUCTS | section::VARIANTS => shop.products.len(),
        _ => 0,
    };
    u32::try_from(count).expect("samples are small")
}

/// Adds the languages of a shop to its tables.
pub(super) fn write(shop: &Shop, tables: &mut CatalogTables, budget_bytes: usize) {
    let own: Vec<u32> = shop
        .products
        .iter()
        .map(|product| product.ranks[0])
        .collect();
    for language in &shop.languages {
        let mut local = LocalTables {
            tag: language.tag.clone(),
            currency: language.currency.clone(),
            ..LocalTables::default()
        };
        for ((number, row), text) in &language.texts {
            let field = Field::from_number(*number).expect("a field");
            if field.is_long() {
                let text = tables.texts.text(text).expect("samples are small");
                local.texts.push((field, *row, text));
            } else {
                let text = tables.strings.string(text).expect("samples are small");
                local.strings.push((field, *row, text));
            }
        }
        let current = language.paths.iter().map(|path| (path, 0_u32));
        let former = language.former_paths.iter().map(|path| (path, 1));
        for (path, former) in current.chain(former) {
            local.routes.push(RouteRecord {
                hash: hash(path.kind, &path.path).into(),
                path: tables
                    .strings
                    .string(&path.path)
                    .expect("samples are small"),
                kind: path.kind.number().into(),
                row: path.row.into(),
                former: former.into(),
            });
        }
        if language.names != own {
            let names = language.names.iter();
            local.names = names
                .map(|&name| LocalRankRecord { name: name.into() })
                .collect();
            local.text_files = index(language, shop, budget_bytes);
        }
        tables.locales.push(local);
    }
}

fn index(
    language: &Language,
    shop: &Shop,
    budget_bytes: usize,
) -> Vec<frontage_shared::snapshot::text::PackedFile> {
    let mut text = TextIndexBuilder::new(budget_bytes).expect("the budget is enough");
    for (row, product) in (0..).zip(&shop.products) {
        let name = language.texts.get(&(Field::ProductName.number(), row));
        let document = TextDocument {
            title: name.unwrap_or(&product.name).clone(),
            ..TextDocument::default()
        };
        text.add(&document).expect("the index is in memory");
    }
    text.finish().expect("the index is in memory")
}

/// Reads the languages of a catalog.
pub(super) fn read(catalog: &Catalog) -> Vec<Language> {
    catalog.locales().iter().map(read_one).collect()
}

fn read_one(catalog: &Catalog) -> Language {
    let mut texts = BTreeMap::new();
    for &field in Field::ALL {
        let rows = u32::try_from(catalog.part().count(field.section())).expect("samples are small");
        for row in 0..rows {
            if let Some(text) = catalog.translated(field, row) {
                texts.insert((field.number(), row), text.to_owned());
            }
        }
    }
    let paths = |is_former| {
        let routes = catalog.routes();
        let routes = routes.filter(|(_, _, target)| target.former == is_former);
        let paths: BTreeSet<FormerPath> = routes
            .map(|(kind, path, target)| FormerPath {
                kind,
                path: path.to_owned(),
                row: target.row,
            })
            .collect();
        paths.into_iter().collect()
    };
    let ranks = catalog.name_ranks();
    let products = 0..catalog.product_count();
    Language {
        tag: catalog.shop().locale.to_owned(),
        currency: catalog
            .currency_of(catalog.locale_index())
            .map_or(String::new(), |currency| currency.code().to_owned()),
        texts,
        paths: paths(false),
        former_paths: paths(true),
        names: products.filter_map(|row| ranks.get(row)).collect(),
    }
}
