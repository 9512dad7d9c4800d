//! What tests share: a small shop in a store of its own, published for real.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use frontage_shared::manifest::{Counts, Manifest, PartEntry, SourceState};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::offers::OffersTables;
use frontage_shared::snapshot::price_lists::{PriceChange, PriceTables, Prices};
use frontage_shared::snapshot::products::ShopRecord;
use frontage_shared::snapshot::tables::CatalogTables;
use frontage_shared::snapshot::text::{PackedFile, TextIndexBuilder};
use frontage_shared::store::{Head, Store};
use ownedbytes::OwnedBytes;
use tempfile::TempDir;

use crate::handle::Shop;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::watch::{Cache, Report, Watch};

/// A store, a cache folder and a server between them.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
}

/// One server's parts, as `run::serve` puts them together.
pub(crate) struct Process {
    pub(crate) shop: Arc<Shop>,
    pub(crate) report: Arc<Report>,
    pub(crate) watch: Watch,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        Self { folder, store }
    }

    pub(crate) fn cache_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("cache").join("demo")
    }

    /// A server that has not looked anywhere yet. Another one in the same bench is a restart.
    pub(crate) fn process(&self) -> Process {
        let cache = Cache::open(&self.folder.path().join("cache"), "demo").unwrap();
        let (live, writer) = Live::new();
        let metrics = Arc::new(Metrics::default());
        let shop = Arc::new(Shop::new(live, metrics, "http://127.0.0.1:8080", 1 << 20));
        let report = Arc::new(Report::default());
        let interval = Duration::from_millis(50);
        let (store, shop_too, report_too) =
            (self.store.clone(), Arc::clone(&shop), Arc::clone(&report));
        let watch = Watch::new(store, cache, writer, shop_too, report_too, "demo", interval);
        Process {
            shop,
            report,
            watch,
        }
    }

    /// Publishes a generation of a shop with this name.
    pub(crate) async fn publish(&self, number: u64, name: &str) -> Manifest {
        let manifest = self.put(number, name).await;
        self.point_to(&manifest).await;
        manifest
    }

    /// Puts the parts of a generation into the store without making it current.
    pub(crate) async fn put(&self, number: u64, name: &str) -> Manifest {
        let catalog = catalog(name);
        let hash = blake3::hash(&catalog);
        let offers = OffersTables {
            catalog: *hash.as_bytes(),
            documents: [0; 32],
            variants: Vec::new(),
            products: Vec::new(),
            terms: Default::default(),
            prices: Default::default(),
            locations: Default::default(),
            lead_times: Vec::new(),
        };
        let offers = offers.write(Cursor::new(Vec::new())).unwrap().into_inner();
        Manifest {
            generation: number,
            previous: number.checked_sub(1),
            catalog: self.put_part(PartKind::Catalog, &catalog).await,
            offers: self.put_part(PartKind::Offers, &offers).await,
            created_at: 1_700_000_000 + i64::try_from(number).unwrap(),
            ..manifest(&catalog, &offers)
        }
    }

    /// Publishes a generation with other offers for the catalog of another one.
    pub(crate) async fn reprice(&self, number: u64, before: &Manifest) -> Manifest {
        let hash = blake3::Hash::from_hex(&before.catalog.hash).unwrap();
        let offers = OffersTables {
            catalog: *hash.as_bytes(),
            documents: [u8::try_from(number).unwrap(); 32],
            variants: Vec::new(),
            products: Vec::new(),
            terms: Default::default(),
            prices: Default::default(),
            locations: Default::default(),
            lead_times: Vec::new(),
        };
        let offers = offers.write(Cursor::new(Vec::new())).unwrap().into_inner();
        let manifest = Manifest {
            generation: number,
            previous: Some(before.generation),
            created_at: before.created_at + 1,
            offers: self.put_part(PartKind::Offers, &offers).await,
            ..before.clone()
        };
        self.point_to(&manifest).await;
        manifest
    }

    /// Makes a manifest current.
    pub(crate) async fn point_to(&self, manifest: &Manifest) -> Head {
        let head = self.store.put_manifest(manifest).await.unwrap();
        self.store.put_head(&head).await.unwrap();
        head
    }

    async fn put_part(&self, kind: PartKind, bytes: &[u8]) -> PartEntry {
        let entry = entry(bytes);
        let file = self.folder.path().join("part");
        std::fs::write(&file, bytes).unwrap();
        self.store.put_part(kind, &entry, &file).await.unwrap();
        entry
    }
}

fn entry(bytes: &[u8]) -> PartEntry {
    PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: u64::try_from(bytes.len()).unwrap(),
    }
}

/// The manifest of a first generation with these parts.
fn manifest(catalog: &[u8], offers: &[u8]) -> Manifest {
    let source = SourceState {
        as_of: 1_700_000_000,
        documents: 0,
    };
    Manifest {
        version: 1,
        shop: "demo".into(),
        generation: 1,
        previous: None,
        catalog: entry(catalog),
        offers: entry(offers),
        created_at: 1_700_000_000,
        writer: "test".into(),
        epoch: 0,
        pinned: false,
        reason: "cycle".into(),
        sources: BTreeMap::from([("products".to_owned(), source)]),
        counts: Counts::default(),
        trial: None,
        traceparent: None,
        checksum: String::new(),
    }
}

/// A generation that was made at the instant 0 and changes at these, Unix seconds. It has nothing that could change; what
/// counts is when.
pub(crate) fn changing(instants: &[i64]) -> Generation {
    let catalog = catalog("Changing");
    let change = |at: &i64| PriceChange {
        list: 0,
        variant: 0,
        at: *at,
        prices: Prices::default(),
    };
    let offers = OffersTables {
        catalog: *blake3::hash(&catalog).as_bytes(),
        documents: [0; 32],
        variants: Vec::new(),
        products: Vec::new(),
        terms: Default::default(),
        prices: PriceTables {
            changes: instants.iter().map(change).collect(),
            ..PriceTables::default()
        },
        locations: Default::default(),
        lead_times: Vec::new(),
    };
    let offers = offers.write(Cursor::new(Vec::new())).unwrap().into_inner();
    let manifest = manifest(&catalog, &offers);
    Generation::open(manifest, OwnedBytes::new(catalog), OwnedBytes::new(offers)).unwrap()
}

/// Flips one byte in the middle of a file.
pub(crate) fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    std::fs::write(file, bytes).unwrap();
}

/// A catalog without products.
fn catalog(name: &str) -> Vec<u8> {
    static TEXT_INDEX: OnceLock<Vec<PackedFile>> = OnceLock::new();
    let text_files =
        TEXT_INDEX.get_or_init(|| TextIndexBuilder::new(16 << 20).unwrap().finish().unwrap());
    let copy = |file: &PackedFile| PackedFile {
        name: file.name.clone(),
        bytes: file.bytes.clone(),
    };
    let mut tables = CatalogTables {
        text_files: text_files.iter().map(copy).collect(),
        ..CatalogTables::default()
    };
    let strings = &mut tables.strings;
    tables.shop = vec![ShopRecord {
        id: strings.string("demo").unwrap(),
        name: strings.string(name).unwrap(),
        tagline: strings.string("").unwrap(),
        description: strings.string("").unwrap(),
        email: strings.string("").unwrap(),
        locale: strings.string("en").unwrap(),
        currency: strings.string("EUR").unwrap(),
        documents: [0; 32],
    }];
    tables.write(Cursor::new(Vec::new())).unwrap().into_inner()
}

/// An instant for tests that need one.
pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_100)
}
