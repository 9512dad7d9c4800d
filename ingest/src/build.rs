//! What the accepted feeds are compiled into, before anything of it is current.

use std::path::{Path, PathBuf};

use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::{SnapshotError, mapped};
use tokio::runtime::Handle;

use crate::basis::{Basis, Tally};
use crate::built::Built;
use crate::compile::{self, Before, CompileError, Compiled, Since};
use crate::config::Config;
use crate::cycle::{Context, CycleError, accepted_feeds, merge, missing_source, run_blocking};
use crate::dates::Dates;
use crate::merge::{Conflicts, MappedOffers, Merged};
use crate::publish::{self, PublishError};
use crate::untranslated;

/// What compiling led to.
#[derive(Debug)]
pub enum Build {
    /// The documents are those of the current generation.
    Unchanged,
    /// No product has arrived yet, or a source's cache must be rebuilt first; the conflicts say which.
    Waiting(Conflicts),
    /// Both parts of the next generation.
    Ready(Box<Built>, Conflicts),
}

/// What a build is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// It will be published: what is done of it may be in the store before the rest is.
    Publish,
    /// Somebody wants to see what would be published.
    Look,
}

/// Merges the accepted feeds and compiles what differs from the current generation. Makes nothing current.
///
/// # Errors
/// The documents cannot be read or compiled.
pub async fn build(
    context: &Context,
    current: Option<&Manifest>,
    purpose: Purpose,
    now: i64,
) -> Result<Build, CycleError> {
    let feeds = accepted_feeds(&context.config)?;
    if let Some(missing) = missing_source(&context.config, current, &feeds) {
        let mut conflicts = Conflicts::default();
        conflicts.add(|| {
            format!("source `{missing}` is part of the published shop and has no good feed yet")
        });
        return Ok(Build::Waiting(conflicts));
    }
    let mut merged = merge(context, feeds, now).await?;
    let published = match current {
        Some(manifest) => open_or_rebuild(context, manifest).await?,
        None => None,
    };
    if let Some(published) = &published
        && !published.has_dates_of(&context.config, &merged)
    {
        merged = with_dates(context, merged, now).await?;
    }
    if published
        .as_ref()
        .is_some_and(|published| published.is_made_of(&merged))
    {
        return Ok(Build::Unchanged);
    }
    let job = CompileJob {
        context: context.clone(),
        merged,
        published,
        purpose,
        scratch: context.scratch()?,
        now,
    };
    run_blocking(move || job.run()).await
}

/// Reads the dates of documents that another daemon compiled: nothing else would bring them up before they pass.
async fn with_dates(context: &Context, merged: Merged, now: i64) -> Result<Merged, CycleError> {
    let config = context.config.clone();
    run_blocking(move || {
        let dates = merged.dates(now)?;
        dates.keep(&config.state, merged.documents)?;
        Ok(merged.at(&config, now))
    })
    .await
}

struct CompileJob {
    context: Context,
    merged: Merged,
    published: Option<Published>,
    purpose: Purpose,
    scratch: PathBuf,
    /// Unix seconds.
    now: i64,
}

impl CompileJob {
    /// A catalog whose documents did not change is kept; offers are compiled against whichever it is.
    fn run(self) -> Result<Build, CycleError> {
        let mut conflicts = Conflicts::default();
        let kept = self
            .published
            .as_ref()
            .filter(|published| published.has_catalog_of(&self.merged));
        let (mut compiled, mut found) = (None, None);
        let (catalog, entry, path) = match kept {
            Some(published) => (
                &published.catalog.0,
                published.catalog.1.clone(),
                published.catalog.2.clone(),
            ),
            None => {
                let path = self.scratch.join("next.catalog");
                let previous = self.published.as_ref();
                let previous = previous.map(|published| &published.catalog.0);
                let made = match compile::catalog(
                    &self.context.config,
                    &self.merged,
                    (previous, self.now),
                    &mut conflicts,
                    &path,
                ) {
                    Ok(made) => made,
                    Err(CompileError::NoProducts) => return Ok(Build::Waiting(conflicts)),
                    Err(error) => return Err(error.into()),
                };
                let dates = &made.dates;
                dates.keep(&self.context.config.state, self.merged.documents)?;
                found = Some(made.offers);
                let open = mapped::map(&path).and_then(Catalog::open);
                let catalog = compiled.insert(open.map_err(CompileError::Catalog)?);
                (&*catalog, made.compiled.entry, path)
            }
        };
        let offers_path = self.scratch.join("next.offers");
        let runtime = Handle::current();
        let is_new = kept.is_none() && self.purpose == Purpose::Publish;
        let (compiled_offers, is_put) = std::thread::scope(|scope| {
            let putting =
                is_new.then(|| scope.spawn(|| runtime.block_on(self.put_ahead(&entry, &path))));
            let offers = self.offers(
                (kept, found),
                (catalog, &entry),
                &mut conflicts,
                &offers_path,
            );
            let is_put = putting.is_some_and(|putting| putting.join().unwrap_or(false));
            (offers, is_put)
        });
        let (offers, tally) = compiled_offers?;
        if is_new {
            let lacks = untranslated::of(catalog);
            // What was read of its mapping for the offers goes with it.
            drop(compiled);
            self.verify((&entry, &path), is_put)?;
            untranslated::keep(&self.context.config.state, &lacks);
        }
        let built = Built {
            catalog: (entry, path),
            offers: (offers, offers_path),
            sources: self.merged.sources(),
            halves: self.merged.offer_halves(&self.context.config),
            tally,
            reserved: self.merged.reserved.clone(),
        };
        Ok(Build::Ready(Box::new(built), conflicts))
    }

