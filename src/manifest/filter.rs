//! Which artifacts a list or a search is about, as conditions of SQL.

use rusqlite::types::Value as Cell;
use serde_json::Value;

use super::Manifest;
use super::artifacts::{ACTIVE, word};
use super::words::{Match, ValueRange, fact_expression, value_range};
use crate::model::Result;
use crate::model::artifact::{Outcome, Status};
use crate::model::query::Query;

/// Which artifacts are meant; what is absent doesn't matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Found by these words.
    pub query: Option<Query>,
    /// Of one of these types.
    pub types: Option<Vec<String>>,
    /// In this state; without it, all but the tombstoned.
    pub status: Option<Status>,
    /// Archived, or not.
    pub archived: Option<bool>,
    /// With all of these tags.
    pub tags: Vec<(String, String)>,
    /// With one of these tags.
    pub any_tags: Vec<(String, String)>,
    /// Created at this moment or later.
    pub min_created_at: Option<String>,
    /// Created at this moment or earlier.
    pub max_created_at: Option<String>,
    /// Of so many bytes or more.
    pub min_size_bytes: Option<u64>,
    /// Of so many bytes or fewer.
    pub max_size_bytes: Option<u64>,
    /// A member of this run.
    pub run_id: Option<String>,
    /// From this source.
    pub source: Option<String>,
    /// Of this family.
    pub family: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// With all of these roles.
    pub roles: Vec<String>,
    /// With all of these capabilities.
    pub capabilities: Vec<String>,
    /// Written by the program of this name.
    pub writer_name: Option<String>,
    /// Written by this version of a program.
    pub writer_version: Option<String>,
    /// Made by the code of a commit that begins like this.
    pub git_commit: Option<String>,
    /// Made with all of these params.
    pub params: Vec<ParamFilter>,
    /// At this place in the order of commits or before it.
    pub newest: Option<i64>,
}

/// A param and what must hold of it; of a list, one value must do.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamFilter {
    /// Its name, or the names that lead to it with a `.` between.
    pub path: String,
    /// What must hold.
    pub test: ParamTest,
}

/// What must hold of a param.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamTest {
    /// It is one of these texts, numbers and booleans.
    Among(Vec<Value>),
    /// It is a number or a text that lies between two, the ends included.
    Between(Option<Value>, Option<Value>),
}

/// What stands behind FROM and WHERE.
pub(super) struct Selection {
    pub(super) from: &'static str,
    /// The table by whose type, creation and place it is chosen and ordered.
    pub(super) of: &'static str,
    conditions: Vec<String>,
    pub(super) cells: Vec<Cell>,
}

impl Selection {
    pub(super) fn add(&mut self, condition: impl Into<String>, cells: impl IntoIterator<Item = Cell>) {
        self.conditions.push(condition.into());
        self.cells.extend(cells);
    }

    pub(super) fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }

    fn equal(&mut self, condition: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(condition, [text(value)]);
        }
    }
}

impl Filter {
    /// What rows are held against. Of a type and a tag there is an index that has them in the order of creation: lists go
    /// by it where `in_order`; a tag alone is looked up, or those of which any will do, and every further tag is only
    /// looked at.
    pub(super) fn selection(&self, in_order: bool) -> Selection {
        let one_type = self.types.as_ref().is_some_and(|types| types.len() == 1);
        let mut tags = self.tags.iter();
        let leading = if one_type && in_order { tags.next() } else { None };
        let (from, of) = match leading {
            Some(_) => ("artifact_tags t CROSS JOIN artifacts a ON a.seq = t.seq", "t"),
            None => ("artifacts a", "a"),
        };
        let mut selection = Selection { from, of, conditions: Vec::new(), cells: Vec::new() };
        if let Some((key, value)) = leading {
            selection.add("t.key = ? AND t.value = ?", [text(key), text(value)]);
        }
        if let Some(query) = &self.query {
            let (there, expression) = match Match::of(query) {
                Match::Found(expression) => ("IN", expression),
                Match::Missed(expression) => ("NOT IN", expression),
            };
            let found = format!("a.seq {there} (SELECT rowid FROM search WHERE search MATCH ?)");
            selection.add(found, [Cell::Text(expression)]);
        }
        if let Some(newest) = self.newest {
            // Nearly all are that old: going by this condition would be going through the rows, not through an index.
            selection.add(format!("+{of}.seq <= ?"), [Cell::Integer(newest)]);
        }
        selection.add(self.state(), []);
        self.add_columns(&mut selection, of);
        self.add_tags(&mut selection, tags, leading.is_none() && in_order);
        self.add_details(&mut selection);
        selection
    }

