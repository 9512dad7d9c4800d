//! Promises 9 and 11: several servers on one bucket, and of several ingest daemons on one store one publishes, the others stand by and say so.

use frontage_tests::shop::{ShopBuilder, binary};
use frontage_tests::soak::Clock;
use frontage_tests::soak::{
    calls, soak_fleet, soak_islands, soak_takeovers, soak_writers, stamped,
};

#[test]
fn whoever_dies_or_stops_is_taken_over_from_and_nothing_is_lost_or_doubled() {
    let outcome = soak_takeovers(4).expect("a shop with two daemons");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

#[test]
fn no_reader_goes_back_however_many_write() {
    for outcome in soak_writers(4).expect("a store") {
        println!("{}: {}", outcome.value, outcome.name);
        assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
    }
}

/// The store names the writer that holds the lease: one that forgets its own name after a loss of power would have to wait
/// for itself.
#[tokio::test]
async fn the_id_of_a_writer_is_on_the_disk_before_it_is_used() {
    if !calls::may_trace() {
        println!("strace cannot attach here; what is synced is not looked at");
        return;
    }
    let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let log = shop.folder().join("calls");
    let ended = tokio::process::Command::new("strace")
        .args([
            "-f",
            "-y",
            "-qq",
            "-s",
            "0",
            "-e",
            "trace=fsync,link,linkat,rename",
            "-o",
        ])
        .arg(&log)
        .arg(binary("frontage-ingest"))
        .args(["once", "--config"])
        .arg(shop.folder().join("ingest.toml"))
        .kill_on_drop(true)
        .output()
        .await
        .expect("strace starts");
    assert!(ended.status.success(), "{ended:?}");
    let calls = std::fs::read_to_string(&log).expect("a log");
    let state = shop.folder().join("ingest").display().to_string();
    let at = |call: &str, path: &str| {
        let found = calls
            .lines()
            .position(|line| line.contains(&format!(" {call}(")) && line.contains(path));
        found.unwrap_or_else(|| panic!("no {call} of {path} in {calls}"))
    };
    let (file, link) = (
        at("fsync", "/ingest/writer."),
        at("linkat", "/ingest/writer"),
    );
    assert!(file < link, "{calls}");
    // Of the folder, after it has the name and before the lease does.
    let folder = calls.lines().skip(link);
    let mut folder = folder.take_while(|line| !line.contains("/store/"));
    let synced = format!("<{state}>)");
    assert!(
        folder.any(|line| line.contains(" fsync(") && line.contains(&synced)),
        "{calls}"
    );
}

#[test]
fn every_server_of_a_fleet_follows_and_none_goes_back() {
    for outcome in soak_fleet(6).expect("a fleet") {
        println!("{}: {}", outcome.value, outcome.name);
        assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
    }
}

#[test]
fn a_restart_with_nothing_there_but_the_cache_serves_the_shop() {
    for outcome in soak_islands(3, Clock::IsTold).expect("a shop") {
        println!("{}: {}", outcome.value, outcome.name);
        assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
    }
}

#[tokio::test]
async fn a_daemon_that_stands_by_says_so() {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    shop.reconfigure(|text| format!("lease_ms = 5000\n{text}"));
    let second = std::fs::read_to_string(shop.folder().join("ingest.toml")).expect("a file");
    let second = second.replace("state = \"ingest\"", "state = \"ingest-2\"");
    std::fs::write(shop.folder().join("second.toml"), &second).expect("a file");
    shop.run_ingest();
    shop.until("something is published", async |shop| {
        let status = shop.ingest(&["status"]).await;
        status.stdout.contains("generation 1").then_some(())
    })
    .await;
    let other = shop.own_ingest_of("second.toml");
    shop.until("the other one stands by", async |_| {
        other.log().contains("stands by").then_some(())
    })
    .await;
    let status = shop.ingest(&["status"]).await;
    assert!(status.stdout.contains("this one"), "{}", status.stdout);
    std::fs::write(shop.folder().join("ingest.toml"), second).expect("a file");
    let status = shop.ingest(&["status"]).await;
    assert!(
        status.stdout.contains("THIS ONE STANDS BY"),
        "{}",
        status.stdout
    );
    // Whoever would publish all the same is told why it may not.
    let refused = shop.ingest(&["once"]).await;
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("stands by"), "{}", refused.stderr);
}
