//! The words after the `?`, each taken by its name; what nobody takes is refused by name.

use std::collections::BTreeMap;
use std::num::IntErrorKind;
use std::sync::Arc;

use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

use crate::model::{Error, Result};
use crate::operations::rest::{Word, Written};

/// The header that says who asks.
const CLIENT: &str = "x-client-name";
const CLIENT_BYTES_MAX: usize = 128;

/// Who asks, in the client's own words.
pub(super) fn actor(headers: &HeaderMap) -> Option<Arc<str>> {
    let name = headers.get(CLIENT)?.to_str().ok()?.trim();
    (!name.is_empty() && name.len() <= CLIENT_BYTES_MAX).then(|| name.into())
}

/// The words of a query.
pub(super) struct Words {
    given: Vec<(String, String)>,
    names: Names,
}

/// By which name each param was given.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<(String, String)>);

impl Names {
    /// Notes that a param was given by this name.
    pub(super) fn add(&mut self, param: &str, name: &str) {
        self.0.push((param.to_owned(), name.to_owned()));
    }

    /// The failure in the words of the client.
    pub(super) fn told(&self, error: Error) -> Error {
        let field = error.field_name().unwrap_or_default();
        // `templateId` became a part of what `params` is as a whole.
        let of = |(param, _): &&(String, String)| field.starts_with(param.as_str());
        match self.0.iter().filter(of).max_by_key(|(param, _)| param.len()) {
            Some((param, name)) => error.called(param, name),
            None => error,
        }
    }
}

impl Words {
    /// The words of an address, decoded once.
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self { given: pairs.into_owned().collect(), names: Names::default() }
    }

    /// Whether a word is given, with a value.
    pub(super) fn has(&self, word: &Word) -> bool {
        self.given.iter().any(|(name, value)| word.names.contains(&name.as_str()) && !value.is_empty())
    }

    /// All words as params of an operation, and how they were called; one that isn't among these is refused by name.
    pub(super) fn params(mut self, words: &[Word]) -> Result<(Map<String, Value>, Names)> {
        let mut params = Map::new();
        for word in words {
            if let Some(value) = self.take(word)? {
                put(&mut params, word.param, value);
            }
        }
        match self.given.first() {
            None => Ok((params, self.names)),
            Some((name, _)) => {
                let name: String = name.chars().take(100).collect();
                let hint = match name.as_str() {
                    "relatedTo" => "GET /v1/artifacts/{id}/related tells what an artifact is related to",
                    _ => "/openapi.json lists what each path takes",
                };
                Err(Error::invalid_params(format!("there is no query parameter {name:?} here")).field(name).hint(hint))
            }
        }
    }

    /// The value of a word, taken out; a text without a value counts as not given, as a form sends it.
    pub(super) fn take(&mut self, word: &Word) -> Result<Option<Value>> {
        let of = |(name, _): &mut (String, String)| word.names.contains(&name.as_str());
        let mut values: Vec<String> = Vec::new();
        for (name, value) in self.given.extract_if(.., of) {
            self.names.add(&word.param.replace('/', "."), &name);
            values.push(value);
        }
        if let Some(separators) = separators(word.written) {
            let parts = values.iter().flat_map(|value| value.split(separators));
            let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
            return Ok((!parts.is_empty()).then(|| several(word.written, &parts)));
        }
        if values.len() > 1 {
            let message = format!("{} is given {} times", word.name(), values.len());
            return Err(Error::invalid_params(message).field(word.name()));
        }
        let may_be_empty = matches!(word.written, Written::Text);
        match values.pop().filter(|value| !may_be_empty || !value.is_empty()) {
            Some(text) => one(word, text),
            None => Ok(None),
        }
    }
}

/// What stands between the values of a word that may have several.
fn separators(written: Written) -> Option<&'static [char]> {
    match written {
        Written::List | Written::Tags | Written::TagChoice => Some(&[',']),
        Written::Choice => Some(&[',', '|']),
        _ => None,
    }
}

fn several(written: Written, parts: &[&str]) -> Value {
    let pair = |part: &&str| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (key.to_owned(), value.to_owned())
    };
    match written {
        Written::Tags => parts.iter().map(pair).collect(),
        Written::TagChoice => {
            let mut choice: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (key, value) in parts.iter().map(pair) {
                choice.entry(key).or_default().push(value);
            }
            json!(choice)
        }
        _ => json!(parts),
    }
}

