//! A shop in object storage: engines that others made, those that keep to conditions and those that do not.
//!
//! A test that needs an engine says so and is left out where it is not installed; `make store-engines` installs them.

use frontage_shared::manifest::{Counts, Manifest, PartEntry};
use frontage_shared::order::OrderId;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::store::{
    Accepted, Beside, Conditions, Fence, NotAccepted, OrderState, Store, StoreError,
};
use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::engines::{Engine, Fate, Kind};
use frontage_tests::shop::{CATALOG, Shop, ShopBuilder};
use frontage_tests::shopper::{Fields, Shopper, filled, hidden, location};
use frontage_tests::soak::stamped;

use crate::buying::CHECKOUT;

#[tokio::test]
async fn a_bucket_that_ignores_conditions_is_found_out() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let expected = match kind.honours() {
            true => Conditions::Honoured,
            false => Conditions::Ignored,
        };
        for attempt in ["one", "two", "three"] {
            let store = engine.store(attempt, "demo");
            assert!(!store.is_single_writer().await.unwrap(), "{kind}");
            assert_eq!(store.conditions().await.unwrap(), expected, "{kind}");
            // Another process sees the note, and nothing is left of what it was found out with.
            let other = engine.store(attempt, "demo");
            let is_single = !kind.honours();
            assert_eq!(other.is_single_writer().await.unwrap(), is_single, "{kind}");
        }
        let probes = engine.between.take_seen().into_iter();
        let removed =
            probes.filter(|seen| seen.method == "DELETE" && seen.path.contains("/probes/"));
        assert_eq!(removed.count(), 3, "{kind}");
    }
}

#[tokio::test]
async fn a_generation_is_published_once_and_whoever_comes_late_is_shut_out() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let (store, reader) = (engine.store("", "demo"), engine.store("", "demo"));
        assert_eq!(reader.current().await.unwrap(), None, "{kind}");
        let fence = |holder: &str, epoch| Fence {
            holder: holder.to_owned(),
            epoch,
        };
        let first = manifest(1, &fence("a", 0));
        put_parts(&store, folder.path()).await;
        store.publish(&first, None, &fence("a", 0)).await.unwrap();
        assert_eq!(
            current(&reader).await,
            Some((1, "a".to_owned(), 0)),
            "{kind}"
        );
        let second = manifest(2, &fence("a", 0));
        store
            .publish(&second, Some(&first), &fence("a", 0))
            .await
            .unwrap();
        assert_eq!(
            current(&reader).await,
            Some((2, "a".to_owned(), 0)),
            "{kind}"
        );
        if !kind.honours() {
            continue;
        }
        // Another one takes over, and shuts the first one out before it publishes anything itself.
        let other = engine.store("", "demo");
        other.seal(&fence("b", 1)).await.unwrap();
        assert_eq!(
            current(&reader).await,
            Some((2, "a".to_owned(), 0)),
            "{kind}"
        );
        let late = manifest(3, &fence("a", 0));
        let error = store.publish(&late, Some(&second), &fence("a", 0)).await;
        assert!(
            matches!(error, Err(StoreError::Fenced { .. })),
            "{kind}: {error:?}"
        );
        let third = manifest(3, &fence("b", 1));
        other
            .publish(&third, Some(&second), &fence("b", 1))
            .await
            .unwrap();
        assert_eq!(
            current(&reader).await,
            Some((3, "b".to_owned(), 1)),
            "{kind}"
        );
        let names = reader.manifests().await.unwrap();
        assert_eq!(names.len(), 3, "{kind}: what was not published is gone");
    }
}

