//! All shops of this process, by host. One is the rule; with `shops` in the configuration there is one a file.
//!
//! A file that cannot be used stops its own shop and no other: one that is served goes on with what it was told before,
//! one that is new is not opened, and operators see which file and why.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use arc_swap::ArcSwap;
use frontage_shared::trace::Tracer;
use toml::Table;
use tracing::{error, info};

use crate::back_room::{BackRoom, timed};
use crate::budget::Turn;
use crate::config::{Config, shops};
use crate::handle::Shop;
use crate::listen::{Answer, Hosts, Refusal, Reply, Request};
use crate::metrics::Metrics;
use crate::respond::{self, Response};
use crate::stamp::{Edge, Stamp};
use crate::tenant::Tenant;
use crate::tls::Certificates;
use crate::watch;

/// The shops being served.
pub struct House {
    rooms: ArcSwap<Rooms>,
    asked: Asked,
    /// Where there are several shops.
    back_room: Option<BackRoom>,
    /// What is counted of connections, whichever shop they are for.
    pub metrics: Arc<Metrics>,
    /// Headers of answers that are no shop's. HSTS is none of them: over plain HTTP nobody may believe it.
    pub bare_stamp: Stamp,
    /// What makes spans, whichever shop they are of.
    pub tracer: Tracer,
}

/// Whether one shop is asked or several.
struct Asked {
    since: Instant,
    /// The shop that was asked last, by where it lies.
    last: AtomicUsize,
    /// When another one was asked before it, in milliseconds.
    changed: AtomicU64,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            last: AtomicUsize::new(0),
            changed: AtomicU64::new(0),
        }
    }
}

impl Asked {
    /// A shop that is asked this often shares the process with others.
    const RECENTLY_MS: u64 = 1_000;

