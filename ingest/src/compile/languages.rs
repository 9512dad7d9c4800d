//! A shop's further languages: what documents say in them, gathered while the shop's own tables are filled.
//!
//! What a value is called is remembered by what the shop's own language calls it, so that properties, options and
//! filters of all products say the same. Of two translations of one value, the first counts.

use std::collections::{BTreeMap, HashMap};

use frontage_shared::model::collation::Collation;
use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::{Heap, HeapFull};
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::local_tables::LocalTables;
use frontage_shared::snapshot::locales::{Field, LocalRankRecord};
use frontage_shared::snapshot::products::ProductRecord;
use frontage_shared::snapshot::record::{List, StrRef};
use frontage_shared::snapshot::tables::CatalogTables;

use super::categories::Tree;
use super::facets::row_count;
use super::finish::by_name;
use super::synonyms::Synonyms;
use super::text::TextThreads;
use super::{CompileError, words};
use crate::config::Shop;
use crate::merge::Conflicts;
use crate::wire::{
    AttributeDefinition, AttributeValue, Page, Product, ProductTranslation, SeoTranslation,
    Synonym, Translations, Variant,
};

/// All further languages, in the shop's order.
#[derive(Default)]
pub(super) struct Languages<'a> {
    pub(super) all: Vec<Language<'a>>,
    /// The shop's own.
    own: String,
    /// Languages that the shop does not have, with how many documents speak them.
    unknown: BTreeMap<String, u64>,
}

/// One further language in the making.
pub(super) struct Language<'a> {
    pub(super) tables: LocalTables,
    /// The last generation in this language.
    pub(super) previous: Option<&'a Catalog>,
    /// What attributes and options are called, by the slugs of their codes.
    labels: HashMap<String, Label>,
    /// What their values are called, by the same slugs and by the words of the shop's own language.
    values: HashMap<String, HashMap<String, String>>,
    /// Names of products, by row.
    names: Vec<String>,
    /// Whether search and the order by name differ from the shop's own.
    differs: bool,
    text: TextThreads,
    /// Products and pages that have an address of their own.
    pub(super) products: Vec<Wanted>,
    pub(super) pages: Vec<Wanted>,
}

#[derive(Default)]
struct Label {
    label: Option<String>,
    group: Option<String>,
}

/// What an address may be made of; empty texts say nothing.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) row: u32,
    pub(super) slug: StrRef,
    pub(super) name: StrRef,
}

impl<'a> Languages<'a> {
    /// The languages of a shop, with what attribute documents say in them.
    pub(super) fn start(
        shop: &Shop,
        previous: Option<&'a Catalog>,
        tree: &Tree,
        (definitions, synonyms): (&[AttributeDefinition], &[Synonym]),
        strings: &mut Heap,
    ) -> Result<Self, HeapFull> {
        let mut languages = Self {
            own: shop.locale.clone(),
            ..Self::default()
        };
        for tag in &shop.locales {
            let names = tree.nodes.iter().map(|node| {
                let own = of(tag, &node.document.translations);
                let name = own.and_then(|own| own.name.clone());
                name.unwrap_or_else(|| node.document.name.clone())
            });
            let synonyms = Synonyms::of(synonyms, &shop.locale, Some(tag));
            let currency = shop.currencies.get(tag);
            let currency = currency.filter(|&&other| other != shop.currency);
            let has = |catalog: &&Catalog| is_same_tag(catalog.shop().locale, tag);
            let mut language = Language {
                tables: LocalTables {
                    tag: tag.clone(),
                    currency: currency.map_or(String::new(), |other| other.code().to_owned()),
                    ..LocalTables::default()
                },
                previous: previous.and_then(|previous| previous.locales().iter().find(has)),
                labels: HashMap::new(),
                values: HashMap::new(),
                names: Vec::new(),
                differs: tree
                    .nodes
                    .iter()
                    .any(|node| of(tag, &node.document.translations).is_some())
                    || synonyms.is_some(),
                text: TextThreads::new(names, synonyms),
                products: Vec::new(),
                pages: Vec::new(),
            };
            definitions.iter().for_each(|one| language.define(one));
            if let Some(own) = shop.translations.get(tag) {
                language.string(strings, Field::ShopTagline, 0, own.tagline.as_deref())?;
                let description = own.description.as_deref();
                language.string(strings, Field::ShopDescription, 0, description)?;
            }
            languages.all.push(language);
        }
        for node in &tree.nodes {
            languages.note(&node.document.translations);
        }
        for definition in definitions {
            languages.note(&definition.translations);
        }
        Ok(languages)
    }

