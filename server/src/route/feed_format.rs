//! Product feeds: how they are written, and the names of their files.

/// How the feed of everything that can be bought is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FeedFormat {
    /// RSS 2.0 with Google's product attributes.
    Google,
    /// One JSON object a line, with the same names.
    Lines,
    /// Prices alone, as CSV.
    Prices,
}

impl FeedFormat {
    /// The name of its file.
    pub fn file(self) -> &'static str {
        match self {
            Self::Google => "google.xml",
            Self::Lines => "products.ndjson",
            Self::Prices => "prices.csv",
        }
    }

    /// The format of a file's name.
    pub(super) fn of_file(name: &str) -> Option<Self> {
        let all = [Self::Google, Self::Lines, Self::Prices];
        all.into_iter().find(|format| format.file() == name)
    }
}
