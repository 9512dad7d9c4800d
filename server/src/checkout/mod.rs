//! From a form to a durable order.

/// What the merchant allows: methods, countries, pages that must be accepted.
pub mod settings;

/// Which fields an address has in a country, and what stands in them.
pub mod address;

/// What the form of the checkout sent, field by field.
pub mod fields;

/// The form that was shown: its order's id, and the cart it was shown for.
pub mod ticket;

/// Orders made durable, several with one commit of the disk.
pub mod book;

/// An order, of a cart and a form.
pub mod order;

/// The form to withdraw from a contract.
pub(crate) mod withdrawal;

pub use settings::{Method, Settings};

use crate::keys::Keys;
use crate::limiter::Limiter;
use crate::payment::stripe::Stripe;
use crate::pricing::Pricing;
use book::Book;
use frontage_shared::store::Store;

/// What buying needs besides the generation.
pub struct Checkout {
    /// What the merchant allows.
    pub settings: Settings,
    /// What makes cookies, forms and links ours.
    pub keys: Keys,
    /// Where orders become durable.
    pub book: Book,
    /// Where orders are read.
    pub store: Store,
    /// How often one client may do what.
    pub limiter: Limiter,
    /// The provider, if orders can be paid with one.
    pub stripe: Option<Stripe>,
    /// The merchant's API, if it prices carts.
    pub pricing: Option<Pricing>,
}
