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
    let there = text.parse::<toml::Table>().ok();
    let source = there.as_ref().and_then(|table| table.get("source"));
    if source.and_then(|sources| sources.get(name)).is_some() {
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
    let folder = real.parent().unwrap_or(Path::new("/"));
    let program = match &proposal.program {
        Some(program) => Some(put_beside(folder, &proposal.program_name(), program)?),
        None => None,
    };
    let done = config::from_text(&text, path, folder)
        .map_err(ProbeError::from)
        .and_then(|_| replace(&real, folder, &text).map_err(failed));
    if let (Err(_), Some(program)) = (&done, program) {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(program);
    }
    done
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
