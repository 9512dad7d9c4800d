//! How often one client may do what: a bucket of tokens for each client and action, in bounded memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::config::Limits;

/// Clients remembered; when there are more, those that have been quiet are forgotten first.
const MOST_CLIENTS: usize = 50_000;

/// What a client does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Changes a cart.
    Cart,
    /// Sends a checkout form.
    Order,
    /// Sends a withdrawal from a contract.
    Withdrawal,
}

/// The rates, and who has used how much of them.
pub struct Limiter {
    cart_per_minute: u32,
    orders_per_minute: u32,
    withdrawals_per_minute: u32,
    buckets: Mutex<HashMap<(IpAddr, Action), Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: SystemTime,
}

impl Limiter {
    /// These many actions a minute; as many may come at once after a quiet minute. 0 is no limit.
    pub fn new(limits: &Limits) -> Self {
        Self {
            cart_per_minute: limits.cart_changes_per_minute,
            orders_per_minute: limits.orders_per_minute,
            withdrawals_per_minute: limits.withdrawals_per_minute,
            buckets: Mutex::default(),
        }
    }

    /// Counts an action of a client; false if it has done enough.
    pub fn allows(&self, client: IpAddr, action: Action, now: SystemTime) -> bool {
        let per_minute = match action {
            Action::Cart => self.cart_per_minute,
            Action::Order => self.orders_per_minute,
            Action::Withdrawal => self.withdrawals_per_minute,
        };
        if per_minute == 0 {
            return true;
        }
        let most = f64::from(per_minute);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_CLIENTS {
            // A client that has been quiet for a minute has a full bucket again, as an unknown one has.
            buckets.retain(|_, bucket| elapsed(bucket.at, now) < Duration::from_secs(60));
            if buckets.len() >= MOST_CLIENTS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry((network(client), action)).or_insert(Bucket {
            tokens: most,
            at: now,
        });
        let refilled = elapsed(bucket.at, now).as_secs_f64() * most / 60.0;
        bucket.tokens = (bucket.tokens + refilled).min(most);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

fn elapsed(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or_default()
}

/// One customer of a provider has a whole /64 of IPv6 addresses.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_do_so_much_a_minute_and_others_are_not_held_up() {
        let limiter = Limiter {
            cart_per_minute: 0,
            orders_per_minute: 3,
            withdrawals_per_minute: 1,
            buckets: Mutex::default(),
        };
        let start = SystemTime::UNIX_EPOCH;
        let one: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        let other: IpAddr = "192.0.2.1".parse().unwrap();
        let order = |client, seconds| {
            limiter.allows(client, Action::Order, start + Duration::from_secs(seconds))
        };
        assert!(order(one, 0) && order(neighbour, 0) && order(one, 0));
        assert!(!order(one, 0) && !order(neighbour, 10));
        assert!(order(other, 10));
        let withdraw = || limiter.allows(other, Action::Withdrawal, start);
        assert!(withdraw() && !withdraw());
        assert!(order(one, 20) && !order(one, 20));
        assert!((0..100).all(|_| limiter.allows(one, Action::Cart, start)));
    }
}
