//! The earliest and the latest moment of a column.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayAccessor, ArrowPrimitiveType};
use arrow_schema::{DataType, TimeUnit};

use super::logical::{per_second, split_seconds};
use super::moment;

/// The earliest and latest moment seen; void once a value was no moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Seconds since 1970 and nanoseconds after them.
    range: Option<((i64, u32), (i64, u32))>,
    void: bool,
}

impl Extent {
    /// Takes a column's rows into account.
    pub(super) fn take(&mut self, array: &dyn Array, rows: Range<usize>) {
        if self.void {
            return;
        }
        match array.data_type() {
            DataType::Utf8 => self.texts(array.as_string::<i32>(), rows),
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>(), rows),
            DataType::Utf8View => self.texts(array.as_string_view(), rows),
            DataType::Date32 => {
                if let Some((first, last)) = bounds::<Date32Type>(array, rows) {
                    self.include((i64::from(first) * 86_400, 0), (i64::from(last) * 86_400, 0));
                }
            }
            DataType::Date64 => self.ticks::<Date64Type>(array, rows, TimeUnit::Millisecond),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => self.ticks::<TimestampSecondType>(array, rows, *unit),
                TimeUnit::Millisecond => self.ticks::<TimestampMillisecondType>(array, rows, *unit),
                TimeUnit::Microsecond => self.ticks::<TimestampMicrosecondType>(array, rows, *unit),
                TimeUnit::Nanosecond => self.ticks::<TimestampNanosecondType>(array, rows, *unit),
            },
            DataType::Dictionary(_, values) => match arrow_cast::cast(&array.slice(rows.start, rows.len()), values) {
                Ok(decoded) => self.take(&decoded, 0..decoded.len()),
                Err(_) => self.void = true,
            },
            _ => self.void = true,
        }
    }

    /// Takes what another part of the column gave into account.
    pub(super) fn merge(&mut self, other: Extent) {
        self.void |= other.void;
        if let Some((first, last)) = other.range {
            self.include(first, last);
        }
    }

    /// The earliest and the latest moment, where there are any.
    pub(super) fn bounds(self) -> (Option<jiff::Timestamp>, Option<jiff::Timestamp>) {
        let timestamp = |(seconds, nanos): (i64, u32)| jiff::Timestamp::new(seconds, nanos as i32).ok();
        match self.range.filter(|_| !self.void) {
            Some((first, last)) => (timestamp(first), timestamp(last)),
            None => (None, None),
        }
    }

    fn include(&mut self, first: (i64, u32), last: (i64, u32)) {
        self.range = Some(match self.range {
            None => (first, last),
            Some((earliest, latest)) => (earliest.min(first), latest.max(last)),
        });
    }

    fn ticks<T: ArrowPrimitiveType<Native: Into<i64>>>(
        &mut self,
        array: &dyn Array,
        rows: Range<usize>,
        unit: TimeUnit,
    ) {
        if let Some((first, last)) = bounds::<T>(array, rows) {
            let per_second = per_second(unit);
            self.include(split_seconds(first.into(), per_second), split_seconds(last.into(), per_second));
        }
    }

    fn texts<'a, A: ArrayAccessor<Item = &'a str>>(&mut self, array: A, rows: Range<usize>) {
        for row in rows {
            if array.is_null(row) {
                continue;
            }
            match moment::moment_or_date(array.value(row).as_bytes()) {
                Some(moment) => {
                    let at = (moment.seconds, moment.nanos);
                    self.include(at, at);
                }
                None => {
                    self.void = true;
                    return;
                }
            }
        }
    }
}

/// The least and the greatest value that is not null.
fn bounds<T: ArrowPrimitiveType>(array: &dyn Array, rows: Range<usize>) -> Option<(T::Native, T::Native)> {
    let array = array.as_primitive::<T>();
    let values = &array.values()[rows.clone()];
    let widen = |bounds: Option<(T::Native, T::Native)>, value: T::Native| match bounds {
        None => Some((value, value)),
        Some((first, last)) => {
            Some((if value < first { value } else { first }, if value > last { value } else { last }))
        }
    };
    match array.nulls() {
        None => values.iter().copied().fold(None, widen),
        Some(nulls) => {
            rows.zip(values).filter(|(row, _)| nulls.is_valid(*row)).map(|(_, value)| *value).fold(None, widen)
        }
    }
}
