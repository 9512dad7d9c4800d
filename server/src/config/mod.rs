//! The configuration of the server: one TOML file, every key optional but `shop`.
//!
//! A `Config` is complete and valid; a file with problems is refused with all of them at once. The reference is
//! `config/server.toml`, and a test keeps its values and the defaults here the same.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use frontage_shared::daemon::logging::LogFormat;
use frontage_shared::daemon::places::Places;
use frontage_shared::store::{StoreLocation, StoreOptions};
use toml::Table;

use crate::bots;
use crate::budget;
use crate::canary;
use crate::checkout::{Method, Settings};
use crate::heartbeat;
use crate::page::Resizer;
use crate::payment::StripeSettings;
use crate::policies::{Policies, Returns, Telephone};
use crate::pricing::PricingSettings;
use crate::stamp::TagHeader;
use crate::table::Keys;
use crate::telemetry;
use crate::theme::ThemeSettings;
use crate::tls;
use crate::zone::Zone;

/// What the shop looks like.
mod look;
/// The folder of shops, a file each.
pub mod shops;

/// Everything the server is told before it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Where shoppers are served.
    pub listen: SocketAddr,
    /// Where operators and monitors look; never reachable by shoppers.
    pub admin: SocketAddr,
    /// Where ingest publishes.
    pub store: StoreLocation,
    /// A folder of our own: verified copies of parts live here.
    pub cache: PathBuf,
    /// Which shop of the store is served.
    pub shop: String,
    /// The shop's public origin without a trailing slash; canonical links and sitemaps start with it.
    pub base_url: String,
    /// Host names answered besides loopback ones, lower case, without port.
    pub hosts: Vec<String>,
    /// How often the store is asked for a new generation.
    pub poll_interval: Duration,
    /// How much memory rendered pages may take.
    pub body_cache_bytes: u64,
    /// How often words are searched for before operators are told of them; 0 counts no searches.
    pub searches_seen_at_least: u64,
    /// How long a redirect from a former address may be taken back, in seconds.
    pub redirects_settle: i64,
    /// In which days are told.
    pub time_zone: Zone,
    /// The shape of a log line.
    pub log: LogFormat,
    /// Proxies of ours: who they say a client is, is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether those proxies tell whom they speak for in the PROXY protocol.
    pub proxy_protocol: bool,
    /// The certificate, if the shop speaks TLS itself.
    pub tls: tls::Settings,
    /// The value of Strict-Transport-Security, where `base_url` is https and something is to be said.
    pub hsts: Option<String>,
    /// The header that tags pages for caches on the way, if one is sent.
    pub cache_tags: Option<TagHeader>,
    /// What can be bought, and how.
    pub checkout: Settings,
    /// What the shop promises beside its catalog.
    pub policies: Policies,
    /// What the shop proves itself with to search engines that take IndexNow.
    pub indexnow_key: Option<String>,
    /// What crawlers may cost.
    pub bots: bots::Settings,
    /// What the shop may take of the process, where it is one of several.
    pub budget: budget::Settings,
    /// The folder of shops, if there are several.
    pub shops: Option<PathBuf>,
    /// What the shop looks like.
    pub theme: ThemeSettings,
    /// What makes other widths of pictures.
    pub images: Option<Resizer>,
    /// Whether and how this server says what it serves.
    pub fleet: heartbeat::Settings,
    /// Whether this server shows new catalogs before others do.
    pub canary: canary::Settings,
    /// Where traces go, and how many requests are traced.
    pub telemetry: telemetry::Settings,
    /// What one client may cost.
    pub limits: Limits,
}

