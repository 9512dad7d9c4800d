//! A crawler as search engines send them: it follows every link it sees, and remembers where each came from.
//!
//! It starts at the home page, at robots.txt and at the sitemaps, asks for each address once, and follows no redirect:
//! whoever links to one is told.

mod read;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use reqwest::header::{CONTENT_TYPE, LOCATION};

pub use read::{Links, Robots};

/// Requests under way at once.
const AT_ONCE: usize = 8;

/// Whether a crawler does what robots.txt says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manners {
    /// It keeps out of what robots.txt closes, and follows no link that says `nofollow`.
    Obeys,
    /// It follows whatever it sees.
    Ignores,
}

impl Manners {
    /// Whoever does not obey does not say what it is either.
    fn agent(self) -> &'static str {
        match self {
            Self::Obeys => "Mozilla/5.0 (compatible; TestCrawl)",
            Self::Ignores => {
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            }
        }
    }
}

/// What a crawl found.
#[derive(Debug, Default)]
pub struct Crawl {
    /// Each address that was asked for, as path and query, and what was there.
    pub visits: BTreeMap<String, Visit>,
    /// Addresses that the sitemaps list, as often as they do.
    pub listed: Vec<String>,
    /// What should not be, in words.
    pub findings: Vec<String>,
}

/// What was at an address.
#[derive(Debug)]
pub struct Visit {
    /// Its status.
    pub status: u16,
    /// The page that linked to it first.
    pub from: String,
    /// The address that it says it is known by; none if it is not to be indexed.
    pub canonical: Option<String>,
    /// Whether it is an HTML document.
    pub is_page: bool,
    /// Names and values in its query.
    pub parameters: BTreeSet<String>,
}

/// What came back for one address.
struct Answer {
    status: u16,
    location: Option<String>,
    is_page: bool,
    body: String,
}

/// Crawls a shop from its origin (`http://127.0.0.1:8080`), asking for at most `most` addresses.
///
/// `entrances` are paths that other sites link to; robots.txt is obeyed there as well.
///
/// # Errors
/// A request failed, or there is no robots.txt.
pub async fn crawl(
    origin: &str,
    manners: Manners,
    entrances: &[String],
    most: usize,
) -> anyhow::Result<Crawl> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(manners.agent())
        .build()?;
    let robots = Robots::parse(&ask(&client, origin, "/robots.txt").await?.body);
    let mut crawl = Crawl::default();
    let mut known = BTreeSet::new();
    let mut waiting: Vec<(String, String)> = Vec::new();
    let sitemaps = robots.sitemaps.iter();
    let starts = sitemaps.filter_map(|url| read::path_of(origin, url));
    let elsewhere = entrances.iter().cloned();
    let elsewhere = elsewhere.filter(|path| manners == Manners::Ignores || robots.allows(path));
    for start in starts.chain(["/".to_owned()]).chain(elsewhere) {
        known.insert(start.clone());
        waiting.push((start, "outside".to_owned()));
    }
    while !waiting.is_empty() {
        if known.len() > most {
            let last = known.iter().rev().take(5);
            crawl.findings.push(format!(
                "more than {most} addresses, such as {:?}",
                last.collect::<Vec<_>>()
            ));
            break;
        }
        let batch = std::mem::take(&mut waiting);
        let asked = batch.into_iter().map(|(path, from)| {
            let client = client.clone();
            async move { (ask(&client, origin, &path).await, path, from) }
        });
        let mut answers = stream::iter(asked).buffered(AT_ONCE);
        while let Some((answer, path, from)) = answers.next().await {
            let links = crawl.take(origin, path.clone(), from, answer?);
            for (link, is_free) in links {
                let is_open = manners == Manners::Ignores || (is_free && robots.allows(&link));
                if is_open && known.insert(link.clone()) {
                    waiting.push((link, path.clone()));
                }
            }
        }
    }
    Ok(crawl)
}

impl Crawl {
    /// Notes an answer, and gives the links in it with whether each may be followed.
    fn take(
        &mut self,
        origin: &str,
        path: String,
        from: String,
        answer: Answer,
    ) -> Vec<(String, bool)> {
        if answer.status != 200 {
            let to = answer.location.as_deref().unwrap_or_default();
            self.findings.push(format!(
                "{from} links to {path}, which answers {} {to}",
                answer.status
            ));
        }
        let mut links = Links::default();
        if answer.status == 200 && answer.is_page {
            links = Links::of_page(origin, &answer.body);
        } else if answer.status == 200 && read::is_sitemap(&path) {
            links = Links::of_sitemap(origin, &answer.body);
            if !path.ends_with("/sitemap.xml") {
                self.listed.extend(links.locations.iter().cloned());
            }
        }
        self.findings.extend(
            links
                .foreign
                .iter()
                .map(|url| format!("{path} names {url}, which is none of the shop's")),
        );
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let visit = Visit {
            status: answer.status,
            canonical: links.canonical.clone(),
            is_page: answer.is_page && answer.status == 200,
            parameters: query
                .split('&')
                .filter_map(|pair| pair.split('=').next())
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            from,
        };
        self.visits.insert(path, visit);
        links.all()
    }

    /// Addresses of pages that say they are known by themselves.
    pub fn canonical_pages(&self) -> BTreeSet<&str> {
        let own = self
            .visits
            .iter()
            .filter(|(path, visit)| visit.canonical.as_ref() == Some(*path));
        own.map(|(path, _)| path.as_str()).collect()
    }
}

async fn ask(client: &reqwest::Client, origin: &str, path: &str) -> anyhow::Result<Answer> {
    let response = client.get(format!("{origin}{path}")).send().await?;
    let header = |name| {
        let value = response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    Ok(Answer {
        status: response.status().as_u16(),
        location: header(LOCATION),
        is_page: header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")),
        body: response.text().await?,
    })
}
