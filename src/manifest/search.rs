//! A page of what a search finds, in its order; what is alike in that stands in the order of commits.

use rusqlite::types::Value as Cell;
use rusqlite::{Row, params_from_iter};

use super::Manifest;
use super::filter::Filter;
use super::finding::{FEW, Finds};
use super::seqs::Seqs;
use crate::model::Result;
use crate::model::query::SortBy;

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

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The artifacts on it.
    pub hits: Vec<Hit>,
    /// How many were found in all.
    pub total: u64,
}

/// What is searched for, and which part of it is wanted.
#[derive(Debug, Clone)]
pub struct Search {
    /// Which artifacts.
    pub filter: Filter,
    /// In which order.
    pub sort: SortBy,
    /// Whether the least comes first.
    pub ascending: bool,
    /// Behind this one.
    pub after: Option<Hit>,
    /// So many are passed over.
    pub offset: u64,
    /// At most this many.
    pub limit: u64,
}

impl Manifest {
    /// The place of the newest artifact in the order of commits; 0 when there is none.
    pub fn newest_seq(&self) -> Result<i64> {
        Ok(self.cached("SELECT coalesce(max(seq), 0) FROM artifacts")?.query_row([], |row| row.get(0))?)
    }

    /// A page of what was found by the filter of a search.
    pub fn page(&self, search: &Search, finds: &Finds) -> Result<Page> {
        let hits = match search.sort {
            SortBy::Relevance => self.most_relevant(search, finds)?,
            _ if finds.set.len() <= FEW => self.sorted(search, &finds.set)?,
            SortBy::Type => self.type_by_type(search, &finds.set)?,
            _ => self.in_order(search, &finds.set)?,
        };
        Ok(Page { hits, total: finds.total })
    }

    /// A page of few artifacts, which are put in order.
    fn sorted(&self, search: &Search, set: &Seqs) -> Result<Vec<Hit>> {
        let (direction, behind) = search.direction();
        let (key, place) = search.sort.key();
        let (last, after) = match search.sort {
            SortBy::Title => ("a.title IS NULL, ", format!("(a.title IS NULL OR ({place}, a.seq) {behind} (?2, ?3))")),
            _ => ("", format!("({place}, a.seq) {behind} (?2, ?3)")),
        };
        let (after, cells) = match &search.after {
            None => ("TRUE".to_owned(), [Cell::Null, Cell::Null]),
            Some(Hit { seq, key: Key::None }) => {
                (format!("a.title IS NULL AND a.seq {behind} ?3"), [Cell::Null, Cell::Integer(*seq)])
            }
            Some(hit) => (after, hit.cells()),
        };
        let mut statement = self.cached(&format!(
            "SELECT a.seq, {key} FROM json_each(?1) j CROSS JOIN artifacts a ON a.seq = j.value WHERE {after}
             ORDER BY {last}{place} {direction}, a.seq {direction} LIMIT ?4 OFFSET ?5"
        ))?;
        let [key, seq] = cells;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let rows = statement
            .query_map(rusqlite::params![set.json(), key, seq, number(search.limit), number(search.offset)], hit)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// A page of many: who looks at all artifacts in their order soon has it.
    fn in_order(&self, search: &Search, set: &Seqs) -> Result<Vec<Hit>> {
        let mut page = Filling::of(search);
        for (sql, cells) in walks(search) {
            let mut statement = self.cached(&sql)?;
            let mut rows = statement.query(params_from_iter(cells))?;
            while !page.is_full()
                && let Some(row) = rows.next()?
            {
                if set.contains(row.get(0)?) {
                    page.add(|| hit(row))?;
                }
            }
        }
        Ok(page.hits)
    }

    /// The same by type: one type after the other.
    fn type_by_type(&self, search: &Search, set: &Seqs) -> Result<Vec<Hit>> {
        let mut types = self.types()?;
        if !search.ascending {
            types.reverse();
        }
        let (begin, after) = match &search.after {
            Some(Hit { seq, key: Key::Text(name) }) => (types.iter().position(|one| one == name), Some(*seq)),
            _ => (None, None),
        };
        let mut page = Filling::of(search);
        for (place, name) in types.iter().enumerate().skip(begin.unwrap_or(0)) {
            if page.is_full() {
                break;
            }
            let mut found = self.of_type(name)?;
            found.keep(set);
            let after = after.filter(|_| begin == Some(place));
            let mut seqs: Vec<i64> = found.iter().collect();
            if !search.ascending {
                seqs.reverse();
            }
            let behind =
                |seq: &i64| after.is_none_or(|after| if search.ascending { *seq > after } else { *seq < after });
            for seq in seqs.into_iter().filter(behind) {
                page.add(|| Ok(Hit { seq, key: Key::Text(name.clone()) }))?;
                if page.is_full() {
                    break;
                }
            }
        }
        Ok(page.hits)
    }

    fn most_relevant(&self, search: &Search, finds: &Finds) -> Result<Vec<Hit>> {
        let seqs: Vec<i64> = finds.set.iter().collect();
        let relevance = match &search.filter.query {
            Some(query) => self.relevance(&seqs, query, finds.newest)?,
            None => vec![0; seqs.len()],
        };
        let mut found: Vec<(i64, i64)> = relevance.into_iter().zip(seqs).collect();
        found.sort_unstable();
        let after = match search.after {
            Some(Hit { seq, key: Key::Number(number) }) => Some((number, seq)),
            _ => None,
        };
        let page = part(found, after.as_ref(), search);
        Ok(page.map(|(number, seq)| Hit { seq, key: Key::Number(number) }).collect())
    }
}

impl Search {
    fn direction(&self) -> (&'static str, &'static str) {
        if self.ascending { ("ASC", ">") } else { ("DESC", "<") }
    }
}

impl SortBy {
    /// What is told of an artifact's place, and what is compared.
    fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Created => ("a.created_at", "a.created_at"),
            Self::Updated => ("a.updated_at", "a.updated_at"),
            Self::Title => ("a.title", "a.title COLLATE NOCASE"),
            Self::Size => ("a.size_bytes", "a.size_bytes"),
            Self::Type | Self::Relevance => ("a.artifact_type", "a.artifact_type"),
        }
    }
}

