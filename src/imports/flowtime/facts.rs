//! What the files of one run, model or telemetry of FlowTime's say about it, in our words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::files_of::Files;
use super::titles::{self, scalar};
use super::{Index, Kind, is_table, moment_in};
use crate::base::{beneath, clock, files};
use crate::model::artifact::Writer;
use crate::model::ids::ArtifactId;
use crate::model::number::make_exact;
use crate::model::place::Said;
use crate::model::scan::{ScanFault, ScanWarning};
use crate::model::{Kind as Failure, Result, Watch, curation};
use crate::tabular::{self, Shape, Table};

/// What is said about a run, model or telemetry.
#[derive(Debug)]
pub struct Facts {
    /// What is read anew whenever its files change.
    pub said: Said,
    /// A title.
    pub title: String,
    /// A description.
    pub description: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Whether FlowTime hides it.
    pub archived: bool,
    /// When its files say that it was made; its name may tell better.
    pub created_at: Option<Timestamp>,
    /// What is odd about it.
    pub odd: Vec<ScanWarning>,
    /// What was cut of its title, description and tags. Who doesn't take these need not be told.
    pub cut: Vec<ScanWarning>,
}

/// What reading one gives, or the reason why it is left out.
pub type Reading = std::result::Result<Facts, ScanWarning>;

/// Members of the file metadata.json and of the catalog that an artifact has a place of its own for.
const OWN: [&str; 7] = ["id", "type", "title", "description", "tags", "source", "capabilities"];

/// Tags that FlowTime gives by itself: they say nothing of the one artifact.
const GIVEN_BY_ITSELF: [&str; 4] = ["run", "csv", "json", "configured"];

/// The tag by which FlowTime hides an artifact.
const ARCHIVED: &str = "archived";

/// Reads what files say; their paths are those below the data folder, sorted. `scratch` is a folder to work in, without
/// which tables are not described.
pub fn read(
    root: &Path,
    (kind, name): (Kind, &str),
    paths: &[&str],
    index: &Index,
    scratch: Option<&Path>,
    watch: &dyn Watch,
) -> Result<Reading> {
    let folder = match kind {
        Kind::Run => format!("{name}/"),
        Kind::Model => format!("models/{name}/"),
        // A table that lies there without a folder.
        Kind::Telemetry if matches!(paths, [one] if one.split('/').count() == 2) => "telemetry/".to_owned(),
        Kind::Telemetry => format!("telemetry/{name}/"),
    };
    let files = Files { root, folder, paths, odd: Vec::new() };
    let mut sources = match Sources::of(kind, name, files) {
        Ok(sources) => sources,
        Err(left_out) => return Ok(Err(left_out)),
    };
    let schema = match (kind, scratch) {
        (Kind::Telemetry, Some(scratch)) => sources.schema(scratch, watch)?,
        _ => None,
    };
    // What nobody has tried to read may well be a table.
    let is_table = schema.is_some() || scratch.is_none();
    Ok(Ok(sources.facts(kind, name, index, schema, is_table)))
}

/// Everything that was read.
struct Sources<'a> {
    files: Files<'a>,
    /// manifest.json and run.json of a run.
    manifest: Map<String, Value>,
    run: Map<String, Value>,
    /// What a run's model says of itself.
    model: Map<String, Value>,
    provenance: Map<String, Value>,
    /// metadata.json beside the rest.
    own: Map<String, Value>,
    catalog: Map<String, Value>,
    /// The model as YAML: its value and its text.
    spec: Option<(Value, String)>,
}

