//! What is shipped: the manual, completions, the bill of materials, the Debian package, and the image.
//!
//! Packed here from the programs that the tests use; `packaging/build` makes those that are meant for others.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use frontage_tests::documents;
use frontage_tests::shop::{ShopBuilder, binary};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const DAEMONS: [&str; 2] = ["frontage-ingest", "frontage-server"];
/// The user of the image.
const USER: u32 = 65532;
/// The date of everything packed here.
const EPOCH: &str = "1700000000";
/// No test waits longer; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(90);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a command to its end and gives what it printed; it must end well.
fn run(command: &mut Command) -> String {
    let output = command
        .env("SOURCE_DATE_EPOCH", EPOCH)
        // Programs with their debug information are large, and nobody downloads these.
        .env("FRONTAGE_IMAGE_LEVEL", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8(output.stdout).expect("text")
}

fn packaging(script: &str) -> Command {
    Command::new(root().join("packaging").join(script))
}

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("{program} is not installed; what needs it is left out");
    }
    found
}

/// What `packaging/build` would leave, with the programs of the tests; made once.
fn files() -> &'static Path {
    static FILES: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FILES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        for program in DAEMONS {
            std::fs::copy(binary(program), folder.path().join(program)).expect("a copy");
        }
        run(packaging("extras").arg(folder.path()));
        std::fs::write(folder.path().join("frontage.cdx.json"), bill()).expect("a file");
        folder
    });
    folder.path()
}

fn bill() -> String {
    let metadata = run(Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(root()));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), metadata).expect("a file");
    run(Command::new(binary("sbom"))
        .arg(file.path())
        .arg(root().join("Cargo.lock")))
}

#[test]
fn the_manual_has_a_page_for_every_command_and_completions_know_them() {
    for (program, commands) in [
        (
            "frontage-server",
            &["serve", "render", "verify", "config-check"][..],
        ),
        (
            "frontage-ingest",
            &["run", "once", "probe", "orders-list", "config-check"][..],
        ),
    ] {
        let man = files().join("man");
        let main = std::fs::read_to_string(man.join(format!("{program}.8"))).expect("a page");
        assert!(main.contains("Exit codes"), "{main}");
        for command in commands {
            let page = man.join(format!("{program}-{command}.8"));
            assert!(page.is_file(), "{} is missing", page.display());
            let word = command.split('-').next().unwrap_or_default();
            for file in [
                format!("{program}.bash"),
                format!("_{program}"),
                format!("{program}.fish"),
            ] {
                let text = std::fs::read_to_string(files().join("completions").join(&file));
                assert!(
                    text.expect("completions").contains(word),
                    "{word} is missing in {file}"
                );
            }
        }
        run(Command::new("bash")
            .arg("-n")
            .arg(files().join("completions").join(format!("{program}.bash"))));
    }
    if is_installed("man") {
        let pages = std::fs::read_dir(files().join("man")).expect("a folder");
        for page in pages.map(|page| page.expect("a page").path()) {
            let output = Command::new("man")
                .args(["--warnings", "-E", "UTF-8", "-l", "-Tutf8"])
                .arg(&page)
                .env("MANROFFSEQ", "")
                .env("LC_ALL", "C.UTF-8")
                .env("MANWIDTH", "100")
                .output()
                .expect("man starts");
            let complaints = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && complaints.is_empty(),
                "{}: {complaints}",
                page.display()
            );
        }
    }
}

#[test]
fn the_version_tells_builds_apart_and_nothing_of_the_machine() {
    for program in DAEMONS {
        let short = run(Command::new(binary(program)).arg("-V"));
        assert_eq!(short, format!("{program} {}\n", env!("CARGO_PKG_VERSION")));
        let long = run(Command::new(binary(program)).arg("--version"));
        for word in ["target", "compiler  rustc", "profile", "snapshot  1."] {
            assert!(long.contains(word), "{word} is missing in {long}");
        }
        assert!(!long.contains('/'), "{long}");
    }
}

