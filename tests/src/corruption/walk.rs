//! Calls every accessor of a generation, and gives a number that depends on all that they said.
//!
//! An accessor that panics, runs away or allocates by what a damaged file says does so here. A new accessor belongs
//! here too.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::categories::{Category, ContentPage};
use frontage_shared::snapshot::locales::{Field, LocaleIndex};
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::products::{Media, Product, Variant};
use frontage_shared::snapshot::record::Counts as _;
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::totals::{Basket, Line};

/// One word, several words, a beginning, a code, a word with a typing error, nothing, punctuation.
const QUERIES: [&str; 7] = ["lamp", "brass mug", "sh", "x1", "bluue", "", "\"(*~"];

/// Says the same of the same generation.
pub fn walk_everything(generation: &Generation) -> u64 {
    let mut said = DefaultHasher::new();
    generation.number().hash(&mut said);
    format!("{:?} {generation:?}", generation.currency()).hash(&mut said);
    catalog(&generation.catalog, &mut said);
    offers(&generation.offers, &mut said);
    totals(generation, &mut said);
    for now in [1_200, i64::MAX] {
        let then = generation.at(now);
        for list in std::iter::once(&then).chain(then.others()) {
            format!("{:?} {:?}", list.currency(), list.span()).hash(&mut said);
            prices(&list.offers, &mut said);
        }
    }
    for locale in 0..4 {
        let market = generation.in_locale(LocaleIndex(locale));
        market.offers.list().hash(&mut said);
    }
    said.finish()
}

/// The catalog half.
pub fn catalog(catalog: &Catalog, said: &mut DefaultHasher) {
    format!("{:?}", catalog.shop()).hash(said);
    catalog.documents_hash().hash(said);
    (
        catalog.product_count(),
        catalog.variant_count(),
        catalog.facet_value_count(),
    )
        .hash(said);
    (
        catalog.part().file_length(),
        catalog.part().sections().count(),
    )
        .hash(said);
    for found in catalog.products() {
        product(&found, said);
        catalog
            .product_by_id(found.id())
            .map(|again| again.row)
            .hash(said);
    }
    for row in 0..catalog.variant_count() {
        let Some(found) = catalog.variant(row) else {
            continue;
        };
        variant(&found, said);
        catalog
            .variant_by_id(found.id())
            .map(|again| again.row)
            .hash(said);
        catalog
            .variant_by_sku(found.sku())
            .map(|again| again.row)
            .hash(said);
    }
    catalog.root_categories().count().hash(said);
    for found in catalog.categories() {
        category(&found, said);
    }
    for brand in catalog.brands() {
        (brand.slug(), brand.name(), brand.row).hash(said);
        brand.products().for_each(|row| row.hash(said));
    }
    for page in catalog.pages() {
        (
            page.slug(),
            page.id(),
            page.title(),
            page.body(),
            page.seo_title(),
            page.seo_description(),
        )
            .hash(said);
        (page.kind(), page.is_indexable(), page.updated_at()).hash(said);
        sections(&page, said);
    }
    facets(catalog, said);
    for rank in catalog.ranks().iter() {
        (rank.name.get(), rank.newest.get(), rank.featured.get()).hash(said);
    }
    catalog.media_origins().for_each(|origin| origin.hash(said));
    routes(catalog, said);
    ledger(catalog, said);
    search(catalog, said);
    rows_that_cannot_be(catalog, said);
    for local in catalog.locales() {
        self::catalog(local, said);
        translations(local, said);
    }
}

/// What is known of the past.
fn ledger(catalog: &Catalog, said: &mut DefaultHasher) {
    for left in catalog.left_paths() {
        format!("{left:?}").hash(said);
        format!("{:?}", catalog.left(left.kind, left.path)).hash(said);
    }
    for (from, to, since) in catalog.redirects() {
        (from, to, since, catalog.redirect(from)).hash(said);
    }
    for kind in RouteKind::ALL {
        for row in [0, 1, catalog.product_count(), u32::MAX] {
            format!("{:?}", catalog.content_change(kind, row)).hash(said);
        }
        format!("{:?}", catalog.left(kind, "nothing")).hash(said);
    }
}

/// What a further language says of rows that exist and of rows that do not.
fn translations(catalog: &Catalog, said: &mut DefaultHasher) {
    (catalog.prefix(), catalog.locale_index()).hash(said);
    for &field in Field::ALL {
        let rows = catalog.part().count(field.section());
        let rows = 0..u32::try_from(rows).unwrap_or(u32::MAX);
        for row in rows.chain([u32::MAX]) {
            catalog.translated(field, row).hash(said);
        }
    }
    let names = catalog.name_ranks();
    for row in (0..catalog.product_count()).chain([u32::MAX]) {
        names.get(row).hash(said);
    }
}

