//! All brands of the shop, from A to Z.

use sailfish::TemplateSimple;

use frontage_shared::model::slug;
use frontage_shared::snapshot::categories::Brand;

use super::format::Number;
use super::frame::{Frame, Indexing};
use super::json_ld::Json;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render};
use crate::route::Route;

/// Most brands on the page; of more, those with most products are shown.
const BRANDS: usize = 3000;
/// What stands over brands that begin with no letter.
const NO_LETTER: &str = "#";

/// The list of brands.
#[derive(TemplateSimple)]
#[template(path = "brands.stpl", rm_whitespace = true)]
pub(crate) struct BrandsPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) letters: Vec<Letter<'a>>,
}

/// Brands that begin alike.
pub(crate) struct Letter<'a> {
    /// In upper case.
    pub(crate) letter: String,
    pub(crate) brands: Vec<Entry<'a>>,
}

/// A brand in the list.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) href: String,
    pub(crate) count: Number,
}

/// Builds the list of brands.
pub(crate) fn build(view: &View<'_>) -> Page {
    let letters = letters(view);
    if letters.is_empty() {
        return error::not_found(view, "");
    }
    let words = view.words;
    let mut frame = Frame::new(
        view,
        &words.brands,
        Indexing::as_route(view, &Route::Brands),
    );
    frame.place(view, &[], Some(view.link(&words.brands, &Route::Brands)));
    let mut json = Json::graph();
    frame.crumbs_as_data(view, &mut json);
    frame.json_ld = json.finish();
    let page = BrandsPage {
        words,
        frame,
        letters,
    };
    render(view, Kind::Brand, false, page)
}

fn letters<'a>(view: &View<'a>) -> Vec<Letter<'a>> {
    let mut brands: Vec<(String, Brand<'a>)> = view
        .catalog
        .brands()
        .filter(|brand| brand.products().len() > 0)
        .map(|brand| (slug::from_text(brand.name()), brand))
        .collect();
    if brands.len() > BRANDS {
        brands.sort_by_key(|(_, brand)| std::cmp::Reverse(brand.products().len()));
        brands.truncate(BRANDS);
    }
    // Accents do not tell brands apart here, so É stands with E.
    brands.sort_by(|(one, a), (two, b)| {
        (first(one), one, a.name()).cmp(&(first(two), two, b.name()))
    });
    let mut letters: Vec<Letter<'a>> = Vec::new();
    for (key, brand) in brands {
        let letter = first(&key);
        if letters.last().is_none_or(|last| last.letter != letter) {
            letters.push(Letter {
                letter,
                brands: Vec::new(),
            });
        }
        let entry = Entry {
            name: brand.name(),
            href: view.href(&Route::brand(brand.slug())),
            count: view.locale.number(brand.products().len() as u64),
        };
        if let Some(last) = letters.last_mut() {
            last.brands.push(entry);
        }
    }
    letters
}

/// The letter that a brand stands under.
fn first(key: &str) -> String {
    let letter = key.chars().next().filter(|first| first.is_alphabetic());
    letter.map_or_else(
        || NO_LETTER.to_owned(),
        |letter| letter.to_uppercase().collect(),
    )
}
