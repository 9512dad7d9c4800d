//! What comes with a command line: completions for shells, pages of the manual, and what it was built of.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::Command;
pub use clap_complete::Shell;
use clap_mangen::Man;

use crate::snapshot::layout;

/// Daemons and the tools of administrators.
const SECTION: &str = "8";

/// The version, and what tells one build of it from another.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(described);
    &VERSION
}

fn described() -> String {
    format!(
        "{}\ntarget    {}\ncompiler  {}\nprofile   {}\nsnapshot  {}.{}, reads {}.0 to {}.{}",
        env!("CARGO_PKG_VERSION"),
        env!("FRONTAGE_TARGET"),
        env!("FRONTAGE_COMPILER"),
        env!("FRONTAGE_PROFILE"),
        layout::MAJOR,
        layout::MINOR,
        layout::MAJOR,
        layout::MAJOR,
        layout::MINOR,
    )
}

/// Writes the completions of a shell.
///
/// # Errors
/// They cannot be written.
pub fn completions(mut command: Command, shell: Shell, out: &mut impl Write) -> io::Result<()> {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    out.write_all(&text)
}

/// Writes a page of the manual for a command and each of its own into a folder, and gives their paths.
///
/// # Errors
/// A page cannot be written.
pub fn pages(command: Command, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    std::fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    write_pages(&command, folder, &mut written)?;
    Ok(written)
}

fn write_pages(command: &Command, folder: &Path, written: &mut Vec<PathBuf>) -> io::Result<()> {
    let page = Man::new(command.clone())
        .section(SECTION)
        .manual("Frontage")
        .source(concat!("Frontage ", env!("CARGO_PKG_VERSION")));
    written.push(page.generate_to(folder)?);
    let own = command.get_subcommands().filter(|own| !own.is_hide_set());
    own.into_iter()
        .try_for_each(|own| write_pages(own, folder, written))
}
