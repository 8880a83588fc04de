//! Which files belong to one run: what their paths say.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// What the files of a run share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The stamp as `YYYYMMDD_HHMMSS`, the run's own id, or a folder, which ends with `/`.
    pub text: String,
    /// The moment of the stamp.
    pub at: Option<Timestamp>,
}

/// Shortest hexadecimal id and shortest number that are taken for a run's.
const ID_SHORTEST: usize = 8;

impl Key {
    /// The key of a file, by its path below the folder that is scanned. The first that applies: a stamp behind `run_` or
    /// `run-`, the first stamp; a hexadecimal id behind `run_` or `run-`; in the file's name an id of digits and the
    /// letters a to f, or a date or number with all that stands before it; the folder.
    pub(super) fn of(path: &str) -> Self {
        if let Some(at) = stamp(path) {
            let text = at.strftime("%Y%m%d_%H%M%S").to_string();
            let at = at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
            return Self { text, at };
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let text =
            named_run(path).or_else(|| id_in(name).map(str::to_owned)).unwrap_or_else(|| match number_in(name) {
                Some(start) if folder.is_empty() => start.to_owned(),
                Some(start) => format!("{folder}/{start}"),
                None if folder.is_empty() => "./".to_owned(),
                None => format!("{folder}/"),
            });
        Self { text, at: None }
    }
}

/// The stamp of a run: one behind `run_` counts before others, then the first.
fn stamp(path: &str) -> Option<DateTime> {
    let mut first = None;
    for (at, _) in path.char_indices() {
        let before = &path.as_bytes()[..at];
        if before.last().is_some_and(u8::is_ascii_digit) {
            continue;
        }
        let Some(stamp) = stamp_at(&path.as_bytes()[at..]) else { continue };
        if is_behind_run(before) {
            return Some(stamp);
        }
        first.get_or_insert(stamp);
    }
    first
}

/// `20250906_143022` with `_`, `-`, `T` or nothing in between, `2025-09-06_143022` with `-` or `_`.
fn stamp_at(text: &[u8]) -> Option<DateTime> {
    let between = |byte: Option<&u8>| matches!(byte, Some(b'_' | b'-' | b'T'));
    let (date, rest) = date_at(text)?;
    let time = if between(rest.first()) { &rest[1..] } else { rest };
    let [hour, minute, second] = [0, 2, 4].map(|at| number(time.get(at..at + 2)?));
    if time.get(6).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let part = |number: Option<i16>| i8::try_from(number?).ok();
    DateTime::new(date.year(), date.month(), date.day(), part(hour)?, part(minute)?, part(second)?, 0).ok()
}

/// A date at the beginning, `20250906` or `2025-09-06` or `2025_09_06`, and what follows it.
fn date_at(text: &[u8]) -> Option<(Date, &[u8])> {
    let parts = |places: [usize; 3], length: usize| {
        let (year, month, day) = (
            number(text.get(places[0]..places[0] + 4)?)?,
            number(text.get(places[1]..places[1] + 2)?)?,
            number(text.get(places[2]..places[2] + 2)?)?,
        );
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some((date, &text[length..]))
    };
    let apart = |at: usize| matches!(text.get(at), Some(b'-' | b'_'));
    if apart(4) && apart(7) { parts([0, 5, 8], 10) } else { parts([0, 4, 6], 8) }
}

fn number(digits: &[u8]) -> Option<i16> {
    let all = digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| all)?.parse().ok()
}

/// Whether what follows is behind the word `run` and `_` or `-`.
fn is_behind_run(before: &[u8]) -> bool {
    let Some((b'_' | b'-', word)) = before.split_last() else { return false };
    word.ends_with(b"run") && !word[..word.len() - 3].last().is_some_and(u8::is_ascii_alphanumeric)
}

/// The id behind `run_` or `run-`, anywhere in the path.
fn named_run(path: &str) -> Option<String> {
    let mut words = words(path);
    let found = words.find(|(at, word)| is_hexadecimal(word) && is_behind_run(&path.as_bytes()[..*at]));
    found.map(|(_, word)| word.to_owned())
}

/// An id in a file's name. It has digits and letters: otherwise it is a date, a number, or a word such as `defaced`.
fn id_in(name: &str) -> Option<&str> {
    let mixed = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit()) && !is_number(word);
    words(name).map(|(_, word)| word).find(|word| is_hexadecimal(word) && mixed(word))
}

/// The beginning of a file's name up to the end of a date or a long number in it.
fn number_in(name: &str) -> Option<&str> {
    let dated = |(at, word): (usize, &str)| {
        let date = date_at(&name.as_bytes()[at..]).map(|(_, rest)| name.len() - rest.len());
        let end = date.filter(|end| !name.as_bytes().get(*end).is_some_and(u8::is_ascii_digit));
        end.or_else(|| (word.len() >= ID_SHORTEST && is_number(word)).then_some(at + word.len()))
    };
    words(name).find_map(dated).map(|end| &name[..end])
}

/// Runs of ASCII letters and digits, and where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(move |word| (start(word), word))
}

fn is_hexadecimal(word: &str) -> bool {
    word.len() >= ID_SHORTEST && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str) -> String {
        Key::of(path).text
    }

    #[test]
    fn a_stamp_is_the_run_wherever_it_stands() {
        for path in [
            "proofs/run_20250906_143022.jsonl",
            "proofs/20250906-143022.md",
            "proofs/20250906T143022Z_report.md",
            "p/20250906143022.md",
            "p/2025-09-06_143022/spread.jsonl",
            "20250906_143022/20250907_000000.jsonl",
            "20250101_000000/run_20250906_143022/x.md",
        ] {
            assert_eq!(key(path), "20250906_143022", "{path}");
            assert_eq!(Key::of(path).at.unwrap().to_string(), "2025-09-06T14:30:22Z", "{path}");
        }
    }

    #[test]
    fn what_is_no_moment_is_no_stamp() {
        for (path, expected) in [
            ("p/20251399_996161.md", "p/20251399"),
            ("p/120250906_143022.md", "p/120250906"),
            ("p/20250906_1430221.md", "p/20250906"),
        ] {
            assert_eq!((key(path).as_str(), Key::of(path).at), (expected, None), "{path}");
        }
    }

    #[test]
    fn ids_and_dates_name_runs() {
        for (path, expected) in [
            ("bench/run_a1b2c3d4/deep/x.md", "a1b2c3d4"),
            ("bench/run-deadbeef.jsonl", "deadbeef"),
            ("bench/p99_a1b2c3d4e5.json", "a1b2c3d4e5"),
            ("smoke90/smoke_20250906.jsonl", "smoke90/smoke_20250906"),
            ("smoke90/smoke_20250906_summary.md", "smoke90/smoke_20250906"),
            ("smoke90/smoke2_20250906.jsonl", "smoke90/smoke2_20250906"),
            ("smoke90/backtest_2025-09-06.json", "smoke90/backtest_2025-09-06"),
            ("results_1757169022.md", "results_1757169022"),
        ] {
            assert_eq!(key(path), expected, "{path}");
        }
    }

    #[test]
    fn everything_else_belongs_to_its_folder() {
        for (path, expected) in [
            ("bench/results.jsonl", "bench/"),
            ("results.jsonl", "./"),
            ("a1b2c3d4/x/results.jsonl", "a1b2c3d4/x/"),
            ("20250906/x/results.jsonl", "20250906/x/"),
            ("bench/defaced_facades.md", "bench/"),
            ("bench/dryrun_a1b2.md", "bench/"),
            ("bench/雨_report.md", "bench/"),
        ] {
            assert_eq!(key(path), expected, "{path}");
        }
    }
}
