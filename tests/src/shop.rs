//! A whole shop for a test: a back end in this process, and the real daemons as processes of their own.
//!
//! Everything lives in a temporary folder and on free ports; processes are killed by their id when the shop is
//! dropped, whatever the test did.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::backend::{Backend, Config, Data, Response};
pub use crate::daemon::Daemon;
use crate::ports;

/// How long anything may take before a test gives up on it. Nothing passes or fails by being quick.
const PATIENCE: Duration = Duration::from_secs(90);

/// Every second: a daemon in a test should not have to be waited for.
const SCHEDULE: &str = "* * * * * *";

/// Where the back end serves the catalog source.
pub const CATALOG: &str = "/feed/documents.ndjson";
/// Where the back end serves the offers source.
pub const OFFERS: &str = "/feed/offers.ndjson";

/// What a shop is made of, before it exists.
#[must_use]
#[derive(Debug)]
pub struct ShopBuilder {
    data: Data,
    documents: Option<Vec<Value>>,
    offers: bool,
    shop_keys: String,
    catalog_keys: String,
    ingest_tables: String,
    server_keys: String,
    desk_keys: Option<String>,
    format: &'static str,
}

/// A shop: its back end, its folder, and the daemons that a test started.
#[derive(Debug)]
pub struct Shop {
    /// The back end.
    pub backend: Backend,
    folder: tempfile::TempDir,
    listen: SocketAddr,
    admin: SocketAddr,
    desk: SocketAddr,
    client: reqwest::Client,
    daemons: Vec<Daemon>,
    environment: Vec<(String, OsString)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Page {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

impl ShopBuilder {
    /// A back end with a generated catalogue of so many products.
    pub fn generated(products: u64) -> Self {
        Self {
            data: Data::generated(products),
            documents: None,
            offers: true,
            shop_keys: String::new(),
            catalog_keys: String::new(),
            ingest_tables: String::new(),
            server_keys: String::new(),
            desk_keys: None,
            format: "ndjson",
        }
    }

    /// A back end that sends exactly these documents, and no offers.
    pub fn of(documents: Vec<Value>) -> Self {
        Self {
            documents: Some(documents),
            ..Self::generated(1)
        }
        .without_offers()
    }

    /// A back end with other data; a test brings its own configuration of ingest.
    pub fn serving(self, data: Data) -> Self {
        Self { data, ..self }
    }

    /// Leaves out the source of offers: prices and stock stand in the products.
    pub fn without_offers(self) -> Self {
        Self {
            offers: false,
            ..self
        }
    }

    /// The catalog source is JSON with its records at `/data` and links to further pages, not NDJSON.
    pub fn paged_json(self) -> Self {
        Self {
            format: "json",
            ..self
        }
        .catalog_source("records = \"/data\"\nnext = \"link\"")
    }

    /// Adds keys to the table of the shop, such as its locale.
    pub fn shop(mut self, keys: &str) -> Self {
        self.shop_keys += keys;
        self.shop_keys.push('\n');
        self
    }

    /// Adds keys to the table of the catalog source.
    pub fn catalog_source(mut self, keys: &str) -> Self {
        self.catalog_keys += keys;
        self.catalog_keys.push('\n');
        self
    }

    /// Adds tables to the configuration of ingest, such as `[guard]`.
    pub fn ingest(mut self, tables: &str) -> Self {
        self.ingest_tables += tables;
        self.ingest_tables.push('\n');
        self
    }

    /// Adds keys, and perhaps tables after them, to the configuration of the server.
    pub fn server(mut self, keys: &str) -> Self {
        self.server_keys += keys;
        self.server_keys.push('\n');
        self
    }

    /// Opens the operator's desk on a free port, with these keys in its table.
    pub fn desk(self, keys: &str) -> Self {
        Self {
            desk_keys: Some(keys.to_owned()),
            ..self
        }
    }

    /// Starts the back end and writes the configuration; starts no daemon.
    pub fn start(self) -> Shop {
        let backend =
            Backend::start(Config::of(self.data)).expect("the back end starts on a free port");
        if let Some(documents) = &self.documents {
            backend.respond_with(CATALOG, Response::ndjson(documents));
        }
        let folder = tempfile::Builder::new()
            .prefix("frontage-shop-")
            .tempdir()
            .expect("a temporary folder");
        let [listen, admin, desk] = ports::free();
        let mut ingest = format!(
            "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test shop\"\ncurrency = \"EUR\"\n{}\n\
             [source.catalog]\nprovides = \"catalog\"\nurl = \"{}\"\nschedule = \"{}\"\nformat = \"{}\"\n{}\n",
            self.shop_keys,
            backend.url(CATALOG),
            SCHEDULE,
            self.format,
            with_defaults(&self.catalog_keys),
        );
        if self.offers {
            write!(
                ingest,
                "[source.stock]\nprovides = \"offers\"\nurl = \"{}\"\nschedule = \"{}\"\nformat = \"ndjson\"\n\n",
                backend.url(OFFERS),
                SCHEDULE,
            )
            .expect("writing to a string cannot fail");
        }
        ingest += &self.ingest_tables;
        if let Some(keys) = &self.desk_keys {
            write!(ingest, "\n[desk]\nlisten = \"{desk}\"\n{keys}\n")
                .expect("writing to a string cannot fail");
        }
        let server = format!(
            "listen = \"{listen}\"\nadmin = \"{admin}\"\nbase_url = \"http://{listen}\"\nstore = \"store\"\n\
             cache = \"server\"\nshop = \"demo\"\npoll_interval_ms = 50\n{}",
            self.server_keys,
        );
        write_file(&folder.path().join("ingest.toml"), &ingest);
        write_file(&folder.path().join("server.toml"), &server);
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client without special wishes");
        Shop {
            backend,
            folder,
            listen,
            admin,
            desk,
            client,
            daemons: Vec::new(),
            environment: Vec::new(),
        }
    }
}

impl Shop {
    /// The shop's folder: configuration, store, state and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the shop inside the store.
    pub fn store(&self) -> PathBuf {
        self.folder().join("store/shops/demo")
    }

    /// Where shoppers look.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listen)
    }

    /// Where operators look.
    pub fn admin_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.admin)
    }

    /// The newest manifest, byte for byte as the store has it.
    pub fn newest_manifest(&self) -> Vec<u8> {
        let manifests = std::fs::read_dir(self.store().join("manifests"));
        let newest = manifests
            .expect("a folder of manifests")
            .flatten()
            .map(|entry| entry.path())
            // One that is still being written has an end of its own behind its name.
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .max();
        std::fs::read(newest.expect("a manifest")).expect("a manifest")
    }

    /// Hashes and lengths of both parts of the newest generation, as its manifest has them.
    ///
    /// # Panics
    /// Nothing was published.
    pub fn parts(&self) -> (Value, Value) {
        let manifest: Value = serde_json::from_slice(&self.newest_manifest()).expect("a manifest");
        (manifest["catalog"].clone(), manifest["offers"].clone())
    }

    /// The newest generation, mapped.
    ///
    /// # Panics
    /// Nothing was published.
    pub fn published(&self) -> Generation {
        let manifest = Manifest::decode(&self.newest_manifest()).expect("a manifest");
        Generation::map(manifest, &self.store().join("parts")).expect("both parts")
    }

    /// Puts the address of a path where the configuration of ingest has a word for it: the back end's port is only
    /// known when the shop is there.
    ///
    /// # Panics
    /// The configuration cannot be read or written.
    pub fn fill_in(&self, word: &str, path: &str) {
        self.reconfigure(|text| text.replace(word, &self.backend.url(path)));
    }

    /// Makes another configuration of ingest out of the one that is there.
    ///
    /// # Panics
    /// It cannot be read or written.
    pub fn reconfigure(&self, change: impl FnOnce(String) -> String) {
        let config = self.folder().join("ingest.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        std::fs::write(&config, change(text)).expect("a configuration");
    }

    /// The run history as `history --json` prints it, a run a line.
    pub async fn history(&self) -> Vec<String> {
        let ended = self.ingest(&["history", "--json", "-n", "1000"]).await;
        ended.stdout.lines().map(str::to_owned).collect()
    }

    /// Where the operator's desk is, if the shop has one.
    pub fn desk_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.desk)
    }

    /// The client that `get` uses; it follows no redirects.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// From now on the catalog source sends these documents.
    pub fn sends(&self, documents: &[Value]) {
        self.backend
            .respond_with(CATALOG, Response::ndjson(documents));
    }

    /// Runs a command of `frontage-ingest` to its end.
    pub async fn ingest(&self, arguments: &[&str]) -> Ended {
        let mut command = tokio::process::Command::new(binary("frontage-ingest"));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.folder().join("ingest.toml"));
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
        let output = tokio::time::timeout(PATIENCE, output)
            .await
            .expect("the command ends")
            .expect("the command starts");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs `once` and expects it to end well.
    pub async fn once(&self) -> Ended {
        let ended = self.ingest(&["once"]).await;
        assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
        ended
    }

    /// Starts `frontage-ingest run`.
    pub fn run_ingest(&mut self) {
        let config = self.folder().join("ingest.toml");
        self.start("frontage-ingest", &["run", "--config"], &config);
    }

    /// Starts `frontage-server serve` and waits until it is ready.
    pub async fn serve(&mut self) {
        self.start_server();
        self.until("the server is ready", async |shop| {
            shop.ready().await.then_some(())
        })
        .await;
    }

    /// Starts `frontage-server serve` without waiting.
    pub fn start_server(&mut self) {
        let config = self.folder().join("server.toml");
        self.start("frontage-server", &["serve", "--config"], &config);
    }

    /// Daemons that are started from now on find this in their environment.
    pub fn environment(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Sends a signal, such as HUP, to a daemon.
    ///
    /// # Panics
    /// It does not run.
    pub fn signal(&self, name: &str, signal: &str) {
        let id = self.pid(name).expect("a daemon that runs");
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &id.to_string()])
            .status();
        assert!(sent.expect("kill starts").success(), "{signal} is sent");
    }

    /// Whether the server has a generation to serve.
    pub async fn ready(&self) -> bool {
        let response = self.client.get(self.admin_url("/readyz")).send().await;
        response.is_ok_and(|response| response.status() == 200)
    }

    /// Kills a daemon at once, as the kernel would.
    pub fn kill(&mut self, name: &str) {
        self.daemons.retain_mut(|daemon| {
            let stays = daemon.name != name;
            if !stays {
                daemon.kill();
            }
            stays
        });
    }

    /// Publishes what the back end sends and serves it.
    pub async fn open(&mut self) {
        self.once().await;
        self.serve().await;
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Page {
        self.request(self.client.get(self.url(path))).await
    }

    /// Asks for something on the admin listener.
    pub async fn admin(&self, path: &str) -> Page {
        self.request(self.client.get(self.admin_url(path))).await
    }

    /// The server's own account of itself.
    pub async fn status(&self) -> Value {
        self.admin("/status").await.json()
    }

    /// Sends a request that a test has built.
    pub async fn request(&self, request: reqwest::RequestBuilder) -> Page {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page {
            status,
            headers,
            body: response.text().await.expect("a body of text"),
        }
    }

    /// The generation that the home page is rendered from.
    pub async fn generation(&self) -> u64 {
        self.get("/").await.generation()
    }

    /// Waits until the home page is of this generation.
    pub async fn until_generation(&self, generation: u64) {
        let what = format!("generation {generation} is served");
        self.until(&what, async |shop| {
            (shop.generation().await == generation).then_some(())
        })
        .await;
    }

    /// Waits until a question has an answer, and shows the daemons' logs if it never gets one.
    pub async fn until<T>(&self, what: &str, question: impl AsyncFn(&Self) -> Option<T>) -> T {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(answer) = question(self).await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came to pass that {what}\n{}", self.logs());
    }

    /// Waits until something is true; says whether it ever was.
    pub async fn comes_to_pass(&self, question: impl AsyncFn() -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if question().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// The process id of a daemon, while it runs.
    pub fn pid(&self, name: &str) -> Option<u32> {
        let daemon = self.daemons.iter().find(|daemon| daemon.name == name)?;
        let id = daemon.child.id();
        // A process that died and was not waited for is still listed, as a zombie.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let state = stat.rsplit_once(") ")?.1;
        (!state.starts_with('Z')).then_some(id)
    }

    /// What the daemons have logged.
    pub fn logs(&self) -> String {
        let logs = self.daemons.iter().map(|daemon| {
            let text = std::fs::read_to_string(&daemon.log).unwrap_or_default();
            format!("--- {}\n{text}", daemon.name)
        });
        logs.collect()
    }

    /// A `frontage-ingest run` that the caller keeps, and may kill.
    pub fn own_ingest(&self) -> Daemon {
        let config = self.folder().join("ingest.toml");
        self.spawn("frontage-ingest", &["run", "--config"], &config, "own")
    }

    /// The same with another configuration of the shop's folder.
    pub fn own_ingest_of(&self, file: &str) -> Daemon {
        let config = self.folder().join(file);
        self.spawn("frontage-ingest", &["run", "--config"], &config, file)
    }

    /// A `frontage-server serve` that the caller keeps, and may kill.
    pub fn own_server(&self) -> Daemon {
        let config = self.folder().join("server.toml");
        self.spawn("frontage-server", &["serve", "--config"], &config, "own")
    }

    fn start(&mut self, name: &'static str, arguments: &[&str], config: &Path) {
        let number = self.daemons.len().to_string();
        let daemon = self.spawn(name, arguments, config, &number);
        self.daemons.push(daemon);
    }

    pub(crate) fn spawn(
        &self,
        name: &'static str,
        arguments: &[&str],
        config: &Path,
        mark: &str,
    ) -> Daemon {
        let log = self.folder().join(format!("{name}.{mark}.log"));
        let file = std::fs::File::create(&log).expect("a log file");
        let child = std::process::Command::new(binary(name))
            .args(arguments)
            .arg(config)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a second handle of a file"))
            .stderr(file)
            .spawn()
            .expect("a daemon that was built starts");
        Daemon { name, child, log }
    }
}

impl Page {
    /// The generation that it is rendered from.
    pub fn generation(&self) -> u64 {
        self.header("x-frontage-generation").parse().unwrap_or(0)
    }

    /// A header's value; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// The path of one of the workspace's programs, which lies beside this test's own.
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    let folder = own
        .ancestors()
        .skip(1)
        .find(|folder| !folder.ends_with("deps"))
        .expect("this program lies in a folder");
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is missing: run `make test`, or `cargo build --workspace --bins` before",
        path.display()
    );
    path
}

/// Tests want to see a failure at once: a feed is asked for twice, not for minutes.
fn with_defaults(keys: &str) -> String {
    let mut all = keys.to_owned();
    for (key, value) in [
        ("retries", "1"),
        ("timeout_ms", "3000"),
        ("stall_timeout_ms", "1000"),
    ] {
        if !keys.contains(key) {
            writeln!(all, "{key} = {value}").expect("writing to a string cannot fail");
        }
    }
    all
}

fn write_file(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file in a folder of our own can be written");
}
