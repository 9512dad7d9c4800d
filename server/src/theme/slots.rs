//! Slots: places in pages where a theme puts HTML of its own.

/// Every slot. Templates name them, and a test looks for each name there.
pub const SLOTS: [&str; 13] = [
    "head",
    "announcement",
    "header",
    "home_top",
    "home_bottom",
    "listing_top",
    "listing_bottom",
    "product_info",
    "product_bottom",
    "content_bottom",
    "cart_bottom",
    "footer",
    "footer_bottom",
];

/// What stands in the slots, by language.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// For each slot, in their order: the language, or nothing for all others, and the fragment.
    filled: [Vec<(String, String)>; SLOTS.len()],
}

impl Slots {
    /// Puts a fragment into a slot; an empty language is for all that have none of their own.
    pub(super) fn set(&mut self, slot: &str, language: &str, html: String) {
        let place = SLOTS.iter().position(|known| *known == slot);
        if let Some(filled) = place.and_then(|place| self.filled.get_mut(place)) {
            filled.push((language.to_owned(), html));
        }
    }

    /// What stands in a slot, on a page in this language.
    pub fn get(&self, slot: &str, language: &str) -> &str {
        let place = SLOTS.iter().position(|known| *known == slot);
        let filled = place.and_then(|place| self.filled.get(place));
        let of = |wanted: &str| {
            let found = filled?.iter().find(|(known, _)| known == wanted)?;
            Some(found.1.as_str())
        };
        let broad = language.split('-').next().unwrap_or_default();
        of(language)
            .or_else(|| of(broad))
            .or_else(|| of(""))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_language_is_shown() {
        let mut slots = Slots::default();
        for language in ["", "de", "de-AT"] {
            slots.set("footer", language, format!("<{language}>"));
        }
        for (asked, shown) in [
            ("de-AT", "<de-AT>"),
            ("de-CH", "<de>"),
            ("fr", "<>"),
            ("", "<>"),
        ] {
            assert_eq!(slots.get("footer", asked), shown);
        }
        assert_eq!(slots.get("header", "de"), "");
        assert_eq!(slots.get("nothing", "de"), "");
    }

    #[test]
    fn every_slot_stands_in_a_template_and_no_template_names_another() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let mut named = Vec::new();
        for folder in [folder.to_owned(), format!("{folder}/parts")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let text = std::fs::read_to_string(path).unwrap();
                    let calls = text.split("frame.slot(\"").skip(1);
                    named.extend(calls.map(|call| call.split('"').next().unwrap().to_owned()));
                }
            }
        }
        named.sort();
        named.dedup();
        let mut known = SLOTS.to_vec();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
