//! The logical types of the content hash, and which Arrow type is which of them.

use std::fmt;

use arrow_schema::{DataType, TimeUnit};

/// What a column holds, whatever its width, unit or layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Logical {
    Null,
    Bool,
    Int,
    Float16,
    Float32,
    Float64,
    Text,
    Binary,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Duration,
    Decimal {
        scale: i8,
    },
    /// No part of the content hash; the word is for messages.
    Refused(&'static str),
}

impl Logical {
    /// The logical type of an Arrow type.
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Null => Logical::Null,
            DataType::Boolean => Logical::Bool,
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Logical::Int,
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => Logical::Int,
            DataType::Float16 => Logical::Float16,
            DataType::Float32 => Logical::Float32,
            DataType::Float64 => Logical::Float64,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Logical::Text,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Logical::Binary
            }
            DataType::Date32 | DataType::Date64 => Logical::Date,
            DataType::Time32(_) | DataType::Time64(_) => Logical::Time,
            DataType::Timestamp(_, None) => Logical::Timestamp,
            DataType::Timestamp(_, Some(_)) => Logical::Timestamptz,
            DataType::Duration(_) => Logical::Duration,
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => Logical::Decimal { scale: *scale },
            DataType::Dictionary(_, values) => Logical::of(values),
            DataType::Struct(_) => Logical::Refused("struct"),
            DataType::List(_)
            | DataType::LargeList(_)
            | DataType::ListView(_)
            | DataType::LargeListView(_)
            | DataType::FixedSizeList(_, _) => Logical::Refused("list"),
            DataType::Map(_, _) => Logical::Refused("map"),
            DataType::Union(_, _) => Logical::Refused("union"),
            DataType::Interval(_) => Logical::Refused("interval"),
            DataType::RunEndEncoded(_, _) => Logical::Refused("run-end encoded"),
        }
    }

    /// What a declared timestamp column of this type counts as.
    pub(super) fn read_as_moments(self) -> Self {
        match self {
            Logical::Null | Logical::Text | Logical::Date | Logical::Timestamp | Logical::Timestamptz => {
                Logical::Timestamptz
            }
            other => other,
        }
    }
}

impl fmt::Display for Logical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Logical::Null => "null",
            Logical::Bool => "bool",
            Logical::Int => "int",
            Logical::Float16 => "float16",
            Logical::Float32 => "float32",
            Logical::Float64 => "float64",
            Logical::Text => "text",
            Logical::Binary => "binary",
            Logical::Date => "date",
            Logical::Time => "time",
            Logical::Timestamp => "timestamp",
            Logical::Timestamptz => "timestamptz",
            Logical::Duration => "duration",
            Logical::Decimal { scale } => return write!(f, "decimal({scale})"),
            Logical::Refused(word) => word,
        })
    }
}

/// How many of a unit make a second.
pub(super) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Whole seconds, rounded down, and the nanoseconds after them.
pub(super) fn split_seconds(value: i64, per_second: i64) -> (i64, u32) {
    let (seconds, rest) = (value.div_euclid(per_second), value.rem_euclid(per_second));
    (seconds, (rest * (1_000_000_000 / per_second)) as u32)
}
