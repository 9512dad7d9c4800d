//! An order, for whoever has its link: what was bought, where it goes, how far it is.

use frontage_shared::model::money::{Currency, Money};
use frontage_shared::order::{Address, Order, OrderId, Payment, PaymentState, PricedBy};
use frontage_shared::order_status::{OrderProgress, OrderStatus};
use frontage_shared::snapshot::Generation;
use frontage_shared::store::{OrderState, Store, StoreError};
use sailfish::TemplateSimple;

use super::cart::personal;
use super::frame::{Frame, Indexing};
use super::sums::{Bought, Remark, Sum, Sums};
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, countries, render};
use crate::route::{Route, Withdrawal};

/// An order's page.
#[derive(TemplateSimple)]
#[template(path = "receipt.stpl", rm_whitespace = true)]
pub(crate) struct ReceiptPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'static str,
    pub(crate) lead: String,
    /// How far it is, in words.
    pub(crate) status: &'static str,
    /// Where to look again, as long as it is not known whether it was paid.
    pub(crate) again: Option<String>,
    /// What the merchant has to say about that.
    pub(crate) remark: String,
    /// Where the parcel can be followed, and its number.
    pub(crate) tracking: Option<(String, String)>,
    pub(crate) bought: Vec<Bought>,
    pub(crate) sums: Sums,
    /// What is to be known about the prices.
    pub(crate) remarks: Vec<Remark>,
    pub(crate) shipping: Vec<String>,
    pub(crate) billing: Vec<String>,
    pub(crate) delivery: Option<String>,
    pub(crate) payment: String,
    pub(crate) note: String,
    /// Where one withdraws from it.
    pub(crate) withdrawal_href: Option<String>,
}

/// What is known of an order.
pub(crate) struct Found {
    pub(crate) order: Order,
    /// Where the order is.
    pub(crate) state: OrderState,
    /// What the merchant said about it last.
    pub(crate) progress: Option<OrderStatus>,
}

/// An order that is not placed yet, because nobody has paid it.
pub(crate) struct Unpaid<'a> {
    pub(crate) order: &'a Order,
    /// Whether the payment will not come.
    pub(crate) failed: bool,
    /// Where its page is.
    pub(crate) address: Route,
}

