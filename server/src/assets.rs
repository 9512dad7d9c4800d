//! Our own files, in the binary: stylesheet, loader script, icon, each under an address that carries its content's hash.
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

/// Every file of ours.
pub struct Assets {
    files: Vec<File>,
    /// `Link` of a page: the stylesheet is wanted before the parser sees it.
    preload: HeaderValue,
}

struct File {
    name: &'static str,
    content_type: &'static str,
    hash: blake3::Hash,
    /// The address, for links.
    href: String,
    /// The file as it is.
    plain: &'static [u8],
    /// The file in each coding; none where coding gains nothing.
    encoded: [(Encoding, OnceLock<Option<Bytes>>); 3],
}

const CSS: &str = "shop.css";
const JS: &str = "shop.js";
const ICON: &str = "favicon.svg";
/// How much of the hash stands in the address: enough that no two releases share one.
const HASH_CHARS: usize = 16;

impl Assets {
    /// The files, not encoded yet: that takes some tens of milliseconds, for which no shopper should wait.
    pub fn load() -> Self {
        let files = vec![
            File::new(
                CSS,
                "text/css; charset=utf-8",
                include_bytes!("../assets/shop.css"),
            ),
            File::new(
                JS,
                "text/javascript; charset=utf-8",
                include_bytes!("../assets/shop.js"),
            ),
            File::new(
                ICON,
                "image/svg+xml",
                include_bytes!("../assets/favicon.svg"),
            ),
        ];
        let preload = format!("<{}>; rel=preload; as=style", files[0].href);
        let preload = HeaderValue::try_from(preload).expect("invariant: an address is header text");
        Self { files, preload }
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
        self.href(ICON)
    }

    /// The `Link` header of a page.
    pub fn preload(&self) -> &HeaderValue {
        &self.preload
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
    fn new(name: &'static str, content_type: &'static str, content: &'static [u8]) -> Self {
        let hash = blake3::hash(content);
        let href = Route::Asset {
            hash: short(&hash),
            name: name.to_owned(),
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

    /// The file in a coding, or as it is where coding gains nothing.
    fn body(&self, wanted: Encoding) -> (Encoding, Bytes) {
        let known = self.encoded.iter().find(|(known, _)| *known == wanted);
        let encoded = known.and_then(|(encoding, body)| {
            let encode = || encode::compress(*encoding, Effort::Once, self.plain).map(Bytes::from);
            body.get_or_init(encode).clone()
        });
        match encoded {
            Some(body) => (wanted, body),
            None => (Encoding::Identity, Bytes::from_static(self.plain)),
        }
    }
}

fn short(hash: &blake3::Hash) -> String {
    hash.to_hex()[..HASH_CHARS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_only_under_its_own_hash() {
        let assets = Assets::load();
        let stamp = Stamp::new(Some(1), std::iter::empty(), false);
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
        let assets = Assets::load();
        for (name, most) in [(JS, 2048), (CSS, 12 * 1024)] {
            let file = assets.files.iter().find(|file| file.name == name).unwrap();
            let packed = encode::compress(Encoding::Gzip, Effort::Once, file.plain).unwrap();
            assert!(packed.len() <= most, "{name}: {} bytes", packed.len());
        }
    }
}
