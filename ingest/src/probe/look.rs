//! The bytes of a file or an address, bounded.

use super::ProbeError;
use super::paging::Headers;
use crate::fetch;
use futures_util::StreamExt as _;
use std::io::Read as _;
use std::time::Duration;
use url::Url;

/// More is not looked at.
const MAX_BYTES: u64 = 32 << 20;
/// Longer is not waited.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What was found, and the address a source would poll.
pub(super) struct Look {
    pub(super) bytes: Vec<u8>,
    pub(super) url: String,
    pub(super) is_file: bool,
    /// Whether a header names a next page.
    pub(super) has_next: bool,
    /// What headers say of pages.
    pub(super) headers: Headers,
}

/// Reads it.
pub(super) async fn look(target: &str) -> Result<Look, ProbeError> {
    match Url::parse(target) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => address(url).await,
        _ => file(target),
    }
}

fn file(target: &str) -> Result<Look, ProbeError> {
    let failed = |problem: String| ProbeError::Look {
        target: target.to_owned(),
        problem,
    };
    // A pipe or a device would keep the program waiting.
    let about = std::fs::metadata(target).map_err(|error| failed(error.to_string()))?;
    if !about.is_file() {
        return Err(failed("is no file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(target).map_err(|error| failed(error.to_string()))?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(error.to_string()))?;
    check_size(bytes.len(), target)?;
    let path = std::fs::canonicalize(target).map_err(|error| failed(error.to_string()))?;
    // What is a wildcard to a source is a character of a name here.
    let path = glob::Pattern::escape(&path.to_string_lossy());
    let url = Url::from_file_path(path).map_err(|()| failed("has no address".to_owned()))?;
    Ok(Look {
        bytes,
        url: url.into(),
        is_file: true,
        has_next: false,
        headers: Headers::default(),
    })
}

async fn address(url: Url) -> Result<Look, ProbeError> {
    let shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let failed = |problem: String| ProbeError::Look {
        target: shown.clone(),
        problem,
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(failed(
            "credentials do not belong into an address".to_owned(),
        ));
    }
    let get = async {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        client.get(url.clone()).send().await
    };
    let reading = async {
        let answer = get
            .await
            .map_err(|error| failed(error.without_url().to_string()))?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(failed(format!("the answer is {}", answer.status())));
        }
        let links = answer.headers().get_all(reqwest::header::LINK).iter();
        let links = links.filter_map(|link| link.to_str().ok());
        // One that is not understood may well be there; the source then says what is wrong with it.
        let has_next = fetch::next_link(links).map_or(true, |next| next.is_some());
        let headers = Headers::of(answer.headers());
        let mut bytes = Vec::new();
        let mut body = answer.bytes_stream();
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| failed(error.without_url().to_string()))?;
            check_size(bytes.len() + piece.len(), &shown)?;
            bytes.extend_from_slice(&piece);
        }
        Ok((bytes, has_next, headers))
    };
    let (bytes, has_next, headers) = tokio::time::timeout(TIMEOUT, reading)
        .await
        .map_err(|_| failed(format!("took longer than {} s", TIMEOUT.as_secs())))??;
    let mut url = url;
    url.set_fragment(None);
    Ok(Look {
        bytes,
        url: url.to_string(),
        is_file: false,
        has_next,
        headers,
    })
}

fn check_size(bytes: usize, target: &str) -> Result<(), ProbeError> {
    if bytes as u64 <= MAX_BYTES {
        return Ok(());
    }
    Err(ProbeError::Look {
        target: target.to_owned(),
        problem: format!("is larger than {} MiB; probe a part of it", MAX_BYTES >> 20),
    })
}
