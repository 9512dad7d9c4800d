//! kill -9 of the server while shoppers order, and of whoever delivers, against a merchant who may do anything: who
//! read "thank you" has an order, who did not can send the form again, and the merchant gets each order once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use frontage_shared::order::OrderId;
use frontage_shared::store::Store;
use futures_util::future::join_all;
use reqwest::header::{LOCATION, SET_COOKIE};

use super::Outcome;
use super::orders::{deliver_the_rest, look};
use crate::backend::merchant::{self, Merchant, Mood};
use crate::catalogue::Dice;
use crate::documents;
use crate::shop::{Shop, ShopBuilder};
use crate::shopper::{Fields, Shopper, UNLIMITED, fields, filled, sending};

/// Shoppers between two kills.
const SHOPPERS: usize = 8;
/// The server is killed within this time after the first of them sends a form.
const WITHIN_MS: u64 = 60;
/// A shopper at the checkout: what the browser has, and what it sends.
struct Buyer {
    cookie: String,
    form: Fields,
}

/// Kills so many servers while shoppers order.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_shopper_kills(kills: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut thing = documents::product("1", "Thing", "9.90");
        thing["stock"] = serde_json::json!({"availability": "in_stock"});
        let mut shop = ShopBuilder::of(vec![thing])
            .ingest("[orders]\nurl = \"ORDERS\"\ntimeout_ms = 400\n")
            .server(UNLIMITED)
            .start();
        shop.fill_in("ORDERS", merchant::ORDERS);
        let mood = Mood::Erratic(Dice::new(31, "merchant", 0));
        let merchant = Arc::new(Merchant::new(mood, Duration::from_millis(800)));
        shop.backend.play(merchant.clone());
        shop.once().await;
        let store = Store::open("store", shop.folder(), "demo")?;
        let mut dice = Dice::new(31, "kills", 0);
        let (mut thanked, mut unsure, mut forms) = (Vec::new(), Vec::new(), 0);
        for _ in 0..kills {
            shop.serve().await;
            shop.run_ingest();
            let mut buyers = std::mem::take(&mut unsure);
            for _ in 0..SHOPPERS {
                buyers.push(at_checkout(&shop).await?);
                forms += 1;
            }
            let after = Duration::from_micros(dice.below(WITHIN_MS * 1_000));
            let sent = tokio::spawn(send_all(shop.client().clone(), shop.url(""), buyers));
            tokio::time::sleep(after).await;
            shop.kill("frontage-server");
            shop.kill("frontage-ingest");
            for (buyer, answer) in sent.await? {
                match answer {
                    Some(id) => thanked.push(id),
                    None => unsure.push(buyer),
                }
            }
        }
        let cut_off = unsure.len();
        shop.serve().await;
        for (_, answer) in send_all(shop.client().clone(), shop.url(""), unsure).await {
            thanked.push(answer.context("a form that was sent again was not answered")?);
        }
        let mut findings = deliver_the_rest(&shop, &merchant, &store).await?;
        findings.extend(look(&merchant, &store, &thanked)?);
        let different: BTreeSet<_> = thanked.iter().collect();
        if different.len() != forms {
            findings.push(format!("{forms} forms were sent, {} orders came of them", different.len()));
        }
        let name = format!(
            "orders lost or doubled, {forms} forms sent, {cut_off} answers cut off last, {kills} servers killed"
        );
        Ok(Outcome::of_findings(13, name, findings))
    })
}

/// Somebody new with one thing in the cart, before the filled form.
async fn at_checkout(shop: &Shop) -> anyhow::Result<Buyer> {
    let mut shopper = Shopper::new();
    let added = shopper.post(shop, "/cart", &fields(&[("add", "1")])).await;
    ensure!(
        added.headers.contains_key(SET_COOKIE),
        "no cart: {}",
        added.body
    );
    let page = shopper.get(shop, "/checkout").await;
    Ok(Buyer {
        cookie: shopper.header(),
        form: filled(&page.body),
    })
}

/// All forms at once, each with the order that it was thanked for.
async fn send_all(
    client: reqwest::Client,
    origin: String,
    buyers: Vec<Buyer>,
) -> Vec<(Buyer, Option<OrderId>)> {
    let sending = buyers.into_iter().map(|buyer| {
        let (client, origin) = (client.clone(), origin.clone());
        async move {
            let id = send(&client, &origin, &buyer).await;
            (buyer, id)
        }
    });
    join_all(sending).await
}

/// The order that a form was thanked for; none if the server went away or refused.
async fn send(client: &reqwest::Client, origin: &str, buyer: &Buyer) -> Option<OrderId> {
    let request = client
        .post(format!("{origin}/checkout"))
        .header("cookie", &buyer.cookie)
        .header("origin", origin);
    let answer = sending(request, &buyer.form).send().await.ok()?;
    let location = answer.headers().get(LOCATION)?.to_str().ok()?;
    let id = location.strip_prefix("/orders/")?.split('?').next()?;
    id.parse().ok()
}
