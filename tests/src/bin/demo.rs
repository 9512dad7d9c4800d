//! The demo: starts a sample back end, ingest and a server, says what to look at, and ends them all.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use frontage_tests::demo::guarded::{self, Guarded};
use frontage_tests::demo::settings::Settings;
use frontage_tests::demo::{fleet, tour};
use frontage_tests::engines::{self, Kind};
use indicatif::{ProgressBar, ProgressStyle};

/// How long the first generation may take.
const FIRST_GENERATION: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let runtime =
        tokio::runtime::Runtime::new().expect("a runtime needs nothing that a process lacks");
    let result = match arguments.next() {
        Some(first) if first == guarded::GUARD => runtime.block_on(guarded::guard(arguments)),
        Some(other) => Err(anyhow::anyhow!(
            "the demo is configured by the environment; `make` says how ({other:?})"
        )),
        None => runtime.block_on(run()).map(|()| 0),
    };
    runtime.shutdown_background();
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(&format!("demo: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    settings.check_ports()?;
    let programs = programs()?;
    let folder = prepare(&settings, &programs)?;
    let mut children = Vec::new();
    let stopped = frontage_shared::daemon::shutdown::requested();
    let result = tokio::select! {
        result = show(&settings, &programs, &folder, &mut children) => result,
        signal = stopped => {
            say(&format!("\nending ({})", signal.unwrap_or("no signals can be received")));
            Ok(())
        }
    };
    // The last to start is the first to go: the server drains while there still is a store.
    while let Some(child) = children.pop() {
        child.stop().await;
    }
    result
}

/// The folder that this program was built into, where the daemons are as well.
fn programs() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("this program's own path is unknown")?;
    let folder = own
        .parent()
        .context("this program lies in no folder")?
        .to_owned();
    for name in ["sample-backend", "frontage-ingest", "frontage-server"] {
        ensure!(
            folder.join(name).is_file(),
            "{} is missing; `make demo` builds it",
            folder.join(name).display()
        );
    }
    Ok(folder)
}

/// A data folder with the demo's configuration in it, an empty one unless it was chosen or is kept.
fn prepare(settings: &Settings, programs: &Path) -> anyhow::Result<PathBuf> {
    let usual = || programs.parent().unwrap_or(programs).join("demo");
    let folder = settings.folder.clone().unwrap_or_else(usual);
    // A folder that somebody names may hold anything.
    if !settings.keep && settings.folder.is_none() && folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let config = folder.join("config");
    for folder in [
        &config,
        &folder.join("log"),
        &folder.join("store"),
        &folder.join("ingest"),
        &folder.join("server"),
    ] {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
    }
    for (name, text) in settings.files(&folder) {
        let path = config.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if settings.is_fleet {
        fleet::write(settings, &config)?;
    }
    Ok(folder)
}

/// Runs the show until its time is over or a child dies.
async fn show(
    settings: &Settings,
    programs: &Path,
    folder: &Path,
    children: &mut Vec<Guarded>,
) -> anyhow::Result<()> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .no_proxy()
        .build()?;
    let (shop, admin) = (
        format!("http://{}", settings.shop),
        format!("http://{}", settings.admin),
    );
    say(match settings.is_fleet {
        false => "Frontage demo: a back end, ingest and a server.\n",
        true => "Frontage demo: a back end, a bucket, two ingest daemons and three servers.\n",
    });
    start_all(settings, programs, folder, children).await?;
    tokio::select! {
        ready = wait_until_ready(&client, &admin, folder) => ready?,
        died = anyone_dies(children) => bail!(died),
    }
    let mut tour = tour::visit(&client, &shop).await?;
    if settings.export().is_none() {
        let watched = tour::watched(&client, &format!("http://{}/", settings.backend), &shop).await;
        tour.stops.extend(watched.map(|path| ("watch this", path)));
    }
    say(&format!(
        "The shop is open (generation {}):\n",
        tour.generation
    ));
    for (label, path) in &tour.stops {
        say(&format!("  {label:<11} {shop}{path}"));
    }
    say(&format!("  {:<11} http://{}/", "desk", settings.desk));
    say(&format!("  {:<11} {admin}/status", "operators"));
    say(&format!(
        "  {:<11} http://{}/",
        "back end", settings.backend
    ));
    match settings.export() {
        None => say(
            "\nEvery few seconds the back end moves some prices and quantities; the pages follow within two polls.\n\
             The price of the product to watch moves every time.\n\
             Text, pictures and new products are looked for every half minute.",
        ),
        Some(file) => say(&format!(
            "\nThe shop is made of {} as `frontage-ingest probe` understands it. What it proposed is in\n{}; \
             change it, or the file, and press \"run now\" on the desk.",
            file.display(),
            folder.join("config").display()
        )),
    }
    say(&format!(
        "Logs are in {}. Ctrl-C ends the demo.\n",
        folder.join("log").display()
    ));
    let over = async {
        match settings.end_after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = over => say("ending, as DEMO_SECONDS says"),
        died = nobody_goes_on(children) => bail!(died),
    }
    Ok(())
}

