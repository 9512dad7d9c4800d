//! Object storage that others made, started for a test over loopback: `make store-engines` installs it.
//!
//! moto's server keeps to conditions, and so does s3s-fs where writes follow each other. Garage 2.5 reads none when it
//! writes. Where it is not installed, moto stands in for it, behind a proxy of ours that takes the conditions out of
//! every PUT.
//!
//! Garage's licence is the AGPL: it is only ever run, as a program of its own, and nothing here is made of it.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use frontage_shared::store::{Store, StoreLocation, StoreOptions};

use crate::ports;
use crate::shop::Shop;

/// How long an engine may take to start; a busy machine takes its time to load so much Python.
const PATIENCE: Duration = Duration::from_secs(60);
/// The bucket that each engine has.
pub const BUCKET: &str = "shops";

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// moto's server: keeps to conditions.
    Moto,
    /// s3s-fs: keeps to conditions of writes that follow each other, and ignores those of reads.
    S3s,
    /// Garage, one node: ignores the conditions of writes, and minds those of reads.
    Garage,
    /// moto's server behind a proxy that takes conditions away: a stand-in for a store that ignores them.
    Forgetful,
}

/// A running engine with an empty bucket, and a proxy before it that sees every request.
#[derive(Debug)]
pub struct Engine {
    /// What is asked of it.
    pub between: Arc<Between>,
    folder: tempfile::TempDir,
    address: SocketAddr,
    engine: SocketAddr,
    child: Child,
}

/// What the proxy does and saw.
#[derive(Debug, Default)]
pub struct Between {
    takes_conditions: bool,
    /// Answers that are cut in the middle from now on.
    cuts: AtomicI64,
    is_down: AtomicBool,
    fate: Mutex<Fate>,
    /// Writes of orders that are on their way for a long time.
    held: Mutex<Vec<Vec<u8>>>,
    seen: Mutex<Vec<Seen>>,
}

/// What happens to writes of orders that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// They get there, and their answers come back.
    #[default]
    Answered,
    /// They get there, and their answers are lost.
    Unanswered,
    /// The first gets there, its answer is lost, and nothing more gets through.
    Cut,
    /// What has a body stays on its way until it is let go, when nobody waits for its answer any more.
    Late,
}

/// A request that the proxy passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its method.
    pub method: String,
    /// Its path, without the bucket.
    pub path: String,
    /// The first byte it asks for, if it asks for a range.
    pub from: Option<u64>,
    /// The answer's status.
    pub status: u16,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Moto => "moto",
            Self::S3s => "s3s-fs",
            Self::Garage => "Garage",
            Self::Forgetful => "moto without conditions",
        })
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Moto, Self::S3s, Self::Garage, Self::Forgetful];

    /// The fastest that is installed of those that keep to conditions, and one of those that ignore them: for what is not
    /// about an engine, and still goes other ways in a bucket that ignores conditions.
    pub fn one_of_each() -> Vec<Self> {
        [[Self::S3s, Self::Moto], [Self::Garage, Self::Forgetful]]
            .into_iter()
            .filter_map(|alike| alike.into_iter().find(|kind| kind.program().is_file()))
            .collect()
    }

    /// Whether it keeps to conditions.
    pub fn honours(self) -> bool {
        matches!(self, Self::Moto | Self::S3s)
    }

    /// Whether it can judge between two writes of one instant. s3s-fs looks whether a condition holds before it reads what is
    /// to be written, and does not look again: both are told that they were the first.
    pub fn is_atomic(self) -> bool {
        self != Self::S3s
    }

    /// Where it is installed, if it is.
    pub fn program(self) -> PathBuf {
        let engines = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/engines");
        match self {
            Self::Moto | Self::Forgetful => engines.join("moto/bin/moto_server"),
            Self::S3s => engines.join("s3s/bin/s3s-fs"),
            Self::Garage => engines.join("garage/bin/garage"),
        }
    }

    fn command(self, address: SocketAddr, folder: &Path) -> io::Result<Command> {
        let mut command = Command::new(self.program());
        let port = address.port().to_string();
        match self {
            Self::Moto | Self::Forgetful => command.args(["-H", "127.0.0.1", "-p", &port]),
            Self::S3s => command
                .args(["--host", "127.0.0.1", "--port", &port])
                .args(["--access-key", KEY, "--secret-key", KEY])
                .arg(folder),
            Self::Garage => {
                let settings = folder.join("garage.toml");
                std::fs::write(&settings, garage_settings(address, folder))?;
                // It makes key and bucket before it listens.
                command
                    .arg("-c")
                    .arg(settings)
                    .args(["server", "--single-node", "--default-bucket"])
                    .env("GARAGE_DEFAULT_ACCESS_KEY", KEY)
                    .env("GARAGE_DEFAULT_SECRET_KEY", KEY)
                    .env("GARAGE_DEFAULT_BUCKET", BUCKET)
            }
        };
        Ok(command)
    }

    /// Whether it has the bucket as soon as it answers.
    fn has_bucket(self) -> bool {
        matches!(self, Self::S3s | Self::Garage)
    }
}

