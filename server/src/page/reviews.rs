//! What shoppers say about a product: stars on cards, reviews on its page, all of them on a page of their own.

use frontage_shared::snapshot::products::Product;
use frontage_shared::snapshot::reviews::{Rating, Review};
use frontage_shared::snapshot::routes::RouteKind;
use sailfish::TemplateSimple;

use super::format::Number;
use super::frame::{Frame, Indexing};
use super::json_ld::Json;
use super::results::{self, Paging};
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render};
use crate::route::{Listing, Route};

/// Reviews on a product's page; if there are more, all of them are linked.
const SHOWN: usize = 6;
/// Classes of the stylesheet that fill so many halves of a star; the first is for one star.
const CLASSES: [&str; 9] = [
    "r10", "r15", "r20", "r25", "r30", "r35", "r40", "r45", "r50",
];

/// Stars, and the same in words.
pub(crate) struct Stars {
    pub(crate) class: &'static str,
    pub(crate) words: String,
}

/// What a card says about the reviews of its product.
pub(crate) struct CardRating {
    pub(crate) stars: Stars,
    pub(crate) count: Number,
}

/// All ratings of a product together.
pub(crate) struct Summary {
    pub(crate) stars: Stars,
    /// "4.4".
    pub(crate) average: String,
    /// "12 reviews".
    pub(crate) count: String,
    pub(crate) total: u32,
    /// From five stars down to one.
    pub(crate) bars: Vec<Bar>,
}

/// How many gave so many stars.
pub(crate) struct Bar {
    pub(crate) words: String,
    pub(crate) many: u32,
    pub(crate) number: Number,
}

/// One review.
pub(crate) struct Opinion<'a> {
    pub(crate) stars: Stars,
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    /// Day for readers and for machines; empty if nobody says.
    pub(crate) day: String,
    pub(crate) day_iso: String,
    pub(crate) is_verified: bool,
    /// Tag of its language, if that is not the page's or unknown.
    pub(crate) lang: &'a str,
    pub(crate) body: &'a str,
    pub(crate) answer: &'a str,
}

/// The reviews on a product's page.
pub(crate) struct Reviews<'a> {
    pub(crate) summary: Summary,
    pub(crate) opinions: Vec<Opinion<'a>>,
    /// What stands over an answer of the shop.
    pub(crate) answer_of: String,
    /// Where all of them are, if these are not all.
    pub(crate) all_href: Option<String>,
}

/// A page of all reviews of a product.
#[derive(TemplateSimple)]
#[template(path = "reviews.stpl", rm_whitespace = true)]
pub(crate) struct ReviewsPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) name: &'a str,
    pub(crate) href: String,
    pub(crate) reviews: Reviews<'a>,
    pub(crate) paging: Option<Paging>,
}

/// What a card says; `None` without reviews.
pub(crate) fn of_card(view: &View<'_>, product: u32) -> Option<CardRating> {
    let rating = view.catalog.rating(product)?;
    Some(CardRating {
        stars: stars(view, tenths(&rating)),
        count: view.locale.number(u64::from(rating.count())),
    })
}

/// What the page of a product shows; `None` without reviews.
pub(crate) fn of_product<'a>(view: &View<'a>, product: &Product<'a>) -> Option<Reviews<'a>> {
    let rating = product.rating()?;
    let all = Route::reviews(product.slug(), Listing::new());
    let is_more = rating.count() as usize > SHOWN;
    Some(Reviews {
        all_href: is_more.then(|| view.href(&all)),
        ..some(view, &rating, 0, SHOWN)
    })
}

/// Builds a page of all reviews.
pub(crate) fn build(view: &View<'_>, route: &Route, slug: &str, listing: &Listing) -> Page {
    let target = view.catalog.route(RouteKind::Product, slug);
    let product = target.and_then(|target| view.catalog.product(target.row));
    let found = product.and_then(|product| Some((product, product.rating()?)));
    let Some((product, rating)) = found else {
        return error::not_found(view, slug);
    };
    let total = rating.count() as usize;
    if listing.page > results::page_count(total) {
        return error::not_found(view, slug);
    }
    let range = results::positions(listing, total);
    let title = format!("{}: {}", view.words.reviews, product.name());
    let mut frame = Frame::new(view, &title, Indexing::NoIndex);
    let own = Route::product(product.slug());
    let trail = product.primary_category();
    let trail = trail
        .map(|category| category.breadcrumb())
        .unwrap_or_default();
    frame.place(view, &trail, Some(view.link(product.name(), &own)));
    if let Some(last) = frame.crumbs.last_mut() {
        last.current = false;
    }
    frame.crumbs.push(super::frame::Link {
        current: true,
        ..view.link(&view.words.reviews, route)
    });
    let mut json = Json::graph();
    frame.crumbs_as_data(view, &mut json);
    frame.json_ld = json.finish();
    let page = ReviewsPage {
        words: view.words,
        frame,
        name: product.name(),
        href: view.href(&own),
        reviews: some(view, &rating, range.start, range.len()),
        paging: results::paging(|route| view.href(route), route, listing, total),
    };
    render(view, Kind::Product, true, page)
}

