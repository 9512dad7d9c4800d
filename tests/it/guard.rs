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

/// Whether the process runs; one that has ended and was not waited for yet is a zombie and does not.
fn is_there(id: u32) -> bool {
    let stat = Path::new("/proc").join(id.to_string()).join("stat");
    let stat = std::fs::read_to_string(stat).unwrap_or_default();
    // The state follows the name, which stands in parentheses and may hold some itself.
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
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
