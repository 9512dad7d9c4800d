//! §10 The bytes of the `TERMS` section: terms one after another, each with its length, so that a later version may
//! add to any of them.
//!
//! Reading is bounded by the bytes that are there: a count or length in them never makes room for anything.

use crate::totals::{
    Action, Band, Basis, DeliveryMethod, Per, PickupLocation, Postcodes, Promotion, Rate, Rounding,
    Selection, Stacking, TaxRate, Taxes, Terms,
};

/// The first number of the section. Another one is of a later version, and gives no terms.
const LAYOUT: u32 = 1;

type Read<T> = Result<T, &'static str>;

/// Lays out terms and the tax classes of variants.
pub(super) fn write(terms: &Terms, classes: &[&String]) -> Vec<u8> {
    let mut out = Out::default();
    out.u32(LAYOUT);
    out.list(classes, |out, class| out.text(class));
    out.item(|out| write_taxes(out, &terms.taxes));
    out.list(&terms.promotions, |out, promotion| {
        out.item(|out| write_promotion(out, promotion));
    });
    out.list(&terms.delivery_methods, |out, method| {
        out.item(|out| write_method(out, method));
    });
    out.bytes
}

/// Reads what [`write`] laid out; none if only a later version can. Promotions and methods that only a later version understands are left out.
pub(super) fn read(bytes: &[u8]) -> Read<Option<(Terms, Vec<String>)>> {
    let mut input = Input { rest: bytes };
    if input.u32()? != LAYOUT {
        return Ok(None);
    }
    let classes = input.list(Input::text)?;
    let taxes = read_taxes(&mut input.item()?)?;
    let promotions = input.list(|input| read_promotion(&mut input.item()?))?;
    let delivery_methods = input.list(|input| read_method(&mut input.item()?))?;
    let terms = Terms {
        promotions: promotions.into_iter().flatten().collect(),
        delivery_methods: delivery_methods.into_iter().flatten().collect(),
        taxes,
    };
    Ok(Some((terms, classes)))
}

fn write_taxes(out: &mut Out, taxes: &Taxes) {
    out.u8(taxes.prices_include_tax.into());
    out.u8(match taxes.rounding {
        Rounding::PerLine => 0,
        Rounding::PerTotal => 1,
    });
    out.text(&taxes.default_class);
    out.text(&taxes.delivery_class);
    out.text(&taxes.default_country);
    out.list(&taxes.rates, |out, rate| {
        out.item(|out| {
            out.text(&rate.class);
            out.text(&rate.country);
            out.option(rate.region.as_deref(), Out::text);
            out.u32(rate.rate.millionths);
        });
    });
}

fn read_taxes(input: &mut Input<'_>) -> Read<Taxes> {
    Ok(Taxes {
        prices_include_tax: input.u8()? != 0,
        rounding: match input.u8()? {
            1 => Rounding::PerTotal,
            _ => Rounding::PerLine,
        },
        default_class: input.text()?,
        delivery_class: input.text()?,
        default_country: input.text()?,
        rates: input.list(|input| {
            let mut input = input.item()?;
            Ok(TaxRate {
                class: input.text()?,
                country: input.text()?,
                region: input.option(Input::text)?,
                rate: input.rate()?,
            })
        })?,
    })
}

fn write_promotion(out: &mut Out, promotion: &Promotion) {
    out.text(&promotion.id);
    out.text(&promotion.name);
    out.texts(&promotion.coupons);
    out.option(promotion.active_from, Out::i64);
    out.option(promotion.active_until, Out::i64);
    out.i64(promotion.minimum_subtotal);
    out.u32(promotion.minimum_quantity);
    for selection in [&promotion.applies_to, &promotion.except] {
        out.texts(&selection.categories);
        out.texts(&selection.brands);
        out.texts(&selection.products);
    }
    out.texts(&promotion.customer_groups);
    out.u8((promotion.stacking == Stacking::Exclusive).into());
    out.i32(promotion.priority);
    out.option(promotion.max_uses, Out::u32);
    match &promotion.action {
        Action::PercentOff(rate) => {
            out.u8(1);
            out.u32(rate.millionths);
        }
        Action::AmountOff { amount, per } => {
            out.u8(2);
            out.i64(*amount);
            out.u8((*per == Per::Item).into());
        }
        Action::BuyGet { buy, get, rate } => {
            out.u8(3);
            out.u32(*buy);
            out.u32(*get);
            out.u32(rate.millionths);
        }
        Action::FreeDelivery { methods } => {
            out.u8(4);
            out.texts(methods);
        }
    }
}

