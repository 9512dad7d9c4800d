//! How figures are written for Prometheus: families, each begun once, with the samples of all shops together.

use std::fmt::Write as _;

/// Writes metrics in Prometheus' text format. Every family is begun once, with its help and type.
#[derive(Default)]
pub struct Exposition {
    families: Vec<Family>,
    /// Where the samples go that come next.
    current: usize,
    /// Labels that all samples get: whose they are.
    whose: String,
}

/// A family with all its samples, of however many shops.
struct Family {
    name: String,
    head: String,
    samples: String,
}

impl Exposition {
    /// Begins a family of samples.
    pub fn family(&mut self, name: &str, kind: &str, help: &str) {
        let known = self.families.iter().position(|family| family.name == name);
        self.current = known.unwrap_or(self.families.len());
        if known.is_none() {
            self.families.push(Family {
                name: name.to_owned(),
                head: format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"),
                samples: String::new(),
            });
        }
    }

    /// All samples from now on are of a shop.
    pub fn of_shop(&mut self, shop: &str) {
        self.whose = format!("shop=\"{}\"", label(shop));
    }

    /// Samples from now on are of the whole process.
    pub fn of_all(&mut self) {
        self.whose.clear();
    }

    /// One sample of the family begun last. `labels` come without braces and may be empty.
    pub fn sample(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let both = [self.whose.as_str(), labels];
        let given = both.into_iter().filter(|labels| !labels.is_empty());
        let labels = given.collect::<Vec<_>>().join(",");
        let braces = if labels.is_empty() {
            ("", "")
        } else {
            ("{", "}")
        };
        let Some(family) = self.families.get_mut(self.current) else {
            return;
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            family.samples,
            "{name}{}{labels}{} {value}",
            braces.0, braces.1
        );
    }

    /// A family of one sample without labels.
    pub fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, kind, help);
        self.sample(name, "", value);
    }

    /// The text so far.
    pub fn finish(self) -> String {
        let texts = self.families.into_iter();
        texts.map(|family| family.head + &family.samples).collect()
    }
}

/// A text as a label value: quotes, backslashes and line ends escaped.
pub fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
