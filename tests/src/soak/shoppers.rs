//! Shoppers who order while their server is killed: who is not thanked sends the same form again.

use anyhow::ensure;
use frontage_shared::order::OrderId;
use futures_util::future::{join_all, try_join_all};
use reqwest::header::{LOCATION, SET_COOKIE};

use crate::shop::Shop;
use crate::shopper::{Fields, Shopper, fields, filled, sending};

/// A shopper at the checkout: what the browser has, and what it sends.
pub(super) struct Buyer {
    cookie: String,
    form: Fields,
}

/// So many new shoppers, each with one thing in the cart and the filled form before them.
pub(super) async fn at_checkout(shop: &Shop, count: usize) -> anyhow::Result<Vec<Buyer>> {
    try_join_all((0..count).map(|_| one_at_checkout(shop))).await
}

async fn one_at_checkout(shop: &Shop) -> anyhow::Result<Buyer> {
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
pub(super) async fn send_all(
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
