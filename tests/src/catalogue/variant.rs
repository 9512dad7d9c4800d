//! Options, variants, article numbers and prices.
//!
//! All amounts are whole cents. A product's price and its sale are decided once; sizes only scale it.

use frontage_shared::model::slug;

use super::assortment::{Assortment, Colour, Scale};
use super::product::{Product, rfc3339};
use super::{Dice, large};

/// One thing to choose: a colour, a size.
#[derive(Debug, Clone)]
pub struct Axis<'a> {
    /// Machine name.
    pub code: &'a str,
    /// What shoppers read.
    pub label: &'a str,
    /// What there is to choose from.
    pub values: Vec<AxisValue<'a>>,
}

/// One choice on an axis.
#[derive(Debug, Clone)]
pub struct AxisValue<'a> {
    /// Machine name.
    pub code: String,
    /// What shoppers read.
    pub label: &'a str,
    /// Its colour, if it is one.
    pub swatch: Option<&'a str>,
    /// Price of this choice in per cent of the cheapest.
    pub(super) factor: i64,
}

/// One thing that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its article number.
    pub sku: String,
    /// Its barcode, with a right check digit.
    pub gtin: String,
    /// Position of the chosen value on each axis.
    pub chosen: Vec<usize>,
    /// Price and stock as the day begins.
    pub offer: Offer,
}

/// What changes every minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Price in cents.
    pub cents: i64,
    /// Price before the sale.
    pub was: Option<i64>,
    /// Pieces in the warehouse; negative when more were sold than there are.
    pub quantity: i64,
    /// Whether and how it can be ordered.
    pub availability: Availability,
    /// The day it can be delivered, when that is not now.
    pub available_at: Option<String>,
}

/// Whether and how something can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It is there.
    InStock,
    /// It is not.
    OutOfStock,
    /// It comes later and can be ordered now.
    Backorder,
    /// It has not appeared yet.
    Preorder,
    /// It is made when ordered.
    MadeToOrder,
    /// It will not come again.
    Discontinued,
}

impl Availability {
    /// The word for it in our documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::OutOfStock => "out_of_stock",
            Self::Backorder => "backorder",
            Self::Preorder => "preorder",
            Self::MadeToOrder => "made_to_order",
            Self::Discontinued => "discontinued",
        }
    }
}

/// The colours of a product, which exist even where there is nothing to choose.
pub fn colours(product: &Product) -> Vec<&'static Colour> {
    let kind = product.place().kind;
    let palette = Assortment::get().scales.palette(&kind.palette);
    let mut dice = product.dice("colours");
    if product.is_of_large() {
        return dice.several(palette, large::colours(product, palette.len()));
    }
    if has_every_size(product) {
        return palette.iter().collect();
    }
    let (fewest, most) = kind.colours;
    let count = fewest + dice.index(most - fewest + 1);
    dice.several(palette, count)
}

/// The options of a product: colour first, then sizes. An option with a single value is none.
pub(super) fn axes(product: &Product) -> Vec<Axis<'static>> {
    if product.is_of_large() {
        return large::axes(product);
    }
    let mut axes = vec![colour_axis(product)];
    for name in &product.place().kind.options {
        axes.push(scale_axis(product, Assortment::get().scales.scale(name)));
    }
    if axes.iter().all(|axis| axis.values.len() == 1) {
        axes.clear();
    }
    axes
}

pub(super) fn colour_axis(product: &Product) -> Axis<'static> {
    let colours = colours(product).into_iter().map(|colour| AxisValue {
        code: colour.code.clone(),
        label: &colour.name,
        swatch: Some(&colour.hex),
        factor: 100,
    });
    Axis {
        code: "colour",
        label: "Colour",
        values: colours.collect(),
    }
}

