//! A mapping as a person would write it: a field map where one document comes of a record, else a jq program.

use super::fields::Meaning;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A proposed mapping.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Lines of a `map` table.
    Table(String),
    /// A jq program.
    Program(String),
}

/// Writes it.
pub(super) fn write(meaning: &Meaning) -> Written {
    let kind = if meaning.are_offers {
        "offer"
    } else {
        "product"
    };
    let is_one = meaning.categories.is_none() && meaning.variants.is_none();
    if !is_one || !meaning.only.is_empty() {
        return Written::Program(program(meaning, kind));
    }
    let mut text = format!("type = '\"{kind}\"'\n");
    for (field, expression) in &meaning.fields {
        let key = if field.contains('.') {
            format!("\"{field}\"")
        } else {
            (*field).to_owned()
        };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{key} = {}", toml::Value::from(expression.as_str()));
    }
    Written::Table(text)
}

fn program(meaning: &Meaning, kind: &str) -> String {
    let mut text = String::from("# Proposed by probe, to be changed as you like.\n");
    let mut pipe = "";
    for condition in &meaning.only {
        let _ = writeln!(text, "{pipe}select({condition})");
        pipe = "| ";
    }
    let variants = meaning.variants.as_ref();
    let condition = variants.and_then(|variants| variants.split.is_product.as_deref());
    if let Some(condition) = condition {
        let _ = writeln!(text, "{pipe}if {condition} then");
        pipe = "  ";
    }
    if let Some(paths) = &meaning.categories {
        let _ = write!(
            text,
            "{pipe}[{paths}] as $paths\n| (\n    $paths[] | range(length) as $depth | {{\n      type: \"category\",\n      \
             id: (.[:$depth + 1] | join(\"/\") | slug),\n      name: .[$depth],\n      \
             parent_id: (if $depth > 0 then .[:$depth] | join(\"/\") | slug else null end)\n    }}\n  ),\n  "
        );
    } else if !pipe.is_empty() {
        text.push_str(pipe);
    }
    let categories = meaning
        .categories
        .as_ref()
        .map(|_| "[$paths[] | join(\"/\") | slug]");
    text.push_str(&document(kind, &meaning.fields, categories));
    if let Some(variants) = variants {
        text.push_str(if condition.is_some() {
            "\nelse\n  "
        } else {
            ",\n  "
        });
        if let Some(condition) = &variants.split.is_variant {
            let _ = write!(text, "select({condition})\n  | ");
        }
        text.push_str(&document("variant", &variants.fields, None));
        if condition.is_some() {
            text.push_str("\nend");
        }
    }
    text.push('\n');
    text
}

/// An object with a line for each field.
fn document(kind: &str, fields: &[(&'static str, String)], categories: Option<&str>) -> String {
    let mut text = format!("{{\n    type: \"{kind}\"");
    let mut root = Part::default();
    let mut order: Vec<&str> = Vec::new();
    for (field, expression) in fields {
        let steps: Vec<&str> = field.split('.').collect();
        if let Some(first) = steps.first()
            && !order.contains(first)
        {
            order.push(first);
        }
        root.put(&steps, expression);
    }
    for name in order {
        if let Some(part) = root.parts.get(name) {
            let _ = write!(text, ",\n    {name}: {}", part.text());
        }
    }
    if let Some(categories) = categories {
        let _ = write!(text, ",\n    category_ids: {categories}");
    }
    text.push_str("\n  }");
    text
}

/// Whether the whole stands in brackets of its own.
fn is_enclosed(expression: &str) -> bool {
    let mut depth = 0;
    for (at, next) in expression.char_indices() {
        match next {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at > 0 && at + 1 == expression.len();
        }
    }
    false
}

/// A value that is put together of others, or an expression.
#[derive(Default)]
struct Part {
    expression: Option<String>,
    parts: BTreeMap<String, Part>,
}

impl Part {
    fn put(&mut self, steps: &[&str], expression: &str) {
        match steps.split_first() {
            None => self.expression = Some(expression.to_owned()),
            Some((name, rest)) => {
                let part = self.parts.entry((*name).to_owned()).or_default();
                part.put(rest, expression);
            }
        }
    }

    fn text(&self) -> String {
        if let Some(expression) = &self.expression {
            // Pipes and conditions need brackets inside an object.
            let is_whole = expression.starts_with("if ") || expression.contains(" | ");
            return if is_whole && !is_enclosed(expression) {
                format!("({expression})")
            } else {
                expression.clone()
            };
        }
        let is_list = self.parts.keys().all(|name| name == "0");
        let inner: Vec<String> = self
            .parts
            .iter()
            .map(|(name, part)| {
                if is_list {
                    part.text()
                } else {
                    format!("{name}: {}", part.text())
                }
            })
            .collect();
        let inner = inner.join(", ");
        if is_list {
            format!("[{inner}]")
        } else {
            format!("{{{inner}}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_is_a_table_and_several_are_a_program() {
        let mut meaning = Meaning::default();
        meaning.fields = vec![
            ("id", ".no".to_owned()),
            ("prices.0.amount", ".p | dec(\",\")".to_owned()),
            ("prices.0.currency", "$currency".to_owned()),
        ];
        let table = "type = '\"product\"'\nid = \".no\"\n\"prices.0.amount\" = '.p | dec(\",\")'\n\"prices.0.currency\" = \"$currency\"\n";
        assert_eq!(write(&meaning), Written::Table(table.to_owned()));
        meaning.only = vec![".n != null".to_owned()];
        let Written::Program(text) = write(&meaning) else {
            panic!("a program");
        };
        assert_eq!(
            text,
            "# Proposed by probe, to be changed as you like.\nselect(.n != null)\n| {\n    type: \"product\",\n    id: .no,\n    \
             prices: [{amount: (.p | dec(\",\")), currency: $currency}]\n  }\n"
        );
    }
}
