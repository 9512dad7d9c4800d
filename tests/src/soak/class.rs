//! Who goes before whom on this machine, for those who are elsewhere in reality: they take no core from a server that way,
//! and a server takes none from them.

use std::process::{Command, Stdio};

use anyhow::Context as _;

/// How threads compete for cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// They run where nobody else wants a core.
    Leftover,
    /// They run whenever they can, as on a machine of their own. This takes rights that not everybody has.
    Own,
    /// The same, and before those.
    Watch,
}

/// Puts the calling thread into a class, and those that it starts from now on.
///
/// # Errors
/// `chrt`, of util-linux, is not there, or the system does not allow it.
pub(super) fn enter(class: Class) -> anyhow::Result<()> {
    put(class, &own_thread()?)
}

/// Puts the threads of this process that have a name which begins so into a class.
///
/// # Errors
/// There is none that could be put into it; one that has ended meanwhile needs none.
pub(super) fn put_all(class: Class, name: &str) -> anyhow::Result<()> {
    let own = threads(std::process::id())?.into_iter();
    let meant = own.filter(|(_, other)| other.starts_with(name));
    let put = meant.filter(|(thread, _)| put(class, thread).is_ok());
    anyhow::ensure!(
        put.count() > 0,
        "no thread `{name}` could be put into {class:?}"
    );
    Ok(())
}

/// Keeps the calling thread on one core.
///
/// # Errors
/// `taskset`, of util-linux, is not there, or there is no such core.
pub(super) fn pin(core: usize) -> anyhow::Result<()> {
    let core = core.to_string();
    run(Command::new("taskset").args(["--cpu-list", "--pid", &core, &own_thread()?]))
}

/// How long the threads of a process whose names do not begin like `but` could run and had no core, in nanoseconds: the second
/// number of `schedstat`, as the kernel's documentation of scheduler statistics has it. While a virtual core is stopped, who
/// waits for it goes on waiting.
///
/// # Errors
/// There is no such process.
pub(super) fn waited_for_a_core(process: u32, but: &str) -> anyhow::Result<u64> {
    let all = threads(process)?.into_iter();
    let meant = all.filter(|(_, name)| !name.starts_with(but));
    let waits = meant.filter_map(|(thread, _)| {
        let path = format!("/proc/{process}/task/{thread}/schedstat");
        let text = std::fs::read_to_string(path).ok()?;
        text.split(' ').nth(1)?.parse::<u64>().ok()
    });
    Ok(waits.sum())
}

fn put(class: Class, thread: &str) -> anyhow::Result<()> {
    let class = match class {
        Class::Leftover => ["--idle", "--pid", "0"],
        Class::Own => ["--fifo", "--pid", "1"],
        Class::Watch => ["--fifo", "--pid", "2"],
    };
    run(Command::new("chrt").args(class).arg(thread))
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    let status = quiet
        .status()
        .with_context(|| format!("{command:?} cannot be started"))?;
    anyhow::ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

fn own_thread() -> anyhow::Result<String> {
    let own = std::fs::read_link("/proc/thread-self")?;
    let own = own.file_name().context("a thread has a number")?;
    Ok(own.to_string_lossy().into_owned())
}

/// The threads of a process: their numbers and names.
fn threads(process: u32) -> anyhow::Result<Vec<(String, String)>> {
    let folder = std::fs::read_dir(format!("/proc/{process}/task"))?;
    let threads = folder.flatten().filter_map(|entry| {
        let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
        let number = entry.file_name().to_string_lossy().into_owned();
        Some((number, name.trim_end().to_owned()))
    });
    Ok(threads.collect())
}
