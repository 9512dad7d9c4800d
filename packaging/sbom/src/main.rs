//! Writes the bill of materials of both daemons: sbom METADATA LOCK > frontage.cdx.json
//!
//! METADATA is what `cargo metadata --format-version 1 --locked` printed, LOCK is Cargo.lock. The result is CycloneDX
//! 1.5 in JSON; the same input gives the same bytes, dated by SOURCE_DATE_EPOCH.

mod materials;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;

/// Writes the bill of materials of both daemons, CycloneDX in JSON, to standard output.
#[derive(Parser)]
struct Arguments {
    /// What `cargo metadata --format-version 1 --locked` printed.
    metadata: PathBuf,
    /// Cargo.lock.
    lock: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let epoch = std::env::var("SOURCE_DATE_EPOCH").unwrap_or_default();
    let epoch = epoch.parse().unwrap_or(0);
    let bill = materials::bill(&read(&arguments.metadata)?, &read(&arguments.lock)?, epoch)?;
    let text = serde_json::to_string_pretty(&bill)?;
    writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")
}
