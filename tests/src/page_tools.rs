//! Tools that look at pages as others do, where they are installed: axe-core for accessibility, the Nu checker for
//! HTML. They come from npm and stay out of the repository; `make page-tools` puts them into `target`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Asks axe what it thinks of the page; it answers through the callback that is WebDriver's last argument.
pub const ASK_AXE: &str = r#"
    const answer = arguments[arguments.length - 1];
    const rules = {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']};
    axe.run(document, rules).then(
        result => answer(result.violations.map(found => found.id + ': ' + found.nodes.map(node => node.html).join(' | '))),
        error => answer([String(error)]));
"#;

/// The source of axe-core, to be run inside a page; `None`, after a line that says so, where it is not installed.
pub fn axe() -> Option<String> {
    let file = installed("axe-core/axe.min.js")?;
    std::fs::read_to_string(file).ok()
}

/// What the Nu checker says about HTML documents, a line a complaint; `None`, after a line that says so, where it or
/// Java is not installed.
///
/// # Panics
/// The documents cannot be written, or the checker does not start.
pub fn html_complaints(documents: &[(String, String)]) -> Option<Vec<String>> {
    let jar = installed("vnu-jar/build/dist/vnu.jar")?;
    if Command::new("java").arg("-version").output().is_err() {
        say("java");
        return None;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new("java");
    command.arg("-jar").arg(jar).args(["--format", "gnu"]);
    for (at, (_, text)) in documents.iter().enumerate() {
        let file = folder.path().join(format!("{at}.html"));
        std::fs::write(&file, text).expect("a document");
        command.arg(file);
    }
    let output = command.output().expect("the checker starts");
    let lines = String::from_utf8_lossy(&output.stderr);
    let named = lines.lines().map(|line| {
        // A line begins with the address of the file: `"file:/tmp/…/3.html":1.2-1.9: error: …`.
        let (file, complaint) = line.split_once(".html\":").unwrap_or(("", line));
        let at = file
            .rsplit('/')
            .next()
            .and_then(|at| at.parse::<usize>().ok());
        let page = at
            .and_then(|at| documents.get(at))
            .map_or(file, |(name, _)| name);
        format!("{page}: {complaint}")
    });
    Some(named.collect())
}

fn installed(file: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/page-tools/node_modules");
    let path = tools.join(file);
    if path.is_file() {
        return Some(path);
    }
    say(file);
    None
}

#[expect(
    clippy::print_stdout,
    reason = "a test that is left out has to be seen"
)]
fn say(what: &str) {
    println!("left out: {what} is not installed; `make page-tools` installs what npm has");
}
