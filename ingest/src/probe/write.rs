//! Puts a proposed source at the end of a configuration, and its program beside it: every byte that was there stays.

use super::{ProbeError, Proposal};
use crate::config;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Writes it atomically, if the whole passes the checks of a configuration.
///
/// # Errors
/// The configuration has a source of this name, is wrong, or cannot be written.
pub fn write(proposal: &Proposal, path: &Path) -> Result<(), ProbeError> {
    let failed = |source| ProbeError::Write {
        path: path.to_owned(),
        source,
    };
    let real = std::fs::canonicalize(path).map_err(failed)?;
    let mut text = std::fs::read_to_string(&real).map_err(failed)?;
    let name = &proposal.name;
    let unsound = |problem: String| ProbeError::Unsound {
        path: path.to_owned(),
        problem,
    };
    // With a text that does not end, what comes behind it would be taken for a part of it, or would end it.
    let there = text.parse::<toml::Table>();
    let there = there.map_err(|error| unsound(format!("it is no TOML already: {error}")))?;
    if has_source(&there, name) {
        return Err(ProbeError::Exists {
            path: path.to_owned(),
            name: name.clone(),
        });
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&proposal.table);
    check_added(&there, &text, proposal).map_err(unsound)?;
    let folder = real.parent().unwrap_or(Path::new("/"));
    let program = match &proposal.program {
        Some(program) => Some(put_beside(folder, &proposal.program_name(), program)?),
        None => None,
    };
    let done = config::from_text(&text, path, folder)
        .map_err(|error| unsound(format!("with source `{name}` it would be wrong: {error}")))
        .and_then(|_| replace(&real, folder, &text).map_err(failed));
    if let (Err(_), Some(program)) = (&done, program) {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(program);
    }
    done
}

fn has_source(table: &toml::Table, name: &str) -> bool {
    let sources = table.get("source");
    sources.and_then(|sources| sources.get(name)).is_some()
}

/// The new configuration has to say what the old one says, and the proposed source, and nothing else.
fn check_added(before: &toml::Table, text: &str, proposal: &Proposal) -> Result<(), String> {
    let name = &proposal.name;
    let broken =
        |error: toml::de::Error| format!("with source `{name}` it would be no TOML: {error}");
    let mut after = text.parse::<toml::Table>().map_err(broken)?;
    let mut added = proposal.table.parse::<toml::Table>().map_err(broken)?;
    let take = |table: &mut toml::Table| {
        let sources = table.get_mut("source").and_then(toml::Value::as_table_mut);
        sources.and_then(|sources| sources.remove(name))
    };
    let (is_there, wanted) = (take(&mut after), take(&mut added));
    // The first source makes the table that it stands in.
    let sources = after.get("source").and_then(toml::Value::as_table);
    if !before.contains_key("source") && sources.is_some_and(toml::Table::is_empty) {
        after.remove("source");
    }
    match wanted.is_some() && is_there == wanted && after == *before {
        true => Ok(()),
        false => Err(format!("source `{name}` would not stand in it by itself")),
    }
}

/// A new file with the program that the configuration is going to name.
fn put_beside(folder: &Path, name: &str, program: &str) -> Result<PathBuf, ProbeError> {
    let path = folder.join(name);
    let written = std::fs::File::create_new(&path).and_then(|mut file| {
        file.write_all(program.as_bytes())?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(ProbeError::FileExists { path })
        }
        Err(source) => Err(ProbeError::Write { path, source }),
    }
}

fn replace(real: &Path, folder: &Path, text: &str) -> std::io::Result<()> {
    let permissions = std::fs::metadata(real)?.permissions();
    let mut new_name = real.file_name().unwrap_or_default().to_owned();
    new_name.push(format!(".{}.new", std::process::id()));
    let new = folder.join(new_name);
    let written = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(&new)?;
        // A configuration may hold secrets: nobody else reads the new one either, not even for a moment.
        file.set_permissions(permissions)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, real)
    };
    written().inspect_err(|_| {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&new);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\" # no line end";

    fn proposal(table: &str) -> Proposal {
        Proposal {
            name: "new".to_owned(),
            format: "json",
            records: String::new(),
            count: 1,
            preset: None,
            table: table.to_owned(),
            program: None,
            unsure: Vec::new(),
            documents: Vec::new(),
            tried: 0,
            passed: 0,
            refused: 0,
            refusals: Vec::new(),
        }
    }

    /// What writing says, and what stands in the file then.
    fn written(before: &str, table: &str) -> (Result<(), String>, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ingest.toml");
        std::fs::write(&path, before).unwrap();
        let done = write(&proposal(table), &path).map_err(|error| error.to_string());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        (done, std::fs::read_to_string(&path).unwrap())
    }

    #[test]
    fn a_configuration_that_would_become_unsound_is_left_as_it_is() {
        let table = "[source.new]\nprovides = \"catalog\"\nurl = \"http://127.0.0.1/\"\nschedule = \"@daily\"\nformat = \"json\"\n\n[source.new.map]\n\
                     type = '''\n\"product\"'''\nid = \".id\"\n";
        let (done, text) = written(SHOP, table);
        assert_eq!(done, Ok(()));
        assert_eq!(text, format!("{SHOP}\n\n{table}"));
        let other = table.replace("new", "other");
        for (before, table, told) in [
            // What the proposal says would end the open text.
            (
                format!("{SHOP}\nx = '''\n"),
                table,
                "was left as it is: it is no TOML already",
            ),
            (
                format!("source = {{ a = {{}} }}\n{SHOP}\n"),
                table,
                "with source `new` it would be no TOML",
            ),
            (
                "store = \"s\"\n".to_owned(),
                table,
                "with source `new` it would be wrong",
            ),
            (SHOP.to_owned(), &other, "would not stand in it by itself"),
            (
                SHOP.to_owned(),
                &format!("{table}[shop.more]\nx = 1\n"),
                "would not stand in it by itself",
            ),
        ] {
            let (done, text) = written(&before, table);
            let error = done.unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
            assert_eq!(text, before);
        }
    }
}
