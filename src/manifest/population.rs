//! Everything that a plan of a collection looks at, read in a few passes over whole tables.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{OptionalExtension, Row};

use super::Manifest;
use super::artifacts::{enumerated, named, parsed};
use super::events::PUBLISHED;
use super::forms::BYTES_IN_PLACE;
use crate::model::Result;
use crate::model::artifact::Outcome;
use crate::model::ids::{ArtifactId, ArtifactType};

/// An artifact as a plan looks at it.
#[derive(Debug, Clone)]
pub struct Individual {
    pub seq: i64,
    pub artifact_id: ArtifactId,
    pub artifact_type: ArtifactType,
    pub family: Option<String>,
    pub logical_key: String,
    pub created_at: String,
    pub outcome: Option<Outcome>,
    /// Only where roles were asked for.
    pub roles: Vec<String>,
    /// Whether it was not deleted.
    pub live: bool,
    pub file_count: u64,
    pub size_bytes: u64,
    /// Bytes of its files as they lie with their producer; 0 where the store keeps them.
    pub bytes_in_place: u64,
    /// Its objects, those of compacted originals too, each once, by their places in `Population::objects`.
    pub objects: Vec<u32>,
}

/// All artifacts up to a moment that were not purged, and what ties them together.
#[derive(Debug, Default)]
pub struct Population {
    /// In the order of commits.
    pub individuals: Vec<Individual>,
    /// The lengths of their objects.
    pub objects: Vec<u64>,
    /// From inputs to what was made of them, purged ones included, by place in the order of commits.
    pub edges: Vec<(i64, i64)>,
}

impl Manifest {
    /// What was there at a moment: artifacts count from the commit that published them.
    pub fn population(&self, now: &str, with_roles: bool) -> Result<Population> {
        let Some(last) = self.last_published(now)? else { return Ok(Population::default()) };
        let mut population = Population { edges: self.followed_edges()?, ..Population::default() };
        // What is made from itself is no reason to keep it.
        population.edges.retain(|(input, output)| *output <= last && input != output);
        let mut statement = self.cached(&format!(
            "SELECT seq, artifact_id, artifact_type, family, logical_key, created_at, outcome, deleted_at IS NULL,
                {BYTES_IN_PLACE}, file_count, size_bytes, iif(?2, details -> '$.roles', '[]'), storage = 'managed'
             FROM artifacts a WHERE seq <= ?1 AND purged_at IS NULL ORDER BY seq"
        ))?;
        let rows = statement.query_map((last, with_roles), |row| individual(row, with_roles))?;
        let mut managed = Vec::new();
        for row in rows {
            let (individual, kept) = row?;
            population.individuals.push(individual);
            managed.push(kept);
        }
        self.find_objects(&mut population, &managed, last)?;
        Ok(population)
    }

    /// The last artifact that was published at a moment or before, by its place in the order of commits.
    fn last_published(&self, now: &str) -> Result<Option<i64>> {
        Ok(self
            .cached(
                "SELECT seq FROM artifacts WHERE artifact_id = (
                     SELECT artifact_id FROM events WHERE kind = ?1 AND at <= ?2 ORDER BY event_id DESC LIMIT 1)",
            )?
            .query_row([PUBLISHED, now], |row| row.get(0))
            .optional()?)
    }

    /// `managed` says of each individual whether the store keeps its files.
    fn find_objects(&self, population: &mut Population, managed: &[bool], last: i64) -> Result<()> {
        let mut places: HashMap<[u8; 32], u32> = HashMap::with_capacity(population.individuals.len());
        let mut statement = self.cached(
            "SELECT seq, hash, size_bytes, FALSE FROM artifact_files WHERE seq <= ?1
             UNION ALL SELECT seq, file_hash, coalesce(o.size_bytes, 0), FALSE
             FROM artifacts a LEFT JOIN objects o ON o.hash = a.file_hash WHERE seq <= ?1 AND format = 'tree'
             UNION ALL SELECT seq, original_object, coalesce(o.size_bytes, 0), TRUE
             FROM compact_files c JOIN objects o ON o.hash = c.original_object WHERE seq <= ?1",
        )?;
        let mut rows = statement.query([last])?;
        let mut at = 0;
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            // Files come in the order of commits, but for the listings of trees and the originals at the end.
            if population.individuals.get(at).is_none_or(|individual| individual.seq != seq) {
                match population.individuals.binary_search_by_key(&seq, |individual| individual.seq) {
                    Ok(place) => at = place,
                    Err(_) => continue,
                }
            }
            let individual = &mut population.individuals[at];
            let is_original: bool = row.get(3)?;
            if !managed[at] && !is_original {
                continue;
            }
            let place = match places.entry(row.get(1)?) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let place = u32::try_from(population.objects.len()).expect("fewer than 2^32 objects");
                    population.objects.push(row.get(2)?);
                    *new.insert(place)
                }
            };
            if individual.objects.len() > 64 || !individual.objects.contains(&place) {
                individual.objects.push(place);
            }
        }
        for individual in &mut population.individuals {
            individual.objects.sort_unstable();
            individual.objects.dedup();
        }
        Ok(())
    }
}

/// An individual without its objects, and whether the store keeps its files.
fn individual(row: &Row, with_roles: bool) -> rusqlite::Result<(Individual, bool)> {
    let individual = Individual {
        seq: row.get(0)?,
        artifact_id: named::<ArtifactId>(row, 1)?,
        artifact_type: named::<ArtifactType>(row, 2)?,
        family: row.get(3)?,
        logical_key: row.get(4)?,
        created_at: row.get(5)?,
        outcome: row.get_ref(6)?.as_str_or_null()?.map(|_| enumerated::<Outcome>(row, 6)).transpose()?,
        roles: if with_roles { parsed(11, row.get_ref(11)?.as_str()?)? } else { Vec::new() },
        live: row.get(7)?,
        bytes_in_place: row.get(8)?,
        file_count: row.get(9)?,
        size_bytes: row.get(10)?,
        objects: Vec::new(),
    };
    Ok((individual, row.get(12)?))
}
