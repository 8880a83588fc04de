//! The files of one folder of FlowTime's: found whatever the case of their names, read without being led out of it.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::base::beneath;
use crate::base::files::Context;
use crate::imports::yaml;
use crate::model::Error;
use crate::model::scan::{ScanFault, ScanWarning};

/// Longest file that is read for what it says, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Most of FlowTime's JSON and YAML begins with it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The files of one run, model or telemetry.
pub(super) struct Files<'a> {
    /// The data folder.
    pub(super) root: &'a Path,
    /// The path of its own folder below it with `/` behind; empty for a table without one.
    pub(super) folder: String,
    /// The paths of the files below the data folder.
    pub(super) paths: &'a [&'a str],
    /// What is odd about them.
    pub(super) odd: Vec<ScanWarning>,
}

impl<'a> Files<'a> {
    /// The paths in its own folder.
    pub(super) fn inner(&self) -> impl Iterator<Item = &'a str> {
        let skip = self.folder.len();
        self.paths.iter().map(move |path| &path[skip..])
    }

    /// The file of a name in its own folder.
    pub(super) fn find(&self, name: &str) -> Option<&'a str> {
        self.inner().find(|path| path.eq_ignore_ascii_case(name))
    }

    /// The absolute path of a file.
    pub(super) fn path(&self, inner: &str) -> PathBuf {
        self.root.join(format!("{}{inner}", self.folder).trim_end_matches('/'))
    }

    /// A warning about a file, or about the folder where the name is empty.
    pub(super) fn warning(&self, code: ScanFault, inner: &str, what: &str) -> ScanWarning {
        warning(code, &self.path(inner), what)
    }

    /// The object that a JSON file holds; what is wrong with one that is there is an error.
    pub(super) fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, ScanWarning> {
        let Some(inner) = self.find(name) else { return Ok(None) };
        let malformed = |what: String| self.warning(ScanFault::Malformed, inner, &what);
        let text = text(self.root, &format!("{}{inner}", self.folder)).map_err(malformed)?;
        match serde_json::from_str(&text) {
            Ok(Value::Object(fields)) => Ok(Some(fields)),
            Ok(_) => Err(malformed("it is no JSON object".to_owned())),
            Err(error) => Err(malformed(format!("it is no JSON: {error}"))),
        }
    }

    /// The same; one that is not understood is told and says nothing.
    pub(super) fn object_or_odd(&mut self, name: &str) -> Map<String, Value> {
        self.object(name)
            .unwrap_or_else(|odd| {
                self.odd.push(odd);
                None
            })
            .unwrap_or_default()
    }

    /// Value and text of the first YAML file of these names that is there; one that is not understood is told.
    pub(super) fn yaml(&mut self, names: &[&str]) -> Option<(Value, String)> {
        let inner = names.iter().find_map(|name| self.find(name))?;
        let read = text(self.root, &format!("{}{inner}", self.folder)).and_then(|text| {
            yaml::read(&text).map(|value| (value, text)).map_err(|what| format!("it is no YAML: {what}"))
        });
        read.map_err(|what| self.odd.push(self.warning(ScanFault::Malformed, inner, &what))).ok()
    }
}

/// A warning about a path.
pub(super) fn warning(code: ScanFault, path: &Path, what: &str) -> ScanWarning {
    let message = format!("{}: {what}", path.display());
    ScanWarning { path: Some(path.to_string_lossy().into_owned()), code, family: None, artifact_id: None, message }
}

/// The text of a file below a folder, without a byte order mark.
pub(super) fn text(root: &Path, below: &str) -> Result<String, String> {
    let told = |error: Error| error.message().to_owned();
    let (file, metadata) = beneath::open(root, below).map_err(|error| told(error.into()))?;
    if metadata.len() > LONGEST {
        return Err(format!("it has {} bytes; at most {LONGEST} are read for what they say", metadata.len()));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut bytes)
        .context("read", &root.join(below))
        .map_err(|error| told(error.into()))?;
    let text = String::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text))
}
