//! How the pages behind the one that was looked at are asked for, where no link leads to them.
//!
//! An answer that counts pages says so in its address, in its body or in its headers. What the parameters are called only
//! stands in the address; otherwise it is a guess, which is told. A wrong one fails the first run, because a page that
//! comes twice is never taken for two.

use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

/// Where answers tell about their pages.
const PLACES: [&str; 9] = [
    "",
    "/meta",
    "/_meta",
    "/pagination",
    "/paging",
    "/meta/pagination",
    "/page",
    "/page_info",
    "/pageInfo",
];
const PAGES: &[&str] = &[
    "page",
    "current_page",
    "currentPage",
    "page_number",
    "pageNumber",
    "page_no",
    "number",
];
const SIZES: &[&str] = &[
    "per_page",
    "perPage",
    "page_size",
    "pageSize",
    "pagesize",
    "limit",
    "size",
    "itemsPerPage",
    "items_per_page",
];
const OFFSETS: &[&str] = &["offset", "skip", "start"];
const TOTALS: &[&str] = &[
    "total",
    "total_count",
    "totalCount",
    "totalElements",
    "total_items",
    "totalItems",
    "total_records",
    "totalRecords",
    "count",
];
/// Where a page names the place behind it, and what is likely to be asked with it.
const CURSORS: [(&str, &str); 8] = [
    ("/next_cursor", "cursor"),
    ("/nextCursor", "cursor"),
    ("/meta/next_cursor", "cursor"),
    ("/meta/cursor/next", "cursor"),
    ("/pagination/next_cursor", "cursor"),
    ("/paging/cursors/after", "after"),
    ("/next_page_token", "page_token"),
    ("/nextPageToken", "pageToken"),
];
/// Parameters that stand for a page, a place in the list and a size, beside the names in bodies.
const PAGE_PARAMETERS: &[&str] = &["p", "page[number]", "pageno", "pg"];
const OFFSET_PARAMETERS: &[&str] = &["$skip", "page[offset]", "from"];
const SIZE_PARAMETERS: &[&str] = &["$top", "top", "page[size]", "page[limit]", "rows", "take"];
/// What hardly any back end refuses to send at once.
const USUAL_SIZE: u64 = 100;

/// What the headers of an answer say of its pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Headers {
    pages: Option<u64>,
    records: Option<u64>,
    size: Option<u64>,
}

impl Headers {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let number = |names: &[&str]| {
            let mut found = names.iter().filter_map(|name| headers.get(*name));
            found.find_map(|value| value.to_str().ok()?.trim().parse().ok())
        };
        Self {
            pages: number(&[
                "x-wp-totalpages",
                "x-total-pages",
                "x-pagination-page-count",
            ]),
            records: number(&[
                "x-wp-total",
                "x-total-count",
                "x-total",
                "x-pagination-total-count",
            ]),
            size: number(&["x-per-page", "x-page-size", "x-pagination-per-page"]),
        }
    }

    fn tell_of_more(&self, count: u64) -> bool {
        self.pages.is_some_and(|pages| pages > 1)
            || self.records.is_some_and(|records| records > count)
    }
}

