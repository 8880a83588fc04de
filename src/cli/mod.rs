//! The command line, for people and scripts; the only place that prints.

mod alias;
mod archive;
mod arguments;
mod artifact;
mod artifacts;
mod audit;
mod backup;
mod bundle;
mod call;
mod caller;
mod cat;
mod compact;
mod compare;
mod completions;
mod dataset;
mod downstream;
mod events;
mod exec;
mod expand;
mod export;
mod facts;
mod families;
mod find;
mod gc;
mod git;
mod import;
mod init;
mod lineage;
mod list;
mod pairs;
mod paper;
mod paths;
mod pin;
mod print;
mod progress;
mod publish;
mod rebuild;
mod related;
mod run;
mod runs;
mod scan;
mod schema;
mod search;
mod serve;
mod show;
mod stats;
mod status;
mod stdin;
mod stop;
mod supersede;
mod table;
mod tag;
mod temporary;
mod trash;
mod tree;
mod types;
mod update;
mod verify;
mod whereabouts;
mod words;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::generate;
use crate::model::{Error, Kind};
use crate::server::About;
use arguments::{Arguments, Command};

/// Wrong usage, as sysexits.h numbers it.
const USAGE: u8 = 64;

/// How a command fails.
enum Failure {
    /// It was asked for in a wrong way.
    Usage(Error),
    /// It could not be done.
    Failed(Error),
    /// A signal stopped it; the exit code tells which.
    Stopped(u8),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Failed(error)
    }
}

type Outcome = Result<u8, Failure>;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // A pipe that was closed on the help is no error.
            error.print().ok();
            return if shown { ExitCode::SUCCESS } else { ExitCode::from(USAGE) };
        }
    };
    print::start_log();
    let place = &arguments.place;
    let outcome = match &arguments.command {
        Command::Publish(options) => publish::run(place, options),
        Command::List(options) => list::run(place, options),
        Command::Search(options) => search::run(place, options),
        Command::Show(options) => show::run(place, options),
        Command::Find(options) => find::run(place, options),
        Command::Cat(options) => cat::run(place, options),
        Command::Export(options) => export::run(place, options),
        Command::Lineage(options) => lineage::run(place, options),
        Command::Downstream(options) => downstream::run(place, options),
        Command::Related(options) => related::run(place, options),
        Command::Compare(options) => compare::run(place, options),
        Command::Audit(options) => audit::run(place, options),
        Command::Supersede(options) => supersede::run(place, options),
        Command::Update(options) => update::run(place, options),
        Command::Tag(options) => tag::run(place, options),
        Command::Archive(options) => archive::run(place, options, true),
        Command::Unarchive(options) => archive::run(place, options, false),
        Command::Alias(options) => alias::run(place, options),
        Command::Gc(options) => gc::run(place, options),
        Command::GcEstimate(options) => gc::estimate(place, options),
        Command::Pin(options) | Command::GcPin(options) => pin::run(place, options),
        Command::Unpin(options) | Command::GcUnpin(options) => pin::unpin(place, options),
        Command::Pins(options) => pin::list(place, options),
        Command::Delete(options) => trash::delete(place, options),
        Command::Restore(options) => trash::restore(place, options),
        Command::Trash(options) => trash::list(place, options),
        Command::Purge(options) => trash::purge(place, options),
        Command::Run(options) => run::run(place, options),
        Command::Runs(options) => runs::run(place, options),
        Command::Scan(options) => scan::run(place, options),
        Command::Compact(options) => compact::run(place, options),
        Command::Expand(options) => expand::run(place, options),
        Command::Dataset(options) => dataset::run(place, options),
        Command::Types(options) => types::run(place, options),
        Command::Events(options) => events::run(place, options),
        Command::Status(options) => status::run(place, options),
        Command::Stats(options) => stats::run(place, options),
        Command::Verify(options) => verify::run(place, options),
        Command::Artifact(options) => artifact::run(place, options),
        Command::Import(options) => import::run(place, options),
        Command::Bundle(options) => bundle::run(place, options),
        Command::Backup(options) => backup::run(place, options),
        Command::Rebuild(options) => rebuild::run(place, options),
        Command::Serve(options) => serve::run(place, options),
        Command::Exec => exec::run(place),
        Command::Call(options) => call::run(place, options),
        Command::Schema(options) => schema::run(options),
        Command::Init(options) => init::run(place, options),
        Command::Completions(options) => completions::run(options),
    };
    ExitCode::from(match outcome {
        Ok(code) => code,
        Err(Failure::Usage(error)) => {
            print::error(&error);
            USAGE
        }
        Err(Failure::Failed(error)) => {
            print::error(&error);
            // A name or a value that no operation takes was asked for in a wrong way.
            if matches!(error.kind(), Kind::MethodNotFound | Kind::InvalidParams) { USAGE } else { 1 }
        }
        Err(Failure::Stopped(code)) => {
            print::error(&Error::cancelled());
            code
        }
    })
}

/// What the server says about itself.
pub fn about() -> About {
    About::operations(generate::openrpc, generate::openapi, generate::schema_hash)
}
