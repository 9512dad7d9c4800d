//! A part made from the one before is the part that all offers give, whatever changes.

use std::collections::BTreeMap;
use std::path::Path;

use frontage_shared::manifest::PartEntry;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::mapped;
use frontage_shared::snapshot::offers::Offers;
use serde_json::{Value, json};

use super::*;
use crate::basis::Basis;
use crate::feed::{Feed, FeedFolder};
use crate::wire::Document;
use frontage_shared::model::money::Currency;

const SOURCES: [&str; 5] = ["a_stock", "more", "products", "terms", "z_prices"];

struct Shop {
    folder: tempfile::TempDir,
    config: Config,
    /// State of a small generator of numbers; the same each run.
    state: u64,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut text =
            "store = \"store\"\nstate = \"state\"\n[shop]\nid = \"demo\"\nname = \"Demo\"\n\
            currency = \"EUR\"\nlocales = [\"de-CH\"]\ncurrencies = { \"de-CH\" = \"CHF\" }\n"
                .to_owned();
        for source in SOURCES {
            let provides = match source {
                "more" | "products" => "catalog",
                "terms" => "terms",
                _ => "offers",
            };
            text.push_str(&format!(
                "[source.{source}]\nprovides = \"{provides}\"\nurl = \"http://127.0.0.1:1/\"\n\
                schedule = \"* * * * *\"\n"
            ));
        }
        let config = crate::config::from_text(&text, Path::new("test.toml"), folder.path());
        Self {
            folder,
            config: config.unwrap(),
            state: 7,
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % bound
    }

    fn terms(&mut self, offer: &mut Value) {
        if self.below(4) > 0 {
            let amount = format!("{}.50", self.below(9));
            let currency = if self.below(9) == 0 { "USD" } else { "EUR" };
            let mut price = json!({"amount": amount, "currency": currency});
            if self.below(3) == 0 {
                // Sales begin and end at some time in the days that this goes through.
                let from = 1_000_000 + i64::try_from(self.below(400_000)).unwrap();
                let instant = |at: i64| {
                    chrono::DateTime::from_timestamp(at, 0)
                        .unwrap()
                        .to_rfc3339()
                };
                price["sale_price"] = json!("0.40");
                price["sale_from"] = json!(instant(from));
                price["sale_until"] = json!(instant(from + 90_000));
            }
            if self.below(2) == 0 {
                // Some are below the price, and some of these below the sale's.
                price["tiers"] = json!([
                    {"min_quantity": 5 + self.below(2), "amount": format!("{}.30", self.below(7))},
                    {"min_quantity": 9, "amount": "0.20"},
                ]);
            }
            let mut prices = vec![price];
            if self.below(2) == 0 {
                let amount = format!("{}.05", self.below(9));
                let tiers =
                    json!([{"min_quantity": 2, "amount": format!("{}.01", 1 + self.below(3))}]);
                prices.push(json!({"amount": amount, "currency": "CHF", "tiers": tiers}));
            }
            offer["prices"] = json!(prices);
        }
        if self.below(3) > 0 {
            offer["stock"] = json!({"availability": "in_stock", "quantity": self.below(5)});
        }
        if self.below(3) == 0 {
            let places = ["b", "hh", "nowhere"]
                .into_iter()
                .take(1 + usize::try_from(self.below(3)).unwrap());
            let places = places.map(|id| json!({"id": id, "quantity": self.below(4)}));
            offer["locations"] = json!(places.collect::<Vec<_>>());
        }
        if self.below(3) == 0 {
            offer["tax_class"] = json!(format!("class {}", self.below(3)));
        }
        if self.below(3) == 0 {
            offer["weight"] = json!({"value": self.below(900).to_string(), "unit": "g"});
        }
    }

    /// Offers of every source: by id and by SKU, with and without prices and stock, some of nothing.
    fn offers(&mut self) -> BTreeMap<String, BTreeMap<String, Value>> {
        let mut all = BTreeMap::new();
        for source in ["a_stock", "z_prices"] {
            let mut offers = BTreeMap::new();
            for _ in 0..30 {
                self.change(&mut offers);
            }
            all.insert(source.to_owned(), offers);
        }
        all
    }

