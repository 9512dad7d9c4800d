//! A list that only names its records, or leaves a part of them out: what is missing is asked for, record by record.
//!
//! What comes out is a page as if the back end had sent whole records: one per line, in the order of the list. A record
//! that is gone when it is asked for was deleted behind the list: its line says so, and it is counted as refused.

use super::ask;
use super::body::{Encoding, Sink, Writer};
use super::error::{FetchError, shown};
use super::page::{self, Asking, Part, Spent};
use super::validators::PageValidators;
use super::walk;
use crate::config::{Expand, Request, SourceLimits};
use crate::decode::Flaw;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use serde_json::Value;
use std::path::PathBuf;
use url::Url;
use url::form_urlencoded;

/// Completes the records of a page.
pub(super) async fn page(
    asking: &Asking<'_>,
    expand: &Expand,
    listed: PageValidators,
    spent: &mut Spent,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<PageValidators, FetchError> {
    let list = ask::look(&listed.url, &listed.file(asking.spool))?;
    let records = ask::records(&listed.url, &list, &expand.list)?;
    let details = Details(asking.spool.join("details"));
    let part = Part(asking.spool.join("expanded.part"));
    let allowed = page::allowed(asking.limits, spent.bytes.saturating_sub(listed.bytes));
    let url = shown(&asking.request.url);
    let spool = |source| FetchError::Spool {
        path: part.0.clone(),
        source,
    };
    let mut writer = Sink::create(&part.0, allowed)
        .and_then(|sink| Writer::new(Encoding::Identity, sink))
        .map_err(spool)?;
    let mut asked = Vec::with_capacity(records.len());
    for (number, record) in records.iter().enumerate() {
        let about = About {
            page: &listed.url,
            number,
            folder: details.0.join(number.to_string()),
        };
        asked.push(complete(asking, expand, record, about).boxed());
    }
    let mut asked = stream::iter(asked).buffered(expand.at_once);
    let mut gone = Gone::default();
    while let Some(completed) = asked.next().await {
        let (record, cost) = gone.count(completed?);
        page::spend_wire(asking.limits, &url, spent, cost)?;
        progress(writer.sink().bytes);
        writer
            .write(format!("{record}\n").as_bytes())
            .map_err(|error| {
                page::refused(
                    asking.limits,
                    &url,
                    Encoding::Identity,
                    &writer,
                    &part.0,
                    error,
                )
            })?;
    }
    gone.check()?;
    writer.finish().map_err(spool)?;
    let sink = writer.sink();
    spent.bytes = spent.bytes.saturating_sub(listed.bytes) + sink.bytes;
    let expanded = PageValidators {
        // Whether the list changed says nothing of what it names.
        etag: None,
        last_modified: None,
        hash: sink.hash(),
        bytes: sink.bytes,
        next: listed.next.clone(),
        url: listed.url.clone(),
    };
    std::fs::rename(&part.0, expanded.file(asking.spool)).map_err(spool)?;
    Ok(expanded)
}

/// What became of a record of the list.
enum Completed {
    Whole(Value, Spent),
    /// The back end has it no more.
    Gone(Flaw, FetchError, Spent),
}

impl Completed {
    fn gone(status: u16, key: String, error: FetchError) -> Self {
        let flaw = Flaw {
            message: format!("the list names it, but its details answered {status}"),
            key: Some(key),
        };
        let cost = Spent {
            requests: 1,
            ..Spent::default()
        };
        Self::Gone(flaw, error, cost)
    }
}

/// The records of a page that are gone, beside those that are there.
#[derive(Default)]
struct Gone {
    first: Option<FetchError>,
    records: usize,
    there: usize,
}

impl Gone {
    /// The line of a record, and what it cost.
    fn count(&mut self, completed: Completed) -> (Value, Spent) {
        match completed {
            Completed::Whole(record, cost) => {
                self.there += usize::from(cost.requests > 0);
                (record, cost)
            }
            Completed::Gone(flaw, error, cost) => {
                self.first.get_or_insert(error);
                self.records += 1;
                (flaw.line(), cost)
            }
        }
    }

    /// Not all records of a page are deleted in the moment after it was sent: that is a wrong address, which must not
    /// empty the shop.
    fn check(self) -> Result<(), FetchError> {
        match self.first {
            Some(error) if self.there == 0 && self.records > 1 => Err(error),
            _ => Ok(()),
        }
    }
}

/// Where a record stands, and where its details lie for a moment.
struct About<'a> {
    page: &'a str,
    number: usize,
    folder: PathBuf,
}

