//! Whether the server is alive, told to the service manager: only what really answered counts.
//!
//! A process that runs and answers nobody is worse than one that is started again, so each sign of life is a look: every
//! loop that takes shoppers turns, and a page is answered on a thread of the runtime.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::daemon::supervisor;
use hyper::{HeaderMap, Method};
use tracing::error;

use crate::handle::Shop;
use crate::listen::{Answer as _, Pulse, Reply, Request};
use crate::watch::{self, Report};

/// How often the line for people is looked at.
const STATUS_PERIOD: Duration = Duration::from_secs(1);
/// A page that every shop has, and that costs next to nothing.
const PAGE: &str = "/robots.txt";

/// Looks whether the server is alive, and says so.
pub struct Vitals {
    /// What answers.
    pub shop: Arc<Shop>,
    /// What `watch` knows.
    pub report: Arc<Report>,
    /// The loops that take connections.
    pub pulses: Vec<Arc<Pulse>>,
}

impl Vitals {
    /// Says that the server is ready, and then that it is alive, as often as the manager wants to hear it.
    pub async fn run(self) {
        let line = self.line();
        supervisor::status(&line);
        supervisor::ready();
        let status = self.tell_status(line);
        match supervisor::heartbeat() {
            Some(every) => drop(tokio::join!(status, self.beat(every))),
            None => status.await,
        }
    }

    async fn beat(&self, every: Duration) {
        let mut was_alive = true;
        loop {
            let is_alive = tokio::time::timeout(every, self.is_alive()).await.is_ok();
            if is_alive {
                supervisor::alive();
            } else if was_alive {
                error!(
                    "the server does not answer itself; the service manager is not told that it is alive"
                );
            }
            was_alive = is_alive;
            // A look may take as long as a whole period: two of them are what the manager waits for.
            tokio::time::sleep(every / 2).await;
        }
    }

    /// Ends once everything has answered.
    async fn is_alive(&self) {
        for pulse in &self.pulses {
            pulse.feel().await;
        }
        let shop = Arc::clone(&self.shop);
        // A task that is lost is a page that failed, which the shop answers for itself.
        let _ = tokio::spawn(async move { answer(&shop).await }).await;
    }

    async fn tell_status(&self, mut told: String) {
        loop {
            tokio::time::sleep(STATUS_PERIOD).await;
            let line = self.line();
            if line != told {
                supervisor::status(&line);
                told = line;
            }
        }
    }

    /// What is served, and what is wrong, for people.
    fn line(&self) -> String {
        let serving = self.shop.live.load();
        let served = match serving.as_deref() {
            Some(serving) => {
                let manifest = &serving.generation.manifest;
                let (number, products) = (manifest.generation, manifest.counts.products);
                format!("serving generation {number}, {products} products")
            }
            None => format!("nothing to serve: {}", self.shop.live.why_none()),
        };
        match self.report.view().store_trouble {
            Some(trouble) => format!("{served}; the store: {trouble}"),
            None => served,
        }
        .replace('\n', " ")
    }
}

async fn answer(shop: &Shop) {
    let request = Request {
        method: &Method::GET,
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
            shop: Arc::clone(&process.shop),
            report: Arc::clone(&process.report),
            pulses: vec![Arc::clone(&pulse)],
        };
        let (long, short) = (Duration::from_secs(60), Duration::from_millis(50));
        assert!(
            tokio::time::timeout(short, vitals.is_alive())
                .await
                .is_err()
        );
        let turning =
            tokio::spawn(async move { pulse.beat_during(std::future::pending::<()>()).await });
        assert!(tokio::time::timeout(long, vitals.is_alive()).await.is_ok());
        turning.abort();
        assert!(
            vitals.line().contains("nothing to serve"),
            "{}",
            vitals.line()
        );
    }
}
