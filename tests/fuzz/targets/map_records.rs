//! Any bytes as a page of a merchant's feed: decoding and mapping must end with documents or a refusal.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;

use frontage_ingest::config::{self, Config};
use frontage_ingest::decode;
use frontage_ingest::fetch::RawPage;
use frontage_ingest::map::Mapper;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// Plain paths, which run without a thread, and everything that turns values into documents' values.
const CONFIG: &str = r#"
store = "store"
state = "state"
[shop]
id = "s"
name = "S"
currency = "EUR"
[source.array]
provides = "catalog"
schedule = "@daily"
url = "http://shop.example/"
format = "json"
records = "/data"
[source.array.map]
type = '"product"'
id = ".id"
name = ".names[0].text"
"seo.title" = ".a.b"
[source.lines]
provides = "catalog"
schedule = "@daily"
url = "http://shop.example/"
format = "ndjson"
"#;

fuzz_target!(|data: &[u8]| {
    static STATE: OnceLock<(Config, TempDir)> = OnceLock::new();
    let (config, folder) = STATE.get_or_init(|| {
        let config = config::from_text(CONFIG, Path::new("fuzz.toml"), Path::new("/"))
            .expect("the configuration is right");
        (config, TempDir::new().expect("a folder"))
    });
    let file = folder.path().join("page");
    std::fs::write(&file, data).expect("a file");
    let page = RawPage {
        url: "http://shop.example/".to_owned(),
        file,
        bytes: data.len() as u64,
    };
    for source in &config.sources {
        let mapper = Mapper::start(source, &config.shop).expect("the mapping is right");
        for record in decode::records(&[page.clone()], source) {
            let Ok(record) = record else { break };
            mapper.map(vec![record]).expect("plain paths need no thread");
        }
    }
});
