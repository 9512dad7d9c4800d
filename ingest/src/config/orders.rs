//! The table `[orders]`: where orders are delivered, and how.
//!
//! What reaches a merchant's order endpoint is configured with the keys that sources have, and checked by the same rules.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use toml::Value;
use url::Url;

use super::file::ThrottleTable;
use super::load::Check;
use super::mail::{Mail, MailTable};
use super::settings::{Mapping, Next, Request};

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;

/// How long after its delivery an order is taken from a stock that does not change, unless the file says it.
pub const RESERVE_FOR: Duration = Duration::from_secs(24 * HOUR);

/// Where orders are delivered, and how.
#[derive(Debug, Clone)]
pub struct Orders {
    /// How the endpoint is reached; what sources need to read pages is not used.
    pub request: Request,
    /// The same for withdrawals from contracts.
    pub withdrawals: Request,
    /// The same for requests to be told when something can be had again.
    pub stock_requests: Request,
    /// `POST`, `PUT` or `PATCH`.
    pub method: Method,
    /// What an order becomes before it is sent.
    pub mapping: Mapping,
    /// What the mapping sees as `$name`, beside `$currency` and `$time_zone`.
    pub vars: BTreeMap<String, serde_json::Value>,
    /// How long the mapping may take for one order.
    pub map_timeout: Duration,
    /// How long an order is sent again and again before somebody has to look.
    pub retry_for: Duration,
    /// Orders that are sent at the same time.
    pub max_in_flight: usize,
    /// How long a delivered order is kept.
    pub keep_delivered: Duration,
    /// How long after its delivery an order is taken from a stock that does not change.
    pub reserve_for: Duration,
    /// JSON pointer to the merchant's own number of the order, in the answer.
    pub receipt_at: Option<String>,
    /// What shoppers are written, if anything.
    pub mail: Option<Mail>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrdersTable {
    url: String,
    withdrawal_url: Option<String>,
    stock_request_url: Option<String>,
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    auth: Option<Value>,
    throttle: Option<ThrottleTable>,
    proxy: Option<Value>,
    ca_file: Option<String>,
    #[serde(default = "timeout_ms")]
    timeout_ms: u64,
    #[serde(default = "retry_for_days")]
    retry_for_days: u64,
    #[serde(default = "max_in_flight")]
    max_in_flight: usize,
    #[serde(default = "keep_delivered_days")]
    keep_delivered_days: u64,
    #[serde(default = "reserve_hours")]
    reserve_hours: u64,
    receipt_at: Option<String>,
    error_at: Option<String>,
    map_file: Option<String>,
    #[serde(default = "map_timeout_ms")]
    map_timeout_ms: u64,
    map: Option<BTreeMap<String, String>>,
    #[serde(default)]
    vars: BTreeMap<String, Value>,
    mail: Option<MailTable>,
}

fn post() -> String {
    "POST".to_owned()
}

fn timeout_ms() -> u64 {
    30_000
}

fn retry_for_days() -> u64 {
    7
}

fn max_in_flight() -> usize {
    4
}

fn keep_delivered_days() -> u64 {
    30
}

fn reserve_hours() -> u64 {
    RESERVE_FOR.as_secs() / HOUR
}

fn map_timeout_ms() -> u64 {
    5_000
}

impl Check<'_> {
    /// Where orders are delivered; `None` inside when the file has no such table.
    pub(super) fn orders(&mut self, value: Option<Value>) -> Option<Option<Orders>> {
        if value.is_none() {
            return Some(None);
        }
        let table: OrdersTable = self.table("orders", value)?;
        let methods = ["POST", "PUT", "PATCH"].map(|name| (name, name));
        let method = self.one_of("orders.method", &table.method, &methods);
        let method = method.and_then(|name| name.parse().ok());
        for (key, pointer) in [
            ("orders.receipt_at", &table.receipt_at),
            ("orders.error_at", &table.error_at),
        ] {
            self.pointer(key, pointer.as_deref());
        }
        let days = |days: u64| Duration::from_secs(days.saturating_mul(DAY));
        let retry_for = self.at_least("orders.retry_for_days", table.retry_for_days, 1);
        let keep = self.at_least("orders.keep_delivered_days", table.keep_delivered_days, 1);
        let reserve = self.at_least("orders.reserve_hours", table.reserve_hours, 1);
        let map_timeout = self.duration("orders.map_timeout_ms", table.map_timeout_ms);
        if !(1..=64).contains(&table.max_in_flight) {
            let rule = "expected a number from 1 to 64";
            self.problem("orders.max_in_flight", rule, table.max_in_flight);
            return None;
        }
        let request = self.endpoint(Reached {
            key: "orders",
            url: &table.url,
            headers: &table.headers,
            auth: table.auth,
            throttle: table.throttle.as_ref(),
            proxy: table.proxy.as_ref(),
            ca_file: table.ca_file.as_deref(),
            timeout_ms: table.timeout_ms,
            error_at: table.error_at,
        });
        let [withdrawals, stock_requests] = [
            ("orders.withdrawal_url", table.withdrawal_url.as_deref()),
            (
                "orders.stock_request_url",
                table.stock_request_url.as_deref(),
            ),
        ]
        .map(|(key, url)| self.beside_orders(request.clone()?, key, url));
        let mapping = self.mapping("orders", table.map_file, table.map, None);
        let vars = self.vars("orders", table.vars);
        let mail = self.mail("orders.mail", table.mail);
        Some(Some(Orders {
            request: request?,
            withdrawals: withdrawals?,
            stock_requests: stock_requests?,
            method: method?,
            mapping: mapping?,
            vars,
            map_timeout: map_timeout?,
            retry_for: days(retry_for?),
            max_in_flight: table.max_in_flight,
            keep_delivered: days(keep?),
            reserve_for: Duration::from_secs(reserve?.saturating_mul(HOUR)),
            receipt_at: table.receipt_at,
            mail: mail?,
        }))
    }
}

