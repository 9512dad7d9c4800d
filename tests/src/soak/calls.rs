//! kill -9 and failures at the system calls of a cycle, one by one, where strace may attach.
//!
//! strace counts the calls of each thread apart, and which thread does what changes from run to run. So a first run
//! lists the calls, and each later one aims at one kind of call on one path, from the same state on disk: what it
//! hits is known, whichever thread it is in.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::kills::Rig;
use super::{Outcome, stamped};

/// Calls that change what is on the disk.
const CALLS: &str = "openat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,\
                     mkdir,mkdirat,rmdir,ftruncate,fallocate,copy_file_range";
/// What a cycle changes.
const FOLDERS: [&str; 2] = ["store", "ingest"];

/// How often a call is aimed at: which thread makes it changes, and with it how many of its kind the thread made before.
const TRIES: u32 = 3;

/// A call of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Call {
    name: String,
    path: String,
    /// The how manieth of its kind, on its path, in its thread.
    count: u32,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    /// The process is killed on entering it.
    Kill,
    /// It fails with this error.
    Fail(&'static str),
}

/// Kills a cycle at so many of its system calls, spread evenly; at all of them if there are no more.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_kills_at_calls(most: u64) -> anyhow::Result<Outcome> {
    harm_calls(6, "killed", most, &[Harm::Kill])
}

/// Lets so many of a cycle's system calls fail, spread evenly, for want of space and for a broken disk by turns.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_failing_calls(most: u64) -> anyhow::Result<Outcome> {
    harm_calls(
        8,
        "failing",
        most,
        &[Harm::Fail("ENOSPC"), Harm::Fail("EIO")],
    )
}

fn harm_calls(promise: u32, word: &str, most: u64, harms: &[Harm]) -> anyhow::Result<Outcome> {
    if !may_trace() {
        // A missing figure is a failing figure.
        let mut outcome = Outcome::of_findings(
            promise,
            format!("shops lost, {word} at system calls"),
            Vec::new(),
        );
        outcome.pass = false;
        outcome.details = vec!["strace cannot attach here".to_owned()];
        return Ok(outcome);
    }
    super::runtime()?.block_on(async {
        let mut rig = Rig::open().await?;
        rig.send_next();
        let start = rig.last;
        save(&rig)?;
        let all = list(&rig).await?;
        let step = all.len().div_ceil(usize::try_from(most.max(1))?).max(1);
        let (mut hit, mut findings) = (0, Vec::new());
        for (call, &harm) in all.iter().step_by(step).zip(harms.iter().cycle()) {
            for _ in 0..TRIES {
                restore(&rig)?;
                rig.last = start;
                let (was_hit, lie) = run_harmed(&rig, call, harm).await?;
                let found = lie.into_iter().chain(judge(&mut rig).await?);
                findings.extend(found.map(|finding| format!("{harm:?} {call:?}: {finding}")));
                if was_hit {
                    hit += 1;
                    break;
                }
            }
        }
        let name = format!(
            "shops lost, {hit} cycles {word} at one of the {} system calls that change the disk",
            all.len()
        );
        // Some calls move between threads every time, and then a later one of their kind is not reached.
        if hit * 4 < all.len().div_ceil(step) * 3 {
            findings.push(format!("only {hit} calls were hit"));
        }
        Ok(Outcome::of_findings(promise, name, findings))
    })
}

/// Whether strace is there and may attach.
pub fn may_trace() -> bool {
    let tried = std::process::Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .output();
    tried.is_ok_and(|output| output.status.success())
}

/// A server that starts on what the kill left serves a whole shop, and the next cycle goes on.
async fn judge(rig: &mut Rig) -> anyhow::Result<Vec<String>> {
    rig.restart_server(true).await?;
    let mut findings = rig.look().await;
    findings.extend(rig.go_on().await);
    Ok(findings)
}

