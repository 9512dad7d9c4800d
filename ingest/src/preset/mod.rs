//! Presets: the settings and the mapping of well-known back ends, so that a merchant only names theirs.
//!
//! The files are those of `config/presets/`, embedded, so that an installation needs none of them.

mod known;

use self::known::PRESETS;
use serde::Serialize;
use std::fmt;
use toml::{Table, Value};

/// One back end that is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// What `preset = "…"` says.
    pub name: &'static str,
    /// What people call the back end.
    pub title: &'static str,
    /// Keys of a source table, as TOML.
    pub text: &'static str,
    /// The mapping: a jq program.
    pub map: &'static str,
    /// Fields that each of its records has, and records of others hardly have together; one of several with `|` between.
    #[serde(skip)]
    pub marks: &'static [&'static str],
}

impl Preset {
    /// Every preset.
    pub fn all() -> &'static [Self] {
        PRESETS
    }

    /// The preset of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The preset for records of this format at this place, if nine of ten have its marks.
    pub fn recognise(
        format: &str,
        place: &str,
        records: &[serde_json::Value],
    ) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| {
            let settings: Table = preset.text.parse().unwrap_or_default();
            let text = |key: &str| {
                settings
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let has_marks = |record: &&serde_json::Value| {
                let has = |mark: &&str| mark.split('|').any(|name| record.get(name).is_some());
                preset.marks.iter().all(has)
            };
            !preset.marks.is_empty()
                && text("format") == format
                && text("records").split('|').any(|known| known == place)
                && !records.is_empty()
                && records.iter().filter(has_marks).count() * 10 >= records.len() * 9
        })
    }

    /// Whether it asks in a way that only an address answers, and no file.
    pub fn needs_address(&self) -> bool {
        const ASKED: [&str; 6] = ["query", "body", "paging", "expand", "headers", "next"];
        let settings: Table = self.text.parse().unwrap_or_default();
        ASKED.iter().any(|key| settings.contains_key(*key))
    }

    /// The names of all presets, for messages.
    pub fn names() -> String {
        let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
        names.join(", ")
    }

    /// A source's table with the preset's keys where it has none of its own; tables are joined key by key.
    ///
    /// The preset's `changes` are left out where the source asks otherwise, or has a mapping of its own.
    ///
    /// # Errors
    ///
    /// The preset's own text is no TOML, which a test rules out.
    pub fn complete(&self, source: &mut Table) -> Result<(), toml::de::Error> {
        let mut preset: Table = self.text.parse()?;
        if !asks_alike(source, &preset) {
            preset.remove("changes");
        }
        join(source, preset);
        Ok(())
    }
}

/// Whether the preset's question for changes fits what the source asks for, and how it reads the answer.
///
/// It takes the place of the body and of some parameters, so a source's own ones would be lost. A parameter that the preset
/// does not have may be a filter, and nobody would tell what does not pass it any more. So it is with a mapping that leaves
/// records out: that is enough in a full feed, but in a feed of changes these stay as they were.
fn asks_alike(own: &Table, preset: &Table) -> bool {
    let query = |table: &Table| table.get("query").and_then(Value::as_table).cloned();
    let changes = preset.get("changes").and_then(Value::as_table);
    let replaced = changes.and_then(query).unwrap_or_default();
    let known = query(preset).unwrap_or_default();
    let is_harmless = |name: &String| known.contains_key(name) && !replaced.contains_key(name);
    let has_own = |key: &str| own.contains_key(key);
    let url = own.get("url").and_then(Value::as_str).unwrap_or_default();
    !["body", "map", "map_file"].into_iter().any(has_own)
        && !url.contains('?')
        && query(own).unwrap_or_default().keys().all(is_harmless)
}

fn join(own: &mut Table, preset: Table) {
    for (key, value) in preset {
        match (own.get_mut(&key), value) {
            (Some(Value::Table(own)), Value::Table(preset)) => join(own, preset),
            (Some(_), _) => {}
            (None, value) => drop(own.insert(key, value)),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n# The mapping, as jq:\n{}", self.text, self.map)
    }
}

/// A preset as a line of a list.
#[derive(Debug, Serialize)]
pub struct PresetLine {
    /// What `preset = "…"` says.
    pub name: &'static str,
    /// What people call the back end.
    pub title: &'static str,
}

impl fmt::Display for PresetLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<30}{}", self.name, self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sources_own_keys_win() {
        let mut source: Table = "next = \"none\"\n[xml]\nnamespaces = \"keep\""
            .parse()
            .unwrap();
        let preset = "next = \"link\"\nformat = \"xml\"\nxml = { lists = [\"a\"] }";
        join(&mut source, preset.parse().unwrap());
        let wanted =
            "next = \"none\"\nformat = \"xml\"\nxml = { lists = [\"a\"], namespaces = \"keep\" }";
        assert_eq!(source, wanted.parse::<Table>().unwrap());
    }

    #[test]
    fn another_question_or_mapping_is_asked_for_everything() {
        let completed = |name: &str, own: &str| {
            let mut source: Table = own.parse().unwrap();
            Preset::find(name).unwrap().complete(&mut source).unwrap();
            source
        };
        for (name, own, asks_for_changes) in [
            ("woocommerce", "query = { per_page = 20 }", true),
            ("woocommerce", "changes = { full = \"@hourly\" }", true),
            ("woocommerce", "query = { status = \"any\" }", false),
            (
                "woocommerce",
                "query = { stock_status = \"instock\" }",
                false,
            ),
            (
                "woocommerce",
                "url = \"http://a.example/?category=5\"",
                false,
            ),
            ("woocommerce", "map_file = \"own.jq\"", false),
            ("erpnext", "query = { filters = \"[]\" }", false),
            ("odoo", "body = \"{}\"", false),
            ("odoo", "map = { type = \"1\" }", false),
            ("magento", "", false),
        ] {
            let source = completed(name, own);
            assert_eq!(
                source.contains_key("changes"),
                asks_for_changes,
                "{name}: {own}"
            );
        }
        let source = completed("woocommerce", "changes = { full = \"@hourly\" }");
        let changes = source["changes"].as_table().unwrap();
        assert_eq!(changes["full"].as_str(), Some("@hourly"));
        assert!(changes.contains_key("query"));
    }

    #[test]
    fn every_preset_is_a_whole_source() {
        for preset in Preset::all() {
            let text = format!(
                "store = \"s\"\nstate = \"i\"\n[shop]\nid = \"a\"\nname = \"A\"\ncurrency = \"EUR\"\n[source.x]\n\
                 provides = \"catalog\"\nschedule = \"@daily\"\nurl = \"http://a.example/\"\npreset = \"{}\"\n",
                preset.name
            );
            let path = std::path::Path::new("/a.toml");
            let config = crate::config::from_text(&text, path, std::path::Path::new("/")).unwrap();
            crate::map::check(&config.sources[0], &config.shop).unwrap();
        }
    }
}
