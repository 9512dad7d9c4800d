//! Shops from a seed: nonsense to a shopper, but lawful in every way the format can hold.
//!
//! Empty texts, letters of several bytes, empty lists and absent values come up often, because that is where
//! readers and writers disagree.

use std::collections::BTreeSet;

use frontage_shared::snapshot::offers::Availability;
use frontage_shared::snapshot::routes::RouteKind;

use super::shop::{
    Attribute, Brand, Category, Facet, FacetValue, FormerPath, Medium, Offer, OptionValue, Page,
    Product, ProductOption, Shop, Variant,
};
use super::terms;
use super::{content, languages, ledger, prices, stock, tiers};
use crate::catalogue::Dice;

/// How much a shop has of what.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Products; at least one, for something to be in every section.
    pub products: u32,
    /// Categories.
    pub categories: u32,
    /// Brands.
    pub brands: u32,
    /// Content pages.
    pub pages: u32,
    /// Facets, each with as many values as it has letters to spare.
    pub facets: u32,
}

const WORDS: [&str; 24] = [
    "lamp",
    "Brass",
    "mug",
    "oak",
    "Tür",
    "crème",
    "βήτα",
    "лампа",
    "灯",
    "🪔",
    "shelf",
    "size",
    "XL",
    "blue",
    "ink",
    "10 cm",
    "a/b",
    "&amp;",
    "<b>",
    "\"quoted\"",
    "it's",
    "\u{200b}",
    "ﬁ",
    "ǅ",
];

impl Scale {
    /// A few tens of kilobytes.
    pub fn small() -> Self {
        Self {
            products: 6,
            categories: 5,
            brands: 3,
            pages: 3,
            facets: 3,
        }
    }

    /// Anything from a product to a hundred.
    pub fn any(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "scale", 0);
        let mut up_to = |most: u64| u32::try_from(dice.below(most)).unwrap_or(0);
        Self {
            products: 1 + up_to(100),
            categories: up_to(20),
            brands: up_to(12),
            pages: up_to(8),
            facets: up_to(8),
        }
    }
}

impl Shop {
    /// The shop of a seed.
    pub fn random(seed: u64, scale: Scale) -> Self {
        let mut random = Random {
            dice: Dice::new(seed, "shop", 0),
            scale,
            seed,
            variants: 0,
        };
        let mut shop = Self {
            id: random.code(),
            name: random.words(),
            tagline: random.words(),
            description: random.words(),
            email: random.words(),
            locale: "de-AT".to_owned(),
            currency: "EUR".to_owned(),
            products: random.products(),
            categories: random.categories(),
            brands: random.brands(),
            pages: random.pages(),
            facets: Vec::new(),
            former_paths: random.former_paths(),
            origins: vec![
                "https://img.example".to_owned(),
                "https://media.example:8443".to_owned(),
            ],
            terms: terms::random(seed),
            languages: Vec::new(),
            prices: None,
            left_paths: Vec::new(),
            redirects: Vec::new(),
            content_changes: Vec::new(),
            sections: Vec::new(),
            ratings: Vec::new(),
            bundles: Vec::new(),
            local_stock: Vec::new(),
            tiers: Vec::new(),
            lead_times: Vec::new(),
        };
        random.facets(&mut shop);
        shop.languages = languages::random(seed, &shop);
        shop.prices = prices::random(seed, &shop);
        ledger::random(seed, &mut shop);
        content::random(seed, &mut shop);
        shop.local_stock = stock::random(seed, &shop);
        shop.tiers = tiers::random(seed, &shop);
        shop.lead_times = stock::random_lead_times(seed, &shop);
        shop
    }
}

