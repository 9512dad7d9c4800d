//! The commands: each reads top to bottom as what it does.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use anyhow::{Context as _, anyhow, bail};
use arc_swap::ArcSwap;
use clap::CommandFactory as _;
use frontage_shared::daemon::{logging, manual, shutdown, supervisor};
use frontage_shared::manifest::PartEntry;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::generation::check_name;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::{Generation, SnapshotError};
use frontage_shared::store::Store;
use frontage_shared::trace::{self, Tracer};
use ownedbytes::OwnedBytes;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracing::{error, info, warn};

use crate::admin::Admin;
use crate::cli::{Arguments, Command, ConfigCommand, Exit, GroupCommand};
use crate::config::{Config, Limits};
use crate::groups;
use crate::house::House;
use crate::listen::{self, Answer, Hosts, Pulse, Rules, Server};
use crate::live::{self, Live};
use crate::metrics::Metrics;
use crate::page;
use crate::reload::{self, Reload};
use crate::route::Parsed;
use crate::sockets::{self, Sockets};
use crate::telemetry;
use crate::tenant::{Tenant, open_cache, open_shop, open_store};
use crate::theme::Theme;
use crate::tls::Certificates;
use crate::to_https::ToHttps;
use crate::vitals::Vitals;
use crate::watch::Cache;

/// Descriptors that are not connections: listeners, logs, parts, the runtime's own.
const RESERVED_DESCRIPTORS: usize = 64;
/// Operators are few; the admin listener never competes with shoppers for connections.
const ADMIN_CONNECTIONS: usize = 64;

/// Does what the command line says. `started` is when the process did.
pub async fn run(arguments: Arguments, started: SystemTime) -> Exit {
    let result = match arguments.command {
        Command::Serve(file) => match configured(&file.config) {
            Ok(config) => serve(config, &file.config, started)
                .await
                .map(|()| Exit::Done),
            Err(exit) => return exit,
        },
        Command::Render { path, config } => match configured(&config.config) {
            Ok(config) => render(&path, &config, started).await,
            Err(exit) => return exit,
        },
        Command::Verify { file } => verify(&file).map(|()| Exit::Done),
        Command::Group(GroupCommand::Link { name, days, config }) => {
            match configured(&config.config) {
                Ok(config) => entrance(&config, &name, days, started),
                Err(exit) => return exit,
            }
        }
        Command::Completions { shell } => {
            manual::completions(Arguments::command(), shell, &mut io::stdout())
                .context("cannot write to standard output")
                .map(|()| Exit::Done)
        }
        Command::Man { folder } => manual::pages(Arguments::command(), &folder)
            .with_context(|| format!("cannot write into {}", folder.display()))
            .map(|_| Exit::Done),
        Command::Config(ConfigCommand::Check(file)) => match configured(&file.config) {
            Ok(config) => check_theme(&file.config, &config),
            Err(exit) => return exit,
        },
    };
    result.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Exit::Failed
    })
}

fn configured(path: &Path) -> Result<Config, Exit> {
    Config::load(path).map_err(|error| {
        complain(&error.to_string());
        Exit::Usage
    })
}

/// A configuration that is sound by itself may name a theme that is not.
fn check_theme(path: &Path, config: &Config) -> anyhow::Result<Exit> {
    match Theme::load(&config.theme) {
        Ok(theme) => {
            for warning in &theme.warnings {
                complain(&format!("theme: warning: {warning}"));
            }
            say(&format!("{} is sound", path.display()))?;
            Ok(Exit::Done)
        }
        Err(problems) => {
            let folder = config.theme.folder.as_deref().unwrap_or(Path::new(""));
            for problem in problems {
                complain(&format!("theme: {}/{problem}", folder.display()));
            }
            Ok(Exit::Usage)
        }
    }
}

fn entrance(config: &Config, group: &str, days: u16, now: SystemTime) -> anyhow::Result<Exit> {
    say(&groups::link(config, group, days, now)?)?;
    Ok(Exit::Done)
}

