//! The closed loop: every client sends its next request when the last is answered, for a fixed time.

use std::{io, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    client::Client,
    fault::Faults,
    latencies::{Latencies, Sorted},
    process::Process,
};

/// Faults after which a client gives up: more of them say nothing new.
const MAX_FAULTS: usize = 20;

/// What one client does again and again.
pub(crate) trait Work: Send + 'static {
    /// Sends one request and checks its answer.
    fn once(&mut self, client: &mut Client) -> impl Future<Output = Result<(), String>> + Send;
}

/// When requests are sent, and when they count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Sent but not counted.
    pub(crate) warm_up: Duration,
    /// Counted.
    pub(crate) duration: Duration,
}

/// What came of a load.
#[derive(Debug)]
pub(crate) struct Measured {
    /// How many clients there were.
    pub(crate) clients: usize,
    /// The counted requests.
    pub(crate) count: u32,
    /// How long they took, one by one.
    pub(crate) latencies: Sorted,
    /// How long they took together.
    pub(crate) elapsed: Duration,
    /// Processor time meanwhile.
    pub(crate) cpu: CpuTime,
    /// What went wrong, warm-up included.
    pub(crate) faults: Faults,
}

/// Processor time of both sides, from some start on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CpuTime {
    /// The stack's.
    pub(crate) server: Duration,
    /// The load generator's own.
    pub(crate) generator: Duration,
}

impl CpuTime {
    /// Since the start of each process.
    pub(crate) fn now(server: Process) -> io::Result<Self> {
        Ok(Self { server: server.cpu_time()?, generator: Process::own().cpu_time()? })
    }

    /// From `earlier` until this.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            server: self.server.saturating_sub(earlier.server),
            generator: self.generator.saturating_sub(earlier.generator),
        }
    }
}

/// Gives each of `works` a client of its own, and gives them back when the time is over.
///
/// # Errors
/// When the stack's process is gone.
pub(crate) async fn drive<W: Work>(
    authority: &str,
    server: Process,
    timing: Timing,
    works: Vec<W>,
) -> io::Result<(Measured, Vec<W>)> {
    let clients = works.len();
    let begin = Instant::now() + timing.warm_up;
    let end = begin + timing.duration;
    let mut running = JoinSet::new();
    for work in works {
        running.spawn(repeat(authority.to_owned(), begin, end, work));
    }
    sleep_until(begin).await;
    let cpu_before = CpuTime::now(server)?;
    sleep_until(end).await;
    let cpu = CpuTime::now(server)?.since(cpu_before);

    let (mut latencies, mut faults, mut works) =
        (Latencies::default(), Faults::default(), Vec::new());
    while let Some(ended) = running.join_next().await {
        let (some, wrong, work) = ended.map_err(io::Error::other)?;
        latencies.merge(some);
        faults.merge(wrong);
        works.push(work);
    }
    let count = latencies.count();
    let latencies = latencies.sorted();
    Ok((Measured { clients, count, latencies, elapsed: timing.duration, cpu, faults }, works))
}

/// A request counts where it was sent in time, however late its answer: else the slow ones would go missing.
async fn repeat<W: Work>(
    authority: String,
    begin: Instant,
    end: Instant,
    mut work: W,
) -> (Latencies, Faults, W) {
    let (mut latencies, mut faults) = (Latencies::default(), Faults::default());
    while faults.count() < MAX_FAULTS && Instant::now() < end {
        let mut client = match Client::connect(&authority).await {
            Ok(client) => client,
            Err(fault) => {
                faults.add(fault);
                continue;
            }
        };
        loop {
            let sent = Instant::now();
            if sent >= end {
                break;
            }
            if let Err(fault) = work.once(&mut client).await {
                faults.add(fault);
                break;
            }
            if sent >= begin {
                latencies.add(sent.elapsed());
            }
        }
    }
    (latencies, faults, work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{stand_in::StandIn, waiting::Waiting};

    const TIMING: Timing =
        Timing { warm_up: Duration::from_millis(20), duration: Duration::from_millis(200) };

    async fn waiting(stand_in: StandIn) -> (Measured, Vec<Waiting>) {
        let target = stand_in.serve().await;
        let works = (0..4).map(|client| Waiting::new(&target, format!("c{client}-"))).collect();
        drive(&target.authority, Process::own(), TIMING, works).await.unwrap()
    }

    #[tokio::test]
    async fn right_answers_are_counted_and_their_clients_come_back() {
        let (measured, works) = waiting(StandIn::Right).await;
        assert!(measured.faults.is_empty(), "{}", measured.faults);
        assert!(measured.count > 10, "{}", measured.count);
        assert!(measured.latencies.percentile(100) > Duration::ZERO);
        assert_eq!(works.len(), 4);
    }

    #[tokio::test]
    async fn answers_to_anothers_message_are_faults() {
        let (measured, _) = waiting(StandIn::WrongReply).await;
        assert_eq!(measured.faults.count(), 4 * MAX_FAULTS);
        assert_eq!(measured.count, 0);
    }

    #[tokio::test]
    async fn a_stack_that_is_not_there_is_a_fault() {
        let works = vec![Waiting::new(&StandIn::Right.serve().await, "m".to_owned())];
        let (measured, _) = drive("127.0.0.1:1", Process::own(), TIMING, works).await.unwrap();
        assert_eq!(measured.faults.count(), MAX_FAULTS);
    }
}