/// What a body says of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Body {
    /// How many records there are in all, and where that stands.
    pub(super) total: Option<(String, u64)>,
    page: Option<(&'static str, u64)>,
    offset: Option<(&'static str, u64)>,
    size: Option<(&'static str, u64)>,
    /// Where the next place stands, what it is asked with, and where it says whether there is more.
    cursor: Option<(&'static str, &'static str, Option<&'static str>)>,
}

impl Body {
    /// Reads it from a page of JSON.
    pub(super) fn of(document: &Value) -> Self {
        let mut body = Self::default();
        for place in PLACES {
            let Some(part) = document.pointer(place) else {
                continue;
            };
            let number = |names: &'static [&'static str]| {
                let mut found = names.iter();
                found.find_map(|name| Some((*name, part.get(name)?.as_u64()?)))
            };
            // Parts of two places do not belong together.
            if let (None, Some(size)) = (body.size, number(SIZES)) {
                (body.page, body.offset) = (number(PAGES), number(OFFSETS));
                body.size = (body.page.is_some() || body.offset.is_some()).then_some(size);
            }
            if let (None, Some((name, total))) = (&body.total, number(TOTALS)) {
                body.total = Some((format!("{place}/{name}"), total));
            }
        }
        body.cursor = CURSORS.iter().find_map(|(at, parameter)| {
            let cursor = document.pointer(at)?.as_str()?;
            let more = ["/has_more", "/hasMore", "/meta/has_more"].into_iter();
            let mut more = more.filter(|at| document.pointer(at) == Some(&Value::Bool(true)));
            (!cursor.is_empty()).then(|| (*at, *parameter, more.next()))
        });
        body
    }
}

/// How further pages are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paging {
    /// The address without what is asked with now.
    pub(super) url: String,
    /// `query` and `paging`, as lines of TOML.
    pub(super) settings: String,
    /// What a person should look at.
    pub(super) doubt: String,
}

/// Kind of paging, with the parameters for the place and the size.
struct Asked {
    kind: &'static str,
    place: String,
    size: Option<String>,
    /// How many records are asked for at once.
    records: u64,
    first: Option<u64>,
    is_guess: bool,
}

/// What the answer shows, if it shows anything; `count` are the records in it.
pub(super) fn paging(url: &str, body: &Body, headers: Headers, count: usize) -> Option<Paging> {
    let mut address = Url::parse(url).ok()?;
    let count = count as u64;
    if let Some((at, parameter, more)) = body.cursor {
        let mut table = toml::Table::new();
        table.insert("kind".to_owned(), "cursor".into());
        table.insert("at".to_owned(), at.into());
        table.extend(more.map(|more| ("more_at".to_owned(), more.into())));
        let query = [(parameter.to_owned(), "{cursor}".into())];
        return Some(Paging {
            url: url.to_owned(),
            settings: settings(toml::Table::from_iter(query), table),
            doubt: format!(
                "paging: the answer names the place behind it at {at}; whether it is asked for with `{parameter}` is a guess"
            ),
        });
    }
    let asked = in_address(&address, body, count)
        .or_else(|| in_body(body, count))
        .or_else(|| in_headers(headers, count))?;
    let taken = |name: &str| name == asked.place || asked.size.as_deref() == Some(name);
    let kept: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(name, _)| !taken(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    address.set_query(None);
    if !kept.is_empty() {
        address.query_pairs_mut().extend_pairs(kept);
    }
    let mut query = toml::Table::new();
    query.insert(asked.place.clone(), format!("{{{}}}", asked.kind).into());
    query.extend(asked.size.clone().map(|size| (size, "{size}".into())));
    let mut table = toml::Table::new();
    table.insert("kind".to_owned(), asked.kind.into());
    let number = |number: u64| toml::Value::from(i64::try_from(number).unwrap_or(i64::MAX));
    table.insert("size".to_owned(), number(asked.records));
    table.extend(asked.first.map(|first| ("first".to_owned(), number(first))));
    if let Some((at, _)) = &body.total {
        table.insert("total_at".to_owned(), at.as_str().into());
    }
    let parameters = match &asked.size {
        Some(size) => format!("`{}` and `{size}`", asked.place),
        None => format!("`{}`", asked.place),
    };
    let doubt = match asked.is_guess {
        true => format!(
            "paging: the answer counts its pages, and that they are asked for with {parameters} is a guess"
        ),
        false => format!("paging: pages are asked for with {parameters}, as in the address"),
    };
    Some(Paging {
        url: address.into(),
        settings: settings(query, table),
        doubt,
    })
}

fn settings(query: toml::Table, paging: toml::Table) -> String {
    let (query, paging) = (toml::Value::from(query), toml::Value::from(paging));
    format!("query = {query}\npaging = {paging}\n")
}

/// By parameters that the address has already.
fn in_address(address: &Url, body: &Body, count: u64) -> Option<Asked> {
    let parameter = |names: &[&[&str]]| {
        let mut pairs = address.query_pairs();
        pairs.find_map(|(name, value)| {
            let is_known = names.iter().any(|names| names.contains(&name.as_ref()));
            Some((name.into_owned(), value.parse::<u64>().ok()?)).filter(|_| is_known)
        })
    };
    let size = parameter(&[SIZES, SIZE_PARAMETERS]);
    let (kind, place) = match (
        parameter(&[PAGES, PAGE_PARAMETERS]),
        parameter(&[OFFSETS, OFFSET_PARAMETERS]),
    ) {
        (Some(page), _) => ("page", page),
        (None, Some(offset)) => ("offset", offset),
        (None, None) => return None,
    };
    let told = size.as_ref().map(|(_, size)| *size);
    let told = told.or(body.size.map(|(_, size)| size)).unwrap_or(count);
    Some(Asked {
        kind,
        first: (kind == "page" && place.1 == 0).then_some(0),
        place: place.0,
        size: size.map(|(name, _)| name),
        records: told.max(1),
        is_guess: false,
    })
}

/// By what the body says of itself: parameters are mostly called alike.
fn in_body(body: &Body, count: u64) -> Option<Asked> {
    let (size_name, size) = body.size.filter(|(_, size)| *size >= count.max(1))?;
    let (kind, place, first) = match (body.page, body.offset) {
        (Some((name, page)), _) => {
            let parameter = match name {
                "current_page" | "currentPage" | "number" => "page",
                other => other,
            };
            ("page", parameter, (page == 0).then_some(0))
        }
        (None, Some((name, _))) => ("offset", name, None),
        (None, None) => return None,
    };
    Some(Asked {
        kind,
        place: place.to_owned(),
        size: Some(size_name.to_owned()),
        records: size,
        first,
        is_guess: true,
    })
}

/// By headers, which come with the parameters of WordPress and those that took after it.
fn in_headers(headers: Headers, count: u64) -> Option<Asked> {
    let size = headers.size.unwrap_or(USUAL_SIZE);
    headers.tell_of_more(count).then(|| Asked {
        kind: "page",
        place: "page".to_owned(),
        size: Some("per_page".to_owned()),
        records: size.max(count).max(1),
        first: None,
        is_guess: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(
        url: &str,
        body: &Value,
        headers: &[(&'static str, &str)],
        count: usize,
    ) -> Option<Paging> {
        let mut told = HeaderMap::new();
        for (name, value) in headers {
            told.insert(*name, value.parse().unwrap());
        }
        paging(url, &Body::of(body), Headers::of(&told), count)
    }

    /// Address and settings, on one line.
    fn shown(paging: Option<Paging>) -> String {
        let paging = paging.expect("a proposal");
        format!(
            "{} {}",
            paging.url,
            paging.settings.trim().replace('\n', " ")
        )
    }

    #[test]
    fn parameters_of_the_address_are_those_of_its_pages() {
        assert_eq!(
            shown(of(
                "http://a.example/p?lang=de&page=1&per_page=50",
                &json!([]),
                &[],
                50
            )),
            "http://a.example/p?lang=de query = { page = \"{page}\", per_page = \"{size}\" } paging = { kind = \"page\", size = 50 }"
        );
        assert_eq!(
            shown(of(
                "http://a.example/p?%24skip=0&%24top=20",
                &json!({"total": 7}),
                &[],
                7
            )),
            "http://a.example/p query = { \"$skip\" = \"{offset}\", \"$top\" = \"{size}\" } paging = { kind = \"offset\", size = 20, total_at = \"/total\" }"
        );
        assert_eq!(
            shown(of("http://a.example/p?page=0", &json!([]), &[], 30)),
            "http://a.example/p query = { page = \"{page}\" } paging = { first = 0, kind = \"page\", size = 30 }"
        );
    }

    #[test]
    fn what_a_body_counts_is_asked_for_alike() {
        let laravel = json!({"data": [], "meta": {"current_page": 1, "per_page": 15, "total": 31}});
        let found = of("http://a.example/p?x=1", &laravel, &[], 15);
        assert!(found.as_ref().unwrap().doubt.contains("is a guess"));
        assert_eq!(
            shown(found),
            "http://a.example/p?x=1 query = { page = \"{page}\", per_page = \"{size}\" } paging = { kind = \"page\", size = 15, total_at = \"/meta/total\" }"
        );
        let spring = json!({"content": [], "page": {"number": 0, "size": 20, "totalElements": 41}});
        assert_eq!(
            shown(of("http://a.example/p", &spring, &[], 20)),
            "http://a.example/p query = { page = \"{page}\", size = \"{size}\" } paging = { first = 0, kind = \"page\", size = 20, total_at = \"/page/totalElements\" }"
        );
        let dummy = json!({"products": [], "total": 194, "skip": 0, "limit": 30});
        assert_eq!(
            shown(of("http://a.example/p", &dummy, &[], 30)),
            "http://a.example/p query = { limit = \"{size}\", skip = \"{offset}\" } paging = { kind = \"offset\", size = 30, total_at = \"/total\" }"
        );
        let cursor = json!({"items": [], "next_cursor": "abc", "has_more": true});
        assert_eq!(
            shown(of("http://a.example/p", &cursor, &[], 30)),
            "http://a.example/p query = { cursor = \"{cursor}\" } paging = { at = \"/next_cursor\", kind = \"cursor\", more_at = \"/has_more\" }"
        );
    }

    #[test]
    fn headers_tell_of_pages_that_are_not_there_yet() {
        let word_press = [("x-wp-total", "31"), ("x-wp-totalpages", "4")];
        assert_eq!(
            shown(of("http://a.example/p", &json!([]), &word_press, 10)),
            "http://a.example/p query = { page = \"{page}\", per_page = \"{size}\" } paging = { kind = \"page\", size = 100 }"
        );
        assert_eq!(
            of(
                "http://a.example/p",
                &json!([]),
                &[("x-total-count", "10")],
                10
            ),
            None
        );
        let wrong = [("x-total-count", "many")];
        assert_eq!(of("http://a.example/p", &json!([]), &wrong, 10), None);
    }

    #[test]
    fn what_does_not_count_pages_proposes_none() {
        for body in [
            json!([]),
            json!({"total": 31, "items": []}),
            json!({"size": 3, "items": []}),
            json!({"page": "home", "limit": 10, "items": []}),
            // A page cannot hold more than it says.
            json!({"page": 1, "per_page": 3, "items": []}),
            json!({"next_cursor": null, "items": []}),
        ] {
            assert_eq!(
                of("http://a.example/p?lang=de", &body, &[], 10),
                None,
                "{body}"
            );
        }
    }
}
