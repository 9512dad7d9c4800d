//! Promise 8: a disk that is full, fails or may not be written keeps the old generation, and nobody claims otherwise.
//! An order on such a disk is refused in words, and the same form orders once when there is room again.
//!
//! The disks are small file systems in memory, mounted where only the processes of a test see them. That takes the
//! right to mount; without it, only failing system calls are tried.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use frontage_shared::order::Order;
use frontage_shared::store::{OrderState, Store};
use frontage_tests::documents;
use frontage_tests::shop::{Ended, Shop, ShopBuilder, binary};
use frontage_tests::shopper::{Shopper, UNLIMITED, hidden, location};
use frontage_tests::soak::{calls, soak_failing_calls, stamped};

use crate::buying::with;

/// Large enough for some generations of this shop.
const DISK_KIB: u64 = 512;

#[tokio::test]
async fn a_full_store_keeps_the_old_generation() {
    let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let Some(disk) = Disk::mount(&shop, "store") else {
        return;
    };
    let store = Store::open("store", &disk.inside, "demo").expect("a store");
    assert_eq!(disk.once().code, Some(0));
    let _server = disk.serve(&shop).await;
    let (mut number, mut published, mut failed) = (1, 1, 0);
    // The more space is left, the further a publish gets before it fails.
    for free_kib in [0, 4, 8, 12, 16, 20, 24, 28] {
        number += 1;
        shop.sends(&stamped::feed(number, number));
        disk.fill(free_kib);
        let ended = disk.once();
        let case = format!("{free_kib} KiB left: {}{}", ended.stdout, ended.stderr);
        let (generation, feed) = stamped::whole(&store).await.expect(&case);
        match ended.code {
            Some(0) => assert_eq!(feed, number, "{case}"),
            Some(5) => {
                assert_eq!(feed, published, "{case}");
                assert!(!ended.stdout.contains("published"), "{case}");
                assert_eq!(shop.generation().await, generation, "{case}");
                failed += 1;
            }
            _ => panic!("{case}"),
        }
        disk.empty();
        let ended = disk.once();
        assert_eq!(ended.code, Some(0), "with space again: {}", ended.stderr);
        let (generation, feed) = stamped::whole(&store).await.expect("a whole store");
        assert_eq!(feed, number, "{case}");
        shop.until_generation(generation).await;
        assert_eq!(disk.temporary_files(), Vec::<PathBuf>::new(), "{case}");
        published = number;
    }
    assert!(failed >= 3, "only {failed} publishes failed");
    println!("publishes on a full disk: {failed}, shops lost: 0");
}

#[tokio::test]
async fn a_read_only_store_keeps_the_old_generation() {
    let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let Some(disk) = Disk::mount(&shop, "store") else {
        return;
    };
    assert_eq!(disk.once().code, Some(0));
    let _server = disk.serve(&shop).await;
    shop.sends(&stamped::feed(2, 2));
    disk.remount("ro");
    let ended = disk.once();
    assert_eq!(ended.code, Some(5), "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.contains("Read-only file system"),
        "{}",
        ended.stderr
    );
    assert_eq!(shop.get(stamped::PRODUCT).await.generation(), 1);
    disk.remount("rw");
    assert_eq!(disk.once().code, Some(0));
    shop.until_generation(2).await;
}

#[tokio::test]
async fn a_full_state_folder_keeps_the_old_generation() {
    let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let Some(disk) = Disk::mount(&shop, "ingest") else {
        return;
    };
    assert_eq!(disk.once().code, Some(0));
    let _server = disk.serve(&shop).await;
    let (mut number, mut failed) = (1, 0);
    for free_kib in [0, 4, 8, 12, 16] {
        number += 1;
        shop.sends(&stamped::feed(number, number));
        disk.fill(free_kib);
        let before = shop.get(stamped::PRODUCT).await;
        let ended = disk.once();
        let case = format!("{free_kib} KiB left: {}{}", ended.stdout, ended.stderr);
        match ended.code {
            Some(0) => assert!(ended.stdout.contains("published"), "{case}"),
            Some(3 | 5) => {
                assert!(!ended.stdout.contains("published"), "{case}");
                let after = shop.get(stamped::PRODUCT).await;
                assert_eq!(after.body, before.body, "{case}");
                failed += 1;
            }
            _ => panic!("{case}"),
        }
        disk.empty();
        let ended = disk.once();
        assert_eq!(ended.code, Some(0), "with space again: {}", ended.stderr);
        shop.until("the last feed is served", async |shop| {
            let told = stamped::told(&shop.get(stamped::PRODUCT).await.body);
            told.numbers.contains(&number).then_some(())
        })
        .await;
    }
    assert!(failed >= 2, "only {failed} cycles failed");
}

