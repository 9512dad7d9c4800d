//! What the fields of records mean, by their names in several languages and by their values.

use super::categories;
use super::columns::{Column, columns};
use super::roles::{self, Role, Taste, pick};
use super::values::{Amounts, sale_expression, text_of};
use super::variants::{self, Split};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Names that are shown of fields nothing is made of.
const LEFT: usize = 15;

/// What a person should know when no field is a price.
const NO_PRICE: &str = "price: none found; products would say \"Price on request\"";

/// What is known about the fields.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// Whether the records are offers of products that come from elsewhere.
    pub(super) are_offers: bool,
    /// Document field and expression.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Conditions of records that become documents.
    pub(super) only: Vec<String>,
    /// Variants in records of their own.
    pub(super) variants: Option<Variants>,
    /// Gives the paths of categories of a record.
    pub(super) categories: Option<String>,
    /// What a person should look at.
    pub(super) unsure: Vec<String>,
    used: BTreeSet<String>,
}

/// What is known about variants in records of their own.
#[derive(Debug)]
pub(super) struct Variants {
    pub(super) split: Split,
    /// Document field and expression.
    pub(super) fields: Vec<(&'static str, String)>,
    unsure: Vec<String>,
}

impl Meaning {
    /// Whether documents can be made of it.
    pub(super) fn is_usable(&self) -> bool {
        let has = |wanted: &str| self.fields.iter().any(|(field, _)| *field == wanted);
        self.are_offers || has("id") && has("name")
    }

    /// How much of it is understood.
    pub(super) fn known(&self) -> usize {
        self.fields.len() + usize::from(self.categories.is_some())
    }

    fn put(&mut self, field: &'static str, expression: impl Into<String>) {
        self.fields.push((field, expression.into()));
    }

    fn doubt(&mut self, what: impl Into<String>) {
        self.unsure.push(what.into());
    }
}

/// Says what fields mean.
pub(super) fn recognise(records: &[Value], taste: &Taste) -> Meaning {
    let mut meaning = Meaning::default();
    let records: Vec<&Value> = records.iter().collect();
    let all = columns(&records);
    let name = name(&all, taste);
    if let Some((split, products, variants)) = variants::split(&records, name, taste) {
        meaning.doubt(split.note.clone());
        let mut columns = columns(&products);
        if !split.fill_down.is_empty() {
            columns.retain(|column| variants::is_of(column, &split.of_products));
        }
        Sight::of(&columns, taste, products.len()).product(Some(&split), &mut meaning);
        let columns = super::columns::columns(&variants);
        let sight = Sight::of(&columns, taste, variants.len());
        let variants = sight.variant(split, &meaning);
        let is_new = |doubt: &&String| !meaning.unsure.contains(doubt);
        let more: Vec<String> = variants.unsure.iter().filter(is_new).cloned().collect();
        meaning.unsure.extend(more);
        meaning.variants = Some(variants);
        return meaning;
    }
    let mut products = records.clone();
    if let Some(name) = name
        && name.values.len() * 10 < records.len() * 9
    {
        let path = &name.path;
        products.retain(|record| columns(&[record]).iter().any(|column| column.path == *path));
        let condition = format!("{path} != null and {path} != \"\"");
        meaning.only.push(condition);
        let left = records.len() - products.len();
        meaning.doubt(format!(
            "{left} of {} records: they have no {path} and are left out",
            records.len()
        ));
    }
    let columns = columns(&products);
    Sight::of(&columns, taste, products.len()).product(None, &mut meaning);
    meaning
}

/// The column with the names of products: one of words, if there is one.
fn name<'c, 'a>(columns: &'c [Column<'a>], taste: &Taste) -> Option<&'c Column<'a>> {
    let has_words = |column: &Column<'a>| {
        let texts = column.values.iter().filter_map(|value| value.as_str());
        texts.filter(|text| text.trim().contains(' ')).count() * 2 > column.values.len()
    };
    let first = pick(&roles::NAME, columns, taste, |_| true)?;
    if has_words(first) {
        return Some(first);
    }
    let other = pick(&roles::NAME, columns, taste, |column| {
        has_words(column)
            && column.values.len() >= first.values.len()
            && column.names[1].is_some() == first.names[1].is_some()
    });
    other.or(Some(first))
}

/// What is looked at.
struct Sight<'s, 'a> {
    columns: &'s [Column<'a>],
    taste: &'s Taste,
    count: usize,
}

