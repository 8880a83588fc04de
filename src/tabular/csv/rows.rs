//! The records of a chunk one after the other, and what can be wrong with them.

use super::super::ColumnType;
use super::super::encode::excerpt;
use super::kinds::Kinds;
use super::scan::{End, Fault, Field, Scanner};
use super::split::{Chunk, RECORD_BYTES_MOST};

/// Why a chunk can't be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A value is none of the type that was guessed from the first rows.
    Refuted,
    /// A record is wrong.
    Row(BadRow),
}

/// A wrong record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadRow {
    /// Counted from 0 in the chunk.
    pub(super) row: u64,
    /// Where in the chunk it begins.
    pub(super) start: usize,
    pub(super) flaw: Flaw,
}

/// What is wrong with it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Fault(Fault),
    NotUtf8 { column: usize },
    Misfit { column: usize, value: Vec<u8>, wanted: ColumnType },
    TooLong,
}

impl Flaw {
    /// What follows "row 3 (line 4)" in a message.
    pub(super) fn describe(&self, columns: &[&str]) -> String {
        let name = |column: &usize| match columns.get(*column) {
            Some(name) => format!("column {name:?}"),
            None => format!("field {}", column + 1),
        };
        match self {
            Flaw::Fault(Fault::Ragged { fields }) => {
                let (fields, columns) = (count(*fields, "field"), count(columns.len(), "column"));
                format!(" has {fields}, but the header has {columns}")
            }
            Flaw::Fault(Fault::StrayQuote { column }) => {
                format!(", {}: a stray quote; a field with quotes in it is quoted and its quotes doubled", name(column))
            }
            Flaw::Fault(Fault::OpenQuote { column }) => {
                format!(", {}: the quote that opens it is never closed", name(column))
            }
            Flaw::NotUtf8 { column } => format!(", {}: the text is not UTF-8", name(column)),
            Flaw::Misfit { column, value, wanted } => {
                format!(", {}: {} is no {}", name(column), excerpt(value), wanted.name())
            }
            Flaw::TooLong => {
                let most = RECORD_BYTES_MOST / (1024 * 1024);
                format!(" is longer than {most} MiB; is a quote left open?")
            }
        }
    }

    /// The column at fault, where there is one.
    pub(super) fn column(&self) -> Option<usize> {
        match self {
            Flaw::Fault(Fault::StrayQuote { column } | Fault::OpenQuote { column })
            | Flaw::NotUtf8 { column }
            | Flaw::Misfit { column, .. } => Some(*column),
            Flaw::Fault(Fault::Ragged { .. }) | Flaw::TooLong => None,
        }
    }
}

fn count(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// What is done with each value; an error ends the walk.
pub(super) trait Visit {
    fn value(&mut self, column: usize, field: Field<'_>) -> Result<(), Stop>;
}

/// Why a walk ends.
pub(super) enum Stop {
    Refuted,
    Flaw(Flaw),
}

/// Visits every value of a chunk with so many columns; gives the number of records.
pub(super) fn walk(chunk: &Chunk, columns: usize, visit: &mut impl Visit) -> Result<u64, Trouble> {
    let valid = std::str::from_utf8(&chunk.bytes).is_ok();
    let result = match valid {
        true => walk_bytes(&chunk.bytes, columns, visit),
        false => match walk_bytes(&chunk.bytes, columns, &mut FindBadUtf8) {
            // A broken character that swallowed a delimiter can't be: those are ASCII.
            Ok(_) => Err(Trouble::Row(BadRow { row: 0, start: 0, flaw: Flaw::NotUtf8 { column: 0 } })),
            trouble => trouble,
        },
    };
    match result {
        Ok(_) | Err(Trouble::Row(BadRow { flaw: Flaw::Fault(Fault::OpenQuote { .. }), .. })) if chunk.too_long => {
            Err(Trouble::Row(BadRow { row: 0, start: 0, flaw: Flaw::TooLong }))
        }
        result => result,
    }
}

fn walk_bytes(bytes: &[u8], columns: usize, visit: &mut impl Visit) -> Result<u64, Trouble> {
    let mut scanner = Scanner::new(bytes);
    let mut row = 0;
    while !scanner.is_done() {
        let start = scanner.position();
        if columns > 1 && scanner.skip_blank() {
            continue;
        }
        record(&mut scanner, columns, visit).map_err(|stop| match stop {
            Stop::Refuted => Trouble::Refuted,
            Stop::Flaw(flaw) => Trouble::Row(BadRow { row, start, flaw }),
        })?;
        row += 1;
    }
    Ok(row)
}

#[inline]
fn record(scanner: &mut Scanner<'_>, columns: usize, visit: &mut impl Visit) -> Result<(), Stop> {
    for column in 0..columns {
        let (field, end) = scanner.field(column).map_err(|fault| Stop::Flaw(Flaw::Fault(fault)))?;
        if (end == End::Line) != (column + 1 == columns) {
            return Err(Stop::Flaw(ragged(scanner, column + 1, end)));
        }
        visit.value(column, field)?;
    }
    Ok(())
}

/// Counts the fields of a record that has too few or too many.
#[cold]
fn ragged(scanner: &mut Scanner<'_>, mut fields: usize, mut end: End) -> Flaw {
    while end == End::Comma {
        match scanner.field(fields) {
            Ok((_, next)) => end = next,
            Err(fault) => return Flaw::Fault(fault),
        }
        fields += 1;
    }
    Flaw::Fault(Fault::Ragged { fields })
}

struct FindBadUtf8;

impl Visit for FindBadUtf8 {
    fn value(&mut self, column: usize, field: Field<'_>) -> Result<(), Stop> {
        match std::str::from_utf8(field.text) {
            Ok(_) => Ok(()),
            Err(_) => Err(Stop::Flaw(Flaw::NotUtf8 { column })),
        }
    }
}

/// The kinds of values of each column.
struct Inspect {
    kinds: Vec<Kinds>,
}

impl Visit for Inspect {
    #[inline]
    fn value(&mut self, column: usize, field: Field<'_>) -> Result<(), Stop> {
        if !field.is_null() {
            let kinds = &mut self.kinds[column];
            if !kinds.is_other() {
                *kinds = kinds.union(Kinds::of(field.text));
            }
        }
        Ok(())
    }
}

/// Which kinds of values each column of a chunk holds.
pub(super) fn inspect(chunk: &Chunk, columns: usize) -> Result<Vec<Kinds>, Trouble> {
    let mut inspect = Inspect { kinds: vec![Kinds::default(); columns] };
    walk(chunk, columns, &mut inspect)?;
    Ok(inspect.kinds)
}

/// How many records a chunk has.
pub(super) fn count_rows(chunk: &Chunk, columns: usize) -> u64 {
    struct Pass;
    impl Visit for Pass {
        fn value(&mut self, _: usize, _: Field<'_>) -> Result<(), Stop> {
            Ok(())
        }
    }
    walk(chunk, columns, &mut Pass).unwrap_or_default()
}
