//! What the fields of records mean, by their names in several languages and by their values.

use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What is known about the fields.
#[derive(Debug, Default)]
pub(super) struct Meaning {
    /// Document field and expression.
    pub(super) fields: Vec<(&'static str, String)>,
    /// What a person should look at.
    pub(super) unsure: Vec<String>,
}

struct Role {
    field: &'static str,
    /// Best first, without anything but letters and digits; a place in a list is its number.
    names: &'static str,
    fits: fn(&Value) -> bool,
}

const ROLES: [Role; 12] = [
    Role {
        field: "id",
        names: "id productid articleid itemid entityid objectid uid no itemno articleno artikelnummer artnr number code codigo codice sku reference referencia handle",
        fits: is_scalar,
    },
    Role {
        field: "sku",
        names: "sku itemno articlenumber articleno artikelnummer artnr no number itemcode defaultcode reference referencia variants0sku",
        fits: is_scalar,
    },
    Role {
        field: "name",
        names: "name title productname displayname bezeichnung artikelbezeichnung titel titre nom nombre titulo titolo nome naam namn nazwa label",
        fits: is_text,
    },
    Role {
        field: "description",
        names: "description bodyhtml longdescription beschreibung langtext descripcion descripción descrizione descrição omschrijving beskrivning opis content text details",
        fits: is_text,
    },
    Role {
        field: "short_description",
        names: "shortdescription summary excerpt kurztext kurzbeschreibung",
        fits: is_text,
    },
    Role {
        field: "brand",
        names: "brand brandname vendor manufacturer manufacturername marke hersteller marque fabricant marca fabricante merk supplier",
        fits: is_text,
    },
    Role {
        field: "gtin",
        names: "gtin ean ean13 gtin13 upc barcode isbn variants0barcode",
        fits: is_gtin,
    },
    Role {
        field: "price",
        names: "price priceamount pricevalue saleprice salesprice listprice unitprice preis vkpreis verkaufspreis prix precio prezzo preco preço prijs pris cena standardrate amount variants0price",
        fits: is_decimal,
    },
    Role {
        field: "compare_at",
        names: "compareatprice oldprice regularprice msrp uvp streichpreis wasprice originalprice variants0compareatprice",
        fits: is_decimal,
    },
    Role {
        field: "image",
        names: "image imageurl imagesrc imagelink images0src images0url images0 image0 picture pictureurl photo photourl bild bildurl foto img imgurl imagen immagine thumbnail media0url",
        fits: is_address,
    },
    Role {
        field: "quantity",
        names: "stock quantity qty stockquantity inventoryquantity inventory stocklevel bestand lagerbestand menge existencias voorraad lager variants0inventoryquantity",
        fits: is_decimal,
    },
    Role {
        field: "updated_at",
        names: "updatedat modified modifiedat lastmodified updated changed datemodified modifieddate metaupdatedat aenderungsdatum geaendert",
        fits: is_time,
    },
];

/// Fields of a record that are looked at.
const MOST: usize = 300;

/// Says what fields mean.
pub(super) fn recognise(records: &[Value]) -> Meaning {
    let columns = columns(records);
    let mut meaning = Meaning::default();
    for role in &ROLES {
        let best = role.names.split(' ').find_map(|name| {
            columns
                .iter()
                .find(|(path, values)| normal(path) == name && fits(role, values, records.len()))
        });
        if let Some((path, values)) = best {
            add(&mut meaning, role.field, path, values);
        }
    }
    let has =
        |meaning: &Meaning, wanted: &str| meaning.fields.iter().any(|(field, _)| *field == wanted);
    let name = meaning
        .fields
        .iter()
        .find(|(field, _)| *field == "name")
        .map(|(_, path)| path.clone());
    if let (false, Some(name)) = (has(&meaning, "id"), name) {
        meaning.unsure.push(format!("id: no field is there in every record and unlike in all; it is made of the name, so renamed products become new ones ({name})"));
        meaning.fields.push(("id", format!("{name} | slug")));
    }
    if !has(&meaning, "prices.0.amount") {
        meaning
            .unsure
            .push("price: none found; products would say \"Price on request\"".to_owned());
    }
    for path in columns.keys() {
        let name = normal(path);
        if matches!(
            name.as_str(),
            "category"
                | "categories"
                | "categories0"
                | "group"
                | "kategorie"
                | "warengruppe"
                | "categorie"
                | "categoria"
                | "producttype"
        ) {
            meaning.unsure.push(format!("category: {path} looks like one; a category is a document of its own, which takes a jq file instead of the map"));
            break;
        }
    }
    meaning
}

fn fits(role: &Role, values: &[&Value], records: usize) -> bool {
    let good = values.iter().filter(|value| (role.fits)(value)).count();
    if role.field == "id" {
        let unlike: HashSet<String> = values.iter().map(|value| value.to_string()).collect();
        return good == records && unlike.len() == records;
    }
    good > 0 && good * 10 >= values.len() * 9
}

fn add(meaning: &mut Meaning, field: &'static str, path: &str, values: &[&Value]) {
    let path = path.to_owned();
    match field {
        "gtin" => meaning.fields.push(("gtin", format!("{path} | gtin"))),
        "updated_at" => meaning
            .fields
            .push(("updated_at", format!("{path} | time($time_zone)"))),
        "price" | "compare_at" => {
            let comma = values
                .iter()
                .any(|value| value.as_str().is_some_and(|text| text.contains(',')));
            let amount = if comma {
                format!("{path} | dec(\",\")")
            } else {
                path.clone()
            };
            if field == "compare_at" {
                meaning.unsure.push(format!("compare-at price: {path}, by its name; it should be the price before a reduction"));
                return meaning.fields.push(("prices.0.compare_at", amount));
            }
            meaning.unsure.push(format!("price: {path} is taken to be in whole units of the shop's currency, as shoppers pay it"));
            meaning.fields.push(("prices.0.amount", amount));
            meaning
                .fields
                .push(("prices.0.currency", "$currency".to_owned()));
        }
        "image" => meaning.fields.push(("media.0.url", path)),
        "quantity" => {
            meaning
                .fields
                .push(("stock.quantity", format!("({path} | tonumber?)")));
            meaning.fields.push((
                "stock.availability",
                format!(
                    "if (({path} | tonumber?) // 0) > 0 then \"in_stock\" else \"out_of_stock\" end"
                ),
            ));
        }
        _ => meaning.fields.push((field, path)),
    }
}

/// Values by path, down to objects in records and the first ones of lists; nothing and empty texts do not count.
fn columns(records: &[Value]) -> BTreeMap<String, Vec<&Value>> {
    let mut columns: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for record in records {
        walk(record, "", 0, &mut columns);
    }
    columns
}

fn walk<'a>(
    value: &'a Value,
    path: &str,
    depth: usize,
    columns: &mut BTreeMap<String, Vec<&'a Value>>,
) {
    match value {
        Value::Object(members) if depth < 3 => {
            for (name, value) in members.iter().take(MOST) {
                if let Some(step) = step(name) {
                    walk(value, &format!("{path}{step}"), depth + 1, columns);
                }
            }
        }
        Value::Array(items) if depth > 0 && depth < 3 => {
            if let Some(first) = items.first() {
                walk(first, &format!("{path}[0]"), depth + 1, columns);
            }
        }
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        other if depth > 0 && (columns.len() < MOST || columns.contains_key(path)) => {
            columns.entry(path.to_owned()).or_default().push(other);
        }
        _ => {}
    }
}