async fn complete(
    asking: &Asking<'_>,
    expand: &Expand,
    record: &Value,
    about: About<'_>,
) -> Result<Completed, FetchError> {
    if !expand.is_meant(record) {
        return Ok(Completed::Whole(record.clone(), Spent::default()));
    }
    let wrong = |rule: String| FetchError::Expand {
        url: about.page.to_owned(),
        record: about.number,
        rule,
    };
    let request = Request {
        url: address(&asking.request.url, &expand.url, record).map_err(wrong)?,
        next: expand.next.clone(),
        query: Vec::new(),
        body: None,
        paging: None,
        expand: None,
        ..asking.request.clone()
    };
    // Larger records are refused in any case, and these are in memory.
    let most = asking.limits.max_record_bytes as u64;
    let limits = SourceLimits {
        max_page_bytes: asking.limits.max_page_bytes.min(most),
        max_run_bytes: asking.limits.max_run_bytes.min(most),
        ..*asking.limits
    };
    let asking = Asking {
        request: &request,
        limits: &limits,
        spool: &about.folder,
        ..*asking
    };
    let _folder = Details(about.folder.clone());
    std::fs::create_dir_all(&about.folder).map_err(|source| FetchError::Spool {
        path: about.folder.clone(),
        source,
    })?;
    let (files, cost) = match walk::all_of(asking).await {
        Ok(walked) => walked,
        Err(error) => {
            let status = gone(&error, &request.url);
            let error = wrong(error.to_string());
            return match status {
                Some(status) => Ok(Completed::gone(status, key(&expand.url, record), error)),
                None => Err(error),
            };
        }
    };
    let mut found = Vec::new();
    for (url, file) in files {
        let page = ask::look(&url, &file)?;
        let none = ask::records_at(&page, &expand.records).map(|none| none.clone().into());
        let at = page.pointer(&expand.records).cloned().or(none);
        found.push(
            at.ok_or_else(|| wrong(format!("there is nothing at `{}` of {url}", expand.records)))?,
        );
    }
    joined(record, &expand.into, found)
        .map(|whole| Completed::Whole(whole, cost))
        .map_err(wrong)
}

/// The status by which a back end says that a record is no more. Of a further page of its details it says nothing.
fn gone(error: &FetchError, asked: &Url) -> Option<u16> {
    match error {
        FetchError::Status {
            url,
            status: status @ (404 | 410),
            ..
        } if *url == shown(asked) => Some(*status),
        _ => None,
    }
}

/// What the list calls a record: what stands in the places of the address.
fn key(template: &str, record: &Value) -> String {
    let places = Expand::pieces(template)
        .into_iter()
        .filter(|piece| piece.is_place)
        .filter_map(|piece| match record.pointer(piece.text)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        });
    places.collect::<Vec<_>>().join(" / ")
}

/// The record with what was found: in a list of its own, or in its place.
fn joined(record: &Value, into: &str, found: Vec<Value>) -> Result<Value, String> {
    if into.is_empty() {
        let mut found = found.into_iter();
        return match (found.next(), found.next()) {
            (Some(whole @ Value::Object(_)), None) => Ok(whole),
            _ => Err("expected one object, which takes the record's place".to_owned()),
        };
    }
    let mut list = Vec::new();
    for part in found {
        match part {
            Value::Array(parts) => list.extend(parts),
            one @ Value::Object(_) => list.push(one),
            _ => return Err("expected a list or an object".to_owned()),
        }
    }
    match record {
        Value::Object(fields) => {
            let mut fields = fields.clone();
            fields.insert(into.to_owned(), list.into());
            Ok(fields.into())
        }
        _ => Err("the record is no object".to_owned()),
    }
}

/// Where a record's details are.
fn address(base: &Url, template: &str, record: &Value) -> Result<Url, String> {
    let mut text = String::new();
    for piece in Expand::pieces(template) {
        if !piece.is_place {
            text.push_str(piece.text);
            continue;
        }
        let value = match record.pointer(piece.text) {
            Some(Value::String(value)) if matches!(value.as_str(), "" | "." | "..") => {
                return Err(format!(
                    "`{value}` at `{}` is no part of an address",
                    piece.text
                ));
            }
            Some(Value::String(value)) => value.clone(),
            Some(Value::Number(value)) => value.to_string(),
            _ => {
                return Err(format!(
                    "there is no text and no number at `{}`",
                    piece.text
                ));
            }
        };
        // A path would take + as itself, so that a space is %20 there and in a query alike.
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        text.push_str(&encoded.replace('+', "%20"));
    }
    let url = base
        .join(&text)
        .map_err(|error| format!("`{text}` is no address: {error}"))?;
    // The template may hold what it likes; its answer still stays at home.
    (url.origin() == base.origin())
        .then_some(url)
        .ok_or_else(|| format!("`{text}` leads to another origin"))
}

/// A folder that is gone when it is done with, or when asking fails.
struct Details(PathBuf);

impl Drop for Details {
    fn drop(&mut self) {
        // It may not be there yet; what is left is removed by the next run that makes it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
