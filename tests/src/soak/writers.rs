//! Promise 11: several ingest daemons never fight, and no reader goes back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use frontage_shared::manifest::{Counts, Manifest, PartEntry};
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::store::{Conditions, Fence, Lease, Store, StoreError};

use super::Outcome;
use crate::engines::{Engine, Kind};

/// Writers that all want to publish.
const WRITERS: usize = 4;
/// Readers that look again and again.
const READERS: usize = 2;
/// How long a writer rests after it has published, at most.
const SHORT: Duration = Duration::from_millis(4);
/// How long it rests after it was refused again and again, at most, in turns that took the longest: however slow a store
/// is, whoever has the right keeps it for as long as a publish takes.
const LONG: u32 = 32;
/// However long one of them took.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a reader rests between looks: two that never rest leave an engine in Python no time for writers.
const GLANCE: Duration = Duration::from_millis(1);
/// Manifests that are kept, as daemons keep few of those they made within minutes: what is listed before each publish
/// would be the longer, the more there were.
const KEPT: usize = 64;
/// The parts of each generation.
const PARTS: [(PartKind, &[u8]); 2] = [
    (PartKind::Catalog, b"catalog"),
    (PartKind::Offers, b"offers"),
];

/// Has four writers take the right to publish from each other, each for so many generations: in a folder, and in a bucket of
/// each kind that is installed and can judge between writers. They do not wait for each other to be silent, which is worse than daemons ever are.
///
/// # Errors
/// A store cannot be set up.
pub fn soak_writers(figure: u64) -> anyhow::Result<Vec<Outcome>> {
    super::runtime()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let open = || Ok(Store::open("store", folder.path(), "demo")?);
        std::fs::create_dir(folder.path().join("store"))?;
        let mut outcomes = vec![fight("a folder", open, figure).await?];
        for kind in Kind::ALL.into_iter().filter(|kind| kind.is_atomic()) {
            let Some(engine) = Engine::start(kind) else {
                continue;
            };
            let expected = match kind.honours() {
                true => Conditions::Honoured,
                false => Conditions::Ignored,
            };
            let name = format!("a bucket of {kind}");
            let open = || Ok(engine.store("fight", "demo"));
            let mut outcome = fight(&name, open, figure).await?;
            for attempt in 0..3 {
                let store = engine.store(&format!("probe-{attempt}"), "demo");
                if store.conditions().await? != expected {
                    outcome.value += 1;
                    outcome.pass = false;
                    outcome
                        .details
                        .push(format!("{kind} was taken for the other kind"));
                }
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    })
}

async fn fight(
    place: &str,
    open: impl Fn() -> anyhow::Result<Store>,
    figure: u64,
) -> anyhow::Result<Outcome> {
    put_parts(&open()?).await?;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..READERS {
        readers.push(tokio::spawn(read(open()?, Arc::clone(&over))));
    }
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let writer = write(open()?, format!("writer-{number}"), figure);
        writers.push(tokio::spawn(writer));
    }
    let mut findings = Vec::new();
    let (mut published, mut refused) = (Vec::new(), 0);
    for writer in writers {
        let (own, late) = writer.await??;
        published.extend(own);
        refused += late;
    }
    over.store(true, Ordering::SeqCst);
    let mut looks = 0;
    for reader in readers {
        let (seen, back) = reader.await??;
        looks += seen;
        findings.extend(back);
    }
    let store = open()?;
    let current = store.current().await?.context("nothing was published")?;
    let total = WRITERS as u64 * figure;
    let different: BTreeSet<u64> = published.iter().copied().collect();
    if store.conditions().await? == Conditions::Honoured {
        if different.len() as u64 != total {
            findings.push(format!(
                "{} generations of {total} are different",
                different.len()
            ));
        }
        if Some(&current.generation) != different.last() {
            findings.push(format!("generation {} is current", current.generation));
        }
    } else if Some(&current.generation) < different.last() {
        findings.push(format!("generation {} is current", current.generation));
    }
    let name = format!(
        "generations lost, doubled or gone back to in {place}: {total} publishes of {WRITERS} writers, {refused} refused, {looks} looks of readers"
    );
    Ok(Outcome::of_findings(11, name, findings))
}

