//! Where one asks to be told when something can be had again.

use std::fmt;

use super::encoding;
use super::url::last;

/// What an address of the form says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Restock {
    /// The id of the variant; empty where a form says it.
    pub variant: String,
    /// Whether the request was noted.
    pub received: bool,
}

impl Restock {
    pub(super) fn of(pairs: &[(String, String)]) -> Self {
        Self {
            variant: last(pairs, "variant").unwrap_or_default(),
            received: last(pairs, "received").is_some(),
        }
    }
}

impl fmt::Display for Restock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/restock")?;
        let mut is_first = true;
        if !self.variant.is_empty() {
            encoding::write_pair(f, &mut is_first, "variant", &self.variant)?;
        }
        match self.received {
            true => encoding::write_pair(f, &mut is_first, "received", "1"),
            false => Ok(()),
        }
    }
}
