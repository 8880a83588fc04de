//! Searching, held against looking at every artifact; and no text that breaks the index.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::manifest::{ParamFilter, ParamTest};
use crate::model::Hash;
use crate::model::artifact::{FileEntry, Format, Git, Publication, Record, Storage, Writer};
use crate::model::ids::{ArtifactId, ArtifactType};
use crate::model::number::Count;
use crate::model::query::{FacetBy, Query, Term};

fn publication(number: usize) -> Publication {
    let hash = Hash::of(&number.to_le_bytes());
    let name = |text: String| ArtifactType::try_from(text).unwrap();
    Publication {
        record: Record {
            artifact_id: ArtifactId::try_from(format!("a-{number}")).unwrap(),
            artifact_type: name("note".to_owned()),
            schema_version: 1,
            logical_key: format!("key-{number}"),
            version: 1,
            format: Format::File,
            storage: Storage::Managed,
            file_hash: hash,
            content_hash: hash,
            content_hash_version: 1,
            legacy_content_hash: None,
            source_hash: hash,
            source_size: 1,
            size_bytes: 1,
            row_count: None,
            min_ts: None,
            max_ts: None,
            created_at: "2026-01-01T00:00:00.000Z".to_owned(),
            media_type: None,
            run_id: None,
            family: None,
            outcome: None,
            source: None,
            capabilities: Vec::new(),
            roles: Vec::new(),
            params: Map::new(),
            writer: None,
            git: None,
            columns: BTreeMap::new(),
            file_count: 0,
            name: format!("note/{number}"),
            extension: None,
        },
        title: None,
        description: None,
        tags: BTreeMap::new(),
        archived: false,
        place: None,
        files: Vec::new(),
        inputs: Vec::new(),
        request: None,
    }
}

/// A manifest of its own with these artifacts, from place 1 on.
fn manifest_of(publications: impl IntoIterator<Item = Publication>) -> Manifest {
    let manifest = Manifest::temporary().unwrap();
    manifest.begin().unwrap();
    manifest.migrate().unwrap();
    for publication in publications {
        manifest.insert_artifact(&publication, None).unwrap();
    }
    manifest.commit().unwrap();
    manifest
}

fn found(manifest: &Manifest, filter: Filter) -> BTreeSet<i64> {
    let finds = manifest.find(&filter).unwrap();
    let search = Search { filter, sort: SortBy::Created, ascending: false, after: None, offset: 0, limit: 3000 };
    let Page { hits, total } = manifest.page(&search, &finds).unwrap();
    assert_eq!(hits.len() as u64, total);
    let seqs: BTreeSet<i64> = hits.into_iter().map(|hit| hit.seq).collect();
    // Where rows need not be looked at, another way leads to the same.
    let filter = Filter { archived: Some(false), ..search.filter };
    assert_eq!(manifest.find(&filter).unwrap().set.iter().collect::<BTreeSet<_>>(), seqs);
    seqs
}

fn by_words(manifest: &Manifest, text: &str) -> Vec<i64> {
    let query = Some(Query::parse(text).unwrap());
    found(manifest, Filter { query, ..Filter::default() }).into_iter().collect()
}

