//! **guard**: what arrived against what is published, source by source.
//!
//! A feed that lost too much is held: it changes nothing, waits for an operator, and is named by the hash of its
//! content, so that approving it can only ever mean the feed that was looked at.

use std::collections::HashMap;

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;
use serde::Deserialize;

use crate::config::Guard;
use crate::feed::{Feed, FeedError, FeedFolder, Line};
use crate::wire::{Document, Kind};

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
#[derive(Debug, Default, Clone, Copy)]
pub struct Published<'a> {
    /// The source's feed that the shop is made of, if the cache still has it.
    pub feed: Option<&'a Feed>,
    /// How many documents of the source the published generation was made of.
    pub documents: Option<u64>,
    /// The published generation itself, for a source whose feed the cache has lost.
    pub generation: Option<&'a Generation>,
}

/// How a run's records fared.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Records read.
    pub records: u64,
    /// Records refused, by the mapping or by validation.
    pub refused: u64,
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
    let mut reasons = Vec::new();
    if feed.documents() == 0 {
        reasons.push("the feed has no documents at all".to_owned());
    }
    let refused = percent(tally.refused, tally.records);
    if refused > rules.max_invalid_percent {
        reasons.push(format!(
            "{} of {} records were refused ({refused:.1} %, limit {} %)",
            tally.refused, tally.records, rules.max_invalid_percent
        ));
    }
    let (after, prices_before) = (
        prices_of(folder, &feed, currency)?,
        match published.feed {
            Some(before) if before.offers.hash == feed.offers.hash => None,
            Some(before) => Some(prices_of(folder, before, currency)?),
            None => Some(
                published
                    .generation
                    .map(|generation| prices_in(generation, folder, &feed))
                    .transpose()?
                    .unwrap_or_default(),
            ),
        },
    );
    match (published.feed, published.documents) {
        (Some(before), _) => reasons.extend(removals(rules, folder, before, &feed)?),
        (None, Some(documents)) => reasons.extend(strangers(
            rules,
            folder,
            published.generation,
            documents,
            &feed,
        )?),
        (None, None) => {}
    }
    if let Some(before) = prices_before {
        reasons.extend(prices(rules, &before, &after));
    }
    Ok(if reasons.is_empty() {
        Verdict::Accepted(Accepted(feed))
    } else {
        Verdict::Held { feed, reasons }
    })
}

/// Documents that were there and are not any more, kind by kind.
fn removals(
    rules: &Guard,
    folder: &FeedFolder,
    before: &Feed,
    after: &Feed,
) -> Result<Vec<String>, FeedError> {
    let mut reasons = Vec::new();
    for (old, new) in [
        (&before.catalog, &after.catalog),
        (&before.offers, &after.offers),
    ] {
        if old.hash == new.hash {
            continue;
        }
        let (mut total, mut removed): (HashMap<Kind, u64>, HashMap<Kind, u64>) = Default::default();
        let mut present = folder.lines(new)?.peekable();
        for line in folder.lines(old)? {
            let line = line?;
            if !is_in_the_shop(&line) {
                continue;
            }
            *total.entry(line.kind).or_default() += 1;
            // Both files are sorted alike, so one pass over both finds what is missing.
            while let Some(Ok(other)) = present.peek() {
                if (other.kind, &other.key) < (line.kind, &line.key) {
                    present.next();
                } else {
                    break;
                }
            }
            let found = matches!(present.peek(), Some(Ok(other)) if other.kind == line.kind && other.key == line.key && is_in_the_shop(other));
            if !found {
                *removed.entry(line.kind).or_default() += 1;
            }
        }
        for kind in Kind::ALL {
            let (gone, total) = (
                removed.get(&kind).copied().unwrap_or(0),
                total.get(&kind).copied().unwrap_or(0),
            );
            let share = percent(gone, total);
            if share > rules.max_removed_percent {
                let limit = rules.max_removed_percent;
                reasons.push(format!("{gone} of {total} documents of kind {kind} would go ({share:.1} %, limit {limit} %)"));
            }
        }
    }
    Ok(reasons)
}