    /// Verifies a new catalog, and remembers what is whole: its file, and what was put into the store of it.
    ///
    /// Not before its offers are compiled: verification reads all of a part that is mapped, and the tables it was made from
    /// take until then to be given back. Nobody reads what is in the store already, as no manifest names it. Who only looks
    /// compares what was made with what is published, and verifies both.
    fn verify(&self, (entry, path): (&PartEntry, &Path), is_put: bool) -> Result<(), CycleError> {
        Catalog::verify_file(path).map_err(PublishError::from)?;
        let mut verified = self.context.verified();
        verified.add(path);
        if is_put {
            let part = (PartKind::Catalog, entry);
            verified.add(&publish::stored(&self.context.store, part));
        }
        verified.save();
        Ok(())
    }

    /// Puts a new catalog part into the store while its offers are compiled: one waits for the disk and the other for a
    /// core. Says whether it is there; if not, publishing does it again, and says why. A part that no manifest comes to name
    /// goes with the next clearing of the store.
    ///
    /// Where that is enough it gets a name there: shoppers need not wait for a copy, which is made once it is published.
    async fn put_ahead(&self, entry: &PartEntry, file: &Path) -> bool {
        let (store, kind) = (&self.context.store, PartKind::Catalog);
        let put = match store.link_part(kind, entry, file).await {
            Ok(false) => store.put_part(kind, entry, file).await,
            linked => linked.map(|_| ()),
        };
        if let Err(error) = &put {
            tracing::debug!(%error, "the catalog is not in the store yet");
        }
        put.is_ok()
    }

    /// Where the catalog part is kept, its offers part and what that was compiled from may be, too.
    fn offers(
        &self,
        (kept, found): (Option<&Published>, Option<MappedOffers>),
        catalog: (&Catalog, &PartEntry),
        conflicts: &mut Conflicts,
        file: &Path,
    ) -> Result<(Compiled, Tally), CompileError> {
        let config = &self.context.config;
        let basis = kept.and_then(|published| published.basis(config));
        let before = kept.zip(basis.as_ref()).map(|(published, basis)| Before {
            state: &config.state,
            offers: &published.offers.0,
            basis,
        });
        let published = self.published.as_ref();
        let since = Since {
            now: self.now,
            published: published.map(|published| (&published.catalog.0, &published.offers.0)),
        };
        compile::offers(
            config,
            (&self.merged, found),
            catalog,
            since,
            before,
            conflicts,
            file,
        )
    }
}

/// The current generation's parts, opened locally.
struct Published {
    catalog: (Catalog, PartEntry, PathBuf),
    offers: (Offers, PartEntry),
}

impl Published {
    /// What the offers were compiled from.
    fn basis(&self, config: &Config) -> Option<Basis> {
        Basis::load(&config.state, &self.offers.1.hash)
    }

    fn is_made_of(&self, merged: &Merged) -> bool {
        self.has_catalog_of(merged) && self.offers.0.documents_hash() == merged.offers_hash
    }

    /// Whether it is known when documents come and go, or will be: what differs from what was compiled here is compiled.
    fn has_dates_of(&self, config: &Config, merged: &Merged) -> bool {
        Dates::load(&config.state, merged.documents).is_some()
            || Dates::are_of(&config.state, self.catalog.0.documents_hash())
    }

    fn has_catalog_of(&self, merged: &Merged) -> bool {
        self.catalog.0.documents_hash() == merged.catalog_hash
    }
}

/// Parts that were damaged in the store, with no copy here, are built anew; only the ledger of former addresses is lost.
async fn open_or_rebuild(
    context: &Context,
    manifest: &Manifest,
) -> Result<Option<Published>, CycleError> {
    match open_published(context, manifest).await {
        Ok(published) => Ok(Some(published)),
        Err(CycleError::Publish(PublishError::Store(error))) if error.is_damage() => {
            tracing::warn!(%error, "a part of the published generation is damaged; the shop is built anew");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn open_published(context: &Context, manifest: &Manifest) -> Result<Published, CycleError> {
    let folder = context.parts_folder();
    let verified = context.verified();
    let copy = |part| publish::local_copy(&context.store, &folder, part, &verified);
    let catalog = copy((PartKind::Catalog, &manifest.catalog)).await?;
    let offers = copy((PartKind::Offers, &manifest.offers)).await?;
    let open = || -> Result<Published, SnapshotError> {
        Ok(Published {
            catalog: (
                Catalog::open(mapped::map(&catalog)?)?,
                manifest.catalog.clone(),
                catalog.clone(),
            ),
            offers: (
                Offers::open(mapped::map(&offers)?)?,
                manifest.offers.clone(),
            ),
        })
    };
    Ok(open().map_err(PublishError::from)?)
}
