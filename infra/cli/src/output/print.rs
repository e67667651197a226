//! Writing answers.

use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use crate::error::Error;

/// What a command answers: `Serialize` is its form for scripts.
pub(crate) trait Answer: Serialize {
    /// The form for people, with its line breaks.
    fn text(&self) -> String;
}

/// How answers are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// For scripts, as JSON.
    pub(crate) json: bool,
}

impl Output {
    /// Writes the one answer of a command.
    pub(crate) fn answer(self, answer: &impl Answer) -> Result<(), Error> {
        if self.json { document(answer) } else { write(answer.text().as_bytes()) }
    }
}

/// Writes one JSON document on a line of its own.
fn document(document: &impl Serialize) -> Result<(), Error> {
    let mut line = serde_json::to_vec(document)
        .map_err(|error| Error::because("the answer cannot be written as JSON", error))?;
    line.push(b'\n');
    write(&line)
}

/// Tells people something beside the answer, on standard error. Not being heard is no failure.
pub(crate) fn note(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whole and at once, so that a reader never waits for the rest of a line.
fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Error::ReaderLeft,
        _ => Error::because("the answer cannot be written", error),
    })
}
