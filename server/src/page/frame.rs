//! What every page shares: the document's head, the header with search and departments, breadcrumbs and footer.
//!
//! A page is either canonical to itself or not for indexes, never both and never neither.

use frontage_shared::model::money::Money;
use frontage_shared::snapshot::categories::Category;

use super::json_ld::Json;
use super::languages::{self, Alternate};
use super::locale::Locale;
use super::shell::Shell;
use super::view::View;
use super::{Context, text};
use crate::lists::ListKind;
use crate::policies::Telephone;
use crate::route::{Fragment, Listing, Route, Withdrawal};
use crate::theme::Theme;

/// How much of a text stands in search results.
const DESCRIPTION_CHARS: usize = 158;

/// The frame around a page. Templates read it as `frame`.
pub(crate) struct Frame<'a> {
    /// BCP 47 tag of the shop's language, and the direction it is written in.
    pub(crate) lang: &'a str,
    pub(crate) direction: &'static str,
    pub(crate) locale: Locale,
    /// The document's title, the shop's name included.
    pub(crate) title: String,
    /// One or two sentences for search results; empty for none.
    pub(crate) description: String,
    /// Whether and as what search engines may index the page.
    pub(crate) indexing: Indexing,
    /// Neighbours of a page of results.
    pub(crate) prev: Option<String>,
    pub(crate) next: Option<String>,
    /// The kind of thing shown, in Open Graph's words.
    pub(crate) og_type: &'static str,
    /// A whole address.
    pub(crate) og_image: Option<String>,
    /// The theme's picture for pages that have none; a whole address.
    pub(crate) share_image: Option<String>,
    /// The address of a card with the page's name, for links to what has no other picture.
    pub(crate) card: Option<String>,
    /// The price of the variant shown, for previews of links.
    pub(crate) og_price: Option<Money>,
    pub(crate) currency: &'a str,
    /// JSON-LD, escaped for a script element; empty for none.
    pub(crate) json_ld: String,
    pub(crate) theme: &'a Theme,
    pub(crate) shop: ShopNames<'a>,
    /// Path of the cart, and of the partial with what is in it; none in a catalogue.
    pub(crate) cart: Option<(String, String)>,
    /// Paths of wishlist and comparison, and of suggestions; none while there is no shop to show.
    pub(crate) own: Option<Own>,
    /// Where one withdraws from a contract; none in a catalogue.
    pub(crate) withdrawal_href: Option<String>,
    /// Where the shop begins, and where searches go.
    pub(crate) home_href: String,
    pub(crate) search_href: String,
    /// What stands in the search box.
    pub(crate) query: &'a str,
    /// The ways through the shop; none while there is no shop to show.
    pub(crate) shell: Option<&'a Shell>,
    /// Path of the department that the page lies in; empty for none.
    pub(crate) department: String,
    /// From the shop down to this page; the last one is this page. Empty on the home page.
    pub(crate) crumbs: Vec<Link<'a>>,
    /// This page in the shop's languages, if it has several.
    pub(crate) languages: Vec<Alternate<'a>>,
}

/// Whether and as what search engines may index a page.
pub(crate) enum Indexing {
    /// Indexed under this absolute address, with those of the same page in all languages of the shop if it has
    /// several: tag and address, the shop's own first.
    Canonical(String, Vec<(String, String)>),
    /// Not indexed, its links followed.
    NoIndex,
}

/// How the shop calls itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct ShopNames<'a> {
    pub(crate) name: &'a str,
    pub(crate) tagline: &'a str,
    pub(crate) email: &'a str,
    pub(crate) telephone: Option<&'a Telephone>,
}

/// Where a shopper's own lists are, and what helps them to search.
pub(crate) struct Own {
    pub(crate) wishlist: String,
    pub(crate) compare: String,
    pub(crate) suggest: String,
}

/// A link and its words.
pub(crate) struct Link<'a> {
    pub(crate) name: &'a str,
    /// A path printed by `Route`.
    pub(crate) href: String,
    /// Whether this is the page itself.
    pub(crate) current: bool,
}

