//! §9 Searching the text index: which products a query finds, and how well each of them fits.
//!
//! What is found is exact however much it is: sets of rows are made of all postings of every word. How well a product
//! fits is a whole number that does not depend on how the index is cut into segments.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{InvertedIndexReader, Searcher, SegmentReader, Term};

use super::row_set::RowSet;
use super::text::{Fields, TextError};

/// What a word weighs: in a name, at the beginning of a word of a name, similar to one, and as a code.
const IN_NAME: u32 = 256;
const BEGINS_IN_NAME: u32 = 128;
const SIMILAR_IN_NAME: u32 = 64;
const AS_CODE: u32 = 512;
/// The whole query as a code weighs more than all words in the name.
const WHOLE_CODE: u32 = 30_000;
/// Among names, shorter ones fit better, up to this many words.
const LONG_NAME: u32 = 40;
/// Beginnings of words are looked for from this many letters on.
const MIN_BEGINNING: usize = 2;

/// What a query finds.
#[derive(Debug, Default)]
pub struct Hits {
    /// Products that have all words.
    pub rows: RowSet,
    /// No product has the words as typed; these have similar ones.
    pub fuzzy: bool,
    /// How well each product fits, by row; empty if all fit equally well.
    scores: Vec<u16>,
}

impl Hits {
    /// How well a product fits; the larger, the better.
    #[inline]
    pub fn score(&self, product: u32) -> u16 {
        self.scores.get(product as usize).copied().unwrap_or(0)
    }
}

/// Whether words must be met as typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelling {
    /// They must.
    AsTyped,
    /// Similar words will do.
    Similar,
}

/// One segment's dictionaries and postings.
struct Segment<'a> {
    reader: &'a SegmentReader,
    /// The row of its first document.
    first: u32,
    title: Arc<InvertedIndexReader>,
    body: Arc<InvertedIndexReader>,
    code: Arc<InvertedIndexReader>,
    /// How long each name is.
    norms: FieldNormReader,
}

/// A query being answered.
pub(super) struct Search<'a> {
    segments: Vec<Segment<'a>>,
    fields: Fields,
    rows: u32,
    scores: Vec<u16>,
}

/// One word of the query.
struct Word<'a> {
    text: &'a str,
    /// Beginnings will do, too.
    is_last: bool,
    /// What its weights are multiplied by, in eighths.
    rarity: u32,
}

impl<'a> Search<'a> {
    /// Opens what a query needs; `rows` is how many products there are.
    pub(super) fn start(
        searcher: &'a Searcher,
        fields: Fields,
        rows: u32,
    ) -> Result<Self, TextError> {
        let mut next = 0;
        let open = |reader: &'a SegmentReader| -> Result<Segment<'a>, TextError> {
            let first = next;
            next += reader.max_doc();
            Ok(Segment {
                first,
                title: reader.inverted_index(fields.title)?,
                body: reader.inverted_index(fields.body)?,
                code: reader.inverted_index(fields.code)?,
                norms: reader.get_fieldnorms_reader(fields.title)?,
                reader,
            })
        };
        let segments = searcher.segment_readers().iter().map(open);
        Ok(Self {
            segments: segments.collect::<Result<_, _>>()?,
            fields,
            rows,
            scores: Vec::new(),
        })
    }

    /// Products that have every word, the last one also as a beginning, and those whose code is the whole query.
    pub(super) fn run(
        mut self,
        words: &[String],
        whole: &str,
        spelling: Spelling,
    ) -> Result<Hits, TextError> {
        let mut all: Option<RowSet> = None;
        for (at, text) in words.iter().enumerate() {
            let word = Word {
                text,
                is_last: at + 1 == words.len(),
                // A word alone is as rare as any other.
                rarity: if words.len() == 1 {
                    8
                } else {
                    self.rarity(text)?
                },
            };
            let having = self.having(&word, spelling)?;
            match &mut all {
                None => all = Some(having),
                Some(all) => all.keep(&having),
            }
            if all.as_ref().is_some_and(RowSet::is_empty) {
                break;
            }
        }
        let mut rows = all.unwrap_or_else(|| RowSet::none(self.rows));
        self.add_whole_code(whole, &mut rows)?;
        Ok(Hits {
            rows,
            fuzzy: spelling == Spelling::Similar,
            scores: self.scores,
        })
    }

    /// The fewer names have a word, the more it weighs: from a half for one that all have to three for one of a
    /// million.
    fn rarity(&self, word: &str) -> Result<u32, TextError> {
        let term = Term::from_field_text(self.fields.title, word);
        let mut names = 1_u32;
        for segment in &self.segments {
            names = names.saturating_add(segment.title.doc_freq(&term)?);
        }
        Ok(4 + (self.rows / names).checked_ilog2().unwrap_or(0).min(20))
    }

