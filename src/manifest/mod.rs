//! The manifest: one SQLite file that says what the store holds. All SQL stands here.

mod aliases;
mod artifacts;
mod bookkeeping;
mod compare;
mod datasets;
mod edges;
mod events;
mod facets;
mod figures;
mod filter;
mod finding;
mod forms;
mod jobs;
mod legacy;
mod m3;
mod migrations;
mod pins;
mod places;
mod population;
mod reach;
mod references;
mod related;
mod relevance;
mod runs;
mod search;
mod seqs;
mod trash;
mod types;
mod words;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

pub use aliases::AliasFilter;
pub use artifacts::Found;
pub use bookkeeping::{ObjectRow, Placement};
pub use compare::{Difference, How};
pub use datasets::{Candidate, Filed};
pub use events::{ALIAS_REMOVED, ALIAS_SET, LINEAGE_ADDED, PUBLISHED, RESCANNED, UPDATED};
pub use facets::Bucket;
pub use figures::Trait;
pub use filter::{Filter, ParamFilter, ParamTest};
pub use finding::Finds;
pub use forms::{InPlace, Replacement};
pub use jobs::{JobItem, JobKind, JobRow};
pub use legacy::{Version1, Version1Artifact};
pub use m3::{RegistryRun, registry_runs};
pub use migrations::{APPLICATION_ID, FORMAT_VERSION};
pub use pins::FOR_EVER;
pub use places::Registered;
pub use population::{Individual, Population};
pub use reach::{Link, LinkInput, NodeRow, Reached, Walk};
pub use related::{Relative, Relatives, Tie, Via};
pub use runs::{RunFilter, RunRow};
pub use search::{Hit, Key, Page, Search};
pub use trash::TrashRow;

use crate::model::{Error, Kind, Result};

/// How long a request waits for another process's transaction.
pub const BUSY_WAIT: Duration = Duration::from_secs(30);

/// The write-ahead log is long from so many pages on: 4 MiB.
const LOG_PAGES: i64 = 1000;

/// The oldest SQLite that can be trusted with several processes: earlier ones can lose commits when one process
/// resets the write-ahead log while another checkpoints it.
const OLDEST_SQLITE: i32 = 3_051_003;

/// An open manifest.
pub struct Manifest {
    connection: Connection,
    /// What of the transaction at hand has yet to be found by its words.
    waiting: words::Waiting,
}

/// What a manifest file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// This format.
    Current,
    /// An earlier format of ours: migrations bring it up to date.
    Older,
    /// A file without anything in it: no store's, so one that had something in it was damaged.
    Empty,
    /// The seed's Python package made it.
    Version1,
    /// A newer keepstone made it.
    Newer(i64),
    /// It belongs to some other program.
    Foreign,
}

