//! Whether what is written can be read: the contrast of colours that stand on one another, by WCAG 2.2.

use std::fmt;

use super::tokens::{Scheme, Tokens};

/// A colour of the screen: red, green, blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Colour([u8; 3]);

/// Contrast that text of usual size needs, and what is no text but has to be seen.
const TEXT: f64 = 4.5;
const SIGN: f64 = 3.0;

/// What stands on what, and how much contrast it needs. These are all pairs that the stylesheet has.
const PAIRS: [(&str, &str, f64); 25] = [
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("ink", "tint", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "sheet", TEXT),
    ("soft", "tint", TEXT),
    ("on_accent", "accent", TEXT),
    ("on_accent", "accent_deep", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "sheet", TEXT),
    ("accent", "tint", TEXT),
    ("sale", "paper", TEXT),
    ("sale", "sheet", TEXT),
    ("good", "paper", TEXT),
    ("good", "sheet", TEXT),
    ("some", "paper", TEXT),
    ("some", "sheet", TEXT),
    ("none", "paper", TEXT),
    ("none", "sheet", TEXT),
    ("edge", "paper", SIGN),
    ("edge", "sheet", SIGN),
    ("focus", "paper", SIGN),
    ("focus", "sheet", SIGN),
    ("focus", "tint", SIGN),
    ("paper", "ink", TEXT),
];

impl Colour {
    /// Reads `#rgb` and `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.is_ascii())?;
        let byte = |text: &str| u8::from_str_radix(text, 16).ok();
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match digits.len() {
            3 if plain => {
                let single = |at: usize| byte(digits.get(at..=at)?).map(|value| value * 17);
                Some(Self([single(0)?, single(1)?, single(2)?]))
            }
            6 if plain => {
                let double = |at: usize| byte(digits.get(at..at + 2)?);
                Some(Self([double(0)?, double(2)?, double(4)?]))
            }
            _ => None,
        }
    }

    /// Red, green, blue.
    pub fn rgb(self) -> [u8; 3] {
        self.0
    }

    /// Contrast with another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Relative luminance, as WCAG defines it.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let value = f64::from(channel) / 255.0;
            match value <= 0.040_45 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A sentence for every pair of colours that cannot be told apart as well as WCAG AA asks.
pub fn warnings(tokens: &Tokens, scheme: Scheme) -> Vec<String> {
    let mut warnings = Vec::new();
    let schemes: &[&str] = match scheme {
        Scheme::Both => &["light", "dark"],
        Scheme::Light => &["light"],
        Scheme::Dark => &["dark"],
    };
    for &table in schemes {
        for (upper, lower, needed) in PAIRS {
            let (one, two) = (tokens.colour(table, upper), tokens.colour(table, lower));
            let contrast = one.contrast(two);
            if contrast < needed {
                // Cut, not rounded: 4.498 is not 4.5.
                let shown = (contrast * 100.0).floor() / 100.0;
                warnings.push(format!(
                    "{table}: {upper} {one} on {lower} {two} has a contrast of {shown}, WCAG AA asks for {needed}"
                ));
            }
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let of = |one: &str, two: &str| {
            let [one, two] = [one, two].map(|text| Colour::parse(text).unwrap());
            one.contrast(two)
        };
        assert!((of("#000", "#fff") - 21.0).abs() < 1e-9);
        assert!((of("#777777", "#ffffff") - 4.478).abs() < 1e-3);
        assert!((of("#abc", "#aabbcc") - 1.0).abs() < 1e-9);
        for wrong in ["", "#", "fff", "#ff", "#ggg", "#12345", "#1234567", "#ä12"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn our_own_colours_can_be_read_and_others_are_told() {
        assert_eq!(warnings(&Tokens::default(), Scheme::Both), [""; 0]);
        let mut table = "light.accent = \"#999\"\ndark.ink = \"#555\""
            .parse()
            .unwrap();
        let (tokens, _) = Tokens::take(&mut table);
        let told = warnings(&tokens, Scheme::Both).join("\n");
        assert!(
            told.contains("light: on_accent #ffffff on accent #999999 has a contrast of 2.84, WCAG AA asks for 4.5"),
            "{told}"
        );
        assert!(told.contains("dark: ink #555555 on paper"), "{told}");
        assert!(!warnings(&tokens, Scheme::Light).join("").contains("dark:"));
    }
}
