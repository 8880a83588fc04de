//! What can be typed after `keepstone`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::alias::{self, Alias};
use super::archive::{self, Archive};
use super::artifact::Under;
use super::audit::{self, Audit};
use super::backup::{self, Backup};
use super::bundle::{self, Bundle};
use super::cat::{self, Cat};
use super::compact::{self, Compact};
use super::compare::{self, Compare};
use super::completions::{self, Completions};
use super::dataset::{self, Dataset};
use super::downstream::{self, Downstream};
use super::events::{self, Events};
use super::expand::{self, Expand};
use super::export::{self, Export};
use super::find::{self, Find};
use super::gc::{self, Estimate, Gc};
use super::import::{self, Import};
use super::lineage::{self, Lineage};
use super::list::{self, List};
use super::pin::{self, Pin, Pins, Unpin};
use super::publish::{self, Publish};
use super::rebuild::{self, Rebuild};
use super::related::{self, Related};
use super::run::{self, Run};
use super::runs::{self, Runs};
use super::scan::{self, Scan};
use super::search::{self, Search};
use super::show::{self, Show};
use super::stats::{self, Stats};
use super::status::{self, Status};
use super::supersede::{self, Supersede};
use super::tag::{self, Tag};
use super::trash::{self, Delete, Purge, Restore, Trash};
use super::types::{self, Types};
use super::update::{self, Update};
use super::verify::{self, Verify};

const EXAMPLES: &str = "\
Examples:
  keepstone publish rain.csv --type rain --key november   keep a file; the store is made in ./.keepstone
  keepstone list                                          what is kept
  keepstone search rain november --tag station=sea        what is found by words and tags
  keepstone show rain:november                            one artifact, by its type and key or its short id
  keepstone lineage report:november                       what it was made from
  keepstone serve                                         answer JSON-RPC over stdin and stdout
  keepstone call list_artifacts '{\"filter\": {\"limit\": 5}}'
  keepstone help publish

Exit codes: 0 done, 1 failed, 64 wrong usage.";

const SERVE_EXAMPLES: &str = "\
Examples:
  keepstone serve < requests.jsonl > replies.jsonl
  echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"health_check\"}' | keepstone serve
  echo '{\"operation\":\"get_artifact\",\"artifact_id\":\"art-…\"}' | keepstone serve
  keepstone serve --http 127.0.0.1:8484              curl http://127.0.0.1:8484/v1/artifacts

Exit codes: 0 the input has ended and everything is answered, 1 nobody reads the replies,
143 after SIGTERM, 130 after SIGINT.";

const EXEC_EXAMPLES: &str = "\
Example:
  echo '{\"operation\":\"get_artifact\",\"manifest_db\":\"store/manifest.sqlite\",\"artifact_id\":\"art-…\"}' \\
    | keepstone exec