    /// Adds the product of the next row, as its own tables have it.
    pub(super) fn product(
        &mut self,
        tables: &mut CatalogTables,
        row: u32,
        product: &Product,
        categories: &[u32],
    ) -> Result<(), CompileError> {
        self.note(&product.translations);
        let Some(record) = tables.products.get(row as usize).copied() else {
            return Ok(());
        };
        for language in &mut self.all {
            let none = ProductTranslation::default();
            let translation = of(&language.tables.tag, &product.translations);
            language.differs |= translation.is_some();
            let translation = translation.unwrap_or(&none);
            language.product_texts(&mut tables.strings, row, translation, &record)?;
            language.remember(product, translation);
            language.options(tables, product, translation, &record)?;
            language.variants(tables, &product.variants, &record)?;
            language.alts(tables, record.media, &translation.alts)?;
            for (field, text) in [
                (
                    Field::ProductShortDescription,
                    &translation.short_description,
                ),
                (Field::ProductDescription, &translation.description),
            ] {
                if let Some(text) = text {
                    let text = tables.texts.text(text)?;
                    language.tables.texts.push((field, row, text));
                }
            }
            let local = language.localised(product, translation);
            language.names.push(local.name.to_owned());
            language.text.add(local, categories.to_vec())?;
        }
        Ok(())
    }

    /// Adds a content page.
    pub(super) fn page(
        &mut self,
        tables: &mut CatalogTables,
        row: u32,
        page: &Page,
    ) -> Result<(), HeapFull> {
        self.note(&page.translations);
        let own = page.seo.as_ref();
        let has_seo = (
            own.is_some_and(|seo| seo.title.is_some()),
            own.is_some_and(|seo| seo.description.is_some()),
        );
        for language in &mut self.all {
            let Some(own) = of(&language.tables.tag, &page.translations) else {
                continue;
            };
            let strings = &mut tables.strings;
            language.string(strings, Field::PageTitle, row, own.title.as_deref())?;
            let fields = (Field::PageSeoTitle, Field::PageSeoDescription);
            let says = (own.title.is_some(), own.body.is_some());
            language.seo(strings, row, fields, own.seo.as_ref(), says, has_seo)?;
            if own.slug.is_some() || own.title.is_some() {
                let wanted = Wanted {
                    row,
                    slug: strings.string(own.slug.as_deref().unwrap_or_default())?,
                    name: strings.string(own.title.as_deref().unwrap_or_default())?,
                };
                language.pages.push(wanted);
            }
            if let Some(body) = &own.body {
                let body = tables.texts.text(body)?;
                language.tables.texts.push((Field::PageBody, row, body));
            }
        }
        Ok(())
    }

    /// Adds all categories but their paths, when their own table is filled.
    pub(super) fn categories(
        &mut self,
        tables: &mut CatalogTables,
        tree: &Tree,
    ) -> Result<(), HeapFull> {
        for language in &mut self.all {
            for (row, node) in (0..).zip(&tree.nodes) {
                let Some(own) = of(&language.tables.tag, &node.document.translations) else {
                    continue;
                };
                let strings = &mut tables.strings;
                language.string(strings, Field::CategoryName, row, own.name.as_deref())?;
                let fields = (Field::CategorySeoTitle, Field::CategorySeoDescription);
                let says = (own.name.is_some(), own.description.is_some());
                let document = node.document.seo.as_ref();
                let has = (
                    document.is_some_and(|seo| seo.title.is_some()),
                    document.is_some_and(|seo| seo.description.is_some()),
                );
                language.seo(strings, row, fields, own.seo.as_ref(), says, has)?;
                if let Some(text) = &own.description {
                    let text = tables.texts.text(text)?;
                    let field = Field::CategoryDescription;
                    language.tables.texts.push((field, row, text));
                }
                let media = tables
                    .categories
                    .get(row as usize)
                    .map(|record| record.media);
                language.alts(tables, media.unwrap_or_default(), &own.alts)?;
            }
        }
        Ok(())
    }

