//! How soon, how fast and at what cost runs are told.

use std::{io, path::Path, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    reader::Reader,
    site::{Site, TALK_LINES},
};
use crate::{
    fault::Faults,
    latencies::Latencies,
    process::Process,
    report::{Table, milliseconds, rate},
    target::Target,
};

/// Followers of one run; the last number is also that of the streams that are open at once.
const FOLLOWERS: [usize; 3] = [1, 100, 1000];

/// Measures for about `duration` each, and returns the tables as text.
///
/// # Errors
/// When the flows cannot be published, or the stack's process is gone.
pub(crate) async fn measure(
    target: &Target,
    program: &Path,
    data: &Path,
    server: Process,
    duration: Duration,
    faults: &mut Faults,
) -> io::Result<String> {
    let site = Site::create(target, program, data).await?;
    let first = firsts(&site, "hello", "run.started", duration, faults).await;
    let token = firsts(&site, "ask", "token", duration, faults).await;
    let mut soon = Table::new(&["from the request to", "streams", "p50", "p99", "max"]);
    for (what, latencies) in [("the first event", first), ("the first token", token)] {
        let count = latencies.count().to_string();
        let sorted = latencies.sorted();
        let latency = |percent| milliseconds(sorted.percentile(percent));
        soon.add(&[what.to_owned(), count, latency(50), latency(99), latency(100)]);
    }
    let mut fast = Table::new(&["followers", "events", "events/s", "all at the end after"]);
    for followers in FOLLOWERS {
        match follow(&site, followers).await {
            Ok((events, elapsed)) => fast.add(&[
                followers.to_string(),
                events.to_string(),
                rate(u32::try_from(events).unwrap_or(u32::MAX), elapsed),
                format!("{:.2} s", elapsed.as_secs_f64()),
            ]),
            Err(fault) => faults.add(fault),
        }
    }
    let mut open = Table::new(&["streams at once", "memory a stream", "told of the end after"]);
    for streams in FOLLOWERS {
        match hold(&site, streams, server, duration).await? {
            Ok((bytes, elapsed)) => open.add(&[
                streams.to_string(),
                format!("{} KB", bytes / 1000),
                milliseconds(elapsed),
            ]),
            Err(fault) => faults.add(fault),
        }
    }
    Ok(format!("{soon}\n{fast}\n{open}"))
}

/// Starts runs one after another, and how long each took to the first event of a kind.
async fn firsts(
    site: &Site,
    trigger: &str,
    kind: &str,
    duration: Duration,
    faults: &mut Faults,
) -> Latencies {
    let mut latencies = Latencies::default();
    let end = Instant::now() + duration;
    while Instant::now() < end {
        let started = Instant::now();
        let told = async {
            let mut reader = Reader::open(site.authority(), site.stream(trigger)?).await?;
            reader.until(kind).await?;
            let latency = started.elapsed();
            reader.until("run.completed").await?;
            Ok::<_, String>(latency)
        };
        match told.await {
            Ok(latency) => latencies.add(latency),
            Err(fault) => {
                faults.add(fault);
                break;
            }
        }
    }
    latencies
}

/// Lets followers read a run of many lines from its start to its end, all at once; how many events they got together.
async fn follow(site: &Site, followers: usize) -> Result<(usize, Duration), String> {
    let run = site.start("talk").await?;
    Reader::open(site.authority(), site.events(&run)?).await?.until("run.completed").await?;
    let started = Instant::now();
    let mut running = JoinSet::new();
    for _ in 0..followers {
        let (authority, request) = (site.authority().to_owned(), site.events(&run)?);
        running.spawn(async move { Reader::open(&authority, request).await?.drain().await });
    }
    let mut events = 0;
    while let Some(ended) = running.join_next().await {
        let (count, has_ended) = ended.map_err(|error| error.to_string())??;
        // The start, the lines, three of which are the loop's and the run's own.
        if count != TALK_LINES + 4 || !has_ended {
            return Err(format!("a follower got {count} events, its end: {has_ended}"));
        }
        events += count;
    }
    Ok((events, started.elapsed()))
}

/// Holds streams of one sleeping run open; what each takes of the stack's memory, and how long after the run was
/// cancelled the last of them has heard of it.
async fn hold(
    site: &Site,
    streams: usize,
    server: Process,
    duration: Duration,
) -> io::Result<Result<(u64, Duration), String>> {
    let before = server.resident_bytes()?;
    let opened = async {
        let run = site.start("rest").await?;
        let mut readers = Vec::new();
        for _ in 0..streams {
            let mut reader = Reader::open(site.authority(), site.events(&run)?).await?;
            reader.until("run.started").await?;
            readers.push(reader);
        }
        Ok::<_, String>((run, readers))
    };
    let (run, readers) = match opened.await {
        Ok(opened) => opened,
        Err(fault) => return Ok(Err(fault)),
    };
    sleep(duration).await;
    let taken = server.resident_bytes()?.saturating_sub(before);
    let ended = async {
        site.cancel(&run).await?;
        let cancelled = Instant::now();
        for mut reader in readers {
            reader.until("run.cancelled").await?;
        }
        Ok((taken / streams as u64, cancelled.elapsed()))
    };
    Ok(ended.await)
}