/// The same in structured data, from the same values.
pub(crate) fn as_data(view: &View<'_>, json: &mut Json, product: &Product<'_>) {
    let Some(rating) = product.rating() else {
        return;
    };
    json.object("aggregateRating", "AggregateRating", |json| {
        json.text("ratingValue", &decimal(tenths(&rating)));
        json.number("reviewCount", rating.count() as usize);
        json.number("bestRating", 5);
        json.number("worstRating", 1);
    });
    // A review without an author is none to search engines.
    let named: Vec<Review<'_>> = rating
        .reviews()
        .take(SHOWN)
        .filter(|review| !review.author().is_empty())
        .collect();
    if named.is_empty() {
        return;
    }
    json.list("review", |list| {
        for review in named {
            list.item("Review", |json| {
                json.text("name", review.title());
                json.text("reviewBody", review.body());
                let day = review.created_at().map(|at| view.iso_day(at));
                json.text("datePublished", &day.unwrap_or_default());
                json.text("inLanguage", review.language());
                json.object("author", "Person", |json| {
                    json.text("name", review.author());
                });
                json.object("reviewRating", "Rating", |json| {
                    json.text("ratingValue", &decimal(review.rating()));
                    json.number("bestRating", 5);
                    json.number("worstRating", 1);
                });
            });
        }
    });
}

fn some<'a>(view: &View<'a>, rating: &Rating<'a>, start: usize, most: usize) -> Reviews<'a> {
    let shown = rating.reviews().skip(start).take(most);
    Reviews {
        summary: summary(view, rating),
        opinions: shown.map(|review| opinion(view, &review)).collect(),
        answer_of: view.words.answer_of.fill(&[&view.shop.name]),
        all_href: None,
    }
}

fn summary(view: &View<'_>, rating: &Rating<'_>) -> Summary {
    let mut bars: Vec<(usize, u32)> = (1..).zip(rating.stars()).collect();
    bars.reverse();
    Summary {
        stars: stars(view, tenths(rating)),
        average: view.locale.decimal(&decimal(tenths(rating))),
        count: view.count(&view.words.review_count, rating.count() as usize, &[]),
        total: rating.count(),
        bars: bars
            .into_iter()
            .map(|(star, many)| Bar {
                words: view.count(&view.words.stars, star, &[]),
                many,
                number: view.locale.number(u64::from(many)),
            })
            .collect(),
    }
}

fn opinion<'a>(view: &View<'a>, review: &Review<'a>) -> Opinion<'a> {
    let created = review.created_at();
    let is_other = review.language() != view.shop.locale;
    Opinion {
        stars: stars(view, review.rating()),
        title: review.title(),
        author: review.author(),
        day: created
            .map(|at| view.day(at).to_string())
            .unwrap_or_default(),
        day_iso: created.map(|at| view.iso_day(at)).unwrap_or_default(),
        is_verified: review.is_verified(),
        lang: if is_other { review.language() } else { "" },
        body: review.body(),
        answer: review.answer(),
    }
}

/// The average in tenths, rounded half up: what is shown and what is told to machines.
fn tenths(rating: &Rating<'_>) -> u32 {
    (rating.average() + 5) / 10
}

/// Tenths as a plain decimal.
fn decimal(tenths: u32) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

fn stars(view: &View<'_>, tenths: u32) -> Stars {
    // To the nearest half star.
    let halves = (tenths + 2) / 5;
    let at = usize::try_from(halves.saturating_sub(2)).unwrap_or(0);
    let last = CLASSES.len() - 1;
    Stars {
        class: CLASSES.get(at.min(last)).copied().unwrap_or_default(),
        words: view
            .words
            .rating_of
            .fill(&[&view.locale.decimal(&decimal(tenths))]),
    }
}