impl<'a> Sources<'a> {
    fn of(kind: Kind, name: &str, mut files: Files<'a>) -> std::result::Result<Self, ScanWarning> {
        let odd = |what: String| files.warning(ScanFault::OddName, "", &what);
        ArtifactId::try_from(name.to_owned()).map_err(odd)?;
        moment_in(kind, name).map_err(odd)?;
        let lacks = |files: &Files, what: &str| Err(files.warning(ScanFault::Incomplete, "", what));
        let (mut manifest, mut run, mut model) = (Map::new(), Map::new(), Map::new());
        let mut own = Map::new();
        match kind {
            Kind::Run => {
                match files.object("manifest.json")? {
                    Some(fields) => manifest = fields,
                    None => return lacks(&files, "it has no manifest.json, so it is no run"),
                }
                run = files.object_or_odd("run.json");
                model = files.object_or_odd("model/metadata.json");
                own = files.object_or_odd("metadata.json");
            }
            Kind::Model | Kind::Telemetry => own.extend(files.object("metadata.json")?.unwrap_or_default()),
        }
        let spec = match kind {
            Kind::Run => files.yaml(&["spec.yaml", "spec.yml", "model/model.yaml"]),
            Kind::Model => files.yaml(&["model-artifact.yaml", "model.yaml", "model-artifact.yml", "model.yml"]),
            Kind::Telemetry => None,
        };
        if kind == Kind::Model && !files.inner().any(is_yaml) && files.find("metadata.json").is_none() {
            return lacks(&files, "it has neither model-artifact.yaml nor model.yaml, so it is no model");
        }
        if kind == Kind::Telemetry && !files.inner().any(is_table) {
            return lacks(&files, "it has no CSV or Parquet file, so it is no telemetry");
        }
        let mut provenance = Map::new();
        let yaml = spec.as_ref().and_then(|(value, _)| value.get("provenance")).cloned();
        let told = [manifest.remove("provenance"), own.remove("provenance"), yaml].into_iter().flatten();
        let mut told: Vec<Value> = told.collect();
        told.push(Value::Object(files.object_or_odd("model/provenance.json")));
        told.push(Value::Object(files.object_or_odd("provenance.json")));
        for fields in
            told.into_iter().filter_map(|value| if let Value::Object(fields) = value { Some(fields) } else { None })
        {
            add_absent(&mut provenance, fields, &[]);
        }
        let catalog = files.object_or_odd("catalog.json");
        Ok(Self { files, manifest, run, model, provenance, own, catalog, spec })
    }

    fn facts(mut self, kind: Kind, name: &str, index: &Index, schema: Option<Value>, is_table: bool) -> Facts {
        let entry = index.of(name);
        let spec = self.spec.as_ref().map(|(value, _)| value.clone()).unwrap_or_default();
        let tags = self.tags(&spec, &entry);
        let title = self.title(kind, name, &entry);
        let said_of = |fields: &Map<String, Value>, key: &str| fields.get(key).and_then(scalar);
        let of_manifest = self.manifest.get("metadata").and_then(|metadata| metadata.get("description"));
        // What people called it in FlowTime stands in the index alone.
        let description = said_of(&entry, "description")
            .or_else(|| said_of(&self.own, "description"))
            .or_else(|| titles::description(&spec))
            .or_else(|| of_manifest.and_then(scalar))
            .or_else(|| said_of(&self.catalog, "description"));
        let text = |fields: &Map<String, Value>, key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
        let source =
            [&self.own, &self.run, &self.catalog, &entry].into_iter().find_map(|fields| text(fields, "source"));
        let source = source.unwrap_or_else(|| kind.source().to_owned());
        let created = text(&self.manifest, "createdUtc").into_iter().chain(
            ["created", "createdUtc", "createdAt", "generatedAt"].into_iter().filter_map(|key| text(&self.own, key)),
        );
        let created_at = created.into_iter().find_map(|text| clock::parse_moment(&text)).filter(has_four_digits);
        let version = text(&self.run, "engineVersion");
        let said = Said {
            source: Some(source.strip_prefix("flowtime-").unwrap_or(&source).to_owned()),
            capabilities: self.capabilities(kind, is_table),
            writer: version.map(|version| Writer { name: Some("flowtime".to_owned()), version: Some(version) }),
            params: self.params(name, &spec, schema),
        };
        let archived = tags.contains(ARCHIVED);
        let mut tags = tags.into_iter().filter(|tag| tag != ARCHIVED).map(|tag| (tag, String::new())).collect();
        let (mut title, mut description) = (Some(title), description);
        let cut = curation::fit(&mut title, &mut description, &mut tags);
        let cut = cut.iter().map(|told| self.files.warning(ScanFault::Shortened, "", told)).collect();
        Facts {
            said,
            title: title.unwrap_or_else(|| name.to_owned()),
            description,
            archived,
            tags,
            created_at,
            odd: self.files.odd,
            cut,
        }
    }

