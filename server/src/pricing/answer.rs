//! What the merchant answers, read strictly: nothing is guessed, rounded or left out. An answer with one fault is none.

use frontage_shared::model::money::{Money, MoneyError};
use frontage_shared::totals::{
    ChosenDelivery, DeliveryOption, Discount, LineTotal, Rate, TaxTotal, Totals,
};
use serde::Deserialize;

use super::question::Question;
use super::quote::{Quote, QuotedLine, RefusedCode};

/// Most characters of an id, and of a sentence.
const MOST_ID_CHARS: usize = 200;
const MOST_TEXT_CHARS: usize = 300;
/// Most entries of a list whose length the question does not say.
const MOST_ENTRIES: usize = 50;
/// Characters of a wrong value that are repeated.
const MOST_TOLD_CHARS: usize = 60;
/// Characters that are repeated of what the library says, which may have a wrong value in it.
const MOST_SAID_CHARS: usize = 160;

/// Why an answer is none.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It is not such a JSON document.
    #[error("the answer is not a quote: {said}, at line {line} column {column}")]
    Json {
        /// What the library says.
        said: String,
        /// Where it says it, from 1.
        line: usize,
        /// Likewise.
        column: usize,
    },
    /// It has an amount that is none.
    #[error("{place} is not an amount: {source}")]
    Amount {
        /// A JSON pointer.
        place: String,
        /// What is wrong with it.
        source: MoneyError,
    },
    /// A value breaks a rule.
    #[error("{place} {rule}, got `{got}`")]
    Rule {
        /// A JSON pointer.
        place: String,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        got: String,
    },
    /// Amounts do not add up.
    #[error("{place} must be {wanted}, which is {what}, got `{got}`")]
    Sum {
        /// A JSON pointer.
        place: String,
        /// What it is the sum of.
        what: &'static str,
        /// What it must be.
        wanted: String,
        /// What it is.
        got: String,
    },
    /// The sums are too large to be counted.
    #[error("the answer comes to more than can be counted")]
    TooLarge,
}

