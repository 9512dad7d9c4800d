//! Price and stock of one variant: a block of the product page, and the partial that refreshes it.
//!
//! Both are the same template over the same view model, so they cannot disagree.

use std::borrow::Cow;

use sailfish::TemplateSimple;

use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::snapshot::routes::RouteKind;

use super::card::{self, Level, Price, Stock};
use super::places::{self, Places};
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render, variants};
use crate::cache_policy::CachePolicy;
use crate::route::Route;

/// Up to how many left are told by number.
pub(super) const FEW: i64 = 5;

/// Price and stock. Templates read it as `offer`.
pub(crate) struct Offer {
    /// Where the block is refreshed from.
    pub(crate) href: String,
    pub(crate) price: Option<Price>,
    /// What one costs where many are bought; empty if that is no less.
    pub(crate) tiers: Vec<Tier>,
    pub(crate) stock: Stock,
    /// Within how many days it leaves, in words; empty if nobody says, or the day is known.
    pub(crate) leaves: String,
    /// Where it can be collected, if that is known.
    pub(crate) places: Option<Places>,
}

/// What one costs from a quantity on, in words.
pub(crate) struct Tier {
    pub(crate) from: String,
    pub(crate) each: String,
    /// How much less than a single one; empty below one per cent.
    pub(crate) saved: String,
}

/// The partial with price and stock.
#[derive(TemplateSimple)]
#[template(path = "offer.stpl", rm_whitespace = true)]
pub(crate) struct OfferPartial {
    pub(crate) words: &'static Words,
    pub(crate) offer: Offer,
}

/// Builds the partial.
pub(crate) fn build(view: &View<'_>, slug: &str, variant: Option<&str>) -> Page {
    let target = view.catalog.route(RouteKind::Product, slug);
    let Some(product) = target.and_then(|target| view.catalog.product(target.row)) else {
        return error::not_found(view, slug);
    };
    let chosen = match variant {
        Some(id) => variants::by_id(view, &product, id),
        None => first_choice(view, &product),
    };
    let Some(chosen) = chosen else {
        return error::not_found(view, slug);
    };
    let page = OfferPartial {
        words: view.words,
        offer: of_variant(view, &product, &chosen, variant.is_some()),
    };
    Page {
        cache: CachePolicy::Partial,
        ..render(view, Kind::Offer, true, page)
    }
}

/// Price and stock of a variant; `by_id` if the page was asked for this variant rather than for the product.
pub(crate) fn of_variant(
    view: &View<'_>,
    product: &Product<'_>,
    variant: &Variant<'_>,
    by_id: bool,
) -> Offer {
    let offer = view.offers.variant(variant.row);
    let price = offer.price.map(|price| Price {
        now: view.amount(price),
        from: false,
        was: offer
            .compare_at
            .filter(|&was| was > price)
            .map(|was| view.amount(was)),
        lowest: lowest_before(view, variant, &offer),
        until: sale_until(view, variant, &offer).map(|at| {
            let day = view.last_day(at);
            view.words.sale_until.fill(&[&day])
        }),
        per_unit: per_unit(view, variant, price),
    });
    let href = view.href(&Route::offer(product.slug(), by_id.then(|| variant.id())));
    Offer {
        href,
        tiers: price
            .as_ref()
            .map_or_else(Vec::new, |price| tiers(view, variant, price)),
        price,
        stock: stock(view, &offer),
        leaves: leaves(view, variant.row, &offer),
        places: places::of_variant(view, variant.row),
    }
}

/// What one costs where many are bought, beside what a single one does now.
fn tiers(view: &View<'_>, variant: &Variant<'_>, price: &Price) -> Vec<Tier> {
    let words = view.words;
    let tiers = view.offers.tiers(variant.row).map(|tier| {
        let saved = card::percent_below(price.now.money.minor, tier.amount);
        let saved = saved.map(|percent| words.tier_saved.fill(&[&view.locale.number(percent)]));
        let from = view.locale.number(tier.min_quantity.into());
        Tier {
            from: words.tier_from.fill(&[&from]),
            each: words.tier_each.fill(&[&view.amount(tier.amount)]),
            saved: saved.unwrap_or_default(),
        }
    });
    tiers.collect()
}

/// Beside a reduction: the lowest price of the 30 days before it, in words, if it is known.
pub(crate) fn lowest_before(
    view: &View<'_>,
    variant: &Variant<'_>,
    offer: &VariantOffer,
) -> Option<String> {
    let lowest = view.offers.lowest_before(variant.row);
    let lowest = lowest.filter(|_| offer.prices().is_reduced())?;
    Some(view.words.lowest_before.fill(&[&view.amount(lowest)]))
}

