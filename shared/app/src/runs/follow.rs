//! Following a run: what its journal tells, in order, without loss and without repetition, to its end. Whoever executes
//! it, and wherever: a line is told once it is stored, so nobody is ever told two different things.

use std::{collections::VecDeque, time::Duration};

use tokio::task::JoinHandle;

use super::{Caller, Delta, Error, Live, RunView, Runs, Seat, status::visible};
use crate::{
    auth::Scope,
    model::{LogEntry, Run, RunId, Timestamp},
};

/// How soon a journal is looked at again in which something has just been found.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// How soon one is looked at again that has been quiet; between the two the pause grows by half. A follower costs
/// one read in this time, and hears of everything at most so much later.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// After so long a silence something is said: less than any proxy on the way takes for the end of a connection.
const SILENCE: Duration = Duration::from_secs(15);

/// For so long a store that fails is asked again, before the follower is sent to another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a follower is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    /// The run was accepted. Told to who has seen nothing yet.
    Accepted,
    /// A line of its log.
    Line(LogEntry),
    /// A model said something. Told by the process that executes the run, to who follows it there.
    Said(Delta),
    /// The run ended; its last line, and how. Nothing follows.
    Ended(LogEntry, Box<RunView>),
    /// Nothing happened for a while.
    Silence,
    /// Here it ends, there it goes on: behind this line. Nothing follows.
    Elsewhere(u64),
}

/// Somebody who follows a run.
pub struct Follower {
    runs: Runs,
    /// As it was found.
    run: Box<Run>,
    /// The next entry of the journal, and the last line that was told.
    entry: u64,
    line: u64,
    told: VecDeque<Happening>,
    /// Where the run is executed in this process.
    seat: Option<Seat>,
    execution: Option<JoinHandle<()>>,
    pause: Duration,
    quiet_since: Timestamp,
    failing_since: Option<Timestamp>,
    ends_at: Timestamp,
    is_over: bool,
}

impl Runs {
    /// Follows a run from behind line `seen`, or from its start. None where nothing is left to tell: the run has
    /// ended, and all of it was seen.
    ///
    /// # Errors
    /// As [`Runs::status`].
    pub async fn follow(
        &self,
        caller: &Caller,
        id: &str,
        seen: Option<u64>,
    ) -> Result<Option<Follower>, Error> {
        caller.require(Scope::ReadResults)?;
        let id: RunId = id.parse().map_err(|_| Error::NoRun)?;
        let bookmark = self.store.bookmark(id, seen.unwrap_or_default()).await?;
        let bookmark = bookmark.ok_or(Error::NoRun)?;
        visible(caller, Scope::ReadResults, &bookmark.run)?;
        self.note_run(&bookmark.run);
        if bookmark.run.status.is_terminal() && seen.is_some_and(|seen| seen >= bookmark.last_line)
        {
            return Ok(None);
        }
        let follower = self.follower(bookmark.run);
        Ok(Some(match seen {
            None => follower,
            Some(line) => {
                Follower { entry: bookmark.entry, line, told: VecDeque::new(), ..follower }
            }
        }))
    }

    /// Somebody who follows a run from its start.
    pub(super) fn follower(&self, run: Run) -> Follower {
        let now = self.now();
        Follower {
            runs: self.clone(),
            run: Box::new(run),
            entry: 1,
            line: 0,
            told: VecDeque::from([Happening::Accepted]),
            seat: None,
            execution: None,
            pause: Duration::ZERO,
            quiet_since: now,
            failing_since: None,
            ends_at: now.after(self.settings.stream),
            is_over: false,
        }
    }
}

impl Follower {
    /// The same, with a seat at the run's execution in this process.
    pub(super) fn seated(self, seat: Seat, execution: JoinHandle<()>) -> Self {
        Self { seat: Some(seat), execution: Some(execution), ..self }
    }

    /// When it goes on elsewhere.
    pub(super) const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// The run, as it was found: what of it changes is told.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// What happens next; none once the last thing was told, which is the end of the run or where it is told on.
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Happening> {
        loop {
            if let Some(happening) = self.told.pop_front() {
                self.quiet_since = self.runs.now();
                return Some(happening);
            }
            if self.is_over {
                // It ends or hands over what it has, for which a function's process has to be awake.
                if let Some(execution) = self.execution.take() {
                    let _ = execution.await;
                }
                return None;
            }
            let clock = self.runs.clock.clone();
            let silent_at = self.quiet_since.after(SILENCE);
            let (is_silent, read) = tokio::select! {
                biased;
                () = clock.sleep_until(self.ends_at) => {
                    self.go_elsewhere();
                    continue;
                }
                read = self.more() => (false, read),
                () = clock.sleep_until(silent_at) => (true, Ok(())),
            };
            if is_silent {
                self.told.push_back(Happening::Silence);
            }
            if let Err(error) = read {
                self.bear(&error);
            }
        }
    }

    /// What happened besides, where it needs no waiting for.
    pub fn ready(&mut self) -> Option<Happening> {
        self.told.pop_front()
    }

    fn go_elsewhere(&mut self) {
        self.told.push_back(Happening::Elsewhere(self.line));
        self.is_over = true;
    }

    /// A store that fails is asked again for a while.
    fn bear(&mut self, error: &Error) {
        let now = self.runs.now();
        let since = *self.failing_since.get_or_insert(now);
        self.pause = LONGEST_PAUSE;
        if now.since(since) >= PATIENCE || matches!(error, Error::NoRun) {
            self.runs.note_failed(error);
            self.go_elsewhere();
        }
    }

    /// Waits until there may be more, and reads it.
    async fn more(&mut self) -> Result<(), Error> {
        let mut up_to = u64::MAX;
        match &mut self.seat {
            Some(seat) if self.failing_since.is_none() => match seat.next(self.entry).await {
                // No further, so that what models say stands where it was said.
                Some(Live::Written(entry)) if entry >= self.entry => up_to = entry,
                Some(Live::Written(_)) => return Ok(()),
                Some(Live::Said(delta)) => {
                    self.told.push_back(Happening::Said(delta));
                    return Ok(());
                }
                None => self.seat = None,
            },
            _ => self.runs.clock.sleep(self.pause).await,
        }
        let store = &self.runs.store;
        let tail = store.tail(self.run.id, self.entry, up_to).await?.ok_or(Error::NoRun)?;
        let mut lines = tail.lines;
        lines.retain(|line| line.seq > self.line);
        let has_ended = tail.run.as_ref().is_some_and(|run| run.status.is_terminal());
        let view: Option<RunView> = if has_ended {
            Some(store.view(self.run.id).await?.ok_or(Error::NoRun)?.into())
        } else {
            None
        };
        // Nothing is awaited from here on: what was read is told, or none of it.
        self.failing_since = None;
        self.pause = if tail.run.is_none() {
            Duration::ZERO
        } else if lines.is_empty() {
            (self.pause + self.pause / 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
        } else {
            SHORTEST_PAUSE
        };
        self.entry = tail.next_entry;
        self.line = lines.last().map_or(self.line, |line| line.seq);
        let Some(view) = view else {
            self.told.extend(lines.into_iter().map(Happening::Line));
            return Ok(());
        };
        let last =
            view.logs.last().cloned().ok_or(Error::internal("a run ended without a word"))?;
        lines.retain(|line| line.seq < last.seq);
        self.told.extend(lines.into_iter().map(Happening::Line));
        self.told.push_back(Happening::Ended(last, Box::new(view)));
        self.is_over = true;
        Ok(())
    }
}
