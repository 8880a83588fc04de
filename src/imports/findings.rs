//! What an import finds on its way, in the order in which it finds it.

use std::path::Path;

use crate::model::audit::Severity;
use crate::model::import::{ImportFault, ImportFinding};
use crate::model::number::Count;

/// Most findings that are told one by one.
const TOLD_MOST: usize = 10_000;

/// Findings, counted all and told up to a limit.
#[derive(Debug, Default)]
pub struct Findings {
    /// Those that are told.
    pub told: Vec<ImportFinding>,
    /// How many errors there are.
    pub errors: u64,
    /// How many warnings there are.
    pub warnings: u64,
}

impl Findings {
    /// Takes a finding in.
    pub fn add(&mut self, finding: ImportFinding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        if self.told.len() < TOLD_MOST {
            self.told.push(finding);
        }
    }

    /// Whether there are more than are told.
    pub fn truncated(&self) -> bool {
        self.errors + self.warnings > self.told.len() as u64
    }

    /// How many errors and warnings there are.
    pub fn counts(&self) -> (Count, Count) {
        (Count(self.errors), Count(self.warnings))
    }
}

/// Makes findings about one thing: its id where it has one, and its file.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) subject: Option<String>,
    pub(super) path: Option<String>,
}

impl About {
    /// About a file below a folder.
    pub(super) fn file(path: &Path, folder: &Path) -> Self {
        let inside = path.strip_prefix(folder).unwrap_or(path);
        Self { subject: None, path: Some(inside.to_string_lossy().into_owned()) }
    }

    /// The same about the thing that the file tells of.
    pub(super) fn of(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    /// A finding about it.
    pub(super) fn finding(&self, code: ImportFault, message: impl Into<String>) -> ImportFinding {
        ImportFinding {
            severity: code.severity(),
            code,
            subject: self.subject.clone(),
            path: self.path.clone(),
            message: message.into(),
        }
    }
}
