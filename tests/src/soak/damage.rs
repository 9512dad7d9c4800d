//! Files of the store cut, overwritten and removed while they are being served: nobody notices.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::load::Load;
use super::publisher::Publisher;
use super::{Outcome, stamped};
use crate::catalogue::Dice;
use crate::shop::ShopBuilder;

/// Shoppers at a time.
const SHOPPERS: usize = 8;
/// Blows between two good generations.
const BLOWS: u64 = 12;
/// Long enough for shoppers to ask and for the server to look at the store now and then.
const PAUSE: Duration = Duration::from_millis(10);

/// Deals so many blows to files of the store. A good generation comes after every few of them, and is taken.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_store_damage(blows: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
        let publisher = Publisher::take_over(&shop).await?;
        shop.serve().await;
        let process = shop.pid("frontage-server");
        let load = Load::start(&shop, SHOPPERS)?;
        let mut dice = Dice::new(5, "damage", 0);
        let mut findings = Vec::new();
        let mut number = 2;
        for blow in 1..=blows {
            strike(&publisher.store.folder().join("parts"), &mut dice);
            strike(&publisher.store.folder().join("manifests"), &mut dice);
            strike(publisher.store.folder(), &mut dice);
            tokio::time::sleep(PAUSE).await;
            if blow.is_multiple_of(BLOWS) || blow == blows {
                number += 1;
                publisher.publish(number).await?;
                let served = shop
                    .comes_to_pass(async || shop.generation().await == number)
                    .await;
                if !served {
                    findings.push(format!("generation {number} is never served"));
                }
            }
        }
        let seen = load.stop().await?;
        findings.extend(seen.findings);
        if process.is_none() || shop.pid("frontage-server") != process {
            findings.push("the server died".to_owned());
        }
        let name = format!(
            "failed requests, wrong responses and deaths, in {} responses over {blows} times a part, a manifest and HEAD were hit",
            seen.responses
        );
        Ok(Outcome::of_findings(5, name, findings))
    })
}

/// Cuts, overwrites or removes a file of a folder, if there is one.
fn strike(folder: &Path, dice: &mut Dice) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let Some(file) = (!files.is_empty()).then(|| dice.pick(&files)) else {
        return;
    };
    // The publisher may have removed it meanwhile; then there is nothing to hit.
    let _ = match dice.below(3) {
        0 => std::fs::OpenOptions::new()
            .write(true)
            .open(file)
            .and_then(|file| file.set_len(dice.below(200))),
        1 => std::fs::write(file, "overwritten ".repeat(100)),
        _ => std::fs::remove_file(file),
    };
}
