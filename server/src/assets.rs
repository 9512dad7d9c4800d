//! Files of the shop itself: stylesheet, loader script, icon and those of a theme, each under an address that carries
//! its content's hash.
//!
//! They are encoded once, as small as it gets: in the background after the start, or when somebody asks before that.

use std::sync::OnceLock;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::HeaderValue;

use crate::encode::{self, Effort, Encoding};
use crate::respond::{self, Response};
use crate::route::Route;
use crate::stamp::Stamp;

/// Every file of one look.
#[derive(Debug)]
pub struct Assets {
    /// Stylesheet, script and rules for fetching ahead first, then the icon and what a theme brings.
    files: Vec<File>,
    /// Which of them is the icon.
    icon: usize,
    /// What a page tells a browser before it has read the page.
    hints: Hints,
}

/// Headers by which a browser is quicker than it would be.
#[derive(Clone, Debug)]
pub struct Hints {
    /// `Link` of a page: the stylesheet is wanted before the parser sees it.
    pub preload: HeaderValue,
    /// `Speculation-Rules` of a page: which links may be fetched when somebody is about to follow them.
    pub ahead: HeaderValue,
}

/// One file.
#[derive(Debug)]
pub struct File {
    name: String,
    content_type: &'static str,
    hash: blake3::Hash,
    /// The address, for links.
    href: String,
    /// The file as it is.
    plain: Bytes,
    /// The file in each coding; none where coding gains nothing.
    encoded: [(Encoding, OnceLock<Option<Bytes>>); 3],
}

const CSS: &str = "shop.css";
const JS: &str = "shop.js";
/// Pages alone, which are the same for everybody; following them early changes nothing and tells nobody anything.
const AHEAD: &str = "ahead.json";
const STYLESHEET: &[u8] = include_bytes!("../assets/shop.css");
/// How much of the hash stands in the address: enough that no two releases share one.
const HASH_CHARS: usize = 16;

impl Assets {
    /// The files, not encoded yet: that takes some tens of milliseconds, for which no shopper should wait.
    ///
    /// `css` follows our own stylesheet, `files` come besides, and `icon` names the one of them that takes the place
    /// of our icon.
    pub fn load(css: &str, files: Vec<File>, icon: Option<&str>) -> Self {
        let text = "text/css; charset=utf-8";
        let stylesheet = match css {
            "" => Bytes::from_static(STYLESHEET),
            css => Bytes::from([STYLESHEET, css.as_bytes()].concat()),
        };
        let script = Bytes::from_static(include_bytes!("../assets/shop.js"));
        let own_icon = Bytes::from_static(include_bytes!("../assets/favicon.svg"));
        let ahead = Bytes::from_static(include_bytes!("../assets/ahead.json"));
        let mut all = vec![
            File::new(CSS.to_owned(), text, stylesheet),
            File::new(JS.to_owned(), "text/javascript; charset=utf-8", script),
            File::new(AHEAD.to_owned(), "application/speculationrules+json", ahead),
            File::new("favicon.svg".to_owned(), "image/svg+xml", own_icon),
        ];
        let own = all.len();
        all.extend(files);
        let named = icon.and_then(|icon| {
            let mut theirs = all.iter().skip(own);
            theirs.position(|file| file.name == icon)
        });
        let header = |text: String| {
            HeaderValue::try_from(text).expect("invariant: an address is header text")
        };
        let hints = Hints {
            preload: header(format!("<{}>; rel=preload; as=style", all[0].href)),
            ahead: header(format!("\"{}\"", all[2].href)),
        };
        Self {
            icon: named.map_or(own - 1, |place| own + place),
            files: all,
            hints,
        }
    }

    /// The address of the stylesheet.
    pub fn css_href(&self) -> &str {
        self.href(CSS)
    }

    /// The address of the loader script.
    pub fn js_href(&self) -> &str {
        self.href(JS)
    }

    /// The address of the icon.
    pub fn icon_href(&self) -> &str {
        self.files.get(self.icon).map_or("/", File::href)
    }

