//! Withdrawing from a contract: the form, what is about to be sent, and what was received.
//!
//! Two steps, as Directive (EU) 2023/2673 asks for: whoever follows "withdraw from contract here" states what it is about,
//! sees that once more, and confirms it.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::ShopInfo;
use frontage_shared::withdrawal::Withdrawal;
use sailfish::TemplateSimple;

use super::cart::personal;
use super::checkout::{FaultView, FieldView, TRAP, UNSETTLED, explain, fault_views};
use super::frame::{Frame, Indexing};
use super::receipt::Found;
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, render};
use crate::checkout::fields::{Fault, MOST_NOTE_CHARS, Rule};
use crate::checkout::withdrawal::WithdrawalFields;
use crate::route::{Route, Withdrawal as Place};

/// How far a withdrawal is.
#[derive(Clone, Copy)]
pub(crate) enum Stage<'s> {
    /// It is stated; what is wrong with the fields.
    Form(&'s [Fault]),
    /// It is shown once more, to be confirmed.
    Check,
    /// It was confirmed, and could not be stored.
    NotStored,
    /// It was confirmed, and nobody knows whether it was stored.
    NotKnown,
}

/// What the page is made of.
pub(crate) struct Show<'s> {
    pub(crate) fields: &'s WithdrawalFields,
    /// The order that it is about, and what proves that the shopper has its link.
    pub(crate) about: Option<(String, String)>,
    /// The withdrawal's id, sealed.
    pub(crate) ticket: String,
    pub(crate) stage: Stage<'s>,
}

/// The page.
#[derive(TemplateSimple)]
#[template(path = "withdrawal.stpl", rm_whitespace = true)]
pub(crate) struct WithdrawalPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'static str,
    pub(crate) lead: String,
    pub(crate) said: Option<String>,
    pub(crate) faults: Vec<FaultView>,
    pub(crate) href: String,
    /// What is typed; empty when there is nothing to type any more.
    pub(crate) fields: Vec<FieldView>,
    pub(crate) articles: String,
    /// What is or was stated, a name and a text each; empty while it is typed.
    pub(crate) stated: Vec<(&'static str, String)>,
    /// What goes with the form unseen.
    pub(crate) hidden: Vec<(&'static str, String)>,
    /// Whether it is to be confirmed.
    pub(crate) is_check: bool,
    pub(crate) trap: &'static str,
}

/// The shop in the language of the page.
pub(crate) fn shop<'g>(generation: &'g Generation, ctx: &'g Context<'g>) -> ShopInfo<'g> {
    View::new(generation, ctx).shop
}

/// What an order says, put into the form. Articles that do not fit are not left out in silence.
pub(crate) fn fields_of(
    generation: &Generation,
    ctx: &Context<'_>,
    found: &Found,
) -> WithdrawalFields {
    let words = View::new(generation, ctx).words;
    let order = &found.order;
    let number = found
        .progress
        .as_ref()
        .and_then(|progress| progress.number.clone());
    let lines = order.lines.iter().map(|line| {
        let variant = line.variant_name.iter().map(|name| format!(" ({name})"));
        format!(
            "{} × {}{}",
            line.quantity,
            line.name,
            variant.collect::<String>()
        )
    });
    WithdrawalFields {
        order_number: number.unwrap_or_else(|| order.id.clone()),
        name: order.billing.name.clone(),
        email: order.customer.email.clone(),
        date: order.placed_at.chars().take(10).collect(),
        articles: fitting(lines, &words.withdrawal_and_others),
    }
}

/// As many lines as the field takes; where that is not all of them, `and_others` is the last.
fn fitting(lines: impl Iterator<Item = String>, and_others: &str) -> String {
    let all: Vec<String> = lines.collect();
    let whole = all.join("\n");
    if whole.chars().count() <= MOST_NOTE_CHARS {
        return whole;
    }
    let mut left = MOST_NOTE_CHARS - and_others.chars().count();
    let mut text = String::new();
    for line in &all {
        let Some(rest) = left.checked_sub(line.chars().count() + 1) else {
            break;
        };
        left = rest;
        text.push_str(line);
        text.push('\n');
    }
    text + and_others
}

