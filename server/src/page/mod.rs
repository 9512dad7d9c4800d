//! Every page of the shop: one file per page, holding its view model, its builder and the struct of its template.
//!
//! A page is a pure function of a route, a generation and a context; `build` is that function.

/// What a page is, and which builder makes it.
mod build;

/// A product as a card in a list, and the pieces it shares with the product page.
mod card;

/// A category or brand.
mod category;

/// All brands, from A to Z.
mod brands;

/// A content page.
mod content;

/// The cart.
pub(crate) mod cart;

/// The checkout.
pub(crate) mod checkout;

/// The wishlist, and what is said about lists.
pub(crate) mod lists;

/// The comparison.
pub(crate) mod compare;

/// Pieces of pages, for scripts.
mod fragment;

/// What a shopper may be about to search for.
mod suggest;

/// An order.
pub(crate) mod receipt;

/// Prices of all that can be bought, as a table.
mod price_list;

/// The shop's promises, as structured data.
mod policies;

/// Being told when something can be had again.
pub(crate) mod restock;

/// Withdrawing from a contract.
pub(crate) mod withdrawal;

/// Sums under a cart, a checkout and an order.
mod sums;

/// What countries are called.
pub(crate) mod countries;

/// All guides and articles.
mod guides;

/// Refusals and failures, as pages that help.
mod error;

/// How amounts, counts and dates are written for a shopper.
pub(crate) mod format;

/// Locale data, and what the shop says in a language.
mod locale;

/// What the shop itself says.
mod words;

/// What every page shares.
mod frame;

/// The home page.
mod home;

/// What shopping services and agents read.
pub(crate) mod feed;

/// Price and stock of one variant, as a block and as a partial.
mod offer;

/// A product.
mod product;

/// Pictures for links to pages without one.
pub(crate) mod share;

/// What sets consist of.
mod bundle;

/// What structured data says about a product.
mod product_data;

/// Choosing a variant of a product.
mod variants;

/// Which of many products a listing shows, with which counts.
mod listing;

/// Which of them stand on one page of it.
mod order;

/// The filters of a list: asked for and offered.
mod filters;

/// A list of products with its filters, as pages show it.
mod results;

/// Pictures in several widths.
pub(crate) mod resize;

/// What shoppers say about products.
mod reviews;

/// Search results.
mod search;

/// What home and landing pages are made of.
mod sections;

/// What all pages share.
mod shell;

/// Sitemaps and robots.txt.
mod sitemap;

/// The same page in other languages.
mod languages;

/// Where a page is now that used to have another address.
mod moved;

/// Structured data that cannot end its script element.
mod json_ld;

/// Plain words out of HTML, short lines out of long ones.
mod text;

/// What every builder reads.
mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod listing_tests;
#[cfg(test)]
mod market;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod variants_tests;

pub use build::{Context, Kind, Page, build, error, not_found, redirected, settled};
pub(crate) use build::{HTML, TEXT, XML, render};
pub use fragment::several;
pub(crate) use fragment::several_of;
pub use resize::Resizer;
pub(crate) use view::View;