impl<'s, 'a> Sight<'s, 'a> {
    fn of(columns: &'s [Column<'a>], taste: &'s Taste, count: usize) -> Self {
        Self {
            columns,
            taste,
            count,
        }
    }

    /// Everything of a product, whose variants may have records of their own.
    fn product(&self, split: Option<&Split>, meaning: &mut Meaning) {
        let link = split.and_then(|split| split.link.clone());
        let is_linked = link.is_some();
        self.identity(link, meaning);
        self.texts(meaning);
        if !self.prices(meaning) && split.is_none() && !meaning.are_offers {
            meaning.doubt(NO_PRICE);
        }
        if is_linked && self.is_free(meaning) {
            // Zero means "see the variants" there, and would be taken for a price that was lost.
            meaning
                .fields
                .retain(|(field, _)| !field.starts_with("prices."));
        }
        self.media(meaning);
        self.stock(meaning);
        self.categories(meaning);
        self.left(meaning);
    }

    /// Whether no product has a price above zero.
    fn is_free(&self, meaning: &Meaning) -> bool {
        let is_price = |path: &str| {
            meaning
                .fields
                .iter()
                .any(|(field, text)| *field == "prices.0.amount" && text.contains(path))
        };
        let prices = self.columns.iter().filter(|column| is_price(&column.path));
        let mut amounts = prices.flat_map(|column| &column.values);
        !amounts.any(|value| {
            text_of(value)
                .is_some_and(|text| text.contains(|next: char| ('1'..='9').contains(&next)))
        })
    }

    /// Everything of a variant in a record of its own.
    fn variant(&self, split: Split, product: &Meaning) -> Variants {
        let mut meaning = Meaning::default();
        let product_id = variants::product_of(&split, self.columns, self.taste);
        let own_id = product.fields.iter().find(|(field, _)| *field == "id");
        let product_id = product_id.or_else(|| own_id.map(|(_, id)| id.clone()));
        meaning.put("product_id", product_id.unwrap_or_default());
        let id = variants::id(self.columns, self.count, self.taste);
        meaning.put("id", id.unwrap_or_default());
        if let Some(sku) = self.find(&roles::SKU, &mut meaning) {
            meaning.put("sku", sku.path.clone());
        }
        if let Some(gtin) = self.find(&roles::GTIN, &mut meaning) {
            meaning.put("gtin", format!("{} | gtin", gtin.path));
        }
        match variants::options(self.columns) {
            Some(options) => meaning.put("options", options),
            None if split.fill_down.is_empty() => {
                if let Some(name) = name(self.columns, self.taste) {
                    meaning.put("name", name.path.clone());
                }
            }
            None => {}
        }
        if !self.prices(&mut meaning) {
            meaning.doubt(NO_PRICE);
        }
        self.media(&mut meaning);
        self.stock(&mut meaning);
        if split.is_variant.is_some() {
            // All are in the shop's.
            let currency = |(field, text): &mut (&'static str, String)| {
                if *field == "prices.0.currency" {
                    "$currency".clone_into(text);
                }
            };
            meaning.fields.iter_mut().for_each(currency);
        }
        Variants {
            split,
            unsure: meaning.unsure,
            fields: meaning.fields,
        }
    }

    fn find(&self, role: &Role, meaning: &mut Meaning) -> Option<&'s Column<'a>> {
        let found = pick(role, self.columns, self.taste, |_| true)?;
        meaning.used.insert(found.path.clone());
        Some(found)
    }

    /// A column that is there in every record and unlike in all.
    fn identity(&self, known: Option<String>, meaning: &mut Meaning) {
        let id = pick(&roles::ID, self.columns, self.taste, |column| {
            let unlike: HashSet<String> = column.values.iter().map(|v| v.to_string()).collect();
            column.values.len() == self.count && unlike.len() == self.count
        });
        let id = known.or_else(|| id.map(|id| id.path.clone()));
        meaning.used.extend(id.clone());
        let name = name(self.columns, self.taste).map(|name| name.path.clone());
        meaning.used.extend(name.clone());
        let of = |role: &Role| pick(role, self.columns, self.taste, |_| true);
        let has = |all: &[Role]| all.iter().any(|role| of(role).is_some());
        let is_more = || {
            has(&[
                roles::DESCRIPTION,
                roles::IMAGE,
                roles::CATEGORY,
                roles::BRAND,
            ])
        };
        match (id, name) {
            (Some(id), Some(name)) => {
                meaning.put("id", id);
                self.name(name, meaning);
            }
            (None, Some(name)) => {
                meaning.doubt(format!("id: no field is there in every record and unlike in all; it is made of the name, so renamed products become new ones ({name})"));
                meaning.put("id", format!("{name} | slug"));
                self.name(name, meaning);
            }
            (Some(id), None)
                if has(&[roles::PRICE, roles::QUANTITY, roles::AVAILABILITY]) && !is_more() =>
            {
                meaning.are_offers = true;
                meaning.doubt(format!("offers: the records have no names, so they are taken for prices and stock of products that another source brings, by {id}; say `sku` or `variant_id`, whichever it is"));
                let is_id = id == ".id" || id.to_lowercase().contains("variant");
                meaning.put(if is_id { "variant_id" } else { "sku" }, id);
            }
            (Some(id), None) if is_more() => {
                meaning.doubt(format!(
                    "name: none found; it is made of {id} until another source brings it"
                ));
                meaning.put("id", id.clone());
                meaning.put("name", format!("{id} | tostring | gsub(\"[_-]+\"; \" \")"));
            }
            _ => {}
        }
    }

    fn name(&self, path: String, meaning: &mut Meaning) {
        let column = self.columns.iter().find(|column| column.path == path);
        let texts = column.iter().flat_map(|column| &column.values);
        let mut texts = texts.filter_map(|value| value.as_str());
        let has_markup = texts.any(|text| {
            text.contains("&amp;")
                || text.contains("&#")
                || text.contains("&quot;")
                || text.contains("</")
        });
        let expression = if has_markup {
            format!("{path} | text")
        } else {
            path
        };
        meaning.put("name", expression);
    }

    fn texts(&self, meaning: &mut Meaning) {
        if meaning.are_offers {
            return;
        }
        let taken: Vec<String> = meaning.used.iter().cloned().collect();
        let is_free = |path: &str| !taken.iter().any(|used| used == path);
        for role in [
            roles::SKU,
            roles::SLUG,
            roles::DESCRIPTION,
            roles::SHORT_DESCRIPTION,
            roles::BRAND,
        ] {
            let may_share = matches!(role.name, "sku" | "slug");
            let found = pick(&role, self.columns, self.taste, |column| {
                may_share || is_free(&column.path)
            });
            if let Some(found) = found {
                meaning.used.insert(found.path.clone());
                meaning.put(role.name, found.path.clone());
            }
        }
        if let Some(gtin) = self.find(&roles::GTIN, meaning) {
            meaning.put("gtin", format!("{} | gtin", gtin.path));
        }
        if let Some(tags) = self.find(&roles::TAGS, meaning) {
            let mut texts = tags.values.iter().filter_map(|value| value.as_str());
            let is_joined = texts.any(|text| text.contains(','));
            let path = &tags.path;
            meaning.put(
                "tags",
                if is_joined {
                    format!("({path} // \"\" | split(\",\"))")
                } else {
                    path.clone()
                },
            );
        }
        if let Some(status) = self.find(&roles::STATUS, meaning) {
            let path = &status.path;
            meaning.doubt(format!("status: {path}, by its values"));
            meaning.put("status", format!("if ({path} | tostring | test(\"^(|null|1|true|yes|ja|active|enabled|published|publish)$\"; \"i\")) then \"active\" else \"archived\" end"));
        }
        if let Some(updated) = self.find(&roles::UPDATED_AT, meaning) {
            meaning.put("updated_at", format!("{} | time($time_zone)", updated.path));
        }
    }

    /// Whether there is a price.
    fn prices(&self, meaning: &mut Meaning) -> bool {
        let mut sale = self.find(&roles::SALE, meaning);
        let price = self.find(&roles::PRICE, meaning).or_else(|| sale.take());
        let Some(price) = price else {
            return false;
        };
        let amounts = Amounts::of(&price.values);
        let usual = amounts.expression(&price.path);
        let mut note = format!(
            "price: {} is taken to be in whole units of {}, as shoppers pay it",
            price.path,
            self.unit(price)
        );
        if amounts.may_be_minor {
            note.push_str(&format!("; all are whole numbers, and if they are cents, write `{} | money_minor($currency)`", price.path));
        }
        if amounts.is_precise {
            note.push_str(&format!("; some have more decimals than money has, so they are perhaps without tax; `{} | tonumber * 100 | round / 100` rounds them", price.path));
        }
        if amounts.is_unclear() {
            note.push_str("; a comma before three digits is taken for a group, not a fraction");
        }
        meaning.doubt(note);
        let mut amount = usual.clone();
        let mut before = None;
        if let Some(sale) = sale {
            meaning.doubt(format!(
                "sale price: {} where it is above zero and below {1}; {1} is then the price before",
                sale.path, price.path
            ));
            let sale = Amounts::of(&sale.values).expression(&sale.path);
            let reduced = sale_expression(&sale, &usual);
            amount = format!("({reduced} // ({usual}))");
            before = Some(format!(
                "if ([{reduced}] | length) > 0 then ({usual}) else null end"
            ));
        } else {
            let found = pick(&roles::COMPARE_AT, self.columns, self.taste, |column| {
                column.path != price.path
            });
            if let Some(found) = found {
                meaning.used.insert(found.path.clone());
                meaning.doubt(format!(
                    "compare-at price: {}, by its name; it should be the price before a reduction",
                    found.path
                ));
                before = Some(Amounts::of(&found.values).expression(&found.path));
            }
        }
        meaning.put("prices.0.amount", amount);
        let currency = self.currency(price, meaning);
        meaning.put("prices.0.currency", currency);
        if let Some(before) = before {
            meaning.put("prices.0.compare_at", before);
        }
        true
    }

    fn unit(&self, price: &Column<'_>) -> String {
        let marked = price.currency.clone();
        marked.unwrap_or_else(|| "the shop's currency".to_owned())
    }

    fn currency(&self, price: &Column<'_>, meaning: &mut Meaning) -> String {
        let shop = &self.taste.currency;
        let told = |meaning: &mut Meaning, codes: &str| {
            meaning.doubt(format!("currency: prices are in {codes} and the shop sells in {shop}; it shows prices in its own only"));
        };
        if let Some(code) = &price.currency
            && code != shop
        {
            told(meaning, code);
            return format!("\"{code}\"");
        }
        let Some(column) = self.find(&roles::CURRENCY, meaning) else {
            return "$currency".to_owned();
        };
        let codes: BTreeSet<String> = column.values.iter().filter_map(|v| text_of(v)).collect();
        let others: Vec<String> = codes.into_iter().filter(|code| code != shop).collect();
        if others.is_empty() {
            return "$currency".to_owned();
        }
        told(meaning, &others.join(", "));
        column.path.clone()
    }

    fn media(&self, meaning: &mut Meaning) {
        if meaning.are_offers {
            return;
        }
        let Some(image) = self.find(&roles::IMAGE, meaning) else {
            return;
        };
        let path = &image.path;
        let texts: Vec<&str> = image.values.iter().filter_map(|v| v.as_str()).collect();
        let between = [",", ";", "|"].into_iter().find(|separator| {
            let next = [
                format!("{separator}http"),
                format!("{separator} http"),
                format!("{separator}/"),
            ];
            texts
                .iter()
                .any(|text| next.iter().any(|next| text.contains(next)))
        });
        if texts.iter().any(|text| text.starts_with('/')) {
            meaning.doubt(format!(
                "image: {path} has addresses without a host; put it before them"
            ));
        }
        match (path.split_once("[0]"), between) {
            (Some((list, rest)), _) if !rest.contains("[0]") => {
                meaning.put(
                    "media",
                    format!("[{list}[]?{rest} | {{url: ., type: \"image\"}}]"),
                );
            }
            (None, Some(separator)) => meaning.put(
                "media",
                format!(
                    "[{path} // \"\" | split(\"{separator}\")[] | {{url: ., type: \"image\"}}]"
                ),
            ),
            _ => meaning.put("media.0.url", path.clone()),
        }
    }

    fn stock(&self, meaning: &mut Meaning) {
        let quantity = self.find(&roles::QUANTITY, meaning);
        let availability = self.find(&roles::AVAILABILITY, meaning);
        let number = quantity.map(|quantity| {
            let number = Amounts::of(&quantity.values).expression(&quantity.path);
            format!("({number} | tonumber? // null)")
        });
        if let Some(number) = &number {
            let is_below =
                |value: &&Value| text_of(value).is_some_and(|text| text.starts_with('-'));
            let is_ever_below =
                quantity.is_some_and(|quantity| quantity.values.iter().any(is_below));
            let least = if is_ever_below {
                format!("({number} | if . == null then . else [., 0] | max end)")
            } else {
                number.clone()
            };
            meaning.put("stock.quantity", least);
        }
        if let Some(availability) = availability {
            let path = &availability.path;
            meaning.doubt(format!("availability: {path}, by its values"));
            meaning.put("stock.availability", format!("if ({path} | tostring | test(\"^(1|true|yes|ja|in.?stock|low.?stock|limited|available|lieferbar|auf lager|en stock|disponib)\"; \"i\")) then \"in_stock\" else \"out_of_stock\" end"));
        } else if let Some(number) = number {
            meaning.put(
                "stock.availability",
                format!("if ({number} // 0) > 0 then \"in_stock\" else \"out_of_stock\" end"),
            );
        }
    }

    fn categories(&self, meaning: &mut Meaning) {
        if meaning.are_offers {
            return;
        }
        let taken = meaning.used.clone();
        let found = pick(&roles::CATEGORY, self.columns, self.taste, |column| {
            !taken.contains(&column.path) && categories::understand(column).is_some()
        });
        let Some((column, found)) =
            found.and_then(|column| categories::understand(column).map(|found| (column, found)))
        else {
            return;
        };
        meaning.used.insert(column.path.clone());
        meaning.doubt(format!("category: {}", found.note));
        meaning.categories = Some(found.expression);
    }

    /// What nothing is made of.
    fn left(&self, meaning: &mut Meaning) {
        let is_used = |path: &str| {
            let inside = |used: &String| used.starts_with(path) || path.starts_with(used.as_str());
            meaning.used.iter().any(inside)
        };
        let left: Vec<&str> = self
            .columns
            .iter()
            .filter(|column| !column.is_in_list() && !is_used(&column.path))
            .map(|column| column.path.as_str())
            .collect();
        if left.is_empty() {
            return;
        }
        let shown: Vec<&str> = left.iter().take(LEFT).copied().collect();
        let shown = shown.join(" ");
        let more = left.len().saturating_sub(LEFT);
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        meaning.doubt(format!("what is left: nothing is made of {shown}{rest}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of<'m>(meaning: &'m Meaning, wanted: &str) -> Option<&'m str> {
        let found = meaning.fields.iter().find(|(field, _)| *field == wanted);
        found.map(|(_, text)| text.as_str())
    }

    fn taste() -> Taste {
        Taste {
            currency: "EUR".to_owned(),
            language: "en".to_owned(),
        }
    }

    #[test]
    fn german_names_and_commas_are_understood() {
        let records = [
            json!({"Artikelnummer": "1", "Bezeichnung": "Becher", "Preis": "1.249,00", "ean": "4006381333931", "Bestand": 3}),
            json!({"Artikelnummer": "2", "Bezeichnung": "Teller", "Preis": "9,90", "ean": ""}),
        ];
        let meaning = recognise(&records, &taste());
        assert_eq!(of(&meaning, "id"), Some(".Artikelnummer"));
        assert_eq!(of(&meaning, "name"), Some(".Bezeichnung"));
        assert_eq!(of(&meaning, "prices.0.amount"), Some(".Preis | dec(\",\")"));
        assert_eq!(of(&meaning, "gtin"), Some(".ean | gtin"));
    }

    #[test]
    fn names_cannot_carry_code() {
        let records = [json!({"id": 1, "na\"me | halt": "x", "\\(1)": 2, "name": "Mug"})];
        let meaning = recognise(&records, &taste());
        let all = format!("{meaning:?}");
        assert!(!all.contains("halt"), "{all}");
    }

    #[test]
    fn records_without_names_are_offers_or_left_out() {
        let records = [json!({"no": "a", "qty": 3}), json!({"no": "b", "qty": 0})];
        let meaning = recognise(&records, &taste());
        assert!(meaning.are_offers && of(&meaning, "sku") == Some(".no"));
        let records = [
            json!({"sku": "a", "name": "Mug", "price-USD": "1.00", "price-EUR": "2.00"}),
            json!({"sku": "a", "name": "", "price-EUR": "2.00"}),
        ];
        let meaning = recognise(&records, &taste());
        assert!(meaning.variants.is_some());
        assert_eq!(of(&meaning, "prices.0.amount"), Some(".\"price-EUR\""));
    }
}
