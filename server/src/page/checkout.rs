//! The checkout: one page with everything an order needs, and the sentence where something does not fit.

use std::collections::BTreeMap;

use frontage_shared::order::Order;
use frontage_shared::snapshot::Generation;
use frontage_shared::totals::{ChosenDelivery, DeliveryOption, Destination};
use sailfish::TemplateSimple;

use super::cart::personal;
use super::frame::{Frame, Indexing, Link};
use super::places;
use super::sums::{self, Bought, Remark, Sums};
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, render};
use crate::cart::{Cart, Choice, Priced};
use crate::checkout::address::{Format, Postcode};
use crate::checkout::book::BookError;
use crate::checkout::fields::{AddressFields, Fault, Fields, Rule};
use crate::checkout::order::{self, Occasion};
use crate::checkout::ticket::Ticket;
use crate::checkout::{Checkout, Method, Settings};
use crate::form::Form;
use crate::route::Route;

/// A field that no person sees and no browser knows how to fill.
pub(crate) const TRAP: &str = "leave_empty";

/// Whether a form has something in that field.
pub(crate) fn is_trapped(form: &Form) -> bool {
    form.get(TRAP).is_some_and(|value| !value.is_empty())
}

/// Says that the form was sent before and nobody knows what became of it: whoever is refused when sending it again is not
/// told for sure that there is no order.
pub(crate) const UNSETTLED: &str = "unsettled";

/// What the page is to show.
pub(crate) struct Show<'a> {
    pub(crate) cart: &'a Cart,
    pub(crate) checkout: &'a Checkout,
    pub(crate) ticket: &'a Ticket,
    /// What was typed, when the form is shown again.
    pub(crate) fields: Option<&'a Fields>,
    pub(crate) faults: &'a [Fault],
    pub(crate) said: Option<Said>,
}

/// What is said above the form when it is shown again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// The total is another one than the form showed, in minor units.
    TotalChanged {
        /// What the form showed.
        was: i64,
    },
    /// The cart is another one than the form was shown for.
    CartChanged,
    /// The form was open for too long.
    TooOld,
    /// The order could not be stored.
    NotStored,
    /// Nobody knows whether the order was stored.
    NotKnown,
    /// The payment could not be begun.
    NotPayable,
    /// Nobody could say what it costs.
    NotPriced,
}

impl Said {
    /// What is said when an order could not be made durable.
    pub(crate) fn of(error: &BookError) -> Self {
        match error.is_unsettled() {
            true => Self::NotKnown,
            false => Self::NotStored,
        }
    }
}

/// A page, or the cart where something must be changed first.
pub(crate) enum Built {
    Page(Page),
    CartFirst,
}

/// What a form that was sent comes to.
pub(crate) enum Judged {
    Order(Ticket, Box<Order>),
    CartFirst,
    /// It is shown again.
    Again {
        fields: Box<Fields>,
        faults: Vec<Fault>,
        said: Option<Said>,
    },
}

/// The checkout's page.
#[derive(TemplateSimple)]
#[template(path = "checkout.stpl", rm_whitespace = true)]
pub(crate) struct CheckoutPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) checkout_href: String,
    pub(crate) said: Option<String>,
    pub(crate) faults: Vec<FaultView>,
    pub(crate) contact: Vec<FieldView>,
    pub(crate) shipping: Vec<FieldView>,
    pub(crate) countries: Vec<Country>,
    pub(crate) billing: Vec<FieldView>,
    pub(crate) billing_countries: Vec<Country>,
    pub(crate) other_billing: bool,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) delivery_fault: Option<String>,
    pub(crate) methods: Vec<MethodView>,
    pub(crate) payment_fault: Option<String>,
    pub(crate) note: String,
    /// Links to the pages that are accepted.
    pub(crate) terms: Option<Link<'a>>,
    pub(crate) terms_accepted: bool,
    pub(crate) terms_fault: Option<String>,
    pub(crate) privacy: Option<Link<'a>>,
    pub(crate) newsletter: Option<bool>,
    pub(crate) bought: Vec<Bought>,
    pub(crate) sums: Sums,
    /// What is to be known about the prices.
    pub(crate) remarks: Vec<Remark>,
    pub(crate) ticket: String,
    /// The name of the field that says that it was sent before, if nobody knows what became of it.
    pub(crate) unsettled: Option<&'static str>,
    /// What the shopper sees, for the order to be compared with: currency and minor units of the total, and what tells
    /// these prices from others.
    pub(crate) seen_total: String,
    pub(crate) seen_prices: String,
    /// The name of a field that nobody is to fill in.
    pub(crate) trap: &'static str,
}

