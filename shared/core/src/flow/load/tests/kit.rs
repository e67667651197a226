//! The conformance kit's flows load, or are refused by the name of what they need.

use super::support::{lines, scenarios, sound};
use crate::flow::{Severity, check};

/// Scenarios that need what this runtime does not run, and its name.
const REFUSED: [(&str, &str); 4] = [
    ("Fork Task With Competing Concurrent Sub Tasks", "`fork`"),
    ("Call OpenAPI With Content Output", "`call: openapi`"),
    ("Call OpenAPI With Response Output", "`call: openapi`"),
    ("Emit Task", "`emit`"),
];

#[test]
fn every_flow_of_the_kit_loads_or_is_refused_by_name() {
    let scenarios = scenarios();
    assert!(scenarios.is_empty() || scenarios.len() == 21, "{}", scenarios.len());
    for scenario in scenarios {
        let refused = REFUSED.iter().find(|(name, _)| *name == scenario.name);
        let Some((_, what)) = refused else {
            let checked = sound(&scenario.definition);
            assert_eq!(lines(&checked.warnings), "", "{}", scenario.name);
            continue;
        };
        let faults = check(&scenario.definition).unwrap_err();
        assert!(
            faults.iter().all(|fault| fault.severity == Severity::Refused)
                && faults.iter().any(|fault| fault.message.ends_with(what)),
            "{}: {}",
            scenario.name,
            lines(&faults)
        );
    }
}

#[test]
fn tasks_know_their_paths_as_the_kit_writes_them() {
    let text = super::support::flow(
        "  - tryIt:\n      try:\n        - getPet: {set: {a: 1}}\n      catch:\n        do:\n          - handle/it: {set: {a: 1}}\n  - loop:\n      for: {in: .a}\n      do:\n        - mark: {do: [{x: {set: {a: 1}}}]}\n",
    );
    let plan = format!("{:?}", sound(&text).plan);
    for path in [
        "/do/0/tryIt/try/0/getPet",
        "/do/0/tryIt/catch/do/0/handle~1it",
        "/do/1/loop/do/0/mark/do/0/x",
    ] {
        assert!(plan.contains(&format!("path: \"{path}\"")), "{path}\n{plan}");
    }
}
