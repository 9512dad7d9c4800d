//! A feed in the making: documents as lines, counted, sorted and written as two halves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use frontage_shared::model::money::Currency;
use xxhash_rust::xxh3::Xxh3;

use super::boot;
use super::sort::Sorter;
use super::{Facts, Feed, FeedError, FeedFolder, Half, Line, Name, Summary, io_error};
use crate::wire::{Document, Kind, Offer, Product, Variant};

/// Bytes of a half file that are hashed and written at once: hashing line by line takes several times as long.
const BLOCK_BYTES: usize = 256 << 10;

/// The documents of a run as they come, already as the lines that they will be: a document takes several times the
/// memory of its line.
#[derive(Debug)]
pub struct Draft {
    pub(super) counts: BTreeMap<Kind, u64>,
    pub(super) summary: Summary,
    /// Kind and key of documents that are gone.
    pub(super) deleted: Vec<(Kind, String)>,
    pub(super) catalog: (Sorter, u64),
    pub(super) offers: (Sorter, u64),
}

/// A document as the lines it becomes in both halves.
#[derive(Debug)]
pub struct Lines {
    kind: Kind,
    catalog: Option<Prepared>,
    offers: Vec<Prepared>,
    /// Kind and key of the document that is gone.
    deleted: Option<(Kind, String)>,
}

/// A line as it will be written, and what is counted of it.
#[derive(Debug)]
struct Prepared {
    key: String,
    text: String,
    facts: Facts,
}

type Writer = JoinHandle<std::io::Result<(File, blake3::Hash)>>;

/// Blocks that may wait to be hashed and written.
const BLOCKS_WAITING: usize = 8;

/// Writes a half file, which gets its name from its content. Hashing and writing go on beside the one who has the lines.
pub(super) struct HalfWriter {
    path: PathBuf,
    /// None once all were sent.
    blocks: Option<SyncSender<Vec<u8>>>,
    /// None once it was joined.
    writer: Option<Writer>,
    block: Vec<u8>,
}

impl FeedFolder {
    /// Writes documents, split into their halves, and gives the feed.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(
        &self,
        documents: Vec<Document>,
        currency: Currency,
        as_of: i64,
    ) -> Result<Feed, FeedError> {
        let mut draft = self.draft("all", currency);
        for document in documents {
            draft.add(&Lines::of(document, currency))?;
        }
        self.write_draft(draft, as_of)
    }

    /// Begins a feed. Lines that do not fit into memory go to files that begin with `name`.
    pub fn draft(&self, name: &str, currency: Currency) -> Draft {
        let sorter = |half: &str| Sorter::new(&self.path, format!("{name}-{half}"));
        Draft {
            counts: BTreeMap::new(),
            summary: Summary::new(currency),
            deleted: Vec::new(),
            catalog: (sorter("catalog"), 0),
            offers: (sorter("offers"), 0),
        }
    }

    /// Writes both halves of a draft, and gives the feed.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_draft(&self, draft: Draft, as_of: i64) -> Result<Feed, FeedError> {
        Ok(Feed {
            as_of,
            offers_since: as_of,
            counts: draft.counts,
            summary: draft.summary,
            catalog: self.write_half(draft.catalog)?,
            offers: self.write_half(draft.offers)?,
            kept: None,
        })
    }

    fn write_half(&self, (sorter, documents): (Sorter, u64)) -> Result<Half, FeedError> {
        let mut half = HalfWriter::create(self)?;
        sorter.finish(|line| half.write(line))?;
        half.finish(self, documents)
    }
}

impl HalfWriter {
    pub(super) fn create(folder: &FeedFolder) -> Result<Self, FeedError> {
        let path = folder.path.join("half.part");
        let file = File::create(&path).map_err(io_error(&path))?;
        let (blocks, waiting) = sync_channel(BLOCKS_WAITING);
        let writer = std::thread::Builder::new()
            .name("half".to_owned())
            .spawn(move || write_blocks(file, waiting))
            .map_err(io_error(&path))?;
        Ok(Self {
            path,
            blocks: Some(blocks),
            writer: Some(writer),
            block: Vec::with_capacity(BLOCK_BYTES),
        })
    }

