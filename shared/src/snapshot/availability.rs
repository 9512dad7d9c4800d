//! §10 Whether something can be had.

/// Whether a variant can be had; the better, the smaller its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum Availability {
    /// On hand.
    InStock = 0,
    /// The merchant does not say; it can be ordered.
    NotStated = 1,
    /// Made when ordered.
    MadeToOrder = 2,
    /// Can be ordered, comes later.
    Backorder = 3,
    /// Can be ordered before it exists.
    Preorder = 4,
    /// Cannot be ordered now.
    OutOfStock = 5,
    /// Will not come again.
    Discontinued = 6,
}

impl Availability {
    /// All, best first.
    pub const ALL: [Self; 7] = [
        Self::InStock,
        Self::NotStated,
        Self::MadeToOrder,
        Self::Backorder,
        Self::Preorder,
        Self::OutOfStock,
        Self::Discontinued,
    ];

    /// The number in the record.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The availability with this number; unknown numbers of later versions mean "not stated".
    pub fn from_number(number: u32) -> Self {
        Self::ALL
            .into_iter()
            .find(|known| known.number() == number)
            .unwrap_or(Self::NotStated)
    }

    /// Whether a shopper may order it now.
    pub fn can_be_ordered(self) -> bool {
        self < Self::OutOfStock
    }

    /// The term of schema.org.
    pub fn schema_org(self) -> &'static str {
        match self {
            Self::InStock | Self::NotStated => "InStock",
            Self::MadeToOrder => "MadeToOrder",
            Self::Backorder => "BackOrder",
            Self::Preorder => "PreOrder",
            Self::OutOfStock => "OutOfStock",
            Self::Discontinued => "Discontinued",
        }
    }
}
