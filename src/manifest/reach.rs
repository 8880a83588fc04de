//! Walks along the edges, and what they reach: by place in the order of commits, ten thousand artifacts in some
//! milliseconds.

use std::collections::{HashMap, HashSet};

use rusqlite::{CachedStatement, Row};

use super::Manifest;
use super::edges::damaged;
use crate::model::artifact::{Input, Status};
use crate::model::ids::{ArtifactId, Relation};
use crate::model::{Result, Unwatched, Watch};

/// Where a walk begins, how far it goes and along what.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    /// Where it begins, by place in the order of commits.
    pub starts: &'a [i64],
    /// Whether it goes to what they were made from.
    pub inputs: bool,
    /// Whether it goes to what was made of them.
    pub outputs: bool,
    /// How many edges far; as far as it goes without.
    pub depth: Option<u64>,
    /// Along these relations only; without any, along all that are no annotations.
    pub relations: &'a [Relation],
    /// At most so many artifacts.
    pub artifacts_most: usize,
    /// At most so many edges.
    pub edges_most: usize,
}

impl<'a> Walk<'a> {
    /// As far as it goes, one way.
    pub fn whole(starts: &'a [i64], inputs: bool) -> Self {
        Self {
            starts,
            inputs,
            outputs: !inputs,
            depth: None,
            relations: &[],
            artifacts_most: usize::MAX,
            edges_most: usize::MAX,
        }
    }
}

/// What a walk reached. Artifacts are numbered from 0, the starts first, then nearest first, inputs before outputs.
#[derive(Debug, Default)]
pub struct Reached {
    /// The artifacts, by place in the order of commits.
    pub artifacts: Vec<i64>,
    /// How many edges each is away from the nearest start.
    pub depths: Vec<u64>,
    /// The edges the walk went along, in the order in which it did; each once.
    pub edges: Vec<Link>,
    /// The relations that edges have.
    pub relations: Vec<Relation>,
    /// Inputs that edges name and the store doesn't hold.
    pub missing: Vec<ArtifactId>,
    /// Artifacts with inputs to which the walk wasn't allowed to go.
    pub cut_inputs: Vec<u32>,
    /// Artifacts with outputs to which the walk wasn't allowed to go.
    pub cut_outputs: Vec<u32>,
    /// Whether the limits of artifacts or edges ended the walk.
    pub truncated: bool,
}

/// An edge between two numbered artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// What the output was made from.
    pub input: LinkInput,
    /// What was made.
    pub output: u32,
    /// Which of the relations.
    pub relation: u32,
}

/// The one end of an edge that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkInput {
    /// An artifact.
    There(u32),
    /// An input that the store doesn't hold.
    Missing(u32),
}

impl Reached {
    fn cut(&mut self, to_inputs: bool) -> &mut Vec<u32> {
        if to_inputs { &mut self.cut_inputs } else { &mut self.cut_outputs }
    }

    /// The artifacts that no edge leads to, by place in the order of commits.
    pub fn roots(&self) -> Vec<i64> {
        let mut is_root = vec![true; self.artifacts.len()];
        self.edges.iter().for_each(|edge| is_root[edge.output as usize] = false);
        self.artifacts.iter().zip(is_root).filter_map(|(seq, is_root)| is_root.then_some(*seq)).collect()
    }

    /// The edges between artifacts that are there, as pairs of input and output.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        self.edges.iter().filter_map(|edge| match edge.input {
            LinkInput::There(input) => Some((input, edge.output)),
            LinkInput::Missing(_) => None,
        })
    }
}

/// As much of an artifact as a graph shows.
#[derive(Debug, Clone)]
pub struct NodeRow {
    pub artifact_id: ArtifactId,
    pub artifact_type: String,
    pub logical_key: String,
    pub version: u32,
    pub status: Status,
    pub archived: bool,
    pub run_id: Option<String>,
    pub created_at: String,
    pub roles: Vec<String>,
}

