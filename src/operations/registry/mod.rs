//! Searching artifacts, changing what people say about them, and giving them names.

pub mod bulk_update;
pub mod compare_artifacts;
pub mod get_related;
pub mod list_aliases;
pub mod remove_alias;
pub mod search_artifacts;
pub mod set_alias;
pub mod update_artifact;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::params::{Tags, counted, moment, moment_or_later};
use crate::manifest::{Filter, Manifest, ParamFilter, ParamTest};
use crate::model::artifact::{Outcome, Status};
use crate::model::curation::Values;
use crate::model::ids::RunId;
use crate::model::number::{self, Count};
use crate::model::{Error, Result};

/// Most types, tags, roles, capabilities and params of one filter.
const MOST_CONDITIONS: usize = 100;

/// Most names that lead to a param.
const DEEPEST: usize = 16;

/// Which artifacts a search finds; everything in it must hold.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchFilter {
    /// Of one of these types, whatever the case of their letters.
    types: Option<Vec<String>>,
    /// In this state; all but the deleted unless given.
    status: Option<Status>,
    /// Whether archived artifacts are found; exclude unless given.
    #[schemars(extend("default" = "exclude"))]
    archived: Option<Archived>,
    /// With all of these tags: an object of texts, or a list of words.
    tags: Option<Tags>,
    /// With at least one of these tags: an object whose values are texts or lists of texts, or a list of words.
    any_tags: Option<TagChoice>,
    /// From this source.
    source: Option<String>,
    /// With all of these capabilities.
    capabilities: Option<Vec<String>>,
    /// Of this family.
    family: Option<String>,
    /// With this outcome.
    outcome: Option<Outcome>,
    /// Published by this run, duplicates included.
    run_id: Option<RunId>,
    /// With all of these roles.
    roles: Option<Vec<String>>,
    /// Created at this moment or later (RFC 3339; without zone it reads as UTC).
    min_created_at: Option<String>,
    /// Created at this moment or earlier.
    max_created_at: Option<String>,
    /// Of so many bytes or more.
    min_size_bytes: Option<Count>,
    /// Of so many bytes or fewer.
    max_size_bytes: Option<Count>,
    /// Written by the program of this name.
    writer_name: Option<String>,
    /// Written by this version of a program.
    writer_version: Option<String>,
    /// Made by the code of this commit, or of one that begins like this.
    git_commit: Option<String>,
    /// Made with all of these params, by name; `grid.bins` is the bins inside grid. A text, number or boolean is the value
    /// itself, a list the values of which it is one, {min?, max?} the numbers or texts between which it lies, the ends
    /// included. Of a param that is a list itself, one value must do.
    params: Option<BTreeMap<String, ParamCondition>>,
}

/// What becomes of archived artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Archived {
    /// They are not found.
    Exclude,
    /// They are found like all others.
    Include,
    /// Only they are found.
    Only,
}

