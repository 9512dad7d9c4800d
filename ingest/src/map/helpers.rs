//! What mappings may call beside jq's own filters.
//!
//! Pure functions of text, run natively and without a regular expression. Nothing in gives nothing out: `null` and
//! empty text are `null`.

use super::decimal;
use super::time::{Zone, rfc3339};
use crate::html;
use frontage_shared::model::slug;

/// A helper's result: `None` is `null`.
pub(super) type Helped = Result<Option<Out>, String>;

/// What a helper gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// `money($currency)`: an amount in major units, checked and written as its currency has it.
pub(super) fn money(input: &str, currency: &str) -> Helped {
    decimal::money(input, currency).map(text)
}

/// `money_minor($currency)`: a whole number of minor units (cents) as a decimal.
pub(super) fn money_minor(input: &str, currency: &str) -> Helped {
    decimal::money_minor(input, currency).map(text)
}

/// `dec($separator)`: a decimal with this separator, and perhaps grouping, as plain digits and a point.
pub(super) fn dec(input: &str, separator: &str) -> Helped {
    let mut characters = separator.chars();
    match (characters.next(), characters.next()) {
        (Some(separator), None) => decimal::separated(input, separator).map(text),
        _ => Err(format!(
            "dec takes one character, such as \",\", got `{separator}`"
        )),
    }
}

/// `slug`: readable text for an address.
pub(super) fn slug(input: &str, _: &str) -> Helped {
    Ok(text(slug::from_text(input)))
}

/// `text`: HTML without its markup.
pub(super) fn plain_text(input: &str, _: &str) -> Helped {
    Ok(text(html::text(input)))
}

/// `html`: HTML without what is not safe.
pub(super) fn safe_html(input: &str, _: &str) -> Helped {
    Ok(text(html::safe(input).into_owned()))
}

/// `gtin`: the digits of a GTIN whose check digit is right, or nothing.
pub(super) fn gtin(input: &str, _: &str) -> Helped {
    let digits: String = input
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    let is_gtin = matches!(digits.len(), 8 | 12 | 13 | 14)
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let weighted = digits.bytes().rev().enumerate().map(|(at, digit)| {
        let weight = if at % 2 == 0 { 1 } else { 3 };
        u32::from(digit.wrapping_sub(b'0')) * weight
    });
    Ok((is_gtin && weighted.sum::<u32>() % 10 == 0).then_some(Out::Text(digits)))
}

/// `time`, `time($zone)`: RFC 3339, or nothing when it is no time.
pub(super) fn time(input: &str, zone: &str) -> Helped {
    let zone = Zone::parse(zone)
        .ok_or_else(|| format!("`{zone}` is neither a time zone nor an offset"))?;
    Ok(rfc3339(input, zone).map(Out::Text))
}

/// `split_path($separator)`: `"A > B"` to `["A", "B"]`.
pub(super) fn split_path(input: &str, separator: &str) -> Helped {
    if separator.is_empty() {
        return Err("split_path needs a separator".to_owned());
    }
    let parts: Vec<String> = input
        .split(separator)
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    Ok((!parts.is_empty()).then_some(Out::List(parts)))
}

fn text(text: String) -> Option<Out> {
    (!text.is_empty()).then_some(Out::Text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Helped {
        Ok(Some(Out::Text(text.to_owned())))
    }

    #[test]
    fn gtins_are_checked() {
        assert_eq!(gtin("4006381333931", ""), given("4006381333931"));
        assert_eq!(gtin("4006-3813 33931", ""), given("4006381333931"));
        for wrong in ["4006381333932", "12345678901", "abc", "400638133393x"] {
            assert_eq!(gtin(wrong, ""), Ok(None), "{wrong}");
        }
    }

    #[test]
    fn paths_are_split() {
        let parts = |parts: &[&str]| {
            Ok(Some(Out::List(
                parts.iter().map(|part| (*part).to_owned()).collect(),
            )))
        };
        assert_eq!(
            split_path("Men > Shirts >  > Linen ", ">"),
            parts(&["Men", "Shirts", "Linen"])
        );
        assert_eq!(split_path(" > ", ">"), Ok(None));
        assert!(split_path("a", "").is_err());
    }

    #[test]
    fn the_rest_do_as_they_say() {
        assert_eq!(dec("1.234,5", ","), given("1234.5"));
        assert!(dec("1", "").is_err());
        assert_eq!(slug("Café 2 l", ""), given("cafe-2-l"));
        assert_eq!(slug("!!!", ""), Ok(None));
        assert_eq!(plain_text("<p>a</p>", ""), given("a"));
        assert_eq!(time("2017-07-29", "UTC"), given("2017-07-29T00:00:00Z"));
        assert_eq!(time("soon", "UTC"), Ok(None));
        assert!(time("2017-07-29", "Mars/Olympus").is_err());
    }
}
