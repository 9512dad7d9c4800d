//! A theme's own stylesheet: read so far that it can end nothing but itself and loads nothing from elsewhere.
//!
//! Comments go, addresses of the theme's files come in; all else stays as it is.

use super::problem::Flaw;

/// Reads a stylesheet; `file` gives the address of a file of the theme.
pub(super) fn read(text: &str, file: &dyn Fn(&str) -> Option<String>) -> Result<String, Flaw> {
    let flaw = |at: usize, rule, why: &str| Flaw::at(text, at, rule, why);
    let mut out = String::with_capacity(text.len());
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(comment) = rest.strip_prefix("/*") {
            let end = comment
                .find("*/")
                .ok_or_else(|| flaw(at, "comment", "a comment has no end"))?;
            at += end + 4;
            continue;
        }
        if starts(rest, "url(") {
            let end = rest
                .find(')')
                .ok_or_else(|| flaw(at, "url", "url( has no end"))?;
            let inner = rest.get(4..end).unwrap_or_default().trim();
            out.push_str(&format!("url({})", address(text, at, inner, file)?));
            at += end + 1;
            continue;
        }
        if starts(rest, "@import") {
            return Err(flaw(
                at,
                "import",
                "a theme is one stylesheet; what is imported would come from elsewhere",
            ));
        }
        let character = rest.chars().next().unwrap_or_default();
        let length = match character {
            '"' | '\'' => string_length(rest)
                .ok_or_else(|| flaw(at, "string", "a string does not end in its line"))?,
            '{' => {
                open.push(at);
                1
            }
            '}' => {
                open.pop()
                    .ok_or_else(|| flaw(at, "brace", "a } closes nothing"))?;
                1
            }
            other => other.len_utf8(),
        };
        out.push_str(rest.get(..length).unwrap_or_default());
        at += length;
    }
    match open.last() {
        Some(&at) => Err(flaw(at, "brace", "a { is never closed")),
        None => Ok(out.trim().to_owned()),
    }
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// How long a string is, its quotes included; `None` if it does not end.
fn string_length(text: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '\n' => return None,
            other if other == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn address(
    text: &str,
    at: usize,
    inner: &str,
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<String, Flaw> {
    let bare = inner.trim_matches(['"', '\'']);
    if let Some(name) = bare.strip_prefix("files/") {
        let found = file(name);
        return found.ok_or_else(|| {
            let why = format!("files/{name} is not in the theme's folder");
            Flaw::at(text, at, "file", why)
        });
    }
    let plain = !bare.contains(['"', '\'', '\\', '\n']);
    if plain && (bare.starts_with('#') || bare.starts_with("data:image/")) {
        return Ok(format!("\"{bare}\""));
    }
    let why = format!("url({inner}) is no file of the theme (files/…); nothing else may be loaded");
    Err(Flaw::at(text, at, "url", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, String> {
        let file = |name: &str| (name == "a.woff2").then(|| "/assets/0/a.woff2".to_owned());
        read(text, &file).map_err(|flaw| format!("{}:{}", flaw.line, flaw.rule))
    }

    #[test]
    fn files_get_their_addresses_and_comments_go() {
        assert_eq!(
            of("/* a { */ a { b: url( 'files/a.woff2' ) }\n.x::after { content: \"} /* url(\" }")
                .unwrap(),
            "a { b: url(/assets/0/a.woff2) }\n.x::after { content: \"} /* url(\" }"
        );
        assert_eq!(of("a{b:URL(#x)}").unwrap(), "a{b:url(\"#x\")}");
    }

    #[test]
    fn what_does_not_end_or_comes_from_elsewhere_is_refused() {
        for (text, expected) in [
            ("a {\n b {", "2:brace"),
            ("a { } }", "1:brace"),
            ("\n/* a", "2:comment"),
            ("a { content: \"x }\n", "1:string"),
            ("\n\n@IMPORT 'x';", "3:import"),
            ("a { b: url(https://a.example/x) }", "1:url"),
            ("a { b: url(files/b.png) }", "1:file"),
            ("a { b: url(x", "1:url"),
            ("a { b: url(data:text/html,x) }", "1:url"),
        ] {
            assert_eq!(of(text).unwrap_err(), expected, "{text}");
        }
    }
}
