//! The configuration as the rest of the program sees it.
//!
//! Only `load` makes these, so a value of these types has passed every check.

use super::decoding::Decoding;
use chrono_tz::Tz;
use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::locales::group_of;
use frontage_shared::store::StoreLocation;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

use super::canary::Canary;
use super::changes::Changes;
use super::contract::Contract;
use super::desk::Desk;
use super::files::Files;
use super::indexnow::IndexNow;
use super::login::Login;
use super::orders::Orders;
use super::telemetry::Telemetry;
use super::traffic::{Throttle, Transport};
use super::webhooks::Webhook;
use crate::calendar::Blackout;
use crate::ownership::Say;

/// Everything the operator decides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where generations are published.
    pub store: StoreLocation,
    /// How long the right to publish may go without a renewal before another daemon takes it.
    pub lease: Duration,
    /// The folder of the feed cache, run history and quarantine; may be deleted, and is rebuilt.
    pub state: PathBuf,
    /// Who sells.
    pub shop: Shop,
    /// Where the data comes from, by name.
    pub sources: Vec<Source>,
    /// When a candidate is held, for the shop as a whole.
    pub guard: Guard,
    /// What is kept of the past.
    pub retention: Retention,
    /// How listings may be narrowed.
    pub facets: Facets,
    /// What is kept of raw responses.
    pub recordings: Recordings,
    /// What the daemon may take of the machine.
    pub budget: Budget,
    /// Where operators look and decide, if anywhere.
    pub desk: Option<Desk>,
    /// Where orders are delivered, if anywhere.
    pub orders: Option<Orders>,
    /// Who is told what happens, by name.
    pub webhooks: Vec<Webhook>,
    /// Which search engines are told what changed, if any.
    pub indexnow: Option<IndexNow>,
    /// How new catalogs are tried, if they are.
    pub canary: Option<Canary>,
    /// Where traces go, if anywhere.
    pub telemetry: Option<Telemetry>,
}

impl Config {
    /// The source of that name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }
}

/// Who sells.
#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    /// Names the shop in paths; never changes.
    pub id: String,
    /// What shoppers call it.
    pub name: String,
    /// What its prices are in.
    pub currency: Currency,
    /// BCP 47 tag of its language.
    pub locale: String,
    /// Tags of the further languages it speaks, in the order to offer them.
    pub locales: Vec<String>,
    /// What prices are in, in those further languages where it is another currency than the shop's, by the same tags.
    pub currencies: BTreeMap<String, Currency>,
    /// What it says of itself in those, by the same tags.
    pub translations: BTreeMap<String, ShopTranslation>,
    /// What its schedules and naive timestamps are in.
    pub time_zone: Tz,
    /// ISO 3166 code of the country it sells from.
    pub country: Option<String>,
    /// A sentence under its name.
    pub tagline: Option<String>,
    /// What it is, for search engines.
    pub description: Option<String>,
    /// Where shoppers write to.
    pub email: Option<String>,
}

impl Shop {
    /// Its price lists: its own, then the further ones in the order of its languages.
    pub fn price_lists(&self) -> Vec<PriceList> {
        let mut lists = vec![PriceList {
            currency: self.currency,
            group: None,
        }];
        for locale in &self.locales {
            let list = PriceList {
                currency: self
                    .currencies
                    .get(locale)
                    .copied()
                    .unwrap_or(self.currency),
                group: group_of(locale).map(str::to_owned),
            };
            if !lists.contains(&list) {
                lists.push(list);
            }
        }
        lists
    }
}

/// Prices in one currency, for everybody or for one customer group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    /// What its prices are in.
    pub currency: Currency,
    /// Whom it is for; none for everybody.
    pub group: Option<String>,
}

/// What a shop says of itself in a further language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopTranslation {
    /// A sentence under its name.
    pub tagline: Option<String>,
    /// What it is, for search engines.
    pub description: Option<String>,
}

