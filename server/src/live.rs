//! The generation being served. Everybody may read it; the one `Writer` belongs to `watch`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwapOption, Guard};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::Span;

use crate::stamp::Stamp;
use crate::theme::Theme;

/// Where requests find the generation.
pub struct Live {
    current: ArcSwapOption<Serving>,
    /// Why there is none, for `/readyz` and for the visitors who come too early.
    why_none: Mutex<String>,
}

/// A verified generation and what all its responses share.
pub struct Serving {
    /// The shop, with the prices of one span of time.
    pub generation: Arc<Generation>,
    /// What its pages look like.
    pub theme: Arc<Theme>,
    /// Headers of every response made from it.
    pub stamp: Stamp,
    /// Counts swaps of this process.
    pub serial: u64,
    /// Counts the spans of time that were asked for since.
    moment: u64,
    /// When it was taken into service.
    pub since: SystemTime,
    /// The same with the prices of a later span, once its time has come.
    later: ArcSwapOption<Serving>,
    /// Held while that is made, so that it is made once; how often it was.
    moments: Mutex<u64>,
}

/// Bits of a cache's key that tell the moments of one swap.
const MOMENT_BITS: u32 = 32;

/// The right to change what is served. There is one, and it cannot be cloned.
pub struct Writer {
    live: Arc<Live>,
}

impl Serving {
    /// What was opened, as of now, as the process's swap number `swaps`.
    pub fn new(
        generation: Arc<Generation>,
        theme: Arc<Theme>,
        stamp: Stamp,
        swaps: u64,
        since: SystemTime,
    ) -> Self {
        let now = seconds(since);
        let generation = match generation.span().contains(now) {
            true => generation,
            false => Arc::new(generation.at(now)),
        };
        Self {
            generation,
            theme,
            stamp,
            serial: swaps,
            moment: 0,
            since,
            later: ArcSwapOption::empty(),
            moments: Mutex::new(0),
        }
    }

    /// What caches use as a key: unlike a generation's number it never comes twice.
    pub fn cache_key(&self) -> u64 {
        (self.serial << MOMENT_BITS) | self.moment
    }

    /// Between which instants it may be shown.
    pub fn span(&self) -> Span {
        self.generation.span()
    }

    /// The same with the prices that hold at an instant, made when it is first asked for. Prices change by themselves
    /// while sales begin and end; a generation's number stays the same.
    pub fn at(self: &Arc<Self>, now: SystemTime) -> Arc<Self> {
        let now = seconds(now);
        let holds = |serving: &Arc<Self>| serving.span().contains(now);
        if holds(self) {
            return Arc::clone(self);
        }
        if let Some(later) = self.later.load_full().filter(holds) {
            return later;
        }
        let mut moments = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(later) = self.later.load_full().filter(holds) {
            return later;
        }
        *moments += 1;
        let later = Arc::new(Self {
            generation: Arc::new(self.generation.at(now)),
            theme: Arc::clone(&self.theme),
            stamp: self.stamp.clone(),
            serial: self.serial,
            moment: *moments,
            since: self.since,
            later: ArcSwapOption::empty(),
            moments: Mutex::new(0),
        });
        self.later.store(Some(Arc::clone(&later)));
        later
    }

    /// What paths in the shop's further languages begin with, in their order.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> + Clone {
        let locales = self.generation.catalog.locales();
        locales.iter().map(|catalog| catalog.prefix())
    }
}

/// Unix seconds of an instant.
pub(crate) fn seconds(now: SystemTime) -> i64 {
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

impl Live {
    /// Nothing to serve yet, and the one who may change that.
    pub fn new() -> (Arc<Self>, Writer) {
        let why_none = Mutex::new("no generation has been loaded yet".to_owned());
        let live = Arc::new(Self {
            current: ArcSwapOption::empty(),
            why_none,
        });
        (Arc::clone(&live), Writer { live })
    }

    /// The current generation. Take it once a request and hold it no longer.
    pub fn load(&self) -> Guard<Option<Arc<Serving>>> {
        self.current.load()
    }

    /// Why there is no generation.
    pub fn why_none(&self) -> String {
        self.why_none
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Writer {
    /// Serves another generation from the next request on, and gives back the one before.
    pub(crate) fn replace(&self, serving: Serving) -> Option<Arc<Serving>> {
        self.live.current.swap(Some(Arc::new(serving)))
    }

    /// Serves nothing from the next request on, and gives back what was served.
    pub(crate) fn withdraw(&self) -> Option<Arc<Serving>> {
        self.live.current.swap(None)
    }

    /// Says why there is nothing to serve.
    pub(crate) fn explain(&self, why: String) {
        *self
            .live
            .why_none
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// The current generation.
    pub(crate) fn load(&self) -> Guard<Option<Arc<Serving>>> {
        self.live.load()
    }
}
