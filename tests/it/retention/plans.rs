//! Policies: which artifacts a plan keeps and why, on populations made for each rule.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{again, apply, configure, fates, going, note, plan};
use crate::support::Place;

/// A policy that keeps nothing but what its other keys say.
fn policy(keys: &str) -> String {
    let mut text = "default_policy = \"p\"\n[policies.p]\n".to_owned();
    for (key, value) in [
        ("keep_min_age_days", "10"),
        ("keep_min_count", "0"),
        ("keep_with_descendants", "false"),
        ("keep_ancestors_of_pinned", "false"),
    ] {
        if !keys.contains(key) {
            text += &format!("{key} = {value}\n");
        }
    }
    text + keys
}

fn p() -> Value {
    json!({"policy": "p"})
}

#[test]
fn the_policies_that_every_store_has() {
    let place = Place::with_store();
    let listed = place.ok("list_policies", json!({}));
    assert_eq!((&listed["defaultPolicy"], &listed["families"]), (&Value::Null, &json!([])));
    let figures = |one: &Value| {
        let number = |key: &str| one[key].as_u64().unwrap();
        (
            number("keepMinAgeDays"),
            number("keepMinCount"),
            one["keepWithDescendants"].as_bool().unwrap(),
            number("spaceBudgetBytes"),
        )
    };
    let policies: BTreeMap<&str, &Value> =
        listed["policies"].as_array().unwrap().iter().map(|one| (one["policy"].as_str().unwrap(), one)).collect();
    let expected = [
        ("archive", (365, 10, true, 536_870_912_000)),
        ("ci_aggressive", (7, 2, false, 10_737_418_240)),
        ("dev_minimal", (3, 1, true, 5_368_709_120)),
        ("laptop_default", (14, 5, true, 53_687_091_200)),
    ];
    assert_eq!(policies.iter().map(|(name, one)| (*name, figures(one))).collect::<Vec<_>>(), expected);
    assert_eq!(
        policies["laptop_default"]["keepTypes"],
        json!(["dataset_snapshot", "formula_candidate", "model_checkpoint"])
    );
    assert_eq!(policies["archive"]["keepTypes"].as_array().unwrap().len(), 5);
    assert_eq!(policies["archive"]["keepRoles"], json!(["final_output", "checkpoint", "validation"]));
    assert_eq!(policies["ci_aggressive"]["keepRoles"], json!(["final_output"]));
    assert!(policies.values().all(|one| one["keepAncestorsOfPinned"] == true));
    // One of keepstone.toml takes the place of a built-in one of its name.
    configure(&place, "default_policy = \"archive\"\n[policies.archive]\nkeep_min_count = 3\n");
    let listed = place.ok("list_policies", json!({}));
    assert_eq!(listed["defaultPolicy"], "archive");
    assert_eq!(
        (&listed["policies"][0]["keepMinCount"], &listed["policies"][0]["isDefault"]),
        (&json!(3), &json!(true))
    );
}

/// Strictly younger is young; of exactly the age is old.
#[test]
fn age() {
    let place = Place::in_memory();
    configure(&place, &policy(""));
    note(&place, "young", 9, &[], json!({}));
    note(&place, "just-young", 0, &[], json!({"createdAt": "2100-01-21T00:00:00.001Z"}));
    note(&place, "just-old", 10, &[], json!({}));
    note(&place, "unborn", -1, &[], json!({}));
    let plan = plan(&place, p());
    let expected = [
        ("just-old", "delete: older_than_10d"),
        ("just-young", "keep: age"),
        ("unborn", "keep: age"),
        ("young", "keep: age"),
    ];
    assert_eq!(fates(&plan), expected.map(|(id, fate)| (id, fate.to_owned())).into());
    // Newest first, and the sums are those of the candidates.
    let ids: Vec<&Value> = plan["candidates"].as_array().unwrap().iter().map(|one| &one["artifactId"]).collect();
    assert_eq!(ids, ["unborn", "young", "just-young", "just-old"]);
    assert_eq!(
        plan["totals"],
        json!({"entries": 4, "keep": 3, "delete": 1, "files": 1, "logicalBytes": 8, "physicalBytes": 8})
    );
}

