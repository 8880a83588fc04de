//! A first session, with everything it shows.

use super::{Desk, long_ago};

const RAIN: &str = "day,rain_mm,station\n2026-11-01,0.4,sea\n2026-11-02,,sea\n2026-11-03,11.2,pdx\n";

#[test]
fn publishing_twice_listing_showing_and_tracing() {
    let desk = Desk::new();
    let ago = long_ago();
    desk.write("rain.csv", RAIN);
    let rain = ["publish", "rain.csv", "--type", "rain", "--key", "november", "--created-at", &ago];
    let tagged = [&rain[..], &["--tag", "station=sea", "--tag", "draft", "--id", "rain-1"]].concat();
    assert_eq!(desk.says(&tagged), "published  rain-1  rain:november@v1  3 rows, 575 B\n");
    assert_eq!(desk.says(&rain), "unchanged  rain-1  rain:november@v1  3 rows, 575 B\n");
    desk.write("rain.csv", format!("{RAIN}2026-11-04,3.1,sea\n"));
    let again = [&rain[..], &["--id", "rain-2"]].concat();
    assert_eq!(desk.says(&again), "published  rain-2  rain:november@v2  4 rows, 583 B\n");
    desk.write("report/summary.txt", "4 days, 14.7 mm");
    desk.write("report/data/rain.json", "[0.4, null, 11.2, 3.1]");
    let report = [
        "publish",
        "report",
        "--type",
        "report",
        "--key",
        "november",
        "--id",
        "report-1",
        "--created-at",
        &ago,
        "--input",
        "rain:november",
        "--input",
        "config_from=rain:november@v1",
        "--title",
        "Rain in November",
        "--description",
        "All stations.\nBy day.",
        "--role",
        "final",
        "--run",
        "run-7",
        "--outcome",
        "pass",
        "--param",
        "depth=5",
        "--param",
        "mode=fast",
        "--writer",
        "weather@1.2",
    ];
    assert_eq!(desk.says(&report), "published  report-1  report:november@v1  2 files, 37 B\n");
    assert_eq!(
        desk.says(&["list"]),
        "\
ID        TYPE    KEY       TITLE             VERSION  CONTENT   SIZE  AGE  TAGS
report-1  report  november  Rain in November       v1  2 files   37 B  5 d
rain-2    rain    november                         v2   4 rows  583 B  5 d
rain-1    rain    november                         v1   3 rows  575 B  5 d  draft, station=sea
3 artifacts, 1.2 kB
"
    );
    assert_eq!(
        desk.says(&["supersede", "rain:november@v1", "--by", "rain-2", "--reason", "one day more"]),
        "rain:november@v1 (rain-1) is superseded by rain:november@v2 (rain-2)\n"
    );
    assert_eq!(
        desk.says(&["lineage", "report:november"]),
        "\
report:november@v1  report-1
├─ rain:november@v2  rain-2
└─ rain:november@v1  rain-1  superseded  config_from
"
    );
    assert_eq!(
        desk.says(&["downstream", "rain-1"]),
        "\
ID        TYPE    KEY       TITLE             VERSION  CONTENT  SIZE  AGE
report-1  report  november  Rain in November       v1  2 files  37 B  5 d
1 artifact, 37 B
"
    );
    let found = "\
ID      TYPE  KEY       VERSION  CONTENT   SIZE  AGE  STATUS      TAGS
rain-2  rain  november       v2   4 rows  583 B  5 d
rain-1  rain  november       v1   3 rows  575 B  5 d  superseded  draft, station=sea
2 artifacts, 1.2 kB
";
    assert_eq!(desk.says(&["find", "rain", "november"]), found);
    let table = found.lines().nth(1).unwrap();
    let by_file = desk.says(&["find", "rain.csv"]);
    assert_eq!(by_file.lines().nth(1).unwrap(), table, "{by_file}");
}

#[test]
fn a_record_shows_all_there_is() {
    let desk = Desk::new();
    let ago = long_ago();
    desk.text("settings-1", &["--type", "settings", "--key", "prod"]);
    desk.write("out/a.txt", "a");
    let publish = [
        "publish",
        "out",
        "--type",
        "report",
        "--key",
        "november",
        "--id",
        "report-1",
        "--created-at",
        &ago,
        "--input",
        "config_from=settings:prod",
        "--title",
        "Rain",
        "--description",
        "All stations.\nBy day.",
        "--role",
        "final",
        "--role",
        "public",
        "--run",
        "run-7",
        "--outcome",
        "pass",
        "--param",
        "depth=5",
        "--param",
        "mode=fast",
        "--writer",
        "weather@1.2",
        "--tag",
        "a=b",
    ];
    desk.says(&publish);
    let artifact = desk.json("get_artifact", &["show", "report-1", "--json"]);
    let text = |name: &str| artifact[name].as_str().unwrap().to_owned();
    let created = text("createdAt").replace('T', " ").replace('Z', "");
    let created = created.trim_end_matches('0').trim_end_matches('.');
    let (file, spec, path, sidecar) = (text("fileHash"), text("specId"), text("path"), text("pathSidecar"));
    let inner = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
    let expected = format!(
        "\
report:november@v1
  id            report-1
  status        active
  title         Rain
  description   All stations.
                By day.
  created       {created} UTC (5 d ago)
  content       tree, 1 file, 1 B
  outcome       pass
  run           run-7
  roles         final public
  tags          a=b
  params        depth=5
                mode=\"fast\"
  writer        weather 1.2
  made from     settings:prod@v1 (settings-1) config_from
  file hash     {file}
  content hash  {file}
  spec id       {spec}
  path          {path}
  sidecar       {sidecar}

FILE   SIZE  MEDIA TYPE  HASH
a.txt   1 B  text/plain  {inner}
1 file, 1 B
"
    );
    assert_eq!(desk.says(&["show", "report:november", "--files"]), expected);
    assert!(path.starts_with(desk.store().to_str().unwrap()), "{path}");
    let whole: serde_json::Value =
        serde_json::from_str(&desk.says(&["show", "report-1", "--files", "--json"])).unwrap();
    assert_eq!((&whole["artifactId"], &whole["files"][0]["hash"]), (&"report-1".into(), &inner.into()));
}

