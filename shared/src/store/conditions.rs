//! Whether a bucket honours conditions: "only if it is not there", "only if it is still that one".
//!
//! Some that speak like S3 take a conditional write and ignore the condition. There nothing can be replaced safely, so
//! `HEAD` is not used: the newest manifest that verifies is current, and one writer alone may publish. A note in the
//! bucket tells readers so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use object_store::path::Path;
use object_store::{Error, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, UpdateVersion};

use super::shop::{Place, failed_on};
use super::{Store, StoreError};

/// The note that says that the bucket ignores conditions.
const NOTE: &str = "SINGLE-WRITER";

/// How often it is tried to find out.
const ATTEMPTS: u32 = 3;

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

    /// Really tries both conditions, with objects that nobody else knows: again where an answer may be of an attempt that
    /// got lost on its way. What cannot be found out is no answer: on it hangs whether two may publish.
    async fn probe(&self) -> Result<Conditions, StoreError> {
        for _ in 0..ATTEMPTS {
            if let Found::Clear(conditions) = self.probe_once().await? {
                return Ok(conditions);
            }
        }
        Err(StoreError::Io {
            action: "finding out whether the bucket honours conditions".to_owned(),
            source: std::io::Error::other("its answers contradict each other"),
        })
    }

    async fn probe_once(&self) -> Result<Found, StoreError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let instant = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let name = format!("{}-{number}-{}", std::process::id(), instant.as_nanos());
        let path = self.prefix.clone().join("probes").join(name);
        let found = try_conditions(|text, mode| {
            let (objects, path) = (Arc::clone(&self.objects), path.clone());
            async move {
                let options = PutOptions::from(mode);
                let text = PutPayload::from_static(text.as_bytes());
                let put = objects.put_opts(&path, text, options).await;
                verdict(put.map(UpdateVersion::from))
            }
        });
        let found = found.await;
        self.remove_if_there(&path).await?;
        found.map_err(failed_on(format!("probing {path}")))
    }

    pub(super) async fn remove_if_there(&self, path: &Path) -> Result<(), StoreError> {
        match self.objects.delete(path).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed_on(format!("removing {path}"))(error)),
        }
    }
}

/// What an attempt to find out led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Clear(Conditions),
    /// A write was refused whose condition held: the bucket may have taken it before an answer got lost, and the client
    /// has asked again.
    Unclear,
}

/// Tries both conditions on an object that is not there yet, through whatever writes it.
async fn try_conditions<F>(put: impl Fn(&'static str, PutMode) -> F) -> Result<Found, Error>
where
    F: Future<Output = Result<Verdict, Error>>,
{
    const IGNORED: Result<Found, Error> = Ok(Found::Clear(Conditions::Ignored));
    // Each of these has to be written, and each of these must not be.
    let first = match put("one", PutMode::Create).await? {
        Verdict::Written(first) => first,
        Verdict::Refused => return Ok(Found::Unclear),
        Verdict::Unknown => return IGNORED,
    };
    if put("two", PutMode::Create).await? != Verdict::Refused {
        return IGNORED;
    }
    let second = match put("three", PutMode::Update(first.clone())).await? {
        Verdict::Written(second) => second,
        Verdict::Refused => return Ok(Found::Unclear),
        Verdict::Unknown => return IGNORED,
    };
    if put("four", PutMode::Update(first)).await? != Verdict::Refused {
        return IGNORED;
    }
    match put("five", PutMode::Update(second)).await? {
        Verdict::Written(_) => Ok(Found::Clear(Conditions::Honoured)),
        Verdict::Refused => Ok(Found::Unclear),
        Verdict::Unknown => IGNORED,
    }
}

/// What became of a conditional write.
#[derive(Clone, PartialEq)]
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn written() -> Verdict {
        Verdict::Written(UpdateVersion {
            e_tag: Some("1".to_owned()),
            version: None,
        })
    }

    /// What is found where writes are answered so, one after the other.
    async fn found<const COUNT: usize>(answers: [Verdict; COUNT]) -> Found {
        let answers = Mutex::new(answers.into_iter());
        let put = |_: &'static str, _: PutMode| {
            std::future::ready(Ok(answers.lock().unwrap().next().unwrap()))
        };
        try_conditions(put).await.unwrap()
    }

    #[tokio::test]
    async fn one_lost_answer_makes_no_bucket_ignore_conditions() {
        use Verdict::{Refused, Unknown};
        const IGNORED: Found = Found::Clear(Conditions::Ignored);
        let honoured = [written(), Refused, written(), Refused, written()];
        assert_eq!(found(honoured).await, Found::Clear(Conditions::Honoured));
        // The bucket wrote it, the answer got lost, and the client asked again.
        assert_eq!(found([Refused]).await, Found::Unclear);
        assert_eq!(found([written(), Refused, Refused]).await, Found::Unclear);
        let late = [written(), Refused, written(), Refused, Refused];
        assert_eq!(found(late).await, Found::Unclear);
        // What writes in spite of a condition, or does not know it, ignores it.
        assert_eq!(found([written(), written()]).await, IGNORED);
        let late = [written(), Refused, written(), written()];
        assert_eq!(found(late).await, IGNORED);
        assert_eq!(found([Unknown]).await, IGNORED);
        assert_eq!(found([written(), Refused, Unknown]).await, IGNORED);
        let late = [written(), Refused, written(), Refused, Unknown];
        assert_eq!(found(late).await, IGNORED);
    }
}
