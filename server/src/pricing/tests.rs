//! What an answer must be: sound ones are taken whole, and one with any fault is none.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use frontage_shared::model::money::{Currency, Money};
use frontage_shared::totals::{ChosenDelivery, DeliveryOption};
use futures_util::future::join_all;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::answer::{self, AnswerError};
use super::question::{Asked, Question};
use super::quote::Quote;
use super::{ClientError, Pricing, PricingError, PricingSettings};
use crate::exposition::Exposition;
use crate::metrics::{Metrics, PRICING};

fn question(currency: &str, quantities: &[u32], delivery: Option<&str>) -> Question {
    let lines = quantities.iter().enumerate();
    let lines = lines.map(|(number, &quantity)| Asked {
        variant: format!("v{number}"),
        quantity,
    });
    let method = |id: &str| DeliveryOption {
        id: id.to_owned(),
        name: format!("By {id}"),
        description: "soon".to_owned(),
        price: 490,
        full_price: 490,
        locations: Vec::new(),
    };
    Question {
        body: Default::default(),
        key: blake3::hash(b""),
        currency: Currency::parse(currency).unwrap(),
        lines: lines.collect(),
        coupons: vec![" Euro".to_owned()],
        delivery_methods: vec![method("post"), method("van")],
        delivery_method: delivery.map(str::to_owned),
        may_choose_delivery: false,
        is_sent: true,
        prices_include_tax: true,
    }
}

fn read(question: &Question, answer: &Value) -> Result<Quote, String> {
    answer::read(question, answer.to_string().as_bytes()).map_err(|error| error.to_string())
}

/// Two lines, a discount, a method of the merchant's, taxes within.
fn good() -> Value {
    json!({
        "currency": "EUR",
        "lines": [
            {"variant_id": "v1", "unit_price": "2.50", "total": "7.50", "tax_rate": "7"},
            {"variant_id": "v0", "unit_price": "10.00", "discount": "1.00", "total": "19.00", "tax_rate": "19"},
        ],
        "discounts": [{"rule": "r", "name": "A euro", "code": "EURO", "amount": "1.00"}],
        "delivery_methods": [{"id": "van", "price": "3.00"}, {"id": "bike", "name": "Bike", "price": "0"}],
        "taxes": [{"rate": "7", "net": "7.01", "amount": "0.49"}, {"rate": "19", "net": "18.49", "amount": "3.51"}],
        "total": "29.50",
        "messages": ["Until Friday."],
        "refused_coupons": [{"code": "euro", "reason": "Once is enough."}],
    })
}

#[test]
fn a_sound_answer_is_taken_whole() {
    let quote = read(&question("EUR", &[2, 3], Some("van")), &good()).unwrap();
    let prices: Vec<_> = quote.lines.iter().map(|line| line.unit_price).collect();
    assert_eq!(prices, [1_000, 250], "in the order of the cart");
    let totals = &quote.totals;
    assert_eq!(
        (
            totals.subtotal,
            totals.discount,
            totals.delivery,
            totals.tax,
            totals.total
        ),
        (2_750, 100, 300, 400, 2_950)
    );
    assert_eq!(totals.lines[0].discount, 100);
    assert_eq!(
        totals.taxes[0].rate.to_string(),
        "19",
        "the highest rate first"
    );
    let ChosenDelivery::Method(van) = &totals.chosen_delivery else {
        panic!("{totals:?}");
    };
    assert_eq!(
        (van.name.as_str(), van.description.as_str()),
        ("By van", "soon")
    );
    assert_eq!(quote.messages, ["Until Friday."]);
    assert_eq!(quote.refused_codes[0].reason, "Once is enough.");
    // Without methods of its own, the catalog's count, at the catalog's prices.
    let mut plain = good();
    plain.as_object_mut().unwrap().remove("delivery_methods");
    plain["total"] = json!("31.40");
    let quote = read(&question("EUR", &[2, 3], Some("post")), &plain).unwrap();
    assert_eq!(quote.totals.delivery, 490);
    assert_eq!(quote.totals.delivery_options.len(), 2);
}

#[test]
fn the_documented_answer_is_one() {
    let body = include_bytes!("../../../schemas/examples/pricing/quote.json");
    let quote = answer::read(&question("EUR", &[2, 3], Some("van")), body).unwrap();
    assert_eq!(quote.totals.total, 2_950);
}

