//! `resolve`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::model::Result;
use crate::model::artifact::Artifact;
use crate::operations::{Context, Operation, Query};
use crate::registry;
use crate::store::{Reader, View};

/// Answers the one artifact that a short reference means: an id, the start of one, the 8 hex digits at its end, or
/// `type:key`, which is the latest active version, also written `type:key@latest`; `type:key@v3` is version 3 and
/// `type:key@alias` what the alias stands for, whatever became of them.
///
/// What could mean several artifacts is a conflict with them as `candidates`, at most 10. A whole id comes before
/// everything that only begins with it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"ref": "5f2c81d4"}, {"ref": "ohlcv_slice:AAPL:2026-03@v2"}, {"ref": "model:churn@production"}]))]
pub struct Params {
    /// The reference. The first `:` ends the type; only `latest`, a version or an alias behind the last `@` is not part of
    /// the key.
    #[serde(rename = "ref")]
    reference: String,
}

/// `resolve`
pub enum Resolve {}

impl Operation for Resolve {
    const METHOD: &'static str = "resolve";
    type Params = Params;
    type Result = Artifact;
}

impl Query for Resolve {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Artifact> {
        Ok(reader.answer(registry::resolve(reader, &params.reference)?))
    }
}
