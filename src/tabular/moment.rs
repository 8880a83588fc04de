//! Texts that name a day or a moment: the ISO date and the RFC 3339 forms that the format document lists.

/// A moment as text gave it; without a zone it counts from 1970 in its own clock, which is UTC when nobody says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Whole seconds since 1970, rounded down.
    pub(super) seconds: i64,
    /// Nanoseconds after them.
    pub(super) nanos: u32,
    /// Whether a zone was given.
    pub(super) zoned: bool,
    /// Whether the fraction has more than six digits.
    pub(super) fine: bool,
}

const DAY_SECONDS: i64 = 86_400;

/// The days since 1970 of `YYYY-MM-DD`.
pub(super) fn date(text: &[u8]) -> Option<i32> {
    let text: &[u8; 10] = text.try_into().ok()?;
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let year = pair(text[0], text[1])? * 100 + pair(text[2], text[3])?;
    let month = pair(text[5], text[6])?;
    let day = pair(text[8], text[9])?;
    if !(1..=12).contains(&month) || day < 1 || day > days_of_month(year, month) {
        return None;
    }
    Some(days_since_1970(year, month, day))
}

/// A date, `T` or a space, hours and minutes, perhaps seconds with a fraction, perhaps a zone.
pub(super) fn moment(text: &[u8]) -> Option<Moment> {
    let (day, rest) = text.split_at_checked(10)?;
    let (&separator, rest) = rest.split_first()?;
    if separator != b'T' && separator != b' ' {
        return None;
    }
    let days = date(day)?;
    let (clock, mut rest) = rest.split_at_checked(5)?;
    let (hour, minute) = hour_and_minute(clock)?;
    let mut second = 0;
    let mut nanos = 0;
    let mut fine = false;
    if let [b':', tens, units, after @ ..] = rest {
        second = pair(*tens, *units).filter(|second| *second < 60)?;
        rest = after;
        if let [b'.', after @ ..] = rest {
            let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            let value = after[..digits].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
            nanos = value * 10_u32.pow(9 - digits as u32);
            fine = digits > 6;
            rest = &after[digits..];
        }
    }
    let offset = match rest {
        [] => None,
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (hours, minutes) = match zone {
                [tens, units] => (pair(*tens, *units)?, 0),
                [_, _, b':', _, _] => hour_and_minute(zone)?,
                [a, b, c, d] => (pair(*a, *b)?, pair(*c, *d)?),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::from(hours * 3600 + minutes * 60);
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    let local = i64::from(days) * DAY_SECONDS + i64::from(hour * 3600 + minute * 60 + second);
    Some(Moment { seconds: local - offset.unwrap_or(0), nanos, zoned: offset.is_some(), fine })
}

/// A moment or the midnight that begins a date.
pub(super) fn moment_or_date(text: &[u8]) -> Option<Moment> {
    match date(text) {
        Some(days) => Some(Moment { seconds: i64::from(days) * DAY_SECONDS, nanos: 0, zoned: false, fine: false }),
        None => moment(text),
    }
}

impl Moment {
    /// Microseconds since 1970; every moment that a text can name has them.
    pub(super) fn micros(self) -> i64 {
        self.seconds * 1_000_000 + i64::from(self.nanos / 1_000)
    }

    /// Nanoseconds since 1970, where 64 bits hold them.
    pub(super) fn nanos(self) -> Option<i64> {
        i64::try_from(i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)).ok()
    }
}

fn pair(tens: u8, units: u8) -> Option<i32> {
    (tens.is_ascii_digit() && units.is_ascii_digit()).then(|| i32::from(tens - b'0') * 10 + i32::from(units - b'0'))
}

fn hour_and_minute(clock: &[u8]) -> Option<(i32, i32)> {
    let [a, b, b':', c, d] = clock else { return None };
    let (hour, minute) = (pair(*a, *b)?, pair(*c, *d)?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

fn days_of_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts in years that begin in March, so that a leap day is the last day of its year.
fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let shifted = year * 12 + month - 3;
    let (march_year, march_month) = (shifted.div_euclid(12), shifted.rem_euclid(12));
    let leap_days = march_year.div_euclid(4) - march_year.div_euclid(100) + march_year.div_euclid(400);
    march_year * 365 + leap_days + (march_month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_like_the_calendar() {
        assert_eq!(date(b"1970-01-01"), Some(0));
        assert_eq!(date(b"2000-02-29"), Some(11_016));
        assert_eq!(date(b"1969-12-31"), Some(-1));
        let mut expected = date(b"0000-01-01").unwrap();
        for year in 0..=9999 {
            for month in 1..=12 {
                for day in 1..=days_of_month(year, month) {
                    assert_eq!(date(format!("{year:04}-{month:02}-{day:02}").as_bytes()), Some(expected));
                    expected += 1;
                }
            }
        }
        for wrong in ["2023-02-29", "2023-13-01", "2023-00-01", "2023-01-00", "2023-1-01", "2023/01/01", "+023-01-01"] {
            assert_eq!(date(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn moments_agree_with_jiff() {
        for text in [
            "2024-05-01T12:34:56Z",
            "2024-05-01 12:34:56.1+02",
            "2024-05-01T12:34:56.123456789-0330",
            "1969-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00+23:59",
        ] {
            let ours = moment(text.as_bytes()).unwrap();
            let theirs: jiff::Timestamp = text.parse().unwrap();
            assert_eq!(jiff::Timestamp::new(ours.seconds, ours.nanos as i32).unwrap(), theirs, "{text}");
            assert!(ours.zoned);
        }
        assert_eq!(moment(b"1970-01-01T00:01").unwrap().seconds, 60);
        assert!(!moment(b"1970-01-01T00:01").unwrap().zoned);
        for wrong in [
            "2024-05-01",
            "2024-05-01T",
            "2024-05-01T24:00",
            "2024-05-01T12:60",
            "2024-05-01T12:34:60Z",
            "2024-05-01T12:34:56.Z",
            "2024-05-01T12:34:56.1234567890Z",
            "2024-05-01T12:34:56z",
            "2024-05-01T12:34:56+24:00",
            "2024-05-01T12:34:56 Z",
            "2024-05-01t12:34:56Z",
        ] {
            assert_eq!(moment(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