/// Serves until told to stop: listeners first, so that a wrong address is noticed at once; then the generation.
async fn serve(config: Config, file: &Path, started: SystemTime) -> anyhow::Result<()> {
    logging::start(config.log);
    greet(&config);
    let hang_ups = reload::hang_ups().context("cannot listen for SIGHUP")?;
    let doors = Doors::open(&config, started).await?;
    let operators = sockets::bind(config.admin, "admin").await?;
    let limits = Arc::new(fitting(config.limits.clone()));
    let tracer = telemetry::start(&config)?;
    let (house, begins) = open_house(&config, tracer).await?;
    let certificates = doors.certificates.clone();
    let admin = Admin {
        house: Arc::clone(&house),
        started,
        certificates: certificates.clone(),
    };
    let admin = admin_server(admin, &limits);
    let (stop_admin, admin_stopped) = tokio::sync::oneshot::channel::<()>();
    info!(address = %operators.local_addr()?, "operators: http://{}/status", operators.local_addr()?);
    let admin = tokio::spawn(listen::serve(operators, admin, async move {
        admin_stopped.await.unwrap_or(())
    }));

    match begins {
        // Without a sender there is nothing to begin with.
        Some(begins) => drop(begins.await),
        None => drop(house.furnish(file, &config, certificates.as_deref()).await),
    }
    let rules = reload::rules(&config, house.hosts(&config), limits);
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let reload = Reload {
        file: file.to_owned(),
        config,
        rules: Arc::clone(&rules),
        house: Arc::clone(&house),
        certificates,
    };
    let reload = tokio::spawn(reload.run(hang_ups));
    let vitals = Vitals {
        house: Arc::clone(&house),
        pulses: doors.pulses(),
    };
    let vitals = tokio::spawn(async move { supervisor::watch(&vitals).await });
    let cut_off = doors.serve(&house, &rules).await?;
    vitals.abort();
    reload.abort();
    // The admin task ends by itself once told; if it is gone already there is nobody to tell.
    let _ = stop_admin.send(());
    let _ = admin.await;
    house.tracer.finish(trace::LAST_SPANS).await;
    info!(cut_off, "stopped");
    Ok(())
}

/// The shops, and when the only one has begun; several are opened when the house is furnished.
async fn open_house(
    config: &Config,
    tracer: Tracer,
) -> anyhow::Result<(Arc<House>, Option<oneshot::Receiver<()>>)> {
    if config.shops.is_some() {
        return Ok((Arc::new(House::of_many()?.traced(tracer)), None));
    }
    let (tenant, begins) = Tenant::open(config.clone(), tracer.clone())?;
    let house = House::of_one(tenant).traced(tracer);
    Ok((Arc::new(house), Some(begins)))
}

fn greet(config: &Config) {
    info!(
        version = env!("CARGO_PKG_VERSION"),
        shop = config.shop,
        "frontage-server {}",
        env!("CARGO_PKG_VERSION")
    );
}

/// Where shoppers come in.
struct Doors {
    shoppers: Door,
    /// Plain HTTP, sent on to HTTPS.
    redirect: Option<Door>,
    certificates: Option<Arc<Certificates>>,
}

/// A socket, and the sign of life of the loop that takes connections from it.
struct Door {
    socket: TcpListener,
    pulse: Arc<Pulse>,
}

impl Door {
    fn new(socket: TcpListener) -> Self {
        let pulse = Arc::default();
        Self { socket, pulse }
    }
}

impl Doors {
    async fn open(config: &Config, now: SystemTime) -> anyhow::Result<Self> {
        let mut sockets = Sockets::of_process();
        let tls = &config.tls;
        let certificates = tls.first.as_ref();
        let certificates = certificates
            .map(|first| Certificates::open(first, &tls.more, now))
            .transpose()?;
        let shoppers = sockets.take_or_bind(sockets::SHOPPERS, config.listen, "listen");
        let shoppers = Door::new(shoppers.await?);
        let redirect = match config.tls.redirect_from {
            None => None,
            Some(address) => {
                let key = "tls.redirect_from";
                let socket = sockets.take_or_bind(sockets::REDIRECT, address, key);
                Some(Door::new(socket.await?))
            }
        };
        Ok(Self {
            shoppers,
            redirect,
            certificates,
        })
    }

    /// The signs of life of all loops.
    fn pulses(&self) -> Vec<Arc<Pulse>> {
        let doors = std::iter::once(&self.shoppers).chain(&self.redirect);
        doors.map(|door| Arc::clone(&door.pulse)).collect()
    }

