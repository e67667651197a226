//! Runs in the background: started by clients that do not wait, and watched until the last one has completed.
//!
//! Watching must not cost what is measured. So nothing is read while runs are started; then one reader looks at each
//! client's newest run, with a pause after each look in vain, until all of these have completed; then every run is read
//! once. A run that is still pending by then is read until it has completed, and moves the end of the whole batch.

use std::{collections::VecDeque, io, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    answer::{self, State},
    client::Client,
    fault::Faults,
    load::{CpuTime, Measured, Timing, Work, drive},
    process::Process,
    status,
    target::Target,
};

/// Between two looks at runs that are not done.
const PAUSE: Duration = Duration::from_millis(5);

/// How long after the last start a run counts as lost. Longer than the lease of a worker and the visibility of its
/// message together, so that a run which a second worker takes up is late, not lost.
const PATIENCE: Duration = Duration::from_mins(3);

/// Readers that check all runs once they should have completed.
const CHECKERS: usize = 16;

/// A run that was started.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// Its id.
    pub(crate) run: String,
    /// What it was told.
    pub(crate) message: String,
}

/// A client whose every request starts a run.
pub(crate) trait Starts: Work {
    /// The runs so far, the newest last.
    fn started(&self) -> &[Started];
}

/// One client that starts runs.
pub(crate) struct Starting {
    target: Target,
    prefix: String,
    started: Vec<Started>,
}

impl Starting {
    /// A client whose messages begin with `prefix`.
    pub(crate) fn new(target: &Target, prefix: String) -> Self {
        Self { target: target.clone(), prefix, started: Vec::new() }
    }
}

impl Starts for Starting {
    fn started(&self) -> &[Started] {
        &self.started
    }
}

impl Work for Starting {
    async fn once(&mut self, client: &mut Client) -> Result<(), String> {
        let message = format!("{}{:08}", self.prefix, self.started.len());
        let (status, body) = client.send(self.target.start(&message)).await?;
        let (run, _) = answer::read(status, &body, &message)?;
        self.started.push(Started { run, message });
        Ok(())
    }
}

/// A batch of runs, all completed or among the faults.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The start calls.
    pub(crate) starts: Measured,
    /// The runs.
    pub(crate) runs: Vec<Started>,
    /// From the first start until the last run was seen completed.
    pub(crate) elapsed: Duration,
    /// Processor time in all of it.
    pub(crate) cpu: CpuTime,
    /// Runs lost and answers wrong after the start.
    pub(crate) faults: Faults,
}

/// Lets every one of `works` start runs for `duration`, and waits until all have completed.
///
/// # Errors
/// When the stack's process is gone.
pub(crate) async fn run(
    target: &Target,
    server: Process,
    works: Vec<impl Starts>,
    duration: Duration,
) -> io::Result<Batch> {
    let begin = Instant::now();
    let cpu_before = CpuTime::now(server)?;
    let timing = Timing { warm_up: Duration::ZERO, duration };
    let (starts, works) = drive(&target.authority, server, timing, works).await?;

    let mut faults = Faults::default();
    let lost_at = Instant::now() + PATIENCE;
    let newest = works.iter().filter_map(|work| work.started().last().cloned()).collect();
    faults.merge(watch(target.clone(), newest, lost_at).await.faults);
    let mut elapsed = begin.elapsed();
    let cpu = CpuTime::now(server)?.since(cpu_before);

    let runs: Vec<Started> = works.iter().flat_map(|work| work.started().to_vec()).collect();
    let mut checking = JoinSet::new();
    for part in runs.chunks(runs.len().div_ceil(CHECKERS).max(1)) {
        checking.spawn(watch(target.clone(), part.iter().cloned().collect(), lost_at));
    }
    while let Some(watched) = checking.join_next().await {
        let watched = watched.map_err(io::Error::other)?;
        faults.merge(watched.faults);
        elapsed = watched.last_late_at.map_or(elapsed, |late| elapsed.max(late - begin));
    }
    Ok(Batch { starts, runs, elapsed, cpu, faults })
}

#[derive(Default)]
struct Watched {
    faults: Faults,
    /// When a run was seen completed that had been seen pending before, for the last time.
    last_late_at: Option<Instant>,
}

/// Reads each of `runs` until it has completed.
async fn watch(target: Target, mut runs: VecDeque<Started>, lost_at: Instant) -> Watched {
    let mut watched = Watched::default();
    let mut client = match Client::connect(&target.authority).await {
        Ok(client) => client,
        Err(fault) => {
            watched.faults.add(fault);
            return watched;
        }
    };
    let mut late = false;
    while let Some(run) = runs.pop_front() {
        match status::read(&target, &mut client, &run).await {
            Ok(State::Completed) if late => watched.last_late_at = Some(Instant::now()),
            Ok(State::Completed) => {}
            Ok(State::Pending) if Instant::now() >= lost_at => {
                watched.faults.add(format!(
                    "run {} is lost: it has not completed after {PATIENCE:?}",
                    run.run
                ));
            }
            Ok(State::Pending) => {
                late = true;
                runs.push_front(run);
                sleep(PAUSE).await;
                continue;
            }
            Err(fault) => watched.faults.add(fault),
        }
        late = false;
    }
    watched
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand_in::StandIn;

    async fn batch(stand_in: StandIn) -> Batch {
        let target = stand_in.serve().await;
        let works = (0..3).map(|client| Starting::new(&target, format!("b{client}-"))).collect();
        run(&target, Process::own(), works, Duration::from_millis(100)).await.unwrap()
    }

    #[tokio::test]
    async fn a_batch_ends_when_its_last_run_has_completed() {
        let batch = batch(StandIn::Right).await;
        assert!(batch.starts.faults.is_empty(), "{}", batch.starts.faults);
        assert!(batch.faults.is_empty(), "{}", batch.faults);
        assert_eq!(batch.runs.len(), batch.starts.count as usize);
        assert!(batch.elapsed >= Duration::from_millis(100));
    }

    #[tokio::test]
    async fn a_late_run_moves_the_end_of_its_batch() {
        let batch = batch(StandIn::FirstRunIsLate(Duration::from_millis(600))).await;
        assert!(batch.faults.is_empty(), "{}", batch.faults);
        assert!(batch.elapsed >= Duration::from_millis(600), "{:?}", batch.elapsed);
    }

    #[tokio::test]
    async fn a_wrong_result_is_a_fault_of_each_run() {
        let batch = batch(StandIn::WrongReply).await;
        assert!(batch.faults.count() >= batch.runs.len());
    }
}
