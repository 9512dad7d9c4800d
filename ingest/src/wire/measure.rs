//! How much a product or variant holds, for its price per unit.

use serde::{Deserialize, Serialize};

/// How much it holds: `{"content": "750", "unit": "ml"}` is told as a price per litre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// How much, as a decimal, in `unit`.
    pub content: String,
    /// What the content is measured in.
    pub unit: Unit,
    /// How many of `per_unit` the price is told for; 1 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<u32>,
    /// The unit of `per`; by the kind of `unit` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_unit: Option<Unit>,
}

/// A unit that things are sold by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Milligram.
    Mg,
    /// Gram.
    G,
    /// Kilogram.
    Kg,
    /// Millilitre.
    Ml,
    /// Centilitre.
    Cl,
    /// Litre.
    L,
    /// Cubic metre.
    M3,
    /// Millimetre.
    Mm,
    /// Centimetre.
    Cm,
    /// Metre.
    M,
    /// Square metre.
    M2,
    /// One of several in a pack.
    Piece,
}

impl Unit {
    /// The unit as documents and parts name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mg => "mg",
            Self::G => "g",
            Self::Kg => "kg",
            Self::Ml => "ml",
            Self::Cl => "cl",
            Self::L => "l",
            Self::M3 => "m3",
            Self::Mm => "mm",
            Self::Cm => "cm",
            Self::M => "m",
            Self::M2 => "m2",
            Self::Piece => "piece",
        }
    }

    /// The unit that prices of its kind are usually told for.
    pub fn usual(self) -> Self {
        match self {
            Self::Mg | Self::G | Self::Kg => Self::Kg,
            Self::Ml | Self::Cl | Self::L => Self::L,
            Self::Mm | Self::Cm | Self::M => Self::M,
            Self::M3 | Self::M2 | Self::Piece => self,
        }
    }

    /// How many of the smallest unit of its kind it is; `None` if the other unit is of another kind.
    pub fn size_beside(self, other: Self) -> Option<u64> {
        let (kind, size) = self.kind_and_size();
        (kind == other.kind_and_size().0).then_some(size)
    }

    fn kind_and_size(self) -> (u8, u64) {
        match self {
            Self::Mg => (0, 1),
            Self::G => (0, 1_000),
            Self::Kg => (0, 1_000_000),
            Self::Ml => (1, 1),
            Self::Cl => (1, 10),
            Self::L => (1, 1_000),
            Self::M3 => (1, 1_000_000),
            Self::Mm => (2, 1),
            Self::Cm => (2, 10),
            Self::M => (2, 1_000),
            Self::M2 => (3, 1),
            Self::Piece => (4, 1),
        }
    }
}

impl Measure {
    /// The unit that its price is told for.
    pub fn told_for(&self) -> Unit {
        self.per_unit.unwrap_or_else(|| self.unit.usual())
    }

    /// The content in millionths of what the price is told for; `None` if there is none, or the units are of
    /// different kinds.
    pub fn millionths(&self) -> Option<u64> {
        let (whole, fraction) = self.content.split_once('.').unwrap_or((&self.content, ""));
        let digits: u128 = format!("{whole}{fraction:0<6}").parse().ok()?;
        let told_for = self.told_for();
        let own = u128::from(self.unit.size_beside(told_for)?);
        let per = u128::from(told_for.size_beside(self.unit)?);
        let per = per.checked_mul(u128::from(self.per.unwrap_or(1)))?;
        let millionths = digits.checked_mul(own)?.checked_div(per)?;
        u64::try_from(millionths).ok().filter(|&some| some > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(content: &str, unit: Unit, per: Option<u32>, per_unit: Option<Unit>) -> Measure {
        Measure {
            content: content.to_owned(),
            unit,
            per,
            per_unit,
        }
    }

    #[test]
    fn contents_are_told_in_what_prices_are_told_for() {
        let millionths =
            |content, unit, per, per_unit| measure(content, unit, per, per_unit).millionths();
        assert_eq!(millionths("750", Unit::Ml, None, None), Some(750_000));
        assert_eq!(
            millionths("0.75", Unit::L, Some(100), Some(Unit::Ml)),
            Some(7_500_000)
        );
        assert_eq!(millionths("2.5", Unit::Kg, None, None), Some(2_500_000));
        assert_eq!(millionths("12", Unit::Piece, None, None), Some(12_000_000));
        assert_eq!(
            millionths("1", Unit::M3, None, Some(Unit::L)),
            Some(1_000_000_000)
        );
        assert_eq!(millionths("0", Unit::G, None, None), None);
        assert_eq!(millionths("5", Unit::G, None, Some(Unit::L)), None);
    }
}
