//! Which path gives which answer.

use std::collections::HashMap;
use std::sync::Arc;

use hyper::StatusCode;

use crate::catalogue::{Catalogue, document, picture};

use super::answer::Answer;
use super::conditions;
use super::data::Data;
use super::erp;
use super::files::Records;
use super::market::Market;
use super::windows;

/// When the exports last changed, in seconds since 1970; the stock feed adds its changes.
const EXPORTED_AT: u64 = 1_793_491_200;

/// The most records that a page may hold, and how many it holds unless asked otherwise.
const MAX_PAGE: u64 = 1000;
const USUAL_PAGE: u64 = 250;

/// What a request asks for.
pub(super) struct Wanted<'a> {
    /// The path, without the query.
    pub(super) path: &'a str,
    /// The query's parameters.
    pub(super) query: HashMap<String, String>,
    /// Scheme, host and port under which clients know the back end.
    pub(super) origin: &'a str,
}

/// The answer to a request for data.
pub(super) fn answer(wanted: &Wanted<'_>, data: &Arc<Data>, market: &Market) -> Answer {
    let answer = match (wanted.path, &**data) {
        ("/", _) => Some(index(data)),
        ("/export/stock.ndjson", _) => Some(stock(market, data, erp::stock_line)),
        ("/feed/offers.ndjson", Data::Generated(_)) => Some(stock(market, data, document::offer)),
        (_, Data::Generated(catalogue)) => generated(wanted, *catalogue, data),
        (_, Data::Records(records)) => from_records(wanted, records, data),
    };
    answer
        .unwrap_or_else(|| Answer::refusal(StatusCode::NOT_FOUND, "there is nothing at this path"))
}

fn generated(wanted: &Wanted<'_>, catalogue: Catalogue, data: &Data) -> Option<Answer> {
    let origin = wanted.origin;
    let list = |records: Vec<serde_json::Value>| {
        let body = serde_json::json!({"meta": {"page": 1, "pages": 1, "total": records.len()}, "data": records});
        let body = body.to_string();
        let version = body.clone();
        Answer::json(body).version(version).modified(EXPORTED_AT)
    };
    Some(match wanted.path {
        "/export/products" => page(wanted, data, |from, len| {
            catalogue
                .range(from, len)
                .map(|product| erp::item(&product, origin))
                .collect()
        }),
        "/export/categories" => list(erp::departments(catalogue, origin)),
        "/export/properties" => list(erp::properties(catalogue)),
        "/export/content" => list(erp::content()),
        "/export/conditions" => list(conditions::records()),
        "/export/windows" => list(windows::records(catalogue, origin)),
        "/export/sets" => list(windows::sets(catalogue, origin)),
        "/export/opinions.ndjson" => Answer::lines(windows::opinions(catalogue))
            .version(format!("opinions {}", data.identity()))
            .modified(EXPORTED_AT),
        "/feed/documents.ndjson" => {
            let version = format!("documents {} {origin}", data.identity());
            Answer::lines(document::feed(catalogue, origin.to_owned()))
                .version(version)
                .modified(EXPORTED_AT)
        }
        path => {
            let name = path.strip_prefix("/images/")?.strip_suffix(".svg")?;
            let svg = picture::at_path(name, &catalogue)?;
            let version = svg.clone();
            Answer::svg(svg).version(version).modified(EXPORTED_AT)
        }
    })
}

fn from_records(wanted: &Wanted<'_>, records: &Records, data: &Arc<Data>) -> Option<Answer> {
    let version = format!("{} {}", wanted.path, data.identity());
    let whole = |lines: Vec<&str>| format!("[{}]", lines.join(","));
    Some(match wanted.path {
        "/api/products" => match wanted.query.get("updated_since") {
            None => page(wanted, data, |from, len| {
                let start = usize::try_from(from)
                    .unwrap_or(usize::MAX)
                    .min(records.len());
                let end = start
                    .saturating_add(usize::try_from(len).unwrap_or(usize::MAX))
                    .min(records.len());
                (start..end).map(|index| records.dated(index)).collect()
            }),
            Some(since) => changed_since(records, since),
        },
        "/export/products.ndjson" => {
            let data = Arc::clone(data);
            let line = move |index| match &*data {
                Data::Records(records) => records.as_is(index).replace('\n', " "),
                Data::Generated(_) => String::new(),
            };
            Answer::lines((0..records.len()).map(line))
                .version(version)
                .modified(EXPORTED_AT)
        }
        path => {
            let number = path
                .strip_prefix("/export/")?
                .strip_suffix(".json")?
                .parse()
                .ok()?;
            let part = records.file(number)?;
            let body = whole(part.map(|index| records.as_is(index)).collect());
            Answer::json(body).version(version).modified(EXPORTED_AT)
        }
    })
}

