//! A server on the same machine goes first: shoppers wait for it, and nobody waits for a daemon.

use rustix::process::{getpriority_process, setpriority_process};

/// How far the daemon steps back: beside a server that wants a core for itself it gets a quarter of it, so that prices
/// stay fresh under load.
const NICENESS: i32 = 5;

/// Steps back.
///
/// Threads and children take it over, so it comes before all of them. Whoever has stepped back further stays there.
pub fn give_way() {
    let steps_back = getpriority_process(None).is_ok_and(|now| now < NICENESS);
    if steps_back && setpriority_process(None, NICENESS).is_err() {
        // It works at the priority of all others.
        tracing::debug!("the system lets nobody step back");
    }
}