/// The newest of each type, of one moment those that were published last, whatever else keeps them.
#[test]
fn the_newest_of_each_type() {
    let place = Place::in_memory();
    configure(&place, &policy("keep_min_count = 2\n"));
    note(&place, "young", 1, &[], json!({}));
    for id in ["tie-1", "tie-2", "tie-3"] {
        note(&place, id, 50, &[], json!({}));
    }
    note(&place, "other", 90, &[], json!({"artifactType": "other"}));
    let plan = plan(&place, p());
    let fates = fates(&plan);
    assert_eq!(fates["young"], "keep: age, min_count");
    assert_eq!(fates["tie-3"], "keep: min_count", "published last");
    assert_eq!(fates["tie-2"], "delete: older_than_10d");
    assert_eq!(fates["tie-1"], "delete: older_than_10d");
    assert_eq!(fates["other"], "keep: min_count");
}

#[test]
fn types_and_roles() {
    let place = Place::in_memory();
    configure(&place, &policy("keep_types = [\"model\"]\nkeep_roles = [\"final\", \"seed\"]\n"));
    note(&place, "model", 50, &[], json!({"artifactType": "model"}));
    note(&place, "both", 50, &[], json!({"roles": ["seed", "x", "final"]}));
    note(&place, "neither", 50, &[], json!({"roles": ["finally"]}));
    let plan = plan(&place, p());
    let fates = fates(&plan);
    assert_eq!(fates["model"], "keep: protected_type:model");
    assert_eq!(fates["both"], "keep: protected_role:final, protected_role:seed");
    assert_eq!(fates["neither"], "delete: older_than_10d");
}

/// A chain goes from its end, one collection after another; a diamond too.
#[test]
fn what_something_live_was_made_from() {
    let place = Place::in_memory();
    configure(&place, &policy("keep_with_descendants = true\n"));
    note(&place, "a", 50, &[], json!({}));
    note(&place, "b", 50, &["a"], json!({}));
    note(&place, "c", 50, &["b"], json!({}));
    for (id, inputs) in [("top", &[][..]), ("left", &["top"]), ("right", &["top"]), ("bottom", &["left", "right"])] {
        note(&place, id, 50, inputs, json!({}));
    }
    let first = plan(&place, p());
    for id in ["a", "b", "top", "left", "right"] {
        assert_eq!(fates(&first)[id], "keep: has_descendants", "{id}");
    }
    assert_eq!(going(&first), ["bottom", "c"]);
    apply(&place, &first);
    let second = plan(&place, p());
    assert_eq!(going(&second), ["right", "left", "b"]);
    apply(&place, &second);
    let third = plan(&place, p());
    assert_eq!(going(&third), ["top", "a"]);
    configure(&place, &policy(""));
    assert_eq!(going(&plan(&place, p())), ["top", "a"], "without the rule it is age alone");
}

/// What was deleted in between hides nothing; annotations lead nowhere.
#[test]
fn descendants_are_found_over_the_deleted() {
    let place = Place::in_memory();
    configure(&place, &policy("keep_with_descendants = true\n"));
    note(&place, "root", 50, &[], json!({}));
    note(&place, "middle", 50, &["root"], json!({}));
    note(&place, "leaf", 1, &["middle"], json!({}));
    note(&place, "sibling", 50, &[], json!({}));
    note(&place, "noted", 1, &[], json!({"inputs": [{"artifactId": "sibling", "relation": "sibling_of"}]}));
    place.ok("delete_artifact", json!({"artifactId": "middle"}));
    let plan = plan(&place, p());
    assert_eq!(fates(&plan)["root"], "keep: has_descendants");
    assert_eq!(fates(&plan)["sibling"], "delete: older_than_10d");
    assert!(!fates(&plan).contains_key("middle"), "what is deleted is no candidate");
}

#[test]
fn what_something_pinned_was_made_from() {
    let place = Place::in_memory();
    note(&place, "root", 50, &[], json!({}));
    note(&place, "middle", 50, &["root"], json!({}));
    note(&place, "pinned", 50, &["middle"], json!({}));
    note(&place, "below", 50, &["pinned"], json!({}));
    place.ok("pin", json!({"artifactId": "pinned"}));
    configure(&place, &policy("keep_ancestors_of_pinned = true\n"));
    let with = plan(&place, p());
    assert_eq!(fates(&with)["root"], "keep: ancestor_of_pinned");
    assert_eq!(fates(&with)["middle"], "keep: ancestor_of_pinned");
    assert_eq!(fates(&with)["pinned"], "keep: pinned", "it is no ancestor of itself");
    assert_eq!(going(&with), ["below"]);
    configure(&place, &policy(""));
    assert_eq!(going(&plan(&place, p())), ["below", "middle", "root"]);
}

