//! Tables that keepstone itself makes: lists of what it knows, for engines that read Parquet.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow_schema::{DataType, Field, Schema};

use super::parquet_out::{ParquetWriter, Piece};
use crate::model::Result;

/// The values of a column; a row without a value is null.
pub enum Cells<'a> {
    /// Texts.
    Text(Vec<Option<&'a str>>),
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
            Cells::Text(cells) => (DataType::Utf8, Arc::new(StringArray::from(cells))),
            Cells::Unique(cells) => (DataType::Utf8, Arc::new(cells.into_iter().collect::<StringArray>())),
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