#[tokio::test]
async fn parts_are_compressed_sent_once_and_a_cut_download_goes_on_where_it_was() {
    for kind in [Kind::Moto, Kind::S3s, Kind::Garage] {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let store = engine.store("deep/prefix", "demo");
        // Text that compresses, noise that does not and is sent in pieces.
        let text = "stock 17\n".repeat(40_000).into_bytes();
        let noise: Vec<u8> = (0..600_000_u32)
            .flat_map(|number| *blake3::hash(&number.to_le_bytes()).as_bytes())
            .collect();
        for (bytes, is_smaller) in [(text, true), (noise, false)] {
            let (entry, file) = (entry(&bytes), folder.path().join("part"));
            std::fs::write(&file, &bytes).unwrap();
            store
                .put_part(PartKind::Offers, &entry, &file)
                .await
                .unwrap();
            let seen = engine.between.take_seen();
            let sent = |seen: &frontage_tests::engines::Seen| {
                matches!(seen.method.as_str(), "PUT" | "POST") && seen.path.contains("/parts/")
            };
            assert!(seen.iter().any(sent), "{kind}: {seen:?}");
            let is_compressed = seen
                .iter()
                .any(|one| sent(one) && one.path.contains(".zst"));
            assert_eq!(is_compressed, is_smaller, "{kind}: {seen:?}");
            store
                .put_part(PartKind::Offers, &entry, &file)
                .await
                .unwrap();
            assert!(
                !engine.between.take_seen().iter().any(sent),
                "{kind}: sent again"
            );

            let copy = folder.path().join("copy");
            engine.between.cut(2);
            store
                .copy_part(PartKind::Offers, &entry, &copy)
                .await
                .unwrap();
            assert_eq!(std::fs::read(&copy).unwrap(), bytes, "{kind}");
            let seen = engine.between.take_seen();
            let went_on =
                |seen: &frontage_tests::engines::Seen| seen.from.is_some_and(|from| from > 0);
            assert!(seen.iter().any(went_on), "{kind}: {seen:?}");
            // Neither does a look at all of it end where a connection does.
            engine.between.cut(2);
            assert!(store.part_is_whole(PartKind::Offers, &entry).await.unwrap());
        }
        assert_eq!(store.parts().await.unwrap().len(), 2, "{kind}");
    }
}

#[test]
fn orders_are_kept_in_a_bucket_as_in_a_folder() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let store = engine.store("", "demo");
        let id = |number: u64| OrderId::new(1_764_000_000_000 + number, 1);
        let batch: Vec<_> = (0..40).map(|number| (id(number), vec![b'x'; 9])).collect();
        let first = store.accept_orders(&batch);
        assert!(
            first.iter().all(|one| matches!(one, Ok(Accepted::Now))),
            "{kind}: {first:?}"
        );
        let stamp = store.orders_stamp();
        assert_eq!(store.orders_stamp(), stamp, "{kind}");
        let again = store.accept_orders(&[(id(7), b"other".to_vec())]);
        assert!(matches!(again[0], Ok(Accepted::Before)), "{kind}");
        assert_eq!(store.orders(OrderState::New).unwrap().len(), 40, "{kind}");
        let one = store.order(id(7)).unwrap();
        assert_eq!(one, Some((OrderState::New, vec![b'x'; 9])), "{kind}");

        store
            .file_order(id(7), OrderState::New, OrderState::Done)
            .unwrap();
        assert_ne!(store.orders_stamp(), stamp, "{kind}");
        assert_eq!(
            store.order(id(7)).unwrap().unwrap().0,
            OrderState::Done,
            "{kind}"
        );
        assert!(store.has_order(id(7), OrderState::Done).unwrap(), "{kind}");
        let filed = store.accept_orders(&[(id(7), b"other".to_vec())]);
        assert!(matches!(filed[0], Ok(Accepted::Before)), "{kind}");
        assert_eq!(store.orders(OrderState::New).unwrap().len(), 39, "{kind}");

        let once = |bytes: &[u8]| store.put_beside_once(id(7), Beside::Body, bytes).unwrap();
        assert_eq!(
            (once(b"first"), once(b"second")),
            (b"first".to_vec(), b"first".to_vec())
        );
        store.put_beside(id(7), Beside::Receipt, b"{}").unwrap();
        assert_eq!(
            store.all_beside(Beside::Receipt).unwrap(),
            [id(7)],
            "{kind}"
        );
        let since = std::time::UNIX_EPOCH;
        assert_eq!(store.received_since(since).unwrap(), [id(7)], "{kind}");
        store.remove_order(id(7), OrderState::Done).unwrap();
        assert_eq!(store.order(id(7)).unwrap(), None, "{kind}");
        assert_eq!(store.beside(id(7), Beside::Body).unwrap(), None, "{kind}");
    }
}

