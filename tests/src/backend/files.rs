//! Real data sets, served as their back ends would.
//!
//! Records stay the text they are in the file; only the few fields that the back end itself needs are read.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::catalogue::Dice;
use crate::catalogue::product::rfc3339;
use crate::catalogue::variant::{Availability, Offer, quantity};

/// The files of the Icecat data set, which become export files one to four.
const ICECAT_FILES: [&str; 4] = ["1.json.gz", "2.json.gz", "3.json.gz", "4.json.gz"];

/// What `--data` accepts, for error messages.
const SUPPORTED: &str = "supported are: a folder with the Icecat files 1.json.gz to 4.json.gz; \
    one .json file holding an array of records; one .ndjson file with a record a line (each may end in .gz)";

/// Why a data set cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The path is not one of the supported shapes.
    #[error("{path} is not a data set that can be served; {SUPPORTED}")]
    Unsupported {
        /// What was given.
        path: PathBuf,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not hold what its name promises.
    #[error("{path} does not hold records as JSON: {source}; {SUPPORTED}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
}

/// Records read from files.
#[derive(Debug)]
pub struct Records {
    records: Vec<Box<RawValue>>,
    /// Where each file's records end.
    ends: Vec<usize>,
    identity: String,
}

/// The fields that the back end reads itself, where a record has them.
#[derive(Debug, Default, Deserialize)]
struct Known {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    price: serde_json::Value,
}

impl Records {
    /// Reads the data set in a folder or file.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let files: Vec<PathBuf> = if path.is_dir() {
            ICECAT_FILES.iter().map(|name| path.join(name)).collect()
        } else {
            vec![path.to_owned()]
        };
        if !files.iter().all(|file| file.is_file()) {
            return Err(DataError::Unsupported {
                path: path.to_owned(),
            });
        }
        let (mut records, mut ends, mut hash) = (Vec::new(), Vec::new(), blake3::Hasher::new());
        for file in files {
            let text = read(&file)?;
            hash.update(text.as_bytes());
            records.extend(parse(&file, &text)?);
            ends.push(records.len());
        }
        let identity = hash.finalize().to_hex()[..16].to_owned();
        Ok(Self {
            records,
            ends,
            identity,
        })
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// How many files the records came from.
    pub(super) fn files(&self) -> usize {
        self.ends.len()
    }

    /// The positions of one file's records, the first file being number one.
    pub(super) fn file(&self, number: usize) -> Option<std::ops::Range<usize>> {
        let end = *self.ends.get(number.checked_sub(1)?)?;
        Some(number.checked_sub(2).map_or(0, |before| self.ends[before])..end)
    }

    /// A record as it stands in the file.
    pub(super) fn as_is(&self, index: usize) -> &str {
        self.records[index].get()
    }

    /// A record with the day on which it is said to have changed last.
    pub(super) fn dated(&self, index: usize) -> String {
        let body = self
            .as_is(index)
            .trim_end()
            .trim_end_matches('}')
            .trim_end();
        let comma = if body.ends_with('{') { "" } else { "," };
        format!(
            "{body}{comma}\"updated_at\":\"{}\"}}",
            self.updated_at(index)
        )
    }

    /// The day on which a record is said to have changed last.
    pub(super) fn updated_at(&self, index: usize) -> String {
        let mut dice = Dice::new(0, "record updated", u64::try_from(index).unwrap_or(0));
        rfc3339(1_793_491_200 - dice.range(0, 700 * 86_400))
    }

    /// What a record is called.
    pub(super) fn name(&self, index: usize) -> String {
        self.known(index).title.unwrap_or_default()
    }

    /// The price of a record, with a quantity that is derived from its position.
    pub(super) fn offer(&self, index: usize) -> Option<(String, Offer)> {
        let known = self.known(index);
        let sku = match known.id {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let cents = known.price.as_i64()?;
        let mut dice = Dice::new(0, "record stock", u64::try_from(index).unwrap_or(0));
        let there = dice.percent(88);
        let quantity = if there { quantity(&mut dice) } else { 0 };
        let availability = if there {
            Availability::InStock
        } else {
            Availability::OutOfStock
        };
        Some((
            sku,
            Offer {
                cents,
                was: None,
                quantity,
                availability,
                available_at: None,
            },
        ))
    }

    fn known(&self, index: usize) -> Known {
        serde_json::from_str(self.as_is(index)).unwrap_or_default()
    }
}

fn read(path: &Path) -> Result<String, DataError> {
    let failed = |source| DataError::Read {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    match path.extension().is_some_and(|extension| extension == "gz") {
        true => flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text),
        false => std::io::BufReader::new(file).read_to_string(&mut text),
    }
    .map_err(failed)?;
    Ok(text)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Box<RawValue>>, DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.trim_end_matches(".gz");
    let records = if name.ends_with(".ndjson") {
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(serde_json::from_str)
            .collect()
    } else if name.ends_with(".json") {
        serde_json::from_str(text)
    } else {
        return Err(DataError::Unsupported {
            path: path.to_owned(),
        });
    };
    records.map_err(|source| DataError::Parse {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(name: &str, text: &str) -> Result<Records, DataError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        let mut file = std::fs::File::create(&path).expect("a file");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("written");
        Records::open(&path)
    }

    #[test]
    fn arrays_and_lines_are_the_same_records() {
        let array = records("a.json", r#"[{"id":"1","price":995},{"id":2}]"#).expect("an array");
        let lines =
            records("a.ndjson", "{\"id\":\"1\",\"price\":995}\n\n{\"id\":2}\n").expect("lines");
        for both in [&array, &lines] {
            assert_eq!((both.len(), both.files(), both.file(1)), (2, 1, Some(0..2)));
            assert_eq!(
                both.offer(0).map(|(sku, offer)| (sku, offer.cents)),
                Some(("1".to_owned(), 995))
            );
            assert_eq!(both.offer(1), None);
            let dated: serde_json::Value = serde_json::from_str(&both.dated(1)).expect("JSON");
            assert_eq!(dated["id"], 2);
            assert!(dated["updated_at"].is_string());
        }
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let error = records("a.csv", "id,price")
            .expect_err("not supported")
            .to_string();
        assert!(
            error.contains("a.csv") && error.contains("1.json.gz"),
            "{error}"
        );
        let error = records("a.json", "{").expect_err("not JSON").to_string();
        assert!(error.contains("a.json"), "{error}");
    }
}