fn rows_that_cannot_be(catalog: &Catalog, said: &mut DefaultHasher) {
    for row in [catalog.product_count(), u32::MAX - 1, u32::MAX] {
        (
            catalog.product(row).is_some(),
            catalog.variant(row).is_some(),
            catalog.category(row).is_some(),
        )
            .hash(said);
        (catalog.brand(row).is_some(), catalog.page(row).is_some()).hash(said);
        (
            catalog.facet(row).is_some(),
            catalog.facet_value(row).is_some(),
        )
            .hash(said);
    }
}

/// The offers half.
pub fn offers(offers: &Offers, said: &mut DefaultHasher) {
    (offers.catalog_hash(), offers.documents_hash()).hash(said);
    (offers.variant_count(), offers.product_count()).hash(said);
    (
        offers.part().file_length(),
        offers.part().sections().count(),
    )
        .hash(said);
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        let offer = offers.variant(row);
        (
            offer.price,
            offer.compare_at,
            offer.quantity,
            offer.available_at,
        )
            .hash(said);
        (
            offer.availability.number(),
            offer.availability.can_be_ordered(),
            offer.availability.schema_org(),
        )
            .hash(said);
    }
    for row in offers.price_order() {
        let offer = offers.product(row);
        (
            row,
            offer.prices,
            offer.compare_at,
            offer.availability.number(),
            offer.price_rank,
        )
            .hash(said);
    }
    offers.price_order().rev().len().hash(said);
    for change in offers.changes(i64::MIN, i64::MAX) {
        format!("{change:?}").hash(said);
    }
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        format!("{:?}", offers.past_prices(row)).hash(said);
        offers.lowest_before(row).hash(said);
    }
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        (offers.tax_class(row), offers.weight(row)).hash(said);
    }
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        let places = offers.locations(row);
        format!("{:?}", places.collect::<Vec<_>>()).hash(said);
    }
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        let tiers = offers.tiers(row).chain(offers.stated_tiers(row));
        format!("{:?}", tiers.collect::<Vec<_>>()).hash(said);
        for quantity in [0, 2, 10, u32::MAX] {
            offers.unit_price(row, quantity).hash(said);
        }
    }
    format!("{:?}", offers.all_tiers().collect::<Vec<_>>()).hash(said);
    let lead_times: Vec<_> = offers.lead_times().collect();
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        offers.lead_time(row).hash(said);
    }
    lead_times.hash(said);
    for id in offers.location_ids().chain(["", "~"]) {
        format!("{id} {:?}", offers.stock_at(0, id)).hash(said);
    }
    offers.tax_classes().hash(said);
    format!("{:?}", offers.terms()).hash(said);
}

/// Prices in a list, as of an instant.
fn prices(offers: &Offers, said: &mut DefaultHasher) {
    for row in (0..offers.variant_count()).chain([u32::MAX]) {
        format!("{:?}", offers.prices(row)).hash(said);
        offers.lowest_before(row).hash(said);
        // Found in a list that is made for it: what is kept of it would show in the next walk.
        offers.changes_at(row).hash(said);
    }
    for row in offers.price_order() {
        (row, offers.product(row).prices).hash(said);
    }
    offers.price_order().rev().len().hash(said);
    offers.price_ranks(Some(100), Some(5_000)).hash(said);
}

/// A cart of everything, under whatever the terms say.
fn totals(generation: &Generation, said: &mut DefaultHasher) {
    let lines = (0..generation.offers.variant_count().min(100))
        .filter_map(|row| Line::of(generation, row, 1 + row % 3))
        .collect();
    let terms = generation.terms();
    let methods = terms.delivery_methods.iter();
    let coupons = terms.promotions.iter().flat_map(|one| &one.coupons);
    let basket = Basket {
        lines,
        coupons: coupons.cloned().collect(),
        delivery_method: methods.map(|method| method.id.clone()).next(),
        now: 1_700_000_000,
        ..Basket::default()
    };
    let totals = frontage_shared::totals::total(terms, &basket, generation.currency());
    format!("{totals:?}").hash(said);
}

