//! What the loader's tests share.

use std::{fs, path::PathBuf};

use crate::flow::{Checked, Fault, check};

/// A flow whose tasks are `tasks`: two spaces of indentation, the first on line 7.
pub(super) fn flow(tasks: &str) -> String {
    format!("{HEAD}do:\n{tasks}")
}

/// Lines 1 to 5.
pub(super) const HEAD: &str =
    "document:\n  dsl: '1.0.3'\n  namespace: default\n  name: test\n  version: '1.0.0'\n";

/// The flow, which must be sound.
pub(super) fn sound(text: &str) -> Checked {
    match check(text) {
        Ok(checked) => checked,
        Err(faults) => panic!("{}\n{text}", lines(&faults)),
    }
}

/// All faults and warnings, one a line.
pub(super) fn complaints(text: &str) -> String {
    match check(text) {
        Ok(checked) => lines(&checked.warnings),
        Err(faults) => lines(&faults),
    }
}

pub(super) fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A file of the specification beside the repository, `None` where it is absent.
pub(super) fn specification(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ows").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: the specification's `{name}` is not at {}", path.display());
    None
}

/// A scenario of the conformance kit.
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) definition: String,
}

/// The kit's scenarios; none where the kit is absent.
pub(super) fn scenarios() -> Vec<Scenario> {
    let Some(folder) = specification("ctk") else { return Vec::new() };
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| read_feature(&fs::read_to_string(file).unwrap())).collect()
}

fn read_feature(text: &str) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for part in text.split("Scenario:").skip(1) {
        let (name, rest) = part.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("\"\"\"yaml\n").unwrap();
        let (definition, _) = rest.split_once("\"\"\"").unwrap();
        scenarios.push(Scenario {
            name: name.trim().to_owned(),
            definition: without_indentation(definition),
        });
    }
    scenarios
}

/// The kit indents its definitions by four spaces.
fn without_indentation(definition: &str) -> String {
    let lines: Vec<_> = definition.lines().map(|line| line.get(4..).unwrap_or_default()).collect();
    lines.join("\n")
}

/// Checks a table of flows' tasks and all that is said about them.
pub(super) fn tasks_say(table: &[(&str, &str)]) {
    let texts = table.iter().map(|(tasks, said)| (flow(tasks), *said));
    say(texts);
}

/// Checks whole documents and all that is said about them; reports every difference at once.
pub(super) fn say<'s>(table: impl Iterator<Item = (String, &'s str)>) {
    let differences: Vec<_> = table
        .map(|(text, said)| (complaints(&text), said, text))
        .filter(|(found, said, _)| found != said)
        .map(|(found, said, text)| format!("{text}\nexpected:\n{said}\nfound:\n{found}\n"))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