/// The calls of a whole cycle that touch what it changes.
async fn list(rig: &Rig) -> anyhow::Result<Vec<Call>> {
    let log = rig.shop.folder().join("calls");
    let trace = format!("trace={CALLS}");
    let log_name = log.display().to_string();
    let strace = [
        "strace", "-f", "-y", "-qq", "-s", "0", "-o", &log_name, "-e", &trace,
    ];
    let status = rig.cycle(&strace).status().await?;
    if !status.success() {
        bail!("the cycle fails under strace: {status}");
    }
    let text = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
    let folders = FOLDERS.map(|folder| rig.shop.folder().join(folder).display().to_string());
    let (mut counts, mut seen) = (HashMap::new(), HashSet::new());
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, name, path)) = parse(line, &folders) else {
            continue;
        };
        let count = counts
            .entry((thread.to_owned(), name.to_owned(), path.clone()))
            .or_insert(0);
        *count += 1;
        let call = Call {
            name: name.to_owned(),
            path,
            count: *count,
        };
        if seen.insert(call.clone()) {
            calls.push(call);
        }
    }
    if calls.len() < 20 {
        bail!("a cycle of only {} calls: {text}", calls.len());
    }
    Ok(calls)
}

/// `12 rename("/a", "/b") = 0` and `12 write(9</a>, ""..., 3) = 3`: thread, name, first path in one of the folders.
fn parse<'a>(line: &'a str, folders: &[String]) -> Option<(&'a str, &'a str, String)> {
    let (thread, rest) = line.split_once(' ')?;
    let (name, arguments) = rest.trim_start().split_once('(')?;
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    // Opening to read changes nothing.
    if name == "openat" && arguments.contains("O_RDONLY") {
        return None;
    }
    let at = folders
        .iter()
        .filter_map(|folder| arguments.find(folder.as_str()))
        .min()?;
    let path = arguments[at..].split(['"', '>']).next()?;
    Some((thread, name, path.to_owned()))
}

/// Runs a cycle that is harmed at the call; says whether the call came, and what the cycle then said that is not true.
async fn run_harmed(rig: &Rig, call: &Call, harm: Harm) -> anyhow::Result<(bool, Option<String>)> {
    let Call { name, path, count } = call;
    let log = rig.shop.folder().join("harmed").display().to_string();
    let harm = match harm {
        Harm::Kill => "signal=KILL".to_owned(),
        Harm::Fail(error) => format!("error={error}"),
    };
    let (trace, inject) = (
        format!("trace={name}"),
        format!("inject={name}:{harm}:when={count}"),
    );
    let strace = [
        "strace", "-f", "-qq", "-o", &log, "-P", path, "-e", &trace, "-e", &inject,
    ];
    let output = rig.cycle(&strace).stdout(Stdio::piped()).output();
    let output = tokio::time::timeout(Duration::from_secs(60), output).await;
    let output = output.context("a cycle under strace never ends")??;
    let was_hit = output.status.code().is_none_or(|code| code > 128)
        || std::fs::read_to_string(&log)?.contains("(INJECTED)");
    let says_published = String::from_utf8_lossy(&output.stdout).contains("published generation");
    let holds = stamped::whole(&rig.store).await.map(|(_, feed)| feed);
    let lie = (says_published || output.status.success()) && holds != Ok(rig.feed);
    let lie = lie.then(|| {
        format!(
            "it ended with {} and the store holds feed {holds:?}",
            output.status
        )
    });
    Ok((was_hit, lie))
}

fn save(rig: &Rig) -> anyhow::Result<()> {
    let folder = rig.shop.folder();
    for name in FOLDERS {
        copy(&folder.join(name), &folder.join("saved").join(name))?;
    }
    Ok(())
}

fn restore(rig: &Rig) -> anyhow::Result<()> {
    let folder = rig.shop.folder();
    for name in FOLDERS {
        std::fs::remove_dir_all(folder.join(name))?;
        copy(&folder.join("saved").join(name), &folder.join(name))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_strace_are_understood() {
        let folders = ["/x/store".to_owned(), "/x/ingest".to_owned()];
        let parsed =
            |line| parse(line, &folders).map(|(thread, name, path)| (thread, name, path.clone()));
        let rename = r#"12 rename("/x/ingest/a.part", "/x/store/b") = 0"#;
        assert_eq!(
            parsed(rename),
            Some(("12", "rename", "/x/ingest/a.part".to_owned()))
        );
        let write = r#"7  write(9</x/store/HEAD#1>, ""..., 90 <unfinished ...>"#;
        assert_eq!(
            parsed(write),
            Some(("7", "write", "/x/store/HEAD#1".to_owned()))
        );
        for other in [
            "7  <... write resumed>) = 90",
            r#"7 openat(AT_FDCWD, "/x/store/HEAD", O_RDONLY|O_CLOEXEC) = 9</x/store/HEAD>"#,
            r#"7 write(1</dev/null>, ""..., 3) = 3"#,
            "7 +++ exited with 0 +++",
        ] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }
}