/// The configuration of a Garage of one node. Parts are packed by whoever writes them, so it need not try.
fn garage_settings(address: SocketAddr, folder: &Path) -> String {
    let ([peers], folder, secret) = (ports::free(), folder.display(), "5e".repeat(32));
    format!(
        "metadata_dir = \"{folder}/metadata\"\ndata_dir = \"{folder}/blocks\"\ndb_engine = \"lmdb\"\n\
         compression_level = \"none\"\nreplication_factor = 1\n\
         rpc_bind_addr = \"{peers}\"\nrpc_public_addr = \"{peers}\"\nrpc_secret = \"{secret}\"\n\
         [s3_api]\napi_bind_addr = \"{address}\"\ns3_region = \"{REGION}\"\n"
    )
}

/// The id and the secret of the one access key. Garage takes no shorter secret.
pub const KEY: &str = "frontage-test-key";
/// The region that requests are signed for; Garage refuses those for any other.
const REGION: &str = "us-east-1";

impl Engine {
    /// The fastest that is installed, where it is not the engine that is tested.
    pub fn any() -> Option<Self> {
        [Kind::S3s, Kind::Moto].into_iter().find_map(Self::start)
    }

    /// Starts an engine; none, with a line that says so, where it is not installed.
    ///
    /// # Panics
    /// It is installed and does not start.
    pub fn start(kind: Kind) -> Option<Self> {
        if !kind.program().is_file() {
            let program = kind.program();
            let line = format!(
                "left out: {kind} is not installed ({})\n",
                program.display()
            );
            // Nobody may be reading; the test is left out all the same.
            let _ = io::stdout().write_all(line.as_bytes());
            return None;
        }
        let folder = tempfile::Builder::new()
            .prefix("frontage-bucket-")
            .tempdir()
            .expect("a temporary folder");
        let data = folder.path().join("data");
        std::fs::create_dir_all(data.join(BUCKET)).expect("a folder");
        std::fs::write(folder.path().join("key"), KEY).expect("a file");
        let [engine] = ports::free();
        let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
        let child = kind
            .command(engine, &data)
            .expect("a file")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle of a file"))
            .stderr(log)
            .spawn()
            .expect("an engine that is installed starts");
        let between = Arc::new(Between {
            takes_conditions: kind == Kind::Forgetful,
            ..Between::default()
        });
        let address = between.clone().listen(engine).expect("a free port");
        let started = Self {
            between,
            folder,
            address,
            engine,
            child,
        };
        started.wait(engine);
        if !kind.has_bucket() {
            make_bucket(engine).expect("an engine with a bucket");
        }
        Some(started)
    }

