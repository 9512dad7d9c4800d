//! The query of a product's address: which variant, or which values of its options.

use std::collections::BTreeMap;
use std::fmt;

use super::encoding;

/// Most product options chosen in a query.
const MAX_OPTIONS: usize = 16;
/// Longest variant id or option text, in bytes.
const MAX_KEY_BYTES: usize = 200;

/// A variant's id, and value codes by option code.
pub(super) type Choice = (Option<String>, BTreeMap<String, String>);

/// Chosen variant and options of a product's query. The last of two equal names wins, as in the listing.
pub(super) fn choice(pairs: &[(String, String)]) -> Choice {
    let mut variant = None;
    let mut options = BTreeMap::new();
    for (name, value) in pairs {
        let usable = |text: &str| {
            !text.is_empty() && text.len() <= MAX_KEY_BYTES && !text.chars().any(char::is_control)
        };
        if !usable(name) || !usable(value) {
            continue;
        }
        if name == "variant" {
            variant = Some(value.clone());
        } else if options.len() < MAX_OPTIONS {
            options.insert(name.clone(), value.clone());
        }
    }
    (variant, options)
}

/// Writes what [`choice`] reads.
pub(super) fn write_choice(
    f: &mut fmt::Formatter<'_>,
    variant: Option<&str>,
    options: &BTreeMap<String, String>,
) -> fmt::Result {
    let mut first = true;
    if let Some(variant) = variant {
        encoding::write_pair(f, &mut first, "variant", variant)?;
    }
    for (code, value) in options {
        encoding::write_pair(f, &mut first, code, value)?;
    }
    Ok(())
}
