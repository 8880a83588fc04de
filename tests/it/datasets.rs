//! Datasets: versions are created once and for good, listed, compared and proven.

mod changing;
mod creating;
mod listing;
mod proving;
mod surviving;

use serde_json::{Value, json};

use crate::support::Place;

/// A store with these artifacts, each of which holds its own id as text.
fn with_artifacts(ids: &[&str]) -> Place {
    let place = Place::new();
    for id in ids {
        publish(&place, id, "touchstone", id, id);
    }
    place
}

fn publish(place: &Place, id: &str, artifact_type: &str, key: &str, content: &str) {
    let content = json!({"encoding": "utf8", "data": content});
    let params = json!({"artifactType": artifact_type, "artifactId": id, "logicalKey": key, "format": "file", "content": content});
    place.ok("publish_artifact", params);
}

/// A request for a version with these members, all in one role.
fn version(version: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"artifactId": id, "role": "oracle_output"})).collect();
    json!({"datasetId": "d", "version": version, "members": members})
}

/// The request with another value in it.
fn with(mut params: Value, field: &str, value: Value) -> Value {
    params[field] = value;
    params
}

/// The artifact ids of all members.
fn member_ids(place: &Place, version: &str) -> Vec<String> {
    let listed = place.ok("list_dataset_members", json!({"datasetId": "d", "version": version}));
    let members = listed["members"].as_array().unwrap().iter();
    members.map(|member| member["artifactId"].as_str().unwrap().to_owned()).collect()
}

/// The versions of all datasets, as they are listed.
fn versions(place: &Place) -> Vec<String> {
    let listed = place.ok("list_datasets", json!({}));
    listed.as_array().unwrap().iter().map(|entry| entry["version"].as_str().unwrap().to_owned()).collect()
}
