//! What a run is to publish: `PATH[:TYPE[:KEY]]`.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::publish::word;
use crate::model::Result;
use crate::model::ids::ArtifactType;
use crate::publishing;

/// A file or folder that the command leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Output {
    pub(super) path: String,
    artifact_type: Option<ArtifactType>,
    logical_key: Option<String>,
}

impl Output {
    /// Reads `path`, `path:type` or `path:type:key`; an empty part counts as none, and a key may hold `:`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let path = parts.next().unwrap_or_default().to_owned();
        if path.is_empty() {
            return Err("an output is written PATH, PATH:TYPE or PATH:TYPE:KEY".to_owned());
        }
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let artifact_type = part().map(ArtifactType::try_from).transpose()?;
        Ok(Self { path, artifact_type, logical_key: part() })
    }

    /// What of a publish's params it decides.
    pub(super) fn params(&self) -> Result<Value> {
        let format = publishing::format_of(Path::new(&self.path), None)?;
        let artifact_type = self.artifact_type.as_ref().map_or(word(format), ArtifactType::as_str);
        Ok(json!({ "dataPath": self.path, "artifactType": artifact_type, "logicalKey": self.logical_key }))
    }

    /// As a dry run shows it; what the content decides is not known yet.
    pub(super) fn plan(&self) -> Value {
        json!({ "path": self.path, "artifactType": self.artifact_type, "logicalKey": self.logical_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_colons_part_path_type_and_key() {
        for (text, path, artifact_type, key) in [
            ("out.csv", "out.csv", None, None),
            ("out.csv:rain", "out.csv", Some("rain"), None),
            ("out/a b.csv:rain:november", "out/a b.csv", Some("rain"), Some("november")),
            ("out.csv:rain:AAPL:2026", "out.csv", Some("rain"), Some("AAPL:2026")),
            ("out.csv::november", "out.csv", None, Some("november")),
            ("out.csv::", "out.csv", None, None),
        ] {
            let output = Output::parse(text).expect(text);
            let told = (output.artifact_type.as_ref().map(ArtifactType::as_str), output.logical_key.as_deref());
            assert_eq!((output.path.as_str(), told), (path, (artifact_type, key)), "{text}");
        }
        assert!(Output::parse("").is_err() && Output::parse(":rain").is_err() && Output::parse("a:b c").is_err());
    }
}
