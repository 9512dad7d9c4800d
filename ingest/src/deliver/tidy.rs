//! What is kept of orders, and what goes: delivered ones after a while, those that nobody paid, and what killed writers
//! left behind.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use frontage_shared::order::OrderId;
use frontage_shared::store::{Beside, OrderState, Store};

use super::DeliverError;

/// Nobody writes an order for so long.
const STALE: Duration = Duration::from_secs(86_400);

/// No payment takes so long, in milliseconds: 30 days.
const NEVER_PAID_MS: u64 = 30 * 86_400_000;

/// Removes delivered orders that were kept long enough, what waited for a payment that never came, and files
/// that killed writers left behind.
pub(super) fn up(store: &Store, keep: Duration, now: DateTime<Utc>) -> Result<(), DeliverError> {
    let left = store.remove_stale_orders(STALE, SystemTime::from(now))?;
    let mut removed = 0_u64;
    for id in store.orders(OrderState::Done)? {
        let delivered_ms = delivered_ms(store, id)?;
        let age = now.timestamp_millis().saturating_sub(delivered_ms);
        if u128::try_from(age).is_ok_and(|age| age > keep.as_millis()) {
            store.remove_order(id, OrderState::Done)?;
            removed += 1;
        }
    }
    let now_ms = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    // Nobody sends a form of that age any more, nor pays.
    let emptied = store.remove_empty_orders(now_ms.saturating_sub(NEVER_PAID_MS))?;
    let left = left + emptied;
    let mut never_paid = 0_u64;
    for id in store.all_beside(Beside::Pending)? {
        if now_ms.saturating_sub(id.minted_ms()) > NEVER_PAID_MS {
            store.drop_beside(id, Beside::Pending)?;
            never_paid += 1;
        }
    }
    if removed + never_paid + left as u64 > 0 {
        tracing::info!(
            orders = removed,
            never_paid,
            leftovers = left,
            "removed orders that were delivered long ago or never paid, and files of writers that were killed"
        );
    }
    Ok(())
}

/// When a filed order was delivered, Unix milliseconds; without a receipt, when it was minted.
fn delivered_ms(store: &Store, id: OrderId) -> Result<i64, DeliverError> {
    let receipt = store.order_receipt(id)?;
    let told = receipt
        .and_then(|receipt| DateTime::parse_from_rfc3339(&receipt.delivered_at).ok())
        .map(|at| at.timestamp_millis());
    Ok(told.unwrap_or_else(|| i64::try_from(id.minted_ms()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontage_shared::order_status::OrderReceipt;

    const DAY: u64 = 86_400;

    #[test]
    fn delivered_orders_go_after_their_time_and_others_never() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let minted = at("2026-01-01T00:00:00Z").timestamp_millis();
        let ids = [1, 2, 3, 4].map(|random| OrderId::new(u64::try_from(minted).unwrap(), random));
        for id in ids {
            store.accept_orders(&[(id, b"{}".to_vec())]);
        }
        for (id, delivered_at) in [
            (ids[0], "2026-01-02T00:00:00Z"),
            (ids[1], "2026-01-09T00:00:00Z"),
        ] {
            let receipt = OrderReceipt {
                delivered_at: delivered_at.to_owned(),
                status: 201,
                attempts: 1,
                number: None,
            };
            store.put_order_receipt(id, &receipt).unwrap();
            store
                .file_order(id, OrderState::New, OrderState::Done)
                .unwrap();
        }
        store
            .file_order(ids[2], OrderState::New, OrderState::Rejected)
            .unwrap();
        let keep = Duration::from_secs(30 * DAY);
        up(&store, keep, at("2026-02-01T00:00:00Z")).unwrap();
        assert_eq!(store.orders(OrderState::Done).unwrap(), ids[..2]);
        up(&store, keep, at("2026-02-01T00:00:01Z")).unwrap();
        assert_eq!(store.orders(OrderState::Done).unwrap(), [ids[1]]);
        assert_eq!(store.all_beside(Beside::Receipt).unwrap(), [ids[1]]);
        up(&store, keep, at("2030-01-01T00:00:00Z")).unwrap();
        assert_eq!(store.orders(OrderState::Done).unwrap(), []);
        assert_eq!(store.orders(OrderState::New).unwrap(), [ids[3]]);
        assert_eq!(store.orders(OrderState::Rejected).unwrap(), [ids[2]]);
    }

    #[test]
    fn what_nobody_paid_goes_after_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let id = OrderId::new(1_764_000_000_000, 1);
        store.put_beside(id, Beside::Pending, b"{}").unwrap();
        let at = |ms: u64| {
            let ms = i64::try_from(id.minted_ms() + ms).unwrap();
            DateTime::<Utc>::from_timestamp_millis(ms).unwrap()
        };
        let keep = Duration::from_secs(DAY);
        up(&store, keep, at(NEVER_PAID_MS)).unwrap();
        assert_eq!(store.all_beside(Beside::Pending).unwrap(), [id]);
        up(&store, keep, at(NEVER_PAID_MS + 1)).unwrap();
        assert_eq!(store.all_beside(Beside::Pending).unwrap(), []);
    }
}
