//! Tables: what hashes alike, what must not, and what is refused.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, DictionaryArray, DurationSecondArray, Float32Array, Float64Array, Int8Array,
    Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray, StructArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    types::Int8Type,
};
use arrow_schema::{DataType, Field};
use keepstone::base::hex;
use keepstone::model::{Error, Kind, Result, Unwatched, Watch};
use keepstone::tabular::{ColumnType, Imported, Shape, Table, import_csv, is_parquet, read_parquet};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder for one test's tables.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn import_as(&self, csv: &[u8], overrides: &[(&str, ColumnType)], shape: &Shape) -> Result<Imported> {
        fs::write(self.path("t.csv"), csv).unwrap();
        let into = File::options().read(true).write(true).create(true).truncate(true).open(self.path("t.parquet"));
        let overrides = overrides.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        import_csv(
            &File::open(self.path("t.csv")).unwrap(),
            Path::new("t.csv"),
            &overrides,
            shape,
            &into.unwrap(),
            self.folder.path(),
            &Unwatched,
        )
    }

    /// Imports a CSV, and checks that the Parquet written is what was said and reads as the same table.
    fn csv(&self, csv: impl AsRef<[u8]>) -> Table {
        self.csv_as(csv, &[], &Shape::default())
    }

    fn csv_as(&self, csv: impl AsRef<[u8]>, overrides: &[(&str, ColumnType)], shape: &Shape) -> Table {
        let imported = self.import_as(csv.as_ref(), overrides, shape).unwrap();
        let written = fs::read(self.path("t.parquet")).unwrap();
        assert_eq!(imported.parquet_hash, sha256(&written));
        assert_eq!(imported.parquet_size, written.len() as u64);
        assert_eq!(imported.source_hash, sha256(csv.as_ref()));
        assert_eq!(imported.source_size, csv.as_ref().len() as u64);
        assert_eq!(self.read(&self.path("t.parquet"), shape).unwrap(), imported.table);
        imported.table
    }

    fn refused(&self, csv: impl AsRef<[u8]>) -> String {
        self.refused_as(csv, &[], &Shape::default())
    }

    fn refused_as(&self, csv: impl AsRef<[u8]>, overrides: &[(&str, ColumnType)], shape: &Shape) -> String {
        let error = self.import_as(csv.as_ref(), overrides, shape).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidData, "{error}");
        error.message().to_owned()
    }

    fn read(&self, path: &Path, shape: &Shape) -> Result<Table> {
        read_parquet(&File::open(path).unwrap(), Path::new("t.parquet"), shape, self.folder.path(), &Unwatched)
    }

    fn write(&self, columns: &[(&str, ArrayRef)], properties: WriterProperties) -> PathBuf {
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let batch = RecordBatch::try_new(
            Arc::new(arrow_schema::Schema::new(fields)),
            columns.iter().map(|(_, array)| Arc::clone(array)).collect(),
        )
        .unwrap();
        let path = self.path("w.parquet");
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        path
    }

    fn arrow(&self, columns: &[(&str, ArrayRef)]) -> Table {
        self.read(&self.write(columns, WriterProperties::default()), &Shape::default()).unwrap()
    }

    fn column(&self, array: impl arrow_array::Array + 'static) -> String {
        hex::encode(&self.arrow(&[("x", Arc::new(array))]).content_hash)
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

fn types(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.logical_type.as_str()).collect()
}

fn names(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn sorted_by(key: &str) -> Shape {
    Shape { sort_keys: names(&[key]), ..Shape::default() }
}

fn all_different(hashes: Vec<(&str, String)>) {
    for (at, (name, hash)) in hashes.iter().enumerate() {
        for (other, same) in &hashes[..at] {
            assert_ne!(hash, same, "{name} and {other}");
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    file: String,
    #[serde(default)]
    columns: BTreeMap<String, ColumnType>,
    #[serde(default)]
    shape: VectorShape,
    row_count: u64,
    content_hash: String,
}

#[derive(serde::Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct VectorShape {
    canonical_columns: Option<Vec<String>>,
    sort_keys: Vec<String>,
    timestamp_columns: Vec<String>,
}

#[test]
fn the_golden_vectors_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/content_hash");
    let listed: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("vectors.json")).unwrap()).unwrap();
    assert_eq!(listed["contentHashVersion"], keepstone::tabular::CONTENT_HASH_VERSION);
    let vectors: Vec<Vector> = serde_json::from_value(listed["vectors"].clone()).unwrap();
    assert!(vectors.len() > 20);
    let desk = Desk::new();
    for vector in vectors {
        let VectorShape { canonical_columns, sort_keys, timestamp_columns } = vector.shape;
        let shape = Shape { canonical_columns, sort_keys, timestamp_columns };
        let path = folder.join(&vector.file);
        let table = if is_parquet(&fs::read(&path).unwrap()) {
            desk.read(&path, &shape).unwrap()
        } else {
            let overrides: Vec<_> = vector.columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
            desk.csv_as(fs::read(&path).unwrap(), &overrides, &shape)
        };
        assert_eq!(format!("sha256:{}", hex::encode(&table.content_hash)), vector.content_hash, "{}", vector.name);
        assert_eq!(table.row_count, vector.row_count, "{}", vector.name);
    }
}

