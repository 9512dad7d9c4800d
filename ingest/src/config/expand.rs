//! Records that a list only names, and what is asked for each of them.

use super::file::{ExpandTable, SourceTable};
use super::load::Check;
use super::settings::{Expand, Next};
use serde_json::Value;
use url::Url;

impl Check<'_> {
    /// The table `expand`; `Some(None)` without one.
    pub(super) fn expand(&mut self, key: &str, table: &SourceTable) -> Option<Option<Expand>> {
        let Some(expand) = &table.expand else {
            return Some(None);
        };
        let key = format!("{key}.expand");
        let before = self.problems.len();
        if table.format != "json" {
            self.problem(&key, "needs format = \"json\"", &table.format);
        }
        self.expand_url(&format!("{key}.url"), &table.url, expand);
        if !expand.records.is_empty() {
            self.pointer(&format!("{key}.records"), Some(&expand.records));
        }
        let next = self.next(&format!("{key}.next"), &expand.next);
        let most = 32;
        if !(1..=most).contains(&expand.at_once) {
            let expected = format!("expected a number from 1 to {most}");
            self.problem(format!("{key}.at_once"), expected, expand.at_once);
        }
        let when = self.when(&format!("{key}.when"), expand);
        let expand = Expand {
            list: table.records.clone(),
            url: expand.url.clone(),
            when,
            records: expand.records.clone(),
            next: next?,
            into: expand.into.clone(),
            at_once: expand.at_once,
        };
        (self.problems.len() == before).then_some(Some(expand))
    }

    fn expand_url(&mut self, key: &str, base: &str, expand: &ExpandTable) {
        let pieces = Expand::pieces(&expand.url);
        if !pieces.iter().any(|piece| piece.is_place) {
            let expected = "expected a JSON pointer in braces, such as products/{/id}/variations";
            self.problem(key, expected, &expand.url);
        }
        let filled: String = pieces
            .iter()
            .map(|piece| if piece.is_place { "1" } else { piece.text })
            .collect();
        // What is wrong with the base is told where it stands.
        let Ok(base) = Url::parse(base) else { return };
        let target = base.join(&filled);
        if !target.is_ok_and(|target| target.origin() == base.origin()) {
            self.problem(
                key,
                "expected an address of the origin of `url`",
                &expand.url,
            );
        }
    }

    fn when(&mut self, key: &str, expand: &ExpandTable) -> Vec<(String, Value)> {
        let mut when = Vec::new();
        for (pointer, wanted) in &expand.when {
            let key = format!("{key}.{pointer}");
            self.pointer(&key, Some(pointer));
            let wanted = self.scalar(&key, wanted);
            when.extend(wanted.map(|wanted| (pointer.clone(), wanted)));
        }
        when
    }
}

/// A piece of the address of a record's details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Itself, or the JSON pointer to what stands in its place.
    pub text: &'a str,
    /// Whether something of the record stands there.
    pub is_place: bool,
}

impl Expand {
    /// The pieces of an address with JSON pointers in braces.
    pub fn pieces(url: &str) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = url;
        while let Some((before, after)) = rest.split_once("{/") {
            let Some(end) = after.find('}') else { break };
            let start = before.len() + 1;
            pieces.push(Piece {
                text: before,
                is_place: false,
            });
            pieces.push(Piece {
                text: &rest[start..=start + end],
                is_place: true,
            });
            rest = &after[end + 1..];
        }
        pieces.push(Piece {
            text: rest,
            is_place: false,
        });
        pieces
    }

    /// Whether a record is one of those that are asked for.
    pub fn is_meant(&self, record: &Value) -> bool {
        let mut when = self.when.iter();
        when.all(|(pointer, wanted)| record.pointer(pointer) == Some(wanted))
    }
}

impl Check<'_> {
    /// Where the address of the next page stands, as the configuration spells it.
    pub(super) fn next(&mut self, key: &str, text: &str) -> Option<Next> {
        match text {
            "none" => Some(Next::None),
            "link" => Some(Next::Link),
            pointer if pointer.starts_with('/') => Some(Next::Body(pointer.to_owned())),
            other => {
                let expected = "expected none, link, or a JSON pointer such as /_links/next/href";
                self.problem(key, expected, other);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_at_its_places() {
        let shown = |url: &str| -> Vec<String> {
            Expand::pieces(url)
                .iter()
                .map(|piece| format!("{}{}", if piece.is_place { "@" } else { "" }, piece.text))
                .collect()
        };
        assert_eq!(
            shown("a/{/id}/b?c={/d/0}"),
            ["a/", "@/id", "/b?c=", "@/d/0", ""]
        );
        assert_eq!(shown("a/{id}/{/open"), ["a/{id}/{/open"]);
    }
}
