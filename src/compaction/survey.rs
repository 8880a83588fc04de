//! Which values of which fields are worth a place in a dictionary, counted in bounded memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Read};

use super::dictionary::{Dictionary, SUFFIX};
use super::lines::{Lines, Piece};
use super::members::{self, Member};
use super::settings::JsonLines;

/// So much may be counted at a time. What a dictionary takes in its header is less, so that a header is never too long
/// a line.
const COUNTED_BYTES_MAX: usize = 6 << 20;

/// What counting a value takes besides its text.
const ENTRY_BYTES: usize = 64;

/// A longer value is never in a dictionary.
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// How often a value was seen in a field.
#[derive(Default, Clone, Copy)]
struct Tally {
    seen: u64,
    /// So often in the first record, which stays whole.
    whole: u64,
    /// Its place among the values first seen.
    order: u64,
}

#[derive(Default)]
struct Survey {
    fields: HashMap<Box<str>, HashMap<Box<str>, Tally>>,
    /// Fields `x` of which there is an `x_dict` too: an index could not be told from a value.
    ambiguous: HashSet<Box<str>>,
    ambiguous_bytes: usize,
    counted_bytes: usize,
    order: u64,
}

/// Reads JSON Lines and chooses their dictionary; `None` when nothing repeats often enough.
pub(super) fn survey(source: impl Read, settings: &JsonLines) -> io::Result<Option<Dictionary>> {
    let mut survey = Survey::default();
    let mut lines = Lines::new(source);
    let mut members = Vec::new();
    let mut first = settings.preserve_schema;
    while let Some(piece) = lines.next()? {
        let Piece::Line(line) = piece else { continue };
        if !members::find(line, &mut members) {
            continue;
        }
        let whole = std::mem::take(&mut first);
        members.iter().for_each(|member| survey.count(line, member, whole));
        if survey.ambiguous_bytes > COUNTED_BYTES_MAX {
            return Ok(None);
        }
        if survey.counted_bytes > COUNTED_BYTES_MAX {
            survey.forget();
        }
    }
    Ok(survey.choose(settings))
}

impl Survey {
    fn count(&mut self, line: &str, member: &Member, whole: bool) {
        let Some(field) = members::plain(line, member) else {
            let key: String = serde_json::from_str(&line[member.key.clone()]).unwrap_or_default();
            return self.mark_ambiguous(&key);
        };
        self.mark_ambiguous(field);
        let value = &line[member.value.clone()];
        // What could not gain a byte even with an index of one digit is no candidate.
        if !value.starts_with('"') || saving(value, 0) <= 0 || value.len() > VALUE_BYTES_MAX {
            return;
        }
        if !self.fields.contains_key(field) {
            self.fields.insert(field.into(), HashMap::new());
            self.counted_bytes += field.len() + ENTRY_BYTES;
        }
        let values = self.fields.get_mut(field).expect("just put there");
        if !values.contains_key(value) {
            self.order += 1;
            values.insert(value.into(), Tally { order: self.order, ..Tally::default() });
            self.counted_bytes += value.len() + ENTRY_BYTES;
        }
        let tally = values.get_mut(value).expect("just put there");
        tally.seen += 1;
        tally.whole += u64::from(whole);
    }

    fn mark_ambiguous(&mut self, key: &str) {
        if let Some(field) = key.strip_suffix(SUFFIX)
            && !self.ambiguous.contains(field)
        {
            self.ambiguous.insert(field.into());
            self.ambiguous_bytes += field.len() + ENTRY_BYTES;
        }
    }

    /// Forgets what was seen least, until half of the room is free. What repeats seldom over a whole file is lost by
    /// that; it would have gained least.
    fn forget(&mut self) {
        let mut floor = 1;
        while self.counted_bytes > COUNTED_BYTES_MAX / 2 {
            let mut left = 0;
            self.fields.retain(|field, values| {
                values.retain(|value, tally| {
                    let stays = tally.seen > floor;
                    left += if stays { value.len() + ENTRY_BYTES } else { 0 };
                    stays
                });
                left += if values.is_empty() { 0 } else { field.len() + ENTRY_BYTES };
                !values.is_empty()
            });
            self.counted_bytes = left;
            floor *= 2;
        }
    }

    fn choose(self, settings: &JsonLines) -> Option<Dictionary> {
        let mut chosen = BTreeMap::new();
        for (field, values) in self.fields {
            if self.ambiguous.contains(&field) {
                continue;
            }
            let mut values: Vec<(Box<str>, Tally)> =
                values.into_iter().filter(|(_, tally)| tally.seen >= settings.dict_threshold).collect();
            // The most frequent get the shortest indices.
            values.sort_by_key(|(_, tally)| (std::cmp::Reverse(tally.seen - tally.whole), tally.order));
            let mut taken: Vec<String> = Vec::new();
            let mut gain = -(field.len().cast_signed() as i64 + "\"\":{},".len() as i64);
            for (value, tally) in values {
                let uses = i64::try_from(tally.seen - tally.whole).unwrap_or(i64::MAX);
                let index = taken.len();
                let saved = uses.saturating_mul(saving(&value, index)) - in_header(&value, index);
                if saved > 0 {
                    gain = gain.saturating_add(saved);
                    taken.push(value.into());
                }
            }
            if gain > 0 {
                chosen.insert(field.into(), taken);
            }
        }
        (!chosen.is_empty()).then(|| Dictionary::new(chosen))
    }
}

fn digits(index: usize) -> i64 {
    i64::from(index.checked_ilog10().unwrap_or(0)) + 1
}

/// How many bytes one use of a value saves.
fn saving(value: &str, index: usize) -> i64 {
    value.len() as i64 - SUFFIX.len() as i64 - digits(index)
}

/// How many bytes a value takes in the header.
fn in_header(value: &str, index: usize) -> i64 {
    value.len() as i64 + digits(index) + "\"\":,".len() as i64
}
