//! Compact forms expand to the same bytes, whatever the bytes.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;

use super::lines::LINE_BYTES_MAX;
use super::settings::{JsonLines, Markdown};
use super::*;
use crate::model::Unwatched;

/// Settings under which no file is too small.
fn any_size() -> Settings {
    Settings {
        jsonl: JsonLines { min_size_kb: 0, ..JsonLines::default() },
        markdown: Markdown { min_size_kb: 0, ..Markdown::default() },
    }
}

fn with_material<T>(bytes: &[u8], act: impl FnOnce(&Material) -> T) -> T {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    act(&Material { file: &file, path: Path::new("some file"), size: bytes.len() as u64, watch: &Unwatched })
}

fn judged(bytes: &[u8], name: &str, settings: &Settings) -> Judgement {
    with_material(bytes, |material| measure(material, name, settings).unwrap())
}

/// The compact form, proven to have the size that was measured and to expand to the original.
fn compacted(bytes: &[u8], name: &str, settings: &Settings) -> Option<(Measure, Vec<u8>)> {
    let Judgement::Smaller(measure) = judged(bytes, name, settings) else { return None };
    let (mut compact, mut kept) = (Vec::new(), Vec::new());
    with_material(bytes, |material| {
        write(material, measure.form, settings, &mut compact).unwrap();
        if measure.form == Form::Markdown {
            write_original(material, &mut kept).unwrap();
        }
    });
    assert_eq!((compact.len() as u64, kept.len() as u64), (measure.size, measure.original_size));
    assert!(measure.size + measure.original_size < bytes.len() as u64);
    let mut expanded = Vec::new();
    let from = if measure.form == Form::Markdown { &kept } else { &compact };
    with_material(from, |material| expand(material, measure.form, &mut expanded).unwrap());
    assert!(expanded == bytes, "it does not expand to the same bytes");
    Some((measure, compact))
}

/// The form with a dictionary, whether it is smaller or not, proven to expand.
fn with_dictionary(bytes: &[u8], settings: &JsonLines) -> Option<String> {
    let dictionary = survey::survey(bytes, settings).unwrap()?;
    let mut compact = Vec::new();
    dictionary::write(bytes, &dictionary, settings.preserve_schema, &mut compact).unwrap();
    let mut expanded = Vec::new();
    dictionary::expand(&compact[..], &mut expanded).unwrap();
    assert!(expanded == bytes, "{}\nbecame\n{}", compact.escape_ascii(), expanded.escape_ascii());
    Some(String::from_utf8_lossy(&compact).into_owned())
}

fn records(count: usize, record: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| record(at) + "\n").collect()
}

fn proof(at: usize) -> String {
    let venue = ["exchange-kraken-spot", "exchange-coinbase-spot"][at % 2];
    format!(
        r#"{{"symbol":"BTC-USD-PERPETUAL","venue":"{venue}","spread_bps":{at}.50,"depth":{{"bid":1e5,"ask":{at}}},"ok":true}}"#
    )
}

