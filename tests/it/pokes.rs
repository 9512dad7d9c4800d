//! A run is never lost, doubled or overlapped, whoever asks for it.

use std::time::Duration;

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Shop, ShopBuilder};
use serde_json::Value;

use crate::desk::post;

const OPERATOR: &str = "the-token-of-the-operator";
const BACK_END: &str = "the-token-of-the-back-end";

#[tokio::test]
async fn a_poke_wants_a_token_and_a_source() {
    let shop = with_pokes().await;
    for token in ["", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz"] {
        let refused = post(&shop, "/poke/catalog", &[("authorization", token)], "").await;
        assert_eq!(refused.status, 401, "{token}");
    }
    let bearer = |token: &str| format!("Bearer {token}");
    assert_eq!(poke(&shop, "no-such-source", &bearer(BACK_END)).await, 404);
    assert_eq!(poke(&shop, "catalog", &bearer(BACK_END)).await, 202);
    assert_eq!(poke(&shop, "catalog", &bearer(OPERATOR)).await, 202);
    let login = post(&shop, "/login", &[], &format!("token={BACK_END}")).await;
    assert_eq!(login.status, 401, "a back end may poke and nothing else");
    let got = shop
        .request(shop.client().get(shop.desk_url("/poke/catalog")))
        .await;
    assert_eq!((got.status, got.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn two_pokes_in_one_second_are_one_run_and_pokes_during_a_run_are_one_more() {
    let shop = with_pokes().await;
    for _ in 0..2 {
        assert_eq!(
            poke(&shop, "catalog", &format!("Bearer {BACK_END}")).await,
            202
        );
    }
    until_pokes(&shop, 1).await;

    // From here on the back end takes its time, so that a run can be poked while it is under way.
    let slow = Response::ndjson(&documents::shop(6)).after(Duration::from_secs(4));
    shop.backend.respond_with(CATALOG, slow);
    assert_eq!(
        poke(&shop, "catalog", &format!("Bearer {BACK_END}")).await,
        202
    );
    let desk = log_in(&shop).await;
    shop.until("the desk shows that the run is under way", async |shop| {
        let live = shop
            .client()
            .get(shop.desk_url("/partials/live"))
            .header("cookie", &desk);
        let page = shop.request(live).await;
        page.body.contains("fetches").then_some(())
    })
    .await;
    for _ in 0..5 {
        assert_eq!(
            poke(&shop, "catalog", &format!("Bearer {BACK_END}")).await,
            202
        );
    }
    assert_eq!(
        runs(&shop, "poke").await.len(),
        1,
        "the pokes came during the run"
    );
    until_pokes(&shop, 3).await;

    // Were there a fourth one to come, it would come before the run that is asked for now.
    shop.backend
        .respond_with(CATALOG, Response::ndjson(&documents::shop(7)));
    assert_eq!(
        poke(&shop, "catalog", &format!("Bearer {BACK_END}")).await,
        202
    );
    shop.until("the last poke's run is over", async |shop| {
        let runs = runs(shop, "poke").await;
        let last = runs.last().and_then(|run| run["documents"].as_u64());
        (last == Some(9)).then_some(())
    })
    .await;
    assert_eq!(runs(&shop, "poke").await.len(), 4);
    no_two_overlap(&shop).await;
}

/// A poke and the schedule together: what is due while a poke settles answers it.
#[tokio::test]
async fn what_is_due_while_a_poke_waits_is_the_run_it_asked_for() {
    let mut shop = ShopBuilder::of(documents::shop(5))
        .desk("poke_settle_ms = 600000")
        .start();
    shop.run_ingest();
    until_runs(&shop, "schedule", 1).await;
    assert_eq!(poke(&shop, "catalog", "").await, 202);
    let before = runs(&shop, "schedule").await.len();
    until_runs(&shop, "schedule", before + 2).await;
    assert_eq!(runs(&shop, "poke").await.len(), 0);
    no_two_overlap(&shop).await;
}

/// What was asked for when the daemon was killed is run when it starts again.
#[tokio::test]
async fn a_crash_in_the_middle_of_a_run_leaves_a_clean_state() {
    let mut shop = with_pokes().await;
    let slow = Response::ndjson(&documents::shop(6)).dripping(200, Duration::from_millis(300));
    shop.backend.respond_with(CATALOG, slow);
    shop.backend.forget_requests();
    assert_eq!(
        poke(&shop, "catalog", &format!("Bearer {BACK_END}")).await,
        202
    );
    shop.until("the run is under way", async |shop| {
        (!shop.backend.requests().is_empty()).then_some(())
    })
    .await;
    shop.kill("frontage-ingest");
    let before = runs(&shop, "start").await.len();
    shop.backend
        .respond_with(CATALOG, Response::ndjson(&documents::shop(6)));
    shop.run_ingest();
    until_runs(&shop, "start", before + 1).await;
    let all = runs(&shop, "start").await;
    let last = all.last().expect("a run");
    assert_eq!(
        (&last["result"], &last["documents"]),
        (&"accepted".into(), &8.into()),
        "{last}"
    );
    let spool = shop.folder().join("ingest/feeds/catalog/pages");
    let left: Vec<_> = std::fs::read_dir(spool)
        .expect("a folder")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "half a page is removed: {left:?}");
}

/// A source that is polled at the start and when it is asked for, and practically never by its schedule.
async fn with_pokes() -> Shop {
    let mut shop = ShopBuilder::of(documents::shop(5))
        .desk("token_file = \"operator\"\npoke_token_file = \"back-end\"")
        .start();
    shop.reconfigure(|text| {
        text.replace("\"* * * * * *\"", "\"0 0 29 2 *\"")
            .replace("timeout_ms = 3000", "timeout_ms = 60000")
    });
    std::fs::write(shop.folder().join("operator"), OPERATOR).expect("a file");
    std::fs::write(shop.folder().join("back-end"), BACK_END).expect("a file");
    shop.run_ingest();
    until_runs(&shop, "start", 1).await;
    shop
}

/// The cookie of an operator.
async fn log_in(shop: &Shop) -> String {
    let page = post(shop, "/login", &[], &format!("token={OPERATOR}")).await;
    let cookie = page.header("set-cookie").split(';').next();
    cookie.unwrap_or_default().to_owned()
}

async fn poke(shop: &Shop, source: &str, authorization: &str) -> u16 {
    let headers = [("authorization", authorization)];
    post(shop, &format!("/poke/{source}"), &headers, "")
        .await
        .status
}

async fn until_pokes(shop: &Shop, count: usize) {
    until_runs(shop, "poke", count).await;
}

async fn until_runs(shop: &Shop, trigger: &str, count: usize) {
    shop.until(
        &format!("{count} runs were started by {trigger}"),
        async |shop| (runs(shop, trigger).await.len() >= count).then_some(()),
    )
    .await;
}

/// Runs in the history that were started so, oldest first.
async fn runs(shop: &Shop, trigger: &str) -> Vec<Value> {
    all_runs(shop)
        .await
        .into_iter()
        .filter(|run| run["trigger"] == trigger)
        .collect()
}

async fn all_runs(shop: &Shop) -> Vec<Value> {
    let history = shop.history().await;
    history
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Instants are told in seconds, durations in milliseconds: a run ends before the second in which the next begins is over.
async fn no_two_overlap(shop: &Shop) {
    for pair in all_runs(shop).await.windows(2) {
        let number = |run: &Value, field: &str| run[field].as_i64().expect("a number");
        let end_ms = number(&pair[0], "started_at") * 1_000 + number(&pair[0], "duration_ms");
        let next_ms = (number(&pair[1], "started_at") + 1) * 1_000;
        assert!(end_ms <= next_ms, "{pair:?}");
    }
}
