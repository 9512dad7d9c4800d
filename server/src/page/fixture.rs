//! A small shop as a real generation, for tests: a lamp with variants, a mug with a hostile name, and many shelves.

use std::io::Cursor;

use frontage_shared::manifest::{Counts, Manifest, PartEntry};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::categories::{BrandRecord, CategoryRecord, PageRecord};
use frontage_shared::snapshot::facets::{
    AttributeRecord, AttributeValueRecord, FacetRecord, FacetValueRecord, RankRecord,
};
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::ledger;
use frontage_shared::snapshot::offers::{Availability, OffersTables, VariantOffer};
use frontage_shared::snapshot::products::{
    MediaRecord, OptionRecord, OptionValueRecord, ProductRecord, ShopRecord, VariantRecord,
};
use frontage_shared::snapshot::record::{List, RowRef, StrRef, TextRef};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use frontage_shared::snapshot::tables::{CatalogTables, variant_key_record};
use frontage_shared::snapshot::text::{TextDocument, TextIndexBuilder};

/// The name of the mug: everything that could end an attribute, an element or a script.
pub(super) const HOSTILE: &str = "Mug \"'</script><script>alert(1)</script><!-- & \u{2028}";
/// Shelves, so that a category has pages.
pub(super) const SHELVES: u32 = 60;

/// Option values of the lamp, by row.
const LAMP_VALUES: [(&str, &str, &str); 4] = [
    ("brass", "Brass", "#b8963e"),
    ("blue", "Ink blue", "#24395c"),
    ("floor", "Floor", ""),
    ("table", "Table", ""),
];
/// Variants of the lamp: id, option values, offer.
const LAMPS: [(&str, [u32; 2], i64, i64, Availability); 3] = [
    ("lamp-1", [0, 2], 12_950, 15_900, Availability::InStock),
    ("lamp-2", [0, 3], 11_900, 0, Availability::OutOfStock),
    ("lamp-3", [1, 2], 12_950, 0, Availability::InStock),
];

struct Shop {
    /// Put before every text a person reads.
    prefix: &'static str,
    tables: CatalogTables,
    offers: Vec<VariantOffer>,
    text: TextIndexBuilder,
}

/// Opens the shop, verified.
pub(super) fn generation() -> Generation {
    generation_of("")
}

/// Opens the same shop with this before every text that a person reads and that is no HTML.
pub(super) fn generation_of(prefix: &'static str) -> Generation {
    let mut shop = Shop {
        prefix,
        tables: CatalogTables::default(),
        offers: Vec::new(),
        text: TextIndexBuilder::new(15_000_000).unwrap(),
    };
    shop.frame();
    shop.lamp();
    shop.mug();
    for number in 0..SHELVES {
        shop.shelf(number);
    }
    shop.lists();
    shop.open()
}

impl Shop {
    fn str(&mut self, text: &str) -> StrRef {
        self.tables.strings.string(text).unwrap()
    }

    fn words(&mut self, text: &str) -> StrRef {
        let words = format!("{}{text}", self.prefix);
        self.str(&words)
    }

    fn text(&mut self, text: &str) -> TextRef {
        self.tables.texts.text(text).unwrap()
    }

    /// Shop, categories, brands, a content page, an attribute and facets without their products.
    fn frame(&mut self) {
        let shop = ShopRecord {
            id: self.str("haus"),
            name: self.words("Haus & Hof"),
            tagline: self.words("Things that last"),
            description: self.words("Furniture & lamps."),
            email: self.words("help@shop.example"),
            locale: self.str("en"),
            currency: self.str("EUR"),
            documents: [1; 32],
        };
        self.tables.shop.push(shop);
        let page = PageRecord {
            slug: self.str("delivery"),
            id: self.str("1"),
            title: self.words("Delivery"),
            body: self.text("<p>We send <em>parcels</em>.</p>"),
            seo_title: self.words(""),
            seo_description: self.words(""),
            kind: 0.into(),
            flags: 0.into(),
            updated_at: 86_400.into(),
        };
        self.tables.pages.push(page);
        self.route(RouteKind::Page, "delivery", 0, false);
        self.attribute_and_facets();
        for ends in [
            ("/round", "/and?y=1"),
            ("/and", "/round?x=1"),
            ("/first", "/second?x=1"),
            ("/second", "/delivery"),
            ("/third?x=1", "/third"),
        ] {
            let record = ledger::redirect(&mut self.tables.strings, ends, 0).unwrap();
            self.tables.redirects.push(record);
        }
    }

