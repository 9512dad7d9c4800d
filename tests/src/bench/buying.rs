//! Carts and orders: a cart of a hundred lines, and orders made durable beside the disk's own rate.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::future::try_join_all;
use reqwest::header::{COOKIE, SET_COOKIE};

use super::figures::{Figures, float, percentile};
use super::ground::Ground;
use super::rows::{CART_PAGE, CART_PARTIAL, FSYNCS, ORDERS, ORDERS_P99, ORDERS_PER_FSYNC};
use crate::shopper::{filled, sending};

/// Products of the shop: enough to fill a cart.
pub const PRODUCTS: u64 = 1_000;
const LINES: usize = 100;
/// How often a cart is looked at.
const LOOKS: usize = 2_000;
/// Orders that are placed, and how many at once.
const PLACED: usize = 3_000;
const AT_ONCE: usize = 64;
/// How long the disk alone is measured.
const FSYNC_TIME: Duration = Duration::from_secs(2);

/// Measures carts and orders of a shop that is published.
pub fn measure(ground: &Ground, figures: &mut Figures) -> anyhow::Result<()> {
    let generation = ground.generation()?;
    let rows = 0..generation.catalog.variant_count();
    let on_sale = rows.filter(|&row| {
        let offer = generation.offers.variant(row);
        offer.price.is_some() && offer.availability.can_be_ordered()
    });
    let variants = on_sale.filter_map(|row| generation.catalog.variant(row));
    let skus: Vec<String> = variants.map(|variant| variant.id().to_owned()).collect();
    let skus = skus.as_slice();
    ensure!(
        skus.len() >= LINES,
        "the shop has {} articles only",
        skus.len()
    );
    let (_server, _) = ground.serve("/")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let client = Client::new(ground)?;
    runtime.block_on(client.carts(figures, skus))?;
    runtime.block_on(client.orders(figures, skus))?;
    let rate = fsyncs(&ground.store_folder())?;
    figures.set(FSYNCS, rate)?;
    let orders = figures.value(ORDERS).context("orders were not measured")?;
    figures.set(ORDERS_PER_FSYNC, orders / rate)
}

struct Client {
    http: reqwest::Client,
    origin: String,
}

impl Client {
    fn new(ground: &Ground) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let origin = format!("http://{}", ground.listen);
        Ok(Self { http, origin })
    }

    async fn carts(&self, figures: &mut Figures, skus: &[String]) -> anyhow::Result<()> {
        let cart = self.filled(skus, LINES).await?;
        for (path, row) in [("/partials/cart", CART_PARTIAL), ("/cart", CART_PAGE)] {
            let mut took = Vec::with_capacity(LOOKS);
            for _ in 0..LOOKS {
                let began = Instant::now();
                let body = self.get(path, &cart).await?;
                took.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
                ensure!(!body.is_empty(), "{path} is empty");
            }
            figures.set(row, float(percentile(&mut took, 99)) / 1e6)?;
        }
        Ok(())
    }

    async fn orders(&self, figures: &mut Figures, skus: &[String]) -> anyhow::Result<()> {
        let cart = self.filled(skus, 1).await?;
        let mut forms = Vec::with_capacity(PLACED);
        for _ in 0..PLACED {
            forms.push(filled(&self.get("/checkout", &cart).await?));
        }
        let next = AtomicUsize::new(0);
        let began = Instant::now();
        let buyers = (0..AT_ONCE).map(|_| async {
            let mut took = Vec::new();
            while let Some(form) = forms.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                let answer = self.post("/checkout", &cart, form).await?;
                ensure!(
                    answer.status() == 303,
                    "an order was answered with {}",
                    answer.status()
                );
                took.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
            anyhow::Ok(took)
        });
        let mut took = try_join_all(buyers).await?.concat();
        let seconds = began.elapsed().as_secs_f64();
        figures.set(ORDERS, float(PLACED as u64) / seconds)?;
        figures.set(ORDERS_P99, float(percentile(&mut took, 99)) / 1e6)
    }

    /// The cookie of a cart with so many lines.
    async fn filled(&self, skus: &[String], lines: usize) -> anyhow::Result<String> {
        let text = skus
            .iter()
            .take(lines)
            .fold(String::new(), |text, sku| text + sku + " 1\n");
        let answer = self
            .post("/cart", "", &[("quick".to_owned(), text)])
            .await?;
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = cookies.collect::<Vec<_>>().join("; ");
        let cart = self.get("/cart", &cookie).await?;
        let found = cart.matches("<li class=\"line\">").count();
        ensure!(
            found == lines,
            "the cart has {found} lines instead of {lines}"
        );
        Ok(cookie)
    }

    async fn get(&self, path: &str, cookie: &str) -> anyhow::Result<String> {
        let request = self
            .http
            .get(format!("{}{path}", self.origin))
            .header(COOKIE, cookie);
        let answer = request.send().await?;
        ensure!(
            answer.status() == 200,
            "{path} was answered with {}",
            answer.status()
        );
        Ok(answer.text().await?)
    }

    async fn post(
        &self,
        path: &str,
        cookie: &str,
        fields: &[(String, String)],
    ) -> anyhow::Result<reqwest::Response> {
        let request = self.http.post(format!("{}{path}", self.origin));
        let request = request
            .header(COOKIE, cookie)
            .header("origin", &self.origin);
        Ok(sending(request, fields).send().await?)
    }
}

/// How often a second the disk makes a small file last, one after the other.
fn fsyncs(folder: &Path) -> anyhow::Result<f64> {
    let bytes = [b'x'; 2_048];
    let (began, mut count) = (Instant::now(), 0_u64);
    let file = folder.join("fsync-rate");
    while began.elapsed() < FSYNC_TIME {
        let mut target = File::create(&file)?;
        target.write_all(&bytes)?;
        target.sync_all()?;
        count += 1;
    }
    std::fs::remove_file(file)?;
    Ok(float(count) / began.elapsed().as_secs_f64())
}