async fn start_all(
    settings: &Settings,
    programs: &Path,
    folder: &Path,
    children: &mut Vec<Guarded>,
) -> anyhow::Result<()> {
    let log = |name: &str| folder.join("log").join(format!("{name}.log"));
    let config = |name: &str| folder.join("config").join(name).display().to_string();
    let (listen, products) = (settings.backend.to_string(), settings.products.to_string());
    // Of an export nothing moves: its back end is elsewhere.
    let every = settings.export().map_or(settings.change_every_ms, |_| 0);
    let every = every.to_string();
    let data = settings
        .data
        .as_ref()
        .map(|path| path.display().to_string());
    let mut arguments = vec!["--listen", &listen, "--change-every-ms", &every];
    match (&data, settings.export()) {
        // It takes the orders.
        (_, Some(_)) => arguments.extend(["--products", "1"]),
        (Some(data), None) => arguments.extend(["--data", data]),
        (None, None) => arguments.extend(["--products", &products]),
    }
    let backend = programs.join("sample-backend");
    children.push(Guarded::start("back end", &backend, &arguments, &log("backend"), relay).await?);
    tokio::select! {
        ready = answers(&listen) => ready?,
        died = anyone_dies(children) => bail!(died),
    }
    let (ingest, server) = (
        programs.join("frontage-ingest"),
        programs.join("frontage-server"),
    );
    if settings.is_fleet {
        return start_fleet(settings, (&ingest, &server), folder, children).await;
    }
    let (ingest_config, server_config) = (config("ingest.toml"), config("server.toml"));
    if let Some(export) = settings.export() {
        probe(&ingest, export, Path::new(&ingest_config), &log("probe")).await?;
    }
    let arguments = ["run", "--config", &ingest_config];
    children.push(Guarded::start("ingest", &ingest, &arguments, &log("ingest"), relay).await?);
    let arguments = ["serve", "--config", &server_config];
    children.push(Guarded::start("server", &server, &arguments, &log("server"), relay).await?);
    Ok(())
}

/// Has ingest look at a file, and put the source that it proposes into its configuration.
async fn probe(ingest: &Path, export: &Path, config: &Path, log: &Path) -> anyhow::Result<()> {
    say(&format!("looking at {}", export.display()));
    let export = std::path::absolute(export)?;
    let mut probe = tokio::process::Command::new(ingest);
    probe.arg("probe").arg("--config").arg(config);
    let output = probe.arg("--write").arg(config).arg(export).output();
    let output = output.await.context("cannot start frontage-ingest")?;
    let said = [output.stdout, output.stderr].concat();
    std::fs::write(log, &said).with_context(|| format!("cannot write {}", log.display()))?;
    let said = String::from_utf8_lossy(&said);
    ensure!(output.status.success(), "no source is proposed:\n{said}");
    for line in said.lines().filter(|line| line.starts_with("  look at ")) {
        say(line);
    }
    Ok(())
}

