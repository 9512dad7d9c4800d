//! One product: a seed and an index, and everything that follows from them.
//!
//! Nothing is stored: each question is answered by rolling the dice of its own topic.

use super::assortment::{Assortment, Category, Place, Slots};
use super::fact::{Fact, FactRule};
use super::large::{self, Large};
use super::variant::{self, Axis, Variant};
use super::{Dice, prose};

/// The last day of the catalogue's history, as seconds since 1970: 2026-11-01, midnight UTC.
const TODAY: i64 = 1_793_491_200;
const DAY: i64 = 86_400;

/// The first article number.
const FIRST_NUMBER: u64 = 4_000_000;

/// A catalogue of a given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Catalogue {
    seed: u64,
    count: u64,
    profile: Profile,
}

/// What the products of a catalogue are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Profile {
    /// A small shop for people to look at: many colours and sizes, long texts.
    Small,
    /// A large shop, as [`large`] tells.
    Large { giant: bool },
}

/// One product of a catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    catalogue: Catalogue,
    index: u64,
    kind: usize,
}

/// Where a product stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// On sale.
    Active,
    /// Being prepared; shoppers must not see it.
    Draft,
    /// No longer sold.
    PhasedOut,
}

/// How one product points at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Something like it.
    Similar,
    /// Something that goes with it.
    GoesWith,
}

impl Catalogue {
    /// The catalogue of the default seed.
    pub fn new(count: u64) -> Self {
        Self::with_seed(1, count)
    }

    /// Another shop of the same assortment.
    pub fn with_seed(seed: u64, count: u64) -> Self {
        Self {
            seed,
            count,
            profile: Profile::Small,
        }
    }

    /// A large shop of the default seed, with the measures of real ones.
    pub fn large(count: u64) -> Self {
        Self {
            profile: Profile::Large { giant: false },
            ..Self::new(count)
        }
    }

    /// The same as a large shop, in which one product comes in 60,000 variants.
    #[must_use]
    pub fn with_giant(self) -> Self {
        Self {
            profile: Profile::Large { giant: true },
            ..self
        }
    }

    /// Whether a product comes in 60,000 variants.
    pub fn has_giant(&self) -> bool {
        self.profile == Profile::Large { giant: true }
    }

    /// What distinguishes it from every other catalogue.
    pub fn identity(&self) -> String {
        let profile = match self.profile {
            Profile::Small => "",
            Profile::Large { giant: false } => "-large",
            Profile::Large { giant: true } => "-giant",
        };
        format!("{}-{}{profile}", self.seed, self.count)
    }

    /// All categories, parents before children.
    pub fn categories(&self) -> Vec<Category<'static>> {
        match self.profile {
            Profile::Small => Assortment::get().categories(),
            Profile::Large { .. } => large::categories(),
        }
    }

    /// All that may be stated about products, once for every kind that has it.
    pub fn fact_rules(&self) -> Vec<&'static FactRule> {
        let assortment = Assortment::get();
        match self.profile {
            Profile::Small => (0..assortment.kinds())
                .flat_map(|kind| &assortment.place(kind).kind.facts)
                .collect(),
            Profile::Large { .. } => large::rules().collect(),
        }
    }

    fn slots(&self) -> &'static Slots {
        match self.profile {
            Profile::Small => &Assortment::get().slots,
            Profile::Large { .. } => &Large::get().slots,
        }
    }

    /// How many products it has.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What makes it this catalogue and no other.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The product at an index, if the catalogue is that long.
    pub fn product(&self, index: u64) -> Option<Product> {
        (index < self.count).then(|| self.at(index))
    }

    /// The product with an article number.
    pub fn by_number(&self, number: &str) -> Option<Product> {
        let number: u64 = number.parse().ok()?;
        self.product(number.checked_sub(FIRST_NUMBER)?)
    }

    /// All products, in the order of their numbers.
    pub fn products(self) -> impl Iterator<Item = Product> + Send {
        self.range(0, self.count)
    }

    /// Up to `len` products from an index on.
    pub fn range(self, from: u64, len: u64) -> impl Iterator<Item = Product> + Send {
        let end = from.saturating_add(len).min(self.count);
        (from..end).map(move |index| self.at(index))
    }

    fn at(&self, index: u64) -> Product {
        Product {
            catalogue: *self,
            index,
            kind: self.slots().kind_of(index),
        }
    }
}

