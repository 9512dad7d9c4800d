//! Expressions that need no jq: paths, literals and variables.
//!
//! Whatever is not plainly one of these is left to jq, and those that are mean exactly what they mean there.

use serde_json::Value;
use std::collections::BTreeMap;

/// An expression of a field map.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// The same for every record.
    Constant(Value),
    /// Part of the record.
    Path(Vec<Step>),
    /// A jq filter.
    Jq(String),
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(i64),
}

impl Expression {
    /// Reads an expression; `vars` are what `$name` stands for.
    pub(super) fn parse(text: &str, vars: &BTreeMap<String, Value>) -> Self {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('$')
            && let Some(value) = vars.get(name)
        {
            return Self::Constant(value.clone());
        }
        // In jq a text may hold `\(…)`, which is no JSON and so falls through.
        if let Ok(value) = serde_json::from_str(text) {
            return Self::Constant(value);
        }
        path(text).map_or_else(|| Self::Jq(text.to_owned()), Self::Path)
    }
}

fn path(text: &str) -> Option<Vec<Step>> {
    if text == "." {
        return Some(Vec::new());
    }
    let mut steps = Vec::new();
    let mut rest = text.starts_with('.').then_some(text)?;
    while !rest.is_empty() {
        let (step, left) = match rest.strip_prefix('.') {
            Some(after) if after.starts_with('"') => quoted(after)?,
            Some(after) if after.starts_with('[') && steps.is_empty() => bracket(after)?,
            Some(after) => name(after)?,
            None => bracket(rest)?,
        };
        steps.push(step);
        rest = left;
    }
    Some(steps)
}

fn name(text: &str) -> Option<(Step, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts_well.then(|| (Step::Key(name.to_owned()), rest))
}

fn quoted(text: &str) -> Option<(Step, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let key = values.next()?.ok()?;
    Some((Step::Key(key), &text[values.byte_offset()..]))
}

fn bracket(text: &str) -> Option<(Step, &str)> {
    let inner = text.strip_prefix('[')?.trim_start();
    let (step, rest) = if inner.starts_with('"') {
        quoted(inner)?
    } else {
        let end = inner.find(|character: char| !character.is_ascii_digit() && character != '-')?;
        (Step::Index(inner[..end].parse().ok()?), &inner[end..])
    };
    Some((step, rest.trim_start().strip_prefix(']')?))
}

/// The part of the value that the path leads to; like jq, `null` where there is nothing, an error where there cannot be.
pub(super) fn follow<'a>(value: &'a Value, path: &[Step]) -> Result<&'a Value, String> {
    let mut value = value;
    for step in path {
        value = match (value, step) {
            (Value::Null, _) => &Value::Null,
            (Value::Object(fields), Step::Key(key)) => fields.get(key).unwrap_or(&Value::Null),
            (Value::Array(items), Step::Index(index)) => {
                let from_end = || {
                    usize::try_from(index.unsigned_abs())
                        .ok()
                        .and_then(|back| items.len().checked_sub(back))
                };
                let at = if *index < 0 {
                    from_end()
                } else {
                    usize::try_from(*index).ok()
                };
                at.and_then(|at| items.get(at)).unwrap_or(&Value::Null)
            }
            (other, Step::Key(key)) => return Err(format!("{} has no field `{key}`", kind(other))),
            (other, Step::Index(index)) => {
                return Err(format!("{} has no element {index}", kind(other)));
            }
        };
    }
    Ok(value)
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(text: &str, record: &Value, expected: &Value) {
        let Expression::Path(path) = Expression::parse(text, &BTreeMap::new()) else {
            panic!("{text} is no path")
        };
        assert_eq!(follow(record, &path).unwrap(), expected, "{text}");
    }

    #[test]
    fn paths_lead_into_records() {
        let record = json!({"a": {"b": [10, 20, 30]}, "x y": 1, "n": null, "é": 2});
        check(".a.b[1]", &record, &json!(20));
        check(".a.b[-1]", &record, &json!(30));
        check(".a.b[-9]", &record, &json!(null));
        check(".a[\"b\"][0]", &record, &json!(10));
        check(".\"x y\"", &record, &json!(1));
        check(".[\"x y\"]", &record, &json!(1));
        check(".\"\\u00e9\"", &record, &json!(2));
        check(".n.deeper[3].still", &record, &json!(null));
        check(".missing", &record, &json!(null));
        check(".", &json!(7), &json!(7));
        check(".[0]", &json!([8]), &json!(8));
        let Expression::Path(path) = Expression::parse(".a.b.c", &BTreeMap::new()) else {
            panic!()
        };
        assert_eq!(
            follow(&record, &path).unwrap_err(),
            "an array has no field `c`"
        );
    }

    #[test]
    fn literals_and_variables_are_constants_and_the_rest_is_jq() {
        let vars = BTreeMap::from([("currency".to_owned(), json!("EUR"))]);
        for (text, value) in [
            ("\"product\"", json!("product")),
            (" 12.50 ", serde_json::from_str("12.50").unwrap()),
            ("true", json!(true)),
            ("$currency", json!("EUR")),
            ("[\"a\"]", json!(["a"])),
        ] {
            assert_eq!(
                Expression::parse(text, &vars),
                Expression::Constant(value),
                "{text}"
            );
        }
        for text in [
            ".a // .b",
            ".a?",
            ".a | tostring",
            "$other",
            "\"a\\(.b)\"",
            ".a[]",
            ".a[1:2]",
            ".a.1b",
            "..",
            "a",
            ".a.",
        ] {
            assert_eq!(
                Expression::parse(text, &vars),
                Expression::Jq(text.to_owned())
            );
        }
    }
}
