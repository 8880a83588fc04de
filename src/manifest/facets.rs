//! How found artifacts spread over types, tags and states.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params_from_iter};

use super::Manifest;
use super::finding::{FEW, Finds, LOOK_UP};
use crate::model::Result;
use crate::model::query::FacetBy;

impl FacetBy {
    /// Its name among the totals.
    fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Tag => "tag",
            Self::Status => "status",
            Self::Family => "family",
            Self::Outcome => "outcome",
            Self::Source => "source",
        }
    }

    /// What is counted; tags stand in rows of their own.
    fn column(self) -> Option<&'static str> {
        match self {
            Self::Tag => None,
            Self::Type => Some("a.artifact_type"),
            Self::Status => Some(
                "CASE WHEN a.deleted_at IS NOT NULL THEN 'tombstoned'
                      WHEN a.superseded_at IS NOT NULL THEN 'superseded' ELSE 'active' END",
            ),
            Self::Family => Some("a.family"),
            Self::Outcome => Some("a.outcome"),
            Self::Source => Some("a.source"),
        }
    }
}

/// How many of the found artifacts have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The key of a tag.
    pub key: Option<String>,
    /// The value.
    pub value: String,
    /// How many have it.
    pub count: u64,
}

/// How the rows of what was found are come by.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// One by one.
    LookUp,
    /// All that there are of these types.
    Types(&'a [String]),
    /// All that there are.
    All,
}

/// How many have which value.
type Counts = HashMap<String, u64>;

fn count(counts: &mut Counts, value: &str) {
    match counts.get_mut(value) {
        Some(count) => *count += 1,
        None => drop(counts.insert(value.to_owned(), 1)),
    }
}

/// The most frequent ones.
fn buckets(counts: impl Iterator<Item = (Option<String>, String, u64)>, limit: usize) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = counts.map(|(key, value, count)| Bucket { key, value, count }).collect();
    buckets.sort_by(|one, other| {
        other.count.cmp(&one.count).then_with(|| (&one.key, &one.value).cmp(&(&other.key, &other.value)))
    });
    buckets.truncate(limit);
    buckets
}

impl Manifest {
    /// How many of the found artifacts have which value, the most frequent first: for each facet so many values at most.
    /// One pass tells of all facets but tags.
    pub fn facets(&self, finds: &Finds, facets: &[FacetBy], limit: usize) -> Result<Vec<Vec<Bucket>>> {
        if finds.everything {
            return facets.iter().map(|facet| self.totals(*facet, finds.newest, limit)).collect();
        }
        let way = self.way(finds)?;
        let mut counted: Vec<Counts> = vec![Counts::new(); facets.len()];
        let columns: Vec<(usize, &str)> =
            facets.iter().enumerate().filter_map(|(place, facet)| Some((place, facet.column()?))).collect();
        if !columns.is_empty() {
            let wanted: Vec<&str> = columns.iter().map(|(_, column)| *column).collect();
            let (from, cell) = match way {
                Way::LookUp => ("json_each(?1) j CROSS JOIN artifacts a ON a.seq = j.value", Some(finds.set.json())),
                Way::Types(types) => (
                    "artifacts a INDEXED BY artifacts_by_type WHERE a.artifact_type IN (SELECT value FROM json_each(?1))",
                    Some(json(types)),
                ),
                Way::All => ("artifacts a INDEXED BY artifacts_in_short", None),
            };
            let mut statement = self.cached(&format!("SELECT a.seq, {} FROM {from}", wanted.join(", ")))?;
            let mut rows = statement.query(params_from_iter(cell))?;
            while let Some(row) = rows.next()? {
                if !finds.set.contains(row.get(0)?) {
                    continue;
                }
                for (column, (place, _)) in columns.iter().enumerate() {
                    let value = row.get_ref(column + 1)?.as_str_or_null().map_err(rusqlite::Error::from)?;
                    if let Some(value) = value {
                        count(&mut counted[*place], value);
                    }
                }
            }
        }
        let one = |(facet, counts): (FacetBy, Counts)| match facet {
            FacetBy::Tag => self.tags(finds, way, limit),
            _ => Ok(buckets(counts.into_iter().map(|(value, count)| (None, value, count)), limit)),
        };
        facets.iter().copied().zip(counted).map(one).collect()
    }

