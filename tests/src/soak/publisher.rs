//! Generations published straight into a store, as many and as fast as a test wants.
//!
//! Two catalogs made by ingest take turns, and every generation has offers of its own, so that each swap changes both
//! parts and every page tells its generation twice: by the prices, and by the edition that follows from the number.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::offers::{Availability, OffersTables, VariantOffer};
use frontage_shared::store::{Head, Store};
use ownedbytes::OwnedBytes;

use super::stamped;
use crate::shop::{Shop, ShopBuilder};

/// Generations that stay in the store beside the current one.
const KEPT: u64 = 4;

/// Publishes generations of a shop that ingest has opened.
#[derive(Debug)]
pub struct Publisher {
    /// The store of the shop.
    pub store: Store,
    folder: PathBuf,
    first: Manifest,
    catalogs: Vec<Vec<u8>>,
}

/// The edition of a generation.
pub fn edition(generation: u64) -> u64 {
    2 - generation % 2
}

impl Publisher {
    /// Publishes generations 1 and 2 through ingest and takes over from there.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn take_over(shop: &Shop) -> anyhow::Result<Self> {
        let store = Store::open("store", shop.folder(), "demo")?;
        let mut catalogs = Vec::new();
        let mut first = None;
        for number in [1, 2] {
            shop.sends(&stamped::feed(number, edition(number)));
            shop.once().await;
            let manifest = store.current().await?.context("nothing was published")?;
            catalogs.push(catalog_of(&store, &manifest)?);
            first.get_or_insert(manifest);
        }
        Ok(Self {
            folder: shop.folder().to_owned(),
            first: first.context("nothing was published")?,
            catalogs,
            store,
        })
    }

    /// Publishes a generation.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn publish(&self, number: u64) -> anyhow::Result<Manifest> {
        let manifest = self.stage(number).await?;
        self.point_to(&manifest).await?;
        self.forget(number.saturating_sub(KEPT)).await;
        Ok(manifest)
    }

    /// Puts the parts of a generation into the store and makes nothing current.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn stage(&self, number: u64) -> anyhow::Result<Manifest> {
        let turn = usize::from(edition(number) == 2);
        self.stage_with(number, &self.catalogs[turn]).await
    }

    /// The same with a catalog that no server can have a copy of.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn stage_anew(&self, number: u64) -> anyhow::Result<Manifest> {
        let other = ShopBuilder::of(stamped::feed(number, 1000 + number)).start();
        other.once().await;
        let store = Store::open("store", other.folder(), "demo")?;
        let manifest = store.current().await?.context("nothing was published")?;
        let bytes = catalog_of(&store, &manifest)?;
        self.stage_with(number, &bytes).await
    }

    async fn stage_with(&self, number: u64, catalog: &[u8]) -> anyhow::Result<Manifest> {
        let offers = offers(catalog, number)?;
        let manifest = Manifest {
            generation: number,
            previous: number.checked_sub(1),
            catalog: entry(catalog),
            offers: entry(&offers),
            created_at: self.first.created_at + i64::try_from(number)?,
            ..self.first.clone()
        };
        self.put(PartKind::Catalog, &manifest.catalog, catalog)
            .await?;
        self.put(PartKind::Offers, &manifest.offers, &offers)
            .await?;
        Ok(manifest)
    }

    /// Makes a generation current.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn point_to(&self, manifest: &Manifest) -> anyhow::Result<Head> {
        let head = self.store.put_manifest(manifest).await?;
        self.store.put_head(&head).await?;
        Ok(head)
    }

    /// Where a part of a generation lies.
    pub fn part_path(&self, kind: PartKind, manifest: &Manifest) -> PathBuf {
        let entry = match kind {
            PartKind::Catalog => &manifest.catalog,
            PartKind::Offers => &manifest.offers,
        };
        self.store
            .folder()
            .join("parts")
            .join(entry.file_name(kind))
    }

    async fn put(&self, kind: PartKind, entry: &PartEntry, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.folder.join("publisher.part");
        std::fs::write(&file, bytes)?;
        Ok(self.store.put_part(kind, entry, &file).await?)
    }

    /// Long soaks must not fill the disk. What cannot be removed was damaged by a test, or is not there.
    async fn forget(&self, number: u64) {
        let Ok(names) = self.store.manifests().await else {
            return;
        };
        for name in names.iter().filter(|name| name.generation < number) {
            if let Ok(manifest) = self.store.manifest_named(&name.name).await {
                let offers = manifest.offers.file_name(PartKind::Offers);
                let _ = self.store.remove_part(&offers).await;
            }
            let _ = self.store.remove_manifest(&name.name).await;
        }
    }
}

/// Flips one bit in the middle of a file.
///
/// # Errors
/// The file cannot be read or written.
pub fn flip_a_bit(path: &Path) -> std::io::Result<()> {
    let mut bytes = std::fs::read(path)?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 4;
    }
    std::fs::write(path, bytes)
}

fn catalog_of(store: &Store, manifest: &Manifest) -> std::io::Result<Vec<u8>> {
    let name = manifest.catalog.file_name(PartKind::Catalog);
    std::fs::read(store.folder().join("parts").join(name))
}

fn entry(bytes: &[u8]) -> PartEntry {
    PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: bytes.len() as u64,
    }
}

/// An offers part in which everything costs what the number says.
fn offers(catalog: &[u8], number: u64) -> anyhow::Result<Vec<u8>> {
    let hash = *blake3::hash(catalog).as_bytes();
    let catalog = Catalog::open(OwnedBytes::new(catalog.to_owned()))?;
    let offer = VariantOffer {
        price: Some(stamped::cents(number)),
        compare_at: None,
        quantity: Some(9),
        available_at: None,
        availability: Availability::InStock,
    };
    let tables = OffersTables {
        catalog: hash,
        documents: *blake3::hash(&number.to_le_bytes()).as_bytes(),
        variants: vec![offer; catalog.variant_count() as usize],
        products: catalog
            .products()
            .map(|product| product.variant_rows())
            .collect(),
        terms: Default::default(),
        prices: Default::default(),
        locations: Default::default(),
        lead_times: Vec::new(),
    };
    Ok(tables.write(Cursor::new(Vec::new()))?.into_inner())
}