/// Drafts and archived documents are in a feed, but not in the shop.
fn is_in_the_shop(line: &Line) -> bool {
    #[derive(Deserialize)]
    struct Fate {
        status: Option<String>,
    }
    // Nearly all documents are active and do not say so; only the others are worth reading.
    if !line.json.contains(r#""status":"draft""#) && !line.json.contains(r#""status":"archived""#) {
        return true;
    }
    let fate: Option<Fate> = serde_json::from_str(&line.json).ok();
    !matches!(
        fate.and_then(|fate| fate.status).as_deref(),
        Some("draft" | "archived")
    )
}

/// Without a cache nobody knows what the source brought, only how much; and whether the shop knows what it brings now.
fn strangers(
    rules: &Guard,
    folder: &FeedFolder,
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
    let half = if after.counts.contains_key(&Kind::Offer) {
        &after.offers
    } else {
        &after.catalog
    };
    for line in folder.lines(half)? {
        let line = line?;
        known += u64::from(match line.kind {
            Kind::Product => {
                generation.catalog.product_by_id(&line.key).is_some() == is_in_the_shop(&line)
            }
            Kind::Offer => variant_row(generation, &line.key).is_some(),
            Kind::Category | Kind::Page | Kind::Attribute => true,
        });
    }
    let share = percent(expected.saturating_sub(known), expected);
    Ok((share > limit).then(|| {
        format!("only {known} of {expected} published documents would stay ({share:.1} % would go, limit {limit} %)")
    }))
}

/// The row of the variant that an offer's key names.
fn variant_row(generation: &Generation, key: &str) -> Option<u32> {
    let variant = match key.strip_prefix("sku:") {
        Some(sku) => generation.catalog.variant_by_sku(sku),
        None => generation.catalog.variant_by_id(key),
    };
    variant.map(|variant| variant.row)
}

/// Prices that vanish or become zero, and the median of all price movements.
fn prices(rules: &Guard, before: &Prices, after: &Prices) -> Vec<String> {
    let was = |key: &String| before.get(key).and_then(|price| price.amount);
    let mut reasons = Vec::new();
    // An offer that has gone altogether is counted as a document. One that never said a price loses none.
    let vanished = after
        .iter()
        .filter(|(key, price)| {
            price.amount.is_none()
                && before
                    .get(*key)
                    .is_some_and(|before| before.is_lost_in(price))
        })
        .count() as u64;
    let priced = before
        .values()
        .filter(|price| price.amount.is_some())
        .count() as u64;
    let share = percent(vanished, priced);
    if share > rules.max_removed_percent {
        let limit = rules.max_removed_percent;
        reasons.push(format!(
            "{vanished} of {priced} prices would go ({share:.1} %, limit {limit} %)"
        ));
    }
    let amounts = || {
        after
            .iter()
            .filter_map(|(key, price)| Some((key, price.amount?)))
    };
    let newly_zero = amounts()
        .filter(|(key, amount)| *amount == 0.0 && was(key) != Some(0.0))
        .count() as u64;
    let all = amounts().count() as u64;
    let share = percent(newly_zero, all);
    if share > rules.max_zero_price_percent {
        let limit = rules.max_zero_price_percent;
        reasons.push(format!(
            "{newly_zero} of {all} prices would become zero ({share:.1} %, limit {limit} %)"
        ));
    }
    let mut shifts: Vec<f64> = amounts()
        .filter_map(|(key, amount)| Some((amount, was(key).filter(|before| *before > 0.0)?)))
        .map(|(amount, before)| (amount / before - 1.0) * 100.0)
        .collect();
    shifts.sort_by(f64::total_cmp);
    if let Some(median) = shifts.get(shifts.len() / 2)
        && median.abs() > rules.max_median_price_shift_percent
    {
        let limit = rules.max_median_price_shift_percent;
        reasons.push(format!(
            "the median price would move by {median:+.1} % over {} prices (limit {limit} %)",
            shifts.len()
        ));
    }
    reasons
}

