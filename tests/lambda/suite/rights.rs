//! The roles of the template allow what the functions do, which every other test sees to, and
//! nothing else, which is seen when all of them are over.

use std::fs;

use lambda_tests::{Function, Template, note};

#[test]
#[ignore = "looks at what the other tests left: tests/lambda/run"]
fn every_right_is_used() {
    let template = Template::read();
    let mut unused = Vec::new();
    for function in Function::ALL {
        for right in template.role(function).all_rights() {
            if fs::metadata(note(function, &right)).is_err() {
                unused.push(format!("{}: {} on {}", function.name(), right.0, right.1));
            }
        }
    }
    assert!(unused.is_empty(), "allowed and not used by any test:\n{}", unused.join("\n"));
}