impl Hit {
    fn cells(&self) -> [Cell; 2] {
        let key = match &self.key {
            Key::None => Cell::Null,
            Key::Text(text) => Cell::Text(text.clone()),
            Key::Number(number) => Cell::Integer(*number),
        };
        [key, Cell::Integer(self.seq)]
    }
}

fn hit(row: &Row) -> rusqlite::Result<Hit> {
    let key = match row.get(1)? {
        Cell::Text(text) => Key::Text(text),
        Cell::Integer(number) => Key::Number(number),
        _ => Key::None,
    };
    Ok(Hit { seq: row.get(0)?, key })
}

/// A page while it is made.
struct Filling {
    hits: Vec<Hit>,
    passed_over: u64,
    limit: u64,
}

impl Filling {
    fn of(search: &Search) -> Self {
        Self { hits: Vec::new(), passed_over: search.offset, limit: search.limit }
    }

    fn is_full(&self) -> bool {
        self.hits.len() as u64 >= self.limit
    }

    fn add(&mut self, hit: impl FnOnce() -> rusqlite::Result<Hit>) -> Result<()> {
        match self.passed_over {
            0 => self.hits.push(hit()?),
            _ => self.passed_over -= 1,
        }
        Ok(())
    }
}

/// All artifacts in the order of a search, behind the last of the page before, as indexes have them.
fn walks(search: &Search) -> Vec<(String, Vec<Cell>)> {
    let (direction, behind) = search.direction();
    let (key, place) = search.sort.key();
    let index = match search.sort {
        SortBy::Updated => "artifacts_by_update",
        SortBy::Title => "artifacts_by_title",
        SortBy::Size => "artifacts_by_size",
        SortBy::Created | SortBy::Type | SortBy::Relevance => "artifacts_in_short",
    };
    let walk = |place: &str, there: &str, after: Option<[Cell; 2]>| {
        let (after, cells) = match after {
            Some(cells) => (format!("({place}, a.seq) {behind} (?, ?)"), cells.to_vec()),
            None => ("TRUE".to_owned(), Vec::new()),
        };
        let sql = format!(
            "SELECT a.seq, {key} FROM artifacts a INDEXED BY {index} WHERE {there} AND {after}
             ORDER BY {place} {direction}, a.seq {direction}"
        );
        (sql, cells)
    };
    let after = search.after.as_ref();
    if search.sort != SortBy::Title {
        return vec![walk(place, "TRUE", after.map(Hit::cells))];
    }
    // Those without a title come last in either order.
    let untitled = |after: Option<&Hit>| {
        let (after, cells) = match after {
            Some(hit) => (format!("a.seq {behind} ?"), vec![Cell::Integer(hit.seq)]),
            None => ("TRUE".to_owned(), Vec::new()),
        };
        let from = format!("SELECT a.seq, a.title FROM artifacts a INDEXED BY {index}");
        (format!("{from} WHERE a.title IS NULL AND {after} ORDER BY a.seq {direction}"), cells)
    };
    match after {
        Some(Hit { key: Key::None, .. }) => vec![untitled(after)],
        _ => vec![walk(place, "a.title IS NOT NULL", after.map(Hit::cells)), untitled(None)],
    }
}

/// The part of what was found, in ascending order, that a page shows.
fn part<K: Ord>(mut found: Vec<K>, after: Option<&K>, search: &Search) -> impl Iterator<Item = K> {
    if !search.ascending {
        found.reverse();
    }
    let begin = match after {
        Some(after) => found.partition_point(|one| if search.ascending { one <= after } else { one >= after }),
        None => usize::try_from(search.offset).unwrap_or(usize::MAX),
    };
    found.into_iter().skip(begin).take(usize::try_from(search.limit).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
