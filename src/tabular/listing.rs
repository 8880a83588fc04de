//! Tables that are no artifacts: lists of what a program knows, for engines that read Parquet.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};

use super::parquet_out::{ParquetWriter, Piece};
use super::{Task, parquet_in};
use crate::model::{Error, Result};

/// The values of a column; a row without a value is null.
pub enum Cells {
    /// Texts.
    Text(StringArray),
    /// Texts of which no two are alike.
    Unique(StringArray),
    /// Whole numbers.
    Int(Int64Array),
    /// Numbers.
    Float(Float64Array),
    /// True or false.
    Bool(BooleanArray),
}

impl Cells {
    fn array(self) -> ArrayRef {
        match self {
            Cells::Text(cells) | Cells::Unique(cells) => Arc::new(cells),
            Cells::Int(cells) => Arc::new(cells),
            Cells::Float(cells) => Arc::new(cells),
            Cells::Bool(cells) => Arc::new(cells),
        }
    }
}

/// Writes named columns of one length as Parquet, one row group; gives SHA-256 and length of the file.
pub(super) fn write(columns: Vec<(String, Cells)>, into: &File, path: &Path) -> Result<([u8; 32], u64)> {
    let (mut fields, mut arrays, mut unique) = (Vec::new(), Vec::new(), Vec::new());
    for (name, cells) in columns {
        if matches!(cells, Cells::Unique(_)) {
            unique.push(name.clone());
        }
        let array = cells.array();
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let rows = arrays.first().map_or(0, |array| array.len());
    let bytes = arrays.iter().map(|array| array.get_array_memory_size()).sum();
    let (mut writer, encoder) = ParquetWriter::new(into, path, Arc::new(Schema::new(fields)), &unique)?;
    writer.append(encoder.encode_in_halves(0, &[Piece { rows, bytes, columns: arrays }])?)?;
    writer.finish()
}

/// Reads such a list, whole.
pub(super) fn read(task: Task<'_>) -> Result<Vec<(String, Cells)>> {
    let mut columns: Vec<(String, Growing)> = Vec::new();
    parquet_in::each_batch(task, |batch| {
        for (at, field) in batch.schema().fields().iter().enumerate() {
            if columns.len() == at {
                columns.push((field.name().clone(), Growing::of(field.data_type())));
            }
            let (name, cells) = &mut columns[at];
            cells.extend(batch, at).ok_or_else(|| {
                Error::invalid_data(format!(
                    "{}: the column {name:?} holds {}, which no list of ours has",
                    task.path.display(),
                    field.data_type()
                ))
            })?;
        }
        Ok(())
    })?;
    Ok(columns.into_iter().map(|(name, cells)| (name, cells.finish())).collect())
}

/// A column while it is read.
enum Growing {
    Text(StringBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
}

impl Growing {
    fn of(kind: &DataType) -> Self {
        match kind {
            kind if kind.is_integer() => Growing::Int(Int64Builder::new()),
            kind if kind.is_floating() => Growing::Float(Float64Builder::new()),
            DataType::Boolean => Growing::Bool(BooleanBuilder::new()),
            _ => Growing::Text(StringBuilder::new()),
        }
    }

    /// `None` where a column can't be read as what it is.
    fn extend(&mut self, batch: &RecordBatch, at: usize) -> Option<()> {
        let array = batch.column(at);
        let wider = |kind: DataType| cast(array, &kind).ok().filter(|wider| wider.null_count() == array.null_count());
        match self {
            Growing::Int(cells) => cells.extend(wider(DataType::Int64)?.as_primitive::<Int64Type>().iter()),
            Growing::Float(cells) => cells.extend(wider(DataType::Float64)?.as_primitive::<Float64Type>().iter()),
            Growing::Bool(cells) => cells.extend(array.as_boolean().iter()),
            Growing::Text(cells) => match array.data_type() {
                DataType::Null => cells.append_nulls(array.len()),
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                    cells.extend(wider(DataType::Utf8)?.as_string::<i32>().iter());
                }
                _ => return None,
            },
        }
        Some(())
    }

    fn finish(self) -> Cells {
        match self {
            Growing::Text(mut cells) => Cells::Text(cells.finish()),
            Growing::Int(mut cells) => Cells::Int(cells.finish()),
            Growing::Float(mut cells) => Cells::Float(cells.finish()),
            Growing::Bool(mut cells) => Cells::Bool(cells.finish()),
        }
    }
}
