//! What the ERP's marketing desk keeps: the shop's windows, sets of articles, and what customers wrote about them.
//!
//! Like its articles they are in words of its own; the demo's mapping makes pages, bundles and reviews of them.

use serde_json::{Value, json};

use crate::catalogue::document::decimal;
use crate::catalogue::opinion;
use crate::catalogue::product::{Lifecycle, Product};
use crate::catalogue::variant::{self, with_ending};
use crate::catalogue::{Catalogue, Dice};

/// Articles of each hand-picked row.
const PICKED: usize = 8;
/// Articles that the hand picks among.
const LOOKED_AT: u64 = 600;

/// Sets by number: name, text, department, and the kinds of article in it with how many of each.
type Set = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, u32)],
);

const SETS: [Set; 3] = [
    (
        "S-100",
        "First Night Out Set",
        "A tent, two sleeping bags and two mats: all that two people need for a night outdoors.",
        "OUT",
        &[("tent", 1), ("sleeping-bag", 2), ("mat", 2)],
    ),
    (
        "S-200",
        "Breakfast for Four",
        "A coffee maker, four mugs and four plates that go together.",
        "KIT",
        &[("coffee-maker", 1), ("mug", 4), ("plate", 4)],
    ),
    (
        "S-300",
        "Desk That Works",
        "Keyboard, mouse and lamp, chosen to be used together for years.",
        "OFF",
        &[("keyboard", 1), ("mouse", 1), ("desk-lamp", 1)],
    ),
];

/// All windows of the export.
pub(super) fn records(catalogue: Catalogue, origin: &str) -> Vec<Value> {
    let scene = |name: &str, caption: &str| json!({"href": format!("{origin}/images/scene-{name}.svg"), "caption": caption});
    let picked = picked(catalogue);
    let blocks = |words: &Words| {
        json!([
            {"sort": "STAGE", "head": words.stage, "text": words.stage_text,
             "picture": scene("season", words.stage_picture), "button": {"to": words.stage_to, "says": words.stage_says}},
            {"sort": "REDUCED", "head": words.reduced, "count": 8},
            {"sort": "DEPARTMENTS", "head": words.departments},
            {"sort": "PICKED", "head": words.picked, "text": words.picked_text, "items": picked},
            {"sort": "STAGE", "head": words.sale, "text": words.sale_text,
             "picture": scene("sale", words.sale_picture), "button": {"to": words.sale_to, "says": words.sale_says}},
            {"sort": "NEW", "head": words.new, "count": 4},
            {"sort": "LIKED", "head": words.liked, "count": 4},
            {"sort": "WORDS", "head": words.about, "text": words.about_text, "button": {"to": words.about_to, "says": words.about_says}},
        ])
    };
    let sale = |words: &Words, names: [&str; 3]| {
        let ids = ["OUT", "HOM", "KIT"];
        let mut all = vec![json!({"sort": "WORDS", "text": words.sale_text})];
        let rows = ids.iter().zip(names);
        all.extend(rows.map(
            |(id, name)| json!({"sort": "REDUCED", "head": name, "count": 12, "departments": [id]}),
        ));
        Value::from(all)
    };
    vec![
        json!({"key": "home", "class": "HOME", "caption": "Home", "captionDe": "Startseite", "blocks": blocks(&ENGLISH), "blocksDe": blocks(&GERMAN)}),
        json!({
            "key": "sale", "class": "PAGE", "caption": "Winter sale", "captionDe": "Winterschlussverkauf",
            "blocks": sale(&ENGLISH, ["Outdoor", "Home", "Kitchen"]),
            "blocksDe": sale(&GERMAN, ["Draußen", "Wohnen", "Küche"]),
        }),
    ]
}

/// What stands on the home page.
struct Words {
    stage: &'static str,
    stage_text: &'static str,
    stage_picture: &'static str,
    stage_to: &'static str,
    stage_says: &'static str,
    reduced: &'static str,
    departments: &'static str,
    picked: &'static str,
    picked_text: &'static str,
    sale: &'static str,
    sale_text: &'static str,
    sale_picture: &'static str,
    sale_to: &'static str,
    sale_says: &'static str,
    new: &'static str,
    liked: &'static str,
    about: &'static str,
    about_text: &'static str,
    about_to: &'static str,
    about_says: &'static str,
}

const ENGLISH: Words = Words {
    stage: "Things worth keeping",
    stage_text: "<p>Tents and tables, pans and headphones: a small range of things that last, chosen and repaired by people who use them.</p>",
    stage_picture: "An armchair, a tent and a floor lamp side by side",
    stage_to: "/pages/about",
    stage_says: "How we choose",
    reduced: "Reduced right now",
    departments: "Departments",
    picked: "Picked by our repairers",
    picked_text: "<p>What comes back to the workshop least.</p>",
    sale: "Winter sale",
    sale_text: "<p>Last pieces and last year’s colours, reduced until they are gone. Everything keeps its full guarantee.</p>",
    sale_picture: "A kettle, a backpack and headphones",
    sale_to: "/pages/sale",
    sale_says: "To the sale",
    new: "New in",
    liked: "Best loved",
    about: "A repair bench that became a shop",
    about_text: "<p>Northlight began in 2009 at the back of a bicycle shop. Thirty-one people work here now, and the bench is still the first thing you see when you come in. Spare parts for ten years on almost everything.</p>",
    about_to: "/pages/about",
    about_says: "About us",
};

