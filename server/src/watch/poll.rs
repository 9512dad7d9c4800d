//! The loop: look, take, wait.
//!
//! One task owns it and the right to swap. Whatever fails is told once and tried again; what is served stays.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;
use frontage_shared::store::{Head, HeadStamp, Store};
use frontage_shared::trace::Tracer;
use tracing::{info, warn};

use super::doubt::Doubt;
use super::hold::Hold;
use super::open::{self, Known};
use super::{Cache, Report, WatchError, leisure};
use crate::handle::Shop;
use crate::live::{self, Serving, Writer};
use crate::page::Resizer;
use crate::stamp::Stamp;

/// A refused generation is tried again after this long, and at once when HEAD changes.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// How often `HEAD` is glanced at between looks: its file is not opened, so this costs some microseconds.
const GLANCE_INTERVAL: Duration = Duration::from_millis(20);
/// How often it is looked whether prices will change soon.
const CLOCK_INTERVAL: Duration = Duration::from_secs(1);
/// How often a retired generation is looked at until nobody reads it any more.
const RETIRE_POLL: Duration = Duration::from_millis(10);

/// Takes generations from the store into service.
pub struct Watch {
    store: Store,
    pub(super) cache: Cache,
    pub(super) writer: Writer,
    pub(super) shop: Arc<Shop>,
    pub(super) report: Arc<Report>,
    /// The shop's id, as manifests name it.
    shop_id: String,
    poll_interval: Duration,
    /// What is served came from this HEAD.
    pub(super) taken: Option<Head>,
    /// This HEAD was refused, and when.
    pub(super) refused: Option<(Head, Instant)>,
    /// What came from the cache and is being verified while it is served.
    pub(super) doubt: Option<Doubt>,
    /// What is served is known to be damaged: nothing of it may be used for the next generation.
    pub(super) is_damaged: bool,
    swaps: u64,
    /// What makes spans of what ingest says is to be traced.
    tracer: Tracer,
    /// Whether catalogs on trial are shown here.
    is_canary: bool,
    hold: Hold,
}

impl Watch {
    /// A watch that has not looked yet.
    pub fn new(
        store: Store,
        cache: Cache,
        writer: Writer,
        shop: Arc<Shop>,
        report: Arc<Report>,
        shop_id: &str,
        poll_interval: Duration,
    ) -> Self {
        Self {
            store,
            cache,
            writer,
            shop,
            report,
            shop_id: shop_id.to_owned(),
            poll_interval,
            taken: None,
            refused: None,
            doubt: None,
            is_damaged: false,
            swaps: 0,
            tracer: Tracer::default(),
            is_canary: true,
            hold: Hold::default(),
        }
    }

    /// The same, which takes catalogs on trial at once, or waits for what others say.
    #[must_use]
    pub fn as_canary(self, is_canary: bool) -> Self {
        Self { is_canary, ..self }
    }

    /// The same, which makes spans.
    #[must_use]
    pub fn traced(self, tracer: Tracer) -> Self {
        Self { tracer, ..self }
    }

    /// Follows the store for ever, and the clock, which does not wait until the store has answered.
    pub async fn run(self) {
        let shop = Arc::clone(&self.shop);
        tokio::join!(self.follow(), foresee(shop));
    }

    async fn follow(mut self) {
        loop {
            // Before the look: what changes while it is made is noticed right after it.
            let seen = self.store.head_stamp().await;
            self.settle().await;
            self.look().await;
            self.dress().await;
            self.wait(seen).await;
        }
    }

    /// Waits for the next look: the poll interval, or less if `HEAD` is seen to have changed or a doubt is settled.
    async fn wait(&self, seen: Option<HeadStamp>) {
        let until = tokio::time::Instant::now() + jittered(self.poll_interval);
        while tokio::time::Instant::now() < until {
            tokio::time::sleep(GLANCE_INTERVAL.min(self.poll_interval)).await;
            let is_settled = self.doubt.as_ref().is_some_and(Doubt::is_settled);
            if is_settled || self.is_out_of_fashion() || self.store.head_stamp().await != seen {
                return;
            }
        }
    }

