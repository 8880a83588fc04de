//! What a collection leaves in trash/ for people and programs: every path, size, hash and reason.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Store;
use crate::base::visible::clean;
use crate::base::{clock, files};
use crate::manifest::JobRow;
use crate::model::Result;
use crate::store::reader::View;

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    artifact_id: String,
    artifact_type: String,
    logical_key: String,
    family: Option<String>,
    created_at: String,
    reasons: Value,
    files: Vec<File>,
    logical_bytes: u64,
    physical_bytes: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    path: String,
    size_bytes: u64,
    hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Skipped {
    artifact_id: String,
    family: Option<String>,
    reason: String,
}

/// Sums, by family; "" where a policy judged.
#[derive(Default, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sums {
    planned: u64,
    executed: u64,
    skipped: u64,
    files: u64,
    logical_bytes: u64,
    physical_bytes: u64,
}

/// Writes both forms of the report of a collection that is done; writing them again gives the same files.
pub(super) fn write(store: &Arc<Store>, row: &JobRow) -> Result<()> {
    let Some(name) = row.data.get("report").and_then(Value::as_str) else { return Ok(()) };
    let reader = store.read()?;
    let (mut deleted, mut skipped) = (Vec::new(), Vec::new());
    let mut families: BTreeMap<String, Sums> = BTreeMap::new();
    for item in reader.manifest().job_items(row.job, 0, false, u64::MAX >> 1)? {
        let Some(found) = reader.manifest().artifact_at(item.seq)? else { continue };
        let record = found.record;
        let family = item.data.get("family").and_then(Value::as_str).map(str::to_owned);
        let sums = families.entry(family.clone().unwrap_or_default()).or_default();
        sums.planned += 1;
        if let Some(reason) = item.outcome.filter(|reason| !reason.is_empty()) {
            sums.skipped += 1;
            skipped.push(Skipped { artifact_id: record.artifact_id.to_string(), family, reason });
            continue;
        }
        let file = |entry: crate::model::artifact::FileEntry| File {
            path: store.layout.file(&record, &entry).to_string_lossy().into_owned(),
            size_bytes: entry.size_bytes.0,
            hash: entry.hash.to_string(),
        };
        let files: Vec<File> = reader.manifest().files(found.seq)?.into_iter().map(file).collect();
        let number = |key: &str| item.data.get(key).and_then(Value::as_u64).unwrap_or_default();
        sums.executed += 1;
        sums.files += files.len() as u64;
        sums.logical_bytes += number("logicalBytes");
        sums.physical_bytes += number("physicalBytes");
        deleted.push(Deleted {
            artifact_id: record.artifact_id.to_string(),
            artifact_type: record.artifact_type.to_string(),
            logical_key: record.logical_key,
            family,
            created_at: record.created_at,
            reasons: item.data.get("reasons").cloned().unwrap_or_default(),
            files,
            logical_bytes: number("logicalBytes"),
            physical_bytes: number("physicalBytes"),
        });
    }
    let at = clock::millis_text(store.clock.now());
    let markdown = markdown(row, &at, &families, &deleted, &skipped);
    let facts = json!({
        "formatVersion": FORMAT_VERSION, "generatedAt": at, "actor": row.actor, "plan": row.data,
        "families": families, "deleted": deleted, "skipped": skipped,
    });
    let path = store.layout.root().join(name);
    files::replace(
        &path.with_extension("json"),
        (serde_json::to_string_pretty(&facts).expect("plain data") + "\n").as_bytes(),
        0o644,
    )?;
    Ok(files::replace(&path, markdown.as_bytes(), 0o644)?)
}

fn markdown(
    row: &JobRow,
    at: &str,
    families: &BTreeMap<String, Sums>,
    deleted: &[Deleted],
    skipped: &[Skipped],
) -> String {
    let text = |data: &Map<String, Value>, key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut all = Sums::default();
    for sums in families.values() {
        all.files += sums.files;
        all.logical_bytes += sums.logical_bytes;
        all.physical_bytes += sums.physical_bytes;
    }
    let mut page = String::new();
    let mut line = |text: String| writeln!(page, "{text}").expect("a string");
    line("# Garbage Collection Report\n".to_owned());
    line(format!("- **Generated**: {at}"));
    line(format!("- **Plan**: {}", text(&row.data, "now").unwrap_or_default()));
    for (word, key) in [("Policy", "policy"), ("Family", "family"), ("Digest", "digest"), ("Backup", "backup")] {
        if let Some(value) = text(&row.data, key) {
            line(format!("- **{word}**: {value}"));
        }
    }
    line("- **Success**: true\n\n## Summary\n".to_owned());
    line(format!("- **Artifacts Deleted**: {}", deleted.len()));
    line(format!("- **Files Deleted**: {}", all.files));
    line(format!("- **Bytes Deleted**: {}", all.logical_bytes));
    line(format!("- **Bytes That A Purge Frees**: {}", all.physical_bytes));
    line(format!("- **Left Out**: {}", skipped.len()));
    line("\nNothing is gone yet: `keepstone restore` brings it back until `keepstone purge`.\n".to_owned());
    line("## Family Results\n".to_owned());
    for (family, sums) in families {
        line(format!("### {}\n", if family.is_empty() { "No family" } else { family }));
        line(format!("- **Planned**: {}", sums.planned));
        line(format!("- **Executed**: {}", sums.executed));
        line(format!("- **Left Out**: {}", sums.skipped));
        line(format!("- **Bytes Deleted**: {}", sums.logical_bytes));
        line(format!("- **Files Deleted**: {}\n", sums.files));
    }
    if !skipped.is_empty() {
        line("## Left Out\n".to_owned());
        for left in skipped {
            line(format!("- `{}`: {}", left.artifact_id, clean(&left.reason)));
        }
        line(String::new());
    }
    line("## Deleted\n".to_owned());
    for gone in deleted {
        let reasons: Vec<&str> = gone.reasons.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let key = cell(&gone.logical_key);
        line(format!("### `{}` ({} {key}, {})\n", gone.artifact_id, gone.artifact_type, gone.created_at));
        line(format!("Reason: {}\n", reasons.join(", ")));
        line("| Path | Bytes | Hash |\n| --- | ---: | --- |".to_owned());
        for file in &gone.files {
            line(format!("| {} | {} | {} |", cell(&file.path), file.size_bytes, file.hash));
        }
        line(String::new());
    }
    page
}

/// A text as the cell of a table: what would end the cell or the line can't.
fn cell(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('|', "\\|").replace('`', "'")
}
