//! `keepstone dataset create`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::arguments::Place;
use super::super::caller::{Caller, read};
use super::super::stdin::{self, Piped};
use super::super::stop::Stop;
use super::super::{Failure, Outcome, git, pairs, paths, print, words};
use super::{and, named_version};
use crate::base::files;
use crate::model::Error;
use crate::model::artifact::Artifact;
use crate::model::dataset::Dataset;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone dataset create em@v1 --members members.json
  keepstone dataset create em@v2 --from v1 --remove 5f2c81d4 touchstone:coupon-7 --role oracle_output
  keepstone dataset create rain@2026-11 --type rain --tag station=sea";

/// Most artifacts that --type and --run may mean.
const MOST: usize = 10_000;

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The version to create
    #[arg(value_name = "DATASET@VERSION")]
    which: String,
    /// Members: ids, the start of one, their last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF")]
    references: Vec<String>,
    /// The role of the members named by REF, --type and --run
    #[arg(long, value_name = "ROLE", default_value = "dataset_member")]
    role: String,
    /// Every active artifact of this type is a member
    #[arg(long = "type", value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Every active artifact that this run published is a member
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// A file with more members and their features, - for standard input: a list of {"artifactId", "role", "split",
    /// "features"}, or the parameters of create_dataset
    #[arg(long, value_name = "FILE")]
    members: Option<PathBuf>,
    /// The version it is made from
    #[arg(long, value_name = "VERSION")]
    from: Option<String>,
    /// Leave this member of that version out
    #[arg(long, value_name = "REF", requires = "from")]
    remove: Vec<String>,
    /// A name for people
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// A description for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A tag: KEY=VALUE, or a word
    #[arg(long, value_name = "TAG", value_parser = pairs::tag)]
    tag: Vec<(String, String)>,
    /// The stage of the pipeline that makes it
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// The folder for the Parquet index; beside the snapshot unless given
    #[arg(long, value_name = "FOLDER", conflicts_with = "no_index")]
    index: Option<PathBuf>,
    /// Write no Parquet index
    #[arg(long)]
    no_index: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What of the result is told.
#[derive(Deserialize)]
struct Created {
    deduped: bool,
    dataset: Dataset,
}

pub(super) fn run(place: &Place, options: &Create) -> Outcome {
    let caller = Caller::at(place)?;
    let text = caller.text("create_dataset", params(&caller, options)?)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let Created { deduped, dataset } = read("create_dataset", &text)?;
    let said = if deduped { "exists already" } else { "is created" };
    print::line(&format!(
        "{}@{} {said}: {}, {}",
        dataset.dataset_id,
        dataset.version,
        words::count(dataset.member_count.0, "member"),
        words::size(dataset.total_bytes.0)
    ))
    .map(|()| 0)
}

fn params(caller: &Caller, options: &Create) -> Result<Value, Failure> {
    let mut params = match &options.members {
        Some(path) => given(caller, path)?,
        None => Map::new(),
    };
    let mut members = match params.remove("members") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(members)) => members,
        Some(_) => return Err(Failure::Usage(Error::invalid_params("members: it must be a list"))),
    };
    let mut add =
        |artifact: Artifact| members.push(json!({ "artifactId": artifact.artifact_id, "role": options.role }));
    for reference in &options.references {
        add(caller.resolve(reference)?);
    }
    if options.artifact_type.is_some() || options.run.is_some() {
        listed(caller, options)?.into_iter().for_each(add);
    }
    params.insert("members".to_owned(), Value::Array(members));
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            params.insert(name.to_owned(), value);
        }
    };
    set("parentVersion", json!(options.from));
    if !options.remove.is_empty() {
        let removed: Result<Vec<_>, Error> =
            options.remove.iter().map(|reference| Ok(caller.resolve(reference)?.artifact_id)).collect();
        set("remove", json!(removed?));
    }
    set("name", json!(options.name));
    set("description", json!(options.description));
    set("stage", json!(options.stage));
    if !options.tag.is_empty() {
        let tags: Map<String, Value> = options.tag.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        set("tags", Value::Object(tags));
    }
    match &options.index {
        Some(folder) => set("index", json!(paths::text(folder)?)),
        None if options.no_index => set("index", json!(false)),
        None => {}
    }
    if let Some(checkout) = git::checkout(&caller.folders()) {
        set("gitCommit", json!(checkout.commit));
    }
    Ok(and(Value::Object(params), named_version(&options.which)?))
}

/// The active artifacts of a type, of a run, or of both.
fn listed(caller: &Caller, options: &Create) -> Result<Vec<Artifact>, Failure> {
    let filter =
        json!({ "artifactType": options.artifact_type, "runId": options.run, "status": "active", "limit": MOST });
    let found: Vec<Artifact> = caller.call("list_artifacts", json!({ "filter": filter }))?;
    if found.len() == MOST {
        return Err(Error::limit_exceeded(format!("--type and --run mean {MOST} artifacts or more"))
            .hint("name them in a file: --members FILE")
            .into());
    }
    Ok(found)
}

/// What a file says: a list of members, or params.
fn given(caller: &Caller, path: &Path) -> Result<Map<String, Value>, Failure> {
    let text = if path.as_os_str() == "-" {
        let stop = Stop::on_signals()?;
        match stdin::read(caller.random(), &stop).map_err(|error| stop.failure(error))? {
            Piped::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Piped::File(file) => files::read_text(&file.path(stdin::NAME)).map_err(Error::from)?,
        }
    } else {
        files::read_text(path).map_err(Error::from)?
    };
    let shown = path.display();
    match serde_json::from_str(&text) {
        Ok(Value::Object(params)) => Ok(params),
        Ok(members @ Value::Array(_)) => Ok(Map::from_iter([("members".to_owned(), members)])),
        Ok(_) => {
            Err(Error::invalid_data(format!("{shown}: a list of members or an object of parameters is expected"))
                .into())
        }
        Err(error) => Err(Error::invalid_data(format!("{shown} is no JSON: {error}")).into()),
    }
}
