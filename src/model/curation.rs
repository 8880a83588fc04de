//! What people change about artifacts after publishing, as the history tells it; and what they call them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::artifact::{Publication, State};
use super::ids::{AliasName, ArtifactId, ArtifactType};
use super::{Error, Result};

/// Longest title, in bytes.
const LONGEST_TITLE: usize = 256;
/// Longest description, in bytes.
const LONGEST_DESCRIPTION: usize = 4_096;
/// Longest key of a tag, in bytes.
const LONGEST_KEY: usize = 128;
/// Longest value of a tag, in bytes.
const LONGEST_VALUE: usize = 4_096;
/// Most tags of an artifact.
const TAGS_MOST: usize = 1_000;

/// Values that artifacts have or get; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Values {
    /// The title, or that there is none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
    /// The description, or that there is none.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Tags, or that there is none of that key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Option<String>>,
    /// Whether it is archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
}

/// A change, as the history tells it: the sidecar keeps what was published, and is made again from `before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Updated {
    /// What the changed values were.
    pub before: Values,
    /// What they are now.
    pub after: Values,
}

/// A null that is written says something else than nothing written.
pub fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Updated {
    /// What changes when these values are given to what is in this state; none when nothing does.
    pub fn of(wanted: &Values, state: &State) -> Option<Self> {
        let (mut before, mut after) = (Values::default(), Values::default());
        if let Some(title) = wanted.title.as_ref().filter(|title| **title != state.title) {
            (before.title, after.title) = (Some(state.title.clone()), Some(title.clone()));
        }
        if let Some(description) = wanted.description.as_ref().filter(|text| **text != state.description) {
            (before.description, after.description) = (Some(state.description.clone()), Some(description.clone()));
        }
        for (key, value) in &wanted.tags {
            let had = state.tags.get(key);
            if had != value.as_ref() {
                before.tags.insert(key.clone(), had.cloned());
                after.tags.insert(key.clone(), value.clone());
            }
        }
        if let Some(archived) = wanted.archived.filter(|archived| *archived != state.archived) {
            (before.archived, after.archived) = (Some(state.archived), Some(archived));
        }
        (after != Values::default()).then_some(Self { before, after })
    }
}

/// Refuses a title, a description or tags that are longer or more than may be, or would not show as they are.
pub fn check(title: Option<&str>, description: Option<&str>, tags: &BTreeMap<String, String>) -> Result<()> {
    title.map_or(Ok(()), check_title)?;
    description.map_or(Ok(()), |text| short("description", "", text, LONGEST_DESCRIPTION))?;
    tags.iter().try_for_each(|(key, value)| check_tag(key, value))?;
    few(tags.len())
}

fn check_title(title: &str) -> Result<()> {
    short("title", "", title, LONGEST_TITLE)?;
    match title.contains(char::is_control) {
        true => Err(Error::invalid_params("title: it must not hold control characters").field("title")),
        false => Ok(()),
    }
}

fn check_tag(key: &str, value: &str) -> Result<()> {
    if !(1..=LONGEST_KEY).contains(&key.len()) {
        let message = format!("tags: a key must have 1 to {LONGEST_KEY} bytes, not {}", key.len());
        return Err(Error::invalid_params(message).field("tags"));
    }
    if key.contains(char::is_control) {
        let message = format!("tags: the key {key:?} must not hold control characters");
        return Err(Error::invalid_params(message).field("tags"));
    }
    short("tags", &format!("the value of {key:?}: "), value, LONGEST_VALUE)
}

fn short(field: &str, of: &str, text: &str, longest: usize) -> Result<()> {
    if text.len() <= longest {
        return Ok(());
    }
    let message = format!("{field}: {of}it has {} bytes; it may have {longest}", text.len());
    Err(Error::invalid_params(message).field(field))
}

fn few(count: usize) -> Result<()> {
    if count <= TAGS_MOST {
        return Ok(());
    }
    Err(Error::limit_exceeded(format!("tags: there would be {count}; an artifact may have {TAGS_MOST}")).field("tags"))
}

