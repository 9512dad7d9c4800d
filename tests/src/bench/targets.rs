//! The addresses that are asked for.
//!
//! They are made from the published generation, in the one spelling that the server does not redirect.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Context as _, ensure};
use frontage_shared::snapshot::Generation;

use crate::catalogue::Dice;

/// How many pages a visitor's share of warm pages is drawn from.
const WARM: usize = 200;
/// Lists of a kind: so many that the body cache has forgotten one before it comes again.
const LISTS: usize = 20_000;

/// Addresses, and which is next.
#[derive(Debug)]
pub struct Targets {
    paths: Vec<String>,
    order: Order,
}

#[derive(Debug)]
enum Order {
    /// One after the other, over and over.
    Each(AtomicUsize),
    /// Any at any time, the same ones in every run.
    Any(AtomicU64),
}

/// What a shop's visitors ask for.
#[derive(Debug)]
pub struct Shop {
    /// Paths of all products that are on sale.
    pub products: Vec<String>,
    /// The path of the category with most products.
    pub category: String,
    /// How many products are in it.
    pub category_products: usize,
    /// Words to search for.
    words: Vec<String>,
    /// A product without variants, and its SKU: its page shows one price.
    pub simple: (String, String),
}

impl Targets {
    /// All of these in turn.
    pub fn each(paths: Vec<String>) -> Self {
        Self {
            paths,
            order: Order::Each(AtomicUsize::new(0)),
        }
    }

    /// Any of these, each as likely as the others.
    pub fn any(paths: Vec<String>) -> Self {
        Self {
            paths,
            order: Order::Any(AtomicU64::new(0)),
        }
    }

    /// The next address to ask for.
    pub fn next(&self) -> &str {
        let at = match &self.order {
            Order::Each(turn) => turn.fetch_add(1, Ordering::Relaxed) % self.paths.len(),
            Order::Any(turn) => {
                Dice::new(0, "visit", turn.fetch_add(1, Ordering::Relaxed)).index(self.paths.len())
            }
        };
        &self.paths[at]
    }

    /// All addresses.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }
}

impl Shop {
    /// Reads a generation.
    pub fn of(generation: &Generation) -> anyhow::Result<Self> {
        let catalog = &generation.catalog;
        let on_sale = || catalog.products().filter(|product| product.is_listed());
        let products: Vec<String> = on_sale()
            .map(|product| format!("/p/{}", product.slug()))
            .collect();
        ensure!(!products.is_empty(), "nothing is on sale");
        let largest = catalog
            .categories()
            .max_by_key(|category| category.products().len());
        let largest = largest.context("there is no category")?;
        let mut words: Vec<String> = on_sale()
            .step_by((products.len() / 2000).max(1))
            .flat_map(|product| {
                product
                    .name()
                    .split(' ')
                    .map(str::to_lowercase)
                    .collect::<Vec<_>>()
            })
            .filter(|word| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .collect();
        words.sort();
        words.dedup();
        ensure!(!words.is_empty(), "no name has a word to search for");
        let simple = on_sale().find_map(|product| {
            let mut variants = product.variants();
            let only = variants.next()?;
            let alone = variants.next().is_none() && !only.sku().is_empty();
            alone.then(|| (format!("/p/{}", product.slug()), only.sku().to_owned()))
        });
        Ok(Self {
            products,
            category: format!("/c/{}", largest.path()),
            category_products: largest.products().len(),
            words,
            simple: simple.context("every product has variants")?,
        })
    }

    /// A few products that are asked for again and again.
    pub fn warm(&self) -> Vec<String> {
        let step = (self.products.len() / WARM).max(1);
        self.products
            .iter()
            .step_by(step)
            .take(WARM)
            .cloned()
            .collect()
    }

    /// The largest category, narrowed and ordered in ever other ways. `facets` are pairs of a name and a value.
    pub fn filtered(&self, facets: &[(String, String)]) -> Vec<String> {
        const SORTS: [&str; 5] = [
            "",
            "sort=price-asc&",
            "sort=price-desc&",
            "sort=name&",
            "sort=newest&",
        ];
        let list = |number: usize| {
            let mut query = SORTS[number % SORTS.len()].to_owned();
            // Every second list is narrowed by a facet.
            if let Some((name, value)) =
                facets.get(number / SORTS.len() % (2 * facets.len()).max(1))
            {
                query += &format!("{name}={value}&");
            }
            format!("{}?{query}price-min={}", self.category, small_price(number))
        };
        (0..LISTS).map(list).collect()
    }

    /// Searches for one word or two, narrowed a little, so that no two are the same.
    pub fn searches(&self) -> Vec<String> {
        let search = |number: usize| {
            let mut dice = Dice::new(0, "search", number as u64);
            let mut words = dice.pick(&self.words).clone();
            if dice.percent(50) {
                words = format!("{words}+{}", dice.pick(&self.words));
            }
            format!("/search?q={words}&price-min={}", small_price(number))
        };
        (0..LISTS).map(search).collect()
    }
}

/// A low price that no other number gives: nearly everything costs more.
fn small_price(number: usize) -> String {
    // The last digit is never 0, because a price has one spelling.
    format!(
        "{}.{:03}{}",
        number / 9000,
        number % 9000 / 9,
        number % 9 + 1
    )
}

/// The choices that a page's filter form offers, as names and values of its check boxes.
pub fn choices(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("name=\"f.").skip(1);
    inputs
        .filter_map(|input| {
            let (code, rest) = input.split_once("\" value=\"")?;
            let (value, rest) = rest.split_once('"')?;
            // A choice that would leave nothing cannot be taken.
            let possible = !rest.split('>').next()?.contains("disabled");
            let plain = |text: &str| {
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            };
            (possible && plain(code) && plain(value))
                .then(|| (format!("f.{code}"), value.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn shop() -> Shop {
        Shop {
            products: (0..1000).map(|number| format!("/p/{number}")).collect(),
            category: "/c/tents".to_owned(),
            category_products: 10,
            words: vec!["oak".to_owned(), "ash".to_owned()],
            simple: ("/p/1".to_owned(), "1".to_owned()),
        }
    }

    #[test]
    fn no_two_lists_are_the_same() {
        let facets = [("f.brand".to_owned(), "oak".to_owned())];
        for lists in [
            shop().filtered(&facets),
            shop().filtered(&[]),
            shop().searches(),
        ] {
            let different: HashSet<&String> = lists.iter().collect();
            assert_eq!(different.len(), LISTS);
        }
        assert_eq!(shop().warm().len(), WARM);
    }

    #[test]
    fn choices_are_read_from_the_form() {
        let html = r#"<input type="checkbox" name="f.colour" value="moss"><input type="checkbox" name="f.size" value="xl"
            disabled><input type="checkbox" name="f.brand" value="a&amp;b"><input name="q" value="x">"#;
        assert_eq!(choices(html), [("f.colour".to_owned(), "moss".to_owned())]);
    }

    #[test]
    fn all_or_any_are_asked_for() {
        let each = Targets::each(shop().products);
        assert_eq!((each.next(), each.next()), ("/p/0", "/p/1"));
        let any = Targets::any(shop().products);
        let asked: HashSet<&str> = (0..1000).map(|_| any.next()).collect();
        assert!(asked.len() > 500, "{}", asked.len());
    }
}
