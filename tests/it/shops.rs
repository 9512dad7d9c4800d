//! Several shops in one pair of daemons: each by its own host and its own file, and no one's trouble is another's.

use std::net::SocketAddr;

use frontage_tests::documents;
use frontage_tests::house::House;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::soak::Clock;
use frontage_tests::soak::soak_neighbours;

use crate::edge::{self, Pair};

#[tokio::test(flavor = "multi_thread")]
async fn shops_come_and_go_by_their_files_and_a_bad_one_harms_no_other() {
    let mut house = House::of(&["oak", "ash", "elm"]).await;
    house.drop_in("oak", "");
    house.drop_in("ash", "");
    house.write(
        "bad",
        "shop = \"bad\"\nbase_url = \"https://bad.example\"\nlisten = \"x\"\n",
    );
    house.serve(&["oak", "ash"]).await;
    for id in ["oak", "ash"] {
        let home = house.home(id).await;
        assert_eq!(home.status, 200, "{id}");
        assert!(
            home.body.contains(&format!("The shop of {id}")),
            "{}",
            home.body
        );
        assert!(
            home.body.contains(&format!("https://{id}.example/")),
            "{}",
            home.body
        );
    }
    for stranger in ["elm", "bad", "nobody"] {
        assert_eq!(house.home(stranger).await.status, 421, "{stranger}");
    }
    let status = house.server.status().await;
    let refused = status["refused"]["bad"].as_str().expect("a reason");
    assert!(
        refused.contains("bad.toml:3: `listen` is no key of a shop"),
        "{refused}"
    );
    assert_eq!(status["shops"]["oak"]["generation"]["number"], 1);
    let metrics = house.server.admin("/metrics").await.body;
    for line in [
        "frontage_generation{shop=\"oak\"} 1",
        "frontage_products{shop=\"ash\"} 4",
        "frontage_shops_refused 1",
    ] {
        assert!(
            metrics.lines().any(|got| got == line),
            "{line} is missing in {metrics}"
        );
    }
    files_come_and_go(&house).await;
}

/// Files are dropped in, removed, spoilt and forged, while the server runs.
async fn files_come_and_go(house: &House) {
    house.drop_in("elm", "");
    house.reload("elm", 200).await;
    std::fs::remove_file(house.file("ash")).expect("a file");
    house.reload("ash", 421).await;
    // A shop that is served goes on as it was told before, whatever becomes of its file.
    house.write("elm", "shop = \"elm\"\nbase_url = \"http://\"\n");
    house.drop_in("ash", "");
    house.reload("ash", 200).await;
    assert_eq!(house.home("elm").await.status, 200);
    let status = house.server.status().await;
    assert!(status["refused"]["elm"].is_string(), "{status}");
    // Nobody takes another's host.
    house.write(
        "thief",
        "shop = \"thief\"\nbase_url = \"https://oak.example\"\n",
    );
    house.server.signal("frontage-server", "HUP");
    house
        .server
        .until("the thief is refused", async |shop| {
            shop.status().await["refused"]["thief"]
                .as_str()
                .map(str::to_owned)
        })
        .await;
    assert!(house.home("oak").await.body.contains("The shop of oak"));
}

