//! A line on a terminal that says what is waited for. Nothing where standard error is no terminal.

use std::io::{self, IsTerminal, Write};

/// Shows one line that changes; wiped when dropped.
pub(crate) struct Progress {
    shown: Option<String>,
    visible: bool,
}

impl Progress {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { shown: None, visible: io::stderr().is_terminal() }
    }

    /// Shows `text` instead of what was shown.
    pub(crate) fn show(&mut self, text: String) {
        if self.visible && self.shown.as_ref() != Some(&text) {
            // Carriage return, erase the line (ECMA-48 EL). Progress that cannot be shown is no failure.
            let _ = write!(io::stderr(), "\r\x1b[2K{text}");
            self.shown = Some(text);
        }
    }

    /// Makes room for lines that stay.
    pub(crate) fn wipe(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.wipe();
    }
}
