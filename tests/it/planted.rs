//! Artifacts as an import can bring them: rows with any inputs, also missing ones, their own, and circles.

use std::collections::BTreeMap;

use keepstone::cli::about;
use keepstone::manifest::Manifest;
use keepstone::model::Unwatched;
use keepstone::model::artifact::Input;
use keepstone::model::ids::{ArtifactId, Relation};
use keepstone::server::call_once;
use serde_json::Value;

use crate::support::Place;

/// Plants artifacts with their type, roles and inputs in one transaction. They share the object of `seed`, the first
/// one that is published.
pub struct Plants<'a> {
    place: &'a Place,
    artifacts: Vec<Plant>,
}

struct Plant {
    id: String,
    artifact_type: &'static str,
    roles: &'static [&'static str],
    /// With their relations.
    inputs: Vec<(String, &'static str)>,
}

impl<'a> Plants<'a> {
    pub fn new(place: &'a Place) -> Self {
        Self { place, artifacts: Vec::new() }
    }

    /// An artifact of the type `note`, derived from others.
    pub fn note(&mut self, id: impl Into<String>, inputs: &[&str]) -> &mut Self {
        let inputs = inputs.iter().map(|input| ((*input).to_owned(), "derived_from")).collect();
        self.artifacts.push(Plant { id: id.into(), artifact_type: "note", roles: &[], inputs });
        self
    }

    /// An artifact of a type of its own, with roles, and inputs with their relations.
    pub fn artifact(
        &mut self,
        id: &str,
        artifact_type: &'static str,
        roles: &'static [&'static str],
        inputs: &[(&str, &'static str)],
    ) -> &mut Self {
        let inputs = inputs.iter().map(|(input, relation)| ((*input).to_owned(), *relation)).collect();
        self.artifacts.push(Plant { id: id.to_owned(), artifact_type, roles, inputs });
        self
    }

    /// Writes them.
    pub fn plant(&mut self) {
        self.place.derived("seed", &[]);
        let manifest = Manifest::open(&self.place.root().join("manifest.sqlite")).expect("it opens");
        let seed = manifest.artifact("seed").expect("read").expect("it was published");
        let seed = manifest.publication(seed).expect("read");
        manifest.begin().expect("begun");
        for Plant { id, artifact_type, roles, inputs } in self.artifacts.drain(..) {
            let mut publication = seed.clone();
            let record = &mut publication.record;
            record.artifact_id = ArtifactId::try_from(id.clone()).expect("an id");
            record.artifact_type = artifact_type.to_owned().try_into().expect("a type");
            record.logical_key = id.clone();
            record.name = id;
            record.roles = roles.iter().map(|role| (*role).to_owned()).collect();
            publication.tags = BTreeMap::new();
            let input = |(id, relation): (String, &str)| Input {
                artifact_id: ArtifactId::try_from(id).expect("an id"),
                relation: Relation::try_from(relation.to_owned()).expect("a relation"),
            };
            publication.inputs = inputs.into_iter().map(input).collect();
            manifest.insert_artifact(&publication, None).expect("inserted");
        }
        manifest.commit().expect("committed");
    }
}

/// Calls an operation that must succeed; its answer is not held against the schemas, which takes long for ten thousand.
#[track_caller]
pub fn unchecked(place: &Place, method: &str, params: Value) -> Value {
    let reply = call_once(place.site(), &about(), method, params, Some("tests"), &Unwatched);
    serde_json::from_str(&reply.unwrap_or_else(|error| panic!("{method}: {error}"))).expect("a reply is JSON")
}

/// A number that looks random and is the same every time.
pub fn scattered(seed: u64) -> usize {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((bits ^ (bits >> 31)) >> 16).expect("48 bits")
}
