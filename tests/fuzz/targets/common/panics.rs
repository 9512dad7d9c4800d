//! Lets contained panics pass.
//!
//! The fuzzer ends the process at every panic, even one that is about to be caught. The reader contains panics of the
//! text index on purpose, so only a panic that reaches the target is a finding.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook};
use std::sync::Mutex;

static LAST: Mutex<String> = Mutex::new(String::new());

/// Remembers what a panic says instead of ending the process.
pub fn keep_quiet() {
    set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST.lock() {
            *last = panic.to_string();
        }
    }));
}

/// Runs the target; a panic that gets out is told, and passed on to the fuzzer.
pub fn run(target: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(target)) {
        eprintln!(
            "{}",
            LAST.lock().map(|last| last.clone()).unwrap_or_default()
        );
        resume_unwind(panic);
    }
}
