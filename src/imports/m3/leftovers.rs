//! What a data folder of M3 holds that is not taken in: indexes, and what nothing refers to.

use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;

use super::{Artifacts, Folder};
use crate::base::files;
use crate::imports::Findings;
use crate::manifest::registry_runs;
use crate::model::ids::RunId;
use crate::model::import::{ImportFault, LeftOut};
use crate::model::number::Count;
use crate::model::{Hash, Result};

/// Most items of one kind that are named.
const NAMED_MOST: usize = 1000;

const INDEX: &str = "it was made of the manifests, and the store keeps an index of its own";

/// Names everything that an import leaves out though nothing is wrong with it; what is wrong becomes a finding.
pub fn left_out(folder: &Folder, artifacts: &Artifacts, findings: &mut Findings) -> Result<Vec<LeftOut>> {
    let mut all = vec![
        kind("objects", "no manifest that can be taken in names them", unreferenced(folder, artifacts)?),
        kind("MLflow files", "keepstone keeps no MLflow store; a run may carry an MLflow run's id", mlflow(folder)?),
    ];
    for name in ["registry.db", "lineage.sqlite"] {
        if files::exists(&folder.path().join(name)) {
            all.push(kind(name, INDEX, vec![name.to_owned()]));
        }
    }
    all.push(init_runs(folder)?);
    if let Some(project) = folder.path().parent() {
        let policies = project.join("config/gc_policies.yaml");
        if files::exists(&policies) {
            let path = policies.to_string_lossy().into_owned();
            all.push(kind(
                "retention policies",
                "they are no data: `keepstone import m3-policies` takes them in",
                vec![path],
            ));
        }
    }
    strays(folder, findings)?;
    all.retain(|left| left.count.0 > 0);
    Ok(all)
}

fn kind(what: &str, reason: &str, mut items: Vec<String>) -> LeftOut {
    let count = Count(items.len() as u64);
    items.truncate(NAMED_MOST);
    LeftOut { what: what.to_owned(), count, reason: reason.to_owned(), items }
}

/// Objects that no manifest in manifests/ names, leftovers of writing included.
fn unreferenced(folder: &Folder, artifacts: &Artifacts) -> Result<Vec<String>> {
    let known: HashSet<&Hash> = artifacts.hashes().collect();
    let mut items = Vec::new();
    for part in folder.list("objects")? {
        if !files::metadata(&part).is_ok_and(|found| found.is_dir()) {
            continue;
        }
        for path in files::list(&part)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let hash = Hash::parse(&format!("sha256:{name}"));
            if hash.is_none_or(|hash| !known.contains(&hash)) {
                items.push(inside(folder, &path));
            }
        }
    }
    Ok(items)
}

fn mlflow(folder: &Folder) -> Result<Vec<String>> {
    let mut items = Vec::new();
    let mut waiting = folder.list("mlflow")?;
    while let Some(path) = waiting.pop() {
        match files::look(&path)? {
            Some(found) if found.is_dir() => waiting.extend(files::list(&path)?),
            Some(_) => items.push(inside(folder, &path)),
            None => {}
        }
    }
    items.sort();
    Ok(items)
}

/// Runs that have a row and no record: those of `m3 init`.
fn init_runs(folder: &Folder) -> Result<LeftOut> {
    let registry = folder.path().join("registry.db");
    let rows = if files::exists(&registry) { registry_runs(&registry) } else { Ok(Vec::new()) };
    // What can't be read is an index, and nothing is lost with it.
    let rows = rows.unwrap_or_else(|error| {
        tracing::warn!("{}", error.message());
        Vec::new()
    });
    let record = |id: RunId| files::exists(&folder.path().join("runs").join(id.as_str()).join("run.json"));
    let rows = rows.into_iter().filter(|row| !RunId::try_from(row.run_id.clone()).is_ok_and(record));
    let items = rows.map(|row| format!("{} ({})", row.run_id, row.stage_name.as_deref().unwrap_or("no stage")));
    let reason = "they stand in registry.db alone, without a record; those that artifacts name are kept by their names";
    Ok(kind("runs without a record", reason, items.collect()))
}

/// Manifests beside the folder of manifests: ids with `..` in them put them there.
fn strays(folder: &Folder, findings: &mut Findings) -> Result<()> {
    for path in folder.json_files("")? {
        if let Ok(value) = folder.read::<Value>(&path)
            && let Some(artifact_id) = value.get("artifact_id").and_then(Value::as_str)
        {
            let about = folder.about(&path).of(artifact_id);
            let message = format!("the manifest of artifact {artifact_id:?} lies outside of the manifests");
            findings.add(about.finding(ImportFault::InvalidName, message));
        }
    }
    Ok(())
}

fn inside(folder: &Folder, path: &Path) -> String {
    path.strip_prefix(folder.path()).unwrap_or(path).to_string_lossy().into_owned()
}
