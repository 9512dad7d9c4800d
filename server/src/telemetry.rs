//! Traces: where they go, and what is said of a request that is traced.
//!
//! A request that is not traced costs one look at a flag, or at a number that is drawn.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, anyhow};
use frontage_shared::trace::{
    self, Posted, Share, Span, TRACEPARENT, Tracer, Transport, address, goes_in_the_clear,
};
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::uri::Uri;
use hyper::{HeaderMap, Method, Request};

use crate::config::Config;
use crate::outbound::{Client, Origin};
use crate::respond::Response;
use crate::stamp;
use crate::table::Keys;

/// How much of all requests is traced unless something is said.
const ONE_IN_A_HUNDRED: f64 = 0.01;

/// The table `[telemetry]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The whole address that batches are posted to; none if nothing is traced.
    pub endpoint: Option<String>,
    /// A file of headers that each batch carries, one a line.
    pub headers_file: Option<PathBuf>,
    /// What the collector calls this daemon.
    pub service: String,
    /// How many requests are traced that nobody asked to be.
    pub sample: Share,
}

impl Settings {
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let text = keys.optional("endpoint");
        let endpoint = text.as_deref().and_then(|text| {
            let is_address = |address: &String| address.parse::<Uri>().is_ok();
            match address(text) {
                Ok(address) if is_address(&address) => Some(address),
                Ok(_) => {
                    let rule = "must be an address such as http://127.0.0.1:4318";
                    keys.problem("endpoint", format_args!("{rule}, got \"{text}\""));
                    None
                }
                Err(rule) => {
                    keys.problem("endpoint", format_args!("{rule}, got \"{text}\""));
                    None
                }
            }
        });
        let headers_file = keys.file("headers_file");
        if headers_file.is_some() && endpoint.as_deref().is_some_and(goes_in_the_clear) {
            let rule = "must be https, or of this machine, where headers carry secrets";
            keys.problem("endpoint", rule);
        }
        let service = keys.optional("service");
        let sample = keys.share("sample", ONE_IN_A_HUNDRED);
        keys.refuse_the_rest();
        Self {
            endpoint,
            headers_file,
            service: service.unwrap_or_else(|| "frontage-server".to_owned()),
            sample,
        }
    }

    /// The same, whose file is in a folder unless it is absolute.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.headers_file = self.headers_file.map(|file| folder.join(file));
        self
    }
}

/// Makes spans if the configuration says where they go; belongs into a runtime then.
///
/// # Errors
/// The file of headers cannot be used, or TLS cannot be set up.
pub(crate) fn start(config: &Config) -> anyhow::Result<Tracer> {
    let settings = &config.telemetry;
    let Some(endpoint) = &settings.endpoint else {
        return Ok(Tracer::default());
    };
    let uri: Uri = endpoint.parse().context("`telemetry.endpoint`")?;
    let headers = match &settings.headers_file {
        None => HeaderMap::new(),
        Some(file) => {
            let text = std::fs::read_to_string(file);
            let text = text.with_context(|| format!("cannot read {}", file.display()))?;
            headers(&text).with_context(|| format!("{}", file.display()))?
        }
    };
    let post = Post {
        client: Client::new(origin(&uri)?)?.keeping(1),
        path: uri.path().to_owned(),
        headers,
    };
    let instance = config.name();
    let mut about = vec![
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", instance),
    ];
    if config.shops.is_none() {
        about.push(("frontage.shop", config.shop.clone()));
    }
    let (service, sample) = (&settings.service, settings.sample);
    Ok(Tracer::start(service, sample, about, post))
}

/// Where the collector is; unlike all else that is asked it may be another machine without TLS.
fn origin(uri: &Uri) -> anyhow::Result<Origin> {
    let secure = uri.scheme_str() == Some("https");
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err(anyhow!("`telemetry.endpoint` names no host"));
    }
    Ok(Origin {
        secure,
        host: host.to_ascii_lowercase(),
        port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
    })
}

/// Headers as a file has them: `name: value`, one a line. What does not fit is not repeated: it may be a secret.
fn headers(text: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line
            .split_once(':')
            .and_then(|(name, value)| {
                let mut value = HeaderValue::from_str(value.trim()).ok()?;
                value.set_sensitive(true);
                Some((name.trim().parse::<HeaderName>().ok()?, value))
            })
            .ok_or_else(|| anyhow!("line {number} is no header such as `authorization: …`"))?;
        headers.insert(name, value);
    }
    Ok(headers)
}