    /// What people called it in FlowTime, else what its files say, else what its name gives.
    fn title(&self, kind: Kind, name: &str, entry: &Map<String, Value>) -> String {
        let tail = name.rsplit('_').next().unwrap_or(name);
        let of_name = match kind {
            Kind::Run => format!("Run {tail}"),
            Kind::Telemetry if is_table(name) => name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned(),
            Kind::Model | Kind::Telemetry => name.to_owned(),
        };
        let said = |fields: &Map<String, Value>| fields.get("title").and_then(scalar);
        said(entry)
            .filter(|title| *title != of_name)
            .or_else(|| said(&self.own))
            .or_else(|| said(&self.catalog))
            .or_else(|| self.spec.as_ref().and_then(|(value, text)| titles::title(value, text)))
            .unwrap_or(of_name)
    }

    fn tags(&self, spec: &Value, entry: &Map<String, Value>) -> BTreeSet<String> {
        let of_spec = spec.get("metadata").and_then(|metadata| metadata.get("tags"));
        let own = [self.manifest.get("tags"), self.own.get("tags"), self.catalog.get("tags"), of_spec];
        let own = own.into_iter().flatten().flat_map(words).filter(|tag| tag != GIVEN_BY_ITSELF[0]);
        let indexed = entry.get("tags").into_iter().flat_map(words);
        own.chain(indexed.filter(|tag| !GIVEN_BY_ITSELF.contains(&tag.as_str()))).collect()
    }

    /// What its files allow, and what it says itself.
    fn capabilities(&self, kind: Kind, is_table: bool) -> Vec<String> {
        let has = |folder: &str| self.files.inner().any(|path| path.starts_with(folder));
        let exported = has("aggregates/") || has("gold/");
        let of_files = match kind {
            Kind::Model => [false; 3],
            Kind::Run => [self.spec.is_some(), has("series/") || exported, exported],
            Kind::Telemetry => [is_table, is_table, false],
        };
        let mut capabilities: Vec<String> = Vec::new();
        let of_files = ["replay", "compare", "export"].into_iter().zip(of_files).filter(|(_, holds)| *holds);
        let said =
            [&self.own, &self.catalog].into_iter().filter_map(|fields| fields.get("capabilities")).flat_map(words);
        for word in of_files.map(|(word, _)| word.to_owned()).chain(said) {
            if !capabilities.contains(&word) {
                capabilities.push(word);
            }
        }
        capabilities
    }

    /// What the files say that an artifact has no other place for, its types kept.
    fn params(&mut self, name: &str, spec: &Value, schema: Option<Value>) -> Map<String, Value> {
        let mut params = Map::new();
        if self.run.get("runId").is_some_and(|id| id == name) {
            self.run.remove("runId");
        }
        // Of each series the listing of the files has the hash.
        add_absent(&mut params, std::mem::take(&mut self.manifest), &["tags", "seriesHashes"]);
        add_absent(&mut params, std::mem::take(&mut self.run), &["source"]);
        add_absent(&mut params, std::mem::take(&mut self.own), &OWN);
        if let Value::Object(fields) = spec {
            let kept = ["schemaVersion", "kind", "grid"].into_iter();
            let kept = kept.filter_map(|key| Some((key.to_owned(), fields.get(key)?.clone()))).collect();
            add_absent(&mut params, kept, &[]);
            let nodes = titles::nodes(spec);
            if !nodes.is_empty() {
                add_absent(&mut params, Map::from_iter([("nodes".to_owned(), json!(nodes))]), &[]);
            }
        }
        let parts = [("provenance", &mut self.provenance), ("model", &mut self.model), ("catalog", &mut self.catalog)];
        for (key, fields) in parts {
            if !fields.is_empty() {
                params.insert(key.to_owned(), Value::Object(std::mem::take(fields)));
            }
        }
        params.extend(schema.map(|schema| ("schema".to_owned(), schema)));
        make_exact(&mut params);
        params
    }

