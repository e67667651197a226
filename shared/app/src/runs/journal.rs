//! What a run in execution remembers and what it has yet to write down. No I/O.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use crate::{
    flow::LogEvent,
    model::{
        End, FailureKind, JournalEntry, LogEntry, LogLevel, Outcome, ThreadContext, Timestamp,
        limits,
    },
};

/// Most log lines in a status answer.
pub(super) const MAX_RECENT_LOGS: usize = 5;

/// The memory of one execution.
#[derive(Default)]
pub(super) struct Recorder {
    remembered: HashMap<String, Outcome>,
    logged: HashSet<(String, u32, String)>,
    recent: VecDeque<LogEntry>,
    pending: JournalEntry,
    next_seq: u64,
    log_count: u64,
    /// Since when this execution does what no earlier one has done: from the start, for a first one.
    live_since: Option<Timestamp>,
    /// What the run's thread is to hold in the end.
    kept_thread: Option<ThreadContext>,
    /// Definite answers by call, for the next idempotency key.
    answers: HashMap<String, u32>,
}

impl Recorder {
    /// Takes up a journal where it stopped; `next_seq` is the first number that is free.
    pub(super) fn resume(journal: Vec<JournalEntry>, next_seq: u64) -> Self {
        let live_since = journal.is_empty().then(Timestamp::default);
        let mut recorder = Self { next_seq, live_since, ..Self::default() };
        for entry in journal {
            recorder.remembered.extend(entry.outcomes);
            for line in entry.logs {
                recorder.logged.insert((line.task.clone(), line.attempt, line.status.clone()));
                recorder.log_count = recorder.log_count.max(line.seq);
                recorder.show(line);
            }
        }
        recorder
    }

    /// What `key` gave before.
    pub(super) fn recall(&mut self, key: &str) -> Option<Outcome> {
        let outcome = self.remembered.get(key).cloned();
        if outcome.as_ref().is_some_and(is_definite) {
            self.count_answer(key);
        }
        outcome
    }

    /// Notes that an effect is done now that no earlier execution has done.
    pub(super) fn go_live(&mut self, now: Timestamp) {
        self.live_since.get_or_insert(now);
    }

