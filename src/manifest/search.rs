//! Searching artifacts: a page of them in some order, how many there are, and how they spread over types, tags and states.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Cell;

use super::Manifest;
use super::filter::Filter;
use super::words::{WEIGHTS, term_expression};
use crate::model::Result;
use crate::model::query::Query;

/// By what a search is ordered; what is alike in it stands in the order of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// When they were created.
    Created,
    /// When they last changed.
    Updated,
    /// By title, whatever the case of its letters; those without one come last in either order.
    Title,
    /// By size in bytes.
    Size,
    /// By type.
    Type,
    /// By how well the words fit.
    Relevance,
}

/// Where in its order an artifact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// It has nothing to order it by.
    None,
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

/// An artifact that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place in the order of commits.
    pub seq: i64,
    /// Where it stands.
    pub key: Key,
}

/// What is searched for, and which part of it is wanted.
#[derive(Debug, Clone)]
pub struct Search {
    /// Which artifacts.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Whether the least comes first.
    pub ascending: bool,
    /// Behind this one.
    pub after: Option<Hit>,
    /// So many are passed over.
    pub offset: u64,
    /// At most this many.
    pub limit: u64,
}

/// By what found artifacts are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// By type.
    Type,
    /// By tag.
    Tag,
    /// By state.
    Status,
    /// By family.
    Family,
    /// By outcome.
    Outcome,
    /// By source.
    Source,
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

impl Manifest {
    /// The place of the newest artifact in the order of commits; 0 when there is none.
    pub fn newest_seq(&self) -> Result<i64> {
        Ok(self.cached("SELECT coalesce(max(seq), 0) FROM artifacts")?.query_row([], |row| row.get(0))?)
    }

