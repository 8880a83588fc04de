//! Which files are kept in a compact form, and which are about to be replaced.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::Manifest;
use crate::model::artifact::FileEntry;
use crate::model::compaction::{CompactFile, Form};
use crate::model::number::Count;
use crate::model::place::Looks;
use crate::model::{Hash, Result};

/// A file that is about to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The artifact, by its place in the order of commits.
    pub seq: i64,
    /// The lease of the process that does it.
    pub lease: String,
    /// Whether the compact form takes the original's place, or the other way round.
    pub compacts: bool,
    /// The file in its compact form.
    pub file: CompactFile,
}

/// An artifact whose files may be compacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InPlace {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Its id.
    pub artifact_id: String,
    /// Its family.
    pub family: String,
    /// The folder that was scanned, as the manifest remembers it.
    pub root: String,
}

const COLUMNS: &str = "path, file_hash, form, stored_hash, stored_size, original_object";

/// Bytes of the files of an artifact `a` as they lie with their producer; 0 where the store keeps them.
pub(super) const BYTES_IN_PLACE: &str = "iif(a.storage = 'in_place', (
        SELECT coalesce(sum(coalesce(c.stored_size, f.size_bytes)), 0) FROM artifact_files f
            LEFT JOIN compact_files c ON c.seq = f.seq AND c.path = f.path WHERE f.seq = a.seq), 0)";

impl Manifest {
    /// The live artifacts that are kept in place, of one family or all: by family, newest first.
    pub fn in_place(&self, family: Option<&str>) -> Result<Vec<InPlace>> {
        let mut statement = self.cached(
            "SELECT seq, artifact_id, p.family, root FROM places p JOIN artifacts a USING (seq)
             WHERE storage = 'in_place' AND deleted_at IS NULL AND (?1 IS NULL OR p.family = ?1)
             ORDER BY p.family, created_at DESC, seq DESC",
        )?;
        let rows = statement.query_map([family], |row| {
            Ok(InPlace { seq: row.get(0)?, artifact_id: row.get(1)?, family: row.get(2)?, root: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The files of an artifact that are kept in a compact form, by path.
    pub fn compact_files(&self, seq: i64) -> Result<BTreeMap<String, CompactFile>> {
        let mut statement = self.cached(&format!("SELECT {COLUMNS} FROM compact_files WHERE seq = ?1"))?;
        let rows = statement.query_map([seq], |row| compact_file(row, 0))?;
        Ok(rows.map(|file| file.map(|file| (file.path.clone(), file))).collect::<Result<_, _>>()?)
    }

    /// The compact form in which a file of an artifact is kept.
    pub fn compact_form(&self, seq: i64, path: &str) -> Result<Option<CompactFile>> {
        let mut statement =
            self.cached(&format!("SELECT {COLUMNS} FROM compact_files WHERE seq = ?1 AND path = ?2"))?;
        Ok(statement.query_row((seq, path), |row| compact_file(row, 0)).optional()?)
    }

    /// Notes that a file is kept in a compact form.
    pub fn set_compact(&self, seq: i64, file: &CompactFile) -> Result<()> {
        self.cached(&format!(
            "INSERT OR REPLACE INTO compact_files (seq, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ))?
        .execute(params![
            seq,
            file.path,
            file.file_hash.0,
            file.form.name(),
            file.stored_hash.0,
            file.stored_size_bytes.0,
            file.original_object.map(|hash| hash.0),
        ])?;
        Ok(())
    }

    /// Notes that a file is its original again. An object that held that is no longer needed for it.
    pub fn set_expanded(&self, seq: i64, path: &str) -> Result<()> {
        let mut statement =
            self.cached("DELETE FROM compact_files WHERE seq = ?1 AND path = ?2 RETURNING original_object")?;
        let objects = statement.query_map((seq, path), |row| row.get::<_, Option<[u8; 32]>>(0))?;
        for object in objects.collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
            self.doom(&Hash(object))?;
        }
        Ok(())
    }

    /// Forgets the compact forms of files that are no longer what they were made of. The objects that held their originals
    /// stay: somebody has changed the files, and there is no other copy.
    pub(super) fn forget_forms(&self, seq: i64) -> Result<()> {
        const STALE: &str = "seq = ?1 AND NOT EXISTS (SELECT 1 FROM artifact_files f
            WHERE f.seq = compact_files.seq AND f.path = compact_files.path AND f.hash = compact_files.file_hash)";
        self.cached(&format!(
            "DELETE FROM objects WHERE hash IN (SELECT original_object FROM compact_files WHERE {STALE})"
        ))?
        .execute([seq])?;
        self.cached(&format!("DELETE FROM compact_files WHERE {STALE}"))?.execute([seq])?;
        Ok(())
    }

    /// The files of an artifact as they lie on the disk: those in a compact form under its path, hash and length. With
    /// how they looked when they were last read.
    pub fn stored_files(&self, seq: i64) -> Result<Vec<(FileEntry, Option<Looks>)>> {
        let (mut looks, compact) = (self.looks(seq)?, self.compact_files(seq)?);
        let stored = |mut entry: FileEntry| {
            let looks = looks.remove(&entry.path);
            if let Some(file) = compact.get(&entry.path) {
                (entry.hash, entry.size_bytes) = (file.stored_hash, file.stored_size_bytes);
                entry.path = file.stored_path();
            }
            (entry, looks)
        };
        Ok(self.files(seq)?.into_iter().map(stored).collect())
    }

    /// Notes that a file is about to be replaced.
    pub fn insert_replacement(&self, Replacement { seq, lease, compacts, file }: &Replacement) -> Result<()> {
        self.cached(&format!(
            "INSERT OR REPLACE INTO replacements (seq, lease, compacts, {COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ))?
        .execute(params![
            seq,
            lease,
            compacts,
            file.path,
            file.file_hash.0,
            file.form.name(),
            file.stored_hash.0,
            file.stored_size_bytes.0,
            file.original_object.map(|hash| hash.0),
        ])?;
        Ok(())
    }

    /// The files that are about to be replaced.
    pub fn replacements(&self) -> Result<Vec<Replacement>> {
        let mut statement =
            self.cached(&format!("SELECT seq, lease, compacts, {COLUMNS} FROM replacements ORDER BY seq, path"))?;
        let rows = statement.query_map([], |row| {
            Ok(Replacement { seq: row.get(0)?, lease: row.get(1)?, compacts: row.get(2)?, file: compact_file(row, 3)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Notes that nothing is left to be done about a file.
    pub fn remove_replacement(&self, seq: i64, path: &str) -> Result<()> {
        self.cached("DELETE FROM replacements WHERE seq = ?1 AND path = ?2")?.execute((seq, path))?;
        Ok(())
    }
}

fn compact_file(row: &Row, from: usize) -> rusqlite::Result<CompactFile> {
    let word: String = row.get(from + 2)?;
    let form = Form::parse(&word).ok_or_else(|| {
        let unknown = format!("{word:?} is no form").into();
        rusqlite::Error::FromSqlConversionFailure(from + 2, rusqlite::types::Type::Text, unknown)
    })?;
    Ok(CompactFile {
        path: row.get(from)?,
        file_hash: Hash(row.get(from + 1)?),
        form,
        stored_hash: Hash(row.get(from + 3)?),
        stored_size_bytes: Count(row.get(from + 4)?),
        original_object: row.get::<_, Option<[u8; 32]>>(from + 5)?.map(Hash),
    })
}
