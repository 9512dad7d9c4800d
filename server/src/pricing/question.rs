//! What the merchant is asked: a cart, and what else its price depends on. Nothing in it says who the shopper is.

use bytes::Bytes;
use frontage_shared::model::money::{Currency, Money};
use frontage_shared::totals::{ChosenDelivery, DeliveryOption, Destination};
use serde::Serialize;

use crate::cart::{Cart, Choice, Line, Priced};
use crate::page::View;

/// One question, ready to be sent, and what its answer is held against.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The JSON that is sent.
    pub(crate) body: Bytes,
    /// What tells this question from others.
    pub(crate) key: blake3::Hash,
    /// The currency of all amounts.
    pub(crate) currency: Currency,
    /// What is to be priced.
    pub(crate) lines: Vec<Asked>,
    /// Codes as the shopper wrote them.
    pub(crate) coupons: Vec<String>,
    /// The methods that the catalog offers.
    pub(crate) delivery_methods: Vec<DeliveryOption>,
    /// The method that is to be reckoned with.
    pub(crate) delivery_method: Option<String>,
    /// Whether the merchant may reckon with another method where that one is not on offer, or none was chosen.
    pub(crate) may_choose_delivery: bool,
    /// Whether the catalog has delivery methods at all.
    pub(crate) is_sent: bool,
    /// Whether the catalog's prices hold the tax.
    pub(crate) prices_include_tax: bool,
}

/// A line that is to be priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The variant's id.
    pub(crate) variant: String,
    /// How many.
    pub(crate) quantity: u32,
}

/// The question on the wire: `schemas/cart.schema.json`.
#[derive(Serialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    shop: &'a str,
    locale: &'a str,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_group: Option<&'a str>,
    destination: WireDestination<'a>,
    coupons: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_method: Option<&'a str>,
    may_choose_delivery: bool,
    delivery_methods: Vec<WireMethod<'a>>,
    prices_include_tax: bool,
    lines: Vec<WireLine<'a>>,
}

#[derive(Serialize)]
struct WireDestination<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    country: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    region: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    postcode: &'a str,
}

#[derive(Serialize)]
struct WireMethod<'a> {
    id: &'a str,
    name: &'a str,
    price: String,
}

#[derive(Serialize)]
struct WireLine<'a> {
    product_id: &'a str,
    variant_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    sku: &'a str,
    quantity: u32,
    unit_price: String,
}

impl<'a> WireDestination<'a> {
    fn of(to: &'a Destination) -> Self {
        Self {
            country: &to.country,
            region: &to.region,
            postcode: &to.postcode,
        }
    }
}

impl Asked {
    fn of(line: &Line<'_>) -> Self {
        Self {
            variant: line.variant.id().to_owned(),
            quantity: line.item.quantity,
        }
    }
}

impl Question {
    /// What is asked about a cart; none if nothing in it can be bought.
    pub(crate) fn of(view: &View<'_>, cart: &Cart, choice: &Choice<'_>) -> Option<Self> {
        let choice = Choice {
            quoted: None,
            ..choice.clone()
        };
        let priced = Priced::of(cart, view.generation, view.catalog, view.currency, &choice);
        let bought = priced.lines.iter().filter(|line| line.problem.is_none());
        let bought: Vec<_> = bought.collect();
        if bought.is_empty() {
            return None;
        }
        let totals = &priced.totals;
        let decimal = |minor| {
            let currency = view.currency;
            Money { minor, currency }.to_string()
        };
        // The merchant may offer what the catalog does not know: what a shopper chose is asked for as it is.
        let delivery_method = match (&choice.delivery, &totals.chosen_delivery) {
            (Some(chosen), _) => Some(chosen.clone()),
            (None, ChosenDelivery::Method(first)) => Some(first.id.clone()),
            (None, _) => None,
        };
        let methods = totals.delivery_options.iter().map(|method| WireMethod {
            id: &method.id,
            name: &method.name,
            price: decimal(method.price),
        });
        let lines = bought.iter().map(|line| WireLine {
            product_id: line.product.id(),
            variant_id: line.variant.id(),
            sku: line.variant.sku(),
            quantity: line.item.quantity,
            unit_price: decimal(line.price.unwrap_or_default()),
        });
        let wire = Wire {
            kind: "cart",
            shop: view.shop.id,
            locale: view.shop.locale,
            currency: view.currency.code(),
            customer_group: view.catalog.group(),
            destination: WireDestination::of(&choice.destination),
            coupons: &cart.coupons,
            delivery_method: delivery_method.as_deref(),
            may_choose_delivery: choice.or_first,
            delivery_methods: methods.collect(),
            prices_include_tax: totals.prices_include_tax,
            lines: lines.collect(),
        };
        let body: Bytes = serde_json::to_vec(&wire).ok()?.into();
        Some(Self {
            key: blake3::hash(&body),
            body,
            currency: view.currency,
            lines: bought.iter().map(|line| Asked::of(line)).collect(),
            coupons: cart.coupons.clone(),
            delivery_methods: totals.delivery_options.clone(),
            delivery_method,
            may_choose_delivery: choice.or_first,
            is_sent: totals.chosen_delivery != ChosenDelivery::NotNeeded,
            prices_include_tax: totals.prices_include_tax,
        })
    }
}
