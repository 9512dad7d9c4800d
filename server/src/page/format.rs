//! How amounts, counts and dates are written for a shopper.
//!
//! Values render straight into the page's buffer: no page allocates a string for a price. What a robot reads (JSON-LD)
//! is always the canonical decimal of `model::money`, made from the same `Money` as the visible text.

use std::fmt::{self, Write as _};

use frontage_shared::model::money::Money;
use sailfish::runtime::{Buffer, Render, RenderError};

use super::locale::{Locale, Numbers};

/// An amount of money that renders itself: `€1,234.50` or `1.234,50 €`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Amount {
    pub(crate) money: Money,
    pub(super) locale: Locale,
}

/// A whole number that renders itself: `12,345`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Number {
    pub(crate) value: u64,
    pub(super) locale: Locale,
}

/// A calendar day that renders itself: `3 December 2026`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Day {
    pub(super) unix_seconds: i64,
    pub(super) locale: Locale,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numbers, pattern) = (&self.locale.data().numbers, self.locale.data().money);
        let code = self.money.currency.code();
        let symbol = self.locale.symbol(code);
        // Letters next to digits are hard to read, so a code keeps its space everywhere.
        let space = match symbol {
            Some(_) => pattern.space,
            None => "\u{a0}",
        };
        let symbol = symbol.unwrap_or(code);
        f.write_str(pattern.lead)?;
        if self.money.minor < 0 {
            f.write_str(&numbers.minus)?;
        }
        if pattern.symbol_first {
            f.write_str(symbol)?;
            f.write_str(space)?;
        }
        let exponent = self.money.currency.exponent();
        let scale = 10_u64.pow(u32::from(exponent));
        let magnitude = self.money.minor.unsigned_abs();
        let group = pattern.group.unwrap_or(&numbers.group);
        write_grouped(f, magnitude / scale, numbers, group)?;
        if exponent > 0 {
            f.write_str(&numbers.decimal)?;
            let mut place = scale / 10;
            while place > 0 {
                write_digit(f, magnitude / place % 10, numbers)?;
                place /= 10;
            }
        }
        if !pattern.symbol_first {
            f.write_str(space)?;
            f.write_str(symbol)?;
        }
        Ok(())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = &self.locale.data().numbers;
        write_grouped(f, self.value, numbers, &numbers.group)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.locale.data();
        let (year, month, day) = civil(self.unix_seconds);
        let phrase = data.months.get(month.saturating_sub(1));
        let (day, year) = (data.numbers.plain(day), data.numbers.plain(year));
        phrase.map_or(Ok(()), |phrase| f.write_str(&phrase.fill(&[&day, &year])))
    }
}

/// An ISO 8601 day, for `lastmod` and for machines.
pub(crate) fn iso_day(unix_seconds: i64) -> String {
    let (year, month, day) = civil(unix_seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// An RFC 3339 instant in UTC.
pub(crate) fn iso_instant(unix_seconds: i64) -> String {
    let of_day = unix_seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        iso_day(unix_seconds)
    )
}

/// Writes what a `Display` writes; safe unescaped where it can hold none of HTML's special characters.
macro_rules! render_by_display {
    ($($name:ty),*) => {$(
        impl Render for $name {
            fn render(&self, buffer: &mut Buffer) -> Result<(), RenderError> {
                write!(buffer, "{self}").map_err(RenderError::from)
            }

            /// Digits, separators and currency symbols hold none of `<`, `>`, `&` and `"`.
            fn render_escaped(&self, buffer: &mut Buffer) -> Result<(), RenderError> {
                self.render(buffer)
            }
        }
    )*};
}
render_by_display!(Amount, Number, Day);

fn write_digit(f: &mut fmt::Formatter<'_>, value: u64, numbers: &Numbers) -> fmt::Result {
    let digit = usize::try_from(value)
        .ok()
        .and_then(|at| numbers.digits.get(at));
    f.write_char(digit.copied().unwrap_or('0'))
}

fn write_grouped(
    f: &mut fmt::Formatter<'_>,
    value: u64,
    numbers: &Numbers,
    group: &str,
) -> fmt::Result {
    // A u64 has at most twenty digits; they are found from the last one on.
    let mut digits = [0_u64; 20];
    let mut rest = value;
    let mut count = 0;
    for digit in &mut digits {
        *digit = rest % 10;
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    let is_grouped = numbers.primary > 0 && count >= numbers.primary + numbers.least;
    for (behind, digit) in digits.iter().enumerate().take(count).rev() {
        write_digit(f, *digit, numbers)?;
        let ends_group = behind >= numbers.primary
            && (behind - numbers.primary).is_multiple_of(numbers.secondary.max(1));
        if is_grouped && behind > 0 && ends_group {
            f.write_str(group)?;
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
    fn amounts_follow_the_locale() {
        check(123_450, "EUR", "en", "€1,234.50");
        check(123_450, "EUR", "de", "1.234,50\u{a0}€");
        check(123_450, "EUR", "de-AT", "€\u{a0}1.234,50");
        check(123_450, "CHF", "de-CH", "CHF\u{a0}1'234.50");
        check(123_450, "EUR", "fr", "1\u{202f}234,50\u{a0}€");
        check(123_450, "EUR", "es", "1234,50\u{a0}€");
        check(1_234_550, "EUR", "es", "12.345,50\u{a0}€");
        check(123_450, "EUR", "it", "1234,50\u{a0}€");
        check(123_450, "EUR", "nl", "€\u{a0}1.234,50");
        check(123_450, "PLN", "pl", "1234,50\u{a0}zł");
        check(123_450, "SEK", "sv", "1\u{a0}234,50\u{a0}kr");
        check(123_450, "SEK", "en", "SEK\u{a0}1,234.50");
        check(123_450, "EUR", "ar-EG", "\u{200f}١٬٢٣٤٫٥٠\u{a0}€");
        check(123_456_789_000, "INR", "en-IN", "₹1,23,45,67,890.00");
        check(5, "USD", "en-US", "$0.05");
        check(1_200_000, "JPY", "en", "¥1,200,000");
        check(1_234, "KWD", "en", "KWD\u{a0}1.234");
        check(-990, "CHF", "fr", "-9,90\u{a0}CHF");
        check(i64::MAX, "EUR", "en", "€92,233,720,368,547,758.07");
        check(100, "EUR", "no such tag", "€1.00");
    }

    #[test]
    fn days_follow_the_locale_and_the_calendar() {
        let day = |tag: &str, at: i64| Locale::of(tag).day(at).to_string();
        assert_eq!(day("en", 0), "January 1, 1970");
        assert_eq!(day("en-GB", 0), "1 January 1970");
        assert_eq!(day("de", 1_709_164_800), "29. Februar 2024");
        assert_eq!(day("fr", 1_709_164_800), "29 février 2024");
        assert_eq!(day("pl", 1_709_164_800), "29 lutego 2024");
        assert_eq!(day("sv", 1_709_164_800), "29 februari 2024");
        assert_eq!(day("ar-EG", 1_709_164_800), "٢٩ فبراير ٢٠٢٤");
        assert_eq!(iso_day(951_782_400), "2000-02-29");
        assert_eq!(iso_day(-86_400), "1969-12-31");
        assert_eq!(iso_day(i64::MAX), "9999-12-31");
        let en = Locale::of("en");
        assert_eq!(en.number(1_000_203).to_string(), "1,000,203");
        assert_eq!(en.number(0).to_string(), "0");
        assert_eq!(en.number(999).to_string(), "999");
        assert_eq!(
            en.number(u64::MAX).to_string(),
            "18,446,744,073,709,551,615"
        );
    }
}
