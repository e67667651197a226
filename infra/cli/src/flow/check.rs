//! `flow check`.

use std::path::PathBuf;

use clap::Args;
use shared::flow;

use super::{
    report::{Findings, Report, Verdict},
    source::Source,
};
use crate::{error::Error, output::Output};

/// What to check.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Flows in YAML or JSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Shows all that was found, and ends with the code of the worst.
pub(crate) fn check(arguments: &Arguments, output: Output) -> Result<(), Error> {
    let report = report(&arguments.files);
    output.answer(&report)?;
    match report.verdict() {
        Verdict::Sound => Ok(()),
        verdict => Err(Error::Shown(verdict.code())),
    }
}

fn report(files: &[PathBuf]) -> Report {
    let findings = |path: &PathBuf| match Source::read(path) {
        Ok(source) => Findings::new(&source, &flow::check(&source.text)),
        Err(error) => Findings::unreadable(path.display().to_string(), error.story()),
    };
    Report { files: files.iter().map(findings).collect() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::Answer as _;

    const SOUND: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {set: {b: 1}}}]
";
    const FAULTY: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {sett: {b: 1}}}]
";
    const REFUSED: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {run: {shell: {command: ls}}}}]
";

    fn checked(texts: &[&str]) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let files = texts.iter().enumerate().map(|(number, text)| {
            let path = folder.path().join(format!("{number}.yaml"));
            fs::write(&path, text).unwrap();
            path
        });
        report(&files.collect::<Vec<_>>())
    }

    #[test]
    fn the_exit_code_is_that_of_the_worst_file() {
        assert_eq!(checked(&[SOUND]).verdict().code(), 0);
        assert_eq!(checked(&[SOUND, REFUSED]).verdict().code(), 2);
        assert_eq!(checked(&[FAULTY, REFUSED, SOUND]).verdict().code(), 1);
    }

    #[test]
    fn a_fault_is_shown_with_its_file_line_and_column() {
        let text = checked(&[FAULTY]).text();
        assert!(text.contains("0.yaml:2:11: error: "), "{text}");
        assert!(text.ends_with("(did you mean `set`?)\n"), "{text}");
    }

    #[test]
    fn a_file_that_is_not_there_is_faulty() {
        let report = report(&[PathBuf::from("absent.yaml")]);
        assert_eq!(report.verdict().code(), 1);
        assert!(report.text().starts_with("absent.yaml:1:1: error: cannot read"));
    }
}