/// One polled endpoint of a merchant's back end.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name in logs, reports and the state folder.
    pub name: String,
    /// What it brings to the shop.
    pub provides: Provides,
    /// What is fetched, and how.
    pub request: Request,
    /// When it is polled, in the shop's time zone.
    pub schedule: cron::Schedule,
    /// By how much a poll may be late, at random.
    pub jitter: Duration,
    /// When it is not polled.
    pub blackouts: Vec<Blackout>,
    /// What becomes of a run that could not begin when it was due.
    pub missed: Missed,
    /// How its bytes become records.
    pub decoding: Decoding,
    /// What a run may cost.
    pub limits: SourceLimits,
    /// How a record becomes documents.
    pub mapping: Mapping,
    /// What the mapping sees as `$name`, beside `$currency` and `$time_zone`.
    pub vars: BTreeMap<String, serde_json::Value>,
    /// What becomes of documents that break a rule.
    pub contract: Contract,
    /// When a candidate is held, for what this source brings.
    pub guard: Guard,
    /// Records that may be refused and were not in the published feed, in percent.
    pub max_new_invalid_percent: f64,
    /// What becomes of a document that an earlier record had differently.
    pub duplicates: Duplicates,
    /// Which documents stay that a feed does not bring.
    pub keeping: Keeping,
    /// What it may say in documents that other sources bring, too.
    pub say: Say,
}

/// Which documents stay in the shop although a full feed does not bring them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Feeds in a row that may leave a document out before it goes.
    pub grace: u32,
    /// Whether the last good version of a document stays while it is refused.
    pub last_good: bool,
}

/// What becomes of runs that could not begin when they were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// All of them together are run once, as soon as may be.
    Once,
    /// They are left out.
    Skip,
}

/// What becomes of a document whose key an earlier record of the run had, and that says something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duplicates {
    /// It is refused: nothing says which of the two is right.
    Refuse,
    /// The first one counts: exports of variants repeat the product in every row.
    First,
}

/// What a source brings to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provides {
    /// Products, categories, pages, attributes.
    Catalog,
    /// Prices and stock.
    Offers,
    /// Promotions, delivery methods, taxes.
    Terms,
    /// What became of orders, which is no part of the shop.
    Orders,
}

impl Provides {
    /// As the configuration spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Offers => "offers",
            Self::Terms => "terms",
            Self::Orders => "orders",
        }
    }
}

/// What is fetched, and how.
#[derive(Debug, Clone)]
pub struct Request {
    /// The first page.
    pub url: Url,
    /// The files it means, if it means files.
    pub files: Option<Files>,
    /// Where the address of the next page stands.
    pub next: Next,
    /// Added to the query of the first page; of every page where pages are numbered. Values may hold places.
    pub query: Vec<(String, String)>,
    /// Sent by POST; may hold places.
    pub body: Option<String>,
    /// How pages are asked for that no link leads to.
    pub paging: Option<Paging>,
    /// What is asked for each record of a page.
    pub expand: Option<Expand>,
    /// How it is asked for what changed only.
    pub changes: Option<Changes>,
    /// JSON pointer to where a page of status 200 tells an error.
    pub error_at: Option<String>,
    /// Sent as `Accept-Language`.
    pub accept_language: Option<String>,
    /// Sent with every request of this source, to its own origin only.
    pub headers: BTreeMap<String, String>,
    /// Query parameters that let ingest in: added when a request is sent, and in no address that anybody sees.
    pub secret_query: Vec<(String, String)>,
    /// What has to be asked for before the back end answers.
    pub login: Option<Login>,
    /// How much the back end is asked at a time.
    pub throttle: Option<Throttle>,
    /// Through what requests go.
    pub transport: Transport,
    /// From sending a request to the head of its answer.
    pub timeout: Duration,
    /// Between two chunks of a body.
    pub stall_timeout: Duration,
    /// For all pages together, retries and pauses included.
    pub deadline: Duration,
    /// How often one page is asked for again.
    pub retries: u32,
}

impl Request {
    /// Whether a page has to be read to know what to do next, or that it is one.
    pub fn looks_into_pages(&self) -> bool {
        let is_linked_inside = matches!(self.next, Next::Body(_));
        self.error_at.is_some() || self.paging.is_some() || is_linked_inside
    }

    /// The address as it is sent.
    pub fn sent(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if !self.secret_query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.secret_query);
        }
        url
    }
}

