//! `why PRODUCT[.FIELD]`: which source a value of the shop comes from, when it was read, and what it overrode.
//!
//! The accepted feeds are asked, with the very rules that merging follows, and the published generation beside them.

use std::collections::BTreeSet;
use std::fmt;

use frontage_shared::model::money::Money;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::facets::AttributeValue;
use frontage_shared::snapshot::products::ProductOption;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::config::{Config, Provides};
use crate::cycle::{self, Context, CycleError};
use crate::difference;
use crate::feed::{Feed, FeedError, FeedFolder, KeptDocument, KeptWhy, MappedHalf};
use crate::merge::Reserved;
use crate::ownership::{self, Say, Version};
use crate::publish;
use crate::status::time;
use crate::wire::{Kind, variant_key, variant_key_ids};

/// Longer values are shortened for people.
const SHOWN_CHARS: usize = 100;

/// Where the values of a product come from.
#[derive(Debug, Serialize)]
pub struct Why {
    /// The product's id.
    pub product: String,
    /// Its name in the shop, if it is there.
    pub published: Option<String>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// One field of a product, or price and stock of a variant.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Its name; for offers, the variant's id goes before it: `4711-red.prices`.
    pub name: String,
    /// What shoppers see, where that is a price, a quantity, or words that stand for codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// How many orders took from stock that the source cannot know of yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<u64>,
    /// What the sources say, the one that counts first.
    pub stated: Vec<Stated>,
}

/// What a source says of a field.
#[derive(Debug, Serialize)]
pub struct Stated {
    /// The source.
    pub source: String,
    /// When its feed was read, Unix seconds.
    pub as_of: i64,
    /// Why this one counts, or does not.
    pub reason: &'static str,
    /// Why it is still there, if the latest feed did not bring it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// What it says.
    pub value: Value,
}

/// The question cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum WhyError {
    /// No source brings it.
    #[error(
        "no accepted feed has a product or SKU `{0}`; `status` says whether its source is held or failed"
    )]
    Unknown(String),
    /// The product has no such field.
    #[error("no source states `{field}` of product `{product}`; stated are {known}")]
    UnknownField {
        /// The product.
        product: String,
        /// As asked.
        field: String,
        /// What there is.
        known: String,
    },
    /// The feed cache cannot be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The store cannot be read.
    #[error(transparent)]
    Cycle(#[from] CycleError),
}

/// How a question about a language goes on behind the product.
const TRANSLATIONS: &str = ".translations";

/// A source's accepted feed.
struct Known {
    name: String,
    say: Say,
    provides: Provides,
    catalog: MappedHalf,
    offers: MappedHalf,
    feed: Feed,
}

impl Known {
    /// Why a document is still there, if the latest feed did not bring it.
    fn kept(&self, kind: Kind, key: &str) -> Option<String> {
        let KeptDocument { why, feeds } = self.feed.kept_document(kind, key)?;
        let since = match feeds {
            1 => "by the latest feed".to_owned(),
            feeds => format!("by {feeds} feeds in a row"),
        };
        Some(match why {
            KeptWhy::Missing => format!("kept, not mentioned {since}"),
            KeptWhy::Refused => format!("kept, refused in what was sent {since}"),
        })
    }
}

