//! The sizes that Parquet's page headers announce, checked before anything is allocated for them.

use std::fs::File;
use std::path::Path;

use parquet::file::metadata::ParquetMetaData;

use crate::base::files;
use crate::model::{Error, Result};

/// Larger pages are refused; the common writers stay below 100 MiB.
const PAGE_BYTES_MOST: u64 = 256 * 1024 * 1024;

/// Walks over the page headers of every column.
pub(super) fn check(file: &File, path: &Path, metadata: &ParquetMetaData) -> Result<()> {
    let wrong = |what: &str| Error::invalid_data(format!("{} is no readable Parquet file: {what}", path.display()));
    let mut buffer = Vec::new();
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        // The footer was checked: the column lies within the file. A column without values may lack its data page.
        let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let mut at = start as u64;
        let end = at + column.compressed_size() as u64;
        while at < end {
            let header =
                header_at(file, path, at, end, &mut buffer)?.ok_or_else(|| wrong("a page header is broken"))?;
            if header.uncompressed > PAGE_BYTES_MOST || header.compressed > PAGE_BYTES_MOST {
                return Err(wrong("a page is larger than 256 MiB"));
            }
            at = at + header.length + header.compressed;
            if at > end {
                return Err(wrong("a page is longer than its column"));
            }
        }
    }
    Ok(())
}

struct PageHeader {
    /// Of the header itself.
    length: u64,
    compressed: u64,
    uncompressed: u64,
}

/// Reads more of the file until the header is whole: its statistics may be long.
fn header_at(file: &File, path: &Path, at: u64, end: u64, buffer: &mut Vec<u8>) -> Result<Option<PageHeader>> {
    let mut size = 256;
    loop {
        let length = (end - at).min(size);
        buffer.resize(length as usize, 0);
        let count = files::read_at(file, path, buffer, at)?;
        let mut thrift = Thrift { bytes: &buffer[..count], at: 0 };
        if let Some(header) = thrift.page_header() {
            return Ok(Some(header));
        }
        if length < size || size >= 16 * 1024 * 1024 {
            return Ok(None);
        }
        size *= 16;
    }
}

/// Just enough of Thrift's compact protocol to read past a page header.
struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Thrift<'_> {
    /// Fields 2 and 3 of the structure are the sizes.
    fn page_header(&mut self) -> Option<PageHeader> {
        let (mut compressed, mut uncompressed) = (None, None);
        let mut field = 0;
        while let Some(kind) = self.field(&mut field)? {
            match (field, kind) {
                (2, 5) => uncompressed = Some(self.integer()?),
                (3, 5) => compressed = Some(self.integer()?),
                _ => self.skip(kind, 0)?,
            }
        }
        Some(PageHeader {
            length: self.at as u64,
            compressed: compressed?.try_into().ok()?,
            uncompressed: uncompressed?.try_into().ok()?,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// The type of the next field, or the end of the structure.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *id = match byte >> 4 {
            0 => self.integer()?,
            delta => id.checked_add(i64::from(delta))?,
        };
        Some(Some(byte & 15))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > 8 {
            return None;
        }
        match kind {
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => self.pass(8)?,
            8 => {
                let length = self.varint()?;
                self.pass(length)?;
            }
            12 => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            // Page headers hold no lists, sets or maps.
            _ => return None,
        }
        Some(())
    }

    fn pass(&mut self, length: u64) -> Option<()> {
        let end = self.at.checked_add(usize::try_from(length).ok()?)?;
        if end > self.bytes.len() {
            return None;
        }
        self.at = end;
        Some(())
    }
}