/// What one client may cost, in time, bytes and connections.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// From a new connection to its first byte.
    pub first_byte: Duration,
    /// From the first byte of a request to the end of its headers.
    pub header: Duration,
    /// From the end of the headers to the end of the body.
    pub body: Duration,
    /// For a client to take a response; large ones get more, in proportion.
    pub write: Duration,
    /// Between two requests on one connection.
    pub idle: Duration,
    /// For running requests to end after the signal to stop.
    pub drain: Duration,
    /// Connections open at once.
    pub max_connections: usize,
    /// Request line and headers together.
    pub max_header_bytes: usize,
    /// A request's body.
    pub max_body_bytes: usize,
    /// How often one client may change carts, and send checkout forms; 0 is as often as it likes.
    pub cart_changes_per_minute: u32,
    /// See above.
    pub orders_per_minute: u32,
    /// How often one client may withdraw from a contract.
    pub withdrawals_per_minute: u32,
}

/// The folder of the server's own copies, unless the configuration names another.
const CACHE: &str = "/var/lib/frontage/server";

/// Every problem of a configuration file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct ConfigError {
    /// The file, as it was named.
    pub path: PathBuf,
    /// One sentence a problem, each naming its place and its key.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(
            f,
            "{} has {count} problem{}:",
            self.path.display(),
            if count == 1 { "" } else { "s" }
        )?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// The key that a problem names first, in backquotes.
fn named_key(problem: &str) -> Option<&str> {
    problem.strip_prefix('`')?.split('`').next()
}

impl Config {
    /// What this server is called in its fleet.
    pub(crate) fn name(&self) -> String {
        self.fleet.name(self.listen)
    }

    /// Whether this server shows catalogs on trial.
    pub(crate) fn is_canary(&self) -> bool {
        self.canary.is_canary(&self.name())
    }

    /// Reads and checks a file; relative paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let refuse = |problem: String| ConfigError {
            path: path.to_owned(),
            problems: vec![problem],
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| refuse(format!("cannot be read: {error}")))?;
        // The parent of a bare file name is empty, so the path is made absolute first.
        let file =
            std::path::absolute(path).map_err(|error| refuse(format!("has no folder: {error}")))?;
        let folder = file.parent().unwrap_or(Path::new("/"));
        let places = Places::of(path, &text);
        let table = text.parse::<Table>();
        let table = table.map_err(|error| refuse(places.of_syntax(&error)))?;
        let placed = |problem: String| match named_key(&problem) {
            Some(key) => format!("{}: {problem}", places.of_key(key)),
            None => problem,
        };
        Self::of_table(table, folder).map_err(|problems| ConfigError {
            path: path.to_owned(),
            problems: problems.into_iter().map(placed).collect(),
        })
    }

    /// Checks a configuration text; relative paths in it are relative to `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, Vec<String>> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| vec![error.to_string()])?;
        Self::of_table(table, folder)
    }

    /// Checks a configuration; relative paths in it are relative to `folder`.
    pub fn of_table(table: Table, folder: &Path) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut keys = Keys::of(table, "", &mut problems);
        let listen = keys.address("listen", "127.0.0.1:8080");
        let admin = keys.address("admin", "127.0.0.1:8090");
        let store = keys.store(folder);
        let cache = keys.text("cache").unwrap_or_else(|| CACHE.to_owned());
        let shop = keys.shop();
        let base_url = keys.base_url();
        let hosts = keys.hosts(&base_url);
        let poll_interval = keys.millis("poll_interval_ms", 1000, 50..=3_600_000);
        let body_cache_bytes = keys.number("body_cache_bytes", 32 << 20, 0..=1 << 40);
        let settle_days = keys.number("redirects_permanent_after_days", 7, 0..=3_650);
        let (searches, time_zone) = (keys.searches_seen_at_least(), keys.time_zone());
        let (log, trusted_proxies) = (keys.log(), keys.trusted_proxies());
        let proxy_protocol = keys.boolean("proxy_protocol");
        let tls = tls::Settings::read(keys.table("tls", "tls."));
        let (hsts, cache_tags) = (keys.hsts(&base_url), keys.cache_tags());
        let mut checkout = keys.checkout();
        let policies = keys.policies().with_checkout(&checkout);
        let (indexnow_key, shops) = (keys.indexnow_key(), keys.optional("shops"));
        let bots = bots::Settings::read(keys.table("bots", "bots."));
        let budget = budget::Settings::read(keys.table("budget", "budget."));
        let (theme, images) = (keys.theme(folder), keys.images());
        let fleet = heartbeat::Settings::read(keys.table("fleet", "fleet."));
        let canary = canary::Settings::read(keys.table("canary", "canary."));
        let telemetry = telemetry::Settings::read(keys.table("telemetry", "telemetry."));
        let limits = keys.limits();
        keys.refuse_the_rest();
        problems.extend(same_address(listen, admin));
        problems.extend([checkout.problems(), policies.problems()].concat());
        problems.extend(unheard(&canary, &fleet));
        if !problems.is_empty() {
            return Err(problems);
        }
        let cache = folder.join(cache);
        locate(&mut checkout, folder, &cache);
        Ok(Self {
            listen,
            admin,
            store,
            cache,
            shop,
            base_url,
            hosts,
            poll_interval,
            body_cache_bytes,
            searches_seen_at_least: searches,
            log,
            redirects_settle: i64::try_from(settle_days).unwrap_or(0) * 24 * 60 * 60,
            time_zone,
            trusted_proxies,
            proxy_protocol,
            tls: tls.within(folder),
            hsts,
            cache_tags,
            checkout,
            policies,
            indexnow_key,
            bots,
            budget,
            shops: shops.map(|shops| folder.join(shops)),
            theme,
            images,
            fleet,
            canary,
            telemetry: telemetry.within(folder),
            limits,
        })
    }
}

