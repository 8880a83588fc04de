//! Retention policies of M3: its YAML, put into the words of keepstone.toml.

use std::path::Path;

use serde_json::{Map, Value};

use crate::base::files;
use crate::imports::settings::{TakenKey, quoted, toml};
use crate::imports::yaml;
use crate::model::ids::PolicyName;
use crate::model::{Error, Result};
use crate::store::config::{Config, Policy};

/// What a file of policies becomes.
#[derive(Debug)]
pub struct TakenPolicies {
    /// Its policies, in its order.
    pub policies: Vec<TakenPolicy>,
    /// Its other keys.
    pub settings: Vec<TakenKey>,
    /// keepstone.toml with them; nothing where it stays as it is.
    pub text: Option<String>,
}

/// What one policy becomes.
#[derive(Debug)]
pub struct TakenPolicy {
    /// Its name, as the file has it.
    pub name: String,
    /// What becomes of the whole.
    pub fate: PolicyFate,
    /// What each of its keys becomes.
    pub keys: Vec<TakenKey>,
}

/// What becomes of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFate {
    /// It is a policy of keepstone.toml from now on.
    Imported,
    /// keepstone.toml has it already, alike.
    AlreadyThere,
    /// It is left out, for this reason.
    LeftOut(String),
}

/// Reads a file of policies, and writes what it says into the text of a configuration that lies at another path.
pub fn take_policies(path: &Path, configuration: &Path) -> Result<TakenPolicies> {
    let invalid = |reason: String| Error::invalid_data(format!("{}: {reason}", path.display())).field("path");
    if !files::exists(path) {
        return Err(Error::not_found(format!("{} was not found", path.display())).field("path"));
    }
    files::open_regular(path)?;
    let file = yaml::read(&files::read_text(path)?).map_err(invalid)?;
    let Value::Object(file) = file else { return Err(invalid("it holds no policies".to_owned())) };
    let Some(Value::Array(listed)) = file.get("policies") else {
        return Err(invalid("it has no list `policies`".to_owned()).hint("name M3's config/gc_policies.yaml"));
    };
    let before = if files::exists(configuration) { files::read_text(configuration)? } else { String::new() };
    let mut text = before.clone();
    let mut policies = Vec::new();
    for entry in listed {
        let Value::Object(entry) = entry else { return Err(invalid(format!("{entry} is no policy"))) };
        policies.push(take(entry, &mut text, configuration)?);
    }
    let mut settings = Vec::new();
    for (key, value) in file.iter().filter(|(key, _)| *key != "policies") {
        match value {
            Value::Object(inner) if key == "settings" => {
                for (key, value) in inner {
                    settings.push(setting(key, value, &mut text, configuration)?);
                }
            }
            _ => settings.push(TakenKey {
                key: key.clone(),
                value: value.clone(),
                became: Err("it says nothing about what is kept".to_owned()),
            }),
        }
    }
    Ok(TakenPolicies { policies, settings, text: (text != before).then_some(text) })
}

fn take(entry: &Map<String, Value>, text: &mut String, configuration: &Path) -> Result<TakenPolicy> {
    let name = match entry.get("name") {
        Some(Value::String(name)) => name.clone(),
        other => other.map_or_else(String::new, Value::to_string),
    };
    let mut lines = Vec::new();
    let mut wrong = None;
    let mut keys = Vec::new();
    for (key, value) in entry.iter().filter(|(key, _)| *key != "name") {
        let became = match known(key, value) {
            Known::Key(word) => match toml(value) {
                Some(value) => {
                    lines.push(format!("{word} = {value}"));
                    Ok(word.to_owned())
                }
                None => {
                    wrong.get_or_insert(format!("{key}: {value} can't be read"));
                    Err("it can't be read".to_owned())
                }
            },
            Known::Not(reason) => Err(reason.to_owned()),
        };
        keys.push(TakenKey { key: key.clone(), value: value.clone(), became });
    }
    let fate = match (PolicyName::try_from(name.clone()), wrong) {
        (Err(reason), _) | (_, Some(reason)) => PolicyFate::LeftOut(reason),
        (Ok(policy), None) => add(&policy, &lines, text, configuration)?,
    };
    Ok(TakenPolicy { name, fate, keys })
}

