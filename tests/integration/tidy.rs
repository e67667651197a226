//! What the layout promises: arrows point inward, files stay small, every module says what it
//! owns, and every variable of the environment is read in one place and documented.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use regex_lite::Regex;

/// Modules of `shared` and the modules each may name.
const ARROWS: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("aws", &[]),
    ("telemetry", &[]),
    ("clock", &["model"]),
    ("auth", &["model"]),
    ("webhook", &["model"]),
    ("flow", &["model", "clock"]),
    ("llm", &["model"]),
    ("egress", &["model"]),
    ("store", &["model", "aws", "auth", "flow"]),
    ("queue", &["model", "aws"]),
    ("secrets", &["model", "aws"]),
    ("config", &["model", "telemetry"]),
    (
        "runs",
        &[
            "model",
            "telemetry",
            "clock",
            "auth",
            "webhook",
            "flow",
            "llm",
            "egress",
            "store",
            "queue",
            "secrets",
        ],
    ),
    ("http", &["model", "telemetry", "auth", "webhook", "runs"]),
    (
        "connect",
        &["model", "config", "telemetry", "clock", "egress", "store", "queue", "secrets", "runs"],
    ),
    ("startup", &["config", "telemetry"]),
    ("lib", &[]),
];

/// Crates that one module alone may name.
const OWNED: [(&str, &str); 7] = [
    ("aws_sdk_dynamodb", "store"),
    ("aws_sdk_s3", "store"),
    ("aws_sdk_sqs", "queue"),
    ("aws_sdk_ssm", "secrets"),
    ("lambda_http", "http"),
    // The command line's alone: a function that knew them would carry them.
    ("aws_sdk_scheduler", "no module"),
    ("calendar", "no module"),
];

const MAX_LINES: usize = 600;
const MAX_FUNCTION_LINES: usize = 80;
const MAX_MAIN_LINES: usize = 40;

struct Source {
    /// From the repository's root.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            collect(&path, ending, found);
        } else if name.ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push(Source { path, text });
        }
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), ".rs", &mut found);
    assert!(found.len() > 50, "the sources were not found");
    found
}

/// The module of `shared` that a file belongs to.
fn module(path: &str) -> Option<&str> {
    let inside =
        path.strip_prefix("shared/core/src/").or_else(|| path.strip_prefix("shared/app/src/"))?;
    Some(inside.split('/').next()?.trim_end_matches(".rs"))
}

/// Code without comments and without tests, which may reach across.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    before_tests
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn arrows_between_the_modules_of_shared_point_inward() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let direct = Regex::new(r"crate::(\w+)").unwrap();
    let grouped = Regex::new(r"crate::\{([^;]*)\};").unwrap();
    let member = Regex::new(r"(?:^|,)\s*(\w+)").unwrap();
    let mut faults = Vec::new();
    for source in sources() {
        let Some(from) = module(&source.path) else { continue };
        if source.path.contains("/tests/") || source.path.ends_with("/tests.rs") {
            continue;
        }
        let Some(allowed) = arrows.get(from) else {
            faults.push(format!("{}: the module {from} is not in the table", source.path));
            continue;
        };
        let code = code(&source.text);
        let mut named: Vec<String> =
            direct.captures_iter(&code).map(|found| found[1].to_owned()).collect();
        for group in grouped.captures_iter(&code) {
            // Only the first names of a group are modules: what stands deeper is cut away.
            let mut flat = group[1].to_owned();
            let inner = Regex::new(r"\{[^{}]*\}").unwrap();
            while inner.is_match(&flat) {
                flat = inner.replace_all(&flat, "").into_owned();
            }
            named.extend(member.captures_iter(&flat).map(|found| found[1].to_owned()));
        }
        for to in named {
            if to != from && !allowed.contains(&to.as_str()) {
                faults.push(format!("{}: {from} names {to}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_outside_service_is_named_by_one_module() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(from) = module(&source.path) else { continue };
        let code = code(&source.text);
        for (name, owner) in OWNED {
            let named = [format!("{name}::"), format!("use {name}")];
            if named.iter().any(|name| code.contains(name)) && from != owner {
                faults.push(format!("{}: only {owner} may name {name}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_stay_small() {
    let mut faults = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        let function = source.path.starts_with("functions/");
        let limit = match source.path.rsplit('/').next() {
            Some("main.rs") if function || source.path.starts_with("infra/cli") => MAX_MAIN_LINES,
            Some("lib.rs") if function => MAX_FUNCTION_LINES,
            _ => MAX_LINES,
        };
        if lines > limit {
            faults.push(format!("{}: {lines} lines, at most {limit}", source.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    let faults: Vec<_> = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    assert!(faults.is_empty(), "no `//!` at the top:\n{}", faults.join("\n"));
}

#[test]
fn an_index_file_holds_nothing_but_its_index() {
    let item = Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?(?:async )?(?:fn|struct|enum|impl|trait|const|static|type|macro_rules!)\b").unwrap();
    let mut faults = Vec::new();
    for source in sources() {
        let index = source.path.ends_with("/mod.rs")
            || source.path.starts_with("shared/") && source.path.ends_with("/src/lib.rs")
            || source.path == "infra/local/src/lib.rs";
        if index && !source.path.starts_with("tests/") && item.is_match(&code(&source.text)) {
            faults.push(source.path);
        }
    }
    assert!(faults.is_empty(), "more than an index:\n{}", faults.join("\n"));
}

#[test]
fn every_variable_of_the_environment_is_read_in_one_place_and_documented() {
    let name = Regex::new(r#""(TRIGGER_[A-Z_]+)""#).unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut faults = Vec::new();
    for source in sources() {
        // What starts the functions sets their variables.
        if source.path.starts_with("tests/") || source.path.starts_with("bench/") {
            continue;
        }
        for found in name.captures_iter(&code(&source.text)) {
            let readers = ["shared/app/src/config.rs", "infra/cli/"];
            if !readers.iter().any(|reader| source.path.starts_with(reader)) {
                faults.push(format!("{} reads {}", source.path, &found[1]));
            }
            if !readme.contains(&found[1]) {
                faults.push(format!("README.md does not describe {}", &found[1]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn modules_are_not_named_after_nothing() {
    let faults: Vec<_> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| {
            let stem = path.rsplit('/').next().unwrap().trim_end_matches(".rs");
            ["utils", "util", "common", "helpers", "types", "misc"].contains(&stem)
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
