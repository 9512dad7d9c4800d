//! A month in which everything moves: no address that once worked is ever not found.
//!
//! Each day things are renamed, moved, deleted, brought back, merged, and swap their addresses. Whatever stood in a sitemap
//! once is asked for on every later day: it answers, or leads in one hop to what answers, or says that it is gone, and
//! then it is.

use std::collections::{BTreeMap, BTreeSet};

use frontage_tests::catalogue::Dice;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::pages::{locations, path_of};

const DAYS: u64 = 30;
const SEED: u64 = 20;

/// What the back end knows; products by id, and so on.
#[derive(Clone, Default)]
struct Month {
    products: BTreeMap<String, Value>,
    categories: BTreeMap<String, Value>,
    pages: BTreeMap<String, Value>,
    redirects: BTreeMap<String, Value>,
    /// Products that are gone, as they were.
    gone: BTreeMap<String, Value>,
}

impl Month {
    fn new() -> Self {
        let mut month = Self::default();
        for number in 0..10 {
            let id = format!("c{number}");
            let mut category =
                json!({"type": "category", "id": id, "name": format!("Department {number}")});
            if number >= 4 {
                category["parent_id"] = json!(format!("c{}", number % 4));
            }
            month.categories.insert(id, category);
        }
        for number in 0..80 {
            let id = format!("p{number}");
            let product = json!({
                "type": "product", "id": id, "name": format!("Thing {number}"), "brand": format!("Maker {}", number % 6),
                "category_ids": [format!("c{}", number % 10)], "prices": [{"amount": "5.00", "currency": "EUR"}],
                "translations": {"de": {"name": format!("Ding {number}")}},
            });
            month.products.insert(id, product);
        }
        for number in 0..5 {
            let id = format!("g{number}");
            let page = json!({"type": "page", "id": id, "slug": format!("guide-{number}"), "title": format!("Guide {number}")});
            month.pages.insert(id, page);
        }
        month
    }

    fn documents(&self) -> Vec<Value> {
        let all = self.categories.values().chain(self.products.values());
        let all = all
            .chain(self.pages.values())
            .chain(self.redirects.values());
        all.cloned().collect()
    }

    /// An active thing, at random.
    fn any(dice: &mut Dice, things: &BTreeMap<String, Value>) -> String {
        let active: Vec<&String> = things
            .iter()
            .filter(|(_, thing)| thing["status"] != "archived")
            .map(|(id, _)| id)
            .collect();
        (*dice.pick(&active)).clone()
    }

    /// What happens on a day.
    fn next(&mut self, day: u64) {
        let mut dice = Dice::new(SEED, "day", day);
        for _ in 0..3 {
            let id = Self::any(&mut dice, &self.products);
            let product = self.products.get_mut(&id).expect("a product");
            product["slug"] = json!(format!("thing-{}-of-day-{day}", dice.below(500)));
            product["translations"]["de"]["slug"] =
                json!(format!("ding-{}-vom-{day}", dice.below(500)));
        }
        let id = Self::any(&mut dice, &self.products);
        if let Some(product) = self.products.remove(&id) {
            self.gone.insert(id, product);
        }
        self.bring_back(&mut dice, day);
        self.swap(&mut dice);
        self.replace(&mut dice, day);
        self.restructure(&mut dice, day);
        if day.is_multiple_of(5) {
            let (old, new) = (
                dice.below(6),
                format!("Maker {} since {day}", dice.below(50)),
            );
            let old = format!("Maker {old}");
            for product in self.products.values_mut() {
                let brand = product["brand"].as_str().unwrap_or_default();
                if brand == old || brand.starts_with(&format!("{old} since")) {
                    product["brand"] = json!(new);
                }
            }
        }
        if day.is_multiple_of(4) {
            let id = Self::any(&mut dice, &self.pages);
            self.pages.get_mut(&id).expect("a page")["slug"] = json!(format!("guide-of-day-{day}"));
        }
        if day.is_multiple_of(6) {
            let to = *dice.pick(&["/p/thing-1", "/c/department-2", "/search?q=thing", "/"]);
            let id = format!("r{day}");
            self.redirects.insert(
                id.clone(),
                json!({"type": "redirect", "id": id, "from": format!("/old/{day}"), "to": to}),
            );
        }
    }

    fn bring_back(&mut self, dice: &mut Dice, day: u64) {
        if !day.is_multiple_of(3) || self.gone.is_empty() {
            return;
        }
        let id = Self::any(dice, &self.gone);
        let mut product = self.gone.remove(&id).expect("a product");
        if dice.percent(50) {
            product["name"] = json!(format!("Thing that came back on day {day}"));
            product.as_object_mut().expect("an object").remove("slug");
        }
        self.products.insert(id, product);
    }