    /// Names attributes, their values, and facets and theirs, when all of them have their rows.
    pub(super) fn words(&mut self, tables: &mut CatalogTables) -> Result<(), HeapFull> {
        for language in &mut self.all {
            language.attribute_words(tables)?;
            language.facet_words(tables)?;
        }
        Ok(())
    }

    /// Takes the finished tables of all languages.
    pub(super) fn finish(
        &mut self,
        conflicts: &mut Conflicts,
    ) -> Result<Vec<LocalTables>, CompileError> {
        for (tag, documents) in &self.unknown {
            conflicts.add(|| {
                format!("{documents} documents say something in `{tag}`, which is no language of this shop; it is left out")
            });
        }
        let mut finished = Vec::new();
        for mut language in std::mem::take(&mut self.all) {
            let files = language.text.finish()?;
            if language.differs {
                language.tables.text_files = files;
                let names = &language.names;
                let name = |row: u32| names.get(row as usize).map_or("", String::as_str);
                let collation = Collation::of(&language.tables.tag);
                let ranks = by_name(&collation, row_count(names), name);
                language.tables.names = ranks
                    .into_iter()
                    .map(|name| LocalRankRecord { name: name.into() })
                    .collect();
            }
            finished.push(language.tables);
        }
        Ok(finished)
    }

    /// Counts a document that speaks a language which the shop does not have.
    fn note<T>(&mut self, translations: &Translations<T>) {
        for tag in translations.keys() {
            let is_known = is_same_tag(tag, &self.own)
                || self
                    .all
                    .iter()
                    .any(|language| is_same_tag(tag, &language.tables.tag));
            if !is_known {
                let tag = tag.replace('_', "-").to_lowercase();
                *self.unknown.entry(tag).or_default() += 1;
            }
        }
    }
}

