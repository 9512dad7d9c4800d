//! The folder, the configuration and the programs of one shop.
//!
//! Both daemons run as they are shipped, with their defaults; what is set otherwise is in this file.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;
use frontage_shared::store::Store;
use serde_json::Value;

use super::feeds::{DOCUMENTS, EXPORT, FeedServer, OFFERS};
use super::items::{CATEGORIES, ITEMS};
use super::load;
use super::process::{self, Daemon, Ended};
use crate::ports;

const SHOP: &str = "bench";
/// The demo's mapping, which the mapped cycle measures.
const MAPPING: &str = include_str!("../../../config/demo/products.jq");
/// How long the server may take until it has something to serve.
const PATIENCE: Duration = Duration::from_secs(120);

/// One shop.
#[derive(Debug)]
pub struct Ground {
    folder: PathBuf,
    programs: PathBuf,
    /// Where shoppers look.
    pub listen: SocketAddr,
    admin: SocketAddr,
    /// What its sources are fed with.
    pub feeds: FeedServer,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// Its process.
    pub daemon: Daemon,
    /// Where operators look.
    admin: SocketAddr,
}

impl Ground {
    /// An empty shop below `folder` whose sources are the files in `feeds`.
    pub fn new(folder: PathBuf, programs: &Path, feeds: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        for name in ["frontage-ingest", "frontage-server"] {
            let path = programs.join(name);
            ensure!(
                path.is_file(),
                "{} is missing; `make bench` builds it",
                path.display()
            );
        }
        let [listen, admin] = ports::free();
        let ground = Self {
            folder,
            programs: programs.to_owned(),
            listen,
            admin,
            feeds: FeedServer::start(feeds)?,
        };
        let server = format!(
            "listen = \"{}\"\nadmin = \"{}\"\nbase_url = \"http://{}\"\nstore = \"store\"\ncache = \"cache\"\n\
             shop = \"{SHOP}\"\nlog = \"json\"\n\
             # Bytes in to visible is to show the work, not the wait for the next look.\npoll_interval_ms = 50\n",
            ground.listen, ground.admin, ground.listen,
        );
        std::fs::write(ground.path("server.toml"), server)?;
        Ok(ground)
    }

    /// Configures two sources that send our own documents.
    pub fn with_documents(self) -> anyhow::Result<Self> {
        let source = |name: &str, provides: &str, file: &str| {
            format!(
                "[source.{name}]\nprovides = \"{provides}\"\nurl = \"{}\"\nformat = \"ndjson\"\n{SOURCE}",
                self.feeds.url(file),
            )
        };
        let sources = source("catalog", "catalog", DOCUMENTS) + &source("stock", "offers", OFFERS);
        std::fs::write(self.path("ingest.toml"), HEAD.to_owned() + &sources)?;
        Ok(self)
    }

    /// Adds keys or tables to the server's configuration.
    pub fn with_server(self, text: &str) -> anyhow::Result<Self> {
        let config = self.path("server.toml");
        let whole = std::fs::read_to_string(&config)? + text;
        std::fs::write(config, whole)?;
        Ok(self)
    }

    /// The folder that the store is in.
    pub fn store_folder(&self) -> PathBuf {
        self.path("store")
    }

    /// Configures two sources that send items and categories of Business Central, and its presets.
    pub fn with_items(self) -> anyhow::Result<Self> {
        let source = |name: &str, preset: &str, file: &str| {
            format!(
                "[source.{name}]\npreset = \"{preset}\"\nurl = \"{}\"\n{SOURCE}",
                self.feeds.url(file),
            )
        };
        let sources = source("catalog", "business-central", ITEMS)
            + &source("groups", "business-central-categories", CATEGORIES);
        std::fs::write(self.path("ingest.toml"), HEAD.to_owned() + &sources)?;
        Ok(self)
    }

    /// Configures one source that sends the words of an ERP, and the demo's mapping.
    pub fn with_export(self) -> anyhow::Result<Self> {
        let source = format!(
            "[source.catalog]\nprovides = \"catalog\"\nurl = \"{}\"\nformat = \"json\"\nrecords = \"/data\"\n\
             next = \"link\"\nmap_file = \"products.jq\"\n{SOURCE}",
            self.feeds.url(EXPORT),
        );
        std::fs::write(self.path("products.jq"), MAPPING)?;
        std::fs::write(self.path("ingest.toml"), HEAD.to_owned() + &source)?;
        Ok(self)
    }

    /// Runs a command of `frontage-ingest` to its good end; gives the JSON documents that it printed.
    pub fn ingest(&self, arguments: &[&str]) -> anyhow::Result<(Ended, Vec<Value>)> {
        let config = self.path("ingest.toml").display().to_string();
        let all = [arguments, &["--json", "--config", &config]].concat();
        let program = self.programs.join("frontage-ingest");
        let ended = process::run(&program, &all, &self.path("ingest.log"))?;
        let lines = ended
            .output
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>();
        let lines = lines.with_context(|| format!("not JSON: {}", ended.output))?;
        Ok((ended, lines))
    }