    /// What the index of words is asked for: all of the query, and of what stands deep in a row what it knows too. That
    /// may find more than is meant, never less.
    pub(super) fn words(&self) -> Option<Match> {
        let mut parts: Vec<Match> = self.query.iter().map(Match::of).collect();
        let facts = self.roles.iter().chain(&self.capabilities).chain(&self.writer_name).chain(&self.writer_version);
        let facts = facts.filter_map(|fact| fact_expression(fact, false));
        let commit = self.git_commit.iter().filter_map(|commit| fact_expression(commit, true));
        parts.extend(facts.chain(commit).map(Match::Found));
        if parts.is_empty() { None } else { Some(Match::all(parts.into_iter())) }
    }

    /// Whether all artifacts are meant that are neither archived nor deleted.
    pub(super) fn is_everything(&self) -> bool {
        Self { newest: None, ..self.clone() } == Self { archived: Some(false), ..Self::default() }
    }

    fn state(&self) -> String {
        let status = match self.status {
            None => "a.deleted_at IS NULL",
            Some(Status::Active) => ACTIVE,
            Some(Status::Superseded) => "a.superseded_at IS NOT NULL AND a.deleted_at IS NULL",
            Some(Status::Tombstoned) => "a.deleted_at IS NOT NULL",
        };
        match self.archived {
            None => status.to_owned(),
            Some(archived) => format!("{status} AND a.archived = {}", u8::from(archived)),
        }
    }

    fn add_columns(&self, selection: &mut Selection, of: &str) {
        match self.types.as_deref() {
            None => {}
            Some([]) => selection.add("FALSE", []),
            Some([one]) => selection.add(format!("{of}.artifact_type = ?"), [text(one)]),
            Some(types) => {
                let places = vec!["?"; types.len()].join(", ");
                selection.add(format!("{of}.artifact_type IN ({places})"), types.iter().map(|one| text(one)));
            }
        }
        selection.equal(&format!("{of}.created_at >= ?"), self.min_created_at.as_deref());
        selection.equal(&format!("{of}.created_at <= ?"), self.max_created_at.as_deref());
        // All conditions on columns are looked at where these stand together, not through an index of one of them.
        for (condition, size) in
            [("+a.size_bytes >= ?", self.min_size_bytes), ("+a.size_bytes <= ?", self.max_size_bytes)]
        {
            if let Some(size) = size {
                selection.add(condition, [Cell::Integer(i64::try_from(size).unwrap_or(i64::MAX))]);
            }
        }
        selection.equal("a.seq IN (SELECT seq FROM run_members WHERE run_id = ?)", self.run_id.as_deref());
        selection.equal("a.source = ?", self.source.as_deref());
        selection.equal("a.family = ?", self.family.as_deref());
        selection.equal("a.outcome = ?", self.outcome.as_ref().map(word).as_deref());
    }

    fn add_tags<'a>(
        &self,
        selection: &mut Selection,
        mut tags: impl Iterator<Item = &'a (String, String)>,
        looked_up: bool,
    ) {
        let mut looked_up = looked_up;
        let tagged = "SELECT seq FROM artifact_tags WHERE key = ? AND value = ?";
        if looked_up && let Some((key, value)) = tags.next() {
            selection.add(format!("a.seq IN ({tagged})"), [text(key), text(value)]);
            looked_up = false;
        }
        for (key, value) in tags {
            let there = "EXISTS (SELECT 1 FROM artifact_tags o WHERE o.seq = a.seq AND o.key = ? AND o.value = ?)";
            selection.add(there, [text(key), text(value)]);
        }
        if !self.any_tags.is_empty() {
            let there = if looked_up {
                format!("a.seq IN ({})", vec![tagged; self.any_tags.len()].join(" UNION ALL "))
            } else {
                let places = vec!["(?, ?)"; self.any_tags.len()].join(", ");
                format!(
                    "EXISTS (SELECT 1 FROM artifact_tags o WHERE o.seq = a.seq AND (o.key, o.value) IN (VALUES {places}))"
                )
            };
            selection.add(there, self.any_tags.iter().flat_map(|(key, value)| [text(key), text(value)]));
        }
    }

    fn add_details(&self, selection: &mut Selection) {
        for (list, words) in [("roles", &self.roles), ("capabilities", &self.capabilities)] {
            for word in words {
                let there = format!("EXISTS (SELECT 1 FROM json_each(a.details, '$.{list}') WHERE value = ?)");
                selection.add(there, [text(word)]);
            }
        }
        selection.equal("json_extract(a.details, '$.writer.name') = ?", self.writer_name.as_deref());
        selection.equal("json_extract(a.details, '$.writer.version') = ?", self.writer_version.as_deref());
        if let Some(commit) = &self.git_commit {
            let begins = "substr(json_extract(a.details, '$.git.commit'), 1, length(?)) = ?";
            selection.add(begins, [text(commit), text(commit)]);
        }
        for param in &self.params {
            param.add(selection);
        }
    }
}