/// How SQLite goes about a statement.
fn plan(manifest: &Manifest, sql: &str, cells: &[Cell]) -> String {
    let mut statement = manifest.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map(params_from_iter(cells), |row| row.get::<_, String>(3)).unwrap();
    steps.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[test]
fn ids_keys_and_numbers_are_found_whole_and_by_their_parts() {
    let mut run = publication(1);
    run.record.logical_key = "run_20250920T080707Z_5eccafbb".to_owned();
    run.title = Some("Überblick: Rain in Zürich, k41 & v1.2.3".to_owned());
    run.tags.insert("station".to_owned(), "sea".to_owned());
    run.tags.insert("zone".to_owned(), "north".to_owned());
    run.record.params = json!({"grid": {"bins": 24, "step": 0.5}, "templateId": "transit-hub", "on": true,
        "symbols": ["AAPL", "MSFT"]})
    .as_object()
    .unwrap()
    .clone();
    run.record.git = Some(Git { commit: Some("3f2a1bc9d0".to_owned()), dirty: None });
    run.files.push(FileEntry {
        path: "series/demand@DEMAND@DEFAULT.csv".to_owned(),
        hash: Hash::of(b""),
        size_bytes: Count(0),
        media_type: None,
        role: None,
    });
    let manifest = manifest_of([run, publication(2)]);
    for text in [
        "run_20250920T080707Z_5eccafbb",
        "run 5eccafbb",
        "20250920t080707z",
        "\"20250920T080707Z_5eccafbb\"",
        "run_2025*",
        "k41",
        "K4*",
        "v1.2.3",
        "2.3",
        "uberblick ÜBERBLICK",
        "zurich",
        "station=sea",
        "sea zone",
        "series/demand@DEMAND@DEFAULT.csv",
        "demand",
        "templateId=transit-hub",
        "grid.bins=24",
        "0.5",
        "MSFT",
        "3f2a*",
        "a-1",
        "note 24",
        "rain -snow",
        "snow OR -key-2",
    ] {
        assert_eq!(by_words(&manifest, text), [1], "{text}");
    }
    for text in ["\"sea zone\"", "\"rain zürich\"", "2025092", "ain", "\"24 grid\"", "\"1 note\""] {
        assert_eq!(by_words(&manifest, text), Vec::<i64>::new(), "{text}");
    }
}

#[test]
fn what_stands_deep_in_a_row_is_found_exactly() {
    let mut one = publication(1);
    one.record.params = json!({"grid": {"bins": 24, "name": "Fine"}, "a.b": "x", "on": true, "list": [1, "two"],
        "odd \"name'": "ok", "nothing": null, "long": "y".repeat(40_000)})
    .as_object()
    .unwrap()
    .clone();
    one.record.roles = vec!["final".to_owned(), "oracle output".to_owned()];
    one.record.capabilities = vec!["replay".to_owned(), "+".to_owned()];
    one.record.writer = Some(Writer { name: Some("flow engine".to_owned()), version: Some("1.2".to_owned()) });
    one.record.git = Some(Git { commit: Some("3f2a1bc9d0".to_owned()), dirty: None });
    let mut other = publication(2);
    other.record.params = json!({"grid": {"bins": 7.5}, "a": {"b": "x"}, "on": "true"}).as_object().unwrap().clone();
    other.record.roles = vec!["finale".to_owned(), "final output".to_owned()];
    other.record.writer = Some(Writer { name: Some("engine".to_owned()), version: None });
    let manifest = manifest_of([one, other]);
    let params = |path: &str, test: ParamTest| {
        let params = vec![ParamFilter { path: path.to_owned(), test }];
        found(&manifest, Filter { params, ..Filter::default() }).into_iter().collect::<Vec<_>>()
    };
    let is = |value: Value| ParamTest::Among(vec![value]);
    let between = |min: Option<Value>, max: Option<Value>| ParamTest::Between(min, max);
    for (path, test, seqs) in [
        ("grid.bins", is(json!(24)), &[1][..]),
        ("grid.bins", is(json!(24.0)), &[1]),
        ("grid.bins", is(json!("24")), &[]),
        ("grid.bins", is(json!(2)), &[]),
        ("grid.bins", between(Some(json!(7.5)), Some(json!(24))), &[1, 2]),
        ("grid.bins", between(Some(json!(8)), None), &[1]),
        ("grid.bins", between(None, Some(json!(7.4))), &[]),
        ("grid.name", is(json!("Fine")), &[1]),
        ("grid.name", is(json!("fine")), &[]),
        ("grid.name", between(Some(json!("F")), Some(json!("G"))), &[1]),
        ("a.b", is(json!("x")), &[1, 2]),
        ("a", is(json!("x")), &[]),
        ("on", is(json!(true)), &[1]),
        ("on", is(json!("true")), &[2]),
        ("on", ParamTest::Among(vec![json!("true"), json!(true), json!(false)]), &[1, 2]),
        ("list", is(json!("two")), &[1]),
        ("list", is(json!(1)), &[1]),
        ("list", between(Some(json!(0)), Some(json!(3))), &[1]),
        ("odd \"name'", is(json!("ok")), &[1]),
        ("nothing", is(json!("")), &[]),
        ("long", is(json!("y".repeat(40_000))), &[1]),
        ("long", is(json!("y".repeat(39_999))), &[]),
        ("", is(json!("ok")), &[]),
    ] {
        assert_eq!(params(path, test.clone()), seqs, "{path} {test:?}");
    }
    let words = |text: &str| vec![text.to_owned()];
    let some = |text: &str| Some(text.to_owned());
    for (filter, seqs) in [
        (Filter { roles: words("final"), ..Filter::default() }, &[1][..]),
        (Filter { roles: words("oracle output"), ..Filter::default() }, &[1]),
        (Filter { roles: words("output"), ..Filter::default() }, &[]),
        (Filter { capabilities: words("replay"), ..Filter::default() }, &[1]),
        (Filter { capabilities: words("+"), ..Filter::default() }, &[1]),
        (Filter { writer_name: some("engine"), ..Filter::default() }, &[2]),
        (Filter { writer_name: some("flow engine"), writer_version: some("1.2"), ..Filter::default() }, &[1]),
        (Filter { git_commit: some("3f2a"), ..Filter::default() }, &[1]),
        (Filter { git_commit: some("3f2b"), ..Filter::default() }, &[]),
        (Filter { types: Some(Vec::new()), ..Filter::default() }, &[]),
    ] {
        assert_eq!(found(&manifest, filter.clone()).into_iter().collect::<Vec<_>>(), seqs, "{filter:?}");
    }
}

#[test]
fn more_params_than_the_index_takes_are_found_all_the_same() {
    let mut many = publication(1);
    many.record.params = (0..1500).map(|number| (format!("p{number}"), json!(number))).collect();
    let manifest = manifest_of([many, publication(2)]);
    for number in [0, 999, 1000, 1499] {
        let test = ParamTest::Among(vec![json!(number)]);
        let params = vec![ParamFilter { path: format!("p{number}"), test }];
        assert_eq!(found(&manifest, Filter { params, ..Filter::default() }), [1].into(), "{number}");
    }
}

#[test]
fn a_change_that_is_taken_back_leaves_no_words() {
    let manifest = manifest_of([publication(1)]);
    manifest.begin().unwrap();
    manifest.begin_change().unwrap();
    let mut gone = publication(2);
    gone.title = Some("gone".to_owned());
    manifest.insert_artifact(&gone, None).unwrap();
    manifest.undo_change().unwrap();
    manifest.begin_change().unwrap();
    let mut kept = publication(3);
    kept.title = Some("kept".to_owned());
    manifest.insert_artifact(&kept, None).unwrap();
    manifest.keep_change().unwrap();
    manifest.commit().unwrap();
    assert_eq!((by_words(&manifest, "gone"), by_words(&manifest, "kept")), (vec![], vec![2]));
    manifest.begin().unwrap();
    manifest.insert_artifact(&gone, None).unwrap();
    manifest.rollback().unwrap();
    manifest.begin().unwrap();
    manifest.commit().unwrap();
    assert_eq!(by_words(&manifest, "gone"), Vec::<i64>::new());
}

#[test]
fn pages_are_read_in_the_order_of_an_index() {
    let manifest = manifest_of([]);
    let numbers = (Key::Number(1), "artifacts_by_size");
    let text = |index| (Key::Text("a".to_owned()), index);
    for (sort, (key, index)) in [
        (SortBy::Created, text("artifacts_in_short")),
        (SortBy::Updated, text("artifacts_by_update")),
        (SortBy::Title, text("artifacts_by_title")),
        (SortBy::Size, numbers),
    ] {
        for ascending in [false, true] {
            for after in [None, Some(Hit { seq: 1, key: key.clone() }), Some(Hit { seq: 1, key: Key::None })] {
                let search = Search { filter: Filter::default(), sort, ascending, after, offset: 0, limit: 51 };
                for (sql, cells) in walks(&search) {
                    let plan = plan(&manifest, &sql, &cells);
                    assert!(plan.contains(&format!("USING COVERING INDEX {index}")), "{sql}: {plan}");
                    assert!(!plan.contains("ORDER BY"), "{sql}: {plan}");
                }
            }
        }
    }
}

/// What a query finds among texts of single words, by its meaning alone.
fn means(query: &Query, words: &BTreeSet<&str>) -> bool {
    match query {
        Query::Term(Term { text, prefix: true }) => {
            words.iter().any(|word| word.starts_with(text.trim_end_matches('*')))
        }
        Query::Term(term) => words.contains(term.text.as_str()),
        Query::Not(query) => !means(query, words),
        Query::All(queries) => queries.iter().all(|query| means(query, words)),
        Query::Any(queries) => queries.iter().any(|query| means(query, words)),
    }
}

const WORDS: [&str; 6] = ["ab", "abc", "b", "bc", "c", "ca"];

fn queries() -> impl Strategy<Value = String> {
    let word = prop_oneof![prop::sample::select(&WORDS[..]).prop_map(str::to_owned), Just("a*".to_owned())];
    word.prop_recursive(4, 40, 4, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            some.clone().prop_map(|parts| format!("({})", parts.join(" "))),
            some.clone().prop_map(|parts| format!("({})", parts.join(" AND "))),
            some.prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.clone().prop_map(|part| format!("NOT {part}")),
            inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn queries_find_what_they_mean(texts in prop::collection::vec(prop::collection::btree_set(prop::sample::select(&WORDS[..]), 0..5), 1..12), asked in prop::collection::vec(queries(), 8)) {
        let manifest = manifest_of(texts.iter().enumerate().map(|(number, words)| {
            let mut publication = publication(number);
            publication.title = Some(words.iter().copied().collect::<Vec<_>>().join(" "));
            publication.record.artifact_id = ArtifactId::try_from(format!("{number}")).unwrap();
            publication.record.artifact_type = ArtifactType::try_from("7".to_owned()).unwrap();
            publication.record.logical_key = number.to_string();
            publication
        }));
        for text in asked {
            // Beyond what may nest it is refused.
            let Ok(query) = Query::parse(&text) else { continue };
            let meant = texts.iter().enumerate().filter(|(_, words)| means(&query, words));
            let meant: BTreeSet<i64> = meant.map(|(number, _)| i64::try_from(number).unwrap() + 1).collect();
            prop_assert_eq!(found(&manifest, Filter { query: Some(query), ..Filter::default() }), meant, "{}", text);
        }
    }
}

const PIECES: &[&str] = &[
    "\"", "(", ")", "*", "-", "^", ":", "{", "}", "+", ",", "'", "\\", "\0", "\u{e000}", "\u{301}", "é", "漢字", "🌧",
    "AND", "OR", "NOT", "NEAR", "NEAR(", "key", "names", "a", " ", "  ", "title:", "--", ";", "\u{7f}", "\u{feff}",
];

#[test]
fn no_text_breaks_the_index() {
    let manifest = manifest_of([publication(1), publication(2)]);
    let try_out = |text: &str| {
        let query = match Query::parse(text) {
            Ok(query) => query,
            Err(error) => return assert_eq!(error.data().field.as_deref(), Some("query"), "{text}"),
        };
        for sort in [SortBy::Created, SortBy::Relevance] {
            let filter = Filter { query: Some(query.clone()), ..Filter::default() };
            let search = Search { filter, sort, ascending: false, after: None, offset: 0, limit: 10 };
            let finds = manifest.find(&search.filter).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let page = manifest.page(&search, &finds).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            assert_eq!(page.total, page.hits.len() as u64, "{text:?}");
        }
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&prop::collection::vec(prop::sample::select(PIECES), 0..24), |parts| {
            try_out(&parts.concat());
            try_out(&parts.join(" "));
            Ok(())
        })
        .unwrap();
    runner
        .run(&".{0,80}", |text| {
            try_out(&text);
            Ok(())
        })
        .unwrap();
    let deepest = format!("{}a{}", "(b OR NOT (c ".repeat(3), "))".repeat(3));
    for text in [deepest, vec!["a"; 128].join(" OR "), vec!["-a"; 128].join(" "), "a.".repeat(128), "x".repeat(4096)] {
        assert!(Query::parse(&text).is_ok(), "{text}");
        try_out(&text);
    }
}

mod plain;