impl Product {
    /// Its position in the catalogue.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The catalogue that it is of.
    pub fn catalogue(&self) -> Catalogue {
        self.catalogue
    }

    /// Whether it is of a large shop.
    pub(super) fn is_of_large(&self) -> bool {
        self.catalogue.profile != Profile::Small
    }

    /// Its kind's position in the assortment.
    pub(super) fn kind(&self) -> usize {
        self.kind
    }

    /// The catalogue's seed.
    pub fn seed(&self) -> u64 {
        self.catalogue.seed
    }

    /// Its article number.
    pub fn number(&self) -> String {
        (FIRST_NUMBER + self.index).to_string()
    }

    /// Its kind, with what stands above it.
    pub fn place(&self) -> Place<'static> {
        Assortment::get().place(self.kind)
    }

    /// The rolls of one topic.
    pub fn dice(&self, topic: &str) -> Dice {
        Dice::new(self.catalogue.seed, topic, self.index)
    }

    /// Who makes it; a department's first brands make the most.
    pub fn brand(&self) -> &'static str {
        if self.is_of_large() {
            return large::brand(self);
        }
        let mut dice = self.dice("brand");
        let brands = &self.place().department.brands;
        let (one, other) = (dice.index(brands.len()), dice.index(brands.len()));
        &brands[one.min(other)]
    }

    /// The maker's own number.
    pub fn part_number(&self) -> String {
        if self.is_of_large() {
            return large::part_number(self);
        }
        let mut dice = self.dice("part");
        let initials: String = self
            .brand()
            .chars()
            .filter(char::is_ascii_uppercase)
            .take(2)
            .collect();
        format!("{initials}-{}", 10_000 + dice.below(90_000))
    }

    /// Its name, without the brand.
    pub fn name(&self) -> String {
        match self.is_of_large() {
            true => large::name(self),
            false => prose::name(self),
        }
    }

    /// One or two sentences, if somebody wrote them.
    pub fn teaser(&self) -> String {
        match self.is_of_large() {
            true => large::teaser(self).unwrap_or_default(),
            false => prose::teaser(self),
        }
    }

    /// Several paragraphs of HTML, or none.
    pub fn description(&self) -> String {
        match self.is_of_large() {
            true => large::description(self),
            false => prose::description(self),
        }
    }

    /// Where it is: its own category first.
    pub fn categories(&self) -> Vec<String> {
        if self.is_of_large() {
            return vec![large::category(self)];
        }
        let mut ids = vec![self.place().category_id()];
        if self.dice("also").percent(35) {
            ids.extend(self.place().kind.also.iter().cloned());
        }
        ids
    }

    /// What is known about it.
    pub fn facts(&self) -> Vec<Fact<'static>> {
        if self.is_of_large() {
            return large::facts(self);
        }
        let mut dice = self.dice("facts");
        self.place()
            .kind
            .facts
            .iter()
            .map(|rule| rule.roll(&mut dice))
            .collect()
    }

    /// Its options, each with the values that it comes in.
    pub fn axes(&self) -> Vec<Axis<'static>> {
        variant::axes(self)
    }

    /// Everything that can be bought of it; one variant without values if there is nothing to choose.
    pub fn variants(&self) -> Vec<Variant> {
        variant::of_product(self, &self.axes())
    }

    /// Words to find it by.
    pub fn tags(&self) -> Vec<&'static str> {
        let mut tags: Vec<&str> = self.place().kind.tags.iter().map(String::as_str).collect();
        let mut dice = self.dice("tags");
        tags.extend(
            [(12, "bestseller"), (8, "limited"), (6, "staff pick")]
                .iter()
                .filter_map(|&(share, tag)| dice.percent(share).then_some(tag)),
        );
        tags
    }

    /// How many pictures there are of its first colour.
    pub fn views(&self) -> u64 {
        match self.is_of_large() {
            true => large::views(self),
            false => 2 + self.dice("views").below(3),
        }
    }

    /// Products to show beside it, by article number.
    pub fn related(&self) -> Vec<(Relation, String)> {
        let mut dice = self.dice("related");
        let mut found: Vec<(Relation, u64)> = Vec::new();
        if self.is_of_large() && dice.percent(50) {
            return Vec::new();
        }
        for _ in 0..dice.index(5) {
            found.extend(
                self.neighbour(self.kind, &mut dice)
                    .map(|index| (Relation::Similar, index)),
            );
        }
        for _ in 0..dice.index(3) {
            let kind = dice.index(Assortment::get().kinds());
            found.extend(
                self.neighbour(kind, &mut dice)
                    .map(|index| (Relation::GoesWith, index)),
            );
        }
        let mut numbers = Vec::new();
        for (relation, index) in found {
            let number = (FIRST_NUMBER + index).to_string();
            let on_sale = self.catalogue.at(index).lifecycle() == Lifecycle::Active;
            if on_sale && index != self.index && !numbers.iter().any(|(_, other)| *other == number)
            {
                numbers.push((relation, number));
            }
        }
        numbers
    }

    /// A product of a kind that stands near this one in the catalogue.
    fn neighbour(&self, kind: usize, dice: &mut Dice) -> Option<u64> {
        let all = self.catalogue.slots();
        let start = self.index - self.index % all.block();
        let slots = all.positions_of(kind);
        // The last block may be cut short; then the one before has all kinds.
        match slots.partition_point(|slot| start + slot < self.catalogue.count) {
            0 => (start + dice.pick(slots)).checked_sub(all.block()),
            there => Some(start + dice.pick(&slots[..there])),
        }
    }

    /// Whether shoppers may see it.
    pub fn lifecycle(&self) -> Lifecycle {
        if self.is_of_large() && large::is_outsize(self) {
            return Lifecycle::Active;
        }
        match self.dice("lifecycle").below(200) {
            0 => Lifecycle::Draft,
            1 | 2 => Lifecycle::PhasedOut,
            _ => Lifecycle::Active,
        }
    }

    /// Title and description for search engines, where somebody wrote them.
    pub fn seo(&self) -> Option<(String, String)> {
        self.dice("seo")
            .percent(if self.is_of_large() { 10 } else { 30 })
            .then(|| {
                let noun = &self.place().kind.noun;
                let title = format!("{} by {} | Northlight", self.name(), self.brand());
                let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
                    "An"
                } else {
                    "A"
                };
                (
                    title,
                    format!(
                        "{} {article} {noun} from {}, delivered in two to four days.",
                        self.teaser(),
                        self.brand()
                    ),
                )
            })
    }

    /// When it was created, in seconds since 1970.
    pub fn created_at(&self) -> i64 {
        TODAY - self.dice("created").range(5, 1400) * DAY + self.dice("hour").range(21_600, 64_800)
    }

    /// When it last changed, in seconds since 1970.
    pub fn updated_at(&self) -> i64 {
        let created = self.created_at();
        created + self.dice("updated").range(0, (TODAY - created).max(1))
    }
}