/// A problem, with a link to its field.
pub(crate) struct FaultView {
    pub(crate) field: String,
    pub(crate) text: String,
}

/// A field of one line.
pub(crate) struct FieldView {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) kind: &'static str,
    /// Tokens that let a browser fill it.
    pub(crate) autocomplete: String,
    pub(crate) required: bool,
    /// What is wrong with it.
    pub(crate) fault: Option<String>,
    /// Whether it stands beside the next one.
    pub(crate) is_short: bool,
}

/// A country to choose.
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

/// A delivery method to choose.
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price: String,
    pub(crate) locations: Vec<Collecting>,
    pub(crate) chosen: bool,
}

/// A place where an order is collected.
pub(crate) struct Collecting {
    /// Its name and address.
    pub(crate) place: String,
    /// What it has not enough of, in a sentence.
    pub(crate) lacks: Option<String>,
}

/// A way to pay.
pub(crate) struct MethodView {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) help: &'static str,
    pub(crate) chosen: bool,
}

/// Builds the checkout's page.
pub(crate) fn build(generation: &Generation, ctx: &Context<'_>, show: &Show<'_>) -> Built {
    let view = &View::new(generation, ctx);
    let settings = &show.checkout.settings;
    let defaults;
    let fields = match show.fields {
        Some(fields) => fields,
        None => {
            defaults = Fields::of(&Form::default(), settings);
            &defaults
        }
    };
    let priced = price(view, show.cart, fields);
    // Whoever has typed something keeps it, even while nobody can say what it costs.
    if !(priced.can_be_ordered() || show.fields.is_some() && priced.is_for_sale()) {
        return Built::CartFirst;
    }
    let faults: BTreeMap<&str, String> = show
        .faults
        .iter()
        .map(|fault| (fault.field.as_str(), explain(view, &fault.rule)))
        .collect();
    let fault = |field: &str| faults.get(field).cloned();
    let mut frame = Frame::new(view, &view.words.checkout, Indexing::NoIndex);
    let own = view.link(&view.words.checkout, &Route::Checkout);
    frame.place(view, &[], Some(own));
    let cart = view.link(&view.words.cart, &Route::cart());
    frame.crumbs.insert(1, cart);
    let page = CheckoutPage {
        words: view.words,
        frame,
        checkout_href: view.href(&Route::Checkout),
        said: show.said.map(|said| say(view, said, priced.totals.total)),
        faults: fault_views(view, show.faults, |field| label(view, field)),
        contact: contact(view, fields, &faults),
        shipping: address(view, "shipping", &fields.shipping, &faults),
        countries: countries(view, settings, &fields.shipping.country),
        billing: address(view, "billing", &fields.billing, &faults),
        billing_countries: countries(view, settings, &fields.billing.country),
        other_billing: fields.other_billing,
        deliveries: deliveries(view, &priced),
        delivery_fault: fault("delivery"),
        methods: methods(view, settings, fields),
        payment_fault: fault("payment"),
        note: fields.note.clone(),
        terms: page_link(view, settings.terms_page.as_deref()),
        terms_accepted: fields.terms,
        terms_fault: fault("terms"),
        privacy: page_link(view, settings.privacy_page.as_deref()),
        newsletter: settings.newsletter.then_some(fields.newsletter),
        bought: bought(view, &priced),
        sums: sums::of(view, &priced.totals),
        remarks: remarks(view, &priced, show.said),
        ticket: show.ticket.seal(&show.checkout.keys),
        unsettled: (show.said == Some(Said::NotKnown)).then_some(UNSETTLED),
        seen_total: format!("{} {}", priced.totals.currency.code(), priced.totals.total),
        seen_prices: priced.prices_digest(),
        trap: TRAP,
    };
    Built::Page(personal(render(view, Kind::Checkout, true, page)))
}