/// Builds the form, or what is to be confirmed.
pub(crate) fn build(generation: &Generation, ctx: &Context<'_>, show: &Show<'_>) -> Page {
    let view = &View::new(generation, ctx);
    let (words, fields) = (view.words, show.fields);
    let mut page = page(view, &words.withdraw_here);
    page.hidden = vec![("ticket", show.ticket.clone())];
    if let Some((order, token)) = &show.about {
        let about = [("order", order.clone()), ("t", token.clone())];
        page.hidden.extend(about);
    }
    match show.stage {
        Stage::Form(faults) => {
            page.lead = words.withdrawal_help.clone();
            page.faults = fault_views(view, faults, |field| label(view, field));
            page.fields = inputs(view, fields, faults);
            page.articles = fields.articles.clone();
        }
        stage @ (Stage::Check | Stage::NotStored | Stage::NotKnown) => {
            page.said = match stage {
                Stage::NotStored => Some(words.withdrawal_not_stored.clone()),
                Stage::NotKnown => {
                    page.hidden.push((UNSETTLED, "1".to_owned()));
                    Some(words.withdrawal_not_known.clone())
                }
                _ => None,
            };
            page.lead = words.withdrawal_check_help.clone();
            page.is_check = true;
            page.hidden.extend([
                ("order_number", fields.order_number.clone()),
                ("name", fields.name.clone()),
                ("email", fields.email.clone()),
                ("date", fields.date.clone()),
                ("articles", fields.articles.clone()),
            ]);
            page.stated = stated(view, fields);
        }
    }
    personal(render(view, Kind::Withdrawal, true, page))
}

/// Builds the acknowledgement.
pub(crate) fn received(
    generation: &Generation,
    ctx: &Context<'_>,
    withdrawal: &Withdrawal,
) -> Page {
    let view = &View::new(generation, ctx);
    let words = view.words;
    let fields = WithdrawalFields {
        order_number: withdrawal.order_number.clone(),
        name: withdrawal.name.clone(),
        email: withdrawal.email.clone(),
        date: withdrawal.date.clone().unwrap_or_default(),
        articles: withdrawal.articles.clone().unwrap_or_default(),
    };
    let at = withdrawal.received_at.replace('T', " ");
    let at = format!("{} UTC", at.get(..16).unwrap_or(&at));
    let mut page = page(view, &words.withdrawal_received);
    page.lead = words
        .withdrawal_received_help
        .fill(&[&at, &withdrawal.id, &withdrawal.email]);
    page.stated = stated(view, &fields);
    personal(render(view, Kind::Withdrawal, true, page))
}

fn page<'a>(view: &View<'a>, title: &'static str) -> WithdrawalPage<'a> {
    let mut frame = Frame::new(view, title, Indexing::NoIndex);
    let own = view.link(
        &view.words.withdraw_here,
        &Route::Withdrawal(Place::default()),
    );
    frame.place(view, &[], Some(own));
    WithdrawalPage {
        words: view.words,
        frame,
        title,
        lead: String::new(),
        said: None,
        faults: Vec::new(),
        href: view.href(&Route::Withdrawal(Place::default())),
        fields: Vec::new(),
        articles: String::new(),
        stated: Vec::new(),
        hidden: Vec::new(),
        is_check: false,
        trap: TRAP,
    }
}

/// What a field is called.
fn label(view: &View<'_>, field: &str) -> &'static str {
    let words = view.words;
    match field {
        "order_number" => &words.withdrawal_order_number,
        "name" => &words.field_name,
        "email" => &words.field_email,
        "date" => &words.withdrawal_date,
        _ => &words.withdrawal_articles,
    }
}

fn inputs(view: &View<'_>, fields: &WithdrawalFields, faults: &[Fault]) -> Vec<FieldView> {
    let fault = |name: &str| -> Option<&Rule> {
        let found = faults.iter().find(|fault| fault.field == name);
        found.map(|fault| &fault.rule)
    };
    let of = |name: &str, value: &str, kind, autocomplete: &str, required| FieldView {
        name: name.to_owned(),
        label: label(view, name).to_owned(),
        value: value.to_owned(),
        kind,
        autocomplete: autocomplete.to_owned(),
        required,
        fault: fault(name).map(|rule| explain(view, rule)),
        is_short: false,
    };
    vec![
        of("order_number", &fields.order_number, "text", "off", true),
        of("name", &fields.name, "text", "name", true),
        of("email", &fields.email, "email", "email", true),
        of("date", &fields.date, "text", "off", false),
    ]
}

fn stated(view: &View<'_>, fields: &WithdrawalFields) -> Vec<(&'static str, String)> {
    let all = [
        ("order_number", &fields.order_number),
        ("name", &fields.name),
        ("email", &fields.email),
        ("date", &fields.date),
        ("articles", &fields.articles),
    ];
    let given = all.into_iter().filter(|(_, text)| !text.is_empty());
    given
        .map(|(name, text)| (label(view, name), text.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_the_form_is_told() {
        let line = |number: u32| format!("1 × Thing number {number}");
        let few = fitting((0..3).map(line), "and others");
        assert_eq!(few.lines().count(), 3);
        let many = fitting((0..500).map(line), "and others");
        assert_eq!(many.lines().last(), Some("and others"));
        assert!(many.chars().count() <= MOST_NOTE_CHARS);
        assert!(many.lines().count() > 50);
        let long = fitting(std::iter::once("x".repeat(3_000)), "and others");
        assert_eq!(long, "and others");
    }
}
