//! How found artifacts spread over types, tags and states.

use std::collections::HashMap;

use rusqlite::params_from_iter;

use super::Manifest;
use super::finding::Finds;
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
        let mut counted: Vec<Counts> = vec![Counts::new(); facets.len()];
        let columns: Vec<(usize, &str)> =
            facets.iter().enumerate().filter_map(|(place, facet)| Some((place, facet.column()?))).collect();
        if !columns.is_empty() {
            let wanted: Vec<&str> = columns.iter().map(|(_, column)| *column).collect();
            let from = if finds.few {
                "json_each(?1) j CROSS JOIN artifacts a ON a.seq = j.value"
            } else {
                "artifacts a INDEXED BY artifacts_in_short"
            };
            let mut statement = self.cached(&format!("SELECT a.seq, {} FROM {from}", wanted.join(", ")))?;
            let mut rows = statement.query(params_from_iter(finds.few.then(|| finds.set.json())))?;
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
            FacetBy::Tag => self.tags(finds, limit),
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

    fn tags(&self, finds: &Finds, limit: usize) -> Result<Vec<Bucket>> {
        let mut counts: HashMap<String, Counts> = HashMap::new();
        let from =
            if finds.few { "json_each(?1) j CROSS JOIN artifact_tags g ON g.seq = j.value" } else { "artifact_tags g" };
        let mut statement = self.cached(&format!("SELECT g.seq, g.key, g.value FROM {from}"))?;
        let mut rows = statement.query(params_from_iter(finds.few.then(|| finds.set.json())))?;
        while let Some(row) = rows.next()? {
            if !finds.set.contains(row.get(0)?) {
                continue;
            }
            let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
            let (key, value) = (text(1)?, text(2)?);
            match counts.get_mut(key) {
                Some(counts) => count(counts, value),
                None => drop(counts.insert(key.to_owned(), Counts::from([(value.to_owned(), 1)]))),
            }
        }
        let each = counts
            .into_iter()
            .flat_map(|(key, counts)| counts.into_iter().map(move |(value, count)| (Some(key.clone()), value, count)));
        Ok(buckets(each, limit))
    }
}
