//! The shipped configuration files are accepted by the programs that they configure.

use std::path::{Path, PathBuf};
use std::process::Command;

use frontage_tests::shop::binary;

#[test]
fn the_server_accepts_every_file_that_is_meant_for_it() {
    for file in ["config/server.toml", "config/demo/server.toml"] {
        let output = Command::new(binary("frontage-server"))
            .args(["config", "check", "--config"])
            .arg(root().join(file))
            .output()
            .expect("the server starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{file}: {said}");
    }
}

#[test]
fn ingest_accepts_every_file_that_is_meant_for_it() {
    // `next` reads the whole configuration, mappings included, and asks nobody for anything.
    for file in [
        "config/ingest.toml",
        "config/demo/ingest.toml",
        "config/demo/icecat/ingest.toml",
    ] {
        let folder = copy_with_own_folders(file);
        let output = Command::new(binary("frontage-ingest"))
            .args(["next", "--config"])
            .arg(folder.path().join("ingest.toml"))
            .output()
            .expect("ingest starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{file}: {said}");
    }
}

#[test]
fn a_misspelt_key_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (program, name, arguments) in [
        ("frontage-ingest", "ingest.toml", vec!["next"]),
        ("frontage-server", "server.toml", vec!["config", "check"]),
    ] {
        let path = folder.path().join(name);
        let text =
            std::fs::read_to_string(root().join("config/demo").join(name)).expect("a shipped file");
        std::fs::write(&path, format!("misspelt_key = 1\n{text}")).expect("a file of our own");
        let output = Command::new(binary(program))
            .args(arguments)
            .arg("--config")
            .arg(&path)
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{program}: {said}");
        assert!(said.contains("misspelt_key"), "{program}: {said}");
    }
}

/// The folder of a configuration file, copied, with a store and a state of its own.
fn copy_with_own_folders(file: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    let path = root().join(file);
    for entry in std::fs::read_dir(path.parent().expect("a folder"))
        .expect("a folder")
        .flatten()
    {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy");
        }
    }
    let text = std::fs::read_to_string(&path).expect("a shipped file");
    let text: String = text
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("store", _)) => "store = \"store\"\n".to_owned(),
            Some(("state", _)) => "state = \"state\"\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(copy.path().join("ingest.toml"), text).expect("a file of our own");
    copy
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace")
        .to_owned()
}
