//! How names, sizes and ages are written for people.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::base::clock;
pub(super) use crate::base::visible::{clean, is_hostile};
use crate::model::artifact::{Artifact, Format};

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many columns; what is cut ends with `…`.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut columns = 1;
    for letter in text.chars() {
        columns += letter.width().unwrap_or(0);
        if columns > most {
            break;
        }
        kept.push(letter);
    }
    Cow::Owned(kept + "…")
}

/// A length in bytes, in decimal units: 1 kB is 1000 bytes.
pub(super) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // In tenths, rounded half up: 999,950 bytes are 1.0 MB, not 1000.0 kB.
    let mut unit = 1000_u64;
    for (at, name) in ["kB", "MB", "GB", "TB", "PB"].iter().enumerate() {
        let tenths = (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
        if tenths < 10_000 || at == 4 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1000;
    }
    unreachable!("the last unit takes everything")
}

/// A number with commas between the thousands.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub(super) fn count(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// How long ago a moment was: `12 s`, `3 min`, `2 h`, `5 d`, `2 y`. What lies ahead is `in 2 h`.
pub(super) fn age(at: &str, now: Timestamp) -> String {
    let Some(at) = clock::parse_moment(at) else { return clean(at).into_owned() };
    let seconds = now.as_second() - at.as_second();
    let length = match seconds.unsigned_abs() {
        0 => return "now".to_owned(),
        length @ ..60 => format!("{length} s"),
        length @ ..3600 => format!("{} min", length / 60),
        length @ ..172_800 => format!("{} h", length / 3600),
        length @ ..63_072_000 => format!("{} d", length / 86_400),
        length => format!("{} y", length / 31_536_000),
    };
    if seconds < 0 { format!("in {length}") } else { length }
}

/// How long something took: `0.3 s`, `12 s`, `3 min 5 s`, `2 h 10 min`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        return format!("{seconds:.1} s");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and rounded")]
    let whole = seconds.round() as u64;
    match whole {
        ..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// The 8 digits at the end of a generated id; an id of the publisher's own as it is.
pub(super) fn short_id(id: &str) -> &str {
    let generated = |id: &str| {
        let (stamp, tail) = id.strip_prefix("art-").or_else(|| id.strip_prefix("run-"))?.split_once('-')?;
        let stamped = stamp.len() == 15 && stamp.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T');
        (stamped && crate::model::reference::id_tail(tail).is_some()).then_some(id.len() - tail.len())
    };
    generated(id).map_or(id, |at| &id[at..])
}

/// `type:key@v3`, as the artifact can be referred to.
pub(super) fn reference(artifact: &Artifact) -> String {
    format!("{}:{}@v{}", artifact.artifact_type, clean(&artifact.logical_key), artifact.version)
}

/// What is inside, as far as its size doesn't say it: the rows of a table, the files of a tree.
pub(super) fn content(artifact: &Artifact) -> String {
    match (artifact.format, artifact.row_count) {
        (Format::Table, Some(rows)) => count(rows.0, "row"),
        (Format::Tree, _) => count(artifact.file_count.0, "file"),
        _ => String::new(),
    }
}

/// Tags as they are given: `key=value`, or the word alone.
pub(super) fn tags(tags: &BTreeMap<String, String>) -> String {
    let tag = |(key, value): (&String, &String)| match value.as_str() {
        "" => clean(key).into_owned(),
        value => format!("{}={}", clean(key), clean(value)),
    };
    tags.iter().map(tag).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_and_never_run_over() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1049, "1.0 kB"),
            (1050, "1.1 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (34_512_000, "34.5 MB"),
            (1 << 30, "1.1 GB"),
            (9_007_199_254_740_991, "9.0 PB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
        assert_eq!((count(1, "row"), count(1_234_567, "row")), ("1 row".into(), "1,234,567 rows".into()));
        assert_eq!((number(0), number(999), number(1000)), ("0".into(), "999".into(), "1,000".into()));
    }

    #[test]
    fn ages_take_the_unit_that_says_most() {
        let now = clock::parse_moment("2026-03-01T12:00:00Z").unwrap();
        for (at, text) in [
            ("2026-03-01T12:00:00.000Z", "now"),
            ("2026-03-01T11:59:01Z", "59 s"),
            ("2026-03-01T11:59:00Z", "1 min"),
            ("2026-03-01T11:00:01Z", "59 min"),
            ("2026-03-01T11:00:00Z", "1 h"),
            ("2026-02-27T12:00:01Z", "47 h"),
            ("2026-02-27T12:00:00Z", "2 d"),
            ("2024-03-02T12:00:00Z", "729 d"),
            ("2024-03-01T12:00:00Z", "2 y"),
            ("2026-03-01T14:30:00Z", "in 2 h"),
            ("not\na time", "not\\na time"),
        ] {
            assert_eq!(age(at, now), text, "{at}");
        }
    }

    #[test]
    fn durations_take_two_units_at_most() {
        for (seconds, text) in [
            (0.0, "0.0 s"),
            (0.349, "0.3 s"),
            (9.94, "9.9 s"),
            (9.96, "10 s"),
            (59.4, "59 s"),
            (59.5, "1 min 0 s"),
            (185.0, "3 min 5 s"),
            (7830.0, "2 h 10 min"),
            (360_000.0, "100 h 0 min"),
        ] {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn only_generated_ids_are_shortened() {
        assert_eq!(short_id("art-20260301T093000-5f2c81d4"), "5f2c81d4");
        assert_eq!(short_id("run-20260301T093000-5f2c81d4"), "5f2c81d4");
        for own in ["rain-1", "art-5f2c81d4", "art-20260301T093000-5f2c81d4-x", "art-2026030AT093000-5f2c81d4"] {
            assert_eq!(short_id(own), own);
        }
    }

    #[test]
    fn wide_letters_are_measured_and_cut_whole() {
        assert_eq!((width("雨量"), width("été"), width("e\u{301}")), (4, 3, 1));
        for (most, text) in [(4, "雨量"), (3, "雨…"), (2, "…"), (1, "…")] {
            assert_eq!(cut("雨量", most), text);
        }
        assert_eq!((cut("november", 8), cut("november", 5)), ("november".into(), "nove…".into()));
    }
}
