//! Every figure of the bench, with its unit and its budget.
//!
//! The list is fixed before anything runs; budgets are those of the architecture.

use super::figures::Budget::{self, AtLeast, AtMost, AtMostAtMillion};

/// The part of the bench that measures a figure.
pub fn part_of(name: &str) -> &'static str {
    match name.split([':', ' ', ',']).next() {
        Some("giant") => "giant",
        Some("mapped") => "mapped",
        Some("preset") => "preset",
        Some("cart" | "orders") => "buying",
        _ => "shop",
    }
}

/// Name, unit and budget of every figure, in the order of the table.
pub const ROWS: &[(&str, &str, Option<Budget>)] = &[
    ("feed: products", "products", None),
    ("feed: variants", "variants", None),
    ("feed: size of documents", "MiB", None),
    ("full cycle: time", "s", Some(AtMostAtMillion(60.0))),
    ("full cycle: until the process ends", "s", None),
    ("full cycle: CPU time", "s", None),
    (
        "full cycle: peak memory",
        "MiB",
        Some(AtMostAtMillion(1536.0)),
    ),
    ("full cycle: rate", "products/s", None),
    ("full cycle: until documents are checked", "s", None),
    ("full cycle: size of both parts", "MiB", None),
    ("unchanged cycle: time", "s", None),
    ("unchanged cycle: peak memory", "MiB", None),
    ("1 % of products changed: time", "s", None),
    ("1 % of products changed: CPU time", "s", None),
    (
        "1 % of products changed: CPU of the full cycle",
        "ratio",
        None,
    ),
    ("1 % of products changed: peak memory", "MiB", None),
    ("one product renamed: time", "s", None),
    (
        "one price changed, `once`: bytes in to visible",
        "s",
        Some(AtMost(1.0)),
    ),
    ("one price changed, `once`: command to visible", "s", None),
    ("one price changed, `once`: CPU time", "s", None),
    ("one price changed, `once`: peak memory", "MiB", None),
    (
        "one price changed, daemon: bytes in to visible",
        "s",
        Some(AtMost(1.0)),
    ),
    ("one price changed, daemon: change to visible", "s", None),
    ("preset cycle: products", "products", None),
    ("preset cycle: time", "s", Some(AtMostAtMillion(120.0))),
    ("preset cycle: CPU time", "s", None),
    ("preset cycle: peak memory", "MiB", None),
    (
        "preset cycle: rate until documents are checked",
        "records/s",
        None,
    ),
    ("mapped cycle: products", "products", None),
    ("mapped cycle: time", "s", None),
    ("mapped cycle: CPU time", "s", None),
    ("mapped cycle: peak memory", "MiB", None),
    (
        "mapped cycle: rate until documents are checked",
        "records/s",
        None,
    ),
    ("server: start to first page, empty cache", "ms", None),
    ("server: start to first page, from its cache", "ms", None),
    ("server: open, verify and swap", "ms", None),
    ("server: first page after opening", "ms", Some(AtMost(50.0))),
    ("server: private memory, highest", "MiB", Some(AtMost(96.0))),
    ("swap under load: swaps", "swaps", None),
    (
        "swap under load: failed requests",
        "requests",
        Some(AtMost(0.0)),
    ),
    ("swap under load: p99 quiet", "ms", None),
    ("swap under load: p99 while ingest works", "ms", None),
    ("swap under load: p99 of swap windows", "ms", None),
    ("swap under load: p99 rises by", "ms", Some(AtMost(1.0))),
    ("giant: variants", "variants", None),
    ("giant: page", "KiB", Some(AtMost(100.0))),
    ("giant: CPU per request", "us", None),
    ("giant: p50", "ms", None),
    ("giant: p99", "ms", Some(AtMost(10.0))),
    (CART_PARTIAL, "ms", Some(AtMost(2.0))),
    (CART_PAGE, "ms", None),
    (ORDERS, "orders/s", Some(AtLeast(500.0))),
    (ORDERS_P99, "ms", None),
    (FSYNCS, "1/s", None),
    (ORDERS_PER_FSYNC, "ratio", None),
    (
        "product page: HTML, largest of a sample",
        "KiB",
        Some(AtMost(30.0)),
    ),
    (
        "product page: compressed, against zlib level 6",
        "ratio",
        Some(AtMost(1.1)),
    ),
    ("stylesheet: compressed", "KiB", Some(AtMost(12.0))),
    ("script: compressed", "KiB", Some(AtMost(2.0))),
    ("category: products in it", "products", None),
    ("category largest: products in it", "products", None),
    ("nginx: pages", "pages", None),
];

