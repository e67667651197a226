//! Reads the conformance kit's features: scenarios of steps, some with a block of YAML.

/// A scenario.
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

/// A line of a scenario, and the block below it.
pub(super) struct Step {
    /// Without its `Given`, `When`, `Then` or `And`.
    pub(super) text: String,
    pub(super) block: Option<String>,
}

const FENCE: &str = "\"\"\"";

/// The scenarios of one feature.
pub(super) fn scenarios(feature: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut lines = feature.lines();
    while let Some(line) = lines.next() {
        let line_text = line.trim();
        if let Some(name) = line_text.strip_prefix("Scenario: ") {
            scenarios.push(Scenario { name: name.trim().to_owned(), steps: Vec::new() });
            continue;
        }
        let Some(scenario) = scenarios.last_mut() else { continue };
        if line_text.starts_with(FENCE) {
            let indent = line.len() - line.trim_start().len();
            let block: Vec<&str> = lines
                .by_ref()
                .take_while(|line| !line.trim().starts_with(FENCE))
                .map(|line| line.get(indent..).unwrap_or_default())
                .collect();
            let step = scenario.steps.last_mut().expect("a block belongs to a step");
            step.block = Some(block.join("\n"));
        } else if let Some((_, text)) = ["Given ", "When ", "Then ", "And "]
            .iter()
            .find_map(|word| line_text.strip_prefix(word).map(|text| (word, text)))
        {
            let text = text.strip_prefix("given ").unwrap_or(text).trim().to_owned();
            scenario.steps.push(Step { text, block: None });
        }
    }
    scenarios
}
