//! Families: which runs are kept, by the rules of the seed.

use keepstone::model::artifact::Outcome::{Fail, Pass, Unknown};
use serde_json::json;

use super::{apply, configure, fates, going, plan, run};
use crate::support::Place;

fn day(day: usize) -> String {
    format!("2026-01-{day:02}T00:00:00.000Z")
}

/// Runs `r-01`, `r-02` … one a day.
fn runs(outcomes: &[keepstone::model::artifact::Outcome]) -> Place {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    for (number, outcome) in outcomes.iter().enumerate() {
        run(&place, "proofs", &format!("r-{:02}", number + 1), &day(number + 1), Some(*outcome));
    }
    place
}

#[test]
fn fifteen_runs_of_which_only_the_oldest_passed() {
    let mut outcomes = vec![Fail; 15];
    outcomes[0] = Pass;
    let place = runs(&outcomes);
    configure(&place, "[families.proofs]\nkeep = 10\n");
    let plan = plan(&place, json!({}));
    assert_eq!(going(&plan), ["r-05", "r-04", "r-03", "r-02"]);
    assert_eq!(fates(&plan)["r-01"], "keep: last_pass", "it takes no place among the ten");
    assert_eq!(fates(&plan)["r-15"], "keep: last_run, within_keep_count_10");
    assert_eq!(fates(&plan)["r-06"], "keep: within_keep_count_10");
    assert_eq!(fates(&plan)["r-05"], "delete: beyond_keep_count_10");
    let totals = json!({"family": "proofs", "entries": 15, "keep": 11, "delete": 4, "files": 4, "logicalBytes": 16, "physicalBytes": 16});
    assert_eq!(plan["families"], json!([totals]));
}

#[test]
fn five_are_kept_where_nothing_is_said() {
    let place = runs(&[Unknown; 8]);
    configure(&place, "[families.proofs]\n");
    let plan = plan(&place, json!({"family": "proofs"}));
    assert_eq!((going(&plan), &plan["family"]), (vec!["r-03", "r-02", "r-01"], &json!("proofs")));
}

#[test]
fn pins_passes_and_the_last_run_are_kept_however_old() {
    let place = runs(&[Pass, Fail, Pass, Fail]);
    configure(&place, "[families.proofs]\nkeep = 1\n");
    place.ok("pin", json!({"artifactId": "r-01"}));
    let plan = plan(&place, json!({}));
    assert_eq!(going(&plan), ["r-02"]);
    assert_eq!(fates(&plan)["r-01"], "keep: pinned");
    assert_eq!(fates(&plan)["r-03"], "keep: last_pass");
    assert_eq!(fates(&plan)["r-04"], "keep: last_run, within_keep_count_1");
}

#[test]
fn the_newest_run_has_every_reason_in_the_order_of_the_rules() {
    let place = runs(&[Fail, Pass]);
    place.ok("pin", json!({"artifactId": "r-02"}));
    configure(&place, "[families.proofs]\nkeep = 3\npin = [\"r-02\"]\n");
    let reasons = |place: &Place| fates(&plan(place, json!({})))["r-02"].clone();
    assert_eq!(reasons(&place), "keep: last_pass, pinned, last_run, explicitly_pinned, within_keep_count_3");
    configure(&place, "[families.proofs]\nkeep = 3\nalways_keep = [\"last_run\", \"last_pass\"]\n");
    assert_eq!(reasons(&place), "keep: last_run, last_pass, within_keep_count_3, pinned", "a pin holds in any case");
}

/// Of runs of one moment the one that came last is the newest.
#[test]
fn ties() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    for id in ["a", "b", "c"] {
        run(&place, "proofs", id, &day(1), Some(Pass));
    }
    configure(&place, "[families.proofs]\nkeep = 1\n");
    let plan = plan(&place, json!({}));
    assert_eq!(fates(&plan)["c"], "keep: last_pass, last_run, within_keep_count_1");
    assert_eq!(going(&plan), ["b", "a"]);
}

