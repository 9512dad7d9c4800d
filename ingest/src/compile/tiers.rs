//! What one unit of a variant costs where many are bought, by its documents.

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::tiers::Tier;

use super::{CompileError, minor};
use crate::merge::Conflicts;
use crate::wire::{Price, Short};

/// The tiers of a price that are any: each is below the price and the one before. Where there is no price, there is
/// nothing to be had for less.
pub(super) fn of(
    key: &str,
    price: &Price,
    currency: Currency,
    conflicts: &mut Conflicts,
) -> Result<Vec<Tier>, CompileError> {
    let mut kept = Vec::with_capacity(price.tiers.len());
    if price.tiers.is_empty() {
        return Ok(kept);
    }
    let minor = |text: &Short| minor(|| key.to_owned(), text, currency);
    let mut least = minor(&price.amount)?;
    if least <= 0 {
        return Ok(kept);
    }
    for tier in &price.tiers {
        let (min_quantity, amount) = (tier.min_quantity, minor(&tier.amount)?);
        if amount >= least {
            conflicts.add(|| {
                format!("variant `{key}` costs no less in {currency} from {min_quantity} on, by its tier; it is left out")
            });
        } else if amount > 0 {
            least = amount;
            kept.push(Tier {
                min_quantity,
                amount,
            });
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_that_is_not_below_what_is_before_it_is_left_out_and_told() {
        let of = |amount: &str, tiers: &[(u32, &str)]| {
            let tiers = tiers.iter().map(|(quantity, amount)| {
                serde_json::json!({"min_quantity": quantity, "amount": amount})
            });
            let price = serde_json::json!({
                "amount": amount, "currency": "EUR", "tiers": tiers.collect::<Vec<_>>(),
            });
            let price: Price = serde_json::from_value(price).unwrap();
            let mut conflicts = Conflicts::default();
            let tiers = super::of("1", &price, Currency::EUR, &mut conflicts).unwrap();
            let tiers = tiers.iter().map(|tier| (tier.min_quantity, tier.amount));
            (tiers.collect::<Vec<_>>(), conflicts.count)
        };
        assert_eq!(of("10.00", &[]), (vec![], 0));
        let two = [(10, "8.50"), (50, "7.00")];
        assert_eq!(of("10.00", &two), (vec![(10, 850), (50, 700)], 0));
        assert_eq!(of("8.50", &two), (vec![(50, 700)], 1));
        let up = [(10, "8.50"), (20, "8.50"), (30, "8.60"), (40, "8.49")];
        assert_eq!(of("10.00", &up), (vec![(10, 850), (40, 849)], 2));
        assert_eq!(of("0.00", &two), (vec![], 0));
    }
}