    /// Starts the daemon that polls, which looks for changes every second.
    pub fn run_daemon(&self) -> anyhow::Result<Daemon> {
        let config = self.path("ingest.toml").display().to_string();
        let program = self.programs.join("frontage-ingest");
        let arguments = ["run", "--json", "--config", &config];
        Daemon::start(&program, &arguments, &self.path("daemon.log"))
    }

    /// Starts the server and waits for its first good answer; gives how long that took.
    pub fn serve(&self, path: &str) -> anyhow::Result<(Server, Duration)> {
        let config = self.path("server.toml").display().to_string();
        let program = self.programs.join("frontage-server");
        let daemon = Daemon::start(
            &program,
            &["serve", "--config", &config],
            &self.path("server.log"),
        )?;
        let server = Server {
            daemon,
            admin: self.admin,
        };
        while server.daemon.started.elapsed() < PATIENCE {
            let answer = load::get(self.listen, path, None);
            if answer.is_ok_and(|answer| answer.status == 200) {
                let took = server.daemon.started.elapsed();
                return Ok((server, took));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("the server has nothing to serve\n{}", server.daemon.log())
    }

    /// Forgets what the server keeps between runs.
    pub fn empty_cache(&self) -> anyhow::Result<()> {
        let cache = self.path("cache");
        if cache.exists() {
            std::fs::remove_dir_all(cache)?;
        }
        Ok(())
    }

    /// The manifest that is published.
    pub fn manifest(&self) -> anyhow::Result<Manifest> {
        let store = Store::open("store", &self.folder, SHOP)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime
            .block_on(store.current())?
            .context("nothing is published")
    }

    /// From the start of a command until servers could see what it published: it has more to do then.
    pub fn seconds_to_publish(&self, ended: &Ended) -> anyhow::Result<f64> {
        let head = self.store_folder().join("shops").join(SHOP).join("HEAD");
        let head = std::fs::metadata(&head)
            .with_context(|| format!("cannot look at {}", head.display()))?;
        // Content is written before the file gets its name, which is when its inode last changes.
        let named = Duration::new(
            u64::try_from(head.ctime())?,
            u32::try_from(head.ctime_nsec())?,
        );
        let seconds = (UNIX_EPOCH + named).duration_since(ended.started_at);
        Ok(seconds.context("nothing was published")?.as_secs_f64())
    }

    /// The generation that is published, opened from the store.
    pub fn generation(&self) -> anyhow::Result<Generation> {
        let parts = self.path("store").join("shops").join(SHOP).join("parts");
        Ok(Generation::map(self.manifest()?, &parts)?)
    }

    /// Waits until a page holds a text; gives the instant at which it did.
    pub fn until_visible(&self, path: &str, text: &str) -> anyhow::Result<Instant> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let answer = load::get(self.listen, path, None)?;
            if String::from_utf8_lossy(&answer.body).contains(text) {
                return Ok(Instant::now());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("{path} never came to hold {text}")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Server {
    /// Pages found in the body cache, and pages that were not.
    pub fn body_cache(&self) -> anyhow::Result<(u64, u64)> {
        let status: Value = serde_json::from_slice(&load::get(self.admin, "/status", None)?.body)?;
        let figure = |name: &str| status["body_cache"][name].as_u64();
        let figures = figure("hits").zip(figure("misses"));
        figures.with_context(|| format!("/status tells nothing of the body cache: {status}"))
    }

    /// How long each swap took, as the server logs it, in milliseconds; the latest last.
    pub fn swaps(&self) -> Vec<u64> {
        let log = self.daemon.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .filter(|line| find(line, "generation").is_some())
            .filter_map(|line| find(&line, "duration_ms")?.as_u64())
            .collect()
    }
}

/// A field of a log line, wherever the format puts it.
fn find<'a>(line: &'a Value, name: &str) -> Option<&'a Value> {
    line.get(name).or_else(|| line.get("fields")?.get(name))
}

const HEAD: &str = "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"bench\"\nname = \"Bench\"\n\
                    currency = \"EUR\"\n\n\
                    # The swap goes back to the first of all generations.\n[retention]\ngenerations = 1000\n\n";
/// A million products on one page must not run into limits that are made for accidents.
const SOURCE: &str = "schedule = \"* * * * * *\"\nmax_page_bytes = 68719476736\nmax_run_bytes = 68719476736\n\
                      max_wire_bytes = 68719476736\nmax_record_bytes = 1073741824\nmax_records = 50000000\ndeadline_ms = 3600000\n\n";
