//! Small documents for tests, valid unless a test spoils them.

use serde_json::{Value, json};

/// A product without variants.
pub fn product(id: &str, name: &str, amount: &str) -> Value {
    json!({
        "type": "product",
        "id": id,
        "name": name,
        "sku": id,
        "description": format!("<p>All about {name}.</p>"),
        "category_ids": ["things"],
        "prices": [{"amount": amount, "currency": "EUR"}],
        "stock": {"availability": "in_stock", "quantity": 5},
    })
}

/// The category that `product` is in.
pub fn category() -> Value {
    json!({"type": "category", "id": "things", "name": "Things"})
}

/// A content page.
pub fn page() -> Value {
    json!({"type": "page", "id": "about", "slug": "about", "title": "About us", "body": "<p>We sell things.</p>"})
}

/// An offer for an article.
pub fn offer(sku: &str, amount: &str, quantity: i64) -> Value {
    let availability = if quantity > 0 {
        "in_stock"
    } else {
        "out_of_stock"
    };
    json!({
        "type": "offer",
        "sku": sku,
        "prices": [{"amount": amount, "currency": "EUR"}],
        "stock": {"availability": availability, "quantity": quantity},
    })
}

/// A shop of so many products, `p1` to `pN`, one euro dearer each, in one category and with one page.
pub fn shop(products: usize) -> Vec<Value> {
    let mut documents = vec![category(), page()];
    documents.extend((1..=products).map(|number| {
        product(
            &format!("p{number}"),
            &format!("Thing number {number}"),
            &format!("{}.50", 9 + number),
        )
    }));
    documents
}

/// What says that a product is gone.
pub fn gone(product: &str) -> Value {
    json!({"type": "delete", "of": "product", "id": product})
}

/// A feed of changes, with its first and last line.
///
/// # Panics
/// A document has no type.
pub fn delta(changes: &[Value]) -> Vec<Value> {
    let mut counts = serde_json::Map::new();
    for change in changes {
        let kind = change["type"].as_str().expect("a type");
        let count = counts.get(kind).and_then(Value::as_u64).unwrap_or(0) + 1;
        counts.insert(kind.to_owned(), json!(count));
    }
    let mut lines = vec![json!({"type": "feed", "version": "1", "mode": "delta"})];
    lines.extend_from_slice(changes);
    lines.push(json!({"type": "end", "counts": counts}));
    lines
}
