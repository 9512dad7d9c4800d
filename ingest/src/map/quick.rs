//! Filters of jq's own library that mappings use in every record, made quick: some that jaq defines in jq itself, and
//! those that take patterns, which it compiles at every use.
//!
//! They mean the same as jaq's; a test compares both.

use std::cell::RefCell;
use std::collections::HashMap;

use jaq_core::native::{bome, v};
use jaq_core::{Bind, Cv, Error, Exn, ValT as _, ValXs};
use jaq_json::{Map, Val};
use regex::{Captures, Regex, RegexBuilder};

use super::jq::{Data, Helper};

/// Patterns that a thread keeps. A program that makes them out of its records begins anew when there are more.
const MOST_PATTERNS: usize = 64;
/// Bytes that a compiled pattern may take.
const PATTERN_BYTES: usize = 2 << 20;

/// What takes the place of filters with the same names.
pub(super) fn all() -> [Helper; 6] {
    let of_filter = || [Bind::Fun(())].into();
    [
        ("to_entries", v(0), |cv| bome(to_entries(cv.1))),
        ("from_entries", v(0), |cv| bome(from_entries(cv.1))),
        ("with_entries", of_filter(), with_entries),
        ("matches", v(2), |cv| bome(matched(cv, Parts::Matches))),
        ("split_", v(2), |cv| bome(matched(cv, Parts::Others))),
        ("split_matches", v(2), |cv| bome(matched(cv, Parts::Both))),
    ]
}

/// The names of an entry's fields.
struct Entry {
    key: Val,
    value: Val,
}

impl Entry {
    fn new() -> Self {
        Self {
            key: text("key"),
            value: text("value"),
        }
    }

    fn of(&self, key: Val, value: Val) -> Val {
        let fields = [(self.key.clone(), key), (self.value.clone(), value)];
        Val::obj(fields.into_iter().collect())
    }

    /// Key and value of an entry; what it does not say is null.
    fn read(&self, entry: Val) -> Result<(Val, Val), Error<Val>> {
        let key = entry.clone().index(&self.key)?;
        Ok((key, entry.index(&self.value)?))
    }
}

fn to_entries(input: Val) -> Result<Val, Error<Val>> {
    let names = Entry::new();
    let entries = input.key_values();
    entries
        .map(|entry| entry.map(|(key, value)| names.of(key, value)))
        .collect()
}

fn from_entries(input: Val) -> Result<Val, Error<Val>> {
    let names = Entry::new();
    let entries = input.values().map(|entry| names.read(entry?));
    Ok(Val::obj(entries.collect::<Result<Map, _>>()?))
}

fn with_entries<'a>(mut cv: Cv<'a, Data>) -> ValXs<'a, Val> {
    let (filter, context) = cv.0.pop_fun();
    let input = cv.1;
    let made = || -> Result<Val, Exn<'a, Val>> {
        let names = Entry::new();
        let mut fields = Map::default();
        for entry in input.key_values() {
            let (key, value) = entry?;
            for output in filter.run((context.clone(), names.of(key, value))) {
                let (key, value) = names.read(output?)?;
                fields.insert(key, value);
            }
        }
        Ok(Val::obj(fields))
    };
    Box::new(std::iter::once(made()))
}

/// What is wanted of a text in which a pattern was looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Matches,
    Others,
    Both,
}

/// A compiled pattern, and what its flags say beside it.
#[derive(Clone)]
struct Pattern {
    regex: Regex,
    is_global: bool,
    skips_empty: bool,
}

thread_local! {
    static PATTERNS: RefCell<HashMap<(String, String), Pattern>> = RefCell::default();
}

impl Pattern {
    fn known(pattern: &str, flags: &str) -> Result<Self, String> {
        PATTERNS.with_borrow_mut(|known| {
            let name = (pattern.to_owned(), flags.to_owned());
            if let Some(pattern) = known.get(&name) {
                return Ok(pattern.clone());
            }
            let compiled = Self::compile(pattern, flags)?;
            if known.len() >= MOST_PATTERNS {
                known.clear();
            }
            Ok(known.entry(name).or_insert(compiled).clone())
        })
    }