pub(super) fn scale_axis(product: &Product, scale: &'static Scale) -> Axis<'static> {
    let all = if has_every_size(product) && !scale.long.is_empty() {
        &scale.long
    } else {
        &scale.values
    };
    let mut dice = product.dice(&scale.code);
    let (start, len) = match scale.pick {
        None => (0, all.len()),
        Some((fewest, most)) => {
            let len = (fewest + dice.index(most - fewest + 1)).min(all.len());
            (dice.index(all.len() - len + 1), len)
        }
    };
    let values = (0_i64..)
        .zip(&all[start..start + len])
        .map(|(step, label)| AxisValue {
            code: slug::from_text(label),
            label,
            swatch: None,
            factor: 100 + step * scale.step_percent,
        });
    Axis {
        code: &scale.code,
        label: &scale.label,
        values: values.collect(),
    }
}

fn has_every_size(product: &Product) -> bool {
    product
        .dice("every size")
        .percent(product.place().kind.many)
}

/// All variants, the last axis varying fastest. A few combinations of large products do not exist.
pub fn of_product(product: &Product, axes: &[Axis<'_>]) -> Vec<Variant> {
    let base = price(product);
    let combinations: usize = axes.iter().map(|axis| axis.values.len()).product();
    let mut dice = product.dice("variants");
    let mut variants = Vec::with_capacity(combinations);
    let every = product.is_of_large() && large::is_outsize(product);
    for number in 0..combinations {
        let chosen = chosen_by(number, axes);
        let missing = !every && combinations > 4 && number > 0 && dice.percent(4);
        if missing {
            continue;
        }
        let offer = offer(product, &mut dice, base, factor(axes, &chosen));
        variants.push(Variant {
            sku: sku(product, axes, &chosen),
            gtin: gtin(product, number),
            chosen,
            offer,
        });
    }
    variants
}

fn chosen_by(number: usize, axes: &[Axis<'_>]) -> Vec<usize> {
    let mut rest = number;
    let mut chosen: Vec<usize> = axes
        .iter()
        .rev()
        .map(|axis| {
            let position = rest % axis.values.len();
            rest /= axis.values.len();
            position
        })
        .collect();
    chosen.reverse();
    chosen
}

fn factor(axes: &[Axis<'_>], chosen: &[usize]) -> i64 {
    axes.iter()
        .zip(chosen)
        .fold(100, |factor, (axis, &position)| {
            factor * axis.values[position].factor / 100
        })
}

fn sku(product: &Product, axes: &[Axis<'_>], chosen: &[usize]) -> String {
    axes.iter()
        .zip(chosen)
        .fold(product.number(), |sku, (axis, &position)| {
            format!(
                "{sku}-{}",
                axis.values[position].code.replace('-', "").to_uppercase()
            )
        })
}

/// A number of the range that is kept free for use inside a company, so that it is nobody's product.
fn gtin(product: &Product, number: usize) -> String {
    let number = u64::try_from(number).unwrap_or(0);
    let body = match number {
        0..1000 => format!("20{:010}", product.index() * 1000 + number),
        _ => format!("29{:05}{number:05}", product.index() % 100_000),
    };
    let sum: u32 = body
        .bytes()
        .zip([1, 3].iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// The price of the cheapest variant, and the price before the sale if there is one.
fn price(product: &Product) -> (i64, Option<i64>) {
    let mut dice = product.dice("price");
    let (low, high) = product.place().kind.price;
    let cents = if product.is_of_large() {
        large::cents(&mut dice)
    } else {
        // Two factors below one: most products are near the cheap end, a few near the dear one.
        let spread = dice.range(0, 1000) * dice.range(300, 1000);
        (low * 100) + (high - low) * spread / 10_000
    };
    let cents = with_ending(cents, &mut dice);
    let was = dice
        .percent(15)
        .then(|| with_ending(cents * 100 / dice.range(60, 90), &mut dice));
    (cents, was.filter(|&was| was > cents))
}

/// Rounds to a price as shops write them: 14.95, 29.90, 349.00.
pub fn with_ending(cents: i64, dice: &mut Dice) -> i64 {
    let euros = (cents / 100).max(1);
    match euros {
        0..20 => euros * 100 + *dice.pick(&[95, 95, 99, 90, 50]),
        20..300 => euros * 100 + *dice.pick(&[95, 95, 95, 99, 99, 90, 0]),
        _ => (euros / 10 * 10 + 9) * 100 + *dice.pick(&[0, 0, 95]),
    }
}

fn offer(
    product: &Product,
    dice: &mut Dice,
    (cents, was): (i64, Option<i64>),
    factor: i64,
) -> Offer {
    let scaled = |cents: i64| match factor {
        100 => cents,
        _ => cents * factor / 100 / 100 * 100 + cents % 100,
    };
    let (quantity, availability) = stock(product, dice);
    let later = matches!(
        availability,
        Availability::Backorder | Availability::Preorder
    );
    let available_at = later.then(|| rfc3339(product.updated_at() + dice.range(40, 120) * 86_400));
    Offer {
        cents: scaled(cents),
        was: was.map(scaled),
        quantity,
        availability,
        available_at,
    }
}

fn stock(product: &Product, dice: &mut Dice) -> (i64, Availability) {
    if product
        .place()
        .kind
        .tags
        .iter()
        .any(|tag| tag == "made to measure")
    {
        return (0, Availability::MadeToOrder);
    }
    match dice.below(100) {
        0..5 => (0, Availability::OutOfStock),
        5 => (-dice.range(1, 6), Availability::OutOfStock),
        6..9 => (0, Availability::Backorder),
        9 if dice.percent(50) => (0, Availability::Discontinued),
        9 => (0, Availability::Preorder),
        _ => (quantity(dice), Availability::InStock),
    }
}

/// Mostly a handful, sometimes a few hundred.
pub fn quantity(dice: &mut Dice) -> i64 {
    let most = *dice.pick(&[5, 12, 40, 40, 120, 480]);
    dice.range(1, most)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn check_digits_are_right() {
        let product = Catalogue::new(10).product(3).expect("a product");
        for variant in product.variants() {
            let digits: Vec<u32> = variant
                .gtin
                .chars()
                .filter_map(|digit| digit.to_digit(10))
                .collect();
            let sum: u32 = digits
                .iter()
                .rev()
                .zip([1, 3].iter().cycle())
                .map(|(digit, weight)| digit * weight)
                .sum();
            assert_eq!((digits.len(), sum % 10), (13, 0), "{}", variant.gtin);
        }
    }

    #[test]
    fn article_numbers_and_barcodes_are_unique() {
        let (mut skus, mut gtins) = (HashSet::new(), HashSet::new());
        for variant in Catalogue::new(3000)
            .products()
            .flat_map(|product| product.variants())
        {
            assert!(skus.insert(variant.sku.clone()), "{}", variant.sku);
            assert!(gtins.insert(variant.gtin.clone()), "{}", variant.gtin);
        }
    }

    #[test]
    fn prices_look_like_prices() {
        let (mut on_sale, mut all) = (0, 0);
        for product in Catalogue::new(2000).products() {
            for offer in product.variants().into_iter().map(|variant| variant.offer) {
                assert!(
                    matches!(offer.cents % 100, 0 | 50 | 90 | 95 | 99),
                    "{}",
                    offer.cents
                );
                assert!(offer.was.is_none_or(|was| was > offer.cents));
            }
            on_sale += i32::from(product.variants()[0].offer.was.is_some());
            all += 1;
        }
        assert!(
            (10..20).contains(&(on_sale * 100 / all)),
            "{on_sale} of {all}"
        );
    }

    #[test]
    fn most_products_have_a_few_variants_and_some_have_over_a_hundred() {
        let counts: Vec<usize> = Catalogue::new(4000)
            .products()
            .map(|product| product.variants().len())
            .collect();
        let few = counts.iter().filter(|&&count| count <= 12).count();
        let many = counts.iter().filter(|&&count| count > 100).count();
        assert!(
            few > 2600 && (5..200).contains(&many),
            "{few} with few, {many} with many"
        );
        assert!(counts.contains(&1));
    }

    #[test]
    fn every_state_of_stock_occurs() {
        let mut words = HashSet::new();
        for variant in Catalogue::new(4000)
            .products()
            .flat_map(|product| product.variants())
        {
            let offer = variant.offer;
            assert_eq!(
                offer.availability == Availability::InStock,
                offer.quantity > 0,
                "{}",
                variant.sku
            );
            words.insert(offer.availability.word());
        }
        assert_eq!(words.len(), 6, "{words:?}");
    }
}
