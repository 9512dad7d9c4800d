//! jq, as mappings may use it: no input, no environment, no clock, no modules, no way out.
//!
//! Decimals stay text from the record to the document unless a program calculates with them.

use super::error::Refusal;
use super::helpers::{self, Helped, Out};
use super::quick;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::native::{bome, v};
use jaq_core::{
    Bind, Compiler, Ctx, Cv, Error, RunPtr, ValT, ValXs, Vars, data, load, unwrap_valr,
};
use jaq_json::{Num, Val};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// What natives get beside their input.
pub(super) type Data = data::JustLut<Val>;
/// Name, arguments and implementation of a filter.
pub(super) type Helper = (&'static str, Box<[Bind]>, RunPtr<Data>);

/// A compiled jq filter. It stays on the thread that compiled it.
pub(super) struct Filter {
    filter: jaq_core::Filter<Data>,
    vars: Vec<Val>,
}

/// Filters of the standard library that reach outside of the record, and the definitions that need them.
const FORBIDDEN: [&str; 14] = [
    "env",
    "halt",
    "halt_error",
    "now",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "localtime",
    "strflocaltime",
    "input",
    "inputs",
    "input_filename",
    "get_search_list",
];

impl Filter {
    /// Compiles a program; an error says where and what.
    pub(super) fn compile(code: &str, vars: &BTreeMap<String, Value>) -> Result<Self, String> {
        Self::compile_with(code, vars, quick::all().into())
    }

    /// The same, with natives in place of filters of the library that have their names.
    pub(super) fn compile_with(
        code: &str,
        vars: &BTreeMap<String, Value>,
        replacing: Vec<Helper>,
    ) -> Result<Self, String> {
        let replaced: Vec<&str> = replacing.iter().map(|(name, ..)| *name).collect();
        let allowed = |name: &str| !FORBIDDEN.contains(&name) && !replaced.contains(&name);
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs())
            .filter(|def| allowed(def.name));
        let natives = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs())
            .filter(|(name, ..)| allowed(name));
        let arena = Arena::default();
        let modules = Loader::new(definitions)
            .load(&arena, File { code, path: () })
            .map_err(|errors| describe(errors, |error| load_error(code, error)))?;
        let names: Vec<String> = vars.keys().map(|name| format!("${name}")).collect();
        let filter = Compiler::default()
            .with_funs(
                natives
                    .chain(own())
                    .chain(replacing.into_iter().map(native)),
            )
            .with_global_vars(names.iter().map(String::as_str))
            .compile(modules)
            .map_err(|errors| describe(errors, |undefined| undefined_names(code, undefined)))?;
        Ok(Self {
            filter,
            vars: vars.values().map(to_jq).collect(),
        })
    }

    /// Runs the filter and hands each output to `each`, which may stop it.
    pub(super) fn run(
        &self,
        record: &Value,
        mut each: impl FnMut(Value) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new(self.vars.iter().cloned()));
        for output in self
            .filter
            .id
            .run((context, to_jq(record)))
            .map(unwrap_valr)
        {
            let output = output.map_err(|error| Refusal::new(message(error)))?;
            each(from_jq(&output, 0)?)?;
        }
        Ok(())
    }
}

fn native(helper: Helper) -> jaq_core::native::Fun<Data> {
    jaq_core::native::run::<Data>(helper)
}

fn own() -> impl Iterator<Item = jaq_core::native::Fun<Data>> {
    let funs: [Helper; 10] = [
        ("money", v(1), |cv| unary(cv, helpers::money)),
        ("money_minor", v(1), |cv| unary(cv, helpers::money_minor)),
        ("dec", v(1), |cv| unary(cv, helpers::dec)),
        ("split_path", v(1), |cv| unary(cv, helpers::split_path)),
        ("time", v(1), |cv| unary(cv, helpers::time)),
        ("time", v(0), |cv| {
            nullary(cv, |input, _| helpers::time(input, "UTC"))
        }),
        ("slug", v(0), |cv| nullary(cv, helpers::slug)),
        ("text", v(0), |cv| nullary(cv, helpers::plain_text)),
        ("html", v(0), |cv| nullary(cv, helpers::safe_html)),
        ("gtin", v(0), |cv| nullary(cv, helpers::gtin)),
    ];
    funs.into_iter().map(native)
}

fn unary<'a>(mut cv: Cv<'a, Data>, helper: fn(&str, &str) -> Helped) -> ValXs<'a, Val> {
    let argument = cv.0.pop_var();
    let argument = match scalar(&argument) {
        Ok(argument) => argument.unwrap_or_default(),
        Err(error) => return bome(Err(error)),
    };
    bome(help(&cv.1, &argument, helper))
}

fn nullary<'a>(cv: Cv<'a, Data>, helper: fn(&str, &str) -> Helped) -> ValXs<'a, Val> {
    bome(help(&cv.1, "", helper))
}

fn help(input: &Val, argument: &str, helper: fn(&str, &str) -> Helped) -> Result<Val, Error<Val>> {
    let Some(input) = scalar(input)? else {
        return Ok(Val::Null);
    };
    match helper(&input, argument) {
        Ok(None) => Ok(Val::Null),
        Ok(Some(Out::Text(text))) => Ok(Val::from(text)),
        Ok(Some(Out::List(items))) => Ok(items.into_iter().map(Val::from).collect()),
        Err(message) => Err(Error::str(message)),
    }
}

