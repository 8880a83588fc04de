//! Puts a version together: from the members named, or from another version and what changes.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::diff::same_features;
use super::{counting, find};
use crate::manifest::Manifest;
use crate::model::artifact::Writer;
use crate::model::dataset::{FeatureValue, Features, Head, Member, Provenance, Snapshot};
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::number::{Count, inexact_integer};
use crate::model::version::Version;
use crate::model::{Error, Result};

/// Most members of a version.
const MEMBERS_MAX: usize = 1_000_000;
/// Most features of a member.
const FEATURES_MAX: usize = 1_000;
/// Longest name of a role, split or feature, in bytes.
const LONGEST_WORD: usize = 128;
/// Longest text of a feature, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// Longest name of a dataset, in bytes.
const LONGEST_NAME: usize = 256;
/// Longest description of a dataset, in bytes.
const LONGEST_DESCRIPTION: usize = 4_096;

/// A version that somebody wants.
#[derive(Debug)]
pub struct Wanted {
    /// The dataset.
    pub dataset_id: DatasetId,
    /// The version.
    pub version: Version,
    /// The version it is made from; without one it has only the members that are added.
    pub parent_version: Option<Version>,
    /// The members that are added.
    pub members: Vec<Addition>,
    /// Members of the parent that are left out.
    pub remove: Vec<ArtifactId>,
    /// Members of the parent about which something changes.
    pub update: Vec<Update>,
    /// A name for people; the parent's unless given.
    pub name: Option<String>,
    /// A description for people; the parent's unless given.
    pub description: Option<String>,
    /// Tags; the parent's unless given.
    pub tags: Option<BTreeMap<String, String>>,
    /// Whatever its maker notes; the parent's unless given.
    pub annotations: Option<Map<String, Value>>,
    /// The program that makes it.
    pub writer: Option<Writer>,
    /// The commit of the code that makes it.
    pub git_commit: Option<String>,
    /// The stage of the pipeline that makes it.
    pub stage: Option<String>,
    /// When it is made.
    pub created_at: String,
}

/// A member that is added.
#[derive(Debug, Clone)]
pub struct Addition {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The part it plays.
    pub role: String,
    /// The split it belongs to.
    pub split: Option<String>,
    /// What is known about it.
    pub features: Features,
}

/// What changes about a member of the parent.
#[derive(Debug, Clone)]
pub struct Update {
    /// The artifact.
    pub artifact_id: ArtifactId,
    /// The part it plays from now on.
    pub role: Option<String>,
    /// The split it belongs to from now on; the empty text for none.
    pub split: Option<String>,
    /// Features that are set, or removed where there is no value.
    pub features: BTreeMap<String, Option<FeatureValue>>,
}

/// A version as it would be, before its members are looked up.
pub struct Outline {
    /// Sorted by artifact id; each artifact once.
    entries: Vec<Entry>,
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
    /// The event that came next; what happens from it on the plan does not know.
    since: u64,
}

impl Plan {
    /// Whether nothing has happened since that could make another version of it.
    pub fn holds(&self, manifest: &Manifest) -> Result<bool> {
        Ok(!manifest.changed_since(self.since)?)
    }
}

impl Wanted {
    /// Refuses what is wrong whatever the store holds.
    pub fn check(&self) -> Result<()> {
        if self.version.is_latest() {
            return Err(Error::invalid_params("version: `latest` stands for the highest version, and names none")
                .field("version"));
        }
        if self.parent_version.is_none() {
            for (field, count) in [("remove", self.remove.len()), ("update", self.update.len())] {
                if count > 0 {
                    return Err(Error::invalid_params(format!(
                        "{field}: without parentVersion there is nothing to change"
                    ))
                    .field(field));
                }
            }
        }
        if self.parent_version.as_ref().is_some_and(Version::is_latest) {
            return Err(Error::invalid_params(
                "parentVersion: name the version itself, not `latest`: the same request again must mean the same",
            )
            .field("parentVersion"));
        }
        if self.parent_version.as_ref() == Some(&self.version) {
            return Err(
                Error::invalid_params("parentVersion: a version can't be made from itself").field("parentVersion")
            );
        }
        for (field, text, longest) in
            [("name", &self.name, LONGEST_NAME), ("description", &self.description, LONGEST_DESCRIPTION)]
        {
            if let Some(text) = text.as_ref().filter(|text| text.len() > longest) {
                return Err(Error::invalid_params(format!(
                    "{field}: it has {} bytes; it may have {longest}",
                    text.len()
                ))
                .field(field));
            }
        }
        if let Some(large) = self.annotations.iter().flat_map(Map::values).find_map(inexact_integer) {
            return Err(Error::invalid_params(format!(
                "annotations: {large} is beyond 2^53-1, where JSON readers round"
            ))
            .field("annotations")
            .hint("give it as text"));
        }
        for (at, member) in self.members.iter().enumerate() {
            let field = || format!("members[{at}]");
            word(&member.role, || format!("{}.role", field()))?;
            if let Some(split) = &member.split {
                word(split, || format!("{}.split", field()))?;
            }
            features(member.features.iter().map(|(name, value)| (name, Some(value))), &field)?;
        }
        for (at, update) in self.update.iter().enumerate() {
            let field = || format!("update[{at}]");
            if let Some(role) = &update.role {
                word(role, || format!("{}.role", field()))?;
            }
            if let Some(split) = update.split.as_ref().filter(|split| !split.is_empty()) {
                word(split, || format!("{}.split", field()))?;
            }
            features(update.features.iter().map(|(name, value)| (name, value.as_ref())), &field)?;
        }
        Ok(())
    }
}

