//! Inputs that are not there, and artifacts that are made from themselves.

use std::collections::BTreeMap;

use super::Pass;
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
            let mut ids = Vec::new();
            for seq in circle.iter().take(NAMED) {
                ids.extend(manifest.artifact_at(*seq)?.map(|found| found.record.artifact_id.to_string()));
            }
            let more = if circle.len() > NAMED { format!(" and {} more", circle.len() - NAMED) } else { String::new() };
            let message = match circle.len() {
                1 => format!("artifact {} is made from itself", ids.join(", ")),
                _ => format!("artifacts are made from each other in a circle: {}{more}", ids.join(", ")),
            };
            let finding = Finding::warning(Check::Lineage, Code::Circle, message);
            self.found(match ids.first() {
                Some(first) => finding.artifact(first),
                None => finding,
            });
        }
        Ok(())
    }
}

/// The groups of nodes that lead to each other, each in ascending order, by their first nodes. Edges are pairs of input
/// and output.
fn circles(edges: &[(i64, i64)]) -> Vec<Vec<i64>> {
    let mut outputs: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (input, output) in edges {
        outputs.entry(*input).or_default().push(*output);
        outputs.entry(*output).or_default();
    }
    // Tarjan's algorithm, its recursion as a stack of its own: chains may be long.
    let (mut index, mut low) = (BTreeMap::new(), BTreeMap::new());
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let mut is_open = std::collections::BTreeSet::new();
    for root in outputs.keys() {
        let mut path = vec![(*root, 0)];
        while let Some((node, at)) = path.pop() {
            if at == 0 {
                if index.contains_key(&node) {
                    continue;
                }
                let number = index.len();
                index.insert(node, number);
                low.insert(node, number);
                open.push(node);
                is_open.insert(node);
            } else {
                let child = outputs[&node][at - 1];
                if is_open.contains(&child) {
                    let lowest = low[&node].min(low[&child]);
                    low.insert(node, lowest);
                }
            }
            if let Some(child) = outputs[&node].get(at) {
                path.push((node, at + 1));
                path.push((*child, 0));
            } else if low[&node] == index[&node] {
                let start = open.iter().rposition(|other| *other == node).expect("it was opened");
                let mut group = open.split_off(start);
                group.iter().for_each(|member| _ = is_open.remove(member));
                group.sort_unstable();
                if group.len() > 1 || outputs[&node].contains(&node) {
                    found.push(group);
                }
            }
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn circles_are_found_and_nothing_else() {
        assert!(circles(&[]).is_empty());
        assert!(circles(&[(1, 2), (1, 3), (2, 4), (3, 4), (2, 3)]).is_empty());
        assert_eq!(circles(&[(7, 7)]), [[7]]);
        let two = [(1, 2), (2, 3), (3, 2), (3, 4), (4, 5), (5, 6), (6, 4), (6, 7), (9, 1)];
        assert_eq!(circles(&two), [vec![2, 3], vec![4, 5, 6]]);
        let long: Vec<(i64, i64)> = (0..20_000).map(|at| (at, (at + 1) % 20_000)).collect();
        assert_eq!(circles(&long)[0].len(), 20_000);
    }
}
