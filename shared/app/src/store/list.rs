//! Lists of a workspace's runs, newest first.
//!
//! The index spreads a workspace over 16 shards. All are read side by side and merged: what is
//! certain is only what lies above the point that every shard was read to.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures::future::try_join_all;

use super::{
    Error, Filter,
    client::{Store, names},
    header,
    item::{Item, Reader, text},
    tables::RUNS_BY_WORKSPACE,
};
use crate::model::{Environment, RunId, Status, ThreadId, Timestamp, TriggerId, WorkspaceId};

/// A run as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRun {
    /// Its id.
    pub id: RunId,
    /// What started it.
    pub trigger: TriggerId,
    /// Where.
    pub environment: Environment,
    /// The conversation it belongs to.
    pub thread: Option<ThreadId>,
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
        if filter.lets_nothing_through() {
            return Ok(RunPage::default());
        }
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
        let (conditions, filters) = filter.conditions();
        // A sixteenth of the page is in each shard, give or take.
        let items = if filter.is_selective() { FILTERED_ITEMS } else { missing / 8 + 4 };
        let query = self
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
            .expression_attribute_values(":below", text(header::partition(below)));
        let page = Box::pin(query.send()).await?;
        let mut runs = page.items().iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // DynamoDB compares a range's ends inclusively.
        runs.retain(|run| {
            run.id < below
                && filter.triggers.as_ref().is_none_or(|triggers| triggers.contains(&run.trigger))
        });
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

