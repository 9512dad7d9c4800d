//! Rules for what is written for Prometheus: the format, and the names that its tools insist on.

use std::collections::{BTreeMap, BTreeSet};

/// A family of samples.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    has_help: bool,
    /// Sample name and labels, and the value.
    samples: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

/// Whatever is wrong with an exposition, in words.
pub fn faults(text: &str) -> Vec<String> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut current = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut fault = |what: &str| faults.push(format!("line {number}: {what}: {line}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            let family = families.entry(name.to_owned()).or_default();
            if family.has_help {
                fault("a family is begun twice");
            }
            if help.trim().is_empty() {
                fault("no help");
            }
            family.has_help = true;
            current = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            if !["counter", "gauge", "histogram", "summary"].contains(&kind) {
                fault("no type");
            }
            if name != current {
                fault("a type without its help");
            }
            kind.clone_into(&mut families.entry(name.to_owned()).or_default().kind);
        } else {
            let Some((name, labels, value)) = sample(line) else {
                fault("no sample");
                continue;
            };
            let family = families.entry(current.clone()).or_default();
            let suffix = name.strip_prefix(current.as_str());
            let fits = match family.kind.as_str() {
                "histogram" => {
                    suffix.is_some_and(|end| ["_bucket", "_sum", "_count"].contains(&end))
                }
                _ => suffix == Some(""),
            };
            if !fits {
                fault("a sample outside of its family");
            }
            if family.samples.insert((name, labels), value).is_some() {
                fault("a sample that is there twice");
            }
        }
    }
    for (name, family) in &families {
        faults.extend(family_faults(name, family));
    }
    faults
}

/// Names of all families, with what Prometheus makes of histograms.
pub fn names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|rest| rest.split_once(' '))
        else {
            continue;
        };
        names.insert(name.to_owned());
        if kind == "histogram" {
            names.extend(["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")));
        }
    }
    names
}

/// Sample name, labels and value of a line.
fn sample(line: &str) -> Option<(String, BTreeMap<String, String>, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = value.parse().ok()?;
    let (name, labels) = match series.split_once('{') {
        None => (series, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
    };
    is_name(name).then_some(())?;
    let mut found = BTreeMap::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"")?;
        is_name(label).then_some(())?;
        let end = end_of_value(after)?;
        found.insert(label.to_owned(), after[..end].to_owned());
        rest = &after[end + 1..];
        rest = match rest.strip_prefix(',') {
            Some(next) if !next.is_empty() => next,
            None if rest.is_empty() => rest,
            _ => return None,
        };
    }
    Some((name.to_owned(), found, value))
}

/// Where a quoted value ends.
fn end_of_value(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn family_faults(name: &str, family: &Family) -> Vec<String> {
    let mut faults = Vec::new();
    if !family.has_help || family.kind.is_empty() {
        faults.push(format!("{name} has no help or no type"));
    }
    if name.ends_with("_total") != (family.kind == "counter") {
        faults.push(format!(
            "{name} is a {}, and counters alone end in _total",
            family.kind
        ));
    }
    for unit in [
        "_ms",
        "_millis",
        "_milliseconds",
        "_minutes",
        "_kb",
        "_mb",
        "_percent",
    ] {
        if name.contains(unit) {
            faults.push(format!("{name} has no base unit"));
        }
    }
    if family
        .samples
        .values()
        .any(|value| family.kind == "counter" && *value < 0.0)
    {
        faults.push(format!("{name} counts below zero"));
    }
    if family.kind == "histogram" {
        faults.extend(histogram_faults(name, family));
    }
    faults
}

/// Buckets that shrink, and sums without them.
fn histogram_faults(name: &str, family: &Family) -> Vec<String> {
    let mut faults = Vec::new();
    let mut buckets: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    for ((sample, labels), value) in &family.samples {
        if let Some(bound) = labels.get("le").filter(|_| sample.ends_with("_bucket")) {
            let bound = if bound == "+Inf" {
                f64::INFINITY
            } else {
                bound.parse().unwrap_or(f64::NAN)
            };
            let mut series = labels.clone();
            series.remove("le");
            buckets.entry(series).or_default().push((bound, *value));
        }
    }
    for (series, mut found) in buckets {
        found.sort_by(|one, other| one.0.total_cmp(&other.0));
        let count = family
            .samples
            .get(&(format!("{name}_count"), series.clone()));
        let is_whole = found
            .last()
            .is_some_and(|last| last.0.is_infinite() && Some(&last.1) == count);
        let grows = found.windows(2).all(|pair| pair[0].1 <= pair[1].1);
        let has_sum = family
            .samples
            .contains_key(&(format!("{name}_sum"), series.clone()));
        if !is_whole || !grows || !has_sum {
            faults.push(format!(
                "{name} of {series:?} is no histogram: {found:?}, count {count:?}"
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn what_is_sound_has_no_faults() {
        let text = "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\"} 3\na_total{x=\"a\\\"b,c\"} 4\n\
            # HELP b_seconds Time.\n# TYPE b_seconds histogram\nb_seconds_bucket{le=\"1\"} 1\nb_seconds_bucket{le=\"+Inf\"} 2\n\
            b_seconds_sum 3.5\nb_seconds_count 2\n# HELP c Now.\n# TYPE c gauge\nc 1\n";
        assert_eq!(faults(text), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_found() {
        let family = |name: &str, kind: &str, samples: &str| {
            format!("# HELP {name} Help.\n# TYPE {name} {kind}\n{samples}\n")
        };
        for text in [
            "a 1\n".to_owned(),
            family("a", "counter", "a 1"),
            family("a_total", "gauge", "a_total 1"),
            family("a_ms", "gauge", "a_ms 1"),
            family("a", "gauge", "b 1"),
            family("a", "gauge", "a{x=1} 1"),
            family("a", "gauge", "a{x=\"1\",} 1"),
            family("a", "gauge", "a one"),
            family("a", "gauge", "a 1\na 2"),
            family("a", "bar", "a 1"),
            family("a_total", "counter", "a_total -1"),
            family("a", "gauge", "a 1") + &family("a", "gauge", "a{x=\"1\"} 1"),
            family(
                "a",
                "histogram",
                "a_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1",
            ),
            family("a", "histogram", "a_bucket{le=\"1\"} 1\na_sum 1\na_count 1"),
            family("a", "histogram", "a_bucket{le=\"+Inf\"} 1\na_count 1"),
        ] {
            assert!(!faults(&text).is_empty(), "{text}");
        }
    }
}
