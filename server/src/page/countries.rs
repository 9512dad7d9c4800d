//! What countries are called, in each language the shop speaks.
//!
//! `server/locales/countries.tsv` has a line a country: its ISO 3166-1 alpha-2 code, then its name in the languages of
//! the first line. Names are those of the Unicode CLDR.

const TABLE: &str = include_str!("../../locales/countries.tsv");

/// A country's name; in English where the language has none, and its code where nothing has.
pub(crate) fn name<'a>(language: &str, code: &'a str) -> &'a str {
    let mut lines = TABLE.lines();
    let languages = lines.next().unwrap_or_default().split('\t');
    let column = languages.skip(1).position(|known| known == language);
    let Some(line) = lines.find(|line| line.split('\t').next() == Some(code)) else {
        return code;
    };
    let mut names = line.split('\t').skip(1);
    names.nth(column.unwrap_or_default()).unwrap_or(code)
}

/// Whether a country has a name.
pub(crate) fn is_known(code: &str) -> bool {
    let mut codes = TABLE
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').next());
    codes.any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name_in_every_language() {
        let columns = TABLE.lines().next().unwrap().split('\t').count();
        assert_eq!(columns, 10);
        let mut last = "";
        for line in TABLE.lines().skip(1) {
            let cells: Vec<_> = line.split('\t').collect();
            assert_eq!(cells.len(), columns, "{line}");
            assert!(cells.iter().all(|cell| !cell.trim().is_empty()), "{line}");
            assert!(last < cells[0] && cells[0].len() == 2, "{line}");
            last = cells[0];
        }
        assert_eq!(name("de", "DE"), "Deutschland");
        assert_eq!(name("tlh", "DE"), "Germany");
        assert_eq!(name("en", "XX"), "XX");
        assert!(is_known("PL") && !is_known("code"));
    }
}
