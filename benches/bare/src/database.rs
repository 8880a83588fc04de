//! A database as one would make it for these questions alone: integer keys, an index that covers each search.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::json::{Artifact, Edge, Lineage, Node, Publish};

const SCHEMA: &str = "
    CREATE TABLE artifacts (
        seq INTEGER PRIMARY KEY, artifact_id TEXT NOT NULL UNIQUE, artifact_type TEXT NOT NULL, schema_version INTEGER,
        logical_key TEXT NOT NULL, version INTEGER, format TEXT, storage TEXT, path TEXT, path_sidecar TEXT,
        file_hash TEXT NOT NULL, content_hash TEXT, source_hash TEXT, content_hash_version INTEGER, spec_id TEXT,
        size_bytes INTEGER, file_count INTEGER, row_count INTEGER, min_ts TEXT, max_ts TEXT, created_at TEXT NOT NULL,
        updated_at TEXT, title TEXT, description TEXT, media_type TEXT, run_id TEXT, family TEXT, outcome TEXT,
        source TEXT, params TEXT NOT NULL, revision INTEGER);
    CREATE INDEX by_hash ON artifacts (file_hash);
    CREATE TABLE tags (seq INTEGER, key TEXT, value TEXT, artifact_type TEXT, created_at TEXT, PRIMARY KEY (seq, key)) WITHOUT ROWID;
    CREATE INDEX search ON tags (key, value, artifact_type, created_at, seq);
    CREATE TABLE edges (output INTEGER, input INTEGER, PRIMARY KEY (output, input)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE words USING fts5 (title, description, logical_key, content = '');
";

const RECORD: &str = "SELECT artifact_id, artifact_type, schema_version, logical_key, version, format, storage, path,
    path_sidecar, file_hash, content_hash, source_hash, content_hash_version, spec_id, size_bytes, file_count, row_count,
    min_ts, max_ts, created_at, updated_at, title, description, media_type, run_id, family, outcome, source, params,
    revision, seq FROM artifacts WHERE ";

const REACHED: &str = "WITH RECURSIVE reached (seq) AS (
        SELECT seq FROM artifacts WHERE artifact_id = ?1
        UNION SELECT input FROM reached JOIN edges ON output = reached.seq
    )";

/// An open database.
pub struct Database(pub Connection);

impl Database {
    /// Opens it, made when absent.
    pub fn open(path: &Path) -> Result<Self> {
        let there = path.exists();
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        if !there {
            connection.execute_batch(SCHEMA)?;
        }
        Ok(Self(connection))
    }

