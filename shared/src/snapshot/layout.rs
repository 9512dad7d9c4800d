//! §1 Constants of the format. Offsets derive from record definitions, so the compiler does the arithmetic.

use zerocopy::little_endian::{U16, U32, U64};

use super::record::record;

/// First eight bytes of every part.
pub const MAGIC: [u8; 8] = *b"FRONTAGE";
/// Last eight bytes of every part; their absence means the file was cut off.
pub const END_MAGIC: [u8; 8] = *b"EGATNORF";
/// Readers refuse any other major version.
pub const MAJOR: u16 = 1;
/// Grows when something is added that old readers may ignore.
pub const MINOR: u16 = 8;
/// Feature bits this build understands in `must_understand`.
pub const KNOWN_FEATURES: u64 = FEATURE_GROUPS;
/// The part has price lists of customer groups: a reader that does not know them would show them to everybody.
pub const FEATURE_GROUPS: u64 = 1;
/// Sections start at multiples of this, a cache line.
pub const ALIGNMENT: u64 = 64;
/// Bytes of the trailer: the header's checksum again, then [`END_MAGIC`].
pub const TRAILER_LEN: u64 = 16;
/// Section numbers are below this, and so is their count: a hostile table cannot make opening slow.
pub const MAX_SECTIONS: u32 = 128;
/// In row fields: no row.
pub const NO_ROW: u32 = u32::MAX;

record! {
    /// The first 64 bytes of a part.
    pub struct HeaderRecord in section::NONE {
        /// [`MAGIC`].
        magic: [u8; 8],
        /// [`MAJOR`].
        major: U16,
        /// [`MINOR`] of the writer.
        minor: U16,
        /// 1 catalog, 2 offers.
        kind: U32,
        /// Feature bits that a reader must understand.
        must_understand: U64,
        /// Feature bits that a reader may ignore.
        may_ignore: U64,
        /// Bytes of the whole file, trailer included.
        file_length: U64,
        /// Entries of the section table.
        section_count: U32,
        /// Zero.
        reserved: U32,
        /// XXH3-64 of the section table.
        table_checksum: U64,
        /// XXH3-64 of the 56 bytes before this field.
        header_checksum: U64,
    }
}

record! {
    /// One entry of the section table, which follows the header at once.
    pub struct SectionRecord in section::NONE {
        /// The section's number, see [`section`]; ascending in the table.
        id: U32,
        /// Bytes from one record to the next; 1 for heaps and files.
        record_size: U32,
        /// Records.
        count: U64,
        /// From the start of the file; a multiple of [`ALIGNMENT`].
        offset: U64,
        /// `record_size * count`.
        length: U64,
        /// XXH3-64 of the section's bytes.
        checksum: U64,
    }
}

/// Bytes of the header.
pub const HEADER_LEN: u64 = size_of::<HeaderRecord>() as u64;
/// Bytes of one table entry.
pub const SECTION_LEN: u64 = size_of::<SectionRecord>() as u64;

/// A length or offset as this machine addresses memory; one that it cannot address becomes too large for any slice.
pub(super) fn to_usize(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Which half of the shop a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartKind {
    /// Products, categories, content, search, facets.
    Catalog,
    /// Price and stock of every variant.
    Offers,
}

impl PartKind {
    /// The number in the header.
    pub fn number(self) -> u32 {
        match self {
            Self::Catalog => 1,
            Self::Offers => 2,
        }
    }

    /// The file extension, which is also the word for it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Offers => "offers",
        }
    }

    /// Sections that this version writes.
    pub fn written(self) -> impl Iterator<Item = u32> {
        let all = section::ALL.iter().map(|&(id, _)| id);
        all.filter(move |&id| match self {
            Self::Catalog => (section::SHOP..section::OFFERS_META).contains(&id),
            Self::Offers => id >= section::OFFERS_META,
        })
    }

    /// Sections without which the part is refused: all that version 1.0 defined.
    pub fn sections(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Catalog => section::SHOP..=section::FACET_CODES,
            Self::Offers => section::OFFERS_META..=section::PRICE_ORDER,
        }
    }
}

