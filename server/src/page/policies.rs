//! The shop's promises as structured data: how goods come back, what bringing them costs, whom to call.
//!
//! The home page tells them of the shop as a whole; a product page what they come to for each offer. There the first
//! offer carries them, and further ones only name them, so that many variants cost few bytes.

use frontage_shared::snapshot::products::Variant;
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::totals::{Basis, DeliveryMethod};

use super::json_ld::Json;
use super::text::plain;
use super::view::View;
use crate::policies::{Policies, Returns};
use crate::route::Route;

/// Most countries that a policy of returns is told for: search engines read no more.
const COUNTRIES: usize = 50;
/// How much of a method's description is repeated.
const DESCRIPTION_CHARS: usize = 200;
/// Most delivery methods told, and most destinations in all of their conditions: of more, the first methods.
const METHODS: usize = 8;
const DESTINATIONS: usize = 200;
/// Most destinations that a product page names. Beyond that it leaves delivery to the home page.
const OFFER_DESTINATIONS: usize = 64;

/// What the home page says of the shop.
pub(super) fn of_shop(view: &View<'_>, store: &mut Json) {
    let Some(policies) = view.ctx.policies else {
        return;
    };
    contact(view, policies, store);
    if is_told(view, &policies.returns) {
        let key = "hasMerchantReturnPolicy";
        store.object(key, "MerchantReturnPolicy", |json| {
            returns(view, &policies.returns, json);
        });
    }
    let services = services(view, policies);
    if !services.is_empty() {
        store.list("hasShippingService", |list| {
            for (method, countries) in services {
                list.item("ShippingService", |json| {
                    service(view, method, &countries, json);
                });
            }
        });
    }
}

/// Who answers, and where.
fn contact(view: &View<'_>, policies: &Policies, store: &mut Json) {
    let telephone = policies.telephone.as_ref();
    let telephone = telephone.map_or("", |telephone| telephone.dialled.as_str());
    if telephone.is_empty() && view.shop.email.is_empty() {
        return;
    }
    store.object("contactPoint", "ContactPoint", |json| {
        json.text("contactType", "customer service");
        json.text("email", view.shop.email);
        json.text("telephone", telephone);
    });
}

/// Whether there is something to tell.
fn is_told(view: &View<'_>, returns: &Returns) -> bool {
    returns.days.is_some() || page_of(view, returns).is_some()
}

/// The content page that says all of it, if the shop has it.
fn page_of(view: &View<'_>, returns: &Returns) -> Option<Route> {
    let slug = returns.page.as_deref()?;
    let target = view.catalog.route(RouteKind::Page, slug)?;
    Some(Route::content(view.catalog.page(target.row)?.slug()))
}

fn returns(view: &View<'_>, returns: &Returns, json: &mut Json) {
    if let Some(page) = page_of(view, returns) {
        json.text("merchantReturnLink", &view.url(&page));
    }
    let Some(days) = returns.days else {
        return;
    };
    json.list("applicableCountry", |list| {
        for country in returns.countries.iter().take(COUNTRIES) {
            list.text_item(country);
        }
    });
    let window = "https://schema.org/MerchantReturnFiniteReturnWindow";
    json.text("returnPolicyCategory", window);
    json.number("merchantReturnDays", days as usize);
    if let Some(fees) = returns.fees {
        json.text("returnFees", fees.schema_org());
    }
    if !returns.ways.is_empty() {
        json.list("returnMethod", |list| {
            for way in &returns.ways {
                list.text_item(way.schema_org());
            }
        });
    }
}

/// The delivery methods that can be told without saying something wrong of anybody: those that go to whole countries,
/// in the shop's order, with the countries that both they and the shop reach.
fn methods<'v>(
    view: &View<'v>,
    policies: &'v Policies,
) -> impl Iterator<Item = (&'v DeliveryMethod, Vec<&'v str>)> {
    let mut methods = match policies.delivers {
        true => view.offers.terms().methods_in_order(),
        false => Vec::new(),
    };
    methods.retain(|method| {
        let is_whole = method.postcodes.is_empty() && method.except_postcodes.is_empty();
        is_whole && method.locations.is_empty()
    });
    methods.into_iter().filter_map(|method| {
        let countries = policies.countries.iter().map(String::as_str);
        let countries: Vec<&str> = countries.filter(|code| method.goes_to(code)).collect();
        (!countries.is_empty()).then_some((method, countries))
    })
}

/// The methods that the home page tells.
fn services<'v>(
    view: &View<'v>,
    policies: &'v Policies,
) -> Vec<(&'v DeliveryMethod, Vec<&'v str>)> {
    let mut left = DESTINATIONS;
    let fitting = methods(view, policies).take_while(|(method, countries)| {
        let wanted = countries.len() * conditions(method).len();
        left.checked_sub(wanted).map(|rest| left = rest).is_some()
    });
    fitting.take(METHODS).collect()
}