#[test]
fn members_of_live_datasets_stay() {
    let place = Place::in_memory();
    configure(&place, &policy(""));
    for id in ["old-version", "both", "new-version", "pinned-by-run"] {
        note(&place, id, 50, &[], json!({"runId": (id == "pinned-by-run").then_some("r")}));
    }
    let version = |version: &str, ids: &[&str]| {
        let members: Vec<Value> = ids.iter().map(|id| json!({"artifactId": id, "role": "x"})).collect();
        place.ok("create_dataset", json!({"datasetId": "d", "version": version, "members": members}));
    };
    version("v1", &["old-version", "both"]);
    version("v2", &["both", "new-version"]);
    place.ok("delete_dataset", json!({"datasetId": "d", "version": "v1"}));
    place.ok("pin", json!({"runId": "r"}));
    place.ok("pin", json!({"datasetId": "d"}));
    let plan = plan(&place, p());
    let fates = fates(&plan);
    assert_eq!(fates["old-version"], "delete: older_than_10d");
    assert_eq!(fates["both"], "keep: pinned, dataset_member");
    assert_eq!(fates["new-version"], "keep: pinned, dataset_member");
    assert_eq!(fates["pinned-by-run"], "keep: pinned");
}

/// Physical bytes are what a purge frees: of what several hold, once, and nothing of what anything keeps.
#[test]
fn shared_bytes_count_once() {
    let place = Place::in_memory();
    configure(&place, &policy(""));
    let content = |text: &str| json!({"content": {"encoding": "utf8", "data": text}});
    note(&place, "twin-1", 50, &[], content("twins"));
    note(&place, "twin-2", 40, &[], content("twins"));
    note(&place, "held-old", 50, &[], content("held by a young one"));
    note(&place, "held-young", 1, &[], content("held by a young one"));
    note(&place, "trashed", 50, &[], content("in the trash"));
    note(&place, "like-trashed", 50, &[], content("in the trash"));
    note(&place, "pinned-trash", 50, &[], content("pinned in the trash"));
    note(&place, "like-pinned", 50, &[], content("pinned in the trash"));
    for id in ["trashed", "pinned-trash"] {
        place.ok("delete_artifact", json!({"artifactId": id}));
    }
    place.ok("pin", json!({"artifactId": "pinned-trash"}));
    let plan = plan(&place, p());
    let physical: BTreeMap<&str, u64> = plan["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["artifactId"].as_str().unwrap(), one["physicalBytes"].as_u64().unwrap()))
        .collect();
    assert_eq!(physical["twin-2"], 5, "the first of the two in the plan");
    assert_eq!(physical["twin-1"], 0);
    assert_eq!((physical["held-old"], physical["held-young"]), (0, 0));
    assert_eq!(physical["like-trashed"], 12, "a purge takes both");
    assert_eq!(physical["like-pinned"], 0, "what is pinned in the trash stays there");
    assert_eq!(plan["totals"]["physicalBytes"], 17);
    assert_eq!(plan["totals"]["logicalBytes"], 5 + 5 + 19 + 12 + 19);
    assert_eq!((&plan["bytesBefore"], &plan["bytesAfter"]), (&json!(5 + 19 + 12 + 19), &json!(19)));
    apply(&place, &plan);
    let before: u64 = place.objects().len() as u64;
    let purged = place.ok("purge_trash", json!({"olderThan": "0d", "now": super::NOW, "dryRun": false}));
    assert_eq!(purged["physicalBytes"], plan["totals"]["physicalBytes"], "it frees what the plan said");
    assert_eq!(before - place.objects().len() as u64, 2);
}

/// The budget takes, oldest first, what only its age keeps, and nothing that any other rule keeps.
#[test]
fn a_budget() {
    let place = Place::in_memory();
    let bytes = |letter: &str| json!({"content": {"encoding": "utf8", "data": letter.repeat(100)}});
    note(&place, "young-1", 3, &[], bytes("a"));
    note(&place, "young-2", 2, &[], bytes("b"));
    note(&place, "young-3", 1, &[], bytes("c"));
    note(&place, "pinned", 9, &[], bytes("d"));
    note(&place, "shares-pinned", 8, &[], bytes("d"));
    note(&place, "old", 50, &[], bytes("e"));
    place.ok("pin", json!({"artifactId": "pinned"}));
    let budget = |bytes: u64| {
        configure(&place, &policy(&format!("space_budget_bytes = {bytes}\n")));
        plan(&place, p())
    };
    let plan = budget(400);
    assert_eq!(going(&plan), ["old"], "what is old frees enough");
    assert_eq!(
        (&plan["bytesBefore"], &plan["bytesAfter"], &plan["overBudgetBytes"]),
        (&json!(500), &json!(400), &json!(0))
    );
    let plan = budget(399);
    assert_eq!(going(&plan), ["young-1", "old"]);
    assert_eq!(fates(&plan)["young-1"], "delete: space_budget");
    assert_eq!(fates(&plan)["shares-pinned"], "keep: age", "it would free nothing");
    let plan = budget(250);
    assert_eq!(going(&plan), ["young-2", "young-1", "old"]);
    let plan = budget(50);
    assert_eq!(going(&plan), ["young-3", "young-2", "young-1", "old"]);
    assert_eq!((&plan["bytesAfter"], &plan["overBudgetBytes"]), (&json!(100), &json!(50)));
    assert!(plan["warnings"][0].as_str().unwrap().contains("exceeded by 50 bytes"), "{plan}");
    assert_eq!(fates(&plan)["pinned"], "keep: pinned, age");
}

/// Of bytes that several young ones share, the last holder frees them.
#[test]
fn a_budget_takes_shared_bytes_with_their_last_holder() {
    let place = Place::in_memory();
    let bytes = |letter: &str| json!({"content": {"encoding": "utf8", "data": letter.repeat(100)}});
    note(&place, "a-1", 4, &[], bytes("a"));
    note(&place, "b", 3, &[], bytes("b"));
    note(&place, "a-2", 2, &[], bytes("a"));
    note(&place, "c", 1, &[], bytes("c"));
    configure(&place, &policy("space_budget_bytes = 100\n"));
    assert_eq!(going(&plan(&place, p())), ["a-2", "b", "a-1"]);
}

/// A plan looks at what there was at its moment, and the same plan is the same to the byte.
#[test]
fn a_plan_stays_the_same() {
    let place = Place::in_memory();
    configure(&place, &policy("keep_min_count = 1\n"));
    for (id, created) in [("old-1", "2020-01-01"), ("old-2", "2020-01-02")] {
        note(&place, id, 0, &[], json!({"createdAt": created}));
    }
    let first = place.ok("plan_gc", json!({}));
    assert_eq!(going(&first), ["old-1"]);
    std::thread::sleep(std::time::Duration::from_millis(2));
    // Published later, it would be the newest of its type, and a descendant.
    note(&place, "later", 0, &["old-1"], json!({"createdAt": "2020-01-03"}));
    let same = place.ok("plan_gc", json!({"now": first["now"]}));
    assert_eq!(same.to_string(), first.to_string());
    assert_eq!(going(&place.ok("plan_gc", json!({}))), ["old-2", "old-1"]);
    assert_eq!(apply(&place, &first)["deleted"][0]["artifactId"], "old-1", "publishing doesn't make it stale");
}

#[test]
fn a_stale_plan_is_refused() {
    let place = Place::in_memory();
    configure(&place, &policy(""));
    for id in ["a", "b", "c"] {
        note(&place, id, 50, &[], json!({}));
    }
    let stale = plan(&place, p());
    let refused = |what: &str| {
        let (kind, field, _) = place.refuses("apply_gc", again(&stale));
        assert_eq!((kind.as_str(), field.as_str()), ("stale_plan", "digest"), "{what}");
    };
    place.ok("pin", json!({"artifactId": "a"}));
    refused("something of it is pinned");
    place.ok("unpin", json!({"artifactId": "a"}));
    configure(&place, &policy("keep_types = [\"note\"]\n"));
    refused("the policy has changed");
    configure(&place, &policy(""));
    place.ok("delete_artifact", json!({"artifactId": "b"}));
    refused("something of it was deleted");
    place.ok("restore", json!({"artifactIds": ["b"]}));
    assert_eq!(apply(&place, &stale)["totals"]["delete"], 3);
    refused("it is done");
    let fresh = plan(&place, p());
    assert_eq!((going(&fresh), apply(&place, &fresh)["report"].clone()), (vec![], Value::Null));
}

/// What is asked for without a policy answers the default policy's name, by which it can be carried out.
#[test]
fn a_plan_of_everything_is_carried_out_by_what_it_answered() {
    let place = Place::in_memory();
    configure(&place, &(policy("") + "[families.f]\nkeep = 1\n"));
    note(&place, "old", 50, &[], json!({}));
    super::run(&place, "f", "run-a", "2020-01-01T00:00:00.000Z", None);
    super::run(&place, "f", "run-b", "2020-01-02T00:00:00.000Z", None);
    let plan = plan(&place, json!({}));
    assert_eq!((&plan["policy"], &plan["family"], going(&plan)), (&json!("p"), &Value::Null, vec!["run-a", "old"]));
    assert_eq!(going(&super::plan(&place, p())), ["old"], "a policy doesn't judge runs of families");
    assert_eq!(apply(&place, &plan)["totals"]["delete"], 2);
}

#[test]
fn without_rules_nothing_is_collected() {
    let place = Place::in_memory();
    note(&place, "old", 5000, &[], json!({}));
    let plan = plan(&place, json!({}));
    assert_eq!((&plan["candidates"], &plan["totals"]["entries"]), (&json!([]), &json!(0)));
    assert!(plan["warnings"][0].as_str().unwrap().contains("nothing is collected"), "{plan}");
    configure(&place, "[families.f]\nkeep = 1\n");
    let plan = super::plan(&place, json!({}));
    assert!(plan["warnings"][0].as_str().unwrap().starts_with("1 artifacts belong to no family"), "{plan}");
}

#[test]
fn wrong_names_and_rules_are_named() {
    let place = Place::with_store();
    let (kind, field, message) = place.refuses("plan_gc", json!({"policy": "nobodys"}));
    assert_eq!(
        (kind.as_str(), field.as_str(), message.as_str()),
        ("not_found", "policy", "policy nobodys was not found")
    );
    let (kind, field, message) = place.refuses("plan_gc", json!({"family": "nobodys"}));
    assert_eq!(
        (kind.as_str(), field.as_str(), message.as_str()),
        ("not_found", "family", "family nobodys was not found")
    );
    let (kind, field, _) = place.refuses("plan_gc", json!({"policy": "archive", "family": "f"}));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "family"));
    let (kind, field, _) = place.refuses("plan_gc", json!({"policy": "archive", "now": "soon"}));
    assert_eq!((kind.as_str(), field.as_str()), ("invalid_params", "now"));
    for (text, words) in [
        ("default_policy = \"nobodys\"\n", &["default_policy", "nobodys"][..]),
        ("[policies.p]\nkeep_min_age_days = -1\n", &["line 2", "policies.p.keep_min_age_days", "-1"]),
        ("[policies.p]\nkeep_min_count = 1.5\n", &["line 2", "policies.p.keep_min_count"]),
        ("[policies.p]\nspace_budget_bytes = -5\n", &["policies.p.space_budget_bytes", "-5"]),
        ("[policies.p]\nkeep_max_count = 3\n", &["line 2", "keep_max_count"]),
        ("[policies.\"a b\"]\n", &["a b"]),
        ("[families.f]\nkeep = 0\nalways_keep = []\n", &["families.f", "keep = 0"]),
        ("[families.f]\nkeep = -3\n", &["families.f.keep", "-3"]),
        ("[families.f]\nalways_keep = [\"last_word\"]\n", &["last_word", "last_pass"]),
        ("[families.f]\nkept = 3\n", &["line 2", "kept"]),
        ("[families.f]\npin = [\"\"]\n", &["families.f", "pin"]),
    ] {
        configure(&place, text);
        let error = place.fails("plan_gc", json!({}));
        assert_eq!(error["data"]["kind"], "invalid_data", "{text}: {error}");
        let message = error["message"].as_str().unwrap();
        assert!(words.iter().all(|word| message.contains(word)), "{text}: {message}");
    }
}
