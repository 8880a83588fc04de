//! Whatever is asked of whatever there is: the indexes tell the same as a look at every artifact.

use std::cmp::Ordering;

use super::*;
use crate::model::artifact::{Outcome, Status};
use crate::model::curation::Values;

const MOMENT: &str = "2026-02-01T00:00:00.000Z";

/// An artifact as it was published, and what became of it.
#[derive(Debug, Clone)]
struct One {
    publication: Publication,
    archived: bool,
    deleted: bool,
    superseded: bool,
    /// Told of anew, so that its words were written twice.
    retold: bool,
}

fn param_values() -> impl Strategy<Value = Value> + Clone {
    let long = "a text that is longer than what its word has of it";
    prop::sample::select(vec![
        json!(0),
        json!(-0.0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(-1),
        json!(-2.5),
        json!(24),
        json!(1e300),
        json!(-1e300),
        json!(5e-324),
        json!(9_007_199_254_740_993_u64),
        json!("a"),
        json!("ab"),
        json!("Ab"),
        json!("\u{e9}t\u{e9}"),
        json!(""),
        json!(long),
        json!(format!("{long}, and more")),
        json!("a text that is l"),
        json!(true),
        json!(false),
        json!(null),
        json!([1, "ab"]),
        json!([[24], {"n": 24}]),
        json!({"n": 1}),
        json!({"n": [2, 24]}),
        json!({"n.m": 24}),
        json!({"n": {"m": 1.5}}),
        json!("1"),
    ])
}

const NAMES: [&str; 5] = ["p", "q", "p.n", "q.n.m", "p.n.m"];

prop_compose! {
    fn one()(
        kind in prop::sample::select(vec!["note", "plot", "Note"]),
        (tags, title) in (prop::collection::btree_map("[ab]", "[u-y]", 0..3), prop::option::of("[aAbB]{1,2}")),
        params in prop::collection::btree_map(prop::sample::select(&NAMES[..]), param_values(), 0..4),
        (size, day) in (0..4_u64, 1..4),
        source in prop::option::of(prop::sample::select(vec!["gauge", "radar"])),
        outcome in prop::option::of(prop::sample::select(vec![Outcome::Pass, Outcome::Fail])),
        states in prop::collection::vec(prop::bool::weighted(0.15), 4),
        many in prop::bool::weighted(0.05),
    ) -> One {
        let mut publication = publication(0);
        let record = &mut publication.record;
        record.artifact_type = ArtifactType::try_from(kind.to_owned()).unwrap();
        record.size_bytes = size;
        record.created_at = format!("2026-01-0{day}T00:00:00.000Z");
        record.source = source.map(str::to_owned);
        record.outcome = outcome;
        record.params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if many {
            // More than the index takes.
            record.params.extend((0..1001).map(|number| (format!("z{number}"), json!(number))));
        }
        (publication.tags, publication.title) = (tags, title);
        One { publication, archived: states[0], deleted: states[1], superseded: states[2], retold: states[3] }
    }
}

prop_compose! {
    fn filter()(
        types in prop::option::weighted(0.4, prop::sample::subsequence(vec!["note", "plot", "Note", "none"], 0..3)),
        tags in prop::collection::btree_map("[ab]", "[xy]", 0..2),
        any_tags in prop::collection::btree_set(("[ab]", "[xy]"), 0..3),
        params in prop::collection::vec((prop::sample::select(&NAMES[..]), param_test()), 0..2),
        (min_size_bytes, max_created_at) in (prop::option::weighted(0.2, 0..4_u64), prop::option::weighted(0.2, 1..4)),
        source in prop::option::weighted(0.2, Just("radar".to_owned())),
        outcome in prop::option::weighted(0.2, Just(Outcome::Pass)),
        archived in prop::sample::select(vec![Some(false), Some(false), None, Some(true)]),
        status in prop::sample::select(vec![None, None, Some(Status::Active), Some(Status::Superseded), Some(Status::Tombstoned)]),
        newest in prop::option::of(0..40_i64),
    ) -> Filter {
        Filter {
            types: types.map(|types| types.into_iter().map(str::to_owned).collect()),
            tags: tags.into_iter().collect(),
            any_tags: any_tags.into_iter().collect(),
            params: params.into_iter().map(|(path, test)| ParamFilter { path: path.to_owned(), test }).collect(),
            min_size_bytes,
            max_created_at: max_created_at.map(|day| format!("2026-01-0{day}T00:00:00.000Z")),
            source,
            outcome,
            archived,
            status,
            newest,
            ..Filter::default()
        }
    }
}

fn scalars() -> impl Strategy<Value = Value> + Clone {
    param_values().prop_filter("no lists", |value| !value.is_array() && !value.is_object())
}

fn param_test() -> impl Strategy<Value = ParamTest> {
    let ends = scalars().prop_filter("ordered", |value| value.is_number() || value.is_string());
    prop_oneof![
        prop::collection::vec(scalars(), 1..3).prop_map(ParamTest::Among),
        (ends.clone(), prop::option::of(ends.clone())).prop_map(|(min, max)| ParamTest::Between(Some(min), max)),
        ends.prop_map(|max| ParamTest::Between(None, Some(max))),
    ]
}

/// None where they are not of one kind.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
        },
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => (one == other).then_some(Ordering::Equal),
    }
}

