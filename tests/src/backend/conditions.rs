//! The sales conditions of the ERP: vouchers, campaigns, ways of shipping and the VAT of the countries it sells to.
//!
//! Like its articles they are in words of its own; the demo's mapping makes promotions, delivery methods and taxes of
//! them.

use serde_json::{Value, json};

/// VAT by country: normal and reduced.
const VAT: [(&str, &str, &str); 8] = [
    ("AT", "20", "10"),
    ("BE", "21", "6"),
    ("DE", "19", "7"),
    ("ES", "21", "10"),
    ("FR", "20", "5.5"),
    ("IT", "22", "10"),
    ("NL", "21", "9"),
    ("PL", "23", "8"),
];

/// The merchant's own shops: number, town, street.
pub(super) const BRANCHES: [(&str, &str, &str); 3] = [
    ("B01", "Hamburg", "Lange Reihe 1, 20099 Hamburg"),
    ("B02", "Berlin", "Kastanienallee 40, 10119 Berlin"),
    ("B03", "Munich", "Hans-Sachs-Straße 7, 80469 Munich"),
];

/// All conditions of the export.
pub(super) fn records() -> Vec<Value> {
    let lands: Vec<&str> = VAT.iter().map(|(land, ..)| *land).collect();
    let mut records = vec![
        json!({
            "kind": "VOUCHER", "no": "WELCOME10", "caption": "10 % off your first order",
            "rebatePct": "10", "codes": "WELCOME10", "perCart": 1,
        }),
        json!({
            "kind": "FREIGHT_FREE", "no": "FREE100", "caption": "Free delivery from 100 €",
            "from": "100.00", "ways": ["STD"],
        }),
        json!({
            "kind": "WAY", "no": "STD", "caption": "Standard", "leadTime": "2 to 4 working days",
            "sort": 1, "lands": lands,
            "steps": [{"to": "25.00", "fee": "5.90"}, {"to": "50.00", "fee": "4.90"}, {"to": null, "fee": "3.90"}],
        }),
        json!({
            "kind": "WAY", "no": "EXP", "caption": "Express", "leadTime": "Next working day before noon",
            "sort": 2, "lands": ["AT", "DE"], "steps": [{"to": null, "fee": "14.90"}],
        }),
        json!({
            "kind": "WAY", "no": "PICK", "caption": "Collect in a shop", "leadTime": "Ready within two hours",
            "sort": 3, "lands": ["DE"], "steps": [{"to": null, "fee": "0.00"}],
            "branches": BRANCHES.map(|(no, name, street)| json!({"no": no, "name": name, "street": street})),
        }),
    ];
    records.extend(VAT.map(|(land, normal, reduced)| {
        json!({"kind": "VAT", "no": format!("VAT-{land}"), "land": land, "normal": normal, "reduced": reduced})
    }));
    records
}