/// What is asked for records that a list only names, or leaves a part of out.
#[derive(Debug, Clone, PartialEq)]
pub struct Expand {
    /// JSON pointer to the records of a page.
    pub list: String,
    /// Where a record's details are, relative to the source's address, with JSON pointers into the record in braces.
    pub url: String,
    /// What a record has at these pointers if it has details; all of them.
    pub when: Vec<(String, serde_json::Value)>,
    /// JSON pointer to the details in their page.
    pub records: String,
    /// Where the address of the next page of details stands.
    pub next: Next,
    /// The field of the record that gets the list of details; empty when they take the place of the record.
    pub into: String,
    /// Records that are asked for at the same time.
    pub at_once: usize,
}

/// How pages are asked for that no link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// How one page follows from the one before.
    pub kind: PagingKind,
    /// The number of the first page, or the id before the first one.
    pub first: u64,
    /// Records that are asked for at once.
    pub size: u64,
    /// JSON pointer to the records, as the source has it.
    pub records: String,
}

/// How one page follows from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PagingKind {
    /// `{page}` or `{offset}` counts up, until so many records were seen as stand at the pointer; without one, until a
    /// page is not full.
    Number {
        /// JSON pointer to the number of all records.
        total_at: Option<String>,
    },
    /// `{cursor}` is what stands in the page.
    Cursor {
        /// JSON pointer to it.
        at: String,
        /// JSON pointer to `true` while there is more.
        more_at: Option<String>,
    },
    /// `{cursor}` is the id of the last record, until a page is not full.
    SinceId {
        /// JSON pointer to it, in the record.
        at: String,
    },
}

/// Where the address of the next page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// There is only one page.
    None,
    /// In the header `Link: <…>; rel="next"`.
    Link,
    /// In the page, which is JSON, at this pointer.
    Body(String),
}

/// What a run may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// Pages in a run.
    pub max_pages: u32,
    /// One page, decompressed.
    pub max_page_bytes: u64,
    /// All pages, decompressed.
    pub max_run_bytes: u64,
    /// All pages, as sent over the wire.
    pub max_wire_bytes: u64,
    /// Records in a run.
    pub max_records: u64,
    /// One record.
    pub max_record_bytes: usize,
    /// How deep objects and arrays may nest in a record.
    pub max_depth: usize,
    /// How many times larger than packed a page may be unpacked, once it is large at all.
    pub max_ratio: u64,
    /// How long the mapping may take for one record.
    pub map_timeout: Duration,
    /// How many documents the mapping may make of one record.
    pub max_documents: usize,
}

/// How a record becomes documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// Records are documents already.
    None,
    /// Document field (dotted) to expression.
    Fields(BTreeMap<String, String>),
    /// A jq program: one record in, any number of documents out.
    Program {
        /// Where it was read from, for messages.
        path: PathBuf,
        /// The program.
        text: String,
    },
}

/// When a candidate is held instead of published. Percentages are of what is published now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    /// Products or offers that may go at once.
    pub max_removed_percent: f64,
    /// Prices that may become zero at once.
    pub max_zero_price_percent: f64,
    /// By how much the median price may move, up or down.
    pub max_median_price_shift_percent: f64,
    /// Records that may be refused: the error budget of a run.
    pub max_invalid_percent: f64,
    /// Products that one category may lose at once.
    pub max_category_removed_percent: f64,
    /// Categories with fewer products than this come and go as they like.
    pub min_category_products: u64,
}

/// What is kept of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The newest generations, however old.
    pub generations: u32,
    /// Of everything younger than this, the last of every ten minutes.
    pub min_age: Duration,
    /// Manifests, which are small.
    pub manifests: Duration,
}

/// What is kept of raw responses, for each source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recordings {
    /// The latest runs that had something to read.
    pub runs: usize,
    /// What they may take together, compressed.
    pub max_bytes: u64,
}

/// What the daemon may take of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Memory of its own; files that are mapped into it do not count.
    pub memory_bytes: Option<u64>,
}

/// How listings may be narrowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facets {
    /// Values offered per attribute, the most frequent ones.
    pub max_values: u32,
    /// Attribute codes to narrow by, in this order; absent chooses by coverage.
    pub attributes: Option<Vec<String>>,
}
