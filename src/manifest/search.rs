//! Searching artifacts: a page of them in some order, how many there are, and how they spread over types, tags and states.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::Value as Cell;

use super::Manifest;
use super::filter::Filter;
use super::words::{WEIGHTS, term_expression};
use crate::model::Result;
use crate::model::query::Query;

/// Up to so many artifacts are put in order; of more, those are looked for that come first.
const SORTED_MAX: usize = 1000;

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

impl Facet {
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

impl Manifest {
    /// The place of the newest artifact in the order of commits; 0 when there is none.
    pub fn newest_seq(&self) -> Result<i64> {
        Ok(self.cached("SELECT coalesce(max(seq), 0) FROM artifacts")?.query_row([], |row| row.get(0))?)
    }

    /// A page of what was found.
    pub fn search(&self, search: &Search) -> Result<Page> {
        let by_words = self.found_by_words(&search.filter)?;
        match (search.sort, by_words) {
            (Sort::Created, Some(seqs)) => {
                let total = seqs.len() as u64;
                let hits = if seqs.len() > SORTED_MAX {
                    self.newest_of_many(&seqs, search)?
                } else {
                    self.newest_of_few(seqs, search)?
                };
                Ok(Page { hits, total })
            }
            (Sort::Relevance, Some(seqs)) => self.most_relevant(seqs, search),
            (Sort::Relevance, None) => self.most_relevant(self.found_by_all(&search.filter)?, search),
            // To look into params takes long, so it is done once for the page and for how many there are.
            _ if !search.filter.params.is_empty() && search.after.is_none() => {
                let all = self.page(&Search { limit: u64::MAX, offset: 0, ..search.clone() })?;
                let total = all.len() as u64;
                let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
                let hits = all.into_iter().skip(number(search.offset)).take(number(search.limit)).collect();
                Ok(Page { hits, total })
            }
            _ => Ok(Page { hits: self.page(search)?, total: self.count(&search.filter)? }),
        }
    }

