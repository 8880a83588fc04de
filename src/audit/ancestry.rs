//! What lies above many artifacts at once: every set of ancestors is made from those of the inputs, as rows of bits.

use std::collections::BTreeSet;

use crate::base::graph::{Lists, Order};
use crate::manifest::{LinkInput, NodeRow, Reached};
use crate::model::{Result, Watch};

/// Up to so many artifacts are looked at one by one.
const ONE_BY_ONE_MOST: usize = 64;

/// How many words the rows of bits may take at once; beyond, they are made in several goes.
const WORDS_MOST: usize = 4 << 20;

/// The lineage that an audit looks at.
pub(super) struct Lineage<'a> {
    reached: &'a Reached,
    nodes: &'a [NodeRow],
    order: &'a Order,
    inputs: Lists,
    /// How many edges lead to each artifact, those from missing inputs included.
    edges_to: Vec<u64>,
    /// Whether it names inputs that the store doesn't hold.
    gap: Vec<bool>,
    /// Whether it has no inputs at all.
    root: Vec<bool>,
    /// Whether it lies on a circle.
    circular: Vec<bool>,
    types: Vec<&'a str>,
    /// Which of the types each has.
    type_of: Vec<u32>,
}

/// What lies above an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ancestry {
    /// How many artifacts it was made from, itself not counted.
    pub(super) ancestors: u64,
    /// How many edges lead to it and to them.
    pub(super) edges: u64,
    /// How many of them name inputs that the store doesn't hold.
    pub(super) gaps: u64,
    /// How many roots there are.
    pub(super) roots: u64,
    /// The roots, in the order of commits, if they were asked for.
    pub(super) root_list: Vec<u32>,
    /// Which of the required roles a root has.
    pub(super) roles: BTreeSet<u32>,
    /// The types of the ancestors.
    pub(super) types: BTreeSet<String>,
    /// Whether there are ancestors beyond the depth.
    pub(super) cut: bool,
}

/// What is to be found out.
pub(super) struct Question<'a> {
    /// The artifacts, by number.
    pub(super) targets: &'a [u32],
    /// How many edges far; as far as it goes without.
    pub(super) depth: Option<u64>,
    /// Whether the roots are listed.
    pub(super) list_roots: bool,
    /// Roles that roots should have.
    pub(super) required_roles: &'a [String],
}

impl<'a> Lineage<'a> {
    pub(super) fn new(reached: &'a Reached, nodes: &'a [NodeRow], order: &'a Order) -> Self {
        let count = nodes.len();
        let (mut edges_to, mut gap, mut circular) = (vec![0; count], vec![false; count], vec![false; count]);
        for edge in &reached.edges {
            edges_to[edge.output as usize] += 1;
            gap[edge.output as usize] |= matches!(edge.input, LinkInput::Missing(_));
        }
        let mut root: Vec<bool> = edges_to.iter().map(|edges| *edges == 0).collect();
        reached.cut_inputs.iter().for_each(|artifact| root[*artifact as usize] = false);
        order.circles().flatten().for_each(|artifact| circular[*artifact as usize] = true);
        let inputs = Lists::new(count, reached.pairs().map(|(input, output)| (output, input)));
        let types: BTreeSet<&str> = nodes.iter().map(|node| node.artifact_type.as_str()).collect();
        let types: Vec<&str> = types.into_iter().collect();
        let type_of = |node: &NodeRow| types.binary_search(&node.artifact_type.as_str()).expect("among all");
        let type_of = nodes.iter().map(|node| number(type_of(node))).collect();
        Self { reached, nodes, order, inputs, edges_to, gap, root, circular, types, type_of }
    }

    /// How many artifacts have no inputs.
    pub(super) fn root_count(&self) -> usize {
        self.root.iter().filter(|root| **root).count()
    }

    pub(super) fn is_circular(&self, artifact: u32) -> bool {
        self.circular[artifact as usize]
    }

    pub(super) fn node(&self, artifact: u32) -> &NodeRow {
        &self.nodes[artifact as usize]
    }

    /// What lies above each of the targets.
    pub(super) fn above(&self, question: &Question, watch: &dyn Watch) -> Result<Vec<Ancestry>> {
        // No way is longer than there are artifacts.
        let limited = question.depth.is_some_and(|depth| depth < self.nodes.len() as u64);
        if limited || question.targets.len() <= ONE_BY_ONE_MOST {
            self.one_by_one(question, watch)
        } else {
            self.together(question, watch)
        }
    }

