//! The values of a chunk as Arrow arrays of the types that were decided.

use std::sync::Arc;

use arrow_array::builder::BooleanBufferBuilder;
use arrow_array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, PrimitiveArray, StringArray, UInt64Array,
};
use arrow_buffer::{BooleanBuffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::super::ColumnType;
use super::super::moment;
use super::kinds::{Kinds, Target, boolean};
use super::number::{Number, number};
use super::rows::{Flaw, Stop, Trouble, Visit, walk};
use super::scan::Field;
use super::split::Chunk;

/// A column and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CsvColumn {
    pub(super) name: String,
    pub(super) target: Target,
    /// The type that the caller forces.
    pub(super) forced: Option<ColumnType>,
}

impl CsvColumn {
    /// The Arrow type that it becomes.
    pub(super) fn data_type(&self) -> DataType {
        match self.target {
            Target::Undecided | Target::Text => DataType::Utf8,
            Target::Int => DataType::Int64,
            Target::Unsigned => DataType::UInt64,
            Target::Float => DataType::Float64,
            Target::Bool => DataType::Boolean,
            Target::Date => DataType::Date32,
            Target::Moment { zoned, fine } => {
                let unit = if fine { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
                DataType::Timestamp(unit, zoned.then(|| ZONE.into()))
            }
        }
    }
}

const ZONE: &str = "UTC";

/// The rows of a chunk.
pub(super) struct Converted {
    pub(super) rows: usize,
    pub(super) columns: Vec<ArrayRef>,
}

/// Converts a chunk. When the types are `certain`, a value that does not fit a forced one is a flaw, not a refutation.
pub(super) fn convert(chunk: &Chunk, columns: &[CsvColumn], certain: bool) -> Result<Converted, Trouble> {
    let mut convert = Convert { builders: columns.iter().map(Builder::new).collect(), columns, certain };
    let rows = walk(chunk, columns.len(), &mut convert)? as usize;
    let columns = convert
        .builders
        .into_iter()
        .zip(columns)
        .map(|(builder, column)| builder.finish(column))
        .collect::<Result<_, ArrowError>>()
        // Only more text than an array holds can fail here, and chunks are smaller.
        .map_err(|_| Trouble::Refuted)?;
    Ok(Converted { rows, columns })
}

struct Convert<'a> {
    builders: Vec<Builder>,
    columns: &'a [CsvColumn],
    certain: bool,
}

impl Visit for Convert<'_> {
    #[inline]
    fn value(&mut self, column: usize, field: Field<'_>) -> Result<(), Stop> {
        match self.builders[column].push(field) {
            true => Ok(()),
            false => Err(self.misfit(column, field)),
        }
    }
}

impl Convert<'_> {
    #[cold]
    fn misfit(&self, column: usize, field: Field<'_>) -> Stop {
        match self.columns[column].forced {
            Some(wanted) if self.certain => Stop::Flaw(Flaw::Misfit { column, value: field.text.to_vec(), wanted }),
            _ => Stop::Refuted,
        }
    }
}

/// A column that grows.
struct Builder {
    nulls: NullBufferBuilder,
    values: Values,
}

enum Values {
    Int(Vec<i64>),
    Unsigned(Vec<u64>),
    Float { values: Vec<f64>, forced: bool },
    Bool(BooleanBufferBuilder),
    Date(Vec<i32>),
    Moment { values: Vec<i64>, zoned: bool, fine: bool, forced: bool },
    Text { bytes: Vec<u8>, ends: Vec<i32>, undecided: bool },
}

impl Builder {
    fn new(column: &CsvColumn) -> Self {
        let forced = column.forced.is_some();
        let values = match column.target {
            Target::Undecided => Values::Text { bytes: Vec::new(), ends: vec![0], undecided: true },
            Target::Text => Values::Text { bytes: Vec::new(), ends: vec![0], undecided: false },
            Target::Int => Values::Int(Vec::new()),
            Target::Unsigned => Values::Unsigned(Vec::new()),
            Target::Float => Values::Float { values: Vec::new(), forced },
            Target::Bool => Values::Bool(BooleanBufferBuilder::new(0)),
            Target::Date => Values::Date(Vec::new()),
            Target::Moment { zoned, fine } => Values::Moment { values: Vec::new(), zoned, fine, forced },
        };
        Self { nulls: NullBufferBuilder::new(0), values }
    }

