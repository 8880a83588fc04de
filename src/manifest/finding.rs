//! Which artifacts a search finds: sets that indexes know, and a look at rows for what only these tell.

use rusqlite::types::Value as Cell;
use rusqlite::{Params, params_from_iter};

use super::Manifest;
use super::filter::{Filter, ParamFilter};
use super::seqs::Seqs;
use super::words::{Match, cut_expression};
use crate::model::Result;

/// Of so few artifacts each row is looked at; of more, an index says more in less time. Tests go both ways with less.
pub(super) const FEW: usize = if cfg!(test) { 8 } else { 1000 };

/// A row that is looked up takes as long as so many that are read in their order. Tests go both ways with less.
pub(super) const LOOK_UP: usize = if cfg!(test) { 2 } else { 16 };

/// What was found.
pub struct Finds {
    /// By place in the order of commits. Where everything is found, places that nothing has are in it too.
    pub(super) set: Seqs,
    /// How many.
    pub(super) total: u64,
    /// Whether it is all that is neither archived nor deleted.
    pub(super) everything: bool,
    /// Nothing is in it that came later.
    pub(super) newest: i64,
    /// Whether so few that their rows are sooner looked up one by one than all rows are read in their order.
    pub(super) few: bool,
    /// The types of all that was found, where only some were meant.
    pub(super) types: Option<Vec<String>>,
}

/// What indexes have found so far, and what is still to be held against rows.
struct LookUp<'a> {
    manifest: &'a Manifest,
    set: Option<Seqs>,
    rest: Filter,
}

impl Manifest {
    /// Which artifacts a filter lets through.
    pub fn find(&self, filter: &Filter) -> Result<Finds> {
        let last = self.newest_seq()?;
        let newest = filter.newest.unwrap_or(last).min(last);
        let few = |set: &Seqs| set.len() <= FEW.max(usize::try_from(last).unwrap_or(0) / LOOK_UP);
        let LookUp { set, rest, .. } = LookUp::of(self, filter)?;
        let everything = set.is_none() && rest.is_everything();
        let mut set = match set {
            None if everything => self.without_hidden(Seqs::up_to(newest))?,
            None => self.all_rows(&rest)?,
            Some(set) if rest.is_everything() => self.without_hidden(set)?,
            Some(set) if few(&set) => self.rows_among(&set, &rest)?,
            Some(mut set) => {
                set.keep(&self.all_rows(&rest)?);
                set
            }
        };
        set.keep(&Seqs::up_to(newest));
        let total = if everything { self.count_of_everything(newest)? } else { set.len() as u64 };
        Ok(Finds { few: few(&set), set, total, everything, newest, types: filter.types.clone() })
    }

    /// The set that a statement makes.
    pub(super) fn seqs_of(&self, sql: &str, cells: impl Params) -> Result<Seqs> {
        Ok(self.cached(sql)?.query_row(cells, |row| row.get(0))?)
    }

    fn without_hidden(&self, mut set: Seqs) -> Result<Seqs> {
        set.remove(&self.seqs_of("SELECT seqs(seq) FROM artifacts WHERE archived = 1 OR deleted_at IS NOT NULL", [])?);
        Ok(set)
    }

    fn all_rows(&self, filter: &Filter) -> Result<Seqs> {
        let selection = filter.selection(false);
        let sql = format!("SELECT seqs(a.seq) FROM artifacts a WHERE {}", selection.conditions());
        self.seqs_of(&sql, params_from_iter(selection.cells))
    }

    fn rows_among(&self, set: &Seqs, filter: &Filter) -> Result<Seqs> {
        let selection = filter.selection(false);
        let sql = format!(
            "SELECT seqs(a.seq) FROM json_each(?) j CROSS JOIN artifacts a ON a.seq = j.value WHERE {}",
            selection.conditions()
        );
        let cells = std::iter::once(Cell::Text(set.json())).chain(selection.cells);
        self.seqs_of(&sql, params_from_iter(cells))
    }
}

impl<'a> LookUp<'a> {
    fn of(manifest: &'a Manifest, filter: &Filter) -> Result<Self> {
        let mut look_up = Self { manifest, set: None, rest: Filter { newest: None, ..filter.clone() } };
        look_up.words()?;
        look_up.run()?;
        look_up.params()?;
        look_up.tags()?;
        look_up.types()?;
        Ok(look_up)
    }

    fn narrow(&mut self, found: Seqs) {
        match &mut self.set {
            Some(set) => set.keep(&found),
            None => self.set = Some(found),
        }
    }

