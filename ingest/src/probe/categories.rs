//! Columns of categories: one name, a path to it, or several of either.

use super::columns::Column;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Between the levels of a path, the clearest first.
const BETWEEN_LEVELS: [&str; 9] = [" > ", " -> ", " » ", " / ", " | ", ">", "|", "/", "\\"];
/// Between one path and the next.
const BETWEEN_PATHS: [&str; 4] = [",", ";", "\n", "|"];

/// What a column says of categories.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Categories {
    /// Gives the list of paths of a record, each a list of names.
    pub(super) expression: String,
    /// How the column was understood.
    pub(super) note: String,
}

/// Understands a column of texts, or of lists of texts.
pub(super) fn understand(column: &Column<'_>) -> Option<Categories> {
    let path = &column.path;
    if column.values.iter().all(|value| value.is_array()) {
        return lists(path, &column.values);
    }
    if let Some((before, after)) = path.split_once("[0]") {
        // The names of a list of objects, or a list of lists.
        let expression = format!("{before}[]?{after} | select(. != null and . != \"\") | [.]");
        let note = format!("{before} is taken for categories without levels");
        return Some(Categories { expression, note });
    }
    let texts: Vec<&str> = column.values.iter().filter_map(|v| v.as_str()).collect();
    let share = |separator: &str| {
        let with = texts.iter().filter(|text| text.contains(separator)).count();
        with * 100 / texts.len().max(1)
    };
    let between_levels = BETWEEN_LEVELS.into_iter().find(|separator| {
        // A bare sign may be part of a name.
        share(separator) >= if separator.len() > 2 { 5 } else { 50 }
    });
    let between_paths = BETWEEN_PATHS.into_iter().find(|separator| {
        Some(*separator) != between_levels && are_paths(&texts, separator, between_levels)
    });
    let one = match between_levels {
        Some(separator) => format!("split_path({}) // empty", quoted(separator)),
        None => "select(. != null and . != \"\") | [.]".to_owned(),
    };
    let expression = match between_paths {
        // White space around names goes in any case.
        Some(separator) => format!(
            "{path} // \"\" | split({})[] | {}",
            quoted(separator),
            trimmed(&one)
        ),
        None => format!("{path} | {one}"),
    };
    let mut note = format!("{path} is taken for ");
    note.push_str(match (between_levels, between_paths) {
        (None, None) => "the name of one category",
        (None, Some(_)) => "names of categories",
        (Some(_), None) => "a path of categories",
        (Some(_), Some(_)) => "paths of categories",
    });
    for (separator, between) in [(between_levels, "levels"), (between_paths, "them")] {
        if let Some(separator) = separator {
            note.push_str(&format!(", with {} between {between}", quoted(separator)));
        }
    }
    Some(Categories { expression, note })
}

fn trimmed(one: &str) -> String {
    if one.starts_with("split_path") {
        one.to_owned()
    } else {
        format!("gsub(\"^\\\\s+|\\\\s+$\"; \"\") | {one}")
    }
}

/// Whether texts are several paths with this between them: the pieces then come again and again.
fn are_paths(texts: &[&str], separator: &str, between_levels: Option<&str>) -> bool {
    let several: Vec<&&str> = texts
        .iter()
        .filter(|text| text.contains(separator))
        .collect();
    if several.len() * 20 < texts.len() || several.is_empty() {
        return false;
    }
    let spaced = format!("{separator} ");
    let is_spaced = several.iter().any(|text| text.contains(&spaced));
    let mut pieces = HashSet::new();
    let (mut count, mut with_levels) = (0, 0);
    for piece in texts.iter().flat_map(|text| text.split(separator)) {
        let piece = piece.trim();
        with_levels += usize::from(between_levels.is_some_and(|levels| piece.contains(levels)));
        pieces.insert(piece);
        count += 1;
    }
    // "Clothing, Shoes" is one name: with a space after it, the sign has to stand between paths.
    let is_between_names = !is_spaced || with_levels * 2 > count;
    is_between_names && (pieces.len() * 2 <= count || with_levels * 2 > count)
}

/// Lists of names: levels of one path if each name has one parent, else categories beside each other.
fn lists(path: &str, values: &[&Value]) -> Option<Categories> {
    let mut parents: HashMap<&str, BTreeMap<&str, usize>> = HashMap::new();
    let (mut longer, mut steps) = (0, 0);
    for items in values.iter().filter_map(|value| value.as_array()) {
        let names: Vec<&str> = items.iter().map_while(Value::as_str).collect();
        if names.len() < items.len() {
            return None;
        }
        longer += usize::from(names.len() > 1);
        for pair in names.windows(2) {
            if let [parent, name] = pair {
                steps += 1;
                *parents.entry(name).or_default().entry(parent).or_default() += 1;
            }
        }
    }
    let usual: usize = parents.values().filter_map(|all| all.values().max()).sum();
    let (expression, what) = if longer * 2 > values.len() && usual * 10 >= steps * 8 {
        (
            format!("{path} | select(. != null and length > 0)"),
            "the levels of one path of categories, the outermost first",
        )
    } else {
        (
            format!("{path}[]? | select(. != null and . != \"\") | [.]"),
            "categories without levels",
        )
    };
    let note = format!("{path} is taken for {what}");
    Some(Categories { expression, note })
}

/// As a jq text.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::columns::columns;
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(values: Vec<Value>, expected: &str) {
        let records: Vec<Value> = values
            .into_iter()
            .map(|value| json!({ "c": value }))
            .collect();
        let records: Vec<&Value> = records.iter().collect();
        let columns = columns(&records);
        let found = columns.first().and_then(understand);
        assert_eq!(
            found.map(|found| found.expression).as_deref(),
            Some(expected)
        );
    }

    #[test]
    fn paths_and_lists_are_told_apart() {
        let one = ".c | select(. != null and . != \"\") | [.]";
        check(vec![json!("Mugs"), json!("Plates")], one);
        check(
            vec![
                json!("Clothing, Shoes"),
                json!("Desktop/Laptop"),
                json!("A"),
                json!("B"),
            ],
            one,
        );
        check(
            vec![json!("A > B"), json!("C")],
            ".c | split_path(\" > \") // empty",
        );
        check(vec![json!("A -> B")], ".c | split_path(\" -> \") // empty");
        check(
            vec![json!("A|B"), json!("A|C")],
            ".c | split_path(\"|\") // empty",
        );
        check(
            vec![json!("Root/A/B,Root/C"), json!("Root/A"), json!("Root/C")],
            ".c // \"\" | split(\",\")[] | split_path(\"/\") // empty",
        );
        check(
            vec![json!("a,b"), json!("a"), json!("b"), json!("a,b")],
            ".c // \"\" | split(\",\")[] | gsub(\"^\\\\s+|\\\\s+$\"; \"\") | select(. != null and . != \"\") | [.]",
        );
        check(
            vec![json!(["A", "B"]), json!(["A", "C"])],
            ".c | select(. != null and length > 0)",
        );
        check(
            vec![
                json!(["x", "y"]),
                json!(["z", "y"]),
                json!(["y", "z"]),
                json!(["q", "y"]),
            ],
            ".c[]? | select(. != null and . != \"\") | [.]",
        );
    }
}