const GERMAN: Words = Words {
    stage: "Dinge, die bleiben",
    stage_text: "<p>Zelte und Tische, Pfannen und Kopfhörer: wenige Dinge, die halten, ausgesucht und repariert von Leuten, die sie benutzen.</p>",
    stage_picture: "Ein Sessel, ein Zelt und eine Stehlampe nebeneinander",
    stage_to: "/de/pages/about",
    stage_says: "Wie wir aussuchen",
    reduced: "Gerade reduziert",
    departments: "Abteilungen",
    picked: "Aus der Werkstatt empfohlen",
    picked_text: "<p>Was am seltensten zu uns zurückkommt.</p>",
    sale: "Winterschlussverkauf",
    sale_text: "<p>Letzte Stücke und Farben vom Vorjahr, reduziert, solange sie da sind. Mit voller Garantie.</p>",
    sale_picture: "Ein Wasserkessel, ein Rucksack und Kopfhörer",
    sale_to: "/de/pages/sale",
    sale_says: "Zum Schlussverkauf",
    new: "Neu",
    liked: "Am besten bewertet",
    about: "Aus einer Werkbank wurde ein Laden",
    about_text: "<p>Northlight begann 2009 hinten in einem Fahrradladen. Heute sind wir einunddreißig, und die Werkbank ist noch immer das Erste, was man sieht. Ersatzteile gibt es zehn Jahre lang für fast alles.</p>",
    about_to: "/de/pages/about",
    about_says: "Über uns",
};

/// Numbers of articles that somebody chose, no two of a kind.
fn picked(catalogue: Catalogue) -> Vec<String> {
    let mut kinds = std::collections::HashSet::new();
    let mut picked: Vec<String> = Vec::new();
    for product in catalogue.range(0, LOOKED_AT) {
        let is_chosen =
            product.tags().contains(&"staff pick") && product.lifecycle() == Lifecycle::Active;
        if is_chosen && kinds.insert(&product.place().kind.shape) {
            picked.push(product.number());
        }
        if picked.len() == PICKED {
            break;
        }
    }
    picked
}

/// All sets of the export: articles that are sold together, for less than one by one.
pub(super) fn sets(catalogue: Catalogue, origin: &str) -> Vec<Value> {
    let first_of = |shape: &str| {
        let mut all = catalogue.range(0, LOOKED_AT);
        all.find(|product| {
            product.place().kind.shape == shape && product.lifecycle() == Lifecycle::Active
        })
    };
    let mut records = Vec::new();
    for (number, caption, text, department, shapes) in SETS {
        let parts: Option<Vec<(Product, u32)>> = shapes
            .iter()
            .map(|&(shape, pieces)| Some((first_of(shape)?, pieces)))
            .collect();
        let Some(parts) = parts else { continue };
        let mut dice = Dice::new(catalogue.seed(), number, 0);
        let (mut together, mut content, mut pictures) = (0, Vec::new(), Vec::new());
        for (product, pieces) in &parts {
            let variants = product.variants();
            let Some(first) = variants.first() else {
                continue;
            };
            together += first.offer.cents * i64::from(*pieces);
            content.push(json!({"item": product.number(), "article": first.sku, "pieces": pieces}));
            let colour = &variant::colours(product)[0].code;
            pictures.push(json!({"href": format!("{origin}/images/{}-{colour}-1.svg", product.number()), "caption": product.name()}));
        }
        records.push(json!({
            "setNo": number, "caption": caption, "text": text, "dept": department, "pictures": pictures,
            "content": content, "price": decimal(with_ending(together * 88 / 100, &mut dice)), "instead": decimal(together),
        }));
    }
    records
}

/// A line for each thing that customers wrote, without line ends.
pub(super) fn opinions(catalogue: Catalogue) -> impl Iterator<Item = String> + Send {
    catalogue.products().flat_map(|product| {
        let number = product.number();
        let all = (1..).zip(opinion::of_product(&product));
        let lines: Vec<String> = all
            .map(|(position, one)| {
                json!({
                    "no": format!("{number}-{position}"), "item": number, "points": one.tenths / 10, "head": one.title,
                    "words": one.text, "by": one.author, "on": one.at, "bought": one.is_verified, "lang": one.language,
                    "reply": one.answer,
                })
                .to_string()
            })
            .collect();
        lines
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_cheaper_than_their_parts_and_windows_show_something() {
        let catalogue = Catalogue::new(4000);
        let sets = sets(catalogue, "http://x");
        assert_eq!(sets.len(), SETS.len());
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
        for set in &sets {
            assert!(number(&set["price"]) < number(&set["instead"]), "{set}");
        }
        assert_eq!(picked(catalogue).len(), PICKED);
        assert_eq!(records(catalogue, "http://x").len(), 2);
    }
}