fn read_promotion(input: &mut Input<'_>) -> Read<Option<Promotion>> {
    let (id, name) = (input.text()?, input.text()?);
    let coupons = input.texts()?;
    let (active_from, active_until) = (input.option(Input::i64)?, input.option(Input::i64)?);
    let (minimum_subtotal, minimum_quantity) = (input.amount()?, input.u32()?);
    let (applies_to, except) = (input.selection()?, input.selection()?);
    let customer_groups = input.texts()?;
    let stacking = match input.u8()? {
        0 => Stacking::Combinable,
        _ => Stacking::Exclusive,
    };
    let (priority, max_uses) = (input.i32()?, input.option(Input::u32)?);
    let action = match input.u8()? {
        1 => Action::PercentOff(input.rate()?),
        2 => Action::AmountOff {
            amount: input.amount()?,
            per: match input.u8()? {
                0 => Per::Cart,
                _ => Per::Item,
            },
        },
        3 => Action::BuyGet {
            buy: input.u32()?,
            get: input.u32()?,
            rate: input.rate()?,
        },
        4 => Action::FreeDelivery {
            methods: input.texts()?,
        },
        _ => return Ok(None),
    };
    Ok(Some(Promotion {
        id,
        name,
        coupons,
        active_from,
        active_until,
        minimum_subtotal,
        minimum_quantity,
        applies_to,
        except,
        customer_groups,
        action,
        stacking,
        priority,
        max_uses,
    }))
}

fn write_method(out: &mut Out, method: &DeliveryMethod) {
    out.text(&method.id);
    out.text(&method.name);
    out.text(&method.description);
    out.i32(method.position);
    out.texts(&method.countries);
    for postcodes in [&method.postcodes, &method.except_postcodes] {
        out.list(postcodes, |out, codes| {
            out.text(&codes.from);
            out.option(codes.to.as_deref(), Out::text);
        });
    }
    out.u8(match method.basis {
        Basis::OrderValue => 0,
        Basis::Weight => 1,
        Basis::Items => 2,
    });
    out.list(&method.bands, |out, band| {
        out.option(band.up_to, Out::u64);
        out.i64(band.price);
    });
    out.option(method.free_from, Out::i64);
    out.list(&method.locations, |out, location| {
        out.text(&location.id);
        out.text(&location.name);
        out.text(&location.address);
    });
}

fn read_method(input: &mut Input<'_>) -> Read<Option<DeliveryMethod>> {
    let postcodes = |input: &mut Input<'_>| {
        input.list(|input| {
            Ok(Postcodes {
                from: input.text()?,
                to: input.option(Input::text)?,
            })
        })
    };
    let (id, name, description) = (input.text()?, input.text()?, input.text()?);
    let (position, countries) = (input.i32()?, input.texts()?);
    let (reached, except_postcodes) = (postcodes(input)?, postcodes(input)?);
    let basis = match input.u8()? {
        0 => Basis::OrderValue,
        1 => Basis::Weight,
        2 => Basis::Items,
        _ => return Ok(None),
    };
    Ok(Some(DeliveryMethod {
        id,
        name,
        description,
        position,
        countries,
        postcodes: reached,
        except_postcodes,
        basis,
        bands: input.list(|input| {
            Ok(Band {
                up_to: input.option(Input::u64)?,
                price: input.amount()?,
            })
        })?,
        free_from: input.option(Input::amount)?,
        locations: input.list(|input| {
            Ok(PickupLocation {
                id: input.text()?,
                name: input.text()?,
                address: input.text()?,
            })
        })?,
    }))
}

/// Bytes in the making.
#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
}

