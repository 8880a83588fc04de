//! `publish_artifact`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::base::{clock, files};
use crate::imports::flowtime;
use crate::manifest::Found;
use crate::model::artifact::{
    Artifact, Format, Git, Input, Outcome, Publication, Record, Request, Storage, TypeDefinition,
};
use crate::model::curation;
use crate::model::hash::Hash;
use crate::model::ids::{ArtifactId, ArtifactType, Relation, RunId};
use crate::model::number::{self, Count};
use crate::model::{Error, Result, Watch};
use crate::objects::Staged;
use crate::operations::params::{self, Tags};
use crate::operations::{Command, Context, Operation};
use crate::publishing::{self, Content, Equals, Given, GivenFile, Identity, Ingested, Mode, Source};
use crate::store::{Store, View, Writer};
use crate::tabular::{self, ColumnType};

/// Longest logical key, in bytes.
const LONGEST_KEY: usize = 1024;

/// Publishes a table, a file, a folder or inline content. What the store has already is not stored again.
///
/// Identity is type, schemaVersion, logicalKey and content hash, among active artifacts: publishing it again answers
/// the existing artifact. With `artifactId` only that id counts. The reply is a promise: what was published has reached
/// the disk.
///
/// A table of the type `telemetry` gets what a scan of FlowTime's folders would say of it, where it is not given: the
/// source `import`, the capabilities `replay` and `compare`, and its columns as the param `schema`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {
        "artifactType": "ohlcv_slice", "logicalKey": "AAPL:2026-03", "dataPath": "out/aapl.csv",
        "tags": {"symbol": "AAPL"}, "inputArtifactIds": ["art-20260301T093000-5f2c81d4"],
    },
    {
        "artifactType": "note", "logicalKey": "2026-03-02", "outcome": "pass",
        "content": {"encoding": "utf8", "data": "All tests passed."},
    },
]))]
pub struct Params {
    /// The type; one that was not registered is accepted as it comes.
    artifact_type: ArtifactType,
    /// Version of the type's schema, 1 or more; 1 unless given.
    #[schemars(range(min = 1, max = 1_000_000), extend("default" = 1))]
    schema_version: Option<Count>,
    /// What it represents: any text up to 1024 bytes. Its default is the artifactId, else the file name, else the new id.
    logical_key: Option<String>,
    /// The file or folder to publish. A relative path counts from the server's working directory.
    data_path: Option<String>,
    /// The content itself, at most 1 MiB, instead of dataPath.
    content: Option<Content>,
    /// Several files that become one tree, instead of dataPath.
    files: Option<Vec<GivenFile>>,
    /// What kind of content it is; by default a folder is a tree, .csv and .parquet are tables, everything else a file.
    format: Option<Format>,
    /// Column types of a CSV that shall not be inferred, by column name.
    columns: Option<BTreeMap<String, ColumnType>>,
    /// Tags: an object of texts, or a list of words. At most 1000, of keys of 1 to 128 bytes without control characters and
    /// values of at most 4096 bytes.
    tags: Option<Tags>,
    /// What it was made from, with the relation derived_from.
    input_artifact_ids: Option<Vec<ArtifactId>>,
    /// What it was made from, with relations.
    inputs: Option<Vec<Input>>,
    /// The program that wrote it.
    writer_name: Option<String>,
    /// That program's version.
    writer_version: Option<String>,
    /// The commit of the code that made it.
    git_commit: Option<String>,
    /// Whether that code had uncommitted changes.
    git_dirty: Option<bool>,
    /// The parameters it was made with. Integers beyond 2^53-1 are refused.
    params: Option<Map<String, Value>>,
    /// What stands in the readable name instead of the logical key.
    filename_hint: Option<String>,
    /// An id of the caller's own.
    artifact_id: Option<ArtifactId>,
    /// The run that published it; publishing a duplicate makes it a member of this run too.
    run_id: Option<RunId>,
    /// The parts it plays.
    roles: Option<Vec<String>>,
    /// What can be done with it, such as `replay` or `compare`; a search finds it by these words.
    capabilities: Option<Vec<String>>,
    /// A title for people, at most 256 bytes without control characters.
    title: Option<String>,
    /// A description for people, at most 4096 bytes.
    description: Option<String>,
    /// Its media type, where the file name doesn't tell.
    media_type: Option<String>,
    /// How the work that made it ended.
    outcome: Option<Outcome>,
    /// Where it came from, in the publisher's words.
    source: Option<String>,
    /// When it was made, for imports: RFC 3339, without zone it reads as UTC.
    created_at: Option<String>,
    /// The hash that the bytes given must have; of a folder, its listing's.
    expected_file_hash: Option<Hash>,
    /// Makes the request repeatable: the same id with the same params answers as the first time.
    request_id: Option<String>,
    /// `copy` leaves the original alone, `move` removes it after the commit; `copy` unless given.
    ingest: Option<Ingest>,
}