impl Manifest {
    /// Walks along the edges, each artifact once, so that circles end.
    pub fn reach(&self, walk: &Walk, watch: &dyn Watch) -> Result<Reached> {
        let mut walker =
            Walker { walk, numbers: HashMap::new(), words: HashMap::new(), names: HashMap::new(), taken: None };
        let mut reached = Reached::default();
        for start in walk.starts {
            walker.number(&mut reached, *start, 0);
        }
        if walk.inputs && walk.outputs {
            walker.taken = Some(HashSet::new());
        }
        let starts = reached.artifacts.len();
        if walk.inputs {
            let statement = self.cached(
                "SELECT input, missing_input, output, relation, ordinal FROM edges WHERE output = ?1 ORDER BY ordinal",
            )?;
            walker.go(&mut reached, starts, statement, true, watch)?;
        }
        if walk.outputs {
            let statement = self.cached(
                "SELECT output, NULL, output, relation, ordinal FROM edges JOIN artifacts ON seq = output
                 WHERE input = ?1 ORDER BY created_at DESC, seq DESC, ordinal",
            )?;
            walker.go(&mut reached, starts, statement, false, watch)?;
        }
        reached.cut_inputs.dedup();
        reached.cut_outputs.dedup();
        Ok(reached)
    }

    /// Parts inputs into those that an artifact may get and those that were made of it. It may not be there yet: others can
    /// name it before it comes.
    pub fn part_circles(&self, artifact_id: &ArtifactId, inputs: Vec<Input>) -> Result<(Vec<Input>, Vec<Input>)> {
        let id = artifact_id.as_str();
        let starts = match self.artifact_seq(id)? {
            Some(seq) => vec![seq],
            None => self.made_from_missing(id)?,
        };
        let made: HashSet<i64> = match inputs.is_empty() {
            true => HashSet::new(),
            false => self.reach(&Walk::whole(&starts, false), &Unwatched)?.artifacts.into_iter().collect(),
        };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for input in inputs {
            let there = self.artifact_seq(input.artifact_id.as_str())?;
            let circle = input.artifact_id == *artifact_id || there.is_some_and(|seq| made.contains(&seq));
            if circle && !input.relation.is_annotation() { bad.push(input) } else { good.push(input) }
        }
        Ok((good, bad))
    }

    /// What a graph shows of these artifacts, in their order.
    pub fn node_rows(&self, seqs: &[i64]) -> Result<Vec<NodeRow>> {
        #[derive(serde::Deserialize)]
        struct Details {
            roles: Vec<String>,
        }
        let mut statement = self.cached(
            "SELECT artifact_id, artifact_type, logical_key, version, deleted_at IS NOT NULL, superseded_at IS NOT NULL,
                run_id, created_at, details, archived FROM artifacts WHERE seq = ?1",
        )?;
        let mut nodes = Vec::with_capacity(seqs.len());
        for seq in seqs {
            nodes.push(statement.query_row([seq], |row| {
                let artifact_id = ArtifactId::try_from(row.get::<_, String>(0)?);
                let details = serde_json::from_str::<Details>(row.get_ref(8)?.as_str()?);
                let status = match (row.get(4)?, row.get(5)?) {
                    (true, _) => Status::Tombstoned,
                    (false, true) => Status::Superseded,
                    (false, false) => Status::Active,
                };
                Ok(artifact_id.map_err(damaged).and_then(|artifact_id| {
                    Ok(NodeRow {
                        artifact_id,
                        artifact_type: row.get(1)?,
                        logical_key: row.get(2)?,
                        version: row.get(3)?,
                        status,
                        archived: row.get(9)?,
                        run_id: row.get(6)?,
                        created_at: row.get(7)?,
                        roles: details.map_err(|error| damaged(error.to_string()))?.roles,
                    })
                }))
            })??);
        }
        Ok(nodes)
    }
}

fn text<'r>(row: &'r Row, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

struct Walker<'a> {
    walk: &'a Walk<'a>,
    numbers: HashMap<i64, u32>,
    /// The number of each relation; none for those that aren't followed.
    words: HashMap<String, Option<u32>>,
    /// The number of each missing input.
    names: HashMap<String, u32>,
    /// The edges taken so far, where the two ways may meet.
    taken: Option<HashSet<(u32, i64)>>,
}

