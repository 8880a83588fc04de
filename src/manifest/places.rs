//! Where scans found runs: what they are known by, how their files looked, and what a later scan saw otherwise.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row};

use super::Manifest;
use super::artifacts::{details, parsed, word};
use crate::model::Result;
use crate::model::artifact::Publication;
use crate::model::number::Count;
use crate::model::place::{Looks, Place, common_folder};

/// A run that a scan found before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The artifact's place in the order of commits.
    pub seq: i64,
    /// The artifact.
    pub artifact_id: String,
    /// Where it was found.
    pub place: Place,
    /// Whether its files stay there.
    pub in_place: bool,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Counts up with each change that shows.
    pub revision: u64,
}

const REGISTERED: &str = "SELECT p.seq, a.artifact_id, p.root, p.family, p.run_key, a.storage = 'in_place',
    a.deleted_at IS NOT NULL, a.revision FROM places p JOIN artifacts a USING (seq)";

impl Manifest {
    /// Notes where a run was found.
    pub(super) fn insert_place(&self, seq: i64, place: &Place, folder: &str) -> Result<()> {
        self.cached("INSERT INTO places (seq, root, family, run_key, folder) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((seq, &place.root, &place.family, &place.run_key, folder))?;
        Ok(())
    }

    /// Where a scan found an artifact.
    pub fn place(&self, seq: i64) -> Result<Option<Place>> {
        Ok(self
            .cached("SELECT root, family, run_key FROM places WHERE seq = ?1")?
            .query_row([seq], |row| Ok(Place { root: row.get(0)?, family: row.get(1)?, run_key: row.get(2)? }))
            .optional()?)
    }

    /// Everything that scans found, oldest first.
    pub fn placed_seqs(&self) -> Result<Vec<i64>> {
        let mut statement = self.cached("SELECT seq FROM places ORDER BY seq")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The folders below which runs were found, sorted.
    pub fn scan_roots(&self) -> Result<Vec<String>> {
        let mut statement = self.cached("SELECT DISTINCT root FROM places ORDER BY root")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Every run that was found below a folder and was not superseded, oldest first; deleted ones too.
    pub fn registered_below(&self, root: &str) -> Result<Vec<Registered>> {
        let sql = format!("{REGISTERED} WHERE p.root = ?1 AND a.superseded_at IS NULL ORDER BY p.seq");
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map([root], registered)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The artifacts that were found in a place, the newest first; superseded ones left out, deleted ones not.
    pub fn registered_at(&self, place: &Place) -> Result<Vec<Registered>> {
        let sql = format!(
            "{REGISTERED} WHERE p.root = ?1 AND p.family = ?2 AND p.run_key = ?3 AND a.superseded_at IS NULL
             ORDER BY p.seq DESC"
        );
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map((&place.root, &place.family, &place.run_key), registered)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Makes the rows of a run say what a scan sees now.
    pub fn set_seen(&self, seq: i64, seen: &Publication, at: &str) -> Result<()> {
        let record = &seen.record;
        self.cached(
            "UPDATE artifacts SET file_hash = ?2, content_hash = ?3, source_hash = ?4, source_size = ?5, size_bytes = ?6,
                 file_count = ?7, family = ?8, outcome = ?9, details = ?10, source = ?11
             WHERE seq = ?1",
        )?
        .execute(rusqlite::params![
            seq,
            record.file_hash.0,
            record.content_hash.0,
            record.source_hash.0,
            record.source_size,
            record.size_bytes,
            record.file_count,
            record.family,
            record.outcome.as_ref().map(word),
            details(record),
            record.source,
        ])?;
        self.cached("DELETE FROM artifact_files WHERE seq = ?1")?.execute([seq])?;
        self.insert_files(seq, &seen.files)?;
        self.forget_forms(seq)?;
        if let Some(place) = &seen.place {
            let folder = common_folder(seen.paths());
            self.cached("UPDATE places SET family = ?2, run_key = ?3, folder = ?4 WHERE seq = ?1")?.execute((
                seq,
                &place.family,
                &place.run_key,
                folder,
            ))?;
        }
        self.touch(seq, at)
    }

    /// How the files of a run looked when their bytes were last read, by path.
    pub fn looks(&self, seq: i64) -> Result<BTreeMap<String, Looks>> {
        let mut statement = self.cached("SELECT path, size_bytes, mtime_ns, says FROM looks WHERE seq = ?1")?;
        let rows = statement.query_map([seq], |row| {
            let says: Option<String> = row.get(3)?;
            let says = says.map(|text| parsed(3, &text)).transpose()?;
            Ok((row.get(0)?, Looks { size_bytes: Count(row.get(1)?), mtime_ns: row.get(2)?, says }))
        })?;
        Ok(rows.collect::<Result<BTreeMap<_, _>, _>>()?)
    }

    /// Notes how long a file is now whose bytes are the same in another form.
    pub fn set_looked_size(&self, seq: i64, path: &str, size_bytes: u64) -> Result<()> {
        self.cached("UPDATE looks SET size_bytes = ?3 WHERE seq = ?1 AND path = ?2")?
            .execute((seq, path, size_bytes))?;
        Ok(())
    }

    /// Notes how the files of a run look, in place of what was known.
    pub fn set_looks<'a>(&self, seq: i64, looks: impl IntoIterator<Item = (&'a str, &'a Looks)>) -> Result<()> {
        self.cached("DELETE FROM looks WHERE seq = ?1")?.execute([seq])?;
        let mut statement =
            self.cached("INSERT INTO looks (seq, path, size_bytes, mtime_ns, says) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (path, looks) in looks {
            let says = looks.says.as_ref().map(|says| serde_json::to_string(says).expect("plain data"));
            statement.execute((seq, path, looks.size_bytes.0, looks.mtime_ns, says))?;
        }
        Ok(())
    }
}

fn registered(row: &Row) -> rusqlite::Result<Registered> {
    Ok(Registered {
        seq: row.get(0)?,
        artifact_id: row.get(1)?,
        place: Place { root: row.get(2)?, family: row.get(3)?, run_key: row.get(4)? },
        in_place: row.get(5)?,
        deleted: row.get(6)?,
        revision: row.get(7)?,
    })
}