/// A family's own pins: by id, by the start of one, by its last 8 digits.
#[test]
fn explicit_pins() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    let ids = [
        "art-20260101T000000-a1b2c3d4",
        "art-20260102T000000-e5f6a7b8",
        "art-20260103T000000-00000001",
        "art-20260104T000000-00000002",
        "art-20260105T000000-00000003",
    ];
    for (number, id) in ids.iter().enumerate() {
        run(&place, "proofs", id, &day(number + 1), Some(Fail));
    }
    configure(
        &place,
        "[families.proofs]\nkeep = 1\npin = [\"a1b2c3d4\", \"art-20260102\", \"art-20260103T000000-00000001\", \"ffffffff\"]\n",
    );
    let plan = plan(&place, json!({}));
    assert_eq!(going(&plan), [ids[3]]);
    for id in &ids[..3] {
        assert_eq!(fates(&plan)[id], "keep: explicitly_pinned");
    }
    assert_eq!(plan["warnings"], json!(["families.proofs: the pin \"ffffffff\" means no artifact of the family"]));
}

#[test]
fn families_don_t_count_for_each_other() {
    let place = Place::in_memory();
    place.ok("init", json!({}));
    for family in ["bench", "proofs"] {
        for number in 1..=4 {
            run(&place, family, &format!("{family}-{number}"), &day(number), Some(Fail));
        }
    }
    configure(&place, "[families.proofs]\nkeep = 1\n[families.bench]\nkeep = 3\n");
    let whole = plan(&place, json!({}));
    assert_eq!(going(&whole), ["bench-1", "proofs-3", "proofs-2", "proofs-1"]);
    let names: Vec<&str> =
        whole["families"].as_array().unwrap().iter().map(|one| one["family"].as_str().unwrap()).collect();
    assert_eq!(names, ["bench", "proofs"]);
    let one = plan(&place, json!({"family": "bench"}));
    assert_eq!(going(&one), ["bench-1"]);
    apply(&place, &one);
    assert_eq!(going(&plan(&place, json!({}))), ["proofs-3", "proofs-2", "proofs-1"]);
}

#[test]
fn a_plan_that_would_lose_a_family_or_its_newest_run_is_refused() {
    let place = runs(&[Fail, Fail, Fail]);
    for (rules, message) in [
        ("keep = 0\nalways_keep = [\"last_pass\"]\n", "the plan would delete all 3 entries from family proofs"),
        ("keep = 0\nalways_keep = [\"pinned\"]\n", "the plan would delete all 3 entries from family proofs"),
        (
            "keep = 0\nalways_keep = [\"last_pass\"]\npin = [\"r-01\"]\n",
            "the plan would delete the most recent entry from family proofs, r-03",
        ),
    ] {
        configure(&place, &format!("[families.proofs]\n{rules}"));
        let (kind, _, said) = place.refuses("plan_gc", json!({}));
        assert_eq!((kind.as_str(), said.as_str()), ("protected", message));
    }
    configure(&place, "[families.proofs]\nkeep = 0\nalways_keep = [\"last_run\"]\n");
    assert_eq!(going(&plan(&place, json!({}))), ["r-02", "r-01"]);
}

/// Members of live datasets stay, and the ancestors of a family's own pins where a policy keeps those of pins.
#[test]
fn datasets_hold_runs_too() {
    let place = runs(&[Fail, Fail, Fail]);
    configure(&place, "[families.proofs]\nkeep = 1\n");
    let members = json!([{"artifactId": "r-01", "role": "evidence"}]);
    place.ok("create_dataset", json!({"datasetId": "d", "version": "v1", "members": members}));
    let plan = plan(&place, json!({}));
    assert_eq!((fates(&plan)["r-01"].as_str(), going(&plan)), ("keep: dataset_member", vec!["r-02"]));
}
