//! Decode and map of one file, beside the parser that decode stands on; docs/performance.md has the figures.
//!
//! `measure_decode write FORMAT RECORDS FILE` writes a file of records. `measure_decode STEP FORMAT FILE` reads it once
//! and prints the records, the seconds that took, and a checksum. Steps are `bare` (the library alone), `values` (the
//! library, and values of what it says), `decode`, and `map` (decode, and a field map). `measure_decode source CONFIG
//! FILE` reads and maps a file as the first source of a configuration would.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write};
use std::path::Path;
use std::time::Instant;

use frontage_ingest::config::{self, Config};
use frontage_ingest::decode;
use frontage_ingest::fetch::RawPage;
use frontage_ingest::map::Mapper;
use quick_xml::events::Event;
use serde_json::{Map, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

const COLUMNS: [&str; 10] = [
    "id", "name", "brand", "group", "price", "stock", "ean", "colour", "weight", "text",
];
/// Records that are mapped at once, as in a cycle.
const BATCH: usize = 64;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["write", format, records, file] => write(format, records.parse()?, Path::new(file)),
        [step, format, file] => {
            let began = Instant::now();
            let (records, sum) = match *step {
                "bare" => bare(format, Path::new(file))?,
                "values" => values(format, Path::new(file))?,
                "decode" => decoded(&configuration(format)?, Path::new(file), false)?,
                "map" => decoded(&configuration(format)?, Path::new(file), true)?,
                "source" => decoded(&configured(Path::new(format))?, Path::new(file), true)?,
                other => return Err(format!("there is no step `{other}`").into()),
            };
            let seconds = began.elapsed().as_secs_f64();
            let told = serde_json::json!({"records": records, "seconds": seconds, "sum": sum});
            writeln!(std::io::stdout(), "{told}")?;
            Ok(())
        }
        _ => Err("see the head of this program's source".into()),
    }
}

/// The values of a record, in the order of the columns.
fn record(number: u64) -> [String; 10] {
    let words = [
        "round",
        "heavy",
        "hand made",
        "red & white",
        "from oak",
        "for two",
    ];
    let word = |step: u64| {
        let at = usize::try_from((number / step) % 6).unwrap_or(0);
        words[at]
    };
    [
        format!("article-{number}"),
        format!("Stoneware mug no. {number}, {}", word(1)),
        format!("Brand {}", number % 97),
        format!("Kitchen > Mugs > {}", word(6)),
        format!("{},{:02}", number % 900 + 1, number % 100),
        (number % 60).to_string(),
        format!("{:013}", number * 7),
        word(2).to_owned(),
        format!("{}.5", number % 40),
        format!(
            "{} \"as new\", {} and {}.\nDishwasher safe. ",
            word(3),
            word(4),
            word(5)
        )
        .repeat(2),
    ]
}

fn write(format: &str, records: u64, file: &Path) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(file)?);
    match format {
        "csv" => {
            let mut rows = csv::Writer::from_writer(out);
            rows.write_record(COLUMNS)?;
            for number in 0..records {
                rows.write_record(record(number))?;
            }
            rows.flush()?;
        }
        "xml" => {
            out.write_all(b"<?xml version=\"1.0\"?>\n<shop>\n")?;
            for number in 0..records {
                out.write_all(b"<item>")?;
                for (column, value) in COLUMNS.iter().zip(record(number)) {
                    let value = quick_xml::escape::escape(value.as_str());
                    write!(out, "<{column}>{value}</{column}>")?;
                }
                out.write_all(b"</item>\n")?;
            }
            out.write_all(b"</shop>\n")?;
        }
        "json" => {
            out.write_all(b"{\"data\":[\n")?;
            for number in 0..records {
                let names = COLUMNS.iter().map(|column| (*column).to_owned());
                let fields: Map<String, Value> =
                    names.zip(record(number).map(Value::from)).collect();
                serde_json::to_writer(&mut out, &fields)?;
                out.write_all(if number + 1 < records { b",\n" } else { b"\n" })?;
            }
            out.write_all(b"]}\n")?;
        }
        other => return Err(format!("there is no format `{other}`").into()),
    }
    Ok(())
}

/// The library alone, as fast as it can be used.
fn bare(format: &str, file: &Path) -> Outcome<(u64, usize)> {
    let (mut records, mut sum) = (0, 0);
    match format {
        "csv" => {
            let mut reader = csv::Reader::from_reader(File::open(file)?);
            let mut row = csv::StringRecord::new();
            while reader.read_record(&mut row)? {
                records += 1;
                sum += row.as_slice().len();
            }
        }
        "xml" => {
            let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(
                64 << 10,
                File::open(file)?,
            ));
            let mut buffer = Vec::new();
            loop {
                match reader.read_event_into(&mut buffer)? {
                    Event::Start(start) if start.name().as_ref() == "item" => records += 1,
                    Event::Text(text) => sum += text.xml10_content().len(),
                    Event::Eof => break,
                    _ => {}
                }
                buffer.clear();
            }
        }
        _ => return values(format, file),
    }
    Ok((records, sum))
}

