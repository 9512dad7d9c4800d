//! What a shop is made of. Plain values: no I/O, no clock, no serialisation.

/// Exact amounts in integer minor units.
pub mod money;

/// The only text allowed in a URL path segment.
pub mod slug;
