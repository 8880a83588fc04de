//! One reading of a CSV with decided types: conversion, content hash and Parquet, in parallel and in order.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{Field, Schema};
use parquet::arrow::arrow_writer::ArrowColumnChunk;

use super::super::assemble::{BLOCK_ROWS, ColumnLeaves, header as hash_header, ordered_hash, row_digests};
use super::super::digest::Digest;
use super::super::encode::{Bad, Encoded};
use super::super::extent::Extent;
use super::super::parquet_out::{GroupEncoder, ParquetWriter, Piece};
use super::super::plan::Plan;
use super::super::shuffled::RowDigests;
use super::super::workers::{self, Desk};
use super::super::{Column, HELD_DIGESTS, Imported, Table, Task};
use super::convert::{Converted, CsvColumn, convert};
use super::rows::Trouble;
use super::split::{Chunk, Splitter};
use super::{Header, plan, trouble_at};
use crate::base::files;
use crate::model::Result;

/// A row group has so many rows, two blocks of the content hash.
const GROUP_ROWS: usize = 2 * BLOCK_ROWS as usize;

/// Or fewer, when they hold this much.
const GROUP_BYTES: usize = 32 * 1024 * 1024;

/// What all the jobs under way may hold before reading waits for them.
const HELD_BYTES_MOST: usize = 96 * 1024 * 1024;

/// A file up to this size is not worth a thread.
const SMALL_BYTES: u64 = 512 * 1024;

/// What the workers do.
enum Job {
    Convert(Chunk),
    Leaves(Part),
    Encode { group: usize, pieces: Vec<Piece> },
}

/// What became of it.
enum Done {
    Converted(usize, Box<Rows>),
    Leaves(Part),
    Encoded { group: usize, columns: Vec<ArrowColumnChunk> },
}

/// A converted chunk.
struct Rows {
    chunk: Chunk,
    /// The arrays, of an unordered table the row digests, and the extent of the time column.
    found: std::result::Result<(Piece, Vec<Digest>, Extent), Flawed>,
}

enum Flawed {
    Csv(Trouble),
    Content(Bad),
}

/// Rows of one block of the content hash, and the leaves that they go into.
struct Part {
    block: u64,
    first_row: u64,
    pieces: Vec<Piece>,
    leaves: Vec<ColumnLeaves>,
    bad: Option<(u64, Bad)>,
    /// Whether the block ends with it.
    last: bool,
}

/// Reads the records, writes the Parquet; `None` when a value contradicts a guessed type.
pub(super) fn run(
    task: Task<'_>,
    header: &Header,
    columns: &[CsvColumn],
    certain: bool,
    into: &File,
) -> Result<Option<Imported>> {
    let plan = plan(task, columns)?;
    let fields: Vec<Field> = columns.iter().map(|column| Field::new(&column.name, column.data_type(), true)).collect();
    let (writer, encoder) = ParquetWriter::new(into, task.scratch, Arc::new(Schema::new(fields)), &[])?;
    let total = files::metadata_of(task.source, task.path)?.len();
    let threads = if total <= SMALL_BYTES { 0 } else { workers::count() };
    workers::run(
        threads,
        |job| work(job, columns, &plan, certain, &encoder),
        |desk| {
            let mut pass = Pass {
                task,
                header,
                plan: &plan,
                writer,
                rows: 0,
                extent: Extent::default(),
                converted: Ordered::default(),
                encoded: Ordered::default(),
                group: Pieces::default(),
                groups: 0,
                lane: Lane::new(plan.hashed.len()),
                digests: RowDigests::new(task.scratch, HELD_DIGESTS),
            };
            let mut splitter = Splitter::new(task, &header.bytes);
            if !pass.lead(desk, &mut splitter, total)? {
                return Ok(None);
            }
            let source_size = splitter.position();
            let source_hash = splitter.finish().finish();
            pass.finish(columns, source_hash, source_size).map(Some)
        },
    )
}

