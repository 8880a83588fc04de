//! `create_dataset`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use smol_str::SmolStr;

use crate::base::parallel::both;
use crate::base::{clock, files};
use crate::datasets::{self, Addition, Filled, Plan, Update, Wanted, outline};
use crate::manifest::Filed;
use crate::model::artifact::Writer as Program;
use crate::model::dataset::{Dataset, FeatureValue};
use crate::model::features::Given;
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::version::Version;
use crate::model::{Error, Kind, Result};
use crate::operations::params::Tags;
use crate::operations::{Command, Context, Operation};
use crate::store::snapshot::{IndexPlace, Listed};
use crate::store::{Layout, Store, View, Writer};

/// Creates a version of a dataset for good: from the members named, or from a parent version and what changes.
///
/// An artifact is a member once. The same version again is harmless and answered `deduped`; another one under the same
/// name is a conflict, also while the first is deleted. Who made it, when, and its index don't count for that.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"datasetId": "em_dataset", "version": "v1.0", "members": [
        {"artifactId": "art-20260301T093000-5f2c81d4", "role": "oracle_output", "features": {"freq_ghz": 1.0}},
    ]},
    {"datasetId": "em_dataset", "version": "v1.1", "parentVersion": "v1.0", "remove": ["art-20260301T093000-5f2c81d4"]},
]))]
pub struct Params {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version, as people write it: v1, v2.1-beta, 2026-01.
    version: Version,
    /// The members; with a parent version, those that are added.
    members: Option<Vec<NewMember>>,
    /// The version of this dataset that it is made from: its members, name, description, tags and annotations are taken
    /// over unless given.
    parent_version: Option<Version>,
    /// Artifacts of the parent version that are left out.
    remove: Option<Vec<ArtifactId>>,
    /// Members of the parent version about which something changes.
    update: Option<Vec<ChangedMember>>,
    /// A name for people, at most 256 bytes.
    name: Option<String>,
    /// A description for people, at most 4096 bytes.
    description: Option<String>,
    /// Tags: an object, or a list of words (a word's value is "").
    tags: Option<Tags>,
    /// Whatever its maker notes.
    annotations: Option<Map<String, Value>>,
    /// The program that makes it.
    writer_name: Option<String>,
    /// The version of that program.
    writer_version: Option<String>,
    /// The commit of the code that makes it.
    git_commit: Option<String>,
    /// The stage of the pipeline that makes it.
    stage: Option<String>,
    /// Whether a Parquet file lists the members: true (unless given), false, or the path of a folder outside the store
    /// where it is to lie.
    index: Option<IndexWish>,
}

/// A member that is added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMember {
    /// The artifact.
    artifact_id: ArtifactId,
    /// The part it plays, for example `oracle_output`: 1 to 128 bytes.
    role: SmolStr,
    /// The split it belongs to: train, validation, test …
    split: Option<SmolStr>,
    /// What is known about it, by name; a feature is of one kind in all members.
    features: Option<Given>,
}

/// What changes about a member of the parent version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangedMember {
    /// The artifact.
    artifact_id: ArtifactId,
    /// The part it plays from now on; as before unless given.
    role: Option<SmolStr>,
    /// The split it belongs to from now on, "" for none; as before unless given.
    split: Option<SmolStr>,
    /// Features that are set; null removes one, the others stay.
    features: Option<BTreeMap<SmolStr, Option<FeatureValue>>>,
}

/// Whether there is a list of the members, and where.
#[derive(Debug)]
pub enum IndexWish {
    /// Beside the snapshot, or nowhere.
    Beside(bool),
    /// In this folder.
    Folder(String),
}

impl<'de> Deserialize<'de> for IndexWish {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Bool(wanted) => Ok(Self::Beside(wanted)),
            Value::String(folder) => Ok(Self::Folder(folder)),
            other => Err(serde::de::Error::custom(format!("true, false or a path is expected, not {other}"))),
        }
    }
}

impl JsonSchema for IndexWish {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "IndexWish".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "string"] })
    }
}

/// From so many members on, two threads share the work.
const SHARED_FROM: usize = 5_000;

/// The version that is there now.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// Whether it was there already, and nothing was done.
    deduped: bool,
    /// The version.
    dataset: Dataset,
}

/// `create_dataset`
pub enum CreateDataset {}

impl Operation for CreateDataset {
    const METHOD: &'static str = "create_dataset";
    const PATH_PARAMS: &'static [&'static str] = &["index"];
    type Params = Params;
    type Result = Created;
}

/// A version that awaits its commit.
pub struct Prepared {
    wanted: Wanted,
    place: IndexPlace,
    /// `None` when it can't be told yet: what it is made of may be committed before it.
    ready: Option<(Plan, Listed)>,
    actor: Option<String>,
}

impl Command for CreateDataset {
    type Prepared = Prepared;

    fn prepare(store: &Arc<Store>, params: Params, context: &Context) -> Result<Prepared> {
        let place = place(params.index.as_ref(), store.layout())?;
        let mut wanted = wanted(params, clock::millis_text(context.now));
        wanted.check()?;
        store.staging()?;
        let ready = match planned(store, &mut wanted)? {
            Some(filled) => {
                let (listed, counted) = both(|| store.list_members(filled.members(), &place), || filled.count());
                Some((filled.complete(counted), listed?))
            }
            None => None,
        };
        Ok(Prepared { wanted, place, ready, actor: context.actor.map(str::to_owned) })
    }

