//! Prices of all that can be bought, as a table in CSV (RFC 4180): for spreadsheets, auditors and price comparison.
//!
//! A row has what the product's page says: the price now, per unit where one is told, and the lowest of the 30 days
//! before it.

use frontage_shared::snapshot::offers::Availability;
use frontage_shared::snapshot::products::{Product, Variant};

use super::text::or;
use super::variants;
use super::view::View;

/// The names of the columns.
pub(super) const HEAD: &str =
    "sku,gtin,name,price,unit_price,unit,lowest_price_30_days,currency\r\n";

/// The row of a variant, if it has a price and will come again.
pub(super) fn row(view: &View<'_>, product: &Product<'_>, variant: &Variant<'_>, out: &mut String) {
    let offer = view.offers.variant(variant.row);
    let Some(price) = offer.price.filter(|&price| price > 0) else {
        return;
    };
    if offer.availability == Availability::Discontinued {
        return;
    }
    let amount = |minor| view.money(minor).to_string();
    let measure = variant.measure();
    let unit = measure.map(|measure| match measure.per {
        1 => measure.unit.to_owned(),
        many => format!("{many} {}", measure.unit),
    });
    let unit_price = measure.and_then(|measure| measure.unit_price(price));
    let lowest = view.offers.lowest_before(variant.row);
    let cells: [&str; 8] = [
        or(variant.sku(), variant.id()),
        variant.gtin(),
        &variants::full_name(product, variant),
        &amount(price),
        &unit_price.map(amount).unwrap_or_default(),
        &unit.filter(|_| unit_price.is_some()).unwrap_or_default(),
        &lowest.map(amount).unwrap_or_default(),
        view.currency.code(),
    ];
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        cell(text, out);
    }
    out.push_str("\r\n");
}

/// A cell; in quotes where the text would not be one cell without.
fn cell(text: &str, out: &mut String) {
    if !text.contains(['"', ',', '\r', '\n']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_cell_whatever_stands_in_it() {
        let mut out = String::new();
        for text in ["plain", "a,b", "19\" rack", "two\nlines"] {
            cell(text, &mut out);
            out.push('|');
        }
        assert_eq!(out, "plain|\"a,b\"|\"19\"\" rack\"|\"two\nlines\"|");
    }
}