/// Seconds since 1970 as the text of RFC 3339, in UTC.
pub fn rfc3339(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

/// The calendar date of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years are counted from March, so that the leap day comes last and months follow one formula.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(TODAY), "2026-11-01T00:00:00Z");
    }

    #[test]
    fn a_product_does_not_depend_on_the_size_of_its_catalogue() {
        for index in [0, 1, 999, 1756] {
            let small = Catalogue::new(1757).product(index).expect("a product");
            let large = Catalogue::new(1_000_000).product(index).expect("a product");
            assert_eq!(small.name(), large.name());
            assert_eq!(small.variants(), large.variants());
            assert_eq!(small.description(), large.description());
        }
    }

    #[test]
    fn related_products_exist_and_are_others() {
        let catalogue = Catalogue::new(400);
        let mut seen = 0;
        for product in catalogue.products() {
            for (_, number) in product.related() {
                assert_ne!(number, product.number());
                assert!(catalogue.by_number(&number).is_some(), "{number}");
                seen += 1;
            }
        }
        assert!(seen > 300, "{seen}");
    }

    #[test]
    fn names_are_varied_and_categories_are_skewed() {
        let catalogue = Catalogue::new(4000);
        let names: HashSet<String> = catalogue.products().map(|product| product.name()).collect();
        assert!(names.len() > 3600, "{} different names", names.len());
        let mut sizes = vec![0; Assortment::get().kinds()];
        catalogue
            .products()
            .for_each(|product| sizes[product.kind] += 1);
        sizes.sort_unstable();
        assert!(
            sizes[0] > 5 && sizes[sizes.len() - 1] > 5 * sizes[0],
            "{sizes:?}"
        );
    }

    #[test]
    fn dates_are_in_order() {
        for product in Catalogue::new(300).products() {
            assert!(product.created_at() <= product.updated_at() && product.updated_at() <= TODAY);
        }
    }
}
