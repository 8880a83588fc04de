//! Keeps files so that a crash loses none that was answered, or recognises that they are kept.

use std::fs::{self, File};
use std::io::{BufRead, Write};
use std::path::Path;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::Result;
use crate::database::{Database, hash_text};
use crate::json::{Publish, Request};
use crate::sidecar::reply;

/// Reads a file and looks its SHA-256 up; one that is new is written, flushed, renamed, its folder flushed, its row
/// committed.
pub fn one(database: &Database, folder: &Path, given: &Publish) -> Result<Value> {
    let bytes = fs::read(given.data_path.as_ref().ok_or("no path")?)?;
    let hash = hash_text(&bytes);
    if let Some(known) = database.get_by_hash(&hash)? {
        return Ok(serde_json::json!({"deduped": true, "artifact": known}));
    }
    let path = write(folder, &hash, &bytes)?;
    File::open(folder)?.sync_all()?;
    database.0.execute_batch("BEGIN IMMEDIATE")?;
    database.insert(given, &path, &hash, bytes.len() as u64)?;
    database.0.execute_batch("COMMIT")?;
    Ok(serde_json::json!({"deduped": false, "fileHash": hash, "path": path}))
}

/// Reads so many requests, then does all: a flush for each file, one for the folder, one commit.
pub fn all(database: &Path, folder: &Path, count: usize) -> Result<()> {
    let database = Database::open(database)?;
    let lines: Vec<String> = std::io::stdin().lock().lines().take(count).collect::<std::io::Result<_>>()?;
    let requests: Vec<Request> =
        lines.iter().map(|line| serde_json::from_str(line)).collect::<serde_json::Result<_>>()?;
    let mut kept = Vec::new();
    for request in &requests {
        let given: Publish = serde_json::from_str(request.params.get())?;
        let bytes = fs::read(given.data_path.as_ref().ok_or("no path")?)?;
        let hash = hash_text(&bytes);
        let path = write(folder, &hash, &bytes)?;
        kept.push((given, hash, path, bytes.len() as u64));
    }
    File::open(folder)?.sync_all()?;
    database.0.execute_batch("BEGIN IMMEDIATE")?;
    for (given, hash, path, size) in &kept {
        database.insert(given, path, hash, *size)?;
    }
    database.0.execute_batch("COMMIT")?;
    let mut output = Vec::new();
    for (request, (_, hash, path, _)) in requests.iter().zip(&kept) {
        answer(request.id, hash, path, &mut output)?;
    }
    std::io::stdout().lock().write_all(&output)?;
    Ok(())
}

fn answer(id: &RawValue, hash: &str, path: &str, output: &mut Vec<u8>) -> Result<()> {
    reply(id, serde_json::json!({"deduped": false, "fileHash": hash, "path": path}), output)
}

fn write(folder: &Path, hash: &str, bytes: &[u8]) -> Result<String> {
    let path = folder.join(&hash[7..]);
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, &path)?;
    Ok(path.to_string_lossy().into_owned())
}
