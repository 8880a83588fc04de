//! What differs between two artifacts: facts, params, tags, inputs, files, and the rows of two tables.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;

use super::artifact::{FileEntry, Format, Input, Status};
use super::hash::Hash;
use super::ids::{ArtifactId, ArtifactType};
use super::number::Count;

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Both have the same bytes.
    Identical,
    /// Their bytes differ, what they say does not: both have the same content hash.
    SameContent,
    /// Their content differs.
    Different,
    /// Their content can't be held against each other; `reason` says why.
    NotComparable,
}

/// As much of a compared artifact as tells it from the other.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// Its id.
    pub artifact_id: ArtifactId,
    /// Its type.
    pub artifact_type: ArtifactType,
    /// What it represents.
    pub logical_key: String,
    /// Which version of its type and key it is.
    pub version: u32,
    /// Whether it stands, was replaced, or was deleted.
    pub status: Status,
    /// Whether it was put aside.
    pub archived: bool,
    /// What kind of content it has.
    pub format: Format,
    /// SHA-256 of the bytes kept; of a tree, of its listing.
    pub file_hash: Hash,
    /// Hash of the logical content.
    pub content_hash: Hash,
    /// Bytes kept, of all files together.
    pub size_bytes: Count,
    /// A title for people.
    pub title: Option<String>,
}

/// A field or param that both have with different values.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueChange {
    /// Its name; of a param the names that lead to it, as in `grid.bins`.
    pub name: String,
    /// The value of the left one.
    pub left: Value,
    /// The value of the right one.
    pub right: Value,
}

/// A param that only one of them has.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedValue {
    /// The names that lead to it, as in `grid.bins`.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// How many there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DiffCount {
    /// Only the right one has them.
    pub added: Count,
    /// Only the left one has them.
    pub removed: Count,
    /// Both have them, and they differ.
    pub changed: Count,
    /// Both have them alike.
    pub same: Count,
}

/// The params that differ, the innermost ones; lists are compared whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParamDiff {
    /// Of all of them, how many are what.
    pub counts: DiffCount,
    /// Only the right one has them, by name.
    pub added: Vec<NamedValue>,
    /// Only the left one has them, by name.
    pub removed: Vec<NamedValue>,
    /// Both have them with different values, by name.
    pub changed: Vec<ValueChange>,
}

/// A tag that both have with different values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagChange {
    /// The value of the left one.
    pub left: String,
    /// The value of the right one.
    pub right: String,
}

/// The tags that differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagDiff {
    /// Only the right one has them.
    pub added: BTreeMap<String, String>,
    /// Only the left one has them.
    pub removed: BTreeMap<String, String>,
    /// Both have them with different values.
    pub changed: BTreeMap<String, TagChange>,
}

/// The inputs that differ; annotations count too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputDiff {
    /// Of all of them, how many are what; an input with another relation is another input.
    pub counts: DiffCount,
    /// Only the right one was made from them, in its order.
    pub added: Vec<Input>,
    /// Only the left one was made from them, in its order.
    pub removed: Vec<Input>,
}

/// A file that both have under the same path with different bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    /// Its path inside the artifacts; of two single files the right one's.
    pub path: String,
    /// The file of the left one.
    pub left: FileEntry,
    /// The file of the right one.
    pub right: FileEntry,
}

/// The files that differ, by the hashes of their bytes. Where neither is a tree, the one file of each is held against the
/// other's, whatever they are called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileDiff {
    /// Of all of them, how many are what.
    pub counts: DiffCount,
    /// Only the right one has them, by path.
    pub added: Vec<FileEntry>,
    /// Only the left one has them, by path.
    pub removed: Vec<FileEntry>,
    /// Both have them with different bytes, by path.
    pub changed: Vec<FileChange>,
}

/// A value of a table as JSON can say it. Whole numbers beyond 2^53-1, moments and decimals are texts, and so are NaN and
/// the infinities; a long text ends with `…`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Everything else.
    Text(String),
}