/// A house with TLS: the main file has a certificate for elm.example, oak brings its own, ash none.
async fn house_with_certificates() -> (House, [Pair; 3]) {
    let pairs = ["elm.example", "oak.example", "new-oak.example"].map(Pair::of);
    let mut house = House::of(&["oak", "ash"]).await;
    let folder = house.server.folder();
    for (pair, name) in pairs.iter().zip(["elm", "oak"]) {
        pair.write_as(folder, name);
    }
    let config = folder.join("server.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let tls = "[tls]\ncertificate = \"elm.pem\"\nkey = \"elm.key\"\ncheck_every_ms = 100\n";
    std::fs::write(&config, text + tls).expect("a configuration");
    house.drop_in(
        "oak",
        "[tls]\ncertificate = \"oak.pem\"\nkey = \"oak.key\"\n",
    );
    house.drop_in("ash", "");
    house.server.serve().await;
    (house, pairs)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_host_is_shown_its_own_certificate() {
    let (house, [elm, oak, new_oak]) = house_with_certificates().await;
    let address = house.server.url("");
    let address: SocketAddr = address.trim_start_matches("http://").parse().expect("one");
    // What a client that asks for this host is shown, whoever signed it, and which shop answers.
    let look = async |host: &str| {
        let client = reqwest::Client::builder().no_proxy().tls_info(true);
        let client = client
            .resolve(host, address)
            .tls_danger_accept_invalid_certs(true);
        let client = client.build().expect("a client");
        let url = format!("https://{host}:{}/", address.port());
        let answer = client.get(url).send().await.expect("an answer");
        (edge::shown(&answer), answer.status().as_u16())
    };
    assert_eq!(look("oak.example").await, (oak.der.clone(), 200));
    assert_eq!(look("ash.example").await, (elm.der.clone(), 200));
    assert_eq!(look("nobody.example").await, (elm.der.clone(), 421));

    new_oak.write_as(house.server.folder(), "oak");
    edge::until_counted(&house.server, "frontage_tls_reloads_total{result=\"ok\"} 1").await;
    assert_eq!(
        look("oak.example").await.0,
        elm.der,
        "it is for another host now"
    );
    oak.write_as(house.server.folder(), "oak");
    edge::until_counted(&house.server, "frontage_tls_reloads_total{result=\"ok\"} 2").await;
    assert_eq!(look("oak.example").await.0, oak.der);

    // A certificate that is not there closes no shop, and is told.
    house.drop_in(
        "ash",
        "[tls]\ncertificate = \"ash.pem\"\nkey = \"ash.key\"\n",
    );
    house.server.signal("frontage-server", "HUP");
    let refused = async |shop: &Shop| shop.status().await["refused"]["ash"].clone();
    house
        .server
        .until("a missing certificate is told", async |shop| {
            let reason = refused(shop).await;
            reason.as_str()?.contains("ash.pem").then_some(())
        })
        .await;
    assert_eq!(look("ash.example").await, (elm.der.clone(), 200));
    let ash = Pair::of("ash.example");
    ash.write_as(house.server.folder(), "ash");
    house.server.signal("frontage-server", "HUP");
    house
        .server
        .until("it is found", async |shop| {
            refused(shop).await.is_null().then_some(())
        })
        .await;
    assert_eq!(look("ash.example").await, (ash.der, 200));
    assert_eq!(look("oak.example").await, (oak.der, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_hammered_costs_its_own_shoppers_and_no_others() {
    let mut house = House::of(&["oak", "ash"]).await;
    house.drop_in("oak", "");
    house.drop_in(
        "ash",
        "[budget]\nrequests_at_once = 1\nrequests_waiting = 2\n",
    );
    house.serve(&["oak", "ash"]).await;
    let hammer = async {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            let asks = (0..64).map(|_| house.home("ash"));
            let pages = futures_util::future::join_all(asks).await;
            statuses.extend(pages.into_iter().map(|page| page.status));
        }
        statuses
    };
    let shopper = async {
        let mut statuses = Vec::new();
        for _ in 0..100 {
            statuses.push(house.home("oak").await.status);
        }
        statuses
    };
    let (hammered, shopped) = tokio::join!(hammer, shopper);
    assert!(shopped.iter().all(|status| *status == 200), "{shopped:?}");
    assert!(
        hammered.iter().all(|status| matches!(status, 200 | 503)),
        "{hammered:?}"
    );
}

#[test]
fn a_shop_is_served_beside_one_that_is_fed_garbage_and_hammered() {
    let outcome = soak_neighbours(1, Clock::IsTold).expect("two shops");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

/// Turns the shop's own configuration of ingest into a file of a folder of shops, beside that of another.
fn share(shop: &Shop, other: &Shop) -> std::path::PathBuf {
    let folder = shop.folder().join("ingest.d");
    std::fs::create_dir(&folder).expect("a folder");
    for (id, shop) in [("oak", shop), ("ash", other)] {
        let text = std::fs::read_to_string(shop.folder().join("ingest.toml")).expect("a file");
        let at = shop.folder().display();
        let text = text
            .replace("store = \"store\"", &format!("store = \"{at}/store\""))
            .replace("state = \"ingest\"", &format!("state = \"{at}/ingest\""));
        std::fs::write(folder.join(format!("{id}.toml")), text).expect("a file");
    }
    let main = shop.folder().join("ingest.toml");
    std::fs::write(main, "shops = \"ingest.d\"\n").expect("a file");
    folder
}

/// Processes that a daemon has started and that still run.
fn children(of: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{of}/task"));
    let lists = threads.into_iter().flatten().flatten();
    let text: String = lists
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
        .collect();
    text.split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect()
}

fn kill(process: u32) {
    let killed = std::process::Command::new("kill")
        .args(["-s", "KILL", &process.to_string()])
        .status();
    assert!(killed.expect("kill starts").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_runs_a_process_a_shop_and_each_ends_alone() {
    let mut oak = ShopBuilder::of(documents::shop(3)).start();
    let ash = ShopBuilder::of(documents::shop(4)).start();
    let folder = share(&oak, &ash);
    std::fs::write(folder.join("bad.toml"), "store = 7\n").expect("a file");
    let ended = oak.ingest(&["config", "check"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("oak.toml is sound"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stderr.contains("bad.toml:1: store: expected"),
        "{}",
        ended.stderr
    );
    let ended = oak.ingest(&["status"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("there are ash, bad, oak"),
        "{}",
        ended.stderr
    );

    oak.run_ingest();
    let id = oak.pid("frontage-ingest").expect("a daemon that runs");
    oak.until("both shops are published", async |oak| {
        let both = [oak, &ash].map(|shop| shop.store().join("HEAD").exists());
        (both == [true, true]).then_some(())
    })
    .await;
    let ended = oak.ingest(&["status", "--shop", "ash"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        oak.logs().contains("the shop's file cannot be used"),
        "{}",
        oak.logs()
    );

    // Processes that are gone are started again.
    assert_eq!(children(id).len(), 2);
    children(id).into_iter().for_each(kill);
    ash.sends(&documents::shop(5));
    oak.until("the other shop is published again", async |_| {
        (ash.published().manifest.counts.products == 5).then_some(())
    })
    .await;

    std::fs::remove_file(folder.join("ash.toml")).expect("a file");
    oak.signal("frontage-ingest", "HUP");
    oak.until("one process is left", async |_| {
        (children(id).len() == 1).then_some(())
    })
    .await;
    oak.sends(&documents::shop(6));
    oak.until("the shop that is left goes on", async |oak| {
        (oak.published().manifest.counts.products == 6).then_some(())
    })
    .await;
    oak.signal("frontage-ingest", "TERM");
    oak.until("all processes have ended", async |_| {
        children(id).is_empty().then_some(())
    })
    .await;
}
