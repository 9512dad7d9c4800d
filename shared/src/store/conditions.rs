//! Whether a bucket honours conditions: "only if it is not there", "only if it is still that one".
//!
//! Some that speak like S3 take a conditional write and ignore the condition. There nothing can be replaced safely, so
//! `HEAD` is not used: the newest manifest that verifies is current, and one writer alone may publish. A note in the
//! bucket tells readers so.

use std::sync::atomic::{AtomicU64, Ordering};

use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::shop::{Place, failed_on};
use super::{Store, StoreError};

/// The note that says that the bucket ignores conditions.
const NOTE: &str = "SINGLE-WRITER";

/// What a store does with conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conditions {
    /// It keeps to them. A folder does.
    Honoured,
    /// It writes all the same, or refuses to know them.
    Ignored,
}

impl Store {
    /// Finds out whether the store honours conditions, and leaves a note for readers; once in the life of a process. Only
    /// whoever is about to write may call this.
    ///
    /// # Errors
    /// The bucket cannot be asked or written.
    pub async fn conditions(&self) -> Result<Conditions, StoreError> {
        let Place::Bucket(bucket) = &self.place else {
            return Ok(Conditions::Honoured);
        };
        if let Some(known) = bucket.conditions() {
            return Ok(known);
        }
        let found = self.probe().await?;
        let (note, head) = (self.note(), self.prefix.clone().join("HEAD"));
        match found {
            Conditions::Honoured => {
                if let Some(newest) = self.newest_if_noted().await? {
                    self.put_head(&newest).await?;
                }
                self.remove_if_there(&note).await?;
            }
            Conditions::Ignored => {
                let text = "This bucket ignores conditions: the newest manifest is current, and one writer may publish.\n";
                self.objects
                    .put(&note, text.into())
                    .await
                    .map_err(failed_on(format!("writing {note}")))?;
                // Readers trust it as long as it is there.
                self.remove_if_there(&head).await?;
            }
        }
        bucket.set_conditions(found);
        Ok(found)
    }

    /// Whether a writer found that the store ignores conditions, so that only one may publish.
    ///
    /// # Errors
    /// The bucket cannot be asked.
    pub async fn is_single_writer(&self) -> Result<bool, StoreError> {
        match &self.place {
            Place::Folder(_) => Ok(false),
            Place::Bucket(bucket) if bucket.ignores_conditions() => Ok(true),
            Place::Bucket(_) => self.is_noted().await,
        }
    }

    /// What is known of it without asking the bucket.
    pub fn known_conditions(&self) -> Option<Conditions> {
        match &self.place {
            Place::Folder(_) => Some(Conditions::Honoured),
            Place::Bucket(bucket) => bucket.conditions(),
        }
    }

    /// Whether a writer left the note.
    pub(super) async fn is_noted(&self) -> Result<bool, StoreError> {
        let note = self.note();
        match self.objects.head(&note).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed_on(format!("reading {note}"))(error)),
        }
    }

    fn note(&self) -> Path {
        self.prefix.clone().join(NOTE)
    }

    /// Really tries both conditions, with an object that nobody else knows.
    async fn probe(&self) -> Result<Conditions, StoreError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let instant = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let name = format!("{}-{number}-{}", std::process::id(), instant.as_nanos());
        let path = self.prefix.clone().join("probes").join(name);
        let found = self.try_conditions(&path).await;
        self.remove_if_there(&path).await?;
        found.map_err(failed_on(format!("probing {path}")))
    }

    async fn try_conditions(&self, path: &Path) -> Result<Conditions, Error> {
        let put = async |text: &'static str, mode: PutMode| {
            let options = PutOptions::from(mode);
            let put =
                self.objects
                    .put_opts(path, PutPayload::from_static(text.as_bytes()), options);
            verdict(put.await.map(UpdateVersion::from))
        };
        let Verdict::Written(first) = put("one", PutMode::Create).await? else {
            return Ok(Conditions::Ignored);
        };
        if put("two", PutMode::Create).await? != Verdict::Refused {
            return Ok(Conditions::Ignored);
        }
        let Verdict::Written(second) = put("three", PutMode::Update(first.clone())).await? else {
            return Ok(Conditions::Ignored);
        };
        let stale = put("four", PutMode::Update(first)).await? == Verdict::Refused;
        let current = matches!(
            put("five", PutMode::Update(second)).await?,
            Verdict::Written(_)
        );
        Ok(match stale && current {
            true => Conditions::Honoured,
            false => Conditions::Ignored,
        })
    }

    pub(super) async fn remove_if_there(&self, path: &Path) -> Result<(), StoreError> {
        match self.objects.delete(path).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed_on(format!("removing {path}"))(error)),
        }
    }
}

/// What became of a conditional write.
#[derive(PartialEq)]
enum Verdict {
    Written(UpdateVersion),
    Refused,
    /// The bucket does not know such conditions.
    Unknown,
}

fn verdict(put: Result<UpdateVersion, Error>) -> Result<Verdict, Error> {
    match put {
        Ok(version) => Ok(Verdict::Written(version)),
        Err(
            Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. },
        ) => Ok(Verdict::Refused),
        Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => Ok(Verdict::Unknown),
        // What S3 answers to a header it does not implement.
        Err(error) if error.to_string().contains("501 Not Implemented") => Ok(Verdict::Unknown),
        Err(error) => Err(error),
    }
}
