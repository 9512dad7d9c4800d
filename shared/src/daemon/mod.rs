//! What any long-running process here needs. The only place in this crate that knows a runtime.

/// How a process writes its log.
pub mod logging;

/// A future that ends when the process is asked to.
pub mod shutdown;
