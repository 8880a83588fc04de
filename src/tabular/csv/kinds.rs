//! Which kinds of values a CSV column holds, and the type that follows.

use super::super::ColumnType;
use super::super::moment;
use super::number::{Number, number};

/// The kinds of values seen in a column; a set that only grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u16);

impl Kinds {
    const NEGATIVE: Kinds = Kinds(1);
    const WHOLE: Kinds = Kinds(1 << 1);
    /// Whole, beyond the signed 64 bits.
    const LARGE: Kinds = Kinds(1 << 2);
    /// Whole, beyond 64 bits.
    const HUGE: Kinds = Kinds(1 << 3);
    const REAL: Kinds = Kinds(1 << 4);
    /// nan and inf.
    const WORD: Kinds = Kinds(1 << 5);
    const BOOL: Kinds = Kinds(1 << 6);
    const DATE: Kinds = Kinds(1 << 7);
    const ZONED: Kinds = Kinds(1 << 8);
    const ZONELESS: Kinds = Kinds(1 << 9);
    /// A moment that needs nanoseconds.
    const FINE: Kinds = Kinds(1 << 10);
    /// A moment that nanoseconds of 64 bits don't reach.
    const FAR: Kinds = Kinds(1 << 11);
    const OTHER: Kinds = Kinds(1 << 12);

    const WHOLES: Kinds = Kinds(0b111);
    const NUMBERS: Kinds = Kinds(0b11_0111);
    const MOMENTS: Kinds = Kinds(0b1111 << 8);

    pub(super) fn union(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether a value was seen that makes the column text, whatever else comes.
    pub(super) fn is_other(self) -> bool {
        self.has(Kinds::OTHER)
    }

    fn has(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    fn within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    /// The kinds of one value that is not null.
    pub(super) fn of(text: &[u8]) -> Kinds {
        // Most values tell by their first byte that they are none of the others.
        match text.first() {
            Some(b'0'..=b'9' | b'-' | b'.' | b'n' | b'N' | b'i' | b'I') => {}
            Some(b't' | b'T' | b'f' | b'F') if boolean(text).is_some() => return Kinds::BOOL,
            _ => return Kinds::OTHER,
        }
        match number(text) {
            Some(Number::Int(value)) if value < 0 => Kinds::NEGATIVE,
            Some(Number::Int(_)) => Kinds::WHOLE,
            Some(Number::Large(_)) => Kinds::LARGE,
            Some(Number::Huge) => Kinds::HUGE,
            Some(Number::Real(_)) => Kinds::REAL,
            Some(Number::Word(_)) => Kinds::WORD,
            None if moment::date(text).is_some() => Kinds::DATE,
            None => match moment::moment(text) {
                Some(moment) => {
                    let zone = if moment.zoned { Kinds::ZONED } else { Kinds::ZONELESS };
                    let fine = if moment.fine { Kinds::FINE } else { Kinds(0) };
                    let far = if moment.nanos().is_none() { Kinds::FAR } else { Kinds(0) };
                    zone.union(fine).union(far)
                }
                None => Kinds::OTHER,
            },
        }
    }

    /// The type of a column with values of these kinds.
    pub(super) fn target(self) -> Target {
        if self.within(Kinds::WORD) {
            // Nothing is certain yet: one more value may make it anything, or of "nan" a number.
            return Target::Undecided;
        }
        // A rule that more values can't undo, so that a guess from the first rows fails in the open.
        if self.has(Kinds::LARGE) {
            return if self.within(Kinds::WHOLE.union(Kinds::LARGE)) { Target::Unsigned } else { Target::Text };
        }
        if self.within(Kinds::WHOLES) {
            return Target::Int;
        }
        if self.within(Kinds::NUMBERS) {
            return Target::Float;
        }
        match self {
            Kinds::BOOL => Target::Bool,
            Kinds::DATE => Target::Date,
            _ if self.within(Kinds::MOMENTS) && self.has(Kinds::ZONED) != self.has(Kinds::ZONELESS) => {
                match (self.has(Kinds::FINE), self.has(Kinds::FAR)) {
                    (true, true) => Target::Text,
                    (fine, _) => Target::Moment { zoned: self.has(Kinds::ZONED), fine },
                }
            }
            _ => Target::Text,
        }
    }

    /// The type of a column of these kinds that the caller forces: the kinds only choose the width.
    pub(super) fn forced(self, forced: ColumnType) -> Target {
        match forced {
            ColumnType::Int if self.has(Kinds::LARGE) && !self.has(Kinds::NEGATIVE) => Target::Unsigned,
            ColumnType::Int => Target::Int,
            ColumnType::Float => Target::Float,
            ColumnType::Bool => Target::Bool,
            ColumnType::Text => Target::Text,
            ColumnType::Date => Target::Date,
            ColumnType::Timestamp => Target::Moment { zoned: false, fine: self.has(Kinds::FINE) },
            ColumnType::Timestamptz => Target::Moment { zoned: true, fine: self.has(Kinds::FINE) },
        }
    }
}

/// What a column is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Text, as far as is known: nothing but nulls (and words that may be numbers) was seen.
    Undecided,
    Int,
    Unsigned,
    Float,
    Bool,
    Date,
    Moment {
        zoned: bool,
        fine: bool,
    },
    Text,
}

/// true, True, TRUE and their opposites.
pub(super) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(values: &[&str]) -> Target {
        values.iter().fold(Kinds::default(), |kinds, value| kinds.union(Kinds::of(value.as_bytes()))).target()
    }

    #[test]
    fn the_first_type_that_fits_every_value_wins() {
        let moment = |zoned, fine| Target::Moment { zoned, fine };
        for (values, expected) in [
            (&[][..], Target::Undecided),
            (&["nan", "inf"], Target::Undecided),
            (&["1", "-2"], Target::Int),
            (&["1", "18446744073709551615"], Target::Unsigned),
            (&["-1", "18446744073709551615"], Target::Text),
            (&["-1", "18446744073709551615", "0.5"], Target::Text),
            (&["1", "18446744073709551616"], Target::Text),
            (&["0.5", "18446744073709551616"], Target::Text),
            (&["0.5", "18446744073709551615"], Target::Text),
            (&["-0"], Target::Float),
            (&["1", "2.5"], Target::Float),
            (&["1", "nan"], Target::Float),
            (&["007"], Target::Text),
            (&["00.5", "1"], Target::Text),
            (&["true", "FALSE"], Target::Bool),
            (&["true", "1"], Target::Text),
            (&["tRUE"], Target::Text),
            (&["2024-01-31"], Target::Date),
            (&["2024-01-31", "2024-01-31T00:00Z"], Target::Text),
            (&["2024-01-31T00:00Z", "2024-01-31 00:00:00.123456+01"], moment(true, false)),
            (&["2024-01-31T00:00"], moment(false, false)),
            (&["2024-01-31T00:00", "2024-01-31T00:00Z"], Target::Text),
            (&["2024-01-31T00:00:00.1234567"], moment(false, true)),
            (&["2024-01-31T00:00:00.1234567", "1600-01-01T00:00"], Target::Text),
            (&["1600-01-01T00:00"], moment(false, false)),
            (&[""], Target::Text),
            (&["1", ""], Target::Text),
            (&["nan", "x"], Target::Text),
        ] {
            assert_eq!(target(values), expected, "{values:?}");
        }
    }
}
