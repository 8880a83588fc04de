//! Which columns of a table count as content and how, and which of them tells its time.

use std::collections::HashSet;

use super::Shape;
use super::logical::Logical;
use crate::model::{Error, Result};

/// The usual names of a table's time column, the first that is there wins.
const TIME_COLUMNS: [&str; 5] = ["event_ts_utc", "alert_ts_utc", "alert_ts", "ts", "timestamp"];

/// A column that counts as content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hashed {
    /// Its place in the file.
    pub(super) index: usize,
    pub(super) name: String,
    /// The type that stands in the hash.
    pub(super) logical: Logical,
    /// Whether its texts and dates are read as moments.
    pub(super) as_moments: bool,
}

/// How a table is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) hashed: Vec<Hashed>,
    /// The place in the file of the column that gives the earliest and the latest moment.
    pub(super) time_column: Option<usize>,
    /// Whether the order of the rows is no content.
    pub(super) unordered: bool,
}

impl Plan {
    /// The plan for a table with these columns.
    pub(super) fn new(columns: &[(String, Logical)], shape: &Shape) -> Result<Self> {
        refuse_duplicates(columns.iter().map(|(name, _)| name.as_str()))?;
        let find = |wanted: &str| columns.iter().position(|(name, _)| name == wanted);
        let chosen: Vec<usize> = match &shape.canonical_columns {
            None => (0..columns.len()).collect(),
            Some(names) => names
                .iter()
                .map(|name| {
                    find(name).ok_or_else(|| {
                        Error::invalid_data(format!("the table lacks the column {name:?}, which its type requires"))
                            .detail("column", name.as_str())
                    })
                })
                .collect::<Result<_>>()?,
        };
        for key in &shape.sort_keys {
            if find(key).is_none() {
                let message = format!("the table lacks the column {key:?}, by which its type sorts");
                return Err(Error::invalid_data(message).detail("column", key.as_str()));
            }
        }
        let time_column = TIME_COLUMNS
            .iter()
            .filter_map(|name| find(name))
            .find(|index| chosen.contains(index))
            .or_else(|| shape.timestamp_columns.iter().find_map(|name| find(name)))
            .filter(|index| {
                let logical = columns[*index].1;
                logical != Logical::Null && logical.read_as_moments() == Logical::Timestamptz
            });
        let hashed = chosen
            .into_iter()
            .map(|index| {
                let (name, logical) = &columns[index];
                if let Logical::Refused(word) = logical {
                    let message = format!("the column {name:?} is of type {word}, which tables can't hold here");
                    return Err(Error::unsupported(message)
                        .hint("publish it with format: \"file\"")
                        .detail("column", name.as_str()));
                }
                let read_as = match shape.timestamp_columns.contains(name) {
                    true => logical.read_as_moments(),
                    false => *logical,
                };
                let as_moments = shape.timestamp_columns.contains(name) && read_as == Logical::Timestamptz;
                Ok(Hashed { index, name: name.clone(), logical: read_as, as_moments })
            })
            .collect::<Result<_>>()?;
        Ok(Self { hashed, time_column, unordered: !shape.sort_keys.is_empty() })
    }
}

/// Two columns of one name can't be told apart.
pub(super) fn refuse_duplicates<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            let message = format!("the column name {name:?} stands there twice");
            return Err(Error::invalid_data(message).detail("column", name));
        }
    }
    Ok(())
}