impl JsonSchema for Cell {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string", "boolean"] })
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnOf {
    /// Its name.
    pub name: String,
    /// Its type: int, float64, text, timestamp …
    #[serde(rename = "type")]
    pub kind: String,
}

/// A column that both tables have with different types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeChange {
    /// Its name.
    pub name: String,
    /// Its type in the left table.
    pub left: String,
    /// Its type in the right table.
    pub right: String,
}

/// How the columns of two tables differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaDiff {
    /// Whether names, types and order are the same.
    pub same: bool,
    /// Only the right table has them, in its order.
    pub added: Vec<ColumnOf>,
    /// Only the left table has them, in its order.
    pub removed: Vec<ColumnOf>,
    /// Both have them with different types, in the order of the left one.
    pub changed: Vec<TypeChange>,
    /// Whether the columns that both have stand in another order.
    pub reordered: bool,
}

/// What the values of a column come to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnStatistics {
    /// Its type: int, float64, text, timestamp …
    #[serde(rename = "type")]
    pub kind: String,
    /// How many rows have no value.
    pub nulls: Count,
    /// How many values are NaN; null for what can't be.
    pub nans: Option<Count>,
    /// How many different values there are, NaN being one; null where there are more than 1000 or very long ones.
    pub distinct: Option<Count>,
    /// The least value, NaN left out; null where there is none.
    pub min: Option<Cell>,
    /// The greatest value, NaN left out; null where there is none.
    pub max: Option<Cell>,
    /// The mean of numbers, NaN left out; null where there is none.
    pub mean: Option<f64>,
}

/// A column of one or both tables, and what its values come to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnPair {
    /// Its name.
    pub name: String,
    /// In the left table; null where that doesn't have it.
    pub left: Option<ColumnStatistics>,
    /// In the right table; null where that doesn't have it.
    pub right: Option<ColumnStatistics>,
}

/// A row that only one table has.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowOf {
    /// Its number in its table, from 1.
    pub row: Count,
    /// Its values by column, of the first 100 columns.
    pub values: BTreeMap<String, Option<Cell>>,
}

/// A value that differs in a row that both tables have.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CellChange {
    /// The column.
    pub column: String,
    /// The value in the left table; null for none.
    pub left: Option<Cell>,
    /// The value in the right table; null for none.
    pub right: Option<Cell>,
}

/// A row that both tables have by its key, with different values.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowChange {
    /// Its number in the left table, from 1.
    pub left_row: Count,
    /// Its number in the right table, from 1.
    pub right_row: Count,
    /// Its values in the key columns.
    pub key: BTreeMap<String, Option<Cell>>,
    /// What differs, of the first 100 columns that do.
    pub changes: Vec<CellChange>,
}

/// How the rows of two tables differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowDiff {
    /// The columns by which rows are told to be the same row: those asked for, else the sort keys that both types declare.
    /// Without any a row is the same only if all of it is, and none counts as changed.
    pub key: Vec<String>,
    /// The columns whose values are compared: those that both tables have with the same type. Without any, rows of tables that
    /// differ can't be compared, and all counts are 0.
    pub compared: Vec<String>,
    /// How many rows are what. Rows that are there several times count as often as they are.
    pub counts: DiffCount,
    /// How many rows of the left table have a key that a row before them has.
    pub left_repeated: Count,
    /// How many rows of the right table have a key that a row before them has.
    pub right_repeated: Count,
    /// Some rows that only the right table has, the first ones in it.
    pub added: Vec<RowOf>,
    /// Some rows that only the left table has, the first ones in it.
    pub removed: Vec<RowOf>,
    /// Some rows that differ, the first ones of the left table.
    pub changed: Vec<RowChange>,
}

/// How two tables differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TableDiff {
    /// Rows of the left table.
    pub left_rows: Count,
    /// Rows of the right table.
    pub right_rows: Count,
    /// How their columns differ.
    pub schema: SchemaDiff,
    /// The columns of the left table, then those that only the right one has.
    pub columns: Vec<ColumnPair>,
    /// How their rows differ.
    pub rows: RowDiff,
}
