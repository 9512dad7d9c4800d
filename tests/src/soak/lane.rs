//! One shop whose server and deliverer are killed again and again, each at instants of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use frontage_shared::order::OrderId;
use frontage_shared::store::Store;

use super::orders::{Tally, deliver_the_rest, look};
use super::shoppers::{Buyer, at_checkout, send_all};
use crate::backend::merchant::{self, Merchant, Mood};
use crate::catalogue::Dice;
use crate::documents;
use crate::shop::{Daemon, Shop, ShopBuilder};
use crate::shopper::UNLIMITED;

/// Shoppers who come while a server lives.
const SHOPPERS: usize = 4;
/// While so many wait to send their form again, no new ones come.
const MOST_UNSURE: usize = 3 * SHOPPERS;
/// Shorter than the merchant's longest silence, so that it is a silence.
const TIMEOUT_MS: u64 = 250;
/// A deliverer that is killed early is killed within this time of its start: before, during and after its first look.
const EARLY_MS: u64 = 150;
/// The others are killed within this time of having sent something first.
const SENDING_MS: u64 = 400;
/// With nothing to send, a deliverer is killed after this long.
const IDLE: Duration = Duration::from_millis(800);
/// How often it is looked whether a server is ready, or a deliverer has sent something.
const GLANCE: Duration = Duration::from_millis(4);
/// How often a server is started before it is given up.
const STARTS: u32 = 20;

/// A shop, its merchant, and how many of its processes were killed.
pub(super) struct Lane {
    shop: Shop,
    store: Store,
    merchant: Arc<Merchant>,
    seed: u64,
    /// How many servers and deliverers are to be killed.
    wanted: u64,
    servers: AtomicU64,
    deliverers: AtomicU64,
}

/// What shoppers have, and what they do not know.
#[derive(Default)]
struct Shopping {
    thanked: Vec<OrderId>,
    /// They sent their form and got no answer.
    unsure: Vec<Buyer>,
    forms: usize,
    killed_at_work: u64,
}

impl Lane {
    /// A shop that sells one thing.
    pub(super) async fn open(seed: u64) -> anyhow::Result<Self> {
        let mut thing = documents::product("1", "Thing", "9.90");
        thing["stock"] = serde_json::json!({"availability": "in_stock"});
        let orders = format!(
            "[orders]\nurl = \"ORDERS\"\ntimeout_ms = {TIMEOUT_MS}\nreceipt_at = \"/number\"\n"
        );
        let shop = ShopBuilder::of(vec![thing])
            .ingest(&orders)
            .server(UNLIMITED)
            .start();
        shop.fill_in("ORDERS", merchant::ORDERS);
        // The feed does not change, so that deliverers spend their short lives on orders.
        shop.reconfigure(|text| text.replace("* * * * * *", "0 0 1 1 *"));
        let mood = Mood::Erratic(Dice::new(13, "merchant", seed));
        let merchant = Arc::new(Merchant::new(mood, Duration::from_millis(2 * TIMEOUT_MS)));
        shop.backend.play(merchant.clone());
        shop.once().await;
        let store = Store::open("store", shop.folder(), "demo")?;
        Ok(Self {
            shop,
            store,
            merchant,
            seed,
            wanted: 0,
            servers: AtomicU64::new(0),
            deliverers: AtomicU64::new(0),
        })
    }

    /// Kills so many servers and so many deliverers, lets the last of each live, and looks at what there is.
    pub(super) async fn kill(mut self, kills: u64) -> anyhow::Result<Tally> {
        self.wanted = kills;
        let (shopping, killed_sending) = tokio::join!(self.kill_servers(), self.kill_deliverers());
        let mut shopping = shopping?;
        let server = self.serve().await?;
        let unsure = std::mem::take(&mut shopping.unsure);
        for (_, answer) in self.send(unsure).await {
            let id = answer.context("a form that was sent again was not answered")?;
            shopping.thanked.push(id);
        }
        drop(server);
        let mut tally = Tally {
            servers_killed: self.servers.load(Ordering::Relaxed),
            deliverers_killed: self.deliverers.load(Ordering::Relaxed),
            killed_at_work: shopping.killed_at_work,
            killed_sending,
            forms: shopping.forms,
            ..Tally::default()
        };
        tally.findings = deliver_the_rest(&self.shop, &self.merchant, &self.store).await?;
        look(&self.merchant, &self.store, &shopping.thanked, &mut tally)?;
        Ok(tally)
    }

    /// Both go on until enough of both were killed, so that none works undisturbed by the other.
    fn is_done(&self) -> bool {
        self.servers.load(Ordering::Relaxed) >= self.wanted
            && self.deliverers.load(Ordering::Relaxed) >= self.wanted
    }

    async fn kill_servers(&self) -> anyhow::Result<Shopping> {
        let mut dice = Dice::new(13, "servers", self.seed);
        let mut shopping = Shopping::default();
        // About how long all answers take; it follows what is seen, so that most instants lie among the answers.
        let mut within = Duration::from_millis(60);
        while !self.is_done() {
            let mut server = self.serve().await?;
            let mut buyers = std::mem::take(&mut shopping.unsure);
            if buyers.len() < MOST_UNSURE {
                let new = at_checkout(&self.shop, SHOPPERS).await?;
                shopping.forms += new.len();
                buyers.extend(new);
            }
            let micros = u64::try_from(within.as_micros())?;
            let (_, answers) = tokio::join!(
                async {
                    tokio::time::sleep(Duration::from_micros(dice.below(micros))).await;
                    server.kill();
                },
                self.send(buyers)
            );
            self.servers.fetch_add(1, Ordering::Relaxed);
            for (buyer, answer) in answers {
                match answer {
                    Some(id) => shopping.thanked.push(id),
                    None => shopping.unsure.push(buyer),
                }
            }
            if shopping.unsure.is_empty() {
                within = within * 19 / 20;
            } else {
                shopping.killed_at_work += 1;
                within = within * 21 / 20 + Duration::from_micros(100);
            }
        }
        Ok(shopping)
    }

    async fn send(&self, buyers: Vec<Buyer>) -> Vec<(Buyer, Option<OrderId>)> {
        send_all(self.shop.client().clone(), self.shop.url(""), buyers).await
    }

    /// How many of them had sent something.
    async fn kill_deliverers(&self) -> u64 {
        let mut dice = Dice::new(13, "deliverers", self.seed);
        let mut killed_sending = 0;
        while !self.is_done() {
            let before = self.merchant.times_sent();
            let mut deliverer = self.shop.own_ingest();
            let is_early = dice.below(4) == 0;
            if !is_early {
                let started = Instant::now();
                while self.merchant.times_sent() == before && started.elapsed() < IDLE {
                    tokio::time::sleep(GLANCE).await;
                }
            }
            let most = if is_early { EARLY_MS } else { SENDING_MS };
            tokio::time::sleep(Duration::from_micros(dice.below(most * 1_000))).await;
            deliverer.kill();
            self.deliverers.fetch_add(1, Ordering::Relaxed);
            killed_sending += u64::from(self.merchant.times_sent() > before);
        }
        killed_sending
    }

    /// A server that is ready.
    async fn serve(&self) -> anyhow::Result<Daemon> {
        // While no server runs, any connection of this machine may be given its port for a moment.
        for _ in 0..STARTS {
            let mut server = self.shop.own_server();
            while !server.has_ended() {
                if self.shop.ready().await {
                    return Ok(server);
                }
                tokio::time::sleep(GLANCE).await;
            }
        }
        anyhow::bail!("the server does not start")
    }
}
