//! Reading a theme's folder, whole or not at all.
//!
//! ```text
//! theme.toml     tokens, fonts, logo, icon
//! theme.css      rules of its own, after ours
//! slots/         <slot>.html, or <slot>.<language>.html
//! files/         fonts, pictures and scripts that the others name
//! ```

use std::fs;
use std::io::Read as _;
use std::path::Path;

use bytes::Bytes;
use toml::{Table, Value};

use super::fragment::{self, Place};
use super::problem::{Flaw, Problem};
use super::slots::{SLOTS, Slots};
use super::tokens::{Scheme, Tokens};
use super::{fonts, style};
use crate::assets::File;

/// Most files of a theme, their size together, and the size of a text.
const FILES: usize = 200;
const FILES_BYTES: usize = 16 << 20;
const TEXT_BYTES: u64 = 256 << 10;

/// The keys of `theme.toml`.
const KEYS: [&str; 9] = [
    "scheme",
    "favicon",
    "share_image",
    "logo",
    "font",
    "light",
    "dark",
    "type",
    "shape",
];
/// What each kind of file is sent as.
const CONTENT_TYPES: [(&str, &str); 12] = [
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("gif", "image/gif"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("mp4", "video/mp4"),
];

/// A theme as its folder has it.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) tokens: Tokens,
    pub(super) scheme: Scheme,
    /// `@font-face` and the theme's own rules.
    pub(super) css: String,
    pub(super) slots: Slots,
    pub(super) files: Vec<File>,
    pub(super) logo: Option<Logo>,
    /// Name of the icon among the files.
    pub(super) icon: Option<String>,
    /// Addresses of what pages ask for early, and of the picture of pages that have none.
    pub(super) fonts: Vec<String>,
    pub(super) share_image: Option<String>,
}

/// The shop's sign, in place of its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logo {
    /// Its address.
    pub href: String,
    /// Its address on dark ground; the same if there is none.
    pub dark_href: String,
    /// Its size in pixels of the page.
    pub width: u32,
    /// See above.
    pub height: u32,
}

impl Logo {
    /// The logo in a scheme: where the ground is always light or always dark, the shopper's system has no say.
    pub(super) fn on(self, scheme: Scheme) -> Self {
        match scheme {
            Scheme::Both => self,
            Scheme::Light => Self {
                dark_href: self.href.clone(),
                ..self
            },
            Scheme::Dark => Self {
                href: self.dark_href.clone(),
                ..self
            },
        }
    }
}

/// Reads a folder.
pub(super) fn read(folder: &Path) -> Result<Folder, Vec<Problem>> {
    let mut problems = Vec::new();
    let files = files(&folder.join("files"), &mut problems);
    let file = |name: &str| {
        let found = files.iter().find(|file| file.name() == name);
        found.map(|file| file.href().to_owned())
    };
    let mut read = Folder::default();
    match text(folder, "theme.toml") {
        Ok(Some(text)) => settings(&text, &file, &mut read, &mut problems),
        Ok(None) => problems.push(whole(
            "theme.toml",
            "missing",
            "every theme has this file; it may be empty",
        )),
        Err(problem) => problems.push(problem),
    }
    match text(folder, "theme.css") {
        Ok(Some(text)) => match style::read(&text, &file) {
            Ok(css) => read.css += &css,
            Err(flaw) => problems.push(flaw.of("theme.css")),
        },
        Ok(None) => {}
        Err(problem) => problems.push(problem),
    }
    slots(folder, &file, &mut read.slots, &mut problems);
    read.files = files;
    match problems.is_empty() {
        true => Ok(read),
        false => Err(problems),
    }
}

fn whole(file: &str, rule: &'static str, why: impl Into<String>) -> Problem {
    let (file, why) = (file.to_owned(), why.into());
    Problem {
        file,
        line: 0,
        rule,
        why,
    }
}

