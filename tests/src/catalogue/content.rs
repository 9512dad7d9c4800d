//! Content pages: the texts that every shop needs beside its products.

/// A page of text.
#[derive(Debug, Clone, Copy)]
pub struct ContentPage {
    /// Its id.
    pub id: &'static str,
    /// Its address.
    pub slug: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What sort of page it is, in the words of our documents.
    pub kind: &'static str,
    /// Its HTML.
    pub body: &'static str,
    /// When it was last changed.
    pub updated_at: &'static str,
}

const fn page(
    id: &'static str,
    title: &'static str,
    kind: &'static str,
    body: &'static str,
) -> ContentPage {
    ContentPage {
        id,
        slug: id,
        title,
        kind,
        body,
        updated_at: "2026-09-14T08:30:00Z",
    }
}

/// All pages, in the order in which a footer would list them.
pub const PAGES: [ContentPage; 12] = [
    page(
        "about",
        "About us",
        "page",
        include_str!("content/about.html"),
    ),
    page(
        "delivery",
        "Delivery",
        "policy",
        include_str!("content/delivery.html"),
    ),
    page(
        "returns",
        "Returns and repairs",
        "policy",
        include_str!("content/returns.html"),
    ),
    page(
        "terms",
        "Terms and conditions",
        "policy",
        include_str!("content/terms.html"),
    ),
    page(
        "size-guide",
        "Size guide",
        "article",
        include_str!("content/size-guide.html"),
    ),
    page(
        "care-guide",
        "Care guide",
        "article",
        include_str!("content/care-guide.html"),
    ),
    ContentPage {
        updated_at: "2026-09-28T09:00:00Z",
        ..page(
            "layers-guide",
            "Dressing in layers",
            "article",
            include_str!("content/layers-guide.html"),
        )
    },
    ContentPage {
        updated_at: "2026-10-12T09:00:00Z",
        ..page(
            "knife-guide",
            "One good knife",
            "article",
            include_str!("content/knife-guide.html"),
        )
    },
    ContentPage {
        updated_at: "2026-10-26T09:00:00Z",
        ..page(
            "light-guide",
            "Light for every room",
            "article",
            include_str!("content/light-guide.html"),
        )
    },
    page(
        "contact",
        "Contact",
        "page",
        include_str!("content/contact.html"),
    ),
    page(
        "privacy",
        "Privacy",
        "policy",
        include_str!("content/privacy.html"),
    ),
    page(
        "imprint",
        "Imprint",
        "policy",
        include_str!("content/imprint.html"),
    ),
];