/// Answers for a product's id or SKU, perhaps with a field behind a point.
///
/// # Errors
/// There is no such product or field, or something cannot be read.
pub async fn ask(context: &Context, wanted: &str) -> Result<Why, WhyError> {
    let known = known(&context.config)?;
    let current = context.store.current().await.map_err(CycleError::from)?;
    let generation = match current {
        Some(manifest) => {
            let (folder, verified) = (context.parts_folder(), context.verified());
            let opened = publish::opened(&context.store, &folder, &manifest, &verified).await;
            Some(opened.map_err(CycleError::from)?)
        }
        None => None,
    };
    let generation = generation.as_ref();
    let find = |name| find(&known, generation, name);
    // Ids may hold points, so the whole is tried first.
    let (product, field) = match (find(wanted)?, wanted.rsplit_once('.')) {
        (Some(product), _) => (Some(product), None),
        // A language is named by two words: `4711.translations.de`.
        (None, Some((name, tag))) if name.ends_with(TRANSLATIONS) => {
            let id = name.strip_suffix(TRANSLATIONS).unwrap_or(name);
            (
                find(id)?,
                wanted.get(id.len() + 1..).filter(|_| !tag.is_empty()),
            )
        }
        (None, Some((name, field))) => (find(name)?, Some(field)),
        (None, None) => (None, None),
    };
    let product = product.ok_or_else(|| WhyError::Unknown(wanted.to_owned()))?;
    let (mut fields, own) = own_fields(&known, Kind::Product, &product)?;
    placed(&known, &product, &mut fields)?;
    let mut units = units(&product, &own);
    for key in variant_documents(&known, &product)? {
        let (own, merged) = own_fields(&known, Kind::Variant, &key)?;
        let (_, id) = variant_key_ids(&key);
        fields.extend(own.into_iter().map(|field| Field {
            name: format!("{id}.{}", field.name),
            ..field
        }));
        units.push((id.to_owned(), text(&merged, "sku")));
    }
    if let Some(generation) = generation {
        for field in &mut fields {
            field.published = labels(generation, &product, &field.name);
        }
    }
    let feeds = cycle::accepted_feeds(&context.config)?;
    let merged = cycle::merged(context, feeds).map_err(CycleError::from)?;
    fields.extend(offers(&known, generation, &units, &merged.reserved)?);
    if let Some(field) = field {
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let wanted = if field == "price" { "prices" } else { field };
        fields.retain(|stated| is_asked(&stated.name, wanted));
        if fields.is_empty() {
            return Err(WhyError::UnknownField {
                product,
                field: field.to_owned(),
                known: names.join(", "),
            });
        }
    }
    let published = generation
        .and_then(|generation| generation.catalog.product_by_id(&product))
        .map(|product| product.name().to_owned());
    Ok(Why {
        product,
        published,
        fields,
    })
}

/// Whether a field is the one asked for; `translations` are all languages.
fn is_asked(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (format!(".{name}").to_lowercase(), wanted.to_lowercase());
    let is_language = wanted == "translations" && name.contains(&format!("{TRANSLATIONS}."));
    is_language || name.ends_with(&format!(".{wanted}"))
}

/// Adds what placements say of the categories of a product.
fn placed(known: &[Known], product: &str, fields: &mut Vec<Field>) -> Result<(), WhyError> {
    let mut stated = Vec::new();
    for source in known {
        let lines = source
            .catalog
            .find_from(Kind::Placement, &variant_key(product, ""))?;
        let ids = lines.iter().map(|line| variant_key_ids(&line.key).1);
        let ids: Vec<Value> = ids.map(Value::from).collect();
        if !ids.is_empty() {
            stated.push(Stated {
                source: source.name.clone(),
                as_of: source.feed.as_of,
                reason: "places it there",
                kept: None,
                value: ids.into(),
            });
        }
    }
    let name = "category_ids";
    match fields.iter_mut().find(|field| field.name == name) {
        Some(field) => field.stated.append(&mut stated),
        None if !stated.is_empty() => fields.push(Field {
            name: name.to_owned(),
            published: None,
            reserved: None,
            stated,
        }),
        None => {}
    }
    Ok(())
}

/// What shoppers read of attributes and options, where the sources may have sent codes.
fn labels(generation: &Generation, product: &str, field: &str) -> Option<String> {
    let catalog = &generation.catalog;
    let (unit, name) = field.rsplit_once('.').unwrap_or(("", field));
    let words: Vec<String> = match (unit, name) {
        ("", "attributes") => {
            let product = catalog.product_by_id(product)?;
            let word = |value: AttributeValue<'_>| {
                format!("{}: {} {}", value.label(), value.value(), value.unit())
            };
            product.attributes().map(word).collect()
        }
        ("", "options" | "variants") => {
            let product = catalog.product_by_id(product)?;
            let word = |option: ProductOption<'_>| {
                let names: Vec<&str> = option.values().map(|value| value.name()).collect();
                format!("{}: {}", option.name(), names.join(", "))
            };
            product.options().map(word).collect()
        }
        ("", "category_ids") => {
            let product = catalog.product_by_id(product)?;
            let names = product
                .categories()
                .map(|category| category.name().to_owned());
            names.collect()
        }
        (unit, "options" | "option_values") => {
            let variant = catalog.variant_by_id(unit)?;
            variant
                .values()
                .map(|value| value.name().to_owned())
                .collect()
        }
        _ => return None,
    };
    let words: Vec<&str> = words.iter().map(|word| word.trim_end()).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Every source with an accepted feed, in the order of precedence.
