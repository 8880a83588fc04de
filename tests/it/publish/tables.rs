//! Tables: CSV and Parquet, the types that are known from the start, the formats asked for.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

use crate::support::{Place, id};

pub(super) fn int64(values: &[i64]) -> Vec<(&'static str, ArrayRef)> {
    vec![("a", Arc::new(Int64Array::from(values.to_vec())))]
}

pub(super) fn parquet(place: &Place, name: &str, columns: Vec<(&str, ArrayRef)>, compressed: bool) -> PathBuf {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    let compression = if compressed { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED };
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    place.write(name, bytes)
}

fn csv(place: &Place, artifact_type: &str, text: &str) -> Value {
    let params = json!({"artifactType": artifact_type, "dataPath": place.write("in.csv", text)});
    place.ok("publish_artifact", params)["artifact"].clone()
}

#[test]
fn parquet_is_kept_byte_for_byte_and_known_by_content() {
    let place = Place::in_memory();
    let rows: Vec<i64> = (0..1000).collect();
    let plain = parquet(&place, "plain.parquet", int64(&rows), false);
    let small = parquet(&place, "small.parquet", int64(&rows), true);
    assert_ne!(std::fs::read(&plain).unwrap(), std::fs::read(&small).unwrap());
    let first = place.publish("t", "k", &plain);
    assert_eq!(std::fs::read(first["pathParquet"].as_str().unwrap()).unwrap(), std::fs::read(&plain).unwrap());
    assert_eq!((&first["fileHash"], &first["rowCount"]), (&first["sourceHash"], &json!(1000)));
    let again = json!({"artifactType": "t", "logicalKey": "k", "dataPath": small});
    let again = place.ok("publish_artifact", again);
    assert_eq!((&again["deduped"], &again["mode"], id(&again)), (&json!(true), &json!("content_hash"), id(&first)));
    assert_eq!(place.objects().len(), 1);
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let as_csv =
        json!({"artifactType": "t", "logicalKey": "k", "dataPath": place.write("same.csv", format!("a\n{text}"))});
    assert_eq!(place.ok("publish_artifact", as_csv)["mode"], "content_hash");
    let elsewhere = place.publish("t", "other", &small);
    assert_eq!(elsewhere["contentHash"], first["contentHash"]);
    assert_eq!(place.objects().len(), 2, "other bytes, another object");
}

#[test]
fn the_format_may_be_asked_for() {
    let place = Place::in_memory();
    let text = "a,b\n1,x\n";
    let table = |name: &str, bytes: &[u8]| json!({"artifactType": "t", "dataPath": place.write(name, bytes), "format": "table"});
    let known = csv(&place, "t", text);
    for name in ["data.txt", "noend", "data.tsv.bak"] {
        let artifact = place.ok("publish_artifact", table(name, text.as_bytes()))["artifact"].clone();
        assert_eq!((&artifact["format"], &artifact["contentHash"]), (&json!("table"), &known["contentHash"]), "{name}");
        assert!(artifact["pathParquet"].as_str().unwrap().ends_with(".parquet"));
    }
    let bytes = std::fs::read(parquet(&place, "x.parquet", int64(&[1]), true)).unwrap();
    assert_eq!(place.ok("publish_artifact", table("data.bin", &bytes))["rowCount"], 1, "known by its first bytes");

    let params =
        json!({"artifactType": "t", "dataPath": place.write("in.csv", text), "format": "file", "logicalKey": "raw"});
    let file = place.ok("publish_artifact", params)["artifact"].clone();
    assert_eq!(
        (&file["format"], &file["rowCount"], &file["mediaType"]),
        (&json!("file"), &json!(null), &json!("text/csv"))
    );
    assert_eq!(std::fs::read(file["path"].as_str().unwrap()).unwrap(), text.as_bytes());
    assert!(file["path"].as_str().unwrap().ends_with(".csv"));
    assert_eq!(file["contentHash"], file["fileHash"]);
}