    /// One offer appears, changes or vanishes.
    fn change(&mut self, offers: &mut BTreeMap<String, Value>) {
        let number = self.below(24);
        let (key, mut offer) = match self.below(2) {
            0 => (
                format!("{number}"),
                json!({"type": "offer", "variant_id": format!("{number}")}),
            ),
            _ => (
                format!("sku:S{}", number / 2),
                json!({"type": "offer", "sku": format!("S{}", number / 2)}),
            ),
        };
        if self.below(4) == 0 {
            offers.remove(&key);
        } else {
            self.terms(&mut offer);
            offers.insert(key, offer);
        }
    }

    /// Up to three offers of each source.
    fn change_some(&mut self, offers: &mut BTreeMap<String, BTreeMap<String, Value>>) {
        for source in ["a_stock", "z_prices"] {
            for _ in 0..self.below(4) {
                self.change(offers.get_mut(source).unwrap());
            }
        }
    }

    fn feed(&self, source: &str, documents: impl Iterator<Item = Value>) -> Feed {
        let documents = documents.map(|document| Document::from_value(document).unwrap());
        let folder = FeedFolder::open(&self.config.state, source).unwrap();
        folder.write(documents.collect(), Currency::EUR, 1).unwrap()
    }

    /// Twenty products; two variants share each SKU, so that one offer can speak of several.
    fn merged(&self, offers: &BTreeMap<String, BTreeMap<String, Value>>, inside: u64) -> Merged {
        let product = |id: u64| {
            json!({"type": "product", "id": format!("{id}"), "name": format!("Thing {id}"), "sku": format!("S{}", id / 2),
                "prices": [{"amount": format!("{}.00", 1 + id % inside), "currency": "EUR"}]})
        };
        // What this one says of itself holds for those of its variants of which nothing else is known.
        let variants =
            (20..24).map(|id| json!({"id": id.to_string(), "sku": format!("S{}", id / 2)}));
        let class = format!("class {}", inside % 2);
        let family = json!({"type": "product", "id": "family", "name": "Family", "tax_class": class,
            "weight": {"value": inside.to_string(), "unit": "kg"}, "variants": variants.collect::<Vec<_>>()});
        let promotion = json!({"type": "promotion", "id": "7", "name": "Sale",
            "action": {"kind": "percent_off", "percent": inside.to_string()}});
        let mut feeds = BTreeMap::new();
        for source in SOURCES {
            let feed = match source {
                "products" => self.feed(source, (0..12).map(product).chain([family.clone()])),
                "terms" => self.feed(source, [promotion.clone()].into_iter()),
                "more" => self.feed(source, (10..20).map(product)),
                _ => self.feed(source, offers[source].values().cloned()),
            };
            feeds.insert(source.to_owned(), feed);
        }
        Merged::new(&self.config, feeds).unwrap()
    }

    fn part(&self, name: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        // A file that is still mapped must not be written again.
        let _ = std::fs::remove_file(&path);
        path
    }

    fn catalog(&self, merged: &Merged) -> (Catalog, PartEntry) {
        let file = self.part("catalog");
        let compiled = catalog(
            &self.config,
            merged,
            (None, 1),
            &mut Conflicts::default(),
            &file,
        );
        let opened = Catalog::open(mapped::map(&file).unwrap()).unwrap();
        (opened, compiled.unwrap().compiled.entry)
    }
}

