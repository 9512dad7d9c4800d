//! The back end of the fetch tests: a thread that answers one connection at a time with the bytes a test gives it.
//!
//! It speaks real HTTP over loopback, and nothing it does is left to chance.

use crate::config::{self, Source};
use crate::fetch::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// What a back end does with one request.
pub(super) enum Reply {
    /// Sends this and closes.
    Send(Vec<u8>),
    /// Sends this and then nothing, until the client gives up.
    Hang(Vec<u8>),
    /// Closes at once.
    Drop,
}

pub(super) struct Asked {
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub(super) struct BackEnd {
    pub(super) port: u16,
    pub(super) log: Arc<Mutex<Vec<String>>>,
}

impl BackEnd {
    /// Answers every request with `script(request, its number from 0)`.
    pub(super) fn start(script: impl Fn(&Asked, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(asked) = read_request(&stream) else {
                    continue;
                };
                written.lock().unwrap().push(asked.path.clone());
                match script(&asked, number) {
                    Reply::Send(bytes) => drop(stream.write_all(&bytes)),
                    Reply::Hang(bytes) => {
                        drop(stream.write_all(&bytes));
                        // Returns when the client has closed its side.
                        let _ = stream.read_to_end(&mut Vec::new());
                    }
                    Reply::Drop => {}
                }
            }
        });
        Self { port, log }
    }

    pub(super) fn source(&self, extra: &str) -> Source {
        let text = format!(
            "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
             schedule = \"@daily\"\nnext = \"link\"\nretries = 2\ntimeout_ms = 2000\nstall_timeout_ms = 300\n\
             url = \"http://127.0.0.1:{}/feed\"\n{extra}",
            self.port
        );
        // A later line wins over the default of the same key.
        let mut lines: Vec<&str> = Vec::new();
        for line in text.lines() {
            let key = line.split('=').next().unwrap_or_default().trim();
            if line.contains('=') {
                lines.retain(|other| {
                    other.split('=').next().unwrap_or_default().trim() != key || key == "id"
                });
            }
            lines.push(line);
        }
        config::from_text(&lines.join("\n"), Path::new("test.toml"), Path::new("/"))
            .unwrap()
            .sources
            .remove(0)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

pub(super) fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    let mut asked = Asked {
        path: first.split(' ').nth(1)?.to_owned(),
        head,
        body: String::new(),
    };
    let length = asked
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    reader.take(length).read_to_string(&mut asked.body).ok()?;
    Some(asked)
}

pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Reply {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Reply::Send(bytes)
}

pub(super) fn ok(headers: &str, body: impl AsRef<[u8]>) -> Reply {
    answer("200 OK", headers, body.as_ref())
}

pub(super) async fn fetch(
    source: &Source,
    previous: Option<&Validators>,
    spool: &Path,
) -> Result<Fetched, FetchError> {
    all(
        &Client::new().unwrap(),
        source,
        previous,
        spool,
        SystemTime::UNIX_EPOCH,
        &|_| {},
    )
    .await
}

pub(super) async fn feed(source: &Source, previous: Option<&Validators>, spool: &Path) -> RawFeed {
    match fetch(source, previous, spool).await.unwrap() {
        Fetched::Feed(feed) => feed,
        Fetched::Unchanged(_) => panic!("expected a feed, got unchanged"),
    }
}

pub(super) async fn failure(source: &Source) -> FetchError {
    let spool = tempfile::tempdir().unwrap();
    let error = fetch(source, None, spool.path()).await.unwrap_err();
    let left: Vec<_> = std::fs::read_dir(spool.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        left.iter()
            .all(|path| path.extension().is_some_and(|kind| kind == "page")),
        "left behind: {left:?}"
    );
    error
}

pub(super) fn content(feed: &RawFeed) -> Vec<String> {
    feed.pages
        .iter()
        .map(|page| std::fs::read_to_string(&page.file).unwrap())
        .collect()
}
