//! The bytes that stand for a value in the content hash.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayAccessor, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};

use super::logical::{per_second, split_seconds};
use super::moment;
use crate::model::Error;

const NULL: u8 = 0;
const VALUE: u8 = 1;
/// A whole number beyond the signed 64 bits.
const LARGE: u8 = 2;

const DAY_SECONDS: i64 = 86_400;

/// A value that can't be part of the content, by its row in the array.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bad {
    pub(super) row: u64,
    pub(super) column: String,
    pub(super) what: String,
}

impl Bad {
    /// The error, when the array began at this row of the table.
    pub(super) fn into_error(self, path: &std::path::Path, first_row: u64) -> Error {
        let row = first_row + self.row + 1;
        Error::invalid_data(format!("{}: row {row}, column {:?}: {}", path.display(), self.column, self.what))
            .detail("row", row)
            .detail("column", self.column)
    }
}

/// A text of the data as it may stand in a message: quoted, and not too long.
pub(super) fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Where encodings go: one after the other, and where each ends if somebody wants to know.
#[derive(Default)]
pub(super) struct Encoded {
    pub(super) bytes: Vec<u8>,
    /// The end of each value in `bytes`; kept up only when there is one.
    pub(super) ends: Option<Vec<usize>>,
}

impl Encoded {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        if let Some(ends) = &mut self.ends {
            ends.clear();
        }
    }

    #[inline]
    fn end(&mut self) {
        if let Some(ends) = &mut self.ends {
            ends.push(self.bytes.len());
        }
    }

    #[inline]
    fn null(&mut self) {
        self.bytes.push(NULL);
        self.end();
    }

    #[inline]
    fn fixed<const N: usize>(&mut self, cell: [u8; N]) {
        self.bytes.extend_from_slice(&cell);
        self.end();
    }

    #[inline]
    fn sized(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(&tagged::<8, 9>(VALUE, (value.len() as u64).to_le_bytes()));
        self.bytes.extend_from_slice(value);
        self.end();
    }
}

/// Appends the encodings of some rows of a column; `as_moments` reads its texts and dates as moments.
///
/// An error tells the row in the array and what is wrong.
pub(super) fn append(
    array: &dyn Array,
    rows: Range<usize>,
    as_moments: bool,
    out: &mut Encoded,
) -> Result<(), (usize, String)> {
    match array.data_type() {
        DataType::Null => rows.for_each(|_| out.null()),
        DataType::Boolean => {
            let array = array.as_boolean();
            for row in rows {
                match array.is_null(row) {
                    true => out.null(),
                    false => out.fixed([VALUE, u8::from(array.value(row))]),
                }
            }
        }
        DataType::Int8 => signed::<Int8Type>(array, rows, out),
        DataType::Int16 => signed::<Int16Type>(array, rows, out),
        DataType::Int32 => signed::<Int32Type>(array, rows, out),
        DataType::Int64 => signed::<Int64Type>(array, rows, out),
        DataType::UInt8 => signed::<UInt8Type>(array, rows, out),
        DataType::UInt16 => signed::<UInt16Type>(array, rows, out),
        DataType::UInt32 => signed::<UInt32Type>(array, rows, out),
        DataType::UInt64 => primitive::<UInt64Type, 9>(array.as_primitive(), rows, out, |value| {
            let tag = if i64::try_from(value).is_ok() { VALUE } else { LARGE };
            tagged(tag, value.to_le_bytes())
        }),
        DataType::Float16 => primitive::<Float16Type, 3>(array.as_primitive(), rows, out, |value| {
            let bits: u16 = if value.is_nan() { 0x7e00 } else { value.to_bits() };
            tagged(VALUE, bits.to_le_bytes())
        }),
        DataType::Float32 => primitive::<Float32Type, 5>(array.as_primitive(), rows, out, |value| {
            let bits: u32 = if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() };
            tagged(VALUE, bits.to_le_bytes())
        }),
        DataType::Float64 => primitive::<Float64Type, 9>(array.as_primitive(), rows, out, |value| {
            let bits: u64 = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
            tagged(VALUE, bits.to_le_bytes())
        }),
        DataType::Utf8 if as_moments => return moments(array.as_string::<i32>(), rows, out),
        DataType::LargeUtf8 if as_moments => return moments(array.as_string::<i64>(), rows, out),
        DataType::Utf8View if as_moments => return moments(array.as_string_view(), rows, out),
        DataType::Utf8 => sized(array.as_string::<i32>(), rows, out),
        DataType::LargeUtf8 => sized(array.as_string::<i64>(), rows, out),
        DataType::Utf8View => sized(array.as_string_view(), rows, out),
        DataType::Binary => sized(array.as_binary::<i32>(), rows, out),
        DataType::LargeBinary => sized(array.as_binary::<i64>(), rows, out),
        DataType::BinaryView => sized(array.as_binary_view(), rows, out),
        DataType::FixedSizeBinary(_) => sized(array.as_fixed_size_binary(), rows, out),
        DataType::Date32 if as_moments => primitive::<Date32Type, 13>(array.as_primitive(), rows, out, |days| {
            moment_cell(i64::from(days) * DAY_SECONDS, 0)
        }),
        DataType::Date32 => primitive::<Date32Type, 9>(array.as_primitive(), rows, out, |days| {
            tagged(VALUE, i64::from(days).to_le_bytes())
        }),
        DataType::Date64 => {
            let array = array.as_primitive::<Date64Type>();
            if let Some(row) =
                rows.clone().find(|row| array.is_valid(*row) && array.value(*row).rem_euclid(86_400_000) != 0)
            {
                return Err((row, "the date has a time of day in it".to_owned()));
            }
            match as_moments {
                true => primitive::<_, 13>(array, rows, out, |millis| moment_cell(millis.div_euclid(1000), 0)),
                false => primitive::<_, 9>(array, rows, out, |millis| {
                    tagged(VALUE, millis.div_euclid(86_400_000).to_le_bytes())
                }),
            }
        }
        DataType::Time32(unit) => match unit {
            TimeUnit::Second => ticks::<Time32SecondType>(array, rows, *unit, out),
            _ => ticks::<Time32MillisecondType>(array, rows, *unit, out),
        },
        DataType::Time64(unit) => match unit {
            TimeUnit::Microsecond => ticks::<Time64MicrosecondType>(array, rows, *unit, out),
            _ => ticks::<Time64NanosecondType>(array, rows, *unit, out),
        },
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => ticks::<TimestampSecondType>(array, rows, *unit, out),
            TimeUnit::Millisecond => ticks::<TimestampMillisecondType>(array, rows, *unit, out),
            TimeUnit::Microsecond => ticks::<TimestampMicrosecondType>(array, rows, *unit, out),
            TimeUnit::Nanosecond => ticks::<TimestampNanosecondType>(array, rows, *unit, out),
        },
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => ticks::<DurationSecondType>(array, rows, *unit, out),
            TimeUnit::Millisecond => ticks::<DurationMillisecondType>(array, rows, *unit, out),
            TimeUnit::Microsecond => ticks::<DurationMicrosecondType>(array, rows, *unit, out),
            TimeUnit::Nanosecond => ticks::<DurationNanosecondType>(array, rows, *unit, out),
        },
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array, rows, out, |value| i256::from_i128(value.into())),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array, rows, out, |value| i256::from_i128(value.into())),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array, rows, out, i256::from_i128),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array, rows, out, |value| value),
        DataType::Dictionary(_, values) => {
            let start = rows.start;
            let decoded = arrow_cast::cast(&array.slice(start, rows.len()), values)
                .map_err(|error| (start, format!("its dictionary can't be read: {error}")))?;
            return append(&decoded, 0..decoded.len(), as_moments, out).map_err(|(row, what)| (start + row, what));
        }
        other => return Err((rows.start, format!("values of type {other} can't be read"))),
    }
    Ok(())
}