    fn wait(&self, engine: SocketAddr) {
        let began = Instant::now();
        while TcpStream::connect(engine).is_err() {
            let log = std::fs::read_to_string(self.folder.path().join("log"));
            assert!(
                began.elapsed() < PATIENCE,
                "the engine did not start: {}",
                log.unwrap_or_default()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lets writes go that were on their way; gives the status of each answer that nobody waited for.
    ///
    /// # Panics
    /// The engine does not answer.
    pub fn let_go(&self) -> Vec<u16> {
        let held = std::mem::take(&mut *locked(&self.between.held));
        let send = |request: Vec<u8>| {
            let mut upstream = TcpStream::connect(self.engine).expect("the engine");
            upstream.write_all(&request).expect("the engine");
            let (head, _) = read_head(&mut upstream).expect("an answer");
            status(&head).expect("a status")
        };
        held.into_iter().map(send).collect()
    }

    /// What stands in a configuration for a store below a prefix: to be put before all tables.
    pub fn keys(&self, prefix: &str) -> String {
        keys(self.address, &self.folder.path().join("key"), prefix)
    }

    /// Has both daemons of a shop use the bucket in place of the folder.
    ///
    /// # Panics
    /// A configuration cannot be read or written.
    pub fn hold(&self, shop: &Shop, prefix: &str) {
        for file in ["ingest.toml", "server.toml"] {
            let file = shop.folder().join(file);
            let text = std::fs::read_to_string(&file).expect("a configuration");
            let text = text.replace("store = \"store\"\n", &self.keys(prefix));
            std::fs::write(&file, text).expect("a configuration");
        }
    }

    /// The store of a shop below a prefix.
    ///
    /// # Panics
    /// Its location will not do.
    pub fn store(&self, prefix: &str, shop: &str) -> Store {
        let key = self.folder.path().join("key");
        let options = StoreOptions {
            endpoint: format!("http://{}", self.address),
            region: REGION.to_owned(),
            path_style: true,
            allow_http: true,
            access_key_id_file: key.clone(),
            secret_key_file: key,
            ..StoreOptions::default()
        };
        let place = format!("s3://{BUCKET}/{prefix}");
        let place = StoreLocation::parse(&place, options, Path::new("/")).expect("a location");
        Store::at(&place, shop).expect("a store")
    }
}

/// What stands in a configuration for a store in an engine: to be put before all tables. `key` is a file with its one key.
pub fn keys(engine: SocketAddr, key: &Path, prefix: &str) -> String {
    let key = key.display();
    format!(
        "store = \"s3://{BUCKET}/{prefix}\"\nstore_options = {{ endpoint = \"http://{engine}\", region = \"{REGION}\", \
         path_style = true, allow_http = true, access_key_id_file = \"{key}\", secret_key_file = \"{key}\" }}\n",
    )
}

/// Makes the one bucket.
///
/// # Errors
/// The engine does not answer, or refuses.
pub fn make_bucket(engine: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(engine)?;
    let request = format!(
        "PUT /{BUCKET} HTTP/1.1\r\nHost: {engine}\r\nContent-Length: 0\r\nConnection: close\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={KEY}/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    // Some close the connection hard behind an answer that was read in full.
    let _ = stream.read_to_string(&mut answer);
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok(()),
        false => Err(io::Error::other(answer)),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Between {
    /// From now on so many answers with a body end in the middle of it.
    pub fn cut(&self, answers: i64) {
        self.cuts.store(answers, Ordering::SeqCst);
    }

    /// From now on nobody is answered, or somebody again.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// From now on this happens to writes of orders.
    pub fn set_fate(&self, fate: Fate) {
        *locked(&self.fate) = fate;
    }

    /// What was asked since the last time this was called.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *locked(&self.seen))
    }

    fn listen(self: Arc<Self>, engine: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        // Ends with the process: nothing of it outlives the tests.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let between = Arc::clone(&self);
                thread::spawn(move || {
                    // A side that goes away is what tests are about.
                    let _ = between.pass(client, engine);
                });
            }
        });
        Ok(address)
    }

    /// Passes one request on, and its answer back; each connection is for one.
    fn pass(&self, mut client: TcpStream, engine: SocketAddr) -> io::Result<()> {
        let (head, rest) = read_head(&mut client)?;
        if self.is_down.load(Ordering::SeqCst) {
            return client.shutdown(Shutdown::Both);
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let mut lines = text.trim_end().split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let is_put = first.starts_with("PUT ");
        let mut passed = format!("{first}\r\n");
        let (mut length, mut from) = (0_u64, None);
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let (name, value) = (name.to_ascii_lowercase(), value.trim());
            match name.as_str() {
                "connection" => continue,
                "if-match" | "if-none-match" if is_put && self.takes_conditions => continue,
                "content-length" => length = value.parse().unwrap_or(0),
                "range" => from = range_start(value),
                _ => {}
            }
            passed += line;
            passed += "\r\n";
        }
        passed += "Connection: close\r\n\r\n";
        let left = length.saturating_sub(rest.len() as u64);
        let fate = match is_put && first.contains("/orders/new/") {
            true => *locked(&self.fate),
            false => Fate::Answered,
        };
        if fate == Fate::Late && length > 0 {
            let mut all = [passed.as_bytes(), &rest].concat();
            (&mut client).take(left).read_to_end(&mut all)?;
            locked(&self.held).push(all);
            return client.shutdown(Shutdown::Both);
        }
        let mut upstream = TcpStream::connect(engine)?;
        upstream.write_all(passed.as_bytes())?;
        upstream.write_all(&rest)?;
        io::copy(&mut (&mut client).take(left), &mut upstream)?;
        let (head, mut body) = read_head(&mut upstream)?;
        upstream.read_to_end(&mut body)?;
        self.note(&first, from, &head);
        if fate == Fate::Cut {
            self.set_down(true);
        }
        if matches!(fate, Fate::Cut | Fate::Unanswered) {
            return client.shutdown(Shutdown::Both);
        }
        client.write_all(&closing(&head))?;
        let is_cut = self.is_cut(&first, &head, body.len());
        let sent = if is_cut { body.len() / 2 } else { body.len() };
        client.write_all(body.get(..sent).unwrap_or_default())?;
        client.shutdown(Shutdown::Both)
    }

    /// Whether this answer, a part of a shop, is one of those that are cut.
    fn is_cut(&self, request: &str, head: &[u8], body: usize) -> bool {
        let is_part = request.starts_with("GET ") && request.contains("/parts/") && body > 1;
        let is_fine = head.starts_with(b"HTTP/1.1 20");
        is_part && is_fine && self.cuts.fetch_sub(1, Ordering::SeqCst) > 0
    }

    fn note(&self, request: &str, from: Option<u64>, answer: &[u8]) {
        let mut words = request.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let path = words.next().unwrap_or_default();
        let path = path.strip_prefix(&format!("/{BUCKET}")).unwrap_or(path);
        let seen = Seen {
            method,
            path: path.to_owned(),
            from,
            status: status(answer).unwrap_or(0),
        };
        locked(&self.seen).push(seen);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The status of an answer, by its head.
fn status(head: &[u8]) -> Option<u16> {
    let status = std::str::from_utf8(head.get(9..12)?).ok()?;
    status.parse().ok()
}

/// Reads up to the end of the headers; gives them, and what came behind them.
fn read_head(stream: &mut TcpStream) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        if let Some(at) = all.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = all.split_off(at + 4);
            return Ok((all, rest));
        }
        let got = stream.read(&mut buffer)?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        all.extend_from_slice(buffer.get(..got).unwrap_or_default());
    }
}

/// The head of an answer that says that the connection ends with it.
fn closing(head: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(head).into_owned();
    let is_other = |line: &&str| !line.to_ascii_lowercase().starts_with("connection:");
    let lines: Vec<&str> = text.trim_end().split("\r\n").filter(is_other).collect();
    format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).into_bytes()
}

fn range_start(value: &str) -> Option<u64> {
    let from = value.strip_prefix("bytes=")?.split('-').next()?;
    from.parse().ok()
}
