//! What variants cost in each price list: now, and at the instants at which that changes by itself.

use std::collections::{BTreeMap, HashMap};

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::price_lists::{ListTable, PriceChange, PriceTables, Prices};
use frontage_shared::snapshot::tiers::ListTier;

use super::history::{self, Previous};
use super::{CompileError, minor, price_in, seconds, tiers};
use crate::config::{Config, PriceList};
use crate::merge::{Conflicts, Merged};
use crate::wire::{Price, Short};

/// What a variant costs over time, by its documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Timeline {
    /// Outside of a sale.
    regular: Prices,
    sale: Option<Sale>,
}

/// A price for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sale {
    price: i64,
    /// Unix seconds.
    from: Option<i64>,
    until: Option<i64>,
}

impl Timeline {
    /// Of the price in one currency. A price of zero counts as none, because nobody gives things away by accident.
    fn of(
        key: &str,
        price: &Price,
        currency: Currency,
        conflicts: &mut Conflicts,
    ) -> Result<Self, CompileError> {
        let minor = |text: &Short| minor(|| key.to_owned(), text, currency);
        let amount = Some(minor(&price.amount)?).filter(|&amount| amount > 0);
        let before = price.compare_at.as_ref().map(minor).transpose()?;
        let sale = price.sale_price.as_ref().map(minor).transpose()?;
        let (Some(sale), Some(regular)) = (sale.filter(|&sale| sale > 0), amount) else {
            return Ok(Self::regular(amount, before));
        };
        if sale >= regular {
            // Many back ends write the price once more where there is no sale.
            if sale > regular {
                conflicts.add(|| {
                    format!("variant `{key}` has a sale price in {currency} that is above its price; it is left out")
                });
            }
            return Ok(Self::regular(amount, before));
        }
        let time = |text: &Option<Short>| text.as_deref().map(|text| seconds(Some(text)));
        Ok(Self {
            sale: Some(Sale {
                price: sale,
                from: time(&price.sale_from),
                until: time(&price.sale_until),
            }),
            ..Self::regular(amount, before)
        })
    }

    /// A price "before" that is not higher would be a lie on the page; real feeds have them.
    fn regular(price: Option<i64>, before: Option<i64>) -> Self {
        let compare_at = before.filter(|&before| price.is_some_and(|price| before > price));
        Self {
            regular: Prices { price, compare_at },
            sale: None,
        }
    }

    /// What holds at an instant.
    pub(super) fn at(&self, now: i64) -> Prices {
        let is_on = |sale: &Sale| {
            sale.from.is_none_or(|from| from <= now) && sale.until.is_none_or(|until| now < until)
        };
        match self.sale.filter(is_on) {
            Some(sale) => Prices {
                price: Some(sale.price),
                compare_at: self.regular.price,
            },
            None => self.regular,
        }
    }

    /// What holds before anything changes.
    pub(super) fn first(&self) -> Prices {
        self.at(i64::MIN)
    }

    /// The instants at which it changes, in order, and what holds from then on.
    pub(super) fn changes(&self) -> impl Iterator<Item = (i64, Prices)> {
        let bounds = self.sale.map(|sale| [sale.from, sale.until]);
        let instants = bounds.into_iter().flatten().flatten();
        instants.map(|at| (at, self.at(at)))
    }
}

/// All price lists in the making.
pub(super) struct PriceLists<'p> {
    /// The shop's own first.
    pub(super) all: Vec<PriceList>,
    now: i64,
    /// What was published, if anything was.
    previous: Option<&'p Previous>,
    /// Prices of variants in further lists.
    further: Vec<Vec<Prices>>,
    /// What will change, by list and variant.
    changes: BTreeMap<(u32, u32), Vec<(i64, Prices)>>,
    /// What documents say of the past of variants that are new.
    told: HashMap<(u32, u32), Timeline>,
    /// What one unit costs where many are bought.
    tiers: Vec<ListTier>,
}

