//! A product as a card in a list, and the pieces it shares with the product page: image, price, stock.

use std::borrow::Cow;

use super::format::Amount;
use super::resize::Resizer;
use super::reviews::CardRating;
use super::words::Words;

/// A product in a grid. Templates read it as `card`.
pub(crate) struct Card<'a> {
    pub(crate) href: String,
    pub(crate) name: &'a str,
    pub(crate) brand: &'a str,
    pub(crate) image: Option<Image<'a>>,
    pub(crate) price: Option<Price>,
    /// `None` where everything is as a shopper expects: it can be had now.
    pub(crate) stock: Option<Stock>,
    /// What may be chosen, in words; empty for nothing.
    pub(crate) choices: String,
    /// The same as colours, where it is a matter of colour.
    pub(crate) swatches: Option<Swatches<'a>>,
    /// What shoppers say about it together.
    pub(crate) rating: Option<CardRating>,
    /// A line or two about it, where cards stand one below the other.
    pub(crate) summary: String,
    /// Whether the image may be on the first screen.
    pub(crate) eager: bool,
}

/// A picture of a product or category.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) url: &'a str,
    /// Empty where the name stands beside it.
    pub(crate) alt: &'a str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Its own width in pixels, as far as the feed tells it.
    pub(crate) own_width: Option<u32>,
    /// Whether it fills a square tile; others, often cut close, keep a margin.
    pub(crate) square: bool,
    /// What makes other widths of it, if anything does.
    pub(crate) resizer: Option<&'a Resizer>,
}

impl Image<'_> {
    /// `srcset` and `sizes`, as they stand in a tag; empty where there is one width only.
    pub(crate) fn widths(&self, sizes: &str) -> String {
        let set = self
            .resizer
            .map(|resizer| resizer.srcset(self.url, self.own_width));
        match set.filter(|set| !set.is_empty()) {
            Some(set) => format!(" srcset=\"{}\" sizes=\"{sizes}\"", escaped(&set)),
            None => String::new(),
        }
    }
}

/// Text in a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// Colours to choose from, each checked to be one.
pub(crate) struct Swatches<'a> {
    pub(crate) colours: Vec<&'a str>,
    /// How many values there are besides.
    pub(crate) more: usize,
}

/// What it costs, and what it cost.
pub(crate) struct Price {
    pub(crate) now: Amount,
    /// Whether `now` is the lowest of several.
    pub(crate) from: bool,
    pub(crate) was: Option<Amount>,
    /// Beside a reduction: the lowest price of the 30 days before it, in words, if it is known.
    pub(crate) lowest: Option<String>,
    /// Beside a reduction: until when it holds, in words, if it ends by itself.
    pub(crate) until: Option<String>,
    /// What one unit of it costs, in words, where that is to be told.
    pub(crate) per_unit: Option<String>,
}

impl Price {
    /// How much of the former price is saved, in words.
    pub(crate) fn saved(&self, words: &Words) -> Option<String> {
        let percent = percent_below(self.was?.money.minor, self.now.money.minor)?;
        let percent = self.now.locale.number(percent);
        Some(words.saved.fill(&[&percent]))
    }
}

/// How much less than one amount another is, in whole per cent; `None` below one.
pub(crate) fn percent_below(was: i64, now: i64) -> Option<u64> {
    let saved = was.checked_sub(now)?.checked_mul(100)?.checked_div(was)?;
    u64::try_from(saved).ok().filter(|&saved| saved >= 1)
}

/// Whether it can be had, in words.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Stock {
    pub(crate) level: Level,
    pub(crate) words: Cow<'static, str>,
}

/// How good the news about stock is; words always say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    /// Can be had now.
    Good,
    /// Can be had, but hurry or wait.
    Some,
    /// Cannot be had.
    None,
}

impl Level {
    /// The class in the stylesheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Some => "some",
            Self::None => "none",
        }
    }
}
