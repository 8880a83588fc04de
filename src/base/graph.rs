//! The order of a graph of numbered nodes: what comes before what, and which nodes lie on circles.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// For every node, the numbers that belong to it, all in one list.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Sorts pairs of a node and a number into lists; each keeps the order of the pairs.
    pub fn new(nodes: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; nodes + 1];
        for (node, _) in pairs.clone() {
            starts[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[nodes]];
        for (node, item) in pairs {
            items[next[node as usize]] = item;
            next[node as usize] += 1;
        }
        Self { starts, items }
    }

    /// The numbers that belong to a node.
    pub fn of(&self, node: u32) -> &[u32] {
        &self.items[self.starts[node as usize]..self.starts[node as usize + 1]]
    }
}

/// Nodes in an order in which every edge leads forward, but for those inside a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    groups: Vec<Group>,
}

/// Nodes that can all be reached from each other; mostly one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its nodes, by rank.
    pub members: Vec<u32>,
    /// Whether they lie on a circle: several nodes, or one with an edge to itself.
    pub circular: bool,
}

impl Order {
    /// Orders nodes by edges from earlier to later; where these leave a choice, the lower rank comes first.
    pub fn new(ranks: &[i64], edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let nodes = ranks.len();
        let later = Lists::new(nodes, edges.clone());
        let (group_of, count) = circles(nodes, &later);
        let mut groups = vec![Group { members: Vec::new(), circular: false }; count];
        for node in 0..nodes {
            groups[group_of[node] as usize].members.push(number(node));
        }
        let mut waits_for = vec![0_usize; count];
        for (from, to) in edges {
            match (group_of[from as usize], group_of[to as usize]) {
                (one, other) if one == other => groups[one as usize].circular = true,
                (_, other) => waits_for[other as usize] += 1,
            }
        }
        for group in &mut groups {
            group.members.sort_by_key(|node| (ranks[*node as usize], *node));
        }
        let rank = |group: u32| {
            let first = groups[group as usize].members[0];
            (ranks[first as usize], group)
        };
        let mut ready: BinaryHeap<_> = (0..number(count))
            .filter(|group| waits_for[*group as usize] == 0)
            .map(|group| Reverse(rank(group)))
            .collect();
        let mut sequence = Vec::with_capacity(count);
        while let Some(Reverse((_, group))) = ready.pop() {
            sequence.push(group);
            for node in &groups[group as usize].members {
                for next in later.of(*node) {
                    let next = group_of[*next as usize];
                    if next != group {
                        waits_for[next as usize] -= 1;
                        if waits_for[next as usize] == 0 {
                            ready.push(Reverse(rank(next)));
                        }
                    }
                }
            }
        }
        let mut groups: Vec<_> = groups.into_iter().map(Some).collect();
        let sequence = sequence.into_iter().filter_map(|group| groups[group as usize].take());
        Self { groups: sequence.collect() }
    }

    /// The groups, in order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The nodes, in order; those of a circle stand together.
    pub fn nodes(&self) -> impl Iterator<Item = u32> {
        self.groups.iter().flat_map(|group| group.members.iter().copied())
    }

    /// The circles.
    pub fn circles(&self) -> impl Iterator<Item = &[u32]> {
        self.groups.iter().filter(|group| group.circular).map(|group| group.members.as_slice())
    }
}

/// The strongly connected groups, as Tarjan finds them, without recursion: a chain may be long.
fn circles(nodes: usize, later: &Lists) -> (Vec<u32>, usize) {
    const UNSEEN: u32 = u32::MAX;
    let mut group_of = vec![UNSEEN; nodes];
    let mut found = vec![UNSEEN; nodes];
    let mut lowest = vec![0_u32; nodes];
    let (mut clock, mut groups) = (0, 0);
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, usize)> = Vec::new();
    for start in 0..number(nodes) {
        if found[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, 0));
        while let Some((node, step)) = path.last_mut() {
            let (at, first) = (*node as usize, *step == 0);
            if first {
                (found[at], lowest[at]) = (clock, clock);
                clock += 1;
                open.push(*node);
            }
            if let Some(next) = later.of(*node).get(*step) {
                *step += 1;
                let next = *next as usize;
                if found[next] == UNSEEN {
                    path.push((number(next), 0));
                } else if group_of[next] == UNSEEN {
                    lowest[at] = lowest[at].min(found[next]);
                }
                continue;
            }
            if lowest[at] == found[at] {
                while let Some(member) = open.pop() {
                    group_of[member as usize] = number(groups);
                    if member as usize == at {
                        break;
                    }
                }
                groups += 1;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                let before = *before as usize;
                lowest[before] = lowest[before].min(lowest[at]);
            }
        }
    }
    (group_of, groups)
}

/// Nodes are counted in 32 bits.
fn number(node: usize) -> u32 {
    u32::try_from(node).expect("fewer than 2^32 nodes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(nodes: usize, edges: &[(u32, u32)]) -> (Vec<u32>, Vec<Vec<u32>>) {
        let ranks: Vec<i64> = (0..nodes as i64).collect();
        let order = Order::new(&ranks, edges.iter().copied());
        (order.nodes().collect(), order.circles().map(<[u32]>::to_vec).collect())
    }

    #[test]
    fn edges_lead_forward_and_the_lower_rank_comes_first() {
        assert_eq!(ordered(0, &[]), (vec![], vec![]));
        assert_eq!(ordered(3, &[]), (vec![0, 1, 2], vec![]));
        assert_eq!(ordered(4, &[(3, 0), (3, 1), (0, 2), (1, 2), (1, 2)]), (vec![3, 0, 1, 2], vec![]));
        let order = Order::new(&[9, 5, 7], [].into_iter());
        assert_eq!(order.nodes().collect::<Vec<_>>(), [1, 2, 0]);
    }

    #[test]
    fn circles_are_named_and_nobody_vanishes() {
        assert_eq!(ordered(2, &[(1, 1), (1, 0)]), (vec![1, 0], vec![vec![1]]));
        assert_eq!(
            ordered(6, &[(5, 1), (1, 2), (2, 3), (3, 1), (3, 4), (4, 0)]),
            (vec![5, 1, 2, 3, 4, 0], vec![vec![1, 2, 3]])
        );
        assert_eq!(ordered(4, &[(2, 3), (3, 2), (0, 1), (1, 0)]), (vec![0, 1, 2, 3], vec![vec![0, 1], vec![2, 3]]));
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<(u32, u32)> = (0..200_000).map(|node| (node + 1, node)).collect();
        let (nodes, circles) = ordered(200_001, &edges);
        assert!(nodes.into_iter().eq((0..200_001).rev()) && circles.is_empty());
    }
}
