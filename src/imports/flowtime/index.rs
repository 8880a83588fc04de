//! FlowTime's registry-index.json: what people decided there, taken over once.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::files_of::{text, warning};
use crate::base::files;
use crate::model::scan::{ScanFault, ScanWarning};

/// The name of its file.
pub(super) const NAME: &str = "registry-index.json";

/// What the index says of each artifact.
#[derive(Debug, Default)]
pub struct Index(BTreeMap<String, Map<String, Value>>);

impl Index {
    /// Reads the index of a data folder; one that is not understood says nothing, and is told.
    pub fn read(root: &Path) -> (Self, Option<ScanWarning>) {
        let path = root.join(NAME);
        if !files::exists(&path) {
            return (Self::default(), None);
        }
        match text(root, NAME).and_then(|text| entries(&text)) {
            Ok(entries) => (Self(entries), None),
            Err(what) => (Self::default(), Some(warning(ScanFault::Malformed, &path, &what))),
        }
    }

    /// What it says of an artifact.
    pub(super) fn of(&self, name: &str) -> Map<String, Value> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

fn entries(text: &str) -> Result<BTreeMap<String, Map<String, Value>>, String> {
    let index: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let Some(artifacts) = index.get("artifacts").and_then(Value::as_array) else {
        return Err("it has no list `artifacts`".to_owned());
    };
    let entry = |value: &Value| {
        let fields = value.as_object()?;
        Some((fields.get("id")?.as_str()?.to_owned(), fields.clone()))
    };
    Ok(artifacts.iter().filter_map(entry).collect())
}
