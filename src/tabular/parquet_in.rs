//! Reads Parquet from anywhere: checked before it is decoded, hashed column by column.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType, TimestampSecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};

use super::assemble::{ColumnLeaves, header, ordered_hash, row_digests};
use super::digest::Digest;
use super::encode::{Bad, Encoded};
use super::extent::Extent;
use super::logical::Logical;
use super::plan::Plan;
use super::shuffled::RowDigests;
use super::{Column, HELD_DIGESTS, Table, Task, at_path, parquet_pages, workers};
use crate::base::files::{self, FileError};
use crate::model::{Error, Result};

const FOOTER_BYTES_MOST: u64 = 16 * 1024 * 1024;
const GROUPS_MOST: usize = 10_000;
const COLUMNS_MOST: usize = 10_000;

/// A batch is decoded to about so much at most, judging by the average row.
const BATCH_BYTES: u64 = 8 * 1024 * 1024;
const BATCH_ROWS_MOST: u64 = 8192;

/// Reads a Parquet file and hashes its content.
pub(super) fn read(task: Task<'_>) -> Result<Table> {
    // The decoder is not ours, and the bytes may be anybody's.
    catch_unwind(AssertUnwindSafe(|| decode(task))).unwrap_or_else(|_| Err(wrong(task, "it can't be decoded")))
}

/// Hands all columns on, in the order of the file, batch by batch.
pub(super) fn each_batch(task: Task<'_>, mut take: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    let all = |reading: &mut Reading| Ok((0..reading.metadata.schema().fields().len()).collect());
    hand_on(task, all, |batch| take(batch).map(|()| true))
}

/// Hands the columns of a plan on, in the order of the file, batch by batch, until `take` wants no more.
pub(super) fn each_batch_of(task: Task<'_>, plan: &Plan, take: impl FnMut(&RecordBatch) -> Result<bool>) -> Result<()> {
    let chosen = |reading: &mut Reading| {
        reading.settle_int96(plan)?;
        Ok(plan.hashed.iter().map(|column| column.index).collect())
    };
    hand_on(task, chosen, take)
}

fn hand_on<'t>(
    task: Task<'t>,
    choose: impl FnOnce(&mut Reading<'t>) -> Result<Vec<usize>>,
    mut take: impl FnMut(&RecordBatch) -> Result<bool>,
) -> Result<()> {
    let hand = || {
        let mut reading = open(task)?;
        let columns = choose(&mut reading)?;
        for batch in reading.batches(&columns, None)? {
            if !take(&batch.map_err(|error| unreadable(task, error.into()))?)? {
                break;
            }
        }
        Ok(())
    };
    catch_unwind(AssertUnwindSafe(hand)).unwrap_or_else(|_| Err(wrong(task, "it can't be decoded")))
}

/// The columns of a file, in its order, and how many rows it has.
pub(super) fn outline(task: Task<'_>) -> Result<(Vec<(String, Logical)>, u64)> {
    let look = || {
        let reading = open(task)?;
        Ok((reading.columns(), reading.rows()))
    };
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(|_| Err(wrong(task, "it can't be decoded")))
}

/// Opens a file whose pages are what they say.
fn open(task: Task<'_>) -> Result<Reading<'_>> {
    let source = Source::new(task)?;
    let metadata = Arc::new(footer(task, &source)?);
    check(task, &metadata, source.length)?;
    parquet_pages::check(task.source, task.path, &metadata)?;
    Ok(Reading { task, source, metadata: arrow_metadata(task, metadata)? })
}

fn decode(task: Task<'_>) -> Result<Table> {
    let mut reading = open(task)?;
    let columns = reading.columns();
    let plan = Plan::new(&columns, task.shape).map_err(|error| at_path(task, error))?;
    reading.settle_int96(&plan)?;
    let row_count = reading.rows();
    let (content_hash, extent) = match plan.unordered {
        false => reading.ordered(&plan)?,
        true => reading.unordered(&plan)?,
    };
    let (min_ts, max_ts) = extent.bounds();
    let columns =
        columns.into_iter().map(|(name, logical)| Column { name, logical_type: logical.to_string() }).collect();
    Ok(Table { content_hash, row_count, min_ts, max_ts, columns })
}

/// An open Parquet file.
struct Reading<'a> {
    task: Task<'a>,
    source: Source,
    metadata: ArrowReaderMetadata,
}