/// Where an answer is changed, to what, and what is said of it.
const FAULTS: &str = r#"
/currency | "USD" | /currency must be the currency that was asked for, got `USD`
/total | "29.51" | /total must be 29.50
/total | 29.5 | expected a string
/total | "-29.50" | /total is not an amount
/total | "29.505" | more decimals
/total | "99999999999999999999" | too large
/lines/0/total | "7.49" | /lines/0/total must be 7.50
/lines/0/unit_price | "2.505" | /lines/0/unit_price is not an amount
/lines/0/unit_price | "-2.50" | /lines/0/unit_price is not an amount
/lines/0/unit_price | "92233720368547758.07" | more than can be counted
/lines/0/variant_id | "v9" | /lines/0/variant_id must be a line of the cart, got `v9`
/lines/1/variant_id | "v1" | /lines/1/variant_id must not be priced twice
/lines/1 | null | invalid type: null
/lines/1/discount | "20.01" | /lines/1/discount must not be more
/lines/1/discount | "2.00" | /lines/1/total must be 18.00
/lines/0/tax_rate | "101" | /lines/0/tax_rate must be per cent
/lines | [] | /lines must have a price for each line of the cart, got `none for v0`
/discounts/0/amount | "2.00" | /discounts must be 1.00
/discounts/0/code | "OTHER" | /discounts/0/code must be a code of the cart
/discounts/0/name | "" | /discounts/0/name must be 1 to 300
/discounts/0/rule | "a\nb" | /discounts/0/rule must be 1 to 200
/delivery_methods/0/price | "3.10" | /total must be 29.60
/delivery_methods/1/id | "van" | /delivery_methods/1/id must not be there twice
/delivery_methods/1/name | null | /delivery_methods/1/name must be there
/taxes/0/rate | "19" | /taxes/1/rate must not be there twice
/taxes/0/amount | "0.495" | /taxes/0/amount is not an amount
/taxes/0/net | "17.02" | /taxes must not tax more
/prices_include_tax | false | /total must be 33.50
/refused_coupons/0/code | "X" | /refused_coupons/0/code must be a code
"#;

#[test]
fn every_fault_is_told_with_its_place() {
    let question = question("EUR", &[2, 3], Some("van"));
    let table = FAULTS.lines().filter(|line| !line.is_empty());
    let cases = table.map(|line| {
        let mut cells = line.splitn(3, " | ");
        let mut cell = || cells.next().expect("three cells");
        let (place, value, told) = (cell(), cell(), cell());
        (place, serde_json::from_str(value).expect(line), told)
    });
    let too_much = [
        (
            "/messages/0",
            json!("x".repeat(301)),
            "/messages/0 must be 1 to 300",
        ),
        (
            "/messages",
            json!(vec!["x"; 51]),
            "/messages must have at most 50 entries",
        ),
    ];
    for (place, value, told) in cases.chain(too_much) {
        let mut answer = good();
        *answer.pointer_mut(place).unwrap_or(&mut Value::Null) = value.clone();
        if answer.pointer(place).is_none() {
            answer[&place[1..]] = value;
        }
        let error = read(&question, &answer).expect_err(place);
        assert!(error.contains(told), "{place}: {error}");
    }
    let mut more = good();
    more["discont"] = json!("1.00");
    let error = read(&question, &more).unwrap_err();
    assert!(error.contains("unknown field `discont`"), "{error}");
    for text in [
        "",
        "null",
        "[]",
        "<html>maintenance</html>",
        "{\"currency\":\"EUR\"}",
    ] {
        answer::read(&question, text.as_bytes()).expect_err(text);
    }
}

/// A cart and a sound answer to it.
#[derive(Clone, Debug)]
struct Case {
    question: Question,
    answer: Value,
}