/// What a form that was sent comes to.
pub(crate) fn judge(
    generation: &Generation,
    ctx: &Context<'_>,
    checkout: &Checkout,
    cart: &Cart,
    form: &Form,
    ticket: Option<&Ticket>,
) -> Judged {
    let view = &View::new(generation, ctx);
    let fields = Fields::of(form, &checkout.settings);
    // What is ordered is what was chosen: nothing is put in its place here.
    let priced = price_as_chosen(view, cart, choice(&fields, view.now));
    if !priced.is_for_sale() {
        return Judged::CartFirst;
    }
    let again = |faults, said| Judged::Again {
        fields: Box::new(fields.clone()),
        faults,
        said,
    };
    if form.get("order").is_none() {
        return again(Vec::new(), None);
    }
    // A field that no person sees was filled in: a robot did it, or a browser that means too well. It comes back empty.
    if is_trapped(form) {
        return again(Vec::new(), Some(Said::TooOld));
    }
    let mut faults = fields.faults(&checkout.settings);
    // The merchant may have reckoned with another method, for the form to be shown with.
    let is_sent = match &priced.totals.chosen_delivery {
        ChosenDelivery::NotNeeded => true,
        ChosenDelivery::Method(method) => method.id == fields.delivery,
        ChosenDelivery::NotChosen | ChosenDelivery::NotAvailable => false,
    };
    if !is_sent {
        faults.push(Fault {
            field: "delivery".to_owned(),
            rule: Rule::NotChosen,
        });
    }
    if priced.by.is_none() {
        return again(faults, Some(Said::NotPriced));
    }
    let Some(ticket) = ticket else {
        return again(faults, Some(Said::TooOld));
    };
    if ticket.cart != cart.digest() {
        return again(faults, Some(Said::CartChanged));
    }
    let changed = what_changed(form, &priced);
    if !faults.is_empty() || changed.is_some() {
        return again(faults, changed);
    }
    let occasion = Occasion {
        ticket: *ticket,
        shop: view.shop.id,
        generation: generation.manifest.generation,
        locale: view.shop.locale,
        group: view.catalog.group(),
        tax_name: &view.words.tax,
        now: view.now,
    };
    Judged::Order(*ticket, Box::new(order::of(&occasion, &priced, &fields)))
}

/// What is otherwise than the form showed it. Two prices may change and leave the total as it was, and so may the
/// currency.
fn what_changed(form: &Form, priced: &Priced<'_>) -> Option<Said> {
    let totals = &priced.totals;
    let seen = form.get("seen_total").and_then(|text| text.split_once(' '));
    let Some((_, total)) = seen.filter(|(currency, _)| *currency == totals.currency.code()) else {
        return Some(Said::CartChanged);
    };
    match total.parse() {
        Ok(was) if was != totals.total => Some(Said::TotalChanged { was }),
        Ok(_) if form.get("seen_prices") == Some(priced.prices_digest().as_str()) => None,
        _ => Some(Said::CartChanged),
    }
}

/// What is to be known about the prices, unless it is said above the form already.
fn remarks(view: &View<'_>, priced: &Priced<'_>, said: Option<Said>) -> Vec<Remark> {
    let mut remarks = sums::remarks(view, priced);
    remarks.retain(|remark| said != Some(Said::NotPriced) || !remark.is_problem);
    remarks
}

/// The same for a form that is shown: where there are methods and none was chosen, the first is.
pub(crate) fn choice_to_show(fields: &Fields, now: i64) -> Choice<'static> {
    Choice {
        or_first: true,
        ..choice(fields, now)
    }
}

