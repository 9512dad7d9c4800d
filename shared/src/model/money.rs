//! Exact amounts: integer minor units of an ISO 4217 currency.
//!
//! No amount ever passes through a float. A decimal that does not fit the currency's exponent is an error here;
//! whether to round is the source's decision, taken before.

use std::fmt;

/// An ISO 4217 currency: its three letters and how many decimals its amounts have.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

/// An amount in minor units (cents, for a currency with two decimals).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// Minor units; prices are never negative, differences may be.
    pub minor: i64,
    /// The currency that gives the minor units their meaning.
    pub currency: Currency,
}

/// Why a text is not an amount of the expected currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The currency code is not an active ISO 4217 code.
    #[error("`{0}` is not an active ISO 4217 currency code")]
    UnknownCurrency(String),
    /// The text is not a plain decimal number.
    #[error("`{0}` is not a decimal amount such as 12.90")]
    NotADecimal(String),
    /// The text has more decimals than the currency.
    #[error("`{text}` has more decimals than {currency} allows ({exponent})")]
    TooPrecise {
        /// The text as given.
        text: String,
        /// The currency's code.
        currency: String,
        /// Decimals the currency has.
        exponent: u8,
    },
    /// The amount exceeds what an `i64` of minor units holds.
    #[error("`{0}` is too large an amount")]
    TooLarge(String),
}

/// Active codes of ISO 4217 by number of decimals (list one, amendment 176).
const CODES: [(u8, &str); 4] = [
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
    (
        0,
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// The euro, where a currency is needed and none is at hand.
    pub const EUR: Self = Self {
        code: *b"EUR",
        exponent: 2,
    };

    /// Reads an ISO 4217 code in capitals.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency(code.to_owned());
        let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| unknown())?;
        CODES
            .iter()
            .find(|(_, codes)| {
                // Each code and the space behind it.
                let mut codes = codes.as_bytes().chunks(4);
                codes.any(|known| known.starts_with(&letters))
            })
            .map(|&(exponent, _)| Self {
                code: letters,
                exponent,
            })
            .ok_or_else(unknown)
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// How many decimals amounts have: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Money {
    /// Reads a plain decimal such as `12.90`: digits, then at most one point with digits on both sides.
    ///
    /// Trailing zeros beyond the currency's exponent are accepted because they change nothing (`23.900000`).
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_a_decimal = || MoneyError::NotADecimal(text.to_owned());
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(not_a_decimal()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return Err(not_a_decimal());
        }
        let exponent = usize::from(currency.exponent);
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > exponent {
            return Err(MoneyError::TooPrecise {
                text: text.to_owned(),
                currency: currency.code().to_owned(),
                exponent: currency.exponent,
            });
        }
        let too_large = || MoneyError::TooLarge(text.to_owned());
        let mut minor: i64 = 0;
        let padding = std::iter::repeat_n(b'0', exponent - fraction.len());
        for digit in whole.bytes().chain(fraction.bytes()).chain(padding) {
            minor = minor
                .checked_mul(10)
                .and_then(|value| value.checked_add(i64::from(digit - b'0')))
                .ok_or_else(too_large)?;
        }
        Ok(Self { minor, currency })
    }
}

/// The canonical decimal: always all decimals of the currency, a point, no grouping (`12.90`, `1200` for JPY).
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u64.pow(u32::from(self.currency.exponent));
        let magnitude = self.minor.unsigned_abs();
        if self.minor < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", magnitude / scale)?;
        match usize::from(self.currency.exponent) {
            0 => Ok(()),
            width => write!(f, ".{:0width$}", magnitude % scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str, expected: Result<i64, &str>) {
        let currency = Currency::parse(code).unwrap();
        match (Money::parse_decimal(text, currency), expected) {
            (Ok(money), Ok(minor)) => assert_eq!(money.minor, minor, "{text} {code}"),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (got, expected) => panic!("{text} {code}: got {got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn decimals_become_minor_units_exactly() {
        check("0", "EUR", Ok(0));
        check("12.9", "EUR", Ok(1290));
        check("23.900000", "EUR", Ok(2390));
        check("1200", "JPY", Ok(1200));
        check("1.234", "KWD", Ok(1234));
        check("92233720368547758.07", "EUR", Ok(i64::MAX));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check("12.999", "EUR", Err("more decimals than EUR"));
        check("1.5", "JPY", Err("more decimals than JPY"));
        check("92233720368547758.08", "EUR", Err("too large"));
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", " 1", "1.2.3", "٣",
        ] {
            check(text, "EUR", Err("not a decimal"));
        }
    }

    #[test]
    fn amounts_print_as_they_parse() {
        for (text, code) in [
            ("0.05", "EUR"),
            ("1200", "JPY"),
            ("0.001", "KWD"),
            ("7.0001", "CLF"),
        ] {
            let money = Money::parse_decimal(text, Currency::parse(code).unwrap()).unwrap();
            assert_eq!(money.to_string(), text);
        }
    }

    #[test]
    fn only_known_codes_are_currencies() {
        for code in ["eur", "EURO", "XXX", "", "E R"] {
            assert!(Currency::parse(code).is_err(), "{code}");
        }
    }
}
