//! What the server asks of others, within bounds: where they are, what proves who asks, and one request.

/// Where something is asked.
mod origin;

/// Files of secrets.
mod secrets;

/// One request, on a connection of its own or one that is kept.
mod client;

pub use client::{Client, ClientError, SetupError};
pub(crate) use origin::Origin;
pub use secrets::{Secrets, SecretsError};