fn service(view: &View<'_>, method: &DeliveryMethod, countries: &[&str], json: &mut Json) {
    json.text("name", &method.name);
    json.text(
        "description",
        &plain(&method.description, DESCRIPTION_CHARS),
    );
    json.list("shippingConditions", |list| {
        for condition in conditions(method) {
            list.item("ShippingConditions", |json| {
                destinations(countries, json);
                if let Some(range) = condition.value {
                    order_value(view, range, json);
                }
                match (method.basis, condition.measured) {
                    (Basis::Weight, Some(range)) => quantity("weight", "GRM", range, json),
                    (Basis::Items, Some(range)) => quantity("numItems", "", range, json),
                    _ => {}
                }
                rate(view, condition.price, json);
            });
        }
    });
}

/// From and up to, both included; without end if there is none.
type Range = (u64, Option<u64>);

/// When a method costs what.
#[derive(Debug, PartialEq, Eq)]
struct Condition {
    /// The value of the goods, in minor units, if it matters.
    value: Option<Range>,
    /// Grams or units, if they matter.
    measured: Option<Range>,
    price: i64,
}

/// When a method costs what: its bands up to what it is free from, and what it is free from.
fn conditions(method: &DeliveryMethod) -> Vec<Condition> {
    let mut bands: Vec<_> = method.bands.iter().collect();
    bands.sort_by_key(|band| band.up_to.unwrap_or(u64::MAX));
    let free_from = method.free_from.and_then(|from| u64::try_from(from).ok());
    let last_paid = free_from.map(|from| from.checked_sub(1));
    let of_value = method.basis == Basis::OrderValue;
    let mut conditions = Vec::new();
    let mut from = 0;
    // What is free from nothing on is always free.
    if last_paid != Some(None) {
        let last_paid = last_paid.flatten();
        for band in &bands {
            let (value, measured) = match of_value {
                true => (Some((from, least(band.up_to, last_paid))), None),
                false => (
                    last_paid.map(|last| (0, Some(last))),
                    Some((from, band.up_to)),
                ),
            };
            let is_empty = |range: Range| range.1.is_some_and(|up_to| up_to < range.0);
            if !value.or(measured).is_some_and(is_empty) {
                conditions.push(Condition {
                    value,
                    measured,
                    price: band.price.max(0),
                });
            }
            from = band.up_to.map_or(u64::MAX, |up_to| up_to.saturating_add(1));
        }
    }
    let end = bands.last().and_then(|band| band.up_to);
    if let Some(free_from) = free_from {
        let (value, measured) = match of_value {
            true => ((free_from, end), None),
            false => ((free_from, None), Some((0, end))),
        };
        if value.1.is_none_or(|up_to| up_to >= value.0) {
            conditions.push(Condition {
                value: Some(value),
                measured,
                price: 0,
            });
        }
    }
    conditions
}

/// The lesser of two ends.
fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn destinations(countries: &[&str], json: &mut Json) {
    json.list("shippingDestination", |list| {
        for country in countries {
            list.item("DefinedRegion", |region| {
                region.text("addressCountry", country);
            });
        }
    });
}

fn order_value(view: &View<'_>, (from, up_to): Range, json: &mut Json) {
    // A price without bounds says no more than none at all.
    if (from, up_to) == (0, None) {
        return;
    }
    json.object("orderValue", "MonetaryAmount", |json| {
        json.text("minValue", &decimal(view, from));
        if let Some(up_to) = up_to {
            json.text("maxValue", &decimal(view, up_to));
        }
        json.text("currency", view.currency.code());
    });
}

fn quantity(key: &str, unit: &str, (from, up_to): Range, json: &mut Json) {
    if (from, up_to) == (0, None) {
        return;
    }
    json.object(key, "QuantitativeValue", |json| {
        json.text("minValue", &from.to_string());
        if let Some(up_to) = up_to {
            json.text("maxValue", &up_to.to_string());
        }
        json.text("unitCode", unit);
    });
}

fn rate(view: &View<'_>, price: i64, json: &mut Json) {
    json.object("shippingRate", "MonetaryAmount", |json| {
        json.text("value", &decimal(view, u64::try_from(price).unwrap_or(0)));
        json.text("currency", view.currency.code());
    });
}

fn decimal(view: &View<'_>, minor: u64) -> String {
    let money = view.money(i64::try_from(minor).unwrap_or(i64::MAX));
    money.to_string()
}

/// What the offers of one page say; what one of them has said is only named by the next.
pub(super) struct OfOffers<'v> {
    returns: Option<&'v Returns>,
    has_told_returns: bool,
    methods: Vec<(&'v DeliveryMethod, Vec<&'v str>)>,
    /// Methods, by their place, and prices that were told.
    told: Vec<(usize, i64)>,
}

