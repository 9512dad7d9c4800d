//! What the shop promises beside its catalog, as search engines want to hear it: how goods come back, and who answers.
//!
//! The operator states it; what is not stated is not told. What delivery costs comes from the feeds, and is told only
//! where this server is who charges it.

use crate::checkout;
use crate::table::Keys;

/// The longest time for sending back, in days.
const MOST_DAYS: u64 = 3650;
/// Digits of a telephone number, its country's code included.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// The tables `[returns]` and `[contact]`, and what the checkout says about delivery.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policies {
    /// How goods come back.
    pub returns: Returns,
    /// Where shoppers call.
    pub telephone: Option<Telephone>,
    /// Countries sold to; none while that is not known.
    pub countries: Vec<String>,
    /// Whether the delivery methods of the catalog are what an order is charged.
    pub delivers: bool,
}

/// How goods come back. Nothing is told of it while it has neither days nor a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Returns {
    /// Days from delivery in which goods may be sent back.
    pub days: Option<u32>,
    /// Who pays for that, if it is stated.
    pub fees: Option<Fees>,
    /// In which ways, if they are stated.
    pub ways: Vec<Way>,
    /// Countries it holds for; those that are sold to if none are named.
    pub countries: Vec<String>,
    /// Slug of the content page that says all of it.
    pub page: Option<String>,
}

/// Who pays for sending back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fees {
    /// The shop.
    Free,
    /// The shopper.
    Shopper,
}

/// How something is sent back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// By mail.
    Mail,
    /// It is brought to a store.
    Store,
    /// It is left in a box.
    Kiosk,
}

/// A telephone number with its country's code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telephone {
    /// As the operator writes it.
    pub written: String,
    /// A plus and digits.
    pub dialled: String,
}

impl Policies {
    /// With what the checkout says about whom goods are sold to, and who charges for bringing them.
    #[must_use]
    pub fn with_checkout(mut self, checkout: &checkout::Settings) -> Self {
        self.countries.clone_from(&checkout.countries);
        self.delivers =
            checkout.sells() && !checkout.hands_off() && checkout.pricing.url.is_empty();
        if self.returns.countries.is_empty() {
            self.returns.countries.clone_from(&checkout.countries);
        }
        self
    }

    /// What does not fit together, a sentence each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let returns = &self.returns;
        let mut problems = Vec::new();
        if returns.days.is_some() && returns.countries.is_empty() {
            problems.push(
                "`returns.countries` is empty: `returns.days` needs a country to hold for"
                    .to_owned(),
            );
        }
        if returns.days.is_none() && (returns.fees.is_some() || !returns.ways.is_empty()) {
            problems.push(
                "`returns.days` is missing: `returns.fees` and `returns.by` say nothing without it"
                    .to_owned(),
            );
        }
        problems
    }
}

impl Returns {
    /// Reads the table.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let days = keys.number("days", 0, 0..=MOST_DAYS);
        let fees = keys.optional("fees");
        let returns = Self {
            days: u32::try_from(days).ok().filter(|&days| days > 0),
            fees: fees.and_then(|word| {
                let fees = Fees::parse(&word);
                if fees.is_none() {
                    let rule = "must be \"free\" or \"shopper\"";
                    keys.problem("fees", format_args!("{rule}, got \"{word}\""));
                }
                fees
            }),
            ways: keys.list("by", "\"mail\", \"store\" and \"kiosk\"", Way::parse),
            countries: keys.list("countries", "codes such as [\"DE\", \"AT\"]", |code| {
                crate::page::countries::is_known(code).then(|| code.to_owned())
            }),
            page: keys.optional("page"),
        };
        keys.refuse_the_rest();
        returns
    }
}

impl Fees {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "free" => Some(Self::Free),
            "shopper" => Some(Self::Shopper),
            _ => None,
        }
    }

    /// What schema.org calls it.
    pub(crate) fn schema_org(self) -> &'static str {
        match self {
            Self::Free => "https://schema.org/FreeReturn",
            Self::Shopper => "https://schema.org/ReturnFeesCustomerResponsibility",
        }
    }
}

impl Way {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "mail" => Some(Self::Mail),
            "store" => Some(Self::Store),
            "kiosk" => Some(Self::Kiosk),
            _ => None,
        }
    }

    /// What schema.org calls it.
    pub(crate) fn schema_org(self) -> &'static str {
        match self {
            Self::Mail => "https://schema.org/ReturnByMail",
            Self::Store => "https://schema.org/ReturnInStore",
            Self::Kiosk => "https://schema.org/ReturnAtKiosk",
        }
    }
}

impl Telephone {
    /// Reads the table `[contact]`.
    pub(crate) fn read(mut keys: Keys<'_>) -> Option<Self> {
        let written = keys.optional("telephone");
        let telephone = written.and_then(|written| {
            let telephone = Self::parse(&written);
            if telephone.is_none() {
                let rule = "must be a number with its country's code, such as +49 30 123456";
                keys.problem("telephone", format_args!("{rule}, got \"{written}\""));
            }
            telephone
        });
        keys.refuse_the_rest();
        telephone
    }

    fn parse(written: &str) -> Option<Self> {
        let rest = written.strip_prefix('+')?;
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_plain = rest
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '/' | '.'));
        (is_plain && DIGITS.contains(&digits.len())).then(|| Self {
            written: written.to_owned(),
            dialled: format!("+{digits}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn problems(text: &str) -> Vec<String> {
        Config::parse(&format!("shop = \"demo\"\n{text}"), Path::new("/"))
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn what_is_promised_is_whole_or_refused() {
        for (text, words) in [
            ("[returns]\ndays = 14", "`returns.countries` is empty"),
            ("[returns]\nfees = \"free\"", "`returns.days` is missing"),
            (
                "[returns]\nfees = \"never\"",
                "must be \"free\" or \"shopper\"",
            ),
            ("[returns]\nby = [\"drone\"]", "`returns.by`"),
            (
                "[returns]\ncountries = [\"Germany\"]",
                "`returns.countries`",
            ),
            (
                "[contact]\ntelephone = \"030 123456\"",
                "its country's code",
            ),
            ("[contact]\ntelephone = \"+1 <b>\"", "its country's code"),
        ] {
            let problems = problems(text).join("\n");
            assert!(problems.contains(words), "{text}: {problems}");
        }
        let sound = "[returns]\ndays = 30\ncountries = [\"DE\"]\nfees = \"free\"\nby = [\"mail\"]";
        assert_eq!(problems(sound), Vec::<String>::new());
    }

    #[test]
    fn delivery_is_told_only_by_who_charges_it() {
        let told = |checkout: &str| {
            let text = format!("shop = \"demo\"\n[checkout]\n{checkout}");
            let config = Config::parse(&text, Path::new("/")).unwrap();
            config.policies.delivers
        };
        let invoice = "methods = [\"invoice\"]\ncountries = [\"DE\"]";
        assert!(told(invoice));
        assert!(!told(""));
        assert!(!told(
            "methods = [\"handoff\"]\nhandoff_url = \"https://pay.example/?c={lines}\""
        ));
    }
}