/// A name as a step of a path. Names that are more than words are left alone.
fn step(name: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if starts_well && name.bytes().all(plain) && name.len() <= 60 {
        return Some(format!(".{name}"));
    }
    let is_word =
        |next: char| next.is_alphanumeric() || matches!(next, ' ' | '_' | '-' | ':' | '@' | '.');
    (!name.is_empty() && name.len() <= 60 && name.chars().all(is_word))
        .then(|| format!(".\"{name}\""))
}

fn normal(path: &str) -> String {
    path.chars()
        .filter(|next| next.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_scalar(value: &Value) -> bool {
    text_of(value).is_some_and(|text| !text.is_empty() && text.len() <= 200)
}

fn is_text(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.chars().any(char::is_alphabetic))
}

fn is_decimal(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        text.len() <= 20
            && text.bytes().any(|byte| byte.is_ascii_digit())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'))
    })
}

fn is_gtin(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        matches!(text.len(), 8 | 12..=14) && text.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_address(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.starts_with("https://")
            || text.starts_with("http://")
            || (text.starts_with('/') && !text.starts_with("//"))
    })
}

fn is_time(value: &Value) -> bool {
    text_of(value).is_some_and(|text| {
        text.len() >= 8 && text.starts_with(|first: char| first.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn german_names_and_commas_are_understood() {
        let records = [
            json!({"Artikelnummer": "1", "Bezeichnung": "Becher", "Preis": "1.249,00", "ean": "4006381333931", "Bestand": 3}),
            json!({"Artikelnummer": "2", "Bezeichnung": "Teller", "Preis": "9,90", "ean": ""}),
        ];
        let meaning = recognise(&records);
        let of = |wanted: &str| {
            meaning
                .fields
                .iter()
                .find(|(field, _)| *field == wanted)
                .map(|(_, text)| text.as_str())
        };
        assert_eq!(of("id"), Some(".Artikelnummer"));
        assert_eq!(of("name"), Some(".Bezeichnung"));
        assert_eq!(of("prices.0.amount"), Some(".Preis | dec(\",\")"));
        assert_eq!(of("gtin"), Some(".ean | gtin"));
    }

    #[test]
    fn names_cannot_carry_code() {
        let records = [json!({"id": 1, "na\"me | halt": "x", "\\(1)": 2, "name": "Mug"})];
        let meaning = recognise(&records);
        assert!(
            meaning
                .fields
                .iter()
                .all(|(_, text)| !text.contains("halt"))
        );
        assert_eq!(step("\\(1)"), None);
        assert_eq!(step("g:id").as_deref(), Some(".\"g:id\""));
    }
}