    fn compile(pattern: &str, flags: &str) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(PATTERN_BYTES);
        let (mut is_global, mut skips_empty) = (false, false);
        for flag in flags.chars() {
            match flag {
                'g' => is_global = true,
                'n' => skips_empty = true,
                'i' => drop(builder.case_insensitive(true)),
                'm' => drop(builder.multi_line(true)),
                's' => drop(builder.dot_matches_new_line(true)),
                'l' => drop(builder.swap_greed(true)),
                'x' => drop(builder.ignore_whitespace(true)),
                'p' => drop(builder.multi_line(true).dot_matches_new_line(true)),
                other => return Err(format!("invalid regex flag: {other}")),
            }
        }
        let regex = builder.build();
        Ok(Self {
            regex: regex.map_err(|error| format!("invalid regex: {error}"))?,
            is_global,
            skips_empty,
        })
    }
}

fn matched(mut cv: Cv<'_, Data>, parts: Parts) -> Result<Val, Error<Val>> {
    let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
    let (flags, pattern) = (utf8(&flags)?, utf8(&pattern)?);
    let pattern = Pattern::known(pattern, flags).map_err(Error::str)?;
    let input = utf8(&cv.1)?;
    let mut found = Vec::new();
    let mut behind = 0;
    let mut counted = (0, 0);
    for captures in pattern.regex.captures_iter(input) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if pattern.skips_empty && whole.is_empty() {
            continue;
        }
        if parts != Parts::Matches {
            found.push(part(input, behind, whole.start()));
            behind = whole.end();
        }
        if parts != Parts::Others {
            // Characters are counted once, whatever the number of matches.
            let (bytes, characters) = counted;
            counted = (
                whole.start(),
                characters + characters_in(input, bytes, whole.start()),
            );
            found.push(groups(input, &pattern.regex, &captures, counted));
        }
        if !pattern.is_global {
            break;
        }
    }
    if parts != Parts::Matches {
        found.push(part(input, behind, input.len()));
    }
    Ok(found.into_iter().collect())
}

/// A match and its groups, as jq tells them; `start` is where the match begins, in bytes and in characters.
fn groups(input: &str, regex: &Regex, captures: &Captures<'_>, start: (usize, usize)) -> Val {
    let number = |number: usize| Val::from(isize::try_from(number).unwrap_or(isize::MAX));
    let named = captures.iter().zip(regex.capture_names());
    let group = named.filter_map(|(group, name)| {
        let group = group?;
        let offset = start.1 + characters_in(input, start.0, group.start());
        let length = characters_in(input, group.start(), group.end());
        let mut fields = Map::default();
        fields.insert(text("offset"), number(offset));
        fields.insert(text("length"), number(length));
        fields.insert(text("string"), part(input, group.start(), group.end()));
        if let Some(name) = name {
            fields.insert(text("name"), text(name));
        }
        Some(Val::obj(fields))
    });
    group.collect()
}

fn characters_in(input: &str, from: usize, to: usize) -> usize {
    input.get(from..to).unwrap_or_default().chars().count()
}

fn part(input: &str, from: usize, to: usize) -> Val {
    text(input.get(from..to).unwrap_or_default())
}

fn text(text: &str) -> Val {
    Val::from(text.to_owned())
}

fn utf8(value: &Val) -> Result<&str, Error<Val>> {
    let bytes = match value {
        Val::TStr(bytes) => bytes,
        other => return Err(Error::typ(other.clone(), "string")),
    };
    std::str::from_utf8(bytes).map_err(|_| Error::typ(value.clone(), "string"))
}

