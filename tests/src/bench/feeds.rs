//! Feeds on disk, and a back end that only sends them.
//!
//! The sample back end makes its answers while it sends them; here they lie ready, so that what is measured is ingest.
//! The instant at which the last byte of an answer left is remembered: that is when the bytes of a change are in.

use std::convert::Infallible;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
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

use crate::backend::{Backend, Config};
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

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Sends the files of a folder, with ETags, until the process ends.
#[derive(Debug)]
pub struct FeedServer {
    address: SocketAddr,
    folder: PathBuf,
    last_byte: Arc<Mutex<Option<Instant>>>,
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
pub fn write_export(folder: &Path, products: u64) -> anyhow::Result<()> {
    let backend = Backend::start(Config::generated(products))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    for page in 1..=products.div_ceil(PAGE).max(1) {
        let url = backend.url(&format!("/export/products?page={page}&size={PAGE}"));
        let body = runtime.block_on(async {
            client
                .get(url)
                .send()
                .await?
                .error_for_status()?
                .bytes()
                .await
        })?;
        std::fs::write(folder.join(format!("export-{page}.json")), body)?;
    }
    Ok(())
}

/// Rewrites a feed line by line; gives the number of lines that became others.
pub fn edit(path: &Path, change: impl Fn(&str) -> Option<String>) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(path)?;
    let mut changed = 0;
    let lines = text.lines().map(|line| match change(line) {
        Some(line) => {
            changed += 1;
            line
        }
        None => line.to_owned(),
    });
    write_lines(path, lines)?;
    Ok(changed)
}

fn write_lines(path: &Path, lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut file = Lines::create(path)?;
    for line in lines {
        file.push(&line)?;
    }
    file.finish()
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
            last_byte: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (folder, last_byte) = (folder.to_owned(), Arc::clone(&server.last_byte));
        std::thread::Builder::new()
            .name("feeds".to_owned())
            .spawn(move || runtime.block_on(accept(listener, folder, last_byte)))?;
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

    /// When the last byte of the latest answer was handed over.
    pub fn last_byte(&self) -> Option<Instant> {
        *self
            .last_byte
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(
    listener: std::net::TcpListener,
    folder: PathBuf,
    last_byte: Arc<Mutex<Option<Instant>>>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    while let Ok((stream, _)) = listener.accept().await {
        let (folder, last_byte) = (folder.clone(), Arc::clone(&last_byte));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let response = respond(&folder, &request, &last_byte);
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
    last_byte: &Arc<Mutex<Option<Instant>>>,
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
        *last_byte.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        return Ok(plain(StatusCode::NOT_MODIFIED));
    }
    let content_type = if name.ends_with(".ndjson") {
        "application/x-ndjson"
    } else {
        "application/json"
    };
    let mut response = Response::new(stream_file(file, Arc::clone(last_byte)));
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

fn stream_file(file: File, last_byte: Arc<Mutex<Option<Instant>>>) -> Body {
    let chunks = stream::try_unfold(file, move |mut file| {
        let last_byte = Arc::clone(&last_byte);
        async move {
            let mut chunk = vec![0; CHUNK_BYTES];
            // The file was written a moment ago and is in memory, so reading does not hold up the thread.
            let length = file.read(&mut chunk)?;
            chunk.truncate(length);
            if length == 0 {
                *last_byte.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
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
        let changed = edit(&server.path(OFFERS), |each| {
            (each == line).then(|| each.to_owned())
        })
        .unwrap();
        assert_eq!((changed, ask().await.unwrap().status().as_u16()), (1, 200));
        assert!(server.last_byte().is_some());
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
