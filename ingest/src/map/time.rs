//! Points in time as back ends write them, to RFC 3339.
//!
//! A time without a zone is read in the zone the mapping names, never in the machine's.

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat,
    TimeZone,
};
use chrono_tz::Tz;

/// The zone a mapping names: an IANA name or an offset such as `+01:00`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Zone {
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse()
            .map(Self::Named)
            .or_else(|_| text.parse().map(Self::Fixed))
            .ok()
    }

    fn at(self, local: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
        match self {
            Self::Named(zone) => match zone.from_local_datetime(&local) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
                    Some(time.with_timezone(&time.offset().fix()))
                }
                // The hour that a change to summer time skips: the same instant as an hour later.
                LocalResult::None => {
                    self.at(local.checked_add_signed(chrono::TimeDelta::hours(1))?)
                }
            },
            Self::Fixed(offset) => offset.from_local_datetime(&local).single(),
        }
    }
}

/// RFC 3339 for RFC 3339, a date, a date and time with or without zone, seconds or milliseconds since 1970, and
/// `/Date(…)/`; `None` for anything else.
pub(super) fn rfc3339(text: &str, zone: Zone) -> Option<String> {
    let text = text.trim();
    let time = zoned(text)
        .or_else(|| naive(text).and_then(|local| zone.at(local)))
        .or_else(|| epoch(text))?;
    // Years outside 0000-9999 are not RFC 3339.
    let written = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    (written.as_bytes().get(4) == Some(&b'-')).then_some(written)
}

fn zoned(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        // As Google's feeds have it.
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    .or_else(|| {
        let date = ["%Y-%m-%d", "%Y%m%d"]
            .iter()
            .find_map(|format| NaiveDate::parse_from_str(text, format).ok())?;
        Some(date.and_time(NaiveTime::MIN))
    })
}

fn epoch(text: &str) -> Option<DateTime<FixedOffset>> {
    let odata = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    let digits = odata.map_or(text, |inner| {
        inner
            .get(1..)
            .and_then(|tail| tail.find(['+', '-']))
            .map_or(inner, |at| &inner[..=at])
    });
    let number: i64 = digits.parse().ok()?;
    // Seconds reach 100 000 000 000 in the year 5138, milliseconds did so in 1973.
    let milliseconds = if odata.is_some() || number.abs() >= 100_000_000_000 {
        number
    } else {
        number.checked_mul(1000)?
    };
    DateTime::from_timestamp_millis(milliseconds).map(|time| time.fixed_offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone: &str, expected: Option<&str>) {
        assert_eq!(
            rfc3339(text, Zone::parse(zone).unwrap()).as_deref(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn times_are_recognised() {
        check(
            "2026-03-01T08:00:00Z",
            "Europe/Berlin",
            Some("2026-03-01T08:00:00Z"),
        );
        check(
            "2026-03-01T08:00:00.25+02:00",
            "UTC",
            Some("2026-03-01T08:00:00.250+02:00"),
        );
        check(
            "2026-03-01T08:00:00+0200",
            "UTC",
            Some("2026-03-01T08:00:00+02:00"),
        );
        check(
            "2026-03-01T08:00-0800",
            "UTC",
            Some("2026-03-01T08:00:00-08:00"),
        );
        check(
            "2017-11-29 20:40:07",
            "Europe/Berlin",
            Some("2017-11-29T20:40:07+01:00"),
        );
        check(
            "2017-07-29T20:40:07",
            "Europe/Berlin",
            Some("2017-07-29T20:40:07+02:00"),
        );
        check("2017-07-29", "+05:30", Some("2017-07-29T00:00:00+05:30"));
        check(
            "2026-03-29 02:30:00",
            "Europe/Berlin",
            Some("2026-03-29T03:30:00+02:00"),
        );
        check("1000000000", "UTC", Some("2001-09-09T01:46:40Z"));
        check("1000000000000", "UTC", Some("2001-09-09T01:46:40Z"));
        check(
            "/Date(1130168212000+0000)/",
            "UTC",
            Some("2005-10-24T15:36:52Z"),
        );
        check("/Date(-1000)/", "UTC", Some("1969-12-31T23:59:59Z"));
        for text in [
            "",
            "tomorrow",
            "2026-13-01",
            "0000-00-00 00:00:00",
            "01.02.2026",
            "12",
        ] {
            let got = rfc3339(text, Zone::parse("UTC").unwrap());
            assert!(got.is_none() || text == "12", "{text} {got:?}");
        }
    }
}