#[test]
fn lineage_over_several_levels_draws_nothing_twice_and_says_what_lies_deeper() {
    let desk = Desk::new();
    desk.text("raw", &["--type", "t"]);
    desk.text("clean", &["--type", "t", "-i", "raw"]);
    desk.text("left", &["--type", "t", "-i", "clean"]);
    desk.text("right", &["--type", "t", "-i", "clean", "-i", "raw"]);
    desk.text("both", &["--type", "t", "-i", "left", "-i", "validated_by=right"]);
    assert_eq!(
        desk.says(&["lineage", "both"]),
        "\
t:both@v1  both
├─ t:left@v1  left
│  └─ t:clean@v1  clean
│     └─ t:raw@v1  raw
└─ t:right@v1  right  validated_by
   ├─ t:clean@v1  clean  (see above)
   └─ t:raw@v1  raw
"
    );
    assert_eq!(
        desk.says(&["lineage", "t:both", "--depth", "1"]),
        "t:both@v1  both\n├─ t:left@v1  left  …\n└─ t:right@v1  right  validated_by  …\n"
    );
    assert_eq!(desk.says(&["lineage", "raw"]), "t:raw@v1  raw\n");
    let lineage = desk.json("get_lineage", &["lineage", "both", "--depth", "2", "--json"]);
    assert_eq!((lineage["depth"].as_u64(), lineage["edges"].as_array().unwrap().len()), (Some(2), 5));
    let far = desk.json("get_downstream", &["downstream", "raw", "--depth", "9", "--json"]);
    assert_eq!(far.as_array().unwrap().len(), 4);
    assert_eq!(desk.says(&["downstream", "both"]), "0 artifacts, 0 B\n");
}

#[test]
fn types_events_backups_and_a_lost_manifest() {
    let desk = Desk::new();
    let register = [
        "types",
        "register",
        "rain",
        "--column",
        "day",
        "--column",
        "mm",
        "--sort-key",
        "day",
        "--timestamp-column",
        "day",
    ];
    assert_eq!(desk.says(&register), "The type rain is registered\n");
    desk.json("register_type", &[&register[..], &["--json"]].concat());
    desk.text("a", &["--type", "note"]);
    desk.text("b", &["--type", "note"]);
    let types = desk.says(&["types"]);
    for line in ["note                     2", "rain                     0  yes         day, mm"] {
        assert!(types.contains(line), "{types}");
    }
    assert_eq!(desk.json("list_types", &["types", "--json"]).as_array().unwrap().len(), types.lines().count() - 2);
    let copied = desk.says(&["backup"]);
    assert!(copied.starts_with("The manifest was copied to ") && copied.ends_with(" kB)\n"), "{copied}");
    let copy = desk.json("backup", &["backup", desk.path("copy.sqlite").to_str().unwrap(), "--json"]);
    assert_eq!(copy["path"].as_str(), desk.path("copy.sqlite").to_str());
    desk.says(&["supersede", "a", "--by", "b", "--reason", "better"]);
    let events = desk.says(&["events", "a"]);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&events)[..6], ["EVENT", "AGE", "WHAT", "ARTIFACT", "WHO", "VALUES"]);
    assert!(events.contains("superseded  a         terminal  supersededBy=b reason=better\n"), "{events}");
    assert!(events.contains("published   a         terminal  artifactType=note logicalKey=a version=1"), "{events}");
    assert!(events.ends_with("\n2 events\n"), "{events}");
    let one = desk.says(&["events", "--limit", "1"]);
    assert!(one.ends_with("\n1 event, and there are older ones: --limit shows more\n"), "{one}");
    desk.json("list_events", &["events", "--since", "1d", "--json"]);
    // What was published and said since the backup stays.
    let kept = "The manifest has 2 artifacts and 4 events\n";
    for restore in [vec!["backup", "--restore"], vec!["backup", "--restore", copy["path"].as_str().unwrap()]] {
        assert_eq!(desk.says(&restore), kept);
    }
    std::fs::remove_file(desk.store().join("manifest.sqlite")).unwrap();
    let (code, complaint) = desk.fails(&["list"]);
    assert!(code == 1 && complaint.contains("rebuild"), "{complaint}");
    assert_eq!(desk.says(&["rebuild"]), kept);
    desk.json("rebuild_manifest", &["rebuild", "--json"]);
    assert!(desk.says(&["list"]).contains("superseded"));
    let status = desk.says(&["status"]);
    assert!(status.starts_with(&format!("The store in {} has 2 artifacts\n", desk.store().display())), "{status}");
    assert_eq!(desk.json("health_check", &["health", "--json"])["available"], true);
}
