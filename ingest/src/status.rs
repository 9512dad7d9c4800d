//! What an operator wants to know first: what is live, how old, and why nothing newer is.

use chrono::DateTime;
use frontage_shared::manifest::Counts;
use serde::Serialize;

use crate::canary::Refusal;
use crate::cycle::{Context, CycleError};
use crate::deliver::{self, Waiting};
use crate::feed::{Feed, FeedFolder, HeldFeed, KeptCounts};
use crate::history::{self, Run};
use crate::publisher::{self, Publisher};
use crate::schedule;
use crate::untranslated::{self, Untranslated};
use crate::webhooks::{self, Receiver};

/// The state of a shop and its sources.
#[derive(Debug, Serialize)]
pub struct Status {
    /// The shop's id.
    pub shop: String,
    /// What is published, if anything.
    pub live: Option<Live>,
    /// Who publishes, if anybody ever did.
    pub publisher: Option<Publisher>,
    /// Texts that documents lack in the further languages of the shop.
    pub untranslated: Vec<Untranslated>,
    /// Each source.
    pub sources: Vec<SourceStatus>,
    /// Orders on their way to the merchant.
    pub orders: Waiting,
    /// Who is told what happens, and how far that is.
    pub webhooks: Vec<Receiver>,
}

/// The current generation.
#[derive(Debug, Serialize)]
pub struct Live {
    /// Its number.
    pub generation: u64,
    /// Unix seconds.
    pub created_at: i64,
    /// Whether an operator pinned it.
    pub pinned: bool,
    /// Why it was published.
    pub reason: String,
    /// How much it holds.
    pub counts: Counts,
    /// Whether its catalog is on trial: only canaries show it yet.
    pub on_trial: bool,
    /// What it took the place of, if canaries refused that.
    pub refusal: Option<Refusal>,
}

/// The state of one source.
#[derive(Debug, Serialize)]
pub struct SourceStatus {
    /// Its name.
    pub source: String,
    /// `catalog` or `offers`.
    pub provides: &'static str,
    /// Unix seconds of the data the shop is made of.
    pub as_of: Option<i64>,
    /// Its last run.
    pub last_run: Option<Run>,
    /// RFC 3339, in the shop's time zone.
    pub next_run: Option<String>,
    /// Documents of the shop that the latest accepted feed did not bring.
    pub kept: KeptCounts,
    /// A feed that waits for `approve`.
    pub held: Option<Held>,
}

/// A feed that waits for an operator.
#[derive(Debug, Serialize)]
pub struct Held {
    /// What `approve` takes.
    pub hash: String,
    /// Why the guard refused it.
    pub reasons: Vec<String>,
    /// Unix seconds of the first refusal.
    pub since: i64,
}

