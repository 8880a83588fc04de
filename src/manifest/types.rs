//! The types that were registered, by name.

use rusqlite::OptionalExtension;

use super::Manifest;
use crate::model::artifact::TypeDefinition;
use crate::model::{Error, Result};

impl Manifest {
    /// The definition of a registered type.
    pub fn type_definition(&self, artifact_type: &str) -> Result<Option<TypeDefinition>> {
        let text: Option<String> = self
            .cached("SELECT definition FROM types WHERE artifact_type = ?1")?
            .query_row([artifact_type], |row| row.get(0))
            .optional()?;
        text.map(|text| read(&text)).transpose()
    }

    /// Every registered type, by name.
    pub fn type_definitions(&self) -> Result<Vec<TypeDefinition>> {
        let mut statement = self.cached("SELECT definition FROM types ORDER BY artifact_type")?;
        let texts = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        texts.iter().map(|text| read(text)).collect()
    }

    /// How many artifacts each type has, registered or not, by name.
    pub fn artifacts_by_type(&self) -> Result<Vec<(String, u64)>> {
        let mut statement =
            self.cached("SELECT artifact_type, count(*) FROM artifacts GROUP BY artifact_type ORDER BY artifact_type")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// Whether an artifact of this type was published, deleted ones included.
    pub fn type_in_use(&self, artifact_type: &str) -> Result<bool> {
        Ok(self
            .cached("SELECT EXISTS (SELECT 1 FROM artifacts WHERE artifact_type = ?1)")?
            .query_row([artifact_type], |row| row.get(0))?)
    }

    /// Registers a type, or changes its definition.
    pub fn set_type(&self, definition: &TypeDefinition) -> Result<()> {
        let text = serde_json::to_string(definition).expect("plain data");
        self.cached(
            "INSERT INTO types (artifact_type, definition) VALUES (?1, ?2)
             ON CONFLICT (artifact_type) DO UPDATE SET definition = excluded.definition",
        )?
        .execute((definition.artifact_type.as_str(), text))?;
        Ok(())
    }
}

fn read(text: &str) -> Result<TypeDefinition> {
    serde_json::from_str(text).map_err(|error| Error::integrity(format!("a type's row is damaged: {error}")))
}