fn work(job: Job, columns: &[CsvColumn], plan: &Plan, certain: bool, encoder: &GroupEncoder) -> Result<Done> {
    Ok(match job {
        Job::Convert(chunk) => {
            let found = match convert(&chunk, columns, certain) {
                Ok(converted) => take_in(&chunk, converted, plan).map_err(Flawed::Content),
                Err(trouble) => Err(Flawed::Csv(trouble)),
            };
            // The text is needed no longer, but for where it stood.
            let chunk = Chunk { bytes: Vec::new(), ..chunk };
            Done::Converted(chunk.index, Box::new(Rows { chunk, found }))
        }
        Job::Leaves(mut part) => {
            let mut scratch = Encoded::default();
            let mut first_row = part.first_row;
            for piece in std::mem::take(&mut part.pieces) {
                let flaws = plan.hashed.iter().zip(&mut part.leaves).filter_map(|(column, leaves)| {
                    leaves.take(&piece.columns[column.index], column, &mut scratch).err()
                });
                if let Some(bad) = flaws.min_by_key(|bad| bad.row) {
                    part.bad = Some((first_row, bad));
                    break;
                }
                first_row += piece.rows as u64;
            }
            Done::Leaves(part)
        }
        Job::Encode { group, pieces } => Done::Encoded { group, columns: encoder.encode(group, &pieces)? },
    })
}

/// What the rows of a chunk tell before their place in the table is known.
fn take_in(chunk: &Chunk, converted: Converted, plan: &Plan) -> std::result::Result<(Piece, Vec<Digest>, Extent), Bad> {
    let Converted { rows, columns } = converted;
    let mut extent = Extent::default();
    if let Some(column) = plan.time_column {
        extent.take(&columns[column], 0..rows);
    }
    let digests = match plan.unordered {
        true => {
            let hashed: Vec<ArrayRef> = plan.hashed.iter().map(|column| Arc::clone(&columns[column.index])).collect();
            row_digests(plan, &hashed, 0..rows)?
        }
        false => Vec::new(),
    };
    // Narrow numbers take more room as an array than as text, so both count.
    let held: usize = columns.iter().map(|array| array.get_buffer_memory_size()).sum();
    Ok((Piece { rows, bytes: held.max(chunk.bytes.len()), columns }, digests, extent))
}

/// What the leading thread knows.
struct Pass<'a> {
    task: Task<'a>,
    header: &'a Header,
    plan: &'a Plan,
    writer: ParquetWriter<'a>,
    rows: u64,
    extent: Extent,
    converted: Ordered<Box<Rows>>,
    encoded: Ordered<Vec<ArrowColumnChunk>>,
    /// Rows of the next row group.
    group: Pieces,
    groups: usize,
    lane: Lane,
    digests: RowDigests<'a>,
}

