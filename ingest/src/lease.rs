//! Which of several daemons may publish: the one that holds the store's lease.
//!
//! The holder renews it three times in an interval. Whoever sees it unchanged for an interval takes it over with the next
//! epoch, and shuts the former holder out before it publishes anything; so a daemon that was stopped for an hour may wake
//! up and go on without harm. Daemons and commands that share a state folder are one writer: locks there keep them apart.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use frontage_shared::store::{Conditions, Fence, Lease, LeaseVersion, Store, StoreError};
use rand::RngExt as _;

use crate::schedule;

/// The writer's id, in the state folder.
const FILE: &str = "writer";
/// How often the holder renews the lease within an interval, and the others look.
const STEPS: u32 = 3;
/// Where the name of this machine is to be had.
const HOST: &str = "/proc/sys/kernel/hostname";

/// The right to publish cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else has it, and is not known to be dead.
    #[error("this one stands by: {holder} publishes to the store (epoch {epoch})")]
    Standby {
        /// The other writer's id.
        holder: String,
        /// Its epoch.
        epoch: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The writer's id cannot be kept.
    #[error("{path}: {source}")]
    Id {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Takes, keeps and gives back the lease of one store.
#[derive(Clone, Debug)]
pub struct Keeper {
    store: Store,
    state: PathBuf,
    interval: Duration,
    /// How long a command waits for a holder that may be dead; a daemon has a loop for that.
    patience: Duration,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The lease of somebody else, and since when it has not changed.
    other: Option<(LeaseVersion, Instant)>,
    /// What this process may publish with.
    fence: Option<Fence>,
    /// Whether this process took the lease, and did not find it in the hands of its state folder.
    is_taken: bool,
}

impl Keeper {
    /// Of a store, for whoever has this state folder.
    pub fn new(store: Store, state: &Path, interval: Duration) -> Self {
        Self {
            store,
            state: state.to_owned(),
            interval,
            patience: interval * 2,
            seen: Arc::default(),
        }
    }

    /// The same, waiting for nobody.
    pub fn impatient(self) -> Self {
        Self {
            patience: Duration::ZERO,
            ..self
        }
    }

    /// How long the holder rests between two renewals, and others between two looks.
    pub fn step(&self) -> Duration {
        self.interval / STEPS
    }

    /// What this process may publish with.
    ///
    /// # Errors
    /// It did not take the lease.
    pub fn fence(&self) -> Result<Fence, LeaseError> {
        let fence = self.seen().fence.clone();
        fence.ok_or_else(|| LeaseError::Standby {
            holder: "somebody else".to_owned(),
            epoch: 0,
        })
    }

    /// Holds the lease, waiting for a holder that may be dead.
    ///
    /// # Errors
    /// Somebody else holds it and is alive, or the store failed.
    pub async fn hold(&self) -> Result<Fence, LeaseError> {
        let began = Instant::now();
        loop {
            match self.try_hold().await {
                Err(LeaseError::Standby { .. }) if began.elapsed() < self.patience => {
                    tokio::time::sleep(self.step() / STEPS).await;
                }
                held => return held,
            }
        }
    }

    /// Holds the lease if nobody else does who is not known to be dead.
    ///
    /// # Errors
    /// Somebody else holds it, or the store failed.
    pub async fn try_hold(&self) -> Result<Fence, LeaseError> {
        let id = writer_id(&self.state)?;
        let seen = self.store.lease().await?;
        let epoch = match &seen {
            Some((lease, _)) if lease.holder == id && !lease.released => {
                let fence = Fence {
                    holder: id,
                    epoch: lease.epoch,
                };
                // Whoever took it may have been held up before it shut the former holder out.
                self.store.seal(&fence).await?;
                self.seen().fence = Some(fence.clone());
                return Ok(fence);
            }
            Some((lease, version)) if !lease.released && !self.is_silent(lease, version) => {
                self.seen().fence = None;
                return Err(standby(lease));
            }
            Some((lease, _)) if lease.holder == id => lease.epoch,
            Some((lease, _)) => lease.epoch.max(self.epoch_of_head().await?.unwrap_or(0)) + 1,
            // Nobody ever held it, or it was removed: in a bucket it must differ from what somebody may still write.
            None => match self.epoch_of_head().await? {
                Some(epoch) if self.store.as_folder().is_none() => epoch + 1,
                epoch => epoch.unwrap_or(0),
            },
        };
        let fence = Fence { holder: id, epoch };
        self.take(&fence, seen.as_ref().map(|(_, version)| version))
            .await?;
        self.store.seal(&fence).await?;
        if let Some((former, _)) = seen.filter(|(lease, _)| lease.holder != fence.holder) {
            tracing::info!(
                epoch,
                former = former.holder,
                "took over the right to publish from {}",
                former.holder
            );
        }
        let mut known = self.seen();
        known.fence = Some(fence.clone());
        known.is_taken = true;
        drop(known);
        Ok(fence)
    }

    async fn take(&self, fence: &Fence, after: Option<&LeaseVersion>) -> Result<(), LeaseError> {
        let mine = self.lease(fence, 0, false);
        let is_mine = self.store.put_lease(&mine, after).await?;
        if is_mine && self.store.conditions().await? == Conditions::Ignored {
            // Somebody may have written it in the same instant. Whoever wrote last is found there later.
            tokio::time::sleep(self.step()).await;
        }
        match self.store.lease().await? {
            Some((lease, _)) if is_mine && lease.holder == fence.holder => Ok(()),
            Some((lease, _)) => Err(standby(&lease)),
            None => Err(LeaseError::Standby {
                holder: "nobody yet".to_owned(),
                epoch: fence.epoch,
            }),
        }
    }

    /// Renews the lease until somebody else has it. What cannot be reached is tried again: the store tells in the end.
    pub async fn keep(&self, fence: &Fence) -> LeaseError {
        let mut is_told = false;
        loop {
            tokio::time::sleep(self.step()).await;
            match self.renew(fence).await {
                Ok(()) => is_told = false,
                Err(lost @ LeaseError::Standby { .. }) => {
                    self.seen().fence = None;
                    return lost;
                }
                Err(error) if !is_told => {
                    is_told = true;
                    tracing::warn!(%error, "cannot renew the right to publish; another daemon may take over");
                }
                Err(_) => {}
            }
        }
    }

    async fn renew(&self, fence: &Fence) -> Result<(), LeaseError> {
        let Some((lease, version)) = self.store.lease().await? else {
            // If it is not written, somebody else was faster, which the next look shows.
            self.store
                .put_lease(&self.lease(fence, 0, false), None)
                .await?;
            return Ok(());
        };
        if lease.holder != fence.holder || lease.epoch != fence.epoch {
            return Err(standby(&lease));
        }
        let renewed = self.lease(fence, lease.renewals + 1, false);
        // If it is not, somebody else wrote, which the next look shows.
        self.store.put_lease(&renewed, Some(&version)).await?;
        Ok(())
    }

    /// Gives back what this process took, when it is done: whoever comes next with another state folder need not wait.
    pub async fn give_back(&self) {
        let taken = {
            let seen = self.seen();
            seen.fence.clone().filter(|_| seen.is_taken)
        };
        if let Some(fence) = taken {
            self.release(&fence).await;
        }
    }

    /// Gives the lease back, so that others need not wait.
    pub async fn release(&self, fence: &Fence) {
        let given_back = async {
            match self.store.lease().await? {
                Some((lease, version)) if lease.holder == fence.holder => {
                    let back = self.lease(fence, lease.renewals + 1, true);
                    self.store.put_lease(&back, Some(&version)).await
                }
                _ => Ok(false),
            }
        };
        let given_back: Result<bool, StoreError> = given_back.await;
        if let Err(error) = given_back {
            tracing::warn!(%error, "cannot give back the right to publish; others wait for it");
        }
    }

    fn lease(&self, fence: &Fence, renewals: u64, released: bool) -> Lease {
        Lease {
            holder: fence.holder.clone(),
            epoch: fence.epoch,
            interval_ms: u64::try_from(self.interval.as_millis()).unwrap_or(u64::MAX),
            renewals,
            at: schedule::now().timestamp(),
            released,
        }
    }

    async fn epoch_of_head(&self) -> Result<Option<u64>, LeaseError> {
        match self.store.head().await {
            Ok(head) => Ok(head.map(|head| head.epoch)),
            // What it names is repaired by whoever publishes; its epoch is not known.
            Err(error) if error.is_damage() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody else's lease has not changed for as long as it says that means death.
    fn is_silent(&self, lease: &Lease, version: &LeaseVersion) -> bool {
        let mut seen = self.seen();
        match &seen.other {
            Some((before, since)) if before == version => {
                since.elapsed() >= Duration::from_millis(lease.interval_ms)
            }
            _ => {
                seen.other = Some((version.clone(), Instant::now()));
                false
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn standby(lease: &Lease) -> LeaseError {
    LeaseError::Standby {
        holder: lease.holder.clone(),
        epoch: lease.epoch,
    }
}

/// The id of whoever has this state folder; none before it first wanted to publish.
pub fn known_id(state: &Path) -> Option<String> {
    let kept = std::fs::read_to_string(state.join(FILE)).ok()?;
    let kept = kept.trim();
    // A folder that was copied to another machine is another writer there.
    (!kept.is_empty()).then(|| format!("{}-{kept}", host()))
}

fn writer_id(state: &Path) -> Result<String, LeaseError> {
    if let Some(id) = known_id(state) {
        return Ok(id);
    }
    let path = state.join(FILE);
    let failed = |source| LeaseError::Id {
        path: path.clone(),
        source,
    };
    let number: u32 = rand::rng().random();
    let own = state.join(format!("{FILE}.{number:08x}"));
    // The lease is kept in the store under this name: it must still be known after a loss of power.
    let written = File::create(&own)
        .and_then(|mut file| writeln!(file, "{number:08x}").and_then(|()| file.sync_all()))
        .and_then(|()| match std::fs::hard_link(&own, &path) {
            // Another process of this folder was faster; or there is a name with nothing behind it, after a loss of power.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match known_id(state) {
                Some(_) => Ok(()),
                None => std::fs::rename(&own, &path),
            },
            linked => linked,
        })
        .and_then(|()| File::open(state)?.sync_all());
    let _ = std::fs::remove_file(&own);
    written.map_err(failed)?;
    known_id(state).ok_or_else(|| failed(ErrorKind::InvalidData.into()))
}

/// The machine's name, as far as it can stand in the name of a file.
fn host() -> String {
    let name = std::fs::read_to_string(HOST).unwrap_or_default();
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '-';
    let name: String = name.trim().chars().filter(plain).take(32).collect();
    match name.is_empty() {
        true => "host".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_keeps_its_id_and_makes_a_new_one_where_there_is_none_in_the_file() {
        let state = tempfile::tempdir().unwrap();
        for emptied in [false, true] {
            if emptied {
                std::fs::write(state.path().join(FILE), "").unwrap();
            }
            let id = writer_id(state.path()).unwrap();
            assert_eq!(writer_id(state.path()).unwrap(), id);
            assert_eq!(known_id(state.path()), Some(id));
            assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 1);
        }
    }
}
