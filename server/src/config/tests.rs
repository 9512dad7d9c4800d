//! The reference configuration says what the code does, and problems are told by their keys.

use super::*;

const REFERENCE: &str = include_str!("../../../config/server.toml");

fn parse(text: &str) -> Result<Config, Vec<String>> {
    Config::parse(text, Path::new("/etc/frontage"))
}

#[test]
fn the_reference_states_the_true_defaults_of_every_key() {
    let reference = parse(REFERENCE).unwrap();
    assert_eq!(reference, parse("shop = \"demo\"").unwrap());
    // A key that the code knows and the reference lacks would go unnoticed otherwise.
    let table: Table = REFERENCE.parse().unwrap();
    assert_eq!(table.len(), 32, "{table}");
    assert_eq!(table["fleet"].as_table().unwrap().len(), 2);
    assert_eq!(table["canary"].as_table().unwrap().len(), 2);
    assert_eq!(table["telemetry"].as_table().unwrap().len(), 4);
    assert_eq!(table["store_options"].as_table().unwrap().len(), 9);
    assert_eq!(table["theme"].as_table().unwrap().len(), 5);
    assert_eq!(table["images"].as_table().unwrap().len(), 2);
    assert_eq!(table["tls"].as_table().unwrap().len(), 5);
    assert_eq!(table["budget"].as_table().unwrap().len(), 3);
    assert_eq!(table["bots"].as_table().unwrap().len(), 6);
    assert_eq!(table["limits"].as_table().unwrap().len(), 12);
    assert_eq!(table["returns"].as_table().unwrap().len(), 5);
    assert_eq!(table["contact"].as_table().unwrap().len(), 1);
    let checkout = table["checkout"].as_table().unwrap();
    assert_eq!(checkout.len(), 11);
    assert_eq!(checkout["pricing"].as_table().unwrap().len(), 8);
    assert_eq!(checkout["stripe"].as_table().unwrap().len(), 5);
}

#[test]
fn all_problems_are_told_at_once() {
    let problems = parse(
        "listen = \"8080\"\nbase_url = \"shop.example\"\nstore = \"ftp://bucket\"\nhosts = \"x\"\nlog = \"xml\"\n\
         pol_interval_ms = 5\n[limits]\nidle_ms = -1\nmax_header_bytes = 10\nidle = 3\n",
    )
    .unwrap_err();
    for key in [
        "listen",
        "base_url",
        "store",
        "hosts",
        "log",
        "pol_interval_ms",
        "limits.idle_ms",
        "limits.idle",
        "shop",
    ] {
        assert!(
            problems
                .iter()
                .any(|text| text.contains(&format!("`{key}`"))),
            "{key} missing in {problems:#?}"
        );
    }
    assert_eq!(problems.len(), 10, "{problems:#?}");
}

#[test]
fn paths_are_relative_to_the_file_and_hosts_come_from_the_origin() {
    let config =
        parse("shop = \"demo\"\nstore = \"../store\"\ncache = \"copy\"\nbase_url = \"https://Shop.Example:8443/\"")
            .unwrap();
    assert_eq!(
        config.store.as_folder(),
        Some(Path::new("/etc/frontage/../store"))
    );
    assert_eq!(config.cache, Path::new("/etc/frontage/copy"));
    assert_eq!(config.base_url, "https://Shop.Example:8443");
    assert_eq!(config.hosts, ["shop.example"]);
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let problems = parse("shop = \n").unwrap_err();
    assert!(problems[0].contains("line 1"), "{problems:?}");
    let error = Config::load(Path::new("/nonexistent/server.toml")).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn problems_are_told_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.toml");
    let said = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let said = Config::load(&file).unwrap_err().to_string();
        said.replace(&format!("{}/", folder.path().display()), "")
    };
    let text = "shop = \"demo\"\nbase_url = \"http://h\"\nadmin = \"127.0.0.1:8080\"\n\n[limits]\nidle = 3\nidle_ms = \"long\"\n\n\
                [checkout.stripe]\napi = 7\n";
    let problems = said(text);
    for line in [
        "server.toml:3: `admin` must not be the address of `listen`",
        "server.toml:6: `limits.idle` is not a key",
        "server.toml:7: `limits.idle_ms` must be a whole number",
        "server.toml:10: `checkout.stripe.api` must be a text",
    ] {
        assert!(problems.contains(line), "{line} is missing in {problems}");
    }
    let syntax = said("shop = \"demo\"\nlisten 7\n");
    assert!(syntax.contains("server.toml:2: "), "{syntax}");
}

#[test]
fn addresses_of_proxies_are_compared_in_one_form() {
    let config = parse("shop = \"demo\"\ntrusted_proxies = [\"::ffff:10.0.0.7\", \"10.0.0.8\"]");
    let proxies = config.unwrap().trusted_proxies;
    assert_eq!(
        proxies,
        ["10.0.0.7", "10.0.0.8"].map(|ip| ip.parse::<IpAddr>().unwrap())
    );
}

/// The keys of a table and those within that name files of secrets, or of what is handed over with them.
fn files(table: &Table, prefix: &str) -> Vec<String> {
    let known = ["keys", "certificate", "key"];
    let found = table.iter().flat_map(|(name, value)| match value {
        toml::Value::Table(table) => files(table, &format!("{prefix}{name}.")),
        _ if name.ends_with("_file") || known.contains(&name.as_str()) => {
            vec![format!("{prefix}{name}")]
        }
        _ => Vec::new(),
    });
    found.collect()
}

#[test]
fn every_file_of_a_secret_may_be_handed_over() {
    let keys = files(&REFERENCE.parse().unwrap(), "");
    assert_eq!(keys.len(), 13, "{keys:?}");
    for key in keys {
        let (table, name) = key.rsplit_once('.').unwrap();
        let config = format!(
            "shop = \"demo\"\nstore = \"s3://bucket\"\n[{table}]\n{name} = \"credential:../shadow\""
        );
        let problems = parse(&config).unwrap_err();
        let is_told = |problem: &String| {
            problem.contains(&format!("`{key}`")) && problem.contains("plain name of a credential")
        };
        assert!(problems.iter().any(is_told), "{key}: {problems:?}");
    }
}
