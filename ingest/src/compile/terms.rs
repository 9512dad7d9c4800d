//! Promotions, delivery methods and taxes as the engine of totals takes them, and what they need to know of variants.
//!
//! What the shop does not take, because it is switched off or in another currency, is left out; the latter is told.

use std::collections::HashMap;

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::terms::{Goods, TermsTables};
use frontage_shared::totals::{self, Rate, Stacking, Terms};

use super::{CompileError, seconds};
use crate::config::{Config, PriceList};
use crate::merge::{Conflicts, Merged, Stated, TermsDocuments};
use crate::wire::{
    Action, ActionKind, Basis, DeliveryMethod, Per, Postcodes, Promotion, Rounding, Selection,
    Status, Tax, millionths,
};

/// Terms and goods as they are written.
pub(super) fn tables(
    config: &Config,
    merged: &Merged,
    (classes, goods): (Classes, Vec<Goods>),
    conflicts: &mut Conflicts,
) -> Result<TermsTables, CompileError> {
    let documents = merged.terms(conflicts)?;
    Ok(TermsTables {
        terms: of(
            documents,
            (Some(&config.shop.price_lists()), config.shop.currency),
            conflicts,
        )?,
        classes: classes.names,
        goods,
    })
}

/// The terms of a further price list. Documents in a currency that the shop has are none of those that are told.
pub(super) fn in_list(
    merged: &Merged,
    currency: Currency,
    conflicts: &mut Conflicts,
) -> Result<Terms, CompileError> {
    let mut told = Conflicts::default();
    let documents = merged.terms(&mut told)?;
    of(documents, (None, currency), conflicts)
}

/// The terms that the documents state in a currency; documents come in the order of their ids. `known` are the price
/// lists of the shop, for its own list.
fn of(
    documents: TermsDocuments,
    (known, currency): (Option<&[PriceList]>, Currency),
    conflicts: &mut Conflicts,
) -> Result<Terms, CompileError> {
    // What is in the currency of another price list counts there; it is told once of what counts nowhere.
    let is_elsewhere = |code: &str| {
        known.is_none_or(|lists| lists.iter().any(|other| other.currency.code() == code))
    };
    let is_active = |status: Option<Status>| status.unwrap_or_default() == Status::Active;
    let mut terms = Terms {
        taxes: taxes(documents.taxes, conflicts),
        ..Terms::default()
    };
    for promotion in documents.promotions {
        if !is_active(promotion.status) {
            continue;
        }
        let code = promotion.currency.as_deref().unwrap_or(currency.code());
        match code == currency.code() {
            true => terms.promotions.push(self::promotion(promotion, currency)?),
            false if is_elsewhere(code) => {}
            false => conflicts.add(|| left_out("promotion", &promotion.id, code, currency)),
        }
    }
    for method in documents.delivery_methods {
        if !is_active(method.status) {
            continue;
        }
        match method.currency == currency.code() {
            true => terms.delivery_methods.push(self::method(method, currency)?),
            false if is_elsewhere(&method.currency) => {}
            false => conflicts
                .add(|| left_out("delivery method", &method.id, &method.currency, currency)),
        }
    }
    Ok(terms)
}

fn left_out(what: &str, id: &str, code: &str, currency: Currency) -> String {
    format!("{what} `{id}` is in {code}, the shop sells in {currency}; it is left out")
}

fn promotion(promotion: Promotion, currency: Currency) -> Result<totals::Promotion, CompileError> {
    let minor = |amount: Option<&str>| match amount {
        Some(amount) => minor("promotion", &promotion.id, amount, currency),
        None => Ok(0),
    };
    let time = |text: &Option<String>| text.as_deref().map(|text| seconds(Some(text)));
    Ok(totals::Promotion {
        active_from: time(&promotion.active_from),
        active_until: time(&promotion.active_until),
        minimum_subtotal: minor(promotion.minimum_subtotal.as_deref())?,
        minimum_quantity: promotion.minimum_quantity.unwrap_or(0),
        action: action(
            &promotion.action,
            minor(promotion.action.amount.as_deref())?,
        ),
        stacking: match promotion.exclusive {
            Some(true) => Stacking::Exclusive,
            _ => Stacking::Combinable,
        },
        id: promotion.id,
        name: promotion.name,
        coupons: promotion.coupons,
        applies_to: selection(promotion.applies_to),
        except: selection(promotion.except),
        customer_groups: promotion.customer_groups,
        priority: promotion.priority.unwrap_or(0),
        max_uses: promotion.max_uses,
    })
}

fn action(action: &Action, amount: i64) -> totals::Action {
    let percent = action.percent.as_deref();
    match action.kind {
        ActionKind::PercentOff => totals::Action::PercentOff(percent.map_or(Rate::FULL, rate)),
        ActionKind::AmountOff => totals::Action::AmountOff {
            amount,
            per: match action.per {
                Some(Per::Item) => totals::Per::Item,
                Some(Per::Cart) | None => totals::Per::Cart,
            },
        },
        ActionKind::BuyGet => totals::Action::BuyGet {
            buy: action.buy.unwrap_or(1),
            get: action.get.unwrap_or(1),
            rate: percent.map_or(Rate::FULL, rate),
        },
        ActionKind::FreeDelivery => totals::Action::FreeDelivery {
            methods: action.method_ids.clone(),
        },
    }
}

