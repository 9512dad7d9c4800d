//! What becomes live: compiled feeds, or parts that were live before.

use std::path::{Path, PathBuf};

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::layout::PartKind;

use crate::canary;
use crate::conflicts;
use crate::cycle::{self, Build, Built, Context, CycleError, Purpose, ShopOutcome};
use crate::flip::{self, Flip};
use crate::merge::Conflicts;
use crate::publish::{self, Candidate, PublishError};
use crate::retain;
use crate::verified::Verified;

/// Compiles and publishes whatever the accepted feeds say, unless that is what is published already, or a pin forbids it.
/// The caller holds the lock.
///
/// # Errors
/// The shop could not be compiled or published.
pub async fn accepted(
    context: &Context,
    current: Option<&Manifest>,
    reason: &'static str,
    now: i64,
) -> Result<(ShopOutcome, Conflicts), CycleError> {
    if let Some(pinned) = current.filter(|current| current.pinned) {
        let generation = pinned.generation;
        let flip = Flip::of(&context.config.state, generation);
        let conflicts = match flip {
            None => Conflicts::default(),
            Some(flip) if flip.at <= now => return flip::publish(context, pinned, now).await,
            Some(_) => flip::prepare(context, pinned, now).await?,
        };
        let until = flip.map(|flip| flip.at);
        return Ok((ShopOutcome::Pinned { generation, until }, conflicts));
    }
    if let Some(current) = current {
        settle(context, current).await;
    }
    let compiling = context.board.shop("compile", now);
    let building = cycle::build(context, current, Purpose::Publish, now);
    let (built, conflicts) = match context.tracer.around("compile", building).await? {
        Build::Unchanged => return Ok((ShopOutcome::Unchanged, Conflicts::default())),
        Build::Waiting(conflicts) => return Ok((ShopOutcome::Waiting, conflicts)),
        Build::Ready(built, conflicts) => (*built, conflicts),
    };
    drop(compiling);
    let manifest = built_parts(context, current, (built, &conflicts), reason, now).await?;
    Ok((ShopOutcome::Published(Box::new(manifest)), conflicts))
}

/// Publishes what was compiled. The caller holds the lock.
///
/// # Errors
/// It could not be published.
pub async fn built_parts(
    context: &Context,
    current: Option<&Manifest>,
    (built, conflicts): (Built, &Conflicts),
    reason: &'static str,
    now: i64,
) -> Result<Manifest, CycleError> {
    let _publishing = context.board.shop("publish", now);
    let mut span = context.tracer.begin("publish");
    let files = [built.catalog.1.clone(), built.offers.1.clone()];
    let mut verified = context.verified();
    let manifest = publish::generation(
        &context.store,
        &context.config.shop.id,
        current,
        Candidate {
            traceparent: span.traceparent(),
            hold_ms: canary::hold_ms(&context.config, reason),
            ..built.candidate(reason)
        },
        &mut verified,
        (&context.lease.fence()?, now),
    )
    .await
    .inspect_err(|error| span.fail(error))?;
    span.count("frontage.generation", manifest.generation);
    let parts = context.parts_folder();
    {
        let _copying = publish::hold_folder(&parts).await?;
        keep_local_parts(&parts, &manifest, &files, &mut verified)?;
    }
    verified.save();
    built.basis().keep(&context.config.state);
    conflicts::keep(&context.config.state, manifest.generation, conflicts);
    retain::prune(
        &context.store,
        context.config.retention,
        (&manifest, None),
        now,
    )
    .await?;
    settle(context, &manifest).await;
    Ok(manifest)
}

/// Copies what is published where that has not been done yet: after a publish, and where one was killed before it was.
async fn settle(context: &Context, manifest: &Manifest) {
    let (store, folder, parts) = (&context.store, context.parts_folder(), manifest.parts());
    if parts
        .iter()
        .all(|&part| publish::is_settled(store, &folder, part))
    {
        return;
    }
    let mut verified = context.verified();
    let settled = publish::settle(store, &folder, &parts, &mut verified).await;
    if let Err(error) = settled {
        tracing::warn!(%error, "a part has no copy beside the store's yet; the next cycle tries again");
    }
}

/// Publishes parts that are in the store as a new generation. The caller holds the lock.
///
/// # Errors
/// They are gone or damaged, or publishing failed.
pub async fn republish(
    context: &Context,
    parts: Manifest,
    reason: &'static str,
    pinned: bool,
    now: i64,
) -> Result<Manifest, CycleError> {
    let folder = context.parts_folder();
    // Going back is also how damage is repaired: nothing is taken for whole that was not read now.
    let mut verified = Verified::nothing(&context.config.state);
    if context.store.as_folder().is_none() {
        for (kind, entry) in parts.parts() {
            // What is found damaged is sent again; without a look, what is there is taken for whole.
            context.store.part_is_whole(kind, entry).await?;
        }
    }
    let copy = |part| publish::local_copy(&context.store, &folder, part, &verified);
    let catalog = copy((PartKind::Catalog, &parts.catalog)).await?;
    let offers = copy((PartKind::Offers, &parts.offers)).await?;
    let mut span = context.tracer.begin("publish");
    let candidate = Candidate {
        catalog: (parts.catalog, catalog),
        offers: (parts.offers, offers),
        counts: parts.counts,
        sources: parts.sources,
        reason,
        pinned,
        traceparent: span.traceparent(),
        hold_ms: None,
    };
    let current = context.current().await?;
    let published = publish::generation(
        &context.store,
        &context.config.shop.id,
        current.as_ref(),
        candidate,
        &mut verified,
        (&context.lease.fence()?, now),
    )
    .await;
    verified.save();
    match &published {
        Ok(published) => span.count("frontage.generation", published.generation),
        Err(error) => span.fail(error),
    }
    Ok(published?)
}

/// Moves the finished files to where the next cycle looks for them, and removes those of older generations.
fn keep_local_parts(
    folder: &Path,
    manifest: &Manifest,
    files: &[PathBuf; 2],
    verified: &mut Verified,
) -> Result<(), CycleError> {
    std::fs::create_dir_all(folder).map_err(PublishError::at(folder))?;
    let mut kept = Vec::new();
    for ((kind, entry), file) in manifest.parts().into_iter().zip(files) {
        let name = folder.join(entry.file_name(kind));
        if *file != name {
            std::fs::rename(file, &name).map_err(PublishError::at(&name))?;
        }
        verified.add(&name);
        kept.push(name);
    }
    Ok(publish::keep_only(folder, &kept)?)
}
