//! `keepstone lineage`

use std::collections::HashMap;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Place;
use super::caller::Caller;
use super::paper::{Paper, Style};
use super::tree::{self, Graph, Twig};
use super::{Outcome, artifacts, pairs, print, show, words};
use crate::model::artifact::{Edge, Status};
use crate::model::ids::Relation;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone lineage report:november               what it was made from, and what that was made from
  keepstone lineage rain:november --down          what was made of it
  keepstone lineage 5f2c81d4 --depth 1            its own inputs only
  keepstone lineage report:november --graph dot | dot -Tsvg > lineage.svg
  keepstone lineage report:november --json | jq -r '.inputs[].artifactId'
  keepstone lineage path rain:november report:november
  keepstone lineage add report:november config_from=settings:main

What was made from something twice is drawn once; relations other than derived_from are named.";

const PATH_EXAMPLES: &str = "\
Examples:
  keepstone lineage path rain:november report:november
  keepstone lineage path 5f2c81d4 report:november --limit 1        the shortest way";

const ADD_EXAMPLES: &str = "\
Examples:
  keepstone lineage add report:november rain:november
  keepstone lineage add report:november config_from=settings:main

An artifact can't be made from itself, by whatever way: such an input is refused.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Lineage {
    #[command(subcommand)]
    other: Option<Other>,
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY or TYPE:KEY@v3
    #[arg(value_name = "REF", required = true)]
    reference: Option<String>,
    /// Draw what was made of it instead
    #[arg(long)]
    down: bool,
    /// At most so many levels; 20 unless given, for --graph as many as there are
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..10_000))]
    depth: Option<u32>,
    /// Follow this relation only; may be given several times
    #[arg(long = "relation", value_name = "RELATION")]
    relations: Vec<String>,
    /// Print the graph in a language of graphs
    #[arg(long, value_name = "FORM", value_enum)]
    graph: Option<Form>,
    /// Print JSON
    #[arg(long, conflicts_with_all = ["graph", "down", "relations"])]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Other {
    /// List the ways from an input to what was made of it, shortest first
    #[command(after_help = PATH_EXAMPLES)]
    Path(Path),
    /// Record what an artifact was made from, where that was not said when it was published
    #[command(after_help = ADD_EXAMPLES)]
    Add(Add),
}

#[derive(Debug, Args)]
struct Path {
    /// The input
    #[arg(value_name = "FROM")]
    from: String,
    /// What was made of it
    #[arg(value_name = "TO")]
    to: String,
    /// At most so many ways
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// At most so many edges long
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// Follow this relation only; may be given several times
    #[arg(long = "relation", value_name = "RELATION")]
    relations: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Add {
    /// What was made
    #[arg(value_name = "REF")]
    reference: String,
    /// What it was made from: a reference, or RELATION=REF
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Json,
    Mermaid,
    Dot,
}

/// What of get_lineage_graph is drawn.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    truncated: bool,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    artifact_id: String,
    artifact_type: String,
    logical_key: String,
    version: u32,
    status: Status,
    archived: bool,
}

pub(super) fn run(place: &Place, options: &Lineage) -> Outcome {
    let caller = Caller::at(place)?;
    match &options.other {
        Some(Other::Path(options)) => return path(&caller, options),
        Some(Other::Add(options)) => return add(&caller, options),
        None => {}
    }
    let artifact = caller.resolve(options.reference.as_deref().unwrap_or_default())?;
    let id = artifact.artifact_id.to_string();
    let depth = options.depth.unwrap_or(20);
    if options.json {
        let params = json!({ "artifactId": id, "depth": depth });
        return print::json(&caller.text("get_lineage", params)?).map(|()| 0);
    }
    let direction = if options.down { "descendants" } else { "ancestors" };
    let mut params = json!({ "artifactIds": [id], "direction": direction, "relations": options.relations });
    if let Some(form) = options.graph {
        params["maxDepth"] = json!(options.depth);
        params["format"] = match form {
            Form::Json => return print::json(&caller.text("get_lineage_graph", params)?).map(|()| 0),
            Form::Mermaid => json!("mermaid"),
            Form::Dot => json!("dot"),
        };
        let Answer { text, .. } = caller.call("get_lineage_graph", params)?;
        return print::lines(&text.unwrap_or_default()).map(|()| 0);
    }
    // One level more than is drawn tells what goes on from there.
    params["maxDepth"] = json!(depth + 1);
    let Answer { nodes, edges, truncated, .. } = caller.call("get_lineage_graph", params)?;
    let paper = Paper::stdout();
    let mut graph = Nodes { paper, known: HashMap::new(), below: HashMap::new() };
    for node in nodes {
        graph.known.insert(node.artifact_id.clone(), node);
    }
    for edge in edges {
        let (output, input) = (edge.artifact_id.as_str(), edge.input_artifact_id.as_str());
        let (above, below) = if options.down { (input, output) } else { (output, input) };
        graph.hang(above, below, &edge.relation);
    }
    let mut drawn = tree::draw(&graph, &id, depth as usize, &paper);
    if truncated {
        drawn.push_str("There is more: only the nearest 10,000 artifacts were looked at\n");
    }
    print::lines(&drawn).map(|()| 0)
}