impl ParamFilter {
    /// The words of the values that do, where the index of words tells them apart.
    pub(super) fn ranges(&self) -> Option<Vec<ValueRange>> {
        match &self.test {
            ParamTest::Among(values) => {
                values.iter().map(|value| value_range(&self.path, Some(value), Some(value))).collect()
            }
            ParamTest::Between(min, max) => Some(vec![value_range(&self.path, min.as_ref(), max.as_ref())?]),
        }
    }

    /// The name may have dots itself, or lead inwards.
    fn add(&self, selection: &mut Selection) {
        let inwards: Vec<&str> = self.path.split('.').collect();
        let mut ways = vec![vec![self.path.as_str()]];
        if inwards.len() > 1 {
            ways.push(inwards);
        }
        let (mut conditions, mut cells) = (Vec::new(), Vec::new());
        for way in ways {
            let last = way.len() - 1;
            let mut from = "json_each(a.details, '$.params') p0".to_owned();
            let mut names = Vec::new();
            for (depth, name) in way.iter().enumerate() {
                if depth > 0 {
                    let outer = depth - 1;
                    from += &format!(
                        ", json_each(CASE p{outer}.type WHEN 'object' THEN p{outer}.value ELSE '{{}}' END) p{depth}"
                    );
                }
                names.push(format!("p{depth}.key = ?"));
                cells.push(text(name));
            }
            let param = format!("p{last}");
            let (holds, values) = self.test.holds(&param);
            let (holds_inside, more) = self.test.holds("i");
            cells.extend(values.into_iter().chain(more));
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM {from} WHERE {} AND ({holds} OR EXISTS (SELECT 1 FROM
                 json_each(CASE {param}.type WHEN 'array' THEN {param}.value ELSE '[]' END) i WHERE {holds_inside})))",
                names.join(" AND ")
            ));
        }
        selection.add(format!("({})", conditions.join(" OR ")), cells);
    }
}

impl ParamTest {
    /// What must hold of a row of json_each.
    fn holds(&self, row: &str) -> (String, Vec<Cell>) {
        let (mut conditions, mut cells) = (Vec::new(), Vec::new());
        let mut add = |operator: &str, value: &Value| {
            let (types, cell) = match value {
                Value::String(value) => ("'text'", Some(text(value))),
                Value::Number(number) => ("'integer', 'real'", Some(number_cell(number))),
                Value::Bool(true) => ("'true'", None),
                Value::Bool(false) => ("'false'", None),
                _ => ("'null'", None),
            };
            let compared = if cell.is_some() { format!(" AND {row}.atom {operator} ?") } else { String::new() };
            conditions.push(format!("({row}.type IN ({types}){compared})"));
            cells.extend(cell);
        };
        let joined = match self {
            Self::Among(values) => {
                values.iter().for_each(|value| add("=", value));
                " OR "
            }
            Self::Between(min, max) => {
                min.iter().for_each(|min| add(">=", min));
                max.iter().for_each(|max| add("<=", max));
                " AND "
            }
        };
        (format!("({})", conditions.join(joined)), cells)
    }
}

fn number_cell(number: &serde_json::Number) -> Cell {
    match number.as_i64() {
        Some(integer) => Cell::Integer(integer),
        None => Cell::Real(number.as_f64().unwrap_or(f64::INFINITY)),
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

impl Manifest {
    /// The types of all artifacts, in order.
    pub(super) fn types(&self) -> Result<Vec<String>> {
        let mut statement = self.cached(
            "WITH RECURSIVE there (name) AS (
                 SELECT min(artifact_type) FROM artifacts
                 UNION ALL SELECT (SELECT min(artifact_type) FROM artifacts WHERE artifact_type > there.name) FROM there
                 WHERE name IS NOT NULL
             )
             SELECT name FROM there WHERE name IS NOT NULL",
        )?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<_>, _>>()?)
    }

    /// The types of artifacts that are called one of these, whatever the case of the letters.
    pub fn types_called(&self, names: &[String]) -> Result<Vec<String>> {
        let there = self.types()?.into_iter();
        Ok(there.filter(|there| names.iter().any(|name| name.eq_ignore_ascii_case(there))).collect())
    }
}
