//! Whether a source is asked for all it has or for what changed, and since when.
//!
//! It follows from what is remembered of the source and from the clock alone, so that a trial asks like a run.

use chrono::DateTime;
use chrono_tz::Tz;

use crate::calendar;
use crate::config::{Changes, Source};
use crate::feed::{Mark, SourceCache};
use crate::fetch;

/// Since when a source is asked for changes, Unix seconds; nothing if it is asked for everything.
///
/// `is_read_alike`: whether what is remembered was read as it would be now.
pub fn since(
    source: &Source,
    cache: &SourceCache,
    is_read_alike: bool,
    zone: Tz,
    now: i64,
) -> Option<i64> {
    let changes = source.request.changes.as_ref()?;
    let mark = cache.mark.as_ref()?;
    // While a feed is held, everything is asked for: the fault may be in what changes do not touch, and one that was held
    // for its records must not be accepted because the next run refuses none.
    let has_base = is_read_alike && cache.accepted.is_some() && cache.held.is_none();
    let is_same_request = mark.request == fetch::request_hash(&source.request);
    if !has_base || !is_same_request || is_full_due(changes, mark, zone, now) {
        return None;
    }
    let overlap = i64::try_from(changes.overlap.as_secs()).unwrap_or(i64::MAX);
    Some(mark.since.saturating_sub(overlap))
}

fn is_full_due(changes: &Changes, mark: &Mark, zone: Tz, now: i64) -> bool {
    let Some(last) = DateTime::from_timestamp(mark.full_at, 0) else {
        return true;
    };
    let due = calendar::next(&changes.full, zone, last);
    // A clock that was set back must not put it off.
    now < mark.full_at || due.is_some_and(|due| due.timestamp() <= now)
}

/// The source as it is asked for what changed since then.
pub fn asking(source: &Source, since: i64, zone: Tz) -> Option<Source> {
    let since = DateTime::from_timestamp(since, 0)?;
    let changes = source.request.changes.as_ref()?;
    Some(Source {
        request: changes.since(&source.request, since, zone),
        ..source.clone()
    })
}

/// What is remembered after a run that began now and was good.
pub fn mark(source: &Source, before: Option<&Mark>, was_full: bool, now: i64) -> Option<Mark> {
    source.request.changes.as_ref()?;
    let full_at = before
        .filter(|_| !was_full)
        .map_or(now, |mark| mark.full_at);
    Some(Mark {
        since: now,
        full_at,
        request: fetch::request_hash(&source.request),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::feed::{Feed, Half, Summary};
    use std::path::Path;

    const DAY: i64 = 86_400;

    fn source(changes: &str) -> Source {
        let text = format!(
            "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
             schedule = \"@daily\"\nurl = \"http://a.example/feed\"\nquery = {{ size = 5, filter = \"all\" }}\nchanges = {{ {changes} }}\n"
        );
        let config = config::from_text(&text, Path::new("test.toml"), Path::new("/"));
        config.unwrap().sources.remove(0)
    }

    fn cache(source: &Source, since: i64, full_at: i64) -> SourceCache {
        let half = Half {
            hash: String::new(),
            documents: 0,
        };
        SourceCache {
            accepted: Some(Feed {
                as_of: since,
                offers_since: since,
                counts: Default::default(),
                summary: Summary::default(),
                catalog: half.clone(),
                offers: half,
                kept: None,
            }),
            mark: Some(Mark {
                since,
                full_at,
                request: fetch::request_hash(&source.request),
            }),
            ..SourceCache::default()
        }
    }

    #[test]
    fn everything_is_asked_for_when_it_is_due_or_when_there_is_no_base() {
        let source = source(r#"query = { since = "{since}" }, overlap_ms = 5000"#);
        let known = cache(&source, 10 * DAY + 7200, 10 * DAY + 3600);
        let zone = Tz::UTC;
        let later = 10 * DAY + 9000;
        let wanted = Some(10 * DAY + 7195);
        assert_eq!(since(&source, &known, true, zone, later), wanted);
        assert_eq!(since(&source, &known, true, zone, 11 * DAY - 1), wanted);
        assert_eq!(since(&source, &known, true, zone, 11 * DAY), None);
        // Midnight in Tokyo is at 15:00.
        assert_eq!(
            since(&source, &known, true, Tz::Asia__Tokyo, 10 * DAY + 15 * 3600),
            None
        );
        assert_eq!(since(&source, &known, false, zone, later), None);
        assert_eq!(
            since(&source, &known, true, zone, 10 * DAY),
            None,
            "the clock was set back"
        );
        let other = SourceCache {
            mark: Some(Mark {
                request: "another".to_owned(),
                ..known.mark.clone().unwrap()
            }),
            ..known.clone()
        };
        assert_eq!(since(&source, &other, true, zone, later), None);
        let empty = SourceCache {
            accepted: None,
            ..known
        };
        assert_eq!(since(&source, &empty, true, zone, later), None);
    }

    #[test]
    fn an_instant_is_written_as_the_back_end_has_it() {
        let asked = |how: &str| {
            let source = source(&format!(r#"query = {{ filter = "after {{since}}" }}{how}"#));
            let asking = asking(&source, 1_795_678_200, Tz::Europe__Berlin).unwrap();
            let query = asking.request.query;
            assert_eq!(query[0], ("size".to_owned(), "5".to_owned()));
            assert_eq!(query.len(), 2);
            query[1].1.clone()
        };
        for (how, wanted) in [
            ("", "after 2026-11-26T07:30:00Z"),
            (r#", format = "epoch""#, "after 1795678200"),
            (r#", format = "epoch_ms""#, "after 1795678200000"),
            (
                r#", format = "%Y-%m-%d %H:%M:%S""#,
                "after 2026-11-26 08:30:00",
            ),
            (
                r#", format = "%d.%m.%Y %H:%M", time_zone = "UTC""#,
                "after 26.11.2026 07:30",
            ),
        ] {
            assert_eq!(asked(how), wanted, "{how}");
        }
    }
}
