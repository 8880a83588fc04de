//! Scanning: which files below a folder make up which runs, what has changed since the last scan, and how runs ended.

mod outcome;
mod reading;
mod roots;
mod runs;
mod survey;
mod walk;

pub use reading::read;
pub use roots::{Root, own_folders};
pub use runs::Key;
pub use survey::{Fate, Seen, Sighted, Survey, survey};
pub use walk::{Arrangement, Families, Walked, walk};

use std::path::Path;

use crate::model::scan::{ScanFault, ScanWarning};

/// Longest path below a scanned folder, in bytes.
const LONGEST_PATH: usize = 1024;

/// A warning about a path.
fn warning(code: ScanFault, path: &Path, message: impl Into<String>) -> ScanWarning {
    let path = Some(path.to_string_lossy().into_owned());
    ScanWarning { path, code, family: None, artifact_id: None, message: message.into() }
}