type Prices = HashMap<String, Quoted>;

/// What an offer says of its price. Floats will do: only shares and medians come of them.
#[derive(Debug, Clone, Copy)]
struct Quoted {
    /// In the shop's currency; shoppers see no other.
    amount: Option<f64>,
    /// Whether it has a price in any currency.
    is_priced: bool,
    /// Whether the source itself said so, and not another one that prices the same variant.
    is_own: bool,
}

impl Quoted {
    /// A source that never priced anything does not take a price away by saying nothing; by pricing in a foreign currency it does.
    fn is_lost_in(&self, after: &Self) -> bool {
        self.amount.is_some() && (self.is_own || after.is_priced)
    }
}

/// What the offers of a feed say.
fn prices_of(folder: &FeedFolder, feed: &Feed, currency: Currency) -> Result<Prices, FeedError> {
    let mut prices = HashMap::new();
    for line in folder.lines(&feed.offers)? {
        let line = line?;
        let Ok(Document::Offer(offer)) = Document::from_json(&line.json) else {
            continue;
        };
        let own = offer
            .prices
            .iter()
            .find(|price| price.currency == currency.code());
        let amount = own.and_then(|price| price.amount.parse().ok());
        prices.insert(
            line.key,
            Quoted {
                amount,
                is_priced: !offer.prices.is_empty(),
                is_own: true,
            },
        );
    }
    Ok(prices)
}

