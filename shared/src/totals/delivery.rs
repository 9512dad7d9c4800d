//! Which delivery methods reach the destination, and what they cost.

use super::basket::{Basket, Destination};
use super::judge::Candidate;
use super::terms::{Basis, DeliveryMethod, Postcodes, Terms};
use super::total::{ChosenDelivery, DeliveryOption, Discount, Goods};

/// What methods measure of the goods.
struct Parcel {
    value: i64,
    grams: u64,
    units: u64,
}

/// The methods on offer in the shop's order, and the one chosen.
///
/// A method that is limited to countries or postcodes is not on offer while the destination's is unknown.
pub(super) fn options(
    terms: &Terms,
    basket: &Basket,
    goods: &Goods<'_>,
    left: &[i64],
    plan: &[&Candidate<'_>],
) -> (Vec<DeliveryOption>, ChosenDelivery) {
    let parcel = Parcel::of(goods, left);
    let mut methods = terms.methods_in_order();
    methods.retain(|method| reaches(method, &basket.destination));
    let option = |method: &DeliveryMethod| {
        let full_price = price(method, &parcel)?;
        let free = plan.iter().any(|candidate| candidate.frees(&method.id));
        Some(DeliveryOption {
            id: method.id.clone(),
            name: method.name.clone(),
            description: method.description.clone(),
            price: if free { 0 } else { full_price },
            full_price,
            locations: method.locations.clone(),
        })
    };
    let options: Vec<DeliveryOption> = methods.into_iter().filter_map(option).collect();
    let wanted = basket.delivery_method.as_ref();
    let found = wanted.and_then(|id| options.iter().find(|option| option.id == *id));
    let first = options.first().filter(|_| basket.first_delivery);
    let chosen = match found.or(first) {
        _ if terms.delivery_methods.is_empty() => ChosenDelivery::NotNeeded,
        Some(option) => ChosenDelivery::Method(option.clone()),
        None if wanted.is_some() => ChosenDelivery::NotAvailable,
        None => ChosenDelivery::NotChosen,
    };
    (options, chosen)
}

/// Notes what the first promotion that frees the chosen method takes off it.
pub(super) fn credit(plan: &[&Candidate<'_>], option: &DeliveryOption, discounts: &mut [Discount]) {
    let freeing = plan.iter().find(|candidate| candidate.frees(&option.id));
    let Some(candidate) = freeing else { return };
    let mut entries = discounts.iter_mut().filter(|discount| discount.on_delivery);
    if let Some(entry) = entries.find(|entry| entry.promotion == candidate.promotion.id) {
        entry.amount = option.full_price - option.price;
    }
}

impl Terms {
    /// The delivery methods in the order in which they are offered.
    pub fn methods_in_order(&self) -> Vec<&DeliveryMethod> {
        let mut methods: Vec<&DeliveryMethod> = self.delivery_methods.iter().collect();
        methods.sort_by_key(|method| (method.position, &method.id));
        methods
    }
}

impl DeliveryMethod {
    /// Whether it goes to a country, by its code; one without countries goes to all of them.
    pub fn goes_to(&self, country: &str) -> bool {
        let mut countries = self.countries.iter();
        self.countries.is_empty() || countries.any(|known| known.eq_ignore_ascii_case(country))
    }

    /// What one unit costs to be brought, ordered alone and without promotions; none if the method is not for it.
    pub fn price_of_one(&self, value: i64, grams: Option<u32>) -> Option<i64> {
        let parcel = Parcel {
            value,
            grams: grams.unwrap_or(0).into(),
            units: 1,
        };
        price(self, &parcel)
    }
}

fn price(method: &DeliveryMethod, parcel: &Parcel) -> Option<i64> {
    let value = match method.basis {
        Basis::OrderValue => u64::try_from(parcel.value).unwrap_or(0),
        Basis::Weight => parcel.grams,
        Basis::Items => parcel.units,
    };
    let limit = |up_to: Option<u64>| up_to.unwrap_or(u64::MAX);
    let band = method
        .bands
        .iter()
        .filter(|band| value <= limit(band.up_to))
        .min_by_key(|band| limit(band.up_to))?;
    match method.free_from {
        Some(free_from) if parcel.value >= free_from => Some(0),
        _ => Some(band.price.max(0)),
    }
}

fn reaches(method: &DeliveryMethod, destination: &Destination) -> bool {
    if !method.goes_to(destination.country.trim()) {
        return false;
    }
    let postcode = plain(&destination.postcode);
    let has = |list: &[Postcodes]| list.iter().any(|codes| covers(codes, &postcode));
    (method.postcodes.is_empty() || has(&method.postcodes)) && !has(&method.except_postcodes)
}

/// Whether a postcode, without spaces and in capitals, starts with a beginning of the range.
fn covers(codes: &Postcodes, postcode: &str) -> bool {
    let from = plain(&codes.from);
    let start = |length: usize| postcode.get(..length);
    let Some(first) = start(from.len()).filter(|first| !first.is_empty()) else {
        return false;
    };
    match codes.to.as_deref().map(plain) {
        None => first == from,
        Some(to) => *first >= *from && start(to.len()).is_some_and(|last| *last <= *to),
    }
}

fn plain(postcode: &str) -> String {
    let counts = |letter: &char| !letter.is_whitespace() && *letter != '-';
    let letters = postcode.chars().filter(counts);
    letters.flat_map(char::to_uppercase).collect()
}

impl Parcel {
    fn of(goods: &Goods<'_>, left: &[i64]) -> Self {
        let lines = goods.lines.iter();
        let (mut grams, mut units) = (0_u64, 0_u64);
        for line in lines {
            let quantity = u64::from(line.quantity);
            units = units.saturating_add(quantity);
            // 32 bits times 32 bits fit.
            grams = grams.saturating_add(u64::from(line.weight.unwrap_or(0)) * quantity);
        }
        Self {
            value: left.iter().sum(),
            grams,
            units,
        }
    }
}