impl Walker<'_> {
    fn go(
        &mut self,
        reached: &mut Reached,
        starts: usize,
        mut statement: CachedStatement,
        to_inputs: bool,
        watch: &dyn Watch,
    ) -> Result<()> {
        let mut level: Vec<u32> = (0..u32::try_from(starts).expect("few")).collect();
        let mut seen = vec![true; starts];
        let mut next = Vec::new();
        let (mut depth, mut done) = (0, 0_u64);
        while !level.is_empty() {
            let last = self.walk.depth == Some(depth);
            depth += 1;
            for at in level.drain(..) {
                if done.is_multiple_of(1024) {
                    watch.step(done, 0, "artifacts followed")?;
                }
                done += 1;
                let mut rows = statement.query([reached.artifacts[at as usize]])?;
                while let Some(row) = rows.next()? {
                    let Some(relation) = self.relation(reached, text(row, 3)?)? else { continue };
                    if last || reached.edges.len() >= self.walk.edges_most {
                        reached.truncated |= !last;
                        reached.cut(to_inputs).push(at);
                        break;
                    }
                    let edge = match row.get::<_, Option<i64>>(0)? {
                        Some(seq) => {
                            let Some(other) = self.number(reached, seq, depth) else {
                                reached.truncated = true;
                                reached.cut(to_inputs).push(at);
                                continue;
                            };
                            seen.resize(reached.artifacts.len(), false);
                            if !std::mem::replace(&mut seen[other as usize], true) {
                                next.push(other);
                            }
                            let (input, output) = if to_inputs { (other, at) } else { (at, other) };
                            Link { input: LinkInput::There(input), output, relation }
                        }
                        None => {
                            let input = self.missing(reached, text(row, 1)?)?;
                            Link { input: LinkInput::Missing(input), output: at, relation }
                        }
                    };
                    let new = match &mut self.taken {
                        Some(taken) => taken.insert((edge.output, row.get(4)?)),
                        None => true,
                    };
                    if new {
                        reached.edges.push(edge);
                    }
                }
            }
            std::mem::swap(&mut level, &mut next);
        }
        Ok(())
    }

    /// The number of an artifact, a new one if need be; none when there are enough.
    fn number(&mut self, reached: &mut Reached, seq: i64, depth: u64) -> Option<u32> {
        if let Some(number) = self.numbers.get(&seq) {
            let known = &mut reached.depths[*number as usize];
            *known = depth.min(*known);
            return Some(*number);
        }
        if reached.artifacts.len() >= self.walk.artifacts_most {
            return None;
        }
        let number = u32::try_from(reached.artifacts.len()).ok()?;
        reached.artifacts.push(seq);
        reached.depths.push(depth);
        self.numbers.insert(seq, number);
        Some(number)
    }

    fn relation(&mut self, reached: &mut Reached, word: &str) -> Result<Option<u32>> {
        if let Some(known) = self.words.get(word) {
            return Ok(*known);
        }
        let relation = Relation::try_from(word.to_owned()).map_err(damaged)?;
        let named = self.walk.relations;
        let followed = if named.is_empty() { !relation.is_annotation() } else { named.contains(&relation) };
        let number = followed.then(|| {
            reached.relations.push(relation);
            u32::try_from(reached.relations.len() - 1).expect("fewer than 2^32 edges")
        });
        self.words.insert(word.to_owned(), number);
        Ok(number)
    }

    fn missing(&mut self, reached: &mut Reached, name: &str) -> Result<u32> {
        if let Some(known) = self.names.get(name) {
            return Ok(*known);
        }
        reached.missing.push(ArtifactId::try_from(name.to_owned()).map_err(damaged)?);
        let number = u32::try_from(reached.missing.len() - 1).expect("fewer than 2^32 edges");
        self.names.insert(name.to_owned(), number);
        Ok(number)
    }
}
