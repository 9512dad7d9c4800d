//! A shop with an order endpoint, and questions about both.

use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::OrderId;
use frontage_shared::snapshot::offers::Availability;
use frontage_shared::store::{OrderState, Store};
use frontage_tests::backend::merchant::{self, Merchant, Mood};
use frontage_tests::documents;
use frontage_tests::orders::{self, PERSONAL};
use frontage_tests::shop::{Ended, Shop, ShopBuilder};
use serde_json::Value;

/// A shop with an order endpoint.
pub(super) struct Bed {
    pub(super) shop: Shop,
    pub(super) merchant: Arc<Merchant>,
    pub(super) store: Store,
}

impl Bed {
    /// With these keys, and tables after them, in `[orders]`.
    pub(super) async fn new(keys: &str) -> Self {
        let table = format!("[orders]\nurl = \"ORDERS\"\n{keys}\n");
        let shop = ShopBuilder::of(vec![documents::product("1", "Thing", "9.90")])
            .ingest(&table)
            .desk("")
            .start();
        shop.fill_in("ORDERS", merchant::ORDERS);
        let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
        shop.backend.play(merchant.clone());
        let store = Store::open("store", shop.folder(), "demo").expect("a store");
        Self {
            shop,
            merchant,
            store,
        }
    }

    pub(super) async fn deliver(&self) -> Ended {
        self.shop.ingest(&["orders", "deliver"]).await
    }

    pub(super) async fn list(&self, states: &[&str]) -> Vec<Value> {
        let words = [&["orders", "list", "--json"], states].concat();
        let ended = self.shop.ingest(&words).await;
        let lines = ended.stdout.lines();
        let line = |line| serde_json::from_str(line).expect("a line of JSON");
        lines.map(line).collect()
    }

    pub(super) async fn until_filed(&self, ids: &[OrderId], state: OrderState) {
        let is_filed = |id: &OrderId| self.store.order_file(state, *id).exists();
        self.shop
            .until("the orders are filed", async |_| {
                ids.iter().all(is_filed).then_some(())
            })
            .await;
    }

    pub(super) fn order(&self, variant: &str, quantity: u32) {
        let id = orders::fresh_id();
        let order = orders::order(id, variant, quantity);
        let batch = [(id, order.encode().expect("an order is JSON"))];
        assert!(self.store.accept_orders(&batch)[0].is_ok());
    }

    /// Quantity and availability of the one product, as the shop shows them.
    pub(super) fn stock(&self) -> (Option<i64>, Availability) {
        let generation = self.shop.published();
        let variant = generation.catalog.variant_by_id("1").expect("a variant");
        let offer = generation.offers.variant(variant.row);
        (offer.quantity, offer.availability)
    }

    pub(super) async fn until_stock(&self, quantity: i64) {
        self.shop
            .until("the stock changes", async |_| {
                (self.stock().0 == Some(quantity)).then_some(())
            })
            .await;
    }

    pub(super) fn tells_nothing(&self, text: &str) {
        for secret in PERSONAL {
            assert!(!text.contains(secret), "`{secret}` in {text}");
        }
    }
}