#[tokio::test]
async fn a_server_without_space_serves_on_and_says_why() {
    let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let Some(disk) = Disk::mount(&shop, "server") else {
        return;
    };
    assert_eq!(disk.once().code, Some(0));
    let _server = disk.serve(&shop).await;
    let before = shop.get(stamped::PRODUCT).await;
    shop.sends(&stamped::feed(2, 2));
    disk.fill(0);
    assert_eq!(disk.once().code, Some(0));
    let reason = shop
        .until("the server says that it has no space", async |shop| {
            let reason = shop.status().await["last_rejection"]["reason"].clone();
            reason.as_str().map(str::to_owned)
        })
        .await;
    assert!(reason.contains("No space left"), "{reason}");
    let after = shop.get(stamped::PRODUCT).await;
    assert_eq!(
        (after.status, after.generation(), &after.body),
        (200, 1, &before.body)
    );
    disk.empty();
    shop.sends(&stamped::feed(3, 3));
    assert_eq!(disk.once().code, Some(0));
    shop.until_generation(3).await;
}

#[tokio::test]
async fn an_order_on_a_full_disk_is_refused_and_the_same_form_orders_later() {
    let thing = documents::product("1", "Thing", "9.90");
    let shop = ShopBuilder::of(vec![thing]).server(UNLIMITED).start();
    let Some(disk) = Disk::mount(&shop, "store") else {
        return;
    };
    assert_eq!(disk.once().code, Some(0));
    let _server = disk.serve(&shop).await;
    let store = Store::open("store", &disk.inside, "demo").expect("a store");
    let (mut placed, mut refused) = (Vec::new(), 0);
    // An order with this note takes three blocks, so it finds room for none of it, for some of it, and for all of it.
    for free_kib in [0, 4, 8, 12, 16, 0] {
        let mut ann = Shopper::new();
        ann.add(&shop, "1", 1).await;
        let form = with(
            ann.checkout(&shop).await,
            "note",
            &"\u{1f4e6}".repeat(2_000),
        );
        let before = ann.clone();
        disk.fill(free_kib);
        let answer = ann.post(&shop, "/checkout", &form).await;
        let case = format!("{free_kib} KiB left, status {}", answer.status);
        match answer.status {
            503 => {
                assert!(answer.body.contains("Your order was NOT placed"), "{case}");
                assert_eq!(disk.orders(&store), placed, "{case}");
                // The form comes back under its name: sent again, it is the same order.
                let ticket = hidden(&answer.body, "ticket");
                assert!(form.contains(&("ticket".to_owned(), ticket)), "{case}");
                refused += 1;
            }
            303 => assert_eq!(disk.orders(&store).len(), placed.len() + 1, "{case}"),
            _ => panic!("{case}"),
        }
        // Whoever is not in the shop for this order still is for everything else.
        assert_eq!(shop.get("/p/thing").await.status, 200, "{case}");
        disk.empty();
        let mut clicks = [before.clone(), before];
        let mut pages = Vec::new();
        for click in &mut clicks {
            let answer = click.post(&shop, "/checkout", &form).await;
            pages.push(location(&answer));
        }
        assert_eq!(pages[0], pages[1], "{case}");
        let now = disk.orders(&store);
        assert_eq!(now.len(), placed.len() + 1, "{case}");
        placed = now;
    }
    assert!(refused >= 2, "only {refused} orders were refused");
    println!("orders refused on a full disk: {refused}, orders in between: 0");
}