fn one(word: &Word, text: String) -> Result<Option<Value>> {
    let wrong = |what: String| Err(Error::invalid_params(format!("{}: {what}", word.name())).field(word.name()));
    let value = match word.written {
        Written::Number | Written::Capped(_) => match (text.parse::<u64>(), word.written) {
            (Ok(number), Written::Capped(most)) => json!(number.min(most)),
            (Err(error), Written::Capped(most)) if *error.kind() == IntErrorKind::PosOverflow => json!(most),
            (Ok(number), _) => json!(number),
            (Err(_), _) => return wrong(format!("{text:?} is no whole number")),
        },
        Written::Flag | Written::Switch { .. } => {
            let flag = match text.as_str() {
                "true" | "1" => true,
                "false" | "0" => false,
                other => return wrong(format!("{other:?} is neither true nor false")),
            };
            match word.written {
                Written::Switch { yes, no } => return Ok(if flag { Some(yes) } else { no }.map(|word| json!(word))),
                _ => json!(flag),
            }
        }
        Written::Json => match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Value::Object(object),
            Ok(other) => return wrong(format!("{other} is no JSON object")),
            Err(error) => return wrong(format!("it is no JSON: {error}")),
        },
        Written::Mapped(words) => {
            json!(words.iter().find(|(from, _)| *from == text).map_or(text.as_str(), |(_, to)| *to))
        }
        _ => json!(text),
    };
    Ok(Some(value))
}

/// Puts a value where a path of names leads to; an object joins what is there.
fn put(params: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        Some((outer, inner)) => {
            let inside = params.entry(outer).or_insert_with(|| json!({}));
            put(inside.as_object_mut().expect("only objects are entered"), inner, value);
        }
        None => {
            params.insert(path.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::rest::{RESOURCES, Resource};

    fn resource(name: &str) -> &'static Resource {
        RESOURCES.iter().find(|resource| resource.name == name).unwrap()
    }

    fn params(name: &str, query: &str) -> Result<Value> {
        let uri = format!("/v1/artifacts?{query}").parse().unwrap();
        Words::of(&uri).params(resource(name).words).map(|(params, _)| Value::Object(params))
    }

    #[test]
    fn the_words_of_a_list_become_a_search() {
        let query = "type=run|telemetry&tags=prod,stage=late&tags=stage%3Dsoon&search=a+b%2520c&includeArchived=true\
                     &createdAfter=2026-01-01&minSize=1000&templateId=T1&params=%7B%22n%22:1%7D&sortBy=modified\
                     &sortOrder=asc&limit=99999999999999999999&skip=20&family=&roles=";
        assert_eq!(
            params("listArtifacts", query).unwrap(),
            json!({
                "query": "a b%20c",
                "filter": {
                    "types": ["run", "telemetry"],
                    "anyTags": { "prod": [""], "stage": ["late", "soon"] },
                    "archived": "include",
                    "minCreatedAt": "2026-01-01",
                    "minSizeBytes": 1000,
                    "params": { "n": 1, "provenance.templateId": "T1" },
                },
                "sort": "updated",
                "order": "asc",
                "limit": 1000,
                "offset": 20,
            })
        );
        let archived = |query| params("listArtifacts", query).unwrap()["filter"]["archived"].clone();
        assert_eq!(archived("archived=true&includeArchived=true"), "only");
        assert_eq!(archived("archived=0"), "exclude");
    }

    #[test]
    fn the_words_of_an_upload_become_a_publish() {
        let query = "type=prices&key=p&tags=stage=prod,ok&schemaVersion=2&gitDirty=false&roles=a,b";
        assert_eq!(
            params("publishArtifact", query).unwrap(),
            json!({
                "artifactType": "prices",
                "logicalKey": "p",
                "schemaVersion": 2,
                "tags": { "stage": "prod", "ok": "" },
                "roles": ["a", "b"],
                "gitDirty": false,
            })
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, message) in [
            ("limit=x", "limit: \"x\" is no whole number"),
            ("minSize=", "minSize: \"\" is no whole number"),
            ("offset=99999999999999999999", "offset: \"99999999999999999999\" is no whole number"),
            ("archived=", "archived: \"\" is neither true nor false"),
            ("params=", "params: it is no JSON: EOF while parsing a value at line 1 column 0"),
            ("status=a&status=b", "status is given 2 times"),
            ("archived=yes", "archived: \"yes\" is neither true nor false"),
            ("params=[1]", "params: [1] is no JSON object"),
            ("typ=run", "there is no query parameter \"typ\" here"),
        ] {
            assert_eq!(params("listArtifacts", query).unwrap_err().message(), message);
        }
        let error = params("listArtifacts", "relatedTo=a").unwrap_err();
        assert!(error.hint_text().unwrap().contains("/related"));
    }

    #[test]
    fn a_failure_names_the_word_that_was_given() {
        let uri = "/?createdAfter=x&params={}&templateId=t&sortBy=y&types=z".parse().unwrap();
        let (_, names) = Words::of(&uri).params(resource("listArtifacts").words).unwrap();
        for (field, name) in [
            ("filter.minCreatedAt", "createdAfter"),
            ("filter.params.n", "params.n"),
            ("filter.params.provenance.templateId", "templateId"),
            ("filter.types[2]", "types[2]"),
            ("sort", "sortBy"),
            ("sorted", "sorted"),
            ("query", "query"),
        ] {
            let told = names.told(Error::invalid_params(format!("{field}: it is wrong")).field(field));
            assert_eq!((told.field_name(), told.message()), (Some(name), format!("{name}: it is wrong").as_str()));
        }
        let told = names.told(Error::invalid_params("sort by what?"));
        assert_eq!((told.field_name(), told.message()), (None, "sort by what?"));
    }
}