The bare result goes to stdout (exit code 0), or {\"error\",\"type\",\"operation\"} to stderr (exit code 1).";

const CALL_EXAMPLES: &str = "\
Examples:
  keepstone call health_check
  keepstone call get_artifact '{\"artifactId\": \"art-20260101T000000-0a1b2c3d\"}'
  keepstone call publish_artifact - < params.json";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  keepstone schema publish_artifact
  keepstone schema > openrpc.json";

const INIT_EXAMPLES: &str = "\
Examples:
  keepstone init                       in ./.keepstone
  keepstone init --root /srv/artifacts
  keepstone init --preset cryptorun    the families proofs, bench, smoke90, explain and greenwall
  keepstone init --preset flowtime     the data folder of FlowTime, ./data";

/// Keeps every file a pipeline produces: once, verified, traceable to what it was made from, and recoverable.
#[derive(Debug, Parser)]
#[command(name = "keepstone", version, after_help = EXAMPLES, propagate_version = true, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Where the store is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Where the store is")]
pub(super) struct Place {
    /// The store's folder; else the folder of --manifest-db, else the nearest .keepstone upwards, else ./.keepstone
    /// [env: KEEPSTONE_ROOT]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) root: Option<PathBuf>,
    /// The store's manifest.sqlite: the folder that holds it is the store [env: ARTIFACT_MANIFEST_DB]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) manifest_db: Option<PathBuf>,
    /// Where readable names lie; else as the store remembers, at first <root>/artifacts [env: ARTIFACTS_ROOT]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) artifacts_root: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Publish files, folders or standard input
    #[command(after_help = publish::EXAMPLES)]
    Publish(Box<Publish>),
    /// List artifacts, newest first
    #[command(after_help = list::EXAMPLES, visible_alias = "ls")]
    List(List),
    /// Search artifacts by words and by what they are
    #[command(after_help = search::EXAMPLES)]
    Search(Box<Search>),
    /// Show everything about one artifact
    #[command(after_help = show::EXAMPLES)]
    Show(Show),
    /// Find artifacts by type and key, by hash, or by a file that may be one
    #[command(after_help = find::EXAMPLES)]
    Find(Find),
    /// Write the bytes of an artifact to standard output
    #[command(after_help = cat::EXAMPLES)]
    Cat(Cat),
    /// Write the files of an artifact into a folder
    #[command(after_help = export::EXAMPLES)]
    Export(Export),
    /// Draw what an artifact was made from, find ways, or record inputs
    #[command(after_help = lineage::EXAMPLES)]
    Lineage(Lineage),
    /// List what was made of an artifact
    #[command(after_help = downstream::EXAMPLES)]
    Downstream(Downstream),
    /// List what has to do with an artifact: made from it, of it, or beside it
    #[command(after_help = related::EXAMPLES)]
    Related(Related),
    /// Say what differs between two artifacts, down to the rows of tables
    #[command(after_help = compare::EXAMPLES)]
    Compare(Compare),
    /// Report where artifacts came from, and whether their bytes are sound
    #[command(after_help = audit::EXAMPLES)]
    Audit(Audit),
    /// Record that a newer artifact replaces an older one
    #[command(after_help = supersede::EXAMPLES)]
    Supersede(Supersede),
    /// Change the title, description or tags of an artifact
    #[command(after_help = update::EXAMPLES)]
    Update(Update),
    /// Give artifacts tags, or take tags from them
    #[command(after_help = tag::EXAMPLES)]
    Tag(Tag),
    /// Put artifacts aside: searches leave them out
    #[command(after_help = archive::EXAMPLES)]
    Archive(Archive),
    /// Bring archived artifacts back
    #[command(after_help = archive::UNARCHIVE_EXAMPLES)]
    Unarchive(Archive),
    /// Set, remove or list names that stand for artifacts
    #[command(after_help = alias::EXAMPLES)]
    Alias(Alias),
    /// Show what a policy or the rules of families would collect, and put it into the trash
    #[command(after_help = gc::EXAMPLES)]
    Gc(Gc),
    /// Show only the sums of what would be collected
    #[command(after_help = gc::ESTIMATE_EXAMPLES, hide = true)]
    GcEstimate(Estimate),
    /// Protect an artifact, a run or a dataset from being collected
    #[command(after_help = pin::EXAMPLES)]
    Pin(Pin),
    /// Remove all pins of an artifact, a run or a dataset
    #[command(after_help = pin::EXAMPLES)]
    Unpin(Unpin),
    /// List pins, newest first
    #[command(after_help = pin::EXAMPLES)]
    Pins(Pins),
    /// Protect something from being collected: the same as pin
    #[command(after_help = pin::M3_EXAMPLES, hide = true)]
    GcPin(Pin),
    /// Remove all pins of something: the same as unpin
    #[command(after_help = pin::M3_EXAMPLES, hide = true)]
    GcUnpin(Unpin),
    /// Put artifacts into the trash
    #[command(after_help = trash::EXAMPLES)]
    Delete(Delete),
    /// Bring artifacts back from the trash
    #[command(after_help = trash::EXAMPLES)]
    Restore(Restore),
    /// List what lies in the trash, deleted last first
    #[command(after_help = trash::EXAMPLES)]
    Trash(Trash),
    /// Show what would be taken from the trash for good, and do it
    #[command(after_help = trash::EXAMPLES)]
    Purge(Purge),
    /// Run a command and record it: what it read and made, what it wrote, how it ended
    #[command(after_help = run::EXAMPLES)]
    Run(Box<Run>),
    /// List runs, or show one
    #[command(after_help = runs::EXAMPLES)]
    Runs(Runs),
    /// Look through folders for the runs of families, and register them
    #[command(after_help = scan::EXAMPLES)]
    Scan(Scan),
    /// Make files that stay with their producers smaller, without losing a byte
    #[command(after_help = compact::EXAMPLES)]
    Compact(Compact),
    /// Bring back the originals of files that were compacted
    #[command(after_help = expand::EXAMPLES)]
    Expand(Expand),
    /// Create, look at, compare and verify versions of datasets
    #[command(after_help = dataset::EXAMPLES, visible_alias = "datasets")]
    Dataset(Box<Dataset>),
    /// List the types of artifacts, or register one
    #[command(after_help = types::EXAMPLES)]
    Types(Types),
    /// List the store's history, newest first
    #[command(after_help = events::EXAMPLES)]
    Events(Events),
    /// Say which store is meant here and whether it can be used
    #[command(after_help = status::EXAMPLES, visible_alias = "health")]
    Status(Status),
    /// Say what is kept and how much room it takes
    #[command(after_help = stats::EXAMPLES)]
    Stats(Stats),
    /// Look whether everything in the store is as it was promised, and mend it where asked
    #[command(after_help = verify::EXAMPLES)]
    Verify(Verify),
    /// The commands about artifacts under one name, as other programs have them
    #[command(hide = true, alias = "artifacts")]
    Artifact(Box<Under>),
    /// Take in what another program keeps
    #[command(after_help = import::EXAMPLES)]
    Import(Import),
    /// Carry artifacts to another store in one file
    #[command(after_help = bundle::EXAMPLES)]
    Bundle(Bundle),
    /// Copy the manifest as one file, or bring a copy back
    #[command(after_help = backup::EXAMPLES)]
    Backup(Backup),
    /// Make a lost or damaged manifest again from the sidecars and the history
    #[command(after_help = rebuild::EXAMPLES)]
    Rebuild(Rebuild),
    /// Answer JSON-RPC requests, one a line, until the input ends
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Serve),
    /// Answer the one JSON object on stdin, as the Python wrapper did
    #[command(after_help = EXEC_EXAMPLES)]
    Exec,
    /// Call one method and print its result
    #[command(after_help = CALL_EXAMPLES)]
    Call(Call),
    /// Print the schemas of a method's parameters and result, or all of them as OpenRPC
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema(Schema),
    /// Make a store; the first publish does it too
    #[command(after_help = INIT_EXAMPLES)]
    Init(Init),
    /// Print a script that completes commands in a shell
    #[command(after_help = completions::EXAMPLES)]
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Let replies leave in the order of the requests
    #[arg(long)]
    pub(super) ordered: bool,
    /// Serve HTTP on this address instead, until SIGTERM or SIGINT: 127.0.0.1:8484
    #[arg(long, value_name = "ADDRESS", value_parser = super::serve::address)]
    pub(super) http: Option<std::net::SocketAddr>,
    /// With --http: a file with the token that every request must show; needed where other machines can connect
    #[arg(long, value_name = "FILE", requires = "http")]
    pub(super) http_token_file: Option<PathBuf>,
    /// With --http: serve stdin and stdout too, and end with them
    #[arg(long, requires = "http")]
    pub(super) stdio: bool,
    /// End when this process is gone
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..=0x7fff_ffff))]
    pub(super) parent_pid: Option<u32>,
}

#[derive(Debug, Args)]
pub(super) struct Call {
    /// The method's name
    pub(super) method: String,
    /// Its parameters, one JSON object; - reads them from stdin
    pub(super) params: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The method's name
    pub(super) method: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Write keepstone.toml anew where there is a store; nothing else changes
    #[arg(long)]
    pub(super) force: bool,
    /// Let keepstone.toml say more than the defaults: the families of `cryptorun`, the data folder of `flowtime`
    #[arg(long, value_name = "NAME", value_parser = ["cryptorun", "flowtime"])]
    pub(super) preset: Option<String>,
    /// Print nothing
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Print JSON, also with --quiet
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        <super::Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
