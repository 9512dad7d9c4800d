//! Seven days of a back end, told as full feeds and as feeds of changes: both give the same shop, byte for byte, and
//! the programs say of each day what the test has worked out by itself.
//!
//! Two of the days are bad: half of the export is missing, and every column is shifted. They are held, and change nothing.

/// What a back end knows, and how it changes.
mod model;

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use frontage_tests::backend::Response;
use frontage_tests::sample_generation::Shop as Sample;
use frontage_tests::shop::{CATALOG, OFFERS, Shop, ShopBuilder};
use serde_json::{Value, json};

use self::model::{Expected, Model, delta};

const DATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/data/icecat-chorus-19k/1.json.gz"
);
/// Products of the real data set; all of them would take minutes.
const REAL_PRODUCTS: usize = 2_000;
const GENERATED_PRODUCTS: u64 = 200;
/// Prices are kept by the second: of two that end in the same one, only the lower is.
const NIGHT: Duration = Duration::from_millis(1_001);
/// A product may keep so many of its attributes.
const ATTRIBUTES: usize = 12;

/// A shop, and what its back end said last.
struct Told {
    shop: Shop,
    is_delta: bool,
    catalog: Vec<Value>,
    offers: Vec<Value>,
    generation: u64,
}

#[tokio::test]
async fn seven_days_of_a_generated_catalogue() {
    week("generated", Model::generated(GENERATED_PRODUCTS)).await;
}

#[tokio::test]
async fn seven_days_of_a_real_data_set() {
    if !Path::new(DATA).exists() {
        println!("days: skipped, ../shared/data/icecat-chorus-19k is not here");
        return;
    }
    week("icecat", Model::of(icecat().into_iter())).await;
}

/// A week of both shops.
async fn week(name: &str, start: Model) {
    let mut full = Told::open(&start, false).await;
    let mut changes = Told::open(&start, true).await;
    assert!(said(&full) == said(&changes), "{name}: the first day");
    let (mut model, mut moved) = (start, Vec::new());
    let mut days = Vec::new();
    for day in 1..=7 {
        tokio::time::sleep(NIGHT).await;
        let before = model.clone();
        let bad = dawn(&mut model, &mut moved, day);
        match bad {
            Some((bad, why)) => {
                for told in [&mut full, &mut changes] {
                    told.holds(&bad, why, day).await;
                }
                days.push("held".to_owned());
            }
            None => {
                let expected = model.since(&before);
                for told in [&mut full, &mut changes] {
                    told.publishes(&model, &expected, day).await;
                    told.leads_on(&moved, &model).await;
                }
                days.push(expected.in_numbers());
            }
        }
        assert!(
            said(&full) == said(&changes),
            "{name}, day {day}: full feeds and changes"
        );
    }
    println!(
        "days: {name}, {} products: {}; {} old addresses lead on",
        model.products.len(),
        days.join(" | "),
        moved.len()
    );
}

/// All that a shop says, whenever it was made.
fn said(told: &Told) -> Sample {
    Sample::read(&told.shop.published()).without_instants()
}

/// What happens at the back end on a day; on a bad one, what it sends instead, and how that is told.
fn dawn(
    model: &mut Model,
    moved: &mut Vec<(String, String)>,
    day: u64,
) -> Option<(Model, &'static str)> {
    let some = model.products.len() / 20;
    match day {
        1 => {
            model.grow(day, some);
            model.shrink(day, some / 2);
        }
        2 => moved.extend(model.rename(day, some)),
        3 => {
            model.reprice(day, 6);
            model.restock(day, 4);
        }
        4 => return Some((model.half(), "documents of kind product would go")),
        5 => {
            model.grow(day, some);
            model.reprice(day, 20);
        }
        6 => return Some((model.shifted(), "records were refused")),
        _ => {
            let today = model.rename(day, some);
            let mut before = moved.iter().map(|(_, to)| to);
            let again = before.find(|to| today.iter().all(|(from, _)| from != *to));
            let again = again.expect("a product was renamed before").clone();
            moved.push(model.rename_again(&again, day));
            moved.extend(today);
            model.grow(day, some / 2);
            model.restock(day, 9);
        }
    }
    None
}

impl Told {
    async fn open(model: &Model, is_delta: bool) -> Self {
        let mut shop = ShopBuilder::generated(1)
            .ingest("[recordings]\nruns = 0")
            .start();
        let (catalog, offers) = (model.catalog(), model.stock());
        shop.sends(&catalog);
        shop.backend.respond_with(OFFERS, Response::ndjson(&offers));
        shop.open().await;
        let generation = shop.generation().await;
        Self {
            shop,
            is_delta,
            catalog,
            offers,
            generation,
        }
    }

    /// The back end tells what it knows now.
    fn tell(&mut self, model: &Model) {
        let (catalog, offers) = (model.catalog(), model.stock());
        for (path, before, now) in [
            (CATALOG, &self.catalog, &catalog),
            (OFFERS, &self.offers, &offers),
        ] {
            let said = match self.is_delta {
                true => Response::ndjson(&delta(before, now)),
                false => Response::ndjson(now),
            };
            self.shop.backend.respond_with(path, said);
        }
        (self.catalog, self.offers) = (catalog, offers);
    }

