//! Compact forms of JSON Lines and Markdown: bytes in, a smaller form out, and from that the same bytes again.
//!
//! What a form is going to be and how large follows from the bytes and the settings alone, so that what is announced is
//! what is done. Nothing here takes it on trust that a form expands: who replaces a file by one proves it by the hash.

mod dictionary;
mod frame;
mod lines;
mod markdown;
#[cfg(test)]
mod markdown_tests;
mod members;
mod settings;
mod survey;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

pub use settings::Settings;

use crate::base::files::{Context, FileError};
use crate::model::compaction::{Form, Skipped};
use crate::model::{Error, Result, Watch};

/// Larger Markdown is not looked into: it is held in memory, and so is what it says.
const MARKDOWN_BYTES_MAX: u64 = 16 << 20;

/// An open file that is to be compacted or expanded.
pub struct Material<'a> {
    /// The file.
    pub file: &'a File,
    /// Where it lies, for messages.
    pub path: &'a Path,
    /// Its length.
    pub size: u64,
    /// Told of every byte that is read.
    pub watch: &'a dyn Watch,
}

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It can be smaller.
    Smaller(Measure),
    /// It stays as it is.
    Stays(Skipped),
}

/// The form that a file would get, and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The form.
    pub form: Form,
    /// Length of the compact file.
    pub size: u64,
    /// Length of the compressed original that is kept beside it; 0 where the form holds all.
    pub original_size: u64,
    /// What there is to say about the content.
    pub content: Content,
}

/// What was found in a file that can be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JSON Lines as one frame.
    Whole,
    /// JSON Lines with a dictionary.
    Records {
        /// Lines of the original.
        lines: u64,
        /// Fields that have values in the dictionary.
        fields: u64,
    },
    /// Markdown.
    Sections {
        /// Sections of the original.
        sections: u64,
        /// Empty ones that are left out.
        removed: u64,
        /// Headers that are written otherwise.
        rewritten: u64,
    },
}

/// Says which form a file would get, or why it stays as it is; `name` tells its kind.
pub fn measure(material: &Material, name: &str, settings: &Settings) -> Result<Judgement> {
    let stays = |reason| Ok(Judgement::Stays(reason));
    let (enabled, min_size_kb) = match kind(name) {
        Some(Kind::JsonLines) => (settings.jsonl.enabled, settings.jsonl.min_size_kb),
        Some(Kind::Markdown) => (settings.markdown.enabled, settings.markdown.min_size_kb),
        None => return stays(Skipped::OtherKind),
    };
    if !enabled {
        return stays(Skipped::Disabled);
    }
    if material.size < min_size_kb.saturating_mul(1024) {
        return stays(Skipped::TooSmall);
    }
    match kind(name) {
        Some(Kind::Markdown) if material.size > MARKDOWN_BYTES_MAX => stays(Skipped::TooLarge),
        Some(Kind::Markdown) => measure_markdown(material, settings),
        _ => measure_json_lines(material, settings),
    }
}

/// Whether files of this name may have a compact form at all.
pub fn is_eligible(name: &str) -> bool {
    kind(name).is_some()
}

#[derive(Clone, Copy)]
enum Kind {
    JsonLines,
    Markdown,
}

fn kind(name: &str) -> Option<Kind> {
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "jsonl" => Some(Kind::JsonLines),
        "md" => Some(Kind::Markdown),
        _ => None,
    }
}

fn measure_json_lines(material: &Material, settings: &Settings) -> Result<Judgement> {
    let options = &settings.jsonl;
    let mut start = [0; frame::MAGIC.len()];
    let filled = material.read()?.read(&mut start).context("read", material.path)?;
    let first = material.read()?.try_to(dictionary::first_line)?;
    if start[..filled] == frame::MAGIC || first.is_some_and(|line| dictionary::is_header(&line)) {
        return Ok(Judgement::Stays(Skipped::AlreadyCompact));
    }
    if let Some(dictionary) = material.read()?.try_to(|source| survey::survey(source, options))? {
        let mut counter = Counter(0);
        let whole_first = options.preserve_schema;
        let written =
            material.read()?.try_to(|source| dictionary::write(source, &dictionary, whole_first, &mut counter))?;
        if counter.0 < material.size {
            let content = Content::Records { lines: written.lines, fields: dictionary.field_count() };
            return Ok(smaller(Form::Dictionary, counter.0, 0, content));
        }
    }
    let mut counter = Counter(0);
    material.read()?.try_to(|source| frame::pack(source, material.size, frame::LEVEL, &mut counter))?;
    Ok(match counter.0 < material.size {
        true => smaller(Form::Zstd, counter.0, 0, Content::Whole),
        false => Judgement::Stays(Skipped::NotSmaller),
    })
}

