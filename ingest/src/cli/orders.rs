//! `orders`: what waits for the merchant, and what it refused.

use clap::{Subcommand, ValueEnum};
use frontage_shared::order::OrderId;
use frontage_shared::store::OrderState;

use super::{Arguments, CliError, print};
use crate::cycle::Context;
use crate::deliver::{self, DeliverError};

#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// Lists orders that wait for the merchant or were rejected, the oldest first.
    List {
        /// Lists these instead.
        states: Vec<State>,
    },
    /// Shows all of one order, personal data included.
    Show {
        /// The order.
        id: String,
    },
    /// Sends orders again at once: rejected ones, or ones that wait for their next attempt.
    Retry {
        /// The orders.
        #[arg(required_unless_present = "all_rejected")]
        ids: Vec<String>,
        /// Every order that was rejected.
        #[arg(long, conflicts_with = "ids")]
        all_rejected: bool,
        /// Maps them anew. Only for orders that the merchant refused: of any other it may have the former body under
        /// the same key.
        #[arg(long)]
        remap: bool,
    },
    /// Tries every waiting order once, now; the daemon must not run.
    Deliver,
}

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// It waits for the merchant.
    New,
    /// The merchant refused it.
    Rejected,
    /// The merchant has it.
    Done,
}

impl State {
    fn of_store(self) -> OrderState {
        match self {
            Self::New => OrderState::New,
            Self::Rejected => OrderState::Rejected,
            Self::Done => OrderState::Done,
        }
    }
}

pub(super) async fn run(
    arguments: &Arguments,
    context: &Context,
    command: &OrdersCommand,
) -> Result<u8, CliError> {
    let store = &context.store;
    match command {
        OrdersCommand::List { states } => {
            let states: Vec<OrderState> = match states.is_empty() {
                true => vec![OrderState::Rejected, OrderState::New],
                false => states.iter().map(|state| state.of_store()).collect(),
            };
            let lines = deliver::list(store, &states, usize::MAX).map_err(DeliverError::from)?;
            for line in lines {
                print(arguments, &line)?;
            }
            Ok(0)
        }
        OrdersCommand::Show { id } => {
            let id = id.parse().map_err(DeliverError::from)?;
            print(arguments, &deliver::show(store, id)?)
        }
        OrdersCommand::Retry {
            ids,
            all_rejected,
            remap,
        } => {
            let ids = match all_rejected {
                true => store
                    .orders(OrderState::Rejected)
                    .map_err(DeliverError::from)?,
                false => {
                    let ids = ids.iter().map(|id| id.parse::<OrderId>());
                    ids.collect::<Result<_, _>>().map_err(DeliverError::from)?
                }
            };
            print(arguments, &deliver::retry(store, &ids, *remap)?)
        }
        OrdersCommand::Deliver => {
            let delivered = deliver::once(context).await?;
            print(arguments, &delivered)?;
            Ok(delivered.exit_code())
        }
    }
}
