//! Starting and stopping the back end, and changing what it serves.
//!
//! It runs on a thread and a runtime of its own, so that it can be started from any test, and it is gone when its
//! handle is dropped.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use frontage_shared::model::money::{Currency, Money};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::catalogue::document::CURRENCY;
use crate::catalogue::variant::{Availability, Offer};

use super::answer::{Answer, Body};
use super::apis::{Api, Asked};
use super::data::Data;
use super::market::{Change, Market};
use super::routes::{self, Wanted};
use super::script::Response;

/// How many requests the log remembers.
const LOG_LEN: usize = 10_000;

/// Called with what moved, after each tick.
pub type OnChange = Box<dyn Fn(&[Change]) + Send>;

/// How to start a back end.
pub struct Config {
    /// Where it listens; port 0 takes any free one.
    pub address: SocketAddr,
    /// What it serves.
    pub data: Data,
    /// How often prices and stock move by themselves; never when missing.
    pub change_every: Option<Duration>,
    /// Who wants to hear of it.
    pub on_change: Option<OnChange>,
}

/// A request that was made.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// The status of the answer.
    pub status: u16,
}

/// A running back end.
#[derive(Debug)]
pub struct Backend {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    data: Arc<Data>,
    market: Market,
    origin: String,
    scripted: Mutex<HashMap<String, Response>>,
    apis: Mutex<Vec<Arc<dyn Api>>>,
    seen: Mutex<VecDeque<Seen>>,
}

impl Config {
    /// A back end for tests: any free port, a generated catalogue, nothing moves by itself.
    pub fn generated(count: u64) -> Self {
        Self::of(Data::generated(count))
    }

    /// The same with other data.
    pub fn of(data: Data) -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            data,
            change_every: None,
            on_change: None,
        }
    }
}

impl Backend {
    /// Starts listening; when this returns, requests are answered.
    pub fn start(config: Config) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(config.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let data = Arc::new(config.data);
        let shared = Arc::new(Shared {
            market: Market::new(Arc::clone(&data)),
            data,
            origin: format!("http://{address}"),
            scripted: Mutex::default(),
            apis: Mutex::default(),
            seen: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("sample-backend".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let moving =
                        keep_moving(Arc::clone(&serving), config.change_every, config.on_change);
                    tokio::select! {
                        () = accept(listener, Arc::clone(&serving)) => {}
                        () = moving => {}
                        _ = stopped => {}
                    }
                });
                runtime.shutdown_background();
            })?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a path, such as `/export/products`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.shared.origin)
    }

    /// From now on, answers every request for this path with this response.
    ///
    /// A path with a query matches only that query, and is looked up first.
    pub fn respond_with(&self, path: &str, response: Response) {
        lock(&self.shared.scripted).insert(path.to_owned(), response);
    }

    /// From now on, answers requests for this path by itself again.
    pub fn behave(&self, path: &str) {
        lock(&self.shared.scripted).remove(path);
    }

    /// From now on, plays this back end as well.
    pub fn play(&self, api: Arc<dyn Api>) {
        lock(&self.shared.apis).push(api);
    }

    /// From now on, plays this back end in the place of those that it played.
    pub fn play_instead(&self, api: Arc<dyn Api>) {
        *lock(&self.shared.apis) = vec![api];
    }

    /// Sets the price of an article, in cents; `None` if there is no such article.
    pub fn set_price(&self, sku: &str, cents: i64) -> Option<Offer> {
        self.shared.market.change(sku, |offer| offer.cents = cents)
    }

    /// Sets how many pieces there are of an article; `None` if there is no such article.
    pub fn set_quantity(&self, sku: &str, quantity: i64) -> Option<Offer> {
        self.shared.market.change(sku, |offer| {
            offer.quantity = quantity;
            offer.availability = if quantity > 0 {
                Availability::InStock
            } else {
                Availability::OutOfStock
            };
        })
    }

    /// Moves prices and stock once, as time would.
    pub fn tick(&self) -> Vec<Change> {
        self.shared.market.tick()
    }

    /// Every offer as it is now.
    pub fn offers(&self) -> impl Iterator<Item = (String, Offer)> + use<> {
        self.shared.market.offers()
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.seen).iter().cloned().collect()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        lock(&self.shared.seen).clear();
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed; there is nothing to add while being dropped.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener =
        TcpListener::from_std(listener).expect("the listener was made non-blocking before");
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { respond(&shared, request).await }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            // A client that goes away, or an answer that is cut on purpose, ends the connection with an error.
            let _ = http
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Never returns, so that it can stand beside `accept`.
async fn keep_moving(shared: Arc<Shared>, every: Option<Duration>, on_change: Option<OnChange>) {
    let Some(every) = every else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(every).await;
        let changes = shared.market.tick();
        if let Some(on_change) = &on_change {
            on_change(&changes);
        }
    }
}

