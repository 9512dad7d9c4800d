//! Verifying what is served already: a start from the cache does not wait for it.
//!
//! The parts were verified when they were copied, so damage is rare. What is found damaged is replaced from the store;
//! if that cannot be done at once, it is no longer served.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use frontage_shared::manifest::Manifest;
use tracing::{info, warn};

use super::poll::{Watch, now};
use super::{WatchError, leisure, open};
use crate::handle::Shop;
use crate::live::Serving;

/// A generation that is being verified while it is served.
pub(super) struct Doubt {
    manifest: Manifest,
    checking: JoinHandle<Result<(), WatchError>>,
}

impl Doubt {
    /// Begins to verify.
    pub(super) fn about(shop: Arc<Shop>, serving: Arc<Serving>) -> io::Result<Self> {
        let manifest = serving.generation.manifest.clone();
        let checking = leisure::start(move || {
            let verified = serving.generation.verify_in_turn();
            verified.map_err(WatchError::Verify)?;
            open::warm(&shop, &serving.generation)
        })?;
        Ok(Self { manifest, checking })
    }

    /// Whether the answer is there.
    pub(super) fn is_settled(&self) -> bool {
        self.checking.is_finished()
    }

    /// The manifest and what is wrong with its parts. Waits for the answer.
    fn settle(self) -> (Manifest, Result<(), WatchError>) {
        let failed_by_a_bug = |_| {
            Err(WatchError::Warm {
                url: "/".to_owned(),
                reason: "verifying failed by a bug".to_owned(),
            })
        };
        let found = self.checking.join().unwrap_or_else(failed_by_a_bug);
        (self.manifest, found)
    }
}

impl Watch {
    /// Acts on what verifying in the background has found, if it is done.
    pub async fn settle(&mut self) {
        let Some(doubt) = self.doubt.take_if(|doubt| doubt.is_settled()) else {
            return;
        };
        match doubt.settle() {
            (manifest, Ok(())) => {
                let generation = manifest.generation;
                info!(
                    generation,
                    "the cached generation {generation} was verified and is whole"
                );
            }
            (manifest, Err(error)) => self.replace_damaged(&manifest, &error).await,
        }
    }

    async fn replace_damaged(&mut self, manifest: &Manifest, error: &WatchError) {
        self.shop.metrics.rejection(error.stage());
        let name = format!("generation {}", manifest.generation);
        self.report.rejected(&name, error, now());
        warn!(stage = error.stage(), generation = manifest.generation, %error,
            "the cached generation is damaged, fetching it again");
        self.cache.forget(manifest, None);
        let is_served = self
            .writer
            .load()
            .as_ref()
            .is_some_and(|serving| serving.generation.manifest.catalog == manifest.catalog);
        if !is_served {
            return;
        }
        (self.taken, self.refused, self.is_damaged) = (None, None, true);
        self.look().await;
        self.is_damaged = false;
        if self.taken.is_none() {
            self.withdraw(&format!("{name} in the cache is damaged: {error}"));
        }
    }
}
