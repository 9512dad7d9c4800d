//! Prices and stock, which move.
//!
//! Each tick moves a few articles away from their opening offers; the moves follow from the seed and the tick's
//! number alone, so that the same number of ticks always leads to the same prices.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalogue::Dice;
use crate::catalogue::variant::{Availability, Offer, quantity, with_ending};

use super::Data;

/// How many prices and how many quantities move with a tick.
const PRICES: usize = 6;
const QUANTITIES: usize = 24;

/// Something that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The article's number.
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// Its price before, in cents.
    pub from_cents: i64,
    /// Its offer now.
    pub now: Offer,
}

/// All offers: the opening ones and what has moved since.
#[derive(Debug)]
pub(super) struct Market {
    data: Arc<Data>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tick: u64,
    /// Grows with every change of any sort, for the ETag.
    version: u64,
    /// Current offers of the articles that ever moved.
    moved: HashMap<String, Offer>,
}

impl Market {
    pub(super) fn new(data: Arc<Data>) -> Self {
        Self {
            data,
            state: Mutex::default(),
        }
    }

    /// A number that changes whenever an offer does.
    pub(super) fn version(&self) -> u64 {
        self.state().version
    }

    /// Every offer as it is now.
    pub(super) fn offers(&self) -> impl Iterator<Item = (String, Offer)> + Send + use<> {
        let moved = self.state().moved.clone();
        Arc::clone(&self.data)
            .offers()
            .map(move |(sku, offer)| match moved.get(&sku) {
                Some(now) => (sku, now.clone()),
                None => (sku, offer),
            })
    }

    /// Lets some time pass: a few prices and quantities move, the showcase's price always.
    pub(super) fn tick(&self) -> Vec<Change> {
        let mut state = self.state();
        state.tick += 1;
        state.version += 1;
        let mut dice = Dice::new(0, "tick", state.tick);
        let mut changes = Vec::new();
        let mut chosen: Vec<_> = self.data.showcase().into_iter().collect();
        chosen.extend((0..PRICES + QUANTITIES).filter_map(|_| self.data.any(&mut dice)));
        for (position, (sku, name, opening)) in chosen.into_iter().enumerate() {
            let before = state.moved.get(&sku).unwrap_or(&opening).clone();
            let now = match position {
                0..=PRICES => repriced(&opening, &before, &mut dice),
                _ => restocked(&before, &mut dice),
            };
            if now != before {
                let from_cents = before.cents;
                state.moved.insert(sku.clone(), now.clone());
                changes.push(Change {
                    sku,
                    name,
                    from_cents,
                    now,
                });
            }
        }
        changes
    }

    /// Replaces the offer of an article by what a function makes of it; `None` if there is no such article.
    pub(super) fn change(&self, sku: &str, edit: impl FnOnce(&mut Offer)) -> Option<Offer> {
        let mut state = self.state();
        let mut offer = match state.moved.get(sku) {
            Some(offer) => offer.clone(),
            None => {
                Arc::clone(&self.data)
                    .offers()
                    .find(|(known, _)| known == sku)?
                    .1
            }
        };
        edit(&mut offer);
        state.version += 1;
        state.moved.insert(sku.to_owned(), offer.clone());
        Some(offer)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A price within an eighth of the opening one, and never the one it has.
fn repriced(opening: &Offer, before: &Offer, dice: &mut Dice) -> Offer {
    let mut now = before.clone();
    for _ in 0..8 {
        now.cents = with_ending(opening.cents * dice.range(88, 112) / 100, dice);
        if now.cents != before.cents {
            break;
        }
    }
    if now.cents == before.cents {
        now.cents += 100;
    }
    now.was = opening
        .was
        .or(Some(opening.cents))
        .filter(|&was| was > now.cents);
    now
}

fn restocked(before: &Offer, dice: &mut Dice) -> Offer {
    if before.availability == Availability::MadeToOrder {
        return before.clone();
    }
    let sold = dice.range(1, 4);
    let quantity = if before.quantity > 0 {
        (before.quantity - sold).max(0)
    } else {
        quantity(dice)
    };
    let availability = if quantity > 0 {
        Availability::InStock
    } else {
        Availability::OutOfStock
    };
    Offer {
        quantity,
        availability,
        available_at: None,
        ..before.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market() -> Market {
        Market::new(Arc::new(Data::generated(300)))
    }

    #[test]
    fn the_same_ticks_lead_to_the_same_prices() {
        let (one, other) = (market(), market());
        for _ in 0..5 {
            assert_eq!(one.tick(), other.tick());
        }
        assert!(one.offers().eq(other.offers()));
    }

    #[test]
    fn the_showcase_moves_with_every_tick() {
        let market = market();
        let opening = market.data.showcase().expect("a product").0;
        let (mut last, mut version) = (0, market.version());
        for _ in 0..20 {
            let changes = market.tick();
            let showcase = changes
                .iter()
                .find(|change| change.sku == opening)
                .expect("a change");
            assert_ne!(showcase.now.cents, last);
            assert!(showcase.now.was.is_none_or(|was| was > showcase.now.cents));
            assert!(market.version() > version);
            (last, version) = (showcase.now.cents, market.version());
        }
    }

    #[test]
    fn a_change_is_seen_and_an_unknown_article_is_not_invented() {
        let market = market();
        let (sku, _) = market.offers().nth(7).expect("an offer");
        assert_eq!(
            market
                .change(&sku, |offer| offer.cents = 4242)
                .expect("the offer")
                .cents,
            4242
        );
        assert_eq!(
            market
                .offers()
                .find(|(known, _)| *known == sku)
                .expect("the offer")
                .1
                .cents,
            4242
        );
        assert_eq!(market.change("nothing", |_| {}), None);
    }
}
