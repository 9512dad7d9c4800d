//! The generation being served. Everybody may read it; the one `Writer` belongs to `watch`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwapOption, Guard};
use frontage_shared::snapshot::Generation;

use crate::stamp::Stamp;

/// Where requests find the generation.
pub struct Live {
    current: ArcSwapOption<Serving>,
    /// Why there is none, for `/readyz` and for the visitors who come too early.
    why_none: Mutex<String>,
}

/// A verified generation and what all its responses share.
pub struct Serving {
    /// The shop.
    pub generation: Generation,
    /// Headers of every response made from it.
    pub stamp: Stamp,
    /// Counts swaps of this process: unlike a generation's number it never comes twice, so caches use it as a key.
    pub serial: u64,
    /// When it was taken into service.
    pub since: SystemTime,
}

/// The right to change what is served. There is one, and it cannot be cloned.
pub struct Writer {
    live: Arc<Live>,
}

impl Serving {
    /// What paths in the shop's further languages begin with, in their order.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        let locales = self.generation.catalog.locales();
        locales.iter().map(|catalog| catalog.prefix())
    }
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
