//! What values are, whatever they are called: amounts, numbers, GTINs, addresses, times, yes and no.

use serde_json::Value;

/// A text or number as text.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn is_scalar(value: &Value) -> bool {
    text_of(value).is_some_and(|text| !text.is_empty() && text.len() <= 200)
}

pub(super) fn is_text(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.chars().any(char::is_alphabetic))
}

/// A number, perhaps with a comma.
pub(super) fn is_number(value: &Value) -> bool {
    text_of(value).is_some_and(|text| text.len() <= 20 && is_digits(&text))
}

/// A number, perhaps with a currency beside it.
pub(super) fn is_money(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        let bare = bare(&text);
        let beside = text.len() - bare.len();
        text.len() <= 24 && is_digits(bare) && beside <= 6
    })
}

fn is_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .chars()
            .all(|next| next.is_ascii_digit() || ".,-'\u{a0}\u{202f}".contains(next))
}

/// The digits of `12,90 €` or `EUR 12.90`.
fn bare(text: &str) -> &str {
    text.trim_matches(|next: char| !next.is_ascii_digit() && next != '-')
}

pub(super) fn is_gtin(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        matches!(text.len(), 8 | 12..=14) && text.bytes().all(|byte| byte.is_ascii_digit())
    })
}

pub(super) fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.starts_with("https://")
            || text.starts_with("http://")
            || (text.starts_with('/') && !text.starts_with("//"))
    })
}

/// A date or a time, or seconds or milliseconds since 1970.
pub(super) fn is_time(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        text.len() >= 8 && text.starts_with(|first: char| first.is_ascii_digit())
    })
}

/// One segment of an address.
pub(super) fn is_slug(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        !text.is_empty()
            && text.len() <= 200
            && text
                .chars()
                .all(|next| next.is_alphanumeric() || matches!(next, '-' | '_'))
    })
}

/// Yes or no, in whatever words.
pub(super) fn is_state(value: &Value) -> bool {
    value.is_boolean()
        || text_of(value).is_some_and(|text| {
            matches!(
                text.to_ascii_lowercase().as_str(),
                "0" | "1"
                    | "-1"
                    | "true"
                    | "false"
                    | "yes"
                    | "no"
                    | "active"
                    | "inactive"
                    | "draft"
                    | "archived"
                    | "enabled"
                    | "disabled"
                    | "published"
                    | "publish"
                    | "ja"
                    | "nein"
            )
        })
}

/// Yes or no, or words for what is in stock.
pub(super) fn is_availability(value: &Value) -> bool {
    is_state(value)
        || value.as_str().is_some_and(|text| {
            let lower = text.to_lowercase();
            ["stock", "avail", "order", "lager", "liefer", "dispon"]
                .iter()
                .any(|word| lower.contains(word))
        })
}

/// The code of a currency.
pub(super) fn is_currency(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| frontage_shared::model::money::Currency::parse(text.trim()).is_ok())
}

/// What amounts of a column look like together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    comma: usize,
    point: usize,
    /// A separator before three digits: a fraction or a group.
    unclear: usize,
    has_unit: bool,
    is_grouped: bool,
    /// All are whole numbers, and most do not end in 00.
    pub(super) may_be_minor: bool,
    /// Some have more decimals than the money of most countries.
    pub(super) is_precise: bool,
}

impl Amounts {
    pub(super) fn of(values: &[&Value]) -> Self {
        let mut all = Self::default();
        let (mut whole, mut uneven) = (0, 0);
        for value in values {
            let Some(text) = text_of(value) else {
                continue;
            };
            let digits = bare(&text);
            all.has_unit |= digits.len() < text.len();
            let decimals = digits
                .rsplit_once(['.', ','])
                .map_or("", |(_, after)| after);
            let is_fraction = decimals.trim_end_matches('0').len() > 3;
            all.is_precise |= is_fraction && decimals.bytes().all(|byte| byte.is_ascii_digit());
            let commas = digits.matches(',').count();
            let points = digits.matches('.').count();
            let tail = |separator| digits.rsplit(separator).next().map_or(0, str::len);
            match (commas, points) {
                (0, 0) => {
                    whole += 1;
                    uneven += usize::from(digits.len() >= 3 && !digits.ends_with("00"));
                }
                (1.., 1..) => {
                    all.is_grouped = true;
                    if digits.rfind(',') > digits.rfind('.') {
                        all.comma += 1;
                    } else {
                        all.point += 1;
                    }
                }
                (1, 0) if tail(',') == 3 => all.unclear += 1,
                (1, 0) => all.comma += 1,
                // In a text `1.500` may be a group, too; without commas elsewhere it is taken as it stands.
                (0, 1) if tail('.') == 3 && value.is_string() => {}
                (0, 1) => all.point += 1,
                // Only groups come several times: the other sign is the decimal one.
                (_, 0) => (all.point, all.is_grouped) = (all.point + 1, true),
                (0, _) => (all.comma, all.is_grouped) = (all.comma + 1, true),
            }
        }
        all.may_be_minor = whole == values.len() && uneven * 2 > whole;
        all
    }

    /// Whether what stands before three digits could be either.
    pub(super) fn is_unclear(&self) -> bool {
        self.unclear > 0 && self.comma == 0 && self.point == 0
    }

    /// An expression for the decimal at the path.
    pub(super) fn expression(&self, path: &str) -> String {
        let bare = if self.has_unit {
            format!("{path} | tostring | gsub(\"[^0-9.,-]\"; \"\")")
        } else {
            path.to_owned()
        };
        if self.comma > self.point {
            format!("{bare} | dec(\",\")")
        } else if self.has_unit || self.is_grouped || self.unclear > 0 {
            format!("{bare} | dec(\".\")")
        } else {
            bare
        }
    }
}

/// An expression for a sale price where it is one: above zero, and below the usual price if there is any.
pub(super) fn sale_expression(sale: &str, usual: &str) -> String {
    format!(
        "((({usual} | tonumber?) // 0) as $usual | {sale} | select((tonumber? // 0) as $sale | $sale > 0 and ($usual == 0 or $sale < $usual)))"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for (values, expected) in [
            (vec![json!(9.5), json!("10")], ".p"),
            (vec![json!("1.249,00"), json!("9,90")], ".p | dec(\",\")"),
            (vec![json!("1,249.00"), json!("9.90")], ".p | dec(\".\")"),
            (vec![json!("9,90"), json!("1.500")], ".p | dec(\",\")"),
            (
                vec![json!("12,90 €")],
                ".p | tostring | gsub(\"[^0-9.,-]\"; \"\") | dec(\",\")",
            ),
            (
                vec![json!("12.90 EUR")],
                ".p | tostring | gsub(\"[^0-9.,-]\"; \"\") | dec(\".\")",
            ),
        ] {
            let values: Vec<&Value> = values.iter().collect();
            assert!(values.iter().all(|value| is_money(value)), "{values:?}");
            assert_eq!(
                Amounts::of(&values).expression(".p"),
                expected,
                "{values:?}"
            );
        }
        let cents = [json!(1295), json!(4995), json!(10000)];
        assert!(Amounts::of(&cents.iter().collect::<Vec<_>>()).may_be_minor);
        assert!(Amounts::of(&[&json!("1,250")]).is_unclear());
    }
}
