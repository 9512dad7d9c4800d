//! §9 The text index: a tantivy index packed into a section and opened over the mapped bytes.
//!
//! Its segments follow each other in the order of rows: a product's row is the number of documents in the segments
//! before its own, and its document's number there.

use std::path::PathBuf;

use ownedbytes::OwnedBytes;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{Index, Searcher};

use super::packed::PackedDirectory;
use super::search::{Hits, Search, Spelling};
use super::text_words::Words;

/// Words of a query beyond this many are ignored.
const MAX_QUERY_WORDS: usize = 12;
/// The name under which both sides know how texts become words.
const ANALYZER: &str = "frontage";
/// Most segments of an index.
pub(super) const MAX_SEGMENTS: usize = 4096;
pub(super) const META_FILE: &str = "meta.json";

/// Building or opening a text index failed.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// tantivy refused.
    #[error(transparent)]
    Tantivy(#[from] tantivy::TantivyError),
    /// A file of the finished index could not be read back.
    #[error("cannot read back {0}")]
    Unreadable(PathBuf),
    /// More files than an index of one segment can have.
    #[error("the index has {0} files")]
    Files(u32),
    /// A file that does not lie in the index's section, or whose name is too long.
    #[error("file {0} has an overlong name or lies outside its section")]
    Place(String),
    /// A file's own checksum does not match.
    #[error("checksum of {0} does not match")]
    Checksum(PathBuf),
    /// The index has other fields, or fields of another kind, than this version defines.
    #[error("the index does not have the fields that this version defines")]
    Fields,
    /// The index does not hold every product once.
    #[error("{got} products indexed, {expected} in the catalog")]
    Products {
        /// Products of the catalog.
        expected: u32,
        /// Documents of the index.
        got: u64,
    },
    /// The operating system has no thread left.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// tantivy met something that cannot be.
    #[error("the index is damaged")]
    Panicked,
    /// The index has no segment, or more than a catalog can need.
    #[error("the index has {0} segments; between 1 and {MAX_SEGMENTS} are expected")]
    Segments(usize),
}

impl From<std::io::Error> for TextError {
    fn from(error: std::io::Error) -> Self {
        Self::Tantivy(error.into())
    }
}

/// What search knows about one product.
#[derive(Debug, Default, Clone)]
pub struct TextDocument {
    /// The name; weighs most.
    pub title: String,
    /// All else that describes it, as plain words.
    pub body: String,
    /// SKU, GTIN, part numbers: found only as a whole.
    pub codes: Vec<String>,
}

pub use super::text_build::{PackedSegment, TextIndexBuilder, TextSegmentBuilder, pack};

/// A file of a packed index.
#[derive(Debug)]
pub struct PackedFile {
    /// Its name.
    pub name: String,
    /// Its bytes, where they were made.
    pub bytes: OwnedBytes,
}

/// An opened index.
pub struct TextIndex {
    searcher: Searcher,
    fields: Fields,
    analyzer: TextAnalyzer,
}

/// Splits texts into words as the index does.
#[derive(Clone)]
pub struct WordSplitter(TextAnalyzer);

impl WordSplitter {
    /// The words of a text, in order.
    pub fn words(&mut self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut tokens = self.0.token_stream(text);
        while tokens.advance() {
            words.push(tokens.token().text.clone());
        }
        words
    }
}

impl Default for WordSplitter {
    fn default() -> Self {
        Self(analyzer())
    }
}

impl std::fmt::Debug for WordSplitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WordSplitter").finish_non_exhaustive()
    }
}

/// The fields of the index.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) title: Field,
    pub(super) body: Field,
    pub(super) code: Field,
}

impl TextIndex {
    /// Compares every file with its own checksum: reads all of it once.
    ///
    /// # Errors
    /// It is not an index, or the first damaged file by name.
    pub fn verify(files: Vec<(String, OwnedBytes)>) -> Result<(), TextError> {
        let index = Index::open(PackedDirectory::new(files))?;
        match index.validate_checksum()?.into_iter().min() {
            Some(damaged) => Err(TextError::Checksum(damaged)),
            None => Ok(()),
        }
    }