impl SearchFilter {
    /// The filter for the manifest, checked.
    fn checked(self, manifest: &Manifest) -> Result<Filter> {
        let lists = [&self.types, &self.capabilities, &self.roles];
        let conditions: usize = lists.into_iter().flatten().map(Vec::len).sum::<usize>()
            + self.tags.as_ref().map_or(0, |tags| tags.0.len())
            + self.any_tags.as_ref().map_or(0, |tags| tags.0.len())
            + self.params.as_ref().map_or(0, BTreeMap::len);
        if conditions > MOST_CONDITIONS {
            let message = format!("filter names {conditions} types, tags, roles, capabilities and params");
            return Err(Error::limit_exceeded(format!("{message}; it may name {MOST_CONDITIONS}")).field("filter"));
        }
        if let Some(types) = &self.types {
            counted("filter.types", types.len(), 1, MOST_CONDITIONS)?;
        }
        if let Some(tags) = &self.any_tags {
            counted("filter.anyTags", tags.0.len(), 1, MOST_CONDITIONS)?;
        }
        let min_created_at = moment_or_later("filter.minCreatedAt", self.min_created_at.as_deref())?;
        let max_created_at = moment("filter.maxCreatedAt", self.max_created_at.as_deref())?;
        ordered("filter.minCreatedAt", min_created_at.as_ref(), max_created_at.as_ref())?;
        let (min_size_bytes, max_size_bytes) = (self.min_size_bytes, self.max_size_bytes);
        let shown = |size: Option<Count>| size.map(|size| size.0);
        ordered("filter.minSizeBytes", shown(min_size_bytes).as_ref(), shown(max_size_bytes).as_ref())?;
        if self.git_commit.as_deref() == Some("") {
            return Err(Error::invalid_params("filter.gitCommit: it must not be empty").field("filter.gitCommit"));
        }
        let params = self.params.unwrap_or_default().into_iter();
        Ok(Filter {
            query: None,
            types: self.types.map(|types| manifest.types_called(&types)).transpose()?,
            status: self.status,
            archived: match self.archived.unwrap_or(Archived::Exclude) {
                Archived::Exclude => Some(false),
                Archived::Include => None,
                Archived::Only => Some(true),
            },
            tags: self.tags.unwrap_or_default().0.into_iter().collect(),
            any_tags: self.any_tags.map(|tags| tags.0.into_iter().collect()).unwrap_or_default(),
            min_created_at,
            max_created_at,
            min_size_bytes: shown(min_size_bytes),
            max_size_bytes: shown(max_size_bytes),
            run_id: self.run_id.map(|id| id.to_string()),
            source: self.source,
            family: self.family,
            outcome: self.outcome,
            roles: self.roles.unwrap_or_default(),
            capabilities: self.capabilities.unwrap_or_default(),
            writer_name: self.writer_name,
            writer_version: self.writer_version,
            git_commit: self.git_commit,
            params: params.map(|(path, condition)| condition.checked(path)).collect::<Result<_>>()?,
            newest: None,
        })
    }
}

/// Refuses a range in which nothing lies.
fn ordered<T: PartialOrd + std::fmt::Display>(field: &str, min: Option<&T>, max: Option<&T>) -> Result<()> {
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            Err(Error::invalid_params(format!("{field}: nothing lies between {min} and {max}")).field(field))
        }
        _ => Ok(()),
    }
}

/// Tags of which one must be there, as pairs of key and value.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TagChoice(BTreeSet<(String, String)>);

impl<'de> Deserialize<'de> for TagChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let refuse = |value: &Value| {
            D::Error::custom(format!(
                "an object of texts or lists of texts, or a list of words, is expected, and {value} is none"
            ))
        };
        let mut tags = BTreeSet::new();
        match Value::deserialize(deserializer)? {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let values = match value {
                        Value::Array(values) => values,
                        one => vec![one],
                    };
                    for value in values {
                        let Value::String(text) = value else { return Err(refuse(&value)) };
                        tags.insert((key.clone(), text));
                    }
                }
            }
            Value::Array(words) => {
                for word in words {
                    let Value::String(text) = word else { return Err(refuse(&word)) };
                    tags.insert((text, String::new()));
                }
            }
            other => return Err(refuse(&other)),
        }
        Ok(Self(tags))
    }
}

impl JsonSchema for TagChoice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TagChoice".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": { "anyOf": [
                        { "type": "string" },
                        { "type": "array", "items": { "type": "string" } },
                    ] },
                },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}

/// What must hold of a param, as it was written.
#[derive(Debug, Clone, Serialize)]
pub struct ParamCondition(Value);

impl<'de> Deserialize<'de> for ParamCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }
}

impl ParamCondition {
    fn checked(self, path: String) -> Result<ParamFilter> {
        let field = format!("filter.params.{path}");
        let refuse = |what: &str| {
            Err(Error::invalid_params(format!("{field}: {what}"))
                .field(field.clone())
                .hint("give a text, a number, true or false, a list of such, or {\"min\": …, \"max\": …}"))
        };
        if path.split('.').count() > DEEPEST {
            return refuse(&format!("at most {DEEPEST} names may lead to a param"));
        }
        if let Some(integer) = number::inexact_integer(&self.0) {
            return refuse(&format!("{integer} is beyond 2^53-1"));
        }
        let test = match self.0 {
            Value::Object(range) => match between(range) {
                Ok(test) => test,
                Err(why) => return refuse(&why),
            },
            Value::Array(values) => {
                if !(1..=MOST_CONDITIONS).contains(&values.len()) {
                    return refuse(&format!("a list must have 1 to {MOST_CONDITIONS} values"));
                }
                if let Some(other) = values.iter().find(|value| !is_plain(value)) {
                    return refuse(&format!("{other} is neither a text nor a number nor a boolean"));
                }
                ParamTest::Among(values)
            }
            value if is_plain(&value) => ParamTest::Among(vec![value]),
            other => return refuse(&format!("{other} is neither a text nor a number nor a boolean")),
        };
        Ok(ParamFilter { path, test })
    }
}

