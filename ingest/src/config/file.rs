//! The configuration file as it is spelt, key by key, with every default.
//!
//! A key that is not here is refused. Times and sizes carry their unit in the name.

use super::contract::ContractTable;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopTable {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) currency: String,
    #[serde(default = "english")]
    pub(super) locale: String,
    #[serde(default)]
    pub(super) locales: Vec<String>,
    #[serde(default)]
    pub(super) currencies: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) translations: BTreeMap<String, ShopTranslationTable>,
    #[serde(default = "utc")]
    pub(super) time_zone: String,
    pub(super) country: Option<String>,
    pub(super) tagline: Option<String>,
    pub(super) description: Option<String>,
    pub(super) email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShopTranslationTable {
    pub(super) tagline: Option<String>,
    pub(super) description: Option<String>,
}

fn english() -> String {
    "en".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) provides: String,
    pub(super) url: String,
    #[serde(default = "all")]
    pub(super) pick: String,
    #[serde(default = "settle_ms")]
    pub(super) settle_ms: u64,
    pub(super) schedule: String,
    #[serde(default)]
    pub(super) jitter_ms: u64,
    #[serde(default)]
    pub(super) blackout: Vec<String>,
    #[serde(default = "once")]
    pub(super) missed: String,
    #[serde(default = "json")]
    pub(super) format: String,
    #[serde(default)]
    pub(super) records: String,
    pub(super) encoding: Option<String>,
    #[serde(default = "auto")]
    pub(super) packed: String,
    #[serde(default = "everything")]
    pub(super) entries: String,
    #[serde(default)]
    pub(super) csv: CsvTable,
    #[serde(default)]
    pub(super) xml: XmlTable,
    #[serde(default = "none")]
    pub(super) next: String,
    pub(super) query: Option<toml::Table>,
    pub(super) body: Option<String>,
    pub(super) paging: Option<PagingTable>,
    pub(super) error_at: Option<String>,
    pub(super) changes: Option<ChangesTable>,
    pub(super) expand: Option<ExpandTable>,
    pub(super) accept_language: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, toml::Value>,
    pub(super) auth: Option<toml::Value>,
    pub(super) throttle: Option<ThrottleTable>,
    pub(super) proxy: Option<toml::Value>,
    pub(super) ca_file: Option<String>,
    #[serde(default = "timeout_ms")]
    pub(super) timeout_ms: u64,
    #[serde(default = "stall_timeout_ms")]
    pub(super) stall_timeout_ms: u64,
    #[serde(default = "deadline_ms")]
    pub(super) deadline_ms: u64,
    #[serde(default = "retries")]
    pub(super) retries: u32,
    #[serde(default = "max_pages")]
    pub(super) max_pages: u32,
    #[serde(default = "max_page_bytes")]
    pub(super) max_page_bytes: u64,
    #[serde(default = "max_run_bytes")]
    pub(super) max_run_bytes: u64,
    #[serde(default = "max_wire_bytes")]
    pub(super) max_wire_bytes: u64,
    #[serde(default = "max_records")]
    pub(super) max_records: u64,
    #[serde(default = "max_record_bytes")]
    pub(super) max_record_bytes: u64,
    #[serde(default = "max_depth")]
    pub(super) max_depth: u64,
    #[serde(default = "max_ratio")]
    pub(super) max_ratio: u64,
    #[serde(default = "map_timeout_ms")]
    pub(super) map_timeout_ms: u64,
    #[serde(default = "max_documents")]
    pub(super) max_documents: u64,
    #[expect(
        dead_code,
        reason = "read before the table is, and named here so that it is a known key"
    )]
    pub(super) preset: Option<String>,
    pub(super) map_file: Option<String>,
    pub(super) map: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) vars: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(super) contract: ContractTable,
    #[serde(default)]
    pub(super) guard: GuardTable,
    #[serde(default)]
    pub(super) duplicates: Option<String>,
    #[serde(default)]
    pub(super) grace: u32,
    #[serde(default)]
    pub(super) keep_last_good: bool,
    #[serde(default)]
    pub(super) priority: i64,
    #[serde(default)]
    pub(super) owns: Vec<String>,
}

fn all() -> String {
    "all".to_owned()
}

fn settle_ms() -> u64 {
    1_000
}

fn once() -> String {
    "once".to_owned()
}

fn json() -> String {
    "json".to_owned()
}