#[test]
fn a_part_from_the_one_before_is_the_part_of_all_offers() {
    let mut shop = Shop::new();
    let mut offers = shop.offers();
    let mut inside = 5;
    let merged = shop.merged(&offers, inside);
    let (catalog, entry) = shop.catalog(&merged);
    let mut published: Option<(Offers, String)> = None;
    let mut from_before = 0;
    for round in 0..60_i32 {
        shop.change_some(&mut offers);
        if shop.below(5) == 0 {
            inside = 1 + shop.below(6);
        }
        let mut merged = shop.merged(&offers, inside);
        for _ in 0..shop.below(3) {
            let variant = format!("{}", shop.below(26));
            merged.reserved.insert(variant, 1 + shop.below(4));
        }
        let now = 1_000_000 + i64::from(round) * 7_200;
        let was = published.as_ref().map(|(offers, _)| (&catalog, offers));
        let compile = |before: Option<Before<'_>>, name: &str| {
            let (file, mut conflicts) = (shop.part(name), Conflicts::default());
            let catalog = (&catalog, &entry);
            let made = super::offers(
                &shop.config,
                (&merged, None),
                catalog,
                Since {
                    now,
                    published: was,
                },
                before,
                &mut conflicts,
                &file,
            );
            (made.unwrap().1, std::fs::read(&file).unwrap(), file)
        };
        let (tally, all, file) = compile(None, "all");
        let basis = published
            .as_ref()
            .and_then(|(_, hash)| Basis::load(&shop.config.state, hash));
        if let Some(((offers, _), basis)) = published.as_ref().zip(basis.as_ref()) {
            from_before += 1;
            let before = Before {
                state: &shop.config.state,
                offers,
                basis,
            };
            let (own_tally, changed, _) = compile(Some(before), "changed");
            assert!(changed == all, "round {round}: the parts differ");
            assert_eq!(own_tally, tally, "round {round}");
        }
        let hash = blake3::hash(&all).to_hex().to_string();
        let halves = merged.offer_halves(&shop.config);
        let reserved = merged.reserved.clone();
        let basis = Basis {
            part: hash.clone(),
            halves,
            tally,
            reserved,
            boot: None,
        };
        basis.keep(&shop.config.state);
        published = Some((Offers::open(mapped::map(&file).unwrap()).unwrap(), hash));
    }
    assert_eq!(from_before, 59);
    knows_the_past(&published.unwrap().0);
}

/// What one costs where many are bought is known from the part before, and changes without everything being read again.
#[test]
fn tiers_are_kept_and_changed_without_reading_all_offers() {
    let shop = Shop::new();
    let offer = |sku: &str, tiers: Value| {
        let price = json!({"amount": "10.00", "currency": "EUR", "tiers": tiers});
        (
            format!("sku:{sku}"),
            json!({"type": "offer", "sku": sku, "prices": [price]}),
        )
    };
    let tier = |amount: &str| json!([{"min_quantity": 10, "amount": amount}]);
    let mut offers = BTreeMap::from([("a_stock".to_owned(), BTreeMap::new())]);
    let mine = BTreeMap::from([
        offer("S1", tier("8.00")),
        offer("S2", tier("7.00")),
        offer("S3", tier("6.00")),
    ]);
    offers.insert("z_prices".to_owned(), mine);
    let merged = shop.merged(&offers, 5);
    let (catalog, entry) = shop.catalog(&merged);
    compiled(&shop, &merged, (&catalog, &entry), None, "published");
    let published =
        Offers::open(mapped::map(&shop.folder.path().join("published")).unwrap()).unwrap();
    let basis = kept(&shop, &merged);
    // One has another, one has none any more, and of one nothing is said.
    let mine = BTreeMap::from([
        offer("S1", tier("8.00")),
        offer("S2", tier("7.50")),
        offer("S3", json!([])),
    ]);
    offers.insert("z_prices".to_owned(), mine);
    let merged = shop.merged(&offers, 5);
    let before = Before {
        state: &shop.config.state,
        offers: &published,
        basis: &basis,
    };
    let now = 1_000_001;
    let previous = Previous::new((&catalog, &published), &catalog, true, now);
    let made = changed_offers::tables(
        &shop.config,
        &merged,
        (&catalog, &entry),
        (now, Some(&previous)),
        before,
        &mut Conflicts::default(),
    );
    let (tables, _) = made.unwrap().expect("few enough changed");
    let mut tiers: Vec<_> = tables
        .prices
        .tiers
        .iter()
        .map(|one| {
            let sku = catalog.variant(one.variant).unwrap().sku();
            (sku, one.list, one.tier.min_quantity, one.tier.amount)
        })
        .collect();
    tiers.sort_unstable();
    // Two variants have each number.
    let (first, second) = (("S1", 0, 10, 800), ("S2", 0, 10, 750));
    assert_eq!(tiers, [first, first, second, second]);
}

