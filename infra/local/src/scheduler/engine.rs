//! The schedules for callers in this process: each operation, answered once the file has it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::{clock::Clock, model::Timestamp};
use tokio::sync::Notify;

use super::definition::{Definition, Target};
use super::entry::{Entry, Name};
use super::error::{Error, OpenError};
use super::file::File;

/// All schedules of one machine. Clones are the same schedules.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    clock: Clock,
    changed: Notify,
}

struct State {
    entries: BTreeMap<Name, Entry>,
    file: File,
}

/// A firing whose time has come.
pub(crate) struct Due {
    name: Name,
    pub(crate) scheduled_at: Timestamp,
    pub(crate) target: Target,
    /// Since when the expression holds that fires.
    since: Timestamp,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Engine")
    }
}

impl Engine {
    /// Schedules that end with the process.
    ///
    /// # Errors
    /// When `SQLite` has no memory.
    pub fn in_memory(clock: Clock) -> Result<Self, OpenError> {
        Self::new(File::in_memory()?, clock)
    }

    /// Schedules that are kept in the file at `path`, with what it holds already. What was acknowledged survives the
    /// process; with `sync` also a power cut. One process at a time may have the file open.
    ///
    /// # Errors
    /// When the file cannot be opened or is not of this program's making.
    pub fn open(path: &Path, sync: bool, clock: Clock) -> Result<Self, OpenError> {
        Self::new(File::open(path, sync)?, clock)
    }

    fn new(file: File, clock: Clock) -> Result<Self, OpenError> {
        let state = Mutex::new(State { entries: file.load()?, file });
        Ok(Self(Arc::new(Shared { state, clock, changed: Notify::new() })))
    }

    pub(crate) fn create(&self, name: &str, definition: Definition) -> Result<Name, Error> {
        definition.check()?;
        if !is_name(name) || !is_name(&definition.group_name) {
            let text = "A name has 1 to 64 letters, digits, `-`, `_` and `.`.";
            return Err(Error::Validation(text.to_owned()));
        }
        let name = (definition.group_name.clone(), name.to_owned());
        self.change(|state, now| {
            if state.entries.contains_key(&name) {
                return Err(Error::Conflict(name.1.clone()));
            }
            state.put(&name, Entry::new(definition, now)?)
        })?;
        Ok(name)
    }

    /// Replaces everything that a schedule's owner said of it.
    pub(crate) fn update(&self, name: &str, definition: Definition) -> Result<Name, Error> {
        definition.check()?;
        let name = (definition.group_name.clone(), name.to_owned());
        self.change(|state, now| {
            let updated = state.entry(&name)?.updated(definition, now)?;
            state.put(&name, updated)
        })?;
        Ok(name)
    }

    pub(crate) fn get(&self, name: &Name) -> Result<Entry, Error> {
        self.lock().entry(name).cloned()
    }

    pub(crate) fn delete(&self, name: &Name) -> Result<(), Error> {
        self.change(|state, _| {
            state.entry(name)?;
            state.file.remove(name)?;
            state.entries.remove(name);
            Ok(())
        })
    }

    /// The oldest firing whose time has come; else when the next one comes, if any does.
    pub(crate) fn due(&self) -> Result<Due, Option<Timestamp>> {
        let now = self.now();
        let mut state = self.lock();
        let next = state
            .entries
            .iter_mut()
            .filter_map(|(name, entry)| entry.next(now).map(|firing| (firing, name, &*entry)))
            .min_by_key(|(firing, ..)| *firing);
        match next {
            Some((scheduled_at, name, entry)) if scheduled_at <= now => Ok(Due {
                name: name.clone(),
                scheduled_at,
                target: entry.definition.target.clone(),
                since: entry.since,
            }),
            other => Err(other.map(|(firing, ..)| firing)),
        }
    }

    /// Notes that a firing is dealt with. A schedule that got another expression meanwhile has not fired yet.
    pub(crate) fn done(&self, due: &Due) {
        let mut state = self.lock();
        let State { entries, file } = &mut *state;
        if let Some(entry) = entries.get_mut(&due.name).filter(|entry| entry.since == due.since) {
            entry.pass(due.scheduled_at);
            if let Err(error) = file.put(&due.name, entry) {
                // The next process fires it again, which harms nobody who expects to be told twice.
                tracing::error!(%error, "How far a schedule has fired could not be stored");
            }
        }
    }

    /// Returns when something has changed since this was called.
    pub(crate) fn changed(&self) -> impl Future<Output = ()> + '_ {
        self.0.changed.notified()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn change(
        &self,
        apply: impl FnOnce(&mut State, Timestamp) -> Result<(), Error>,
    ) -> Result<(), Error> {
        apply(&mut self.lock(), self.now())?;
        // Kept for a loop that does not listen at this moment.
        self.0.changed.notify_one();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn entry(&self, name: &Name) -> Result<&Entry, Error> {
        self.entries.get(name).ok_or_else(|| Error::ResourceNotFound(name.1.clone()))
    }

    fn put(&mut self, name: &Name, entry: Entry) -> Result<(), Error> {
        self.file.put(name, &entry)?;
        self.entries.insert(name.clone(), entry);
        Ok(())
    }
}

/// API reference, `CreateSchedule`, `Name`.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}
