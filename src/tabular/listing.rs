//! Tables that are no artifacts: lists of what a program knows, for engines that read Parquet.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};

use super::parquet_out::{ParquetWriter, Piece};
use super::{Task, parquet_in};
use crate::model::{Error, Result};

/// The values of a column; a row without a value is null.
pub enum Cells<'a> {
    /// Texts.
    Text(Vec<Option<Cow<'a, str>>>),
    /// Texts of which no two are alike.
    Unique(Vec<Option<Cow<'a, str>>>),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Numbers.
    Float(Vec<Option<f64>>),
    /// True or false.
    Bool(Vec<Option<bool>>),
}

impl Cells<'_> {
    fn array(self) -> (DataType, ArrayRef) {
        match self {
            Cells::Text(cells) | Cells::Unique(cells) => {
                (DataType::Utf8, Arc::new(cells.into_iter().collect::<StringArray>()))
            }
            Cells::Int(cells) => (DataType::Int64, Arc::new(Int64Array::from(cells))),
            Cells::Float(cells) => (DataType::Float64, Arc::new(Float64Array::from(cells))),
            Cells::Bool(cells) => (DataType::Boolean, Arc::new(BooleanArray::from(cells))),
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
        let (kind, array) = cells.array();
        fields.push(Field::new(name, kind, true));
        arrays.push(array);
    }
    let rows = arrays.first().map_or(0, |array| array.len());
    let bytes = arrays.iter().map(|array| array.get_array_memory_size()).sum();
    let (mut writer, encoder) = ParquetWriter::new(into, path, Arc::new(Schema::new(fields)), &unique)?;
    writer.append(encoder.encode(0, &[Piece { rows, bytes, columns: arrays }])?)?;
    writer.finish()
}

/// Reads such a list, whole.
pub(super) fn read(task: Task<'_>) -> Result<Vec<(String, Cells<'static>)>> {
    let mut columns: Vec<(String, Cells<'static>)> = Vec::new();
    parquet_in::each_batch(task, |batch| {
        for (at, field) in batch.schema().fields().iter().enumerate() {
            if columns.len() == at {
                columns.push((field.name().clone(), empty(field.data_type())));
            }
            let (name, cells) = &mut columns[at];
            extend(cells, batch, at).ok_or_else(|| {
                Error::invalid_data(format!(
                    "{}: the column {name:?} holds {}, which no list of ours has",
                    task.path.display(),
                    field.data_type()
                ))
            })?;
        }
        Ok(())
    })?;
    Ok(columns)
}

fn empty(kind: &DataType) -> Cells<'static> {
    match kind {
        kind if kind.is_integer() => Cells::Int(Vec::new()),
        kind if kind.is_floating() => Cells::Float(Vec::new()),
        DataType::Boolean => Cells::Bool(Vec::new()),
        _ => Cells::Text(Vec::new()),
    }
}

/// `None` where a column can't be read as what it is.
fn extend(cells: &mut Cells<'static>, batch: &RecordBatch, at: usize) -> Option<()> {
    let array = batch.column(at);
    let wider = |kind: DataType| cast(array, &kind).ok().filter(|wider| wider.null_count() == array.null_count());
    match cells {
        Cells::Int(cells) => cells.extend(wider(DataType::Int64)?.as_primitive::<Int64Type>().iter()),
        Cells::Float(cells) => cells.extend(wider(DataType::Float64)?.as_primitive::<Float64Type>().iter()),
        Cells::Bool(cells) => cells.extend(array.as_boolean().iter()),
        Cells::Text(cells) | Cells::Unique(cells) => match array.data_type() {
            DataType::Null => cells.extend((0..array.len()).map(|_| None)),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let texts = wider(DataType::Utf8)?;
                cells.extend(texts.as_string::<i32>().iter().map(|text| text.map(|text| Cow::Owned(text.to_owned()))));
            }
            _ => return None,
        },
    }
    Some(())
}