/// The answer on the wire: `schemas/quote.schema.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    currency: String,
    lines: Vec<WireLine>,
    #[serde(default)]
    discounts: Vec<WireDiscount>,
    delivery_methods: Option<Vec<WireMethod>>,
    delivery_method: Option<String>,
    #[serde(default)]
    taxes: Vec<WireTax>,
    prices_include_tax: Option<bool>,
    total: String,
    #[serde(default)]
    messages: Vec<String>,
    #[serde(default)]
    refused_coupons: Vec<WireCoupon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLine {
    variant_id: String,
    unit_price: String,
    discount: Option<String>,
    total: String,
    tax_rate: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDiscount {
    rule: String,
    name: String,
    code: Option<String>,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMethod {
    id: String,
    name: Option<String>,
    description: Option<String>,
    price: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireTax {
    rate: String,
    net: String,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireCoupon {
    code: String,
    reason: String,
}

/// Reads the answer to a question.
///
/// # Errors
/// It is not a whole and sound answer to this question.
pub(crate) fn read(question: &Question, body: &[u8]) -> Result<Quote, AnswerError> {
    let wire: Wire = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let check = Check { question };
    if wire.currency != question.currency.code() {
        let rule = "must be the currency that was asked for";
        return Err(broken("/currency", rule, &wire.currency));
    }
    let (lines, line_totals) = check.lines(&wire.lines)?;
    let discounts = check.discounts(&wire.discounts)?;
    let (delivery_options, chosen_delivery) =
        check.delivery(wire.delivery_methods, wire.delivery_method)?;
    let delivery = match &chosen_delivery {
        ChosenDelivery::Method(method) => method.price,
        _ => 0,
    };
    let subtotal = sum(line_totals.iter().map(|line| line.subtotal))?;
    let discount = sum(line_totals.iter().map(|line| line.discount))?;
    let told = sum(discounts.iter().map(|discount| discount.amount))?;
    check.equal(
        "/discounts",
        "the sum of the lines' discounts",
        discount,
        told,
    )?;
    let prices_include_tax = wire
        .prices_include_tax
        .unwrap_or(question.prices_include_tax);
    let goods = sum([subtotal - discount, delivery])?;
    let taxes = check.taxes(&wire.taxes, prices_include_tax, goods)?;
    let tax = sum(taxes.iter().map(|tax| tax.tax))?;
    let wanted = match prices_include_tax {
        true => goods,
        false => sum([goods, tax])?,
    };
    let total = check.amount("/total", &wire.total)?;
    let what = match prices_include_tax {
        true => "the sum of the lines' totals and the delivery",
        false => "the sum of the lines' totals, the delivery and the taxes",
    };
    check.equal("/total", what, wanted, total)?;
    Ok(Quote {
        lines,
        totals: Totals {
            currency: question.currency,
            lines: line_totals,
            discounts,
            refused_coupons: Vec::new(),
            delivery_options,
            chosen_delivery,
            taxes,
            prices_include_tax,
            subtotal,
            discount,
            delivery,
            tax,
            total,
        },
        messages: check.messages(&wire.messages)?,
        refused_codes: check.refused_codes(&wire.refused_coupons)?,
    })
}

struct Check<'q> {
    question: &'q Question,
}

impl Check<'_> {
    /// Every line that was asked for, once, in the order of the question.
    fn lines(&self, wire: &[WireLine]) -> Result<(Vec<QuotedLine>, Vec<LineTotal>), AnswerError> {
        let asked = &self.question.lines;
        let mut found = vec![None; asked.len()];
        for (number, line) in wire.iter().enumerate() {
            let at = |field: &str| format!("/lines/{number}/{field}");
            let known = asked
                .iter()
                .position(|asked| asked.variant == line.variant_id);
            let slot = known.and_then(|known| Some((asked.get(known)?, found.get_mut(known)?)));
            let Some((asked, slot)) = slot else {
                let rule = "must be a line of the cart";
                return Err(broken(at("variant_id"), rule, &line.variant_id));
            };
            if slot.is_some() {
                let rule = "must not be priced twice";
                return Err(broken(at("variant_id"), rule, &line.variant_id));
            }
            let unit_price = self.amount(at("unit_price"), &line.unit_price)?;
            let subtotal = unit_price
                .checked_mul(asked.quantity.into())
                .ok_or(AnswerError::TooLarge)?;
            let discount = match &line.discount {
                Some(text) => self.amount(at("discount"), text)?,
                None => 0,
            };
            if discount > subtotal {
                let rule = "must not be more than quantity times unit price";
                return Err(broken(at("discount"), rule, &self.decimal(discount)));
            }
            let total = self.amount(at("total"), &line.total)?;
            let what = "quantity times unit price less discount";
            self.equal(at("total"), what, subtotal - discount, total)?;
            let total = LineTotal {
                subtotal,
                discount,
                total,
                tax_rate: match &line.tax_rate {
                    Some(text) => Some(rate(at("tax_rate"), text)?),
                    None => None,
                },
                tax: 0,
            };
            let quoted = QuotedLine {
                variant: asked.variant.clone(),
                quantity: asked.quantity,
                unit_price,
            };
            *slot = Some((quoted, total));
        }
        if let Some(missing) = found.iter().position(Option::is_none) {
            let variant = asked.get(missing).map_or("", |asked| &asked.variant);
            let rule = "must have a price for each line of the cart";
            return Err(broken("/lines", rule, &format!("none for {variant}")));
        }
        Ok(found.into_iter().flatten().unzip())
    }

    fn discounts(&self, wire: &[WireDiscount]) -> Result<Vec<Discount>, AnswerError> {
        few("/discounts", wire)?;
        let one = |(number, discount): (usize, &WireDiscount)| {
            let at = |field: &str| format!("/discounts/{number}/{field}");
            if let Some(code) = &discount.code {
                self.code(at("code"), code)?;
            }
            Ok(Discount {
                promotion: text(at("rule"), &discount.rule, MOST_ID_CHARS)?,
                name: text(at("name"), &discount.name, MOST_TEXT_CHARS)?,
                coupon: discount.code.clone(),
                amount: self.amount(at("amount"), &discount.amount)?,
                on_delivery: false,
            })
        };
        wire.iter().enumerate().map(one).collect()
    }

    /// The methods on offer, the merchant's or else the catalog's, and which of them is reckoned with.
    fn delivery(
        &self,
        wire: Option<Vec<WireMethod>>,
        reckoned: Option<String>,
    ) -> Result<(Vec<DeliveryOption>, ChosenDelivery), AnswerError> {
        let options = match wire {
            None => self.question.delivery_methods.clone(),
            Some(wire) => self.methods(&wire)?,
        };
        let wanted = self.question.delivery_method.as_ref();
        let offered = |id: &String| options.iter().find(|option| option.id == *id);
        let found = wanted.and_then(offered);
        let place = "/delivery_method";
        let chosen = match (found, reckoned) {
            // What was asked for is not exchanged.
            (Some(option), Some(id)) if option.id != id => {
                return Err(broken(place, "must be the method that was asked for", &id));
            }
            (Some(option), _) => ChosenDelivery::Method(option.clone()),
            (None, Some(id)) if !self.question.may_choose_delivery => {
                return Err(broken(place, "must not be chosen for this question", &id));
            }
            (None, Some(id)) => match offered(&id) {
                Some(option) => ChosenDelivery::Method(option.clone()),
                None => return Err(broken(place, "must be a method that is on offer", &id)),
            },
            (None, None) if options.is_empty() && !self.question.is_sent => {
                ChosenDelivery::NotNeeded
            }
            (None, None) if wanted.is_some() => ChosenDelivery::NotAvailable,
            (None, None) => ChosenDelivery::NotChosen,
        };
        Ok((options, chosen))
    }

    fn methods(&self, wire: &[WireMethod]) -> Result<Vec<DeliveryOption>, AnswerError> {
        few("/delivery_methods", wire)?;
        let mut options: Vec<DeliveryOption> = Vec::with_capacity(wire.len());
        for (number, method) in wire.iter().enumerate() {
            let at = |field: &str| format!("/delivery_methods/{number}/{field}");
            let id = text(at("id"), &method.id, MOST_ID_CHARS)?;
            if options.iter().any(|option| option.id == id) {
                return Err(broken(at("id"), "must not be there twice", &id));
            }
            let known = &self.question.delivery_methods;
            let known = known.iter().find(|known| known.id == id);
            let name = match (&method.name, known) {
                (Some(name), _) => text(at("name"), name, MOST_TEXT_CHARS)?,
                (None, Some(known)) => known.name.clone(),
                (None, None) => {
                    let rule = "must be there for a method that the catalog does not have";
                    return Err(broken(at("name"), rule, ""));
                }
            };
            let description = match (&method.description, known) {
                (Some(said), _) => text(at("description"), said, MOST_TEXT_CHARS)?,
                (None, known) => known
                    .map(|known| known.description.clone())
                    .unwrap_or_default(),
            };
            let price = self.amount(at("price"), &method.price)?;
            options.push(DeliveryOption {
                id,
                name,
                description,
                price,
                full_price: price,
                locations: known
                    .map(|known| known.locations.clone())
                    .unwrap_or_default(),
            });
        }
        Ok(options)
    }

    /// The taxes, the highest rate first. What is taxed is never more than what is paid.
    fn taxes(
        &self,
        wire: &[WireTax],
        is_included: bool,
        goods: i64,
    ) -> Result<Vec<TaxTotal>, AnswerError> {
        few("/taxes", wire)?;
        let mut taxes: Vec<TaxTotal> = Vec::with_capacity(wire.len());
        for (number, tax) in wire.iter().enumerate() {
            let at = |field: &str| format!("/taxes/{number}/{field}");
            let rate = rate(at("rate"), &tax.rate)?;
            if taxes.iter().any(|known| known.rate == rate) {
                return Err(broken(at("rate"), "must not be there twice", &tax.rate));
            }
            taxes.push(TaxTotal {
                rate,
                net: self.amount(at("net"), &tax.net)?,
                tax: self.amount(at("amount"), &tax.amount)?,
            });
        }
        let net = sum(taxes.iter().map(|tax| tax.net))?;
        let tax = sum(taxes.iter().map(|tax| tax.tax))?;
        let taxed = match is_included {
            true => sum([net, tax])?,
            false => net,
        };
        if taxed > goods {
            let rule = "must not tax more than lines and delivery come to";
            return Err(broken("/taxes", rule, &self.decimal(taxed)));
        }
        taxes.sort_by_key(|tax| std::cmp::Reverse(tax.rate));
        Ok(taxes)
    }

    fn messages(&self, wire: &[String]) -> Result<Vec<String>, AnswerError> {
        few("/messages", wire)?;
        let one = |(number, message): (usize, &String)| {
            text(format!("/messages/{number}"), message, MOST_TEXT_CHARS)
        };
        wire.iter().enumerate().map(one).collect()
    }

    fn refused_codes(&self, wire: &[WireCoupon]) -> Result<Vec<RefusedCode>, AnswerError> {
        few("/refused_coupons", wire)?;
        let one = |(number, coupon): (usize, &WireCoupon)| {
            let at = |field: &str| format!("/refused_coupons/{number}/{field}");
            self.code(at("code"), &coupon.code)?;
            Ok(RefusedCode {
                code: coupon.code.clone(),
                reason: text(at("reason"), &coupon.reason, MOST_TEXT_CHARS)?,
            })
        };
        wire.iter().enumerate().map(one).collect()
    }

    /// A code must be one that the shopper gave.
    fn code(&self, place: String, code: &str) -> Result<(), AnswerError> {
        let mut given = self.question.coupons.iter();
        match given.any(|known| known.trim().to_lowercase() == code.trim().to_lowercase()) {
            true => Ok(()),
            false => Err(broken(place, "must be a code of the cart", code)),
        }
    }

    /// An amount in the currency of the question; none is below zero.
    fn amount(&self, place: impl Into<String>, text: &str) -> Result<i64, AnswerError> {
        let money = Money::parse_decimal(text, self.question.currency);
        money
            .map(|money| money.minor)
            .map_err(|source| AnswerError::Amount {
                place: place.into(),
                source: short(source),
            })
    }

    fn equal(
        &self,
        place: impl Into<String>,
        what: &'static str,
        wanted: i64,
        got: i64,
    ) -> Result<(), AnswerError> {
        if wanted == got {
            return Ok(());
        }
        Err(AnswerError::Sum {
            place: place.into(),
            what,
            wanted: self.decimal(wanted),
            got: self.decimal(got),
        })
    }

    fn decimal(&self, minor: i64) -> String {
        let currency = self.question.currency;
        Money { minor, currency }.to_string()
    }
}

fn broken(place: impl Into<String>, rule: &'static str, got: &str) -> AnswerError {
    AnswerError::Rule {
        place: place.into(),
        rule,
        got: cut(got, MOST_TOLD_CHARS),
    }
}

/// The beginning of a text that was sent, in one line: whoever reads the log learns enough from it.
fn cut(text: &str, most: usize) -> String {
    let mut plain = text.chars().filter(|letter| !letter.is_control());
    let mut told: String = plain.by_ref().take(most).collect();
    if plain.next().is_some() {
        told.push('…');
    }
    told
}

fn not_json(error: &serde_json::Error) -> AnswerError {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let place = format!(" at line {line} column {column}");
    AnswerError::Json {
        said: cut(said.strip_suffix(&place).unwrap_or(&said), MOST_SAID_CHARS),
        line,
        column,
    }
}

/// The same with no more of the amount than is told of other wrong values.
fn short(error: MoneyError) -> MoneyError {
    let cut = |text: String| cut(&text, MOST_TOLD_CHARS);
    match error {
        MoneyError::UnknownCurrency(text) => MoneyError::UnknownCurrency(cut(text)),
        MoneyError::NotADecimal(text) => MoneyError::NotADecimal(cut(text)),
        MoneyError::TooLarge(text) => MoneyError::TooLarge(cut(text)),
        MoneyError::TooPrecise {
            text,
            currency,
            exponent,
        } => MoneyError::TooPrecise {
            text: cut(text),
            currency,
            exponent,
        },
    }
}

fn few<T>(place: &'static str, list: &[T]) -> Result<(), AnswerError> {
    match list.len() {
        ..=MOST_ENTRIES => Ok(()),
        many => Err(broken(
            place,
            "must have at most 50 entries",
            &many.to_string(),
        )),
    }
}

/// A text of one line that shoppers may read.
fn text(place: String, text: &str, most: usize) -> Result<String, AnswerError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        let rule = match most {
            MOST_ID_CHARS => "must be 1 to 200 characters without line ends",
            _ => "must be 1 to 300 characters without line ends",
        };
        return Err(broken(place, rule, text));
    }
    Ok(text.to_owned())
}

fn rate(place: String, text: &str) -> Result<Rate, AnswerError> {
    let rule = "must be per cent such as 19 or 5.5";
    Rate::parse(text).ok_or_else(|| broken(place, rule, text))
}

fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, AnswerError> {
    let mut amounts = amounts.into_iter();
    let sum = amounts.try_fold(0_i64, |sum, amount| sum.checked_add(amount));
    sum.ok_or(AnswerError::TooLarge)
}
