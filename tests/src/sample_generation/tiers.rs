//! What variants of a sample cost where many are bought: made from a seed, written and read back.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::tiers::{ListTier, Tier};

use super::shop::Shop;
use super::stock;
use crate::catalogue::Dice;

/// List, row of a variant, from how many on, what one costs.
pub type SampleTier = (u32, u32, u32, i64);

/// The tiers of a shop that is otherwise whole; none for some seeds.
pub(super) fn random(seed: u64, shop: &Shop) -> Vec<SampleTier> {
    let mut dice = Dice::new(seed, "tiers", 0);
    let mut tiers = Vec::new();
    if seed != 1 && dice.percent(30) {
        return tiers;
    }
    let further = shop.prices.as_ref().map_or(0, |prices| prices.lists.len());
    for list in 0..=u32::try_from(further).expect("a few") {
        for variant in 0..stock::variant_count(shop) {
            // The first variant of the shop for damaging has two, so that their order can be broken.
            let count = if (seed, list, variant) == (1, 0, 0) {
                2
            } else {
                dice.index(4)
            };
            let (mut quantity, mut amount) = (1, dice.range(100, 5_000));
            for _ in 0..count {
                quantity += u32::try_from(dice.range(1, 40)).expect("a few");
                amount -= dice.range(1, 30);
                tiers.push((list, variant, quantity, amount));
            }
        }
    }
    tiers
}

/// As the offers part is written from: in any order.
pub(super) fn tables(shop: &Shop) -> Vec<ListTier> {
    let tier = |&(list, variant, min_quantity, amount): &SampleTier| ListTier {
        list,
        variant,
        tier: Tier {
            min_quantity,
            amount,
        },
    };
    shop.tiers.iter().rev().map(tier).collect()
}

/// Reads them.
pub(super) fn read(generation: &Generation) -> Vec<SampleTier> {
    let all = std::iter::once(generation).chain(generation.others());
    let tiers = all.flat_map(|one| {
        let list = one.offers.list();
        let own = one.offers.all_tiers();
        own.map(move |(row, tier)| (list, row, tier.min_quantity, tier.amount))
    });
    tiers.collect()
}
