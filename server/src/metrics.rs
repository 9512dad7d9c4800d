//! Counters of this process, and how they are written for Prometheus.
//!
//! Every label takes its values from a fixed list, so no client can make the exposition grow.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use frontage_shared::trial::Tally;
use hyper::StatusCode;

use crate::exposition::Exposition;

/// Everything this process counts.
#[derive(Default)]
pub struct Metrics {
    /// Requests by kind of page and class of status.
    requests: [[AtomicU64; CLASSES.len()]; KINDS.len()],
    /// Requests for what is not there (404, 410).
    missing: AtomicU64,
    /// How long answering took, by kind of page.
    durations: [RequestTimes; KINDS.len()],
    /// Connections open now.
    pub connections: AtomicU64,
    /// Connections taken since the start.
    pub accepted: AtomicU64,
    /// Failures to take a connection, as when file descriptors run out.
    pub accept_errors: AtomicU64,
    /// TLS handshakes, those that came about and those that did not.
    handshakes: [AtomicU64; 2],
    /// New certificates that were taken, and that were refused.
    certificates: [AtomicU64; 2],
    /// Configurations read again that were taken, and that were refused.
    reloads: [AtomicU64; 2],
    /// Connections closed because a deadline passed, by deadline.
    timeouts: [AtomicU64; DEADLINES.len()],
    /// Requests of crawlers, by what became of them.
    bots: [AtomicU64; BotAnswer::ALL.len()],
    /// Requests whose page panicked.
    pub panics: AtomicU64,
    /// Forms that came from a page of another site.
    pub forged: AtomicU64,
    /// Actions refused because a client did too much.
    pub limited: AtomicU64,
    /// Cookies that were no cart of ours.
    pub unreadable_carts: AtomicU64,
    /// Orders accepted.
    pub orders: AtomicU64,
    /// Orders that could not be stored; the shopper was told.
    pub orders_refused: AtomicU64,
    /// Withdrawals from contracts that were received.
    pub withdrawals: AtomicU64,
    /// Requests to be told when something can be had again.
    pub stock_requests: AtomicU64,
    /// Payments begun at a provider.
    pub payments_begun: AtomicU64,
    /// Payments that could not be begun; the shopper was told.
    pub payments_failed: AtomicU64,
    /// Payments that do not fit what was ordered; somebody must look.
    pub payment_mismatches: AtomicU64,
    /// Webhooks that were not believed.
    pub webhooks_refused: AtomicU64,
    /// Carts that the merchant was to price, by outcome, and how long it took.
    pricing: [AtomicU64; PRICING.len()],
    pricing_times: RequestTimes,
    /// Requests being answered now.
    pub in_flight: AtomicU64,
    /// Generations taken into service.
    pub swaps: AtomicU64,
    /// From seeing a generation to serving it.
    swap_times: SwapTimes,
    /// Generations refused, by stage.
    rejections: [AtomicU64; STAGES.len()],
}

/// The kinds of `respond::Response`.
const KINDS: [&str; 28] = [
    "home",
    "category",
    "brand",
    "product",
    "search",
    "content",
    "offer",
    "cart",
    "checkout",
    "order",
    "webhook",
    "wishlist",
    "withdrawal",
    "restock",
    "compare",
    "suggest",
    "recent",
    "part",
    "partials",
    "sitemap",
    "feed",
    "robots",
    "redirect",
    "error",
    "asset",
    "not_ready",
    "refused",
    "admin",
];
/// Kinds that say nothing about the shop: what did not pass the listener, and files of the program.
const BESIDES: [&str; 4] = ["asset", "not_ready", "refused", "admin"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The deadlines of `listen`.
pub(crate) const DEADLINES: [&str; 5] = ["first_byte", "header", "body", "write", "idle"];
/// What becomes of a cart that the merchant is to price.
pub(crate) const PRICING: [&str; 8] = [
    "answered",
    "kept",
    "resting",
    "busy",
    "slow",
    "unreachable",
    "status",
    "invalid",
];
/// The stages of `watch`.
pub(crate) const STAGES: [&str; 6] = ["look", "manifest", "copy", "open", "verify", "warm"];
/// Upper bounds in seconds. Pages take tens of microseconds, so the scale starts below a millisecond.
/// The same for swaps: parts are copied and verified before.
const SWAP_BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0, 60.0];
const BUCKETS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

/// What becomes of a crawler's request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BotAnswer {
    /// Its page is kept from before, or costs nothing to make.
    Kept,
    /// Its page was made at once.
    Made,
    /// Its page was made after some waiting.
    Waited,
    /// It was asked to come back.
    Busy,
    /// robots.txt closes the address.
    Closed,
}