#[cfg(test)]
mod tests {
    use super::super::jq::Filter;
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const PROGRAMS: [&str; 38] = [
        "to_entries",
        "from_entries",
        "to_entries | from_entries",
        "with_entries(.)",
        "with_entries(select(.value != null and .value != []))",
        "with_entries(.value |= tostring)",
        "with_entries(.key |= ascii_upcase)",
        "with_entries(.key = \"same\")",
        "with_entries(., {key: (.key + \"2\"), value: 1})",
        "with_entries(empty)",
        "with_entries(error(\"no\"))",
        "try with_entries(1) catch .",
        ". as $all | with_entries(select(.key as $key | $all | has($key)))",
        "first(with_entries(.))",
        "[.[]? | with_entries(.)?]",
        "test(\"b\")",
        "test(\"B\"; \"i\")",
        "[match(\"(?<first>[a-z])(x)?\"; \"g\")]",
        "[match(\"\"; \"g\") | .offset]",
        "[match(\"\"; \"gn\")]",
        "capture(\"(?<letter>b)(?<more>é+)?\")",
        "[scan(\"[a-z]+\")]",
        "[scan(\"([a-z])([a-z])\")]",
        "gsub(\"[\\\\s\\\"]+\"; \"_\")",
        "gsub(\"(?<l>[ab])\"; \"<\\(.l)>\")",
        "sub(\"b\"; \"x\")",
        "sub(\"^\"; \"x\"; \"g\")",
        "split(\", *\"; null)",
        "[splits(\"b+\")]",
        "split(\"B\"; \"i\")",
        "test(\"^c\"; \"m\")",
        "test(\"b.c\"; \"s\")",
        "test(\"a b # a remark\"; \"x\")",
        "[match(\"a.*b\"; \"l\") | .length]",
        "test(\"(\")",
        "test(\"a\"; \"q\")",
        "test(1)",
        "[.[]? | strings | test(\"a\")]",
    ];

    /// All outputs, and how it ended.
    fn outcome(filter: &Filter, input: &Value) -> (Vec<Value>, Option<String>) {
        let mut outputs = Vec::new();
        let ended = filter.run(input, |output| {
            outputs.push(output);
            Ok(())
        });
        (outputs, ended.err().map(|refusal| refusal.message))
    }

    #[test]
    fn what_is_quick_is_what_jq_says() {
        let inputs = [
            json!({"a": 1, "b": null, "c": [], "d": {"e": "f"}}),
            json!([{"key": "a", "value": 1}, {"key": "b"}, {"value": 2}, {}]),
            json!([["key", "value"]]),
            json!({}),
            json!([]),
            json!(null),
            json!(1),
            json!("a"),
            json!("ab, béé\nc, \"ab\"  aab"),
            json!("\u{10348} b\u{10348}b"),
            json!(""),
        ];
        let mut compared = 0;
        for code in PROGRAMS {
            let quick = Filter::compile(code, &BTreeMap::new()).unwrap();
            let plain = Filter::compile_with(code, &BTreeMap::new(), Vec::new()).unwrap();
            for input in &inputs {
                let (expected, found) = (outcome(&plain, input), outcome(&quick, input));
                // Two libraries word their errors differently.
                let is_word = |error: &Option<String>| {
                    let error = error.as_deref();
                    error.map(|error| error.split(':').next().unwrap_or_default().to_owned())
                };
                assert_eq!(found.0, expected.0, "{code} of {input}");
                assert_eq!(is_word(&found.1), is_word(&expected.1), "{code} of {input}");
                compared += usize::from(expected.1.is_none());
            }
        }
        assert!(compared > 100, "most programs end well: {compared}");
    }

    #[test]
    fn patterns_out_of_records_do_not_fill_the_memory() {
        let filter = Filter::compile("test(.)", &BTreeMap::new()).unwrap();
        for number in 0..5 * MOST_PATTERNS {
            let (outputs, error) = outcome(&filter, &json!(format!("x{number}")));
            assert_eq!((outputs, error), (vec![json!(true)], None));
            assert!(PATTERNS.with_borrow(HashMap::len) <= MOST_PATTERNS);
        }
    }
}