    fn one_by_one(&self, question: &Question, watch: &dyn Watch) -> Result<Vec<Ancestry>> {
        // Each bears the number of the target that it was last seen for.
        let (mut seen, mut seen_types) = (vec![u32::MAX; self.nodes.len()], vec![u32::MAX; self.types.len()]);
        let mut above = Vec::with_capacity(question.targets.len());
        for (stamp, target) in (0..).zip(question.targets) {
            watch.step(above.len() as u64, question.targets.len() as u64, "artifacts audited")?;
            let mut found = Ancestry::default();
            let mut own_ancestor = false;
            seen[*target as usize] = stamp;
            let (mut level, mut next, mut depth) = (vec![*target], Vec::new(), 0);
            let mut ancestors = Vec::new();
            while !level.is_empty() {
                for at in level.drain(..) {
                    if question.depth == Some(depth) {
                        let at = at as usize;
                        found.cut |= self.edges_to[at] > 0 || !self.root[at];
                        continue;
                    }
                    found.edges += self.edges_to[at as usize];
                    for input in self.inputs.of(at) {
                        own_ancestor |= input == target;
                        if std::mem::replace(&mut seen[*input as usize], stamp) != stamp {
                            ancestors.push(*input);
                            next.push(*input);
                        }
                    }
                }
                depth += 1;
                std::mem::swap(&mut level, &mut next);
            }
            found.ancestors = ancestors.len() as u64;
            found.gaps = ancestors.iter().filter(|ancestor| self.gap[**ancestor as usize]).count() as u64;
            for ancestor in ancestors.iter().chain(own_ancestor.then_some(target)) {
                let its = self.type_of[*ancestor as usize];
                if std::mem::replace(&mut seen_types[its as usize], stamp) != stamp {
                    found.types.insert(self.types[its as usize].to_owned());
                }
            }
            ancestors.push(*target);
            ancestors.retain(|ancestor| self.root[*ancestor as usize]);
            found.roots = ancestors.len() as u64;
            for (number, role) in (0..).zip(question.required_roles) {
                if ancestors.iter().any(|root| self.node(*root).roles.contains(role)) {
                    found.roles.insert(number);
                }
            }
            if question.list_roots {
                ancestors.sort_unstable_by_key(|root| self.reached.artifacts[*root as usize]);
                found.root_list = ancestors;
            }
            above.push(found);
        }
        Ok(above)
    }

