//! A product: pictures, choice of variant, price and stock, what it is made of, what goes with it.

use std::collections::BTreeMap;

use frontage_shared::snapshot::products::{Media, Product, Variant};
use frontage_shared::snapshot::routes::RouteKind;
use sailfish::TemplateSimple;

use super::bundle::{self, SetItem};
use super::card::{Card, Image};
use super::frame::{Frame, Indexing, Link};
use super::locale::Locale;
use super::offer::{self, Offer};
use super::resize::{ON_PRODUCT, THUMBNAIL};
use super::restock::{self, RestockForm};
use super::reviews::{self, Reviews};
use super::share;
use super::text::or;
use super::view::{self, View};
use super::words::Words;
use super::{Kind, Page, error, product_data, render, variants};
use crate::cart::MOST_PIECES;
use crate::route::{Fragment, Route};

/// Pictures shown.
const IMAGES: usize = 12;
/// Films, models and documents shown.
const FILMS: usize = 4;
const MODELS: usize = 4;
const DOWNLOADS: usize = 20;
/// Attributes shown.
const ATTRIBUTES: usize = 120;
/// Products shown that go with it, and as many that are like it.
const RELATED: usize = 4;
/// Relations looked at for them.
const RELATED_LOOKED_AT: usize = 64;
/// Relations of what is bought together with it: cross-selling, accessories, spare parts, consumables.
const GOES_WITH: std::ops::RangeInclusive<u32> = 2..=5;
/// The relation of what can be had in its place.
const SUBSTITUTE: u32 = 6;
/// How deep into a category to look for related products, so that the cost does not grow with the category.
const RELATED_DEPTH: usize = 64;

/// A product page, showing one variant.
#[derive(TemplateSimple)]
#[template(path = "product.stpl", rm_whitespace = true)]
pub(crate) struct ProductPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) images: Vec<Image<'a>>,
    /// Films, shown after the pictures.
    pub(crate) films: Vec<File<'a>>,
    /// What can be looked at from all sides.
    pub(crate) models: Vec<File<'a>>,
    /// Manuals and the like.
    pub(crate) downloads: Vec<File<'a>>,
    pub(crate) brand: Option<Link<'a>>,
    pub(crate) name: &'a str,
    /// What the shown variant is called, if it has a name of its own.
    pub(crate) variant_name: &'a str,
    pub(crate) buybox: Buybox<'a>,
    /// What it consists of, if it is a set.
    pub(crate) set: Vec<SetItem<'a>>,
    /// HTML that ingest sanitised.
    pub(crate) short_description: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) description: &'a str,
    /// Article numbers by their names.
    pub(crate) codes: Vec<(&'static str, &'a str)>,
    pub(crate) groups: Vec<AttributeGroup<'a>>,
    /// What shoppers say about it.
    pub(crate) reviews: Option<Reviews<'a>>,
    /// What goes with it, and what is like it.
    pub(crate) related: Vec<Related<'a>>,
    pub(crate) recent: Recent<'a>,
}

/// What is done with the shown variant: price and stock, forms, the choice of another one.
pub(crate) struct Buybox<'a> {
    pub(crate) locale: Locale,
    pub(crate) offer: Offer,
    /// How to be told when it can be had again; none where it can.
    pub(crate) restock: Option<RestockForm>,
    /// How it gets into the cart; none if it cannot be bought.
    pub(crate) add: Option<Add>,
    /// Where the forms of lists go.
    pub(crate) lists_href: String,
    /// Path of the product without a choice.
    pub(crate) action: String,
    /// The id of the shown variant: a form sends it with what was chosen.
    pub(crate) variant_id: &'a str,
    pub(crate) options: Vec<OptionChoice<'a>>,
    /// Which kinds of option values there are, to explain how they look.
    pub(crate) has_lists: bool,
    pub(crate) has_sold_out: bool,
    pub(crate) has_elsewhere: bool,
}

/// Where a script finds cards of what was looked at, and what it is to remember.
pub(crate) struct Recent<'a> {
    pub(crate) href: String,
    /// The product looked at now; empty for none.
    pub(crate) slug: &'a str,
}