impl Reading<'_> {
    fn columns(&self) -> Vec<(String, Logical)> {
        let fields = self.metadata.schema().fields().iter();
        fields.map(|field| (field.name().clone(), Logical::of(field.data_type()))).collect()
    }

    fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows() as u64
    }

    /// Each column by itself: what they share is only their number of rows.
    fn ordered(&self, plan: &Plan) -> Result<(Digest, Extent)> {
        let rows = self.rows();
        let mut jobs: Vec<ColumnJob<'_>> = plan
            .hashed
            .iter()
            .enumerate()
            .map(|(place, column)| ColumnJob {
                index: column.index,
                hashed: Some((place, column)),
                timed: plan.time_column == Some(column.index),
            })
            .collect();
        if let Some(index) = plan.time_column.filter(|index| jobs.iter().all(|job| job.index != *index)) {
            jobs.push(ColumnJob { index, hashed: None, timed: true });
        }
        let read_rows = AtomicU64::new(0);
        let found = each(self.task, jobs.len(), |job| {
            let job = &jobs[job];
            let mut leaves = ColumnLeaves::default();
            let mut extent = Extent::default();
            let mut scratch = Encoded::default();
            let mut at = 0;
            for batch in self.batches(&[job.index], None)? {
                let batch = batch.map_err(|error| unreadable(self.task, error.into()))?;
                let array = batch.column(0);
                if let Some((_, column)) = job.hashed {
                    leaves.take(array, column, &mut scratch).map_err(|bad| bad.into_error(self.task.path, at))?;
                }
                if job.timed {
                    extent.take(array, 0..array.len());
                }
                at += array.len() as u64;
                let cells = read_rows.fetch_add(array.len() as u64, Ordering::Relaxed) + array.len() as u64;
                self.task.watch.step((cells / jobs.len() as u64).min(rows), rows, "rows")?;
            }
            match at == rows {
                true => Ok((leaves.finish(), extent)),
                false => Err(wrong(self.task, &format!("a column has {at} values instead of {rows}"))),
            }
        })?;
        let extent = found.iter().zip(&jobs).find(|(_, job)| job.timed).map(|((_, extent), _)| *extent);
        let leaves: Vec<Vec<Digest>> = found.into_iter().take(plan.hashed.len()).map(|(leaves, _)| leaves).collect();
        Ok((ordered_hash(plan, rows, &leaves), extent.unwrap_or_default()))
    }

    /// Row group by row group: the order of the digests does not matter.
    fn unordered(&self, plan: &Plan) -> Result<(Digest, Extent)> {
        let rows = self.rows();
        let groups = self.metadata.metadata().row_groups();
        let mut wanted: Vec<usize> = plan.hashed.iter().map(|column| column.index).chain(plan.time_column).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let place = |index: usize| wanted.binary_search(&index).unwrap_or_default();
        let digests = Mutex::new(RowDigests::new(self.task.scratch, HELD_DIGESTS));
        let lock = || digests.lock().unwrap_or_else(PoisonError::into_inner);
        let read_rows = AtomicU64::new(0);
        let extents = each(self.task, groups.len(), |group| {
            let first_row: u64 = groups[..group].iter().map(|group| group.num_rows() as u64).sum();
            let mut extent = Extent::default();
            let mut at = first_row;
            for batch in self.batches(&wanted, Some(group))? {
                let batch = batch.map_err(|error| unreadable(self.task, error.into()))?;
                if let Some(column) = plan.time_column {
                    extent.take(batch.column(place(column)), 0..batch.num_rows());
                }
                let hashed: Vec<ArrayRef> =
                    plan.hashed.iter().map(|column| Arc::clone(batch.column(place(column.index)))).collect();
                let found = row_digests(plan, &hashed, 0..batch.num_rows())
                    .map_err(|bad: Bad| bad.into_error(self.task.path, at))?;
                let full = lock().add(&found);
                if let Some(mut full) = full {
                    full.sort_unstable();
                    lock().spill(&full)?;
                }
                at += batch.num_rows() as u64;
                let done = read_rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed) + batch.num_rows() as u64;
                self.task.watch.step(done.min(rows), rows, "rows")?;
            }
            match at - first_row == groups[group].num_rows() as u64 {
                true => Ok(extent),
                false => Err(wrong(self.task, "a row group has another number of rows than it says")),
            }
        })?;
        let mut hasher = header(plan, rows);
        digests.into_inner().unwrap_or_else(PoisonError::into_inner).finish(&mut hasher)?;
        let mut extent = Extent::default();
        extents.into_iter().for_each(|part| extent.merge(part));
        Ok((hasher.finish(), extent))
    }

    /// INT96 reaches further than nanoseconds of 64 bits, and the decoder wraps around without a word: a column with
    /// such moments is read in microseconds, if these lose nothing.
    fn settle_int96(&mut self, plan: &Plan) -> Result<()> {
        let int96 =
            |index: usize| self.metadata.parquet_schema().column(self.leaf(index)).physical_type() == Type::INT96;
        let wanted: BTreeSet<usize> = plan
            .hashed
            .iter()
            .map(|column| column.index)
            .chain(plan.time_column)
            .filter(|index| int96(*index))
            .collect();
        for index in wanted {
            let DataType::Timestamp(TimeUnit::Nanosecond, zone) =
                self.metadata.schema().field(index).data_type().clone()
            else {
                continue;
            };
            let in_unit = |unit: TimeUnit| -> Result<Self> {
                let schema = self.metadata.schema();
                let fields = schema.fields().iter().enumerate().map(|(at, field)| match at == index {
                    true => Arc::new(field.as_ref().clone().with_data_type(DataType::Timestamp(unit, zone.clone()))),
                    false => Arc::clone(field),
                });
                let schema = Arc::new(Schema::new_with_metadata(fields.collect::<Fields>(), schema.metadata().clone()));
                let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(schema);
                let metadata = Arc::clone(self.metadata.metadata());
                let metadata = guarded(self.task, || ArrowReaderMetadata::try_new(metadata, options))?;
                Ok(Self { task: self.task, source: self.source.clone(), metadata })
            };
            let values = |reading: &Self, take: &mut dyn FnMut(ArrayRef) -> Result<bool>| -> Result<()> {
                for batch in reading.batches(&[index], None)? {
                    let batch = batch.map_err(|error| unreadable(self.task, error.into()))?;
                    if !take(Arc::clone(batch.column(0)))? {
                        break;
                    }
                }
                Ok(())
            };
            let mut far = false;
            values(&in_unit(TimeUnit::Second)?, &mut |array| {
                let nanos_reach = -9_223_372_036..9_223_372_036;
                far |=
                    array.as_primitive::<TimestampSecondType>().iter().flatten().any(|at| !nanos_reach.contains(&at));
                Ok(!far)
            })?;
            if !far {
                continue;
            }
            let micros = in_unit(TimeUnit::Microsecond)?;
            let mut exact = self.batches(&[index], None)?;
            values(&micros, &mut |array| {
                let wrapped = match exact.next() {
                    Some(batch) => Arc::clone(batch.map_err(|error| unreadable(self.task, error.into()))?.column(0)),
                    None => return Ok(false),
                };
                let (micros, nanos) = (
                    array.as_primitive::<TimestampMicrosecondType>(),
                    wrapped.as_primitive::<TimestampNanosecondType>(),
                );
                let lossless = micros.iter().zip(nanos).all(|pair| match pair {
                    (Some(micros), Some(nanos)) => nanos == micros.wrapping_mul(1000),
                    _ => true,
                });
                match lossless {
                    true => Ok(true),
                    false => Err(wrong(self.task, "an INT96 column needs nanoseconds beyond the years 1677 to 2262")),
                }
            })?;
            *self = micros;
        }
        Ok(())
    }

    /// The batches of some columns, of all row groups or one.
    fn batches(&self, columns: &[usize], group: Option<usize>) -> Result<ParquetRecordBatchReader> {
        let metadata = self.metadata.metadata();
        let groups = group.map_or(0..metadata.num_row_groups(), |group| group..group + 1);
        // The widest rows decide, so that no batch of any row group grows too large.
        let average = metadata.row_groups()[groups.clone()]
            .iter()
            .map(|group| {
                let bytes: i64 =
                    columns.iter().map(|column| group.column(self.leaf(*column)).uncompressed_size()).sum();
                bytes.max(0) as u64 / (group.num_rows().max(1) as u64)
            })
            .max();
        let rows = (BATCH_BYTES / average.unwrap_or(1).max(1)).clamp(16, BATCH_ROWS_MOST);
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), self.metadata.clone())
            .with_projection(mask)
            .with_row_groups(groups.collect())
            .with_batch_size(rows as usize)
            .build()
            .map_err(|error| unreadable(self.task, error))
    }

    /// The first column of the file's own schema that belongs to a column of the table.
    fn leaf(&self, column: usize) -> usize {
        let schema = self.metadata.parquet_schema();
        (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == column).unwrap_or_default()
    }
}

