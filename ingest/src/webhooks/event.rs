//! What other systems may be told of: the kinds of events, and how one is written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A generation is live, whatever differs.
    #[serde(rename = "generation.published")]
    GenerationPublished,
    /// Products that were not there before.
    #[serde(rename = "product.added")]
    ProductAdded,
    /// Products that are gone.
    #[serde(rename = "product.removed")]
    ProductRemoved,
    /// Products whose text, images, categories or variants differ.
    #[serde(rename = "product.changed")]
    ProductChanged,
    /// Variants whose price differs.
    #[serde(rename = "price.changed")]
    PriceChanged,
    /// Variants that cannot be ordered any more.
    #[serde(rename = "stock.out")]
    StockOut,
    /// Variants that can be ordered again.
    #[serde(rename = "stock.back")]
    StockBack,
    /// An order is in the store.
    #[serde(rename = "order.accepted")]
    OrderAccepted,
    /// The merchant has it.
    #[serde(rename = "order.delivered")]
    OrderDelivered,
    /// The merchant refused it.
    #[serde(rename = "order.rejected")]
    OrderRejected,
    /// The merchant says what became of it.
    #[serde(rename = "order.status")]
    OrderStatus,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::GenerationPublished,
        Self::ProductAdded,
        Self::ProductRemoved,
        Self::ProductChanged,
        Self::PriceChanged,
        Self::StockOut,
        Self::StockBack,
        Self::OrderAccepted,
        Self::OrderDelivered,
        Self::OrderRejected,
        Self::OrderStatus,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::GenerationPublished => "generation.published",
            Self::ProductAdded => "product.added",
            Self::ProductRemoved => "product.removed",
            Self::ProductChanged => "product.changed",
            Self::PriceChanged => "price.changed",
            Self::StockOut => "stock.out",
            Self::StockBack => "stock.back",
            Self::OrderAccepted => "order.accepted",
            Self::OrderDelivered => "order.delivered",
            Self::OrderRejected => "order.rejected",
            Self::OrderStatus => "order.status",
        }
    }

    /// The kinds that a word of the configuration means: a name, `price.*`, or `*`. Empty if there is no such thing.
    pub fn meant_by(word: &str) -> Vec<Self> {
        let is_meant = |kind: &Self| match word.strip_suffix('*') {
            Some(start) => {
                (start.is_empty() || start.ends_with('.')) && kind.name().starts_with(start)
            }
            None => kind.name() == word,
        };
        Self::ALL.into_iter().filter(is_meant).collect()
    }

    /// Whether it comes from what is published, not from orders.
    pub fn is_of_generation(self) -> bool {
        !matches!(
            self,
            Self::OrderAccepted | Self::OrderDelivered | Self::OrderRejected | Self::OrderStatus
        )
    }
}

/// What a receiver is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The same however often it is sent, and for nothing else. It is also the name of its file.
    pub id: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// The shop it happened in.
    pub shop: String,
    /// When it was noticed, RFC 3339.
    pub created_at: String,
    /// What it is about.
    #[serde(flatten)]
    pub about: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_configuration_mean_kinds() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::meant_by(kind.name()), [kind]);
            assert_eq!(
                serde_json::to_value(kind).unwrap(),
                Value::from(kind.name())
            );
        }
        assert_eq!(EventKind::meant_by("*"), EventKind::ALL);
        assert_eq!(EventKind::meant_by("stock.*").len(), 2);
        assert_eq!(EventKind::meant_by("order.*").len(), 4);
        for word in ["", "stock", "sto*", "stock.", "order.paid", "price.*.x"] {
            assert_eq!(EventKind::meant_by(word), [], "{word}");
        }
    }
}