    /// Opens a packed index; its bytes stay where they are, and few of them are read. tantivy trusts what it reads:
    /// see [`TextIndex::verify`].
    ///
    /// # Errors
    /// It is not an index that this build can read.
    pub fn open(files: Vec<(String, OwnedBytes)>) -> Result<Self, TextError> {
        let mut index = Index::open(PackedDirectory::new(files))?;
        index.set_tokenizers(tokenizers());
        let segments = index.searchable_segment_metas()?.len();
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            return Err(TextError::Segments(segments));
        }
        let fields = known_fields(&index)?;
        let reader = index
            .reader_builder()
            .reload_policy(tantivy::ReloadPolicy::Manual)
            .try_into()?;
        Ok(Self {
            searcher: reader.searcher(),
            fields,
            analyzer: analyzer(),
        })
    }

    /// Products in the index, listed or not.
    pub fn products(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// All products that have every word of the query: in name, description or codes, the last word also as a
    /// beginning of one in a name. If there are none and similar words will do, products with such words.
    ///
    /// # Errors
    /// The index could not be read.
    pub fn search(&self, query: &str, spelling: Spelling) -> Result<Hits, TextError> {
        let words = self.words(query);
        if words.is_empty() {
            return Ok(Hits::default());
        }
        let whole = query.trim().to_lowercase();
        let rows = u32::try_from(self.products()).unwrap_or(u32::MAX);
        let run = |spelling| {
            Search::start(&self.searcher, self.fields, rows)?.run(&words, &whole, spelling)
        };
        let hits = run(Spelling::AsTyped)?;
        if !hits.rows.is_empty() || spelling == Spelling::AsTyped {
            return Ok(hits);
        }
        run(Spelling::Similar)
    }

    fn words(&self, query: &str) -> Vec<String> {
        let mut words = Vec::new();
        let mut analyzer = self.analyzer.clone();
        let mut tokens = analyzer.token_stream(query);
        while words.len() < MAX_QUERY_WORDS && tokens.advance() {
            words.push(tokens.token().text.clone());
        }
        words
    }
}

impl std::fmt::Debug for TextIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextIndex")
            .field("products", &self.products())
            .finish_non_exhaustive()
    }
}

pub(super) fn schema() -> (Schema, Fields) {
    let words = TextFieldIndexing::default()
        .set_tokenizer(ANALYZER)
        .set_index_option(IndexRecordOption::WithFreqs);
    let whole = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let mut builder = Schema::builder();
    let fields = Fields {
        title: builder.add_text_field(
            "title",
            TextOptions::default().set_indexing_options(words.clone()),
        ),
        body: builder.add_text_field("body", TextOptions::default().set_indexing_options(words)),
        code: builder.add_text_field("code", TextOptions::default().set_indexing_options(whole)),
    };
    (builder.build(), fields)
}

/// A later version may add fields behind ours, but ours must be as we know them.
fn known_fields(index: &Index) -> Result<Fields, TextError> {
    let (expected, fields) = schema();
    let schema = index.schema();
    for field in [fields.title, fields.body, fields.code] {
        let same = schema
            .fields()
            .any(|(other, entry)| other == field && entry == expected.get_field_entry(field));
        if !same {
            return Err(TextError::Fields);
        }
    }
    Ok(fields)
}

fn analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Words::default())
}

pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(ANALYZER, analyzer());
    manager
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(titles: &[(&str, &str)]) -> Vec<PackedFile> {
        let mut builder = TextIndexBuilder::new(15_000_000).unwrap();
        for (title, code) in titles {
            let codes = vec![(*code).to_owned()];
            builder
                .add(&TextDocument {
                    title: (*title).to_owned(),
                    body: "for everyday use".to_owned(),
                    codes,
                })
                .unwrap();
        }
        builder.finish().unwrap()
    }

    fn open(files: Vec<PackedFile>) -> TextIndex {
        TextIndex::open(
            files
                .into_iter()
                .map(|file| (file.name, file.bytes))
                .collect(),
        )
        .unwrap()
    }

    fn shop() -> TextIndex {
        open(pack(&[
            ("Blue Café Mug", "MUG-1"),
            ("Red Teapot", "POT-9/b"),
            ("Blue Teapot, large", "POT-10"),
        ]))
    }

    #[track_caller]
    fn check(query: &str, expected: &[u32], fuzzy: bool) {
        let found = shop().search(query, Spelling::Similar).unwrap();
        let rows: Vec<u32> = found.rows.iter().collect();
        assert_eq!((rows.as_slice(), found.fuzzy), (expected, fuzzy), "{query}");
    }

    #[test]
    fn words_codes_beginnings_and_typos_are_found() {
        check("teapot", &[1, 2], false);
        check("blue teapot", &[2], false);
        check("CAFE", &[0], false);
        check("tea", &[1, 2], false);
        check("pot-9/B", &[1], false);
        check("everyday", &[0, 1, 2], false);
        check("teapto", &[1, 2], true);
        check("", &[], false);
        check("zzzzzzzz", &[], true);
    }

    #[test]
    fn an_index_in_segments_finds_the_same() {
        let titles = ["Blue mug", "Red pot", "Blue pot", "Green jug", "Blue jug"];
        let segments = titles.chunks(2).map(|titles| {
            let mut segment = TextSegmentBuilder::new(15_000_000).unwrap();
            for title in titles {
                let title = (*title).to_owned();
                segment
                    .add(&TextDocument {
                        codes: vec![format!("C-{title}")],
                        title,
                        ..TextDocument::default()
                    })
                    .unwrap();
            }
            segment.finish().unwrap()
        });
        let index = open(super::pack(segments.collect()).unwrap());
        assert_eq!(index.products(), 5);
        for (query, expected) in [
            ("blue", &[0, 2, 4][..]),
            ("blue jug", &[4]),
            ("pot", &[1, 2]),
            ("c-green jug", &[3]),
            ("gren", &[3]),
        ] {
            let found = index.search(query, Spelling::Similar).unwrap();
            let rows: Vec<u32> = found.rows.iter().collect();
            assert_eq!(rows, expected, "{query}");
        }
    }

    #[test]
    fn equal_products_give_equal_bytes() {
        let products = [("One", "1"), ("Two", "2"), ("Three things", "3")];
        let (first, second) = (pack(&products), pack(&products));
        let flat = |files: &[PackedFile]| {
            files
                .iter()
                .map(|f| (f.name.clone(), f.bytes.to_vec()))
                .collect::<Vec<_>>()
        };
        assert!(
            flat(&first) == flat(&second),
            "two runs over the same products differ"
        );
    }

    #[test]
    fn damage_is_found_before_anything_is_read() {
        let products = [("One", "1"), ("Two", "2")];
        let damaged = |at: fn(usize) -> usize| {
            let mut files = pack(&products);
            let terms = files
                .iter_mut()
                .find(|file| file.name.ends_with(".term"))
                .unwrap();
            let at = at(terms.bytes.len());
            let mut bytes = terms.bytes.to_vec();
            *bytes.get_mut(at).unwrap() ^= 1;
            terms.bytes = OwnedBytes::new(bytes);
            let files = files.into_iter();
            TextIndex::verify(files.map(|file| (file.name, file.bytes)).collect())
        };
        assert!(matches!(damaged(|_| 0), Err(TextError::Checksum(_))));
        assert!(matches!(
            damaged(|len| len / 2 - 40),
            Err(TextError::Checksum(_))
        ));
        assert!(damaged(|len| len - 1).is_err());
    }
}