/// Artifacts and what hangs below them, as one line each.
struct Nodes {
    paper: Paper,
    known: HashMap<String, Node>,
    below: HashMap<String, Vec<Twig>>,
}

impl Nodes {
    /// Hangs one below another.
    fn hang(&mut self, above: &str, below: &str, relation: &Relation) {
        let relation = (*relation != Relation::default()).then(|| relation.to_string());
        self.below.entry(above.to_owned()).or_default().push(Twig { id: below.to_owned(), relation });
    }
}

impl Graph for Nodes {
    fn below(&self, id: &str) -> &[Twig] {
        self.below.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// `rain:november@v1  5f2c81d4  superseded`
    fn label(&self, id: &str) -> String {
        let Some(node) = self.known.get(id) else {
            return format!("{}  {}", words::clean(id), self.paper.paint("missing", Style::Odd));
        };
        let short = self.paper.paint(words::short_id(id), Style::Name);
        let name = format!("{}:{}@v{}", node.artifact_type, words::clean(&node.logical_key), node.version);
        match artifacts::marks(node.status, node.archived, false) {
            marks if marks.is_empty() => format!("{name}  {short}"),
            marks => format!("{name}  {short}  {}", self.paper.paint(&marks, Style::Odd)),
        }
    }
}

/// What of find_lineage_paths is listed.
#[derive(Deserialize)]
struct Ways {
    paths: Vec<Way>,
    truncated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Way {
    artifact_ids: Vec<String>,
}

fn path(caller: &Caller, options: &Path) -> Outcome {
    let (from, to) = (caller.resolve(&options.from)?, caller.resolve(&options.to)?);
    let params = json!({
        "fromArtifactId": from.artifact_id, "toArtifactId": to.artifact_id, "limit": options.limit,
        "maxDepth": options.depth, "relations": options.relations,
    });
    if options.json {
        return print::json(&caller.text("find_lineage_paths", params)?).map(|()| 0);
    }
    let Ways { paths, truncated } = caller.call("find_lineage_paths", params)?;
    let way = |way: &Way| {
        let ids = way.artifact_ids.iter().map(|id| words::short_id(id));
        ids.collect::<Vec<_>>().join(" → ") + "\n"
    };
    let mut shown: String = paths.iter().map(way).collect();
    if paths.is_empty() {
        shown = format!("{} was not made of {}\n", show::named(&to), show::named(&from));
    } else if truncated {
        shown.push_str("There are more: see --limit\n");
    }
    print::lines(&shown).map(|()| 0)
}

/// What of add_lineage is told.
#[derive(Deserialize)]
struct Added {
    added: Vec<Edge>,
}

fn add(caller: &Caller, options: &Add) -> Outcome {
    let artifact = caller.resolve(&options.reference)?;
    let mut inputs: Vec<Value> = Vec::new();
    for text in &options.inputs {
        let (relation, reference) = pairs::input(text);
        inputs.push(json!({ "artifactId": caller.resolve(reference)?.artifact_id, "relation": relation }));
    }
    let params = json!({ "artifactId": artifact.artifact_id, "inputs": inputs });
    let reply = caller.text("add_lineage", params)?;
    if options.json {
        return print::json(&reply).map(|()| 0);
    }
    let Added { added } = super::caller::read("add_lineage", &reply)?;
    let what = match added.len() as u64 {
        0 => "nothing new".to_owned(),
        count => words::count(count, "input"),
    };
    print::line(&format!("Added {what} to {}", show::named(&artifact))).map(|()| 0)
}