fn product(product: &Product<'_>, said: &mut DefaultHasher) {
    (
        product.id(),
        product.slug(),
        product.name(),
        product.seo_title(),
        product.seo_description(),
    )
        .hash(said);
    (
        product.short_description(),
        product.description(),
        product.condition(),
    )
        .hash(said);
    (
        product.is_listed(),
        product.is_searchable(),
        product.is_indexable(),
    )
        .hash(said);
    (
        product.created_at(),
        product.updated_at(),
        product.variant_rows(),
    )
        .hash(said);
    product.brand().map(|brand| brand.row).hash(said);
    product
        .primary_category()
        .map(|category| category.row)
        .hash(said);
    product
        .categories()
        .for_each(|category| category.row.hash(said));
    for option in product.options() {
        (option.code(), option.name()).hash(said);
        option
            .values()
            .for_each(|value| (value.code(), value.name(), value.swatch(), value.row).hash(said));
    }
    product
        .variants()
        .for_each(|variant| variant.row.hash(said));
    for value in product.attributes() {
        (
            value.code(),
            value.label(),
            value.group(),
            value.unit(),
            value.value(),
        )
            .hash(said);
    }
    product.media().for_each(|it| media(&it, said));
    product
        .related()
        .for_each(|(other, relation)| (other.row, relation).hash(said));
    product.facet_values().for_each(|row| row.hash(said));
    opinions(product, said);
}

fn opinions(product: &Product<'_>, said: &mut DefaultHasher) {
    for one in product.bundle() {
        let variant = one.variant.map(|variant| variant.row);
        (one.product.row, variant, one.quantity).hash(said);
    }
    if let Some(rating) = product.rating() {
        (
            rating.rank(),
            rating.average(),
            rating.stars(),
            rating.count(),
        )
            .hash(said);
        for review in rating.reviews() {
            (review.rating(), review.created_at(), review.is_verified()).hash(said);
            (review.language(), review.author(), review.title()).hash(said);
            (review.body(), review.answer()).hash(said);
        }
    }
}

fn sections(page: &ContentPage<'_>, said: &mut DefaultHasher) {
    for section in page.sections() {
        (
            section.kind().number(),
            section.is_on_sale(),
            section.is_in_stock(),
        )
            .hash(said);
        (section.limit(), section.title(), section.body()).hash(said);
        (section.href(), section.label()).hash(said);
        section.media().for_each(|it| media(&it, said));
        section.products().for_each(|row| row.hash(said));
        section.categories().for_each(|below| below.row.hash(said));
    }
}

fn variant(variant: &Variant<'_>, said: &mut DefaultHasher) {
    (
        variant.id(),
        variant.sku(),
        variant.gtin(),
        variant.mpn(),
        variant.name(),
    )
        .hash(said);
    variant.product().map(|product| product.row).hash(said);
    variant.values().for_each(|value| value.row.hash(said));
    variant.value_rows().for_each(|row| row.hash(said));
    variant.media().for_each(|it| media(&it, said));
    let measure = variant.measure();
    measure
        .map(|measure| {
            (
                measure.content,
                measure.per,
                measure.unit,
                measure.unit_price(1_000),
            )
        })
        .hash(said);
}

fn media(media: &Media<'_>, said: &mut DefaultHasher) {
    (media.url(), media.alt(), media.size(), media.is_image()).hash(said);
}

fn category(category: &Category<'_>, said: &mut DefaultHasher) {
    (
        category.id(),
        category.name(),
        category.path(),
        category.description(),
    )
        .hash(said);
    (
        category.seo_title(),
        category.seo_description(),
        category.depth(),
    )
        .hash(said);
    (category.is_indexable(), category.updated_at()).hash(said);
    category
        .breadcrumb()
        .iter()
        .for_each(|above| above.row.hash(said));
    category.children().for_each(|below| below.row.hash(said));
    category.products().for_each(|row| row.hash(said));
    category.media().for_each(|it| media(&it, said));
}

fn facets(catalog: &Catalog, said: &mut DefaultHasher) {
    for facet in catalog.facets() {
        (
            facet.code(),
            facet.label(),
            facet.unit(),
            facet.is_brand(),
            facet.value_rows(),
        )
            .hash(said);
        for value in facet.values() {
            (value.code(), value.label(), value.swatch(), value.row).hash(said);
            value.facet().map(|facet| facet.row).hash(said);
            value.products().for_each(|row| row.hash(said));
            facet.value(value.code()).map(|again| again.row).hash(said);
        }
    }
}

fn routes(catalog: &Catalog, said: &mut DefaultHasher) {
    for (kind, path, target) in catalog.routes() {
        (kind.number(), path, target.row, target.former).hash(said);
        catalog.route(kind, path).map(|again| again.row).hash(said);
    }
    for kind in RouteKind::ALL {
        catalog.route(kind, "no such path").is_some().hash(said);
    }
}

/// What a damaged index says may differ from reader to reader; that it says anything or nothing may not.
fn search(catalog: &Catalog, said: &mut DefaultHasher) {
    for query in QUERIES {
        match catalog.search(query) {
            Ok(hits) => {
                hits.fuzzy.hash(said);
                hits.rows
                    .iter()
                    .for_each(|product| (product, hits.score(product)).hash(said));
            }
            Err(error) => error.to_string().hash(said),
        }
    }
}