    /// How long a task took that ends now; nothing where it began in an earlier execution, whose
    /// clock nobody wrote down.
    fn measured(&self, duration: Duration, now: Timestamp) -> Option<u64> {
        let own = now.since(self.live_since?) >= duration;
        own.then(|| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// Remembers what `key` gave, to be written with the next append.
    pub(super) fn record(&mut self, key: &str, outcome: Outcome) {
        if is_definite(&outcome) {
            self.count_answer(key);
        }
        // Asked for again within one execution, unlike the results of effects.
        if let Outcome::ReachedAt(_) = outcome {
            self.remembered.insert(key.to_owned(), outcome.clone());
        }
        self.pending.outcomes.push((key.to_owned(), outcome));
    }

    /// The name under which the receiver of the call at `key` may recognise a repeat. It changes
    /// after a definite answer, so that a new try is a new request, and stays the same after an
    /// unknown outcome, so that a try that did arrive is not done twice.
    pub(super) fn idempotency_key(&self, key: &str) -> String {
        let call = without_attempts(key);
        let try_number = self.answers.get(&call).map_or(1, |count| count + 1);
        format!("{call}#{try_number}")
    }

    fn count_answer(&mut self, key: &str) {
        *self.answers.entry(without_attempts(key)).or_default() += 1;
    }

    /// Adds a line, unless an earlier execution has written it.
    pub(super) fn log(&mut self, event: LogEvent, now: Timestamp) {
        let status = event.progress.as_str();
        if !self.logged.insert((event.task.clone(), event.attempt, status.to_owned())) {
            return;
        }
        match self.log_count.cmp(&limits::MAX_LOG_ENTRIES) {
            std::cmp::Ordering::Less => self.push(LogEntry {
                seq: 0,
                time: now,
                level: event.level,
                task: event.task,
                status: status.to_owned(),
                message: event.message,
                duration_ms: event.duration.and_then(|duration| self.measured(duration, now)),
                attempt: event.attempt,
                error: event.error,
            }),
            std::cmp::Ordering::Equal => {
                self.push(run_line(
                    now,
                    LogLevel::Warn,
                    "log",
                    "The log is full: later lines are dropped".to_owned(),
                ));
            }
            std::cmp::Ordering::Greater => {}
        }
    }

    /// Adds the run's own last line, however full the log is.
    pub(super) fn log_end(
        &mut self,
        now: Timestamp,
        level: LogLevel,
        status: &str,
        message: String,
    ) {
        self.push(run_line(now, level, status, message));
    }

    fn push(&mut self, mut line: LogEntry) {
        self.log_count += 1;
        line.seq = self.log_count;
        self.show(line.clone());
        self.pending.logs.push(line);
    }

    fn show(&mut self, line: LogEntry) {
        if self.recent.len() == MAX_RECENT_LOGS {
            self.recent.pop_front();
        }
        self.recent.push_back(line);
    }

    /// Whether results wait to be written before the next effect. Log lines and times can wait for
    /// the next result: without it they would be of no use.
    pub(super) fn has_unwritten_results(&self) -> bool {
        // What the thread held stays there until the run ends.
        let is_result =
            |outcome: &Outcome| !matches!(outcome, Outcome::ReachedAt(_) | Outcome::Thread(_));
        self.pending.outcomes.iter().any(|(_, outcome)| is_result(outcome))
    }

    /// Whether anything waits to be written.
    pub(super) fn has_unwritten(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Hands out what is to be written, with its sequence number, and begins a new entry.
    pub(super) fn take_pending(&mut self) -> (u64, JournalEntry) {
        let seq = self.next_seq;
        self.next_seq += 1;
        (seq, std::mem::take(&mut self.pending))
    }

    /// The last entry: what is pending, and the end.
    pub(super) fn take_last(&mut self, end: End) -> (u64, JournalEntry) {
        let (seq, mut entry) = self.take_pending();
        entry.end = Some(end);
        (seq, entry)
    }

    /// The run's thread is to hold this in the end.
    pub(super) fn keep_thread(&mut self, context: ThreadContext) {
        self.kept_thread = Some(context);
    }

    /// What the run's thread is to hold in the end, if the run has changed that.
    pub(super) const fn kept_thread(&self) -> Option<&ThreadContext> {
        self.kept_thread.as_ref()
    }

    /// The newest lines, oldest first.
    pub(super) fn recent(&self) -> Vec<LogEntry> {
        self.recent.iter().cloned().collect()
    }
}

fn run_line(time: Timestamp, level: LogLevel, status: &str, message: String) -> LogEntry {
    LogEntry {
        seq: 0,
        time,
        level,
        task: String::new(),
        status: status.to_owned(),
        message,
        duration_ms: None,
        attempt: 1,
        error: None,
    }
}

/// Whether a call was answered, so that its receiver knows what came of it.
const fn is_definite(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answer(_) | Outcome::Completion(_) => true,
        Outcome::Failure(failure) => matches!(failure.kind, FailureKind::Answered(_)),
        Outcome::WakeAt(_)
        | Outcome::Listening(_)
        | Outcome::Heard(_)
        | Outcome::ReachedAt(_)
        | Outcome::Thread(_) => false,
    }
}

/// The key of a call, whichever try it is: `/do/0/a#2/try/0/b#1` becomes `/do/0/a/try/0/b`.
fn without_attempts(key: &str) -> String {
    let mut parts = key.split('#');
    let mut call = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        call.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        flow::Progress,
        model::{CallFailure, HttpAnswer},
    };

    fn answer() -> Outcome {
        Outcome::Answer(HttpAnswer {
            status: 500,
            headers: Vec::new(),
            body: String::new(),
            base64: false,
        })
    }

    fn failure() -> Outcome {
        let message = "no answer".to_owned();
        Outcome::Failure(CallFailure { kind: FailureKind::Unreachable, message })
    }

    fn event(task: &str) -> LogEvent {
        LogEvent {
            task: task.to_owned(),
            attempt: 1,
            progress: Progress::Completed,
            level: LogLevel::Info,
            message: "done".to_owned(),
            duration: None,
            error: None,
        }
    }

    #[test]
    fn an_idempotency_key_changes_after_a_definite_answer_only() {
        let mut recorder = Recorder::default();
        assert_eq!(recorder.idempotency_key("/do/0/a#1/try/0/call#1"), "/do/0/a/try/0/call#1");
        recorder.record("/do/0/a#1/try/0/call#1", failure());
        assert_eq!(recorder.idempotency_key("/do/0/a#2/try/0/call#1"), "/do/0/a/try/0/call#1");
        recorder.record("/do/0/a#2/try/0/call#1", answer());
        assert_eq!(recorder.idempotency_key("/do/0/a#3/try/0/call#1"), "/do/0/a/try/0/call#2");
    }

    #[test]
    fn idempotency_keys_are_the_same_after_a_resume() {
        let mut first = Recorder::default();
        first.record("/do/0/call#1", answer());
        let (_, entry) = first.take_pending();
        let mut second = Recorder::resume(vec![entry], 2);
        assert_eq!(second.recall("/do/0/call#1"), Some(answer()));
        assert_eq!(second.idempotency_key("/do/0/call#2"), first.idempotency_key("/do/0/call#2"));
    }

    #[test]
    fn a_resumed_run_does_not_log_twice_and_counts_on() {
        let mut first = Recorder::default();
        first.log(event("/do/0/a"), Timestamp::default());
        let (_, entry) = first.take_pending();
        let mut second = Recorder::resume(vec![entry], 2);
        second.log(event("/do/0/a"), Timestamp::default());
        assert!(!second.has_unwritten());
        second.log(event("/do/1/b"), Timestamp::default());
        let (seq, entry) = second.take_pending();
        assert_eq!((seq, entry.logs[0].seq), (2, 2));
    }

    #[test]
    fn the_time_a_place_was_reached_stays_the_same_before_and_after_it_is_written() {
        let mut first = Recorder::default();
        let reached = Outcome::ReachedAt(Timestamp::from_millis(5));
        first.record("/timeout", reached.clone());
        assert_eq!(first.recall("/timeout"), Some(reached.clone()));
        let (_, entry) = first.take_pending();
        assert_eq!(Recorder::resume(vec![entry], 2).recall("/timeout"), Some(reached));
    }

    #[test]
    fn a_task_that_began_in_an_earlier_execution_has_no_duration() {
        let told = |recorder: &mut Recorder, task: &str, now_ms: u64, took_ms: u64| {
            let duration = Some(Duration::from_millis(took_ms));
            recorder.log(LogEvent { duration, ..event(task) }, Timestamp::from_millis(now_ms));
            recorder.recent().pop().unwrap().duration_ms
        };
        let mut first = Recorder::resume(Vec::new(), 1);
        assert_eq!(told(&mut first, "/do/0/a", 1000, 30), Some(30));
        let (_, entry) = first.take_pending();
        let mut second = Recorder::resume(vec![entry], 2);
        assert_eq!(told(&mut second, "/do/1/wait", 5000, 0), None);
        second.go_live(Timestamp::from_millis(5000));
        assert_eq!(told(&mut second, "/do/2/loop", 5040, 50), None);
        assert_eq!(told(&mut second, "/do/3/b", 5060, 20), Some(20));
    }

    #[test]
    fn a_full_log_says_so_once() {
        let mut recorder = Recorder { log_count: limits::MAX_LOG_ENTRIES, ..Recorder::default() };
        recorder.log(event("/do/0/a"), Timestamp::default());
        recorder.log(event("/do/1/b"), Timestamp::default());
        let (_, entry) = recorder.take_pending();
        assert_eq!(entry.logs.len(), 1);
        assert_eq!(entry.logs[0].level, LogLevel::Warn);
    }
}
