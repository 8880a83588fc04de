//! `compare_artifacts`

use std::fs::File;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::Found;
use crate::model::artifact::{Artifact, Format};
use crate::model::comparison::{
    Compared, DiffCount, FileDiff, InputDiff, ParamDiff, TableDiff, TagDiff, ValueChange, Verdict,
};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::model::{Error, Kind, Result};
use crate::operations::params::{counted, limited};
use crate::operations::{Context, Operation, Query};
use crate::registry::comparing;
use crate::store::{Reader, View};
use crate::tabular::{self, Comparing, Shape, Side};

/// Compares two artifacts: their fields, params, tags, inputs and files; and of two tables the columns, what the values of
/// each come to, and the rows that were added, removed and changed.
///
/// `verdict` says it in a word, `reason` in a sentence. Values are compared exactly: 0.1 is not 0.1000001, NaN is NaN.
/// Deleted artifacts are compared like others as long as their bytes are there. The files of runs that were scanned are
/// told by their paths below the run's own folder.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"left": "art-20260301T093000-5f2c81d4", "right": "art-20260302T093000-0b7e43aa"},
    {"left": "art-20260301T093000-5f2c81d4", "right": "art-20260302T093000-0b7e43aa", "key": ["ts", "symbol"], "limit": 20},
]))]
pub struct Params {
    /// The artifact that is compared, as a rule the older one.
    left: ArtifactId,
    /// The artifact that it is compared with.
    right: ArtifactId,
    /// The columns by which rows are told to be the same row; the sort keys that both types declare unless given, and
    /// without those the whole row.
    #[schemars(length(min = 1, max = 100), extend("uniqueItems" = true))]
    key: Option<Vec<String>>,
    /// Of each list at most this many: 1 to 1000, 100 unless given. Of rows at most 100 are shown, 10 unless given.
    #[schemars(range(min = 1, max = 1000), extend("default" = 100))]
    limit: Option<Count>,
}

/// What differs between two artifacts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The artifact that was compared.
    left: Compared,
    /// The artifact that it was compared with.
    right: Compared,
    /// What their content comes to.
    verdict: Verdict,
    /// The same as a sentence.
    reason: String,
    /// The fields that differ, ids, paths and what follows from others left out.
    fields: Vec<ValueChange>,
    /// The params that differ.
    params: ParamDiff,
    /// The tags that differ.
    tags: TagDiff,
    /// The inputs that differ.
    inputs: InputDiff,
    /// The files that differ.
    files: FileDiff,
    /// How the tables differ; null unless both are tables that can be read.
    table: Option<TableDiff>,
    /// Whether a list was cut at the limit, the examples of rows left aside. The counts are of all.
    truncated: bool,
}

/// `compare_artifacts`
pub enum CompareArtifacts {}

impl Operation for CompareArtifacts {
    const METHOD: &'static str = "compare_artifacts";
    type Params = Params;
    type Result = Comparison;
}

impl Query for CompareArtifacts {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Comparison> {
        let limit = usize::try_from(limited("limit", params.limit, 100, 1000)?).expect("it is small");
        if let Some(key) = &params.key {
            counted("key", key.len(), 1, 100)?;
            if let Some(at) = (1..key.len()).find(|at| key[..*at].contains(&key[*at])) {
                let message = format!("key: {:?} stands there twice", key[at]);
                return Err(Error::invalid_params(message).field(format!("key[{at}]")));
            }
        }
        let found = |id: &ArtifactId, field: &str| {
            let missing = || Error::not_found(format!("artifact {id} was not found")).field(field);
            reader.manifest().artifact(id.as_str())?.ok_or_else(missing)
        };
        let (left, right) = (found(&params.left, "left")?, found(&params.right, "right")?);
        let manifest = reader.manifest();
        let inputs = comparing::inputs(&manifest.inputs(left.seq)?, &manifest.inputs(right.seq)?);
        let trees = left.record.format == Format::Tree || right.record.format == Format::Tree;
        let named = |of: &Found| Ok::<_, Error>(comparing::named(&of.record, trees, manifest.files(of.seq)?));
        let files = comparing::files(named(&left)?, named(&right)?);
        let (verdict, reason, table) = content(reader, (&left, &right), &files, &params, context)?;
        let (left, right) = (reader.answer(left), reader.answer(right));
        let mut comparison = Comparison {
            verdict,
            reason,
            fields: comparing::facts(&left, &right),
            params: comparing::params(&left.params, &right.params),
            tags: comparing::tags(&left.tags, &right.tags),
            left: compared(left),
            right: compared(right),
            inputs,
            files,
            table,
            truncated: false,
        };
        comparison.cut(limit);
        Ok(comparison)
    }
}

impl Comparison {
    fn cut(&mut self, limit: usize) {
        fn cut<T>(list: &mut Vec<T>, limit: usize) -> bool {
            let longer = list.len() > limit;
            list.truncate(limit);
            longer
        }
        let Self { params, inputs, files, .. } = self;
        let cuts = [
            cut(&mut params.added, limit),
            cut(&mut params.removed, limit),
            cut(&mut params.changed, limit),
            cut(&mut inputs.added, limit),
            cut(&mut inputs.removed, limit),
            cut(&mut files.added, limit),
            cut(&mut files.removed, limit),
            cut(&mut files.changed, limit),
        ];
        self.truncated = cuts.contains(&true);
    }
}