impl Manifest {
    /// Opens a manifest for reading and writing, made when absent. Nothing in the file changes yet.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::connect(path, path.as_os_str().as_encoded_bytes(), flags)
    }

    /// Gets the file ready for several processes and durable commits; for manifests known to be ours.
    pub fn make_durable(&self) -> Result<()> {
        let mode: String = self.connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(Error::unsupported("the manifest can't have a write-ahead log here")
                .hint("keep the store on a local file system"));
        }
        Ok(self
            .connection
            .execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;")?)
    }

    /// A manifest of its own in a file without a name, gone when it is dropped; the memory it takes is bounded.
    pub fn temporary() -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::connect(Path::new("a temporary manifest"), b"", flags)
    }

    /// Opens a manifest for reading only; `frozen` for one that nobody can change, because it lies on read-only media.
    pub fn open_read_only(path: &Path, frozen: bool) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let mut uri = b"file:".to_vec();
        for byte in path.as_os_str().as_encoded_bytes() {
            match byte {
                b'%' | b'?' | b'#' => uri.extend(format!("%{byte:02x}").bytes()),
                other => uri.push(*other),
            }
        }
        uri.extend(if frozen { &b"?immutable=1"[..] } else { b"?mode=ro" });
        Self::connect(path, &uri, flags)
    }

    fn connect(path: &Path, name: &[u8], flags: OpenFlags) -> Result<Self> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::unsupported(format!(
                "SQLite {} can lose commits when several processes write; at least 3.51.3 is needed",
                rusqlite::version()
            )));
        }
        use std::os::unix::ffi::OsStrExt;
        let connection = Connection::open_with_flags(std::ffi::OsStr::from_bytes(name), flags)
            .map_err(|error| explain(&error, Some(path)))?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // A plan that depended on the values would be made anew for every value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_prepared_statement_cache_capacity(64);
        seqs::add_functions(&connection)?;
        connection.execute_batch(
            "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;",
        ).map_err(|error| explain(&error, Some(path)))?;
        Ok(Self { connection, waiting: words::Waiting::default() })
    }

    /// What kind of manifest this is.
    pub fn age(&self) -> Result<Age> {
        let application: i32 = self.connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let version: i64 = self.connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match (application, version) {
            (APPLICATION_ID, FORMAT_VERSION) => return Ok(Age::Current),
            (APPLICATION_ID, newer) if newer > FORMAT_VERSION => return Ok(Age::Newer(newer)),
            (APPLICATION_ID, _) => return Ok(Age::Older),
            (0, _) => {}
            _ => return Ok(Age::Foreign),
        }
        let tables: i64 =
            self.connection
                .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))?;
        let seeds: i64 = self.connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
             AND name IN ('schema_migrations', 'artifacts', 'artifact_lineage', 'artifact_tags', 'artifact_supersedes')",
            [],
            |row| row.get(0),
        )?;
        Ok(match (tables, seeds) {
            (0, _) if version == 0 => Age::Empty,
            (_, 5) => Age::Version1,
            _ => Age::Foreign,
        })
    }

    /// Begins a transaction that may write; waits for other processes' as long as [`BUSY_WAIT`].
    pub fn begin(&self) -> Result<()> {
        self.waiting.clear();
        self.plain("BEGIN IMMEDIATE")
    }

    /// Begins a transaction that sees one moment: this one, which the first look at a table fixes.
    pub fn begin_reading(&self) -> Result<()> {
        self.plain("BEGIN")?;
        self.cached("SELECT 1 FROM sqlite_schema LIMIT 1")?.exists([])?;
        Ok(())
    }

    /// Ends a transaction that only read.
    pub fn end_reading(&self) -> Result<()> {
        self.plain("COMMIT")
    }

    /// Looks at this moment, where nothing is under way; many looks are cheaper so than each by itself.
    pub fn at_one_moment<T>(&self, look: impl FnOnce(&Self) -> T) -> T {
        // Where it can't begin or end, the looks tell what is wrong.
        self.begin_reading().ok();
        let seen = look(self);
        if self.end_reading().is_err() {
            self.rollback().ok();
        }
        seen
    }

    /// Makes the transaction durable.
    pub fn commit(&self) -> Result<()> {
        self.write_words()?;
        self.plain("COMMIT")
    }

    /// Takes the transaction back.
    pub fn rollback(&self) -> Result<()> {
        self.waiting.clear();
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok(())
    }

    /// Marks a place inside the transaction to which `undo_change` goes back.
    pub fn begin_change(&self) -> Result<()> {
        self.plain("SAVEPOINT change")?;
        self.waiting.begin_change();
        Ok(())
    }

    /// Keeps what happened since `begin_change`.
    pub fn keep_change(&self) -> Result<()> {
        self.waiting.keep_change();
        self.plain("RELEASE change")
    }

    /// Takes back what happened since `begin_change`.
    pub fn undo_change(&self) -> Result<()> {
        self.waiting.undo_change();
        Ok(self.connection.execute_batch("ROLLBACK TO change; RELEASE change")?)
    }

    /// SQLite's own findings about the file; empty when it finds nothing wrong.
    pub fn damage(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let findings = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let mut findings: Vec<String> = findings.into_iter().filter(|line| line != "ok").collect();
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let dangling = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        findings.extend(dangling.into_iter().map(|table| format!("a row of {table} points at nothing")));
        Ok(findings)
    }

    /// Writes a compact copy of the manifest as one file; the caller flushes it.
    pub fn copy_into(&self, path: &Path) -> Result<()> {
        let path = path.to_str().ok_or_else(|| Error::unsupported("a backup's path must be UTF-8"))?;
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
        let outcome = self.connection.execute("VACUUM INTO ?1", [path]);
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        outcome?;
        Ok(())
    }

    /// Replaces everything in this manifest by what another holds, as one transaction that other processes see whole.
    pub fn overwrite_from(&mut self, other: &Manifest) -> Result<()> {
        let backup = rusqlite::backup::Backup::new(&other.connection, &mut self.connection)?;
        let deadline = BUSY_WAIT.as_millis() / 50;
        for _ in 0..deadline {
            use rusqlite::backup::StepResult;
            match backup.step(-1)? {
                StepResult::Done => return Ok(()),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        Err(Error::busy("another process kept the manifest for 30 s"))
    }

    /// Moves everything from the write-ahead log into the file, so that the file alone is the manifest.
    pub fn fold_log(&self) -> Result<()> {
        let busy: bool = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy { Err(Error::busy("another process reads the manifest")) } else { Ok(()) }
    }

    /// Moves what stands in the write-ahead log into the file, as far as no reader needs it there, once it is much. A commit
    /// would do that before it returns, and who waits for its answer would wait for this too.
    pub fn fold_long_log(&self) -> Result<()> {
        let (log, folded): (i64, i64) =
            self.cached("PRAGMA wal_checkpoint(NOOP)")?.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))?;
        if log - folded >= LOG_PAGES {
            self.cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |_| Ok(()))?;
        }
        Ok(())
    }

    /// Has a file in which there is nothing yet be able to shrink again, page by page.
    pub fn make_shrinkable(&self) -> Result<()> {
        Ok(self.connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?)
    }

    /// Gives pages that hold nothing back to the file system, so many at most, inside the caller's transaction; `false`
    /// where there are none or the file can't shrink, because it was made before it could.
    pub fn give_back(&self, most: u64) -> Result<bool> {
        let mode: i64 = self.connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
        if mode != 2 || self.pages()?.free_pages.0 == 0 {
            return Ok(false);
        }
        let mut statement = self.connection.prepare(&format!("PRAGMA incremental_vacuum({most})"))?;
        let mut pages = statement.query([])?;
        // Each step gives back one.
        while pages.next()?.is_some() {}
        Ok(true)
    }

    /// Runs a statement without values, which need not be read anew each time.
    fn plain(&self, sql: &str) -> Result<()> {
        self.cached(sql)?.execute([])?;
        Ok(())
    }

    fn cached(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        Ok(self.connection.prepare_cached(sql)?)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        explain(&error, None)
    }
}

