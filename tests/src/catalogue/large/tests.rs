//! What is told of large catalogues holds of those that are made.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::catalogue::{Catalogue, document};

/// The value below which a share of all is.
fn percentile(mut values: Vec<usize>, percent: usize) -> usize {
    values.sort_unstable();
    values[values.len() * percent / 100]
}

#[test]
fn variants_and_attributes_are_as_many_as_in_real_shops() {
    let catalogue = Catalogue::large(20_000);
    let variants: Vec<usize> = catalogue
        .products()
        .map(|each| each.variants().len())
        .collect();
    let (single, all) = (
        variants.iter().filter(|&&count| count == 1).count(),
        variants.iter().sum::<usize>(),
    );
    assert!(
        (18_000..19_000).contains(&single),
        "{single} with one variant"
    );
    assert!((26_000..32_000).contains(&all), "{all} variants");
    assert_eq!(variants.iter().max(), Some(&1000));
    assert_eq!(variants.iter().filter(|&&count| count > 30).count(), 1);
    let facts: Vec<usize> = catalogue
        .products()
        .map(|each| each.facts().len())
        .collect();
    assert!((10..=14).contains(&percentile(facts.clone(), 50)));
    assert!((30..=45).contains(&percentile(facts, 95)));
    let codes: HashSet<&str> = rules().map(|rule| rule.code.as_str()).collect();
    assert!((2_000..4_000).contains(&codes.len()), "{}", codes.len());
}

#[test]
fn sizes_of_documents_names_and_prices_are_as_in_real_shops() {
    let catalogue = Catalogue::large(5_000);
    let mean = |lengths: Vec<usize>| lengths.iter().sum::<usize>() / lengths.len();
    // Without the one that has a thousand variants.
    let usual = || catalogue.products().filter(|each| !is_outsize(each));
    let document = mean(
        usual()
            .map(|each| document::product(&each, "http://x").len())
            .collect(),
    );
    assert!(
        (1_200..2_400).contains(&document),
        "{document} bytes a document"
    );
    let name = mean(usual().map(|each| each.name().chars().count()).collect());
    assert!((35..60).contains(&name), "{name} characters a name");
    let description = mean(usual().map(|each| each.description().len()).collect());
    assert!(
        (240..400).contains(&description),
        "{description} bytes a description"
    );
    let cents =
        usual().map(|each| usize::try_from(each.variants()[0].offer.cents).expect("a price"));
    let cents: Vec<usize> = cents.collect();
    assert!((4_000..7_000).contains(&percentile(cents.clone(), 50)));
    assert!((150_000..500_000).contains(&percentile(cents, 99)));
}

#[test]
fn the_largest_kind_has_a_tenth_of_all_products() {
    let catalogue = Catalogue::large(40_000);
    let ids: HashSet<String> = categories()
        .into_iter()
        .map(|category| category.id)
        .collect();
    assert_eq!(ids.len(), categories().len());
    assert!((2_000..5_000).contains(&ids.len()), "{}", ids.len());
    let mut sizes: HashMap<String, usize> = HashMap::new();
    for product in catalogue.products() {
        let id = product.categories().remove(0);
        assert!(ids.contains(&id), "{id}");
        *sizes.entry(product.place().category_id()).or_default() += 1;
    }
    let largest = sizes.values().max().copied().unwrap_or(0);
    assert!((3_800..4_600).contains(&largest), "{largest} of 40,000");
}

#[test]
fn one_product_may_have_sixty_thousand_variants() {
    let usual = Catalogue::large(10).product(GIANT).expect("a product");
    assert!(usual.variants().len() <= 30);
    let giant = Catalogue::large(10)
        .with_giant()
        .product(GIANT)
        .expect("a product");
    let variants = giant.variants();
    let different: HashSet<_> = variants
        .iter()
        .map(|each| (&each.sku, &each.gtin))
        .collect();
    assert_eq!(
        (variants.len(), different.len()),
        (GIANT_VARIANTS, GIANT_VARIANTS)
    );
}

#[test]
fn a_product_does_not_depend_on_the_size_of_its_catalogue() {
    for index in [0, GIANT, FIRST_THOUSAND, 9_999] {
        let one = Catalogue::large(10_000).product(index).expect("a product");
        let other = Catalogue::large(1_000_000)
            .product(index)
            .expect("a product");
        assert_eq!(document::product(&one, "x"), document::product(&other, "x"));
    }
}

#[test]
fn article_numbers_and_barcodes_are_unique() {
    let mut seen = HashSet::new();
    for product in Catalogue::large(6_000).products() {
        for variant in product.variants() {
            assert!(seen.insert(variant.sku) && seen.insert(variant.gtin));
        }
    }
}