    /// Takes the cached generation into service, if there is a whole one.
    pub async fn start_from_cache(&mut self) {
        let Some(manifest) = self.cache.current() else {
            return;
        };
        let started = Instant::now();
        let is_known = self.cache.was_verified(&manifest);
        let known = if is_known {
            Known::Parts
        } else {
            self.unknown()
        };
        match self.open(&manifest, known, &Tracer::default()).await {
            Ok(generation) => self.swap(generation, started, "cache").await,
            Err(error) => {
                warn!(stage = error.stage(), %error, "the cached generation is refused, looking in the store");
                self.shop.metrics.rejection(error.stage());
                self.explain(&format!("the cached generation is damaged: {error}"));
                self.cache.forget(&manifest, None);
                return;
            }
        }
        if let Some(serving) = self.writer.load().as_ref().filter(|_| is_known) {
            let doubt = Doubt::about(Arc::clone(&self.shop), Arc::clone(serving));
            self.doubt = doubt
                .inspect_err(|error| warn!(%error, "the cached generation cannot be verified now"))
                .ok();
        }
    }

    /// Looks at the store once, and takes what is new there.
    pub async fn look(&mut self) {
        let head = match self.store.head().await {
            Ok(Some(head)) => head,
            Ok(None) if self.writer.load().is_some() => return self.in_vain(&WatchError::Empty),
            Ok(None) => {
                self.report.looked(now());
                self.explain("nothing has been published yet");
                return;
            }
            Err(error) => return self.in_vain(&WatchError::Look(error)),
        };
        self.report.looked(now());
        let waiting = self
            .refused
            .as_ref()
            .is_some_and(|(refused, at)| *refused == head && at.elapsed() < RETRY_AFTER);
        if self.taken.as_ref() == Some(&head) || waiting {
            return;
        }
        let started = Instant::now();
        let (head, manifest) = match self.released(&head).await {
            Ok(Some(released)) => released,
            Ok(None) => return,
            Err(error) => return self.refuse(head, &error),
        };
        match self.take(&head, &manifest, started).await {
            Ok(()) => self.refused = None,
            Err(error) => self.refuse(head, &error),
        }
    }

    /// What is to be taken now that this is current: it, something older that has stood its trial, or nothing yet.
    async fn released(&mut self, head: &Head) -> Result<Option<(Head, Manifest)>, WatchError> {
        let serving = self.writer.load();
        let served = serving
            .as_ref()
            .map(|serving| serving.generation.manifest.clone());
        drop(serving);
        let Some(served) = served.filter(|_| !self.is_canary && !self.is_damaged) else {
            return Ok(Some((head.clone(), self.manifest(head).await?)));
        };
        let time = (Instant::now(), live::seconds(now()));
        let is_news = !self.hold.knows(head);
        if is_news {
            let manifest = self.manifest(head).await?;
            self.hold.see(head, manifest, &served, time);
        }
        let ready = self.hold.ready(&served, time);
        let waits_for = self.hold.waits_for();
        if let Some(generation) = waits_for.filter(|_| is_news) {
            info!(
                generation,
                "generation {generation} is on trial elsewhere, serving on meanwhile"
            );
        }
        self.report.waits(waits_for);
        Ok(ready)
    }

    async fn manifest(&self, head: &Head) -> Result<Manifest, WatchError> {
        let manifest = self.store.manifest(head).await;
        manifest.map_err(|error| WatchError::Manifest(error.to_string()))
    }

    async fn take(
        &mut self,
        head: &Head,
        manifest: &Manifest,
        started: Instant,
    ) -> Result<(), WatchError> {
        if self
            .writer
            .load()
            .as_ref()
            .is_some_and(|serving| serving.generation.manifest == *manifest)
            && !self.is_damaged
        {
            // A restart found the same generation in its cache.
            self.taken = Some(head.clone());
            return Ok(());
        }
        let tracer = self.tracer.following(manifest.traceparent.as_deref());
        let mut span = tracer.begin("take");
        span.count("frontage.generation", manifest.generation);
        span.set("frontage.shop", manifest.shop.clone());
        let taken = self.take_this(manifest, started, &span.within()).await;
        taken.inspect_err(|error| span.fail(error))?;
        self.taken = Some(head.clone());
        Ok(())
    }

