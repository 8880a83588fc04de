//! What differs between two artifacts, as far as the manifest knows: facts, params, tags, inputs, files, and whether they are
//! the same.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use crate::manifest::Found;
use crate::model::artifact::{Artifact, FileEntry, Format, Input, Record};
use crate::model::comparison::{
    DiffCount, FileChange, FileDiff, InputDiff, NamedValue, ParamDiff, TagChange, TagDiff, ValueChange, Verdict,
};
use crate::model::number::Count;
use crate::model::place::common_folder;

/// What every artifact has of its own, what follows from something else, and what is compared by itself.
const NO_FACTS: [&str; 9] =
    ["artifactId", "path", "pathParquet", "pathSidecar", "specId", "updatedAt", "revision", "params", "tags"];

/// What the hashes say; none where the content itself has to be looked at.
pub fn verdict_by_hash(left: &Found, right: &Found) -> Option<Verdict> {
    let (left, right) = (&left.record, &right.record);
    let is_tree = |format: Format| format == Format::Tree;
    if left.file_hash == right.file_hash && is_tree(left.format) == is_tree(right.format) {
        return Some(Verdict::Identical);
    }
    let same = left.format == right.format
        && left.content_hash == right.content_hash
        && left.content_hash_version == right.content_hash_version;
    same.then_some(Verdict::SameContent)
}

/// The fields that differ, in the order in which an artifact has them.
pub fn facts(left: &Artifact, right: &Artifact) -> Vec<ValueChange> {
    let fields = |artifact: &Artifact| match serde_json::to_value(artifact) {
        Ok(Value::Object(fields)) => fields,
        other => unreachable!("an artifact is an object, not {other:?}"),
    };
    let (left, mut right) = (fields(left), fields(right));
    left.into_iter()
        .filter(|(name, _)| !NO_FACTS.contains(&name.as_str()))
        .filter_map(|(name, left)| {
            let right = right.remove(&name).unwrap_or_default();
            (left != right).then_some(ValueChange { name, left, right })
        })
        .collect()
}

/// The params that differ.
pub fn params(left: &Map<String, Value>, right: &Map<String, Value>) -> ParamDiff {
    let mut diff = ParamDiff::default();
    compare_objects(left, right, "", &mut diff);
    diff.added.sort_by(|one, other| one.name.cmp(&other.name));
    diff.removed.sort_by(|one, other| one.name.cmp(&other.name));
    diff.changed.sort_by(|one, other| one.name.cmp(&other.name));
    diff
}

fn compare_objects(left: &Map<String, Value>, right: &Map<String, Value>, inside: &str, diff: &mut ParamDiff) {
    let path = |name: &String| if inside.is_empty() { name.clone() } else { format!("{inside}.{name}") };
    for (name, value) in left {
        let name_inside = path(name);
        match (value, right.get(name)) {
            (value, None) => {
                diff.counts.removed.0 += 1;
                diff.removed.push(NamedValue { name: name_inside, value: value.clone() });
            }
            (Value::Object(left), Some(Value::Object(right))) => compare_objects(left, right, &name_inside, diff),
            (left, Some(right)) if same(left, right) => diff.counts.same.0 += 1,
            (left, Some(right)) => {
                diff.counts.changed.0 += 1;
                diff.changed.push(ValueChange { name: name_inside, left: left.clone(), right: right.clone() });
            }
        }
    }
    for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
        diff.counts.added.0 += 1;
        diff.added.push(NamedValue { name: path(name), value: value.clone() });
    }
}

/// Whether two values say the same; 1 and 1.0 do.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same(one, other))
        }
        (Value::Object(left), Value::Object(right)) => {
            let alike = |(name, one): (&String, &Value)| right.get(name).is_some_and(|other| same(one, other));
            left.len() == right.len() && left.iter().all(alike)
        }
        _ => left == right,
    }
}

/// The tags that differ.
pub fn tags(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> TagDiff {
    let alone = |own: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        own.iter()
            .filter(|(key, _)| !other.contains_key(*key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    };
    let changed = left.iter().filter_map(|(key, left)| {
        let right = right.get(key).filter(|right| *right != left)?;
        Some((key.clone(), TagChange { left: left.clone(), right: right.clone() }))
    });
    TagDiff { added: alone(right, left), removed: alone(left, right), changed: changed.collect() }
}

/// The inputs that differ.
pub fn inputs(left: &[Input], right: &[Input]) -> InputDiff {
    let alone = |own: &[Input], other: &[Input]| {
        let known: HashSet<&Input> = other.iter().collect();
        own.iter().filter(|input| !known.contains(input)).cloned().collect::<Vec<_>>()
    };
    let (added, removed) = (alone(right, left), alone(left, right));
    let counts = DiffCount {
        added: Count(added.len() as u64),
        removed: Count(removed.len() as u64),
        changed: Count(0),
        same: Count((left.len() - removed.len()) as u64),
    };
    InputDiff { counts, added, removed }
}

/// An artifact's files by what they are called in a comparison: those of a tree by their paths, of a run that was scanned
/// by their paths below its own folder, since that is called otherwise for every run.
pub fn named(record: &Record, trees: bool, files: Vec<FileEntry>) -> BTreeMap<String, FileEntry> {
    let folder = match record.family {
        Some(_) => common_folder(files.iter().map(|file| file.path.as_str())),
        None => String::new(),
    };
    let name = |file: &FileEntry| match trees {
        true => file.path[folder.len()..].trim_start_matches('/').to_owned(),
        false => String::new(),
    };
    files.into_iter().map(|file| (name(&file), file)).collect()
}

/// The files that differ, each held against the one that has the same name in the other.
pub fn files(left: BTreeMap<String, FileEntry>, mut right: BTreeMap<String, FileEntry>) -> FileDiff {
    let mut diff = FileDiff::default();
    for (name, left) in left {
        match right.remove(&name) {
            None => diff.removed.push(left),
            Some(right) if right.hash == left.hash => diff.counts.same.0 += 1,
            Some(right) => diff.changed.push(FileChange { path: right.path.clone(), left, right }),
        }
    }
    diff.added = right.into_values().collect();
    diff.counts.added = Count(diff.added.len() as u64);
    diff.counts.removed = Count(diff.removed.len() as u64);
    diff.counts.changed = Count(diff.changed.len() as u64);
    diff
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("an object") };
        map
    }

    #[test]
    fn params_are_compared_as_deep_as_both_are_objects() {
        let left = map(json!({"grid": {"bins": 24, "unit": "h", "old": {"a": 1}}, "list": [1, 2], "one": 1, "x": {}}));
        let right = map(json!({"grid": {"bins": 48, "unit": "h", "new": null}, "list": [1, 3], "one": 1.0, "x": 2}));
        let diff = params(&left, &right);
        let names = |values: &[NamedValue]| values.iter().map(|value| value.name.clone()).collect::<Vec<_>>();
        assert_eq!((names(&diff.added), names(&diff.removed)), (vec!["grid.new".into()], vec!["grid.old".into()]));
        let changed: Vec<&str> = diff.changed.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(changed, ["grid.bins", "list", "x"]);
        assert_eq!((diff.counts.same, diff.counts.changed), (Count(2), Count(3)));
        assert_eq!(params(&left, &left).counts.same, Count(5));
    }
}
