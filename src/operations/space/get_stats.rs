//! `get_stats`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::Trait;
use crate::model::Result;
use crate::model::number::Count;
use crate::model::space::{Budget, Compacted, Database, Duplicates, Group, Room, TagGroup, TrashFigures};
use crate::operations::{Context, Operation, Query};
use crate::space;
use crate::store::{Reader, View};

/// So many tags are listed.
const TAGS_MOST: u64 = 1000;

/// Tells what is kept, by type, source, tag, status, family and outcome, and how much room it takes.
///
/// The files on the disk are looked at for it. Groups are of live artifacts, those by status of all; the largest come
/// first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

/// What is kept and how much room it takes.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// How many artifacts there are, deleted ones left out.
    total: Count,
    /// Their bytes, those that several hold counted for each.
    logical_bytes: Count,
    /// Their bytes, each object counted once, and files that are kept in place as they lie there.
    live_bytes: Count,
    /// When the oldest of them was created; null without any.
    oldest: Option<String>,
    /// When the newest of them was created; null without any.
    newest: Option<String>,
    /// By type.
    by_type: Vec<Group>,
    /// By source.
    by_source: Vec<Group>,
    /// By tag; at most 1000.
    by_tag: Vec<TagGroup>,
    /// How many more tags there are.
    tags_omitted: Count,
    /// By status.
    by_status: Vec<Group>,
    /// By family.
    by_family: Vec<Group>,
    /// By outcome.
    by_outcome: Vec<Group>,
    /// What is kept once although several artifacts hold it.
    duplicates: Duplicates,
    /// Files that are kept in a compact form.
    compacted: Compacted,
    /// What lies in the trash.
    trash: TrashFigures,
    /// What the store's own files take on the disk: objects, names, sidecars, trash, manifest and all else.
    store: Room,
    /// What files take that are kept in place.
    in_place: Room,
    /// The manifest as a database.
    database: Database,
    /// What the budget of the default policy leaves; null where there is none.
    budget: Option<Budget>,
}

/// `get_stats`
pub enum GetStats {}

impl Operation for GetStats {
    const METHOD: &'static str = "get_stats";
    type Params = Params;
    type Result = Stats;
}

impl Query for GetStats {
    fn run(reader: &Reader, _: Params, context: &Context) -> Result<Stats> {
        let manifest = reader.manifest();
        let (total, logical_bytes) = manifest.live()?;
        let (oldest, newest) = manifest.first_and_last()?;
        let (by_tag, tags) = manifest.tag_groups(TAGS_MOST)?;
        Ok(Stats {
            total,
            logical_bytes,
            live_bytes: Count(manifest.live_bytes()?),
            oldest,
            newest,
            by_type: manifest.groups(Trait::Type)?,
            by_source: manifest.groups(Trait::Source)?,
            tags_omitted: Count(tags - by_tag.len() as u64),
            by_tag,
            by_status: manifest.statuses()?,
            by_family: manifest.groups(Trait::Family)?,
            by_outcome: manifest.groups(Trait::Outcome)?,
            duplicates: manifest.duplicates()?,
            compacted: manifest.compacted()?,
            trash: manifest.trash_figures()?,
            store: space::of_store(reader, context.watch)?,
            in_place: space::in_place(reader, context.watch)?,
            database: space::database(reader)?,
            budget: space::budget(reader)?,
        })
    }
}
