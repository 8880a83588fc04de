//! Records and fields: RFC 4180 with LF or CRLF, strict about quotes.

use memchr::memchr;

/// A field: its text without quotes, and whether it had them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Field<'a> {
    pub(super) text: &'a [u8],
    pub(super) quoted: bool,
}

impl Field<'_> {
    /// Nothing between two commas is null; `""` is the empty text.
    #[inline]
    pub(super) fn is_null(self) -> bool {
        self.text.is_empty() && !self.quoted
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It has another number of fields than the header.
    Ragged { fields: usize },
    /// A quote inside an unquoted field, or something after a closing quote.
    StrayQuote { column: usize },
    /// The bytes end inside quotes.
    OpenQuote { column: usize },
}

/// Where the fields of one record are read from.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Holds a field whose doubled quotes were undone.
    unescaped: Vec<u8>,
}

/// What ended a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    Comma,
    Line,
}

impl<'a> Scanner<'a> {
    /// Scans whole records; only the last may lack its line end.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, unescaped: Vec::new() }
    }

    /// How far it has come.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Whether all records are read.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Passes over a blank line if one comes next.
    #[inline]
    pub(super) fn skip_blank(&mut self) -> bool {
        match &self.bytes[self.at..] {
            [b'\n', ..] => self.at += 1,
            [b'\r', b'\n', ..] => self.at += 2,
            _ => return false,
        }
        true
    }

    /// The next field of a record and what ended it.
    #[inline]
    pub(super) fn field(&mut self, column: usize) -> Result<(Field<'_>, End), Fault> {
        if self.bytes.get(self.at) == Some(&b'"') {
            return self.quoted(column);
        }
        let start = self.at;
        let stop = delimiter(self.bytes, start);
        let (text, end) = match self.bytes.get(stop) {
            Some(b',') => (&self.bytes[start..stop], End::Comma),
            Some(b'"') => return Err(Fault::StrayQuote { column }),
            Some(_) => {
                let text = &self.bytes[start..stop];
                (text.strip_suffix(b"\r").unwrap_or(text), End::Line)
            }
            None => (&self.bytes[start..], End::Line),
        };
        self.at = stop + 1;
        Ok((Field { text, quoted: false }, end))
    }

    fn quoted(&mut self, column: usize) -> Result<(Field<'_>, End), Fault> {
        self.unescaped.clear();
        let mut start = self.at + 1;
        let mut pieces = 0;
        let close = loop {
            let quote = start + memchr(b'"', &self.bytes[start..]).ok_or(Fault::OpenQuote { column })?;
            if self.bytes.get(quote + 1) != Some(&b'"') {
                break quote;
            }
            self.unescaped.extend_from_slice(&self.bytes[start..=quote]);
            pieces += 1;
            start = quote + 2;
        };
        let end = match &self.bytes[close + 1..] {
            [b',', ..] => {
                self.at = close + 2;
                End::Comma
            }
            [] | [b'\n', ..] => {
                self.at = close + 2;
                End::Line
            }
            [b'\r', b'\n', ..] => {
                self.at = close + 3;
                End::Line
            }
            _ => return Err(Fault::StrayQuote { column }),
        };
        let text = if pieces == 0 {
            &self.bytes[start..close]
        } else {
            self.unescaped.extend_from_slice(&self.bytes[start..close]);
            &self.unescaped
        };
        Ok((Field { text, quoted: true }, end))
    }
}

/// The place of the first comma, line feed or quote from `from` on, or the length.
#[inline]
fn delimiter(bytes: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let mut at = from;
    while let Some(word) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        // The lowest marked byte is exact: a borrow only reaches bytes above a true match.
        let zeros = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
        let found = zeros(word ^ (ONES * u64::from(b',')))
            | zeros(word ^ (ONES * u64::from(b'\n')))
            | zeros(word ^ (ONES * u64::from(b'"')));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b',' | b'\n' | b'"') {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Result<Vec<(String, bool)>, Fault> {
        let mut scanner = Scanner::new(text.as_bytes());
        let mut fields = Vec::new();
        loop {
            let (field, end) = scanner.field(fields.len())?;
            fields.push((String::from_utf8(field.text.to_vec()).unwrap(), field.quoted));
            if end == End::Line {
                assert!(scanner.is_done());
                return Ok(fields);
            }
        }
    }

    #[test]
    fn fields_and_quotes() {
        let plain = |text: &str| (text.to_owned(), false);
        let quoted = |text: &str| (text.to_owned(), true);
        assert_eq!(record("a,b\n"), Ok(vec![plain("a"), plain("b")]));
        assert_eq!(record("a,b\r\n"), Ok(vec![plain("a"), plain("b")]));
        assert_eq!(record("a,b"), Ok(vec![plain("a"), plain("b")]));
        assert_eq!(record("a,\n"), Ok(vec![plain("a"), plain("")]));
        assert_eq!(record("a,"), Ok(vec![plain("a"), plain("")]));
        assert_eq!(record("\"a\",\"\"\r\n"), Ok(vec![quoted("a"), quoted("")]));
        assert_eq!(record("\"a\"\"b\"\"\",c"), Ok(vec![quoted("a\"b\""), plain("c")]));
        assert_eq!(
            record("\"a,\nb\",longer than eight bytes\n"),
            Ok(vec![quoted("a,\nb"), plain("longer than eight bytes")])
        );
        assert_eq!(record("a\rb,c\n"), Ok(vec![plain("a\rb"), plain("c")]));
        assert_eq!(record("a,b\"c\n"), Err(Fault::StrayQuote { column: 1 }));
        assert_eq!(record("\"a\"b\n"), Err(Fault::StrayQuote { column: 0 }));
        assert_eq!(record("a,\"b\n"), Err(Fault::OpenQuote { column: 1 }));
    }

    #[test]
    fn delimiters_are_found_at_every_offset() {
        for length in 0..40 {
            for at in 0..length {
                for byte in *b",\n\"" {
                    let mut bytes = vec![byte.wrapping_add(1); length];
                    bytes[at] = byte;
                    for from in 0..=at {
                        assert_eq!(delimiter(&bytes, from), at);
                    }
                }
            }
            assert_eq!(delimiter(&vec![b'x'; length], 0), length);
        }
    }
}
