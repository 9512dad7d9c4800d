//! The feed cache: the last good documents of each source, on disk, rebuildable.
//!
//! A feed has two halves that change at different speeds. Half files are named by their content and never modified;
//! a small JSON file says which two are the accepted ones, and is replaced in one rename.

pub(crate) mod boot; // what a machine that lost its power leaves behind
mod draft; // a feed in the making
mod half_writer; // a half file in the making
mod in_order; // lines that came as they will stand
mod keep; // documents that stay although the feed does not say them
mod lines; // one after another
mod lookup; // lines by key, and what differs between two halves
mod patch; // a feed from the one before
mod places; // where lines lie, by key
mod runs; // lines in order, in files, and all of those as one
mod sort; // more lines than memory holds, in order
mod summary; // what is counted of a feed

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::draft::{Draft, Lines};
pub use self::keep::{Kept, KeptCounts, KeptDocument, KeptWhy, Name, Staying};
pub use self::lookup::MappedHalf;
pub use self::patch::Patched;
pub use self::summary::{Facts, Summary};
use crate::fetch::Validators;
use crate::wire::Kind;

/// What a source brought in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// When its data was fetched, Unix seconds.
    pub as_of: i64,
    /// When its prices and stock were first fetched as they are, Unix seconds. A back end that says the same once more,
    /// or that nothing changed, may not have counted yet what it was told in between.
    #[serde(default)]
    pub offers_since: i64,
    /// Documents by kind, offers that came inside products not counted.
    pub counts: BTreeMap<Kind, u64>,
    /// What the guard needs to know of it.
    pub summary: Summary,
    /// Products, categories, pages and attributes, without prices and stock.
    pub catalog: Half,
    /// Prices and stock, wherever they stood.
    pub offers: Half,
    /// What it holds that its source did not say, and what the source said; nothing if that is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Box<Kept>>,
}

/// One half of a feed: a file of documents sorted by kind and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Half {
    /// BLAKE3 of the file, which is also its name.
    pub hash: String,
    /// Lines.
    pub documents: u64,
}

/// What is remembered of a source between runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceCache {
    /// The feed that passed the guard and that the shop is made of.
    pub accepted: Option<Feed>,
    /// A later feed that the guard refused.
    pub held: Option<HeldFeed>,
    /// What makes the next fetch conditional; belongs to the latest feed, accepted or held.
    pub validators: Option<Validators>,
    /// Hash of all that turns bytes into documents; with another one the bytes must be read again.
    pub recipe: String,
    /// How the records of the latest feed became documents, if each gave documents of its own, none refused and none
    /// repeated: then a record that goes takes its documents with it, and nothing else.
    #[serde(default)]
    pub plain: Option<Plain>,
    /// Where changes go on from, if the source is asked for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The start of the machine in which the halves were last known to be whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
}

/// How far a source that is asked for changes was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// When the last run that read it began, Unix seconds.
    pub since: i64,
    /// When the last run began that read all of it.
    pub full_at: i64,
    /// Hash of what was asked: what another question brought is no base for changes.
    pub request: String,
}

/// A feed without faults, beside its documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// Records that the mapping left out on purpose.
    pub left_out: u64,
}

/// A feed that waits for an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldFeed {
    /// The feed.
    pub feed: Feed,
    /// What `approve` takes; follows from the content alone.
    pub hash: String,
    /// Why it was refused, in sentences.
    pub reasons: Vec<String>,
    /// When it was first refused, Unix seconds.
    pub since: i64,
}

/// A line of a half file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The document's kind.
    pub kind: Kind,
    /// The document's key.
    pub key: String,
    /// The document.
    pub json: String,
}

/// The feed cache failed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// A file cannot be read or written.
    #[error("feed cache, {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file does not hold what it should; deleting the state folder rebuilds it.
    #[error("feed cache, {path}: {reason}; delete the file, the next run rebuilds it")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The cache folder of one source.
#[derive(Clone, Debug)]
pub struct FeedFolder {
    path: PathBuf,
}

