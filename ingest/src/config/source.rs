//! The checks of one `[source.NAME]` table.
//!
//! Every rule is tried even after another has failed, so that one pass finds all problems of a source.

use super::auth::Credentials;
use super::file::{GuardTable, SourceTable};
use super::load::{Check, NAME_RULE, is_locale, is_name, short};
use super::login::Take;
use super::settings::{
    Duplicates, Guard, Keeping, Mapping, Missed, Provides, Request, Source, SourceLimits,
};
use crate::calendar::{self, Blackout};
use crate::cron_text;
use crate::ownership::Say;
use crate::preset::Preset;
use crate::schema;
use crate::wire::Kind;
use std::collections::BTreeMap;
use std::time::Duration;
use toml::Value;
use url::Url;

impl Check<'_> {
    pub(super) fn sources(
        &mut self,
        value: Option<Value>,
        budgets: (Guard, f64),
    ) -> Option<Vec<Source>> {
        let tables = match value {
            Some(Value::Table(tables)) if !tables.is_empty() => tables,
            Some(other) if !other.is_table() => {
                self.problem(
                    "source",
                    "expected tables such as [source.products]",
                    short(&other),
                );
                return None;
            }
            _ => {
                self.problem(
                    "source",
                    "missing: at least one table such as [source.products]",
                    "",
                );
                return None;
            }
        };
        let before = self.problems.len();
        let sources = tables
            .into_iter()
            .filter_map(|(name, value)| self.source(name, value, budgets))
            .collect();
        (self.problems.len() == before).then_some(sources)
    }

    fn source(&mut self, name: String, mut value: Value, budgets: (Guard, f64)) -> Option<Source> {
        let key = format!("source.{name}");
        if !is_name(&name) {
            self.problem(&key, NAME_RULE, &name);
        }
        let preset = self.preset(&key, &mut value)?;
        let table = self.table::<SourceTable>(&key, Some(value))?;
        let provides = self.one_of(
            &format!("{key}.provides"),
            &table.provides,
            &[
                ("catalog", Provides::Catalog),
                ("offers", Provides::Offers),
                ("terms", Provides::Terms),
                ("orders", Provides::Orders),
            ],
        );
        let schedule = match cron_text::parse(&table.schedule) {
            Ok(schedule) => Some(schedule),
            Err(error) => {
                self.problem(format!("{key}.schedule"), error, &table.schedule);
                None
            }
        };
        let decoding = self.decoding(&key, &table);
        let (blackouts, missed) = self.waiting(&key, &table);
        let request = self.request(&key, &table);
        let limits = self.limits(&key, &table);
        let (guard, new_invalid) = self.budgets(&key, table.guard, budgets);
        let mapping = self.mapping(&key, table.map_file, table.map, preset);
        let duplicates = self.one_of(
            &format!("{key}.duplicates"),
            table.duplicates.as_deref().unwrap_or("refuse"),
            &[("refuse", Duplicates::Refuse), ("first", Duplicates::First)],
        );
        let keeping = Keeping {
            grace: table.grace,
            last_good: table.keep_last_good,
        };
        let contract = self.contract(&format!("{key}.contract"), table.contract);
        let vars = self.vars(&key, table.vars);
        let say = Say {
            priority: table.priority,
            owns: table.owns,
        };
        self.check_owned(&key, &say.owns);
        Some(Source {
            name,
            provides: provides?,
            request: request?,
            schedule: schedule?,
            jitter: Duration::from_millis(table.jitter_ms),
            blackouts: blackouts?,
            missed: missed?,
            decoding: decoding?,
            limits: limits?,
            mapping: mapping?,
            vars,
            contract: contract?,
            guard: guard?,
            max_new_invalid_percent: new_invalid?,
            duplicates: duplicates?,
            keeping,
            say,
        })
    }

    /// The preset that a source names, after its keys were added to the source's own; `None` when it is no preset.
    fn preset(&mut self, key: &str, value: &mut Value) -> Option<Option<&'static Preset>> {
        let Some(table) = value.as_table_mut() else {
            return Some(None);
        };
        // Another type than a text is told where the table is read.
        let Some(name) = table.get("preset").and_then(Value::as_str) else {
            return Some(None);
        };
        let name = name.to_owned();
        let key = format!("{key}.preset");
        let Some(preset) = Preset::find(&name) else {
            let known = format!("expected one of {}", Preset::names());
            self.problem(key, known, name);
            return None;
        };
        if let Err(error) = preset.complete(table) {
            self.problem(key, error.message(), name);
            return None;
        }
        Some(Some(preset))
    }

    /// When what the source brings is held.
    fn budgets(
        &mut self,
        key: &str,
        table: GuardTable,
        (guard, new_invalid): (Guard, f64),
    ) -> (Option<Guard>, Option<f64>) {
        let key = format!("{key}.guard");
        let new_invalid = self.new_invalid(&key, table.max_new_invalid_percent, new_invalid);
        (self.guard(&key, table, guard), new_invalid)
    }

    /// When a source is not polled, and what becomes of runs that were due then.
    fn waiting(
        &mut self,
        key: &str,
        table: &SourceTable,
    ) -> (Option<Vec<Blackout>>, Option<Missed>) {
        let before = self.problems.len();
        let mut blackouts = Vec::new();
        for text in &table.blackout {
            match text.parse() {
                Ok(blackout) => blackouts.push(blackout),
                Err(error) => self.problem(format!("{key}.blackout"), error, text),
            }
        }
        let start = chrono::DateTime::UNIX_EPOCH;
        if calendar::after_blackouts(&blackouts, chrono_tz::Tz::UTC, start).is_none() {
            self.problem(
                format!("{key}.blackout"),
                "leaves no minute of the week to poll in",
                table.blackout.join(", "),
            );
        }
        let missed = self.one_of(
            &format!("{key}.missed"),
            &table.missed,
            &[("once", Missed::Once), ("skip", Missed::Skip)],
        );
        ((self.problems.len() == before).then_some(blackouts), missed)
    }

    fn request(&mut self, key: &str, table: &SourceTable) -> Option<Request> {
        let url = Url::parse(&table.url).ok().filter(|url| {
            let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
            (is_web || url.scheme() == "file") && url.fragment().is_none()
        });
        if url.is_none() {
            self.problem(
                format!("{key}.url"),
                "expected an http, https or file URL without a fragment",
                &table.url,
            );
        }
        let files = url.as_ref().and_then(|url| self.files(key, table, url));
        let next = self.next(&format!("{key}.next"), &table.next);
        let expand = self.expand(key, table);
        let changes = self.changes(key, table);
        let throttle = self.throttle(key, table.throttle.as_ref());
        let transport = self.transport(key, table.proxy.as_ref(), table.ca_file.as_deref());
        let query = self.query(&format!("{key}.query"), table.query.as_ref());
        let paging = self.paging(key, table);
        self.pointer(&format!("{key}.error_at"), table.error_at.as_deref());
        let (headers, auth) = self.credentials(key, &table.headers, table.auth.clone());
        if let (Some(url), Some(auth)) = (&url, &auth) {
            self.check_login(key, url, auth, &headers);
        }
        if let Some(language) = &table.accept_language {
            self.header(
                &format!("{key}.accept_language"),
                "accept-language",
                language,
            );
        }
        let timeout = self.duration(&format!("{key}.timeout_ms"), table.timeout_ms);
        let stall_timeout =
            self.duration(&format!("{key}.stall_timeout_ms"), table.stall_timeout_ms);
        let deadline = self.duration(&format!("{key}.deadline_ms"), table.deadline_ms);
        if table.retries > 20 {
            self.problem(
                format!("{key}.retries"),
                "expected at most 20",
                table.retries,
            );
        }
        let auth = auth?;
        Some(Request {
            url: url?,
            files: files?,
            next: next?,
            query,
            body: table.body.clone(),
            paging: paging?,
            expand: expand?,
            changes: changes?,
            error_at: table.error_at.clone(),
            secret_query: auth.query,
            login: auth.login,
            throttle: throttle?,
            transport: transport?,
            accept_language: table.accept_language.clone(),
            headers,
            timeout: timeout?,
            stall_timeout: stall_timeout?,
            deadline: deadline?,
            retries: table.retries,
        })
    }

    /// The headers of requests, with the one that lets them in, and what else does.
    pub(super) fn credentials(
        &mut self,
        key: &str,
        configured: &BTreeMap<String, Value>,
        auth: Option<Value>,
    ) -> (BTreeMap<String, String>, Option<Credentials>) {
        let mut headers = BTreeMap::new();
        for (name, value) in configured {
            let key = format!("{key}.headers.{name}");
            if let Some(value) = self.secret_text(&key, value) {
                self.header(&key, name, &value);
                headers.insert(name.clone(), value);
            }
        }
        let auth = self.auth(&format!("{key}.auth"), auth);
        if let Some((name, value)) = auth.as_ref().and_then(|auth| auth.header.as_ref()) {
            let key = format!("{key}.auth");
            self.header(&key, name, value);
            let is_taken = headers.keys().any(|known| known.eq_ignore_ascii_case(name));
            if is_taken {
                self.problem(key, "this header stands in `headers` already", name);
            }
            headers.insert(name.clone(), value.clone());
        }
        (headers, auth)
    }

    /// What a login gives is sent to the source's origin, so it has to come from there, or to be meant for others.
    pub(super) fn check_login(
        &mut self,
        key: &str,
        url: &Url,
        auth: &Credentials,
        headers: &BTreeMap<String, String>,
    ) {
        let key = format!("{key}.auth");
        let header = match auth.login.as_ref().map(|login| (&login.take, &login.url)) {
            None => return,
            Some((Take::Token { header, .. }, _)) => header,
            Some((Take::Cookies, login)) => {
                if login.origin() != url.origin() {
                    let rule = "cookies go to the origin that sets them; expected an address there";
                    self.problem(format!("{key}.url"), rule, login);
                }
                "cookie"
            }
        };
        self.header(&key, header, "");
        if headers
            .keys()
            .any(|known| known.eq_ignore_ascii_case(header))
        {
            self.problem(key, "this header stands in `headers` already", header);
        }
    }

    fn header(&mut self, key: &str, name: &str, value: &str) {
        const OURS: [&str; 9] = [
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "accept-encoding",
            "range",
            "if-none-match",
            "if-modified-since",
        ];
        let is_name = self.header_name(key, name).is_some();
        if is_name && OURS.contains(&name.to_ascii_lowercase().as_str()) {
            self.problem(key, "this header is set by the program itself", name);
        }
        // A header may carry a secret: the value is never repeated.
        if reqwest::header::HeaderValue::from_str(value).is_err() {
            self.problem(
                key,
                "the value has characters that no HTTP header may have",
                "",
            );
        }
    }

    fn limits(&mut self, key: &str, table: &SourceTable) -> Option<SourceLimits> {
        let mut least = |name: &str, value: u64| self.at_least(&format!("{key}.{name}"), value, 1);
        let max_pages = least("max_pages", u64::from(table.max_pages));
        let max_page_bytes = least("max_page_bytes", table.max_page_bytes);
        let max_run_bytes = least("max_run_bytes", table.max_run_bytes);
        let max_wire_bytes = least("max_wire_bytes", table.max_wire_bytes);
        let max_records = least("max_records", table.max_records);
        let max_record_bytes = least("max_record_bytes", table.max_record_bytes);
        let max_documents = least("max_documents", table.max_documents);
        let max_ratio = least("max_ratio", table.max_ratio);
        let map_timeout = self.duration(&format!("{key}.map_timeout_ms"), table.map_timeout_ms);
        if !(1..=120).contains(&table.max_depth) {
            self.problem(
                format!("{key}.max_depth"),
                "expected a number from 1 to 120",
                table.max_depth,
            );
        }
        max_pages?;
        Some(SourceLimits {
            max_pages: table.max_pages,
            max_page_bytes: max_page_bytes?,
            max_run_bytes: max_run_bytes?,
            max_wire_bytes: max_wire_bytes?,
            max_records: max_records?,
            max_record_bytes: usize::try_from(max_record_bytes?).ok()?,
            max_depth: usize::try_from(table.max_depth).ok()?,
            max_ratio: max_ratio?,
            map_timeout: map_timeout?,
            max_documents: usize::try_from(max_documents?).ok()?,
        })
    }

    pub(super) fn mapping(
        &mut self,
        key: &str,
        file: Option<String>,
        fields: Option<BTreeMap<String, String>>,
        preset: Option<&Preset>,
    ) -> Option<Mapping> {
        match (file, fields) {
            (None, None) => Some(preset.map_or(Mapping::None, |preset| Mapping::Program {
                path: format!("preset {}", preset.name).into(),
                text: preset.map.to_owned(),
            })),
            (Some(file), Some(_)) => {
                self.problem(
                    format!("{key}.map_file"),
                    "give either map_file or [map], not both",
                    file,
                );
                None
            }
            (None, Some(fields)) if fields.is_empty() => {
                self.problem(format!("{key}.map"), "must not be empty", "");
                None
            }
            (None, Some(fields)) => Some(Mapping::Fields(fields)),
            (Some(file), None) => {
                let path = self.folder.join(&file);
                match std::fs::read_to_string(&path) {
                    Ok(text) => Some(Mapping::Program { path, text }),
                    Err(error) => {
                        self.problem(
                            format!("{key}.map_file"),
                            format!("cannot read the file: {error}"),
                            file,
                        );
                        None
                    }
                }
            }
        }
    }

    /// Fields of documents that a source of the catalog may own.
    fn check_owned(&mut self, key: &str, owns: &[String]) {
        let is_field = |name: &String| {
            Kind::ALL.iter().any(|kind| {
                schema::document(*kind)["properties"]
                    .get(name.as_str())
                    .is_some()
            })
        };
        for name in owns {
            let field = match name.split_once('.') {
                Some(("translations", tag)) if is_locale(tag) => "translations".to_owned(),
                _ => name.clone(),
            };
            if !is_field(&field) || matches!(name.as_str(), "type" | "id" | "product_id") {
                let expected = "expected fields of documents, as schemas/README.md has them";
                self.problem(format!("{key}.owns"), expected, name);
            }
        }
    }

    pub(super) fn vars(
        &mut self,
        key: &str,
        vars: BTreeMap<String, Value>,
    ) -> BTreeMap<String, serde_json::Value> {
        let mut json = BTreeMap::new();
        for (name, value) in vars {
            let starts_well =
                name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
            let key = format!("{key}.vars.{name}");
            if !starts_well
                || !name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            {
                self.problem(
                    &key,
                    "expected a name of letters, digits and _, as jq has it after the $",
                    &name,
                );
            } else if matches!(
                name.as_str(),
                "currency" | "time_zone" | "source" | "ENV" | "__loc__" | "__prog_args"
            ) {
                self.problem(&key, "this name is taken", &name);
            }
            match serde_json::to_value(&value) {
                Ok(value) => drop(json.insert(name, value)),
                Err(error) => self.problem(&key, error, short(&value)),
            }
        }
        json
    }
}