    /// Takes a value; `false` when it is none of this type.
    #[inline]
    fn push(&mut self, field: Field<'_>) -> bool {
        if field.is_null() {
            self.nulls.append_null();
            match &mut self.values {
                Values::Int(values) => values.push(0),
                Values::Unsigned(values) => values.push(0),
                Values::Float { values, .. } => values.push(0.0),
                Values::Bool(values) => values.append(false),
                Values::Date(values) => values.push(0),
                Values::Moment { values, .. } => values.push(0),
                Values::Text { bytes, ends, .. } => ends.push(bytes.len() as i32),
            }
            return true;
        }
        let text = field.text;
        match &mut self.values {
            Values::Int(values) => match number(text) {
                Some(Number::Int(value)) => values.push(value),
                _ => return false,
            },
            Values::Unsigned(values) => match number(text) {
                Some(Number::Int(value)) if value >= 0 => values.push(value as u64),
                Some(Number::Large(value)) => values.push(value),
                _ => return false,
            },
            Values::Float { values, forced } => match number(text) {
                Some(Number::Real(value) | Number::Word(value)) => values.push(value),
                Some(Number::Int(value)) => values.push(value as f64),
                Some(Number::Large(value)) if *forced => values.push(value as f64),
                Some(Number::Huge) if *forced => {
                    match std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()) {
                        Some(value) if value.is_finite() => values.push(value),
                        _ => return false,
                    }
                }
                _ => return false,
            },
            Values::Bool(values) => match boolean(text) {
                Some(value) => values.append(value),
                None => return false,
            },
            Values::Date(values) => match moment::date(text) {
                Some(days) => values.push(days),
                None => return false,
            },
            Values::Moment { values, zoned, fine, forced } => {
                let read = if *forced { moment::moment_or_date(text) } else { moment::moment(text) };
                // A zone can't be dropped; that none is given means UTC where a zone is asked for.
                let fits = |moment: &moment::Moment| moment.zoned == *zoned || (*forced && *zoned);
                let Some(moment) = read.filter(fits) else { return false };
                let value = match (*fine, moment.fine) {
                    (false, true) => None,
                    (false, false) => Some(moment.micros()),
                    (true, _) => moment.nanos(),
                };
                let Some(value) = value else { return false };
                values.push(value);
            }
            Values::Text { bytes, ends, undecided } => {
                if *undecided && Kinds::of(text).target() != Target::Undecided {
                    return false;
                }
                bytes.extend_from_slice(text);
                ends.push(bytes.len() as i32);
            }
        }
        self.nulls.append_non_null();
        true
    }

    fn finish(mut self, column: &CsvColumn) -> Result<ArrayRef, ArrowError> {
        let nulls = self.nulls.finish();
        Ok(match self.values {
            Values::Int(values) => Arc::new(Int64Array::try_new(values.into(), nulls)?),
            Values::Unsigned(values) => Arc::new(UInt64Array::try_new(values.into(), nulls)?),
            Values::Float { values, .. } => Arc::new(Float64Array::try_new(values.into(), nulls)?),
            Values::Bool(mut values) => {
                let values: BooleanBuffer = values.finish();
                Arc::new(BooleanArray::new(values, nulls))
            }
            Values::Date(values) => Arc::new(Date32Array::try_new(values.into(), nulls)?),
            Values::Moment { values, fine: true, .. } => Arc::new(
                PrimitiveArray::<TimestampNanosecondType>::try_new(values.into(), nulls)?
                    .with_data_type(column.data_type()),
            ),
            Values::Moment { values, fine: false, .. } => Arc::new(
                PrimitiveArray::<TimestampMicrosecondType>::try_new(values.into(), nulls)?
                    .with_data_type(column.data_type()),
            ),
            Values::Text { bytes, ends, .. } => {
                let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
                Arc::new(StringArray::try_new(ends, bytes.into(), nulls)?)
            }
        })
    }
}
