//! A stand-in for a merchant's pricing API on loopback: a tenth off every price, freight and taxes of its own.
//!
//! It checks who asks and what it is asked as strictly as a careful merchant would, and can be told to be slow, down,
//! or wrong in any way.

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use frontage_shared::signature::{self, signature};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub use crate::catalogue::document::decimal;
use crate::shop::Shop;
use crate::stand_in;

const TOKEN: &str = "token_of_the_stand_in_4242";
const SECRET: &str = "secret_of_the_stand_in_4242";

/// The running stand-in; it ends when it is dropped.
#[derive(Debug)]
pub struct PricingApi {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// How it behaves.
#[derive(Clone, Default)]
pub enum Mood {
    /// It answers as it should.
    #[default]
    Good,
    /// It takes questions and never answers.
    Silent,
    /// It answers with this status.
    Status(u16),
    /// It answers with this body.
    Says(String),
    /// It answers as it should, but for what this does to the answer.
    But(Arc<dyn Fn(&mut Value) + Send + Sync>),
}

impl fmt::Debug for Mood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mood")
    }
}

impl Mood {
    /// A good answer with something changed.
    pub fn but(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::But(Arc::new(change))
    }
}

#[derive(Debug, Default)]
struct State {
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Value>>,
    connections: AtomicUsize,
    refused: AtomicUsize,
}

impl PricingApi {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start() -> Self {
        let (listener, address) = stand_in::listen().await;
        let state = Arc::new(State::default());
        let (counted, served) = (Arc::clone(&state), Arc::clone(&state));
        let task = stand_in::serve(
            listener,
            move || {
                counted.connections.fetch_add(1, Ordering::Relaxed);
            },
            move |request| answer(Arc::clone(&served), request),
        );
        Self {
            address,
            state,
            task,
        }
    }

    /// The table of a server that asks here, with these keys more; [`PricingApi::give_secrets_to`] writes the files it
    /// names.
    pub fn settings(&self, keys: &str) -> String {
        format!(
            "[checkout.pricing]\nurl = \"http://{}/price?shop=1\"\ntoken_file = \"pricing-token\"\n\
             secret_file = \"pricing-secret\"\n{keys}\n",
            self.address
        )
    }

    /// Writes the files with the secrets.
    ///
    /// # Panics
    /// The shop's folder cannot be written.
    pub fn give_secrets_to(&self, shop: &Shop) {
        for (file, secret) in [("pricing-token", TOKEN), ("pricing-secret", SECRET)] {
            std::fs::write(shop.folder().join(file), secret).expect("a file of our own");
        }
    }

    /// From now on it behaves like this.
    pub fn is(&self, mood: Mood) {
        *lock(&self.state.mood) = mood;
    }

    /// All questions so far.
    pub fn asked(&self) -> Vec<Value> {
        lock(&self.state.asked).clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many questions did not prove who asks.
    pub fn refused(&self) -> usize {
        self.state.refused.load(Ordering::Relaxed)
    }
}

impl Drop for PricingApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Answer = hyper::Response<Full<Bytes>>;

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let body = body.unwrap_or_default();
    let header = |name: &str| {
        let value = parts.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let signed_at = header(signature::HEADER)
        .strip_prefix("t=")
        .and_then(|rest| rest.split(',').next()?.parse().ok());
    let is_ours = header(AUTHORIZATION.as_str()) == format!("Bearer {TOKEN}")
        && signed_at.is_some_and(|at| signature(SECRET, at, &body) == header(signature::HEADER))
        && parts
            .uri
            .path_and_query()
            .is_some_and(|path| path == "/price?shop=1");
    let question: Option<Value> = serde_json::from_slice(&body).ok();
    let Some(question) = question.filter(|_| is_ours) else {
        state.refused.fetch_add(1, Ordering::Relaxed);
        return Ok(respond(403, "{}".to_owned()));
    };
    lock(&state.asked).push(question.clone());
    let mood = lock(&state.mood).clone();
    Ok(match mood {
        Mood::Good => respond(200, price(&question).to_string()),
        Mood::Silent => {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            respond(200, String::new())
        }
        Mood::Status(status) => respond(status, price(&question).to_string()),
        Mood::Says(body) => respond(200, body),
        Mood::But(change) => {
            let mut answer = price(&question);
            change(&mut answer);
            respond(200, answer.to_string())
        }
    })
}

fn respond(status: u16, body: String) -> Answer {
    let mut answer = hyper::Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    let json = hyper::header::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

/// A tenth off every price, a euro off the cart with the code `EURO`, freight of 3.90 and taxes of 19 per cent.
///
/// # Panics
/// It is no question, or not in a currency with two decimals.
pub fn price(question: &Value) -> Value {
    let asked = question["lines"].as_array().expect("lines");
    let has_code = question["coupons"]
        .as_array()
        .expect("codes")
        .contains(&json!("EURO"));
    let mut goods = 0;
    let mut lines = Vec::new();
    for (number, line) in asked.iter().enumerate() {
        let unit = cents(&line["unit_price"]) * 9 / 10;
        let discount = if has_code && number == 0 { 100 } else { 0 };
        let total = unit * line["quantity"].as_i64().expect("a number") - discount;
        goods += total;
        lines.push(json!({
            "variant_id": line["variant_id"], "unit_price": decimal(unit), "discount": decimal(discount),
            "total": decimal(total), "tax_rate": "19",
        }));
    }
    let is_chosen =
        question["delivery_method"] == "freight" || question["may_choose_delivery"] == true;
    let total = goods + if is_chosen { 390 } else { 0 };
    let tax = total * 19 / 119;
    let discounts = match has_code {
        true => {
            json!([{"rule": "euro", "name": "A euro for you", "code": "EURO", "amount": "1.00"}])
        }
        false => json!([]),
    };
    let mut quote = json!({
        "currency": question["currency"],
        "lines": lines,
        "discounts": discounts,
        "delivery_methods": [{"id": "freight", "name": "Freight", "price": "3.90"}],
        "taxes": [{"rate": "19", "net": decimal(total - tax), "amount": decimal(tax)}],
        "prices_include_tax": true,
        "total": decimal(total),
        "messages": ["Your prices are good until Friday."],
    });
    if is_chosen {
        quote["delivery_method"] = json!("freight");
    }
    quote
}

/// An amount with two decimals, in hundredths.
///
/// # Panics
/// It is none.
pub fn cents(amount: &Value) -> i64 {
    let text = amount.as_str().expect("a text").replace('.', "");
    text.parse().expect("an amount with two decimals")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