    /// What the icon is sent as.
    pub fn icon_type(&self) -> &'static str {
        self.files
            .get(self.icon)
            .map_or("image/svg+xml", |file| file.content_type)
    }

    /// What a page tells a browser before it has read the page.
    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// Encodes what nobody has asked for yet.
    pub fn encode(&self) {
        for file in &self.files {
            for (encoding, _) in &file.encoded {
                file.body(*encoding);
            }
        }
    }

    /// The file at an address, in the coding that the client wants and the file gains from.
    pub fn answer(
        &self,
        hash: &str,
        name: &str,
        stamp: &Stamp,
        request_headers: &HeaderMap,
    ) -> Option<Response> {
        let file = self
            .files
            .iter()
            .find(|file| file.name == name && short(&file.hash) == hash)?;
        let wanted = encode::negotiate(request_headers).small;
        Some(respond::file(
            stamp,
            request_headers,
            file.content_type,
            file.hash.as_bytes(),
            file.body(wanted),
        ))
    }

    fn href(&self, name: &str) -> &str {
        self.files
            .iter()
            .find(|file| file.name == name)
            .map_or("/", |file| &file.href)
    }
}

impl File {
    /// A file under the address that its content gives it.
    pub fn new(name: String, content_type: &'static str, content: Bytes) -> Self {
        let hash = blake3::hash(&content);
        let href = Route::Asset {
            hash: short(&hash),
            name: name.clone(),
        }
        .href();
        let encodings = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip];
        Self {
            name,
            content_type,
            hash,
            href,
            plain: content,
            encoded: encodings.map(|encoding| (encoding, OnceLock::new())),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn href(&self) -> &str {
        &self.href
    }

    /// Whether it may get smaller: pictures and fonts are packed already.
    fn is_text(&self) -> bool {
        self.content_type.starts_with("text/") || self.content_type == "image/svg+xml"
    }

    /// The file in a coding, or as it is where coding gains nothing.
    fn body(&self, wanted: Encoding) -> (Encoding, Bytes) {
        let mut known = self.encoded.iter().filter(|_| self.is_text());
        let known = known.find(|(known, _)| *known == wanted);
        let encoded = known.and_then(|(encoding, body)| {
            let encode = || encode::compress(*encoding, Effort::Once, &self.plain).map(Bytes::from);
            body.get_or_init(encode).clone()
        });
        match encoded {
            Some(body) => (wanted, body),
            None => (Encoding::Identity, self.plain.clone()),
        }
    }
}

fn short(hash: &blake3::Hash) -> String {
    hash.to_hex()[..HASH_CHARS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Edge;

    #[test]
    fn a_file_is_found_only_under_its_own_hash() {
        let assets = Assets::load("", Vec::new(), None);
        let stamp = Stamp::new(Some(1), std::iter::empty(), &Edge::default());
        for href in [assets.css_href(), assets.js_href(), assets.icon_href()] {
            let Ok(parsed) = Route::parse(href) else {
                panic!("{href} is no route")
            };
            let Route::Asset { hash, name } = parsed.route else {
                panic!("{href} is no asset")
            };
            let response = assets
                .answer(&hash, &name, &stamp, &HeaderMap::new())
                .unwrap();
            assert_eq!(response.http.status(), 200);
            assert!(
                response.http.headers()["cache-control"]
                    .to_str()
                    .unwrap()
                    .contains("immutable")
            );
            assert!(
                assets
                    .answer("0000000000000000", &name, &stamp, &HeaderMap::new())
                    .is_none()
            );
        }
    }

    #[test]
    fn script_and_stylesheet_stay_small() {
        let assets = Assets::load("", Vec::new(), None);
        for (name, most) in [(JS, 2048), (CSS, 12 * 1024)] {
            let file = assets.files.iter().find(|file| file.name == name).unwrap();
            let packed = encode::compress(Encoding::Gzip, Effort::Once, &file.plain).unwrap();
            assert!(packed.len() <= most, "{name}: {} bytes", packed.len());
        }
    }
}
