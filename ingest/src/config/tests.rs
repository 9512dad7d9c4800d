//! The shipped reference is true, and mistakes are all named at once.

use super::*;
use std::path::Path;
use std::time::Duration;

const REFERENCE: &str = include_str!("../../../config/ingest.toml");

fn read(text: &str) -> Result<Config, ConfigError> {
    from_text(text, Path::new("ingest.toml"), Path::new("/etc/frontage"))
}

/// The reference with the keys it shows as comments set: the defaults, or also the examples.
fn uncommented(with_examples: bool) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase()) => {
            match key.strip_suffix("# example") {
                Some(example) if with_examples => example.to_owned(),
                Some(_) => line.to_owned(),
                None => key.to_owned(),
            }
        }
        _ => line.to_owned(),
    };
    REFERENCE.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_reference_states_true_defaults() {
    let as_shipped = format!("{:?}", read(REFERENCE).unwrap());
    let with_defaults = format!("{:?}", read(&uncommented(false)).unwrap());
    assert_eq!(as_shipped, with_defaults);
}

#[test]
fn the_reference_names_every_key() {
    let text = uncommented(true);
    for table in [
        "shop",
        "source.products",
        "source.products.contract",
        "source.products.guard",
        "source.products.csv",
        "source.products.xml",
        "guard",
        "retention",
        "recordings",
        "store_options",
        "facets",
        "desk",
        "orders",
        "webhook.automation",
        "indexnow",
    ] {
        let broken = REFERENCE.replace(
            &format!("\n[{table}]\n"),
            &format!("\n[{table}]\nno_such_key = 1\n"),
        );
        let error = read(&broken).unwrap_err().to_string();
        let (_, known) = error
            .split_once("`no_such_key`, expected ")
            .unwrap_or_else(|| panic!("{table}: {error}"));
        let known = known.lines().next().unwrap();
        let names: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert!(names.len() > 1, "{error}");
        for name in names.into_iter().filter(|name| {
            !matches!(
                *name,
                "map" | "csv" | "xml" | "vars" | "contract" | "fields" | "guard"
            )
        }) {
            assert!(
                text.lines()
                    .any(|line| line.starts_with(&format!("{name} = "))),
                "`{name}` of [{table}] is not listed"
            );
        }
    }
    for table in [
        "source.products.map",
        "source.products.vars",
        "source.products.contract",
        "source.products.contract.fields",
        "source.products.guard",
        "orders.vars",
    ] {
        assert!(text.contains(&format!("[{table}]")));
    }
}

#[test]
fn the_reference_says_what_it_means() {
    let config = read(REFERENCE).unwrap();
    assert_eq!(config.shop.currency.code(), "EUR");
    let products = config.source("products").unwrap();
    assert_eq!(
        (
            products.provides,
            products.decoding.format,
            products.request.next.clone()
        ),
        (Provides::Catalog, Format::Json, Next::None)
    );
    assert_eq!(products.request.timeout, Duration::from_secs(30));
    assert!(matches!(&products.mapping, Mapping::Fields(fields) if fields["id"] == ".id"));
    assert_eq!(products.guard, config.guard);
    assert_eq!(config.retention.min_age, Duration::from_secs(86_400));
    crate::map::check(products, &config.shop).unwrap();
}

const SHOP: &str =
    "store = \"store\"\nstate = \"state\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n";
const SOURCE: &str = "[source.x]\nprovides = \"offers\"\nurl = \"https://shop.example/stock\"\nschedule = \"*/5 * * * *\"\n";

#[test]
fn paths_start_from_the_file_and_guards_are_inherited() {
    let config = read(&format!(
        "{SHOP}[guard]\nmax_removed_percent = 30\n{SOURCE}[source.x.guard]\nmax_invalid_percent = 1"
    ))
    .unwrap();
    let store = |config: &Config| config.store.as_folder().map(Path::to_owned);
    assert_eq!(store(&config).unwrap(), Path::new("/etc/frontage/store"));
    assert_eq!(config.state, Path::new("/etc/frontage/state"));
    let guard = config.sources[0].guard;
    assert_eq!(
        guard,
        Guard {
            max_removed_percent: 30.0,
            max_zero_price_percent: 5.0,
            max_invalid_percent: 1.0,
            ..config.guard
        }
    );
    assert_eq!(config.sources[0].schedule.to_string(), "0 */5 * * * *");
    let config =
        read(&format!("{SHOP}{SOURCE}").replace("\"store\"", "\"file:///srv/a%20b\"")).unwrap();
    assert_eq!(store(&config).unwrap(), Path::new("/srv/a b"));
}