    /// The columns, rows and time of the table that telemetry has; what can't be read is told.
    fn schema(&mut self, scratch: &Path, watch: &dyn Watch) -> Result<Option<Value>> {
        let named = ["data.parquet", "data.csv"].into_iter().find_map(|name| self.files.find(name));
        let Some(inner) = named.or_else(|| self.files.inner().find(|path| is_table(path))) else { return Ok(None) };
        match described(self.files.root, &format!("{}{inner}", self.files.folder), scratch, watch) {
            Ok(table) => {
                let at = |moment: Option<Timestamp>| moment.map(clock::micros_text);
                Ok(Some(schema_of(inner, &table.columns, table.row_count, (at(table.min_ts), at(table.max_ts)))))
            }
            Err(error) => match error.kind() {
                Failure::Cancelled | Failure::NoSpace | Failure::Internal | Failure::ReadOnly => Err(error),
                _ => {
                    let odd = self.files.warning(ScanFault::Malformed, inner, "its columns are not known");
                    let message = format!("{}: {}", odd.message, error.message());
                    self.files.odd.push(ScanWarning { message, ..odd });
                    Ok(None)
                }
            },
        }
    }
}

fn described(root: &Path, below: &str, scratch: &Path, watch: &dyn Watch) -> Result<Table> {
    let path = root.join(below);
    let (file, _) = beneath::open(root, below)?;
    let mut head = [0; 4];
    let length = files::read_at(&file, &path, &mut head, 0)?;
    let shape = Shape::default();
    if tabular::is_parquet(&head[..length]) || below.to_ascii_lowercase().ends_with(".parquet") {
        return tabular::read_parquet(&file, &path, &shape, scratch, watch);
    }
    // What a CSV's columns are shows only when it is read as a table.
    let into = files::unnamed(scratch)?;
    Ok(tabular::import_csv(&file, &path, &BTreeMap::new(), &shape, &into, scratch, watch)?.table)
}

/// The param `schema` of telemetry: the columns, rows and time of its table.
pub fn schema_of(
    file: &str,
    columns: &[tabular::Column],
    row_count: u64,
    (min_ts, max_ts): (Option<String>, Option<String>),
) -> Value {
    let column = |column: &tabular::Column| json!({"name": column.name, "type": column.logical_type});
    let columns: Vec<Value> = columns.iter().map(column).collect();
    let mut schema = json!({"file": file, "columns": columns, "rowCount": row_count});
    for (key, at) in [("minTs", min_ts), ("maxTs", max_ts)] {
        if let Some(at) = at {
            schema[key] = json!(at);
        }
    }
    schema
}

/// Adds what is not there yet; null says nothing.
fn add_absent(to: &mut Map<String, Value>, fields: Map<String, Value>, without: &[&str]) {
    for (key, value) in fields {
        if !value.is_null() && !without.contains(&key.as_str()) && !to.contains_key(&key) {
            to.insert(key, value);
        }
    }
}

/// Words as a list, or as a text such as `[a, b]`.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(scalar).collect(),
        Value::String(text) => {
            let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
            let bare = |word: &str| word.trim().trim_matches(['"', '\'']).trim().to_owned();
            inner.split(',').map(bare).filter(|word| !word.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

fn is_yaml(name: &str) -> bool {
    let names = ["model-artifact.yaml", "model.yaml", "model-artifact.yml", "model.yml"];
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether createdAt can tell it.
fn has_four_digits(at: &Timestamp) -> bool {
    (-62_167_219_200..=253_402_207_200).contains(&at.as_second())
}
