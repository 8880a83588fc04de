//! Making a store: every part is put in place before the manifest, whose presence is what makes the folder a store.

use std::path::{Path, PathBuf};

use crate::base::clock::{self, Clock};
use crate::base::files;
use crate::base::lock::Lock;
use crate::manifest::Manifest;
use crate::model::artifact::TypeDefinition;
use crate::model::ids::ArtifactType;
use crate::model::{Error, Result};
use crate::objects::Objects;
use crate::store::config::TEMPLATE;
use crate::store::layout::Layout;

/// Makes the store; `false` when another process had just made it.
pub(super) fn create(layout: &Layout, clock: Clock) -> Result<bool> {
    layout.check_artifacts()?;
    files::create_folders(layout.root())?;
    if let Some(kind) = files::network_file_system(layout.root())? {
        return Err(Error::read_only(format!(
            "{} lies on {kind}, where several processes can't share a store safely",
            layout.root().display()
        ))
        .hint("make the store on a local file system"));
    }
    for folder in layout.folders() {
        files::create_folders(&folder)?;
    }
    let _alone = Lock::exclusive(&layout.lock("init"))?;
    if files::exists(&layout.manifest()) {
        return Ok(false);
    }
    make_folders(layout)?;
    let draft = layout.staging().join(format!("manifest-{:08x}", clock.random()));
    if let Err(error) = new_manifest(&draft, layout) {
        remove_draft(&draft);
        return Err(error);
    }
    // SQLite would take the log of a manifest that was there before for the new one's.
    move_manifest_aside(layout, &clock::stamp(clock.now()))?;
    files::rename(&draft, &layout.manifest())?;
    files::sync_folder(layout.root())?;
    Ok(true)
}

/// Writes keepstone.toml.
pub(super) fn write_configuration(layout: &Layout, text: &str) -> Result<()> {
    Ok(files::replace(&layout.configuration(), text.as_bytes(), 0o644)?)
}

/// Writes a manifest without artifacts, as one durable file.
pub(super) fn new_manifest(path: &Path, layout: &Layout) -> Result<()> {
    let manifest = Manifest::open(path)?;
    manifest.make_shrinkable()?;
    // From the start, so that processes that open it at the same time need not agree on who changes it.
    manifest.make_durable()?;
    manifest.begin()?;
    furnish(&manifest, layout)?;
    manifest.commit()?;
    // Closing would fold it too, but say nothing of a full disk.
    manifest.fold_log()?;
    drop(manifest);
    Ok(files::sync_file(path)?)
}

/// Gives an empty manifest its tables and what every store knows from the start, inside the caller's transaction.
pub(super) fn furnish(manifest: &Manifest, layout: &Layout) -> Result<()> {
    manifest.migrate()?;
    manifest.set_meta("artifacts_root", layout.artifacts_setting())?;
    seed_types().iter().try_for_each(|definition| manifest.set_type(definition))
}

/// Makes the folders of a store and its configuration, as far as they are missing.
pub(super) fn make_folders(layout: &Layout) -> Result<()> {
    for folder in layout.folders() {
        files::create_folders(&folder)?;
    }
    Objects::new(layout.objects()).create()?;
    if !files::exists(&layout.configuration()) {
        write_configuration(layout, TEMPLATE)?;
    }
    Ok(())
}

/// Removes the draft of a manifest and what SQLite keeps beside it.
pub(super) fn remove_draft(draft: &Path) {
    for path in manifest_files(draft) {
        files::remove_if_there(&path).ok();
    }
}

/// Moves a lost or damaged manifest to quarantine, or what SQLite left beside it.
pub(super) fn move_manifest_aside(layout: &Layout, stamp: &str) -> Result<()> {
    let aside = manifest_files(&layout.quarantine().join(format!("manifest-{stamp}.sqlite")));
    for (from, to) in manifest_files(&layout.manifest()).iter().zip(aside) {
        if files::exists(from) {
            files::rename(from, &to)?;
        }
    }
    Ok(())
}

/// A manifest, its log, the log's index, and a journal that a draft may have.
fn manifest_files(manifest: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|suffix| {
        let mut path = manifest.to_owned().into_os_string();
        path.push(suffix);
        path.into()
    })
}

/// The types that every store knows from the start.
pub(super) fn seed_types() -> Vec<TypeDefinition> {
    let define = |name: &str, columns: &[&str], keys: usize, keys_by_name: &[&str], times: &[&str]| {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        TypeDefinition {
            artifact_type: ArtifactType::try_from(name.to_owned()).expect("a fixed name"),
            canonical_columns: Some(names(columns)),
            sort_keys: if keys_by_name.is_empty() { names(&columns[..keys]) } else { names(keys_by_name) },
            timestamp_columns: names(times),
        }
    };
    vec![
        define(
            "alerts_v1",
            &[
                "alert_ts_utc",
                "chain",
                "mint",
                "alert_chat_id",
                "alert_message_id",
                "alert_id",
                "caller_name_norm",
                "caller_id",
                "mint_source",
                "bot_name",
                "run_id",
            ],
            5,
            &[],
            &["alert_ts_utc"],
        ),
        define("alerts", &["alert_ts", "source", "message_id", "token_mint", "raw_text"], 4, &[], &["alert_ts"]),
        define("ohlcv_slice", &["ts", "open", "high", "low", "close", "volume"], 1, &[], &["ts"]),
        define(
            "run_metrics",
            &["run_id", "metric_name", "metric_value", "ts"],
            0,
            &["run_id", "metric_name", "ts"],
            &["ts"],
        ),
        define(
            "alerts_event_v1",
            &[
                "alert_key",
                "event_ts_utc",
                "seen_at_utc",
                "ingest_source",
                "chain",
                "mint",
                "alert_chat_id",
                "alert_message_id",
                "alert_id",
                "caller_name",
                "caller_name_norm",
                "caller_id",
                "mint_source",
                "bot_name",
                "bot_message_id",
                "bot_ts_ms",
                "run_id",
            ],
            3,
            &[],
            &["event_ts_utc", "seen_at_utc"],
        ),
    ]
}