/// What becomes of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ingest {
    /// It stays.
    Copy,
    /// It is removed after the commit.
    Move,
}

/// What became of a publish.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// Always true; a failure is an error.
    success: bool,
    /// Whether the store had it already.
    deduped: bool,
    /// By what a duplicate was recognised; null for a new artifact.
    mode: Option<Mode>,
    /// The artifact that was there; null for a new artifact.
    existing_artifact_id: Option<ArtifactId>,
    /// The artifact, new or existing.
    artifact_id: ArtifactId,
    /// Absolute path of a table's Parquet file, null for other formats.
    path_parquet: Option<String>,
    /// Absolute path of its sidecar.
    path_sidecar: String,
    /// SHA-256 of the bytes kept.
    file_hash: Hash,
    /// Hash of the logical content.
    content_hash: Hash,
    /// Rows of a table, null for other formats.
    row_count: Option<Count>,
    /// The artifact itself.
    artifact: Artifact,
}

/// `publish_artifact`
pub enum PublishArtifact {}

impl Operation for PublishArtifact {
    const METHOD: &'static str = "publish_artifact";
    const IDEMPOTENT: bool = false;
    const PATH_PARAMS: &'static [&'static str] = &["dataPath", "files"];
    type Params = Params;
    type Result = Published;
}

/// A publish that awaits its commit.
pub struct Prepared {
    params: Params,
    given: Given,
    identity: Identity,
    /// `None` when the request id was answered before.
    ingested: Option<Ingested>,
    equals: Equals,
    request: Option<Request>,
    created_at: Option<String>,
    random: u32,
    actor: Option<String>,
}

impl Command for PublishArtifact {
    const CREATES_STORE: bool = true;
    type Prepared = Prepared;

    fn check(params: &Params, _: &Context) -> Result<()> {
        check(params)?;
        given(params, None)?.look()
    }

    fn prepare(store: &Arc<Store>, params: Params, context: &Context) -> Result<Prepared> {
        let created_at = check(&params)?;
        let request = params
            .request_id
            .clone()
            .map(|request_id| Request { request_id, digest: params::digest(&params, &["requestId"]) });
        let reader = store.read()?;
        let answered = match &request {
            Some(request) => reader.manifest().request(&request.request_id)?.is_some(),
            None => false,
        };
        let given = given(&params, reader.manifest().type_definition(params.artifact_type.as_str())?)?;
        drop(reader);
        store.staging()?;
        let ingested = if answered { None } else { Some(publishing::ingest(store, &given, context.watch)?) };
        if let Some(ingested) = &ingested {
            check_ingested(&params, &given, ingested)?;
            if params.ingest == Some(Ingest::Move) {
                ingested.originals.removable(store.layout())?;
            }
        }
        let params = match &ingested {
            Some(ingested) => described(store, params, ingested, context.watch)?,
            None => params,
        };
        let identity = identity(&params, &given);
        let equals = match &ingested {
            Some(ingested) => identity.prove_equals(ingested, &store.read()?, context.watch)?,
            None => Equals::default(),
        };
        let actor = context.actor.map(str::to_owned);
        let random = context.site.clock().random();
        Ok(Prepared { params, given, identity, ingested, equals, request, created_at, random, actor })
    }

    fn staged(prepared: &Prepared) -> &[Staged] {
        prepared.ingested.as_ref().map_or(&[], |ingested| &ingested.staged)
    }

    fn answer(prepared: &Prepared, store: &Arc<Store>) -> Result<Option<Published>> {
        let Prepared { params, given, identity, ingested: Some(ingested), request: None, .. } = prepared else {
            return Ok(None);
        };
        let notes_something = params.run_id.is_some() || params.ingest == Some(Ingest::Move);
        if notes_something || !ingested.staged.is_empty() {
            return Ok(None);
        }
        let reader = store.read()?;
        if reader.manifest().type_definition(params.artifact_type.as_str())? != given.definition {
            return Ok(None);
        }
        inputs(params, &reader)?;
        let same = identity.same_file(ingested, reader.manifest())?;
        Ok(same.map(|found| published(reader.answer(found), Some(Mode::FileHash))))
    }