impl<'v> OfOffers<'v> {
    pub(super) fn new(view: &View<'v>) -> Self {
        let policies = view.ctx.policies;
        let mut methods: Vec<_> = policies
            .map(|policies| methods(view, policies).take(METHODS).collect())
            .unwrap_or_default();
        let destinations = methods.iter().map(|(_, countries)| countries.len());
        if destinations.sum::<usize>() > OFFER_DESTINATIONS {
            methods.clear();
        }
        Self {
            returns: policies
                .map(|policies| &policies.returns)
                .filter(|returns| is_told(view, returns)),
            has_told_returns: false,
            methods,
            told: Vec::new(),
        }
    }

    /// What an offer at this price says.
    pub(super) fn tell(
        &mut self,
        view: &View<'v>,
        variant: &Variant<'_>,
        price: i64,
        json: &mut Json,
    ) {
        self.tell_returns(view, json);
        let grams = view.offers.weight(variant.row);
        let rates = self.methods.iter().enumerate();
        let rates: Vec<(usize, i64)> = rates
            .filter_map(|(place, (method, _))| Some((place, method.price_of_one(price, grams)?)))
            .collect();
        if rates.is_empty() {
            return;
        }
        json.list("shippingDetails", |list| {
            for told in rates {
                self.tell_rate(view, told, list);
            }
        });
    }

    fn tell_returns(&mut self, view: &View<'v>, json: &mut Json) {
        let key = "hasMerchantReturnPolicy";
        let Some(policy) = self.returns else {
            return;
        };
        if std::mem::replace(&mut self.has_told_returns, true) {
            return json.reference(key, "#returns");
        }
        json.object(key, "MerchantReturnPolicy", |json| {
            json.text("@id", "#returns");
            returns(view, policy, json);
        });
    }

    fn tell_rate(&mut self, view: &View<'v>, told: (usize, i64), list: &mut Json) {
        if let Some(at) = self.told.iter().position(|&other| other == told) {
            return list.reference_item(&id(at));
        }
        let Some((_, countries)) = self.methods.get(told.0) else {
            return;
        };
        let id = id(self.told.len());
        self.told.push(told);
        list.item("OfferShippingDetails", |json| {
            json.text("@id", &id);
            rate(view, told.1, json);
            destinations(countries, json);
        });
    }
}

fn id(at: usize) -> String {
    format!("#delivery-{at}")
}

#[cfg(test)]
mod tests {
    use frontage_shared::totals::Band;

    use super::*;

    fn method(
        basis: Basis,
        bands: &[(Option<u64>, i64)],
        free_from: Option<i64>,
    ) -> DeliveryMethod {
        let band = |&(up_to, price)| Band { up_to, price };
        DeliveryMethod {
            basis,
            bands: bands.iter().map(band).collect(),
            free_from,
            id: String::new(),
            name: String::new(),
            description: String::new(),
            position: 0,
            countries: Vec::new(),
            postcodes: Vec::new(),
            except_postcodes: Vec::new(),
            locations: Vec::new(),
        }
    }

    #[track_caller]
    fn check(method: &DeliveryMethod, wanted: &[(Option<Range>, Option<Range>, i64)]) {
        let found: Vec<_> = conditions(method)
            .into_iter()
            .map(|condition| (condition.value, condition.measured, condition.price))
            .collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn bands_become_ranges_that_neither_overlap_nor_leave_a_gap() {
        let by_value = [(None, 390), (Some(5000), 490)];
        check(
            &method(Basis::OrderValue, &by_value, Some(10_000)),
            &[
                (Some((0, Some(5000))), None, 490),
                (Some((5001, Some(9999))), None, 390),
                (Some((10_000, None)), None, 0),
            ],
        );
        check(
            &method(
                Basis::Weight,
                &[(Some(5000), 490), (Some(31_500), 990)],
                None,
            ),
            &[
                (None, Some((0, Some(5000))), 490),
                (None, Some((5001, Some(31_500))), 990),
            ],
        );
        check(
            &method(Basis::Items, &[(Some(10), 490)], Some(5000)),
            &[
                (Some((0, Some(4999))), Some((0, Some(10))), 490),
                (Some((5000, None)), Some((0, Some(10))), 0),
            ],
        );
    }

    #[test]
    fn what_is_always_free_costs_nothing() {
        check(
            &method(Basis::OrderValue, &[(None, 490)], Some(0)),
            &[(Some((0, None)), None, 0)],
        );
        let small = method(
            Basis::OrderValue,
            &[(Some(100), 490), (Some(300), 590)],
            Some(50),
        );
        check(
            &small,
            &[
                (Some((0, Some(49))), None, 490),
                (Some((50, Some(300))), None, 0),
            ],
        );
    }
}
