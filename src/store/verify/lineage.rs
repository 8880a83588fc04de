//! Inputs that are not there, and artifacts that are made from themselves or superseded by themselves.

use super::Pass;
use crate::base::graph::Order;
use crate::model::Result;
use crate::model::finding::{Check, Code, Finding};
use crate::store::reader::{Reader, View};

/// As many members of a circle are named.
const NAMED: usize = 10;

impl Pass<'_> {
    pub(super) fn lineage(&mut self, reader: &Reader) -> Result<()> {
        let manifest = reader.manifest();
        for (artifact_id, input, relation) in manifest.missing_inputs()? {
            let message = format!("artifact {artifact_id}: its input {input} ({relation}) is not in the store");
            self.found(Finding::warning(Check::Lineage, Code::InputMissing, message).artifact(artifact_id));
        }
        let edges = manifest.followed_edges()?;
        self.counts().edges.0 = edges.len() as u64;
        for circle in circles(&edges) {
            self.circle(reader, &circle, ("is made from itself", "are made from each other"))?;
        }
        for circle in circles(&manifest.supersessions()?) {
            self.circle(reader, &circle, ("is superseded by itself", "supersede each other"))?;
        }
        Ok(())
    }

    fn circle(&mut self, reader: &Reader, circle: &[i64], (alone, together): (&str, &str)) -> Result<()> {
        let mut ids = Vec::new();
        for seq in circle.iter().take(NAMED) {
            ids.extend(reader.manifest().artifact_at(*seq)?.map(|found| found.record.artifact_id.to_string()));
        }
        let more = if circle.len() > NAMED { format!(" and {} more", circle.len() - NAMED) } else { String::new() };
        let message = match circle.len() {
            1 => format!("artifact {} {alone}", ids.join(", ")),
            _ => format!("artifacts {together} in a circle: {}{more}", ids.join(", ")),
        };
        let finding = Finding::warning(Check::Lineage, Code::Circle, message);
        self.found(match ids.first() {
            Some(first) => finding.artifact(first),
            None => finding,
        });
        Ok(())
    }
}

/// The groups of nodes that lead to each other, each in ascending order. Edges are pairs of earlier and later.
fn circles(edges: &[(i64, i64)]) -> Vec<Vec<i64>> {
    let mut seqs: Vec<i64> = edges.iter().flat_map(|(input, output)| [*input, *output]).collect();
    seqs.sort_unstable();
    seqs.dedup();
    let node = |seq: &i64| u32::try_from(seqs.partition_point(|other| other < seq)).expect("fewer than 2^32 artifacts");
    let order = Order::new(&seqs, edges.iter().map(|(input, output)| (node(input), node(output))));
    order.circles().map(|nodes| nodes.iter().map(|node| seqs[*node as usize]).collect()).collect()
}
