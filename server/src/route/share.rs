//! Pictures for links to pages that have none of their own.

use std::fmt;

use frontage_shared::model::slug;
use frontage_shared::snapshot::routes::RouteKind;

use super::url::write_path;

/// Of which page a picture is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ShareCard {
    /// What tells what is drawn from what was drawn before: the picture at an address never changes.
    pub hash: String,
    /// The kind of the page: a product or a text.
    pub kind: RouteKind,
    /// Its slug.
    pub slug: String,
}

impl ShareCard {
    /// Reads what stands behind `/share`.
    pub(super) fn of(segments: &[&str]) -> Option<Self> {
        let [hash, kind, file] = segments else {
            return None;
        };
        let kind = match *kind {
            "p" => RouteKind::Product,
            "pages" => RouteKind::Page,
            _ => return None,
        };
        let slug = file.strip_suffix(".png")?;
        let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hash && slug::is_valid(slug)).then(|| Self {
            hash: (*hash).to_owned(),
            kind,
            slug: slug.to_owned(),
        })
    }
}

impl fmt::Display for ShareCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            RouteKind::Page => "pages",
            _ => "p",
        };
        write!(f, "/share/{}/{kind}", self.hash)?;
        write_path(f, "/", &self.slug)?;
        f.write_str(".png")
    }
}