/// Products beside a product, under a heading.
pub(crate) struct Related<'a> {
    /// The heading's id.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) cards: Vec<Card<'a>>,
}

/// What an address of a product leads to.
pub(crate) enum Found<'a> {
    /// A variant, and whether it was asked for by its id.
    Here(Product<'a>, Variant<'a>, bool),
    /// The address of what was chosen is another one.
    Elsewhere(Route),
    /// There is no such product.
    Nothing,
}

/// The form that puts a variant into the cart.
pub(crate) struct Add {
    pub(crate) action: String,
    /// Most that can be put in at once.
    pub(crate) most: u32,
}

/// A film or document.
pub(crate) struct File<'a> {
    pub(crate) url: &'a str,
    pub(crate) name: &'a str,
}

/// One option and its values.
pub(crate) struct OptionChoice<'a> {
    /// Position among the options, for ids.
    pub(crate) index: usize,
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    /// Name of the chosen value; empty for none.
    pub(crate) chosen: &'a str,
    pub(crate) chosen_code: &'a str,
    /// Whether there are too many values for links.
    pub(crate) as_list: bool,
    /// How many values there are, where they are too many even for a list and one is typed.
    pub(crate) typed_of: Option<usize>,
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
    pub(crate) fn words(self, words: &'static Words) -> &'static str {
        match self {
            Self::Chosen | Self::Free => "",
            Self::SoldOut => &words.sold_out,
            Self::Elsewhere => &words.elsewhere,
        }
    }

    /// The same behind a value's name in a list.
    pub(crate) fn remark(self, words: &'static Words) -> &'static str {
        match self {
            Self::Chosen | Self::Free => "",
            Self::SoldOut => &words.sold_out,
            Self::Elsewhere => &words.changes_the_rest,
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

/// Builds a product page.
pub(crate) fn build(
    view: &View<'_>,
    slug: &str,
    variant: Option<&str>,
    options: &BTreeMap<String, String>,
) -> Page {
    match find(view, slug, variant, options) {
        Found::Here(product, chosen, by_id) => show(view, &product, &chosen, by_id),
        Found::Elsewhere(route) => Page::elsewhere(view.href(&route)),
        Found::Nothing => error::not_found(view, slug),
    }
}

/// Which variant an address means.
pub(crate) fn find<'a>(
    view: &View<'a>,
    slug: &str,
    variant: Option<&str>,
    options: &BTreeMap<String, String>,
) -> Found<'a> {
    let target = view.catalog.route(RouteKind::Product, slug);
    let Some(product) = target.and_then(|target| view.catalog.product(target.row)) else {
        return Found::Nothing;
    };
    if !options.is_empty() {
        // The choice form sends options; the address of what they choose is that of a variant.
        let chosen = variants::by_options(view, &product, variant, options);
        return Found::Elsewhere(chosen.map_or_else(
            || Route::product(slug),
            |chosen| Route::variant(slug, chosen.id()),
        ));
    }
    match variant {
        Some(id) => match variants::by_id(view, &product, id) {
            Some(chosen) => Found::Here(product, chosen, true),
            None => Found::Elsewhere(Route::product(slug)),
        },
        None => match offer::first_choice(view, &product) {
            Some(chosen) => Found::Here(product, chosen, false),
            None => Found::Nothing,
        },
    }
}

fn show(view: &View<'_>, product: &Product<'_>, chosen: &Variant<'_>, by_id: bool) -> Page {
    let own = Route::product(product.slug());
    let title = or(product.seo_title(), product.name());
    let indexing = if product.is_indexable() {
        Indexing::as_route(view, &own)
    } else {
        Indexing::NoIndex
    };
    let images = images(view, product, chosen);
    let mut frame = Frame {
        og_type: "product",
        ..Frame::new(view, title, indexing)
    };
    frame.describe(
        product.seo_description(),
        or(product.short_description(), product.description()),
    );
    let trail = product
        .primary_category()
        .map(|category| category.breadcrumb())
        .unwrap_or_default();
    frame.place(view, &trail, Some(view.link(product.name(), &own)));
    let buybox = buybox(view, product, chosen, by_id);
    frame.og_image = images.first().map(|image| view.absolute(image.url));
    if images.is_empty() {
        frame.card = share::href(view, RouteKind::Product, product.slug(), product.name());
    }
    frame.og_price = buybox.offer.price.as_ref().map(|price| price.now.money);
    frame.json_ld = product_data::graph(view, &frame, product, chosen, &images);
    let noindex = frame.indexing.is_noindex();
    let related = related(view, product);
    let page = ProductPage {
        words: view.words,
        frame,
        images,
        films: files(product, chosen, FILMS, Media::is_video),
        models: files(product, chosen, MODELS, is_model),
        downloads: files(product, chosen, DOWNLOADS, Media::is_document),
        brand: product
            .brand()
            .map(|brand| view.link(brand.name(), &Route::brand(brand.slug()))),
        name: product.name(),
        variant_name: if chosen.name() == product.name() {
            ""
        } else {
            chosen.name()
        },
        buybox,
        set: bundle::items(view, product),
        short_description: product.short_description(),
        description: product.description(),
        codes: codes(view.words, chosen),
        groups: groups(product),
        reviews: reviews::of_product(view, product),
        related,
        recent: recent(view, product.slug()),
    };
    render(view, Kind::Product, noindex, page)
}

/// What is done with a variant.
pub(crate) fn buybox<'a>(
    view: &View<'a>,
    product: &Product<'a>,
    chosen: &Variant<'a>,
    by_id: bool,
) -> Buybox<'a> {
    let options = variants::choices(view, product, chosen);
    let has = |state: State| {
        options
            .iter()
            .any(|o| !o.as_list && o.values.iter().any(|value| value.state == state))
    };
    Buybox {
        locale: view.locale,
        offer: offer::of_variant(view, product, chosen, by_id),
        restock: restock::form(view, chosen),
        add: add(view, chosen),
        lists_href: view.href(&Route::Lists),
        action: view.href(&Route::product(product.slug())),
        variant_id: chosen.id(),
        has_lists: options.iter().any(|option| option.as_list),
        has_sold_out: has(State::SoldOut),
        has_elsewhere: has(State::Elsewhere),
        options,
    }
}

