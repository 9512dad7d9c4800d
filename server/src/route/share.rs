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
    /// The kind of the page: a product, a text, a category or a brand.
    pub kind: RouteKind,
    /// Its slug; of a category, its path.
    pub slug: String,
}

impl ShareCard {
    /// Reads what stands behind `/share`.
    pub(super) fn of(segments: &[&str]) -> Option<Self> {
        let [hash, kind, above @ .., file] = segments else {
            return None;
        };
        let kind = match *kind {
            "p" => RouteKind::Product,
            "pages" => RouteKind::Page,
            "c" => RouteKind::Category,
            "b" => RouteKind::Brand,
            _ => return None,
        };
        let mut path = above.to_vec();
        path.push(file.strip_suffix(".png")?);
        let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_path = kind == RouteKind::Category || above.is_empty();
        let is_sound = path.iter().all(|segment| slug::is_valid(segment));
        (is_hash && is_path && is_sound).then(|| Self {
            hash: (*hash).to_owned(),
            kind,
            slug: path.join("/"),
        })
    }
}

impl fmt::Display for ShareCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            RouteKind::Page => "pages",
            RouteKind::Category => "c",
            RouteKind::Brand => "b",
            RouteKind::Product => "p",
        };
        write!(f, "/share/{}/{kind}", self.hash)?;
        for segment in self.slug.split('/') {
            write_path(f, "/", segment)?;
        }
        f.write_str(".png")
    }
}
