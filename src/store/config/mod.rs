//! keepstone.toml: what people edit. An unknown key is refused by name.

mod retention;
mod scanning;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

pub use retention::{AlwaysKeep, Family, Policy};
pub use scanning::{CRYPTORUN, FLOWTIME, FLOWTIME_FAMILIES, FolderLayout, OutcomeRule, Pattern, ScanRoot, Scanning};

use crate::base::files;
use crate::compaction;
use crate::model::ids::{FamilyName, PolicyName};
use crate::model::{Error, Result};

/// What keepstone.toml says; what it leaves out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How readable names are made.
    pub names: Names,
    /// What a request may bring.
    pub limits: Limits,
    /// The policy for what belongs to no family.
    pub default_policy: Option<PolicyName>,
    /// What is kept, by the policy's name.
    pub policies: BTreeMap<PolicyName, Policy>,
    /// Where runs are looked for.
    pub scan: Scanning,
    /// How files that stay with their producers are compacted.
    pub compaction: compaction::Settings,
    /// Groups of runs, by name.
    pub families: BTreeMap<FamilyName, Family>,
}

/// How readable names are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// A reflink where the file system has them, else a hard link, else a copy.
    #[default]
    Link,
    /// A copy of its own, which may be changed without touching the object.
    Copy,
}

/// What a request may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most files in one tree.
    pub tree_files: u64,
    /// Most bytes of one file that is uploaded over HTTP.
    pub upload_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tree_files: 100_000, upload_bytes: 4 << 30 }
    }
}

/// What `init` writes: every key with its default and what it means.
pub const TEMPLATE: &str = r#"# The configuration of this keepstone store. Every key shows its default; what is commented out is an example.

# How the readable names below artifacts/ are made:
#   "link"  a reflink where the file system has them, else a hard link, else a copy
#   "copy"  always a copy of its own
names = "link"

# The policy by which `keepstone gc` collects what belongs to no family. Without one it collects none of that.
# default_policy = "laptop_default"

[limits]
# Most files that one published folder may have.
tree_files = 100000
# Most bytes of one file that is uploaded over HTTP.
upload_bytes = 4294967296

# A policy keeps what any of its rules keeps; what is pinned or in a live dataset is kept in any case.
# `keepstone gc --list-policies` shows those that every store has.
# [policies.weekly]
# keep_min_age_days = 30              # what is younger
# keep_min_count = 1                  # the newest of each type
# keep_types = []                     # everything of these types
# keep_roles = []                     # everything with one of these roles
# keep_with_descendants = true        # that from which something live was made
# keep_ancestors_of_pinned = true     # that from which something pinned was made
# space_budget_bytes = 30000000000    # beyond it the oldest go that only their age keeps
# dvc_gc_flags = []                   # what `keepstone gc --dvc` hands to `dvc gc`

# Where `keepstone scan` looks for the runs of the families below.
# [scan]
# roots = ["../artifacts"]            # absolute, or relative to the folder of this file;
#                                     # { path = "../data", layout = "flowtime" } is a data folder of FlowTime
# max_files_per_scan = 50000
# parallel_workers = 4                # files read at once

# A family is a group of runs.
# [families.proofs]
# include = ["**/proofs/*.jsonl"]     # below a root; `**/` stands for any folders, also none, `*` for part of a name
# artifact_type = "proofs"            # the type of its runs; the family's name unless given
# outcome = "content"                 # how it is told that a run passed: "content", else its name; "name"; "none"
# keep = 5                            # the newest
# always_keep = ["last_pass", "pinned", "last_run"]
# pin = []                            # ids, the starts of ids, or their last 8 digits

# What `keepstone compact` makes of files that stay with their producers. `keepstone expand` brings the originals back.
# [compaction.jsonl]
# enabled = true
# min_size_kb = 50                    # smaller files are left alone
# dict_threshold = 3                  # so often a value must occur to get into the dictionary
# preserve_schema = true              # the first record stays whole
# [compaction.markdown]
# enabled = true
# min_size_kb = 20
# remove_empty_sections = true
# canonical_headers = true
"#;

impl Config {
    /// Reads keepstone.toml; a missing file means the defaults.
    pub fn read(path: &Path) -> Result<Self> {
        let text = if files::exists(path) { files::read_text(path)? } else { String::new() };
        Self::parse(&text, path)
    }

    /// What a text says that stands or is to stand at this path.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let hint = "correct it, or write a fresh one with `keepstone init --force`";
        let parsed = toml::Deserializer::parse(text).map_err(|error| (String::new(), error)).and_then(|values| {
            serde_path_to_error::deserialize(values).map_err(|error| (error.path().to_string(), error.into_inner()))
        });
        let mut config: Self = parsed.map_err(|(key, error): (String, toml::de::Error)| {
            let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
            let place = line.map_or_else(String::new, |line| format!(" line {line}"));
            let reason = error.message().replace('\n', ", ");
            // A key that is unknown is named by the reason.
            let key = if key.is_empty() || key == "." || reason.contains("unknown field") {
                String::new()
            } else {
                key + ": "
            };
            Error::invalid_data(format!("{}{place}: {key}{reason}", path.display())).hint(hint)
        })?;
        for (name, policy) in retention::built_in() {
            config.policies.entry(name).or_insert(policy);
        }
        retention::check(&config, path)?;
        scanning::check(&config, path)?;
        Ok(config)
    }
}
