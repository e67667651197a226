//! The embedded tables, queues, payloads, schedules and secrets: opened, made ready, and served on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shared::{
    clock::Clock,
    model::limits::RUN_RETENTION,
    store::{Tables, tables::create_tables},
};
use tokio::net::TcpListener;
use tokio::time::{Instant, interval_at};

use super::data::DataFolder;
use super::endpoints::{CONFIG_TABLE, DEAD_LETTERS, PAYLOADS_BUCKET, RUNS_QUEUE, RUNS_TABLE};
use super::{Options, StartError};
use crate::invoke::{Stop, Tasks};
use crate::{dynamodb, s3, scheduler, sqs, ssm};

/// How often items and payloads are deleted whose time has ended. On AWS it takes up to days.
const SWEEP_PERIOD: Duration = Duration::from_mins(10);

/// The names of the tables.
pub(super) fn tables() -> Tables {
    Tables { runs: RUNS_TABLE.to_owned(), config: CONFIG_TABLE.to_owned() }
}

/// Opens the tables and makes them where they are missing.
pub(super) async fn open_tables(
    data: Option<&DataFolder>,
    sync: bool,
) -> Result<dynamodb::Store, StartError> {
    let Some(data) = data else { return new_tables().await };
    if !data.has_tables() {
        // The database makes a table in several steps, and a process that dies between them would
        // leave one behind that can be neither used nor made again.
        let unfinished = data.unfinished_tables()?;
        new_tables().await?.copy_to(&unfinished).await?;
        data.keep_tables(&unfinished)?;
    }
    Ok(dynamodb::Store::open(&data.tables(), sync)?)
}

async fn new_tables() -> Result<dynamodb::Store, StartError> {
    let store = dynamodb::Store::in_memory()?;
    create_tables(&dynamodb::client(&store), &tables()).await?;
    Ok(store)
}

/// Opens the queues and makes them what the options say. Messages that a process before this one
/// had in hand can be received at once: nobody works on them any more.
pub(super) async fn open_queues(
    data: Option<&DataFolder>,
    options: &Options,
) -> Result<sqs::Engine, StartError> {
    let now = now(&options.clock);
    let engine = match data {
        Some(data) => sqs::Engine::open(&data.queues(), options.sync, now)?,
        None => sqs::Engine::in_memory(now),
    };
    let visibility_s = options.settings.queue_visibility.as_millis().div_ceil(1000);
    let visibility = ("VisibilityTimeout".to_owned(), visibility_s.to_string());
    make_queue(&engine, DEAD_LETTERS, BTreeMap::from([visibility.clone()])).await?;
    let redrive = json!({
        "deadLetterTargetArn": engine.attributes(DEAD_LETTERS)?.remove("QueueArn"),
        "maxReceiveCount": options.max_receive_count,
    });
    let redrive = ("RedrivePolicy".to_owned(), redrive.to_string());
    make_queue(&engine, RUNS_QUEUE, BTreeMap::from([visibility, redrive])).await?;
    Ok(engine)
}

/// Opens the bucket of payloads.
pub(super) fn open_payloads(
    data: Option<&DataFolder>,
    options: &Options,
) -> Result<s3::Objects, StartError> {
    let now = now(&options.clock);
    Ok(match data {
        Some(data) => s3::Objects::open(&data.payloads(), options.sync, PAYLOADS_BUCKET, now)?,
        None => s3::Objects::in_memory(PAYLOADS_BUCKET, now)?,
    })
}

fn now(clock: &Clock) -> sqs::Now {
    let clock = clock.clone();
    Arc::new(move || clock.now().as_millis())
}

/// Opens the schedules.
pub(super) fn open_schedules(
    data: Option<&DataFolder>,
    options: &Options,
) -> Result<scheduler::Engine, StartError> {
    let clock = options.clock.clone();
    Ok(match data {
        Some(data) => scheduler::Engine::open(&data.schedules(), options.sync, clock)?,
        None => scheduler::Engine::in_memory(clock)?,
    })
}