impl Pass<'_> {
    /// Reads to the end; `false` when a guessed type was contradicted.
    fn lead(&mut self, desk: &mut Desk<'_, Job, Done>, splitter: &mut Splitter<'_>, total: u64) -> Result<bool> {
        let most_waiting = 2 * workers::count() + 4;
        let mut more = true;
        loop {
            let held = desk.weight() + self.lane.pending.bytes;
            if more && (desk.waiting() == 0 || (desk.waiting() < most_waiting && held < HELD_BYTES_MOST)) {
                match splitter.next()? {
                    Some(chunk) => {
                        self.task.watch.step(splitter.position().min(total), total, "bytes")?;
                        let weight = 2 * chunk.bytes.len();
                        desk.submit(Job::Convert(chunk), weight);
                        continue;
                    }
                    None => more = false,
                }
            }
            if desk.waiting() == 0 {
                // Only now are all the rows in.
                self.flush(desk);
                if desk.waiting() == 0 {
                    return Ok(true);
                }
            }
            match desk.wait()? {
                Done::Converted(index, rows) => {
                    self.converted.put(index, rows);
                    while let Some(rows) = self.converted.next() {
                        if !self.accept(desk, *rows)? {
                            return Ok(false);
                        }
                    }
                }
                Done::Leaves(part) => {
                    if let Some((first_row, bad)) = part.bad {
                        return Err(bad.into_error(self.task.path, first_row));
                    }
                    self.lane.back(part, desk);
                }
                Done::Encoded { group, columns } => {
                    self.encoded.put(group, columns);
                    while let Some(columns) = self.encoded.next() {
                        self.writer.append(columns)?;
                    }
                }
            }
        }
    }

    /// Takes the rows that come next in the table.
    fn accept(&mut self, desk: &mut Desk<'_, Job, Done>, rows: Rows) -> Result<bool> {
        let (piece, digests, extent) = match rows.found {
            Ok(found) => found,
            Err(Flawed::Csv(Trouble::Refuted)) => return Ok(false),
            Err(Flawed::Csv(trouble)) => {
                return Err(trouble_at(self.task, self.header, &rows.chunk, self.rows, trouble));
            }
            Err(Flawed::Content(bad)) => return Err(bad.into_error(self.task.path, self.rows)),
        };
        self.rows += piece.rows as u64;
        self.extent.merge(extent);
        if self.plan.unordered {
            if let Some(mut full) = self.digests.add(&digests) {
                full.sort_unstable();
                self.digests.spill(&full)?;
            }
        } else {
            self.lane.pending.push(piece.clone());
            self.lane.dispatch(desk);
        }
        self.group.push(piece);
        while self.group.rows >= GROUP_ROWS {
            let pieces = self.group.take(GROUP_ROWS);
            self.encode(desk, pieces);
        }
        if self.group.bytes >= GROUP_BYTES {
            let pieces = self.group.take(usize::MAX);
            self.encode(desk, pieces);
        }
        Ok(true)
    }

    fn encode(&mut self, desk: &mut Desk<'_, Job, Done>, pieces: Vec<Piece>) {
        let weight = pieces.iter().map(|piece| piece.bytes).sum();
        desk.submit(Job::Encode { group: self.groups, pieces }, weight);
        self.groups += 1;
    }

    /// Hands out what is left.
    fn flush(&mut self, desk: &mut Desk<'_, Job, Done>) {
        if self.group.rows > 0 {
            let pieces = self.group.take(usize::MAX);
            self.encode(desk, pieces);
        }
        self.lane.flush(desk);
    }

    fn finish(self, columns: &[CsvColumn], source_hash: Digest, source_size: u64) -> Result<Imported> {
        let content_hash = match self.plan.unordered {
            true => {
                let mut hasher = hash_header(self.plan, self.rows);
                self.digests.finish(&mut hasher)?;
                hasher.finish()
            }
            false => {
                let leaves: Vec<Vec<Digest>> = (0..self.plan.hashed.len())
                    .map(|column| self.lane.done.values().map(|leaves| leaves[column]).collect())
                    .collect();
                ordered_hash(self.plan, self.rows, &leaves)
            }
        };
        let (parquet_hash, parquet_size) = self.writer.finish()?;
        let (min_ts, max_ts) = self.extent.bounds();
        let columns = columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                logical_type: super::super::logical::Logical::of(&column.data_type()).to_string(),
            })
            .collect();
        let table = Table { content_hash, row_count: self.rows, min_ts, max_ts, columns };
        Ok(Imported { table, source_hash, source_size, parquet_hash, parquet_size })
    }
}

/// Results by their number, given back in order.
struct Ordered<T> {
    early: BTreeMap<usize, T>,
    next: usize,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { early: BTreeMap::new(), next: 0 }
    }
}

impl<T> Ordered<T> {
    fn put(&mut self, index: usize, result: T) {
        self.early.insert(index, result);
    }

    fn next(&mut self) -> Option<T> {
        let result = self.early.remove(&self.next)?;
        self.next += 1;
        Some(result)
    }
}

