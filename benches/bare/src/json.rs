//! What is read and answered: keepstone's requests, and an artifact with the fields that keepstone answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A request line.
#[derive(Deserialize)]
pub struct Request<'a> {
    #[serde(borrow)]
    pub id: &'a RawValue,
    #[serde(borrow)]
    pub method: &'a str,
    #[serde(borrow)]
    pub params: &'a RawValue,
}

/// A reply line.
#[derive(Serialize)]
pub struct Reply<'a, R> {
    pub jsonrpc: &'static str,
    pub id: &'a RawValue,
    pub result: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Get<'a> {
    pub artifact_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ancestors<'a> {
    #[serde(borrow)]
    pub artifact_ids: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List<'a> {
    #[serde(borrow)]
    pub filter: Filter<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter<'a> {
    pub artifact_type: &'a str,
    #[serde(borrow)]
    pub tags: BTreeMap<&'a str, &'a str>,
    pub limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Search<'a> {
    pub query: &'a str,
    pub limit: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publish {
    pub artifact_type: String,
    pub logical_key: String,
    pub artifact_id: Option<String>,
    pub data_path: Option<String>,
    pub content: Option<Content>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub input_artifact_ids: Vec<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub created_at: Option<String>,
    #[serde(default)]
    pub params: Map<String, Value>,
}

#[derive(Deserialize)]
pub struct Content {
    pub data: String,
}

/// An artifact, with the fields that keepstone answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    pub artifact_id: String,
    pub artifact_type: String,
    pub schema_version: u32,
    pub logical_key: String,
    pub version: u32,
    pub status: &'static str,
    pub archived: bool,
    pub format: String,
    pub storage: String,
    pub path: String,
    pub path_parquet: Option<String>,
    pub path_sidecar: String,
    pub file_hash: String,
    pub content_hash: String,
    pub source_hash: String,
    pub content_hash_version: u32,
    pub spec_id: String,
    pub size_bytes: u64,
    pub file_count: u64,
    pub row_count: Option<u64>,
    pub min_ts: Option<String>,
    pub max_ts: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub media_type: Option<String>,
    pub run_id: Option<String>,
    pub family: Option<String>,
    pub outcome: Option<String>,
    pub source: Option<String>,
    pub capabilities: Vec<String>,
    pub roles: Vec<String>,
    pub tags: BTreeMap<String, String>,
    pub params: Box<RawValue>,
    pub writer: Option<Value>,
    pub git: Option<Value>,
    pub superseded_by: Option<String>,
    pub supersedes: Vec<String>,
    pub pinned: bool,
    pub revision: u64,
}

/// One of many nodes: what stands in a graph.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    pub artifact_id: String,
    pub artifact_type: String,
    pub logical_key: String,
    pub version: u32,
    pub status: &'static str,
    pub archived: bool,
    pub roles: Vec<String>,
    pub run_id: Option<String>,
    pub created_at: String,
    pub depth: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    pub input_artifact_id: String,
    pub artifact_id: String,
    pub relation: &'static str,
}

#[derive(Serialize)]
pub struct Lineage {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}
