//! How requests reach a back end: how many at a time, through what, and whom they trust.

use reqwest::header::HeaderName;
use reqwest::{Certificate, Proxy};
use toml::Value;

use super::file::ThrottleTable;
use super::load::Check;

/// How much a back end is asked at a time. It holds for all sources of one origin together: each waits for what all of
/// them have asked, by its own measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Throttle {
    /// Requests in a second, at most.
    pub max_per_second: Option<f64>,
    /// Requests at the same time, at most.
    pub connections: Option<usize>,
    /// Where answers say how much is left.
    pub quota: Option<Quota>,
    /// What is left of a quota when it counts as used up.
    pub keep_free: u64,
}

/// Where answers say how much may still be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Quota {
    /// A header holds the number of requests that are left.
    Remaining {
        /// Its name.
        header: HeaderName,
        /// The header that says when there are more, and how.
        reset: Option<(HeaderName, Reset)>,
    },
    /// A header holds how much is used and how much there is, such as `32/40`.
    Used(HeaderName),
}

/// How a header says when a quota is filled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds since 1970.
    Epoch,
}

/// Through what requests go. Nothing of it is in any message: an address of a proxy may hold a password.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Transport {
    /// A proxy for all requests; absent leaves it to the environment.
    pub proxy: Option<Via>,
    /// Certificates of authorities that are trusted beside those of the system, as PEM.
    pub ca: Option<String>,
}

/// A way to the back end that does not depend on the environment.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Via {
    /// No proxy.
    Direct,
    /// This one.
    Proxy(String),
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transport")
    }
}

impl Check<'_> {
    /// The keys `proxy` and `ca_file`.
    pub(super) fn transport(
        &mut self,
        key: &str,
        proxy: Option<&Value>,
        ca_file: Option<&str>,
    ) -> Option<Transport> {
        let before = self.problems.len();
        let proxy = proxy.and_then(|proxy| self.proxy(&format!("{key}.proxy"), proxy));
        let ca = ca_file.and_then(|file| self.authorities(&format!("{key}.ca_file"), file));
        (self.problems.len() == before).then_some(Transport { proxy, ca })
    }

    fn proxy(&mut self, key: &str, value: &Value) -> Option<Via> {
        let text = self.secret_text(key, value)?;
        if text == "none" {
            return Some(Via::Direct);
        }
        let is_http = ["http://", "https://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if !is_http || Proxy::all(&text).is_err() {
            let expected =
                "expected none, or an address such as http://user:password@proxy.example:3128";
            self.problem(key, expected, "");
            return None;
        }
        Some(Via::Proxy(text))
    }

    fn authorities(&mut self, key: &str, file: &str) -> Option<String> {
        let text = match self.handed_file(file) {
            Ok(text) => text,
            Err(problem) => {
                self.problem(key, problem, "");
                return None;
            }
        };
        match Certificate::from_pem_bundle(text.as_bytes()) {
            Ok(certificates) if !certificates.is_empty() => Some(text),
            _ => {
                self.problem(key, "holds no certificate in PEM", file);
                None
            }
        }
    }

    /// The table `throttle`; `Some(None)` without one.
    pub(super) fn throttle(
        &mut self,
        key: &str,
        table: Option<&ThrottleTable>,
    ) -> Option<Option<Throttle>> {
        let Some(throttle) = table else {
            return Some(None);
        };
        let key = format!("{key}.throttle");
        let before = self.problems.len();
        if let Some(rate) = throttle
            .max_per_second
            .filter(|rate| !(0.001..=10_000.0).contains(rate))
        {
            let expected = "expected a number of requests from 0.001 to 10000";
            self.problem(format!("{key}.max_per_second"), expected, rate);
        }
        if let Some(connections) = throttle.connections {
            self.at_least(&format!("{key}.connections"), connections as u64, 1);
        }
        let quota = self.quota(&key, throttle);
        let throttle = Throttle {
            max_per_second: throttle.max_per_second,
            connections: throttle.connections,
            quota,
            keep_free: throttle.keep_free,
        };
        (self.problems.len() == before).then_some(Some(throttle))
    }

    /// The name of an HTTP header.
    pub(super) fn header_name(&mut self, key: &str, name: &str) -> Option<HeaderName> {
        let header = HeaderName::from_bytes(name.as_bytes()).ok();
        if header.is_none() {
            self.problem(key, "expected the name of an HTTP header", name);
        }
        header
    }

    fn quota(&mut self, key: &str, table: &ThrottleTable) -> Option<Quota> {
        let mut header = |name: &str, value: &Option<String>| {
            self.header_name(&format!("{key}.{name}"), value.as_ref()?)
        };
        let remaining = header("remaining_header", &table.remaining_header);
        let reset = header("reset_header", &table.reset_header);
        let used = header("used_header", &table.used_header);
        let unit = self.one_of(
            &format!("{key}.reset_unit"),
            &table.reset_unit,
            &[
                ("s", Reset::Seconds),
                ("ms", Reset::Milliseconds),
                ("epoch", Reset::Epoch),
            ],
        );
        match (remaining, used) {
            (Some(header), None) => Some(Quota::Remaining {
                header,
                reset: reset.zip(unit),
            }),
            (None, Some(used)) => Some(Quota::Used(used)),
            (Some(_), Some(used)) => {
                let rule = "give either remaining_header or used_header, not both";
                self.problem(format!("{key}.used_header"), rule, used);
                None
            }
            (None, None) => None,
        }
    }
}