/// Section numbers; a number is never reused for something else.
pub mod section {
    macro_rules! sections {
        ($($(#[$meta:meta])* $name:ident = $id:literal),* $(,)?) => {
            $($(#[$meta])* pub const $name: u32 = $id;)*

            /// The section's name as documents and errors print it.
            pub fn name(id: u32) -> &'static str {
                match id {
                    $($id => stringify!($name),)*
                    _ => "UNKNOWN",
                }
            }

            /// Every section this version defines, as (number, name).
            pub const ALL: &[(u32, &str)] = &[$(($id, stringify!($name))),*];
        };
    }

    sections! {
        /// Not a section: header and table.
        NONE = 0,
        /// One record about the shop itself.
        SHOP = 1,
        /// Heap of short texts: names, slugs, codes.
        STRINGS = 2,
        /// Heap of long texts: descriptions and page bodies, sanitised HTML.
        TEXTS = 3,
        /// Products, sorted by id.
        PRODUCTS = 4,
        /// Variants, grouped by product, in the order the shop shows them.
        VARIANTS = 5,
        /// Option value of each variant for each option of its product.
        VARIANT_VALUES = 6,
        /// Variant keys, sorted.
        VARIANT_KEYS = 7,
        /// Variant rows sorted by SKU.
        SKUS = 8,
        /// Options, grouped by product.
        OPTIONS = 9,
        /// Option values, grouped by option.
        OPTION_VALUES = 10,
        /// Attribute definitions, sorted by code.
        ATTRIBUTES = 11,
        /// Distinct values of attributes.
        ATTRIBUTE_VALUES = 12,
        /// Attribute values of each product.
        PRODUCT_ATTRIBUTES = 13,
        /// Images and other media of products, variants and categories.
        MEDIA = 14,
        /// Categories of each product.
        PRODUCT_CATEGORIES = 15,
        /// Related products.
        RELATED = 16,
        /// Categories, a tree in pre-order.
        CATEGORIES = 17,
        /// Child categories of each category.
        CHILDREN = 18,
        /// Products of each category and brand, in the shop's order.
        LISTINGS = 19,
        /// Brands, sorted by slug.
        BRANDS = 20,
        /// Content pages, sorted by slug.
        PAGES = 21,
        /// From path to what it shows, sorted by hash.
        ROUTES = 22,
        /// What shoppers can filter by.
        FACETS = 23,
        /// Values of facets.
        FACET_VALUES = 24,
        /// Products that have a facet value, ascending.
        POSTINGS = 25,
        /// Facet values of each product, ascending.
        PRODUCT_FACETS = 26,
        /// Positions of each product in sort orders.
        RANKS = 27,
        /// Names and places of the text index's files.
        TEXT_FILES = 28,
        /// The bytes of the text index.
        TEXT_INDEX = 29,
        /// Origins of media, for the content security policy.
        ORIGINS = 30,
        /// The facet values of each product once more, without the product.
        FACET_LISTS = 31,
        /// Facet values of products in half the space, if there are few enough.
        FACET_CODES = 32,
        /// How much variants hold, sorted by variant; since version 1.1.
        MEASURES = 33,
        /// The shop's further languages; this and the others of them since version 1.2.
        LOCALES = 34,
        /// Translated fields, grouped by language.
        LOCAL_COLUMNS = 35,
        /// Translated short texts, grouped by column.
        LOCAL_STRINGS = 36,
        /// Translated long texts, grouped by column.
        LOCAL_TEXTS = 37,
        /// Paths of further languages, grouped by language, sorted by hash.
        LOCAL_ROUTES = 38,
        /// Names and places of the files of their text indexes, grouped by language.
        LOCAL_TEXT_FILES = 39,
        /// The bytes of their text indexes.
        LOCAL_TEXT_INDEX = 40,
        /// Positions of products by their names in a language, grouped by language.
        LOCAL_RANKS = 41,
        /// Currencies of further languages that are others than the shop's own; since version 1.4.
        LOCALE_CURRENCIES = 42,
        /// Paths that something left, since when, and whether they lead anywhere; this and the following since version 1.4.
        LEFT_PATHS = 43,
        /// Redirects of the merchant's, sorted by hash.
        REDIRECTS = 44,
        /// When the content of products, categories, brands and pages last changed, in this order.
        CONTENT_CHANGES = 45,
        /// Sections of pages, sorted by page; this and what follows since version 1.4, too.
        PAGE_SECTIONS = 48,
        /// Products of sections, grouped by section.
        SECTION_PRODUCTS = 49,
        /// Categories of sections, grouped by section.
        SECTION_CATEGORIES = 50,
        /// Reviews, grouped by product, the latest first.
        REVIEWS = 51,
        /// All ratings of a product together, sorted by product.
        RATINGS = 52,
        /// What bundles consist of, grouped by product; since version 1.5.
        BUNDLE_ITEMS = 53,
        /// One record: which catalog part these offers belong to.
        OFFERS_META = 64,
        /// Price and stock of each variant, in the catalog's order.
        VARIANT_OFFERS = 65,
        /// Price range and availability of each product.
        PRODUCT_OFFERS = 66,
        /// Product rows from cheap to dear.
        PRICE_ORDER = 67,
        /// Promotions, delivery methods and taxes, packed; since version 1.3.
        TERMS = 68,
        /// Weight and tax class of each variant, if any is known; since version 1.3.
        VARIANT_GOODS = 69,
        /// Price lists, the shop's own first; this and the following since version 1.4.
        PRICE_LISTS = 70,
        /// Prices of variants in further lists, list by list.
        LIST_PRICES = 71,
        /// Price ranges of products in further lists, and their orders, list by list.
        LIST_PRODUCTS = 72,
        /// Terms of further lists, packed.
        LIST_TERMS = 73,
        /// Prices that will be, by instant.
        PRICE_CHANGES = 74,
        /// Prices that were, by list, variant and instant.
        PAST_PRICES = 75,
        /// The customer groups of price lists, list by list, if any list is a group's; since version 1.5.
        LIST_GROUPS = 76,
        /// Heap of the ids of places; this and the following since version 1.6.
        LOCATION_IDS = 77,
        /// Places where variants may be in stock, sorted by id.
        LOCATIONS = 78,
        /// Stock of variants at places, by variant and place.
        LOCATION_STOCK = 79,
        /// What one unit costs from a quantity on, by list, variant and quantity; since version 1.7.
        TIERS = 80,
        /// Days until variants leave, by variant; since version 1.8.
        LEAD_TIMES = 81,
    }
}
