//! What the values of a column come to, taken batch by batch.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};

use super::super::encode::{Encoded, append};
use super::super::logical::Logical;
use super::cells::cell;
use crate::model::comparison::{Cell, ColumnStatistics};
use crate::model::number::Count;
use crate::model::{Error, Result};

/// Different values are counted up to this many, and up to this many bytes each.
const DISTINCT_MOST: usize = 1000;
const DISTINCT_BYTES_MOST: usize = 256;

/// Where a value stands among those of its column.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Place {
    Whole(i128),
    Wide(i256),
    Float(f64),
    Bytes(Vec<u8>),
}

/// A value at one end, where it stands and how it is shown.
type End = (Place, Option<Cell>);

/// The values of a batch, as they are put in order.
enum Values<'a> {
    Whole(Vec<Option<i128>>),
    Wide(Vec<Option<i256>>),
    Floats(Vec<Option<f64>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

/// A column so far.
pub(super) struct Tally {
    logical: Logical,
    nulls: u64,
    nans: u64,
    /// None once there were too many.
    distinct: Option<HashSet<Box<[u8]>>>,
    least: Option<End>,
    greatest: Option<End>,
    /// Numbers that are not NaN.
    numbers: u64,
    sum: Sum,
    scratch: Encoded,
}

/// A sum that doesn't lose small numbers beside large ones.
#[derive(Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, number: f64) {
        let sum = self.sum + number;
        self.lost += match self.sum.abs() >= number.abs() {
            true => (self.sum - sum) + number,
            false => (number - sum) + self.sum,
        };
        self.sum = sum;
    }

    fn total(&self) -> f64 {
        // Beyond all bounds nothing is lost that could be known.
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

impl Tally {
    pub(super) fn new(logical: Logical) -> Self {
        Self {
            logical,
            nulls: 0,
            nans: 0,
            distinct: Some(HashSet::new()),
            least: None,
            greatest: None,
            numbers: 0,
            sum: Sum::default(),
            scratch: Encoded { ends: Some(Vec::new()), ..Encoded::default() },
        }
    }

    /// Takes the next rows of the column.
    pub(super) fn take(&mut self, array: &dyn Array) -> Result<()> {
        self.nulls += array.logical_null_count() as u64;
        self.count_distinct(array)?;
        let Some(values) = values(array) else { return Ok(()) };
        self.widen(array, &values);
        match values {
            Values::Whole(values) if self.logical == Logical::Int => {
                values.into_iter().flatten().for_each(|value| self.number(value as f64));
            }
            Values::Whole(values) => {
                if let Logical::Decimal { scale } = self.logical {
                    let unit = 10_f64.powi(-i32::from(scale));
                    values.into_iter().flatten().for_each(|value| self.number(value as f64 * unit));
                }
            }
            Values::Wide(values) => {
                if let Logical::Decimal { scale } = self.logical {
                    let unit = 10_f64.powi(-i32::from(scale));
                    let numbers =
                        values.into_iter().flatten().filter_map(|value| value.to_string().parse::<f64>().ok());
                    numbers.for_each(|value| self.number(value * unit));
                }
            }
            Values::Floats(values) => values.into_iter().flatten().for_each(|value| self.number(value)),
            Values::Bytes(_) => {}
        }
        Ok(())
    }

    fn number(&mut self, value: f64) {
        if value.is_nan() {
            self.nans += 1;
        } else {
            self.numbers += 1;
            self.sum.add(value);
        }
    }

    fn count_distinct(&mut self, array: &dyn Array) -> Result<()> {
        let Some(distinct) = &mut self.distinct else { return Ok(()) };
        // A few at a time: mostly there are soon too many.
        for start in (0..array.len()).step_by(1024) {
            let rows = start..array.len().min(start + 1024);
            self.scratch.clear();
            append(array, rows.clone(), false, &mut self.scratch).map_err(|(_, what)| Error::invalid_data(what))?;
            let ends = self.scratch.ends.as_deref().unwrap_or_default();
            let mut from = 0;
            for (row, end) in rows.zip(ends) {
                let value = &self.scratch.bytes[from..*end];
                from = *end;
                if array.is_null(row) || distinct.contains(value) {
                    continue;
                }
                if distinct.len() == DISTINCT_MOST || value.len() > DISTINCT_BYTES_MOST {
                    self.distinct = None;
                    return Ok(());
                }
                distinct.insert(value.into());
            }
        }
        Ok(())
    }

    fn widen(&mut self, array: &dyn Array, values: &Values) {
        let ends = match values {
            Values::Whole(values) => ends(values.iter().copied()),
            Values::Wide(values) => ends(values.iter().copied()),
            Values::Floats(values) => ends(values.iter().map(|value| value.filter(|value| !value.is_nan()))),
            Values::Bytes(values) => ends(values.iter().copied()),
        };
        let Some((least, greatest)) = ends else { return };
        let place = |row: usize| match values {
            Values::Whole(values) => values[row].map(Place::Whole),
            Values::Wide(values) => values[row].map(Place::Wide),
            Values::Floats(values) => values[row].map(Place::Float),
            Values::Bytes(values) => values[row].map(|value| Place::Bytes(value.to_vec())),
        };
        if let Some(place) = place(least)
            && self.least.as_ref().is_none_or(|(known, _)| place < *known)
        {
            self.least = Some((place, cell(array, least)));
        }
        if let Some(place) = place(greatest)
            && self.greatest.as_ref().is_none_or(|(known, _)| place > *known)
        {
            self.greatest = Some((place, cell(array, greatest)));
        }
    }

    pub(super) fn finish(self) -> ColumnStatistics {
        let mean = self.sum.total() / self.numbers as f64;
        let float = matches!(self.logical, Logical::Float16 | Logical::Float32 | Logical::Float64);
        ColumnStatistics {
            kind: self.logical.to_string(),
            nulls: Count(self.nulls),
            nans: float.then_some(Count(self.nans)),
            distinct: self.distinct.map(|distinct| Count(distinct.len() as u64)),
            min: self.least.and_then(|(_, cell)| cell),
            max: self.greatest.and_then(|(_, cell)| cell),
            mean: (self.numbers > 0 && mean.is_finite()).then_some(mean),
        }
    }
}

/// The rows of the least and the greatest value, the first of each.
fn ends<T: PartialOrd + Copy>(values: impl Iterator<Item = Option<T>>) -> Option<(usize, usize)> {
    let mut there = values.enumerate().filter_map(|(row, value)| Some((row, value?)));
    let first = there.next()?;
    let (mut least, mut greatest) = (first, first);
    for (row, value) in there {
        if value < least.1 {
            least = (row, value);
        }
        if value > greatest.1 {
            greatest = (row, value);
        }
    }
    Some((least.0, greatest.0))
}

fn values(array: &dyn Array) -> Option<Values<'_>> {
    Some(match array.data_type() {
        DataType::Boolean => Values::Whole(array.as_boolean().iter().map(|value| value.map(i128::from)).collect()),
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Date32 => whole::<Date32Type>(array),
        DataType::Date64 => whole::<Date64Type>(array),
        DataType::Time32(TimeUnit::Second) => whole::<Time32SecondType>(array),
        DataType::Time32(_) => whole::<Time32MillisecondType>(array),
        DataType::Time64(TimeUnit::Microsecond) => whole::<Time64MicrosecondType>(array),
        DataType::Time64(_) => whole::<Time64NanosecondType>(array),
        DataType::Timestamp(TimeUnit::Second, _) => whole::<TimestampSecondType>(array),
        DataType::Timestamp(TimeUnit::Millisecond, _) => whole::<TimestampMillisecondType>(array),
        DataType::Timestamp(TimeUnit::Microsecond, _) => whole::<TimestampMicrosecondType>(array),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => whole::<TimestampNanosecondType>(array),
        DataType::Duration(TimeUnit::Second) => whole::<DurationSecondType>(array),
        DataType::Duration(TimeUnit::Millisecond) => whole::<DurationMillisecondType>(array),
        DataType::Duration(TimeUnit::Microsecond) => whole::<DurationMicrosecondType>(array),
        DataType::Duration(TimeUnit::Nanosecond) => whole::<DurationNanosecondType>(array),
        DataType::Decimal32(..) => whole::<Decimal32Type>(array),
        DataType::Decimal64(..) => whole::<Decimal64Type>(array),
        DataType::Decimal128(..) => whole::<Decimal128Type>(array),
        DataType::Decimal256(..) => Values::Wide(array.as_primitive::<Decimal256Type>().iter().collect()),
        DataType::Float16 => Values::Floats(
            array.as_primitive::<Float16Type>().iter().map(|value| value.map(|value| value.to_f64())).collect(),
        ),
        DataType::Float32 => {
            Values::Floats(array.as_primitive::<Float32Type>().iter().map(|value| value.map(f64::from)).collect())
        }
        DataType::Float64 => Values::Floats(array.as_primitive::<Float64Type>().iter().collect()),
        DataType::Utf8 => Values::Bytes(array.as_string::<i32>().iter().map(|text| text.map(str::as_bytes)).collect()),
        DataType::LargeUtf8 => {
            Values::Bytes(array.as_string::<i64>().iter().map(|text| text.map(str::as_bytes)).collect())
        }
        DataType::Utf8View => {
            Values::Bytes(array.as_string_view().iter().map(|text| text.map(str::as_bytes)).collect())
        }
        DataType::Binary => Values::Bytes(array.as_binary::<i32>().iter().collect()),
        DataType::LargeBinary => Values::Bytes(array.as_binary::<i64>().iter().collect()),
        DataType::BinaryView => Values::Bytes(array.as_binary_view().iter().collect()),
        DataType::FixedSizeBinary(_) => Values::Bytes(array.as_fixed_size_binary().iter().collect()),
        _ => return None,
    })
}

fn whole<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array) -> Values<'_> {
    Values::Whole(array.as_primitive::<T>().iter().map(|value| value.map(Into::into)).collect())
}
