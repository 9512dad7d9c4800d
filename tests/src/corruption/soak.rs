//! Random flips of the bytes of both parts, counted: what was accepted, and what panicked.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::SnapshotError;
use frontage_shared::snapshot::layout::section;

use super::{seal, walk};
use crate::catalogue::Dice;
use crate::sample_generation::{self, Parts};

/// What came of many flips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Damaged generations that opened and verified.
    pub accepted: u64,
    /// Times that opening, verifying or reading panicked.
    pub panics: u64,
}

/// Flips single bits anywhere in both files and leaves checksums alone: nothing may be accepted.
pub fn soak_corruption(flips: u64) -> Outcome {
    let parts = sample_generation::small();
    count(&parts, flips, |number| {
        let mut damaged = parts.clone();
        let mut dice = Dice::new(number, "flip", 0);
        flip(file(&mut damaged, &mut dice), &mut dice);
        damaged
    })
}

/// Changes up to three places and recomputes all checksums: what is accepted must be readable.
pub fn soak_resealed(changes: u64) -> Outcome {
    let parts = sample_generation::small();
    count(&parts, changes, |number| {
        let mut damaged = parts.clone();
        let mut dice = Dice::new(number, "reseal", 0);
        let bytes = file(&mut damaged, &mut dice);
        let sections = seal::sections(bytes);
        for _ in 0..=dice.below(3) {
            // Sections by turns, so that large ones do not take all the blows.
            let (start, end) = *dice.pick(&sections);
            let whole = dice.percent(10);
            let range = if whole { 0..bytes.len() } else { start..end };
            change(bytes, range, &mut dice);
        }
        seal::reseal(bytes);
        damaged
    })
}

/// Changes up to three places of the text index and recomputes tantivy's checksums too: whatever tantivy makes of it,
/// nothing may unwind out of the catalog.
pub fn soak_forged_text(changes: u64) -> Outcome {
    let parts = sample_generation::small();
    let index = seal::place(&parts.catalog, section::TEXT_INDEX);
    count(&parts, changes, |number| {
        let mut damaged = parts.clone();
        let mut dice = Dice::new(number, "forge", 0);
        for _ in 0..=dice.below(3) {
            change(&mut damaged.catalog, index.clone(), &mut dice);
        }
        seal::reseal_text_index(&mut damaged.catalog);
        seal::reseal(&mut damaged.catalog);
        damaged
    })
}

fn count(whole: &Parts, times: u64, damaged: impl Fn(u64) -> Parts) -> Outcome {
    let manifest = whole.manifest();
    let mut outcome = Outcome::default();
    let _quiet = Quiet::begin();
    for number in 0..times {
        let parts = damaged(number);
        match catch_unwind(AssertUnwindSafe(|| attempt(&manifest, &parts))) {
            Ok(Ok(())) => outcome.accepted += 1,
            Ok(Err(_)) => {}
            Err(_) => outcome.panics += 1,
        }
    }
    outcome
}

/// What a server does with a generation whose manifest is whole; reading goes on even if verifying refuses it.
fn attempt(manifest: &Manifest, parts: &Parts) -> Result<(), SnapshotError> {
    let generation = parts.open_as(manifest.clone())?;
    let verified = generation.verify();
    walk::walk_everything(&generation);
    verified
}

fn file<'a>(parts: &'a mut Parts, dice: &mut Dice) -> &'a mut Vec<u8> {
    if dice.percent(80) {
        &mut parts.catalog
    } else {
        &mut parts.offers
    }
}

fn flip(bytes: &mut [u8], dice: &mut Dice) {
    let at = dice.index(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
}

/// A bit, a byte, or one of the numbers that most often break arithmetic.
fn change(bytes: &mut [u8], range: std::ops::Range<usize>, dice: &mut Dice) {
    let at = range.start + dice.index(range.len());
    let Some(place) = bytes.get_mut(at..).filter(|place| !place.is_empty()) else {
        return;
    };
    match dice.below(3) {
        0 => flip(place.get_mut(..1).unwrap_or_default(), dice),
        1 => place[0] = u8::try_from(dice.below(256)).unwrap_or(0),
        _ => {
            let number = *dice.pick(&[
                0_u32,
                1,
                0x7fff_ffff,
                0x8000_0000,
                u32::MAX - 1,
                u32::MAX,
                0xffff,
                64,
            ]);
            let number = number.to_le_bytes();
            place
                .iter_mut()
                .zip(number)
                .for_each(|(byte, new)| *byte = new);
        }
    }
}

thread_local! {
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, panics of this thread are counted and not printed: thousands of backtraces help nobody.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let print = take_hook();
            set_hook(Box::new(move |panic| {
                if !IS_QUIET.get() {
                    print(panic);
                }
            }));
        });
        IS_QUIET.set(true);
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        IS_QUIET.set(false);
    }
}
