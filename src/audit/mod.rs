//! What can be said of an artifact by who asks where it came from: its ancestors and roots, the roles these must have,
//! and whether its bytes still are what their hash says.

mod ancestry;
mod bytes;
mod text;

use std::collections::{BTreeMap, HashMap};

use crate::base::graph::Order;
use crate::manifest::{Found, LinkInput, Walk};
use crate::model::audit::{Audited, GraphStats, Issue, IssueName, Provenance, Root, Totals, Verdict};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Result, Watch};
use crate::store::{Reader, View};
use ancestry::{Ancestry, Lineage};
use bytes::Bytes;

pub use text::{markdown, text};

/// Most roots that one report lists.
const ROOTS_MOST: u64 = 1_000_000;

/// How many missing inputs of an artifact are named.
const NAMED_MOST: usize = 10;

/// What is to be audited, and how.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The artifacts, each once; all of the store without.
    pub artifact_ids: Option<Vec<ArtifactId>>,
    /// Whether the roots are listed.
    pub trace_roots: bool,
    /// Whether the bytes are read and hashed.
    pub verify_hashes: bool,
    /// How many edges far ancestors are looked for.
    pub max_depth: Option<u64>,
    /// Roles that the roots must have.
    pub required_roles: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Findings {
    /// The artifacts.
    pub artifacts: Vec<Audited>,
    /// All of them in numbers.
    pub totals: Totals,
    /// The lineage that was looked at.
    pub graph_stats: GraphStats,
}

/// Audits; changes nothing.
pub fn audit(reader: &Reader, question: &Question, watch: &dyn Watch) -> Result<Findings> {
    let manifest = reader.manifest();
    let (targets, places) = match &question.artifact_ids {
        None => {
            let seqs = manifest.artifact_seqs()?;
            (seqs.iter().copied().map(Ok).collect::<Vec<_>>(), seqs)
        }
        Some(ids) => {
            let mut targets = Vec::with_capacity(ids.len());
            for artifact_id in ids {
                targets.push(manifest.artifact_seq(artifact_id.as_str())?.ok_or(artifact_id));
            }
            let places = targets.iter().copied().filter_map(std::result::Result::ok).collect();
            (targets, places)
        }
    };
    let walk = Walk { depth: question.max_depth, ..Walk::whole(&places, true) };
    let reached = manifest.reach(&walk, watch)?;
    let nodes = manifest.node_rows(&reached.artifacts)?;
    let order = Order::new(&reached.artifacts, reached.pairs());
    let lineage = Lineage::new(&reached, &nodes, &order);
    // The walk has numbered its starts first, as they came.
    let numbers: Vec<u32> = (0..).take(places.len()).collect();
    let above = lineage.above(
        &ancestry::Question {
            targets: &numbers,
            depth: question.max_depth,
            list_roots: question.trace_roots,
            required_roles: &question.required_roles,
        },
        watch,
    )?;
    let roots: u64 = above.iter().map(|ancestry| ancestry.root_list.len() as u64).sum();
    if roots > ROOTS_MOST {
        return Err(Error::limit_exceeded(format!("there are {roots} roots to list; a report lists {ROOTS_MOST}"))
            .field("traceRoots")
            .hint("audit fewer artifacts at a time, or leave traceRoots out: every artifact has its rootCount"));
    }
    let mut bytes = Bytes::new(reader, question.verify_hashes.then_some(places.as_slice()))?;
    let mut missing = missing_inputs(&reached);
    let mut artifacts = Vec::with_capacity(targets.len());
    let mut known = (0..).zip(above);
    for target in targets {
        let audited = match target {
            Err(artifact_id) => unknown(artifact_id),
            Ok(seq) => {
                let (number, ancestry) = known.next().expect("one for each that is known");
                let found = manifest.artifact_at(seq)?.ok_or_else(|| Error::internal("an artifact is gone"))?;
                let mut issues = bytes.verify(reader, &found, watch)?;
                let hash_verified = bytes.verdict(&found, &issues);
                issues.extend(lineage_issues(&ancestry, question, missing.remove(&number)));
                if lineage.is_circular(number) {
                    issues.push(issue(IssueName::Circle, "it was made from itself, at once or over others".to_owned()));
                }
                let roots = question.trace_roots.then(|| {
                    ancestry.root_list.iter().map(|root| {
                        let node = lineage.node(*root);
                        let (artifact_type, roles) = (node.artifact_type.clone(), node.roles.clone());
                        Root { artifact_id: node.artifact_id.clone(), artifact_type, roles }
                    })
                });
                let roots = roots.map(Iterator::collect);
                audited(found, ancestry, issues, hash_verified, roots)
            }
        };
        if artifacts.len() % 1024 == 0 {
            watch.step(artifacts.len() as u64, numbers.len() as u64, "artifacts audited")?;
        }
        artifacts.push(audited);
    }
    let mut graph_stats = GraphStats {
        node_count: Count(nodes.len() as u64),
        edge_count: Count(reached.edges.len() as u64),
        root_count: Count(lineage.root_count() as u64),
        nodes_by_type: BTreeMap::new(),
        edges_by_relation: BTreeMap::new(),
    };
    for node in &nodes {
        add(&mut graph_stats.nodes_by_type, &node.artifact_type);
    }
    for edge in &reached.edges {
        add(&mut graph_stats.edges_by_relation, reached.relations[edge.relation as usize].as_str());
    }
    let totals = totals(&artifacts, &bytes);
    Ok(Findings { artifacts, totals, graph_stats })
}

