//! Prices that were, carried from one generation to the next: what the lowest price of 30 days is told from.

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::NO_ROW;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::past_prices::PastPrices;
use frontage_shared::snapshot::price_lists::{PastPrice, Prices};

use super::prices::Timeline;
use crate::config::PriceList;

/// What was published, as of the instant of compiling, with the rows that its variants have now.
pub(super) struct Previous {
    /// Each price list, by currency and group.
    lists: Vec<(PriceList, Offers)>,
    /// Row in it of each variant, `NO_ROW` for new ones; none where rows are the same.
    rows: Option<Vec<u32>>,
}

impl Previous {
    /// The published parts, seen from a catalog that may be another one.
    pub(super) fn new(
        (was, offers): (&Catalog, &Offers),
        is: &Catalog,
        is_same: bool,
        now: i64,
    ) -> Self {
        let own = Currency::parse(was.shop().currency).ok();
        let lists = (0..offers.list_count()).filter_map(|list| {
            let list = offers.in_list(list)?;
            let currency = list.currency().or(own)?;
            let known = PriceList {
                currency,
                group: list.group().map(str::to_owned),
            };
            Some((known, list.at(was, now)))
        });
        Self {
            lists: lists.collect(),
            rows: (!is_same).then(|| rows(was, is)),
        }
    }

    /// The list of the same currency and group.
    pub(super) fn list(&self, wanted: &PriceList) -> Option<&Offers> {
        let mut lists = self.lists.iter();
        lists
            .find(|(known, _)| known == wanted)
            .map(|(_, list)| list)
    }

    /// The row that a variant had.
    fn row(&self, row: u32) -> Option<u32> {
        match &self.rows {
            None => Some(row),
            Some(rows) => rows.get(row as usize).copied().filter(|&row| row != NO_ROW),
        }
    }

    /// Whether a variant was there.
    pub(super) fn knows(&self, row: u32) -> bool {
        self.row(row).is_some()
    }
}

/// The row that each variant had. Most follow each other as before, so the next row is tried first.
fn rows(was: &Catalog, is: &Catalog) -> Vec<u32> {
    let mut next = 0;
    let all = 0..is.variant_count();
    let found = all.map(|row| {
        let variant = is.variant(row)?;
        let id = variant.id();
        let guess = was.variant(next).filter(|guess| guess.id() == id);
        let found = guess.or_else(|| was.variant_by_id(id))?.row;
        next = found + 1;
        Some(found)
    });
    found.map(|row| row.unwrap_or(NO_ROW)).collect()
}

/// Adds what is still to be known of the past prices of one list.
///
/// What was published counts, and for variants that were not there what their documents say of sales that have begun.
pub(super) fn carry<'t>(
    list: u32,
    known: Option<(&Previous, &PriceList)>,
    (variants, now): (u32, i64),
    prices: impl Fn(u32) -> Prices,
    told: impl Fn(u32) -> Option<&'t Timeline>,
    all: &mut Vec<PastPrice>,
) {
    let offers = known.and_then(|(previous, list)| Some((previous, previous.list(list)?)));
    for row in 0..variants {
        let after = prices(row);
        let was = offers.and_then(|(previous, offers)| Some((offers, previous.row(row)?)));
        let mut past = match (was, told(row)) {
            (Some((offers, was)), _) => {
                let mut past = offers.past_prices(was);
                past.change(now, offers.prices(was), after);
                past
            }
            (None, Some(timeline)) => as_told(timeline, now),
            (None, None) => continue,
        };
        if past.is_empty() {
            continue;
        }
        past.settle(now, after);
        all.extend(past.iter().map(|(until, price)| PastPrice {
            list,
            variant: row,
            until,
            price,
        }));
    }
}

fn as_told(timeline: &Timeline, now: i64) -> PastPrices {
    let (mut past, mut before) = (PastPrices::default(), timeline.first());
    for (at, after) in timeline.changes().filter(|&(at, _)| at <= now) {
        past.change(at, before, after);
        before = after;
    }
    past
}
