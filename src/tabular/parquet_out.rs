//! Writes Parquet whose bytes depend on nothing but the rows.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::digest::{Digest, Hasher};
use crate::base::files::{self, Context, FileError};
use crate::base::parallel::both;
use crate::model::{Error, Result};

/// Some rows: one array a column.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) rows: usize,
    /// Roughly what they hold in memory.
    pub(super) bytes: usize,
    pub(super) columns: Vec<ArrayRef>,
}

/// Turns rows into the encoded columns of a row group; any thread may.
pub(super) struct GroupEncoder {
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
}

/// The file being written.
pub(super) struct ParquetWriter<'a> {
    inner: SerializedFileWriter<Output<'a>>,
    path: &'a Path,
}

impl<'a> ParquetWriter<'a> {
    /// Begins a file, whatever it held before; `path` is for messages. Texts of the columns `unique` don't repeat.
    pub(super) fn new(
        file: &'a File,
        path: &'a Path,
        schema: SchemaRef,
        unique: &[String],
    ) -> Result<(Self, GroupEncoder)> {
        file.set_len(0).context("empty", path)?;
        let properties = properties(&schema, unique);
        let described = ArrowSchemaConverter::new().convert(&schema).map_err(|error| failed(error, path))?;
        let output = Output { file, path, hasher: Hasher::default(), size: 0 };
        let inner = SerializedFileWriter::new(output, described.root_schema_ptr(), Arc::new(properties))
            .map_err(|error| failed(error, path))?;
        let factory = ArrowRowGroupWriterFactory::new(&inner, Arc::clone(&schema));
        Ok((Self { inner, path }, GroupEncoder { schema, factory }))
    }

    /// Writes the next row group.
    pub(super) fn append(&mut self, columns: Vec<ArrowColumnChunk>) -> Result<()> {
        let path = self.path;
        let mut group = self.inner.next_row_group().map_err(|error| failed(error, path))?;
        for column in columns {
            column.append_to_row_group(&mut group).map_err(|error| failed(error, path))?;
        }
        group.close().map_err(|error| failed(error, path))?;
        Ok(())
    }

    /// Writes the footer; gives the hash and the length of the file.
    pub(super) fn finish(self) -> Result<(Digest, u64)> {
        let output = self.inner.into_inner().map_err(|error| failed(error, self.path))?;
        Ok((output.hasher.finish(), output.size))
    }
}

impl GroupEncoder {
    /// Encodes the rows of the row group with this number.
    pub(super) fn encode(&self, group: usize, pieces: &[Piece]) -> Result<Vec<ArrowColumnChunk>> {
        self.encode_columns(0, self.writers(group)?, pieces)
    }

    /// The same on two threads, each with half of the columns.
    pub(super) fn encode_in_halves(&self, group: usize, pieces: &[Piece]) -> Result<Vec<ArrowColumnChunk>> {
        let mut writers = self.writers(group)?;
        let middle = writers.len() / 2;
        let behind = writers.split_off(middle);
        let (behind, chunks) =
            both(|| self.encode_columns(middle, behind, pieces), || self.encode_columns(0, writers, pieces));
        let mut chunks = chunks?;
        chunks.extend(behind?);
        Ok(chunks)
    }

    fn writers(&self, group: usize) -> Result<Vec<ArrowColumnWriter>> {
        self.factory.create_column_writers(group).map_err(not_encoded)
    }

    /// Encodes the columns from this one on for which there are writers.
    fn encode_columns(
        &self,
        first: usize,
        writers: Vec<ArrowColumnWriter>,
        pieces: &[Piece],
    ) -> Result<Vec<ArrowColumnChunk>> {
        let encode = |(index, mut writer): (usize, ArrowColumnWriter)| {
            for piece in pieces {
                for leaf in compute_leaves(&self.schema.fields()[index], &piece.columns[index])? {
                    writer.write(&leaf)?;
                }
            }
            writer.close()
        };
        (first..).zip(writers).map(encode).collect::<std::result::Result<_, _>>().map_err(not_encoded)
    }
}

/// Texts repeat and go through a dictionary; numbers seldom do, and a dictionary that fails costs more than all else:
/// whole numbers and moments are kept as differences, reals as they are.
fn properties(schema: &SchemaRef, unique: &[String]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("keepstone version {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for field in schema.fields() {
        let column = || ColumnPath::from(vec![field.name().clone()]);
        properties = match field.data_type() {
            DataType::Utf8 if unique.contains(field.name()) => {
                properties.set_column_dictionary_enabled(column(), false)
            }
            DataType::Utf8 => properties,
            DataType::Float64 | DataType::Boolean => properties.set_column_dictionary_enabled(column(), false),
            _ => properties
                .set_column_dictionary_enabled(column(), false)
                .set_column_encoding(column(), Encoding::DELTA_BINARY_PACKED),
        };
    }
    properties.build()
}

/// Hashes and counts what goes into a file.
struct Output<'a> {
    file: &'a File,
    path: &'a Path,
    hasher: Hasher,
    size: u64,
}

impl io::Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        files::write_at(self.file, self.path, bytes, self.size).map_err(|error| error.source)?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn not_encoded(error: ParquetError) -> Error {
    Error::internal(format!("can't encode the table as Parquet: {error}"))
}

/// What the system said about the disk, or a defect here.
fn failed(error: ParquetError, path: &Path) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => FileError::new("write", path, *cause).into(),
            Err(cause) => Error::internal(format!("can't write the table as Parquet: {cause}")),
        },
        other => Error::internal(format!("can't write the table as Parquet: {other}")),
    }
}