struct Random {
    dice: Dice,
    scale: Scale,
    seed: u64,
    /// So many were made.
    variants: u64,
}

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.dice.below(end.into())).unwrap_or(0)
    }

    fn flip(&mut self) -> bool {
        self.dice.percent(50)
    }

    /// Up to five words; often none.
    fn words(&mut self) -> String {
        let count = self.below(6);
        let words: Vec<&str> = (0..count).map(|_| *self.dice.pick(&WORDS)).collect();
        words.join(" ")
    }

    /// Long enough to have more than one line of everything.
    fn html(&mut self) -> String {
        let paragraphs = self.below(4);
        (0..paragraphs)
            .map(|_| format!("<p>{} {}</p>\n", self.words(), self.words()))
            .collect()
    }

    /// A code that nothing else has.
    fn code(&mut self) -> String {
        let word = ["x", "ä-", "код", "a.b_", "~"][self.dice.index(5)];
        format!("{word}{:x}", self.dice.roll())
    }

    /// Different codes in the order of the file.
    fn codes(&mut self, count: u32) -> Vec<String> {
        (0..count)
            .map(|_| self.code())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    fn row(&mut self, of: u32) -> Option<u32> {
        (of > 0 && self.flip()).then(|| self.below(of))
    }

    fn rows(&mut self, of: u32, most: u32) -> Vec<u32> {
        let count = if of == 0 { 0 } else { self.below(most + 1) };
        (0..count).map(|_| self.below(of)).collect()
    }

    fn time(&mut self) -> Option<i64> {
        self.flip().then(|| self.dice.range(1, 4_000_000_000))
    }

    fn products(&mut self) -> Vec<Product> {
        let ids = self.codes(self.scale.products);
        let count = self.scale.products;
        ids.into_iter().map(|id| self.product(id, count)).collect()
    }

    fn product(&mut self, id: String, products: u32) -> Product {
        let options = self.options();
        let variants = (0..=self.below(4))
            .map(|_| self.variant(&options))
            .collect();
        Product {
            slug: format!("p-{}", self.code()),
            name: self.words(),
            short_description: self.html(),
            description: self.html(),
            seo_title: self.words(),
            seo_description: self.words(),
            brand: self.row(self.scale.brands),
            primary_category: self.row(self.scale.categories),
            categories: self.rows(self.scale.categories, 3),
            options,
            variants,
            attributes: self.attributes(),
            media: self.media(),
            related: self
                .rows(products, 3)
                .into_iter()
                .map(|other| (other, self.below(9)))
                .collect(),
            facet_values: Vec::new(),
            is_listed: self.dice.percent(80),
            is_searchable: self.dice.percent(80),
            is_indexable: self.flip(),
            condition: self.below(3),
            created_at: self.time(),
            updated_at: self.time(),
            ranks: [
                self.below(products),
                self.below(products),
                self.below(products),
            ],
            id,
        }
    }

    fn options(&mut self) -> Vec<ProductOption> {
        let count = self.below(3);
        let value = |random: &mut Self| OptionValue {
            code: random.code(),
            name: random.words(),
            swatch: if random.flip() {
                "#24395c".to_owned()
            } else {
                String::new()
            },
        };
        (0..count)
            .map(|_| ProductOption {
                code: self.code(),
                name: self.words(),
                values: (0..=self.below(3)).map(|_| value(self)).collect(),
            })
            .collect()
    }

    fn variant(&mut self, options: &[ProductOption]) -> Variant {
        let values = options
            .iter()
            .map(|option| u32::try_from(option.values.len()).unwrap_or(1));
        self.variants += 1;
        let (tax_class, weight) = terms::random_goods(self.seed, self.variants);
        Variant {
            id: self.code(),
            sku: if self.dice.percent(80) {
                self.code()
            } else {
                String::new()
            },
            gtin: if self.flip() {
                "4006381333931".to_owned()
            } else {
                String::new()
            },
            mpn: self.words(),
            name: self.words(),
            values: values.map(|count| self.below(count)).collect(),
            media: self.media(),
            measure: self.measure(),
            offer: self.offer(),
            tax_class,
            weight,
        }
    }

    fn measure(&mut self) -> Option<(u64, u32, String)> {
        let content = self.dice.range(1, 5_000_000);
        let unit = ["kg", "l", "ml"][self.below(3) as usize].to_owned();
        let measure = (
            u64::try_from(content).unwrap_or(1),
            1 + self.below(100),
            unit,
        );
        self.dice.percent(30).then_some(measure)
    }

    fn offer(&mut self) -> Offer {
        let price = self.dice.percent(90).then(|| self.dice.range(0, 500_000));
        Offer {
            price,
            compare_at: price.filter(|_| self.flip()).map(|price| price + 100),
            quantity: self.flip().then(|| self.dice.range(0, 1_000)),
            available_at: self.time(),
            availability: *self.dice.pick(&Availability::ALL),
        }
    }

    /// The definition follows from the code, as it does in a shop.
    fn attributes(&mut self) -> Vec<Attribute> {
        let several: BTreeSet<Attribute> = (0..self.below(5))
            .map(|_| {
                let code = self.below(6);
                Attribute {
                    code: format!("attribute-{code}"),
                    label: WORDS[code as usize].to_owned(),
                    group: WORDS[code as usize / 2].to_owned(),
                    unit: if code.is_multiple_of(2) {
                        "kg".to_owned()
                    } else {
                        String::new()
                    },
                    value: self.words(),
                }
            })
            .collect();
        several.into_iter().collect()
    }

    fn media(&mut self) -> Vec<Medium> {
        let medium = |random: &mut Self| Medium {
            url: format!("https://img.example/{}", random.code()),
            alt: random.words(),
            size: random
                .flip()
                .then(|| (1 + random.below(4_000), 1 + random.below(4_000))),
            is_image: random.dice.percent(80),
        };
        (0..self.below(3)).map(|_| medium(self)).collect()
    }

    /// A walk through a tree: each row goes at most one level down.
    fn categories(&mut self) -> Vec<Category> {
        let mut above: Vec<(u32, String)> = Vec::new();
        let mut categories = Vec::new();
        for row in 0..self.scale.categories {
            let depth = self.dice.index(above.len() + 1);
            above.truncate(depth);
            let parent = above.last().cloned();
            let slug = self.code();
            let path = parent
                .as_ref()
                .map_or(slug.clone(), |(_, path)| format!("{path}/{slug}"));
            above.push((row, path.clone()));
            categories.push(Category {
                id: self.code(),
                name: self.words(),
                path,
                description: self.html(),
                seo_title: self.words(),
                seo_description: self.words(),
                parent: parent.map(|(row, _)| row),
                depth: u32::try_from(depth).unwrap_or(0),
                products: self.rows(self.scale.products, 12),
                media: self.media(),
                is_indexable: self.flip(),
                updated_at: self.time(),
            });
        }
        categories
    }

    fn brands(&mut self) -> Vec<Brand> {
        let slugs = self.codes(self.scale.brands);
        let products = self.scale.products;
        slugs
            .into_iter()
            .map(|slug| Brand {
                slug,
                name: self.words(),
                products: self.rows(products, 9),
            })
            .collect()
    }

    fn pages(&mut self) -> Vec<Page> {
        let slugs = self.codes(self.scale.pages);
        let page = |slug| Page {
            slug,
            id: self.code(),
            title: self.words(),
            body: self.html(),
            seo_title: self.words(),
            seo_description: self.words(),
            kind: self.below(4),
            is_indexable: self.flip(),
            updated_at: self.time(),
        };
        slugs.into_iter().map(page).collect()
    }

    fn former_paths(&mut self) -> Vec<FormerPath> {
        let mut paths = Vec::new();
        let rows = [
            self.scale.products,
            self.scale.categories,
            self.scale.brands,
            self.scale.pages,
        ];
        for (kind, rows) in RouteKind::ALL.into_iter().zip(rows) {
            if rows > 0 && self.dice.percent(80) {
                paths.push(FormerPath {
                    kind,
                    path: format!("former/{}", self.code()),
                    row: self.below(rows),
                });
            }
        }
        paths.sort();
        paths
    }

    /// Products have ascending values, values have ascending products.
    fn facets(&mut self, shop: &mut Shop) {
        let mut next = 0;
        for facet in 0..self.scale.facets {
            let mut values = Vec::new();
            for _ in 0..=self.below(4) {
                let mut products = Vec::new();
                for (row, product) in (0..).zip(&mut shop.products) {
                    if self.dice.percent(30) {
                        product.facet_values.push(next);
                        products.push(row);
                    }
                }
                next += 1;
                values.push(FacetValue {
                    code: self.code(),
                    label: self.words(),
                    swatch: String::new(),
                    products,
                });
            }
            shop.facets.push(Facet {
                code: self.code(),
                label: self.words(),
                unit: self.words(),
                is_brand: facet == 0,
                values,
            });
        }
    }
}
