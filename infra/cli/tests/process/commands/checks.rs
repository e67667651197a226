//! `flow check`: what it says of a flow, and with which code it ends. Needs no stack.

use serde_json::Value;

use crate::{
    flows::{GREET, LEDGER},
    site::Site,
};

const FAULTY: &str = "\
document: { dsl: '1.0.3', namespace: test, name: faulty, version: '1.0.0' }
do:
  - greet:
      set:
        reply: '${ .message | uppercase }'
      then: farewel
  - farewell:
      sett: { a: 1 }
";

const REFUSED: &str = "\
document: { dsl: '1.0.3', namespace: test, name: refused, version: '1.0.0' }
do:
  - shell:
      run:
        shell: { command: ls }
";

fn site() -> Site {
    let site = Site::new();
    for (name, text) in [
        ("greet.yaml", GREET),
        ("ledger.yaml", LEDGER),
        ("faulty.yaml", FAULTY),
        ("refused.yaml", REFUSED),
    ] {
        site.write(name, text);
    }
    site
}

#[tokio::test]
async fn a_sound_flow_is_0_a_faulty_one_1_and_a_refused_one_2() {
    let site = site();
    for (files, code) in [
        (&["greet.yaml", "ledger.yaml"][..], 0),
        (&["faulty.yaml"], 1),
        (&["refused.yaml"], 2),
        (&["greet.yaml", "refused.yaml", "faulty.yaml"], 1),
        (&["greet.yaml", "missing.yaml"], 1),
        (&[], 2),
    ] {
        let answer = site.run_alone(&[&["flow", "check"], files].concat()).await;
        assert_eq!(answer.code, code, "{files:?}: {answer:?}");
    }
}

#[tokio::test]
async fn every_fault_has_its_place() {
    let site = site();
    let check = ["flow", "check", "greet.yaml", "faulty.yaml", "refused.yaml", "missing.yaml"];
    let answer = site.run_alone(&check).await;
    insta::assert_snapshot!(answer.stdout);
    assert_eq!(answer.stderr, "");
    let answer = site.run_alone(&[&check[..], &["--json"]].concat()).await;
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(report["files"][2]["verdict"], "refused");
    assert_eq!(report["files"][2]["faults"][0]["line"], 4);
}
