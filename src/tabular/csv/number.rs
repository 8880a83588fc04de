//! The texts that are numbers, and which.

/// What a text is as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A whole number of 64 signed bits.
    Int(i64),
    /// A whole number beyond them that 64 unsigned bits hold.
    Large(u64),
    /// A whole number beyond 64 bits.
    Huge,
    /// A number with a point or an exponent, or -0.
    Real(f64),
    /// A word: nan, inf, infinity.
    Word(f64),
}

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The number that a text is; `None` for everything else, also for reals too large for a double.
#[inline]
pub(super) fn number(text: &[u8]) -> Option<Number> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut mantissa: u64 = 0;
    let mut at = 0;
    // Overflow is found by the count of digits below.
    while let Some(digit) = digits.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    let whole = at;
    if whole > 1 && digits[0] == b'0' {
        return None;
    }
    if whole == digits.len() {
        return match whole {
            0 => None,
            1..=18 if negative && mantissa == 0 => Some(Number::Real(-0.0)),
            1..=18 => Some(Number::Int(if negative { -(mantissa as i64) } else { mantissa as i64 })),
            _ => Some(long_whole(text)),
        };
    }
    let mut places = 0;
    if digits[at] == b'.' {
        at += 1;
        while let Some(digit) = digits.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
            places += 1;
        }
    }
    if whole + places == 0 {
        return word(negative, digits);
    }
    let mut exponent = 0_i64;
    if let Some(b'e' | b'E') = digits.get(at) {
        at += 1;
        let falling = digits.get(at) == Some(&b'-');
        if falling || digits.get(at) == Some(&b'+') {
            at += 1;
        }
        let first = at;
        while let Some(digit) = digits.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            exponent = (exponent * 10 + i64::from(digit)).min(1_000_000);
            at += 1;
        }
        if at == first {
            return None;
        }
        if falling {
            exponent = -exponent;
        }
    }
    if at != digits.len() {
        return None;
    }
    let shift = exponent - places as i64;
    // Both operands are exact, so the one rounding of the operation is the right one.
    let value = if whole + places <= 19 && mantissa <= 1 << 53 && (-22..=22).contains(&shift) {
        let magnitude = mantissa as f64;
        let scale = TENS[shift.unsigned_abs() as usize];
        let value = if shift < 0 { magnitude / scale } else { magnitude * scale };
        if negative { -value } else { value }
    } else {
        std::str::from_utf8(text).ok()?.parse().ok()?
    };
    value.is_finite().then_some(Number::Real(value))
}

#[cold]
fn long_whole(text: &[u8]) -> Number {
    let text = std::str::from_utf8(text).unwrap_or_default();
    match (text.parse(), text.parse()) {
        (Ok(value), _) => Number::Int(value),
        (_, Ok(value)) => Number::Large(value),
        _ => Number::Huge,
    }
}

fn word(negative: bool, word: &[u8]) -> Option<Number> {
    if word.eq_ignore_ascii_case(b"nan") {
        Some(Number::Word(f64::NAN))
    } else if word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"infinity") {
        Some(Number::Word(if negative { f64::NEG_INFINITY } else { f64::INFINITY }))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        assert_eq!(number(b"0"), Some(Number::Int(0)));
        assert_eq!(number(b"-7"), Some(Number::Int(-7)));
        assert_eq!(number(b"-9223372036854775808"), Some(Number::Int(i64::MIN)));
        assert_eq!(number(b"9223372036854775807"), Some(Number::Int(i64::MAX)));
        assert_eq!(number(b"9223372036854775808"), Some(Number::Large(1 << 63)));
        assert_eq!(number(b"18446744073709551615"), Some(Number::Large(u64::MAX)));
        assert_eq!(number(b"18446744073709551616"), Some(Number::Huge));
        assert_eq!(number(b"-9223372036854775809"), Some(Number::Huge));
        for text in ["", "-", "+1", "007", "-01", "1 ", " 1", "1_000", "0x10", "1,5", "--1"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn reals_are_what_the_standard_library_reads() {
        for text in [
            "0.0",
            "-0.0",
            "1.5",
            "-1.5e3",
            "1e5",
            "1E-05",
            "5.",
            ".5",
            "-.5",
            "123456789.123456789",
            "0.1234567890123456789012",
            "9007199254740993.0",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "2.2250738585072014e-308",
            "5e-324",
            "1e-400",
            "1.7976931348623157e308",
            "99999999999999999999.5",
        ] {
            let expected: f64 = text.parse().unwrap();
            match number(text.as_bytes()) {
                Some(Number::Real(value)) => assert_eq!(value.to_bits(), expected.to_bits(), "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(number(b"-0"), Some(Number::Real(zero)) if zero.is_sign_negative()));
        for text in ["1e400", "00.5", "1.2.3", "1e", "1e+", "e5", ".", "-.", ".e5", "+1.5", "1.5f", "0x1p3"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn words() {
        assert!(matches!(number(b"NaN"), Some(Number::Word(value)) if value.is_nan()));
        assert_eq!(number(b"-Infinity"), Some(Number::Word(f64::NEG_INFINITY)));
        assert_eq!(number(b"inf"), Some(Number::Word(f64::INFINITY)));
        assert_eq!(number(b"+inf"), None);
        assert_eq!(number(b"none"), None);
    }
}