/// Publishes so many generations; gives their numbers, and how often it was shut out.
async fn write(store: Store, name: String, figure: u64) -> anyhow::Result<(Vec<u64>, u64)> {
    let (mut published, mut refused) = (Vec::new(), 0);
    let (mut pause, mut longest) = (SHORT, SHORT);
    while (published.len() as u64) < figure {
        let began = Instant::now();
        let outcome = turn(&store, &name).await;
        longest = longest.max(began.elapsed());
        match outcome {
            Ok(generation) => {
                published.push(generation);
                pause = SHORT;
            }
            // Another one took the right meanwhile, or had the name first.
            Err(error) if is_refusal(&error) => {
                refused += 1;
                pause = (pause * 2).min(longest * LONG).min(LONGEST);
            }
            Err(error) => return Err(error.into()),
        }
        // If all of them took the right all the time, nobody would have it for as long as a publish takes.
        tokio::time::sleep(pause.mul_f64(rand::random())).await;
    }
    Ok((published, refused))
}

async fn turn(store: &Store, name: &str) -> Result<u64, StoreError> {
    let fenced = |reason: &str| StoreError::Fenced {
        reason: reason.to_owned(),
    };
    store.conditions().await?;
    let before = store.lease().await?;
    let (epoch, after) = before.map_or((1, None), |(lease, version)| {
        (lease.epoch + 1, Some(version))
    });
    let lease = Lease {
        holder: name.to_owned(),
        epoch,
        interval_ms: 1,
        renewals: 0,
        at: 0,
        released: false,
    };
    if !store.put_lease(&lease, after.as_ref()).await? {
        return Err(fenced("the lease went to another"));
    }
    let fence = Fence {
        holder: name.to_owned(),
        epoch,
    };
    store.seal(&fence).await?;
    let current = store.current().await?;
    let names = store.manifests().await?;
    let newest = names.last().map_or(0, |name| name.generation);
    let manifest = manifest(newest + 1, current.as_ref(), &fence);
    store.publish(&manifest, current.as_ref(), &fence).await?;
    for name in names.iter().rev().skip(KEPT) {
        // Another one may have removed it, and this generation is published either way.
        let _ = store.remove_manifest(&name.name).await;
    }
    Ok(manifest.generation)
}

fn is_refusal(error: &StoreError) -> bool {
    matches!(error, StoreError::Fenced { .. }) || error.to_string().contains("already exists")
}

/// Looks at what is current until the others are done; gives how often, and what went back.
async fn read(store: Store, over: Arc<AtomicBool>) -> anyhow::Result<(u64, Vec<String>)> {
    let (mut looks, mut highest, mut findings) = (0, 0, Vec::new());
    while !over.load(Ordering::SeqCst) {
        if let Some(current) = store.current().await? {
            if current.generation < highest {
                findings.push(format!("{} after {highest}", current.generation));
            }
            highest = highest.max(current.generation);
        }
        looks += 1;
        tokio::time::sleep(GLANCE).await;
    }
    Ok((looks, findings))
}

fn manifest(generation: u64, current: Option<&Manifest>, fence: &Fence) -> Manifest {
    let [catalog, offers] = PARTS.map(|(_, bytes)| entry(bytes));
    Manifest {
        version: 1,
        shop: "demo".to_owned(),
        generation,
        previous: current.map(|current| current.generation),
        catalog,
        offers,
        created_at: 0,
        writer: fence.holder.clone(),
        epoch: fence.epoch,
        pinned: false,
        reason: "cycle".to_owned(),
        sources: BTreeMap::new(),
        counts: Counts::default(),
        trial: None,
        traceparent: None,
        checksum: String::new(),
    }
}

async fn put_parts(store: &Store) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("part");
    for (kind, bytes) in PARTS {
        std::fs::write(&file, bytes)?;
        store.put_part(kind, &entry(bytes), &file).await?;
    }
    Ok(())
}

fn entry(bytes: &[u8]) -> PartEntry {
    PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: bytes.len() as u64,
    }
}