    fn commit(prepared: Prepared, writer: &mut Writer) -> Result<Published> {
        writer.set_actor(prepared.actor.clone());
        if let Some(request) = &prepared.request
            && let Some((digest, artifact_id, mode)) = writer.manifest().request(&request.request_id)?
        {
            if digest != request.digest {
                return Err(Error::conflict(format!(
                    "the request id {:?} was used before with other params",
                    request.request_id
                ))
                .field("requestId")
                .hint("use a new requestId for every new request"));
            }
            return Ok(published(writer.answer(writer.found(&artifact_id)?), mode.as_deref().map(Mode::of)));
        }
        let Prepared { params, given, identity, ingested, equals, request, created_at, random, .. } = prepared;
        let ingested = ingested.ok_or_else(|| Error::busy("the request was answered and taken back meanwhile"))?;
        if writer.manifest().type_definition(params.artifact_type.as_str())? != given.definition {
            return Err(Error::busy(format!("the type {} was changed meanwhile", params.artifact_type))
                .field("artifactType")
                .hint("send the request again"));
        }
        let inputs = inputs(&params, writer)?;
        if let Some((found, mode)) = identity.duplicate(&ingested, &equals, writer)? {
            // The bytes given may heal what is there; what is there and fine needs nothing, not even a flush.
            if found.record.file_hash == ingested.file_hash && !ingested.staged.is_empty() {
                ingested.keep(writer)?;
            }
            for (hash, looks) in &ingested.proven {
                writer.vouch(hash, Some(*looks))?;
            }
            let answer = deduped(&params, found, mode, request.as_ref(), writer)?;
            remove_original(&params, ingested, mode, writer)?;
            return Ok(answer);
        }
        ingested.keep(writer)?;
        let publication =
            publication(&params, &given, identity, &ingested, inputs, request, created_at, random, writer)?;
        let found = writer.publish(publication, params.filename_hint.as_deref())?;
        remove_original(&params, ingested, Mode::FileHash, writer)?;
        Ok(published(writer.answer(found), None))
    }
}

/// A table of telemetry says of itself what a scan would say of it, where its publisher doesn't.
fn described(store: &Store, mut params: Params, ingested: &Ingested, watch: &dyn Watch) -> Result<Params> {
    let telemetry = flowtime::Kind::Telemetry;
    let (Format::Table, [file]) = (ingested.format, &ingested.files[..]) else { return Ok(params) };
    if params.artifact_type.as_str() != telemetry.artifact_type() {
        return Ok(params);
    }
    params.source.get_or_insert_with(|| telemetry.source().to_owned());
    params.capabilities.get_or_insert_with(|| flowtime::OF_TABLES.map(str::to_owned).to_vec());
    let said = params.params.get_or_insert_default();
    if !said.contains_key("schema") {
        let staged = ingested.staged.iter().find(|staged| staged.hash == file.hash);
        let path = staged.map_or_else(|| store.objects().path(&file.hash), |staged| staged.path().to_owned());
        let columns = tabular::columns(&files::open_regular(&path)?.0, &path, watch)?;
        let times = (ingested.min_ts.clone(), ingested.max_ts.clone());
        let schema = flowtime::schema_of(&file.path, &columns, ingested.row_count.unwrap_or_default(), times);
        said.insert("schema".to_owned(), schema);
    }
    Ok(params)
}

fn given(params: &Params, definition: Option<TypeDefinition>) -> Result<Given> {
    Ok(Given {
        definition,
        artifact_type: params.artifact_type.clone(),
        source: source(params)?,
        format: params.format,
        columns: params.columns.clone().unwrap_or_default(),
        expected_file_hash: params.expected_file_hash,
    })
}

/// Refuses values out of range; answers createdAt in the form that is kept.
fn check(params: &Params) -> Result<Option<String>> {
    params::limited("schemaVersion", params.schema_version, 1, 1_000_000)?;
    if let Some(key) = &params.logical_key
        && (key.is_empty() || key.len() > LONGEST_KEY)
    {
        return Err(Error::invalid_params(format!(
            "logicalKey: it must have 1 to {LONGEST_KEY} bytes, not {}",
            key.len()
        ))
        .field("logicalKey"));
    }
    if let Some(id) = &params.request_id
        && (id.is_empty() || id.len() > LONGEST_KEY)
    {
        return Err(Error::invalid_params(format!(
            "requestId: it must have 1 to {LONGEST_KEY} bytes, not {}",
            id.len()
        ))
        .field("requestId"));
    }
    if let Some(large) = params.params.as_ref().and_then(|map| map.values().find_map(number::inexact_integer)) {
        return Err(Error::invalid_params(format!("params: {large} is beyond 2^53-1, where JSON readers round"))
            .field("params")
            .hint("give it as text"));
    }
    let none = BTreeMap::new();
    let tags = params.tags.as_ref().map_or(&none, |tags| &tags.0);
    curation::check(params.title.as_deref(), params.description.as_deref(), tags)?;
    params::moment("createdAt", params.created_at.as_deref())
}

