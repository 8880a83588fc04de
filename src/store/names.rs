//! Readable names: how they are formed from what callers say, and how they are put beside the objects.

use std::path::{Path, PathBuf};

use crate::base::files;
use crate::manifest::{Found, Manifest};
use crate::model::Result;
use crate::model::artifact::{Format, Record};
use crate::objects::{OBJECT_MODE, Objects};
use crate::store::config::Names;
use crate::store::layout::Layout;

/// Longest file name, its extension apart.
const LONGEST_STEM: usize = 180;

/// Gives an artifact a name that no other has: `<type>/v<n>/<type>__v<n>__<hint or key>__ch=<8 of content hash>`.
pub(super) fn choose(manifest: &Manifest, layout: &Layout, record: &mut Record, hint: Option<&str>) -> Result<()> {
    let (kind, version) = (record.artifact_type.as_str(), record.schema_version);
    let start = format!("{kind}__v{version}__");
    let end = format!("__ch={}", &record.content_hash.hex()[..8]);
    let hint = hint.filter(|hint| !hint.is_empty());
    let words = readable(hint.unwrap_or(&record.logical_key), LONGEST_STEM.saturating_sub(start.len() + end.len()));
    let stem = format!("{kind}/v{version}/{start}{words}{end}");
    for clash in 1_u32.. {
        record.name = if clash == 1 { stem.clone() } else { format!("{stem}-{clash}") };
        let free = !manifest.name_taken(&record.name)?
            && !files::exists(&layout.name(record))
            && !files::exists(&layout.sidecar(record));
        if free {
            return Ok(());
        }
    }
    unreachable!("some number is free")
}

/// What callers say, as part of a file name: odd bytes become `_`.
fn readable(text: &str, longest: usize) -> String {
    let fine =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'=' | b'+' | b',' | b'@');
    text.bytes().map(|byte| if fine(byte) { char::from(byte) } else { '_' }).take(longest).collect()
}

/// The extension that a file keeps in its readable name.
pub fn extension_of(file_name: &str) -> Option<String> {
    let (stem, extension) = file_name.rsplit_once('.')?;
    let short = (1..=16).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (short && !stem.is_empty()).then(|| extension.to_owned())
}

/// Puts an artifact's readable name beside its objects. What is there already and right is left alone; what is there
/// and wrong moves to quarantine. An object that is missing gets its name when it comes back.
pub(super) fn place(
    manifest: &Manifest,
    objects: &Objects,
    layout: &Layout,
    how: Names,
    (seq, record): (i64, &Record),
    stamp: &str,
) -> Result<()> {
    for (number, entry) in manifest.files(seq)?.into_iter().enumerate() {
        let target = layout.file(record, &entry);
        let object = objects.path(&entry.hash);
        if !files::exists(&object) {
            continue;
        }
        if let Some(parent) = target.parent()
            && !files::exists(parent)
        {
            files::create_folders(parent)?;
        }
        if !put(&object, &target, how)? && !same(&object, &target)? {
            let aside = layout.quarantine().join(format!("name-{seq}-{number}-{stamp}"));
            files::move_over(&target, &aside)?;
            put(&object, &target, how)?;
        }
    }
    Ok(())
}

/// Takes an artifact's readable name away. What is no longer its object's bytes moves to quarantine.
pub(super) fn take_away(
    manifest: &Manifest,
    objects: &Objects,
    layout: &Layout,
    (seq, record): (i64, &Record),
    stamp: &str,
) -> Result<()> {
    for (number, entry) in manifest.files(seq)?.into_iter().enumerate() {
        let target = layout.file(record, &entry);
        let object = objects.path(&entry.hash);
        if same(&object, &target)? {
            files::remove_if_there(&target)?;
        } else if !files::exists(&target) {
            continue;
        } else if files::exists(&object) {
            files::move_over(&target, &layout.quarantine().join(format!("name-{seq}-{number}-{stamp}")))?;
        } else {
            // It may be the last copy: under this name a repair finds it.
            files::move_over(&target, &layout.quarantine().join(format!("{}.{stamp}", entry.hash.hex())))?;
        }
        // The folders of a tree go with the last of their files.
        let mut folder = target.parent();
        while let Some(empty) = folder.filter(|folder| folder.starts_with(layout.name(record))) {
            if files::remove_empty_folder(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }
    Ok(())
}

/// The first of an artifact's readable names at which something else lies.
pub(super) fn occupied(
    manifest: &Manifest,
    objects: &Objects,
    layout: &Layout,
    found: &Found,
) -> Result<Option<PathBuf>> {
    let name = layout.name(&found.record);
    if found.record.format == Format::Tree && files::look(&name)?.is_some_and(|there| !there.is_dir()) {
        return Ok(Some(name));
    }
    for entry in manifest.files(found.seq)? {
        let target = layout.file(&found.record, &entry);
        if files::exists(&target) && !same(&objects.path(&entry.hash), &target)? {
            return Ok(Some(target));
        }
    }
    Ok(None)
}

/// `false` when the name is taken.
fn put(object: &Path, target: &Path, how: Names) -> Result<bool> {
    if files::exists(target) {
        return Ok(false);
    }
    if how == Names::Link {
        if let Some(made) = files::reflink_new(object, target, OBJECT_MODE)? {
            return Ok(made);
        }
        // Another file system, or more links than this one allows: a copy serves as well.
        if let Ok(linked) = files::link_new(object, target) {
            return Ok(linked);
        }
    }
    Ok(files::copy_new(object, target, if how == Names::Copy { 0o644 } else { OBJECT_MODE })?)
}

fn same(object: &Path, target: &Path) -> Result<bool> {
    let (Some(left), Some(right)) = (files::look(object)?, files::look(target)?) else { return Ok(false) };
    let (left, right) = (files::fingerprint(&left), files::fingerprint(&right));
    if left.identity == right.identity {
        return Ok(true);
    }
    Ok(left.size == right.size && files::same_bytes(object, target)?)
}