impl<'p> PriceLists<'p> {
    /// Nothing is known of any variant yet.
    pub(super) fn new(config: &Config, now: i64, previous: Option<&'p Previous>) -> Self {
        let all = config.shop.price_lists();
        Self {
            further: vec![Vec::new(); all.len() - 1],
            all,
            now,
            previous,
            changes: BTreeMap::new(),
            told: HashMap::new(),
            tiers: Vec::new(),
        }
    }

    /// Everything as it was published, as of now; `variants` is how many there are. Of those that are not `as_before`,
    /// whatever holds now is set later.
    pub(super) fn keep(&mut self, variants: u32, as_before: impl Fn(u32) -> bool) {
        let Some(previous) = self.previous else {
            return;
        };
        for (list, known) in (0..).zip(&self.all) {
            let Some(offers) = previous.list(known) else {
                continue;
            };
            for change in offers.changes(self.now, i64::MAX) {
                let own = self.changes.entry((list, change.variant)).or_default();
                own.push((change.at, change.prices));
            }
            let tiers = offers.all_tiers().filter(|(row, _)| as_before(*row));
            self.tiers.extend(tiers.map(|(variant, tier)| ListTier {
                list,
                variant,
                tier,
            }));
            let further = (list as usize).checked_sub(1);
            if let Some(prices) = further.and_then(|place| self.further.get_mut(place)) {
                *prices = (0..variants).map(|row| offers.prices(row)).collect();
            }
        }
    }

    /// Notes what a variant's documents say, and gives what it costs now in the shop's own list.
    pub(super) fn set(
        &mut self,
        row: u32,
        key: &str,
        prices: &[Price],
        conflicts: &mut Conflicts,
    ) -> Result<Prices, CompileError> {
        let mut own = Prices::default();
        for list in 0..self.all.len() {
            let Some(known) = self.all.get(list) else {
                continue;
            };
            let currency = known.currency;
            let price = price_in(prices, known);
            if price.is_none() && !prices.is_empty() {
                conflicts.add(|| format!("variant `{key}` has no price in {currency}"));
            }
            // What is wrong with everybody's price was told of the list of everybody.
            let mut told = Conflicts::default();
            let conflicts = match price.and_then(|price| price.group.as_ref()) {
                None if known.group.is_some() => &mut told,
                _ => &mut *conflicts,
            };
            let timeline = match price {
                Some(price) => Timeline::of(key, price, currency, conflicts)?,
                None => Timeline::default(),
            };
            let now = timeline.at(self.now);
            match list.checked_sub(1) {
                None => own = now,
                Some(place) => self.put(place, row, now),
            }
            let list = u32::try_from(list).unwrap_or(u32::MAX);
            if let Some(price) = price {
                let own = tiers::of(key, price, currency, conflicts)?;
                self.tiers.extend(own.into_iter().map(|tier| ListTier {
                    list,
                    variant: row,
                    tier,
                }));
            }
            self.plan(list, row, timeline);
        }
        Ok(own)
    }

    fn put(&mut self, place: usize, row: u32, prices: Prices) {
        let Some(all) = self.further.get_mut(place) else {
            return;
        };
        let row = row as usize;
        if all.len() <= row {
            all.resize(row + 1, Prices::default());
        }
        if let Some(cell) = all.get_mut(row) {
            *cell = prices;
        }
    }

    fn plan(&mut self, list: u32, row: u32, timeline: Timeline) {
        let now = self.now;
        let later: Vec<_> = timeline.changes().filter(|&(at, _)| at > now).collect();
        match later.is_empty() {
            true => drop(self.changes.remove(&(list, row))),
            false => drop(self.changes.insert((list, row), later)),
        }
        let is_new = self.previous.is_none_or(|previous| !previous.knows(row));
        if is_new && timeline.changes().any(|(at, _)| at <= now) {
            self.told.insert((list, row), timeline);
        }
    }

