//! JSON Lines with a dictionary: a header line, then every line as it was, but that in records a value of the dictionary
//! is replaced by its index and `_dict` is added to the key. Nothing else of a line changes, so it expands to the same bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Write};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lines::{LINE_BYTES_MAX, Lines, Piece};
use super::members;

/// What is added to the key of a value that stands in the dictionary.
pub(super) const SUFFIX: &str = "_dict";

/// The values of each field, as they are written (quotation marks and escapes included), by index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dictionary {
    fields: BTreeMap<String, Vec<String>>,
}

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Lines of the original.
    pub(super) lines: u64,
    /// Those that are JSON objects.
    pub(super) records: u64,
}

impl Dictionary {
    /// No field is written with escapes, and none is empty.
    pub(super) fn new(fields: BTreeMap<String, Vec<String>>) -> Self {
        Self { fields }
    }

    /// How many fields have values in it.
    pub(super) fn field_count(&self) -> u64 {
        self.fields.len() as u64
    }

    /// The header line.
    fn header(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(|(field, values)| header_field(field, values)).collect();
        format!("{{\"_dictionaries\":{{{}}},\"_type\":\"dictionary_header\"}}\n", fields.join(","))
    }

    /// The dictionary that a header line holds, written as it would be here.
    fn of(line: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Header<'a> {
            #[serde(rename = "_dictionaries", borrow)]
            dictionaries: BTreeMap<Cow<'a, str>, BTreeMap<usize, &'a RawValue>>,
        }
        let header: Header = serde_json::from_str(line).ok()?;
        let values = |values: BTreeMap<usize, &RawValue>| values.values().map(|value| value.get().to_owned()).collect();
        let fields =
            header.dictionaries.into_iter().map(|(field, of_field)| (field.into(), values(of_field))).collect();
        Some(Self { fields }).filter(|dictionary| dictionary.header() == line)
    }
}

fn header_field(field: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().enumerate().map(|(index, value)| format!("\"{index}\":{value}")).collect();
    format!("\"{field}\":{{{}}}", values.join(","))
}

/// Whether a line says that it is the header of a dictionary, whoever wrote it.
pub(super) fn is_header(line: &str) -> bool {
    #[derive(Deserialize)]
    struct Header<'a> {
        #[serde(rename = "_type", borrow)]
        kind: Cow<'a, str>,
    }
    serde_json::from_str(line).is_ok_and(|header: Header| header.kind == "dictionary_header")
}

/// Writes JSON Lines with their dictionary; `whole_first` leaves the first record as it is.
pub(super) fn write(
    source: impl Read,
    dictionary: &Dictionary,
    whole_first: bool,
    mut out: impl Write,
) -> io::Result<Written> {
    let by_value = |values: &'_ Vec<String>| -> HashMap<String, usize> {
        values.iter().enumerate().map(|(index, value)| (value.clone(), index)).collect()
    };
    let fields: HashMap<&str, HashMap<String, usize>> =
        dictionary.fields.iter().map(|(field, values)| (field.as_str(), by_value(values))).collect();
    out.write_all(dictionary.header().as_bytes())?;
    let mut lines = Lines::new(source);
    let mut members = Vec::new();
    let mut written = Written { lines: 0, records: 0 };
    let mut inside = false;
    while let Some(piece) = lines.next()? {
        written.lines += u64::from(!inside);
        inside = !piece.bytes().ends_with(b"\n");
        let line = match piece {
            Piece::Line(line) if members::find(line, &mut members) => line,
            other => {
                out.write_all(other.bytes())?;
                continue;
            }
        };
        written.records += 1;
        let mut done = 0;
        if !whole_first || written.records > 1 {
            for member in &members {
                let index = members::plain(line, member)
                    .and_then(|field| fields.get(field))
                    .and_then(|values| values.get(&line[member.value.clone()]));
                if let Some(index) = index {
                    let (key_end, value_start) = (member.key.end - 1, member.value.start);
                    write!(out, "{}{SUFFIX}{}{index}", &line[done..key_end], &line[key_end..value_start])?;
                    done = member.value.end;
                }
            }
        }
        out.write_all(&line.as_bytes()[done..])?;
    }
    Ok(written)
}

/// Writes the original of JSON Lines with a dictionary.
pub(super) fn expand(source: impl Read, mut out: impl Write) -> io::Result<()> {
    let mut lines = Lines::new(source);
    let header = match lines.next()? {
        Some(Piece::Line(line)) => Dictionary::of(line),
        _ => None,
    };
    let Some(dictionary) = header else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "its first line is no dictionary"));
    };
    let mut members = Vec::new();
    while let Some(piece) = lines.next()? {
        let line = match piece {
            Piece::Line(line) if members::find(line, &mut members) => line,
            other => {
                out.write_all(other.bytes())?;
                continue;
            }
        };
        let mut done = 0;
        for member in &members {
            let field = members::plain(line, member).and_then(|key| key.strip_suffix(SUFFIX));
            let value = field
                .and_then(|field| dictionary.fields.get(field))
                .and_then(|values| values.get(index(&line[member.value.clone()])?));
            if let Some(value) = value {
                let (key_end, value_start) = (member.key.end - 1, member.value.start);
                write!(out, "{}{}{value}", &line[done..key_end - SUFFIX.len()], &line[key_end..value_start])?;
                done = member.value.end;
            }
        }
        out.write_all(&line.as_bytes()[done..])?;
    }
    Ok(())
}

/// The index that a value is; none for other numbers, however they are written.
fn index(value: &str) -> Option<usize> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit()) && (value == "0" || !value.starts_with('0'));
    if digits { value.parse().ok() } else { None }
}

/// The first line of a stream, if it is one that is looked into.
pub(super) fn first_line(source: impl Read) -> io::Result<Option<String>> {
    let mut lines = Lines::new(source.take(LINE_BYTES_MAX as u64));
    Ok(match lines.next()? {
        Some(Piece::Line(line)) => Some(line.to_owned()),
        _ => None,
    })
}
