//! Verifying: what is wrong is found, whatever it is; what is right is not; what can be proven is mended.

mod flips;
mod repair;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use keepstone::model::{Error, Result, Watch};
use serde_json::{Value, json};

use crate::damage::live_in;
use crate::support::{Place, Session, keepstone, refusal, run};

/// A store in which a little of everything has happened.
fn lived_in() -> Place {
    live_in(Place::in_memory())
}

/// Verifies, and answers the findings as check and code.
#[track_caller]
fn found(place: &Place, params: Value) -> Vec<(String, String)> {
    let report = place.ok("verify_store", params);
    let text = |value: &Value| value.as_str().expect("a word").to_owned();
    let findings = report["findings"].as_array().expect("a list").iter();
    findings.map(|finding| (text(&finding["check"]), text(&finding["code"]))).collect()
}

#[track_caller]
fn assert_clean(place: &Place) {
    let report = place.ok("verify_store", json!({}));
    assert_eq!((&report["status"], &report["findings"]), (&json!("clean"), &json!([])), "{report:#}");
}

fn object(place: &Place, artifact: &Value) -> PathBuf {
    let hash = artifact["fileHash"].as_str().expect("a hash").trim_start_matches("sha256:");
    place.root().join("objects").join(&hash[..2]).join(hash)
}

/// Changes a file in its place, through every link, and leaves its length, time and mode alone.
fn change_silently(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).expect("it is there");
    let mut bytes = std::fs::read(path).expect("it is read");
    change(&mut bytes);
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o644)).expect("it is set");
    let mut file = std::fs::File::options().write(true).truncate(true).open(path).expect("it opens");
    std::io::Write::write_all(&mut file, &bytes).expect("written");
    file.set_modified(metadata.modified().expect("a time")).expect("it is set");
    std::fs::set_permissions(path, metadata.permissions()).expect("it is set");
}

#[test]
fn a_clean_store_has_no_findings() {
    let place = Place::in_memory();
    assert_eq!(place.fails("verify_store", json!({}))["data"]["kind"], "not_found");
    place.ok("init", json!({}));
    assert_clean(&place);
    let place = lived_in();
    let report = place.ok("verify_store", json!({}));
    assert_eq!(report["status"], "clean", "{report:#}");
    let counts = &report["counts"];
    // Three Parquet files are two, "same-bytes" is a CSV; config, two files and a listing.
    assert_eq!((&counts["artifacts"], &counts["objects"], &counts["orphans"]), (&json!(5), &json!(7), &json!(0)));
    assert_eq!((&counts["names"], &counts["sidecars"], &counts["edges"]), (&json!(6), &json!(5), &json!(4)));
    assert_eq!(counts["historyLines"], 6);
    // Files of users' own among the names are their business, and so is a copy of a sidecar.
    let artifact = place.get("tree");
    let sidecar = Path::new(artifact["pathSidecar"].as_str().expect("a path"));
    std::fs::write(sidecar.with_file_name("notes.txt"), "mine").expect("written");
    std::fs::copy(sidecar, sidecar.with_file_name("copy.json")).expect("copied");
    assert_clean(&place);
}

#[test]
fn a_copied_and_a_moved_store_are_clean() {
    let place = lived_in();
    place.site().close();
    let copy = Place::in_memory();
    let copied = Command::new("cp").arg("-r").arg(place.root()).arg(copy.folder()).status();
    assert!(copied.expect("cp runs").success());
    // Names are copies of their objects now, and are read too.
    let report = copy.ok("verify_store", json!({}));
    assert_eq!((&report["status"], &report["counts"]["hashedFiles"]), (&json!("clean"), &json!(13)), "{report:#}");
    let moved = Place::in_memory();
    std::fs::rename(place.root(), moved.root()).expect("moved");
    assert_clean(&moved);
}

