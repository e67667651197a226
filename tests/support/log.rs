//! What the code under test tells operators: the lines that it would write to standard error.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Map, Value};
use shared::telemetry;
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber, set_default},
};

/// One line.
pub type Line = Map<String, Value>;

/// Keeps the lines of this thread, and so of a test's whole runtime, until it is dropped.
pub struct Log {
    text: Buffer,
    _guard: DefaultGuard,
    /// While there is only one subscriber, `tracing` asks none but a thread's own about a line that it
    /// meets for the first time; a test of another thread, which has none, would then silence it here too.
    _second: Dispatch,
}

impl Log {
    /// Lines that this filter lets through.
    pub fn start(filter: &str) -> Self {
        let text = Buffer::default();
        let writer = text.clone();
        let subscriber = telemetry::subscriber(filter, move || writer.clone());
        let second = Dispatch::new(NoSubscriber::new());
        Self { text, _guard: set_default(subscriber), _second: second }
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<Line> {
        let text = self.text.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        lines(&String::from_utf8(text).unwrap())
    }

    /// The lines that tell of events.
    pub fn events(&self) -> Vec<Line> {
        self.lines().into_iter().filter(|line| line.contains_key("event.kind")).collect()
    }

    /// The documents of metrics, each of them sound.
    pub fn metrics(&self) -> Vec<Value> {
        metrics(&self.lines())
    }
}

/// The lines of a log, each of them one JSON object.
pub fn lines(text: &str) -> Vec<Line> {
    let read = |line: &str| {
        serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("not a JSON object ({error}): {line}"))
    };
    text.lines().map(read).collect()
}

/// The documents of metrics among the lines of a log, each of them sound.
pub fn metrics(lines: &[Line]) -> Vec<Value> {
    let texts = lines.iter().filter_map(|line| line.get("metrics")?.as_str());
    let documents = texts.map(|text| serde_json::from_str(text).unwrap());
    documents.inspect(super::metrics::check).collect()
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
