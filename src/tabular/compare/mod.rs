//! Two tables held against each other: their columns, what the values of each come to, and their rows. The memory it takes
//! doesn't grow with the tables.

mod cells;
mod join;
mod statistics;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{ArrayRef, RecordBatch};

use super::assemble::row_digests;
use super::encode::Bad;
use super::logical::Logical;
use super::plan::{Hashed, Plan};
use super::shuffled::Records;
use super::{Shape, Task, parquet_in};
use crate::base::parallel::both;
use crate::model::comparison::{
    CellChange, ColumnOf, ColumnPair, ColumnStatistics, DiffCount, RowChange, RowDiff, RowOf, SchemaDiff, TableDiff,
    TypeChange,
};
use crate::model::number::Count;
use crate::model::{Error, Result, Watch};
use cells::Picked;
use join::{Joined, RECORD, join, record};
use statistics::Tally;

/// How many rows of a table are held before they are written away: 18 MiB of them.
const HELD_ROWS: usize = 1 << 18;

/// Of an example at most so many columns are shown.
const SHOWN_COLUMNS: usize = 100;

/// One of two tables.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The Parquet file.
    pub file: &'a File,
    /// Its path, for messages.
    pub path: &'a Path,
    /// What its type says about its tables.
    pub shape: &'a Shape,
}

/// How two tables are compared.
#[derive(Clone, Copy)]
pub struct Comparing<'a> {
    /// The columns by which rows are told to be the same row; without any, the sort keys that both shapes have.
    pub key: Option<&'a [String]>,
    /// Whether both have the same bytes, so that one of them need not be read.
    pub same_bytes: bool,
    /// How many examples there are of each kind of difference at most.
    pub examples: usize,
    /// The folder for spill files.
    pub scratch: &'a Path,
    /// Told of progress.
    pub watch: &'a dyn Watch,
}

/// A table as far as its footer tells.
struct Outline<'a> {
    task: Task<'a>,
    columns: Vec<(String, Logical)>,
    rows: u64,
    /// All columns that can be read.
    plan: Plan,
}

impl<'a> Outline<'a> {
    fn of(side: Side<'a>, comparing: &Comparing<'a>) -> Result<Self> {
        let Side { file: source, path, shape } = side;
        let task = Task { source, path, shape, scratch: comparing.scratch, watch: comparing.watch };
        let (columns, rows) = parquet_in::outline(task)?;
        let readable = columns.iter().enumerate().filter(|(_, (_, kind))| !matches!(kind, Logical::Refused(_)));
        let hashed = readable
            .map(|(index, (name, logical))| Hashed { index, name: name.clone(), logical: *logical, as_moments: false })
            .collect();
        Ok(Self { task, columns, rows, plan: plan_of(hashed) })
    }

    fn find(&self, name: &str) -> Option<Hashed> {
        let mut found = self.plan.hashed.iter().find(|column| column.name == name)?.clone();
        let read_as = found.logical.read_as_moments();
        if self.task.shape.timestamp_columns.iter().any(|column| column == name) && read_as == Logical::Timestamptz {
            (found.logical, found.as_moments) = (read_as, true);
        }
        Some(found)
    }

    /// Where a column stands in the batches.
    fn place(&self, index: usize) -> usize {
        self.plan.hashed.iter().position(|column| column.index == index).expect("only what can be read is looked for")
    }

    fn arrays(&self, batch: &RecordBatch, plan: &Plan) -> Vec<ArrayRef> {
        plan.hashed.iter().map(|column| Arc::clone(batch.column(self.place(column.index)))).collect()
    }
}

fn plan_of(hashed: Vec<Hashed>) -> Plan {
    Plan { hashed, time_column: None, unordered: true }
}

/// The columns by which rows are compared, as each side has them.
struct Common {
    /// All that both have alike.
    compared: Vec<(Hashed, Hashed)>,
    /// Those of them that make the key.
    key: Vec<(Hashed, Hashed)>,
}

impl Common {
    fn of(left: &Outline, right: &Outline, asked: Option<&[String]>) -> Result<Self> {
        let both = |name: &str| {
            let (left, right) = (left.find(name)?, right.find(name)?);
            (left.logical == right.logical).then_some((left, right))
        };
        let compared = left.columns.iter().filter_map(|(name, _)| both(name)).collect();
        let key = match asked {
            Some(names) => names
                .iter()
                .enumerate()
                .map(|(at, name)| {
                    both(name).ok_or_else(|| {
                        let why = match (left.find(name), right.find(name)) {
                            (Some(_), Some(_)) => "it has another type in each table",
                            (None, _) => "the left table has no such column",
                            (_, None) => "the right table has no such column",
                        };
                        Error::invalid_params(format!("key: {name:?} can't be a key: {why}"))
                            .field(format!("key[{at}]"))
                    })
                })
                .collect::<Result<_>>()?,
            None => {
                let keys = &left.task.shape.sort_keys;
                let declared = (*keys == right.task.shape.sort_keys)
                    .then(|| keys.iter().map(|name| both(name)).collect::<Option<Vec<_>>>());
                declared.flatten().unwrap_or_default()
            }
        };
        Ok(Self { compared, key })
    }

