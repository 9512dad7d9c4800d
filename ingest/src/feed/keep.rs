//! Documents that stay in the shop although the feed does not say them any more, or says them in a way that is refused.
//!
//! Such a feed has its halves twice: what the source said, which the guard compares and the next feed is patched from,
//! and that together with what is kept, which the shop is made of.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use frontage_shared::model::money::Currency;
use serde::{Deserialize, Serialize};

use super::half_writer::HalfWriter;
use super::patch::offered_by;
use super::{Facts, Feed, FeedError, FeedFolder, Half, Line};
use crate::config::Provides;
use crate::wire::Kind;

/// Kind and key of a document.
pub type Name = (Kind, String);

/// What a feed holds beside what its source said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// What the source said.
    pub said: Feed,
    /// The others, by kind and key.
    pub documents: BTreeMap<Kind, BTreeMap<String, KeptDocument>>,
}

/// Why a document is kept, and for how long it has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptDocument {
    /// Why.
    pub why: KeptWhy,
    /// Full feeds in a row for which this is so.
    pub feeds: u32,
}

/// Why a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeptWhy {
    /// The feed does not mention it.
    Missing,
    /// The feed has it in a way that is refused.
    Refused,
}

/// How many documents are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCounts {
    /// Documents that the feed does not mention.
    pub missing: u64,
    /// Documents that it has in a way that is refused.
    pub refused: u64,
}

/// By what rules documents are kept.
#[derive(Clone, Copy, Debug)]
pub enum Staying<'a> {
    /// Of a full feed.
    Full {
        /// Feeds that may leave a document out.
        grace: u32,
        /// Documents that were refused and whose last good version stays.
        refused: &'a BTreeSet<Name>,
    },
    /// Of changes: what was kept stays, unless they say otherwise.
    Changes {
        /// Documents that are gone.
        deleted: &'a BTreeSet<Name>,
    },
}

impl Staying<'_> {
    /// Whether a document of the feed before can stay at all.
    fn keeps_any(&self, before: &Feed) -> bool {
        match *self {
            Self::Full { grace, refused } => grace > 0 || !refused.is_empty(),
            Self::Changes { .. } => before.kept.is_some(),
        }
    }

    /// Whether a document stays that the new feed does not have, and how it was kept so far.
    fn decide(&self, name: &Name, before: Option<KeptDocument>) -> Option<KeptDocument> {
        let (why, grace) = match *self {
            Self::Changes { deleted } => return before.filter(|_| !deleted.contains(name)),
            Self::Full { refused, .. } if refused.contains(name) => (KeptWhy::Refused, u32::MAX),
            Self::Full { grace, .. } => (KeptWhy::Missing, grace),
        };
        let before = before.filter(|before| before.why == why);
        let feeds = before.map_or(0, |before| before.feeds).saturating_add(1);
        (feeds <= grace).then_some(KeptDocument { why, feeds })
    }
}

impl Feed {
    /// What the source itself said.
    pub fn said(&self) -> &Self {
        self.kept.as_ref().map_or(self, |kept| &kept.said)
    }

    /// How a document is kept, if it is.
    pub fn kept_document(&self, kind: Kind, key: &str) -> Option<KeptDocument> {
        self.kept.as_ref()?.documents.get(&kind)?.get(key).copied()
    }

    /// How many documents are kept.
    pub fn kept_counts(&self) -> KeptCounts {
        let mut counts = KeptCounts::default();
        let kept = self.kept.iter().flat_map(|kept| kept.documents.values());
        for document in kept.flat_map(BTreeMap::values) {
            match document.why {
                KeptWhy::Missing => counts.missing += 1,
                KeptWhy::Refused => counts.refused += 1,
            }
        }
        counts
    }
}

impl FeedFolder {
    /// Adds to what a source said the documents of the feed before that stay.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn keep(
        &self,
        before: &Feed,
        said: Feed,
        provides: Provides,
        staying: Staying<'_>,
    ) -> Result<Feed, FeedError> {
        if !staying.keeps_any(before) {
            return Ok(said);
        }
        let half = |feed: &Feed| match provides {
            Provides::Catalog | Provides::Orders => feed.catalog.clone(),
            Provides::Offers | Provides::Terms => feed.offers.clone(),
        };
        let mut documents: BTreeMap<Kind, BTreeMap<String, KeptDocument>> = BTreeMap::new();
        let (old, new) = (self.map(&half(before))?, self.map(&half(&said))?);
        old.differences(&new, |before_line, now| {
            if let (Some(line), None) = (before_line, now) {
                let name = (line.kind, line.key.clone());
                let kept = staying.decide(&name, before.kept_document(name.0, &name.1));
                if let Some(kept) = kept {
                    documents.entry(name.0).or_default().insert(name.1, kept);
                }
            }
            true
        })?;
        let Ok(currency) = Currency::parse(&said.summary.currency) else {
            return Ok(said);
        };
        if documents.is_empty() {
            return Ok(said);
        }
        let mut feed = said.clone();
        for (kind, kept) in &documents {
            *feed.counts.entry(*kind).or_default() += kept.len() as u64;
        }
        let mut joined = Joined {
            folder: self,
            feed: &mut feed,
            currency,
            offered: HashSet::new(),
        };
        let is_kept = |line: &Line| {
            let kind = documents.get(&line.kind);
            Ok(kind.is_some_and(|keys| keys.contains_key(&line.key)))
        };
        match provides {
            Provides::Offers | Provides::Terms => {
                feed.offers = joined.join(&before.offers, &said.offers, is_kept)?;
            }
            Provides::Catalog | Provides::Orders => {
                let catalog = joined.join(&before.catalog, &said.catalog, is_kept)?;
                let offered = std::mem::take(&mut joined.offered);
                let now = self.map(&said.offers)?;
                let offers = joined.join(&before.offers, &said.offers, |line| {
                    // What another document says by now of the same variant is newer.
                    Ok(offered.contains(&line.key) && now.find(line.kind, &line.key)?.is_empty())
                })?;
                (feed.catalog, feed.offers) = (catalog, offers);
            }
        }
        feed.kept = Some(Box::new(Kept { said, documents }));
        Ok(feed)
    }
}