    /// Writes lines, of which there may be a whole half: block by block, so that one is written while the next is made.
    pub(super) fn write(&mut self, mut lines: &[u8]) -> Result<(), FeedError> {
        while !lines.is_empty() {
            let (now, later) = lines.split_at(lines.len().min(self.room()));
            self.block.extend_from_slice(now);
            lines = later;
            self.pass_on()?;
        }
        Ok(())
    }

    /// Copies lines from where a file was read up to, at most so many bytes of them.
    pub(super) fn copy(
        &mut self,
        (from, path): (&mut File, &Path),
        bytes: u64,
    ) -> Result<(), FeedError> {
        let mut rest = from.take(bytes);
        loop {
            let mut next = rest.by_ref().take(self.room() as u64);
            if next.read_to_end(&mut self.block).map_err(io_error(path))? == 0 {
                return Ok(());
            }
            self.pass_on()?;
        }
    }

    /// Bytes that the block still takes.
    fn room(&self) -> usize {
        BLOCK_BYTES.saturating_sub(self.block.len())
    }

    /// Hands the block to the writer if it is full.
    fn pass_on(&mut self) -> Result<(), FeedError> {
        if self.room() > 0 {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK_BYTES));
        if !self.sends(block) {
            // Only an error ends the writer early.
            joined(self.writer.take()).map_err(io_error(&self.path))?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, folder: &FeedFolder, documents: u64) -> Result<Half, FeedError> {
        // A writer that is gone has failed; its error comes out when it is joined.
        let last = std::mem::take(&mut self.block);
        self.sends(last);
        self.blocks = None;
        let (file, hash) = joined(self.writer.take()).map_err(io_error(&self.path))?;
        if boot::id().is_none() {
            file.sync_all().map_err(io_error(&self.path))?;
        }
        let hash = hash.to_hex().to_string();
        let half = Half { hash, documents };
        std::fs::rename(&self.path, folder.half_path(&half)).map_err(io_error(&self.path))?;
        Ok(half)
    }

    /// Whether the writer still takes blocks.
    fn sends(&self, block: Vec<u8>) -> bool {
        let sent = self.blocks.as_ref().map(|blocks| blocks.send(block));
        sent.is_some_and(|sent| sent.is_ok())
    }
}

impl Drop for HalfWriter {
    fn drop(&mut self) {
        // Whoever writes the next half uses the same name: this one must be done with it.
        self.blocks = None;
        let _ = joined(self.writer.take());
    }
}

/// What the writer came to.
fn joined(writer: Option<Writer>) -> std::io::Result<(File, blake3::Hash)> {
    let ended = writer.map(JoinHandle::join);
    let Some(Ok(outcome)) = ended else {
        return Err(std::io::Error::other("the thread that writes it is gone"));
    };
    outcome
}

/// Hashes and writes blocks until there are no more.
fn write_blocks(
    mut file: File,
    blocks: Receiver<Vec<u8>>,
) -> std::io::Result<(File, blake3::Hash)> {
    let mut hasher = blake3::Hasher::new();
    for block in blocks {
        hasher.update(&block);
        file.write_all(&block)?;
    }
    Ok((file, hasher.finalize()))
}

impl Draft {
    /// Whether it names documents that are gone.
    pub fn deletes(&self) -> bool {
        !self.deleted.is_empty()
    }

    /// Kind and key of the documents that are gone.
    pub fn deleted(&self) -> BTreeSet<Name> {
        self.deleted.iter().cloned().collect()
    }

    /// Adds a document.
    ///
    /// # Errors
    /// Lines that no longer fit into memory cannot be written.
    pub fn add(&mut self, lines: &Lines) -> Result<(), FeedError> {
        if let Some(deleted) = &lines.deleted {
            self.deleted.push(deleted.clone());
            return Ok(());
        }
        *self.counts.entry(lines.kind).or_default() += 1;
        for (half, lines) in [
            (&mut self.catalog, lines.catalog.as_slice()),
            (&mut self.offers, lines.offers.as_slice()),
        ] {
            for line in lines {
                half.1 += 1;
                half.0.add(line.facts.kind, &line.key, &line.text)?;
                self.summary.add(&line.facts);
            }
        }
        Ok(())
    }
}