    fn side(pairs: &[(Hashed, Hashed)], right: bool) -> Plan {
        plan_of(pairs.iter().map(|pair| if right { pair.1.clone() } else { pair.0.clone() }).collect())
    }
}

/// What one pass over a table gave.
struct Read<'a> {
    statistics: HashMap<String, ColumnStatistics>,
    records: Records<'a, RECORD>,
}

/// Compares two tables. `key[n]` is the field of an error about a key.
pub fn compare(left: Side, right: Side, comparing: &Comparing) -> Result<TableDiff> {
    let (left, right) = (Outline::of(left, comparing)?, Outline::of(right, comparing)?);
    let common = Common::of(&left, &right, comparing.key)?;
    let (done, total) = (AtomicU64::new(0), left.rows + right.rows);
    let progress = |rows: u64| {
        let read = done.fetch_add(rows, Ordering::Relaxed) + rows;
        comparing.watch.step(read, total, "rows")
    };
    // By no column every row would be every other.
    let joins = !comparing.same_bytes && !common.compared.is_empty();
    let digests = |right: bool| {
        joins.then(|| {
            let compared = Common::side(&common.compared, right);
            let key = if common.key.is_empty() { None } else { Some(Common::side(&common.key, right)) };
            (compared, key)
        })
    };
    let (left_read, right_read) = match comparing.same_bytes {
        true => (read(&left, None, &progress)?, None),
        false => {
            let (other, own) =
                both(|| read(&right, digests(true), &progress), || read(&left, digests(false), &progress));
            // The left one's failure is told first, whichever came first.
            (own?, Some(other?))
        }
    };
    let names = |pairs: &[(Hashed, Hashed)]| pairs.iter().map(|(left, _)| left.name.clone()).collect();
    let mut rows = RowDiff { key: names(&common.key), compared: names(&common.compared), ..RowDiff::default() };
    let right_statistics = match right_read {
        None => {
            rows.counts = DiffCount { same: Count(left.rows), ..DiffCount::default() };
            left_read.statistics.clone()
        }
        Some(right_read) => {
            if joins {
                let whole = common.key.is_empty();
                let joined = join(left_read.records, right_read.records, whole, comparing.examples, comparing.watch)?;
                tell(&mut rows, joined, (&left, &right), &common)?;
            }
            right_read.statistics
        }
    };
    Ok(TableDiff {
        left_rows: Count(left.rows),
        right_rows: Count(right.rows),
        schema: schema_diff(&left.columns, &right.columns),
        columns: pairs(&left.columns, &right.columns, left_read.statistics, right_statistics),
        rows,
    })
}

/// Reads a table once; with digests wanted, of the compared columns and of the key.
fn read<'a>(
    outline: &Outline<'a>,
    digests: Option<(Plan, Option<Plan>)>,
    progress: &dyn Fn(u64) -> Result<()>,
) -> Result<Read<'a>> {
    let task = outline.task;
    let mut tallies: Vec<Tally> = outline.plan.hashed.iter().map(|column| Tally::new(column.logical)).collect();
    let mut records = Records::new(task.scratch, HELD_ROWS);
    let mut at = 0;
    parquet_in::each_batch_of(task, &outline.plan, |batch| {
        for (tally, array) in tallies.iter_mut().zip(batch.columns()) {
            tally.take(array)?;
        }
        if let Some((compared, key)) = &digests {
            let digest = |plan: &Plan| {
                row_digests(plan, &outline.arrays(batch, plan), 0..batch.num_rows())
                    .map_err(|bad: Bad| bad.into_error(task.path, at))
            };
            let rows = digest(compared)?;
            let keys = key.as_ref().map(digest).transpose()?;
            let keys = keys.as_ref().unwrap_or(&rows);
            let made: Vec<[u8; RECORD]> =
                keys.iter().zip(&rows).zip(at..).map(|((key, row), number)| record(key, row, number)).collect();
            if let Some(mut full) = records.add(&made) {
                full.sort_unstable();
                records.spill(&full)?;
            }
        }
        at += batch.num_rows() as u64;
        progress(batch.num_rows() as u64).map(|()| true)
    })?;
    let named = outline.plan.hashed.iter().map(|column| column.name.clone());
    Ok(Read { statistics: named.zip(tallies.into_iter().map(Tally::finish)).collect(), records })
}

