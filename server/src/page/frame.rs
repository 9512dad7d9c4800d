//! What every page shares: the document's head, the header with search and departments, breadcrumbs and footer.
//!
//! A page is either canonical to itself or not for indexes, never both and never neither.

/// The frame around a page. Templates read it as `frame`.
pub(crate) struct Frame<'a> {
    /// BCP 47 tag of the shop's language.
    pub(crate) lang: &'a str,
    /// The document's title, the shop's name included.
    pub(crate) title: String,
    /// One or two sentences for search results; empty for none.
    pub(crate) description: String,
    /// Whether and as what search engines may index the page.
    pub(crate) indexing: Indexing,
    /// Neighbours of a page of results.
    pub(crate) prev: Option<String>,
    pub(crate) next: Option<String>,
    /// The kind of thing shown, in Open Graph's words.
    pub(crate) og_type: &'static str,
    pub(crate) og_image: Option<&'a str>,
    /// JSON-LD, escaped for a script element; empty for none.
    pub(crate) json_ld: String,
    pub(crate) css_href: &'a str,
    pub(crate) js_href: &'a str,
    pub(crate) icon_href: &'a str,
    pub(crate) shop: ShopNames<'a>,
    /// What stands in the search box.
    pub(crate) query: &'a str,
    /// Departments.
    pub(crate) nav: Vec<Link<'a>>,
    /// From the shop down to this page; the last one is this page. Empty on the home page.
    pub(crate) crumbs: Vec<Link<'a>>,
    /// Content pages, for the footer.
    pub(crate) pages: Vec<Link<'a>>,
}

/// Whether and as what search engines may index a page.
pub(crate) enum Indexing {
    /// Indexed under this absolute address.
    Canonical(String),
    /// Not indexed, its links followed.
    NoIndex,
}

/// How the shop calls itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct ShopNames<'a> {
    pub(crate) name: &'a str,
    pub(crate) tagline: &'a str,
    pub(crate) email: &'a str,
}

/// A link and its words.
pub(crate) struct Link<'a> {
    pub(crate) name: &'a str,
    /// A path printed by `Route`.
    pub(crate) href: String,
    /// Whether this is the page itself, or the department it lies in.
    pub(crate) current: bool,
}