impl BotAnswer {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Kept, "kept"),
        (Self::Made, "made"),
        (Self::Waited, "waited"),
        (Self::Busy, "busy"),
        (Self::Closed, "closed"),
    ];
}

/// Times of requests, and of swaps.
type RequestTimes = Histogram<{ BUCKETS.len() + 1 }>;
type SwapTimes = Histogram<{ SWAP_BUCKETS.len() + 1 }>;

struct Histogram<const COUNT: usize> {
    /// One more than there are bounds, for what exceeds them all.
    buckets: [AtomicU64; COUNT],
    sum_micros: AtomicU64,
}

impl Metrics {
    /// Counts one answered request.
    pub fn request(&self, kind: &str, status: StatusCode, duration: Duration) {
        let kind = position(&KINDS, kind);
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        add(&self.requests[kind][class]);
        self.durations[kind].observe(&BUCKETS, duration);
        // An address that the last catalog had is gone, not unknown.
        let is_missing = matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
        if is_missing && !BESIDES.contains(&KINDS[kind]) {
            add(&self.missing);
        }
    }

    /// What was asked of the shop since the start, and what could not be given.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally {
            missing: get(&self.missing),
            ..Tally::default()
        };
        for (kind, classes) in KINDS.iter().zip(&self.requests) {
            if !BESIDES.contains(kind) {
                let [.., errors] = classes;
                tally.requests += classes.iter().map(get).sum::<u64>();
                tally.errors += get(errors);
            }
        }
        tally
    }

    /// Counts a connection closed by a deadline.
    pub fn timeout(&self, deadline: &str) {
        add(&self.timeouts[position(&DEADLINES, deadline)]);
    }

    /// Counts a TLS handshake.
    pub fn handshake(&self, came_about: bool) {
        add(&self.handshakes[usize::from(!came_about)]);
    }

    /// Counts a new certificate.
    pub fn certificate(&self, is_taken: bool) {
        add(&self.certificates[usize::from(!is_taken)]);
    }

    /// Counts a configuration that was read again.
    pub fn reload(&self, is_taken: bool) {
        add(&self.reloads[usize::from(!is_taken)]);
    }

    /// Counts a crawler's request.
    pub fn bot(&self, answer: BotAnswer) {
        let position = BotAnswer::ALL
            .iter()
            .position(|(known, _)| *known == answer);
        add(&self.bots[position.unwrap_or_default()]);
    }

    /// Counts a cart that the merchant was to price, and how long asking took if it was asked.
    pub fn pricing(&self, outcome: &str, took: Option<Duration>) {
        add(&self.pricing[position(&PRICING, outcome)]);
        if let Some(took) = took {
            self.pricing_times.observe(&BUCKETS, took);
        }
    }

    /// Counts a refused generation.
    pub fn rejection(&self, stage: &str) {
        add(&self.rejections[position(&STAGES, stage)]);
    }

    /// Counts a generation taken into service, so long after it was seen.
    pub fn swap(&self, duration: Duration) {
        add(&self.swaps);
        self.swap_times.observe(&SWAP_BUCKETS, duration);
    }

    /// Requests answered since the start.
    pub fn requests_total(&self) -> u64 {
        self.requests.iter().flatten().map(get).sum()
    }

    /// Generations refused since the start.
    pub fn rejections_total(&self) -> u64 {
        self.rejections.iter().map(get).sum()
    }

    /// Writes what is counted of a shop.
    pub fn write(&self, out: &mut Exposition) {
        out.family(
            "frontage_http_requests_total",
            "counter",
            "Requests answered, by kind of page and status class.",
        );
        for (kind, classes) in KINDS.iter().zip(&self.requests) {
            for (class, count) in CLASSES
                .iter()
                .zip(classes)
                .filter(|(_, count)| get(count) > 0)
            {
                let labels = format!("kind=\"{kind}\",status=\"{class}\"");
                out.sample("frontage_http_requests_total", &labels, get(count));
            }
        }
        self.write_durations(out);
        self.write_bots(out);
        self.write_buying(out);
        self.write_pricing(out);
        self.write_generations(out);
    }

    fn write_bots(&self, out: &mut Exposition) {
        let name = "frontage_bot_requests_total";
        let help = "Requests of crawlers, by what became of them.";
        out.family(name, "counter", help);
        for ((_, answer), count) in BotAnswer::ALL.iter().zip(&self.bots) {
            out.sample(name, &format!("answer=\"{answer}\""), get(count));
        }
    }

    fn write_buying(&self, out: &mut Exposition) {
        for (name, help, count) in [
            ("frontage_orders_total", "Orders accepted.", &self.orders),
            (
                "frontage_orders_refused_total",
                "Orders that could not be stored.",
                &self.orders_refused,
            ),
            (
                "frontage_withdrawals_total",
                "Withdrawals from contracts that were received.",
                &self.withdrawals,
            ),
            (
                "frontage_stock_requests_total",
                "Requests to be told when something can be had again.",
                &self.stock_requests,
            ),
            (
                "frontage_payments_begun_total",
                "Payments begun at a provider.",
                &self.payments_begun,
            ),
            (
                "frontage_payments_failed_total",
                "Payments that could not be begun.",
                &self.payments_failed,
            ),
            (
                "frontage_payment_mismatches_total",
                "Payments that do not fit what was ordered.",
                &self.payment_mismatches,
            ),
            (
                "frontage_webhooks_refused_total",
                "Webhooks that were not believed.",
                &self.webhooks_refused,
            ),
            (
                "frontage_forged_forms_total",
                "Forms sent from another site.",
                &self.forged,
            ),
            (
                "frontage_limited_actions_total",
                "Actions refused because a client did too much.",
                &self.limited,
            ),
            (
                "frontage_unreadable_carts_total",
                "Cookies that were no cart of ours.",
                &self.unreadable_carts,
            ),
        ] {
            out.single(name, "counter", help, get(count));
        }
    }

    fn write_pricing(&self, out: &mut Exposition) {
        let name = "frontage_pricing_total";
        let help = "Carts that the merchant's API was to price, by outcome.";
        out.family(name, "counter", help);
        for (outcome, count) in PRICING.iter().zip(&self.pricing) {
            out.sample(name, &format!("outcome=\"{outcome}\""), get(count));
        }
        let name = "frontage_pricing_duration_seconds";
        out.family(name, "histogram", "Time that asking the pricing API took.");
        self.pricing_times.write(&BUCKETS, out, name, "");
    }

    /// Writes what is counted of connections, whichever shop they are for.
    pub fn write_connections(&self, out: &mut Exposition) {
        let connections = get(&self.connections);
        out.single(
            "frontage_http_connections",
            "gauge",
            "Connections open now.",
            connections,
        );
        let name = "frontage_http_connections_accepted_total";
        out.single(name, "counter", "Connections taken.", get(&self.accepted));
        let name = "frontage_http_accept_errors_total";
        out.single(
            name,
            "counter",
            "Failures to take a connection.",
            get(&self.accept_errors),
        );
        for (name, help, counts) in [
            (
                "frontage_tls_handshakes_total",
                "TLS handshakes.",
                &self.handshakes,
            ),
            (
                "frontage_tls_reloads_total",
                "New certificates, taken or refused.",
                &self.certificates,
            ),
            (
                "frontage_config_reloads_total",
                "Configurations read again, taken or refused.",
                &self.reloads,
            ),
        ] {
            out.family(name, "counter", help);
            for (result, count) in ["ok", "failed"].iter().zip(counts) {
                out.sample(name, &format!("result=\"{result}\""), get(count));
            }
        }
        out.family(
            "frontage_http_timeouts_total",
            "counter",
            "Connections closed because a deadline passed.",
        );
        for (deadline, count) in DEADLINES.iter().zip(&self.timeouts) {
            out.sample(
                "frontage_http_timeouts_total",
                &format!("deadline=\"{deadline}\""),
                get(count),
            );
        }
    }

    fn write_generations(&self, out: &mut Exposition) {
        out.single(
            "frontage_panics_total",
            "counter",
            "Requests whose page failed by a bug.",
            get(&self.panics),
        );
        out.single(
            "frontage_swaps_total",
            "counter",
            "Generations taken into service.",
            get(&self.swaps),
        );
        let name = "frontage_swap_duration_seconds";
        out.family(
            name,
            "histogram",
            "Time from seeing a generation to serving it.",
        );
        self.swap_times.write(&SWAP_BUCKETS, out, name, "");
        out.family(
            "frontage_rejections_total",
            "counter",
            "Generations refused, by the stage that refused them.",
        );
        for (stage, count) in STAGES.iter().zip(&self.rejections) {
            out.sample(
                "frontage_rejections_total",
                &format!("stage=\"{stage}\""),
                get(count),
            );
        }
    }

    fn write_durations(&self, out: &mut Exposition) {
        let name = "frontage_http_request_duration_seconds";
        out.family(
            name,
            "histogram",
            "Time to make a response, by kind of page.",
        );
        for (kind, histogram) in KINDS.iter().zip(&self.durations) {
            histogram.write(&BUCKETS, out, name, &format!("kind=\"{kind}\""));
        }
        out.single(
            "frontage_http_requests_in_flight",
            "gauge",
            "Requests being answered now.",
            get(&self.in_flight),
        );
    }
}

