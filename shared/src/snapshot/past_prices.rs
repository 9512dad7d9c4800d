//! §12 Prices that a variant had, as far as the lowest of the last 30 days before a price follows from them.
//!
//! Only what can still be the lowest is kept. Of two prices the later one is in every window that the earlier one is in,
//! so an earlier price that was not lower is forgotten: what is kept ascends. Each price that ends forgets what lies
//! more than 30 days before that instant, so the first that is left is the lowest before the price that follows.

use super::price_lists::Prices;

/// How far back the lowest price counts: 30 days.
pub const WINDOW_SECONDS: i64 = 30 * 24 * 60 * 60;
/// Most prices kept of one variant.
pub const MAX_PAST_PRICES: usize = 16;

/// Prices that one variant had: when each ended, and what it was; the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastPrices(Vec<(i64, i64)>);

impl PastPrices {
    /// Of what a part or its writer knows.
    pub fn of(known: impl Iterator<Item = (i64, i64)>) -> Self {
        Self(known.collect())
    }

    /// When each price ended, and what it was; the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().copied()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Prices become others at an instant. A reduction that is told of without another price begins then, too.
    pub fn change(&mut self, at: i64, before: Prices, after: Prices) {
        let begins = after.is_reduced() && !before.is_reduced();
        if let Some(price) = before
            .price
            .filter(|_| before.price != after.price || begins)
        {
            self.end(at, price);
        }
    }

    /// A price ends at an instant.
    fn end(&mut self, at: i64, price: i64) {
        let earlier_is_lower = |&(_, earlier): &(i64, i64)| earlier < price;
        let kept = self.0.iter().rposition(earlier_is_lower);
        self.0.truncate(kept.map_or(0, |last| last + 1));
        // Two prices may end in one second, or a clock goes back: of the two, the lower one counts.
        if self.0.last().is_none_or(|&(until, _)| until < at) {
            self.0.push((at, price));
        }
        let start = at.saturating_sub(WINDOW_SECONDS);
        self.0.retain(|&(until, _)| until > start);
        if self.0.len() > MAX_PAST_PRICES {
            // Two become one: rather a price too low is told than one too high.
            let second = self.0.remove(1);
            if let Some(first) = self.0.first_mut() {
                first.0 = second.0;
            }
        }
    }

    /// The lowest price of the 30 days before the one that holds now, if it is known.
    pub fn lowest(&self) -> Option<i64> {
        self.0.first().map(|&(_, price)| price)
    }

    /// Forgets what no window will ever reach again. While a reduction is told of, the lowest price before it stays.
    pub fn settle(&mut self, now: i64, prices: Prices) {
        let Some(&(last, _)) = self.0.last() else {
            return;
        };
        if last > now.saturating_sub(WINDOW_SECONDS) {
            return;
        }
        match self.lowest().filter(|_| prices.is_reduced()) {
            Some(lowest) => self.0 = vec![(last, lowest)],
            None => self.0.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn price(price: i64) -> Prices {
        Prices {
            price: Some(price),
            compare_at: None,
        }
    }

    fn below(state: &mut u64, bound: i64) -> i64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(*state >> 33).unwrap() % bound
    }

    #[test]
    fn of_prices_that_end_in_one_second_the_lowest_counts() {
        for (first, second) in [(3, 5), (5, 3)] {
            let mut past = PastPrices::default();
            past.change(9, price(first), price(second));
            past.change(9, price(second), price(7));
            past.change(8, price(7), price(1));
            assert_eq!(past.iter().collect::<Vec<_>>(), [(9, 3)]);
        }
    }

    #[test]
    fn the_lowest_price_is_that_of_all_prices_of_thirty_days() {
        let mut state = 5;
        for _ in 0..200 {
            let (mut now, mut own, mut all) = (0, PastPrices::default(), Vec::new());
            let mut current = 50;
            for _ in 0..40 {
                now += 1 + below(&mut state, 6 * DAY);
                let next = 1 + below(&mut state, 60);
                own.change(now, price(current), price(next));
                if next != current {
                    all.push((now, current));
                    current = next;
                    let window = all
                        .iter()
                        .filter(|(until, _)| *until > now - WINDOW_SECONDS);
                    assert_eq!(own.lowest(), window.map(|&(_, price)| price).min());
                }
                let before = own.lowest();
                own.settle(
                    now,
                    Prices {
                        compare_at: Some(99),
                        ..price(current)
                    },
                );
                assert_eq!(own.lowest(), before, "settling loses nothing that is told");
                assert!(own.0.len() <= MAX_PAST_PRICES);
            }
        }
    }

    #[test]
    fn many_rising_prices_are_told_too_low_rather_than_too_high() {
        let mut own = PastPrices::default();
        for hour in 1..=200 {
            own.change(hour * 3_600, price(hour), price(hour + 1));
        }
        assert_eq!((own.0.len(), own.lowest()), (MAX_PAST_PRICES, Some(1)));
    }

    #[test]
    fn a_reduction_without_another_price_shows_that_it_is_none() {
        let mut own = PastPrices::default();
        let reduced = Prices {
            compare_at: Some(20),
            ..price(10)
        };
        own.change(100, price(10), reduced);
        assert_eq!(own.lowest(), Some(10));
        own.change(200, reduced, reduced);
        own.change(300, reduced, price(10));
        assert_eq!(own.0, [(100, 10)]);
    }

    #[test]
    fn what_is_not_reduced_is_forgotten_after_thirty_days() {
        let mut own = PastPrices::default();
        own.change(DAY, price(10), price(12));
        own.settle(31 * DAY - 1, price(12));
        assert!(!own.is_empty());
        own.settle(31 * DAY, price(12));
        assert!(own.is_empty());
    }
}