    fn attribute_and_facets(&mut self) {
        let attribute = AttributeRecord {
            code: self.str("height"),
            label: self.words("Height"),
            group: self.words("Size"),
            unit: self.words("cm"),
        };
        self.tables.attributes.push(attribute);
        let value = AttributeValueRecord {
            attribute: RowRef::new(Some(0)),
            label: self.words("142"),
        };
        self.tables.attribute_values.push(value);
        for (code, label, values, kind) in [
            ("brand", "Brand", 0..2, 0_u32),
            ("finish", "Finish", 2..4, 1),
        ] {
            let facet = FacetRecord {
                code: self.str(code),
                label: self.words(label),
                unit: self.words(""),
                values: List::between(values.start, values.end),
                kind: kind.into(),
            };
            self.tables.facets.push(facet);
        }
        let values = [
            ("lumen", "Lumen", "", 0),
            ("nordhem", "Nordhem", "", 0),
            ("brass", "Brass", "#b8963e", 1),
            ("ink-blue", "Ink blue", "#24395c", 1),
        ];
        for (code, label, swatch, facet) in values {
            let value = FacetValueRecord {
                code: self.str(code),
                label: self.words(label),
                swatch: self.str(swatch),
                facet: RowRef::new(Some(facet)),
                products: List::default(),
            };
            self.tables.facet_values.push(value);
        }
    }

    fn lamp(&mut self) {
        for (code, name, values) in [("finish", "Finish", 0..2), ("stand", "Stand", 2..4)] {
            let option = OptionRecord {
                code: self.str(code),
                name: self.words(name),
                values: List::between(values.start, values.end),
            };
            self.tables.options.push(option);
        }
        for (code, name, swatch) in LAMP_VALUES {
            let value = OptionValueRecord {
                code: self.str(code),
                name: self.words(name),
                swatch: self.str(swatch),
            };
            self.tables.option_values.push(value);
        }
        for (url, alt) in [
            ("/media/lamp.svg", "The lamp by a window"),
            ("javascript:alert(1)", ""),
        ] {
            let media = MediaRecord {
                url: self.str(url),
                alt: self.words(alt),
                width: 800.into(),
                height: 800.into(),
                kind: 0.into(),
            };
            self.tables.media.push(media);
        }
        for (id, values, price, was, availability) in LAMPS {
            let quantity = (availability == Availability::InStock).then_some(3);
            let offer = VariantOffer {
                price: Some(price),
                compare_at: (was > 0).then_some(was),
                quantity,
                available_at: None,
                availability,
            };
            self.variant(0, id, &values, offer);
        }
        let description = "<p>Turned from solid brass &amp; brushed by hand.</p>";
        self.product(
            "lamp",
            "Brass lamp",
            description,
            0..3,
            (0, Some(1)),
            &[0, 2, 3],
        );
        self.route(RouteKind::Product, "old-lamp", 0, true);
    }

    fn mug(&mut self) {
        let offer = VariantOffer {
            price: Some(990),
            ..VariantOffer::default()
        };
        self.variant(1, "mug", &[], offer);
        self.product("mug", HOSTILE, "", 3..4, (1, None), &[1]);
    }

    fn shelf(&mut self, number: u32) {
        let row = number + 2;
        let id = format!("shelf-{number:02}");
        let offer = VariantOffer {
            price: Some(1000 + i64::from(number)),
            ..VariantOffer::default()
        };
        self.variant(row, &id, &[], offer);
        let variant = row + 2;
        self.product(
            &id,
            &format!("Oak shelf {number}"),
            "",
            variant..variant + 1,
            (1, Some(2)),
            &[1],
        );
    }

