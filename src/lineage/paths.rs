//! The ways from one artifact to another, shortest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::graph::{Lists, Order};
use crate::manifest::{Manifest, Walk};
use crate::model::ids::Relation;
use crate::model::{Result, Watch};

/// Most artifacts and edges that are looked at.
const ARTIFACTS_MOST: usize = 1_000_000;
const EDGES_MOST: usize = 4_000_000;

/// Most steps from one artifact to the next that are tried.
const STEPS_MOST: usize = 2_000_000;

/// Ways from one artifact to another.
#[derive(Debug, Default)]
pub struct Paths {
    /// Each as artifacts by place in the order of commits, both ends included.
    pub paths: Vec<Vec<i64>>,
    /// Whether there are more, or may be.
    pub truncated: bool,
}

/// A way begun: its last artifact, and the way that led there.
struct Begun {
    artifact: u32,
    before: Option<usize>,
}

/// Finds the shortest `limit` ways along the edges that come by no artifact twice; those of one length in a fixed order.
///
/// Only artifacts from which the end can be reached are looked at, each with the length of its shortest way there. So a
/// way begun can nearly always be ended, and which one ends first is known: what is found costs work, what is not found
/// doesn't, however many ways there are.
pub fn find(
    manifest: &Manifest,
    (from, to): (i64, i64),
    limit: usize,
    depth: Option<u64>,
    relations: &[Relation],
    watch: &dyn Watch,
) -> Result<Paths> {
    let end = [to];
    let walk =
        Walk { depth, relations, artifacts_most: ARTIFACTS_MOST, edges_most: EDGES_MOST, ..Walk::whole(&end, true) };
    let reached = manifest.reach(&walk, watch)?;
    let mut found = Paths { paths: Vec::new(), truncated: reached.truncated };
    let Some(start) = reached.artifacts.iter().position(|artifact| *artifact == from) else { return Ok(found) };
    let start = u32::try_from(start).expect("artifacts are numbered in 32 bits");
    let mut pairs: Vec<(u32, u32)> = reached.pairs().collect();
    pairs.sort_unstable_by_key(|(input, output)| (*input, reached.artifacts[*output as usize]));
    pairs.dedup();
    let outputs = Lists::new(reached.artifacts.len(), pairs.iter().copied());
    let circle_of = circles(&reached.artifacts, &pairs);
    let farther = |length: u64, artifact: u32| length + reached.depths[artifact as usize];
    let mut begun = vec![Begun { artifact: start, before: None }];
    // The shortest whole first; of equal ones the one that has come farthest, so that it is ended before others begin.
    let mut waiting = BinaryHeap::from([Reverse((farther(0, start), Reverse(0), 0))]);
    while let Some(Reverse((_, Reverse(length), at))) = waiting.pop() {
        let artifact = begun[at].artifact;
        if artifact == 0 {
            if found.paths.len() == limit {
                found.truncated = true;
                break;
            }
            found.paths.push(way(&begun, at).map(|artifact| reached.artifacts[artifact as usize]).collect());
            found.paths.last_mut().expect("just found").reverse();
            continue;
        }
        watch.step(found.paths.len() as u64, limit as u64, "paths found")?;
        for next in outputs.of(artifact) {
            let length = length + 1;
            let whole = farther(length, *next);
            if depth.is_some_and(|most| whole > most) || comes_by(&begun, at, *next, &circle_of) {
                continue;
            }
            if begun.len() >= STEPS_MOST {
                found.truncated = true;
                return Ok(found);
            }
            waiting.push(Reverse((whole, Reverse(length), begun.len())));
            begun.push(Begun { artifact: *next, before: Some(at) });
        }
    }
    Ok(found)
}

/// The artifacts of a way begun, the last first.
fn way(begun: &[Begun], at: usize) -> impl Iterator<Item = u32> {
    let ways = std::iter::successors(Some(at), |at| begun[*at].before);
    ways.map(|at| begun[at].artifact)
}

/// Whether a way begun comes by an artifact; it can only where both lie on circles with each other.
fn comes_by(begun: &[Begun], at: usize, artifact: u32, circle_of: &[Option<u32>]) -> bool {
    let circle = circle_of[artifact as usize];
    circle.is_some()
        && way(begun, at)
            .take_while(|earlier| circle_of[*earlier as usize] == circle)
            .any(|earlier| earlier == artifact)
}

/// The circle that each artifact lies on.
fn circles(ranks: &[i64], pairs: &[(u32, u32)]) -> Vec<Option<u32>> {
    let mut circle_of = vec![None; ranks.len()];
    for (number, members) in (0..).zip(Order::new(ranks, pairs.iter().copied()).circles()) {
        members.iter().for_each(|artifact| circle_of[*artifact as usize] = Some(number));
    }
    circle_of
}