/// Adds a policy to the text, unless it is there.
fn add(name: &PolicyName, lines: &[String], text: &mut String, configuration: &Path) -> Result<PolicyFate> {
    let section = format!("[policies.{}]\n{}\n", quoted(name.as_str()), lines.join("\n"));
    let parsed = match Config::parse(&section, configuration) {
        Ok(config) => config.policies.get(name).cloned().unwrap_or_default(),
        Err(error) => return Ok(PolicyFate::LeftOut(reason_of(&error))),
    };
    if let Some(there) = defined(text, name, configuration)? {
        return Ok(match there == parsed {
            true => PolicyFate::AlreadyThere,
            false => PolicyFate::LeftOut("keepstone.toml has another policy of this name".to_owned()),
        });
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&section);
    Config::parse(text, configuration)?;
    Ok(PolicyFate::Imported)
}

/// The policy of this name that the text itself defines.
fn defined(text: &str, name: &PolicyName, configuration: &Path) -> Result<Option<Policy>> {
    let config = Config::parse(text, configuration)?;
    let table: Option<toml::Table> = text.parse().ok();
    let own = table.as_ref().and_then(|table| table.get("policies")?.as_table()?.get(name.as_str()));
    Ok(own.and_then(|_| config.policies.get(name).cloned()))
}

fn reason_of(error: &Error) -> String {
    // Without the file and line of a section that was never written.
    let message = error.message();
    message.split_once(": ").map_or(message, |(_, reason)| reason).to_owned()
}

enum Known {
    /// It is this key of ours.
    Key(&'static str),
    /// It is none, for this reason.
    Not(&'static str),
}

fn known(key: &str, value: &Value) -> Known {
    match (key, value) {
        (_, Value::Null) => Known::Not("it says nothing"),
        ("description", _) => Known::Key("description"),
        ("keep_min_age_days", _) => Known::Key("keep_min_age_days"),
        ("keep_min_count", _) => Known::Key("keep_min_count"),
        ("keep_with_descendants", _) => Known::Key("keep_with_descendants"),
        ("keep_ancestors_of_pinned", _) => Known::Key("keep_ancestors_of_pinned"),
        ("keep_artifact_types", _) => Known::Key("keep_types"),
        ("keep_roles", _) => Known::Key("keep_roles"),
        ("space_budget_bytes", _) => Known::Key("space_budget_bytes"),
        ("dvc_gc_flags", _) => Known::Key("dvc_gc_flags"),
        ("keep_pinned", Value::Bool(false)) => Known::Not("what is pinned is never collected here"),
        ("keep_pinned", _) => Known::Not("it holds for every policy here"),
        ("keep_max_count", _) => Known::Not("M3 never acted on it, and neither does keepstone"),
        _ => Known::Not("it is no key of a policy"),
    }
}

fn setting(key: &str, value: &Value, text: &mut String, configuration: &Path) -> Result<TakenKey> {
    let became = match (key, value) {
        (_, Value::Null) => Err("it says nothing".to_owned()),
        ("default_policy", Value::String(name)) => set_default(name, text, configuration)?,
        ("run_dvc_gc_default", _) => Err("DVC is asked with `keepstone gc --dvc` alone".to_owned()),
        ("warn_threshold_bytes" | "critical_threshold_bytes", _) => {
            Err("M3 never acted on it; a policy's space_budget_bytes is what a plan reports against".to_owned())
        }
        _ => Err("it is no setting of keepstone".to_owned()),
    };
    Ok(TakenKey { key: format!("settings.{key}"), value: value.clone(), became })
}

fn set_default(name: &str, text: &mut String, configuration: &Path) -> Result<std::result::Result<String, String>> {
    let config = Config::parse(text, configuration)?;
    match config.default_policy {
        Some(there) if there.as_str() == name => return Ok(Ok("default_policy".to_owned())),
        Some(there) => return Ok(Err(format!("keepstone.toml has {there} for its default_policy"))),
        None => {}
    }
    // What stands outside of every table stands before the first of them.
    let with = format!("default_policy = {}\n{text}", quoted(name));
    match Config::parse(&with, configuration) {
        Ok(_) => {
            *text = with;
            Ok(Ok("default_policy".to_owned()))
        }
        Err(_) => Ok(Err(format!("there is no policy {name}"))),
    }
}
