//! What a check found, for people and for scripts.

use serde::Serialize;
use shared::flow::{Checked, Fault, Severity};

use super::source::Source;
use crate::output::{Answer, printable};

/// What was found in several flows.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) files: Vec<Findings>,
}

/// What was found in one.
#[derive(Serialize)]
pub(super) struct Findings {
    file: String,
    verdict: Verdict,
    name: Option<String>,
    version: Option<String>,
    faults: Vec<Finding>,
}

/// What becomes of a flow. The worse, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It can be published.
    Sound,
    /// It uses what this runtime refuses.
    Refused,
    /// It is faulty, or cannot be read.
    Faulty,
}

impl Verdict {
    /// The exit code.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Sound => 0,
            Self::Refused => 2,
            Self::Faulty => 1,
        }
    }
}

#[derive(Serialize)]
struct Finding {
    line: usize,
    column: usize,
    path: String,
    severity: &'static str,
    message: String,
    suggestion: Option<String>,
}

impl Findings {
    /// Of a check.
    pub(super) fn new(source: &Source, checked: &Result<Checked, Vec<Fault>>) -> Self {
        let (document, faults, verdict) = match checked {
            Ok(checked) => (Some(&checked.plan.document), &checked.warnings, Verdict::Sound),
            Err(faults) => (None, faults, verdict(faults)),
        };
        Self {
            file: source.name.clone(),
            verdict,
            name: document.map(|document| document.name.clone()),
            version: document.map(|document| document.version.clone()),
            faults: faults.iter().map(Finding::from).collect(),
        }
    }

    /// Of a file that could not be read.
    pub(super) fn unreadable(file: String, message: String) -> Self {
        let finding = Finding {
            line: 1,
            column: 1,
            path: String::new(),
            severity: Severity::Error.as_str(),
            message,
            suggestion: None,
        };
        Self { file, verdict: Verdict::Faulty, name: None, version: None, faults: vec![finding] }
    }

    /// One line a fault: `file:line:column: severity: message (did you mean …?)`.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        for fault in &self.faults {
            let Finding { line, column, severity, message, suggestion, .. } = fault;
            let meant = suggestion.as_ref().map(|meant| format!(" (did you mean `{meant}`?)"));
            let line = format!(
                "{}:{line}:{column}: {severity}: {message}{}",
                self.file,
                meant.unwrap_or_default()
            );
            text.push_str(&printable(&line));
            text.push('\n');
        }
        text
    }
}

/// Only what is refused leaves a flow sound; no word of the specification is wrong in it.
fn verdict(faults: &[Fault]) -> Verdict {
    match faults.iter().map(|fault| fault.severity).max() {
        Some(Severity::Refused) => Verdict::Refused,
        _ => Verdict::Faulty,
    }
}

impl From<&Fault> for Finding {
    fn from(fault: &Fault) -> Self {
        Self {
            line: fault.line,
            column: fault.column,
            path: fault.path.clone(),
            severity: fault.severity.as_str(),
            message: fault.message.clone(),
            suggestion: fault.suggestion.clone(),
        }
    }
}

impl Report {
    /// The worst of all.
    pub(super) fn verdict(&self) -> Verdict {
        self.files.iter().map(|findings| findings.verdict).max().unwrap_or(Verdict::Sound)
    }
}

impl Answer for Report {
    fn text(&self) -> String {
        let mut text = String::new();
        for findings in &self.files {
            text.push_str(&findings.lines());
            if let (Some(name), Some(version)) = (&findings.name, &findings.version) {
                text.push_str(&printable(&format!("{}: {name} {version} is sound", findings.file)));
                text.push('\n');
            }
        }
        text
    }
}
