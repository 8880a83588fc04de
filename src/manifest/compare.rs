//! Holding one manifest against another, row by row.

use std::cmp::Ordering;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::Manifest;
use crate::model::{Hash, Result};

/// Tables that say how things lie on the disk, which neither sidecars nor history tell.
const OWN: [&str; 8] = ["meta", "objects", "placements", "doomed", "jobs", "job_artifacts", "looks", "replacements"];

/// More than these of one table say nothing new.
const DIFFERENCES_MAX: usize = 10_000;

/// A row in which two manifests differ.
#[derive(Debug)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The row's key, for people.
    pub key: String,
    /// The artifact that the row belongs to, by its place in the order of commits.
    pub seq: Option<i64>,
    /// How they differ.
    pub how: How,
}

/// How two manifests differ in a row.
#[derive(Debug)]
pub enum How {
    /// These columns have other values.
    Differs(Vec<String>),
    /// Only the other has it.
    Missing,
    /// The other doesn't have it.
    Unknown,
    /// The artifact is found by other words.
    Words,
}

/// A value as it stands in a row, whether it makes sense or not.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Null,
    Integer(i64),
    Real(u64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

struct Table {
    name: String,
    columns: Vec<String>,
    /// The columns of the primary key, in its order, by their places among the columns.
    key: Vec<usize>,
}

impl Manifest {
    /// The tables, indexes and triggers that aren't the same in both, by name.
    pub fn schema_differences(&self, other: &Manifest) -> Result<Vec<String>> {
        let (own, others) = (self.schema()?, other.schema()?);
        let mut names: Vec<String> = own
            .iter()
            .filter(|part| !others.contains(part))
            .chain(others.iter().filter(|part| !own.contains(part)))
            .map(|(name, _)| name.clone())
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn schema(&self) -> Result<Vec<(String, String)>> {
        let mut statement = self.connection.prepare(
            "SELECT name, type || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema
             WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name, type",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    /// The rows in which this manifest differs from one of the same format that was made from sidecars and history; and
    /// how many rows were held against each other.
    pub fn differences(&self, made: &Manifest) -> Result<(Vec<Difference>, u64)> {
        let (mut found, mut rows) = (Vec::new(), 0);
        for table in made.derived_tables()? {
            rows += self.compare(made, &table, &mut found)?;
        }
        found.extend(self.compare_words(made, DIFFERENCES_MAX)?);
        Ok((found, rows))
    }

    fn derived_tables(&self) -> Result<Vec<Table>> {
        // The index of words is held against the other's word by word, not as the tables in which it lies.
        let mut statement = self.connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
             ORDER BY name",
        )?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        names.into_iter().filter(|name| !OWN.contains(&name.as_str())).map(|name| self.table(name)).collect()
    }

    fn table(&self, name: String) -> Result<Table> {
        let mut statement = self.cached("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?;
        let rows = statement.query_map([&name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, usize>(1)?)))?;
        let columns = rows.collect::<Result<Vec<_>, _>>()?;
        let mut key: Vec<(usize, usize)> = columns
            .iter()
            .enumerate()
            .filter(|(_, (_, place))| *place > 0)
            .map(|(at, (_, place))| (*place, at))
            .collect();
        key.sort_unstable();
        Ok(Table {
            name,
            columns: columns.into_iter().map(|(name, _)| name).collect(),
            key: key.into_iter().map(|(_, at)| at).collect(),
        })
    }

    fn compare(&self, made: &Manifest, table: &Table, found: &mut Vec<Difference>) -> Result<u64> {
        let sql = table.sql();
        let (mut own, mut others) = (self.connection.prepare(&sql)?, made.connection.prepare(&sql)?);
        let (mut own, mut others) = (own.query([])?, others.query([])?);
        let read = |row: Option<&Row>| row.map(|row| cells(row, table.columns.len())).transpose();
        let (mut left, mut right) = (read(own.next()?)?, read(others.next()?)?);
        let (mut rows, begun) = (0, found.len());
        while found.len() - begun < DIFFERENCES_MAX {
            let order = match (&left, &right) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => table.key(left).cmp(&table.key(right)),
            };
            rows += 1;
            let row = if order == Ordering::Greater { &right } else { &left };
            let row = row.as_ref().expect("one of them is there");
            let how = match (order, &left, &right) {
                (Ordering::Less, ..) => Some(How::Unknown),
                (Ordering::Greater, ..) => Some(How::Missing),
                (_, Some(left), Some(right)) => {
                    let differ = (0..left.len()).filter(|at| left[*at] != right[*at]);
                    let columns: Vec<String> = differ.map(|at| table.columns[at].clone()).collect();
                    (!columns.is_empty()).then_some(How::Differs(columns))
                }
                _ => None,
            };
            found.extend(how.map(|how| table.difference(row, how)));
            if order != Ordering::Greater {
                left = read(own.next()?)?;
            }
            if order != Ordering::Less {
                right = read(others.next()?)?;
            }
        }
        Ok(rows)
    }

    /// Rows about objects that can't be true: of another length than the files they are, or about no artifact's object.
    pub fn odd_objects(&self) -> Result<Vec<Hash>> {
        let mut statement = self.cached(
            "SELECT hash FROM objects o
             WHERE EXISTS (SELECT 1 FROM artifact_files f WHERE f.hash = o.hash AND f.size_bytes <> o.size_bytes)
                OR NOT EXISTS (SELECT 1 FROM artifact_files f WHERE f.hash = o.hash)
               AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.file_hash = o.hash AND a.format = 'tree')
               AND NOT EXISTS (SELECT 1 FROM compact_files c WHERE c.original_object = o.hash)
               AND NOT EXISTS (SELECT 1 FROM replacements r WHERE r.original_object = o.hash)
               AND NOT EXISTS (SELECT 1 FROM doomed d WHERE d.hash = o.hash)
             ORDER BY hash",
        )?;
        let rows = statement.query_map([], |row| Ok(Hash(row.get(0)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }
}

impl Table {
    fn sql(&self) -> String {
        let quoted = |at: usize| format!("\"{}\"", self.columns[at]);
        let columns: Vec<String> = (0..self.columns.len()).map(quoted).collect();
        let key: Vec<String> = self.key.iter().map(|at| quoted(*at)).collect();
        let order = if key.is_empty() { "rowid".to_owned() } else { key.join(", ") };
        format!("SELECT {} FROM \"{}\" ORDER BY {order}", columns.join(", "), self.name)
    }

    fn key<'a>(&self, row: &'a [Cell]) -> Vec<&'a Cell> {
        self.key.iter().map(|at| &row[*at]).collect()
    }

    fn difference(&self, row: &[Cell], how: How) -> Difference {
        let key: Vec<String> = self.key(row).into_iter().map(shown).collect();
        let artifact = self.columns.iter().position(|name| name == "seq" || name == "output");
        let seq = artifact.and_then(|at| match row[at] {
            Cell::Integer(seq) => Some(seq),
            _ => None,
        });
        Difference { table: self.name.clone(), key: key.join(", "), seq, how }
    }
}

fn cells(row: &Row, count: usize) -> Result<Vec<Cell>> {
    let cell = |at| {
        Ok(match row.get_ref(at)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(number) => Cell::Real(number.to_bits()),
            ValueRef::Text(text) => Cell::Text(text.to_owned()),
            ValueRef::Blob(bytes) => Cell::Blob(bytes.to_owned()),
        })
    };
    (0..count).map(cell).collect()
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(bits) => f64::from_bits(*bits).to_string(),
        Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
        Cell::Blob(bytes) => crate::base::hex::encode(bytes),
    }
}
