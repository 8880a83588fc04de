//! `keepstone backup`

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::{Outcome, paths, print, rebuild, words};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone backup                               into the store's backups/
  keepstone backup /mnt/safe/manifest.sqlite
  keepstone backup --restore                     the newest in backups/
  keepstone backup --restore /mnt/safe/manifest.sqlite

A backup holds the manifest. Restoring it keeps what was published since: the sidecars and the history know it.";

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where the copy goes, or comes from
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Bring a backup back
    #[arg(long)]
    restore: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the result is told.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Copy {
    path: String,
    size_bytes: u64,
}

pub(super) fn run(place: &Place, options: &Backup) -> Outcome {
    let params = json!({ "path": options.path.as_deref().map(paths::text).transpose()? });
    if options.restore {
        return rebuild::renew(place, "restore_backup", params, options.json);
    }
    let text = Caller::at(place)?.text("backup", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let copy: Copy = read("backup", &text)?;
    let size = words::size(copy.size_bytes);
    print::line(&format!("The manifest was copied to {} ({size})", words::clean(&copy.path))).map(|()| 0)
}
