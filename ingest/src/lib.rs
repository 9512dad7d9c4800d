//! Frontage's ingest: polls a merchant's back ends and publishes what they say as a shop.
//!
//! The stages come first, in the order data flows through them; each takes the previous one's type and returns
//! another. Then what calls them, and what operators use.

/// 1 Pages of a source, into files.
pub mod fetch;

/// 2 Bytes to records, bounded in size and depth.
pub mod decode;

/// 3 Records to documents.
pub mod map;

/// 4 The schema, and what no schema can say.
pub mod validate;

/// 5 All sources' documents, as one.
pub mod merge;

/// 6 What arrived against what is published.
pub mod guard;

/// What both parts need.
pub mod common;
/// 7 Documents to the two parts of a generation.
pub mod compile;

/// 8 Parts to the store, HEAD last.
pub mod publish;

/// All stages in order.
pub mod cycle;

/// What becomes live.
pub mod release;

/// A pin with an end.
pub mod flip;

/// What comes into the shop and goes by itself.
pub mod dates;

mod half_hash; // texts that are found where they lie
/// The stages of one source.
pub mod harvest;
mod recipe; // in which way a feed was read
mod threads;
mod told; // files that say what became of records // work on several of them

/// All of a source, or what changed.
pub mod changes;

/// Decode, map and validate of one source, on all cores.
pub mod pipeline;

/// Which source has the say in a field.
pub mod ownership;

/// Conflicts of the published generation.
pub mod conflicts;

/// Texts that documents lack in further languages.
pub mod untranslated;

/// Feeds that hardly differ from the one before.
pub mod reread;

/// Orders to the merchant.
pub mod deliver;

/// Events to whoever wants to know.
pub mod webhooks;

/// Which daemon may publish.
pub mod lease;

/// Who does, for operators.
pub mod publisher;

/// When: the daemon.
pub mod schedule;

/// Whether the daemon is alive, for the service manager.
pub mod vitals;

/// Traces on their way to the collector.
pub mod telemetry;

/// Several shops, a process each.
pub mod house;

/// Where a value came from.
pub mod why;

/// The documents that every stage after `map` speaks of.
pub mod wire;

/// The schemas of those documents, embedded.
pub mod schema;

/// What of a merchant's HTML may stand in a page.
pub mod html;

/// The last good documents of each source, on disk.
pub mod feed;

/// What the published offers were compiled from.
pub mod basis;

/// Which files were read and found whole.
pub mod verified;

/// What is kept of the past.
pub mod retain;

/// Search engines are told what changed.
pub mod announce;

/// What past runs did.
pub mod history;

/// What back ends sent in past runs.
pub mod record;

/// A past run once more.
pub mod replay;

/// One writer at a time.
pub mod lock;

/// Back ends that are known already.
pub mod preset;

/// What the operator wrote.
pub mod config;

/// When a schedule is due, whatever the clocks do.
pub mod calendar;

/// When a source's next run begins.
pub mod plan;

/// "Look now".
pub mod bell;

/// What is under way.
pub mod board;
/// What feeds are compiled into.
pub mod build;
/// What compiling made.
pub mod built;

/// What this process has done, counted.
pub mod counters;

/// The operator's desk: pages on a listener of their own.
pub mod desk;

/// Schedules as text: five or six fields.
pub mod cron_text;

/// The command line.
pub mod cli;

/// A source for an unknown back end.
pub mod probe;

/// Everything but publish.
pub mod check;

/// What differs between two generations.
pub mod difference;

/// Approve, roll back, compare.
pub mod operate;

/// Whether a new catalog stays.
pub mod canary;

/// Which server serves what.
pub mod fleet;

/// What is live, and why nothing newer is.
pub mod status;

/// What commands print.
pub mod inspect;