/// What the published generation says of the variants that a feed has offers for.
#[expect(
    clippy::cast_precision_loss,
    reason = "prices far below 2^52 minor units"
)]
fn prices_in(
    generation: &Generation,
    folder: &FeedFolder,
    feed: &Feed,
) -> Result<Prices, FeedError> {
    let mut prices = HashMap::new();
    for line in folder.lines(&feed.offers)? {
        let key = line?.key;
        let minor =
            variant_row(generation, &key).and_then(|row| generation.offers.variant(row).price);
        let amount = minor
            .map(|minor| minor as f64 / 10_f64.powi(i32::from(generation.currency().exponent())));
        prices.insert(
            key,
            Quoted {
                amount,
                is_priced: amount.is_some(),
                is_own: false,
            },
        );
    }
    Ok(prices)
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
mod tests {
    use super::*;
    use crate::wire::{Offer, Page, Price, Status};

    const RULES: Guard = Guard {
        max_removed_percent: 20.0,
        max_zero_price_percent: 5.0,
        max_invalid_percent: 10.0,
        max_median_price_shift_percent: 30.0,
    };

    fn offer(id: usize, amount: &str) -> Document {
        let price = Price {
            amount: amount.to_owned(),
            currency: "EUR".to_owned(),
            compare_at: None,
        };
        let id = Some(format!("v{id:03}"));
        Document::Offer(Offer {
            variant_id: id,
            sku: None,
            prices: vec![price],
            stock: None,
            updated_at: None,
        })
    }

    fn page(id: usize) -> Document {
        Document::Page(Page {
            id: id.to_string(),
            slug: id.to_string(),
            title: id.to_string(),
            ..Page::default()
        })
    }

    /// Judges `after` against `before` and expects the verdict to name each of `expected`, or to accept.
    #[track_caller]
    fn check(before: Option<Vec<Document>>, after: Vec<Document>, refused: u64, expected: &[&str]) {
        let state = tempfile::tempdir().unwrap();
        let folder = FeedFolder::open(state.path(), "s").unwrap();
        let before = before.map(|documents| folder.write(documents, 1).unwrap());
        let records = after.len() as u64 + refused;
        let feed = folder.write(after, 2).unwrap();
        let published = Published {
            feed: before.as_ref(),
            ..Published::default()
        };
        let tally = Tally { records, refused };
        let reasons = match judge(&RULES, Currency::EUR, &folder, published, feed, &tally).unwrap()
        {
            Verdict::Accepted(_) => Vec::new(),
            Verdict::Held { reasons, .. } => reasons,
        };
        assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
        for (reason, part) in reasons.iter().zip(expected) {
            assert!(reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn nothing_at_all_is_always_held() {
        check(None, vec![], 0, &["no documents at all"]);
        check(
            Some((0..10).map(page).collect()),
            vec![],
            0,
            &["no documents", "10 of 10 documents of kind page"],
        );
    }

    #[test]
    fn losing_more_than_the_limit_is_held() {
        check(
            Some((0..10).map(page).collect()),
            (0..8).map(page).collect(),
            0,
            &[],
        );
        check(
            Some((0..10).map(page).collect()),
            (3..10).map(page).collect(),
            0,
            &["3 of 10"],
        );
        check(
            Some((0..10).map(page).collect()),
            (5..20).map(page).collect(),
            0,
            &["5 of 10"],
        );
    }

    #[test]
    fn prices_that_vanish_or_jump_are_held() {
        let at =
            |amount: &'static str| (0..20).map(move |id| offer(id, amount)).collect::<Vec<_>>();
        check(Some(at("10.00")), at("11.00"), 0, &[]);
        check(
            Some(at("10.00")),
            at("0.10"),
            0,
            &["median price would move by -99.0 %"],
        );
        check(
            Some(at("10.00")),
            at("0.00"),
            0,
            &["20 of 20 prices would become zero", "median"],
        );
        check(None, at("0.00"), 0, &["20 of 20 prices would become zero"]);
        check(Some(at("0.00")), at("0.00"), 0, &[]);
    }

    #[test]
    fn too_many_refused_records_are_held() {
        check(None, (0..9).map(page).collect(), 1, &[]);
        check(
            None,
            (0..8).map(page).collect(),
            2,
            &["2 of 10 records were refused"],
        );
    }

    #[test]
    fn prices_that_are_no_longer_said_in_the_shops_currency_are_held() {
        let priced = |currency: &'static str| {
            let in_currency = move |id: usize| match offer(id, "10.00") {
                Document::Offer(mut offer) => {
                    offer.prices[0].currency = currency.to_owned();
                    Document::Offer(offer)
                }
                other => other,
            };
            (0..20).map(in_currency).collect::<Vec<_>>()
        };
        check(
            Some(priced("EUR")),
            priced("USD"),
            0,
            &["20 of 20 prices would go"],
        );
        check(Some(priced("USD")), priced("EUR"), 0, &[]);
        check(Some(priced("USD")), priced("USD"), 0, &[]);
    }

    #[test]
    fn what_leaves_the_shop_is_gone_even_if_it_stays_in_the_feed() {
        let with = |status: Option<Status>| {
            let draft = |id| match page(id) {
                Document::Page(page) => Document::Page(Page { status, ..page }),
                other => other,
            };
            (0..10).map(draft).collect::<Vec<_>>()
        };
        check(
            Some(with(None)),
            with(Some(Status::Draft)),
            0,
            &["10 of 10 documents of kind page"],
        );
        check(
            Some(with(Some(Status::Draft))),
            with(Some(Status::Archived)),
            0,
            &[],
        );
        check(Some(with(Some(Status::Draft))), with(None), 0, &[]);
    }

    #[test]
    fn without_a_cache_the_numbers_are_compared() {
        let state = tempfile::tempdir().unwrap();
        let folder = FeedFolder::open(state.path(), "s").unwrap();
        let feed = folder.write((0..80).map(page).collect(), 1).unwrap();
        let reason = |before| strangers(&RULES, &folder, None, before, &feed).unwrap();
        assert_eq!(reason(100), None);
        assert!(reason(102).unwrap().contains("80 documents where 102"));
    }
}
