//! Structured data: JSON that can stand in a script element without ever ending it.
//!
//! What a robot reads here comes from the same values as what a shopper sees. `<`, `>`, `&` and the two line separators
//! of JavaScript are always written as escapes, so no text from a feed can close the element.

use std::fmt::Write as _;

/// JSON being written.
#[derive(Default)]
pub(crate) struct Json {
    text: String,
    /// Whether the next item needs no comma before it.
    first: bool,
}

impl Json {
    /// Starts a document with one graph in it.
    pub(crate) fn graph() -> Self {
        Self {
            text: r#"{"@context":"https://schema.org","@graph":["#.to_owned(),
            first: true,
        }
    }

    /// Starts an object of its own, without a context.
    pub(crate) fn object_alone() -> Self {
        Self {
            text: "{".to_owned(),
            first: true,
        }
    }

    /// Ends an object of its own.
    pub(crate) fn finish_object(mut self) -> String {
        self.text.push('}');
        self.text
    }

    /// Ends the document.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("]}");
        self.text
    }

    /// An object in a list.
    pub(crate) fn item(&mut self, kind: &str, fill: impl FnOnce(&mut Self)) {
        self.comma();
        self.braces(kind, fill);
    }

    /// An object as the value of a key.
    pub(crate) fn object(&mut self, key: &str, kind: &str, fill: impl FnOnce(&mut Self)) {
        self.key(key);
        self.braces(kind, fill);
    }

    /// A list as the value of a key.
    pub(crate) fn list(&mut self, key: &str, fill: impl FnOnce(&mut Self)) {
        self.key(key);
        self.text.push('[');
        self.first = true;
        fill(self);
        self.text.push(']');
        self.first = false;
    }

    /// A text as the value of a key; left out if it is empty.
    pub(crate) fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.key(key);
            self.string(value);
        }
    }

    /// A text in a list.
    pub(crate) fn text_item(&mut self, value: &str) {
        self.comma();
        self.string(value);
    }

    /// A number as the value of a key.
    pub(crate) fn number(&mut self, key: &str, value: usize) {
        self.key(key);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
    }

    /// What was said in another place of the document, by its `@id`, as the value of a key.
    pub(crate) fn reference(&mut self, key: &str, id: &str) {
        self.key(key);
        self.named(id);
    }

    /// The same in a list.
    pub(crate) fn reference_item(&mut self, id: &str) {
        self.comma();
        self.named(id);
    }

    fn named(&mut self, id: &str) {
        self.text.push_str(r#"{"@id":"#);
        self.string(id);
        self.text.push('}');
        self.first = false;
    }

    fn braces(&mut self, kind: &str, fill: impl FnOnce(&mut Self)) {
        self.text.push('{');
        self.first = true;
        self.text("@type", kind);
        fill(self);
        self.text.push('}');
        self.first = false;
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.text.push(':');
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
    }

    /// Texts are copied in runs: what needs an escape is rare.
    fn string(&mut self, value: &str) {
        self.text.push('"');
        let mut rest = value;
        loop {
            let run = rest.bytes().position(may_need_escape);
            let (plain, from) = rest.split_at(run.unwrap_or(rest.len()));
            self.text.push_str(plain);
            let mut characters = from.chars();
            let Some(character) = characters.next() else {
                break;
            };
            self.character(character);
            rest = characters.as_str();
        }
        self.text.push('"');
    }

    fn character(&mut self, character: char) {
        match character {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a String cannot fail.
                let _ = write!(self.text, "\\u{:04x}", u32::from(character));
            }
            plain => self.text.push(plain),
        }
    }
}

/// Whether a character that begins with this byte may have to be escaped. The two line separators of JavaScript begin
/// with 0xE2, and so does other punctuation.
fn may_need_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&' | 0xe2 | 0..=0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_cannot_end_the_script() {
        let hostile = "</script><script>alert(1)</script><!--\u{2028}\u{2029}\"\\\n&amp;";
        let mut json = Json::graph();
        json.item("Product", |product| {
            product.text("name", hostile);
            product.text("sku", "");
            product.list("image", |images| {
                images.text_item("/a");
                images.text_item("/b");
            });
            product.object("offers", "Offer", |offer| offer.number("count", 3));
        });
        let text = json.finish();
        assert!(
            !text.contains(['<', '>', '&', '\n', '\u{2028}', '\u{2029}']),
            "{text}"
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let product = &value["@graph"][0];
        assert_eq!(product["name"], hostile);
        assert_eq!(product["image"][1], "/b");
        assert_eq!(product["offers"]["count"], 3);
        assert!(product.get("sku").is_none());
    }
}
