//! A product: pictures, choice of variant, price and stock, what it is made of, what goes with it.

use sailfish::TemplateSimple;

use super::card::{Card, Image};
use super::frame::{Frame, Indexing, Link};
use super::offer::Offer;

/// A product page, showing one variant.
#[derive(TemplateSimple)]
#[template(path = "product.stpl", rm_whitespace = true)]
pub(crate) struct ProductPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) images: Vec<Image<'a>>,
    pub(crate) brand: Option<Link<'a>>,
    pub(crate) name: &'a str,
    /// What the shown variant is called, if it has a name of its own.
    pub(crate) variant_name: &'a str,
    pub(crate) offer: Offer,
    /// Path of the product without a choice.
    pub(crate) action: String,
    pub(crate) options: Vec<OptionChoice<'a>>,
    /// Which kinds of option values there are, to explain how they look.
    pub(crate) has_lists: bool,
    pub(crate) has_sold_out: bool,
    pub(crate) has_elsewhere: bool,
    /// HTML that ingest sanitised.
    pub(crate) short_description: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) description: &'a str,
    /// Article numbers by their names.
    pub(crate) codes: Vec<(&'static str, &'a str)>,
    pub(crate) groups: Vec<AttributeGroup<'a>>,
    pub(crate) related_title: &'static str,
    pub(crate) related: Vec<Card<'a>>,
}

/// One option and its values.
pub(crate) struct OptionChoice<'a> {
    /// Position among the options, for ids.
    pub(crate) index: usize,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    /// Name of the chosen value; empty for none.
    pub(crate) chosen: &'a str,
    /// Whether there are too many values for links.
    pub(crate) as_list: bool,
    pub(crate) values: Vec<Choice<'a>>,
}

/// One value of an option, and the variant it leads to.
pub(crate) struct Choice<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) href: String,
    /// A colour as `#rrggbb`, checked to be one.
    pub(crate) swatch: Option<&'a str>,
    pub(crate) state: State,
}

/// How an option value stands to the variant shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// The shown variant has it.
    Chosen,
    /// The variant with it and the other chosen values can be had.
    Free,
    /// That variant cannot be had now.
    SoldOut,
    /// There is no such variant; the link leads to another one with this value.
    Elsewhere,
}

impl State {
    /// The class in the stylesheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Free => "free",
            Self::SoldOut => "sold",
            Self::Elsewhere => "else",
        }
    }

    /// The same in words, for those who do not see the class.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Chosen | Self::Free => "",
            Self::SoldOut => "sold out",
            Self::Elsewhere => "not in this combination, changes the other choice",
        }
    }
}

/// Attributes that belong together.
pub(crate) struct AttributeGroup<'a> {
    /// Empty for the only or nameless group.
    pub(crate) name: &'a str,
    pub(crate) rows: Vec<AttributeRow<'a>>,
}

/// One attribute.
pub(crate) struct AttributeRow<'a> {
    pub(crate) label: &'a str,
    pub(crate) value: String,
}
