//! The home page: who we are, what we have, what is new.

use sailfish::TemplateSimple;

use super::card::{Card, Image};
use super::format::Number;
use super::frame::{Frame, Indexing, Link};

/// The home page.
#[derive(TemplateSimple)]
#[template(path = "home.stpl", rm_whitespace = true)]
pub(crate) struct HomePage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) headline: &'a str,
    pub(crate) description: &'a str,
    /// A few products to look at beside the headline.
    pub(crate) showcase: Vec<Showcase<'a>>,
    pub(crate) departments: Vec<Department<'a>>,
    pub(crate) featured: Vec<Card<'a>>,
    pub(crate) newest: Vec<Card<'a>>,
    pub(crate) brands: Vec<Link<'a>>,
}

/// A picture that leads to its product.
pub(crate) struct Showcase<'a> {
    pub(crate) href: String,
    pub(crate) image: Image<'a>,
}

/// A category as a tile.
pub(crate) struct Department<'a> {
    pub(crate) href: String,
    pub(crate) name: &'a str,
    pub(crate) image: Option<Image<'a>>,
    pub(crate) count: Option<Number>,
}
