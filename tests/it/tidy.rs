//! The house rules that a machine can check.
//!
//! A rule that is broken here is broken by a file that a person can name, so every failure lists files and lines.

use std::path::{Path, PathBuf};

use toml::Table;

const MAX_FILE_LINES: usize = 600;
const MAX_FUNCTION_LINES: usize = 70;
const PACKAGES: [&str; 5] = ["shared", "ingest", "server", "tests", "packaging/sbom"];

#[test]
fn no_file_and_no_function_is_too_long() {
    let mut broken = Vec::new();
    for (path, text) in rust_files() {
        let lines = text.lines().count();
        if lines > MAX_FILE_LINES {
            broken.push(format!("{path}: {lines} lines"));
        }
        broken.extend(
            functions(&text)
                .into_iter()
                .filter(|function| function.lines > MAX_FUNCTION_LINES)
                .map(|function| {
                    format!(
                        "{path}:{}: {} has {} lines",
                        function.line, function.name, function.lines
                    )
                }),
        );
    }
    expect_none("too long", &broken);
}

#[test]
fn every_file_says_what_it_is_for() {
    let broken: Vec<String> = rust_files()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    expect_none("without a //! header", &broken);
}

#[test]
fn there_is_exactly_one_unsafe() {
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        found.extend(
            code_lines(&text)
                .filter(|(_, line)| is_unsafe(line))
                .map(|(number, _)| format!("{path}:{number}")),
        );
    }
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("shared/src/snapshot/mapped.rs:"),
        "{found:?}"
    );
}

#[test]
fn packages_depend_in_one_direction() {
    let ingest_only = [
        "reqwest",
        "jsonschema",
        "cron",
        "jaq-core",
        "jaq-std",
        "jaq-json",
        "ammonia",
    ];
    // Both daemons take connections and render pages; what both share does neither.
    let daemons_only = ["hyper", "hyper-util", "sailfish"];
    let server_only = ["arc-swap"];
    let mut broken = Vec::new();
    for (package, forbidden) in [
        (
            "shared",
            [
                &ingest_only[..],
                &server_only,
                &daemons_only,
                &["frontage-ingest", "frontage-server", "frontage-tests"],
            ]
            .concat(),
        ),
        (
            "ingest",
            [&server_only[..], &["frontage-server", "frontage-tests"]].concat(),
        ),
        (
            "server",
            [&ingest_only[..], &["frontage-ingest", "frontage-tests"]].concat(),
        ),
    ] {
        let manifest = manifest(package);
        let dependencies = manifest["dependencies"]
            .as_table()
            .expect("a table of dependencies");
        broken.extend(
            forbidden
                .iter()
                .filter(|name| dependencies.contains_key(**name))
                .map(|name| format!("{package} -> {name}")),
        );
    }
    expect_none("dependencies in the wrong direction", &broken);
}

#[test]
fn packages_share_lints_and_have_no_features() {
    for package in PACKAGES {
        let manifest = manifest(package);
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{package}"
        );
        assert!(!manifest.contains_key("features"), "{package}");
    }
}

#[test]
fn lints_are_expected_and_never_allowed() {
    let mut broken = Vec::new();
    let attribute = ["#[", "allow("].concat();
    let inner = ["#![", "allow("].concat();
    for (path, text) in rust_files() {
        let lines = code_lines(&text)
            .filter(|(_, line)| line.contains(&attribute) || line.contains(&inner));
        broken.extend(lines.map(|(number, _)| format!("{path}:{number}")));
    }
    expect_none("lints allowed instead of expected with a reason", &broken);
}

