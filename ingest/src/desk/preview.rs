//! What approving a held feed would change, worked out once for each feed and generation.
//!
//! A large shop takes a while to compile, so the work is done beside the request, which waits a little and then says
//! that it goes on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::State;
use crate::check::{self, Change};
use crate::config::Source;

/// Each is some kilobytes.
const REMEMBERED: usize = 16;
const PATIENCE: Duration = Duration::from_secs(3);

/// A change, nothing if the feed is not held any more, or why it cannot be told.
type Worked = Arc<OnceCell<Result<Option<Change>, String>>>;

/// The latest ones.
#[derive(Debug, Default)]
pub(super) struct Previews {
    /// By the held feed's hash and the generation it is compared with.
    known: Mutex<VecDeque<((String, u64), Worked)>>,
}

/// The change, or `None` while it is being worked out.
pub(super) async fn of(
    state: &Arc<State>,
    source: &Source,
    hash: &str,
    generation: u64,
    now: i64,
) -> Option<Worked> {
    let worked = state.previews.entry((hash.to_owned(), generation));
    let task = {
        let (state, source, worked) = (Arc::clone(state), source.clone(), Arc::clone(&worked));
        let hash = hash.to_owned();
        tokio::spawn(async move {
            let work = async {
                let change = check::held(&state.context, &source, &hash, now).await;
                change.map_err(|error| error.to_string())
            };
            // Whoever comes meanwhile waits for the same work.
            worked.get_or_init(|| work).await;
        })
    };
    // If it takes longer, it goes on by itself; if it panicked, the next visitor tries again.
    let _ = tokio::time::timeout(PATIENCE, task).await;
    if worked.get().is_some_and(Result::is_err) {
        state.previews.forget(&worked);
    }
    worked.initialized().then_some(worked)
}

impl Previews {
    /// The next visitor tries again.
    fn forget(&self, worked: &Worked) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, other)| !Arc::ptr_eq(other, worked));
    }

    fn entry(&self, key: (String, u64)) -> Worked {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, worked)) = known.iter().find(|(other, _)| *other == key) {
            return Arc::clone(worked);
        }
        if known.len() >= REMEMBERED {
            known.pop_front();
        }
        let worked = Worked::default();
        known.push_back((key, Arc::clone(&worked)));
        worked
    }
}
