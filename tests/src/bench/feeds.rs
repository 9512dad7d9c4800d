//! Feeds on disk, and a back end that only sends them.
//!
//! The sample back end makes its answers while it sends them; here they lie ready, so that what is measured is ingest.
//! The instant at which the last byte of an answer left is remembered: that is when the bytes of a change are in.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::iter::StepBy;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::load::Fetcher;
use crate::backend::{Backend, Config, Data};
use crate::catalogue::product::Lifecycle;
use crate::catalogue::{Catalogue, document};

/// The feed of documents.
pub const DOCUMENTS: &str = "documents.ndjson";
/// The feed of prices and stock.
pub const OFFERS: &str = "offers.ndjson";
/// The first page of the export that needs a mapping.
pub const EXPORT: &str = "export-1.json";

/// Where pictures are said to be; nothing asks for them.
const ORIGIN: &str = "http://127.0.0.1:8081";
const CHUNK_BYTES: usize = 256 << 10;
/// Products that are made in one go.
const PRODUCTS_AT_ONCE: u64 = 1000;
/// Records on a page of the export.
const PAGE: u64 = 1000;

/// When the last byte of each file was handed over.
type LastBytes = Arc<Mutex<HashMap<String, Instant>>>;
type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Sends the files of a folder, with ETags, until the process ends.
#[derive(Debug)]
pub struct FeedServer {
    address: SocketAddr,
    folder: PathBuf,
    last_bytes: LastBytes,
}

/// Writes the feeds of documents and offers; gives the number of offers.
///
/// Products are made on all cores, a chunk at a time, and written in their order.
pub fn write(folder: &Path, catalogue: Catalogue) -> anyhow::Result<u64> {
    let mut documents = Lines::create(&folder.join(DOCUMENTS))?;
    let mut offers = Lines::create(&folder.join(OFFERS))?;
    let (head, end) = document::around_products(catalogue, ORIGIN);
    head.iter().try_for_each(|line| documents.push(line))?;
    let chunks = catalogue.count().div_ceil(PRODUCTS_AT_ONCE);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut count = 0;
    std::thread::scope(|scope| -> anyhow::Result<()> {
        // Each worker makes every so many-th chunk, and waits when its last ones have not been written yet.
        let made: Vec<_> = (0..workers as u64)
            .map(|first| {
                let (sender, receiver) = std::sync::mpsc::sync_channel(1);
                scope.spawn(move || {
                    for number in (first..chunks).step_by(workers) {
                        let chunk = Chunk::make(catalogue, number * PRODUCTS_AT_ONCE);
                        // Nobody waits for more once writing has failed.
                        if sender.send(chunk).is_err() {
                            return;
                        }
                    }
                });
                receiver
            })
            .collect();
        for number in 0..chunks {
            let worker = usize::try_from(number)? % workers;
            let chunk = made[worker]
                .recv()
                .context("making products failed by a bug")?;
            documents.file.write_all(chunk.documents.as_bytes())?;
            offers.file.write_all(chunk.offers.as_bytes())?;
            count += chunk.count;
        }
        Ok(())
    })?;
    documents.push(&end)?;
    documents.finish()?;
    offers.finish()?;
    Ok(count)
}

/// Lines of some products.
struct Chunk {
    documents: String,
    offers: String,
    count: u64,
}

impl Chunk {
    fn make(catalogue: Catalogue, from: u64) -> Self {
        let mut chunk = Self {
            documents: String::new(),
            offers: String::new(),
            count: 0,
        };
        for product in catalogue.range(from, PRODUCTS_AT_ONCE) {
            chunk.documents += &document::product(&product, ORIGIN);
            chunk.documents.push('\n');
            if product.lifecycle() == Lifecycle::Active {
                for variant in product.variants() {
                    chunk.offers += &document::offer(&variant.sku, &variant.offer);
                    chunk.offers.push('\n');
                    chunk.count += 1;
                }
            }
        }
        chunk
    }
}

/// Writes the export in the words of an ERP, page by page, as the sample back end sends it.
pub fn write_export(folder: &Path, catalogue: Catalogue) -> anyhow::Result<()> {
    let backend = Backend::start(Config::of(Data::Generated(catalogue)))?;
    let pages = catalogue.count().div_ceil(PAGE).max(1);
    let address = backend.address();
    on_all_cores(pages, |pages| {
        let mut fetcher = Fetcher::open(address)?;
        for page in pages {
            let path = format!("/export/products?page={page}&size={PAGE}");
            let answer = fetcher.get(&path, None)?;
            ensure!(
                answer.status == 200,
                "{path} is answered with {}",
                answer.status
            );
            std::fs::write(folder.join(format!("export-{page}.json")), answer.body)?;
        }
        Ok(())
    })
}

/// Writes pages, which are counted from 1; each core has every so many-th of them.
pub(super) fn on_all_cores(
    pages: u64,
    write: impl Fn(StepBy<RangeInclusive<u64>>) -> anyhow::Result<()> + Sync,
) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let write = &write;
        let writing: Vec<_> = (1..=workers as u64)
            .map(|first| scope.spawn(move || write((first..=pages).step_by(workers))))
            .collect();
        for thread in writing {
            let written = thread.join();
            written.map_err(|_| anyhow::anyhow!("writing pages failed by a bug"))??;
        }
        Ok(())
    })
}

/// Rewrites a feed line by line, which comes with its number; gives the number of lines that became others.
pub fn edit(path: &Path, change: impl Fn(u64, &str) -> Option<String>) -> anyhow::Result<u64> {
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, File::open(path)?);
    let mut lines = Lines::create(path)?;
    let (mut line, mut changed) = (String::new(), 0);
    for number in 0.. {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            break;
        }
        let other = change(number, line.trim_end());
        changed += u64::from(other.is_some());
        lines.push(other.as_deref().unwrap_or(line.trim_end()))?;
    }
    lines.finish()?;
    Ok(changed)
}

