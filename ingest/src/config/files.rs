//! Sources that are files in a folder instead of an address.

use std::time::Duration;
use url::Url;

use super::file::SourceTable;
use super::load::Check;

/// The files of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Their path, with `*`, `**` and `[…]` for what differs.
    pub pattern: String,
    /// Which of those that are there.
    pub pick: Pick,
    /// How long a file must not have changed before it is read.
    pub settle: Duration,
}

/// Which of several files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// All of them, in the order of their names.
    All,
    /// The one whose name comes last.
    Last,
    /// The one that changed last.
    Newest,
}

impl Check<'_> {
    /// The files that `url` means; `Some(None)` if it means an address.
    pub(super) fn files(
        &mut self,
        key: &str,
        table: &SourceTable,
        url: &Url,
    ) -> Option<Option<Files>> {
        let pick = self.one_of(
            &format!("{key}.pick"),
            &table.pick,
            &[
                ("all", Pick::All),
                ("last", Pick::Last),
                ("newest", Pick::Newest),
            ],
        );
        if url.scheme() != "file" {
            return Some(None);
        }
        let before = self.problems.len();
        let path = url
            .to_file_path()
            .ok()
            .and_then(|path| path.into_os_string().into_string().ok());
        let pattern = path.filter(|path| url.query().is_none() && glob::Pattern::new(path).is_ok());
        if pattern.is_none() {
            let expected =
                "expected a path from the root, such as file:///srv/export/products-*.csv";
            self.problem(format!("{key}.url"), expected, url);
        }
        for (name, is_given) in [
            ("auth", table.auth.is_some()),
            ("headers", !table.headers.is_empty()),
            ("next", table.next != "none"),
            ("query", table.query.is_some()),
            ("body", table.body.is_some()),
            ("paging", table.paging.is_some()),
            ("expand", table.expand.is_some()),
            ("changes", table.changes.is_some()),
            ("error_at", table.error_at.is_some()),
            ("throttle", table.throttle.is_some()),
            ("proxy", table.proxy.is_some()),
            ("ca_file", table.ca_file.is_some()),
            ("accept_language", table.accept_language.is_some()),
        ] {
            if is_given {
                self.problem(format!("{key}.{name}"), "has no meaning for files", "");
            }
        }
        let files = Files {
            pattern: pattern?,
            pick: pick?,
            settle: Duration::from_millis(table.settle_ms),
        };
        (self.problems.len() == before).then_some(Some(files))
    }
}
