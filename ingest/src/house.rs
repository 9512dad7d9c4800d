//! Several shops in one daemon: a process a shop, started, watched and ended by this one.
//!
//! Processes keep shops apart better than anything inside one could: a mapping that loops, a feed that eats the memory, a
//! bug that ends the process are one shop's, and the kernel shares the cores between them. A file that cannot be used
//! stops its own shop alone, and a shop that runs goes on with what it was told before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use frontage_shared::daemon::{shutdown, supervisor};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A shop's process that ends is started again after this long, and after twice as long each time, up to a minute.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A process that is told to stop may finish its cycle; then it is killed, which loses that cycle and nothing else.
const FAREWELL: Duration = Duration::from_secs(50);
/// A configuration that cannot work: starting again does not help.
const WRONG_CONFIGURATION: i32 = 2;

/// The shops cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// The folder of shops is not there, or not readable.
    #[error("cannot read the folder of shops {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// This program cannot be found, or a signal not be caught.
    #[error("cannot run the shops: {0}")]
    System(#[from] std::io::Error),
}

/// Says whether a shop's file can be used, and why not.
pub type Check = fn(&Path) -> Result<(), String>;

/// The folder that a configuration names instead of a shop; `None` for a shop's own.
pub fn folder(config: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(config).ok()?;
    let table: toml::Table = text.parse().ok()?;
    let shops = table.get("shops")?.as_str()?;
    Some(config.parent().unwrap_or(Path::new("")).join(shops))
}

/// The shops' files, by name.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>, HouseError> {
    let failed = |source| HouseError::Folder {
        path: folder.to_owned(),
        source,
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_toml = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        let name = path.file_stem().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| is_toml && !name.starts_with('.')) {
            files.insert(name.to_owned(), path);
        }
    }
    Ok(files)
}

/// Runs every shop of a folder until asked to stop; SIGHUP reads the folder again. `arguments` go to each process.
///
/// # Errors
/// The folder cannot be read at the start.
pub async fn run(folder: &Path, check: Check, arguments: &[&str]) -> Result<(), HouseError> {
    let mut hang_ups = signal(SignalKind::hangup())?;
    let mut house = House {
        program: std::env::current_exe()?,
        arguments: arguments.iter().map(ToString::to_string).collect(),
        rooms: BTreeMap::new(),
        refused: 0,
        check,
    };
    house.furnish(folder).await?;
    house.tell();
    supervisor::ready();
    let stop = shutdown::requested();
    tokio::pin!(stop);
    // This loop is all there is to be alive here; each shop's process has clocks of its own.
    let mut beat = tokio::time::interval(supervisor::heartbeat().unwrap_or(LONGEST_PAUSE));
    loop {
        tokio::select! {
            signal = &mut stop => {
                tracing::info!(signal = signal?, "stopping");
                break;
            }
            _ = beat.tick() => supervisor::alive(),
            _ = hang_ups.recv() => {
                supervisor::reloading();
                if let Err(error) = house.furnish(folder).await {
                    tracing::error!(%error, "the shops that run go on");
                }
                house.tell();
                supervisor::ready();
            }
        }
    }
    supervisor::stopping();
    let rooms = std::mem::take(&mut house.rooms);
    let ends: Vec<_> = rooms.into_values().map(Room::end).collect();
    for end in ends {
        end.await;
    }
    Ok(())
}

struct House {
    program: PathBuf,
    arguments: Vec<String>,
    rooms: BTreeMap<String, Room>,
    refused: usize,
    check: Check,
}

/// A shop whose process is kept running.
struct Room {
    /// What its file said when it was started.
    text: Vec<u8>,
    stop: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

impl House {
    /// Starts what is new, starts anew what has changed, ends what is gone.
    async fn furnish(&mut self, folder: &Path) -> Result<(), HouseError> {
        let files = files(folder)?;
        self.refused = 0;
        let gone: Vec<String> = self.rooms.keys().cloned().collect();
        for name in gone.into_iter().filter(|name| !files.contains_key(name)) {
            tracing::info!(shop = name, "the shop's file is gone; its process ends");
            self.end(&name).await;
        }
        for (name, path) in files {
            let text = std::fs::read(&path).unwrap_or_default();
            if self.rooms.get(&name).is_some_and(|room| room.text == text) {
                continue;
            }
            if let Err(problem) = (self.check)(&path) {
                self.refused += 1;
                tracing::error!(shop = name, %problem, "the shop's file cannot be used");
                continue;
            }
            self.end(&name).await;
            tracing::info!(shop = name, "starting the shop's process");
            let room = self.start(&name, &path, text);
            self.rooms.insert(name, room);
        }
        Ok(())
    }

    fn start(&self, name: &str, path: &Path, text: Vec<u8>) -> Room {
        let (stop, stopped) = watch::channel(false);
        let keeper = Keeper {
            name: name.to_owned(),
            program: self.program.clone(),
            config: path.to_owned(),
            arguments: self.arguments.clone(),
            stopped,
        };
        Room {
            text,
            stop,
            keeper: tokio::spawn(keeper.keep()),
        }
    }

    async fn end(&mut self, name: &str) {
        if let Some(room) = self.rooms.remove(name) {
            room.end().await;
        }
    }

    fn tell(&self) {
        let shops = self.rooms.len();
        supervisor::status(&match self.refused {
            0 => format!("{shops} shops"),
            refused => format!("{shops} shops, {refused} files refused"),
        });
    }
}

impl Room {
    /// Tells the process to stop, at once; the future ends when it has.
    fn end(self) -> impl Future<Output = ()> {
        // Whoever is gone need not be told.
        let _ = self.stop.send(true);
        async move { drop(self.keeper.await) }
    }
}

/// Keeps one shop's process running.
struct Keeper {
    name: String,
    program: PathBuf,
    config: PathBuf,
    arguments: Vec<String>,
    stopped: watch::Receiver<bool>,
}

impl Keeper {
    async fn keep(mut self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let started = Instant::now();
            let ended = match self.spawn() {
                Ok(child) => self.watch(child).await,
                Err(error) => Some(format!("it cannot be started: {error}")),
            };
            let Some(why) = ended else {
                return;
            };
            if started.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let pause_s = pause.as_secs();
            tracing::error!(shop = self.name, pause_s, "the shop's process ended, {why}");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                // Without a sender there is no house any more.
                _ = self.stopped.wait_for(|stop| *stop) => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .arg("run")
            .arg("--config")
            .arg(&self.config)
            // The manager hears from this process alone.
            .env_remove("NOTIFY_SOCKET")
            .env_remove("WATCHDOG_USEC")
            .env_remove("WATCHDOG_PID")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }

    /// Waits for a process to end by itself, and says how; `None` if it was told to.
    async fn watch(&mut self, mut child: Child) -> Option<String> {
        tokio::select! {
            ended = child.wait() => return Some(how(ended)),
            _ = self.stopped.wait_for(|stop| *stop) => {}
        }
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(id) = id.and_then(Pid::from_raw) {
            // It may have ended a moment ago.
            let _ = kill_process(id, Signal::TERM);
        }
        if tokio::time::timeout(FAREWELL, child.wait()).await.is_err() {
            tracing::warn!(
                shop = self.name,
                "the shop's process does not end and is killed"
            );
            let _ = child.kill().await;
        }
        None
    }
}

fn how(ended: std::io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) if status.code() == Some(WRONG_CONFIGURATION) => {
            "its configuration cannot work".to_owned()
        }
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    }
}
