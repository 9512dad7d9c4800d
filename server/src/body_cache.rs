//! Rendered and encoded responses of the current generation, bounded in bytes.
//!
//! The key holds the generation's number, so after a swap old entries are never found again and make room by age. It
//! holds what a client wants rather than what it got, so that a page can be kept in a smaller coding later.
//! Only pages that exist are kept: a flood of addresses that do not cannot push out those that do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};

use crate::encode::Wanted;
use crate::respond::Finished;

/// The cache. Cheap to ask from many threads at once.
pub struct BodyCache {
    /// `None` where the configuration gives it no memory.
    entries: Option<Cache<Key, Arc<Finished>, ByBytes>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    generation: u64,
    wanted: Wanted,
    url: Box<str>,
}

/// The same key borrowed. Its fields hash in the same order as `Key`'s.
#[derive(Hash)]
struct KeyRef<'a> {
    generation: u64,
    wanted: Wanted,
    url: &'a str,
}

/// What entries weigh: what they hold and what holding them costs.
#[derive(Clone)]
struct ByBytes;

/// Figures for `/metrics`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Bytes held.
    pub bytes: u64,
    /// Responses held.
    pub entries: u64,
    /// Requests answered from here.
    pub hits: u64,
    /// Requests that were not.
    pub misses: u64,
}

impl BodyCache {
    /// A cache that holds at most `max_bytes`.
    pub fn new(max_bytes: u64) -> Self {
        // An entry of a shop is around 8 KiB; the estimate only sizes the table.
        let estimated_entries = usize::try_from(max_bytes / 8192)
            .unwrap_or(usize::MAX)
            .max(16);
        let entries =
            (max_bytes > 0).then(|| Cache::with_weighter(estimated_entries, max_bytes, ByBytes));
        Self {
            entries,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The response kept for a canonical address.
    pub fn get(&self, generation: u64, url: &str, wanted: Wanted) -> Option<Arc<Finished>> {
        let found = self.entries.as_ref()?.get(&KeyRef {
            generation,
            wanted,
            url,
        });
        let counter = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Keeps a response for a canonical address.
    pub fn insert(&self, generation: u64, url: &str, wanted: Wanted, response: Arc<Finished>) {
        if let Some(entries) = &self.entries {
            entries.insert(
                Key {
                    generation,
                    wanted,
                    url: url.into(),
                },
                response,
            );
        }
    }

    /// Drops what no request can find any more.
    pub fn keep_only(&self, generation: u64) {
        if let Some(entries) = &self.entries {
            entries.retain(|key, _| key.generation == generation);
        }
    }

    /// Figures for `/metrics`.
    pub fn usage(&self) -> Usage {
        Usage {
            bytes: self.entries.as_ref().map_or(0, Cache::weight),
            entries: self.entries.as_ref().map_or(0, |entries| {
                u64::try_from(entries.len()).unwrap_or(u64::MAX)
            }),
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
        }
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.generation == key.generation && self.wanted == key.wanted && *self.url == *key.url
    }
}

impl Weighter<Key, Arc<Finished>> for ByBytes {
    fn weight(&self, key: &Key, response: &Arc<Finished>) -> u64 {
        u64::try_from(key.url.len() + response.memory_bytes()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Encoding;

    fn response(bytes: usize) -> Arc<Finished> {
        Arc::new(Finished::for_test("x".repeat(bytes)))
    }

    #[test]
    fn an_entry_is_found_only_under_its_whole_key() {
        let cache = BodyCache::new(1 << 20);
        cache.insert(7, "/p/a", Wanted::only(Encoding::Gzip), response(10));
        assert!(cache.get(7, "/p/a", Wanted::only(Encoding::Gzip)).is_some());
        assert!(cache.get(8, "/p/a", Wanted::only(Encoding::Gzip)).is_none());
        assert!(cache.get(7, "/p/b", Wanted::only(Encoding::Gzip)).is_none());
        assert!(
            cache
                .get(7, "/p/a", Wanted::only(Encoding::Brotli))
                .is_none()
        );
        cache.keep_only(8);
        assert!(cache.get(7, "/p/a", Wanted::only(Encoding::Gzip)).is_none());
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let cache = BodyCache::new(1 << 20);
        for number in 0..2000 {
            cache.insert(
                1,
                &format!("/p/{number}"),
                Wanted::only(Encoding::Identity),
                response(10_000),
            );
        }
        let usage = cache.usage();
        assert!(usage.bytes <= 1 << 20 && usage.entries > 10, "{usage:?}");
    }

    #[test]
    fn without_memory_nothing_is_kept() {
        let cache = BodyCache::new(0);
        cache.insert(1, "/", Wanted::only(Encoding::Identity), response(10));
        assert!(
            cache
                .get(1, "/", Wanted::only(Encoding::Identity))
                .is_none()
        );
    }
}
