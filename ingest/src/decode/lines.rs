//! Records as lines (NDJSON), and the `feed` and `end` lines that may enclose them.
//!
//! A feed that announces itself must also end itself, with the right counts; without that it is refused as a whole.

use crate::wire::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where in its container a feed stands.
#[derive(Debug, Default)]
pub(super) struct Container {
    state: State,
    counts: BTreeMap<String, u64>,
    is_delta: bool,
}

#[derive(Debug, Default, PartialEq)]
enum State {
    /// Nothing was read yet.
    #[default]
    Fresh,
    /// The first line was a record: this feed has no container.
    Bare,
    /// Behind a `feed` line.
    Open,
    /// Behind an `end` line.
    Closed,
}

impl Container {
    /// Whether the value is a record; container lines are checked and are none.
    pub(super) fn admit(&mut self, value: &Value) -> Result<bool, String> {
        let kind = value.get("type").and_then(Value::as_str);
        match (&self.state, kind, value) {
            (State::Fresh | State::Closed, Some("feed"), Value::Object(line))
                if line.contains_key("version") =>
            {
                self.is_delta |= begin(line)? == "delta";
                self.state = State::Open;
                self.counts.clear();
                Ok(false)
            }
            (State::Closed, ..) => Err("there is more after the `end` line".to_owned()),
            (State::Open, Some("feed"), Value::Object(line)) if line.contains_key("version") => {
                Err("a second `feed` line comes before the `end` line".to_owned())
            }
            (State::Open, Some("end"), Value::Object(line)) => {
                self.end(line)?;
                self.state = State::Closed;
                Ok(false)
            }
            (State::Fresh, ..) => {
                self.state = State::Bare;
                Ok(true)
            }
            (State::Open, ..) => {
                *self
                    .counts
                    .entry(kind.unwrap_or_default().to_owned())
                    .or_default() += 1;
                Ok(true)
            }
            (State::Bare, ..) => Ok(true),
        }
    }

    /// The text of a line that is surely a record, once that is counted. Of any other line nobody can tell without
    /// parsing it.
    pub(super) fn plain<'l>(&mut self, line: &'l [u8]) -> Option<&'l str> {
        if !matches!(self.state, State::Bare | State::Open) {
            return None;
        }
        let text = std::str::from_utf8(line).ok()?;
        if self.state == State::Open {
            // As we write documents ourselves; a line that says its type later is parsed.
            let rest = text.strip_prefix("{\"type\":\"")?;
            let (kind, _) = rest.split_once('"')?;
            Kind::parse(kind)?;
            match self.counts.get_mut(kind) {
                Some(count) => *count += 1,
                None => {
                    self.counts.insert(kind.to_owned(), 1);
                }
            }
        }
        Some(text)
    }

    /// Whether the feed said that it only brings changes.
    pub(super) fn is_delta(&self) -> bool {
        self.is_delta
    }

    /// Checks that what was begun was ended.
    pub(super) fn close(&self) -> Result<(), String> {
        if self.state == State::Open {
            Err("the `end` line is missing".to_owned())
        } else {
            Ok(())
        }
    }

    fn end(&self, line: &Map<String, Value>) -> Result<(), String> {
        let announced = announced(line)?;
        if announced == self.counts {
            return Ok(());
        }
        Err(format!(
            "the `end` line counts {}, but {} came",
            list(&announced),
            list(&self.counts)
        ))
    }
}

/// Whether a line begins a feed, and if so, whether a full one that this program reads.
pub(super) fn begins_full_feed(value: &Value) -> Option<bool> {
    let line = value.as_object()?;
    let is_feed = line.get("type").and_then(Value::as_str) == Some("feed");
    (is_feed && line.contains_key("version")).then(|| begin(line) == Ok("full"))
}

/// What a line counts that ends a feed.
pub(super) fn counts(value: &Value) -> Option<BTreeMap<String, u64>> {
    let line = value.as_object()?;
    let is_end = line.get("type").and_then(Value::as_str) == Some("end");
    announced(line).ok().filter(|_| is_end)
}

fn announced(line: &Map<String, Value>) -> Result<BTreeMap<String, u64>, String> {
    let Some(Value::Object(counts)) = line.get("counts") else {
        return Err("the `end` line has no `counts`".to_owned());
    };
    let mut announced = BTreeMap::new();
    for (kind, count) in counts {
        let count = count
            .as_u64()
            .ok_or_else(|| format!("the `end` line counts `{count}` of `{kind}`"))?;
        if count > 0 {
            announced.insert(kind.clone(), count);
        }
    }
    Ok(announced)
}

/// The mode of a feed.
fn begin(line: &Map<String, Value>) -> Result<&'static str, String> {
    let field = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
    if field("version") != "1" {
        return Err(format!(
            "the `feed` line has version `{}`; this program reads version `1`",
            field("version")
        ));
    }
    match field("mode") {
        "full" => Ok("full"),
        "delta" => Ok("delta"),
        mode => Err(format!(
            "the `feed` line has mode `{mode}`; there are `full` and `delta`"
        )),
    }
}

fn list(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "nothing".to_owned();
    }
    let name = |kind: &str| {
        if kind.is_empty() {
            "without type".to_owned()
        } else {
            kind.to_owned()
        }
    };
    counts
        .iter()
        .map(|(kind, count)| format!("{count} {}", name(kind)))
        .collect::<Vec<_>>()
        .join(", ")
}
