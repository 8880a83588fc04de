//! `keepstone publish`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::{Paper, Style};
use super::progress::Progress;
use super::stdin::{self, Piped};
use super::stop::Stop;
use super::temporary::Temporary;
use super::{Failure, Outcome, git, pairs, paths, print, words};
use crate::base::hex;
use crate::model::artifact::{Artifact, Format};
use crate::model::{Error, Kind};
use crate::publishing;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone publish rain.csv                              table:rain.csv, its next version
  keepstone publish rain.csv --type rain --key november --tag station=sea
  keepstone publish out/*.parquet --type slice            each by its file name
  keepstone publish report/ --type report --key november --input rain:november
  keepstone publish model.bin --input rain:november --input config_from=settings:prod --param depth=5
  pg_dump app | keepstone publish - --type dump --key app

What the store has already is not stored again: it answers the artifact that is there.
In a git checkout the commit is recorded, and whether files that git knows were changed;
untracked files and the store itself don't count.";

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// Files and folders, each an artifact of its own; - publishes standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The type; `table`, `file` or `tree` after the content unless given
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    artifact_type: Option<String>,
    /// What it represents; its file name unless given
    #[arg(long, short = 'k', value_name = "KEY")]
    key: Option<String>,
    /// A tag: KEY=VALUE, or a word
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// What it was made from: an id, its last 8 digits, TYPE:KEY or TYPE:KEY@v3; RELATION=REF where it is not derived_from
    #[arg(long, short = 'i', value_name = "REF")]
    input: Vec<String>,
    /// A parameter it was made with: NAME=VALUE; JSON is read as such, all else is text
    #[arg(long, value_name = "PARAM", value_parser = pairs::param)]
    param: Vec<(String, Value)>,
    /// A title for people
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// A description for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A part it plays
    #[arg(long, value_name = "ROLE")]
    role: Vec<String>,
    /// What can be done with it, such as `replay`
    #[arg(long, value_name = "WORD")]
    capability: Vec<String>,
    /// The run that publishes it
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// How the work that made it ended
    #[arg(long)]
    outcome: Option<Ending>,
    /// What kind of content it is; unless given, a folder is a tree, .csv and .parquet are tables, all else a file
    #[arg(long)]
    format: Option<Kinds>,
    /// The type of a CSV's column: NAME=int, float, bool, text, date, timestamp or timestamptz
    #[arg(long, value_name = "COLUMN", value_parser = pairs::pair)]
    column: Vec<(String, String)>,
    /// The version of the type's schema; 1 unless given
    #[arg(long, value_name = "N")]
    schema_version: Option<u32>,
    /// An id of your own
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The program that wrote it
    #[arg(long, value_name = "NAME[@VERSION]")]
    writer: Option<String>,
    /// Fail where the working folder lies in no git checkout whose commit could be recorded
    #[arg(long)]
    git: bool,
    /// Record no git commit
    #[arg(long, conflicts_with = "git")]
    no_git: bool,
    /// When it was made, for imports
    #[arg(long, value_name = "MOMENT")]
    created_at: Option<String>,
    /// Remove the original once it is kept
    #[arg(long = "move")]
    remove: bool,
    /// What stands in the readable name instead of the key
    #[arg(long, value_name = "NAME")]
    hint: Option<String>,
    /// Print JSON, one line for each path
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ending {
    Pass,
    Fail,
    Unknown,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kinds {
    Table,
    File,
    Tree,
}

impl Kinds {
    fn format(self) -> Format {
        match self {
            Kinds::Table => Format::Table,
            Kinds::File => Format::File,
            Kinds::Tree => Format::Tree,
        }
    }
}

pub(super) fn word(format: Format) -> &'static str {
    match format {
        Format::Table => "table",
        Format::File => "file",
        Format::Tree => "tree",
    }
}

/// What of the result is told.
#[derive(Deserialize)]
struct Published {
    deduped: bool,
    artifact: Artifact,
}

/// Where the bytes of one artifact are, as params.
struct Content {
    params: Value,
    format: Format,
    /// Keeps what is in a temporary file until it is published.
    _temporary: Option<Temporary>,
}

pub(super) fn run(place: &Place, options: &Publish) -> Outcome {
    check(options)?;
    let caller = Caller::at(place)?;
    let stop = Stop::on_signals()?;
    let common = common(&caller, options)?;
    let mut failed = 0;
    for path in &options.paths {
        match publish(&caller, options, &common, path, &stop) {
            Ok(text) if options.json => print::json(&text)?,
            Ok(text) => tell(&read("publish_artifact", &text)?)?,
            // The others can still be published, where it is not the store that can't be written.
            Err(Failure::Failed(error)) if options.paths.len() > 1 && is_about_the_path(&error) => {
                print::error(&error);
                failed += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(u8::from(failed > 0))
}

/// Whether the next path may fare better.
fn is_about_the_path(error: &Error) -> bool {
    !matches!(error.kind(), Kind::Busy | Kind::NoSpace | Kind::ReadOnly | Kind::Internal | Kind::InvalidParams)
}

/// Refuses options that contradict each other.
fn check(options: &Publish) -> Result<(), Failure> {
    let wrong = |message: &str, hint: &str| Err(Failure::Usage(Error::invalid_params(message).hint(hint)));
    let piped = options.paths.iter().any(|path| is_stdin(path));
    if options.paths.len() > 1 && (options.key.is_some() || options.id.is_some()) {
        return wrong("--key and --id name one artifact, and there are several paths", "publish the paths one by one");
    }
    if piped && options.paths.len() > 1 {
        return wrong("- stands for one artifact, and there are other paths", "publish it by itself");
    }
    if piped && options.key.is_none() && options.id.is_none() {
        return wrong("standard input has no name that could be its key", "name it with --key");
    }
    if piped && options.remove {
        return wrong("standard input can't be removed", "leave --move out");
    }
    Ok(())
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The params that all paths share.
fn common(caller: &Caller, options: &Publish) -> Result<Map<String, Value>, Failure> {
    let mut params = Map::new();
    let mut set = |name: &str, value: Value| {
        let empty = match &value {
            Value::Object(fields) => fields.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => value.is_null(),
        };
        if !empty {
            params.insert(name.to_owned(), value);
        }
    };
    set("schemaVersion", json!(options.schema_version));
    set("logicalKey", json!(options.key));
    set("format", json!(options.format.map(|format| word(format.format()))));
    set("tags", options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<Map<_, _>>().into());
    set("columns", options.column.iter().map(|(name, kind)| (name.clone(), json!(kind))).collect::<Map<_, _>>().into());
    set("params", options.param.iter().cloned().collect::<Map<_, _>>().into());
    set("title", json!(options.title));
    set("description", json!(options.description));
    set("roles", json!(options.role));
    set("capabilities", json!(options.capability));
    set("runId", json!(options.run));
    set("outcome", json!(options.outcome.map(|outcome| format!("{outcome:?}").to_lowercase())));
    set("artifactId", json!(options.id));
    set("filenameHint", json!(options.hint));
    set("createdAt", json!(options.created_at));
    set("ingest", json!(options.remove.then_some("move")));
    if let Some(writer) = &options.writer {
        let (name, version) = writer.rsplit_once('@').map_or((writer.as_str(), None), |(name, it)| (name, Some(it)));
        set("writerName", json!(name));
        set("writerVersion", json!(version));
    }
    let mut inputs = Vec::new();
    for text in &options.input {
        let (relation, reference) = pairs::input(text);
        inputs.push(json!({ "artifactId": caller.resolve(reference)?.artifact_id, "relation": relation }));
    }
    set("inputs", inputs.into());
    if !options.no_git {
        match git::checkout(&caller.folders()) {
            Some(checkout) => {
                set("gitCommit", json!(checkout.commit));
                set("gitDirty", json!(checkout.dirty));
            }
            None if options.git => {
                return Err(Error::not_found("the working folder lies in no git checkout with a commit")
                    .hint("leave --git out, or call it inside the checkout")
                    .into());
            }
            None => {}
        }
    }
    Ok(params)
}

/// Publishes one path; answers the result's text.
fn publish(
    caller: &Caller,
    options: &Publish,
    common: &Map<String, Value>,
    path: &Path,
    stop: &Stop,
) -> Result<String, Failure> {
    let asked = options.format.map(Kinds::format);
    let content = match is_stdin(path) {
        true => piped(caller, asked, stop).map_err(|error| stop.failure(error))?,
        false => Content {
            format: publishing::format_of(path, asked)?,
            params: json!({ "dataPath": paths::text(path)? }),
            _temporary: None,
        },
    };
    let mut params = common.clone();
    params.insert("artifactType".to_owned(), json!(options.artifact_type.as_deref().unwrap_or(word(content.format))));
    let Value::Object(fields) = content.params.clone() else { unreachable!("an object") };
    params.extend(fields);
    let progress = Progress::new(stop, &path.to_string_lossy());
    caller.watched("publish_artifact", params.into(), &progress).map_err(|error| stop.failure(error))
}

/// Standard input as content of the request, or in a file where it is too long for that.
fn piped(caller: &Caller, asked: Option<Format>, stop: &Stop) -> Result<Content, Error> {
    let format = asked.unwrap_or(Format::File);
    let content = |encoding: &str, data: String| {
        let params = json!({ "content": { "encoding": encoding, "data": data } });
        Content { params, format, _temporary: None }
    };
    Ok(match stdin::read(caller.random(), stop)? {
        Piped::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) => content("utf8", text),
            Err(error) => content("base64", hex::base64(error.as_bytes())),
        },
        Piped::File(file) => {
            // Without an extension to go by, the format is said.
            let params = json!({ "dataPath": file.path(stdin::NAME), "format": word(format) });
            Content { params, format, _temporary: Some(file) }
        }
    })
}

/// `published  5f2c81d4  rain:november@v2  3 rows, 1.2 kB`
fn tell(published: &Published) -> Result<(), Failure> {
    let paper = Paper::stdout();
    let artifact = &published.artifact;
    let (word, style) = if published.deduped { ("unchanged", Style::Dim) } else { ("published", Style::Good) };
    let id = paper.paint(words::short_id(artifact.artifact_id.as_str()), Style::Name);
    let inside = [words::content(artifact), words::size(artifact.size_bytes.0)];
    let inside = inside.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    print::line(&format!("{}  {id}  {}  {inside}", paper.paint(word, style), words::reference(artifact)))
}
