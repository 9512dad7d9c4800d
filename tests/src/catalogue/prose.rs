//! Descriptions, teasers and names, put together from the assortment's sentences.
//!
//! Placeholders that sentences may use: `{name} {brand} {material} {use}`, and for products that come in pairs
//! `{It} {it} {it_} {its} {is} {was} {has} {s}`, which become "They", "them", "they" and so on.

use super::fact::{Fact, FactValue};
use super::{Dice, Product};

const BEGINNINGS: [&str; 48] = [
    "Al", "Ar", "Bel", "Bor", "Bran", "Cal", "Cor", "Dal", "Dor", "El", "Ev", "Fal", "Fen", "Fjor",
    "Gar", "Hal", "Hav", "Hol", "Jor", "Kal", "Kel", "Lan", "Lin", "Lor", "Mal", "Mar", "Mel",
    "Mor", "Nal", "Nor", "Ol", "Or", "Pel", "Ran", "Ros", "Sal", "Sel", "Sol", "Stor", "Tal",
    "Tor", "Ul", "Val", "Var", "Vel", "Ves", "Win", "Yr",
];
const ENDINGS: [&str; 44] = [
    "by", "da", "dal", "den", "do", "eck", "en", "era", "gard", "heim", "ia", "ik", "in", "ir",
    "ka", "la", "len", "lo", "ma", "men", "na", "ne", "nia", "no", "ra", "ren", "ria", "ro", "sa",
    "sen", "so", "ta", "ten", "to", "va", "ven", "via", "vik", "vo", "wa", "wick", "ya", "holm",
    "stad",
];

/// The product's name, such as "Norvik Light Dome Tent".
pub(super) fn name(product: &Product) -> String {
    let place = product.place();
    let mut dice = product.dice("name");
    let model = invented(&mut dice);
    let title = dice.word(&place.kind.titles);
    let series = dice.word(&place.department.series);
    if dice.percent(40) && !title.contains(series) {
        return format!("{model} {series} {title}");
    }
    format!("{model} {title}")
}

/// A word that nobody has used.
pub(super) fn invented(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&BEGINNINGS), dice.pick(&ENDINGS))
}

/// One sentence of its own.
pub(super) fn teaser(product: &Product) -> String {
    let mut dice = product.dice("teaser");
    let words = Words::of(product);
    words.fill(dice.word(&product.place().kind.about))
}

/// Two or three paragraphs and a list.
pub(super) fn description(product: &Product) -> String {
    let place = product.place();
    let mut dice = product.dice("description");
    let words = Words::of(product);
    let about = dice.several(&place.kind.about, 2);
    let build = dice.several(&place.department.build, 2);
    let mut html = format!("<p>{} {}</p>", words.fill(about[0]), words.fill(build[0]));
    let mut second: Vec<String> = about
        .iter()
        .skip(1)
        .chain(build.iter().skip(1))
        .map(|text| words.fill(text))
        .collect();
    second.push(words.fill(dice.word(&place.department.close)));
    html += &format!("<p>{}</p>", second.join(" "));
    let count = 3 + dice.index(3);
    let features = dice.several(&place.kind.features, count);
    let items: String = features
        .iter()
        .map(|feature| format!("<li>{feature}</li>"))
        .collect();
    html += &format!(
        "<h3>{}</h3><ul>{items}</ul>",
        dice.pick(&["At a glance", "Good to know", "What you get"])
    );
    if dice.percent(70) {
        html += &format!("<p>{}</p>", words.fill(dice.word(&place.department.care)));
    }
    html
}

/// What it is, in a paragraph.
pub(super) fn paragraph(product: &Product) -> String {
    let place = product.place();
    let mut dice = product.dice("paragraph");
    let words = Words::of(product);
    let (about, build) = (
        dice.word(&place.kind.about),
        dice.word(&place.department.build),
    );
    format!("<p>{} {}</p>", words.fill(about), words.fill(build))
}

/// What it is good for and how to look after it, in a paragraph.
pub(super) fn second_paragraph(product: &Product) -> String {
    let department = product.place().department;
    let mut dice = product.dice("second paragraph");
    let words = Words::of(product);
    let (close, care) = (dice.word(&department.close), dice.word(&department.care));
    let features = dice.several(&product.place().kind.features, 3);
    let features = features
        .iter()
        .map(|text| text.as_str())
        .collect::<Vec<_>>()
        .join(". ");
    format!(
        "<p>{} {} {features}.</p>",
        words.fill(close),
        words.fill(care)
    )
}

/// What the placeholders stand for.
struct Words<'a> {
    name: String,
    brand: &'a str,
    material: &'a str,
    purpose: &'a str,
    plural: bool,
}

impl Words<'_> {
    fn of(product: &Product) -> Self {
        let kind = product.place().kind;
        let material =
            product
                .facts()
                .into_iter()
                .find_map(|Fact { code, value, .. }| match value {
                    FactValue::Text(text) if code == "material" => Some(text),
                    _ => None,
                });
        Self {
            name: product.name(),
            brand: product.brand(),
            material: material.unwrap_or("sound materials"),
            purpose: product.dice("use").word(&kind.uses),
            plural: kind.noun.starts_with("pair of"),
        }
    }

    fn fill(&self, sentence: &str) -> String {
        let pronouns = [
            ("{It}", "It", "They"),
            ("{it}", "it", "them"),
            ("{it_}", "it", "they"),
            ("{its}", "its", "their"),
            ("{is}", "is", "are"),
            ("{was}", "was", "were"),
            ("{has}", "has", "have"),
            ("{s}", "s", ""),
        ];
        let mut text = sentence
            .replace("{name}", &self.name)
            .replace("{brand}", self.brand);
        text = text
            .replace("{material}", self.material)
            .replace("{use}", self.purpose);
        for (placeholder, one, many) in pronouns {
            if text.contains(placeholder) {
                text = text.replace(placeholder, if self.plural { many } else { one });
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;

    #[test]
    fn no_placeholder_is_left_over() {
        for product in Catalogue::new(2000).products() {
            let text = product.description() + &product.teaser();
            assert!(!text.contains(['{', '}']), "{text}");
            assert!(!text.contains("  ") && !text.contains(".."), "{text}");
        }
    }

    #[test]
    fn descriptions_differ_and_have_some_length() {
        let texts: Vec<String> = Catalogue::new(500)
            .products()
            .map(|product| product.description())
            .collect();
        assert!(
            texts
                .iter()
                .all(|text| text.len() > 350 && text.contains("<li>"))
        );
        let different: std::collections::HashSet<&String> = texts.iter().collect();
        assert_eq!(different.len(), texts.len());
    }
}