#[test]
fn columns_override_what_would_be_guessed() {
    let place = Place::in_memory();
    let path = place.write("in.csv", "id,n\n1,2\n");
    let with = |columns: Value| json!({"artifactType": "t", "logicalKey": "k", "dataPath": path, "columns": columns});
    let guessed = place.ok("publish_artifact", with(json!(null)));
    let forced = place.ok("publish_artifact", with(json!({"id": "text", "n": "float"})));
    assert_eq!(forced["deduped"], false, "other types are other content, though the bytes are the same");
    assert_ne!(forced["contentHash"], guessed["contentHash"]);
    let again = place.ok("publish_artifact", with(json!({"n": "float", "id": "text"})));
    assert_eq!((&again["deduped"], id(&again)), (&json!(true), id(&forced)));
    assert_eq!(place.ok("publish_artifact", with(json!({})))["artifactId"], guessed["artifactId"]);
    for (columns, kind, field, message) in [
        (
            json!({"id": "number"}),
            "invalid_params",
            "columns.id",
            "columns.id: unknown variant `number`, expected one of \
            `int`, `float`, `bool`, `text`, `date`, `timestamp`, `timestamptz`"
                .to_owned(),
        ),
        (
            json!({"other": "int"}),
            "invalid_data",
            "columns",
            format!("{}: the table lacks the column \"other\", which columns names", path.display()),
        ),
        (
            json!({"id": "date"}),
            "invalid_data",
            "columns",
            format!("{}: row 1 (line 2), column \"id\": \"1\" is no date", path.display()),
        ),
    ] {
        let refused = place.refuses("publish_artifact", with(columns));
        assert_eq!(refused, (kind.to_owned(), field.to_owned(), message));
    }
    let bytes = parquet(&place, "x.parquet", int64(&[1]), true);
    let refused =
        place.refuses("publish_artifact", json!({"artifactType": "t", "dataPath": bytes, "columns": {"a": "text"}}));
    assert_eq!(
        (refused.1.as_str(), refused.2.as_str()),
        ("columns", "columns are for CSV; a Parquet file has types of its own")
    );
}

/// The seed's types: name, columns, sort keys, the column that gives minTs and maxTs.
const SEED: [(&str, &str, &str, &str); 5] = [
    (
        "alerts_v1",
        "alert_ts_utc,chain,mint,alert_chat_id,alert_message_id,alert_id,caller_name_norm,caller_id,mint_source,bot_name,run_id",
        "alert_ts_utc,chain,mint,alert_chat_id,alert_message_id",
        "alert_ts_utc",
    ),
    ("alerts", "alert_ts,source,message_id,token_mint,raw_text", "alert_ts,source,message_id,token_mint", "alert_ts"),
    ("ohlcv_slice", "ts,open,high,low,close,volume", "ts", "ts"),
    ("run_metrics", "run_id,metric_name,metric_value,ts", "run_id,metric_name,ts", "ts"),
    (
        "alerts_event_v1",
        "alert_key,event_ts_utc,seen_at_utc,ingest_source,chain,mint,alert_chat_id,alert_message_id,alert_id,\
        caller_name,caller_name_norm,caller_id,mint_source,bot_name,bot_message_id,bot_ts_ms,run_id",
        "alert_key,event_ts_utc,seen_at_utc",
        "event_ts_utc",
    ),
];

#[test]
fn the_types_of_the_seed_are_known_from_the_start() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    let types = place.ok("list_types", json!({}));
    assert_eq!(types.as_array().unwrap().len(), 5);
    for (name, columns, keys, _) in SEED {
        let found = types.as_array().unwrap().iter().find(|known| known["artifactType"] == name).unwrap();
        assert_eq!(found["canonicalColumns"], json!(columns.split(',').collect::<Vec<_>>()), "{name}");
        assert_eq!(found["sortKeys"], json!(keys.split(',').collect::<Vec<_>>()), "{name}");
        assert_eq!((&found["registered"], &found["artifactCount"]), (&json!(true), &json!(0)));
    }
}

