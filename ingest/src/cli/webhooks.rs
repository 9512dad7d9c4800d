//! `webhooks`: what waits to be told to whom, and telling it again.

use clap::Subcommand;

use super::{Arguments, CliError, print};
use crate::cycle::Context;
use crate::operate;
use crate::webhooks::{self, EventState, WebhookError};

#[derive(Debug, Subcommand)]
pub(super) enum WebhooksCommand {
    /// Lists events that wait or were given up, in the order in which they happened.
    List {
        /// Lists those that were sent and are kept, as well.
        #[arg(long)]
        sent: bool,
    },
    /// Sends events again, whether they were given up or sent.
    Replay {
        /// Ids of events.
        #[arg(required_unless_present = "since")]
        events: Vec<String>,
        /// All that happened since: 2026-11-27T08:00:00+01:00, or 2026-11-27T08:00:00 in the shop's time zone.
        #[arg(long, value_name = "INSTANT", conflicts_with = "events")]
        since: Option<String>,
    },
    /// Makes events of what happened and sends them, once; the daemon must not run.
    Send,
}

pub(super) async fn run(
    arguments: &Arguments,
    context: &Context,
    command: &WebhooksCommand,
) -> Result<u8, CliError> {
    let (state, hooks) = (&context.config.state, &context.config.webhooks);
    if hooks.is_empty() {
        return Err(WebhookError::NotConfigured.into());
    }
    match command {
        WebhooksCommand::List { sent } => {
            let states = [EventState::Failed, EventState::Waiting, EventState::Sent];
            let states = if *sent { &states[..] } else { &states[..2] };
            for line in webhooks::list(state, hooks, states)? {
                print(arguments, &line)?;
            }
            Ok(0)
        }
        WebhooksCommand::Replay { events, since } => {
            let replayed = match since {
                Some(text) => {
                    let at = operate::instant(context, text).map_err(CliError::from)?;
                    webhooks::replay_since(state, hooks, at)?
                }
                None => webhooks::replay(state, hooks, events)?,
            };
            print(arguments, &replayed)
        }
        WebhooksCommand::Send => {
            let told = webhooks::once(context).await?;
            print(arguments, &told)?;
            Ok(if told.waiting == 0 { 0 } else { 3 })
        }
    }
}
