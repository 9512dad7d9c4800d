//! What a cart costs: a pure function of the shop's terms, the basket and the time.
//!
//! No I/O, no clock, no floats: amounts are whole minor units of the shop's one currency, products of them are
//! taken in 128 bits, and whatever is split sums to what was split. `docs/promotions.md` states the rules in words.

/// The shop's rules: promotions, delivery methods, taxes.
pub mod terms;

/// What is in the cart, where it goes, who buys and when.
pub mod basket;

/// The answer: every line, discount, method and tax, and the amount to pay.
pub mod total;

/// Rounding, and splitting an amount so that its shares sum to it.
pub mod split;

/// Which promotions may apply, and why a coupon may not.
mod judge;

/// What a promotion takes off which line.
mod discount;

/// Which delivery methods reach the destination, and what they cost.
mod delivery;

/// The tax of every line, rounded once.
mod tax;

/// Lines from what a generation says.
mod line;

#[cfg(test)]
pub(crate) mod tests;

#[cfg(test)]
pub(crate) mod strategies;

#[cfg(test)]
mod properties;

pub use basket::{Basket, Destination, Line};
pub use terms::{
    Action, Band, Basis, DeliveryMethod, Per, PickupLocation, Postcodes, Promotion, Rate, Rounding,
    Selection, Stacking, TaxRate, Taxes, Terms,
};
pub use total::{
    ChosenDelivery, CouponRefusal, DeliveryOption, Discount, LineTotal, RefusedCoupon, TaxTotal,
    Totals, TotalsError, total,
};
