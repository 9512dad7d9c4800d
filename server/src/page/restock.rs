//! Where a shopper asks to be told when something can be had again.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::Availability;
use frontage_shared::snapshot::products::{Product, Variant};
use sailfish::TemplateSimple;

use super::cart::personal;
use super::checkout::{FaultView, FieldView, TRAP, explain, fault_views};
use super::frame::{Frame, Indexing};
use super::variants;
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, render};
use crate::checkout::fields::Fault;
use crate::route::{Restock, Route};

/// How far a request is.
#[derive(Clone, Copy)]
pub(crate) enum Stage<'s> {
    /// An address is asked for; what is wrong with the one that was typed.
    Form(&'s [Fault]),
    /// It could not be stored.
    NotStored,
    /// It was noted.
    Received,
}

/// What somebody waits for, as it is written down.
pub(crate) struct Wanted {
    pub(crate) shop: String,
    pub(crate) locale: String,
    pub(crate) product_id: String,
    pub(crate) sku: String,
    pub(crate) name: String,
}

/// The form on a product's page. Templates read it as `restock`.
pub(crate) struct RestockForm {
    pub(crate) action: String,
    pub(crate) trap: &'static str,
}

/// The page.
#[derive(TemplateSimple)]
#[template(path = "restock.stpl", rm_whitespace = true)]
pub(crate) struct RestockPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'static str,
    pub(crate) lead: String,
    pub(crate) said: Option<&'static str>,
    pub(crate) faults: Vec<FaultView>,
    /// Empty when there is nothing to type any more.
    pub(crate) fields: Vec<FieldView>,
    pub(crate) action: String,
    pub(crate) variant_id: &'a str,
    /// Back to what it is about.
    pub(crate) product_href: String,
    pub(crate) product_name: String,
    pub(crate) trap: &'static str,
}

/// The form on the page of a variant that is sold out, where the merchant takes such requests. What will not come again
/// is not waited for.
pub(crate) fn form(view: &View<'_>, variant: &Variant<'_>) -> Option<RestockForm> {
    (view.ctx.takes_stock_requests && can_be_waited_for(view, variant)).then(|| RestockForm {
        action: view.href(&Route::Restock(Restock::default())),
        trap: TRAP,
    })
}

fn can_be_waited_for(view: &View<'_>, variant: &Variant<'_>) -> bool {
    view.offers.variant(variant.row).availability == Availability::OutOfStock
}

/// What is written down of a variant; none if there is no such variant, or nothing to wait for.
pub(crate) fn wanted(generation: &Generation, ctx: &Context<'_>, id: &str) -> Option<Wanted> {
    let view = &View::new(generation, ctx);
    let (product, variant) = find(view, id)?;
    can_be_waited_for(view, &variant).then(|| Wanted {
        shop: view.shop.id.to_owned(),
        locale: view.shop.locale.to_owned(),
        product_id: product.id().to_owned(),
        sku: variant.sku().to_owned(),
        name: variants::full_name(&product, &variant),
    })
}

fn find<'a>(view: &View<'a>, id: &str) -> Option<(Product<'a>, Variant<'a>)> {
    let variant = view.catalog.variant_by_id(id)?;
    Some((variant.product()?, variant))
}

/// Builds the page; none if there is no such variant.
pub(crate) fn build(
    generation: &Generation,
    ctx: &Context<'_>,
    id: &str,
    email: &str,
    stage: Stage<'_>,
) -> Option<Page> {
    let view = &View::new(generation, ctx);
    let (product, variant) = find(view, id)?;
    let (words, name) = (view.words, variants::full_name(&product, &variant));
    let (title, lead) = match stage {
        Stage::Received => (
            &words.restock_received,
            words.restock_received_help.fill(&[&name]),
        ),
        _ => (&words.restock_ask, words.restock_help.fill(&[&name])),
    };
    let mut frame = Frame::new(view, title, Indexing::NoIndex);
    let own = variants::route(&product, &variant);
    frame.place(view, &[], Some(view.link(title, &own)));
    let faults: &[Fault] = match stage {
        Stage::Form(faults) => faults,
        _ => &[],
    };
    let field = FieldView {
        name: "email".to_owned(),
        label: words.field_email.clone(),
        value: email.to_owned(),
        kind: "email",
        autocomplete: "email".to_owned(),
        required: true,
        fault: faults.first().map(|fault| explain(view, &fault.rule)),
        is_short: false,
    };
    let is_open = !matches!(stage, Stage::Received);
    let page = RestockPage {
        words,
        frame,
        title,
        lead,
        said: matches!(stage, Stage::NotStored).then_some(words.restock_not_stored.as_str()),
        faults: fault_views(view, faults, |_| &words.field_email),
        fields: if is_open { vec![field] } else { Vec::new() },
        action: view.href(&Route::Restock(Restock::default())),
        variant_id: variant.id(),
        product_href: view.href(&own),
        product_name: name,
        trap: TRAP,
    };
    Some(personal(render(view, Kind::Restock, true, page)))
}
