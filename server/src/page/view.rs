//! What every builder reads: the generation, the context, and how this shop writes prices and links.

use std::borrow::Cow;
use std::fmt::Display;

use frontage_shared::model::money::{Currency, Money};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::{Catalog, ShopInfo};
use frontage_shared::snapshot::categories::Category;
use frontage_shared::snapshot::offers::{Availability, Offers};
use frontage_shared::snapshot::products::{Media, Product, Variant};

use super::Context;
use super::card::{Card, Image, Level, Price, Stock, Swatches};
use super::format::{self, Amount, Day};
use super::frame::Link;
use super::home::Department;
use super::locale::Locale;
use super::offer;
use super::reviews;
use super::words::{Counted, Words};
use crate::live;
use crate::route::Route;

/// Most swatches on a card.
const CARD_SWATCHES: usize = 4;
/// Size of a picture whose own size the feed does not tell; the stylesheet keeps its place either way.
const UNKNOWN_SIZE: (u32, u32) = (800, 800);

/// A generation seen through a request's context.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) generation: &'a Generation,
    pub(crate) catalog: &'a Catalog,
    pub(crate) offers: &'a Offers,
    pub(crate) ctx: &'a Context<'a>,
    pub(crate) shop: ShopInfo<'a>,
    pub(crate) locale: Locale,
    pub(crate) words: &'static Words,
    pub(crate) currency: Currency,
    /// What every path on this page begins with: nothing, or `/` and the page's language.
    pub(crate) prefix: &'a str,
    /// What was asked for, if it is an address of ours.
    pub(crate) route: Option<&'a Route>,
    /// The instant of the request, Unix seconds.
    pub(crate) now: i64,
}

impl<'a> View<'a> {
    pub(crate) fn new(generation: &'a Generation, ctx: &'a Context<'a>) -> Self {
        let generation = generation.in_locale(ctx.locale);
        let own: &Catalog = &generation.catalog;
        let catalog = own.in_locale(ctx.locale).unwrap_or(own);
        let shop = catalog.shop();
        let currency = generation.offers.currency_code();
        let shop = ShopInfo {
            currency: currency.unwrap_or(shop.currency),
            ..shop
        };
        let locale = Locale::of(shop.locale);
        Self {
            generation,
            catalog,
            offers: &generation.offers,
            ctx,
            shop,
            locale,
            words: locale.words(),
            currency: generation.currency(),
            prefix: catalog.prefix(),
            route: None,
            now: live::seconds(ctx.now),
        }
    }

    /// The same view in another of the shop's languages.
    pub(crate) fn in_language(&self, catalog: &'a Catalog) -> Self {
        let shop = ShopInfo {
            currency: self.shop.currency,
            ..catalog.shop()
        };
        let locale = Locale::of(shop.locale);
        Self {
            catalog,
            shop,
            locale,
            words: locale.words(),
            prefix: catalog.prefix(),
            ..*self
        }
    }

    /// An amount in the currency of the page.
    pub(crate) fn amount(&self, minor: i64) -> Amount {
        self.locale.amount(self.money(minor))
    }

    /// So many minor units of the currency of the page.
    pub(crate) fn money(&self, minor: i64) -> Money {
        Money {
            minor,
            currency: self.currency,
        }
    }

    /// The day of an instant, in the shop's time zone.
    pub(crate) fn day(&self, unix_seconds: i64) -> Day {
        self.locale.day(self.ctx.time_zone.local(unix_seconds))
    }

    /// The last day of what ends at an instant: its last second counts, not the first one after it.
    pub(crate) fn last_day(&self, unix_seconds: i64) -> Day {
        self.day(unix_seconds.saturating_sub(1))
    }

    /// The day of an instant, in the shop's time zone, for machines.
    pub(crate) fn iso_day(&self, unix_seconds: i64) -> String {
        format::iso_day(self.ctx.time_zone.local(unix_seconds))
    }

