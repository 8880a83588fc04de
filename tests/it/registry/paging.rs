//! Pages that follow each other, whatever others do meanwhile.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{found, note};
use crate::support::{Place, Session, refusal};

fn many(place: &Place, from: usize, to: usize) {
    for number in from..to {
        let title = ["Rain", "rain", "SNOW", "hail"][number % 4];
        let mut more = json!({"tags": {"odd": (number % 2).to_string()}, "artifactType": format!("t{}", number % 3),
            "createdAt": format!("2026-03-{:02}T00:00:00Z", number % 7 + 1),
            "content": {"encoding": "utf8", "data": "x".repeat(number % 5 + 1)}});
        if number % 3 > 0 {
            more["title"] = json!(title);
        }
        note(place, &format!("n-{number}"), more);
    }
}

/// Every page of a search, with something happening between two of them.
#[track_caller]
fn pages(
    mut ask: impl FnMut(Value) -> Value,
    params: &Value,
    limit: usize,
    mut between: impl FnMut(),
) -> (Vec<String>, Vec<u64>) {
    let (mut ids, mut totals) = (Vec::new(), Vec::new());
    let mut params = params.clone();
    params["limit"] = json!(limit);
    loop {
        let page = ask(params.clone());
        let artifacts = page["artifacts"].as_array().unwrap();
        ids.extend(artifacts.iter().map(|one| one["artifactId"].as_str().unwrap().to_owned()));
        totals.push(page["total"].as_u64().unwrap());
        match &page["nextCursor"] {
            Value::Null => return (ids, totals),
            cursor => params["cursor"] = cursor.clone(),
        }
        assert_eq!(artifacts.len(), limit);
        between();
    }
}

#[test]
fn pages_are_one_list_in_every_order_while_others_publish() {
    let place = Place::in_memory();
    many(&place, 0, 40);
    let mut published = 40;
    for sort in ["created", "updated", "title", "size", "type", "relevance"] {
        for order in ["asc", "desc"] {
            let mut params = json!({"sort": sort, "order": order, "filter": {"anyTags": {"odd": ["0", "1"]}}});
            if sort == "relevance" {
                params["query"] = json!("rain OR snow OR t1");
            }
            let mut whole = params.clone();
            whole["limit"] = json!(1000);
            let whole = found(&place, whole);
            for limit in [1, 7, 1000] {
                let (ids, totals) = pages(
                    |params| place.ok("search_artifacts", params),
                    &params,
                    limit,
                    || {
                        if published < 60 {
                            many(&place, published, published + 1);
                            published += 1;
                        }
                    },
                );
                if limit == 1000 {
                    assert_eq!(
                        found(&place, {
                            let mut all = params.clone();
                            all["limit"] = json!(1000);
                            all
                        }),
                        ids
                    );
                    continue;
                }
                let before: Vec<&String> = ids.iter().filter(|id| whole.contains(id)).collect();
                assert_eq!(before, whole.iter().collect::<Vec<_>>(), "{sort} {order} {limit}");
                assert!(totals.iter().all(|total| *total == ids.len() as u64), "{sort} {order} {totals:?}");
            }
        }
    }
    assert_eq!(published, 60);
}

#[test]
fn offsets_and_cursors_lead_to_the_same() {
    let place = Place::in_memory();
    many(&place, 0, 10);
    let whole = found(&place, json!({"sort": "title"}));
    for offset in 0..12 {
        let page = place.ok("search_artifacts", json!({"sort": "title", "offset": offset, "limit": 3}));
        assert_eq!((&page["total"], &page["nextCursor"].is_null()), (&json!(10), &(offset >= 7)));
        let ids = found(&place, json!({"sort": "title", "offset": offset, "limit": 3}));
        assert_eq!(ids, whole[offset.min(10)..(offset + 3).min(10)]);
        if let Some(cursor) = page["nextCursor"].as_str() {
            let next = found(&place, json!({"sort": "title", "cursor": cursor, "limit": 1}));
            assert_eq!(next, whole[offset + 3..offset + 4], "another limit may be given");
            for foreign in [
                json!({"sort": "size", "cursor": cursor}),
                json!({"sort": "title", "order": "desc", "cursor": cursor}),
                json!({"sort": "title", "query": "rain", "cursor": cursor}),
                json!({"sort": "title", "filter": {"tags": {"odd": "1"}}, "cursor": cursor}),
                json!({"sort": "title", "cursor": &cursor[1..]}),
            ] {
                assert_eq!(refusal(&place.fails("search_artifacts", foreign)).1, "cursor");
            }
            let both = json!({"sort": "title", "cursor": cursor, "offset": 1});
            assert_eq!(refusal(&place.fails("search_artifacts", both)).1, "offset");
        }
    }
}

/// Two processes: one publishes without pause, the other reads pages.
#[test]
fn another_process_publishes_between_pages() {
    let place = Place::in_memory();
    many(&place, 0, 30);
    let before: BTreeSet<String> = found(&place, json!({})).into_iter().collect();
    place.site().close();
    let root = place.root();
    let publisher = std::thread::spawn({
        let root = root.clone();
        move || {
            let mut session = Session::start(&root);
            for number in 0..60 {
                let params = json!({"artifactType": "t", "artifactId": format!("m-{number}"), "title": "rain",
                    "content": {"encoding": "utf8", "data": format!("{number}")}});
                assert!(session.call("publish_artifact", params)["error"].is_null());
            }
            session.finish();
        }
    });
    let mut session = Session::start(&root);
    for params in [json!({}), json!({"query": "rain", "sort": "relevance"}), json!({"sort": "size"})] {
        let (ids, totals) =
            pages(|params| session.call("search_artifacts", params)["result"].take(), &params, 5, || {});
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "nothing is there twice");
        assert!(totals.iter().all(|total| *total == ids.len() as u64), "{totals:?} {}", ids.len());
        if params == json!({}) {
            assert!(before.iter().all(|id| distinct.contains(id)));
        }
    }
    publisher.join().unwrap();
    session.finish();
}
