//! What is wrong with a theme, and where.

use std::fmt;

/// What is wrong in a text, by its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Flaw {
    pub(super) line: usize,
    pub(super) rule: &'static str,
    pub(super) why: String,
}

/// What is wrong with a file of a theme: the theme is not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The file, as it is called in the theme's folder.
    pub file: String,
    /// The line, counted from 1; 0 if it is about the whole file.
    pub line: usize,
    /// The rule that it breaks, in a word.
    pub rule: &'static str,
    /// What is wrong, as a sentence.
    pub why: String,
}

impl Flaw {
    /// A flaw at a byte of a text.
    pub(super) fn at(text: &str, at: usize, rule: &'static str, why: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        Self {
            line: before.matches('\n').count() + 1,
            rule,
            why: why.into(),
        }
    }

    /// The same flaw, of a certain file.
    pub(super) fn of(self, file: &str) -> Problem {
        Problem {
            file: file.to_owned(),
            line: self.line,
            rule: self.rule,
            why: self.why,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}: {}", self.rule, self.why)
    }
}