/// The library, and a value of each record: what anybody needs who does something with it.
fn values(format: &str, file: &Path) -> Outcome<(u64, usize)> {
    let (mut records, mut sum) = (0, 0);
    match format {
        "csv" => {
            let mut reader = csv::Reader::from_reader(File::open(file)?);
            let names = reader.headers()?.clone();
            let mut row = csv::StringRecord::new();
            while reader.read_record(&mut row)? {
                let names = names.iter().map(str::to_owned);
                let fields: Map<String, Value> = names.zip(row.iter().map(Value::from)).collect();
                records += 1;
                sum += std::hint::black_box(fields).len();
            }
        }
        "xml" => {
            let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(
                64 << 10,
                File::open(file)?,
            ));
            let (mut buffer, mut fields) = (Vec::new(), Map::new());
            let (mut name, mut text) = (String::new(), String::new());
            loop {
                match reader.read_event_into(&mut buffer)? {
                    Event::Start(start) => {
                        start.name().as_ref().clone_into(&mut name);
                        text.clear();
                    }
                    Event::Text(part) => text.push_str(&part.xml10_content()),
                    Event::GeneralRef(entity) => text.push_str(
                        quick_xml::escape::resolve_html5_entity(&entity).unwrap_or_default(),
                    ),
                    Event::End(end) if end.name().as_ref() == "item" => {
                        records += 1;
                        sum += std::hint::black_box(std::mem::take(&mut fields)).len();
                    }
                    Event::End(_) => drop(fields.insert(name.clone(), Value::from(text.as_str()))),
                    Event::Eof => break,
                    _ => {}
                }
                buffer.clear();
            }
        }
        "json" => {
            let mut text = Vec::new();
            File::open(file)?.read_to_end(&mut text)?;
            let all: Value = serde_json::from_slice(&text)?;
            for record in all["data"].as_array().ok_or("no records")? {
                records += 1;
                sum += record.as_object().map_or(0, Map::len);
            }
        }
        other => return Err(format!("there is no format `{other}`").into()),
    }
    Ok((records, sum))
}

/// As a cycle does it, on one thread.
fn decoded(config: &Config, file: &Path, is_mapped: bool) -> Outcome<(u64, usize)> {
    let source = &config.sources[0];
    let pages = [RawPage {
        url: file.display().to_string(),
        bytes: file.metadata()?.len(),
        file: file.to_owned(),
    }];
    let mapper = Mapper::start(source, &config.shop)?;
    let (mut records, mut sum, mut batch) = (0, 0, Vec::with_capacity(BATCH));
    for record in decode::records(&pages, source) {
        let record = record?;
        records += 1;
        if !is_mapped {
            sum += std::hint::black_box(record.value)
                .as_object()
                .map_or(0, Map::len);
            continue;
        }
        batch.push(record);
        if batch.len() == BATCH {
            let mapped = mapper.map(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))?;
            sum += mapped
                .iter()
                .filter(|mapped| mapped.documents.is_ok())
                .count();
        }
    }
    let mapped = mapper.map(batch)?;
    Ok((
        records,
        sum + mapped
            .iter()
            .filter(|mapped| mapped.documents.is_ok())
            .count(),
    ))
}

fn configuration(format: &str) -> Outcome<Config> {
    let records = match format {
        "xml" => "records = \"/shop/item\"",
        "json" => "records = \"/data\"",
        _ => "",
    };
    let text = format!(
        "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\n\
         provides = \"catalog\"\nschedule = \"@daily\"\nurl = \"http://127.0.0.1/\"\nformat = \"{format}\"\n{records}\n\
         [source.x.map]\ntype = '\"product\"'\nid = \".id\"\nname = \".name\"\nbrand = \".brand\"\n\
         description = \".text\"\ngtin = \".ean\"\n\"prices.0.amount\" = '.price | dec(\",\")'\n\
         \"prices.0.currency\" = \"$currency\"\n\"stock.quantity\" = \".stock\"\n"
    );
    Ok(config::from_text(
        &text,
        Path::new("measure.toml"),
        Path::new("/"),
    )?)
}

fn configured(file: &Path) -> Outcome<Config> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let text = std::fs::read_to_string(file)?;
    Ok(config::from_text(&text, file, folder)?)
}