    /// Copies, opens and serves what a manifest names.
    async fn take_this(
        &mut self,
        manifest: &Manifest,
        started: Instant,
        tracer: &Tracer,
    ) -> Result<(), WatchError> {
        self.check_succession(manifest)?;
        let copying = self.cache.fetch(&self.store, manifest);
        let copied = tracer.around("copy", copying).await?;
        let known = self.known(manifest);
        let generation = match self.open(manifest, known, tracer).await {
            // A copy that was here before may have rotted on our own disk; a fresh one decides.
            Err(error @ (WatchError::Open(_) | WatchError::Verify(_)))
                if copied < manifest.parts().len() =>
            {
                warn!(stage = error.stage(), %error, "cached parts are refused, fetching them again");
                self.cache.forget(
                    manifest,
                    self.writer
                        .load()
                        .as_ref()
                        .map(|serving| &serving.generation.manifest),
                );
                self.cache.fetch(&self.store, manifest).await?;
                self.open(manifest, self.unknown(), tracer).await?
            }
            opened => opened?,
        };
        let _swapping = tracer.begin("swap");
        self.swap(generation, started, "store").await;
        Ok(())
    }

    /// The manifest is of this shop, and not from before the one being served.
    fn check_succession(&self, manifest: &Manifest) -> Result<(), WatchError> {
        if manifest.shop != self.shop_id {
            let reason = format!(
                "it is of shop `{}`, this server serves `{}`",
                manifest.shop, self.shop_id
            );
            return Err(WatchError::Manifest(reason));
        }
        let serving = self.writer.load();
        let Some(current) = serving.as_ref().map(|serving| &serving.generation.manifest) else {
            return Ok(());
        };
        // A store that was emptied starts over with small numbers, and is newer all the same.
        if manifest.generation < current.generation && manifest.created_at <= current.created_at {
            let (old, new) = (current.generation, manifest.generation);
            return Err(WatchError::Manifest(format!(
                "generation {new} is older than {old}, which is being served"
            )));
        }
        Ok(())
    }

    /// Opens a generation whose parts are in the cache, off the request threads. A whole catalog is verified on a
    /// thread that gives way to those who serve, if there is something to serve.
    async fn open(
        &self,
        manifest: &Manifest,
        known: Known,
        tracer: &Tracer,
    ) -> Result<Generation, WatchError> {
        let gives_way = matches!(known, Known::Nothing { is_serving: true });
        let (cache, shop, manifest) =
            (self.cache.clone(), Arc::clone(&self.shop), manifest.clone());
        let tracer = tracer.clone();
        let work = move || open::open(&cache, &shop, &manifest, known, &tracer);
        let opened = match gives_way {
            true => leisure::run(work).await,
            false => tokio::task::spawn_blocking(work).await.ok(),
        };
        opened.unwrap_or_else(|| {
            Err(WatchError::Warm {
                url: "/".to_owned(),
                reason: "opening failed by a bug".to_owned(),
            })
        })
    }

    /// What is known of the parts of a manifest: the catalog, if it is the one being served.
    fn known(&self, manifest: &Manifest) -> Known {
        let serving = self.writer.load();
        match serving.as_ref().map(|serving| &serving.generation) {
            Some(served) if served.manifest.catalog == manifest.catalog && !self.is_damaged => {
                Known::Catalog(Arc::clone(&served.catalog))
            }
            _ => self.unknown(),
        }
    }

    /// That nothing is known of the parts, and whether somebody is being served meanwhile.
    fn unknown(&self) -> Known {
        Known::Nothing {
            is_serving: self.writer.load().is_some() && !self.is_damaged,
        }
    }

    /// Whether what is served has another look than it should.
    fn is_out_of_fashion(&self) -> bool {
        let theme = self.shop.look.current();
        let serving = self.writer.load();
        serving
            .as_ref()
            .is_some_and(|serving| !Arc::ptr_eq(&serving.theme, &theme))
    }

    /// Serves the same generation in the look of now.
    async fn dress(&mut self) {
        if !self.is_out_of_fashion() {
            return;
        }
        let generation = self
            .writer
            .load()
            .as_ref()
            .map(|serving| Arc::clone(&serving.generation));
        if let Some(generation) = generation {
            let serving = self.serving(generation).await;
            let key = serving.cache_key();
            if let Some(retired) = self.writer.replace(serving) {
                tokio::spawn(retire(retired));
            }
            self.shop.bodies.keep_only(key);
        }
    }

