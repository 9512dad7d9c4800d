//! What shoppers say about products: a few about many, many about a few.

use std::sync::LazyLock;

use serde::Deserialize;

use super::product::{Lifecycle, Product, rfc3339};

const DAY: i64 = 86_400;

/// What a shopper says about a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Tenths of stars, from 10 to 50.
    pub tenths: u32,
    /// Its heading.
    pub title: &'static str,
    /// What it says.
    pub text: String,
    /// Who says it.
    pub author: &'static str,
    /// When, in RFC 3339.
    pub at: String,
    /// Whether the author bought it here.
    pub is_verified: bool,
    /// The language it is in.
    pub language: &'static str,
    /// What the shop answers, if it does.
    pub answer: Option<&'static str>,
}

#[derive(Debug, Deserialize)]
struct Phrases {
    authors: Vec<String>,
    mood: Vec<Mood>,
}

/// Opinions that sound alike.
#[derive(Debug, Deserialize)]
struct Mood {
    language: String,
    /// The fewest tenths of stars that go with it.
    from: u32,
    titles: Vec<String>,
    first: Vec<String>,
    second: Vec<String>,
    #[serde(default)]
    answers: Vec<String>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    toml::from_str(include_str!("opinions.toml")).expect("the table of phrases is whole")
});

/// All opinions about a product, oldest first.
pub fn of_product(product: &Product) -> Vec<Opinion> {
    let mut dice = product.dice("opinions");
    if product.lifecycle() != Lifecycle::Active || dice.percent(35) {
        return Vec::new();
    }
    let most = *dice.pick(&[2, 3, 5, 9, 26]);
    let many = 1 + dice.below(most);
    // What is good is good for most people.
    let quality = dice.range(0, 100).max(dice.range(0, 100));
    (0..many)
        .map(|_| {
            let stars = match dice.range(0, 100) + (quality - 50) / 2 {
                ..6 => 1,
                6..13 => 2,
                13..28 => 3,
                28..60 => 4,
                _ => 5,
            };
            let phrases = &*PHRASES;
            let tenths = stars * 10;
            let fits = |mood: &&Mood| mood.from <= tenths;
            let level = phrases.mood.iter().filter(fits).map(|mood| mood.from).max();
            let moods: Vec<_> = phrases
                .mood
                .iter()
                .filter(|mood| Some(mood.from) == level)
                .collect();
            // Two of three write in the shop's own language.
            let mood = moods[dice.index(moods.len() + 1).saturating_sub(1)];
            let texts = [dice.word(&mood.first), dice.word(&mood.second)];
            let age = dice.range(1, 400) * DAY + dice.range(20_000, 70_000);
            Opinion {
                tenths,
                title: dice.word(&mood.titles),
                text: texts.join(" ").trim_end().to_owned(),
                author: dice.word(&phrases.authors),
                at: rfc3339((product.updated_at() - age).max(product.created_at())),
                is_verified: dice.percent(80),
                language: &mood.language,
                answer: (!mood.answers.is_empty()).then(|| dice.word(&mood.answers)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn opinions_are_many_varied_and_mostly_good() {
        let all: Vec<Opinion> = Catalogue::new(400)
            .products()
            .flat_map(|one| of_product(&one))
            .collect();
        assert!(all.len() > 400, "{}", all.len());
        let of = |stars: u32| all.iter().filter(|one| one.tenths == stars * 10).count();
        for stars in 1..=5 {
            assert!(of(stars) > 0, "{stars}");
        }
        assert!(of(5) + of(4) > of(1) + of(2));
        assert!(
            all.iter().any(|one| one.language == "de")
                && all.iter().any(|one| one.answer.is_some())
        );
    }
}
