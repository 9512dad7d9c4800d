//! One process delivers the orders of a store at a time, and the next one takes over.

use frontage_shared::store::OrderState;
use frontage_tests::orders;

use super::bed::Bed;

#[tokio::test]
async fn who_delivers_second_says_so_and_takes_over() {
    let mut bed = Bed::new("").await;
    bed.shop.once().await;
    // Another daemon, which has a state folder of its own.
    let other = std::fs::File::create(bed.store.delivery_lock().unwrap()).unwrap();
    other.try_lock().unwrap();
    orders::accept(&bed.store, 2);
    let ids = bed.store.orders(OrderState::New).unwrap();
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("delivers already"), "{ended:?}");
    bed.shop.run_ingest();
    bed.shop
        .until("the second one says so", async |shop| {
            let told = "another frontage-ingest delivers the orders of this store";
            shop.logs().contains(told).then_some(())
        })
        .await;
    assert_eq!(bed.store.orders(OrderState::New).unwrap(), ids);
    assert!(bed.merchant.sent().is_empty());
    drop(other);
    bed.until_filed(&ids, OrderState::Done).await;
    assert_eq!(bed.merchant.sent().len(), 2);
}

#[tokio::test]
async fn a_lock_that_cannot_be_made_is_tried_again() {
    let mut bed = Bed::new("").await;
    bed.shop.once().await;
    let ids = orders::accept(&bed.store, 1);
    std::fs::create_dir(bed.store.delivery_lock().unwrap()).unwrap();
    bed.shop.run_ingest();
    bed.shop
        .until("the daemon says so", async |shop| {
            let told = "orders are not delivered; it is tried again";
            shop.logs().contains(told).then_some(())
        })
        .await;
    let status = bed.shop.ingest(&["status"]).await.stdout;
    assert!(status.contains("NOT DELIVERED: lock"), "{status}");
    std::fs::remove_dir(bed.store.delivery_lock().unwrap()).unwrap();
    bed.until_filed(&ids, OrderState::Done).await;
}
