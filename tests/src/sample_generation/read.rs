//! From an opened generation back to a shop, through the accessors that pages use.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::products as records;
use frontage_shared::snapshot::{categories, facets};
use frontage_shared::totals::Terms;

use super::shop::{
    Attribute, Brand, Category, Facet, FacetValue, FormerPath, Medium, OptionValue, Page, Product,
    ProductOption, Shop, Variant,
};
use super::{content, languages, ledger, prices, stock, tiers};

impl Shop {
    /// Reads everything a generation says.
    pub fn read(generation: &Generation) -> Self {
        let catalog = &generation.catalog;
        let shop = catalog.shop();
        let former_paths = catalog.routes().filter(|(_, _, target)| target.former);
        let mut read = Self {
            id: shop.id.to_owned(),
            name: shop.name.to_owned(),
            tagline: shop.tagline.to_owned(),
            description: shop.description.to_owned(),
            email: shop.email.to_owned(),
            locale: shop.locale.to_owned(),
            currency: shop.currency.to_owned(),
            products: catalog
                .products()
                .map(|it| product(generation, &it))
                .collect(),
            categories: catalog.categories().map(|it| category(&it)).collect(),
            brands: catalog.brands().map(|it| brand(&it)).collect(),
            pages: catalog.pages().map(|it| page(&it)).collect(),
            facets: catalog.facets().map(|it| facet(&it)).collect(),
            former_paths: former_paths
                .map(|(kind, path, target)| FormerPath {
                    kind,
                    path: path.to_owned(),
                    row: target.row,
                })
                .collect(),
            origins: catalog.media_origins().map(str::to_owned).collect(),
            terms: Some(generation.terms().clone()).filter(|terms| *terms != Terms::default()),
            languages: languages::read(catalog),
            prices: prices::read(generation),
            left_paths: Vec::new(),
            redirects: Vec::new(),
            content_changes: Vec::new(),
            sections: Vec::new(),
            ratings: Vec::new(),
            bundles: Vec::new(),
            local_stock: stock::read(&generation.offers),
            tiers: tiers::read(generation),
            lead_times: generation.offers.lead_times().collect(),
        };
        ledger::read(catalog, &mut read);
        content::read(catalog, &mut read);
        read.former_paths.sort();
        read
    }
}

fn product(generation: &Generation, product: &records::Product<'_>) -> Product {
    let catalog = &generation.catalog;
    let ranks = catalog.ranks().get(product.row);
    Product {
        id: product.id().to_owned(),
        slug: product.slug().to_owned(),
        name: product.name().to_owned(),
        short_description: product.short_description().to_owned(),
        description: product.description().to_owned(),
        seo_title: product.seo_title().to_owned(),
        seo_description: product.seo_description().to_owned(),
        brand: product.brand().map(|brand| brand.row),
        primary_category: product.primary_category().map(|category| category.row),
        categories: product.categories().map(|category| category.row).collect(),
        options: product.options().map(|it| option(&it)).collect(),
        variants: product
            .variants()
            .map(|it| variant(generation, product, &it))
            .collect(),
        attributes: product.attributes().map(|it| attribute(&it)).collect(),
        media: product.media().map(|it| medium(&it)).collect(),
        related: product
            .related()
            .map(|(other, relation)| (other.row, relation))
            .collect(),
        facet_values: product.facet_values().collect(),
        is_listed: product.is_listed(),
        is_searchable: product.is_searchable(),
        is_indexable: product.is_indexable(),
        condition: match product.condition() {
            "Refurbished" => 1,
            "Used" => 2,
            _ => 0,
        },
        created_at: product.created_at(),
        updated_at: product.updated_at(),
        ranks: ranks.map_or([u32::MAX; 3], |rank| {
            [rank.name.get(), rank.newest.get(), rank.featured.get()]
        }),
    }
}

fn option(option: &records::ProductOption<'_>) -> ProductOption {
    let value = |value: records::OptionValue<'_>| OptionValue {
        code: value.code().to_owned(),
        name: value.name().to_owned(),
        swatch: value.swatch().to_owned(),
    };
    ProductOption {
        code: option.code().to_owned(),
        name: option.name().to_owned(),
        values: option.values().map(value).collect(),
    }
}

fn variant(
    generation: &Generation,
    product: &records::Product<'_>,
    variant: &records::Variant<'_>,
) -> Variant {
    let index = |(option, row): (records::ProductOption<'_>, u32)| {
        let at = option.values().position(|value| value.row == row);
        at.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
    };
    Variant {
        id: variant.id().to_owned(),
        sku: variant.sku().to_owned(),
        gtin: variant.gtin().to_owned(),
        mpn: variant.mpn().to_owned(),
        name: variant.name().to_owned(),
        values: product
            .options()
            .zip(variant.value_rows())
            .map(index)
            .collect(),
        media: variant.media().map(|it| medium(&it)).collect(),
        measure: variant
            .measure()
            .map(|measure| (measure.content, measure.per, measure.unit.to_owned())),
        offer: generation.offers.variant(variant.row),
        tax_class: Some(generation.offers.tax_class(variant.row).to_owned())
            .filter(|class| !class.is_empty()),
        weight: generation.offers.weight(variant.row),
    }
}

fn attribute(value: &facets::AttributeValue<'_>) -> Attribute {
    Attribute {
        code: value.code().to_owned(),
        label: value.label().to_owned(),
        group: value.group().to_owned(),
        unit: value.unit().to_owned(),
        value: value.value().to_owned(),
    }
}

pub(super) fn medium(medium: &records::Media<'_>) -> Medium {
    Medium {
        url: medium.url().to_owned(),
        alt: medium.alt().to_owned(),
        size: medium.size(),
        is_image: medium.is_image(),
    }
}

fn category(category: &categories::Category<'_>) -> Category {
    Category {
        id: category.id().to_owned(),
        name: category.name().to_owned(),
        path: category.path().to_owned(),
        description: category.description().to_owned(),
        seo_title: category.seo_title().to_owned(),
        seo_description: category.seo_description().to_owned(),
        parent: category.parent().map(|parent| parent.row),
        depth: category.depth(),
        products: category.products().collect(),
        media: category.media().map(|it| medium(&it)).collect(),
        is_indexable: category.is_indexable(),
        updated_at: category.updated_at(),
    }
}

fn brand(brand: &categories::Brand<'_>) -> Brand {
    Brand {
        slug: brand.slug().to_owned(),
        name: brand.name().to_owned(),
        products: brand.products().collect(),
    }
}

fn page(page: &categories::ContentPage<'_>) -> Page {
    Page {
        slug: page.slug().to_owned(),
        id: page.id().to_owned(),
        title: page.title().to_owned(),
        body: page.body().to_owned(),
        seo_title: page.seo_title().to_owned(),
        seo_description: page.seo_description().to_owned(),
        kind: match page.kind() {
            "article" => 1,
            "policy" => 2,
            "faq" => 3,
            _ => 0,
        },
        is_indexable: page.is_indexable(),
        updated_at: page.updated_at(),
    }
}

fn facet(facet: &facets::Facet<'_>) -> Facet {
    let value = |value: facets::FacetValue<'_>| FacetValue {
        code: value.code().to_owned(),
        label: value.label().to_owned(),
        swatch: value.swatch().to_owned(),
        products: value.products().collect(),
    };
    Facet {
        code: facet.code().to_owned(),
        label: facet.label().to_owned(),
        unit: facet.unit().to_owned(),
        is_brand: facet.is_brand(),
        values: facet.values().map(value).collect(),
    }
}