    /// Two products swap their slugs.
    fn swap(&mut self, dice: &mut Dice) {
        let (one, other) = (
            Self::any(dice, &self.products),
            Self::any(dice, &self.products),
        );
        let slug = |products: &BTreeMap<String, Value>, id: &str| {
            let own = products[id]["slug"].as_str().map(str::to_owned);
            own.unwrap_or_else(|| format!("thing-{}", &id[1..]))
        };
        let (a, b) = (slug(&self.products, &one), slug(&self.products, &other));
        self.products.get_mut(&one).expect("a product")["slug"] = json!(b);
        self.products.get_mut(&other).expect("a product")["slug"] = json!(a);
    }

    /// One product takes the place of another, which soon is not even in the feed any more.
    fn replace(&mut self, dice: &mut Dice, day: u64) {
        self.products
            .retain(|_, product| product["status"] != "archived");
        if !day.is_multiple_of(2) {
            return;
        }
        let (old, new) = (
            Self::any(dice, &self.products),
            Self::any(dice, &self.products),
        );
        if old != new {
            let product = self.products.get_mut(&old).expect("a product");
            product["status"] = json!("archived");
            product["replaced_by"] = json!(new);
        }
    }

    /// Categories move, are renamed, and merge into others.
    fn restructure(&mut self, dice: &mut Dice, day: u64) {
        if day % 3 == 1 {
            let (id, above) = (
                Self::any(dice, &self.categories),
                Self::any(dice, &self.categories),
            );
            if id != above && self.categories[&above].get("parent_id").is_none() {
                self.categories.get_mut(&id).expect("a category")["parent_id"] = json!(above);
            }
        }
        if day % 3 == 2 {
            let id = Self::any(dice, &self.categories);
            self.categories.get_mut(&id).expect("a category")["slug"] =
                json!(format!("department-of-day-{day}"));
        }
        if day.is_multiple_of(7) && self.categories.len() > 4 {
            let (old, new) = (
                Self::any(dice, &self.categories),
                Self::any(dice, &self.categories),
            );
            if old != new {
                let mut merged = self.categories.remove(&old).expect("a category");
                if dice.percent(50) {
                    merged["status"] = json!("archived");
                    merged["replaced_by"] = json!(new);
                    self.categories.insert(old.clone(), merged);
                }
                for product in self
                    .products
                    .values_mut()
                    .filter(|one| one["category_ids"][0] == old.as_str())
                {
                    product["category_ids"] = json!([new]);
                }
            }
        }
    }

    /// Whether a product is in the shop.
    fn has(&self, id: &str) -> bool {
        self.products
            .get(id)
            .is_some_and(|product| product["status"] != "archived")
    }
}

/// Every address in the sitemaps.
async fn listed(shop: &Shop) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for file in locations(&shop.get("/sitemap.xml").await.body) {
        let file = shop.get(&path_of(shop, &file)).await;
        all.extend(locations(&file.body).iter().map(|url| path_of(shop, url)));
    }
    all
}

#[tokio::test]
async fn nothing_that_worked_is_ever_not_found() {
    let mut month = Month::new();
    let mut shop = ShopBuilder::of(month.documents())
        .shop("locales = [\"de\"]")
        .ingest("[guard]\nmax_removed_percent = 100\nmin_category_products = 1000000\n")
        .start();
    shop.open().await;
    let mut known = listed(&shop).await;
    // Whose address it was when it was first seen.
    let mut owners: BTreeMap<String, String> = owners(&shop);
    let (mut asked, mut moved, mut gone) = (0_u32, 0_u32, 0_u32);
    for day in 1..=DAYS {
        month.next(day);
        shop.sends(&month.documents());
        let generation = shop.generation().await;
        shop.once().await;
        shop.until_generation(generation + 1).await;
        let now = listed(&shop).await;
        for path in &now {
            assert_eq!(
                shop.get(path).await.status,
                200,
                "day {day}: {path} is in a sitemap"
            );
        }
        known.extend(now.iter().cloned());
        owners.extend(self::owners(&shop));
        for path in known.iter().filter(|path| !now.contains(*path)) {
            let page = shop.get(path).await;
            asked += 1;
            match page.status {
                200 => {}
                301 | 302 | 308 => {
                    moved += 1;
                    let to = page.header("location").replace(&shop.url(""), "");
                    let there = shop.get(&to).await;
                    assert_eq!(there.status, 200, "day {day}: {path} leads to {to}");
                }
                410 => {
                    gone += 1;
                    assert!(
                        page.body.contains("role=\"search\"") || page.body.contains("/search"),
                        "{}",
                        page.body
                    );
                    let owner = owners.get(path);
                    assert!(
                        !owner.is_some_and(|id| month.has(id)),
                        "day {day}: {path} is not gone"
                    );
                }
                other => panic!("day {day}: {path} worked once and answers {other}"),
            }
        }
        redirects_lead_on(&shop, &month, day).await;
    }
    assert!(
        asked > 1_000 && moved > 300 && gone > 50,
        "{asked} {moved} {gone}"
    );
    println!(
        "addresses that once worked, asked for over {DAYS} days: {asked}; moved {moved}, gone {gone}, not found 0"
    );
}