fn compared(artifact: Artifact) -> Compared {
    Compared {
        artifact_id: artifact.artifact_id,
        artifact_type: artifact.artifact_type,
        logical_key: artifact.logical_key,
        version: artifact.version,
        status: artifact.status,
        archived: artifact.archived,
        format: artifact.format,
        file_hash: artifact.file_hash,
        content_hash: artifact.content_hash,
        size_bytes: artifact.size_bytes,
        title: artifact.title,
    }
}

type Content = (Verdict, String, Option<TableDiff>);

/// What the content of both comes to.
fn content(
    reader: &Reader,
    (left, right): (&Found, &Found),
    files: &FileDiff,
    params: &Params,
    context: &Context,
) -> Result<Content> {
    let tables = left.record.format == Format::Table && right.record.format == Format::Table;
    if params.key.is_some() && !tables {
        return Err(Error::invalid_params("key: only tables have rows that can be told by a key").field("key"));
    }
    let by_hash = comparing::verdict_by_hash(left, right);
    if by_hash.is_none() && left.record.format != right.record.format {
        let kind = |found: &Found| match found.record.format {
            Format::Table => "a table",
            Format::File => "a file",
            Format::Tree => "a tree",
        };
        let reason = format!("the left one is {}, the right one is {}", kind(left), kind(right));
        return Ok((Verdict::NotComparable, reason, None));
    }
    let same_bytes = by_hash == Some(Verdict::Identical);
    let table = match tables.then(|| table(reader, (left, right), same_bytes, params, context)) {
        Some(Err(error)) if matches!(error.kind(), Kind::Integrity | Kind::InvalidData | Kind::NotFound) => Err(error),
        read => Ok(read.transpose()?),
    };
    Ok(match (by_hash, table) {
        (Some(Verdict::Identical), table) => {
            (Verdict::Identical, "both have the same bytes".to_owned(), table.unwrap_or_default())
        }
        (Some(verdict), table) => {
            let reason = "both have the same content hash; only the bytes that say it differ".to_owned();
            (verdict, reason, table.unwrap_or_default())
        }
        (None, Err(error)) => (Verdict::NotComparable, error.message().to_owned(), None),
        (None, Ok(table)) => match gone(reader, [left, right])? {
            Some(reason) => (Verdict::NotComparable, reason, None),
            None => (Verdict::Different, difference(left.record.format, files, table.as_ref()), table),
        },
    })
}

/// Why the bytes of one of them can't be compared any more.
fn gone(reader: &Reader, both: [&Found; 2]) -> Result<Option<String>> {
    for found in both {
        if let Err(error) = reader.not_purged(found) {
            return Ok(Some(error.message().to_owned()));
        }
        for file in reader.manifest().files(found.seq)? {
            if reader.is_managed(found) && reader.objects().look(&file.hash)?.is_none() {
                let id = &found.record.artifact_id;
                return Ok(Some(format!("the bytes of artifact {id} were not found in the store; the hashes differ")));
            }
        }
    }
    Ok(None)
}

/// The difference in a sentence.
fn difference(format: Format, files: &FileDiff, table: Option<&TableDiff>) -> String {
    let Some(table) = table else {
        let counts = &files.counts;
        let other = counts.added.0 + counts.removed.0 + counts.changed.0;
        return match format {
            Format::Tree if other == 0 => {
                "the files are the same; the folder that holds them has another name".to_owned()
            }
            Format::Tree => told("files", counts),
            _ => "their bytes differ".to_owned(),
        };
    };
    let counts = &table.rows.counts;
    if table.rows.compared.is_empty() {
        return "they have no column in common that can be compared, so their rows can't be either".to_owned();
    }
    let rows = told("rows", counts);
    let same_rows = counts.added.0 + counts.removed.0 + counts.changed.0 == 0;
    match (table.schema.same, same_rows) {
        (true, true) => {
            "the rows are the same; they stand in another order, or their types count other columns".to_owned()
        }
        (true, false) => rows,
        (false, true) => "their columns differ; in the columns that both have alike, the rows are the same".to_owned(),
        (false, false) => format!("their columns differ; in the columns that both have alike, {rows}"),
    }
}

fn told(what: &str, counts: &DiffCount) -> String {
    let DiffCount { added, removed, changed, same } = counts;
    let were = if added.0 == 1 { "was" } else { "were" };
    let are = if same.0 == 1 { "is" } else { "are" };
    format!(
        "of the {what} {} {were} added, {} removed and {} changed; {} {are} the same",
        added.0, removed.0, changed.0, same.0
    )
}

fn table(
    reader: &Reader,
    (left, right): (&Found, &Found),
    same_bytes: bool,
    params: &Params,
    context: &Context,
) -> Result<TableDiff> {
    let open = |found: &Found| -> Result<(File, String, Shape)> {
        let entry = reader.manifest().files(found.seq)?.remove(0);
        let definition = reader.manifest().type_definition(found.record.artifact_type.as_str())?;
        let shape = definition.as_ref().map(Shape::from).unwrap_or_default();
        Ok((reader.open_file(found, &entry)?, format!("artifact {}", found.record.artifact_id), shape))
    };
    let (left, right) = (open(left)?, open(right)?);
    let scratch = reader.scratch();
    let comparing = Comparing {
        key: params.key.as_deref(),
        same_bytes,
        examples: params.limit.map_or(10, |limit| usize::try_from(limit.0.min(100)).expect("it is small")),
        scratch: &scratch,
        watch: context.watch,
    };
    tabular::compare(side(&left), side(&right), &comparing)
}

fn side((file, name, shape): &(File, String, Shape)) -> Side<'_> {
    Side { file, path: Path::new(name), shape }
}