fn cases() -> impl Strategy<Value = Case> {
    let line = (1_u32..=999, 0_i64..1_000_000, 0_i64..=100);
    let currency = prop_oneof![Just("EUR"), Just("JPY"), Just("KWD")];
    let freight = proptest::option::of(0_i64..100_000);
    (currency, vec(line, 1..12), freight, any::<bool>()).prop_map(
        |(currency, lines, freight, is_included)| {
            let quantities: Vec<u32> = lines.iter().map(|line| line.0).collect();
            let question = question(currency, &quantities, freight.map(|_| "van"));
            let decimal = |minor: i64| {
                let currency = question.currency;
                Money { minor, currency }.to_string()
            };
            let (mut goods, mut off) = (0, 0);
            let mut told = Vec::new();
            for (number, (quantity, unit, percent)) in lines.iter().enumerate() {
                let subtotal = unit * i64::from(*quantity);
                let discount = subtotal * percent / 100;
                goods += subtotal - discount;
                off += discount;
                told.push(json!({
                    "variant_id": format!("v{number}"), "unit_price": decimal(*unit),
                    "discount": decimal(discount), "total": decimal(subtotal - discount),
                }));
            }
            let sum = goods + freight.unwrap_or(0);
            let tax = sum / 10;
            let (net, total) = match is_included {
                true => (sum - tax, sum),
                false => (sum, sum + tax),
            };
            let answer = json!({
                "currency": currency, "lines": told, "prices_include_tax": is_included,
                "discounts": [{"rule": "r", "name": "Less", "amount": decimal(off)}],
                "delivery_methods": [{"id": "van", "price": decimal(freight.unwrap_or(7))}],
                "taxes": [{"rate": "10", "net": decimal(net), "amount": decimal(tax)}],
                "total": decimal(total),
            });
            Case { question, answer }
        },
    )
}

/// The places of all amounts that a sum depends on.
fn amounts(answer: &Value, is_sent: bool) -> Vec<String> {
    let lines = answer["lines"].as_array().unwrap().len();
    let mut places = vec!["/total".to_owned(), "/discounts/0/amount".to_owned()];
    for number in 0..lines {
        for field in ["unit_price", "discount", "total"] {
            places.push(format!("/lines/{number}/{field}"));
        }
    }
    if is_sent {
        places.push("/delivery_methods/0/price".to_owned());
    }
    if answer["prices_include_tax"] == false {
        places.push("/taxes/0/amount".to_owned());
    }
    places
}

