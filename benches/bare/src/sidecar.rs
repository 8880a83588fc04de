//! Answers requests from a database over a pipe: reads a line, does what is asked, writes a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::Result;
use crate::database::Database;
use crate::json::{Ancestors, Get, List, Publish, Reply, Request, Search};
use crate::publish;

pub fn serve(database: &Path, folder: &Path) -> Result<()> {
    let database = Database::open(database)?;
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut output = Vec::new();
    let mut stdout = std::io::stdout().lock();
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let request: Request = serde_json::from_str(&line)?;
        answer(&database, folder, &request, &mut output)?;
        if input.buffer().is_empty() {
            stdout.write_all(&output)?;
            stdout.flush()?;
            output.clear();
        }
    }
}

fn answer(database: &Database, folder: &Path, request: &Request, output: &mut Vec<u8>) -> Result<()> {
    let params = request.params.get();
    match request.method {
        "get_artifact" => {
            let Get { artifact_id } = serde_json::from_str(params)?;
            reply(request.id, database.get(artifact_id)?, output)
        }
        "list_artifacts" => {
            let List { filter } = serde_json::from_str(params)?;
            let (key, value) = filter.tags.first_key_value().ok_or("no tag")?;
            reply(request.id, database.list(filter.artifact_type, (key, value), filter.limit)?, output)
        }
        "search_artifacts" => {
            let Search { query, limit } = serde_json::from_str(params)?;
            reply(request.id, database.search(query, limit)?, output)
        }
        "get_lineage_graph" => {
            let Ancestors { artifact_ids } = serde_json::from_str(params)?;
            reply(request.id, database.ancestors(artifact_ids.first().ok_or("no id")?)?, output)
        }
        "trace_roots" => {
            let Get { artifact_id } = serde_json::from_str(params)?;
            reply(request.id, database.roots(artifact_id)?, output)
        }
        "publish_artifact" => {
            let given: Publish = serde_json::from_str(params)?;
            reply(request.id, publish::one(database, folder, &given)?, output)
        }
        other => Err(format!("there is no {other}").into()),
    }
}

/// Adds the reply's line.
pub fn reply(id: &RawValue, result: impl Serialize, output: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(&mut *output, &Reply { jsonrpc: "2.0", id, result })?;
    output.push(b'\n');
    Ok(())
}
