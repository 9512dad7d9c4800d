//! What a shop is made of. Plain values: no I/O, no clock, no serialisation.

/// Which of two names stands first, in the language of a shop.
pub mod collation;

/// Exact amounts in integer minor units.
pub mod money;

/// The only text allowed in a URL path segment.
pub mod slug;
