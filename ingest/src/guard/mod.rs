//! **guard**: what arrived against what is published, source by source.
//!
//! A feed that lost too much is held: it changes nothing, waits for an operator, and is named by the hash of its
//! content, so that approving it can only ever mean the feed that was looked at.

mod movement; // what differs between two feeds, counted

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;

pub use self::movement::Movement;
use crate::config::Guard;
use crate::feed::{Facts, Feed, FeedError, FeedFolder};
use crate::wire::{Kind, variant_key_ids};

/// A feed that passed, or that an operator approved. Nothing else can be compiled.
#[derive(Clone, Debug)]
pub struct Accepted(Feed);

/// What the guard says of a feed.
#[derive(Debug)]
pub enum Verdict {
    /// It may be published.
    Accepted(Accepted),
    /// It waits for an operator.
    Held {
        /// The feed.
        feed: Feed,
        /// Why, in sentences.
        reasons: Vec<String>,
    },
}

/// What a feed is compared with.
#[derive(Default, Clone, Copy)]
pub struct Published<'a> {
    /// The source's feed that the shop is made of, if the cache still has it.
    pub feed: Option<&'a Feed>,
    /// How many documents of the source the published generation was made of.
    pub documents: Option<u64>,
    /// The published generation itself, for a source whose feed the cache has lost.
    pub generation: Option<&'a Generation>,
    /// How the new feed differs from `feed`, where that is known without comparing the two.
    pub movement: Option<&'a Movement>,
}

/// How a run's records fared.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Records read.
    pub records: u64,
    /// Records refused, by the mapping or by validation.
    pub refused: u64,
    /// Why the feed is held whatever the rules say, in sentences.
    pub reasons: Vec<String>,
}

impl Accepted {
    /// The feed.
    pub fn into_feed(self) -> Feed {
        self.0
    }
}

/// An operator looked at this very feed and wants it published.
pub fn approve(feed: Feed) -> Accepted {
    Accepted(feed)
}

/// Applies every rule and lists all that are broken.
///
/// # Errors
/// The feed cache cannot be read.
pub fn judge(
    rules: &Guard,
    currency: Currency,
    folder: &FeedFolder,
    published: Published<'_>,
    feed: Feed,
    tally: &Tally,
) -> Result<Verdict, FeedError> {
    // What is kept in the shop is no reason to think better of what the source says.
    let said = feed.said();
    let mut reasons = Vec::new();
    if said.documents() == 0 {
        reasons.push("the feed has no documents at all".to_owned());
    }
    let refused = percent(tally.refused, tally.records);
    if refused > rules.max_invalid_percent {
        reasons.push(format!(
            "{} of {} records were refused ({refused:.1} %, limit {} %)",
            tally.refused, tally.records, rules.max_invalid_percent
        ));
    }
    let compared;
    let movement = match (published.movement, published.feed, published.generation) {
        (Some(movement), ..) => movement,
        (None, Some(before), _) => {
            compared = Movement::between(folder, before.said(), said, currency)?;
            &compared
        }
        (None, None, Some(generation)) => {
            compared = Movement::since(generation, folder, said, currency)?;
            &compared
        }
        (None, None, None) => {
            compared = Movement::from_nothing(said, currency);
            &compared
        }
    };
    match (published.feed, published.documents) {
        (Some(_), _) => reasons.extend(removals(rules, movement)),
        (None, Some(documents)) => reasons.extend(strangers(
            rules,
            (folder, currency),
            published.generation,
            documents,
            said,
        )?),
        (None, None) => {}
    }
    reasons.extend(prices(rules, movement));
    reasons.extend(categories(rules, movement));
    reasons.extend_from_slice(&tally.reasons);
    Ok(if reasons.is_empty() {
        Verdict::Accepted(Accepted(feed))
    } else {
        Verdict::Held { feed, reasons }
    })
}

/// Documents that were there and are not any more, kind by kind.
fn removals(rules: &Guard, movement: &Movement) -> Vec<String> {
    let mut reasons = Vec::new();
    for (kind, gone) in &movement.removed {
        let total = movement.before.shown.get(kind).copied().unwrap_or(0);
        let (share, limit) = (percent(*gone, total), rules.max_removed_percent);
        // Terms are few and come and go: only that none of a kind is left says that something is wrong.
        if kind.is_terms() && movement.after.shown.contains_key(kind) {
            continue;
        }
        if share > limit {
            reasons.push(format!(
                "{gone} of {total} documents of kind {kind} would go ({share:.1} %, limit {limit} %)"
            ));
        }
    }
    reasons
}

