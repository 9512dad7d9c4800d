//! One shop of this process, from its configuration to what answers, and all that runs for it.

use std::sync::Arc;

use anyhow::Context as _;
use frontage_shared::store::Store;
use frontage_shared::trace::Tracer;
use hyper::header::HeaderValue;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tracing::info;

use crate::budget::Budget;
use crate::checkout::Checkout;
use crate::checkout::book::Book;
use crate::config::Config;
use crate::handle::Shop;
use crate::heartbeat;
use crate::keys::Keys;
use crate::limiter::Limiter;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::payment::stripe::Stripe;
use crate::pricing::Pricing;
use crate::reload;
use crate::searches::Searches;
use crate::stamp::Edge;
use crate::theme::follow::{Look, follow};
use crate::watch::{self, Cache, Report, Watch};

/// A shop that is served. What runs for it ends when this is dropped.
pub struct Tenant {
    /// What the operator wrote.
    pub config: Config,
    /// What answers.
    pub shop: Arc<Shop>,
    /// What `watch` knows.
    pub report: Arc<Report>,
    /// What it may take, where it is one of several.
    pub budget: Budget,
    tasks: Vec<AbortHandle>,
}

impl Tenant {
    /// Opens a shop, which follows the store from then on; the receiver hears when it has begun with what it served last.
    ///
    /// # Errors
    /// Its cache, its keys or its store cannot be used.
    pub fn open(
        config: Config,
        tracer: Tracer,
    ) -> anyhow::Result<(Arc<Self>, oneshot::Receiver<()>)> {
        let store = open_store(&config)?;
        let cache = open_cache(&config)?;
        let (live, writer) = Live::new();
        let shop = Arc::new(open_shop(&config, live, &store)?);
        let report = Arc::new(Report::default());
        let heartbeat = heartbeat::start(&store, &shop, &config);
        let mut watch = Watch::new(
            store,
            cache,
            writer,
            Arc::clone(&shop),
            Arc::clone(&report),
            &config.shop,
            config.poll_interval,
        )
        .traced(tracer)
        .as_canary(config.is_canary());
        let (begun, begins) = oneshot::channel();
        let files = Arc::clone(&shop);
        let following = async move {
            watch.start_from_cache().await;
            // Whoever asks before this is done waits for the one file.
            drop(tokio::task::spawn_blocking(move || {
                files.look.current().assets.encode()
            }));
            // Whoever is gone need not be told.
            let _ = begun.send(());
            watch.run().await;
        };
        let themes = follow(Arc::clone(&shop), config.theme.clone(), watch::now);
        let tasks = vec![
            tokio::spawn(following).abort_handle(),
            tokio::spawn(themes).abort_handle(),
            heartbeat.abort_handle(),
        ];
        let tenant = Self {
            budget: Budget::new(config.budget),
            config,
            shop,
            report,
            tasks,
        };
        Ok((Arc::new(tenant), begins))
    }

    /// One of which nothing runs.
    #[cfg(test)]
    pub(crate) fn of_parts(shop: Arc<Shop>, report: Arc<Report>) -> Arc<Self> {
        let config = Config::parse("shop = \"demo\"", std::path::Path::new("/")).unwrap();
        Arc::new(Self {
            budget: Budget::new(config.budget),
            config,
            shop,
            report,
            tasks: Vec::new(),
        })
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// What answering requests for a shop needs; `live` has what is served.
pub(crate) fn open_shop(config: &Config, live: Arc<Live>, store: &Store) -> anyhow::Result<Shop> {
    let (metrics, cache) = (Arc::new(Metrics::default()), config.body_cache_bytes);
    let hsts = config.hsts.as_deref();
    let edge = Edge {
        hsts: hsts.and_then(|value| HeaderValue::from_str(value).ok()),
        tags: config.cache_tags,
    };
    let mut shop = Shop::new(live, metrics, &config.base_url, cache).with_edge(edge);
    shop.checkout = open_checkout(config, store)?;
    shop.searches = Searches::new(config.searches_seen_at_least, watch::now());
    shop.policies = config.policies.clone();
    shop.clients.store(Arc::new(reload::clients(config)));
    shop.indexnow_key = config.indexnow_key.clone();
    shop.look = Look::open(&config.theme, watch::now());
    shop.resizer = config.images.clone();
    shop.redirects_settle = config.redirects_settle;
    shop.time_zone = config.time_zone;
    Ok(shop)
}

/// Where generations come from.
pub(crate) fn open_store(config: &Config) -> anyhow::Result<Store> {
    Ok(Store::at(&config.store, &config.shop)?)
}

/// Where this server's own copies are.
pub(crate) fn open_cache(config: &Config) -> anyhow::Result<Cache> {
    Cache::open(&config.cache, &config.shop)
        .with_context(|| format!("cannot use the cache folder {}", config.cache.display()))
}

/// What buying needs; none in a catalogue.
pub(crate) fn open_checkout(config: &Config, store: &Store) -> anyhow::Result<Option<Checkout>> {
    let settings = &config.checkout;
    if !settings.sells() {
        return Ok(None);
    }
    let keys = Keys::open_file(&settings.keys, &config.cache)?;
    if settings.keys.starts_with(&config.cache) {
        info!(keys = %settings.keys.display(), "carts are signed with a key of this server alone");
    }
    let stripe = settings
        .takes_stripe()
        .then(|| Stripe::open(&settings.stripe, &config.shop))
        .transpose()?;
    let (limits, pricing) = (&config.limits, Pricing::of(&settings.pricing)?);
    Ok(Some(Checkout {
        settings: settings.clone(),
        keys,
        book: Book::open(store.clone()).context("cannot start the thread that writes orders")?,
        store: store.clone(),
        limiter: Limiter::new(limits),
        stripe,
        pricing,
    }))
}
