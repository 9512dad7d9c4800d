//! Daily runs over every kind of clock change, and blackouts.

use super::*;
use crate::cron_text;

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// All due instants from one day to another.
fn between(schedule: &str, zone: Tz, from: &str, to: &str) -> Vec<DateTime<Tz>> {
    let schedule = cron_text::parse(schedule).unwrap();
    let (mut at, to) = (utc(from), utc(to));
    let mut found = Vec::new();
    while let Some(due) = next(&schedule, zone, at) {
        if due >= to {
            break;
        }
        found.push(due);
        at = due.with_timezone(&Utc);
    }
    found
}

/// Where clocks change by an hour, by half an hour, at midnight, backwards in "summer", and over a whole day.
const CHANGES: [(&str, &str, &str); 14] = [
    (
        "Europe/Berlin",
        "2026-03-26T00:00:00Z",
        "2026-04-02T00:00:00Z",
    ),
    (
        "Europe/Berlin",
        "2026-10-22T00:00:00Z",
        "2026-10-29T00:00:00Z",
    ),
    (
        "America/New_York",
        "2026-03-05T00:00:00Z",
        "2026-03-12T00:00:00Z",
    ),
    (
        "America/New_York",
        "2026-10-29T00:00:00Z",
        "2026-11-05T00:00:00Z",
    ),
    (
        "Australia/Lord_Howe",
        "2026-04-01T00:00:00Z",
        "2026-04-08T00:00:00Z",
    ),
    (
        "Australia/Lord_Howe",
        "2026-10-01T00:00:00Z",
        "2026-10-08T00:00:00Z",
    ),
    (
        "Asia/Beirut",
        "2026-03-26T00:00:00Z",
        "2026-04-02T00:00:00Z",
    ),
    (
        "Asia/Beirut",
        "2026-10-22T00:00:00Z",
        "2026-10-29T00:00:00Z",
    ),
    (
        "America/Sao_Paulo",
        "2018-11-01T00:00:00Z",
        "2018-11-08T00:00:00Z",
    ),
    (
        "America/Sao_Paulo",
        "2019-02-14T00:00:00Z",
        "2019-02-21T00:00:00Z",
    ),
    (
        "Africa/Casablanca",
        "2026-02-12T00:00:00Z",
        "2026-02-19T00:00:00Z",
    ),
    (
        "Europe/Dublin",
        "2026-03-26T00:00:00Z",
        "2026-04-02T00:00:00Z",
    ),
    (
        "America/Santiago",
        "2026-09-03T00:00:00Z",
        "2026-09-10T00:00:00Z",
    ),
    (
        "Asia/Kathmandu",
        "2026-03-26T00:00:00Z",
        "2026-04-02T00:00:00Z",
    ),
];

#[test]
fn a_daily_run_is_neither_lost_nor_doubled_by_any_change_of_the_clocks() {
    for (name, from, to) in CHANGES {
        for quarter in 0..96 {
            let (hour, minute) = (quarter / 4, quarter % 4 * 15);
            let case = format!("{name} {hour:02}:{minute:02} from {from}");
            let runs = between(&format!("{minute} {hour} * * *"), zone(name), from, to);
            let mut days: Vec<_> = runs.iter().map(|at| at.date_naive()).collect();
            let counted = days.len();
            days.dedup();
            assert_eq!(days.len(), counted, "{case}: two runs on one day: {runs:?}");
            for pair in days.windows(2) {
                assert_eq!(pair[1] - pair[0], Duration::days(1), "{case}: {runs:?}");
            }
            assert!((6..=8).contains(&counted), "{case}: {runs:?}");
        }
    }
}

#[test]
fn a_skipped_time_is_due_when_the_clocks_go_on_and_a_repeated_one_the_first_time() {
    let berlin = zone("Europe/Berlin");
    let texts = |runs: Vec<DateTime<Tz>>| -> Vec<String> {
        runs.iter().map(DateTime::to_rfc3339).collect()
    };
    let spring = between(
        "30 2 * * *",
        berlin,
        "2026-03-28T12:00:00Z",
        "2026-03-30T12:00:00Z",
    );
    assert_eq!(
        texts(spring),
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
    );
    let autumn = between(
        "30 2 * * *",
        berlin,
        "2026-10-24T12:00:00Z",
        "2026-10-26T12:00:00Z",
    );
    assert_eq!(
        texts(autumn),
        ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
    );
    // Between the two half past twos the next one is tomorrow's, not today's second.
    let schedule = cron_text::parse("30 2 * * *").unwrap();
    let due = next(&schedule, berlin, utc("2026-10-25T01:10:00Z")).unwrap();
    assert_eq!(due.to_rfc3339(), "2026-10-26T02:30:00+01:00");
}