fn holds(params: &Map<String, Value>, ParamFilter { path, test }: &ParamFilter) -> bool {
    let there = |value: &Value| match test {
        ParamTest::Among(values) => values.iter().any(|wanted| order(value, wanted) == Some(Ordering::Equal)),
        ParamTest::Between(min, max) => {
            min.as_ref().is_none_or(|min| order(value, min).is_some_and(Ordering::is_ge))
                && max.as_ref().is_none_or(|max| order(value, max).is_some_and(Ordering::is_le))
        }
    };
    let inwards = path.split('.').skip(1).try_fold(params.get(path.split('.').next().unwrap()), |value, name| {
        Some(value.and_then(|value| value.as_object()?.get(name)))
    });
    let ways = [params.get(path), inwards.flatten()];
    ways.into_iter()
        .flatten()
        .any(|value| there(value) || value.as_array().is_some_and(|items| items.iter().any(there)))
}

fn lets_through(filter: &Filter, seq: i64, one: &One) -> bool {
    let (publication, record) = (&one.publication, &one.publication.record);
    let tagged = |(key, value): &(String, String)| publication.tags.get(key) == Some(value);
    let state = match filter.status {
        None => !one.deleted,
        Some(Status::Active) => !one.deleted && !one.superseded,
        Some(Status::Superseded) => !one.deleted && one.superseded,
        Some(Status::Tombstoned) => one.deleted,
    };
    state
        && filter.archived.is_none_or(|archived| one.archived == archived)
        && filter.types.as_ref().is_none_or(|types| types.iter().any(|name| name == record.artifact_type.as_str()))
        && filter.tags.iter().all(tagged)
        && (filter.any_tags.is_empty() || filter.any_tags.iter().any(tagged))
        && filter.params.iter().all(|param| holds(&record.params, param))
        && filter.min_size_bytes.is_none_or(|least| record.size_bytes >= least)
        && filter.max_created_at.as_ref().is_none_or(|last| record.created_at <= *last)
        && (filter.source.is_none() || filter.source == record.source)
        && filter.outcome.as_ref().is_none_or(|outcome| record.outcome.as_ref() == Some(outcome))
        && filter.newest.is_none_or(|newest| seq <= newest)
}

fn store_of(ones: &[One]) -> Manifest {
    let manifest = manifest_of(ones.iter().enumerate().map(|(number, one)| {
        let (record, own) = (publication(number).record, one.publication.record.clone());
        let record = Record {
            artifact_id: record.artifact_id,
            logical_key: record.logical_key,
            name: record.name,
            file_hash: record.file_hash,
            ..own
        };
        Publication { record, ..one.publication.clone() }
    }));
    manifest.begin().unwrap();
    for (seq, one) in (1..).zip(ones) {
        if one.superseded {
            manifest.set_superseded(seq, None, MOMENT).unwrap();
        }
        if one.archived {
            let values = Values { archived: Some(true), ..Values::default() };
            manifest.set_values(seq, &values, MOMENT).unwrap();
        }
        if one.deleted {
            manifest.set_deleted(seq, MOMENT, &Map::new()).unwrap();
        }
        if one.retold {
            manifest.say_anew(seq).unwrap();
        }
    }
    manifest.commit().unwrap();
    manifest
}

/// The place of an artifact in an order, and what a cursor says of it.
fn place(sort: SortBy, one: &One) -> (bool, String, u64, Key) {
    let (publication, record) = (&one.publication, &one.publication.record);
    let text = |text: &str| (false, text.to_owned(), 0, Key::Text(text.to_owned()));
    match sort {
        SortBy::Created => text(&record.created_at),
        SortBy::Updated if one.superseded || one.archived || one.deleted => text(MOMENT),
        SortBy::Updated => text(&record.created_at),
        SortBy::Size => {
            (false, String::new(), record.size_bytes, Key::Number(i64::try_from(record.size_bytes).unwrap()))
        }
        SortBy::Type => text(record.artifact_type.as_str()),
        SortBy::Title => match &publication.title {
            Some(title) => (false, title.to_ascii_lowercase(), 0, Key::Text(title.clone())),
            None => (true, String::new(), 0, Key::None),
        },
        SortBy::Relevance => (false, String::new(), 0, Key::Number(0)),
    }
}

