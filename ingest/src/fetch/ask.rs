//! What one page is asked with, and which page comes after it where the back end does not say so in a link.
//!
//! `{page}`, `{offset}`, `{size}` and `{cursor}` in the query and the body of a source stand for a place in the list.

use super::error::{FetchError, shown};
use crate::config::{Paging, PagingKind, Request};
use serde_json::Value;
use std::path::Path;
use url::Url;

/// A page that is looked into has to be read as a whole.
pub(super) const MAX_LOOK_BYTES: u64 = 64 << 20;

/// What one page is asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    /// Where, without credentials.
    pub(super) url: Url,
    /// What is sent; a page with a body is asked for by POST.
    pub(super) body: Option<String>,
    /// What the page is called in messages and in the cache: unlike any other page of the run.
    pub(super) name: String,
    place: Place,
}

/// A place in a list of records.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// As the back end counts.
    page: u64,
    /// Records before it.
    offset: u64,
    cursor: Option<String>,
}

impl Ask {
    /// The first page.
    pub(super) fn first(request: &Request) -> Self {
        let first = request.paging.as_ref().map_or(1, |paging| paging.first);
        let cursor = match &request.paging {
            Some(paging) if matches!(paging.kind, PagingKind::SinceId { .. }) => {
                Some(first.to_string())
            }
            _ => None,
        };
        Self::at(
            request,
            Place {
                page: first,
                offset: 0,
                cursor,
            },
        )
    }

    /// The page at the end of a link.
    pub(super) fn linked(&self, url: Url) -> Self {
        Self {
            name: shown(&url),
            url,
            ..self.clone()
        }
    }

    fn at(request: &Request, place: Place) -> Self {
        let size = request.paging.as_ref().map_or(0, |paging| paging.size);
        let mut url = request.url.clone();
        for (name, template) in &request.query {
            // Without a cursor yet, nothing asks for what comes after it.
            if template.contains("{cursor}") && place.cursor.is_none() {
                continue;
            }
            let cursor = place.cursor.as_deref().unwrap_or_default();
            let value = filled(template, &place, size).replace("{cursor}", cursor);
            url.query_pairs_mut().append_pair(name, &value);
        }
        let body = request.body.as_ref().map(|template| {
            let cursor = place.cursor.as_ref();
            let json = cursor.map_or_else(
                || "null".to_owned(),
                |cursor| Value::from(cursor.as_str()).to_string(),
            );
            filled(template, &place, size).replace("\"{cursor}\"", &json)
        });
        let mut name = shown(&url);
        if body.is_some() {
            name.push_str(&format!("#records-from-{}", place.offset));
        }
        Self {
            url,
            body,
            name,
            place,
        }
    }

    /// The page behind this one.
    ///
    /// # Errors
    /// This one does not say what the next page follows from.
    pub(super) fn after(
        &self,
        request: &Request,
        paging: &Paging,
        page: &Value,
    ) -> Result<Option<Self>, FetchError> {
        let wrong = |rule: String| FetchError::Paging {
            url: self.name.clone(),
            rule,
        };
        let records = records(&self.name, page, &paging.records)?;
        let count = records.len() as u64;
        let mut place = Place {
            page: self.place.page + 1,
            offset: self.place.offset + count,
            cursor: None,
        };
        if records.is_empty() {
            return Ok(None);
        }
        match &paging.kind {
            PagingKind::Number { total_at: Some(at) } => {
                let total = page.pointer(at).and_then(number);
                let total = total
                    .ok_or_else(|| wrong(format!("there is no number of records at `{at}`")))?;
                if place.offset >= total {
                    return Ok(None);
                }
            }
            PagingKind::Number { total_at: None } => {
                if count < paging.size {
                    return Ok(None);
                }
            }
            PagingKind::Cursor { at, more_at } => {
                let has_more = more_at
                    .as_ref()
                    .is_none_or(|at| page.pointer(at) == Some(&Value::Bool(true)));
                place.cursor = page.pointer(at).and_then(cursor).filter(|_| has_more);
                if place.cursor.is_none() {
                    return Ok(None);
                }
            }
            PagingKind::SinceId { at } => {
                if count < paging.size {
                    return Ok(None);
                }
                let last = records.last().and_then(|record| record.pointer(at));
                let last = last.and_then(cursor);
                place.cursor = Some(
                    last.ok_or_else(|| wrong(format!("the last record has no id at `{at}`")))?,
                );
            }
        }
        Ok(Some(Self::at(request, place)))
    }
}

/// The records of a page. PHP writes an object without members as `[]`: a page that is one has no records.
pub(super) fn records_at<'a>(page: &'a Value, pointer: &str) -> Option<&'a Vec<Value>> {
    let there = page.pointer(pointer).and_then(Value::as_array);
    there.or_else(|| page.as_array().filter(|all| all.is_empty()))
}

/// The records of a page that has to have some place for them.
///
/// # Errors
/// It has none.
pub(super) fn records<'a>(
    url: &str,
    page: &'a Value,
    pointer: &str,
) -> Result<&'a Vec<Value>, FetchError> {
    records_at(page, pointer).ok_or_else(|| FetchError::Paging {
        url: url.to_owned(),
        rule: format!("there is no list of records at `{pointer}`"),
    })
}

/// A page as JSON.
///
/// # Errors
/// It is too large to be looked into, or no JSON.
pub(super) fn look(url: &str, file: &Path) -> Result<Value, FetchError> {
    let spool = |source| FetchError::Spool {
        path: file.to_owned(),
        source,
    };
    let wrong = |rule: String| FetchError::Paging {
        url: url.to_owned(),
        rule,
    };
    if std::fs::metadata(file).map_err(spool)?.len() > MAX_LOOK_BYTES {
        let limit = MAX_LOOK_BYTES >> 20;
        return Err(wrong(format!(
            "the page is larger than {limit} MiB; ask for smaller pages"
        )));
    }
    let text = std::fs::read(file).map_err(spool)?;
    serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))
}

fn filled(template: &str, place: &Place, size: u64) -> String {
    template
        .replace("{page}", &place.page.to_string())
        .replace("{offset}", &place.offset.to_string())
        .replace("{size}", &size.to_string())
}

/// A number, also when it comes as text.
fn number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// What stands for a place; nothing, `null`, `false` and an empty text do not.
fn cursor(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
