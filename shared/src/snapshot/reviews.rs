//! §12 What shoppers say about products: sections that version 1.4 added.
//!
//! Reviews stand grouped by product, the latest first; a product with reviews has a rating, found by its row.

use zerocopy::little_endian::{I64, U32};

use super::SnapshotError;
use super::catalog::Catalog;
use super::layout::section;
use super::products::Product;
use super::record::{Bounds, List, RowRef, StrRef, TextRef, record};
use super::row_set::RowSet;
use super::verify::{order, sorted};

record! {
    /// A review.
    pub struct ReviewRecord in section::REVIEWS {
        /// The product it is about.
        product: RowRef<{ section::PRODUCTS }>,
        /// Tenths of stars, 10 to 50.
        rating: U32,
        /// Unix seconds, 0 if nobody says.
        created_at: I64,
        /// Bit 0: its author bought the product.
        flags: U32,
        /// BCP 47 tag of its language, or empty.
        language: StrRef,
        /// Who wrote it.
        author: StrRef,
        /// Its heading.
        title: StrRef,
        /// Plain text.
        body: TextRef,
        /// What the shop says to it; plain text.
        answer: TextRef,
    }
}

record! {
    /// All ratings of a product together.
    pub struct RatingRecord in section::RATINGS {
        /// The product; the sort key.
        product: RowRef<{ section::PRODUCTS }>,
        /// Position among all products with a rating, best first.
        rank: U32,
        /// Hundredths of stars, 100 to 500.
        average: U32,
        /// Its reviews, the latest first; at least one.
        reviews: List<{ section::REVIEWS }>,
        /// Reviews of one star, rounded half up.
        stars_1: U32,
        /// Of two.
        stars_2: U32,
        /// Of three.
        stars_3: U32,
        /// Of four.
        stars_4: U32,
        /// Of five.
        stars_5: U32,
    }
}

/// Review flag: its author bought the product.
pub const VERIFIED: u32 = 1;

/// All ratings of a product together, as pages read them.
#[derive(Clone, Copy)]
pub struct Rating<'a> {
    catalog: &'a Catalog,
    record: &'a RatingRecord,
}

/// A review as pages read it.
#[derive(Clone, Copy)]
pub struct Review<'a> {
    catalog: &'a Catalog,
    record: &'a ReviewRecord,
}

impl<'a> Rating<'a> {
    /// Hundredths of stars.
    pub fn average(&self) -> u32 {
        self.record.average.get().min(500)
    }

    /// How many reviews.
    pub fn count(&self) -> u32 {
        self.catalog
            .part
            .list::<ReviewRecord, _>(self.record.reviews)
            .len()
    }

    /// Reviews of one star to five.
    pub fn stars(&self) -> [u32; 5] {
        let record = self.record;
        [
            record.stars_1,
            record.stars_2,
            record.stars_3,
            record.stars_4,
            record.stars_5,
        ]
        .map(U32::get)
    }

    /// Position among all products with a rating, best first.
    pub fn rank(&self) -> u32 {
        self.record.rank.get()
    }

    /// The reviews, the latest first.
    pub fn reviews(&self) -> impl Iterator<Item = Review<'a>> + use<'a> {
        let catalog = self.catalog;
        let records = catalog.part.list::<ReviewRecord, _>(self.record.reviews);
        records.iter().map(move |record| Review { catalog, record })
    }
}

impl<'a> Review<'a> {
    /// Tenths of stars.
    pub fn rating(&self) -> u32 {
        self.record.rating.get().min(50)
    }

    /// Unix seconds.
    pub fn created_at(&self) -> Option<i64> {
        Some(self.record.created_at.get()).filter(|&at| at != 0)
    }

    /// Whether its author bought the product.
    pub fn is_verified(&self) -> bool {
        self.record.flags.get() & VERIFIED != 0
    }

    /// BCP 47 tag of its language; may be empty.
    pub fn language(&self) -> &'a str {
        self.catalog.part.str(self.record.language)
    }

    /// Who wrote it; may be empty.
    pub fn author(&self) -> &'a str {
        self.catalog.part.str(self.record.author)
    }

    /// Its heading; may be empty.
    pub fn title(&self) -> &'a str {
        self.catalog.part.str(self.record.title)
    }

    /// Plain text; may be empty.
    pub fn body(&self) -> &'a str {
        self.catalog.part.text(self.record.body)
    }

    /// What the shop says to it; plain text, may be empty.
    pub fn answer(&self) -> &'a str {
        self.catalog.part.text(self.record.answer)
    }
}

impl<'a> Product<'a> {
    /// What shoppers say about it together, if any said something.
    pub fn rating(&self) -> Option<Rating<'a>> {
        self.catalog.rating(self.row)
    }
}

impl Catalog {
    /// How many products have a rating.
    pub fn rating_count(&self) -> u32 {
        self.rows::<RatingRecord>().len()
    }

    /// Rows of products that have a rating, with its average in hundredths of stars, in the order of rows.
    pub fn averages(&self) -> impl Iterator<Item = (u32, u32)> {
        let ratings = self.rows::<RatingRecord>().iter();
        ratings.filter_map(|rating| Some((rating.product.get()?, rating.average.get().min(500))))
    }

    /// Products whose average is one star or better, two or better, and so on to four.
    pub fn rated(&self) -> &[RowSet; 4] {
        self.rated.get_or_init(|| {
            let rows = self.product_count();
            [100, 200, 300, 400].map(|least| {
                let good = self.averages().filter(|&(_, average)| average >= least);
                RowSet::of(rows, good.map(|(row, _)| row))
            })
        })
    }

    /// What shoppers say about the product at a row.
    pub fn rating(&self, product: u32) -> Option<Rating<'_>> {
        let rows = self.rows::<RatingRecord>();
        if rows.is_empty() {
            return None;
        }
        let at = rows.partition_point(|rating| rating.product.0.get() < product);
        let record = rows.get(at)?;
        (record.product.get() == Some(product)).then_some(Rating {
            catalog: self,
            record,
        })
    }

    /// Every field, where the sections are there.
    pub(super) fn verify_review_records(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        let part = &self.part;
        if part.has(section::REVIEWS) {
            part.verify_rows::<ReviewRecord>(section::REVIEWS, bounds)?;
        }
        if part.has(section::RATINGS) {
            part.verify_rows::<RatingRecord>(section::RATINGS, bounds)?;
        }
        Ok(())
    }

    /// Ratings are found by the row of their product, and their reviews are about it.
    pub(super) fn verify_ratings(&self) -> Result<(), SnapshotError> {
        let ratings = self.rows::<RatingRecord>();
        let products = ratings.iter().map(|rating| rating.product.0.get());
        sorted(section::RATINGS, products, true)?;
        for (row, record) in (0..).zip(ratings.iter()) {
            let reviews = self.part.list::<ReviewRecord, _>(record.reviews);
            let is_own = |review: &ReviewRecord| review.product.0 == record.product.0;
            if reviews.is_empty() || !reviews.iter().all(is_own) {
                let rule = "must name reviews of its product, at least one";
                return Err(order(section::RATINGS, row, rule));
            }
        }
        Ok(())
    }
}