async fn start_fleet(
    settings: &Settings,
    (ingest, server): (&Path, &Path),
    folder: &Path,
    children: &mut Vec<Guarded>,
) -> anyhow::Result<()> {
    const INGESTS: [&str; fleet::INGESTS as usize] = ["ingest-1", "ingest-2"];
    const SERVERS: [&str; fleet::SERVERS as usize] = ["server-1", "server-2", "server-3"];
    let log = |name: &str| folder.join("log").join(format!("{name}.log"));
    let bucket = fleet::bucket(settings);
    let port = bucket.port().to_string();
    let arguments = ["-H", "127.0.0.1", "-p", &port];
    let engine = Kind::Moto.program();
    children.push(Guarded::start("bucket", &engine, &arguments, &log("bucket"), |_, _| {}).await?);
    let address = bucket.to_string();
    tokio::select! {
        ready = answers(&address) => ready?,
        died = anyone_dies(children) => bail!(died),
    }
    tokio::task::spawn_blocking(move || engines::make_bucket(bucket)).await??;
    for (kind, names, program, command) in [
        ("ingest", INGESTS.as_slice(), ingest, "run"),
        ("server", SERVERS.as_slice(), server, "serve"),
    ] {
        for (number, name) in (0..).zip(names) {
            let config = folder.join("config").join(fleet::file(kind, number));
            let config = config.display().to_string();
            let arguments = [command, "--config", &config];
            children.push(Guarded::start(name, program, &arguments, &log(name), relay).await?);
        }
    }
    for number in 1..fleet::SERVERS {
        say(&format!(
            "  another server: http://{}/",
            fleet::shop(settings, number)
        ));
    }
    say(&format!(
        "  another desk:   http://{}/",
        fleet::desk(settings, 1)
    ));
    let config = folder.join("config").join(fleet::file("ingest", 0));
    say(&format!(
        "  who serves what: {} fleet --config {}",
        ingest.display(),
        config.display()
    ));
    say(&format!(
        "  to see a take-over: pkill -KILL -f {}\n",
        config.display()
    ));
    Ok(())
}

/// Waits until something accepts connections.
async fn answers(address: &str) -> anyhow::Result<()> {
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("nothing listens on {address} after a minute")
}

/// Waits until the server has a generation to serve, showing that time passes.
async fn wait_until_ready(
    client: &reqwest::Client,
    admin: &str,
    folder: &Path,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let bar = ProgressBar::new_spinner().with_message("building the first generation");
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg} ({elapsed})")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(120));
    if !std::io::stderr().is_terminal() {
        say("building the first generation");
    }
    while started.elapsed() < FIRST_GENERATION {
        let ready = client.get(format!("{admin}/readyz")).send().await;
        if ready.is_ok_and(|response| response.status() == 200) {
            bar.finish_and_clear();
            say(&format!(
                "the first generation took {:.1} s",
                started.elapsed().as_secs_f64()
            ));
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bar.finish_and_clear();
    bail!(
        "no generation was served within ten minutes; see {}",
        folder.join("log").display()
    )
}

/// Ends with an obituary when a child does.
async fn anyone_dies(children: &mut [Guarded]) -> String {
    let waiting = children.iter_mut().map(|child| Box::pin(child.died()));
    futures_util::future::select_all(waiting).await.0
}

/// The same when a child dies of whose kind there is no other; before that the others go on, which is what a fleet is for.
async fn nobody_goes_on(children: &mut Vec<Guarded>) -> String {
    loop {
        let waiting = children.iter_mut().map(|child| Box::pin(child.died()));
        let (obituary, which, _) = futures_util::future::select_all(waiting).await;
        let dead = children.remove(which);
        let kind = |child: &Guarded| {
            child
                .name
                .trim_end_matches(|sign: char| !sign.is_alphabetic())
        };
        if !children.iter().any(|child| kind(child) == kind(&dead)) {
            return obituary;
        }
        say(&format!("{obituary}\nthe others go on"));
    }
}

/// Shows the lines that matter to somebody watching: what moved, what was published, what went wrong.
fn relay(name: &'static str, line: &str) {
    let matters = ["WARN", "ERROR", "published", "held", "->", "error:"]
        .iter()
        .any(|word| line.contains(word));
    if matters {
        say(&format!("{name:>8} | {line}"));
    }
}

fn say(line: &str) {
    // Nobody may be reading any more; that is no reason to leave children behind.
    let _ = writeln!(std::io::stdout(), "{line}");
}
