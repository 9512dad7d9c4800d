//! kill -9 of whoever delivers orders, at random instants, against a merchant who may do anything: what was accepted
//! is delivered, and nothing twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::OrderId;
use frontage_shared::store::{OrderState, Store};

use super::Outcome;
use crate::backend::merchant::{self, Merchant, Mood};
use crate::catalogue::Dice;
use crate::documents;
use crate::orders;
use crate::shop::{Shop, ShopBuilder};

/// Orders that come between two kills.
const ORDERS_PER_KILL: u32 = 10;
/// Shorter than the merchant's longest silence, so that it is a silence.
const TIMEOUT_MS: u64 = 400;
/// Kills come within this time of a start: before the first look, while orders are sent, and after.
const WITHIN_MS: u64 = 1_500;

/// Kills so many deliverers while orders come in.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_order_kills(kills: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut shop = ShopBuilder::of(vec![documents::product("1", "Thing", "9.90")])
            .ingest(&format!(
                "[orders]\nurl = \"ORDERS\"\ntimeout_ms = {TIMEOUT_MS}\nreceipt_at = \"/number\"\n"
            ))
            .start();
        shop.fill_in("ORDERS", merchant::ORDERS);
        let mood = Mood::Erratic(Dice::new(13, "merchant", 0));
        let too_long = Duration::from_millis(2 * TIMEOUT_MS);
        let merchant = Arc::new(Merchant::new(mood, too_long));
        shop.backend.play(merchant.clone());
        let store = Store::open("store", shop.folder(), "demo")?;
        let mut dice = Dice::new(13, "kills", 0);
        let mut accepted = Vec::new();
        for _ in 0..kills {
            shop.run_ingest();
            for half in [ORDERS_PER_KILL / 2, ORDERS_PER_KILL - ORDERS_PER_KILL / 2] {
                tokio::time::sleep(Duration::from_millis(dice.below(WITHIN_MS / 2))).await;
                accepted.extend(orders::accept(&store, half));
            }
            shop.kill("frontage-ingest");
        }
        let mut findings = deliver_the_rest(&shop, &merchant, &store).await?;
        findings.extend(look(&merchant, &store, &accepted)?);
        let (orders, sent) = (accepted.len(), merchant.sent().len());
        let name = format!(
            "orders lost or doubled, {orders} accepted, {sent} times sent, {kills} deliverers killed"
        );
        Ok(Outcome::of_findings(13, name, findings))
    })
}

/// The merchant comes to reason, and whoever delivers next is not killed.
pub(super) async fn deliver_the_rest(
    shop: &Shop,
    merchant: &Merchant,
    store: &Store,
) -> anyhow::Result<Vec<String>> {
    merchant.feels(Mood::Takes);
    let ended = shop.ingest(&["orders", "deliver"]).await;
    let mut findings = Vec::new();
    if ended.code != Some(0) {
        findings.push(format!("not delivered: {}{}", ended.stdout, ended.stderr));
    }
    for state in [OrderState::New, OrderState::Rejected] {
        let left = store.orders(state)?;
        findings.extend(
            left.iter()
                .map(|id| format!("{id} is still {}", state.name())),
        );
    }
    Ok(findings)
}

/// What was accepted is what the merchant has, and what is filed.
pub(super) fn look(
    merchant: &Merchant,
    store: &Store,
    accepted: &[OrderId],
) -> anyhow::Result<Vec<String>> {
    let mut findings = merchant.mixed_up();
    let taken = merchant.taken();
    let accepted: BTreeSet<OrderId> = accepted.iter().copied().collect();
    let done: BTreeSet<OrderId> = store.orders(OrderState::Done)?.into_iter().collect();
    for id in accepted.symmetric_difference(&done) {
        findings.push(format!("{id} is accepted or filed, and not both"));
    }
    for id in &accepted {
        let key = id.to_string();
        let stored = store.order(*id)?.map(|(_, bytes)| bytes);
        if taken.get(&key).map(|body| body.to_vec()) != stored {
            findings.push(format!("{id}: the merchant has something else, or nothing"));
        }
        let receipt = store.order_receipt(*id)?;
        let number = receipt.and_then(|receipt| receipt.number);
        // An answer that broke off told no number.
        if number.is_some_and(|number| number != format!("SO-{key}")) {
            findings.push(format!("{id}: the receipt is another order's"));
        }
    }
    if taken.len() != accepted.len() {
        findings.push(format!(
            "{} orders accepted, {} keys at the merchant",
            accepted.len(),
            taken.len()
        ));
    }
    Ok(findings)
}
