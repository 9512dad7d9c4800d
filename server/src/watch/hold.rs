//! Catalogs on trial, as a server waits for that is no canary.
//!
//! Each is taken when its time is over, unless something else was published that need not be waited for: then the wait was
//! for nothing, as when canaries refused it. Prices and stock come with the catalog that they are of, and no later.

use std::time::{Duration, Instant};

use frontage_shared::manifest::Manifest;
use frontage_shared::store::Head;

/// What is waited for.
#[derive(Default)]
pub(super) struct Hold {
    /// What `HEAD` said last.
    seen: Option<Head>,
    /// The newest generation of each catalog on trial, the latest catalog last.
    waiting: Vec<Waiting>,
}

struct Waiting {
    head: Head,
    manifest: Manifest,
    /// When its catalog was seen first.
    since: Instant,
}

impl Hold {
    /// Whether `HEAD` was seen already.
    pub(super) fn knows(&self, head: &Head) -> bool {
        self.seen.as_ref() == Some(head)
    }

    /// Takes note of what is current. Whoever serves a catalog need not wait for it.
    pub(super) fn see(
        &mut self,
        head: &Head,
        manifest: Manifest,
        served: &Manifest,
        (instant, now): (Instant, i64),
    ) {
        self.seen = Some(head.clone());
        let is_on_trial = manifest.trial_at(now).is_some();
        let catalog = &manifest.catalog.hash;
        let same = self
            .waiting
            .iter()
            .position(|one| one.manifest.catalog.hash == *catalog);
        let since = same.map_or(instant, |same| self.waiting.remove(same).since);
        if !is_on_trial || *catalog == served.catalog.hash {
            self.waiting.clear();
        }
        self.waiting.push(Waiting {
            head: head.clone(),
            manifest,
            since,
        });
    }

    /// What is to be taken now, if anything is: the latest catalog whose time is over.
    pub(super) fn ready(
        &mut self,
        served: &Manifest,
        (instant, now): (Instant, i64),
    ) -> Option<(Head, Manifest)> {
        let ready = self.waiting.iter().rposition(|one| {
            let trial = one
                .manifest
                .trial
                .as_ref()
                .filter(|_| one.manifest.catalog != served.catalog);
            // By our own clock where the writer's is ahead of it, so that nobody waits longer than is meant.
            trial.is_none_or(|trial| {
                trial.is_over(now)
                    || instant.duration_since(one.since) >= Duration::from_millis(trial.hold_ms)
            })
        })?;
        let ready = self.waiting.drain(..=ready).next_back()?;
        Some((ready.head, ready.manifest))
    }

    /// The generation that is waited for, if one is.
    pub(super) fn waits_for(&self) -> Option<u64> {
        self.waiting.last().map(|one| one.manifest.generation)
    }
}

#[cfg(test)]
mod tests {
    use frontage_shared::manifest::{Counts, PartEntry};
    use frontage_shared::trial::Trial;

    use super::*;

    const HOLD: u64 = 60_000;

    fn manifest(generation: u64, catalog: &str, since: Option<i64>) -> (Head, Manifest) {
        let head = Head {
            manifest: format!("{generation:012}-test.json"),
            checksum: catalog.repeat(64),
            epoch: 0,
        };
        let part = |digit: &str| PartEntry {
            hash: digit.repeat(64),
            length: 1,
        };
        let manifest = Manifest {
            version: 1,
            shop: "demo".to_owned(),
            generation,
            previous: None,
            catalog: part(catalog),
            offers: part("f"),
            created_at: 0,
            writer: "test".to_owned(),
            epoch: 0,
            pinned: false,
            reason: "cycle".to_owned(),
            sources: std::collections::BTreeMap::new(),
            counts: Counts::default(),
            trial: since.map(|since| Trial {
                since,
                hold_ms: HOLD,
                base: 1,
                earlier: Vec::new(),
            }),
            traceparent: None,
            checksum: String::new(),
        };
        (head, manifest)
    }

    struct Server {
        hold: Hold,
        served: Manifest,
        began: Instant,
    }

    impl Server {
        fn new() -> Self {
            Self {
                hold: Hold::default(),
                served: manifest(1, "a", None).1,
                began: Instant::now(),
            }
        }

        /// What it takes, so many seconds after the beginning.
        fn sees(&mut self, what: &(Head, Manifest), at: u64) -> Option<Head> {
            let time = (
                self.began + Duration::from_secs(at),
                i64::try_from(at).unwrap(),
            );
            if !self.hold.knows(&what.0) {
                self.hold.see(&what.0, what.1.clone(), &self.served, time);
            }
            self.hold.ready(&self.served, time).map(|(head, _)| head)
        }
    }

    #[test]
    fn a_catalog_is_waited_for_and_what_is_not_on_trial_is_not() {
        let mut server = Server::new();
        let price = manifest(2, "a", None);
        assert_eq!(server.sees(&price, 0), Some(price.0.clone()));
        let text = manifest(3, "b", Some(10));
        assert_eq!(server.sees(&text, 10), None);
        assert_eq!(server.sees(&text, 69), None);
        assert_eq!(server.hold.waits_for(), Some(3));
        assert_eq!(server.sees(&text, 70), Some(text.0.clone()));
        assert_eq!(server.hold.waits_for(), None);
        // A price that was published later comes with its catalog, not after a time of its own.
        let mut server = Server::new();
        assert_eq!(server.sees(&text, 10), None);
        let price = manifest(4, "b", Some(10));
        assert_eq!(server.sees(&price, 60), None);
        assert_eq!(server.sees(&price, 70), Some(price.0));
    }

    #[test]
    fn going_back_ends_every_wait() {
        let mut server = Server::new();
        assert_eq!(server.sees(&manifest(2, "b", Some(0)), 0), None);
        assert_eq!(server.sees(&manifest(3, "c", Some(5)), 5), None);
        let back = manifest(4, "a", None);
        assert_eq!(server.sees(&back, 6), Some(back.0));
        assert_eq!(server.hold.waits_for(), None);
    }

    #[test]
    fn catalogs_that_follow_each_other_are_taken_one_after_the_other() {
        let mut server = Server::new();
        let catalogs = ["b", "c", "d"];
        let published: Vec<_> = (0..3)
            .map(|turn| {
                let at = 25 * u64::try_from(turn).unwrap();
                let since = i64::try_from(at).unwrap();
                (at, manifest(at + 2, catalogs[turn], Some(since)))
            })
            .collect();
        for (at, one) in &published {
            assert_eq!(server.sees(one, *at), None, "{at}");
        }
        let newest = &published[2].1;
        for (at, taken) in [
            (59, None),
            (60, Some(0)),
            (70, None),
            (85, Some(1)),
            (110, Some(2)),
        ] {
            let wanted = taken.map(|taken: usize| published[taken].1.0.clone());
            assert_eq!(server.sees(newest, at), wanted, "{at}");
        }
    }

    #[test]
    fn a_writer_whose_clock_is_ahead_makes_nobody_wait_longer() {
        let mut server = Server::new();
        let ahead = manifest(2, "b", Some(5_000));
        assert_eq!(server.sees(&ahead, 0), None);
        assert_eq!(server.sees(&ahead, 60), Some(ahead.0));
        // One whose clock is behind is not waited for at all.
        let behind = manifest(3, "c", Some(-5_000));
        assert_eq!(server.sees(&behind, 61), Some(behind.0));
    }
}
