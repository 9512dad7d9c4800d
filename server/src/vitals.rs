//! Whether the server is alive, told to the service manager: only what really answered counts.
//!
//! A process that runs and answers nobody is worse than one that is started again, so each sign of life is a look: every
//! loop that takes shoppers turns, and a page is answered on a thread of the runtime.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::daemon::supervisor::Watched;
use hyper::{HeaderMap, Method};
use tracing::error;

use crate::handle::Shop;
use crate::house::House;
use crate::listen::{Answer as _, Pulse, Reply, Request};
use crate::tenant::Tenant;
use crate::watch;

/// A page that every shop has, and that costs next to nothing.
const PAGE: &str = "/robots.txt";

/// Looks whether the server is alive, and says so.
pub struct Vitals {
    /// What answers.
    pub house: Arc<House>,
    /// The loops that take connections.
    pub pulses: Vec<Arc<Pulse>>,
}

impl Vitals {
    /// Ends once everything has answered.
    async fn answers(&self) {
        for pulse in &self.pulses {
            pulse.feel().await;
        }
        let Some(shop) = self.house.shops().into_iter().next() else {
            return;
        };
        // A task that is lost is a page that failed, which the shop answers for itself.
        let _ = tokio::spawn(async move { answer(&shop).await }).await;
    }
}

impl Watched for Vitals {
    /// What is served, and what is wrong.
    fn line(&self) -> String {
        match self.house.only() {
            Some(tenant) => line_of(&tenant),
            None => self.house.rooms().to_string(),
        }
    }

    async fn is_alive(&self, within: Duration, was_alive: bool) -> bool {
        let is_alive = tokio::time::timeout(within, self.answers()).await.is_ok();
        if was_alive && !is_alive {
            error!(
                "the server does not answer itself; the service manager is not told that it is alive"
            );
        }
        is_alive
    }
}

fn line_of(tenant: &Tenant) -> String {
    let serving = tenant.shop.live.load();
    let served = match serving.as_deref() {
        Some(serving) => {
            let manifest = &serving.generation.manifest;
            let (number, products) = (manifest.generation, manifest.counts.products);
            format!("serving generation {number}, {products} products")
        }
        None => format!("nothing to serve: {}", tenant.shop.live.why_none()),
    };
    match tenant.report.view().store_trouble {
        Some(trouble) => format!("{served}; the store: {trouble}"),
        None => served,
    }
}

async fn answer(shop: &Shop) {
    let request = Request {
        method: &Method::GET,
        host: None,
        target: PAGE,
        headers: &HeaderMap::new(),
        body: &[],
        peer: Ipv4Addr::LOCALHOST.into(),
        now: watch::now(),
    };
    if let Reply::Later(answer) = shop.answer(&request) {
        answer.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_loop_that_is_stuck_is_no_sign_of_life() {
        let bench = Bench::new();
        let process = bench.process();
        let pulse = Arc::new(Pulse::default());
        let vitals = Vitals {
            house: Arc::new(House::of_one(Tenant::of_parts(
                process.shop,
                process.report,
            ))),
            pulses: vec![Arc::clone(&pulse)],
        };
        let (long, short) = (Duration::from_secs(60), Duration::from_millis(50));
        assert!(tokio::time::timeout(short, vitals.answers()).await.is_err());
        let turning =
            tokio::spawn(async move { pulse.beat_during(std::future::pending::<()>()).await });
        assert!(tokio::time::timeout(long, vitals.answers()).await.is_ok());
        turning.abort();
        assert!(
            vitals.line().contains("nothing to serve"),
            "{}",
            vitals.line()
        );
    }
}
