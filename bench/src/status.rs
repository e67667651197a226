//! Reads of ended runs.

use std::sync::Arc;

use crate::{
    answer::{self, State},
    background::Started,
    client::Client,
    load::Work,
    target::Target,
};

/// One reader, which goes round all runs.
pub(crate) struct Reading {
    target: Target,
    runs: Arc<[Started]>,
    next: usize,
}

impl Reading {
    /// A reader of `runs`, which begins at the run of this number.
    pub(crate) fn new(target: &Target, runs: Arc<[Started]>, first: usize) -> Self {
        Self { target: target.clone(), runs, next: first }
    }
}

impl Work for Reading {
    async fn once(&mut self, client: &mut Client) -> Result<(), String> {
        let place = self.next.checked_rem(self.runs.len()).unwrap_or_default();
        self.next += 1;
        let run = self.runs.get(place).ok_or("no run could be started that could be read")?;
        match read(&self.target, client, run).await? {
            State::Completed => Ok(()),
            State::Pending => Err(format!("run {} is pending again", run.run)),
        }
    }
}

/// How a run stands, whose answer must be the right one once it has ended.
pub(crate) async fn read(
    target: &Target,
    client: &mut Client,
    started: &Started,
) -> Result<State, String> {
    let request = target.status(&started.run).map_err(|error| error.to_string())?;
    let (status, body) = client.send(request).await?;
    let (run, state) = answer::read(status, &body, &started.message)?;
    if run == started.run {
        Ok(state)
    } else {
        Err(format!("asked for run {}, got {run}", started.run))
    }
}