impl FeedFolder {
    /// The folder of a source below the state folder, made if it is missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(state: &Path, source: &str) -> Result<Self, FeedError> {
        let path = state.join("feeds").join(source);
        std::fs::create_dir_all(&path).map_err(io_error(&path))?;
        Ok(Self { path })
    }

    /// Where fetched pages of the source lie.
    pub fn spool(&self) -> PathBuf {
        self.path.join("pages")
    }

    /// Held by whoever changes what is remembered.
    pub fn lock_file(&self) -> PathBuf {
        self.path.join("lock")
    }

    /// What is remembered of the source; nothing at first. A damaged memory is set aside and built anew.
    ///
    /// # Errors
    /// The file is there and cannot be read or set aside.
    pub fn load(&self) -> Result<SourceCache, FeedError> {
        let path = self.path.join("source.json");
        let mut before = None;
        loop {
            let text = match std::fs::read(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Ok(SourceCache::default());
                }
                Err(error) => return Err(io_error(&path)(error)),
            };
            let reason = match self.check(&text) {
                Ok(cache) => return Ok(cache),
                Err(reason) => reason,
            };
            // Who does not hold the source's lock may have read what is replaced just now, with its halves.
            if before.as_ref() == Some(&text) {
                let aside = path.with_extension("damaged");
                std::fs::rename(&path, &aside).map_err(io_error(&path))?;
                tracing::warn!(path = %path.display(), reason, "feed cache damaged and set aside; the next run rebuilds it");
                return Ok(SourceCache::default());
            }
            before = Some(text);
        }
    }

    fn check(&self, text: &[u8]) -> Result<SourceCache, String> {
        let cache: SourceCache = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let feeds = cache
            .accepted
            .iter()
            .chain(cache.held.as_ref().map(|held| &held.feed));
        let is_sure = cache.boot.as_deref() == boot::id();
        for half in feeds.flat_map(Feed::halves) {
            if !self.half_path(half).is_file() {
                return Err(format!("half {} is missing", half.hash));
            }
            if !is_sure && !boot::is_whole(&self.half_path(half), &half.hash) {
                let hash = &half.hash;
                return Err(format!(
                    "half {hash} was not on disk yet when the machine stopped"
                ));
            }
        }
        Ok(SourceCache {
            boot: boot::id().map(str::to_owned),
            ..cache
        })
    }

    /// Remembers, in one rename, and removes half files that nothing refers to any more.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&self, cache: &SourceCache) -> Result<(), FeedError> {
        let path = self.path.join("source.json");
        let cache = &SourceCache {
            boot: boot::id().map(str::to_owned),
            ..cache.clone()
        };
        let text = serde_json::to_vec_pretty(cache).map_err(|error| FeedError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        replace(&path, &text)?;
        let feeds: Vec<&Feed> = cache
            .accepted
            .iter()
            .chain(cache.held.as_ref().map(|held| &held.feed))
            .collect();
        let kept: Vec<PathBuf> = feeds
            .iter()
            .flat_map(|feed| feed.halves())
            .map(|half| self.half_path(half))
            .collect();
        for entry in std::fs::read_dir(&self.path).map_err(io_error(&self.path))? {
            let path = entry.map_err(io_error(&self.path))?.path();
            let ours = ["ndjson", "run", "part"];
            if path
                .extension()
                .is_some_and(|extension| ours.iter().any(|own| extension == *own))
                && !kept.contains(&path)
            {
                std::fs::remove_file(&path).map_err(io_error(&path))?;
            }
        }
        Ok(())
    }

    /// Gives another folder both halves of a feed, without copying their bytes where the file system can link.
    ///
    /// # Errors
    /// A half cannot be copied.
    pub fn copy_halves(&self, feed: &Feed, to: &Self) -> Result<(), FeedError> {
        for half in feed.halves() {
            let (from, to) = (self.half_path(half), to.half_path(half));
            // Halves are named by their content. Copying a file over another name of itself would empty it.
            if to.is_file() {
                continue;
            }
            if std::fs::hard_link(&from, &to).is_err() {
                std::fs::copy(&from, &to).map_err(io_error(&to))?;
            }
        }
        Ok(())
    }

    /// The size of a half; 0 if it is not there.
    pub fn bytes(&self, half: &Half) -> u64 {
        std::fs::metadata(self.half_path(half)).map_or(0, |metadata| metadata.len())
    }

    fn half_path(&self, half: &Half) -> PathBuf {
        self.path.join(format!("{}.ndjson", half.hash))
    }
}

impl Line {
    /// The line as it stands in a half file.
    fn text(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.key.len() + self.json.len() + 32);
        line_head(&mut text, self.kind, &self.key);
        text.extend_from_slice(self.json.as_bytes());
        text.push(b'\n');
        text
    }
}

/// Begins a line: what stands in front of its document.
fn line_head(text: &mut Vec<u8>, kind: Kind, key: &str) {
    text.extend_from_slice(kind.as_str().as_bytes());
    text.push(b' ');
    serde_json::to_writer(&mut *text, key).expect("a text always serialises");
    text.push(b' ');
}

impl Feed {
    /// The files that it needs.
    fn halves(&self) -> [&Half; 4] {
        let said = self.said();
        [&self.catalog, &self.offers, &said.catalog, &said.offers]
    }

    /// Names what the source said: equal documents, equal hash.
    pub fn content_hash(&self) -> String {
        let said = self.said();
        let both = format!("{}\n{}\n", said.catalog.hash, said.offers.hash);
        blake3::hash(both.as_bytes())
            .to_hex()
            .as_str()
            .chars()
            .take(16)
            .collect()
    }

    /// The same, knowing which feed the source sent before: prices and stock that stayed are as old as they were.
    pub fn after(self, before: Option<&Feed>) -> Self {
        match before.filter(|before| before.offers.hash == self.offers.hash) {
            Some(before) => Self {
                offers_since: before.offers_since,
                ..self
            },
            None => self,
        }
    }

