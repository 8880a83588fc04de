//! The manifest's formats, as a list that only ever grows: an entry that was released is never changed.

use super::words::SEARCH as WORDS;
use super::{Age, Manifest};
use crate::model::Result;

/// Marks the file as keepstone's ("KPST").
pub const APPLICATION_ID: i32 = 0x4B50_5354;

/// The format that the last migration leads to. Version 1 is the seed's Python package's.
pub const FORMAT_VERSION: i64 = 1 + MIGRATIONS.len() as i64;

/// What leads from one version to the next; the first leads to version 2.
const MIGRATIONS: &[&str] = &[ARTIFACTS, RUNS, DATASETS, TAGS, RETENTION, PLACES, FORMS, SEARCH, ORDERS, FACETS];

const ARTIFACTS: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

    -- seq is the order of commits. The readable name is unique, so that two artifacts never share one.
    CREATE TABLE artifacts (
        seq INTEGER PRIMARY KEY,
        artifact_id TEXT NOT NULL UNIQUE,
        artifact_type TEXT NOT NULL,
        schema_version INTEGER NOT NULL,
        logical_key TEXT NOT NULL,
        version INTEGER NOT NULL,
        format TEXT NOT NULL CHECK (format IN ('table', 'file', 'tree')),
        storage TEXT NOT NULL CHECK (storage IN ('managed', 'in_place')),
        file_hash BLOB NOT NULL,
        content_hash BLOB NOT NULL,
        content_hash_version INTEGER NOT NULL,
        legacy_content_hash TEXT,
        source_hash BLOB NOT NULL,
        source_size INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        file_count INTEGER NOT NULL,
        row_count INTEGER,
        min_ts TEXT,
        max_ts TEXT,
        created_at TEXT NOT NULL,
        media_type TEXT,
        run_id TEXT,
        family TEXT,
        outcome TEXT,
        source TEXT,
        details TEXT NOT NULL,
        name TEXT NOT NULL UNIQUE,
        extension TEXT,
        title TEXT,
        description TEXT,
        archived INTEGER NOT NULL DEFAULT 0,
        -- Without superseded_by the successor is not known: version 1 could lose it.
        superseded_at TEXT,
        superseded_by INTEGER REFERENCES artifacts (seq),
        deleted_at TEXT,
        updated_at TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 1
    ) STRICT;
    CREATE INDEX artifacts_by_key ON artifacts (artifact_type, logical_key, version);
    CREATE INDEX artifacts_by_creation ON artifacts (created_at, seq);
    CREATE INDEX artifacts_by_type ON artifacts (artifact_type, created_at, seq);
    CREATE INDEX artifacts_by_content ON artifacts (content_hash);
    CREATE INDEX artifacts_by_file ON artifacts (file_hash);
    CREATE INDEX artifacts_by_source ON artifacts (source_size, source_hash);
    CREATE INDEX artifacts_by_source_hash ON artifacts (source_hash);
    CREATE INDEX artifacts_by_legacy_hash ON artifacts (legacy_content_hash) WHERE legacy_content_hash IS NOT NULL;
    CREATE INDEX artifacts_by_successor ON artifacts (superseded_by) WHERE superseded_by IS NOT NULL;

    CREATE TABLE artifact_tags (
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (seq, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX artifact_tags_by_key ON artifact_tags (key, value, seq);

    CREATE TABLE artifact_files (
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        ordinal INTEGER NOT NULL,
        path TEXT NOT NULL,
        hash BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        media_type TEXT,
        role TEXT,
        PRIMARY KEY (seq, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX artifact_files_by_hash ON artifact_files (hash, seq);

    -- Either input or missing_input: an input that an import named but did not bring.
    CREATE TABLE edges (
        output INTEGER NOT NULL REFERENCES artifacts (seq),
        ordinal INTEGER NOT NULL,
        input INTEGER REFERENCES artifacts (seq),
        missing_input TEXT,
        relation TEXT NOT NULL,
        PRIMARY KEY (output, ordinal),
        CHECK ((input IS NULL) <> (missing_input IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX edges_by_input ON edges (input, output, relation) WHERE input IS NOT NULL;
    CREATE INDEX edges_by_missing_input ON edges (missing_input) WHERE missing_input IS NOT NULL;

    CREATE TABLE run_members (
        run_id TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        PRIMARY KEY (run_id, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE types (
        artifact_type TEXT PRIMARY KEY,
        definition TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
        event_id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        artifact_id TEXT,
        actor TEXT,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_artifact ON events (artifact_id, event_id) WHERE artifact_id IS NOT NULL;

    CREATE TABLE requests (
        request_id TEXT PRIMARY KEY,
        digest BLOB NOT NULL,
        artifact_id TEXT NOT NULL,
        mode TEXT
    ) STRICT, WITHOUT ROWID;

    -- Size and modification time as they were when the bytes were last proven.
    CREATE TABLE objects (
        hash BLOB PRIMARY KEY,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Artifacts whose readable name and sidecar may not have reached the disk yet, and whose process sees to it.
    CREATE TABLE placements (
        seq INTEGER PRIMARY KEY REFERENCES artifacts (seq),
        lease TEXT NOT NULL
    ) STRICT;
";

/// Runs get rows of their own. Those that artifacts named before have one too, begun when they were first named.
const RUNS: &str = "
    -- started and finished as the history tells them; a run that was only named has neither.
    CREATE TABLE runs (
        run_id TEXT PRIMARY KEY,
        stage TEXT,
        run_type TEXT,
        status TEXT NOT NULL,
        started_at TEXT NOT NULL,
        parent_run_id TEXT,
        started TEXT,
        finished TEXT
    ) STRICT;
    CREATE INDEX runs_by_start ON runs (started_at DESC, run_id);
    CREATE INDEX runs_by_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

    CREATE TABLE run_tags (
        run_id TEXT NOT NULL REFERENCES runs (run_id),
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (run_id, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_tags_by_key ON run_tags (key, value, run_id);

    INSERT INTO runs (run_id, status, started_at)
    SELECT run_id, 'unknown', min(at) FROM (
        SELECT run_id, created_at AS at FROM artifacts WHERE run_id IS NOT NULL
        UNION ALL SELECT data ->> 'runId', at FROM events WHERE kind = 'joined_run'
    ) WHERE run_id IS NOT NULL GROUP BY run_id;
";

/// Datasets: a row for each version and for each of its members.
const DATASETS: &str = "
    -- The place of a version is the event of its creation. head is what it says of itself, as JSON.
    CREATE TABLE datasets (
        dataset INTEGER PRIMARY KEY,
        dataset_id TEXT NOT NULL,
        version TEXT NOT NULL,
        head TEXT NOT NULL,
        snapshot_hash BLOB NOT NULL,
        deleted_at TEXT,
        UNIQUE (dataset_id, version)
    ) STRICT;

    -- What artifacts were when they became members, which may outlive them.
    CREATE TABLE dataset_members (
        dataset INTEGER NOT NULL REFERENCES datasets (dataset),
        artifact_id TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        logical_key TEXT NOT NULL,
        role TEXT NOT NULL,
        split TEXT,
        file_hash BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        storage TEXT NOT NULL,
        features TEXT,
        PRIMARY KEY (dataset, artifact_id)
    ) STRICT, WITHOUT ROWID;
";

/// Tags repeat the type and the creation of their artifact, which never change: so one index finds a type and a tag,
/// newest first.
const TAGS: &str = "
    CREATE TABLE tags (
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        artifact_type TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (seq, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tags SELECT seq, key, value, artifact_type, created_at FROM artifact_tags JOIN artifacts USING (seq);
    DROP TABLE artifact_tags;
    ALTER TABLE tags RENAME TO artifact_tags;
    CREATE INDEX artifact_tags_by_type ON artifact_tags (key, value, artifact_type, created_at, seq);
";

/// Pins, what became of deleted artifacts, and work that takes more than one transaction.
const RETENTION: &str = "
    -- A pin is the event that set it; exactly one of the three is what it protects.
    CREATE TABLE pins (
        pin INTEGER PRIMARY KEY,
        artifact_id TEXT,
        run_id TEXT,
        dataset_id TEXT,
        reason TEXT,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        actor TEXT,
        CHECK ((artifact_id IS NOT NULL) + (run_id IS NOT NULL) + (dataset_id IS NOT NULL) = 1)
    ) STRICT;
    CREATE INDEX pins_by_artifact ON pins (artifact_id) WHERE artifact_id IS NOT NULL;
    CREATE INDEX pins_by_run ON pins (run_id) WHERE run_id IS NOT NULL;
    CREATE INDEX pins_by_dataset ON pins (dataset_id) WHERE dataset_id IS NOT NULL;

    -- Why, by whom and by what an artifact was deleted, as JSON; and when its bytes were given up.
    ALTER TABLE artifacts ADD COLUMN deletion TEXT;
    ALTER TABLE artifacts ADD COLUMN purged_at TEXT;
    UPDATE artifacts SET deletion = (
        SELECT data FROM events e WHERE e.kind = 'deleted' AND e.artifact_id = artifacts.artifact_id
        ORDER BY e.event_id DESC LIMIT 1
    ) WHERE deleted_at IS NOT NULL;
    CREATE INDEX artifacts_in_trash ON artifacts (deleted_at, seq) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
    CREATE INDEX dataset_members_by_artifact ON dataset_members (artifact_id);

    -- Objects that nothing needed when their last artifact was purged, and that are still there.
    CREATE TABLE doomed (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

    -- Work on many artifacts that is done in several transactions: what a dead process left of it, the next start does.
    CREATE TABLE jobs (
        job INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('delete', 'restore', 'purge')),
        at TEXT NOT NULL,
        actor TEXT,
        data TEXT NOT NULL,
        -- What it is to be done to is listed whole: from then on it is done, before that it never was.
        begun INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE job_artifacts (
        job INTEGER NOT NULL REFERENCES jobs (job),
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        data TEXT NOT NULL,
        -- Null until it is done; why it was left out, else ''.
        outcome TEXT,
        PRIMARY KEY (job, seq)
    ) STRICT, WITHOUT ROWID;
";

/// Where scans find runs, and families as something to list by.
const PLACES: &str = "
    -- root is a scanned folder, absolute or relative to the store's; folder is the deepest that holds all files.
    CREATE TABLE places (
        seq INTEGER PRIMARY KEY REFERENCES artifacts (seq),
        root TEXT NOT NULL,
        family TEXT NOT NULL,
        run_key TEXT NOT NULL,
        folder TEXT NOT NULL
    ) STRICT;
    CREATE INDEX places_by_run ON places (root, family, run_key, seq);

    -- How the files of scanned runs looked when their bytes were last read, and what these said about the outcome.
    CREATE TABLE looks (
        seq INTEGER NOT NULL REFERENCES places (seq),
        path TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        says TEXT,
        PRIMARY KEY (seq, path)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX artifacts_by_family ON artifacts (family, created_at, seq) WHERE family IS NOT NULL;
";

/// Compact forms of files that are kept in place.
const FORMS: &str = "
    -- The artifact's own rows go on telling of the original, whose hash is repeated here.
    CREATE TABLE compact_files (
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        path TEXT NOT NULL,
        file_hash BLOB NOT NULL,
        form TEXT NOT NULL CHECK (form IN ('dictionary', 'zstd', 'markdown')),
        stored_hash BLOB NOT NULL,
        stored_size INTEGER NOT NULL,
        original_object BLOB,
        PRIMARY KEY (seq, path)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX compact_files_by_object ON compact_files (original_object) WHERE original_object IS NOT NULL;

    -- Files that are about to be replaced. What a dead process left of it is told by the bytes that lie there.
    CREATE TABLE replacements (
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        path TEXT NOT NULL,
        lease TEXT NOT NULL,
        -- Whether the compact form takes the original's place, or the other way round.
        compacts INTEGER NOT NULL,
        file_hash BLOB NOT NULL,
        form TEXT NOT NULL,
        stored_hash BLOB NOT NULL,
        stored_size INTEGER NOT NULL,
        original_object BLOB,
        PRIMARY KEY (seq, path)
    ) STRICT, WITHOUT ROWID;
";

/// What artifacts are searched by. `artifacts_in_short` is what lists and searches look at before they read a row: in the
/// order of creation, and enough to filter, count and sort by.
const SEARCH: &str = "
    DROP INDEX artifacts_by_creation;
    CREATE INDEX artifacts_in_short ON artifacts (created_at, seq, archived, deleted_at, superseded_at, artifact_type,
        size_bytes, updated_at, source, family, outcome, title);
    -- The few that a search leaves out unless they are asked for.
    CREATE INDEX artifacts_hidden ON artifacts (seq) WHERE archived = 1 OR deleted_at IS NOT NULL;

    CREATE TABLE aliases (
        artifact_type TEXT NOT NULL,
        logical_key TEXT NOT NULL,
        alias TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES artifacts (seq),
        set_at TEXT NOT NULL,
        PRIMARY KEY (artifact_type, logical_key, alias)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX aliases_by_artifact ON aliases (seq);

    -- What was made with the same model or template is related.
    CREATE INDEX artifacts_by_model ON artifacts (details ->> '$.params.provenance.modelId')
        WHERE details ->> '$.params.provenance.modelId' IS NOT NULL;
    CREATE INDEX artifacts_by_template ON artifacts (details ->> '$.params.provenance.templateId')
        WHERE details ->> '$.params.provenance.templateId' IS NOT NULL;
";

/// What is ordered or counted among all artifacts is read where it stands in that order, or is counted already.
const ORDERS: &str = "
    CREATE INDEX artifacts_by_update ON artifacts (updated_at);
    CREATE INDEX artifacts_by_size ON artifacts (size_bytes);
    CREATE INDEX artifacts_by_title ON artifacts (title COLLATE NOCASE);

    -- The hash of an artifact that is no tree is that of its file, which has an index.
    DROP INDEX artifacts_by_file;
    CREATE INDEX artifacts_by_listing ON artifacts (file_hash) WHERE format = 'tree';

    -- Who holds an artifact is asked of the versions, which are few, so that one of many members is soon written.
    DROP INDEX dataset_members_by_artifact;

    -- How many artifacts have a value, of those that are neither archived nor deleted. Only tags have keys.
    CREATE TABLE totals (
        facet TEXT NOT NULL CHECK (facet IN ('type', 'status', 'source', 'family', 'outcome', 'tag')),
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        artifacts INTEGER NOT NULL,
        PRIMARY KEY (facet, key, value)
    ) STRICT, WITHOUT ROWID;
    CREATE VIEW facets (seq, facet, key, value) AS
        SELECT seq, 'type', '', artifact_type FROM artifacts
        UNION ALL SELECT seq, 'status', '', iif(superseded_at IS NULL, 'active', 'superseded') FROM artifacts
        UNION ALL SELECT seq, 'source', '', source FROM artifacts WHERE source IS NOT NULL
        UNION ALL SELECT seq, 'family', '', family FROM artifacts WHERE family IS NOT NULL
        UNION ALL SELECT seq, 'outcome', '', outcome FROM artifacts WHERE outcome IS NOT NULL
        UNION ALL SELECT seq, 'tag', key, value FROM artifact_tags;
    INSERT INTO totals
        SELECT f.facet, f.key, f.value, count(*) FROM facets f JOIN artifacts a ON a.seq = f.seq
        WHERE a.archived = 0 AND a.deleted_at IS NULL GROUP BY 1, 2, 3;
    CREATE TRIGGER artifact_added AFTER INSERT ON artifacts WHEN new.archived = 0 AND new.deleted_at IS NULL BEGIN
        INSERT INTO totals SELECT facet, key, value, 1 FROM facets WHERE seq = new.seq
        ON CONFLICT DO UPDATE SET artifacts = artifacts + 1;
    END;
    CREATE TRIGGER artifact_leaves BEFORE UPDATE OF archived, deleted_at, superseded_at, source, family, outcome ON artifacts
    WHEN old.archived = 0 AND old.deleted_at IS NULL BEGIN
        UPDATE totals SET artifacts = artifacts - 1
        WHERE (facet, key, value) IN (SELECT facet, key, value FROM facets WHERE seq = old.seq);
    END;
    CREATE TRIGGER artifact_returns AFTER UPDATE OF archived, deleted_at, superseded_at, source, family, outcome ON artifacts
    WHEN new.archived = 0 AND new.deleted_at IS NULL BEGIN
        INSERT INTO totals SELECT facet, key, value, 1 FROM facets WHERE seq = new.seq
        ON CONFLICT DO UPDATE SET artifacts = artifacts + 1;
    END;
    CREATE TRIGGER artifact_removed BEFORE DELETE ON artifacts WHEN old.archived = 0 AND old.deleted_at IS NULL BEGIN
        UPDATE totals SET artifacts = artifacts - 1
        WHERE (facet, key, value) IN (SELECT facet, key, value FROM facets WHERE seq = old.seq);
    END;
    CREATE TRIGGER tag_added AFTER INSERT ON artifact_tags
    WHEN EXISTS (SELECT 1 FROM artifacts WHERE seq = new.seq AND archived = 0 AND deleted_at IS NULL) BEGIN
        INSERT INTO totals VALUES ('tag', new.key, new.value, 1) ON CONFLICT DO UPDATE SET artifacts = artifacts + 1;
    END;
    CREATE TRIGGER tag_removed AFTER DELETE ON artifact_tags
    WHEN EXISTS (SELECT 1 FROM artifacts WHERE seq = old.seq AND archived = 0 AND deleted_at IS NULL) BEGIN
        UPDATE totals SET artifacts = artifacts - 1 WHERE facet = 'tag' AND key = old.key AND value = old.value;
    END;
    CREATE TRIGGER total_gone AFTER UPDATE OF artifacts ON totals WHEN new.artifacts = 0 BEGIN
        DELETE FROM totals WHERE facet = new.facet AND key = new.key AND value = new.value;
    END;
";

/// What the artifacts of a type are counted by stands where they stand together.
const FACETS: &str = "
    DROP INDEX artifacts_by_type;
    CREATE INDEX artifacts_by_type ON artifacts (artifact_type, created_at, seq, archived, deleted_at, superseded_at,
        source, family, outcome);
";

/// The first format in which params are found by the words of their values.
const FORMAT_OF_VALUES: i64 = 10;

impl Manifest {
    /// Brings an earlier format of ours up to date, in one transaction.
    pub fn bring_up_to_date(&self) -> Result<()> {
        if self.age()? != Age::Older {
            return Ok(());
        }
        self.begin()?;
        self.migrate()?;
        self.commit()
    }

    /// Brings the tables up to date, inside the caller's transaction.
    pub fn migrate(&self) -> Result<()> {
        let version: i64 = self.connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let words = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'search')";
        let has_words: bool = self.connection.query_row(words, [], |row| row.get(0))?;
        for (step, sql) in MIGRATIONS.iter().enumerate() {
            let leads_to = i64::try_from(step).expect("a short list") + 2;
            if leads_to > version {
                self.connection.execute_batch(sql)?;
            }
        }
        // What an earlier format holds is read once its rows are those of this one.
        if !has_words {
            self.connection.execute_batch(WORDS)?;
        }
        if version < FORMAT_OF_VALUES {
            self.write_all_words()?;
        }
        self.connection.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT_VERSION};"
        ))?;
        Ok(())
    }
}
