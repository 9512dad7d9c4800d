//! Pictures in several widths, made by whatever resizer or CDN the shop has: addresses from a template.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What is encoded in an address that stands inside another one.
const INSIDE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@');

/// How much of the window a picture in a list takes: lazy ones are measured, where the browser can.
pub(crate) const IN_LISTS: &str = "auto, (max-width: 640px) 46vw, (max-width: 1020px) 30vw, 320px";
/// The same for the large picture of a product.
pub(crate) const ON_PRODUCT: &str = "(max-width: 640px) 94vw, 48vw";
/// For what a home page shows beside its headline.
pub(crate) const IN_SHOWCASE: &str = "(max-width: 820px) 58vw, 30vw";
/// For the picture of a hero, and of a section of text, which is as wide as the page.
pub(crate) const IN_HERO: &str = "(max-width: 820px) 84vw, 42vw";
pub(crate) const ACROSS: &str = "(max-width: 1360px) 94vw, 1264px";
/// And for thumbnails.
pub(crate) const THUMBNAIL: &str = "88px";

/// How addresses of pictures in other widths are made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Resizer {
    /// A whole address with `{width}` and `{url}` or `{path}`.
    pub template: String,
    /// Widths in pixels, ascending.
    pub widths: Vec<u32>,
}

impl Resizer {
    /// What is wrong with it, as the end of a sentence.
    pub fn problem(&self) -> Option<String> {
        let names = |part: &str| self.template.contains(part);
        if self.origin().is_none() {
            let template = &self.template;
            return Some(format!(
                "must begin with https:// or http:// and a host, got \"{template}\""
            ));
        }
        match names("{width}") && (names("{url}") != names("{path}")) {
            true => None,
            false => Some("must have {width}, and either {url} or {path}".to_owned()),
        }
    }

    /// Where the pictures come from, for the security policy.
    pub fn origin(&self) -> Option<String> {
        let (scheme, rest) = self.template.split_once("://")?;
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let is_sound =
            matches!(scheme, "http" | "https") && !host.is_empty() && host.bytes().all(fits);
        is_sound.then(|| format!("{scheme}://{host}"))
    }

    /// The picture in all widths up to its own, as `srcset` has them; in all there are where its own is not known, since
    /// resizers enlarge nothing. Empty if it cannot be resized.
    pub(crate) fn srcset(&self, url: &str, own_width: Option<u32>) -> String {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)),
            None => Some(url),
        };
        let is_drawn = url
            .split('?')
            .next()
            .is_some_and(|url| url.ends_with(".svg"));
        let is_whole = url.contains("://") || self.template.contains("{path}");
        let Some(path) = path.filter(|_| is_whole && !is_drawn) else {
            return String::new();
        };
        let encoded = utf8_percent_encode(url, INSIDE).to_string();
        let mut set = String::new();
        let fits = |width: &&u32| own_width.is_none_or(|own| **width <= own);
        for width in self.widths.iter().filter(fits) {
            let address = self
                .template
                .replace("{width}", &width.to_string())
                .replace("{url}", &encoded)
                .replace("{path}", path.split('?').next().unwrap_or_default());
            // A comma or space would end the candidate.
            let address = address.replace(' ', "%20").replace(',', "%2C");
            let comma = if set.is_empty() { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(set, "{comma}{address} {width}w");
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resizer(template: &str) -> Resizer {
        Resizer {
            template: template.to_owned(),
            widths: vec![320, 640, 1280],
        }
    }

    #[test]
    fn addresses_follow_the_template_up_to_the_picture_s_own_width() {
        let by_url = resizer("https://img.example/fit?w={width}&u={url}");
        assert_eq!(
            by_url.srcset("https://cdn.example/a b.jpg?x=1", Some(800)),
            "https://img.example/fit?w=320&u=https%3A%2F%2Fcdn.example%2Fa%20b.jpg%3Fx%3D1 320w, \
             https://img.example/fit?w=640&u=https%3A%2F%2Fcdn.example%2Fa%20b.jpg%3Fx%3D1 640w"
        );
        let by_path = resizer("https://img.example/{width}{path}");
        assert_eq!(
            by_path.srcset("https://cdn.example/x,y.jpg", Some(400)),
            "https://img.example/320/x%2Cy.jpg 320w"
        );
        assert_eq!(
            by_path.srcset("/media/x.jpg", Some(400)),
            "https://img.example/320/media/x.jpg 320w"
        );
        let with_query = resizer("https://img.example{path}?w={width}");
        assert_eq!(
            with_query.srcset("https://cdn.example/x.jpg?v=2", Some(400)),
            "https://img.example/x.jpg?w=320 320w"
        );
        assert_eq!(
            by_path.srcset("/media/x.jpg", None).matches('w').count(),
            3,
            "a picture whose width nobody knows has them all"
        );
        assert_eq!(by_url.srcset("/media/x.jpg", Some(400)), "");
        assert_eq!(by_path.srcset("/media/x.svg", Some(400)), "");
        assert_eq!(by_path.origin().as_deref(), Some("https://img.example"));
    }

    #[test]
    fn templates_that_make_no_addresses_are_refused() {
        for wrong in [
            "img.example/{width}{path}",
            "https:///{width}{path}",
            "https://a'b;/{width}{path}",
            "https://img.example/{path}",
            "https://img.example/{width}",
            "https://img.example/{width}{path}{url}",
        ] {
            assert!(resizer(wrong).problem().is_some(), "{wrong}");
        }
        assert_eq!(resizer("https://img.example/{width}{path}").problem(), None);
    }
}