fn selection(selection: Option<Selection>) -> totals::Selection {
    let selection = selection.unwrap_or_default();
    totals::Selection {
        categories: selection.category_ids,
        brands: selection.brands,
        products: selection.product_ids,
    }
}

fn method(
    method: DeliveryMethod,
    currency: Currency,
) -> Result<totals::DeliveryMethod, CompileError> {
    let minor = |amount: &str| minor("delivery method", &method.id, amount, currency);
    let basis = method.basis.unwrap_or_default();
    let limit = |up_to: &str| -> Result<u64, CompileError> {
        let unit = match basis {
            Basis::OrderValue => return Ok(u64::try_from(minor(up_to)?).unwrap_or(0)),
            Basis::Weight => 1_000,
            Basis::Items => 1_000_000,
        };
        let value = millionths(up_to).unwrap_or(0) / unit;
        Ok(u64::try_from(value).unwrap_or(u64::MAX))
    };
    let mut bands = Vec::with_capacity(method.bands.len());
    for band in &method.bands {
        bands.push(totals::Band {
            up_to: band.up_to.as_deref().map(limit).transpose()?,
            price: minor(&band.price)?,
        });
    }
    let free_from = method.free_from.as_deref().map(minor).transpose()?;
    let location = |location: crate::wire::Location| totals::PickupLocation {
        id: location.id,
        name: location.name,
        address: location.address,
    };
    Ok(totals::DeliveryMethod {
        id: method.id,
        name: method.name,
        description: method.description.unwrap_or_default(),
        position: method.position.unwrap_or(0),
        countries: method.countries,
        postcodes: postcodes(method.postcodes),
        except_postcodes: postcodes(method.except_postcodes),
        basis: match basis {
            Basis::OrderValue => totals::Basis::OrderValue,
            Basis::Weight => totals::Basis::Weight,
            Basis::Items => totals::Basis::Items,
        },
        bands,
        free_from,
        locations: method.locations.into_iter().map(location).collect(),
    })
}

fn postcodes(postcodes: Vec<Postcodes>) -> Vec<totals::Postcodes> {
    let one = |codes: Postcodes| totals::Postcodes {
        from: codes.from,
        to: codes.to,
    };
    postcodes.into_iter().map(one).collect()
}

/// All rates together; each setting from the first document that states it.
fn taxes(documents: Vec<Tax>, conflicts: &mut Conflicts) -> totals::Taxes {
    let stated = |text: fn(&Tax) -> &Option<String>| {
        let found = documents.iter().find_map(|tax| text(tax).clone());
        found.unwrap_or_default()
    };
    let included = documents.iter().find_map(|tax| tax.prices_include_tax);
    let rounding = documents.iter().find_map(|tax| tax.rounding);
    let mut taxes = totals::Taxes {
        prices_include_tax: included.unwrap_or(!documents.is_empty()),
        rounding: match rounding {
            Some(Rounding::Total) => totals::Rounding::PerTotal,
            Some(Rounding::Line) | None => totals::Rounding::PerLine,
        },
        default_class: stated(|tax| &tax.default_class),
        delivery_class: stated(|tax| &tax.delivery_class),
        default_country: stated(|tax| &tax.default_country),
        rates: Vec::new(),
    };
    let mut places: HashMap<(String, String, Option<String>), Rate> = HashMap::new();
    for tax in documents {
        for one in tax.rates {
            let rate = rate(&one.percent);
            let place = (one.class, one.country, one.region);
            match places.get(&place) {
                None => drop(places.insert(place, rate)),
                Some(&known) if known == rate => {}
                Some(known) => conflicts.add(|| {
                    let (class, country, region) = &place;
                    let region = region.as_deref().unwrap_or("all regions");
                    format!("tax `{}` has {rate} % for `{class}` in {country} ({region}), where another rate says {known} %; the first one counts", tax.id)
                }),
            }
        }
    }
    let rate = |((class, country, region), rate)| totals::TaxRate {
        class,
        country,
        region,
        rate,
    };
    taxes.rates = places.into_iter().map(rate).collect();
    taxes.rates.sort_unstable();
    taxes
}

/// Per cent as a rate: four decimals of a per cent are millionths. Validation let nothing else through.
fn rate(percent: &str) -> Rate {
    let millionths = millionths(percent).unwrap_or(0) / 100;
    Rate {
        millionths: u32::try_from(millionths).unwrap_or(u32::MAX),
    }
}

fn minor(what: &str, id: &str, amount: &str, currency: Currency) -> Result<i64, CompileError> {
    super::minor(|| format!("{what} {id}"), amount, currency)
}

/// Tax classes by number while variants are looked at.
#[derive(Debug, Default)]
pub(super) struct Classes {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Classes {
    /// Classes that have a number already.
    pub(super) fn known(names: &[String]) -> Self {
        let mut classes = Self::default();
        for name in names {
            classes.number(name);
        }
        classes
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// What is known of a variant: from itself, else from its product.
    pub(super) fn goods(&mut self, own: Option<Stated<'_>>, product: Option<Stated<'_>>) -> Goods {
        let stated = [own, product];
        let mut known = stated.iter().flatten();
        let weight = known.clone().find_map(|stated| stated.weight);
        let class = known.find_map(|stated| stated.tax_class);
        Goods {
            weight: weight.and_then(crate::wire::Weight::grams),
            tax_class: class.map(|class| self.number(class)),
        }
    }
}