fn read(item: &Item) -> Result<ListedRun, Error> {
    let listed = Reader::new(item, "list");
    Ok(ListedRun {
        id: id(listed)?,
        trigger: listed.parse("trigger")?,
        environment: listed.parse("environment")?,
        thread: header::thread(listed)?,
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{
        auth::random,
        model::{Event, Run},
        store::fixture::{Database, START, at, end, queued, taken},
    };

    async fn insert(
        database: &Database,
        count: u64,
        change: impl Fn(u64, Run) -> Run,
    ) -> Vec<RunId> {
        let mut ids = Vec::new();
        for second in 0..count {
            let started_at = START.after(Duration::from_secs(second));
            let id = RunId::new(started_at, random().unwrap());
            let run = change(second, Run { id, started_at, ..queued() });
            database.store.insert(&run, &json!({})).await.unwrap();
            ids.push(run.id);
        }
        ids.reverse();
        ids
    }

    async fn all(database: &Database, filter: &Filter, limit: usize) -> Vec<RunId> {
        let workspace = queued().workspace;
        let (mut ids, mut cursor) = (Vec::new(), None);
        loop {
            let page = database.store.list(&workspace, filter, cursor.as_deref(), limit).await;
            let page = page.unwrap();
            assert!(page.runs.len() <= limit);
            ids.extend(page.runs.iter().map(|run| run.id));
            cursor = page.next;
            if cursor.is_none() {
                return ids;
            }
        }
    }

    #[tokio::test]
    async fn pages_of_any_size_show_every_run_once_and_newest_first() {
        let database = Database::start().await;
        let ids = insert(&database, 80, |_, run| run).await;
        for limit in [5, 33, 80, 500] {
            assert_eq!(all(&database, &Filter::default(), limit).await, ids, "{limit}");
        }
    }

    #[tokio::test]
    async fn runs_of_one_millisecond_are_all_listed() {
        let database = Database::start().await;
        let mut ids = insert(&database, 40, |_, run| Run { id: queued().id, ..run }).await;
        ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
        assert_eq!(all(&database, &Filter::default(), 3).await, ids);
    }

    #[tokio::test]
    async fn runs_crowded_into_one_shard_keep_their_order() {
        let database = Database::start().await;
        let ids = insert(&database, 60, |second, run| {
            let shard = if second < 20 { u8::try_from(second).unwrap() } else { 3 };
            Run { id: RunId::new(run.started_at, [shard; 10]), ..run }
        })
        .await;
        for limit in [5, 33, 100] {
            assert_eq!(all(&database, &Filter::default(), limit).await, ids, "{limit}");
        }
    }

    #[tokio::test]
    async fn a_filter_lets_through_what_it_says() {
        let database = Database::start().await;
        let ids = insert(&database, 60, |second, run| Run {
            trigger: if second % 10 == 0 { "rare".parse().unwrap() } else { run.trigger },
            thread: (second % 30 == 7).then(|| "talk".parse().unwrap()),
            environment: if second < 30 { Environment::Uat } else { run.environment },
            ..run
        })
        .await;
        let rare: Vec<_> = ids.iter().rev().step_by(10).rev().copied().collect();
        let triggers = Some(vec!["rare".parse().unwrap()]);
        let mut many: Vec<TriggerId> =
            (0..200).map(|number| format!("t{number}").parse().unwrap()).collect();
        many.extend(triggers.clone().unwrap());
        let environments = Some(vec![Environment::Uat]);
        let both = Some(vec![Environment::Uat, queued().environment]);
        let thread = Some("talk".parse().unwrap());
        let statuses = Some(vec![Status::Failed, Status::TimedOut]);
        let none = |filter: Filter| (filter, Vec::new());
        let (since, until) = (Some(at(10)), Some(at(20)));
        let cases = [
            (Filter { triggers: triggers.clone(), ..Filter::default() }, rare.clone()),
            (Filter { triggers: Some(many), ..Filter::default() }, rare.clone()),
            (
                Filter { environments: environments.clone(), ..Filter::default() },
                ids[30..].to_vec(),
            ),
            (Filter { environments: both, ..Filter::default() }, ids.clone()),
            (Filter { triggers, environments, ..Filter::default() }, rare[3..].to_vec()),
            (Filter { thread, ..Filter::default() }, vec![ids[22], ids[52]]),
            (Filter { since, ..Filter::default() }, ids[..50].to_vec()),
            (Filter { until, ..Filter::default() }, ids[40..].to_vec()),
            (Filter { since, until, ..Filter::default() }, ids[40..50].to_vec()),
            none(Filter { since: until, until: since, ..Filter::default() }),
            none(Filter { statuses, ..Filter::default() }),
            none(Filter { triggers: Some(Vec::new()), ..Filter::default() }),
            none(Filter { environments: Some(Vec::new()), ..Filter::default() }),
        ];
        for (filter, expected) in cases {
            for limit in [2, 100] {
                assert_eq!(all(&database, &filter, limit).await, expected, "{filter:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_list_shows_where_its_runs_stand() {
        let database = Database::start().await;
        let run = queued();
        database.store.insert(&run, &json!({})).await.unwrap();
        let claimed = taken(database.store.claim(run.id, at(0), at(75)).await.unwrap()).run;
        let (complete, last) = (Event::Complete, end(json!(1)));
        database.store.finish(&claimed, 1, &last, complete, at(3), None).await.unwrap();
        let completed = Filter { statuses: Some(vec![Status::Completed]), ..Filter::default() };
        let page = database.store.list(&run.workspace, &completed, None, 10).await.unwrap();
        let expected = ListedRun {
            id: run.id,
            trigger: run.trigger,
            environment: run.environment,
            thread: run.thread,
            flow: run.flow.name,
            flow_version: run.flow.version,
            status: Status::Completed,
            started_at: run.started_at,
            ended_at: Some(at(3)),
        };
        assert_eq!(page, RunPage { runs: vec![expected], next: None });
        let other = database.store.list(&"other".parse().unwrap(), &completed, None, 10).await;
        assert_eq!(other.unwrap(), RunPage::default());
    }

    #[tokio::test]
    async fn a_cursor_of_the_callers_own_making_is_refused() {
        let database = Database::start().await;
        let workspace = queued().workspace;
        for cursor in ["", "x", "MTIz", "%%%"] {
            let list = database.store.list(&workspace, &Filter::default(), Some(cursor), 10).await;
            assert!(matches!(list, Err(Error::Cursor)), "{cursor}");
        }
    }
}
