//! What the tests, benches and the demo share.

/// The catalogue of an invented shop, generated.
pub mod catalogue;

/// The sample back end that serves it.
pub mod backend;