#[tokio::test]
async fn a_shop_lives_in_a_bucket_and_outlives_it() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
        engine.hold(&shop, "live");
        shop.open().await;
        shop.until_generation(1).await;
        engine.between.take_seen();
        shop.until("the store was asked and had nothing new", async |_| {
            let seen = engine.between.take_seen();
            let nothing_new = match kind {
                Kind::Moto => 304,
                // It ignores the conditions of reads.
                Kind::S3s => 200,
                // There is none where conditions of writes are ignored.
                Kind::Garage | Kind::Forgetful => 404,
            };
            seen.iter()
                .any(|seen| seen.path.ends_with("/HEAD") && seen.status == nothing_new)
                .then_some(())
        })
        .await;

        // The price is all that changes: the catalog stays where it is, at both ends.
        shop.backend
            .respond_with(CATALOG, Response::ndjson(&stamped::feed(2, 1)));
        shop.once().await;
        shop.until_generation(2).await;
        let status = shop.ingest(&["status"]).await;
        // The command is done, and gave back what it took.
        assert!(
            status.stdout.contains("stopped at"),
            "{kind}: {}",
            status.stdout
        );
        let is_told = status.stdout.contains("ignores conditional writes");
        assert_eq!(is_told, !kind.honours(), "{kind}: {}", status.stdout);

        engine.between.set_down(true);
        shop.kill("frontage-server");
        shop.serve().await;
        assert_eq!(shop.generation().await, 2, "{kind}: from the cache");
        engine.between.set_down(false);
        shop.backend
            .respond_with(CATALOG, Response::ndjson(&stamped::feed(3, 2)));
        shop.once().await;
        shop.until_generation(3).await;
    }
}

#[tokio::test]
async fn a_bucket_that_is_down_refuses_an_order_and_the_same_form_orders_later() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let (shop, mut ann, form) = till(&engine).await;
        engine.between.set_down(true);
        let refused = ann.post(&shop, "/checkout", &form).await;
        assert_eq!(refused.status, 503, "{kind}: {}", refused.body);
        for text in ["Your order was NOT placed", "value=\"ann@mail.example\""] {
            assert!(
                refused.body.contains(text),
                "{kind}: {text}: {}",
                refused.body
            );
        }
        let ticket = hidden(&refused.body, "ticket");
        assert!(form.contains(&("ticket".to_owned(), ticket)), "{kind}");
        assert_eq!(shop.get("/p/thing-number-1").await.status, 200, "{kind}");
        engine.between.set_down(false);
        assert_eq!(waiting(&engine).await, 0, "{kind}: it was refused");
        let again = filled(&refused.body);
        let mut clicks = [ann.clone(), ann];
        let mut pages = Vec::new();
        for click in &mut clicks {
            let done = click.post(&shop, "/checkout", &again).await;
            pages.push(location(&done));
        }
        assert_eq!(pages[0], pages[1], "{kind}");
        assert!(pages[0].starts_with("/orders/"), "{kind}: {}", pages[0]);
        assert_eq!(waiting(&engine).await, 1, "{kind}");
    }
}

#[test]
fn an_order_that_was_refused_does_not_come_in_late() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let store = engine.store("", "demo");
        if !kind.honours() {
            // What a server knows from the note that the writer left.
            let found = tokio::runtime::Runtime::new()
                .unwrap()
                .block_on(store.conditions());
            assert_eq!(found.unwrap(), Conditions::Ignored);
        }
        let id = OrderId::new(1_764_000_000_000, 1);
        let accept = |text: &str| store.accept_orders(&[(id, text.into())]).remove(0);
        engine.between.set_fate(Fate::Late);
        let outcome = accept("first");
        engine.between.set_fate(Fate::Answered);
        assert_eq!(store.order(id).unwrap(), None, "{kind}");
        assert_eq!(store.orders(OrderState::New).unwrap(), [], "{kind}");
        assert!(!store.has_order(id, OrderState::New).unwrap(), "{kind}");
        let late = engine.let_go();
        assert!(!late.is_empty(), "{kind}");
        if kind.honours() {
            assert!(
                matches!(outcome, Err(NotAccepted::Refused(_))),
                "{kind}: {outcome:?}"
            );
            assert!(late.iter().all(|status| *status == 412), "{kind}: {late:?}");
            assert_eq!(store.orders(OrderState::New).unwrap(), [], "{kind}");
            // It is sent again, and is an order like any other.
            assert!(matches!(accept("second"), Ok(Accepted::Now)), "{kind}");
            let found = store.order(id).unwrap();
            assert_eq!(found, Some((OrderState::New, b"second".to_vec())), "{kind}");
        } else {
            assert!(
                matches!(outcome, Err(NotAccepted::Unsettled(_))),
                "{kind}: {outcome:?}"
            );
            assert!(matches!(accept("second"), Ok(Accepted::Before)), "{kind}");
        }
        assert_eq!(store.orders(OrderState::New).unwrap(), [id], "{kind}");
    }
}