    /// Lets shoppers in until the process is told to stop; gives how many had to be cut off.
    async fn serve(self, house: &Arc<House>, rules: &Arc<ArcSwap<Rules>>) -> anyhow::Result<usize> {
        let acceptor = self.certificates.as_ref().map(Certificates::acceptor);
        let server = |answer, tls, pulse| Server {
            answer,
            rules: Arc::clone(rules),
            tls,
            metrics: Arc::clone(&house.metrics),
            pulse,
            tracer: house.tracer.clone(),
        };
        let (stop, mut stopped) = tokio::sync::watch::channel(false);
        let mut stopped_too = stopped.clone();
        let address = self.shoppers.socket.local_addr()?;
        match house.only() {
            Some(tenant) => info!(%address, "shoppers: {}", tenant.shop.base_url),
            None => info!(%address, "shoppers of {} shops", house.shops().len()),
        }
        let to_https = Arc::new(ToHttps {
            house: Arc::clone(house),
        });
        let redirect = self.redirect.map(|redirect| {
            let server = server(to_https as Arc<dyn Answer>, None, redirect.pulse);
            // Without a sender there is no server any more.
            let stopped = async move { drop(stopped_too.wait_for(|stop| *stop).await) };
            tokio::spawn(listen::serve(redirect.socket, server, stopped))
        });
        let Door { socket, pulse } = self.shoppers;
        let shoppers = server(house.answers(), acceptor.transpose()?, pulse);
        let stopped = async move { drop(stopped.wait_for(|stop| *stop).await) };
        let shoppers = listen::serve(socket, shoppers, stopped);
        let told = async {
            told_to_stop(house).await;
            // Whoever is gone need not be told.
            let _ = stop.send(true);
        };
        let (cut_off, ()) = tokio::join!(shoppers, told);
        let redirected = match redirect {
            Some(redirect) => redirect.await.unwrap_or_default(),
            None => 0,
        };
        Ok(cut_off + redirected)
    }
}

fn admin_server(admin: Admin, limits: &Limits) -> Server {
    let limits = Arc::new(Limits {
        max_connections: ADMIN_CONNECTIONS,
        ..limits.clone()
    });
    let rules = Rules {
        hosts: Hosts::Any,
        limits,
        telling_proxies: Vec::new(),
        trusted_proxies: Vec::new(),
    };
    Server {
        answer: Arc::new(admin),
        rules: Arc::new(ArcSwap::from_pointee(rules)),
        tls: None,
        // Monitors asking for figures would drown the shoppers' in them.
        metrics: Arc::new(Metrics::default()),
        pulse: Arc::default(),
        tracer: Tracer::default(),
    }
}

/// Ends at SIGTERM or SIGINT; readiness ends with it.
async fn told_to_stop(house: &House) {
    match shutdown::requested().await {
        Ok(signal) => info!(signal, "{signal} received, finishing running requests"),
        Err(error) => error!(%error, "cannot listen for signals, stopping"),
    }
    supervisor::stopping();
    for shop in house.shops() {
        shop.draining.store(true, Ordering::Relaxed);
    }
}

async fn render(path: &str, config: &Config, now: SystemTime) -> anyhow::Result<Exit> {
    let store = open_store(config)?;
    let cache = open_cache(config)?;
    let generation = current_generation(&store, &cache).await?;
    let generation = generation.at(live::seconds(now));
    let (live, _) = Live::new();
    let shop = open_shop(config, live, &store)?;
    let theme = shop.look.current();
    let locales = generation.catalog.locales();
    let prefixes = locales.iter().map(|catalog| catalog.prefix());
    let parsed = Parsed::parse(path, prefixes).map_err(|error| anyhow!("{path}: {error}"))?;
    let context = page::Context {
        locale: parsed.locale,
        ..shop.context(&theme, now)
    };
    let page = page::build(&parsed.route, &generation, &context);
    io::stdout()
        .write_all(page.body.as_bytes())
        .context("cannot write the page")?;
    if let Some(location) = &page.location {
        complain(&format!("{path} redirects to {location}"));
    }
    Ok(if page.status < 400 {
        Exit::Done
    } else {
        Exit::Failed
    })
}

async fn current_generation(store: &Store, cache: &Cache) -> anyhow::Result<Generation> {
    if let Some(generation) = cache
        .current()
        .and_then(|manifest| cache.map(&manifest, None).ok())
    {
        return Ok(generation);
    }
    let Some(manifest) = store.current().await? else {
        bail!("nothing has been published yet")
    };
    cache.fetch(store, &manifest).await?;
    let generation = cache.map(&manifest, None)?;
    generation.verify()?;
    Ok(generation)
}

