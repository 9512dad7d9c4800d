//! The cart, as a page, as a word in the header, and as what is said after a button was pressed.

use std::fmt::Display;

use frontage_shared::snapshot::Generation;
use frontage_shared::totals::{CouponRefusal, Destination};
use sailfish::TemplateSimple;

use super::card::Image;
use super::format::Amount;
use super::frame::{Frame, Indexing};
use super::sums::{self, Remark, Sums};
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, offer, render, variants};
use crate::cache_policy::CachePolicy;
use crate::cart::{
    Cart, Choice, Line, MOST_COUPONS, MOST_LINES, MOST_PIECES, Outcome, Priced, Problem, key_text,
};
use crate::checkout::Settings;
use crate::route::Route;

/// What the page is to show.
pub(crate) struct Show<'a> {
    pub(crate) cart: &'a Cart,
    /// What was just done.
    pub(crate) notice: Option<&'a Outcome>,
    /// A cart that somebody shared.
    pub(crate) shared: Option<&'a Cart>,
    pub(crate) settings: &'a Settings,
}

/// The cart's page.
#[derive(TemplateSimple)]
#[template(path = "cart.stpl", rm_whitespace = true)]
pub(crate) struct CartPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) notice: Option<Notice>,
    /// What is to be known about the prices.
    pub(crate) remarks: Vec<Remark>,
    pub(crate) lines: Vec<LineView<'a>>,
    pub(crate) sums: Sums,
    /// Codes that apply or do not, with a sentence about those that do not.
    pub(crate) coupons: Vec<Coupon>,
    /// Whether there are promotions at all: without, no code is asked for.
    pub(crate) asks_for_coupons: bool,
    pub(crate) can_be_ordered: bool,
    /// Whether something in it cannot be bought as it is.
    pub(crate) needs_changes: bool,
    /// Lines of a shared cart and what brings them here.
    pub(crate) shared: Option<Shared<'a>>,
    pub(crate) cart_href: String,
    pub(crate) home_href: String,
    /// The address that shows this cart to others.
    pub(crate) share_url: String,
}

/// A sentence about what was just done, and what undoes it.
pub(crate) struct Notice {
    pub(crate) text: String,
    /// Whether something went otherwise than wanted.
    pub(crate) is_problem: bool,
    /// Fields of a form that undoes it.
    pub(crate) undo: Vec<(&'static str, String)>,
}

/// One line as the page shows it.
pub(crate) struct LineView<'a> {
    pub(crate) href: String,
    pub(crate) key: String,
    pub(crate) name: &'a str,
    pub(crate) variant: String,
    pub(crate) image: Option<Image<'a>>,
    pub(crate) quantity: u32,
    pub(crate) price: Option<Amount>,
    /// What the price was when the shopper looked last.
    /// The price before a reduction.
    pub(crate) reduced_from: Option<Amount>,
    /// The lowest price before it, in words.
    pub(crate) lowest: Option<String>,
    pub(crate) changed: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) sum: Option<Amount>,
}

/// A code and what became of it.
pub(crate) struct Coupon {
    pub(crate) code: String,
    pub(crate) refusal: Option<String>,
}

/// A cart that somebody shared.
pub(crate) struct Shared<'a> {
    pub(crate) lines: Vec<LineView<'a>>,
    pub(crate) token: String,
}

/// How much is in the cart, for the header.
#[derive(TemplateSimple)]
#[template(path = "cart_count.stpl", rm_whitespace = true)]
pub(crate) struct CountPartial {
    pub(crate) words: &'static Words,
    pub(crate) pieces: Option<String>,
}

/// What was just done, beside the button that did it.
#[derive(TemplateSimple)]
#[template(path = "cart_changed.stpl", rm_whitespace = true)]
pub(crate) struct ChangedPartial {
    pub(crate) words: &'static Words,
    pub(crate) text: String,
    pub(crate) is_problem: bool,
    pub(crate) cart_href: String,
}

/// Builds the cart's page.
pub(crate) fn build(generation: &Generation, ctx: &Context<'_>, show: &Show<'_>) -> Page {
    let view = &View::new(generation, ctx);
    let choice = Choice {
        quoted: ctx.quoted,
        ..choice(show.settings, view.now)
    };
    let priced = Priced::of(
        show.cart,
        view.generation,
        view.catalog,
        view.currency,
        &choice,
    );
    let mut frame = Frame::new(view, &view.words.cart, Indexing::NoIndex);
    frame.place(view, &[], Some(view.link(&view.words.cart, &Route::cart())));
    let shared = show.shared.map(|cart| shared(view, cart, &choice));
    let share = Route::Cart {
        notice: None,
        shared: Some(show.cart.to_shared()),
    };
    let page = CartPage {
        words: view.words,
        frame,
        notice: notice(view, show, priced.gone),
        remarks: sums::remarks(view, &priced),
        lines: priced
            .lines
            .iter()
            .map(|line| line_view(view, line, priced.quote.is_some()))
            .collect(),
        sums: sums::of(view, &priced.totals),
        coupons: coupons(view, show.cart, &priced),
        asks_for_coupons: ctx.quoted.is_some() || sums::has_coupons(view.generation),
        can_be_ordered: priced.can_be_ordered(),
        needs_changes: !priced.is_for_sale(),
        shared,
        cart_href: view.href(&Route::cart()),
        home_href: view.href(&Route::Home),
        share_url: view.url(&share),
    };
    personal(render(view, Kind::Cart, true, page))
}

