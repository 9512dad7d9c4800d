//! What the shop itself says, in the language of its shoppers.
//!
//! The texts are Fluent files in `server/locales`, one a language. Fluent resolves each message once, when its
//! language is first wanted, with marks where values will stand; from then on writing one is copying pieces, so no
//! page pays for a lookup or a plural rule's parser.

use std::fmt::{self, Display, Write as _};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;

/// Languages with a file of their own.
const FILES: [(&str, &str); 9] = [
    ("en", include_str!("../../locales/en.ftl")),
    ("de", include_str!("../../locales/de.ftl")),
    ("fr", include_str!("../../locales/fr.ftl")),
    ("es", include_str!("../../locales/es.ftl")),
    ("it", include_str!("../../locales/it.ftl")),
    ("nl", include_str!("../../locales/nl.ftl")),
    ("pl", include_str!("../../locales/pl.ftl")),
    ("sv", include_str!("../../locales/sv.ftl")),
    ("ar", include_str!("../../locales/ar.ftl")),
];

/// The first of the characters that stand for values while Fluent resolves a message: private use, so in no text.
const MARK: char = '\u{e000}';
/// Most values in one message.
const MOST_VALUES: usize = 4;
/// The plural categories, as forms are kept.
const CATEGORIES: [PluralCategory; 6] = [
    PluralCategory::ZERO,
    PluralCategory::ONE,
    PluralCategory::TWO,
    PluralCategory::FEW,
    PluralCategory::MANY,
    PluralCategory::OTHER,
];
/// Numbers among which each language has one of every category that whole numbers can have.
const SAMPLES: std::ops::RangeInclusive<u64> = 0..=120;
const LARGE_SAMPLE: u64 = 1_000_000;

/// A message with places for values.
#[derive(Debug, Default)]
pub(crate) struct Phrase {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    /// The value at this position.
    Value(usize),
}

/// A message whose words depend on a number.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// By category; those that a language does not have are those of `other`.
    forms: [Phrase; CATEGORIES.len()],
}

/// Which category a number is of.
struct Plurals(Option<PluralRules>);

impl fmt::Debug for Plurals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plurals")
    }
}

impl Plurals {
    fn of(&self, count: u64) -> PluralCategory {
        let rules = self.0.as_ref();
        let category = rules.and_then(|rules| rules.select(count).ok());
        category.unwrap_or(PluralCategory::OTHER)
    }
}

/// Declares the messages: `plain` ones are texts, `filled` ones name their values in order, `counted` ones begin with
/// the number, and name what else stands in them.
macro_rules! messages {
    (
        plain: $($plain:ident)*;
        filled: $($filled:ident($($value:ident)*))*;
        counted: $($counted:ident($($other:ident)*))*;
    ) => {
        /// Every message in one language.
        #[derive(Debug)]
        pub(crate) struct Words {
            plurals: Plurals,
            $(pub(crate) $plain: String,)*
            $(pub(crate) $filled: Phrase,)*
            $(pub(crate) $counted: Counted,)*
        }

        impl Words {
            fn resolve(source: &Source) -> Self {
                Self {
                    plurals: source.plurals(),
                    $($plain: source.text(stringify!($plain), None),)*
                    $($filled: source.phrase(stringify!($filled), &[$(stringify!($value)),*], None),)*
                    $($counted: source.counted(stringify!($counted), &["number", $(stringify!($other)),*]),)*
                }
            }

            #[cfg(test)]
            fn ids() -> Vec<String> {
                let names = [$(stringify!($plain),)* $(stringify!($filled),)* $(stringify!($counted),)*];
                names.iter().map(|name| id(name)).collect()
            }
        }
    };
}