#[test]
fn a_store_whose_names_are_copies_is_clean() {
    let place = Place::with_store();
    std::fs::write(place.root().join("keepstone.toml"), "names = \"copy\"\n").expect("written");
    place.site().close();
    let artifact = place.text("note", "k", "hello");
    assert_clean(&place);
    std::fs::write(artifact["path"].as_str().expect("a path"), "hallo").expect("written");
    assert_eq!(found(&place, json!({"checks": ["names"]})), []);
    assert_eq!(found(&place, json!({})), [("hash".to_owned(), "name_differs".to_owned())]);
    std::fs::write(artifact["path"].as_str().expect("a path"), "longer").expect("written");
    assert_eq!(found(&place, json!({})), [("names".to_owned(), "name_differs".to_owned())]);
}

/// Others publish all the while; nothing that is on its way is taken for damage.
#[test]
fn a_store_at_work_is_clean() {
    let place = lived_in();
    let root = place.root();
    let publisher = std::thread::spawn(move || {
        let mut session = Session::start(&root);
        for number in 0..120 {
            let id = format!("n-{number}");
            let content = json!({"encoding": "utf8", "data": id});
            session.call("publish_artifact", json!({"artifactType": "t", "artifactId": id, "content": content}));
            if number % 7 == 1 {
                let old = format!("n-{}", number - 1);
                session.call("supersede", json!({"newArtifactId": id, "oldArtifactId": old}));
            }
        }
        session.finish();
    });
    let mut rounds = 0;
    while !publisher.is_finished() || rounds == 0 {
        assert_clean(&place);
        rounds += 1;
    }
    publisher.join().expect("every publish was answered");
    assert_clean(&place);
}

#[test]
fn the_parts_of_a_sample_are_the_whole() {
    let place = lived_in();
    let damaged = place.get("config");
    change_silently(&object(&place, &damaged), |bytes| bytes[0] ^= 1);
    let (mut files, mut findings) = (0, Vec::new());
    for part in 1..=5 {
        let report = place.ok("verify_store", json!({"checks": ["hash"], "sample": format!("{part}/5")}));
        files += report["counts"]["hashedFiles"].as_u64().expect("a count");
        findings.extend(report["findings"].as_array().expect("a list").clone());
    }
    assert_eq!((files, findings.len()), (7, 1));
    assert_eq!(findings[0]["hash"], damaged["fileHash"]);
    for sample in ["0/5", "6/5", "1/0", "1", "1/", "/2", "+1/2", "1/99999999999999999999", "a/b"] {
        let outcome = std::panic::catch_unwind(|| place.call("verify_store", json!({"sample": sample})));
        let error = outcome.expect("no panic").expect_err(sample);
        assert_eq!(refusal(&error).1, "sample", "{error}");
    }
    assert_eq!(refusal(&place.fails("verify_store", json!({"checks": []}))).1, "checks");
    assert_eq!(refusal(&place.fails("verify_store", json!({"checks": ["hsah"]}))).1, "checks[0]");
}

/// Watches, and gives up after so many steps.
struct Watcher {
    left: AtomicU64,
    told: Mutex<Vec<(u64, u64)>>,
}

impl Watch for Watcher {
    fn step(&self, done: u64, total: u64, message: &str) -> Result<()> {
        if message == "bytes read" {
            self.told.lock().expect("no panic holds it").push((done, total));
        }
        match self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::cancelled()),
        }
    }
}

#[test]
fn progress_is_told_and_cancelling_is_heard() {
    let place = Place::in_memory();
    let path = place.write("large", vec![7; 1 << 20]);
    place.publish("t", "k", &path);
    let watcher = |left| Watcher { left: AtomicU64::new(left), told: Mutex::default() };
    let patient = watcher(u64::MAX);
    place.watched("verify_store", json!({}), &patient).expect("it is verified");
    let told = patient.told.into_inner().expect("no panic holds it");
    assert!(told.len() > 2, "{told:?}");
    assert_eq!(told.last(), Some(&(1 << 20, 1 << 20)));
    for left in 0..4 {
        let error = place.watched("verify_store", json!({}), &watcher(left)).expect_err("it was cancelled");
        assert_eq!(error["data"]["kind"], "cancelled");
    }
}

