//! Where the next page of a search begins: opaque for callers, and good for the search alone that gave it.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::manifest::{Hit, Key};
use crate::model::{Error, Hash, Result};

/// So many bytes at the end tell whether a cursor is one of ours.
const CHECK: usize = 8;

/// Where a search goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The last artifact of the page before.
    pub last: Hit,
    /// The newest artifact when the search began; later ones don't get in between.
    pub newest: i64,
}

#[derive(Serialize, Deserialize)]
struct Written(Option<Place>, i64, i64);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Place {
    Text(String),
    Number(i64),
}

impl Cursor {
    /// As text for the caller of the search that this is the digest of.
    pub fn text(&self, search: &Hash) -> String {
        let place = match &self.last.key {
            Key::None => None,
            Key::Text(text) => Some(Place::Text(text.clone())),
            Key::Number(number) => Some(Place::Number(*number)),
        };
        let written = Written(place, self.last.seq, self.newest);
        let mut bytes = serde_json::to_vec(&written).expect("plain data");
        bytes.extend(check(&bytes, search));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads what this very search gave before.
    pub fn read(text: &str, search: &Hash) -> Result<Self> {
        let foreign = || {
            Error::invalid_params("cursor: it is none that this search gave")
                .field("cursor")
                .hint("give nextCursor as it came, with the same query, filter, sort and order; or leave it out to begin anew")
        };
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| foreign())?;
        let (written, own) = bytes.split_at_checked(bytes.len().saturating_sub(CHECK)).ok_or_else(foreign)?;
        if own != check(written, search) {
            return Err(foreign());
        }
        let Written(place, seq, newest) = serde_json::from_slice(written).map_err(|_| foreign())?;
        let key = match place {
            None => Key::None,
            Some(Place::Text(text)) => Key::Text(text),
            Some(Place::Number(number)) => Key::Number(number),
        };
        Ok(Self { last: Hit { seq, key }, newest })
    }
}

fn check(written: &[u8], search: &Hash) -> [u8; CHECK] {
    let digest = Hash::of(&[written, &search.0].concat());
    digest.0[..CHECK].try_into().expect("eight of 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_search_alone() {
        let (search, other) = (Hash::of(b"one"), Hash::of(b"other"));
        for key in [Key::None, Key::Number(-3), Key::Text("a \"title\"\u{0}".to_owned()), Key::Text(String::new())] {
            let cursor = Cursor { last: Hit { seq: 7, key }, newest: 9 };
            let text = cursor.text(&search);
            assert_eq!(Cursor::read(&text, &search).unwrap(), cursor);
            assert_eq!(Cursor::read(&text, &other).unwrap_err().data().field.as_deref(), Some("cursor"));
            for at in 0..text.len() {
                let mut changed = text.clone().into_bytes();
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                assert!(Cursor::read(std::str::from_utf8(&changed).unwrap(), &search).is_err(), "{at}");
            }
        }
        for text in ["", "A", "AAAA", "not a cursor", "é", "AAAAAAAAAAAAAAAAAAAA"] {
            assert!(Cursor::read(text, &search).is_err(), "{text}");
        }
    }
}
