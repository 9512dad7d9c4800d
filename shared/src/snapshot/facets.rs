//! §6 Attributes, and the facets made of them.
//!
//! A facet value has its products as ascending postings, for filtering; a product has its facet values as an
//! ascending list, for counting: the cost of counting is that of the products found, not of the values there are.

use std::ops::Range;

use zerocopy::little_endian::{U16, U32, U64};

use super::catalog::Catalog;
use super::layout::section;
use super::locales::Field;
use super::part::Rows;
use super::products::texts;
use super::record::{List, RowRef, StrRef, record};
use super::row_set::RowSet;

record! {
    /// A property that products may have.
    pub struct AttributeRecord in section::ATTRIBUTES {
        /// The merchant's code; the sort key.
        code: StrRef,
        /// As shoppers see it.
        label: StrRef,
        /// Heading under which the property table shows it.
        group: StrRef,
        /// Unit behind the value, such as kg.
        unit: StrRef,
    }
}

record! {
    /// A value that at least one product has for an attribute.
    pub struct AttributeValueRecord in section::ATTRIBUTE_VALUES {
        /// The attribute.
        attribute: RowRef<{ section::ATTRIBUTES }>,
        /// As shoppers see it, without the unit.
        label: StrRef,
    }
}

record! {
    /// Something shoppers can filter by.
    pub struct FacetRecord in section::FACETS {
        /// As in URLs: `brand`, an option's or an attribute's code.
        code: StrRef,
        /// As shoppers see it.
        label: StrRef,
        /// Unit behind the values.
        unit: StrRef,
        /// Values in the order to show them.
        values: List<{ section::FACET_VALUES }>,
        /// 0 brand, 1 option, 2 attribute.
        kind: U32,
    }
}

record! {
    /// A value of a facet.
    pub struct FacetValueRecord in section::FACET_VALUES {
        /// As in URLs, unique in the facet.
        code: StrRef,
        /// As shoppers see it.
        label: StrRef,
        /// `#rrggbb`, or empty.
        swatch: StrRef,
        /// The facet.
        facet: RowRef<{ section::FACETS }>,
        /// Listed products that have it, ascending.
        products: List<{ section::POSTINGS }>,
    }
}

record! {
    /// The facet values of a product once more, apart from all that counting does not need.
    pub struct FacetListRecord in section::FACET_LISTS {
        /// The list in the product's record.
        values: List<{ section::PRODUCT_FACETS }>,
    }
}

record! {
    /// A facet value of a product once more, in half the space.
    pub struct FacetCodeRecord in section::FACET_CODES {
        /// The row of the value.
        code: U16,
    }
}

record! {
    /// A product's positions in sort orders; the smaller, the earlier.
    pub struct RankRecord in section::RANKS {
        /// By name.
        name: U32,
        /// By creation, newest first.
        newest: U32,
        /// By the merchant's own order.
        featured: U32,
    }
}

record! {
    /// A file of the text index.
    pub struct TextFileRecord in section::TEXT_FILES {
        /// Its name; the sort key.
        name: StrRef,
        /// From the start of the text index section.
        offset: U64,
        /// Bytes.
        length: U64,
    }
}

/// A facet as pages read it.
#[derive(Clone, Copy)]
pub struct Facet<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row.
    pub row: u32,
    pub(super) record: &'a FacetRecord,
}

/// A facet value as pages read it.
#[derive(Clone, Copy)]
pub struct FacetValue<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row; products refer to values by row.
    pub row: u32,
    pub(super) record: &'a FacetValueRecord,
}

/// A product's property as pages read it.
#[derive(Clone, Copy)]
pub struct AttributeValue<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) row: u32,
    pub(super) record: &'a AttributeValueRecord,
    pub(super) attribute_row: u32,
    pub(super) attribute: &'a AttributeRecord,
}

/// The facet values of all products, laid out for counting.
#[derive(Clone, Copy)]
pub struct ProductFacets<'a> {
    pub(super) lists: Rows<'a, FacetListRecord>,
    pub(super) values: Rows<'a, RowRef<{ section::FACET_VALUES }>>,
    pub(super) short: Rows<'a, FacetCodeRecord>,
}

/// Products whose values are asked of the memory at once: enough to hide how far away it is.
const BATCH: usize = 64;

