//! The unavoidable part of each job that keepstone does, and nothing more; and the client that measures both.
#![allow(clippy::disallowed_methods, reason = "bare programs use the standard library as it is")]

mod client;
mod collect;
mod compress;
mod copy;
mod database;
mod download;
mod json;
mod publish;
mod sidecar;
mod table;

use std::path::Path;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "usage:
  bare client REQUESTS WARM IN_FLIGHT PROGRAM [ARGUMENT…]   sends the lines of a file to a program and times the replies
  bare fill DATABASE REQUESTS                               makes a database of the publishes in a file
  bare sidecar DATABASE FOLDER                              answers requests from it, publishes into it
  bare publish-all DATABASE FOLDER COUNT                    reads so many publishes, then does all of them
  bare copy SOURCE TARGET                                   SHA-256 beside copy and fsync
  bare generate ROWS TARGET                                 writes a CSV, the same each time
  bare table SOURCE TARGET                                  CSV to Parquet, two threads
  bare lines events|samples BYTES TARGET                    writes JSON Lines, the same each time
  bare compress LEVEL SOURCE TARGET                         Zstandard, proven to give the same bytes again
  bare keep FOLDER REQUESTS                                 keeps the files of the publishes in a file, with their rows
  bare collect FOLDER MOMENT                                takes away what is older, rows and files
  bare download FILE                                        serves one file over HTTP";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("bare: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["client", requests, warm, in_flight, program @ ..] if !program.is_empty() => {
            client::measure(Path::new(requests), warm.parse()?, in_flight.parse()?, program)
        }
        ["fill", database, requests] => database::fill(Path::new(database), Path::new(requests)),
        ["sidecar", database, folder] => sidecar::serve(Path::new(database), Path::new(folder)),
        ["publish-all", database, folder, count] => {
            publish::all(Path::new(database), Path::new(folder), count.parse()?)
        }
        ["copy", source, target] => timed(|| copy::beside_hash(Path::new(source), Path::new(target))),
        ["generate", rows, target] => table::generate(rows.parse()?, Path::new(target)),
        ["table", source, target] => timed(|| table::convert(Path::new(source), Path::new(target))),
        ["lines", kind, bytes, target] => compress::generate(kind, bytes.parse()?, Path::new(target)),
        ["compress", level, source, target] => {
            timed(|| compress::proven(level.parse()?, Path::new(source), Path::new(target)))
        }
        ["keep", folder, requests] => collect::keep(Path::new(folder), Path::new(requests)),
        ["collect", folder, moment] => timed(|| collect::collect(Path::new(folder), moment)),
        ["download", file] => download::serve(Path::new(file)),
        _ => Err(USAGE.into()),
    }
}

/// Does a job and tells how long it took and how much memory this process had at most.
fn timed(job: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    job()?;
    let seconds = start.elapsed().as_secs_f64();
    let report = serde_json::json!({"seconds": seconds, "peakBytes": client::peak_bytes("self")?});
    println!("{report}");
    Ok(())
}
