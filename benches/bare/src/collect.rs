//! Files with rows about them, and taking the older ones away: deletes in one transaction, then unlinks.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use serde::Deserialize;

use crate::Result;
use crate::database::hash_text;
use crate::json::Publish;

/// As many tables and indexes as keepstone has for an artifact, its tags, files, inputs and words.
const SCHEMA: &str = "
    CREATE TABLE artifacts (
        seq INTEGER PRIMARY KEY, artifact_id TEXT NOT NULL UNIQUE, artifact_type TEXT NOT NULL, logical_key TEXT NOT NULL,
        created_at TEXT NOT NULL, file_hash BLOB NOT NULL, content_hash BLOB NOT NULL, source_hash BLOB NOT NULL,
        size_bytes INTEGER NOT NULL, name TEXT NOT NULL UNIQUE, title TEXT, description TEXT, params TEXT NOT NULL);
    CREATE INDEX by_key ON artifacts (artifact_type, logical_key);
    CREATE INDEX in_short ON artifacts (created_at, seq, artifact_type, size_bytes, title);
    CREATE INDEX by_type ON artifacts (artifact_type, created_at, seq);
    CREATE INDEX by_content ON artifacts (content_hash);
    CREATE INDEX by_file ON artifacts (file_hash);
    CREATE INDEX by_source ON artifacts (size_bytes, source_hash);
    CREATE INDEX by_source_hash ON artifacts (source_hash);
    CREATE TABLE tags (seq INTEGER, key TEXT, value TEXT, artifact_type TEXT, created_at TEXT, PRIMARY KEY (seq, key)) WITHOUT ROWID;
    CREATE INDEX search ON tags (key, value, artifact_type, created_at, seq);
    CREATE TABLE files (seq INTEGER, ordinal INTEGER, path TEXT, hash BLOB, size_bytes INTEGER, PRIMARY KEY (seq, ordinal)) WITHOUT ROWID;
    CREATE INDEX files_by_hash ON files (hash, seq);
    CREATE TABLE edges (output INTEGER, ordinal INTEGER, input INTEGER, PRIMARY KEY (output, ordinal)) WITHOUT ROWID;
    CREATE INDEX edges_by_input ON edges (input, output);
    CREATE VIRTUAL TABLE words USING fts5 (title, description, logical_key, content = '', contentless_delete = 1);
";

fn open(folder: &Path) -> Result<Connection> {
    let connection = Connection::open(folder.join("bare.sqlite"))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    Ok(connection)
}

/// Keeps the files of publishes by their hashes, in 256 folders.
pub fn keep(folder: &Path, requests: &Path) -> Result<()> {
    #[derive(Deserialize)]
    struct Line {
        params: Publish,
    }
    let database = open(folder)?;
    database.execute_batch(SCHEMA)?;
    database.execute_batch("BEGIN")?;
    let text = fs::read_to_string(requests)?;
    for (seq, line) in text.lines().enumerate() {
        let Line { params } = serde_json::from_str(line)?;
        let bytes = fs::read(params.data_path.as_ref().ok_or("no path")?)?;
        let hash = hash_text(&bytes).split_off("sha256:".len());
        let path = format!("objects/{}/{hash}", &hash[..2]);
        fs::create_dir_all(folder.join("objects").join(&hash[..2]))?;
        fs::write(folder.join(&path), &bytes)?;
        let hash = hash.as_bytes();
        let created_at = params.created_at.as_deref().unwrap_or_default();
        database
            .prepare_cached("INSERT INTO artifacts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ?7, ?8, ?9, ?10, ?11)")?
            .execute(params![
                seq,
                params.artifact_id,
                params.artifact_type,
                params.logical_key,
                created_at,
                hash,
                bytes.len(),
                path,
                params.title,
                params.description,
                serde_json::to_string(&params.params)?,
            ])?;
        for (key, value) in &params.tags {
            let row = (seq, key, value, &params.artifact_type, created_at);
            database.prepare_cached("INSERT INTO tags VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(row)?;
        }
        database.prepare_cached("INSERT INTO files VALUES (?1, 0, ?2, ?3, ?4)")?.execute((
            seq,
            path,
            hash,
            bytes.len(),
        ))?;
        for (ordinal, input) in params.input_artifact_ids.iter().enumerate() {
            database
                .prepare_cached("INSERT INTO edges SELECT ?1, ?2, seq FROM artifacts WHERE artifact_id = ?3")?
                .execute((seq, ordinal, input))?;
        }
        database
            .prepare_cached("INSERT INTO words (rowid, title, description, logical_key) VALUES (?1, ?2, ?3, ?4)")?
            .execute((seq, &params.title, &params.description, &params.logical_key))?;
    }
    Ok(database.execute_batch("COMMIT; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?)
}

/// Deletes what was created before a moment, rows first, then the files that nothing else needs.
pub fn collect(folder: &Path, moment: &str) -> Result<()> {
    let database = open(folder)?;
    database.execute_batch("BEGIN IMMEDIATE")?;
    let names = |operator: &str| -> Result<Vec<PathBuf>> {
        let mut statement = database.prepare(&format!(
            "SELECT f.path FROM artifacts JOIN files f USING (seq) WHERE created_at {operator} ?1"
        ))?;
        let rows = statement.query_map([moment], |row| Ok(PathBuf::from(row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let (going, staying) = (names("<")?, names(">=")?);
    for (table, seq) in [("tags", "seq"), ("files", "seq"), ("edges", "output"), ("words", "rowid")] {
        let old = format!("DELETE FROM {table} WHERE {seq} IN (SELECT seq FROM artifacts WHERE created_at < ?1)");
        database.execute(&old, [moment])?;
    }
    database.execute("DELETE FROM artifacts WHERE created_at < ?1", [moment])?;
    database.execute_batch("COMMIT")?;
    let staying: HashSet<PathBuf> = staying.into_iter().collect();
    for path in going.iter().filter(|path| !staying.contains(*path)) {
        fs::remove_file(folder.join(path))?;
    }
    Ok(())
}