/// What the price of a cart depends on, as far as a form says it.
pub(crate) fn choice(fields: &Fields, now: i64) -> Choice<'static> {
    let to = fields.shipping.to_address();
    Choice {
        destination: Destination {
            country: to.country,
            region: to.region.unwrap_or_default(),
            postcode: to.postcode.unwrap_or_default(),
        },
        delivery: Some(fields.delivery.clone()).filter(|id| !id.is_empty()),
        or_first: false,
        now,
        quoted: None,
    }
}

fn price_as_chosen<'a>(view: &View<'a>, cart: &Cart, choice: Choice<'_>) -> Priced<'a> {
    let choice = Choice {
        quoted: view.ctx.quoted,
        ..choice
    };
    Priced::of(cart, view.generation, view.catalog, view.currency, &choice)
}

/// The cart priced for where it goes, to be shown. Where there are methods and none was chosen, the first is.
fn price<'a>(view: &View<'a>, cart: &Cart, fields: &Fields) -> Priced<'a> {
    price_as_chosen(view, cart, choice_to_show(fields, view.now))
}

fn say(view: &View<'_>, said: Said, total: i64) -> String {
    let words = view.words;
    match said {
        Said::TotalChanged { was } => words
            .total_changed
            .fill(&[&view.amount(was), &view.amount(total)]),
        Said::CartChanged => words.cart_changed_meanwhile.clone(),
        Said::TooOld => words.form_too_old.clone(),
        Said::NotStored => words.order_not_stored.clone(),
        Said::NotKnown => words.order_not_known.clone(),
        Said::NotPayable => words.payment_unavailable.clone(),
        Said::NotPriced => words.prices_unknown.clone(),
    }
}

/// What is wrong with a form, above it; `label` is what a field is called.
pub(super) fn fault_views<'w>(
    view: &View<'_>,
    faults: &[Fault],
    label: impl Fn(&str) -> &'w str,
) -> Vec<FaultView> {
    let one = |fault: &Fault| FaultView {
        field: fault.field.clone(),
        text: format!("{}: {}", label(&fault.field), explain(view, &fault.rule)),
    };
    faults.iter().map(one).collect()
}

pub(super) fn explain(view: &View<'_>, rule: &Rule) -> String {
    let words = view.words;
    match rule {
        Rule::Missing => words.fault_missing.clone(),
        Rule::NotMail => words.fault_mail.clone(),
        Rule::NotPhone => words.fault_phone.clone(),
        Rule::NotPostcode(example) => words.fault_postcode.fill(&[example]),
        Rule::NotChosen => words.fault_not_chosen.clone(),
        Rule::NotAccepted => words.fault_not_accepted.clone(),
        Rule::TooLong => words.fault_too_long.clone(),
    }
}

/// What a field is called.
fn label<'w>(view: &View<'_>, field: &str) -> &'w str {
    let words = view.words;
    let bare = field
        .strip_prefix("shipping_")
        .or_else(|| field.strip_prefix("billing_"))
        .unwrap_or(field);
    match bare {
        "email" => &words.field_email,
        "phone" => &words.field_phone,
        "vat_id" => &words.field_vat_id,
        "name" => &words.field_name,
        "company" => &words.field_company,
        "line1" => &words.field_line1,
        "line2" => &words.field_line2,
        "postcode" => &words.field_postcode,
        "city" => &words.field_city,
        "region" => &words.field_region,
        "country" => &words.field_country,
        "delivery" => &words.delivery,
        "payment" => &words.payment,
        _ => &words.terms,
    }
}

type Faults<'f> = BTreeMap<&'f str, String>;

fn contact(view: &View<'_>, fields: &Fields, faults: &Faults<'_>) -> Vec<FieldView> {
    let of = |name: &str, value: &str, kind, autocomplete: &str, required| FieldView {
        name: name.to_owned(),
        label: label(view, name).to_owned(),
        value: value.to_owned(),
        kind,
        autocomplete: autocomplete.to_owned(),
        required,
        fault: faults.get(name).cloned(),
        is_short: false,
    };
    vec![
        of("email", &fields.email, "email", "email", true),
        of("phone", &fields.phone, "tel", "tel", false),
    ]
}

