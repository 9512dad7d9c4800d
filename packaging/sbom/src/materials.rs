//! The bill of materials: every package that is in one of the daemons, its licence, its digest, and what needs it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is shipped.
const DAEMONS: [&str; 2] = ["frontage-ingest", "frontage-server"];

/// What of `cargo metadata` is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    license_file: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Need>,
}

#[derive(Deserialize)]
struct Need {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// None for what is linked; `build` for what builds it, `dev` for tests.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The bill, CycloneDX 1.5. `epoch` is its date, Unix seconds.
///
/// # Errors
/// The input is not what Cargo writes, or a daemon is missing in it.
pub(crate) fn bill(metadata: &str, lock: &str, epoch: i64) -> anyhow::Result<Value> {
    let metadata: Metadata = serde_json::from_str(metadata).context("no metadata of Cargo")?;
    let lock: Lock = toml::from_str(lock).context("no lock file of Cargo")?;
    let packages: BTreeMap<&str, &Package> = metadata
        .packages
        .iter()
        .map(|package| (package.id.as_str(), package))
        .collect();
    let needs: BTreeMap<&str, &[Need]> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.deps.as_slice()))
        .collect();
    let digests: BTreeMap<(&str, &str), &str> = lock
        .package
        .iter()
        .filter_map(|locked| {
            let key = (locked.name.as_str(), locked.version.as_str());
            Some((key, locked.checksum.as_deref()?))
        })
        .collect();
    let shipped = reached(&packages, &needs)?;
    let version = shipped.iter().find_map(|id| {
        let package = packages.get(id)?;
        DAEMONS
            .contains(&package.name.as_str())
            .then_some(&package.version)
    });
    let mut components: Vec<(String, Value)> = Vec::new();
    let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in &shipped {
        let package = packages.get(id).context("a package without an entry")?;
        let digest = digests.get(&(package.name.as_str(), package.version.as_str()));
        components.push((purl(package), component(package, digest.copied())));
        let needed = linked(&needs, id).filter_map(|need| packages.get(need).map(|own| purl(own)));
        dependencies.insert(purl(package), needed.collect());
    }
    components.sort_by(|a, b| a.0.cmp(&b.0));
    let components: Vec<Value> = components.into_iter().map(|(_, value)| value).collect();
    let dependencies: Vec<Value> = dependencies
        .into_iter()
        .map(|(of, on)| json!({ "ref": of, "dependsOn": on }))
        .collect();
    let date = chrono::DateTime::from_timestamp(epoch, 0).context("a date out of range")?;
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": serial_number(&components),
        "version": 1,
        "metadata": {
            "timestamp": date.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "component": {
                "type": "application",
                "bom-ref": "frontage",
                "name": "frontage",
                "version": version,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// Every package that is linked into a daemon.
fn reached<'a>(
    packages: &BTreeMap<&'a str, &'a Package>,
    needs: &BTreeMap<&'a str, &'a [Need]>,
) -> anyhow::Result<BTreeSet<&'a str>> {
    let mut waiting: Vec<&str> = packages
        .values()
        .filter(|package| DAEMONS.contains(&package.name.as_str()))
        .map(|package| package.id.as_str())
        .collect();
    anyhow::ensure!(waiting.len() == DAEMONS.len(), "a daemon is missing");
    let mut found = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(linked(needs, id));
        }
    }
    Ok(found)
}

/// What a package links to; not what builds or tests it.
fn linked<'a>(needs: &BTreeMap<&str, &'a [Need]>, id: &str) -> impl Iterator<Item = &'a str> {
    let needs = needs.get(id).copied().unwrap_or_default();
    let is_linked = |need: &&Need| need.dep_kinds.iter().any(|kind| kind.kind.is_none());
    needs.iter().filter(is_linked).map(|need| need.pkg.as_str())
}

fn component(package: &Package, digest: Option<&str>) -> Value {
    let licences = match (&package.license, &package.license_file) {
        // The way of writing it from before SPDX expressions.
        (Some(licence), _) => json!([{ "expression": licence.replace('/', " OR ") }]),
        (None, Some(file)) => json!([{ "license": { "name": format!("see {file}") } }]),
        (None, None) => json!([]),
    };
    let mut component = json!({
        "type": if DAEMONS.contains(&package.name.as_str()) { "application" } else { "library" },
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "licenses": licences,
    });
    if package.source.is_some() {
        component["purl"] = purl(package).into();
    }
    if let Some(description) = &package.description {
        component["description"] = description.trim().into();
    }
    if let Some(digest) = digest {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": digest }]);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version)
}

/// A UUID that is the content's own.
fn serial_number(components: &[Value]) -> String {
    let text = Value::from(components.to_vec()).to_string();
    let hash = blake3::hash(text.as_bytes()).to_hex();
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    // Version 8 is for numbers of one's own making.
    format!(
        "urn:uuid:{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
