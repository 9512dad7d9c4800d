//! Fonts of a theme: from the tables `[[font]]` to `@font-face`.

use std::fmt::Write as _;

use toml::Value;

/// How many fonts pages ask for early; more would be in the way of what they are for.
const EARLY: usize = 2;

/// Style rules, and the addresses of the fonts that pages ask for early. A refusal names the key.
pub(super) fn read(
    value: &Value,
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, Vec<String>), (&'static str, String)> {
    let fonts = value
        .as_array()
        .ok_or_else(|| ("", format!("must be tables [[font]], got {value}")))?;
    let mut css = String::new();
    let mut early = Vec::new();
    for font in fonts {
        let text = |key: &'static str| font.get(key).and_then(Value::as_str).unwrap_or_default();
        let known = ["family", "file", "weight", "style"];
        let table = font.as_table().into_iter().flat_map(|table| table.keys());
        if let Some(key) = table.into_iter().find(|key| !known.contains(&&***key)) {
            return Err((
                "",
                format!("has no key `{key}`; it has family, file, weight and style"),
            ));
        }
        let family = text("family");
        let fits = |character: char| character.is_alphanumeric() || " -_".contains(character);
        if family.is_empty() || !family.chars().all(fits) {
            return Err((
                "family",
                "must be a name of letters, digits, spaces and hyphens".to_owned(),
            ));
        }
        let name = text("file");
        let href = file(name).filter(|_| name.ends_with(".woff2"));
        let href = href.ok_or_else(|| {
            let why = format!("must be the name of a woff2 file in files/, got \"{name}\"");
            ("file", why)
        })?;
        let weight = match text("weight") {
            "" => "400",
            weight if is_weight(weight) => weight,
            weight => {
                let why =
                    format!("must be a weight such as \"400\" or \"100 900\", got \"{weight}\"");
                return Err(("weight", why));
            }
        };
        let style = match text("style") {
            "" | "normal" => "normal",
            "italic" => "italic",
            style => {
                return Err((
                    "style",
                    format!("must be \"normal\" or \"italic\", got \"{style}\""),
                ));
            }
        };
        // A font that comes late is left for the next page, so that nothing moves.
        // Writing to a String cannot fail.
        let _ = writeln!(
            css,
            "@font-face{{font-family:\"{family}\";src:url({href}) format(\"woff2\");font-weight:{weight};font-style:{style};font-display:optional}}"
        );
        if early.len() < EARLY && style == "normal" {
            early.push(href);
        }
    }
    Ok((css, early))
}

/// One weight or two, from 1 to 1000.
fn is_weight(text: &str) -> bool {
    let mut weights = text.split(' ').map(|weight| weight.parse::<u16>());
    let all = weights.all(|weight| weight.is_ok_and(|weight| (1..=1000).contains(&weight)));
    all && text.split(' ').count() <= 2
}
