//! Whether a catalog on trial stays: some servers show it first, and what they cannot give is compared with what is usual.
//!
//! Only the daemon that publishes judges, because only it can act: it goes back to the last catalog that has stood its
//! trial, pinned, as an operator would. Where nobody says anything a catalog goes out when its time is over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frontage_shared::store::Heartbeat;
use frontage_shared::trial::Tally;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::config::{Canary, Config};
use crate::cycle::{Context, CycleError};
use crate::feed;
use crate::fleet;
use crate::operate::{self, OperateError};
use crate::release;
use crate::schedule;

/// How often what servers say is looked at, as a part of a trial; within bounds.
const LOOKS: u32 = 20;
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a catalog went, as it is told until something else is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The generation that was refused.
    pub refused: u64,
    /// The one that took its place.
    pub generation: u64,
    /// When, Unix seconds.
    pub at: i64,
    /// What the canaries said.
    pub reason: String,
}

/// What the canaries say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Too few requests, or nobody who says anything.
    Unknown,
    /// As usual, or nearly.
    Good,
    /// Too much that could not be given.
    Bad(String),
}

/// How long what is published for this reason is on trial. What operators decide is not.
pub fn hold_ms(config: &Config, reason: &str) -> Option<u64> {
    let canary = config
        .canary
        .as_ref()
        .filter(|_| matches!(reason, "cycle" | "approve"))?;
    u64::try_from(canary.hold.as_millis()).ok()
}

impl Refusal {
    /// The last refusal, if it is still why this generation is there.
    pub fn of(state: &Path, generation: u64) -> Option<Self> {
        let text = std::fs::read(file(state)).ok()?;
        let refusal: Self = serde_json::from_slice(&text).ok()?;
        (refusal.generation == generation).then_some(refusal)
    }

    fn keep(&self, state: &Path) {
        let Ok(text) = serde_json::to_vec_pretty(self) else {
            return;
        };
        if let Err(error) = feed::replace(&file(state), &text) {
            tracing::warn!(%error, "why a catalog was refused cannot be kept for `status`");
        }
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("canary.json")
}

/// Judges what is on trial, until told to stop; does nothing where nothing is ever on trial.
pub async fn run(context: Context, mut stopped: watch::Receiver<bool>) {
    let Some(settings) = context.config.canary else {
        return;
    };
    let pause = (settings.hold / LOOKS).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    let mut told = None;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
        let now = schedule::now().timestamp();
        match look(&context, &settings, now).await {
            Ok(Some(refusal)) => {
                context.counters.refused_catalog();
                tracing::error!(
                    refused = refusal.refused,
                    generation = refusal.generation,
                    reason = refusal.reason,
                    "generation {} was refused by the canaries: {}; the shop is back, and pinned until `unpin`",
                    refusal.refused,
                    refusal.reason
                );
                refusal.keep(&context.config.state);
                told = None;
            }
            Ok(None) => told = None,
            Err(error) => {
                let news = error.to_string();
                if told.as_ref() != Some(&news) {
                    tracing::warn!(%error, "a catalog on trial cannot be judged; it is tried again");
                    told = Some(news);
                }
            }
        }
    }
}

/// Judges once, and goes back if it has to.
async fn look(
    context: &Context,
    settings: &Canary,
    now: i64,
) -> Result<Option<Refusal>, OperateError> {
    let current = context.store.current().await.map_err(CycleError::from)?;
    let trial = current.as_ref().and_then(|current| current.trial_at(now));
    let Some((current, trial)) = current.as_ref().zip(trial) else {
        return Ok(None);
    };
    let heard = context.store.heartbeats().await.map_err(CycleError::from)?;
    let Verdict::Bad(reason) = judge(&current.catalog.hash, &heard, settings, now) else {
        return Ok(None);
    };
    let _lock = context.lock().await?;
    let tried = current;
    let Some(current) = context.current().await? else {
        return Ok(None);
    };
    if current.catalog != tried.catalog || current.pinned {
        // Something else was published meanwhile, and has a trial of its own, or an operator decided.
        return Ok(None);
    }
    let base = operate::manifest_of(context, trial.base).await?;
    let published = release::republish(context, base, "canary", true, now).await?;
    Ok(Some(Refusal {
        refused: current.generation,
        generation: published.generation,
        at: now,
        reason,
    }))
}