fn no_space(manifest: &str) -> Error {
    Error::no_space(format!("{manifest} can't grow: the disk is full"))
        .hint("free some space on that disk and send the request again")
}

fn explain(error: &rusqlite::Error, path: Option<&Path>) -> Error {
    use rusqlite::ErrorCode as Code;
    let manifest = path.map_or_else(|| "the manifest".to_owned(), |path| path.display().to_string());
    if error.sqlite_error().is_some_and(|failure| failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
        // The log's index is a file too, and only that file's failure to grow has a code of its own.
        return no_space(&manifest);
    }
    match error.sqlite_error_code() {
        Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
            Error::busy(format!("another process kept {manifest} for {} s", BUSY_WAIT.as_secs()))
                .hint("send the request again")
        }
        Some(Code::DiskFull) => no_space(&manifest),
        Some(Code::ReadOnly) => Error::read_only(format!("{manifest} can't be written here")),
        Some(Code::CannotOpen) => Error::new(Kind::PathNotAllowed, format!("{manifest} can't be opened: {error}")),
        Some(Code::DatabaseCorrupt | Code::NotADatabase) => Error::integrity(format!("{manifest} is damaged: {error}"))
            .hint("rebuild_manifest makes it again from the sidecars and the history"),
        _ => Error::internal(format!("{manifest}: {error}")),
    }
}
