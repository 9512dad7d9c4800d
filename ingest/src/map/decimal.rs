//! Decimals as text: from any notation a back end uses to plain digits and a point, without a float in between.
//!
//! Nothing is rounded here: what cannot be written exactly is an error.

use frontage_shared::model::money::{Currency, Money};

/// A JSON number as plain digits: `1.5e3` becomes `1500`. Absurd exponents are left to fail elsewhere.
pub(super) fn plain(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return number.to_owned();
    };
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Some(exponent) = exponent
        .parse::<i32>()
        .ok()
        .filter(|exponent| exponent.abs() <= 40)
    else {
        return number.to_owned();
    };
    let shift = exponent.unsigned_abs() as usize;
    let digits = if exponent >= 0 {
        let padded = format!("{fraction:0<shift$}");
        let (moved, left) = padded.split_at(shift);
        format!("{whole}{moved}.{left}")
    } else {
        let padded = format!("{whole:0>width$}", width = shift + 1);
        let (left, moved) = padded.split_at(padded.len() - shift);
        format!("{left}.{moved}{fraction}")
    };
    let digits = digits.trim_start_matches('0').trim_end_matches('.');
    let digits = if digits.starts_with('.') || digits.is_empty() {
        format!("0{digits}")
    } else {
        digits.to_owned()
    };
    format!("{sign}{digits}")
}

/// A decimal written with `separator` before its fraction, and perhaps with grouping: `1.234,50` with `,` is `1234.50`.
pub(super) fn separated(text: &str, separator: char) -> Result<String, String> {
    let wrong = || format!("`{text}` is not a decimal with `{separator}` before its fraction");
    let trimmed = text.trim();
    let (sign, digits) = trimmed
        .strip_prefix('-')
        .map_or(("", trimmed), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once(separator).unwrap_or((digits, ""));
    let is_group = |character: char| {
        character != separator
            && matches!(
                character,
                '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}'
            )
    };
    let groups: Vec<&str> = whole.split(is_group).collect();
    let is_grouped = groups.len() > 1;
    let lengths_fit = groups.iter().enumerate().all(|(at, group)| match at {
        0 if is_grouped => (1..=3).contains(&group.len()),
        0 => true,
        _ => group.len() == 3,
    });
    let all_digits = groups
        .iter()
        .chain([&fraction])
        .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !lengths_fit || !all_digits || (whole.is_empty() && fraction.is_empty()) {
        return Err(wrong());
    }
    let whole = groups.concat();
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(format!("{sign}{whole}{point}{fraction}"))
}

/// An amount in major units, checked against its currency: `12.9` EUR becomes `12.90`.
pub(super) fn money(text: &str, currency: &str) -> Result<String, String> {
    let currency = Currency::parse(currency).map_err(|error| error.to_string())?;
    let text = separated(text, '.')?;
    Money::parse_decimal(&text, currency)
        .map(|money| money.to_string())
        .map_err(|error| error.to_string())
}

/// An amount in minor units: `1290` EUR becomes `12.90`.
pub(super) fn money_minor(text: &str, currency: &str) -> Result<String, String> {
    let currency = Currency::parse(currency).map_err(|error| error.to_string())?;
    let whole = text
        .split_once('.')
        .filter(|(_, zeros)| zeros.bytes().all(|byte| byte == b'0'));
    let digits = whole.map_or(text, |(whole, _)| whole).trim();
    let minor: i64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a whole number of minor units"))?;
    if minor < 0 {
        return Err(format!("`{text}` is negative"));
    }
    Ok(Money { minor, currency }.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_written_out() {
        for (number, expected) in [
            ("59.90", "59.90"),
            ("1.5e3", "1500"),
            ("1e+2", "100"),
            ("1.2345e2", "123.45"),
            ("5e-1", "0.5"),
            ("12.5e-3", "0.0125"),
            ("-2.5e1", "-25"),
            ("0e5", "0"),
            ("1e400", "1e400"),
        ] {
            assert_eq!(plain(number), expected, "{number}");
        }
    }

    #[test]
    fn separators_and_groups_are_understood() {
        for (text, separator, expected) in [
            ("399,90", ',', "399.90"),
            ("1.234,50", ',', "1234.50"),
            ("1 234 567,5", ',', "1234567.5"),
            ("1,234.50", '.', "1234.50"),
            ("1'234.50", '.', "1234.50"),
            ("-3,5", ',', "-3.5"),
            ("007", '.', "7"),
            (",5", ',', "0.5"),
            (" 12 ", ',', "12"),
        ] {
            assert_eq!(separated(text, separator).unwrap(), expected, "{text}");
        }
        for (text, separator) in [
            ("1,234.50", ','),
            ("12,34.5", '.'),
            ("", '.'),
            ("EUR 5", '.'),
            ("1.2.3", '.'),
            ("--1", '.'),
            ("1e3", '.'),
        ] {
            assert!(separated(text, separator).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_follow_their_currency() {
        assert_eq!(money("12.9", "EUR").unwrap(), "12.90");
        assert_eq!(money("1200", "JPY").unwrap(), "1200");
        assert_eq!(money("1.2340", "KWD").unwrap(), "1.234");
        assert_eq!(money_minor("4995", "EUR").unwrap(), "49.95");
        assert_eq!(money_minor("4995", "JPY").unwrap(), "4995");
        assert_eq!(money_minor("5.0", "KWD").unwrap(), "0.005");
        for (text, currency) in [
            ("12.999", "EUR"),
            ("-1", "EUR"),
            ("x", "EUR"),
            ("1", "EURO"),
        ] {
            assert!(money(text, currency).is_err(), "{text}");
        }
        for text in ["1.5", "x", "-5", ""] {
            assert!(money_minor(text, "EUR").is_err(), "{text}");
        }
    }
}
