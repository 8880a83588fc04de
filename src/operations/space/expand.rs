//! `expand`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Result;
use crate::model::compaction::{CompactionFailure, Form};
use crate::model::ids::ArtifactId;
use crate::model::number::Count;
use crate::operations::{Context, Maintenance, Operation};
use crate::space;

/// Brings back the original bytes of an artifact's files that are kept in a compact form, proven by their hash.
///
/// An artifact without such files is answered with none. A file that can't be expanded stays as it is and is named among
/// the failures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"artifactId": "art-20260301T093000-5f2c81d4"}]))]
pub struct Params {
    /// The artifact.
    artifact_id: ArtifactId,
}

/// What was brought back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expanded {
    /// The artifact.
    artifact_id: ArtifactId,
    /// The files that are their originals again, by path.
    files: Vec<ExpandedFile>,
    /// Files that could not be expanded and are as they were.
    failures: Vec<CompactionFailure>,
}

/// A file that is its original again.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExpandedFile {
    /// The absolute path of the original.
    path: String,
    /// The form that it had.
    form: Form,
    /// The length that it had in bytes.
    compact_size_bytes: Count,
    /// The length of the original.
    size_bytes: Count,
}

/// `expand`
pub enum Expand {}

impl Operation for Expand {
    const METHOD: &'static str = "expand";
    type Params = Params;
    type Result = Expanded;
}

impl Maintenance for Expand {
    fn run(params: Params, context: &Context) -> Result<Expanded> {
        let store = context.site.store()?;
        let (expanded, failures) = space::expand(&store, &params.artifact_id, context.actor, context.watch)?;
        let file = |located: crate::store::Located| {
            let compact = located.compact.as_ref()?;
            Some(ExpandedFile {
                path: located.root.join(&located.entry.path).to_string_lossy().into_owned(),
                form: compact.form,
                compact_size_bytes: compact.stored_size_bytes,
                size_bytes: located.entry.size_bytes,
            })
        };
        let mut files: Vec<ExpandedFile> = expanded.into_iter().filter_map(file).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Expanded { artifact_id: params.artifact_id, files, failures })
    }
}
