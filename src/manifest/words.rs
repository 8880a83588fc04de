//! The words that artifacts are found by: a full-text index beside the rows, kept in the same transaction.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Row;
use serde_json::{Map, Value};

use super::{Difference, How, Manifest};
use crate::base::hex;
use crate::model::artifact::{Publication, Record, UNNAMED};
use crate::model::query::{Query, Term};
use crate::model::{Hash, Result};

/// The index holds no texts, only where words stand. A word is a run of letters and digits, without case and accents;
/// what stands between, dots and hyphens too, only separates, so that ids are found by their parts and whole.
pub(super) const SEARCH: &str = "
    CREATE VIRTUAL TABLE search USING fts5 (
        names, title, tags, description, files, params, facts,
        content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
";

/// The table of the index, as findings name it.
const TABLE: &str = "search";

/// Stands between texts, so that no phrase reaches from one into the next.
const GAP: char = '\u{e000}';

/// Stands among the facts of an artifact whose params are not all in the index.
const CUT: char = '\u{e001}';

/// Begins the word of a param's value, which sorts as the value does.
const VALUE: char = '\u{e002}';

/// So many bytes of a text are in the word of its value.
const VALUE_TEXT_MAX: usize = 16;

/// Whole numbers below this are told apart by a float.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Most bytes of one text that are in the index.
const TEXT_MAX: usize = 16 << 10;

/// Most file names and most params of one artifact that are in the index.
const TEXTS_MAX: usize = 1000;

/// The most artifacts whose words wait for the end of a transaction.
const WAITING_MAX: usize = 1000;

/// Most bytes by which a look-up in the rows is narrowed down.
const NARROWING_MAX: usize = 200;

/// How deep params are looked into.
const DEEPEST: usize = 32;

/// What an artifact is found by, column by column.
struct Words([String; 7]);

/// Artifacts whose words are not in the index yet. They get there at once, at the end of the transaction: the index writes
/// little for many artifacts, and as much for each one.
#[derive(Default)]
pub(super) struct Waiting {
    /// Without words, they are read from the rows.
    artifacts: RefCell<Vec<(i64, Option<Words>)>>,
    /// How many there were when the change began that may be taken back.
    before_change: Cell<Option<usize>>,
}

impl Waiting {
    pub(super) fn clear(&self) {
        self.artifacts.borrow_mut().clear();
        self.before_change.set(None);
    }

    pub(super) fn begin_change(&self) {
        self.before_change.set(Some(self.artifacts.borrow().len()));
    }

    pub(super) fn keep_change(&self) {
        self.before_change.set(None);
    }

    pub(super) fn undo_change(&self) {
        if let Some(length) = self.before_change.take() {
            self.artifacts.borrow_mut().truncate(length);
        }
    }
}

impl Manifest {
    /// Has a new artifact found by what it was published with.
    pub(super) fn say(&self, seq: i64, publication: &Publication) -> Result<()> {
        let Publication { record, title, description, tags, files, .. } = publication;
        let files = files.iter().map(|file| file.path.as_str());
        let words = Words::of(record, title.as_deref(), description.as_deref(), tags, files);
        self.wait(seq, Some(words))
    }

    /// Has an artifact found by what it says now.
    pub fn say_anew(&self, seq: i64) -> Result<()> {
        self.wait(seq, None)
    }

    fn wait(&self, seq: i64, words: Option<Words>) -> Result<()> {
        let waiting = {
            let mut artifacts = self.waiting.artifacts.borrow_mut();
            artifacts.push((seq, words));
            artifacts.len()
        };
        if waiting >= WAITING_MAX && self.waiting.before_change.get().is_none() { self.write_words() } else { Ok(()) }
    }

    /// Brings the index up to date with the rows.
    pub fn write_words(&self) -> Result<()> {
        let artifacts: BTreeMap<i64, Option<Words>> = self.waiting.artifacts.take().into_iter().collect();
        for (seq, words) in artifacts {
            match words {
                Some(words) => self.insert_words("INSERT", seq, &words)?,
                None => match self.words_of(seq)? {
                    Some(words) => self.insert_words("INSERT OR REPLACE", seq, &words)?,
                    None => {
                        self.cached("DELETE FROM search WHERE rowid = ?1")?.execute([seq])?;
                    }
                },
            }
        }
        Ok(())
    }

    /// Makes the whole index anew.
    pub fn write_all_words(&self) -> Result<()> {
        self.connection.execute_batch("INSERT INTO search (search) VALUES ('delete-all')")?;
        self.waiting.clear();
        for seq in self.artifact_seqs()? {
            if let Some(words) = self.words_of(seq)? {
                self.insert_words("INSERT", seq, &words)?;
            }
        }
        Ok(())
    }

    fn insert_words(&self, insert: &str, seq: i64, Words(columns): &Words) -> Result<()> {
        let [names, title, tags, description, files, params, facts] = columns;
        self.cached(&format!(
            "{insert} INTO search (rowid, names, title, tags, description, files, params, facts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ))?
        .execute(rusqlite::params![seq, names, title, tags, description, files, params, facts])?;
        Ok(())
    }

    fn words_of(&self, seq: i64) -> Result<Option<Words>> {
        let Some(found) = self.artifact_at(seq)? else { return Ok(None) };
        let mut statement = self.cached("SELECT path FROM artifact_files WHERE seq = ?1 ORDER BY ordinal LIMIT ?2")?;
        let rows = statement.query_map((seq, TEXTS_MAX), |row| row.get::<_, String>(0))?;
        let files = rows.collect::<Result<Vec<_>, _>>()?;
        let (record, state) = (&found.record, &found.state);
        let files = files.iter().map(String::as_str);
        Ok(Some(Words::of(record, state.title.as_deref(), state.description.as_deref(), &state.tags, files)))
    }

    /// Shows the words of the index as rows: `words_there` says where each stands, `words_by_column` in which columns.
    pub(super) fn show_words(&self) -> Result<()> {
        self.plain(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_there USING fts5vocab ('main', 'search', 'instance')",
        )?;
        self.plain("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_by_column USING fts5vocab ('main', 'search', 'col')")
    }

    /// The artifacts that another manifest, made from the same facts, finds by other words.
    pub(super) fn compare_words(&self, made: &Manifest, most: usize) -> Result<Vec<Difference>> {
        made.write_words()?;
        for manifest in [self, made] {
            manifest.show_words()?;
        }
        let sql = "SELECT term, doc, col, offset FROM temp.words_there";
        let (mut own, mut others) = (self.connection.prepare(sql)?, made.connection.prepare(sql)?);
        let (mut own, mut others) = (own.query([])?, others.query([])?);
        let read = |row: Option<&Row>| row.map(Place::read).transpose();
        let (mut left, mut right) = (read(own.next()?)?, read(others.next()?)?);
        let mut seqs = BTreeSet::new();
        while (left.is_some() || right.is_some()) && seqs.len() < most {
            let ahead = match (&left, &right) {
                (Some(left), Some(right)) => left.cmp(right),
                (Some(_), None) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            if ahead.is_le()
                && let Some(place) = std::mem::replace(&mut left, read(own.next()?)?)
                && ahead.is_lt()
            {
                seqs.insert(place.seq);
            }
            if ahead.is_ge()
                && let Some(place) = std::mem::replace(&mut right, read(others.next()?)?)
                && ahead.is_gt()
            {
                seqs.insert(place.seq);
            }
        }
        let difference =
            |seq: i64| Difference { table: TABLE.to_owned(), key: seq.to_string(), seq: Some(seq), how: How::Words };
        Ok(seqs.into_iter().map(difference).collect())
    }
}

/// Where a word stands.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    word: Vec<u8>,
    seq: i64,
    column: Option<String>,
    offset: i64,
}

impl Place {
    fn read(row: &Row) -> rusqlite::Result<Self> {
        let word = row.get_ref(0)?.as_bytes().unwrap_or_default().to_owned();
        Ok(Self { word, seq: row.get(1)?, column: row.get(2)?, offset: row.get(3)? })
    }
}

impl Words {
    fn of<'a>(
        record: &Record,
        title: Option<&str>,
        description: Option<&str>,
        tags: &BTreeMap<String, String>,
        files: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut columns: [String; 7] = Default::default();
        let [own_names, own_title, own_tags, own_description, own_files, own_params, facts] = &mut columns;
        for name in [record.artifact_id.as_str(), record.artifact_type.as_str(), &record.logical_key] {
            add(own_names, &[name]);
        }
        title.into_iter().for_each(|title| add(own_title, &[title]));
        tags.iter().for_each(|(key, value)| add(own_tags, &[key, value]));
        description.into_iter().for_each(|description| add(own_description, &[description]));
        files.filter(|path| *path != UNNAMED).take(TEXTS_MAX).for_each(|path| add(own_files, &[path]));
        let mut whole = true;
        let mut left = TEXTS_MAX;
        for (name, value) in &record.params {
            whole &= add_param(own_params, name, value, &mut left, DEEPEST);
        }
        if whole {
            add_value_words(own_params, &record.params);
        } else {
            facts.push(CUT);
        }
        if let Some(writer) = &record.writer {
            writer.name.iter().chain(&writer.version).for_each(|text| add(facts, &[text]));
        }
        let commit = record.git.iter().filter_map(|git| git.commit.as_ref());
        record.roles.iter().chain(&record.capabilities).chain(commit).for_each(|text| add(facts, &[text]));
        Self(columns)
    }
}

/// Adds what belongs together to a column, apart from what is there.
fn add(column: &mut String, texts: &[&str]) {
    if !column.is_empty() {
        column.extend([' ', GAP]);
    }
    for text in texts {
        column.push(' ');
        column.extend(start(text, TEXT_MAX).chars().map(plain));
    }
}

/// So many bytes of a text, or one or two fewer.
fn start(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// SQLite reads a query up to the first NUL, and the marks of the index are no words of a caller's.
fn plain(character: char) -> char {
    if character.is_control() || [GAP, CUT, VALUE].contains(&character) { ' ' } else { character }
}

/// Adds a param with everything inside it, each value behind the names that lead to it; `false` when not all of it.
fn add_param(column: &mut String, path: &str, value: &Value, left: &mut usize, depth: usize) -> bool {
    if *left == 0 || depth == 0 {
        return false;
    }
    match value {
        Value::Object(fields) => fields.iter().fold(true, |whole, (name, value)| {
            add_param(column, &format!("{path}.{name}"), value, left, depth - 1) && whole
        }),
        Value::Array(items) => {
            items.iter().map(|item| add_param(column, path, item, left, depth - 1)).fold(true, std::ops::BitAnd::bitand)
        }
        _ => {
            *left -= 1;
            add(column, &[path, &value_text(value)]);
            true
        }
    }
}

/// Adds the words by which params are found by their values: of each value that a filter's name can lead to.
fn add_value_words(column: &mut String, params: &Map<String, Value>) {
    for (name, value) in params {
        add_values(column, name, value);
        if !name.contains('.') {
            add_values_inside(column, name, value);
        }
    }
}

/// A name with dots of its own inside another is no way that a filter goes.
fn add_values_inside(column: &mut String, path: &str, value: &Value) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields.iter().filter(|(name, _)| !name.contains('.')) {
        let path = format!("{path}.{name}");
        add_values(column, &path, value);
        add_values_inside(column, &path, value);
    }
}

fn add_values(column: &mut String, path: &str, value: &Value) {
    let values = match value {
        Value::Array(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    let codes: Vec<String> = values.iter().filter_map(value_code).collect();
    if !codes.is_empty() {
        let start = value_start(path);
        codes.iter().for_each(|code| column.extend([" ", &start, code]));
    }
}

/// What the words of a param's values begin with.
fn value_start(path: &str) -> String {
    let mut start = String::from(VALUE);
    start.push_str(&hex::encode(&Hash::of(path.as_bytes()).0[..12]));
    start
}

/// What sorts as values of its kind do: numbers as they are, texts by their first bytes.
fn value_code(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("z".to_owned()),
        Value::Bool(flag) => Some(format!("b{}", u8::from(*flag))),
        Value::Number(number) => Some(format!("n{:016x}", ordered_bits(number.as_f64()?))),
        Value::String(text) => {
            let bytes = text.as_bytes();
            Some(format!("t{}", hex::encode(&bytes[..bytes.len().min(VALUE_TEXT_MAX)])))
        }
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The bits of a number so that they are ordered as the numbers are.
fn ordered_bits(number: f64) -> u64 {
    // There are two zeros.
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// A param's value as text; a number is the same whether it was written 24 or 24.0.
fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match (number.is_f64(), number.as_f64()) {
            (true, Some(float)) => format!("{float}"),
            _ => number.to_string(),
        },
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// What the index is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Match {
    /// What this expression finds.
    Found(String),
    /// What it doesn't find.
    Missed(String),
}

impl Match {
    /// A query as an expression of the index, which itself can't begin with a NOT.
    pub(super) fn of(query: &Query) -> Self {
        match query {
            Query::Term(term) => Self::Found(term_expression(term)),
            Query::Not(query) => Self::of(query).not(),
            Query::All(queries) => Self::all(queries.iter().map(Self::of)),
            // What one of them finds is what not all of them miss.
            Query::Any(queries) => Self::all(queries.iter().map(|query| Self::of(query).not())).not(),
        }
    }

    pub(super) fn all(parts: impl Iterator<Item = Self>) -> Self {
        let (mut found, mut missed) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Self::Found(expression) => found.push(expression),
                Self::Missed(expression) => missed.push(expression),
            }
        }
        match (joined(found, " AND "), joined(missed, " OR ")) {
            (Some(found), Some(missed)) => Self::Found(format!("({found} NOT {missed})")),
            (Some(found), None) => Self::Found(found),
            (None, missed) => Self::Missed(missed.expect("at least one part")),
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Found(expression) => Self::Missed(expression),
            Self::Missed(expression) => Self::Found(expression),
        }
    }
}

fn joined(mut expressions: Vec<String>, operator: &str) -> Option<String> {
    match expressions.len() {
        0 | 1 => expressions.pop(),
        _ => Some(format!("({})", expressions.join(operator))),
    }
}

/// A word or phrase as an expression of the index.
pub(super) fn term_expression(term: &Term) -> String {
    quoted(&term.text, term.prefix)
}

/// A text in quotes, so that nothing in it is an operator; the index takes it apart as it took the texts apart.
fn quoted(text: &str, prefix: bool) -> String {
    let text: String = text.chars().map(plain).collect();
    format!("\"{}\"{}", text.replace('"', "\"\""), if prefix { "*" } else { "" })
}

/// What finds every artifact with a fact, and perhaps others; none where the fact has no words.
pub(super) fn fact_expression(text: &str, prefix: bool) -> Option<String> {
    Some(format!("facts : {}", narrowing(text, prefix)?))
}

/// The words of the values that lie between two: from one word to another, the ends included, and those of these that are
/// other values' too.
pub(super) struct ValueRange {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) doubtful: Vec<String>,
}

/// The words of the values between two of one kind; none where words don't tell.
pub(super) fn value_range(path: &str, min: Option<&Value>, max: Option<&Value>) -> Option<ValueRange> {
    let ends: Vec<&Value> = min.into_iter().chain(max).collect();
    let exact = |end: &&Value| end.as_f64().is_none_or(|number| number.abs() < EXACT_MAX);
    let codes: Vec<String> = ends.iter().filter(|end| exact(end)).filter_map(|end| value_code(end)).collect();
    let kind = codes.first()?.get(..1)?;
    if codes.len() < ends.len() || !codes.iter().all(|code| code.starts_with(kind)) {
        return None;
    }
    let start = value_start(path);
    let word = |code: &String| format!("{start}{code}");
    let long = |end: &&Value| end.as_str().is_some_and(|text| text.len() >= VALUE_TEXT_MAX);
    Some(ValueRange {
        from: if min.is_some() { word(codes.first()?) } else { format!("{start}{kind}") },
        // Behind all digits.
        to: if max.is_some() { word(codes.last()?) } else { format!("{start}{kind}~") },
        doubtful: ends.iter().zip(&codes).filter(|(end, _)| long(end)).map(|(_, code)| word(code)).collect(),
    })
}

/// What finds the artifacts whose params are not all in the index.
pub(super) fn cut_expression() -> String {
    format!("facts : \"{CUT}\"")
}

/// The start of a text is enough to leave out most of what doesn't have it.
fn narrowing(text: &str, prefix: bool) -> Option<String> {
    let start = start(text, NARROWING_MAX);
    start.contains(char::is_alphanumeric).then(|| quoted(start, prefix || start.len() < text.len()))
}