impl<'a> Frame<'a> {
    /// The frame of a page of this shop, without breadcrumbs and structured data.
    pub(crate) fn new(view: &View<'a>, title: &str, indexing: Indexing) -> Self {
        let shop = view.shop;
        // A merchant's own title may name the shop already.
        let title = match title {
            "" => shop.name.to_owned(),
            whole if whole.contains(shop.name) => whole.to_owned(),
            part => format!("{part} · {}", shop.name),
        };
        // What is for one customer group is not for search engines.
        let indexing = match view.catalog.group() {
            Some(_) => Indexing::NoIndex,
            None => indexing,
        };
        Self {
            lang: shop.locale,
            direction: view.locale.direction(),
            locale: view.locale,
            currency: shop.currency,
            cart: view
                .ctx
                .sells
                .then(|| (view.href(&Route::cart()), view.href(&Route::CartPartial))),
            withdrawal_href: view
                .ctx
                .takes_withdrawals
                .then(|| view.href(&Route::Withdrawal(Withdrawal::default()))),
            own: Some(Own {
                wishlist: view.href(&Route::list(ListKind::Wish, None)),
                compare: view.href(&Route::list(ListKind::Compare, None)),
                suggest: view.href(&Route::Fragment(Fragment::Suggest { q: String::new() })),
            }),
            shell: Shell::of(view),
            languages: languages::alternates(view, view.route.unwrap_or(&Route::Home)),
            home_href: view.href(&Route::Home),
            search_href: view.href(&Route::search(Listing::new())),
            shop: ShopNames {
                name: shop.name,
                tagline: shop.tagline,
                email: shop.email,
                telephone: view.ctx.policies.and_then(|all| all.telephone.as_ref()),
            },
            ..Self::bare(view.ctx, title, indexing)
        }
    }

    /// The frame of a page when there is no shop to show yet.
    pub(crate) fn bare(ctx: &'a Context<'a>, title: String, indexing: Indexing) -> Self {
        let locale = Locale::of("en");
        let words = locale.words();
        Self {
            lang: "en",
            direction: locale.direction(),
            locale,
            title,
            description: String::new(),
            indexing,
            prev: None,
            next: None,
            og_type: "website",
            og_image: None,
            share_image: ctx
                .theme
                .share_image
                .as_ref()
                .map(|href| format!("{}{href}", ctx.base_url)),
            card: None,
            og_price: None,
            currency: "",
            json_ld: String::new(),
            theme: ctx.theme,
            shop: ShopNames {
                name: &words.shop,
                ..ShopNames::default()
            },
            cart: None,
            own: None,
            withdrawal_href: None,
            home_href: Route::Home.href(),
            search_href: Route::search(Listing::new()).href(),
            query: "",
            shell: None,
            department: String::new(),
            crumbs: Vec::new(),
            languages: Vec::new(),
        }
    }

    /// What the theme puts into a slot of this page.
    pub(crate) fn slot(&self, name: &str) -> &'a str {
        self.theme.slots.get(name, self.lang)
    }

    /// Puts the page below the shop and these categories, and marks its department.
    pub(crate) fn place(&mut self, view: &View<'a>, trail: &[Category<'a>], own: Option<Link<'a>>) {
        self.crumbs.push(view.link(&view.words.home, &Route::Home));
        for category in trail {
            let route = Route::category(category.path());
            self.crumbs.push(view.link(category.name(), &route));
        }
        self.crumbs.extend(own);
        if let Some(root) = trail.first() {
            self.department = view.href(&Route::category(root.path()));
        }
        if let Some(last) = self.crumbs.last_mut() {
            last.current = true;
        }
    }

    /// Sets the description from the merchant's words for it, or else from a longer text.
    pub(crate) fn describe(&mut self, own: &str, html: &str) {
        self.description = if own.is_empty() {
            text::plain(html, DESCRIPTION_CHARS)
        } else {
            text::shorten(own, 2 * DESCRIPTION_CHARS)
        };
    }

    /// Adds the breadcrumbs to structured data.
    pub(crate) fn crumbs_as_data(&self, view: &View<'_>, json: &mut Json) {
        json.item("BreadcrumbList", |list| {
            list.list("itemListElement", |items| {
                for (index, crumb) in self.crumbs.iter().enumerate() {
                    items.item("ListItem", |item| {
                        item.number("position", index + 1);
                        item.text("name", crumb.name);
                        item.text("item", &view.absolute(&crumb.href));
                    });
                }
            });
        });
    }
}

impl Indexing {
    /// Indexed under the address of this route.
    pub(crate) fn as_route(view: &View<'_>, route: &Route) -> Self {
        let alternates = languages::alternates(view, route).into_iter();
        let alternates = alternates.map(|page| (page.tag.to_owned(), view.absolute(&page.href)));
        Self::Canonical(view.url(route), alternates.collect())
    }

    pub(crate) fn is_noindex(&self) -> bool {
        matches!(self, Self::NoIndex)
    }
}