#[test]
fn a_day_that_a_country_skipped_still_has_its_run() {
    // Samoa went from the 29th to the 31st of December 2011.
    let runs = between(
        "0 3 * * *",
        zone("Pacific/Apia"),
        "2011-12-28T00:00:00Z",
        "2012-01-02T00:00:00Z",
    );
    let texts: Vec<_> = runs.iter().map(DateTime::to_rfc3339).collect();
    assert_eq!(
        texts,
        [
            "2011-12-28T03:00:00-10:00",
            "2011-12-29T03:00:00-10:00",
            "2011-12-31T00:00:00+14:00",
            "2011-12-31T03:00:00+14:00",
            "2012-01-01T03:00:00+14:00",
            "2012-01-02T03:00:00+14:00",
        ]
    );
}

#[test]
fn a_schedule_of_every_hour_follows_the_hours_as_they_pass() {
    for (name, from, to) in CHANGES {
        let all = between("*/5 * * * *", zone(name), from, to);
        assert_eq!(all.len(), 7 * 24 * 12 - 1, "{name} from {from}");
        for pair in all.windows(2) {
            assert_eq!(pair[1] - pair[0], Duration::minutes(5), "{name}: {pair:?}");
        }
    }
    let quarter_past = between(
        "15 * * * *",
        zone("Europe/Berlin"),
        "2026-10-24T22:00:00Z",
        "2026-10-25T03:00:00Z",
    );
    let hours: Vec<_> = quarter_past
        .iter()
        .map(|at| at.format("%H:%M%:z").to_string())
        .collect();
    assert_eq!(
        hours,
        [
            "00:15+02:00",
            "01:15+02:00",
            "02:15+02:00",
            "02:15+01:00",
            "03:15+01:00"
        ]
    );
}

#[test]
fn blackouts_are_read_and_written() {
    for (text, expected) in [
        ("02:00-04:30", "02:00-04:30"),
        ("mon-fri 22:00-06:00", "Mon,Tue,Wed,Thu,Fri 22:00-06:00"),
        ("Sat-Mon 00:00-24:00", "Mon,Sat,Sun 00:00-24:00"),
        ("Sun, Wed 1:05-2:00", "Wed,Sun 01:05-02:00"),
    ] {
        assert_eq!(text.parse::<Blackout>().unwrap().to_string(), expected);
    }
    for text in [
        "",
        "2-4",
        "02:00",
        "25:00-26:00",
        "Fre 02:00-03:00",
        "02:60-03:00",
    ] {
        assert_eq!(text.parse::<Blackout>(), Err(BlackoutError), "{text}");
    }
}

#[test]
fn a_blackout_ends_when_it_says_also_past_midnight_and_over_a_change_of_the_clocks() {
    let berlin = zone("Europe/Berlin");
    let free = |text: &str, at: &str| {
        let blackouts = [text.parse().unwrap()];
        after_blackouts(&blackouts, berlin, utc(at))
            .map(|at| at.with_timezone(&berlin).format("%a %H:%M:%S").to_string())
    };
    let is = |found: Option<String>, expected: &str| assert_eq!(found.as_deref(), Some(expected));
    // A Friday in November, UTC+1.
    is(free("22:00-06:00", "2026-11-27T20:59:30Z"), "Fri 21:59:30");
    is(free("22:00-06:00", "2026-11-27T21:00:00Z"), "Sat 06:00:00");
    is(
        free("Mon-Fri 22:00-06:00", "2026-11-28T04:59:59Z"),
        "Sat 06:00:00",
    );
    is(
        free("Mon-Fri 22:00-06:00", "2026-11-28T22:00:00Z"),
        "Sat 23:00:00",
    );
    // The night in which clocks go back: the blackout lasts through both hours.
    is(free("01:00-03:00", "2026-10-24T23:30:00Z"), "Sun 03:00:00");
    assert_eq!(free("00:00-24:00", "2026-10-24T23:30:00Z"), None);
}
