//! frontage-ingest: arguments in, exit code out.

use std::process::ExitCode;

/// Documents are small values by the million, made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    frontage_ingest::cli::main()
}
