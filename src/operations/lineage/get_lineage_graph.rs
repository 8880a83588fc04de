//! `get_lineage_graph`

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lineage::{self, Graph};
use crate::manifest::{NodeRow, Walk};
use crate::model::artifact::{Edge, Status};
use crate::model::ids::{ArtifactId, Relation};
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::operations::params::counted;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Most artifacts that a graph shows, and that one may begin with.
const ARTIFACTS_MOST: usize = 10_000;

/// Most edges that a graph shows.
const EDGES_MOST: usize = 100_000;

/// Answers what some artifacts were made from, what was made of them, or both, as one graph.
///
/// The walk follows every edge but the annotations supersedes and sibling_of; with relations it follows those, and no
/// others. It ends after 10000 artifacts or 100000 edges, and says so. Circles, which an import can bring, end too.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"artifactIds": ["art-20260301T093000-5f2c81d4"], "direction": "ancestors"},
    {
        "artifactIds": ["art-20260301T093000-5f2c81d4"], "direction": "both", "maxDepth": 2,
        "relations": ["derived_from", "supersedes"], "format": "mermaid",
    },
]))]
pub struct Params {
    /// Where the graph begins: 1 to 10000 artifacts.
    #[schemars(length(min = 1, max = 10_000))]
    artifact_ids: Vec<ArtifactId>,
    /// Which way it goes from there.
    direction: Direction,
    /// How many edges far; as far as it goes unless given, and with 0 nowhere.
    max_depth: Option<Count>,
    /// The relations to follow, at most 100; without any, all that are no annotations.
    #[schemars(length(max = 100))]
    relations: Option<Vec<Relation>>,
    /// What `text` holds; nothing unless given, or with `json`.
    #[schemars(extend("default" = "json"))]
    format: Option<Format>,
}

/// Which way a graph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To what they were made from.
    Ancestors,
    /// To what was made of them.
    Descendants,
    /// To the ancestors of the starts and to their descendants, but not to the others' of those.
    Both,
}

/// A form of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Nodes and edges alone.
    Json,
    /// A flowchart in Mermaid's language.
    Mermaid,
    /// A graph in Graphviz's language.
    Dot,
}

/// As much of an artifact as a graph shows.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Its id.
    artifact_id: ArtifactId,
    /// Its type.
    artifact_type: String,
    /// What it represents.
    logical_key: String,
    /// Which version of its type and key it is.
    version: u32,
    /// Whether it stands, was replaced, or was deleted.
    status: Status,
    /// Whether it was put aside.
    archived: bool,
    /// The parts it plays.
    roles: Vec<String>,
    /// The run that published it first.
    run_id: Option<String>,
    /// When it was published.
    created_at: String,
    /// How many edges it is away from the nearest start; 0 for the starts.
    depth: Count,
}

/// What was made of what.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
    /// The artifacts: the starts as given, then their ancestors, then their descendants, each nearest first.
    nodes: Vec<Node>,
    /// The edges the walk went along, from input to output. An input may be a missing one.
    edges: Vec<Edge>,
    /// The artifacts that no edge leads to; in the graph of the ancestors, what everything began with.
    roots: Vec<ArtifactId>,
    /// The artifacts that no edge leads from.
    leaves: Vec<ArtifactId>,
    /// Inputs that edges name and the store doesn't hold: an import named them and didn't bring them.
    missing: Vec<ArtifactId>,
    /// The artifacts at which maxDepth or a limit ended the walk although it goes on: neither roots nor leaves there.
    cut: Vec<ArtifactId>,
    /// The artifacts, inputs before outputs, otherwise in the order of commits; those on a circle stand together.
    order: Vec<ArtifactId>,
    /// The circles, each with all artifacts that lie on circles with each other.
    cycles: Vec<Vec<ArtifactId>>,
    /// How many artifacts of each type were reached, the starts not counted: of descendants, what a change would concern.
    type_counts: BTreeMap<String, Count>,
    /// How many nodes there are.
    node_count: Count,
    /// How many edges there are.
    edge_count: Count,
    /// Whether the limit of 10000 artifacts or 100000 edges left some out.
    truncated: bool,
    /// The graph in the form that was asked for; null for `json`.
    text: Option<String>,
}

/// `get_lineage_graph`
pub enum GetLineageGraph {}

impl Operation for GetLineageGraph {
    const METHOD: &'static str = "get_lineage_graph";
    type Params = Params;
    type Result = Lineage;
}

impl Query for GetLineageGraph {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Lineage> {
        let relations = params.relations.unwrap_or_default();
        counted("artifactIds", params.artifact_ids.len(), 1, ARTIFACTS_MOST)?;
        counted("relations", relations.len(), 0, 100)?;
        let mut starts = Vec::with_capacity(params.artifact_ids.len());
        for (at, artifact_id) in params.artifact_ids.iter().enumerate() {
            let not_found = || Error::not_found(format!("artifact {artifact_id} was not found"));
            let seq = reader.manifest().artifact_seq(artifact_id.as_str())?;
            starts.push(seq.ok_or_else(|| not_found().field(format!("artifactIds[{at}]")))?);
        }
        let walk = Walk {
            starts: &starts,
            inputs: params.direction != Direction::Descendants,
            outputs: params.direction != Direction::Ancestors,
            depth: params.max_depth.map(|depth| depth.0),
            relations: &relations,
            artifacts_most: ARTIFACTS_MOST,
            edges_most: EDGES_MOST,
        };
        let graph = Graph::read(reader.manifest(), &walk, context.watch)?;
        let text = match params.format {
            None | Some(Format::Json) => None,
            Some(Format::Mermaid) => Some(lineage::mermaid(&graph)),
            Some(Format::Dot) => Some(lineage::dot(&graph)),
        };
        Ok(answer(graph, text))
    }
}

fn answer(graph: Graph, text: Option<String>) -> Lineage {
    let mut type_counts: BTreeMap<String, Count> = BTreeMap::new();
    for (node, _) in graph.nodes.iter().zip(&graph.reached.depths).filter(|(_, depth)| **depth > 0) {
        match type_counts.get_mut(&node.artifact_type) {
            Some(count) => count.0 += 1,
            None => drop(type_counts.insert(node.artifact_type.clone(), Count(1))),
        }
    }
    Lineage {
        edges: graph.edges(),
        roots: graph.roots(),
        leaves: graph.leaves(),
        cut: graph.cut(),
        order: graph.ids(graph.order.nodes()),
        cycles: graph.order.circles().map(|circle| graph.ids(circle.iter().copied())).collect(),
        type_counts,
        node_count: Count(graph.nodes.len() as u64),
        edge_count: Count(graph.reached.edges.len() as u64),
        truncated: graph.reached.truncated,
        nodes: graph.nodes.into_iter().zip(graph.reached.depths).map(|(row, depth)| node(row, depth)).collect(),
        missing: graph.reached.missing,
        text,
    }
}

fn node(row: NodeRow, depth: u64) -> Node {
    Node {
        artifact_id: row.artifact_id,
        artifact_type: row.artifact_type,
        logical_key: row.logical_key,
        version: row.version,
        status: row.status,
        archived: row.archived,
        roles: row.roles,
        run_id: row.run_id,
        created_at: row.created_at,
        depth: Count(depth),
    }
}
