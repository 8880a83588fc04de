//! FlowTime's data folder: which of its folders is what, and what the files in them say. Nothing in it is changed.

mod facts;
mod files_of;
mod index;
mod titles;

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

pub use facts::{Facts, Reading, read, schema_of};
pub use index::Index;

use crate::base::files;
use crate::store::config::FLOWTIME_FAMILIES;

/// What can be done with telemetry whose table can be read.
pub const OF_TABLES: [&str; 2] = ["replay", "compare"];

/// What a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A model that can be run: `models/<id>`.
    Model,
    /// A run of a model: `run_<stamp>_<digits>`, or `run_` and any other name.
    Run,
    /// Measured or imported data: `telemetry/<id>`.
    Telemetry,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Model, Self::Run, Self::Telemetry];

    /// The family that all of them form.
    pub fn family(self) -> &'static str {
        FLOWTIME_FAMILIES[self as usize]
    }

    /// What a family is one of.
    pub fn of_family(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.family() == name)
    }

    /// The name of its artifacts' type.
    pub fn artifact_type(self) -> &'static str {
        ["model", "run", "telemetry"][self as usize]
    }

    /// Who makes them, where nothing else is said.
    pub fn source(self) -> &'static str {
        ["sim", "engine", "import"][self as usize]
    }
}

/// What a file belongs to, by its path in the data folder, and the name of that.
pub fn place_of(path: &str) -> Option<(Kind, &str)> {
    let (first, rest) = path.split_once('/')?;
    let inner = rest.split_once('/').map(|(name, _)| name);
    match first {
        "models" => Some((Kind::Model, inner?)),
        // A table that lies there without a folder is one by itself.
        "telemetry" => Some((Kind::Telemetry, inner.or_else(|| is_table(rest).then_some(rest))?)),
        _ => is_run_name(first).then_some((Kind::Run, first)),
    }
}

/// Whether there may be something in a folder.
pub fn enters(folder: &str) -> bool {
    let first = folder.split('/').next().unwrap_or_default();
    matches!(first, "models" | "telemetry") || is_run_name(first)
}

/// Whether a folder is one run, model or telemetry.
pub fn is_one(folder: &str) -> bool {
    match folder.split_once('/') {
        None => is_run_name(folder),
        Some((first, rest)) => matches!(first, "models" | "telemetry") && !rest.contains('/'),
    }
}

fn is_run_name(name: &str) -> bool {
    name.strip_prefix("run_").is_some_and(|rest| !rest.is_empty())
}

fn is_table(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    matches!(end.as_deref(), Some("csv" | "parquet"))
}

/// The moment that a name tells, always UTC: `20250920T080707Z` between underscores. Of a run, what begins like one and
/// is none is told.
pub fn moment_in(kind: Kind, name: &str) -> Result<Option<Timestamp>, String> {
    let begins =
        |part: &&str| part.as_bytes().get(8) == Some(&b'T') && part.bytes().take(8).all(|byte| byte.is_ascii_digit());
    let Some(part) = name.split('_').find(begins) else { return Ok(None) };
    match moment(part) {
        None if kind == Kind::Run => Err(format!("{part} is no moment as 20250920T080707Z is one")),
        moment => Ok(moment),
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 15)?;
    let number = |from: usize, to: usize| -> Option<i16> {
        let digits = digits.get(from..to).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse().ok()
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
    let at = DateTime::new(number(0, 4)?, small(4)?, small(6)?, small(9)?, small(11)?, small(13)?, 0).ok()?;
    at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Whether a folder looks like FlowTime's: there is its index, or a run with its manifest and what a run has beside it.
pub fn looks_like_one(folder: &Path) -> bool {
    let entries = files::list(folder).unwrap_or_default();
    entries.iter().any(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let has = |inner: &str| files::exists(&path.join(inner));
        let run = || has("manifest.json") && ["run.json", "spec.yaml", "series"].into_iter().any(has);
        name == index::NAME || is_run_name(&name) && run()
    })
}

/// What an artifact's parameters name as its inputs, and as what was made of it.
pub fn relations(params: &Map<String, Value>) -> (Vec<String>, Vec<String>) {
    let model = params.get("provenance").and_then(|provenance| provenance.get("modelId")).and_then(Value::as_str);
    let mut from: Vec<String> = model.filter(|id| !id.is_empty()).map(str::to_owned).into_iter().collect();
    let mut generates = Vec::new();
    for relationships in [Some(params), params.get("catalog").and_then(Value::as_object)] {
        let Some(relationships) = relationships.and_then(|fields| fields.get("relationships")) else { continue };
        let named = |key: &str| relationships.get(key).and_then(Value::as_array).into_iter().flatten();
        let id = |value: &Value| value.as_str().or_else(|| value.get("id")?.as_str()).map(str::to_owned);
        from.extend(named("derived_from").chain(named("derivedFrom")).filter_map(id));
        generates.extend(named("generates").filter_map(id));
    }
    (from, generates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_apart_by_their_names() {
        for (path, expected) in [
            ("run_20250920T080707Z_5eccafbb/series/a.csv", Some((Kind::Run, "run_20250920T080707Z_5eccafbb"))),
            ("run_deterministic_0a1b2c3d/run.json", Some((Kind::Run, "run_deterministic_0a1b2c3d"))),
            ("run_it-system_microservices_ab/x", Some((Kind::Run, "run_it-system_microservices_ab"))),
            ("models/m1/model.yaml", Some((Kind::Model, "m1"))),
            ("telemetry/t1/deep/data.csv", Some((Kind::Telemetry, "t1"))),
            ("telemetry/sensors.CSV", Some((Kind::Telemetry, "sensors.CSV"))),
            ("telemetry/readme.md", None),
            ("models/loose.yaml", None),
            ("registry-index.json", None),
            ("run_/x", None),
            ("runs/run_x/manifest.json", None),
        ] {
            assert_eq!(place_of(path), expected, "{path}");
        }
        assert!(["run_x", "run_x/series", "models", "telemetry/t/x"].into_iter().all(enters));
        assert!(!["templates", "runs", "run_"].into_iter().any(enters));
        assert!(["run_x", "models/m", "telemetry/t"].into_iter().all(is_one));
        assert!(!["models", "run_x/series", "models/m/x", "other"].into_iter().any(is_one));
    }

    #[test]
    fn names_tell_moments_in_utc() {
        let told = |name: &str| moment_in(Kind::Run, name).map(|at| at.map(|at| at.to_string()));
        assert_eq!(told("run_20250920T080707Z_5eccafbb"), Ok(Some("2025-09-20T08:07:07Z".to_owned())));
        assert_eq!(told("run_shop_20250920T080707Z_5eccafbb_2"), Ok(Some("2025-09-20T08:07:07Z".to_owned())));
        for name in ["run_deterministic_0a1b2c3d", "run_20250920_x", "run_x"] {
            assert_eq!(told(name), Ok(None), "{name}");
        }
        for name in ["run_20251399T080707Z_x", "run_20250920T080760Z_x", "run_20250920T080707_x", "run_20250920Tx_y"] {
            assert!(told(name).is_err(), "{name}");
        }
        assert_eq!(moment_in(Kind::Model, "m_20251399T080707Z"), Ok(None));
    }
}
