//! Design tokens: the few values that the stylesheet is made of, and what a shop sets instead.
//!
//! They are set in `theme.toml` and in the table `[theme]` of the server's configuration, which has the last word.
//! A value is checked for what it is before it becomes part of a stylesheet, so none can end its declaration.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::{Table, Value};

use super::contrast::Colour;

/// Where a token stands in a file: the name of its table.
pub const TABLES: [&str; 4] = ["light", "dark", "type", "shape"];

/// Colours: name, in the light scheme, in the dark one. The stylesheet has the same, which a test keeps so.
pub const COLOURS: [(&str, &str, &str); 18] = [
    ("paper", "#fbfaf7", "#171614"),
    ("sheet", "#ffffff", "#201f1c"),
    ("tile", "#f2efe9", "#dedad1"),
    ("bright", "#ffffff", "#ece9e3"),
    ("ink", "#1f1d1a", "#f2efe8"),
    ("soft", "#615c53", "#b3ada2"),
    ("line", "#e3ded4", "#34322d"),
    ("edge", "#8b857a", "#827c71"),
    ("accent", "#1f4d3f", "#8fd0b5"),
    ("accent_deep", "#163a2f", "#aee0ca"),
    ("on_accent", "#ffffff", "#10241c"),
    ("tint", "#e8efe9", "#22312a"),
    ("sale", "#a5281b", "#ff9d8f"),
    ("good", "#1c6a41", "#84d3a6"),
    ("some", "#8a5200", "#eebd73"),
    ("none", "#8d3a30", "#f0a79c"),
    ("focus", "#1a5fd0", "#8ab8ff"),
    ("blank", "#a49d90", "#a49d90"),
];

/// A token that is no colour.
struct Other {
    table: &'static str,
    name: &'static str,
    kind: Kind,
}

/// What a value is.
#[derive(Clone, Copy)]
enum Kind {
    /// A list of font families.
    Fonts,
    /// Pixels, from and to.
    Pixels(i64, i64),
    /// A plain number, from and to.
    Number(f64, f64),
}

const OTHERS: [Other; 10] = [
    other("type", "body", Kind::Fonts),
    other("type", "heading", Kind::Fonts),
    other("type", "heading_weight", Kind::Number(100.0, 900.0)),
    other("type", "size", Kind::Pixels(14, 22)),
    other("type", "tracking", Kind::Number(-0.06, 0.1)),
    other("shape", "radius", Kind::Pixels(0, 40)),
    other("shape", "small_radius", Kind::Pixels(0, 24)),
    other("shape", "button_radius", Kind::Pixels(0, 999)),
    other("shape", "space", Kind::Number(0.5, 2.0)),
    other("shape", "width", Kind::Pixels(960, 2000)),
];

const fn other(table: &'static str, name: &'static str, kind: Kind) -> Other {
    Other { table, name, kind }
}

/// Which of the two schemes a shop has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scheme {
    /// Both, as the shopper's system asks.
    #[default]
    Both,
    /// Light alone.
    Light,
    /// Dark alone.
    Dark,
}

impl Scheme {
    /// Reads the value of the key `scheme`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "both" => Some(Self::Both),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// As CSS and `<meta name="color-scheme">` write it.
    pub fn css(self) -> &'static str {
        match self {
            Self::Both => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Tokens that are set, by table and name; what is not set has the value of the stylesheet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tokens {
    set: BTreeMap<(&'static str, &'static str), String>,
}

/// A token that cannot be taken: its table, its name and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The name of the table.
    pub table: &'static str,
    /// The key in it.
    pub key: String,
    /// Why, as the end of a sentence.
    pub why: String,
}

impl Tokens {
    /// Takes the tables of tokens out of a file's table. What cannot be taken is told, and left out.
    pub fn take(from: &mut Table) -> (Self, Vec<Refused>) {
        let mut tokens = Self::default();
        let mut refused = Vec::new();
        for table in TABLES {
            let mut refuse = |key: &str, why: String| {
                refused.push(Refused {
                    table,
                    key: key.to_owned(),
                    why,
                });
            };
            match from.remove(table) {
                None => {}
                Some(Value::Table(values)) => {
                    for (key, value) in &values {
                        match read(table, key, value) {
                            Ok((name, css)) => drop(tokens.set.insert((table, name), css)),
                            Err(why) => refuse(key, why),
                        }
                    }
                }
                Some(value) => refuse("", format!("must be a table, got {value}")),
            }
        }
        (tokens, refused)
    }