#[test]
fn their_tables_are_the_same_in_any_order_with_any_further_columns_and_any_writing_of_time() {
    let place = Place::in_memory();
    for (name, columns, _, time) in SEED {
        let columns: Vec<&str> = columns.split(',').collect();
        let row = |at: &str, number: usize, extra: &str| {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| match column.contains("ts") && !column.contains("ms") || column.contains("_at_") {
                    true => at.to_owned(),
                    false => format!("{number}5.25"),
                })
                .collect();
            format!("{}{extra}\n", cells.join(","))
        };
        let header = columns.join(",");
        let first = csv(
            &place,
            name,
            &format!("{header}\n{}{}", row("2026-01-01T00:00:00Z", 1, ""), row("2026-01-02T10:00:00.5Z", 2, "")),
        );
        assert_eq!(first["minTs"], "2026-01-01T00:00:00.000000Z", "{name} by {time}");
        assert_eq!(first["maxTs"], "2026-01-02T10:00:00.500000Z", "{name} by {time}");
        let turned = csv(
            &place,
            name,
            &format!(
                "{header},more\n{}{}",
                row("2026-01-02 10:00:00.500", 2, ",x"),
                row("2026-01-01T01:00:00+01:00", 1, ",y")
            ),
        );
        assert_eq!(turned["contentHash"], first["contentHash"], "{name}");
        let twice = csv(
            &place,
            name,
            &format!(
                "{header}\n{}{}{}",
                row("2026-01-01T00:00:00Z", 1, ""),
                row("2026-01-02T10:00:00.5Z", 2, ""),
                row("2026-01-02T10:00:00.5Z", 2, "")
            ),
        );
        assert_ne!(twice["contentHash"], first["contentHash"], "duplicates count: {name}");
        let lacking =
            json!({"artifactType": name, "dataPath": place.write("in.csv", format!("{}\n", columns[1..].join(",")))});
        let refused = place.refuses("publish_artifact", lacking);
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("invalid_data", "dataPath"));
        let path = place.folder().join("in.csv");
        assert_eq!(
            refused.2,
            format!("{}: the table lacks the column {:?}, which its type requires", path.display(), columns[0])
        );
    }
}

#[test]
fn times_as_text_and_as_timestamps_are_alike() {
    let place = Place::in_memory();
    let numbers: [(&str, ArrayRef); 5] = ["open", "high", "low", "close", "volume"]
        .map(|name| (name, Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef));
    let with = |ts: ArrayRef| [("ts", ts)].into_iter().chain(numbers.clone()).collect::<Vec<_>>();
    let stamps: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![1_767_225_600_000, 1_767_225_660_000]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["2026-01-01T00:00:00Z", "2026-01-01T00:01:00.000Z"]));
    let first = place.publish("ohlcv_slice", "a", &parquet(&place, "a.parquet", with(stamps), false));
    let second = place.publish("ohlcv_slice", "b", &parquet(&place, "b.parquet", with(texts), false));
    assert_eq!(first["contentHash"], second["contentHash"]);
    assert_eq!(second["minTs"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(second["maxTs"], "2026-01-01T00:01:00.000000Z");
    let path = place.write("bad.csv", "ts,open,high,low,close,volume\n2026-01-01,1,1,1,1,1\nsoon,1,1,1,1,1\n");
    let refused = place.refuses("publish_artifact", json!({"artifactType": "ohlcv_slice", "dataPath": path}));
    assert_eq!(refused.0, "invalid_data");
    assert!(refused.2.contains("row 2") && refused.2.contains("\"ts\"") && refused.2.contains("soon"), "{}", refused.2);
}

#[test]
fn other_types_take_any_table_and_count_the_order_of_rows() {
    let place = Place::in_memory();
    let first =
        csv(&place, "test_artifact", "alert_ts_utc,chain\n2026-01-01T00:00:00Z,sol\n2026-01-02T00:00:00Z,eth\n");
    assert_eq!(first["minTs"], "2026-01-01T00:00:00.000000Z");
    let turned =
        csv(&place, "test_artifact", "alert_ts_utc,chain\n2026-01-02T00:00:00Z,eth\n2026-01-01T00:00:00Z,sol\n");
    assert_ne!(turned["contentHash"], first["contentHash"]);
    let timeless = csv(&place, "test_artifact", "a\n1\n");
    assert_eq!((timeless.get("minTs"), timeless.get("maxTs")), (Some(&json!(null)), Some(&json!(null))));
    let empty = csv(&place, "test_artifact", "a,b\n");
    assert_eq!((&empty["rowCount"], &empty["format"]), (&json!(0), &json!("table")));
}
