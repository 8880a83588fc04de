//! How well artifacts fit the words by which they were found.

use super::Manifest;
use super::seqs::Seqs;
use super::words::term_expression;
use crate::model::Result;
use crate::model::query::{Query, Term};

/// The columns of the index that count alike, and how much.
const WEIGHTS: [(&[&str], i64); 4] =
    [(&["title"], 8), (&["names", "tags"], 4), (&["description"], 2), (&["files", "params", "facts"], 1)];

impl Manifest {
    /// How well each of these artifacts fits the words. A rare word counts more than a frequent one, in a title more than
    /// in a description; what was published later changes nothing.
    pub(super) fn relevance(&self, seqs: &[i64], query: &Query, newest: i64) -> Result<Vec<i64>> {
        let mut relevance = vec![0; seqs.len()];
        for term in query.wanted() {
            let (all, fitting) = self.places(term, newest)?;
            let rarity = rarity(newest, all.len()).max(1);
            for (own, weight) in fitting {
                for (seq, relevance) in seqs.iter().zip(&mut relevance) {
                    if own.contains(*seq) {
                        *relevance += weight * rarity;
                    }
                }
            }
        }
        Ok(relevance)
    }

    /// Where a term stands: in which artifacts, and in which of these so that it counts how much.
    fn places(&self, term: &Term, newest: i64) -> Result<(Seqs, Vec<(Seqs, i64)>)> {
        let expression = term_expression(term);
        let with = |expression: String| {
            self.seqs_of("SELECT seqs(rowid) FROM search WHERE search MATCH ?1 AND rowid <= ?2", (expression, newest))
        };
        let columns = self.columns_with(term)?;
        let there = |names: &[&str]| {
            columns.as_ref().is_none_or(|columns| columns.iter().any(|column| names.contains(&column.as_str())))
        };
        let groups: Vec<_> = WEIGHTS.into_iter().filter(|(names, _)| there(names)).collect();
        if let [(_, weight)] = groups[..] {
            let all = with(expression)?;
            return Ok((all.clone(), vec![(all, weight)]));
        }
        let mut all = Seqs::default();
        let mut fitting = Vec::new();
        for (names, weight) in groups {
            let own = with(format!("{{{}}} : {expression}", names.join(" ")))?;
            all.add(&own);
            fitting.push((own, weight));
        }
        Ok((all, fitting))
    }

    /// The columns in which a plain word stands, perhaps of artifacts that are gone. Of others that isn't known: what the
    /// index makes of them is its own business.
    fn columns_with(&self, term: &Term) -> Result<Option<Vec<String>>> {
        if term.prefix || !term.text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        self.show_words()?;
        let mut statement = self.cached("SELECT col FROM temp.words_by_column WHERE term = ?1")?;
        let rows = statement.query_map([term.text.to_ascii_lowercase()], |row| row.get(0))?;
        Ok(Some(rows.collect::<Result<Vec<_>, _>>()?))
    }
}

/// In millionths.
fn rarity(all: i64, having: usize) -> i64 {
    let (all, having) = (all as f64, having as f64);
    #[expect(clippy::cast_possible_truncation, reason = "below 50 millions")]
    let rarity = (((all - having + 0.5) / (having + 0.5)).max(0.0).ln_1p() * 1e6) as i64;
    rarity
}
