//! Puts a version together: from the members named, or from another version and what changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::ops::Range;

use serde_json::{Map, Value};

use super::counting::Counted;
use super::diff::same_features;
use super::{Addition, Update, Wanted, find};
use crate::manifest::{Candidate, Manifest};
use crate::model::dataset::{ByFeature, Head, Member, Provenance, Snapshot, Statistics};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Error, Hash, Result};

/// Most members of a version.
const MEMBERS_MAX: usize = 1_000_000;
/// A version as it would be, before its members are looked up.
pub struct Outline {
    /// The parent's members after removals and updates.
    inherited: Vec<Addition>,
    /// Where each member comes from, by artifact id; each artifact once.
    order: Vec<Origin>,
    name: Option<String>,
    description: Option<String>,
    tags: BTreeMap<String, String>,
    annotations: Map<String, Value>,
    /// The event that comes next.
    since: u64,
}

/// A version as it would be, and the moment for which that holds.
#[derive(Debug)]
pub struct Plan {
    /// The version.
    pub snapshot: Snapshot,
    /// Where each member came from.
    order: Vec<Origin>,
    /// The event that came next; what happens from it on the plan does not know.
    since: u64,
}

impl Plan {
    /// Whether nothing has happened since that could make another version of it.
    pub fn holds(&self, manifest: &Manifest) -> Result<bool> {
        Ok(!manifest.changed_since(self.since)?)
    }

    /// Hands the members that were added back to who wanted them.
    pub fn give_back(self, wanted: &mut Wanted) {
        let members = self.order.into_iter().zip(self.snapshot.members);
        let added = members.filter_map(|(from, member)| match from {
            Origin::Added(at) => Some((at, addition(member))),
            Origin::Parent(_) => None,
        });
        let mut added: Vec<(u32, Addition)> = added.collect();
        added.sort_unstable_by_key(|(at, _)| *at);
        wanted.members = added.into_iter().map(|(_, addition)| addition).collect();
    }
}

/// Where a member comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It is this one of the members added.
    Added(u32),
    /// It is this one of the parent's.
    Parent(u32),
}

impl Origin {
    /// A member, where those of the parent and those that are added lie.
    fn of<'a>(self, inherited: &'a [Addition], added: &'a [Addition]) -> &'a Addition {
        match self {
            Origin::Added(at) => &added[at as usize],
            Origin::Parent(at) => &inherited[at as usize],
        }
    }

    /// How the request names it.
    fn field(self, name: &str) -> String {
        match self {
            Origin::Added(at) => format!("members[{at}].{name}"),
            Origin::Parent(_) => "parentVersion".to_owned(),
        }
    }
}

/// Puts a version together from its parent and what is asked for.
pub fn outline(manifest: &Manifest, wanted: &Wanted) -> Result<Outline> {
    let since = manifest.next_event_id()?;
    let (inherited, parent) = match &wanted.parent_version {
        Some(parent) => inherited(manifest, wanted, parent)?,
        None => Default::default(),
    };
    let count = inherited.len() + wanted.members.len();
    if count > MEMBERS_MAX {
        return Err(Error::limit_exceeded(format!("there are {count} members; a version may have {MEMBERS_MAX}"))
            .field("members"));
    }
    let places = |places: &[Addition]| 0..u32::try_from(places.len()).expect("few enough");
    let order = places(&inherited).map(Origin::Parent).chain(places(&wanted.members).map(Origin::Added)).collect();
    let outline = Outline {
        order: sorted(order, |from| from.of(&inherited, &wanted.members).artifact_id.as_str()),
        inherited,
        name: wanted.name.clone().or(parent.name),
        description: wanted.description.clone().or(parent.description),
        tags: wanted.tags.clone().unwrap_or(parent.tags),
        annotations: wanted.annotations.clone().unwrap_or(parent.annotations),
        since,
    };
    outline.each_once(wanted)?;
    outline.one_kind(wanted)?;
    Ok(outline)
}

