//! Settings of CryptoRun: its config/artifacts.yaml, put into the words of keepstone.toml.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::base::{beneath, files};
use crate::imports::settings::{TakenKey, quoted, toml};
use crate::imports::yaml;
use crate::model::ids::FamilyName;
use crate::model::{Error, Result};
use crate::store::config::{CRYPTORUN, Config};

/// What the settings become.
#[derive(Debug)]
pub struct TakenSettings {
    /// What each of its keys becomes, in its order.
    pub keys: Vec<TakenKey>,
    /// keepstone.toml with them; nothing where it stays as it is.
    pub text: Option<String>,
}

/// The folders that CryptoRun always looks through.
const ROOTS: [&str; 2] = ["artifacts", "out"];

/// Reads the settings, and writes what they say into the text of a configuration that lies at another path.
pub fn take_settings(path: &Path, configuration: &Path) -> Result<TakenSettings> {
    let invalid = |reason: String| Error::invalid_data(format!("{}: {reason}", path.display())).field("path");
    if !files::exists(path) {
        return Err(Error::not_found(format!("{} was not found", path.display())).field("path"));
    }
    files::open_regular(path)?;
    let file = yaml::read(&files::read_text(path)?).map_err(invalid)?;
    let known = ["retention", "gc", "patterns", "compaction", "indexing", "manifest"];
    let file = match file {
        Value::Object(file) if known.iter().any(|key| file.contains_key(*key)) => file,
        _ => {
            return Err(
                invalid(format!("it has none of {}", known.join(", "))).hint("name CryptoRun's config/artifacts.yaml")
            );
        }
    };
    let before = if files::exists(configuration) { files::read_text(configuration)? } else { String::new() };
    Config::parse(&before, configuration)?;
    let mut taking =
        Taking { configuration, there: before.parse().unwrap_or_default(), sections: Vec::new(), keys: Vec::new() };
    taking.roots(path)?;
    for (key, value) in &file {
        taking.section(key, value, &file);
    }
    if !file.contains_key("patterns") {
        taking.patterns_of_old(&file, configuration)?;
    }
    let mut text = before.clone();
    for (name, lines) in &taking.sections {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("\n[{name}]\n{}\n", lines.join("\n")));
    }
    Config::parse(&text, configuration)?;
    Ok(TakenSettings { keys: taking.keys, text: (text != before).then_some(text) })
}

struct Taking<'a> {
    configuration: &'a Path,
    /// What keepstone.toml says already.
    there: toml::Table,
    /// Tables that are to be added, and their lines.
    sections: Vec<(String, Vec<String>)>,
    keys: Vec<TakenKey>,
}