fn known(config: &Config) -> Result<Vec<Known>, WhyError> {
    let mut known = Vec::new();
    for (name, feed) in cycle::accepted_feeds(config)? {
        let Some(source) = config.source(&name) else {
            continue;
        };
        let folder = FeedFolder::open(&config.state, &name)?;
        known.push(Known {
            say: source.say.clone(),
            provides: source.provides,
            catalog: folder.map(&feed.catalog)?,
            offers: folder.map(&feed.offers)?,
            feed,
            name,
        });
    }
    known.sort_by_key(|known| std::cmp::Reverse(known.say.priority));
    Ok(known)
}

/// The product with an id, or the one that sells a SKU.
fn find(
    known: &[Known],
    generation: Option<&Generation>,
    name: &str,
) -> Result<Option<String>, WhyError> {
    for source in known {
        if !source.catalog.find(Kind::Product, name)?.is_empty() {
            return Ok(Some(name.to_owned()));
        }
    }
    let variant = generation.and_then(|generation| {
        let catalog = &generation.catalog;
        let variant = catalog.variant_by_sku(name);
        variant.or_else(|| catalog.variant_by_id(name))
    });
    Ok(variant
        .and_then(|variant| variant.product())
        .map(|product| product.id().to_owned()))
}

/// The keys of the variants that belong to a product and have documents of their own.
fn variant_documents(known: &[Known], product: &str) -> Result<BTreeSet<String>, WhyError> {
    let mut keys = BTreeSet::new();
    for source in known {
        let lines = source
            .catalog
            .find_from(Kind::Variant, &variant_key(product, ""))?;
        keys.extend(lines.into_iter().map(|line| line.key));
    }
    Ok(keys)
}

/// What the sources say in a document, and what comes of it.
fn own_fields(
    known: &[Known],
    kind: Kind,
    key: &str,
) -> Result<(Vec<Field>, Map<String, Value>), WhyError> {
    let (mut versions, mut sources) = (Vec::new(), Vec::new());
    for source in known {
        for line in source.catalog.find(kind, key)? {
            let fields = serde_json::from_str(&line.json).unwrap_or_default();
            versions.push(Version {
                source: &source.name,
                say: &source.say,
                fields: ownership::spread(fields),
            });
            sources.push(source);
        }
    }
    let together = ownership::together(&versions);
    let mut fields = Vec::new();
    for (name, origin) in &together.origin {
        if matches!(name.as_str(), "type" | "id" | "product_id") {
            continue;
        }
        let mut stated = Vec::new();
        for (place, (version, source)) in versions.iter().zip(&sources).enumerate() {
            let Some(value) = version.fields.get(name) else {
                continue;
            };
            let reason = match (place == *origin, version.say.has(name)) {
                (true, true) => "owns the field",
                (true, false) => "first by precedence",
                (false, _) => "overridden",
            };
            stated.push(Stated {
                source: source.name.clone(),
                as_of: source.feed.as_of,
                reason,
                kept: source.kept(kind, key),
                value: value.clone(),
            });
        }
        stated.sort_by_key(|stated| stated.reason == "overridden");
        fields.push(Field {
            name: name.clone(),
            published: None,
            reserved: None,
            stated,
        });
    }
    Ok((fields, together.fields))
}

