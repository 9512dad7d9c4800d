//! §11 Texts in a shop's further languages: sections that version 1.2 added.
//!
//! A language is an overlay over the tables. For each field that is translated it has a column of rows and texts; what
//! a column lacks is what the record itself says, so the shop's own language costs nothing. Besides that a language has
//! paths, an order by name and a text index of its own.

use zerocopy::little_endian::U32;

use super::catalog::Catalog;
use super::facets::RankRecord;
use super::layout::section;
use super::part::{Part, Rows};
use super::record::{List, StrRef, TextRef, record};
use super::routes::{RouteKind, RouteRecord};
use crate::model::money::Currency;

/// Further languages of one shop; more are not read.
pub const MAX_LOCALES: u32 = 64;
/// Columns of one language; a hostile list must not make opening slow.
const MAX_COLUMNS: u32 = 256;
/// A longer tag names no language.
pub(super) const MAX_TAG_BYTES: usize = 35;

record! {
    /// A further language.
    pub struct LocaleRecord in section::LOCALES {
        /// BCP 47 tag.
        tag: StrRef,
        /// Its texts, a column for each field.
        columns: List<{ section::LOCAL_COLUMNS }>,
        /// Its paths where they are others than the shop's own, current and former, sorted like `ROUTES`.
        routes: List<{ section::LOCAL_ROUTES }>,
        /// Positions of products by their names in it: one for each product, or none where they are the shop's own.
        names: List<{ section::LOCAL_RANKS }>,
        /// Files of its text index; none where it is the shop's own.
        text_files: List<{ section::LOCAL_TEXT_FILES }>,
    }
}

record! {
    /// All translations of one field.
    pub struct LocalColumnRecord in section::LOCAL_COLUMNS {
        /// Number of the field; columns of a language ascend by it.
        field: U32,
        /// Its texts, if they are short ones.
        strings: List<{ section::LOCAL_STRINGS }>,
        /// Its texts, if they are long ones.
        texts: List<{ section::LOCAL_TEXTS }>,
    }
}

record! {
    /// A translated short text.
    pub struct LocalStringRecord in section::LOCAL_STRINGS {
        /// Row in the field's section; ascending in a column.
        row: U32,
        /// The text; an empty one says that there is none in this language.
        text: StrRef,
    }
}

record! {
    /// A translated long text.
    pub struct LocalTextRecord in section::LOCAL_TEXTS {
        /// Row in the field's section; ascending in a column.
        row: U32,
        /// The text, sanitised HTML.
        text: TextRef,
    }
}

record! {
    /// A product's position among the names of a language.
    pub struct LocalRankRecord in section::LOCAL_RANKS {
        /// The smaller, the earlier.
        name: U32,
    }
}

