//! Making events of published generations, and of what changes in one by itself: each is compared with what was told last.

use std::sync::Arc;

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;

use super::WebhookError;
use super::generation::{self, Occasion};
use super::outbox::Cursor;
use super::work::{Worker, in_background};
use crate::cycle::CycleError;
use crate::deliver::rfc3339;
use crate::operate;
use crate::publish;
use crate::schedule;

/// Further back than so many generations, the newest is compared with the last one that was told, and those between are
/// left out.
const LONGEST_CHAIN: usize = 50;

/// A generation, as it was when its manifest was written or an instant had passed.
struct AsOf<'m> {
    manifest: &'m Manifest,
    /// What marks its events besides its number; empty for what came with it.
    mark: String,
    generation: Arc<Generation>,
}

impl Worker {
    /// Makes the events of all generations since the one that was told last, and of prices that changed by themselves.
    pub(super) async fn make_of_generations(&mut self) -> Result<(), WebhookError> {
        let now = schedule::now().timestamp();
        let current = self.context.store.current().await?;
        let newest = current.as_ref().map(|manifest| manifest.generation);
        let cursor = self.outbox.cursor()?;
        let Some((cursor, told)) = cursor.and_then(|known| Some((known, known.generation?))) else {
            // Somebody new is told of what comes, not of what is there.
            return self.begin_with(newest.unwrap_or(0), now).await;
        };
        // Somebody emptied the store, or its newest generation was damaged.
        if let Some(newest) = newest.filter(|newest| *newest < told) {
            let webhook = &self.hook.name;
            tracing::warn!(
                webhook,
                told,
                newest,
                "the current generation is older than the one that was told last; what differs between them is not told"
            );
            self.last = None;
            return self.begin_with(newest, now).await;
        }
        match current {
            Some(current) if current.generation > told => self.make_of_chain(current, cursor).await,
            Some(current) => self.make_of_flip(&current, cursor, now).await,
            None => Ok(()),
        }
    }

    /// Takes what is live now as told.
    async fn begin_with(&mut self, generation: u64, now: i64) -> Result<(), WebhookError> {
        let opened = self.open_number(generation).await?;
        self.outbox.set_cursor(Cursor {
            generation: Some(generation),
            at: Some(now),
            changes_at: opened.and_then(|opened| opened.at(now).changes_at()),
        })
    }

    /// Events of the generations that followed the one that was told last.
    async fn make_of_chain(
        &mut self,
        current: Manifest,
        cursor: Cursor,
    ) -> Result<(), WebhookError> {
        let (mut told, newest) = (cursor.generation.unwrap_or(0), current.generation);
        let mut told_at = cursor.at;
        for manifest in self.chain(current, told).await? {
            let opened = self.open(&manifest).await;
            // Manifests are kept for longer than parts; then the next one is compared with the last that was told.
            let Some(to) = unless_gone(opened, manifest.generation < newest)? else {
                let (webhook, generation) = (&self.hook.name, manifest.generation);
                tracing::warn!(
                    webhook,
                    generation,
                    "the parts of a generation are gone; what it changed is told with the next one"
                );
                continue;
            };
            let from = match self.last.take().filter(|last| last.number() == told) {
                Some(last) => Some(last),
                None => self.open_number(told).await?,
            };
            // What changed by itself since it was told last is told with the generation.
            let before = |from: &Generation| told_at.unwrap_or(from.manifest.created_at);
            let from = from.map(|from| Arc::new(from.at(before(&from))));
            let at = manifest.created_at.max(told_at.unwrap_or(i64::MIN));
            let as_of = AsOf {
                manifest: &manifest,
                mark: String::new(),
                generation: Arc::new(to.at(at)),
            };
            let changes_at = as_of.generation.changes_at();
            self.write_generation(as_of, from).await?;
            (told, told_at) = (manifest.generation, Some(at));
            self.outbox.set_cursor(Cursor {
                generation: Some(told),
                at: told_at,
                changes_at,
            })?;
            self.last = Some(to);
        }
        Ok(())
    }

    /// Events of prices that changed by themselves in the generation that was told last.
    async fn make_of_flip(
        &mut self,
        manifest: &Manifest,
        cursor: Cursor,
        now: i64,
    ) -> Result<(), WebhookError> {
        let Some(flip) = cursor.changes_at.filter(|&at| at <= now) else {
            return Ok(());
        };
        let number = manifest.generation;
        let opened = match self.last.take().filter(|last| last.number() == number) {
            Some(last) => Some(last),
            None => self.open_number(number).await?,
        };
        let mut changes_at = None;
        if let Some(opened) = opened {
            let told_at = cursor.at.unwrap_or(manifest.created_at);
            let to = Arc::new(opened.at(now));
            changes_at = to.changes_at();
            let as_of = AsOf {
                manifest,
                mark: format!(".{flip}"),
                generation: to,
            };
            self.write_generation(as_of, Some(Arc::new(opened.at(told_at))))
                .await?;
            self.last = Some(opened);
        }
        self.outbox.set_cursor(Cursor {
            generation: Some(number),
            at: Some(now),
            changes_at,
        })
    }