fn measure_markdown(material: &Material, settings: &Settings) -> Result<Judgement> {
    let Some(text) = material.text()? else { return Ok(Judgement::Stays(Skipped::NotText)) };
    let Some(compact) = markdown::compact(&text, &settings.markdown) else {
        return Ok(Judgement::Stays(Skipped::WouldReadDifferently));
    };
    if compact.text == text {
        return Ok(Judgement::Stays(Skipped::AlreadyCompact));
    }
    let mut counter = Counter(0);
    material.read()?.try_to(|source| frame::pack(source, material.size, frame::LEVEL_OF_ORIGINALS, &mut counter))?;
    let size = compact.text.len() as u64;
    Ok(match size + counter.0 < material.size {
        true => {
            let markdown::Compact { sections, removed, rewritten, .. } = compact;
            smaller(Form::Markdown, size, counter.0, Content::Sections { sections, removed, rewritten })
        }
        false => Judgement::Stays(Skipped::NotSmaller),
    })
}

fn smaller(form: Form, size: u64, original_size: u64, content: Content) -> Judgement {
    Judgement::Smaller(Measure { form, size, original_size, content })
}

/// Writes a file in the form that was measured for it.
pub fn write(material: &Material, form: Form, settings: &Settings, out: &mut dyn Write) -> Result<()> {
    match form {
        Form::Dictionary => {
            let options = &settings.jsonl;
            let Some(dictionary) = material.read()?.try_to(|source| survey::survey(source, options))? else {
                return Err(material.changed());
            };
            let whole_first = options.preserve_schema;
            material.read()?.try_to(|source| dictionary::write(source, &dictionary, whole_first, out))?;
            Ok(())
        }
        Form::Zstd => material.read()?.try_to(|source| frame::pack(source, material.size, frame::LEVEL, out)),
        Form::Markdown => {
            let compact = material.text()?.and_then(|text| markdown::compact(&text, &settings.markdown));
            let Some(compact) = compact else { return Err(material.changed()) };
            Ok(out.write_all(compact.text.as_bytes()).context("write the compact form of", material.path)?)
        }
    }
}

/// Writes the original of a Markdown file as it is kept.
pub fn write_original(material: &Material, out: &mut dyn Write) -> Result<()> {
    material.read()?.try_to(|source| frame::pack(source, material.size, frame::LEVEL_OF_ORIGINALS, out))
}

/// Writes the original bytes. `material` is the compact file; of Markdown it is the original as it is kept.
pub fn expand(material: &Material, form: Form, out: &mut dyn Write) -> Result<()> {
    match form {
        Form::Dictionary => material.read()?.try_to(|source| dictionary::expand(source, out)),
        Form::Zstd | Form::Markdown => material.read()?.try_to(|source| frame::unpack(source, out)),
    }
}

impl Material<'_> {
    /// From the start on.
    fn read(&self) -> Result<Reading<'_>> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(0)).context("read", self.path)?;
        Ok(Reading { material: self, done: 0 })
    }

    /// All of it, if it is text in UTF-8.
    fn text(&self) -> Result<Option<String>> {
        let mut bytes = Vec::new();
        self.read()?.try_to(|mut source| source.read_to_end(&mut bytes))?;
        Ok(String::from_utf8(bytes).ok())
    }

    fn changed(&self) -> Error {
        Error::conflict(format!("{} changed while it was read", self.path.display()))
            .hint("try again once its writer is done")
    }
}

/// Reads a file while somebody watches.
struct Reading<'a> {
    material: &'a Material<'a>,
    done: u64,
}

impl Reading<'_> {
    /// Does something with all the bytes; a failure names the file, unless it is the watcher's own.
    fn try_to<T>(self, act: impl FnOnce(Self) -> io::Result<T>) -> Result<T> {
        let path = self.material.path;
        act(self).map_err(|error| match error.downcast::<Error>() {
            Ok(own) => own,
            // What doesn't come from the system comes from the bytes.
            Err(error) if error.raw_os_error().is_none() => {
                Error::integrity(format!("{} is no compact form that can be expanded: {error}", path.display()))
            }
            Err(error) => FileError::new("compact or expand", path, error).into(),
        })
    }
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A file that grows is not followed: who proves the result by its hash finds out.
        let left = self.material.size.saturating_sub(self.done);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let mut file = self.material.file;
        let count = file.read(&mut buffer[..wanted])?;
        self.done += count as u64;
        self.material.watch.step(self.done, self.material.size, "bytes read").map_err(io::Error::other)?;
        Ok(count)
    }
}

/// Counts bytes.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
