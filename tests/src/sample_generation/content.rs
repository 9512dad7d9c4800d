//! What a sample says besides its products: sections of pages, reviews with their ratings, and bundles.

use frontage_shared::snapshot::bundles::BundleItemRecord;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::page_sections::{IN_STOCK, ON_SALE, PageSectionRecord};
use frontage_shared::snapshot::record::{List, RowRef};
use frontage_shared::snapshot::reviews::{RatingRecord, ReviewRecord, VERIFIED};

use super::shop::{Medium, Shop};
use super::write::{Writer, count, rows};
use crate::catalogue::Dice;

/// A section of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct PageSection {
    pub page: u32,
    /// Empty for the shop's own.
    pub language: String,
    pub kind: u32,
    pub is_on_sale: bool,
    pub is_in_stock: bool,
    pub limit: u32,
    pub title: String,
    pub body: String,
    pub href: String,
    pub label: String,
    pub media: Vec<Medium>,
    pub products: Vec<u32>,
    pub categories: Vec<u32>,
}

/// All reviews of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Rating {
    pub product: u32,
    pub rank: u32,
    pub average: u32,
    pub stars: [u32; 5],
    pub reviews: Vec<Review>,
}

/// A review.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Review {
    pub tenths: u32,
    pub created_at: Option<i64>,
    pub is_verified: bool,
    pub language: String,
    pub author: String,
    pub title: String,
    pub body: String,
    pub answer: String,
}

/// One thing in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct BundleItem {
    pub product: u32,
    pub item: u32,
    /// Position among the variants of the item.
    pub variant: Option<u32>,
    pub quantity: u32,
}

/// Gives a shop that is otherwise whole more to say; some have nothing.
pub(super) fn random(seed: u64, shop: &mut Shop) {
    let mut dice = Dice::new(seed, "content", 0);
    if seed != 1 && dice.percent(30) {
        return;
    }
    let products = count(&shop.products);
    for row in 0..products {
        if dice.percent(50) {
            shop.ratings.push(rating(&mut dice, row));
        }
        if dice.percent(40) {
            for _ in 0..=dice.below(2) {
                let item = u32::try_from(dice.below(products.into())).expect("a few");
                let variants = shop.products[item as usize].variants.len();
                let variant = u32::try_from(dice.index(variants)).expect("a few");
                shop.bundles.push(BundleItem {
                    product: row,
                    item,
                    variant: dice.percent(50).then_some(variant),
                    quantity: 1 + u32::try_from(dice.below(5)).expect("a few"),
                });
            }
        }
    }
    // The best is the last, so that a rank is no row.
    let ratings = count(&shop.ratings);
    for (rating, rank) in shop.ratings.iter_mut().zip((0..ratings).rev()) {
        rating.rank = rank;
    }
    let tags: Vec<String> = shop
        .languages
        .iter()
        .map(|language| language.tag.clone())
        .collect();
    for page in 0..count(&shop.pages) {
        let some = dice.below(4);
        for language in std::iter::once(String::new()).chain(tags.iter().cloned()) {
            for _ in 0..some {
                let section = section(&mut dice, shop, (page, language.clone()));
                shop.sections.push(section);
            }
        }
    }
}

fn rating(dice: &mut Dice, product: u32) -> Rating {
    let reviews: Vec<Review> = (0..=dice.below(3))
        .map(|number| Review {
            tenths: 10 + u32::try_from(dice.below(41)).expect("a few"),
            created_at: dice.percent(80).then(|| dice.range(1, 2_000_000_000)),
            is_verified: dice.percent(50),
            language: if dice.percent(50) {
                "de".to_owned()
            } else {
                String::new()
            },
            author: format!("Ann {number}"),
            title: if dice.percent(80) {
                "Schön & <gut>".to_owned()
            } else {
                String::new()
            },
            body: "Two lines\nof it ü".repeat(dice.index(3)),
            answer: "Thanks".repeat(dice.index(2)),
        })
        .collect();
    Rating {
        product,
        rank: 0,
        average: 100 + u32::try_from(dice.below(401)).expect("a few"),
        stars: [1, 0, 2, 3, u32::try_from(dice.below(9)).expect("a few")],
        reviews,
    }
}

fn section(dice: &mut Dice, shop: &Shop, (page, language): (u32, String)) -> PageSection {
    let some = |dice: &mut Dice, of: u32| -> Vec<u32> {
        let many = if of == 0 { 0 } else { dice.below(4) };
        (0..many)
            .map(|_| u32::try_from(dice.below(of.into())).expect("a few"))
            .collect()
    };
    let image = Medium {
        url: "https://img.example/scene".to_owned(),
        alt: "A scene ü".to_owned(),
        size: Some((1200, 900)),
        is_image: true,
    };
    let (products, categories) = (count(&shop.products), count(&shop.categories));
    PageSection {
        page,
        language,
        kind: u32::try_from(dice.below(5)).expect("a few"),
        is_on_sale: dice.percent(50),
        is_in_stock: dice.percent(50),
        limit: u32::try_from(dice.below(40)).expect("a few"),
        title: "Section \"one\" ".repeat(dice.index(2)),
        body: "<p>Ä text</p>".repeat(dice.index(3)),
        href: "/c/x".repeat(dice.index(2)),
        label: "Go".repeat(dice.index(2)),
        media: vec![image; dice.index(2)],
        products: some(dice, products),
        categories: some(dice, categories),
    }
}

