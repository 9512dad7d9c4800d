//! Files that an ERP drops into a folder: which are read, when they count as the same, and what is waited for.

use super::back_end::{content, feed, fetch};
use crate::config::{self, Source};
use crate::fetch::*;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn source(folder: &Path, pattern: &str, keys: &str) -> Source {
    let text = format!(
        "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
         schedule = \"@daily\"\nurl = \"file://{}/{pattern}\"\nsettle_ms = 0\n{keys}",
        folder.display()
    );
    let config = config::from_text(&text, Path::new("test.toml"), Path::new("/"));
    config.unwrap().sources.remove(0)
}

/// Writes a file that changed so many seconds ago.
fn drop_file(folder: &Path, name: &str, text: &str, age: u64) {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    let now = file.metadata().unwrap().modified().unwrap();
    file.set_modified(now - Duration::from_secs(age)).unwrap();
}

#[tokio::test]
async fn all_the_last_or_the_newest_of_several_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    drop_file(folder.path(), "products-1.json", "[1]", 10);
    drop_file(folder.path(), "products-2.json", "[2]", 60);
    drop_file(folder.path(), "products-3.json", "[3]", 90);
    drop_file(folder.path(), "stock.json", "[9]", 5);
    fs::create_dir(folder.path().join("products-old.json")).unwrap();
    for (pick, wanted) in [
        ("", &["[1]", "[2]", "[3]"][..]),
        ("pick = \"last\"\n", &["[3]"]),
        ("pick = \"newest\"\n", &["[1]"]),
    ] {
        let spool = tempfile::tempdir().unwrap();
        let source = source(folder.path(), "products-*.json", pick);
        let read = feed(&source, None, spool.path()).await;
        assert_eq!(content(&read), wanted, "{pick}");
        assert_eq!(read.bytes, read.wire_bytes);
        let again = fetch(&source, Some(&read.validators), spool.path()).await;
        assert!(matches!(again.unwrap(), Fetched::Unchanged(_)), "{pick}");
    }
}

#[tokio::test]
async fn a_file_that_did_not_change_is_not_read_again_and_one_that_did_is() {
    let folder = tempfile::tempdir().unwrap();
    let spool = tempfile::tempdir().unwrap();
    drop_file(folder.path(), "a.json", "[1]", 100);
    drop_file(folder.path(), "b.json", "[2]", 100);
    let source = source(folder.path(), "*.json", "");
    let first = feed(&source, None, spool.path()).await;
    // The same length, and nearly the same time.
    drop_file(folder.path(), "b.json", "[3]", 99);
    let second = feed(&source, Some(&first.validators), spool.path()).await;
    assert_eq!(content(&second), ["[1]", "[3]"]);
    assert_eq!(second.reused, 1);
    // A file that is as young as the clock is coarse is read whatever its times say.
    drop_file(folder.path(), "b.json", "[4]", 0);
    let third = feed(&source, Some(&second.validators), spool.path()).await;
    assert_eq!(third.validators.pages[1].last_modified, None);
    fs::remove_file(folder.path().join("a.json")).unwrap();
    let fourth = feed(&source, Some(&third.validators), spool.path()).await;
    assert_eq!(content(&fourth), ["[4]"]);
}

#[tokio::test]
async fn a_file_that_is_still_written_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let spool = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "[1,").unwrap();
    let source = source(folder.path(), "a.json", "").clone();
    let mut patient = source.clone();
    if let Some(files) = &mut patient.request.files {
        files.settle = Duration::from_secs(3);
    }
    let writing = async {
        for piece in ["[1, 2", "[1, 2, 3", "[1, 2, 3]"] {
            tokio::time::sleep(Duration::from_millis(50)).await;
            fs::write(&path, piece).unwrap();
        }
    };
    let (read, ()) = tokio::join!(feed(&patient, None, spool.path()), writing);
    assert_eq!(content(&read), ["[1, 2, 3]"]);
}