macro_rules! fields {
    ($($(#[$meta:meta])* $name:ident = $number:literal in $section:ident, $is_long:literal),* $(,)?) => {
        /// A field that may be translated; a number is never reused for something else.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Field {
            $($(#[$meta])* $name = $number,)*
        }

        impl Field {
            /// Every field, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The number in the record.
            pub fn number(self) -> u32 {
                self as u32
            }

            /// The section whose rows it belongs to.
            pub fn section(self) -> u32 {
                match self {
                    $(Self::$name => section::$section,)*
                }
            }

            /// Whether its texts stand in the heap of long ones.
            pub fn is_long(self) -> bool {
                match self {
                    $(Self::$name => $is_long,)*
                }
            }

            /// The field's name as the document prints it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The field with this number, if this version knows it.
            pub fn from_number(number: u32) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.number() == number)
            }
        }
    };
}

fields! {
    /// The line under the shop's name.
    ShopTagline = 1 in SHOP, false,
    /// What the shop is.
    ShopDescription = 2 in SHOP, false,
    /// URL segment of a product.
    ProductSlug = 3 in PRODUCTS, false,
    /// Name of a product.
    ProductName = 4 in PRODUCTS, false,
    /// Title for search engines.
    ProductSeoTitle = 5 in PRODUCTS, false,
    /// Description for search engines.
    ProductSeoDescription = 6 in PRODUCTS, false,
    /// A few sentences, sanitised HTML.
    ProductShortDescription = 7 in PRODUCTS, true,
    /// The whole description, sanitised HTML.
    ProductDescription = 8 in PRODUCTS, true,
    /// Name of a variant.
    VariantName = 9 in VARIANTS, false,
    /// Name of an option.
    OptionName = 10 in OPTIONS, false,
    /// Name of an option's value.
    OptionValueName = 11 in OPTION_VALUES, false,
    /// Name of an attribute.
    AttributeLabel = 12 in ATTRIBUTES, false,
    /// Heading over attributes.
    AttributeGroup = 13 in ATTRIBUTES, false,
    /// Value of an attribute.
    AttributeValueLabel = 14 in ATTRIBUTE_VALUES, false,
    /// Slugs of a category from the root.
    CategoryPath = 15 in CATEGORIES, false,
    /// Name of a category.
    CategoryName = 16 in CATEGORIES, false,
    /// Title for search engines.
    CategorySeoTitle = 17 in CATEGORIES, false,
    /// Description for search engines.
    CategorySeoDescription = 18 in CATEGORIES, false,
    /// Sanitised HTML.
    CategoryDescription = 19 in CATEGORIES, true,
    /// URL segment of a content page.
    PageSlug = 20 in PAGES, false,
    /// Heading of a content page.
    PageTitle = 21 in PAGES, false,
    /// Title for search engines.
    PageSeoTitle = 22 in PAGES, false,
    /// Description for search engines.
    PageSeoDescription = 23 in PAGES, false,
    /// Sanitised HTML.
    PageBody = 24 in PAGES, true,
    /// Name of a facet.
    FacetLabel = 25 in FACETS, false,
    /// Value of a facet.
    FacetValueLabel = 26 in FACET_VALUES, false,
    /// What a medium shows.
    MediaAlt = 27 in MEDIA, false,
}

record! {
    /// What prices are in, in a further language; since version 1.4.
    pub struct LocaleCurrencyRecord in section::LOCALE_CURRENCIES {
        /// Letters of the ISO 4217 code and a zero; four zeros for the shop's own currency.
        currency: [u8; 4],
    }
}

/// The customer group whose market a language tag names: `trade` in `de-x-trade`; none for what is open to everybody.
pub fn group_of(tag: &str) -> Option<&str> {
    let (_, group) = tag.split_once("-x-")?;
    is_group(group).then_some(group)
}

/// Whether a text can name a customer group: 1 to 8 small letters and digits, as tags allow behind `x`.
pub fn is_group(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=8).contains(&name.len()) && name.bytes().all(plain)
}

/// One of a shop's languages: 0 is its own, the further ones count from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LocaleIndex(pub usize);

impl LocaleIndex {
    /// The shop's own language.
    pub const OWN: Self = Self(0);
}

/// Positions of products by their names in one language.
#[derive(Clone, Copy)]
pub struct NameRanks<'a> {
    own: Rows<'a, RankRecord>,
    local: Rows<'a, LocalRankRecord>,
}

impl NameRanks<'_> {
    /// The position of a product; the smaller, the earlier.
    pub fn get(&self, product: u32) -> Option<u32> {
        let local = self.local.get(product).map(|rank| rank.name.get());
        local.or_else(|| Some(self.own.get(product)?.name.get()))
    }
}

/// Where one language's texts lie.
#[derive(Clone, Debug)]
pub(super) struct Local {
    pub(super) index: LocaleIndex,
    /// `/` and the tag in small letters.
    prefix: String,
    pub(super) record: LocaleRecord,
    /// By the numbers of fields.
    columns: [LocalColumn; Field::ALL.len() + 1],
}

/// The lists of a column, as far as the field has any translation.
#[derive(Clone, Copy, Debug, Default)]
struct LocalColumn {
    strings: List<{ section::LOCAL_STRINGS }>,
    texts: List<{ section::LOCAL_TEXTS }>,
}

impl Local {
    /// The languages of a part, without reading more than what names them and their columns.
    pub(super) fn all(part: &Part) -> impl Iterator<Item = Self> {
        let records = part.rows::<LocaleRecord>(section::LOCALES);
        let records = records.slice(0..records.len().min(MAX_LOCALES));
        (1..).zip(records.iter()).map(|(index, record)| {
            let mut columns = [LocalColumn::default(); Field::ALL.len() + 1];
            let known = part.list::<LocalColumnRecord, _>(record.columns);
            for column in known.slice(0..known.len().min(MAX_COLUMNS)).iter() {
                let place = columns.get_mut(column.field.get() as usize);
                if let Some(place) = place.filter(|_| column.field.get() > 0) {
                    *place = LocalColumn {
                        strings: column.strings,
                        texts: column.texts,
                    };
                }
            }
            Self {
                index: LocaleIndex(index),
                prefix: format!("/{}", part.str(record.tag).to_ascii_lowercase()),
                record: *record,
                columns,
            }
        })
    }

    fn string(&self, part: &Part, field: Field, row: u32) -> Option<StrRef> {
        let column = self.columns.get(field.number() as usize)?;
        let texts = part.list::<LocalStringRecord, _>(column.strings);
        let place = found(&texts, row, |text| text.row.get())?;
        Some(texts.get(place)?.text)
    }