messages! {
    plain:
        skip_to_content search_products search home breadcrumb departments brand brands footer languages help shop
        browse_departments new_arrivals featured guides all_guides sub_categories
        filters active chosen in_stock price range_from range_to apply_filters sort_by sort active_filters
        remove_filter clear_all products_heading pages page previous next nothing_filtered nothing_here any_price
        also_out_of_stock sort_relevance sort_featured sort_price_asc sort_price_desc sort_name sort_newest
        now was from price_on_request piece tier_prices
        available made_to_order available_later ships_later pre_order can_be_preordered out_of_stock
        no_longer_available collect_at few_left
        pictures films models downloads article_number gtin part_number show_choice sold_out elsewhere changes_the_rest note_sold_out
        note_elsewhere description details goes_well in_this_set instead_of_it you_may_also_like more_like_this
        search_hint nothing_advice search_for_less go_home perhaps
        add_to_cart view_cart cart cart_empty continue_shopping update_cart clear_cart remove undo quantity summary
        subtotal delivery total tax free_of_charge at_checkout coupon redeem to_checkout cart_needs_changes
        quick_order quick_order_help share_cart share_cart_help shared_cart take_shared_cart
        cart_updated cart_cleared cart_unknown cart_unreadable coupon_noted
        line_sold_out line_discontinued line_without_price
        coupon_unknown coupon_other_customers coupon_nothing_qualifies
        checkout please_correct contact delivery_address billing_address other_billing update_delivery payment
        note_to_shop optional accept_terms newsletter order_now terms
        field_email field_phone field_vat_id field_name field_company field_line1 field_line2 field_postcode
        field_city field_region field_country
        pay_by_invoice pay_by_invoice_help pay_on_delivery pay_on_delivery_help pay_by_card pay_by_card_help
        withdraw_here withdrawal_help withdrawal_order_number withdrawal_articles withdrawal_date withdrawal_check
        withdrawal_check_help withdrawal_confirm withdrawal_change withdrawal_received withdrawal_keep
        withdrawal_not_stored withdrawal_not_known withdrawal_and_others restock_ask restock_received restock_not_stored
        payment_unavailable payment_pending payment_failed payment_failed_help payment_look_again paid
        fault_missing fault_mail fault_phone fault_not_chosen fault_not_accepted fault_too_long
        prices_of_catalog prices_unknown cart_changed_meanwhile form_too_old order_not_stored order_not_known thank_you keep_this_address track_parcel
        order_waits order_taken_in order_confirmed order_shipped order_delivered order_cancelled order_refunded
        error_400 error_400_help error_401 error_401_help error_403 error_403_help error_429 error_429_help error_404 error_404_help error_405 error_405_help error_408 error_408_help
        error_410 error_410_help error_413 error_413_help error_503 error_503_help error_500 error_500_help
        wishlist add_to_wishlist view_wishlist wishlist_empty share_wishlist share_wishlist_help shared_wishlist
        take_shared_wishlist comparison add_to_comparison view_comparison comparison_empty list_cleared clear_list
        availability price_per_unit department differs not_stated suggested_searches recently_viewed
        all_departments all_brands view_grid view_list reviews verified_purchase sort_rating rating any_rating enlarge;
    filled:
        page_title(title page) list_description(name shop products) more_values(number) price_in(currency)
        shown(from to total) any_facet(facet) price_from(amount) price_up_to(amount) price_between(low high)
        facet_value(facet value) saved(percent) lowest_before(amount) sale_until(day) expected_on(stock day) in_stock_at(some all) not_enough_here(names) picture(number total)
        tier_from(number) tier_each(amount) tier_saved(percent)
        one_of(option number) unit_price(amount unit) quoted(text) results_for(query) nothing_matches(query) similar_words(query)
        search_in(shop) last_changed(day) error_code(status)
        quantity_of(product) price_changed(was now) cart_added(product) cart_removed(product) cart_full(most)
        numbers_unknown(taken numbers) coupons_full(most) not_a_quantity(most) coupon_not_yet(day) coupon_expired(day)
        coupon_below_minimum(amount) coupon_excluded(name) delivery_by(method) tax_included(amount percent)
        tax_at(percent) total_changed(was now) fault_postcode(example) order_received(number email)
        restock_help(name) restock_received_help(name) payment_pending_help(number email) withdrawal_received_help(time number email)
        wishlist_added(product) comparison_added(product) list_removed(product) list_full(most) rating_of(rating) answer_of(shop);
    counted:
        products() choices(option) variants() only_left() leaves_within()
        line_only_left() lines_gone() lines_taken() coupon_too_few()
        list_gone() list_taken() suggestions_found() review_count() stars() stars_or_more();
}

/// A language's file, parsed, and the English one behind it.
struct Source {
    language: LanguageIdentifier,
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl Words {
    /// The messages in a language; in English if there is no file for it.
    pub(crate) fn load(language: &str) -> Self {
        let own = FILES.iter().find(|(known, _)| *known == language);
        let (name, text) = own.unwrap_or(&FILES[0]);
        let (english, english_text) = FILES[0];
        let mut source = Source {
            language: name.parse().unwrap_or_default(),
            bundles: vec![bundle(name, text)],
        };
        if *name != english {
            source.bundles.push(bundle(english, english_text));
        }
        Self::resolve(&source)
    }

    /// A message about so many of something; `values` begin with the number as the locale writes it.
    pub(crate) fn count(&self, message: &Counted, count: u64, values: &[&dyn Display]) -> String {
        let category = self.plurals.of(count);
        let form = CATEGORIES.iter().position(|known| *known == category);
        let form = form.and_then(|at| message.forms.get(at));
        form.map_or_else(String::new, |form| form.fill(values))
    }
}

impl Phrase {
    /// The message with these values.
    pub(crate) fn fill(&self, values: &[&dyn Display]) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Value(at) => {
                    if let Some(value) = values.get(*at) {
                        // Writing to a String cannot fail.
                        let _ = write!(text, "{value}");
                    }
                }
            }
        }
        text
    }

    /// The pieces of a text in which marks stand for values.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        let value_of = |character: char| {
            let at = u32::from(character).checked_sub(u32::from(MARK))?;
            usize::try_from(at).ok().filter(|&at| at < MOST_VALUES)
        };
        while let Some((at, mark)) = rest.char_indices().find(|(_, c)| value_of(*c).is_some()) {
            let (before, after) = rest.split_at(at);
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            pieces.extend(value_of(mark).map(Piece::Value));
            rest = after.get(mark.len_utf8()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Self { pieces }
    }
}