    fn commit(prepared: Prepared, writer: &mut Writer) -> Result<Created> {
        let Prepared { mut wanted, place, ready, actor } = prepared;
        writer.set_actor(actor);
        let there = writer.manifest().dataset(&wanted.dataset_id, &wanted.version)?;
        let (plan, listed) = match ready {
            Some((plan, listed)) if there.is_none() && plan.holds(writer.manifest())? => (plan, listed),
            stale => {
                if let Some((plan, _)) = stale {
                    plan.give_back(&mut wanted);
                }
                if let Some(there) = there {
                    return again(&wanted, there, writer);
                }
                let plan = datasets::plan(writer.manifest(), &mut wanted)?;
                let listed = writer.store().list_members(&plan.snapshot.members, &place)?;
                (plan, listed)
            }
        };
        let filed = writer.create_dataset(&plan.snapshot, &listed)?;
        // To let go of many members takes as long as to flush them, so it is done beside that.
        if plan.snapshot.members.len() >= SHARED_FROM {
            std::thread::Builder::new().spawn(move || drop(plan)).ok();
        }
        Ok(Created { deduped: false, dataset: datasets::describe(writer.layout(), filed) })
    }
}

/// The version as it would be now; none where it is there, or where what it is made of has yet to be committed.
fn planned(store: &Arc<Store>, wanted: &mut Wanted) -> Result<Option<Filled>> {
    let reader = store.read()?;
    let manifest = reader.manifest();
    if manifest.dataset(&wanted.dataset_id, &wanted.version)?.is_some() {
        return Ok(None);
    }
    let Ok(outline) = outline(manifest, wanted) else { return Ok(None) };
    let found = if outline.count() < SHARED_FROM {
        outline.look_up(manifest, wanted, 0..outline.count())
    } else {
        let (outline, wanted, middle) = (&outline, &*wanted, outline.count() / 2);
        // What the second one sees may be later: then the commit looks everything up once more.
        let (rest, first) = both(
            || outline.look_up(store.read()?.manifest(), wanted, middle..outline.count()),
            || outline.look_up(manifest, wanted, 0..middle),
        );
        first.and_then(|first| Ok(first.and(rest?)))
    };
    Ok(found.ok().map(|found| outline.fill(wanted, found)))
}

/// The same version again is harmless; another one is not.
fn again(wanted: &Wanted, there: Filed, writer: &Writer) -> Result<Created> {
    let (dataset_id, version) = (&wanted.dataset_id, &wanted.version);
    let members = datasets::members(writer.manifest(), &there)?;
    let differences = outline(writer.manifest(), wanted)?.differences(wanted, &there.head, &members);
    if there.deleted_at.is_some() {
        let with = if differences.is_empty() { "" } else { ", with other content" };
        return Err(Error::conflict(format!("version {version} of dataset {dataset_id} was deleted{with}"))
            .field("version")
            .hint("bring it back with restore_dataset, or choose another version"));
    }
    if !differences.is_empty() {
        return Err(Error::conflict(format!(
            "version {version} of dataset {dataset_id} exists with other content; what differs: {}",
            differences.join(", ")
        ))
        .field("version")
        .hint("a version never changes: choose another, and this one as parentVersion"));
    }
    Ok(Created { deduped: true, dataset: datasets::describe(writer.layout(), there) })
}

fn place(wish: Option<&IndexWish>, layout: &Layout) -> Result<IndexPlace> {
    let folder = match wish {
        None | Some(IndexWish::Beside(true)) => return Ok(IndexPlace::Beside),
        Some(IndexWish::Beside(false)) => return Ok(IndexPlace::Nowhere),
        Some(IndexWish::Folder(folder)) => files::absolute(Path::new(folder)),
    };
    let found = files::canonical(&folder);
    match files::metadata(&folder) {
        Ok(found) if !found.is_dir() => {
            return Err(Error::invalid_data(format!("index: {} is no folder", folder.display())).field("index"));
        }
        Ok(_) => {}
        Err(error) => return Err(Error::from(error).field("index")),
    }
    if found?.starts_with(layout.root()) {
        return Err(Error::new(
            Kind::PathNotAllowed,
            format!("index: {} lies among the store's own files", folder.display()),
        )
        .field("index")
        .hint("index: true puts it beside the snapshot"));
    }
    if !files::writable(&folder) {
        return Err(
            Error::new(Kind::PathNotAllowed, format!("index: {} can't be written", folder.display())).field("index")
        );
    }
    Ok(IndexPlace::Folder(folder))
}

fn wanted(params: Params, created_at: String) -> Wanted {
    let writer_given = params.writer_name.is_some() || params.writer_version.is_some();
    Wanted {
        dataset_id: params.dataset_id,
        version: params.version,
        parent_version: params.parent_version,
        members: params.members.unwrap_or_default().into_iter().map(addition).collect(),
        remove: params.remove.unwrap_or_default(),
        update: params.update.unwrap_or_default().into_iter().map(update).collect(),
        name: params.name,
        description: params.description,
        tags: params.tags.map(|tags| tags.0),
        annotations: params.annotations,
        writer: writer_given.then_some(Program { name: params.writer_name, version: params.writer_version }),
        git_commit: params.git_commit,
        stage: params.stage,
        created_at,
    }
}

fn addition(member: NewMember) -> Addition {
    let NewMember { artifact_id, role, split, features } = member;
    let features = features.map(|Given(features)| features).unwrap_or_default();
    Addition { artifact_id, role, split, features }
}

fn update(member: ChangedMember) -> Update {
    let ChangedMember { artifact_id, role, split, features } = member;
    Update { artifact_id, role, split, features: features.unwrap_or_default() }
}
