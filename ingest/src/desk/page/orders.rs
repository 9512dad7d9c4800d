//! Orders that wait for the merchant, and orders that it refused. What is in them is shown by the command only.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use frontage_shared::order::OrderId;
use frontage_shared::store::OrderState;

use super::frame::Frame;
use super::text::{When, when};
use super::{Built, Visit, render};
use crate::cycle::CycleError;
use crate::deliver::{self, OrderLine, Waiting};

/// Further ones are listed by the command.
const MOST: usize = 200;

#[derive(TemplateSimple)]
#[template(path = "orders.stpl")]
struct OrdersPage<'a> {
    frame: Frame<'a>,
    orders: Waiting,
    oldest: Option<When>,
    lists: [List; 2],
    most: usize,
}

/// Orders in one state.
struct List {
    id: &'static str,
    title: &'static str,
    caption: &'static str,
    rows: Vec<Row>,
    is_rejected: bool,
}

struct Row {
    line: OrderLine,
    at: When,
    next: Option<When>,
    answer: Option<String>,
}

/// All orders that the merchant does not have.
pub(in crate::desk) fn orders(visit: &Visit<'_>) -> Built {
    let context = &visit.state.context;
    let delivers = context.config.orders.is_some();
    let orders = deliver::waiting(&context.store, delivers).map_err(CycleError::from)?;
    let zone = context.config.shop.time_zone;
    let page = OrdersPage {
        frame: Frame::new(visit, "Orders", "orders"),
        oldest: orders.oldest.map(|at| when(at, zone, visit.now)),
        orders,
        lists: [
            List {
                id: "rejected",
                title: "Rejected",
                caption: "Orders that the merchant refused, the oldest first",
                rows: rows(visit, OrderState::Rejected)?,
                is_rejected: true,
            },
            List {
                id: "waiting",
                title: "Waiting",
                caption: "Orders that wait for the merchant, the oldest first",
                rows: rows(visit, OrderState::New)?,
                is_rejected: false,
            },
        ],
        most: MOST,
    };
    Ok(Some(render(StatusCode::OK, page)))
}

fn rows(visit: &Visit<'_>, state: OrderState) -> Result<Vec<Row>, CycleError> {
    let context = &visit.state.context;
    let at = |seconds| when(seconds, context.config.shop.time_zone, visit.now);
    let mut rows = Vec::new();
    for line in deliver::list(&context.store, &[state], MOST)? {
        let answer = match line.id.parse::<OrderId>() {
            Ok(id) => deliver::answer(&context.store, id)?,
            Err(_) => None,
        };
        rows.push(Row {
            at: at(line.minted_at),
            next: line.next_at.map(at),
            answer: answer.filter(|text| !text.trim().is_empty()),
            line,
        });
    }
    Ok(rows)
}
