//! Typed facts about a product, and the short notation in which the assortment states what they may be.
//!
//! A number is kept as digits and a scale, never as a float, so that it prints the same everywhere.

use frontage_shared::model::slug;
use serde::de::Error as _;

use super::Dice;

/// What one line of the assortment says about a fact.
#[derive(Debug, Clone)]
pub struct FactRule {
    /// Its machine name, made from the label.
    pub code: String,
    /// What shoppers read.
    pub label: String,
    domain: Domain,
}

impl FactRule {
    /// The texts that it may be, as shoppers read them; none for a number.
    pub fn choices(&self) -> Vec<&str> {
        match &self.domain {
            Domain::Choice(texts) | Domain::Several(texts) => {
                texts.iter().map(String::as_str).collect()
            }
            Domain::Flag(_) => vec!["Yes", "No"],
            Domain::Number { .. } => Vec::new(),
        }
    }
}

#[derive(Debug, Clone)]
enum Domain {
    /// `Label = red | green`
    Choice(Vec<String>),
    /// `Label & red | green | blue`, of which some apply
    Several(Vec<String>),
    /// `Label ? 60`, true for 60 %
    Flag(u64),
    /// `Label ~ 10..50/5 g` or `Label ~ 2|3|5 years`, in units of ten to the minus `decimals`
    Number {
        numbers: Numbers,
        decimals: u32,
        unit: String,
    },
}

#[derive(Debug, Clone)]
enum Numbers {
    Steps { low: i64, high: i64, step: i64 },
    Listed(Vec<i64>),
}

