//! What a form sent: `application/x-www-form-urlencoded`, in the order of its fields.

use crate::route::decode_query;

/// Fields of a form; more are not read, because no form of ours has them.
const MOST_FIELDS: usize = 400;

/// The fields of a form. Of two with one name the last counts, as in addresses.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads a body. Never fails: people's browsers send odd things, and a field that is not there is told as missing.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let mut pairs = match text.is_empty() {
            true => Vec::new(),
            false => decode_query(&text),
        };
        pairs.truncate(MOST_FIELDS);
        Self { pairs }
    }

    /// A field's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.pairs.iter().rev().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// All fields.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_the_last_counts() {
        let form = Form::parse(b"name=Zo%C3%AB+Q%26A&a=1&a=2&empty=&bare");
        assert_eq!(form.get("name"), Some("Zoë Q&A"));
        assert_eq!(form.get("a"), Some("2"));
        assert_eq!(
            (form.get("empty"), form.get("bare"), form.get("no")),
            (Some(""), Some(""), None)
        );
        assert_eq!(Form::parse(b"").pairs().count(), 0);
        assert_eq!(Form::parse(&[b'&'; 5_000]).pairs().count(), MOST_FIELDS);
    }
}
