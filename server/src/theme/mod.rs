//! What all pages look like: the stylesheet with the shop's tokens, its logo, and what a theme puts into slots.
//!
//! A theme is a folder ([docs/theming.md](../../../docs/theming.md)), read whole or not at all. The server follows it
//! while it runs; one that is broken changes nothing, and `/status` says why.

/// Whether what is written can be read.
pub mod contrast;

/// A theme's folder.
mod folder;

/// Fonts.
mod fonts;

/// HTML fragments.
mod fragment;

/// Following the folder while the server runs.
pub mod follow;

/// What is wrong, and where.
mod problem;

/// Places in pages for HTML of a theme.
mod slots;

/// A theme's own stylesheet.
mod style;

/// Design tokens.
pub mod tokens;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::assets::Assets;
use contrast::Colour;
use tokens::{Scheme, Tokens};

pub use folder::Logo;
pub use problem::Problem;
pub use slots::{SLOTS, Slots};

/// How many sets of files before the one of now are still answered for: pages made with them are in caches.
const EARLIER: usize = 3;

/// What the configuration says about the look of the shop.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ThemeSettings {
    /// The folder of the theme, if there is one.
    pub folder: Option<PathBuf>,
    /// Tokens that win over the theme's.
    pub tokens: Tokens,
}

/// Everything of a look, ready for pages.
#[derive(Debug)]
pub struct Theme {
    /// Stylesheet, script, icon, and the files of the theme.
    pub assets: Arc<Assets>,
    /// What stands in slots.
    pub slots: Slots,
    /// The shop's sign; none for its name in words.
    pub logo: Option<Logo>,
    /// Light, dark or both.
    pub scheme: Scheme,
    /// The ground of pages in the light and the dark scheme.
    pub paper: [Colour; 2],
    /// The ground and the letters of pictures that stand for a page in links.
    pub card: [[u8; 3]; 2],
    /// Addresses of fonts that pages ask for early.
    pub fonts: Vec<String>,
    /// Address of the picture of pages that have none.
    pub share_image: Option<String>,
    /// What is not wrong but should be looked at.
    pub warnings: Vec<String>,
    /// Files of looks before this one.
    earlier: Vec<Arc<Assets>>,
}

impl Theme {
    /// Our own look.
    pub fn plain() -> Self {
        Self::of(folder::Folder::default(), &Tokens::default())
    }

    /// The look that the configuration asks for.
    ///
    /// # Errors
    /// Everything that is wrong with the folder.
    pub fn load(settings: &ThemeSettings) -> Result<Self, Vec<Problem>> {
        let read = match &settings.folder {
            Some(folder) => folder::read(folder)?,
            None => folder::Folder::default(),
        };
        Ok(Self::of(read, &settings.tokens))
    }

    /// The look without the folder: what there is if that is broken.
    pub fn without_folder(settings: &ThemeSettings) -> Self {
        Self::of(folder::Folder::default(), &settings.tokens)
    }

    fn of(read: folder::Folder, over: &Tokens) -> Self {
        let tokens = read.tokens.under(over);
        let css = tokens.css(read.scheme) + &read.css;
        let paper = match read.scheme {
            Scheme::Both => ["light", "dark"],
            Scheme::Light => ["light", "light"],
            Scheme::Dark => ["dark", "dark"],
        };
        Self {
            assets: Arc::new(Assets::load(&css, read.files, read.icon.as_deref())),
            slots: read.slots,
            logo: read.logo.map(|logo| logo.on(read.scheme)),
            scheme: read.scheme,
            paper: paper.map(|table| tokens.colour(table, "paper")),
            card: ["accent", "on_accent"].map(|name| tokens.colour(paper[0], name).rgb()),
            fonts: read.fonts,
            share_image: read.share_image,
            warnings: contrast::warnings(&tokens, read.scheme),
            earlier: Vec::new(),
        }
    }

    /// This look after another one, whose files are answered for as well.
    fn after(mut self, before: &Arc<Self>) -> Self {
        let known = std::iter::once(&before.assets).chain(&before.earlier);
        self.earlier = known.take(EARLIER).map(Arc::clone).collect();
        self
    }

    /// The files of this look and of those before it.
    pub(crate) fn all_assets(&self) -> impl Iterator<Item = &Assets> {
        let all = std::iter::once(&self.assets).chain(&self.earlier);
        all.map(|assets| &**assets)
    }
}

/// What tells one state of a folder from another: names, sizes and times of all its files that are meant.
fn fingerprint(folder: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut seen = Vec::new();
    for folder in [
        folder.to_owned(),
        folder.join("files"),
        folder.join("slots"),
    ] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        seen.extend(entries.filter_map(|entry| {
            let name = entry.file_name();
            if !name.to_str().is_some_and(folder::is_meant) {
                return None;
            }
            let about = std::fs::metadata(entry.path()).ok()?;
            Some((entry.path(), about.len(), about.modified().ok()?))
        }));
    }
    seen.sort();
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_of_the_last_looks_are_kept() {
        let mut theme = Arc::new(Theme::plain());
        let first = Arc::downgrade(&theme.assets);
        let look = Arc::downgrade(&theme);
        for _ in 0..EARLIER {
            theme = Arc::new(Theme::plain().after(&theme));
        }
        assert!(look.upgrade().is_none());
        assert!(first.upgrade().is_some());
        assert_eq!(theme.all_assets().count(), 1 + EARLIER);
        theme = Arc::new(Theme::plain().after(&theme));
        assert!(first.upgrade().is_none());
        assert_eq!(theme.all_assets().count(), 1 + EARLIER);
    }

    #[test]
    fn the_logo_is_that_of_the_scheme() {
        for (scheme, expected) in [
            (Scheme::Both, ("/light", "/dark")),
            (Scheme::Light, ("/light", "/light")),
            (Scheme::Dark, ("/dark", "/dark")),
        ] {
            let logo = Logo {
                href: "/light".to_owned(),
                dark_href: "/dark".to_owned(),
                width: 1,
                height: 1,
            };
            let read = folder::Folder {
                scheme,
                logo: Some(logo),
                ..folder::Folder::default()
            };
            let logo = Theme::of(read, &Tokens::default()).logo.unwrap();
            assert_eq!((&*logo.href, &*logo.dark_href), expected, "{scheme:?}");
        }
    }

    #[test]
    fn what_editors_leave_in_a_folder_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(folder.path().join(name), "x").unwrap();
        let path = folder.path();
        write("theme.toml");
        let before = fingerprint(path);
        write(".theme.toml.swp");
        write("theme.css~");
        assert_eq!(fingerprint(path), before);
        write("theme.css");
        assert_ne!(fingerprint(path), before);
    }
}
