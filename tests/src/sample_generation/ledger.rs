//! What a sample says of paths that were left, of redirects, and of when content changed.

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::ledger::{self, ContentChangeRecord, LeftPath};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::tables::CatalogTables;

use super::shop::Shop;
use crate::catalogue::Dice;

/// Gives a shop that is otherwise whole a past; some have none.
pub(super) fn random(seed: u64, shop: &mut Shop) {
    let mut dice = Dice::new(seed, "ledger", 0);
    if seed != 1 && dice.percent(30) {
        return;
    }
    for (row, former) in shop.former_paths.iter().enumerate() {
        let left = (
            0,
            former.kind,
            former.path.clone(),
            format!("was {row}"),
            100,
            false,
        );
        shop.left_paths.push(left);
    }
    let languages = u32::try_from(shop.languages.len()).expect("a few");
    for number in 0..dice.below(6) {
        let kind = *dice.pick(&RouteKind::ALL);
        let locale = u32::try_from(dice.below(u64::from(languages) + 1)).expect("a few");
        let path = format!("gone/{number} ü");
        let since = dice.range(-5, 5_000);
        shop.left_paths
            .push((locale, kind, path, format!("id {number}"), since, true));
    }
    for number in 0..dice.below(4) {
        let (from, to) = (format!("/old/{number}?ü"), format!("/p/{number}"));
        shop.redirects.push((from, to, dice.range(0, 900)));
    }
    let rows = [
        shop.products.len(),
        shop.categories.len(),
        shop.brands.len(),
        shop.pages.len(),
    ];
    let rows: usize = rows.iter().sum();
    let changes = (0..rows).map(|row| (row as u64 * 77, dice.range(0, 4_000)));
    shop.content_changes = changes.collect();
    shop.left_paths.sort();
    shop.redirects.sort();
}

/// Adds it to the tables.
pub(super) fn write(shop: &Shop, tables: &mut CatalogTables) {
    for (locale, kind, path, id, since, gone) in &shop.left_paths {
        let left = LeftPath {
            kind: *kind,
            path,
            id,
            since: *since,
            gone: *gone,
        };
        let record = ledger::left_path(&mut tables.strings, *locale, &left);
        tables.left_paths.push(record.expect("samples are small"));
    }
    for (from, to, since) in &shop.redirects {
        let record = ledger::redirect(&mut tables.strings, (from, to), *since);
        tables.redirects.push(record.expect("samples are small"));
    }
    let changes = shop.content_changes.iter();
    tables.content_changes = changes
        .map(|&(content, at)| ContentChangeRecord {
            content: content.into(),
            at: at.into(),
        })
        .collect();
}

/// Reads it.
pub(super) fn read(catalog: &Catalog, shop: &mut Shop) {
    for one in std::iter::once(catalog).chain(catalog.locales()) {
        let locale = u32::try_from(one.locale_index().0).expect("a few");
        for left in one.left_paths() {
            assert_eq!(
                one.left(left.kind, left.path),
                Some(left),
                "it is found by its path"
            );
            let (path, id) = (left.path.to_owned(), left.id.to_owned());
            shop.left_paths
                .push((locale, left.kind, path, id, left.since, left.gone));
        }
    }
    for (from, to, since) in catalog.redirects() {
        assert_eq!(
            catalog.redirect(from),
            Some((to, since)),
            "it is found by its path"
        );
        shop.redirects.push((from.to_owned(), to.to_owned(), since));
    }
    let rows = [
        (RouteKind::Product, shop.products.len()),
        (RouteKind::Category, shop.categories.len()),
        (RouteKind::Brand, shop.brands.len()),
        (RouteKind::Page, shop.pages.len()),
    ];
    for (kind, rows) in rows {
        for row in 0..u32::try_from(rows).expect("samples are small") {
            if let Some(change) = catalog.content_change(kind, row) {
                shop.content_changes.push((change.content, change.at));
            }
        }
    }
    shop.left_paths.sort();
    shop.redirects.sort();
}
