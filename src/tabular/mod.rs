//! Tables: CSV is read into Parquet, Parquet is read, and both get the content hash that `docs/format.md` specifies.

mod assemble;
mod compare;
mod csv;
mod digest;
mod encode;
mod extent;
mod listing;
mod logical;
mod moment;
mod parquet_in;
mod parquet_out;
mod parquet_pages;
mod plan;
mod shuffled;
mod workers;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

pub use compare::{Comparing, Side, compare};
pub use listing::Cells;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::artifact::TypeDefinition;
use crate::model::{Error, Result, Watch};

/// The version of the content hash's specification; it stands in the hash and beside it.
pub const CONTENT_HASH_VERSION: u32 = 1;

/// How many row digests are held before they are written away: 32 MiB of them.
const HELD_DIGESTS: usize = 1 << 20;

/// What an artifact type says about its tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The columns that count as content, in this order; all of them in file order when absent.
    pub canonical_columns: Option<Vec<String>>,
    /// When there are any, the order of the rows does not count as content.
    pub sort_keys: Vec<String>,
    /// Columns whose texts and dates are read as moments.
    pub timestamp_columns: Vec<String>,
}

impl From<&TypeDefinition> for Shape {
    fn from(definition: &TypeDefinition) -> Self {
        Self {
            canonical_columns: definition.canonical_columns.clone(),
            sort_keys: definition.sort_keys.clone(),
            timestamp_columns: definition.timestamp_columns.clone(),
        }
    }
}

/// The type that a caller gives a CSV column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Whole numbers of 64 bits.
    Int,
    /// Floating point numbers of 64 bits.
    Float,
    /// true or false.
    Bool,
    /// Text as it stands.
    Text,
    /// A day: YYYY-MM-DD.
    Date,
    /// A date and a time of day without a zone.
    Timestamp,
    /// A moment; without a zone it reads as UTC.
    Timestamptz,
}

impl ColumnType {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Int => "int",
            ColumnType::Float => "float",
            ColumnType::Bool => "bool",
            ColumnType::Text => "text",
            ColumnType::Date => "date",
            ColumnType::Timestamp => "timestamp",
            ColumnType::Timestamptz => "timestamptz",
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The word for its logical type, as in the content hash.
    pub logical_type: String,
}

/// What reading a table found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The hash of its logical content.
    pub content_hash: [u8; 32],
    /// How many rows it has.
    pub row_count: u64,
    /// The earliest moment of its time column.
    pub min_ts: Option<jiff::Timestamp>,
    /// The latest moment of its time column.
    pub max_ts: Option<jiff::Timestamp>,
    /// All its columns in the order of the file.
    pub columns: Vec<Column>,
}

/// What importing a CSV gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What reading it found.
    pub table: Table,
    /// SHA-256 of the CSV's bytes.
    pub source_hash: [u8; 32],
    /// Length of the CSV in bytes.
    pub source_size: u64,
    /// SHA-256 of the Parquet written.
    pub parquet_hash: [u8; 32],
    /// Length of the Parquet in bytes.
    pub parquet_size: u64,
}

/// Where a table is read and what its work may use.
#[derive(Clone, Copy)]
struct Task<'a> {
    source: &'a File,
    /// For messages only.
    path: &'a Path,
    shape: &'a Shape,
    /// The folder for spill files.
    scratch: &'a Path,
    watch: &'a dyn Watch,
}

/// The error with the path before it.
fn at_path(task: Task<'_>, error: Error) -> Error {
    let mut told = Error::new(error.kind(), format!("{}: {}", task.path.display(), error.message()));
    if let Some(hint) = error.hint_text() {
        told = told.hint(hint);
    }
    error.data().details.into_iter().fold(told, |told, (key, value)| told.detail(&key, value))
}

/// Converts a CSV into Parquet written to `into`, an empty file, hashing both on the way.
///
/// The same CSV gives the same bytes. `path` is for messages only. Nothing is flushed to the disk.
pub fn import_csv(
    source: &File,
    path: &Path,
    overrides: &BTreeMap<String, ColumnType>,
    shape: &Shape,
    into: &File,
    scratch: &Path,
    watch: &dyn Watch,
) -> Result<Imported> {
    csv::import(Task { source, path, shape, scratch, watch }, overrides, into)
}

/// Reads a Parquet file and hashes its content; `path` is for messages only.
pub fn read_parquet(source: &File, path: &Path, shape: &Shape, scratch: &Path, watch: &dyn Watch) -> Result<Table> {
    parquet_in::read(Task { source, path, shape, scratch, watch })
}

/// The columns of a Parquet file, as its footer says; `path` is for messages only.
pub fn columns(source: &File, path: &Path, watch: &dyn Watch) -> Result<Vec<Column>> {
    let shape = Shape::default();
    // No value is read, so nothing is spilled.
    let (columns, _) = parquet_in::outline(Task { source, path, shape: &shape, scratch: Path::new(""), watch })?;
    Ok(columns.into_iter().map(|(name, logical)| Column { name, logical_type: logical.to_string() }).collect())
}

/// Writes named columns of one length as Parquet into an empty file; gives SHA-256 and length of what was written.
///
/// The same columns give the same bytes. `path` is for messages only. Nothing is flushed to the disk.
pub fn write_listing(columns: Vec<(String, Cells)>, into: &File, path: &Path) -> Result<([u8; 32], u64)> {
    listing::write(columns, into, path)
}

/// Whether these first bytes are Parquet's.
pub fn is_parquet(head: &[u8]) -> bool {
    head.starts_with(b"PAR1") || head.starts_with(b"PARE")
}

/// Reads a list that some program made of what it knows: named columns of texts, numbers, and true or false. `path` is for
/// messages only.
pub fn read_listing(source: &File, path: &Path, watch: &dyn Watch) -> Result<Vec<(String, Cells)>> {
    let shape = Shape::default();
    // Nothing is spilled.
    listing::read(Task { source, path, shape: &shape, scratch: Path::new(""), watch })
}
