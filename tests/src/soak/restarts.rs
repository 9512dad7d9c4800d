//! Restarts and reloads under load: nobody notices.

use std::time::Duration;

use super::load::Load;
use super::publisher::edition;
use super::{Outcome, stamped};
use crate::handover::Handover;
use crate::shop::{Shop, ShopBuilder};

/// Shoppers at a time.
const SHOPPERS: usize = 12;
/// Between two blows.
const PAUSE: Duration = Duration::from_millis(300);

/// Restarts the server so many times under the eyes of shoppers, each time after it has read a good and a bad
/// configuration.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_restarts(restarts: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let shop = ShopBuilder::of(stamped::feed(1, edition(1))).start();
        shop.once().await;
        let mut server = Handover::of(&shop)?;
        server.start()?;
        until_ready(&shop).await;
        let load = Load::start(&shop, SHOPPERS)?;
        let mut findings = Vec::new();
        for _ in 0..restarts {
            findings.extend(reload(&shop, &server).await?);
            if server.stop().await? != Some(0) {
                findings.push("a server did not end well".to_owned());
            }
            server.start()?;
            until_ready(&shop).await;
            tokio::time::sleep(PAUSE).await;
        }
        let seen = load.stop().await?;
        findings.extend(seen.findings);
        if seen.responses < restarts {
            findings.push(format!("shoppers had only {} responses", seen.responses));
        }
        let name = format!(
            "failed requests, in {} over {restarts} restarts and {} reloads",
            seen.responses,
            2 * restarts
        );
        Ok(Outcome::of_findings(0, name, findings))
    })
}

async fn until_ready(shop: &Shop) {
    shop.until("the server is ready", async |shop| {
        shop.ready().await.then_some(())
    })
    .await;
}

/// Has a bad and then the good configuration read; says what went wrong.
async fn reload(shop: &Shop, server: &Handover) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    let config = shop.folder().join("server.toml");
    let good = std::fs::read_to_string(&config)?;
    for (text, result) in [(format!("listen = 7\n{good}"), "failed"), (good, "ok")] {
        std::fs::write(&config, text)?;
        server.signal("HUP")?;
        let line = format!("frontage_config_reloads_total{{result=\"{result}\"}} 1");
        let is_counted = shop
            .comes_to_pass(async || {
                shop.admin("/metrics")
                    .await
                    .body
                    .lines()
                    .any(|got| got == line)
            })
            .await;
        if !is_counted {
            findings.push(format!("a reload did not end as {result}"));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(findings)
}
