//! The command line: each command is one function, and every exit code means one thing.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use frontage_shared::daemon::logging::{self, LogFormat};
use frontage_shared::daemon::manual::{self, Shell};
use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::SnapshotError;
use frontage_shared::trace;
use serde::Serialize;

use crate::config::{self, Config, ConfigError, Source};
use crate::cycle::{self, Context, CycleError, ShopOutcome};
use crate::deliver::DeliverError;
use crate::fleet;
use crate::history::{self, HistoryError, RunResult};
use crate::house::HouseError;
use crate::inspect;
use crate::map::{self, MapError};
use crate::operate::{self, OperateError};
use crate::plan::Plan;
use crate::preset::{Preset, PresetLine};
use crate::probe::{self, ProbeError};
use crate::record::RecordError;
use crate::replay::{self, ReplayError};
use crate::schedule::{self, ScheduleError};
use crate::webhooks::WebhookError;
use crate::why::{self, WhyError};
use crate::{check, status, threads};

mod house; // several shops
mod orders; // what waits for the merchant
mod webhooks; // what others are told

const EXIT_CODES: &str = "Exit codes:
  0   done, or nothing to do
  1   a replay gives another feed than the run did
  2   wrong usage or configuration
  3   a source failed, and its last good feed stays; or an order or an event could not be delivered, and is kept
  4   a guard held a feed; nothing of it is published
  5   publishing failed, or a file is damaged; the published shop stays
  70  a bug in this program";

/// Polls a merchant's back ends and publishes what they say as a shop.
#[derive(Debug, Parser)]
#[command(name = "frontage-ingest", version, long_version = manual::version(), after_help = EXIT_CODES)]
pub struct Arguments {
    /// The configuration file; config/ingest.toml in the project explains every key.
    #[arg(
        short,
        long,
        global = true,
        default_value = "/etc/frontage/ingest.toml"
    )]
    config: PathBuf,
    /// Which shop is meant, where the configuration names a folder of them: the name of its file.
    #[arg(long, global = true)]
    shop: Option<String>,
    /// Prints JSON instead of text for people; log lines become JSON too.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the daemon: polls every source on its schedule until SIGTERM or SIGINT.
    Run,
    /// Polls sources once and publishes what changed.
    Once {
        /// Names of sources; all if none is given.
        sources: Vec<String>,
    },
    /// Does everything but publish: fetches, maps, validates, compiles, and reports what is wrong and what would change.
    Check {
        /// Names of sources; all if none is given.
        sources: Vec<String>,
    },
    /// Looks at an unknown file or address and proposes a source for it; needs no configuration, but takes its shop.
    Probe {
        /// A file, or an http or https address.
        target: String,
        /// Puts the proposal at the end of this configuration.
        #[arg(long)]
        write: Option<PathBuf>,
        /// What the source is called.
        #[arg(long, default_value = "products")]
        name: String,
    },
    /// Shows what is live, how old it is, and what keeps newer data from being published.
    Status,
    /// Prints when each source runs next.
    Next {
        /// How many runs to print.
        #[arg(default_value_t = 5)]
        count: usize,
    },
    /// Lists past runs of sources, the latest last.
    History {
        /// How many runs to print.
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: usize,
    },
    /// Compares two generations: products added, removed, changed; prices; stock.
    Diff {
        /// The older generation.
        from: u64,
        /// The newer generation; the current one if not given.
        to: Option<u64>,
    },
    /// Shows which source each value of a product comes from, when it was read, and what it overrode.
    Why {
        /// A product's id or a SKU, perhaps with a field: 4711, 4711.name, 4711-red.price.
        product: String,
    },
    /// Publishes a feed that a guard held. `status` prints its hash.
    Approve {
        /// The held feed's hash.
        hash: String,
    },
    /// Takes the shop back to an older generation, as a new, pinned one. Ingest goes on but publishes nothing over it.
    Rollback {
        /// The generation to go back to; `generations` lists them.
        generation: u64,
    },
    /// Keeps what is live, as a new, pinned generation. Ingest goes on but publishes nothing over it.
    ///
    /// With an end, what arrives meanwhile is made ready, and takes its place in that second; the daemon has to run.
    Pin {
        /// When the pin ends by itself: 2026-11-27T08:00:00+01:00, or 2026-11-27T08:00:00 in the shop's time zone.
        #[arg(long, value_name = "INSTANT")]
        until: Option<String>,
    },
    /// Lets ingest publish again after a pin or a rollback; the next poll brings the latest data.
    Unpin,
    /// Lists the generations in the store.
    Generations,
    /// Lists the servers with the generation that each says it serves. They say so if `[fleet]` of their configuration wants it.
    Fleet,
    /// Builds the feed of a past run again, from what its back end sent then, and says whether it is the same. `history` lists runs.
    Replay {
        /// The run, such as products-1790000000-3f9a2c.
        run: String,
    },
    /// Lists the back ends that `preset` knows, or prints the settings and the mapping of one.
    Presets {
        /// A preset, such as shopify.
        name: Option<String>,
    },
    /// Lists orders on their way to the merchant, shows one, sends some again, or delivers what waits.
    Orders {
        #[command(subcommand)]
        command: orders::OrdersCommand,
    },
    /// Lists what other systems are to be told, and sends some of it again.
    Webhooks {
        #[command(subcommand)]
        command: webhooks::WebhooksCommand,
    },
    /// Works on the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Prints the completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Writes the pages of the manual into a folder.
    Man {
        /// The folder; it is made if it is not there.
        folder: PathBuf,
    },
    /// Checks every byte of a part.
    Verify {
        /// A .catalog or .offers file.
        file: PathBuf,
    },
    /// Shows what a part holds.
    Inspect {
        /// A .catalog or .offers file.
        file: PathBuf,
    },
}

