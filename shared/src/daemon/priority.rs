//! Who goes first where cores are short: what somebody waits for, before what nobody does.

use rustix::process::{getpriority_process, setpriority_process};

/// The least that a system gives to anybody.
const LAST: i32 = 19;

/// Has a process step back to a niceness, while its first thread is its only one: threads and children that come later take
/// it over. Whoever has stepped back further stays there.
pub fn process_gives_way(niceness: i32) {
    if getpriority_process(None).is_ok_and(|now| now < niceness) {
        step_back(niceness);
    }
}

/// Has the calling thread step back behind the others of its process, which may have stepped back themselves. Where
/// niceness is that of a whole process, as it is anywhere but on Linux, nothing happens.
pub fn thread_gives_way(by: i32) {
    if cfg!(target_os = "linux")
        && let Ok(now) = getpriority_process(None)
    {
        step_back(now.saturating_add(by).min(LAST));
    }
}

fn step_back(niceness: i32) {
    if let Err(error) = setpriority_process(None, niceness) {
        // The work is done at the priority of all others.
        tracing::debug!(%error, "the system lets nobody step back");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_steps_back_and_no_other_does() {
        let before = getpriority_process(None).unwrap();
        let there = std::thread::spawn(|| {
            thread_gives_way(3);
            let once = getpriority_process(None).unwrap();
            thread_gives_way(100);
            (once, getpriority_process(None).unwrap())
        });
        let (once, twice) = there.join().unwrap();
        assert_eq!(once, (before + 3).min(LAST));
        assert_eq!(twice, LAST);
        assert_eq!(getpriority_process(None).unwrap(), before);
    }

    #[test]
    fn whoever_is_further_back_stays_there() {
        let there = std::thread::spawn(|| {
            thread_gives_way(7);
            let before = getpriority_process(None).unwrap();
            process_gives_way(1);
            (before, getpriority_process(None).unwrap())
        });
        let (before, after) = there.join().unwrap();
        assert_eq!(before, after);
    }
}