impl Language<'_> {
    fn define(&mut self, definition: &AttributeDefinition) {
        let Some(own) = of(&self.tables.tag, &definition.translations) else {
            return;
        };
        self.differs = true;
        let key = slug::from_text(&definition.code);
        let label = self.labels.entry(key.clone()).or_default();
        label.label = own.label.clone();
        label.group = own.group.clone();
        let values = self.values.entry(key).or_default();
        for (code, word) in &own.values {
            let defined = definition.values.get(code).map(|value| &value.label);
            values.insert(defined.unwrap_or(code).clone(), word.clone());
        }
    }

    fn product_texts(
        &mut self,
        strings: &mut Heap,
        row: u32,
        own: &ProductTranslation,
        record: &ProductRecord,
    ) -> Result<(), HeapFull> {
        self.string(strings, Field::ProductName, row, own.name.as_deref())?;
        let has_description = own.description.is_some() || own.short_description.is_some();
        let fields = (Field::ProductSeoTitle, Field::ProductSeoDescription);
        let says = (own.name.is_some(), has_description);
        let has = (
            record.seo_title.len.get() > 0,
            record.seo_description.len.get() > 0,
        );
        self.seo(strings, row, fields, own.seo.as_ref(), says, has)?;
        if own.slug.is_some() || own.name.is_some() {
            self.products.push(Wanted {
                row,
                slug: strings.string(own.slug.as_deref().unwrap_or_default())?,
                name: strings.string(own.name.as_deref().unwrap_or_default())?,
            });
        }
        Ok(())
    }

    /// Learns how a product calls its properties and their values.
    fn remember(&mut self, product: &Product, own: &ProductTranslation) {
        for attribute in &product.attributes {
            let Some(translation) = own.attributes.get(attribute.code.as_str()) else {
                continue;
            };
            let key = slug::from_text(&attribute.code);
            let label = self.labels.entry(key.clone()).or_default();
            label.label = label.label.take().or_else(|| translation.label.clone());
            label.group = label.group.take().or_else(|| translation.group.clone());
            let Some(value) = &translation.value else {
                continue;
            };
            let (ours, theirs) = (
                words::value_texts(&attribute.value),
                words::value_texts(value),
            );
            if ours.len() == theirs.len() {
                let values = self.values.entry(key).or_default();
                for (ours, theirs) in ours.into_iter().zip(theirs) {
                    values.entry(ours).or_insert(theirs);
                }
            }
        }
    }

    fn options(
        &mut self,
        tables: &mut CatalogTables,
        product: &Product,
        own: &ProductTranslation,
        record: &ProductRecord,
    ) -> Result<(), HeapFull> {
        for (row, option) in record.options.range().zip(&product.options) {
            let key = slug::from_text(&option.code);
            let translation = own.options.get(option.code.as_str());
            let stated = translation.and_then(|own| own.name.as_deref());
            let label = self.labels.entry(key.clone()).or_default();
            if label.label.is_none() {
                label.label = stated.map(str::to_owned);
            }
            let name = stated.map(str::to_owned).or_else(|| label.label.clone());
            self.string(&mut tables.strings, Field::OptionName, row, name.as_deref())?;
            let values = tables.options.get(row as usize);
            let rows = values.map_or(0..0, |record| record.values.range());
            for (row, value) in rows.zip(&option.values) {
                let ours = value.name.as_deref().unwrap_or(&value.code);
                let stated = translation.and_then(|own| own.values.get(value.code.as_str()));
                if let Some(word) = stated {
                    let values = self.values.entry(key.clone()).or_default();
                    values
                        .entry(ours.to_owned())
                        .or_insert_with(|| word.clone());
                }
                let name = stated.cloned().or_else(|| self.value(&key, ours).cloned());
                let field = Field::OptionValueName;
                self.string(&mut tables.strings, field, row, name.as_deref())?;
            }
        }
        Ok(())
    }

    fn variants(
        &mut self,
        tables: &mut CatalogTables,
        variants: &[Variant],
        record: &ProductRecord,
    ) -> Result<(), HeapFull> {
        for (row, variant) in record.variants.range().zip(variants) {
            let Some(own) = of(&self.tables.tag, &variant.translations) else {
                continue;
            };
            let name = own.name.as_deref();
            self.string(&mut tables.strings, Field::VariantName, row, name)?;
            let media = tables.variants.get(row as usize).map(|record| record.media);
            self.alts(tables, media.unwrap_or_default(), &own.alts)?;
        }
        Ok(())
    }

    fn alts(
        &mut self,
        tables: &mut CatalogTables,
        media: List<{ section::MEDIA }>,
        alts: &BTreeMap<String, String>,
    ) -> Result<(), HeapFull> {
        if alts.is_empty() {
            return Ok(());
        }
        for row in media.range() {
            let url = tables.media.get(row as usize).map(|medium| medium.url);
            let alt = url.and_then(|url| alts.get(tables.strings.get(url)));
            self.string(
                &mut tables.strings,
                Field::MediaAlt,
                row,
                alt.map(String::as_str),
            )?;
        }
        Ok(())
    }

    fn attribute_words(&mut self, tables: &mut CatalogTables) -> Result<(), HeapFull> {
        let keys = tables.attributes.iter();
        let keys: Vec<String> = keys
            .map(|attribute| slug::from_text(tables.strings.get(attribute.code)))
            .collect();
        for (row, key) in (0..).zip(&keys) {
            let label = self.labels.get(key);
            let (label, group) = (
                label.and_then(|label| label.label.clone()),
                label.and_then(|label| label.group.clone()),
            );
            let strings = &mut tables.strings;
            self.string(strings, Field::AttributeLabel, row, label.as_deref())?;
            self.string(strings, Field::AttributeGroup, row, group.as_deref())?;
        }
        for (row, value) in (0..).zip(&tables.attribute_values) {
            let key = value.attribute.get().and_then(|row| keys.get(row as usize));
            let ours = tables.strings.get(value.label);
            let word = key.and_then(|key| self.value(key, ours)).cloned();
            let field = Field::AttributeValueLabel;
            self.string(&mut tables.strings, field, row, word.as_deref())?;
        }
        Ok(())
    }

    fn facet_words(&mut self, tables: &mut CatalogTables) -> Result<(), HeapFull> {
        for (row, facet) in (0..).zip(&tables.facets) {
            let key = tables.strings.get(facet.code).to_owned();
            let label = self.labels.get(&key).and_then(|label| label.label.clone());
            let field = Field::FacetLabel;
            self.string(&mut tables.strings, field, row, label.as_deref())?;
            for row in facet.values.range() {
                let value = tables.facet_values.get(row as usize);
                let ours = value.map_or("", |value| tables.strings.get(value.label));
                let word = self.value(&key, ours).cloned();
                let field = Field::FacetValueLabel;
                self.string(&mut tables.strings, field, row, word.as_deref())?;
            }
        }
        Ok(())
    }

    /// The product as search is to know it: in this language, and by the name it has in the shop's own.
    fn localised(&self, product: &Product, own: &ProductTranslation) -> Product {
        let mut local = product.clone();
        local.translations.clear();
        if let Some(name) = &own.name {
            local
                .tags
                .push(std::mem::replace(&mut local.name, name.clone()).into());
        }
        local.description = own.description.clone().or(local.description);
        local.short_description = own.short_description.clone().or(local.short_description);
        for option in &mut local.options {
            let key = slug::from_text(&option.code);
            let translation = own.options.get(option.code.as_str());
            for value in &mut option.values {
                let ours = value.name.as_deref().unwrap_or(&value.code);
                let stated = translation.and_then(|own| own.values.get(value.code.as_str()));
                if let Some(word) = stated.or_else(|| self.value(&key, ours)) {
                    value.name = Some(word.as_str().into());
                }
            }
        }
        for attribute in &mut local.attributes {
            let Some(known) = self.values.get(&slug::from_text(&attribute.code)) else {
                continue;
            };
            let texts = words::value_texts(&attribute.value).into_iter();
            let texts = texts.map(|ours| known.get(&ours).unwrap_or(&ours).as_str().into());
            attribute.value = AttributeValue::List(texts.map(AttributeValue::Text).collect());
        }
        local
    }

    fn value(&self, key: &str, ours: &str) -> Option<&String> {
        self.values.get(key)?.get(ours)
    }

    /// A short text, if there is one.
    pub(super) fn string(
        &mut self,
        strings: &mut Heap,
        field: Field,
        row: u32,
        text: Option<&str>,
    ) -> Result<(), HeapFull> {
        if let Some(text) = text {
            self.tables
                .strings
                .push((field, row, strings.string(text)?));
        }
        Ok(())
    }

    /// What search engines are told. A name or text in this language is never told by the title or the description
    /// that was made for another: where there is none, there is none.
    fn seo(
        &mut self,
        strings: &mut Heap,
        row: u32,
        (title, description): (Field, Field),
        own: Option<&SeoTranslation>,
        says: (bool, bool),
        has: (bool, bool),
    ) -> Result<(), HeapFull> {
        let stated = own.and_then(|own| own.title.as_deref());
        let none = (says.0 && has.0).then_some("");
        self.string(strings, title, row, stated.or(none))?;
        let stated = own.and_then(|own| own.description.as_deref());
        let none = (says.1 && has.1).then_some("");
        self.string(strings, description, row, stated.or(none))
    }
}

/// What a document says in a language.
pub(super) fn of<'t, T>(tag: &str, translations: &'t Translations<T>) -> Option<&'t T> {
    let mut all = translations.iter();
    let own = all.find(|(other, _)| is_same_tag(tag, other));
    // A group reads what everybody reads in its language, unless it is told something else.
    let (language, _) = tag.split_once("-x-").unwrap_or_default();
    let mut all = translations.iter();
    own.or_else(|| all.find(|(other, _)| !language.is_empty() && is_same_tag(language, other)))
        .map(|(_, own)| own)
}

/// Whether two tags are the same: `pt-BR`, `pt_br`.
pub(super) fn is_same_tag(a: &str, b: &str) -> bool {
    let letter = |byte: u8| match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    };
    a.len() == b.len() && a.bytes().map(letter).eq(b.bytes().map(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_same_however_back_ends_spell_them() {
        assert!(is_same_tag("pt-BR", "pt_br"));
        assert!(!is_same_tag("pt", "pt-BR"));
        assert!(!is_same_tag("de", "nl"));
    }
}
