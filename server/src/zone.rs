//! The shop's time zone: what day an instant is told as.

use std::fmt;

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

/// An IANA time zone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// By its name, such as `Europe/Berlin`.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// What clocks there show at an instant, as seconds that are read as if they were UTC.
    pub(crate) fn local(self, unix_seconds: i64) -> i64 {
        let Some(instant) = DateTime::from_timestamp(unix_seconds, 0) else {
            return unix_seconds;
        };
        let offset = self.0.offset_from_utc_datetime(&instant.naive_utc()).fix();
        unix_seconds.saturating_add(offset.local_minus_utc().into())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_does_in_the_zone() {
        let local = |zone: &str, at| Zone::parse(zone).unwrap().local(at);
        assert_eq!(local("UTC", 1_764_543_600), 1_764_543_600);
        // 2025-11-30T23:00Z is the first of December in Berlin, in winter; in summer it is two hours.
        assert_eq!(local("Europe/Berlin", 1_764_543_600), 1_764_547_200);
        assert_eq!(local("Europe/Berlin", 1_751_320_800), 1_751_328_000);
        assert_eq!(local("America/New_York", 1_764_543_600), 1_764_525_600);
        assert_eq!(local("Asia/Kolkata", 0), 19_800);
        for at in [i64::MIN, i64::MAX] {
            assert_eq!(
                local("Asia/Tokyo", at),
                at,
                "nothing to show is no reason to fail"
            );
        }
        assert!(Zone::parse("Berlin").is_none() && Zone::parse("").is_none());
    }
}
