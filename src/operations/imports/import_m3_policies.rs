//! `import_m3_policies`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KeyImported, into_configuration};
use crate::imports::m3::{self, PolicyFate};
use crate::model::Result;
use crate::operations::{Context, Maintenance, Operation};

/// Takes M3's retention policies into keepstone.toml, each as `[policies.NAME]`, and tells what every key became.
///
/// Nothing that keepstone.toml says is changed: a policy whose name it has for another one is left out. The store is made
/// if there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [{"path": "project/config/gc_policies.yaml", "dryRun": true}]))]
pub struct Params {
    /// The YAML file. A relative path counts from the server's working directory.
    path: String,
    /// Whether it is only told what would be done. False unless given.
    #[schemars(extend("default" = false))]
    dry_run: Option<bool>,
}

/// What the file became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoliciesImported {
    /// Whether nothing was written.
    dry_run: bool,
    /// Absolute path of keepstone.toml.
    configuration: String,
    /// Whether it says more than before, or would.
    changed: bool,
    /// The policies, in the order of the file.
    policies: Vec<PolicyImported>,
    /// What the file says beside its policies.
    settings: Vec<KeyImported>,
}

/// What one policy became.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyImported {
    /// Its name, as the file has it.
    policy: String,
    /// What became of it.
    fate: ImportedFate,
    /// Why it was left out.
    reason: Option<String>,
    /// Its keys.
    keys: Vec<KeyImported>,
}

/// What became of a policy.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportedFate {
    /// keepstone.toml has it from now on.
    Imported,
    /// keepstone.toml had it, alike.
    AlreadyThere,
    /// It was left out.
    LeftOut,
}

/// `import_m3_policies`
pub enum ImportM3Policies {}

impl Operation for ImportM3Policies {
    const METHOD: &'static str = "import_m3_policies";
    const PATH_PARAMS: &'static [&'static str] = &["path"];
    type Params = Params;
    type Result = PoliciesImported;
}

impl Maintenance for ImportM3Policies {
    fn run(params: Params, context: &Context) -> Result<PoliciesImported> {
        let dry_run = params.dry_run.unwrap_or(false);
        let (taken, configuration) =
            into_configuration(context, &params.path, dry_run, m3::take_policies, |taken| taken.text.as_deref())?;
        let policy = |taken: m3::TakenPolicy| {
            let (fate, reason) = match taken.fate {
                PolicyFate::Imported => (ImportedFate::Imported, None),
                PolicyFate::AlreadyThere => (ImportedFate::AlreadyThere, None),
                PolicyFate::LeftOut(reason) => (ImportedFate::LeftOut, Some(reason)),
            };
            let keys = taken.keys.into_iter().map(KeyImported::from).collect();
            PolicyImported { policy: taken.name, fate, reason, keys }
        };
        Ok(PoliciesImported {
            dry_run,
            configuration,
            changed: taken.text.is_some(),
            policies: taken.policies.into_iter().map(policy).collect(),
            settings: taken.settings.into_iter().map(KeyImported::from).collect(),
        })
    }
}