    fn together(&self, question: &Question, watch: &dyn Watch) -> Result<Vec<Ancestry>> {
        let count = self.nodes.len();
        let everyone = || 0..number(count);
        let mut above = vec![Ancestry::default(); count];
        let words = count.div_ceil(64);
        let bits = |holds: &dyn Fn(usize) -> bool| {
            let mut bits = vec![0_u64; words];
            (0..count).filter(|at| holds(*at)).for_each(|at| bits[at / 64] |= 1 << (at % 64));
            bits
        };
        // A sum over a row of bits is the sum over the digits of what is summed up, each counted by its own bits.
        let digits = 64 - self.edges_to.iter().max().copied().unwrap_or(0).leading_zeros();
        let digits: Vec<Vec<u64>> = (0..digits).map(|digit| bits(&|at| self.edges_to[at] >> digit & 1 == 1)).collect();
        let gaps = bits(&|at| self.gap[at]);
        let itself = Lists::new(count, everyone().map(|artifact| (artifact, artifact)));
        self.inherit(count, &itself, watch, &mut |artifact, first, row| {
            let found = &mut above[artifact as usize];
            found.ancestors += ones(row.iter().copied());
            let common = |other: &[u64]| ones(row.iter().zip(&other[first..]).map(|(one, other)| one & other));
            found.gaps += common(&gaps);
            found.edges += digits.iter().enumerate().map(|(digit, bits)| common(bits) << digit).sum::<u64>();
        })?;
        for artifact in everyone() {
            let found = &mut above[artifact as usize];
            if self.is_circular(artifact) {
                found.ancestors -= 1;
                found.gaps -= u64::from(self.gap[artifact as usize]);
            } else {
                found.edges += self.edges_to[artifact as usize];
            }
        }
        let mut roots: Vec<u32> = everyone().filter(|artifact| self.root[*artifact as usize]).collect();
        roots.sort_unstable_by_key(|root| self.reached.artifacts[*root as usize]);
        let of_root = Lists::new(count, roots.iter().copied().zip(0..));
        self.inherit(roots.len(), &of_root, watch, &mut |artifact, first, row| {
            let found = &mut above[artifact as usize];
            found.roots += ones(row.iter().copied());
            if question.list_roots {
                found.root_list.extend(set(first, row).map(|root| roots[root as usize]));
            }
        })?;
        let has = |root: &u32, role: &String| self.node(*root).roles.contains(role);
        let roles: Vec<(u32, u32)> = roots
            .iter()
            .flat_map(|root| {
                let held = (0..).zip(question.required_roles).filter(|(_, role)| has(root, role));
                held.map(|(number, _)| (*root, number)).collect::<Vec<_>>()
            })
            .collect();
        let roles = Lists::new(count, roles.iter().copied());
        self.inherit(question.required_roles.len(), &roles, watch, &mut |artifact, first, row| {
            above[artifact as usize].roles.extend(set(first, row));
        })?;
        for root in &roots {
            let found = &mut above[*root as usize];
            found.roots += 1;
            found.roles.extend(roles.of(*root));
            if question.list_roots {
                found.root_list.push(*root);
            }
        }
        let of_type = Lists::new(count, everyone().zip(self.type_of.iter().copied()));
        self.inherit(self.types.len(), &of_type, watch, &mut |artifact, first, row| {
            above[artifact as usize].types.extend(set(first, row).map(|at| self.types[at as usize].to_owned()));
        })?;
        let take = |target: &u32| std::mem::take(&mut above[*target as usize]);
        Ok(question.targets.iter().map(take).collect())
    }

    /// Hands every artifact the marks of its ancestors, as bits, a stretch of them at a time: of the row of each, which
    /// word is its first, and the words. Who lies on a circle is its own ancestor.
    fn inherit(
        &self,
        marks: usize,
        marks_of: &Lists,
        watch: &dyn Watch,
        take: &mut dyn FnMut(u32, usize, &[u64]),
    ) -> Result<()> {
        let groups = self.order.groups();
        let mut group_of = vec![0; self.nodes.len()];
        for (at, group) in groups.iter().enumerate() {
            group.members.iter().for_each(|artifact| group_of[*artifact as usize] = at);
        }
        let all = marks.div_ceil(64);
        let width = (WORDS_MOST / groups.len().max(1)).clamp(1, all.max(1));
        let goes = all.div_ceil(width);
        for (go, first) in (0..all).step_by(width).enumerate() {
            let width = width.min(all - first);
            let mut rows = vec![0_u64; groups.len() * width];
            for (at, group) in groups.iter().enumerate() {
                if at % 1024 == 0 {
                    let done = go * groups.len() + at;
                    watch.step(done as u64, (goes * groups.len()) as u64, "lineages followed")?;
                }
                let (earlier, rest) = rows.split_at_mut(at * width);
                let row = &mut rest[..width];
                let mark = |row: &mut [u64], artifact: u32| {
                    for mark in marks_of.of(artifact) {
                        let (word, bit) = (*mark as usize / 64, mark % 64);
                        if (first..first + width).contains(&word) {
                            row[word - first] |= 1 << bit;
                        }
                    }
                };
                for artifact in &group.members {
                    for input in self.inputs.of(*artifact) {
                        let from = group_of[*input as usize];
                        mark(row, *input);
                        if from != at {
                            let theirs = &earlier[from * width..(from + 1) * width];
                            row.iter_mut().zip(theirs).for_each(|(own, theirs)| *own |= theirs);
                        }
                    }
                }
                group.members.iter().for_each(|artifact| take(*artifact, first, row));
            }
        }
        Ok(())
    }
}

fn ones(words: impl Iterator<Item = u64>) -> u64 {
    words.map(|word| u64::from(word.count_ones())).sum()
}

/// The bits that are set in a row, by number.
fn set(first: usize, row: &[u64]) -> impl Iterator<Item = u32> {
    let bits = move |(at, word): (usize, &u64)| {
        let word = *word;
        (0..64_u32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| number((first + at) * 64) + bit)
    };
    row.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("artifacts are numbered in 32 bits")
}