fn plain_order(ones: &[One], found: &BTreeSet<i64>, sort: SortBy, ascending: bool) -> Vec<Hit> {
    let of = |seq: i64| place(sort, &ones[usize::try_from(seq).unwrap() - 1]);
    let mut hits: Vec<Hit> = found.iter().map(|seq| Hit { seq: *seq, key: of(*seq).3 }).collect();
    hits.sort_by(|one, other| {
        let ((one_last, one_text, one_number, _), (other_last, other_text, other_number, _)) =
            (of(one.seq), of(other.seq));
        let order = (one_text, one_number, one.seq).cmp(&(other_text, other_number, other.seq));
        one_last.cmp(&other_last).then(if ascending { order } else { order.reverse() })
    });
    hits
}

fn plain_facet(ones: &[One], found: &BTreeSet<i64>, facet: FacetBy) -> BTreeMap<(Option<String>, String), u64> {
    let mut counts = BTreeMap::new();
    for one in found.iter().map(|seq| &ones[usize::try_from(*seq).unwrap() - 1]) {
        let (publication, record) = (&one.publication, &one.publication.record);
        let status = match (one.deleted, one.superseded) {
            (true, _) => "tombstoned",
            (false, true) => "superseded",
            (false, false) => "active",
        };
        let values: Vec<(Option<String>, String)> = match facet {
            FacetBy::Tag => publication.tags.iter().map(|(key, value)| (Some(key.clone()), value.clone())).collect(),
            FacetBy::Type => vec![(None, record.artifact_type.as_str().to_owned())],
            FacetBy::Status => vec![(None, status.to_owned())],
            FacetBy::Source => record.source.iter().map(|source| (None, source.clone())).collect(),
            FacetBy::Outcome => {
                let name = |outcome: &Outcome| if *outcome == Outcome::Pass { "pass" } else { "fail" };
                record.outcome.iter().map(|outcome| (None, name(outcome).to_owned())).collect()
            }
            FacetBy::Family => record.family.iter().map(|family| (None, family.clone())).collect(),
        };
        values.into_iter().for_each(|value| *counts.entry(value).or_insert(0) += 1);
    }
    counts
}

const SORTS: [SortBy; 5] = [SortBy::Created, SortBy::Updated, SortBy::Title, SortBy::Size, SortBy::Type];
const FACETS: [FacetBy; 6] =
    [FacetBy::Type, FacetBy::Tag, FacetBy::Status, FacetBy::Family, FacetBy::Outcome, FacetBy::Source];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indexes_tell_what_a_look_at_every_artifact_tells(
        ones in prop::collection::vec(one(), 1..40),
        mut filters in prop::collection::vec(filter(), 12),
        (limit, offset) in (1..9_u64, 0..9_u64),
    ) {
        let manifest = store_of(&ones);
        for newest in [None, Some(i64::try_from(ones.len()).unwrap() - 2)] {
            filters.push(Filter { archived: Some(false), newest, ..Filter::default() });
        }
        for filter in filters {
            let meant: BTreeSet<i64> =
                (1..).zip(&ones).filter(|(seq, one)| lets_through(&filter, *seq, one)).map(|(seq, _)| seq).collect();
            let finds = manifest.find(&filter).unwrap();
            prop_assert_eq!(finds.total, meant.len() as u64, "{:?}", filter);
            for sort in SORTS {
                for ascending in [false, true] {
                    let plain = plain_order(&ones, &meant, sort, ascending);
                    let mut search = Search { filter: filter.clone(), sort, ascending, after: None, offset, limit };
                    let mut left = plain.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
                    loop {
                        let page = manifest.page(&search, &finds).unwrap().hits;
                        let shown = left.len().min(usize::try_from(limit).unwrap());
                        prop_assert_eq!(&page, &left[..shown], "{:?}", search);
                        left = &left[shown..];
                        match page.last() {
                            Some(last) => search = Search { after: Some(last.clone()), offset: 0, ..search },
                            None => break,
                        }
                    }
                }
            }
            let told = manifest.facets(&finds, &FACETS, 100).unwrap();
            for (facet, told) in FACETS.into_iter().zip(told) {
                let counts: Vec<u64> = told.iter().map(|bucket| bucket.count).collect();
                prop_assert!(counts.is_sorted_by(|one, other| one >= other));
                let told: BTreeMap<_, _> = told.into_iter().map(|one| ((one.key, one.value), one.count)).collect();
                prop_assert_eq!(told, plain_facet(&ones, &meant, facet), "{:?} {:?}", facet, filter);
            }
        }
    }
}