impl Taking<'_> {
    /// One part of the file, key by key.
    fn section(&mut self, name: &str, value: &Value, file: &Map<String, Value>) {
        let Value::Object(fields) = value else {
            return self.not(name, value, "it is no setting of CryptoRun");
        };
        for (key, value) in fields {
            let full = format!("{name}.{key}");
            match (name, key.as_str(), value) {
                ("retention", family, Value::Object(rules)) => {
                    for (rule, value) in rules {
                        let full = format!("{full}.{rule}");
                        match rule.as_str() {
                            "keep" | "pin" => self.family(&full, family, rule, value),
                            _ => self.not(&full, value, "it is no rule of a family"),
                        }
                    }
                }
                ("patterns", family, patterns) => self.family(&full, family, "include", patterns),
                ("gc", "always_keep", rules) => self.always_keep(&full, rules, file),
                ("gc", ..) => self.not(&full, value, not_of_gc(key)),
                ("compaction", kind @ ("jsonl" | "markdown"), Value::Object(rules)) => {
                    for (rule, value) in rules {
                        self.take(&format!("{full}.{rule}"), &format!("compaction.{kind}"), rule, value);
                    }
                }
                ("indexing", "parallel_workers" | "max_files_per_scan", _) => self.take(&full, "scan", key, value),
                ("indexing", "extract_fields", _) => {
                    self.not(&full, value, "of what stands in files only how a run ended is read");
                }
                ("indexing", "checksum_buffer_size_kb", _) => {
                    self.not(&full, value, "how much is read at a time changes nothing that shows");
                }
                ("manifest", ..) => self.not(&full, value, not_of_manifest(key)),
                _ => self.not(&full, value, "it is no setting of CryptoRun"),
            }
        }
    }

    /// The rules that hold for all its families hold for each of them here.
    fn always_keep(&mut self, full: &str, rules: &Value, file: &Map<String, Value>) {
        let mut families: Vec<&String> = Vec::new();
        for part in ["retention", "patterns"] {
            let names = file.get(part).and_then(Value::as_object).into_iter().flat_map(Map::keys);
            names.for_each(|name| {
                if !families.contains(&name) {
                    families.push(name);
                }
            });
        }
        if families.is_empty() {
            self.not(full, rules, "there is no family that it holds for");
        }
        families.into_iter().for_each(|family| self.family(full, family, "always_keep", rules));
    }

    /// Without patterns of its own CryptoRun looks for those of its five families.
    fn patterns_of_old(&mut self, file: &Map<String, Value>, configuration: &Path) -> Result<()> {
        let preset = Config::parse(CRYPTORUN, configuration)?;
        let named = |name: &FamilyName| {
            let retention = file.get("retention").and_then(Value::as_object);
            retention.is_some_and(|retention| retention.contains_key(name.as_str()))
        };
        for (name, family) in preset.families.iter().filter(|(name, _)| named(name)) {
            let patterns: Vec<&str> = family.include.iter().map(|pattern| pattern.as_str()).collect();
            self.family(&format!("patterns.{name}"), name.as_str(), "include", &json!(patterns));
        }
        Ok(())
    }

    /// The folders `artifacts` and `out` of the project that the file belongs to.
    fn roots(&mut self, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        let project = match folder.file_name() {
            Some(name) if name == "config" => folder.parent().unwrap_or(folder),
            _ => folder,
        };
        let store = self.configuration.parent().unwrap_or(Path::new("/"));
        let shown = |root: &str| {
            let way = beneath::way(store, &project.join(root));
            way.to_str().map(str::to_owned).ok_or_else(|| {
                Error::unsupported(format!("the folder {} has a name that is no UTF-8", project.display()))
                    .field("path")
            })
        };
        let roots: Vec<String> = ROOTS.into_iter().map(shown).collect::<Result<_>>()?;
        self.take("(its folders)", "scan", "roots", &json!(roots));
        Ok(())
    }

    fn family(&mut self, full: &str, family: &str, key: &str, value: &Value) {
        match FamilyName::try_from(family.to_owned()) {
            Ok(_) => self.take(full, &format!("families.{}", quoted(family)), key, value),
            Err(reason) => self.not(full, value, &reason),
        }
    }

    fn not(&mut self, key: &str, value: &Value, reason: &str) {
        self.keys.push(TakenKey { key: key.to_owned(), value: value.clone(), became: Err(reason.to_owned()) });
    }

    /// Makes a key one of ours, if keepstone.toml has none and would take it.
    fn take(&mut self, full: &str, section: &str, key: &str, value: &Value) {
        let ours = format!("{}.{key}", section.replace('"', ""));
        let Some(text) = toml(value) else { return self.not(full, value, "it says nothing that can be read") };
        if let Some(there) = self.defined(section) {
            let alike = there.get(key).map(ToString::to_string).is_some_and(|there| same(&there, &text));
            return match alike {
                true => self.keys.push(TakenKey { key: full.to_owned(), value: value.clone(), became: Ok(ours) }),
                false => self.not(full, value, &format!("keepstone.toml has a [{section}] of its own")),
            };
        }
        let line = format!("{key} = {text}");
        if let Err(error) = Config::parse(&format!("[{section}]\n{line}\n"), self.configuration) {
            let reason = error.message();
            let reason = reason.split_once(": ").map_or(reason, |(_, reason)| reason).to_owned();
            return self.not(full, value, &reason);
        }
        match self.sections.iter_mut().find(|(name, _)| name == section) {
            Some((_, lines)) => lines.push(line),
            None => self.sections.push((section.to_owned(), vec![line])),
        }
        self.keys.push(TakenKey { key: full.to_owned(), value: value.clone(), became: Ok(ours) });
    }

    /// The table of this name that keepstone.toml has.
    fn defined(&self, section: &str) -> Option<toml::Table> {
        let mut table = &self.there;
        for part in section.split('.') {
            table = table.get(part.trim_matches('"'))?.as_table()?;
        }
        Some(table.clone())
    }
}

/// Whether two texts are the same value.
fn same(one: &str, other: &str) -> bool {
    let read = |text: &str| format!("x = {text}").parse::<toml::Table>().ok();
    read(one).is_some() && read(one) == read(other)
}

fn not_of_gc(key: &str) -> &'static str {
    match key {
        "dry_run_default" => "a plan is always shown first, and carried out with --apply alone",
        "require_confirmation" => "it always asks on a terminal, and needs --yes without one",
        "backup_before_delete" => "the manifest is always copied before",
        "trash_dir" => "the trash lies in the store",
        "trash_retention_days" => "nothing is purged unasked; say it to `keepstone purge --older-than`",
        _ => "it is no setting of CryptoRun",
    }
}

fn not_of_manifest(key: &str) -> &'static str {
    match key {
        "file" | "backup_file" => "the manifest and its copies lie in the store",
        "scan_interval_hours" => "a scan is made when it is asked for",
        "checksum_algorithm" => "it is always SHA-256",
        _ => "it is no setting of CryptoRun",
    }
}
