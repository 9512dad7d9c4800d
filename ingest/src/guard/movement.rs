//! What differs between two feeds, counted: only lines that differ are looked at.

use std::collections::BTreeMap;

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;

use crate::feed::{Facts, Feed, FeedError, FeedFolder, Summary};
use crate::wire::Kind;

/// How a feed differs from what is published.
#[derive(Clone, Debug)]
pub struct Movement {
    /// What was there.
    pub(super) before: Summary,
    /// What is there now.
    pub(super) after: Summary,
    /// Lines that were in the shop and would not be any more.
    pub(super) removed: BTreeMap<Kind, u64>,
    /// Offers that had a price and now say none.
    pub(super) vanished: u64,
    /// Offers whose price was not zero and now is.
    pub(super) newly_zero: u64,
    /// By how many percent prices moved, of offers that changed.
    shifts: Vec<f64>,
    /// Prices above zero, before, of offers that changed or went.
    touched: u64,
}

impl Movement {
    /// Nothing differs yet between two feeds with these counts.
    pub fn new(before: &Summary, after: &Summary, currency: Currency) -> Self {
        Self {
            before: before.seen_in(currency),
            after: after.seen_in(currency),
            removed: BTreeMap::new(),
            vanished: 0,
            newly_zero: 0,
            shifts: Vec::new(),
            touched: 0,
        }
    }

    /// Counts a line that one of the feeds has, or both have differently.
    pub fn observe(&mut self, before: Option<&Facts>, after: Option<&Facts>) {
        if let Some(before) = before.filter(|before| before.is_shown)
            && !after.is_some_and(|after| after.is_shown)
        {
            *self.removed.entry(before.kind).or_default() += 1;
        }
        let was = before.and_then(|before| before.amount);
        let is = after.and_then(|after| after.amount);
        self.vanished += u64::from(was.is_some() && after.is_some() && is.is_none());
        self.newly_zero += u64::from(is == Some(0.0) && was != Some(0.0));
        if let Some(was) = was.filter(|was| *was > 0.0) {
            self.touched += 1;
            self.shifts.extend(is.map(|is| (is / was - 1.0) * 100.0));
        }
    }

    /// Compares two feeds of one source.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    pub fn between(
        folder: &FeedFolder,
        before: &Feed,
        after: &Feed,
        currency: Currency,
    ) -> Result<Self, FeedError> {
        let mut movement = Self::new(&before.summary, &after.summary, currency);
        for (old, new) in [
            (&before.catalog, &after.catalog),
            (&before.offers, &after.offers),
        ] {
            if old.hash == new.hash {
                continue;
            }
            let (old, new) = (folder.map(old)?, folder.map(new)?);
            old.differences(&new, |before, after| {
                let facts = |line| Facts::read(line, currency);
                movement.observe(
                    before.and_then(facts).as_ref(),
                    after.and_then(facts).as_ref(),
                );
                true
            })?;
        }
        Ok(movement)
    }

    /// A feed that is compared with nothing.
    pub(super) fn from_nothing(after: &Feed, currency: Currency) -> Self {
        Self {
            newly_zero: after.summary.priced - after.summary.positive,
            ..Self::new(&Summary::default(), &after.summary, currency)
        }
    }

    /// Compares the prices of a feed with those of the published generation, which may come from another source too.
    ///
    /// # Errors
    /// The feed cache cannot be read.
    #[expect(
        clippy::cast_precision_loss,
        reason = "prices far below 2^52 minor units"
    )]
    pub(super) fn since(
        generation: &Generation,
        folder: &FeedFolder,
        feed: &Feed,
        currency: Currency,
    ) -> Result<Self, FeedError> {
        let mut movement = Self::new(&Summary::new(currency), &feed.summary, currency);
        let unit = 10_f64.powi(i32::from(generation.currency().exponent()));
        for line in folder.lines(&feed.offers)? {
            let line = line?;
            let Some(after) = Facts::read(&line, currency) else {
                continue;
            };
            let minor = variant_row(generation, &line.key)
                .and_then(|row| generation.offers.variant(row).price);
            // A source that never priced anything does not take a price away by saying nothing; by pricing in a
            // foreign currency it does.
            let is_said = after.amount.is_some() || after.is_priced;
            let before = Facts {
                is_shown: false,
                amount: minor.filter(|_| is_said).map(|minor| minor as f64 / unit),
                ..after.clone()
            };
            movement.before.add(&before);
            movement.observe(Some(&before), Some(&after));
        }
        Ok(movement)
    }

    /// All that the guard looks at, for tests.
    #[cfg(test)]
    pub fn in_numbers(&self) -> String {
        let median = self.median_shift();
        format!(
            "{:?} {:?} {:?} {} {} {median:?}",
            self.before, self.after, self.removed, self.vanished, self.newly_zero
        )
    }

    /// The median over all prices that were above zero and still are, in percent, and how many these are.
    pub(super) fn median_shift(&self) -> Option<(f64, u64)> {
        let still = self.before.positive.saturating_sub(self.touched);
        let mut shifts = self.shifts.clone();
        shifts.sort_by(f64::total_cmp);
        let falling = shifts.partition_point(|shift| *shift < 0.0);
        let count = shifts.len() as u64 + still;
        // Between those that fell and those that rose stand all that were not even looked at.
        let middle = count / 2;
        let median = if middle < falling as u64 {
            shifts.get(usize::try_from(middle).ok()?).copied()
        } else if middle < falling as u64 + still {
            Some(0.0)
        } else {
            shifts.get(usize::try_from(middle - still).ok()?).copied()
        };
        median.map(|median| (median, count))
    }
}

/// The row of the variant that an offer's key names.
pub(super) fn variant_row(generation: &Generation, key: &str) -> Option<u32> {
    let variant = match key.strip_prefix("sku:") {
        Some(sku) => generation.catalog.variant_by_sku(sku),
        None => generation.catalog.variant_by_id(key),
    };
    variant.map(|variant| variant.row)
}
