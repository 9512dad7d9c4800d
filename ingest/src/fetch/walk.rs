//! From the first page to the last, by next links.
//!
//! A walk ends with every page in the spool, or with an error; there is no half of a feed.
//! "Unchanged" means that every page has the bytes it had, not merely that the first one said so.

use super::ask::{self, Ask};
use super::client::Client;
use super::error::FetchError;
use super::expand;
use super::folder;
use super::page::{self, Asking, Page, Spent};
use super::validators::{PageValidators, Validators, request_hash};
use crate::config::{Next, Source};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::time::Instant;

/// What a fetch brought.
#[derive(Debug)]
pub enum Fetched {
    /// The same bytes as last time. The validators may be newer; store them.
    Unchanged(Validators),
    /// A feed to decode.
    Feed(RawFeed),
}

/// All pages of a source, in files.
#[derive(Debug)]
pub struct RawFeed {
    /// The pages in order.
    pub pages: Vec<RawPage>,
    /// What to hand to the next fetch, once this feed has been dealt with.
    pub validators: Validators,
    /// Decompressed size of all pages.
    pub bytes: u64,
    /// What was transferred.
    pub wire_bytes: u64,
    /// Requests made, redirects and retries included.
    pub requests: u32,
    /// Pages the back end did not send again, because they had not changed.
    pub reused: usize,
}

/// One page of a source, in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPage {
    /// Where it came from, without credentials.
    pub url: String,
    /// Where it lies, decompressed.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// How far a fetch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pages that are there.
    pub pages: usize,
    /// Their decompressed size.
    pub bytes: u64,
}