fn word(text: &str, field: impl Fn() -> String) -> Result<()> {
    if (1..=LONGEST_WORD).contains(&text.len()) {
        return Ok(());
    }
    let field = field();
    Err(Error::invalid_params(format!("{field}: it must have 1 to {LONGEST_WORD} bytes, not {}", text.len()))
        .field(field))
}

fn features<'a>(
    features: impl ExactSizeIterator<Item = (&'a String, Option<&'a FeatureValue>)>,
    field: &dyn Fn() -> String,
) -> Result<()> {
    if features.len() > FEATURES_MAX {
        let field = format!("{}.features", field());
        return Err(Error::limit_exceeded(format!(
            "{field}: there are {} of them; a member may have {FEATURES_MAX}",
            features.len()
        ))
        .field(field));
    }
    for (name, value) in features {
        word(name, || format!("{}.features", field()))?;
        if let Some(FeatureValue::Text(text)) = value
            && text.len() > LONGEST_TEXT
        {
            let field = format!("{}.features.{name}", field());
            return Err(Error::invalid_params(format!(
                "{field}: it has {} bytes; a text may have {LONGEST_TEXT}",
                text.len()
            ))
            .field(field));
        }
    }
    Ok(())
}

/// A member on its way, and where the request names it.
struct Entry {
    addition: Addition,
    /// Its place among the members added; none for one of the parent's.
    at: Option<usize>,
}

impl Entry {
    fn field(&self, name: &str) -> String {
        match self.at {
            Some(at) => format!("members[{at}].{name}"),
            None => "parentVersion".to_owned(),
        }
    }
}

/// Puts a version together from its parent and what is asked for.
pub fn outline(manifest: &Manifest, wanted: &Wanted) -> Result<Outline> {
    let since = manifest.next_event_id()?;
    let (mut entries, parent) = match &wanted.parent_version {
        Some(parent) => inherited(manifest, wanted, parent)?,
        None => (Vec::new(), None),
    };
    let added = wanted.members.iter().cloned().enumerate();
    entries.extend(added.map(|(at, addition)| Entry { addition, at: Some(at) }));
    if entries.len() > MEMBERS_MAX {
        return Err(Error::limit_exceeded(format!(
            "there are {} members; a version may have {MEMBERS_MAX}",
            entries.len()
        ))
        .field("members"));
    }
    // In the order of their ids, so that neighbours in the manifest are read one after another.
    let entries = sorted(entries);
    for two in entries.windows(2) {
        if two[0].addition.artifact_id == two[1].addition.artifact_id {
            let where_else = match two[0].at {
                Some(at) => format!("it is members[{at}] too"),
                None => "the parent version has it too".to_owned(),
            };
            return Err(Error::invalid_data(format!(
                "{}: artifact {} can be a member only once: {where_else}",
                two[1].field("artifactId"),
                two[1].addition.artifact_id
            ))
            .field(two[1].field("artifactId"))
            .hint("change what is known about a member of the parent version with update"));
        }
    }
    one_kind(&entries)?;
    let parent = parent.unwrap_or_default();
    Ok(Outline {
        entries,
        name: wanted.name.clone().or(parent.name),
        description: wanted.description.clone().or(parent.description),
        tags: wanted.tags.clone().unwrap_or(parent.tags),
        annotations: wanted.annotations.clone().unwrap_or(parent.annotations),
        since,
    })
}

impl Outline {
    /// In what a version that is there differs from this one; who made it, when and with what index doesn't count.
    pub fn differences(&self, wanted: &Wanted, there: &Head, members: &[Member]) -> Vec<&'static str> {
        let same = |entry: &Entry, member: &Member| {
            let Addition { artifact_id, role, split, features } = &entry.addition;
            *artifact_id == member.artifact_id
                && *role == member.role
                && *split == member.split
                && same_features(features, &member.features)
        };
        let same_members = self.entries.len() == members.len()
            && self.entries.iter().zip(members).all(|(entry, member)| same(entry, member));
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

