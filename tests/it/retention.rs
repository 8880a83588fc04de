//! Retention: pins, the trash, policies and families, plans and what they do.

mod applying;
mod crashes;
mod families;
mod pins;
mod plans;
mod trash;

use std::collections::BTreeMap;

use keepstone::model::artifact::{FileEntry, Format, Outcome, Publication, Record, Storage};
use keepstone::model::ids::{ArtifactId, ArtifactType};
use keepstone::model::number::Count;
use keepstone::store::View;
use serde_json::{Map, Value, json};

use crate::support::Place;

/// The moment that these tests plan at, unless they say otherwise. Artifacts count from their publishing, which is now:
/// what they are to look at was published with moments of creation before.
const NOW: &str = "2100-01-31T00:00:00.000Z";

/// A note of so many days before the moment of the plans, made of others.
fn note(place: &Place, id: &str, days: i64, inputs: &[&str], more: Value) {
    let now = NOW.parse::<jiff::Timestamp>().unwrap();
    let created = now - jiff::SignedDuration::from_hours(24 * days);
    let mut params = json!({
        "artifactType": "note", "artifactId": id, "content": {"encoding": "utf8", "data": id},
        "createdAt": created.to_string(), "inputArtifactIds": inputs,
    });
    params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    place.ok("publish_artifact", params);
}

/// Writes keepstone.toml; plans read it afresh.
fn configure(place: &Place, text: &str) {
    place.write("store/keepstone.toml", text);
}

/// A plan at the moment of these tests.
#[track_caller]
fn plan(place: &Place, mut params: Value) -> Value {
    params["now"] = json!(NOW);
    place.ok("plan_gc", params)
}

/// The fate of each candidate with its reasons, by id.
fn fates(plan: &Value) -> BTreeMap<&str, String> {
    let words = |one: &Value| {
        let reasons: Vec<&str> = one["reasons"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        format!("{}: {}", one["fate"].as_str().unwrap(), reasons.join(", "))
    };
    let candidates = plan["candidates"].as_array().unwrap();
    candidates.iter().map(|one| (one["artifactId"].as_str().unwrap(), words(one))).collect()
}

/// The ids of what goes, in the order of the plan.
fn going(plan: &Value) -> Vec<&str> {
    let candidates = plan["candidates"].as_array().unwrap().iter();
    candidates.filter(|one| one["fate"] == "delete").map(|one| one["artifactId"].as_str().unwrap()).collect()
}

/// Carries a plan out as it was answered.
#[track_caller]
fn apply(place: &Place, plan: &Value) -> Value {
    place.ok("apply_gc", again(plan))
}

/// The params by which a plan is carried out.
fn again(plan: &Value) -> Value {
    json!({"policy": plan["policy"], "family": plan["family"], "now": plan["now"], "digest": plan["digest"]})
}

/// A run of a family, as a scan would register it, with its id for content.
fn run(place: &Place, family: &str, id: &str, created_at: &str, outcome: Option<Outcome>) {
    let store = place.site().store().expect("a store");
    let staged = store.staging().unwrap().write(id.as_bytes()).unwrap();
    store.flush([&staged]).unwrap();
    let mut batch = store.begin().unwrap();
    batch
        .attempt(|writer| {
            writer.keep(&staged, None)?;
            let record = Record {
                artifact_id: ArtifactId::try_from(id.to_owned()).unwrap(),
                artifact_type: ArtifactType::try_from(family.to_owned()).unwrap(),
                schema_version: 1,
                logical_key: id.to_owned(),
                version: writer.manifest().next_version(family, id)?,
                format: Format::File,
                storage: Storage::Managed,
                file_hash: staged.hash,
                content_hash: staged.hash,
                content_hash_version: 1,
                legacy_content_hash: None,
                source_hash: staged.hash,
                source_size: staged.size,
                size_bytes: staged.size,
                row_count: None,
                min_ts: None,
                max_ts: None,
                created_at: created_at.to_owned(),
                media_type: None,
                run_id: None,
                family: Some(family.to_owned()),
                outcome,
                source: None,
                capabilities: Vec::new(),
                roles: Vec::new(),
                params: Map::new(),
                writer: None,
                git: None,
                columns: BTreeMap::new(),
                file_count: 1,
                name: String::new(),
                extension: None,
            };
            let file = FileEntry {
                path: id.to_owned(),
                hash: staged.hash,
                size_bytes: Count(staged.size),
                media_type: None,
                role: None,
            };
            let publication = Publication {
                record,
                title: None,
                description: None,
                tags: BTreeMap::new(),
                archived: false,
                files: vec![file],
                inputs: Vec::new(),
                request: None,
                place: None,
            };
            writer.publish(publication, None)
        })
        .unwrap();
    batch.commit().unwrap();
}