    /// A generation and what all its responses share, made off the request threads.
    async fn serving(&mut self, generation: Arc<Generation>) -> Arc<Serving> {
        self.swaps += 1;
        let (shop, swaps) = (Arc::clone(&self.shop), self.swaps);
        let make = move |generation: Arc<Generation>| {
            let resizer = shop.resizer.as_ref().and_then(Resizer::origin);
            let origins = generation.catalog.media_origins();
            let origins = origins.chain(resizer.as_deref());
            let stamp = Stamp::new(Some(generation.number()), origins, &shop.edge);
            let theme = shop.look.current();
            let serving = Arc::new(Serving::new(generation, theme, stamp, swaps, now()));
            serving.foresee(now());
            serving
        };
        let (made, too) = (make.clone(), Arc::clone(&generation));
        match tokio::task::spawn_blocking(move || made(too)).await {
            Ok(serving) => serving,
            // It failed by a bug, or the process ends; here it is seen which.
            Err(_) => make(generation),
        }
    }

    async fn swap(&mut self, generation: Generation, started: Instant, from: &'static str) {
        let manifest = generation.manifest.clone();
        let serving = self.serving(Arc::new(generation)).await;
        let key = serving.cache_key();
        let retired = self.writer.replace(serving);
        self.shop.bodies.keep_only(key);
        self.shop.metrics.swap(started.elapsed());
        let total = self.shop.metrics.tally();
        self.shop.marks.swapped(&manifest.catalog.hash, total);
        info!(
            generation = manifest.generation,
            previous = retired.as_ref().map(|serving| serving.generation.number()),
            products = manifest.counts.products,
            from,
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "serving generation {}",
            manifest.generation
        );
        let cache = self.cache.clone();
        let tidied = tokio::task::spawn_blocking(move || {
            let previous = retired
                .as_ref()
                .map(|serving| serving.generation.manifest.clone());
            // Unnoted, a restart verifies the parts before it serves them.
            let _ = cache.note_verified(&manifest);
            if let Err(error) = cache.set_current(&manifest) {
                warn!(%error, "cannot note the current generation; a restart will begin with an older one");
            } else {
                cache.keep_only(previous.iter().chain([&manifest]));
            }
            retired
        });
        if let Ok(Some(retired)) = tidied.await {
            tokio::spawn(retire(retired));
        }
    }

    /// There is nothing to be seen in the store; told once, however often it is tried.
    fn in_vain(&self, error: &WatchError) {
        if self.report.store_failed(&error.to_string()) {
            self.shop.metrics.rejection(error.stage());
            warn!(stage = error.stage(), %error, "cannot look for a new generation, serving on");
        }
        self.explain(&error.to_string());
    }

    fn refuse(&mut self, head: Head, error: &WatchError) {
        self.shop.metrics.rejection(error.stage());
        if self.report.rejected(&head.manifest, error, now()) {
            warn!(stage = error.stage(), manifest = head.manifest, %error, "a generation is refused, serving on");
        }
        self.explain(&format!("{} is refused: {error}", head.manifest));
        self.hold = Hold::default();
        self.refused = Some((head, Instant::now()));
    }

    /// Serves nothing any more.
    pub(super) fn withdraw(&self, why: &str) {
        if let Some(retired) = self.writer.withdraw() {
            tokio::spawn(retire(retired));
        }
        self.explain(why);
    }

    fn explain(&self, why: &str) {
        if self.writer.load().is_none() {
            self.writer.explain(why.to_owned());
        }
    }
}

/// Has prices that change by themselves ready before their time, for as long as something is served.
async fn foresee(shop: Arc<Shop>) {
    loop {
        tokio::time::sleep(CLOCK_INTERVAL).await;
        let serving = shop.live.load().clone();
        let Some(serving) = serving.filter(|serving| serving.is_due(now())) else {
            continue;
        };
        // If it fails by a bug, whoever asks for the page finds the same.
        let _ = tokio::task::spawn_blocking(move || serving.foresee(now())).await;
    }
}

/// Drops a generation when nobody reads it any more, on a thread that answers no requests: unmapping a large file and
/// closing its index takes a while.
async fn retire(retired: Arc<Serving>) {
    while Arc::strong_count(&retired) > 1 {
        tokio::time::sleep(RETIRE_POLL).await;
    }
    // Nothing is lost if the runtime ends before the drop.
    let _ = tokio::task::spawn_blocking(move || drop(retired)).await;
}

/// A tenth more or less, so that many servers do not ask one store at the same instant.
pub(crate) fn jittered(interval: Duration) -> Duration {
    let nanos = now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.subsec_nanos());
    interval * (900 + nanos / 1000 % 201) / 1000
}

#[expect(
    clippy::disallowed_methods,
    reason = "watching is one of the places that read the clock"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
