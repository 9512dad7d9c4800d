//! frontage-ingest: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    frontage_ingest::cli::main()
}