    /// How many artifacts a filter lets through.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let selection = filter.selection(true);
        let sql = format!("SELECT count(*) FROM {} WHERE {}", selection.from, selection.conditions());
        Ok(self.cached(&sql)?.query_row(params_from_iter(selection.cells), |row| row.get(0))?)
    }

    /// A page of what was found.
    pub fn search(&self, search: &Search) -> Result<Vec<Hit>> {
        if search.sort == Sort::Relevance {
            return self.most_relevant(search);
        }
        let (sql, cells) = page_query(search);
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map(params_from_iter(cells), |row| {
            let key = match row.get(1)? {
                Cell::Text(text) => Key::Text(text),
                Cell::Integer(number) => Key::Number(number),
                _ => Key::None,
            };
            Ok(Hit { seq: row.get(0)?, key })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// How many of the artifacts that a filter lets through have which value, the most frequent first.
    pub fn facet(&self, filter: &Filter, facet: Facet, limit: u64) -> Result<Vec<Bucket>> {
        let selection = filter.selection(true);
        let (key, value) = match facet {
            Facet::Type => ("NULL", "a.artifact_type"),
            Facet::Tag => ("g.key", "g.value"),
            Facet::Status => (
                "NULL",
                "CASE WHEN a.deleted_at IS NOT NULL THEN 'tombstoned'
                      WHEN a.superseded_at IS NOT NULL THEN 'superseded' ELSE 'active' END",
            ),
            Facet::Family => ("NULL", "a.family"),
            Facet::Outcome => ("NULL", "a.outcome"),
            Facet::Source => ("NULL", "a.source"),
        };
        let tags = if facet == Facet::Tag { "JOIN artifact_tags g ON g.seq = a.seq" } else { "" };
        let mut statement = self.cached(&format!(
            "SELECT {key}, {value}, count(*) FROM {} {tags} WHERE {} AND {value} IS NOT NULL
             GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {limit}",
            selection.from,
            selection.conditions()
        ))?;
        let rows = statement.query_map(params_from_iter(selection.cells), |row| {
            Ok(Bucket { key: row.get(0)?, value: row.get(1)?, count: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    fn most_relevant(&self, search: &Search) -> Result<Vec<Hit>> {
        let selection = search.filter.selection(true);
        let sql = format!("SELECT {}.seq FROM {} WHERE {}", selection.of, selection.from, selection.conditions());
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map(params_from_iter(selection.cells), |row| row.get::<_, i64>(0))?;
        let seqs = rows.collect::<Result<Vec<_>, _>>()?;
        let relevance = match &search.filter.query {
            Some(query) => self.relevance(query, search.filter.newest)?,
            None => HashMap::new(),
        };
        let mut hits: Vec<(i64, i64)> =
            seqs.into_iter().map(|seq| (relevance.get(&seq).copied().unwrap_or_default(), seq)).collect();
        if search.ascending {
            hits.sort_unstable();
        } else {
            hits.sort_unstable_by_key(|hit| Reverse(*hit));
        }
        let begin = match &search.after {
            Some(Hit { seq, key: Key::Number(number) }) => {
                let after = (*number, *seq);
                hits.partition_point(|hit| if search.ascending { *hit <= after } else { *hit >= after })
            }
            _ => usize::try_from(search.offset).unwrap_or(usize::MAX),
        };
        let page = hits.into_iter().skip(begin).take(usize::try_from(search.limit).unwrap_or(usize::MAX));
        Ok(page.map(|(relevance, seq)| Hit { seq, key: Key::Number(relevance) }).collect())
    }

    /// How well each artifact fits the words, in millionths. A rare word counts more than a frequent one, in a title more
    /// than in a description; what was published later changes nothing.
    fn relevance(&self, query: &Query, newest: Option<i64>) -> Result<HashMap<i64, i64>> {
        let newest = newest.unwrap_or(i64::MAX);
        let all = self.newest_seq()?.min(newest) as f64;
        let mut statement = self.cached("SELECT rowid FROM search WHERE search MATCH ?1 AND rowid <= ?2")?;
        let mut relevance: HashMap<i64, i64> = HashMap::new();
        for term in query.wanted() {
            let mut weights: HashMap<i64, i64> = HashMap::new();
            for (columns, weight) in WEIGHTS {
                let expression = format!("{columns} : {}", term_expression(term));
                let mut rows = statement.query((expression, newest))?;
                while let Some(row) = rows.next()? {
                    *weights.entry(row.get(0)?).or_default() += weight;
                }
            }
            let having = weights.len() as f64;
            #[expect(clippy::cast_possible_truncation, reason = "below 50 millions")]
            let rarity = (((all - having + 0.5) / (having + 0.5)).max(0.0).ln_1p() * 1e6) as i64;
            for (seq, weight) in weights {
                *relevance.entry(seq).or_default() += weight * rarity.max(1);
            }
        }
        Ok(relevance)
    }
}

fn page_query(search: &Search) -> (String, Vec<Cell>) {
    let mut selection = search.filter.selection(true);
    let of = selection.of;
    let key = match search.sort {
        Sort::Created => format!("{of}.created_at"),
        Sort::Updated => "a.updated_at".to_owned(),
        Sort::Title => "a.title".to_owned(),
        Sort::Size => "a.size_bytes".to_owned(),
        Sort::Type | Sort::Relevance => format!("{of}.artifact_type"),
    };
    let (direction, behind) = if search.ascending { ("ASC", ">") } else { ("DESC", "<") };
    let (collated, last) = match search.sort {
        Sort::Title => ("a.title COLLATE NOCASE", "a.title IS NULL, "),
        _ => (key.as_str(), ""),
    };
    if let Some(Hit { seq, key }) = &search.after {
        let place = match key {
            Key::None => None,
            Key::Text(text) => Some(Cell::Text(text.clone())),
            Key::Number(number) => Some(Cell::Integer(*number)),
        };
        match place {
            Some(place) if last.is_empty() => {
                selection.add(format!("({collated}, {of}.seq) {behind} (?, ?)"), [place, Cell::Integer(*seq)]);
            }
            Some(place) => selection.add(
                format!("(a.title IS NULL OR ({collated}, {of}.seq) {behind} (?, ?))"),
                [place, Cell::Integer(*seq)],
            ),
            None => selection.add(format!("a.title IS NULL AND {of}.seq {behind} ?"), [Cell::Integer(*seq)]),
        }
    }
    let sql = format!(
        "SELECT {of}.seq, {key} FROM {} WHERE {} ORDER BY {last}{collated} {direction}, {of}.seq {direction} LIMIT ? OFFSET ?",
        selection.from,
        selection.conditions()
    );
    let number = |number: u64| Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    selection.cells.extend([number(search.limit), number(search.offset)]);
    (sql, selection.cells)
}

#[cfg(test)]
mod tests;