/// Where cards of what was looked at come from.
pub(crate) fn recent<'a>(view: &View<'_>, slug: &'a str) -> Recent<'a> {
    let slugs = Vec::new();
    Recent {
        href: view.href(&Route::Fragment(Fragment::Recent { slugs })),
        slug,
    }
}

/// The form for the cart, where things can be bought and this one can.
fn add(view: &View<'_>, chosen: &Variant<'_>) -> Option<Add> {
    offer::can_be_bought(view, chosen).then(|| Add {
        action: view.href(&Route::cart()),
        most: MOST_PIECES,
    })
}

/// Pictures of the variant, then those of the product.
fn images<'a>(view: &View<'a>, product: &Product<'a>, chosen: &Variant<'a>) -> Vec<Image<'a>> {
    let mut images: Vec<Image<'a>> = Vec::new();
    for media in chosen.media().chain(product.media()) {
        let Some(image) = view::image(view, &media, or(media.alt(), product.name())) else {
            continue;
        };
        if images.len() < IMAGES && images.iter().all(|known| known.url != image.url) {
            images.push(image);
        }
    }
    images
}

/// Whether a medium is a 3D model: what is none of the others.
pub(super) fn is_model(media: &Media<'_>) -> bool {
    !(media.is_image() || media.is_video() || media.is_document())
}

/// Films, models or documents of the variant, then those of the product; named as the merchant does, or by their file.
fn files<'a>(
    product: &Product<'a>,
    chosen: &Variant<'a>,
    most: usize,
    wanted: fn(&Media<'a>) -> bool,
) -> Vec<File<'a>> {
    let mut files: Vec<File<'a>> = Vec::new();
    let media = chosen.media().chain(product.media());
    for media in media.filter(|media| wanted(media) && view::is_fetchable(media.url())) {
        let url = media.url();
        if files.len() < most && files.iter().all(|known| known.url != url) {
            let path = url.split(['?', '#']).next().unwrap_or(url);
            let name = or(media.alt(), path.rsplit('/').next().unwrap_or(url));
            files.push(File { url, name });
        }
    }
    files
}

