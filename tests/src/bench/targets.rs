//! The addresses that are asked for.
//!
//! They are made from the published generation, in the one spelling that the server does not redirect.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Context as _, ensure};
use frontage_shared::snapshot::Generation;

use crate::catalogue::Dice;

/// How many pages a visitor's share of warm pages is drawn from.
const WARM: usize = 200;
/// Lists of a kind: so many that the body cache has forgotten one before it comes again.
const LISTS: usize = 20_000;

/// The size of category that the budget is about.
const CATEGORY_PRODUCTS: usize = 100_000;
/// Products on a page of a list.
const PAGE_SIZE: usize = 24;
/// Names that words are taken from.
const SAMPLE: usize = 20_000;
/// The most common words, and how many of the least common.
const BROAD: usize = 50;
const RARE: usize = 2_000;
const SORTS: [&str; 5] = [
    "",
    "sort=price-asc&",
    "sort=price-desc&",
    "sort=name&",
    "sort=newest&",
];

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
    /// The category whose size is nearest to the one that the budget is about.
    pub category: Shelf,
    /// The category with most products.
    pub largest: Shelf,
    /// Words to search for, the most common first.
    words: Vec<String>,
    /// A product without variants, and its SKU: its page shows one price.
    pub simple: (String, String),
}

/// A category.
#[derive(Debug)]
pub struct Shelf {
    /// Its path.
    pub path: String,
    /// How many products are in it.
    pub products: usize,
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
        let shelves = || {
            catalog.categories().map(|category| Shelf {
                path: format!("/c/{}", category.path()),
                products: category.products().len(),
            })
        };
        let category = shelves().min_by_key(|shelf| shelf.products.abs_diff(CATEGORY_PRODUCTS));
        let largest = shelves().max_by_key(|shelf| shelf.products);
        let mut counts: HashMap<String, u32> = HashMap::new();
        for product in on_sale().step_by((products.len() / SAMPLE).max(1)) {
            for word in product.name().split(' ').map(str::to_lowercase) {
                let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if word.len() > 3 && is_plain {
                    *counts.entry(word).or_default() += 1;
                }
            }
        }
        let mut words: Vec<(u32, String)> = counts.into_iter().map(|(word, n)| (n, word)).collect();
        words.sort_by(|a, b| b.cmp(a));
        ensure!(
            words.len() >= 2 * BROAD,
            "names have too few words to search for"
        );
        let simple = on_sale().find_map(|product| {
            let mut variants = product.variants();
            let only = variants.next()?;
            let alone = variants.next().is_none() && !only.sku().is_empty();
            alone.then(|| (format!("/p/{}", product.slug()), only.sku().to_owned()))
        });
        Ok(Self {
            products,
            category: category.context("there is no category")?,
            largest: largest.context("there is no category")?,
            words: words.into_iter().map(|(_, word)| word).collect(),
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

    /// Searches for words that many products have, one or two at a time, narrowed a little so that no two are the same.
    pub fn broad(&self) -> Vec<String> {
        self.searches("broad", &self.words[..BROAD], |_, word| word.to_owned())
    }

    /// Searches for words that few products have, such as part numbers.
    pub fn rare(&self) -> Vec<String> {
        let rare = self.words.iter().rev().take(RARE.min(self.words.len() / 2));
        let rare: Vec<String> = rare.cloned().collect();
        self.searches("rare", &rare, |_, word| word.to_owned())
    }

    /// Searches for words with one letter wrong.
    pub fn typo(&self) -> Vec<String> {
        let long: Vec<String> = self
            .words
            .iter()
            .filter(|word| word.len() > 5 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .take(RARE)
            .cloned()
            .collect();
        self.searches("typo", &long, |dice, word| {
            let at = 1 + dice.index(word.len() - 2);
            // No word has two of them in the place of one letter.
            format!("{}q{}", &word[..at], &word[at + 1..])
        })
    }

    fn searches(
        &self,
        topic: &str,
        words: &[String],
        spell: impl Fn(&mut Dice, &str) -> String,
    ) -> Vec<String> {
        let search = |number: usize| {
            let mut dice = Dice::new(0, topic, number as u64);
            let word = dice.word(words).to_owned();
            let mut words_asked = spell(&mut dice, &word);
            // Two words that nobody has together would be a search for nothing: the second is a common one.
            if topic == "broad" && dice.percent(30) {
                words_asked += &format!("+{}", dice.word(words));
            }
            format!("/search?q={words_asked}&price-min={}", small_price(number))
        };
        (0..LISTS).map(search).collect()
    }
}

impl Shelf {
    /// Narrowed and ordered in ever other ways. `facets` are pairs of a name and a value.
    pub fn filtered(&self, facets: &[(String, String)]) -> Vec<String> {
        let list = |number: usize| {
            let mut query = SORTS[number % SORTS.len()].to_owned();
            // Every second list is narrowed by a facet.
            if let Some((name, value)) =
                facets.get(number / SORTS.len() % (2 * facets.len()).max(1))
            {
                query += &format!("{name}={value}&");
            }
            format!("{}?{query}price-min={}", self.path, small_price(number))
        };
        (0..LISTS).map(list).collect()
    }

    /// Any page of it, in any order.
    pub fn deep(&self) -> Vec<String> {
        let pages = (self.products / PAGE_SIZE * 9 / 10).max(2);
        let list = |number: usize| {
            let page = 2 + Dice::new(0, "deep", number as u64).index(pages - 1);
            let sort = SORTS[number % SORTS.len()];
            format!(
                "{}?{sort}price-min={}&page={page}",
                self.path,
                small_price(number)
            )
        };
        (0..LISTS).map(list).collect()
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
        let shelf = || Shelf {
            path: "/c/tents".to_owned(),
            products: 5000,
        };
        Shop {
            products: (0..1000).map(|number| format!("/p/{number}")).collect(),
            category: shelf(),
            largest: shelf(),
            words: (0..2 * BROAD)
                .map(|number| format!("wooden{}", "abcdefghij".repeat(1 + number % 3)))
                .collect(),
            simple: ("/p/1".to_owned(), "1".to_owned()),
        }
    }

    #[test]
    fn no_two_lists_are_the_same() {
        let facets = [("f.brand".to_owned(), "oak".to_owned())];
        let shop = shop();
        for lists in [
            shop.category.filtered(&facets),
            shop.category.filtered(&[]),
            shop.category.deep(),
            shop.broad(),
            shop.rare(),
            shop.typo(),
        ] {
            let different: HashSet<&String> = lists.iter().collect();
            assert_eq!(different.len(), LISTS);
        }
        assert_eq!(shop.warm().len(), WARM);
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
