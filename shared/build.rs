//! What `--version` tells of a build. Nothing here depends on when, where or by whom it was made.

use std::process::Command;

fn main() {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let compiler = Command::new(variable("RUSTC")).arg("--version").output();
    let compiler = compiler.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let told = [
        format!("cargo::rustc-env=FRONTAGE_TARGET={}", variable("TARGET")),
        format!("cargo::rustc-env=FRONTAGE_PROFILE={}", variable("PROFILE")),
        format!("cargo::rustc-env=FRONTAGE_COMPILER={compiler}"),
        "cargo::rerun-if-changed=build.rs".to_owned(),
    ];
    for line in told {
        #[expect(clippy::print_stdout, reason = "this is how Cargo is told")]
        {
            println!("{line}");
        }
    }
}
