//! Which server serves which generation: each says so now and then with a small file of its own in the store.

use object_store::ObjectStoreExt as _;
use serde::{Deserialize, Serialize};

use super::shop::failed_on;
use super::{Store, StoreError};
use crate::trial::Showing;

/// The folder of what servers say.
const FOLDER: &str = "servers";

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The server's name; it may stand in the name of a file.
    pub server: String,
    /// Where it listens.
    pub address: String,
    /// Its version.
    pub version: String,
    /// The generation that it serves, if any.
    pub generation: Option<u64>,
    /// Since when, Unix seconds.
    pub since: Option<i64>,
    /// When it said so, Unix seconds by its own clock.
    pub at: i64,
    /// How soon it says so again, in milliseconds.
    pub interval_ms: u64,
    /// How it does with the catalog that it serves; not said by those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub showing: Option<Showing>,
}

impl Store {
    /// Replaces what a server said before.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn put_heartbeat(&self, heartbeat: &Heartbeat) -> Result<(), StoreError> {
        let file = format!("{}.json", heartbeat.server);
        let path = self.prefix.clone().join(FOLDER).join(file);
        let bytes = serde_json::to_vec_pretty(heartbeat).map_err(|error| StoreError::Io {
            action: format!("writing {path}"),
            source: error.into(),
        })?;
        let failed = failed_on(format!("writing {path}"));
        self.objects
            .put(&path, bytes.into())
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// What all servers said last, by name. What cannot be understood is left out.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        let mut all: Vec<Heartbeat> = Vec::new();
        for object in self.listed(&self.prefix.clone().join(FOLDER)).await? {
            match self.read(&object.location).await {
                Ok(bytes) => all.extend(serde_json::from_slice::<Heartbeat>(&bytes).ok()),
                // Removed meanwhile.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        all.sort_by(|one, other| one.server.cmp(&other.server));
        Ok(all)
    }

    /// Forgets a server that is no more.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn drop_heartbeat(&self, server: &str) -> Result<(), StoreError> {
        let path = self
            .prefix
            .clone()
            .join(FOLDER)
            .join(format!("{server}.json"));
        self.remove_if_there(&path).await
    }
}
