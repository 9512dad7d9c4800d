//! The daemon that serves shoppers: one part takes generations from the store, one answers requests from the current one.
//!
//! Modules stand in the order of a request. The two parts meet in `live` and nowhere else: `watch` replaces the
//! generation being served, `handle` reads it. Nothing here parses a merchant's feeds.

/// What the command line may say, and the exit codes.
pub mod cli;

/// The commands, each from start to end.
pub mod run;

/// The configuration file.
pub mod config;

/// Keys of a table, read one by one.
mod table;

/// TLS: a certificate that can be replaced while the shop is open.
pub mod tls;

/// Traces: where they go, and what is said of a request.
pub mod telemetry;

/// What this server says of itself in the store.
mod heartbeat;

/// Whether new catalogs are shown here first.
pub mod canary;

/// What one of several shops may take.
pub mod budget;

/// Where a shop is answered that takes more.
pub mod back_room;

/// One shop, and all that runs for it.
pub mod tenant;

/// All shops of the process, by host.
pub mod house;

/// The configuration, read again.
pub mod reload;

/// Sockets of the process, its own or handed over.
pub mod sockets;

/// Plain HTTP sent on to HTTPS.
mod to_https;

/// The wire: connections taken, watched, vetted and ended.
pub mod listen;

/// One request: route, page, response.
pub mod handle;

/// Crawlers, and what they may cost.
pub mod bots;

/// URL to Route and Route back to URL, in one place.
pub mod route;

/// Requests whose answers are one shopper's own: cart, checkout, order.
pub mod personal;

/// What answers to one shopper have in common.
pub(crate) mod visit;

/// Markets of one customer group.
pub mod groups;

/// What a shopper wants to buy, in a signed cookie.
pub mod cart;

/// What a shopper wishes for or compares, in cookies of their own.
pub mod lists;

/// From a form to a durable order.
pub mod checkout;

/// A cart priced by the merchant's own API.
pub mod pricing;

/// Requests whose answers need such prices.
mod quoting;

/// What the server asks of others, within bounds.
pub mod outbound;

/// Payment on a provider's own page.
pub mod payment;

/// Requests that have to do with such payments.
mod paying;

/// Requests to be told when something can be had again.
mod restocking;
/// Pictures for links, drawn.
mod share_card;
/// Requests to withdraw from a contract.
mod withdrawing;

/// What the shop promises beside its catalog: how goods come back, and who answers.
pub mod policies;

/// What a form sent.
pub mod form;

/// Where a form was sent from.
pub mod origin;

/// How often one client may do what.
pub mod limiter;

/// The keys that make carts, forms and order links tamper-proof.
pub mod keys;

/// Every page of the shop: from a route and a generation to HTML.
pub mod page;

/// What a client is sent.
pub mod respond;

/// The headers that every response made from one generation has.
pub mod stamp;

/// Feeds of the whole shop, made while a client takes them.
pub mod feeds;

/// Named reasons why a response may be cached.
pub mod cache_policy;

/// Compression: which coding a client wants most, and bytes in that coding.
pub mod encode;

/// Rendered and encoded responses of the current generation.
pub mod body_cache;

/// Our own files, in the binary, and those of a theme.
pub mod assets;

/// What all pages look like.
pub mod theme;

/// The generation being served.
pub mod live;

/// Notice, copy, verify, warm and swap generations; keep the old one on any failure.
pub mod watch;

/// What shoppers search for, and search for in vain.
pub mod searches;

/// What operators and monitors ask.
pub mod admin;

/// The shop's time zone.
pub mod zone;

/// Whether the server is alive, for the service manager.
pub mod vitals;

/// `/status` for people.
mod status_page;

/// What the kernel knows of this process.
mod process;

/// How figures are written for Prometheus.
pub mod exposition;

/// Counters of the process and of its shops.
pub mod metrics;

#[cfg(test)]
mod testing;