struct Post {
    client: Client,
    path: String,
    headers: HeaderMap,
}

impl Transport for Post {
    fn post(&self, body: Vec<u8>) -> Posted<'_> {
        Box::pin(async move {
            let mut request = Request::new(Full::from(body));
            *request.method_mut() = Method::POST;
            *request.uri_mut() = self.path.parse().unwrap_or_default();
            *request.headers_mut() = self.headers.clone();
            let kind = HeaderValue::from_static(trace::CONTENT_TYPE);
            request.headers_mut().insert(CONTENT_TYPE, kind);
            let answer = self.client.send(request).await;
            let (status, _) = answer.map_err(|error| error.to_string())?;
            Ok(status.as_u16())
        })
    }
}

/// Begins the span of a request. Whose part it is, is believed of proxies of ours only: anybody else could have us trace
/// all that they send.
#[inline]
pub(crate) fn request(tracer: &Tracer, headers: &HeaderMap, is_trusted: bool) -> Span {
    tracer.request(|| {
        let told = headers.get(TRACEPARENT).filter(|_| is_trusted)?;
        told.to_str().ok().map(str::to_owned)
    })
}

/// When answering began, when what could be said at once was said, and when all was, if something had to be waited for.
pub(crate) struct Times {
    pub(crate) asked: SystemTime,
    pub(crate) answered: Option<SystemTime>,
    pub(crate) waited: Option<SystemTime>,
}

/// Says what became of a request: its kind of address, not the address, which may open an order.
pub(crate) fn describe(
    span: &mut Span,
    (method, template): (&Method, Option<&'static str>),
    response: &Response,
    times: &Times,
) {
    let status = response.http.status();
    span.rename(match template {
        Some(template) => format!("{method} {template}"),
        None => method.to_string(),
    });
    span.set("http.request.method", method.to_string());
    if let Some(template) = template {
        span.set("http.route", template);
    }
    span.set("http.response.status_code", i64::from(status.as_u16()));
    span.set("frontage.kind", response.kind);
    span.set("frontage.kept", response.kept);
    let number = response.http.headers().get(stamp::GENERATION);
    let number = number.and_then(|number| number.to_str().ok()?.parse().ok());
    if let Some(number) = number {
        span.count("frontage.generation", number);
    }
    if status.is_server_error() {
        span.fail(&status);
    }
    if let Some(answered) = times.answered {
        span.part("answer", times.asked, answered);
        if let Some(waited) = times.waited {
            span.part("wait", answered, waited);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<String>> {
        let mut problems = Vec::new();
        let keys = Keys::of(text.parse().unwrap(), "telemetry.", &mut problems);
        let settings = Settings::read(keys);
        match problems.is_empty() {
            true => Ok(settings),
            false => Err(problems),
        }
    }

    #[test]
    fn nothing_is_traced_unless_something_is_said() {
        let settings = read("").unwrap();
        assert_eq!(settings.endpoint, None);
        assert_eq!(Some(settings.sample), Share::of(ONE_IN_A_HUNDRED));
        let settings = read("endpoint = \"http://otel:4318/\"\nsample = 1").unwrap();
        let endpoint = Some("http://otel:4318/v1/traces".to_owned());
        assert_eq!((settings.endpoint, settings.sample), (endpoint, Share::ALL));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let text = "endpoint = \"otel:4318\"\nsample = 1.5\nendpoints = 1";
        let problems = read(text).unwrap_err();
        let keys = ["endpoint", "sample", "endpoints"];
        assert_eq!(problems.len(), keys.len(), "{problems:?}");
        for (problem, key) in problems.iter().zip(keys) {
            let named = format!("`telemetry.{key}`");
            assert!(problem.starts_with(&named), "{problem}");
        }
        let secret = "endpoint = \"http://otel:4318\"\nheaders_file = \"/etc/token\"";
        assert!(read(secret).unwrap_err()[0].contains("https"), "{secret}");
    }

    #[test]
    fn headers_stand_in_lines_and_are_never_repeated() {
        let read = headers("# of the collector\n\nAuthorization: Bearer abc\nx-scope:7").unwrap();
        assert_eq!(read["authorization"], "Bearer abc");
        assert_eq!(read["x-scope"], "7");
        let error = headers("Bearer very-secret").unwrap_err().to_string();
        assert!(
            error.contains("line 1") && !error.contains("very-secret"),
            "{error}"
        );
    }
}
