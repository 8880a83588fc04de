//! `keepstone alias`

use clap::{Args, Subcommand};
use serde_json::json;

use super::arguments::Place;
use super::caller::{Caller, read};
use super::paper::{Paper, Style};
use super::table::{Column, Table};
use super::{Failure, Outcome, print, words};
use crate::model::Error;
use crate::model::curation::Alias as Named;
use crate::model::reference::{Reference, Which};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepstone alias set model:churn@v3 production     model:churn@production is version 3 now
  keepstone show model:churn@production
  keepstone alias list
  keepstone alias remove model:churn@production";

const SET_EXAMPLES: &str = "\
Examples:
  keepstone alias set model:churn@v3 production
  keepstone alias set 5f2c81d4 reviewed";

const REMOVE_EXAMPLES: &str = "\
Example:
  keepstone alias remove model:churn@production";

const LIST_EXAMPLES: &str = "\
Examples:
  keepstone alias list
  keepstone alias list --type model --key churn";

#[derive(Debug, Args)]
pub(super) struct Alias {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Let an alias stand for an artifact, whatever it stood for before
    #[command(after_help = SET_EXAMPLES)]
    Set(Set),
    /// Take an alias away
    #[command(after_help = REMOVE_EXAMPLES, visible_alias = "rm")]
    Remove(Remove),
    /// List aliases
    #[command(after_help = LIST_EXAMPLES, visible_alias = "ls")]
    List(List),
}

#[derive(Debug, Args)]
struct Set {
    /// Which artifact: an id, the start of one, its last 8 digits, TYPE:KEY, TYPE:KEY@v3 or TYPE:KEY@ALIAS
    #[arg(value_name = "REF")]
    reference: String,
    /// The alias
    #[arg(value_name = "ALIAS")]
    alias: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Remove {
    /// The alias with its type and key
    #[arg(value_name = "TYPE:KEY@ALIAS")]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct List {
    /// Only of this type
    #[arg(long = "type", short = 't', value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Only of this key
    #[arg(long)]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(place: &Place, options: &Alias) -> Outcome {
    let caller = Caller::at(place)?;
    match &options.what {
        What::Set(options) => set(&caller, options),
        What::Remove(options) => remove(&caller, options),
        What::List(options) => list(&caller, options),
    }
}

fn set(caller: &Caller, options: &Set) -> Outcome {
    let text = caller.text("set_alias", json!({ "ref": options.reference, "alias": options.alias }))?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let alias: Named = read("set_alias", &text)?;
    print::line(&format!("{} is {}", name(&alias), target(&alias))).map(|()| 0)
}

fn remove(caller: &Caller, options: &Remove) -> Outcome {
    let Reference::Key { artifact_type, logical_key, which: Which::Alias(alias) } = Reference::parse(&options.name)
    else {
        let error = Error::invalid_params(format!("{:?} is no alias of a type and key", options.name));
        return Err(Failure::Usage(error.hint("write it as TYPE:KEY@ALIAS")));
    };
    let params = json!({ "artifactType": artifact_type, "logicalKey": logical_key, "alias": alias });
    let text = caller.text("remove_alias", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let alias: Named = read("remove_alias", &text)?;
    print::line(&format!("{} is no longer {}", name(&alias), target(&alias))).map(|()| 0)
}

fn list(caller: &Caller, options: &List) -> Outcome {
    let params = json!({ "artifactType": options.artifact_type, "logicalKey": options.key, "limit": 10_000 });
    let text = caller.text("list_aliases", params)?;
    if options.json {
        return print::json(&text).map(|()| 0);
    }
    let aliases: Vec<Named> = read("list_aliases", &text)?;
    let mut table = Table::new(&[
        Column::left("ALIAS").painted(Style::Name).shrinks(),
        Column::right("VERSION"),
        Column::left("ID"),
        Column::right("AGE").painted(Style::Dim),
    ]);
    for alias in &aliases {
        table.row(vec![
            name(alias),
            format!("v{}", alias.version),
            words::short_id(alias.artifact_id.as_str()).to_owned(),
            words::age(&alias.set_at, caller.now),
        ]);
    }
    let total = if aliases.len() == 1 { "1 alias".to_owned() } else { format!("{} aliases", aliases.len()) };
    print::lines(&format!("{}{total}\n", table.render(&Paper::stdout()))).map(|()| 0)
}

fn name(alias: &Named) -> String {
    format!("{}:{}@{}", alias.artifact_type, words::clean(&alias.logical_key), alias.alias)
}

fn target(alias: &Named) -> String {
    format!("v{} ({})", alias.version, words::short_id(alias.artifact_id.as_str()))
}
