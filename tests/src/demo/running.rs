//! The demo as a process, as `make demo` starts it, at ports that are free and in a folder of its own.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::ports;
use crate::shop::binary;

/// How long it may take to open.
const PATIENCE: Duration = Duration::from_secs(600);
/// Between two looks whether it is open.
const LOOK: Duration = Duration::from_millis(500);
/// What is chosen for it, in the order of its addresses.
const PORTS: [&str; 4] = [
    "DEMO_PORT",
    "DEMO_ADMIN_PORT",
    "DEMO_BACKEND_PORT",
    "DEMO_DESK_PORT",
];

/// A demo whose shop is open.
#[derive(Debug)]
pub struct Running {
    process: Child,
    /// What it keeps: that of a demo which somebody else looks at is not touched.
    _folder: TempDir,
    /// Where the shop is, as `http://…` without a slash at the end.
    pub shop: String,
}

impl Running {
    /// Starts it with further variables, and waits until the shop is open.
    ///
    /// # Errors
    /// It does not start, ends by itself, or does not open.
    pub async fn start(variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut command = Command::new(binary("demo"));
        let addresses = ports::free::<4>();
        for (variable, address) in PORTS.into_iter().zip(addresses) {
            command.env(variable, address.port().to_string());
        }
        let folder = tempfile::tempdir().context("there is no folder for the demo")?;
        let process = command
            .env("DEMO_FOLDER", folder.path())
            .env("DEMO_KEEP", "0")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .context("the demo does not start")?;
        let [shop, admin, ..] = addresses.map(|address| format!("http://{address}"));
        let mut demo = Self {
            process,
            _folder: folder,
            shop,
        };
        match demo.opens(&admin).await {
            Ok(()) => Ok(demo),
            Err(error) => {
                demo.stop().await;
                Err(error)
            }
        }
    }

    async fn opens(&mut self, admin: &str) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.process.try_wait()? {
                bail!("the demo ended: {status}");
            }
            let ready = client.get(format!("{admin}/readyz")).send().await;
            if ready.is_ok_and(|ready| ready.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the demo did not open within {} s", PATIENCE.as_secs())
    }

    /// Ends it.
    pub async fn stop(mut self) {
        // It ends its own children when it is asked to; a kill would leave that to its guard.
        if let Some(id) = self.process.id() {
            let _ = Command::new("kill").arg(id.to_string()).status().await;
        }
        let _ = self.process.wait().await;
    }
}