#[test]
fn nothing_is_left_to_do_later() {
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
        ["..", ".?"].concat(),
    ];
    let mut broken = Vec::new();
    for (path, text) in text_files() {
        for (number, line) in (1..).zip(text.lines()) {
            let whole = |word: &String| {
                line.split(|character: char| !character.is_ascii_alphabetic())
                    .any(|part| part == word)
            };
            if words[..3].iter().any(whole)
                || (line.trim_start().starts_with("//") && line.contains(&words[3]))
            {
                broken.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    // The currency of no currency is a word in its own right.
    broken.retain(|line| !line.contains("shared/src/model/money.rs") && !line.contains("ISO 4217"));
    expect_none("left to do", &broken);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let words = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["crates", ".io"].concat(),
        ["docs", ".rs/"].concat(),
        ["npm", "js."].concat(),
    ];
    let mut broken = Vec::new();
    for (path, text) in text_files() {
        for (number, line) in (1..).zip(text.lines()) {
            if words.iter().any(|word| line.contains(word.as_str())) {
                broken.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    expect_none("paths of a machine or hosts of a registry", &broken);
}

#[test]
fn the_heart_of_each_daemon_fits_a_screen() {
    for (path, name) in [
        ("ingest/src/cycle.rs", "run"),
        ("server/src/handle.rs", "handle"),
    ] {
        let text = std::fs::read_to_string(root().join(path)).expect(path);
        let heart = functions(&text)
            .into_iter()
            .find(|function| function.name == name);
        let heart = heart.unwrap_or_else(|| panic!("{path} has no function `{name}`"));
        assert!(
            heart.lines <= 50,
            "{path}: `{name}` has {} lines",
            heart.lines
        );
    }
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// All functions with a body, told by the indentation that rustfmt gives them.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indentation = &line[..line.len() - line.trim_start().len()];
        let ends = |line: &&str| {
            line.strip_prefix(indentation)
                .is_some_and(|rest| rest == "}" || rest.starts_with("} "))
        };
        let declared_only = lines[start..]
            .iter()
            .find(|line| line.ends_with(['{', ';', '}']));
        if declared_only.is_none_or(|line| !line.ends_with('{')) {
            continue;
        }
        let Some(length) = lines[start + 1..].iter().position(ends) else {
            continue;
        };
        found.push(Function {
            name: name.to_owned(),
            line: start + 1,
            lines: length + 2,
        });
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in [
        "pub(crate) ",
        "pub(super) ",
        "pub ",
        "const ",
        "async ",
        "extern \"C\" ",
    ] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

/// Numbered lines without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.split("//").next().unwrap_or(line)))
}

fn is_unsafe(line: &str) -> bool {
    let keyword = ["un", "safe "].concat();
    line.split(&keyword).skip(1).any(|rest| {
        ["{", "fn ", "impl ", "extern ", "trait "]
            .iter()
            .any(|next| rest.starts_with(next))
    })
}

fn manifest(package: &str) -> Table {
    let path = root().join(package).join("Cargo.toml");
    std::fs::read_to_string(&path)
        .expect("a manifest")
        .parse()
        .expect("a manifest in TOML")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the workspace")
        .to_owned()
}

fn rust_files() -> Vec<(String, String)> {
    let all = files(&["rs"]);
    assert!(all.len() > 50, "only {} files were found", all.len());
    all
}

fn text_files() -> Vec<(String, String)> {
    files(&[
        "rs", "toml", "md", "json", "jq", "stpl", "css", "js", "html", "svg", "run", "Makefile",
        "service",
    ])
}

/// Files of the project with these endings, by their path from its root; `Cargo.lock` and what is built are left out.
fn files(endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | "corpus" | "artifacts") {
                    folders.push(path);
                }
            } else if endings
                .iter()
                .any(|ending| name == *ending || name.ends_with(&format!(".{ending}")))
            {
                let relative = path
                    .strip_prefix(root())
                    .expect("below the root")
                    .display()
                    .to_string();
                found.extend(
                    std::fs::read_to_string(&path)
                        .ok()
                        .map(|text| (relative, text)),
                );
            }
        }
    }
    found.sort();
    found
}

#[track_caller]
fn expect_none(what: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{what}:\n  {}", broken.join("\n  "));
}
