//! The text index of a catalog, made beside its tables: one thread for each segment in the making.
//!
//! Products come in the order of their rows. A segment is a fixed number of them, so that the index does not depend
//! on how fast which thread was.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use frontage_shared::snapshot::text::{
    self, PackedFile, PackedSegment, TextDocument, TextError, TextIndexBuilder, TextSegmentBuilder,
    WordSplitter,
};

use super::synonyms::Synonyms;
use super::words;
use crate::threads::breathe;
use crate::wire::Product;

/// Memory a segment may use while it is built.
const BUDGET_BYTES: usize = 256 << 20;
/// Products that go to a thread at once.
const BATCH: usize = 64;
/// Batches that may wait for a thread. What waits is memory, and work that is left when everything else is done.
const WAITING: usize = 32;
/// Segments that may be in the making at once.
const AT_ONCE: usize = 2;

/// A product that is to be found, and the rows of the categories by whose names it is, too.
type Found = (Product, Vec<u32>);

/// What the products of an index have in common.
struct Common {
    /// Names of the categories, by row.
    categories: Vec<String>,
    /// By what other words products are looked for.
    synonyms: Option<Synonyms>,
}

/// The index in the making.
pub(super) struct TextThreads {
    common: Arc<Common>,
    /// Products of a segment.
    most: u32,
    batch: Vec<Found>,
    /// The segment that gets the next products, and how many it was given.
    current: Option<(Segment, u32)>,
    /// Segments that have all their products.
    full: Vec<JoinHandle<Result<PackedSegment, TextError>>>,
    finished: Vec<PackedSegment>,
}

struct Segment {
    products: SyncSender<Vec<Found>>,
    thread: JoinHandle<Result<PackedSegment, TextError>>,
}

impl TextThreads {
    pub(super) fn new(
        categories: impl Iterator<Item = String>,
        synonyms: Option<Synonyms>,
    ) -> Self {
        Self {
            common: Arc::new(Common {
                categories: categories.collect(),
                synonyms,
            }),
            most: TextIndexBuilder::SEGMENT_PRODUCTS,
            batch: Vec::with_capacity(BATCH),
            current: None,
            full: Vec::new(),
            finished: Vec::new(),
        }
    }

    /// Adds the product of the next row, which can be found by the names of these categories, too. Its words are found on
    /// the thread that counts them, and there it ends: whoever fills the tables has enough to do.
    pub(super) fn add(&mut self, product: Product, categories: Vec<u32>) -> Result<(), TextError> {
        self.batch.push((product, categories));
        if self.batch.len() >= BATCH {
            self.send()?;
        }
        Ok(())
    }

    /// Lets the last segment finish by itself: no product is added any more.
    pub(super) fn end(&mut self) -> Result<(), TextError> {
        // An index of nothing is an index all the same; behind full segments, an empty one would be asked by every query.
        let has_segments =
            self.current.is_some() || !self.full.is_empty() || !self.finished.is_empty();
        if !self.batch.is_empty() || !has_segments {
            self.send()?;
        }
        self.end_segment();
        Ok(())
    }

    /// Finishes the index and gives its files.
    pub(super) fn finish(mut self) -> Result<Vec<PackedFile>, TextError> {
        self.end()?;
        for thread in std::mem::take(&mut self.full) {
            self.finished.push(joined(thread)?);
        }
        text::pack(self.finished)
    }

    fn send(&mut self) -> Result<(), TextError> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let added = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        if self.current.is_none() {
            while self.full.len() >= AT_ONCE {
                self.finished.push(joined(self.full.remove(0))?);
            }
        }
        let (segment, products) = match &mut self.current {
            Some(current) => current,
            None => {
                let segment = Segment::start(Arc::clone(&self.common))?;
                self.current.insert((segment, 0))
            }
        };
        *products += added;
        let is_full = *products >= self.most;
        // A thread that is gone has failed; its error comes out when it is joined.
        let is_gone = segment.products.send(batch).is_err();
        if is_full || is_gone {
            self.end_segment();
        }
        Ok(())
    }

    /// Lets the segment in the making finish by itself.
    fn end_segment(&mut self) {
        if let Some((segment, _)) = self.current.take() {
            drop(segment.products);
            self.full.push(segment.thread);
        }
    }
}

impl Common {
    /// The words by which a product is found.
    fn words_of(&self, (product, rows): &Found, splitter: &mut WordSplitter) -> TextDocument {
        let names = rows.iter();
        let names = names.filter_map(|&row| self.categories.get(row as usize));
        let mut words = words::of(product, names.map(String::as_str));
        if let Some(synonyms) = &self.synonyms {
            synonyms.extend(&mut words, splitter);
        }
        words
    }
}

impl Segment {
    fn start(common: Arc<Common>) -> Result<Self, TextError> {
        let (products, batches) = sync_channel::<Vec<Found>>(WAITING);
        let thread = std::thread::Builder::new()
            .name("text".to_owned())
            .spawn(move || {
                let mut segment = TextSegmentBuilder::new(BUDGET_BYTES)?;
                let mut splitter = WordSplitter::default();
                for found in batches.into_iter().flatten() {
                    breathe();
                    segment.add(&common.words_of(&found, &mut splitter))?;
                }
                segment.finish()
            });
        Ok(Self {
            products,
            thread: thread.map_err(TextError::Thread)?,
        })
    }
}

fn joined(
    thread: JoinHandle<Result<PackedSegment, TextError>>,
) -> Result<PackedSegment, TextError> {
    thread.join().unwrap_or(Err(TextError::Panicked))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Products of each segment.
    fn segments(products: u32) -> Vec<u64> {
        let mut index = TextThreads::new(std::iter::empty(), None);
        index.most = 128;
        for number in 0..products {
            let product = Product {
                id: number.to_string().into(),
                name: format!("Mug {number}"),
                ..Product::default()
            };
            index.add(product, Vec::new()).unwrap();
        }
        let files = index.finish().unwrap();
        let meta = files.iter().find(|file| file.name == "meta.json").unwrap();
        let meta: serde_json::Value = serde_json::from_slice(&meta.bytes).unwrap();
        let segments = meta["segments"].as_array().unwrap().iter();
        segments
            .map(|segment| segment["max_doc"].as_u64().unwrap())
            .collect()
    }

    #[test]
    fn no_segment_is_empty_but_that_of_nothing() {
        assert_eq!(segments(0), [0]);
        assert_eq!(segments(127), [127]);
        assert_eq!(segments(128), [128]);
        assert_eq!(segments(129), [128, 1]);
        assert_eq!(segments(384), [128, 128, 128]);
    }
}