    fn page(&self, search: &Search) -> Result<Vec<Hit>> {
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

    fn count(&self, filter: &Filter) -> Result<u64> {
        if filter.is_everything() {
            // All that there is, without what came later and what is left out: neither is much to look at.
            return Ok(self
                .cached(
                    "SELECT (SELECT count(*) FROM artifacts) - (SELECT count(*) FROM artifacts WHERE seq > ?1) -
                         (SELECT count(*) FROM artifacts WHERE (archived = 1 OR deleted_at IS NOT NULL) AND seq <= ?1)",
                )?
                .query_row([filter.newest.unwrap_or(i64::MAX)], |row| row.get(0))?);
        }
        let selection = filter.selection(true);
        let sql = format!("SELECT count(*) FROM {} WHERE {}", selection.from, selection.conditions());
        Ok(self.cached(&sql)?.query_row(params_from_iter(selection.cells), |row| row.get(0))?)
    }

    /// The places of all that a filter lets through, ascending.
    fn found_by_all(&self, filter: &Filter) -> Result<Vec<i64>> {
        let selection = filter.selection(true);
        let sql = format!("SELECT {}.seq FROM {} WHERE {}", selection.of, selection.from, selection.conditions());
        let mut statement = self.cached(&sql)?;
        let rows = statement.query_map(params_from_iter(selection.cells), |row| row.get(0))?;
        let mut seqs = rows.collect::<Result<Vec<_>, _>>()?;
        seqs.sort_unstable();
        Ok(seqs)
    }

    /// The same where words alone decide: the index knows them without a look at any row, but for those few that are
    /// archived or deleted.
    fn found_by_words(&self, filter: &Filter) -> Result<Option<Vec<i64>>> {
        let Some(expression) = filter.words_alone() else { return Ok(None) };
        let mut statement =
            self.cached("SELECT rowid FROM search WHERE search MATCH ?1 AND rowid <= ?2 ORDER BY rowid")?;
        let newest = filter.newest.unwrap_or(i64::MAX);
        let mut seqs = statement.query_map((expression, newest), |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let mut statement =
            self.cached("SELECT seq FROM artifacts WHERE archived = 1 OR deleted_at IS NOT NULL ORDER BY seq")?;
        let hidden = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        seqs.retain(|seq| hidden.binary_search(seq).is_err());
        Ok(Some(seqs))
    }

    /// A page of few artifacts, in the order of creation.
    fn newest_of_few(&self, seqs: Vec<i64>, search: &Search) -> Result<Vec<Hit>> {
        let mut statement = self.cached("SELECT created_at FROM artifacts WHERE seq = ?1")?;
        let one = |seq| Ok((statement.query_row([seq], |row| row.get::<_, String>(0))?, seq));
        let mut found = seqs.into_iter().map(one).collect::<Result<Vec<(String, i64)>>>()?;
        found.sort_unstable();
        let after = match &search.after {
            Some(Hit { seq, key: Key::Text(text) }) => Some((text.clone(), *seq)),
            _ => None,
        };
        let page = part(found, after.as_ref(), search);
        Ok(page.map(|(created_at, seq)| Hit { seq, key: Key::Text(created_at) }).collect())
    }

    /// A page of many: whoever looks for them in the order of creation soon has it.
    fn newest_of_many(&self, seqs: &[i64], search: &Search) -> Result<Vec<Hit>> {
        let filter = Filter { newest: search.filter.newest, ..Filter::default() };
        let (sql, cells) = page_query(&Search { filter, limit: u64::MAX, offset: 0, ..search.clone() });
        let mut statement = self.cached(&sql)?;
        let mut rows = statement.query(params_from_iter(cells))?;
        let (mut hits, mut left) = (Vec::new(), search.offset);
        while (hits.len() as u64) < search.limit
            && let Some(row) = rows.next()?
        {
            let seq = row.get(0)?;
            match seqs.binary_search(&seq) {
                Ok(_) if left > 0 => left -= 1,
                Ok(_) => hits.push(Hit { seq, key: Key::Text(row.get(1)?) }),
                Err(_) => {}
            }
        }
        Ok(hits)
    }

    /// How many of the artifacts that a filter lets through have which value, the most frequent first: for each facet so
    /// many values at most. One pass tells of all facets but tags.
    pub fn facets(&self, filter: &Filter, facets: &[Facet], limit: usize) -> Result<Vec<Vec<Bucket>>> {
        let mut counted: Vec<HashMap<String, u64>> = vec![HashMap::new(); facets.len()];
        let columns: Vec<(usize, &str)> =
            facets.iter().enumerate().filter_map(|(place, facet)| Some((place, facet.column()?))).collect();
        if !columns.is_empty() {
            let selection = filter.selection(true);
            let wanted: Vec<&str> = columns.iter().map(|(_, column)| *column).collect();
            let sql = format!("SELECT {} FROM {} WHERE {}", wanted.join(", "), selection.from, selection.conditions());
            let mut statement = self.cached(&sql)?;
            let mut rows = statement.query(params_from_iter(selection.cells))?;
            while let Some(row) = rows.next()? {
                for (column, (place, _)) in columns.iter().enumerate() {
                    let value = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
                    let Some(value) = value else { continue };
                    match counted[*place].get_mut(value) {
                        Some(count) => *count += 1,
                        None => drop(counted[*place].insert(value.to_owned(), 1)),
                    }
                }
            }
        }
        let buckets = |values: HashMap<String, u64>| {
            let mut buckets: Vec<Bucket> =
                values.into_iter().map(|(value, count)| Bucket { key: None, value, count }).collect();
            buckets.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
            buckets.truncate(limit);
            buckets
        };
        let one = |(facet, values)| if facet == Facet::Tag { self.tags(filter, limit) } else { Ok(buckets(values)) };
        facets.iter().copied().zip(counted).map(one).collect()
    }

    /// Tags of everything are counted in their index alone: the few artifacts that are left out are known.
    fn tags(&self, filter: &Filter, limit: usize) -> Result<Vec<Bucket>> {
        let (from, conditions, cells) = if filter.is_everything() {
            let shown = "g.seq NOT IN (SELECT seq FROM artifacts WHERE archived = 1 OR deleted_at IS NOT NULL)";
            let newest = Cell::Integer(filter.newest.unwrap_or(i64::MAX));
            ("artifact_tags g".to_owned(), format!("{shown} AND +g.seq <= ?"), vec![newest])
        } else {
            let selection = filter.selection(true);
            let from = format!("{} JOIN artifact_tags g ON g.seq = a.seq", selection.from);
            (from, selection.conditions(), selection.cells)
        };
        let mut statement = self.cached(&format!(
            "SELECT g.key, g.value, count(*) FROM {from} WHERE {conditions}
             GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {limit}"
        ))?;
        let rows = statement.query_map(params_from_iter(cells), |row| {
            Ok(Bucket { key: row.get(0)?, value: row.get(1)?, count: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    fn most_relevant(&self, seqs: Vec<i64>, search: &Search) -> Result<Page> {
        let relevance = match &search.filter.query {
            Some(query) => self.relevance(&seqs, query, search.filter.newest)?,
            None => vec![0; seqs.len()],
        };
        let mut found: Vec<(i64, i64)> = relevance.into_iter().zip(seqs).collect();
        found.sort_unstable();
        let total = found.len() as u64;
        let after = match search.after {
            Some(Hit { seq, key: Key::Number(number) }) => Some((number, seq)),
            _ => None,
        };
        let page = part(found, after.as_ref(), search);
        Ok(Page { hits: page.map(|(number, seq)| Hit { seq, key: Key::Number(number) }).collect(), total })
    }

    /// How well each of these artifacts fits the words. A rare word counts more than a frequent one, in a title more than
    /// in a description; what was published later changes nothing.
    fn relevance(&self, seqs: &[i64], query: &Query, newest: Option<i64>) -> Result<Vec<i64>> {
        let newest = newest.unwrap_or(i64::MAX);
        let all = self.newest_seq()?.min(newest) as f64;
        let mut count = self.cached("SELECT count(*) FROM search WHERE search MATCH ?1 AND rowid <= ?2")?;
        let mut places = self.cached("SELECT rowid FROM search WHERE search MATCH ?1 AND rowid <= ?2")?;
        let mut relevance = vec![0; seqs.len()];
        for term in query.wanted() {
            let expression = term_expression(term);
            let having: f64 = count.query_row((&expression, newest), |row| row.get(0))?;
            #[expect(clippy::cast_possible_truncation, reason = "below 50 millions")]
            let rarity = (((all - having + 0.5) / (having + 0.5)).max(0.0).ln_1p() * 1e6) as i64;
            for (columns, weight) in WEIGHTS {
                let mut rows = places.query((format!("{columns} : {expression}"), newest))?;
                while let Some(row) = rows.next()? {
                    if let Ok(place) = seqs.binary_search(&row.get(0)?) {
                        relevance[place] += weight * rarity.max(1);
                    }
                }
            }
        }
        Ok(relevance)
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
