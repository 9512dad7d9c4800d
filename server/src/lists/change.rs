//! What a form does to a list, and what is said about it on the page that follows.

use std::fmt;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::variant_key;

use super::{Keys, ListKind};
use crate::cart::{key_text, parse_key};
use crate::form::Form;

/// What a form asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Put a variant on the list, by the merchant's id.
    Add(String),
    /// Take a variant off it.
    Remove(u64),
    /// Take everything off it.
    Clear,
    /// Put everything of a shared or cleared list on it.
    Take(String),
}

/// What became of it: the notice of the page that follows. Its text stands in the page's address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A variant is on the list now.
    Added(u64),
    /// A variant was taken off it.
    Removed(u64),
    /// Everything was taken off; this brings it back.
    Cleared(String),
    /// So many of a shared list are on it now.
    Taken(usize),
    /// The list is full: not everything was put on it.
    Full,
    /// There is no such variant any more.
    Unknown,
}

impl Change {
    /// Which list a form is about, and what its button says; none for a form that none of our pages has.
    pub fn of(form: &Form) -> Option<(ListKind, Self)> {
        let kind = ListKind::of_name(form.get("list")?)?;
        let change = if let Some(key) = form.get("remove") {
            Self::Remove(parse_key(key)?)
        } else if form.get("clear").is_some() {
            Self::Clear
        } else if let Some(shared) = form.get("take") {
            Self::Take(shared.to_owned())
        } else {
            Self::Add(form.get("add")?.to_owned())
        };
        Some((kind, change))
    }

    /// Does it.
    pub fn apply(self, list: &mut Keys, generation: &Generation) -> Outcome {
        let catalog = &generation.catalog;
        match self {
            Self::Add(variant) => {
                let Some(variant) = catalog.variant_by_id(&variant) else {
                    return Outcome::Unknown;
                };
                let key = variant_key(variant.id());
                list.add(key)
                    .map_or(Outcome::Full, |()| Outcome::Added(key))
            }
            Self::Remove(key) => {
                list.remove(key);
                Outcome::Removed(key)
            }
            Self::Clear => {
                let before = std::mem::replace(list, Keys::none(list.kind()));
                Outcome::Cleared(before.to_text())
            }
            Self::Take(shared) => {
                let mut shared = Keys::of_text(list.kind(), &shared);
                shared.keep(|key| catalog.variant_by_key(key).is_some());
                match shared.keys().iter().try_for_each(|key| list.add(*key)) {
                    Ok(()) if shared.is_empty() => Outcome::Unknown,
                    Ok(()) => Outcome::Taken(shared.keys().len()),
                    Err(_) => Outcome::Full,
                }
            }
        }
    }
}

impl Outcome {
    /// What stands in an address; none for what we never wrote there.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once('.').unwrap_or((text, ""));
        Some(match (word, rest) {
            ("full", "") => Self::Full,
            ("unknown", "") => Self::Unknown,
            ("added", key) => Self::Added(parse_key(key)?),
            ("removed", key) => Self::Removed(parse_key(key)?),
            ("taken", many) => Self::Taken(many.parse().ok()?),
            // Whatever stands there, only what can be read of it is written again.
            ("cleared", before) => Self::Cleared(Keys::of_text(ListKind::Wish, before).to_text()),
            _ => return None,
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(key) => write!(f, "added.{}", key_text(*key)),
            Self::Removed(key) => write!(f, "removed.{}", key_text(*key)),
            Self::Cleared(before) => write!(f, "cleared.{before}"),
            Self::Taken(many) => write!(f, "taken.{many}"),
            Self::Full => f.write_str("full"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_which_list_and_what() {
        let of = |text: &str| Change::of(&Form::parse(text.as_bytes()));
        let wish = |change| Some((ListKind::Wish, change));
        assert_eq!(
            of("list=wish&add=a%26b"),
            wish(Change::Add("a&b".to_owned()))
        );
        assert_eq!(
            of("list=wish&remove=00000000000000ff&add=x"),
            wish(Change::Remove(255))
        );
        assert_eq!(of("list=wish&clear=1"), wish(Change::Clear));
        assert_eq!(
            of("list=compare&clear="),
            Some((ListKind::Compare, Change::Clear))
        );
        for text in [
            "",
            "list=wish",
            "add=a",
            "list=cart&add=a",
            "list=wish&remove=ff",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_done_survives_an_address() {
        let list = Keys::of_text(ListKind::Wish, "AQAAAAAAAAACAAAAAAAAAA");
        for outcome in [
            Outcome::Added(1),
            Outcome::Removed(u64::MAX),
            Outcome::Cleared(list.to_text()),
            Outcome::Taken(3),
            Outcome::Full,
            Outcome::Unknown,
        ] {
            assert_eq!(Outcome::parse(&outcome.to_string()), Some(outcome));
        }
        for text in ["", "x", "added", "added.1", "taken.-1", "full.1"] {
            assert_eq!(Outcome::parse(text), None, "{text}");
        }
    }
}