/// What servers that show a catalog first say of it, compared with what all said without it.
pub fn judge(catalog: &str, heard: &[Heartbeat], settings: &Canary, now: i64) -> Verdict {
    let (mut tried, mut usual) = (Tally::default(), Tally::default());
    let heard = heard.iter().filter(|server| !fleet::is_silent(server, now));
    for showing in heard.filter_map(|server| server.showing.as_ref()) {
        match (showing.is_canary, showing.catalog == catalog) {
            (true, true) => {
                tried = tried.and(showing.now);
                usual = usual.and(showing.before);
            }
            (_, false) => usual = usual.and(showing.now).and(showing.before),
            // It began with this catalog, because it had none.
            (false, true) => {}
        }
    }
    if tried.requests < settings.min_requests {
        return Verdict::Unknown;
    }
    let kinds = [
        (
            "5xx",
            (tried.errors, usual.errors),
            settings.max_errors_percent,
        ),
        (
            "404 or 410",
            (tried.missing, usual.missing),
            settings.max_missing_percent,
        ),
    ];
    for (what, (now, before), most) in kinds {
        let (now, before) = (percent(now, tried), percent(before, usual));
        if now > before + most {
            let requests = tried.requests;
            return Verdict::Bad(format!(
                "{now:.1} % of {requests} requests were answered with {what}, and {before:.1} % is usual"
            ));
        }
    }
    Verdict::Good
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of requests are far from where this is inexact"
)]
fn percent(count: u64, of: Tally) -> f64 {
    match of.requests {
        0 => 0.0,
        requests => count as f64 * 100.0 / requests as f64,
    }
}

#[cfg(test)]
mod tests {
    use frontage_shared::trial::Showing;

    use super::*;

    const SETTINGS: Canary = Canary {
        hold: Duration::from_secs(60),
        min_requests: 100,
        max_errors_percent: 1.0,
        max_missing_percent: 5.0,
    };

    fn tally(requests: u64, errors: u64, missing: u64) -> Tally {
        Tally {
            requests,
            errors,
            missing,
        }
    }

    fn says(is_canary: bool, catalog: &str, now: Tally, before: Tally) -> Heartbeat {
        Heartbeat {
            server: "one".into(),
            address: String::new(),
            version: String::new(),
            generation: Some(7),
            since: None,
            at: 1_000,
            interval_ms: 10_000,
            showing: Some(Showing {
                is_canary,
                catalog: catalog.into(),
                now,
                before,
            }),
        }
    }

    fn verdict(heard: &[Heartbeat]) -> Verdict {
        judge("new", heard, &SETTINGS, 1_010)
    }

    #[test]
    fn what_is_worse_than_usual_is_bad_and_what_is_usual_is_not() {
        let canary = |now| says(true, "new", now, tally(1_000, 0, 20));
        let others = says(false, "old", tally(10_000, 10, 300), Tally::default());
        let both = |now| verdict(&[canary(now), others.clone()]);
        assert_eq!(both(tally(100, 0, 7)), Verdict::Good);
        let Verdict::Bad(reason) = both(tally(100, 0, 9)) else {
            panic!("9 % is 5 more than 2.9 %")
        };
        assert_eq!(
            reason,
            "9.0 % of 100 requests were answered with 404 or 410, and 2.9 % is usual"
        );
        let errors = both(tally(200, 3, 0));
        assert!(
            matches!(&errors, Verdict::Bad(reason) if reason.contains("5xx")),
            "{errors:?}"
        );
        // Several canaries are judged together: one sick machine among them is not the catalog's fault.
        let healthy = canary(tally(400, 0, 10));
        let sick = canary(tally(100, 5, 2));
        assert_eq!(verdict(&[healthy, sick, others]), Verdict::Good);
    }

    #[test]
    fn too_few_requests_and_silence_say_nothing() {
        let bad = tally(99, 99, 0);
        assert_eq!(verdict(&[says(true, "new", bad, bad)]), Verdict::Unknown);
        assert_eq!(verdict(&[]), Verdict::Unknown);
        let bad = tally(500, 500, 0);
        let silent = Heartbeat {
            at: 900,
            ..says(true, "new", bad, Tally::default())
        };
        let ordinary = says(false, "new", bad, Tally::default());
        let old = says(true, "old", bad, Tally::default());
        let of_before = Heartbeat {
            showing: None,
            ..ordinary.clone()
        };
        assert_eq!(
            verdict(&[silent, ordinary, old, of_before]),
            Verdict::Unknown
        );
        // Where nothing is usual, nothing is compared with nothing.
        let bad = says(true, "new", tally(100, 0, 6), Tally::default());
        assert!(matches!(verdict(&[bad]), Verdict::Bad(_)));
    }
}
