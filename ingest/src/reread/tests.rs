//! A feed made from the one before is the feed that reading all gives, whatever changes.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::board::Board;
use crate::config::{self, Config};

struct Bench {
    state: tempfile::TempDir,
    config: Config,
    /// State of a small generator of numbers; the same each run.
    dice: u64,
    reads: u64,
}

impl Bench {
    fn new(provides: &str) -> Self {
        let text = format!(
            "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\n\
             provides = \"{provides}\"\nformat = \"ndjson\"\nschedule = \"@daily\"\nurl = \"http://127.0.0.1:1/\""
        );
        Self {
            state: tempfile::tempdir().unwrap(),
            config: config::from_text(&text, Path::new("test.toml"), Path::new("/")).unwrap(),
            dice: 7,
            reads: 0,
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % bound
    }

    fn folder(&self) -> FeedFolder {
        FeedFolder::open(self.state.path(), "x").unwrap()
    }

    /// Writes records as a page.
    fn page(&mut self, records: &[Value]) -> RawPage {
        self.reads += 1;
        let spool = self.folder().spool();
        std::fs::create_dir_all(&spool).unwrap();
        let file = spool.join(format!("{}.page", self.reads));
        let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
        std::fs::write(&file, &lines).unwrap();
        RawPage {
            url: "http://127.0.0.1:1/".to_owned(),
            file,
            bytes: lines.len() as u64,
        }
    }

    fn job(&self, page: &RawPage) -> Job {
        let source = self.config.sources[0].clone();
        Job {
            draft: self.folder().draft("all", self.config.shop.currency),
            shop: self.config.shop.clone(),
            pages: vec![page.clone()],
            quarantine: self.state.path().join("quarantine.ndjson"),
            known: crate::validate::Known::default(),
            bar: ProgressBar::hidden(),
            doing: Board::default().begin(&source.name, "test", 0).doing(),
            is_delta: false,
            source,
        }
    }

    /// Reads all.
    fn whole(&self, page: &RawPage, now: i64) -> (Feed, Report) {
        let read = pipeline::run(self.job(page)).unwrap();
        let feed = self.folder().write_draft(read.draft, now).unwrap();
        (feed, read.report)
    }

    fn product(&mut self, id: u64) -> Value {
        let mut product = json!({"type": "product", "id": format!("p{id}"), "name": format!("Thing {}", self.below(3)),
            "status": if self.below(5) == 0 { "draft" } else { "active" },
            "category_ids": [format!("c{}", self.below(3))]});
        if self.below(2) == 0 {
            product["prices"] = self.prices();
        } else {
            let prices = self.prices();
            // Some of these ids are those of other products, too.
            product["variants"] = json!([{"id": format!("p{}", id + self.below(2)), "prices": prices}, {"id": format!("v{id}")}]);
        }
        product
    }

    fn offer(&mut self, id: u64) -> Value {
        json!({"type": "offer", "variant_id": format!("p{id}"), "prices": self.prices()})
    }

    fn prices(&mut self) -> Value {
        let currency = if self.below(9) == 0 { "USD" } else { "EUR" };
        json!([{"amount": format!("{}.00", self.below(4)), "currency": currency}])
    }
}

/// Changes feeds many times over; `make` makes the record of a number.
fn walk(provides: &str, make: fn(&mut Bench, u64) -> Value) {
    let mut bench = Bench::new(provides);
    let mut records: Vec<Value> = (0..40).map(|id| make(&mut bench, id)).collect();
    let page = bench.page(&records);
    let (feed, _) = bench.whole(&page, 0);
    let mut before = Before {
        feed,
        plain: Plain { left_out: 0 },
        pages: vec![page],
    };
    for step in 1..120 {
        for _ in 0..bench.below(5) {
            let (id, dice) = (bench.below(60), bench.below(3));
            let record = make(&mut bench, id);
            let place = records
                .iter()
                .position(|known| name(known) == name(&record));
            match (place, dice) {
                (Some(place), 0) => drop(records.remove(place)),
                (Some(place), _) => records[place] = record,
                (None, _) => records.push(record),
            }
        }
        if bench.below(4) == 0 {
            let by = bench.below(records.len() as u64);
            records.rotate_left(usize::try_from(by).unwrap());
        }
        let page = bench.page(&records);
        let (feed, report) = bench.whole(&page, step);
        let reread = run(&bench.job(&page), &before, &bench.folder(), step).unwrap();
        let reread = reread.expect("lines that are without fault");
        assert_eq!(reread.feed, feed, "step {step}");
        assert_eq!(reread.report, report, "step {step}");
        let compared = Movement::between(
            &bench.folder(),
            &before.feed,
            &feed,
            bench.config.shop.currency,
        );
        assert_eq!(reread.movement.in_numbers(), compared.unwrap().in_numbers());
        before = Before {
            feed,
            plain: before.plain,
            pages: vec![page],
        };
    }
}

/// Sends what changes as a feed of changes, and everything as a full feed: both end in the same bytes.
fn delta_walk(provides: &str, kind: &str, make: fn(&mut Bench, u64) -> Value) {
    let mut bench = Bench::new(provides);
    let mut records: Vec<Value> = (0..40).map(|id| make(&mut bench, id)).collect();
    let page = bench.page(&records);
    let mut latest = bench.whole(&page, 0).0;
    for step in 1..80 {
        let mut changes = vec![json!({"type": "feed", "version": "1", "mode": "delta"})];
        for id in (0..60).filter(|id| id % 11 == step % 11) {
            let record = make(&mut bench, u64::try_from(id).unwrap());
            let place = records
                .iter()
                .position(|known| name(known) == name(&record));
            match (place, bench.below(3)) {
                (Some(place), 0) => {
                    let gone = records.remove(place);
                    let (id, variant) = name(&gone);
                    let key = if id.is_null() { variant } else { id };
                    changes.push(json!({"type": "delete", "of": kind, "id": key}));
                }
                (Some(place), _) => {
                    records[place] = record.clone();
                    changes.push(record);
                }
                (None, _) => {
                    records.push(record.clone());
                    changes.push(record);
                }
            }
        }
        let deleted = changes.iter().filter(|change| change["type"] == "delete");
        let deleted = deleted.count();
        let counts = json!({"type": "end", "counts": {kind: changes.len() - 1 - deleted, "delete": deleted}});
        changes.push(counts);
        let page = bench.page(&changes);
        let read = pipeline::run(bench.job(&page)).unwrap();
        assert!(read.is_delta);
        let provides = bench.config.sources[0].provides;
        let patched = bench.folder().apply(&latest, provides, read.draft, step);
        let page = bench.page(&records);
        latest = bench.whole(&page, step).0;
        assert_eq!(patched.unwrap().feed, latest, "step {step}");
    }
}

#[test]
fn changes_of_a_catalog_end_in_the_whole_catalog() {
    delta_walk("catalog", "product", |bench, id| {
        let mut product = bench.product(id);
        if product["variants"].is_array() {
            product["variants"][0]["id"] = json!(format!("w{id}"));
        }
        product
    });
}

#[test]
fn changes_of_offers_end_in_all_offers() {
    delta_walk("offers", "offer", Bench::offer);
}

fn name(record: &Value) -> (Value, Value) {
    (record["id"].clone(), record["variant_id"].clone())
}

#[test]
fn a_catalog_from_the_one_before_is_the_whole_catalog() {
    walk("catalog", Bench::product);
}

#[test]
fn offers_from_those_before_are_all_offers() {
    walk("offers", Bench::offer);
}

#[test]
fn what_is_not_without_fault_is_read_as_a_whole() {
    let mut bench = Bench::new("offers");
    let mut records: Vec<Value> = (0..9).map(|id| bench.offer(id)).collect();
    let page = bench.page(&records);
    let (feed, _) = bench.whole(&page, 0);
    let before = Before {
        feed,
        plain: Plain { left_out: 0 },
        pages: vec![page],
    };
    let other = json!({"type": "offer", "variant_id": "p3", "prices": [{"amount": "77.00", "currency": "EUR"}]});
    let wrong = json!({"type": "offer", "variant_id": "p3", "prices": [{"amount": "cheap", "currency": "EUR"}]});
    for record in [other, wrong] {
        records.push(record);
        let page = bench.page(&records);
        let reread = run(&bench.job(&page), &before, &bench.folder(), 1).unwrap();
        assert!(reread.is_none(), "{:?}", records.last());
        records.pop();
    }
    // The feed before is not the one that its pages gave.
    let mut strange = before.feed.clone();
    let page = bench.page(&records[..4]);
    strange.offers = bench.whole(&page, 0).0.offers;
    let strange = Before {
        feed: strange,
        ..before
    };
    let page = bench.page(&records[..8]);
    assert!(
        run(&bench.job(&page), &strange, &bench.folder(), 1)
            .unwrap()
            .is_none()
    );
}