/// A tag before the bytes: `M` is `N + 1`.
#[inline]
fn tagged<const N: usize, const M: usize>(tag: u8, bytes: [u8; N]) -> [u8; M] {
    let mut cell = [tag; M];
    cell[1..].copy_from_slice(&bytes);
    cell
}

#[inline]
fn moment_cell(seconds: i64, nanos: u32) -> [u8; 13] {
    let mut cell = [VALUE; 13];
    cell[1..9].copy_from_slice(&seconds.to_le_bytes());
    cell[9..].copy_from_slice(&nanos.to_le_bytes());
    cell
}

fn primitive<T: ArrowPrimitiveType, const M: usize>(
    array: &PrimitiveArray<T>,
    rows: Range<usize>,
    out: &mut Encoded,
    cell: impl Fn(T::Native) -> [u8; M],
) {
    let values = &array.values()[rows.clone()];
    match array.nulls() {
        None => values.iter().for_each(|value| out.fixed(cell(*value))),
        Some(nulls) => {
            for (row, value) in rows.zip(values) {
                match nulls.is_null(row) {
                    true => out.null(),
                    false => out.fixed(cell(*value)),
                }
            }
        }
    }
}

/// Whole numbers that 64 signed bits hold.
fn signed<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, rows: Range<usize>, out: &mut Encoded) {
    primitive::<T, 9>(array.as_primitive(), rows, out, |value| tagged(VALUE, value.into().to_le_bytes()));
}

/// Times, timestamps and durations: units don't show.
fn ticks<T: ArrowPrimitiveType<Native: Into<i64>>>(
    array: &dyn Array,
    rows: Range<usize>,
    unit: TimeUnit,
    out: &mut Encoded,
) {
    let per_second = per_second(unit);
    primitive::<T, 13>(array.as_primitive(), rows, out, |value| {
        let (seconds, nanos) = split_seconds(value.into(), per_second);
        moment_cell(seconds, nanos)
    });
}

fn decimal<T: ArrowPrimitiveType>(
    array: &dyn Array,
    rows: Range<usize>,
    out: &mut Encoded,
    widen: impl Fn(T::Native) -> i256,
) {
    primitive::<T, 33>(array.as_primitive(), rows, out, |value| tagged(VALUE, widen(value).to_le_bytes()));
}

fn sized<A: ArrayAccessor<Item: AsRef<[u8]>>>(array: A, rows: Range<usize>, out: &mut Encoded) {
    for row in rows {
        match array.is_null(row) {
            true => out.null(),
            false => out.sized(array.value(row).as_ref()),
        }
    }
}

fn moments<A: ArrayAccessor<Item: AsRef<[u8]>>>(
    array: A,
    rows: Range<usize>,
    out: &mut Encoded,
) -> Result<(), (usize, String)> {
    for row in rows {
        if array.is_null(row) {
            out.null();
            continue;
        }
        let value = array.value(row);
        match moment::moment_or_date(value.as_ref()) {
            Some(moment) => out.fixed(moment_cell(moment.seconds, moment.nanos)),
            None => return Err((row, format!("{} is no timestamp", excerpt(value.as_ref())))),
        }
    }
    Ok(())
}