    /// Generations that followed the one that was told last, oldest first; only the newest, if those between are gone.
    async fn chain(&self, current: Manifest, told: u64) -> Result<Vec<Manifest>, WebhookError> {
        let mut chain = vec![current];
        while let Some(previous) = chain
            .last()
            .and_then(|manifest| manifest.previous)
            .filter(|previous| *previous > told)
        {
            match operate::manifest_of(&self.context, previous).await {
                Ok(manifest) if chain.len() < LONGEST_CHAIN => chain.push(manifest),
                _ => {
                    chain.truncate(1);
                    break;
                }
            }
        }
        chain.reverse();
        Ok(chain)
    }

    /// A generation; none if it is not there any more.
    async fn open_number(&self, number: u64) -> Result<Option<Arc<Generation>>, WebhookError> {
        if number == 0 {
            return Ok(None);
        }
        let opened = operate::open(&self.context, number).await;
        let found = unless_gone(opened.map_err(WebhookError::from), true)?;
        if found.is_none() {
            let webhook = &self.hook.name;
            tracing::warn!(
                webhook,
                number,
                "the generation that was told last is gone; what differs from it is not told"
            );
        }
        Ok(found.map(Arc::new))
    }

    async fn open(&self, manifest: &Manifest) -> Result<Arc<Generation>, WebhookError> {
        let context = &self.context;
        let current = context.store.current().await?;
        let is_current = current.is_some_and(|current| current.generation == manifest.generation);
        let opened = match is_current {
            // Its parts lie ready for the next cycle.
            true => {
                let (folder, verified) = (context.parts_folder(), context.verified());
                publish::opened(&context.store, &folder, manifest, &verified)
                    .await
                    .map_err(CycleError::from)?
            }
            false => operate::open(context, manifest.generation).await?,
        };
        Ok(Arc::new(opened))
    }

    async fn write_generation(
        &mut self,
        to: AsOf<'_>,
        from: Option<Arc<Generation>>,
    ) -> Result<(), WebhookError> {
        let (manifest, wanted) = (to.manifest.clone(), self.hook.events.clone());
        let (mark, to) = (to.mark, to.generation);
        let mut writer = self.writer();
        let created_at = rfc3339(schedule::now());
        let written = in_background(move || {
            let occasion = Occasion {
                wanted: &wanted,
                manifest: &manifest,
                mark: &mark,
                compared_with: from.as_ref().map(|from| from.number()),
                created_at: &created_at,
            };
            let both = from.as_deref().map(|from| (from, &*to));
            generation::events(&occasion, both, &mut |event| writer.put(&event))?;
            Ok(writer.next)
        });
        self.next = written.await?;
        Ok(())
    }
}

/// What was opened; none if it may be gone and is. Whatever else keeps it from being opened may pass.
fn unless_gone<T>(
    opened: Result<T, WebhookError>,
    may_be_gone: bool,
) -> Result<Option<T>, WebhookError> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if may_be_gone && error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::OperateError;
    use crate::publish::PublishError;
    use frontage_shared::store::StoreError;

    fn of_store(kind: std::io::ErrorKind) -> WebhookError {
        let error = StoreError::Io {
            action: "read".to_owned(),
            source: kind.into(),
        };
        CycleError::from(error).into()
    }

    #[test]
    fn only_what_is_gone_is_gone() {
        let missing = || of_store(std::io::ErrorKind::NotFound);
        assert!(matches!(unless_gone::<()>(Err(missing()), true), Ok(None)));
        assert!(unless_gone::<()>(Err(missing()), false).is_err());
        let nowhere = OperateError::NoGeneration {
            wanted: 3,
            kept: vec![4],
        };
        assert!(matches!(
            unless_gone::<()>(Err(nowhere.into()), true),
            Ok(None)
        ));
        // A disk that is full or a store that does not answer will be there again.
        let full = PublishError::at(std::path::Path::new("copy"));
        let full = CycleError::from(full(std::io::ErrorKind::StorageFull.into()));
        for passing in [
            of_store(std::io::ErrorKind::TimedOut),
            OperateError::from(full).into(),
            CycleError::from(StoreError::Head("torn".to_owned())).into(),
        ] {
            assert!(!passing.is_gone(), "{passing}");
            assert!(unless_gone::<()>(Err(passing), true).is_err());
        }
        assert!(matches!(unless_gone(Ok(5), true), Ok(Some(5))));
    }
}
