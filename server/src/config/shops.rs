//! The folder `shops`: a file a shop, each with what differs from the main file.

use std::collections::BTreeMap;
use std::path::Path;

use frontage_shared::daemon::places::Places;
use toml::{Table, Value};

use super::{Config, named_key};

/// What a shop's file may say; everything else holds for the whole server and stands in the main file.
const OF_A_SHOP: [&str; 20] = [
    "shop",
    "base_url",
    "hosts",
    "store",
    "poll_interval_ms",
    "body_cache_bytes",
    "redirects_permanent_after_days",
    "time_zone",
    "hsts",
    "cache_tags",
    "indexnow_key",
    "checkout",
    "returns",
    "contact",
    "searches_seen_at_least",
    "bots",
    "theme",
    "images",
    "budget",
    "tls",
];

/// What of `[tls]` is a shop's.
const TLS_OF_A_SHOP: [&str; 3] = ["certificate", "key", "more"];

/// What a shop has of its own, and never from the main file.
const OWN: [&str; 5] = ["shop", "base_url", "hosts", "indexnow_key", "tls"];

/// A shop's table, with what holds for all, and what it says; or every problem of its file.
pub type Read = Result<(Table, Config), String>;

/// Reads the folder that the main file names, by the names of its files without `.toml`; `config` is what the main file
/// says.
///
/// # Errors
/// The main file or the folder cannot be read.
pub fn read(main: &Path, config: &Config) -> Result<BTreeMap<String, Read>, String> {
    let folder = config.shops.as_deref();
    let folder = folder.ok_or("`shops` is not there any more")?;
    let unreadable = |path: &Path, error| format!("{} cannot be read: {error}", path.display());
    let text = std::fs::read_to_string(main).map_err(|error| unreadable(main, error))?;
    let mut common: Table = text.parse().map_err(|error| format!("{error}"))?;
    for key in OWN.into_iter().chain(["shops"]) {
        common.remove(key);
    }
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let mut read = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let is_toml = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        if let Some(name) = name.filter(|name| is_toml && !name.starts_with('.')) {
            read.insert(name.to_owned(), shop(&path, &common, main));
        }
    }
    Ok(read)
}

fn shop(path: &Path, common: &Table, main: &Path) -> Read {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let places = Places::of(path, &text);
    let own: Table = text.parse().map_err(|error| places.of_syntax(&error))?;
    let is_strange = |key: &str| match key.strip_prefix("tls.") {
        Some(key) => !TLS_OF_A_SHOP.contains(&key),
        None => !OF_A_SHOP.contains(&key),
    };
    let mut problems: Vec<String> = names(&own)
        .filter(|key| is_strange(key))
        .map(|key| {
            format!("`{key}` is no key of a shop; keys of the whole server stand in the main file")
        })
        .collect();
    let mut table = common.clone();
    for (key, value) in own {
        if OF_A_SHOP.contains(&key.as_str()) {
            table.insert(key, value);
        }
    }
    own_keys(&mut table);
    let main = std::path::absolute(main).unwrap_or_else(|_| main.to_owned());
    // Paths in all files start from one folder, whichever file they stand in.
    let folder = main.parent().unwrap_or(Path::new("/"));
    let config = Config::of_table(table.clone(), folder);
    let config = match config {
        Ok(config) if problems.is_empty() => return Ok((table, config)),
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    problems.extend(config);
    let placed = problems.iter().map(|problem| {
        let place = named_key(problem).map(|key| places.of_key(key));
        let place = place.unwrap_or_else(|| path.display().to_string());
        format!("{place}: {problem}")
    });
    Err(placed.collect::<Vec<_>>().join("\n  "))
}

/// The keys of a shop's file, and those of its table `tls`.
fn names(own: &Table) -> impl Iterator<Item = String> {
    let tls = own.get("tls").and_then(Value::as_table);
    let tls = tls.into_iter().flat_map(Table::keys);
    own.keys()
        .cloned()
        .chain(tls.map(|key| format!("tls.{key}")))
}

/// Shops that name no keys of their own sign with different ones: a cart of one is none in another.
fn own_keys(table: &mut Table) {
    let Some(Value::String(shop)) = table.get("shop").cloned() else {
        return;
    };
    let cache = table.get("cache").and_then(Value::as_str);
    let cache = cache.unwrap_or(super::CACHE).to_owned();
    if let Some(Value::Table(checkout)) = table.get_mut("checkout") {
        let keys = checkout
            .entry("keys")
            .or_insert(Value::String(String::new()));
        if keys.as_str() == Some("") {
            *keys = Value::String(format!("{cache}/keys-{shop}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_has_its_own_keys_and_those_of_all_and_a_bad_file_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("shops.d")).unwrap();
        let main = path("server.toml");
        std::fs::write(
            &main,
            "shops = \"shops.d\"\ncache = \"cache\"\npoll_interval_ms = 70\nlisten = \"127.0.0.1:1\"\n\
             [tls]\ncertificate = \"all.pem\"\nkey = \"all.key\"\n",
        )
        .unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(path("shops.d").join(name), text).unwrap();
        write(
            "oak.toml",
            "shop = \"oak\"\nbase_url = \"https://oak.example\"\n[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]\n\
             [tls]\ncertificate = \"oak.pem\"\nkey = \"oak.key\"\n",
        );
        write(
            "ash.toml",
            "shop = \"ash\"\nbase_url = \"https://ash.example\"\npoll_interval_ms = 90\n",
        );
        write(
            "bad.toml",
            "shop = \"bad\"\nlisten = \"127.0.0.1:2\"\nbase_url = 7\n[tls]\nredirect_from = \"0.0.0.0:80\"\n",
        );
        write("worse.toml", "shop = = 7\n");
        write("notes.txt", "no shop");
        let config = Config::load(&main).unwrap();
        let read = read(&main, &config).unwrap();
        assert_eq!(
            read.keys().collect::<Vec<_>>(),
            ["ash", "bad", "oak", "worse"]
        );
        let (_, oak) = read["oak"].as_ref().unwrap();
        assert_eq!(
            (oak.shop.as_str(), oak.poll_interval.as_millis()),
            ("oak", 70)
        );
        assert_eq!(oak.hosts, ["oak.example"]);
        assert_eq!(oak.checkout.keys, path("cache/keys-oak"));
        let own: Vec<_> = oak.tls.pairs().map(|pair| pair.key.clone()).collect();
        assert_eq!(own, [path("oak.key")]);
        let (_, ash) = read["ash"].as_ref().unwrap();
        assert_eq!(ash.tls.pairs().count(), 0, "that of all is not a shop's");
        assert_eq!(
            read["ash"].as_ref().unwrap().1.poll_interval.as_millis(),
            90
        );
        let problems = read["bad"].as_ref().unwrap_err();
        assert!(
            problems.contains("bad.toml:2: `listen` is no key of a shop"),
            "{problems}"
        );
        assert!(
            problems.contains("bad.toml:5: `tls.redirect_from` is no key of a shop"),
            "{problems}"
        );
        assert!(
            problems.contains("bad.toml:3: `base_url` must be a text"),
            "{problems}"
        );
        assert!(
            read["worse"]
                .as_ref()
                .unwrap_err()
                .contains("worse.toml:1: ")
        );
    }
}
