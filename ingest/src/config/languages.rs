//! The further languages of a shop, and what it says of itself in them.

use std::collections::BTreeMap;

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::locales::{MAX_LOCALES, group_of};

use super::file::ShopTranslationTable;
use super::load::{Check, is_locale};
use super::settings::ShopTranslation;

impl Check<'_> {
    /// Checks the tags; gives the shop's own texts by tag.
    pub(super) fn languages(
        &mut self,
        own: &str,
        locales: &[String],
        translations: BTreeMap<String, ShopTranslationTable>,
    ) -> BTreeMap<String, ShopTranslation> {
        if locales.len() > MAX_LOCALES as usize {
            let rule = format!("expected at most {MAX_LOCALES} languages");
            self.problem("shop.locales", rule, locales.len());
        }
        let mut known = vec![own];
        for locale in locales {
            if !is_locale(locale) {
                let rule = "expected language tags such as de or pt-BR";
                self.problem("shop.locales", rule, locale);
            } else if is_private(locale) && group_of(locale).is_none() {
                let rule =
                    "expected a customer group of 1 to 8 small letters and digits behind -x-";
                self.problem("shop.locales", rule, locale);
            } else if known.iter().any(|known| known.eq_ignore_ascii_case(locale)) {
                self.problem("shop.locales", "the shop has this language already", locale);
            }
            known.push(locale);
        }
        let mut texts = BTreeMap::new();
        for (tag, table) in translations {
            if !locales.contains(&tag) {
                let rule = "expected one of the shop's further languages, as in shop.locales";
                self.problem("shop.translations", rule, &tag);
            }
            let own = ShopTranslation {
                tagline: table.tagline,
                description: table.description,
            };
            texts.insert(tag, own);
        }
        texts
    }

    /// Checks what prices are in, in further languages.
    pub(super) fn currencies(
        &mut self,
        locales: &[String],
        table: BTreeMap<String, String>,
    ) -> BTreeMap<String, Currency> {
        let mut currencies = BTreeMap::new();
        for (tag, code) in table {
            if !locales.contains(&tag) {
                let rule = "expected one of the shop's further languages, as in shop.locales";
                self.problem("shop.currencies", rule, &tag);
            }
            match Currency::parse(&code) {
                Ok(currency) => drop(currencies.insert(tag, currency)),
                Err(error) => self.problem("shop.currencies", error, &code),
            }
        }
        currencies
    }
}

/// Whether a tag has a part of the shop's own making: there, it names whom the market is for.
fn is_private(tag: &str) -> bool {
    tag.split('-').any(|part| part.eq_ignore_ascii_case("x"))
}
