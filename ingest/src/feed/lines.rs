//! The lines of a half, one after another.
//!
//! They stand in the order of their kinds, so that those of a few kinds are found by halving and the others are not
//! read. Through a buffer and not through a mapping: a half may be larger than all else that compiling keeps in memory.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::PathBuf;

use super::{FeedError, FeedFolder, Half, Line, damaged_line, io_error, places};
use crate::wire::Kind;

const BUFFER_BYTES: usize = 1 << 18;

/// Lines of a half whose kind is wanted.
struct Lines<W> {
    path: PathBuf,
    file: BufReader<File>,
    is_wanted: W,
    /// Behind lines of this kind there are none that are wanted.
    last: Kind,
    /// The line that is read, with its end.
    line: Vec<u8>,
}

impl FeedFolder {
    /// Reads a half line by line, in the order of the file.
    ///
    /// # Errors
    /// The file cannot be opened; lines carry their own errors.
    pub fn lines(
        &self,
        half: &Half,
    ) -> Result<impl Iterator<Item = Result<Line, FeedError>> + use<>, FeedError> {
        self.lines_of(half, |_| true)
    }

    /// The same, without lines of kinds that are not wanted.
    ///
    /// # Errors
    /// The file cannot be opened; lines carry their own errors.
    pub fn lines_of<W: Fn(Kind) -> bool>(
        &self,
        half: &Half,
        is_wanted: W,
    ) -> Result<impl Iterator<Item = Result<Line, FeedError>> + use<W>, FeedError> {
        let path = self.half_path(half);
        let wanted = || Kind::ALL.into_iter().filter(|kind| is_wanted(*kind));
        let (first, last) = (wanted().min(), wanted().max());
        let mut file = File::open(&path).map_err(io_error(&path))?;
        if let Some(first) = first {
            let start = self.map(half)?.start_of_kind(first)?;
            file.seek(SeekFrom::Start(start as u64))
                .map_err(io_error(&path))?;
        }
        let lines = last.map(|last| Lines {
            file: BufReader::with_capacity(BUFFER_BYTES, file),
            path,
            is_wanted,
            last,
            line: Vec::new(),
        });
        Ok(lines.into_iter().flatten())
    }
}

impl<W: Fn(Kind) -> bool> Iterator for Lines<W> {
    type Item = Result<Line, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line.clear();
            match self.file.read_until(b'\n', &mut self.line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(io_error(&self.path)(error))),
            }
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let Some(kind) = places::kind(line) else {
                return Some(Err(damaged_line(&self.path)));
            };
            if kind > self.last {
                return None;
            }
            if !(self.is_wanted)(kind) {
                continue;
            }
            let Some(((kind, key), json)) = places::parsed(line) else {
                return Some(Err(damaged_line(&self.path)));
            };
            return Some(Ok(Line {
                kind,
                key: key.into_owned(),
                json: json.to_owned(),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::{self, folder};
    use crate::wire::{Category, Document, Redirect};
    use frontage_shared::model::money::Currency;

    #[test]
    fn lines_of_some_kinds_are_those_that_reading_all_gives() {
        let (_state, folder) = folder();
        let product = |number: u32| tests::product(&format!("{number:04} \"x\""), "1.00");
        let category = |number: u32| {
            Document::Category(Category {
                id: number.to_string(),
                name: "Mugs".to_owned(),
                ..Category::default()
            })
        };
        let redirect = |number: u32| {
            Document::Redirect(Redirect {
                id: number.to_string(),
                from: format!("/{number}"),
                to: "/".to_owned(),
            })
        };
        let documents = (0..700).map(product);
        let documents = documents
            .chain((0..5).map(category))
            .chain((0..40).map(redirect));
        let feed = folder.write(documents.collect(), Currency::EUR, 1).unwrap();
        let all: Vec<Line> = folder
            .lines(&feed.catalog)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(all.len(), 745);
        let several: [fn(Kind) -> bool; 6] = [
            |kind| kind == Kind::Product,
            |kind| kind == Kind::Category,
            |kind| kind == Kind::Redirect,
            |kind| matches!(kind, Kind::Product | Kind::Redirect),
            |kind| kind == Kind::Page,
            |_| false,
        ];
        for is_wanted in several {
            let expected = all.iter().filter(|line| is_wanted(line.kind)).cloned();
            let expected: Vec<Line> = expected.collect();
            let lines = folder.lines_of(&feed.catalog, is_wanted).unwrap();
            let lines: Vec<Line> = lines.map(Result::unwrap).collect();
            assert_eq!(lines, expected);
        }
    }

    #[test]
    fn a_damaged_line_is_said() {
        let (_state, folder) = folder();
        let documents = vec![tests::product("a", "1.00")];
        let feed = folder.write(documents, Currency::EUR, 1).unwrap();
        let path = folder.half_path(&feed.catalog);
        let whole = std::fs::read_to_string(&path).unwrap();
        for damage in ["prod", "product \"b", "product \"b\"{}", "thing \"b\" {}"] {
            std::fs::write(&path, format!("{whole}{damage}\n")).unwrap();
            let lines = folder.lines(&feed.catalog);
            let is_damaged = lines.map_or(true, |mut lines| lines.any(|line| line.is_err()));
            assert!(is_damaged, "{damage}");
        }
    }
}
