//! The document as a whole.

use super::{
    faults::{Found, Remark},
    loader::Loader,
    place::Place,
    scope::{Moment, Scope},
};
use crate::flow::{
    Document, Plan,
    definition::{self, Evaluate, EvaluationMode, Flow},
    fault::quoted,
    source::Node,
};

/// The versions of the language that mean what this runtime runs.
const LANGUAGE_VERSIONS: [&str; 4] = ["1.0.0", "1.0.1", "1.0.2", "1.0.3"];

impl Loader<'_> {
    /// Everything.
    pub(super) fn flow(&mut self, root: &Place<'_>) -> Found<Plan> {
        if !matches!(root.value.node, Node::Object(_)) {
            return Err(self.error(root, "a flow is an object with `document` and `do`"));
        }
        let shape = self.read::<Flow>(root);
        let document = root.part("document").and_then(|place| self.document(&place));
        self.evaluate(root);
        if let Some(schedule) = root.member("schedule") {
            self.faults.at_key(&schedule, Remark::refused("`schedule`"));
        }
        self.check_components();
        let scope = Scope::default();
        let tasks = root.part("do").and_then(|place| self.task_list(&place, "/do", &scope));
        let timeout = self.timeout(root, &scope, Moment::Start);
        let (input, output) = (root.member("input"), root.member("output"));
        let input_schema = self.schema(input.as_ref());
        let output_schema = self.schema(output.as_ref());
        let input_from = self.transformation(input, "from", &scope, Moment::Start);
        let output_as = self.transformation(output, "as", &scope, Moment::End);
        self.check_unused();
        // `export` fills `$context`; what comes next in the list gets the `output`.
        if !self.reads_context {
            self.faults.release_held();
        }
        shape?;
        Ok(Plan {
            document: document?,
            input_schema: input_schema?,
            input_from: input_from?,
            tasks: tasks?,
            timeout: timeout?,
            output_as: output_as?,
            output_schema: output_schema?,
            uses_thread: self.reads_thread,
        })
    }

    fn document(&mut self, place: &Place<'_>) -> Found<Document> {
        let read = self.read::<definition::Document>(place)?;
        let dsl = read.dsl.as_str();
        if let Some(version) = place.member("dsl").filter(|_| !LANGUAGE_VERSIONS.contains(&dsl)) {
            if is_semantic_version(dsl) {
                let what = format!("version {} of the language", quoted(dsl));
                self.faults.at_value(&version, Remark::refused(&what));
            } else {
                let message = format!("{} is not a version of the language", quoted(dsl));
                self.faults.at_value(&version, Remark::error(message).meant(Some("1.0.3")));
            }
        }
        for (name, text) in [("namespace", &read.namespace), ("name", &read.name)] {
            if let Some(member) = place.member(name).filter(|_| !is_label(text)) {
                let message = "letters, digits and inner hyphens only, 63 at most";
                self.error(&member, format!("{} is not a name: {message}", quoted(text)));
            }
        }
        if let Some(member) =
            place.member("version").filter(|_| !is_semantic_version(&read.version))
        {
            let text = quoted(&read.version);
            self.error(&member, format!("{text} is not a semantic version, such as `1.0.0`"));
        }
        Ok(Document {
            dsl: read.dsl,
            namespace: read.namespace,
            name: read.name,
            version: read.version,
            title: read.title,
        })
    }

    fn evaluate(&mut self, root: &Place<'_>) {
        let Some(place) = root.member("evaluate") else { return };
        let Ok(evaluate) = self.read::<Evaluate>(&place) else { return };
        if let Some(language) = evaluate.language.filter(|language| language != "jq")
            && let Some(member) = place.member("language")
        {
            let what = format!("expressions in {}", quoted(&language));
            self.faults.at_value(&member, Remark::refused(&what).meant(Some("jq")));
        }
        if evaluate.mode == Some(EvaluationMode::Loose)
            && let Some(member) = place.member("mode")
        {
            self.faults.at_value(&member, Remark::refused("`evaluate.mode: loose`"));
        }
    }
}

/// `^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`
fn is_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Semantic Versioning 2.0.0, grammar of §2, §9 and §10.
fn is_semantic_version(text: &str) -> bool {
    let (rest, build) = match text.split_once('+') {
        Some((rest, build)) => (rest, Some(build)),
        None => (text, None),
    };
    let (core, release) = match rest.split_once('-') {
        Some((core, release)) => (core, Some(release)),
        None => (rest, None),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = |part: &str| is_digits(part) && (part == "0" || !part.starts_with('0'));
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_release = |part: &str| is_word(part) && (!is_digits(part) || is_number(part));
    core.split('.').count() == 3
        && core.split('.').all(|part| !part.is_empty() && is_number(part))
        && release.is_none_or(|release| release.split('.').all(is_release))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semantic_versions_are_told_from_others() {
        for version in ["1.0.0", "0.1.0", "1.2.3-rc.1+build.5", "1.0.0-0a", "10.20.30"] {
            assert!(is_semantic_version(version), "{version}");
        }
        for version in ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "v1.0.0", "1..0"]
        {
            assert!(!is_semantic_version(version), "{version}");
        }
    }

    #[test]
    fn names_are_labels() {
        assert!(is_label("a") && is_label("A-1") && is_label(&"a".repeat(63)));
        assert!(!is_label("") && !is_label("-a") && !is_label("a-") && !is_label("a b"));
        assert!(!is_label(&"a".repeat(64)));
    }
}