/// What is measured of every kind of load, and the unit.
pub const PER_LOAD: &[(&str, &str)] = &[
    (THROUGHPUT, "ratio"),
    ("CPU of fixed bytes", "ratio"),
    (THROUGHPUT_OF_NGINX, "ratio"),
    (CPU_OF_NGINX, "ratio"),
    ("CPU per request", "us"),
    ("CPU per request, fixed bytes", "us"),
    (CPU_PER_REQUEST_OF_NGINX, "us"),
    ("requests per second", "1/s"),
    ("client's share of CPU", "%"),
    ("client's share of CPU, fixed bytes", "%"),
    ("p50 at half load", "ms"),
    (P99, "ms"),
    ("p99 of fixed bytes at this rate", "ms"),
    ("body", "KiB"),
    ("answered from the body cache", "%"),
];

/// Whether a load has this figure: only product pages lie there as files.
pub fn has(load: &str, what: &str) -> bool {
    let is_of_nginx = [THROUGHPUT_OF_NGINX, CPU_OF_NGINX, CPU_PER_REQUEST_OF_NGINX].contains(&what);
    !is_of_nginx || load.starts_with("product")
}

/// The kinds of load; budgets are of the throughput and of p99.
pub const LOADS: &[(&str, &str, Option<Budget>, Option<Budget>)] = &[
    ("product", "any of all, plain", Some(AtLeast(0.8)), None),
    (
        "product cold",
        "any of all, compressed",
        Some(AtLeast(0.35)),
        None,
    ),
    (
        "product warm",
        "the same 200, compressed",
        Some(AtLeast(0.9)),
        None,
    ),
    (
        "category",
        "always other filters and orders, plain",
        None,
        Some(AtMost(5.0)),
    ),
    (
        "category compressed",
        "the same, compressed",
        None,
        Some(AtMost(5.0)),
    ),
    (
        "category deep",
        "any page of it in any order, compressed",
        None,
        Some(AtMost(5.0)),
    ),
    (
        "category largest",
        "the largest there is, as above, compressed",
        None,
        None,
    ),
    (
        "search rare",
        "words that few products have, compressed",
        None,
        Some(AtMost(10.0)),
    ),
    (
        "search broad",
        "words that many products have, compressed",
        None,
        Some(AtMost(10.0)),
    ),
    (
        "search typo",
        "words with a letter wrong, compressed",
        None,
        Some(AtMost(10.0)),
    ),
    ("home", "compressed", None, None),
];

/// Figures of `PER_LOAD` that have a budget or may be skipped.
pub const THROUGHPUT: &str = "throughput of fixed bytes";
/// Latency at half load.
pub const P99: &str = "p99 at half load";
/// Requests a second as a share of what nginx does with files.
pub const THROUGHPUT_OF_NGINX: &str = "throughput of nginx";
/// CPU time as a multiple of what nginx takes.
pub const CPU_OF_NGINX: &str = "CPU of nginx";
/// What nginx takes.
pub const CPU_PER_REQUEST_OF_NGINX: &str = "CPU per request, nginx";

/// A word about a full cart, as the header loads it.
pub const CART_PARTIAL: &str = "cart partial, 100 lines: p99";
/// The page of a full cart.
pub const CART_PAGE: &str = "cart page, 100 lines: p99";
/// Orders made durable in a second.
pub const ORDERS: &str = "orders: accepted and durable";
/// How long a shopper waits for one of them.
pub const ORDERS_P99: &str = "orders: p99";
/// What the disk does in a second by itself, a file after the other.
pub const FSYNCS: &str = "orders: files that the disk syncs";
/// The two beside each other.
pub const ORDERS_PER_FSYNC: &str = "orders: accepted for each sync";