/// Reads the file into memory: only the private cache is ever mapped.
fn verify(file: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.display();
    if let Some(hash) = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .filter(|stem| stem.len() == 64)
    {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let entry = PartEntry {
            hash: hash.to_owned(),
            length,
        };
        check_name(&entry, &bytes).with_context(|| format!("{name} is not what its name says"))?;
    }
    let kind = verify_part(OwnedBytes::new(bytes)).with_context(|| format!("{name} is damaged"))?;
    say(&format!("{name} is a whole {} part", kind.extension()))
}

fn verify_part(bytes: OwnedBytes) -> Result<PartKind, SnapshotError> {
    match Catalog::open(bytes.clone()) {
        Ok(catalog) => catalog.verify().map(|()| PartKind::Catalog),
        Err(SnapshotError::Kind { .. }) => Offers::open(bytes)?.verify().map(|()| PartKind::Offers),
        Err(error) => Err(error),
    }
}

/// As many connections as the process may have descriptors for: running out of them would hit the watch as well.
fn fitting(limits: Limits) -> Limits {
    let Some(descriptors) = allowed_descriptors() else {
        return limits;
    };
    let fitting = descriptors
        .saturating_sub(RESERVED_DESCRIPTORS + ADMIN_CONNECTIONS)
        .max(1);
    if fitting >= limits.max_connections {
        return limits;
    }
    warn!(
        descriptors,
        max_connections = fitting,
        "the process may open {descriptors} files, so at most {fitting} connections are taken; `ulimit -n` raises it"
    );
    Limits {
        max_connections: fitting,
        ..limits
    }
}

/// The soft limit on open files, where the system tells it in the way of Linux.
pub(crate) fn allowed_descriptors() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{text}").context("cannot write to standard output")
}

fn complain(text: &str) {
    // There is nowhere left to say that standard error is gone.
    let _ = writeln!(io::stderr(), "frontage-server: {text}");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{Bench, damage, noon};

    fn config(bench: &Bench) -> Config {
        Config::parse(
            "shop = \"demo\"\nstore = \"store\"\ncache = \"cache\"",
            bench.folder.path(),
        )
        .unwrap()
    }

    #[tokio::test]
    async fn render_needs_a_generation_and_tells_what_is_missing() {
        let bench = Bench::new();
        let config = config(&bench);
        let error = render("/", &config, noon()).await.unwrap_err();
        assert!(
            error.to_string().contains("nothing has been published"),
            "{error}"
        );
        bench.publish(1, "One").await;
        assert_eq!(
            render("/robots.txt", &config, noon()).await.unwrap(),
            Exit::Done
        );
        assert_eq!(
            render("/p/nothing", &config, noon()).await.unwrap(),
            Exit::Failed
        );
        assert!(render("no path", &config, noon()).await.is_err());
    }

    #[tokio::test]
    async fn verify_tells_a_whole_part_from_a_damaged_one() {
        let bench = Bench::new();
        let manifest = bench.publish(1, "One").await;
        for (kind, entry) in manifest.parts() {
            let file = bench
                .store
                .folder()
                .join("parts")
                .join(entry.file_name(kind));
            verify(&file).unwrap();
            damage(&file);
            assert!(
                verify(&file)
                    .unwrap_err()
                    .to_string()
                    .contains("not what its name says")
            );
            let unnamed = bench.folder.path().join("part.bin");
            std::fs::copy(&file, &unnamed).unwrap();
            assert!(
                verify(&unnamed)
                    .unwrap_err()
                    .to_string()
                    .contains("is damaged")
            );
        }
        assert!(
            verify(Path::new("/nonexistent"))
                .unwrap_err()
                .to_string()
                .contains("cannot read")
        );
    }

    #[test]
    fn connections_fit_the_descriptors_of_the_process() {
        let bench = Bench::new();
        let limits = config(&bench).limits;
        let few = Limits {
            max_connections: 2,
            idle: Duration::from_secs(1),
            ..limits.clone()
        };
        assert_eq!(fitting(few.clone()), few);
        let fitted = fitting(Limits {
            max_connections: usize::MAX,
            ..limits
        })
        .max_connections;
        assert!(allowed_descriptors().is_none_or(|allowed| fitted < allowed));
    }
}
