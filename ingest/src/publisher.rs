//! Who publishes to the store, as operators are told.

use frontage_shared::store::{Store, StoreError};
use serde::Serialize;
use std::fmt;
use std::path::Path;

use crate::lease;
use crate::status::time;

/// Who publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publisher {
    /// The writer's id; empty if nobody ever published.
    pub holder: String,
    /// Whether that is whoever has this state folder; otherwise this one stands by.
    pub is_this_one: bool,
    /// How often the right to publish went from one writer to another.
    pub epoch: u64,
    /// When it was renewed last, Unix seconds by the holder's clock.
    pub renewed_at: i64,
    /// Whether the holder gave it back when it was stopped.
    pub released: bool,
    /// Whether the bucket ignores conditional writes, so that only one daemon may publish.
    pub single_writer: bool,
}

/// Reads it from the store.
///
/// # Errors
/// The store cannot be read.
pub async fn read(store: &Store, state: &Path) -> Result<Option<Publisher>, StoreError> {
    let Some((lease, _)) = store.lease().await? else {
        return Ok(None);
    };
    Ok(Some(Publisher {
        is_this_one: lease::known_id(state).is_some_and(|id| id == lease.holder),
        holder: lease.holder,
        epoch: lease.epoch,
        renewed_at: lease.at,
        released: lease.released,
        single_writer: store.is_single_writer().await?,
    }))
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (holder, epoch, at) = (&self.holder, self.epoch, time(self.renewed_at));
        match (self.is_this_one, self.released) {
            (true, false) => writeln!(
                f,
                "publisher   this one ({holder}), epoch {epoch}, renewed at {at}"
            )?,
            (false, false) => writeln!(
                f,
                "publisher   {holder}, epoch {epoch}, renewed at {at}; THIS ONE STANDS BY"
            )?,
            (_, true) => writeln!(
                f,
                "publisher   none; {holder} stopped at {at}, epoch {epoch}"
            )?,
        }
        if self.single_writer {
            writeln!(
                f,
                "  the bucket ignores conditional writes: readers take the newest manifest, and only one daemon may publish"
            )?;
        }
        Ok(())
    }
}
