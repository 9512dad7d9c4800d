//! The demo's children end with it, however it ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use frontage_tests::shop::binary;

/// A guard whose child says its own id and then sleeps.
fn guard(script: &str) -> (Child, u32) {
    let mut guard = Command::new(binary("demo"))
        .args(["guard", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the demo was built");
    let mut line = String::new();
    let stdout = guard.stdout.take().expect("a pipe");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("the child says its id");
    (guard, line.trim().parse().expect("an id"))
}

fn is_there(id: u32) -> bool {
    // A process that has ended and was not waited for yet is there, but has no command line any more.
    std::fs::read(Path::new("/proc").join(id.to_string()).join("cmdline"))
        .is_ok_and(|line| !line.is_empty())
}

#[test]
fn a_child_ends_when_its_leash_is_let_go() {
    let (mut guard, child) = guard("echo $$; exec sleep 600");
    assert!(is_there(child));
    drop(guard.stdin.take());
    guard.wait().expect("the guard ends");
    assert!(!is_there(child));
}

#[test]
fn a_child_that_ends_by_itself_gives_its_exit_code() {
    let (mut guard, child) = guard("echo $$; exit 7");
    // `wait` would let go of the leash.
    let leash = guard.stdin.take();
    assert_eq!(guard.wait().expect("the guard ends").code(), Some(7));
    drop(leash);
    assert!(!is_there(child));
}