    fn text(&self, part: &Part, field: Field, row: u32) -> Option<TextRef> {
        let column = self.columns.get(field.number() as usize)?;
        let texts = part.list::<LocalTextRecord, _>(column.texts);
        let place = found(&texts, row, |text| text.row.get())?;
        Some(texts.get(place)?.text)
    }
}

/// The place of a row in a column. Where every row is translated, it is the row itself.
fn found<T: super::record::Record>(
    rows: &Rows<'_, T>,
    row: u32,
    row_of: impl Fn(&T) -> u32,
) -> Option<u32> {
    if rows.is_empty() {
        return None;
    }
    let is_it = |place: u32| rows.get(place).is_some_and(|text| row_of(text) == row);
    if is_it(row) {
        return Some(row);
    }
    Some(rows.partition_point(|text| row_of(text) < row)).filter(|&place| is_it(place))
}

impl Catalog {
    /// The same shop in its further languages, in its own order.
    pub fn locales(&self) -> &[Catalog] {
        &self.locales
    }

    /// The same shop in one of its languages. Asked of the shop in its own language.
    pub fn in_locale(&self, index: LocaleIndex) -> Option<&Catalog> {
        match index.0.checked_sub(1) {
            None => Some(self),
            Some(further) => self.locales.get(further),
        }
    }

    /// Which of the shop's languages this is.
    pub fn locale_index(&self) -> LocaleIndex {
        self.local
            .as_ref()
            .map_or(LocaleIndex::OWN, |local| local.index)
    }

    /// What paths in this language begin with: nothing for the shop's own, `/` and the tag for others.
    pub fn prefix(&self) -> &str {
        self.local.as_ref().map_or("", |local| &local.prefix)
    }

    /// What prices are in, in one of the shop's languages; none for the shop's own currency.
    pub fn currency_of(&self, locale: LocaleIndex) -> Option<Currency> {
        let row = u32::try_from(locale.0.checked_sub(1)?).ok()?;
        let rows = self
            .part
            .rows::<LocaleCurrencyRecord>(section::LOCALE_CURRENCIES);
        let [a, b, c, _] = rows.get(row)?.currency;
        let code = [a, b, c];
        Currency::parse(std::str::from_utf8(&code).ok()?).ok()
    }

    /// The customer group that this language of the shop is for; none if it is open to everybody.
    pub fn group(&self) -> Option<&str> {
        group_of(self.local_tag()?)
    }

    /// The BCP 47 tag of the further language that this is, if it is one.
    pub(super) fn local_tag(&self) -> Option<&str> {
        Some(self.part.str(self.local.as_ref()?.record.tag))
    }

    /// A text in this language, if it is a further one and has the text.
    pub fn translated(&self, field: Field, row: u32) -> Option<&str> {
        let local = self.local.as_ref()?;
        Some(match field.is_long() {
            true => self.part.text(local.text(&self.part, field, row)?),
            false => self.part.str(local.string(&self.part, field, row)?),
        })
    }

    /// A short text in this language, else as the record has it.
    pub(super) fn str_in(&self, field: Field, row: u32, own: StrRef) -> &str {
        match &self.local {
            None => self.part.str(own),
            Some(local) => {
                let at = local.string(&self.part, field, row);
                self.part.str(at.unwrap_or(own))
            }
        }
    }

    /// A long text in this language, else as the record has it.
    pub(super) fn text_in(&self, field: Field, row: u32, own: TextRef) -> &str {
        match &self.local {
            None => self.part.text(own),
            Some(local) => {
                let at = local.text(&self.part, field, row);
                self.part.text(at.unwrap_or(own))
            }
        }
    }

    /// Positions of products by their names in this language.
    pub fn name_ranks(&self) -> NameRanks<'_> {
        let list = self.local.as_ref().map(|local| local.record.names);
        NameRanks {
            own: self.ranks(),
            local: self.part.list(list.unwrap_or_default()),
        }
    }

    /// Paths of this language that are others than the shop's own; none in the shop's own.
    pub(super) fn local_routes(&self) -> Rows<'_, RouteRecord> {
        let list = self.local.as_ref().map(|local| local.record.routes);
        self.part.list::<RouteRecord, _>(list.unwrap_or_default())
    }

    /// Whether what a row shows has a path of its own in this language.
    pub(super) fn has_local_path(&self, kind: RouteKind, row: u32) -> bool {
        let field = match kind {
            RouteKind::Product => Field::ProductSlug,
            RouteKind::Category => Field::CategoryPath,
            RouteKind::Page => Field::PageSlug,
            RouteKind::Brand => return false,
        };
        self.translated(field, row).is_some()
    }
}
