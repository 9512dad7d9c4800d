//! A category or brand: what it is, what is in it, and how to narrow it.

use sailfish::TemplateSimple;

use super::frame::{Frame, Indexing};
use super::home::Department;
use super::results::Results;

/// A category or brand page.
#[derive(TemplateSimple)]
#[template(path = "category.stpl", rm_whitespace = true)]
pub(crate) struct CategoryPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) name: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) description: &'a str,
    pub(crate) children: Vec<Department<'a>>,
    pub(crate) results: Results<'a>,
}