    /// What all that is neither archived nor deleted comes to is kept; what came later is taken off.
    fn totals(&self, facet: FacetBy, newest: i64, limit: usize) -> Result<Vec<Bucket>> {
        let mut statement = self.cached(
            "WITH later (key, value, artifacts) AS MATERIALIZED (
                 SELECT f.key, f.value, count(*) FROM artifacts a CROSS JOIN facets f ON f.seq = a.seq
                 WHERE a.seq > ?2 AND a.archived = 0 AND a.deleted_at IS NULL AND f.facet = ?1 GROUP BY 1, 2
             )
             SELECT t.key, t.value, t.artifacts - coalesce(l.artifacts, 0) AS count
             FROM totals t LEFT JOIN later l ON l.key = t.key AND l.value = t.value
             WHERE t.facet = ?1 AND t.artifacts > coalesce(l.artifacts, 0) ORDER BY count DESC, t.key, t.value LIMIT ?3",
        )?;
        let rows = statement.query_map((facet.name(), newest, limit), |row| {
            let key = if facet == FacetBy::Tag { row.get(0)? } else { None };
            Ok(Bucket { key, value: row.get(1)?, count: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// How many artifacts are neither archived nor deleted, up to this place.
    pub(super) fn count_of_everything(&self, newest: i64) -> Result<u64> {
        Ok(self
            .cached(
                "SELECT (SELECT coalesce(sum(artifacts), 0) FROM totals WHERE facet = 'status') -
                     (SELECT count(*) FROM artifacts WHERE seq > ?1 AND archived = 0 AND deleted_at IS NULL)",
            )?
            .query_row([newest], |row| row.get(0))?)
    }

    /// The way to the rows of what was found that takes least.
    fn way<'a>(&self, finds: &'a Finds) -> Result<Way<'a>> {
        if finds.set.len() <= FEW {
            return Ok(Way::LookUp);
        }
        if let Some(types) = &finds.types {
            let sql = "SELECT coalesce(sum(artifacts), 0) FROM totals
                 WHERE facet = 'type' AND key = '' AND value IN (SELECT value FROM json_each(?1))";
            let of_types: usize = self.cached(sql)?.query_row([json(types)], |row| row.get(0))?;
            if of_types <= finds.set.len() * LOOK_UP {
                return Ok(Way::Types(types));
            }
        }
        Ok(if finds.few { Way::LookUp } else { Way::All })
    }

    fn tags(&self, finds: &Finds, way: Way, limit: usize) -> Result<Vec<Bucket>> {
        let by_type = match way {
            Way::Types(types) => self.tags_of_types(finds, types)?,
            Way::LookUp | Way::All => None,
        };
        let counted = match by_type {
            Some(counted) => counted,
            None if finds.few => self.tags_looked_up(finds)?,
            None => self.all_tags(finds)?,
        };
        Ok(buckets(counted.into_iter().map(|(key, value, count)| (Some(key), value, count)), limit))
    }

    fn tags_looked_up(&self, finds: &Finds) -> Result<Vec<(String, String, u64)>> {
        let mut counts: HashMap<String, Counts> = HashMap::new();
        let mut statement =
            self.cached("SELECT g.key, g.value FROM json_each(?1) j CROSS JOIN artifact_tags g ON g.seq = j.value")?;
        let mut rows = statement.query([finds.set.json()])?;
        while let Some(row) = rows.next()? {
            let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            let (key, value) = (text(0)?, text(1)?);
            match counts.get_mut(key) {
                Some(counts) => count(counts, value),
                None => drop(counts.insert(key.to_owned(), Counts::from([(value.to_owned(), 1)]))),
            }
        }
        let of_key =
            |(key, counts): (String, Counts)| counts.into_iter().map(move |(value, count)| (key.clone(), value, count));
        Ok(counts.into_iter().flat_map(of_key).collect())
    }

    fn all_tags(&self, finds: &Finds) -> Result<Vec<(String, String, u64)>> {
        let mut statement = self.cached(
            "SELECT key, value, count(*) FROM artifact_tags INDEXED BY artifact_tags_by_type
             WHERE among(?1, seq) GROUP BY key, value",
        )?;
        let rows = statement.query_map([&finds.set], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The tags of what was found of some types, tag by tag; none where so many differ, in all artifacts, that to look for
    /// each takes longer.
    fn tags_of_types(&self, finds: &Finds, types: &[String]) -> Result<Option<Vec<(String, String, u64)>>> {
        let mut statement = self.cached(
            "SELECT count(*) FROM artifact_tags
             WHERE key = ?1 AND value = ?2 AND artifact_type IN (SELECT value FROM json_each(?3)) AND among(?4, seq)",
        )?;
        statement.raw_bind_parameter(3, json(types))?;
        statement.raw_bind_parameter(4, &finds.set)?;
        let mut counted = Vec::new();
        let mut tag = (String::new(), String::new());
        for _ in 0..finds.set.len() / LOOK_UP {
            let Some(next) = self.tag_behind(&tag)? else { return Ok(Some(counted)) };
            tag = next;
            statement.raw_bind_parameter(1, &tag.0)?;
            statement.raw_bind_parameter(2, &tag.1)?;
            let count = statement.raw_query().next()?.map_or(Ok(0), |row| row.get(0))?;
            if count > 0 {
                counted.push((tag.0.clone(), tag.1.clone(), count));
            }
        }
        Ok(None)
    }

    /// The tag that comes behind another in their order. One condition on both would look at all rows that have this one.
    fn tag_behind(&self, (key, value): &(String, String)) -> Result<Option<(String, String)>> {
        let tag = |row: &Row| Ok((row.get(0)?, row.get(1)?));
        let same_key = "SELECT key, value FROM artifact_tags WHERE key = ?1 AND value > ?2 ORDER BY value LIMIT 1";
        let behind = self.cached(same_key)?.query_row((key, value), tag).optional()?;
        if behind.is_some() {
            return Ok(behind);
        }
        let next_key = "SELECT key, value FROM artifact_tags WHERE key > ?1 ORDER BY key, value LIMIT 1";
        Ok(self.cached(next_key)?.query_row([key], tag).optional()?)
    }
}

fn json(types: &[String]) -> String {
    serde_json::to_string(types).expect("texts")
}