/// Everything that changed on or after a day, on one page.
fn changed_since(records: &Records, since: &str) -> Answer {
    let changed: Vec<String> = (0..records.len())
        .filter(|&index| records.updated_at(index).as_str() >= since)
        .map(|index| records.dated(index))
        .collect();
    let total = changed.len();
    Answer::json(format!(
        r#"{{"meta":{{"page":1,"pages":1,"total":{total}}},"data":[{}]}}"#,
        changed.join(",")
    ))
}

/// One page of the export, with links to the pages beside it.
fn page(wanted: &Wanted<'_>, data: &Data, records: impl FnOnce(u64, u64) -> Vec<String>) -> Answer {
    let number = |name: &str, usual: u64| match wanted.query.get(name) {
        None => Some(usual),
        Some(text) => text.parse::<u64>().ok().filter(|&number| number > 0),
    };
    let (Some(page), Some(size)) = (number("page", 1), number("size", USUAL_PAGE)) else {
        return Answer::refusal(StatusCode::BAD_REQUEST, "page and size are numbers from 1");
    };
    let size = size.min(MAX_PAGE);
    let total = data.count();
    let pages = total.div_ceil(size).max(1);
    let data_of_page = records((page - 1).saturating_mul(size), size).join(",");
    let body = format!(
        r#"{{"meta":{{"page":{page},"pages":{pages},"total":{total}}},"data":[{data_of_page}]}}"#
    );
    let beside = |page: u64, rel: &str| {
        format!(
            "<{}{}?page={page}&size={size}>; rel=\"{rel}\"",
            wanted.origin, wanted.path
        )
    };
    let mut links = Vec::new();
    if page > 1 {
        links.push(beside((page - 1).min(pages), "prev"));
    }
    if page < pages {
        links.push(beside(page + 1, "next"));
    }
    let link = (!links.is_empty()).then(|| links.join(", "));
    let version = body.clone();
    Answer::json(body)
        .version(version)
        .modified(EXPORTED_AT)
        .link(link)
}

fn stock(
    market: &Market,
    data: &Data,
    line: fn(&str, &crate::catalogue::variant::Offer) -> String,
) -> Answer {
    let version = market.version();
    let lines = market.offers().map(move |(sku, offer)| line(&sku, &offer));
    Answer::lines(lines)
        .version(format!("stock {} {version}", data.identity()))
        .modified(EXPORTED_AT + version)
}

/// What there is to ask for.
fn index(data: &Data) -> Answer {
    let paths = match data {
        Data::Generated(_) => vec![
            "/export/products?page=1&size=250",
            "/export/categories",
            "/export/properties",
            "/export/content",
            "/export/conditions",
            "/export/windows",
            "/export/sets",
            "/export/opinions.ndjson",
            "/export/stock.ndjson",
            "/feed/documents.ndjson",
            "/feed/offers.ndjson",
        ],
        Data::Records(records) if records.files() > 1 => {
            vec![
                "/api/products?page=1&size=250",
                "/export/1.json",
                "/export/products.ndjson",
                "/export/stock.ndjson",
            ]
        }
        Data::Records(_) => vec![
            "/api/products?page=1&size=250",
            "/export/products.ndjson",
            "/export/stock.ndjson",
        ],
    };
    let watch = data
        .showcase()
        .map(|(sku, name, _)| serde_json::json!({"sku": sku, "name": name}));
    Answer::json(
        serde_json::json!({"products": data.count(), "paths": paths, "watch": watch}).to_string(),
    )
}