#[test]
fn a_failing_system_call_loses_nothing() {
    if !calls::may_trace() {
        println!("strace cannot attach here: no system call was made to fail");
        return;
    }
    let outcome = soak_failing_calls(34).expect("a shop");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

/// A small disk in place of one of the shop's folders, seen only by processes that are started in it.
struct Disk {
    /// Keeps the mount alive; its end is the mount's.
    holder: Child,
    /// The shop's folder as the rest of the world names it.
    folder: PathBuf,
    /// The same folder, with the disk in it.
    inside: PathBuf,
    name: &'static str,
}

/// A process in there.
struct Server(Child);

impl Disk {
    /// Mounts a disk at this folder of the shop; none if this user may not mount.
    fn mount(shop: &Shop, name: &'static str) -> Option<Self> {
        let mount_point = shop.folder().join(name);
        std::fs::create_dir_all(&mount_point).expect("a folder of our own");
        let script = format!(
            "mount -t tmpfs -o size={DISK_KIB}k tmpfs '{}' && echo mounted && exec sleep 600",
            mount_point.display()
        );
        let mut holder = Command::new("unshare")
            .args(["-m", "sh", "-c", &script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let output = holder.stdout.take().map(BufReader::new);
        let read = output.map(|mut output| output.read_line(&mut line));
        let inside = PathBuf::from(format!(
            "/proc/{}/root{}",
            holder.id(),
            shop.folder().display()
        ));
        let disk = Self {
            holder,
            folder: shop.folder().to_owned(),
            inside,
            name,
        };
        if read.is_some_and(|read| read.is_ok()) && line.trim() == "mounted" {
            return Some(disk);
        }
        println!("a file system cannot be mounted here: no disk was full");
        None
    }

    /// A program that sees the disk.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["-t", &self.holder.id().to_string(), "-m"])
            .arg(program)
            .stdin(Stdio::null());
        command
    }

    fn once(&self) -> Ended {
        let mut command = self.command(&binary("frontage-ingest"));
        command
            .args(["once", "--config"])
            .arg(self.folder.join("ingest.toml"));
        let output = command.output().expect("nsenter starts");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    async fn serve(&self, shop: &Shop) -> Server {
        let mut command = self.command(&binary("frontage-server"));
        command
            .args(["serve", "--config"])
            .arg(self.folder.join("server.toml"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server(command.spawn().expect("nsenter starts"));
        shop.until("the server is ready", async |shop| {
            shop.ready().await.then_some(())
        })
        .await;
        server
    }

    fn remount(&self, mode: &str) {
        let mut command = self.command(Path::new("mount"));
        command
            .args(["-o", &format!("remount,{mode}")])
            .arg(self.folder.join(self.name));
        assert!(command.status().expect("nsenter starts").success());
    }

    /// Leaves so much space and no more.
    fn fill(&self, free_kib: u64) {
        let path = self.filler();
        let mut file = std::fs::File::create(&path).expect("a disk with some space");
        let block = [0; 4096];
        let mut written = 0;
        while file.write_all(&block).is_ok() {
            written += block.len() as u64;
        }
        let length = written.saturating_sub(free_kib * 1024);
        file.set_len(length).expect("a file of our own");
    }

    fn empty(&self) {
        std::fs::remove_file(self.filler()).expect("a file of our own");
    }

    fn filler(&self) -> PathBuf {
        self.inside.join(self.name).join("filler")
    }

    /// The ids of all orders, each of which is there to the last byte; nothing else lies beside them.
    fn orders(&self, store: &Store) -> Vec<String> {
        let folder = store.order_folder(OrderState::New);
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let read = files.map(|file| {
            let path = file.expect("a folder of the store").path();
            let bytes = std::fs::read(&path).expect("a file");
            let order = Order::decode(&bytes).expect("a whole order");
            let name = path.file_name().and_then(|name| name.to_str());
            assert_eq!(name, Some(format!("{}.json", order.id).as_str()));
            order.id
        });
        let mut ids: Vec<_> = read.collect();
        ids.sort();
        ids
    }

    /// Files that a failed publish has left.
    fn temporary_files(&self) -> Vec<PathBuf> {
        let shop = self.inside.join("store/shops/demo");
        let folders = [shop.clone(), shop.join("parts"), shop.join("manifests")];
        let files = folders.iter().flat_map(|folder| {
            let entries = std::fs::read_dir(folder).expect("a folder of the store");
            entries.map(|entry| entry.expect("a folder of the store").path())
        });
        files
            .filter(|path| path.display().to_string().contains('#'))
            .collect()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