fn add(counts: &mut BTreeMap<String, Count>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => count.0 += 1,
        None => drop(counts.insert(name.to_owned(), Count(1))),
    }
}

/// The inputs that artifacts name and the store doesn't hold.
fn missing_inputs(reached: &crate::manifest::Reached) -> HashMap<u32, Vec<&ArtifactId>> {
    let mut missing: HashMap<u32, Vec<&ArtifactId>> = HashMap::new();
    for edge in &reached.edges {
        if let LinkInput::Missing(input) = edge.input {
            missing.entry(edge.output).or_default().push(&reached.missing[input as usize]);
        }
    }
    missing
}

fn lineage_issues(ancestry: &Ancestry, question: &Question, missing: Option<Vec<&ArtifactId>>) -> Vec<Issue> {
    let mut issues = Vec::new();
    let lacks = (0..).zip(&question.required_roles).filter(|(number, _)| !ancestry.roles.contains(number));
    let lacks: Vec<&str> = lacks.map(|(_, role)| role.as_str()).collect();
    if !lacks.is_empty() {
        let within = if ancestry.cut { " within maxDepth" } else { "" };
        let roles = lacks.join(", ");
        issues.push(issue(IssueName::MissingRoles, format!("none of its roots{within} has the role {roles}")));
    }
    if let Some(missing) = missing {
        let named: Vec<&str> = missing.iter().take(NAMED_MOST).map(|id| id.as_str()).collect();
        let more = match missing.len().saturating_sub(NAMED_MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("the store doesn't hold what it names as input: {}{more}", named.join(", "));
        issues.push(issue(IssueName::MissingInput, message));
    }
    if ancestry.gaps > 0 {
        let message = match ancestry.gaps {
            1 => "one of its ancestors names inputs that the store doesn't hold".to_owned(),
            many => format!("{many} of its ancestors name inputs that the store doesn't hold"),
        };
        issues.push(issue(IssueName::IncompleteLineage, message));
    }
    issues
}

fn issue(name: IssueName, message: String) -> Issue {
    Issue { name, severity: name.severity(), message }
}

fn verdict(issues: &[Issue]) -> Verdict {
    issues.iter().map(|issue| issue.name.verdict()).min().unwrap_or(Verdict::Ok)
}

fn audited(
    Found { record, state, .. }: Found,
    ancestry: Ancestry,
    mut issues: Vec<Issue>,
    hash_verified: Option<bool>,
    roots: Option<Vec<Root>>,
) -> Audited {
    issues.sort_by_key(|issue| issue.name);
    Audited {
        status: verdict(&issues),
        issues,
        artifact_status: Some(state.status()),
        artifact_id: record.artifact_id,
        artifact_type: Some(record.artifact_type.to_string()),
        logical_key: Some(record.logical_key),
        version: Some(record.version),
        content_hash: Some(record.content_hash),
        file_hash: Some(record.file_hash),
        size_bytes: Some(Count(record.size_bytes)),
        created_at: Some(record.created_at),
        roles: record.roles,
        provenance: Some(Provenance {
            run_id: record.run_id,
            writer: record.writer,
            git: record.git,
            params: record.params,
            source: record.source,
        }),
        hash_verified,
        ancestor_count: Count(ancestry.ancestors),
        edge_count: Count(ancestry.edges),
        ancestor_types: ancestry.types.into_iter().collect(),
        root_count: Count(ancestry.roots),
        roots,
        cut: ancestry.cut,
    }
}

fn unknown(artifact_id: &ArtifactId) -> Audited {
    let issues = vec![issue(IssueName::NotFound, format!("artifact {artifact_id} was not found"))];
    Audited {
        artifact_id: artifact_id.clone(),
        status: verdict(&issues),
        issues,
        artifact_type: None,
        logical_key: None,
        version: None,
        artifact_status: None,
        content_hash: None,
        file_hash: None,
        size_bytes: None,
        created_at: None,
        roles: Vec::new(),
        provenance: None,
        hash_verified: None,
        ancestor_count: Count(0),
        edge_count: Count(0),
        ancestor_types: Vec::new(),
        root_count: Count(0),
        roots: None,
        cut: false,
    }
}

fn totals(artifacts: &[Audited], bytes: &Bytes) -> Totals {
    let with = |names: &[IssueName]| {
        let has = |audited: &&Audited| audited.issues.iter().any(|issue| names.contains(&issue.name));
        Count(artifacts.iter().filter(has).count() as u64)
    };
    let of = |verdict: Verdict| Count(artifacts.iter().filter(|audited| audited.status == verdict).count() as u64);
    let (objects_verified, bytes_verified) = bytes.done();
    let (ok, warnings) = (of(Verdict::Ok), of(Verdict::Warning));
    Totals {
        artifacts: Count(artifacts.len() as u64),
        ok,
        warnings,
        errors: Count(artifacts.len() as u64 - ok.0 - warnings.0),
        not_found: with(&[IssueName::NotFound]),
        verification_failures: with(&[IssueName::HashMismatch, IssueName::VerificationError]),
        missing_roles: with(&[IssueName::MissingRoles]),
        objects_verified: Count(objects_verified),
        bytes_verified: Count(bytes_verified),
    }
}
