//! What superseded what in version 1, as far as it goes together: one successor each, and no circle.

use std::collections::{BTreeSet, HashMap};

use crate::manifest::Version1;

/// Artifacts are named by their place among the manifest's rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Succession {
    /// Predecessor and successor, in the order in which version 1 wrote them.
    pub(super) kept: Vec<(usize, usize)>,
    /// What was superseded by nobody knows whom.
    pub(super) orphans: Vec<usize>,
    /// What could not be kept as it stood, and of which artifact.
    pub(super) findings: Vec<(Option<usize>, String)>,
}

/// Reads the rows from the latest to the first: where they contradict each other, what was said last holds.
pub(super) fn of(version1: &Version1) -> Succession {
    let places: HashMap<&str, usize> =
        version1.artifacts.iter().enumerate().map(|(place, row)| (row.artifact_id.as_str(), place)).collect();
    let id = |place: usize| &version1.artifacts[place].artifact_id;
    let mut successors: HashMap<usize, usize> = HashMap::new();
    let mut found = Succession::default();
    for (new, old) in version1.supersessions.iter().rev() {
        let (Some(&successor), Some(&predecessor)) = (places.get(new.as_str()), places.get(old.as_str())) else {
            let known = places.get(old.as_str()).or(places.get(new.as_str())).copied();
            let sentence = format!("{new} was said to supersede {old}, but they are not both there");
            found.findings.push((known, sentence));
            continue;
        };
        let refused = if successor == predecessor {
            Some("it was said to supersede itself".to_owned())
        } else if let Some(&other) = successors.get(&predecessor) {
            Some(format!("{new} was said to supersede it too; {} did so last", id(other)))
        } else if leads_to(&successors, successor, predecessor) {
            Some(format!("{new} was said to supersede it, but was later superseded by it, at once or over others"))
        } else {
            None
        };
        match refused {
            Some(sentence) => found.findings.push((Some(predecessor), sentence)),
            None => {
                successors.insert(predecessor, successor);
                found.kept.push((predecessor, successor));
                if version1.artifacts[predecessor].status == "active" {
                    found.findings.push((Some(predecessor), format!("its row said active, but {new} superseded it")));
                }
            }
        }
    }
    found.kept.reverse();
    found.findings.reverse();
    let known: BTreeSet<usize> = successors.into_keys().collect();
    for (place, row) in version1.artifacts.iter().enumerate() {
        if row.status == "superseded" && !known.contains(&place) {
            found.orphans.push(place);
            let sentence = "it was superseded, but by which artifact is not known".to_owned();
            found.findings.push((Some(place), sentence));
        }
    }
    found
}

fn leads_to(successors: &HashMap<usize, usize>, from: usize, to: usize) -> bool {
    let mut chain = std::iter::successors(Some(from), |place| successors.get(place).copied());
    chain.any(|place| place == to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Version1Artifact;

    fn of_rows(statuses: &[&str], rows: &[(&str, &str)]) -> Succession {
        let artifact = |(place, status): (usize, &&str)| Version1Artifact {
            artifact_id: ["a", "b", "c", "d"][place].into(),
            artifact_type: "kind".into(),
            schema_version: 1,
            logical_key: "k".into(),
            status: (*status).into(),
            path_parquet: String::new(),
            path_sidecar: String::new(),
            file_hash: String::new(),
            content_hash: String::new(),
            row_count: None,
            min_ts: None,
            max_ts: None,
            created_at: String::new(),
        };
        of(&Version1 {
            artifacts: statuses.iter().enumerate().map(artifact).collect(),
            tags: vec![],
            inputs: vec![],
            supersessions: rows.iter().map(|(new, old)| ((*new).into(), (*old).into())).collect(),
        })
    }

    const REPLACED: &str = "superseded";

    #[test]
    fn chains_are_kept_whole() {
        let found = of_rows(&[REPLACED, REPLACED, "active"], &[("b", "a"), ("c", "b")]);
        assert_eq!(found, Succession { kept: vec![(0, 1), (1, 2)], ..Succession::default() });
    }

    #[test]
    fn the_last_of_several_successors_counts() {
        let found = of_rows(&[REPLACED, "active", "active"], &[("b", "a"), ("c", "a")]);
        assert_eq!((found.kept, found.orphans), (vec![(0, 2)], vec![]));
        assert_eq!(found.findings, [(Some(0), "b was said to supersede it too; c did so last".to_owned())]);
    }

    #[test]
    fn circles_are_cut_where_they_began() {
        let found = of_rows(&[REPLACED, REPLACED, REPLACED], &[("b", "a"), ("c", "b"), ("a", "c")]);
        assert_eq!((found.kept, found.orphans), (vec![(1, 2), (2, 0)], vec![0]));
        assert_eq!(found.findings.len(), 2);
        let found = of_rows(&[REPLACED], &[("a", "a")]);
        assert_eq!((found.kept, found.orphans), (vec![], vec![0]));
        assert_eq!(found.findings[0].1, "it was said to supersede itself");
    }

    #[test]
    fn a_lost_successor_is_told() {
        let found = of_rows(&[REPLACED, "active", "tombstoned"], &[("x", "c")]);
        assert_eq!((found.kept, found.orphans), (vec![], vec![0]));
        assert_eq!(found.findings[0].0, Some(2));
        let found = of_rows(&["active", "active"], &[("b", "a")]);
        assert_eq!((found.kept, found.orphans, found.findings.len()), (vec![(0, 1)], vec![], 1));
    }
}
