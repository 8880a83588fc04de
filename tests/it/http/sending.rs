//! What is uploaded becomes what it says it is, and what is wrong is told in the words of the request.

use serde_json::{Value, json};

use super::Server;

const SENSORS: &[u8] = b"ts,count\n2026-01-01T00:00:00Z,3\n2026-01-02T00:00:00Z,4\n";

#[test]
fn uploaded_telemetry_can_be_selected_and_says_what_it_holds() {
    let server = Server::start();
    let upload = |query: &str, bytes: &[u8]| {
        let id = server.upload(query, bytes);
        server.rpc("get_artifact", json!({ "artifactId": id }))["result"].clone()
    };
    let schema = |file: &str| {
        json!({
            "file": file,
            "columns": [{ "name": "ts", "type": "timestamptz" }, { "name": "count", "type": "int" }],
            "rowCount": 2,
            "minTs": "2026-01-01T00:00:00.000000Z",
            "maxTs": "2026-01-02T00:00:00.000000Z",
        })
    };
    let first = upload("type=telemetry&name=up.csv", SENSORS);
    assert_eq!((&first["source"], &first["capabilities"]), (&json!("import"), &json!(["replay", "compare"])));
    assert_eq!(first["params"], json!({ "schema": schema("up.parquet") }));
    // The same bytes again under another key, and as the Parquet file that they became.
    assert_eq!(upload("type=telemetry&name=again.csv&key=again", SENSORS)["params"]["schema"], schema("again.parquet"));
    let parquet = std::fs::read(first["pathParquet"].as_str().unwrap()).unwrap();
    assert_eq!(
        upload("type=telemetry&name=kept.parquet&key=kept", &parquet)["params"]["schema"],
        schema("kept.parquet")
    );
    let found = server.get("/v1/artifacts?type=telemetry&capabilities=replay").ok();
    assert_eq!(found["total"], 3);

    let own = upload(
        "type=telemetry&name=own.csv&key=own&source=gauge&capabilities=view&params=%7B%22schema%22:1%7D",
        SENSORS,
    );
    assert_eq!(
        (&own["source"], &own["capabilities"], &own["params"]),
        (&json!("gauge"), &json!(["view"]), &json!({ "schema": 1 }))
    );
    for query in ["type=telemetry&name=notes.txt", "type=rain&name=up.csv"] {
        let other = upload(query, SENSORS);
        assert_eq!(
            (&other["source"], &other["capabilities"], &other["params"]),
            (&Value::Null, &json!([]), &json!({})),
            "{query}"
        );
    }
    assert_eq!(server.rpc("verify_store", json!({}))["result"]["findings"], json!([]));
}

#[test]
fn a_content_type_tells_of_a_table_where_the_name_does_not() {
    let server = Server::start();
    let format = |query: &str, kind: &str| {
        let path = format!("/v1/artifacts?type=rain&key={}&{query}", query.len() + kind.len());
        let artifact = server.ask("POST", &path, &[("Content-Type", kind)], SENSORS).ok()["artifact"].clone();
        (artifact["format"].as_str().unwrap().to_owned(), artifact["mediaType"].as_str().unwrap_or("none").to_owned())
    };
    let table = ("table".to_owned(), "application/vnd.apache.parquet".to_owned());
    let file = |kind: &str| ("file".to_owned(), kind.to_owned());
    assert_eq!(format("", "text/csv"), table);
    assert_eq!(format("name=rain", "Text/CSV; charset=utf-8"), table);
    assert_eq!(format("name=rain.txt", "text/csv"), file("text/plain"));
    assert_eq!(format("format=file", "text/csv"), file("text/csv"));
    assert_eq!(format("name=x", "text/x-own"), file("text/x-own"));
}

#[test]
fn what_is_wrong_is_named_as_it_was_given() {
    let server = Server::start();
    let told = |reply: super::Reply| {
        let told = reply.json();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        (reply.status, text("field"), text("error"), text("hint"))
    };
    for (query, field) in [
        ("createdAfter=yesterday", "createdAfter"),
        ("minCreatedAt=yesterday", "minCreatedAt"),
        ("status=zz", "status"),
        ("search=%22", "search"),
        ("sortBy=zz", "sortBy"),
        ("params=%7B%22a%22:%7B%7D%7D", "params.a"),
        ("templateId=a&cursor=zz", "cursor"),
    ] {
        let (status, given, error, _) = told(server.get(&format!("/v1/artifacts?{query}")));
        assert_eq!((status, given.as_str()), (400, field), "{query}: {error}");
        assert!(!error.contains("filter.") && !error.contains("query:"), "{error}");
    }
    let id = server.upload("type=note&name=n.txt", b"hello");
    let (status, field, error, _) =
        told(server.send("POST", &format!("/v1/artifacts/{id}/compare"), &json!({ "with": "zz" })));
    assert_eq!((status, field.as_str()), (404, "with"), "{error}");

    let (status, field, error, _) =
        told(server.ask("POST", "/v1/artifacts?type=rain&name=bad.csv", &[], b"a,b\n1,2,3\n"));
    assert_eq!((status, field.as_str()), (422, "body"));
    assert!(error.starts_with("bad.csv") && !error.contains(server.place.folder().to_str().unwrap()), "{error}");
    let (_, field, error, _) =
        told(server.ask("POST", "/v1/artifacts?type=rain&name=b.csv&schemaVersion=0", &[], b"a\n"));
    assert_eq!((field.as_str(), error.starts_with("schemaVersion: ")), ("schemaVersion", true), "{error}");
    let (_, field, error, _) = told(server.ask("POST", "/v1/artifacts?type=rain&name=b.csv&key=", &[], b"a\n1\n"));
    assert_eq!((field.as_str(), error.as_str()), ("", ""), "a key without a value counts as not given");

    let (_, _, _, hint) = told(server.send("POST", "/v1/artifacts/rescan", &json!({ "root": "/tmp" })));
    assert!(!hint.is_empty() && !hint.contains("bytes"), "{hint}");
    let long = json!({ "artifactType": "note", "content": { "encoding": "utf8", "data": "x".repeat((1 << 20) + 1) } });
    let (status, _, _, hint) = told(server.send("POST", "/v1/artifacts", &long));
    assert!(status == 413 && !hint.contains("dataPath"), "{hint}");
    let (_, field, _, hint) = told(server.get("/v1/artifacts?relatedTo=x"));
    assert!(field == "relatedTo" && hint.contains("/related"), "{hint}");
}