fn adds_up(quote: &Quote) -> Result<(), TestCaseError> {
    let totals = &quote.totals;
    let on_top = if totals.prices_include_tax {
        0
    } else {
        totals.tax
    };
    prop_assert_eq!(
        totals.total,
        totals.subtotal - totals.discount + totals.delivery + on_top
    );
    let sum = |of: &dyn Fn(&frontage_shared::totals::LineTotal) -> i64| {
        totals.lines.iter().map(of).sum::<i64>()
    };
    prop_assert_eq!(totals.subtotal, sum(&|line| line.subtotal));
    prop_assert_eq!(totals.discount, sum(&|line| line.discount));
    prop_assert_eq!(
        totals.discount,
        totals.discounts.iter().map(|one| one.amount).sum::<i64>()
    );
    let all = [
        totals.subtotal,
        totals.discount,
        totals.delivery,
        totals.tax,
        totals.total,
    ];
    prop_assert!(all.iter().all(|amount| *amount >= 0));
    for line in &totals.lines {
        prop_assert!(line.discount >= 0 && line.total >= 0);
        prop_assert_eq!(line.total, line.subtotal - line.discount);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn sound_answers_add_up_in_every_currency(case in cases()) {
        let quote = read(&case.question, &case.answer).map_err(TestCaseError::fail)?;
        adds_up(&quote)?;
        let asked = case.question.lines.iter().map(|line| line.variant.as_str());
        let told = quote.lines.iter().map(|line| line.variant.as_str());
        prop_assert!(asked.eq(told));
    }

    #[test]
    fn one_amount_that_is_off_by_one_is_refused(case in cases(), pick in any::<prop::sample::Index>(), up in any::<bool>()) {
        let places = amounts(&case.answer, case.question.delivery_method.is_some());
        let place = &places[pick.index(places.len())];
        let mut answer = case.answer.clone();
        let amount = answer.pointer_mut(place).unwrap();
        let money = Money::parse_decimal(amount.as_str().unwrap(), case.question.currency).unwrap();
        let minor = if up { money.minor + 1 } else { money.minor - 1 };
        *amount = json!(Money { minor, ..money }.to_string());
        prop_assert!(read(&case.question, &answer).is_err(), "{} in {}", place, answer);
    }

    #[test]
    fn whatever_is_taken_adds_up(case in cases(), pick in any::<prop::sample::Index>(), value in "-?[0-9]{1,20}(\\.[0-9]{0,4})?|[a-z]*") {
        let places = amounts(&case.answer, true);
        let mut answer = case.answer.clone();
        *answer.pointer_mut(&places[pick.index(places.len())]).unwrap() = json!(value);
        if let Ok(quote) = read(&case.question, &answer) {
            adds_up(&quote)?;
        }
    }

    #[test]
    fn no_bytes_are_too_much(bytes in vec(any::<u8>(), 0..400)) {
        let question = question("EUR", &[1], None);
        prop_assert!(answer::read(&question, &bytes).is_err());
    }
}

/// Where a long text is put, and what must still be told of it.
const LONG: [(&str, &str); 8] = [
    ("/currency", "must be the currency"),
    ("/total", "is not a decimal amount"),
    ("/lines/0/unit_price", "is not a decimal amount"),
    ("/lines/0/variant_id", "must be a line of the cart"),
    ("/lines/0", "invalid type"),
    ("/taxes", "invalid type"),
    ("/discounts/0/rule", "must be 1 to 200"),
    ("/taxes/0/rate", "must be per cent"),
];

#[test]
fn no_more_than_the_beginning_of_a_wrong_value_is_repeated() {
    let question = question("EUR", &[2, 3], Some("van"));
    let long = "Ännchen von Tharau ".repeat(10_000);
    let check = |answer: &Value, told: &str| {
        let error = read(&question, answer).expect_err(told);
        assert!(error.contains(told), "{error}");
        assert!(error.chars().count() < 400, "{told}: {}", error.len());
        assert!(!error.contains(char::is_control), "{error}");
    };
    for (place, told) in LONG {
        let mut answer = good();
        *answer.pointer_mut(place).unwrap() = json!(long);
        check(&answer, told);
    }
    let mut answer = good();
    answer["total"] = json!(format!("1.{}", "0".repeat(100_000)));
    check(&answer, "more decimals");
    answer["total"] = json!("9".repeat(100_000));
    check(&answer, "too large");
    let mut answer = good();
    answer[&long] = json!(1);
    check(&answer, "unknown field");
    // What stood where is told all the same.
    let error = answer::read(&question, b"{\n\"currency\": 3}").unwrap_err();
    let error = error.to_string();
    assert!(error.ends_with("at line 2 column 13"), "{error}");
}

/// A cart whose delivery was chosen or not, what the answer may do about it, what it says, and what comes of it.
#[test]
fn a_method_is_chosen_by_the_shopper_or_by_whoever_may() {
    let chosen = |wanted: Option<&str>, may, said: Option<&str>, offer: &str| {
        let mut question = question("EUR", &[2, 3], wanted);
        question.may_choose_delivery = may;
        let mut answer = good();
        answer["delivery_methods"] = json!([{"id": offer, "name": "By foot", "price": "3.00"}]);
        answer["delivery_method"] = json!(said);
        if wanted != Some(offer) && (!may || said.is_none()) {
            answer["total"] = json!("26.50");
            answer["taxes"] = json!([]);
        }
        read(&question, &answer).map(|quote| quote.totals.chosen_delivery)
    };
    let is = |chosen: Result<ChosenDelivery, String>, id: &str| match chosen {
        Ok(ChosenDelivery::Method(method)) => assert_eq!(method.id, id),
        other => panic!("{id}: {other:?}"),
    };
    is(chosen(Some("van"), true, None, "van"), "van");
    is(chosen(Some("van"), true, Some("van"), "van"), "van");
    is(chosen(None, true, Some("foot"), "foot"), "foot");
    // What was wanted is not on offer.
    is(chosen(Some("van"), true, Some("foot"), "foot"), "foot");
    assert_eq!(
        chosen(None, true, None, "foot"),
        Ok(ChosenDelivery::NotChosen)
    );
    assert_eq!(
        chosen(Some("van"), true, None, "foot"),
        Ok(ChosenDelivery::NotAvailable)
    );
    for (wanted, may, said, offer, told) in [
        (
            Some("van"),
            true,
            "foot",
            "van",
            "must be the method that was asked for",
        ),
        (None, false, "foot", "foot", "must not be chosen"),
        (
            None,
            true,
            "bike",
            "foot",
            "must be a method that is on offer",
        ),
    ] {
        let error = chosen(wanted, may, Some(said), offer).unwrap_err();
        assert!(
            error.starts_with("/delivery_method") && error.contains(told),
            "{error}"
        );
    }
}

/// An API that answers every question so; gives it and how many it heard.
async fn api(status: u16, answer: String) -> (Pricing, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let settings = PricingSettings {
        url: format!("http://{}/price", listener.local_addr().unwrap()),
        deadline: Duration::from_secs(20),
        keep: Duration::ZERO,
        ..PricingSettings::default()
    };
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (counted, answer) = (Arc::clone(&counted), answer.clone());
            let service = service_fn(move |_: Request<Incoming>| {
                counted.fetch_add(1, Ordering::Relaxed);
                let mut response = Response::new(Full::new(Bytes::from(answer.clone())));
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
                std::future::ready(Ok::<_, Infallible>(response))
            });
            let protocol = hyper::server::conn::http1::Builder::new();
            tokio::spawn(protocol.serve_connection(TokioIo::new(socket), service));
        }
    });
    (Pricing::open(&settings).unwrap(), heard)
}