#[test]
fn the_bill_of_materials_has_a_licence_and_a_digest_for_everything() {
    let text = bill();
    assert_eq!(text, bill(), "the same sources give another bill");
    let bill: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(bill["bomFormat"], "CycloneDX");
    assert_eq!(bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
    let components = bill["components"].as_array().expect("components");
    let mut known = BTreeSet::new();
    for component in components {
        let name = component["name"].as_str().expect("a name");
        let licence = component["licenses"][0]["expression"].as_str();
        assert!(
            licence.is_some_and(|licence| !licence.is_empty()),
            "{component}"
        );
        let is_own = name.starts_with("frontage-");
        assert_eq!(component.get("hashes").is_none(), is_own, "{component}");
        known.insert(component["bom-ref"].as_str().expect("a reference"));
    }
    for name in [
        "frontage-server",
        "frontage-ingest",
        "frontage-shared",
        "tantivy",
        "rustls",
    ] {
        assert!(
            components.iter().any(|component| component["name"] == name),
            "{name} is missing"
        );
    }
    // What only tests need is not shipped.
    for name in ["frontage-tests", "rcgen", "proptest", "tempfile"] {
        assert!(
            !components.iter().any(|component| component["name"] == name),
            "{name} is there"
        );
    }
    for dependency in bill["dependencies"].as_array().expect("dependencies") {
        for needed in dependency["dependsOn"].as_array().expect("a list") {
            assert!(
                known.contains(needed.as_str().expect("a reference")),
                "{needed}"
            );
        }
    }
}

#[test]
fn the_debian_package_installs_what_the_units_start() {
    if !is_installed("dpkg-deb") || !is_installed("strip") {
        return;
    }
    let work = tempfile::tempdir().expect("a folder");
    let package = run(packaging("deb")
        .arg(files())
        .arg(work.path())
        .env("FRONTAGE_DEB_COMPRESSION", "none"));
    let root = work.path().join("root");
    run(Command::new("dpkg-deb")
        .arg("-R")
        .arg(package.trim())
        .arg(&root));
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };

    let control = read("DEBIAN/control");
    assert!(
        !control.contains('@') || control.matches('@').count() == 1,
        "{control}"
    );
    assert!(control.contains("Depends: libc6 (>= 2."), "{control}");
    assert_eq!(
        read("DEBIAN/conffiles"),
        "/etc/frontage/ingest.toml\n/etc/frontage/server.toml\n"
    );
    run(Command::new("md5sum")
        .args(["--quiet", "-c", "DEBIAN/md5sums"])
        .current_dir(&root));
    for script in ["postinst", "prerm", "postrm"] {
        let path = root.join("DEBIAN").join(script);
        run(Command::new("sh").arg("-n").arg(&path));
        let mode = std::fs::metadata(&path)
            .expect("a script")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755, "{script}");
    }
    assert!(read("DEBIAN/postinst").contains("systemd-sysusers frontage.conf"));
    units_start_what_is_there(&root);
    let strangers = std::fs::read_dir(&root)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name());
    let strangers: BTreeSet<String> = strangers
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        strangers,
        BTreeSet::from(["DEBIAN", "etc", "usr"].map(str::to_owned))
    );
}

/// Units of a package that is unpacked at `root` start its own programs as users that it makes.
fn units_start_what_is_there(root: &Path) {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file");
    let users = read("usr/lib/sysusers.d/frontage.conf");
    for program in DAEMONS {
        let unit = read(&format!("usr/lib/systemd/system/{program}.service"));
        let start = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart=/"));
        let started = start
            .and_then(|line| line.split(' ').next())
            .expect("a program");
        assert!(
            root.join(started).is_file(),
            "{started} is not in the package"
        );
        let user = unit
            .lines()
            .find_map(|line| line.strip_prefix("User="))
            .expect("a user");
        assert!(users.contains(&format!("u {user} ")), "{user} is not made");
        assert!(!unit.contains("/usr/local/"), "{unit}");
        let version = run(Command::new(root.join(started)).arg("-V"));
        assert!(version.starts_with(program), "{version}");
        assert!(
            root.join(format!("usr/share/man/man8/{program}.8.gz"))
                .is_file()
        );
    }
}

/// An image, unpacked as an engine would.
struct Image {
    work: tempfile::TempDir,
    config: Value,
}

impl Image {
    fn unpacked() -> Self {
        let work = tempfile::tempdir().expect("a folder");
        let archive = work.path().join("image.tar");
        run(packaging("image").arg(files()).arg(&archive));
        let layout = work.path().join("layout");
        std::fs::create_dir(&layout).expect("a folder");
        run(Command::new("tar")
            .arg("-x")
            .arg("-C")
            .arg(&layout)
            .arg("-f")
            .arg(&archive));
        let image = Self {
            work,
            config: Value::Null,
        };
        let index: Value = image.json("index.json");
        let manifest = image.blob(&index["manifests"][0]);
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        let config: Value = serde_json::from_slice(&image.blob(&manifest["config"])).expect("JSON");
        let layers = manifest["layers"].as_array().expect("layers");
        let diffs = config["rootfs"]["diff_ids"].as_array().expect("digests");
        assert_eq!(layers.len(), diffs.len());
        std::fs::create_dir(image.root()).expect("a folder");
        for (layer, diff) in layers.iter().zip(diffs) {
            let packed = image.work.path().join("layer.tar.gz");
            std::fs::write(&packed, image.blob(layer)).expect("a file");
            let plain = Command::new("gzip")
                .arg("-dc")
                .arg(&packed)
                .output()
                .expect("gzip starts")
                .stdout;
            assert_eq!(*diff, digest(&plain), "what a layer unpacks to");
            let tar = image.work.path().join("layer.tar");
            std::fs::write(&tar, plain).expect("a file");
            run(Command::new("tar")
                .args(["-x", "--numeric-owner", "-p", "-C"])
                .arg(image.root())
                .arg("-f")
                .arg(tar));
        }
        Self { config, ..image }
    }

