//! Until when a certificate is good: the one field of it that operators must watch.
//!
//! A walk over the outermost fields of X.509 (RFC 5280 §4.1), nothing more; whether it is to be believed is for clients.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Unix seconds after which a certificate (DER) is no good; `None` if it is no certificate.
pub(super) fn not_after(certificate: &[u8]) -> Option<i64> {
    let (content, _) = element(certificate, SEQUENCE)?;
    let (fields, _) = element(content, SEQUENCE)?;
    let fields = element(fields, VERSION).map_or(fields, |(_, rest)| rest);
    let (_serial, rest) = element(fields, INTEGER)?;
    let (_algorithm, rest) = element(rest, SEQUENCE)?;
    let (_issuer, rest) = element(rest, SEQUENCE)?;
    let (validity, _) = element(rest, SEQUENCE)?;
    let (_not_before, rest) = any(validity)?;
    match *rest.first()? {
        UTC_TIME => {
            let (text, _) = element(rest, UTC_TIME)?;
            let year = number(text.get(..2)?)?;
            // Two digits: 1950 to 2049 (RFC 5280 §4.1.2.5.1).
            let century = if year < 50 { 2000 } else { 1900 };
            instant(century + year, text.get(2..)?)
        }
        GENERALIZED_TIME => {
            let (text, _) = element(rest, GENERALIZED_TIME)?;
            instant(number(text.get(..4)?)?, text.get(4..)?)
        }
        _ => None,
    }
}

/// The content of the first element if it has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    (*bytes.first()? == tag).then(|| any(bytes)).flatten()
}

fn any(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let first = *bytes.get(1)?;
    let (length, start) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = bytes.get(2..2 + count).filter(|digits| digits.len() <= 4)?;
        let length = digits
            .iter()
            .fold(0, |all, &byte| all << 8 | usize::from(byte));
        (length, 2 + count)
    };
    let end = start.checked_add(length)?;
    Some((bytes.get(start..end)?, bytes.get(end..)?))
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `MMDDHHMMSSZ` of a year, as Unix seconds.
fn instant(year: i64, text: &[u8]) -> Option<i64> {
    if text.len() != 11 || text[10] != b'Z' {
        return None;
    }
    let mut fields = text[..10].chunks(2).map(number);
    let mut next = || fields.next().flatten();
    let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    // Days since 1970 in the Gregorian calendar, counting years from March so that leap days come last.
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_in_both_spellings() {
        for (year, month, day, expected) in [
            (2027, 2, 28, 1_803_772_800),
            (2028, 3, 1, 1_835_481_600),
            (2051, 1, 1, 2_556_144_000),
        ] {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, month, day);
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(not_after(certificate.der()), Some(expected), "{year}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        let whole = params.self_signed(&key).unwrap();
        for length in 0..whole.der().len() {
            assert_eq!(not_after(&whole.der()[..length]), None, "{length}");
        }
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
