//! The operator's desk: pages to see what ingest does and to decide what it may do, on a listener of their own.
//!
//! Every action is the one of the command line and goes through the same function. Nobody but somebody who knows the
//! token sees or does anything; a page of another site can do nothing, whoever's browser it runs in.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::bell::Bells;
use crate::config;
use crate::cycle::Context;

/// Approve, roll back, pin, run: what they did.
mod actions;

/// Connections, within limits.
mod listen;

/// What monitors ask.
mod counters;
mod metrics;

/// What the pages show.
mod page;

/// What approving a held feed would change, worked out once.
mod preview;

/// Requests as the desk reads them, answers as it gives them.
mod wire;

/// Which path is which page or action.
mod route;

/// Who is let in, and which forms are our own.
mod session;

/// The desk cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The address is taken, or not one of this machine.
    #[error("the desk cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// The operator's desk, open for visitors.
pub struct Desk {
    listener: TcpListener,
    state: Arc<State>,
}

/// What all requests share.
struct State {
    context: Context,
    settings: config::Desk,
    bells: Bells,
    sessions: session::Sessions,
    actions: actions::Actions,
    previews: preview::Previews,
}

impl Desk {
    /// Takes the address.
    ///
    /// # Errors
    /// It is taken, or not one of this machine.
    pub async fn open(
        context: Context,
        settings: config::Desk,
        bells: Bells,
    ) -> Result<Self, DeskError> {
        let address = settings.listen;
        let failed = |source| DeskError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let needs_token = settings.token.is_some();
        tracing::info!(needs_token, "the desk is open on http://{address}/");
        Ok(Self {
            listener,
            state: Arc::new(State::new(context, settings, bells)),
        })
    }

    /// Serves until the daemon stops. An action under way is finished by itself.
    pub async fn serve(self, stopped: tokio::sync::watch::Receiver<bool>) {
        listen::serve(self.listener, self.state, stopped).await;
    }
}

impl State {
    fn new(context: Context, settings: config::Desk, bells: Bells) -> Self {
        Self {
            context,
            sessions: session::Sessions::new(settings.token.clone()),
            settings,
            bells,
            actions: actions::Actions::default(),
            previews: preview::Previews::default(),
        }
    }
}
