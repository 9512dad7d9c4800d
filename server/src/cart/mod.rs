//! The cart: what a shopper wants to buy, kept in a signed cookie and nowhere else.

/// How a cart is written into a cookie and read back.
mod cookie;

/// A cart seen against the current generation: names, prices, what changed.
mod priced;

/// What a form does to a cart.
mod change;

pub use change::{Change, Outcome};
pub(crate) use change::{key_text, parse_key};
pub use cookie::{COOKIE_DAYS, CookieError};
pub(crate) use priced::variant_name;
pub use priced::{Choice, Line, Priced, Problem};

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;

/// Most lines of a cart.
pub const MOST_LINES: usize = 100;
/// Most pieces of one line.
pub const MOST_PIECES: u32 = 9_999;
/// Most coupons of a cart, and bytes of one.
pub const MOST_COUPONS: usize = 5;
/// Most bytes of a coupon's code.
pub const MOST_COUPON_BYTES: usize = 40;

/// What a shopper wants to buy.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cart {
    /// The generation whose prices the shopper saw last.
    pub generation: u64,
    /// Letters of the currency of those prices.
    pub currency: [u8; 3],
    /// At most [`MOST_LINES`], each variant once, in the order they were put in.
    pub items: Vec<Item>,
    /// Codes as the shopper wrote them.
    pub coupons: Vec<String>,
}

/// One variant and how many of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item {
    /// The variant's stable key in the snapshot.
    pub key: u64,
    /// From 1 to [`MOST_PIECES`].
    pub quantity: u32,
    /// The price of one that the shopper saw last, where so many are bought; minor units, none if there was none.
    pub seen: Option<i64>,
}

/// The cart is full: a further line was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a cart holds {MOST_LINES} lines")]
pub struct Full;

impl Cart {
    /// Puts so many more of a variant in; `price` says what one costs where there are as many as then.
    ///
    /// # Errors
    /// There are [`MOST_LINES`] others already.
    pub fn add(
        &mut self,
        key: u64,
        quantity: u32,
        price: impl FnOnce(u32) -> Option<i64>,
    ) -> Result<(), Full> {
        if let Some(item) = self.items.iter_mut().find(|item| item.key == key) {
            item.quantity = item.quantity.saturating_add(quantity).clamp(1, MOST_PIECES);
            item.seen = price(item.quantity);
            return Ok(());
        }
        if self.items.len() >= MOST_LINES {
            return Err(Full);
        }
        let quantity = quantity.clamp(1, MOST_PIECES);
        self.items.push(Item {
            key,
            quantity,
            seen: price(quantity),
        });
        Ok(())
    }

    /// Notes which generation the shopper sees. Prices in another currency than before are prices of another shop: they
    /// are forgotten.
    pub fn see(&mut self, generation: &Generation) {
        self.generation = generation.number();
        let mut letters = [0; 3];
        for (to, from) in letters.iter_mut().zip(generation.currency().code().bytes()) {
            *to = from;
        }
        if self.currency != letters && self.currency != [0; 3] {
            self.items.iter_mut().for_each(|item| item.seen = None);
        }
        self.currency = letters;
    }

    /// Whether the prices that the shopper saw are in this currency.
    pub fn is_in(&self, currency: Currency) -> bool {
        self.currency == *currency.code().as_bytes()
    }

    /// Makes it so many of a variant that is in the cart; 0 takes it out. Gives how many there were.
    pub fn set(&mut self, key: u64, quantity: u32) -> Option<u32> {
        let at = self.items.iter().position(|item| item.key == key)?;
        match quantity {
            0 => Some(self.items.remove(at).quantity),
            some => {
                let item = self.items.get_mut(at)?;
                let before = item.quantity;
                item.quantity = some.min(MOST_PIECES);
                Some(before)
            }
        }
    }

    /// How many pieces are in it.
    pub fn pieces(&self) -> u64 {
        self.items.iter().map(|item| u64::from(item.quantity)).sum()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What tells this cart from another: variants, quantities and coupons, not the prices seen.
    pub fn digest(&self) -> [u8; 8] {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for item in &self.items {
            hasher.update(&item.key.to_le_bytes());
            hasher.update(&item.quantity.to_le_bytes());
        }
        for coupon in &self.coupons {
            hasher.update(coupon.as_bytes());
            hasher.update(&[0]);
        }
        hasher.digest().to_le_bytes()
    }
}
