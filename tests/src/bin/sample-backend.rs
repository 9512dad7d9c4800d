//! The sample back end as a program: an ERP with a catalogue, prices that move, and pictures.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use frontage_tests::backend::{Backend, Change, Config, Data, Merchant, Mood};
use frontage_tests::bench::feeds;
use frontage_tests::catalogue::Catalogue;
use frontage_tests::catalogue::document::decimal;

/// Serves a catalogue over HTTP as a merchant's back end would.
#[derive(Debug, Parser)]
#[command(name = "sample-backend", version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// How many products to generate.
    #[arg(long, default_value_t = 4000)]
    products: u64,
    /// Generate products as large shops have them: mostly one variant each, many categories and attributes.
    #[arg(long, conflicts_with = "data")]
    large: bool,
    /// The same, and one product comes in 60,000 variants.
    #[arg(long, conflicts_with = "data")]
    giant: bool,
    /// Serve a real data set from this folder or file instead of generating products.
    #[arg(long, value_name = "FOLDER|FILE")]
    data: Option<PathBuf>,
    /// Write the feeds of generated products to this folder and end, instead of serving them.
    #[arg(long, value_name = "FOLDER", conflicts_with = "data")]
    write_feeds: Option<PathBuf>,
    /// Move a few prices and quantities this often, in milliseconds; 0 for never.
    #[arg(long, default_value_t = 5000)]
    change_every_ms: u64,
    /// End when standard input is closed, so that the program never outlives the one that started it.
    #[arg(long)]
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("sample-backend: {error:#}"));
            ExitCode::from(2)
        }
    }
}

impl Arguments {
    fn catalogue(&self) -> Catalogue {
        match (self.giant, self.large) {
            (true, _) => Catalogue::large(self.products).with_giant(),
            (false, true) => Catalogue::large(self.products),
            (false, false) => Catalogue::new(self.products),
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(folder) = &arguments.write_feeds {
        return write_feeds(folder, arguments.catalogue());
    }
    let data = match &arguments.data {
        Some(path) => Data::open(path)?,
        None => Data::Generated(arguments.catalogue()),
    };
    let count = data.count();
    let change_every =
        (arguments.change_every_ms > 0).then(|| Duration::from_millis(arguments.change_every_ms));
    let on_change = Box::new(|changes: &[Change]| say(&sentence(changes)));
    let config = Config {
        address: arguments.listen,
        data,
        change_every,
        on_change: Some(on_change),
    };
    let backend = Backend::start(config).map_err(|error| {
        anyhow::anyhow!(
            "cannot listen on {}: {error}; choose another with --listen",
            arguments.listen
        )
    })?;
    // It takes whatever is ordered.
    let orders = Merchant::new(Mood::Takes, Duration::from_secs(1));
    backend.play(Arc::new(orders));
    say(&format!(
        "sample-backend: {count} products at {}",
        backend.url("/")
    ));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            _ = frontage_shared::daemon::shutdown::requested() => {}
            () = frontage_tests::demo::guarded::stdin_closes(), if arguments.until_stdin_closes => {}
        }
    });
    Ok(())
}

/// Our own documents and offers, as files: for a trial of a size without a program beside it that makes it.
fn write_feeds(folder: &Path, catalogue: Catalogue) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let offers = feeds::write(folder, catalogue)?;
    say(&format!(
        "sample-backend: {} products in {}, {offers} offers in {}",
        catalogue.count(),
        folder.join(feeds::DOCUMENTS).display(),
        folder.join(feeds::OFFERS).display(),
    ));
    Ok(())
}

/// What moved, in one line.
fn sentence(changes: &[Change]) -> String {
    let moved = |change: &&Change| change.now.cents != change.from_cents;
    let prices = changes.iter().filter(moved).count();
    let Some(first) = changes.iter().find(moved) else {
        return format!("{} quantities changed", changes.len());
    };
    format!(
        "{} ({}) {} -> {}; {} more prices and {} quantities changed",
        first.sku,
        first.name,
        decimal(first.from_cents),
        decimal(first.now.cents),
        prices - 1,
        changes.len() - prices,
    )
}

fn say(line: &str) {
    // Nobody may be reading any more; that is no reason to stop serving.
    let _ = writeln!(std::io::stdout(), "{line}");
}
