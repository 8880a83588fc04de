//! `list_dataset_members`

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VersionOf;
use crate::datasets::{self, Condition};
use crate::model::dataset::{FeatureValue, Member};
use crate::model::ids::{ArtifactId, DatasetId};
use crate::model::number::Count;
use crate::model::version::Version;
use crate::model::{Error, Result};
use crate::operations::params::limited;
use crate::operations::{Context, Operation, Query};
use crate::store::{Reader, View};

/// Lists the members of a version of a dataset by artifact id; everything in the filter must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"datasetId": "em_dataset", "version": "v1.0", "filter": {"roles": ["oracle_output"], "features": {"freq_ghz": {"min": 1, "max": 10}}}},
]))]
pub struct Params {
    /// The dataset; it or a path.
    dataset_id: Option<DatasetId>,
    /// The version; `latest`, the highest that was not deleted, unless given.
    version: Option<Version>,
    /// The path of a snapshot file, whose version this store need not know.
    path: Option<String>,
    /// Which members; all of them without a filter.
    filter: Option<MemberFilter>,
    /// At most this many: 1 to 10000, 100 unless given.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 100))]
    limit: Option<Count>,
    /// How many are passed over, 0 unless given.
    #[schemars(extend("default" = 0))]
    offset: Option<Count>,
}

/// Which members a list shows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberFilter {
    /// One of these artifacts.
    artifact_ids: Option<BTreeSet<ArtifactId>>,
    /// In one of these roles.
    roles: Option<BTreeSet<String>>,
    /// Of one of these types.
    artifact_types: Option<BTreeSet<String>>,
    /// In one of these splits.
    splits: Option<BTreeSet<String>>,
    /// With all of these features; a member without one is left out.
    features: Option<BTreeMap<String, FeatureCondition>>,
}

/// What must hold of a feature.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeatureCondition {
    /// A number, this or larger.
    min: Option<f64>,
    /// A number, this or smaller.
    max: Option<f64>,
    /// This very value; 1 and 1.0 are one.
    equals: Option<FeatureValue>,
}

/// Members of a version.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    /// The dataset.
    dataset_id: DatasetId,
    /// The version.
    version: Version,
    /// The members, by artifact id.
    members: Vec<Member>,
    /// How many the filter lets through.
    total: Count,
    /// The offset of the next ones, null when these are the last.
    next_offset: Option<Count>,
}

/// `list_dataset_members`
pub enum ListDatasetMembers {}

impl Operation for ListDatasetMembers {
    const METHOD: &'static str = "list_dataset_members";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = Members;
}

impl Query for ListDatasetMembers {
    fn run(reader: &Reader, params: Params, context: &Context) -> Result<Members> {
        let limit = limited("limit", params.limit, 100, 10_000)?;
        let offset = params.offset.map_or(0, |offset| offset.0);
        let filter = filter(params.filter.unwrap_or_default())?;
        let Params { dataset_id, version, path, .. } = params;
        let source = VersionOf { dataset_id, version, path }.source(reader, "")?;
        let dataset = source.describe(reader.layout());
        let (mut members, mut total, mut done) = (Vec::new(), 0, 0);
        source.each_member(reader.manifest(), |member| {
            done += 1;
            if done % 4096 == 0 {
                context.watch.step(done, dataset.member_count.0, "members looked at")?;
            }
            if filter.lets_through(&member) {
                if (offset..offset.saturating_add(limit)).contains(&total) {
                    members.push(member);
                }
                total += 1;
            }
            Ok(())
        })?;
        let next = offset.saturating_add(limit);
        Ok(Members {
            dataset_id: dataset.dataset_id,
            version: dataset.version,
            members,
            total: Count(total),
            next_offset: (next < total).then_some(Count(next)),
        })
    }
}

fn filter(filter: MemberFilter) -> Result<datasets::Filter> {
    let mut features = BTreeMap::new();
    for (name, FeatureCondition { min, max, equals }) in filter.features.unwrap_or_default() {
        let field = format!("filter.features.{name}");
        if min.is_none() && max.is_none() && equals.is_none() {
            return Err(
                Error::invalid_params(format!("{field}: one of min, max and equals must be given")).field(field)
            );
        }
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(Error::invalid_params(format!("{field}: nothing lies between {min} and {max}")).field(field));
        }
        features.insert(name, Condition { min, max, equals });
    }
    Ok(datasets::Filter {
        artifact_ids: filter.artifact_ids,
        roles: filter.roles,
        artifact_types: filter.artifact_types,
        splits: filter.splits,
        features,
    })
}