/// The merchant's redirects lead to what answers.
async fn redirects_lead_on(shop: &Shop, month: &Month, day: u64) {
    for (id, redirect) in &month.redirects {
        let from = redirect["from"].as_str().expect("an address");
        let page = shop.get(from).await;
        let to = page.header("location").replace(&shop.url(""), "");
        assert_eq!(page.status, 302, "day {day}: {id}");
        let there = shop.get(&to).await.status;
        assert!(
            matches!(there, 200 | 410),
            "day {day}: {from} leads to {to}, which answers {there}"
        );
    }
}

/// The id of each product by its current address.
fn owners(shop: &Shop) -> BTreeMap<String, String> {
    let generation = shop.published();
    let products = generation.catalog.products();
    products
        .map(|product| (format!("/p/{}", product.slug()), product.id().to_owned()))
        .collect()
}

/// Content that does not change keeps the instant of its change, however often the shop is made anew.
#[tokio::test]
async fn a_sitemap_says_when_content_changed() {
    let mut month = Month::new();
    let mut shop = ShopBuilder::of(month.documents())
        .shop("locales = [\"de\"]")
        .start();
    shop.open().await;
    let changes = |shop: &Shop| -> BTreeMap<String, i64> {
        let generation = shop.published();
        let catalog = &generation.catalog;
        let products = catalog.products().map(|product| {
            let change = catalog.content_change(
                frontage_shared::snapshot::routes::RouteKind::Product,
                product.row,
            );
            (product.id().to_owned(), change.expect("a change").at)
        });
        products.collect()
    };
    let before = changes(&shop);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    month.products.get_mut("p3").expect("a product")["description"] = json!("<p>New words.</p>");
    month.products.get_mut("p5").expect("a product")["translations"]["de"]["name"] =
        json!("Neues Ding");
    // What is not content: the order in which sources say things, and prices.
    month.products.get_mut("p7").expect("a product")["prices"][0]["amount"] = json!("6.00");
    shop.sends(&month.documents());
    let generation = shop.generation().await;
    shop.once().await;
    shop.until_generation(generation + 1).await;
    let after = changes(&shop);
    let changed: Vec<&str> = after
        .iter()
        .filter(|(id, at)| before[*id] != **at)
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(changed, ["p3", "p5"]);
    let at = chrono::DateTime::from_timestamp(after["p3"], 0).expect("an instant");
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let file = locations(&shop.get("/sitemap.xml").await.body);
    let mut found = false;
    for file in file {
        let body = shop.get(&path_of(&shop, &file)).await.body;
        found |= body.contains(&format!("/p/thing-3</loc><lastmod>{at}</lastmod>"));
    }
    assert!(found, "the sitemap says {at}");
}

#[tokio::test]
async fn the_merchant_has_the_last_word_and_redirects_settle() {
    let mut month = Month::new();
    let mut shop = ShopBuilder::of(month.documents())
        .server("redirects_permanent_after_days = 0")
        .start();
    shop.open().await;
    month.products.get_mut("p9").expect("a product")["slug"] = json!("new-nine");
    for (id, from, to) in [
        ("r1", "/p/thing-2", "/p/thing-9"),
        ("r2", "/old?id=2", "/old-again"),
        ("r3", "/old-again", "https://elsewhere.example/x"),
        // Round in a circle, with and without our help.
        ("r4", "/a", "/b"),
        ("r5", "/b", "/a"),
    ] {
        let redirect = json!({"type": "redirect", "id": id, "from": from, "to": to});
        month.redirects.insert(id.to_owned(), redirect);
    }
    shop.sends(&month.documents());
    let told = shop.once().await.stdout;
    assert!(told.contains("leads back to itself"), "{told}");
    shop.until_generation(2).await;
    for (from, status, to) in [
        ("/p/thing-9", 308, "/p/new-nine"),
        ("/p/thing-2", 308, "/p/new-nine"),
        ("/p/thing-2?variant=p2", 308, "/p/new-nine"),
        ("/old?id=2", 308, "https://elsewhere.example/x"),
        ("/old?id=3", 404, ""),
        ("/a", 404, ""),
        ("/p/new-nine", 200, ""),
    ] {
        let page = shop.get(from).await;
        assert_eq!(
            (page.status, page.header("location")),
            (status, to),
            "{from}"
        );
    }
}
