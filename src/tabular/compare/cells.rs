//! Single values of a table, as JSON can say them.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, TimeUnit};

use super::super::digest::{Digest, Hasher};
use super::super::encode::{Encoded, append};
use super::super::logical::{per_second, split_seconds};
use super::super::plan::Plan;
use super::super::{Task, parquet_in};
use crate::base::hex;
use crate::model::comparison::Cell;
use crate::model::number::LARGEST;
use crate::model::{Error, Result};

/// Most letters of a text that are shown.
const LETTERS_MOST: usize = 200;

/// Most bytes of a binary value that are shown.
const BYTES_MOST: usize = 32;

/// A value of an example, and the digest by which it is held against another.
pub(super) struct Picked {
    pub(super) cell: Option<Cell>,
    pub(super) digest: Digest,
}

/// The values of some rows, by row, those of the columns of `plan` in its order. Columns that `read_as` names are read as
/// that says.
pub(super) fn pick(
    task: Task,
    plan: &Plan,
    read_as: &Plan,
    rows: impl Iterator<Item = u64>,
) -> Result<BTreeMap<u64, Vec<Picked>>> {
    let mut wanted: Vec<u64> = rows.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut waiting = wanted.into_iter().peekable();
    let mut found = BTreeMap::new();
    if waiting.peek().is_none() {
        return Ok(found);
    }
    let as_moments: Vec<bool> = plan
        .hashed
        .iter()
        .map(|column| read_as.hashed.iter().any(|other| other.index == column.index && other.as_moments))
        .collect();
    let mut first = 0;
    parquet_in::each_batch_of(task, plan, |batch| {
        let here: Range<u64> = first..first + batch.num_rows() as u64;
        while let Some(row) = waiting.next_if(|row| here.contains(row)) {
            let at = (row - first) as usize;
            let columns = batch.columns().iter().zip(&as_moments);
            let picked = columns.map(|(array, as_moments)| one(array, at, *as_moments)).collect::<Result<_>>()?;
            found.insert(row, picked);
        }
        first = here.end;
        task.watch.step(first, 0, "rows looked up")?;
        Ok(waiting.peek().is_some())
    })?;
    Ok(found)
}

fn one(array: &dyn Array, row: usize, as_moments: bool) -> Result<Picked> {
    let mut encoded = Encoded::default();
    append(array, row..row + 1, as_moments, &mut encoded).map_err(|(_, what)| Error::invalid_data(what))?;
    let mut hasher = Hasher::default();
    hasher.update(&encoded.bytes);
    Ok(Picked { cell: cell(array, row), digest: hasher.finish() })
}

/// A value; none where there is none.
pub(super) fn cell(array: &dyn Array, row: usize) -> Option<Cell> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Null => return None,
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => whole(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => whole(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => whole(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => whole(array.as_primitive::<Int64Type>().value(row).into()),
        DataType::UInt8 => whole(array.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => whole(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => whole(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => whole(array.as_primitive::<UInt64Type>().value(row).into()),
        DataType::Float16 => float(array.as_primitive::<Float16Type>().value(row).to_f64()),
        // The shortest number that means it, as people write it.
        DataType::Float32 => {
            let value = array.as_primitive::<Float32Type>().value(row);
            float(value.to_string().parse().unwrap_or(f64::from(value)))
        }
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text(array.as_string_view().value(row)),
        DataType::Binary => bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(row)),
        DataType::Timestamp(unit, zone) => {
            let zoned = zone.is_some();
            match unit {
                TimeUnit::Second => moment::<TimestampSecondType>(array, row, *unit, zoned),
                TimeUnit::Millisecond => moment::<TimestampMillisecondType>(array, row, *unit, zoned),
                TimeUnit::Microsecond => moment::<TimestampMicrosecondType>(array, row, *unit, zoned),
                TimeUnit::Nanosecond => moment::<TimestampNanosecondType>(array, row, *unit, zoned),
            }
        }
        _ => text(&array_value_to_string(array, row).unwrap_or_default()),
    })
}

fn whole(value: i128) -> Cell {
    match i64::try_from(value).ok().filter(|value| value.unsigned_abs() <= LARGEST) {
        Some(value) => Cell::Int(value),
        None => Cell::Text(value.to_string()),
    }
}

fn float(value: f64) -> Cell {
    if value.is_finite() { Cell::Float(value) } else { Cell::Text(value.to_string()) }
}

fn text(value: &str) -> Cell {
    Cell::Text(match value.char_indices().nth(LETTERS_MOST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    })
}

fn bytes(value: &[u8]) -> Cell {
    let shown = hex::encode(&value[..value.len().min(BYTES_MOST)]);
    Cell::Text(format!("0x{shown}{}", if value.len() > BYTES_MOST { "…" } else { "" }))
}

fn moment<T: ArrowPrimitiveType<Native: Into<i64>>>(
    array: &dyn Array,
    row: usize,
    unit: TimeUnit,
    zoned: bool,
) -> Cell {
    let ticks: i64 = array.as_primitive::<T>().value(row).into();
    let (seconds, nanos) = split_seconds(ticks, per_second(unit));
    match jiff::Timestamp::new(seconds, nanos.cast_signed()) {
        Ok(moment) if zoned => Cell::Text(moment.to_string()),
        Ok(moment) => Cell::Text(moment.to_string().trim_end_matches('Z').to_owned()),
        Err(_) => Cell::Text(format!("{ticks} {unit:?}s since 1970")),
    }
}
