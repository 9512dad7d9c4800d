//! Work on several threads that are waited for, beside others that shoppers wait for.

use std::cell::Cell;
use std::thread;
use std::time::{Duration, Instant};

use frontage_shared::daemon::priority::process_gives_way;

/// How far the daemon steps back: beside a server that wants a core for itself it gets a quarter of it, and an eighth where it
/// breathes, so that prices stay fresh under load. Shoppers wait for a server, and nobody waits for a daemon.
const NICENESS: i32 = 5;
/// How long a thread works before it lets others have its core. Schedulers let whoever runs go on for a millisecond or
/// more although somebody wakes up who goes first (Linux: `base_slice_ns`), and a shopper's page takes less than that.
const BREATH: Duration = Duration::from_micros(250);

/// Has the daemon step back, before it starts any thread.
pub(crate) fn give_way() {
    process_gives_way(NICENESS);
}

/// Lets others have this core if they wait for it and this thread has worked for a while: for loops over records and
/// products. Where nobody waits it costs a look at the clock each time, and a system call each breath; where others want all
/// cores for themselves, what breathes gets half of what its niceness gives it otherwise.
pub(crate) fn breathe() {
    thread_local! {
        static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    }
    let now = Instant::now();
    let since = SINCE.get().unwrap_or(now);
    if is_due(since, now) {
        thread::yield_now();
        SINCE.set(Some(Instant::now()));
    } else {
        SINCE.set(Some(since));
    }
}

fn is_due(since: Instant, now: Instant) -> bool {
    now.duration_since(since) >= BREATH
}

/// How many threads can work at once.
pub(crate) fn count() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What becomes of each row, in the order of the rows: all cores take their share, as long as that is at least so many.
pub(crate) fn each<T: Sync, R: Send>(
    rows: &[T],
    least: usize,
    one: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let one = &one;
    let share = rows.len().div_ceil(count()).max(least).max(1);
    thread::scope(|scope| {
        let work: Vec<_> = rows
            .chunks(share)
            .enumerate()
            .map(|(number, rows)| {
                let rows = (number * share..).zip(rows);
                scope.spawn(move || rows.map(|(at, row)| one(at, row)).collect::<Vec<_>>())
            })
            .collect();
        let done = work.into_iter().flat_map(|thread| ended(thread.join()));
        done.collect()
    })
}

/// What a thread came to; its panic goes on here.
pub(crate) fn ended<T>(outcome: thread::Result<T>) -> T {
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_worked_for_a_while_is_due_a_breath() {
        let start = Instant::now();
        assert!(!is_due(start, start));
        assert!(!is_due(start, start + BREATH / 2));
        assert!(is_due(start, start + BREATH));
    }

    #[test]
    fn rows_come_back_in_order_however_many_threads_had_them() {
        let rows: Vec<u32> = (0..1_000).collect();
        for least in [0, 1, 7, 5_000] {
            let found = each(&rows, least, |at, &row| (at, row * 2));
            let expected: Vec<_> = rows.iter().map(|&row| (row as usize, row * 2)).collect();
            assert_eq!(found, expected, "{least}");
        }
        assert!(each(&[] as &[u32], 1, |_, &row| row).is_empty());
    }
}
