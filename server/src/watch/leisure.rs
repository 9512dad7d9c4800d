//! Work that may take its time: on a thread of its own that gives way to those that answer requests.
//!
//! Verifying a large catalog reads gigabytes. It may take all that a processor has left over, and nothing else.

use std::io;
use std::thread::{self, JoinHandle};

use frontage_shared::daemon::priority::thread_gives_way;

/// How far the thread steps back behind the others of the server: it gets about a tenth of a core that they want too, so that
/// it comes to an end even under load.
const NICENESS: i32 = 10;

/// Starts work on a thread that gives way.
///
/// # Errors
/// The system has no thread left.
pub(super) fn start<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    thread::Builder::new()
        .name("leisure".to_owned())
        .spawn(move || {
            thread_gives_way(NICENESS);
            work()
        })
}

/// Does work on a thread that gives way; none if it fails by a bug or cannot be started.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, result) = tokio::sync::oneshot::channel();
    let started = start(move || {
        // Whoever waited for it may be gone: the process is ending.
        let _ = done.send(work());
    });
    started.ok()?;
    result.await.ok()
}
