//! A content page: terms, delivery, about us.

use sailfish::TemplateSimple;

use super::format::Day;
use super::frame::{Frame, Indexing};

/// A content page.
#[derive(TemplateSimple)]
#[template(path = "content.stpl", rm_whitespace = true)]
pub(crate) struct ContentPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) body: &'a str,
    /// When it last changed, for readers and for machines.
    pub(crate) updated: Option<Day>,
    pub(crate) updated_iso: String,
}