/// What is wrong with two listeners at one address.
fn same_address(listen: SocketAddr, admin: SocketAddr) -> Option<String> {
    let is_same = listen == admin && listen.port() != 0;
    is_same.then(|| format!("`admin` must not be the address of `listen` ({listen})"))
}

/// What is wrong with a canary that says nothing.
fn unheard(canary: &canary::Settings, fleet: &heartbeat::Settings) -> Option<String> {
    let is_unheard = canary.may_be_canary() && fleet.interval.is_zero();
    is_unheard.then(|| {
        let rule = "must not be 0 where `[canary]` makes canaries: nobody would hear of it";
        format!("`fleet.heartbeat_ms` {rule}")
    })
}

/// Makes the files of a checkout absolute; keys that are not named are in the cache folder.
fn locate(checkout: &mut Settings, folder: &Path, cache: &Path) {
    checkout.keys = match checkout.keys.as_os_str().is_empty() {
        true => cache.join("keys"),
        false => folder.join(&checkout.keys),
    };
    checkout.pricing.locate(folder);
    let stripe = &mut checkout.stripe;
    for file in [&mut stripe.secret_key_file, &mut stripe.webhook_secret_file] {
        if !file.as_os_str().is_empty() {
            *file = folder.join(&*file);
        }
    }
}

