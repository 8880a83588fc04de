//! Artifacts as rows: writing them, and finding them by id, key, hash, tags and time.

use std::collections::{BTreeMap, HashMap};

use rusqlite::types::{ToSql, Type, Value as Cell};
use rusqlite::{OptionalExtension, Row, params_from_iter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Manifest;
use super::filter::Filter;
use super::pins::PINNED_UNTIL;
use crate::model::artifact::{FileEntry, Format, Git, Outcome, Publication, Record, State, Storage, Writer};
use crate::model::curation::Values;
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::number::Count;
use crate::model::place::common_folder;
use crate::model::{Hash, Result};

/// An artifact as the manifest has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its place in the order of commits.
    pub seq: i64,
    /// What publishing fixed.
    pub record: Record,
    /// What may have changed since.
    pub state: State,
    /// The scanned folder that holds its files, and theirs inside it, if they are kept in place.
    pub place: Option<(String, String)>,
}

/// The fields that no index orders, kept together as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    capabilities: Vec<String>,
    roles: Vec<String>,
    params: Map<String, Value>,
    writer: Option<Writer>,
    git: Option<Git>,
    columns: BTreeMap<String, String>,
}

pub(super) fn details(record: &Record) -> String {
    let details = Details {
        capabilities: record.capabilities.clone(),
        roles: record.roles.clone(),
        params: record.params.clone(),
        writer: record.writer.clone(),
        git: record.git.clone(),
        columns: record.columns.clone(),
    };
    serde_json::to_string(&details).expect("plain data")
}

/// What a row has before what pins say of it.
const COLUMNS: &str = "a.seq, a.artifact_id, a.artifact_type, a.schema_version, a.logical_key, a.version, a.format,
    a.storage, a.file_hash, a.content_hash, a.content_hash_version, a.legacy_content_hash, a.source_hash, a.source_size,
    a.size_bytes, a.file_count, a.row_count, a.min_ts, a.max_ts, a.created_at, a.media_type, a.run_id, a.family,
    a.outcome, a.source, a.details, a.name, a.extension, a.title, a.description, a.archived, a.deleted_at, a.updated_at,
    a.revision, a.superseded_at,
    (SELECT n.artifact_id FROM artifacts n WHERE n.seq = a.superseded_by),
    (SELECT json_group_array(json_array(o.seq, o.artifact_id)) FROM artifacts o WHERE o.superseded_by = a.seq),
    (SELECT json_group_array(json_array(g.key, g.value)) FROM artifact_tags g WHERE g.seq = a.seq),
    a.purged_at,
    CASE a.storage WHEN 'in_place' THEN (SELECT json_array(p.root, p.folder) FROM places p WHERE p.seq = a.seq) END";

pub(super) const ACTIVE: &str = "a.superseded_at IS NULL AND a.deleted_at IS NULL";

impl Manifest {
    /// The artifact of this id.
    pub fn artifact(&self, artifact_id: &str) -> Result<Option<Found>> {
        self.one("a.artifact_id = ?1", &[&artifact_id])
    }

    /// The artifact at this place in the order of commits.
    pub fn artifact_at(&self, seq: i64) -> Result<Option<Found>> {
        self.one("a.seq = ?1", &[&seq])
    }

    /// The place of an artifact in the order of commits.
    pub fn artifact_seq(&self, artifact_id: &str) -> Result<Option<i64>> {
        Ok(self
            .cached("SELECT seq FROM artifacts WHERE artifact_id = ?1")?
            .query_row([artifact_id], |row| row.get(0))
            .optional()?)
    }

    /// How many artifacts there are, deleted ones included.
    pub fn artifact_count(&self) -> Result<u64> {
        Ok(self.cached("SELECT count(*) FROM artifacts")?.query_row([], |row| row.get(0))?)
    }

