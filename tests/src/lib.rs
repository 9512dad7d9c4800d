//! What the tests, benches and the demo share.

/// The catalogue of an invented shop, generated.
pub mod catalogue;

/// The sample back end that serves it.
pub mod backend;

/// The demo that `make demo` runs.
pub mod demo;

/// Small documents for tests.
pub mod documents;

/// Where mail to shoppers goes.
pub mod mail_server;

/// Orders as the server accepts them.
pub mod orders;

/// Ports for processes that come back at the same address.
pub mod ports;

/// A process that a test started.
pub mod daemon;

/// A whole shop for a test.
pub mod shop;

/// Several shops in one server.
pub mod house;

/// Several servers of one shop.
pub mod another;

/// A generation made in memory, without ingest.
pub mod sample_generation;

/// Damage to files, and what readers make of it.
pub mod corruption;

/// What `make bench` measures, and with what.
pub mod bench;

/// The long tests, with their figure as a parameter.
pub mod soak;

/// A real browser for tests.
pub mod browser;

/// A shopper without a browser.
pub mod shopper;

/// A stand-in for a merchant's pricing API.
pub mod pricing;

/// What stand-ins share.
mod stand_in;

/// A stand-in for a collector of traces.
pub mod collector;

/// A stand-in for Stripe.
pub mod stripe;

/// Tools that look at pages as others do.
pub mod page_tools;

/// A crawler that follows every link it sees.
pub mod crawler;

/// Object storage that others made.
pub mod engines;

/// A server whose socket outlives it.
pub mod handover;

/// Rules for what is written for Prometheus.
pub mod exposition;

/// Many servers, many products, three regions: a model.
pub mod scaling;
