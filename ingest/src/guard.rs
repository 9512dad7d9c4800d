//! **guard**: what arrived against what is published, source by source.
//!
//! A feed that lost too much is held: it changes nothing, waits for an operator, and is named by the hash of its
//! content, so that approving it can only ever mean the feed that was looked at.

use std::collections::HashMap;

use crate::config::Guard;
use crate::feed::{Feed, FeedError, FeedFolder};
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
    /// How many documents of the source the published generation was made of; without a cache, all there is.
    pub documents: Option<u64>,
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
    match published.feed {
        Some(before) => {
            reasons.extend(removals(rules, folder, before, &feed)?);
            reasons.extend(prices(rules, folder, Some(before), &feed)?);
        }
        None => {
            reasons.extend(shrinkage(rules, published.documents, feed.documents()));
            reasons.extend(prices(rules, folder, None, &feed)?);
        }
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
            *total.entry(line.kind).or_default() += 1;
            // Both files are sorted alike, so one pass over both finds what is missing.
            while let Some(Ok(other)) = present.peek() {
                if (other.kind, &other.key) < (line.kind, &line.key) {
                    present.next();
                } else {
                    break;
                }
            }
            let found = matches!(present.peek(), Some(Ok(other)) if other.kind == line.kind && other.key == line.key);
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

/// Without a cache only the numbers can be compared.
fn shrinkage(rules: &Guard, before: Option<u64>, after: u64) -> Option<String> {
    let before = before?;
    let share = percent(before.saturating_sub(after), before);
    (share > rules.max_removed_percent).then(|| {
        format!(
            "{after} documents where {before} are published ({share:.1} % fewer, limit {} %)",
            rules.max_removed_percent
        )
    })
}

/// Prices that became zero, and the median of all price movements.
fn prices(
    rules: &Guard,
    folder: &FeedFolder,
    before: Option<&Feed>,
    after: &Feed,
) -> Result<Vec<String>, FeedError> {
    if before.is_some_and(|before| before.offers.hash == after.offers.hash) {
        return Ok(Vec::new());
    }
    let old = match before {
        Some(before) => amounts(folder, before)?,
        None => HashMap::new(),
    };
    let new = amounts(folder, after)?;
    let newly_zero = new
        .iter()
        .filter(|(key, amount)| **amount == 0.0 && old.get(*key) != Some(&0.0))
        .count() as u64;
    let mut reasons = Vec::new();
    let share = percent(newly_zero, new.len() as u64);
    if share > rules.max_zero_price_percent {
        let limit = rules.max_zero_price_percent;
        reasons.push(format!(
            "{newly_zero} of {} prices would become zero ({share:.1} %, limit {limit} %)",
            new.len()
        ));
    }
    let mut shifts: Vec<f64> = new
        .iter()
        .filter_map(|(key, amount)| Some((amount, *old.get(key).filter(|before| **before > 0.0)?)))
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
    Ok(reasons)
}

/// First price of each offer. Floats will do: only shares and medians come of them.
fn amounts(folder: &FeedFolder, feed: &Feed) -> Result<HashMap<String, f64>, FeedError> {
    let mut amounts = HashMap::new();
    for line in folder.lines(&feed.offers)? {
        let line = line?;
        let Ok(Document::Offer(offer)) = Document::from_json(&line.json) else {
            continue;
        };
        if let Some(amount) = offer
            .prices
            .first()
            .and_then(|price| price.amount.parse().ok())
        {
            amounts.insert(line.key, amount);
        }
    }
    Ok(amounts)
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
    use crate::wire::{Offer, Page, Price};

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
            documents: None,
        };
        let tally = Tally { records, refused };
        let reasons = match judge(&RULES, &folder, published, feed, &tally).unwrap() {
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
    fn without_a_cache_the_numbers_are_compared() {
        assert!(shrinkage(&RULES, Some(100), 80).is_none());
        assert!(
            shrinkage(&RULES, Some(100), 79)
                .unwrap()
                .contains("79 documents where 100")
        );
        assert!(shrinkage(&RULES, None, 1).is_none());
    }
}