/// Rows that wait to become part of something.
#[derive(Default)]
struct Pieces {
    list: std::collections::VecDeque<Piece>,
    rows: usize,
    bytes: usize,
}

impl Pieces {
    fn push(&mut self, piece: Piece) {
        self.rows += piece.rows;
        self.bytes += piece.bytes;
        if piece.rows > 0 {
            self.list.push_back(piece);
        }
    }

    /// The first so many rows.
    fn take(&mut self, most: usize) -> Vec<Piece> {
        let mut taken = Vec::new();
        let mut left = most;
        while left > 0
            && let Some(mut piece) = self.list.pop_front()
        {
            if piece.rows > left {
                let bytes = (piece.bytes as u64 * left as u64 / piece.rows as u64) as usize;
                let cut =
                    |from: usize, rows: usize| piece.columns.iter().map(|array| array.slice(from, rows)).collect();
                let head = Piece { rows: left, bytes, columns: cut(0, left) };
                let tail = Piece {
                    rows: piece.rows - left,
                    bytes: piece.bytes - bytes,
                    columns: cut(left, piece.rows - left),
                };
                self.list.push_front(tail);
                piece = head;
            }
            left -= piece.rows;
            self.rows -= piece.rows;
            self.bytes -= piece.bytes;
            taken.push(piece);
        }
        taken
    }
}

/// Cuts the rows of an ordered table into blocks of the content hash.
///
/// A block is one job, unless its rows are so wide that it is hashed part by part.
struct Lane {
    pending: Pieces,
    columns: usize,
    block: u64,
    /// How many rows the block has had so far.
    block_rows: u64,
    /// The leaves of the block; away while a part of it is hashed.
    leaves: Option<Vec<ColumnLeaves>>,
    done: BTreeMap<u64, Vec<Digest>>,
}

impl Lane {
    fn new(columns: usize) -> Self {
        Self {
            pending: Pieces::default(),
            columns,
            block: 0,
            block_rows: 0,
            leaves: Some(vec![ColumnLeaves::default(); columns]),
            done: BTreeMap::new(),
        }
    }

    fn dispatch(&mut self, desk: &mut Desk<'_, Job, Done>) {
        loop {
            let left = (BLOCK_ROWS - self.block_rows) as usize;
            if self.pending.rows >= left {
                if !self.send(desk, left, true) {
                    return;
                }
            } else {
                if self.pending.bytes >= GROUP_BYTES {
                    self.send(desk, usize::MAX, false);
                }
                return;
            }
        }
    }

    fn flush(&mut self, desk: &mut Desk<'_, Job, Done>) {
        if self.block_rows > 0 || self.pending.rows > 0 {
            self.send(desk, usize::MAX, true);
        }
    }

    /// `false` while the block's leaves are away.
    fn send(&mut self, desk: &mut Desk<'_, Job, Done>, rows: usize, last: bool) -> bool {
        let Some(leaves) = self.leaves.take() else { return false };
        let pieces = self.pending.take(rows);
        let weight = pieces.iter().map(|piece| piece.bytes).sum();
        let first_row = self.block * BLOCK_ROWS + self.block_rows;
        self.block_rows += pieces.iter().map(|piece| piece.rows as u64).sum::<u64>();
        desk.submit(Job::Leaves(Part { block: self.block, first_row, pieces, leaves, bad: None, last }), weight);
        if last {
            self.block += 1;
            self.block_rows = 0;
            self.leaves = Some(vec![ColumnLeaves::default(); self.columns]);
        }
        true
    }

    /// Takes what a part gave.
    fn back(&mut self, part: Part, desk: &mut Desk<'_, Job, Done>) {
        if part.last {
            let leaves = part.leaves.into_iter().flat_map(ColumnLeaves::finish).collect();
            self.done.insert(part.block, leaves);
        } else {
            self.leaves = Some(part.leaves);
            self.dispatch(desk);
        }
    }
}