/// The character that stands for the value at a position.
pub(crate) fn mark(at: usize) -> char {
    u32::try_from(at)
        .ok()
        .and_then(|at| char::from_u32(u32::from(MARK) + at))
        .unwrap_or(MARK)
}

impl Source {
    fn plurals(&self) -> Plurals {
        Plurals(PluralRules::create(self.language.clone(), PluralRuleType::CARDINAL).ok())
    }

    /// A message as Fluent resolves it: in this language, else in English, else its name, which a test rules out.
    fn text(&self, name: &str, values: Option<&FluentArgs<'_>>) -> String {
        let id = id(name);
        let found = self.bundles.iter().find_map(|bundle| {
            let message = bundle.get_message(&id)?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(message.value()?, values, &mut errors);
            errors.is_empty().then(|| text.into_owned())
        });
        found.unwrap_or(id)
    }

    fn phrase(&self, name: &str, values: &[&str], count: Option<u64>) -> Phrase {
        let mut marks = FluentArgs::new();
        for (at, value) in values.iter().enumerate() {
            marks.set(*value, FluentValue::from(mark(at).to_string()));
        }
        if let Some(count) = count {
            marks.set("count", FluentValue::from(count));
        }
        Phrase::parse(&self.text(name, Some(&marks)))
    }

    fn counted(&self, name: &str, values: &[&str]) -> Counted {
        let plurals = self.plurals();
        let sample = |category: &PluralCategory| {
            let mut samples = SAMPLES.chain([LARGE_SAMPLE]);
            samples.find(|&count| plurals.of(count) == *category)
        };
        let other = sample(&PluralCategory::OTHER).or(Some(LARGE_SAMPLE));
        let forms = CATEGORIES
            .each_ref()
            .map(|category| self.phrase(name, values, sample(category).or(other)));
        Counted { forms }
    }
}

fn bundle(language: &str, text: &str) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    // What a file says well is used even if another part of it is broken; a test refuses broken files.
    let resource =
        FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new(vec![language.clone()]);
    // Values are put in later, so there is nothing for Fluent to isolate; pages set the direction of names.
    bundle.set_use_isolating(false);
    let _ = bundle.add_resource(resource);
    bundle
}

/// The id of a message from the name of its field.
fn id(name: &str) -> String {
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The ids and the values that each message of a file names.
    fn outline(text: &str) -> BTreeSet<(String, BTreeSet<String>)> {
        let mut outline = BTreeSet::new();
        let mut current: Option<(String, BTreeSet<String>)> = None;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((id, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
                outline.extend(current.take());
                current = Some((id.to_owned(), BTreeSet::new()));
            }
            if let Some((_, values)) = &mut current {
                let named = line
                    .split("{ $")
                    .skip(1)
                    .filter_map(|rest| rest.split([' ', '}']).next());
                values.extend(named.map(str::to_owned));
            }
        }
        outline.extend(current);
        outline
    }

    #[test]
    fn every_language_has_every_message_with_the_same_values() {
        let ids: BTreeSet<String> = Words::ids().into_iter().collect();
        let english = outline(FILES[0].1);
        let known: BTreeSet<String> = english.iter().map(|(id, _)| id.clone()).collect();
        assert_eq!(known, ids, "the English file and the code");
        for (language, text) in FILES {
            assert!(
                FluentResource::try_new(text.to_owned()).is_ok(),
                "{language}.ftl is broken"
            );
            let own = outline(text);
            let differences: Vec<_> = own.symmetric_difference(&english).collect();
            assert!(differences.is_empty(), "{language}: {differences:?}");
        }
    }

    #[test]
    fn no_text_is_left_with_a_mark_or_an_id_in_it() {
        for (language, _) in FILES {
            let words = format!("{:?}", Words::load(language));
            assert!(
                !words.contains("{$") && !words.contains("e000"),
                "{language}: {words}"
            );
            assert!(!words.contains("\"skip-to-content\""), "{language}");
        }
    }

    #[test]
    fn numbers_choose_their_words() {
        let say = |language: &str, count: u64| {
            let words = Words::load(language);
            words.count(&words.products, count, &[&count])
        };
        assert_eq!(say("en", 1), "1 product");
        assert_eq!(say("en", 0), "0 products");
        assert_eq!(say("fr", 0), "0 produit");
        assert_eq!(say("pl", 2), "2 produkty");
        assert_eq!(say("pl", 5), "5 produktów");
        assert_eq!(say("pl", 22), "22 produkty");
        assert_eq!(say("ar", 2), "منتجان");
        assert_eq!(say("ar", 11), "11 منتجًا");
        assert_eq!(say("ar", 100), "100 منتج");
        assert_eq!(say("tlh", 3), "3 products");
        let de = Words::load("de");
        assert_eq!(de.choices.forms.len(), CATEGORIES.len());
        assert_eq!(
            de.count(&de.choices, 3, &[&3, &"Farbe"]),
            "Farbe: 3 zur Auswahl"
        );
        assert_eq!(de.shown.fill(&[&1, &24, &"1.204"]), "1–24 von 1.204");
    }
}
