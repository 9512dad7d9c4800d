//! What the command line may say, and the exit codes.
//!
//! Data goes to standard output, everything else to standard error. Every command takes the same configuration file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use frontage_shared::daemon::manual::{self, Shell};
use frontage_shared::snapshot::locales::is_group;

/// Serves one shop from the generations that frontage-ingest publishes.
#[derive(Parser, Debug)]
#[command(name = "frontage-server", version, long_version = manual::version(), after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve the shop until SIGTERM or SIGINT
    ///
    /// Begins with the generation served last, from the cache folder, and then follows the store.
    /// Log lines go to standard error; RUST_LOG sets their level (RUST_LOG=debug shows every request).
    Serve(ConfigFile),
    /// Print one page of the current generation
    ///
    /// The generation is the one in the cache folder, or else the store's current one.
    /// Exits with 1 if the page is not there, after printing the page that says so.
    Render {
        /// Path and query of the page, as in a link: /p/oak-chair?variant=7
        path: String,
        /// Where the configuration is.
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Check a part file: every byte, every reference
    ///
    /// FILE is a .catalog or .offers file of a store or cache.
    /// If its name is a hash, the content is compared with it.
    Verify {
        /// The part.
        file: PathBuf,
    },
    /// Let customer groups into their markets
    #[command(subcommand)]
    Group(GroupCommand),
    /// Work on the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the completions for a shell
    ///
    /// For bash: frontage-server completions bash > /usr/share/bash-completion/completions/frontage-server
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the pages of the manual into a folder
    ///
    /// One page for the program and one for each command: man -l FOLDER/frontage-server.8
    Man {
        /// The folder; it is made if it is not there.
        folder: PathBuf,
    },
}

/// What can be done for a customer group.
#[derive(Subcommand, Debug)]
pub enum GroupCommand {
    /// Print an entrance link
    ///
    /// Whoever opens it sees the markets of the group (languages whose tag ends in -x-NAME) until it ends.
    /// It is sealed with the first key of the file in `checkout.keys`; it ends earlier if that key is taken away.
    Link {
        /// The group: 1 to 8 small letters and digits.
        #[arg(value_parser = group)]
        name: String,
        /// For how many days it is good.
        #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=3650))]
        days: u16,
        /// Where the configuration is.
        #[command(flatten)]
        config: ConfigFile,
    },
}

/// A group's name, as the tags of its markets have it.
fn group(text: &str) -> Result<String, String> {
    match is_group(text) {
        true => Ok(text.to_owned()),
        false => Err("a group is 1 to 8 small letters and digits".to_owned()),
    }
}

/// What can be done with a configuration.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Read the configuration and list every problem in it
    ///
    /// Opens no port and touches neither store nor cache.
    Check(ConfigFile),
}

/// Where the configuration is.
#[derive(Args, Debug)]
pub struct ConfigFile {
    /// The configuration file; config/server.toml in the sources explains every key
    #[arg(long, value_name = "FILE", default_value = "/etc/frontage/server.toml")]
    pub config: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  frontage-server config check --config server.toml
  frontage-server serve --config server.toml
  frontage-server render / --config server.toml > home.html
  frontage-server verify /var/lib/frontage/store/shops/demo/parts/*.catalog";

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   the page is not there, the part is damaged, or the server could not start or stop as asked
  2   the command line or the configuration is wrong
  70  a bug";

/// How the program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done.
    Done,
    /// What was asked for could not be had.
    Failed,
    /// The command line or the configuration is wrong.
    Usage,
    /// Our fault.
    Bug,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Bug => 70,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_names_every_exit_code() {
        let help = Arguments::command().render_long_help().to_string();
        for code in ["  0 ", "  1 ", "  2 ", "  70 "] {
            assert!(help.contains(code), "{code} is missing in {help}");
        }
    }
}