    /// A good day: a new generation, and the difference is what was worked out.
    async fn publishes(&mut self, model: &Model, expected: &Expected, day: u64) {
        self.tell(model);
        let ended = self.shop.ingest(&["once"]).await;
        let case = format!("day {day}, changes {}", self.is_delta);
        assert_eq!(
            ended.code,
            Some(0),
            "{case}: {}{}",
            ended.stdout,
            ended.stderr
        );
        let numbers = [
            self.generation.to_string(),
            (self.generation + 1).to_string(),
        ];
        self.generation += 1;
        self.shop.until_generation(self.generation).await;
        let diff = self
            .shop
            .ingest(&["diff", &numbers[0], &numbers[1], "--json"])
            .await;
        let diff: Value = serde_json::from_str(&diff.stdout)
            .unwrap_or_else(|error| panic!("{case}: {error} in {}{}", diff.stdout, diff.stderr));
        for (name, expected) in expected.lists() {
            let told = &diff[name];
            assert_eq!(
                told["count"],
                json!(expected.len()),
                "{case}: {name}: {told} {expected:?}"
            );
            for sample in told["samples"].as_array().into_iter().flatten() {
                let sample = sample.as_str().expect("a text");
                let is_one = expected.iter().any(|one| {
                    sample == one
                        || sample.ends_with(&format!("({one})"))
                        || sample.starts_with(&format!("{one}: "))
                });
                assert!(is_one, "{case}: {name}: {sample}");
            }
        }
    }

    /// A bad day: the feed waits, and nobody sees a difference.
    async fn holds(&mut self, bad: &Model, why: &str, day: u64) {
        let (parts, head) = (self.shop.parts(), self.head());
        self.tell(bad);
        let ended = self.shop.ingest(&["once"]).await;
        let case = format!("day {day}, changes {}", self.is_delta);
        assert_eq!(
            ended.code,
            Some(4),
            "{case}: {}{}",
            ended.stdout,
            ended.stderr
        );
        assert!(ended.stdout.contains(why), "{case}: {}", ended.stdout);
        assert_eq!((self.shop.parts(), self.head()), (parts, head), "{case}");
        assert_eq!(self.shop.generation().await, self.generation, "{case}");
    }

    fn head(&self) -> String {
        std::fs::read_to_string(self.shop.store().join("HEAD")).expect("a generation")
    }

    /// Every address that a product ever had leads to where it is now, in one step.
    async fn leads_on(&self, moved: &[(String, String)], model: &Model) {
        let now: BTreeSet<String> = model
            .products
            .values()
            .map(|product| format!("/p/{}", product["slug"].as_str().expect("a slug")))
            .collect();
        for (old, new) in moved {
            let mut last = new;
            while let Some((_, next)) = moved.iter().find(|(from, _)| from == last) {
                last = next;
            }
            // In a header an address is spelt in ASCII.
            let spelt = url::Url::parse(&self.shop.url(last)).expect("an address");
            assert!(now.contains(last), "{last} is no product");
            let page = self.shop.get(old).await;
            assert!(
                matches!(page.status, 301 | 302 | 308),
                "{old}: {}",
                page.status
            );
            assert!(
                page.header("location").ends_with(spelt.path()),
                "{old} leads to {}",
                page.header("location")
            );
        }
        if let Some((_, last)) = moved.last() {
            assert_eq!(self.shop.get(last).await.status, 200, "{last}");
        }
    }
}

impl Expected {
    fn lists(&self) -> [(&'static str, &BTreeSet<String>); 6] {
        [
            ("added", &self.added),
            ("removed", &self.removed),
            ("changed", &self.changed),
            ("prices", &self.prices),
            ("stock", &self.stock),
            ("vanished", &self.vanished),
        ]
    }

    fn in_numbers(&self) -> String {
        let lists = self
            .lists()
            .into_iter()
            .filter(|(_, list)| !list.is_empty());
        let words: Vec<String> = lists
            .map(|(name, list)| format!("{} {name}", list.len()))
            .collect();
        words.join(", ")
    }
}

/// Products of the Icecat data set as documents.
fn icecat() -> Vec<Value> {
    let packed = std::fs::File::open(DATA).expect("the data set");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("text");
    let records: Vec<Value> = serde_json::from_str(&text).expect("records");
    let mut documents = vec![json!({"type": "category", "id": "all", "name": "All"})];
    let product = |record: &Value| {
        let title: String = record["title"].as_str()?.chars().take(300).collect();
        let id = record["id"].as_str()?;
        let cents = record["price"].as_i64().filter(|cents| *cents > 0)?;
        let attributes = record.as_object()?.iter().filter_map(|(name, value)| {
            let code = name
                .strip_prefix("attr_t_")
                .filter(|code| !code.is_empty())?;
            let value = value.as_str().filter(|value| !value.trim().is_empty())?;
            Some(json!({"code": code, "label": code.replace('_', " "), "value": value}))
        });
        Some(json!({
            "type": "product", "id": id, "sku": id, "name": title, "brand": record["supplier"].as_str()?,
            "category_ids": ["all"], "attributes": attributes.take(ATTRIBUTES).collect::<Vec<_>>(),
            "prices": [{"amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "EUR"}],
            "stock": {"availability": "in_stock", "quantity": cents % 50 + 1},
        }))
    };
    documents.extend(records.iter().filter_map(product).take(REAL_PRODUCTS));
    documents
}
