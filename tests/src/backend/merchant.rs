//! A merchant's order endpoint, or whoever else is sent something under a key: it takes each key once, and is as
//! unreliable as a test wants it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderMap;
use serde_json::json;

use super::apis::{Api, Asked};
use super::script::Response;
use crate::catalogue::Dice;

/// Where it is.
pub const ORDERS: &str = "/api/orders";
/// Where clients log in.
pub const LOGIN: &str = "/api/login";

/// How it answers.
#[derive(Debug, Clone)]
pub enum Mood {
    /// It takes orders.
    Takes,
    /// It takes nothing, and answers this.
    Answers(Response),
    /// It takes orders, and answers this.
    TakesAnd(Response),
    /// Anything may happen: it takes an order or not, and answers rightly, wrongly, late, in part or not at all.
    Erratic(Dice),
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its method.
    pub method: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Sent {
    /// Its `Idempotency-Key`; empty if it has none.
    pub fn key(&self) -> &str {
        let key = self.headers.get("idempotency-key");
        key.and_then(|key| key.to_str().ok()).unwrap_or_default()
    }
}

/// An order endpoint.
#[derive(Debug)]
pub struct Merchant {
    path: &'static str,
    /// Longer than its clients wait.
    too_long: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    moods: BTreeMap<String, Mood>,
    sent: Vec<Sent>,
    taken: BTreeMap<String, Bytes>,
    logins: usize,
}

impl Merchant {
    /// One whose clients wait for less than this.
    pub fn new(mood: Mood, too_long: Duration) -> Self {
        Self::at(ORDERS, mood, too_long)
    }

    /// The same at another path.
    pub fn at(path: &'static str, mood: Mood, too_long: Duration) -> Self {
        Self {
            path,
            too_long,
            state: Mutex::new(State {
                mood,
                moods: BTreeMap::new(),
                sent: Vec::new(),
                taken: BTreeMap::new(),
                logins: 0,
            }),
        }
    }

    /// Changes how it answers.
    pub fn feels(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// Changes how it answers about one order.
    pub fn feels_about(&self, key: &str, mood: Mood) {
        self.lock().moods.insert(key.to_owned(), mood);
    }

    /// All requests so far, oldest first.
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// How many requests came so far.
    pub fn times_sent(&self) -> usize {
        self.lock().sent.len()
    }

    /// The orders that it has, by key.
    pub fn taken(&self) -> BTreeMap<String, Bytes> {
        self.lock().taken.clone()
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        self.lock().logins
    }

    /// Keys that came with two different bodies, and requests without a key.
    pub fn mixed_up(&self) -> Vec<String> {
        let state = self.lock();
        let mut first: BTreeMap<&str, &Bytes> = BTreeMap::new();
        let mut found = Vec::new();
        for sent in &state.sent {
            let known = first.entry(sent.key()).or_insert(&sent.body);
            if sent.key().is_empty() || **known != sent.body {
                found.push(format!("key `{}` with {:?}", sent.key(), sent.body));
            }
        }
        found
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Api for Merchant {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        let mut state = self.lock();
        if asked.path == LOGIN {
            state.logins += 1;
            let token = format!("token-number-{}", state.logins);
            return Some(Response::json(&json!({"token": token})));
        }
        if asked.path != self.path {
            return None;
        }
        let sent = Sent {
            method: asked.method.clone(),
            headers: asked.headers.clone(),
            body: asked.body.clone(),
        };
        let key = sent.key().to_owned();
        state.sent.push(sent);
        let (takes, answer) = state.decide(&key, self.too_long);
        if takes {
            state.taken.entry(key.clone()).or_insert(asked.body.clone());
        }
        Some(answer.unwrap_or_else(|| taken(&key)))
    }
}

impl State {
    /// Whether the order is taken, and what is said instead of that.
    fn decide(&mut self, key: &str, too_long: Duration) -> (bool, Option<Response>) {
        let mood = match self.moods.get_mut(key) {
            Some(mood) => mood,
            None => &mut self.mood,
        };
        match mood {
            Mood::Takes => (true, None),
            Mood::Answers(answer) => (false, Some(answer.clone())),
            Mood::TakesAnd(answer) => (true, Some(answer.clone())),
            Mood::Erratic(dice) => match dice.below(20) {
                0 | 1 => (false, Some(Response::none())),
                2 | 3 => (true, Some(Response::none())),
                4 => (true, Some(taken(key).cut_at(3))),
                5 => (true, Some(taken(key).after(too_long))),
                6 => (false, Some(Response::status(500))),
                7 => (true, Some(Response::status(500))),
                8 => {
                    let busy = Response::status(503).header("retry-after", "0.1");
                    (false, Some(busy))
                }
                9 => (false, Some(Response::status(409))),
                _ => (true, None),
            },
        }
    }
}

/// What is said of an order that it has, however often it comes.
fn taken(key: &str) -> Response {
    Response::json(&json!({"number": format!("SO-{key}"), "state": "taken"})).with_status(201)
}
