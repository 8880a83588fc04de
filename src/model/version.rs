//! Versions of datasets: names as people write them, in the order in which people read them.

use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::ids::is_name;

const LONGEST: usize = 64;

/// The version of a dataset: `v1`, `v2.1-beta`, `2026-01`.
///
/// Numbers count as numbers (v9 before v10). A hyphen and a letter begin a pre-release (v2.1-beta before v2.1); a hyphen
/// and a digit go on (2026-01 after 2026). A `v` before a digit is no part of the order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Version(String);

impl Version {
    /// The word that stands for the highest version, and names none.
    pub const LATEST: &'static str = "latest";

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the word for the highest version.
    pub fn is_latest(&self) -> bool {
        self.0 == Self::LATEST
    }
}

impl TryFrom<String> for Version {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if is_name(&text, LONGEST) {
            return Ok(Self(text));
        }
        Err(format!(
            "{text:?} is no version: 1 to {LONGEST} letters, digits, '.', '_' and '-', the first a letter or digit"
        ))
    }
}

impl TryFrom<&str> for Version {
    type Error = String;

    fn try_from(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^[A-Za-z0-9][A-Za-z0-9._-]{{0,{}}}$", LONGEST - 1) })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut left, mut right) = (pieces(&self.0), pieces(&other.0));
        loop {
            let ordering = match (left.next(), right.next()) {
                (None, None) => return self.0.cmp(&other.0),
                (left, right) => compare(left, right),
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A run of digits or letters, and whether it begins a pre-release.
#[derive(Clone, Copy)]
enum Piece<'a> {
    PreRelease(&'a str),
    Text(&'a str),
    Number(&'a str),
}

impl Piece<'_> {
    /// A pre-release comes before the end of the other version, everything else after it.
    fn rank(piece: Option<Self>) -> u8 {
        match piece {
            Some(Piece::PreRelease(_)) => 0,
            None => 1,
            Some(Piece::Text(_)) => 2,
            Some(Piece::Number(_)) => 3,
        }
    }
}

fn compare(left: Option<Piece>, right: Option<Piece>) -> Ordering {
    let by_value = match (left, right) {
        (Some(Piece::Number(left)), Some(Piece::Number(right))) => {
            let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        }
        (Some(Piece::PreRelease(left) | Piece::Text(left)), Some(Piece::PreRelease(right) | Piece::Text(right))) => {
            left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase())
        }
        _ => Ordering::Equal,
    };
    Piece::rank(left).cmp(&Piece::rank(right)).then(by_value)
}

fn pieces(version: &str) -> impl Iterator<Item = Piece<'_>> {
    let counted = |text: &&str| text.starts_with(|first: char| first.is_ascii_digit());
    let mut rest = version.strip_prefix(['v', 'V']).filter(counted).unwrap_or(version);
    std::iter::from_fn(move || {
        let inside = rest.trim_start_matches(['.', '_', '-']);
        let hyphen = rest[..rest.len() - inside.len()].ends_with('-');
        let digits = inside.starts_with(|first: char| first.is_ascii_digit());
        let ends = |at: char| !at.is_ascii_alphanumeric() || at.is_ascii_digit() != digits;
        let (piece, after) = inside.split_at(inside.find(ends).unwrap_or(inside.len()));
        rest = after;
        match piece {
            "" => None,
            number if digits => Some(Piece::Number(number)),
            text if hyphen => Some(Piece::PreRelease(text)),
            text => Some(Piece::Text(text)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Version;

    fn version(text: &str) -> Version {
        Version::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn versions_stand_as_people_expect() {
        let ordered = [
            "alpha",
            "v0.9",
            "v1-alpha",
            "v1-alpha.2",
            "v1-alpha.10",
            "v1-rc1",
            "v1-rc2",
            "v1",
            "v1.0",
            "v1.0.1",
            "v1.2",
            "v2-beta",
            "v2",
            "v2.1-beta",
            "v2.1",
            "v2.1.1",
            "v9",
            "v10",
            "2025",
            "2026",
            "2026-01",
            "2026-02-28",
            "2026-10",
            "20260101T000000",
        ];
        for (at, left) in ordered.iter().enumerate() {
            for right in &ordered[at + 1..] {
                // "alpha" is no number, and texts come before numbers.
                assert!(version(left) < version(right), "{left} < {right}");
            }
        }
    }

    #[test]
    fn only_equal_texts_are_one_version() {
        for (left, right) in [("v1", "1"), ("v1.0", "v1.00"), ("V2", "v2"), ("v1-RC", "v1-rc"), ("v1_2", "v1.2")] {
            assert_ne!(version(left).cmp(&version(right)), std::cmp::Ordering::Equal, "{left} and {right}");
        }
        assert!(Version::try_from("../v1".to_owned()).is_err() && Version::try_from(String::new()).is_err());
    }
}
