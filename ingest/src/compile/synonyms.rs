//! By what other words products are looked for. They stand in the index beside the words that they mean the same as, so
//! that a search is the same search, and costs what it did.

use std::collections::{BTreeSet, HashMap};

use frontage_shared::snapshot::text::{TextDocument, WordSplitter};

use super::languages::is_same_tag;
use crate::wire::Synonym;

/// The synonyms of one index.
pub(super) struct Synonyms {
    /// Phrases by their first words.
    phrases: HashMap<String, Vec<Phrase>>,
    /// What each group of words adds to the texts that have one of its phrases.
    groups: Vec<Vec<String>>,
}

/// Words that stand together.
struct Phrase {
    words: Vec<String>,
    group: usize,
}

impl Synonyms {
    /// Those of a language, or of the shop's own language; none if nobody wrote any.
    pub(super) fn of(all: &[Synonym], own: &str, language: Option<&str>) -> Option<Self> {
        let mut splitter = WordSplitter::default();
        let mut synonyms = Self {
            phrases: HashMap::new(),
            groups: Vec::new(),
        };
        let tag = language.unwrap_or(own);
        let fits = |said: &str| is_same_tag(said, tag);
        let is_of = |one: &&Synonym| one.language.as_deref().map_or(language.is_none(), fits);
        for one in all.iter().filter(is_of) {
            let group = synonyms.groups.len();
            synonyms.groups.push(one.words.clone());
            let meant = match one.finds.is_empty() {
                true => &one.words,
                false => &one.finds,
            };
            for text in meant {
                let words = splitter.words(text);
                let Some(first) = words.first().cloned() else {
                    continue;
                };
                let phrases = synonyms.phrases.entry(first).or_default();
                phrases.push(Phrase { words, group });
            }
        }
        (!synonyms.phrases.is_empty()).then_some(synonyms)
    }

    /// Adds to the texts of a product the words that mean what they say: to its name, what its name says.
    pub(super) fn extend(&self, product: &mut TextDocument, splitter: &mut WordSplitter) {
        let named = self.groups_in(&product.title, splitter);
        let mut described = self.groups_in(&product.body, splitter);
        described.retain(|group| !named.contains(group));
        self.add(&named, &mut product.title);
        self.add(&described, &mut product.body);
    }

    fn groups_in(&self, text: &str, splitter: &mut WordSplitter) -> BTreeSet<usize> {
        let words = splitter.words(text);
        let mut groups = BTreeSet::new();
        for (at, word) in words.iter().enumerate() {
            let rest = words.get(at..).unwrap_or_default();
            let phrases = self.phrases.get(word).into_iter().flatten();
            let here = phrases.filter(|phrase| rest.starts_with(&phrase.words));
            groups.extend(here.map(|phrase| phrase.group));
        }
        groups
    }

    fn add(&self, groups: &BTreeSet<usize>, text: &mut String) {
        let groups = groups.iter().filter_map(|&group| self.groups.get(group));
        for word in groups.flatten() {
            text.push(' ');
            text.push_str(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn synonym(words: &[&str], finds: &[&str], language: Option<&str>) -> Synonym {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Synonym {
            id: words.join(" "),
            words: texts(words),
            finds: texts(finds),
            language: language.map(str::to_owned),
        }
    }

    /// Name and description of a product with the words that were added.
    fn extended(all: &[Synonym], language: Option<&str>, texts: (&str, &str)) -> (String, String) {
        let mut product = TextDocument {
            title: texts.0.to_owned(),
            body: texts.1.to_owned(),
            codes: Vec::new(),
        };
        if let Some(synonyms) = Synonyms::of(all, "en", language) {
            synonyms.extend(&mut product, &mut WordSplitter::default());
        }
        (product.title, product.body)
    }

    #[track_caller]
    fn check(all: &[Synonym], texts: (&str, &str), expected: (&str, &str)) {
        let expected = (expected.0.to_owned(), expected.1.to_owned());
        assert_eq!(extended(all, None, texts), expected);
    }

    #[test]
    fn words_of_a_group_stand_beside_each_other() {
        let sofas = [synonym(&["sofa", "Couch", "love seat"], &[], None)];
        let added = "sofa Couch love seat";
        let named = |name: &str| format!("{name} {added}");
        for name in ["Oak SOFA", "couch", "A love-seat for two"] {
            check(&sofas, (name, "warm"), (&named(name), "warm"));
        }
        // What only its description says, only its description says in other words.
        check(
            &sofas,
            ("Cushion", "fits a sofa"),
            ("Cushion", &named("fits a sofa")),
        );
        for name in ["Love of a seat", "Sofabed", "Chair"] {
            check(&sofas, (name, ""), (name, ""));
        }
    }

    #[test]
    fn what_finds_something_else_is_not_found_by_it() {
        let phones = [synonym(&["iphone"], &["smartphone", "mobile phone"], None)];
        check(&phones, ("Smartphone 5", ""), ("Smartphone 5 iphone", ""));
        check(&phones, ("iPhone 5", ""), ("iPhone 5", ""));
    }

    #[test]
    fn each_language_has_its_own() {
        let both = [
            synonym(&["sofa", "couch"], &[], None),
            synonym(&["sofa", "liege"], &[], Some("de-AT")),
            synonym(&["!", "?"], &[], None),
        ];
        let name = |language| extended(&both, language, ("Sofa", "")).0;
        assert_eq!(name(None), "Sofa sofa couch");
        assert_eq!(name(Some("de_at")), "Sofa sofa liege");
        assert_eq!(name(Some("fr")), "Sofa");
        assert!(Synonyms::of(&both[2..], "en", None).is_none());
    }
}