/// Why an order cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiptError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The order is there and is none that we can read.
    #[error("order {id} is not readable: {source}")]
    Order {
        /// The order's id.
        id: OrderId,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Reads an order and what is known of it. Waits for the store.
pub(crate) fn read(store: &Store, id: OrderId) -> Result<Option<Found>, ReceiptError> {
    let Some((state, bytes)) = store.order(id)? else {
        return Ok(None);
    };
    let order = Order::decode(&bytes).map_err(|source| ReceiptError::Order { id, source })?;
    Ok(Some(Found {
        order,
        state,
        progress: store.order_status(id)?,
    }))
}

/// Builds an order's page.
pub(crate) fn build(
    generation: &Generation,
    ctx: &Context<'_>,
    found: &Found,
    token: &str,
) -> Page {
    let view = &View::new(generation, ctx);
    let (words, order) = (view.words, &found.order);
    let mut page = page(view, order, &words.thank_you);
    page.lead = words
        .order_received
        .fill(&[&order.id, &order.customer.email]);
    page.status = status(view, found);
    let withdrawal = Route::Withdrawal(Withdrawal {
        order: Some(order.id.clone()),
        received: None,
        token: token.to_owned(),
    });
    page.withdrawal_href = ctx.takes_withdrawals.then(|| view.href(&withdrawal));
    if let Some(progress) = &found.progress {
        page.remark = progress.note.clone().unwrap_or_default();
        page.tracking = tracking(progress);
    }
    personal(render(view, Kind::Order, true, page))
}

/// Builds the page of an order that is not placed yet.
pub(crate) fn build_unpaid(
    generation: &Generation,
    ctx: &Context<'_>,
    unpaid: &Unpaid<'_>,
) -> Page {
    let view = &View::new(generation, ctx);
    let (words, order) = (view.words, unpaid.order);
    let page = match unpaid.failed {
        true => ReceiptPage {
            lead: words.payment_failed_help.clone(),
            ..page(view, order, &words.payment_failed)
        },
        false => ReceiptPage {
            lead: words
                .payment_pending_help
                .fill(&[&order.id, &order.customer.email]),
            again: Some(view.href(&unpaid.address)),
            ..page(view, order, &words.payment_pending)
        },
    };
    personal(render(view, Kind::Order, true, page))
}

/// What is the same however far an order is.
fn page<'a>(view: &View<'a>, order: &Order, title: &'static str) -> ReceiptPage<'a> {
    let amount = |text: &str| amount(view, &order.currency, text);
    let bought = order.lines.iter().map(|line| Bought {
        name: line.name.clone(),
        variant: line.variant_name.clone().unwrap_or_default(),
        quantity: view.locale.number(line.quantity.into()).to_string(),
        sum: amount(&line.subtotal),
    });
    ReceiptPage {
        words: view.words,
        frame: Frame::new(view, title, Indexing::NoIndex),
        title,
        lead: String::new(),
        status: "",
        again: None,
        remark: String::new(),
        tracking: None,
        bought: bought.collect(),
        sums: sums(view, order),
        remarks: match order.priced_by {
            PricedBy::Catalog | PricedBy::Merchant => Vec::new(),
            PricedBy::Fallback => vec![Remark {
                text: view.words.prices_of_catalog.clone(),
                is_problem: false,
            }],
        },
        shipping: address(view, &order.shipping),
        billing: address(view, &order.billing),
        delivery: order
            .delivery
            .as_ref()
            .map(|delivery| delivery.name.clone()),
        payment: payment(view, &order.payment),
        note: order.note.clone().unwrap_or_default(),
        withdrawal_href: None,
    }
}

fn sums(view: &View<'_>, order: &Order) -> Sums {
    let words = view.words;
    let amount = |text: &str| amount(view, &order.currency, text);
    let mut rows = vec![Sum {
        name: words.subtotal.clone(),
        amount: amount(&order.totals.subtotal),
    }];
    rows.extend(order.discounts.iter().map(|discount| Sum {
        name: discount.name.clone(),
        amount: amount(&format!("-{}", discount.amount)),
    }));
    rows.extend(order.delivery.iter().map(|delivery| Sum {
        name: words.delivery_by.fill(&[&delivery.name]),
        amount: amount(&delivery.price),
    }));
    let mut sums = Sums {
        rows,
        total: amount(&order.totals.total),
        notes: Vec::new(),
    };
    for tax in &order.taxes {
        let amount = amount(&tax.amount);
        sums.tax(view, order.prices_include_tax, &tax.rate, amount);
    }
    sums
}

/// How far an order is. That the merchant's system refused it is for the merchant to settle first.
fn status(view: &View<'_>, found: &Found) -> &'static str {
    let words = view.words;
    match found.progress.as_ref().map(|progress| progress.state) {
        Some(OrderProgress::Confirmed) => &words.order_confirmed,
        Some(OrderProgress::Shipped) => &words.order_shipped,
        Some(OrderProgress::Delivered) => &words.order_delivered,
        Some(OrderProgress::Cancelled) => &words.order_cancelled,
        Some(OrderProgress::Refunded) => &words.order_refunded,
        None if found.state == OrderState::Done => &words.order_taken_in,
        None => &words.order_waits,
    }
}

/// Where the parcel can be followed: an address that a browser may be sent to.
fn tracking(progress: &OrderStatus) -> Option<(String, String)> {
    let url = progress.tracking_url.as_ref()?;
    let number = progress.tracking_number.clone().unwrap_or_default();
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    is_web.then(|| (url.clone(), number))
}

/// A decimal of the order as the shopper's locale writes it; as it is, should it be none.
fn amount(view: &View<'_>, currency: &str, text: &str) -> String {
    let (minus, magnitude) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let money =
        Currency::parse(currency).and_then(|currency| Money::parse_decimal(magnitude, currency));
    money.map_or_else(
        |_| text.to_owned(),
        |money| {
            let minor = if minus { -money.minor } else { money.minor };
            view.locale.amount(Money { minor, ..money }).to_string()
        },
    )
}

/// An address as lines on a letter.
fn address(view: &View<'_>, address: &Address) -> Vec<String> {
    let format = crate::checkout::address::Format::of(&address.country);
    let postcode = address.postcode.as_deref().unwrap_or_default();
    let town = match format.postcode_first {
        true => format!("{postcode} {}", address.city),
        false => format!(
            "{} {} {postcode}",
            address.city,
            address.region.as_deref().unwrap_or_default()
        ),
    };
    let town = town.split_whitespace().collect::<Vec<_>>().join(" ");
    let country = countries::name(view.locale.language(), &address.country);
    let lines = [
        Some(address.name.as_str()),
        address.company.as_deref(),
        Some(address.line1.as_str()),
        address.line2.as_deref(),
        Some(town.as_str()),
        Some(country),
    ];
    let lines = lines.into_iter().flatten().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn payment(view: &View<'_>, payment: &Payment) -> String {
    use crate::checkout::Method;
    let words = view.words;
    let method = match Method::parse(&payment.method) {
        Some(Method::Invoice) => &words.pay_by_invoice,
        Some(Method::CashOnDelivery) => &words.pay_on_delivery,
        Some(Method::Stripe) => &words.pay_by_card,
        Some(Method::Handoff) | None => &payment.method,
    };
    match payment.state {
        PaymentState::Due => method.clone(),
        PaymentState::Paid => format!("{method} – {}", words.paid),
    }
}