    fn variant(&mut self, product: u32, id: &str, values: &[u32], offer: VariantOffer) {
        let row = u32::try_from(self.tables.variants.len()).unwrap();
        let first = u32::try_from(self.tables.variant_values.len()).unwrap();
        self.tables
            .variant_values
            .extend(values.iter().map(|&value| RowRef::new(Some(value))));
        let record = VariantRecord {
            id: self.str(id),
            sku: self.words(&format!("SKU-{id}")),
            gtin: self.words(""),
            mpn: self.words(""),
            name: self.words(""),
            product: RowRef::new(Some(product)),
            values: List::between(first, first + u32::try_from(values.len()).unwrap()),
            media: List::default(),
        };
        self.tables.variants.push(record);
        self.tables.variant_keys.push(variant_key_record(id, row));
        self.offers.push(offer);
    }

    fn product(
        &mut self,
        id: &str,
        name: &str,
        description: &str,
        variants: std::ops::Range<u32>,
        (brand, category): (u32, Option<u32>),
        facets: &[u32],
    ) {
        let row = u32::try_from(self.tables.products.len()).unwrap();
        let is_lamp = row == 0;
        let first_facet = u32::try_from(self.tables.product_facets.len()).unwrap();
        self.tables
            .product_facets
            .extend(facets.iter().map(|&value| RowRef::new(Some(value))));
        let lamps_only = |end: u32| {
            if is_lamp {
                List::between(0, end)
            } else {
                List::default()
            }
        };
        if is_lamp {
            self.tables.product_attributes.push(RowRef::new(Some(0)));
        }
        let record = ProductRecord {
            id: self.str(id),
            slug: self.str(id),
            name: self.words(name),
            short_description: TextRef::default(),
            description: self.text(description),
            seo_title: self.words(""),
            seo_description: self.words(""),
            brand: RowRef::new(Some(brand)),
            primary_category: RowRef::new(category),
            categories: List::default(),
            options: List::between(0, if is_lamp { 2 } else { 0 }),
            variants: List::between(variants.start, variants.end),
            attributes: List::between(0, u32::from(is_lamp)),
            media: lamps_only(2),
            related: List::default(),
            facet_values: List::between(
                first_facet,
                first_facet + u32::try_from(facets.len()).unwrap(),
            ),
            flags: 0.into(),
            condition: 0.into(),
            created_at: 0.into(),
            updated_at: if is_lamp {
                951_782_400.into()
            } else {
                0.into()
            },
        };
        self.tables.products.push(record);
        self.tables.ranks.push(RankRecord {
            name: row.into(),
            newest: row.into(),
            featured: row.into(),
        });
        self.route(RouteKind::Product, id, row, false);
        self.text
            .add(&TextDocument {
                title: name.to_owned(),
                body: String::new(),
                codes: Vec::new(),
            })
            .unwrap();
    }

    /// Categories and brands with their products: all lamps, among them reading lamps, and shelves.
    fn lists(&mut self) {
        self.postings();
        let shelves = 2..2 + SHELVES;
        let mut lists = Vec::new();
        for rows in [0..1, 0..1, shelves.clone(), 0..1, 1..2 + SHELVES] {
            let first = u32::try_from(self.tables.listings.len()).unwrap();
            self.tables
                .listings
                .extend(rows.map(|row| RowRef::new(Some(row))));
            lists.push((first, u32::try_from(self.tables.listings.len()).unwrap()));
        }
        let categories = [
            ("Lamps", "lamps", None, 0_u32),
            ("Reading lamps", "lamps/reading", Some(0), 1),
            ("Shelves", "shelves", None, 0),
        ];
        for (row, (name, path, parent, depth)) in (0_u32..).zip(categories) {
            let (first, end) = lists[row as usize];
            let record = CategoryRecord {
                id: self.str(path),
                name: self.words(name),
                path: self.str(path),
                description: TextRef::default(),
                seo_title: self.words(""),
                seo_description: self.words(""),
                parent: RowRef::new(parent),
                children: List::between(0, u32::from(row == 0)),
                products: List::between(first, end),
                media: List::default(),
                depth: depth.into(),
                flags: 0.into(),
                updated_at: 0.into(),
            };
            self.tables.categories.push(record);
            self.route(RouteKind::Category, path, row, false);
        }
        self.tables.children.push(RowRef::new(Some(1)));
        for (row, (slug, name)) in (0_u32..).zip([("lumen", "Lumen"), ("nordhem", "Nordhem")]) {
            let (first, end) = lists[3 + row as usize];
            let record = BrandRecord {
                slug: self.str(slug),
                name: self.words(name),
                products: List::between(first, end),
            };
            self.tables.brands.push(record);
            self.route(RouteKind::Brand, slug, row, false);
        }
    }