/// A text of the folder, if it is there.
fn text(folder: &Path, name: &str) -> Result<Option<String>, Problem> {
    let file = match fs::File::open(folder.join(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(whole(name, "read", format!("cannot be read: {error}"))),
    };
    let mut text = String::new();
    match file.take(TEXT_BYTES + 1).read_to_string(&mut text) {
        Ok(read) if read as u64 <= TEXT_BYTES => Ok(Some(text)),
        Ok(_) => Err(whole(
            name,
            "size",
            format!("is longer than {TEXT_BYTES} bytes"),
        )),
        Err(error) => Err(whole(name, "read", format!("cannot be read: {error}"))),
    }
}

/// Files of a folder, by name; none if there is no such folder.
fn names(folder: &Path, problems: &mut Vec<Problem>) -> Vec<String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let name = folder.display().to_string();
            problems.push(whole(&name, "read", format!("cannot be read: {error}")));
            return Vec::new();
        }
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| is_meant(name)).collect();
    names.sort();
    names
}

/// Whether a file is the theme's: what editors and file managers leave there is not.
pub(super) fn is_meant(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with('~')
}

fn files(folder: &Path, problems: &mut Vec<Problem>) -> Vec<File> {
    let names = names(folder, problems);
    if names.len() > FILES {
        problems.push(whole(
            "files",
            "count",
            format!("a theme has at most {FILES} files, got {}", names.len()),
        ));
        return Vec::new();
    }
    let mut left = FILES_BYTES;
    let mut files = Vec::new();
    for name in names {
        let shown = format!("files/{name}");
        let plain = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let known = CONTENT_TYPES.iter().find(|(known, _)| *known == extension);
        let Some((_, content_type)) = known.filter(|_| plain) else {
            let kinds = CONTENT_TYPES.map(|(kind, _)| kind).join(", ");
            problems.push(whole(
                &shown,
                "name",
                format!("must be letters, digits, -, _ and . and end in one of {kinds}"),
            ));
            continue;
        };
        match fs::read(folder.join(&name)) {
            Ok(content) if content.len() <= left => {
                left -= content.len();
                files.push(File::new(name, content_type, Bytes::from(content)));
            }
            Ok(_) => problems.push(whole(
                &shown,
                "size",
                format!("with it, the files have more than {FILES_BYTES} bytes"),
            )),
            Err(error) => problems.push(whole(&shown, "read", format!("cannot be read: {error}"))),
        }
    }
    files
}

fn slots(
    folder: &Path,
    file: &dyn Fn(&str) -> Option<String>,
    slots: &mut Slots,
    problems: &mut Vec<Problem>,
) {
    for name in names(&folder.join("slots"), problems) {
        let shown = format!("slots/{name}");
        let stem = name.strip_suffix(".html").unwrap_or("");
        let (slot, language) = stem.split_once('.').unwrap_or((stem, ""));
        let Some(slot) = SLOTS.into_iter().find(|known| *known == slot) else {
            let known = SLOTS.join(", ");
            problems.push(whole(
                &shown,
                "slot",
                format!("is no slot; there are {known}, each with .html or .<language>.html"),
            ));
            continue;
        };
        let place = match slot {
            "head" => Place::Head,
            _ => Place::Body,
        };
        match text(folder, &shown) {
            Ok(text) => match fragment::read(&text.unwrap_or_default(), place, file) {
                Ok(html) => slots.set(slot, language, html),
                Err(flaw) => problems.push(flaw.of(&shown)),
            },
            Err(problem) => problems.push(problem),
        }
    }
}

