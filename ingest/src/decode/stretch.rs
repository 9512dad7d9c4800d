//! Part of a page that is compared with others: looked at window by window, so that a page of any size takes little
//! memory.

use crate::common;
use frontage_shared::snapshot::mapped;
use ownedbytes::OwnedBytes;
use std::ops::Range;
use std::path::Path;

/// Bytes that are looked at in one go.
const WINDOW_BYTES: u64 = 32 << 20;

/// Bytes of a file. Whatever is asked of them is nothing if the file cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Stretch<'a> {
    file: &'a Path,
    place: Range<u64>,
    window: u64,
}

impl<'a> Stretch<'a> {
    pub(super) fn new(file: &'a Path, place: Range<u64>) -> Self {
        Self {
            file,
            place,
            window: WINDOW_BYTES,
        }
    }

    /// No bytes at all.
    pub(super) fn empty() -> Self {
        Self::new(Path::new(""), 0..0)
    }

    pub(super) fn len(&self) -> u64 {
        self.place.end - self.place.start
    }

    /// Calls `take` with each line that says anything, without its end, until it gives nothing.
    pub(super) fn each_line(&self, mut take: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
        let (mut start, mut window) = (0, self.window);
        while start < self.len() {
            let bytes = self.bytes(start..start + window)?;
            let is_last = start + bytes.len() as u64 >= self.len();
            let whole = match memchr::memrchr(b'\n', &bytes) {
                _ if is_last => bytes.len(),
                Some(end) => end + 1,
                None => {
                    // A line as long as the window.
                    window *= 2;
                    continue;
                }
            };
            for line in bytes.get(..whole)?.split(|byte| *byte == b'\n') {
                if !line.trim_ascii().is_empty() {
                    take(line)?;
                }
            }
            start += whole as u64;
        }
        Some(())
    }

    /// Both without the lines at their beginning and end that they share.
    pub(super) fn between_common(&self, other: &Self) -> Option<(Self, Self)> {
        let same = self.common_prefix(other)?;
        if same == self.len() && same == other.len() {
            return Some((Self::empty(), Self::empty()));
        }
        // Back to where the line begins in which they differ.
        let start = self.line_start(same)?;
        let (a, b) = (self.part(start..self.len()), other.part(start..other.len()));
        // Up to the end of the line in which they differ.
        let shared = a.len() - a.common_suffix(&b)?;
        let kept = a.len() - a.line_end(shared)?;
        Some((a.part(0..a.len() - kept), b.part(0..b.len() - kept)))
    }

    /// How many bytes both begin with.
    fn common_prefix(&self, other: &Self) -> Option<u64> {
        let most = self.len().min(other.len());
        let mut same = 0;
        while same < most {
            let end = most.min(same + self.window);
            let (a, b) = (self.bytes(same..end)?, other.bytes(same..end)?);
            let found = common::prefix(&a, &b) as u64;
            same += found;
            if found < a.len() as u64 {
                break;
            }
        }
        Some(same)
    }

    /// How many bytes both end with.
    fn common_suffix(&self, other: &Self) -> Option<u64> {
        let most = self.len().min(other.len());
        let mut same = 0;
        while same < most {
            let more = self.window.min(most - same);
            let last = |all: &Self| all.bytes(all.len() - same - more..all.len() - same);
            let found = common::suffix(&last(self)?, &last(other)?) as u64;
            same += found;
            if found < more {
                break;
            }
        }
        Some(same)
    }

    /// Where the line begins that a place is in.
    fn line_start(&self, at: u64) -> Option<u64> {
        let mut end = at;
        while end > 0 {
            let start = end.saturating_sub(self.window);
            let bytes = self.bytes(start..end)?;
            if let Some(found) = memchr::memrchr(b'\n', &bytes) {
                return Some(start + found as u64 + 1);
            }
            end = start;
        }
        Some(0)
    }

    /// Where the line is over that a place is in.
    fn line_end(&self, at: u64) -> Option<u64> {
        let mut start = at;
        while start < self.len() {
            let bytes = self.bytes(start..start + self.window)?;
            if let Some(found) = memchr::memchr(b'\n', &bytes) {
                return Some(start + found as u64 + 1);
            }
            start += bytes.len() as u64;
        }
        Some(self.len())
    }

    fn part(&self, range: Range<u64>) -> Self {
        Self {
            place: self.place.start + range.start..self.place.start + range.end,
            ..self.clone()
        }
    }

    /// Some of its bytes, fewer at its end.
    fn bytes(&self, range: Range<u64>) -> Option<OwnedBytes> {
        let range = range.start..range.end.min(self.len());
        if range.is_empty() {
            return Some(OwnedBytes::empty());
        }
        let at = self.place.start;
        let bytes = mapped::map_range(self.file, at + range.start..at + range.end).ok()?;
        // A file that became shorter is not the one that was asked for.
        (bytes.len() as u64 == range.end - range.start).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn stretch(path: &Path, window: u64) -> Stretch<'_> {
        let length = std::fs::metadata(path).unwrap().len();
        Stretch {
            window,
            ..Stretch::new(path, 0..length)
        }
    }

    fn lines(stretch: &Stretch<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        let all = stretch.each_line(|line| {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            Some(())
        });
        all.unwrap();
        lines
    }

    #[test]
    fn lines_are_the_same_through_windows_of_any_size() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "a", "a\n", "a\n\n  \nbcd\nefghijklmnopq\nr", "\n\n"] {
            let path = file(&folder, "text", text);
            let expected: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            for window in 1..20 {
                assert_eq!(
                    lines(&stretch(&path, window)),
                    expected,
                    "{window} of {text:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_between_common_lines_is_the_same_through_windows_of_any_size() {
        let folder = tempfile::tempdir().unwrap();
        for (a, b, between) in [
            ("a\nb\nc\n", "a\nb\nc\n", ("", "")),
            ("a\nb\nc\n", "a\nx\nc\n", ("b\n", "x\n")),
            ("a\nb\nc\n", "a\nc\n", ("b\nc\n", "c\n")),
            ("a\nc\n", "a\nb\nc\n", ("c\n", "b\nc\n")),
            ("ab\ncd\nef", "ab\ncx\nef", ("cd\n", "cx\n")),
            ("ab\ncd", "ab\ncd\nef", ("cd", "cd\nef")),
            ("aa\naa\naa\n", "aa\naa\n", ("aa\n", "")),
            ("", "a\n", ("", "a\n")),
        ] {
            let (first, second) = (file(&folder, "a", a), file(&folder, "b", b));
            for window in 1..9 {
                let (first, second) = (stretch(&first, window), stretch(&second, window));
                let (ours, theirs) = first.between_common(&second).unwrap();
                let text = |part: &Stretch<'_>| {
                    let bytes = part.bytes(0..part.len()).unwrap();
                    String::from_utf8(bytes.to_vec()).unwrap()
                };
                let found = (text(&ours), text(&theirs));
                let expected = (between.0.to_owned(), between.1.to_owned());
                assert_eq!(found, expected, "{a:?} and {b:?}, windows of {window}");
            }
        }
    }

    #[test]
    fn a_file_that_became_shorter_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, "text", "a\nb\n");
        let all = stretch(&path, 100);
        std::fs::write(&path, "a\n").unwrap();
        assert_eq!(all.each_line(|_| Some(())), None);
        let gone = Stretch::new(Path::new("/nowhere"), 0..1);
        assert_eq!(gone.each_line(|_| Some(())), None);
        assert_eq!(Stretch::empty().each_line(|_| Some(())), Some(()));
    }
}