/// A list that never ends helps nobody: the first thousand, and how many more there are.
#[test]
fn findings_have_an_order_and_an_end() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    for number in 0..1003 {
        std::fs::write(place.root().join(format!("objects/00/{number:04}")), "").expect("written");
    }
    let report = place.ok("verify_store", json!({"checks": ["objects"]}));
    assert_eq!((&report["warnings"], &report["omitted"]), (&json!(1003), &json!(3)));
    let paths: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["path"].as_str().expect("a path"))
        .collect();
    assert!(paths.len() == 1000 && paths.is_sorted());
}

#[test]
fn a_manifest_that_does_not_open_is_a_finding() {
    let place = lived_in();
    place.site().close();
    std::fs::write(place.root().join("manifest.sqlite"), "damaged").expect("written");
    let report = place.ok("verify_store", json!({}));
    assert_eq!((&report["status"], &report["findings"][0]["code"]), (&json!("errors"), &json!("manifest_damaged")));
    assert!(report["findings"][0]["hint"].as_str().is_some_and(|text| text.contains("rebuild_manifest")));
}

/// What `keepstone verify` with these arguments ends with, and what it prints.
fn terminal(place: &Place, arguments: &[&str]) -> (Option<i32>, String) {
    let outcome = run(keepstone().arg("--root").arg(place.root()).arg("verify").args(arguments), "");
    (outcome.code, outcome.stdout + &outcome.stderr)
}

#[test]
fn the_terminal_says_how_bad_it_is() {
    let place = Place::in_memory();
    assert_eq!(terminal(&place, &[]).0, Some(2), "there is no store");
    place.ok("init", json!({}));
    let artifact = place.text("note", "k", "hello");
    place.site().close();
    assert_eq!(terminal(&place, &[]), (Some(0), "The store is clean (1 artifact, 1 file with 5 B read)\n".to_owned()));
    assert_eq!(terminal(&place, &["names", "objects"]).1, "The store is clean (1 artifact)\n");
    assert_eq!(terminal(&place, &["--quiet"]), (Some(0), String::new()));
    // Flags of the program before this one.
    for flags in [vec!["--hash", "--lineage", "--manifest", "--registry", "--store", "--orphans"], vec!["--full"]] {
        let (code, text) = terminal(&place, &[flags, vec!["--format", "json"]].concat());
        let report: Value = serde_json::from_str(&text).expect("JSON alone");
        assert_eq!((code, &report["status"]), (Some(0), &json!("clean")));
        assert!(report["checksPerformed"].as_array().is_some_and(|checks| checks.len() >= 5), "{report}");
    }
    for wrong in [vec!["--sample", "9/3"], vec!["--sample", "x"], vec!["--format", "xml"]] {
        assert_eq!(terminal(&place, &wrong).0, Some(64), "{wrong:?}");
    }
    // What is no check is taken for an artifact.
    let (code, text) = terminal(&place, &["hsah"]);
    assert!(code == Some(2) && text.contains("sidecars"), "{text}");
    std::fs::remove_file(artifact["path"].as_str().expect("a path")).expect("it was there");
    let (code, text) = terminal(&place, &[]);
    assert!(
        code == Some(2) && text.starts_with("error: ") && text.contains("1 error, 0 warnings, 0 repaired"),
        "{text}"
    );
    let (code, text) = terminal(&place, &["--repair"]);
    assert!(code == Some(1) && text.starts_with("repaired: "), "{text}");
    assert_eq!(terminal(&place, &["--json"]).0, Some(0));
    std::fs::write(place.root().join("staging/mine"), "").expect("written");
    assert_eq!(terminal(&place, &["staging"]).0, Some(1));
}