/// The version that is wanted, as this manifest has its members; it takes them from who wants it.
pub fn plan(manifest: &Manifest, wanted: &mut Wanted) -> Result<Plan> {
    let outline = outline(manifest, wanted)?;
    let found = outline.look_up(manifest, wanted, 0..outline.count())?;
    let filled = outline.fill(wanted, found);
    let counted = filled.count();
    Ok(filled.complete(counted))
}

/// What the manifest knows of members, in their order, and the runs that published them.
pub struct Found {
    candidates: Vec<Candidate>,
    source_runs: BTreeSet<String>,
}

impl Found {
    /// What is known of members and of those behind them.
    pub fn and(mut self, behind: Found) -> Self {
        self.candidates.extend(behind.candidates);
        self.source_runs.extend(behind.source_runs);
        self
    }
}

impl Outline {
    /// How many members it has.
    pub fn count(&self) -> usize {
        self.order.len()
    }

    /// Its members, by artifact id.
    fn additions<'a>(&'a self, wanted: &'a Wanted) -> impl Iterator<Item = (Origin, &'a Addition)> {
        self.order.iter().map(|from| (*from, from.of(&self.inherited, &wanted.members)))
    }

    fn each_once(&self, wanted: &Wanted) -> Result<()> {
        for two in self.order.windows(2) {
            let artifact_id = |from: Origin| &from.of(&self.inherited, &wanted.members).artifact_id;
            if artifact_id(two[0]) == artifact_id(two[1]) {
                let where_else = match two[0] {
                    Origin::Added(at) => format!("it is members[{at}] too"),
                    Origin::Parent(_) => "the parent version has it too".to_owned(),
                };
                let field = two[1].field("artifactId");
                let again = artifact_id(two[1]);
                let message = format!("{field}: artifact {again} can be a member only once: {where_else}");
                return Err(Error::invalid_data(message)
                    .field(field)
                    .hint("change what is known about a member of the parent version with update"));
            }
        }
        Ok(())
    }

    /// A feature is of one kind in all members: else no range, no filter and no column would mean anything.
    fn one_kind(&self, wanted: &Wanted) -> Result<()> {
        let mut kinds: ByFeature<(&'static str, &ArtifactId)> = ByFeature::default();
        let inherited = (0..).map(Origin::Parent).zip(&self.inherited);
        // In the order in which they lie in memory.
        for (from, Addition { artifact_id, features, .. }) in
            inherited.chain((0..).map(Origin::Added).zip(&wanted.members))
        {
            for (place, (name, value)) in features.iter().enumerate() {
                let Ok((kind, first)) = kinds.of(place, name, |_| Ok::<_, Infallible>((value.kind(), artifact_id)));
                if *kind != value.kind() {
                    let field = from.field(&format!("features.{name}"));
                    return Err(Error::invalid_data(format!(
                        "{field}: the feature {name:?} is {} for artifact {artifact_id} and {kind} for artifact {first}",
                        value.kind(),
                    ))
                    .field(field));
                }
            }
        }
        Ok(())
    }

    /// In what a version that is there differs from this one; who made it, when and with what index doesn't count.
    pub fn differences(&self, wanted: &Wanted, there: &Head, members: &[Member]) -> Vec<&'static str> {
        let same = |addition: &Addition, member: &Member| {
            let Addition { artifact_id, role, split, features } = addition;
            *artifact_id == member.artifact_id
                && *role == member.role
                && *split == member.split
                && same_features(features, &member.features)
        };
        let same_members = self.count() == members.len()
            && self.additions(wanted).zip(members).all(|((_, addition), member)| same(addition, member));
        let all = [
            ("members", !same_members),
            ("parentVersion", wanted.parent_version != there.parent_version),
            ("name", self.name != there.name),
            ("description", self.description != there.description),
            ("tags", self.tags != there.tags),
            ("annotations", self.annotations != there.annotations),
        ];
        all.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
    }

    /// Looks some of the members up.
    pub fn look_up(&self, manifest: &Manifest, wanted: &Wanted, members: Range<usize>) -> Result<Found> {
        let mut candidates = Vec::with_capacity(members.len());
        let mut source_runs = BTreeSet::new();
        let order = &self.order[members];
        let ids = order.iter().map(|from| &from.of(&self.inherited, &wanted.members).artifact_id);
        manifest.each_candidate(ids, |artifact_id, found| {
            let mut candidate = match found {
                Some(candidate) if !candidate.deleted => candidate,
                found => {
                    let field = order[candidates.len()].field("artifactId");
                    return Err(match found {
                        None => Error::not_found(format!("{field}: artifact {artifact_id} was not found")),
                        Some(_) => Error::conflict(format!("{field}: artifact {artifact_id} was deleted")),
                    }
                    .field(field));
                }
            };
            if let Some(run_id) = candidate.run_id.take()
                && !source_runs.contains(run_id.as_str())
            {
                source_runs.insert(run_id.into());
            }
            candidates.push(candidate);
            Ok(())
        })?;
        Ok(Found { candidates, source_runs })
    }

    /// The version with its members, which it takes from who wants it.
    pub fn fill(self, wanted: &mut Wanted, found: Found) -> Filled {
        let mut added: Vec<Option<Addition>> = std::mem::take(&mut wanted.members).into_iter().map(Some).collect();
        let Outline { inherited, order, name, description, tags, annotations, since } = self;
        let mut inherited: Vec<Option<Addition>> = inherited.into_iter().map(Some).collect();
        let mut take = |from: Origin| match from {
            Origin::Added(at) => added[at as usize].take(),
            Origin::Parent(at) => inherited[at as usize].take(),
        };
        let additions = order.iter().filter_map(|from| take(*from));
        let members: Vec<Member> = additions.zip(found.candidates).map(|(one, known)| member(one, known)).collect();
        let head = Head {
            dataset_id: wanted.dataset_id.clone(),
            version: wanted.version.clone(),
            name,
            description,
            tags,
            annotations,
            parent_version: wanted.parent_version.clone(),
            created_at: wanted.created_at.clone(),
            member_count: members.len() as u64,
            // What follows from the members is told by `complete`.
            total_bytes: 0,
            content_digest: Hash([0; 32]),
            membership_digest: Hash([0; 32]),
            statistics: Statistics::default(),
            provenance: Provenance {
                writer: wanted.writer.clone(),
                git_commit: wanted.git_commit.clone(),
                stage: wanted.stage.clone(),
                source_runs: found.source_runs.into_iter().collect(),
            },
            index: None,
        };
        Filled(Plan { snapshot: Snapshot { head, members }, order, since })
    }
}

