//! `keepstone lineage`

use std::collections::HashMap;

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::tree::{self, Graph, Twig};
use super::{Outcome, artifacts, print, words};
use crate::model::artifact::{Artifact, Edge};
use crate::model::ids::Relation;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone lineage report:november               what it was made from, and what that was made from
  keepstone lineage 5f2c81d4 --depth 1            its own inputs only
  keepstone lineage report:november --json | jq -r '.inputs[].artifactId'

What was made from something twice is drawn once; relations other than derived_from are named.";

#[derive(Debug, Args)]
pub(super) struct Lineage {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    reference: String,
    /// At most so many levels
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..10_000))]
    depth: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of get_lineage is drawn.
#[derive(Deserialize)]
struct Answer {
    inputs: Vec<Artifact>,
    edges: Vec<Edge>,
}

pub(super) fn run(place: &Place, options: &Lineage) -> Outcome {
    let caller = Caller::at(place)?;
    let artifact = caller.resolve(&options.reference)?;
    let params = |depth: u32| json!({ "artifactId": artifact.artifact_id, "depth": depth });
    if options.json {
        return print::json(&caller.text("get_lineage", params(options.depth))?).map(|()| 0);
    }
    // One level more than is drawn tells what has inputs of its own.
    let Answer { inputs, edges } = caller.call("get_lineage", params(options.depth + 1))?;
    let paper = Paper::stdout();
    let id = artifact.artifact_id.to_string();
    let mut graph = Artifacts::new(paper, std::iter::once(artifact).chain(inputs));
    for edge in edges {
        graph.hang(edge.artifact_id.as_str(), edge.input_artifact_id.as_str(), &edge.relation);
    }
    print::lines(&tree::draw(&graph, &id, options.depth as usize, &paper)).map(|()| 0)
}

/// Artifacts and what hangs below them, as one line each.
pub(super) struct Artifacts {
    paper: Paper,
    known: HashMap<String, Artifact>,
    below: HashMap<String, Vec<Twig>>,
}

impl Artifacts {
    /// Artifacts without edges.
    pub(super) fn new(paper: Paper, artifacts: impl IntoIterator<Item = Artifact>) -> Self {
        let known = artifacts.into_iter().map(|artifact| (artifact.artifact_id.to_string(), artifact)).collect();
        Self { paper, known, below: HashMap::new() }
    }

    /// Hangs one below another.
    pub(super) fn hang(&mut self, above: &str, below: &str, relation: &Relation) {
        let relation = (*relation != Relation::default()).then(|| relation.to_string());
        self.below.entry(above.to_owned()).or_default().push(Twig { id: below.to_owned(), relation });
    }
}

impl Graph for Artifacts {
    fn below(&self, id: &str) -> &[Twig] {
        self.below.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// `rain:november@v1  5f2c81d4  superseded`
    fn label(&self, id: &str) -> String {
        let Some(artifact) = self.known.get(id) else { return words::clean(id).into_owned() };
        let short = self.paper.paint(words::short_id(id), Style::Name);
        match artifacts::status(artifact) {
            status if status.is_empty() => format!("{}  {short}", words::reference(artifact)),
            status => format!("{}  {short}  {}", words::reference(artifact), self.paper.paint(&status, Style::Odd)),
        }
    }
}