    /// Whether there are still so many that it is worth while to look something else up.
    fn is_wide(&self) -> bool {
        self.set.as_ref().is_none_or(|set| set.len() > FEW)
    }

    fn words(&mut self) -> Result<()> {
        if let Some(Match::Found(expression)) = self.rest.words() {
            self.rest.query = None;
            self.narrow(self.manifest.seqs_of("SELECT seqs(rowid) FROM search WHERE search MATCH ?1", [expression])?);
        }
        Ok(())
    }

    fn run(&mut self) -> Result<()> {
        if let Some(run_id) = self.rest.run_id.take() {
            self.narrow(self.manifest.seqs_of("SELECT seqs(seq) FROM run_members WHERE run_id = ?1", [run_id])?);
        }
        Ok(())
    }

    fn params(&mut self) -> Result<()> {
        for param in std::mem::take(&mut self.rest.params) {
            let found = if self.is_wide() { self.with_param(&param)? } else { None };
            match found {
                Some(found) => self.narrow(found),
                None => self.rest.params.push(param),
            }
        }
        Ok(())
    }

    /// The artifacts with such a param, by the words of its values; rows decide where these don't.
    fn with_param(&self, param: &ParamFilter) -> Result<Option<Seqs>> {
        let Some(ranges) = param.ranges() else { return Ok(None) };
        self.manifest.show_words()?;
        let mut statement = self.manifest.cached(
            "SELECT doc, term IN (SELECT value FROM json_each(?3)) FROM temp.words_there WHERE term >= ?1 AND term <= ?2",
        )?;
        let (mut found, mut doubtful) = (Seqs::default(), Seqs::default());
        for range in ranges {
            let words = serde_json::to_string(&range.doubtful).expect("texts");
            let mut rows = statement.query((range.from, range.to, words))?;
            while let Some(row) = rows.next()? {
                if row.get(1)? { doubtful.insert(row.get(0)?) } else { found.insert(row.get(0)?) }
            }
        }
        let cut = self.manifest.seqs_of("SELECT seqs(rowid) FROM search WHERE search MATCH ?1", [cut_expression()])?;
        doubtful.add(&cut);
        doubtful.remove(&found);
        if doubtful.len() > 0 {
            let filter = Filter { params: vec![param.clone()], status: self.rest.status, ..Filter::default() };
            found.add(&self.manifest.rows_among(&doubtful, &filter)?);
        }
        Ok(Some(found))
    }

    fn tags(&mut self) -> Result<()> {
        let mut tags = std::mem::take(&mut self.rest.tags).into_iter();
        while self.is_wide()
            && let Some(tag) = tags.next()
        {
            self.narrow(self.tagged(&tag)?);
            self.forget_type();
        }
        self.rest.tags = tags.collect();
        if self.is_wide() && !self.rest.any_tags.is_empty() {
            let mut found = Seqs::default();
            for tag in std::mem::take(&mut self.rest.any_tags) {
                found.add(&self.tagged(&tag)?);
            }
            self.narrow(found);
            self.forget_type();
        }
        Ok(())
    }

    /// The artifacts with a tag, of the type that is meant where it is one.
    fn tagged(&self, (key, value): &(String, String)) -> Result<Seqs> {
        match self.rest.types.as_deref() {
            Some([one]) => {
                let sql = "SELECT seqs(seq) FROM artifact_tags WHERE key = ?1 AND value = ?2 AND artifact_type = ?3";
                self.manifest.seqs_of(sql, (key, value, one))
            }
            _ => {
                self.manifest.seqs_of("SELECT seqs(seq) FROM artifact_tags WHERE key = ?1 AND value = ?2", (key, value))
            }
        }
    }

    /// What was found by a tag is of the one type that is meant.
    fn forget_type(&mut self) {
        if self.rest.types.as_ref().is_some_and(|types| types.len() == 1) {
            self.rest.types = None;
        }
    }

    fn types(&mut self) -> Result<()> {
        if self.is_wide()
            && let Some(types) = self.rest.types.take()
        {
            let mut found = Seqs::default();
            for one in types {
                found.add(&self.manifest.of_type(&one)?);
            }
            self.narrow(found);
        }
        Ok(())
    }
}

impl Manifest {
    /// All artifacts of a type.
    pub(super) fn of_type(&self, artifact_type: &str) -> Result<Seqs> {
        self.seqs_of("SELECT seqs(seq) FROM artifacts WHERE artifact_type = ?1", [artifact_type])
    }
}