#[test]
fn how_a_table_is_stored_is_no_content() {
    let desk = Desk::new();
    let rows = 5000;
    let number = |row: i64| (row % 7 != 0).then_some(row % 100);
    let text = |row: i64| (row % 5 != 0).then(|| format!("text {}", row % 40));
    let n: Vec<Option<i64>> = (0..rows).map(number).collect();
    let s: Vec<Option<String>> = (0..rows).map(text).collect();
    let expected = desk
        .arrow(&[("n", Arc::new(Int64Array::from(n.clone()))), ("s", Arc::new(StringArray::from(s.clone())))])
        .content_hash;

    let narrow: Vec<Option<i8>> = n.iter().map(|n| n.map(|n| n as i8)).collect();
    let unsigned: Vec<Option<u64>> = n.iter().map(|n| n.map(|n| n as u64)).collect();
    let numbers: [ArrayRef; 3] = [
        Arc::new(Int8Array::from(narrow)),
        Arc::new(Int32Array::from_iter(n.iter().map(|n| n.map(|n| n as i32)))),
        Arc::new(UInt64Array::from(unsigned)),
    ];
    let texts: [ArrayRef; 3] = [
        Arc::new(LargeStringArray::from(s.clone())),
        Arc::new(StringViewArray::from(s.clone())),
        Arc::new(s.iter().map(Option::as_deref).collect::<DictionaryArray<Int8Type>>()),
    ];
    for (n, s) in numbers.iter().zip(&texts) {
        assert_eq!(desk.arrow(&[("n", Arc::clone(n)), ("s", Arc::clone(s))]).content_hash, expected);
    }

    let compressions = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for (at, compression) in compressions.into_iter().enumerate() {
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_dictionary_enabled(at % 2 == 0)
            .set_max_row_group_row_count(Some(300 + at * 1000))
            .set_writer_version(if at % 3 == 0 { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
            .build();
        let path = desk.write(&[("n", Arc::clone(&numbers[0])), ("s", Arc::clone(&texts[0]))], properties);
        assert_eq!(desk.read(&path, &Shape::default()).unwrap().content_hash, expected, "{compression:?}");
    }

    let mut csv = String::from("n,s\n");
    for (n, s) in n.iter().zip(&s) {
        csv += &format!("{},{}\n", n.map(|n| n.to_string()).unwrap_or_default(), s.as_deref().unwrap_or_default());
    }
    assert_eq!(desk.csv(&csv).content_hash, expected);
    assert_eq!(desk.csv(csv.replace('\n', "\r\n")).content_hash, expected);
}

#[test]
fn units_of_time_are_no_content() {
    let desk = Desk::new();
    let seconds = vec![Some(-1_i64), None, Some(1_700_000_000)];
    let scaled = |factor: i64| seconds.iter().map(|s| s.map(|s| s * factor)).collect::<Vec<_>>();
    let expected = desk.column(TimestampSecondArray::from(seconds.clone()));
    assert_eq!(desk.column(TimestampMillisecondArray::from(scaled(1_000))), expected);
    assert_eq!(desk.column(TimestampMicrosecondArray::from(scaled(1_000_000))), expected);
    assert_eq!(desk.column(TimestampNanosecondArray::from(scaled(1_000_000_000))), expected);
    let zoned = desk.column(TimestampSecondArray::from(seconds.clone()).with_timezone("UTC"));
    assert_eq!(desk.column(TimestampNanosecondArray::from(scaled(1_000_000_000)).with_timezone("+09:00")), zoned);
    assert_ne!(zoned, expected);
}

#[test]
fn what_differs_a_little_has_another_hash() {
    let desk = Desk::new();
    let csv = |text: &str| hex::encode(&desk.csv(text).content_hash);
    all_different(vec![
        ("plain", csv("a,b\n1,x\n2,y\n")),
        ("renamed", csv("a,c\n1,x\n2,y\n")),
        ("names swapped", csv("b,a\n1,x\n2,y\n")),
        ("columns swapped", csv("b,a\nx,1\ny,2\n")),
        ("rows swapped", csv("a,b\n2,y\n1,x\n")),
        ("a row twice", csv("a,b\n1,x\n1,x\n2,y\n")),
        ("a row less", csv("a,b\n1,x\n")),
        ("null", csv("a,b\n1,\n2,y\n")),
        ("empty text", csv("a,b\n1,\"\"\n2,y\n")),
        ("\\N", csv("a,b\n1,\\N\n2,y\n")),
        ("reals", csv("a,b\n1.0,x\n2,y\n")),
        ("text", csv("a,b\n01,x\n2,y\n")),
        ("one more column", csv("a,b,c\n1,x,\n2,y,\n")),
    ]);
    all_different(vec![
        ("a|b,c", csv("s,t\na|b,c\n")),
        ("a,b|c", csv("s,t\na,b|c\n")),
        ("ab,c", csv("s,t\nab,c\n")),
        ("a,bc", csv("s,t\na,bc\n")),
        ("a|b|c", csv("s,t\na|b|c,\n")),
        ("name", csv("s|t,u\na,bc\n")),
    ]);
    let numbers = csv("a\n1\n");
    let texts = hex::encode(&desk.csv_as("a\n1\n", &[("a", ColumnType::Text)], &Shape::default()).content_hash);
    assert_ne!(numbers, texts);
    all_different(vec![
        ("0.0", desk.column(Float64Array::from(vec![0.0]))),
        ("-0.0", desk.column(Float64Array::from(vec![-0.0]))),
        ("nan", desk.column(Float64Array::from(vec![f64::NAN]))),
        ("inf", desk.column(Float64Array::from(vec![f64::INFINITY]))),
        ("float32", desk.column(Float32Array::from(vec![0.0]))),
        ("float32 nan", desk.column(Float32Array::from(vec![f32::NAN]))),
        ("int", desk.column(Int64Array::from(vec![0]))),
        ("bool", desk.column(BooleanArray::from(vec![false]))),
        ("text", desk.column(StringArray::from(vec!["0"]))),
        ("binary", desk.column(BinaryArray::from_vec(vec![b"0"]))),
        ("timestamp", desk.column(TimestampSecondArray::from(vec![0]))),
        ("timestamptz", desk.column(TimestampSecondArray::from(vec![0]).with_timezone("UTC"))),
        ("duration", desk.column(DurationSecondArray::from(vec![0]))),
        ("null", desk.column(Float64Array::from(vec![None]))),
        ("null text", desk.column(StringArray::from(vec![None::<&str>]))),
        ("no rows", desk.column(Float64Array::from(Vec::<f64>::new()))),
        ("no rows, text", desk.column(StringArray::from(Vec::<&str>::new()))),
        ("2^63", desk.column(UInt64Array::from(vec![1 << 63]))),
        ("-2^63", desk.column(Int64Array::from(vec![i64::MIN]))),
    ]);
}

#[test]
fn all_nans_are_one_and_what_lies_under_a_null_is_nothing() {
    let desk = Desk::new();
    let quiet = desk.column(Float64Array::from(vec![f64::NAN]));
    assert_eq!(desk.column(Float64Array::from(vec![f64::from_bits(0xfff8_0000_0000_0001)])), quiet);
    let nulls = || Some(vec![false, true].into());
    let one = Int64Array::new(vec![1, 5].into(), nulls());
    let other = Int64Array::new(vec![2, 5].into(), nulls());
    assert_eq!(desk.column(one), desk.column(other));
}

#[test]
fn where_rows_may_stand_anywhere_only_how_often_counts() {
    let desk = Desk::new();
    let hash = |csv: &str| desk.csv_as(csv, &[], &sorted_by("k")).content_hash;
    let expected = hash("k,v\n1,a\n2,\n1,a\n");
    assert_eq!(hash("k,v\n2,\n1,a\n1,a\n"), expected);
    assert_ne!(hash("k,v\n2,\n1,a\n"), expected);
    assert_ne!(hash("k,v\n2,\n2,\n1,a\n"), expected);
    assert_ne!(hash("k,v\n1,\n2,a\n1,a\n"), expected);
    assert_ne!(desk.csv("k,v\n1,a\n2,\n1,a\n").content_hash, expected);
}

#[test]
fn a_type_chooses_its_columns() {
    let desk = Desk::new();
    let shape = |columns: &[&str]| Shape { canonical_columns: Some(names(columns)), ..Shape::default() };
    let expected = desk.csv_as("b,a,c\nx,1,0.5\n", &[], &shape(&["a", "b"])).content_hash;
    assert_eq!(desk.csv_as("a,b\n1,x\n", &[], &shape(&["a", "b"])).content_hash, expected);
    assert_eq!(desk.csv("a,b\n1,x\n").content_hash, expected);
    assert_ne!(desk.csv_as("a,b\n1,x\n", &[], &shape(&["b", "a"])).content_hash, expected);
    assert_eq!(
        desk.refused_as("a,b\n1,x\n", &[], &shape(&["a", "c"])),
        "t.csv: the table lacks the column \"c\", which its type requires"
    );
    assert_eq!(
        desk.refused_as("a,b\n1,x\n", &[], &sorted_by("c")),
        "t.csv: the table lacks the column \"c\", by which its type sorts"
    );
}

#[test]
fn declared_timestamps_are_moments_whatever_they_are() {
    let desk = Desk::new();
    let shape = Shape { timestamp_columns: names(&["ts", "absent"]), ..Shape::default() };
    let hash = |csv: &str| desk.csv_as(csv, &[], &shape).content_hash;
    let expected = hash("ts\n2024-05-01T00:00:00Z\n2024-05-02T00:00:00Z\n");
    assert_eq!(hash("ts\n2024-05-01\n2024-05-02\n"), expected);
    assert_eq!(hash("ts\n2024-05-01 00:00\n2024-05-02T00:00:00.000000000\n"), expected);
    assert_eq!(hash("ts\n2024-05-01 00:00\n2024-05-02T02:00:00+02\n"), expected);
    assert_ne!(hash("ts\n1714521600\n1714608000\n"), expected);
    assert_eq!(
        desk.refused_as("ts\n2024-05-01\n\nyesterday\n", &[], &shape),
        "t.csv: row 3, column \"ts\": \"yesterday\" is no timestamp"
    );
    let table = desk.csv_as("ts\n2024-05-01T12:00:00.5Z\n\n2024-05-01\n", &[], &shape);
    assert_eq!(table.min_ts.unwrap().to_string(), "2024-05-01T00:00:00Z");
    assert_eq!(table.max_ts.unwrap().to_string(), "2024-05-01T12:00:00.5Z");
}

#[test]
fn the_time_column_is_the_first_of_the_usual_names() {
    let desk = Desk::new();
    let extent = |csv: &str| desk.csv(csv).min_ts.map(|at| at.to_string());
    assert_eq!(extent("timestamp,ts\n2024-01-01,2023-01-01\n"), Some("2023-01-01T00:00:00Z".to_owned()));
    assert_eq!(extent("ts,v\n2024-01-01T00:00Z,1\nx,2\n"), None, "text that is no time");
    assert_eq!(extent("ts,v\n2024-01-01T00:00Z,1\n2023-01-01,2\n"), Some("2023-01-01T00:00:00Z".to_owned()));
    assert_eq!(extent("ts,timestamp\n5,2024-01-01\n"), None, "numbers are no time");
    assert_eq!(extent("ts\n\n"), None);
    assert_eq!(extent("other\n2024-01-01\n"), None);
    let only_declared =
        Shape { canonical_columns: Some(names(&["v"])), timestamp_columns: names(&["seen"]), ..Shape::default() };
    let table = desk.csv_as("seen,v\n2024-01-01,1\n", &[], &only_declared);
    assert_eq!(table.max_ts.unwrap().to_string(), "2024-01-01T00:00:00Z");
}

#[test]
fn csv_columns_get_the_first_type_that_fits() {
    let desk = Desk::new();
    let table = desk.csv(
        "i,u,f,b,d,t,z,s,n,w\n\
         1,18446744073709551615,1e5,true,2024-01-01,2024-01-01 00:00,2024-01-01T00:00Z,007,,nan\n\
         ,,,,,,,,,\n\
         \"-2\",0,nan,False,2024-02-29,2024-01-01T00:00:00.5,2024-01-01T00:00+01,1,,inf\n",
    );
    assert_eq!(
        types(&table),
        ["int", "int", "float64", "bool", "date", "timestamp", "timestamptz", "text", "text", "text"]
    );
    assert_eq!(table.row_count, 3);
    assert_eq!(types(&desk.csv("a,b\n")), ["text", "text"]);
    assert_eq!(types(&desk.csv("a,b")), ["text", "text"]);
    assert_eq!(types(&desk.csv("a\n1\n\"\"\n")), ["text"], "an empty text is no number");
    // A blank line is a null in a table of one column, and nothing in a wider one.
    assert_eq!(desk.csv("a\n1\n\n2\n").row_count, 3);
    assert_eq!(desk.csv("a,b\n1,2\n\n\r\n3,4\n").row_count, 2);
    assert_eq!(desk.csv("a,b\n1,x\0y\n").row_count, 1);
}

#[test]
fn a_late_value_changes_the_type_of_the_column() {
    let desk = Desk::new();
    // More than the guess is made from.
    let wide = "y".repeat(60);
    let many = |value: &str| format!("a,b\n{}", format!("{value},{wide}\n").repeat(40_000));
    for (first, last, expected) in [
        ("1", "x", "text"),
        ("1", "1.5", "float64"),
        ("-1", "18446744073709551615", "text"),
        ("1", "18446744073709551615", "int"),
        ("", "7", "int"),
        ("nan", "7", "float64"),
        ("nan", "x", "text"),
        ("2024-01-01T00:00", "2024-01-01T00:00Z", "text"),
        ("2024-01-01T00:00", "2024-01-01T00:00:00.123456789", "timestamp"),
    ] {
        let csv = format!("{}{last},y\n", many(first));
        assert_eq!(types(&desk.csv(&csv)), [expected, "text"], "{first} and then {last}");
    }
    let flawed = format!("{}1\n", many("1"));
    assert_eq!(desk.refused(flawed), "t.csv: row 40001 (line 40002) has 1 field, but the header has 2 columns");
    let flawed = format!("{}x,y\n1\n", many("1"));
    assert_eq!(desk.refused(flawed), "t.csv: row 40002 (line 40003) has 1 field, but the header has 2 columns");
    let misfit = format!("{}x,y\n", many("1"));
    assert_eq!(
        desk.refused_as(misfit, &[("a", ColumnType::Int)], &Shape::default()),
        "t.csv: row 40001 (line 40002), column \"a\": \"x\" is no int"
    );
}

#[test]
fn forced_types() {
    let desk = Desk::new();
    let forced = |csv: &str, kind| types(&desk.csv_as(csv, &[("a", kind)], &Shape::default())).join(",");
    assert_eq!(forced("a\n1\n", ColumnType::Text), "text");
    assert_eq!(forced("a\n1\n", ColumnType::Float), "float64");
    assert_eq!(forced("a\nnan\n123456789012345678901234567890\n", ColumnType::Float), "float64");
    assert_eq!(forced("a\n\n", ColumnType::Int), "int");
    assert_eq!(forced("a\n", ColumnType::Date), "date");
    assert_eq!(forced("a\n2024-01-01\n2024-01-01T00:00\n", ColumnType::Timestamp), "timestamp");
    assert_eq!(forced("a\n2024-01-01T00:00\n2024-01-01T00:00:00.123456789Z\n", ColumnType::Timestamptz), "timestamptz");
    let refused = |csv: &str, kind| desk.refused_as(csv, &[("a", kind)], &Shape::default());
    assert_eq!(refused("a\n1\n1.5\n", ColumnType::Int), "t.csv: row 2 (line 3), column \"a\": \"1.5\" is no int");
    assert_eq!(refused("a\n\"\"\n", ColumnType::Int), "t.csv: row 1 (line 2), column \"a\": \"\" is no int");
    assert_eq!(
        refused("a\n2024-01-01T00:00Z\n", ColumnType::Timestamp),
        "t.csv: row 1 (line 2), column \"a\": \"2024-01-01T00:00Z\" is no timestamp"
    );
    let error = desk.import_as(b"a\n1\n", &[("b", ColumnType::Int)], &Shape::default()).unwrap_err();
    assert_eq!(error.message(), "t.csv: the table lacks the column \"b\", which columns names");
}

#[test]
fn wrong_csv_is_told_by_its_row() {
    let desk = Desk::new();
    for (csv, message) in [
        (&b""[..], "t.csv is empty: a header row is required"),
        (b"\xEF\xBB\xBF", "t.csv is empty: a header row is required"),
        (b"\n1\n", "t.csv: the header, column 1: the name is empty"),
        (b"a,,b\n", "t.csv: the header, column 2: the name is empty"),
        (b"a,\"b\n", "t.csv: the header, column 2: the quote that opens it is never closed"),
        (b"a,\xff\n", "t.csv: the header, column 2: the text is not UTF-8"),
        (b"a,b,a\n", "t.csv: the column name \"a\" stands there twice"),
        (b"a,b\n1,2\n1\n", "t.csv: row 2 (line 3) has 1 field, but the header has 2 columns"),
        (b"a,b\n1,2,3,4\n", "t.csv: row 1 (line 2) has 4 fields, but the header has 2 columns"),
        (b"a,b\n\"x\ny\",2\n1,2,3\n", "t.csv: row 2 (line 4) has 3 fields, but the header has 2 columns"),
        (
            b"a,b\n1,x\"y\n",
            "t.csv: row 1 (line 2), column \"b\": a stray quote; a field with quotes in it is quoted and its quotes doubled",
        ),
        (
            b"a,b\n1,2\n\"x\"y,2\n",
            "t.csv: row 2 (line 3), column \"a\": a stray quote; a field with quotes in it is quoted and its quotes doubled",
        ),
        (b"a,b\n1,2\n1,\"x\n\n", "t.csv: row 2 (line 3), column \"b\": the quote that opens it is never closed"),
        (b"a,b\n1,2\n1,\xC3\n", "t.csv: row 2 (line 3), column \"b\": the text is not UTF-8"),
    ] {
        assert_eq!(desk.refused(csv), message);
    }
}

#[test]
fn a_quote_that_is_never_closed_does_not_read_on_for_ever() {
    let desk = Desk::new();
    let mut csv = b"a,b\n1,\"x".to_vec();
    csv.resize(70 * 1024 * 1024, b'x');
    assert_eq!(desk.refused(csv), "t.csv: row 1 (line 2) is longer than 64 MiB; is a quote left open?");
}

#[test]
fn nested_columns_are_refused_where_they_count() {
    let desk = Desk::new();
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let nested = StructArray::from(vec![(Arc::new(Field::new("i", DataType::Int64, true)), inner)]);
    let path = desk
        .write(&[("a", Arc::new(Int64Array::from(vec![1]))), ("deep", Arc::new(nested))], WriterProperties::default());
    let error = desk.read(&path, &Shape::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert_eq!(error.message(), "t.parquet: the column \"deep\" is of type struct, which tables can't hold here");
    assert_eq!(error.hint_text(), Some("publish it with format: \"file\""));
    let shape = Shape { canonical_columns: Some(names(&["a"])), ..Shape::default() };
    assert_eq!(desk.read(&path, &shape).unwrap().content_hash, desk.csv("a\n1\n").content_hash);
}

#[test]
fn broken_parquet_is_one_clear_error() {
    let desk = Desk::new();
    let columns: [(&str, ArrayRef); 2] = [
        ("n", Arc::new(Int64Array::from_iter_values(0..2000))),
        ("s", Arc::new(StringArray::from_iter_values((0..2000).map(|row| format!("text {row}"))))),
    ];
    let good = fs::read(desk.write(&columns, WriterProperties::default())).unwrap();
    let path = desk.path("broken.parquet");
    let read = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        desk.read(&path, &Shape::default())
    };
    let expected = read(&good).unwrap().content_hash;
    for length in [0, 4, 11, 12, 100, good.len() / 2, good.len() - 1] {
        let error = read(&good[..length]).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidData, "{length}: {error}");
    }
    let mut long_footer = good.clone();
    let at = good.len() - 8;
    long_footer[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(
        read(&long_footer).unwrap_err().message(),
        "t.parquet is no readable Parquet file: its footer can't be 4294967295 bytes long"
    );
    // Whatever is broken, the answer is the hash or an error, and never a panic.
    for at in (0..good.len()).step_by(37).chain((good.len() - 400..good.len()).step_by(3)) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x5A;
        match read(&bytes) {
            Ok(table) => assert!(table.content_hash == expected || table.row_count == 2000),
            Err(error) => {
                assert!(matches!(error.kind(), Kind::InvalidData | Kind::Unsupported), "byte {at}: {error}");
            }
        }
    }
}

#[test]
fn a_cancelled_import_stops() {
    struct Cancelled;
    impl Watch for Cancelled {
        fn step(&self, _: u64, _: u64, _: &str) -> Result<()> {
            Err(Error::cancelled())
        }
    }
    let desk = Desk::new();
    fs::write(desk.path("t.csv"), "a\n1\n".repeat(1_000_000)).unwrap();
    let source = File::open(desk.path("t.csv")).unwrap();
    let into = tempfile::tempfile().unwrap();
    let error = import_csv(
        &source,
        Path::new("t.csv"),
        &BTreeMap::new(),
        &Shape::default(),
        &into,
        desk.folder.path(),
        &Cancelled,
    )
    .unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn the_same_csv_gives_the_same_bytes() {
    let desk = Desk::new();
    let csv: String =
        (0..140_000).fold("a,b,c\n".to_owned(), |csv, row| csv + &format!("{row},{}.5,t{}\n", row % 97, row % 13));
    let hashes: Vec<_> = (0..3).map(|_| desk.import_as(csv.as_bytes(), &[], &Shape::default()).unwrap()).collect();
    assert_eq!(hashes[0], hashes[1]);
    assert_eq!(hashes[1], hashes[2]);
}

#[test]
fn wide_rows_are_hashed_in_parts() {
    let desk = Desk::new();
    // Blocks of 65,536 such rows would hold 1.3 GiB, so the leaves are made part by part.
    let csv: String =
        (0..3500).fold("a,b\n".to_owned(), |csv, row| csv + &format!("{row},{}\n", "x".repeat(20_000 + row % 7)));
    assert_eq!(desk.csv(csv).row_count, 3500);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn chunking_and_order_of_writing_are_no_content(
        rows in proptest::collection::vec((proptest::option::of(-50_i64..50), proptest::option::of("[a-c|\\\\N,\"]{0,3}")), 1..80),
        group in 1_usize..40,
        page in 1_usize..40,
        dictionary: bool,
        turn in 0_usize..80,
    ) {
        let desk = Desk::new();
        let write = |rows: &[(Option<i64>, Option<String>)], properties| {
            let n: Int64Array = rows.iter().map(|(n, _)| *n).collect();
            let s: StringArray = rows.iter().map(|(_, s)| s.as_deref()).collect();
            desk.write(&[("n", Arc::new(n)), ("s", Arc::new(s))], properties)
        };
        let plain = write(&rows, WriterProperties::default());
        let ordered = desk.read(&plain, &Shape::default()).unwrap();
        let unordered = desk.read(&plain, &sorted_by("n")).unwrap();

        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(group))
            .set_data_page_row_count_limit(page)
            .set_write_batch_size(page)
            .set_dictionary_enabled(dictionary)
            .build();
        let chunked = write(&rows, properties.clone());
        prop_assert_eq!(desk.read(&chunked, &Shape::default()).unwrap().content_hash, ordered.content_hash);

        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let shuffled = write(&turned, properties);
        prop_assert_eq!(desk.read(&shuffled, &sorted_by("n")).unwrap().content_hash, unordered.content_hash);
        let moved = desk.read(&shuffled, &Shape::default()).unwrap().content_hash;
        prop_assert_eq!(moved == ordered.content_hash, turned == rows);

        // A table of all nulls has no type in a CSV.
        if rows.iter().any(|(n, _)| n.is_some()) {
            let quote = |s: &String| format!("\"{}\"", s.replace('"', "\"\""));
            let csv = rows.iter().fold("n,s\n".to_owned(), |csv, (n, s)| {
                let n = n.map(|n| n.to_string()).unwrap_or_default();
                csv + &format!("{n},{}\n", s.as_ref().map(quote).unwrap_or_default())
            });
            prop_assert_eq!(desk.csv(csv).content_hash, ordered.content_hash);
        }
    }
}
