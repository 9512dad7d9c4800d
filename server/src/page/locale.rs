//! How a language and a region write numbers, amounts and dates, and what the shop says in it.
//!
//! Locale data are asked once for each locale, by having them write samples; what is learned from those is kept as
//! separators, digits and pieces, so that writing a price is writing digits.

use std::fmt;
use std::sync::OnceLock;

use frontage_shared::model::money::Money;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_datetime::input::Date;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale as Tag;

use super::format::{Amount, Day, Number};
use super::words::{Phrase, Words, mark};

/// Locales a process may learn: a shop has a few, a test many. Whatever comes after them is written as in English.
const PLACES: usize = 96;
/// Languages written from right to left.
const RIGHT_TO_LEFT: [&str; 9] = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ur", "yi"];
/// Between a number and what belongs to it.
const NO_BREAK: &str = "\u{a0}";
/// Right-to-left mark: it keeps an amount together in a line of Latin words.
const RIGHT_TO_LEFT_MARK: &str = "\u{200f}";

/// A locale. As cheap to copy as a reference, because it is one.
#[derive(Clone, Copy)]
pub(crate) struct Locale {
    data: &'static Data,
}

/// What is known of a locale.
#[derive(Debug)]
pub(crate) struct Data {
    /// The tag it was asked for by.
    tag: String,
    language: String,
    region: String,
    words: Words,
    pub(crate) numbers: Numbers,
    pub(crate) money: MoneyPattern,
    /// A day in each month: the day, then the year.
    pub(crate) months: [Phrase; 12],
}

/// How numbers are written.
#[derive(Debug)]
pub(crate) struct Numbers {
    pub(crate) digits: [char; 10],
    pub(crate) decimal: String,
    pub(crate) group: String,
    /// Digits of the group before the decimal separator, and of those before it; 0 for no groups.
    pub(crate) primary: usize,
    pub(crate) secondary: usize,
    /// Digits that must stand before the first separator.
    pub(crate) least: usize,
    pub(crate) minus: String,
}

/// Where the currency stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MoneyPattern {
    pub(crate) symbol_first: bool,
    /// Between the number and a symbol; codes always keep a space.
    pub(crate) space: &'static str,
    /// What the whole begins with.
    pub(crate) lead: &'static str,
    /// Between groups of digits, where amounts have another separator than numbers.
    pub(crate) group: Option<&'static str>,
}

impl Locale {
    /// The locale of a BCP 47 tag; English for what is none.
    pub(crate) fn of(tag: &str) -> Self {
        static KNOWN: [OnceLock<Data>; PLACES] = [const { OnceLock::new() }; PLACES];
        for place in &KNOWN {
            let data = place.get_or_init(|| Data::learn(tag));
            if data.tag == tag {
                return Self { data };
            }
        }
        static ENGLISH: OnceLock<Data> = OnceLock::new();
        Self {
            data: ENGLISH.get_or_init(|| Data::learn("en")),
        }
    }

    pub(crate) fn data(self) -> &'static Data {
        self.data
    }

    /// What the shop says.
    pub(crate) fn words(self) -> &'static Words {
        &self.data.words
    }

    /// The primary language, such as `de`.
    pub(crate) fn language(self) -> &'static str {
        &self.data.language
    }

    /// A decimal such as `5.5` with this locale's digits and separator.
    pub(crate) fn decimal(self, text: &str) -> String {
        let numbers = &self.data.numbers;
        let mut written = String::with_capacity(text.len());
        for letter in text.chars() {
            let digit = letter
                .to_digit(10)
                .and_then(|digit| numbers.digits.get(digit as usize));
            match (letter, digit) {
                ('.', _) => written.push_str(&numbers.decimal),
                (_, Some(digit)) => written.push(*digit),
                (other, None) => written.push(other),
            }
        }
        written
    }

    /// The value of `dir`.
    pub(crate) fn direction(self) -> &'static str {
        if RIGHT_TO_LEFT.contains(&&*self.data.language) {
            "rtl"
        } else {
            "ltr"
        }
    }

    /// An amount as this locale writes it.
    pub(crate) fn amount(self, money: Money) -> Amount {
        Amount {
            money,
            locale: self,
        }
    }

    /// A whole number with its groups.
    pub(crate) fn number(self, value: u64) -> Number {
        Number {
            value,
            locale: self,
        }
    }

    /// The day of an instant, in UTC; [`super::view::View::day`] tells it in the shop's zone.
    pub(crate) fn day(self, unix_seconds: i64) -> Day {
        Day {
            unix_seconds,
            locale: self,
        }
    }

    /// The sign of a currency where it has a well-known one, here or everywhere.
    pub(crate) fn symbol(self, code: &str) -> Option<&'static str> {
        let (language, region) = (&*self.data.language, &*self.data.region);
        let at_home = match (code, language, region) {
            ("PLN", "pl", _) => "zł",
            ("SEK", "sv", _) | ("NOK", "nb" | "nn" | "no", _) => "kr",
            ("DKK", "da", _) => "kr.",
            ("CZK", "cs", _) => "Kč",
            ("HUF", "hu", _) => "Ft",
            ("RUB", "ru", _) => "₽",
            ("AED", "ar", _) => "د.إ.",
            ("SAR", "ar", _) => "ر.س.",
            ("EGP", "ar", _) => "ج.م.",
            ("AUD", _, "AU") | ("CAD", _, "CA") | ("NZD", _, "NZ") | ("MXN", _, "MX") => "$",
            _ => return symbol_everywhere(code),
        };
        Some(at_home)
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.data, other.data)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.data.tag)
    }
}

