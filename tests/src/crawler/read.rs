//! What a crawler reads: robots.txt, pages, sitemaps.

/// What robots.txt says to everybody (RFC 9309).
#[derive(Debug, Default)]
pub struct Robots {
    /// Patterns and whether each opens (`Allow`) or closes.
    rules: Vec<(String, bool)>,
    /// Absolute addresses of sitemaps.
    pub sitemaps: Vec<String>,
}

/// Links of one document, as paths with their queries.
#[derive(Debug, Default)]
pub struct Links {
    /// Links to follow.
    follow: Vec<String>,
    /// Links that say `nofollow`.
    nofollow: Vec<String>,
    /// The address that the document is known by.
    pub canonical: Option<String>,
    /// Addresses that a sitemap lists.
    pub locations: Vec<String>,
    /// Addresses of the shop's own that lead elsewhere.
    pub foreign: Vec<String>,
}

impl Robots {
    /// Reads the group of rules for all robots.
    pub fn parse(text: &str) -> Self {
        let mut robots = Self::default();
        let mut is_for_all = false;
        let mut in_rules = false;
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            match name.as_str() {
                "user-agent" => {
                    // Several lines in a row begin one group.
                    is_for_all = (is_for_all && !in_rules) || value == "*";
                    in_rules = false;
                }
                "allow" | "disallow" => {
                    in_rules = true;
                    if is_for_all && !value.is_empty() {
                        robots.rules.push((value.to_owned(), name == "allow"));
                    }
                }
                "sitemap" => robots.sitemaps.push(value.to_owned()),
                _ => {}
            }
        }
        robots
    }

    /// Whether an address may be asked for: the longest rule decides, and `Allow` where two are as long.
    pub fn allows(&self, target: &str) -> bool {
        let fitting = self
            .rules
            .iter()
            .filter(|(pattern, _)| matches(pattern, target));
        fitting
            .max_by_key(|(pattern, allows)| (pattern.len(), *allows))
            .is_none_or(|(_, allows)| *allows)
    }
}

/// Whether a pattern fits the beginning of an address: `*` is any text, `$` at the end is the end.
fn matches(pattern: &str, target: &str) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = target.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut last = "";
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
        last = piece;
    }
    !is_whole || rest.is_empty() || (pattern.contains('*') && rest.ends_with(last))
}

impl Links {
    /// Links of an HTML document: those of `a`, and those of `link` that name documents.
    pub fn of_page(origin: &str, html: &str) -> Self {
        let mut links = Self::default();
        for tag in html.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            let is_anchor = tag.starts_with("a ");
            let rel = attribute(tag, "rel").unwrap_or_default();
            let names_document = tag.starts_with("link ")
                && ["next", "prev", "alternate", "canonical"].contains(&rel.as_str());
            let Some(href) = attribute(tag, "href").filter(|_| is_anchor || names_document) else {
                continue;
            };
            let is_own = href.starts_with('/') && !href.starts_with("//");
            let path = if is_own {
                Some(href.clone())
            } else {
                path_of(origin, &href)
            };
            let path = path.map(|path| path.split('#').next().unwrap_or_default().to_owned());
            match path {
                Some(path) if rel == "canonical" => {
                    links.canonical = Some(path.clone());
                    links.follow.push(path);
                }
                Some(path) if rel.split(' ').any(|word| word == "nofollow") => {
                    links.nofollow.push(path);
                }
                Some(path) if !path.is_empty() => links.follow.push(path),
                // A page may link to other sites; what it says of itself is the shop's own.
                None if names_document => links.foreign.push(href),
                _ => {}
            }
        }
        links
    }

    /// Addresses in a sitemap or in an index of them, and their alternates.
    pub fn of_sitemap(origin: &str, xml: &str) -> Self {
        let mut links = Self::default();
        let pieces = xml.split("<loc>").skip(1);
        let locations = pieces.filter_map(|rest| rest.split("</loc>").next());
        for url in locations.map(unescaped) {
            match path_of(origin, &url) {
                Some(path) => links.locations.push(path),
                None => links.foreign.push(url),
            }
        }
        let alternates = xml.split("<xhtml:link ").skip(1);
        for url in alternates.filter_map(|tag| attribute(tag, "href")) {
            match path_of(origin, &url) {
                Some(path) => links.follow.push(path),
                None => links.foreign.push(url),
            }
        }
        links
    }

    /// All links, each with whether it may be followed.
    pub(super) fn all(self) -> Vec<(String, bool)> {
        let open = self.follow.into_iter().chain(self.locations);
        let open = open.map(|link| (link, true));
        open.chain(self.nofollow.into_iter().map(|link| (link, false)))
            .collect()
    }
}

/// Whether an address is that of a sitemap.
pub(super) fn is_sitemap(path: &str) -> bool {
    path.ends_with("/sitemap.xml") || path.contains("/sitemaps/")
}

/// Path and query of an absolute address of the shop.
pub(super) fn path_of(origin: &str, url: &str) -> Option<String> {
    let path = url.strip_prefix(origin)?;
    match path {
        "" => Some("/".to_owned()),
        path => path.starts_with('/').then(|| path.to_owned()),
    }
}

/// The value of an attribute in the text of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""));
    let rest = match rest {
        Some((_, rest)) => rest,
        None => tag.strip_prefix(&format!("{name}=\""))?,
    };
    rest.split('"').next().map(unescaped)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_of_the_group_for_all_decides() {
        let robots = Robots::parse(
            "User-agent: Special\nDisallow: /\n\nUser-agent: *\nDisallow: /search\nDisallow: /*?f.\nAllow: /search/help\n\
             Disallow: /*.pdf$\n\nSitemap: http://shop.example/sitemap.xml\n",
        );
        for (target, allowed) in [
            ("/", true),
            ("/search?q=x", false),
            ("/search/help", true),
            ("/c/shoes?f.colour=red", false),
            ("/c/shoes?page=2", true),
            ("/list.pdf", false),
            ("/list.pdf?page=2", true),
        ] {
            assert_eq!(robots.allows(target), allowed, "{target}");
        }
        assert_eq!(robots.sitemaps, ["http://shop.example/sitemap.xml"]);
    }

    #[test]
    fn links_of_a_page_are_read_with_what_they_say() {
        let origin = "http://shop.example";
        let html = "<link rel=\"canonical\" href=\"http://shop.example/c/x?a=1&amp;page=2\"><link rel=\"stylesheet\" href=\"/s.css\">\
            <link rel=\"next\" href=\"http://evil.example/\"><a class=\"k\" href=\"/p/a#buy\">A</a><a rel=\"nofollow\" href=\"/n\">N</a>\
            <a href=\"#top\">T</a><a href=\"https://elsewhere.example/\">E</a>";
        let links = Links::of_page(origin, html);
        assert_eq!(links.canonical.as_deref(), Some("/c/x?a=1&page=2"));
        assert_eq!(links.foreign, ["http://evil.example/"]);
        let all = links.all();
        let expected = [("/c/x?a=1&page=2", true), ("/p/a", true), ("/n", false)];
        let expected = expected.map(|(link, is_free)| (link.to_owned(), is_free));
        assert_eq!(all, expected);
    }
}
