//! When a schedule is due, in a time zone whose clocks change.
//!
//! A time of day that the clocks skip is due when they go on, one that they repeat is due the first time: a daily run
//! is neither lost nor doubled. A schedule that fits every hour follows the hours as they pass, repeated ones included.

use std::fmt;

use chrono::{
    DateTime, Datelike as _, Duration, MappedLocalTime, NaiveDateTime, Offset as _, TimeZone as _,
    Timelike as _, Utc, Weekday,
};
use chrono_tz::Tz;
use cron::{Schedule, TimeUnitSpec as _};

/// Clocks that skip a whole day are the worst there was.
const LONGEST_GAP_MINUTES: i64 = 26 * 60;
const MINUTES_OF_DAY: u32 = 24 * 60;
const MINUTES_OF_WEEK: i64 = 7 * 24 * 60;

/// The first instant after `after` at which the schedule is due.
pub fn next(schedule: &Schedule, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Tz>> {
    // `is_all` of the library asks how the field was written; what counts is what it holds.
    let every_hour = (0..24).all(|hour| schedule.hours().includes(hour));
    if every_hour {
        next_of_hours(schedule, zone, after)
    } else {
        next_of_days(schedule, zone, after)
    }
}

/// Follows wall time once through: skipped times move to the end of the gap, repeated ones count the first time.
fn next_of_days(schedule: &Schedule, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Tz>> {
    // A gap may have moved an earlier time past this instant, so the search begins before any gap.
    let wall = after.with_timezone(&zone).naive_local() - Duration::minutes(LONGEST_GAP_MINUTES);
    wall_times(schedule, wall)
        .map_while(|wall| settle(zone, wall))
        .find(|at| *at > after)
}

fn settle(zone: Tz, wall: NaiveDateTime) -> Option<DateTime<Tz>> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at),
        MappedLocalTime::None => {
            let minute = wall.with_second(0)?.with_nanosecond(0)?;
            (1..=LONGEST_GAP_MINUTES).find_map(|later| {
                zone.from_local_datetime(&(minute + Duration::minutes(later)))
                    .earliest()
            })
        }
    }
}

/// Follows the hours as they pass: from one change of the clocks to the next the offset is the same.
fn next_of_hours(schedule: &Schedule, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Tz>> {
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix();
    let mut after = after;
    let mut current = offset(after);
    // Each turn either ends or passes a change of the clocks; there are a few a year.
    for _ in 0..1_000 {
        let wall = after.naive_utc() + current;
        let due = Utc.from_utc_datetime(&(wall_times(schedule, wall).next()? - current));
        let change = first_change(after, due, current, &offset);
        match change {
            None => return Some(due.with_timezone(&zone)),
            Some(change) => {
                current = offset(change);
                after = change - Duration::nanoseconds(1);
            }
        }
    }
    None
}

/// The first instant after `from` and up to `to` with another offset than `current`.
fn first_change(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    current: chrono::FixedOffset,
    offset: &impl Fn(DateTime<Utc>) -> chrono::FixedOffset,
) -> Option<DateTime<Utc>> {
    // A day is far less than what lies between two changes, and a schedule may be years away.
    let mut before = from.max(DateTime::UNIX_EPOCH);
    while before < to {
        let later = to.min(before + Duration::days(1));
        if offset(later) != current {
            let (mut before, mut there) = (before, later);
            while there - before > Duration::seconds(1) {
                let middle = before + (there - before) / 2;
                if offset(middle) == current {
                    before = middle;
                } else {
                    there = middle;
                }
            }
            return there.with_nanosecond(0);
        }
        before = later;
    }
    None
}

/// Wall times that fit, from just after `wall`. Read as if they were UTC, there are neither gaps nor repetitions.
fn wall_times(
    schedule: &Schedule,
    wall: NaiveDateTime,
) -> impl Iterator<Item = NaiveDateTime> + use<'_> {
    let start = Utc.from_utc_datetime(&wall);
    schedule.after(&start).map(|at| at.naive_utc())
}

/// A time of the week in which a source is not polled, in the shop's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blackout {
    /// Days on which it begins, Monday first.
    days: [bool; 7],
    /// Minutes from midnight.
    from: u32,
    /// Minutes from midnight; not after `from` means on the next day.
    to: u32,
}

/// A text is not a blackout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected times of day, perhaps with weekdays before them, such as \"02:00-04:30\" or \"Mon-Fri 22:00-06:00\""
)]
pub struct BlackoutError;

impl std::str::FromStr for Blackout {
    type Err = BlackoutError;

    fn from_str(text: &str) -> Result<Self, BlackoutError> {
        let (days, times) = match text.trim().rsplit_once(' ') {
            Some((days, times)) => (weekdays(days.trim())?, times),
            None => ([true; 7], text.trim()),
        };
        let (from, to) = times.split_once('-').ok_or(BlackoutError)?;
        Ok(Self {
            days,
            from: minute(from)?,
            to: minute(to)?,
        })
    }
}

impl fmt::Display for Blackout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != [true; 7] {
            let names: Vec<&str> = WEEKDAYS
                .iter()
                .zip(self.days)
                .filter_map(|(name, chosen)| chosen.then_some(*name))
                .collect();
            write!(f, "{} ", names.join(","))?;
        }
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        write!(f, "{}-{}", time(self.from), time(self.to))
    }
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn weekdays(text: &str) -> Result<[bool; 7], BlackoutError> {
    let day = |name: &str| {
        WEEKDAYS
            .iter()
            .position(|day| day.eq_ignore_ascii_case(name.trim()))
            .ok_or(BlackoutError)
    };
    let mut days = [false; 7];
    for item in text.split(',') {
        let (first, last) = match item.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(item)?, day(item)?),
        };
        // `Sat-Mon` runs over the end of the week.
        let last = if last < first { last + 7 } else { last };
        for day in first..=last {
            days[day % 7] = true;
        }
    }
    Ok(days)
}

fn minute(text: &str) -> Result<u32, BlackoutError> {
    let (hour, minute) = text.trim().split_once(':').ok_or(BlackoutError)?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| BlackoutError);
    match (number(hour)?, number(minute)?) {
        (24, 0) => Ok(MINUTES_OF_DAY),
        (hour @ 0..=23, minute @ 0..=59) => Ok(hour * 60 + minute),
        _ => Err(BlackoutError),
    }
}

impl Blackout {
    fn covers(&self, day: Weekday, minute: u32) -> bool {
        let today = self.days[day.num_days_from_monday() as usize];
        let yesterday = self.days[day.pred().num_days_from_monday() as usize];
        if self.from < self.to {
            today && (self.from..self.to).contains(&minute)
        } else {
            (today && minute >= self.from) || (yesterday && minute < self.to)
        }
    }
}

/// The first instant from `at` on that no blackout covers; `None` if they leave no minute of the week.
pub fn after_blackouts(
    blackouts: &[Blackout],
    zone: Tz,
    at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let is_free = |at: DateTime<Utc>| {
        let wall = at.with_timezone(&zone);
        let minute = wall.hour() * 60 + wall.minute();
        !blackouts
            .iter()
            .any(|blackout| blackout.covers(wall.weekday(), minute))
    };
    if is_free(at) {
        return Some(at);
    }
    let minute = at.with_second(0)?.with_nanosecond(0)?;
    // A change of the clocks may hide an hour of the week, so the search goes a day further.
    (1..=MINUTES_OF_WEEK + i64::from(MINUTES_OF_DAY))
        .map(|later| minute + Duration::minutes(later))
        .find(|at| is_free(*at))
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
