//! A product of sixty thousand variants: a small page, and every value of every option leads to the right variant by
//! the page's own form.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use frontage_tests::documents;
use frontage_tests::shop::{Page, Shop, ShopBuilder};
use serde_json::{Value, json};

/// Options and how many values each has.
const OPTIONS: [(&str, usize); 3] = [("width", 100), ("height", 60), ("colour", 10)];
/// Bytes that its page may have.
const MOST_BYTES: usize = 100 << 10;

#[tokio::test]
async fn every_option_of_sixty_thousand_variants_can_be_chosen_without_script() {
    let mut shop = ShopBuilder::of(vec![documents::category(), blind()])
        .catalog_source("max_record_bytes = 67108864")
        .start();
    shop.open().await;
    let page = shop.get("/p/blind").await;
    sound(&page);
    let form = form(&page.body);
    for (code, count) in OPTIONS {
        assert_eq!(form[code].values.len(), count, "{code}");
        for value in &form[code].values {
            let mut wanted: BTreeMap<&str, &str> = form
                .iter()
                .map(|(code, select)| (code.as_str(), select.selected.as_str()))
                .collect();
            wanted.insert(code, value);
            submit(&shop, &wanted).await;
        }
    }
    println!(
        "page of a product with 60,000 variants: {} bytes",
        page.body.len()
    );
}

#[tokio::test]
async fn an_option_with_too_many_values_for_a_list_is_typed() {
    let values: Vec<Value> = (0..1500)
        .map(|number| json!({"code": format!("c{number}"), "name": format!("Tone {number}")}))
        .collect();
    let variants: Vec<Value> = (0..1500)
        .map(|number| variant(&format!("t{number}"), json!({"tone": format!("c{number}")})))
        .collect();
    let paint = json!({
        "type": "product", "id": "paint", "name": "Paint", "category_ids": ["things"],
        "options": [{"code": "tone", "name": "Tone", "values": values}], "variants": variants,
    });
    let mut shop = ShopBuilder::of(vec![documents::category(), paint]).start();
    shop.open().await;
    let page = shop.get("/p/paint").await;
    sound(&page);
    let input = r#"name="tone" value="Tone 0""#;
    assert!(page.body.contains(input), "{}", page.body);
    for typed in ["Tone%201499", "tone+1499", "c1499"] {
        let answer = shop.get(&format!("/p/paint?tone={typed}")).await;
        assert_eq!(
            answer.header("location"),
            "/p/paint?variant=t1499",
            "{typed}"
        );
    }
    let chosen = shop.get("/p/paint?variant=t1499").await;
    assert!(chosen.body.contains(r#"value="Tone 1499""#));
}

/// What a page of any product is: there, and small.
#[track_caller]
fn sound(page: &Page) {
    assert_eq!(page.status, 200);
    assert!(page.body.len() <= MOST_BYTES, "{} bytes", page.body.len());
}

/// Sends the form, and holds the page it leads to against what was sent.
async fn submit(shop: &Shop, wanted: &BTreeMap<&str, &str>) {
    let mut query = String::new();
    for (code, value) in wanted {
        let _ = write!(
            query,
            "{}{code}={value}",
            if query.is_empty() { "?" } else { "&" }
        );
    }
    let mut answer = shop.get(&format!("/p/blind{query}")).await;
    let id = format!(
        "{}-{}-{}",
        wanted["width"], wanted["height"], wanted["colour"]
    );
    let expected = format!("/p/blind?variant={id}");
    // Another order of the parameters is first sent to the one order there is.
    for _ in 0..2 {
        if answer.header("location") == expected {
            break;
        }
        answer = shop.get(answer.header("location")).await;
    }
    assert_eq!(answer.header("location"), expected, "{query}");
    let page = shop.get(&expected).await;
    sound(&page);
    for (code, select) in form(&page.body) {
        assert_eq!(select.selected, wanted[code.as_str()], "{expected}");
    }
}

struct Select {
    values: Vec<String>,
    selected: String,
}

/// The lists of the form that chooses a variant, by name.
fn form(html: &str) -> BTreeMap<String, Select> {
    let selects = html.split("<select id=\"option-").skip(1).map(|rest| {
        let list = rest.split("</select>").next().unwrap_or_default();
        let quoted = |text: &str, before: &str| {
            let after = text.split_once(before).map_or("", |(_, after)| after);
            after.split('"').next().unwrap_or_default().to_owned()
        };
        let options: Vec<&str> = list.split("<option ").skip(1).collect();
        let selected = options
            .iter()
            .find(|option| option.contains("\" selected>"));
        let select = Select {
            values: options
                .iter()
                .map(|each| quoted(each, "value=\""))
                .collect(),
            selected: selected.map_or(String::new(), |each| quoted(each, "value=\"")),
        };
        (quoted(list, "name=\""), select)
    });
    selects.collect()
}

fn variant(id: &str, options: Value) -> Value {
    json!({
        "id": id, "sku": id, "options": options, "prices": [{"amount": "49.00", "currency": "EUR"}],
        "stock": {"availability": "in_stock"},
    })
}

/// A blind that is cut to measure.
fn blind() -> Value {
    let options: Vec<Value> = OPTIONS
        .iter()
        .map(|(code, count)| {
            let values: Vec<Value> = (0..*count)
                .map(|number| json!({"code": format!("{}{number}", &code[..1]), "name": format!("{code} {number}")}))
                .collect();
            json!({"code": code, "name": code, "values": values})
        })
        .collect();
    let mut variants = Vec::new();
    for width in 0..OPTIONS[0].1 {
        for height in 0..OPTIONS[1].1 {
            for colour in 0..OPTIONS[2].1 {
                let [width, height, colour] = [
                    format!("w{width}"),
                    format!("h{height}"),
                    format!("c{colour}"),
                ];
                variants.push(variant(
                    &format!("{width}-{height}-{colour}"),
                    json!({"width": width, "height": height, "colour": colour}),
                ));
            }
        }
    }
    json!({
        "type": "product", "id": "blind", "name": "Blind", "category_ids": ["things"],
        "options": options, "variants": variants,
    })
}