/// An error closes the connection.
async fn respond(shared: &Shared, request: Request<Incoming>) -> io::Result<hyper::Response<Body>> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    let path = request.uri().path();
    let scripted = {
        let scripted = lock(&shared.scripted);
        scripted
            .get(&target)
            .or_else(|| scripted.get(path))
            .cloned()
    };
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let request = Request::from_parts(parts, body.unwrap_or_default());
    let answered = scripted.or_else(|| played(shared, &request));
    let response = match answered {
        Some(response) if response.is_dropped => {
            return Err(io::Error::other("the test wants no answer"));
        }
        Some(response) => response.send(request.headers()).await,
        None => unscripted(shared, &request).for_request(request.headers()),
    };
    let mut seen = lock(&shared.seen);
    if seen.len() == LOG_LEN {
        seen.pop_front();
    }
    let method = request.method().to_string();
    seen.push_back(Seen {
        method,
        target,
        headers: request.headers().clone(),
        status: response.status().as_u16(),
    });
    Ok(response)
}

/// What one of the back ends that are played answers.
fn played(shared: &Shared, request: &Request<Bytes>) -> Option<Response> {
    let apis = lock(&shared.apis).clone();
    if apis.is_empty() {
        return None;
    }
    let asked = Asked {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: parameters(request).collect(),
        headers: request.headers().clone(),
        body: request.body().clone(),
        origin: shared.origin.clone(),
    };
    apis.iter().find_map(|api| api.answer(&asked))
}

fn parameters(request: &Request<Bytes>) -> impl Iterator<Item = (String, String)> {
    let query = request.uri().query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned()
}

fn unscripted(shared: &Shared, request: &Request<Bytes>) -> Answer {
    let wanted = Wanted {
        path: request.uri().path(),
        query: parameters(request).collect(),
        origin: &shared.origin,
    };
    match (request.method(), wanted.path.strip_prefix("/control/")) {
        (&Method::POST, Some(command)) => control(shared, command, &wanted.query),
        (&Method::GET | &Method::HEAD, None) => {
            routes::answer(&wanted, &shared.data, &shared.market)
        }
        _ => Answer::refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "data is read with GET, control is posted",
        ),
    }
}

/// Changes what is served: `price?sku=…&amount=…`, `stock?sku=…&quantity=…`, `tick`.
fn control(shared: &Shared, command: &str, query: &HashMap<String, String>) -> Answer {
    let refusal = |reason: &str| Answer::refusal(StatusCode::BAD_REQUEST, reason);
    let sku = query.get("sku").map_or("", String::as_str);
    let changed = match command {
        "tick" => {
            return Answer::json(
                serde_json::json!({"changed": shared.market.tick().len()}).to_string(),
            );
        }
        "price" => {
            let currency =
                Currency::parse(CURRENCY).expect("the catalogue's currency is in the table");
            let amount = query
                .get("amount")
                .map(|text| Money::parse_decimal(text, currency));
            let Some(Ok(amount)) = amount else {
                return refusal("amount must be a decimal such as 12.90");
            };
            shared
                .market
                .change(sku, |offer| offer.cents = amount.minor)
        }
        "stock" => {
            let Some(Ok(quantity)) = query.get("quantity").map(|text| text.parse::<i64>()) else {
                return refusal("quantity must be a whole number");
            };
            shared.market.change(sku, |offer| offer.quantity = quantity)
        }
        _ => return refusal("commands are price, stock and tick"),
    };
    match changed {
        Some(offer) => Answer::json(super::erp::stock_line(sku, &offer)),
        None => Answer::refusal(StatusCode::NOT_FOUND, "there is no article of this number"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
