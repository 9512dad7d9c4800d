//! The other comparator: nginx, as the distribution ships it, with the shop's own pages as files.
//!
//! Pages are fetched from the shop and lie beside their compressed forms. Where nginx is missing, or cannot be started,
//! its figures are skipped, with the reason; nothing else depends on them.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::load::{self, Fetcher};
use super::process;
use super::targets::Targets;
use crate::ports;

/// Pages that are written to disk: more of them would fill it, and as many are more than any cache of a processor.
const PAGES: usize = 20_000;
/// Files that it may hold open beside pages.
const SPARE_FILES: usize = 1_500;
/// Where a distribution puts it, as `PATH` may not say.
const PLACES: [&str; 3] = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
/// The user and group `nobody` and `nogroup`, as whom it runs if the bench runs as root.
const NOBODY: u32 = 65_534;
const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx, and the pages that it has.
#[derive(Debug)]
pub struct Nginx {
    master: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// The pages.
    pub targets: Targets,
}

impl Nginx {
    /// Writes pages of the shop at `shop` into a folder and starts nginx on them.
    pub fn start(folder: &Path, shop: SocketAddr, paths: &[String]) -> anyhow::Result<Self> {
        let program = PLACES.iter().map(Path::new).find(|path| path.is_file());
        let program = program.context("nginx is not installed")?;
        std::fs::create_dir_all(folder.join("html/p"))?;
        let most_open = process::most_open_files()?;
        // Each page may be open twice, as it is and compressed, besides connections and logs.
        let pages = PAGES.min(most_open.saturating_sub(SPARE_FILES) / 2).max(1);
        let step = paths.len().div_ceil(pages).max(1);
        let paths: Vec<String> = paths.iter().step_by(step).cloned().collect();
        write_pages(&folder.join("html"), shop, &paths)?;
        let [address] = ports::free();
        let config = folder.join("nginx.conf");
        std::fs::write(&config, configuration(folder, address, most_open))?;
        let mut command = Command::new(program);
        if std::fs::metadata(folder)?.uid() == 0 {
            // Nothing below this folder is anybody's but nginx's.
            for path in ["", "html", "html/p"] {
                chown(folder.join(path), Some(NOBODY), Some(NOBODY))?;
            }
            std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o644))?;
            command.uid(NOBODY).gid(NOBODY);
        }
        let log = std::fs::File::create(folder.join("log"))?;
        let master = command
            .arg("-c")
            .arg(&config)
            .arg("-p")
            .arg(folder)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut nginx = Self {
            master,
            address,
            targets: Targets::any(paths),
        };
        nginx.wait_for_pages(&folder.join("log"))?;
        Ok(nginx)
    }

    /// User and system time of all its processes so far, in seconds.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        process::tree_cpu_seconds(self.master.id())
    }

    fn wait_for_pages(&mut self, log: &Path) -> anyhow::Result<()> {
        let started = Instant::now();
        let first = self.targets.paths().first().context("there are no pages")?;
        while started.elapsed() < PATIENCE {
            if let Some(code) = self.master.try_wait()? {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                bail!("nginx ended with {code}: {}", log.trim());
            }
            match load::get(self.address, first, None) {
                Ok(answer) if answer.status == 200 => return Ok(()),
                Ok(answer) if started.elapsed() > PATIENCE / 2 => {
                    bail!("nginx answers with {}", answer.status)
                }
                _ => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        bail!("nginx does not listen")
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked to stop, the master takes its workers along; killed, it would leave them behind.
        let asked = Command::new("kill")
            .arg(self.master.id().to_string())
            .status();
        let started = Instant::now();
        while asked.is_ok() && started.elapsed() < PATIENCE {
            if !matches!(self.master.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.master.kill();
        let _ = self.master.wait();
    }
}

/// Every page as it is, and compressed by zlib at its usual level.
fn write_pages(folder: &Path, shop: SocketAddr, paths: &[String]) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let share = paths.len().div_ceil(workers).max(1);
        let writing: Vec<_> = paths
            .chunks(share)
            .map(|paths| {
                scope.spawn(move || {
                    let mut fetcher = Fetcher::open(shop)?;
                    paths.iter().try_for_each(|path| {
                        let answer = fetcher.get(path, None)?;
                        ensure!(
                            answer.status == 200,
                            "{path} is answered with {}",
                            answer.status
                        );
                        write_page(&folder.join(path.trim_start_matches('/')), &answer.body)
                    })
                })
            })
            .collect();
        for thread in writing {
            let written = thread.join();
            written.map_err(|_| anyhow::anyhow!("writing pages failed by a bug"))??;
        }
        Ok(())
    })
}

fn write_page(path: &PathBuf, body: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, body)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(body)?;
    let mut name = path.clone().into_os_string();
    name.push(".gz");
    Ok(std::fs::write(name, encoder.finish()?)?)
}

/// As one would set it up to be fast: files and their heads stay open, nothing is logged, connections are kept.
fn configuration(folder: &Path, address: SocketAddr, most_open: usize) -> String {
    let folder = folder.display();
    let cached = most_open.saturating_sub(SPARE_FILES).clamp(1, 2 * PAGES);
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("  {kind}_temp_path {folder}/{kind};\n"))
        .collect();
    format!(
        "daemon off;\nworker_processes 2;\npid {folder}/pid;\nerror_log stderr error;\n\
         worker_rlimit_nofile {most_open};\nevents {{ worker_connections 1024; }}\n\
         http {{\n{temporary}  access_log off;\n  server_tokens off;\n  default_type text/html;\n  charset utf-8;\n\
         \x20 sendfile on;\n  tcp_nopush on;\n  tcp_nodelay on;\n  keepalive_timeout 1h;\n\
         \x20 keepalive_requests 1000000000;\n  open_file_cache max={cached} inactive=1h;\n\
         \x20 open_file_cache_valid 1h;\n  open_file_cache_min_uses 1;\n  gzip_static on;\n  gzip_vary on;\n\
         \x20 server {{ listen {address}; root {folder}/html; }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Backend, Config, Response};

    /// Where nginx is installed it serves the pages of a shop; elsewhere it says that it is not.
    #[test]
    fn pages_come_from_nginx_as_from_the_shop() {
        let backend = Backend::start(Config::generated(5)).unwrap();
        backend.respond_with(
            "/p/one",
            Response::ok("text/html", "<p>one</p>".repeat(500)),
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nginx");
        std::fs::create_dir(&path).unwrap();
        // The folder for the test is its owner's alone; nginx may run as somebody else.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        match Nginx::start(&path, backend.address(), &["/p/one".to_owned()]) {
            Ok(nginx) => {
                let plain = load::get(nginx.address, "/p/one", None).unwrap();
                let packed = load::get(nginx.address, "/p/one", Some("gzip, br")).unwrap();
                assert_eq!((plain.status, plain.body.len()), (200, 5000));
                assert!(packed.head.contains("gzip") && packed.body.len() < 500);
                assert!(nginx.cpu_seconds().unwrap() < 10.0);
            }
            Err(error) => assert_eq!(error.to_string(), "nginx is not installed"),
        }
    }
}