/// Fills in how the rows differ, with the values of the examples.
fn tell(rows: &mut RowDiff, joined: Joined, (left, right): (&Outline, &Outline), common: &Common) -> Result<()> {
    rows.counts = DiffCount {
        added: Count(joined.added),
        removed: Count(joined.removed),
        changed: Count(joined.changed),
        same: Count(joined.same),
    };
    (rows.left_repeated, rows.right_repeated) = (Count(joined.left_repeated), Count(joined.right_repeated));
    let changed = || joined.changed_rows.iter();
    let of_left = joined.removed_rows.iter().copied().chain(changed().map(|(left, _)| *left));
    let of_right = joined.added_rows.iter().copied().chain(changed().map(|(_, right)| *right));
    let read_as = |right: bool| Common::side(&common.compared, right);
    let left_rows = cells::pick(left.task, &left.plan, &read_as(false), of_left)?;
    let right_rows = cells::pick(right.task, &right.plan, &read_as(true), of_right)?;
    rows.removed = joined.removed_rows.iter().map(|row| whole(left, &left_rows, *row)).collect();
    rows.added = joined.added_rows.iter().map(|row| whole(right, &right_rows, *row)).collect();
    for (left_row, right_row) in changed() {
        let (own, other) = (&left_rows[left_row], &right_rows[right_row]);
        let place = |pair: &(Hashed, Hashed)| (left.place(pair.0.index), right.place(pair.1.index));
        let key = common.key.iter().map(|pair| (pair.0.name.clone(), own[place(pair).0].cell.clone())).collect();
        let differing = common.compared.iter().filter_map(|pair| {
            let (own, other) = (&own[place(pair).0], &other[place(pair).1]);
            let change =
                || CellChange { column: pair.0.name.clone(), left: own.cell.clone(), right: other.cell.clone() };
            (own.digest != other.digest).then(change)
        });
        rows.changed.push(RowChange {
            left_row: Count(left_row + 1),
            right_row: Count(right_row + 1),
            key,
            changes: differing.take(SHOWN_COLUMNS).collect(),
        });
    }
    Ok(())
}

fn whole(outline: &Outline, rows: &BTreeMap<u64, Vec<Picked>>, row: u64) -> RowOf {
    let named = outline.plan.hashed.iter().zip(&rows[&row]).take(SHOWN_COLUMNS);
    RowOf {
        row: Count(row + 1),
        values: named.map(|(column, picked)| (column.name.clone(), picked.cell.clone())).collect(),
    }
}

fn schema_diff(left: &[(String, Logical)], right: &[(String, Logical)]) -> SchemaDiff {
    let kind = |columns: &[(String, Logical)], wanted: &str| {
        columns.iter().find(|(name, _)| name == wanted).map(|(_, kind)| *kind)
    };
    let missing = |own: &[(String, Logical)], other: &[(String, Logical)]| {
        let alone = own.iter().filter(|(name, _)| kind(other, name).is_none());
        alone.map(|(name, kind)| ColumnOf { name: name.clone(), kind: kind.to_string() }).collect::<Vec<_>>()
    };
    let changed: Vec<TypeChange> = left
        .iter()
        .filter_map(|(name, own)| {
            let other = kind(right, name).filter(|other| other != own)?;
            Some(TypeChange { name: name.clone(), left: own.to_string(), right: other.to_string() })
        })
        .collect();
    let shared = |own: &[(String, Logical)], other: &[(String, Logical)]| {
        own.iter().map(|(name, _)| name.clone()).filter(|name| kind(other, name).is_some()).collect::<Vec<_>>()
    };
    let reordered = shared(left, right) != shared(right, left);
    let (added, removed) = (missing(right, left), missing(left, right));
    let same = !reordered && added.is_empty() && removed.is_empty() && changed.is_empty();
    SchemaDiff { same, added, removed, changed, reordered }
}

fn pairs(
    left: &[(String, Logical)],
    right: &[(String, Logical)],
    mut of_left: HashMap<String, ColumnStatistics>,
    mut of_right: HashMap<String, ColumnStatistics>,
) -> Vec<ColumnPair> {
    let mut names: Vec<&String> = left.iter().map(|(name, _)| name).collect();
    names.extend(right.iter().map(|(name, _)| name).filter(|name| left.iter().all(|(own, _)| own != *name)));
    let pair =
        |name: &String| ColumnPair { name: name.clone(), left: of_left.remove(name), right: of_right.remove(name) };
    names.into_iter().map(pair).collect()
}
