//! Which products of a list stand on one page of it, in whatever order.
//!
//! Only what is shown is sorted: the cost does not grow with the page's number. Every order is total, so no product
//! is on two pages or on none.

use std::ops::Range;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::locales::NameRanks;
use frontage_shared::snapshot::row_set::RowSet;
use frontage_shared::snapshot::search::Hits;

use super::listing::Found;
use crate::route::Sort;

/// Sets up to this size are sorted as a whole.
const SMALL: usize = 2_048;
/// Buckets that a large set is sorted into before one of them is looked at.
const BUCKETS: usize = 4_096;
/// A set with at least one in so many products is found fastest by walking along all of them.
const DENSE: usize = 64;

/// The rows at these positions of the list, by one of the catalog's or the offers' orders; `names` is that of the
/// page's language.
pub(crate) fn by_sort(
    generation: &Generation,
    names: NameRanks<'_>,
    found: &Found,
    sort: Sort,
    range: Range<usize>,
) -> Vec<u32> {
    let ranks = generation.catalog.ranks();
    let last = u32::MAX;
    let most = generation.catalog.product_count();
    let window =
        |key: &dyn Fn(u32) -> u32| window(&found.rows, found.total, range.clone(), most, key);
    match sort {
        Sort::Featured | Sort::Relevance => {
            window(&|row| ranks.get(row).map_or(last, |rank| rank.featured.get()))
        }
        Sort::Name => window(&|row| names.get(row).unwrap_or(last)),
        Sort::Newest => window(&|row| ranks.get(row).map_or(last, |rank| rank.newest.get())),
        Sort::Rating => {
            let (catalog, rated) = (&generation.catalog, generation.catalog.rating_count());
            window(&|row| match catalog.rating(row) {
                Some(rating) => rating.rank(),
                None => {
                    rated.saturating_add(ranks.get(row).map_or(last, |rank| rank.featured.get()))
                }
            })
        }
        Sort::PriceAsc | Sort::PriceDesc => by_price(generation, found, sort, range),
    }
}

/// What has no price stays last in either direction.
fn by_price(generation: &Generation, found: &Found, sort: Sort, range: Range<usize>) -> Vec<u32> {
    let offers = &generation.offers;
    let most = generation.catalog.product_count();
    let priced = offers.price_ranks(None, None).end;
    let descends = sort == Sort::PriceDesc;
    if found.total * DENSE < most as usize {
        return window(&found.rows, found.total, range, most, |row| {
            let rank = offers.product(row).price_rank;
            match descends && rank < priced {
                true => priced - 1 - rank,
                false => rank,
            }
        });
    }
    let with = offers.at_price_ranks(0..priced);
    let without = offers.at_price_ranks(priced..most);
    match descends {
        false => listed(with.chain(without), &found.rows, range),
        true => listed(with.rev().chain(without), &found.rows, range),
    }
}

/// The rows at these positions of what a search found, those that fit best first, equal ones in the merchant's order.
/// `rows` are the hits that are left, and `total` is how many.
pub(crate) fn by_relevance(
    generation: &Generation,
    hits: &Hits,
    rows: &RowSet,
    total: usize,
    range: Range<usize>,
) -> Vec<u32> {
    let ranks = generation.catalog.ranks();
    let most = generation.catalog.product_count();
    let rank = |row| ranks.get(row).map_or(u32::MAX, |rank| rank.featured.get());
    let range = range.start.min(total)..range.end.min(total);
    if range.is_empty() {
        return Vec::new();
    }
    let of_class = |class: &RowSet, size: usize, ahead: usize| {
        let within = range.start.saturating_sub(ahead)..range.end - ahead;
        window(class, size, within, most, rank)
    };
    let (best, worst) = classes(hits, rows, &range);
    if best.size == total {
        return of_class(rows, total, 0);
    }
    // What fits as well as the page's first product, what comes between, what fits as badly as its last.
    let (mut first, mut between, mut last) = (RowSet::none(most), Vec::new(), RowSet::none(most));
    for row in rows.iter() {
        match hits.score(row) {
            score if score == best.score => first.insert(row),
            score if score == worst.score => last.insert(row),
            score if (worst.score..best.score).contains(&score) => {
                between.push((u16::MAX - score, rank(row), row));
            }
            _ => {}
        }
    }
    let mut shown = of_class(&first, best.size, best.ahead);
    between.sort_unstable();
    shown.extend(between.iter().map(|&(.., row)| row));
    if worst.score != best.score {
        shown.extend(of_class(&last, worst.size, worst.ahead));
    }
    shown
}