    /// These, and over them those of the other.
    #[must_use]
    pub fn under(&self, over: &Self) -> Self {
        let mut set = self.set.clone();
        set.extend(over.set.clone());
        Self { set }
    }

    /// A colour as it is shown; `table` is `light` or `dark`.
    pub fn colour(&self, table: &'static str, name: &str) -> Colour {
        let known = COLOURS.iter().find(|(known, ..)| *known == name);
        let Some((name, light, dark)) = known else {
            return Colour::default();
        };
        let own = if table == "dark" { dark } else { light };
        let set = self.set.get(&(table, *name)).map_or(*own, String::as_str);
        Colour::parse(set).unwrap_or_default()
    }

    /// Declarations for the end of the stylesheet.
    pub fn css(&self, scheme: Scheme) -> String {
        let of_table = |wanted: &str| {
            let set = self.set.iter().filter(|((table, _), _)| *table == wanted);
            set.fold(String::new(), |mut css, ((table, name), value)| {
                // Writing to a String cannot fail.
                let _ = write!(css, "--{}:{value};", property(table, name));
                css
            })
        };
        let all = |table: &'static str| {
            COLOURS.iter().fold(String::new(), |mut css, (name, ..)| {
                let colour = self.colour(table, name);
                let _ = write!(css, "--{}:{colour};", property(table, name));
                css
            })
        };
        let mut root = of_table("type") + &of_table("shape");
        let mut dark = String::new();
        match scheme {
            Scheme::Both => {
                root += &of_table("light");
                dark = of_table("dark");
            }
            Scheme::Light => {
                root += &(String::from("color-scheme:light;") + &of_table("light"));
                dark = all("light");
            }
            Scheme::Dark => root += &(String::from("color-scheme:dark;") + &all("dark")),
        }
        let mut css = String::new();
        if !root.is_empty() {
            let _ = writeln!(css, ":root{{{root}}}");
        }
        if !dark.is_empty() {
            let _ = writeln!(css, "@media (prefers-color-scheme:dark){{:root{{{dark}}}}}");
        }
        css
    }
}

/// The custom property of a token.
fn property(table: &str, name: &str) -> String {
    match (table, name) {
        ("type", "body") => "sans".to_owned(),
        ("type", "size") => "text".to_owned(),
        ("shape", "small_radius") => "small".to_owned(),
        ("shape", "button_radius") => "round".to_owned(),
        _ => name.replace('_', "-"),
    }
}

/// A value as CSS, if it is one of its kind.
fn read(table: &str, key: &str, value: &Value) -> Result<(&'static str, String), String> {
    if matches!(table, "light" | "dark") {
        let known = COLOURS.iter().find(|(name, ..)| *name == key);
        let (name, ..) = known.ok_or_else(|| unknown(COLOURS.iter().map(|(name, ..)| *name)))?;
        let colour = value.as_str().and_then(Colour::parse);
        let colour =
            colour.ok_or_else(|| format!("must be a colour such as \"#1f4d3f\", got {value}"))?;
        return Ok((name, colour.to_string()));
    }
    let mine = || OTHERS.iter().filter(|other| other.table == table);
    let known = mine().find(|other| other.name == key);
    let other = known.ok_or_else(|| unknown(mine().map(|other| other.name)))?;
    let css = match other.kind {
        Kind::Fonts => fonts(value)?,
        Kind::Pixels(low, high) => {
            let pixels = value
                .as_integer()
                .filter(|pixels| (low..=high).contains(pixels));
            let pixels = pixels
                .ok_or_else(|| format!("must be pixels from {low} to {high}, got {value}"))?;
            match other.name {
                // In the shopper's own unit, so that a larger text stays larger.
                "size" => format!(
                    "{}rem",
                    f64::from(i32::try_from(pixels).unwrap_or(16)) / 16.0
                ),
                _ => format!("{pixels}px"),
            }
        }
        Kind::Number(low, high) => {
            let whole = value
                .as_integer()
                .and_then(|whole| i32::try_from(whole).ok());
            let number = value.as_float().or(whole.map(f64::from));
            let number = number.filter(|number| (low..=high).contains(number));
            let number = number
                .ok_or_else(|| format!("must be a number from {low} to {high}, got {value}"))?;
            match other.name {
                "tracking" => format!("{number}em"),
                _ => number.to_string(),
            }
        }
    };
    Ok((other.name, css))
}

