//! Child processes that never outlive the one that started them, without a line of unsafe code.
//!
//! Each daemon runs under a guard, a copy of this program that holds the other end of a pipe: when the pipe closes,
//! because the demo ends or is killed, the guard asks the daemon to stop and, after a while, makes it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// The first argument that makes this program a guard.
pub const GUARD: &str = "guard";

/// How long a daemon may take to stop after it was asked to.
const GRACE: Duration = Duration::from_secs(12);

/// How many of its last lines are remembered for the case that it dies.
const LAST_LINES: usize = 20;

/// A daemon under guard.
#[derive(Debug)]
pub struct Guarded {
    /// What it is called.
    pub name: &'static str,
    guard: Child,
    /// Open as long as the daemon is to run; apart from `guard`, whose `wait` would close it.
    leash: Option<ChildStdin>,
    last_lines: Arc<Mutex<VecDeque<String>>>,
}

impl Guarded {
    /// Starts a daemon. Every line that it prints goes to a log file and to `on_line`.
    pub async fn start(
        name: &'static str,
        program: &Path,
        arguments: &[&str],
        log: &Path,
        on_line: impl Fn(&'static str, &str) + Send + Clone + 'static,
    ) -> anyhow::Result<Self> {
        let mut guard =
            Command::new(std::env::current_exe().context("this program's own path is unknown")?)
                .arg(GUARD)
                .arg(program)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                // A group of its own: Ctrl-C reaches the demo alone, and the demo stops its children in order.
                .process_group(0)
                .spawn()
                .with_context(|| format!("cannot start {}", program.display()))?;
        let file = tokio::fs::File::create(log)
            .await
            .with_context(|| format!("cannot write {}", log.display()))?;
        let file = Arc::new(tokio::sync::Mutex::new(file));
        let last_lines: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let outputs: [Option<Box<dyn AsyncRead + Send + Unpin>>; 2] = [
            guard.stdout.take().map(|out| Box::new(out) as _),
            guard.stderr.take().map(|out| Box::new(out) as _),
        ];
        for output in outputs.into_iter().flatten() {
            let (file, last_lines, on_line) =
                (Arc::clone(&file), Arc::clone(&last_lines), on_line.clone());
            tokio::spawn(async move {
                let mut lines = BufReader::new(output).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    // The log is a convenience; a full disk must not stop the demo.
                    let _ = file
                        .lock()
                        .await
                        .write_all(format!("{line}\n").as_bytes())
                        .await;
                    on_line(name, &line);
                    let mut last_lines = last_lines.lock().unwrap_or_else(PoisonError::into_inner);
                    if last_lines.len() == LAST_LINES {
                        last_lines.pop_front();
                    }
                    last_lines.push_back(line);
                }
            });
        }
        let leash = guard.stdin.take();
        Ok(Self {
            name,
            guard,
            leash,
            last_lines,
        })
    }

    /// Waits for the daemon to end by itself, which it should not, and says what it said last.
    pub async fn died(&mut self) -> String {
        let status = self.guard.wait().await;
        let status = status.map_or_else(
            |error| error.to_string(),
            |status: ExitStatus| status.to_string(),
        );
        // The last lines are read by another task; give it a moment to see the end of the pipe.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let last_lines = self
            .last_lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let said: String = last_lines
            .iter()
            .map(|line| format!("\n    {line}"))
            .collect();
        format!("{} ended by itself ({status}); it said:{said}", self.name)
    }

    /// Asks the daemon to stop and waits until it has.
    pub async fn stop(mut self) {
        drop(self.leash.take());
        let ended = tokio::time::timeout(GRACE + Duration::from_secs(3), self.guard.wait()).await;
        if ended.is_err() {
            // The guard itself hangs, which nothing in it should; what it guards is beyond reach.
            let _ = self.guard.kill().await;
        }
    }
}

/// What a guard does: runs a program until it ends or standard input closes. Gives the program's exit code.
pub async fn guard(mut arguments: impl Iterator<Item = OsString>) -> anyhow::Result<u8> {
    let program = PathBuf::from(arguments.next().context("a guard needs a program to run")?);
    let mut child = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let ended = tokio::select! {
        status = child.wait() => Some(status?),
        () = stdin_closes() => None,
    };
    let status = match ended {
        Some(status) => status,
        None => stop(&mut child).await?,
    };
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

async fn stop(child: &mut Child) -> anyhow::Result<ExitStatus> {
    if let Some(id) = child.id() {
        terminate(id).await;
    }
    match tokio::time::timeout(GRACE, child.wait()).await {
        Ok(status) => Ok(status?),
        Err(_) => {
            child.start_kill()?;
            Ok(child.wait().await?)
        }
    }
}

/// Sends SIGTERM to a process of ours.
pub async fn terminate(id: u32) {
    // The shell's own `kill` is on every system; a failure means that the process is gone already.
    let _ = Command::new("sh")
        .args(["-c", &format!("kill -TERM {id}")])
        .stderr(Stdio::null())
        .status()
        .await;
}

/// Ends when standard input does: a read on a thread of its own, which the process does not wait for.
pub async fn stdin_closes() {
    let (closed, closes) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        // A failed read means the same as the end: nobody is there any more.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        closed.send(())
    });
    let _ = closes.await;
}
