//! The command line, for people and scripts; the only place that prints.

mod arguments;
mod call;
mod exec;
mod init;
mod print;
mod schema;
mod serve;
mod whereabouts;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::generate;
use crate::server::About;
use arguments::{Arguments, Command};

/// Wrong usage, as sysexits.h numbers it.
const USAGE: u8 = 64;

/// How a command fails.
enum Failure {
    /// It was asked for in a wrong way.
    Usage(crate::model::Error),
    /// It could not be done.
    Failed(crate::model::Error),
}

impl From<crate::model::Error> for Failure {
    fn from(error: crate::model::Error) -> Self {
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
    let outcome = match &arguments.command {
        Command::Serve(options) => serve::run(&arguments.place, options),
        Command::Exec => exec::run(&arguments.place),
        Command::Call(options) => call::run(&arguments.place, options),
        Command::Schema(options) => schema::run(options),
        Command::Init(options) => init::run(&arguments.place, options),
    };
    ExitCode::from(match outcome {
        Ok(code) => code,
        Err(Failure::Usage(error)) => {
            print::error(&error);
            USAGE
        }
        Err(Failure::Failed(error)) => {
            print::error(&error);
            1
        }
    })
}

/// What the server says about itself.
pub fn about() -> About {
    About::operations(generate::openrpc, generate::schema_hash)
}