fn unknown<'a>(known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.collect();
    format!("is no token; there are {}", known.join(", "))
}

/// Names of families, each alone or in quotes, with commas between them.
fn fonts(value: &Value) -> Result<String, String> {
    let text = value.as_str().unwrap_or_default();
    let plain = |text: &str| {
        let fits = |character: char| character.is_alphanumeric() || " -_".contains(character);
        !text.is_empty() && text.chars().all(fits)
    };
    let family = |family: &str| {
        let family = family.trim();
        let quoted = ['"', '\''].into_iter().find_map(|quote| {
            family
                .strip_prefix(quote)
                .and_then(|inner| inner.strip_suffix(quote))
        });
        plain(quoted.unwrap_or(family))
    };
    match text.split(',').all(family) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "must be names of fonts such as \"'Inter', sans-serif\", got {value}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLESHEET: &str = include_str!("../../assets/shop.css");

    fn tokens(text: &str) -> (Tokens, Vec<Refused>) {
        Tokens::take(&mut text.parse().unwrap())
    }

    #[test]
    fn the_stylesheet_has_the_values_that_are_named_here() {
        let (root, dark) = STYLESHEET.split_once("prefers-color-scheme: dark").unwrap();
        let dark = dark.split_once("}\n}").unwrap().0;
        let value = |css: &str, name: &str| {
            let start = css
                .find(&format!("--{name}: "))
                .unwrap_or_else(|| panic!("no {name}"));
            let rest = &css[start + name.len() + 4..];
            rest[..rest.find(';').unwrap()].to_owned()
        };
        for (name, light, in_dark) in COLOURS {
            let property = property("light", name);
            let expected = [light, in_dark].map(|text| Colour::parse(text).unwrap());
            assert_eq!(
                Colour::parse(&value(root, &property)),
                Some(expected[0]),
                "{name}"
            );
            assert_eq!(
                Colour::parse(&value(dark, &property)),
                Some(expected[1]),
                "{name}"
            );
        }
        for other in &OTHERS {
            value(root, &property(other.table, other.name));
        }
    }

    #[test]
    fn what_is_set_becomes_css_and_the_last_word_wins() {
        let (theme, none) = tokens(
            "light.accent = \"#A00\"\ndark.accent = \"#ffaaaa\"\nshape.radius = 0\ntype.body = \"'Inter', sans-serif\"\ntype.size = 18",
        );
        assert_eq!(none, []);
        let (over, none) = tokens("light.accent = \"#00a\"\nshape.space = 1.5");
        assert_eq!(none, []);
        assert_eq!(
            theme.under(&over).css(Scheme::Both),
            ":root{--sans:'Inter', sans-serif;--text:1.125rem;--radius:0px;--space:1.5;--accent:#0000aa;}\n\
             @media (prefers-color-scheme:dark){:root{--accent:#ffaaaa;}}\n"
        );
        let light = theme.css(Scheme::Light);
        assert!(light.contains("color-scheme:light;"), "{light}");
        assert!(light.ends_with("--blank:#a49d90;}}\n"), "{light}");
        assert_eq!(Tokens::default().css(Scheme::Both), "");
    }

    #[test]
    fn what_is_no_value_is_told() {
        let (taken, refused) = tokens(
            "light.accent = \"red;}\"\nlight.colour = \"#fff\"\nshape.radius = 900\nshape.space = \"1\"\ntype.body = \"a;b\"\ndark = 3",
        );
        let told: Vec<_> = refused
            .iter()
            .map(|one| format!("{}.{} {}", one.table, one.key, one.why))
            .collect();
        let told = told.join("\n");
        for part in [
            "light.accent must be a colour such as \"#1f4d3f\", got \"red;}\"",
            "light.colour is no token; there are paper,",
            "shape.radius must be pixels from 0 to 40, got 900",
            "shape.space must be a number from 0.5 to 2, got \"1\"",
            "type.body must be names of fonts",
            "dark. must be a table, got 3",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert_eq!(taken, Tokens::default());
    }
}