/// All hits that fit equally well.
#[derive(Clone, Copy, Default)]
struct Class {
    score: u16,
    size: usize,
    /// How many fit better.
    ahead: usize,
}

/// The classes that the first and the last of these positions are in.
fn classes(hits: &Hits, rows: &RowSet, range: &Range<usize>) -> (Class, Class) {
    let mut sizes = vec![0_usize; usize::from(u16::MAX) + 1];
    for row in rows.iter() {
        if let Some(size) = sizes.get_mut(usize::from(hits.score(row))) {
            *size += 1;
        }
    }
    let (mut best, mut worst) = (None, Class::default());
    let mut ahead = 0;
    for (score, &size) in (0..=u16::MAX).rev().zip(sizes.iter().rev()) {
        if size == 0 {
            continue;
        }
        worst = Class { score, size, ahead };
        ahead += size;
        if ahead > range.start && best.is_none() {
            best = Some(worst);
        }
        if ahead >= range.end {
            break;
        }
    }
    (best.unwrap_or_default(), worst)
}

/// The rows at these positions among those of an ordered list that are in the set.
pub(crate) fn listed(
    list: impl Iterator<Item = u32>,
    rows: &RowSet,
    range: Range<usize>,
) -> Vec<u32> {
    list.filter(|&row| rows.contains(row))
        .skip(range.start)
        .take(range.len())
        .collect()
}

/// The rows at these positions of the set in the order of a key, which is below `keys` for most; rows break ties.
pub(crate) fn window(
    rows: &RowSet,
    total: usize,
    range: Range<usize>,
    keys: u32,
    key: impl Fn(u32) -> u32,
) -> Vec<u32> {
    let range = range.start.min(total)..range.end.min(total);
    if range.is_empty() {
        return Vec::new();
    }
    if total <= SMALL {
        return sorted(rows.iter().map(|row| (key(row), row)).collect(), range);
    }
    let width = (keys as usize).div_ceil(BUCKETS).max(1).next_power_of_two();
    let shift = width.trailing_zeros();
    let bucket = |key: u32| ((key >> shift) as usize).min(BUCKETS - 1);
    let mut sizes = vec![0_usize; BUCKETS];
    let mut keyed = Vec::with_capacity(total);
    keyed.extend(rows.iter().map(|row| (key(row), row)));
    for &(key, _) in &keyed {
        if let Some(size) = sizes.get_mut(bucket(key)) {
            *size += 1;
        }
    }
    // The buckets that the page lies in, and how many rows are in those before them.
    let (mut first, mut before) = (0, 0);
    while let Some(&size) = sizes.get(first)
        && before + size <= range.start
    {
        before += size;
        first += 1;
    }
    let (mut end, mut reached) = (first, before);
    while let Some(&size) = sizes.get(end)
        && reached < range.end
    {
        reached += size;
        end += 1;
    }
    keyed.retain(|&(key, _)| (first..end).contains(&bucket(key)));
    sorted(keyed, range.start - before..range.end - before)
}

fn sorted(mut keyed: Vec<(u32, u32)>, range: Range<usize>) -> Vec<u32> {
    keyed.sort_unstable();
    let shown = keyed.get(range).unwrap_or_default();
    shown.iter().map(|&(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages of every size, one after another, are the whole set in order.
    #[track_caller]
    fn check(members: u32, keys: u32, key: impl Fn(u32) -> u32 + Copy) {
        let rows = RowSet::of(members * 3, (0..members * 3).step_by(3));
        let mut expected: Vec<u32> = rows.iter().collect();
        expected.sort_by_key(|&row| (key(row), row));
        for size in [1_usize, 24, 1_000] {
            let pages = (0..members as usize).step_by(size * if size == 1 { 97 } else { 1 });
            for start in pages {
                let page = window(&rows, members as usize, start..start + size, keys, key);
                let end = (start + size).min(expected.len());
                assert_eq!(page, expected[start..end], "{members} from {start}");
            }
        }
        assert!(window(&rows, members as usize, 1 << 40..1 << 41, keys, key).is_empty());
    }

    #[test]
    fn pages_are_cut_from_the_whole_order() {
        for members in [0, 1, 25, 2_048, 2_049, 6_000] {
            let scattered = |row: u32| row.wrapping_mul(2_654_435_761) % 20_000;
            check(members, 20_000, scattered);
            check(members, 20_000, |row| row / 2_000);
            check(members, 20_000, |_| 7);
            // A key that is larger than was said costs time and nothing else.
            check(members, 1, |row| u32::MAX - row);
        }
    }
}
