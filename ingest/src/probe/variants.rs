//! Variants in records of their own: how they are told from products, and how they name theirs.

use super::columns::{Column, columns, normal, step};
use super::roles::{self, Role, Taste, pick};
use super::values::text_of;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What columns are called that hold a choice of their own.
const CHOICES: &str = "size color colour groesse größe farbe material style taille couleur talla taglia colore maat kleur";

/// How records are products and variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Split {
    /// The condition of a record that is a product; absent when each is a product and a variant.
    pub(super) is_product: Option<String>,
    /// The condition of a record that is a variant, if not all others are.
    pub(super) is_variant: Option<String>,
    /// What a product is known by, in its own record and in those of its variants.
    pub(super) link: Option<String>,
    /// Columns of products alone.
    pub(super) of_products: Vec<String>,
    /// Those of them whose empty cells repeat what stands above.
    pub(super) fill_down: Vec<String>,
    /// How it was told.
    pub(super) note: String,
}

/// The same with the records of products, and those of variants.
type Found<'a> = (Split, Vec<&'a Value>, Vec<&'a Value>);

/// Tells variants from products, if there are any.
pub(super) fn split<'a>(
    records: &[&'a Value],
    name: Option<&Column<'a>>,
    taste: &Taste,
) -> Option<Found<'a>> {
    let name = name?;
    if name.values.len() * 10 >= records.len() * 9 {
        return by_parent(records, taste);
    }
    let has_name = |record: &&&Value| value_at(record, &name.path).is_some();
    let (named, others): (Vec<&Value>, Vec<&Value>) =
        records.iter().partition(|record| has_name(record));
    let path = &name.path;
    let all = records.len();
    let count = others.len();
    let linked = pick(&roles::ID, &columns(&named), taste, |column| {
        let ids = unlike(column, named.len());
        ids.is_some_and(|ids| are_among(&others, &column.path, &ids))
    })
    .map(|column| column.path.clone());
    if let Some(link) = linked {
        let (others, is_variant) = of_one_currency(others, taste)?;
        let split = Split {
            is_product: Some(format!("{path} != null and {path} != \"\"")),
            is_variant,
            of_products: Vec::new(),
            fill_down: Vec::new(),
            note: format!(
                "{count} of {all} records: they have no {path}, and are taken for variants of the product that {link} names"
            ),
            link: Some(link),
        };
        return Some((split, named, others));
    }
    let (of_products, fill_down) = only_in(&named, &others);
    let knows_itself = id(&columns(records), records.len(), taste).is_some();
    let first_is_named = records.first().is_some_and(|first| has_name(&first));
    if !knows_itself || !first_is_named || fill_down.is_empty() {
        return None;
    }
    let split = Split {
        is_product: None,
        is_variant: None,
        link: None,
        note: format!(
            "{count} of {all} records: they have no {path}, and are taken for variants of the product above them; csv.fill_down repeats what stands there"
        ),
        of_products,
        fill_down,
    };
    Some((split, named, records.to_vec()))
}

/// Variants that have ids of their own: all, or those in the shop's currency if there is a record for each currency.
fn of_one_currency<'a>(
    variants: Vec<&'a Value>,
    taste: &Taste,
) -> Option<(Vec<&'a Value>, Option<String>)> {
    let columns = columns(&variants);
    if id(&columns, variants.len(), taste).is_some() {
        return Some((variants, None));
    }
    let currency = pick(&roles::CURRENCY, &columns, taste, |_| true)?;
    let path = &currency.path;
    let in_shops: Vec<&Value> = variants
        .iter()
        .filter(|record| value_at(record, path).as_ref() == Some(&taste.currency))
        .copied()
        .collect();
    id(&super::columns::columns(&in_shops), in_shops.len(), taste)?;
    Some((in_shops, Some(format!("{path} == $currency"))))
}

/// Records that name another record as their parent.
fn by_parent<'a>(records: &[&'a Value], taste: &Taste) -> Option<Found<'a>> {
    let columns = columns(records);
    let parent = pick(&roles::PARENT, &columns, taste, |column| {
        column.values.len() < records.len()
    })?;
    let path = &parent.path;
    let (variants, products): (Vec<&Value>, Vec<&Value>) = records
        .iter()
        .partition(|record| value_at(record, path).is_some());
    id(&super::columns::columns(&variants), variants.len(), taste)?;
    // In a tree, parents have parents; products have none.
    let of_products = super::columns::columns(&products);
    let link = columns.iter().find(|column| {
        let own = of_products.iter().find(|own| own.path == column.path);
        let ids = own.and_then(|own| unlike(own, products.len()));
        column.path != *path
            && unlike(column, records.len()).is_some()
            && ids.is_some_and(|ids| are_among(&variants, path, &ids))
    })?;
    let split = Split {
        is_product: Some(format!("{path} == null or {path} == \"\"")),
        // The variant names its product by another column than the product does.
        link: Some(link.path.clone()),
        is_variant: None,
        of_products: Vec::new(),
        fill_down: Vec::new(),
        note: format!(
            "{} of {} records: they are taken for variants of the product that {path} names by its {}",
            variants.len(),
            records.len(),
            link.path
        ),
    };
    Some((split, products, variants))
}

