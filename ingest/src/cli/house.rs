//! Several shops: which one a command is about, and running or checking all of them.

use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Arguments, CliError, load, write_out};
use crate::house;

/// The configuration that a command is about: the one that was named, or that of the shop that was.
pub(super) fn config(arguments: &Arguments) -> Result<PathBuf, CliError> {
    let Some(folder) = house::folder(&arguments.config) else {
        return Ok(arguments.config.clone());
    };
    let mut files = house::files(&folder)?;
    let known = files.keys().cloned().collect::<Vec<_>>().join(", ");
    let wanted = arguments.shop.as_ref();
    wanted
        .and_then(|shop| files.remove(shop))
        .ok_or(CliError::WhichShop {
            wanted: wanted.cloned().unwrap_or_default(),
            known,
        })
}

/// Runs every shop of a folder, a process each.
pub(super) async fn run(arguments: &Arguments, folder: &Path) -> Result<u8, CliError> {
    let given: &[&str] = if arguments.json { &["--json"] } else { &[] };
    house::run(folder, sound, given).await?;
    Ok(0)
}

/// Reads a shop's file, or every shop's, and tells of all that cannot be used.
pub(super) fn check(arguments: &Arguments) -> Result<u8, CliError> {
    let files = match (&arguments.shop, house::folder(&arguments.config)) {
        (None, Some(folder)) => house::files(&folder)?.into_values().collect(),
        _ => vec![config(arguments)?],
    };
    let mut problems = Vec::new();
    for path in files {
        match load(&path) {
            Ok(_) => write_out(&format!("{} is sound\n", path.display()))?,
            Err(problem) => problems.push(problem),
        }
    }
    match problems.len() {
        0 => Ok(0),
        1 => Err(problems.remove(0)),
        _ => Err(CliError::Shops(problems)),
    }
}

fn sound(path: &Path) -> Result<(), String> {
    load(path).map(drop).map_err(|error| error.to_string())
}

/// Holds this process to so many bytes of memory of its own, mapped files aside. Who wants more ends.
pub(super) fn limit_memory(bytes: u64) -> Result<(), CliError> {
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    let limited = setrlimit(Resource::Data, limit);
    limited.map_err(|error| CliError::Start(error.into()))
}