    fn cached(&self, sql: &str) -> Result<CachedStatement<'_>> {
        Ok(self.0.prepare_cached(sql)?)
    }

    pub fn get(&self, artifact_id: &str) -> Result<Option<Artifact>> {
        self.record("artifact_id = ?1", &artifact_id)
    }

    pub fn get_by_hash(&self, file_hash: &str) -> Result<Option<Artifact>> {
        self.record("file_hash = ?1", &file_hash)
    }

    fn record(&self, condition: &str, value: &dyn rusqlite::ToSql) -> Result<Option<Artifact>> {
        let mut statement = self.cached(&format!("{RECORD}{condition}"))?;
        let found = statement.query_row([value], |row| Ok((row.get::<_, i64>(30)?, artifact(row)?))).optional()?;
        let Some((seq, mut artifact)) = found else { return Ok(None) };
        let mut statement = self.cached("SELECT key, value FROM tags WHERE seq = ?1")?;
        let tags = statement.query_map([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        artifact.tags = tags.collect::<rusqlite::Result<BTreeMap<String, String>>>()?;
        Ok(Some(artifact))
    }

    /// The newest of a type with a tag.
    pub fn list(&self, artifact_type: &str, tag: (&str, &str), limit: u64) -> Result<Vec<Artifact>> {
        let mut statement = self.cached(
            "SELECT seq FROM tags WHERE key = ?1 AND value = ?2 AND artifact_type = ?3 ORDER BY created_at DESC, seq DESC LIMIT ?4",
        )?;
        let seqs = statement.query_map((tag.0, tag.1, artifact_type, limit), |row| row.get(0))?;
        self.records(seqs.collect::<rusqlite::Result<_>>()?)
    }

    /// Those that hold the words, the best first.
    pub fn search(&self, query: &str, limit: u64) -> Result<Vec<Artifact>> {
        let mut statement = self.cached("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rank LIMIT ?2")?;
        let seqs = statement.query_map((query, limit), |row| row.get(0))?;
        self.records(seqs.collect::<rusqlite::Result<_>>()?)
    }

    fn records(&self, seqs: Vec<i64>) -> Result<Vec<Artifact>> {
        let one = |seq: i64| self.record("seq = ?1", &seq)?.ok_or_else(|| "a row is missing".into());
        seqs.into_iter().map(one).collect()
    }

    /// Everything that an artifact was made from, with the edges between. The nearest come first, so a depth is known
    /// before its row comes.
    pub fn ancestors(&self, artifact_id: &str) -> Result<Lineage> {
        let mut statement = self.cached(&format!(
            "{REACHED} SELECT artifact_id, artifact_type, logical_key, version, run_id, created_at, seq
             FROM reached JOIN artifacts USING (seq)",
        ))?;
        let mut inputs = self.cached("SELECT input FROM edges WHERE output = ?1")?;
        let mut rows = statement.query([artifact_id])?;
        let mut nodes: Vec<Node> = Vec::new();
        let mut pairs: Vec<(i64, usize)> = Vec::new();
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut depths: HashMap<i64, u64> = HashMap::new();
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(6)?;
            let depth = *depths.entry(seq).or_default();
            let mut inputs = inputs.query([seq])?;
            while let Some(row) = inputs.next()? {
                let input = row.get(0)?;
                depths.entry(input).or_insert(depth + 1);
                pairs.push((input, nodes.len()));
            }
            places.insert(seq, nodes.len());
            nodes.push(Node {
                artifact_id: row.get(0)?,
                artifact_type: row.get(1)?,
                logical_key: row.get(2)?,
                version: row.get(3)?,
                status: "active",
                archived: false,
                roles: Vec::new(),
                run_id: row.get(4)?,
                created_at: row.get(5)?,
                depth,
            });
        }
        let edges = pairs
            .into_iter()
            .map(|(input, output)| Edge {
                input_artifact_id: nodes[places[&input]].artifact_id.clone(),
                artifact_id: nodes[output].artifact_id.clone(),
                relation: "derived_from",
            })
            .collect();
        Ok(Lineage { nodes, edges })
    }

    /// What everything that an artifact was made from began with.
    pub fn roots(&self, artifact_id: &str) -> Result<Vec<Artifact>> {
        let mut statement = self.cached(&format!(
            "{REACHED} SELECT seq FROM reached WHERE NOT EXISTS (SELECT 1 FROM edges WHERE output = reached.seq)
             ORDER BY seq DESC",
        ))?;
        let seqs = statement.query_map([artifact_id], |row| row.get(0))?;
        self.records(seqs.collect::<rusqlite::Result<_>>()?)
    }

    /// Adds a record.
    pub fn insert(&self, publish: &Publish, path: &str, hash: &str, size: u64) -> Result<()> {
        let artifact_id = publish.artifact_id.clone().unwrap_or_else(|| format!("art-{}", &hash[hash.len() - 16..]));
        let created_at = publish.created_at.as_deref().unwrap_or("2026-01-01T00:00:00.000Z");
        self.cached(
            "INSERT INTO artifacts (artifact_id, artifact_type, schema_version, logical_key, version, format, storage, path,
                path_sidecar, file_hash, content_hash, source_hash, content_hash_version, spec_id, size_bytes, file_count,
                created_at, updated_at, title, description, params, revision)
             VALUES (?1, ?2, 1, ?3, 1, 'file', 'managed', ?4, ?4 || '.json', ?5, ?5, ?5, 1, substr(?5, 8, 12), ?6, 1, ?7, ?7,
                ?8, ?9, ?10, 1)",
        )?
        .execute(params![
            artifact_id,
            publish.artifact_type,
            publish.logical_key,
            path,
            hash,
            size,
            created_at,
            publish.title,
            publish.description,
            serde_json::to_string(&publish.params)?,
        ])?;
        let seq = self.0.last_insert_rowid();
        for (key, value) in &publish.tags {
            self.cached("INSERT INTO tags (seq, key, value, artifact_type, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute((seq, key, value, &publish.artifact_type, created_at))?;
        }
        for input in &publish.input_artifact_ids {
            self.cached("INSERT INTO edges (output, input) SELECT ?1, seq FROM artifacts WHERE artifact_id = ?2")?
                .execute((seq, input))?;
        }
        Ok(())
    }
}

