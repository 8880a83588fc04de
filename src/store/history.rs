//! history.jsonl: every change after publishing, one sealed line each, from which a lost manifest is made again.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::base::crash;
use crate::base::files::{self, Context};
use crate::manifest::Manifest;
use crate::model::artifact::Event;
use crate::model::{Error, Result, seal};
use crate::store::layout::Layout;

/// The setting that says how much of the file the manifest knows.
const LENGTH: &str = "history_bytes";

const FORMAT_VERSION: u32 = 1;

/// Read by whoever may read the manifest, which says the same.
const MODE: u32 = 0o644;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    format_version: u32,
}

/// Appends events, those from `next` on, before the transaction that holds them commits. What the file holds beyond what
/// the manifest knows belongs to a transaction that never committed: it is moved to quarantine. Even a transaction
/// without such events does that, because it uses the same event ids.
pub(super) fn append(layout: &Layout, manifest: &Manifest, events: &[Event], next: u64, stamp: &str) -> Result<()> {
    let path = layout.history();
    let mut known = manifest.meta_number(LENGTH)?;
    let there = files::look(&path)?.map_or(0, |found| found.len());
    if events.is_empty() && there == known {
        return Ok(());
    }
    let mut file = files::open_or_create(&path, MODE)?;
    if there < known {
        known = rewrite(&mut file, layout, manifest, next)?;
    } else if there > known {
        set_aside(&mut file, layout, known, stamp)?;
    }
    if events.is_empty() {
        return manifest.set_meta(LENGTH, known);
    }
    let mut text = String::new();
    if known == 0 {
        text.push_str(&header());
    }
    for event in events {
        text.push_str(&line(event));
    }
    file.seek(SeekFrom::Start(known)).context("write", &path)?;
    file.write_all(text.as_bytes()).context("write", &path)?;
    crash::point("commit.history_appended");
    file.sync_all().context("flush", &path)?;
    if known == 0 {
        files::sync_parent(&path)?;
    }
    crash::point("commit.history_synced");
    manifest.set_meta(LENGTH, known + text.len() as u64)
}

/// What the history file says.
pub(super) struct History {
    /// The events, oldest first.
    pub(super) events: Vec<Event>,
    /// The length of the lines that were written whole, in bytes.
    pub(super) bytes: u64,
    /// How many bytes after them were left out, because they belong to a transaction that never committed.
    pub(super) uncommitted: u64,
}

/// Reads the file up to a last line that was never written whole; with a manifest that can be asked, up to what that
/// knows: the rest never committed.
pub(super) fn read(layout: &Layout, live: Option<&Manifest>) -> Result<History> {
    let path = layout.history();
    let mut history = History { events: Vec::new(), bytes: 0, uncommitted: 0 };
    if !files::exists(&path) {
        return Ok(history);
    }
    let mut bytes = files::read(&path)?;
    if let Some(live) = live {
        let known = usize::try_from(live.meta_number(LENGTH)?).unwrap_or(usize::MAX);
        history.uncommitted = bytes.len().saturating_sub(known) as u64;
        bytes.truncate(known);
    }
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((number, bytes)) = lines.next() {
        let text = std::str::from_utf8(bytes).ok().filter(|text| seal::intact(text.trim_end_matches('\n')));
        match (text, number) {
            // The process died while it wrote the last line, so nobody was told of it.
            (None, _) if lines.peek().is_none() && !bytes.ends_with(b"\n") => break,
            (None, _) => {
                return Err(Error::integrity(format!("{} line {}: its check fails", path.display(), number + 1)).hint(
                    "restore the file from a copy, or take the damaged line out by hand to go on without that change",
                ));
            }
            (Some(text), 0) => {
                let header: Header = parse(text, layout, 0)?;
                if header.format_version > FORMAT_VERSION {
                    return Err(Error::unsupported(format!(
                        "{} has format {}, made by a newer keepstone; this one reads up to {FORMAT_VERSION}",
                        path.display(),
                        header.format_version
                    )));
                }
            }
            (Some(text), _) => history.events.push(parse(text, layout, number)?),
        }
        history.bytes += bytes.len() as u64;
    }
    Ok(history)
}

/// A line of the file: an event, or what isn't one.
pub(super) enum Line {
    /// The first line, as it should be.
    Header,
    /// A later line.
    Event(Box<Event>),
    /// Its seal fails, or it says nothing that makes sense.
    Damaged,
}