/// A column to be read.
struct ColumnJob<'a> {
    index: usize,
    /// Its place among the hashed columns.
    hashed: Option<(usize, &'a super::plan::Hashed)>,
    timed: bool,
}

/// Does so many jobs on all cores; the results in order, or the error of the first job that has one.
fn each<T: Send>(task: Task<'_>, jobs: usize, work: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new((0..jobs).map(|_| None).collect::<Vec<Option<Result<T>>>>());
    let labour = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                break;
            }
            // A panic here would otherwise be lost with its thread.
            let result = catch_unwind(AssertUnwindSafe(|| work(job)))
                .unwrap_or_else(|_| Err(wrong(task, "it can't be decoded")));
            let failed = result.is_err();
            results.lock().unwrap_or_else(PoisonError::into_inner)[job] = Some(result);
            if failed {
                // The jobs before this one are under way already, so no earlier error is missed.
                next.store(jobs, Ordering::Relaxed);
                break;
            }
        }
    };
    let threads = workers::count().min(jobs);
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(labour);
        }
        labour();
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().flatten().collect()
}

/// The footer, its length checked before it is decoded.
fn footer(task: Task<'_>, source: &Source) -> Result<ParquetMetaData> {
    let length = source.length;
    if length < 12 {
        return Err(wrong(task, "it is too short"));
    }
    let mut tail = [0; 8];
    files::read_at(task.source, task.path, &mut tail, length - 8)?;
    let mut head = [0; 4];
    files::read_at(task.source, task.path, &mut head, 0)?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic == *b"PARE" {
        return Err(Error::unsupported(format!("{}: encrypted Parquet can't be read", task.path.display())));
    }
    if magic != *b"PAR1" || head != *b"PAR1" {
        return Err(wrong(task, "it does not begin and end with PAR1; is it cut off?"));
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    if size > FOOTER_BYTES_MOST.min(length - 12) {
        return Err(wrong(task, &format!("its footer can't be {size} bytes long")));
    }
    let mut bytes = vec![0; size as usize];
    files::read_at(task.source, task.path, &mut bytes, length - 8 - size)?;
    guarded(task, || ParquetMetaDataReader::decode_metadata(&bytes))
}

/// Limits and contradictions that the decoder does not look at.
fn check(task: Task<'_>, metadata: &ParquetMetaData, length: u64) -> Result<()> {
    let groups = metadata.row_groups();
    let columns = metadata.file_metadata().schema_descr().num_columns();
    if groups.len() > GROUPS_MOST {
        return Err(wrong(task, &format!("it has more than {GROUPS_MOST} row groups")));
    }
    if columns > COLUMNS_MOST {
        return Err(wrong(task, &format!("it has more than {COLUMNS_MOST} columns")));
    }
    let mut rows = 0_i64;
    for group in groups {
        rows = match group.num_rows() {
            count if count < 0 => return Err(wrong(task, "a row group has a negative number of rows")),
            count => rows.checked_add(count).ok_or_else(|| wrong(task, "it has too many rows"))?,
        };
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let ends_within = u64::try_from(start)
                .ok()
                .zip(u64::try_from(column.compressed_size()).ok())
                .and_then(|(start, size)| start.checked_add(size))
                .is_some_and(|end| end <= length);
            if !ends_within || column.data_page_offset() < 0 || column.uncompressed_size() < 0 {
                return Err(wrong(task, "a column lies outside the file"));
            }
        }
    }
    match rows == metadata.file_metadata().num_rows() {
        true => Ok(()),
        false => Err(wrong(task, "its row groups don't add up to its number of rows")),
    }
}