/// Without a cache nobody knows what the source brought, only how much; and whether the shop knows what it brings now.
fn strangers(
    rules: &Guard,
    (folder, currency): (&FeedFolder, Currency),
    generation: Option<&Generation>,
    before: u64,
    after: &Feed,
) -> Result<Option<String>, FeedError> {
    let limit = rules.max_removed_percent;
    let share = percent(before.saturating_sub(after.documents()), before);
    if share > limit {
        let after = after.documents();
        return Ok(Some(format!(
            "{after} documents where {before} are published ({share:.1} % fewer, limit {limit} %)"
        )));
    }
    let Some(generation) = generation else {
        return Ok(None);
    };
    let (mut known, mut expected) = (0, before);
    if after.counts.contains_key(&Kind::Offer) {
        // A back end may well price what the shop does not sell.
        expected = expected.min(u64::from(generation.catalog.variant_count()));
    }
    let half = if after.counts.keys().any(|kind| kind.is_fast()) {
        &after.offers
    } else {
        &after.catalog
    };
    for line in folder.lines(half)? {
        let line = line?;
        // The generation was made when others of what has a window may have been in the shop.
        let stays = |is_there: bool| {
            Facts::read(&line, currency).map_or(is_there, |facts| {
                facts.has_window || facts.is_shown == is_there
            })
        };
        known += u64::from(match line.kind {
            Kind::Product => stays(generation.catalog.product_by_id(&line.key).is_some()),
            Kind::Variant => {
                let (_, id) = variant_key_ids(&line.key);
                stays(movement::variant_row(generation, id).is_some())
            }
            Kind::Offer => movement::variant_row(generation, &line.key).is_some(),
            Kind::Category
            | Kind::Page
            | Kind::Attribute
            | Kind::Placement
            | Kind::Review
            | Kind::Redirect
            | Kind::Synonym
            | Kind::Promotion
            | Kind::DeliveryMethod
            | Kind::Tax
            | Kind::Delete
            | Kind::OrderStatus => true,
        });
    }
    let share = percent(expected.saturating_sub(known), expected);
    Ok((share > limit).then(|| {
        format!("only {known} of {expected} published documents would stay ({share:.1} % would go, limit {limit} %)")
    }))
}

/// Prices that vanish or become zero, and the median of all price movements.
fn prices(rules: &Guard, movement: &Movement) -> Vec<String> {
    let mut reasons = Vec::new();
    // An offer that has gone altogether is counted as a document. One that never said a price loses none.
    let (vanished, priced) = (movement.vanished, movement.before.priced);
    let (share, limit) = (percent(vanished, priced), rules.max_removed_percent);
    if share > limit {
        reasons.push(format!(
            "{vanished} of {priced} prices would go ({share:.1} %, limit {limit} %)"
        ));
    }
    let (zero, all) = (movement.newly_zero, movement.after.priced);
    let (share, limit) = (percent(zero, all), rules.max_zero_price_percent);
    if share > limit {
        reasons.push(format!(
            "{zero} of {all} prices would become zero ({share:.1} %, limit {limit} %)"
        ));
    }
    let limit = rules.max_median_price_shift_percent;
    if let Some((median, count)) = movement.median_shift()
        && median.abs() > limit
    {
        reasons.push(format!(
            "the median price would move by {median:+.1} % over {count} prices (limit {limit} %)"
        ));
    }
    reasons
}

/// How many categories are named one by one.
const MAX_NAMED: usize = 5;

/// Categories that lose most of what they list: a shelf that is suddenly empty, whatever the rest of the shop does.
fn categories(rules: &Guard, movement: &Movement) -> Option<String> {
    let limit = rules.max_category_removed_percent;
    let mut losing: Vec<(&String, u64, u64)> = movement
        .before
        .categories
        .iter()
        .map(|(id, before)| {
            let after = movement.after.categories.get(id).copied().unwrap_or(0);
            (id, *before, after)
        })
        .filter(|(_, before, after)| {
            *before >= rules.min_category_products
                && percent(before.saturating_sub(*after), *before) > limit
        })
        .collect();
    if losing.is_empty() {
        return None;
    }
    losing.sort_by_key(|(_, before, after)| std::cmp::Reverse(before - after));
    let named: Vec<String> = losing
        .iter()
        .take(MAX_NAMED)
        .map(|(id, before, after)| format!("`{id}` from {before} to {after}"))
        .collect();
    let more = losing.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 {
        format!(", and {more} more")
    } else {
        String::new()
    };
    Some(format!(
        "categories would lose more than {limit} % of their products: {}{more}",
        named.join(", ")
    ))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shares of counts far below 2^52"
)]
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 * 100.0 / whole as f64
    }
}

#[cfg(test)]
mod tests;
