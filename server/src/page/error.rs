//! Refusals and failures, as pages that help: what happened, in words, and where to go on.

use sailfish::TemplateSimple;

use super::card::Card;
use super::frame::{Frame, Indexing};
use super::home::Department;

/// An error page.
#[derive(TemplateSimple)]
#[template(path = "error.stpl", rm_whitespace = true)]
pub(crate) struct ErrorPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) status: u16,
    pub(crate) headline: &'a str,
    pub(crate) explanation: &'a str,
    pub(crate) suggestions: Vec<Card<'a>>,
    pub(crate) departments: Vec<Department<'a>>,
}
