//! `import_bundle`

use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::files;
use crate::bundles::{self, Taken, Unpacked};
use crate::datasets::{self, Addition, Wanted};
use crate::model::dataset::{Head, Member, Snapshot};
use crate::model::import::Tally;
use crate::model::number::Count;
use crate::model::{Error, Result};
use crate::objects::Staged;
use crate::operations::{Command, Context, Operation};
use crate::store::snapshot::{IndexPlace, Listed};
use crate::store::{Store, View, Writer};

/// Most notes that are told.
const NOTES_MOST: usize = 1000;

/// Takes in a bundle that export_bundle wrote, with the ids, times and history that the artifacts had.
///
/// Every hash is proven before anything is taken, the content of tables too; then all of it is committed at once, or
/// nothing. Artifacts that are there already with the same content are left as they are; others of the same id are a
/// conflict, which names them. The store is made if there is none, once the bundle was read to its end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"path": "report.tar"}]))]
pub struct Params {
    /// The bundle. A relative path counts from the server's working directory.
    path: String,
}

/// What became of a bundle.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// When the bundle was written.
    created_at: String,
    /// The artifacts.
    artifacts: Tally,
    /// The runs.
    runs: Tally,
    /// The versions of datasets.
    datasets: Tally,
    /// The aliases; one that stands for something else here is skipped.
    aliases: Tally,
    /// The definitions of types.
    types: Tally,
    /// The bytes that the store had not yet, the listings of trees included, which a bundle doesn't carry.
    bytes_taken: Count,
    /// What could not be kept as it was, at most 1000 sentences.
    notes: Vec<String>,
    /// Whether there are more notes.
    truncated: bool,
}

/// `import_bundle`
pub enum ImportBundle {}

impl Operation for ImportBundle {
    const METHOD: &'static str = "import_bundle";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Imported;
}

/// A proven bundle that awaits its commit.
pub struct Prepared {
    unpacked: Unpacked,
    actor: Option<String>,
}

impl Command for ImportBundle {
    const CREATES_STORE: bool = true;
    /// What a later publish prepares depends on the types.
    const BARRIER: bool = true;
    type Prepared = Prepared;

    fn check(params: &Params, context: &Context) -> Result<()> {
        bundles::look(&path(params)?, context.watch)
    }

    fn prepare(store: &Arc<Store>, params: Params, context: &Context) -> Result<Prepared> {
        let unpacked = bundles::unpack(store, &path(&params)?, context.watch)?;
        Ok(Prepared { unpacked, actor: context.actor.map(str::to_owned) })
    }

    fn staged(prepared: &Prepared) -> &[Staged] {
        &prepared.unpacked.staged
    }

    fn commit(prepared: Prepared, writer: &mut Writer) -> Result<Imported> {
        let Prepared { unpacked, actor } = prepared;
        writer.set_actor(actor);
        let mut taken = bundles::take(&unpacked, writer)?;
        let mut datasets = Tally::default();
        let mut versions = Vec::new();
        for (head, members) in std::mem::take(&mut taken.datasets) {
            versions.extend(version(&head, &members, &mut datasets, &mut taken.notes, writer)?);
        }
        // Whatever can be refused has been by now: from here on files get their places, and only the disk can fail.
        for (snapshot, listed) in &versions {
            writer.create_dataset(snapshot, listed)?;
        }
        bundles::keep(&unpacked, writer)?;
        let tallies = [taken.artifacts, taken.runs, datasets, taken.aliases, taken.types];
        if tallies.iter().any(|tally| tally.imported.0 > 0) {
            writer.record_import(told(&unpacked, &taken))?;
        }
        let truncated = taken.notes.len() > NOTES_MOST;
        taken.notes.truncate(NOTES_MOST);
        Ok(Imported {
            created_at: unpacked.cover.created_at.clone(),
            artifacts: taken.artifacts,
            runs: taken.runs,
            datasets,
            aliases: taken.aliases,
            types: taken.types,
            bytes_taken: Count(unpacked.staged.iter().map(|staged| staged.size).sum()),
            notes: taken.notes,
            truncated,
        })
    }
}

