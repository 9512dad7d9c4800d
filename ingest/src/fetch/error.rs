//! Why a source could not be fetched.
//!
//! Every variant names the address and the limit or rule; none repeats a header, and addresses lose their password.

use super::secrets::Secrets;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Why a source could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// No connection, or it broke before the answer began.
    #[error("cannot reach {url}: {}", causes(source))]
    Connect {
        /// The page asked for.
        url: String,
        /// What the system said.
        source: reqwest::Error,
    },
    /// The answer did not begin in time.
    #[error("{url} did not answer within {timeout:?} (timeout_ms)")]
    Timeout {
        /// The page asked for.
        url: String,
        /// The limit.
        timeout: Duration,
    },
    /// The answer began and then paused for too long.
    #[error(
        "{url} stopped sending after {received} bytes, for more than {stall_timeout:?} (stall_timeout_ms)"
    )]
    Stalled {
        /// The page asked for.
        url: String,
        /// Bytes that did arrive.
        received: u64,
        /// The limit.
        stall_timeout: Duration,
    },
    /// The whole run took too long.
    #[error("the run was not done within {deadline:?} (deadline_ms); {pages} pages had arrived")]
    Deadline {
        /// The limit.
        deadline: Duration,
        /// Pages that did arrive.
        pages: usize,
    },
    /// The files of a source took too long.
    #[error(
        "{pattern} was not read within {deadline:?} (deadline_ms); {files} files had been. If it is a network folder, does it answer?"
    )]
    Unread {
        /// The path, with its wildcards.
        pattern: String,
        /// The limit.
        deadline: Duration,
        /// Files that were read.
        files: usize,
    },
    /// A file of an earlier run is still being read, because its file system does not answer.
    #[error(
        "{pattern}: an earlier run was given up, and what it reads has not come back yet; nothing else is read there until then"
    )]
    StillReading {
        /// The path, with its wildcards.
        pattern: String,
    },
    /// The body ended before its announced end.
    #[error(
        "the answer of {url} broke off after {received} bytes: {}",
        causes(source)
    )]
    Cut {
        /// The page asked for.
        url: String,
        /// Bytes that did arrive.
        received: u64,
        /// What the connection said.
        source: reqwest::Error,
    },
    /// The back end does not let ingest in.
    #[error("{url} does not let us in: {rule} (auth)")]
    Login {
        /// Where it was asked.
        url: String,
        /// What is wrong with the answer; never what it says, which may be a secret.
        rule: String,
    },
    /// An answer that is neither a page nor "not modified".
    #[error("{url} answered {status}{}", hint(*status))]
    Status {
        /// The page asked for.
        url: String,
        /// The status code.
        status: u16,
        /// How long the back end asks to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that cannot be followed.
    #[error("{url} redirects in a way that is not followed: {rule}")]
    Redirect {
        /// The page asked for.
        url: String,
        /// What is wrong with it.
        rule: String,
    },
    /// A redirect or next link that leaves the configured origin.
    #[error("{url} has a {what} to another origin, {target}; credentials only go to {origin}")]
    CrossOrigin {
        /// The page asked for.
        url: String,
        /// A redirect or a next link.
        what: &'static str,
        /// Where it leads.
        target: String,
        /// Where it may lead.
        origin: String,
    },
    /// A `Link` header that cannot be understood.
    #[error("the Link header of {url} is not understood, so the next page is unknown: {rule}")]
    NextLink {
        /// The page asked for.
        url: String,
        /// What is wrong with it.
        rule: String,
    },
    /// A next link in a page that cannot be understood.
    #[error(
        "the next link of {url} at `{pointer}` is not understood, so the next page is unknown: {rule}"
    )]
    NextInBody {
        /// The page asked for.
        url: String,
        /// Where the link should stand.
        pointer: String,
        /// What is wrong with it.
        rule: String,
    },
    /// Which page comes next cannot be told from the page before it.
    #[error("the page after {url} is unknown: {rule}")]
    Paging {
        /// The page asked for.
        url: String,
        /// What is wrong with it.
        rule: String,
    },
    /// A record of a list whose details cannot be had.
    #[error("record {record} of {url} cannot be completed: {rule} (expand)")]
    Expand {
        /// The page of the list.
        url: String,
        /// The record's number in the page, from 0.
        record: usize,
        /// What is wrong.
        rule: String,
    },
    /// A page that is there, and says that something went wrong.
    #[error("{url} answered 200 and tells an error at `{pointer}`: {excerpt}")]
    Told {
        /// The page asked for.
        url: String,
        /// Where the error stands (error_at).
        pointer: String,
        /// How it begins.
        excerpt: String,
    },
    /// A next link back to a page already read.
    #[error("page {page} links to {url}, which was read before: the pages go round in a circle")]
    Loop {
        /// The address seen twice.
        url: String,
        /// The page that links to it, from 1.
        page: usize,
    },
    /// Two pages with the same bytes.
    #[error("{url} has the same content as page {first}: the back end repeats itself")]
    Repeated {
        /// The second of the two.
        url: String,
        /// The first of the two, from 1.
        first: usize,
    },
    /// More pages than allowed.
    #[error("there is still a next link after {max_pages} pages (max_pages)")]
    TooManyPages {
        /// The limit.
        max_pages: u32,
    },
    /// One page is too large, decompressed.
    #[error("{url} is larger than {max_page_bytes} bytes (max_page_bytes)")]
    PageTooLarge {
        /// The page asked for.
        url: String,
        /// The limit.
        max_page_bytes: u64,
    },
    /// All pages together are too large, decompressed.
    #[error("the pages up to {url} are larger than {max_run_bytes} bytes (max_run_bytes)")]
    RunTooLarge {
        /// The page asked for.
        url: String,
        /// The limit.
        max_run_bytes: u64,
    },
    /// Too much was transferred.
    #[error("more than {max_wire_bytes} bytes were transferred up to {url} (max_wire_bytes)")]
    WireTooLarge {
        /// The page asked for.
        url: String,
        /// The limit.
        max_wire_bytes: u64,
    },
    /// A compression nobody asked for.
    #[error("{url} is encoded as `{encoding}`; only gzip, br and zstd are understood")]
    Encoding {
        /// The page asked for.
        url: String,
        /// Its `Content-Encoding`.
        encoding: String,
    },
    /// Compressed data that is damaged or cut off.
    #[error("{url} cannot be decompressed as {encoding}, it is damaged or cut off: {source}")]
    Decompress {
        /// The page asked for.
        url: String,
        /// Its `Content-Encoding`.
        encoding: &'static str,
        /// What the decompressor said.
        source: std::io::Error,
    },
    /// A web page where data is expected.
    #[error(
        "{url} answered with a web page instead of data, perhaps a login or an error page: {excerpt}"
    )]
    Html {
        /// The page asked for.
        url: String,
        /// How it begins.
        excerpt: String,
    },
    /// No file is meant by the address of a source.
    #[error("{pattern}: {rule}")]
    NoFile {
        /// The path, with its wildcards.
        pattern: String,
        /// What is wrong.
        rule: String,
    },
    /// A file of a source cannot be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The spool folder cannot be used.
    #[error("cannot use the spool file {path}: {source}")]
    Spool {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl FetchError {
    /// Whether the same request may do better a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Stalled { .. }
            | Self::Cut { .. } => true,
            // A body that was cut inside its compression is a cut body, whatever the framing said.
            Self::Decompress { source, .. } => source.kind() == std::io::ErrorKind::UnexpectedEof,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// The same, without what lets ingest in: back ends repeat it in redirects and links. Excerpts of pages are made
    /// without it, before they are cut.
    pub(super) fn without(mut self, secrets: &Secrets<'_>) -> Self {
        let text = match &mut self {
            Self::CrossOrigin { target, .. } => target,
            Self::Redirect { rule, .. }
            | Self::NextLink { rule, .. }
            | Self::NextInBody { rule, .. } => rule,
            _ => return self,
        };
        *text = secrets.taken_out(text);
        self
    }

    /// Whether the back end does not know who asks, or tells of an error that may be this one: a session that has ended
    /// is told with status 200 where all errors are.
    pub(super) fn may_be_unauthorised(&self) -> bool {
        matches!(self, Self::Status { status: 401, .. } | Self::Told { .. })
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// The address as it may be shown: without user and password.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both only fail for addresses without a host, which have no password either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => ": the credentials in `auth` or `headers` are missing, wrong or too weak",
        404 | 410 => ": is `url` right?",
        429 => ": too many requests; a slower `schedule` helps",
        304 => " to a request without conditions",
        500..=599 => ": the back end has a problem of its own",
        _ => "",
    }
}

/// The causes below an error of the HTTP client, whose own text repeats the address with everything in it.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    if texts.is_empty() {
        "no cause given".to_owned()
    } else {
        texts.join(": ")
    }
}