/// A feed to which lines come.
struct Joined<'a> {
    folder: &'a FeedFolder,
    feed: &'a mut Feed,
    currency: Currency,
    /// Whose offers come, too.
    offered: HashSet<String>,
}

impl Joined<'_> {
    /// All lines of what was said, and those of the half before that are wanted, in order.
    fn join(
        &mut self,
        before: &Half,
        said: &Half,
        is_wanted: impl Fn(&Line) -> Result<bool, FeedError>,
    ) -> Result<Half, FeedError> {
        let (mut old, mut new) = (self.folder.lines(before)?, self.folder.lines(said)?);
        let mut next_old = || -> Result<Option<Line>, FeedError> {
            for line in old.by_ref() {
                let line = line?;
                if is_wanted(&line)? {
                    return Ok(Some(line));
                }
            }
            Ok(None)
        };
        let (mut kept, mut line) = (next_old()?, new.next().transpose()?);
        let mut writer = HalfWriter::create(self.folder, "half")?;
        let mut documents = said.documents;
        loop {
            let is_kept_next = match (&kept, &line) {
                (Some(kept), Some(line)) => kept < line,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return writer.finish(self.folder, documents),
            };
            let next = match is_kept_next {
                true => std::mem::replace(&mut kept, next_old()?),
                false => std::mem::replace(&mut line, new.next().transpose()?),
            };
            let Some(next) = next else { continue };
            if is_kept_next {
                documents += 1;
                self.offered.extend(offered_by(&next));
                if let Some(facts) = Facts::read(&next, self.currency) {
                    self.feed.summary.add(&facts);
                }
            }
            writer.write(&next.text())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::product;

    fn write(folder: &FeedFolder, products: &[(&str, &str)]) -> Feed {
        let documents = products.iter().map(|(id, amount)| product(id, amount));
        folder.write(documents.collect(), Currency::EUR, 1).unwrap()
    }

    /// What is kept, in the order of the keys.
    fn kept(feed: &Feed) -> Vec<(&str, KeptWhy, u32)> {
        let kept = feed.kept.iter().flat_map(|kept| kept.documents.values());
        kept.flatten()
            .map(|(key, kept)| (key.as_str(), kept.why, kept.feeds))
            .collect()
    }

    #[test]
    fn what_is_kept_gives_the_bytes_of_a_feed_that_says_it() {
        let state = tempfile::tempdir().unwrap();
        let folder = FeedFolder::open(state.path(), "products").unwrap();
        let all = write(
            &folder,
            &[("a", "1.00"), ("b", "2.00"), ("c", "3.00"), ("d", "4.00")],
        );
        let refused = BTreeSet::from([(Kind::Product, "d".to_owned())]);
        let full = |grace| Staying::Full {
            grace,
            refused: &refused,
        };
        let keep = |before: &Feed, staying| {
            let said = write(&folder, &[("b", "2.50")]);
            let feed = folder.keep(before, said, Provides::Catalog, staying);
            feed.unwrap()
        };
        let first = keep(&all, full(2));
        let whole = write(
            &folder,
            &[("d", "4.00"), ("b", "2.50"), ("c", "3.00"), ("a", "1.00")],
        );
        assert_eq!(
            (&first.catalog, &first.offers),
            (&whole.catalog, &whole.offers)
        );
        assert_eq!(
            (&first.summary, &first.counts),
            (&whole.summary, &whole.counts)
        );
        let (missing, refused_now) = (KeptWhy::Missing, KeptWhy::Refused);
        assert_eq!(
            kept(&first),
            [("a", missing, 1), ("c", missing, 1), ("d", refused_now, 1)]
        );
        let second = keep(&first, full(2));
        assert_eq!(
            kept(&second),
            [("a", missing, 2), ("c", missing, 2), ("d", refused_now, 2)]
        );
        assert_eq!(second.content_hash(), first.content_hash());
        let third = keep(&second, full(2));
        assert_eq!(kept(&third), [("d", refused_now, 3)]);
        let deleted = BTreeSet::from([(Kind::Product, "c".to_owned())]);
        let changed = keep(&first, Staying::Changes { deleted: &deleted });
        assert_eq!(kept(&changed), [("a", missing, 1), ("d", refused_now, 1)]);
        let none = BTreeSet::new();
        let at_once = Staying::Full {
            grace: 0,
            refused: &none,
        };
        let gone = keep(&changed, at_once);
        assert_eq!((gone.kept.is_none(), gone.documents()), (true, 1));
        folder
            .save(&super::super::SourceCache {
                accepted: Some(first.clone()),
                ..Default::default()
            })
            .unwrap();
        assert_eq!(folder.load().unwrap().accepted, Some(first));
    }
}
