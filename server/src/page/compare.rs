//! The comparison: a few variants side by side, what they have in common and where they differ.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::products::{Product, Variant};
use sailfish::TemplateSimple;

use super::cart::{Notice, personal};
use super::frame::{Frame, Indexing};
use super::lists::{self, Item, Show};
use super::product;
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, render};
use crate::lists::ListKind;
use crate::route::Route;

/// Most rows of properties.
const MOST_ROWS: usize = 200;

/// The comparison's page.
#[derive(TemplateSimple)]
#[template(path = "compare.stpl", rm_whitespace = true)]
pub(crate) struct ComparePage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) notice: Option<Notice>,
    pub(crate) items: Vec<Item<'a>>,
    /// What one unit of each costs; empty if that is to be told of none of them.
    pub(crate) unit_prices: Vec<Option<String>>,
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) lists_href: String,
    pub(crate) cart_href: String,
    pub(crate) home_href: String,
}

/// One property of all that is compared.
pub(crate) struct Row<'a> {
    pub(crate) label: &'a str,
    /// In the order of the columns; empty where the merchant does not say.
    pub(crate) values: Vec<String>,
    /// Whether they are not all the same.
    pub(crate) differs: bool,
}

/// Builds the comparison's page.
pub(crate) fn build(generation: &Generation, ctx: &Context<'_>, show: &Show<'_>) -> Page {
    let view = &View::new(generation, ctx);
    let words = view.words;
    let route = Route::list(ListKind::Compare, None);
    let mut frame = Frame::new(view, &words.comparison, Indexing::NoIndex);
    frame.place(view, &[], Some(view.link(&words.comparison, &route)));
    let compared: Vec<_> = lists::each(view, show.list).collect();
    let mut items: Vec<_> = compared
        .iter()
        .map(|(product, variant)| lists::item(view, product, variant))
        .collect();
    // They have a row of their own.
    let mut unit_prices: Vec<_> = items
        .iter_mut()
        .map(|item| item.card.price.as_mut()?.per_unit.take())
        .collect();
    if unit_prices.iter().all(Option::is_none) {
        unit_prices.clear();
    }
    let page = ComparePage {
        words,
        frame,
        notice: lists::notice(view, show),
        unit_prices,
        rows: rows(words, &compared),
        items,
        lists_href: view.href(&Route::Lists),
        cart_href: view.href(&Route::cart()),
        home_href: view.href(&Route::Home),
    };
    personal(render(view, Kind::Compare, true, page))
}

/// Every property that one of them has, in the order in which they first come.
fn rows<'a>(words: &'static Words, compared: &[(Product<'a>, Variant<'a>)]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for (column, (product, variant)) in compared.iter().enumerate() {
        let mut put = |label: &'a str, value: String| {
            let at = rows.iter().position(|row| row.label == label);
            let at = at.unwrap_or_else(|| {
                rows.push(Row {
                    label,
                    values: vec![String::new(); compared.len()],
                    differs: false,
                });
                rows.len() - 1
            });
            let cell = rows.get_mut(at).and_then(|row| row.values.get_mut(column));
            match cell {
                Some(cell) if cell.is_empty() => *cell = value,
                Some(cell) if *cell != value => {
                    cell.push_str(", ");
                    cell.push_str(&value);
                }
                _ => {}
            }
        };
        if let Some(brand) = product.brand() {
            put(&words.brand, brand.name().to_owned());
        }
        for (option, value) in product.options().zip(variant.values()) {
            put(option.name(), value.name().to_owned());
        }
        for row in product::groups(product)
            .into_iter()
            .flat_map(|group| group.rows)
        {
            put(row.label, row.value);
        }
    }
    rows.truncate(MOST_ROWS);
    for row in &mut rows {
        row.differs = row
            .values
            .windows(2)
            .any(|pair| pair.first() != pair.last());
    }
    rows
}
