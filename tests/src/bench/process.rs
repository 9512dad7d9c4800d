//! Daemons as processes, and what the kernel knows of them.
//!
//! A process is killed when its handle is dropped. Figures come from `/proc`, so benches run on Linux only.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};

use super::figures::float;

/// How often a running command is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// The kernel counts CPU time for `/proc` in hundredths of a second on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// A daemon.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    log: PathBuf,
    /// When it was started.
    pub started: Instant,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// When it was started.
    pub started: Instant,
    /// The same by the wall clock, which files are stamped by.
    pub started_at: SystemTime,
    /// From start to end.
    pub seconds: f64,
    /// User and system time.
    pub cpu_seconds: f64,
    /// The most memory that it ever held resident, its file mappings included.
    pub peak_bytes: u64,
    /// Standard output.
    pub output: String,
}

impl Daemon {
    /// Starts a daemon whose output goes to a log file.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> anyhow::Result<Self> {
        let file = std::fs::File::create(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let started = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self {
            child,
            log: log.to_owned(),
            started,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// User and system time so far, in seconds.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        cpu_seconds(&self.id().to_string(), [14, 15])
    }

    /// Resident memory that no file backs, in bytes.
    pub fn private_bytes(&self) -> anyhow::Result<u64> {
        status(self.id(), "RssAnon")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end, which must be a good one, and watches it.
#[expect(
    clippy::disallowed_methods,
    reason = "what files are stamped by is compared with it"
)]
pub fn run(program: &Path, arguments: &[&str], log: &Path) -> anyhow::Result<Ended> {
    let output = log.with_extension("out");
    let (started, started_at) = (Instant::now(), SystemTime::now());
    let before = children_cpu_seconds()?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&output)?)
        .stderr(std::fs::File::create(log)?)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut peak_bytes = 0;
    let code = loop {
        // Just before it ends there may be no memory left to tell of.
        peak_bytes = peak_bytes.max(status(child.id(), "VmHWM").unwrap_or(0));
        match child.try_wait()? {
            Some(code) => break code,
            None => std::thread::sleep(LOOK),
        }
    };
    let seconds = started.elapsed().as_secs_f64();
    let output = std::fs::read_to_string(output)?;
    if !code.success() {
        let log = std::fs::read_to_string(log).unwrap_or_default();
        bail!(
            "{} {arguments:?} ended with {code}\n{output}\n{log}",
            program.display()
        );
    }
    Ok(Ended {
        started,
        started_at,
        seconds,
        cpu_seconds: children_cpu_seconds()? - before,
        peak_bytes,
        output,
    })
}

/// CPU time of all children that have ended.
fn children_cpu_seconds() -> anyhow::Result<f64> {
    cpu_seconds("self", [16, 17])
}

/// How many files a process may hold open, however it asks.
pub fn most_open_files() -> anyhow::Result<usize> {
    let text = std::fs::read_to_string("/proc/self/limits")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let hard = line.and_then(|line| line.split_whitespace().nth(1));
    hard.and_then(|hard| hard.replace("unlimited", "1000000").parse().ok())
        .context("/proc/self/limits tells nothing of open files")
}

/// CPU time of this process, in seconds.
pub fn own_cpu_seconds() -> anyhow::Result<f64> {
    cpu_seconds("self", [14, 15])
}

/// CPU time of a process and of its children, in seconds.
pub fn tree_cpu_seconds(process: u32) -> anyhow::Result<f64> {
    let mut sum = cpu_seconds(&process.to_string(), [14, 15])?;
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_process = name.bytes().all(|byte| byte.is_ascii_digit());
        // Other processes come and go while this looks.
        let is_child = is_process
            && std::fs::read_to_string(format!("/proc/{name}/stat"))
                .is_ok_and(|text| parent(&text) == Some(process));
        if is_child {
            sum += cpu_seconds(&name, [14, 15])?;
        }
    }
    Ok(sum)
}

/// The parent that `/proc/PID/stat` tells of.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// The sum of two fields of `/proc/PID/stat`, counted from 1 as in its manual.
fn cpu_seconds(process: &str, fields: [usize; 2]) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The second field is a name in brackets and may hold spaces; the third follows the last bracket.
    let rest = text
        .rsplit_once(") ")
        .with_context(|| format!("{path} is not what it was"))?
        .1;
    let values: Vec<&str> = rest.split(' ').collect();
    let mut ticks = 0;
    for field in fields {
        let value = values
            .get(field - 3)
            .and_then(|value| value.parse::<u64>().ok());
        ticks += value.with_context(|| format!("{path} has no field {field}"))?;
    }
    Ok(float(ticks) / TICKS_PER_SECOND)
}

/// A size from `/proc/PID/status`, in bytes.
fn status(process: u32, name: &str) -> anyhow::Result<u64> {
    let path = format!("/proc/{process}/status");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kib.with_context(|| format!("{path} has no {name}"))? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_watched_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let ended = run(Path::new("/bin/sh"), &["-c", "echo done; sleep 0.1"], &log).unwrap();
        assert_eq!(ended.output, "done\n");
        assert!(ended.seconds >= 0.1 && ended.peak_bytes > 0, "{ended:?}");
        let error = run(Path::new("/bin/sh"), &["-c", "echo why >&2; exit 3"], &log).unwrap_err();
        assert!(error.to_string().contains("why"), "{error}");
    }

    #[test]
    fn the_kernel_tells_of_a_daemon() {
        let folder = tempfile::tempdir().unwrap();
        let daemon =
            Daemon::start(Path::new("/bin/sleep"), &["60"], &folder.path().join("log")).unwrap();
        assert!(daemon.cpu_seconds().unwrap() < 10.0);
        assert!(status(daemon.id(), "VmHWM").unwrap() > 0);
        assert!(most_open_files().unwrap() > 100);
    }
}
