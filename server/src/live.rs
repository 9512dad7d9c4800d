//! The generation being served. Everybody may read it; the one `Writer` belongs to `watch`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
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
    /// The same with the prices of other spans, the latest first: what holds now, what held a moment ago, for those who
    /// asked then, and what will hold soon.
    moments: ArcSwap<Vec<Arc<Serving>>>,
    /// Held while one of those is made, so that it is made once; how many were.
    making: Mutex<u64>,
}

/// Bits of a cache's key that tell the moments of one swap.
const MOMENT_BITS: u32 = 32;
/// Moments that are kept.
const MOST_MOMENTS: usize = 3;
/// How long before its time a moment is made, in seconds. A sale of a whole shop takes a second or two to be applied.
const AHEAD_S: i64 = 60;

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
            moments: ArcSwap::default(),
            making: Mutex::new(0),
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

    /// The same with the prices that hold at an instant. Prices change by themselves while sales begin and end; a
    /// generation's number stays the same.
    ///
    /// What holds now was made beforehand, see [`Serving::foresee`]. If it was not, because it has just been taken into
    /// service or the clock was set, whoever asks makes it: nobody is shown a price that does not hold.
    pub fn at(self: &Arc<Self>, now: SystemTime) -> Arc<Self> {
        self.made_or_make(seconds(now))
    }

    /// Whether [`Serving::foresee`] would have anything to do.
    pub(crate) fn is_due(self: &Arc<Self>, now: SystemTime) -> bool {
        let now = seconds(now);
        self.made(now).is_none_or(|current| {
            let next = current.span().until;
            is_soon(next, now) && self.made(next).is_none()
        })
    }

    /// Makes what holds now and what will hold soon, if it is not there yet. Takes as long as many prices change: nothing
    /// for a thread that answers requests.
    pub(crate) fn foresee(self: &Arc<Self>, now: SystemTime) {
        let now = seconds(now);
        let next = self.made_or_make(now).span().until;
        if is_soon(next, now) {
            self.made_or_make(next);
        }
    }

    fn made_or_make(self: &Arc<Self>, now: i64) -> Arc<Self> {
        self.made(now).unwrap_or_else(|| self.make(now))
    }

    /// Never waits.
    fn made(self: &Arc<Self>, now: i64) -> Option<Arc<Self>> {
        let holds = |serving: &&Arc<Self>| serving.span().contains(now);
        if holds(&self) {
            return Some(Arc::clone(self));
        }
        self.moments.load().iter().find(holds).map(Arc::clone)
    }

    fn make(self: &Arc<Self>, now: i64) -> Arc<Self> {
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = self.made(now) {
            return made;
        }
        *making += 1;
        let generation = self.generation.at(now);
        generation.make_ready();
        let moment = Arc::new(Self {
            generation: Arc::new(generation),
            theme: Arc::clone(&self.theme),
            stamp: self.stamp.clone(),
            serial: self.serial,
            moment: *making,
            since: self.since,
            moments: ArcSwap::default(),
            making: Mutex::new(0),
        });
        let before = self.moments.load();
        let kept = before.iter().take(MOST_MOMENTS - 1).map(Arc::clone);
        let moments = std::iter::once(Arc::clone(&moment)).chain(kept);
        self.moments.store(Arc::new(moments.collect()));
        moment
    }

    /// What paths in the shop's further languages begin with, in their order.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> + Clone {
        let locales = self.generation.catalog.locales();
        locales.iter().map(|catalog| catalog.prefix())
    }
}

fn is_soon(instant: i64, now: i64) -> bool {
    instant <= now.saturating_add(AHEAD_S)
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
    pub(crate) fn replace(&self, serving: Arc<Serving>) -> Option<Arc<Serving>> {
        self.live.current.swap(Some(serving))
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::testing::{Bench, changing};

    /// Nothing passes by being quick; who waits for ever fails.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Taken into service at an instant.
    fn serving(since: u64, instants: &[i64]) -> Arc<Serving> {
        let shop = Bench::new().process().shop;
        let generation = Arc::new(changing(instants));
        let (theme, stamp) = (shop.look.current(), shop.bare_stamp.clone());
        Arc::new(Serving::new(generation, theme, stamp, 1, at(since)))
    }

    /// What holds at an instant, asked for while somebody makes what holds at another one.
    fn unhindered(serving: &Arc<Serving>, seconds: u64) -> Arc<Serving> {
        let _making = serving.making.lock().unwrap();
        let (found, finds) = mpsc::channel();
        let asked = Arc::clone(serving);
        thread::spawn(move || found.send(asked.at(at(seconds))));
        finds.recv_timeout(PATIENCE).expect("it is there already")
    }

    #[test]
    fn nobody_waits_for_prices_that_were_foreseen() {
        let serving = serving(50, &[100, 150, 1_000]);
        assert!(!serving.is_due(at(39)) && serving.is_due(at(50)));
        serving.foresee(at(50));
        assert!(!serving.is_due(at(50)));
        assert_eq!(unhindered(&serving, 99).span().until, 100);
        let sale = unhindered(&serving, 100);
        assert_eq!((sale.span().from, sale.span().until), (100, 150));
        // The instant has come: what follows is soon.
        assert!(serving.is_due(at(100)));
        serving.foresee(at(100));
        assert_eq!(unhindered(&serving, 150).span().from, 150);
        // Whoever asked a moment before is still answered as of then.
        assert!(Arc::ptr_eq(&unhindered(&serving, 149), &sale));
        assert!(
            !serving.is_due(at(150)),
            "there is a lot of time until then"
        );
    }

    #[test]
    fn what_nobody_foresaw_is_made_once_when_it_is_asked_for() {
        let serving = serving(50, &[100, 1_000, 2_000, 3_000, 4_000]);
        let mut keys = vec![serving.cache_key()];
        for instant in [100, 1_000, 2_000, 3_000, 4_000] {
            let made = serving.at(at(instant));
            assert_eq!(made.span().from, i64::try_from(instant).unwrap());
            assert!(Arc::ptr_eq(&made, &serving.at(at(instant + 1))));
            keys.push(made.cache_key());
        }
        keys.dedup();
        assert_eq!(keys.len(), 6, "no two moments share a key: {keys:?}");
        assert_eq!(serving.moments.load().len(), MOST_MOMENTS);
        // The clock was set back.
        assert_eq!(serving.at(at(100)).span().until, 1_000);
        assert!(serving.is_due(at(2_000)), "and forth again");
    }
}