/// Id and SKU of a product and of the variants inside it: what price and stock may be stated of.
fn units(product: &str, merged: &Map<String, Value>) -> Vec<(String, Option<String>)> {
    let mut units = vec![(product.to_owned(), text(merged, "sku"))];
    let variants = merged.get("variants").and_then(Value::as_array);
    for variant in variants.into_iter().flatten().filter_map(Value::as_object) {
        units.extend(text(variant, "id").map(|id| (id, text(variant, "sku"))));
    }
    units
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// What the sources say of price and stock of these variants: sources of offers by id, then by SKU, then what
/// stands inside products, as merging has it.
fn offers(
    known: &[Known],
    generation: Option<&Generation>,
    units: &[(String, Option<String>)],
    reserved: &Reserved,
) -> Result<Vec<Field>, WhyError> {
    let mut fields = Vec::new();
    for (id, sku) in units {
        let row = generation.and_then(|generation| generation.catalog.variant_by_id(id));
        let offer = row.and_then(|row| Some(generation?.offers.variant(row.row)));
        for name in ["prices", "stock", "locations"] {
            let mut stated = stated_offers(known, name, (id, sku.as_deref()))?;
            if stated.is_empty() {
                continue;
            }
            if let Some(first) = stated.first_mut() {
                first.reason = "counts";
            }
            let published = match (name, &offer, generation) {
                ("prices", Some(offer), Some(generation)) => offer.price.map(|minor| {
                    let currency = generation.currency();
                    let one = format!("{} {currency}", Money { minor, currency });
                    let tiers =
                        row.map(|row| difference::tiers(&generation.offers, row.row, currency));
                    match tiers.filter(|tiers| !tiers.is_empty()) {
                        Some(tiers) => format!("{one}, {tiers}"),
                        None => one,
                    }
                }),
                ("stock", Some(offer), Some(generation)) => {
                    let quantity = offer.quantity.map(|quantity| quantity.to_string());
                    let days = row.and_then(|row| generation.offers.lead_time(row.row));
                    let days = days.map(|days| format!("leaves within {days} days"));
                    let said: Vec<_> = quantity.into_iter().chain(days).collect();
                    (!said.is_empty()).then(|| said.join(", "))
                }
                ("locations", Some(_), Some(generation)) => {
                    row.map(|variant| difference::places(&generation.offers, variant.row))
                }
                _ => None,
            };
            fields.push(Field {
                name: format!("{id}.{name}"),
                published,
                reserved: reserved.get(id).copied().filter(|_| name == "stock"),
                stated,
            });
        }
    }
    Ok(fields)
}

fn stated_offers(
    known: &[Known],
    name: &str,
    (id, sku): (&str, Option<&str>),
) -> Result<Vec<Stated>, WhyError> {
    let by_sku = sku.map(|sku| format!("sku:{sku}"));
    let ranks = [
        (Provides::Offers, Some(id)),
        (Provides::Offers, by_sku.as_deref()),
        (Provides::Catalog, Some(id)),
    ];
    let mut stated = Vec::new();
    for (provides, key) in ranks {
        let Some(key) = key else { continue };
        let mut of_rank = Vec::new();
        for source in known.iter().filter(|source| source.provides == provides) {
            for line in source.offers.find(Kind::Offer, key)? {
                let offer: Value = serde_json::from_str(&line.json).unwrap_or_default();
                if let Some(value) = offer.get(name) {
                    of_rank.push(Stated {
                        source: source.name.clone(),
                        as_of: source.feed.as_of,
                        reason: "overridden",
                        kept: source.kept(Kind::Offer, key),
                        value: value.clone(),
                    });
                }
            }
        }
        // Of several sources of the same rank, the last by name counts.
        of_rank.sort_by(|a, b| b.source.cmp(&a.source));
        stated.extend(of_rank);
    }
    Ok(stated)
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.published {
            Some(name) => writeln!(f, "product `{}`, in the shop as \"{name}\"", self.product)?,
            None => writeln!(f, "product `{}`, not in the shop", self.product)?,
        }
        for field in &self.fields {
            match &field.published {
                Some(value) => writeln!(f, "\n{}: {value} in the shop", field.name)?,
                None => writeln!(f, "\n{}", field.name)?,
            }
            if let Some(reserved) = field.reserved {
                writeln!(
                    f,
                    "  less {reserved} in orders that the source cannot know of yet"
                )?;
            }
            for stated in &field.stated {
                let value: String = stated.value.to_string().chars().take(SHOWN_CHARS).collect();
                let (source, at) = (&stated.source, time(stated.as_of));
                let kept = stated.kept.iter().map(|kept| format!(", {kept}"));
                let kept: String = kept.collect();
                writeln!(f, "  {source}, read {at}, {}{kept}: {value}", stated.reason)?;
            }
        }
        Ok(())
    }
}