/// What the price of a cart depends on, before anybody has said where it goes.
pub(crate) fn choice(settings: &Settings, now: i64) -> Choice<'static> {
    Choice {
        now,
        destination: Destination {
            country: settings.countries.first().cloned().unwrap_or_default(),
            ..Destination::default()
        },
        ..Choice::default()
    }
}

/// How much is in the cart.
pub(crate) fn partial(generation: &Generation, ctx: &Context<'_>, cart: &Cart) -> Page {
    let view = &View::new(generation, ctx);
    let pieces = Some(cart.pieces()).filter(|&pieces| pieces > 0);
    let page = CountPartial {
        words: view.words,
        pieces: pieces.map(|pieces| view.locale.number(pieces).to_string()),
    };
    personal(render(view, Kind::Cart, true, page))
}

/// What was just done, for a page that stays.
pub(crate) fn changed(generation: &Generation, ctx: &Context<'_>, outcome: &Outcome) -> Page {
    let view = &View::new(generation, ctx);
    let (text, is_problem) = said(view, outcome);
    let page = ChangedPartial {
        words: view.words,
        text,
        is_problem,
        cart_href: view.href(&Route::cart()),
    };
    personal(render(view, Kind::Cart, true, page))
}

/// The address of the system that takes over with the cart; none while it cannot be ordered.
pub(crate) fn handoff(
    generation: &Generation,
    ctx: &Context<'_>,
    cart: &Cart,
    settings: &Settings,
) -> Option<String> {
    let view = View::new(generation, ctx);
    let choice = Choice {
        now: view.now,
        ..Choice::default()
    };
    let priced = Priced::of(cart, view.generation, view.catalog, view.currency, &choice);
    if !priced.can_be_ordered() {
        return None;
    }
    let pieces = priced.lines.iter().map(|line| {
        let (sku, id) = (line.variant.sku(), line.variant.id());
        // A number that several variants have names none of them.
        let is_shared = view.catalog.variants_by_sku(sku).nth(1).is_some();
        let number = if sku.is_empty() || is_shared { id } else { sku };
        format!(
            "{}:{}",
            crate::route::encode_segment(number),
            line.item.quantity
        )
    });
    let lines = pieces.collect::<Vec<_>>().join(",");
    let template = settings.handoff_url.as_ref()?;
    let url = template
        .replace("{lines}", &lines)
        .replace("{currency}", view.currency.code())
        .replace("{locale}", view.shop.locale);
    Some(url)
}

/// A page that is one shopper's own.
pub(crate) fn personal(page: Page) -> Page {
    match page.status {
        200 => Page {
            cache: CachePolicy::Private,
            ..page
        },
        _ => page,
    }
}

fn shared<'a>(view: &View<'a>, cart: &Cart, choice: &Choice<'_>) -> Shared<'a> {
    // The merchant was asked for the shopper's own cart, not for this one.
    let choice = Choice {
        quoted: None,
        ..choice.clone()
    };
    let priced = Priced::of(cart, view.generation, view.catalog, view.currency, &choice);
    let lines = priced.lines;
    Shared {
        lines: lines
            .iter()
            .map(|line| line_view(view, line, false))
            .collect(),
        token: cart.to_shared(),
    }
}

/// A line; `is_quoted` if it has the merchant's own price, beside which a reduction of the catalog means nothing.
fn line_view<'a>(view: &View<'a>, line: &Line<'a>, is_quoted: bool) -> LineView<'a> {
    let words = view.words;
    let price = line.price.map(|price| view.amount(price));
    let changed = match (line.was, price) {
        (Some(was), Some(now)) => Some(words.price_changed.fill(&[&view.amount(was), &now])),
        _ => None,
    };
    let name = line.product.name();
    let offer = view.offers.variant(line.variant.row);
    let before = offer.compare_at.filter(|_| offer.prices().is_reduced());
    let before = before.filter(|_| !is_quoted);
    let own = view.picture(line.variant.media(), "");
    LineView {
        href: view.href(&variants::route(&line.product, &line.variant)),
        key: key_text(line.item.key),
        name,
        variant: line.variant_name(),
        image: own.or_else(|| view.first_image(&line.product, "")),
        quantity: line.item.quantity,
        price,
        reduced_from: before.map(|before| view.amount(before)),
        lowest: match is_quoted {
            true => None,
            false => offer::lowest_before(view, &line.variant, &offer),
        },
        changed,
        problem: line.problem.map(|problem| explain(view, problem)),
        sum: line
            .problem
            .is_none()
            .then(|| view.amount(line.total.subtotal)),
    }
}