/// Fetches all pages of a source into `spool`.
///
/// `previous` makes the requests conditional; without it everything is fetched anew. `now` is the wall clock, for
/// `Retry-After` dates. After [`RawFeed::validators`] have been stored, [`super::prune`] removes what is no longer needed.
pub async fn all(
    client: &Client,
    source: &Source,
    previous: Option<&Validators>,
    spool: &Path,
    now: SystemTime,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Fetched, FetchError> {
    std::fs::create_dir_all(spool).map_err(|error| FetchError::Spool {
        path: spool.to_owned(),
        source: error,
    })?;
    let deadline = source.request.deadline;
    if let Some(files) = &source.request.files {
        let reading = folder::Reading::new(source, files, previous, spool);
        return folder::all(client, reading, progress).await;
    }
    let http = client.by(&source.request.transport)?;
    let asking = Asking {
        client,
        http: &http,
        request: &source.request,
        limits: &source.limits,
        spool,
        now,
        began: Instant::now(),
    };
    let request = request_hash(&source.request);
    let previous = previous.filter(|previous| previous.request == request);
    let mut walk = Walk {
        asking,
        previous,
        progress,
        seen: Validators {
            request,
            pages: Vec::new(),
        },
        spent: Spent::default(),
        reused: 0,
    };
    let in_time = tokio::time::timeout(deadline, walk.run()).await;
    in_time.unwrap_or_else(|_| {
        Err(FetchError::Deadline {
            deadline,
            pages: walk.seen.pages.len(),
        })
    })
}

/// The pages of a walk of its own, where they lie, and what they cost. Walks within walks need a box: their future would
/// have no size.
pub(super) fn all_of(asking: Asking<'_>) -> BoxFuture<'_, Result<Walked, FetchError>> {
    async move {
        let mut walk = Walk {
            asking,
            previous: None,
            progress: &|_| {},
            seen: Validators::default(),
            spent: Spent::default(),
            reused: 0,
        };
        walk.pages().await?;
        let pages = walk.seen.pages.iter();
        let files = pages.map(|page| (page.url.clone(), page.file(asking.spool)));
        Ok((files.collect(), walk.spent))
    }
    .boxed()
}

/// Pages with their addresses and files, and what they cost.
type Walked = (Vec<(String, PathBuf)>, Spent);

struct Walk<'a> {
    asking: Asking<'a>,
    previous: Option<&'a Validators>,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
    seen: Validators,
    spent: Spent,
    reused: usize,
}

impl Walk<'_> {
    async fn run(&mut self) -> Result<Fetched, FetchError> {
        self.pages().await?;
        if let Some(previous) = self.previous {
            if previous.body_hash() == self.seen.body_hash() {
                return Ok(Fetched::Unchanged(self.seen.clone()));
            }
            if self.reused > 0
                && !self
                    .seen
                    .pages
                    .iter()
                    .all(|page| page.is_intact(self.asking.spool))
            {
                tracing::warn!(
                    stage = "fetch",
                    "a spooled page is damaged; fetching all pages anew"
                );
                self.previous = None;
                self.pages().await?;
            }
        }
        Ok(Fetched::Feed(self.feed()))
    }

    /// Walks from the first page to the last, and fills `seen`.
    async fn pages(&mut self) -> Result<(), FetchError> {
        self.seen.pages.clear();
        self.reused = 0;
        // The run's limit counts what the walk keeps, not what an abandoned walk had.
        self.spent.bytes = 0;
        let max_pages = self.asking.limits.max_pages;
        let mut next = Some(Ask::first(self.asking.request));
        let mut contents: HashMap<String, usize> = HashMap::new();
        while let Some(ask) = next {
            let number = self.seen.pages.len() + 1;
            if self.seen.page(&ask.name).is_some() {
                return Err(FetchError::Loop {
                    url: ask.name,
                    page: number - 1,
                });
            }
            if number > usize::try_from(max_pages).unwrap_or(usize::MAX) {
                return Err(FetchError::TooManyPages { max_pages });
            }
            let known = self.previous.and_then(|previous| previous.page(&ask.name));
            let page = page::get(&self.asking, &ask, known, &mut self.spent).await?;
            if page.is_reused {
                self.reused += 1;
                self.spend_reused(&ask, page.validators.bytes)?;
            }
            if let Some(first) = contents.insert(page.validators.hash.clone(), number) {
                return Err(FetchError::Repeated {
                    url: ask.name,
                    first,
                });
            }
            next = self.next_page(&ask, &page)?;
            let is_blank = self.is_blank(&page);
            let completed = self.completed(page.validators).await?;
            // A list may end with a page that names nothing: there is nothing to complete, and no line to read.
            let has_lines = self.asking.request.expand.is_none() || completed.bytes > 0;
            if number == 1 || (has_lines && !is_blank) {
                self.seen.pages.push(completed);
            }
            (self.progress)(Progress {
                pages: number,
                bytes: self.spent.bytes,
            });
        }
        Ok(())
    }

    /// Whether a page is `[]` where an object is expected: PHP writes one without members so, behind the last page.
    fn is_blank(&self, page: &Page) -> bool {
        const MOST_BYTES: u64 = 16;
        let paging = self.asking.request.paging.as_ref();
        let wants_object = paging.is_some_and(|paging| !paging.records.is_empty());
        wants_object && page.validators.bytes <= MOST_BYTES && {
            let text = std::fs::read(page.validators.file(self.asking.spool));
            text.is_ok_and(|text| text.trim_ascii() == b"[]")
        }
    }

    /// The page with whole records, if the list has only a part of them.
    async fn completed(&mut self, listed: PageValidators) -> Result<PageValidators, FetchError> {
        let Some(details) = &self.asking.request.expand else {
            return Ok(listed);
        };
        let (pages, before) = (self.seen.pages.len(), self.spent.bytes);
        let progress = |bytes: u64| {
            (self.progress)(Progress {
                pages,
                bytes: before + bytes,
            });
        };
        expand::page(&self.asking, details, listed, &mut self.spent, &progress).await
    }

    /// A page taken from the spool counts like a fetched one: limits hold for the feed, whatever the transfer.
    fn spend_reused(&mut self, ask: &Ask, bytes: u64) -> Result<(), FetchError> {
        self.spent.bytes += bytes;
        let max_run_bytes = self.asking.limits.max_run_bytes;
        if self.spent.bytes > max_run_bytes {
            return Err(FetchError::RunTooLarge {
                url: ask.name.clone(),
                max_run_bytes,
            });
        }
        Ok(())
    }

    fn next_page(&self, ask: &Ask, page: &Page) -> Result<Option<Ask>, FetchError> {
        let request = self.asking.request;
        match (&request.paging, &page.content) {
            (Some(paging), Some(content)) => return ask.after(request, paging, content),
            (Some(paging), None) => {
                let file = page.validators.file(self.asking.spool);
                return ask.after(request, paging, &ask::look(&ask.name, &file)?);
            }
            (None, _) => {}
        }
        match (&request.next, page.validators.next.as_deref()) {
            (Next::None, _) | (_, None) => Ok(None),
            // A remembered link was checked when it was new, but the file it was remembered in is only a file.
            (_, Some(link)) => {
                let target = page::within_origin(&ask.url, link, "next link")?;
                Ok(target.map(|url| ask.linked(url)))
            }
        }
    }

    fn feed(&self) -> RawFeed {
        RawFeed {
            pages: self.seen.raw(self.asking.spool),
            validators: self.seen.clone(),
            bytes: self.spent.bytes,
            wire_bytes: self.spent.wire_bytes,
            requests: self.spent.requests,
            reused: self.reused,
        }
    }
}