/// The types in which the columns are read: what the writer's Arrow schema hints at where it can be used,
/// dictionaries as their values, and texts as views, which share a page's bytes however often they repeat.
fn arrow_metadata(task: Task<'_>, metadata: Arc<ParquetMetaData>) -> Result<ArrowReaderMetadata> {
    let load =
        |options: ArrowReaderOptions| guarded(task, || ArrowReaderMetadata::try_new(Arc::clone(&metadata), options));
    let hinted = match load(ArrowReaderOptions::new()) {
        Ok(hinted) => hinted,
        Err(_) => load(ArrowReaderOptions::new().with_skip_arrow_metadata(true))?,
    };
    let roots = hinted.parquet_schema().root_schema().get_fields();
    let fields: Vec<Field> = hinted
        .schema()
        .fields()
        .iter()
        .zip(roots)
        .map(|(field, root)| {
            let info = root.get_basic_info();
            // What enumerations hold is text by the definition of Parquet.
            let enumeration = matches!(info.logical_type_ref(), Some(LogicalType::Enum))
                || info.converted_type() == ConvertedType::ENUM;
            field.as_ref().clone().with_data_type(reading_type(field.data_type(), enumeration && root.is_primitive()))
        })
        .collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, hinted.schema().metadata().clone()));
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(schema);
    Ok(load(options).unwrap_or(hinted))
}

