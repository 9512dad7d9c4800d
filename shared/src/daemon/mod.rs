//! What any long-running process here needs. The only place in this crate that knows a runtime.

/// Secrets that a service manager hands over.
pub mod credentials;

/// How a process writes its log.
pub mod logging;

/// What comes with a command line.
pub mod manual;

/// Where in a configuration file a key stands.
pub mod places;

/// Who goes first where cores are short.
pub mod priority;

/// A future that ends when the process is asked to.
pub mod shutdown;

/// What a service manager is told.
pub mod supervisor;
