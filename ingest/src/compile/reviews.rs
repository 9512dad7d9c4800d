//! Reviews, grouped by product, and what they come to together.

use frontage_shared::snapshot::record::{List, RowRef};
use frontage_shared::snapshot::reviews::{RatingRecord, ReviewRecord, VERIFIED};

use super::facets::row_count;
use super::products::Tables;
use super::{CompileError, seconds};
use crate::merge::{Conflicts, MergeError};
use crate::wire::{Review, Status};

/// How many reviews of the shop's mean a product is thought to have besides its own when the best are sought, so that
/// one review of five stars is not better than a hundred of nearly five.
const PRIOR_REVIEWS: f64 = 5.0;

/// A review in the making: what it is sorted by.
struct Sorted {
    product: u32,
    created_at: i64,
    /// How the feed's order was, for those of one second.
    position: usize,
    record: ReviewRecord,
}

impl Tables<'_> {
    /// Writes reviews and ratings.
    pub(super) fn finish_reviews(
        &mut self,
        reviews: impl Iterator<Item = Result<Review, MergeError>>,
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        let mut all: Vec<Sorted> = Vec::new();
        for (position, review) in reviews.enumerate() {
            let review = review?;
            if review.status.unwrap_or_default() != Status::Active {
                continue;
            }
            let Some(product) = self.row_of(&review.product_id) else {
                if !self.inactive.contains(&review.product_id) {
                    let (id, product) = (&review.id, &review.product_id);
                    conflicts.add(|| {
                        format!("review `{id}` is about product `{product}`, which does not exist")
                    });
                }
                continue;
            };
            all.push(self.review(&review, product, position)?);
        }
        all.sort_by_key(|one| (one.product, std::cmp::Reverse(one.created_at), one.position));
        for group in all.chunk_by(|one, other| one.product == other.product) {
            let first = row_count(&self.tables.reviews);
            self.tables
                .reviews
                .extend(group.iter().map(|one| one.record));
            let reviews = List::between(first, row_count(&self.tables.reviews));
            let ratings = group.iter().map(|one| one.record.rating.get());
            self.tables
                .ratings
                .push(rating(group[0].product, reviews, ratings));
        }
        rank(&mut self.tables.ratings);
        Ok(())
    }

    fn review(
        &mut self,
        review: &Review,
        product: u32,
        position: usize,
    ) -> Result<Sorted, CompileError> {
        let created_at = seconds(review.created_at.as_deref());
        let strings = &mut self.tables.strings;
        let texts = &mut self.tables.texts;
        let language = review.language.as_deref().unwrap_or_default();
        let record = ReviewRecord {
            product: RowRef::new(Some(product)),
            rating: tenths(review).into(),
            created_at: created_at.into(),
            flags: if review.verified.unwrap_or(false) {
                VERIFIED
            } else {
                0
            }
            .into(),
            language: strings.string(&language.replace('_', "-"))?,
            author: strings.string(review.author.as_deref().unwrap_or_default())?,
            title: strings.string(review.title.as_deref().unwrap_or_default())?,
            body: texts.text(review.body.as_deref().unwrap_or_default())?,
            answer: texts.text(review.answer.as_deref().unwrap_or_default())?,
        };
        Ok(Sorted {
            product,
            created_at,
            position,
            record,
        })
    }
}

/// Tenths of stars; the schema let through what is from 1 to 5.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 10 to 50 just before"
)]
fn tenths(review: &Review) -> u32 {
    let stars = review.rating.as_f64().unwrap_or(1.0);
    (stars * 10.0).round().clamp(10.0, 50.0) as u32
}

fn rating(
    product: u32,
    reviews: List<{ frontage_shared::snapshot::layout::section::REVIEWS }>,
    ratings: impl Iterator<Item = u32>,
) -> RatingRecord {
    let (mut sum, mut count, mut stars) = (0_u64, 0_u64, [0_u32; 5]);
    for rating in ratings {
        sum += u64::from(rating);
        count += 1;
        // 45 tenths are five stars.
        let star = usize::try_from((rating + 5) / 10).unwrap_or(1).clamp(1, 5);
        if let Some(many) = stars.get_mut(star - 1) {
            *many += 1;
        }
    }
    // From tenths to hundredths, rounded half up.
    let average = (sum * 10 + count / 2) / count.max(1);
    let [one, two, three, four, five] = stars.map(Into::into);
    RatingRecord {
        product: RowRef::new(Some(product)),
        rank: 0.into(),
        average: u32::try_from(average).unwrap_or(500).into(),
        reviews,
        stars_1: one,
        stars_2: two,
        stars_3: three,
        stars_4: four,
        stars_5: five,
    }
}

/// Gives each rating its place, best first.
fn rank(ratings: &mut [RatingRecord]) {
    let weight = |rating: &RatingRecord| {
        f64::from(u32::try_from(rating.reviews.range().len()).unwrap_or(u32::MAX))
    };
    let total: f64 = ratings.iter().map(weight).sum();
    let sum: f64 = ratings
        .iter()
        .map(|rating| weight(rating) * f64::from(rating.average.get()))
        .sum();
    let mean = sum / total.max(1.0);
    let score = |rating: &RatingRecord| {
        let own = weight(rating);
        (own * f64::from(rating.average.get()) + PRIOR_REVIEWS * mean) / (own + PRIOR_REVIEWS)
    };
    let mut order: Vec<usize> = (0..ratings.len()).collect();
    order.sort_by(|&a, &b| {
        score(&ratings[b])
            .total_cmp(&score(&ratings[a]))
            .then(a.cmp(&b))
    });
    for (rank, at) in (0_u32..).zip(order) {
        ratings[at].rank = rank.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(product: u32, ratings: &[u32]) -> RatingRecord {
        let end = u32::try_from(ratings.len()).unwrap();
        rating(product, List::between(0, end), ratings.iter().copied())
    }

    #[test]
    fn averages_are_rounded_and_stars_counted() {
        let record = of(3, &[50, 45, 44, 10]);
        assert_eq!(record.average.get(), 373);
        let stars = [
            record.stars_1,
            record.stars_2,
            record.stars_3,
            record.stars_4,
            record.stars_5,
        ];
        assert_eq!(stars.map(|many| many.get()), [1, 0, 0, 1, 2]);
    }

    #[test]
    fn many_good_reviews_are_better_than_one_that_is_perfect() {
        let mut ratings = [
            of(0, &[50]),
            of(1, &[50; 40]),
            of(2, &[10, 20]),
            of(3, &[48; 40]),
            of(4, &[20; 40]),
        ];
        rank(&mut ratings);
        assert_eq!(ratings.map(|rating| rating.rank.get()), [2, 0, 3, 1, 4]);
        rank(&mut []);
    }
}