    fn note(&self, tenant: &Arc<Tenant>) {
        let which = Arc::as_ptr(tenant).addr();
        if self.last.load(Ordering::Relaxed) != which {
            self.last.store(which, Ordering::Relaxed);
            self.changed.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether more than one shop was asked just now.
    fn are_several(&self) -> bool {
        let changed = self.changed.load(Ordering::Relaxed);
        self.now().saturating_sub(changed) < Self::RECENTLY_MS
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The shops of one configuration.
#[derive(Default)]
pub struct Rooms {
    /// Every shop that is served, by the name of its file; the one shop of a server without `shops` has no name.
    pub tenants: BTreeMap<String, Room>,
    /// Files that could not be used, and why.
    pub refused: BTreeMap<String, String>,
}

/// One shop, and what it was opened with.
#[derive(Clone)]
pub struct Room {
    /// The shop.
    pub tenant: Arc<Tenant>,
    /// What its file said, with what holds for all.
    table: Table,
}

impl fmt::Display for Rooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shops = self.tenants.len();
        write!(f, "serving {shops} shops")?;
        let empty = |room: &&Room| room.tenant.shop.live.load().is_none();
        match self.tenants.values().filter(empty).count() {
            0 => {}
            empty => write!(f, ", {empty} of them without a generation")?,
        }
        match self.refused.len() {
            0 => Ok(()),
            refused => write!(f, ", {refused} files refused"),
        }
    }
}

impl House {
    /// A house of one shop, which answers for every host that passes.
    pub fn of_one(tenant: Arc<Tenant>) -> Self {
        let metrics = Arc::clone(&tenant.shop.metrics);
        let room = Room {
            tenant,
            table: Table::new(),
        };
        let rooms = Rooms {
            tenants: BTreeMap::from([(String::new(), room)]),
            refused: BTreeMap::new(),
        };
        Self::of(rooms, metrics)
    }

    /// A house without a shop yet.
    ///
    /// # Errors
    /// The system starts no more threads.
    pub fn of_many() -> anyhow::Result<Self> {
        Ok(Self {
            back_room: Some(BackRoom::open()?),
            ..Self::of(Rooms::default(), Arc::default())
        })
    }

    /// What answers shoppers. One shop needs nobody to ask whom they mean.
    pub fn answers(self: &Arc<Self>) -> Arc<dyn Answer> {
        match self.only() {
            Some(tenant) => Arc::clone(&tenant.shop) as Arc<dyn Answer>,
            None => Arc::clone(self) as Arc<dyn Answer>,
        }
    }

    fn of(rooms: Rooms, metrics: Arc<Metrics>) -> Self {
        Self {
            rooms: ArcSwap::from_pointee(rooms),
            asked: Asked::default(),
            back_room: None,
            metrics,
            bare_stamp: Stamp::new(None, std::iter::empty(), &Edge::default()),
            tracer: Tracer::default(),
        }
    }

    /// The same, of which spans are made.
    #[must_use]
    pub fn traced(self, tracer: Tracer) -> Self {
        Self { tracer, ..self }
    }

    /// Whether there is one shop, and no folder of them.
    pub fn is_of_one(&self) -> bool {
        self.rooms.load().tenants.contains_key("")
    }

    /// What is served now.
    pub fn rooms(&self) -> Arc<Rooms> {
        self.rooms.load_full()
    }

    /// The one shop, where there is one only.
    pub fn only(&self) -> Option<Arc<Tenant>> {
        let rooms = self.rooms.load();
        rooms.tenants.get("").map(|room| Arc::clone(&room.tenant))
    }

    /// Every shop.
    pub fn shops(&self) -> Vec<Arc<Shop>> {
        let rooms = self.rooms.load();
        let tenants = rooms.tenants.values();
        tenants.map(|room| Arc::clone(&room.tenant.shop)).collect()
    }

    /// Whose requests are let in. Where there are several shops the house itself sees whom a host means, because shops come
    /// and go while connections last.
    pub fn hosts(&self, config: &Config) -> Hosts {
        match self.is_of_one() {
            true => Hosts::Named(config.hosts.clone()),
            false => Hosts::Any,
        }
    }

    /// Reads the folder of shops again, which the main file names: opens what is new or has changed, lets go of what is
    /// gone, and has the certificates shown that shops bring. Says whether every file could be used.
    pub async fn furnish(
        &self,
        file: &Path,
        main: &Config,
        certificates: Option<&Certificates>,
    ) -> bool {
        let before = self.rooms.load_full();
        let mut rooms = Rooms::default();
        let read = match shops::read(file, main) {
            Ok(read) => read,
            Err(problem) => {
                // What is served stays, the whole folder may only be unmounted.
                error!(%problem, "the shops cannot be read, those that are served stay");
                return false;
            }
        };
        for (name, shop) in read {
            let old = before.tenants.get(&name);
            match self.room(&rooms, old, shop).await {
                Ok(room) => drop(rooms.tenants.insert(name, room)),
                Err(problem) => {
                    error!(file = name, %problem, "a shop cannot be served as its file says");
                    if let Some(old) = old {
                        rooms.tenants.insert(name.clone(), old.clone());
                    }
                    rooms.refused.insert(name, problem);
                }
            }
        }
        for gone in before
            .tenants
            .keys()
            .filter(|name| !rooms.tenants.contains_key(*name))
        {
            info!(file = gone, "a shop is not served any more");
        }
        self.show(&mut rooms, certificates);
        let is_sound = rooms.refused.is_empty();
        self.rooms.store(Arc::new(rooms));
        is_sound
    }

    /// Shows the certificates that shops bring. A shop whose own cannot be shown is served all the same, with the one of the
    /// main file.
    fn show(&self, rooms: &mut Rooms, certificates: Option<&Certificates>) {
        let brought = |room: &Room| room.tenant.config.tls.pairs().cloned().collect::<Vec<_>>();
        let pairs: Vec<_> = rooms.tenants.values().flat_map(brought).collect();
        let refused = match certificates {
            Some(certificates) => certificates.bring(&pairs, watch::now()),
            None => Vec::new(),
        };
        for (name, room) in &rooms.tenants {
            let own = brought(room);
            let problem = match certificates {
                None if own.is_empty() => continue,
                None => "`tls`: a shop's certificate is shown only where the main file has one"
                    .to_owned(),
                Some(_) => match refused.iter().find(|(paths, _)| own.contains(paths)) {
                    None => continue,
                    Some((_, error)) => format!("`tls`: {error}"),
                },
            };
            self.metrics.certificate(false);
            error!(file = name, %problem, "a shop's certificate cannot be shown");
            rooms.refused.entry(name.clone()).or_insert(problem);
        }
    }

    /// The shop of a file: the one that is served, if nothing changed.
    async fn room(
        &self,
        rooms: &Rooms,
        old: Option<&Room>,
        read: Result<(Table, Config), String>,
    ) -> Result<Room, String> {
        let (table, config) = read?;
        for (name, room) in &rooms.tenants {
            let other = &room.tenant.config;
            if other.shop == config.shop {
                return Err(format!(
                    "`shop` \"{}\" is that of {name} already",
                    config.shop
                ));
            }
            if let Some(host) = config.hosts.iter().find(|host| other.hosts.contains(host)) {
                return Err(format!("the host {host} is that of {name} already"));
            }
        }
        if let Some(old) = old.filter(|old| old.table == table) {
            return Ok(old.clone());
        }
        let (shop, hosts) = (config.shop.clone(), config.hosts.join(", "));
        let opened = Tenant::open(config, self.tracer.clone());
        let (tenant, begins) = opened.map_err(|error| format!("{error:#}"))?;
        // One after the other: what many shops verify at once would slow those that are open.
        let _ = begins.await;
        info!(shop, hosts, "a shop is open");
        Ok(Room { tenant, table })
    }

    /// The shop that a host is of: the only one for any host that passed, otherwise the one that names it.
    fn tenant(&self, host: Option<&str>) -> Option<Arc<Tenant>> {
        let rooms = self.rooms.load();
        let mut tenants = rooms.tenants.values().map(|room| &room.tenant);
        if let Some(room) = rooms.tenants.get("") {
            return Some(Arc::clone(&room.tenant));
        }
        let host = host?;
        let names_it = |tenant: &&Arc<Tenant>| tenant.config.hosts.iter().any(|name| name == host);
        tenants.find(names_it).map(Arc::clone)
    }

    /// Answers within a shop's turn: in the back room, if the shop takes more than its share while others are asked.
    async fn within(&self, turn: Turn<'_>, shop: &Arc<Shop>, request: &Request<'_>) -> Response {
        let room = self.back_room.as_ref();
        let room = room.filter(|_| self.asked.are_several() && turn.is_ahead());
        if let Some(room) = room {
            let answer = room.answer(shop, request, |taken| turn.end(taken));
            return answer.await.unwrap_or_else(|| busy(shop));
        }
        let (reply, taken) = timed(|| shop.answer(request));
        // What waits for a disk or for another system takes no thread from anybody.
        turn.end(taken);
        reply.response().await
    }

    /// Where plain HTTP for a host is sent on to.
    pub fn origin(&self, host: Option<&str>) -> Option<String> {
        self.tenant(host)
            .map(|tenant| tenant.config.base_url.clone())
    }
}

impl Answer for House {
    fn takes_posts(&self, host: Option<&str>, target: &str) -> bool {
        let tenant = self.tenant(host);
        tenant.is_some_and(|tenant| tenant.shop.takes_posts(host, target))
    }

    fn template(&self, host: Option<&str>, target: &str) -> Option<&'static str> {
        self.tenant(host)?.shop.template(host, target)
    }

    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        let Some(tenant) = self.tenant(request.host) else {
            let host = request.host.unwrap_or_default().to_owned();
            return Reply::Now(self.refuse(&Refusal::WrongHost(host)));
        };
        let request = *request;
        Reply::Later(Box::pin(async move {
            let began = Instant::now();
            let metrics = &tenant.shop.metrics;
            self.asked.note(&tenant);
            let response = match tenant.budget.turn(|| self.asked.are_several()).await {
                None => busy(&tenant.shop),
                Some(turn) => self.within(turn, &tenant.shop, &request).await,
            };
            metrics.request(response.kind, response.http.status(), began.elapsed());
            response
        }))
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.bare_stamp, refusal)
    }
}

/// What is sent where too many wait for this shop.
fn busy(shop: &Shop) -> Response {
    let text = "Too many people ask for this shop right now. Please try again in a moment.";
    respond::busy(&shop.bare_stamp, "refused", text, respond::RETRY_SECONDS)
}