fn source(params: &Params) -> Result<Source> {
    match (&params.data_path, &params.content, &params.files) {
        (Some(path), None, None) if !path.is_empty() => Ok(Source::Path(PathBuf::from(path))),
        (None, Some(content), None) => Ok(Source::Bytes(content.bytes()?, content.encoding)),
        (None, None, Some(files)) if !files.is_empty() => Ok(Source::Files(files.clone())),
        (None, None, Some(_)) => Err(Error::invalid_params("files: it must name at least one file").field("files")),
        (Some(_), None, None) => Err(Error::invalid_params("dataPath: it must not be empty").field("dataPath")),
        _ => Err(Error::invalid_params("exactly one of dataPath, content and files must be given").field("dataPath")),
    }
}

fn check_ingested(params: &Params, given: &Given, ingested: &Ingested) -> Result<()> {
    if !given.columns.is_empty() && ingested.format != Format::Table {
        return Err(Error::invalid_params("columns: they are for CSV tables").field("columns"));
    }
    if params.ingest == Some(Ingest::Move) {
        let reason = match given.source {
            Source::Bytes(..) => Some("content of the request has no original to remove"),
            _ if !ingested.kept_as_given => Some("a CSV is kept as Parquet, so its own bytes would be lost"),
            _ => None,
        };
        if let Some(reason) = reason {
            return Err(Error::conflict(format!("ingest can't be move: {reason}"))
                .field("ingest")
                .hint("use copy, or publish it with format: \"file\""));
        }
    }
    Ok(())
}

fn inputs(params: &Params, view: &impl View) -> Result<Vec<Input>> {
    let mut inputs: Vec<Input> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let plain = params.input_artifact_ids.iter().flatten().enumerate().map(|(at, artifact_id)| {
        let input = Input { artifact_id: artifact_id.clone(), relation: Relation::default() };
        (format!("inputArtifactIds[{at}]"), input)
    });
    let related = params.inputs.iter().flatten().enumerate();
    let related = related.map(|(at, input)| (format!("inputs[{at}].artifactId"), input.clone()));
    for (field, input) in plain.chain(related) {
        if view.manifest().artifact_seq(input.artifact_id.as_str())?.is_none() {
            return Err(Error::not_found(format!("the input {} was not found", input.artifact_id)).field(field));
        }
        if seen.insert(input.clone()) {
            inputs.push(input);
        }
    }
    Ok(inputs)
}

fn deduped(
    params: &Params,
    found: Found,
    mode: Mode,
    request: Option<&Request>,
    writer: &mut Writer,
) -> Result<Published> {
    let artifact_id = found.record.artifact_id.as_str().to_owned();
    if let Some(run_id) = &params.run_id
        && writer.manifest().insert_run_member(run_id.as_str(), found.seq, &clock::millis_text(writer.now()))?
    {
        let mut data = Map::new();
        data.insert("runId".to_owned(), Value::String(run_id.to_string()));
        writer.record("joined_run", Some(&artifact_id), data)?;
    }
    if let Some(request) = request {
        writer.manifest().insert_request(request, &artifact_id, Some(mode.word()))?;
        // No sidecar tells of this request.
        let data = json!({"requestId": request.request_id, "digest": request.digest, "mode": mode.word()});
        let Value::Object(data) = data else { unreachable!("an object") };
        writer.record("request_answered", Some(&artifact_id), data)?;
    }
    Ok(published(writer.answer(found), Some(mode)))
}

fn remove_original(params: &Params, ingested: Ingested, mode: Mode, writer: &mut Writer) -> Result<()> {
    if params.ingest != Some(Ingest::Move) {
        return Ok(());
    }
    if mode == Mode::ContentHash {
        return Err(Error::conflict(
            "ingest can't be move: the store has the same content in other bytes, so these would be lost",
        )
        .field("ingest")
        .hint("use copy"));
    }
    let originals = ingested.originals.clone();
    writer.after_commit(move || originals.remove());
    Ok(())
}