/// Article numbers of the variant.
fn codes<'a>(words: &'static Words, chosen: &Variant<'a>) -> Vec<(&'static str, &'a str)> {
    let mut codes = vec![
        (words.article_number.as_str(), chosen.sku()),
        (&words.gtin, chosen.gtin()),
        (&words.part_number, chosen.mpn()),
    ];
    codes.retain(|(_, code)| !code.is_empty());
    codes
}

/// Attributes by their groups, in the order of the feed; values of one attribute stand together.
pub(crate) fn groups<'a>(product: &Product<'a>) -> Vec<AttributeGroup<'a>> {
    let mut groups: Vec<AttributeGroup<'a>> = Vec::new();
    for attribute in product.attributes().take(ATTRIBUTES) {
        // Each is read from the mapping anew, so it is read once.
        let (name, label) = (attribute.group(), attribute.label());
        let value = match attribute.unit() {
            "" => attribute.value().to_owned(),
            unit => format!("{} {unit}", attribute.value()),
        };
        let position = groups.iter().position(|group| group.name == name);
        let position = position.unwrap_or_else(|| {
            groups.push(AttributeGroup {
                name,
                rows: Vec::new(),
            });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(position) else {
            continue;
        };
        match group.rows.iter_mut().find(|row| row.label == label) {
            Some(row) => {
                row.value.push_str(", ");
                row.value.push_str(&value);
            }
            None => group.rows.push(AttributeRow { label, value }),
        }
    }
    groups
}

/// What the merchant says that goes with it, and what is like it: what the merchant says, or else neighbours from its
/// category.
pub(crate) fn related<'a>(view: &View<'a>, product: &Product<'a>) -> Vec<Related<'a>> {
    let words = view.words;
    let (with_it, like_it): (Vec<_>, Vec<_>) = product
        .related()
        .filter(|(other, _)| other.is_listed())
        .take(RELATED_LOOKED_AT)
        .partition(|(_, relation)| GOES_WITH.contains(relation));
    let are_substitutes = like_it.iter().all(|(_, relation)| *relation == SUBSTITUTE);
    let mut like = Related {
        id: "related",
        title: match are_substitutes {
            true => &words.instead_of_it,
            false => &words.you_may_also_like,
        },
        cards: cards(view, &like_it),
    };
    if like_it.is_empty() {
        like.title = &words.more_like_this;
        like.cards = neighbours(view, product, &with_it);
    }
    let with = Related {
        id: "goes-with",
        title: &words.goes_well,
        cards: cards(view, &with_it),
    };
    let mut all = vec![with, like];
    all.retain(|one| !one.cards.is_empty());
    all
}

fn cards<'a>(view: &View<'a>, products: &[(Product<'a>, u32)]) -> Vec<Card<'a>> {
    let shown = products.iter().take(RELATED);
    shown.map(|(other, _)| view.card(other, false)).collect()
}

/// Others of its category, but those that stand beside it already.
fn neighbours<'a>(
    view: &View<'a>,
    product: &Product<'a>,
    shown: &[(Product<'a>, u32)],
) -> Vec<Card<'a>> {
    let Some(category) = product.primary_category() else {
        return Vec::new();
    };
    // Start somewhere that differs from product to product, so that all of them get linked.
    let depth = category.products().len().min(RELATED_DEPTH);
    let start = product.row as usize % depth.max(1);
    let near = category
        .products()
        .take(depth)
        .cycle()
        .skip(start)
        .take(depth);
    let is_new =
        |row: &u32| *row != product.row && shown.iter().all(|(other, _)| other.row != *row);
    view.cards(near.filter(is_new).take(RELATED), usize::MIN)
}
