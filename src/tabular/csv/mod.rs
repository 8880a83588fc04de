//! CSV into Parquet: the types are guessed from the first rows, and where the guess fails from all of them.

mod convert;
mod kinds;
mod number;
mod pass;
mod rows;
mod scan;
mod split;

use std::collections::BTreeMap;
use std::fs::File;

use super::digest::Digest;
use super::plan::{Plan, refuse_duplicates};
use super::{ColumnType, Imported, Task, at_path, workers};
use crate::base::files;
use crate::model::{Error, Result};
use convert::CsvColumn;
use kinds::Kinds;
use rows::{BadRow, Flaw, Trouble};
use scan::{End, Fault, Scanner};
use split::{Chunk, Splitter};

/// What names the header gives, and where the records begin.
struct Header {
    names: Vec<String>,
    /// All the bytes until the first record.
    bytes: Vec<u8>,
}

/// Converts a CSV, hashing what is read and what is written.
pub(super) fn import(task: Task<'_>, overrides: &BTreeMap<String, ColumnType>, into: &File) -> Result<Imported> {
    let mut first = match Splitter::new(task, &[]).next()? {
        Some(first) => first,
        None => return Err(no_header(task)),
    };
    let header = header(task, &mut first)?;
    refuse_duplicates(header.names.iter().map(String::as_str)).map_err(|error| at_path(task, error))?;
    if let Some(unknown) = overrides.keys().find(|name| !header.names.contains(name)) {
        let message = format!("{}: the table lacks the column {unknown:?}, which columns names", task.path.display());
        return Err(Error::invalid_data(message).field("columns").detail("column", unknown.as_str()));
    }

    // All the rows, or the first of them: then a value that contradicts them makes a second reading necessary.
    let certain = first.last;
    let kinds =
        rows::inspect(&first, header.names.len()).map_err(|trouble| trouble_at(task, &header, &first, 0, trouble))?;
    drop(first);
    if let Some(imported) = attempt(task, &header, &kinds, overrides, certain, into)? {
        return Ok(imported);
    }
    let changed = || Error::conflict(format!("{} changed while it was read", task.path.display()));
    if certain {
        return Err(changed());
    }
    let (kinds, source_hash) = inspect_all(task, &header)?;
    match attempt(task, &header, &kinds, overrides, true, into)? {
        Some(imported) if imported.source_hash == source_hash => Ok(imported),
        _ => Err(changed()),
    }
}

/// Converts with the types that these kinds of values give; `None` when a value is of another.
fn attempt(
    task: Task<'_>,
    header: &Header,
    kinds: &[Kinds],
    overrides: &BTreeMap<String, ColumnType>,
    certain: bool,
    into: &File,
) -> Result<Option<Imported>> {
    let columns: Vec<CsvColumn> = header
        .names
        .iter()
        .zip(kinds)
        .map(|(name, kinds)| {
            let forced = overrides.get(name).copied();
            let target = match forced {
                Some(forced) => kinds.forced(forced),
                None => kinds.target(),
            };
            CsvColumn { name: name.clone(), target, forced }
        })
        .collect();
    pass::run(task, header, &columns, certain, into)
}

/// The kinds of values of all the rows, and the hash of all the bytes.
fn inspect_all(task: Task<'_>, header: &Header) -> Result<(Vec<Kinds>, Digest)> {
    let columns = header.names.len();
    let total = files::metadata_of(task.source, task.path)?.len();
    workers::run(
        workers::count(),
        |chunk: Chunk| {
            let found = rows::inspect(&chunk, columns);
            Ok((chunk, found))
        },
        |desk| {
            let mut splitter = Splitter::new(task, &header.bytes);
            let mut kinds = vec![Kinds::default(); columns];
            // The flaw that comes first in the file is the one that is told.
            let mut flawed: Option<(Chunk, Trouble)> = None;
            let mut more = true;
            while more || desk.waiting() > 0 {
                if more && flawed.is_none() && desk.waiting() < 2 * workers::count() + 2 {
                    match splitter.next()? {
                        Some(chunk) => {
                            task.watch.step(splitter.position(), total, "bytes")?;
                            let weight = chunk.bytes.len();
                            desk.submit(chunk, weight);
                            continue;
                        }
                        None => more = false,
                    }
                }
                if desk.waiting() == 0 {
                    break;
                }
                match desk.wait()? {
                    (_, Ok(found)) => {
                        kinds.iter_mut().zip(found).for_each(|(kinds, found)| *kinds = kinds.union(found));
                    }
                    (chunk, Err(trouble)) => {
                        if flawed.as_ref().is_none_or(|(other, _)| chunk.index < other.index) {
                            flawed = Some((chunk, trouble));
                        }
                    }
                }
            }
            match flawed {
                None => Ok((kinds, splitter.finish().finish())),
                Some((chunk, trouble)) => {
                    let before = rows_before(task, header, &chunk)?;
                    Err(trouble_at(task, header, &chunk, before, trouble))
                }
            }
        },
    )
}