fn identity(params: &Params, given: &Given) -> Identity {
    let id = params.artifact_id.as_ref().map(ToString::to_string);
    let file_name = || given.file_name().filter(|name| name.len() <= LONGEST_KEY);
    Identity {
        artifact_id: params.artifact_id.clone(),
        artifact_type: params.artifact_type.clone(),
        schema_version: u32::try_from(params.schema_version.unwrap_or(Count(1)).0).expect("checked in prepare"),
        given_key: params.logical_key.clone(),
        logical_key: params.logical_key.clone().or(id).or_else(file_name),
    }
}

#[expect(clippy::too_many_arguments, reason = "everything that one publication is put together from")]
fn publication(
    params: &Params,
    given: &Given,
    identity: Identity,
    ingested: &Ingested,
    inputs: Vec<Input>,
    request: Option<Request>,
    created_at: Option<String>,
    random: u32,
    writer: &Writer,
) -> Result<Publication> {
    let Identity { artifact_id, artifact_type, schema_version, logical_key, .. } = identity;
    let artifact_id = artifact_id.map_or_else(|| fresh_id(random, writer), Ok)?;
    let logical_key = logical_key.unwrap_or_else(|| artifact_id.to_string());
    let writer_given = params.writer_name.is_some() || params.writer_version.is_some();
    let git_given = params.git_commit.is_some() || params.git_dirty.is_some();
    let mut files = ingested.files.clone();
    // A file is what its publisher says; a table is kept as Parquet whatever came.
    if let (Format::File, Some(said), [file]) = (ingested.format, &params.media_type, &mut files[..]) {
        file.media_type = Some(said.clone());
    }
    let guessed = match ingested.format {
        Format::Tree => None,
        _ => files.first().and_then(|file| file.media_type.clone()),
    };
    let record = Record {
        version: writer.manifest().next_version(artifact_type.as_str(), &logical_key)?,
        artifact_id,
        artifact_type,
        schema_version,
        logical_key,
        format: ingested.format,
        storage: Storage::Managed,
        file_hash: ingested.file_hash,
        content_hash: ingested.content_hash,
        content_hash_version: ingested.content_hash_version,
        legacy_content_hash: None,
        source_hash: ingested.source_hash,
        source_size: ingested.source_size,
        size_bytes: ingested.size_bytes,
        row_count: ingested.row_count,
        min_ts: ingested.min_ts.clone(),
        max_ts: ingested.max_ts.clone(),
        created_at: created_at.unwrap_or_else(|| clock::millis_text(writer.now())),
        media_type: params.media_type.clone().or(guessed),
        run_id: params.run_id.as_ref().map(ToString::to_string),
        family: None,
        outcome: params.outcome,
        source: params.source.clone(),
        capabilities: params.capabilities.clone().unwrap_or_default(),
        roles: params.roles.clone().unwrap_or_default(),
        params: params.params.clone().unwrap_or_default(),
        writer: writer_given.then(|| crate::model::artifact::Writer {
            name: params.writer_name.clone(),
            version: params.writer_version.clone(),
        }),
        git: git_given.then(|| Git { commit: params.git_commit.clone(), dirty: params.git_dirty }),
        columns: given.column_words(),
        file_count: files.len() as u64,
        name: String::new(),
        extension: ingested.extension.clone(),
    };
    Ok(Publication {
        record,
        title: params.title.clone(),
        description: params.description.clone(),
        tags: params.tags.clone().unwrap_or_default().0,
        archived: false,
        files,
        inputs,
        request,
        place: None,
    })
}

fn fresh_id(random: u32, writer: &Writer) -> Result<ArtifactId> {
    for step in 0..=u32::MAX {
        let id = ArtifactId::fresh(writer.now(), random.wrapping_add(step));
        if writer.manifest().artifact_seq(id.as_str())?.is_none() {
            return Ok(id);
        }
    }
    unreachable!("some id is free")
}

fn published(artifact: Artifact, mode: Option<Mode>) -> Published {
    Published {
        success: true,
        deduped: mode.is_some(),
        mode,
        existing_artifact_id: mode.map(|_| artifact.artifact_id.clone()),
        artifact_id: artifact.artifact_id.clone(),
        path_parquet: artifact.path_parquet.clone(),
        path_sidecar: artifact.path_sidecar.clone(),
        file_hash: artifact.file_hash,
        content_hash: artifact.content_hash,
        row_count: artifact.row_count,
        artifact,
    }
}
