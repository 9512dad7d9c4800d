//! §9 Building the text index: one segment after another, each of as many products as memory is to hold.
//!
//! tantivy names a segment at random; packing replaces that name by the segment's number, so that equal products give
//! equal bytes.

use std::path::{Path, PathBuf};

use ownedbytes::OwnedBytes;
use serde_json::Value;
use tantivy::directory::{Directory as _, RamDirectory};
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::{Index, TantivyDocument};

use super::text::{Fields, META_FILE, PackedFile, TextDocument, TextError, schema, tokenizers};

/// Builds the index of one catalog; products must come in row order, all of them.
pub struct TextIndexBuilder {
    budget_bytes: usize,
    /// The segment in the making, and how many products it has.
    current: Option<(TextSegmentBuilder, u32)>,
    finished: Vec<PackedSegment>,
}

/// Builds one segment; several can be in the making on several threads.
pub struct TextSegmentBuilder {
    directory: RamDirectory,
    writer: SingleSegmentIndexWriter,
    fields: Fields,
}

/// A segment ready to be put into an index.
#[derive(Debug)]
pub struct PackedSegment {
    /// The name that tantivy gave it.
    name: String,
    files: Vec<PackedFile>,
    meta: String,
}

impl TextIndexBuilder {
    /// Products of a segment. A query asks every segment, and a segment in the making is in memory as a whole.
    pub const SEGMENT_PRODUCTS: u32 = 1 << 17;

    /// Starts an index.
    ///
    /// # Errors
    /// tantivy refused the budget.
    pub fn new(memory_budget_bytes: usize) -> Result<Self, TextError> {
        // A segment is there from the start: an index of nothing is an index all the same.
        Ok(Self {
            budget_bytes: memory_budget_bytes,
            current: Some((TextSegmentBuilder::new(memory_budget_bytes)?, 0)),
            finished: Vec::new(),
        })
    }

    /// Adds the product of the next row.
    ///
    /// # Errors
    /// tantivy failed.
    pub fn add(&mut self, product: &TextDocument) -> Result<(), TextError> {
        if let Some((full, _)) = self
            .current
            .take_if(|(_, products)| *products >= Self::SEGMENT_PRODUCTS)
        {
            self.finished.push(full.finish()?);
        }
        let (segment, products) = match &mut self.current {
            Some(current) => current,
            None => self
                .current
                .insert((TextSegmentBuilder::new(self.budget_bytes)?, 0)),
        };
        *products += 1;
        segment.add(product)
    }

    /// Finishes the index and gives its files, sorted by name.
    ///
    /// # Errors
    /// tantivy failed.
    pub fn finish(mut self) -> Result<Vec<PackedFile>, TextError> {
        if let Some((last, _)) = self.current.take() {
            self.finished.push(last.finish()?);
        }
        pack(self.finished)
    }
}

impl TextSegmentBuilder {
    /// Starts a segment.
    ///
    /// # Errors
    /// tantivy refused the budget.
    pub fn new(memory_budget_bytes: usize) -> Result<Self, TextError> {
        let (schema, fields) = schema();
        let directory = RamDirectory::create();
        let writer = Index::builder()
            .schema(schema)
            .tokenizers(tokenizers())
            .single_segment_index_writer(directory.clone(), memory_budget_bytes)?;
        Ok(Self {
            directory,
            writer,
            fields,
        })
    }

    /// Adds the product of the next row.
    ///
    /// # Errors
    /// tantivy failed.
    pub fn add(&mut self, product: &TextDocument) -> Result<(), TextError> {
        let mut document = TantivyDocument::default();
        document.add_text(self.fields.title, &product.title);
        document.add_text(self.fields.body, &product.body);
        for code in &product.codes {
            document.add_text(self.fields.code, code.to_lowercase());
        }
        Ok(self.writer.add_document(document)?)
    }

    /// Finishes the segment.
    ///
    /// # Errors
    /// tantivy failed.
    pub fn finish(self) -> Result<PackedSegment, TextError> {
        let index = self.writer.finalize()?;
        let segments = index.searchable_segment_metas()?;
        let [segment] = segments.as_slice() else {
            return Err(TextError::Segments(segments.len()));
        };
        let mut files = Vec::new();
        for path in index.load_metas()?.list_segment_files() {
            // A segment names files it may have; those of features not in use were never written.
            if let Some(bytes) = read(&self.directory, &path)? {
                let name = path.to_string_lossy().into_owned();
                files.push(PackedFile { name, bytes });
            }
        }
        let meta = read(&self.directory, Path::new(META_FILE))?.ok_or_else(no_meta)?;
        Ok(PackedSegment {
            name: segment.id().uuid_string(),
            files,
            meta: String::from_utf8_lossy(&meta).into_owned(),
        })
    }
}

/// The files of an index of these segments, in the order of their rows, sorted by name.
///
/// # Errors
/// A segment does not describe itself as tantivy does.
pub fn pack(segments: Vec<PackedSegment>) -> Result<Vec<PackedFile>, TextError> {
    let mut files = Vec::new();
    let (mut index, mut described) = (Value::Null, Vec::new());
    for (number, segment) in segments.into_iter().enumerate() {
        let ours = format!("{number:032x}");
        let meta = segment
            .meta
            .replace(&hyphenated(&segment.name), &hyphenated(&ours));
        index = serde_json::from_str(&meta).map_err(|_| no_meta())?;
        described.push(index.pointer("/segments/0").ok_or_else(no_meta)?.clone());
        files.extend(segment.files.into_iter().map(|file| PackedFile {
            name: file.name.replace(&segment.name, &ours),
            bytes: file.bytes,
        }));
    }
    *index.get_mut("segments").ok_or_else(no_meta)? = Value::Array(described);
    files.push(PackedFile {
        name: META_FILE.to_owned(),
        bytes: OwnedBytes::new(index.to_string().into_bytes()),
    });
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn no_meta() -> TextError {
    TextError::Unreadable(PathBuf::from(META_FILE))
}

impl std::fmt::Debug for TextIndexBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextIndexBuilder").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for TextSegmentBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextSegmentBuilder").finish_non_exhaustive()
    }
}

/// The bytes of a file, if it was written: they stay where they are, without the directory, too.
fn read(directory: &RamDirectory, path: &Path) -> Result<Option<OwnedBytes>, TextError> {
    let Ok(handle) = directory.get_file_handle(path) else {
        return Ok(None);
    };
    let bytes = handle.read_bytes(0..handle.len());
    bytes
        .map(Some)
        .map_err(|_| TextError::Unreadable(path.to_owned()))
}

/// The usual groups of a UUID: 8-4-4-4-12. `meta.json` names segments so, file names do without.
fn hyphenated(name: &str) -> String {
    let mut grouped = name.to_owned();
    for at in [20, 16, 12, 8] {
        grouped.insert(at.min(grouped.len()), '-');
    }
    grouped
}
