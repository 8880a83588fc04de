//! What was made of what, as graphs: the order they have, where they begin and end, and the paths through them.

mod circle;
mod drawing;
mod paths;

use crate::base::graph::Order;
use crate::manifest::{LinkInput, Manifest, NodeRow, Reached, Walk};
use crate::model::artifact::Edge;
use crate::model::ids::ArtifactId;
use crate::model::{Result, Watch};

pub use circle::refuse_circle;
pub use drawing::{dot, mermaid};
pub use paths::{Paths, find as find_paths};

/// What a walk reached, and what a graph shows of it.
pub struct Graph {
    /// What the walk reached.
    pub reached: Reached,
    /// The artifacts, by number.
    pub nodes: Vec<NodeRow>,
    /// Inputs before outputs; where that leaves a choice, in the order of commits.
    pub order: Order,
}

impl Graph {
    /// Walks, and reads what was reached.
    pub fn read(manifest: &Manifest, walk: &Walk, watch: &dyn Watch) -> Result<Self> {
        let reached = manifest.reach(walk, watch)?;
        let nodes = manifest.node_rows(&reached.artifacts)?;
        let order = Order::new(&reached.artifacts, reached.pairs());
        Ok(Self { reached, nodes, order })
    }

    /// The ids of numbered artifacts.
    pub fn ids(&self, artifacts: impl IntoIterator<Item = u32>) -> Vec<ArtifactId> {
        artifacts.into_iter().map(|artifact| self.nodes[artifact as usize].artifact_id.clone()).collect()
    }

    /// The edges, those from missing inputs too.
    pub fn edges(&self) -> Vec<Edge> {
        let reached = &self.reached;
        let edge = |link: &crate::manifest::Link| Edge {
            input_artifact_id: match link.input {
                LinkInput::There(input) => self.nodes[input as usize].artifact_id.clone(),
                LinkInput::Missing(input) => reached.missing[input as usize].clone(),
            },
            artifact_id: self.nodes[link.output as usize].artifact_id.clone(),
            relation: reached.relations[link.relation as usize].clone(),
        };
        reached.edges.iter().map(edge).collect()
    }

    /// Where it begins: the artifacts that no edge leads to, in order; those whose inputs were cut off are none.
    pub fn roots(&self) -> Vec<ArtifactId> {
        let outputs = self.reached.edges.iter().map(|edge| edge.output);
        self.ends(outputs.chain(self.reached.cut_inputs.iter().copied()))
    }

    /// Where it ends: the artifacts that no edge leads from, in order; those whose outputs were cut off are none.
    pub fn leaves(&self) -> Vec<ArtifactId> {
        let inputs = self.reached.pairs().map(|(input, _)| input);
        self.ends(inputs.chain(self.reached.cut_outputs.iter().copied()))
    }

    fn ends(&self, others: impl Iterator<Item = u32>) -> Vec<ArtifactId> {
        let mut is_end = vec![true; self.nodes.len()];
        others.for_each(|artifact| is_end[artifact as usize] = false);
        self.ids(self.order.nodes().filter(|artifact| is_end[*artifact as usize]))
    }

    /// The artifacts at which the walk ended although it goes on from there, in order.
    pub fn cut(&self) -> Vec<ArtifactId> {
        let mut is_cut = vec![false; self.nodes.len()];
        for artifact in self.reached.cut_inputs.iter().chain(&self.reached.cut_outputs) {
            is_cut[*artifact as usize] = true;
        }
        self.ids(self.order.nodes().filter(|artifact| is_cut[*artifact as usize]))
    }
}

/// The edges between artifacts that are there.
pub fn edges_between(reached: &Reached, id: impl Fn(u32) -> ArtifactId) -> Vec<Edge> {
    let mut edges = Vec::new();
    for link in &reached.edges {
        if let LinkInput::There(input) = link.input {
            edges.push(Edge {
                input_artifact_id: id(input),
                artifact_id: id(link.output),
                relation: reached.relations[link.relation as usize].clone(),
            });
        }
    }
    edges
}