/// What can be done with a configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
enum ConfigCommand {
    /// Reads the configuration and all that it names, and lists every problem with its file and line. Asks no back end.
    Check,
}

/// A command failed.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the configuration has {} wrong mapping(s):{}", .0.len(), lines(.0))]
    Mappings(Vec<MapError>),
    #[error("there is no source `{wanted}`; the configuration has {known}")]
    UnknownSource { wanted: String, known: String },
    #[error("there is no preset `{wanted}`; there are {known}")]
    UnknownPreset { wanted: String, known: String },
    #[error("there is no shop `{wanted}`, and `--shop` says which is meant; there are {known}")]
    WhichShop { wanted: String, known: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Shops(Vec<CliError>),
    #[error(transparent)]
    House(#[from] HouseError),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Cycle(#[from] CycleError),
    #[error(transparent)]
    Operate(#[from] OperateError),
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Why(#[from] WhyError),
    #[error(transparent)]
    Deliver(#[from] DeliverError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error("{file}: {source}")]
    Part {
        file: PathBuf,
        source: SnapshotError,
    },
    #[error("cannot start: {0}")]
    Start(std::io::Error),
    #[error("cannot write: {0}")]
    Output(std::io::Error),
}

impl CliError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::WhichShop { .. }
            | Self::Shops(_)
            | Self::House(HouseError::Folder { .. })
            | Self::Mappings(_)
            | Self::UnknownSource { .. }
            | Self::UnknownPreset { .. }
            | Self::Schedule(ScheduleError::AlreadyRunning(_)) => 2,
            Self::Probe(error) => error.exit_code(),
            Self::Operate(OperateError::Cycle(_))
            | Self::Cycle(_)
            | Self::Part { .. }
            | Self::History(_) => 5,
            Self::Operate(_) | Self::Replay(ReplayError::Record(RecordError::Unknown { .. })) => 2,
            Self::Why(WhyError::Unknown(_) | WhyError::UnknownField { .. }) => 2,
            Self::Deliver(DeliverError::Bug(_)) => 70,
            Self::Deliver(DeliverError::Store(_) | DeliverError::Lock(_)) => 5,
            Self::Deliver(_) => 2,
            Self::Webhook(WebhookError::Bug(_)) => 70,
            Self::Webhook(
                WebhookError::NotConfigured
                | WebhookError::AlreadyRunning(_)
                | WebhookError::Unknown(_),
            ) => 2,
            Self::Webhook(_) => 5,
            Self::Replay(_) | Self::Why(_) => 5,
            Self::House(_) | Self::Schedule(_) | Self::Start(_) | Self::Output(_) => 70,
        }
    }
}

/// Parses arguments, runs the command, and gives its exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logging::start(match arguments.json {
        true => LogFormat::Json,
        false => LogFormat::Text,
    });
    if matches!(arguments.command, Command::Run) {
        threads::give_way();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return report(&CliError::Start(error)),
    };
    match runtime.block_on(run(&arguments)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report(&error),
    }
}

fn report(error: &CliError) -> ExitCode {
    // If standard error is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "frontage-ingest: {error}");
    ExitCode::from(error.exit_code())
}

