//! What shoppers wish for and what they compare: two lists without an account, each kept in a cookie and nowhere else.
//!
//! A list holds the keys of variants and nothing about its shopper. Whoever forges one gets a list of their own choice,
//! which they could have clicked together; so lists are not signed, and whatever is unreadable is an empty list.

/// What a form does to a list.
mod change;

/// Requests for lists, from cookie to cookie.
mod answer;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(crate) use answer::answer;
pub use change::{Change, Outcome};

/// How long a browser keeps a list.
pub const COOKIE_DAYS: u64 = 180;

/// Which list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ListKind {
    /// What a shopper may buy one day.
    Wish,
    /// What a shopper chooses among.
    Compare,
}

/// A list: variants by their stable keys, each once, in the order they were put on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys {
    kind: ListKind,
    keys: Vec<u64>,
}

/// The list holds as much as it can.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the list is full")]
pub struct Full;

impl ListKind {
    /// Every list.
    pub const ALL: [Self; 2] = [Self::Wish, Self::Compare];

    /// The name of its cookie, and of its field in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wish => "wish",
            Self::Compare => "compare",
        }
    }

    /// The name of its page, in addresses and metrics.
    pub fn page(self) -> &'static str {
        match self {
            Self::Wish => "wishlist",
            Self::Compare => "compare",
        }
    }

    /// Most variants on it.
    pub fn most(self) -> usize {
        match self {
            Self::Wish => 60,
            Self::Compare => 4,
        }
    }

    /// The list of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Keys {
    /// A list with nothing on it.
    pub fn none(kind: ListKind) -> Self {
        let keys = Vec::new();
        Self { kind, keys }
    }

    /// Reads what [`Keys::to_text`] wrote, or what anybody else did: what is too much is left out, and what cannot be
    /// read is an empty list.
    pub fn of_text(kind: ListKind, text: &str) -> Self {
        let mut list = Self::none(kind);
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let (keys, rest) = bytes.as_chunks::<8>();
        if rest.is_empty() {
            for key in keys {
                // A full list takes no more, which is as much of a stranger's list as is wanted.
                let _ = list.add(u64::from_le_bytes(*key));
            }
        }
        list
    }

    /// The list as a text for a cookie or an address; empty for an empty list.
    pub fn to_text(&self) -> String {
        let bytes: Vec<u8> = self.keys.iter().flat_map(|key| key.to_le_bytes()).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Which list it is.
    pub fn kind(&self) -> ListKind {
        self.kind
    }

    /// The variants on it.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Whether there is nothing on it.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Puts a variant on it; one that is there already stays where it is.
    ///
    /// # Errors
    /// There are as many others as it can hold.
    pub fn add(&mut self, key: u64) -> Result<(), Full> {
        if self.keys.contains(&key) {
            return Ok(());
        }
        if self.keys.len() >= self.kind.most() {
            return Err(Full);
        }
        self.keys.push(key);
        Ok(())
    }

    /// Takes a variant off it; false if it was not there.
    pub fn remove(&mut self, key: u64) -> bool {
        let before = self.keys.len();
        self.keys.retain(|known| *known != key);
        self.keys.len() < before
    }

    /// Keeps what `is_there` says is there; gives how many went.
    pub fn keep(&mut self, is_there: impl Fn(u64) -> bool) -> usize {
        let before = self.keys.len();
        self.keys.retain(|key| is_there(*key));
        before - self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let mut list = Keys::none(ListKind::Wish);
        for key in [7, u64::MAX, 0, 7] {
            list.add(key).unwrap();
        }
        assert_eq!(list.keys(), [7, u64::MAX, 0]);
        assert_eq!(Keys::of_text(ListKind::Wish, &list.to_text()), list);
        assert!(list.remove(7) && !list.remove(7));
        assert_eq!(list.keep(|key| key == 0), 1);
        assert_eq!(list.keys(), [0]);
        assert_eq!(Keys::none(ListKind::Compare).to_text(), "");
    }

    #[test]
    fn a_strangers_list_is_cut_and_nonsense_is_empty() {
        let bytes: Vec<u8> = (0..1000_u64).flat_map(u64::to_le_bytes).collect();
        let text = URL_SAFE_NO_PAD.encode(bytes);
        for kind in ListKind::ALL {
            let mut list = Keys::of_text(kind, &text);
            assert_eq!(list.keys().len(), kind.most());
            assert_eq!(list.add(5000), Err(Full));
            assert_eq!(list.add(1), Ok(()));
        }
        for text in ["", "x", "AAAA", "%00", "ä", "AAAAAAAAAAA=", "AAAAAAAAAAAA"] {
            assert!(Keys::of_text(ListKind::Wish, text).is_empty(), "{text}");
        }
    }
}