fn path(params: &Params) -> Result<PathBuf> {
    if params.path.is_empty() {
        return Err(Error::invalid_params("path: it must not be empty").field("path"));
    }
    Ok(files::absolute(params.path.as_ref()))
}

/// What the event of an import says.
fn told(unpacked: &Unpacked, taken: &Taken) -> Map<String, Value> {
    let cover = &unpacked.cover;
    let told = json!({
        "createdAt": cover.created_at, "recordsHash": cover.records_hash, "artifactCount": taken.artifacts.imported,
    });
    let Value::Object(told) = told else { unreachable!("an object") };
    told
}

/// A version of a dataset that is to be created again, with its files, unless it is there; then it is known to have the same
/// members.
fn version(
    head: &Head,
    members: &[Member],
    tally: &mut Tally,
    notes: &mut Vec<String>,
    writer: &Writer,
) -> Result<Option<(Snapshot, Listed)>> {
    let name = format!("the dataset {} {}", head.dataset_id, head.version);
    if let Some(there) = writer.manifest().dataset(&head.dataset_id, &head.version)? {
        tally.already_there.0 += 1;
        if there.deleted_at.is_some() {
            notes.push(format!("{name} was deleted here; it stays deleted"));
        }
        return Ok(None);
    }
    let (mut at, mut left_out) = (0, None);
    writer.manifest().each_candidate(members.iter().map(|member| &member.artifact_id), |artifact_id, there| {
        let why = match there {
            Some(there) if there.deleted => Some("is deleted here"),
            Some(there) if there.file_hash != members[at].file_hash => Some("has other bytes here"),
            Some(_) => None,
            None => Some("is not in this store"),
        };
        left_out = left_out.take().or(why.map(|why| format!("{name} is left out: its member {artifact_id} {why}")));
        at += 1;
        Ok(())
    })?;
    if let Some(note) = left_out {
        notes.push(note);
        tally.skipped.0 += 1;
        return Ok(None);
    }
    let mut wanted = wanted(head, members);
    let odd = |error: Error| Error::new(error.kind(), format!("{name}: {}", error.message())).field("path");
    wanted.check().map_err(odd)?;
    let mut plan = datasets::plan(writer.manifest(), &mut wanted).map_err(odd)?;
    plan.snapshot.head.parent_version.clone_from(&head.parent_version);
    if plan.snapshot.head.membership_digest != head.membership_digest {
        let message = format!("{name} doesn't hold the members that it says");
        return Err(Error::invalid_data(message).field("path"));
    }
    let place = if head.index.is_some() { IndexPlace::Beside } else { IndexPlace::Nowhere };
    let listed = writer.store().list_members(&plan.snapshot.members, &place)?;
    tally.imported.0 += 1;
    Ok(Some((plan.snapshot, listed)))
}

fn wanted(head: &Head, members: &[Member]) -> Wanted {
    let addition = |member: &Member| Addition {
        artifact_id: member.artifact_id.clone(),
        role: member.role.clone(),
        split: member.split.clone(),
        features: member.features.clone(),
    };
    let provenance = &head.provenance;
    Wanted {
        dataset_id: head.dataset_id.clone(),
        version: head.version.clone(),
        parent_version: None,
        members: members.iter().map(addition).collect(),
        remove: Vec::new(),
        update: Vec::new(),
        name: head.name.clone(),
        description: head.description.clone(),
        tags: Some(head.tags.clone()),
        annotations: Some(head.annotations.clone()),
        writer: provenance.writer.clone(),
        git_commit: provenance.git_commit.clone(),
        stage: provenance.stage.clone(),
        created_at: head.created_at.clone(),
    }
}