#[test]
fn names_of_refused_orders_are_free_again_when_nobody_sends_them_any_more() {
    let Some(engine) = Engine::any() else {
        return;
    };
    let store = engine.store("", "demo");
    let [refused, placed] = [1, 2].map(|number| OrderId::new(1_764_000_000_000, number));
    engine.between.set_fate(Fate::Late);
    store.accept_orders(&[(refused, b"{}".to_vec())]);
    engine.between.set_fate(Fate::Answered);
    store.accept_orders(&[(placed, b"{}".to_vec())]);
    let minted = refused.minted_ms();
    assert_eq!(store.remove_empty_orders(minted).unwrap(), 0);
    assert_eq!(store.remove_empty_orders(minted + 1).unwrap(), 1);
    assert_eq!(store.remove_empty_orders(minted + 1).unwrap(), 0);
    assert_eq!(store.orders(OrderState::New).unwrap(), [placed]);
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_placed_or_said_to_be_in_doubt() {
    for kind in Kind::ALL {
        let Some(engine) = Engine::start(kind) else {
            continue;
        };
        let (shop, mut ann, form) = till(&engine).await;
        // Of the very first order answers are lost, and looking for it finds it.
        engine.between.set_fate(Fate::Unanswered);
        let done = ann.clone().post(&shop, "/checkout", &form).await;
        assert!(location(&done).starts_with("/orders/"), "{kind}");
        // Of the next one nothing comes back at all.
        engine.between.set_fate(Fate::Cut);
        let form = ann.checkout(&shop).await;
        let mut page = ann.post(&shop, "/checkout", &form).await;
        for _ in 0..2 {
            assert_eq!(page.status, 503, "{kind}: {}", page.body);
            let said = "We cannot tell yet whether your order was placed";
            assert!(page.body.contains(said), "{kind}: {}", page.body);
            assert!(!page.body.contains("NOT placed"), "{kind}: {}", page.body);
            let mut again = filled(&page.body);
            again.push(("unsettled".to_owned(), hidden(&page.body, "unsettled")));
            page = ann.post(&shop, "/checkout", &again).await;
        }
        engine.between.set_fate(Fate::Answered);
        engine.between.set_down(false);
        let again = filled(&page.body);
        let done = ann.post(&shop, "/checkout", &again).await;
        assert!(location(&done).starts_with("/orders/"), "{kind}");
        assert_eq!(waiting(&engine).await, 2, "{kind}");
    }
}

/// A shop that keeps its orders in an engine, and a shopper with what she would order there.
async fn till(engine: &Engine) -> (Shop, Shopper, Fields) {
    let mut shop = ShopBuilder::of(documents::shop(2)).server(CHECKOUT).start();
    engine.hold(&shop, "till");
    shop.open().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    (shop, ann, form)
}

/// How many orders wait in its bucket.
async fn waiting(engine: &Engine) -> usize {
    let store = engine.store("till", "demo");
    let listed = tokio::task::spawn_blocking(move || store.orders(OrderState::New));
    listed.await.expect("a list").expect("a list").len()
}

/// A manifest of two small parts.
fn manifest(generation: u64, fence: &Fence) -> Manifest {
    Manifest {
        version: 1,
        shop: "demo".into(),
        generation,
        previous: generation.checked_sub(1).filter(|number| *number > 0),
        catalog: entry(b"catalog"),
        offers: entry(b"offers"),
        created_at: 0,
        writer: fence.holder.clone(),
        epoch: fence.epoch,
        pinned: false,
        reason: "cycle".into(),
        sources: std::collections::BTreeMap::new(),
        counts: Counts::default(),
        trial: None,
        traceparent: None,
        checksum: String::new(),
    }
}

/// What is current: generation, writer and epoch.
async fn current(store: &Store) -> Option<(u64, String, u64)> {
    let current = store.current().await.expect("a store")?;
    Some((current.generation, current.writer, current.epoch))
}

async fn put_parts(store: &Store, folder: &std::path::Path) {
    let file = folder.join("scratch");
    for (kind, bytes) in [
        (PartKind::Catalog, b"catalog".as_slice()),
        (PartKind::Offers, b"offers"),
    ] {
        std::fs::write(&file, bytes).expect("a file");
        let put = store.put_part(kind, &entry(bytes), &file).await;
        put.expect("a store to write");
    }
}

fn entry(bytes: &[u8]) -> PartEntry {
    PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: bytes.len() as u64,
    }
}
