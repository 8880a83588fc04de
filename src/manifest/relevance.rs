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
        let mut places =
            self.cached("SELECT rowid FROM search WHERE search MATCH ?1 AND rowid <= ?2 ORDER BY rowid")?;
        let mut relevance = vec![0; seqs.len()];
        for term in query.wanted() {
            let expression = term_expression(term);
            let columns = self.columns_with(term)?;
            let mut having = Seqs::default();
            let mut fitting = Vec::new();
            for (names, weight) in WEIGHTS {
                if columns
                    .as_ref()
                    .is_some_and(|columns| names.iter().all(|name| !columns.iter().any(|one| one == name)))
                {
                    continue;
                }
                let mut own = Seqs::default();
                let mut rows = places.query((format!("{{{}}} : {expression}", names.join(" ")), newest))?;
                while let Some(row) = rows.next()? {
                    own.insert(row.get(0)?);
                }
                having.add(&own);
                fitting.push((own, weight));
            }
            let rarity = rarity(newest, having.len()).max(1);
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
