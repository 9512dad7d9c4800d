//! Schedules as operators write them: five classic cron fields, or six with seconds first.
//!
//! Weekdays are numbered as in every crontab (0 and 7 are Sunday), whatever the crate underneath counts.

use cron::Schedule;
use std::str::FromStr;

/// Why a text is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronTextError {
    /// Not five or six fields.
    #[error(
        "expected 5 fields (minute hour day month weekday) or 6 (second first), or @hourly, @daily, @weekly, @monthly; got {0} fields"
    )]
    Fields(usize),
    /// The weekday field is not one.
    #[error(
        "`{0}` is not a weekday: use 0-7 (0 and 7 are Sunday), SUN-SAT, ranges, lists and steps of them"
    )]
    Weekday(String),
    /// Some other field is wrong.
    #[error("{0}")]
    Field(String),
    /// The fields are fine, but no day fits them.
    #[error("no day of the calendar fits this schedule")]
    Never,
}

/// Reads a schedule. Where both a day of the month and a weekday are given, both must fit.
pub fn parse(text: &str) -> Result<Schedule, CronTextError> {
    let schedule = Schedule::from_str(&six_fields(text)?)
        .map_err(|error| CronTextError::Field(error.to_string()))?;
    // Any fixed day will do: a schedule that exists comes at least once within a few leap years of it.
    let start = chrono::DateTime::UNIX_EPOCH;
    if schedule.after(&start).next().is_none() {
        return Err(CronTextError::Never);
    }
    Ok(schedule)
}

fn six_fields(text: &str) -> Result<String, CronTextError> {
    let text = match text.trim() {
        "@hourly" => "0 0 * * * *",
        "@daily" | "@midnight" => "0 0 0 * * *",
        "@weekly" => "0 0 0 * * SUN",
        "@monthly" => "0 0 0 1 * *",
        other => other,
    };
    let fields: Vec<&str> = text.split_whitespace().collect();
    let (second, [minute, hour, day, month, weekday]) = match fields.as_slice() {
        [minute, hour, day, month, weekday] => ("0", [minute, hour, day, month, weekday]),
        [second, minute, hour, day, month, weekday] => {
            (*second, [minute, hour, day, month, weekday])
        }
        other => return Err(CronTextError::Fields(other.len())),
    };
    let weekday = weekdays(weekday)?;
    Ok(format!("{second} {minute} {hour} {day} {month} {weekday}"))
}

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Rewrites a weekday field with names, so that no numbering is left in it.
fn weekdays(field: &str) -> Result<String, CronTextError> {
    if matches!(field, "*" | "?") {
        return Ok(field.to_owned());
    }
    let mut chosen = [false; 7];
    for item in field.split(',') {
        let wrong = || CronTextError::Weekday(item.to_owned());
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (
                range,
                Some(
                    step.parse::<usize>()
                        .ok()
                        .filter(|step| *step > 0)
                        .ok_or_else(wrong)?,
                ),
            ),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (
                weekday(first).ok_or_else(wrong)?,
                weekday(last).ok_or_else(wrong)?,
            ),
            None if range == "*" => (0, 6),
            None => {
                let day = weekday(range).ok_or_else(wrong)?;
                (day, if step.is_some() { 6 } else { day })
            }
        };
        // `fri-sun` runs over the end of the week.
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step.unwrap_or(1)) {
            chosen[day % 7] = true;
        }
    }
    let names: Vec<&str> = NAMES
        .iter()
        .zip(chosen)
        .filter(|(_, chosen)| *chosen)
        .map(|(name, _)| *name)
        .collect();
    Ok(names.join(","))
}

fn weekday(text: &str) -> Option<usize> {
    match text.parse::<usize>() {
        Ok(number) => (number <= 7).then_some(number),
        Err(_) => NAMES
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(six_fields(text).unwrap(), expected);
        parse(text).unwrap();
    }

    #[test]
    fn five_fields_gain_a_second_and_weekdays_gain_names() {
        check("*/5 * * * *", "0 */5 * * * *");
        check("0 3 * * 1-5", "0 0 3 * * MON,TUE,WED,THU,FRI");
        check("0 3 * * 0", "0 0 3 * * SUN");
        check("0 3 * * 7", "0 0 3 * * SUN");
        check("0 3 * * 5-7", "0 0 3 * * SUN,FRI,SAT");
        check("0 3 * * fri-mon", "0 0 3 * * SUN,MON,FRI,SAT");
        check("0 3 * * */2", "0 0 3 * * SUN,TUE,THU,SAT");
        check("*/30 * * * * *", "*/30 * * * * *");
        check("@daily", "0 0 0 * * *");
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert_eq!(parse("* *").unwrap_err(), CronTextError::Fields(2));
        assert_eq!(parse("").unwrap_err(), CronTextError::Fields(0));
        assert_eq!(
            parse("0 0 * * 8").unwrap_err(),
            CronTextError::Weekday("8".into())
        );
        assert_eq!(
            parse("0 0 * * 1/0").unwrap_err(),
            CronTextError::Weekday("1/0".into())
        );
        assert!(matches!(
            parse("61 0 * * *").unwrap_err(),
            CronTextError::Field(_)
        ));
        assert_eq!(parse("0 0 30 2 *").unwrap_err(), CronTextError::Never);
    }
}