    /// The path of a route, as links on this page write it.
    pub(crate) fn href(&self, route: &Route) -> String {
        route.href_in(self.prefix)
    }

    /// The whole address of a route.
    pub(crate) fn url(&self, route: &Route) -> String {
        format!("{}{}", self.ctx.base_url, self.href(route))
    }

    /// A link to a route.
    pub(crate) fn link(&self, name: &'a str, route: &Route) -> Link<'a> {
        Link {
            name,
            href: self.href(route),
            current: false,
        }
    }

    /// The whole address of a path of ours; other addresses stay as they are.
    pub(crate) fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') {
            format!("{}{address}", self.ctx.base_url)
        } else {
            address.to_owned()
        }
    }

    /// The first picture of a product: its own, or that of a variant.
    pub(crate) fn first_image(&self, product: &Product<'a>, alt: &'a str) -> Option<Image<'a>> {
        let own = self.picture(product.media(), alt);
        own.or_else(|| self.picture(product.variants().next()?.media(), alt))
    }

    /// The first picture of some media.
    pub(crate) fn picture(
        &self,
        mut media: impl Iterator<Item = Media<'a>>,
        alt: &'a str,
    ) -> Option<Image<'a>> {
        media.find_map(|media| image(self, &media, alt))
    }

    /// A product in a list.
    pub(crate) fn card(&self, product: &Product<'a>, eager: bool) -> Card<'a> {
        let offer = self.offers.product(product.row);
        let price = offer.prices.map(|(low, high)| Price {
            now: self.amount(low),
            from: high > low,
            was: offer
                .compare_at
                .filter(|&was| was > low)
                .map(|was| self.amount(was)),
            lowest: None,
            until: None,
            per_unit: only_variant(product)
                .and_then(|variant| offer::per_unit(self, &variant, low)),
        });
        let (choices, swatches) = self.choices(product);
        Card {
            href: self.href(&Route::product(product.slug())),
            name: product.name(),
            brand: product.brand().map_or("", |brand| brand.name()),
            image: self.first_image(product, ""),
            price,
            stock: card_stock(offer.availability, self.words),
            choices,
            swatches,
            rating: reviews::of_card(self, product.row),
            summary: String::new(),
            eager,
        }
    }

    /// What may be chosen of a product: in words, and as colours where its options have some.
    fn choices(&self, product: &Product<'a>) -> (String, Option<Swatches<'a>>) {
        let variants = product.variant_rows().len();
        if variants < 2 {
            return (String::new(), None);
        }
        let coloured = product.options().find(|option| {
            option
                .values()
                .any(|value| colour(value.swatch()).is_some())
        });
        let Some(option) = coloured.or_else(|| product.options().next()) else {
            let words = self.count(&self.words.variants, variants, &[]);
            return (words, None);
        };
        let values = option.value_rows().len();
        let words = self.count(&self.words.choices, values, &[&option.name()]);
        let mut colours: Vec<_> = option
            .values()
            .filter_map(|value| colour(value.swatch()))
            .collect();
        colours.truncate(CARD_SWATCHES);
        let swatches = (!colours.is_empty()).then(|| Swatches {
            colours,
            more: values.saturating_sub(CARD_SWATCHES),
        });
        (words, swatches)
    }

    /// A message about so many of something, and what else stands in it.
    pub(crate) fn count(&self, message: &Counted, count: usize, others: &[&dyn Display]) -> String {
        let count = count as u64;
        let number = self.locale.number(count);
        let mut values: Vec<&dyn Display> = vec![&number];
        values.extend(others);
        self.words.count(message, count, &values)
    }

    /// Cards of these rows, as many as exist; the first row of them loads its pictures at once.
    pub(crate) fn cards(&self, rows: impl Iterator<Item = u32>, eager: usize) -> Vec<Card<'a>> {
        let products = rows.filter_map(|row| self.catalog.product(row));
        products
            .enumerate()
            .map(|(index, product)| self.card(&product, index < eager))
            .collect()
    }

    /// A category as a tile, with its own picture or that of its first product.
    pub(crate) fn department(&self, category: &Category<'a>) -> Department<'a> {
        let own = self.picture(category.media(), "");
        let first = || self.first_image(&self.catalog.product(category.products().next()?)?, "");
        Department {
            href: self.href(&Route::category(category.path())),
            name: category.name(),
            image: own.or_else(first),
            count: Some(self.locale.number(category.products().len() as u64)),
        }
    }

    /// The top of the category tree, without empty ones. One that stands alone gives way to what is below it.
    pub(crate) fn top_categories(&self) -> Vec<Category<'a>> {
        let filled = |category: &Category<'a>| category.products().len() > 0;
        let tops: Vec<_> = self.catalog.root_categories().filter(filled).collect();
        let below = match tops.as_slice() {
            [only] => only.children().filter(filled).collect(),
            _ => Vec::new(),
        };
        if below.len() > 1 { below } else { tops }
    }

    /// The top of the category tree as tiles, without empty ones.
    pub(crate) fn departments(&self, most: usize) -> Vec<Department<'a>> {
        let tops = self.top_categories().into_iter();
        tops.take(most)
            .map(|category| self.department(&category))
            .collect()
    }
}

