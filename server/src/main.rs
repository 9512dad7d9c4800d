//! The program: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser as _;
use frontage_server::cli::{Arguments, Exit};
use frontage_server::run;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Exit::Failed.into();
    };
    let running = runtime.spawn(run::run(arguments, now()));
    // A panic outside of a page ends the task and nothing else; it is a bug and told as one.
    runtime.block_on(running).unwrap_or(Exit::Bug).into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the process notes when it started"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