    /// Products that have a word in any way.
    fn having(&mut self, word: &Word<'_>, spelling: Spelling) -> Result<RowSet, TextError> {
        let mut rows = RowSet::none(self.rows);
        let term = |field| Term::from_field_text(field, word.text);
        for segment in &self.segments {
            let exact = segment.body.get_term_info(&term(self.fields.body))?;
            each(&segment.body, exact.iter(), |doc| {
                rows.insert(segment.row(doc))
            })?;
            let exact = segment.code.get_term_info(&term(self.fields.code))?;
            each(&segment.code, exact.iter(), |doc| {
                let row = segment.row(doc);
                rows.insert(row);
                add_score(&mut self.scores, self.rows, row, AS_CODE * word.rarity / 8);
            })?;
            let exact = segment.title.get_term_info(&term(self.fields.title))?;
            let mut named = |infos: &[TermInfo], weight: u32| -> Result<(), TextError> {
                let mut docs = RowSet::none(segment.reader.max_doc());
                each(&segment.title, infos.iter(), |doc| docs.insert(doc))?;
                for doc in docs.iter() {
                    let row = segment.row(doc);
                    rows.insert(row);
                    let short = LONG_NAME.saturating_sub(segment.norms.fieldnorm_id(doc).into());
                    let points = (weight + short) * word.rarity / 8;
                    add_score(&mut self.scores, self.rows, row, points);
                }
                Ok(())
            };
            if let Some(exact) = exact {
                named(&[exact], IN_NAME)?;
            }
            if word.is_last && word.text.chars().count() >= MIN_BEGINNING {
                named(&segment.beginning_with(word.text)?, BEGINS_IN_NAME)?;
            }
            if spelling == Spelling::Similar && distance(word.text) > 0 {
                named(
                    &similar(&segment.title, self.fields.title, word.text)?,
                    SIMILAR_IN_NAME,
                )?;
                let infos = similar(&segment.body, self.fields.body, word.text)?;
                each(&segment.body, infos.iter(), |doc| {
                    rows.insert(segment.row(doc))
                })?;
            }
        }
        Ok(rows)
    }

    /// Products one of whose codes is the whole query, such as a part number with a slash in it.
    fn add_whole_code(&mut self, whole: &str, rows: &mut RowSet) -> Result<(), TextError> {
        let term = Term::from_field_text(self.fields.code, whole);
        for segment in &self.segments {
            let info = segment.code.get_term_info(&term)?;
            each(&segment.code, info.iter(), |doc| {
                let row = segment.row(doc);
                rows.insert(row);
                add_score(&mut self.scores, self.rows, row, WHOLE_CODE);
            })?;
        }
        Ok(())
    }
}

impl Segment<'_> {
    /// The product of a document.
    #[inline]
    fn row(&self, doc: u32) -> u32 {
        self.first.saturating_add(doc)
    }

    /// All words of names that begin with this one and are longer.
    fn beginning_with(&self, beginning: &str) -> Result<Vec<TermInfo>, TextError> {
        let mut stream = self.title.terms().range().ge(beginning).into_stream()?;
        let mut infos = Vec::new();
        while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
            if stream.key() != beginning.as_bytes() {
                infos.push(stream.value().clone());
            }
        }
        Ok(infos)
    }
}

/// How many letters may differ.
fn distance(word: &str) -> u8 {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// All words of a field that are almost this one, but not it.
fn similar(
    index: &InvertedIndexReader,
    field: Field,
    word: &str,
) -> Result<Vec<TermInfo>, TextError> {
    let term = Term::from_field_text(field, word);
    let automaton = FuzzyTermQuery::new(term, distance(word), true).automaton()?;
    let mut stream = index.terms().search(automaton).into_stream()?;
    let mut infos = Vec::new();
    while stream.advance() {
        if stream.key() != word.as_bytes() {
            infos.push(stream.value().clone());
        }
    }
    Ok(infos)
}

/// Goes through the documents of some terms.
fn each<'a>(
    index: &InvertedIndexReader,
    infos: impl Iterator<Item = &'a TermInfo>,
    mut act: impl FnMut(u32),
) -> Result<(), TextError> {
    let mut postings: Option<BlockSegmentPostings> = None;
    for info in infos {
        let postings = match &mut postings {
            Some(postings) => {
                index.reset_block_postings_from_terminfo(info, postings)?;
                postings
            }
            none => none
                .insert(index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?),
        };
        while !postings.docs().is_empty() {
            postings.docs().iter().for_each(|&doc| act(doc));
            postings.advance();
        }
    }
    Ok(())
}

fn add_score(scores: &mut Vec<u16>, rows: u32, row: u32, points: u32) {
    if scores.is_empty() {
        scores.resize(rows as usize, 0);
    }
    if let Some(score) = scores.get_mut(row as usize) {
        *score = score.saturating_add(u16::try_from(points).unwrap_or(u16::MAX));
    }
}