impl<const COUNT: usize> Default for Histogram<COUNT> {
    fn default() -> Self {
        Self {
            buckets: [const { AtomicU64::new(0) }; COUNT],
            sum_micros: AtomicU64::new(0),
        }
    }
}

impl<const COUNT: usize> Histogram<COUNT> {
    /// Writes its samples, if there are any.
    fn write(&self, bounds: &[f64], out: &mut Exposition, name: &str, labels: &str) {
        let counts = self.buckets.each_ref().map(get);
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return;
        }
        let separator = if labels.is_empty() { "" } else { "," };
        let (buckets, mut below) = (format!("{name}_bucket"), 0);
        for (bound, count) in bounds.iter().zip(counts) {
            below += count;
            out.sample(
                &buckets,
                &format!("{labels}{separator}le=\"{bound}\""),
                below,
            );
        }
        out.sample(&buckets, &format!("{labels}{separator}le=\"+Inf\""), total);
        let sum = Duration::from_micros(get(&self.sum_micros)).as_secs_f64();
        out.sample(&format!("{name}_sum"), labels, sum);
        out.sample(&format!("{name}_count"), labels, total);
    }

    fn observe(&self, bounds: &[f64], duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = bounds.iter().position(|&bound| seconds <= bound);
        add(&self.buckets[bucket.unwrap_or(COUNT - 1)]);
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

fn position(names: &[&str], name: &str) -> usize {
    let found = names.iter().position(|known| *known == name);
    debug_assert!(found.is_some(), "`{name}` is not in {names:?}");
    found.unwrap_or(names.len() - 1)
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::label;

    #[test]
    fn the_exposition_is_complete_and_cumulative() {
        let metrics = Metrics::default();
        metrics.request("product", StatusCode::OK, Duration::from_micros(300));
        metrics.request("product", StatusCode::NOT_MODIFIED, Duration::from_secs(60));
        metrics.timeout("idle");
        metrics.rejection("verify");
        let mut out = Exposition::default();
        metrics.write(&mut out);
        metrics.write_connections(&mut out);
        let text = out.finish();
        for line in [
            "frontage_http_requests_total{kind=\"product\",status=\"2xx\"} 1",
            "frontage_http_requests_total{kind=\"product\",status=\"3xx\"} 1",
            "frontage_http_request_duration_seconds_bucket{kind=\"product\",le=\"0.00025\"} 0",
            "frontage_http_request_duration_seconds_bucket{kind=\"product\",le=\"0.0005\"} 1",
            "frontage_http_request_duration_seconds_bucket{kind=\"product\",le=\"2.5\"} 1",
            "frontage_http_request_duration_seconds_bucket{kind=\"product\",le=\"+Inf\"} 2",
            "frontage_http_request_duration_seconds_sum{kind=\"product\"} 60.0003",
            "frontage_http_timeouts_total{deadline=\"idle\"} 1",
            "frontage_rejections_total{stage=\"verify\"} 1",
            "frontage_http_connections 0",
        ] {
            assert!(
                text.lines().any(|got| got == line),
                "{line} missing in\n{text}"
            );
        }
        assert_eq!(metrics.requests_total(), 2);
    }

    #[test]
    fn what_could_not_be_given_is_told_from_what_is_not_the_shops() {
        let metrics = Metrics::default();
        for (kind, status) in [
            ("product", 200),
            ("error", 404),
            ("error", 500),
            ("error", 400),
            ("asset", 404),
            ("refused", 503),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            metrics.request(kind, status, Duration::ZERO);
        }
        let tally = metrics.tally();
        assert_eq!((tally.requests, tally.errors, tally.missing), (4, 1, 1));
    }

    #[test]
    fn every_family_has_help_and_type_before_its_samples() {
        let metrics = Metrics::default();
        metrics.request("home", StatusCode::OK, Duration::from_millis(1));
        let mut out = Exposition::default();
        metrics.write(&mut out);
        let mut family = String::new();
        for line in out.finish().lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                family = rest.split(' ').next().unwrap().to_owned();
            } else if !line.starts_with('#') {
                assert!(line.starts_with(&family), "{line} stands under {family}");
            }
        }
    }

    #[test]
    fn a_label_cannot_end_its_line() {
        assert_eq!(label("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