#[test]
fn repeated_values_go_into_the_dictionary() {
    let text = records(100, proof);
    let (measure, compact) = compacted(text.as_bytes(), "proofs.jsonl", &any_size()).unwrap();
    assert_eq!((measure.form, measure.content), (Form::Dictionary, Content::Records { lines: 100, fields: 2 }));
    let compact = String::from_utf8(compact).unwrap();
    let lines: Vec<&str> = compact.lines().collect();
    assert_eq!(
        lines[0],
        r#"{"_dictionaries":{"symbol":{"0":"BTC-USD-PERPETUAL"},"venue":{"0":"exchange-coinbase-spot","1":"exchange-kraken-spot"}},"_type":"dictionary_header"}"#
    );
    assert_eq!(lines[1], proof(0), "the first record is whole");
    assert_eq!(lines[2], r#"{"symbol_dict":0,"venue_dict":0,"spread_bps":1.50,"depth":{"bid":1e5,"ask":1},"ok":true}"#);
    assert!(compact.len() * 10 <= text.len() * 8, "{} of {}", compact.len(), text.len());
}

#[test]
fn the_first_record_may_be_compacted_too() {
    let text = records(100, proof);
    let settings = Settings { jsonl: JsonLines { preserve_schema: false, ..any_size().jsonl }, ..any_size() };
    let (_, compact) = compacted(text.as_bytes(), "proofs.jsonl", &settings).unwrap();
    let compact = String::from_utf8(compact).unwrap();
    assert!(compact.lines().nth(1).unwrap().starts_with(r#"{"symbol_dict":0,"venue_dict":"#));
}

#[test]
fn four_lines_shrink_or_stay() {
    let wide = records(4, |at| format!(r#"{{"at":{at},"message":"the spread of the pair is within its limits"}}"#));
    assert_eq!(compacted(wide.as_bytes(), "a.jsonl", &any_size()).unwrap().0.form, Form::Dictionary);
    // Here the header would take more than the indices save.
    let narrow = records(4, |at| format!(r#"{{"at":{at},"message":"within its limits"}}"#));
    assert_eq!(compacted(narrow.as_bytes(), "a.jsonl", &any_size()).unwrap().0.form, Form::Zstd);
    let short = records(2, |at| format!("{{\"{at}\":{at}}}"));
    assert_eq!(judged(short.as_bytes(), "a.jsonl", &any_size()), Judgement::Stays(Skipped::NotSmaller));
}

#[test]
fn what_does_not_repeat_becomes_one_frame() {
    let text = records(500, |at| format!(r#"{{"ts":{},"price":{}.5}}"#, 1_700_000_000 + at, at * 7));
    let (measure, compact) = compacted(text.as_bytes(), "ticks.jsonl", &any_size()).unwrap();
    assert_eq!((measure.form, measure.content), (Form::Zstd, Content::Whole));
    assert_eq!(compact[..4], frame::MAGIC);
    assert_eq!(judged(&compact, "ticks.jsonl", &any_size()), Judgement::Stays(Skipped::AlreadyCompact));
}

#[test]
fn a_compact_form_is_not_compacted_again() {
    let (_, compact) = compacted(records(100, proof).as_bytes(), "proofs.jsonl", &any_size()).unwrap();
    assert_eq!(judged(&compact, "proofs.jsonl", &any_size()), Judgement::Stays(Skipped::AlreadyCompact));
    let other = br#"{"_type":"dictionary_header","_dictionaries":{"a":{"10":"x","2":"y"}}}"#;
    assert_eq!(judged(other, "proofs.jsonl", &any_size()), Judgement::Stays(Skipped::AlreadyCompact));
}

#[test]
fn settings_say_what_is_left_alone() {
    let text = records(100, proof);
    let stays = |name: &str, settings: &Settings| match judged(text.as_bytes(), name, settings) {
        Judgement::Stays(reason) => Some(reason),
        Judgement::Smaller(_) => None,
    };
    assert_eq!(stays("a.jsonl", &Settings::default()), Some(Skipped::TooSmall));
    assert_eq!(stays("a.json", &any_size()), Some(Skipped::OtherKind));
    assert_eq!(stays("jsonl", &any_size()), Some(Skipped::OtherKind));
    assert_eq!(stays("a.JSONL", &any_size()), None);
    let disabled = |jsonl| Settings { jsonl: JsonLines { enabled: jsonl, ..any_size().jsonl }, ..any_size() };
    assert_eq!(stays("a.jsonl", &disabled(false)), Some(Skipped::Disabled));
    let exactly = Settings { jsonl: JsonLines { min_size_kb: 1, ..JsonLines::default() }, ..any_size() };
    let line = format!("\"{}\"\n", "x".repeat(1021));
    assert_eq!((line.len(), compacted(line.as_bytes(), "a.jsonl", &exactly).is_some()), (1024, true));
    assert_eq!(judged(&line.as_bytes()[1..], "a.jsonl", &exactly), Judgement::Stays(Skipped::TooSmall));
}

#[test]
fn the_threshold_counts_every_occurrence() {
    let text = records(5, |at| format!(r#"{{"at":{at},"note":"{}"}}"#, "a long note ".repeat(10)));
    let least = |dict_threshold| JsonLines { dict_threshold, ..any_size().jsonl };
    assert!(with_dictionary(text.as_bytes(), &least(5)).is_some());
    assert!(with_dictionary(text.as_bytes(), &least(6)).is_none());
}

#[test]
fn a_field_whose_index_could_be_mistaken_has_no_dictionary() {
    for other in [r#""name_dict":0"#, r#""name\u005fdict":"x""#] {
        let line = |_| format!(r#"{{"name":"{}","other":"{}"}}"#, "n".repeat(30), "o".repeat(30));
        let text = records(20, line) + &format!("{{{other}}}\n") + &records(20, line);
        let compact = with_dictionary(text.as_bytes(), &any_size().jsonl).unwrap();
        assert!(compact.contains("other_dict") && !compact.contains(r#""name":{"0""#), "{compact}");
    }
}

#[test]
fn long_lines_stand_as_they_are() {
    let value = "v".repeat(40);
    let long = format!(r#"{{"name":"{value}","filling":"{}","name":"{value}"}}"#, "f".repeat(LINE_BYTES_MAX));
    let short = format!(r#"{{"name":"{value}"}}"#);
    let text = [short.as_str(), &short, &long, &short, &short, &long].join("\n");
    let compact = with_dictionary(text.as_bytes(), &any_size().jsonl).unwrap();
    assert!(compact.matches(&long).count() == 2 && compact.matches("name_dict\":0").count() == 3);
    // Lines around the limit, with and without an end, and one that is longer but looks as if it had been compacted.
    for filling in LINE_BYTES_MAX - 70..LINE_BYTES_MAX - 62 {
        let line = format!(r#"{{"name":"{value}","filling":"{}"}}"#, "f".repeat(filling));
        for end in ["", "\n"] {
            let text = format!("{short}\n{short}\n{short}\n{line}{end}");
            with_dictionary(text.as_bytes(), &any_size().jsonl).unwrap();
        }
    }
}

#[test]
fn counting_takes_no_more_room_than_it_may() {
    // Three times as much as may be counted at a time, none of it twice, and one value among it that repeats.
    let text = records(900, |at| format!(r#"{{"id":"{at:0>20000}","kind":"{}"}}"#, "k".repeat(20)));
    let compact = with_dictionary(text.as_bytes(), &any_size().jsonl).unwrap();
    assert!(compact.starts_with("{\"_dictionaries\":{\"kind\":{\"0\":"), "{}", &compact[..100]);
    let header = compact.lines().next().unwrap();
    assert!(header.len() < 100);
}

#[test]
fn golden_files_keep_their_forms() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compaction");
    for (original, form) in [
        ("proofs.jsonl", "proofs.compact.jsonl"),
        ("odd.jsonl", "odd.compact.jsonl"),
        ("report.md", "report.compact.md"),
    ] {
        let bytes = crate::base::files::read(&folder.join(original)).unwrap();
        let compact = match original.ends_with(".md") {
            true => {
                let text = String::from_utf8(bytes).unwrap();
                markdown::compact(&text, &any_size().markdown).unwrap().text
            }
            false => with_dictionary(&bytes, &any_size().jsonl).unwrap(),
        };
        if std::env::var_os("UPDATE").is_some() {
            crate::base::files::replace(&folder.join(form), compact.as_bytes(), 0o644).unwrap();
        }
        assert_eq!(compact, crate::base::files::read_text(&folder.join(form)).unwrap(), "{form}");
    }
}

#[test]
fn what_is_no_compact_form_is_not_expanded() {
    for (form, bytes) in [
        (Form::Dictionary, &b"{\"a\":1}\n"[..]),
        (Form::Dictionary, b"{\"_dictionaries\":{\"a\":{\"1\":\"x\"}},\"_type\":\"dictionary_header\"}\n"),
        (Form::Dictionary, b""),
        (Form::Zstd, b"{\"a\":1}\n"),
        (Form::Zstd, &frame::MAGIC),
    ] {
        with_material(bytes, |material| {
            let error = expand(material, form, &mut Vec::new()).unwrap_err();
            assert!(error.message().contains("some file"), "{}", error.message());
        });
    }
}

/// A line of JSON Lines as nobody would wish it.
fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        4 => "(symbol|venue|a|a_dict|a_dict_dict|ä|_type|_dictionaries)(_dict)?",
        1 => Just(r"symb\u006fl".to_owned()),
        1 => Just(r"venue\u005fdict".to_owned()),
    ];
    let value = prop_oneof![
        6 => prop::sample::select(vec![
            r#""exchange-kraken-spot""#, r#""exchange-\u006braken-spot""#, r#""tab\tand \"quotes\" and ünïcode""#,
            "0", "1", "01", "-0", "1.50", "1e5", "9007199254740993", "123456789012345678901234567890", "null", "[]",
            r#"{"symbol":"exchange-kraken-spot"}"#, r#"["exchange-kraken-spot",{"a_dict":0}]"#, "tru", "\"open",
        ]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let space = prop::sample::select(vec!["", "", "", " ", "\t", "  "]);
    let member = (key, space.clone(), space.clone(), value)
        .prop_map(|(key, before, after, value)| format!("\"{key}\"{before}:{after}{value}"));
    let object = (prop::collection::vec(member, 0..6), space).prop_map(|(members, space)| {
        format!("{space}{{{space}{}{space}}}{space}", members.join(&format!("{space},{space}")))
    });
    prop_oneof![
        12 => object,
        1 => prop::sample::select(vec![
            "", "  ", "null", "[1,2]", "{", "\u{feff}{\"symbol\":\"exchange-kraken-spot\"}", "\0", "# comment",
            r#"{"_dictionaries":{"a":{"0":"x"}},"_type":"dictionary_header"}"#,
        ]).prop_map(str::to_owned),
    ]
}

fn json_lines() -> impl Strategy<Value = Vec<u8>> {
    let lines = prop::collection::vec((line(), prop::sample::select(vec!["\n", "\n", "\r\n", "\n\n", "\r"])), 0..40);
    (lines, any::<bool>(), prop::option::weighted(0.1, prop::collection::vec(any::<u8>(), 1..20))).prop_map(
        |(lines, ended, odd)| {
            let mut text: Vec<u8> = lines.into_iter().flat_map(|(line, end)| (line + end).into_bytes()).collect();
            text.extend(odd.into_iter().flatten());
            if !ended {
                text.truncate(text.trim_ascii_end().len());
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn json_lines_expand_to_the_same_bytes(bytes in json_lines(), preserve_schema: bool, dict_threshold in 0_u64..5) {
        let settings = Settings {
            jsonl: JsonLines { preserve_schema, dict_threshold, ..any_size().jsonl },
            ..any_size()
        };
        if let Some(compact) = with_dictionary(&bytes, &settings.jsonl) {
            // It can be read by who knows JSON Lines: what was a record is one.
            let records = |bytes: &str| bytes.lines().filter(|line| {
                serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).is_ok()
            }).count();
            let text = String::from_utf8_lossy(&bytes);
            prop_assert_eq!(records(&compact), records(&text) + 1);
        }
        compacted(&bytes, "x.jsonl", &settings);
    }

    #[test]
    fn any_bytes_expand(bytes in prop::collection::vec(any::<u8>(), 0..2000), repeated in 1_usize..4) {
        compacted(&bytes.repeat(repeated), "x.jsonl", &any_size());
        compacted(&bytes.repeat(repeated), "x.md", &any_size());
    }
}
