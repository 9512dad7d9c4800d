//! Frontage's ingest: polls a merchant's back ends and publishes what they say as a shop.
//!
//! The stages, in the order data flows through them; each takes the previous one's type and returns another.

pub mod config; // what the operator wrote
pub mod cron_text; // schedules as text: five or six fields
pub mod fetch; // 1 pages of a source, into files
pub mod decode; // 2 bytes to records, bounded in size and depth
pub mod map; // 3 records to documents
pub mod validate; // 4 the schema, and what no schema can say
pub mod html; // what of a merchant's HTML may stand in a page
pub mod schema; // the schemas, embedded
pub mod wire; // the documents every stage after `map` speaks of

pub mod feed; // the last good documents of each source, on disk
pub mod merge; // 5 all sources' documents, as one
pub mod guard; // 6 what arrived against what is published
pub mod compile; // 7 documents to the two parts of a generation
pub mod publish; // 8 parts to the store, HEAD last

pub mod cycle; // all stages in order
pub mod harvest; // the stages of one source
pub mod history; // what past runs did
pub mod lock; // one writer at a time
pub mod schedule; // when: the daemon
pub mod operate; // approve, roll back, compare
pub mod status; // what is live and why
pub mod inspect; // what commands print
pub mod check; // everything but publish
pub mod cli; // the command line