/// What a table says of how an endpoint is reached that something is sent to.
pub(super) struct Reached<'t> {
    /// The table's name.
    pub(super) key: &'t str,
    pub(super) url: &'t str,
    pub(super) headers: &'t BTreeMap<String, Value>,
    pub(super) auth: Option<Value>,
    pub(super) throttle: Option<&'t ThrottleTable>,
    pub(super) proxy: Option<&'t Value>,
    pub(super) ca_file: Option<&'t str>,
    pub(super) timeout_ms: u64,
    pub(super) error_at: Option<String>,
}

impl Check<'_> {
    /// What lies beside orders goes where orders go, or to another address of the same origin: what lets us in goes
    /// nowhere else.
    fn beside_orders(&mut self, orders: Request, key: &str, url: Option<&str>) -> Option<Request> {
        let Some(text) = url else {
            return Some(orders);
        };
        let url = Url::parse(text)
            .ok()
            .filter(|url| url.origin() == orders.url.origin() && url.fragment().is_none());
        if url.is_none() {
            let rule = "expected a URL of the origin of orders.url, without a fragment";
            self.problem(key, rule, text);
        }
        Some(Request {
            url: url?,
            ..orders
        })
    }
}

/// Headers that are set when something is sent.
const OWN_HEADERS: [&str; 2] = ["idempotency-key", "frontage-signature"];

