//! A shop looks as its theme says: tokens, files and slots, changed while it runs; a broken theme changes nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder, binary};
use serde_json::json;

/// How long a change of the theme may take to be seen; nothing passes or fails by being quick.
const PATIENCE: Duration = Duration::from_secs(60);

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a whole test")).expect("a whole test");
    std::fs::write(path, text).expect("a whole test");
}

/// The home page, as soon as it is as wanted.
async fn home_that(shop: &Shop, is_wanted: impl Fn(&str) -> bool) -> String {
    let started = Instant::now();
    loop {
        let page = shop.get("/").await;
        if page.status == 200 && is_wanted(&page.body) {
            return page.body;
        }
        assert!(started.elapsed() < PATIENCE, "{}", page.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The address of a file of the shop in a page.
fn address<'a>(page: &'a str, name: &str) -> &'a str {
    let end = page.find(name).unwrap_or_else(|| panic!("no {name}")) + name.len();
    let start = page[..end].rfind("/assets/").expect("a whole test");
    &page[start..end]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_is_followed_and_a_broken_one_changes_nothing() {
    let mut shop = ShopBuilder::generated(20)
        .server("[theme]\nfolder = \"theme\"\nlight.sale = \"#900000\"")
        .start();
    let theme = shop.folder().join("theme");
    write(
        &theme,
        "theme.toml",
        "favicon = \"mark.svg\"\n[light]\naccent = \"#123456\"\n[[font]]\nfamily = \"Own\"\nfile = \"own.woff2\"\n",
    );
    write(
        &theme,
        "theme.css",
        ".hero { background: url(files/mark.svg) }",
    );
    write(
        &theme,
        "files/mark.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    write(&theme, "files/own.woff2", "no font, but a file");
    write(&theme, "slots/announcement.html", "<p>Summer sale</p>");
    write(
        &theme,
        "slots/product_info.html",
        "<p>Repaired for life</p>",
    );
    shop.open().await;
    let page = home_that(&shop, |page| page.contains("<p>Summer sale</p>")).await;
    assert!(page.contains("as=\"font\""), "{page}");
    let css_address = address(&page, "shop.css").to_owned();
    let css = shop.get(&css_address).await;
    for part in [
        "--accent:#123456;",
        "--sale:#900000;",
        "@font-face{font-family:\"Own\"",
        ".hero { background: url(/assets/",
    ] {
        assert!(css.body.contains(part), "{part}");
    }
    let icon = shop.get(address(&page, "mark.svg")).await;
    assert_eq!(icon.headers["content-type"], "image/svg+xml");
    let font = shop.get(address(&page, "own.woff2")).await;
    assert_eq!(font.body, "no font, but a file");
    let policy = font.headers["content-security-policy"]
        .to_str()
        .expect("a whole test");
    assert!(policy.contains("font-src 'self'"), "{policy}");

    refuses_what_is_broken(&shop, &theme).await;

    // Whole again: seen without a restart; pages of before find their stylesheet.
    write(&theme, "slots/announcement.html", "<p>Winter sale</p>");
    write(&theme, "theme.toml", "light.accent = \"#bbbbbb\"\n");
    write(&theme, "theme.css", "");
    let page = home_that(&shop, |page| page.contains("<p>Winter sale</p>")).await;
    assert_ne!(address(&page, "shop.css"), css_address);
    assert_eq!(shop.get(&css_address).await.body, css.body);
    let status = shop.status().await;
    assert_eq!(status["theme"]["problems"].to_string(), "[]");
    let warnings = status["theme"]["warnings"].to_string();
    assert!(
        warnings.contains("on_accent #ffffff on accent #bbbbbb"),
        "{warnings}"
    );
}

/// What was there stays, and the reason is told.
async fn refuses_what_is_broken(shop: &Shop, theme: &Path) {
    write(
        theme,
        "slots/announcement.html",
        "<p>\n<script>alert(1)</script>",
    );
    let started = Instant::now();
    let told = loop {
        let status = shop.status().await;
        let told = status["theme"]["problems"].to_string();
        if told.contains("slots/announcement.html:2: element") {
            break told;
        }
        assert!(started.elapsed() < PATIENCE, "{status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(told.contains("a script is a file of the theme"), "{told}");
    assert!(shop.get("/").await.body.contains("<p>Summer sale</p>"));
}

#[tokio::test]
async fn the_check_of_the_configuration_names_file_line_and_rule() {
    let shop = ShopBuilder::generated(1)
        .server("[theme]\nfolder = \"theme\"")
        .start();
    let theme = shop.folder().join("theme");
    write(
        &theme,
        "theme.toml",
        "scheme = \"both\"\n\n[light]\naccent = \"blue\"\n",
    );
    write(
        &theme,
        "theme.css",
        "a {\n  b: url(https://elsewhere.example/x.png)\n}\n",
    );
    write(&theme, "slots/fotter.html", "");
    write(&theme, "files/note.txt", "");
    let (code, told) = check(&shop).await;
    assert_eq!(code, Some(2), "{told}");
    for part in [
        "theme/theme.toml:4: token: `light.accent` must be a colour",
        "theme/theme.css:2: url:",
        "theme/slots/fotter.html: slot:",
        "theme/files/note.txt: name:",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    for name in ["theme.css", "slots/fotter.html", "files/note.txt"] {
        std::fs::remove_file(theme.join(name)).expect("a whole test");
    }
    write(&theme, "theme.toml", "light.ink = \"#888\"\n");
    let (code, told) = check(&shop).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("warning: light: ink #888888 on paper"),
        "{told}"
    );
}

#[tokio::test]
async fn the_theme_of_the_demo_is_sound_and_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("config/demo/theme").display().to_string();
    let shop = ShopBuilder::generated(1)
        .server(&format!("[theme]\nfolder = \"{folder}\""))
        .start();
    let (code, told) = check(&shop).await;
    assert_eq!((code, told.as_str()), (Some(0), ""));
}

/// Checks the configuration of the server: the exit code, and what it complains about.
async fn check(shop: &Shop) -> (Option<i32>, String) {
    let output = tokio::process::Command::new(binary("frontage-server"))
        .args(["config", "check", "--config"])
        .arg(shop.folder().join("server.toml"))
        .output()
        .await
        .expect("a whole test");
    let told = String::from_utf8(output.stderr).expect("a whole test");
    (output.status.code(), told)
}

#[tokio::test]
async fn pictures_come_in_the_widths_of_a_resizer() {
    let mut mug = documents::product("1", "Mug", "9.90");
    mug["media"] = json!([{"url": "https://cdn.example/mug.jpg", "type": "image", "width": 700, "height": 500}]);
    let mut shop = ShopBuilder::of(vec![mug])
        .server("[images]\ntemplate = \"https://img.example/{width}{path}?q=1&f=webp\"")
        .start();
    shop.open().await;
    let page = shop.get("/p/mug").await;
    let set = "srcset=\"https://img.example/320/mug.jpg?q=1&amp;f=webp 320w, \
               https://img.example/640/mug.jpg?q=1&amp;f=webp 640w\" sizes=";
    assert!(page.body.contains(set), "{}", page.body);
    assert!(page.body.contains("width=\"700\" height=\"500\""));
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("a whole test");
    assert!(
        policy.contains("https://cdn.example https://img.example"),
        "{policy}"
    );
    let file = shop.folder().join("server.toml");
    let text = std::fs::read_to_string(&file).expect("a whole test");
    std::fs::write(&file, text.replace("{path}", "")).expect("a whole test");
    let (code, told) = check(&shop).await;
    assert_eq!(code, Some(2));
    assert!(
        told.contains("`images.template` must have {width}"),
        "{told}"
    );
}