/// The variant of a product that has no other.
fn only_variant<'a>(product: &Product<'a>) -> Option<Variant<'a>> {
    let is_alone = product.variant_rows().len() == 1;
    product.variants().next().filter(|_| is_alone)
}

/// A picture that a page may show; `None` for a film, or an address a browser would not fetch as one.
pub(crate) fn image<'a>(view: &View<'a>, media: &Media<'a>, alt: &'a str) -> Option<Image<'a>> {
    let url = media.url();
    let size = media.size();
    let (width, height) = size.unwrap_or(UNKNOWN_SIZE);
    let square = size.is_some() && width == height;
    (media.is_image() && is_fetchable(url)).then_some(Image {
        url,
        alt,
        width,
        height,
        own_width: size.map(|_| width),
        square,
        resizer: view.ctx.resizer,
    })
}

/// Whether an address is one that a browser may be sent to.
pub(crate) fn is_fetchable(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://") || is_local(url)
}

/// A path of our own origin; `//host` is not one.
fn is_local(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\")
}

/// A colour that may stand in an attribute: `#rgb` or `#rrggbb`.
pub(crate) fn colour(swatch: &str) -> Option<&str> {
    let digits = swatch.strip_prefix('#')?;
    (matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then_some(swatch)
}

/// What a card says about stock: nothing, if it is as expected.
fn card_stock(availability: Availability, words: &'static Words) -> Option<Stock> {
    let (level, words) = match availability {
        Availability::InStock | Availability::NotStated => return None,
        Availability::MadeToOrder => (Level::Some, &words.made_to_order),
        Availability::Backorder => (Level::Some, &words.available_later),
        Availability::Preorder => (Level::Some, &words.pre_order),
        Availability::OutOfStock => (Level::None, &words.out_of_stock),
        Availability::Discontinued => (Level::None, &words.no_longer_available),
    };
    Some(Stock {
        level,
        words: Cow::Borrowed(words),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hex_colours_are_colours() {
        for good in ["#fff", "#A0b1C2"] {
            assert_eq!(colour(good), Some(good));
        }
        for bad in [
            "", "#", "red", "#12345", "#ggg", "#fff;x", "url(#a)", "#ffff",
        ] {
            assert_eq!(colour(bad), None, "{bad}");
        }
    }

    #[test]
    fn another_origin_is_not_a_path_of_ours() {
        assert!(is_local("/media/1.jpg"));
        for other in ["//host/x", "/\\host", "x", "javascript:alert(1)", ""] {
            assert!(!is_local(other), "{other}");
        }
    }
}
