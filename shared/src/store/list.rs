//! Lists of a workspace's runs, newest first.
//!
//! The index spreads a workspace over 16 shards. All are read side by side and merged: what is
//! certain is only what lies above the point that every shard was read to.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::future::try_join_all;

use super::{
    Error,
    client::{Store, names},
    header,
    item::{Item, Reader, text},
    tables::RUNS_BY_WORKSPACE,
};
use crate::model::{Environment, RunId, Status, Timestamp, TriggerId, WorkspaceId};

/// Which runs a list shows. All of a workspace's when every part is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this trigger's.
    pub trigger: Option<TriggerId>,
    /// Only those that stand there.
    pub status: Option<Status>,
    /// Only those of this environment.
    pub environment: Option<Environment>,
    /// Only those that started at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that started before this time.
    pub until: Option<Timestamp>,
}

/// A run as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRun {
    /// Its id.
    pub id: RunId,
    /// What started it.
    pub trigger: TriggerId,
    /// Where.
    pub environment: Environment,
    /// The flow's name.
    pub flow: String,
    /// The version its author gave it.
    pub flow_version: String,
    /// Where it stands.
    pub status: Status,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPage {
    /// Newest first.
    pub runs: Vec<ListedRun>,
    /// Where the next page starts; absent at the end of the list.
    pub next: Option<String>,
}

const SHARDS: u8 = 16;

/// How often the shards are read for one page. A page under a filter that little matches may
/// therefore be short, or empty, and still have a next one.
const ROUNDS: u32 = 8;

/// Items that one query evaluates where a filter drops some: 250 bytes each, 60 KB in all.
const FILTERED_ITEMS: usize = 250;

impl Store {
    /// Runs of `workspace` that `filter` lets through, newest first. A run appears, and changes its
    /// status, within a second of doing so: the index follows the table.
    ///
    /// # Errors
    /// [`Error::Cursor`] for a cursor that no page named; see [`Error`] for the others.
    pub async fn list(
        &self,
        workspace: &WorkspaceId,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<RunPage, Error> {
        let newest = filter.until.unwrap_or(Timestamp::from_millis(MAX_UUID_MS));
        let mut below = cursor.map_or_else(|| Ok(RunId::new(newest, [0; 10])), parse)?;
        let mut page = RunPage::default();
        for _ in 0..ROUNDS {
            let missing = limit - page.runs.len();
            let shards = (0..SHARDS).map(|shard| {
                let partition = header::list(workspace, shard);
                self.shard(partition, filter, below, missing)
            });
            let shards = try_join_all(shards).await?;
            let frontier = shards.iter().filter_map(|shard| shard.read_to).max();
            let mut found: Vec<_> = shards.into_iter().flat_map(|shard| shard.runs).collect();
            found.retain(|run| frontier.is_none_or(|frontier| run.id >= frontier));
            found.sort_unstable_by_key(|run| std::cmp::Reverse(run.id));
            let cut = found.len() > missing;
            found.truncate(missing);
            page.runs.extend(found);
            let read_to = if cut { page.runs.last().map(|run| run.id) } else { frontier };
            page.next = read_to.map(|id| BASE64_URL_SAFE_NO_PAD.encode(id.to_string()));
            match read_to {
                Some(read_to) if page.runs.len() < limit => below = read_to,
                _ => break,
            }
        }
        Ok(page)
    }

    async fn shard(
        &self,
        partition: String,
        filter: &Filter,
        below: RunId,
        missing: usize,
    ) -> Result<Shard, Error> {
        let oldest = RunId::new(filter.since.unwrap_or_default(), [0; 10]);
        if below <= oldest {
            return Ok(Shard::default());
        }
        let (conditions, filters) = conditions(filter);
        // A sixteenth of the page is in each shard, give or take.
        let items = if filters.is_some() { FILTERED_ITEMS } else { missing / 8 + 4 };
        let page = self
            .client
            .query()
            .table_name(&self.tables.runs)
            .index_name(RUNS_BY_WORKSPACE)
            .scan_index_forward(false)
            .limit(i32::try_from(items).unwrap_or(i32::MAX))
            .key_condition_expression("#list = :list AND #pk BETWEEN :oldest AND :below")
            .set_filter_expression(filters.clone())
            .set_expression_attribute_names(names(&["#list #pk", &filters.unwrap_or_default()]))
            .set_expression_attribute_values(Some(conditions))
            .expression_attribute_values(":list", text(partition))
            .expression_attribute_values(":oldest", text(header::partition(oldest)))
            .expression_attribute_values(":below", text(header::partition(below)))
            .send()
            .await?;
        let mut runs = page.items().iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // DynamoDB compares a range's ends inclusively.
        runs.retain(|run| run.id < below);
        let read_to = match &page.last_evaluated_key {
            Some(key) => Some(id(Reader::new(key, "list"))?),
            None => None,
        };
        Ok(Shard { runs, read_to })
    }
}

/// What one query found.
#[derive(Default)]
struct Shard {
    runs: Vec<ListedRun>,
    /// The last run that was looked at; absent when that was the shard's last.
    read_to: Option<RunId>,
}

fn conditions(filter: &Filter) -> (Item, Option<String>) {
    let wanted: [(&str, Option<&str>); 3] = [
        ("trigger", filter.trigger.as_ref().map(TriggerId::as_str)),
        ("status", filter.status.map(Status::as_str)),
        ("environment", filter.environment.map(Environment::as_str)),
    ];
    let mut values = Item::new();
    let mut conditions = Vec::new();
    for (name, value) in wanted {
        if let Some(value) = value {
            values.insert(format!(":{name}"), AttributeValue::S(value.to_owned()));
            conditions.push(format!("#{name} = :{name}"));
        }
    }
    (values, Some(conditions.join(" AND ")).filter(|text| !text.is_empty()))
}

fn read(item: &Item) -> Result<ListedRun, Error> {
    let listed = Reader::new(item, "list");
    Ok(ListedRun {
        id: id(listed)?,
        trigger: listed.parse("trigger")?,
        environment: listed.parse("environment")?,
        flow: listed.text("flow")?.to_owned(),
        flow_version: listed.text("version")?.to_owned(),
        status: header::status(listed)?,
        started_at: listed.time("started_at")?,
        ended_at: listed.optional_time("ended_at"),
    })
}

fn id(listed: Reader<'_>) -> Result<RunId, Error> {
    header::run_of(listed.text("pk")?).ok_or_else(|| listed.corrupt())
}

fn parse(cursor: &str) -> Result<RunId, Error> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Error::Cursor)?;
    let text = str::from_utf8(&bytes).map_err(|_| Error::Cursor)?;
    text.parse().map_err(|_| Error::Cursor)
}

/// The last time that a `UUIDv7` can hold: 48 bits of milliseconds (RFC 9562 §5.7).
const MAX_UUID_MS: u64 = (1 << 48) - 1;