/// Opens the secrets.
pub(super) fn open_parameters(
    data: Option<&DataFolder>,
    options: &Options,
) -> Result<ssm::Parameters, StartError> {
    let now = now(&options.clock);
    Ok(match data {
        Some(data) => ssm::Parameters::open(&data.parameters(), options.sync, now)?,
        None => ssm::Parameters::in_memory(now)?,
    })
}

async fn make_queue(
    engine: &sqs::Engine,
    name: &str,
    attributes: BTreeMap<String, String>,
) -> Result<(), sqs::Error> {
    engine.create_queue(name, &BTreeMap::new()).await?;
    engine.set_attributes(name, &attributes).await?;
    engine.release_in_flight(name).await?;
    Ok(())
}

/// A listener on `address`, and the address that it got.
pub(super) async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listened = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listened.await.map_err(|source| StartError::Listen { address, source })
}

/// What is served, each with where.
pub(super) struct Served {
    pub(super) tables: (dynamodb::Store, TcpListener),
    pub(super) queues: (sqs::Engine, TcpListener),
    pub(super) payloads: (s3::Objects, TcpListener),
    pub(super) schedules: (scheduler::Engine, TcpListener),
    pub(super) parameters: (ssm::Parameters, TcpListener),
}

/// Serves them, deletes what is past its time, and passes on that a clock was moved.
pub(super) fn serve(services: &Tasks, stop: &Stop, served: Served, clock: Clock) {
    let (tables, tables_listener) = served.tables;
    let (queues, queues_listener) = served.queues;
    let (payloads, payloads_listener) = served.payloads;
    let (schedules, schedules_listener) = served.schedules;
    let (parameters, parameters_listener) = served.parameters;
    let requested = || {
        let mut stop = stop.clone();
        async move { stop.requested().await }
    };
    let served = dynamodb::serve(tables.clone(), tables_listener, requested());
    services.spawn(async { log_end("tables", served.await) });
    let served = sqs::serve(queues.clone(), queues_listener, requested());
    services.spawn(async { log_end("queues", served.await) });
    let served = s3::serve(payloads.clone(), payloads_listener, requested());
    services.spawn(async { log_end("payloads", served.await) });
    let served = scheduler::serve(schedules, schedules_listener, requested());
    services.spawn(async { log_end("schedules", served.await) });
    let served = ssm::serve(parameters, parameters_listener, requested());
    services.spawn(async { log_end("secrets", served.await) });
    services.spawn(until(requested(), sweep(tables, payloads)));
    services.spawn(until(requested(), pass_on_moves(clock, queues)));
}

fn log_end(what: &str, result: std::io::Result<()>) {
    if let Err(error) = result {
        tracing::error!(error = %error, "The {what} are not served any more");
    }
}

async fn until(stop: impl Future<Output = ()>, task: impl Future<Output = ()>) {
    tokio::select! {
        () = stop => {}
        () = task => {}
    }
}

/// Items go by the machine's time, which is what the embedded database compares with. A payload is never older than its
/// run, so it outlives the items that refer to it.
async fn sweep(tables: dynamodb::Store, payloads: s3::Objects) {
    let mut period = interval_at(Instant::now() + SWEEP_PERIOD, SWEEP_PERIOD);
    loop {
        period.tick().await;
        match tables.sweep_ttl().await {
            Ok(count) => tracing::debug!(item.count = count, "Deleted items past their time"),
            Err(error) => tracing::warn!(error = %error, "Items past their time were not deleted"),
        }
        match payloads.expire(RUN_RETENTION).await {
            Ok(count) => tracing::debug!(object.count = count, "Deleted payloads past their time"),
            Err(error) => {
                tracing::warn!(error = %error, "Payloads past their time were not deleted");
            }
        }
    }
}

async fn pass_on_moves(clock: Clock, queues: sqs::Engine) {
    loop {
        // The clock is listened to before the queues look at it, so no move falls in between.
        let look = async { queues.wake() };
        futures::join!(clock.moved(), look);
    }
}