fn counted(metrics: &Metrics, outcome: &str, times: u64) {
    let mut out = Exposition::default();
    metrics.write(&mut out);
    let line = format!("frontage_pricing_total{{outcome=\"{outcome}\"}} {times}\n");
    let text = out.finish();
    assert!(text.contains(&line), "{line} is not in {text}");
}

#[tokio::test]
async fn those_who_ask_the_same_at_once_ask_together() {
    let (pricing, heard) = api(200, good().to_string()).await;
    let (question, metrics) = (question("EUR", &[2, 3], Some("van")), Metrics::default());
    let ask = || pricing.ask_together(&question, 0, &metrics);
    let outcomes = join_all((0..8).map(|_| ask())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(heard.load(Ordering::Relaxed), 1);
    counted(&metrics, "answered", 1);
    counted(&metrics, "kept", 7);
    // Afterwards it is another moment, and an order is never asked for together with anybody.
    ask().await.unwrap();
    let (shown, ordered) = tokio::join!(ask(), pricing.ask(&question, 0, &metrics));
    assert!(shown.is_ok() && ordered.is_ok());
    assert_eq!(heard.load(Ordering::Relaxed), 4);
    // Another question is another one.
    let other = Question {
        key: blake3::hash(b"other"),
        ..question.clone()
    };
    let both = tokio::join!(ask(), pricing.ask_together(&other, 0, &metrics));
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(heard.load(Ordering::Relaxed), 6);
}

/// Looks once whether something is done.
fn is_waiting(future: Pin<&mut impl Future>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    future.poll(&mut context).is_pending()
}

#[tokio::test]
async fn who_waits_for_somebody_who_goes_away_asks() {
    let (pricing, _) = api(200, good().to_string()).await;
    let (question, metrics) = (question("EUR", &[2, 3], Some("van")), Metrics::default());
    let mut first = Box::pin(pricing.ask_together(&question, 0, &metrics));
    assert!(is_waiting(first.as_mut()));
    let mut second = Box::pin(pricing.ask_together(&question, 0, &metrics));
    assert!(is_waiting(second.as_mut()));
    drop(first);
    second.await.unwrap();
    counted(&metrics, "answered", 1);
    counted(&metrics, "kept", 0);
}

#[tokio::test]
async fn those_who_ask_together_fail_together() {
    let (pricing, heard) = api(500, String::new()).await;
    let (question, metrics) = (question("EUR", &[2, 3], Some("van")), Metrics::default());
    let ask = || pricing.ask_together(&question, 0, &metrics);
    let outcomes = join_all((0..8).map(|_| ask())).await;
    assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
    assert_eq!(heard.load(Ordering::Relaxed), 1);
    counted(&metrics, "status", 8);
}

#[test]
fn every_outcome_is_counted_under_its_name() {
    let errors = [
        PricingError::Resting,
        PricingError::Busy,
        PricingError::Slow(1),
        PricingError::Client(ClientError::Broken {
            host: "prices.example".to_owned(),
            source: "cut".into(),
        }),
        PricingError::Status(500),
        PricingError::Answer(AnswerError::TooLarge),
    ];
    for error in errors {
        assert!(PRICING.contains(&error.outcome()), "{error}");
    }
}