impl Data {
    fn learn(tag: &str) -> Self {
        let known: Tag = tag
            .replace('_', "-")
            .parse()
            .or_else(|_| "en".parse())
            .unwrap_or(Tag::UNKNOWN);
        let language = known.id.language.as_str().to_owned();
        let region = known
            .id
            .region
            .map_or(String::new(), |region| region.as_str().to_owned());
        let numbers = Numbers::learn(&known).unwrap_or_else(Numbers::english);
        Self {
            tag: tag.to_owned(),
            words: Words::load(&language),
            months: months(&known, &numbers),
            money: MoneyPattern::of(&language, &region),
            numbers,
            language,
            region,
        }
    }
}

impl Numbers {
    fn english() -> Self {
        Self {
            digits: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
            decimal: ".".to_owned(),
            group: ",".to_owned(),
            primary: 3,
            secondary: 3,
            least: 1,
            minus: "-".to_owned(),
        }
    }

    /// What locale data write for a few numbers tells how they write all.
    fn learn(tag: &Tag) -> Option<Self> {
        let formatter = DecimalFormatter::try_new(tag.into(), Default::default()).ok()?;
        let write = |decimal: Decimal| formatter.format(&decimal).to_string();
        let mut digits = ['0'; 10];
        for (value, digit) in (0_i32..).zip(&mut digits) {
            *digit = write(Decimal::from(value)).chars().next()?;
        }
        let is_digit = |character: char| digits.contains(&character);
        let between = |text: &str| -> String { text.chars().filter(|&c| !is_digit(c)).collect() };
        let mut half = Decimal::from(15);
        half.multiply_pow10(-1);
        let large = write(Decimal::from(1_234_567_890));
        let groups: Vec<usize> = large
            .split(|character| !is_digit(character))
            .filter(|group| !group.is_empty())
            .map(|group| group.chars().count())
            .collect();
        let group = large.trim_start_matches(is_digit);
        let end = group.find(is_digit).unwrap_or(group.len());
        let grouped = |value: i32| write(Decimal::from(value)).chars().any(|c| !is_digit(c));
        let primary = match groups.as_slice() {
            [_] | [] => 0,
            [.., last] => *last,
        };
        Some(Self {
            decimal: between(&write(half)),
            group: group.get(..end).unwrap_or_default().to_owned(),
            primary,
            secondary: groups
                .iter()
                .rev()
                .nth(1)
                .copied()
                .filter(|_| groups.len() > 2)
                .unwrap_or(primary),
            least: if grouped(1_234) { 1 } else { 2 },
            minus: between(&write(Decimal::from(-1))),
            digits,
        })
    }

    /// A number without groups, in this locale's digits.
    pub(crate) fn plain(&self, value: i64) -> String {
        let digit = |c: char| {
            c.to_digit(10)
                .and_then(|at| self.digits.get(at as usize))
                .copied()
        };
        value
            .to_string()
            .chars()
            .map(|c| digit(c).unwrap_or(c))
            .collect()
    }
}

impl MoneyPattern {
    /// Where a currency stands, by the locale data of the languages we know; behind the number elsewhere in Europe,
    /// before it where a language comes from elsewhere.
    fn of(language: &str, region: &str) -> Self {
        let before = |space| Self {
            symbol_first: true,
            space,
            lead: "",
            group: None,
        };
        let behind = Self {
            symbol_first: false,
            space: NO_BREAK,
            lead: "",
            group: None,
        };
        match (language, region) {
            ("de", "AT") => Self {
                group: Some("."),
                ..before(NO_BREAK)
            },
            ("de", "CH" | "LI")
            | ("it", "CH")
            | ("pt", "BR" | "")
            | ("nl", _)
            | ("nb" | "no", _) => before(NO_BREAK),
            ("es", "MX" | "US" | "PR" | "PE" | "GT" | "HN" | "NI" | "PA" | "SV" | "DO") => {
                before("")
            }
            ("es", "AR" | "CL" | "CO" | "UY" | "EC" | "BO") => before(NO_BREAK),
            ("ar" | "he", _) => Self {
                lead: RIGHT_TO_LEFT_MARK,
                ..behind
            },
            ("en" | "ja" | "zh" | "ko" | "tr" | "hi" | "th" | "ga" | "cy", _) => before(""),
            _ => behind,
        }
    }
}

/// A day in each month, as locale data write the 22nd of it in the year 3333.
fn months(tag: &Tag, numbers: &Numbers) -> [Phrase; 12] {
    let formatter = FixedCalendarDateTimeFormatter::try_new(tag.into(), YMD::long()).ok();
    let (day, year) = (numbers.plain(22), numbers.plain(3333));
    let mut month = 0;
    [(); 12].map(|()| {
        month += 1;
        let written = formatter.as_ref().and_then(|formatter| {
            let date = Date::try_new_gregorian(3333, month, 22).ok()?;
            Some(formatter.format(&date).to_string())
        });
        let written = written.filter(|text| text.contains(&day) && text.contains(&year));
        match written {
            Some(text) => {
                let text = text.replacen(&year, &mark(1).to_string(), 1);
                Phrase::parse(&text.replacen(&day, &mark(0).to_string(), 1))
            }
            None => Phrase::parse(&format!("{}-{month:02}-{}", mark(1), mark(0))),
        }
    })
}

fn symbol_everywhere(code: &str) -> Option<&'static str> {
    Some(match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "CNY" => "CN¥",
        "INR" => "₹",
        "KRW" => "₩",
        "AUD" => "A$",
        "CAD" => "C$",
        "NZD" => "NZ$",
        "BRL" => "R$",
        "MXN" => "MX$",
        "ILS" => "₪",
        "TRY" => "₺",
        "UAH" => "₴",
        "VND" => "₫",
        _ => return None,
    })
}
