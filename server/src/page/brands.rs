//! All brands of the shop, from A to Z.

use sailfish::TemplateSimple;

use frontage_shared::model::collation::Collation;
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
    let collation = Collation::of(view.shop.locale);
    let filled = |brand: &Brand<'_>| brand.products().len() > 0;
    let mut brands: Vec<Brand<'a>> = view.catalog.brands().filter(filled).collect();
    if brands.len() > BRANDS {
        brands.sort_by_key(|brand| std::cmp::Reverse(brand.products().len()));
        brands.truncate(BRANDS);
    }
    brands.sort_by_cached_key(|brand| (collation.key(brand.name()), brand.name()));
    let headings = headings(&collation, brands.iter().map(Brand::name));
    let mut headings = headings.iter().peekable();
    let mut letters: Vec<Letter<'a>> = vec![Letter::new(NO_LETTER)];
    for brand in brands {
        // Both are sorted, so each heading is passed once.
        let begins = |letter: &&String| collation.compare_letters(letter, brand.name()).is_le();
        while let Some(letter) = headings.next_if(begins) {
            letters.push(Letter::new(letter));
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
    letters.retain(|letter| !letter.brands.is_empty());
    letters
}

/// The letters that names begin with, in the order of the language: one with an accent stands for itself only where it
/// is a letter of its own.
fn headings<'n>(collation: &Collation, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut letters: Vec<String> = names.filter_map(|name| heading(collation, name)).collect();
    letters.sort_by(|one, other| collation.compare(one, other));
    letters.dedup_by(|later, earlier| collation.compare_letters(earlier, later).is_eq());
    letters
}

/// The letter that a name begins with: the plain one where it is only another form of that.
fn heading(collation: &Collation, name: &str) -> Option<String> {
    let first = name.chars().next().filter(|first| first.is_alphabetic())?;
    let letter: String = first.to_uppercase().collect();
    let plain = slug::from_text(&letter).to_uppercase();
    // What is written as several letters, such as Æ, begins with the first of them, unless the language has it apart.
    let is_several = plain.len() > 1 && collation.compare_letters(&plain, &letter).is_eq();
    let is_form = |base: &&str| collation.compare_letters(base, &letter).is_eq();
    let base = plain.get(..1).filter(|base| is_several || is_form(base));
    Some(base.map_or_else(|| letter.clone(), str::to_owned))
}

impl Letter<'_> {
    fn new(letter: &str) -> Self {
        Self {
            letter: letter.to_owned(),
            brands: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, names: &[&str], wanted: &[&str]) {
        let collation = Collation::of(tag);
        assert_eq!(headings(&collation, names.iter().copied()), wanted, "{tag}");
    }

    #[test]
    fn names_stand_below_the_letters_of_the_language() {
        let names = ["Ähre", "Zeiss", "aro", "Östberg", "3M", "Ørsted", "Émile"];
        check("de", &names, &["A", "E", "O", "Z"]);
        check("sv", &names, &["A", "E", "Z", "Ä", "Ö"]);
        check("pl", &["Łąka", "Lem", "Żuk", "Zar"], &["L", "Ł", "Z", "Ż"]);
        check("es", &["Ñora", "Nube"], &["N", "Ñ"]);
        check("en", &["Æther", "Aro", "Бета", "ßa"], &["A", "S", "Б"]);
        check("ar", &["Aro", "ألف", "باء"], &["أ", "ب", "A"]);
    }
}