    fn root(&self) -> PathBuf {
        self.work.path().join("root")
    }

    fn json(&self, path: &str) -> Value {
        let text = std::fs::read(self.work.path().join("layout").join(path)).expect("a file");
        serde_json::from_slice(&text).expect("JSON")
    }

    /// What a descriptor names, which must be what it says.
    fn blob(&self, descriptor: &Value) -> Vec<u8> {
        let named = descriptor["digest"].as_str().expect("a digest");
        let name = named.strip_prefix("sha256:").expect("SHA-256");
        let path = self.work.path().join("layout/blobs/sha256").join(name);
        let bytes = std::fs::read(path).expect("a blob");
        assert_eq!(digest(&bytes), named);
        assert_eq!(descriptor["size"], bytes.len());
        bytes
    }
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

fn is_root() -> bool {
    let is = run(Command::new("id").arg("-u")).trim() == "0";
    if !is {
        println!("not run by root; the image is unpacked and looked at, but not run");
    }
    is
}

#[tokio::test(flavor = "multi_thread")]
async fn the_image_serves_a_shop_from_a_root_that_nobody_can_write() {
    let image = Image::unpacked();
    let config = &image.config["config"];
    assert_eq!(config["User"], format!("{USER}:{USER}"));
    let entry = config["Cmd"][0].as_str().expect("a program");
    assert!(
        image.root().join(&entry[1..]).is_file(),
        "{entry} is missing"
    );
    for shell in ["bin/sh", "usr/bin/sh", "bin/bash", "usr/bin/env"] {
        assert!(
            !image.root().join(shell).exists(),
            "there is a shell: {shell}"
        );
    }
    let again = image.work.path().join("again.tar");
    run(packaging("image").arg(files()).arg(&again));
    let sums = [again, image.work.path().join("image.tar")]
        .map(|archive| digest(&std::fs::read(archive).expect("an image")));
    assert_eq!(sums[0], sums[1], "the same files give another image");
    if !is_root() {
        return;
    }
    let shop = ShopBuilder::of(documents::shop(3)).start();
    shop.once().await;
    let mut server = Contained::start(&image, &shop.folder().join("store"), shop.folder());
    let started = Instant::now();
    loop {
        let answer = shop.client().get(shop.url("/")).send().await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            break;
        }
        let log = server.log();
        assert!(server.runs() && started.elapsed() < PATIENCE, "{log}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).expect("a process");
    let user = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .expect("a user");
    assert!(user.contains(&USER.to_string()), "{user}");
}

/// The image's server, in a mount namespace of its own.
struct Contained {
    child: Child,
    log: PathBuf,
}

/// Makes the root read-only, with the store and the data folder mounted into it, and becomes the server as its user.
const CONTAIN: &str = "set -e; mount --bind \"$1\" \"$1\"; mount --bind \"$2\" \"$1/srv\"; \
    mount -o remount,bind,ro \"$1/srv\"; mount --bind \"$3\" \"$1/var/lib/frontage\"; mount -o remount,bind,ro \"$1\"; \
    if touch \"$1/etc/probe\" 2>/dev/null; then echo 'the root can be written'; exit 1; fi; \
    exec chroot --userspec=\"$4:$4\" \"$1\" /usr/bin/frontage-server serve --config /etc/frontage/server.toml";

impl Contained {
    fn start(image: &Image, store: &Path, shop: &Path) -> Self {
        let (root, data) = (image.root(), image.work.path().join("data"));
        for folder in [root.join("srv"), data.clone()] {
            std::fs::create_dir(folder).expect("a folder");
        }
        chown(&data, Some(USER), Some(USER)).expect("an owner");
        let config = std::fs::read_to_string(shop.join("server.toml")).expect("a configuration");
        let config = config
            .replace("store = \"store\"", "store = \"/srv\"")
            .replace("cache = \"server\"", "cache = \"/var/lib/frontage/server\"");
        std::fs::write(root.join("etc/frontage/server.toml"), config).expect("a configuration");
        let log = image.work.path().join("log");
        let file = std::fs::File::create(&log).expect("a log");
        let child = Command::new("unshare")
            .args(["--mount", "sh", "-c", CONTAIN, "contain"])
            .args([root.as_path(), store, data.as_path()])
            .arg(USER.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a handle"))
            .stderr(file)
            .spawn()
            .expect("unshare starts");
        Self { child, log }
    }

    fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Contained {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
