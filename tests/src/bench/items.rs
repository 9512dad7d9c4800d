//! The large catalogue as an ERP that a preset knows has it: items of Business Central, API v2.0, in pages.
//!
//! Items say little: number, name, category, price and stock, and the variants' codes. What there is of each follows the
//! vendor's reference of `item`, `itemVariant` and `itemCategory`.

use std::path::Path;

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_128;

use super::feeds::on_all_cores;
use crate::catalogue::Catalogue;
use crate::catalogue::product::{Lifecycle, Product, rfc3339};
use crate::catalogue::variant::Offer;

/// The first page of items.
pub const ITEMS: &str = "items-1.json";
/// Their categories.
pub const CATEGORIES: &str = "item-categories.json";

/// Items on a page, as the preset asks for.
const PAGE: u64 = 1000;
/// What stands where nothing is named.
const NOTHING: &str = "00000000-0000-0000-0000-000000000000";

/// Writes all pages; `url` gives the address under which a file will be.
pub fn write(
    folder: &Path,
    catalogue: Catalogue,
    url: impl Fn(&str) -> String + Sync,
) -> anyhow::Result<()> {
    let pages = catalogue.count().div_ceil(PAGE).max(1);
    let write = |name: &str, body: &Value| std::fs::write(folder.join(name), body.to_string());
    write(CATEGORIES, &categories(catalogue))?;
    on_all_cores(pages, |own| {
        for page in own {
            let items = catalogue.range((page - 1) * PAGE, PAGE);
            let items: Vec<Value> = items.map(|product| item(&product)).collect();
            let mut body = json!({"@odata.context": "$metadata#items", "value": items});
            if page < pages {
                let next = format!("items-{}.json", page + 1);
                body["@odata.nextLink"] = url(&next).into();
            }
            write(&format!("items-{page}.json"), &body)?;
        }
        Ok(())
    })
}

/// One item.
fn item(product: &Product) -> Value {
    let (axes, variants) = (product.axes(), product.variants());
    let changed = rfc3339(product.updated_at());
    let category = product.categories().into_iter().next();
    let first = &variants[0];
    let coded: Vec<Value> = variants
        .iter()
        .filter(|_| !axes.is_empty())
        .map(|variant| {
            let chosen = axes.iter().zip(&variant.chosen);
            let chosen: Vec<_> = chosen.map(|(axis, &at)| axis.values[at].label).collect();
            json!({
                "id": guid(&variant.sku), "itemId": guid(&product.number()), "itemNumber": product.number(),
                "code": variant.sku, "description": chosen.join(", "),
            })
        })
        .collect();
    json!({
        "@odata.etag": format!("W/\"{changed}\""), "id": guid(&product.number()), "number": product.number(),
        "displayName": product.name(), "displayName2": "", "type": "Inventory",
        "itemCategoryId": category.as_deref().map_or_else(|| NOTHING.to_owned(), guid),
        "itemCategoryCode": category.unwrap_or_default(), "blocked": product.lifecycle() != Lifecycle::Active,
        "gtin": if axes.is_empty() { first.gtin.as_str() } else { "" },
        "inventory": variants.iter().map(|variant| variant.offer.quantity).sum::<i64>(),
        "unitPrice": euros(&first.offer), "priceIncludesTax": true, "unitCost": 0,
        "taxGroupId": NOTHING, "taxGroupCode": "",
        "baseUnitOfMeasureId": guid("PCS"), "baseUnitOfMeasureCode": "PCS",
        "generalProductPostingGroupId": guid("RETAIL"), "generalProductPostingGroupCode": "RETAIL",
        "inventoryPostingGroupId": guid("RESALE"), "inventoryPostingGroupCode": "RESALE",
        "lastModifiedDateTime": changed, "itemVariants": coded,
    })
}

fn categories(catalogue: Catalogue) -> Value {
    let record = |category: &crate::catalogue::assortment::Category<'_>| {
        json!({
            "@odata.etag": "W/\"1\"", "id": guid(&category.id), "code": category.id, "displayName": category.name,
            "lastModifiedDateTime": "2026-01-01T00:00:00Z",
        })
    };
    let all: Vec<Value> = catalogue.categories().iter().map(record).collect();
    json!({"@odata.context": "$metadata#itemCategories", "value": all})
}

/// A price as a number of JSON.
fn euros(offer: &Offer) -> Value {
    let text = crate::catalogue::document::decimal(offer.cents);
    serde_json::from_str(&text).unwrap_or_default()
}

/// The same text has the same one.
fn guid(text: &str) -> String {
    let hash = format!("{:032x}", xxh3_128(text.as_bytes()));
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| hash[group].to_owned()).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_name_the_next_and_have_every_product_once() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name: &str| format!("http://erp.example/{name}");
        write(folder.path(), Catalogue::large(2_300), url).unwrap();
        let (mut next, mut numbers) = (Some(ITEMS.to_owned()), std::collections::BTreeSet::new());
        while let Some(name) = next {
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            let page: Value = serde_json::from_str(&text).unwrap();
            for item in page["value"].as_array().unwrap() {
                numbers.insert(item["number"].to_string());
                assert_eq!(item["id"].as_str().unwrap().len(), NOTHING.len());
            }
            let link = page["@odata.nextLink"].as_str();
            next = link.map(|link| link.rsplit('/').next().unwrap().to_owned());
        }
        assert_eq!(numbers.len(), 2_300);
        let text = std::fs::read_to_string(folder.path().join(CATEGORIES)).unwrap();
        let categories: Value = serde_json::from_str(&text).unwrap();
        assert!(categories["value"].as_array().unwrap().len() > 1_000);
    }
}
