//! The registry: searching, changing what is said about artifacts, and names that stand for them.

mod aliases;
mod curating;
mod paging;
mod searching;
mod surviving;

use serde_json::{Value, json};

use crate::support::Place;

/// Publishes a note under an id of its own, with more params.
#[track_caller]
fn note(place: &Place, artifact_id: &str, more: Value) -> Value {
    let mut params = json!({"artifactType": "note", "artifactId": artifact_id,
        "content": {"encoding": "utf8", "data": artifact_id}});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    place.ok("publish_artifact", params)["artifact"].clone()
}

/// The ids that a search finds, in its order.
#[track_caller]
fn found(place: &Place, params: Value) -> Vec<String> {
    let page = place.ok("search_artifacts", params);
    let ids: Vec<String> = page["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["artifactId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(page["count"], ids.len());
    ids
}
