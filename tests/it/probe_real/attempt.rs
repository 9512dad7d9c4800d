//! A shop that is put together from what `probe` proposes for real exports, and what it has to sell.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::model::slug;
use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::Value;

use super::raw::cents;
use crate::budgets;

const MOST_EDITS: usize = 10;

/// What a shop sells: products with the prices of all their variants in cents, ascending, and the ids of categories.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Goods {
    pub(super) products: BTreeMap<String, Vec<i64>>,
    pub(super) categories: BTreeSet<String>,
}

pub(super) type Edits = [(&'static str, &'static str)];

/// A shop that is put together from what `probe` proposes.
pub(super) struct Attempt {
    pub(super) shop: Shop,
    set: &'static str,
    edited: usize,
    pub(super) formats: Vec<String>,
}

impl Attempt {
    pub(super) fn new(set: &'static str, currency: &str) -> Self {
        let shop = ShopBuilder::of(documents::shop(1)).start();
        let text = format!(
            "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test\"\ncurrency = \"{currency}\"\nlocale = \"en\"\n"
        );
        std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
        Self {
            shop,
            set,
            edited: 0,
            formats: Vec::new(),
        }
    }

    /// Serves the bytes, probes their address, and edits what came of it.
    pub(super) async fn source(&mut self, name: &str, path: &str, bytes: Vec<u8>, edits: &Edits) {
        let served = Response::ok("application/octet-stream", bytes);
        self.shop.backend.respond_with(path, served);
        let config = self.shop.folder().join("ingest.toml");
        let target = self.shop.backend.url(path);
        let write = config.to_str().expect("a path");
        let arguments = ["probe", &target, "--json", "--write", write, "--name", name];
        let probed = self.shop.ingest(&arguments).await;
        assert_eq!(probed.code, Some(0), "{}{}", probed.stdout, probed.stderr);
        let proposal: Value = serde_json::from_str(&probed.stdout).expect("JSON");
        let preset = proposal["preset"]
            .as_str()
            .map(|name| format!("preset {name}"));
        let format = proposal["format"].as_str().unwrap_or_default().to_owned();
        self.formats.push(preset.unwrap_or(format));
        for (old, new) in edits {
            self.edit(name, old, new);
        }
    }

    /// Replaces a line that is there once, in the source's part of the configuration or in its program.
    fn edit(&mut self, name: &str, old: &str, new: &str) {
        let places = ["ingest.toml".to_owned(), format!("{name}.jq")];
        let mut found = 0;
        for place in places {
            let path = self.shop.folder().join(place);
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let begin = text.find(&format!("[source.{name}]")).unwrap_or(0);
            let (before, part) = text.split_at(begin);
            let lines: Vec<&str> = part.lines().collect();
            // A line that is told with its indentation is meant with it.
            let is_meant = |line: &str| line == old || line.trim() == old;
            let here = lines.iter().filter(|line| is_meant(line)).count();
            found += here;
            let lines: Vec<&str> = lines
                .into_iter()
                .map(|line| if is_meant(line) { new } else { line })
                .collect();
            if here > 0 {
                let text = format!("{before}{}\n", lines.join("\n"));
                std::fs::write(path, text).expect("a file");
            }
        }
        assert_eq!(found, 1, "{}: `{old}` is there {found} times", self.set);
        self.edited += new.lines().filter(|line| line.trim() != old).count().max(1);
    }

    /// Adds lines that nothing proposed.
    pub(super) fn write_more(&mut self, place: &str, lines: &str) {
        let path = self.shop.folder().join(place);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, format!("{text}{lines}")).expect("a file");
        self.edited += lines.lines().filter(|line| !line.trim().is_empty()).count();
    }

    /// Publishes, and compares what is sold with what the raw file has. Gives the shop, open, and the heaviest of its
    /// product pages.
    pub(super) async fn gives(self, expected: &Goods) -> (Shop, String) {
        assert!(
            self.edited <= MOST_EDITS,
            "{}: {} lines",
            self.set,
            self.edited
        );
        let once = self.shop.ingest(&["once"]).await;
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
        let generation = self.shop.published();
        let mut sold = Goods::default();
        for product in generation.catalog.products() {
            let rows = product.variant_rows();
            let prices = rows.filter_map(|row| generation.offers.variant(row).price);
            // A price of zero means none.
            let mut prices: Vec<i64> = prices.filter(|price| *price > 0).collect();
            prices.sort_unstable();
            sold.products.insert(product.id().to_owned(), prices);
        }
        for category in generation.catalog.categories() {
            sold.categories.insert(category.id().to_owned());
        }
        assert_eq!(&sold, expected, "{}\n{}", self.set, once.stdout);
        drop(generation);
        let mut shop = self.shop;
        shop.serve().await;
        let weights = budgets::of_all_products(&shop).await;
        println!(
            "probe: {} ({}), {} edited lines, {} products, {} variants with a price, {} categories; {} pages of products, {} bytes the \
             heaviest",
            self.set,
            self.formats.join(" and "),
            self.edited,
            sold.products.len(),
            sold.products.values().map(Vec::len).sum::<usize>(),
            sold.categories.len(),
            weights.count,
            weights.most
        );
        (shop, weights.path)
    }
}

impl Goods {
    /// A product that is its own variant; of several with one id the first counts.
    pub(super) fn product(&mut self, id: &str, price: &str) {
        if !self.products.contains_key(id) {
            self.variant(id, price);
        }
    }

    /// A variant of a product.
    pub(super) fn variant(&mut self, product: &str, price: &str) {
        let prices = self.products.entry(product.to_owned()).or_default();
        prices.extend(cents(price).filter(|price| *price > 0));
        prices.sort_unstable();
    }

    /// A path of categories, and all above it.
    pub(super) fn path(&mut self, path: &[&str]) {
        for depth in 1..=path.len() {
            self.categories
                .insert(slug::from_text(&path[..depth].join("/")));
        }
    }
}