#[test]
fn a_basis_that_was_lost_with_the_power_costs_time_and_nothing_else() {
    let mut shop = Shop::new();
    let mut offers = shop.offers();
    let merged = shop.merged(&offers, 5);
    let (catalog, entry) = shop.catalog(&merged);
    let compile = |merged: &Merged, before: Option<Before<'_>>, name: &str| {
        compiled(&shop, merged, (&catalog, &entry), before, name)
    };
    let published = compile(&merged, None, "published");
    let state = shop.config.state.clone();
    let basis = kept(&shop, &merged);
    let note = state.join("basis/basis.json");
    let half = state.join(format!(
        "basis/{}.ndjson",
        basis.halves["a_stock"].half.hash
    ));
    let whole = std::fs::read(&half).unwrap();
    // Not through the name of the feed: the cache notices that by itself.
    std::fs::remove_file(&half).unwrap();
    std::fs::write(&half, &whole[..whole.len() - 9]).unwrap();

    let others = offers.get_mut("a_stock").unwrap();
    let last = others.keys().next_back().unwrap().clone();
    others.remove(&last);
    let now = shop.merged(&offers, 5);
    let opened = Offers::open(mapped::map(&shop.folder.path().join("published")).unwrap()).unwrap();
    let before = Before {
        state: &state,
        offers: &opened,
        basis: &basis,
    };
    assert!(compile(&now, Some(before), "changed") == compile(&now, None, "all"));
    assert!(!published.is_empty());

    if let Some(id) = crate::feed::boot::id() {
        let text = std::fs::read_to_string(&note).unwrap();
        std::fs::write(&note, text.replace(id, "an-earlier-start")).unwrap();
        assert_eq!(Basis::load(&state, "part"), None);
    }
    basis.keep(&state);
    assert_eq!(std::fs::read(&half).unwrap(), whole);
    assert!(Basis::load(&state, "part").is_some());
    let halves = basis.halves.values().map(|half| &half.half.hash);
    let halves: std::collections::BTreeSet<_> = halves.collect();
    let files = std::fs::read_dir(state.join("basis")).unwrap().count();
    assert_eq!(files, 1 + halves.len());
}

fn compiled(
    shop: &Shop,
    merged: &Merged,
    catalog: (&Catalog, &PartEntry),
    before: Option<Before<'_>>,
    name: &str,
) -> Vec<u8> {
    let (file, mut conflicts) = (shop.part(name), Conflicts::default());
    let since = Since {
        now: 1_000_000,
        published: None,
    };
    let conflicts = &mut conflicts;
    super::offers(
        &shop.config,
        (merged, None),
        catalog,
        since,
        before,
        conflicts,
        &file,
    )
    .unwrap();
    std::fs::read(&file).unwrap()
}

/// What is known of a part named "part", kept and read again.
fn kept(shop: &Shop, merged: &Merged) -> Basis {
    let basis = Basis {
        part: "part".to_owned(),
        halves: merged.offer_halves(&shop.config),
        tally: Tally::default(),
        reserved: BTreeMap::new(),
        boot: None,
    };
    basis.keep(&shop.config.state);
    Basis::load(&shop.config.state, "part").unwrap()
}

fn knows_the_past(offers: &Offers) {
    assert_eq!(offers.list_count(), 2);
    for offers in [offers, &offers.in_list(1).unwrap()] {
        assert!(offers.all_tiers().count() > 1);
    }
    let rows = 0..offers.variant_count();
    assert!(
        rows.into_iter()
            .any(|row| !offers.past_prices(row).is_empty())
    );
}
