//! The next page, from `Link` headers (RFC 8288).
//!
//! A header that cannot be understood is an error, never "no next page": that would pass for a feed that ended.

/// The target of the link with relation `next`, as written; `None` when there is no such link.
pub(crate) fn next<'a>(
    headers: impl IntoIterator<Item = &'a str>,
) -> Result<Option<String>, String> {
    let mut found: Option<String> = None;
    for header in headers {
        let mut scan = Scan(header);
        while let Some(link) = scan.link()? {
            if !link.is_next {
                continue;
            }
            match &found {
                Some(other) if *other != link.target => {
                    return Err(format!("two next links, `{other}` and `{}`", link.target));
                }
                _ => found = Some(link.target),
            }
        }
    }
    Ok(found)
}

struct Link {
    target: String,
    is_next: bool,
}

/// What is left to read of a header.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn link(&mut self) -> Result<Option<Link>, String> {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
        if self.0.is_empty() {
            return Ok(None);
        }
        let wrong = |rest: &str| format!("expected <address> at `{}`", short(rest));
        let rest = self.0.strip_prefix('<').ok_or_else(|| wrong(self.0))?;
        let (target, rest) = rest.split_once('>').ok_or_else(|| wrong(self.0))?;
        self.0 = rest;
        let (mut relation, mut elsewhere) = (None, false);
        while let Some((name, value)) = self.parameter()? {
            // The first `rel` counts, later ones are ignored.
            if name.eq_ignore_ascii_case("rel") {
                relation.get_or_insert(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                // The link speaks of another document than this page.
                elsewhere = true;
            }
        }
        let relation = relation.unwrap_or_default();
        let is_next = !elsewhere
            && relation
                .split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case("next"));
        Ok(Some(Link {
            target: target.trim().to_owned(),
            is_next,
        }))
    }

    /// One `; name=value`; `None` at the end of the link.
    fn parameter(&mut self) -> Result<Option<(String, String)>, String> {
        self.space();
        let Some(rest) = self.0.strip_prefix(';') else {
            if self.0.is_empty() || self.0.starts_with(',') {
                return Ok(None);
            }
            return Err(format!("expected ; or , at `{}`", short(self.0)));
        };
        self.0 = rest;
        self.space();
        let name = self.until(&[' ', '\t', '=', ';', ',']);
        self.space();
        let Some(rest) = self.0.strip_prefix('=') else {
            return Ok(Some((name, String::new())));
        };
        self.0 = rest;
        self.space();
        let value = if self.0.starts_with('"') {
            self.quoted()?
        } else {
            self.until(&[' ', '\t', ';', ','])
        };
        Ok(Some((name, value)))
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut value = String::new();
        let mut characters = self.0.chars();
        characters.next();
        while let Some(character) = characters.next() {
            match character {
                '"' => {
                    self.0 = characters.as_str();
                    return Ok(value);
                }
                '\\' => value.extend(characters.next()),
                other => value.push(other),
            }
        }
        Err("a quoted value does not end".to_owned())
    }

    fn until(&mut self, ends: &[char]) -> String {
        let end = self.0.find(ends).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        text.to_owned()
    }

    fn space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<&str>) {
        assert_eq!(next([header]).unwrap().as_deref(), expected);
    }

    #[test]
    fn the_next_link_is_found_among_others() {
        check("", None);
        check(
            r#"<https://a.example/x?page=2>; rel="next""#,
            Some("https://a.example/x?page=2"),
        );
        check("</x?page=2>;rel=next", Some("/x?page=2"));
        check(
            r#"<?p=1>; rel="prev", <?p=3>; title="a, \"b\"; <c>"; REL="Last NEXT""#,
            Some("?p=3"),
        );
        check(r#"<?a=1,2;3> ; rel = "next" ; foo"#, Some("?a=1,2;3"));
        check(r#"<?p=3>; rel="nextish""#, None);
        check(r#"<?p=3>; rel="prev"; rel="next""#, None);
        check(r##"<?p=3>; rel="next"; anchor="#part""##, None);
        check(r#"<?p=3>; rel="next", <?p=3>; rel="next""#, Some("?p=3"));
        assert_eq!(
            next(["<?p=1>; rel=first", "<?p=2>; rel=next"])
                .unwrap()
                .as_deref(),
            Some("?p=2")
        );
    }

    #[test]
    fn nonsense_is_an_error() {
        for header in [
            "next",
            "<x",
            "<x>; rel=\"next",
            "<x> rel=next",
            "<a>; rel=next, <b>; rel=next",
        ] {
            assert!(next([header]).is_err(), "{header}");
        }
    }
}
