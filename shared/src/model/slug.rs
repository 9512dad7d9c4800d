//! The text of a URL path segment: made from a name, or taken from the merchant.
//!
//! A slug holds lower-case letters and digits of any script, joined by single hyphens, so that it reads well in a
//! browser's address bar and needs no decision about case anywhere else.

/// Longest slug made from a name, in bytes; a merchant's own slug may be longer.
const MAX_DERIVED_BYTES: usize = 96;

/// Makes a slug from any text: `"Café & Crème, 2 l"` becomes `cafe-creme-2-l`.
///
/// Latin letters lose their accents; letters of other scripts stay as they are. Text without letters or digits
/// gives an empty string, and the caller falls back to an id.
pub fn from_text(text: &str) -> String {
    let mut slug = String::with_capacity(text.len().min(MAX_DERIVED_BYTES));
    let mut pending_hyphen = false;
    for character in text.chars() {
        if is_joiner(character) {
            continue;
        }
        if !character.is_alphanumeric() {
            pending_hyphen = !slug.is_empty();
            continue;
        }
        if slug.len() + character.len_utf8() + 1 > MAX_DERIVED_BYTES {
            break;
        }
        if std::mem::take(&mut pending_hyphen) {
            slug.push('-');
        }
        push_folded(character, &mut slug);
    }
    slug
}

/// Whether a merchant's own slug may stand in a URL path as it is.
pub fn is_valid(slug: &str) -> bool {
    let forbidden = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '/' | '?' | '#' | '%' | '\\')
    };
    !slug.is_empty()
        && slug.len() <= 200
        && slug != "."
        && slug != ".."
        && !slug.chars().any(forbidden)
}

/// Apostrophes and combining accents join what stands around them.
fn is_joiner(character: char) -> bool {
    matches!(character, '\'' | '’' | '\u{300}'..='\u{36f}')
}

fn push_folded(character: char, slug: &mut String) {
    for lower in character.to_lowercase() {
        match unaccented(lower) {
            Some(ascii) => slug.push_str(ascii),
            None if is_joiner(lower) => {}
            None => slug.push(lower),
        }
    }
}

/// The plain Latin spelling of an accented Latin letter, as European shops write it in addresses.
fn unaccented(character: char) -> Option<&'static str> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, slug: &str) {
        assert_eq!(from_text(text), slug);
    }

    #[test]
    fn names_become_readable_slugs() {
        check("Café & Crème, 2 l", "cafe-creme-2-l");
        check(
            "  Gemütlicher Ohrensessel — Größe L  ",
            "gemuetlicher-ohrensessel-groesse-l",
        );
        check("Men’s T-Shirt", "mens-t-shirt");
        check("茶碗 青", "茶碗-青");
        check("!!!", "");
        check("İstanbul", "istanbul");
    }

    #[test]
    fn a_derived_slug_is_bounded_and_valid() {
        let slug = from_text(&"длинное имя ".repeat(50));
        assert!(slug.len() <= MAX_DERIVED_BYTES && is_valid(&slug), "{slug}");
        assert!(!slug.ends_with('-'));
    }

    #[test]
    fn what_cannot_stand_in_a_path_is_refused() {
        for slug in [
            "", ".", "..", "a/b", "a b", "a?b", "a%20b", "a\u{0}b", "a#b", "a\\b",
        ] {
            assert!(!is_valid(slug), "{slug:?}");
        }
        assert!(is_valid("Ein_Artikel.2"));
    }
}
