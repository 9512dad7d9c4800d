//! Which of two names stands first, in the language of a shop: Ä beside A in German, after Z in Swedish.
//!
//! The rules are those of CLDR, with numbers by their value: M2 stands before M10. They are part of the binary, so the
//! same names have the same order on every machine.

use std::cmp::Ordering;
use std::convert::Infallible;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollationKeySink, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;

/// Bytes of the start of a key: a dozen letters and what follows. Names of shops begin alike so often that eight bytes
/// are hardly worth making.
const START: usize = 24;

/// The order of names in one language.
#[derive(Debug)]
pub struct Collation {
    names: CollatorBorrowed<'static>,
    letters: CollatorBorrowed<'static>,
}

impl Collation {
    /// That of a language by its BCP 47 tag; the one that languages have in common where it is not known.
    pub fn of(tag: &str) -> Self {
        let locale = tag.parse().unwrap_or(Locale::UNKNOWN);
        let with = |strength| {
            let mut preferences = CollatorPreferences::from(&locale);
            preferences.numeric_ordering = Some(CollationNumericOrdering::True);
            let mut options = CollatorOptions::default();
            options.strength = Some(strength);
            CollatorBorrowed::try_new(preferences, options)
                .expect("the rules of all languages are in the binary")
        };
        Self {
            names: with(Strength::Tertiary),
            letters: with(Strength::Primary),
        }
    }

    /// The order of two names; none are equal but those of the same bytes.
    pub fn compare(&self, one: &str, other: &str) -> Ordering {
        let by_rules = self.names.compare(one, other);
        by_rules.then_with(|| one.cmp(other))
    }

    /// The order of two names where accents and case do not count.
    pub fn compare_letters(&self, one: &str, other: &str) -> Ordering {
        self.letters.compare(one, other)
    }

    /// Bytes that compare as [`Collation::compare`] does, but for names that are equal by its rules.
    pub fn key(&self, name: &str) -> Vec<u8> {
        let mut key = Vec::new();
        // Writing to a vector cannot fail.
        let Ok(()) = self.names.write_sort_key_to(name, &mut key);
        key
    }

    /// The start of a name's key: what has a lesser one stands before, and most names of a shop differ in it.
    pub fn start(&self, name: &str) -> [u8; START] {
        let mut start = Start::default();
        // Writing to bytes of our own cannot fail.
        let Ok(()) = self.names.write_sort_key_to(name, &mut start);
        start.bytes
    }
}

/// The start of a key, as it is written.
#[derive(Default)]
struct Start {
    bytes: [u8; START],
    length: usize,
}

impl CollationKeySink for Start {
    type Error = Infallible;
    type State = ();
    type Output = ();

    fn write(&mut self, (): &mut (), key: &[u8]) -> Result<(), Infallible> {
        let free = self.bytes.iter_mut().skip(self.length);
        free.zip(key).for_each(|(to, from)| *to = *from);
        self.length = self.length.saturating_add(key.len());
        Ok(())
    }

    fn finish(&mut self, (): ()) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(tag: &str, names: &str) -> String {
        let collation = Collation::of(tag);
        let mut names: Vec<&str> = names.split(' ').collect();
        names.sort_by(|one, other| collation.compare(one, other));
        names.join(" ")
    }

    #[test]
    fn names_stand_where_readers_of_the_language_look_for_them() {
        for (tag, names, wanted) in [
            ("de", "Zebra Äpfel Apfel Afrika", "Afrika Apfel Äpfel Zebra"),
            ("sv", "Zebra Äpple Apa Öl Ål", "Apa Zebra Ål Äpple Öl"),
            ("es", "oso ñandú nube nácar", "nácar nube ñandú oso"),
            ("pl", "Lody Łódź Lublin Miód", "Lody Lublin Łódź Miód"),
            ("fr", "élan eau étude école", "eau école élan étude"),
            ("en", "b A a B", "a A b B"),
            ("de", "M10 M2 m2 M1", "M1 m2 M2 M10"),
            ("no-such-language", "Z ä a", "a ä Z"),
            ("not a tag", "Z ä a", "a ä Z"),
        ] {
            assert_eq!(sorted(tag, names), wanted, "{tag}");
        }
    }

    #[test]
    fn a_letter_with_an_accent_is_one_of_its_own_where_the_language_says_so() {
        let is_same =
            |tag: &str, one, other| Collation::of(tag).compare_letters(one, other).is_eq();
        assert!(is_same("de", "Ä", "A") && !is_same("sv", "Ä", "A"));
        assert!(is_same("fr", "É", "e") && !is_same("es", "Ñ", "N"));
    }

    proptest! {
        #[test]
        fn keys_compare_as_names_do(one in "[a-zA-ZäÄöøßéłЖж0-9 .-]{0,12}", other in "[a-zA-ZäÄöøßéłЖж0-9 .-]{0,12}") {
            for tag in ["de", "sv", "ar"] {
                let collation = Collation::of(tag);
                let by_rules = collation.names.compare(&one, &other);
                prop_assert_eq!(collation.key(&one).cmp(&collation.key(&other)), by_rules);
                let starts = collation.start(&one).cmp(&collation.start(&other));
                prop_assert!(starts == by_rules || starts.is_eq());
            }
        }
    }
}
