//! `search_artifacts`

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::manifest::{Bucket, Finds, Manifest, Page, Search};
use crate::model::artifact::Artifact;
use crate::model::number::Count;
use crate::model::query::{FacetBy, Query as Words, SortBy};
use crate::model::{Error, Result};
use crate::operations::params::{digest, limited};
use crate::operations::registry::SearchFilter;
use crate::operations::{Context, Operation, Query};
use crate::registry::Cursor;
use crate::store::{Reader, View};

/// Most values that a facet tells of.
const MOST_VALUES: usize = 100;

/// Searches artifacts by words and by what they are. Archived ones are found only when `filter.archived` asks for them,
/// deleted ones only when `filter.status` does.
///
/// Words are looked for in title, description, tags, logical key, id, type, file names (of the first 1000 files), params,
/// roles, capabilities, writer and commit. A word is a run of letters and digits, without case and accents; what has dots,
/// hyphens or underscores in it, as an id, is found whole and by its parts. Of each text the first 16 KiB count.
///
/// Pages follow each other by `cursor`: what others publish meanwhile neither shifts nor repeats anything, and `total`
/// stays what it was. What is changed meanwhile is found where it stands then.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("examples" = [
    {"query": "rain (november OR \"late autumn\") -draft", "filter": {"types": ["report"]}, "sort": "relevance"},
    {"filter": {"anyTags": {"symbol": ["AAPL", "MSFT"]}, "params": {"grid.bins": {"min": 1, "max": 24}}}, "limit": 10, "facets": ["type", "tag"]},
]))]
pub struct Params {
    /// What is looked for: words, all of which must be there; "phrases"; starts of words, as rain*; AND, OR, NOT or - before
    /// a word; parentheses. At most 128 words.
    query: Option<String>,
    /// What else must hold.
    filter: Option<SearchFilter>,
    /// By what they are ordered; created unless given. What is alike in it stands in the order in which it was published.
    #[schemars(extend("default" = "created"))]
    sort: Option<SortBy>,
    /// Whether the least or the greatest comes first: asc by title and type, desc by all else, unless given.
    order: Option<Order>,
    /// At most this many: 1 to 1000, 50 unless given.
    #[schemars(range(min = 1, max = 1000), extend("default" = 50))]
    limit: Option<Count>,
    /// How many are passed over, 0 unless given. Through many pages a cursor is safer and faster.
    #[schemars(extend("default" = 0))]
    offset: Option<Count>,
    /// The nextCursor of the page before, instead of an offset; query, filter, sort and order must be the same.
    cursor: Option<String>,
    /// By what all that was found is counted.
    facets: Option<Vec<FacetBy>>,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The least.
    Asc,
    /// The greatest.
    Desc,
}

/// A page of what was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The artifacts.
    artifacts: Vec<Artifact>,
    /// How many were found in all.
    total: Count,
    /// How many are on this page.
    count: Count,
    /// What leads to the next page, null when this is the last.
    next_cursor: Option<String>,
    /// How all that was found spreads, null unless asked for.
    facets: Option<Facets>,
}

/// How many of the found artifacts have which value, the 100 most frequent first; null for what wasn't asked for. Artifacts
/// without a value are not counted.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facets {
    /// By type.
    r#type: Option<Vec<ValueCount>>,
    /// By tag.
    tag: Option<Vec<TagCount>>,
    /// By state.
    status: Option<Vec<ValueCount>>,
    /// By family.
    family: Option<Vec<ValueCount>>,
    /// By outcome.
    outcome: Option<Vec<ValueCount>>,
    /// By source.
    source: Option<Vec<ValueCount>>,
}

/// How many have a value.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueCount {
    /// The value.
    value: String,
    /// How many have it.
    count: Count,
}

/// How many have a tag.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagCount {
    /// The tag's key.
    key: String,
    /// Its value; "" for a tag that is only a word.
    value: String,
    /// How many have it.
    count: Count,
}

