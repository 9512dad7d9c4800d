//! Addresses of fragments: pieces of pages that a script puts into a page, one at a time or several at once.

use std::fmt;

use frontage_shared::model::slug;

use super::choice::Choice;
use super::listing::Listing;
use super::{Route, RouteError, encoding};

/// Most fragments asked for at once.
const MOST_AT_ONCE: usize = 20;
/// Most products remembered as looked at.
const MOST_RECENT: usize = 12;

/// What scripts put into pages.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Fragment {
    /// `/partials/suggest?q=`: what a shopper may be about to search for.
    Suggest {
        /// What was typed so far, as a search keeps it.
        q: String,
    },
    /// `/partials/recent?p=&p=`: products as cards, in this order.
    Recent {
        /// At most [`MOST_RECENT`], each once.
        slugs: Vec<String>,
    },
    /// `/p/<slug>?part=`: a part of a product page.
    Part {
        /// The page, always a [`Route::Product`].
        page: Box<Route>,
        /// Which part.
        part: Part,
    },
    /// `/partials?u=&u=`: several fragments of one generation.
    Several {
        /// At most [`MOST_AT_ONCE`], in the order asked for; none of them [`Fragment::Several`].
        routes: Vec<Route>,
    },
}

/// A part of a product page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Price, stock, the form that buys, and the options.
    Buybox,
    /// Price and stock.
    Offer,
    /// What goes with it.
    Related,
    /// What the merchant says about it.
    Description,
}

impl Part {
    const ALL: [Self; 4] = [Self::Buybox, Self::Offer, Self::Related, Self::Description];

    /// As it stands in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Buybox => "buybox",
            Self::Offer => "offer",
            Self::Related => "related",
            Self::Description => "description",
        }
    }

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }
}

impl Fragment {
    /// Reads what stands behind `/partials`.
    pub(super) fn of(segments: &[&str], pairs: &[(String, String)]) -> Result<Self, RouteError> {
        let values = |wanted: &'static str| {
            let named = pairs.iter().filter(move |(name, _)| name == wanted);
            named.map(|(_, value)| value.as_str())
        };
        match *segments {
            [] => several(values("u")),
            ["suggest"] => Ok(Self::Suggest {
                q: Listing::search(values("q").next_back().unwrap_or_default()).q,
            }),
            ["recent"] => {
                let mut slugs: Vec<String> = Vec::new();
                for value in values("p").filter(|value| slug::is_valid(value)) {
                    if slugs.len() < MOST_RECENT && slugs.iter().all(|known| known != value) {
                        slugs.push(value.to_owned());
                    }
                }
                Ok(Self::Recent { slugs })
            }
            _ => Err(RouteError::NotFound),
        }
    }

    /// A product's page, or the part of it that stands among what was chosen.
    pub(super) fn or_page(slug: String, choice: Choice) -> Route {
        let (variant, mut options) = choice;
        let part = options.get("part").and_then(|code| Part::of_code(code));
        if part.is_some() {
            options.remove("part");
        }
        let page = Route::Product {
            slug,
            variant,
            options,
        };
        match part {
            Some(part) => Route::Fragment(Self::Part {
                page: Box::new(page),
                part,
            }),
            None => page,
        }
    }

    /// Whether one of what is asked for is one shopper's own.
    pub(super) fn is_personal(&self) -> bool {
        match self {
            Self::Several { routes } => routes.iter().any(Route::is_personal),
            _ => false,
        }
    }

    /// As [`Route::kind`].
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Suggest { .. } => "suggest",
            Self::Recent { .. } => "recent",
            Self::Part { .. } => "part",
            Self::Several { .. } => "partials",
        }
    }
}

fn several<'a>(urls: impl Iterator<Item = &'a str>) -> Result<Fragment, RouteError> {
    let mut routes = Vec::new();
    for url in urls {
        if routes.len() == MOST_AT_ONCE {
            return Err(RouteError::Malformed("more than 20 fragments at once"));
        }
        let route = Route::parse(url)?.route;
        match route {
            Route::Fragment(Fragment::Several { .. }) => {
                return Err(RouteError::Malformed("/partials does not hold itself"));
            }
            Route::Fragment(_) | Route::Offer { .. } | Route::CartPartial => routes.push(route),
            _ => return Err(RouteError::Malformed("only fragments come together")),
        }
    }
    match routes.is_empty() {
        true => Err(RouteError::Malformed("no fragment is asked for")),
        false => Ok(Fragment::Several { routes }),
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        match self {
            Self::Suggest { q } => {
                f.write_str("/partials/suggest")?;
                match q.as_str() {
                    "" => Ok(()),
                    q => encoding::write_pair(f, &mut first, "q", q),
                }
            }
            Self::Recent { slugs } => {
                f.write_str("/partials/recent")?;
                let mut slugs = slugs.iter();
                slugs.try_for_each(|slug| encoding::write_pair(f, &mut first, "p", slug))
            }
            Self::Part { page, part } => {
                let page = page.to_string();
                f.write_str(&page)?;
                first = !page.contains('?');
                encoding::write_pair(f, &mut first, "part", part.code())
            }
            Self::Several { routes } => {
                f.write_str("/partials")?;
                let mut urls = routes.iter().map(Route::href);
                urls.try_for_each(|url| encoding::write_pair(f, &mut first, "u", &url))
            }
        }
    }
}
