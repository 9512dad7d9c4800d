//! A daemon that a test started: a process that is killed by its id when the test lets go of it.

use std::path::PathBuf;
use std::process::Child;

/// A process that a test started.
#[derive(Debug)]
pub struct Daemon {
    pub(crate) name: &'static str,
    pub(crate) child: Child,
    pub(crate) log: PathBuf,
}

impl Daemon {
    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it at once, as the kernel would.
    pub fn kill(&mut self) {
        // It may have ended by itself; then there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}