    /// All documents of all kinds.
    pub fn documents(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// Replaces a file as a whole: the old content or the new, never a mixture.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FeedError> {
    let part = path.with_extension("part");
    let mut file = File::create(&part).map_err(io_error(&part))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(io_error(&part))?;
    std::fs::rename(&part, path).map_err(io_error(path))
}

fn damaged_line(path: &Path) -> FeedError {
    FeedError::Damaged {
        path: path.to_owned(),
        reason: "a line is damaged".to_owned(),
    }
}

fn io_error(path: &Path) -> impl Fn(std::io::Error) -> FeedError + use<> {
    let path = path.to_owned();
    move |source| FeedError::Io {
        path: path.clone(),
        source,
    }
}

/// Kind, a space, the key as a JSON string, a space, the document.
fn parse_line(text: &str) -> Option<Line> {
    let (kind, rest) = text.split_once(' ')?;
    let mut key = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    let value = key.next()?.ok()?;
    let json = rest.get(key.byte_offset()..)?.strip_prefix(' ')?;
    Some(Line {
        kind: Kind::parse(kind)?,
        key: value,
        json: json.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Document, Price, Product};
    use frontage_shared::model::money::Currency;

    pub(super) fn product(id: &str, amount: &str) -> Document {
        let price = Price {
            amount: amount.into(),
            currency: "EUR".into(),
            ..crate::wire::Price::default()
        };
        Document::Product(Box::new(Product {
            id: id.into(),
            name: format!("Product {id}"),
            prices: vec![price],
            ..Product::default()
        }))
    }

    pub(super) fn folder() -> (tempfile::TempDir, FeedFolder) {
        let state = tempfile::tempdir().unwrap();
        let folder = FeedFolder::open(state.path(), "products").unwrap();
        (state, folder)
    }

    #[test]
    fn a_price_change_leaves_the_slow_half_alone() {
        let (_state, folder) = folder();
        let before = folder
            .write(
                vec![product("a", "1.00"), product("b \"x\"", "2.00")],
                Currency::EUR,
                1,
            )
            .unwrap();
        let after = folder
            .write(
                vec![product("b \"x\"", "2.00"), product("a", "1.50")],
                Currency::EUR,
                2,
            )
            .unwrap();
        assert_eq!(before.catalog, after.catalog);
        assert_ne!(before.offers, after.offers);
        let keys: Vec<_> = folder
            .lines(&after.catalog)
            .unwrap()
            .map(|line| line.unwrap().key)
            .collect();
        assert_eq!(keys, ["a", "b \"x\""]);
    }

    #[test]
    fn what_was_lost_with_the_power_is_noticed() {
        let (_state, folder) = folder();
        let feed = folder
            .write(
                vec![product("a", "1.00"), product("b", "2.00")],
                Currency::EUR,
                1,
            )
            .unwrap();
        let half = folder.half_path(&feed.catalog);
        let cache = SourceCache {
            accepted: Some(feed),
            ..SourceCache::default()
        };
        folder.save(&cache).unwrap();
        let whole = std::fs::read(&half).unwrap();
        std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
        assert!(
            folder.load().unwrap().accepted.is_some(),
            "nobody looks while the machine runs"
        );
        let file = folder.path.join("source.json");
        let text = std::fs::read_to_string(&file).unwrap();
        let Some(id) = boot::id() else {
            return;
        };
        let earlier = text.replace(id, "an-earlier-start");
        std::fs::write(&file, &earlier).unwrap();
        assert!(folder.load().unwrap().accepted.is_none());
        assert!(file.with_extension("damaged").is_file());
        std::fs::write(&half, &whole).unwrap();
        std::fs::write(&file, &earlier).unwrap();
        assert!(folder.load().unwrap().accepted.is_some());
    }

    #[test]
    fn saving_forgets_halves_that_are_no_longer_needed() {
        let (_state, folder) = folder();
        let old = folder
            .write(vec![product("a", "1.00")], Currency::EUR, 1)
            .unwrap();
        let new = folder
            .write(vec![product("a", "1.50")], Currency::EUR, 2)
            .unwrap();
        let cache = SourceCache {
            accepted: Some(new.clone()),
            boot: boot::id().map(str::to_owned),
            ..SourceCache::default()
        };
        folder.save(&cache).unwrap();
        assert_eq!(folder.load().unwrap(), cache);
        assert!(folder.lines(&new.offers).is_ok());
        assert!(folder.lines(&old.offers).is_err());
    }

    #[test]
    fn a_damaged_memory_is_set_aside() {
        let (_state, folder) = folder();
        let feed = folder
            .write(vec![product("a", "1.00")], Currency::EUR, 1)
            .unwrap();
        folder
            .save(&SourceCache {
                accepted: Some(feed.clone()),
                ..SourceCache::default()
            })
            .unwrap();
        std::fs::remove_file(folder.half_path(&feed.offers)).unwrap();
        assert_eq!(folder.load().unwrap(), SourceCache::default());
        assert!(folder.path.join("source.damaged").is_file());
        std::fs::write(folder.path.join("source.json"), b"{").unwrap();
        assert_eq!(folder.load().unwrap(), SourceCache::default());
    }
}
