//! Search results, and what to do when there are none.

use sailfish::TemplateSimple;

use super::frame::{Frame, Indexing};
use super::home::Department;
use super::results::{Relaxed, Results};

/// The search page.
#[derive(TemplateSimple)]
#[template(path = "search.stpl", rm_whitespace = true)]
pub(crate) struct SearchPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) results: Results<'a>,
    /// Ways on, if the words find nothing or there are none.
    pub(crate) help: Option<Help<'a>>,
}

/// Ways on from a search that found nothing.
pub(crate) struct Help<'a> {
    /// Searches for fewer words that do find something.
    pub(crate) relaxed: Vec<Relaxed>,
    pub(crate) departments: Vec<Department<'a>>,
}