/// One fact about one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<'a> {
    /// Its machine name.
    pub code: &'a str,
    /// What shoppers read.
    pub label: &'a str,
    /// Its value.
    pub value: FactValue<'a>,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue<'a> {
    /// One of some texts.
    Text(&'a str),
    /// Some of some texts.
    Texts(Vec<&'a str>),
    /// Yes or no.
    Flag(bool),
    /// A number with its unit, which may be empty.
    Number(Decimal, &'a str),
}

/// A decimal number: `digits` divided by ten to the `decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits.
    pub digits: i64,
    /// How many of them stand behind the point.
    pub decimals: u32,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scale = 10_i64.pow(self.decimals);
        let sign = if self.digits < 0 { "-" } else { "" };
        let (whole, rest) = (self.digits.abs() / scale, self.digits.abs() % scale);
        match rest {
            0 => write!(f, "{sign}{whole}"),
            _ => {
                let fraction = format!("{rest:0width$}", width = self.decimals as usize);
                write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
            }
        }
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = self
            .to_string()
            .parse()
            .map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl FactRule {
    /// The fact as it is for the product that these dice belong to.
    pub fn roll(&self, dice: &mut Dice) -> Fact<'_> {
        let value = match &self.domain {
            Domain::Choice(values) => FactValue::Text(dice.word(values)),
            Domain::Several(values) => {
                let count = 1 + dice.index(values.len());
                let mut chosen = values.iter().map(String::as_str).collect::<Vec<_>>();
                while chosen.len() > count {
                    chosen.remove(dice.index(chosen.len()));
                }
                FactValue::Texts(chosen)
            }
            Domain::Flag(share) => FactValue::Flag(dice.percent(*share)),
            Domain::Number {
                numbers,
                decimals,
                unit,
            } => {
                let digits = match numbers {
                    Numbers::Listed(values) => *dice.pick(values),
                    Numbers::Steps { low, high, step } => {
                        low + step * dice.range(0, (high - low) / step)
                    }
                };
                FactValue::Number(
                    Decimal {
                        digits,
                        decimals: *decimals,
                    },
                    unit,
                )
            }
        };
        Fact {
            code: &self.code,
            label: &self.label,
            value,
        }
    }

    /// The unit and the kind of value, as an attribute definition states them.
    pub fn kind_and_unit(&self) -> (&'static str, &str) {
        match &self.domain {
            Domain::Choice(_) => ("select", ""),
            Domain::Several(_) => ("multiselect", ""),
            Domain::Flag(_) => ("boolean", ""),
            Domain::Number { unit, .. } => ("number", unit),
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let at = text.find(['=', '&', '?', '~'])?;
        let (label, rest) = (text[..at].trim(), text[at + 1..].trim());
        let texts = || {
            rest.split('|')
                .map(|value| value.trim().to_owned())
                .collect()
        };
        let domain = match &text[at..=at] {
            "=" => Domain::Choice(texts()),
            "&" => Domain::Several(texts()),
            "?" => Domain::Flag(rest.parse().ok()?),
            _ => parse_number(rest)?,
        };
        Some(Self {
            code: slug::from_text(label).replace('-', "_"),
            label: label.to_owned(),
            domain,
        })
    }
}

fn parse_number(text: &str) -> Option<Domain> {
    let (numbers, unit) = text.split_once(' ').unwrap_or((text, ""));
    let decimals = numbers.split(['|', '/', ' ']).map(decimals_of).max()?;
    let digits = |text: &str| -> Option<i64> {
        let padding = usize::try_from(decimals - decimals_of(text)).ok()?;
        format!("{}{}", text.replace('.', ""), "0".repeat(padding))
            .parse()
            .ok()
    };
    let numbers = match numbers.split_once("..") {
        None => Numbers::Listed(numbers.split('|').map(digits).collect::<Option<_>>()?),
        Some((low, rest)) => {
            let (high, step) = rest.split_once('/')?;
            Numbers::Steps {
                low: digits(low)?,
                high: digits(high)?,
                step: digits(step)?.max(1),
            }
        }
    };
    Some(Domain::Number {
        numbers,
        decimals,
        unit: unit.to_owned(),
    })
}

/// How many digits stand behind the point of the last number in a text.
fn decimals_of(text: &str) -> u32 {
    let last = text.rsplit("..").next().unwrap_or(text);
    last.split_once('.').map_or(0, |(_, fraction)| {
        u32::try_from(fraction.len()).unwrap_or(0)
    })
}

impl<'de> serde::Deserialize<'de> for FactRule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a fact")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn values(rule: &str) -> Vec<String> {
        let rule = FactRule::parse(rule).expect("a rule of the test");
        let mut all: Vec<String> = (0..300)
            .map(
                |index| match rule.roll(&mut Dice::new(1, "fact", index)).value {
                    FactValue::Text(text) => text.to_owned(),
                    FactValue::Texts(texts) => texts.join("+"),
                    FactValue::Flag(flag) => flag.to_string(),
                    FactValue::Number(number, unit) => format!("{number} {unit}"),
                },
            )
            .collect();
        all.sort();
        all.dedup();
        all
    }

    #[test]
    fn every_notation_gives_its_values() {
        assert_eq!(values("Material = oak | ash"), ["ash", "oak"]);
        assert_eq!(values("Suits & gas | oven"), ["gas", "gas+oven", "oven"]);
        assert_eq!(values("Foldable ? 50"), ["false", "true"]);
        assert_eq!(values("Drop ~ 0..4/2 mm"), ["0 mm", "2 mm", "4 mm"]);
        assert_eq!(
            values("Boil time ~ 2.5..3.5/0.5 min"),
            ["2.5 min", "3 min", "3.5 min"]
        );
        assert_eq!(
            values("Weight ~ 100..110/10 g/m²"),
            ["100 g/m²", "110 g/m²"]
        );
        assert_eq!(values("Slots ~ 2|4"), ["2 ", "4 "]);
        assert_eq!(values("Comfort ~ -2..0/1 °C"), ["-1 °C", "-2 °C", "0 °C"]);
    }

    #[test]
    fn codes_come_from_labels() {
        assert_eq!(
            FactRule::parse("Water column ~ 1|2 mm")
                .expect("a rule")
                .code,
            "water_column"
        );
    }
}
