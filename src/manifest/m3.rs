//! The registry of M3, a Python package: an index of which only the runs are of interest, those that stand nowhere else.

use std::path::Path;

use super::Manifest;
use crate::model::Result;

/// A run's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryRun {
    /// Its id.
    pub run_id: String,
    /// The stage it executed.
    pub stage_name: Option<String>,
}

/// The runs of a registry, by id. Nothing is written beside the file.
pub fn registry_runs(path: &Path) -> Result<Vec<RegistryRun>> {
    let registry = Manifest::open_read_only(path, true)?;
    let mut statement =
        registry.connection.prepare("SELECT CAST(run_id AS TEXT), CAST(stage_name AS TEXT) FROM runs ORDER BY 1")?;
    let rows = statement.query_map([], |row| Ok(RegistryRun { run_id: row.get(0)?, stage_name: row.get(1)? }))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?)
}