/// Adds it to the tables.
pub(super) fn write(shop: &Shop, writer: &mut Writer) {
    for section in &shop.sections {
        let media = writer.media(&section.media);
        let record = PageSectionRecord {
            page: RowRef::new(Some(section.page)),
            language: writer.str(&section.language),
            kind: section.kind.into(),
            flags: (u32::from(section.is_on_sale) * ON_SALE
                + u32::from(section.is_in_stock) * IN_STOCK)
                .into(),
            limit: section.limit.into(),
            title: writer.str(&section.title),
            body: writer.text(&section.body),
            href: writer.str(&section.href),
            label: writer.str(&section.label),
            media,
            products: rows(&mut writer.tables.section_products, &section.products),
            categories: rows(&mut writer.tables.section_categories, &section.categories),
        };
        writer.tables.page_sections.push(record);
    }
    for rating in &shop.ratings {
        let first = count(&writer.tables.reviews);
        for review in &rating.reviews {
            let record = ReviewRecord {
                product: RowRef::new(Some(rating.product)),
                rating: review.tenths.into(),
                created_at: review.created_at.unwrap_or_default().into(),
                flags: (u32::from(review.is_verified) * VERIFIED).into(),
                language: writer.str(&review.language),
                author: writer.str(&review.author),
                title: writer.str(&review.title),
                body: writer.text(&review.body),
                answer: writer.text(&review.answer),
            };
            writer.tables.reviews.push(record);
        }
        let [stars_1, stars_2, stars_3, stars_4, stars_5] = rating.stars.map(Into::into);
        writer.tables.ratings.push(RatingRecord {
            product: RowRef::new(Some(rating.product)),
            rank: rating.rank.into(),
            average: rating.average.into(),
            reviews: List::between(first, count(&writer.tables.reviews)),
            stars_1,
            stars_2,
            stars_3,
            stars_4,
            stars_5,
        });
    }
    let variants = shop.products.iter().map(|product| count(&product.variants));
    let firsts: Vec<u32> = variants
        .scan(0, |next, many| {
            let first = *next;
            *next += many;
            Some(first)
        })
        .collect();
    for one in &shop.bundles {
        writer.tables.bundle_items.push(BundleItemRecord {
            product: RowRef::new(Some(one.product)),
            item: RowRef::new(Some(one.item)),
            variant: RowRef::new(
                one.variant
                    .map(|position| firsts[one.item as usize] + position),
            ),
            quantity: one.quantity.into(),
        });
    }
}

/// Reads it.
pub(super) fn read(catalog: &Catalog, shop: &mut Shop) {
    for product in catalog.products() {
        if let Some(rating) = product.rating() {
            let reviews = rating.reviews().map(|review| Review {
                tenths: review.rating(),
                created_at: review.created_at(),
                is_verified: review.is_verified(),
                language: review.language().to_owned(),
                author: review.author().to_owned(),
                title: review.title().to_owned(),
                body: review.body().to_owned(),
                answer: review.answer().to_owned(),
            });
            shop.ratings.push(Rating {
                product: product.row,
                rank: rating.rank(),
                average: rating.average(),
                stars: rating.stars(),
                reviews: reviews.collect(),
            });
        }
        shop.bundles.extend(product.bundle().map(|one| {
            BundleItem {
                product: product.row,
                item: one.product.row,
                variant: one
                    .variant
                    .map(|variant| variant.row - one.product.variant_rows().start),
                quantity: one.quantity,
            }
        }));
    }
    // Pages have sections in each language or in none, so what a language shows is its own.
    let pages = catalog.pages().map(|page| page.row);
    for page in pages {
        for one in std::iter::once(catalog).chain(catalog.locales()) {
            let language = match one.locale_index().0 {
                0 => "",
                _ => one.shop().locale,
            };
            let page = one.page(page).expect("languages have the same pages");
            for section in page.sections() {
                shop.sections.push(PageSection {
                    page: page.row,
                    language: language.to_owned(),
                    kind: section.kind().number(),
                    is_on_sale: section.is_on_sale(),
                    is_in_stock: section.is_in_stock(),
                    limit: section.limit(),
                    title: section.title().to_owned(),
                    body: section.body().to_owned(),
                    href: section.href().to_owned(),
                    label: section.label().to_owned(),
                    media: section
                        .media()
                        .map(|one| super::read::medium(&one))
                        .collect(),
                    products: section.products().collect(),
                    categories: section.categories().map(|category| category.row).collect(),
                });
            }
        }
    }
}
