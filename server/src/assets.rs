//! Our own files, in the binary: stylesheet, loader script, icon, each under an address that carries its content's hash.
//!
//! They are encoded once at start, as small as it gets.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::HeaderValue;

use crate::encode::{self, Effort, Encoding};
use crate::respond::{self, Response, Stamp};
use crate::route::Route;

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
    /// The file in each coding that makes it smaller; identity is always there.
    encoded: Vec<(Encoding, Bytes)>,
}

const CSS: &str = "shop.css";
const JS: &str = "shop.js";
const ICON: &str = "favicon.svg";
/// How much of the hash stands in the address: enough that no two releases share one.
const HASH_CHARS: usize = 16;

impl Assets {
    /// Encodes the files. Takes some milliseconds.
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
        let wanted = encode::negotiate(request_headers);
        let body = file
            .encoded
            .iter()
            .find(|(encoding, _)| *encoding == wanted)
            .unwrap_or(&file.encoded[0]);
        Some(respond::file(
            stamp,
            request_headers,
            file.content_type,
            file.hash.as_bytes(),
            body.clone(),
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
        let mut encoded = vec![(Encoding::Identity, Bytes::from_static(content))];
        for encoding in [Encoding::Gzip, Encoding::Brotli, Encoding::Zstd] {
            encoded.extend(
                encode::compress(encoding, Effort::Once, content)
                    .map(|body| (encoding, Bytes::from(body))),
            );
        }
        Self {
            name,
            content_type,
            hash,
            href,
            encoded,
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
}
