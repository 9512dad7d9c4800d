//! §9 How texts become words: runs of letters and digits, in small letters, without accents.
//!
//! tantivy's own tokenizer and filters define it, and take a call for each of them and each word. Nearly all words are
//! ASCII, and those are cut and made small in one step; only the others go through the filters.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, Token,
    TokenStream, Tokenizer,
};

/// Words of this many bytes or more are neither indexed nor searched for.
const LONG_BYTES: usize = 40;

/// Cuts texts into words.
#[derive(Clone)]
pub(super) struct Words {
    token: Token,
    /// What defines a word.
    filters: TextAnalyzer,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            token: Token::default(),
            filters: filters(),
        }
    }
}

fn filters() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONG_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            text,
            at: 0,
            words: self,
        }
    }
}

/// The words of a text.
pub(super) struct WordStream<'a> {
    text: &'a str,
    /// Where the next word is looked for.
    at: usize,
    words: &'a mut Words,
}

impl WordStream<'_> {
    /// Goes on over characters that are letters or digits, or over those that are not. Says whether all were ASCII.
    fn pass(&mut self, is_word: bool) -> bool {
        let mut is_ascii = true;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() != is_word {
                    break;
                }
                self.at += 1;
                continue;
            }
            let rest = self.text.get(self.at..).unwrap_or_default();
            match rest.chars().next() {
                Some(character) if character.is_alphanumeric() == is_word => {
                    is_ascii = false;
                    self.at += character.len_utf8();
                }
                _ => break,
            }
        }
        is_ascii
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            self.words.token.text.clear();
            self.words.token.position = self.words.token.position.wrapping_add(1);
            self.pass(false);
            let start = self.at;
            let is_ascii = self.pass(true);
            let word = self.text.get(start..self.at).unwrap_or_default();
            if word.is_empty() {
                return false;
            }
            if word.len() >= LONG_BYTES {
                continue;
            }
            let Words { token, filters } = &mut *self.words;
            (token.offset_from, token.offset_to) = (start, self.at);
            if is_ascii {
                token.text.push_str(word);
                token.text.make_ascii_lowercase();
                return true;
            }
            let mut filtered = filters.token_stream(word);
            if filtered.advance() {
                token.text.push_str(&filtered.token().text);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        &self.words.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.words.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(analyzer: &mut TextAnalyzer, text: &str) -> Vec<Token> {
        let mut all = Vec::new();
        let mut stream = analyzer.token_stream(text);
        stream.process(&mut |token| all.push(token.clone()));
        all
    }

    #[track_caller]
    fn check(text: &str) {
        let mut words = TextAnalyzer::from(Words::default());
        // A tokenizer is used many times over.
        for _ in 0..2 {
            assert_eq!(
                tokens(&mut words, text),
                tokens(&mut filters(), text),
                "{text:?}"
            );
        }
    }

    #[test]
    fn words_are_those_of_the_filters() {
        check("");
        check("Hello, happy tax payer!");
        check("Größe 42½ – ÀÉÎ ǅ straße İstanbul １２３ 馬 x\u{301}y ﬁn");
        for length in 38..43 {
            check(&format!("a {} b", "x".repeat(length)));
            check(&format!("a {}é b", "x".repeat(length)));
        }
    }

    proptest! {
        #[test]
        fn words_of_any_text_are_those_of_the_filters(text in r"(\PC|[a-zA-Z0-9]{1,12}|[ .,/-]|[äöüÄÖÜßéÉœŒﬀİıǅ]){0,40}") {
            check(&text);
        }
    }
}