/// `search_artifacts`
pub enum SearchArtifacts {}

impl Operation for SearchArtifacts {
    const METHOD: &'static str = "search_artifacts";
    type Params = Params;
    type Result = Found;
}

impl Query for SearchArtifacts {
    fn run(reader: &Reader, params: Params, _: &Context) -> Result<Found> {
        let limit = limited("limit", params.limit, 50, 1000)?;
        if params.cursor.is_some() && params.offset.is_some() {
            return Err(Error::invalid_params(
                "offset: a cursor says where to go on; only one of the two can be given",
            )
            .field("offset"));
        }
        // No filter and an empty one are one search.
        let params = Params { filter: Some(params.filter.unwrap_or_default()), ..params };
        let own = digest(&params, &["limit", "offset", "cursor", "facets"]);
        let cursor = params.cursor.as_deref().map(|text| Cursor::read(text, &own)).transpose()?;
        let manifest = reader.manifest();
        let newest = match &cursor {
            Some(cursor) => cursor.newest,
            None => manifest.newest_seq()?,
        };
        let mut filter = params.filter.unwrap_or_default().checked(manifest)?;
        filter.query = params.query.as_deref().map(Words::parse).transpose()?;
        filter.newest = Some(newest);
        let sort = params.sort.unwrap_or(SortBy::Created);
        if sort == SortBy::Relevance && filter.query.as_ref().is_none_or(|query| query.wanted().is_empty()) {
            return Err(Error::invalid_params("sort: relevance is of words that are looked for, and there are none")
                .field("sort")
                .hint("give a query, or sort by something else"));
        }
        let ascending = match params.order {
            Some(order) => order == Order::Asc,
            None => matches!(sort, SortBy::Title | SortBy::Type),
        };
        // One more than is shown tells whether there are more.
        let search = Search {
            filter,
            sort,
            ascending,
            after: cursor.map(|cursor| cursor.last),
            offset: params.offset.map_or(0, |offset| offset.0),
            limit: limit + 1,
        };
        let finds = manifest.find(&search.filter)?;
        let Page { mut hits, total } = manifest.page(&search, &finds)?;
        let more = hits.len() as u64 > limit;
        hits.truncate(usize::try_from(limit).expect("at most 1000"));
        let last = hits.last().filter(|_| more).cloned();
        let seqs: Vec<i64> = hits.iter().map(|hit| hit.seq).collect();
        let facets = params.facets.map(|facets| count(manifest, &finds, &facets)).transpose()?;
        Ok(Found {
            artifacts: reader.answers_at(&seqs)?,
            total: Count(total),
            count: Count(seqs.len() as u64),
            next_cursor: last.map(|last| Cursor { last, newest }.text(&own)),
            facets,
        })
    }
}

fn count(manifest: &Manifest, finds: &Finds, asked: &[FacetBy]) -> Result<Facets> {
    let mut counted = Facets::default();
    for (by, buckets) in asked.iter().zip(manifest.facets(finds, asked, MOST_VALUES)?) {
        if *by == FacetBy::Tag {
            let tag = |bucket: Bucket| TagCount {
                key: bucket.key.unwrap_or_default(),
                value: bucket.value,
                count: Count(bucket.count),
            };
            counted.tag = Some(buckets.into_iter().map(tag).collect());
            continue;
        }
        let value = |bucket: Bucket| ValueCount { value: bucket.value, count: Count(bucket.count) };
        let values = Some(buckets.into_iter().map(value).collect());
        match by {
            FacetBy::Type => counted.r#type = values,
            FacetBy::Status => counted.status = values,
            FacetBy::Family => counted.family = values,
            FacetBy::Outcome => counted.outcome = values,
            FacetBy::Source => counted.source = values,
            FacetBy::Tag => unreachable!("told above"),
        }
    }
    Ok(counted)
}
