//! The tests that keep watch over promises, with the figure as a parameter: small in `make test`, large in `make soak`.
//!
//! A soak test makes a shop of its own, counts whatever should not have happened, and passes if that is nothing.

/// What a page tells about the feed and the generation that it was rendered from.
pub mod stamped;

/// Generations published straight into a store, as many and as fast as a test wants.
pub mod publisher;

/// Shoppers who check every response.
pub mod load;

/// kill -9 at random instants of a cycle.
pub mod kills;

/// kill -9 and failures at the system calls of a cycle, one by one.
pub mod calls;

/// kill -9 of servers and deliverers while shoppers order.
pub mod orders;

mod lane; // one shop of these
mod shoppers; // who orders there

/// Swaps under load.
pub mod swaps;

/// One price everywhere, in every currency.
pub mod prices;

/// Damage to the store under load.
pub mod damage;

/// Crawlers that follow every link.
pub mod crawl;

/// Crawlers beside shoppers.
pub mod bots;

/// Restarts and reloads under load.
pub mod restarts;

/// Daemons that take over from each other.
pub mod takeovers;

/// Writers that fight for one store.
pub mod writers;

/// Several servers on one bucket, under load.
pub mod fleet;

/// Starts with nothing there but the server's own cache.
pub mod islands;

mod away; // when the machine did not run
mod class; // who goes before whom on it

/// Two shops in one server, of which one is hammered.
pub mod neighbours;

pub use bots::soak_bots;
/// Lighthouse on the demo shop.
pub mod lighthouse;

pub use calls::{soak_failing_calls, soak_kills_at_calls};
pub use crawl::soak_crawl;
pub use damage::soak_store_damage;
pub use fleet::soak_fleet;
pub use islands::soak_islands;
pub use kills::soak_random_kills;
pub use lighthouse::soak_lighthouse;
pub use neighbours::soak_neighbours;
pub use orders::soak_order_kills;
pub use prices::soak_prices;
pub use restarts::soak_restarts;
pub use swaps::soak_swaps;
pub use takeovers::soak_takeovers;
pub use writers::soak_writers;

use serde::Serialize;

/// Whether being slow counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// What takes longer than promised is a finding.
    Counts,
    /// Only for the figure's sake: on a machine that does other things, nothing passes or fails by being quick.
    IsTold,
}

/// What a soak test found.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The number of the promise; 0 for a bar that is none of them.
    pub promise: u32,
    /// What was counted, and over how much.
    pub name: String,
    /// The count.
    pub value: u64,
    /// Whether the promise was kept.
    pub pass: bool,
    /// The first findings in words, for people.
    #[serde(skip)]
    pub details: Vec<String>,
}

/// Findings that are kept in words; the others are only counted.
const DETAILS: usize = 20;

impl Outcome {
    /// A promise is kept if nothing was found.
    pub fn of_findings(promise: u32, name: String, mut findings: Vec<String>) -> Self {
        let value = findings.len() as u64;
        findings.truncate(DETAILS);
        Self {
            promise,
            name,
            value,
            pass: value == 0,
            details: findings,
        }
    }
}

/// What so many percent of some measurements do not exceed; nothing of none.
fn percentile<T: Copy + Default + Ord>(mut measured: Vec<T>, percent: usize) -> T {
    measured.sort_unstable();
    let at = measured.len().saturating_sub(1) * percent / 100;
    measured.get(at).copied().unwrap_or_default()
}

/// A runtime for one soak test.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
