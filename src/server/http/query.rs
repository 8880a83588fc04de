//! The words after the `?`, each taken by its name; what nobody takes is refused by name.

use std::sync::Arc;

use axum::http::{HeaderMap, Uri};

use crate::model::{Error, Result};

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
}

impl Words {
    /// The words of an address, decoded once.
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Self { given: pairs.into_owned().collect() }
    }

    /// The value of a word that may have several names; a word without a value counts as not given.
    pub(super) fn text(&mut self, names: &[&str]) -> Result<Option<String>> {
        let mut values = self.all(names);
        if values.len() > 1 {
            return Err(Error::invalid_params(format!("{} is given {} times", names[0], values.len())).field(names[0]));
        }
        Ok(values.pop().filter(|value| !value.is_empty()))
    }

    /// The values of a word that may be repeated, or be a list with commas.
    pub(super) fn list(&mut self, names: &[&str]) -> Option<Vec<String>> {
        let values = self.all(names);
        let split = values.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty());
        let list: Vec<String> = split.map(str::to_owned).collect();
        (!list.is_empty()).then_some(list)
    }

    /// A whole number.
    pub(super) fn number(&mut self, names: &[&str]) -> Result<Option<u64>> {
        let Some(text) = self.text(names)? else { return Ok(None) };
        let number =
            text.parse().map_err(|_| Error::invalid_params(format!("{}: {text:?} is no whole number", names[0])));
        number.map(Some).map_err(|error| error.field(names[0]))
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, names: &[&str]) -> Result<Option<bool>> {
        match self.text(names)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => {
                Err(Error::invalid_params(format!("{}: {other:?} is neither true nor false", names[0])).field(names[0]))
            }
        }
    }

    /// Refuses what nobody has taken.
    pub(super) fn finish(self) -> Result<()> {
        match self.given.first() {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(100).collect();
                Err(Error::invalid_params(format!("there is no query parameter {name:?} here"))
                    .field(name)
                    .hint("/openapi.json lists what each path takes"))
            }
        }
    }

    fn all(&mut self, names: &[&str]) -> Vec<String> {
        let given = std::mem::take(&mut self.given);
        let (wanted, rest) = given.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        self.given = rest;
        let wanted: Vec<(String, String)> = wanted;
        wanted.into_iter().map(|(_, value)| value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(query: &str) -> Words {
        Words::of(&format!("/v1/artifacts?{query}").parse().unwrap())
    }

    #[test]
    fn words_are_decoded_once_and_taken_once() {
        let mut given = words("search=a+b%2520c&tags=x,%20y,&tags=z&limit=5&archived=true&empty=");
        assert_eq!(given.text(&["search"]).unwrap().as_deref(), Some("a b%20c"));
        assert_eq!(given.list(&["tags", "tag"]).unwrap(), ["x", "y", "z"]);
        assert_eq!(given.number(&["limit"]).unwrap(), Some(5));
        assert_eq!(given.flag(&["archived"]).unwrap(), Some(true));
        assert_eq!(given.text(&["empty"]).unwrap(), None);
        given.finish().unwrap();
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(words("limit=x").number(&["limit"]).unwrap_err().message(), "limit: \"x\" is no whole number");
        assert_eq!(words("a=1&a=2").text(&["a"]).unwrap_err().message(), "a is given 2 times");
        assert_eq!(words("f=yes").flag(&["f"]).unwrap_err().message(), "f: \"yes\" is neither true nor false");
        assert_eq!(words("typ=run").finish().unwrap_err().message(), "there is no query parameter \"typ\" here");
    }
}
