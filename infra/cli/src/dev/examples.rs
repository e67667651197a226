//! The flows that a new stack starts with.

use shared::model::Environment;

/// A flow's text and the environments that serve it.
pub(super) struct Example {
    /// What it is called, as its text says too.
    pub(super) name: &'static str,
    /// The text.
    pub(super) source: &'static str,
    /// Where it is served.
    pub(super) environments: &'static [Environment],
}

macro_rules! example {
    ($name:literal, $file:literal, $environments:expr) => {
        Example {
            name: $name,
            source: include_str!(concat!("../../../../examples/flows/", $file)),
            environments: $environments,
        }
    };
}

/// `hello` shows that each environment has a version of its own.
pub(super) const EXAMPLES: [Example; 7] = [
    example!("hello", "hello.yaml", &[Environment::Dev, Environment::Uat]),
    example!("hello", "hello-1.0.0.yaml", &[Environment::Prod]),
    example!("order", "order.yaml", &Environment::ALL),
    example!("reminder", "reminder.yaml", &Environment::ALL),
    example!("fetch", "fetch.yaml", &Environment::ALL),
    example!("refund", "refund.yaml", &Environment::ALL),
    example!("support", "support.yaml", &Environment::ALL),
];

#[cfg(test)]
mod tests {
    use std::fs;

    use shared::flow;

    use super::*;

    #[test]
    fn every_example_is_sound_and_says_its_name() {
        for Example { name, source, .. } in EXAMPLES {
            let checked =
                flow::check(source).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            assert!(checked.warnings.is_empty(), "{name}: {:#?}", checked.warnings);
            assert_eq!(checked.plan.document.name, name);
        }
    }

    #[test]
    fn every_file_of_the_examples_is_among_them() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flows");
        assert_eq!(fs::read_dir(folder).unwrap().count(), EXAMPLES.len());
    }
}