/// How many records come before a chunk: counted only when a message needs it.
fn rows_before(task: Task<'_>, header: &Header, chunk: &Chunk) -> Result<u64> {
    let mut splitter = Splitter::new(task, &header.bytes);
    let mut rows = 0;
    while let Some(earlier) = splitter.next()?.filter(|earlier| earlier.offset < chunk.offset) {
        rows += rows::count_rows(&earlier, header.names.len());
    }
    Ok(rows)
}

/// Takes the header off the first chunk.
fn header(task: Task<'_>, first: &mut Chunk) -> Result<Header> {
    let mark = if first.bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    if first.bytes.len() == mark {
        return Err(no_header(task));
    }
    let mut names: Vec<String> = Vec::new();
    let mut scanner = Scanner::new(&first.bytes[mark..]);
    loop {
        let column = names.len();
        let place = || format!("{}: the header, column {}", task.path.display(), column + 1);
        let (field, end) = scanner.field(column).map_err(|fault| {
            Error::invalid_data(match fault {
                Fault::OpenQuote { .. } => format!("{}: the quote that opens it is never closed", place()),
                _ => format!("{}: a stray quote; a name with quotes in it is quoted and its quotes doubled", place()),
            })
        })?;
        let Ok(name) = std::str::from_utf8(field.text) else {
            return Err(Error::invalid_data(format!("{}: the text is not UTF-8", place())));
        };
        if name.is_empty() {
            return Err(Error::invalid_data(format!("{}: the name is empty", place())));
        }
        names.push(name.to_owned());
        if end == End::Line {
            break;
        }
    }
    let length = (mark + scanner.position()).min(first.bytes.len());
    let records = first.bytes.split_off(length);
    let bytes = std::mem::replace(&mut first.bytes, records);
    first.offset += length as u64;
    Ok(Header { names, bytes })
}

fn no_header(task: Task<'_>) -> Error {
    Error::invalid_data(format!("{} is empty: a header row is required", task.path.display()))
}

/// The error for a chunk, so many records coming before it.
fn trouble_at(task: Task<'_>, header: &Header, chunk: &Chunk, rows_before: u64, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Refuted => Error::internal("a guessed column type was not looked at again"),
        Trouble::Row(bad) => row_error(task, header, chunk.offset, rows_before, &bad),
    }
}

/// The error for a wrong record; its line is counted only now.
fn row_error(task: Task<'_>, header: &Header, chunk_offset: u64, rows_before: u64, bad: &BadRow) -> Error {
    let row = rows_before + bad.row + 1;
    let line = match lines_before(task, chunk_offset + bad.start as u64) {
        Ok(lines) => lines + 1,
        Err(error) => return error,
    };
    let names: Vec<&str> = header.names.iter().map(String::as_str).collect();
    let what = bad.flaw.describe(&names);
    let error = Error::invalid_data(format!("{}: row {row} (line {line}){what}", task.path.display()))
        .detail("row", row)
        .detail("line", line);
    let error = match bad.flaw.column().and_then(|column| names.get(column)) {
        Some(name) => error.detail("column", *name),
        None => error,
    };
    match bad.flaw {
        Flaw::Misfit { .. } => error.field("columns"),
        _ => error,
    }
}

fn lines_before(task: Task<'_>, end: u64) -> Result<u64> {
    let mut buffer = vec![0; 256 * 1024];
    let (mut at, mut lines) = (0, 0);
    while at < end {
        let wanted = buffer.len().min((end - at) as usize);
        let count = files::read_at(task.source, task.path, &mut buffer[..wanted], at)?;
        if count == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..count]).count() as u64;
        at += count as u64;
    }
    Ok(lines)
}

/// Checks a plan for these columns, its errors naming the file.
fn plan(task: Task<'_>, columns: &[CsvColumn]) -> Result<Plan> {
    let described: Vec<_> =
        columns.iter().map(|column| (column.name.clone(), super::logical::Logical::of(&column.data_type()))).collect();
    Plan::new(&described, task.shape).map_err(|error| at_path(task, error))
}