    /// The products of each facet value, from the values of each product.
    fn postings(&mut self) {
        let owned: Vec<(u32, u32)> = (0..)
            .zip(&self.tables.products)
            .flat_map(|(row, product)| product.facet_values.range().map(move |at| (row, at)))
            .collect();
        for value in 0..self.tables.facet_values.len() {
            let first = u32::try_from(self.tables.postings.len()).unwrap();
            for &(row, at) in &owned {
                if self.tables.product_facets[at as usize].0.get() as usize == value {
                    self.tables.postings.push(RowRef::new(Some(row)));
                }
            }
            let end = u32::try_from(self.tables.postings.len()).unwrap();
            self.tables.facet_values[value].products = List::between(first, end);
        }
    }

    fn route(&mut self, kind: RouteKind, path: &str, row: u32, former: bool) {
        let record = RouteRecord {
            hash: hash(kind, path).into(),
            path: self.str(path),
            kind: kind.number().into(),
            row: row.into(),
            former: u32::from(former).into(),
        };
        self.tables.routes.push(record);
    }

    fn open(mut self) -> Generation {
        self.tables.text_files = self.text.finish().unwrap();
        let products = [0..3, 3..4]
            .into_iter()
            .chain((0..SHELVES).map(|number| number + 4..number + 5))
            .collect();
        let catalog = self
            .tables
            .write(Cursor::new(Vec::new()))
            .unwrap()
            .into_inner();
        let hash = blake3::hash(&catalog);
        let tables = OffersTables {
            catalog: *hash.as_bytes(),
            documents: [2; 32],
            variants: self.offers,
            products,
            terms: Default::default(),
            prices: Default::default(),
            locations: Default::default(),
            lead_times: Vec::new(),
        };
        let offers = tables.write(Cursor::new(Vec::new())).unwrap().into_inner();
        let manifest = manifest("haus", 7, &catalog, &offers);
        let folder = tempfile::tempdir().unwrap();
        let file = |entry: &PartEntry, kind| folder.path().join(entry.file_name(kind));
        std::fs::write(file(&manifest.catalog, PartKind::Catalog), &catalog).unwrap();
        std::fs::write(file(&manifest.offers, PartKind::Offers), &offers).unwrap();
        // The mapping outlives the names of the files.
        let generation = Generation::map(manifest, folder.path()).unwrap();
        generation.verify().unwrap();
        generation
    }
}

/// What a generation of these two parts says of itself.
pub(super) fn manifest(shop: &str, generation: u64, catalog: &[u8], offers: &[u8]) -> Manifest {
    let entry = |bytes: &[u8]| PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: bytes.len() as u64,
    };
    Manifest {
        version: 1,
        shop: shop.to_owned(),
        generation,
        previous: None,
        catalog: entry(catalog),
        offers: entry(offers),
        created_at: 0,
        writer: "test".to_owned(),
        epoch: 0,
        pinned: false,
        reason: "cycle".to_owned(),
        sources: Default::default(),
        counts: Counts::default(),
        trial: None,
        traceparent: None,
        checksum: String::new(),
    }
}