fn explain(view: &View<'_>, problem: Problem) -> String {
    let words = view.words;
    match problem {
        Problem::SoldOut => words.line_sold_out.clone(),
        Problem::Discontinued => words.line_discontinued.clone(),
        Problem::NoPrice => words.line_without_price.clone(),
        Problem::OnlyLeft(left) => view.count(&words.line_only_left, left as usize, &[]),
    }
}

fn notice(view: &View<'_>, show: &Show<'_>, gone: usize) -> Option<Notice> {
    let words = view.words;
    if let Some(outcome) = show.notice {
        let (text, is_problem) = said(view, outcome);
        return Some(Notice {
            text,
            is_problem,
            undo: undo(view, outcome),
        });
    }
    (gone > 0).then(|| Notice {
        text: view.count(&words.lines_gone, gone, &[]),
        is_problem: true,
        undo: Vec::new(),
    })
}

/// What is said about an outcome, and whether it is a problem.
fn said(view: &View<'_>, outcome: &Outcome) -> (String, bool) {
    let words = view.words;
    let name = |key: u64| {
        let variant = view.catalog.variant_by_key(key);
        let product = variant.and_then(|variant| variant.product());
        product.map_or("", |product| product.name())
    };
    let number = |value: u64| view.locale.number(value);
    match outcome {
        Outcome::Updated => (words.cart_updated.clone(), false),
        Outcome::Added(key) => (words.cart_added.fill(&[&name(*key)]), false),
        Outcome::Removed { key, .. } => (words.cart_removed.fill(&[&name(*key)]), false),
        Outcome::Cleared(_) => (words.cart_cleared.clone(), false),
        Outcome::Full => (words.cart_full.fill(&[&number(MOST_LINES as u64)]), true),
        Outcome::Unknown => (words.cart_unknown.clone(), true),
        Outcome::NotANumber => (
            words.not_a_quantity.fill(&[&number(MOST_PIECES.into())]),
            true,
        ),
        Outcome::Several { taken, unknown } if unknown.is_empty() => {
            (view.count(&words.lines_taken, *taken, &[]), false)
        }
        Outcome::Several { taken, unknown } => {
            let taken = view.count(&words.lines_taken, *taken, &[]);
            let numbers = unknown.join(", ");
            (
                words
                    .numbers_unknown
                    .fill(&[&taken as &dyn Display, &numbers]),
                true,
            )
        }
        Outcome::Coupon => (words.coupon_noted.clone(), false),
        Outcome::TooManyCoupons => (
            words.coupons_full.fill(&[&number(MOST_COUPONS as u64)]),
            true,
        ),
        Outcome::Unreadable => (words.cart_unreadable.clone(), true),
    }
}

fn undo(view: &View<'_>, outcome: &Outcome) -> Vec<(&'static str, String)> {
    match outcome {
        Outcome::Removed { key, quantity } => match view.catalog.variant_by_key(*key) {
            Some(variant) => vec![
                ("add", variant.id().to_owned()),
                ("quantity", quantity.min(&MOST_PIECES).to_string()),
            ],
            None => Vec::new(),
        },
        Outcome::Cleared(before) if !before.is_empty() => vec![("take", before.clone())],
        _ => Vec::new(),
    }
}

fn coupons(view: &View<'_>, cart: &Cart, priced: &Priced<'_>) -> Vec<Coupon> {
    let refused = &priced.totals.refused_coupons;
    let by_merchant = |code: &String| {
        let quote = priced.quote.as_ref()?;
        let mut refused = quote.refused_codes.iter();
        let found = refused.find(|refused| refused.code.eq_ignore_ascii_case(code.trim()));
        found.map(|refused| refused.reason.clone())
    };
    let one = |code: &String| Coupon {
        code: code.clone(),
        refusal: refused
            .iter()
            .find(|refused| refused.code == *code)
            .map(|refused| refusal(view, &refused.reason))
            .or_else(|| by_merchant(code)),
    };
    cart.coupons.iter().map(one).collect()
}

fn refusal(view: &View<'_>, reason: &CouponRefusal) -> String {
    let words = view.words;
    match reason {
        CouponRefusal::Unknown => words.coupon_unknown.clone(),
        CouponRefusal::NotYet { from } => words.coupon_not_yet.fill(&[&view.day(*from)]),
        CouponRefusal::Expired { until } => words.coupon_expired.fill(&[&view.last_day(*until)]),
        CouponRefusal::OtherCustomers => words.coupon_other_customers.clone(),
        CouponRefusal::NothingQualifies => words.coupon_nothing_qualifies.clone(),
        CouponRefusal::BelowMinimum { missing } => {
            words.coupon_below_minimum.fill(&[&view.amount(*missing)])
        }
        CouponRefusal::TooFew { missing } => view.count(
            &words.coupon_too_few,
            usize::try_from(*missing).unwrap_or(usize::MAX),
            &[],
        ),
        CouponRefusal::ExcludedBy { name } => words.coupon_excluded.fill(&[name]),
    }
}