/// A version whose members are known, but not yet counted and digested.
pub struct Filled(Plan);

impl Filled {
    /// The members, by artifact id.
    pub fn members(&self) -> &[Member] {
        &self.0.snapshot.members
    }

    /// What follows from the members.
    pub fn count(&self) -> Counted {
        Counted::of(self.members())
    }

    /// The whole version.
    pub fn complete(self, counted: Counted) -> Plan {
        let Filled(mut plan) = self;
        let Counted { total_bytes, content_digest, membership_digest, statistics } = counted;
        let head = &mut plan.snapshot.head;
        (head.total_bytes, head.statistics) = (total_bytes, statistics);
        (head.content_digest, head.membership_digest) = (content_digest, membership_digest);
        plan
    }
}

/// Sorts by artifact id. What is compared first lies side by side in memory, where the ids themselves don't.
fn sorted<'a>(order: Vec<Origin>, id: impl Fn(Origin) -> &'a str) -> Vec<Origin> {
    let start = |from: Origin| {
        let id = id(from).as_bytes();
        let part = |from: usize| {
            let mut part = [0; 16];
            let there = id.get(from..id.len().min(from + 16)).unwrap_or_default();
            part[..there.len()].copy_from_slice(there);
            u128::from_be_bytes(part)
        };
        [part(0), part(16)]
    };
    let mut order: Vec<([u128; 2], Origin)> = order.into_iter().map(|from| (start(from), from)).collect();
    order.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| id(one.1).cmp(id(other.1))));
    order.into_iter().map(|(_, from)| from).collect()
}