impl Check<'_> {
    /// How an endpoint is reached that something is sent to.
    pub(super) fn endpoint(&mut self, table: Reached<'_>) -> Option<Request> {
        let key = table.key;
        let url = Url::parse(table.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .filter(|url| url.fragment().is_none());
        if url.is_none() {
            let rule = "expected an http or https URL without a fragment";
            self.problem(format!("{key}.url"), rule, table.url);
        }
        let (headers, auth) = self.credentials(key, table.headers, table.auth);
        for taken in OWN_HEADERS {
            if headers.keys().any(|name| name.eq_ignore_ascii_case(taken)) {
                let rule = "this header is set by the program itself";
                self.problem(format!("{key}.headers"), rule, taken);
            }
        }
        if let (Some(url), Some(auth)) = (&url, &auth) {
            self.check_login(key, url, auth, &headers);
        }
        let throttle = self.throttle(key, table.throttle);
        let transport = self.transport(key, table.proxy, table.ca_file);
        let timeout = self.duration(&format!("{key}.timeout_ms"), table.timeout_ms);
        let auth = auth?;
        Some(Request {
            url: url?,
            files: None,
            next: Next::None,
            query: Vec::new(),
            body: None,
            paging: None,
            expand: None,
            changes: None,
            error_at: table.error_at,
            accept_language: None,
            headers,
            secret_query: auth.query,
            login: auth.login,
            throttle: throttle?,
            transport: transport?,
            timeout: timeout?,
            stall_timeout: timeout?,
            deadline: timeout?,
            retries: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use frontage_shared::daemon::places::Places;

    use super::*;

    fn read(table: &str) -> (Option<Option<Orders>>, Vec<String>) {
        let mut check = Check {
            folder: Path::new("/nowhere"),
            places: Places::of(Path::new("ingest.toml"), table),
            problems: Vec::new(),
        };
        let value = table.parse::<toml::Table>().unwrap();
        let orders = check.orders(Some(Value::Table(value)));
        let keys = check.problems.iter().map(|problem| problem.key.clone());
        (orders, keys.collect())
    }

    #[test]
    fn an_address_is_all_that_is_needed() {
        let (orders, problems) = read("url = \"https://erp.example/orders\"");
        assert_eq!(problems, [""; 0]);
        let orders = orders.unwrap().unwrap();
        assert_eq!(orders.method, Method::POST);
        assert_eq!(orders.mapping, Mapping::None);
        assert_eq!(orders.retry_for, Duration::from_secs(7 * DAY));
        assert_eq!(orders.keep_delivered, Duration::from_secs(30 * DAY));
        assert_eq!(orders.reserve_for, Duration::from_secs(DAY));
    }

    #[test]
    fn each_mistake_is_named() {
        let url = "url = \"https://erp.example/orders\"\n";
        for (table, key) in [
            ("url = \"file:///orders\"", "orders.url"),
            ("method = \"GET\"", "orders.method"),
            (
                "withdrawal_url = \"https://other.example/\"",
                "orders.withdrawal_url",
            ),
            (
                "stock_request_url = \"https://other.example/\"",
                "orders.stock_request_url",
            ),
            ("receipt_at = \"number\"", "orders.receipt_at"),
            ("max_in_flight = 0", "orders.max_in_flight"),
            ("retry_for_days = 0", "orders.retry_for_days"),
            ("keep_delivered_days = 0", "orders.keep_delivered_days"),
            ("reserve_hours = 0", "orders.reserve_hours"),
            ("headers = { Idempotency-Key = \"1\" }", "orders.headers"),
            ("auth = { kind = \"bearer\" }", "orders.auth.token"),
            ("map_file = \"missing.jq\"", "orders.map_file"),
            (
                "mail = { smtp = \"http://x\", from = \"a@b.example\" }",
                "orders.mail.smtp",
            ),
            (
                "mail = { smtp = \"smtp://localhost\", from = \"nobody\" }",
                "orders.mail.from",
            ),
            (
                "mail = { smtp = \"smtp://localhost\", from = \"a@b.example\", text = { de = \"{nme}\" } }",
                "orders.mail.text.de",
            ),
        ] {
            let text = match table.starts_with("url") {
                true => table.to_owned(),
                false => format!("{url}{table}"),
            };
            let (orders, problems) = read(&text);
            assert!(orders.is_none() || !problems.is_empty(), "{table}");
            assert_eq!(problems, [key], "{table}");
        }
    }
}
