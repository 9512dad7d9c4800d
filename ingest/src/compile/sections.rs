//! Sections of pages: what they pick is resolved to rows here, so that a page only has to look them up.
//!
//! What prices and stock decide is left for the request, among a bounded number of candidates.

use std::collections::HashMap;

use frontage_shared::model::slug;
use frontage_shared::snapshot::page_sections::{
    IN_STOCK, ON_SALE, PageSectionRecord, SectionKind as Kind,
};
use frontage_shared::snapshot::products::NOT_LISTED;
use frontage_shared::snapshot::record::{List, RowRef};

use super::CompileError;
use super::facets::row_count;
use super::languages::is_same_tag;
use super::products::Tables;
use crate::merge::Conflicts;
use crate::wire::{Page, Section, SectionKind, SectionSort};

/// Candidates of a query that asks for what only the request knows.
const CANDIDATES: usize = 400;
/// Products of a section that does not say how many.
const LIMIT: u32 = 8;

impl Tables<'_> {
    /// Writes the sections of a page in all its languages.
    pub(super) fn page_sections(
        &mut self,
        row: u32,
        page: &Page,
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        for section in &page.sections {
            self.section((row, &page.id), "", section, conflicts)?;
        }
        for (tag, own) in &page.translations {
            let mut tags = self.config.shop.locales.iter();
            let tag = tags.find(|known| is_same_tag(known, tag));
            let Some(tag) = tag.cloned() else {
                continue;
            };
            for section in &own.sections {
                self.section((row, &page.id), &tag, section, conflicts)?;
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        (page, page_id): (u32, &str),
        language: &str,
        section: &Section,
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        let limit = section.limit.unwrap_or(LIMIT);
        let kind = match section.kind {
            SectionKind::Text => Kind::Text,
            SectionKind::Hero => Kind::Hero,
            SectionKind::Products => Kind::Products,
            SectionKind::Query => Kind::Query,
            SectionKind::Categories => Kind::Categories,
        };
        let mut missing = |what: &str, id: &str| {
            conflicts.add(|| format!("page `{page_id}` shows {what} `{id}`, which does not exist"));
        };
        let categories = self.section_categories(section, &mut missing);
        let products = match section.kind {
            SectionKind::Products => {
                let row = |id: &String| {
                    let row = self.row_of(id);
                    // What is switched off may come back, and is not shown meanwhile.
                    if row.is_none() && !self.inactive.contains(id) {
                        missing("product", id);
                    }
                    row
                };
                section.product_ids.iter().filter_map(row).collect()
            }
            SectionKind::Query => self.candidates(section, &categories, &mut missing),
            _ => Vec::new(),
        };
        let shown = match section.kind {
            SectionKind::Categories => categories,
            _ => Vec::new(),
        };
        let media = self.media(section.image.as_slice())?;
        let link = section.link.clone().unwrap_or_default();
        let flag = |set: Option<bool>, bit| if set.unwrap_or(false) { bit } else { 0 };
        let first = row_count(&self.tables.section_products);
        let rows = products.into_iter().map(|row| RowRef::new(Some(row)));
        self.tables.section_products.extend(rows);
        let first_category = row_count(&self.tables.section_categories);
        let rows = shown.into_iter().map(|row| RowRef::new(Some(row)));
        self.tables.section_categories.extend(rows);
        let strings = &mut self.tables.strings;
        let record = PageSectionRecord {
            page: RowRef::new(Some(page)),
            language: strings.string(language)?,
            kind: kind.number().into(),
            flags: (flag(section.on_sale, ON_SALE) | flag(section.in_stock, IN_STOCK)).into(),
            limit: limit.into(),
            title: strings.string(section.title.as_deref().unwrap_or_default())?,
            href: strings.string(&link.href)?,
            label: strings.string(&link.label)?,
            body: self
                .tables
                .texts
                .text(section.body.as_deref().unwrap_or_default())?,
            media,
            products: List::between(first, row_count(&self.tables.section_products)),
            categories: List::between(first_category, row_count(&self.tables.section_categories)),
        };
        self.tables.page_sections.push(record);
        Ok(())
    }

    /// Rows of the categories that a section names; of one that shows categories and names none, the top of the tree.
    fn section_categories(
        &self,
        section: &Section,
        missing: &mut impl FnMut(&str, &str),
    ) -> Vec<u32> {
        if section.kind == SectionKind::Categories && section.category_ids.is_empty() {
            let tops = (0..).zip(&self.tree.nodes);
            return tops
                .filter(|(_, node)| node.parent.is_none())
                .map(|(row, _)| row)
                .collect();
        }
        let mut rows = Vec::new();
        for id in &section.category_ids {
            match self.tree.rows.get(id) {
                Some(&row) => rows.push(row),
                None => missing("category", id),
            }
        }
        rows
    }

    /// Rows of the products that a query may show, in its order.
    fn candidates(
        &self,
        section: &Section,
        categories: &[u32],
        missing: &mut impl FnMut(&str, &str),
    ) -> Vec<u32> {
        let tables = &self.tables;
        let listed = |list: List<{ frontage_shared::snapshot::layout::section::LISTINGS }>| {
            let range = list.range();
            let rows = tables
                .listings
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default();
            rows.iter()
                .filter_map(|row| row.get())
                .collect::<Vec<u32>>()
        };
        // A query that names something which is not there finds nothing, rather than everything.
        let mut lists: Vec<Vec<u32>> = Vec::new();
        if !section.category_ids.is_empty() {
            let rows = categories
                .iter()
                .filter_map(|&row| tables.categories.get(row as usize));
            let mut all: Vec<u32> = rows
                .flat_map(|category| listed(category.products))
                .collect();
            let mut seen = std::collections::HashSet::new();
            all.retain(|row| seen.insert(*row));
            lists.push(all);
        }
        if let Some(brand) = &section.brand {
            let record = self.brand(&slug::from_text(brand));
            if record.is_none() {
                missing("brand", brand);
            }
            lists.push(
                record
                    .map(|brand| listed(brand.products))
                    .unwrap_or_default(),
            );
        }
        let mut lists = lists.into_iter();
        let mut rows = lists.next().unwrap_or_else(|| {
            let all = (0..).zip(&tables.products);
            all.filter(|(_, product)| product.flags.get() & NOT_LISTED == 0)
                .map(|(row, _)| row)
                .collect()
        });
        for other in lists {
            let other: std::collections::HashSet<u32> = other.into_iter().collect();
            rows.retain(|row| other.contains(row));
        }
        self.sort_candidates(section.sort.unwrap_or_default(), &mut rows);
        let asks_later = section.on_sale.unwrap_or(false) || section.in_stock.unwrap_or(false);
        let most = section.limit.unwrap_or(LIMIT) as usize;
        rows.truncate(if asks_later { CANDIDATES } else { most });
        rows
    }

    fn sort_candidates(&self, sort: SectionSort, rows: &mut [u32]) {
        let tables = &self.tables;
        let ranks: HashMap<u32, u32> = match sort {
            SectionSort::Rating => {
                let ratings = tables.ratings.iter();
                ratings
                    .map(|one| (one.product.0.get(), one.rank.get()))
                    .collect()
            }
            _ => HashMap::new(),
        };
        rows.sort_by_cached_key(|&row| {
            let rank = tables.ranks.get(row as usize);
            let featured = rank.map_or(u32::MAX, |rank| rank.featured.get());
            match sort {
                SectionSort::Featured => (featured, row),
                SectionSort::Newest => (rank.map_or(u32::MAX, |rank| rank.newest.get()), row),
                SectionSort::Rating => (ranks.get(&row).copied().unwrap_or(u32::MAX), featured),
            }
        });
    }
}
