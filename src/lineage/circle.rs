//! Nothing is made from what was made of it.

use std::collections::HashMap;

use crate::manifest::{LinkInput, Manifest, Walk};
use crate::model::{Error, Result, Unwatched};

/// How many artifacts of a circle its error's sentence names; its details name all.
const NAMED_MOST: usize = 12;

/// Refuses inputs that were made from the artifact themselves, and names the way; each comes with its field.
pub fn refuse_circle(manifest: &Manifest, artifact: i64, inputs: &[(i64, String)]) -> Result<()> {
    let reached = manifest.reach(&Walk::whole(&[artifact], false), &Unwatched)?;
    let places: HashMap<i64, usize> = reached.artifacts.iter().copied().zip(0..).collect();
    let made_from_it = inputs.iter().find_map(|(seq, field)| Some((field, *places.get(seq)?)));
    let Some((field, at)) = made_from_it else { return Ok(()) };
    // The first edge that led to an artifact is the one by which the walk came to it.
    let mut before = vec![None; reached.artifacts.len()];
    for edge in &reached.edges {
        if let (LinkInput::There(input), None) = (edge.input, before[edge.output as usize]) {
            before[edge.output as usize] = Some(input as usize);
        }
    }
    let mut way = vec![at];
    while let Some(earlier) = before[way[way.len() - 1]].filter(|_| way[way.len() - 1] != 0) {
        way.push(earlier);
    }
    way.reverse();
    let seqs: Vec<i64> = way.into_iter().map(|at| reached.artifacts[at]).collect();
    let ids: Vec<String> = manifest.node_rows(&seqs)?.into_iter().map(|node| node.artifact_id.to_string()).collect();
    let (own, input) = (&ids[0], &ids[ids.len() - 1]);
    let shown = match ids.len() {
        many if many > NAMED_MOST => {
            let (first, last) = (&ids[..NAMED_MOST - 2], &ids[many - 2..]);
            format!("{} → … {} more … → {}", first.join(" → "), many - NAMED_MOST, last.join(" → "))
        }
        _ => ids.join(" → "),
    };
    Err(Error::conflict(format!("artifact {own} can't be made from {input}, which was made from it: {shown}"))
        .field(field)
        .detail("path", ids))
}