/// When a reduction is over by itself; not when a deeper one begins.
fn sale_until(view: &View<'_>, variant: &Variant<'_>, offer: &VariantOffer) -> Option<i64> {
    let at = view.offers.dearer_at(variant.row);
    at.filter(|_| offer.prices().is_reduced())
}

/// Until when a reduced price is what it is.
pub(crate) fn reduced_until(
    view: &View<'_>,
    variant: &Variant<'_>,
    offer: &VariantOffer,
) -> Option<i64> {
    let at = view.offers.changes_at(variant.row);
    at.filter(|_| offer.prices().is_reduced())
}

/// Whether a shopper can put a variant into the cart.
pub(crate) fn can_be_bought(view: &View<'_>, variant: &Variant<'_>) -> bool {
    let offer = view.offers.variant(variant.row);
    view.ctx.sells && offer.price.is_some() && offer.availability.can_be_ordered()
}

/// What one unit of a variant costs, in words, if the merchant says how much it holds.
pub(crate) fn per_unit(view: &View<'_>, variant: &Variant<'_>, price: i64) -> Option<String> {
    let measure = variant.measure()?;
    let amount = view.amount(measure.unit_price(price)?);
    let unit = match measure.unit {
        "m2" => "m²",
        "m3" => "m³",
        "piece" => &view.words.piece,
        unit => unit,
    };
    Some(match measure.per {
        1 => view.words.unit_price.fill(&[&amount, &unit]),
        many => {
            let many = view.locale.number(many.into());
            let unit = format!("{many}\u{a0}{unit}");
            view.words.unit_price.fill(&[&amount, &unit])
        }
    })
}

/// The variant shown to those who chose none: the first that can be ordered, else the first.
pub(crate) fn first_choice<'a>(view: &View<'_>, product: &Product<'a>) -> Option<Variant<'a>> {
    let can_be_ordered = |variant: &Variant<'_>| {
        view.offers
            .variant(variant.row)
            .availability
            .can_be_ordered()
    };
    product
        .variants()
        .find(can_be_ordered)
        .or_else(|| product.variants().next())
}

/// Stock in words, where it is not as a shopper expects: there, and enough of it.
pub(crate) fn unusual_stock(view: &View<'_>, offer: &VariantOffer) -> Option<Stock> {
    let stock = stock(view, offer);
    (stock.level != Level::Good).then_some(stock)
}

/// Stock in words.
fn stock(view: &View<'_>, offer: &VariantOffer) -> Stock {
    let own = view.words;
    let borrowed = |text: &'static String| Cow::Borrowed(text.as_str());
    let (level, mut words) = match (offer.availability, offer.quantity) {
        (Availability::InStock, Some(left @ 1..=FEW)) => {
            let left = usize::try_from(left).unwrap_or_default();
            let words = view.count(&own.only_left, left, &[]);
            (Level::Some, Cow::Owned(words))
        }
        (Availability::InStock, _) => (Level::Good, borrowed(&own.in_stock)),
        (Availability::NotStated, _) => (Level::Good, borrowed(&own.available)),
        (Availability::MadeToOrder, _) => (Level::Some, borrowed(&own.made_to_order)),
        (Availability::Backorder, _) => (Level::Some, borrowed(&own.ships_later)),
        (Availability::Preorder, _) => (Level::Some, borrowed(&own.can_be_preordered)),
        (Availability::OutOfStock, _) => (Level::None, borrowed(&own.out_of_stock)),
        (Availability::Discontinued, _) => (Level::None, borrowed(&own.no_longer_available)),
    };
    if let Some(at) = comes_at(view, offer) {
        let day = view.day(at);
        words = Cow::Owned(own.expected_on.fill(&[&words, &day]));
    }
    Stock { level, words }
}

/// When what has to be waited for is there.
fn comes_at(view: &View<'_>, offer: &VariantOffer) -> Option<i64> {
    let waits = !matches!(
        offer.availability,
        Availability::InStock | Availability::Discontinued
    );
    offer.available_at.filter(|&at| waits && at > view.now)
}

/// Days from an order of the variant at a row until it leaves, for what can be ordered. Where the day is known that it
/// comes, a number of days from now says nothing more.
pub(crate) fn lead_time(view: &View<'_>, row: u32, offer: &VariantOffer) -> Option<u16> {
    let is_told = offer.availability.can_be_ordered() && comes_at(view, offer).is_none();
    view.offers.lead_time(row).filter(|_| is_told)
}

fn leaves(view: &View<'_>, row: u32, offer: &VariantOffer) -> String {
    let days = lead_time(view, row, offer).map(usize::from);
    days.map_or_else(String::new, |days| {
        view.count(&view.words.leaves_within, days, &[])
    })
}