async fn run(arguments: &Arguments) -> Result<u8, CliError> {
    match &arguments.command {
        Command::Verify { file } => verify(arguments, file),
        Command::Inspect { file } => inspect_part(arguments, file),
        Command::Presets { name } => presets(arguments, name.as_deref()),
        Command::Config {
            command: ConfigCommand::Check,
        } => house::check(arguments),
        Command::Completions { shell } => {
            manual::completions(Arguments::command(), *shell, &mut std::io::stdout())
                .map(|()| 0)
                .map_err(CliError::Output)
        }
        Command::Man { folder } => manual::pages(Arguments::command(), folder)
            .map(|_| 0)
            .map_err(CliError::Output),
        Command::Probe {
            target,
            write,
            name,
        } => {
            let config = write.as_deref().unwrap_or(&arguments.config);
            let proposal = probe::propose(target, name, Some(config)).await?;
            print(arguments, &proposal)?;
            if let Some(path) = write {
                probe::write(&proposal, path)?;
            }
            Ok(0)
        }
        command => {
            if let (Command::Run, None, Some(folder)) = (
                command,
                &arguments.shop,
                crate::house::folder(&arguments.config),
            ) {
                return house::run(arguments, &folder).await;
            }
            let config = load(&house::config(arguments)?)?;
            if let (Command::Run, Some(bytes)) = (command, config.budget.memory_bytes) {
                house::limit_memory(bytes)?;
            }
            let mut context = cycle::context(config)?;
            let is_watched = std::io::stderr().is_terminal() && !matches!(command, Command::Run);
            context.show_progress = is_watched && !arguments.json;
            let (lease, tracer) = (context.lease.clone(), context.tracer.clone());
            let done = with_shop(arguments, command, context).await;
            lease.give_back().await;
            tracer.finish(trace::LAST_SPANS).await;
            done
        }
    }
}

/// The configuration, with every mapping compiled once, so that a wrong one is known before anything is fetched.
fn load(path: &Path) -> Result<Config, CliError> {
    let config = config::load(path)?;
    let checked = config
        .sources
        .iter()
        .map(|source| map::check(source, &config.shop));
    let orders = config.orders.iter();
    let checked = checked.chain(orders.map(|orders| map::check_orders(orders, &config.shop)));
    let wrong: Vec<MapError> = checked.filter_map(Result::err).collect();
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(CliError::Mappings(wrong))
    }
}

fn lines(errors: &[MapError]) -> String {
    errors.iter().map(|error| format!("\n  {error}")).collect()
}

async fn with_shop(
    arguments: &Arguments,
    command: &Command,
    context: Context,
) -> Result<u8, CliError> {
    let now = schedule::now().timestamp();
    match command {
        Command::Run => schedule::run(context)
            .await
            .map(|()| 0)
            .map_err(CliError::from),
        Command::Once { sources } => once(arguments, &context, sources, now).await,
        Command::Check { sources } => {
            let sources = select(&context, sources)?;
            let report = check::run(&context, &sources, now).await?;
            print(arguments, &report)?;
            Ok(report.exit_code())
        }
        Command::Status => print(arguments, &status::read(&context).await?),
        Command::Next { count } => next(arguments, &context, *count),
        Command::History { lines } => past_runs(arguments, &context, *lines),
        Command::Diff { from, to } => {
            let to = match to {
                Some(to) => *to,
                None => operate::newest(&context).await?,
            };
            let (from, to) = (
                operate::open(&context, *from).await?,
                operate::open(&context, to).await?,
            );
            print(arguments, &operate::diff(&from, &to))
        }
        Command::Why { product } => print(arguments, &why::ask(&context, product).await?),
        Command::Approve { hash } => {
            shop_outcome(arguments, &operate::approve(&context, hash, now).await?)
        }
        Command::Rollback { generation } => published(
            arguments,
            &operate::rollback(&context, *generation, now).await?,
        ),
        Command::Pin { until } => {
            let until = until.as_deref();
            let until = until.map(|text| operate::instant(&context, text));
            let pinned = operate::pin(&context, until.transpose()?, now).await?;
            published(arguments, &pinned)
        }
        Command::Unpin => published(arguments, &operate::unpin(&context, now).await?),
        Command::Replay { run } => {
            let replay = replay::run(&context, run).await?;
            print(arguments, &replay)?;
            Ok(replay.exit_code())
        }
        Command::Orders { command } => orders::run(arguments, &context, command).await,
        Command::Webhooks { command } => webhooks::run(arguments, &context, command).await,
        Command::Generations => print(arguments, &inspect::generations(&context).await?),
        Command::Fleet => print(arguments, &fleet::read(&context, now).await?),
        // What needs no shop was done before.
        _ => Ok(0),
    }
}

