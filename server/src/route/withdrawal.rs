//! Where one withdraws from a contract, and sees what was received.

use std::fmt;

use super::encoding;
use super::url::last;

/// What an address of the form says; by default it is about no order in particular.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Withdrawal {
    /// The id of the order it is about, if the shopper comes from its page.
    pub order: Option<String>,
    /// The id of a withdrawal that was received, to be shown once more.
    pub received: Option<String>,
    /// What proves that we gave the link out; empty without one of these.
    pub token: String,
}

impl Withdrawal {
    pub(super) fn of(pairs: &[(String, String)]) -> Self {
        Self {
            order: last(pairs, "order"),
            received: last(pairs, "received"),
            token: last(pairs, "t").unwrap_or_default(),
        }
    }
}

impl fmt::Display for Withdrawal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/withdrawal")?;
        let token = Some(&self.token).filter(|token| !token.is_empty());
        let pairs = [
            ("order", self.order.as_ref()),
            ("received", self.received.as_ref()),
            ("t", token),
        ];
        let mut is_first = true;
        for (name, value) in pairs {
            if let Some(value) = value {
                encoding::write_pair(f, &mut is_first, name, value)?;
            }
        }
        Ok(())
    }
}