fn address(
    view: &View<'_>,
    prefix: &str,
    fields: &AddressFields,
    faults: &Faults<'_>,
) -> Vec<FieldView> {
    let format = Format::of(&fields.country);
    let of = |bare: &str, value: &str, token: &str, required: bool, is_short: bool| {
        let name = format!("{prefix}_{bare}");
        FieldView {
            label: label(view, &name).to_owned(),
            value: value.to_owned(),
            kind: "text",
            autocomplete: format!("{prefix} {token}"),
            required,
            fault: faults.get(name.as_str()).cloned(),
            is_short,
            name,
        }
    };
    let mut views = vec![
        of("name", &fields.name, "name", true, false),
        of("company", &fields.company, "organization", false, false),
        of("line1", &fields.line1, "address-line1", true, false),
        of("line2", &fields.line2, "address-line2", false, false),
    ];
    let postcode = of("postcode", &fields.postcode, "postal-code", true, true);
    let city = of("city", &fields.city, "address-level2", true, true);
    match (format.postcode, format.postcode_first) {
        (Postcode::None, _) => views.push(city),
        (_, true) => views.extend([postcode, city]),
        (_, false) => views.extend([city, postcode]),
    }
    if format.has_region {
        views.push(of("region", &fields.region, "address-level1", true, false));
    }
    views
}

fn countries(view: &View<'_>, settings: &Settings, chosen: &str) -> Vec<Country> {
    let one = |code: &String| Country {
        name: super::countries::name(view.locale.language(), code).to_owned(),
        chosen: code == chosen,
        code: code.clone(),
    };
    let mut countries: Vec<_> = settings.countries.iter().map(one).collect();
    countries.sort_by(|a, b| a.name.cmp(&b.name));
    countries
}

fn deliveries(view: &View<'_>, priced: &Priced<'_>) -> Vec<Delivery> {
    let chosen = match &priced.totals.chosen_delivery {
        ChosenDelivery::Method(method) => method.id.as_str(),
        _ => "",
    };
    let one = |option: &DeliveryOption| Delivery {
        id: option.id.clone(),
        name: option.name.clone(),
        description: option.description.clone(),
        price: sums::price(view, option.price),
        locations: option
            .locations
            .iter()
            .map(|location| Collecting {
                place: format!("{}, {}", location.name, location.address),
                lacks: places::lacking(view, priced, location),
            })
            .collect(),
        chosen: option.id == chosen,
    };
    priced.totals.delivery_options.iter().map(one).collect()
}

fn methods(view: &View<'_>, settings: &Settings, fields: &Fields) -> Vec<MethodView> {
    let words = view.words;
    let is_alone = settings.methods.len() == 1;
    let one = |method: &Method| {
        let (label, help): (&str, &str) = match method {
            Method::Invoice => (&words.pay_by_invoice, &words.pay_by_invoice_help),
            Method::CashOnDelivery => (&words.pay_on_delivery, &words.pay_on_delivery_help),
            Method::Stripe => (&words.pay_by_card, &words.pay_by_card_help),
            Method::Handoff => ("", ""),
        };
        MethodView {
            name: method.name(),
            label,
            help,
            chosen: is_alone || fields.payment == method.name(),
        }
    };
    settings.methods.iter().map(one).collect()
}

fn page_link<'a>(view: &View<'a>, slug: Option<&str>) -> Option<Link<'a>> {
    use frontage_shared::snapshot::routes::RouteKind;
    let target = view.catalog.route(RouteKind::Page, slug?)?;
    let page = view.catalog.page(target.row)?;
    Some(view.link(page.title(), &Route::content(page.slug())))
}

fn bought(view: &View<'_>, priced: &Priced<'_>) -> Vec<Bought> {
    let lines = priced.lines.iter();
    lines
        .map(|line| Bought {
            name: line.product.name().to_owned(),
            variant: line.variant_name(),
            quantity: view.locale.number(line.item.quantity.into()).to_string(),
            sum: view.amount(line.total.subtotal).to_string(),
        })
        .collect()
}