/// Reads `theme.toml`.
fn settings(
    text: &str,
    file: &dyn Fn(&str) -> Option<String>,
    read: &mut Folder,
    problems: &mut Vec<Problem>,
) {
    let mut table: Table = match text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.push(Flaw::at(text, at, "toml", error.message()).of("theme.toml"));
            return;
        }
    };
    let mut flaw = |table: &str, key: &str, rule, why: String| {
        let named = [table, key].into_iter().filter(|part| !part.is_empty());
        let why = format!("`{}` {why}", named.collect::<Vec<_>>().join("."));
        let line = line_of(text, table, key);
        let file = "theme.toml".to_owned();
        problems.push(Problem {
            file,
            line,
            rule,
            why,
        });
    };
    let (tokens, refused) = Tokens::take(&mut table);
    read.tokens = tokens;
    for refused in refused {
        flaw(refused.table, &refused.key, "token", refused.why);
    }
    for (key, value) in table {
        let taken = match key.as_str() {
            "scheme" => value
                .as_str()
                .and_then(Scheme::parse)
                .map(|scheme| read.scheme = scheme)
                .ok_or_else(|| {
                    (
                        "",
                        format!("must be \"both\", \"light\" or \"dark\", got {value}"),
                    )
                }),
            "favicon" => named(&value, file).map(|(name, _)| read.icon = Some(name)),
            "share_image" => named(&value, file).map(|(_, href)| read.share_image = Some(href)),
            "logo" => logo(&value, file).map(|logo| read.logo = Some(logo)),
            "font" => fonts::read(&value, file).map(|(css, early)| {
                read.css = css;
                read.fonts = early;
            }),
            _ => Err((
                "",
                format!("is no key of a theme; there are {}", KEYS.join(", ")),
            )),
        };
        if let Err((inner, why)) = taken {
            match inner {
                "" => flaw("", &key, "key", why),
                inner => flaw(&key, inner, "key", why),
            }
        }
    }
}

/// Name and address of the file that a value names.
fn named(
    value: &Value,
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, String), (&'static str, String)> {
    let found = value
        .as_str()
        .and_then(|name| Some((name.to_owned(), file(name)?)));
    found.ok_or_else(|| {
        (
            "",
            format!("must be the name of a file in files/, got {value}"),
        )
    })
}

fn logo(
    value: &Value,
    file: &dyn Fn(&str) -> Option<String>,
) -> Result<Logo, (&'static str, String)> {
    let table = value
        .as_table()
        .ok_or_else(|| ("", format!("must be a table, got {value}")))?;
    if let Some(key) = table
        .keys()
        .find(|key| !["file", "dark", "width", "height"].contains(&&***key))
    {
        return Err((
            "",
            format!("has no key `{key}`; it has file, dark, width and height"),
        ));
    }
    let href = |key: &'static str| match table.get(key) {
        None => Ok(None),
        Some(value) => match value.as_str().and_then(file) {
            Some(href) => Ok(Some(href)),
            None => Err((
                key,
                format!("must be the name of a file in files/, got {value}"),
            )),
        },
    };
    let size = |key: &'static str| {
        let value = table.get(key);
        let pixels = value
            .and_then(Value::as_integer)
            .filter(|pixels| (1..=1000).contains(pixels));
        let pixels = pixels.and_then(|pixels| u32::try_from(pixels).ok());
        pixels.ok_or((key, "must be its size in pixels, from 1 to 1000".to_owned()))
    };
    let own = href("file")?.ok_or((
        "file",
        "is missing: the name of a file in files/".to_owned(),
    ))?;
    Ok(Logo {
        dark_href: href("dark")?.unwrap_or_else(|| own.clone()),
        href: own,
        width: size("width")?,
        height: size("height")?,
    })
}

/// The line in which a key of a table stands; 0 if it is written in another way.
fn line_of(text: &str, table: &str, key: &str) -> usize {
    let mut current = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            current = line.trim_matches(['[', ']', ' ']).to_owned();
            if current == table && key.is_empty() {
                return number + 1;
            }
            continue;
        }
        let name = line.split('=').next().unwrap_or_default().trim();
        let dotted = format!("{table}.{key}");
        if (current == table && name == key)
            || (current.is_empty() && (name == dotted || (key.is_empty() && name == table)))
        {
            return number + 1;
        }
    }
    0
}