    /// All of it, with the terms of further lists; `own` gives what a variant costs now in the shop's own list.
    pub(super) fn finish(
        self,
        merged: &Merged,
        variants: u32,
        own: impl Fn(u32) -> Prices,
        conflicts: &mut Conflicts,
    ) -> Result<PriceTables, CompileError> {
        let mut past = Vec::new();
        for (list, known) in (0..).zip(&self.all) {
            let further = (list as usize).checked_sub(1);
            let further = further.and_then(|place| self.further.get(place));
            let prices = |row: u32| match further {
                Some(prices) => prices.get(row as usize).copied().unwrap_or_default(),
                None => own(row),
            };
            let told = |row: u32| self.told.get(&(list, row));
            let known = self.previous.map(|previous| (previous, known));
            history::carry(list, known, (variants, self.now), prices, told, &mut past);
        }
        let mut lists = Vec::with_capacity(self.further.len());
        let further = self.all.iter().skip(1).zip(self.further);
        for (list, mut prices) in further {
            prices.resize(variants as usize, Prices::default());
            lists.push(ListTable {
                currency: list.currency.code().to_owned(),
                group: list.group.clone().unwrap_or_default(),
                prices,
                terms: super::terms::in_list(merged, list.currency, conflicts)?,
            });
        }
        let changes = self.changes.into_iter().flat_map(|((list, variant), own)| {
            own.into_iter().map(move |(at, prices)| PriceChange {
                list,
                variant,
                at,
                prices,
            })
        });
        Ok(PriceTables {
            as_of: self.now,
            changes: changes.collect(),
            lists,
            past,
            tiers: self.tiers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(price: &serde_json::Value) -> Timeline {
        let price: Price = serde_json::from_value(price.clone()).unwrap();
        Timeline::of("1", &price, Currency::EUR, &mut Conflicts::default()).unwrap()
    }

    fn prices(price: i64, compare_at: Option<i64>) -> Prices {
        Prices {
            price: Some(price),
            compare_at,
        }
    }

    #[test]
    fn a_sale_holds_from_its_first_second_up_to_its_last() {
        let sale = timeline(&serde_json::json!({
            "amount": "10.00", "currency": "EUR", "compare_at": "12.00", "sale_price": "8.00",
            "sale_from": "1970-01-01T00:01:40Z", "sale_until": "1970-01-01T00:03:20Z",
        }));
        let (regular, reduced) = (prices(1_000, Some(1_200)), prices(800, Some(1_000)));
        let at = [0, 99, 100, 199, 200].map(|now| sale.at(now));
        assert_eq!(at, [regular, regular, reduced, reduced, regular]);
        let changes: Vec<_> = sale.changes().collect();
        assert_eq!(changes, [(100, reduced), (200, regular)]);
    }

    #[test]
    fn a_sale_without_bounds_is_always_on() {
        let always = timeline(
            &serde_json::json!({"amount": "10.00", "currency": "EUR", "sale_price": "8.00"}),
        );
        assert_eq!(always.first(), prices(800, Some(1_000)));
        assert_eq!(always.changes().count(), 0);
    }

    #[test]
    fn a_sale_that_is_not_below_the_price_is_none_at_any_time() {
        for (sale, is_told) in [("10.00", false), ("10.01", true), ("0.00", false)] {
            let price = serde_json::json!({
                "amount": "10.00", "currency": "EUR", "compare_at": "12.00", "sale_price": sale,
                "sale_from": "1970-01-01T00:01:40Z", "sale_until": "1970-01-01T00:03:20Z",
            });
            let price: Price = serde_json::from_value(price).unwrap();
            let mut conflicts = Conflicts::default();
            let none = Timeline::of("1", &price, Currency::EUR, &mut conflicts).unwrap();
            for now in [i64::MIN, 99, 100, 200] {
                // What it is reduced from outside of a sale stays.
                assert_eq!(none.at(now), prices(1_000, Some(1_200)), "{sale}, {now}");
            }
            assert_eq!(none.changes().count(), 0, "{sale}");
            assert_eq!(conflicts.count > 0, is_told, "{sale}");
        }
    }
}