#[tokio::test]
async fn a_folder_that_does_not_answer_ends_the_run_at_its_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let spool = tempfile::tempdir().unwrap();
    drop_file(folder.path(), "a.json", "[1]", 100);
    drop_file(folder.path(), "b.json", "[2]", 0);
    let keys = "deadline_ms = 4000\n";
    let mut source = source(folder.path(), "*.json", keys);
    if let Some(files) = &mut source.request.files {
        files.settle = Duration::from_millis(1500);
    }
    let client = Client::new().unwrap();
    let now = std::time::SystemTime::UNIX_EPOCH;
    // While the second file is waited for, a pipe that nobody writes to takes its place.
    let (pipe, second) = (folder.path().join("pipe"), folder.path().join("b.json"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let replace = |progress: Progress| {
        if progress.pages == 1 {
            fs::rename(&pipe, &second).unwrap();
        }
    };
    let read = all(&client, &source, None, spool.path(), now, &replace).await;
    let told = read.unwrap_err().to_string();
    let pattern = format!("{}/*.json", folder.path().display());
    assert_eq!(
        told,
        format!(
            "{pattern} was not read within 4s (deadline_ms); 1 files had been. If it is a network folder, does it answer?"
        )
    );
    // Nothing piles up behind it, and when it answers all goes on.
    let again = all(&client, &source, None, spool.path(), now, &|_| {}).await;
    let error = again.unwrap_err();
    assert!(matches!(error, FetchError::StillReading { .. }), "{error}");
    drop(fs::File::options().write(true).open(&second).unwrap());
    drop_file(folder.path(), "whole", "[3]", 100);
    fs::rename(folder.path().join("whole"), &second).unwrap();
    source.request.deadline = Duration::from_secs(60);
    loop {
        match all(&client, &source, None, spool.path(), now, &|_| {}).await {
            Err(FetchError::StillReading { .. }) => tokio::task::yield_now().await,
            read => {
                let Fetched::Feed(feed) = read.unwrap() else {
                    panic!("expected a feed")
                };
                assert_eq!(content(&feed), ["[1]", "[3]"]);
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_or_too_large_is_a_named_error() {
    let folder = tempfile::tempdir().unwrap();
    let spool = tempfile::tempdir().unwrap();
    let missing = source(folder.path(), "products-*.csv", "");
    let error = fetch(&missing, None, spool.path()).await.unwrap_err();
    let told = format!(
        "{}/products-*.csv: no file is there",
        folder.path().display()
    );
    assert_eq!(error.to_string(), told);
    assert!(!error.is_passing());

    drop_file(folder.path(), "a.json", "[1, 2, 3]", 60);
    for (keys, told) in [
        (
            "max_page_bytes = 5\n",
            "a.json is larger than 5 bytes (max_page_bytes)",
        ),
        (
            "max_run_bytes = 5\n",
            "a.json are larger than 5 bytes (max_run_bytes)",
        ),
    ] {
        let source = source(folder.path(), "a.json", keys);
        let error = fetch(&source, None, spool.path()).await.unwrap_err();
        assert!(error.to_string().ends_with(told), "{error}");
    }
    drop_file(folder.path(), "b.json", "[1, 2, 3]", 60);
    let source = source(folder.path(), "*.json", "max_pages = 1\n");
    let error = fetch(&source, None, spool.path()).await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooManyPages { max_pages: 1 }),
        "{error}"
    );
    let left = fs::read_dir(spool.path()).unwrap();
    let is_part = |path: &Path| path.extension().is_some_and(|end| end == "part");
    assert!(
        !left
            .into_iter()
            .any(|entry| is_part(&entry.unwrap().path()))
    );
}

#[test]
fn what_means_nothing_for_files_is_refused() {
    let text = "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
         schedule = \"@daily\"\nurl = \"file:///srv/a.csv?b\"\nnext = \"link\"\npick = \"first\"\nauth = { kind = \"bearer\", token = \"t\" }\n";
    let error = config::from_text(text, Path::new("test.toml"), Path::new("/")).unwrap_err();
    let told = error.to_string();
    for wanted in [
        "source.x.url: expected a path from the root",
        "source.x.next: has no meaning for files",
        "source.x.auth: has no meaning for files",
        "source.x.pick: expected \"all\" or \"last\" or \"newest\"",
    ] {
        assert!(told.contains(wanted), "{told}");
    }
}