/// What a version takes over from its parent besides the members.
#[derive(Default)]
struct Inherited {
    name: Option<String>,
    description: Option<String>,
    tags: BTreeMap<String, String>,
    annotations: Map<String, Value>,
}

/// The parent's members after removals and updates.
fn inherited(manifest: &Manifest, wanted: &Wanted, parent: &Version) -> Result<(Vec<Addition>, Inherited)> {
    let parent =
        find(manifest, &wanted.dataset_id, Some(parent)).map_err(|error| match error.data().field.as_deref() {
            Some("version") => error.field_instead("parentVersion"),
            _ => error,
        })?;
    if parent.deleted_at.is_some() {
        return Err(Error::conflict(format!(
            "version {} of dataset {} was deleted",
            parent.head.version, parent.head.dataset_id
        ))
        .field("parentVersion")
        .hint("bring it back with restore_dataset"));
    }
    let members = super::members(manifest, &parent)?;
    let places: HashMap<ArtifactId, usize> =
        members.iter().enumerate().map(|(at, member)| (member.artifact_id.clone(), at)).collect();
    let mut members: Vec<Option<Addition>> = members.into_iter().map(|member| Some(addition(member))).collect();
    let place = |artifact_id: &ArtifactId, field: String| {
        places.get(artifact_id).copied().ok_or_else(|| {
            Error::not_found(format!(
                "{field}: artifact {artifact_id} was not found in version {} of dataset {}",
                parent.head.version, parent.head.dataset_id
            ))
            .field(field)
        })
    };
    for (at, artifact_id) in wanted.remove.iter().enumerate() {
        members[place(artifact_id, format!("remove[{at}]"))?] = None;
    }
    let mut updated = std::collections::HashSet::new();
    for (at, update) in wanted.update.iter().enumerate() {
        let field = format!("update[{at}].artifactId");
        let there = place(&update.artifact_id, field.clone())?;
        let Some(member) = &mut members[there] else {
            return Err(
                Error::invalid_data(format!("{field}: artifact {} is removed too", update.artifact_id)).field(field)
            );
        };
        if !updated.insert(there) {
            return Err(
                Error::invalid_data(format!("{field}: artifact {} is updated twice", update.artifact_id)).field(field)
            );
        }
        apply(update, member);
    }
    let Head { name, description, tags, annotations, .. } = parent.head;
    Ok((members.into_iter().flatten().collect(), Inherited { name, description, tags, annotations }))
}

fn addition(member: Member) -> Addition {
    let Member { artifact_id, role, split, features, .. } = member;
    Addition { artifact_id, role, split, features }
}

/// A member, once it is known what artifact it is.
fn member(addition: Addition, known: Candidate) -> Member {
    let Addition { artifact_id, role, split, features } = addition;
    Member {
        artifact_id,
        artifact_type: known.artifact_type,
        logical_key: known.logical_key,
        role,
        split,
        file_hash: known.file_hash,
        size_bytes: Count(known.size_bytes),
        storage: known.storage,
        features,
    }
}

fn apply(update: &Update, member: &mut Addition) {
    if let Some(role) = &update.role {
        member.role.clone_from(role);
    }
    if let Some(split) = &update.split {
        member.split = Some(split.clone()).filter(|split| !split.is_empty());
    }
    for (name, value) in &update.features {
        match value {
            Some(value) => member.features.insert(name.clone(), value.clone()),
            None => member.features.remove(name),
        };
    }
}
