//! **map**: a record in the merchant's shape to documents in ours.
//!
//! Three ways: records that are documents already pass; a field map of plain paths runs natively; anything else is jq,
//! on a thread of its own with a clock beside it. A record that cannot be mapped is refused by itself; only a mapping
//! that does not compile, hangs or crashes ends a run.

mod apply;
mod decimal;
mod engine;
mod error;
mod expression;
mod fields;
mod helpers;
mod jq;
mod quick; // filters of jq's library, without interpreting them
mod shape;
mod time;
mod worker;

#[cfg(test)]
mod tests;

pub use apply::{Mapped, Mapper, check, check_orders};
pub use error::{MapError, Refusal};