fn reading_type(data_type: &DataType, enumeration: bool) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => reading_type(values, enumeration),
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary if enumeration => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        other => other.clone(),
    }
}

/// Runs the decoder: a panic of it is an error like its others.
fn guarded<T>(task: Task<'_>, decode: impl FnOnce() -> std::result::Result<T, ParquetError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(decoded)) => Ok(decoded),
        Ok(Err(error)) => Err(unreadable(task, error)),
        Err(_) => Err(wrong(task, "it can't be decoded")),
    }
}

fn unreadable(task: Task<'_>, error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => {
                FileError::new("read", task.path, *cause).into()
            }
            Ok(cause) => wrong(task, &cause.to_string()),
            Err(cause) => wrong(task, &cause.to_string()),
        },
        other => wrong(task, &other.to_string()),
    }
}

fn wrong(task: Task<'_>, what: &str) -> Error {
    Error::invalid_data(format!("{} is no readable Parquet file: {what}", task.path.display()))
}

/// A file that several threads read at places of their own.
#[derive(Clone)]
struct Source {
    file: Arc<File>,
    path: Arc<Path>,
    length: u64,
}

impl Source {
    fn new(task: Task<'_>) -> Result<Self> {
        let length = files::metadata_of(task.source, task.path)?.len();
        let file = task.source.try_clone().map_err(|error| FileError::new("read", task.path, error))?;
        Ok(Self { file: Arc::new(file), path: task.path.into(), length })
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> std::result::Result<Self::T, ParquetError> {
        Ok(BufReader::new(ReadFrom { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> std::result::Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF("the file ends before its data".to_owned()));
        }
        let mut bytes = vec![0; length];
        let count = files::read_at(&self.file, &self.path, &mut bytes, start)
            .map_err(|error| ParquetError::External(Box::new(error.source)))?;
        match count == length {
            true => Ok(bytes.into()),
            false => Err(ParquetError::EOF("the file was cut short while it was read".to_owned())),
        }
    }
}

/// Reads on from a place in the file.
struct ReadFrom {
    source: Source,
    at: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count =
            files::read_at(&self.source.file, &self.source.path, buffer, self.at).map_err(|error| error.source)?;
        self.at += count as u64;
        Ok(count)
    }
}
