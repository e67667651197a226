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

/// Checks every file, shows all that was found, and ends with the code of the worst.
pub(crate) fn check(arguments: &Arguments, output: Output) -> Result<(), Error> {
    let mut report = Report::default();
    for path in &arguments.files {
        report.files.push(match Source::read(path) {
            Ok(source) => Findings::new(&source, &flow::check(&source.text)),
            Err(error) => Findings::unreadable(path.display().to_string(), error.story()),
        });
    }
    output.answer(&report)?;
    match report.files.iter().map(|findings| findings.verdict).max() {
        None | Some(Verdict::Sound) => Ok(()),
        Some(verdict) => Err(Error::Shown(verdict.code())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SOUND: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {set: {b: 1}}}]
";
    const FAULTY: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {sett: {b: 1}}}]
";
    const REFUSED: &str = "document: {dsl: '1.0.3', namespace: test, name: one, version: '1.0.0'}
do: [{a: {run: {shell: {command: ls}}}}]
";

    fn code(texts: &[&str]) -> u8 {
        let folder = tempfile::tempdir().unwrap();
        let files = texts.iter().enumerate().map(|(number, text)| {
            let path = folder.path().join(format!("{number}.yaml"));
            fs::write(&path, text).unwrap();
            path
        });
        let arguments = Arguments { files: files.collect() };
        check(&arguments, Output { json: false }).map_or_else(|error| error.code(), |()| 0)
    }

    #[test]
    fn the_exit_code_is_that_of_the_worst_file() {
        assert_eq!(code(&[SOUND]), 0);
        assert_eq!(code(&[SOUND, REFUSED]), 2);
        assert_eq!(code(&[FAULTY, REFUSED, SOUND]), 1);
    }

    #[test]
    fn a_file_that_is_not_there_is_faulty() {
        let arguments = Arguments { files: vec![PathBuf::from("absent.yaml")] };
        let error = check(&arguments, Output { json: true }).unwrap_err();
        assert_eq!(error.code(), 1);
    }
}
