//! In which way a feed was read: whatever of that changes, everything is read again.

use crate::config::{Shop, Source};
use crate::feed::SourceCache;
use crate::schema;
use crate::wire::Kind;

/// Hash of all that turns bytes into documents.
pub(crate) fn of(source: &Source, shop: &Shop) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    let settings = (
        &source.mapping,
        &source.vars,
        &source.decoding,
        source.limits,
        source.provides,
        source.duplicates,
        &source.contract,
    );
    hasher.update(format!("{settings:?} {} {}", shop.currency, shop.time_zone).as_bytes());
    hasher.update(schema::common().to_string().as_bytes());
    for kind in Kind::ALL {
        hasher.update(schema::document(kind).to_string().as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The recipe as it is remembered. A held feed was held by certain limits: with other ones it is judged again.
pub(crate) fn judged(recipe: &str, source: &Source, cache: &SourceCache) -> String {
    if cache.held.is_none() {
        return recipe.to_owned();
    }
    let limits = format!("{:?} {}", source.guard, source.max_new_invalid_percent);
    format!("{recipe} {}", blake3::hash(limits.as_bytes()).to_hex())
}