/// Where a variant's record names its product.
pub(super) fn product_of(split: &Split, columns: &[Column<'_>], taste: &Taste) -> Option<String> {
    let link = split.link.as_ref()?;
    let parent = pick(&roles::PARENT, columns, taste, |column| {
        column.path != *link
    });
    let is_other = split.is_product.as_ref().is_some_and(|condition| {
        parent.is_some_and(|parent| condition.starts_with(&format!("{} ==", parent.path)))
    });
    match parent {
        Some(parent) if is_other => Some(parent.path.clone()),
        _ => Some(link.clone()),
    }
}

/// What a variant is chosen by, as an expression that gives an object.
pub(super) fn options(columns: &[Column<'_>]) -> Option<String> {
    let mut pairs: BTreeMap<String, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for column in columns {
        let name = column.names[0].as_deref().unwrap_or_default();
        for start in ["option", "attribute", "attribut"] {
            let Some(rest) = name.strip_prefix(start) else {
                continue;
            };
            let digits = rest.trim_start_matches(|next: char| next.is_ascii_digit());
            let number = rest.strip_suffix(digits).unwrap_or_default();
            let pair = (!number.is_empty()).then(|| pairs.entry(number.to_owned()).or_default());
            match (pair, digits) {
                (Some(pair), "name") => pair.0 = Some(&column.path),
                (Some(pair), "value" | "values") => pair.1 = Some(&column.path),
                _ => {}
            }
        }
    }
    let pairs: Vec<String> = pairs
        .into_values()
        .filter_map(|pair| Some(format!("[{}, {}]", pair.0?, pair.1?)))
        .collect();
    if !pairs.is_empty() {
        return Some(format!(
            "[{} | select(all(. != null and . != \"\")) | {{key: (.[0] | slug), value: .[1]}}] | from_entries",
            pairs.join(", ")
        ));
    }
    let called = |wanted: &str| {
        let mut columns = columns.iter();
        columns.find(|column| column.names[0].as_deref() == Some(wanted))
    };
    if let (Some(groups), Some(values)) = (called("optiongroups"), called("optionvalues")) {
        let list = |path: &str| format!("({path} // \"\" | split(\"|\"))");
        return Some(format!(
            "[[{}, {}] | transpose[] | select(all(. != null and . != \"\")) | {{key: (.[0] | slug), value: .[1]}}] | from_entries",
            list(&groups.path),
            list(&values.path)
        ));
    }
    let choices: Vec<String> = columns
        .iter()
        .filter(|column| {
            let name = column.names[0].as_deref().unwrap_or_default();
            CHOICES.split(' ').any(|choice| choice == name)
        })
        .map(|column| format!("{}: {}", Value::from(column.names[0].clone()), column.path))
        .collect();
    (!choices.is_empty()).then(|| format!("{{{}}}", choices.join(", ")))
}

/// A variant's own id: there in all records, and unlike in nearly all; a few that are there twice are mistakes.
pub(super) fn id(columns: &[Column<'_>], count: usize, taste: &Taste) -> Option<String> {
    let pick = |role: &Role| {
        let found = pick(role, columns, taste, |column| {
            let values: HashSet<String> = column.values.iter().filter_map(|v| text_of(v)).collect();
            column.values.len() == count && values.len() * 10 >= count * 9
        });
        found.map(|column| column.path.clone())
    };
    pick(&roles::ID).or_else(|| pick(&roles::SKU))
}

/// The values of a column that is there in every record, unlike in all.
fn unlike(column: &Column<'_>, count: usize) -> Option<HashSet<String>> {
    let values: HashSet<String> = column.values.iter().filter_map(|v| text_of(v)).collect();
    (values.len() == count && column.values.len() == count).then_some(values)
}

fn are_among(records: &[&Value], path: &str, ids: &HashSet<String>) -> bool {
    let is_there = |record: &&&Value| value_at(record, path).is_some_and(|id| ids.contains(&id));
    let there = records.iter().filter(is_there).count();
    !records.is_empty() && there * 10 >= records.len() * 9
}

/// Names of fields that only the first ones say anything in, and of those that can be repeated in the others.
fn only_in(named: &[&Value], others: &[&Value]) -> (Vec<String>, Vec<String>) {
    let says = |record: &&&Value, name: &str| {
        let text = record.get(name).and_then(Value::as_str);
        text.is_some_and(|text| !text.trim().is_empty())
    };
    let first = named.first().and_then(|record| record.as_object());
    let names = first.into_iter().flat_map(|members| members.keys());
    let only: Vec<String> = names
        .filter(|name| !others.iter().any(|record| says(&record, name)))
        .filter(|name| named.iter().any(|record| says(&record, name)))
        .cloned()
        .collect();
    // What one product lacks must not come from the product above it; names of options do no harm without values.
    let fill_down = only.iter().filter(|name| {
        let is_option = normal(name).starts_with("option");
        is_option || named.iter().all(|record| says(&record, name))
    });
    let fill_down = fill_down.cloned().collect();
    (only, fill_down)
}

/// Whether a column is one of these fields.
pub(super) fn is_of(column: &Column<'_>, fields: &[String]) -> bool {
    let steps = fields.iter().filter_map(|field| step(field));
    steps.into_iter().any(|step| step == column.path)
}

fn value_at(record: &Value, path: &str) -> Option<String> {
    let columns = columns(&[record]);
    let column = columns.iter().find(|column| column.path == path)?;
    column.values.first().and_then(|value| text_of(value))
}

#[cfg(test)]
mod tests {
    use super::super::fields::recognise;
    use super::*;
    use serde_json::json;

    fn told(records: &[Value]) -> (Split, Vec<(&'static str, String)>) {
        let meaning = recognise(records, &Taste::default());
        let variants = meaning.variants.unwrap();
        (variants.split, variants.fields)
    }

    #[track_caller]
    fn says(fields: &[(&'static str, String)], wanted: &str, expected: &str) {
        let found = fields.iter().find(|(field, _)| *field == wanted);
        assert_eq!(
            found.map(|(_, text)| text.as_str()),
            Some(expected),
            "{wanted}"
        );
    }

    #[test]
    fn a_shared_column_names_the_product() {
        let (split, fields) = told(&[
            json!({"slug": "mug", "sku": "m", "name": "Mug", "price": "0", "size": ""}),
            json!({"slug": "mug", "sku": "m-s", "name": "", "price": "5", "size": "S"}),
            json!({"slug": "mug", "sku": "m-l", "name": "", "price": "6", "size": "L"}),
        ]);
        assert_eq!(
            split.is_product.as_deref(),
            Some(".name != null and .name != \"\"")
        );
        says(&fields, "product_id", ".slug");
        says(&fields, "id", ".sku");
        says(&fields, "options", "{\"size\": .size}");
    }

    #[test]
    fn cells_that_repeat_what_is_above_are_filled() {
        let (split, fields) = told(&[
            json!({"handle": "mug", "name": "Mug", "sku": "m-s", "price": "5", "option1 name": "Size", "option1 value": "S"}),
            json!({"handle": "", "name": "", "sku": "m-l", "price": "6", "option1 name": "Size", "option1 value": "L"}),
        ]);
        assert_eq!(split.fill_down, ["handle", "name"]);
        says(&fields, "product_id", ".handle");
        says(&fields, "id", ".sku");
    }

    #[test]
    fn a_price_that_neither_has_is_told_once() {
        let records = [
            json!({"ID": "1", "SKU": "tee", "Name": "T-shirt", "Parent": ""}),
            json!({"ID": "2", "SKU": "tee-s", "Name": "T-shirt, S", "Parent": "tee"}),
        ];
        let told = |records: &[Value]| {
            let unsure = recognise(records, &Taste::default()).unsure;
            let about_prices = unsure
                .iter()
                .filter(|doubt| doubt.starts_with("price: none"));
            about_prices.count()
        };
        assert_eq!(told(&records), 1);
        let mut priced = records.clone();
        priced[1]["price"] = json!("5.00");
        assert_eq!(told(&priced), 0);
    }

    #[test]
    fn a_parent_is_named() {
        let (split, fields) = told(&[
            json!({"ID": "1", "SKU": "tee", "Name": "T-shirt", "Parent": ""}),
            json!({"ID": "2", "SKU": "tee-s", "Name": "T-shirt, S", "Parent": "tee"}),
        ]);
        assert_eq!(split.link.as_deref(), Some(".SKU"));
        says(&fields, "product_id", ".Parent");
        says(&fields, "name", ".Name");
    }
}
