//! Which fields an address has in a country, and what stands in them.
//!
//! What is required and how postcodes look follows the Universal Postal Union's addressing system. Where a country is
//! not listed, a postcode is wanted and anything is taken as one: a wrong refusal loses an order, a wrong postcode a
//! phone call.

/// What a country's addresses have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Format {
    /// Whether there is a postcode, and whether it must be given.
    pub postcode: Postcode,
    /// Whether a state, province or prefecture must be given.
    pub has_region: bool,
    /// Whether the postcode stands before the town.
    pub postcode_first: bool,
}

/// A country's postcodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Postcode {
    /// The country has none.
    None,
    /// Any text.
    Free,
    /// One of these patterns: `9` is a digit, `A` a letter, other characters stand for themselves and may be left out.
    Like(&'static [&'static str]),
}

/// Countries with five digits.
const FIVE: &[&str] = &["99999"];
/// Countries with four digits.
const FOUR: &[&str] = &["9999"];

/// Patterns by country.
const PATTERNS: [(&str, &[&str]); 33] = [
    ("AT", FOUR),
    ("AU", FOUR),
    ("BE", FOUR),
    ("BG", FOUR),
    ("CA", &["A9A 9A9"]),
    ("CH", FOUR),
    ("CY", FOUR),
    ("CZ", &["999 99"]),
    ("DE", FIVE),
    ("DK", FOUR),
    ("EE", FIVE),
    ("ES", FIVE),
    ("FI", FIVE),
    ("FR", FIVE),
    (
        "GB",
        &[
            "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA",
        ],
    ),
    ("GR", &["999 99"]),
    ("HR", FIVE),
    ("HU", FOUR),
    ("IT", FIVE),
    ("JP", &["999-9999"]),
    ("LI", FOUR),
    ("LT", FIVE),
    ("LU", FOUR),
    ("LV", FOUR),
    ("NL", &["9999 AA"]),
    ("NO", FOUR),
    ("PL", &["99-999"]),
    ("PT", &["9999-999"]),
    ("RO", &["999999"]),
    ("SE", &["999 99"]),
    ("SI", FOUR),
    ("SK", &["999 99"]),
    ("US", &["99999", "99999-9999"]),
];
/// Countries whose addresses are sorted without postcodes.
const WITHOUT_POSTCODE: [&str; 6] = ["AE", "HK", "JM", "QA", "UG", "ZW"];
/// Countries whose addresses need a state, province or prefecture.
const WITH_REGION: [&str; 8] = ["AU", "BR", "CA", "CN", "IN", "JP", "MX", "US"];
/// Countries that write the town before the postcode.
const TOWN_FIRST: [&str; 8] = ["AU", "CA", "GB", "IE", "IN", "JP", "NZ", "US"];

impl Format {
    /// The format of a country, an ISO 3166-1 alpha-2 code.
    pub fn of(country: &str) -> Self {
        let postcode = match PATTERNS.iter().find(|(known, _)| *known == country) {
            Some((_, patterns)) => Postcode::Like(patterns),
            None if WITHOUT_POSTCODE.contains(&country) => Postcode::None,
            None => Postcode::Free,
        };
        Self {
            postcode,
            has_region: WITH_REGION.contains(&country),
            postcode_first: !TOWN_FIRST.contains(&country),
        }
    }
}

impl Postcode {
    /// The postcode as the country writes it; none if it is not one of the country's.
    pub fn tidy(self, text: &str) -> Option<String> {
        match self {
            Self::None => Some(String::new()),
            Self::Free => Some(text.trim().to_uppercase()).filter(|text| !text.is_empty()),
            Self::Like(patterns) => {
                let given: Vec<char> = text
                    .chars()
                    .filter(|letter| letter.is_alphanumeric())
                    .flat_map(char::to_uppercase)
                    .collect();
                patterns.iter().find_map(|pattern| fill(pattern, &given))
            }
        }
    }

    /// What a postcode looks like, for those who got it wrong.
    pub fn example(self) -> Option<String> {
        let Self::Like([first, ..]) = self else {
            return None;
        };
        let sample = |(at, letter): (usize, char)| match letter {
            '9' => char::from_digit(u32::try_from(at % 9).unwrap_or(0) + 1, 10).unwrap_or('1'),
            'A' => 'A',
            other => other,
        };
        Some(first.chars().enumerate().map(sample).collect())
    }
}

/// Puts letters and digits into a pattern; none if they are too few, too many or of the wrong kind.
fn fill(pattern: &str, given: &[char]) -> Option<String> {
    let mut given = given.iter();
    let mut text = String::with_capacity(pattern.len());
    for wanted in pattern.chars() {
        let fits = match wanted {
            '9' => char::is_ascii_digit,
            'A' => char::is_ascii_alphabetic,
            other => {
                text.push(other);
                continue;
            }
        };
        text.push(*given.next().filter(|letter| fits(letter))?);
    }
    given.next().is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_written_as_the_country_does() {
        for (country, given, expected) in [
            ("DE", " 10115 ", Some("10115")),
            ("DE", "D-10115", None),
            ("DE", "1011", None),
            ("NL", "1012ab", Some("1012 AB")),
            ("GB", "sw1a1aa", Some("SW1A 1AA")),
            ("GB", "M1 1AE", Some("M1 1AE")),
            ("PL", "00 001", Some("00-001")),
            ("US", "941031234", Some("94103-1234")),
            ("CA", "k1a-0b1", Some("K1A 0B1")),
            ("SE", "11122", Some("111 22")),
            ("AE", "", Some("")),
            ("KZ", "a15x", Some("A15X")),
            ("KZ", " ", None),
            ("DE", "１０１１５", None),
        ] {
            let tidy = Format::of(country).postcode.tidy(given);
            assert_eq!(tidy.as_deref(), expected, "{country} {given}");
        }
    }

    #[test]
    fn examples_are_postcodes() {
        for (country, _) in PATTERNS {
            let postcode = Format::of(country).postcode;
            let example = postcode.example().unwrap();
            assert_eq!(postcode.tidy(&example), Some(example), "{country}");
        }
    }
}