#[test]
fn all_problems_are_named_at_once() {
    let text = "store = \"ftp://bucket\"\nlease_ms = 1\nsotre = 1\n[store_options]\nregio = \"x\"\n[shop]\nid = \"My Shop\"\nname = \" \"\ncurrency = \"EURO\"\nlocale = \"english!\"\n\
                time_zone = \"Berlin\"\ncountry = \"Germany\"\nemail = \"nobody\"\n[guard]\nmax_removed_percent = 200\n[retention]\n\
                generations = 0\n[facets]\nmax_values = 0\n[source.\"A b\"]\nprovides = \"both\"\nurl = \"ftp://shop.example/\"\n\
                schedule = \"61 * * * *\"\nformat = \"xls\"\nrecords = \"data\"\nnext = \"page\"\ntimeout_ms = 0\nmax_pages = 0\n\
                max_depth = 500\nretries = 99\nmap_file = \"missing.jq\"\nheaders = { \"bad name\" = \"x\", Host = \"y\", X = \"a\\nb\" }\n\
                [source.\"A b\".map]\ntype = '\"page\"'\n[source.\"A b\".vars]\ncurrency = \"USD\"\n\"a-b\" = 1\n[source.\"A b\".guard]\n\
                max_invalid_percent = -1\n[source.y]\nurl = 7";
    let error = read(text).unwrap_err();
    let found: Vec<&str> = error
        .problems()
        .iter()
        .map(|problem| problem.key.as_str())
        .collect();
    for key in [
        "store_options.regio",
        "lease_ms",
        "state",
        "sotre",
        "shop.id",
        "shop.name",
        "shop.currency",
        "shop.locale",
        "shop.time_zone",
        "shop.country",
        "shop.email",
        "guard.max_removed_percent",
        "retention.generations",
        "facets.max_values",
        "source.A b.provides",
        "source.A b.url",
        "source.A b.schedule",
        "source.A b.format",
        "source.A b.records",
        "source.A b.next",
        "source.A b.timeout_ms",
        "source.A b.max_pages",
        "source.A b.max_depth",
        "source.A b.retries",
        "source.A b.map_file",
        "source.A b.headers.bad name",
        "source.A b.headers.Host",
        "source.A b.headers.X",
        "source.A b.vars.currency",
        "source.A b.vars.a-b",
        "source.A b.guard.max_invalid_percent",
        "source.y.url",
    ] {
        assert!(found.contains(&key), "`{key}` is missing in {found:?}");
    }
    let text = error.to_string();
    assert!(
        text.contains(
            "ingest.toml:21: source.A b.provides: expected \"catalog\" or \"offers\" or \"terms\" or \"orders\" (got `both`)"
        ),
        "{text}"
    );
    assert!(text.contains("ingest.toml has "), "{text}");
}

#[test]
fn each_mistake_alone_is_one_problem() {
    for (broken, key) in [
        (format!("{SHOP}{SOURCE}colour = 1"), "source.x.colour"),
        (
            format!("{SHOP}{SOURCE}records = \"/a\"\nformat = \"ndjson\""),
            "source.x.records",
        ),
        (
            format!("{SHOP}{SOURCE}map_file = \"missing.jq\""),
            "source.x.map_file",
        ),
        (format!("{SHOP}{SOURCE}[source.x.map]"), "source.x.map"),
        (SHOP.to_owned(), "source"),
        (
            format!("{SHOP}{SOURCE}").replace("EUR", "eur"),
            "shop.currency",
        ),
        (
            format!("{SHOP}{SOURCE}").replace("*/5 * * * *", "0 0 30 2 *"),
            "source.x.schedule",
        ),
        (
            format!("{SHOP}{SOURCE}").replace(
                "https://shop.example/stock",
                "https://shop.example/stock#top",
            ),
            "source.x.url",
        ),
        (
            format!("{SHOP}{SOURCE}").replace("\"store\"", "\"\""),
            "store",
        ),
    ] {
        let error = read(&broken).unwrap_err();
        let keys: Vec<&str> = error
            .problems()
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        assert_eq!(keys, [key], "{error}");
    }
    assert!(matches!(read("store = "), Err(ConfigError::Syntax { .. })));
    assert!(matches!(
        load(Path::new("/no/such/file.toml")),
        Err(ConfigError::Read { .. })
    ));
}

#[test]
fn programs_are_read_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.jq"), ".").unwrap();
    let path = folder.path().join("ingest.toml");
    std::fs::write(&path, format!("{SHOP}{SOURCE}map_file = \"x.jq\"")).unwrap();
    let config = load(&path).unwrap();
    assert!(matches!(&config.sources[0].mapping, Mapping::Program { text, .. } if text == "."));
}

#[test]
fn every_file_of_a_secret_may_be_handed_over() {
    let base = format!("{SHOP}{SOURCE}").replace("\"store\"", "\"s3://bucket\"");
    let secret = "{ file = \"credential:../shadow\" }";
    let orders = "[orders]\nurl = \"https://shop.example/orders\"";
    let hook = "[webhook.x]\nurl = \"https://shop.example/in\"";
    for (keys, key) in [
        (
            format!("headers = {{ X = {secret} }}"),
            "source.x.headers.X",
        ),
        (
            format!("auth = {{ kind = \"bearer\", token = {secret} }}"),
            "source.x.auth.token",
        ),
        (format!("proxy = {secret}"), "source.x.proxy"),
        ("ca_file = FILE".to_owned(), "source.x.ca_file"),
        (
            format!("{orders}\nheaders = {{ X = {secret} }}"),
            "orders.headers.X",
        ),
        (format!("{orders}\nca_file = FILE"), "orders.ca_file"),
        (
            format!("{orders}\nmail = {{ smtp = {secret}, from = \"a@b.example\" }}"),
            "orders.mail.smtp",
        ),
        (format!("{hook}\nsecret = {secret}"), "webhook.x.secret"),
        ("[desk]\ntoken_file = FILE".to_owned(), "desk.token_file"),
        (
            "[desk]\npoke_token_file = FILE".to_owned(),
            "desk.poke_token_file",
        ),
        (
            "[store_options]\naccess_key_id_file = FILE".to_owned(),
            "store_options.access_key_id_file",
        ),
        (
            "[store_options]\nsecret_key_file = FILE".to_owned(),
            "store_options.secret_key_file",
        ),
        (
            "[store_options]\nservice_account_file = FILE".to_owned(),
            "store_options.service_account_file",
        ),
        (
            "[store_options]\nca_file = FILE".to_owned(),
            "store_options.ca_file",
        ),
    ] {
        let keys = keys.replace("FILE", "\"credential:../shadow\"");
        let error = read(&format!("{base}{keys}")).unwrap_err();
        let told = error.problems().iter().find(|problem| {
            problem.key == key && problem.rule.contains("plain name of a credential")
        });
        assert!(told.is_some(), "{key}: {error}");
    }
}