async fn once(
    arguments: &Arguments,
    context: &Context,
    names: &[String],
    now: i64,
) -> Result<u8, CliError> {
    let sources = select(context, names)?;
    let outcome = cycle::run(context, &sources, "once", now).await?;
    for run in &outcome.runs {
        let line = inspect::RunLine(run.clone());
        print(arguments, &line)?;
    }
    if !arguments.json {
        for conflict in &outcome.conflicts.samples {
            write_out(&format!("conflict: {conflict}\n"))?;
        }
    }
    shop_outcome(arguments, &outcome.shop)?;
    Ok(
        match (outcome.any(RunResult::Failed), outcome.any(RunResult::Held)) {
            (true, _) => 3,
            (false, true) => 4,
            (false, false) => 0,
        },
    )
}

fn select<'a>(context: &'a Context, names: &[String]) -> Result<Vec<&'a Source>, CliError> {
    let all = &context.config.sources;
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let unknown = |wanted: &String| CliError::UnknownSource {
        wanted: wanted.clone(),
        known: all
            .iter()
            .map(|source| source.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    };
    names
        .iter()
        .map(|name| context.config.source(name).ok_or_else(|| unknown(name)))
        .collect()
}

fn next(arguments: &Arguments, context: &Context, count: usize) -> Result<u8, CliError> {
    for source in &context.config.sources {
        let times = schedule::upcoming(context, source, count)
            .iter()
            .map(chrono::DateTime::to_rfc3339)
            .collect();
        print(
            arguments,
            &inspect::Upcoming {
                source: source.name.clone(),
                schedule: source.schedule.to_string(),
                time_zone: context.config.shop.time_zone.to_string(),
                rules: Plan::new(source, context.config.shop.time_zone).rules(),
                times,
            },
        )?;
    }
    Ok(0)
}

fn past_runs(arguments: &Arguments, context: &Context, lines: usize) -> Result<u8, CliError> {
    let runs = history::read(&context.config.state)?;
    for run in runs.iter().skip(runs.len().saturating_sub(lines)) {
        print(arguments, &inspect::RunLine(run.clone()))?;
    }
    Ok(0)
}

fn verify(arguments: &Arguments, file: &Path) -> Result<u8, CliError> {
    let failed = |source| CliError::Part {
        file: file.to_owned(),
        source,
    };
    let part = inspect::open_part(file).map_err(failed)?;
    part.verify().map_err(failed)?;
    inspect::check_file_name(file).map_err(failed)?;
    print(
        arguments,
        &inspect::Verified {
            file: file.display().to_string(),
            verified: true,
        },
    )
}

fn inspect_part(arguments: &Arguments, file: &Path) -> Result<u8, CliError> {
    let part = inspect::open_part(file).map_err(|source| CliError::Part {
        file: file.to_owned(),
        source,
    })?;
    print(arguments, &inspect::PartReport::of(&part))
}

fn presets(arguments: &Arguments, name: Option<&str>) -> Result<u8, CliError> {
    if let Some(name) = name {
        let unknown = || CliError::UnknownPreset {
            wanted: name.to_owned(),
            known: Preset::names(),
        };
        return print(arguments, Preset::find(name).ok_or_else(unknown)?);
    }
    for preset in Preset::all() {
        let (name, title) = (preset.name, preset.title);
        print(arguments, &PresetLine { name, title })?;
    }
    Ok(0)
}

fn shop_outcome(arguments: &Arguments, outcome: &ShopOutcome) -> Result<u8, CliError> {
    match outcome {
        ShopOutcome::Published(manifest) => published(arguments, manifest),
        other => print(arguments, &inspect::NotPublished::of(other)),
    }
}

fn published(arguments: &Arguments, manifest: &Manifest) -> Result<u8, CliError> {
    print(arguments, &inspect::PublishedLine(manifest.clone()))
}

/// One JSON document a line, or the text for people.
fn print(
    arguments: &Arguments,
    value: &(impl Serialize + std::fmt::Display),
) -> Result<u8, CliError> {
    let text = match arguments.json {
        true => {
            serde_json::to_string(value).map_err(|error| CliError::Output(error.into()))? + "\n"
        }
        false => value.to_string(),
    };
    write_out(&text)?;
    Ok(0)
}

/// A reader that went away, such as `head`, is not an error.
fn write_out(text: &str) -> Result<(), CliError> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Output(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