macro_rules! numbers {
    ($($name:ident),*) => {
        impl Out {
            $(fn $name(&mut self, value: $name) {
                self.bytes.extend_from_slice(&value.to_le_bytes());
            })*
        }

        impl Input<'_> {
            $(fn $name(&mut self) -> Read<$name> {
                let (bytes, rest) = self.rest.split_first_chunk().ok_or(ENDS_EARLY)?;
                self.rest = rest;
                Ok($name::from_le_bytes(*bytes))
            })*
        }
    };
}
numbers!(u8, u32, u64, i32, i64);

impl Out {
    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.list(texts, |out, text| out.text(text));
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.u8(value.is_some().into());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, values: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.length(values.len());
        for value in values {
            write(self, value);
        }
    }

    fn item(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.length(inner.bytes.len());
        self.bytes.append(&mut inner.bytes);
    }

    /// What does not fit 32 bits is far beyond what a section may hold, and refused with it.
    fn length(&mut self, length: usize) {
        self.u32(u32::try_from(length).unwrap_or(u32::MAX));
    }
}

const ENDS_EARLY: &str = "ends in the middle";

/// Bytes that are yet to be read.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self) -> Read<&'a [u8]> {
        let length = self.u32()? as usize;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.rest = rest;
        Ok(taken)
    }

    fn item(&mut self) -> Read<Self> {
        Ok(Self { rest: self.take()? })
    }

    fn text(&mut self) -> Read<String> {
        let text = std::str::from_utf8(self.take()?).map_err(|_| "a text is not UTF-8")?;
        Ok(text.to_owned())
    }

    fn texts(&mut self) -> Read<Vec<String>> {
        self.list(Self::text)
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.u8()? {
            0 => Ok(None),
            _ => read(self).map(Some),
        }
    }

    /// A list; every entry takes at least a byte, so a count beyond the bytes left is wrong.
    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.u32()? as usize;
        if count > self.rest.len() {
            return Err("a list has more entries than bytes");
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            entries.push(read(self)?);
        }
        Ok(entries)
    }

    fn amount(&mut self) -> Read<i64> {
        let amount = self.i64()?;
        if amount < 0 {
            return Err("an amount is negative");
        }
        Ok(amount)
    }

    fn rate(&mut self) -> Read<Rate> {
        Ok(Rate {
            millionths: self.u32()?,
        })
    }

    fn selection(&mut self) -> Read<Selection> {
        Ok(Selection {
            categories: self.texts()?,
            brands: self.texts()?,
            products: self.texts()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::totals::strategies;

    proptest! {
        #[test]
        fn what_is_written_is_read(terms in strategies::terms(), classes in strategies::names()) {
            let written = write(&terms, &classes.iter().collect::<Vec<_>>());
            prop_assert_eq!(read(&written), Ok(Some((terms, classes))));
        }

        #[test]
        fn any_bytes_are_terms_or_refused(
            terms in strategies::terms(),
            flips in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
            cut in any::<usize>(),
        ) {
            let mut bytes = write(&terms, &[]);
            for (at, byte) in flips {
                let at = at % bytes.len();
                bytes.splice(at..=at, [byte]);
            }
            let _ = read(&bytes);
            bytes.truncate(cut % bytes.len());
            let _ = read(&bytes);
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let terms = crate::totals::tests::worked_example().0;
        let bytes = write(&terms, &[]);
        for length in 0..bytes.len() {
            let cut = bytes.get(..length).unwrap();
            assert!(read(cut).is_err(), "{length}");
        }
        assert_eq!(read(&bytes), Ok(Some((terms, Vec::new()))));
    }

    #[test]
    fn what_a_later_version_adds_is_left_out() {
        let mut out = Out::default();
        out.u32(LAYOUT + 1);
        assert_eq!(read(&out.bytes), Ok(None));
        let mut later = Out::default();
        write_promotion(
            &mut later,
            &Promotion::new("a", "A", Action::PercentOff(Rate::FULL)),
        );
        later.bytes.extend_from_slice(b"more");
        let read = read_promotion(&mut Input { rest: &later.bytes });
        assert!(read.unwrap().is_some());
        let action = later.bytes.len() - 9;
        later.bytes.splice(action..=action, [9]);
        let read = read_promotion(&mut Input { rest: &later.bytes });
        assert_eq!(read, Ok(None));
    }
}