/// Cuts what other programs said to what may be said here; answers what is no longer as it was, one sentence each.
pub fn fit(
    title: &mut Option<String>,
    description: &mut Option<String>,
    tags: &mut BTreeMap<String, String>,
) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(text) = title.take_if(|text| check_title(text).is_err()) {
        told.push(format!("its title is cut to one line of at most {LONGEST_TITLE} bytes"));
        let line = text.replace(char::is_control, " ");
        *title = Some(cut(line.trim(), LONGEST_TITLE).trim_end().to_owned()).filter(|line| !line.is_empty());
    }
    if let Some(text) = description.as_mut().filter(|text| text.len() > LONGEST_DESCRIPTION) {
        told.push(format!("its description of {} bytes is cut to {LONGEST_DESCRIPTION}", text.len()));
        *text = cut(text, LONGEST_DESCRIPTION).to_owned();
    }
    tags.retain(|key, value| {
        if check_tag(key, "").is_err() {
            let shown = cut(key, LONGEST_KEY);
            told.push(format!(
                "its tag {shown:?} is left out: a key has 1 to {LONGEST_KEY} bytes and no control characters"
            ));
            return false;
        }
        if value.len() > LONGEST_VALUE {
            told.push(format!("the value of its tag {key:?} is cut to {LONGEST_VALUE} bytes"));
            *value = cut(value, LONGEST_VALUE).to_owned();
        }
        true
    });
    if tags.len() > TAGS_MOST {
        told.push(format!("{} of its {} tags are left out", tags.len() - TAGS_MOST, tags.len()));
        *tags = std::mem::take(tags).into_iter().take(TAGS_MOST).collect();
    }
    told
}

/// The beginning of a text, of whole characters.
fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Values {
    /// Refuses values that are longer or more than may be, or would not show as they are. What there is too much of already
    /// may become less.
    pub fn check(&self, tags: &BTreeMap<String, String>) -> Result<()> {
        self.title.iter().flatten().try_for_each(|title| check_title(title))?;
        let mut description = self.description.iter().flatten();
        description.try_for_each(|text| short("description", "", text, LONGEST_DESCRIPTION))?;
        let given = || self.tags.iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
        given().try_for_each(|(key, value)| check_tag(key, value))?;
        let added = given().filter(|(key, _)| !tags.contains_key(*key)).count();
        let removed = self.tags.iter().filter(|(key, value)| value.is_none() && tags.contains_key(*key)).count();
        if added > removed { few(tags.len() + added - removed) } else { Ok(()) }
    }

    /// Gives these values to what a sidecar says.
    pub fn apply(self, publication: &mut Publication) {
        if let Some(title) = self.title {
            publication.title = title;
        }
        if let Some(description) = self.description {
            publication.description = description;
        }
        for (key, value) in self.tags {
            match value {
                Some(value) => publication.tags.insert(key, value),
                None => publication.tags.remove(&key),
            };
        }
        if let Some(archived) = self.archived {
            publication.archived = archived;
        }
    }
}

/// A name for one of the versions of a type and key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AliasOf {
    /// The type.
    pub artifact_type: ArtifactType,
    /// The key.
    pub logical_key: String,
    /// The name.
    pub alias: AliasName,
}

/// An alias and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    /// The name: `type:key@alias` means the artifact.
    pub alias: AliasName,
    /// The type of the artifact.
    pub artifact_type: ArtifactType,
    /// The key of the artifact.
    pub logical_key: String,
    /// The artifact that it stands for.
    pub artifact_id: ArtifactId,
    /// Which version of its type and key that is.
    pub version: u32,
    /// Since when.
    pub set_at: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_fits_once_it_is_cut() {
        let mut title = Some(format!("a\n\0{}", "é".repeat(LONGEST_TITLE)));
        let mut description = Some("ü".repeat(LONGEST_DESCRIPTION));
        let mut tags: BTreeMap<String, String> =
            (0..TAGS_MOST + 5).map(|at| (format!("t{at:04}"), String::new())).collect();
        tags.insert("a".to_owned(), "€".repeat(LONGEST_VALUE));
        for odd in ["", "two\nlines", &"k".repeat(LONGEST_KEY + 1)] {
            tags.insert(odd.to_owned(), String::new());
        }
        assert!(check(title.as_deref(), None, &BTreeMap::new()).is_err());
        let told = fit(&mut title, &mut description, &mut tags);
        assert_eq!(told.len(), 7, "{told:?}");
        check(title.as_deref(), description.as_deref(), &tags).unwrap();
        assert!(title.unwrap().starts_with("a  é"));
        assert_eq!((description.unwrap().len(), tags.len(), tags["a"].len()), (LONGEST_DESCRIPTION, TAGS_MOST, 4095));
        // What fits is left alone.
        let (mut title, mut description) = (Some("t".repeat(LONGEST_TITLE)), Some("one\ntwo".to_owned()));
        let mut tags = BTreeMap::from([("k".repeat(LONGEST_KEY), "v\n".repeat(LONGEST_VALUE / 2))]);
        let before = (title.clone(), description.clone(), tags.clone());
        assert_eq!(fit(&mut title, &mut description, &mut tags), Vec::<String>::new());
        assert_eq!((title, description, tags), before);
        let mut nothing = Some("\0\n".to_owned());
        fit(&mut nothing, &mut None, &mut BTreeMap::new());
        assert_eq!(nothing, None);
    }
}