fn is_plain(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

/// The numbers or the texts between which a param lies, the ends included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParamRange {
    /// This or more.
    min: Option<RangeEnd>,
    /// This or less.
    max: Option<RangeEnd>,
}

/// A number or a text.
#[derive(Debug, Deserialize)]
pub struct RangeEnd(Value);

impl JsonSchema for RangeEnd {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RangeEnd".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }
}

/// A range as min and max.
fn between(range: Map<String, Value>) -> std::result::Result<ParamTest, String> {
    let ParamRange { min, max } = serde_json::from_value(Value::Object(range)).map_err(|error| error.to_string())?;
    let (min, max) = (min.map(|end| end.0), max.map(|end| end.0));
    match (&min, &max) {
        (None, None) => return Err("a range has a min or a max".to_owned()),
        (Some(min), Some(max)) => {
            let empty = match (min, max) {
                (Value::String(min), Value::String(max)) => min > max,
                (Value::Number(min), Value::Number(max)) => min.as_f64() > max.as_f64(),
                _ => return Err("min and max must both be numbers or both be texts".to_owned()),
            };
            if empty {
                return Err(format!("nothing lies between {min} and {max}"));
            }
        }
        (Some(end), None) | (None, Some(end)) if end.is_string() || end.is_number() => {}
        (Some(end), None) | (None, Some(end)) => return Err(format!("{end} is neither a number nor a text")),
    }
    Ok(ParamTest::Between(min, max))
}

impl JsonSchema for ParamCondition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ParamCondition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let range = generator.subschema_for::<ParamRange>();
        json_schema!({
            "description": "What must hold of a param: its value, a list of values of which it is one, or a range.",
            "anyOf": [
                { "type": ["string", "number", "boolean"] },
                { "type": "array", "items": { "type": ["string", "number", "boolean"] } },
                range,
            ],
        })
    }
}

/// Tags that artifacts get or lose: an object of texts and nulls, or a list of words whose value is "".
#[derive(Debug, Clone)]
pub struct NewTags(BTreeMap<String, Option<String>>);

impl<'de> Deserialize<'de> for NewTags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(NewTagsReading)
    }
}

/// Reads new tags in place, so that an error names the one that is wrong.
struct NewTagsReading;

impl<'de> Visitor<'de> for NewTagsReading {
    type Value = NewTags;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of texts and nulls or a list of words")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> std::result::Result<NewTags, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(fields)).map(NewTags)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> std::result::Result<NewTags, A::Error> {
        let words: Vec<String> = Vec::deserialize(SeqAccessDeserializer::new(words))?;
        Ok(NewTags(words.into_iter().map(|word| (word, Some(String::new()))).collect()))
    }
}

impl JsonSchema for NewTags {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NewTags".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "object", "additionalProperties": { "type": ["string", "null"] } },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}

/// What update_artifact and bulk_update are given.
struct NewValues {
    title: Option<Option<String>>,
    description: Option<Option<String>>,
    tags: Option<BTreeMap<String, Option<String>>>,
    archived: Option<bool>,
}

impl NewValues {
    /// The values as the history tells them; an empty title is none.
    fn checked(self) -> Result<Values> {
        let text = |given: Option<Option<String>>| given.map(|text| text.filter(|text| !text.is_empty()));
        let values = Values {
            title: text(self.title),
            description: text(self.description),
            tags: self.tags.unwrap_or_default(),
            archived: self.archived,
        };
        if values == Values::default() {
            return Err(Error::invalid_params("there is nothing to change")
                .hint("give one of title, description, tags and archived"));
        }
        values.check(&BTreeMap::new())?;
        Ok(values)
    }
}