/// Reads it all from the store and the state folder; the daemon need not run.
///
/// # Errors
/// The store or the state folder cannot be read.
pub async fn read(context: &Context) -> Result<Status, CycleError> {
    let current = context.store.current().await?;
    let now = schedule::now().timestamp();
    let live = current.map(|manifest| Live {
        on_trial: manifest.trial_at(now).is_some(),
        refusal: Refusal::of(&context.config.state, manifest.generation),
        generation: manifest.generation,
        created_at: manifest.created_at,
        pinned: manifest.pinned,
        reason: manifest.reason,
        counts: manifest.counts,
    });
    let runs = history::read(&context.config.state)?;
    let mut sources = Vec::new();
    for source in &context.config.sources {
        let cache = FeedFolder::open(&context.config.state, &source.name)?.load()?;
        sources.push(SourceStatus {
            source: source.name.clone(),
            provides: source.provides.as_str(),
            as_of: cache.accepted.as_ref().map(|feed| feed.as_of),
            kept: cache
                .accepted
                .as_ref()
                .map(Feed::kept_counts)
                .unwrap_or_default(),
            last_run: runs
                .iter()
                .rev()
                .find(|run| run.source == source.name)
                .cloned(),
            next_run: schedule::upcoming(context, source, 1)
                .first()
                .map(DateTime::to_rfc3339),
            held: cache.held.map(held),
        });
    }
    let orders = deliver::waiting(&context.store, context.config.orders.is_some())?;
    Ok(Status {
        shop: context.config.shop.id.clone(),
        live,
        publisher: publisher::read(&context.store, &context.config.state).await?,
        untranslated: untranslated::kept(&context.config.state),
        sources,
        orders,
        webhooks: webhooks::receivers(&context.config.state, &context.config.webhooks)?,
    })
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.live(f)?;
        if let Some(publisher) = &self.publisher {
            publisher.fmt(f)?;
        }
        for language in &self.untranslated {
            writeln!(f, "untranslated in {}", language.locale)?;
            for lack in &language.lacks {
                writeln!(f, "  {lack}")?;
            }
        }
        for source in &self.sources {
            writeln!(f, "source {} ({})", source.source, source.provides)?;
            writeln!(
                f,
                "  data as of  {}",
                source.as_of.map_or_else(|| "never".to_owned(), time)
            )?;
            match &source.last_run {
                Some(run) => writeln!(
                    f,
                    "  last run    {} {}{}",
                    time(run.started_at),
                    run.result.as_str(),
                    explain(run)
                )?,
                None => writeln!(f, "  last run    never")?,
            }
            writeln!(
                f,
                "  next run    {}",
                source.next_run.as_deref().unwrap_or("never")
            )?;
            let KeptCounts { missing, refused } = source.kept;
            if missing + refused > 0 {
                writeln!(
                    f,
                    "  kept        {missing} that the feed does not mention any more, {refused} that are refused now"
                )?;
            }
            if let Some(held) = &source.held {
                writeln!(
                    f,
                    "  HELD since {}: {}",
                    time(held.since),
                    held.reasons.join("; ")
                )?;
                writeln!(
                    f,
                    "  look at it with `check {}`, publish it with `approve {}`",
                    source.source, held.hash
                )?;
            }
        }
        self.orders(f)?;
        self.webhooks.iter().try_for_each(|one| one.fmt(f))
    }
}

impl Status {
    /// What is live.
    fn live(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.live {
            Some(live) => {
                let pinned = if live.pinned {
                    ", PINNED (run `unpin` to publish again)"
                } else {
                    ""
                };
                writeln!(
                    f,
                    "{}: generation {} of {}{pinned}",
                    self.shop,
                    live.generation,
                    time(live.created_at)
                )?;
                if live.on_trial {
                    writeln!(f, "  ON TRIAL    only canaries show its catalog yet")?;
                }
                if let Some(refusal) = &live.refusal {
                    let (refused, at) = (refusal.refused, time(refusal.at));
                    writeln!(
                        f,
                        "  REFUSED     generation {refused} at {at}: {}",
                        refusal.reason
                    )?;
                }
                let counts = live.counts;
                writeln!(
                    f,
                    "  {} products, {} variants, {} categories, {} pages",
                    counts.products, counts.variants, counts.categories, counts.pages
                )?;
            }
            None => writeln!(f, "{}: nothing published yet", self.shop)?,
        }
        Ok(())
    }

    /// Orders on their way to the merchant; a shop that takes none has no line about them.
    fn orders(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let orders = &self.orders;
        if !orders.delivers && orders.waiting + orders.rejected == 0 {
            return Ok(());
        }
        let oldest = orders.oldest.map(time);
        let oldest = oldest.map_or_else(String::new, |at| format!(", the oldest since {at}"));
        writeln!(f, "orders")?;
        writeln!(f, "  waiting     {}{oldest}", orders.waiting)?;
        if !orders.delivers {
            writeln!(f, "  NOT DELIVERED: the configuration has no [orders]")?;
        }
        if let Some(obstacle) = &orders.obstacle {
            writeln!(f, "  NOT DELIVERED: {obstacle}")?;
        }
        if orders.rejected > 0 {
            let count = orders.rejected;
            writeln!(
                f,
                "  REJECTED    {count}; `orders list` says why, `orders retry` sends them again"
            )?;
        }
        Ok(())
    }
}

/// Unix seconds as people read them, in UTC.
pub fn time(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(
        || seconds.to_string(),
        |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
    )
}

fn explain(run: &Run) -> String {
    let mut text = format!(
        ", {} records, {} refused, {} ms",
        run.records, run.refused, run.duration_ms
    );
    if let Some(stage) = &run.stage {
        text.push_str(&format!(", at {stage}"));
    }
    if !run.reasons.is_empty() {
        text.push_str(&format!(": {}", run.reasons.join("; ")));
    }
    text
}

fn held(held: HeldFeed) -> Held {
    Held {
        hash: held.hash,
        reasons: held.reasons,
        since: held.since,
    }
}