impl ProductFacets<'_> {
    /// Adds the products of a set to the counts of their facet values, as far as those are among `counted`.
    pub fn tally(&self, products: &RowSet, counted: &Range<u32>, counts: &mut [u32]) {
        let counts = counts.get_mut(counted.start as usize..counted.end as usize);
        let counts = counts.unwrap_or_default();
        let mut count = |value: u32| {
            let at = value.wrapping_sub(counted.start);
            if let Some(count) = counts.get_mut(at as usize) {
                *count += 1;
            }
        };
        let (lists, short) = (self.lists.as_slice(), self.short.as_slice());
        match (lists, self.values.as_slice(), short) {
            (Some(lists), Some(values), Some(short)) if short.len() == values.len() => {
                each_of_lists(lists, short, products, |code| count(code.code.get().into()));
            }
            (Some(lists), Some(values), _) => {
                each_of_lists(lists, values, products, |row| count(row.0.get()));
            }
            // Records of a later version may be longer: one at a time.
            _ => {
                let lists = products
                    .iter()
                    .filter_map(|product| self.lists.get(product));
                let values = lists.flat_map(|list| self.values.slice(list.values.range()).iter());
                values.for_each(|value| count(value.0.get()));
            }
        }
    }
}

fn each_of_lists<T: Copy>(
    lists: &[FacetListRecord],
    values: &[T],
    products: &RowSet,
    mut act: impl FnMut(&T),
) {
    let mut batch: [&[T]; BATCH] = [&[]; BATCH];
    let mut products = products.iter();
    loop {
        let mut filled = 0;
        // The batch comes first: what it has no place for must stay among the products.
        for (slot, product) in batch.iter_mut().zip(products.by_ref()) {
            let range = lists
                .get(product as usize)
                .map_or(0..0, |list| list.values.range());
            *slot = values
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default();
            filled += 1;
        }
        let filled = batch.get(..filled).unwrap_or_default();
        if filled.is_empty() {
            return;
        }
        // Nothing is done with these but to have all of them on their way from memory at the same time.
        for own in filled {
            std::hint::black_box((own.first().copied(), own.last().copied()));
        }
        for own in filled {
            own.iter().for_each(&mut act);
        }
    }
}

texts!(Facet {
    /// As in URLs.
    code via str,
    /// As shoppers see it.
    label via str as FacetLabel,
    /// Unit behind the values; may be empty.
    unit via str,
});

texts!(FacetValue {
    /// As in URLs, unique in the facet.
    code via str,
    /// As shoppers see it.
    label via str as FacetValueLabel,
    /// `#rrggbb`, or empty.
    swatch via str,
});

impl<'a> Facet<'a> {
    /// Values in the order to show them.
    pub fn values(&self) -> impl Iterator<Item = FacetValue<'a>> + use<'a> {
        let catalog = self.catalog;
        self.value_rows()
            .filter_map(move |row| catalog.facet_value(row))
    }

    /// Rows of the values.
    pub fn value_rows(&self) -> std::ops::Range<u32> {
        self.catalog.part().range(self.record.values)
    }

    /// The value with this code.
    pub fn value(&self, code: &str) -> Option<FacetValue<'a>> {
        self.values().find(|value| value.code() == code)
    }

    /// Whether it is the brand facet.
    pub fn is_brand(&self) -> bool {
        self.record.kind.get() == 0
    }
}

impl<'a> FacetValue<'a> {
    /// The facet.
    pub fn facet(&self) -> Option<Facet<'a>> {
        self.catalog.facet(self.record.facet.get()?)
    }

    /// Listed products that have it, ascending.
    pub fn products(&self) -> impl ExactSizeIterator<Item = u32> + use<'a> {
        self.catalog
            .part()
            .list::<RowRef<{ section::PRODUCTS }>, _>(self.record.products)
            .iter()
            .map(|row| row.0.get())
    }
}

impl<'a> AttributeValue<'a> {
    /// As shoppers see it, without the unit.
    pub fn value(&self) -> &'a str {
        let field = Field::AttributeValueLabel;
        self.catalog.str_in(field, self.row, self.record.label)
    }

    /// The attribute's code.
    pub fn code(&self) -> &'a str {
        self.catalog.part().str(self.attribute.code)
    }

    /// The attribute's name.
    pub fn label(&self) -> &'a str {
        let (field, row) = (Field::AttributeLabel, self.attribute_row);
        self.catalog.str_in(field, row, self.attribute.label)
    }

    /// Heading under which it stands; may be empty.
    pub fn group(&self) -> &'a str {
        let (field, row) = (Field::AttributeGroup, self.attribute_row);
        self.catalog.str_in(field, row, self.attribute.group)
    }

    /// Unit behind the value; may be empty.
    pub fn unit(&self) -> &'a str {
        self.catalog.part().str(self.attribute.unit)
    }
}
