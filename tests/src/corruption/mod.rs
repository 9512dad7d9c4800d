//! Damage to the files of a generation, and what readers must make of it.
//!
//! Damage that keeps its checksums must be refused. Damage with checksums to match may be accepted where it is as
//! lawful as what was there before, but whatever is accepted must be readable to the last field without a panic.

/// Recomputes every checksum of a part after it was changed.
pub mod seal;

/// Calls every accessor of a generation.
pub mod walk;

/// Random flips, counted.
mod soak;

pub use soak::{Outcome, soak_corruption, soak_forged_text, soak_resealed};