/// A feed that takes its name when it is whole: a request that is under way goes on with the old one.
struct Lines {
    file: BufWriter<File>,
    part: PathBuf,
    path: PathBuf,
}

impl Lines {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let part = path.with_extension("part");
        let file =
            File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        Ok(Self {
            file: BufWriter::with_capacity(CHUNK_BYTES, file),
            part,
            path: path.to_owned(),
        })
    }

    fn push(&mut self, line: &str) -> anyhow::Result<()> {
        self.file.write_all(line.as_bytes())?;
        Ok(self.file.write_all(b"\n")?)
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush()?;
        Ok(std::fs::rename(self.part, self.path)?)
    }
}

impl FeedServer {
    /// Starts sending the files of a folder from a free port.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let server = Self {
            address: listener.local_addr()?,
            folder: folder.to_owned(),
            last_bytes: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (folder, last_bytes) = (folder.to_owned(), Arc::clone(&server.last_bytes));
        std::thread::Builder::new()
            .name("feeds".to_owned())
            .spawn(move || runtime.block_on(accept(listener, folder, last_bytes)))?;
        Ok(server)
    }

    /// The address of a file.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// The path of a file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// When the last byte of a file was handed over, the last time that it was sent.
    pub fn last_byte(&self, name: &str) -> Option<Instant> {
        let last_bytes = self
            .last_bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        last_bytes.get(name).copied()
    }
}

async fn accept(listener: std::net::TcpListener, folder: PathBuf, last_bytes: LastBytes) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        let (folder, last_bytes) = (folder.clone(), Arc::clone(&last_bytes));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let response = respond(&folder, &request, &last_bytes);
                async move {
                    Ok::<_, Infallible>(response.unwrap_or_else(|_| plain(StatusCode::NOT_FOUND)))
                }
            });
            // A client that goes away ends its own connection only.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn respond(
    folder: &Path,
    request: &Request<Incoming>,
    last_bytes: &LastBytes,
) -> anyhow::Result<Response<Body>> {
    let name = request.uri().path().trim_start_matches('/');
    ensure!(!name.contains('/'), "files lie in one folder");
    let file = File::open(folder.join(name))?;
    let (length, inode) = (file.metadata()?.len(), file.metadata()?.ino());
    // Every change makes a new file.
    let etag = format!("\"{inode}-{length}\"");
    if request
        .headers()
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes())
    {
        return Ok(plain(StatusCode::NOT_MODIFIED));
    }
    let content_type = if name.ends_with(".ndjson") {
        "application/x-ndjson"
    } else {
        "application/json"
    };
    let mut response = Response::new(stream_file(file, name.to_owned(), Arc::clone(last_bytes)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, content_type.parse()?);
    response.headers_mut().insert(ETAG, etag.parse()?);
    let next = next_page(name).filter(|next| folder.join(next).is_file());
    if let Some(next) = next {
        response
            .headers_mut()
            .insert(LINK, format!("</{next}>; rel=\"next\"").parse()?);
    }
    Ok(response)
}

fn next_page(name: &str) -> Option<String> {
    let number: u64 = name
        .strip_prefix("export-")?
        .strip_suffix(".json")?
        .parse()
        .ok()?;
    Some(format!("export-{}.json", number + 1))
}

fn stream_file(file: File, name: String, last_bytes: LastBytes) -> Body {
    let chunks = stream::try_unfold(file, move |mut file| {
        let (name, last_bytes) = (name.clone(), Arc::clone(&last_bytes));
        async move {
            let mut chunk = vec![0; CHUNK_BYTES];
            // The file was written a moment ago and is in memory, so reading does not hold up the thread.
            let length = file.read(&mut chunk)?;
            chunk.truncate(length);
            if length == 0 {
                let mut last_bytes = last_bytes.lock().unwrap_or_else(PoisonError::into_inner);
                last_bytes.insert(name, Instant::now());
                return Ok(None);
            }
            Ok(Some((Frame::data(Bytes::from(chunk)), file)))
        }
    });
    StreamBody::new(chunks).boxed_unsync()
}

fn plain(status: StatusCode) -> Response<Body> {
    let empty = Full::new(Bytes::new())
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut response = Response::new(empty);
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_feed_is_sent_once_until_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), Catalogue::new(20)).unwrap() > 20);
        let server = FeedServer::start(folder.path()).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let first = client.get(server.url(OFFERS)).send().await.unwrap();
        let etag = first.headers()["etag"].clone();
        let body = first.text().await.unwrap();
        assert_eq!(body, std::fs::read_to_string(server.path(OFFERS)).unwrap());
        let ask = || {
            client
                .get(server.url(OFFERS))
                .header("if-none-match", etag.clone())
                .send()
        };
        assert_eq!(ask().await.unwrap().status(), 304);
        let line = body.lines().nth(3).unwrap();
        let changed = edit(&server.path(OFFERS), |_, each| {
            (each == line).then(|| each.to_owned())
        })
        .unwrap();
        assert_eq!((changed, ask().await.unwrap().status().as_u16()), (1, 200));
        assert!(server.last_byte(OFFERS).is_some());
    }

    #[test]
    fn pages_of_the_export_are_counted() {
        assert_eq!(
            next_page("export-9.json").as_deref(),
            Some("export-10.json")
        );
        assert_eq!(next_page("documents.ndjson"), None);
    }
}