/// What the manifest knows of the file, line by line.
pub(super) struct Examined {
    /// The lines, damaged ones in their places.
    pub(super) lines: Vec<Line>,
    /// Whether bytes are missing that the manifest knows of.
    pub(super) short: bool,
    bytes: Vec<u8>,
    known: u64,
}

/// Looks at every line, whatever has become of it.
pub(super) fn examine(layout: &Layout, manifest: &Manifest) -> Result<Examined> {
    let path = layout.history();
    let known = manifest.meta_number(LENGTH)?;
    let mut bytes = if files::exists(&path) { files::read(&path)? } else { Vec::new() };
    let short = (bytes.len() as u64) < known;
    bytes.truncate(usize::try_from(known).unwrap_or(usize::MAX));
    let line = |(number, bytes): (usize, &[u8])| {
        let text = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        match (text.filter(|text| seal::intact(text)), number) {
            (Some(text), 0) if parse::<Header>(text, layout, 0).is_ok_and(|header| header.format_version > 0) => {
                Line::Header
            }
            (Some(text), 1..) => {
                parse(text, layout, number).map_or(Line::Damaged, |event| Line::Event(Box::new(event)))
            }
            _ => Line::Damaged,
        }
    };
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().map(line).collect();
    Ok(Examined { lines, short, bytes, known })
}

/// Writes the file anew where it was damaged, if what it said is beyond doubt; answers where the damaged file is kept.
/// What is left of a damaged line has to bear out the event that the manifest has in its place.
pub(super) fn mend(layout: &Layout, manifest: &Manifest, stamp: &str) -> Result<Option<PathBuf>> {
    let path = layout.history();
    let examined = examine(layout, manifest)?;
    let Some(text) = mended(&examined, &manifest.history_events()?) else { return Ok(None) };
    let aside = layout.quarantine().join(format!("history-{stamp}-damaged.jsonl"));
    if files::exists(&path) {
        files::link_new(&path, &aside)?;
        files::sync_folder(&layout.quarantine())?;
    }
    files::replace(&path, text.as_bytes(), MODE)?;
    Ok(Some(aside))
}

fn mended(examined: &Examined, events: &[Event]) -> Option<String> {
    let mut text = header();
    let there = examined.bytes.as_slice();
    let bears_out = |from: usize, line: &str| {
        let is_there = |from: usize, part: &str| there.get(from..from + part.len()) == Some(part.as_bytes());
        let (body, check) = line.split_at(seal::body_length(line));
        from + line.len() > there.len() || is_there(from, body) || is_there(from + body.len(), check)
    };
    let mut sound = bears_out(0, &text);
    for event in events {
        let line = line(event);
        sound &= bears_out(text.len(), &line);
        text.push_str(&line);
    }
    let agrees = examined.lines.iter().all(|line| match line {
        Line::Event(event) => events.contains(event),
        Line::Header | Line::Damaged => true,
    });
    (sound && agrees && text.len() as u64 == examined.known).then_some(text)
}

/// Takes note of how much of the file is known, after its events were all taken into the manifest.
pub(super) fn accept(manifest: &Manifest, history: &History) -> Result<()> {
    manifest.set_meta(LENGTH, history.bytes)
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str, layout: &Layout, number: usize) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::integrity(format!("{} line {}: {error}", layout.history().display(), number + 1)))
}

/// Writes the file anew from the manifest's events before `next`, after lines were lost from it.
fn rewrite(file: &mut File, layout: &Layout, manifest: &Manifest, next: u64) -> Result<u64> {
    let path = layout.history();
    let mut text = header();
    for event in manifest.history_events()?.iter().filter(|event| event.event_id.0 < next) {
        text.push_str(&line(event));
    }
    files::replace(&path, text.as_bytes(), MODE)?;
    *file = files::open_or_create(&path, MODE)?;
    Ok(text.len() as u64)
}

fn set_aside(file: &mut File, layout: &Layout, known: u64, stamp: &str) -> Result<()> {
    let path = layout.history();
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(known)).context("read", &path)?;
    file.read_to_end(&mut tail).context("read", &path)?;
    files::replace(&layout.quarantine().join(format!("history-{stamp}-{known}.jsonl")), &tail, 0o600)?;
    file.set_len(known).context("cut", &path)?;
    Ok(file.sync_all().context("flush", &path)?)
}

fn header() -> String {
    let header = serde_json::to_string(&Header { format_version: FORMAT_VERSION }).expect("plain data");
    seal::seal(header) + "\n"
}

fn line(event: &Event) -> String {
    seal::seal(serde_json::to_string(event).expect("plain data")) + "\n"
}
