//! history.jsonl: every change after publishing, one sealed line each, from which a lost manifest is made again.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

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
    let mut file = files::open_or_create(&path)?;
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
    files::replace(&path, text.as_bytes(), 0o600)?;
    *file = files::open_or_create(&path)?;
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
    seal::seal(&header) + "\n"
}

fn line(event: &Event) -> String {
    seal::seal(&serde_json::to_string(event).expect("plain data")) + "\n"
}
