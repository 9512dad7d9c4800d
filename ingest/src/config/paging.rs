//! How a source asks for pages that no link leads to.

use super::file::{PagingTable, SourceTable};
use super::load::Check;
use super::settings::{Paging, PagingKind};
use serde_json::Value;

impl Check<'_> {
    /// The parameters of a query, in the order of their names; numbers and yes or no are written as they stand.
    pub(super) fn query(
        &mut self,
        key: &str,
        table: Option<&toml::Table>,
    ) -> Vec<(String, String)> {
        let mut query = Vec::new();
        for (name, value) in table.into_iter().flatten() {
            let text = match self.scalar(&format!("{key}.{name}"), value) {
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
                None => continue,
            };
            query.push((name.clone(), text));
        }
        query
    }

    /// A JSON pointer, if there is one.
    pub(super) fn pointer(&mut self, key: &str, pointer: Option<&str>) {
        if let Some(pointer) = pointer.filter(|pointer| !pointer.starts_with('/')) {
            self.problem(key, "expected a JSON pointer such as /meta/total", pointer);
        }
    }

    /// The table `paging`; `Some(None)` without one.
    pub(super) fn paging(&mut self, key: &str, table: &SourceTable) -> Option<Option<Paging>> {
        let Some(paging) = &table.paging else {
            return Some(None);
        };
        let key = format!("{key}.paging");
        let before = self.problems.len();
        let kind = self.paging_kind(&key, paging);
        if table.format != "json" {
            self.problem(&key, "needs format = \"json\"", &table.format);
        }
        if table.next != "none" {
            self.problem(
                &key,
                "give either `paging` or `next`, not both",
                &table.next,
            );
        }
        self.at_least(&format!("{key}.size"), paging.size, 1);
        // What has to stand somewhere, so that each page is asked for by another request.
        let place = match paging.kind.as_str() {
            "page" => Some("{page}"),
            "offset" => Some("{offset}"),
            "cursor" | "since_id" => Some("{cursor}"),
            _ => None,
        };
        if let Some(place) = place {
            let in_query = table.query.iter().flatten();
            let mut in_query = in_query.filter_map(|(_, value)| value.as_str());
            let body = table.body.as_deref().unwrap_or_default();
            if !in_query.any(|text| text.contains(place)) && !body.contains(place) {
                self.problem(
                    format!("{key}.kind"),
                    format!("needs {place} in a value of `query` or in `body`, or every page is the same"),
                    &paging.kind,
                );
            }
        }
        let since_zero = u64::from(paging.kind != "since_id");
        let paging = Paging {
            kind: kind?,
            first: paging.first.unwrap_or(since_zero),
            size: paging.size,
            records: table.records.clone(),
        };
        (self.problems.len() == before).then_some(Some(paging))
    }

    fn paging_kind(&mut self, key: &str, table: &PagingTable) -> Option<PagingKind> {
        for (name, pointer) in [
            ("total_at", &table.total_at),
            ("at", &table.at),
            ("more_at", &table.more_at),
        ] {
            self.pointer(&format!("{key}.{name}"), pointer.as_deref());
        }
        let mut needed = || {
            if table.at.is_none() {
                self.problem(format!("{key}.at"), "missing: a JSON pointer", "");
            }
            table.at.clone()
        };
        match table.kind.as_str() {
            "page" | "offset" => Some(PagingKind::Number {
                total_at: table.total_at.clone(),
            }),
            "cursor" => Some(PagingKind::Cursor {
                at: needed()?,
                more_at: table.more_at.clone(),
            }),
            "since_id" => Some(PagingKind::SinceId { at: needed()? }),
            other => {
                self.problem(
                    format!("{key}.kind"),
                    "expected page, offset, cursor or since_id",
                    other,
                );
                None
            }
        }
    }
}
