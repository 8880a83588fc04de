//! The features of a member of a dataset: what is known about it, by name.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::dataset::FeatureValue;

/// Features by name, each name once. They lie side by side in the order of their names: a version has many members with
/// few features each, of which a tree would take the more memory and time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features(Vec<(SmolStr, FeatureValue)>);

impl Features {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a feature.
    pub fn get(&self, name: &str) -> Option<&FeatureValue> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Sets a feature, whether it was there or not.
    pub fn insert(&mut self, name: SmolStr, value: FeatureValue) {
        match self.place(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// Takes a feature away.
    pub fn remove(&mut self, name: &str) {
        if let Ok(at) = self.place(name) {
            self.0.remove(at);
        }
    }

    /// Every feature, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &FeatureValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }
}

/// Features as a request gives them: null says that there is no such feature.
#[derive(Debug)]
pub struct Given(pub Features);

/// The last of several values of a name counts.
impl FromIterator<(SmolStr, FeatureValue)> for Features {
    fn from_iter<I: IntoIterator<Item = (SmolStr, FeatureValue)>>(features: I) -> Self {
        let mut features: Vec<_> = features.into_iter().collect();
        if !features.is_sorted_by(|(one, _), (other, _)| one < other) {
            features.sort_by(|(one, _), (other, _)| one.cmp(other));
            features.dedup_by(|next, kept| {
                let again = next.0 == kept.0;
                if again {
                    std::mem::swap(next, kept);
                }
                again
            });
        }
        Self(features)
    }
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        self.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading::<FeatureValue>(Some))
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading::<Option<FeatureValue>>(|value| value)).map(Given)
    }
}

/// Reads features whose values are of one form, of which some may say that there is none.
struct Reading<T>(fn(T) -> Option<FeatureValue>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Reading<T> {
    type Value = Features;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Features, A::Error> {
        let mut given = Vec::with_capacity(map.size_hint().unwrap_or_default().min(16));
        while let Some((name, value)) = map.next_entry::<SmolStr, T>()? {
            given.extend(self.0(value).map(|value| (name, value)));
        }
        Ok(given.into_iter().collect())
    }
}

/// What is kept for each feature that any member has. Members mostly have the same features, so each is first looked for in
/// the place that it has among those of its member.
#[derive(Debug)]
pub struct ByFeature<'a, T> {
    kept: Vec<(&'a str, T)>,
    places: HashMap<&'a str, usize>,
}

/// Nothing yet.
impl<T> Default for ByFeature<'_, T> {
    fn default() -> Self {
        Self { kept: Vec::new(), places: HashMap::new() }
    }
}

impl<'a, T> ByFeature<'a, T> {
    /// What is kept for a feature; for one that is new, what `make` says, which is told how many there are.
    pub fn of<E>(
        &mut self,
        place: usize,
        name: &'a str,
        make: impl FnOnce(usize) -> Result<T, E>,
    ) -> Result<&mut T, E> {
        let found = match self.kept.get(place) {
            Some((known, _)) if *known == name => Some(place),
            _ => self.places.get(name).copied(),
        };
        let at = match found {
            Some(at) => at,
            None => {
                let at = self.kept.len();
                self.kept.push((name, make(at)?));
                self.places.insert(name, at);
                at
            }
        };
        Ok(&mut self.kept[at].1)
    }

    /// Everything, by name.
    pub fn into_sorted(mut self) -> Vec<(&'a str, T)> {
        self.kept.sort_unstable_by_key(|(name, _)| *name);
        self.kept
    }
}

impl JsonSchema for Features {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Features".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, FeatureValue>::json_schema(generator)
    }
}

impl JsonSchema for Given {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GivenFeatures".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, Option<FeatureValue>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::{ByFeature, FeatureValue, Features, Given};

    #[test]
    fn each_feature_is_kept_once_wherever_it_stands() {
        let mut counts = ByFeature::default();
        for member in [vec!["b", "c"], vec!["a", "b", "c"], vec!["b", "c"], vec![]] {
            for (place, name) in member.into_iter().enumerate() {
                let Ok(count) = counts.of(place, name, |_| Ok::<_, Infallible>(0));
                *count += 1;
            }
        }
        assert_eq!(counts.of(0, "d", |many| if many < 3 { Ok(0) } else { Err(many) }), Err(3));
        assert_eq!(counts.into_sorted(), [("a", 1), ("b", 3), ("c", 3)]);
    }

    #[test]
    fn they_stand_by_name_and_the_last_word_counts() {
        let features: Features = serde_json::from_str(r#"{"b": 1, "a": true, "b": 2, "c": "x", "b": 3}"#).unwrap();
        assert_eq!(serde_json::to_string(&features).unwrap(), r#"{"a":true,"b":3,"c":"x"}"#);
        let mut features = features;
        features.insert("b".into(), FeatureValue::Int(4));
        features.insert("aa".into(), FeatureValue::Int(5));
        features.remove("c");
        features.remove("d");
        assert_eq!(serde_json::to_string(&features).unwrap(), r#"{"a":true,"aa":5,"b":4}"#);
        assert_eq!((features.get("aa"), features.get("c"), features.len()), (Some(&FeatureValue::Int(5)), None, 3));
    }

    #[test]
    fn null_is_no_feature_where_it_may_stand() {
        let text = r#"{"b": null, "a": 1, "c": 2}"#;
        let Given(given) = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&given).unwrap(), r#"{"a":1,"c":2}"#);
        assert!(serde_json::from_str::<Features>(text).is_err());
    }
}