/// A text or number as text; nothing for `null` and empty text.
fn scalar(value: &Val) -> Result<Option<String>, Error<Val>> {
    match value {
        Val::Null => Ok(None),
        Val::TStr(bytes) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            Ok((!text.trim().is_empty()).then_some(text))
        }
        Val::Num(number) => Ok(Some(super::decimal::plain(&number.to_string()))),
        other => Err(Error::typ(other.clone(), "a text or a number")),
    }
}

fn to_jq(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(truth) => Val::Bool(*truth),
        // Reading a number from its text cannot fail: what is no integer is kept as the text it is.
        Value::Number(number) => <Val as ValT>::from_num(number.as_str()).unwrap_or(Val::Null),
        Value::String(text) => Val::from(text.clone()),
        Value::Array(items) => items.iter().map(to_jq).collect(),
        Value::Object(fields) => Val::obj(
            fields
                .iter()
                .map(|(key, value)| (Val::from(key.clone()), to_jq(value)))
                .collect(),
        ),
    }
}

fn from_jq(value: &Val, depth: usize) -> Result<Value, Refusal> {
    /// Deeper than any document; what a program nests on its own is not bounded otherwise.
    const MAX_DEPTH: usize = 100;
    if depth > MAX_DEPTH {
        return Err(Refusal::new(format!(
            "the output is nested deeper than {MAX_DEPTH}"
        )));
    }
    Ok(match value {
        Val::Null => Value::Null,
        Val::Bool(truth) => Value::Bool(*truth),
        Val::Num(number) => Value::Number(number_from(number)?),
        Val::TStr(bytes) => Value::String(text(bytes)?),
        Val::BStr(_) => {
            return Err(Refusal::new(
                "the output holds raw bytes, which are no text",
            ));
        }
        Val::Arr(items) => Value::Array(
            items
                .iter()
                .map(|item| from_jq(item, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Val::Obj(fields) => {
            let entry = |(key, value): (&Val, &Val)| match key {
                Val::TStr(key) => Ok((text(key)?, from_jq(value, depth + 1)?)),
                _ => Err(Refusal::new(
                    "the output has an object with a key that is no text",
                )),
            };
            Value::Object(fields.iter().map(entry).collect::<Result<Map<_, _>, _>>()?)
        }
    })
}

fn number_from(number: &Num) -> Result<Number, Refusal> {
    let text = match number {
        Num::Float(float) if !float.is_finite() => {
            return Err(Refusal::new("a calculation gave no number"));
        }
        // A whole float is written without a point, as jq does: 3.0 + 4.0 is 7.
        Num::Float(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
        other => other.to_string(),
    };
    serde_json::from_str(&text).map_err(|_| Refusal::new(format!("`{text}` is no JSON number")))
}

fn text(bytes: &[u8]) -> Result<String, Refusal> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Refusal::new("a text of the output was cut inside a character"))
}

/// What went wrong, in the program's own words where it has some.
fn message(error: Error<Val>) -> String {
    match error.into_val() {
        Val::TStr(text) => short(&String::from_utf8_lossy(&text)),
        other => short(&other.to_string()),
    }
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(300).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn describe<E>(errors: load::Errors<&str, (), E>, each: impl Fn(E) -> Vec<String>) -> String {
    let messages: Vec<String> = errors
        .into_iter()
        .flat_map(|(_, error)| each(error))
        .collect();
    messages.join("; ")
}

fn load_error(code: &str, error: load::Error<&str>) -> Vec<String> {
    match error {
        load::Error::Io(modules) => modules
            .into_iter()
            .map(|(part, _)| at(code, part, "modules cannot be used in a mapping"))
            .collect(),
        load::Error::Lex(errors) => errors
            .into_iter()
            .map(|(expected, part)| at(code, part, &format!("expected {}", expected.as_str())))
            .collect(),
        load::Error::Parse(errors) => errors
            .into_iter()
            .map(|(expected, part)| at(code, part, &format!("expected {}", expected.as_str())))
            .collect(),
    }
}

fn undefined_names(
    code: &str,
    undefined: Vec<(&str, jaq_core::compile::Undefined)>,
) -> Vec<String> {
    let name = |(part, kind): (&str, jaq_core::compile::Undefined)| {
        let message = if FORBIDDEN.contains(&part) || part == "$ENV" {
            format!("`{part}` cannot be used in a mapping")
        } else {
            format!("there is no {} `{part}`", kind.as_str())
        };
        at(code, part, &message)
    };
    undefined.into_iter().map(name).collect()
}

/// The message with its line, and with the program's text from there on.
fn at(code: &str, part: &str, message: &str) -> String {
    let offset = load::span(code, part).start.min(code.len());
    let line = code.as_bytes()[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1;
    let rest: String = code
        .get(offset..)
        .unwrap_or_default()
        .chars()
        .take(30)
        .take_while(|next| *next != '\n')
        .collect();
    if rest.is_empty() {
        format!("line {line}: {message} at the end")
    } else {
        format!("line {line}: {message} at `{rest}`")
    }
}