    /// Every place in the order of commits, oldest first.
    pub fn artifact_seqs(&self) -> Result<Vec<i64>> {
        let mut statement = self.cached("SELECT seq FROM artifacts ORDER BY seq")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The versions of a type and key, newest first; deleted ones are left out.
    pub fn artifacts_of_key(&self, artifact_type: &str, logical_key: &str) -> Result<Vec<Found>> {
        self.many(
            "a.artifact_type = ?1 AND a.logical_key = ?2 AND a.deleted_at IS NULL ORDER BY a.created_at DESC, a.seq DESC",
            &[&artifact_type, &logical_key],
        )
    }

    /// The number that the next version of a type and key gets.
    pub fn next_version(&self, artifact_type: &str, logical_key: &str) -> Result<u32> {
        Ok(self
            .cached(
                "SELECT coalesce(max(version), 0) + 1 FROM artifacts WHERE artifact_type = ?1 AND logical_key = ?2",
            )?
            .query_row((artifact_type, logical_key), |row| row.get(0))?)
    }

    /// Active artifacts with this identity whose bytes are kept here, newest first.
    pub fn active_of_identity(
        &self,
        artifact_type: &str,
        schema_version: u32,
        logical_key: &str,
        content_hash: &Hash,
    ) -> Result<Vec<Found>> {
        self.many(
            &format!(
                "a.artifact_type = ?1 AND a.schema_version = ?2 AND a.logical_key = ?3 AND a.content_hash = ?4
                 AND a.storage = 'managed' AND {ACTIVE} ORDER BY a.seq DESC"
            ),
            &[&artifact_type, &schema_version, &logical_key, &content_hash.0],
        )
    }

    /// Whether anything of this size was ever published, so that a look-up by its hash may find something.
    pub fn has_source_size(&self, source_size: u64) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM artifacts WHERE source_size = ?1)")?
            .query_row([source_size], |row| row.get(0))?)
    }

    /// Artifacts of a type that were made from these bytes, active ones first, newest first.
    pub fn artifacts_of_source(&self, artifact_type: &str, format: Format, source_hash: &Hash) -> Result<Vec<Found>> {
        self.many(
            &format!(
                "a.source_hash = ?1 AND a.artifact_type = ?2 AND a.format = ?3 AND a.storage = 'managed'
                 ORDER BY ({ACTIVE}) DESC, a.seq DESC LIMIT 100"
            ),
            &[&source_hash.0, &artifact_type, &word(&format)],
        )
    }

    /// Artifacts that have this hash as file, content or source hash, or hold a file of it; newest first.
    pub fn artifacts_of_hash(&self, hash: &Hash) -> Result<Vec<Found>> {
        self.many(
            "a.seq IN (SELECT seq FROM artifacts WHERE file_hash = ?1 AND format = 'tree'
                       UNION SELECT seq FROM artifacts WHERE content_hash = ?1
                       UNION SELECT seq FROM artifacts WHERE source_hash = ?1
                       UNION SELECT seq FROM artifacts WHERE legacy_content_hash = ?2
                       UNION SELECT seq FROM artifact_files WHERE hash = ?1)
             AND a.deleted_at IS NULL ORDER BY a.created_at DESC, a.seq DESC",
            &[&hash.0, &hash.to_string()],
        )
    }

    /// Artifacts whose file hash lies between two, the ends included; newest first.
    pub fn artifacts_of_file_hashes(&self, from: &Hash, to: &Hash) -> Result<Vec<Found>> {
        self.many(
            "a.seq IN (SELECT seq FROM artifact_files WHERE hash BETWEEN ?1 AND ?2
                       UNION SELECT seq FROM artifacts WHERE file_hash BETWEEN ?1 AND ?2 AND format = 'tree')
             AND a.file_hash BETWEEN ?1 AND ?2 AND a.deleted_at IS NULL ORDER BY a.created_at DESC, a.seq DESC",
            &[&from.0, &to.0],
        )
    }

    /// Every object that artifacts need that were not purged, the listings of trees included, and its length where a row says it.
    pub fn needed_objects(&self) -> Result<Vec<(Hash, Option<u64>)>> {
        let mut statement = self.cached(
            "SELECT hash, artifact_files.size_bytes FROM artifact_files JOIN artifacts USING (seq)
             WHERE storage = 'managed' AND purged_at IS NULL
             UNION SELECT file_hash, NULL FROM artifacts
             WHERE storage = 'managed' AND format = 'tree' AND purged_at IS NULL
             UNION SELECT original_object, NULL FROM compact_files JOIN artifacts USING (seq)
             WHERE original_object IS NOT NULL AND purged_at IS NULL
             UNION SELECT original_object, NULL FROM replacements WHERE original_object IS NOT NULL
             ORDER BY 1, 2",
        )?;
        let rows = statement.query_map([], |row| Ok((Hash(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The first artifact that needs this object: that holds it or is the tree that it lists, and was not purged.
    pub fn first_holder(&self, hash: &Hash) -> Result<Option<String>> {
        Ok(self
            .cached(
                "SELECT artifact_id FROM artifacts
                 WHERE (seq IN (SELECT seq FROM artifact_files WHERE hash = ?1) OR file_hash = ?1 AND format = 'tree')
                   AND storage = 'managed' AND purged_at IS NULL
                   OR seq IN (SELECT seq FROM compact_files WHERE original_object = ?1) AND purged_at IS NULL
                 ORDER BY seq LIMIT 1",
            )?
            .query_row([hash.0], |row| row.get(0))
            .optional()?)
    }

    /// Artifacts that hold this object, oldest first.
    pub fn holders(&self, hash: &Hash) -> Result<Vec<i64>> {
        let mut statement = self.cached(
            "SELECT DISTINCT seq FROM artifact_files JOIN artifacts USING (seq)
             WHERE hash = ?1 AND storage = 'managed' ORDER BY seq",
        )?;
        let rows = statement.query_map([hash.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// How many bytes the objects of these artifacts have, each counted once.
    pub fn object_bytes_of(&self, seqs: &[i64]) -> Result<u64> {
        let mut statement = self.cached("SELECT hash, size_bytes FROM artifact_files WHERE seq = ?1")?;
        let mut sizes: HashMap<[u8; 32], u64> = HashMap::new();
        for seq in seqs {
            let mut rows = statement.query([seq])?;
            while let Some(row) = rows.next()? {
                sizes.insert(row.get(0)?, row.get(1)?);
            }
        }
        Ok(sizes.into_values().sum())
    }

    /// The artifacts that a filter lets through, newest first, ties in the order of commits.
    pub fn list(&self, filter: &Filter, limit: u64) -> Result<Vec<Found>> {
        let (sql, cells) = list_query(filter, limit);
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map(params_from_iter(cells), found)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The files of an artifact, in the order of its listing.
    pub fn files(&self, seq: i64) -> Result<Vec<FileEntry>> {
        let mut statement = self.cached(
            "SELECT path, hash, size_bytes, media_type, role FROM artifact_files WHERE seq = ?1 ORDER BY ordinal",
        )?;
        let rows = statement.query_map([seq], |row| {
            Ok(FileEntry {
                path: row.get(0)?,
                hash: Hash(row.get(1)?),
                size_bytes: Count(row.get(2)?),
                media_type: row.get(3)?,
                role: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Length of a file of an artifact, if it has one of this path and hash.
    pub fn file_size(&self, seq: i64, path: &str, hash: &Hash) -> Result<Option<u64>> {
        let mut statement =
            self.cached("SELECT size_bytes FROM artifact_files WHERE hash = ?3 AND seq = ?1 AND path = ?2")?;
        Ok(statement.query_row((seq, path, hash.0), |row| row.get(0)).optional()?)
    }

    /// Whether a readable name is taken.
    pub fn name_taken(&self, name: &str) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM artifacts WHERE name = ?1)")?
            .query_row([name], |row| row.get(0))?)
    }

    /// Adds an artifact with its tags, files, inputs and run; `seq` is given when the manifest is made again.
    pub fn insert_artifact(&self, publication: &Publication, seq: Option<i64>) -> Result<i64> {
        let record = &publication.record;
        self.cached(
            "INSERT INTO artifacts (seq, artifact_id, artifact_type, schema_version, logical_key, version, format, storage,
                file_hash, content_hash, content_hash_version, legacy_content_hash, source_hash, source_size, size_bytes,
                file_count, row_count, min_ts, max_ts, created_at, media_type, run_id, family, outcome, source, details,
                name, extension, title, description, updated_at, archived)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?20, ?31)",
        )?
        .execute(rusqlite::params![
            seq,
            record.artifact_id.as_str(),
            record.artifact_type.as_str(),
            record.schema_version,
            record.logical_key,
            record.version,
            word(&record.format),
            word(&record.storage),
            record.file_hash.0,
            record.content_hash.0,
            record.content_hash_version,
            record.legacy_content_hash,
            record.source_hash.0,
            record.source_size,
            record.size_bytes,
            record.file_count,
            record.row_count,
            record.min_ts,
            record.max_ts,
            record.created_at,
            record.media_type,
            record.run_id,
            record.family,
            record.outcome.as_ref().map(word),
            record.source,
            details(record),
            record.name,
            record.extension,
            publication.title,
            publication.description,
            publication.archived,
        ])?;
        let seq = self.connection.last_insert_rowid();
        for (key, value) in &publication.tags {
            self.insert_tag(seq, key, value)?;
        }
        self.insert_files(seq, &publication.files)?;
        if let Some(place) = &publication.place {
            self.insert_place(seq, place, &common_folder(publication.paths()))?;
        }
        self.insert_edges(seq, &publication.inputs)?;
        self.connect_missing_inputs(record.artifact_id.as_str(), seq)?;
        if let Some(run_id) = &record.run_id {
            self.insert_run_member(run_id, seq, &record.created_at)?;
        }
        self.say(seq, publication)?;
        Ok(seq)
    }

    /// Adds the files of an artifact, in their order.
    pub(super) fn insert_files(&self, seq: i64, files: &[FileEntry]) -> Result<()> {
        let mut statement = self.cached(
            "INSERT INTO artifact_files (seq, ordinal, path, hash, size_bytes, media_type, role)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (ordinal, file) in files.iter().enumerate() {
            let (path, hash, size) = (&file.path, file.hash.0, file.size_bytes.0);
            statement.execute((seq, ordinal, path, hash, size, &file.media_type, &file.role))?;
        }
        Ok(())
    }

    /// Gives an artifact a tag.
    fn insert_tag(&self, seq: i64, key: &str, value: &str) -> Result<()> {
        self.cached(
            "INSERT INTO artifact_tags (seq, key, value, artifact_type, created_at)
             SELECT seq, ?2, ?3, artifact_type, created_at FROM artifacts WHERE seq = ?1",
        )?
        .execute((seq, key, value))?;
        Ok(())
    }

    /// Everything that one publish said, as it said it.
    pub fn publication(&self, found: Found) -> Result<Publication> {
        let (files, inputs, place) = (self.files(found.seq)?, self.inputs(found.seq)?, self.place(found.seq)?);
        Ok(Publication {
            record: found.record,
            title: found.state.title,
            description: found.state.description,
            tags: found.state.tags,
            archived: found.state.archived,
            files,
            inputs,
            request: None,
            place,
        })
    }

    /// Marks an artifact as superseded, by a successor that may be unknown; both its revision and its successor's go up.
    pub fn set_superseded(&self, old: i64, new: Option<i64>, at: &str) -> Result<()> {
        self.cached(
            "UPDATE artifacts SET superseded_at = ?3, superseded_by = ?2, updated_at = ?3, revision = revision + 1
             WHERE seq = ?1",
        )?
        .execute((old, new, at))?;
        new.map_or(Ok(()), |new| self.touch(new, at))
    }

    /// Notes that something that shows of an artifact has changed.
    pub fn touch(&self, seq: i64, at: &str) -> Result<()> {
        self.cached("UPDATE artifacts SET updated_at = ?2, revision = revision + 1 WHERE seq = ?1")?
            .execute((seq, at))?;
        Ok(())
    }

    /// Notes what people changed about an artifact.
    pub fn set_values(&self, seq: i64, values: &Values, at: &str) -> Result<()> {
        if let Some(title) = &values.title {
            self.cached("UPDATE artifacts SET title = ?2 WHERE seq = ?1")?.execute((seq, title))?;
        }
        if let Some(description) = &values.description {
            self.cached("UPDATE artifacts SET description = ?2 WHERE seq = ?1")?.execute((seq, description))?;
        }
        for (key, value) in &values.tags {
            self.cached("DELETE FROM artifact_tags WHERE seq = ?1 AND key = ?2")?.execute((seq, key))?;
            if let Some(value) = value {
                self.insert_tag(seq, key, value)?;
            }
        }
        if let Some(archived) = values.archived {
            self.cached("UPDATE artifacts SET archived = ?2 WHERE seq = ?1")?.execute((seq, archived))?;
        }
        self.say_anew(seq)?;
        self.touch(seq, at)
    }

    pub(super) fn one(&self, condition: &str, cells: &[&dyn ToSql]) -> Result<Option<Found>> {
        let mut statement =
            self.cached(&format!("SELECT {COLUMNS}, {PINNED_UNTIL} FROM artifacts a WHERE {condition}"))?;
        Ok(statement.query_row(cells, found).optional()?)
    }

    pub(super) fn many(&self, condition: &str, cells: &[&dyn ToSql]) -> Result<Vec<Found>> {
        let mut statement =
            self.cached(&format!("SELECT {COLUMNS}, {PINNED_UNTIL} FROM artifacts a WHERE {condition}"))?;
        let rows = statement.query_map(cells, found)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

fn list_query(filter: &Filter, limit: u64) -> (String, Vec<Cell>) {
    let selection = filter.selection(true);
    let of = selection.of;
    let sql = format!(
        "SELECT {COLUMNS}, {PINNED_UNTIL} FROM {} WHERE {} ORDER BY {of}.created_at DESC, {of}.seq DESC LIMIT {limit}",
        selection.from,
        selection.conditions()
    );
    (sql, selection.cells)
}

/// An enum's word, as it stands in rows and in JSON.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        other => unreachable!("a word was expected, not {other:?}"),
    }
}

pub(super) fn parsed<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| conversion(column, error))
}

/// A name that a column holds.
pub(super) fn named<T: for<'t> TryFrom<&'t str, Error = String>>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    T::try_from(text).map_err(|reason| conversion(column, std::io::Error::other(reason)))
}

/// The same where there need not be one.
pub(super) fn named_if<T: for<'t> TryFrom<&'t str, Error = String>>(
    row: &Row,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    row.get_ref(column)?.as_str_or_null()?.map(|_| named(row, column)).transpose()
}

pub(super) fn enumerated<T: DeserializeOwned>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(Value::String(text)).map_err(|error| conversion(column, error))
}

pub(super) fn conversion(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn found(row: &Row) -> rusqlite::Result<Found> {
    let details: Details = parsed(25, row.get_ref(25)?.as_str()?)?;
    let outcome: Option<String> = row.get(23)?;
    let record = Record {
        artifact_id: named::<ArtifactId>(row, 1)?,
        artifact_type: named::<ArtifactType>(row, 2)?,
        schema_version: row.get(3)?,
        logical_key: row.get(4)?,
        version: row.get(5)?,
        format: enumerated::<Format>(row, 6)?,
        storage: enumerated::<Storage>(row, 7)?,
        file_hash: Hash(row.get(8)?),
        content_hash: Hash(row.get(9)?),
        content_hash_version: row.get(10)?,
        legacy_content_hash: row.get(11)?,
        source_hash: Hash(row.get(12)?),
        source_size: row.get(13)?,
        size_bytes: row.get(14)?,
        file_count: row.get(15)?,
        row_count: row.get(16)?,
        min_ts: row.get(17)?,
        max_ts: row.get(18)?,
        created_at: row.get(19)?,
        media_type: row.get(20)?,
        run_id: row.get(21)?,
        family: row.get(22)?,
        outcome: outcome.map(|_| enumerated::<Outcome>(row, 23)).transpose()?,
        source: row.get(24)?,
        capabilities: details.capabilities,
        roles: details.roles,
        params: details.params,
        writer: details.writer,
        git: details.git,
        columns: details.columns,
        name: row.get(26)?,
        extension: row.get(27)?,
    };
    // Put in order here: an aggregate that sorts makes a table for every row that is read.
    let mut supersedes: Vec<(i64, ArtifactId)> = parsed(36, row.get_ref(36)?.as_str()?)?;
    supersedes.sort_unstable_by_key(|(seq, _)| *seq);
    let state = State {
        title: row.get(28)?,
        description: row.get(29)?,
        archived: row.get(30)?,
        deleted_at: row.get(31)?,
        updated_at: row.get(32)?,
        revision: row.get(33)?,
        superseded_at: row.get(34)?,
        superseded_by: named_if(row, 35)?,
        supersedes: supersedes.into_iter().map(|(_, artifact_id)| artifact_id).collect(),
        // As pairs: json_group_object ends a name at a NUL.
        tags: parsed::<Vec<(String, String)>>(37, row.get_ref(37)?.as_str()?)?.into_iter().collect(),
        purged_at: row.get(38)?,
        pinned_until: row.get(40)?,
    };
    let place: Option<String> = row.get(39)?;
    let place = place.map(|place| parsed(39, &place)).transpose()?;
    Ok(Found { seq: row.get(0)?, record, state, place })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How SQLite goes about a filter.
    fn plan(filter: &Filter) -> String {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest::open(&folder.path().join("manifest.sqlite")).unwrap();
        manifest.migrate().unwrap();
        let (sql, cells) = list_query(filter, 50);
        let mut statement = manifest.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map(params_from_iter(cells), |row| row.get::<_, String>(3)).unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_type_and_a_tag_are_found_in_their_order() {
        let tags = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        for names in [&["symbol"][..], &["quality", "symbol"]] {
            let filter = Filter {
                types: Some(vec!["t".to_owned()]),
                tags: tags(names),
                min_created_at: Some("2026".to_owned()),
                ..Filter::default()
            };
            let plan = plan(&filter);
            assert!(plan.starts_with("SEARCH t USING COVERING INDEX artifact_tags_by_type"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{plan}");
        }
    }
}