fn auto() -> String {
    "auto".to_owned()
}

fn everything() -> String {
    "*".to_owned()
}

fn none() -> String {
    "none".to_owned()
}

fn timeout_ms() -> u64 {
    30_000
}

fn stall_timeout_ms() -> u64 {
    15_000
}

fn deadline_ms() -> u64 {
    1_800_000
}

fn retries() -> u32 {
    4
}

fn max_pages() -> u32 {
    10_000
}

fn max_page_bytes() -> u64 {
    1 << 30
}

fn max_run_bytes() -> u64 {
    8 << 30
}

fn max_wire_bytes() -> u64 {
    2 << 30
}

fn max_records() -> u64 {
    5_000_000
}

fn max_record_bytes() -> u64 {
    4 << 20
}

fn max_depth() -> u64 {
    64
}

fn max_ratio() -> u64 {
    250
}

fn map_timeout_ms() -> u64 {
    5_000
}

fn max_documents() -> u64 {
    10_000
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CsvTable {
    pub(super) separator: Option<String>,
    pub(super) quote: Option<String>,
    pub(super) escape: Option<String>,
    pub(super) columns: Option<Vec<String>>,
    pub(super) skip_lines: u64,
    pub(super) trim: Option<bool>,
    pub(super) ragged: Option<String>,
    pub(super) fill_down: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PagingTable {
    pub(super) kind: String,
    pub(super) first: Option<u64>,
    #[serde(default = "page_size")]
    pub(super) size: u64,
    pub(super) total_at: Option<String>,
    pub(super) at: Option<String>,
    pub(super) more_at: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpandTable {
    pub(super) url: String,
    #[serde(default)]
    pub(super) when: toml::Table,
    #[serde(default)]
    pub(super) records: String,
    #[serde(default = "none")]
    pub(super) next: String,
    pub(super) into: String,
    #[serde(default = "at_once")]
    pub(super) at_once: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangesTable {
    pub(super) query: Option<toml::Table>,
    pub(super) body: Option<String>,
    #[serde(default = "rfc3339")]
    pub(super) format: String,
    pub(super) time_zone: Option<String>,
    #[serde(default = "overlap_ms")]
    pub(super) overlap_ms: u64,
    #[serde(default = "daily")]
    pub(super) full: String,
}

fn rfc3339() -> String {
    "rfc3339".to_owned()
}

fn overlap_ms() -> u64 {
    600_000
}

fn daily() -> String {
    "@daily".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThrottleTable {
    pub(super) max_per_second: Option<f64>,
    pub(super) connections: Option<usize>,
    pub(super) remaining_header: Option<String>,
    pub(super) reset_header: Option<String>,
    #[serde(default = "seconds")]
    pub(super) reset_unit: String,
    pub(super) used_header: Option<String>,
    #[serde(default = "one")]
    pub(super) keep_free: u64,
}

fn seconds() -> String {
    "s".to_owned()
}

fn one() -> u64 {
    1
}

fn at_once() -> usize {
    4
}

fn page_size() -> u64 {
    100
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct XmlTable {
    pub(super) namespaces: Option<String>,
    pub(super) lists: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardTable {
    pub(super) max_removed_percent: Option<f64>,
    pub(super) max_zero_price_percent: Option<f64>,
    pub(super) max_median_price_shift_percent: Option<f64>,
    pub(super) max_invalid_percent: Option<f64>,
    pub(super) max_category_removed_percent: Option<f64>,
    pub(super) min_category_products: Option<u64>,
    pub(super) max_new_invalid_percent: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetentionTable {
    pub(super) generations: u32,
    pub(super) min_age_hours: u64,
    pub(super) manifest_days: u64,
}

impl Default for RetentionTable {
    fn default() -> Self {
        Self {
            generations: 10,
            min_age_hours: 24,
            manifest_days: 90,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RecordingsTable {
    pub(super) runs: usize,
    pub(super) max_bytes: u64,
}

impl Default for RecordingsTable {
    fn default() -> Self {
        Self {
            runs: 5,
            max_bytes: 512 << 20,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BudgetTable {
    pub(super) memory_bytes: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FacetsTable {
    pub(super) max_values: u32,
    pub(super) attributes: Option<Vec<String>>,
}

impl Default for FacetsTable {
    fn default() -> Self {
        Self {
            max_values: 100,
            attributes: None,
        }
    }
}