/// The hash of bytes in the form in which it is answered.
pub fn hash_text(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

fn artifact(row: &Row) -> rusqlite::Result<Artifact> {
    Ok(Artifact {
        artifact_id: row.get(0)?,
        artifact_type: row.get(1)?,
        schema_version: row.get(2)?,
        logical_key: row.get(3)?,
        version: row.get(4)?,
        status: "active",
        archived: false,
        format: row.get(5)?,
        storage: row.get(6)?,
        path: row.get(7)?,
        path_parquet: None,
        path_sidecar: row.get(8)?,
        file_hash: row.get(9)?,
        content_hash: row.get(10)?,
        source_hash: row.get(11)?,
        content_hash_version: row.get(12)?,
        spec_id: row.get(13)?,
        size_bytes: row.get(14)?,
        file_count: row.get(15)?,
        row_count: row.get(16)?,
        min_ts: row.get(17)?,
        max_ts: row.get(18)?,
        created_at: row.get(19)?,
        updated_at: row.get(20)?,
        title: row.get(21)?,
        description: row.get(22)?,
        media_type: row.get(23)?,
        run_id: row.get(24)?,
        family: row.get(25)?,
        outcome: row.get(26)?,
        source: row.get(27)?,
        capabilities: Vec::new(),
        roles: Vec::new(),
        tags: BTreeMap::new(),
        params: RawValue::from_string(row.get(28)?).expect("written as JSON"),
        writer: None,
        git: None,
        superseded_by: None,
        supersedes: Vec::new(),
        pinned: false,
        revision: row.get(29)?,
    })
}

/// Makes a database that knows what a file of publish requests says.
pub fn fill(path: &Path, requests: &Path) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Line {
        params: Publish,
    }
    let database = Database::open(path)?;
    let text = fs::read_to_string(requests)?;
    database.0.execute_batch("BEGIN")?;
    for line in text.lines() {
        let Line { params } = serde_json::from_str(line)?;
        let data = params.content.as_ref().map_or("", |content| content.data.as_str());
        let hash = hash_text(data.as_bytes());
        let name = format!("/store/artifacts/{}/v1/{}", params.artifact_type, params.logical_key);
        database.insert(&params, &name, &hash, data.len() as u64)?;
        let seq: i64 = database.0.query_row("SELECT max(seq) FROM artifacts", [], |row| row.get(0))?;
        database
            .cached("INSERT INTO words (rowid, title, description, logical_key) VALUES (?1, ?2, ?3, ?4)")?
            .execute((seq, &params.title, &params.description, &params.logical_key))?;
    }
    database.0.execute_batch("COMMIT; ANALYZE;")?;
    // One file, as if it had been opened and closed often.
    database.0.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    database.0.flush_prepared_statement_cache();
    Ok(())
}
