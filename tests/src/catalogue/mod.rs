//! The catalogue of the invented shop Northlight: what the sample back end serves and benches compile.
//!
//! Product `i` is a pure function of the seed and `i`, so that a million products need no more memory than one,
//! and the same seed gives the same shop on every machine.

/// German words for it.
pub mod german;

/// What the shop sells: departments, groups, kinds of product, colours and sizes, read from the tables beside it.
pub mod assortment;
/// Content pages: about, delivery, returns.
pub mod content;
/// The catalogue as our own canonical documents.
pub mod document;
/// Typed facts about a product: weight, power, material.
pub mod fact;
/// Large catalogues, as real shops have them.
pub mod large;
/// What shoppers say about products.
pub mod opinion;
/// Product illustrations, drawn as SVG at request time.
pub mod picture;
/// One product and everything that can be asked about it.
pub mod product;
/// Descriptions, teasers and names.
pub mod prose;
/// Options, variants, article numbers and prices.
pub mod variant;

mod dice;

pub use assortment::Assortment;
pub use dice::Dice;
pub use product::{Catalogue, Product};