    /// Looks the members up, counts and digests them.
    pub fn plan(self, manifest: &Manifest, wanted: &Wanted) -> Result<Plan> {
        let (members, source_runs) = resolve(manifest, self.entries)?;
        let counted = counting::Counted::of(&members);
        let head = Head {
            dataset_id: wanted.dataset_id.clone(),
            version: wanted.version.clone(),
            name: self.name,
            description: self.description,
            tags: self.tags,
            annotations: self.annotations,
            parent_version: wanted.parent_version.clone(),
            created_at: wanted.created_at.clone(),
            member_count: members.len() as u64,
            total_bytes: counted.total_bytes,
            content_digest: counted.content_digest,
            membership_digest: counted.membership_digest,
            statistics: counted.statistics,
            provenance: Provenance {
                writer: wanted.writer.clone(),
                git_commit: wanted.git_commit.clone(),
                stage: wanted.stage.clone(),
                source_runs,
            },
            index: None,
        };
        Ok(Plan { snapshot: Snapshot { head, members }, since: self.since })
    }
}

/// The entries by artifact id. What is compared first lies side by side in memory, where the ids themselves don't.
fn sorted(entries: Vec<Entry>) -> Vec<Entry> {
    let start = |entry: &Entry| {
        let id = entry.addition.artifact_id.as_str().as_bytes();
        let mut start = [0; 32];
        let length = id.len().min(start.len());
        start[..length].copy_from_slice(&id[..length]);
        start
    };
    let mut order: Vec<([u8; 32], usize)> = entries.iter().map(start).zip(0..).collect();
    let id = |at: usize| &entries[at].addition.artifact_id;
    order.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| id(one.1).cmp(id(other.1))));
    let mut entries: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, at)| entries[at].take()).collect()
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
fn inherited(manifest: &Manifest, wanted: &Wanted, parent: &Version) -> Result<(Vec<Entry>, Option<Inherited>)> {
    let parent =
        find(manifest, &wanted.dataset_id, Some(parent)).map_err(|error| match error.data().field.as_deref() {
            Some("version") => as_field(error, "parentVersion"),
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
    let entries = members.into_iter().flatten().map(|addition| Entry { addition, at: None }).collect();
    let Head { name, description, tags, annotations, .. } = parent.head;
    Ok((entries, Some(Inherited { name, description, tags, annotations })))
}

fn as_field(error: Error, field: &str) -> Error {
    let told = Error::new(error.kind(), error.message().to_owned()).field(field);
    match error.hint_text() {
        Some(hint) => told.hint(hint),
        None => told,
    }
}

fn addition(member: Member) -> Addition {
    let Member { artifact_id, role, split, features, .. } = member;
    Addition { artifact_id, role, split, features }
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

/// A feature is of one kind in all members: else no range, no filter and no column would mean anything.
fn one_kind(entries: &[Entry]) -> Result<()> {
    let mut kinds: HashMap<&str, (&'static str, &ArtifactId)> = HashMap::new();
    for entry in entries {
        for (name, value) in entry.addition.features.iter() {
            let (kind, first) = *kinds.entry(name).or_insert((value.kind(), &entry.addition.artifact_id));
            if kind != value.kind() {
                let field = entry.field(&format!("features.{name}"));
                return Err(Error::invalid_data(format!(
                    "{field}: the feature {name:?} is {} for artifact {} and {kind} for artifact {first}",
                    value.kind(),
                    entry.addition.artifact_id
                ))
                .field(field));
            }
        }
    }
    Ok(())
}

/// Looks every member up; answers them and the runs that published them.
fn resolve(manifest: &Manifest, entries: Vec<Entry>) -> Result<(Vec<Member>, Vec<String>)> {
    let mut members = Vec::with_capacity(entries.len());
    let mut runs = std::collections::BTreeSet::new();
    let mut candidates = manifest.candidates()?;
    for entry in entries {
        let artifact_id = &entry.addition.artifact_id;
        let candidate = match candidates.find(artifact_id)? {
            Some(candidate) if !candidate.deleted => candidate,
            found => {
                let field = entry.field("artifactId");
                return Err(match found {
                    None => Error::not_found(format!("{field}: artifact {artifact_id} was not found")),
                    Some(_) => Error::conflict(format!("{field}: artifact {artifact_id} was deleted")),
                }
                .field(field));
            }
        };
        if let Some(run_id) = candidate.run_id
            && !runs.contains(&run_id)
        {
            runs.insert(run_id);
        }
        let Addition { artifact_id, role, split, features } = entry.addition;
        members.push(Member {
            artifact_id,
            artifact_type: candidate.artifact_type,
            logical_key: candidate.logical_key,
            role,
            split,
            file_hash: candidate.file_hash,
            size_bytes: Count(candidate.size_bytes),
            storage: candidate.storage,
            features,
        });
    }
    Ok((members, runs.into_iter().collect()))
}