impl Keys<'_> {
    fn address(&mut self, key: &str, default: &str) -> SocketAddr {
        let text = self.text(key).unwrap_or_else(|| default.to_owned());
        text.parse().unwrap_or_else(|_| {
            self.problem(
                key,
                format_args!("must be an address and port such as {default}, got \"{text}\""),
            );
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn shop(&mut self) -> String {
        let missing = !self.table.contains_key("shop") && !self.has_shops();
        let shop = self.text("shop").unwrap_or_default();
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        if missing {
            self.problem(
                "shop",
                "is missing: the id of the shop, as in ingest's [shop] table",
            );
        } else if !shop.bytes().all(plain) {
            self.problem(
                "shop",
                format_args!("must be lower-case letters, digits, `-` and `_`, got \"{shop}\""),
            );
        }
        shop
    }

    /// Whether the shops have files of their own; then the main file is of none of them.
    fn has_shops(&self) -> bool {
        let shops = self.table.get("shops").and_then(toml::Value::as_str);
        shops.is_some_and(|folder| !folder.is_empty())
    }

    fn base_url(&mut self) -> String {
        let url = self
            .text("base_url")
            .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
        let url = url.strip_suffix('/').unwrap_or(&url).to_owned();
        if host_of_url(&url).is_none() {
            self.problem(
                "base_url",
                format_args!("must be an origin such as https://shop.example, got \"{url}\""),
            );
        }
        url
    }

    fn hosts(&mut self, base_url: &str) -> Vec<String> {
        let what = "host names such as [\"shop.example\"]";
        let hosts = self.list_or("hosts", what, |text| host_of_url(&format!("http://{text}")));
        hosts.unwrap_or_else(|| host_of_url(base_url).into_iter().collect())
    }

    fn time_zone(&mut self) -> Zone {
        let Some(name) = self.optional("time_zone") else {
            return Zone::UTC;
        };
        Zone::parse(&name).unwrap_or_else(|| {
            let rule = "must be an IANA time zone such as Europe/Berlin";
            self.problem("time_zone", format_args!("{rule}, got \"{name}\""));
            Zone::UTC
        })
    }

    fn log(&mut self) -> LogFormat {
        match self.text("log").as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => {
                self.problem(
                    "log",
                    format_args!("must be \"text\" or \"json\", got \"{other}\""),
                );
                LogFormat::Text
            }
        }
    }

    fn store(&mut self, folder: &Path) -> StoreLocation {
        let text = self
            .text("store")
            .unwrap_or_else(|| "file:///var/lib/frontage/store".to_owned());
        let options = self.store_options();
        StoreLocation::parse(&text, options, folder).unwrap_or_else(|found| {
            for one in found {
                self.problem(one.key, format_args!("{}, got \"{}\"", one.rule, one.value));
            }
            StoreLocation::Folder(PathBuf::new())
        })
    }

    fn store_options(&mut self) -> StoreOptions {
        let mut keys = self.table("store_options", "store_options.");
        let mut text = |key| keys.optional(key).unwrap_or_default();
        let (endpoint, region, account) = (text("endpoint"), text("region"), text("account"));
        let mut file = |key| PathBuf::from(text(key));
        let options = StoreOptions {
            endpoint,
            region,
            account,
            access_key_id_file: file("access_key_id_file"),
            secret_key_file: file("secret_key_file"),
            service_account_file: file("service_account_file"),
            ca_file: file("ca_file"),
            path_style: keys.boolean("path_style"),
            allow_http: keys.boolean("allow_http"),
        };
        keys.refuse_the_rest();
        options
    }

    fn rate(&mut self, key: &str, default: u64) -> u32 {
        u32::try_from(self.number(key, default, 0..=1_000_000)).unwrap_or(u32::MAX)
    }

    fn trusted_proxies(&mut self) -> Vec<IpAddr> {
        self.list(
            "trusted_proxies",
            "addresses such as [\"10.0.0.7\"]",
            // Clients are compared with them in this form.
            |text| text.parse().ok().map(|ip: IpAddr| ip.to_canonical()),
        )
    }

    fn indexnow_key(&mut self) -> Option<String> {
        let key = self.optional("indexnow_key")?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(8..=128).contains(&key.len()) || !key.bytes().all(plain) {
            let rule = "must be 8 to 128 letters, digits and dashes";
            self.problem("indexnow_key", format_args!("{rule}, got \"{key}\""));
        }
        Some(key)
    }

    fn cache_tags(&mut self) -> Option<TagHeader> {
        let text = self.optional("cache_tags")?;
        let header = TagHeader::parse(&text);
        if header.is_none() {
            let rule = "must be \"cache-tag\" or \"surrogate-key\"";
            self.problem("cache_tags", format_args!("{rule}, got \"{text}\""));
        }
        header
    }

    fn hsts(&mut self, base_url: &str) -> Option<String> {
        let value = match self.table.contains_key("hsts") {
            true => self.optional("hsts"),
            false => Some("max-age=31536000".to_owned()),
        };
        let says = |text: &str| {
            text.starts_with("max-age=") && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        };
        if let Some(text) = value.as_deref().filter(|text| !says(text)) {
            let rule = "must be such as \"max-age=31536000; includeSubDomains\"";
            self.problem("hsts", format_args!("{rule}, got \"{text}\""));
        }
        value.filter(|_| base_url.starts_with("https://"))
    }

    fn checkout(&mut self) -> Settings {
        let mut keys = self.table("checkout", "checkout.");
        let settings = Settings {
            methods: keys.list(
                "methods",
                "\"invoice\", \"cash_on_delivery\", \"stripe\" and \"handoff\"",
                Method::parse,
            ),
            countries: keys.list("countries", "codes such as [\"DE\", \"AT\"]", |code| {
                crate::page::countries::is_known(code).then(|| code.to_owned())
            }),
            keys: keys.file("keys").unwrap_or_default(),
            handoff_url: keys.optional("handoff_url"),
            terms_page: keys.optional("terms_page"),
            privacy_page: keys.optional("privacy_page"),
            newsletter: keys.boolean("newsletter"),
            withdrawal: keys.boolean_or("withdrawal", true),
            stock_requests: keys.boolean("stock_requests"),
            stripe: keys.stripe(),
            pricing: PricingSettings::read(keys.table("pricing", "checkout.pricing.")),
        };
        keys.refuse_the_rest();
        settings
    }

    fn searches_seen_at_least(&mut self) -> u64 {
        self.number("searches_seen_at_least", 10, 0..=1_000_000)
    }

    fn policies(&mut self) -> Policies {
        Policies {
            returns: Returns::read(self.table("returns", "returns.")),
            telephone: Telephone::read(self.table("contact", "contact.")),
            ..Policies::default()
        }
    }

    fn stripe(&mut self) -> StripeSettings {
        let mut keys = self.table("stripe", "checkout.stripe.");
        let defaults = StripeSettings::default();
        let mut file = |key| keys.file(key).unwrap_or_default();
        let (secret_key_file, webhook_secret_file) =
            (file("secret_key_file"), file("webhook_secret_file"));
        let settings = StripeSettings {
            secret_key_file,
            webhook_secret_file,
            api: keys.text("api").unwrap_or(defaults.api),
            pages: keys.text("pages").unwrap_or(defaults.pages),
            timeout: keys.millis("timeout_ms", 10_000, 100..=60_000),
        };
        keys.refuse_the_rest();
        settings
    }

    fn limits(&mut self) -> Limits {
        let mut keys = self.table("limits", "limits.");
        let limits = Limits {
            first_byte: keys.millis("first_byte_ms", 10_000, 1..=600_000),
            header: keys.millis("header_ms", 10_000, 1..=600_000),
            body: keys.millis("body_ms", 10_000, 1..=600_000),
            write: keys.millis("write_ms", 10_000, 1..=600_000),
            idle: keys.millis("idle_ms", 60_000, 1..=3_600_000),
            drain: keys.millis("drain_ms", 10_000, 0..=600_000),
            max_connections: keys.size("max_connections", 8192, 1..=1_000_000),
            // hyper reads at least this much before it looks.
            max_header_bytes: keys.size("max_header_bytes", 16_384, 8192..=1_048_576),
            max_body_bytes: keys.size("max_body_bytes", 65_536, 0..=16_777_216),
            cart_changes_per_minute: keys.rate("cart_changes_per_minute", 120),
            orders_per_minute: keys.rate("orders_per_minute", 20),
            withdrawals_per_minute: keys.rate("withdrawals_per_minute", 5),
        };
        keys.refuse_the_rest();
        limits
    }
}

/// The host of an origin (`scheme://host[:port]` and nothing after it), lower case.
fn host_of_url(url: &str) -> Option<String> {
    let authority = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    let authority: hyper::http::uri::Authority = authority.parse().ok()?;
    let plain = !authority.as_str().contains('@') && !authority.host().is_empty();
    let port_is_sound =
        authority.port().is_none() == authority.as_str().ends_with(authority.host());
    (plain && port_is_sound).then(|| authority.host().to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
