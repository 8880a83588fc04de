//! Walks along the edges: what something was made from, what was made of it, and where it all began.

use std::collections::HashSet;

use crate::manifest::Manifest;
use crate::model::Result;
use crate::model::artifact::Edge;

/// What a walk found: artifacts by their place in the order of commits, nearest first, and the edges it went along.
pub struct Walk {
    /// The artifacts reached, the start excepted.
    pub reached: Vec<i64>,
    /// Every edge, from input to output.
    pub edges: Vec<Edge>,
}

/// Which way a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what it was made from.
    Inputs,
    /// To what was made of it.
    Outputs,
}

/// Walks at most `depth` edges far; each artifact is visited once, so circles end.
pub fn walk(manifest: &Manifest, start: i64, direction: Direction, depth: u64) -> Result<Walk> {
    let mut seen = HashSet::from([start]);
    let mut walk = Walk { reached: Vec::new(), edges: Vec::new() };
    let mut level = vec![start];
    for _ in 0..depth {
        let mut next = Vec::new();
        for at in level {
            let edges = match direction {
                Direction::Inputs => manifest.edges_to_inputs(at)?,
                Direction::Outputs => manifest.edges_to_outputs(at)?,
            };
            for (neighbour, edge) in edges {
                walk.edges.push(edge);
                if seen.insert(neighbour) {
                    walk.reached.push(neighbour);
                    next.push(neighbour);
                }
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(walk)
}