impl Lines {
    /// Splits a document into its halves; prices in the shop's currency are counted.
    pub fn of(document: Document, currency: Currency) -> Self {
        let kind = document.kind();
        let prepared = |document| Prepared::of(&document, currency);
        let nothing = Self {
            kind,
            catalog: None,
            offers: Vec::new(),
            deleted: None,
        };
        match document {
            Document::Offer(_)
            | Document::Promotion(_)
            | Document::DeliveryMethod(_)
            | Document::Tax(_) => Self {
                offers: vec![prepared(document)],
                ..nothing
            },
            Document::Delete(delete) => Self {
                deleted: Some((delete.of, delete.deleted_key())),
                ..nothing
            },
            Document::Product(mut product) => {
                let offers = take_offers(&mut product).into_iter().map(Document::Offer);
                Self {
                    offers: offers.map(prepared).collect(),
                    catalog: Some(prepared(Document::Product(product))),
                    ..nothing
                }
            }
            Document::Variant(mut variant) => {
                let offer = take_variant_offer(&mut variant);
                Self {
                    offers: offer
                        .map(Document::Offer)
                        .map(prepared)
                        .into_iter()
                        .collect(),
                    catalog: Some(prepared(Document::Variant(variant))),
                    ..nothing
                }
            }
            other => Self {
                catalog: Some(prepared(other)),
                ..nothing
            },
        }
    }

    /// Hash of all that the document says: equal documents, equal hash.
    pub fn content(&self) -> u64 {
        let mut hasher = Xxh3::new();
        for line in self.catalog.iter().chain(&self.offers) {
            hasher.update(line.text.as_bytes());
        }
        if let Some((kind, key)) = &self.deleted {
            hasher.update(format!("delete {kind} {key}").as_bytes());
        }
        hasher.digest()
    }
}

impl Prepared {
    fn of(document: &Document, currency: Currency) -> Self {
        let line = Line {
            kind: document.kind(),
            key: document.key(),
            json: document.to_json(),
        };
        Self {
            text: line.text(),
            key: line.key,
            facts: Facts::of(document, currency),
        }
    }
}

/// Moves prices, stock, tax class and weight out of a product: they belong to the fast half.
fn take_offers(product: &mut Product) -> Vec<Offer> {
    let own = offer(Offer {
        variant_id: Some(product.id.clone()),
        prices: std::mem::take(&mut product.prices),
        stock: product.stock.take(),
        tax_class: product.tax_class.take(),
        weight: product.weight.take(),
        ..Offer::default()
    });
    let variants = product.variants.iter_mut().filter_map(take_variant_offer);
    variants.chain(own).collect()
}

fn take_variant_offer(variant: &mut Variant) -> Option<Offer> {
    offer(Offer {
        variant_id: Some(variant.id.clone()),
        prices: std::mem::take(&mut variant.prices),
        stock: variant.stock.take(),
        tax_class: variant.tax_class.take(),
        weight: variant.weight.take(),
        ..Offer::default()
    })
}

/// An offer, if it says anything.
fn offer(offer: Offer) -> Option<Offer> {
    let says_something = !offer.prices.is_empty()
        || offer.stock.is_some()
        || offer.tax_class.is_some()
        || offer.weight.is_some();
    says_something.then_some(offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::folder;

    #[test]
    fn a_half_is_what_was_written_however_it_is_cut() {
        let (_state, folder) = folder();
        let most = 3 * BLOCK_BYTES + 17;
        let bytes: Vec<u8> = (0..=250).cycle().take(most).collect();
        for piece in [1000, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, most] {
            let mut writer = HalfWriter::create(&folder).unwrap();
            for lines in bytes.chunks(piece) {
                writer.write(lines).unwrap();
            }
            let half = writer.finish(&folder, 1).unwrap();
            assert_eq!(half.hash, blake3::hash(&bytes).to_hex().as_str());
            let written = std::fs::read(folder.half_path(&half)).unwrap();
            assert!(written == bytes, "pieces of {piece} bytes");
            std::fs::remove_file(folder.half_path(&half)).unwrap();
        }
    }
}
