//! How amounts, counts and dates are written for a shopper.
//!
//! Values render straight into the page's buffer: no page allocates a string for a price. What a robot reads (JSON-LD)
//! is always the canonical decimal of `model::money`, made from the same `Money` as the visible text.

use std::fmt::{self, Write as _};

use frontage_shared::model::money::Money;
use sailfish::runtime::{Buffer, Render, RenderError};

/// How a language writes numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Locale {
    decimal: &'static str,
    group: &'static str,
    symbol_first: bool,
    months: [&'static str; 12],
    day_point: bool,
}

const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DE_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

impl Locale {
    /// The style of a BCP 47 tag: by its language, English where we know no better.
    pub(crate) fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or("en");
        let english = Self {
            decimal: ".",
            group: ",",
            symbol_first: true,
            months: EN_MONTHS,
            day_point: false,
        };
        match language {
            "de" => Self {
                decimal: ",",
                group: ".",
                symbol_first: false,
                months: DE_MONTHS,
                day_point: true,
            },
            "nl" | "es" | "it" | "pt" | "da" | "id" | "tr" => Self {
                decimal: ",",
                group: ".",
                symbol_first: false,
                ..english
            },
            "fr" | "pl" | "cs" | "sv" | "nb" | "no" | "fi" | "ru" | "uk" | "hu" => Self {
                decimal: ",",
                group: "\u{202f}",
                symbol_first: false,
                ..english
            },
            _ => english,
        }
    }

    /// An amount as this language writes it.
    pub(crate) fn amount(self, money: Money) -> Amount {
        Amount {
            money,
            locale: self,
        }
    }

    /// A whole number with its groups.
    pub(crate) fn number(self, value: u64) -> Number {
        Number {
            value,
            locale: self,
        }
    }

    /// The day of an instant, in UTC.
    pub(crate) fn day(self, unix_seconds: i64) -> Day {
        Day {
            unix_seconds,
            locale: self,
        }
    }
}

/// An amount of money that renders itself: `€1,234.50` or `1.234,50 €`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Amount {
    pub(crate) money: Money,
    locale: Locale,
}

/// A whole number that renders itself: `12,345`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Number {
    pub(crate) value: u64,
    locale: Locale,
}

/// A calendar day that renders itself: `3 December 2026`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Day {
    unix_seconds: i64,
    locale: Locale,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = usize::from(self.money.currency.exponent());
        let scale = 10_u64.pow(u32::from(self.money.currency.exponent()));
        let magnitude = self.money.minor.unsigned_abs();
        if self.money.minor < 0 {
            f.write_str("−")?;
        }
        let symbol = symbol(self.money.currency.code());
        if self.locale.symbol_first {
            f.write_str(symbol.unwrap_or(self.money.currency.code()))?;
            if symbol.is_none() {
                f.write_str("\u{a0}")?;
            }
        }
        write_grouped(f, magnitude / scale, self.locale.group)?;
        if exponent > 0 {
            write!(f, "{}{:0exponent$}", self.locale.decimal, magnitude % scale)?;
        }
        if !self.locale.symbol_first {
            f.write_str("\u{a0}")?;
            f.write_str(symbol.unwrap_or(self.money.currency.code()))?;
        }
        Ok(())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_grouped(f, self.value, self.locale.group)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.unix_seconds);
        let month = self
            .locale
            .months
            .get(month.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let point = if self.locale.day_point { "." } else { "" };
        write!(f, "{day}{point} {month} {year}")
    }
}

/// An ISO 8601 day, for `lastmod` and for machines.
pub(crate) fn iso_day(unix_seconds: i64) -> String {
    let (year, month, day) = civil(unix_seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Writes what a `Display` writes; safe unescaped where it can hold none of HTML's special characters.
macro_rules! render_by_display {
    ($($name:ty),*) => {$(
        impl Render for $name {
            fn render(&self, buffer: &mut Buffer) -> Result<(), RenderError> {
                write!(buffer, "{self}").map_err(RenderError::from)
            }

            /// Digits, points and currency symbols need no escaping.
            fn render_escaped(&self, buffer: &mut Buffer) -> Result<(), RenderError> {
                self.render(buffer)
            }
        }
    )*};
}
render_by_display!(Amount, Number, Day);

/// The sign of a currency where there is a well-known one.
fn symbol(code: &str) -> Option<&'static str> {
    Some(match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "CNY" => "CN¥",
        "INR" => "₹",
        "KRW" => "₩",
        "AUD" => "A$",
        "CAD" => "C$",
        "NZD" => "NZ$",
        "BRL" => "R$",
        "MXN" => "MX$",
        "ILS" => "₪",
        "TRY" => "₺",
        "UAH" => "₴",
        "VND" => "₫",
        _ => return None,
    })
}

fn write_grouped(f: &mut fmt::Formatter<'_>, value: u64, group: &str) -> fmt::Result {
    // A u64 has at most seven groups of three digits; the first is written without leading zeros.
    let mut groups = [0_u64; 7];
    let mut rest = value;
    let mut count = 0;
    for slot in &mut groups {
        *slot = rest % 1000;
        rest /= 1000;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    for (index, part) in groups.iter().take(count).rev().enumerate() {
        if index == 0 {
            write!(f, "{part}")?;
        } else {
            write!(f, "{group}{part:03}")?;
        }
    }
    Ok(())
}

/// Year, month and day of an instant, by the proleptic Gregorian calendar; eras of 400 years start on 1 March.
fn civil(unix_seconds: i64) -> (i64, usize, i64) {
    const DAYS_TO_ERA: i64 = 719_468;
    const DAYS_PER_ERA: i64 = 146_097;
    // Whatever a feed claims, four digits of year are all a page shows.
    let days = unix_seconds
        .div_euclid(86_400)
        .clamp(-DAYS_TO_ERA, 2_932_896)
        + DAYS_TO_ERA;
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = days.div_euclid(DAYS_PER_ERA) * 400 + year_of_era + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day)
}

#[cfg(test)]
mod tests {
    use frontage_shared::model::money::Currency;

    use super::*;

    #[track_caller]
    fn check(minor: i64, code: &str, locale: &str, expected: &str) {
        let money = Money {
            minor,
            currency: Currency::parse(code).unwrap(),
        };
        assert_eq!(Locale::of(locale).amount(money).to_string(), expected);
    }

    #[test]
    fn amounts_follow_the_language() {
        check(123_450, "EUR", "en", "€1,234.50");
        check(123_450, "EUR", "de-AT", "1.234,50\u{a0}€");
        check(5, "USD", "en-US", "$0.05");
        check(1_200_000, "JPY", "en", "¥1,200,000");
        check(1_234, "KWD", "en", "KWD\u{a0}1.234");
        check(-990, "CHF", "fr", "−9,90\u{a0}CHF");
        check(i64::MAX, "EUR", "en", "€92,233,720,368,547,758.07");
    }

    #[test]
    fn days_follow_the_calendar() {
        let en = Locale::of("en");
        assert_eq!(en.day(0).to_string(), "1 January 1970");
        assert_eq!(
            Locale::of("de").day(1_709_164_800).to_string(),
            "29. Februar 2024"
        );
        assert_eq!(iso_day(951_782_400), "2000-02-29");
        assert_eq!(iso_day(-86_400), "1969-12-31");
        assert_eq!(iso_day(i64::MAX), "9999-12-31");
        assert_eq!(en.number(1_000_203).to_string(), "1,000,203");
        assert_eq!(
            en.number(u64::MAX).to_string(),
            "18,446,744,073,709,551,615"
        );
    }
}
