//! Flipped bits: every one in objects, names, sidecars, history and the files of datasets is found, and every changed
//! value in the manifest.

use std::path::{Path, PathBuf};

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use serde_json::json;

use super::{assert_clean, change_silently, found, lived_in};
use crate::support::Place;
use crate::whole::files_below;

/// Deterministic numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("it fits")
    }
}

fn flip(path: &Path, at: usize, bit: u32) {
    change_silently(path, |bytes| bytes[at] ^= 1 << bit);
}

/// The same store with two versions of a dataset, one made from the other.
fn with_datasets() -> Place {
    let place = lived_in();
    let member =
        |id: &str, features: serde_json::Value| json!({"artifactId": id, "role": "input", "features": features});
    place.ok(
        "create_dataset",
        json!({
            "datasetId": "d", "version": "v1", "description": "whatever", "tags": ["new"], "annotations": {"by": "hand"},
            "members": [member("first", json!({"count": 1, "good": true})), member("tree", json!({"note": "x"}))],
        }),
    );
    let update = json!([{"artifactId": "first", "split": "test", "features": {"count": 2.5}}]);
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v2", "parentVersion": "v1", "update": update}));
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v1", "reason": "old"}));
    assert_clean(&place);
    place
}

#[test]
fn a_thousand_flipped_bits_are_found() {
    let place = with_datasets();
    let mut targets: Vec<(PathBuf, &str)> = Vec::new();
    targets.extend(files_below(&place.root().join("objects")).into_iter().map(|path| (path, "hash")));
    let sidecars = files_below(&place.root().join("artifacts")).into_iter();
    // The configuration that was published is an artifact, not a sidecar; its object is among the others.
    let sidecars = sidecars.filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".json") && std::fs::read_to_string(path).is_ok_and(|text| text.contains("\"check\""))
    });
    targets.extend(sidecars.map(|path| (path, "sidecars")));
    targets.push((place.root().join("history.jsonl"), "history"));
    targets.extend(files_below(&place.root().join("datasets")).into_iter().map(|path| (path, "datasets")));
    let of = |wanted: &str| targets.iter().filter(|(_, check)| *check == wanted).count();
    // Each version has a snapshot and an index.
    assert_eq!((of("hash"), of("sidecars"), of("history"), of("datasets")), (7, 5, 1, 4));
    let mut random = Random(0x5eed);
    for number in 0..1000 {
        let (path, check) = &targets[number % targets.len()];
        let (at, bit) = (random.below(std::fs::read(path).expect("read").len()), random.below(8) as u32);
        flip(path, at, bit);
        let findings = found(&place, json!({"checks": [check]}));
        assert!(!findings.is_empty(), "bit {bit} of byte {at} of {} is not found", path.display());
        flip(path, at, bit);
    }
    assert_clean(&place);
}

fn rows(place: &Place) -> Connection {
    Connection::open(place.root().join("manifest.sqlite")).expect("it opens")
}

fn names(rows: &Connection, sql: &str) -> Vec<String> {
    let mut statement = rows.prepare(sql).expect(sql);
    let names = statement.query_map([], |row| row.get(0)).expect(sql);
    names.collect::<Result<_, _>>().expect(sql)
}

/// The value with one bit of it changed.
fn changed(cell: &Cell) -> Cell {
    match cell {
        Cell::Null => Cell::Text("x".to_owned()),
        Cell::Integer(number) => Cell::Integer(number ^ 2),
        Cell::Real(number) => Cell::Real(-number),
        Cell::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(b'x'),
            }
            Cell::Text(String::from_utf8(bytes).unwrap_or_else(|_| format!("{text}x")))
        }
        Cell::Blob(bytes) => {
            let mut bytes = bytes.clone();
            bytes[7] ^= 0x40;
            Cell::Blob(bytes)
        }
    }
}

/// Every value of every row that tells of what was published or changed, one after the other.
#[test]
fn every_changed_value_of_the_manifest_is_found() {
    let place = with_datasets();
    let rows = rows(&place);
    rows.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF").expect("set");
    let mut tried = 0;
    let tables = names(
        &rows,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name NOT IN ('objects', 'placements') ORDER BY name",
    );
    for table in tables {
        let columns = names(&rows, &format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"));
        let mut statement = rows.prepare(&format!("SELECT * FROM {table}")).expect("prepared");
        let read =
            statement.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect::<Result<Vec<Cell>, _>>());
        let all = read.expect("read").collect::<Result<Vec<_>, _>>().expect("read");
        drop(statement);
        // Two rows of a table tell as much as all of them.
        for row in all.iter().take(2) {
            for (at, column) in columns.iter().enumerate() {
                let mut other = row.clone();
                other[at] = changed(&row[at]);
                rows.execute_batch("SAVEPOINT change").expect("begun");
                let set = columns.iter().map(|name| format!("\"{name}\" = ?")).collect::<Vec<_>>().join(", ");
                let is = columns.iter().map(|name| format!("\"{name}\" IS ?")).collect::<Vec<_>>().join(" AND ");
                let cells = || other.iter().chain(row);
                let made = rows.execute(&format!("UPDATE {table} SET {set} WHERE {is}"), params_from_iter(cells()));
                // What SQLite's own types refuse can't come from a program; a flipped bit there is found by SQLite.
                if made.is_err() {
                    rows.execute_batch("ROLLBACK TO change; RELEASE change").expect("taken back");
                    continue;
                }
                rows.execute_batch("RELEASE change").expect("committed");
                tried += 1;
                let findings = found(&place, json!({"checks": ["manifest", "history", "sidecars", "names"]}));
                assert!(!findings.is_empty(), "{table}.{column} of {row:?} is not found");
                let back = rows.execute(
                    &format!("UPDATE {table} SET {set} WHERE {is}"),
                    params_from_iter(row.iter().chain(&other)),
                );
                assert_eq!(back, Ok(1), "{table}.{column}");
            }
        }
    }
    assert!(tried > 120, "{tried}");
    assert_clean(&place);
}

/// Rows that are gone, and rows that nobody wrote.
#[test]
fn lost_and_invented_rows_are_found() {
    let place = lived_in();
    let rows = rows(&place);
    rows.execute_batch("PRAGMA foreign_keys = OFF").expect("set");
    for (change, back) in [
        (
            "CREATE TABLE aside AS SELECT * FROM artifact_tags; DELETE FROM artifact_tags",
            "INSERT INTO artifact_tags SELECT * FROM aside; DROP TABLE aside",
        ),
        (
            "CREATE TABLE aside AS SELECT * FROM events; DELETE FROM events WHERE kind = 'published'",
            "INSERT OR IGNORE INTO events SELECT * FROM aside; DROP TABLE aside",
        ),
        (
            "CREATE TABLE aside AS SELECT * FROM artifacts; DELETE FROM artifacts WHERE artifact_id = 'tree'",
            "INSERT OR IGNORE INTO artifacts SELECT * FROM aside; DROP TABLE aside",
        ),
        (
            "INSERT INTO run_members SELECT 'run-9', seq FROM artifacts",
            "DELETE FROM run_members WHERE run_id = 'run-9'",
        ),
        (
            "DROP INDEX artifacts_by_key",
            "CREATE INDEX artifacts_by_key ON artifacts (artifact_type, logical_key, version)",
        ),
    ] {
        rows.execute_batch(change).expect(change);
        assert!(!found(&place, json!({"checks": ["manifest"]})).is_empty(), "{change}");
        rows.execute_batch(back).expect(back);
        assert_clean(&place);
    }
}
