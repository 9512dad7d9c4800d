//! What the operator wrote, checked: one TOML file describes one shop and its sources.
//!
//! Nothing below `config` sees a text where a time, a URL, a currency or a size is meant.
//! A file with mistakes yields all of them at once, and nothing else.

mod auth;
mod canary;
mod changes;
mod contract;
mod decoding;
mod desk;
mod error;
mod expand;
mod file;
mod files;
mod indexnow;
mod languages;
mod load;
mod login;
mod mail;
mod orders;
mod paging;
mod settings;
mod source;
mod store;
mod telemetry;
mod traffic;
mod webhooks;

#[cfg(test)]
mod tests;

pub use canary::Canary;
pub use changes::{Changes, SinceFormat};
pub use contract::{Contract, ContractMode, OwnSchema};
pub use decoding::{Csv, Decoding, Format, Packed, Ragged, Xml};
pub use desk::{Desk, Secret};
pub use error::{ConfigError, Problem};
pub use files::{Files, Pick};
pub use indexnow::IndexNow;
pub use load::{NAME_RULE, from_text, is_name, load};
pub use login::{Login, Take};
pub use mail::Mail;
pub use orders::{Orders, RESERVE_FOR};
pub use settings::{
    Config, Duplicates, Expand, Facets, Guard, Keeping, Mapping, Missed, Next, Paging, PagingKind,
    PriceList, Provides, Recordings, Request, Retention, Shop, ShopTranslation, Source,
    SourceLimits,
};
pub use telemetry::Telemetry;
pub use traffic::{Quota, Reset, Throttle, Transport, Via};
pub use webhooks::Webhook;
